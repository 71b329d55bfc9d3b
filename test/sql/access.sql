-- Access: what the levels include, that nothing is in none of them, and who may write which row.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS perf_mgmt;
\set VERBOSITY terse
\set SHOW_CONTEXT never

BEGIN;
-- Rights on the extension's objects that somebody but their owner has
CREATE VIEW pg_temp.given AS
SELECT r.object_kind, r.object_name, x.column_name, coalesce(g.rolname, 'PUBLIC') AS role, x.privilege_type
FROM (SELECT DISTINCT object_kind, object_name, object_id FROM perf_mgmt.access_rights) r
JOIN LATERAL (
  SELECT n.nspowner AS owner, NULL::name AS column_name, a.grantee, a.privilege_type
  FROM pg_namespace n, aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) a
  WHERE r.object_kind = 'SCHEMA' AND n.oid = r.object_id
  UNION ALL
  SELECT c.relowner, NULL, a.grantee, a.privilege_type
  FROM pg_class c, aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) a WHERE r.object_kind = 'TABLE' AND c.oid = r.object_id
  UNION ALL
  SELECT c.relowner, t.attname, a.grantee, a.privilege_type
  FROM pg_class c JOIN pg_attribute t ON t.attrelid = c.oid, aclexplode(t.attacl) a WHERE r.object_kind = 'TABLE' AND c.oid = r.object_id
  UNION ALL
  SELECT p.proowner, NULL, a.grantee, a.privilege_type
  FROM pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a WHERE r.object_kind = 'ROUTINE' AND p.oid = r.object_id
  UNION ALL
  SELECT y.typowner, NULL, a.grantee, a.privilege_type
  FROM pg_type y, aclexplode(coalesce(y.typacl, acldefault('T', y.typowner))) a WHERE r.object_kind = 'TYPE' AND y.oid = r.object_id
) x ON x.grantee <> x.owner
LEFT JOIN pg_roles g ON g.oid = x.grantee;
SELECT * FROM pg_temp.given;
SELECT * FROM perf_mgmt.granted_access;

-- The list ---------------------------------------------------------------------------------------

-- Objects that no rule knows, and functions that two rules know: none
CREATE VIEW pg_temp.unlisted AS
SELECT object_kind, object_name, count(subject) AS rules
FROM perf_mgmt.access_rights
GROUP BY object_kind, object_name
HAVING count(subject) = 0 OR object_kind = 'ROUTINE' AND count(subject) > 1;
SELECT * FROM pg_temp.unlisted;
SELECT DISTINCT object_kind FROM perf_mgmt.access_rights ORDER BY object_kind;
-- Rules without an object: none
SELECT subject, names FROM perf_mgmt.access_rules()
EXCEPT
SELECT r.subject, r.names
FROM perf_mgmt.access_rules() r JOIN perf_mgmt.access_rights a USING (subject, object_kind, access_level, privileges)
WHERE a.columns IS NOT DISTINCT FROM r.columns;
SELECT count(*) > 150 AS routines, count(*) FILTER (WHERE subject = 'triggers') AS triggers
FROM perf_mgmt.access_rights WHERE object_kind = 'ROUTINE';
SELECT object_name FROM perf_mgmt.access_rights JOIN pg_proc ON oid = object_id
WHERE object_kind = 'ROUTINE' AND (prorettype = 'trigger'::regtype) <> (subject = 'triggers');

-- What each level may do with the tables beside reading them
SELECT access_level, string_agg(p, ' ' ORDER BY place) AS privileges, object_name, columns
FROM perf_mgmt.access_rights, unnest(privileges) WITH ORDINALITY AS u (p, place)
WHERE object_kind = 'TABLE' AND (access_level <> 'reader' OR columns IS NOT NULL)
GROUP BY access_level, object_name, columns
ORDER BY array_position('{reader,runner,author,admin}', access_level), object_name COLLATE "C", columns;
-- Functions that readers do not have
SELECT access_level, string_agg(DISTINCT substring(object_name FROM '\.(\w+)'), ' ' ORDER BY substring(object_name FROM '\.(\w+)'))
FROM perf_mgmt.access_rights
WHERE object_kind = 'ROUTINE' AND access_level <> 'reader'
GROUP BY access_level ORDER BY array_position('{runner,author,admin,owner}', access_level);

