-- The stages of the executions: the summary of each stage of the load.
--
-- Written by the engine's controller when the run ends. An operation counts in the stage in which it
-- ends. The columns bear the names that they have in test_executions.

CREATE TABLE perf_mgmt.execution_stages (
  execution_id uuid NOT NULL REFERENCES perf_mgmt.test_executions (id) ON DELETE CASCADE,
  stage_number integer NOT NULL,
  round_number integer NOT NULL DEFAULT 1,
  stage_name text NOT NULL,
  measured boolean NOT NULL,
  started_at timestamptz NOT NULL,
  ended_at timestamptz,
  duration_ms numeric(20,6),
  target_from numeric(20,3),
  target_to numeric(20,3),

  -- Counts
  ok_count bigint NOT NULL DEFAULT 0,
  failed_count bigint NOT NULL DEFAULT 0,
  skipped_count bigint NOT NULL DEFAULT 0,
  interrupted_count bigint NOT NULL DEFAULT 0,
  retried_count bigint NOT NULL DEFAULT 0,
  retries bigint NOT NULL DEFAULT 0,
  late_count bigint NOT NULL DEFAULT 0,

  -- Summary
  avg_response_time_ms numeric(20,6),
  p50_response_time_ms numeric(20,6),
  p95_response_time_ms numeric(20,6),
  p99_response_time_ms numeric(20,6),
  p999_response_time_ms numeric(20,6),
  min_response_time_ms numeric(20,6),
  max_response_time_ms numeric(20,6),
  stddev_response_time_ms numeric(20,6),
  avg_service_time_ms numeric(20,6),
  p50_service_time_ms numeric(20,6),
  p95_service_time_ms numeric(20,6),
  p99_service_time_ms numeric(20,6),
  avg_lag_ms numeric(20,6),
  p50_lag_ms numeric(20,6),
  p95_lag_ms numeric(20,6),
  p99_lag_ms numeric(20,6),
  throughput_tps numeric(20,3),
  error_rate_percent numeric(9,6),
  cpu_usage_percent numeric(5,2),
  memory_usage_percent numeric(5,2),
  response_histogram perf_mgmt.histogram,
  service_histogram perf_mgmt.histogram,
  lag_histogram perf_mgmt.histogram,

  PRIMARY KEY (execution_id, stage_number),
  CONSTRAINT ck_execution_stages_number CHECK (stage_number >= 1 AND round_number >= 1),
  CONSTRAINT ck_execution_stages_times CHECK (started_at <= ended_at),
  CONSTRAINT ck_execution_stages_counts CHECK (
    least(ok_count, failed_count, skipped_count, interrupted_count, retried_count, retries, late_count) >= 0),
  CONSTRAINT ck_execution_stages_retries CHECK (retried_count <= retries),
  CONSTRAINT ck_execution_stages_late CHECK (late_count <= ok_count),
  CONSTRAINT ck_execution_stages_error_rate CHECK (error_rate_percent BETWEEN 0 AND 100),
  CONSTRAINT ck_execution_stages_cpu CHECK (cpu_usage_percent BETWEEN 0 AND 100),
  CONSTRAINT ck_execution_stages_memory CHECK (memory_usage_percent BETWEEN 0 AND 100),
  CONSTRAINT ck_execution_stages_measures CHECK (
    least(duration_ms, target_from, target_to, avg_response_time_ms, p50_response_time_ms, p95_response_time_ms,
          p99_response_time_ms, p999_response_time_ms, min_response_time_ms, max_response_time_ms,
          stddev_response_time_ms, avg_service_time_ms, p50_service_time_ms, p95_service_time_ms,
          p99_service_time_ms, avg_lag_ms, p50_lag_ms, p95_lag_ms, p99_lag_ms, throughput_tps) >= 0
    AND greatest(duration_ms, target_from, target_to, avg_response_time_ms, p50_response_time_ms, p95_response_time_ms,
          p99_response_time_ms, p999_response_time_ms, min_response_time_ms, max_response_time_ms,
          stddev_response_time_ms, avg_service_time_ms, p50_service_time_ms, p95_service_time_ms,
          p99_service_time_ms, avg_lag_ms, p50_lag_ms, p95_lag_ms, p99_lag_ms, throughput_tps) < 'NaN')
);

COMMENT ON TABLE perf_mgmt.execution_stages IS
  'Stages of the executions: warm-up, ramps, full load, steps, with the summary of each.';
COMMENT ON COLUMN perf_mgmt.execution_stages.execution_id IS 'Execution; its stages go with it.';
COMMENT ON COLUMN perf_mgmt.execution_stages.stage_number IS 'Number of the stage in the run, from 1 on; those of a further round follow.';
COMMENT ON COLUMN perf_mgmt.execution_stages.round_number IS 'Round of the run that it belongs to, from 1 on.';
COMMENT ON COLUMN perf_mgmt.execution_stages.stage_name IS
  'warm_up, ramp_up, steady, ramp_down, or the name of a stage of the run spec.';
COMMENT ON COLUMN perf_mgmt.execution_stages.measured IS
  'Whether the stage belongs to the measured window; false for the warm-up.';
