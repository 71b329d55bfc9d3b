-- What pages are made of: a report with its course, its baseline and its history; two reports side by
-- side; the history of a test. Gathered here, drawn by the core (rendering.sql).
--
-- Nothing is judged here that is not judged elsewhere. Times are in UTC.

CREATE FUNCTION perf_mgmt.setting_differences(p_baseline_execution_id uuid, p_execution_id uuid) RETURNS jsonb
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT coalesce(jsonb_agg(jsonb_build_object('name', d.name, 'baseline', d.old, 'current', d.new) ORDER BY d.name COLLATE "C"), '[]')
  FROM (SELECT perf_mgmt.fingerprint_parts(p_baseline_execution_id) -> 'settings' AS old,
               perf_mgmt.fingerprint_parts(p_execution_id) -> 'settings' AS new) both_sides
  CROSS JOIN LATERAL (SELECT coalesce(n.key, o.key) AS name, o.value AS old, n.value AS new
                      FROM jsonb_each_text(both_sides.new) n FULL JOIN jsonb_each_text(both_sides.old) o ON o.key = n.key
                      WHERE n.value IS DISTINCT FROM o.value) d
  WHERE both_sides.old IS NOT NULL AND both_sides.new IS NOT NULL
$$;
COMMENT ON FUNCTION perf_mgmt.setting_differences(uuid, uuid) IS
  'The settings in which two executions differ, as a JSON array of {"name", "baseline", "current"}; null: at its default. Empty where the settings of one are not known.';

CREATE FUNCTION perf_mgmt.report_history(p_execution_id uuid) RETURNS jsonb
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
  SELECT coalesce(jsonb_agg(jsonb_build_object(
             'execution_id', e.id, 'started_at', e.started_at, 'avg_ms', e.avg_response_time_ms, 'p95_ms', e.p95_response_time_ms,
             'tps', e.throughput_tps, 'regression', e.regression_detected)
           ORDER BY e.id = p_execution_id, e.started_at, e.id), '[]')
  FROM (SELECT p_execution_id AS id
        UNION
        (SELECT o.execution_id FROM perf_mgmt.eligible_executions(p_execution_id, 60) o
         WHERE o.execution_id <> p_execution_id
         ORDER BY o.started_at DESC, o.execution_id LIMIT 59)) h
  JOIN perf_mgmt.test_executions e ON e.id = h.id
$$;
COMMENT ON FUNCTION perf_mgmt.report_history(uuid) IS
  'The newest 59 executions that an execution may be held against, and itself as the last, as a JSON array.';

-- The figures of a baseline that was made of several executions are their means; what has no mean
-- (curve, operations, plans) is that of the newest.
CREATE FUNCTION perf_mgmt.report_baseline(p_baseline_id uuid, p_execution_id uuid) RETURNS jsonb
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
  SELECT jsonb_build_object(
    'execution_id', e.id, 'type', b.baseline_type, 'started_at', e.started_at,
    'metrics', perf_mgmt.report_metrics(e) || jsonb_strip_nulls(jsonb_build_object(
      'avg_response_time_ms', b.baseline_response_time_avg, 'p95_response_time_ms', b.baseline_response_time_p95,
      'p99_response_time_ms', b.baseline_response_time_p99, 'throughput_tps', b.baseline_throughput_tps,
      'error_rate_percent', b.baseline_error_rate_percent, 'cpu_usage_percent', b.baseline_cpu_usage_percent,
      'memory_usage_percent', b.baseline_memory_usage_percent)),
    'operations', perf_mgmt.report_operations(e.id),
    'plans', perf_mgmt.report_plans(e.id),
    'percentiles', coalesce(perf_mgmt.report_percentiles(e.response_histogram), '[]'))
  FROM perf_mgmt.performance_baselines b CROSS JOIN perf_mgmt.test_executions e
  WHERE b.id = p_baseline_id AND e.id = p_execution_id
