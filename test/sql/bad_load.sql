-- Bad input that shapes the load: stages, arrivals, types of test, retries, criteria. Each gives an error that
-- names what is wrong and how to mend it, and leaves nothing.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS perf_mgmt;
RESET client_min_messages;
\set VERBOSITY default
\set SHOW_CONTEXT never

CREATE SCHEMA bad_load;
CREATE TABLE bad_load.account (id integer PRIMARY KEY);
INSERT INTO perf_mgmt.load_scenarios
  (scenario_name, industry_type, scenario_description, virtual_users, ramp_up_duration_seconds,
   test_duration_seconds, ramp_down_duration_seconds, workload_pattern, max_avg_response_time_ms,
   max_p95_response_time_ms, min_throughput_tps, max_error_rate_percent)
VALUES ('Bad load scenario', 'GENERAL', 'One operation', 4, 0, 1, 0, '{}', 1000, 1000, 0, 0);
INSERT INTO perf_mgmt.workload_operations
  (scenario_id, operation_name, operation_type, sql_template, parameter_generators, weight_percentage)
SELECT id, 'count', 'read', 'SELECT count(*) FROM bad_load.account', '{}', 100
FROM perf_mgmt.load_scenarios WHERE scenario_name = 'Bad load scenario';
INSERT INTO perf_mgmt.performance_tests
  (test_name, test_version, test_type, test_configuration, baseline_thresholds, scenario_id)
SELECT 'Bad load ' || lower(type::text), '1.0', type, '{}', '{}', s.id
FROM perf_mgmt.load_scenarios AS s, unnest('{LOAD, STRESS, SPIKE, VOLUME}'::perf_mgmt.test_type_enum[]) AS type
WHERE scenario_name = 'Bad load scenario';

-- Runs the test of a type with a configuration
CREATE FUNCTION bad_load.run(p_type text, p_config jsonb) RETURNS uuid LANGUAGE sql AS $$
  SELECT perf_mgmt.execute_performance_test('Bad load ' || p_type, 'development', p_config)
$$;
CREATE FUNCTION bad_load.stages(p_stages jsonb) RETURNS uuid LANGUAGE sql AS $$
  SELECT bad_load.run('load', jsonb_build_object('stages', p_stages))
$$;

-- Stages: durations
SELECT bad_load.stages('[{"duration_seconds": -1, "virtual_users": 2}]');
SELECT bad_load.stages('[{"virtual_users": 2}]');
SELECT bad_load.stages('[{"duration_seconds": "10", "virtual_users": 2}]');
SELECT bad_load.stages('[{"duration_seconds": null, "virtual_users": 2}]');
SELECT bad_load.stages('[{"duration_seconds": 2592001, "virtual_users": 2}]');
SELECT bad_load.stages('[{"duration_seconds": 0, "virtual_users": 2}, {"duration_seconds": 0, "virtual_users": 3}]');
SELECT bad_load.run('load', '{"stages": [{"duration_seconds": 2592000, "virtual_users": 2}], "time_scale": 2}');
-- ... targets
SELECT bad_load.stages('[{"duration_seconds": 1}]');
SELECT bad_load.stages('[{"duration_seconds": 1, "virtual_users": 2, "rate": 100}]');
SELECT bad_load.stages('[{"duration_seconds": 1, "virtual_users": 2}, {"duration_seconds": 1, "rate": 100}]');
SELECT bad_load.stages('[{"duration_seconds": 1, "rate": 0}, {"duration_seconds": 1, "rate": 0}]');
SELECT bad_load.stages('[{"duration_seconds": 1, "virtual_users": 0}]');
SELECT bad_load.stages('[{"duration_seconds": 1, "rate": -1}]');
SELECT bad_load.stages('[{"duration_seconds": 1, "virtual_users": 1.5}]');
SELECT bad_load.stages('[{"duration_seconds": 1, "rate": 1e300}]');
-- ... and the rest
SELECT bad_load.stages('[]');
SELECT bad_load.stages('{}');
SELECT bad_load.stages('[5]');
SELECT bad_load.stages('[{"duration": 1, "virtual_users": 2}]');
SELECT bad_load.stages('[{"name": "up", "duration_seconds": 1, "virtual_users": 2},
                         {"name": "up", "duration_seconds": 1, "virtual_users": 2}]');
SELECT bad_load.stages((SELECT jsonb_agg('{"duration_seconds": 1, "virtual_users": 2}'::jsonb) FROM generate_series(1, 101)));
SELECT bad_load.stages((SELECT jsonb_agg('{"duration_seconds": 1, "virtual_users": 2}'::jsonb) FROM generate_series(1, 10000)));
SELECT bad_load.run('load', '{"stages": [{"duration_seconds": 1, "virtual_users": 2}], "test_duration_seconds": 5}');
SELECT bad_load.run('load', '{"stages": [{"duration_seconds": 1, "virtual_users": 2}], "virtual_users": 5}');
SELECT bad_load.run('load', '{"stages": [{"duration_seconds": 1, "virtual_users": 2}], "operations": 5}');
SELECT bad_load.run('load', '{"stages": [{"duration_seconds": 1, "virtual_users": 2}], "arrival": {"rate": 5}}');

