-- Executions: one row per run, with the summary of what it measured. Details are in measurements.sql,
-- query_performance.sql, stages.sql and plans.sql.
--
-- Written by the engine's controller when the run starts and when it ends. A metric that could not be had is
-- NULL, and test_executions.unavailable says why. Times are milliseconds with the full resolution of
-- the clock (six decimals); "response" counts from when an operation was due, "service" from when it
-- was started, "lag" is the difference. All summary figures are of the measured window: warm-up apart.

CREATE TABLE perf_mgmt.test_executions (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  test_id uuid NOT NULL REFERENCES perf_mgmt.performance_tests (id),
  execution_environment varchar(100) NOT NULL,
  database_version varchar(50) NOT NULL,
  postgresql_config jsonb,
  hardware_specs jsonb,
  execution_status perf_mgmt.execution_status_enum NOT NULL,
  started_at timestamptz NOT NULL DEFAULT now(),
  completed_at timestamptz,
  duration_ms bigint,
  total_connections integer,
  concurrent_users integer,
  test_data_size bigint,

  -- Summary
  avg_response_time_ms numeric(20,6),
  p50_response_time_ms numeric(20,6),
  p95_response_time_ms numeric(20,6),
  p99_response_time_ms numeric(20,6),
  max_response_time_ms numeric(20,6),
  throughput_tps numeric(20,3),
  error_rate_percent numeric(9,6),
  cpu_usage_percent numeric(5,2),
  memory_usage_percent numeric(5,2),
  disk_io_mb_per_sec numeric(20,3),

  -- Comparison
  baseline_execution_id uuid REFERENCES perf_mgmt.test_executions (id) ON DELETE SET NULL,
  performance_change_percent numeric(30,2),
  regression_detected boolean NOT NULL DEFAULT false,

  created_at timestamptz NOT NULL DEFAULT now(),
  metadata jsonb,

  -- What was run, and by whom
  scenario_id uuid REFERENCES perf_mgmt.load_scenarios (id) ON DELETE SET NULL,
  scenario_name varchar(255),
  run_spec jsonb,
  seed numeric(20,0),
  started_by name,
  run_as name,
  controller_pid integer,
  workers_requested integer,

  -- The measured window
  measured_from timestamptz,
  measured_until timestamptz,
  measured_ms numeric(20,6),

  -- Counts
  operations_scheduled bigint,
  operations_ok bigint,
  operations_failed bigint,
  operations_skipped bigint,
  operations_interrupted bigint,
  failed_serialization bigint,
  failed_deadlock bigint,
  failed_timeout bigint,
  failed_constraint bigint,
  failed_other bigint,
  operations_retried bigint,
  retries bigint,
  zero_row_writes bigint,
  rows_read bigint,
  rows_affected bigint,

  -- Further times
  min_response_time_ms numeric(20,6),
  stddev_response_time_ms numeric(20,6),
  p999_response_time_ms numeric(20,6),
  avg_service_time_ms numeric(20,6),
  p50_service_time_ms numeric(20,6),
  p95_service_time_ms numeric(20,6),
  p99_service_time_ms numeric(20,6),
  avg_lag_ms numeric(20,6),
  p50_lag_ms numeric(20,6),
  p95_lag_ms numeric(20,6),
  p99_lag_ms numeric(20,6),
  response_histogram perf_mgmt.histogram,
  service_histogram perf_mgmt.histogram,
  lag_histogram perf_mgmt.histogram,
  failure_histogram perf_mgmt.histogram,

  wal_bytes numeric,
  steal_percent numeric(5,2),

  -- How it ended, and how far it can be trusted
  failure_sqlstate text,
  failure_message text,
  findings jsonb NOT NULL DEFAULT '[]',
  unavailable jsonb,
  is_valid boolean,
  success_criteria jsonb,
  shape_result jsonb,

  -- The load that was wanted, and how much of it there was
  load_model text,
  planned_ms numeric(20,6),
  target_rate numeric(20,3),
  achieved_rate numeric(20,3),
  operations_late bigint,

  -- What the server and the host did meanwhile
  checkpoints bigint,
  autovacuum_runs bigint,
  server_wal_bytes numeric,
  server_temp_bytes numeric,
  worker_cpu_ms numeric(20,6),
  others_cpu_percent numeric(5,2),

  -- What it may be compared with, and what it is part of
  rounds_wanted integer,
  rounds_quiet integer,
  fingerprint jsonb,
  confirms_execution_id uuid REFERENCES perf_mgmt.test_executions (id) ON DELETE SET NULL,
  comparison_id uuid,

  CONSTRAINT ck_test_executions_environment CHECK (btrim(execution_environment) <> ''),
  CONSTRAINT ck_test_executions_config CHECK (jsonb_typeof(postgresql_config) = 'object'),
  CONSTRAINT ck_test_executions_hardware CHECK (jsonb_typeof(hardware_specs) = 'object'),
  CONSTRAINT ck_test_executions_metadata CHECK (jsonb_typeof(metadata) = 'object'),
  CONSTRAINT ck_test_executions_run_spec CHECK (jsonb_typeof(run_spec) = 'object'),
  CONSTRAINT ck_test_executions_findings CHECK (jsonb_typeof(findings) = 'array'),
  CONSTRAINT ck_test_executions_unavailable CHECK (jsonb_typeof(unavailable) = 'object'),
  CONSTRAINT ck_test_executions_criteria CHECK (jsonb_typeof(success_criteria) = 'array'),
  CONSTRAINT ck_test_executions_shape CHECK (jsonb_typeof(shape_result) = 'object'),
  CONSTRAINT ck_test_executions_fingerprint CHECK (jsonb_typeof(fingerprint) = 'object'),
  CONSTRAINT ck_test_executions_rounds CHECK (rounds_wanted >= 1 AND rounds_quiet >= 0),
  CONSTRAINT ck_test_executions_load_model CHECK (load_model IN ('closed', 'open')),
  CONSTRAINT ck_test_executions_valid CHECK (
    CASE execution_status WHEN 'RUNNING' THEN is_valid IS NULL
                          WHEN 'COMPLETED' THEN true
                          ELSE is_valid IS NOT TRUE END),
  CONSTRAINT ck_test_executions_completed CHECK (
    CASE execution_status WHEN 'RUNNING' THEN completed_at IS NULL
                          WHEN 'COMPLETED' THEN completed_at IS NOT NULL
                          ELSE true END),
  CONSTRAINT ck_test_executions_sqlstate CHECK (failure_sqlstate ~ '^[0-9A-Z]{5}$'),
  CONSTRAINT ck_test_executions_seed CHECK (seed BETWEEN 0 AND 18446744073709551615),
  CONSTRAINT ck_test_executions_sizes CHECK (
    least(duration_ms, total_connections, concurrent_users, test_data_size, workers_requested) >= 0),
  CONSTRAINT ck_test_executions_error_rate CHECK (error_rate_percent BETWEEN 0 AND 100),
  CONSTRAINT ck_test_executions_cpu CHECK (cpu_usage_percent BETWEEN 0 AND 100),
  CONSTRAINT ck_test_executions_memory CHECK (memory_usage_percent BETWEEN 0 AND 100),
  CONSTRAINT ck_test_executions_steal CHECK (steal_percent BETWEEN 0 AND 100),
  CONSTRAINT ck_test_executions_others CHECK (others_cpu_percent BETWEEN 0 AND 100),
  CONSTRAINT ck_test_executions_measures CHECK (
    least(measured_ms, avg_response_time_ms, p50_response_time_ms, p95_response_time_ms, p99_response_time_ms,
          p999_response_time_ms, min_response_time_ms, max_response_time_ms, stddev_response_time_ms,
          avg_service_time_ms, p50_service_time_ms, p95_service_time_ms, p99_service_time_ms,
          avg_lag_ms, p50_lag_ms, p95_lag_ms, p99_lag_ms, throughput_tps, disk_io_mb_per_sec, wal_bytes,
          planned_ms, target_rate, achieved_rate, server_wal_bytes, server_temp_bytes, worker_cpu_ms) >= 0
    AND greatest(measured_ms, avg_response_time_ms, p50_response_time_ms, p95_response_time_ms, p99_response_time_ms,
          p999_response_time_ms, min_response_time_ms, max_response_time_ms, stddev_response_time_ms,
          avg_service_time_ms, p50_service_time_ms, p95_service_time_ms, p99_service_time_ms,
          avg_lag_ms, p50_lag_ms, p95_lag_ms, p99_lag_ms, throughput_tps, disk_io_mb_per_sec, wal_bytes,
          planned_ms, target_rate, achieved_rate, server_wal_bytes, server_temp_bytes, worker_cpu_ms) < 'NaN'),
  CONSTRAINT ck_test_executions_counts CHECK (
    least(operations_scheduled, operations_ok, operations_failed, operations_skipped, operations_interrupted,
          failed_serialization, failed_deadlock, failed_timeout, failed_constraint, failed_other,
          operations_retried, retries, zero_row_writes, rows_read, rows_affected, operations_late,
          checkpoints, autovacuum_runs) >= 0),
  CONSTRAINT ck_test_executions_identity CHECK (
    num_nulls(operations_scheduled, operations_ok, operations_failed, operations_skipped, operations_interrupted) IN (0, 5)
    AND operations_scheduled = operations_ok + operations_failed + operations_skipped + operations_interrupted),
  CONSTRAINT ck_test_executions_failures CHECK (
    num_nulls(failed_serialization, failed_deadlock, failed_timeout, failed_constraint, failed_other) IN (0, 5)
    AND operations_failed = failed_serialization + failed_deadlock + failed_timeout + failed_constraint + failed_other),
  CONSTRAINT ck_test_executions_retries CHECK (operations_retried <= retries),
  CONSTRAINT ck_test_executions_late CHECK (operations_late <= operations_ok)
);

