-- Bad input: each gives an error that names what is wrong and how to mend it, and leaves nothing.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS perf_mgmt;
RESET client_min_messages;
\set VERBOSITY default
\set SHOW_CONTEXT never

CREATE SCHEMA bad_input;
CREATE TABLE bad_input.account (id integer PRIMARY KEY, balance integer NOT NULL);
INSERT INTO bad_input.account SELECT n, 100 FROM generate_series(1, 10) AS n;
INSERT INTO perf_mgmt.load_scenarios
  (scenario_name, industry_type, scenario_description, virtual_users, ramp_up_duration_seconds,
   test_duration_seconds, ramp_down_duration_seconds, workload_pattern, max_avg_response_time_ms,
   max_p95_response_time_ms, min_throughput_tps, max_error_rate_percent)
VALUES ('Bad input scenario', 'PAYROLL', 'One operation at a time', 1, 0, 1, 0, '{"lookups": 100}', 1000, 1000, 0, 0);
INSERT INTO perf_mgmt.performance_tests
  (test_name, test_version, test_type, industry_context, test_configuration, baseline_thresholds, scenario_id)
SELECT 'Bad input test', '1.0', 'LOAD', 'PAYROLL', '{"operations": 10, "seed": 1}', '{}', id
FROM perf_mgmt.load_scenarios WHERE scenario_name = 'Bad input scenario';

-- Makes this the only operation of the scenario
CREATE PROCEDURE bad_input.operation(p_template text, p_generators json DEFAULT '{}', p_type text DEFAULT 'mixed')
LANGUAGE sql AS $$
  DELETE FROM perf_mgmt.workload_operations AS o USING perf_mgmt.load_scenarios AS s
  WHERE s.id = o.scenario_id AND s.scenario_name = 'Bad input scenario';
  INSERT INTO perf_mgmt.workload_operations
    (scenario_id, operation_name, operation_type, sql_template, parameter_generators, weight_percentage, categories)
  SELECT id, 'look up', p_type, p_template, p_generators, 100, '{lookups}'
  FROM perf_mgmt.load_scenarios WHERE scenario_name = 'Bad input scenario'
$$;
-- ... a look-up by an id of this generator
CREATE PROCEDURE bad_input.look_up(p_generator json) LANGUAGE sql AS $$
  CALL bad_input.operation('SELECT balance FROM bad_input.account WHERE id = $1',
                           json_build_object('id', p_generator))
$$;
-- Processes end a moment after the error has reached the caller
CREATE FUNCTION bad_input.left_behind(OUT executions bigint, OUT processes bigint, OUT locks bigint)
LANGUAGE plpgsql AS $$
BEGIN
  FOR i IN 1..1000 LOOP
    PERFORM pg_stat_clear_snapshot();
    SELECT count(*) INTO processes FROM pg_stat_activity WHERE backend_type LIKE 'perf\_mgmt%';
    EXIT WHEN processes = 0;
    PERFORM pg_sleep(0.01);
  END LOOP;
  SELECT count(*) INTO locks FROM pg_locks WHERE locktype = 'advisory';
  SELECT count(*) INTO executions FROM perf_mgmt.test_executions AS e JOIN perf_mgmt.performance_tests AS t
  ON t.id = e.test_id WHERE t.test_name = 'Bad input test';
END
$$;
\set run 'CALL perf_mgmt.run_performance_test(''Bad input test'');'
CALL bad_input.look_up('{"type": "integer", "min": 1, "max": 10}');

-- Names
SELECT perf_mgmt.execute_performance_test('Bad input tset');
CALL perf_mgmt.run_performance_test('bad input test');
SELECT perf_mgmt.execute_performance_test('Bad input test', 'development', '{"scenario": "Bad inputs scenario"}');
SELECT * FROM perf_mgmt.validate_scenario('Bad input scenaroi');
BEGIN;
UPDATE perf_mgmt.performance_tests SET is_active = false WHERE test_name = 'Bad input test';
SELECT perf_mgmt.execute_performance_test('Bad input test');
ROLLBACK;
BEGIN;
UPDATE perf_mgmt.performance_tests SET scenario_id = NULL, industry_context = 'INVESTIGATIONS'
WHERE test_name = 'Bad input test';
SELECT perf_mgmt.execute_performance_test('Bad input test');
ROLLBACK;
BEGIN;
UPDATE perf_mgmt.performance_tests SET scenario_id = NULL WHERE test_name = 'Bad input test';
UPDATE perf_mgmt.load_scenarios SET industry_type = 'PAYROLL' WHERE scenario_name = 'Restaurant Rush Hour';
SELECT perf_mgmt.execute_performance_test('Bad input test');
ROLLBACK;

