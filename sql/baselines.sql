-- Baselines: what executions are judged against, one of each type per test and environment.
--
-- Set by baseline_setting.sql; which of them an execution is compared with, baseline_choice.sql says.

CREATE TABLE perf_mgmt.performance_baselines (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  test_name varchar(255) NOT NULL,
  baseline_type varchar(50) NOT NULL,
  baseline_date timestamptz NOT NULL,
  baseline_execution_id uuid NOT NULL REFERENCES perf_mgmt.test_executions (id) ON DELETE RESTRICT,

  -- Metrics
  baseline_response_time_p95 numeric(20,6),
  baseline_response_time_p99 numeric(20,6),
  baseline_throughput_tps numeric(20,3) NOT NULL,
  baseline_error_rate_percent numeric(9,6) NOT NULL,
  baseline_cpu_usage_percent numeric(5,2),
  baseline_memory_usage_percent numeric(5,2),

  -- Thresholds
  response_time_threshold_percent numeric(5,2) NOT NULL DEFAULT 20.0,
  throughput_threshold_percent numeric(5,2) NOT NULL DEFAULT -15.0,
  error_rate_threshold_percent numeric(5,2) NOT NULL DEFAULT 5.0,

  is_active boolean NOT NULL DEFAULT true,
  created_at timestamptz NOT NULL DEFAULT now(),
  created_by uuid,
  notes text,

  -- What else is known of it
  baseline_response_time_avg numeric(20,6),
  contributing_execution_ids uuid[],
  execution_environment varchar(100) NOT NULL,

  -- Unique among the active ones alone: any number of inactive ones is the history.
  CONSTRAINT uk_baseline_test_type EXCLUDE USING btree (
    test_name WITH =, baseline_type WITH =, execution_environment WITH =) WHERE (is_active) DEFERRABLE INITIALLY DEFERRED,
  CONSTRAINT ck_performance_baselines_name CHECK (btrim(test_name) <> ''),
  CONSTRAINT ck_performance_baselines_type CHECK (baseline_type IN ('INITIAL', 'ROLLING', 'MANUAL')),
  CONSTRAINT ck_performance_baselines_not_negative CHECK (
    least(baseline_response_time_avg, baseline_response_time_p95, baseline_response_time_p99, baseline_throughput_tps) >= 0
    AND greatest(baseline_response_time_avg, baseline_response_time_p95, baseline_response_time_p99,
          baseline_throughput_tps) < 'NaN'),
  CONSTRAINT ck_performance_baselines_contributing CHECK (
    cardinality(contributing_execution_ids) > 0 AND array_position(contributing_execution_ids, NULL) IS NULL),
  CONSTRAINT ck_performance_baselines_error_rate CHECK (baseline_error_rate_percent BETWEEN 0 AND 100),
  CONSTRAINT ck_performance_baselines_cpu CHECK (baseline_cpu_usage_percent BETWEEN 0 AND 100),
  CONSTRAINT ck_performance_baselines_memory CHECK (baseline_memory_usage_percent BETWEEN 0 AND 100),
  CONSTRAINT ck_performance_baselines_response_threshold CHECK (
    response_time_threshold_percent >= 0 AND response_time_threshold_percent < 'NaN'),
  CONSTRAINT ck_performance_baselines_throughput_threshold CHECK (
    throughput_threshold_percent BETWEEN -100 AND 0),
  CONSTRAINT ck_performance_baselines_error_threshold CHECK (error_rate_threshold_percent BETWEEN 0 AND 100)
);

CREATE INDEX ix_performance_baselines_execution ON perf_mgmt.performance_baselines (baseline_execution_id);
CREATE INDEX ix_performance_baselines_created_by ON perf_mgmt.performance_baselines (created_by);

COMMENT ON TABLE perf_mgmt.performance_baselines IS
  'Baselines of the tests: at most one active per test, type and environment, and the history of former ones.';
COMMENT ON COLUMN perf_mgmt.performance_baselines.id IS 'Key.';
COMMENT ON COLUMN perf_mgmt.performance_baselines.test_name IS
  'Test that it holds for, whatever the version.';
COMMENT ON COLUMN perf_mgmt.performance_baselines.baseline_type IS
  'INITIAL: the first valid execution; MANUAL: set by somebody; ROLLING: mean of the latest valid executions.';