CREATE INDEX ix_test_executions_test_started ON perf_mgmt.test_executions (test_id, started_at);
CREATE INDEX ix_test_executions_baseline ON perf_mgmt.test_executions (baseline_execution_id);
CREATE INDEX ix_test_executions_scenario ON perf_mgmt.test_executions (scenario_id);
CREATE INDEX ix_test_executions_confirms ON perf_mgmt.test_executions (confirms_execution_id);
CREATE INDEX ix_test_executions_comparison ON perf_mgmt.test_executions (comparison_id);
CREATE INDEX ix_test_executions_running ON perf_mgmt.test_executions (started_at)
  WHERE execution_status = 'RUNNING';

COMMENT ON TABLE perf_mgmt.test_executions IS
  'Executions: one row per run of a test, from its start, with the summary of what was measured.';
COMMENT ON COLUMN perf_mgmt.test_executions.id IS 'Key; what execute_performance_test returns.';
COMMENT ON COLUMN perf_mgmt.test_executions.test_id IS 'Test that was run, in the version that was run.';
COMMENT ON COLUMN perf_mgmt.test_executions.execution_environment IS
  'Where it ran, in the words of the caller: development, staging, production ...';
COMMENT ON COLUMN perf_mgmt.test_executions.database_version IS 'server_version of the server.';
COMMENT ON COLUMN perf_mgmt.test_executions.postgresql_config IS
  'Settings that were not at their default or that matter for speed: a JSON object from name to value.';
