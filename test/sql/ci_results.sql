-- CI: which tests run, what their results mean, and how they read. Real runs are in test/tap/ci.pl.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS perf_mgmt;
RESET client_min_messages;
\set VERBOSITY default
\set SHOW_CONTEXT never

-- Which tests: the newest active version of each, where it is enabled and its environments allow
BEGIN;
SET LOCAL client_min_messages = warning;
TRUNCATE perf_mgmt.performance_tests, perf_mgmt.ci_runs CASCADE;
RESET client_min_messages;
INSERT INTO perf_mgmt.performance_tests (test_name, test_version, test_type, test_configuration, baseline_thresholds, is_active, created_at)
VALUES ('versions', '1.9', 'LOAD', '{"ci_enabled": true}', '{}', true, now()),
       ('versions', '1.10', 'LOAD', '{"ci_enabled": true}', '{}', true, now() - interval '1 day'),
       ('versions', '2.0', 'LOAD', '{"ci_enabled": true}', '{}', false, now()),
       ('same version key', 'a', 'LOAD', '{"ci_enabled": true}', '{}', true, now() - interval '1 day'),
       ('same version key', 'b', 'LOAD', '{"ci_enabled": true}', '{}', true, now()),
       ('no more', '1', 'LOAD', '{"ci_enabled": true}', '{}', true, now()),
       ('no more', '2', 'LOAD', '{"ci_enabled": false}', '{}', true, now()),
       ('never', '1', 'LOAD', '{}', '{}', true, now()),
       ('here', '1', 'LOAD', '{"ci_enabled": true, "environments": ["production", "staging"]}', '{}', true, now()),
       ('elsewhere', '1', 'LOAD', '{"ci_enabled": true, "environments": ["production"]}', '{}', true, now()),
       ('anywhere', '1', 'LOAD', '{"ci_enabled": true, "environments": []}', '{}', true, now());
SELECT * FROM perf_mgmt.ci_tests('staging');

-- The steps of an invocation, and its result
CREATE FUNCTION pg_temp.id(p_id integer) RETURNS uuid LANGUAGE sql AS $$ SELECT lpad(p_id::text, 32, '0')::uuid $$;
CREATE FUNCTION pg_temp.execution(p_id integer, p_test text, p_figures jsonb DEFAULT '{}') RETURNS uuid LANGUAGE sql AS $$
  INSERT INTO perf_mgmt.test_executions
  SELECT r.* FROM perf_mgmt.performance_tests t, LATERAL jsonb_populate_record(
    NULL::perf_mgmt.test_executions,
    jsonb_build_object('id', lpad(p_id::text, 32, '0'), 'test_id', t.id, 'execution_environment', 'staging', 'database_version', '15.0',
                       'execution_status', 'COMPLETED', 'started_at', '2026-03-01 12:00:00+00', 'completed_at', '2026-03-01 12:00:01.5+00',
                       'duration_ms', 1500, 'created_at', now(), 'regression_detected', false, 'is_valid', true,
                       'findings', '[]'::jsonb) || p_figures) r
  WHERE t.test_name = p_test ORDER BY perf_mgmt.version_key(t.test_version) DESC LIMIT 1
  RETURNING id
$$;
-- A judgement as the controller leaves it: verdicts as {"metric": verdict} or {"metric": {column: value}}
CREATE FUNCTION pg_temp.judged(p_id integer, p_confirmation integer, p_verdicts json) RETURNS void LANGUAGE sql AS $$
  INSERT INTO perf_mgmt.execution_verdicts
  SELECT (jsonb_populate_record(NULL::perf_mgmt.execution_verdicts, jsonb_build_object(
    'judgement_id', md5(p_id || '/' || coalesce(p_confirmation, 0)), 'execution_id', pg_temp.id(p_id), 'row_number', place, 'metric', key,
    'judged_at', timestamptz '2026-03-01 13:00:00+00' + make_interval(mins => coalesce(p_confirmation, 0)), 'judged_by', 'x',
    'confirmation_execution_id', pg_temp.id(p_confirmation), 'severe', false)
    || CASE json_typeof(value) WHEN 'object' THEN value::jsonb ELSE jsonb_build_object('verdict', value) END)).*
  FROM json_each(p_verdicts) WITH ORDINALITY AS v (key, value, place)
