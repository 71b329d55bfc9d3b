-- generate_performance_recommendations on rows that were written by hand: the specification's rules, what
-- is gathered for the others, and what is refused.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS perf_mgmt;
RESET client_min_messages;
\set VERBOSITY default
\set SHOW_CONTEXT never

BEGIN;
INSERT INTO perf_mgmt.performance_tests (test_name, test_version, test_type, test_configuration, baseline_thresholds)
VALUES ('Advised test', '1', 'LOAD', '{}', '{}'),
       ('Strict test', '1', 'LOAD', '{}', '{"max_p95_response_time_ms": 50, "max_avg_service_time_ms": 20,
        "max_cpu_usage_percent": 99, "max_memory_usage_percent": 10, "max_error_rate_percent": 0}');
CREATE FUNCTION pg_temp.id(p_id integer) RETURNS uuid LANGUAGE sql AS $$ SELECT lpad(p_id::text, 32, '0')::uuid $$;
CREATE FUNCTION pg_temp.execution(p_id integer, p_figures jsonb, p_test text DEFAULT 'Advised test')
RETURNS void LANGUAGE sql AS $$
  INSERT INTO perf_mgmt.test_executions
  SELECT r.* FROM perf_mgmt.performance_tests t, LATERAL jsonb_populate_record(
    NULL::perf_mgmt.test_executions,
    jsonb_build_object('id', pg_temp.id(p_id), 'test_id', t.id, 'execution_environment', 'development',
                       'database_version', '15.0', 'execution_status', 'COMPLETED', 'started_at', now(),
                       'completed_at', now(), 'created_at', now(), 'regression_detected', false,
                       'findings', '[]'::jsonb) || p_figures) r
  WHERE t.test_name = p_test
$$;
CREATE FUNCTION pg_temp.operation(p_id integer, p_name text, p_figures jsonb) RETURNS void LANGUAGE sql AS $$
  INSERT INTO perf_mgmt.query_performance
  SELECT (jsonb_populate_record(NULL::perf_mgmt.query_performance,
    jsonb_build_object('id', gen_random_uuid(), 'execution_id', pg_temp.id(p_id), 'query_hash', md5(p_name),
                       'query_text', 'SELECT 1', 'query_type', 'SELECT', 'table_names', '{}'::text[], 'execution_count', 100,
                       'total_time_ms', 1000, 'avg_time_ms', 10, 'min_time_ms', 1, 'max_time_ms', 20,
                       'stddev_time_ms', 1, 'created_at', now(), 'operation_name', p_name,
                       'execution_context', 'worker') || p_figures)).*
$$;
CREATE FUNCTION pg_temp.advice(p_id integer) RETURNS TABLE (category text, severity text, impact text, recommendation text, sql text)
LANGUAGE sql AS $$
  SELECT r ->> 'category', r ->> 'severity', r ->> 'impact_percent', r ->> 'recommendation', r ->> 'sql'
  FROM jsonb_array_elements(perf_mgmt.generate_performance_recommendations(pg_temp.id(p_id))) r
$$;

-- The specification's five, each beyond its threshold
SELECT pg_temp.execution(1, '{"p95_response_time_ms": 1010, "cpu_usage_percent": 80.1, "memory_usage_percent": 85.1,
  "error_rate_percent": 5.1}');
SELECT pg_temp.operation(1, 'slow', '{"avg_time_ms": 1010, "total_time_ms": 3000, "p95_response_time_ms": 1200}');
SELECT pg_temp.operation(1, 'fast', '{"avg_time_ms": 1000}');
INSERT INTO perf_mgmt.execution_events (execution_id, event_type, message, details)
VALUES (pg_temp.id(1), 'OPERATION_ERROR', 'operation "slow" failed', '{"operation": "slow", "sqlstate": "40001", "count": 7}');
SELECT * FROM pg_temp.advice(1);
SELECT jsonb_object_keys(perf_mgmt.generate_performance_recommendations(pg_temp.id(1)) -> 0) AS members ORDER BY 1;