COMMENT ON COLUMN perf_mgmt.execution_stages.started_at IS 'Start of the stage.';
COMMENT ON COLUMN perf_mgmt.execution_stages.ended_at IS 'End of the stage, or of the run within it.';
COMMENT ON COLUMN perf_mgmt.execution_stages.duration_ms IS
  'Length of the stage as it was run, by the monotonic clock, milliseconds.';
COMMENT ON COLUMN perf_mgmt.execution_stages.target_from IS
  'Load at the start of the stage: virtual users or, in the open model, operations per second.';
COMMENT ON COLUMN perf_mgmt.execution_stages.target_to IS
  'Load at the end of the stage; in between it goes in a straight line.';
COMMENT ON COLUMN perf_mgmt.execution_stages.ok_count IS 'Operations that succeeded.';
COMMENT ON COLUMN perf_mgmt.execution_stages.failed_count IS 'Operations that ended in an error.';
COMMENT ON COLUMN perf_mgmt.execution_stages.skipped_count IS 'Operations that were due and were not begun.';
COMMENT ON COLUMN perf_mgmt.execution_stages.interrupted_count IS 'Operations that were cancelled.';
COMMENT ON COLUMN perf_mgmt.execution_stages.retried_count IS 'Operations that took more than one try.';
COMMENT ON COLUMN perf_mgmt.execution_stages.retries IS 'Tries beyond the first.';
COMMENT ON COLUMN perf_mgmt.execution_stages.late_count IS
  'Successes whose response took longer than latency_limit_ms.';
COMMENT ON COLUMN perf_mgmt.execution_stages.avg_response_time_ms IS 'Mean response time, milliseconds.';
COMMENT ON COLUMN perf_mgmt.execution_stages.p50_response_time_ms IS 'Median response time, milliseconds.';
COMMENT ON COLUMN perf_mgmt.execution_stages.p95_response_time_ms IS
  '95th percentile of the response time, milliseconds; NULL below 10 values beyond it.';
COMMENT ON COLUMN perf_mgmt.execution_stages.p99_response_time_ms IS
  '99th percentile of the response time, milliseconds; NULL below 10 values beyond it.';
COMMENT ON COLUMN perf_mgmt.execution_stages.p999_response_time_ms IS
  '99.9th percentile of the response time, milliseconds; NULL below 10 values beyond it.';
COMMENT ON COLUMN perf_mgmt.execution_stages.min_response_time_ms IS 'Shortest response time, milliseconds.';
COMMENT ON COLUMN perf_mgmt.execution_stages.max_response_time_ms IS 'Longest response time, milliseconds.';
COMMENT ON COLUMN perf_mgmt.execution_stages.stddev_response_time_ms IS
  'Sample standard deviation of the response time, milliseconds.';
COMMENT ON COLUMN perf_mgmt.execution_stages.avg_service_time_ms IS 'Mean service time, milliseconds.';
COMMENT ON COLUMN perf_mgmt.execution_stages.p50_service_time_ms IS 'Median service time, milliseconds.';
COMMENT ON COLUMN perf_mgmt.execution_stages.p95_service_time_ms IS
  '95th percentile of the service time, milliseconds.';
COMMENT ON COLUMN perf_mgmt.execution_stages.p99_service_time_ms IS
  '99th percentile of the service time, milliseconds.';
COMMENT ON COLUMN perf_mgmt.execution_stages.avg_lag_ms IS
  'Mean delay between when an operation was due and when it was started, milliseconds.';
COMMENT ON COLUMN perf_mgmt.execution_stages.p50_lag_ms IS 'Median of that delay, milliseconds.';
COMMENT ON COLUMN perf_mgmt.execution_stages.p95_lag_ms IS '95th percentile of that delay, milliseconds.';
COMMENT ON COLUMN perf_mgmt.execution_stages.p99_lag_ms IS '99th percentile of that delay, milliseconds.';
COMMENT ON COLUMN perf_mgmt.execution_stages.throughput_tps IS
  'Successful operations per second of the stage.';
COMMENT ON COLUMN perf_mgmt.execution_stages.error_rate_percent IS
  'Failed operations, 0 to 100 percent of the successful and failed ones.';
COMMENT ON COLUMN perf_mgmt.execution_stages.cpu_usage_percent IS
  'Mean CPU use of the host or its container, 0 to 100 percent of all processors.';
COMMENT ON COLUMN perf_mgmt.execution_stages.memory_usage_percent IS
  'Mean memory use of the host or its container, 0 to 100 percent.';
COMMENT ON COLUMN perf_mgmt.execution_stages.response_histogram IS
  'Response times of the successes; NULL when there were none.';
COMMENT ON COLUMN perf_mgmt.execution_stages.service_histogram IS
  'Service times of the successes; NULL when there were none.';
COMMENT ON COLUMN perf_mgmt.execution_stages.lag_histogram IS
  'Delays between due and started; NULL when there were none.';

SELECT pg_catalog.pg_extension_config_dump('perf_mgmt.execution_stages', '');
