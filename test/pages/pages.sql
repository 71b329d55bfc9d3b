-- What the pages are made of that scripts/test shows to a browser: a test with a history of forty executions, a shift that
-- was accepted and a regression in a run of half an hour and ten operations; one that runs; hostile names.
--
-- Made up, as a browser's test is not about figures. Execution n has the id 000..n. Nothing is random.
SET synchronous_commit = off;
SET client_min_messages = warning;
CREATE FUNCTION pg_temp.id(p_n integer) RETURNS uuid LANGUAGE sql AS $$ SELECT lpad(p_n::text, 32, '0')::uuid $$;
-- -1 to 1, by the name of what it is for
CREATE FUNCTION pg_temp.noise(p_of text) RETURNS double precision LANGUAGE sql AS
  $$ SELECT ((hashtextextended(p_of, 7) & 4095) / 2047.5 - 1)::double precision $$;
-- About 200 response times around p_ms milliseconds, with a long tail
CREATE FUNCTION pg_temp.histogram(p_ms double precision, p_of text) RETURNS perf_mgmt.histogram LANGUAGE sql AS $$
  SELECT jsonb_build_object('v', 1, 'count', sum(n), 'min', min(low), 'max', max(low), 'sum', sum(low * n)::text,
                            'squares', sum(low::numeric * low * n)::text,
                            'buckets', jsonb_agg(jsonb_build_array(low, n) ORDER BY low))::text::perf_mgmt.histogram
  FROM (SELECT low, sum(n) AS n
        -- A bucket begins at a multiple of a 128th of its power of two.
        FROM (SELECT floor(ns / width)::bigint * width AS low, n
              FROM (SELECT ns, n, (2 ^ (floor(ln(ns) / ln(2::double precision)) - 7))::bigint AS width
                    FROM (SELECT p_ms * 1e6 * exp(place * place * 0.012 - 0.9 + 0.05 * pg_temp.noise(p_of || place)) AS ns,
                                 greatest(round(60 * exp(-place / 3.0)), 1)::bigint AS n
                          FROM generate_series(0, 17) place) x) y) z
        GROUP BY low) bucket
$$;

INSERT INTO perf_mgmt.performance_tests (test_name, test_version, test_type, industry_context, description, test_configuration, baseline_thresholds)
VALUES ('Dinner rush', '1.3', 'LOAD', 'RESTAURANT', 'Dinner time: orders, payments, and the kitchen''s screens.', '{}', '{"max_p95_response_time_ms": 60}'),
       ('t <script>alert("name")</script> & ''q'' | `b` **x** <!-- ' || U&'\+01F4A9' || ' ' || repeat('verylongword', 15), '1', 'LOAD', NULL, NULL, '{}', '{}');

-- Executions of 1 to 40 ------------------------------------------------------------------------

CREATE TEMPORARY TABLE plan AS
SELECT n, pg_temp.id(n) AS id, date_trunc('day', now()) - interval '45 days' + n * interval '1 day' AS started_at,
       -- A step that was accepted with execution 22, and a regression in the last
       12 * CASE WHEN n >= 22 THEN 1.25 ELSE 1 END * CASE WHEN n = 40 THEN 1.7 ELSE 1 END * (1 + 0.03 * pg_temp.noise('e' || n)) AS ms
FROM generate_series(1, 40) n;

INSERT INTO perf_mgmt.test_executions
  (id, test_id, execution_environment, database_version, postgresql_config, hardware_specs, execution_status, started_at, completed_at,
   duration_ms, measured_ms, total_connections, concurrent_users, load_model, test_data_size, run_spec, seed, scenario_name, metadata, started_by, run_as,
   avg_response_time_ms, p50_response_time_ms, p95_response_time_ms, p99_response_time_ms, p999_response_time_ms, min_response_time_ms,
   max_response_time_ms, stddev_response_time_ms, avg_service_time_ms, p95_service_time_ms, avg_lag_ms, p95_lag_ms, throughput_tps, error_rate_percent,
   cpu_usage_percent, memory_usage_percent, disk_io_mb_per_sec, wal_bytes, steal_percent, others_cpu_percent,
   operations_scheduled, operations_ok, operations_failed, operations_skipped, operations_interrupted, failed_serialization, failed_deadlock,
   failed_timeout, failed_constraint, failed_other, operations_retried, retries, zero_row_writes, rows_read, rows_affected,
   is_valid, findings, unavailable, success_criteria, rounds_wanted, rounds_quiet, checkpoints, autovacuum_runs, response_histogram)