COMMENT ON COLUMN perf_mgmt.test_executions.hardware_specs IS
  'Processors, memory and storage as the server found them, as a JSON object.';
COMMENT ON COLUMN perf_mgmt.test_executions.execution_status IS
  'State. RUNNING without a live controller is a lost execution, which the next start marks FAILED.';
COMMENT ON COLUMN perf_mgmt.test_executions.started_at IS 'When its clock was started: all workers were ready.';
COMMENT ON COLUMN perf_mgmt.test_executions.completed_at IS
  'When it ended; NULL while it runs, and where its end is unknown.';
COMMENT ON COLUMN perf_mgmt.test_executions.duration_ms IS
  'Milliseconds from start to end by the monotonic clock, ramps and warm-up included.';
COMMENT ON COLUMN perf_mgmt.test_executions.total_connections IS
  'Worker processes that ran operations.';
COMMENT ON COLUMN perf_mgmt.test_executions.concurrent_users IS
  'Virtual users at full load; NULL in the open model, which has none.';
COMMENT ON COLUMN perf_mgmt.test_executions.test_data_size IS 'Size of the database at the start, bytes.';
COMMENT ON COLUMN perf_mgmt.test_executions.avg_response_time_ms IS
  'Mean response time of successful operations, milliseconds.';
COMMENT ON COLUMN perf_mgmt.test_executions.p50_response_time_ms IS
  'Median response time of successful operations, milliseconds.';