-- Arrivals
SELECT bad_load.run('load', '{"arrival": {"rate": 0}}');
SELECT bad_load.run('load', '{"arrival": {"rate": -5}}');
SELECT bad_load.run('load', '{"arrival": {"rate": "fast"}}');
SELECT bad_load.run('load', '{"arrival": {"rate": 1e300}}');
SELECT bad_load.run('load', '{"arrival": {}}');
SELECT bad_load.run('load', '{"arrival": {"distribution": "regular"}}');
SELECT bad_load.run('load', '{"arrival": {"rate": 5, "distribution": "poison"}}');
SELECT bad_load.run('load', '{"arrival": {"rate": 5, "max_lag": 5}}');
SELECT bad_load.run('load', '{"arrival": 5}');
SELECT bad_load.run('load', '{"arrival": {"rate": 5}, "virtual_users": 2}');
SELECT bad_load.run('load', '{"arrival": {"rate": 5}, "think_time_ms": 2}');
SELECT bad_load.run('load', '{"arrival": {"rate": 5}, "pacing_ms": 2}');
SELECT bad_load.run('load', '{"arrival": {"rate": 5}, "max_lag_ms": -1}');
SELECT bad_load.run('load', '{"arrival": {"rate": 5}, "max_lag_ms": "none"}');
SELECT bad_load.run('load', '{"max_lag_ms": 5}');

-- Types of test
SELECT bad_load.run('stress', '{"stress": {"steps": 0}}');
SELECT bad_load.run('stress', '{"stress": {"steps": 101}}');
SELECT bad_load.run('stress', '{"stress": {"step": -1}}');
SELECT bad_load.run('stress', '{"stress": {"step_seconds": 0}}');
SELECT bad_load.run('stress', '{"stress": {"from": 1}}');
SELECT bad_load.run('stress', '{"stress": {"step": 900000, "steps": 10}}');
SELECT bad_load.run('stress', '{"spike": {"multiple": 2}}');
SELECT bad_load.run('spike', '{"spike": {"multiple": 0.5}}');
SELECT bad_load.run('spike', '{"spike": {"seconds": 1}}');
SELECT bad_load.run('spike', '{"spike": {"multiple": 1000}, "virtual_users": 900000}');
SELECT bad_load.run('load', '{"stress": {"steps": 5}}');
SELECT bad_load.run('spike', '{"spike": {"multiple": 2}, "stages": [{"duration_seconds": 1, "virtual_users": 2}]}');
BEGIN;
UPDATE perf_mgmt.load_scenarios SET data_size_requirements = '{"account": "many"}' WHERE scenario_name = 'Bad load scenario';
SELECT bad_load.run('volume', '{}');
ROLLBACK;
BEGIN;
UPDATE perf_mgmt.load_scenarios SET data_size_requirements = '{"account": -1}' WHERE scenario_name = 'Bad load scenario';
SELECT bad_load.run('volume', '{}');
ROLLBACK;

-- Users, tries, limits, sampling
SELECT bad_load.run('load', '{"pacing_ms": -1}');
SELECT bad_load.run('load', '{"pacing_ms": {"type": "uuid"}}');
SELECT bad_load.run('load', '{"max_tries": 0}');
SELECT bad_load.run('load', '{"max_tries": 1001}');
SELECT bad_load.run('load', '{"latency_limit_ms": 0}');
SELECT bad_load.run('load', '{"isolation_level": "snapshot"}');
SELECT bad_load.run('load', '{"isolation_level": 3}');
SELECT bad_load.run('load', '{"abort_on_fail": "yes"}');
SELECT bad_load.run('load', '{"sampling_hz": -1}');
SELECT bad_load.run('load', '{"sampling_hz": 5}');
SELECT bad_load.run('load', '{"sampling_hz": 1001}');

-- Limits of the test, where they are written
UPDATE perf_mgmt.performance_tests SET baseline_thresholds = '{"max_p95": 5}' WHERE test_name = 'Bad load load';
UPDATE perf_mgmt.performance_tests SET baseline_thresholds = '{"p95_response_time_ms": 5}' WHERE test_name = 'Bad load load';
UPDATE perf_mgmt.performance_tests SET baseline_thresholds = '{"max_p95_response_time_ms": "5"}' WHERE test_name = 'Bad load load';

-- Criteria of what is not there
SELECT * FROM perf_mgmt.evaluate_success_criteria('00000000-0000-0000-0000-000000000000');
SELECT * FROM perf_mgmt.evaluate_success_criteria(NULL);
SELECT perf_mgmt.execution_controller('00000000-0000-0000-0000-000000000000');

-- Nothing is left
SELECT count(*) AS executions FROM perf_mgmt.test_executions AS e JOIN perf_mgmt.performance_tests AS t ON t.id = e.test_id
WHERE t.test_name LIKE 'Bad load %';
SELECT count(*) AS locks FROM pg_locks WHERE locktype = 'advisory';

-- An arrival rate beyond what can be scheduled is no bad input: it is run, and reported
CALL perf_mgmt.run_performance_test('Bad load load', 'development',
  '{"arrival": {"rate": 1000000, "distribution": "regular"}, "workers": 1, "progress_seconds": 0}') \gset
SELECT execution_status, is_valid, operations_scheduled BETWEEN 999990 AND 1000000 AS scheduled, operations_skipped > 0 AS skipped, operations_failed,
  jsonb_path_exists(findings, '$[*] ? (@.code == "rate_not_achieved" && @.fatal == true)') AS found
FROM perf_mgmt.test_executions WHERE id = :'execution_id';

SET client_min_messages = warning;
DELETE FROM perf_mgmt.test_executions WHERE id = :'execution_id';
DELETE FROM perf_mgmt.performance_tests WHERE test_name LIKE 'Bad load %';
DELETE FROM perf_mgmt.load_scenarios WHERE scenario_name = 'Bad load scenario';
DROP SCHEMA bad_load CASCADE;