SELECT p.id, t.id, 'staging', '15.4', '{"work_mem": "4MB", "shared_buffers": "2GB"}',
       '{"processors": 8, "processor_model": "a processor", "memory_bytes": 16000000000}', 'COMPLETED', p.started_at, p.started_at + interval '30 min',
       1800000, 1680000, 8, 64, 'closed', 5000000000, '{"virtual_users": 64, "rounds": 5}', 42, 'Dinner rush',
       jsonb_build_object('git_commit', md5(n::text), 'branch', 'main'), 'ci', 'ci',
       ms, ms * 0.8, ms * 2.2, ms * 4, ms * 9, ms * 0.2, ms * 20, ms, ms * 0.95, ms * 2.1, ms * 0.05, ms * 0.1, 48000 / ms, 0.02,
       55, 40, 12.5, 3e9, 0.1, 1.5,
       80000100, 80000000, 90, 0, 10, 60, 10, 5, 15, 0, 200, 240, 12, 400000000, 90000000,
       true, CASE n WHEN 40 THEN '[{"code": "checkpoints", "message": "The server began 3 checkpoints while it was measured.", "fatal": false}]' ELSE '[]' END::jsonb,
       '{"worker_memory": "the file /proc/self/smaps_rollup cannot be read"}',
       '[{"criterion": "max_p95_response_time_ms", "limit": 60, "source": "test"}]', 5, 5, 3, 0, h.h
FROM plan p CROSS JOIN perf_mgmt.performance_tests t CROSS JOIN LATERAL (SELECT pg_temp.histogram(ms, 'run' || n) AS h) h
WHERE t.test_name = 'Dinner rush';

INSERT INTO perf_mgmt.execution_rounds
  (execution_id, round_number, started_at, ended_at, measured_ms, is_quiet, is_counted, disturbances, ok_count, failed_count, avg_response_time_ms,
   p50_response_time_ms, p95_response_time_ms, p99_response_time_ms, max_response_time_ms, throughput_tps, error_rate_percent, response_histogram)
SELECT p.id, r, p.started_at + (r - 1) * interval '5 min', p.started_at + r * interval '5 min', 280000, NOT (n = 40 AND r = 3), NOT (n = 40 AND r = 3),
       CASE WHEN n = 40 AND r = 3 THEN '[{"code": "other_cpu", "message": "Others used 22 % of the CPU: pg_dump."}]' ELSE '[]' END::jsonb,
       13000000, 15, ms * k, ms * 0.8 * k, ms * 2.2 * k, ms * 4 * k, ms * 20, 48000 / ms / k, 0.02, pg_temp.histogram(ms * k, 'r' || n || '/' || r)
FROM plan p CROSS JOIN generate_series(1, 6) r CROSS JOIN LATERAL (SELECT 1 + 0.02 * pg_temp.noise('k' || n || '/' || r) AS k) x;

-- Ten operations; the fifth is what got slower
CREATE TEMPORARY TABLE operation AS
SELECT o, (ARRAY['Place order', 'Show menu', 'Pay', 'Kitchen queue', 'Find table', 'Reserve', 'Rate a dish', 'Stock level', 'Shift plan', 'Daily report'])[o] AS name,
       (ARRAY['INSERT', 'SELECT', 'UPDATE', 'SELECT', 'SELECT', 'INSERT', 'INSERT', 'SELECT', 'SELECT', 'SELECT'])[o] AS type