-- NULL
SELECT perf_mgmt.execute_performance_test(NULL);
SELECT perf_mgmt.execute_performance_test('Bad input test', NULL);
CALL perf_mgmt.run_performance_test(NULL);
CALL perf_mgmt.run_performance_test('Bad input test', NULL);
CALL perf_mgmt.wait_for_execution(NULL);
SELECT perf_mgmt.cancel_execution(NULL);
SELECT perf_mgmt.simulate_workload(NULL, 'look up');
SELECT perf_mgmt.simulate_workload('00000000-0000-0000-0000-000000000000', NULL);
SELECT perf_mgmt.simulate_workload('00000000-0000-0000-0000-000000000000', 'look up', NULL);
SELECT * FROM perf_mgmt.validate_scenario(NULL);

-- Executions that are not there
CALL perf_mgmt.wait_for_execution('00000000-0000-0000-0000-000000000000');
SELECT perf_mgmt.cancel_execution('00000000-0000-0000-0000-000000000000');
SELECT perf_mgmt.simulate_workload('00000000-0000-0000-0000-000000000000', 'look up');

-- Configuration: keys, types, ranges, and what does not go together
SELECT perf_mgmt.execute_performance_test('Bad input test', 'development', '{"virtual_user": 5}');
SELECT perf_mgmt.execute_performance_test('Bad input test', 'development', '{"Seed": 5}');
SELECT perf_mgmt.execute_performance_test('Bad input test', 'development', '{"virtual_users": "200"}');
SELECT perf_mgmt.execute_performance_test('Bad input test', 'development', '{"virtual_users": 0}');
SELECT perf_mgmt.execute_performance_test('Bad input test', 'development', '{"virtual_users": 1.5}');
SELECT perf_mgmt.execute_performance_test('Bad input test', 'development', '{"finish": "abort"}');
SELECT perf_mgmt.execute_performance_test('Bad input test', 'development', '{"wait": "yes"}');
SELECT perf_mgmt.execute_performance_test('Bad input test', 'development', '{"virtual_users": 1, "concurrent_users": 2}');
SELECT perf_mgmt.execute_performance_test('Bad input test', 'development', '{"operations": 5, "test_duration_seconds": 3}');
SELECT perf_mgmt.execute_performance_test('Bad input test', 'development', '{"test_duration_seconds": 0}');
SELECT perf_mgmt.execute_performance_test('Bad input test', 'development', '{"environments": ["development"]}');
SELECT perf_mgmt.execute_performance_test('Bad input test', 'development', '[]');
CALL perf_mgmt.run_performance_test('Bad input test', 'development', '{"wokers": 2}');
CALL perf_mgmt.run_performance_test('Bad input test', 'development', '{"workers": 1025}');
CALL perf_mgmt.run_performance_test('Bad input test', 'development', '{"interval_ms": 50}');
CALL perf_mgmt.run_performance_test('Bad input test', 'development', '{"time_scale": 0}');
CALL perf_mgmt.run_performance_test('Bad input test', 'development', '{"seed": -1}');
CALL perf_mgmt.run_performance_test('Bad input test', 'development', '{"workload_mix": {"lookup": 100}}');
CALL perf_mgmt.run_performance_test('Bad input test', 'development', '{"workload_mix": {"lookups": 0}}');
CALL perf_mgmt.run_performance_test('Bad input test', 'development', '{"think_time_ms": {"type": "text", "words": 2}}');
-- ... also where the test is written
UPDATE perf_mgmt.performance_tests SET test_configuration = '{"operations": 10, "environments": "staging"}'
WHERE test_name = 'Bad input test';
UPDATE perf_mgmt.performance_tests SET test_configuration = '{"operation": 10}' WHERE test_name = 'Bad input test';
SELECT * FROM bad_input.left_behind();

