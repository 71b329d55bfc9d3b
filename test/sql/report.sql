-- generate_performance_report: what is in it, in which order, and what it says of executions without a result.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS perf_mgmt;
RESET client_min_messages;
\set VERBOSITY default
\set SHOW_CONTEXT never

BEGIN;
-- Reports are in UTC, wherever they are read
SET LOCAL timezone = 'America/St_Johns';
INSERT INTO perf_mgmt.performance_tests
  (test_name, test_version, test_type, industry_context, description, test_configuration, baseline_thresholds)
VALUES ('Reported test', '1.2', 'LOAD', 'RETAIL', 'what it shows', '{}', '{"max_p95_response_time_ms": 20, "min_throughput_tps": 5}');
CREATE FUNCTION pg_temp.id(p_id integer) RETURNS uuid LANGUAGE sql AS $$ SELECT lpad(p_id::text, 32, '0')::uuid $$;
CREATE FUNCTION pg_temp.execution(p_id integer, p_figures jsonb) RETURNS void LANGUAGE sql AS $$
  INSERT INTO perf_mgmt.test_executions
  SELECT r.* FROM perf_mgmt.performance_tests t, LATERAL jsonb_populate_record(
    NULL::perf_mgmt.test_executions,
    jsonb_build_object('id', lpad(p_id::text, 32, '0'), 'test_id', t.id, 'execution_environment', 'staging', 'database_version', '15.0',
                       'execution_status', 'COMPLETED', 'started_at', '2026-03-01 12:00:00+00', 'completed_at', '2026-03-01 12:01:30+00',
                       'created_at', now(), 'regression_detected', false, 'is_valid', true, 'findings', '[]'::jsonb) || p_figures) r
  WHERE t.test_name = 'Reported test'
$$;
CREATE FUNCTION pg_temp.report(p_id integer) RETURNS jsonb LANGUAGE sql AS $$
  SELECT perf_mgmt.generate_performance_report(pg_temp.id(p_id)) $$;

SELECT pg_temp.execution(1, '{"duration_ms": 90000, "avg_response_time_ms": 10, "p95_response_time_ms": 20.5, "p99_response_time_ms": 30,
  "throughput_tps": 100, "error_rate_percent": 0.5, "cpu_usage_percent": 40, "memory_usage_percent": 50,
  "operations_scheduled": 200, "operations_ok": 199, "operations_failed": 1, "operations_skipped": 0, "operations_interrupted": 0,
  "findings": [{"code": "other_cpu", "message": "Others used 9 %.", "fatal": false}], "unavailable": {"disk_io_mb_per_sec": "no such file"},
  "metadata": {"git_commit": "abc"}, "seed": 18446744073709551615}');
-- Twelve operations of 1 to 12 s, in no order
INSERT INTO perf_mgmt.query_performance
  (execution_id, query_hash, query_text, query_type, table_names, execution_count, total_time_ms, avg_time_ms, min_time_ms,
   max_time_ms, stddev_time_ms, operation_name, wait_samples, plan_hash)
SELECT pg_temp.id(1), 'h' || i, 'SELECT ' || i, 'SELECT', ARRAY['public.t'], 10, 1000 * i, 100 * i, 1, 2000, 0, 'operation ' || i,
       CASE i WHEN 3 THEN '{"CPU": 30, "Lock:tuple": 5}' WHEN 4 THEN '{"CPU": 5, "IO:DataFileRead": 10}' END::jsonb, NULL
FROM unnest(ARRAY[3, 11, 7, 1, 12, 5, 2, 9, 4, 10, 6, 8]) AS i;

-- Members of the specification
SELECT string_agg(member, ' ' ORDER BY member COLLATE "C") AS members FROM pg_temp.report(1) r, jsonb_object_keys(r) member;
SELECT (r -> 'execution_summary') - ARRAY['seed', 'test_type', 'started_by', 'run_as', 'load_model', 'workers'] AS summary FROM pg_temp.report(1) r;
SELECT r -> 'execution_summary' -> 'seed' AS seed, r -> 'schema_version' AS schema_version,
       (r ->> 'generated_at')::timestamptz - clock_timestamp() < interval '1 min' AS generated_now,
       r ->> 'generated_at' LIKE '%+00:00' AS in_utc