$$;
CREATE TEMPORARY TABLE run AS
  SELECT perf_mgmt.begin_ci_run(pg_temp.id(400), 'abc|<1>', 'feature/*x*', 'staging', true) AS id;
SELECT test_number, test_name, test_version FROM perf_mgmt.ci_run_tests ORDER BY test_number;
CREATE FUNCTION pg_temp.step() RETURNS TABLE (test_name varchar, custom_config jsonb) LANGUAGE sql AS $$
  SELECT s.test_name, s.custom_config FROM run, perf_mgmt.next_ci_step(run.id) s $$;
CREATE FUNCTION pg_temp.done(p_number integer, p_execution integer, p_error jsonb DEFAULT NULL) RETURNS void LANGUAGE sql AS $$
  SELECT perf_mgmt.record_ci_step(run.id, p_number, pg_temp.id(p_execution), p_error) FROM run $$;

SELECT * FROM pg_temp.step();
SELECT pg_temp.execution(1, 'anywhere') IS NOT NULL AS ran;
SELECT pg_temp.judged(1, NULL, '{"overall": {"verdict": "SUSPECT", "primary_metric": "p95_response_time_ms"}, "p95_response_time_ms": "SUSPECT"}');
SELECT pg_temp.done(1, 1);
-- What is suspected is repeated only after every test has run
SELECT * FROM pg_temp.step();
SELECT pg_temp.done(2, NULL, '{"sqlstate": "42P01", "message": "relation \"<a & b>\" does not exist", "detail": "It is not there.", "hint": "Make it."}');
SELECT * FROM pg_temp.step();
SELECT pg_temp.execution(3, 'same version key') IS NOT NULL AS ran;
-- A broken limit needs no confirmation
SELECT pg_temp.judged(3, NULL, '{"overall": {"verdict": "REGRESSION", "reason": "A limit is broken."},
  "max_p95_response_time_ms": {"verdict": "REGRESSION", "against": "limit", "basis": "limit", "current_value": 20.5, "threshold": 20}}');
SELECT pg_temp.done(3, 3);
SELECT * FROM pg_temp.step();
SELECT pg_temp.execution(4, 'versions') IS NOT NULL AS ran;
SELECT pg_temp.judged(4, NULL, '{"overall": {"verdict": "REGRESSION", "severe": true, "primary_metric": "throughput_tps",
  "explanation": "\"read | write\" carries 90 % of it:\nSeq Scan on <t> instead of `Index Scan`"}, "p95_response_time_ms": "PASS",
  "throughput_tps": {"verdict": "REGRESSION", "severe": true, "against": "baseline", "basis": "tested", "current_value": 50.125, "baseline_value": 100,
    "change_percent": -49.875, "threshold": -15, "low_percent": -60, "high_percent": -40, "adjusted_p_value": 0.00012}}');
SELECT pg_temp.done(4, 4);
-- The repetitions: of the suspicion, then of the regression
SELECT test_name, custom_config FROM pg_temp.step();
SELECT pg_temp.execution(11, 'anywhere', jsonb_build_object('confirms_execution_id', pg_temp.id(1))) IS NOT NULL AS ran;
SELECT pg_temp.judged(1, 11, '{"overall": {"verdict": "SUSPECT", "primary_metric": "p95_response_time_ms", "reason": "Once only."},
  "p95_response_time_ms": {"verdict": "SUSPECT", "confirmed": false, "against": "baseline", "current_value": 12, "baseline_value": 9, "change_percent": 33.3333}}');
SELECT pg_temp.done(1, 11);
SELECT test_name, custom_config FROM pg_temp.step();
SELECT pg_temp.done(4, NULL, '{"sqlstate": "53400", "message": "no worker slot is free"}');
SELECT test_name IS NULL AS all_done FROM pg_temp.step();

SELECT perf_mgmt.finish_ci_run(id, false) - ARRAY['test_results', 'ci_run_id', 'executed_at', 'finished_at'] AS result FROM run;
SELECT t ->> 'test_name' AS test, t ->> 'test_version' AS version, t ->> 'status' AS status, t ->> 'verdict' AS verdict, t ->> 'reason' AS reason,
       t -> 'error' ->> 'message' AS error, t -> 'report' <> 'null' AS report, t ->> 'started_at' AS started_at, t ->> 'duration_seconds' AS seconds
