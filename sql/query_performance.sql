-- The operations of the executions: what each did, what it cost, and what its time went into.
--
-- Written by the engine's controller when the run ends, and by simulate_workload. The words response,
-- service and lag are those of executions.sql.

CREATE TABLE perf_mgmt.query_performance (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  execution_id uuid NOT NULL REFERENCES perf_mgmt.test_executions (id) ON DELETE CASCADE,
  query_hash varchar(64) NOT NULL,
  query_text text NOT NULL,
  query_type varchar(50) NOT NULL,
  table_names text[] NOT NULL,
  execution_count bigint NOT NULL,
  total_time_ms numeric(20,6) NOT NULL,
  avg_time_ms numeric(20,6) NOT NULL,
  min_time_ms numeric(20,6) NOT NULL,
  max_time_ms numeric(20,6) NOT NULL,
  stddev_time_ms numeric(20,6) NOT NULL,

  shared_blks_hit bigint,
  shared_blks_read bigint,
  shared_blks_dirtied bigint,
  shared_blks_written bigint,
  local_blks_hit bigint,
  local_blks_read bigint,
  temp_blks_read bigint,
  temp_blks_written bigint,
  blk_read_time numeric(20,6),
  blk_write_time numeric(20,6),

  created_at timestamptz NOT NULL DEFAULT now(),

  -- The operation
  operation_name varchar(255),
  statement_count integer,
  statement_types text[],
  configured_share_percent numeric(9,6),
  actual_share_percent numeric(9,6),
  ok_count bigint,
  failed_count bigint,
  skipped_count bigint,
  interrupted_count bigint,
  retried_count bigint,

  -- Further times
  p50_time_ms numeric(20,6),
  p95_time_ms numeric(20,6),
  p99_time_ms numeric(20,6),
  p999_time_ms numeric(20,6),
  avg_response_time_ms numeric(20,6),
  p95_response_time_ms numeric(20,6),
  p99_response_time_ms numeric(20,6),

  -- Further counters
  rows_read bigint,
  rows_affected bigint,
  bytes_read bigint,
  zero_row_writes bigint,
  local_blks_dirtied bigint,
  local_blks_written bigint,
  temp_blk_read_time numeric(20,6),
  temp_blk_write_time numeric(20,6),
  wal_records bigint,
  wal_fpi bigint,
  wal_bytes numeric,

  execution_context text NOT NULL DEFAULT 'worker',
  response_histogram perf_mgmt.histogram,
  service_histogram perf_mgmt.histogram,
  failure_histogram perf_mgmt.histogram,

  -- Where the time went
  retries bigint,
  late_count bigint,
  interrupted_max_ms numeric(20,6),
  busy_time_ms numeric(20,6),
  commit_time_ms numeric(20,6),
  planning_time_ms numeric(20,6),
  jit_time_ms numeric(20,6),
  jit_functions bigint,
  cpu_time_ms numeric(20,6),
  wait_samples jsonb,

  -- Its plans
  custom_plans bigint,
  generic_plans bigint,
  plan_hash text,
  plan jsonb,

  CONSTRAINT ck_query_performance_context CHECK (execution_context IN ('worker', 'in_transaction')),
  CONSTRAINT ck_query_performance_shares CHECK (
    configured_share_percent BETWEEN 0 AND 100 AND actual_share_percent BETWEEN 0 AND 100),
  CONSTRAINT ck_query_performance_times CHECK (
    least(total_time_ms, avg_time_ms, min_time_ms, max_time_ms, stddev_time_ms, blk_read_time, blk_write_time,
          p50_time_ms, p95_time_ms, p99_time_ms, p999_time_ms, avg_response_time_ms, p95_response_time_ms,
          p99_response_time_ms, temp_blk_read_time, temp_blk_write_time, interrupted_max_ms, busy_time_ms,
          commit_time_ms, planning_time_ms, jit_time_ms, cpu_time_ms) >= 0
    AND greatest(total_time_ms, avg_time_ms, min_time_ms, max_time_ms, stddev_time_ms, blk_read_time, blk_write_time,
          p50_time_ms, p95_time_ms, p99_time_ms, p999_time_ms, avg_response_time_ms, p95_response_time_ms,
          p99_response_time_ms, temp_blk_read_time, temp_blk_write_time, interrupted_max_ms, busy_time_ms,
          commit_time_ms, planning_time_ms, jit_time_ms, cpu_time_ms) < 'NaN'),
  CONSTRAINT ck_query_performance_counts CHECK (
    least(execution_count, statement_count, ok_count, failed_count, skipped_count, interrupted_count, retried_count,
          rows_read, rows_affected, bytes_read, zero_row_writes, wal_records, wal_fpi, wal_bytes, retries,
          late_count, jit_functions, custom_plans, generic_plans) >= 0),
  CONSTRAINT ck_query_performance_blocks CHECK (
    least(shared_blks_hit, shared_blks_read, shared_blks_dirtied, shared_blks_written,
          local_blks_hit, local_blks_read, local_blks_dirtied, local_blks_written,
          temp_blks_read, temp_blks_written) >= 0),
  CONSTRAINT ck_query_performance_waits CHECK (
    jsonb_typeof(wait_samples) = 'object' AND perf_mgmt.has_only_numbers(wait_samples)
    AND NOT jsonb_path_exists(wait_samples, '$.* ? (@ < 0)')),
  CONSTRAINT ck_query_performance_plan_hash CHECK (plan_hash ~ '^[0-9a-f]{16}$'),
  CONSTRAINT ck_query_performance_plan CHECK (jsonb_typeof(plan) IN ('array', 'object'))
);

