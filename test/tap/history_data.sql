-- A long history: 10,000 executions of 10 tests over 90 days, with rounds, intervals, operations and metrics.
-- Read by history_speed.pl; the database is new.
SET synchronous_commit = off;

INSERT INTO perf_mgmt.performance_tests (test_name, test_version, test_type, test_configuration, baseline_thresholds)
SELECT 'history ' || t, '1', 'LOAD', '{}', '{"max_p95_response_time_ms": 500}' FROM generate_series(1, 10) t;

-- 40 histograms of 100 to 500 buckets in two to three octaves around some milliseconds
CREATE TEMPORARY TABLE histograms AS
SELECT v AS variant,
       jsonb_build_object('v', 1, 'count', sum(n), 'min', min(low), 'max', max(low), 'sum', sum(low * n)::text,
                          'squares', sum(low::numeric * low * n)::text,
                          'buckets', jsonb_agg(jsonb_build_array(low, n) ORDER BY low))::text::perf_mgmt.histogram AS h
FROM generate_series(0, 39) v
CROSS JOIN LATERAL (
  SELECT (1::bigint << (20 + o)) + i * (1::bigint << (13 + o)) AS low, 1 + (hashint8(v * 7919 + o * 131 + i) & 1023) AS n
  FROM generate_series(0, 3) o, generate_series(0, 127) i
  WHERE (o * 128 + i) % (1 + v % 5) = 0
) b GROUP BY v;

-- The slope is a creep of 20 percent over the whole time; every 97th execution of a test is slow.
INSERT INTO perf_mgmt.test_executions
  (id, test_id, execution_environment, database_version, postgresql_config, hardware_specs, execution_status, started_at,
   completed_at, duration_ms, total_connections, concurrent_users, test_data_size, avg_response_time_ms,
   p50_response_time_ms, p95_response_time_ms, p99_response_time_ms, max_response_time_ms, throughput_tps,
   error_rate_percent, cpu_usage_percent, memory_usage_percent, regression_detected, run_spec, measured_ms,
   operations_scheduled, operations_ok, operations_failed, operations_skipped, operations_interrupted,
   response_histogram, service_histogram, lag_histogram, is_valid, success_criteria, rounds_wanted, rounds_quiet)
SELECT lpad(i::text, 32, '0')::uuid, t.id, CASE WHEN i % 5 = 0 THEN 'staging' ELSE 'ci' END, '15.4', '{"work_mem": "4MB"}',
       '{"processors": 8, "memory_bytes": 16000000000}', 'COMPLETED', now() - (10000 - i) * interval '12 minutes 57 seconds',
       now() - (10000 - i) * interval '12 minutes 57 seconds' + interval '1 minute', 60000, 8, 8, 1000000000,
       f.ms, f.ms * 0.9, f.ms * 2, f.ms * 3, f.ms * 10, 8000 / f.ms, 0.1, 60, 40, i % 970 < 10,
       '{"virtual_users": 8, "test_duration_seconds": 50}', 50000, 40000, 39960, 40, 0, 0, h.h, h.h, h.h, true,
       '[{"criterion": "max_p95_response_time_ms", "limit": 500, "source": "test"}]', 5, 5
FROM generate_series(1, 10000) i
JOIN perf_mgmt.performance_tests t ON t.test_name = 'history ' || 1 + i % 10
JOIN histograms h ON h.variant = i % 40
CROSS JOIN LATERAL (SELECT (4 + i * 0.0001) * (1 + 0.03 * (hashint8(i) & 127) / 127) * CASE WHEN i % 970 < 10 THEN 2 ELSE 1 END AS ms) f;

INSERT INTO perf_mgmt.query_performance
  (execution_id, query_hash, query_text, query_type, table_names, execution_count, total_time_ms, avg_time_ms, min_time_ms,
   max_time_ms, stddev_time_ms, operation_name, configured_share_percent, ok_count, failed_count, busy_time_ms,
   response_histogram, service_histogram)
SELECT e.id, md5(t.test_name || o), format('SELECT %s FROM tables.of_test WHERE id = $1 -- ', o) || repeat(t.test_name || ' ', 30),
       'SELECT', ARRAY['tables.of_test'], 13320, 13320 * e.avg_response_time_ms * o * o * o * o, e.avg_response_time_ms * o * o * o * o, 1,
       e.max_response_time_ms, 1, 'operation ' || o, 100.0 / 3, 13320, 13, 13320 * e.avg_response_time_ms,
       e.response_histogram, e.service_histogram
FROM perf_mgmt.test_executions e JOIN perf_mgmt.performance_tests t ON t.id = e.test_id CROSS JOIN generate_series(1, 3) o;

INSERT INTO perf_mgmt.execution_rounds
  (execution_id, round_number, started_at, ended_at, measured_ms, is_quiet, is_counted, ok_count, failed_count,
   avg_response_time_ms, p50_response_time_ms, p95_response_time_ms, p99_response_time_ms, max_response_time_ms,
   throughput_tps, error_rate_percent, response_histogram)
SELECT e.id, r, e.started_at + (r - 1) * interval '10 s', e.started_at + r * interval '10 s', 10000, true, true, 7992, 8,
       e.avg_response_time_ms * n, e.p50_response_time_ms * n, e.p95_response_time_ms * n, e.p99_response_time_ms * n,
       e.max_response_time_ms, e.throughput_tps / n, e.error_rate_percent, e.response_histogram
FROM perf_mgmt.test_executions e CROSS JOIN generate_series(1, 5) r
CROSS JOIN LATERAL (SELECT 1 + 0.02 * (hashtextextended(e.id::text, r) & 127) / 127.0 AS n) noise;

INSERT INTO perf_mgmt.execution_intervals
  (execution_id, interval_number, round_number, operation_name, stage, measured, started_at, ended_at, active_virtual_users,
   ok_count, response_histogram)
SELECT e.id, i, 1 + i / 10, 'operation ' || o, 'steady', true, e.started_at + i * interval '1 s',
       e.started_at + (i + 1) * interval '1 s', 8, 266, h.h
FROM perf_mgmt.test_executions e CROSS JOIN generate_series(0, 9) i CROSS JOIN generate_series(1, 3) o
JOIN histograms h ON h.variant = 4 + 5 * (i % 8);

INSERT INTO perf_mgmt.performance_metrics (execution_id, metric_timestamp, metric_type, metric_value, metric_unit)
SELECT e.id, e.started_at + i * interval '1 s', m, 50 + i, 'percent'
FROM perf_mgmt.test_executions e CROSS JOIN generate_series(0, 9) i CROSS JOIN unnest(ARRAY['cpu', 'throughput', 'response_time']) m;

UPDATE perf_mgmt.test_executions e SET fingerprint = perf_mgmt.execution_fingerprint(e.id);
SELECT perf_mgmt.set_baseline(id, 'INITIAL')
FROM (SELECT DISTINCT ON (test_id) id FROM perf_mgmt.test_executions ORDER BY test_id, started_at) first;
SELECT perf_mgmt.update_rolling_baseline(test_name) FROM perf_mgmt.performance_tests WHERE test_name LIKE 'history %';
VACUUM ANALYZE;
