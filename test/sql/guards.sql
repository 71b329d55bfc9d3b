-- The two guards between PostgreSQL's errors and C++'s (pg/boundary), by a module of test functions.
\getenv libdir PG_LIBDIR
\getenv dlsuffix PG_DLSUFFIX
\set module :libdir '/perf_mgmt_test' :dlsuffix
CREATE SCHEMA guards;
SET search_path = guards;
CREATE FUNCTION live_objects() RETURNS integer
    AS :'module', 'perf_mgmt_test_live_objects' LANGUAGE c STRICT;
CREATE FUNCTION run_sql(sql text) RETURNS void
    AS :'module', 'perf_mgmt_test_run_sql' LANGUAGE c STRICT;
CREATE FUNCTION throw(kind text) RETURNS void
    AS :'module', 'perf_mgmt_test_throw' LANGUAGE c STRICT;
CREATE FUNCTION throw_through_region(kind text) RETURNS void
    AS :'module', 'perf_mgmt_test_throw_through_region' LANGUAGE c STRICT;
CREATE FUNCTION swallow(before text, inside text, after text, then_throw boolean DEFAULT false)
    RETURNS text AS :'module', 'perf_mgmt_test_swallow' LANGUAGE c STRICT;
CREATE FUNCTION loop() RETURNS void
    AS :'module', 'perf_mgmt_test_loop' LANGUAGE c STRICT;
CREATE FUNCTION growth(sql text, count integer) RETURNS bigint
    AS :'module', 'perf_mgmt_test_growth' LANGUAGE c STRICT;
CREATE FUNCTION report(level text, sqlstate text, message text, detail text, hint text) RETURNS void
    AS :'module', 'perf_mgmt_test_report' LANGUAGE c STRICT;
CREATE FUNCTION quietly(what text) RETURNS text
    AS :'module', 'perf_mgmt_test_quietly' LANGUAGE c STRICT;

-- Through C++ and two guards once more: C++ → SPI → SQL function → C++ → SPI …
CREATE FUNCTION nested(sql text, depth integer) RETURNS void LANGUAGE sql
    AS $$ SELECT run_sql(CASE depth WHEN 1 THEN sql
                         ELSE format('SELECT nested(%L, %s)', sql, depth - 1) END) $$;

CREATE TYPE error AS (sqlstate text, message text, detail text, hint text, schema_name text,
                      table_name text, column_name text, type_name text, constraint_name text,
                      context text);
CREATE FUNCTION error_of(sql text) RETURNS error LANGUAGE plpgsql AS $$
DECLARE
    e error;
BEGIN
    EXECUTE sql;
    RETURN NULL;
EXCEPTION WHEN OTHERS OR query_canceled THEN
    GET STACKED DIAGNOSTICS e.sqlstate = RETURNED_SQLSTATE, e.message = MESSAGE_TEXT,
        e.detail = PG_EXCEPTION_DETAIL, e.hint = PG_EXCEPTION_HINT, e.schema_name = SCHEMA_NAME,
        e.table_name = TABLE_NAME, e.column_name = COLUMN_NAME, e.type_name = PG_DATATYPE_NAME,
        e.constraint_name = CONSTRAINT_NAME, e.context = PG_EXCEPTION_CONTEXT;
    RETURN e;
END $$;

CREATE TABLE written (place text CONSTRAINT written_place_short CHECK (length(place) < 20),
                      id integer CONSTRAINT written_id_unique UNIQUE);
CREATE DOMAIN even AS integer CONSTRAINT even_is_even CHECK (VALUE % 2 = 0);
CREATE FUNCTION fail() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a message' USING ERRCODE = 'AB123', DETAIL = 'Its detail.', HINT = 'Its hint.',
        SCHEMA = 's', TABLE = 't', COLUMN = 'c', DATATYPE = 'd', CONSTRAINT = 'k';
END $$;

-- Every part of an error survives guard B, C++ and guard A, once and three times
CREATE TABLE failing (sql text);
INSERT INTO failing VALUES ('SELECT 1/0'), ('SELECT fail()'), ('SELECT 3::even'), ('SELECT no_column'),
    ('INSERT INTO written VALUES (repeat(''x'', 20))'),
    ('INSERT INTO written VALUES (''twice'', 1), (''twice'', 1)');
SELECT sql, depth, (direct).sqlstate, (direct).message, (direct).constraint_name,
       (direct.sqlstate, direct.message, direct.detail, direct.hint, direct.schema_name,
        direct.table_name, direct.column_name, direct.type_name, direct.constraint_name)
       IS NOT DISTINCT FROM
       (guarded.sqlstate, guarded.message, guarded.detail, guarded.hint, guarded.schema_name,
        guarded.table_name, guarded.column_name, guarded.type_name, guarded.constraint_name) AS same
FROM failing, generate_series(1, 3) AS depth, error_of(sql) AS direct,
     error_of(format('SELECT nested(%L, %s)', sql, depth)) AS guarded
