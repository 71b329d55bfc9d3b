-- What a run does, counts and records, as far as a number of operations and a seed decide it.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS perf_mgmt;
RESET client_min_messages;
\set VERBOSITY default
\set SHOW_CONTEXT never

CREATE SCHEMA engine_test;
CREATE TABLE engine_test.account (
  id integer PRIMARY KEY,
  tenant integer NOT NULL,
  balance integer NOT NULL CHECK (balance >= 0)
);
INSERT INTO engine_test.account SELECT n, n % 3, 100 FROM generate_series(1, 10) AS n;
CREATE TABLE engine_test.note (n bigint, tag text);
INSERT INTO perf_mgmt.load_scenarios
  (scenario_name, industry_type, scenario_description, virtual_users, ramp_up_duration_seconds,
   test_duration_seconds, ramp_down_duration_seconds, workload_pattern, max_avg_response_time_ms,
   max_p95_response_time_ms, min_throughput_tps, max_error_rate_percent, max_cpu_usage_percent, max_memory_usage_percent)
VALUES ('Engine scenario', 'INVESTIGATIONS', 'Small tables', 1, 0, 1, 0, '{"lookups": 100}', 1000, 1000, 0, 0, NULL, NULL);
INSERT INTO perf_mgmt.performance_tests
  (test_name, test_version, test_type, test_configuration, baseline_thresholds, scenario_id)
SELECT 'Engine test', '1.0', 'LOAD', '{"operations": 100, "seed": 42}', '{}', id
FROM perf_mgmt.load_scenarios WHERE scenario_name = 'Engine scenario';

CREATE PROCEDURE engine_test.add_operation(p_name text, p_template text, p_generators json DEFAULT '{}',
                                           p_weight numeric DEFAULT 100, p_categories text[] DEFAULT '{}',
                                           p_peak numeric DEFAULT 1)
LANGUAGE sql AS $$
  INSERT INTO perf_mgmt.workload_operations
    (scenario_id, operation_name, operation_type, sql_template, parameter_generators, weight_percentage, categories,
     peak_hours_multiplier)
  SELECT id, p_name, 'mixed', p_template, p_generators, p_weight, p_categories, p_peak
  FROM perf_mgmt.load_scenarios WHERE scenario_name = 'Engine scenario'
$$;
CREATE PROCEDURE engine_test.only_operation(p_name text, p_template text, p_generators json DEFAULT '{}')
LANGUAGE sql AS $$
  DELETE FROM perf_mgmt.workload_operations AS o USING perf_mgmt.load_scenarios AS s
  WHERE s.id = o.scenario_id AND s.scenario_name = 'Engine scenario';
  CALL engine_test.add_operation(p_name, p_template, p_generators)
$$;
-- The counts of an execution
CREATE VIEW engine_test.counts AS
SELECT id, execution_status AS status, operations_scheduled AS scheduled, operations_ok AS ok, operations_failed AS failed,
       operations_skipped AS skipped, operations_interrupted AS interrupted, rows_read, rows_affected, zero_row_writes
FROM perf_mgmt.test_executions;
CREATE VIEW engine_test.failures AS
SELECT id, operations_ok AS ok, operations_failed AS failed, failed_serialization AS serialization,
       failed_deadlock AS deadlock, failed_timeout AS timeout, failed_constraint AS "constraint", failed_other AS other
FROM perf_mgmt.test_executions;
-- The rows that a run wrote, whatever their order
CREATE FUNCTION engine_test.checksum() RETURNS text LANGUAGE sql AS $$
  SELECT md5(string_agg(note::text, ',' ORDER BY n, tag)) FROM engine_test.note
$$;

-- Several statements are one operation. What they wrote says what should have been counted.
CALL engine_test.only_operation('transfer', $$
  UPDATE engine_test.account SET balance = balance + $2 WHERE id = $1;
  SELECT balance FROM engine_test.account WHERE id = $1;
  INSERT INTO engine_test.note VALUES ($1, $2)
$$, '{"account": {"type": "integer", "min": 1, "max": 20}, "amount": {"type": "integer", "min": 1, "max": 5}}');
CALL perf_mgmt.run_performance_test('Engine test') \gset
\x
SELECT status, scheduled, ok, failed, skipped, interrupted, rows_read, rows_affected, zero_row_writes
FROM engine_test.counts WHERE id = :'execution_id';
SELECT count(*) AS notes, count(*) FILTER (WHERE n <= 10) AS hits, count(*) FILTER (WHERE n > 10) AS misses,
       sum(tag::integer) FILTER (WHERE n <= 10) AS amount, (SELECT sum(balance) - 1000 FROM engine_test.account) AS balance