COMMENT ON COLUMN perf_mgmt.test_executions.p95_response_time_ms IS
  '95th percentile of the response time, milliseconds; NULL below 10 values beyond it.';
COMMENT ON COLUMN perf_mgmt.test_executions.p99_response_time_ms IS
  '99th percentile of the response time, milliseconds; NULL below 10 values beyond it.';
COMMENT ON COLUMN perf_mgmt.test_executions.max_response_time_ms IS
  'Longest response time of a successful operation, milliseconds.';
COMMENT ON COLUMN perf_mgmt.test_executions.throughput_tps IS
  'Successful operations per second of the measured window.';
COMMENT ON COLUMN perf_mgmt.test_executions.error_rate_percent IS
  'Failed operations, 0 to 100 percent of the successful and failed ones.';
COMMENT ON COLUMN perf_mgmt.test_executions.cpu_usage_percent IS
  'Mean CPU use of the host or its container, 0 to 100 percent of all processors.';
COMMENT ON COLUMN perf_mgmt.test_executions.memory_usage_percent IS
  'Mean memory use of the host or its container, 0 to 100 percent.';
COMMENT ON COLUMN perf_mgmt.test_executions.disk_io_mb_per_sec IS
  'Mean disk traffic of the host, read and written, megabytes (10^6 bytes) per second.';
COMMENT ON COLUMN perf_mgmt.test_executions.baseline_execution_id IS
  'Execution behind the baseline that it was compared with.';
COMMENT ON COLUMN perf_mgmt.test_executions.performance_change_percent IS
  'Change of the 95th percentile of the response time against that baseline, percent; positive is slower.';
COMMENT ON COLUMN perf_mgmt.test_executions.regression_detected IS
  'Whether a regression was found; false also where nothing was judged yet.';
COMMENT ON COLUMN perf_mgmt.test_executions.created_at IS 'When the row was written.';
COMMENT ON COLUMN perf_mgmt.test_executions.metadata IS
  'What the caller wanted kept: a JSON object with git_commit, branch, ci_execution and metadata of the config.';
COMMENT ON COLUMN perf_mgmt.test_executions.scenario_id IS
  'Scenario that was run; NULL when it was deleted since.';
COMMENT ON COLUMN perf_mgmt.test_executions.scenario_name IS 'Name of that scenario at the time.';
COMMENT ON COLUMN perf_mgmt.test_executions.run_spec IS
  'Everything that decided the run, as a JSON object: config, test, scenario and defaults merged.';
COMMENT ON COLUMN perf_mgmt.test_executions.seed IS
  'Seed of the random numbers, 0 to 2^63 - 1: the same seed draws the same operations and parameters.';
COMMENT ON COLUMN perf_mgmt.test_executions.started_by IS 'Role that started it.';
COMMENT ON COLUMN perf_mgmt.test_executions.run_as IS 'Role with whose rights the operations ran.';
COMMENT ON COLUMN perf_mgmt.test_executions.controller_pid IS 'Process id of the controller.';
COMMENT ON COLUMN perf_mgmt.test_executions.workers_requested IS
  'Worker processes that were wanted; total_connections says how many there were.';
COMMENT ON COLUMN perf_mgmt.test_executions.measured_from IS 'Start of the measured window.';
COMMENT ON COLUMN perf_mgmt.test_executions.measured_until IS 'End of the measured window.';
COMMENT ON COLUMN perf_mgmt.test_executions.measured_ms IS
  'Length of the measured window by the monotonic clock, milliseconds.';
COMMENT ON COLUMN perf_mgmt.test_executions.operations_scheduled IS
  'Operations that fell due: the sum of ok, failed, skipped and interrupted.';
COMMENT ON COLUMN perf_mgmt.test_executions.operations_ok IS 'Operations that committed (or rolled back as asked).';
COMMENT ON COLUMN perf_mgmt.test_executions.operations_failed IS 'Operations that ended in an error.';
COMMENT ON COLUMN perf_mgmt.test_executions.operations_skipped IS
  'Operations that were due and were not begun: the end of the run came first or, in the open model, max_lag_ms had passed.';
