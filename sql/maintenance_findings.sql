-- What maintenance finds out and brings up to date every day and every week.
--
-- Each part is a function of its own that returns its findings as JSON. p_since is where the time that
-- they are about begins, p_before where the time begins that it is compared with. Only two of them change
-- anything: lost executions are marked, rolling baselines are refreshed. Thresholds are proposed, never set.

-- Daily ------------------------------------------------------------------------------------------

CREATE FUNCTION perf_mgmt.mark_lost_executions() RETURNS uuid[]
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_lost uuid[] := '{}';
  v_id uuid;
BEGIN
  -- A controller gives up its lock after its final commit, which the UPDATE then sees.
  FOR v_id IN SELECT e.id FROM perf_mgmt.test_executions e WHERE e.execution_status = 'RUNNING' LOOP
    CONTINUE WHEN perf_mgmt.execution_controller(v_id) IS NOT NULL;
    UPDATE perf_mgmt.test_executions e
      SET execution_status = 'FAILED', failure_sqlstate = '57P02',
          failure_message = 'the server or the controller ended during the run'
      WHERE e.id = v_id AND e.execution_status = 'RUNNING';
    IF FOUND THEN
      PERFORM perf_mgmt.log_performance_event(v_id, 'LOST', 'the execution was found without a controller and marked FAILED');
      v_lost := v_lost || v_id;
    END IF;
  END LOOP;
  PERFORM perf_mgmt.mark_lost_comparisons();
  RETURN v_lost;
END
$$;
COMMENT ON FUNCTION perf_mgmt.mark_lost_executions() IS
  'Marks as FAILED the executions that are RUNNING without a controller, and returns them; and comparisons of variants whose session is gone.';

CREATE FUNCTION perf_mgmt.maintain_executions(p_since timestamptz, p_before timestamptz) RETURNS jsonb
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
  v_lost constant uuid[] := perf_mgmt.mark_lost_executions();
BEGIN
  RETURN (
    SELECT jsonb_build_object(
      'total', count(*),
      'completed', count(*) FILTER (WHERE e.execution_status = 'COMPLETED'),
      'failed', count(*) FILTER (WHERE e.execution_status = 'FAILED'),
      'cancelled', count(*) FILTER (WHERE e.execution_status = 'CANCELLED'),
      'running', count(*) FILTER (WHERE e.execution_status = 'RUNNING'),
      'invalid', count(*) FILTER (WHERE e.execution_status = 'COMPLETED' AND e.is_valid IS NOT TRUE),
      'regressions', count(*) FILTER (WHERE e.regression_detected),
      'marked_lost', to_jsonb(v_lost),
      'problems', coalesce(jsonb_agg(jsonb_build_object(
          'execution_id', e.id, 'test_name', t.test_name, 'environment', e.execution_environment, 'started_at', e.started_at,
          'problem', CASE WHEN e.execution_status <> 'COMPLETED' THEN e.execution_status::text
                          WHEN e.regression_detected THEN 'REGRESSION' ELSE 'INVALID' END,
          'reason', coalesce(e.failure_message, v.explanation, v.reason,
                             (SELECT string_agg(f ->> 'message', ' ') FROM jsonb_array_elements(e.findings) f
                              WHERE f -> 'fatal' = 'true')))
        ORDER BY e.started_at DESC, e.id)
        FILTER (WHERE e.execution_status IN ('FAILED', 'CANCELLED') OR e.regression_detected
                      OR e.execution_status = 'COMPLETED' AND e.is_valid IS NOT TRUE), '[]'))
    FROM perf_mgmt.test_executions e
    JOIN perf_mgmt.performance_tests t ON t.id = e.test_id
    LEFT JOIN LATERAL (SELECT o.reason, o.explanation FROM perf_mgmt.latest_verdicts(e.id) o
                       WHERE e.regression_detected AND o.metric = 'overall') v ON true
    WHERE e.comparison_id IS NULL
      AND (e.started_at >= p_since OR e.id = ANY (v_lost) OR e.execution_status = 'RUNNING'));