-- A function calls another one, or writes a table, that its level does not include: where that is foreseen
CREATE FUNCTION pg_temp.place(p_level text) RETURNS integer IMMUTABLE LANGUAGE sql AS $$
  SELECT array_position('{reader,runner,author,admin,owner}', p_level)
$$;
WITH body AS (
  SELECT r.access_level, p.proname, p.prosrc
  FROM perf_mgmt.access_rights r JOIN pg_proc p ON p.oid = r.object_id JOIN pg_language l ON l.oid = p.prolang
  WHERE r.object_kind = 'ROUTINE' AND r.subject <> 'triggers' AND l.lanname IN ('sql', 'plpgsql')
)
SELECT b.access_level, b.proname, c.access_level AS takes, c.object_kind, substring(c.object_name FROM '\.(\w+)') AS name
FROM body b CROSS JOIN LATERAL regexp_matches(b.prosrc, 'perf_mgmt\.(\w+)\(', 'g') AS called (name)
JOIN perf_mgmt.access_rights c ON c.object_kind = 'ROUTINE' AND c.object_name LIKE 'perf\_mgmt.' || called.name[1] || '(%'
WHERE pg_temp.place(c.access_level) > pg_temp.place(b.access_level)
UNION
SELECT b.access_level, b.proname, min(c.access_level), 'TABLE', written.name[2]
FROM body b
CROSS JOIN LATERAL regexp_matches(b.prosrc, '(INSERT INTO|UPDATE|DELETE FROM) perf_mgmt\.(\w+)', 'g') AS written (name)
LEFT JOIN perf_mgmt.access_rights c ON c.object_kind = 'TABLE' AND c.object_name = 'perf_mgmt.' || written.name[2]
  AND split_part(written.name[1], ' ', 1) = ANY (c.privileges)
GROUP BY b.access_level, b.proname, written.name[1], written.name[2]
HAVING min(pg_temp.place(c.access_level)) > pg_temp.place(b.access_level) OR count(c.access_level) = 0
ORDER BY 1, 2, 3, 4, 5;

-- Giving and taking ------------------------------------------------------------------------------

CREATE ROLE regress_perf_reader;
CREATE ROLE regress_perf_runner;
CREATE ROLE regress_perf_author;
CREATE ROLE regress_perf_admin;
CREATE ROLE "regress_perf x"";--" IN ROLE regress_perf_reader;
SELECT perf_mgmt.grant_access('regress_perf_' || level, level) FROM unnest('{reader,runner,author,admin}'::text[]) AS level;
SELECT * FROM perf_mgmt.granted_access ORDER BY role_name;
-- Each has what the list says, and nothing else
SELECT role, object_kind, object_name, column_name, privilege_type FROM pg_temp.given WHERE role LIKE 'regress\_perf\_%'
EXCEPT
SELECT 'regress_perf_' || l, r.object_kind, r.object_name, c, p
FROM perf_mgmt.access_rights r, unnest('{reader,runner,author,admin}'::text[]) l, unnest(r.privileges) p,
     unnest(coalesce(r.columns, '{NULL}')) c
WHERE pg_temp.place(r.access_level) <= pg_temp.place(l);
SELECT role, count(*) > 100 AS "many" FROM pg_temp.given GROUP BY role ORDER BY role;
-- Names are taken as they are
SELECT perf_mgmt.grant_access('regress_perf x";--', 'reader');
SELECT * FROM perf_mgmt.granted_access WHERE role_name LIKE '% %';
SELECT perf_mgmt.revoke_access('regress_perf x";--');
-- A lower level, and what was given by hand, stays as it is
GRANT SELECT (statement) ON perf_mgmt.execution_blockers TO regress_perf_admin;
SELECT perf_mgmt.grant_access('regress_perf_admin', 'runner');
SELECT * FROM perf_mgmt.granted_access WHERE role_name = 'regress_perf_admin';
SELECT has_table_privilege('regress_perf_admin', 'perf_mgmt.performance_tests', 'INSERT') AS writes,
       has_column_privilege('regress_perf_admin', 'perf_mgmt.test_executions', 'regression_detected', 'UPDATE') AS marks,
       has_column_privilege('regress_perf_admin', 'perf_mgmt.ci_runs', 'result', 'UPDATE') AS runs,
       has_column_privilege('regress_perf_admin', 'perf_mgmt.execution_blockers', 'statement', 'SELECT') AS reads_statements;