CREATE INDEX ix_query_performance_execution ON perf_mgmt.query_performance (execution_id);

COMMENT ON TABLE perf_mgmt.query_performance IS
  'Operations of the executions: times, rows, buffers and log of each, over the measured window.';
COMMENT ON COLUMN perf_mgmt.query_performance.id IS 'Key.';
COMMENT ON COLUMN perf_mgmt.query_performance.execution_id IS 'Execution; its operations go with it.';
COMMENT ON COLUMN perf_mgmt.query_performance.query_hash IS
  'Hash of the template: equal for equal templates of different executions.';
COMMENT ON COLUMN perf_mgmt.query_performance.query_text IS 'SQL template as it was run.';
COMMENT ON COLUMN perf_mgmt.query_performance.query_type IS
  'Kind of statement: SELECT, INSERT, UPDATE, DELETE ...; of several statements the one that weighs most.';
COMMENT ON COLUMN perf_mgmt.query_performance.table_names IS
  'Tables that the analysed statements name, with their schemas.';
COMMENT ON COLUMN perf_mgmt.query_performance.execution_count IS
  'How often the operation was executed with success.';
COMMENT ON COLUMN perf_mgmt.query_performance.total_time_ms IS 'Sum of the service times, milliseconds.';
COMMENT ON COLUMN perf_mgmt.query_performance.avg_time_ms IS 'Mean service time, milliseconds.';
COMMENT ON COLUMN perf_mgmt.query_performance.min_time_ms IS 'Shortest service time, milliseconds.';
COMMENT ON COLUMN perf_mgmt.query_performance.max_time_ms IS 'Longest service time, milliseconds.';
COMMENT ON COLUMN perf_mgmt.query_performance.stddev_time_ms IS
  'Standard deviation of the service time, milliseconds; 0 below two values.';
COMMENT ON COLUMN perf_mgmt.query_performance.shared_blks_hit IS 'Shared blocks found in the buffer cache.';
COMMENT ON COLUMN perf_mgmt.query_performance.shared_blks_read IS 'Shared blocks read from outside the buffer cache.';
COMMENT ON COLUMN perf_mgmt.query_performance.shared_blks_dirtied IS 'Shared blocks changed for the first time.';
COMMENT ON COLUMN perf_mgmt.query_performance.shared_blks_written IS 'Shared blocks that the operations had to write out themselves.';
COMMENT ON COLUMN perf_mgmt.query_performance.local_blks_hit IS 'Blocks of temporary tables found in local buffers.';
COMMENT ON COLUMN perf_mgmt.query_performance.local_blks_read IS 'Blocks of temporary tables read.';
COMMENT ON COLUMN perf_mgmt.query_performance.temp_blks_read IS 'Blocks of temporary files read (sorts, hashes).';
COMMENT ON COLUMN perf_mgmt.query_performance.temp_blks_written IS 'Blocks of temporary files written.';
COMMENT ON COLUMN perf_mgmt.query_performance.blk_read_time IS
  'Time spent reading shared blocks, milliseconds; NULL with track_io_timing off.';
