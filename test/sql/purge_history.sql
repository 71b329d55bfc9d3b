-- purge_history: what goes, what stays, what is refused.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS perf_mgmt;
RESET client_min_messages;
\set VERBOSITY default
\set SHOW_CONTEXT never



BEGIN;
INSERT INTO perf_mgmt.performance_tests (test_name, test_version, test_type, test_configuration, baseline_thresholds)
VALUES ('Purged', '1', 'LOAD', '{}', '{}');
-- Execution n, started n days ago: 100 ms on average, p95 200, p99 400, unless it says otherwise
CREATE FUNCTION pg_temp.id(p_n integer) RETURNS uuid LANGUAGE sql AS $$ SELECT lpad(p_n::text, 32, '0')::uuid $$;
CREATE FUNCTION pg_temp.run(p_n integer, p_figures jsonb DEFAULT '{}', p_test text DEFAULT 'Purged', p_version text DEFAULT '1')
RETURNS integer LANGUAGE sql AS $$
  INSERT INTO perf_mgmt.test_executions
  SELECT r.* FROM perf_mgmt.performance_tests t, LATERAL jsonb_populate_record(
    NULL::perf_mgmt.test_executions,
    jsonb_build_object('id', pg_temp.id(p_n), 'test_id', t.id, 'execution_environment', 'ci', 'database_version', '15.4',
      'execution_status', 'COMPLETED', 'started_at', now() - p_n * interval '1 day',
      'completed_at', now() - p_n * interval '1 day' + interval '1 minute', 'created_at', now(),
      'regression_detected', false, 'findings', '[]'::jsonb, 'is_valid', true, 'avg_response_time_ms', 100,
      'p95_response_time_ms', 200, 'p99_response_time_ms', 400, 'throughput_tps', 1000, 'error_rate_percent', 1,
      'cpu_usage_percent', 50, 'memory_usage_percent', 40,
      'total_connections', 4, 'test_data_size', 1000000, 'postgresql_config', '{"work_mem": "4MB", "fsync": "on"}'::jsonb,
      'hardware_specs', '{"processors": 8, "memory_bytes": 16000000000, "kernel_release": "6.1"}'::jsonb,
      'run_spec', '{"virtual_users": 4, "seed": 1}'::jsonb) || p_figures) r
  WHERE t.test_name = p_test AND t.test_version = p_version
  RETURNING p_n
$$;
CREATE FUNCTION pg_temp.left_over() RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(ltrim(replace(id::text, '-', ''), '0'), ' ' ORDER BY id) FROM perf_mgmt.test_executions
$$;
DELETE FROM perf_mgmt.performance_baselines;
DELETE FROM perf_mgmt.test_executions;

-- Only what ended and is old enough, with all its records
SELECT count(pg_temp.run(n)) FROM generate_series(10, 100, 10) n;
SELECT pg_temp.run(101, '{"execution_status": "RUNNING", "completed_at": null, "is_valid": null}'),
       pg_temp.run(102, '{"execution_status": "FAILED", "is_valid": false, "completed_at": null}');
INSERT INTO perf_mgmt.execution_rounds (execution_id, round_number, started_at, ended_at, is_quiet, is_counted)
SELECT id, 1, started_at, started_at, true, true FROM perf_mgmt.test_executions WHERE execution_status = 'COMPLETED';
INSERT INTO perf_mgmt.execution_verdicts (judgement_id, row_number, execution_id, metric, verdict, severe)
SELECT gen_random_uuid(), 1, id, 'overall', 'PASS', false FROM perf_mgmt.test_executions;
SELECT perf_mgmt.purge_history('1000 years');
SELECT perf_mgmt.purge_history('80 days');
SELECT pg_temp.left_over(), (SELECT count(*) FROM perf_mgmt.execution_rounds) AS rounds, (SELECT count(*) FROM perf_mgmt.execution_verdicts) AS verdicts;
DELETE FROM perf_mgmt.test_executions WHERE id = pg_temp.id(101);
-- A repetition goes with what it confirms, and not before
SELECT pg_temp.run(72, format('{"confirms_execution_id": "%s"}', pg_temp.id(70))::jsonb),
       pg_temp.run(55, format('{"confirms_execution_id": "%s"}', pg_temp.id(80))::jsonb);
SELECT perf_mgmt.purge_history('71 days');
SELECT pg_temp.left_over();
-- ... nor while a repetition runs, with others of it
SELECT pg_temp.run(1, format('{"confirms_execution_id": "%s", "execution_status": "RUNNING", "completed_at": null, "is_valid": null}', pg_temp.id(70))::jsonb);
SELECT perf_mgmt.purge_history('65 days');
DELETE FROM perf_mgmt.test_executions WHERE id = pg_temp.id(1);
SELECT pg_temp.left_over();

-- What baselines need is refused by name, or stays (the issue: a purge that would take a baseline away). The rolling
-- one needs 10 and 20, the manual one 40, the initial one 60; 50 was manual before, 70 is nobody's.
SELECT perf_mgmt.set_baseline(pg_temp.id(60), 'INITIAL') IS NOT NULL AS initial, perf_mgmt.set_baseline(pg_temp.id(50)) IS NOT NULL AS former,
       perf_mgmt.set_baseline(pg_temp.id(40)) IS NOT NULL AS manual;
SELECT perf_mgmt.update_rolling_baseline('Purged');
SET LOCAL DateStyle = 'ISO';
SAVEPOINT before;
DO $$
DECLARE
  v_detail text;
  v_hint text;
BEGIN
  PERFORM perf_mgmt.purge_history('5 days');