FROM engine_test.note;
SELECT operation_name, query_type, table_names, statement_count, statement_types, execution_context,
       configured_share_percent, actual_share_percent, execution_count, ok_count, failed_count, skipped_count,
       interrupted_count, retried_count, rows_read, rows_affected, zero_row_writes,
       query_text LIKE '%UPDATE%INSERT%' AS text, query_hash = encode(sha256(convert_to(query_text, 'UTF8')), 'hex') AS hash,
       bytes_read > 0 AS bytes_read, shared_blks_hit > 0 AS blks_hit, shared_blks_dirtied > 0 AS blks_dirtied,
       wal_records > 200 AS wal_records, wal_bytes > 0 AS wal_bytes, local_blks_hit, temp_blks_written
FROM perf_mgmt.query_performance WHERE execution_id = :'execution_id';
-- Times are there, and in order
SELECT completed_at >= measured_until AND measured_until > measured_from AND measured_from >= started_at AS moments,
       duration_ms >= 0 AS duration, measured_ms > 0 AS measured,
       min_response_time_ms > 0 AND min_response_time_ms <= p50_response_time_ms
         AND p50_response_time_ms <= max_response_time_ms AS response,
       p99_response_time_ms AS p99_of_100_values, p999_response_time_ms AS p999_of_100_values,
       avg_response_time_ms >= avg_service_time_ms AS service_within_response,
       p50_lag_ms >= 0 AS lag, abs(throughput_tps / (1000 * operations_ok / measured_ms) - 1) < 0.001 AS throughput,
       error_rate_percent, perf_mgmt.count(response_histogram) AS responses, perf_mgmt.count(service_histogram) AS services,
       perf_mgmt.count(lag_histogram) AS lags, failure_histogram
FROM perf_mgmt.test_executions WHERE id = :'execution_id';
SELECT q.total_time_ms = perf_mgmt.mean(q.service_histogram) * 100 OR
         abs(q.total_time_ms / 100 - q.avg_time_ms) < 0.001 AS total_and_average,
       q.min_time_ms <= q.p50_time_ms AND q.p50_time_ms <= q.max_time_ms AS in_order, q.stddev_time_ms > 0 AS stddev,
       q.service_histogram::text = e.service_histogram::text AS only_operation
FROM perf_mgmt.query_performance AS q JOIN perf_mgmt.test_executions AS e ON e.id = q.execution_id
WHERE e.id = :'execution_id';
-- What the run was
SELECT execution_environment, total_connections, workers_requested, concurrent_users, seed, scenario_name,
       started_by = current_user AS started_by, run_as = current_user AS run_as, metadata, regression_detected,
       database_version = left(current_setting('server_version'), 50) AS version, test_data_size > 0 AS data_size,
       run_spec ->> 'operations' AS operations, failure_sqlstate, failure_message,
       load_model, planned_ms, target_rate, achieved_rate, operations_late, shape_result, is_valid,
       -- what is not fatal depends on the server and its neighbours
       jsonb_path_query_array(findings, '$[*] ? (@.fatal == true).code') AS fatal_findings,
       hardware_specs ?& '{processors}' AS hardware,
       postgresql_config ?& '{shared_buffers,work_mem,fsync,max_wal_size,max_worker_processes,jit}' AS config
FROM perf_mgmt.test_executions WHERE id = :'execution_id';
-- Where its time went, and the plans of its three statements
SELECT custom_plans + generic_plans AS plans, busy_time_ms >= total_time_ms - 0.001 AS busy, commit_time_ms > 0 AS committed,
       commit_time_ms + planning_time_ms <= busy_time_ms AS parts, jit_time_ms, retries, late_count, interrupted_max_ms,
       plan_hash ~ '^[0-9a-f]{16}$' AS plan_hash, plan @? '$.**."Node Type"' AS plan
FROM perf_mgmt.query_performance WHERE execution_id = :'execution_id';
SELECT array_agg(DISTINCT p.statement_number) AS statements, bool_or(p.is_parallel) AS parallel,
       bool_and(p.first_seen_at >= e.started_at AND p.last_seen_at <= e.completed_at) AS seen