SELECT perf_mgmt.grant_access('regress_perf_admin', 'admin');
-- One right less is a level less
REVOKE SELECT ON perf_mgmt.execution_plans FROM regress_perf_admin;
REVOKE EXECUTE ON FUNCTION perf_mgmt.cancel_execution(uuid) FROM regress_perf_author;
SELECT * FROM perf_mgmt.granted_access ORDER BY role_name;
SELECT perf_mgmt.grant_access('regress_perf_admin', 'admin'), perf_mgmt.grant_access('regress_perf_author', 'author');
-- Nothing is left
SELECT perf_mgmt.revoke_access('regress_perf_admin');
SELECT * FROM pg_temp.given WHERE role = 'regress_perf_admin';
DROP ROLE regress_perf_admin;
CREATE ROLE regress_perf_admin;
SELECT perf_mgmt.grant_access('regress_perf_admin', 'admin');

SAVEPOINT before;
SELECT perf_mgmt.grant_access('regress_perf_admin', 'superuser');
ROLLBACK TO before;
SELECT perf_mgmt.grant_access('regress_perf_admin', NULL);
ROLLBACK TO before;
SELECT perf_mgmt.grant_access('regress_perf_admin', 'Reader');
ROLLBACK TO before;
SELECT perf_mgmt.grant_access(NULL, 'reader');
ROLLBACK TO before;
SELECT perf_mgmt.grant_access('public', 'reader');
ROLLBACK TO before;
SELECT perf_mgmt.grant_access('Regress_perf_reader', 'reader');
ROLLBACK TO before;
SELECT perf_mgmt.revoke_access('nobody here');
ROLLBACK TO before;
DO $$
BEGIN
  PERFORM perf_mgmt.revoke_access(current_user);
EXCEPTION WHEN invalid_parameter_value THEN
  RAISE WARNING '%', replace(SQLERRM, current_user, '(the owner)');
END
$$;
SET LOCAL ROLE regress_perf_admin;
SELECT perf_mgmt.grant_access('regress_perf_admin', 'admin');
ROLLBACK TO before;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA perf_mgmt TO regress_perf_admin;
SET LOCAL ROLE regress_perf_admin;
SELECT perf_mgmt.grant_access('regress_perf_admin', 'admin');
ROLLBACK TO before;

-- An update: new objects are in no level until a rule knows them, and come to those who have the level
CREATE FUNCTION perf_mgmt.mystery() RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION perf_mgmt.report_mystery() RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE TABLE perf_mgmt.mysteries (n integer);
CREATE TYPE perf_mgmt.mystery AS (n integer);
CREATE TEMPORARY TABLE access_before AS SELECT role_name, access_level FROM perf_mgmt.granted_access;
ALTER EXTENSION perf_mgmt ADD FUNCTION perf_mgmt.mystery();
ALTER EXTENSION perf_mgmt ADD FUNCTION perf_mgmt.report_mystery();
ALTER EXTENSION perf_mgmt ADD TABLE perf_mgmt.mysteries;
ALTER EXTENSION perf_mgmt ADD TYPE perf_mgmt.mystery;
REVOKE ALL ON ALL ROUTINES IN SCHEMA perf_mgmt FROM PUBLIC;
SELECT * FROM pg_temp.unlisted ORDER BY object_kind, object_name;
SELECT * FROM perf_mgmt.granted_access;
SELECT perf_mgmt.grant_access(role_name, access_level) FROM access_before;
SELECT * FROM perf_mgmt.granted_access ORDER BY role_name;
SELECT has_function_privilege('regress_perf_reader', 'perf_mgmt.report_mystery()', 'EXECUTE') AS new,
       has_function_privilege('regress_perf_admin', 'perf_mgmt.mystery()', 'EXECUTE') AS unlisted;
ROLLBACK TO before;

-- What the levels are good for -------------------------------------------------------------------

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
-- A reader reads everything, whatever functions a view calls ...
SET LOCAL ROLE regress_perf_reader;
SELECT object_name, pg_temp.try(format('SELECT %s FROM %s LIMIT 0', coalesce(array_to_string(columns, ', '), '*'), object_name)) AS result
FROM perf_mgmt.access_rights
WHERE object_kind = 'TABLE' AND access_level = 'reader'
  AND pg_temp.try(format('SELECT %s FROM %s LIMIT 0', coalesce(array_to_string(columns, ', '), '*'), object_name)) <> '0 row(s)';
