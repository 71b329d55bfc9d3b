-- evaluate_success_criteria, and the check of baseline_thresholds when they are written.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS perf_mgmt;
RESET client_min_messages;
\set VERBOSITY default
\set SHOW_CONTEXT never

BEGIN;
INSERT INTO perf_mgmt.load_scenarios
  (scenario_name, industry_type, scenario_description, virtual_users, ramp_up_duration_seconds,
   test_duration_seconds, workload_pattern, max_avg_response_time_ms, max_p95_response_time_ms,
   min_throughput_tps, max_error_rate_percent, max_cpu_usage_percent, max_memory_usage_percent)
VALUES ('Judged scenario', 'GENERAL', 'Six limits, of which one is not set', 1, 0, 1, '{}', 100, 250, 50, 1, 80, NULL);
INSERT INTO perf_mgmt.performance_tests
  (test_name, test_version, test_type, test_configuration, baseline_thresholds, scenario_id)
SELECT 'Judged test', '1', 'LOAD', '{}',
       '{"max_p95_response_time_ms": 200, "max_p99_response_time_ms": 400, "min_p50_service_time_ms": 0.25,
         "max_disk_io_mb_per_sec": 12.5}', id
FROM perf_mgmt.load_scenarios WHERE scenario_name = 'Judged scenario';
CREATE FUNCTION pg_temp.execution(p_id integer, p_figures jsonb) RETURNS void LANGUAGE sql AS $$
  INSERT INTO perf_mgmt.test_executions
  SELECT r.* FROM perf_mgmt.performance_tests t, LATERAL jsonb_populate_record(
    NULL::perf_mgmt.test_executions,
    jsonb_build_object('id', lpad(p_id::text, 32, '0'), 'test_id', t.id, 'scenario_id', t.scenario_id,
                       'execution_environment', 'development', 'database_version', '15.0', 'execution_status', 'COMPLETED',
                       'started_at', now(), 'completed_at', now(), 'created_at', now(), 'regression_detected', false,
                       'findings', '[]'::jsonb) || p_figures) r
  WHERE t.test_name = 'Judged test'
$$;
CREATE FUNCTION pg_temp.id(p_id integer) RETURNS uuid LANGUAGE sql AS $$ SELECT lpad(p_id::text, 32, '0')::uuid $$;

-- Without stored criteria those of today hold. A limit is met by a figure that equals it; a figure
-- that is missing (cpu) is neither met nor broken.
SELECT pg_temp.execution(1, '{"avg_response_time_ms": 100, "p95_response_time_ms": 200.000001, "p99_response_time_ms": 400,
  "p50_service_time_ms": 0.249999, "throughput_tps": 49.999, "error_rate_percent": 1.000000,
  "memory_usage_percent": 99, "disk_io_mb_per_sec": 12.5,
  "response_histogram": "{\"v\":1,\"count\":0}"}');
SELECT * FROM perf_mgmt.evaluate_success_criteria(pg_temp.id(1));
SELECT count(*) AS whole_run_alone FROM perf_mgmt.evaluate_success_criteria(pg_temp.id(1), true);

-- A run without any figure
SELECT pg_temp.execution(2, '{"execution_status": "FAILED"}');
SELECT count(*), count(actual) AS measured, count(passed) AS judged FROM perf_mgmt.evaluate_success_criteria(pg_temp.id(2));

-- Stored criteria hold whatever the catalogue says since, in their order
SELECT pg_temp.execution(3, '{"avg_response_time_ms": 250.5, "throughput_tps": 0,
  "success_criteria": [{"criterion": "min_throughput_tps", "limit": 0, "source": "test"},
                       {"criterion": "max_avg_response_time_ms", "limit": 250, "source": "scenario"},
                       {"criterion": "max_p95_response_time_ms", "limit": 0.125, "source": "scenario"},
                       {"criterion": "max_steal_percent", "limit": 2, "source": "test"}]}');
