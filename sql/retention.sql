-- Retention: old executions go, with all that was recorded of them.

CREATE FUNCTION perf_mgmt.purge_history(p_older_than interval, p_keep_baselines boolean DEFAULT false) RETURNS bigint
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_before timestamptz;
  v_test_name varchar;
  v_old uuid[];
  v_needed uuid[];
  v_purged bigint;
BEGIN
  BEGIN
    v_before := now() - p_older_than;
  EXCEPTION WHEN datetime_field_overflow THEN
    RAISE EXCEPTION 'invalid age of the executions to purge: %', p_older_than
      USING ERRCODE = 'invalid_parameter_value', DETAIL = 'So long ago there are no dates.',
            HINT = 'Give an interval of at least 0, as ''90 days''.';
  END;
  IF p_older_than IS NULL OR v_before > now() THEN
    RAISE EXCEPTION 'invalid age of the executions to purge: %', coalesce(p_older_than::text, 'NULL')
      USING ERRCODE = 'invalid_parameter_value', HINT = 'Give an interval of at least 0, as ''90 days''.';
  END IF;

  -- Whoever makes a baseline now has chosen its executions: what he chose is seen when he is done. All
  -- take these locks in the order of the names.
  FOR v_test_name IN
    SELECT DISTINCT t.test_name
    FROM perf_mgmt.test_executions e JOIN perf_mgmt.performance_tests t ON t.id = e.test_id
    WHERE e.started_at < v_before ORDER BY t.test_name
  LOOP
    PERFORM perf_mgmt.lock_baselines(v_test_name);
  END LOOP;

  -- A repetition goes with what it confirms: without, it would pass for an execution of its own. While one
  -- of them runs, all stay.
  v_old := ARRAY(SELECT e.id FROM perf_mgmt.test_executions e
                 JOIN perf_mgmt.test_executions o ON o.id = coalesce(e.confirms_execution_id, e.id)
                 WHERE o.started_at < v_before AND e.execution_status <> 'RUNNING' AND o.execution_status <> 'RUNNING'
                   AND NOT EXISTS (SELECT FROM perf_mgmt.test_executions r
                                   WHERE r.confirms_execution_id = o.id AND r.execution_status = 'RUNNING'));

  -- Needed: what is behind an active baseline, and what is the budget of the newest execution of each
  -- fingerprint, which the next ones will be held against as well.
  v_needed := ARRAY(
    SELECT e.id FROM perf_mgmt.test_executions e
    WHERE e.id = ANY (v_old)
      AND (EXISTS (SELECT FROM perf_mgmt.performance_baselines b
                   WHERE b.is_active AND (b.baseline_execution_id = e.id OR e.id = ANY (b.contributing_execution_ids)))
           OR e.id IN (SELECT perf_mgmt.budget_of(n.test_name, n.execution_environment, n.starts_at, n.fingerprint)
                       FROM (SELECT DISTINCT ON (h.test_name, h.execution_environment, h.fingerprint ->> 'same')
                                    h.test_name, h.execution_environment, h.fingerprint, s.starts_at
                             FROM perf_mgmt.history h
                             CROSS JOIN LATERAL perf_mgmt.segment_at(h.test_name, h.execution_environment, h.started_at) s
                             WHERE s.ends_at = 'infinity'
                             ORDER BY h.test_name, h.execution_environment, h.fingerprint ->> 'same', h.started_at DESC,
                                      h.execution_id) n)));
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

  -- The records over several executions, which no foreign key takes along. A CI run that was broken off
  -- never finishes: after a day it is not under way any more.
  DELETE FROM perf_mgmt.variant_comparisons c
    WHERE c.started_at < v_before AND c.status <> 'RUNNING'
      AND NOT EXISTS (SELECT FROM perf_mgmt.test_executions e WHERE e.id IN (c.execution_a, c.execution_b));
  DELETE FROM perf_mgmt.ci_runs r WHERE coalesce(r.finished_at, r.started_at + interval '1 day') < v_before;
  DELETE FROM perf_mgmt.maintenance_runs m WHERE m.finished_at < v_before;
  RETURN v_purged;
END
$$;
COMMENT ON FUNCTION perf_mgmt.purge_history(interval, boolean) IS
  'Deletes executions that started longer ago, with all their records, and returns how many. Those that baselines need (active ones, and the oldest of the present segment that the newest executions are held against) are an error that names them, or stay with p_keep_baselines. Former baselines of deleted executions go with them; so do comparisons of variants whose executions are gone, and results of CI runs and of maintenance of that age, which are not counted. An execution whose repetition runs stays.';