SELECT perf_mgmt.percentile(perf_mgmt.merge(h), 0.5) AS of_nothing FROM (VALUES (NULL::perf_mgmt.histogram)) AS v (h);
SELECT count(*) AS running FROM perf_mgmt.active_executions;
SELECT pg_temp.try('SELECT statement FROM perf_mgmt.execution_blockers');
-- ... and writes and starts nothing
SELECT DISTINCT pg_temp.try(format('%s perf_mgmt.%s%s', v.verb, t.relname, v.rest)) LIKE '42501: permission denied for table %' AS refused
FROM pg_class t, (VALUES ('INSERT INTO', ' DEFAULT VALUES'), ('DELETE FROM', ''), ('TRUNCATE', '')) AS v (verb, rest)
WHERE t.relnamespace = 'perf_mgmt'::regnamespace AND t.relkind = 'r';
SELECT pg_temp.try($$SELECT perf_mgmt.execute_performance_test('HS Peak Season')$$);
SELECT pg_temp.try($$CALL perf_mgmt.run_performance_test('HS Peak Season')$$);
SELECT pg_temp.try($$SELECT * FROM perf_mgmt.validate_scenario('HS Peak Season')$$);
SELECT pg_temp.try($$SELECT perf_mgmt.run_ci_performance_tests('a', 'b')$$);
SELECT pg_temp.try($$SELECT perf_mgmt.log_performance_event(NULL, 'a', 'b')$$);
SELECT pg_temp.try($$SELECT perf_mgmt.purge_history('1 day')$$);
-- Nobody else gets in at all
SET LOCAL ROLE "regress_perf x"";--";
SELECT count(*) > 0 AS as_a_member FROM perf_mgmt.performance_tests;
RESET ROLE;
REVOKE regress_perf_reader FROM "regress_perf x"";--";
SET LOCAL ROLE "regress_perf x"";--";
SELECT pg_temp.try('SELECT * FROM perf_mgmt.performance_tests');
SELECT pg_temp.try('SELECT perf_mgmt.version_key(''1'')');
-- A runner sets no baselines, and writes no tests and no results
SET LOCAL ROLE regress_perf_runner;
SELECT pg_temp.try($$SELECT perf_mgmt.set_baseline(gen_random_uuid())$$);
SELECT pg_temp.try($$UPDATE perf_mgmt.test_executions SET regression_detected = false$$);
SELECT pg_temp.try($$DELETE FROM perf_mgmt.performance_tests$$);
SELECT pg_temp.try($$UPDATE perf_mgmt.variant_comparisons SET variant_a = '{}'$$);
SELECT pg_temp.try($$UPDATE perf_mgmt.variant_comparisons SET status = 'FAILED' WHERE false$$);
-- An admin keeps house, and has no code run by the controller
SET LOCAL ROLE regress_perf_admin;
SELECT perf_mgmt.run_maintenance(period) -> 'errors' AS errors FROM unnest('{daily,weekly,monthly}'::text[]) AS period;
SELECT pg_temp.try($$SELECT perf_mgmt.purge_history('1000 years')$$);
SELECT pg_temp.try($$INSERT INTO perf_mgmt.alert_configurations (alert_name, alert_type, threshold_config, alert_severity, notification_channels)
  VALUES ('a', 'THRESHOLD', '{"max_p95_response_time_ms": 5}', 'LOW', '{}')$$);
SELECT pg_temp.try($$UPDATE perf_mgmt.test_executions SET run_spec = '{}'$$);
SELECT pg_temp.try($$CREATE TRIGGER t BEFORE INSERT ON perf_mgmt.test_executions FOR EACH ROW EXECUTE FUNCTION perf_mgmt.check_owner()$$);
SELECT pg_temp.try($$CREATE FUNCTION perf_mgmt.percentile(perf_mgmt.histogram, numeric) RETURNS bigint LANGUAGE sql AS 'SELECT 1'$$);
SELECT pg_temp.try($$UPDATE perf_mgmt.performance_tests SET is_active = false$$);
SELECT pg_temp.try($$DELETE FROM perf_mgmt.load_scenarios$$);