FROM perf_mgmt.execution_plans AS p JOIN perf_mgmt.test_executions AS e ON e.id = p.execution_id
WHERE e.id = :'execution_id' GROUP BY e.id;
-- One stage is the whole run
SELECT s.stage_number, s.stage_name, s.measured, s.target_from, s.target_to, s.ok_count, s.failed_count,
       s.skipped_count, s.retries, s.avg_response_time_ms = e.avg_response_time_ms AS average,
       s.p50_service_time_ms = e.p50_service_time_ms AS service, s.error_rate_percent,
       s.response_histogram::text = e.response_histogram::text AS responses, s.ended_at > s.started_at AS lasted
FROM perf_mgmt.execution_stages AS s JOIN perf_mgmt.test_executions AS e ON e.id = s.execution_id
WHERE e.id = :'execution_id';
\x
-- Its limits: those of its scenario. 100 values have no 95th percentile, which is no success.
SELECT criterion, source, stage_number, stage_name, threshold, passed
FROM perf_mgmt.evaluate_success_criteria(:'execution_id', true);
SELECT event_type, message, details FROM perf_mgmt.execution_events WHERE execution_id = :'execution_id'
ORDER BY event_time;
SELECT metric_type, metric_unit FROM perf_mgmt.performance_metrics
WHERE execution_id = :'execution_id' AND metric_type NOT IN ('cpu', 'memory', 'disk_io', 'worker_memory')
GROUP BY metric_type, metric_unit ORDER BY metric_type;
-- ... those of the host, or the reason why not
SELECT cpu_usage_percent IS NULL = coalesce(unavailable ? 'cpu_usage_percent', false) AS cpu,
       memory_usage_percent IS NULL = coalesce(unavailable ? 'memory_usage_percent', false) AS memory,
       disk_io_mb_per_sec IS NULL = coalesce(unavailable ? 'disk_io_mb_per_sec', false) AS disk
FROM perf_mgmt.test_executions WHERE id = :'execution_id';

-- A finished run: nothing to wait for, nothing to cancel
CALL perf_mgmt.wait_for_execution(:'execution_id');
SELECT perf_mgmt.cancel_execution(:'execution_id');

-- Intervals add up to the execution
CALL engine_test.only_operation('nap', 'SELECT pg_sleep(0.02)');
CALL perf_mgmt.run_performance_test('Engine test', 'development', '{"operations": 20, "interval_ms": 100}') \gset
SELECT count(*) > 2 AS several, count(*) = max(i.interval_number) - min(i.interval_number) + 1 AS numbered,
       sum(i.ok_count) = e.operations_ok AS ok, sum(i.rows_read) = e.rows_read AS rows_read,
       perf_mgmt.merge(i.response_histogram)::text = e.response_histogram::text AS response,
       perf_mgmt.merge(i.service_histogram)::text = e.service_histogram::text AS service,
       perf_mgmt.merge(i.lag_histogram)::text = e.lag_histogram::text AS lag,
       min(i.started_at) = e.measured_from AS "from", max(i.ended_at) >= e.measured_until AS until,
       bool_and(i.measured) AS measured, min(i.active_virtual_users) AS users, min(i.stage) AS stage
FROM perf_mgmt.execution_intervals AS i JOIN perf_mgmt.test_executions AS e ON e.id = i.execution_id
WHERE e.id = :'execution_id' GROUP BY e.id;
SELECT avg_service_time_ms >= 20 AS slept, throughput_tps <= 50 AS throughput
FROM perf_mgmt.test_executions WHERE id = :'execution_id';

