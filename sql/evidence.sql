-- Evidence: what the core judges by (judging.sql), gathered as its JSON; and the noise of a test.

CREATE FUNCTION perf_mgmt.execution_samples(p_execution_ids uuid[]) RETURNS jsonb
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT coalesce(jsonb_agg(jsonb_build_object('id', i.id, 'rounds_wanted', e.rounds_wanted, 'rounds', coalesce(r.rounds, jsonb_build_array(
           jsonb_build_object('quiet', true, 'avg_ms', e.avg_response_time_ms, 'p95_ms', e.p95_response_time_ms,
                              'p99_ms', e.p99_response_time_ms, 'tps', e.throughput_tps,
                              'ok', coalesce(e.operations_ok, 0), 'failed', coalesce(e.operations_failed, 0)))))
           ORDER BY i.place), '[]')
  FROM unnest(p_execution_ids) WITH ORDINALITY AS i (id, place)
  JOIN perf_mgmt.test_executions e ON e.id = i.id
  LEFT JOIN LATERAL (
    SELECT jsonb_agg(jsonb_build_object('quiet', r.is_quiet OR NOT coalesce((e.run_spec -> 'quiet')::boolean, false),
                                        'avg_ms', r.avg_response_time_ms,
                                        'p95_ms', r.p95_response_time_ms, 'p99_ms', r.p99_response_time_ms,
                                        'tps', r.throughput_tps, 'ok', r.ok_count, 'failed', r.failed_count)
                     ORDER BY r.round_number) AS rounds
    FROM perf_mgmt.execution_rounds r WHERE r.execution_id = i.id
  ) r ON true
$$;
COMMENT ON FUNCTION perf_mgmt.execution_samples(uuid[]) IS
  'The rounds of executions as judge_evidence() takes them, in this order; an execution without rounds counts as one. All rounds of a run that was not to be quiet count as quiet: what disturbed them is in its findings, and in the noise floor.';

CREATE FUNCTION perf_mgmt.verdict_thresholds(p_baseline_id uuid) RETURNS jsonb
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT jsonb_build_object('response_time_percent', coalesce(max(b.response_time_threshold_percent), 20),
                            'throughput_percent', coalesce(max(b.throughput_threshold_percent), -15),
                            'error_rate_points', coalesce(max(b.error_rate_threshold_percent), 5))
  FROM perf_mgmt.performance_baselines b WHERE b.id = p_baseline_id
$$;
COMMENT ON FUNCTION perf_mgmt.verdict_thresholds(uuid) IS
  'The thresholds of a baseline as judge_evidence() takes them; those of a new one where there is none.';

CREATE FUNCTION perf_mgmt.confirmation_of(p_execution_id uuid) RETURNS uuid
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT e.id FROM perf_mgmt.test_executions e
  JOIN perf_mgmt.test_executions o ON o.id = e.confirms_execution_id
  WHERE e.confirms_execution_id = p_execution_id AND e.execution_status = 'COMPLETED' AND e.is_valid
    AND coalesce(perf_mgmt.comparable_fingerprints(e.fingerprint, o.fingerprint), true)
  ORDER BY e.started_at DESC, e.id LIMIT 1
$$;
COMMENT ON FUNCTION perf_mgmt.confirmation_of(uuid) IS
  'The newest valid repetition that was run to confirm the verdict on an execution, under conditions that may be compared with its; NULL where there is none.';

-- Regressions are left out, of the noise floor too: they would widen the limits until the next one
-- passes between them.
CREATE FUNCTION perf_mgmt.history_samples(p_execution_id uuid) RETURNS jsonb
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT perf_mgmt.execution_samples(
    (SELECT array_agg(h.execution_id ORDER BY h.started_at, h.execution_id DESC)
     FROM (SELECT * FROM perf_mgmt.eligible_executions(p_execution_id, 101, p_regression_free => true)
           WHERE execution_id <> p_execution_id
           ORDER BY started_at DESC, execution_id LIMIT 100) h))
$$;
COMMENT ON FUNCTION perf_mgmt.history_samples(uuid) IS
  'The rounds of the newest 100 executions without a regression that an execution has before it in its segment, the oldest first.';

