-- The single-session probe: one operation of an execution's scenario, within the caller's transaction.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS perf_mgmt;
RESET client_min_messages;
\set VERBOSITY default
\set SHOW_CONTEXT never

CREATE SCHEMA probe;
CREATE TABLE probe.account (id integer PRIMARY KEY, tenant integer NOT NULL, balance integer NOT NULL);
INSERT INTO probe.account SELECT n, n % 3, 0 FROM generate_series(1, 10) AS n;
CREATE TABLE probe.note (tag text);
INSERT INTO perf_mgmt.load_scenarios
  (scenario_name, industry_type, scenario_description, virtual_users, ramp_up_duration_seconds,
   test_duration_seconds, ramp_down_duration_seconds, workload_pattern, max_avg_response_time_ms,
   max_p95_response_time_ms, min_throughput_tps, max_error_rate_percent)
VALUES ('Probe scenario', 'COURSES', 'Small tables', 1, 0, 1, 0, '{}', 1000, 1000, 0, 0);
INSERT INTO perf_mgmt.parameter_generators (name, industry, definition)
VALUES ('probe_account', 'COURSES',
        '{"type": "pool", "sql": "SELECT id, tenant FROM probe.account", "provides": {"probe_tenant": "tenant"}}'),
       ('probe_tenant', 'COURSES', '{"type": "integer", "min": 100, "max": 200}');
INSERT INTO perf_mgmt.workload_operations
  (scenario_id, operation_name, operation_type, sql_template, parameter_generators, weight_percentage)
SELECT id, o.name, o.type, o.template, o.generators::json, 20
FROM perf_mgmt.load_scenarios, (VALUES
  ('look up', 'read', 'SELECT * FROM probe.account WHERE id = $1', '{"account": "probe_account"}'),
  ('pay in', 'write', 'UPDATE probe.account SET balance = balance + 1 WHERE id = $1 AND tenant = $2',
   '{"account": "probe_account", "tenant": "probe_tenant"}'),
  ('divide', 'read', 'SELECT 1 / $1::integer', '{"by": {"type": "choice", "values": [0, 1]}}'),
  ('settings', 'mixed', 'SET LOCAL work_mem = ''7MB''; INSERT INTO probe.note VALUES (current_setting(''app.tenant'', true))', '{}'),
  ('sleep', 'read', 'SELECT pg_sleep(60)', '{}')) AS o(name, type, template, generators)
WHERE scenario_name = 'Probe scenario';
INSERT INTO perf_mgmt.performance_tests
  (test_name, test_version, test_type, test_configuration, baseline_thresholds, scenario_id)
SELECT 'Probe test', '1.0', 'LOAD', '{"operations": 1, "seed": 1, "statement_timeout_ms": 1, "session_settings": {"app.tenant": "Seven"}}', '{}', id
FROM perf_mgmt.load_scenarios WHERE scenario_name = 'Probe scenario';
SET client_min_messages = error;
CALL perf_mgmt.run_performance_test('Probe test') \gset
SELECT perf_mgmt.execute_performance_test('Probe test', 'production', '{"allow_writes_in_production": true}') AS production \gset
CALL perf_mgmt.wait_for_execution(:'production');
RESET client_min_messages;
UPDATE probe.account SET balance = 0;
CREATE VIEW probe.result AS
SELECT execution_id, operation_name, execution_context, query_type, table_names, statement_count, statement_types,
       ok_count, failed_count, skipped_count, interrupted_count, rows_read, rows_affected, zero_row_writes,
       execution_count, total_time_ms, avg_time_ms, min_time_ms, max_time_ms, service_histogram, failure_histogram
FROM perf_mgmt.query_performance WHERE execution_context = 'in_transaction';

-- A reading operation
SELECT perf_mgmt.simulate_workload(:'execution_id', 'look up', 1);
\x
SELECT operation_name, execution_context, query_type, table_names, statement_count, statement_types, ok_count > 100 AS ok,
       failed_count, skipped_count, interrupted_count, rows_read = ok_count AS rows_read, rows_affected, zero_row_writes,
       execution_count = ok_count AS executions, perf_mgmt.count(service_histogram) = ok_count AS histogram,
       min_time_ms > 0 AND min_time_ms <= avg_time_ms AND avg_time_ms <= max_time_ms AS times,
       total_time_ms BETWEEN 1 AND 1500 AS total, failure_histogram
FROM probe.result WHERE execution_id = :'execution_id';
SELECT metric_type, metric_unit, metric_value > 0 AS value, additional_context - 'p95' AS context
FROM perf_mgmt.performance_metrics
WHERE execution_id = :'execution_id' AND additional_context ->> 'execution_context' = 'in_transaction';
\x
-- ... leaves the record of the execution itself alone
SELECT operations_scheduled, execution_status FROM perf_mgmt.test_executions WHERE id = :'execution_id';

