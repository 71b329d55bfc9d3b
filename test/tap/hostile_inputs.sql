-- Hostile inputs, which test/tap/hostile_inputs.pl sends one by one as the role mallory: an author of tests who may call
-- every function, but has no rights on anybody's tables, and not on the records of the extension either.
--
-- An input begins with a line "-- SQLSTATE: what it is" and goes on to the next such line or to an empty one. Its last statement
-- must end with that SQLSTATE. 00000 stands for what is legal and must be taken literally: the input returns t where it was.
-- With two, row-level security may also see to it that nothing is found, and nothing returned.
-- Set by the test: :run and :other, a finished execution of mallory's and of the role keeper's; :nobody, the id of none.
-- Its routines, in the schema lab:
--   attempt(template, generators, config, type)  starts a run of that template as the only operation of mallory's scenario
--   all_fail(template)    whether it can be started, and all its operations fail for want of a right
--   take_literally(name)  whether test, scenario and operation of that name run, and are reported with that name
--   nested(depth)         '[[[...]]]'
--   single(count)         a histogram of so many zeros

-- === Run specs: keys ===

-- 22023: a key that is not known
SELECT perf_mgmt.check_test_configuration('{"virtual_user": 5}');
-- 22023: a key in capitals
SELECT perf_mgmt.check_test_configuration('{"SEED": 5}');
-- 22023: a key without a name
SELECT perf_mgmt.check_test_configuration('{"": 5}');
-- 22023: a key of 10 MB
SELECT perf_mgmt.check_test_configuration(jsonb_build_object(repeat('k', 10000000), 5));
-- 22023: a key that is SQL
SELECT perf_mgmt.check_test_configuration('{"seed\"; DROP TABLE perf_mgmt.performance_tests; --": 5}');
-- 22023: two names of one key
SELECT perf_mgmt.check_test_configuration('{"virtual_users": 1, "concurrent_users": 1}');
-- 22023: an array
SELECT perf_mgmt.check_test_configuration('[{"seed": 5}]');
-- 22023: a string
SELECT perf_mgmt.check_test_configuration('"seed"');
-- 22032: 3,000 levels deep
SELECT perf_mgmt.check_test_configuration(jsonb_build_object('metadata', lab.nested(3000)::jsonb));
-- 54001: 100,000 levels deep
SELECT perf_mgmt.check_test_configuration(lab.nested(100000)::jsonb);
-- 22P02: JSON that does not end
SELECT perf_mgmt.check_test_configuration('{"seed": 5');
-- 22P05: a NUL character
SELECT perf_mgmt.check_test_configuration('{"scenario": "a\u0000b"}');
-- 22P02: half of a surrogate pair
SELECT perf_mgmt.check_test_configuration('{"scenario": "\ud800"}');

-- === Run specs: numbers ===

-- 22023: negative users
SELECT perf_mgmt.check_test_configuration('{"virtual_users": -1}');
-- 22023: no users
SELECT perf_mgmt.check_test_configuration('{"virtual_users": 0}');
-- 22023: a part of a user
SELECT perf_mgmt.check_test_configuration('{"virtual_users": 1.0000001}');
-- 22023: users beyond 64 bits
SELECT perf_mgmt.check_test_configuration('{"virtual_users": 99999999999999999999}');
-- 22032: users beyond double precision
SELECT perf_mgmt.check_test_configuration('{"virtual_users": 1e400}');
-- 22023: NaN as text
SELECT perf_mgmt.check_test_configuration('{"virtual_users": "NaN"}');
-- 22P02: NaN as a number
SELECT perf_mgmt.check_test_configuration('{"virtual_users": NaN}');
-- 22023: a boolean
SELECT perf_mgmt.check_test_configuration('{"virtual_users": true}');
-- 22023: an array
SELECT perf_mgmt.check_test_configuration('{"virtual_users": [[1]]}');
-- 22023: negative duration
SELECT perf_mgmt.check_test_configuration('{"test_duration_seconds": -0.001}');
-- 22023: a duration of more than 30 days
SELECT perf_mgmt.check_test_configuration('{"test_duration_seconds": 2592000.001}');
-- 22023: a time scale that is 0 in double precision
SELECT perf_mgmt.check_test_configuration('{"time_scale": 1e-400}');
-- 22023: a seed beyond 63 bits
SELECT perf_mgmt.check_test_configuration('{"seed": 9223372036854775808}');
-- 22023: a negative seed
SELECT perf_mgmt.check_test_configuration('{"seed": -1}');
-- 22023: too many workers
SELECT perf_mgmt.check_test_configuration('{"workers": 1025}');
-- 22023: too short intervals
SELECT perf_mgmt.check_test_configuration('{"interval_ms": 99}');
-- 22023: a rate of 0
SELECT perf_mgmt.check_test_configuration('{"arrival": {"rate": 0}}');
-- 22023: a negative rate
SELECT perf_mgmt.check_test_configuration('{"arrival": {"rate": -1e308}}');
-- 22023: think time before the operation
SELECT perf_mgmt.check_test_configuration('{"think_time_ms": -1}');
-- 22023: think time beyond a day
SELECT perf_mgmt.check_test_configuration('{"think_time_ms": {"type": "integer", "min": 0, "max": 86400001}}');
-- 22023: think time from the database
SELECT perf_mgmt.check_test_configuration('{"think_time_ms": {"type": "pool", "sql": "SELECT 1"}}');
-- 22023: too many rounds
SELECT perf_mgmt.check_test_configuration('{"rounds": 101}');
-- 22023: more operations than there can be
SELECT perf_mgmt.check_test_configuration('{"operations": 1000000000001}');

-- === Run specs: structures ===

-- 22023: no stages
SELECT perf_mgmt.check_test_configuration('{"stages": []}');
-- 22023: stages of stages
SELECT perf_mgmt.check_test_configuration('{"stages": [[{"duration_seconds": 1, "virtual_users": 1}]]}');
-- 22023: too many stages
SELECT perf_mgmt.check_test_configuration(jsonb_build_object('stages',
  (SELECT jsonb_agg('{"duration_seconds": 1, "virtual_users": 1}'::jsonb) FROM generate_series(1, 101))));
-- 22023: stages of one name
SELECT perf_mgmt.check_test_configuration('{"stages": [{"name": "a", "duration_seconds": 1, "virtual_users": 1},
  {"name": "a", "duration_seconds": 1, "virtual_users": 1}]}');
