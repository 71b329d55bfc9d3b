-- What the tables refuse, and what they take at the edge of it.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS perf_mgmt;
RESET client_min_messages;

BEGIN;
-- The constraint or column that refuses a statement
CREATE FUNCTION pg_temp.refused(p_statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  v_rows integer;
  v_constraint text;
  v_column text;
BEGIN
  EXECUTE p_statement;
  GET DIAGNOSTICS v_rows = ROW_COUNT;
  RETURN format('accepted (%s row)', v_rows);
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS v_constraint = CONSTRAINT_NAME, v_column = COLUMN_NAME;
  RETURN coalesce(nullif(v_constraint, ''), nullif('not null ' || v_column, 'not null '), SQLSTATE);
END
$$;
-- ... an assignment to the one row called 'edge' of a table
CREATE FUNCTION pg_temp.refused_by(p_table text, p_assignment text) RETURNS text LANGUAGE sql AS $$
  SELECT pg_temp.refused(
    format('UPDATE perf_mgmt.%I SET %s WHERE %s', p_table, p_assignment,
           CASE p_table WHEN 'performance_tests' THEN $w$test_name = 'edge'$w$
                        WHEN 'load_scenarios' THEN $w$scenario_name = 'edge'$w$
                        WHEN 'workload_operations' THEN $w$operation_name = 'edge'$w$
                        WHEN 'parameter_generators' THEN $w$name = 'edge'$w$
                        WHEN 'performance_baselines' THEN $w$test_name = 'edge'$w$
                        WHEN 'alert_configurations' THEN $w$alert_name = 'edge'$w$
                        ELSE 'true' END))
$$;

DELETE FROM perf_mgmt.performance_baselines;
DELETE FROM perf_mgmt.test_executions;
INSERT INTO perf_mgmt.load_scenarios
  (scenario_name, industry_type, scenario_description, virtual_users, ramp_up_duration_seconds,
   test_duration_seconds, workload_pattern, max_avg_response_time_ms, max_p95_response_time_ms,
   min_throughput_tps, max_error_rate_percent)
VALUES ('edge', 'GENERAL', 'The edge of what is allowed', 1, 0, 1, '{}', 1, 1, 0, 0);
INSERT INTO perf_mgmt.workload_operations
  (scenario_id, operation_name, operation_type, sql_template, parameter_generators, weight_percentage)
SELECT id, 'edge', 'Read', 'SELECT 1', '{}', 0 FROM perf_mgmt.load_scenarios WHERE scenario_name = 'edge';
INSERT INTO perf_mgmt.parameter_generators (name, definition)
VALUES ('edge', '{"type": "integer", "min": 1, "max": 6}');
INSERT INTO perf_mgmt.performance_tests
  (test_name, test_version, test_type, test_configuration, baseline_thresholds, scenario_id)
SELECT 'edge', '1', 'LOAD', '{}', '{}', id FROM perf_mgmt.load_scenarios WHERE scenario_name = 'edge';
INSERT INTO perf_mgmt.test_executions (test_id, execution_environment, database_version, execution_status)
SELECT id, 'development', '15.0', 'RUNNING' FROM perf_mgmt.performance_tests WHERE test_name = 'edge';
INSERT INTO perf_mgmt.performance_metrics (execution_id, metric_timestamp, metric_type, metric_value, metric_unit)
SELECT id, now(), 'throughput', 1, 'per second' FROM perf_mgmt.test_executions;
INSERT INTO perf_mgmt.query_performance
  (execution_id, query_hash, query_text, query_type, table_names, execution_count, total_time_ms,
   avg_time_ms, min_time_ms, max_time_ms, stddev_time_ms)
SELECT id, 'x', 'SELECT 1', 'SELECT', '{}', 0, 0, 0, 0, 0, 0 FROM perf_mgmt.test_executions;
INSERT INTO perf_mgmt.execution_intervals
  (execution_id, interval_number, operation_name, stage, measured, started_at, ended_at)
SELECT id, 0, 'edge', 'hold', true, now(), now() FROM perf_mgmt.test_executions;
INSERT INTO perf_mgmt.execution_stages (execution_id, stage_number, stage_name, measured, started_at)
SELECT id, 1, 'edge', true, now() FROM perf_mgmt.test_executions;
INSERT INTO perf_mgmt.execution_plans
  (execution_id, operation_name, statement_number, plan_hash, plan_kind, first_seen_at, last_seen_at, plan, is_parallel)
SELECT id, 'edge', 1, '0123456789abcdef', 'generic', now(), now(), '[]', false FROM perf_mgmt.test_executions;
INSERT INTO perf_mgmt.execution_events (execution_id, event_type, message)
SELECT id, 'EDGE', 'Reached.' FROM perf_mgmt.test_executions;
INSERT INTO perf_mgmt.performance_baselines
  (test_name, baseline_type, baseline_date, baseline_execution_id, baseline_response_time_p95,
   baseline_response_time_p99, baseline_throughput_tps, baseline_error_rate_percent)
SELECT 'edge', 'INITIAL', now(), id, 0, 0, 0, 0 FROM perf_mgmt.test_executions;
INSERT INTO perf_mgmt.alert_configurations
  (alert_name, alert_type, threshold_config, alert_severity, notification_channels)
VALUES ('edge', 'ERROR_RATE', '{}', 'LOW', '{}');

-- The operation's type was given as Read
SELECT operation_type FROM perf_mgmt.workload_operations WHERE operation_name = 'edge';

SELECT "table", assignment, pg_temp.refused_by("table", assignment)
FROM (VALUES
  ('performance_tests', $$test_name = ' '$$),
  ('performance_tests', $$test_version = ''$$),
  ('performance_tests', $$is_active = NULL$$),
  ('performance_tests', $$test_configuration = NULL$$),
  ('performance_tests', $$test_configuration = 'null'$$),
  ('performance_tests', $$test_configuration = '[]'$$),
  ('performance_tests', $$test_configuration = '{"virtual_usres": 5}'$$),
  ('performance_tests', $$test_configuration = '{"virtual_users": 5}'$$),
  ('performance_tests', $$baseline_thresholds = '7'$$),
  ('performance_tests', $$baseline_thresholds = '{"max_p95_response_time_ms": "fast"}'$$),
  ('performance_tests', $$baseline_thresholds = '{"max_p95_response_time_ms": null}'$$),
  ('performance_tests', $$baseline_thresholds = '{"max_p95_response_time_ms": [1]}'$$),
  ('performance_tests', $$baseline_thresholds = '{"max_p95_response_time_ms": 0.5}'$$),
  ('performance_tests', $$baseline_thresholds = '{"max_mood": 0.5}'$$),
  ('performance_tests', $$scenario_id = gen_random_uuid()$$),

  ('load_scenarios', $$scenario_name = ''$$),
  ('load_scenarios', $$virtual_users = 0$$),
  ('load_scenarios', $$virtual_users = -5$$),
  ('load_scenarios', $$ramp_up_duration_seconds = -1$$),
  ('load_scenarios', $$test_duration_seconds = 0$$),
  ('load_scenarios', $$ramp_down_duration_seconds = -1$$),
  ('load_scenarios', $$ramp_down_duration_seconds = NULL$$),
  ('load_scenarios', $$workload_pattern = 'null'$$),
  ('load_scenarios', $$workload_pattern = '{"orders": "many"}'$$),
  ('load_scenarios', $$workload_pattern = '{"orders": 5, "returns": -1}'$$),
  ('load_scenarios', $$workload_pattern = '{"orders": 99.5, "returns": 0}'$$),
  ('load_scenarios', $$data_size_requirements = '"1 GB"'$$),
  ('load_scenarios', $$data_size_requirements = '{"orders": 1000000}'$$),
  ('load_scenarios', $$max_avg_response_time_ms = 0$$),
  ('load_scenarios', $$max_p95_response_time_ms = -1$$),
  ('load_scenarios', $$min_throughput_tps = -0.001$$),
  ('load_scenarios', $$min_throughput_tps = 'NaN'$$),
  ('load_scenarios', $$max_error_rate_percent = 100.000001$$),
  ('load_scenarios', $$max_error_rate_percent = 100$$),
  ('load_scenarios', $$max_cpu_usage_percent = 400$$),
  ('load_scenarios', $$max_cpu_usage_percent = 'NaN'$$),
  ('load_scenarios', $$max_memory_usage_percent = -1$$),
  ('load_scenarios', $$max_memory_usage_percent = NULL$$),
  ('load_scenarios', $$is_active = NULL$$),

  ('workload_operations', $$operation_name = ''$$),
  ('workload_operations', $$operation_type = 'delete'$$),
  ('workload_operations', $$operation_type = 'MIXED'$$),
  ('workload_operations', $$sql_template = E' ;\n'$$),
  ('workload_operations', $$parameter_generators = NULL$$),
  ('workload_operations', $$parameter_generators = '["random_tenant"]'$$),
  ('workload_operations', $$parameter_generators = 'null'$$),
  ('workload_operations', $$parameter_generators = '{"a": 1, "b": 2, "a": 3}'$$),
  ('workload_operations', $$parameter_generators = '{"a": 1, "\u0061": 2}'$$),
  ('workload_operations', $$parameter_generators = '{"a": 1, "A": 2}'$$),
  ('workload_operations', $$weight_percentage = -0.01$$),
  ('workload_operations', $$weight_percentage = 100.01$$),
  ('workload_operations', $$weight_percentage = 100$$),
  ('workload_operations', $$think_time_ms = -1$$),
  ('workload_operations', $$think_time_ms = NULL$$),
  ('workload_operations', $$peak_hours_multiplier = 0$$),
  ('workload_operations', $$peak_hours_multiplier = NULL$$),
  ('workload_operations', $$categories = NULL$$),
  ('workload_operations', $$categories = '{orders,NULL}'$$),
  ('workload_operations', $$categories = '{{orders},{returns}}'$$),
  ('workload_operations', $$categories = '{orders,returns}'$$),
  ('workload_operations', $$scenario_id = gen_random_uuid()$$),

  ('parameter_generators', $$name = 'Random Tenant'$$),
  ('parameter_generators', $$name = NULL$$),
  ('parameter_generators', $$definition = NULL$$),
  ('parameter_generators', $$definition = '"random_tenant"'$$),
  ('parameter_generators', $$definition = '{"type": "integer", "min": 1, "max": 6, "min": 0}'$$),
  ('parameter_generators', $$definition = '{"type": "dice"}'$$),

  ('test_executions', $$execution_environment = ''$$),
  ('test_executions', $$execution_status = NULL$$),
  ('test_executions', $$postgresql_config = '"128MB"'$$),
  ('test_executions', $$hardware_specs = '8'$$),
  ('test_executions', $$metadata = 'null'$$),
  ('test_executions', $$run_spec = '[]'$$),
  ('test_executions', $$findings = '{}'$$),
  ('test_executions', $$findings = NULL$$),
  ('test_executions', $$unavailable = '[]'$$),
  ('test_executions', $$completed_at = now()$$),
  ('test_executions', $$execution_status = 'COMPLETED'$$),
  ('test_executions', $$regression_detected = NULL$$),
  ('test_executions', $$failure_sqlstate = '4000'$$),
  ('test_executions', $$failure_sqlstate = '40P01'$$),
  ('test_executions', $$seed = 18446744073709551616$$),
  ('test_executions', $$seed = 18446744073709551615$$),
  ('test_executions', $$duration_ms = -1$$),
  ('test_executions', $$concurrent_users = -1$$),
  ('test_executions', $$error_rate_percent = 100.1$$),
  ('test_executions', $$cpu_usage_percent = 101$$),
  ('test_executions', $$memory_usage_percent = -1$$),
  ('test_executions', $$steal_percent = 'NaN'$$),
  ('test_executions', $$p95_response_time_ms = -0.001$$),
  ('test_executions', $$throughput_tps = 'NaN'$$),
  ('test_executions', $$max_response_time_ms = 18446744073709.551615$$),
  ('test_executions', $$rows_read = -1$$),
  ('test_executions', $$operations_scheduled = 3$$),
  ('test_executions', $$operations_scheduled = 11, operations_ok = 5, operations_failed = 3, operations_skipped = 2, operations_interrupted = 0$$),
  ('test_executions', $$operations_scheduled = 10, operations_ok = 5, operations_failed = 3, operations_skipped = 2, operations_interrupted = 0$$),
  ('test_executions', $$failed_serialization = 3$$),
  ('test_executions', $$failed_serialization = 1, failed_deadlock = 1, failed_timeout = 0, failed_constraint = 0, failed_other = 0$$),
  ('test_executions', $$failed_serialization = 1, failed_deadlock = 1, failed_timeout = 0, failed_constraint = 0, failed_other = 1$$),
  ('test_executions', $$operations_retried = 2, retries = 1$$),
  ('test_executions', $$is_valid = false$$),
  ('test_executions', $$is_valid = true, execution_status = 'CANCELLED'$$),
  ('test_executions', $$success_criteria = '{}'$$),
  ('test_executions', $$shape_result = '[]'$$),
  ('test_executions', $$load_model = 'half-open'$$),
  ('test_executions', $$load_model = 'open'$$),
  ('test_executions', $$planned_ms = -1$$),
  ('test_executions', $$target_rate = 'NaN'$$),
  ('test_executions', $$operations_late = 6$$),
  ('test_executions', $$operations_late = 5$$),
  ('test_executions', $$checkpoints = -1$$),
  ('test_executions', $$autovacuum_runs = -1$$),
  ('test_executions', $$server_wal_bytes = -1$$),
  ('test_executions', $$server_temp_bytes = 'NaN'$$),
  ('test_executions', $$worker_cpu_ms = -1$$),
  ('test_executions', $$others_cpu_percent = 100.01$$),
  ('test_executions', $$execution_status = 'FAILED'$$),
  ('test_executions', $$is_valid = true$$),
  ('test_executions', $$is_valid = false$$),
  ('test_executions', $$execution_status = 'COMPLETED', completed_at = now(), is_valid = true$$),
  ('test_executions', $$baseline_execution_id = gen_random_uuid()$$),

  ('performance_metrics', $$metric_type = ''$$),
  ('performance_metrics', $$metric_value = NULL$$),
  ('performance_metrics', $$metric_value = 'NaN'$$),
  ('performance_metrics', $$metric_value = 9223372036854775807$$),
  ('performance_metrics', $$additional_context = 'null'$$),
  ('query_performance', $$execution_context = 'elsewhere'$$),
  ('query_performance', $$actual_share_percent = 100.1$$),
  ('query_performance', $$avg_time_ms = -1$$),
  ('query_performance', $$total_time_ms = 18446744073709.551615$$),
  ('query_performance', $$execution_count = -1$$),
  ('query_performance', $$execution_count = 3000000000$$),
  ('query_performance', $$shared_blks_hit = -1$$),
  ('query_performance', $$busy_time_ms = -1$$),
  ('query_performance', $$cpu_time_ms = 'NaN'$$),
  ('query_performance', $$jit_functions = -1$$),
  ('query_performance', $$late_count = -1$$),
  ('query_performance', $$plan_hash = '0123456789ABCDEF'$$),
  ('query_performance', $$plan_hash = '0123456789abcde'$$),
  ('query_performance', $$plan_hash = '0123456789abcdef'$$),
  ('query_performance', $$plan = '"Seq Scan"'$$),
  ('query_performance', $$plan = '[{"Plan": {}}]'$$),
  ('query_performance', $$wait_samples = '[]'$$),
  ('query_performance', $$wait_samples = '{"CPU": "12"}'$$),
  ('query_performance', $$wait_samples = '{"CPU": 12, "Lock:tuple": -1}'$$),
  ('query_performance', $$wait_samples = '{"CPU": 12, "Lock:tuple": 0}'$$),
  ('execution_intervals', $$ok_count = -1$$),
  ('execution_intervals', $$interval_number = -1$$),
  ('execution_intervals', $$measured = NULL$$),
  ('execution_intervals', $$stage_number = 0$$),
  ('execution_intervals', $$retries = -1$$),
  ('execution_intervals', $$target_rate = -1$$),
  ('execution_intervals', $$busy_time_ms = 'NaN'$$),
  ('execution_intervals', $$wait_samples = '{"CPU": [1]}'$$),
  ('execution_intervals', $$wait_samples = '{"CPU": -1}'$$),
  ('execution_intervals', $$wait_samples = '{}', stage_number = 1$$),
  ('execution_stages', $$stage_number = 0$$),
  ('execution_stages', $$stage_name = NULL$$),
  ('execution_stages', $$measured = NULL$$),
  ('execution_stages', $$ended_at = started_at - '1 us'::interval$$),
  ('execution_stages', $$ended_at = started_at$$),
  ('execution_stages', $$skipped_count = -1$$),
  ('execution_stages', $$retried_count = 1$$),
  ('execution_stages', $$late_count = 1$$),
  ('execution_stages', $$error_rate_percent = 101$$),
  ('execution_stages', $$cpu_usage_percent = 101$$),
  ('execution_stages', $$memory_usage_percent = -1$$),
  ('execution_stages', $$target_to = -1$$),
  ('execution_stages', $$p95_lag_ms = 'NaN'$$),
  ('execution_plans', $$statement_number = 0$$),
  ('execution_plans', $$plan_hash = ''$$),
  ('execution_plans', $$plan_kind = 'best'$$),
  ('execution_plans', $$plan_kind = 'custom'$$),
  ('execution_plans', $$last_seen_at = first_seen_at - '1 us'::interval$$),
  ('execution_plans', $$plan = 'null'$$),
  ('execution_plans', $$plan = '{"Plan": {}}'$$),
  ('execution_plans', $$is_parallel = NULL$$),
  ('execution_events', $$message = NULL$$),
  ('execution_events', $$event_type = ' '$$),
  ('execution_events', $$details = '[]'$$),

  ('performance_baselines', $$test_name = ''$$),
  ('performance_baselines', $$baseline_type = 'GUESS'$$),
  ('performance_baselines', $$baseline_execution_id = NULL$$),
  ('performance_baselines', $$baseline_response_time_p95 = -1$$),
  ('performance_baselines', $$baseline_throughput_tps = 'NaN'$$),
  ('performance_baselines', $$baseline_error_rate_percent = 101$$),
  ('performance_baselines', $$baseline_cpu_usage_percent = 101$$),
  ('performance_baselines', $$baseline_memory_usage_percent = -1$$),
  ('performance_baselines', $$response_time_threshold_percent = -1$$),
  ('performance_baselines', $$response_time_threshold_percent = NULL$$),
  ('performance_baselines', $$throughput_threshold_percent = 15$$),
  ('performance_baselines', $$throughput_threshold_percent = -101$$),
  ('performance_baselines', $$error_rate_threshold_percent = 101$$),
  ('performance_baselines', $$is_active = NULL$$),

  ('alert_configurations', $$alert_name = ''$$),
  ('alert_configurations', $$alert_type = 'MOOD'$$),
  ('alert_configurations', $$threshold_config = 'null'$$),
  ('alert_configurations', $$notification_channels = '"slack"'$$),
  ('alert_configurations', $$notification_frequency = 'HOURLY'$$),
  ('alert_configurations', $$notification_frequency = NULL$$),
  ('alert_configurations', $$is_active = NULL$$)
) AS attempt("table", assignment);

-- Names: scenarios are unique, operations within theirs, tests with their version, generators per
-- industry and owner
\set VERBOSITY terse
SAVEPOINT before;
INSERT INTO perf_mgmt.load_scenarios
SELECT (jsonb_populate_record(s, jsonb_build_object('id', gen_random_uuid()))).*
FROM perf_mgmt.load_scenarios s WHERE scenario_name = 'edge';
ROLLBACK TO before;
INSERT INTO perf_mgmt.workload_operations
  (scenario_id, operation_name, operation_type, sql_template, parameter_generators, weight_percentage)
SELECT id, 'edge', 'read', 'SELECT 2', '{}', 1 FROM perf_mgmt.load_scenarios WHERE scenario_name = 'edge';
ROLLBACK TO before;
INSERT INTO perf_mgmt.performance_tests
  (test_name, test_version, test_type, test_configuration, baseline_thresholds)
VALUES ('edge', '1', 'SPIKE', '{}', '{}');
ROLLBACK TO before;
INSERT INTO perf_mgmt.parameter_generators (name, definition) VALUES ('edge', '{"type": "uuid"}');
ROLLBACK TO before;
INSERT INTO perf_mgmt.parameter_generators (name, industry, definition)
VALUES ('edge', 'GENERAL', '{"type": "uuid"}');

-- Baselines: one active per test and type when the transaction ends, inactive ones without number
UPDATE perf_mgmt.performance_baselines SET is_active = false WHERE test_name = 'edge';
INSERT INTO perf_mgmt.performance_baselines
  (test_name, baseline_type, baseline_date, baseline_execution_id, baseline_response_time_p95,
   baseline_response_time_p99, baseline_throughput_tps, baseline_error_rate_percent, is_active)
SELECT 'edge', type, now(), id, 0, 0, 0, 0, active
FROM perf_mgmt.test_executions,
     (VALUES ('INITIAL', false), ('INITIAL', true), ('ROLLING', true)) AS baseline(type, active);
SET CONSTRAINTS ALL IMMEDIATE;
SELECT baseline_type, is_active, count(*) FROM perf_mgmt.performance_baselines
WHERE test_name = 'edge' GROUP BY 1, 2 ORDER BY 1, 2;
SET CONSTRAINTS ALL DEFERRED;
UPDATE perf_mgmt.performance_baselines SET is_active = true WHERE test_name = 'edge';
SAVEPOINT before;
SET CONSTRAINTS ALL IMMEDIATE;
ROLLBACK TO before;
UPDATE perf_mgmt.performance_baselines SET is_active = false WHERE test_name = 'edge';
SET CONSTRAINTS ALL IMMEDIATE;

-- What goes with an execution, and what holds it: a baseline
SELECT pg_temp.refused('DELETE FROM perf_mgmt.test_executions');
DELETE FROM perf_mgmt.performance_baselines;
DELETE FROM perf_mgmt.test_executions;
SELECT (SELECT count(*) FROM perf_mgmt.performance_metrics) AS metrics,
       (SELECT count(*) FROM perf_mgmt.query_performance) AS queries,
       (SELECT count(*) FROM perf_mgmt.execution_intervals) AS intervals,
       (SELECT count(*) FROM perf_mgmt.execution_stages) AS stages,
       (SELECT count(*) FROM perf_mgmt.execution_plans) AS plans,
       (SELECT count(*) FROM perf_mgmt.execution_events) AS events;

-- What goes with a scenario
DELETE FROM perf_mgmt.load_scenarios WHERE scenario_name = 'edge';
SELECT (SELECT count(*) FROM perf_mgmt.workload_operations WHERE operation_name = 'edge') AS operations,
       (SELECT scenario_id FROM perf_mgmt.performance_tests WHERE test_name = 'edge') IS NULL AS test_stays;
ROLLBACK;

-- Events
BEGIN;
INSERT INTO perf_mgmt.performance_tests
  (test_name, test_version, test_type, test_configuration, baseline_thresholds)
VALUES ('eventful', '1', 'LOAD', '{}', '{}');
INSERT INTO perf_mgmt.test_executions (test_id, execution_environment, database_version, execution_status)
SELECT id, 'development', '15.0', 'RUNNING' FROM perf_mgmt.performance_tests WHERE test_name = 'eventful'
RETURNING id AS execution_id \gset
SELECT perf_mgmt.log_performance_event(:'execution_id', 'TEST_STARTED', 'Started.') AS event_id \gset
SELECT perf_mgmt.log_performance_event(:'execution_id', 'TEST_ENDED', 'Ended.', '{"reason": "done"}') IS NOT NULL;
SELECT id = :'event_id' AS first, event_time >= now() AS timely, event_type, message, details
FROM perf_mgmt.execution_events WHERE execution_id = :'execution_id' ORDER BY event_time;
SAVEPOINT before;
SELECT perf_mgmt.log_performance_event('00000000-0000-0000-0000-000000000000', 'LOST', 'Nobody knows.');
ROLLBACK TO before;
SELECT perf_mgmt.log_performance_event(:'execution_id', 'EMPTY', NULL);
ROLLBACK;