FROM perf_mgmt.ci_runs, jsonb_array_elements(result -> 'test_results') t;
SELECT overall_status, exit_code, finished_at >= started_at AS finished FROM perf_mgmt.ci_runs;
-- As JUnit (test/tap/ci.pl parses it), and as Markdown, where nothing of it means anything
\pset format unaligned
\pset tuples_only on
SELECT regexp_replace(perf_mgmt.ci_junit(result), '(timestamp=")[^"]*', '\1then', 'g') FROM perf_mgmt.ci_runs;
SELECT regexp_replace(perf_mgmt.ci_markdown(result), '\d{4}-\d\d-\d\d \d\d:\d\d:\d\d', 'then') FROM perf_mgmt.ci_runs;
\pset tuples_only off
\pset format aligned
SAVEPOINT before;
SELECT perf_mgmt.raise_ci_verdict(id) FROM run;
ROLLBACK TO before;

SET LOCAL client_min_messages = warning;
-- What each verdict makes of a test, and of the whole
CREATE FUNCTION pg_temp.outcome(p_verdicts json, p_figures jsonb DEFAULT '{}', p_allow boolean DEFAULT false, p_confirmation json DEFAULT NULL)
RETURNS TABLE (status text, overall text, exit_code text, reason text) LANGUAGE plpgsql AS $$
DECLARE
  v_run uuid;
BEGIN
  BEGIN
    DELETE FROM perf_mgmt.ci_runs;
    DELETE FROM perf_mgmt.test_executions;
    v_run := perf_mgmt.begin_ci_run(NULL, NULL, NULL, 'staging', true);
    DELETE FROM perf_mgmt.ci_run_tests WHERE test_number > 1;
    PERFORM pg_temp.execution(1, 'anywhere', p_figures);
    IF p_verdicts IS NOT NULL THEN
      PERFORM pg_temp.judged(1, NULL, p_verdicts);
    END IF;
    PERFORM perf_mgmt.record_ci_step(v_run, 1, pg_temp.id(1), NULL);
    IF p_confirmation IS NOT NULL THEN
      PERFORM pg_temp.execution(2, 'anywhere', jsonb_build_object('confirms_execution_id', pg_temp.id(1)));
      PERFORM pg_temp.judged(1, 2, p_confirmation);
      PERFORM perf_mgmt.record_ci_step(v_run, 1, pg_temp.id(2), NULL);
    END IF;
    PERFORM perf_mgmt.finish_ci_run(v_run, p_allow);
    SELECT r.result #>> '{test_results,0,status}', r.result ->> 'overall_status', r.result ->> 'exit_code', r.result #>> '{test_results,0,reason}'
      INTO status, overall, exit_code, reason FROM perf_mgmt.ci_runs r;
    RETURN NEXT;
    RAISE EXCEPTION 'undone';
  EXCEPTION WHEN raise_exception THEN
    NULL;
  END;
END
$$;
SELECT v, o.* FROM unnest(ARRAY['PASS', 'SHIFT', 'IMPROVEMENT', 'REGRESSION', 'NO_BASELINE', 'INCONCLUSIVE', 'SUSPECT']) v,
  pg_temp.outcome(json_build_object('overall', v, 'p95_response_time_ms', v)) o;
SELECT * FROM pg_temp.outcome('{"overall": "NO_BASELINE"}', '{}', true);
SELECT * FROM pg_temp.outcome('{"overall": "INCONCLUSIVE"}', '{}', true);
-- A result that is not valid never passes, nor does one that ended before its time
SELECT * FROM pg_temp.outcome('{"overall": "PASS"}', '{"is_valid": false}');
SELECT * FROM pg_temp.outcome('{"overall": "PASS"}', '{"is_valid": null}');
SELECT * FROM pg_temp.outcome('{"overall": "PASS"}', '{"execution_status": "FAILED", "is_valid": false, "failure_sqlstate": "57P02", "failure_message": "gone"}');
SELECT * FROM pg_temp.outcome('{"overall": "PASS"}', '{"execution_status": "CANCELLED", "is_valid": null}');
-- A suspicion that is cleared passes; one that comes again, within the noise, cannot be told
SELECT * FROM pg_temp.outcome('{"overall": "SUSPECT", "p95_response_time_ms": "SUSPECT"}', '{}', false,
  '{"overall": "SUSPECT", "p95_response_time_ms": {"verdict": "SUSPECT", "confirmed": false}}');
