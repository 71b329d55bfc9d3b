-- The history of an execution: the other executions that say what to expect of it.

CREATE VIEW perf_mgmt.history AS
SELECT e.id AS execution_id, e.test_id, t.test_name, e.execution_environment, e.started_at, e.completed_at,
       e.regression_detected, coalesce(e.fingerprint, perf_mgmt.execution_fingerprint(e.id)) AS fingerprint
FROM perf_mgmt.test_executions e
JOIN perf_mgmt.performance_tests t ON t.id = e.test_id
WHERE e.execution_status = 'COMPLETED' AND e.is_valid
  AND e.confirms_execution_id IS NULL AND e.comparison_id IS NULL
  AND e.throughput_tps IS NOT NULL AND e.error_rate_percent IS NOT NULL
  -- One that was to be quiet and was not could not be judged, nor judged by.
  AND NOT (coalesce((e.run_spec -> 'quiet')::boolean, false) AND e.rounds_quiet < least(3, e.rounds_wanted));
COMMENT ON VIEW perf_mgmt.history IS
  'Executions that may feed baselines and noise floors: valid ones that measured something in enough quiet rounds, without repetitions and halves of comparisons.';
COMMENT ON COLUMN perf_mgmt.history.execution_id IS 'Execution.';
COMMENT ON COLUMN perf_mgmt.history.test_id IS 'Test, in the version that was run.';
COMMENT ON COLUMN perf_mgmt.history.test_name IS 'Name of the test.';
COMMENT ON COLUMN perf_mgmt.history.execution_environment IS 'Where it ran.';
COMMENT ON COLUMN perf_mgmt.history.started_at IS 'When it started.';
COMMENT ON COLUMN perf_mgmt.history.completed_at IS 'When it ended.';
COMMENT ON COLUMN perf_mgmt.history.regression_detected IS 'Whether a regression was found in it.';
COMMENT ON COLUMN perf_mgmt.history.fingerprint IS 'Its fingerprint; computed where none was stored.';

-- The conditions of the view in words.
CREATE FUNCTION perf_mgmt.history_flaw(p_execution perf_mgmt.test_executions) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT CASE
    WHEN (p_execution).execution_status = 'RUNNING' THEN 'it has not ended'
    WHEN (p_execution).execution_status <> 'COMPLETED' THEN format('it ended as %s', (p_execution).execution_status)
    WHEN (p_execution).is_valid IS NOT TRUE THEN 'it is not valid'
    WHEN (p_execution).confirms_execution_id IS NOT NULL THEN 'it repeats another one to confirm its verdict'
    WHEN (p_execution).comparison_id IS NOT NULL THEN 'it is one half of a comparison of two variants'
    WHEN num_nulls((p_execution).throughput_tps, (p_execution).error_rate_percent) > 0 THEN 'it measured nothing'
    WHEN (p_execution).run_spec -> 'quiet' = 'true'
         AND coalesce((p_execution).rounds_quiet < least(3, (p_execution).rounds_wanted), true) THEN
      format('it had too few quiet rounds (%s of at least %s)', coalesce((p_execution).rounds_quiet, 0),
             least(3, (p_execution).rounds_wanted))
  END
$$;
COMMENT ON FUNCTION perf_mgmt.history_flaw(perf_mgmt.test_executions) IS
  'Why an execution may feed neither baselines nor noise floors, as in "it is not valid"; NULL where it may.';

-- The limit goes into the scan of each version: the index gives the newest first, and the rest of a
-- long history is not read.
CREATE FUNCTION perf_mgmt.eligible_executions(
  p_execution_id uuid,
  p_limit integer DEFAULT 100,
  p_all_segments boolean DEFAULT false,
  p_regression_free boolean DEFAULT false,
  p_since timestamptz DEFAULT '-infinity'
) RETURNS TABLE (execution_id uuid, started_at timestamptz, segment_number bigint)
LANGUAGE plpgsql STABLE ROWS 100
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_test_name varchar;
  v_environment varchar;
  v_started_at timestamptz;
  v_fingerprint jsonb;
  v_segment_from timestamptz;
BEGIN
  SELECT t.test_name, e.execution_environment, e.started_at,
         coalesce(e.fingerprint, perf_mgmt.execution_fingerprint(e.id))
    INTO v_test_name, v_environment, v_started_at, v_fingerprint
    FROM perf_mgmt.test_executions e JOIN perf_mgmt.performance_tests t ON t.id = e.test_id
    WHERE e.id = p_execution_id;
  v_segment_from := CASE WHEN p_all_segments THEN '-infinity' ELSE
    (SELECT s.starts_at FROM perf_mgmt.segment_at(v_test_name, v_environment, v_started_at) s) END;

  RETURN QUERY
  SELECT newest.execution_id, newest.started_at, s.segment_number
  FROM (SELECT h.execution_id, h.started_at
        FROM perf_mgmt.performance_tests t
        CROSS JOIN LATERAL (
          SELECT r.execution_id, r.started_at
          FROM perf_mgmt.history r
          WHERE r.test_id = t.id AND r.execution_environment = v_environment
            AND r.started_at BETWEEN v_segment_from AND v_started_at AND r.completed_at >= p_since
            AND NOT (p_regression_free AND r.regression_detected)
            AND perf_mgmt.comparable_fingerprints(r.fingerprint, v_fingerprint)
          ORDER BY r.started_at DESC, r.execution_id LIMIT p_limit
        ) h
        WHERE t.test_name = v_test_name
        ORDER BY h.started_at DESC, h.execution_id LIMIT p_limit) newest
  CROSS JOIN LATERAL perf_mgmt.segment_at(v_test_name, v_environment, newest.started_at) s
  ORDER BY newest.started_at DESC, newest.execution_id;
END
$$;
COMMENT ON FUNCTION perf_mgmt.eligible_executions(uuid, integer, boolean, boolean, timestamptz) IS
  'The history of an execution, itself included where it belongs to it: executions of the same test (whatever the version), environment, fingerprint and, unless p_all_segments, segment that may feed a baseline, the newest first.';