FROM generate_series(1, 10) o;
INSERT INTO perf_mgmt.query_performance
  (execution_id, query_hash, query_text, query_type, table_names, execution_count, total_time_ms, avg_time_ms, min_time_ms, max_time_ms, stddev_time_ms,
   operation_name, statement_count, configured_share_percent, actual_share_percent, ok_count, failed_count, skipped_count, interrupted_count, retried_count,
   retries, late_count, p50_time_ms, p95_time_ms, p99_time_ms, avg_response_time_ms, p95_response_time_ms, p99_response_time_ms, busy_time_ms, cpu_time_ms,
   commit_time_ms, planning_time_ms, jit_time_ms, rows_read, rows_affected, zero_row_writes, bytes_read, shared_blks_hit, shared_blks_read,
   shared_blks_dirtied, shared_blks_written, temp_blks_read, temp_blks_written, wal_bytes, custom_plans, generic_plans, wait_samples)
SELECT p.id, md5(o::text), 'SELECT ' || o, type, ARRAY['rest.orders', 'rest.tables'], 8000000, 8000000 * m, m, m * 0.2, m * 20, m, name, 1, 10, 10,
       8000000, 9, 0, 1, 20, 24, 0, m * 0.8, m * 2.2, m * 4, m, m * 2.2, m * 4, 8000000 * m, 3000000 * m, 80000, 4000, 0, 40000000, 9000000, 0, 4e9,
       60000000 * k, 900000 * k, 10000, 0, 0, 0, 3e8, 0, 8000000,
       jsonb_build_object('CPU', 30000, 'IO:DataFileRead', 9000 * k, 'LWLock:WALWrite', 2000, 'Lock:transactionid', 400)
FROM plan p CROSS JOIN operation
CROSS JOIN LATERAL (SELECT CASE WHEN n = 40 AND o = 5 THEN 8 ELSE 1 END AS k) f
CROSS JOIN LATERAL (SELECT CASE WHEN n = 40 THEN CASE o WHEN 5 THEN ms * 5 ELSE ms / 1.7 END ELSE ms END AS m) g;
INSERT INTO perf_mgmt.execution_plans (execution_id, operation_name, statement_number, plan_hash, plan_kind, first_seen_at, last_seen_at, plan, is_parallel)
SELECT p.id, 'Find table', 1, CASE n WHEN 40 THEN '00000000000000bb' ELSE '00000000000000aa' END, 'generic', p.started_at, p.started_at,
       CASE n WHEN 40 THEN '[{"Plan": {"Node Type": "Sort", "Sort Key": ["capacity"], "Total Cost": 41234.5, "Plan Rows": 5, "Plans": [{"Node Type": "Seq Scan", "Relation Name": "tables", "Schema": "rest", "Alias": "tables", "Filter": "(capacity >= $1)", "Total Cost": 41200.1, "Plan Rows": 50000}]}}]'
                   ELSE '[{"Plan": {"Node Type": "Index Scan", "Index Name": "ix_tables_capacity", "Relation Name": "tables", "Schema": "rest", "Alias": "tables", "Index Cond": "(capacity >= $1)", "Total Cost": 8.4, "Plan Rows": 5}}]' END::jsonb, false
FROM plan p WHERE n >= 22;

-- The course of the last and, for the comparison, of another one: 1,800 intervals, made of few histograms
CREATE TEMPORARY TABLE variant AS
SELECT n, v, pg_temp.histogram(ms * CASE WHEN v = 0 THEN 2.5 ELSE 1 + 0.1 * pg_temp.noise('v' || v) END, 'v' || n || '/' || v) AS h
FROM plan CROSS JOIN generate_series(0, 20) v WHERE n IN (25, 40);
INSERT INTO perf_mgmt.execution_intervals
  (execution_id, interval_number, round_number, operation_name, stage, stage_number, measured, started_at, ended_at, active_virtual_users, ok_count,
   failed_count, skipped_count, response_histogram, cpu_time_ms, busy_time_ms, wait_samples)
