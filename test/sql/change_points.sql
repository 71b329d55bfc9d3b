-- change_points_of, and performance_change_points over a history.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS perf_mgmt;
RESET client_min_messages;
\set VERBOSITY default
\set SHOW_CONTEXT never

-- Levels 10 and 12, then 10, 13 and 10, with a scatter of a few percent; then no change, and series that
-- are too short or too even to have one.
SELECT * FROM perf_mgmt.change_points_of(
  ARRAY[10.1, 9.7, 10.4, 9.9, 10.2, 10.6, 9.8, 10.0, 10.5, 9.6, 12.3, 11.9, 12.6, 12.0, 12.4, 11.8, 12.2, 12.5, 12.1, 12.7], 0.01);
SELECT place, level_before, level_after, superiority FROM perf_mgmt.change_points_of(
  (SELECT array_agg(CASE WHEN i BETWEEN 31 AND 50 THEN 13 ELSE 10 END + (i * 37 % 11) / 20.0 ORDER BY i) FROM generate_series(1, 80) i), 0.01);
SELECT count(*) AS no_change FROM perf_mgmt.change_points_of(
  (SELECT array_agg(10 + (i * 37 % 101) / 20.0 ORDER BY i) FROM generate_series(1, 100) i), 0.01);
SELECT count(*) AS four_are_too_few FROM perf_mgmt.change_points_of(
  (SELECT array_agg(i + CASE WHEN i > 5 THEN 100 ELSE 0 END) FROM generate_series(1, 9) i), 0.5);
SELECT count(*) AS nothing_moves FROM perf_mgmt.change_points_of(array_fill(3.5::double precision, ARRAY[50]), 0.5);
SELECT count(*) AS nothing_there FROM perf_mgmt.change_points_of('{}', 0.01);

-- Refused
SELECT * FROM perf_mgmt.change_points_of(NULL, 0.01);
SELECT * FROM perf_mgmt.change_points_of('{1,2}', NULL);
SELECT * FROM perf_mgmt.change_points_of('{1,NULL,2}', 0.01);
SELECT * FROM perf_mgmt.change_points_of('{{1,2},{3,4}}', 0.01);
SELECT * FROM perf_mgmt.change_points_of('{1,NaN}', 0.01);
SELECT * FROM perf_mgmt.change_points_of('{1,-Infinity}', 0.01);
SELECT * FROM perf_mgmt.change_points_of('{1,2}', 0);
SELECT * FROM perf_mgmt.change_points_of('{1,2}', 0.0009);
SELECT * FROM perf_mgmt.change_points_of('{1,2}', 'NaN');
SELECT * FROM perf_mgmt.change_points_of(array_fill(1::double precision, ARRAY[2001]), 0.01);

-- A history: 30 executions at 100 ms, then 12 at 130 ms, with throughput falling with it; the average
-- stays. Those that do not count are far off: invalid, failed, repetitions, nine times the data, another
-- environment.
BEGIN;
INSERT INTO perf_mgmt.performance_tests (test_name, test_version, test_type, test_configuration, baseline_thresholds)
VALUES ('Moving test', '1', 'LOAD', '{}', '{}'), ('Moving test', '2', 'LOAD', '{}', '{}'), ('Still test', '1', 'LOAD', '{}', '{}');
CREATE FUNCTION pg_temp.execution(p_id integer, p_p95 numeric, p_figures jsonb DEFAULT '{}', p_test text DEFAULT 'Moving test')
RETURNS void LANGUAGE sql AS $$
  INSERT INTO perf_mgmt.test_executions
  SELECT r.* FROM perf_mgmt.performance_tests t, LATERAL jsonb_populate_record(
    NULL::perf_mgmt.test_executions,
    jsonb_build_object('id', lpad(p_id::text, 32, '0'), 'test_id', t.id, 'execution_environment', 'staging',
                       'database_version', '15.0', 'execution_status', 'COMPLETED', 'is_valid', true,
                       'started_at', timestamptz '2026-01-01 00:00+00' + p_id * interval '1 hour',
                       'completed_at', timestamptz '2026-01-01 00:10+00' + p_id * interval '1 hour',
                       'created_at', now(), 'regression_detected', false, 'findings', '[]'::jsonb,
                       'test_data_size', 1000000, 'error_rate_percent', 0,
                       'avg_response_time_ms', 40 + (p_id * 29 % 17) / 10.0,
                       'p95_response_time_ms', p_p95, 'throughput_tps', 100000 / p_p95) || p_figures) r
  -- The second half of the history is of the second version.
  WHERE t.test_name = p_test AND t.test_version = CASE WHEN p_id > 20 AND p_test = 'Moving test' THEN '2' ELSE '1' END
$$;
SET LOCAL timezone = 'UTC';
SET LOCAL datestyle = 'ISO';
DO $$
BEGIN
  PERFORM pg_temp.execution(i, CASE WHEN i > 30 THEN 130 ELSE 100 END + (i * 37 % 13) / 2.0) FROM generate_series(1, 42) i;
  PERFORM pg_temp.execution(100 + i, 900, '{"is_valid": false, "started_at": "2026-01-01 05:30+00"}') FROM generate_series(1, 8) i;
  PERFORM pg_temp.execution(200 + i, 900, '{"execution_status": "FAILED", "is_valid": false, "started_at": "2026-01-01 06:30+00"}') FROM generate_series(1, 8) i;
  PERFORM pg_temp.execution(300 + i, 900, '{"confirms_execution_id": "00000000-0000-0000-0000-000000000001", "started_at": "2026-01-01 07:30+00"}')
  FROM generate_series(1, 8) i;
  PERFORM pg_temp.execution(400 + i, 900, '{"test_data_size": 9000000, "started_at": "2026-01-01 08:30+00"}') FROM generate_series(1, 8) i;
  PERFORM pg_temp.execution(500 + i, 900, '{"execution_environment": "other"}') FROM generate_series(1, 8) i;
END
$$;
SELECT metric_name, started_at, execution_id = lpad('31', 32, '0')::uuid AS first_of_level, level_before, level_after,
       change_percent, p_value <= 0.01 AS significant, superiority
FROM perf_mgmt.performance_change_points('Moving test', 'staging');
SELECT count(*) AS of_all_environments FROM perf_mgmt.performance_change_points('Moving test');
SELECT count(*) AS elsewhere FROM perf_mgmt.performance_change_points('Moving test', 'other');
SELECT count(*) AS nowhere FROM perf_mgmt.performance_change_points('Moving test', 'moon');
SELECT count(*) AS no_runs FROM perf_mgmt.performance_change_points('Still test');

-- A figure that was not measured is left out, a zero level has no percentage.
DO $$
BEGIN
  PERFORM pg_temp.execution(600 + i, 50, jsonb_build_object('p95_response_time_ms', NULL, 'avg_response_time_ms', NULL,
    'throughput_tps', CASE WHEN i <= 10 THEN 0 ELSE 5 END), 'Still test') FROM generate_series(1, 20) i;
END
$$;
SELECT metric_name, started_at, level_before, level_after, change_percent FROM perf_mgmt.performance_change_points('Still test', NULL, 0.002);

SAVEPOINT s;
SELECT * FROM perf_mgmt.performance_change_points('No such test');
ROLLBACK TO s;
SELECT * FROM perf_mgmt.performance_change_points(NULL);
ROLLBACK TO s;
SELECT * FROM perf_mgmt.performance_change_points('Moving test', NULL, 2);
ROLLBACK TO s;
SELECT * FROM perf_mgmt.performance_change_points('Moving test', NULL, NULL);
ROLLBACK;