-- Settings
CALL perf_mgmt.run_performance_test('Bad input test', 'development', '{"settings": {"work_mme": "1MB"}}');
CALL perf_mgmt.run_performance_test('Bad input test', 'development', '{"settings": {"work_mem": "lots"}}');
CALL perf_mgmt.run_performance_test('Bad input test', 'development', '{"settings": {"shared_buffers": "1GB"}}');
CALL perf_mgmt.run_performance_test('Bad input test', 'development', '{"settings": {"work_mem": ["1MB"]}}');
CALL perf_mgmt.run_performance_test('Bad input test', 'development', '{"settings": {"role": "postgres"}}');
CALL perf_mgmt.run_performance_test('Bad input test', 'development', '{"settings": {"SESSION_authorization": "postgres"}}');
CALL perf_mgmt.run_performance_test('Bad input test', 'development', '{"settings": {"transaction_timeout": 5}}');
CALL perf_mgmt.run_performance_test('Bad input test', 'development', '{"session_settings": {"role": "random_role"}}');
CALL perf_mgmt.run_performance_test('Bad input test', 'development', '{"session_settings": {"work_mme": "1MB"}}');
CALL perf_mgmt.run_performance_test('Bad input test', 'development', '{"session_settings": {"shared_buffers": "1GB"}}');
CALL perf_mgmt.run_performance_test('Bad input test', 'development', '{"session_settings": {"app.tenant": "random_tenat"}}');
CALL perf_mgmt.run_performance_test('Bad input test', 'development', '{"session_settings": {"app.tenant": {"type": "integr"}}}');
SELECT * FROM bad_input.left_behind();

-- Templates that cannot be parsed or planned
CALL bad_input.operation('SELEC balance FROM bad_input.account');
:run
CALL bad_input.operation(E'SELECT 1;\n\nSELECT balance\nFROM bad_input.acount');
:run
CALL bad_input.operation('SELECT balnce FROM bad_input.account');
:run
CALL bad_input.operation('-- nothing');
:run
CALL bad_input.operation('CREATE TEMP TABLE seen (id integer) ON COMMIT DROP; INSERT INTO seen VALUES (1)');
:run
CREATE TEMP TABLE mine (id integer);
CALL bad_input.operation('SELECT id FROM mine');
:run
DROP TABLE mine;
CALL bad_input.operation('INSERT INTO bad_input.account VALUES (11, 5)', '{}', 'read');
:run

-- Templates that would end the transaction or change the session
CALL bad_input.operation('BEGIN; SELECT 1; COMMIT');
:run
CALL bad_input.operation('SELECT 1; COMMIT');
:run
CALL bad_input.operation('SET work_mem = ''1GB''');
:run
CALL bad_input.operation('SET LOCAL role = ''postgres''');
:run
CALL bad_input.operation('LISTEN channel');
:run
CALL bad_input.operation('PREPARE p AS SELECT 1');
:run
CALL bad_input.operation('DISCARD ALL');
:run
CALL bad_input.operation('COPY bad_input.account TO STDOUT');
:run
CALL bad_input.operation('CREATE TEMP TABLE seen (id integer)');
:run
CALL bad_input.operation('CREATE TEMP TABLE seen ON COMMIT PRESERVE ROWS AS SELECT 1 AS id');
:run
CALL bad_input.operation('SELECT 1 AS id INTO TEMP seen');
:run
CALL bad_input.operation('DECLARE held CURSOR WITH HOLD FOR SELECT 1');
:run
CALL bad_input.operation('VACUUM bad_input.account');
:run
CALL bad_input.operation('CREATE INDEX CONCURRENTLY ON bad_input.account (balance)');
:run

-- ... or start one run after the other
CALL bad_input.operation('SELECT perf_mgmt.execute_performance_test(''Bad input test'')');
CALL perf_mgmt.run_performance_test('Bad input test') \gset
DELETE FROM perf_mgmt.test_executions WHERE id = :'execution_id';
-- A scenario that ships, without its tables
DO $$
DECLARE
  v_hint text;
