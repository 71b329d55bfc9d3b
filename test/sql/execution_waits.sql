-- The view execution_waits over the samples in query_performance.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS perf_mgmt;
RESET client_min_messages;

BEGIN;
INSERT INTO perf_mgmt.performance_tests (test_name, test_version, test_type, test_configuration, baseline_thresholds)
VALUES ('Waiting test', '1', 'LOAD', '{}', '{}');
INSERT INTO perf_mgmt.test_executions (id, test_id, execution_environment, database_version, execution_status)
SELECT ('00000000-0000-0000-0000-00000000000' || n)::uuid, id, 'development', '15.0', 'FAILED'
FROM perf_mgmt.performance_tests, generate_series(1, 2) n WHERE test_name = 'Waiting test';
INSERT INTO perf_mgmt.query_performance
  (execution_id, operation_name, wait_samples, query_hash, query_text, query_type, table_names, execution_count,
   total_time_ms, avg_time_ms, min_time_ms, max_time_ms, stddev_time_ms)
SELECT ('00000000-0000-0000-0000-00000000000' || execution)::uuid, operation, samples, 'x', 'SELECT 1', 'SELECT', '{}', 0, 0, 0, 0, 0, 0
FROM (VALUES
  (1, 'orders', '{"CPU": 12, "Lock:tuple": 3, "IO:WALSync": 1}'::jsonb),
  -- An extension may name its waits as it likes
  (1, 'reports', '{"CPU": 1, "Extension:mine:idle": 2, "LWLock:": 0}'),
  (1, 'payments', '{}'),
  (1, 'never seen', NULL),
  (1, 'zero', '{"CPU": 0}'),
  (2, 'orders', '{"CPU": 5000000000}')) AS operations(execution, operation, samples);
SELECT right(execution_id::text, 1) AS execution, operation_name, wait_event_type, wait_event, samples, share_percent
FROM perf_mgmt.execution_waits WHERE execution_id::text LIKE '00000000-0000-0000-0000-00000000000_'
ORDER BY execution_id, operation_name COLLATE "C", samples DESC, wait_event_type COLLATE "C";
ROLLBACK;
