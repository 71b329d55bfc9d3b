-- The views performance_dashboard, performance_trends and top_performance_issues.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS perf_mgmt;
RESET client_min_messages;
\set VERBOSITY default
\set SHOW_CONTEXT never



BEGIN;
INSERT INTO perf_mgmt.performance_tests (test_name, test_version, test_type, industry_context, test_configuration, baseline_thresholds)
VALUES ('Viewed', '1', 'LOAD', 'RETAIL', '{}', '{}'), ('Viewed', '2', 'LOAD', 'RETAIL', '{}', '{}');
-- Execution n, started n minutes after a time two days ago: 100 ms on average, p95 200, p99 400, unless it says otherwise
CREATE FUNCTION pg_temp.id(p_n integer) RETURNS uuid LANGUAGE sql AS $$ SELECT lpad(p_n::text, 32, '0')::uuid $$;
CREATE FUNCTION pg_temp.run(p_n integer, p_figures jsonb DEFAULT '{}', p_test text DEFAULT 'Viewed', p_version text DEFAULT '1')
RETURNS integer LANGUAGE sql AS $$
  INSERT INTO perf_mgmt.test_executions
  SELECT r.* FROM perf_mgmt.performance_tests t, LATERAL jsonb_populate_record(
    NULL::perf_mgmt.test_executions,
    jsonb_build_object('id', pg_temp.id(p_n), 'test_id', t.id, 'execution_environment', 'ci', 'database_version', '15.4',
      'execution_status', 'COMPLETED', 'started_at', now() - interval '2 days' + p_n * interval '1 minute',
      'completed_at', now() - interval '2 days' + (p_n + 1) * interval '1 minute', 'created_at', now(),
      'regression_detected', false, 'findings', '[]'::jsonb, 'is_valid', true, 'avg_response_time_ms', 100,
      'p95_response_time_ms', 200, 'p99_response_time_ms', 400, 'throughput_tps', 1000, 'error_rate_percent', 1,
      'cpu_usage_percent', 50, 'memory_usage_percent', 40,
      'total_connections', 4, 'test_data_size', 1000000, 'postgresql_config', '{"work_mem": "4MB", "fsync": "on"}'::jsonb,
      'hardware_specs', '{"processors": 8, "memory_bytes": 16000000000, "kernel_release": "6.1"}'::jsonb,
      'run_spec', '{"virtual_users": 4, "seed": 1}'::jsonb) || p_figures) r
  WHERE t.test_name = p_test AND t.test_version = p_version
  RETURNING p_n
$$;

-- One row per execution, however many baselines the test has (page 5: the dashboard multiplies rows by baselines), with
-- the one that compare_with_baseline takes
SELECT pg_temp.run(1, '{"p95_response_time_ms": 100}'), pg_temp.run(2, '{"p95_response_time_ms": 110}'), pg_temp.run(3, '{}', 'Viewed', '2');
SELECT perf_mgmt.set_baseline(pg_temp.id(1), 'INITIAL') IS NOT NULL AS initial, perf_mgmt.update_rolling_baseline('Viewed') IS NOT NULL AS rolling,
       perf_mgmt.set_baseline(pg_temp.id(2)) IS NOT NULL AS manual;
SELECT right(execution_id::text, 2) AS execution, test_version, industry_context, p95_response_time_ms, baseline_response_time_p95, baseline_throughput_tps,
       baseline_error_rate_percent, baseline_type, right(baseline_execution_id::text, 2) AS baseline, baseline_memory_usage_percent
FROM perf_mgmt.performance_dashboard ORDER BY 1;
SELECT baseline_value FROM perf_mgmt.compare_with_baseline(pg_temp.id(3)) WHERE metric_name = 'P95 Response Time';
SELECT right(execution_id::text, 2) AS execution, performance_change_percent FROM perf_mgmt.performance_dashboard WHERE execution_id = pg_temp.id(3);
-- ... none from another environment, with another fingerprint, or of another segment
SELECT pg_temp.run(4, '{"execution_environment": "staging"}'), pg_temp.run(5, '{"database_version": "16.1"}');
UPDATE perf_mgmt.test_executions e SET fingerprint = perf_mgmt.execution_fingerprint(e.id);
SELECT perf_mgmt.accept_change('Viewed', pg_temp.id(3), 'as wanted');
SELECT right(execution_id::text, 2) AS execution, execution_environment, right(baseline_execution_id::text, 2) AS baseline
FROM perf_mgmt.performance_dashboard ORDER BY 1;
-- ... and the one that its environment has, whatever others have
SELECT perf_mgmt.set_baseline(pg_temp.id(4), 'INITIAL') IS NOT NULL AS set;
SELECT right(execution_id::text, 2) AS execution, execution_environment, right(baseline_execution_id::text, 2) AS baseline
FROM perf_mgmt.performance_dashboard ORDER BY 1;

