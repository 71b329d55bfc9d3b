-- Everything that is wrong with a scenario, at once.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS perf_mgmt;
RESET client_min_messages;
\set VERBOSITY default
\set SHOW_CONTEXT never

CREATE SCHEMA validated;
CREATE TABLE validated.account (id integer PRIMARY KEY, balance integer NOT NULL);
INSERT INTO validated.account SELECT n, 100 FROM generate_series(1, 10) AS n;
CREATE TABLE validated.empty (id integer);
CREATE PROCEDURE validated.scenario(p_name text, p_pattern jsonb) LANGUAGE sql AS $$
  INSERT INTO perf_mgmt.load_scenarios
    (scenario_name, industry_type, scenario_description, virtual_users, ramp_up_duration_seconds,
     test_duration_seconds, ramp_down_duration_seconds, workload_pattern, max_avg_response_time_ms,
     max_p95_response_time_ms, min_throughput_tps, max_error_rate_percent)
  VALUES (p_name, 'BANKING', 'To be validated', 1, 0, 1, 0, p_pattern, 1000, 1000, 0, 0)
$$;
CREATE PROCEDURE validated.operation(p_scenario text, p_name text, p_type text, p_template text,
                                     p_generators json DEFAULT '{}', p_weight numeric DEFAULT 0,
                                     p_categories text[] DEFAULT '{lookups}')
LANGUAGE sql AS $$
  INSERT INTO perf_mgmt.workload_operations
    (scenario_id, operation_name, operation_type, sql_template, parameter_generators, weight_percentage, categories)
  SELECT id, p_name, p_type, p_template, p_generators, p_weight, p_categories
  FROM perf_mgmt.load_scenarios WHERE scenario_name = p_scenario
$$;
INSERT INTO perf_mgmt.parameter_generators (name, industry, definition)
VALUES ('validated_account', 'BANKING', '{"type": "pool", "sql": "SELECT id FROM validated.account"}'),
       ('validated_nobody', 'BANKING', '{"type": "pool", "sql": "SELECT id FROM validated.empty"}'),
       ('validated_column', 'BANKING', '{"type": "pool", "sql": "SELECT id FROM validated.account", "column": "ids"}');

-- A healthy one: no rows
CALL validated.scenario('Healthy scenario', '{"lookups": 60, "payments": 40}');
CALL validated.operation('Healthy scenario', 'look up', 'read',
  'SELECT balance FROM validated.account WHERE id = $1', '{"id": "validated_account"}', 60);
CALL validated.operation('Healthy scenario', 'pay', 'write',
  'UPDATE validated.account SET balance = balance + :amount WHERE id = :id; INSERT INTO validated.empty VALUES (:id)',
  '{"id": "validated_account", "amount": {"type": "expression", "sql": "1 + 1"}}', 40, '{payments}');
SELECT * FROM perf_mgmt.validate_scenario('Healthy scenario');

-- Nothing was run for it
SELECT sum(balance) AS balance, (SELECT count(*) FROM validated.empty) AS rows FROM validated.account;

-- No operations
CALL validated.scenario('Empty scenario', '{}');
SELECT * FROM perf_mgmt.validate_scenario('Empty scenario');