-- 22023: stages that mix users and rates
SELECT perf_mgmt.check_test_configuration('{"stages": [{"duration_seconds": 1, "virtual_users": 1}, {"duration_seconds": 1, "rate": 1}]}');
-- 22023: stages without load
SELECT perf_mgmt.check_test_configuration('{"stages": [{"duration_seconds": 1, "virtual_users": 0}]}');
-- 22023: an empty mix
SELECT perf_mgmt.check_test_configuration('{"workload_mix": {}}');
-- 22023: a mix of negative shares
SELECT perf_mgmt.check_test_configuration('{"workload_mix": {"a": 101, "b": -1}}');
-- 22023: environments of environments
SELECT perf_mgmt.check_test_configuration('{"environments": [["development"]]}');
-- 22023: environments without a name
SELECT perf_mgmt.check_test_configuration('{"environments": [""]}');
-- 22023: metadata that is a list
SELECT perf_mgmt.check_test_configuration('{"metadata": ["a", "a"]}');
-- 22023: an isolation level of another database
SELECT perf_mgmt.check_test_configuration('{"isolation_level": "snapshot"}');
-- 22023: an unknown end
SELECT perf_mgmt.check_test_configuration('{"finish": "commit; DROP TABLE lab.victim"}');
-- 22023: a string of 10 MB
SELECT perf_mgmt.check_test_configuration(jsonb_build_object('finish', repeat('x', 10000000)));

-- === Settings ===

-- 22023: the role
SELECT perf_mgmt.check_test_configuration('{"settings": {"role": "postgres"}}');
-- 22023: the user, in capitals
SELECT perf_mgmt.check_test_configuration('{"settings": {"SESSION_AUTHORIZATION": "postgres"}}');
-- 22023: the role, from a generator
SELECT perf_mgmt.check_test_configuration('{"session_settings": {"Role": "postgres"}}');
-- 22023: a library
SELECT perf_mgmt.check_test_configuration('{"settings": {"local_preload_libraries": "evil"}}');
-- 22023: a name that is SQL
SELECT perf_mgmt.check_test_configuration('{"settings": {"work_mem = ''1GB''; SET role": "postgres"}}');
-- 22023: a name that is no name
SELECT perf_mgmt.check_test_configuration('{"settings": {"app..tenant": "1"}}');
-- 22023: names that differ in case only
SELECT perf_mgmt.check_test_configuration('{"settings": {"work_mem": "1MB", "WORK_MEM": "2MB"}}');
-- 22023: a value that is an object
SELECT perf_mgmt.check_test_configuration('{"settings": {"work_mem": {"a": "1MB"}}}');
-- 22023: a value that is NULL
SELECT perf_mgmt.check_test_configuration('{"settings": {"work_mem": null}}');
-- 22023: a value that the server does not take
SELECT lab.attempt('SELECT 1', '{}', '{"settings": {"work_mem": "-1"}}');
-- 42501: a setting of superusers
SELECT lab.attempt('SELECT 1', '{}', '{"settings": {"session_replication_role": "replica"}}');
-- 42704: a setting that is not there
SELECT lab.attempt('SELECT 1', '{}', '{"settings": {"work_mme": "1MB"}}');
-- 55P02: a setting of the server
SELECT lab.attempt('SELECT 1', '{}', '{"settings": {"shared_buffers": "1GB"}}');

-- === Starting and waiting ===

-- 42704: no such test
SELECT perf_mgmt.execute_performance_test('Hostile''; DROP TABLE lab.victim; --');
-- 22004: NULL for a test
CALL perf_mgmt.run_performance_test(NULL);
-- 42704: a name of 10 MB
SELECT perf_mgmt.execute_performance_test(repeat('x', 10000000));
-- 22004: NULL for an environment
SELECT perf_mgmt.execute_performance_test('Hostile', NULL);
-- 22023: an environment without a name
SELECT perf_mgmt.execute_performance_test('Hostile', ' ');
-- 22023: a long environment
SELECT perf_mgmt.execute_performance_test('Hostile', repeat('x', 101));
-- 42704: no such scenario
SELECT perf_mgmt.execute_performance_test('Hostile', 'development', '{"scenario": "\"; DELETE FROM lab.victim"}');
-- 22023: the repetition of no execution
SELECT perf_mgmt.execute_performance_test('Hostile', 'development', '{"confirms": "00000000-0000-0000-0000"}');
-- 42501: a scenario of somebody else's
SELECT perf_mgmt.execute_performance_test('Hostile', 'development', '{"scenario": "Theirs"}');
-- 42501: a test of somebody else's
CALL perf_mgmt.run_performance_test('Theirs');
-- 42704: an attempt at no test, which is told and not raised
DO $$
DECLARE id uuid; error jsonb;
BEGIN
  CALL perf_mgmt.attempt_performance_test('no such test', 'development', NULL, id, error);
  RAISE EXCEPTION USING ERRCODE = error ->> 'sqlstate', MESSAGE = error ->> 'message';