-- ... and a comparable one before one that is preferred by its type
SELECT perf_mgmt.set_baseline(pg_temp.id(5)) IS NOT NULL AS set;
SELECT right(execution_id::text, 2) AS execution, baseline_type, right(baseline_execution_id::text, 2) AS baseline
FROM perf_mgmt.performance_dashboard WHERE execution_environment = 'ci' AND execution_id >= pg_temp.id(3) ORDER BY 1;
-- The state comes before the health (page 5: FAILED reads HEALTHY, memory is missing)
SELECT count(pg_temp.run(n, figures::jsonb)) FROM (VALUES
  (11, '{"execution_status": "FAILED", "is_valid": false, "regression_detected": true}'),
  (12, '{"execution_status": "CANCELLED", "is_valid": false}'),
  (13, '{"execution_status": "RUNNING", "is_valid": null, "completed_at": null, "avg_response_time_ms": null}'),
  (14, '{"regression_detected": true, "error_rate_percent": 50}'),
  (15, '{"error_rate_percent": 5.000001, "is_valid": false}'), (16, '{"error_rate_percent": 5, "is_valid": false, "p95_response_time_ms": 9000}'),
  (17, '{"p95_response_time_ms": 1000.000001, "cpu_usage_percent": 100}'), (18, '{"p95_response_time_ms": 1000, "cpu_usage_percent": 80.01}'),
  (19, '{"cpu_usage_percent": 80, "memory_usage_percent": 90.01}'), (20, '{"memory_usage_percent": 90}'),
  (21, '{"avg_response_time_ms": null, "p95_response_time_ms": null}')) v(n, figures);
SELECT right(execution_id::text, 2) AS execution, execution_status, memory_usage_percent, health_status
FROM perf_mgmt.performance_dashboard WHERE execution_id >= pg_temp.id(11) ORDER BY 1;
-- Seven days
SELECT pg_temp.run(22, jsonb_build_object('started_at', now() - interval '7 days')),
       pg_temp.run(23, jsonb_build_object('started_at', now() - interval '7 days 1 second'));
SELECT right(execution_id::text, 2) AS execution FROM perf_mgmt.performance_dashboard WHERE execution_id >= pg_temp.id(22);
SELECT bool_and(started_at <= before) AS newest_first
FROM (SELECT started_at, lag(started_at) OVER () AS before FROM perf_mgmt.performance_dashboard) d;

-- Trends: by the hour in UTC, whatever the session's zone (page 5: hours shift; +5:30 would put 10:20 and 10:40 apart),
-- by environment (page 5: trends mix them), weighted: 900 operations of 10 ms and 100 of 20 ms are 11 ms, not 15.
DELETE FROM perf_mgmt.performance_baselines;
DELETE FROM perf_mgmt.test_executions;
-- The specification's analysis examples, verbatim
SELECT * FROM perf_mgmt.performance_trends 
WHERE test_name = 'HS Complete Workflow Test' 
  AND time_bucket >= NOW() - INTERVAL '24 hours'
ORDER BY time_bucket DESC;
SELECT 
  te.id,
  pt.test_name,
  te.started_at,
  te.p95_response_time_ms,
  te.throughput_tps,
  te.error_rate_percent,
  te.performance_change_percent
FROM perf_mgmt.test_executions te
JOIN perf_mgmt.performance_tests pt ON te.test_id = pt.id
WHERE te.regression_detected = true
  AND te.started_at >= NOW() - INTERVAL '7 days'
ORDER BY te.started_at DESC;
-- The instant h hours and m minutes of yesterday, UTC
CREATE FUNCTION pg_temp.at(p_time text) RETURNS timestamptz LANGUAGE sql AS $$
  SELECT (date_trunc('day', now(), 'UTC') AT TIME ZONE 'UTC' - interval '1 day' + p_time::interval) AT TIME ZONE 'UTC'