-- The levels of older segments say nothing any more, how far their executions lie apart does. Most tests
-- have one segment: then nothing is read.
CREATE FUNCTION perf_mgmt.earlier_samples(p_execution_id uuid) RETURNS jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_segment bigint;
BEGIN
  SELECT s.segment_number INTO v_segment
    FROM perf_mgmt.test_executions e
    JOIN perf_mgmt.performance_tests t ON t.id = e.test_id
    CROSS JOIN LATERAL perf_mgmt.segment_at(t.test_name, e.execution_environment, e.started_at) s
    WHERE e.id = p_execution_id;
  IF coalesce(v_segment, 0) = 0 THEN
    RETURN '[]';
  END IF;
  RETURN coalesce((
    SELECT jsonb_agg(perf_mgmt.execution_samples(s.execution_ids) ORDER BY s.segment_number)
    FROM (SELECT h.segment_number, array_agg(h.execution_id ORDER BY h.started_at, h.execution_id) AS execution_ids
          FROM perf_mgmt.eligible_executions(p_execution_id, 200, p_all_segments => true, p_regression_free => true) h
          WHERE h.segment_number < v_segment
          GROUP BY h.segment_number) s), '[]');
END
$$;
COMMENT ON FUNCTION perf_mgmt.earlier_samples(uuid) IS
  'The rounds of comparable executions without a regression of the segments before that of an execution, a list per segment, the oldest first; of the newest 200 of all segments. They tell of the noise alone.';

-- A STRESS test climbs until a limit breaks: that it does is its result, not a regression.
CREATE FUNCTION perf_mgmt.limit_evidence(p_execution_id uuid) RETURNS jsonb
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT coalesce(jsonb_agg(jsonb_build_object('name', c.criterion, 'passed', c.passed, 'actual', c.actual,
                                               'limit', c.threshold)), '[]')
  FROM perf_mgmt.test_executions e
  JOIN perf_mgmt.performance_tests t ON t.id = e.test_id AND t.test_type <> 'STRESS'
  CROSS JOIN LATERAL perf_mgmt.evaluate_success_criteria(e.id) c
  WHERE e.id = p_execution_id
$$;
COMMENT ON FUNCTION perf_mgmt.limit_evidence(uuid) IS
  'The absolute limits of an execution as judge_evidence() takes them; none for a STRESS test, which looks for them.';

CREATE FUNCTION perf_mgmt.noise_floor(p_test_name varchar, p_environment varchar DEFAULT NULL)
RETURNS TABLE (
  execution_environment varchar,
  metric text,
  executions integer,
  floor_percent numeric,
  resolution_percent numeric,
  smallest_threshold_percent numeric
)
LANGUAGE plpgsql STABLE ROWS 10
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM perf_mgmt.performance_tests t WHERE t.test_name = p_test_name) THEN
    RAISE EXCEPTION 'performance test % does not exist', coalesce('"' || p_test_name || '"', 'NULL')
      USING ERRCODE = 'undefined_object', HINT = 'Take a name from perf_mgmt.performance_tests.';
  END IF;
  RETURN QUERY
  SELECT newest.execution_environment, n.metric, n.executions, round(n.floor_percent, 3),
         round(n.resolution_percent, 3), round(n.smallest_threshold_percent, 3)
  FROM (SELECT DISTINCT ON (h.execution_environment) h.execution_environment, h.execution_id
        FROM perf_mgmt.history h
        WHERE h.test_name = p_test_name AND (p_environment IS NULL OR h.execution_environment = p_environment)
        ORDER BY h.execution_environment, h.started_at DESC, h.execution_id) newest
  CROSS JOIN LATERAL (
    SELECT coalesce(jsonb_agg(perf_mgmt.execution_samples(s.execution_ids) ORDER BY s.segment_number), '[]') AS segments
    FROM (SELECT h.segment_number, array_agg(h.execution_id ORDER BY h.started_at, h.execution_id) AS execution_ids
          FROM perf_mgmt.eligible_executions(newest.execution_id, 200, p_all_segments => true, p_regression_free => true) h
          GROUP BY h.segment_number) s
  ) evidence
  CROSS JOIN LATERAL ROWS FROM (jsonb_to_recordset(
    perf_mgmt.noise_of(jsonb_build_object('segments', evidence.segments))) AS (
      metric text, executions integer, floor_percent numeric, resolution_percent numeric,
      smallest_threshold_percent numeric)) WITH ORDINALITY AS n
  ORDER BY newest.execution_environment, n.ordinality;
END
$$;
COMMENT ON FUNCTION perf_mgmt.noise_floor(varchar, varchar) IS
  'How much the figures of a test differ between executions that should be equal, per environment (NULL: all), over the newest 200 comparable ones without a regression; and the smallest threshold that this noise allows. Floors are NULL until 5 executions exist.';