BEGIN
  PERFORM perf_mgmt.execute_performance_test('Restaurant Rush Hour');
EXCEPTION WHEN undefined_table THEN
  GET STACKED DIAGNOSTICS v_hint = PG_EXCEPTION_HINT;
  RAISE NOTICE '%', v_hint;
END
$$;

-- Parameters
CALL bad_input.operation('SELECT balance FROM bad_input.account WHERE id = $1');
:run
CALL bad_input.operation('SELECT balance FROM bad_input.account WHERE id = $2', '{"id": 1}');
:run
CALL bad_input.operation('SELECT balance FROM bad_input.account WHERE id = :ids', '{"id": 1}');
:run
CALL bad_input.operation('SELECT balance FROM bad_input.account WHERE id = $1 AND balance = :id', '{"id": 1}');
:run
CALL bad_input.operation('SELECT balance FROM bad_input.account', '{"id": 1}');
:run
CALL bad_input.operation('SELECT balance FROM bad_input.account WHERE id = $1', '{"id": 1, "unused": 2}');
:run
SELECT * FROM bad_input.left_behind();

-- Generators
INSERT INTO perf_mgmt.parameter_generators (name, industry, definition)
VALUES ('existing_account', 'PAYROLL', '{"type": "pool", "sql": "SELECT id FROM bad_input.account"}'),
       ('other_account', 'PAYROLL', '{"type": "pool", "sql": "SELECT id FROM bad_input.account WHERE id > 99"}');
CALL bad_input.look_up('"existing_acount"');
:run
CALL bad_input.look_up('"somebody"');
:run
CALL bad_input.look_up('{"type": "integr", "min": 1, "max": 2}');
:run
CALL bad_input.look_up('{"type": "integer", "min": 3, "max": 2}');
:run
CALL bad_input.look_up('{"type": "integer", "mn": 1, "max": 2}');
:run
CALL bad_input.look_up('{"min": 1, "max": 2}');
:run
CALL bad_input.look_up('{"type": "expression", "sql": "no_such_function()"}');
:run
INSERT INTO perf_mgmt.parameter_generators (name, definition) VALUES ('bad_input', '{"type": "integr"}');

-- Pools
CALL bad_input.look_up('"other_account"');
:run
CALL bad_input.look_up('{"type": "pool", "sql": "SELECT id FROM bad_input.account", "column": "ids"}');
:run
CALL bad_input.look_up('{"type": "pool", "sql": "SELECT id FROM bad_input.account", "provides": {"amount": "balance"}}');
:run
CALL bad_input.look_up('{"type": "pool", "sql": "SELECT FROM bad_input.account"}');
:run
CALL bad_input.look_up('{"type": "pool", "sql": "SELECT id FROM bad_input.acount"}');
:run
CALL bad_input.look_up('{"type": "pool", "sql": "DELETE FROM bad_input.account RETURNING id"}');
:run
CALL bad_input.look_up('{"type": "pool", "sql": "SELECT 1; SELECT 2"}');
:run
SELECT count(*) FROM bad_input.account;

-- Weights
CALL bad_input.look_up('1');
UPDATE perf_mgmt.workload_operations SET weight_percentage = 0 WHERE operation_name = 'look up';
:run
DELETE FROM perf_mgmt.workload_operations WHERE operation_name = 'look up';
:run

-- Environments
CALL bad_input.operation('UPDATE bad_input.account SET balance = balance + 1 WHERE id = 1');
CALL perf_mgmt.run_performance_test('Bad input test', '');
CALL perf_mgmt.run_performance_test('Bad input test', repeat('x', 101));
CALL perf_mgmt.run_performance_test('Bad input test', 'production');
CALL perf_mgmt.run_performance_test('Bad input test', 'Production', '{"finish": "rollback"}');
UPDATE perf_mgmt.performance_tests SET test_configuration = '{"operations": 10, "seed": 1, "environments": ["staging", "development"]}'
WHERE test_name = 'Bad input test';
CALL perf_mgmt.run_performance_test('Bad input test', 'production', '{"allow_writes_in_production": true}');
SELECT balance FROM bad_input.account WHERE id = 1;

