-- Segments: the parts of a test's history, in one environment, between two accepted changes.
--
-- Baselines of another segment say nothing any more: judgement never reaches over an accepted change.

CREATE TABLE perf_mgmt.accepted_changes (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  test_name varchar(255) NOT NULL,
  execution_environment varchar(100) NOT NULL,
  execution_id uuid REFERENCES perf_mgmt.test_executions (id) ON DELETE SET NULL,
  starts_at timestamptz NOT NULL,
  reason text NOT NULL,
  accepted_at timestamptz NOT NULL DEFAULT now(),
  accepted_by name NOT NULL DEFAULT session_user,

  CONSTRAINT uk_accepted_changes_start UNIQUE (test_name, execution_environment, starts_at),
  CONSTRAINT ck_accepted_changes_reason CHECK (btrim(reason) <> '')
);

CREATE INDEX ix_accepted_changes_execution ON perf_mgmt.accepted_changes (execution_id);

COMMENT ON TABLE perf_mgmt.accepted_changes IS
  'Intended changes of the performance: from each on a new segment of the test''s history begins.';
COMMENT ON COLUMN perf_mgmt.accepted_changes.id IS 'Key.';
COMMENT ON COLUMN perf_mgmt.accepted_changes.test_name IS 'Test, whatever the version.';
COMMENT ON COLUMN perf_mgmt.accepted_changes.execution_environment IS 'Environment in which it was accepted.';
COMMENT ON COLUMN perf_mgmt.accepted_changes.execution_id IS
  'First execution of the new segment; NULL when it was deleted since.';
COMMENT ON COLUMN perf_mgmt.accepted_changes.starts_at IS 'When that execution started: the segment begins there.';
COMMENT ON COLUMN perf_mgmt.accepted_changes.reason IS 'Why the change is as it should be.';
COMMENT ON COLUMN perf_mgmt.accepted_changes.accepted_at IS 'When it was accepted.';
COMMENT ON COLUMN perf_mgmt.accepted_changes.accepted_by IS 'Role that accepted it.';

SELECT pg_catalog.pg_extension_config_dump('perf_mgmt.accepted_changes', '');

-- The body is parsed here, not by the caller's search_path, so that it needs no SET and can be inlined.
CREATE FUNCTION perf_mgmt.segment_at(p_test_name varchar, p_environment varchar, p_at timestamptz)
RETURNS TABLE (segment_number bigint, starts_at timestamptz, ends_at timestamptz)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
  SELECT count(*) FILTER (WHERE c.starts_at <= p_at),
         coalesce(max(c.starts_at) FILTER (WHERE c.starts_at <= p_at), '-infinity'),
         coalesce(min(c.starts_at) FILTER (WHERE c.starts_at > p_at), 'infinity')
  FROM perf_mgmt.accepted_changes c
  WHERE c.test_name = p_test_name AND c.execution_environment = p_environment;
END;
COMMENT ON FUNCTION perf_mgmt.segment_at(varchar, varchar, timestamptz) IS
  'The segment of a test''s history that an execution started at this time belongs to: its number, from 0 on, its begin and the begin of the next.';

-- A rolling baseline that reaches over a change that was accepted afterwards belongs to no segment.
CREATE VIEW perf_mgmt.segment_baselines AS
SELECT b.test_name, b.execution_environment, s.segment_number, s.starts_at, s.ends_at,
       b.id AS baseline_id, b.baseline_type, b.is_active, b.baseline_date, b.baseline_execution_id,
       coalesce(b.contributing_execution_ids, ARRAY[b.baseline_execution_id]) AS execution_ids,
       b.created_at, e.started_at AS execution_started_at, e.fingerprint
FROM perf_mgmt.performance_baselines b
JOIN perf_mgmt.test_executions e ON e.id = b.baseline_execution_id
LEFT JOIN perf_mgmt.test_executions o ON o.id = b.contributing_execution_ids[cardinality(b.contributing_execution_ids)]
CROSS JOIN LATERAL perf_mgmt.segment_at(b.test_name, b.execution_environment, e.started_at) s
WHERE coalesce(o.started_at, e.started_at) >= s.starts_at;
COMMENT ON VIEW perf_mgmt.segment_baselines IS
  'Baselines, active or not, with the segment of the test''s history that they belong to.';
COMMENT ON COLUMN perf_mgmt.segment_baselines.test_name IS 'Test.';
COMMENT ON COLUMN perf_mgmt.segment_baselines.execution_environment IS 'Environment that it holds for.';
COMMENT ON COLUMN perf_mgmt.segment_baselines.segment_number IS 'Segment of the test''s history, from 0 on.';
COMMENT ON COLUMN perf_mgmt.segment_baselines.starts_at IS 'Begin of the segment.';
COMMENT ON COLUMN perf_mgmt.segment_baselines.ends_at IS 'Begin of the next segment.';
COMMENT ON COLUMN perf_mgmt.segment_baselines.baseline_id IS 'Baseline.';
COMMENT ON COLUMN perf_mgmt.segment_baselines.baseline_type IS 'MANUAL, ROLLING or INITIAL.';
COMMENT ON COLUMN perf_mgmt.segment_baselines.is_active IS 'Whether executions are compared with it.';
COMMENT ON COLUMN perf_mgmt.segment_baselines.baseline_date IS 'As of when it holds.';
COMMENT ON COLUMN perf_mgmt.segment_baselines.baseline_execution_id IS
  'Execution that it was taken from; of a rolling one the newest that contributed.';