END
$$;
COMMENT ON FUNCTION perf_mgmt.maintain_executions(timestamptz, timestamptz) IS
  'Maintenance: executions since then by state, lost ones marked, and those that failed, are invalid or are regressions.';

CREATE FUNCTION perf_mgmt.maintain_alerts(p_since timestamptz, p_before timestamptz) RETURNS jsonb
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
  SELECT jsonb_build_object(
    'raised', count(*) FILTER (WHERE a.triggered_at >= p_since),
    'unacknowledged', count(*) FILTER (WHERE a.acknowledged_at IS NULL),
    'alerts', coalesce((
      SELECT jsonb_agg(jsonb_build_object('alert_event_id', o.id, 'severity', o.severity, 'message', o.message,
                                          'triggered_at', o.triggered_at, 'execution_id', o.execution_id,
                                          'acknowledged_at', o.acknowledged_at)
                       ORDER BY o.severity DESC, o.triggered_at DESC, o.id)
      FROM (SELECT * FROM perf_mgmt.alert_events x WHERE x.triggered_at >= p_since OR x.acknowledged_at IS NULL
            ORDER BY x.severity DESC, x.triggered_at DESC, x.id LIMIT 50) o), '[]'))
  FROM perf_mgmt.alert_events a
$$;
COMMENT ON FUNCTION perf_mgmt.maintain_alerts(timestamptz, timestamptz) IS
  'Maintenance: alerts since then, and those of any time that nobody has taken up; the 50 most urgent in full.';

-- Medians: one bad run moves no trend.
CREATE FUNCTION perf_mgmt.maintain_trends(p_since timestamptz, p_before timestamptz) RETURNS jsonb
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
  WITH figures AS (
    SELECT t.test_name, coalesce(t.industry_context::text, 'none') AS industry, e.execution_environment,
           e.started_at >= p_since AS is_new, e.regression_detected,
           e.p95_response_time_ms, e.throughput_tps, e.error_rate_percent
    FROM perf_mgmt.test_executions e
    JOIN perf_mgmt.performance_tests t ON t.id = e.test_id
    WHERE e.execution_status = 'COMPLETED' AND e.is_valid AND e.comparison_id IS NULL AND e.confirms_execution_id IS NULL
      AND e.started_at >= p_before
  ), trends AS (
    SELECT f.test_name, f.industry, f.execution_environment,
           count(*) FILTER (WHERE f.is_new) AS executions,
           count(*) FILTER (WHERE NOT f.is_new) AS executions_before,
           count(*) FILTER (WHERE f.is_new AND f.regression_detected) AS regressions,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY f.p95_response_time_ms) FILTER (WHERE f.is_new) AS p95,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY f.p95_response_time_ms) FILTER (WHERE NOT f.is_new) AS p95_before,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY f.throughput_tps) FILTER (WHERE f.is_new) AS tps,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY f.throughput_tps) FILTER (WHERE NOT f.is_new) AS tps_before,
           max(f.error_rate_percent) FILTER (WHERE f.is_new) AS error_rate_max
    FROM figures f
    GROUP BY f.test_name, f.industry, f.execution_environment
    HAVING count(*) FILTER (WHERE f.is_new) > 0
  ), changes AS (
    SELECT t.*, 100 * (t.p95 / nullif(t.p95_before, 0) - 1) AS p95_change, 100 * (t.tps / nullif(t.tps_before, 0) - 1) AS tps_change
    FROM trends t
  )
  SELECT jsonb_build_object(
    'tests', coalesce((
      SELECT jsonb_agg(jsonb_build_object(
          'test_name', c.test_name, 'industry', c.industry, 'environment', c.execution_environment,
          'executions', c.executions, 'executions_before', c.executions_before, 'regressions', c.regressions,
          'p95_response_time_ms', round(c.p95::numeric, 3), 'p95_before_ms', round(c.p95_before::numeric, 3),
          'p95_change_percent', round(c.p95_change::numeric, 1),
          'throughput_tps', round(c.tps::numeric, 3), 'throughput_before_tps', round(c.tps_before::numeric, 3),
          'throughput_change_percent', round(c.tps_change::numeric, 1),
          'error_rate_max_percent', c.error_rate_max)
        ORDER BY greatest(c.p95_change, -c.tps_change) DESC NULLS LAST, c.test_name, c.execution_environment)
      FROM changes c), '[]'),
    'industries', coalesce((
      SELECT jsonb_object_agg(i.industry, jsonb_build_object(
          'tests', i.tests, 'executions', i.executions, 'regressions', i.regressions,
          'median_p95_change_percent', i.p95_change, 'median_throughput_change_percent', i.tps_change))
      FROM (SELECT c.industry, count(DISTINCT c.test_name) AS tests, sum(c.executions) AS executions, sum(c.regressions) AS regressions,
                   round(percentile_cont(0.5) WITHIN GROUP (ORDER BY c.p95_change)::numeric, 1) AS p95_change,
                   round(percentile_cont(0.5) WITHIN GROUP (ORDER BY c.tps_change)::numeric, 1) AS tps_change
            FROM changes c GROUP BY c.industry) i), '{}'),
    'change_points', coalesce((
      SELECT jsonb_agg(jsonb_build_object('test_name', t.test_name, 'environment', e.execution_environment,
                                          'message', v.message, 'details', v.details) ORDER BY v.event_time DESC, v.id)
      FROM perf_mgmt.execution_events v
      JOIN perf_mgmt.test_executions e ON e.id = v.execution_id
      JOIN perf_mgmt.performance_tests t ON t.id = e.test_id
      WHERE v.event_type = 'CHANGE_POINT' AND v.event_time >= p_since), '[]'))
