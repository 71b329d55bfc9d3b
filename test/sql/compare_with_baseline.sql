-- compare_with_baseline: thresholds, what it is compared with, and what it leaves behind.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS perf_mgmt;
RESET client_min_messages;
\set VERBOSITY default
\set SHOW_CONTEXT never


BEGIN;
INSERT INTO perf_mgmt.performance_tests (test_name, test_version, test_type, test_configuration, baseline_thresholds)
VALUES ('Compared', '1', 'LOAD', '{}', '{}'), ('Alone', '1', 'LOAD', '{}', '{}');
-- Execution n, started n minutes after a time ten days ago: 100 ms on average, p95 200, p99 400, unless it says otherwise
CREATE FUNCTION pg_temp.id(p_n integer) RETURNS uuid LANGUAGE sql AS $$ SELECT lpad(p_n::text, 32, '0')::uuid $$;
CREATE FUNCTION pg_temp.run(p_n integer, p_figures jsonb DEFAULT '{}', p_test text DEFAULT 'Compared', p_version text DEFAULT '1')
RETURNS integer LANGUAGE sql AS $$
  INSERT INTO perf_mgmt.test_executions
  SELECT r.* FROM perf_mgmt.performance_tests t, LATERAL jsonb_populate_record(
    NULL::perf_mgmt.test_executions,
    jsonb_build_object('id', pg_temp.id(p_n), 'test_id', t.id, 'execution_environment', 'ci', 'database_version', '15.4',
      'execution_status', 'COMPLETED', 'started_at', now() - interval '10 days' + p_n * interval '1 minute',
      'completed_at', now() - interval '10 days' + (p_n + 1) * interval '1 minute', 'created_at', now(),
      'regression_detected', false, 'findings', '[]'::jsonb, 'is_valid', true, 'avg_response_time_ms', 100,
      'p95_response_time_ms', 200, 'p99_response_time_ms', 400, 'throughput_tps', 1000, 'error_rate_percent', 1,
      'cpu_usage_percent', 50, 'memory_usage_percent', 40,
      'total_connections', 4, 'test_data_size', 1000000, 'postgresql_config', '{"work_mem": "4MB", "fsync": "on"}'::jsonb,
      'hardware_specs', '{"processors": 8, "memory_bytes": 16000000000, "kernel_release": "6.1"}'::jsonb,
      'run_spec', '{"virtual_users": 4, "seed": 1}'::jsonb) || p_figures) r
  WHERE t.test_name = p_test AND t.test_version = p_version
  RETURNING p_n
$$;
CREATE FUNCTION pg_temp.left_behind(p_n integer) RETURNS text LANGUAGE sql AS $$
  SELECT format('%s %s', coalesce(right(baseline_execution_id::text, 2), 'nothing'), coalesce(performance_change_percent::text, 'unknown'))
  FROM perf_mgmt.test_executions WHERE id = pg_temp.id(p_n)
$$;

-- Nothing to compare with: a notice, no rows, nothing left behind
SELECT pg_temp.run(1);
SELECT * FROM perf_mgmt.compare_with_baseline(pg_temp.id(1));
SELECT perf_mgmt.set_baseline(pg_temp.id(1), 'INITIAL') IS NOT NULL AS set;
SELECT * FROM perf_mgmt.compare_with_baseline(pg_temp.id(1));
SELECT pg_temp.left_behind(1);

-- On the edge: a threshold (20, -15, 5 points) is kept by what equals it. Every metric, CPU and memory too
-- (page 5: severity is text for a varchar, p99, CPU and memory are never compared).
SELECT pg_temp.run(2, '{"avg_response_time_ms": 120, "p95_response_time_ms": 240, "p99_response_time_ms": 480, "throughput_tps": 850,
  "error_rate_percent": 6, "cpu_usage_percent": 60, "memory_usage_percent": 48}');
SELECT *, pg_typeof(metric_name) AS type, pg_typeof(severity) AS type FROM perf_mgmt.compare_with_baseline(pg_temp.id(2));
SELECT pg_temp.left_behind(2);
-- ... a little beyond it, and at twice of it
SELECT pg_temp.run(3, '{"avg_response_time_ms": 120.000001, "p95_response_time_ms": 280, "p99_response_time_ms": 480.000001, "throughput_tps": 849.999,
  "error_rate_percent": 6.000001, "cpu_usage_percent": 60.01, "memory_usage_percent": 48.01}');