COMMENT ON COLUMN perf_mgmt.query_performance.blk_write_time IS
  'Time spent writing shared blocks, milliseconds; NULL with track_io_timing off.';
COMMENT ON COLUMN perf_mgmt.query_performance.created_at IS 'When the row was written.';
COMMENT ON COLUMN perf_mgmt.query_performance.operation_name IS 'Operation of the scenario.';
COMMENT ON COLUMN perf_mgmt.query_performance.statement_count IS 'Statements in the template.';
COMMENT ON COLUMN perf_mgmt.query_performance.statement_types IS 'Kind of each statement, in order.';
COMMENT ON COLUMN perf_mgmt.query_performance.configured_share_percent IS
  'Share of the operations that it should have had, 0 to 100 percent.';
COMMENT ON COLUMN perf_mgmt.query_performance.actual_share_percent IS
  'Share of the operations that it had, 0 to 100 percent.';
COMMENT ON COLUMN perf_mgmt.query_performance.ok_count IS 'Times that it succeeded.';
COMMENT ON COLUMN perf_mgmt.query_performance.failed_count IS 'Times that it ended in an error.';
COMMENT ON COLUMN perf_mgmt.query_performance.skipped_count IS 'Times that it was due and was not begun.';
COMMENT ON COLUMN perf_mgmt.query_performance.interrupted_count IS 'Times that the end of the run cancelled it.';
COMMENT ON COLUMN perf_mgmt.query_performance.retried_count IS 'Times that it took more than one try.';
COMMENT ON COLUMN perf_mgmt.query_performance.p50_time_ms IS 'Median service time, milliseconds.';
COMMENT ON COLUMN perf_mgmt.query_performance.p95_time_ms IS
  '95th percentile of the service time, milliseconds; NULL below 10 values beyond it.';
COMMENT ON COLUMN perf_mgmt.query_performance.p99_time_ms IS
  '99th percentile of the service time, milliseconds; NULL below 10 values beyond it.';
COMMENT ON COLUMN perf_mgmt.query_performance.p999_time_ms IS
  '99.9th percentile of the service time, milliseconds; NULL below 10 values beyond it.';
COMMENT ON COLUMN perf_mgmt.query_performance.avg_response_time_ms IS 'Mean response time, milliseconds.';
COMMENT ON COLUMN perf_mgmt.query_performance.p95_response_time_ms IS
  '95th percentile of the response time, milliseconds.';
COMMENT ON COLUMN perf_mgmt.query_performance.p99_response_time_ms IS
  '99th percentile of the response time, milliseconds.';
COMMENT ON COLUMN perf_mgmt.query_performance.rows_read IS 'Rows that its queries returned.';
COMMENT ON COLUMN perf_mgmt.query_performance.rows_affected IS 'Rows inserted, updated or deleted.';
COMMENT ON COLUMN perf_mgmt.query_performance.bytes_read IS
  'Bytes of the rows that its queries returned, detoasted.';
COMMENT ON COLUMN perf_mgmt.query_performance.zero_row_writes IS
  'Writing statements of successful operations that touched no row.';
COMMENT ON COLUMN perf_mgmt.query_performance.local_blks_dirtied IS 'Blocks of temporary tables changed for the first time.';
COMMENT ON COLUMN perf_mgmt.query_performance.local_blks_written IS 'Blocks of temporary tables written out.';
COMMENT ON COLUMN perf_mgmt.query_performance.temp_blk_read_time IS
  'Time spent reading temporary files, milliseconds; NULL with track_io_timing off.';
COMMENT ON COLUMN perf_mgmt.query_performance.temp_blk_write_time IS
  'Time spent writing temporary files, milliseconds; NULL with track_io_timing off.';
COMMENT ON COLUMN perf_mgmt.query_performance.wal_records IS 'Records written to the write-ahead log.';
COMMENT ON COLUMN perf_mgmt.query_performance.wal_fpi IS 'Full page images among them.';
COMMENT ON COLUMN perf_mgmt.query_performance.wal_bytes IS 'Bytes written to the write-ahead log.';
COMMENT ON COLUMN perf_mgmt.query_performance.execution_context IS
  'worker: transactions of their own; in_transaction: within the caller''s transaction (simulate_workload), without commits.';
