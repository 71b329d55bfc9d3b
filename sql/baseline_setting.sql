-- Setting baselines: by hand, from the latest executions, by accepting a change.
--
-- Whoever writes baselines of a test holds the lock of lock_baselines() to the end of his transaction.

CREATE FUNCTION perf_mgmt.require_result(p_execution_id uuid) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_status perf_mgmt.execution_status_enum;
BEGIN
  IF p_execution_id IS NULL THEN
    RAISE EXCEPTION 'execution id must not be null' USING ERRCODE = 'null_value_not_allowed';
  END IF;
  SELECT e.execution_status INTO v_status FROM perf_mgmt.test_executions e WHERE e.id = p_execution_id;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'execution "%" does not exist', p_execution_id
      USING ERRCODE = 'undefined_object', HINT = 'Take an id from perf_mgmt.test_executions.';
  ELSIF v_status = 'RUNNING' THEN
    RAISE EXCEPTION 'execution "%" has no result yet', p_execution_id
      USING ERRCODE = 'object_not_in_prerequisite_state',
            DETAIL = 'It is RUNNING.',
            HINT = 'CALL perf_mgmt.wait_for_execution() waits for its end.';
  ELSIF v_status <> 'COMPLETED' THEN
    RAISE EXCEPTION 'execution "%" has no result that could be judged', p_execution_id
      USING ERRCODE = 'object_not_in_prerequisite_state',
            DETAIL = format('It ended as %s, before its load had run to the end.', v_status),
            HINT = 'Run the test again.';
  END IF;
END
$$;
COMMENT ON FUNCTION perf_mgmt.require_result(uuid) IS
  'Raises an error unless the execution exists and ran to its end.';

CREATE FUNCTION perf_mgmt.require_baseline_material(p_execution_id uuid) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_detail text;
BEGIN
  PERFORM perf_mgmt.require_result(p_execution_id);
  SELECT CASE WHEN e.is_valid IS NOT TRUE THEN
                coalesce('It is not valid: '
                  || (SELECT string_agg(f ->> 'message', ' ') FROM jsonb_array_elements(e.findings) f
                      WHERE f -> 'fatal' = 'true'), 'It is not valid.')
              WHEN e.confirms_execution_id IS NOT NULL THEN 'It repeats another execution to confirm its verdict.'
              WHEN e.comparison_id IS NOT NULL THEN 'It is one half of a comparison of two variants.'
              WHEN e.throughput_tps IS NULL OR e.error_rate_percent IS NULL THEN 'It measured nothing.' END
    INTO v_detail
    FROM perf_mgmt.test_executions e WHERE e.id = p_execution_id;
  IF v_detail IS NOT NULL THEN
    RAISE EXCEPTION 'execution "%" cannot be a baseline', p_execution_id
      USING ERRCODE = 'object_not_in_prerequisite_state', DETAIL = v_detail;
  END IF;
END
$$;
COMMENT ON FUNCTION perf_mgmt.require_baseline_material(uuid) IS
  'Raises an error unless the execution has a valid result that may be a baseline, and says why it may not.';

CREATE FUNCTION perf_mgmt.lock_baselines(p_test_name varchar) RETURNS void
LANGUAGE sql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$ SELECT perf_mgmt.lock_exclusively('baselines/' || p_test_name) $$;
COMMENT ON FUNCTION perf_mgmt.lock_baselines(varchar) IS
  'Waits until nobody else writes baselines of the test, and keeps others from it to the end of the transaction.';

-- Thresholds are somebody's decision: they go on from the baseline that executions of the environment
-- were compared with so far; those of a rolling one from the rolling one before.
CREATE FUNCTION perf_mgmt.replace_baseline(
  p_test_name varchar,
  p_environment varchar,
  p_baseline_type varchar,
  p_execution_ids uuid[],
  p_notes text
) RETURNS uuid
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_id uuid;
  v_response numeric;
  v_throughput numeric;
  v_error numeric;
BEGIN
  SELECT b.response_time_threshold_percent, b.throughput_threshold_percent, b.error_rate_threshold_percent
    INTO v_response, v_throughput, v_error
    FROM perf_mgmt.performance_baselines b
    WHERE b.test_name = p_test_name AND b.execution_environment = p_environment AND b.is_active
    ORDER BY b.baseline_type = 'ROLLING' AND p_baseline_type = 'ROLLING' DESC,
             array_position(ARRAY['MANUAL', 'ROLLING', 'INITIAL'], b.baseline_type::text)
    LIMIT 1;
  UPDATE perf_mgmt.performance_baselines b SET is_active = false
    WHERE b.test_name = p_test_name AND b.execution_environment = p_environment
      AND b.baseline_type = p_baseline_type AND b.is_active;

  INSERT INTO perf_mgmt.performance_baselines
    (test_name, execution_environment, baseline_type, baseline_date, baseline_execution_id, contributing_execution_ids,
     baseline_response_time_avg, baseline_response_time_p95, baseline_response_time_p99, baseline_throughput_tps,
     baseline_error_rate_percent, baseline_cpu_usage_percent, baseline_memory_usage_percent, notes)
  SELECT p_test_name, p_environment, p_baseline_type, now(), p_execution_ids[1], p_execution_ids,
         avg(e.avg_response_time_ms), avg(e.p95_response_time_ms), avg(e.p99_response_time_ms),
         avg(e.throughput_tps), avg(e.error_rate_percent), avg(e.cpu_usage_percent),
         avg(e.memory_usage_percent), p_notes
  FROM perf_mgmt.test_executions e WHERE e.id = ANY (p_execution_ids)
  RETURNING id INTO v_id;
  IF v_response IS NOT NULL THEN
    UPDATE perf_mgmt.performance_baselines b
      SET response_time_threshold_percent = v_response, throughput_threshold_percent = v_throughput,
          error_rate_threshold_percent = v_error
      WHERE b.id = v_id;
  END IF;
  RETURN v_id;