-- Failed operations, by the class of their SQLSTATE
SET client_min_messages = error;
CREATE FUNCTION engine_test.fail(p_sqlstate text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'failed with %', p_sqlstate USING ERRCODE = p_sqlstate;
END
$$;
CALL engine_test.only_operation('fail', 'SELECT engine_test.fail($1)',
  '{"sqlstate": {"type": "choice", "values": ["40001", "40P01", "55P03", "23505", "23514", "22012", "P0001"]}}');
CALL perf_mgmt.run_performance_test('Engine test') \gset
SELECT ok, failed, serialization, deadlock, timeout, "constraint", other FROM engine_test.failures WHERE id = :'execution_id';
SELECT message, details FROM perf_mgmt.execution_events
WHERE execution_id = :'execution_id' AND event_type = 'OPERATION_ERROR' ORDER BY details ->> 'sqlstate';
SELECT error_rate_percent, avg_response_time_ms, throughput_tps, response_histogram,
       perf_mgmt.count(failure_histogram) AS failures
FROM perf_mgmt.test_executions WHERE id = :'execution_id';
-- Real ones
CALL engine_test.only_operation('overdraw', 'UPDATE engine_test.account SET balance = $1 WHERE id = 1',
  '{"balance": {"type": "choice", "values": [-1, 1]}}');
CALL perf_mgmt.run_performance_test('Engine test') \gset
SELECT ok, failed, "constraint" FROM engine_test.failures WHERE id = :'execution_id';
SELECT rows_affected, zero_row_writes FROM engine_test.counts WHERE id = :'execution_id';
CALL engine_test.only_operation('same key', 'INSERT INTO engine_test.account VALUES (1, 1, 1)');
CALL perf_mgmt.run_performance_test('Engine test') \gset
SELECT ok, failed, "constraint" FROM engine_test.failures WHERE id = :'execution_id';
CALL engine_test.only_operation('divide', 'SELECT 1 / $1::integer', '{"by": {"type": "choice", "values": [0, 1, 2]}}');
CALL perf_mgmt.run_performance_test('Engine test') \gset
SELECT ok, failed, other FROM engine_test.failures WHERE id = :'execution_id';
SELECT message FROM perf_mgmt.execution_events WHERE execution_id = :'execution_id' AND event_type = 'OPERATION_ERROR';
CALL engine_test.only_operation('sleep', 'SELECT pg_sleep(60)');
CALL perf_mgmt.run_performance_test('Engine test', 'development', '{"operations": 2, "statement_timeout_ms": 20}') \gset
SELECT ok, failed, timeout FROM engine_test.failures WHERE id = :'execution_id';
CALL perf_mgmt.run_performance_test('Engine test', 'development', '{"operations": 2, "settings": {"statement_timeout": "20ms"}}') \gset
SELECT ok, failed, timeout FROM engine_test.failures WHERE id = :'execution_id';
-- ... a lock that the caller holds: the run is not waited for by the function, and waits only so long
CALL engine_test.only_operation('locked', 'UPDATE engine_test.account SET balance = 5 WHERE id = 1');
BEGIN;
SELECT balance FROM engine_test.account WHERE id = 1 FOR UPDATE;
SELECT perf_mgmt.execute_performance_test('Engine test', 'development',
  '{"operations": 3, "settings": {"lock_timeout": "10ms"}}') AS execution_id \gset
CALL perf_mgmt.wait_for_execution(:'execution_id');
COMMIT;
SELECT ok, failed, timeout FROM engine_test.failures WHERE id = :'execution_id';
-- An operation that fails half-way leaves nothing
TRUNCATE engine_test.note;
CALL engine_test.only_operation('half', 'INSERT INTO engine_test.note VALUES ($1); SELECT 1 / ($1 % 2)',
  '{"n": {"type": "sequence"}}');
CALL perf_mgmt.run_performance_test('Engine test') \gset
SELECT status, ok, failed, rows_affected FROM engine_test.counts WHERE id = :'execution_id';
SELECT count(*), count(*) FILTER (WHERE n % 2 = 1) AS odd FROM engine_test.note;

-- Too many errors end the run
CALL engine_test.only_operation('divide', 'SELECT 1 / $1', '{"by": 0}');
SELECT perf_mgmt.execute_performance_test('Engine test', 'development', '{"max_errors": 2}') AS execution_id \gset
CALL perf_mgmt.wait_for_execution(:'execution_id');
SELECT status, scheduled, ok, failed FROM engine_test.counts WHERE id = :'execution_id';
SELECT failure_sqlstate, failure_message FROM perf_mgmt.test_executions WHERE id = :'execution_id';
SELECT event_type, message FROM perf_mgmt.execution_events WHERE execution_id = :'execution_id' ORDER BY event_time;
CALL perf_mgmt.run_performance_test('Engine test', 'development', '{"max_errors": 100}') \gset
SELECT status, failed FROM engine_test.counts WHERE id = :'execution_id';
RESET client_min_messages;

-- finish
TRUNCATE engine_test.note;
CALL engine_test.only_operation('write', 'INSERT INTO engine_test.note VALUES ($1)', '{"n": {"type": "sequence"}}');
CALL perf_mgmt.run_performance_test('Engine test', 'development', '{"finish": "rollback"}') \gset
SELECT status, ok, rows_affected FROM engine_test.counts WHERE id = :'execution_id';
SELECT count(*) FROM engine_test.note;

-- settings, session_settings, search_path
CALL engine_test.only_operation('settings', 'INSERT INTO engine_test.note SELECT 1, current_setting(''work_mem'')');
CALL perf_mgmt.run_performance_test('Engine test', 'development', '{"settings": {"work_mem": "17MB"}}') \gset
SELECT tag, count(*) FROM engine_test.note GROUP BY tag;
TRUNCATE engine_test.note;
INSERT INTO perf_mgmt.parameter_generators (name, industry, definition)
VALUES ('engine_tenant', 'INVESTIGATIONS', '{"type": "integer", "min": 1, "max": 1000}');
CALL engine_test.only_operation('session settings',
  'INSERT INTO engine_test.note VALUES ($1, current_setting(''app.tenant'') || '' '' || current_setting(''work_mem''))',
  '{"tenant": "engine_tenant"}');
CALL perf_mgmt.run_performance_test('Engine test', 'development',
  '{"session_settings": {"app.tenant": "engine_tenant", "work_mem": {"type": "choice", "values": ["2MB", "3MB"]}}}') \gset
SELECT count(*), count(DISTINCT n) > 50 AS many, count(*) FILTER (WHERE tag NOT LIKE n || ' %MB') AS different
FROM engine_test.note;
SELECT split_part(tag, ' ', 2) AS work_mem, count(*) FROM engine_test.note GROUP BY work_mem ORDER BY work_mem;
TRUNCATE engine_test.note;
CALL engine_test.only_operation('search_path', 'INSERT INTO note SELECT 1, current_setting(''search_path'')');
SET search_path = engine_test, public;
CALL perf_mgmt.run_performance_test('Engine test', 'development', '{"operations": 5}') \gset
RESET search_path;
SELECT tag, count(*) FROM engine_test.note GROUP BY tag;
SELECT table_names FROM perf_mgmt.query_performance WHERE execution_id = :'execution_id';

-- Shares: weights, peak hours, a mix of categories
CALL engine_test.only_operation('none', 'SELECT 0');
UPDATE perf_mgmt.workload_operations SET weight_percentage = 0 WHERE operation_name = 'none';
CALL engine_test.add_operation('often', 'SELECT 1', '{}', 75, '{lookups,reports}');
CALL engine_test.add_operation('seldom', 'SELECT 2', '{}', 20, '{lookups}', 5);
CALL engine_test.add_operation('rarely', 'SELECT 3', '{}', 5, '{writes}');
CREATE VIEW engine_test.shares AS
SELECT q.execution_id, q.operation_name, round(q.configured_share_percent, 2) AS configured,
       round(q.actual_share_percent, 2) AS actual, q.ok_count
FROM perf_mgmt.query_performance AS q;
CALL perf_mgmt.run_performance_test('Engine test', 'development', '{"operations": 1000}') \gset
SELECT operation_name, configured, actual, ok_count FROM engine_test.shares WHERE execution_id = :'execution_id' ORDER BY 1;
CALL perf_mgmt.run_performance_test('Engine test', 'development', '{"operations": 1000, "peak": true}') \gset
SELECT operation_name, configured, actual, ok_count FROM engine_test.shares WHERE execution_id = :'execution_id' ORDER BY 1;
CALL perf_mgmt.run_performance_test('Engine test', 'development',
  '{"operations": 1000, "workload_mix": {"writes": 50, "lookups": 50}}') \gset
SELECT operation_name, configured, actual, ok_count FROM engine_test.shares WHERE execution_id = :'execution_id' ORDER BY 1;
CALL perf_mgmt.run_performance_test('Engine test', 'development', '{"operations": 10, "workload_mix": {"writes": 30}}') \gset
SELECT operation_name, configured, actual, ok_count FROM engine_test.shares WHERE execution_id = :'execution_id' ORDER BY 1;
-- The same seed draws the same operations, whoever runs them
CALL perf_mgmt.run_performance_test('Engine test', 'development', '{"operations": 1000, "virtual_users": 7, "workers": 3}') \gset
SELECT operation_name, ok_count FROM engine_test.shares WHERE execution_id = :'execution_id' ORDER BY 1;
SELECT total_connections, concurrent_users FROM perf_mgmt.test_executions WHERE id = :'execution_id';

-- Sequences: every number once, whatever the number of workers
TRUNCATE engine_test.note;
CALL engine_test.only_operation('count', 'INSERT INTO engine_test.note VALUES ($1)',
  '{"n": {"type": "sequence", "start": 1000}}');
CALL perf_mgmt.run_performance_test('Engine test', 'development', '{"operations": 500, "virtual_users": 8, "workers": 4}') \gset
SELECT count(*), count(DISTINCT n), min(n), max(n) FROM engine_test.note;

-- The same seed writes the same rows, with one worker and with four; another seed does not
CALL engine_test.only_operation('write', 'INSERT INTO engine_test.note VALUES (:n, :tag)',
  '{"tag": {"type": "text", "pattern": "{letters:4}-{hex:8}-{digits:3}"}, "n": {"type": "integer", "min": 1, "max": 1000000000}}');
TRUNCATE engine_test.note;
CALL perf_mgmt.run_performance_test('Engine test', 'development', '{"seed": 7, "operations": 400, "virtual_users": 4, "workers": 1}') \gset
SELECT engine_test.checksum() AS one_worker \gset
SELECT total_connections FROM perf_mgmt.test_executions WHERE id = :'execution_id';
TRUNCATE engine_test.note;
CALL perf_mgmt.run_performance_test('Engine test', 'development', '{"seed": 7, "operations": 400, "virtual_users": 4, "workers": 4}') \gset
SELECT engine_test.checksum() AS four_workers \gset
SELECT total_connections FROM perf_mgmt.test_executions WHERE id = :'execution_id';
TRUNCATE engine_test.note;
CALL perf_mgmt.run_performance_test('Engine test', 'development', '{"seed": 8, "operations": 400, "virtual_users": 4, "workers": 1}') \gset
SELECT engine_test.checksum() AS other_seed \gset
SELECT :'one_worker' = :'four_workers' AS same, :'one_worker' = :'other_seed' AS other, :'one_worker' AS checksum;
SELECT n, tag FROM engine_test.note ORDER BY n LIMIT 3;
-- A seed that was drawn is kept, and the stored run spec repeats the run
UPDATE perf_mgmt.performance_tests SET test_configuration = '{"operations": 50}' WHERE test_name = 'Engine test';
TRUNCATE engine_test.note;
CALL perf_mgmt.run_performance_test('Engine test') \gset
SELECT engine_test.checksum() AS first \gset
SELECT run_spec AS spec, seed AS first_seed FROM perf_mgmt.test_executions WHERE id = :'execution_id' \gset
TRUNCATE engine_test.note;
CALL perf_mgmt.run_performance_test('Engine test', 'development', :'spec') \gset
SELECT engine_test.checksum() AS second \gset
SELECT :'first' = :'second' AS rows, seed = :'first_seed' AS seed, run_spec = :'spec' AS spec
FROM perf_mgmt.test_executions WHERE id = :'execution_id';
TRUNCATE engine_test.note;
CALL perf_mgmt.run_performance_test('Engine test') \gset
SELECT :'first' = engine_test.checksum() AS rows, seed = :'first_seed' AS seed
FROM perf_mgmt.test_executions WHERE id = :'execution_id';

-- Values of all kinds arrive as the parameters' types
CREATE TABLE engine_test.kinds (
  i smallint, b bigint, m numeric(10,2), d double precision, t text, v varchar(40), u uuid, day date, at timestamptz,
  flag boolean, j jsonb, a text[], r interval, nothing text
);
CALL engine_test.only_operation('kinds',
  'INSERT INTO engine_test.kinds VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)', '{
  "i": {"type": "integer", "min": -32768, "max": 32767},
  "b": {"type": "integer", "min": -9000000000000000000, "max": 9000000000000000000},
  "m": {"type": "numeric", "min": 0.01, "max": 99.99},
  "d": {"type": "numeric", "min": -1, "max": 1, "scale": 6},
  "t": {"type": "text", "words": 3},
  "v": {"type": "text", "length": {"min": 0, "max": 40}},
  "u": {"type": "uuid"},
  "day": {"type": "date", "from": "-30 days", "to": "0"},
  "at": {"type": "timestamp", "from": "-2 weeks", "to": "+2 hours"},
  "flag": {"type": "boolean", "true_percent": 100},
  "j": {"type": "object", "fields": {"n": 1, "list": {"type": "array", "of": "x Y", "min_length": 2, "max_length": 2}}},
  "a": {"type": "array", "of": {"type": "choice", "values": ["a", "b, \"c\"", null]}, "min_length": 3, "max_length": 3},
  "r": {"type": "expression", "sql": "interval ''1 day'' * 2"},
  "nothing": null}');
CALL perf_mgmt.run_performance_test('Engine test') \gset
SELECT ok, rows_affected FROM engine_test.counts WHERE id = :'execution_id';
SELECT count(*), count(DISTINCT u) AS uuids, bool_and(m BETWEEN 0.01 AND 99.99) AS m, bool_and(d BETWEEN -1 AND 1) AS d,
       bool_and(t ~ '^[a-z]+ [a-z]+ [a-z]+$') AS t, bool_and(v ~ '^[a-z]*$') AS v,
       bool_and(day BETWEEN current_date - 31 AND current_date + 1) AS day, bool_and(at < now() + interval '3 hours') AS at,
       bool_and(flag) AS flag, min(j::text) AS j, bool_and(cardinality(a) = 3) AS a, min(r) AS r, count(nothing) AS nothing
FROM engine_test.kinds;
SELECT e AS element, count(*) > 0 AS there FROM engine_test.kinds, unnest(a) AS e GROUP BY e ORDER BY e;

-- Values that belong together come from one row
TRUNCATE engine_test.note;
INSERT INTO perf_mgmt.parameter_generators (name, industry, definition)
VALUES ('engine_account', 'INVESTIGATIONS',
        '{"type": "pool", "sql": "SELECT id, tenant FROM engine_test.account", "provides": {"engine_tenant": "tenant"}}');
CALL engine_test.only_operation('related',
  'UPDATE engine_test.account SET balance = balance + 1 WHERE tenant = :tenant AND id = :account',
  '{"tenant": "engine_tenant", "account": "engine_account"}');
CALL perf_mgmt.run_performance_test('Engine test') \gset
SELECT ok, rows_affected, zero_row_writes FROM engine_test.counts WHERE id = :'execution_id';

-- Commands other than queries
CREATE PROCEDURE engine_test.write(p_n integer) LANGUAGE sql AS 'INSERT INTO engine_test.note VALUES (p_n)';
CALL engine_test.only_operation('commands', $$
  SET LOCAL work_mem = '1MB';
  CREATE TEMP TABLE seen ON COMMIT DROP AS SELECT 1 AS id;
  CALL engine_test.write($1);
  WITH gone AS (DELETE FROM engine_test.note RETURNING n) SELECT n FROM gone;
  INSERT INTO engine_test.account VALUES (1, 1, 1) ON CONFLICT DO NOTHING
$$, '{"n": {"type": "sequence"}}');
CALL perf_mgmt.run_performance_test('Engine test') \gset
SELECT ok, rows_read, rows_affected, zero_row_writes FROM engine_test.counts WHERE id = :'execution_id';
SELECT query_type, table_names, statement_types FROM perf_mgmt.query_performance WHERE execution_id = :'execution_id';
SELECT count(*) FROM engine_test.note;

-- What an operation leaves in the temporary schema is gone before the next one
CREATE FUNCTION engine_test.leave() RETURNS void LANGUAGE sql AS 'CREATE TEMP TABLE left_behind (id integer)';
CALL engine_test.only_operation('leave behind', $$
  SELECT engine_test.leave();
  SET LOCAL search_path = pg_temp;
  CREATE TABLE left_as_well AS SELECT 1 AS id
$$);
CALL perf_mgmt.run_performance_test('Engine test', 'development', '{"operations": 5, "workers": 1}') \gset
SELECT ok, failed FROM engine_test.counts WHERE id = :'execution_id';
SELECT count(*) FROM pg_class WHERE relname IN ('left_behind', 'left_as_well');

-- To wait within a transaction holds back vacuum, and is said
CALL engine_test.only_operation('one', 'SELECT 1');
BEGIN;
CALL perf_mgmt.run_performance_test('Engine test') \gset
COMMIT;
SELECT status, ok FROM engine_test.counts WHERE id = :'execution_id';
SELECT f AS finding FROM perf_mgmt.test_executions, jsonb_array_elements(findings) AS f
WHERE id = :'execution_id' AND f ->> 'code' = 'horizon_held' AND f ->> 'message' LIKE 'The caller%';
SELECT perf_mgmt.execute_performance_test('Engine test', 'development', '{"wait": true}') AS execution_id \gset
SELECT status, ok FROM engine_test.counts WHERE id = :'execution_id';
SELECT findings @> '[{"code": "horizon_held"}]' AS horizon_held FROM perf_mgmt.test_executions WHERE id = :'execution_id';
-- ... the others see the run from its start
SELECT perf_mgmt.execute_performance_test('Engine test') AS execution_id \gset
SELECT execution_status IN ('RUNNING', 'COMPLETED') AS there, findings @> '[{"code": "horizon_held"}]' AS horizon_held
FROM perf_mgmt.test_executions WHERE id = :'execution_id';
CALL perf_mgmt.wait_for_execution(:'execution_id');

-- Settings of this session that the workers do not have are named
SET enable_seqscan = off;
CALL perf_mgmt.run_performance_test('Engine test') \gset
CALL perf_mgmt.run_performance_test('Engine test', 'development', '{"settings": {"enable_seqscan": false}}') \gset
RESET enable_seqscan;

-- Metadata of all layers
UPDATE perf_mgmt.performance_tests
SET test_configuration = '{"operations": 1, "branch": "main", "metadata": {"team": "billing", "host": "a"}}'
WHERE test_name = 'Engine test';
CALL perf_mgmt.run_performance_test('Engine test', 'staging',
  '{"git_commit": "abc123", "ci_execution": true, "metadata": {"host": "b"}}') \gset
SELECT execution_environment, metadata FROM perf_mgmt.test_executions WHERE id = :'execution_id';

-- Writes in production, when they are wanted
TRUNCATE engine_test.note;
CALL engine_test.only_operation('write', 'INSERT INTO engine_test.note VALUES (1)');
CALL perf_mgmt.run_performance_test('Engine test', 'production', '{"allow_writes_in_production": true}') \gset
SELECT count(*) FROM engine_test.note;

-- The newest active version runs
INSERT INTO perf_mgmt.performance_tests
  (test_name, test_version, test_type, test_configuration, baseline_thresholds, scenario_id, is_active)
SELECT 'Engine test', v.version, 'LOAD', json_build_object('operations', v.operations)::jsonb, '{}', s.id, v.active
FROM perf_mgmt.load_scenarios AS s, (VALUES ('1.9', 9, true), ('1.10', 10, true), ('2.0', 20, false)) AS v(version, operations, active)
WHERE scenario_name = 'Engine scenario';
CALL perf_mgmt.run_performance_test('Engine test') \gset
SELECT ok FROM engine_test.counts WHERE id = :'execution_id';

-- Every execution kept the identity of its counts, and of its operations'
SELECT count(*) > 30 AS executions,
       bool_and(operations_scheduled = operations_ok + operations_failed + operations_skipped + operations_interrupted) AS total,
       bool_and(operations_ok = (SELECT sum(q.ok_count) FROM perf_mgmt.query_performance AS q WHERE q.execution_id = e.id)
         AND operations_ok = (SELECT sum(i.ok_count) FROM perf_mgmt.execution_intervals AS i WHERE i.execution_id = e.id)
         AND operations_failed = (SELECT sum(i.failed_count) FROM perf_mgmt.execution_intervals AS i WHERE i.execution_id = e.id)) AS parts
FROM perf_mgmt.test_executions AS e WHERE scenario_name = 'Engine scenario';

DELETE FROM perf_mgmt.performance_baselines WHERE test_name = 'Engine test';
DELETE FROM perf_mgmt.test_executions WHERE scenario_name = 'Engine scenario';
DELETE FROM perf_mgmt.performance_tests WHERE test_name = 'Engine test';
DELETE FROM perf_mgmt.load_scenarios WHERE scenario_name = 'Engine scenario';
DELETE FROM perf_mgmt.parameter_generators WHERE industry = 'INVESTIGATIONS';
SET client_min_messages = warning;
DROP SCHEMA engine_test CASCADE;
