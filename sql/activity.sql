-- What runs now.

CREATE FUNCTION perf_mgmt.execution_controller(p_execution_id uuid) RETURNS integer
AS 'MODULE_PATHNAME', 'perf_mgmt_execution_controller' LANGUAGE C VOLATILE STRICT
SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION perf_mgmt.execution_controller(uuid) IS
  'Process id of the controller that has an execution in its hands; NULL where none has. Locks of the primary are not seen on a standby: there always NULL.';

-- The partial index of running executions leads, and the primary key of execution_intervals gives the
-- latest one: what the history holds is not read.
CREATE VIEW perf_mgmt.active_executions AS
SELECT e.id AS execution_id,
       t.test_name,
       t.test_version,
       t.test_type,
       e.execution_environment,
       e.started_at,
       e.started_by,
       s.state,
       clock_timestamp() - e.started_at AS elapsed,
       i.stage_name,
       i.stage_number,
       CASE WHEN s.state = 'lost' THEN NULL
            WHEN e.planned_ms > 0 THEN
              round(least(greatest(100000 * extract(epoch FROM clock_timestamp() - e.started_at) / e.planned_ms, 0), 100), 1)
            WHEN jsonb_typeof(e.run_spec -> 'operations') = 'number' THEN
              round(least(100 * coalesce(c.finished, 0) / nullif((e.run_spec ->> 'operations')::numeric, 0), 100), 1)
       END AS share_done_percent,
       e.load_model,
       i.active_virtual_users,
       i.target_rate,
       e.total_connections AS workers,
       i.throughput_tps,
       i.p95_response_time_ms,
       i.failed_count,
       coalesce(c.operations_ok, 0) AS operations_ok,
       coalesce(c.operations_failed, 0) AS operations_failed,
       round(100 * c.operations_failed::numeric / nullif(c.operations_ok + c.operations_failed, 0), 6) AS error_rate_percent,
       CASE WHEN s.state <> 'lost' THEN e.controller_pid END AS controller_pid
FROM perf_mgmt.test_executions e
JOIN perf_mgmt.performance_tests t ON t.id = e.test_id
CROSS JOIN LATERAL (
  SELECT CASE WHEN pg_is_in_recovery() THEN 'unknown'
              WHEN perf_mgmt.execution_controller(e.id) IS NULL THEN 'lost'
              ELSE 'running' END AS state
) s
LEFT JOIN LATERAL (
  SELECT max(v.stage) AS stage_name,
         max(v.stage_number) AS stage_number,
         max(v.active_virtual_users) AS active_virtual_users,
         max(v.target_rate) AS target_rate,
         round(sum(v.ok_count) / nullif(extract(epoch FROM max(v.ended_at) - min(v.started_at)), 0), 3) AS throughput_tps,
         round(perf_mgmt.percentile(perf_mgmt.merge(v.response_histogram), 0.95) / 1000000::numeric, 6) AS p95_response_time_ms,
         sum(v.failed_count)::bigint AS failed_count
  FROM perf_mgmt.execution_intervals v
  WHERE v.execution_id = e.id
    AND v.interval_number = (SELECT max(latest.interval_number) FROM perf_mgmt.execution_intervals latest
                             WHERE latest.execution_id = e.id)
) i ON true
LEFT JOIN LATERAL (
  SELECT sum(v.ok_count)::bigint AS operations_ok,
         sum(v.failed_count)::bigint AS operations_failed,
         sum(v.ok_count + v.failed_count + v.skipped_count + v.interrupted_count) AS finished
  FROM perf_mgmt.execution_intervals v
  WHERE v.execution_id = e.id AND v.measured
) c ON true
WHERE e.execution_status = 'RUNNING';

COMMENT ON VIEW perf_mgmt.active_executions IS
  'What runs now: one row per running execution, with its progress and the figures of its last interval.';
COMMENT ON COLUMN perf_mgmt.active_executions.execution_id IS 'Execution.';
COMMENT ON COLUMN perf_mgmt.active_executions.test_name IS 'Test that is run.';
COMMENT ON COLUMN perf_mgmt.active_executions.test_version IS 'Version of that test.';
COMMENT ON COLUMN perf_mgmt.active_executions.test_type IS 'What the test is for.';
COMMENT ON COLUMN perf_mgmt.active_executions.execution_environment IS 'Where it runs, in the words of the caller.';
COMMENT ON COLUMN perf_mgmt.active_executions.started_at IS 'When its clock was started.';
COMMENT ON COLUMN perf_mgmt.active_executions.started_by IS 'Role that started it.';
COMMENT ON COLUMN perf_mgmt.active_executions.state IS
  'running; lost: its controller is gone, and the next start marks it FAILED; unknown: this is a standby, which does not see.';
COMMENT ON COLUMN perf_mgmt.active_executions.elapsed IS 'Time since started_at, by the clock of the database.';
COMMENT ON COLUMN perf_mgmt.active_executions.stage_name IS 'Stage of the load in the last interval.';
COMMENT ON COLUMN perf_mgmt.active_executions.stage_number IS 'Number of that stage, from 1 on.';
COMMENT ON COLUMN perf_mgmt.active_executions.share_done_percent IS
  'How much of the run is done, 0 to 100 percent of its time, or of its operations where their number ends it; NULL where neither is known, and for a lost one.';
COMMENT ON COLUMN perf_mgmt.active_executions.load_model IS 'closed: users; open: operations at a rate.';
COMMENT ON COLUMN perf_mgmt.active_executions.active_virtual_users IS
  'Closed model: virtual users that the load model wanted in the last interval.';
COMMENT ON COLUMN perf_mgmt.active_executions.target_rate IS
  'Open model: operations per second that fell due in the last interval.';
COMMENT ON COLUMN perf_mgmt.active_executions.workers IS 'Worker processes.';
COMMENT ON COLUMN perf_mgmt.active_executions.throughput_tps IS
  'Successful operations per second of the last interval.';
COMMENT ON COLUMN perf_mgmt.active_executions.p95_response_time_ms IS
  '95th percentile of the response time in the last interval, of all operations together, milliseconds; NULL below 10 values beyond it.';
COMMENT ON COLUMN perf_mgmt.active_executions.failed_count IS 'Operations that failed in the last interval.';
COMMENT ON COLUMN perf_mgmt.active_executions.operations_ok IS
  'Operations that succeeded so far, warm-up apart.';
COMMENT ON COLUMN perf_mgmt.active_executions.operations_failed IS
  'Operations that failed so far, warm-up apart.';
COMMENT ON COLUMN perf_mgmt.active_executions.error_rate_percent IS
  'Failed operations so far, 0 to 100 percent of the successful and failed ones; NULL before the first.';
COMMENT ON COLUMN perf_mgmt.active_executions.controller_pid IS
  'Process id of its controller; NULL for a lost one.';
