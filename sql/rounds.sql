-- The rounds of the executions: each the whole load once, with fresh workers and fresh plans.
--
-- Written by the engine's controller when the run ends; a run that was not cut has one. Rounds are
-- what verdicts are built on: figures of one round depend on each other, those of two rounds do not.

CREATE TABLE perf_mgmt.execution_rounds (
  execution_id uuid NOT NULL REFERENCES perf_mgmt.test_executions (id) ON DELETE CASCADE,
  round_number integer NOT NULL,
  started_at timestamptz NOT NULL,
  ended_at timestamptz NOT NULL,
  measured_ms numeric(20,6),
  is_quiet boolean NOT NULL,
  is_counted boolean NOT NULL,
  disturbances jsonb NOT NULL DEFAULT '[]',

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
  max_response_time_ms numeric(20,6),
  throughput_tps numeric(20,3),
  error_rate_percent numeric(9,6),
  cpu_usage_percent numeric(5,2),
  others_cpu_percent numeric(5,2),
  steal_percent numeric(5,2),
  checkpoints bigint,
  autovacuum_runs bigint,
  response_histogram perf_mgmt.histogram,

  PRIMARY KEY (execution_id, round_number),
  CONSTRAINT ck_execution_rounds_number CHECK (round_number >= 1),
  CONSTRAINT ck_execution_rounds_times CHECK (started_at <= ended_at),
  CONSTRAINT ck_execution_rounds_disturbances CHECK (jsonb_typeof(disturbances) = 'array'),
  CONSTRAINT ck_execution_rounds_quiet CHECK (is_quiet = (disturbances = '[]')),
  CONSTRAINT ck_execution_rounds_counts CHECK (
    least(ok_count, failed_count, skipped_count, interrupted_count, retried_count, retries, late_count,
          checkpoints, autovacuum_runs) >= 0),
  CONSTRAINT ck_execution_rounds_error_rate CHECK (error_rate_percent BETWEEN 0 AND 100),
  CONSTRAINT ck_execution_rounds_cpu CHECK (cpu_usage_percent BETWEEN 0 AND 100),
  CONSTRAINT ck_execution_rounds_others CHECK (others_cpu_percent BETWEEN 0 AND 100),
  CONSTRAINT ck_execution_rounds_steal CHECK (steal_percent BETWEEN 0 AND 100),
  CONSTRAINT ck_execution_rounds_measures CHECK (
    least(measured_ms, avg_response_time_ms, p50_response_time_ms, p95_response_time_ms, p99_response_time_ms,
          max_response_time_ms, throughput_tps) >= 0
    AND greatest(measured_ms, avg_response_time_ms, p50_response_time_ms, p95_response_time_ms,
          p99_response_time_ms, max_response_time_ms, throughput_tps) < 'NaN')
);

COMMENT ON TABLE perf_mgmt.execution_rounds IS
  'Rounds of the executions: the load run once with fresh workers, and what was measured in it.';
COMMENT ON COLUMN perf_mgmt.execution_rounds.execution_id IS 'Execution; its rounds go with it.';
COMMENT ON COLUMN perf_mgmt.execution_rounds.round_number IS 'Number of the round in the run, from 1 on; repeated ones follow the others.';
COMMENT ON COLUMN perf_mgmt.execution_rounds.started_at IS 'When its load began.';
COMMENT ON COLUMN perf_mgmt.execution_rounds.ended_at IS 'When its load ended.';
COMMENT ON COLUMN perf_mgmt.execution_rounds.measured_ms IS 'Length of its measured window, milliseconds; NULL where there was none.';
COMMENT ON COLUMN perf_mgmt.execution_rounds.is_quiet IS 'Whether nothing else was seen to disturb it; verdicts are built on quiet rounds alone.';
COMMENT ON COLUMN perf_mgmt.execution_rounds.is_counted IS
  'Whether it is in the figures of the execution: the quiet rounds are, and as many others as it takes to make up their number.';
COMMENT ON COLUMN perf_mgmt.execution_rounds.disturbances IS 'What disturbed it: a JSON array of {"code", "message"}.';
COMMENT ON COLUMN perf_mgmt.execution_rounds.ok_count IS 'Operations that succeeded.';
COMMENT ON COLUMN perf_mgmt.execution_rounds.failed_count IS 'Operations that ended in an error.';
COMMENT ON COLUMN perf_mgmt.execution_rounds.skipped_count IS 'Operations that were due and not begun.';
COMMENT ON COLUMN perf_mgmt.execution_rounds.interrupted_count IS 'Operations that its end cancelled.';
COMMENT ON COLUMN perf_mgmt.execution_rounds.retried_count IS 'Operations that took more than one try.';
COMMENT ON COLUMN perf_mgmt.execution_rounds.retries IS 'Tries beyond the first.';
COMMENT ON COLUMN perf_mgmt.execution_rounds.late_count IS 'Successes whose response took longer than latency_limit_ms.';
COMMENT ON COLUMN perf_mgmt.execution_rounds.avg_response_time_ms IS 'Mean response time, milliseconds.';
COMMENT ON COLUMN perf_mgmt.execution_rounds.p50_response_time_ms IS 'Median response time, milliseconds.';
COMMENT ON COLUMN perf_mgmt.execution_rounds.p95_response_time_ms IS '95th percentile of the response time, milliseconds; NULL below 10 values beyond it.';
COMMENT ON COLUMN perf_mgmt.execution_rounds.p99_response_time_ms IS '99th percentile of the response time, milliseconds; NULL below 10 values beyond it.';
COMMENT ON COLUMN perf_mgmt.execution_rounds.max_response_time_ms IS 'Longest response time, milliseconds.';
COMMENT ON COLUMN perf_mgmt.execution_rounds.throughput_tps IS 'Successful operations per second of the measured window.';
COMMENT ON COLUMN perf_mgmt.execution_rounds.error_rate_percent IS 'Failed operations, 0 to 100 percent.';
COMMENT ON COLUMN perf_mgmt.execution_rounds.cpu_usage_percent IS 'CPU of the host, 0 to 100 percent.';
COMMENT ON COLUMN perf_mgmt.execution_rounds.others_cpu_percent IS 'CPU of the host that others than the run used, 0 to 100 percent.';
COMMENT ON COLUMN perf_mgmt.execution_rounds.steal_percent IS 'CPU time that the hypervisor kept from the host, 0 to 100 percent.';
COMMENT ON COLUMN perf_mgmt.execution_rounds.checkpoints IS 'Checkpoints that the server began.';
COMMENT ON COLUMN perf_mgmt.execution_rounds.autovacuum_runs IS 'Runs of autovacuum and autoanalyze in this database.';
COMMENT ON COLUMN perf_mgmt.execution_rounds.response_histogram IS 'Response times of the successes.';

SELECT pg_catalog.pg_extension_config_dump('perf_mgmt.execution_rounds', '');