-- What the run's own processes cannot see, or would wait for for ever
BEGIN;
INSERT INTO perf_mgmt.performance_tests
  (test_name, test_version, test_type, test_configuration, baseline_thresholds, scenario_id)
SELECT 'Uncommitted test', '1.0', 'LOAD', '{"operations": 10}', '{}', id
FROM perf_mgmt.load_scenarios WHERE scenario_name = 'Bad input scenario';
SELECT perf_mgmt.execute_performance_test('Uncommitted test');
ROLLBACK;
BEGIN;
UPDATE perf_mgmt.load_scenarios SET scenario_name = 'Other scenario' WHERE scenario_name = 'Bad input scenario';
INSERT INTO perf_mgmt.load_scenarios
  (scenario_name, industry_type, scenario_description, virtual_users, ramp_up_duration_seconds, test_duration_seconds,
   workload_pattern, max_avg_response_time_ms, max_p95_response_time_ms, min_throughput_tps, max_error_rate_percent)
VALUES ('Bad input scenario', 'PAYROLL', 'Not committed', 1, 0, 1, '{}', 1000, 1000, 0, 0);
CALL bad_input.operation('SELECT 1');
SELECT perf_mgmt.execute_performance_test('Bad input test', 'development', '{"scenario": "Bad input scenario"}');
ROLLBACK;
BEGIN READ ONLY;
SELECT perf_mgmt.execute_performance_test('Bad input test');
ROLLBACK;
SELECT * FROM bad_input.left_behind();
BEGIN;
UPDATE bad_input.account SET balance = 1 WHERE id = 1;
\set VERBOSITY terse
:run
\set VERBOSITY default
ROLLBACK;
SELECT execution_status, failure_message FROM perf_mgmt.test_executions AS e
JOIN perf_mgmt.performance_tests AS t ON t.id = e.test_id WHERE t.test_name = 'Bad input test';

-- Values that do not fit the parameter's type show up when they are drawn: the operations fail, and the caller is told
CALL bad_input.look_up('"PENDING"');
CALL perf_mgmt.run_performance_test('Bad input test') \gset
CALL bad_input.look_up('{"type": "integer", "min": 3000000000, "max": 3000000000}');
CALL perf_mgmt.run_performance_test('Bad input test', 'development', '{"operations": 1}') \gset
CALL bad_input.look_up('1');
CALL perf_mgmt.run_performance_test('Bad input test', 'development', '{"session_settings": {"work_mem": "LOTS"}}') \gset
SELECT operations_ok, operations_failed, failed_other, v.message, v.details
FROM perf_mgmt.test_executions AS e JOIN perf_mgmt.execution_events AS v ON v.execution_id = e.id
JOIN perf_mgmt.performance_tests AS t ON t.id = e.test_id
WHERE t.test_name = 'Bad input test' AND v.event_type = 'OPERATION_ERROR' ORDER BY e.started_at;

-- Probes
SELECT perf_mgmt.simulate_workload(:'execution_id', 'lok up');
SELECT perf_mgmt.simulate_workload(:'execution_id', 'look up', 0);
CALL bad_input.operation('SELEC 1');
SELECT perf_mgmt.simulate_workload(:'execution_id', 'look up', 1);

-- Industry schemas
CREATE SCHEMA auto;
SELECT perf_mgmt.install_industry_schema('AUTOMOTIVE');
SELECT perf_mgmt.drop_industry_schema('AUTOMOTIVE');
DROP SCHEMA auto;

-- One cancelled and three completed executions, nothing else
SELECT * FROM bad_input.left_behind();

DELETE FROM perf_mgmt.test_executions AS e USING perf_mgmt.performance_tests AS t
WHERE t.id = e.test_id AND t.test_name = 'Bad input test';
DELETE FROM perf_mgmt.performance_tests WHERE test_name = 'Bad input test';
DELETE FROM perf_mgmt.load_scenarios WHERE scenario_name = 'Bad input scenario';
DELETE FROM perf_mgmt.parameter_generators WHERE industry = 'PAYROLL';
SET client_min_messages = warning;
DROP SCHEMA bad_input CASCADE;
