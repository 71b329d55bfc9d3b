-- What maintenance finds out every month: where the capacity goes, what to change in the tests, what
-- they cover. The parts are as those of maintenance_findings.sql, and change nothing.

-- A straight line through the executions; the day on which it meets the limit.
CREATE FUNCTION perf_mgmt.maintain_capacity(p_since timestamptz, p_before timestamptz) RETURNS jsonb
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
  WITH points AS (
    SELECT t.test_name, e.execution_environment, extract(epoch FROM e.started_at - now())::double precision / 86400 AS day,
           f.metric, f.value::double precision AS value, f.bound::double precision AS bound
    FROM perf_mgmt.test_executions e
    JOIN perf_mgmt.performance_tests t ON t.id = e.test_id
    LEFT JOIN perf_mgmt.load_scenarios s ON s.id = e.scenario_id
    CROSS JOIN LATERAL (VALUES
      ('cpu_usage_percent', e.cpu_usage_percent, coalesce((t.baseline_thresholds ->> 'max_cpu_usage_percent')::numeric, s.max_cpu_usage_percent, 80)),
      ('memory_usage_percent', e.memory_usage_percent,
       coalesce((t.baseline_thresholds ->> 'max_memory_usage_percent')::numeric, s.max_memory_usage_percent, 90)),
      ('p95_response_time_ms', e.p95_response_time_ms,
       coalesce((t.baseline_thresholds ->> 'max_p95_response_time_ms')::numeric, s.max_p95_response_time_ms)),
      ('throughput_tps', e.throughput_tps,
       nullif(coalesce((t.baseline_thresholds ->> 'min_throughput_tps')::numeric, s.min_throughput_tps), 0)),
      ('test_data_size', e.test_data_size, NULL)) AS f (metric, value, bound)
    WHERE e.execution_status = 'COMPLETED' AND e.is_valid AND e.comparison_id IS NULL AND e.confirms_execution_id IS NULL
      AND e.started_at >= p_before AND f.value IS NOT NULL
  ), lines AS (
    SELECT p.test_name, p.execution_environment, p.metric, count(*) AS executions, max(p.day) - min(p.day) AS days,
           regr_slope(p.value, p.day) AS slope, regr_intercept(p.value, p.day) AS level, regr_r2(p.value, p.day) AS r2,
           CASE WHEN p.metric = 'throughput_tps' THEN max(p.bound) ELSE min(p.bound) END AS bound
    FROM points p
    GROUP BY p.test_name, p.execution_environment, p.metric
    -- Fewer points, or a shorter time, make no trend.
    HAVING count(*) >= 5 AND max(p.day) - min(p.day) >= 7
  ), reached AS (
    SELECT l.*, CASE WHEN l.slope <> 0 AND (l.bound - l.level) / l.slope >= 0 AND (l.bound - l.level) / l.slope < 36500
                     THEN (l.bound - l.level) / l.slope END AS days_left
    FROM lines l
  )
  SELECT coalesce(jsonb_agg(jsonb_build_object(
             'test_name', r.test_name, 'environment', r.execution_environment, 'metric', r.metric,
             'executions', r.executions, 'days', round(r.days::numeric, 1), 'level', round(r.level::numeric, 3),
             'change_per_30_days', round((30 * r.slope)::numeric, 3), 'r_squared', round(r.r2::numeric, 3),
             'limit', r.bound::numeric, 'days_to_limit', round(r.days_left::numeric, 0),
             'reaches_limit_on', (now() + make_interval(days => round(r.days_left)::integer))::date)
           ORDER BY r.days_left NULLS LAST, r.test_name, r.execution_environment, r.metric), '[]')
  FROM reached r
$$;
COMMENT ON FUNCTION perf_mgmt.maintain_capacity(timestamptz, timestamptz) IS
  'Maintenance: the trend of CPU, memory, response time, throughput and amount of data per test since p_before, and when it reaches its limit; r_squared says how far the trend explains the figures.';