END
$$;
-- 42704: waiting for nothing
CALL perf_mgmt.wait_for_execution(:'nobody');
-- 22P02: waiting for SQL
CALL perf_mgmt.wait_for_execution(''' OR true; --');
-- 22004: cancelling NULL
SELECT perf_mgmt.cancel_execution(NULL);
-- 42704: cancelling nothing
SELECT perf_mgmt.cancel_execution(:'nobody');
-- 42501: cancelling what somebody else started
SELECT perf_mgmt.cancel_execution(:'other');
-- 42704: validating nothing
SELECT * FROM perf_mgmt.validate_scenario('%s%n%s$1');
-- 22004: validating NULL
SELECT * FROM perf_mgmt.validate_scenario(NULL);
-- 22023: negative time
SELECT perf_mgmt.simulate_workload(:'run', 'look', -1);
-- 22023: for ever
SELECT perf_mgmt.simulate_workload(:'run', 'look', 2147483647);
-- 42704: an operation that is not there
SELECT perf_mgmt.simulate_workload(:'run', '"look"', 1);
-- 42501: an operation of somebody else's
SELECT perf_mgmt.simulate_workload(:'other', 'look', 1);

-- === Templates: refused commands ===

-- 0A000: BEGIN
SELECT lab.attempt('BEGIN; SELECT 1');
-- 0A000: START TRANSACTION
SELECT lab.attempt('START TRANSACTION');
-- 0A000: COMMIT behind a comment
SELECT lab.attempt('SELECT 1; /* harmless */ COMMIT AND CHAIN');
-- 0A000: ROLLBACK
SELECT lab.attempt('SELECT 1; ROLLBACK');
-- 0A000: SAVEPOINT
SELECT lab.attempt('SAVEPOINT a');
-- 0A000: PREPARE TRANSACTION
SELECT lab.attempt('PREPARE TRANSACTION ''a''');
-- 0A000: SET
SELECT lab.attempt('SET work_mem = ''1GB''');
-- 0A000: SET TRANSACTION
SELECT lab.attempt('SET TRANSACTION READ ONLY');
-- 0A000: SET ROLE
SELECT lab.attempt('SET ROLE keeper');
-- 0A000: SET LOCAL ROLE
SELECT lab.attempt('SET LOCAL ROLE keeper');
-- 0A000: SET LOCAL of the role by its name in quotes
SELECT lab.attempt('SET LOCAL "RoLe" TO keeper');
-- 0A000: SET SESSION AUTHORIZATION
SELECT lab.attempt('SET SESSION AUTHORIZATION keeper');
-- 0A000: SET LOCAL of the user by its name in quotes
SELECT lab.attempt('SET LOCAL "SESSION_authorization" TO keeper');
-- 0A000: RESET
SELECT lab.attempt('RESET ALL');
-- 0A000: RESET ROLE
SELECT lab.attempt('RESET ROLE');
-- 0A000: LISTEN
SELECT lab.attempt('LISTEN perf_mgmt_alerts');
-- 0A000: UNLISTEN
SELECT lab.attempt('UNLISTEN *');
-- 0A000: PREPARE
SELECT lab.attempt('PREPARE p AS SELECT 1');
-- 0A000: EXECUTE
SELECT lab.attempt('EXECUTE p');
-- 0A000: EXECUTE in an EXPLAIN
SELECT lab.attempt('EXPLAIN ANALYZE EXECUTE p');
-- 0A000: DEALLOCATE
SELECT lab.attempt('DEALLOCATE ALL');
-- 0A000: DISCARD
SELECT lab.attempt('DISCARD ALL');
-- 0A000: LOAD
SELECT lab.attempt('LOAD ''$libdir/evil''');
-- 0A000: COPY to the client
SELECT lab.attempt('COPY lab.victim TO STDOUT');
-- 0A000: COPY from a program
SELECT lab.attempt('COPY lab.victim FROM PROGRAM ''id''');
-- 0A000: COPY to a program
SELECT lab.attempt('COPY (SELECT 1) TO PROGRAM ''sh''');
-- 0A000: COPY from a file
SELECT lab.attempt('COPY lab.victim FROM ''/etc/passwd''');
-- 0A000: VACUUM
SELECT lab.attempt('VACUUM lab.victim');
-- 0A000: CREATE INDEX CONCURRENTLY
SELECT lab.attempt('CREATE INDEX CONCURRENTLY ON lab.victim (id)');
-- 0A000: DROP INDEX CONCURRENTLY
SELECT lab.attempt('DROP INDEX CONCURRENTLY lab.victim_pkey');
-- 0A000: REINDEX CONCURRENTLY
SELECT lab.attempt('REINDEX TABLE CONCURRENTLY lab.victim');
-- 0A000: REINDEX of a schema
SELECT lab.attempt('REINDEX SCHEMA lab');
-- 0A000: CLUSTER of everything
SELECT lab.attempt('CLUSTER');
-- 0A000: CREATE DATABASE
SELECT lab.attempt('CREATE DATABASE evil');
-- 0A000: DROP DATABASE
SELECT lab.attempt('DROP DATABASE template1');
-- 0A000: ALTER SYSTEM
SELECT lab.attempt('ALTER SYSTEM SET fsync = off');
-- 0A000: CREATE TABLESPACE
SELECT lab.attempt('CREATE TABLESPACE evil LOCATION ''/tmp''');
-- 0A000: DROP TABLESPACE
SELECT lab.attempt('DROP TABLESPACE pg_default');
-- 0A000: a cursor that stays
SELECT lab.attempt('DECLARE held CURSOR WITH HOLD FOR SELECT 1');
-- 0A000: a temporary table that stays
SELECT lab.attempt('CREATE TEMP TABLE t (id integer)');
-- 0A000: one by its schema
SELECT lab.attempt('CREATE TABLE pg_temp.t (id integer)');
-- 0A000: one made of a query
SELECT lab.attempt('CREATE TEMP TABLE t AS SELECT 1 AS id');
-- 0A000: one made by SELECT INTO
SELECT lab.attempt('SELECT 1 AS id INTO TEMP t');
-- 0A000: one made by the first SELECT of a UNION
SELECT lab.attempt('(SELECT 1 AS id INTO TEMP t UNION ALL SELECT 2) UNION SELECT 3');
-- 0A000: one made by EXPLAIN ANALYZE
SELECT lab.attempt('EXPLAIN ANALYZE CREATE TEMP TABLE t AS SELECT 1 AS id');
-- 0A000: a temporary view
SELECT lab.attempt('CREATE TEMP VIEW v AS SELECT 1 AS id');
-- 0A000: a temporary sequence
SELECT lab.attempt('CREATE TEMP SEQUENCE s');

-- === Templates: texts ===

-- 23514: nothing but semicolons
SELECT lab.attempt(E' ;\n;; ');
-- 42601: nothing but a comment
SELECT lab.attempt('-- SELECT 1');
-- 42601: a quote that does not end
SELECT lab.attempt('SELECT ''1');
-- 42601: a comment that does not end
SELECT lab.attempt('SELECT 1 /* /* */');
-- 42601: a dollar quote that does not end
SELECT lab.attempt('SELECT $a$1$b$');
-- 42601: 10 MB of nonsense
SELECT lab.attempt(repeat('x', 10000000));
-- 42601: 100,000 parentheses
SELECT lab.attempt('SELECT ' || repeat('(', 100000) || '1' || repeat(')', 100000));
-- 22021: a NUL byte
SELECT lab.attempt(E'SELECT \x00');
-- 42P02: the parameter $0
SELECT lab.attempt('SELECT $0', '{"a": 1}');
-- 42P02: the parameter $99999999999
SELECT lab.attempt('SELECT $99999999999', '{"a": 1}');
-- 42P02: a parameter without a generator
SELECT lab.attempt('SELECT $2', '{"a": 1}');
-- 42P02: a generator without a parameter
SELECT lab.attempt('SELECT 1', '{"a": 1}');
-- 42P02: a name that is not there
SELECT lab.attempt('SELECT :b', '{"a": 1}');
-- 42601: numbers and names
SELECT lab.attempt('SELECT $1, :a', '{"a": 1}');
-- 42P01: a table that is not there
SELECT lab.attempt('SELECT * FROM lab."victim; DROP TABLE lab.victim"');
-- 22023: one that is declared to read, and writes
SELECT lab.attempt('DELETE FROM lab.victim', '{}', '{"operations": 3}', 'read');

-- === Templates: what they would reach ===