-- All that can be wrong
CALL validated.scenario('Sick scenario', '{"lookups": 60, "lookup": 20, "payments": 20}');
CALL validated.operation('Sick scenario', '01 syntax', 'read', 'SELEC 1', '{}', 30);
CALL validated.operation('Sick scenario', '02 table', 'read', 'SELECT * FROM validated.acount', '{}', 30);
CALL validated.operation('Sick scenario', '03 column', 'read', 'SELECT balnce FROM validated.account');
CALL validated.operation('Sick scenario', '04 too few', 'read', 'SELECT $1::integer + $2', '{"a": 1}');
CALL validated.operation('Sick scenario', '05 too many', 'read', 'SELECT $1::integer', '{"a": 1, "b": 2}');
CALL validated.operation('Sick scenario', '06 gap', 'read', 'SELECT $2::integer', '{"a": 1, "b": 2}');
CALL validated.operation('Sick scenario', '07 name', 'read', 'SELECT :accont::integer', '{"account": 1}');
CALL validated.operation('Sick scenario', '08 unknown generator', 'read', 'SELECT $1::integer', '{"a": "validated_acount"}');
CALL validated.operation('Sick scenario', '09 bad generator', 'read', 'SELECT $1::integer', '{"a": {"type": "integer", "min": 2, "max": 1}}');
CALL validated.operation('Sick scenario', '10 both', 'read', 'SELECT $1::integer FROM validated.acount', '{"a": {"type": "integr"}}');
CALL validated.operation('Sick scenario', '11 commit', 'write', 'COMMIT');
CALL validated.operation('Sick scenario', '12 session', 'write', 'SET work_mem = ''1GB''');
CALL validated.operation('Sick scenario', '13 temporary', 'write', 'CREATE TEMP TABLE seen (id integer)');
CALL validated.operation('Sick scenario', '14 writes', 'read', 'DELETE FROM validated.account');
CALL validated.operation('Sick scenario', '15 reads', 'write', 'SELECT 1');
CALL validated.operation('Sick scenario', '16 folded', 'read', 'SELECT 1 / 0');
CALL validated.operation('Sick scenario', '17 empty pool', 'read', 'SELECT $1::integer', '{"a": "validated_nobody"}');
CALL validated.operation('Sick scenario', '18 pool column', 'read', 'SELECT $1::integer', '{"a": "validated_column"}');
CALL validated.operation('Sick scenario', '19 pool query', 'read', 'SELECT $1::integer',
  '{"a": {"type": "pool", "sql": "SELECT id FROM validated.acount"}}');
CALL validated.operation('Sick scenario', '20 expression', 'read', 'SELECT $1::integer',
  '{"a": {"type": "expression", "sql": "no_such_function()"}}');
CALL validated.operation('Sick scenario', '21 no category', 'read', 'SELECT 1', '{}', 0, '{}');
CALL validated.operation('Sick scenario', '22 healthy', 'read', 'SELECT 1');
\pset format unaligned
\pset null -
SELECT * FROM perf_mgmt.validate_scenario('Sick scenario') ORDER BY operation_name NULLS FIRST, severity, problem;
\pset format aligned
-- ... weights
UPDATE perf_mgmt.workload_operations SET weight_percentage = 0 WHERE categories = '{lookups}';
SELECT severity, problem, detail, hint FROM perf_mgmt.validate_scenario('Sick scenario') WHERE operation_name IS NULL;

-- No process stays behind, and the caller's transaction goes on
BEGIN;
INSERT INTO validated.empty VALUES (7);
SELECT count(*) > 20 AS problems FROM perf_mgmt.validate_scenario('Sick scenario');
SELECT * FROM validated.empty;
ROLLBACK;
DO $$
DECLARE
  v_processes bigint;
BEGIN
  FOR i IN 1..1000 LOOP
    PERFORM pg_stat_clear_snapshot();
    SELECT count(*) INTO v_processes FROM pg_stat_activity WHERE backend_type LIKE 'perf\_mgmt%';
    EXIT WHEN v_processes = 0;
    PERFORM pg_sleep(0.01);
  END LOOP;
  RAISE NOTICE 'processes left: %', v_processes;
END
$$;

-- The scenarios that ship
SELECT s.scenario_name, v.* FROM perf_mgmt.load_scenarios AS s, perf_mgmt.validate_scenario(s.scenario_name) AS v
WHERE s.owner_role IS NULL AND v.problem NOT LIKE '%does not exist';

DELETE FROM perf_mgmt.load_scenarios WHERE industry_type = 'BANKING';
DELETE FROM perf_mgmt.parameter_generators WHERE industry = 'BANKING';
SET client_min_messages = warning;
DROP SCHEMA validated CASCADE;
