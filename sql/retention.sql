-- Retention: old executions go, with all that was recorded of them.

CREATE FUNCTION perf_mgmt.purge_history(p_older_than interval, p_keep_baselines boolean DEFAULT false) RETURNS bigint
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_before constant timestamptz := now() - p_older_than;
  v_old uuid[];
  v_needed uuid[];
  v_purged bigint;
BEGIN
  IF p_older_than IS NULL OR v_before > now() THEN
    RAISE EXCEPTION 'invalid age of the executions to purge: %', coalesce(p_older_than::text, 'NULL')
      USING ERRCODE = 'invalid_parameter_value', HINT = 'Give an interval of at least 0, as ''90 days''.';
  END IF;

  -- A repetition goes with what it confirms: without, it would pass for an execution of its own.
  v_old := ARRAY(SELECT e.id FROM perf_mgmt.test_executions e
                 LEFT JOIN perf_mgmt.test_executions c ON c.id = e.confirms_execution_id
                 WHERE coalesce(c.started_at, e.started_at) < v_before
                   AND e.execution_status <> 'RUNNING' AND c.execution_status IS DISTINCT FROM 'RUNNING');

  -- Needed: what is behind an active baseline, and behind the oldest of a segment, which is its budget.
  v_needed := ARRAY(
    SELECT e.id FROM perf_mgmt.test_executions e
    WHERE e.id = ANY (v_old)
      AND (EXISTS (SELECT FROM perf_mgmt.performance_baselines b
                   WHERE b.is_active AND (b.baseline_execution_id = e.id OR e.id = ANY (b.contributing_execution_ids)))
           OR e.id IN (SELECT DISTINCT ON (b.test_name, b.execution_environment, b.fingerprint ->> 'same') b.baseline_execution_id
                       FROM perf_mgmt.segment_baselines b
                       WHERE b.ends_at = 'infinity'
                       ORDER BY b.test_name, b.execution_environment, b.fingerprint ->> 'same', b.baseline_date,
                                b.created_at, b.execution_started_at, b.baseline_id)));
  IF v_needed <> '{}' AND NOT coalesce(p_keep_baselines, false) THEN
    RAISE EXCEPTION 'cannot purge % that baselines need', CASE cardinality(v_needed)
        WHEN 1 THEN 'an execution' ELSE format('%s executions', cardinality(v_needed)) END
      USING ERRCODE = 'dependent_objects_still_exist',
            DETAIL = (SELECT string_agg(format('Execution "%s" of test "%s" in environment "%s" is from %s.', e.id, t.test_name,
                                               e.execution_environment, to_char(e.started_at, 'YYYY-MM-DD')),
                                        ' ' ORDER BY t.test_name, e.execution_environment, e.started_at, e.id)
                      FROM (SELECT unnest(v_needed) AS id LIMIT 10) n
                      JOIN perf_mgmt.test_executions e ON e.id = n.id
                      JOIN perf_mgmt.performance_tests t ON t.id = e.test_id),
            HINT = 'Refresh the baselines first, or keep what they need with p_keep_baselines => true.';
  END IF;

  -- Inactive baselines that nothing needs are history as well.
  DELETE FROM perf_mgmt.performance_baselines b
    WHERE NOT b.is_active AND b.baseline_execution_id = ANY (v_old) AND b.baseline_execution_id <> ALL (v_needed);
  DELETE FROM perf_mgmt.test_executions e
    USING unnest(v_old) AS o (id)
    WHERE e.id = o.id AND o.id NOT IN (SELECT unnest(v_needed));
  GET DIAGNOSTICS v_purged = ROW_COUNT;
  RETURN v_purged;
END
$$;
COMMENT ON FUNCTION perf_mgmt.purge_history(interval, boolean) IS
  'Deletes executions that started longer ago, with all their records, and returns how many. Those that baselines need (active ones, and the oldest of the present segment) are an error that names them, or stay with p_keep_baselines. Former baselines of deleted executions go with them.';