$$;
COMMENT ON FUNCTION perf_mgmt.maintain_trends(timestamptz, timestamptz) IS
  'Maintenance: medians of the valid executions since p_since beside those since p_before, by test and environment and by industry, the worst first, and the change points that were found.';

CREATE FUNCTION perf_mgmt.maintain_baselines(p_since timestamptz, p_before timestamptz) RETURNS jsonb
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_test_name varchar;
  v_refreshed jsonb := '[]';
  v_failed jsonb := '[]';
BEGIN
  FOR v_test_name IN
    -- Those whose rolling baseline would be led by another execution than it is
    SELECT DISTINCT t.test_name
    FROM (SELECT DISTINCT x.test_name FROM perf_mgmt.performance_tests x) t
    CROSS JOIN LATERAL perf_mgmt.leading_executions(t.test_name, now() - interval '30 days') l
    WHERE NOT EXISTS (
      SELECT FROM perf_mgmt.performance_baselines b
      WHERE b.test_name = t.test_name AND b.execution_environment = l.execution_environment
        AND b.baseline_type = 'ROLLING' AND b.is_active AND b.baseline_execution_id = l.execution_id)
    ORDER BY t.test_name
  LOOP
    BEGIN
      PERFORM perf_mgmt.update_rolling_baseline(v_test_name);
      v_refreshed := v_refreshed || to_jsonb(v_test_name);
    EXCEPTION WHEN OTHERS THEN
      v_failed := v_failed || jsonb_build_object('test_name', v_test_name, 'sqlstate', SQLSTATE, 'message', SQLERRM);
    END;
  END LOOP;
  RETURN jsonb_build_object('refreshed', v_refreshed, 'failed', v_failed);
END
$$;
COMMENT ON FUNCTION perf_mgmt.maintain_baselines(timestamptz, timestamptz) IS
  'Maintenance: refreshes the rolling baselines of the tests that have newer executions for them (leading_executions).';

CREATE FUNCTION perf_mgmt.maintain_issues(p_since timestamptz, p_before timestamptz) RETURNS jsonb
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT coalesce(jsonb_agg(to_jsonb(i) ORDER BY i.total_time_consumed DESC, i.query_hash), '[]')
  FROM (SELECT * FROM perf_mgmt.top_performance_issues x ORDER BY x.total_time_consumed DESC, x.query_hash LIMIT 10) i
$$;
COMMENT ON FUNCTION perf_mgmt.maintain_issues(timestamptz, timestamptz) IS
  'Maintenance: the ten templates of top_performance_issues that took most time.';