-- 00000: a plan of a thousand nodes below each other
SELECT lab.attempt('SELECT 1' || repeat(' EXCEPT SELECT 2 UNION SELECT 1', 300), '{}', '{"operations": 2, "wait": true}') IS NOT NULL;
-- 42501: a function that planning evaluates, and that reads a secret
SELECT lab.attempt('SELECT lab.peek()');
-- 00000: a table of somebody else's
SELECT lab.all_fail('SELECT * FROM public.secret');
-- 00000: a file of the server
SELECT lab.all_fail('SELECT pg_read_file(''/etc/passwd'')');
-- 00000: passwords
SELECT lab.all_fail('SELECT rolpassword FROM pg_authid');
-- 00000: a program, by a block
SELECT lab.all_fail('DO $$ BEGIN EXECUTE ''COPY lab.victim FROM PROGRAM ''''id''''''; END $$');
-- 00000: another role, by a block
SELECT lab.all_fail('DO $$ BEGIN SET ROLE keeper; END $$');
-- 00000: another role, by a function
SELECT lab.all_fail('SELECT set_config(''role'', ''keeper'', true)');
-- 00000: another user, by a function
SELECT lab.all_fail('SELECT set_config(''session_authorization'', ''keeper'', false)');
-- 00000: rights of a superuser
SELECT lab.all_fail('ALTER ROLE mallory SUPERUSER');
-- 00000: membership
SELECT lab.all_fail('GRANT keeper TO mallory');
-- 00000: the extension
SELECT lab.all_fail('DROP EXTENSION perf_mgmt CASCADE');
-- 00000: the controller
SELECT lab.all_fail('SELECT pg_terminate_backend(controller_pid) FROM perf_mgmt.test_executions WHERE execution_status = ''RUNNING''');
-- 00000: another run
SELECT lab.all_fail('SELECT perf_mgmt.execute_performance_test(''Hostile'')');
-- 00000: the end of its own transaction
SELECT lab.all_fail('CALL lab.commit()');

-- === Generators ===

-- 22023: no object
SELECT perf_mgmt.check_generator_definition('["integer"]');
-- 22023: no type
SELECT perf_mgmt.check_generator_definition('{"min": 1, "max": 2}');
-- 22023: an unknown type
SELECT perf_mgmt.check_generator_definition('{"type": "dice"}');
-- 22023: a type that is an array
SELECT perf_mgmt.check_generator_definition('{"type": ["integer"]}');
-- 22023: an unknown member
SELECT perf_mgmt.check_generator_definition('{"type": "uuid", "version": 7}');
-- 22032: a member that stands twice
SELECT perf_mgmt.check_generator_definition('{"type": "integer", "min": 1, "max": 2, "min": 0}');
-- 22032: a NUL character
SELECT perf_mgmt.check_generator_definition('{"type": "literal", "value": "a\u0000"}');
-- 22032: 100 levels of arrays
SELECT perf_mgmt.check_generator_definition(('{"type": "literal", "value": ' || lab.nested(100) || '}')::json);
-- 22032: a key of 256 bytes
SELECT perf_mgmt.check_generator_definition(json_build_object('type', 'object', 'fields', json_build_object(repeat('k', 256), 1)));
-- 53400: 10 MB
SELECT perf_mgmt.check_generator_definition(json_build_object('type', 'literal', 'value', repeat('x', 10000000)));
-- 22023: the range from 2 to 1
SELECT perf_mgmt.check_generator_definition('{"type": "integer", "min": 2, "max": 1}');
-- 22023: beyond 64 bits
SELECT perf_mgmt.check_generator_definition('{"type": "integer", "min": 0, "max": 9223372036854775808}');
-- 22032: beyond double precision
SELECT perf_mgmt.check_generator_definition('{"type": "integer", "min": 0, "max": 1e999999999}');
-- 22023: a part of a number
SELECT perf_mgmt.check_generator_definition('{"type": "integer", "min": 0.5, "max": 2}');
-- 22023: NULL for a number
SELECT perf_mgmt.check_generator_definition('{"type": "integer", "min": null, "max": 2}');
-- 22023: too many digits
SELECT perf_mgmt.check_generator_definition('{"type": "numeric", "min": 0, "max": 1, "scale": 19}');
-- 22023: a theta of 0
SELECT perf_mgmt.check_generator_definition('{"type": "integer", "min": 0, "max": 1, "distribution": "zipf", "theta": 0}');
-- 22032: an infinite theta
SELECT perf_mgmt.check_generator_definition('{"type": "integer", "min": 0, "max": 1, "distribution": "zipf", "theta": 1e999}');
-- 22023: an unknown distribution
SELECT perf_mgmt.check_generator_definition('{"type": "integer", "min": 0, "max": 1, "distribution": "cauchy"}');
-- 22023: more true than possible
SELECT perf_mgmt.check_generator_definition('{"type": "boolean", "true_percent": 100.0001}');
-- 22023: a choice of nothing
SELECT perf_mgmt.check_generator_definition('{"type": "choice", "values": []}');
-- 22023: negative weights
SELECT perf_mgmt.check_generator_definition('{"type": "choice", "values": {"a": -1, "b": 2}}');
-- 22023: weights of 0
SELECT perf_mgmt.check_generator_definition('{"type": "choice", "values": {"a": 0}}');
-- 22023: a text that is too long
SELECT perf_mgmt.check_generator_definition('{"type": "text", "length": 1048577}');
-- 22023: negative words
SELECT perf_mgmt.check_generator_definition('{"type": "text", "words": -1}');
-- 22023: a pattern that does not end
SELECT perf_mgmt.check_generator_definition('{"type": "text", "pattern": "{integer:1-"}');
-- 22023: a pattern from 5 to 1
SELECT perf_mgmt.check_generator_definition('{"type": "text", "pattern": "{integer:5-1}"}');
-- 22023: a pattern of 10^18 digits
SELECT perf_mgmt.check_generator_definition('{"type": "text", "pattern": "{digits:1000000000000000000}"}');
-- 22023: no interval
SELECT perf_mgmt.check_generator_definition('{"type": "date", "from": "yesterday; DROP TABLE x", "to": "now"}');
-- 22023: a date before all dates
SELECT perf_mgmt.check_generator_definition('{"type": "date", "from": "-10000 years", "to": "now"}');
-- 22023: dates that go back
SELECT perf_mgmt.check_generator_definition('{"type": "timestamp", "from": "now", "to": "-1 second"}');
-- 22023: an array of a negative length
SELECT perf_mgmt.check_generator_definition('{"type": "array", "of": {"type": "uuid"}, "min_length": -1}');
-- 53400: arrays of arrays, 16 MB and more
SELECT perf_mgmt.check_generator_definition('{"type": "array", "max_length": 10000,
  "of": {"type": "array", "max_length": 10000, "of": {"type": "uuid"}}}');
-- 22023: a pool without rows
SELECT perf_mgmt.check_generator_definition('{"type": "pool", "sql": "SELECT 1", "limit": 0}');
-- 22023: a pool without a query
SELECT perf_mgmt.check_generator_definition('{"type": "pool", "sql": ""}');
-- 22023: names of SQL
SELECT perf_mgmt.check_generator_definition('{"type": "pool", "sql": "SELECT 1", "provides": {"a; DROP": "id"}}');
-- 22023: an expression that is a number
SELECT perf_mgmt.check_generator_definition('{"type": "expression", "sql": 5}');
-- 22023: a parameter without a name
SELECT lab.attempt('SELECT $1', '{"": 1}');
-- 23514: a parameter that stands twice
SELECT lab.attempt('SELECT $1, $2', '{"a": 1, "a": 2}');
-- 53400: 10,001 fields
SELECT perf_mgmt.check_generator_definition(json_build_object('type', 'object', 'fields',
  (SELECT json_object_agg('f' || n, 1) FROM generate_series(1, 10001) n)));