-- Statements of others are for who sees them in pg_stat_activity
RESET ROLE;
INSERT INTO perf_mgmt.test_executions (id, test_id, execution_environment, database_version, execution_status, completed_at)
SELECT '00000000-0000-0000-0000-0000000000aa', id, 'staging', '15.0', 'COMPLETED', now() FROM perf_mgmt.performance_tests LIMIT 1;
INSERT INTO perf_mgmt.query_performance (execution_id, query_hash, query_text, query_type, table_names, execution_count, total_time_ms,
  avg_time_ms, min_time_ms, max_time_ms, stddev_time_ms, operation_name)
VALUES ('00000000-0000-0000-0000-0000000000aa', 'h', 'SELECT 1', 'SELECT', '{}', 1, 1, 1, 1, 1, 0, 'look');
INSERT INTO perf_mgmt.execution_blockers VALUES
  ('00000000-0000-0000-0000-0000000000aa', 1, 'look', 'Lock:tuple', 'user "payroll"', 'active', 'UPDATE salaries SET secret = 1', 5);
CREATE FUNCTION pg_temp.blockers() RETURNS jsonb LANGUAGE sql AS $$
  SELECT jsonb_path_query_first(perf_mgmt.advice_evidence('00000000-0000-0000-0000-0000000000aa'), '$.operations[*].blockers[*]')
$$;
SELECT pg_temp.blockers();
SET LOCAL ROLE regress_perf_admin;
SELECT pg_temp.blockers();
RESET ROLE;
GRANT pg_read_all_stats TO regress_perf_reader;
SET LOCAL ROLE regress_perf_reader;
SELECT pg_temp.blockers();
RESET ROLE;
SELECT perf_mgmt.report_without_statements('00000000-0000-0000-0000-0000000000aa')::text LIKE '%secret%' AS kept;

-- Who writes which row ---------------------------------------------------------------------------

SELECT c.relname, p.polname, p.polcmd, pg_get_expr(p.polqual, p.polrelid) LIKE '%may_write(%' AS by_owner, p.polpermissive, p.polroles = '{0}' AS everybody
FROM pg_class c JOIN pg_policy p ON p.polrelid = c.oid
WHERE c.relnamespace = 'perf_mgmt'::regnamespace AND c.relrowsecurity ORDER BY c.relname COLLATE "C", p.polname;

