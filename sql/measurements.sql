-- The course of the executions: time series of the server, of the operations, and events.
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

CREATE TABLE perf_mgmt.execution_intervals (
  execution_id uuid NOT NULL REFERENCES perf_mgmt.test_executions (id) ON DELETE CASCADE,
  interval_number integer NOT NULL,
  round_number integer NOT NULL DEFAULT 1,
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
  stage_number integer,
  target_rate numeric(20,3),
  retries bigint,
  late_count bigint,
  cpu_time_ms numeric(20,6),
  busy_time_ms numeric(20,6),
  wait_samples jsonb,

  -- In this order: the latest interval of a run is at the end of its rows.
  PRIMARY KEY (execution_id, interval_number, operation_name),
  CONSTRAINT ck_execution_intervals_counts CHECK (
    least(interval_number, active_virtual_users, ok_count, failed_count, skipped_count, interrupted_count,
          retried_count, zero_row_writes, rows_read, rows_affected, shared_blks_hit, shared_blks_read,
          wal_bytes, retries, late_count) >= 0),
  CONSTRAINT ck_execution_intervals_stage CHECK (stage_number >= 1 AND round_number >= 1),
  CONSTRAINT ck_execution_intervals_measures CHECK (
    least(target_rate, cpu_time_ms, busy_time_ms) >= 0
    AND greatest(target_rate, cpu_time_ms, busy_time_ms) < 'NaN'),
  CONSTRAINT ck_execution_intervals_waits CHECK (
    jsonb_typeof(wait_samples) = 'object' AND perf_mgmt.has_only_numbers(wait_samples)
    AND NOT jsonb_path_exists(wait_samples, '$.* ? (@ < 0)'))
);

COMMENT ON TABLE perf_mgmt.execution_intervals IS
  'Time series of the operations: one row per operation and interval, with histograms that merge to those of any longer time.';
COMMENT ON COLUMN perf_mgmt.execution_intervals.execution_id IS 'Execution; its intervals go with it.';
COMMENT ON COLUMN perf_mgmt.execution_intervals.interval_number IS 'Number of the interval in the run, rising from its start.';
COMMENT ON COLUMN perf_mgmt.execution_intervals.round_number IS 'Round of the run that it belongs to, from 1 on.';
COMMENT ON COLUMN perf_mgmt.execution_intervals.operation_name IS 'Operation of the scenario.';
COMMENT ON COLUMN perf_mgmt.execution_intervals.stage IS
  'Stage of the load model in the middle of the interval: warm_up, ramp_up, steady, ramp_down, or one of the run spec.';
COMMENT ON COLUMN perf_mgmt.execution_intervals.measured IS
  'Whether the interval belongs to the measured window.';
COMMENT ON COLUMN perf_mgmt.execution_intervals.started_at IS 'Start of the interval.';
COMMENT ON COLUMN perf_mgmt.execution_intervals.ended_at IS 'End of the interval.';
COMMENT ON COLUMN perf_mgmt.execution_intervals.active_virtual_users IS
  'Closed model: virtual users that the load model wanted in the middle of the interval, those of all operations.';
COMMENT ON COLUMN perf_mgmt.execution_intervals.ok_count IS 'Operations that succeeded.';
COMMENT ON COLUMN perf_mgmt.execution_intervals.failed_count IS 'Operations that ended in an error.';
COMMENT ON COLUMN perf_mgmt.execution_intervals.skipped_count IS 'Operations that were due and were not begun.';
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

COMMENT ON COLUMN perf_mgmt.execution_intervals.stage_number IS
  'Number of that stage, from 1 on, as in execution_stages.';
COMMENT ON COLUMN perf_mgmt.execution_intervals.target_rate IS
  'Open model: operations per second that the load model wanted in the middle of the interval, those of all operations.';
COMMENT ON COLUMN perf_mgmt.execution_intervals.retries IS 'Tries beyond the first.';
COMMENT ON COLUMN perf_mgmt.execution_intervals.late_count IS
  'Successes whose response took longer than latency_limit_ms.';
COMMENT ON COLUMN perf_mgmt.execution_intervals.cpu_time_ms IS
  'CPU time of the workers, apportioned to the operations by busy_time_ms, milliseconds.';
COMMENT ON COLUMN perf_mgmt.execution_intervals.busy_time_ms IS
  'Service time of all operations that ended, whatever became of them, milliseconds.';
COMMENT ON COLUMN perf_mgmt.execution_intervals.wait_samples IS
  'What workers inside the operation were seen waiting for: a JSON object from "CPU" or "Class:Event" to samples.';

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
SELECT pg_catalog.pg_extension_config_dump('perf_mgmt.execution_intervals', '');
SELECT pg_catalog.pg_extension_config_dump('perf_mgmt.execution_events', '');