SELECT * FROM pg_temp.outcome('{"overall": "SUSPECT", "p95_response_time_ms": "SUSPECT"}', '{}', false,
  '{"overall": "SUSPECT", "p95_response_time_ms": {"verdict": "SUSPECT", "confirmed": true}}');
-- ... said by what it was held against: the budget's may be more than noise, the history's is outside both times
SELECT * FROM pg_temp.outcome('{"overall": "SUSPECT", "p95_response_time_ms": "SUSPECT"}', '{}', false,
  '{"overall": "SUSPECT", "p95_response_time_ms": {"verdict": "SUSPECT", "against": "budget", "confirmed": true}}');
SELECT * FROM pg_temp.outcome('{"overall": "SUSPECT", "p95_response_time_ms": "SUSPECT"}', '{}', false,
  '{"overall": "SUSPECT", "p95_response_time_ms": {"verdict": "SUSPECT", "against": "history", "confirmed": true},
    "throughput_tps": {"verdict": "SUSPECT", "against": "history", "confirmed": true}}');
SELECT * FROM pg_temp.outcome('{"overall": "SUSPECT", "p95_response_time_ms": "SUSPECT"}', '{}', false,
  '{"overall": "REGRESSION", "p95_response_time_ms": {"verdict": "REGRESSION", "confirmed": true}}');
-- One that the controller did not judge is judged here
SELECT status, overall, exit_code FROM pg_temp.outcome(NULL);

-- No test is no success
DELETE FROM perf_mgmt.performance_tests t
WHERE NOT EXISTS (SELECT FROM perf_mgmt.test_executions e WHERE e.test_id = t.id);
UPDATE perf_mgmt.performance_tests SET is_active = false;
CREATE TEMPORARY TABLE no_run AS SELECT perf_mgmt.begin_ci_run(pg_temp.id(500), NULL, NULL, 'staging', true) AS id;
SELECT r - ARRAY['executed_at', 'finished_at'] AS result FROM no_run, perf_mgmt.finish_ci_run(id, true) r;
\pset format unaligned
\pset tuples_only on
SELECT perf_mgmt.ci_junit(result) FROM perf_mgmt.ci_runs WHERE id = pg_temp.id(500);
SELECT regexp_replace(perf_mgmt.ci_markdown(result), '\d{4}-\d\d-\d\d \d\d:\d\d:\d\d', 'then') FROM perf_mgmt.ci_runs WHERE id = pg_temp.id(500);
\pset tuples_only off
\pset format aligned
SAVEPOINT no_test;
SELECT perf_mgmt.raise_ci_verdict(pg_temp.id(500));
ROLLBACK TO no_test;
SELECT overall_status FROM (SELECT r ->> 'overall_status' AS overall_status FROM perf_mgmt.run_ci_performance_tests('abc', 'main') r) s;

-- Bad input
SAVEPOINT bad;
SELECT perf_mgmt.run_ci_performance_tests('abc', 'main', NULL);
ROLLBACK TO bad;
SELECT perf_mgmt.run_ci_performance_tests('abc', 'main', ' ');
ROLLBACK TO bad;
ROLLBACK;
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT perf_mgmt.run_ci_performance_tests('abc', 'main');
ROLLBACK;
-- The gate commits, and so cannot run within a transaction block
BEGIN;
CALL perf_mgmt.ci_gate('abc', 'main');
ROLLBACK;
SELECT count(*) AS left_behind FROM perf_mgmt.ci_runs;

-- A test that there is nothing to say of has an empty case
\pset format unaligned
\pset tuples_only on
SELECT perf_mgmt.ci_junit('{"test_results": [{"test_name": "plain", "status": "PASSED", "error": null}]}');
\pset tuples_only off
\pset format aligned