FROM pg_temp.report(1) r;
SELECT key, value FROM pg_temp.report(1) r, jsonb_each(r -> 'performance_metrics') WHERE value <> 'null' ORDER BY key COLLATE "C";
SELECT r -> 'counts' -> 'scheduled' AS scheduled, r -> 'validity' -> 'is_valid' AS is_valid, r -> 'validity' -> 'findings' AS findings,
       r -> 'validity' -> 'unavailable' AS unavailable
FROM pg_temp.report(1) r;

-- The ten that took most, in this order; all of them under operations
SELECT q ->> 'operation_name' AS operation, q -> 'total_time_ms' AS total, q ->> 'performance_impact' AS impact
FROM pg_temp.report(1) r, jsonb_array_elements(r -> 'query_analysis') WITH ORDINALITY AS x (q, place) ORDER BY place;
SELECT string_agg(o ->> 'operation_name', ', ' ORDER BY place) AS operations
FROM pg_temp.report(1) r, jsonb_array_elements(r -> 'operations') WITH ORDINALITY AS x (o, place);
SELECT r -> 'waits' AS waits FROM pg_temp.report(1) r;
SELECT r #> '{operations,9,waits}' AS of_the_third FROM pg_temp.report(1) r;

-- Limits, and what is empty is an empty array
SELECT r -> 'criteria' AS criteria FROM pg_temp.report(1) r;
SELECT r -> 'baseline_comparison' AS comparison, r -> 'verdicts' AS verdicts, r -> 'plans' AS plans, r -> 'timeline' AS timeline
FROM pg_temp.report(1) r;

-- With a baseline: its comparison, and what it was held against
SELECT perf_mgmt.set_baseline(pg_temp.id(1)) IS NOT NULL AS baseline;
SELECT pg_temp.execution(2, '{"started_at": "2026-03-02 00:00:00+00", "completed_at": "2026-03-02 00:01:00+00", "avg_response_time_ms": 10,
  "p95_response_time_ms": 41, "p99_response_time_ms": 33, "throughput_tps": 90, "error_rate_percent": 0.5, "cpu_usage_percent": 40}');
INSERT INTO perf_mgmt.query_performance
  (execution_id, query_hash, query_text, query_type, table_names, execution_count, total_time_ms, avg_time_ms, min_time_ms,
   max_time_ms, stddev_time_ms, operation_name)
SELECT pg_temp.id(2), query_hash, query_text, query_type, table_names, 1, 1, 1, 1, 1, 0, operation_name
FROM perf_mgmt.query_performance WHERE execution_id = pg_temp.id(1);
SELECT c ->> 'metric' AS metric, c -> 'current_value' AS now, c -> 'baseline_value' AS before, c -> 'change_percent' AS change,
       c -> 'within_threshold' AS within, c ->> 'severity' AS severity
FROM pg_temp.report(2) r, jsonb_array_elements(r -> 'baseline_comparison') WITH ORDINALITY AS x (c, place) ORDER BY place;
SELECT r -> 'performance_metrics' -> 'performance_change_percent' AS change,
       r -> 'performance_metrics' ->> 'baseline_execution_id' = pg_temp.id(1)::text AS baseline
FROM pg_temp.report(2) r;
-- ... which stays what it was at its time, whatever becomes of the baseline
SAVEPOINT at_its_time;
UPDATE perf_mgmt.performance_baselines SET baseline_response_time_p95 = 82 WHERE baseline_execution_id = pg_temp.id(1);
SELECT r -> 'performance_metrics' -> 'performance_change_percent' AS change, r #> '{baseline_comparison,0,change_percent}' AS by_now
FROM pg_temp.report(2) r;
ROLLBACK TO at_its_time;

