-- Who may write tests, scenarios, operations and generators: the members of their owner_role.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS perf_mgmt;
\set VERBOSITY terse
\set SHOW_CONTEXT never

BEGIN;
CREATE ROLE regress_perf_team NOLOGIN;
CREATE ROLE regress_perf_member LOGIN IN ROLE regress_perf_team;
CREATE ROLE regress_perf_stranger LOGIN;
GRANT USAGE ON SCHEMA perf_mgmt TO regress_perf_member, regress_perf_stranger;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA perf_mgmt TO regress_perf_member, regress_perf_stranger;
GRANT EXECUTE ON ALL ROUTINES IN SCHEMA perf_mgmt TO regress_perf_member, regress_perf_stranger;

-- What a statement ends with: rows, or SQLSTATE and message
CREATE FUNCTION pg_temp.try(p_statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  v_rows integer;
BEGIN
  EXECUTE p_statement;
  GET DIAGNOSTICS v_rows = ROW_COUNT;
  RETURN v_rows || ' row(s)';
EXCEPTION WHEN OTHERS THEN
  RETURN SQLSTATE || ': ' || SQLERRM;
END
$$;
CREATE FUNCTION pg_temp.new_scenario(p_name text, p_owner text) RETURNS text LANGUAGE sql AS $$
  SELECT pg_temp.try(format(
    'INSERT INTO perf_mgmt.load_scenarios
       (scenario_name, industry_type, scenario_description, virtual_users, ramp_up_duration_seconds,
        test_duration_seconds, workload_pattern, max_avg_response_time_ms, max_p95_response_time_ms,
        min_throughput_tps, max_error_rate_percent, owner_role)
     VALUES (%L, ''GENERAL'', ''Ours'', 1, 0, 1, ''{}'', 1, 1, 0, 0, %s)', p_name, p_owner))
$$;
CREATE FUNCTION pg_temp.new_operation(p_scenario text, p_name text) RETURNS text LANGUAGE sql AS $$
  SELECT pg_temp.try(format(
    'INSERT INTO perf_mgmt.workload_operations
       (scenario_id, operation_name, operation_type, sql_template, parameter_generators, weight_percentage)
     SELECT id, %L, ''READ'', ''SELECT 1'', ''{}'', 100 FROM perf_mgmt.load_scenarios WHERE scenario_name = %L',
    p_name, p_scenario))
$$;
CREATE FUNCTION pg_temp.new_test(p_name text, p_owner text) RETURNS text LANGUAGE sql AS $$
  SELECT pg_temp.try(format(
    'INSERT INTO perf_mgmt.performance_tests
       (test_name, test_version, test_type, test_configuration, baseline_thresholds, owner_role)
     VALUES (%L, ''1'', ''LOAD'', ''{}'', ''{}'', %s)', p_name, p_owner))
$$;
CREATE FUNCTION pg_temp.new_generator(p_name text, p_owner text) RETURNS text LANGUAGE sql AS $$
  SELECT pg_temp.try(format(
    'INSERT INTO perf_mgmt.parameter_generators (name, definition, owner_role)
     VALUES (%L, ''{"type": "uuid"}'', %s)', p_name, p_owner))
$$;

-- The extension's owner ships a scenario and gives one to the team; a typing error is warned about
SELECT pg_temp.new_scenario('shipped', 'NULL'), pg_temp.new_operation('shipped', 'first');
SELECT pg_temp.new_scenario('team''s', '''regress_perf_team''');
SELECT pg_temp.new_scenario('typing error', '''regress_perf_taem''');
SELECT pg_temp.new_test('shipped', 'NULL'), pg_temp.new_generator('shipped', 'NULL');

-- Shipped rows have the same id everywhere
SELECT 'scenario' AS what, id FROM perf_mgmt.load_scenarios WHERE scenario_name = 'shipped'
UNION ALL
SELECT 'test', id FROM perf_mgmt.performance_tests WHERE test_name = 'shipped' ORDER BY what;
SELECT count(DISTINCT id) FROM perf_mgmt.load_scenarios WHERE scenario_name IN ('shipped', 'team''s', 'typing error');

-- A member writes what is his and his team's
SET LOCAL ROLE regress_perf_member;
SELECT pg_temp.new_scenario('member''s', 'DEFAULT');
SELECT owner_role FROM perf_mgmt.load_scenarios WHERE scenario_name = 'member''s';
SELECT pg_temp.new_operation('member''s', 'first'), pg_temp.new_operation('team''s', 'first');
SELECT pg_temp.new_test('team''s', '''regress_perf_team'''), pg_temp.new_generator('team', '''regress_perf_team''');
SELECT pg_temp.try('UPDATE perf_mgmt.load_scenarios SET owner_role = ''regress_perf_team'' WHERE scenario_name = ''member''''s''');

-- ... and nothing else: not for another, not what ships, not for a role that does not exist. Rows of others are shown to no UPDATE or DELETE
SELECT pg_temp.new_scenario('gift', '''regress_perf_stranger''');
SELECT pg_temp.new_scenario('gift', 'NULL');
SELECT pg_temp.new_scenario('gift', '''regress_perf_nobody''');
SELECT pg_temp.new_test('gift', '''regress_perf_stranger''');
SELECT pg_temp.new_test('gift', 'NULL');
SELECT pg_temp.new_generator('gift', '''regress_perf_stranger''');
SELECT pg_temp.new_generator('gift', 'NULL');
SELECT pg_temp.new_operation('shipped', 'second');
SELECT pg_temp.try('UPDATE perf_mgmt.load_scenarios SET virtual_users = 2 WHERE scenario_name = ''shipped''');
SELECT pg_temp.try('UPDATE perf_mgmt.load_scenarios SET owner_role = current_user WHERE scenario_name = ''shipped''');
SELECT pg_temp.try('UPDATE perf_mgmt.load_scenarios SET owner_role = NULL WHERE scenario_name = ''team''''s''');
SELECT pg_temp.try('UPDATE perf_mgmt.workload_operations SET sql_template = ''SELECT 2'' WHERE scenario_id = (SELECT id FROM perf_mgmt.load_scenarios WHERE scenario_name = ''shipped'')');
SELECT pg_temp.try('DELETE FROM perf_mgmt.workload_operations WHERE scenario_id = (SELECT id FROM perf_mgmt.load_scenarios WHERE scenario_name = ''shipped'')');
SELECT pg_temp.try('DELETE FROM perf_mgmt.performance_tests WHERE test_name = ''shipped''');
SELECT pg_temp.try('DELETE FROM perf_mgmt.parameter_generators WHERE name = ''shipped''');

-- An operation cannot be slipped into somebody else's scenario, nor taken out of it
SELECT pg_temp.try('UPDATE perf_mgmt.workload_operations SET scenario_id = (SELECT id FROM perf_mgmt.load_scenarios WHERE scenario_name = ''shipped''), operation_name = ''slipped in'' WHERE scenario_id = (SELECT id FROM perf_mgmt.load_scenarios WHERE scenario_name = ''team''''s'')');
SELECT pg_temp.try('UPDATE perf_mgmt.workload_operations SET scenario_id = (SELECT id FROM perf_mgmt.load_scenarios WHERE scenario_name = ''team''''s''), operation_name = ''taken out'' WHERE scenario_id = (SELECT id FROM perf_mgmt.load_scenarios WHERE scenario_name = ''shipped'')');

-- A stranger: nothing of the team's
SET LOCAL ROLE regress_perf_stranger;
SELECT pg_temp.try('UPDATE perf_mgmt.load_scenarios SET virtual_users = 2 WHERE scenario_name = ''team''''s''');
SELECT pg_temp.try('DELETE FROM perf_mgmt.load_scenarios WHERE scenario_name = ''team''''s''');
SELECT pg_temp.new_operation('team''s', 'second');
SELECT pg_temp.try('DELETE FROM perf_mgmt.workload_operations WHERE scenario_id = (SELECT id FROM perf_mgmt.load_scenarios WHERE scenario_name = ''team''''s'')');
SELECT pg_temp.try('UPDATE perf_mgmt.performance_tests SET is_active = false WHERE test_name = ''team''''s''');
SELECT pg_temp.try('UPDATE perf_mgmt.parameter_generators SET definition = ''{"type": "boolean"}'' WHERE name = ''team''');

-- A member deletes: the operations go along
SET LOCAL ROLE regress_perf_member;
SELECT pg_temp.try('DELETE FROM perf_mgmt.load_scenarios WHERE scenario_name IN (''team''''s'', ''member''''s'')');
SELECT pg_temp.try('DELETE FROM perf_mgmt.performance_tests WHERE test_name = ''team''''s''');
RESET ROLE;

-- What is left of all this
SELECT s.scenario_name, s.owner_role, o.operation_name
FROM perf_mgmt.load_scenarios s LEFT JOIN perf_mgmt.workload_operations o ON o.scenario_id = s.id
WHERE s.scenario_name IN ('shipped', 'team''s', 'member''s', 'gift', 'typing error')
ORDER BY s.scenario_name COLLATE "C";
ROLLBACK;

-- The errors in full, once
BEGIN;
CREATE ROLE regress_perf_member;
CREATE ROLE regress_perf_stranger;
GRANT USAGE ON SCHEMA perf_mgmt TO regress_perf_member;
GRANT INSERT ON perf_mgmt.parameter_generators TO regress_perf_member;
GRANT EXECUTE ON ALL ROUTINES IN SCHEMA perf_mgmt TO regress_perf_member;
SET LOCAL ROLE regress_perf_member;
\set VERBOSITY default
SAVEPOINT before;
INSERT INTO perf_mgmt.parameter_generators (name, definition, owner_role) VALUES ('one', '{"type": "uuid"}', NULL);
ROLLBACK TO before;
INSERT INTO perf_mgmt.parameter_generators (name, definition, owner_role)
VALUES ('one', '{"type": "uuid"}', 'regress_perf_stranger');
ROLLBACK;