UPDATE perf_mgmt.load_scenarios SET max_avg_response_time_ms = 1000 WHERE scenario_name = 'Judged scenario';
SELECT * FROM perf_mgmt.evaluate_success_criteria(pg_temp.id(3));

-- Per stage: the whole run first, then what was measured. A stage has no figures of its own for
-- everything: steal.
INSERT INTO perf_mgmt.execution_stages
  (execution_id, stage_number, stage_name, measured, started_at, avg_response_time_ms, p95_response_time_ms, throughput_tps)
VALUES (pg_temp.id(3), 10, 'step ten', true, now(), 250, NULL, 17),
       (pg_temp.id(3), 1, 'warm_up', false, now(), 9000, 9000, 0),
       (pg_temp.id(3), 2, 'ramp_up', true, now(), 250.000001, 0.125, 17),
       (pg_temp.id(1), 1, 'steady', true, now(), 1, 1, 1);
SELECT * FROM perf_mgmt.evaluate_success_criteria(pg_temp.id(3), true);
SELECT DISTINCT stage_name FROM perf_mgmt.evaluate_success_criteria(pg_temp.id(3), false);

-- A scenario that is gone has no limits any more
DELETE FROM perf_mgmt.load_scenarios WHERE scenario_name = 'Judged scenario';
SELECT criterion, source, threshold, actual, passed FROM perf_mgmt.evaluate_success_criteria(pg_temp.id(1));

-- Errors
SAVEPOINT before;
SELECT * FROM perf_mgmt.evaluate_success_criteria(pg_temp.id(4));
ROLLBACK TO before;
SELECT * FROM perf_mgmt.evaluate_success_criteria(NULL);
ROLLBACK TO before;
SELECT * FROM perf_mgmt.evaluate_success_criteria(pg_temp.id(1), NULL);
ROLLBACK TO before;
SELECT pg_temp.execution(5, '{"execution_status": "RUNNING", "completed_at": null}');
SELECT * FROM perf_mgmt.evaluate_success_criteria(pg_temp.id(5));
ROLLBACK TO before;
SELECT pg_temp.execution(6, '{"success_criteria": [{"criterion": "max_mood", "limit": 1, "source": "test"}]}');
SELECT * FROM perf_mgmt.evaluate_success_criteria(pg_temp.id(6));
ROLLBACK TO before;

-- Limits that could never be judged are refused when they are written
UPDATE perf_mgmt.performance_tests SET baseline_thresholds = '{"max_p95_respons_time_ms": 5}' WHERE test_name = 'Judged test';
ROLLBACK TO before;
UPDATE perf_mgmt.performance_tests SET baseline_thresholds = '{"p95_response_time_ms": 5}' WHERE test_name = 'Judged test';
ROLLBACK TO before;
UPDATE perf_mgmt.performance_tests SET baseline_thresholds = '{"mood": 5}' WHERE test_name = 'Judged test';
ROLLBACK TO before;
UPDATE perf_mgmt.performance_tests SET baseline_thresholds = '{"max_p95_response_time_ms": "5"}' WHERE test_name = 'Judged test';
ROLLBACK TO before;
INSERT INTO perf_mgmt.performance_tests (test_name, test_version, test_type, test_configuration, baseline_thresholds)
VALUES ('Unjudged test', '1', 'LOAD', '{}', '{"max_cpu_percent": 80}');
ROLLBACK TO before;
SELECT perf_mgmt.check_baseline_thresholds('[]');
ROLLBACK TO before;
SELECT perf_mgmt.check_baseline_thresholds(NULL) IS NULL AS nothing;
SELECT perf_mgmt.check_baseline_thresholds('{}');
UPDATE perf_mgmt.performance_tests SET baseline_thresholds = '{"min_throughput_tps": 0, "max_stddev_response_time_ms": 0.5}'
WHERE test_name = 'Judged test' RETURNING baseline_thresholds;
ROLLBACK;