EXCEPTION WHEN dependent_objects_still_exist THEN
  GET STACKED DIAGNOSTICS v_detail = PG_EXCEPTION_DETAIL, v_hint = PG_EXCEPTION_HINT;
  RAISE NOTICE '% | % | %', SQLERRM, regexp_replace(v_detail, '[0-9]{4}-[0-9]{2}-[0-9]{2}', '(day)', 'g'), v_hint;
END
$$;
SELECT pg_temp.left_over();
SELECT perf_mgmt.purge_history('5 days', p_keep_baselines => true);
SELECT pg_temp.left_over();
SELECT baseline_type, is_active, ltrim(right(baseline_execution_id::text, 3), '0') AS execution FROM perf_mgmt.performance_baselines ORDER BY 1, 2;
ROLLBACK TO before;
-- One alone; without the active ones the oldest of the segment is the budget, and needed as well
UPDATE perf_mgmt.performance_baselines SET is_active = false;
\set VERBOSITY terse
SELECT perf_mgmt.purge_history('5 days');
ROLLBACK TO before;
UPDATE perf_mgmt.performance_baselines SET is_active = false;
SELECT perf_mgmt.purge_history('5 days', true);
SELECT pg_temp.left_over();
-- ... where the data has grown since, that of what runs now
ROLLBACK TO before;
UPDATE perf_mgmt.test_executions SET test_data_size = 5000000 WHERE id < pg_temp.id(50);
UPDATE perf_mgmt.performance_baselines SET is_active = false;
SELECT perf_mgmt.purge_history('5 days', true);
SELECT pg_temp.left_over();
-- ... and so is that of another environment
ROLLBACK TO before;
SELECT pg_temp.run(65, '{"execution_environment": "staging"}');
SELECT perf_mgmt.set_baseline(pg_temp.id(65), 'INITIAL') IS NOT NULL AS set;
UPDATE perf_mgmt.performance_baselines SET is_active = false;
SELECT perf_mgmt.purge_history('5 days', true);
SELECT pg_temp.left_over();
-- ... but that of a segment that is over is not
ROLLBACK TO before;
SELECT perf_mgmt.accept_change('Purged', pg_temp.id(20), 'better now');
SELECT baseline_type, is_active, ltrim(right(baseline_execution_id::text, 3), '0') AS execution FROM perf_mgmt.performance_baselines ORDER BY 1, 2, 3;
SELECT perf_mgmt.purge_history('25 days');
SELECT pg_temp.left_over(), (SELECT count(*) FROM perf_mgmt.performance_baselines) AS baselines;
-- An accepted change outlives its execution: the segments stay as they are
SELECT perf_mgmt.set_baseline(pg_temp.id(10), 'INITIAL') IS NOT NULL AS set;
DELETE FROM perf_mgmt.performance_baselines WHERE baseline_execution_id <> pg_temp.id(10) OR baseline_type <> 'INITIAL';
SELECT perf_mgmt.purge_history('15 days');
SELECT execution_id IS NULL AS gone, segment_number FROM perf_mgmt.accepted_changes c, perf_mgmt.segment_at('Purged', 'ci', now());

-- Results over several executions go by their own age: comparisons when their executions are gone, CI runs and maintenance
INSERT INTO perf_mgmt.variant_comparisons
  (id, test_id, execution_environment, quads, name_a, variant_a, execution_a, name_b, variant_b, execution_b, status, started_at, completed_at)
SELECT pg_temp.id(n), t.id, 'ci', 2, 'A', '{}', pg_temp.id(a), 'B', '{}', pg_temp.id(99), status, now() - age::interval,
       CASE status WHEN 'COMPLETED' THEN now() END
FROM perf_mgmt.performance_tests t, (VALUES (1, 98, 'COMPLETED', '40 days'), (2, 10, 'COMPLETED', '40 days'), (3, 98, 'RUNNING', '40 days'),
                                            (4, 98, 'COMPLETED', '1 day')) v(n, a, status, age)
WHERE t.test_name = 'Purged';
INSERT INTO perf_mgmt.ci_runs (id, environment, started_at, finished_at, overall_status, exit_code, result)
VALUES (pg_temp.id(1), 'ci', now() - interval '40 days', now() - interval '40 days', 'PASSED', 0, '{}'),
       (pg_temp.id(2), 'ci', now() - interval '40 days', NULL, NULL, NULL, NULL),
       (pg_temp.id(3), 'ci', now() - interval '15 days 1 hour', NULL, NULL, NULL, NULL),
       (pg_temp.id(4), 'ci', now() - interval '40 days', now() - interval '1 day', 'PASSED', 0, '{}');
INSERT INTO perf_mgmt.maintenance_runs (id, period, finished_at, result, summary_markdown)
VALUES (pg_temp.id(1), 'daily', now() - interval '40 days', '{}', ''), (pg_temp.id(2), 'daily', now() - interval '1 day', '{}', '');
SELECT perf_mgmt.purge_history('15 days');
SELECT (SELECT string_agg(right(id::text, 1), ' ' ORDER BY id) FROM perf_mgmt.variant_comparisons) AS comparisons,
       (SELECT string_agg(right(id::text, 1), ' ' ORDER BY id) FROM perf_mgmt.ci_runs) AS ci_runs,
       (SELECT string_agg(right(id::text, 1), ' ' ORDER BY id) FROM perf_mgmt.maintenance_runs) AS maintenance_runs;
-- Errors
\set VERBOSITY default
SAVEPOINT before;
SELECT perf_mgmt.purge_history(NULL);
ROLLBACK TO before;
SELECT perf_mgmt.purge_history('-1 day');
ROLLBACK TO before;
SELECT perf_mgmt.purge_history('999999 years');
ROLLBACK TO before;
DELETE FROM perf_mgmt.performance_baselines;
SELECT perf_mgmt.purge_history('0') > 0 AS everything;
SELECT pg_temp.left_over();
ROLLBACK;