-- Weekly -----------------------------------------------------------------------------------------

CREATE FUNCTION perf_mgmt.maintain_tests(p_since timestamptz, p_before timestamptz) RETURNS jsonb
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
  WITH tests AS (
    SELECT t.test_name, bool_or(t.is_active) AS is_active, r.last_run, r.executions, r.ended_early, r.invalid, r.zero_row_writes
    FROM perf_mgmt.performance_tests t
    CROSS JOIN LATERAL (
      SELECT max(e.started_at) AS last_run,
             count(*) FILTER (WHERE e.started_at >= p_since) AS executions,
             count(*) FILTER (WHERE e.started_at >= p_since AND e.execution_status IN ('FAILED', 'CANCELLED')) AS ended_early,
             count(*) FILTER (WHERE e.started_at >= p_since AND e.execution_status = 'COMPLETED' AND e.is_valid IS NOT TRUE) AS invalid,
             sum(e.zero_row_writes) FILTER (WHERE e.started_at >= p_since) AS zero_row_writes
      FROM perf_mgmt.test_executions e JOIN perf_mgmt.performance_tests v ON v.id = e.test_id
      WHERE v.test_name = t.test_name) r
    GROUP BY t.test_name, r.last_run, r.executions, r.ended_early, r.invalid, r.zero_row_writes
  )
  SELECT jsonb_build_object(
    'to_review', coalesce((
      SELECT jsonb_agg(jsonb_build_object('test_name', t.test_name, 'last_run', t.last_run, 'reason', x.reason)
                       ORDER BY t.test_name, x.place)
      FROM tests t CROSS JOIN LATERAL (VALUES
        (1, CASE WHEN t.last_run IS NULL THEN 'it has never been run' WHEN t.executions = 0 THEN 'it was not run in this time' END),
        (2, CASE WHEN t.ended_early > 0 THEN format('%s of %s executions did not come to their end', t.ended_early, t.executions) END),
        (3, CASE WHEN t.invalid > 0 THEN format('%s of %s executions were not valid', t.invalid, t.executions) END),
        (4, CASE WHEN t.zero_row_writes > 0 THEN
              format('%s writes touched no row: its parameters may not match its data', t.zero_row_writes) END)
      ) AS x (place, reason)
      WHERE t.is_active AND x.reason IS NOT NULL), '[]'),
    'scenarios_without_a_test', coalesce((
      SELECT jsonb_agg(s.scenario_name ORDER BY s.scenario_name)
      FROM perf_mgmt.load_scenarios s
      WHERE s.is_active
        AND NOT EXISTS (SELECT FROM perf_mgmt.performance_tests t
                        WHERE t.is_active AND (t.scenario_id = s.id OR t.test_configuration ->> 'scenario' = s.scenario_name
                          OR t.scenario_id IS NULL AND NOT t.test_configuration ? 'scenario' AND t.industry_context = s.industry_type))),
      '[]'))
$$;
COMMENT ON FUNCTION perf_mgmt.maintain_tests(timestamptz, timestamptz) IS
  'Maintenance: active tests that were not run, failed, were invalid or touched no rows, and scenarios that no test uses.';

