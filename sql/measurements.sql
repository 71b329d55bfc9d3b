-- The details of the executions: time series, operations, intervals, events.
--
-- Written by the engine's controller as they happen, one transaction per interval; they go with their
-- execution. The words response, service and lag are those of executions.sql.

CREATE TABLE perf_mgmt.performance_metrics (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  execution_id uuid NOT NULL REFERENCES perf_mgmt.test_executions (id) ON DELETE CASCADE,
  metric_timestamp timestamptz NOT NULL,
  metric_type varchar(100) NOT NULL,
  metric_value numeric(30,6) NOT NULL,
  metric_unit varchar(50) NOT NULL,
  additional_context jsonb,

  created_at timestamptz NOT NULL DEFAULT now(),

  CONSTRAINT ck_performance_metrics_type CHECK (btrim(metric_type) <> ''),
  CONSTRAINT ck_performance_metrics_value CHECK (metric_value < 'NaN'),
  CONSTRAINT ck_performance_metrics_context CHECK (jsonb_typeof(additional_context) = 'object')
);

CREATE INDEX ix_performance_metrics_series
  ON perf_mgmt.performance_metrics (execution_id, metric_type, metric_timestamp);

COMMENT ON TABLE perf_mgmt.performance_metrics IS
  'Time series of the executions: one row per metric and interval.';
COMMENT ON COLUMN perf_mgmt.performance_metrics.id IS 'Key.';
COMMENT ON COLUMN perf_mgmt.performance_metrics.execution_id IS 'Execution; its metrics go with it.';
COMMENT ON COLUMN perf_mgmt.performance_metrics.metric_timestamp IS 'End of the interval that the value is of.';
COMMENT ON COLUMN perf_mgmt.performance_metrics.metric_type IS
  'What was measured: response_time, throughput, cpu, memory, disk_io, connections ...';
COMMENT ON COLUMN perf_mgmt.performance_metrics.metric_value IS 'Value in metric_unit.';
COMMENT ON COLUMN perf_mgmt.performance_metrics.metric_unit IS 'Unit of the value.';
COMMENT ON COLUMN perf_mgmt.performance_metrics.additional_context IS
  'What else belongs to the value, as a JSON object.';
COMMENT ON COLUMN perf_mgmt.performance_metrics.created_at IS 'When the row was written.';

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

  CONSTRAINT ck_query_performance_context CHECK (execution_context IN ('worker', 'in_transaction')),
  CONSTRAINT ck_query_performance_shares CHECK (
    configured_share_percent BETWEEN 0 AND 100 AND actual_share_percent BETWEEN 0 AND 100),
  CONSTRAINT ck_query_performance_times CHECK (
    least(total_time_ms, avg_time_ms, min_time_ms, max_time_ms, stddev_time_ms, blk_read_time, blk_write_time,
          p50_time_ms, p95_time_ms, p99_time_ms, p999_time_ms, avg_response_time_ms, p95_response_time_ms,
          p99_response_time_ms, temp_blk_read_time, temp_blk_write_time) >= 0
    AND greatest(total_time_ms, avg_time_ms, min_time_ms, max_time_ms, stddev_time_ms, blk_read_time, blk_write_time,
          p50_time_ms, p95_time_ms, p99_time_ms, p999_time_ms, avg_response_time_ms, p95_response_time_ms,
          p99_response_time_ms, temp_blk_read_time, temp_blk_write_time) < 'NaN'),
  CONSTRAINT ck_query_performance_counts CHECK (
    least(execution_count, statement_count, ok_count, failed_count, skipped_count, interrupted_count, retried_count,
          rows_read, rows_affected, bytes_read, zero_row_writes, wal_records, wal_fpi, wal_bytes) >= 0),
  CONSTRAINT ck_query_performance_blocks CHECK (
    least(shared_blks_hit, shared_blks_read, shared_blks_dirtied, shared_blks_written,
          local_blks_hit, local_blks_read, local_blks_dirtied, local_blks_written,
          temp_blks_read, temp_blks_written) >= 0)
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
COMMENT ON COLUMN perf_mgmt.query_performance.skipped_count IS 'Times that it was due before the end and had not begun when it came.';
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

CREATE TABLE perf_mgmt.execution_intervals (
  execution_id uuid NOT NULL REFERENCES perf_mgmt.test_executions (id) ON DELETE CASCADE,
  interval_number integer NOT NULL,
  operation_name varchar(255) NOT NULL,
  stage text NOT NULL,
  measured boolean NOT NULL,
  started_at timestamptz NOT NULL,
  ended_at timestamptz NOT NULL,
  active_virtual_users integer,
  ok_count bigint NOT NULL DEFAULT 0,
  failed_count bigint NOT NULL DEFAULT 0,
  skipped_count bigint NOT NULL DEFAULT 0,
  interrupted_count bigint NOT NULL DEFAULT 0,
  retried_count bigint NOT NULL DEFAULT 0,
  zero_row_writes bigint,
  rows_read bigint,
  rows_affected bigint,
  shared_blks_hit bigint,
  shared_blks_read bigint,
  wal_bytes numeric,
  response_histogram perf_mgmt.histogram,
  service_histogram perf_mgmt.histogram,
  lag_histogram perf_mgmt.histogram,
  failure_histogram perf_mgmt.histogram,

  PRIMARY KEY (execution_id, operation_name, interval_number),
  CONSTRAINT ck_execution_intervals_counts CHECK (
    least(interval_number, active_virtual_users, ok_count, failed_count, skipped_count, interrupted_count,
          retried_count, zero_row_writes, rows_read, rows_affected, shared_blks_hit, shared_blks_read,
          wal_bytes) >= 0)
);