SELECT p.id, i, 1 + i / 300, name, CASE WHEN i % 300 < 20 THEN 'warm_up' ELSE 'steady' END, 1 + i / 300 * 2 + (i % 300 >= 20)::integer, i % 300 >= 20,
       p.started_at + i * interval '1 s', p.started_at + (i + 1) * interval '1 s', 64, perf_mgmt.count(x.h), CASE WHEN i BETWEEN 700 AND 705 AND o = 3 THEN 4 ELSE 0 END,
       0, x.h, 300, 700, jsonb_build_object('CPU', 20 + (i + o) % 9, 'IO:DataFileRead', 4 + i % 5, 'LWLock:WALWrite', 2, 'Lock:transactionid', i % 97 / 90)
FROM plan p CROSS JOIN generate_series(0, 1799) i CROSS JOIN operation
JOIN variant x ON x.n = p.n AND x.v = CASE WHEN i % 300 < 20 THEN 0 ELSE 1 + (i / 7 + o) % 20 END;

INSERT INTO perf_mgmt.execution_stages
  (execution_id, stage_number, round_number, stage_name, measured, started_at, ended_at, duration_ms, target_from, target_to, ok_count,
   avg_response_time_ms, p50_response_time_ms, p95_response_time_ms, p99_response_time_ms, max_response_time_ms, throughput_tps, error_rate_percent)
SELECT p.id, 2 * r + m, 1 + r, CASE m WHEN 1 THEN 'warm_up' ELSE 'steady' END, m = 2, p.started_at + (300 * r + 20 * (m - 1)) * interval '1 s',
       p.started_at + (300 * r + CASE m WHEN 1 THEN 20 ELSE 300 END) * interval '1 s', CASE m WHEN 1 THEN 20000 ELSE 280000 END, 64, 64, 13000000,
       ms, ms * 0.8, ms * 2.2, ms * 4, ms * 20, 48000 / ms, 0
FROM plan p CROSS JOIN generate_series(0, 5) r CROSS JOIN generate_series(1, 2) m WHERE n IN (25, 40);
INSERT INTO perf_mgmt.execution_events (execution_id, event_time, event_type, message)
SELECT id, started_at, 'TEST_STARTED', 'performance test "Dinner rush" started in environment "staging"' FROM plan WHERE n = 40
UNION ALL
SELECT id, started_at + interval '30 min', 'OPERATION_ERROR', 'operation "Pay" failed 24 times: could not serialize access due to concurrent update'
FROM plan WHERE n = 40
UNION ALL
SELECT id, started_at + interval '15 min', 'DEPLOYMENT', 'somebody said what he did' FROM plan WHERE n = 40;
INSERT INTO perf_mgmt.performance_metrics (execution_id, metric_timestamp, metric_type, metric_value, metric_unit)
SELECT id, started_at + i * interval '9 min', 'checkpoints', 1, 'checkpoints' FROM plan CROSS JOIN generate_series(1, 3) i WHERE n = 40;

-- Judged as it came about: the first one is the baseline, the shift is accepted, the last one is judged.
UPDATE perf_mgmt.test_executions e SET fingerprint = perf_mgmt.execution_fingerprint(e.id);
SELECT perf_mgmt.set_baseline(pg_temp.id(1), 'INITIAL', 'the first one');
SELECT perf_mgmt.detect_performance_regression(pg_temp.id(n)) FROM unnest(ARRAY[12, 22]) n;
SELECT perf_mgmt.accept_change('Dinner rush', pg_temp.id(22), 'Orders are <checked> & "double-checked" since release 7.');
SELECT perf_mgmt.set_baseline(pg_temp.id(30), 'MANUAL', 'release 8');
SELECT perf_mgmt.detect_performance_regression(pg_temp.id(n)) FROM unnest(ARRAY[31, 35, 39, 40]) n;