ORDER BY sql, depth;
SELECT context FROM error_of('SELECT nested(''SELECT fail()'', 2)');
SELECT nested('SELECT fail()', 1);
-- with the position
SELECT run_sql('SELECT no_column');
SELECT live_objects();

-- What C++ throws
SELECT throw('core');
SELECT throw('core, message only');
SELECT kind, sqlstate, message, detail, hint
FROM unnest(ARRAY['core', 'core, message only', 'core, bad sqlstate', 'bad_alloc', 'exception',
                  'exception, no text', 'int']) AS kind,
     error_of(format('SELECT throw(%L)', kind));
-- the same from the depth
SELECT sqlstate, message, detail, hint, context
FROM error_of($$ SELECT nested('SELECT throw(''core'')', 2) $$);
SELECT live_objects();

-- A C++ exception may leave a guarded region; errors after it go the right way
SELECT kind, sqlstate, message, context
FROM unnest(ARRAY['core', 'exception', 'int', 'bad_alloc', 'server']) AS kind,
     error_of(format('SELECT throw_through_region(%L)', kind));
SELECT live_objects();

-- An error that is swallowed in a subtransaction takes its own work along, and no more
SELECT swallow('INSERT INTO written VALUES (''before'')',
               'INSERT INTO written VALUES (''inside''); SELECT 1/0',
               'INSERT INTO written VALUES (''after'')');
SELECT place FROM written;
SELECT swallow('', 'INSERT INTO written VALUES (''inside, C++'')', '', true);
SELECT swallow('', 'INSERT INTO written VALUES (''inside, nested'');
                    SELECT nested(''INSERT INTO written VALUES (''''deeper''''); SELECT throw(''''int'''')'', 2)', '');
SELECT swallow('', 'INSERT INTO written VALUES (''released'')', '');
SELECT place FROM written;
-- one in another, and a cursor that was open before goes on
BEGIN;
DECLARE numbers CURSOR FOR SELECT generate_series(1, 3);
FETCH numbers;
SELECT swallow('', 'SELECT swallow(''INSERT INTO written VALUES (''''outer'''')'',
                                   ''INSERT INTO written VALUES (''''inner''''); SELECT fail()'',
                                   ''SELECT fail()'')', '');
FETCH numbers;
SELECT swallow('', 'FETCH numbers; SELECT 1/0', 'SELECT 1');
COMMIT;
SELECT place FROM written;
-- an error after the swallowed one ends the transaction as ever
SELECT swallow('INSERT INTO written VALUES (''lost'')', 'SELECT 1/0', 'SELECT fail()');
SELECT place FROM written;
SELECT live_objects();

-- A cancel stays a cancel: in a loop of C++, in a server call, and in a subtransaction that swallows
SET statement_timeout = '200ms';
SELECT loop();
SELECT run_sql('SELECT pg_sleep(60)');
SELECT nested('SELECT loop()', 2);
SELECT swallow('INSERT INTO written VALUES (''canceled'')', 'SELECT loop()', '');
SELECT swallow('', 'SELECT swallow('''', ''SELECT pg_sleep(60)'', '''')', '');
SELECT sqlstate, message FROM error_of('SELECT loop()');
SELECT sqlstate, message FROM error_of('SELECT swallow('''', ''SELECT loop()'', '''')');
RESET statement_timeout;
SELECT place FROM written;
SELECT live_objects();

-- 10,000 errors leave no memory behind: not on the heap, where server and C++ have theirs
SELECT sql, growth(sql, 10000) < 100000 AS bounded
FROM (VALUES ('SELECT 1/0'), ('SELECT throw(''core'')'), ('SELECT run_sql(''SELECT fail()'')'),
             ('SELECT throw(''bad_alloc'')')) AS list (sql);
DO $$
BEGIN
    FOR i IN 1 .. 10000 LOOP
        PERFORM error_of('SELECT run_sql(''SELECT fail()'')');
    END LOOP;
END $$;
SELECT name, total_bytes <= 8192 AS small
FROM pg_backend_memory_contexts
WHERE name IN ('perf_mgmt errors', 'perf_mgmt error', 'ErrorContext') ORDER BY name;
SELECT live_objects();

-- Messages below ERROR
SELECT report('notice', '', 'a notice', '', '');
SELECT report('warning', '01007', '100% of it', 'Its %s detail.', 'Its hint.');
\set VERBOSITY sqlstate
SELECT report('warning', '', 'the level''s own', '', '');
SELECT report('warning', '01007', 'its own', '', '');
\set VERBOSITY default

-- Callbacks that must not fail: a warning instead
SELECT quietly('core');
SELECT quietly('exception');
SELECT quietly('int');
SELECT nested('SELECT quietly(''server'')', 1);
SELECT quietly('nothing');
SELECT live_objects();

SET client_min_messages = warning;
DROP SCHEMA guards CASCADE;