COMMENT ON COLUMN perf_mgmt.performance_baselines.baseline_date IS 'As of when it holds.';
COMMENT ON COLUMN perf_mgmt.performance_baselines.baseline_execution_id IS
  'Execution that it was taken from; of a rolling one the newest that contributed. Such an execution cannot be deleted.';
COMMENT ON COLUMN perf_mgmt.performance_baselines.baseline_response_time_p95 IS
  '95th percentile of the response time, milliseconds; NULL where it was not known.';
COMMENT ON COLUMN perf_mgmt.performance_baselines.baseline_response_time_p99 IS
  '99th percentile of the response time, milliseconds; NULL where it was not known.';
COMMENT ON COLUMN perf_mgmt.performance_baselines.baseline_throughput_tps IS
  'Successful operations per second.';
COMMENT ON COLUMN perf_mgmt.performance_baselines.baseline_error_rate_percent IS
  'Failed operations, 0 to 100 percent.';
COMMENT ON COLUMN perf_mgmt.performance_baselines.baseline_cpu_usage_percent IS
  'CPU of the host, 0 to 100 percent; NULL where it could not be read.';
COMMENT ON COLUMN perf_mgmt.performance_baselines.baseline_memory_usage_percent IS
  'Memory of the host, 0 to 100 percent; NULL where it could not be read.';
COMMENT ON COLUMN perf_mgmt.performance_baselines.response_time_threshold_percent IS
  'Growth of a response time, in percent, that is still accepted; at least 0.';
COMMENT ON COLUMN perf_mgmt.performance_baselines.throughput_threshold_percent IS
  'Change of the throughput, in percent, that is still accepted: -100 to 0, where -15 accepts a loss of 15 percent.';
COMMENT ON COLUMN perf_mgmt.performance_baselines.error_rate_threshold_percent IS
  'Growth of the error rate that is still accepted, in percentage points, 0 to 100.';
COMMENT ON COLUMN perf_mgmt.performance_baselines.is_active IS
  'Whether executions are compared with it.';
COMMENT ON COLUMN perf_mgmt.performance_baselines.created_at IS 'When the row was written.';
COMMENT ON COLUMN perf_mgmt.performance_baselines.created_by IS
  'User of the platform who set it; refers to auth.users where that table existed at install.';
COMMENT ON COLUMN perf_mgmt.performance_baselines.notes IS 'Why it was set.';
COMMENT ON COLUMN perf_mgmt.performance_baselines.baseline_response_time_avg IS
  'Mean response time, milliseconds; NULL: that of its execution.';
COMMENT ON COLUMN perf_mgmt.performance_baselines.contributing_execution_ids IS
  'Executions whose means the figures are, the newest first; NULL: its execution alone.';
COMMENT ON COLUMN perf_mgmt.performance_baselines.execution_environment IS
  'Environment that it holds for: that of its execution, whatever was written.';
COMMENT ON CONSTRAINT uk_baseline_test_type ON perf_mgmt.performance_baselines IS
  'One active baseline per test, type and environment. Checked at commit, so that one can replace another within a transaction.';

CREATE FUNCTION perf_mgmt.set_baseline_environment() RETURNS trigger
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  SELECT e.execution_environment INTO NEW.execution_environment
    FROM perf_mgmt.test_executions e WHERE e.id = NEW.baseline_execution_id;
  IF NOT FOUND AND NEW.baseline_execution_id IS NOT NULL THEN
    RAISE EXCEPTION 'execution "%" does not exist', NEW.baseline_execution_id
      USING ERRCODE = 'foreign_key_violation', HINT = 'Take an id from perf_mgmt.test_executions.';
  END IF;
  RETURN NEW;
END
$$;
COMMENT ON FUNCTION perf_mgmt.set_baseline_environment() IS
  'Trigger: the environment of a baseline is that of its execution.';

CREATE TRIGGER set_environment BEFORE INSERT OR UPDATE OF baseline_execution_id, execution_environment
ON perf_mgmt.performance_baselines FOR EACH ROW EXECUTE FUNCTION perf_mgmt.set_baseline_environment();

SELECT perf_mgmt.reference_users('perf_mgmt.performance_baselines');
SELECT pg_catalog.pg_extension_config_dump('perf_mgmt.performance_baselines', '');