COMMENT ON COLUMN perf_mgmt.test_executions.operations_interrupted IS
  'Operations that still ran at the end and were cancelled.';
COMMENT ON COLUMN perf_mgmt.test_executions.failed_serialization IS 'Failed with a serialization failure (40001).';
COMMENT ON COLUMN perf_mgmt.test_executions.failed_deadlock IS 'Failed with a deadlock (40P01).';
COMMENT ON COLUMN perf_mgmt.test_executions.failed_timeout IS 'Failed by a timeout (57014, 55P03, 25P03, 25P04).';
COMMENT ON COLUMN perf_mgmt.test_executions.failed_constraint IS 'Failed by a constraint (class 23).';
COMMENT ON COLUMN perf_mgmt.test_executions.failed_other IS 'Failed with any other error.';
COMMENT ON COLUMN perf_mgmt.test_executions.operations_retried IS 'Operations that took more than one try.';
COMMENT ON COLUMN perf_mgmt.test_executions.retries IS 'Tries beyond the first of all operations.';
COMMENT ON COLUMN perf_mgmt.test_executions.zero_row_writes IS
  'INSERT, UPDATE, DELETE and MERGE statements of successful operations that touched no row: a sign of parameters that do not match.';
COMMENT ON COLUMN perf_mgmt.test_executions.rows_read IS 'Rows that the operations'' queries returned.';
COMMENT ON COLUMN perf_mgmt.test_executions.rows_affected IS 'Rows inserted, updated or deleted.';
COMMENT ON COLUMN perf_mgmt.test_executions.min_response_time_ms IS
  'Shortest response time of a successful operation, milliseconds.';
COMMENT ON COLUMN perf_mgmt.test_executions.stddev_response_time_ms IS
  'Sample standard deviation of the response time, milliseconds.';
COMMENT ON COLUMN perf_mgmt.test_executions.p999_response_time_ms IS
  '99.9th percentile of the response time, milliseconds; NULL below 10 values beyond it.';
COMMENT ON COLUMN perf_mgmt.test_executions.avg_service_time_ms IS 'Mean service time, milliseconds.';
COMMENT ON COLUMN perf_mgmt.test_executions.p50_service_time_ms IS 'Median service time, milliseconds.';
COMMENT ON COLUMN perf_mgmt.test_executions.p95_service_time_ms IS
  '95th percentile of the service time, milliseconds.';
COMMENT ON COLUMN perf_mgmt.test_executions.p99_service_time_ms IS
  '99th percentile of the service time, milliseconds.';
COMMENT ON COLUMN perf_mgmt.test_executions.avg_lag_ms IS
  'Mean delay between when an operation was due and when it was started, milliseconds.';
COMMENT ON COLUMN perf_mgmt.test_executions.p50_lag_ms IS 'Median of that delay, milliseconds.';
COMMENT ON COLUMN perf_mgmt.test_executions.p95_lag_ms IS '95th percentile of that delay, milliseconds.';
COMMENT ON COLUMN perf_mgmt.test_executions.p99_lag_ms IS '99th percentile of that delay, milliseconds.';
COMMENT ON COLUMN perf_mgmt.test_executions.response_histogram IS
  'Response times of successful operations in the measured window.';
COMMENT ON COLUMN perf_mgmt.test_executions.service_histogram IS
  'Service times of successful operations in the measured window.';
COMMENT ON COLUMN perf_mgmt.test_executions.lag_histogram IS
  'Delays between due and started in the measured window.';
COMMENT ON COLUMN perf_mgmt.test_executions.failure_histogram IS
  'Response times of failed operations, which are in no other figure.';
COMMENT ON COLUMN perf_mgmt.test_executions.wal_bytes IS
  'Write-ahead log that the operations wrote in the measured window, bytes.';
COMMENT ON COLUMN perf_mgmt.test_executions.steal_percent IS
  'CPU time that the hypervisor gave to others, 0 to 100 percent.';
COMMENT ON COLUMN perf_mgmt.test_executions.failure_sqlstate IS
  'SQLSTATE of what ended the run before its time.';
COMMENT ON COLUMN perf_mgmt.test_executions.failure_message IS 'Message of what ended the run before its time.';
COMMENT ON COLUMN perf_mgmt.test_executions.findings IS
  'What limits the validity of the result: a JSON array of objects with code, message and fatal.';