CREATE FUNCTION pg_temp.new_test(p_name text, p_version text DEFAULT '1', p_owner text DEFAULT 'DEFAULT') RETURNS text LANGUAGE sql AS $$
  SELECT pg_temp.try(format(
    'INSERT INTO perf_mgmt.performance_tests (test_name, test_version, test_type, test_configuration, baseline_thresholds, owner_role)
     VALUES (%L, %L, ''LOAD'', ''{}'', ''{}'', %s)', p_name, p_version, p_owner))
$$;
CREATE FUNCTION pg_temp.new_scenario(p_name text, p_owner text DEFAULT 'DEFAULT') RETURNS text LANGUAGE sql AS $$
  SELECT pg_temp.try(format(
    'INSERT INTO perf_mgmt.load_scenarios
       (scenario_name, industry_type, scenario_description, virtual_users, ramp_up_duration_seconds, test_duration_seconds,
        workload_pattern, max_avg_response_time_ms, max_p95_response_time_ms, min_throughput_tps, max_error_rate_percent, owner_role)
     VALUES (%L, ''GENERAL'', ''Ours'', 1, 0, 1, ''{}'', 1, 1, 0, 0, %s)', p_name, p_owner))
$$;
CREATE FUNCTION pg_temp.new_operation(p_scenario text, p_name text) RETURNS text LANGUAGE sql AS $$
  SELECT pg_temp.try(format(
    'INSERT INTO perf_mgmt.workload_operations
       (scenario_id, operation_name, operation_type, sql_template, parameter_generators, weight_percentage)
     SELECT id, %L, ''READ'', ''SELECT 1'', ''{}'', 100 FROM perf_mgmt.load_scenarios WHERE scenario_name = %L', p_name, p_scenario))
$$;
CREATE FUNCTION pg_temp.new_generator(p_name text, p_owner text DEFAULT 'DEFAULT') RETURNS text LANGUAGE sql AS $$
  SELECT pg_temp.try(format('INSERT INTO perf_mgmt.parameter_generators (name, definition, owner_role) VALUES (%L, ''{"type": "uuid"}'', %s)',
                            p_name, p_owner))
$$;
SELECT pg_temp.new_scenario('theirs'), pg_temp.new_operation('theirs', 'first'), pg_temp.new_test('theirs'), pg_temp.new_generator('theirs');
-- An author: his own
SET LOCAL ROLE regress_perf_author;
SELECT pg_temp.new_scenario('ours'), pg_temp.new_operation('ours', 'first'), pg_temp.new_test('ours'), pg_temp.new_test('ours', '2'),
       pg_temp.new_generator('ours');
SELECT pg_temp.try('UPDATE perf_mgmt.performance_tests SET is_active = false WHERE test_name IN (''ours'', ''theirs'')');
SELECT pg_temp.try('UPDATE perf_mgmt.workload_operations SET think_time_ms = 1');
-- ... and no version of a test of others, which would be run in its place
SELECT pg_temp.new_test('theirs', '99'), pg_temp.new_test('HS Peak Season', '99');
SELECT pg_temp.try('UPDATE perf_mgmt.performance_tests SET test_name = ''theirs'', test_version = ''99'' WHERE test_name = ''ours'' AND test_version = ''2''');

-- Where no trigger fires, row-level security holds
RESET ROLE;
SET LOCAL session_replication_role = replica;
SET LOCAL ROLE regress_perf_author;
SELECT pg_temp.new_scenario('gift', quote_literal(session_user)) LIKE '42501: new row violates row-level security policy %' AS scenario,
       pg_temp.new_test('gift', '1', 'NULL') LIKE '42501: new row violates row-level security policy %' AS test,
       pg_temp.new_generator('gift', 'NULL') LIKE '42501: new row violates row-level security policy %' AS generator,
       pg_temp.new_operation('theirs', 'second') LIKE '42501: new row violates row-level security policy %' AS operation;
SELECT pg_temp.try('UPDATE perf_mgmt.load_scenarios SET virtual_users = 2 WHERE scenario_name <> ''ours''');
SELECT pg_temp.try('UPDATE perf_mgmt.load_scenarios SET owner_role = NULL WHERE scenario_name = ''ours''');
SELECT pg_temp.try('UPDATE perf_mgmt.performance_tests SET owner_role = current_user WHERE test_name = ''theirs''');
SELECT pg_temp.try('UPDATE perf_mgmt.workload_operations SET scenario_id = (SELECT id FROM perf_mgmt.load_scenarios WHERE scenario_name = ''theirs'')
                    WHERE scenario_id = (SELECT id FROM perf_mgmt.load_scenarios WHERE scenario_name = ''ours'')');
SELECT pg_temp.try('DELETE FROM perf_mgmt.parameter_generators WHERE name <> ''ours''');
SELECT pg_temp.try('DELETE FROM perf_mgmt.workload_operations
                    WHERE scenario_id <> (SELECT id FROM perf_mgmt.load_scenarios WHERE scenario_name = ''ours'')');
-- For whom row-level security does not hold, triggers do
RESET ROLE;
SET LOCAL session_replication_role = origin;
ALTER ROLE regress_perf_author BYPASSRLS;
SET LOCAL ROLE regress_perf_author;
SELECT pg_temp.try('UPDATE perf_mgmt.load_scenarios SET virtual_users = 2 WHERE scenario_name = ''theirs''') LIKE '42501: must be member of role %' AS refused;
SELECT pg_temp.try('DELETE FROM perf_mgmt.performance_tests WHERE test_name = ''HS Peak Season''');
SELECT pg_temp.try('DELETE FROM perf_mgmt.workload_operations
                    WHERE scenario_id = (SELECT id FROM perf_mgmt.load_scenarios WHERE scenario_name = ''theirs'')') LIKE '42501: must be member of role %' AS refused;
RESET ROLE;
SELECT scenario_name, owner_role = session_user AS is_mine, virtual_users FROM perf_mgmt.load_scenarios WHERE scenario_name IN ('theirs', 'ours', 'gift')
ORDER BY scenario_name;
ROLLBACK;

-- A schema of that name that is there already could hold what fits better than the extension's own: none to install into
BEGIN;
SET LOCAL client_min_messages = warning;
DROP EXTENSION perf_mgmt CASCADE;
CREATE ROLE regress_perf_owner;
CREATE SCHEMA perf_mgmt AUTHORIZATION regress_perf_owner;
CREATE EXTENSION perf_mgmt;
ROLLBACK;