SELECT * FROM perf_mgmt.compare_with_baseline(pg_temp.id(3));
-- ... beyond twice
SELECT pg_temp.run(4, '{"avg_response_time_ms": 140.000001, "p95_response_time_ms": 280.01, "p99_response_time_ms": 4000, "throughput_tps": 699.999,
  "error_rate_percent": 11.000001, "cpu_usage_percent": 70.01, "memory_usage_percent": 99}');
SELECT * FROM perf_mgmt.compare_with_baseline(pg_temp.id(4));
SELECT pg_temp.left_behind(4);
-- ... better is never wrong
SELECT pg_temp.run(5, '{"avg_response_time_ms": 1, "p95_response_time_ms": 2, "p99_response_time_ms": 0, "throughput_tps": 100000,
  "error_rate_percent": 0, "cpu_usage_percent": 0, "memory_usage_percent": 0}');
SELECT * FROM perf_mgmt.compare_with_baseline(pg_temp.id(5));
SELECT pg_temp.left_behind(5);

-- A figure that is missing on either side is not within the threshold, and says so (page 5: NULL counts as OK)
SELECT pg_temp.run(6, '{"avg_response_time_ms": null, "p95_response_time_ms": null, "p99_response_time_ms": null, "throughput_tps": null,
  "error_rate_percent": null, "cpu_usage_percent": null, "memory_usage_percent": null}');
SELECT * FROM perf_mgmt.compare_with_baseline(pg_temp.id(6));
SELECT pg_temp.left_behind(6);
SELECT pg_temp.run(7, '{"cpu_usage_percent": null, "memory_usage_percent": null, "p95_response_time_ms": null}');
SELECT perf_mgmt.set_baseline(pg_temp.id(7)) IS NOT NULL AS set;
SELECT metric_name, current_value, baseline_value, change_percent, within_threshold, severity
FROM perf_mgmt.compare_with_baseline(pg_temp.id(2)) WHERE severity <> 'OK';

-- A baseline of zero: nothing is so many percent of it, the difference counts (page 5: division by a zero baseline)
SELECT pg_temp.run(8, '{"avg_response_time_ms": 0, "p95_response_time_ms": 0, "p99_response_time_ms": 0, "throughput_tps": 0,
  "error_rate_percent": 0, "cpu_usage_percent": 0, "memory_usage_percent": 0}');
SELECT perf_mgmt.set_baseline(pg_temp.id(8)) IS NOT NULL AS set;
SELECT pg_temp.run(9, '{"avg_response_time_ms": 20, "p95_response_time_ms": 0, "p99_response_time_ms": 20.01, "throughput_tps": 1,
  "error_rate_percent": 5.01, "cpu_usage_percent": 41, "memory_usage_percent": 0}');
SELECT * FROM perf_mgmt.compare_with_baseline(pg_temp.id(9));
SELECT pg_temp.left_behind(9);

-- Which baseline: the manual one before the rolling one before the initial one, however new (page 5: the newest of any)
SELECT pg_temp.run(10, '{"p95_response_time_ms": 300}'), pg_temp.run(11);
DELETE FROM perf_mgmt.performance_baselines WHERE baseline_type = 'MANUAL';
SELECT perf_mgmt.update_rolling_baseline('Compared');
UPDATE perf_mgmt.performance_baselines SET baseline_date = now() - interval '1 year' WHERE baseline_type = 'ROLLING';
SELECT baseline_value = avg(p95_response_time_ms) AS rolling FROM perf_mgmt.compare_with_baseline(pg_temp.id(6)),
  (SELECT p95_response_time_ms FROM perf_mgmt.test_executions WHERE id BETWEEN pg_temp.id(1) AND pg_temp.id(11) AND id <> pg_temp.id(6)) e