END
$$;
COMMENT ON FUNCTION perf_mgmt.replace_baseline(varchar, varchar, varchar, uuid[], text) IS
  'Makes the mean of these executions of one environment, the newest first, its active baseline of that type, with the thresholds of the one before. The caller holds lock_baselines().';

CREATE FUNCTION perf_mgmt.set_baseline(
  p_execution_id uuid,
  p_baseline_type varchar DEFAULT 'MANUAL',
  p_notes text DEFAULT NULL
) RETURNS uuid
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_test_name varchar;
  v_environment varchar;
BEGIN
  IF p_baseline_type IS NULL OR p_baseline_type NOT IN ('INITIAL', 'MANUAL') THEN
    RAISE EXCEPTION 'invalid baseline type: %', coalesce(quote_ident(p_baseline_type), 'NULL')
      USING ERRCODE = 'invalid_parameter_value',
            DETAIL = 'One execution makes a MANUAL or an INITIAL baseline.',
            HINT = 'perf_mgmt.update_rolling_baseline() makes a ROLLING one, of several.';
  END IF;
  PERFORM perf_mgmt.require_baseline_material(p_execution_id);
  SELECT t.test_name, e.execution_environment INTO STRICT v_test_name, v_environment
    FROM perf_mgmt.test_executions e JOIN perf_mgmt.performance_tests t ON t.id = e.test_id
    WHERE e.id = p_execution_id;
  PERFORM perf_mgmt.lock_baselines(v_test_name);
  RETURN perf_mgmt.replace_baseline(v_test_name, v_environment, p_baseline_type, ARRAY[p_execution_id], p_notes);
END
$$;
COMMENT ON FUNCTION perf_mgmt.set_baseline(uuid, varchar, text) IS
  'Makes a valid execution the baseline of its test in its environment, MANUAL or INITIAL, and returns the id of the baseline. The former one of that type becomes history and leaves its thresholds.';

-- A single run of another load, or of a server that was set up otherwise for a while, must not take the
-- baseline from all others; after a change that stays the second run moves it.
CREATE FUNCTION perf_mgmt.leading_executions(p_test_name varchar, p_since timestamptz)
RETURNS TABLE (execution_environment varchar, execution_id uuid)
LANGUAGE sql STABLE ROWS 2
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT DISTINCT ON (h.execution_environment) h.execution_environment, h.execution_id
  FROM (SELECT h.execution_environment, h.execution_id, h.started_at, s.starts_at,
               count(*) OVER (PARTITION BY h.execution_environment, s.starts_at, h.fingerprint ->> 'same') AS alike
        FROM perf_mgmt.history h
        CROSS JOIN LATERAL perf_mgmt.segment_at(h.test_name, h.execution_environment, h.started_at) s
        WHERE h.test_name = p_test_name AND NOT h.regression_detected AND h.completed_at >= p_since) h
  ORDER BY h.execution_environment, h.starts_at DESC, h.alike > 1 DESC, h.started_at DESC, h.execution_id
$$;
COMMENT ON FUNCTION perf_mgmt.leading_executions(varchar, timestamptz) IS
  'In each environment the execution that says which others its rolling baseline is made of: of the newest segment the newest valid one without a regression whose fingerprint another one has as well; where there is none, the newest.';

CREATE FUNCTION perf_mgmt.update_rolling_baseline(p_test_name varchar) RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_since constant timestamptz := now() - interval '30 days';
  v_newest record;
  v_executions uuid[];
  v_refreshed boolean := false;