$$;
SELECT pg_temp.run(1, jsonb_build_object('started_at', pg_temp.at('10:20'), 'avg_response_time_ms', 10, 'p95_response_time_ms', 100, 'operations_scheduled', 1000,
         'operations_ok', 900, 'operations_failed', 100, 'operations_skipped', 0, 'operations_interrupted', 0,
         'error_rate_percent', 10, 'measured_ms', 1000, 'throughput_tps', 900)),
       pg_temp.run(2, jsonb_build_object('started_at', pg_temp.at('10:40'), 'avg_response_time_ms', 20, 'p95_response_time_ms', 200, 'operations_scheduled', 100,
         'operations_ok', 100, 'operations_failed', 0, 'operations_skipped', 0, 'operations_interrupted', 0,
         'error_rate_percent', 0, 'measured_ms', 9000, 'throughput_tps', 100, 'regression_detected', true, 'is_valid', false)),
       pg_temp.run(3, jsonb_build_object('started_at', pg_temp.at('10:50'), 'execution_environment', 'staging')),
       pg_temp.run(4, jsonb_build_object('started_at', pg_temp.at('11:00'))),
       pg_temp.run(5, jsonb_build_object('started_at', pg_temp.at('10:30'), 'execution_status', 'FAILED', 'is_valid', false)),
       pg_temp.run(6, jsonb_build_object('started_at', pg_temp.at('10:30'), 'comparison_id', gen_random_uuid())),
       pg_temp.run(7, jsonb_build_object('started_at', now() - interval '30 days 1 hour')),
       pg_temp.run(8, jsonb_build_object('started_at', pg_temp.at('10:30'), 'confirms_execution_id', pg_temp.id(1)));
-- 950 of 1,000 values are 1 ms: the mean of the 95th percentiles is that of neither
UPDATE perf_mgmt.test_executions SET response_histogram = CASE id WHEN pg_temp.id(1)
  THEN '{"v":1,"count":900,"min":1000000,"max":1000000,"sum":"900000000","squares":"900000000000000","buckets":[[999424,900]]}'::perf_mgmt.histogram
  ELSE '{"v":1,"count":100,"min":1000000,"max":3000000,"sum":"200000000","squares":"500000000000000","buckets":[[999424,50],[2998272,50]]}'::perf_mgmt.histogram END
WHERE id IN (pg_temp.id(1), pg_temp.id(2));
SET LOCAL TIME ZONE 'Asia/Kolkata';
SELECT test_name, industry_context, execution_environment, extract(hour FROM time_bucket AT TIME ZONE 'UTC') AS hour,
       extract(minute FROM time_bucket AT TIME ZONE 'UTC') AS minute, avg_response_time, avg_p95_response_time, p95_response_time
FROM perf_mgmt.performance_trends ORDER BY time_bucket, execution_environment;
SELECT avg_throughput, avg_error_rate, execution_count, regression_count, valid_count, avg_cpu_usage, avg_memory_usage
FROM perf_mgmt.performance_trends ORDER BY time_bucket, execution_environment;
-- Issues: a template that is slow once in a thousand is no issue, and weighs what it took (page 5: a rare query like a
-- frequent one); two templates that begin alike are two (page 5: merged at 100 characters).
CREATE FUNCTION pg_temp.query(p_n integer, p_text text, p_count bigint, p_ms numeric, p_hash text) RETURNS void LANGUAGE sql AS $$
  INSERT INTO perf_mgmt.query_performance
    (execution_id, query_hash, query_text, query_type, table_names, execution_count, total_time_ms, avg_time_ms,
     min_time_ms, max_time_ms, stddev_time_ms)
  VALUES (pg_temp.id(p_n), p_hash, p_text, 'SELECT', '{public.t}', p_count, p_count * p_ms, p_ms, p_ms / 2, p_ms * 2, 0)
$$;
SELECT pg_temp.query(1, 'SELECT rare', 1, 5000, 'rare'), pg_temp.query(2, 'SELECT rare', 9999, 10, 'rare'),
       pg_temp.query(1, 'SELECT often', 100, 400, 'often'), pg_temp.query(4, 'SELECT often', 300, 200, 'often'),
       pg_temp.query(3, 'SELECT often', 10, 200, 'often'),
       pg_temp.query(1, repeat('x', 100) || 'a', 1, 101, 'a'), pg_temp.query(1, repeat('x', 100) || 'b', 2, 102, 'b'),
       pg_temp.query(1, 'SELECT edge', 2, 100, 'edge'), pg_temp.query(1, 'SELECT never', 0, 0, 'never'),
       pg_temp.query(6, 'SELECT half', 5, 900, 'half'), pg_temp.query(7, 'SELECT old', 5, 900, 'old'), pg_temp.query(8, 'SELECT repeated', 5, 900, 'repeated');
SELECT query_type, table_names, left(query_preview, 12) AS preview, length(query_preview), avg_execution_time, total_executions,
       total_time_consumed, affected_test_runs, max_execution_time, query_hash, execution_environment
FROM perf_mgmt.top_performance_issues;
SELECT count(pg_temp.query(1, 'SELECT ' || n, 1, 200, 'many ' || n)) FROM generate_series(1, 60) n;
SELECT count(*), max(total_time_consumed) FROM perf_mgmt.top_performance_issues;
ROLLBACK;