WHERE metric_name = 'P95 Response Time' GROUP BY baseline_value;
-- What it was compared with first is what stands in its row
SELECT pg_temp.left_behind(6);
SELECT perf_mgmt.set_baseline(pg_temp.id(10)) IS NOT NULL AS set;
UPDATE perf_mgmt.performance_baselines SET baseline_date = now() - interval '2 years' WHERE baseline_type = 'MANUAL';
SELECT baseline_value FROM perf_mgmt.compare_with_baseline(pg_temp.id(6)) WHERE metric_name = 'P95 Response Time';
-- An inactive one is none
UPDATE perf_mgmt.performance_baselines SET is_active = false WHERE baseline_type <> 'INITIAL';
SELECT baseline_value FROM perf_mgmt.compare_with_baseline(pg_temp.id(6)) WHERE metric_name = 'P95 Response Time';
UPDATE perf_mgmt.performance_baselines SET is_active = true WHERE baseline_execution_id IN (pg_temp.id(1), pg_temp.id(10));

-- Another fingerprint is no baseline, and is said (page 5: environment, version and hardware are ignored)
SELECT pg_temp.run(12, '{"execution_environment": "staging", "database_version": "16.2", "hardware_specs": {"processors": 2}}');
SELECT * FROM perf_mgmt.compare_with_baseline(pg_temp.id(12));
SELECT pg_temp.run(13, '{"postgresql_config": {"work_mem": "64MB", "fsync": "on"}, "database_version": "16.2", "hardware_specs": {"processors": 2}}');
SELECT * FROM perf_mgmt.compare_with_baseline(pg_temp.id(13));
-- An environment that has a baseline of its own is compared with that one, whatever is preferred elsewhere
SELECT perf_mgmt.set_baseline(pg_temp.id(12), 'INITIAL') IS NOT NULL AS set;
SELECT pg_temp.run(14, '{"execution_environment": "staging", "database_version": "16.2", "hardware_specs": {"processors": 2}}');
SELECT count(*) FROM perf_mgmt.compare_with_baseline(pg_temp.id(14));
SELECT pg_temp.left_behind(14);
-- ... and so does a segment: what was before an accepted change is judged by nothing any more
SELECT perf_mgmt.accept_change('Compared', pg_temp.id(11), 'twice the data');
SELECT * FROM perf_mgmt.compare_with_baseline(pg_temp.id(2));
SELECT pg_temp.run(15);
SELECT count(*) FROM perf_mgmt.compare_with_baseline(pg_temp.id(15));
SELECT pg_temp.left_behind(15);

-- Who may not write, or is in a read-only transaction, gets the rows
UPDATE perf_mgmt.test_executions SET baseline_execution_id = NULL WHERE id = pg_temp.id(15);
CREATE ROLE regress_perf_reader;
GRANT USAGE ON SCHEMA perf_mgmt TO regress_perf_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA perf_mgmt TO regress_perf_reader;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA perf_mgmt TO regress_perf_reader;
SET ROLE regress_perf_reader;
SELECT count(*) FROM perf_mgmt.compare_with_baseline('00000000-0000-0000-0000-000000000015');
RESET ROLE;
SELECT pg_temp.left_behind(15);
SAVEPOINT before;
SET TRANSACTION READ ONLY;
SELECT count(*) FROM perf_mgmt.compare_with_baseline(pg_temp.id(15));
ROLLBACK TO before;
SELECT pg_temp.left_behind(15);

-- Errors
SELECT pg_temp.run(21, '{"execution_status": "RUNNING", "completed_at": null, "is_valid": null}'),
       pg_temp.run(22, '{"execution_status": "FAILED", "is_valid": false}'),
       pg_temp.run(23, '{"execution_status": "CANCELLED", "is_valid": false}');
SAVEPOINT before;
SELECT * FROM perf_mgmt.compare_with_baseline(pg_temp.id(99));
ROLLBACK TO before;
SELECT * FROM perf_mgmt.compare_with_baseline(NULL);
ROLLBACK TO before;
SELECT * FROM perf_mgmt.compare_with_baseline(pg_temp.id(21));
ROLLBACK TO before;
SELECT * FROM perf_mgmt.compare_with_baseline(pg_temp.id(22));
ROLLBACK TO before;
SELECT * FROM perf_mgmt.compare_with_baseline(pg_temp.id(23));
ROLLBACK TO before;
ROLLBACK;