$$;
COMMENT ON FUNCTION perf_mgmt.report_baseline(uuid, uuid) IS
  'A baseline, with this one of its executions, as a report shows it beside another execution: a JSON object.';

CREATE FUNCTION perf_mgmt.report_explanation(p_execution_id uuid, p_baseline_execution_id uuid) RETURNS jsonb
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT coalesce(jsonb_agg(to_jsonb(x) - 'ordinality' ORDER BY x.ordinality), '[]')
  FROM perf_mgmt.carriers_of_change(p_execution_id, p_baseline_execution_id) WITH ORDINALITY x
$$;
COMMENT ON FUNCTION perf_mgmt.report_explanation(uuid, uuid) IS
  'What carriers_of_change says of two executions, as a JSON array.';

CREATE FUNCTION perf_mgmt.report_document(p_execution_id uuid) RETURNS jsonb
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
SET client_min_messages = warning
AS $$
DECLARE
  v_report jsonb;
  v_status perf_mgmt.execution_status_enum;
  v_distribution jsonb;
  v_choice record;
  v_problem text;
  v_other uuid;
  v_baseline jsonb;
  v_explanation jsonb := '[]';
BEGIN
  v_report := perf_mgmt.generate_performance_report(p_execution_id);
  SELECT e.execution_status, perf_mgmt.report_distribution(e.response_histogram) INTO STRICT v_status, v_distribution
    FROM perf_mgmt.test_executions e WHERE e.id = p_execution_id;
  IF v_status = 'COMPLETED' THEN
    SELECT c.* INTO v_choice FROM perf_mgmt.baseline_of(p_execution_id) c;
    v_problem := v_choice.problem;
    IF v_problem IS NOT NULL THEN
      -- What keeps it from being compared with the baseline that it would have is shown all the same.
      SELECT c.* INTO v_choice
        FROM perf_mgmt.baseline_of(p_execution_id, true) c
        JOIN perf_mgmt.test_executions o ON o.id = c.baseline_execution_id
        JOIN perf_mgmt.test_executions e ON e.id = p_execution_id AND e.execution_environment = o.execution_environment;
    END IF;
    v_other := CASE WHEN v_choice.baseline_execution_id = p_execution_id THEN v_choice.execution_ids[1]
                    ELSE v_choice.baseline_execution_id END;
    IF v_problem IS NULL THEN
      v_baseline := perf_mgmt.report_baseline(v_choice.baseline_id, v_other);
      -- What moved within the noise explains nothing.
      IF v_report #>> '{verdicts,0,verdict}' IN ('REGRESSION', 'SUSPECT', 'SHIFT', 'IMPROVEMENT') THEN
        v_explanation := perf_mgmt.report_explanation(p_execution_id, v_other);
      END IF;
    END IF;
  END IF;

  RETURN jsonb_build_object(
    'report', v_report,
    'series', perf_mgmt.report_series(p_execution_id),
    'distribution', v_distribution,
    'baseline', v_baseline,
    'baseline_problem', v_problem,
    'explanation', v_explanation,
    'setting_differences', CASE WHEN v_other IS NULL THEN '[]' ELSE perf_mgmt.setting_differences(v_other, p_execution_id) END,
    'differences', CASE WHEN v_other IS NULL THEN '[]' ELSE to_jsonb(perf_mgmt.fingerprint_differences(v_other, p_execution_id)) END,
    'history', perf_mgmt.report_history(p_execution_id));
END
$$;
COMMENT ON FUNCTION perf_mgmt.report_document(uuid) IS
  'All that a page about an execution shows, as one JSON document: report (as of generate_performance_report), series, distribution, baseline (or baseline_problem: why it has none), explanation, setting_differences, differences, history. Of an execution that runs, or ended before its time, as far as it goes.';