-- And at it
SELECT pg_temp.execution(2, '{"p95_response_time_ms": 1000, "cpu_usage_percent": 80, "memory_usage_percent": 85,
  "error_rate_percent": 5, "unavailable": {"disk_io_mb_per_sec": "no /proc"}}');
SELECT pg_temp.operation(2, 'fast', '{"avg_time_ms": 1000}');
SELECT category, severity, split_part(recommendation, ' Not measured', 1) AS recommendation FROM pg_temp.advice(2);

-- The test's limits stand in for them, in both directions: those of today where none are stored
SELECT pg_temp.execution(3, '{"p95_response_time_ms": 51, "cpu_usage_percent": 98, "memory_usage_percent": 11,
  "error_rate_percent": 0.1}', 'Strict test');
SELECT pg_temp.operation(3, 'medium', '{"avg_time_ms": 21}');
SELECT category, severity, recommendation FROM pg_temp.advice(3);
-- and else those that held at the start
SELECT pg_temp.execution(4, '{"p95_response_time_ms": 51, "cpu_usage_percent": 98, "memory_usage_percent": 11,
  "error_rate_percent": 0.1, "success_criteria": [
    {"criterion": "max_cpu_usage_percent", "limit": 97, "source": "test"},
    {"criterion": "max_p95_response_time_ms", "limit": 10, "source": "scenario"}]}', 'Strict test');
SELECT category, severity, recommendation FROM pg_temp.advice(4);

-- Evidence of every kind
SELECT pg_temp.execution(10, '{}');
SELECT pg_temp.operation(10, 'order', '{"avg_time_ms": 10}');
INSERT INTO perf_mgmt.execution_plans
VALUES (pg_temp.id(10), 'order', 1, '00000000000000aa', 'custom', now(), now(),
        '{"Plan": {"Node Type": "Index Scan", "Relation Name": "orders", "Index Name": "orders_pkey", "Total Cost": 8}}', false);
SELECT pg_temp.execution(11, jsonb_build_object('baseline_execution_id', pg_temp.id(10), 'run_as', 'App user', 'total_connections', 2,
  'workers_requested', 3, 'checkpoints', 2, 'server_wal_bytes', 400000000, 'measured_ms', 10000,
  'avg_lag_ms', 5, 'avg_response_time_ms', 20, 'run_spec', '{"settings": {"work_mem": "1MB"}}'::jsonb,
  'postgresql_config', '{"work_mem": "4MB", "max_connections": "10", "max_wal_size": "1GB", "checkpoint_timeout": "5min",
                         "max_worker_processes": "8"}'::jsonb));
SELECT pg_temp.operation(11, 'order', '{"avg_time_ms": 40, "busy_time_ms": 4000, "commit_time_ms": 1900, "planning_time_ms": 1200,
  "jit_time_ms": 500, "jit_functions": 12, "temp_blks_written": 12800, "statement_types": ["UPDATE", "SELECT"],
  "zero_row_writes": 60, "wait_samples": {"CPU": 30, "Lock:tuple": 10, "IO:WALSync": 10}}');
INSERT INTO perf_mgmt.execution_plans
VALUES (pg_temp.id(11), 'order', 1, '00000000000000bb', 'custom', now(), now(),
        '{"Plan": {"Node Type": "Seq Scan", "Relation Name": "orders", "Total Cost": 900}}', false),
       (pg_temp.id(11), 'order', 1, '00000000000000aa', 'custom', now() - interval '1 s', now() - interval '1 s',
        '{"Plan": {"Node Type": "Index Scan", "Relation Name": "orders", "Index Name": "orders_pkey", "Total Cost": 8}}', false);
INSERT INTO perf_mgmt.execution_plan_samples
VALUES (pg_temp.id(11), 'order', 1, '00000000000000bb',
        '{"Plan": {"Node Type": "Seq Scan", "Schema": "shop", "Relation Name": "orders", "Alias": "orders",
          "Filter": "(orders.customer_id = 7)", "Plan Rows": 3, "Actual Rows": 300, "Actual Loops": 1, "Rows Removed by Filter": 9700}}',
        true, '[{"definition": "CREATE INDEX ON shop.orders (customer_id)", "rows_read": 10000, "rows_kept": 300,
          "cost_before": 900, "cost_after": 90}]');