-- The other side of the comparison ran with other settings.
UPDATE perf_mgmt.test_executions SET postgresql_config = postgresql_config || '{"work_mem": "64MB", "jit": "off"}' WHERE id = pg_temp.id(25);
UPDATE perf_mgmt.test_executions e SET fingerprint = perf_mgmt.execution_fingerprint(e.id) WHERE id = pg_temp.id(25);

-- One that runs ------------------------------------------------------------------------------------

INSERT INTO perf_mgmt.test_executions (id, test_id, execution_environment, database_version, execution_status, started_at, load_model, concurrent_users)
SELECT pg_temp.id(50), id, 'staging', '15.4', 'RUNNING', now() - interval '5 s', 'closed', 8 FROM perf_mgmt.performance_tests WHERE test_name = 'Dinner rush';
INSERT INTO perf_mgmt.execution_intervals (execution_id, interval_number, operation_name, stage, measured, started_at, ended_at, ok_count, response_histogram)
SELECT pg_temp.id(50), i, 'Pay', 'steady', true, now() - (5 - i) * interval '1 s', now() - (4 - i) * interval '1 s', 200, h
FROM generate_series(0, 4) i CROSS JOIN LATERAL (SELECT h FROM variant WHERE n = 40 AND v = i) x;

-- Names of others --------------------------------------------------------------------------------------

INSERT INTO perf_mgmt.test_executions (id, test_id, execution_environment, database_version, execution_status, started_at, completed_at, duration_ms,
  measured_ms, is_valid, throughput_tps, error_rate_percent, avg_response_time_ms, p95_response_time_ms, response_histogram, metadata, findings,
  postgresql_config)
SELECT pg_temp.id(60), t.id, '<b>env</b>', '15.4', 'COMPLETED', now() - interval '10 s', now(), 10000, 10000, false, 100, 3, 4, 9, x.h,
       '{"git_commit": "<i>c</i>", "branch": "javascript:alert(1)"}',
       jsonb_build_array(jsonb_build_object('code', '<u>', 'fatal', true, 'message', repeat('<script>alert("finding")</script> ', 50))),
       '{"search_path": "<script>alert(1)</script>"}'
FROM perf_mgmt.performance_tests t CROSS JOIN variant x WHERE t.test_name LIKE 't <script>%' AND x.n = 40 AND x.v = 1;
INSERT INTO perf_mgmt.query_performance (execution_id, query_hash, query_text, query_type, table_names, execution_count, total_time_ms, avg_time_ms,
  min_time_ms, max_time_ms, stddev_time_ms, operation_name, ok_count, failed_count, skipped_count, interrupted_count, busy_time_ms, cpu_time_ms, wait_samples)
SELECT pg_temp.id(60), md5(o::text), '</script><img src=x onerror=alert(1)>' || repeat('long ', 2000), 'SELECT', ARRAY['"<svg/onload=alert(2)>"'], 100, 900, 9, 1, 80, 4,
       format('o%s <img src=x onerror=alert("operation")> ', o) || repeat('W', 150), 100, 18, 0, 0, 900, 500, '{"<script>:x": 30, "CPU": 5}'
FROM generate_series(1, 3) o;
INSERT INTO perf_mgmt.execution_intervals (execution_id, interval_number, operation_name, stage, measured, started_at, ended_at, ok_count, response_histogram, wait_samples)
SELECT pg_temp.id(60), i, '<b>', '</svg><script>alert("stage")</script>', true, now() - (10 - i) * interval '1 s', now() - (9 - i) * interval '1 s', 200, h,
       '{"<script>alert(3)</script>:x": 3, "CPU": 5}'
FROM generate_series(0, 9) i CROSS JOIN LATERAL (SELECT h FROM variant WHERE n = 40 AND v = i) x;
INSERT INTO perf_mgmt.execution_events (execution_id, event_type, message)
SELECT pg_temp.id(60), 'OPERATION_ERROR', E'\x1b[31m<script>alert("event")</script> ' || repeat('unbroken', 1250);