COMMENT ON COLUMN perf_mgmt.query_performance.response_histogram IS 'Response times of the successes.';
COMMENT ON COLUMN perf_mgmt.query_performance.service_histogram IS 'Service times of the successes.';
COMMENT ON COLUMN perf_mgmt.query_performance.failure_histogram IS 'Response times of the failures.';
COMMENT ON COLUMN perf_mgmt.query_performance.retries IS 'Tries beyond the first.';
COMMENT ON COLUMN perf_mgmt.query_performance.late_count IS
  'Successes whose response took longer than latency_limit_ms.';
COMMENT ON COLUMN perf_mgmt.query_performance.interrupted_max_ms IS
  'How long after it was due the longest of the interrupted ones was cancelled, milliseconds: a lower bound of its response time.';
COMMENT ON COLUMN perf_mgmt.query_performance.busy_time_ms IS
  'Service time of all that were begun, whatever became of them, milliseconds; the times below are parts of it.';
COMMENT ON COLUMN perf_mgmt.query_performance.commit_time_ms IS
  'Time spent in COMMIT or ROLLBACK, the flush of the write-ahead log included, milliseconds.';
COMMENT ON COLUMN perf_mgmt.query_performance.planning_time_ms IS
  'Time spent in the planner, milliseconds; little where the plan for any parameters is used again.';
COMMENT ON COLUMN perf_mgmt.query_performance.jit_time_ms IS
  'Time spent compiling expressions (JIT), milliseconds.';
COMMENT ON COLUMN perf_mgmt.query_performance.jit_functions IS 'Functions that JIT compiled.';
COMMENT ON COLUMN perf_mgmt.query_performance.cpu_time_ms IS
  'CPU time of the workers, apportioned to the operations by busy_time_ms, milliseconds.';
COMMENT ON COLUMN perf_mgmt.query_performance.wait_samples IS
  'What workers inside the operation were seen waiting for: a JSON object from "CPU" or "Class:Event" to samples; execution_waits shows it in rows.';
COMMENT ON COLUMN perf_mgmt.query_performance.custom_plans IS
  'Statements that were run with a plan made for their parameters.';
COMMENT ON COLUMN perf_mgmt.query_performance.generic_plans IS
  'Statements that were run with the plan for any parameters.';
COMMENT ON COLUMN perf_mgmt.query_performance.plan_hash IS
  'Identity of the plan of the first statement that was seen last, without costs, row estimates, constants and parameter numbers.';
COMMENT ON COLUMN perf_mgmt.query_performance.plan IS
  'That plan, as EXPLAIN (FORMAT JSON) shows it; all plans are in execution_plans.';

CREATE VIEW perf_mgmt.execution_waits AS
SELECT p.execution_id,
       p.operation_name,
       split_part(w.key, ':', 1) AS wait_event_type,
       -- What follows the first colon; nothing for CPU, which is no wait.
       nullif(substr(w.key, length(split_part(w.key, ':', 1)) + 2), '') AS wait_event,
       w.samples,
       round(100 * w.samples / nullif(sum(w.samples) OVER (PARTITION BY p.id), 0), 2) AS share_percent
FROM perf_mgmt.query_performance p
CROSS JOIN LATERAL (SELECT key, value::numeric::bigint FROM jsonb_each_text(p.wait_samples)) AS w (key, samples);

COMMENT ON VIEW perf_mgmt.execution_waits IS
  'What the workers waited for inside the operations, by samples: one row per execution, operation and event.';
COMMENT ON COLUMN perf_mgmt.execution_waits.execution_id IS 'Execution.';
COMMENT ON COLUMN perf_mgmt.execution_waits.operation_name IS 'Operation of the scenario.';
COMMENT ON COLUMN perf_mgmt.execution_waits.wait_event_type IS
  'Class of the wait event, as in pg_stat_activity; CPU: the worker waited for nothing, it ran or wanted to.';
COMMENT ON COLUMN perf_mgmt.execution_waits.wait_event IS 'Wait event, as in pg_stat_activity; NULL for CPU.';
COMMENT ON COLUMN perf_mgmt.execution_waits.samples IS 'Looks at which a worker was seen so.';
COMMENT ON COLUMN perf_mgmt.execution_waits.share_percent IS
  'Share of the operation''s samples, 0 to 100 percent.';

SELECT pg_catalog.pg_extension_config_dump('perf_mgmt.query_performance', '');