-- 42704: an unknown generator
SELECT lab.attempt('SELECT $1::text', '{"a": "random_tenant_of_nobody"}');
-- 22023: generators in a circle
SELECT lab.attempt('SELECT $1::text', '{"a": "circle_a"}');
-- 0A000: a pool that writes
SELECT lab.attempt('SELECT $1::text', '{"a": {"type": "pool", "sql": "DELETE FROM lab.victim RETURNING id"}}');
-- 42P11: a pool of two statements
SELECT lab.attempt('SELECT $1::text', '{"a": {"type": "pool", "sql": "SELECT 1; DROP TABLE lab.victim"}}');
-- 42501: a pool of a secret
SELECT lab.attempt('SELECT $1::text', '{"a": {"type": "pool", "sql": "SELECT token FROM public.secret"}}');
-- 42601: an expression of three statements
SELECT lab.attempt('SELECT $1::text', '{"a": {"type": "expression", "sql": "1); SET work_mem = ''1GB''; SELECT (2"}}');
-- 42601: an expression that keeps its result
SELECT lab.attempt('SELECT $1::text', '{"a": {"type": "expression", "sql": "1)::text AS a INTO TEMP t FROM (SELECT 2) x ORDER BY (1"}}');
-- 42601: an expression that goes on as SQL
SELECT lab.attempt('SELECT $1::text', '{"a": {"type": "expression", "sql": "1); DROP TABLE lab.victim; --"}}');
-- 00000: a sum of more places than a number of 64 bits has
SELECT lab.attempt('WITH items AS (SELECT $2::json) INSERT INTO lab.notes SELECT $1::text FROM items',
  '{"total": "tiny_total", "items": {"type": "array", "min_length": 1, "max_length": 1, "of": {"type": "object", "fields": {
    "a": {"type": "numeric", "min": 0.000000000000000001, "max": 0.000000000000000001, "scale": 18},
    "b": {"type": "numeric", "min": 0.000000000000000001, "max": 0.000000000000000001, "scale": 18}}},
    "provides": {"tiny_total": "sum(a * b)"}}}', '{"operations": 1, "wait": true}') IS NOT NULL
  AND lab.noted('0.000000000000000000000000000000000001');
-- 00000: an expression of a secret
SELECT lab.all_fail('SELECT $1::text', '{"a": {"type": "expression", "sql": "(SELECT token FROM public.secret)"}}');

-- === Histograms ===

-- 22P02: nothing
SELECT perf_mgmt.count('');
-- 22P02: no object
SELECT perf_mgmt.min('[]');
-- 22P02: 100,000 levels
SELECT perf_mgmt.max(lab.nested(100000)::perf_mgmt.histogram);
-- 22P02: 10 MB
SELECT perf_mgmt.mean((repeat(' ', 10000000) || '{"v":1,"count":0}')::perf_mgmt.histogram);
-- 22P02: an unknown version
SELECT perf_mgmt.stddev('{"v":2,"count":0}');
-- 22P02: a key too many
SELECT perf_mgmt.buckets('{"v":1,"count":0,"min":0}');
-- 22P02: a key that stands twice
SELECT perf_mgmt.count('{"v":1,"count":5,"count":0}');
-- 22P02: a negative count
SELECT perf_mgmt.count('{"v":1,"count":-1,"min":1,"max":1,"sum":"1","squares":"1","buckets":[[1,1]]}');
-- 22P02: a count beyond 64 bits
SELECT perf_mgmt.count('{"v":1,"count":18446744073709551616,"min":1,"max":1,"sum":"1","squares":"1","buckets":[[1,1]]}');
-- 22P02: a sum that cannot be
SELECT perf_mgmt.mean('{"v":1,"count":1,"min":1,"max":1,"sum":"2","squares":"1","buckets":[[1,1]]}');
-- 22P02: squares that cannot be
SELECT perf_mgmt.stddev('{"v":1,"count":2,"min":1,"max":3,"sum":"4","squares":"9","buckets":[[1,1],[3,1]]}');
-- 22P02: a sum that is a number
SELECT perf_mgmt.mean('{"v":1,"count":1,"min":1,"max":1,"sum":1,"squares":"1","buckets":[[1,1]]}');
-- 22P02: a sum beyond 192 bits
SELECT perf_mgmt.mean(replace('{"v":1,"count":1,"min":1,"max":1,"sum":"S","squares":"1","buckets":[[1,1]]}', 'S', repeat('9', 100000))::perf_mgmt.histogram);
-- 22P02: buckets that fall
SELECT perf_mgmt.count('{"v":1,"count":2,"min":1,"max":3,"sum":"4","squares":"10","buckets":[[3,1],[1,1]]}');
-- 22P02: buckets that wrap around 64 bits
SELECT perf_mgmt.count('{"v":1,"count":1,"min":1,"max":1,"sum":"1","squares":"1","buckets":[[1,18446744073709551615],[1,2]]}');
-- 22003: more values than bigint holds
SELECT perf_mgmt.count(lab.single(18446744073709551615));
-- 22003: more values in a bucket than bigint holds
SELECT * FROM perf_mgmt.buckets(lab.single(18446744073709551615));
-- 22003: more values together than a histogram holds
SELECT perf_mgmt.merge(h) FROM (VALUES (lab.single(18446744073709551615)), (lab.single(1))) AS v (h);
-- 22023: percentile 1.5
SELECT perf_mgmt.percentile(lab.single(100), 1.5);
-- 22023: a negative percentile
SELECT perf_mgmt.percentile(lab.single(100), -0.01);
-- 22023: percentile NaN
SELECT perf_mgmt.percentile(lab.single(100), 'NaN');
-- 22023: percentile infinity
SELECT perf_mgmt.percentile(lab.single(100), 'infinity');
-- 42883: the inside of an aggregate, from outside
SELECT perf_mgmt.histogram_merge_finalfn(NULL);
-- 42883: the inside of another, from outside
SELECT perf_mgmt.sum_samples_transfn(NULL, '{"CPU": 1}');
-- 42P13: an aggregate whose halves take each other's state for theirs
CREATE AGGREGATE lab.mixed(jsonb) (SFUNC = perf_mgmt.sum_samples_transfn, STYPE = internal, FINALFUNC = perf_mgmt.histogram_merge_finalfn);
-- 42883: bytes that pass for a histogram
SELECT perf_mgmt.count('\x0105'::bytea);

-- === Reports ===

