-- The view active_executions: over a run that is really on, and over one that lost its controller.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS perf_mgmt;
RESET client_min_messages;

INSERT INTO perf_mgmt.load_scenarios
  (scenario_name, industry_type, scenario_description, virtual_users, ramp_up_duration_seconds,
   test_duration_seconds, workload_pattern, max_avg_response_time_ms, max_p95_response_time_ms,
   min_throughput_tps, max_error_rate_percent)
VALUES ('Activity scenario', 'GENERAL', 'One operation that waits for us', 1, 0, 1, '{}', 1, 1, 0, 100);
INSERT INTO perf_mgmt.workload_operations
  (scenario_id, operation_name, operation_type, sql_template, parameter_generators, weight_percentage)
SELECT id, 'wait', 'read', 'SELECT pg_advisory_xact_lock_shared(4711)', '{}', 100
FROM perf_mgmt.load_scenarios WHERE scenario_name = 'Activity scenario';
INSERT INTO perf_mgmt.performance_tests
  (test_name, test_version, test_type, test_configuration, baseline_thresholds, scenario_id)
SELECT 'Activity test', '1.2', 'BASELINE', '{"operations": 400, "workers": 1, "interval_ms": 3600000}', '{}', id
FROM perf_mgmt.load_scenarios WHERE scenario_name = 'Activity scenario';

SELECT count(*) FROM perf_mgmt.active_executions;
SELECT pg_advisory_lock(4711);
SELECT perf_mgmt.execute_performance_test('Activity test', 'staging') AS id \gset
DO $$
BEGIN
  FOR i IN 1..1000 LOOP
    EXIT WHEN EXISTS (SELECT FROM perf_mgmt.active_executions);
    PERFORM pg_sleep(0.01);
  END LOOP;
END
$$;
\x
-- Before the first interval
SELECT execution_id = :'id' AS same, test_name, test_version, test_type, execution_environment,
       started_at <= clock_timestamp() AS has_started, started_by = current_user AS by_us, state, elapsed >= '0' AS elapses,
       stage_name, stage_number, share_done_percent, active_virtual_users, target_rate, workers, throughput_tps,
       p95_response_time_ms, failed_count, operations_ok, operations_failed, error_rate_percent,
       controller_pid = perf_mgmt.execution_controller(:'id') AS same_controller
FROM perf_mgmt.active_executions;
\x
SELECT count(*) FROM pg_stat_activity AS a WHERE pid = perf_mgmt.execution_controller(:'id') AND backend_type = 'perf_mgmt controller';

-- With intervals: what counts is the last one (102: 100 operations of 100 ns and 100 of 200 ns in
-- 2 s, whose 190th of 200 is 200 ns), and so far 290 and 10 of 302 that are done, warm-up apart.
BEGIN;
INSERT INTO perf_mgmt.execution_intervals
  (execution_id, interval_number, operation_name, stage, stage_number, measured, started_at, ended_at,
   active_virtual_users, target_rate, ok_count, failed_count, skipped_count, response_histogram)
SELECT :'id', number, operation, stage, stage_number, measured, now() + '2 s'::interval * number, now() + '2 s'::interval * (number + 1),
       7, 12.5, ok, failed, skipped, histogram::perf_mgmt.histogram
FROM (VALUES
  (100, 'read', 'warm_up', 1, false, 1000, 10, 0, NULL),
  (101, 'read', 'ramp_up', 2, true, 40, 5, 2, '{"v":1,"count":1,"min":9,"max":9,"sum":"9","squares":"81","buckets":[[9,1]]}'),
  (101, 'write', 'ramp_up', 2, true, 50, 0, 0, NULL),
  (102, 'read', 'steady', 3, true, 100, 1, 0,
   '{"v":1,"count":100,"min":100,"max":100,"sum":"10000","squares":"1000000","buckets":[[100,100]]}'),
  (102, 'write', 'steady', 3, true, 100, 4, 0,
   '{"v":1,"count":100,"min":200,"max":200,"sum":"20000","squares":"4000000","buckets":[[200,100]]}')
) AS intervals(number, operation, stage, stage_number, measured, ok, failed, skipped, histogram);
\x
SELECT state, stage_name, stage_number, share_done_percent, active_virtual_users, target_rate, throughput_tps,
       p95_response_time_ms, failed_count, operations_ok, operations_failed, error_rate_percent
FROM perf_mgmt.active_executions;
\x
-- The share that is done: of the planned time, at most all of it, never less than nothing
UPDATE perf_mgmt.test_executions SET planned_ms = 10 * 86400000.0, started_at = clock_timestamp() - '5 days'::interval WHERE id = :'id';
SELECT share_done_percent, elapsed BETWEEN '5 days' AND '5 days 1 hour' AS five_days FROM perf_mgmt.active_executions;
UPDATE perf_mgmt.test_executions SET planned_ms = 1000 WHERE id = :'id';
SELECT share_done_percent FROM perf_mgmt.active_executions;
UPDATE perf_mgmt.test_executions SET started_at = clock_timestamp() + '1 day'::interval WHERE id = :'id';
SELECT share_done_percent FROM perf_mgmt.active_executions;
-- ... and unknown where neither time nor number ends it
UPDATE perf_mgmt.test_executions SET planned_ms = NULL, run_spec = '{"operations": null}' WHERE id = :'id';
SELECT share_done_percent FROM perf_mgmt.active_executions;
UPDATE perf_mgmt.test_executions SET run_spec = NULL WHERE id = :'id';
SELECT share_done_percent FROM perf_mgmt.active_executions;

-- One that nobody has in his hands
INSERT INTO perf_mgmt.test_executions
  (id, test_id, execution_environment, database_version, execution_status, controller_pid, planned_ms, total_connections)
SELECT '00000000-0000-0000-0000-000000000001', id, 'staging', '15.0', 'RUNNING', pg_backend_pid(), 1000, 3
FROM perf_mgmt.performance_tests WHERE test_name = 'Activity test';
SELECT execution_id = :'id' AS same, state, share_done_percent, controller_pid IS NULL AS no_controller, workers
FROM perf_mgmt.active_executions ORDER BY 1;
SELECT perf_mgmt.execution_controller('00000000-0000-0000-0000-000000000001') IS NULL AS nobody,
       perf_mgmt.execution_controller('00000000-0000-0000-0000-000000000002') IS NULL AS no_such,
       perf_mgmt.execution_controller(NULL) IS NULL AS nothing;
ROLLBACK;

-- A run that is on has no result to be judged
DO $$
BEGIN
  PERFORM * FROM perf_mgmt.evaluate_success_criteria((SELECT execution_id FROM perf_mgmt.active_executions));
EXCEPTION WHEN object_not_in_prerequisite_state THEN
  RAISE NOTICE '%', regexp_replace(SQLERRM, '[0-9a-f-]{36}', 'id');
END
$$;

SELECT pg_advisory_unlock(4711);
CALL perf_mgmt.wait_for_execution(:'id');
SELECT count(*) FROM perf_mgmt.active_executions;
SELECT perf_mgmt.execution_controller(:'id') IS NULL AS nobody;

DELETE FROM perf_mgmt.performance_baselines WHERE test_name = 'Activity test';
DELETE FROM perf_mgmt.test_executions WHERE id = :'id';
DELETE FROM perf_mgmt.performance_tests WHERE test_name = 'Activity test';
DELETE FROM perf_mgmt.load_scenarios WHERE scenario_name = 'Activity scenario';