-- The latest verdicts are told, the overall one first
INSERT INTO perf_mgmt.execution_verdicts (judgement_id, row_number, execution_id, judged_at, metric, verdict, severe)
VALUES (pg_temp.id(71), 1, pg_temp.id(2), '2026-03-02 01:00:00+00', 'overall', 'SUSPECT', false),
       (pg_temp.id(72), 2, pg_temp.id(2), '2026-03-02 02:00:00+00', 'p95_response_time_ms', 'REGRESSION', true),
       (pg_temp.id(72), 1, pg_temp.id(2), '2026-03-02 02:00:00+00', 'overall', 'REGRESSION', true);
SELECT v ->> 'metric' AS metric, v ->> 'verdict' AS verdict, v ->> 'judged_at' AS judged_at
FROM pg_temp.report(2) r, jsonb_array_elements(r -> 'verdicts') WITH ORDINALITY AS x (v, place) ORDER BY place;

-- Stages, rounds and intervals
INSERT INTO perf_mgmt.execution_stages (execution_id, stage_number, stage_name, measured, started_at, ok_count, throughput_tps)
VALUES (pg_temp.id(2), 2, 'steady', true, '2026-03-02 00:00:10+00', 7, 3.5), (pg_temp.id(2), 1, 'warm_up', false, '2026-03-02 00:00:00+00', 9, NULL);
INSERT INTO perf_mgmt.execution_rounds (execution_id, round_number, started_at, ended_at, is_quiet, is_counted, disturbances)
VALUES (pg_temp.id(2), 2, '2026-03-02 00:00:10+00', '2026-03-02 00:00:12+00', true, true, '[]'),
       (pg_temp.id(2), 1, '2026-03-02 00:00:00+00', '2026-03-02 00:00:10+00', false, false, '[{"code": "x", "message": "y"}]');
INSERT INTO perf_mgmt.execution_intervals
  (execution_id, interval_number, operation_name, stage, measured, started_at, ended_at, ok_count, failed_count)
SELECT pg_temp.id(2), i, operation, 'steady', i > 0, timestamptz '2026-03-02 00:00:00+00' + make_interval(secs => 2 * i),
       timestamptz '2026-03-02 00:00:00+00' + make_interval(secs => 2 * i + 2), 10 * i, CASE WHEN i = 3 THEN 1 ELSE 0 END
FROM generate_series(0, 3) i, unnest(ARRAY['a', 'b']) operation;
SELECT t -> 'intervals' AS intervals,
       (SELECT jsonb_agg(s -> 'stage_name') FROM jsonb_array_elements(t -> 'stages') s) AS stages,
       (SELECT jsonb_agg(s -> 'is_quiet') FROM jsonb_array_elements(t -> 'rounds') s) AS rounds,
       t #> '{stages,0,started_at}' AS started_at
FROM (SELECT pg_temp.report(2) -> 'timeline' AS t) r;

-- What ended before its time, and what runs: as far as it goes
SELECT pg_temp.execution(3, '{"execution_status": "FAILED", "is_valid": false, "completed_at": null, "failure_sqlstate": "57P02", "failure_message": "gone"}');
SELECT pg_temp.execution(4, '{"execution_status": "RUNNING", "is_valid": null, "completed_at": null}');
SELECT id, r -> 'execution_summary' ->> 'status' AS status, r -> 'execution_summary' -> 'failure' AS failure,
       r -> 'baseline_comparison' AS comparison, jsonb_array_length(r -> 'criteria') AS criteria, r -> 'validity' -> 'is_valid' AS is_valid
FROM unnest(ARRAY[3, 4]) id, pg_temp.report(id) r;

-- An id that is none is an error, not all is well
SAVEPOINT before;
SELECT pg_temp.report(99);
ROLLBACK TO before;
SELECT perf_mgmt.generate_performance_report(NULL);
ROLLBACK TO before;

-- Who may not write reads all the same
SET TRANSACTION READ ONLY;
SELECT jsonb_array_length(pg_temp.report(2) -> 'baseline_comparison') AS compared;
ROLLBACK;