-- Writes belong to the caller's transaction
BEGIN;
SELECT perf_mgmt.simulate_workload(:'execution_id', 'pay in', 1);
SELECT ok_count > 100 AS ok, failed_count, rows_affected = ok_count AS rows_affected, zero_row_writes,
       rows_affected = (SELECT sum(balance) FROM probe.account) AS written
FROM probe.result WHERE execution_id = :'execution_id' AND operation_name = 'pay in';
ROLLBACK;
SELECT sum(balance) FROM probe.account;
SELECT count(*) FROM probe.result WHERE execution_id = :'execution_id' AND operation_name = 'pay in';

-- Each iteration is a subtransaction: those that fail are counted, and the rest goes on
SET client_min_messages = error;
SELECT perf_mgmt.simulate_workload(:'execution_id', 'divide', 1);
RESET client_min_messages;
SELECT ok_count > 100 AS ok, failed_count > 100 AS failed, rows_read = ok_count AS rows_read,
       perf_mgmt.count(service_histogram) = ok_count AS ok_times,
       perf_mgmt.count(failure_histogram) = failed_count AS failure_times
FROM probe.result WHERE execution_id = :'execution_id' AND operation_name = 'divide';

-- The session settings are those of the execution, and end with the iteration, as SET LOCAL does
BEGIN;
SET LOCAL work_mem = '5MB';
SELECT perf_mgmt.simulate_workload(:'execution_id', 'settings', 1);
SELECT tag, count(*) > 100 AS many FROM probe.note GROUP BY tag;
SELECT coalesce(current_setting('app.tenant', true), '') = '' AS ended, current_setting('work_mem') AS work_mem;
COMMIT;

-- The caller's own statement_timeout ends the probe
SET statement_timeout = '100ms';
SELECT perf_mgmt.simulate_workload(:'execution_id', 'sleep', 1);
RESET statement_timeout;
SELECT count(*) FROM probe.result WHERE execution_id = :'execution_id' AND operation_name = 'sleep';

-- Refused
SELECT perf_mgmt.simulate_workload(:'execution_id', 'lookup');
SELECT perf_mgmt.simulate_workload(:'execution_id', 'something else');
SELECT perf_mgmt.simulate_workload('00000000-0000-0000-0000-000000000000', 'look up');
SELECT perf_mgmt.simulate_workload(:'execution_id', 'look up', 0);
SELECT perf_mgmt.simulate_workload(:'execution_id', 'look up', -1);
SELECT perf_mgmt.simulate_workload(:'execution_id', 'look up', 604801);
SELECT perf_mgmt.simulate_workload(:'production', 'pay in', 1);
CREATE ROLE regress_probe_owner;
UPDATE perf_mgmt.load_scenarios SET owner_role = 'regress_probe_owner' WHERE scenario_name = 'Probe scenario';
SELECT perf_mgmt.simulate_workload(:'execution_id', 'look up', 1);
UPDATE perf_mgmt.load_scenarios SET owner_role = current_user WHERE scenario_name = 'Probe scenario';
DROP ROLE regress_probe_owner;
BEGIN READ ONLY;
SELECT perf_mgmt.simulate_workload(:'execution_id', 'look up', 1);
ROLLBACK;
INSERT INTO perf_mgmt.test_executions (test_id, execution_environment, database_version, execution_status, completed_at)
SELECT id, 'development', '15', 'COMPLETED', now() FROM perf_mgmt.performance_tests WHERE test_name = 'Probe test'
RETURNING id AS foreign_execution \gset
\set VERBOSITY sqlstate
SELECT perf_mgmt.simulate_workload(:'foreign_execution', 'look up', 1);
\set VERBOSITY default

-- A scenario is found again by its id; a deleted one is not
BEGIN;
UPDATE perf_mgmt.load_scenarios SET scenario_name = 'Renamed scenario' WHERE scenario_name = 'Probe scenario';
SELECT perf_mgmt.simulate_workload(:'execution_id', 'lookup');
ROLLBACK;
BEGIN;
DELETE FROM perf_mgmt.load_scenarios WHERE scenario_name = 'Probe scenario';
\set VERBOSITY terse
SELECT perf_mgmt.simulate_workload(:'execution_id', 'look up', 1);
\set VERBOSITY default
ROLLBACK;
SELECT operation_name, count(*) FROM probe.result WHERE execution_id IN (:'execution_id', :'production')
GROUP BY operation_name ORDER BY operation_name;

DELETE FROM perf_mgmt.performance_baselines WHERE test_name = 'Probe test';
DELETE FROM perf_mgmt.test_executions WHERE id IN (:'execution_id', :'production', :'foreign_execution');
DELETE FROM perf_mgmt.performance_tests WHERE test_name = 'Probe test';
DELETE FROM perf_mgmt.load_scenarios WHERE scenario_name = 'Probe scenario';
DELETE FROM perf_mgmt.parameter_generators WHERE industry = 'COURSES';
SET client_min_messages = warning;
DROP SCHEMA probe CASCADE;