-- Far from what was observed: three deviations on logs, robustly estimated, of at least 5 percent each.
CREATE FUNCTION perf_mgmt.maintain_thresholds(p_since timestamptz, p_before timestamptz) RETURNS jsonb
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  WITH figures AS (
    SELECT t.test_name, t.industry_context, e.execution_environment, f.metric, f.value
    FROM perf_mgmt.test_executions e
    JOIN perf_mgmt.performance_tests t ON t.id = e.test_id
    CROSS JOIN LATERAL (VALUES ('p95_response_time_ms', e.p95_response_time_ms), ('p99_response_time_ms', e.p99_response_time_ms),
                               ('throughput_tps', e.throughput_tps), ('error_rate_percent', e.error_rate_percent)) AS f (metric, value)
    WHERE e.execution_status = 'COMPLETED' AND e.is_valid AND NOT e.regression_detected AND e.comparison_id IS NULL
      AND e.confirms_execution_id IS NULL AND e.started_at >= p_before AND f.value IS NOT NULL
  ), centres AS (
    SELECT f.test_name, f.industry_context, f.execution_environment, f.metric, count(*) AS executions,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY f.value)::numeric AS median, min(f.value) AS lowest, max(f.value) AS highest
    FROM figures f
    GROUP BY f.test_name, f.industry_context, f.execution_environment, f.metric
    HAVING count(*) >= 5
  ), spreads AS (
    SELECT c.*, greatest(0.05, 1.4826 * percentile_cont(0.5) WITHIN GROUP (
             ORDER BY abs(ln(greatest(f.value, 0.000001)) - ln(greatest(c.median, 0.000001))))::numeric) AS deviation
    FROM centres c
    JOIN figures f USING (test_name, execution_environment, metric)
    GROUP BY c.test_name, c.industry_context, c.execution_environment, c.metric, c.executions, c.median, c.lowest, c.highest
  ), limits AS (
    SELECT s.*, CASE WHEN s.metric = 'throughput_tps' THEN 'min_' ELSE 'max_' END || s.metric AS name,
           CASE s.metric
             WHEN 'throughput_tps' THEN least(s.median * exp(-3 * s.deviation), s.lowest)
             -- Error rates are often 0, which has no logarithm.
             WHEN 'error_rate_percent' THEN least(100, greatest(1, 2 * s.highest))
             ELSE greatest(s.median * exp(3 * s.deviation), s.highest) END AS proposed
    FROM spreads s
  )
  SELECT jsonb_build_object(
    'tests', coalesce((
      SELECT jsonb_agg(jsonb_build_object(
          'test_name', l.test_name, 'environment', l.execution_environment, 'executions', l.executions,
          'threshold_config', l.config) ORDER BY l.test_name, l.execution_environment)
      FROM (SELECT x.test_name, x.execution_environment, max(x.executions) AS executions,
                   jsonb_object_agg(x.name, trim_scale(round(x.proposed, 3))) AS config
            FROM limits x GROUP BY x.test_name, x.execution_environment) l), '[]'),
    'alerts', coalesce((
      SELECT jsonb_agg(jsonb_build_object(
          'alert_config_id', a.id, 'alert_name', a.alert_name, 'limit', a.name, 'value', a.value,
          'proposed', trim_scale(round(a.proposed, 3)), 'tests', a.tests,
          'reason', CASE WHEN a.within THEN 'normal executions break it' ELSE 'nothing observed comes near it' END)
        ORDER BY a.alert_name, a.id, a.name)
      FROM (SELECT c.id, c.alert_name, v.name, v.value::numeric AS value, count(*) AS tests,
                   -- One limit for all tests that the alert is for
                   CASE WHEN starts_with(v.name, 'max_') THEN max(l.proposed) ELSE min(l.proposed) END AS proposed,
                   bool_or(CASE WHEN starts_with(v.name, 'max_') THEN l.highest > v.value::numeric
                                ELSE l.lowest < v.value::numeric END) AS within
            FROM perf_mgmt.alert_configurations c
            CROSS JOIN LATERAL jsonb_each_text(c.threshold_config) AS v (name, value)
            JOIN limits l ON l.name = v.name AND (c.industry_context IS NULL OR c.industry_context = l.industry_context)
            WHERE c.is_active AND jsonb_typeof(c.threshold_config -> v.name) = 'number'
            GROUP BY c.id, c.alert_name, v.name, v.value) a
      WHERE a.within
         OR CASE WHEN starts_with(a.name, 'max_') THEN a.value > 2 * a.proposed ELSE a.value < a.proposed / 2 END), '[]'))
$$;
COMMENT ON FUNCTION perf_mgmt.maintain_thresholds(timestamptz, timestamptz) IS
  'Maintenance: limits for alerts that follow from what was observed since p_before (5 valid executions at least, without repetitions): per test, as a threshold_config, and for alerts whose limit normal executions break or nothing comes near. Proposed, not set.';