CREATE FUNCTION perf_mgmt.comparison_side(p_execution_id uuid) RETURNS jsonb
LANGUAGE sql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT jsonb_build_object('report', perf_mgmt.generate_performance_report(p_execution_id),
                            'series', perf_mgmt.report_series(p_execution_id),
                            'distribution', (SELECT perf_mgmt.report_distribution(e.response_histogram)
                                             FROM perf_mgmt.test_executions e WHERE e.id = p_execution_id))
$$;
COMMENT ON FUNCTION perf_mgmt.comparison_side(uuid) IS
  'One of two executions that are shown side by side, as a JSON object of report, series and distribution.';

CREATE FUNCTION perf_mgmt.comparison_document(p_baseline_execution_id uuid, p_execution_id uuid) RETURNS jsonb
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
SET client_min_messages = warning
AS $$
DECLARE
  v_figures jsonb;
BEGIN
  -- First of all, as it says what is wrong with the two.
  SELECT coalesce(jsonb_agg(to_jsonb(f) - 'ordinality' ORDER BY f.ordinality), '[]') INTO v_figures
    FROM perf_mgmt.compare_executions(p_baseline_execution_id, p_execution_id) WITH ORDINALITY f;
  RETURN jsonb_build_object(
    'a', perf_mgmt.comparison_side(p_baseline_execution_id),
    'b', perf_mgmt.comparison_side(p_execution_id),
    'figures', v_figures,
    -- Halves of one comparison ran by turns and were judged in pairs, which tells more than the figures.
    'variants', (
      SELECT jsonb_build_object(
               'comparison_id', c.id, 'verdict', c.verdict, 'primary_metric', c.primary_metric, 'quads', c.quads,
               'name_a', c.name_a, 'name_b', c.name_b, 'variant_a', c.variant_a, 'variant_b', c.variant_b,
               'metrics', (SELECT coalesce(jsonb_agg(to_jsonb(v) - 'comparison_id' ORDER BY v.metric_name), '[]')
                           FROM perf_mgmt.comparison_verdicts v WHERE v.comparison_id = c.id))
      FROM perf_mgmt.variant_comparisons c
      JOIN perf_mgmt.test_executions e ON e.comparison_id = c.id
      WHERE e.id = p_execution_id AND c.execution_a = p_baseline_execution_id AND c.execution_b = p_execution_id),
    'explanation', perf_mgmt.report_explanation(p_execution_id, p_baseline_execution_id),
    'setting_differences', perf_mgmt.setting_differences(p_baseline_execution_id, p_execution_id),
    'differences', to_jsonb(perf_mgmt.fingerprint_differences(p_baseline_execution_id, p_execution_id)));
END
$$;
COMMENT ON FUNCTION perf_mgmt.comparison_document(uuid, uuid) IS
  'All that a page about two executions shows, the first as what the second is held against, as one JSON document: a and b (report, series, distribution), figures (as of compare_executions), variants (where they are the halves of a comparison, its verdicts), explanation, setting_differences, differences.';

CREATE FUNCTION perf_mgmt.history_document(p_test_name varchar, p_environment varchar DEFAULT NULL) RETURNS jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
  v_environment varchar := p_environment;