COMMENT ON COLUMN perf_mgmt.segment_baselines.execution_ids IS 'All executions that contributed, the newest first.';
COMMENT ON COLUMN perf_mgmt.segment_baselines.created_at IS 'When it was set.';
COMMENT ON COLUMN perf_mgmt.segment_baselines.execution_started_at IS 'When its execution started.';
COMMENT ON COLUMN perf_mgmt.segment_baselines.fingerprint IS 'Fingerprint of its execution.';

CREATE VIEW perf_mgmt.active_baselines AS
SELECT s.test_name, s.execution_environment, s.segment_number, s.starts_at, s.ends_at, s.baseline_id, s.baseline_type,
       s.baseline_execution_id, s.execution_ids,
       coalesce(b.baseline_response_time_avg, e.avg_response_time_ms) AS baseline_response_time_avg,
       b.baseline_response_time_p95, b.baseline_response_time_p99, b.baseline_throughput_tps,
       b.baseline_error_rate_percent, b.baseline_cpu_usage_percent, b.baseline_memory_usage_percent,
       b.response_time_threshold_percent, b.throughput_threshold_percent, b.error_rate_threshold_percent,
       s.fingerprint, array_position(ARRAY['MANUAL', 'ROLLING', 'INITIAL'], s.baseline_type::text) AS preference
FROM perf_mgmt.segment_baselines s
JOIN perf_mgmt.performance_baselines b ON b.id = s.baseline_id
JOIN perf_mgmt.test_executions e ON e.id = s.baseline_execution_id
WHERE s.is_active;
COMMENT ON VIEW perf_mgmt.active_baselines IS
  'The active baselines with their figures. An execution is compared with one of its environment and segment whose fingerprint is comparable; of several with the manual one before the rolling one before the initial one.';
COMMENT ON COLUMN perf_mgmt.active_baselines.test_name IS 'Test.';
COMMENT ON COLUMN perf_mgmt.active_baselines.execution_environment IS 'Environment that it holds for.';
COMMENT ON COLUMN perf_mgmt.active_baselines.segment_number IS 'Segment of the test''s history, from 0 on.';
COMMENT ON COLUMN perf_mgmt.active_baselines.starts_at IS 'Begin of the segment.';
COMMENT ON COLUMN perf_mgmt.active_baselines.ends_at IS 'Begin of the next segment.';
COMMENT ON COLUMN perf_mgmt.active_baselines.baseline_id IS 'Baseline.';
COMMENT ON COLUMN perf_mgmt.active_baselines.baseline_type IS 'MANUAL, ROLLING or INITIAL.';
COMMENT ON COLUMN perf_mgmt.active_baselines.baseline_execution_id IS
  'Execution that it was taken from; of a rolling one the newest that contributed.';
COMMENT ON COLUMN perf_mgmt.active_baselines.execution_ids IS 'All executions that contributed.';
COMMENT ON COLUMN perf_mgmt.active_baselines.baseline_response_time_avg IS 'Mean response time, milliseconds.';
COMMENT ON COLUMN perf_mgmt.active_baselines.baseline_response_time_p95 IS '95th percentile of the response time, milliseconds.';
COMMENT ON COLUMN perf_mgmt.active_baselines.baseline_response_time_p99 IS '99th percentile of the response time, milliseconds.';
COMMENT ON COLUMN perf_mgmt.active_baselines.baseline_throughput_tps IS 'Successful operations per second.';
COMMENT ON COLUMN perf_mgmt.active_baselines.baseline_error_rate_percent IS 'Failed operations, 0 to 100 percent.';
COMMENT ON COLUMN perf_mgmt.active_baselines.baseline_cpu_usage_percent IS 'CPU of the host, 0 to 100 percent.';
COMMENT ON COLUMN perf_mgmt.active_baselines.baseline_memory_usage_percent IS 'Memory of the host, 0 to 100 percent.';
COMMENT ON COLUMN perf_mgmt.active_baselines.response_time_threshold_percent IS 'Accepted growth of a response time, percent.';
COMMENT ON COLUMN perf_mgmt.active_baselines.throughput_threshold_percent IS 'Accepted change of the throughput, percent, at most 0.';
COMMENT ON COLUMN perf_mgmt.active_baselines.error_rate_threshold_percent IS 'Accepted growth of the error rate, percentage points.';
COMMENT ON COLUMN perf_mgmt.active_baselines.fingerprint IS 'Fingerprint of its execution.';
COMMENT ON COLUMN perf_mgmt.active_baselines.preference IS 'Of comparable ones the least is taken: 1 MANUAL, 2 ROLLING, 3 INITIAL.';