COMMENT ON COLUMN perf_mgmt.test_executions.unavailable IS
  'Why metrics are NULL: a JSON object from metric to reason.';
COMMENT ON COLUMN perf_mgmt.test_executions.is_valid IS
  'Whether the result may be judged: COMPLETED, and no finding is fatal; NULL while it runs.';
COMMENT ON COLUMN perf_mgmt.test_executions.success_criteria IS
  'Limits that held when it was started: a JSON array of objects with criterion, limit and source; NULL in a row that the engine did not write.';
COMMENT ON COLUMN perf_mgmt.test_executions.shape_result IS
  'What the test''s type reports, as a JSON object: the last good step, the recovery, the drift; NULL where it reports nothing.';
COMMENT ON COLUMN perf_mgmt.test_executions.load_model IS
  'closed: users who wait for an answer before they go on; open: operations that fall due at a rate, whether or not earlier ones have ended.';
COMMENT ON COLUMN perf_mgmt.test_executions.planned_ms IS
  'Length of the whole run by its load model, milliseconds; NULL where a number of operations ends it.';
COMMENT ON COLUMN perf_mgmt.test_executions.target_rate IS
  'Open model: operations per second that fell due in the measured window.';
COMMENT ON COLUMN perf_mgmt.test_executions.achieved_rate IS
  'Open model: of these, operations per second that were begun.';
COMMENT ON COLUMN perf_mgmt.test_executions.operations_late IS
  'Successful operations whose response took longer than latency_limit_ms; NULL or 0 without that limit.';
COMMENT ON COLUMN perf_mgmt.test_executions.checkpoints IS
  'Checkpoints of the server in the measured window, timed and requested.';
COMMENT ON COLUMN perf_mgmt.test_executions.autovacuum_runs IS
  'How often autovacuum vacuumed or analysed a table of the database in the measured window, to the end.';
COMMENT ON COLUMN perf_mgmt.test_executions.server_wal_bytes IS
  'Write-ahead log that the whole server wrote in the measured window, bytes.';
COMMENT ON COLUMN perf_mgmt.test_executions.server_temp_bytes IS
  'Temporary files that the sessions of the database wrote in the measured window, bytes.';
COMMENT ON COLUMN perf_mgmt.test_executions.worker_cpu_ms IS
  'CPU time that the workers used in the measured window, milliseconds.';
COMMENT ON COLUMN perf_mgmt.test_executions.others_cpu_percent IS
  'CPU time of processes that were not the run''s, 0 to 100 percent of all processors.';
COMMENT ON COLUMN perf_mgmt.test_executions.rounds_wanted IS
  'Rounds that the run was cut into; execution_rounds holds each of them, repeated ones included.';
COMMENT ON COLUMN perf_mgmt.test_executions.rounds_quiet IS 'Rounds that nothing else was seen to disturb.';
COMMENT ON COLUMN perf_mgmt.test_executions.fingerprint IS
  'What decides whether two executions may be compared: server, settings, workload, hardware, environment, as hashes or texts by name.';
COMMENT ON COLUMN perf_mgmt.test_executions.confirms_execution_id IS
  'Execution that this one repeats to confirm its verdict; such a repetition never feeds a baseline.';
COMMENT ON COLUMN perf_mgmt.test_executions.comparison_id IS
  'Comparison of two variants that it is one half of; such a half never feeds a baseline or a history.';
COMMENT ON CONSTRAINT ck_test_executions_valid ON perf_mgmt.test_executions IS
  'Only a run that came to its end can be valid.';
COMMENT ON CONSTRAINT ck_test_executions_identity ON perf_mgmt.test_executions IS
  'Every operation that fell due is counted once: scheduled = ok + failed + skipped + interrupted.';
COMMENT ON CONSTRAINT ck_test_executions_failures ON perf_mgmt.test_executions IS
  'Every failed operation belongs to one class.';
COMMENT ON CONSTRAINT ck_test_executions_completed ON perf_mgmt.test_executions IS
  'A run that ended by itself has an end, one that goes on has none.';

SELECT pg_catalog.pg_extension_config_dump('perf_mgmt.test_executions', '');