-- 42704: the report of nothing
SELECT perf_mgmt.generate_performance_report(:'nobody');
-- 42704: the report of NULL
SELECT perf_mgmt.generate_performance_report(NULL);
-- 22023: an unknown format
SELECT perf_mgmt.render_report(:'run', 'pdf');
-- 22023: a format that is a path
SELECT perf_mgmt.render_report(:'run', '../../../etc/passwd');
-- 22004: NULL for a format
SELECT perf_mgmt.render_report(:'run', NULL);
-- 42704: the page of nothing
SELECT perf_mgmt.render_report(:'nobody', 'html');
-- 22023: an unknown kind
SELECT perf_mgmt.render('report_html''', '{}');
-- 22023: a document that is a number
SELECT perf_mgmt.render('report_text', '5');
-- 22023: a document with a number for the whole
SELECT perf_mgmt.render('report_html', '{"execution": 5}');
-- 22032: a document of 3,000 levels
SELECT perf_mgmt.render('report_markdown', lab.nested(3000)::jsonb);
-- 22032: a document with a number beyond double precision
SELECT perf_mgmt.render('history_html', '{"executions": [1e400]}');
-- 22023: the results of CI, as a string
SELECT perf_mgmt.ci_junit('"passed"');
-- 22023: the results of CI, with tests that are numbers
SELECT perf_mgmt.ci_markdown('{"test_results": [5]}');
-- 42704: a comparison with nothing
SELECT perf_mgmt.render_comparison(:'run', :'nobody');
-- 22023: a comparison with itself
SELECT perf_mgmt.comparison_document(:'run', :'run');
-- 42704: the history of nothing
SELECT perf_mgmt.render_history('" onload="alert(1)');
-- 42704: the history of NULL
SELECT perf_mgmt.history_document(NULL);
-- 42704: the document of nothing
SELECT perf_mgmt.report_document(:'nobody');
-- 42704: advice for nothing
SELECT perf_mgmt.generate_performance_recommendations(:'nobody');
-- 22004: advice for NULL
SELECT perf_mgmt.generate_performance_recommendations(NULL);
-- 22023: advice from an array
SELECT perf_mgmt.advise('[{}]');

-- === Verdicts ===

-- 22023: no evidence
SELECT perf_mgmt.judge_evidence('{}');
-- 22023: evidence that is an array
SELECT perf_mgmt.judge_evidence('[[]]');
-- 22023: rounds that are a number
SELECT perf_mgmt.judge_evidence('{"current": {"id": "a", "rounds": 5}, "thresholds": {}}');
-- 22032: evidence of 3,000 levels
SELECT perf_mgmt.judge_evidence(jsonb_build_object('current', lab.nested(3000)::jsonb));
-- 22023: evidence of 201 rounds
SELECT perf_mgmt.noise_of(jsonb_build_object('segments', jsonb_build_array(jsonb_build_array(jsonb_build_object('id', 'a', 'rounds',
  (SELECT jsonb_agg('{"quiet": true, "ok": 1, "failed": 0}'::jsonb) FROM generate_series(1, 201)))))));
-- 22023: noise of objects
SELECT perf_mgmt.noise_of('{"segments": {"a": []}}');
-- 22023: a negative threshold
SELECT perf_mgmt.judge_pairs('{"threshold_percent": -5, "quads": []}');
-- 22023: certainty
SELECT perf_mgmt.judge_pairs('{"confidence": 1, "quads": []}');
-- 22023: a change of strings
SELECT perf_mgmt.explain_change('{"current": "slow", "baseline": "fast"}');
-- 22004: no values
SELECT perf_mgmt.change_points_of(NULL, 0.01);
-- 22023: values of values
SELECT perf_mgmt.change_points_of('{{1,2},{3,4}}', 0.01);
-- 22023: NULL among the values
SELECT perf_mgmt.change_points_of('{1,NULL,3}', 0.01);
-- 22023: NaN among the values
SELECT perf_mgmt.change_points_of('{1,NaN,3}', 0.01);
-- 22023: infinity among the values
SELECT perf_mgmt.change_points_of('{1,-Infinity,3}', 0.01);
-- 53400: too many values
SELECT perf_mgmt.change_points_of(array_agg(n::double precision), 0.01) FROM generate_series(1, 2001) n;
-- 22023: an alpha of 0
SELECT perf_mgmt.change_points_of('{1,2,3}', 0);
-- 22023: an alpha of NaN
SELECT * FROM perf_mgmt.performance_change_points('Hostile', NULL, 'NaN');
-- 42704: change points of nothing
SELECT * FROM perf_mgmt.performance_change_points('nothing');
-- 42704: the noise of nothing
SELECT * FROM perf_mgmt.noise_floor(NULL);
-- 42704: verdicts on nothing
SELECT * FROM perf_mgmt.regression_verdicts(:'nobody');
-- 42501: a judgement, which is the admins'
SELECT perf_mgmt.detect_performance_regression(:'nobody');
-- 22004: NULL explained
SELECT * FROM perf_mgmt.explain_regression(NULL);
-- 42704: a comparison of nothing
SELECT * FROM perf_mgmt.compare_executions(:'nobody', :'run');
-- 22023: a comparison with itself
SELECT * FROM perf_mgmt.compare_executions(:'run', :'run');
-- 42704: a comparison with no baseline of nothing
SELECT * FROM perf_mgmt.compare_with_baseline(:'nobody');
-- 42704: criteria of nothing
SELECT * FROM perf_mgmt.evaluate_success_criteria(:'nobody');
-- 22004: criteria per NULL
SELECT * FROM perf_mgmt.evaluate_success_criteria(:'run', NULL);
-- 22P02: an id that is none
SELECT perf_mgmt.fingerprint_differences(:'run', 'the same');

-- === Baselines, comparisons, CI, alerts, upkeep ===