CREATE FUNCTION perf_mgmt.maintain_configurations(p_since timestamptz, p_before timestamptz) RETURNS jsonb
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  WITH judged AS (
    SELECT t.test_name, e.execution_environment, count(*) AS judged,
           count(*) FILTER (WHERE v.verdict = 'INCONCLUSIVE') AS inconclusive,
           count(*) FILTER (WHERE v.verdict = 'SUSPECT') AS suspect,
           count(*) FILTER (WHERE v.verdict = 'NO_BASELINE') AS no_baseline
    FROM perf_mgmt.test_executions e
    JOIN perf_mgmt.performance_tests t ON t.id = e.test_id
    CROSS JOIN LATERAL (SELECT o.verdict FROM perf_mgmt.latest_verdicts(e.id) o WHERE o.metric = 'overall') v
    WHERE e.started_at >= p_since AND e.comparison_id IS NULL AND e.confirms_execution_id IS NULL
    GROUP BY t.test_name, e.execution_environment
  ), advice AS (
    SELECT j.test_name, j.execution_environment, 1 AS place,
           format('%s of %s executions could not be judged; more or longer rounds decide more', j.inconclusive, j.judged) AS advice
    FROM judged j WHERE j.inconclusive * 4 > j.judged
    UNION ALL
    SELECT j.test_name, j.execution_environment, 2, format('%s of %s executions had nothing to be compared with', j.no_baseline, j.judged)
    FROM judged j WHERE j.no_baseline * 2 > j.judged
    UNION ALL
    SELECT j.test_name, n.execution_environment, 3,
           format('the noise of %s needs a threshold of %s %%, and its baseline has %s %%', n.metric, n.smallest_threshold_percent, b.threshold)
    FROM (SELECT DISTINCT x.test_name FROM judged x) j
    CROSS JOIN LATERAL perf_mgmt.noise_floor(j.test_name) n
    JOIN LATERAL (
      SELECT CASE n.metric WHEN 'throughput_tps' THEN p.throughput_threshold_percent WHEN 'error_rate_percent' THEN p.error_rate_threshold_percent
                           ELSE p.response_time_threshold_percent END AS threshold
      FROM perf_mgmt.active_baselines p
      WHERE p.test_name = j.test_name AND p.execution_environment = n.execution_environment
      ORDER BY p.segment_number DESC, p.preference LIMIT 1) b ON abs(b.threshold) < abs(n.smallest_threshold_percent)
  )
  SELECT coalesce(jsonb_agg(jsonb_build_object('test_name', a.test_name, 'environment', a.execution_environment, 'advice', a.advice)
                            ORDER BY a.test_name, a.execution_environment, a.place, a.advice), '[]')
  FROM advice a
$$;
COMMENT ON FUNCTION perf_mgmt.maintain_configurations(timestamptz, timestamptz) IS
  'Maintenance: tests whose verdicts are often undecided, or whose thresholds are finer than their noise.';

CREATE FUNCTION perf_mgmt.maintain_benchmarks(p_since timestamptz, p_before timestamptz) RETURNS jsonb
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
  SELECT jsonb_build_object(
    'baselines', coalesce((
      SELECT jsonb_agg(jsonb_build_object(
          'test_name', b.test_name, 'baseline_type', b.baseline_type, 'baseline_date', b.baseline_date, 'environment', e.execution_environment,
          'age_days', extract(day FROM now() - b.baseline_date)::integer,
          'review', b.baseline_date < p_before AND b.baseline_type <> 'INITIAL') ORDER BY b.baseline_date, b.test_name, b.baseline_type)
      FROM perf_mgmt.performance_baselines b JOIN perf_mgmt.test_executions e ON e.id = b.baseline_execution_id
      WHERE b.is_active), '[]'),
    'tests_without_a_baseline', coalesce((
      SELECT jsonb_agg(DISTINCT t.test_name)
      FROM perf_mgmt.performance_tests t
      WHERE t.is_active AND NOT EXISTS (SELECT FROM perf_mgmt.performance_baselines b WHERE b.test_name = t.test_name AND b.is_active)), '[]'))
$$;
COMMENT ON FUNCTION perf_mgmt.maintain_benchmarks(timestamptz, timestamptz) IS
  'Maintenance: active baselines with their age, and tests that have none.';

CREATE FUNCTION perf_mgmt.maintain_strategy(p_since timestamptz, p_before timestamptz) RETURNS jsonb
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT jsonb_build_object(
    'active_tests', count(DISTINCT t.test_name),
    'in_ci', count(DISTINCT t.test_name) FILTER (WHERE t.test_configuration -> 'ci_enabled' = 'true'),
    'by_type', coalesce((SELECT jsonb_object_agg(y.test_type, y.tests)
                FROM (SELECT x.test_type, count(DISTINCT x.test_name) AS tests FROM perf_mgmt.performance_tests x
                      WHERE x.is_active GROUP BY x.test_type) y), '{}'),
    'types_without_a_test', (SELECT coalesce(jsonb_agg(y.label ORDER BY y.label), '[]')
                             FROM unnest(enum_range(NULL::perf_mgmt.test_type_enum)) AS y (label)
                             WHERE NOT EXISTS (SELECT FROM perf_mgmt.performance_tests x WHERE x.is_active AND x.test_type = y.label)),
    'environments', (SELECT coalesce(jsonb_object_agg(y.execution_environment, y.executions), '{}')
                     FROM (SELECT e.execution_environment, count(*) AS executions FROM perf_mgmt.test_executions e
                           WHERE e.started_at >= p_since GROUP BY e.execution_environment) y),
    'active_alerts', (SELECT count(*) FROM perf_mgmt.alert_configurations c WHERE c.is_active))
  FROM perf_mgmt.performance_tests t WHERE t.is_active
$$;
COMMENT ON FUNCTION perf_mgmt.maintain_strategy(timestamptz, timestamptz) IS
  'Maintenance: what the tests cover, by type, environment and CI, for a review of the testing strategy.';