BEGIN
  IF NOT EXISTS (SELECT FROM perf_mgmt.performance_tests t WHERE t.test_name = p_test_name) THEN
    RAISE EXCEPTION 'performance test % does not exist', coalesce('"' || p_test_name || '"', 'NULL')
      USING ERRCODE = 'undefined_object', HINT = 'Take a name from perf_mgmt.performance_tests.';
  END IF;
  -- Environments are never mixed.
  IF v_environment IS NULL THEN
    SELECT e.execution_environment INTO v_environment
      FROM perf_mgmt.test_executions e JOIN perf_mgmt.performance_tests t ON t.id = e.test_id
      WHERE t.test_name = p_test_name AND e.execution_status <> 'RUNNING'
      ORDER BY e.started_at DESC, e.id LIMIT 1;
  END IF;

  RETURN jsonb_build_object(
    'test_name', p_test_name,
    'execution_environment', v_environment,
    'executions', (
      SELECT coalesce(jsonb_agg(jsonb_build_object(
               'execution_id', e.id, 'started_at', e.started_at, 'status', e.execution_status, 'is_valid', e.is_valid,
               'avg_ms', e.avg_response_time_ms, 'p95_ms', e.p95_response_time_ms, 'p99_ms', e.p99_response_time_ms,
               'tps', e.throughput_tps, 'error_rate_percent', e.error_rate_percent, 'regression', e.regression_detected,
               'verdict', v.verdict, 'segment', s.segment_number, 'git_commit', e.git_commit,
               'is_baseline', EXISTS (SELECT FROM perf_mgmt.performance_baselines b
                                      WHERE b.baseline_execution_id = e.id AND b.is_active))
             ORDER BY e.started_at, e.id), '[]')
      FROM (SELECT x.id, x.started_at, x.execution_status, x.is_valid, x.avg_response_time_ms, x.p95_response_time_ms,
                   x.p99_response_time_ms, x.throughput_tps, x.error_rate_percent, x.regression_detected,
                   x.metadata ->> 'git_commit' AS git_commit
            FROM perf_mgmt.test_executions x JOIN perf_mgmt.performance_tests t ON t.id = x.test_id
            WHERE t.test_name = p_test_name AND x.execution_environment = v_environment
              AND x.execution_status <> 'RUNNING' AND x.comparison_id IS NULL AND x.confirms_execution_id IS NULL
            ORDER BY x.started_at DESC, x.id LIMIT 500) e
      CROSS JOIN LATERAL perf_mgmt.segment_at(p_test_name, v_environment, e.started_at) s
      LEFT JOIN LATERAL (
        SELECT o.verdict FROM perf_mgmt.execution_verdicts o
        WHERE o.execution_id = e.id AND o.metric = 'overall'
        ORDER BY o.judged_at DESC, o.judgement_id LIMIT 1) v ON true),
    'change_points', (
      SELECT coalesce(jsonb_agg(to_jsonb(c) - 'ordinality' ORDER BY c.ordinality), '[]')
      FROM perf_mgmt.performance_change_points(p_test_name, v_environment) WITH ORDINALITY c
      WHERE v_environment IS NOT NULL),
    'baselines', (
      SELECT coalesce(jsonb_agg(jsonb_build_object(
               'type', b.baseline_type, 'is_active', b.is_active, 'created_at', b.created_at,
               'execution_id', b.baseline_execution_id, 'avg_ms', b.baseline_response_time_avg,
               'p95_ms', b.baseline_response_time_p95, 'tps', b.baseline_throughput_tps)
             ORDER BY b.created_at, b.id), '[]')
      FROM (SELECT y.* FROM perf_mgmt.performance_baselines y
            WHERE y.test_name = p_test_name AND y.execution_environment = v_environment
            ORDER BY y.is_active DESC, y.created_at DESC, y.id LIMIT 100) b),
    'accepted_changes', (
      SELECT coalesce(jsonb_agg(jsonb_build_object('execution_id', a.execution_id, 'starts_at', a.starts_at, 'reason', a.reason)
                                ORDER BY a.starts_at), '[]')
      FROM perf_mgmt.accepted_changes a
      WHERE a.test_name = p_test_name AND a.execution_environment = v_environment),
    'noise', (
      SELECT coalesce(jsonb_agg(to_jsonb(n) - 'ordinality' ORDER BY n.ordinality), '[]')
      FROM perf_mgmt.noise_floor(p_test_name, v_environment) WITH ORDINALITY n
      WHERE v_environment IS NOT NULL));
END
$$;
COMMENT ON FUNCTION perf_mgmt.history_document(varchar, varchar) IS
  'All that a page about the history of a test in one environment (NULL: that of its newest execution) shows, as one JSON document: the newest 500 executions without repetitions and halves of comparisons, change_points, the newest 100 baselines, accepted_changes, noise.';