INSERT INTO perf_mgmt.execution_tables (execution_id, table_name, live_rows, modified_since_analyze, is_analyzed, rows_updated, rows_hot_updated)
VALUES (pg_temp.id(11), 'shop.orders', 10000, 5000, true, 2000, 20);
INSERT INTO perf_mgmt.execution_blockers
VALUES (pg_temp.id(11), 1, 'order', 'Lock:tuple', 'another worker', 'active', 'UPDATE shop.orders', 2),
       (pg_temp.id(11), 2, 'order', 'Lock:tuple', 'user "batch"', 'idle in transaction', 'DELETE FROM shop.orders', 5);
INSERT INTO perf_mgmt.performance_metrics (execution_id, metric_timestamp, metric_type, metric_value, metric_unit)
VALUES (pg_temp.id(11), now(), 'connections', 9, 'connections'), (pg_temp.id(11), now(), 'connections', 4, 'connections');
\x on
SELECT * FROM pg_temp.advice(11);
\x off

-- Without a baseline of its own it is the one that it would be compared with: none of another fingerprint, MANUAL before INITIAL
UPDATE perf_mgmt.test_executions SET baseline_execution_id = NULL WHERE id = pg_temp.id(11);
SELECT count(*) FROM pg_temp.advice(11) WHERE recommendation LIKE '%another plan%';
SELECT pg_temp.execution(12, '{}');
INSERT INTO perf_mgmt.performance_baselines (test_name, baseline_type, baseline_date, baseline_execution_id,
  baseline_response_time_p95, baseline_response_time_p99, baseline_throughput_tps, baseline_error_rate_percent)
VALUES ('Advised test', 'INITIAL', now(), pg_temp.id(12), 1, 1, 1, 0), ('Advised test', 'MANUAL', now(), pg_temp.id(10), 1, 1, 1, 0);
SELECT count(*) FROM pg_temp.advice(11) WHERE recommendation LIKE '%another plan%';
UPDATE perf_mgmt.test_executions SET fingerprint = perf_mgmt.execution_fingerprint(pg_temp.id(11)) WHERE id BETWEEN pg_temp.id(10) AND pg_temp.id(12);
SELECT count(*) FROM pg_temp.advice(11) WHERE recommendation LIKE '%another plan%';

-- Nothing at all was measured
SELECT pg_temp.execution(20, '{"execution_status": "FAILED", "unavailable": {"cpu_usage_percent": "no cgroup"}}');
\x on
SELECT * FROM pg_temp.advice(20);
\x off

-- Refused
SAVEPOINT s;
SELECT perf_mgmt.generate_performance_recommendations(pg_temp.id(99));
ROLLBACK TO s;
SELECT perf_mgmt.generate_performance_recommendations(NULL);
ROLLBACK TO s;
SELECT perf_mgmt.generate_performance_recommendations('execution-id-here');
ROLLBACK TO s;
SELECT pg_temp.execution(21, '{"execution_status": "RUNNING", "completed_at": null}');
SELECT perf_mgmt.generate_performance_recommendations(pg_temp.id(21));
ROLLBACK TO s;
SELECT perf_mgmt.advise('[]');
ROLLBACK TO s;
CREATE ROLE regress_adviser;
SET ROLE regress_adviser;
SELECT perf_mgmt.generate_performance_recommendations(pg_temp.id(1));
ROLLBACK;