BEGIN
  IF NOT EXISTS (SELECT FROM perf_mgmt.performance_tests t WHERE t.test_name = p_test_name) THEN
    RAISE EXCEPTION 'performance test % does not exist', coalesce('"' || p_test_name || '"', 'NULL')
      USING ERRCODE = 'undefined_object', HINT = 'Take a name from perf_mgmt.performance_tests.';
  END IF;
  PERFORM perf_mgmt.lock_baselines(p_test_name);

  FOR v_newest IN SELECT * FROM perf_mgmt.leading_executions(p_test_name, v_since) LOOP
    SELECT array_agg(h.execution_id ORDER BY h.started_at DESC, h.execution_id) INTO v_executions
      FROM perf_mgmt.eligible_executions(v_newest.execution_id, 10, p_regression_free => true, p_since => v_since) h;
    CONTINUE WHEN v_executions IS NULL;  -- purged in the meantime
    PERFORM perf_mgmt.replace_baseline(p_test_name, v_newest.execution_environment, 'ROLLING', v_executions,
      format('Mean of the last %s valid executions without a regression', cardinality(v_executions)));
    v_refreshed := true;
  END LOOP;
  IF NOT v_refreshed THEN
    RAISE NOTICE 'test "%" has no execution to make a rolling baseline of', p_test_name
      USING DETAIL = 'Valid executions of the last 30 days without a regression make one.';
  END IF;
END
$$;
COMMENT ON FUNCTION perf_mgmt.update_rolling_baseline(varchar) IS
  'Makes, in each environment that has any, the mean of the last (up to 10) valid executions of the last 30 days without a regression the rolling baseline of the test. All are comparable with the newest one whose fingerprint another one has as well (where there is none, with the newest): one run of another load does not take it over. Thresholds stay. Refreshes of one test wait for each other.';

CREATE FUNCTION perf_mgmt.accept_change(p_test_name varchar, p_execution_id uuid, p_reason text) RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_test_name varchar;
  v_environment varchar;
  v_started_at timestamptz;
BEGIN
  IF p_reason IS NULL OR btrim(p_reason) = '' THEN
    RAISE EXCEPTION 'accepting a change needs a reason'
      USING ERRCODE = 'invalid_parameter_value', HINT = 'Say why the figures are as they should be from this execution on.';
  END IF;
  PERFORM perf_mgmt.require_baseline_material(p_execution_id);
  SELECT t.test_name, e.execution_environment, e.started_at INTO STRICT v_test_name, v_environment, v_started_at
    FROM perf_mgmt.test_executions e JOIN perf_mgmt.performance_tests t ON t.id = e.test_id
    WHERE e.id = p_execution_id;
  IF p_test_name IS DISTINCT FROM v_test_name THEN
    RAISE EXCEPTION 'execution "%" is not one of test %', p_execution_id, coalesce('"' || p_test_name || '"', 'NULL')
      USING ERRCODE = 'invalid_parameter_value', DETAIL = format('It is one of test "%s".', v_test_name);
  END IF;
  PERFORM perf_mgmt.lock_baselines(p_test_name);
  IF EXISTS (SELECT FROM perf_mgmt.accepted_changes c WHERE c.test_name = p_test_name
               AND c.execution_environment = v_environment AND c.starts_at = v_started_at) THEN
    RAISE EXCEPTION 'a change from execution "%" on was accepted before', p_execution_id
      USING ERRCODE = 'duplicate_object';
  END IF;
  INSERT INTO perf_mgmt.accepted_changes (test_name, execution_environment, execution_id, starts_at, reason)
    VALUES (p_test_name, v_environment, p_execution_id, v_started_at, p_reason);

  -- The first execution of the newest segment is its first baseline; those of before become history.
  IF NOT EXISTS (SELECT FROM perf_mgmt.accepted_changes c WHERE c.test_name = p_test_name
                   AND c.execution_environment = v_environment AND c.starts_at > v_started_at) THEN
    PERFORM perf_mgmt.replace_baseline(p_test_name, v_environment, 'INITIAL', ARRAY[p_execution_id], p_reason);
    UPDATE perf_mgmt.performance_baselines b SET is_active = false
      WHERE b.test_name = p_test_name AND b.execution_environment = v_environment AND b.is_active
        AND NOT EXISTS (SELECT FROM perf_mgmt.segment_baselines s
                        WHERE s.test_name = p_test_name AND s.baseline_id = b.id AND s.starts_at >= v_started_at);
  END IF;
  -- What was a regression against the old level is none of the new segment, and belongs to its history. A
  -- broken limit stays broken.
  UPDATE perf_mgmt.test_executions e SET regression_detected = false
    FROM perf_mgmt.performance_tests t, perf_mgmt.segment_at(p_test_name, v_environment, v_started_at) s
    WHERE t.id = e.test_id AND t.test_name = p_test_name AND e.execution_environment = v_environment
      AND e.started_at >= v_started_at AND e.started_at < s.ends_at AND e.regression_detected
      AND NOT EXISTS (SELECT FROM perf_mgmt.latest_verdicts(e.id) v
                      WHERE v.against = 'limit' AND v.verdict = 'REGRESSION');
  PERFORM perf_mgmt.log_performance_event(p_execution_id, 'CHANGE_ACCEPTED', p_reason);
END
$$;
COMMENT ON FUNCTION perf_mgmt.accept_change(varchar, uuid, text) IS
  'Accepts that the figures of a test, in the environment of this execution, are other ones from it on: a new segment of its history begins, with this execution as its INITIAL baseline. Executions of it that were regressions against the old level are marked no more, unless they break an absolute limit; verdicts that were stored stay as they are.';
