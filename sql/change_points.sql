-- Change points: where the results of a test moved to another level and stayed there. They inform, and
-- gate nothing: which change was meant is for people to say (accept_change).

CREATE FUNCTION perf_mgmt.change_points_of(
  p_values double precision[],
  p_alpha double precision
) RETURNS TABLE (
  place integer,
  level_before double precision,
  level_after double precision,
  p_value double precision,
  superiority double precision
)
AS 'MODULE_PATHNAME', 'perf_mgmt_change_points_of' LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 2
SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION perf_mgmt.change_points_of(double precision[], double precision) IS
  'Where a series moved to another level, in its order: place of the first value of the new level (from 1 on), medians of the levels on both sides, p value, and the probability that a value of the new level is above one of the old. At least 10 values, 5 on each side; alpha, 0.001 to 0.5, is the probability of finding any change in independent values that have none.';

CREATE FUNCTION perf_mgmt.performance_change_points(
  p_test_name varchar,
  p_environment varchar DEFAULT NULL,
  p_alpha numeric DEFAULT 0.01
) RETURNS TABLE (
  metric_name text,
  execution_id uuid,
  started_at timestamptz,
  level_before numeric,
  level_after numeric,
  change_percent numeric,
  p_value numeric,
  superiority numeric
)
LANGUAGE plpgsql STABLE ROWS 5
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
  IF NOT EXISTS (SELECT FROM perf_mgmt.performance_tests t WHERE t.test_name = p_test_name) THEN
    RAISE EXCEPTION 'performance test % does not exist', coalesce('"' || p_test_name || '"', 'NULL')
      USING ERRCODE = 'undefined_object', HINT = 'Take a name from perf_mgmt.performance_tests.';
  END IF;
  RETURN QUERY
  SELECT s.metric, s.execution_ids[c.place], s.times[c.place],
         round(c.level_before::numeric, 6), round(c.level_after::numeric, 6),
         round((100 * (c.level_after - c.level_before) / nullif(c.level_before, 0))::numeric, 3),
         round(c.p_value::numeric, 4), round(c.superiority::numeric, 4)
  FROM (SELECT DISTINCT ON (h.execution_environment) h.execution_id
        FROM perf_mgmt.history h
        WHERE h.test_name = p_test_name AND (p_environment IS NULL OR h.execution_environment = p_environment)
        ORDER BY h.execution_environment, h.started_at DESC, h.execution_id) newest
  CROSS JOIN LATERAL (
    SELECT m.metric,
           array_agg(m.figure::double precision ORDER BY o.started_at, o.execution_id) AS figures,
           array_agg(o.execution_id ORDER BY o.started_at, o.execution_id) AS execution_ids,
           array_agg(o.started_at ORDER BY o.started_at, o.execution_id) AS times
    FROM perf_mgmt.eligible_executions(newest.execution_id, 200, p_all_segments => true) o
    JOIN perf_mgmt.test_executions e ON e.id = o.execution_id
    CROSS JOIN LATERAL (VALUES ('p95_response_time_ms', e.p95_response_time_ms),
                               ('avg_response_time_ms', e.avg_response_time_ms),
                               ('throughput_tps', e.throughput_tps)) AS m(metric, figure)
    WHERE m.figure IS NOT NULL
    GROUP BY m.metric
  ) s
  CROSS JOIN LATERAL perf_mgmt.change_points_of(s.figures, p_alpha::double precision) c
  ORDER BY s.times[c.place], s.execution_ids[c.place], s.metric;
END
$$;
COMMENT ON FUNCTION perf_mgmt.performance_change_points(varchar, varchar, numeric) IS
  'Where the 95th percentile, the average response time or the throughput of a test moved to another level: the first execution of each new level, with the medians of both levels. Over the newest 200 executions that are comparable with the newest one, of all segments; per environment (NULL: each by itself). p_alpha: the chance of finding any change in a metric that has none and whose values are independent.';