-- 22023: an unknown type of baseline
SELECT perf_mgmt.set_baseline(:'run', 'GUESS');
-- 22023: NULL for a type of baseline
SELECT perf_mgmt.set_baseline(:'run', NULL);
-- 42704: a baseline of nothing
SELECT perf_mgmt.set_baseline(:'nobody');
-- 42704: a rolling baseline of nothing
SELECT perf_mgmt.update_rolling_baseline('nothing');
-- 22023: a change without a reason
SELECT perf_mgmt.accept_change('Hostile', :'run', E' ');
-- 42704: a change that nothing shows
SELECT perf_mgmt.accept_change('Hostile', :'nobody', 'because');
-- 22023: a variant that is an array
CALL perf_mgmt.compare_variants('Hostile', '[]', '{}');
-- 22004: a variant that is NULL
CALL perf_mgmt.compare_variants('Hostile', NULL, '{}');
-- 22023: too few quads
CALL perf_mgmt.compare_variants('Hostile', '{}', '{}', 1);
-- 22023: too many quads
CALL perf_mgmt.compare_variants('Hostile', '{}', '{}', 51);
-- 22023: setup that is a number
CALL perf_mgmt.compare_variants('Hostile', '{"setup": 5}', '{}');
-- 25001: a comparison in a transaction
DO $$ BEGIN EXECUTE 'CALL perf_mgmt.compare_variants(''Hostile'', ''{}'', ''{}'')'; END $$;
-- 22023: CI nowhere
CALL perf_mgmt.ci_gate('abc', 'main', '');
-- 22023: CI in NULL
SELECT perf_mgmt.run_ci_performance_tests('abc', 'main', NULL);
-- 00000: an environment of which nothing is known
SELECT count(*) = 0 FROM perf_mgmt.ci_tests(''' OR true --') WHERE is_allowed AND test_name = 'Hostile';
-- 22023: a limit of nothing
SELECT perf_mgmt.check_alert_thresholds('{"max_happiness": 1}');
-- 22023: a limit in quotes
SELECT perf_mgmt.check_baseline_thresholds('{"max_p95_response_time_ms": "500"}');
-- 22032: a limit beyond double precision
SELECT perf_mgmt.check_baseline_thresholds('{"max_p95_response_time_ms": 1e999}');
-- 22023: more errors than operations
SELECT perf_mgmt.check_alert_limits('ERROR_RATE', '{"max_error_rate_percent": 101}');
-- 22023: a channel without a name
SELECT perf_mgmt.check_notification_channels('{" ": {}}');
-- 22023: a channel that is a string
SELECT perf_mgmt.check_notification_channels('{"mail": "mallory@example.org"}');
-- 42501: an alert, which is the admins'
SELECT perf_mgmt.send_performance_alert(:'nobody', :'run', 'CRITICAL', 'help');
-- 42704: alerts for nothing
SELECT perf_mgmt.check_performance_alerts(:'nobody');
-- 22023: a digest of an hour
SELECT perf_mgmt.alert_digest('HOURLY');
-- 22023: a digest of for ever
SELECT perf_mgmt.alert_digest('DAILY', 'infinity');
-- 22023: a digest of NULL
SELECT perf_mgmt.alert_digest('WEEKLY', NULL);
-- 22008: a digest of no day
SELECT perf_mgmt.alert_digest('DAILY', '5874898-01-01');
-- 42501: an alert taken up, which is the admins' as well
SELECT perf_mgmt.acknowledge_alert(:'nobody');
-- 22023: maintenance once a year
SELECT perf_mgmt.run_maintenance('yearly');
-- 22023: maintenance of NULL
SELECT perf_mgmt.run_maintenance(NULL);
-- 55000: maintenance without pg_cron
SELECT perf_mgmt.schedule_maintenance();
-- 22023: history of the future
SELECT perf_mgmt.purge_history('-1 day');
-- 22023: history of NULL
SELECT perf_mgmt.purge_history(NULL);
-- 22023: history before all dates
SELECT perf_mgmt.purge_history('200000 years');
-- 0A000: an industry without example data
SELECT perf_mgmt.install_industry_schema('PAYROLL');
-- 22P02: an industry that is not there
SELECT perf_mgmt.install_industry_schema('BURGLARY');
-- 22023: a scale of NaN
SELECT perf_mgmt.install_industry_schema('RESTAURANT', 'NaN');
-- 22023: a scale of 0
SELECT perf_mgmt.install_industry_schema('RESTAURANT', 0);
-- 22023: a scale of 10^9
SELECT perf_mgmt.install_industry_schema('RESTAURANT', 1e9);
-- 22004: NULL for a scale
SELECT perf_mgmt.install_industry_schema('RESTAURANT', NULL);
-- 42501: a schema without the right to make one
SELECT perf_mgmt.install_industry_schema('RESTAURANT');
-- 3F000: example data that are not there
SELECT perf_mgmt.drop_industry_schema('RESTAURANT');
-- 23503: an event of nothing
SELECT perf_mgmt.log_performance_event(:'nobody', 'NOTE', 'never');
-- 23514: an event of no type
SELECT perf_mgmt.log_performance_event(:'run', ' ', 'nothing');
-- 23514: details that are a list
SELECT perf_mgmt.log_performance_event(:'run', 'NOTE', 'list', '[]');

-- === The rights of others ===

-- 42501: access
SELECT perf_mgmt.grant_access('mallory', 'admin');
-- 42501: access of others
SELECT perf_mgmt.revoke_access('keeper');
-- 42501: a generator that ships
SELECT perf_mgmt.ship_generator('gift', 'GENERAL', '{"type": "uuid"}', 'a gift');
-- 42501: a function put in front of the extension's
CREATE FUNCTION perf_mgmt.count(text) RETURNS integer LANGUAGE sql AS 'SELECT 1';
-- 42501: a trigger on a record
CREATE TRIGGER spy AFTER INSERT ON perf_mgmt.execution_events FOR EACH ROW EXECUTE FUNCTION lab.spy();
-- 42501: a statement with the rights of somebody else
SELECT perf_mgmt.execute_as('keeper'::regrole, 'SELECT * FROM public.secret', '{}');
-- 42704: a statement with the rights of no role
SELECT perf_mgmt.execute_as(0, 'SELECT 1', '{}');
-- 42501: another role in a statement with one's own rights
SELECT perf_mgmt.execute_as('mallory'::regrole, 'SELECT set_config(''role'', ''keeper'', false)', '{}');
-- 42501: a test in somebody else's name
INSERT INTO perf_mgmt.performance_tests (test_name, test_version, test_type, test_configuration, baseline_thresholds, owner_role)
VALUES ('gift', '1', 'LOAD', '{}', '{}', 'keeper');
-- 42501: a test that ships
INSERT INTO perf_mgmt.performance_tests (test_name, test_version, test_type, test_configuration, baseline_thresholds, owner_role)
VALUES ('gift', '1', 'LOAD', '{}', '{}', NULL);
-- 42501: a generator in somebody else's name
INSERT INTO perf_mgmt.parameter_generators (name, definition, owner_role) VALUES ('gift', '{"type": "uuid"}', 'keeper');
-- 42501: a scenario given away
UPDATE perf_mgmt.load_scenarios SET owner_role = 'keeper' WHERE scenario_name = 'Hostile';
-- 42501: an operation among somebody else's
INSERT INTO perf_mgmt.workload_operations (scenario_id, operation_name, operation_type, sql_template, parameter_generators, weight_percentage)
SELECT id, 'gift', 'read', 'SELECT 1', '{}', 1 FROM perf_mgmt.load_scenarios WHERE scenario_name = 'Theirs';
-- 42501 00000: somebody else's operation
UPDATE perf_mgmt.workload_operations SET sql_template = 'SELECT lab.peek()'
WHERE scenario_id = (SELECT id FROM perf_mgmt.load_scenarios WHERE scenario_name = 'Theirs') RETURNING false;
-- 42501 00000: somebody else's test
DELETE FROM perf_mgmt.performance_tests WHERE test_name = 'Theirs' RETURNING false;
-- 42501 00000: a shipped scenario
UPDATE perf_mgmt.load_scenarios SET owner_role = 'mallory' WHERE owner_role IS NULL RETURNING false;
-- 42501: an execution that never was
UPDATE perf_mgmt.test_executions SET is_valid = true;
-- 42501: intervals
DELETE FROM perf_mgmt.execution_intervals;
-- 42501: metrics
DELETE FROM perf_mgmt.performance_metrics;
-- 42501: figures of operations
DELETE FROM perf_mgmt.query_performance;
-- 42501: stages
DELETE FROM perf_mgmt.execution_stages;
-- 42501: rounds
DELETE FROM perf_mgmt.execution_rounds;
-- 42501: plans
DELETE FROM perf_mgmt.execution_plans;
-- 42501: samples of plans
DELETE FROM perf_mgmt.execution_plan_samples;
-- 42501: tables
DELETE FROM perf_mgmt.execution_tables;
-- 42501: blockers
DELETE FROM perf_mgmt.execution_blockers;
-- 42501: events
DELETE FROM perf_mgmt.execution_events;
-- 42501: comparisons
DELETE FROM perf_mgmt.variant_comparisons;
-- 42501: verdicts of comparisons
UPDATE perf_mgmt.comparison_verdicts SET verdict = 'FASTER';
-- 42501: baselines
DELETE FROM perf_mgmt.performance_baselines;
-- 42501: accepted changes
DELETE FROM perf_mgmt.accepted_changes;
-- 42501: verdicts
DELETE FROM perf_mgmt.execution_verdicts;
-- 42501: invocations of CI
DELETE FROM perf_mgmt.ci_runs;
-- 42501: tests of CI
DELETE FROM perf_mgmt.ci_run_tests;
-- 42501: alerts
DELETE FROM perf_mgmt.alert_configurations;
-- 42501: raised alerts
DELETE FROM perf_mgmt.alert_events;
-- 42501: maintenance
DELETE FROM perf_mgmt.maintenance_runs;

-- === Rows ===

-- 23514: a test without a name
INSERT INTO perf_mgmt.performance_tests (test_name, test_version, test_type, test_configuration, baseline_thresholds)
VALUES (E' ', '1', 'LOAD', '{}', '{}');
-- 22001: a test with a long name
INSERT INTO perf_mgmt.performance_tests (test_name, test_version, test_type, test_configuration, baseline_thresholds)
VALUES (repeat('x', 256), '1', 'LOAD', '{}', '{}');
-- 23505: a test that is there
INSERT INTO perf_mgmt.performance_tests (test_name, test_version, test_type, test_configuration, baseline_thresholds)
VALUES ('Hostile', '1.0', 'LOAD', '{}', '{}');
-- 22P02: a test of no type
INSERT INTO perf_mgmt.performance_tests (test_name, test_version, test_type, test_configuration, baseline_thresholds)
VALUES ('hoax', '1', 'HOAX', '{}', '{}');
-- 23514: a test whose limits are a list
INSERT INTO perf_mgmt.performance_tests (test_name, test_version, test_type, test_configuration, baseline_thresholds)
VALUES ('list', '1', 'LOAD', '{}', '[]');
-- 23503: a test of no scenario
INSERT INTO perf_mgmt.performance_tests (test_name, test_version, test_type, test_configuration, baseline_thresholds, scenario_id)
VALUES ('lost', '1', 'LOAD', '{}', '{}', :'nobody');
-- 23514: a scenario without users
UPDATE perf_mgmt.load_scenarios SET virtual_users = 0 WHERE scenario_name = 'Hostile';
-- 22003: a scenario with too many users
UPDATE perf_mgmt.load_scenarios SET virtual_users = 2147483648 WHERE scenario_name = 'Hostile';
-- 23514: a scenario that demands NaN
UPDATE perf_mgmt.load_scenarios SET min_throughput_tps = 'NaN' WHERE scenario_name = 'Hostile';
-- 22003: a scenario that demands infinity
UPDATE perf_mgmt.load_scenarios SET min_throughput_tps = 'Infinity' WHERE scenario_name = 'Hostile';
-- 23514: a scenario of negative shares
UPDATE perf_mgmt.load_scenarios SET workload_pattern = '{"a": -1}' WHERE scenario_name = 'Hostile';
-- 23514: a generator whose name goes on in the next line
INSERT INTO perf_mgmt.parameter_generators (name, definition) VALUES (E'harmless\n', '{"type": "uuid"}');
-- 23514: a generator with a name of another alphabet
INSERT INTO perf_mgmt.parameter_generators (name, definition) VALUES ('rаndom', '{"type": "uuid"}');
-- 23514: categories of categories
UPDATE perf_mgmt.workload_operations SET categories = '{{a},{b}}'
WHERE scenario_id = (SELECT id FROM perf_mgmt.load_scenarios WHERE scenario_name = 'Hostile');
-- 23514: a weight of NaN
UPDATE perf_mgmt.workload_operations SET weight_percentage = 'NaN'
WHERE scenario_id = (SELECT id FROM perf_mgmt.load_scenarios WHERE scenario_name = 'Hostile');

-- === Names that must be taken literally ===

-- 00000: SQL
CALL lab.take_literally($$'; DROP TABLE perf_mgmt.test_executions; --$$);
-- 00000: an identifier in quotes
CALL lab.take_literally($$"perf_mgmt"."; DROP SCHEMA lab CASCADE; --$$);
-- 00000: a script
CALL lab.take_literally($$<script>alert(1)</script>$$);
-- 00000: an attribute
CALL lab.take_literally($$x" onmouseover='alert(1)' y="$$);
-- 00000: the end of a CDATA section and of a comment
CALL lab.take_literally(']]> --> &amp; &#0; ${PATH} `id`');
-- 00000: Markdown
CALL lab.take_literally('| a | [b](javascript:alert) ![c](http://example.org/c) **d** |');
-- 00000: a format
CALL lab.take_literally('%s%n%1$s {0} {} \n \x00 $1 :name');
-- 00000: control characters
CALL lab.take_literally(E'bell\x07 escape\x1b[31m line\nline\ttab\r end');
-- 00000: text from right to left, and beyond 16 bits
CALL lab.take_literally(E'\u202Egnp.exe\u202C 😀 é ﷺ');
-- 00000: 255 characters of four bytes
CALL lab.take_literally(repeat('😀', 255));
-- 00000: a value of a setting that is SQL
SELECT lab.attempt('SELECT 1', '{}', '{"settings": {"application_name": "''; DROP TABLE lab.victim; --"}, "operations": 1, "wait": true}') IS NOT NULL;
-- 00000: a literal that is SQL
SELECT lab.attempt('INSERT INTO lab.notes VALUES ($1)', '{"a": "''); DROP TABLE lab.victim; --"}', '{"operations": 1, "wait": true}') IS NOT NULL
  AND lab.noted($$'); DROP TABLE lab.victim; --$$);