COMMENT ON TABLE perf_mgmt.execution_intervals IS
  'Time series of the operations: one row per operation and interval, with histograms that merge to those of any longer time.';
COMMENT ON COLUMN perf_mgmt.execution_intervals.execution_id IS 'Execution; its intervals go with it.';
COMMENT ON COLUMN perf_mgmt.execution_intervals.interval_number IS 'Number of the interval in the run, rising from its start.';
COMMENT ON COLUMN perf_mgmt.execution_intervals.operation_name IS 'Operation of the scenario.';
COMMENT ON COLUMN perf_mgmt.execution_intervals.stage IS
  'What the run was doing: warming up, ramping, holding.';
COMMENT ON COLUMN perf_mgmt.execution_intervals.measured IS
  'Whether the interval belongs to the measured window.';
COMMENT ON COLUMN perf_mgmt.execution_intervals.started_at IS 'Start of the interval.';
COMMENT ON COLUMN perf_mgmt.execution_intervals.ended_at IS 'End of the interval.';
COMMENT ON COLUMN perf_mgmt.execution_intervals.active_virtual_users IS
  'Virtual users that the load model wanted in the middle of the interval, those of all operations.';
COMMENT ON COLUMN perf_mgmt.execution_intervals.ok_count IS 'Operations that succeeded.';
COMMENT ON COLUMN perf_mgmt.execution_intervals.failed_count IS 'Operations that ended in an error.';
COMMENT ON COLUMN perf_mgmt.execution_intervals.skipped_count IS 'Operations that were due before the end and had not begun when it came.';
COMMENT ON COLUMN perf_mgmt.execution_intervals.interrupted_count IS 'Operations that the end of the run cancelled.';
COMMENT ON COLUMN perf_mgmt.execution_intervals.retried_count IS 'Operations that took more than one try.';
COMMENT ON COLUMN perf_mgmt.execution_intervals.zero_row_writes IS
  'Writing statements of successful operations that touched no row.';
COMMENT ON COLUMN perf_mgmt.execution_intervals.rows_read IS 'Rows that queries returned.';
COMMENT ON COLUMN perf_mgmt.execution_intervals.rows_affected IS 'Rows inserted, updated or deleted.';
COMMENT ON COLUMN perf_mgmt.execution_intervals.shared_blks_hit IS 'Shared blocks found in the buffer cache.';
COMMENT ON COLUMN perf_mgmt.execution_intervals.shared_blks_read IS 'Shared blocks read from outside the buffer cache.';
COMMENT ON COLUMN perf_mgmt.execution_intervals.wal_bytes IS 'Bytes written to the write-ahead log.';
COMMENT ON COLUMN perf_mgmt.execution_intervals.response_histogram IS
  'Response times of the successes; NULL when there were none.';
COMMENT ON COLUMN perf_mgmt.execution_intervals.service_histogram IS
  'Service times of the successes; NULL when there were none.';
COMMENT ON COLUMN perf_mgmt.execution_intervals.lag_histogram IS
  'Delays between due and started; NULL when there were none.';
COMMENT ON COLUMN perf_mgmt.execution_intervals.failure_histogram IS
  'Response times of the failures; NULL when there were none.';

CREATE TABLE perf_mgmt.execution_events (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  execution_id uuid NOT NULL REFERENCES perf_mgmt.test_executions (id) ON DELETE CASCADE,
  event_time timestamptz NOT NULL DEFAULT clock_timestamp(),
  event_type varchar(100) NOT NULL,
  message text NOT NULL,
  details jsonb,

  CONSTRAINT ck_execution_events_type CHECK (btrim(event_type) <> ''),
  CONSTRAINT ck_execution_events_details CHECK (jsonb_typeof(details) = 'object')
);

CREATE INDEX ix_execution_events_execution ON perf_mgmt.execution_events (execution_id, event_time);

COMMENT ON TABLE perf_mgmt.execution_events IS 'What happened in the course of an execution.';
COMMENT ON COLUMN perf_mgmt.execution_events.id IS 'Key; what log_performance_event returns.';
COMMENT ON COLUMN perf_mgmt.execution_events.execution_id IS 'Execution; its events go with it.';
COMMENT ON COLUMN perf_mgmt.execution_events.event_time IS 'When it happened.';
COMMENT ON COLUMN perf_mgmt.execution_events.event_type IS 'Kind of event, as TEST_STARTED.';
COMMENT ON COLUMN perf_mgmt.execution_events.message IS 'What happened, in a sentence.';
COMMENT ON COLUMN perf_mgmt.execution_events.details IS 'What belongs to it, as a JSON object.';

SELECT pg_catalog.pg_extension_config_dump('perf_mgmt.performance_metrics', '');
SELECT pg_catalog.pg_extension_config_dump('perf_mgmt.query_performance', '');
SELECT pg_catalog.pg_extension_config_dump('perf_mgmt.execution_intervals', '');
SELECT pg_catalog.pg_extension_config_dump('perf_mgmt.execution_events', '');
