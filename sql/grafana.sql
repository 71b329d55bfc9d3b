-- What Grafana's PostgreSQL data source shows: each view has a column "time".
--
-- docs/grafana/dashboard.json asks them, and any other tool that draws time series can. Every view leads
-- to an execution, so a filter by it (or by test and environment) is answered by indexes.

CREATE VIEW perf_mgmt.grafana_intervals AS
SELECT i.ended_at AS "time",
       t.test_name,
       e.execution_environment,
       i.execution_id,
       i.interval_number,
       i.round_number,
       i.stage,
       i.measured,
       i.operation_name,
       s.seconds,
       i.ok_count,
       i.failed_count,
       i.skipped_count,
       round(i.ok_count / nullif(s.seconds, 0), 3) AS throughput_tps,
       round(i.failed_count / nullif(s.seconds, 0), 3) AS failed_per_second,
       round((perf_mgmt.mean(i.response_histogram) / 1000000)::numeric, 6) AS avg_ms,
       round(perf_mgmt.percentile(i.response_histogram, 0.5) / 1000000::numeric, 6) AS p50_ms,
       round(perf_mgmt.percentile(i.response_histogram, 0.95) / 1000000::numeric, 6) AS p95_ms,
       round(perf_mgmt.percentile(i.response_histogram, 0.99) / 1000000::numeric, 6) AS p99_ms,
       i.active_virtual_users,
       i.target_rate,
       i.busy_time_ms,
       i.cpu_time_ms,
       i.wait_samples,
       i.response_histogram
FROM perf_mgmt.execution_intervals i
JOIN perf_mgmt.test_executions e ON e.id = i.execution_id
JOIN perf_mgmt.performance_tests t ON t.id = e.test_id
CROSS JOIN LATERAL (SELECT extract(epoch FROM i.ended_at - i.started_at) AS seconds) s;

COMMENT ON VIEW perf_mgmt.grafana_intervals IS
  'For Grafana: the course of the executions, one row per operation and interval. A percentile over several rows is perf_mgmt.percentile(perf_mgmt.merge(response_histogram), 0.95), in nanoseconds; never a mean of percentiles.';
COMMENT ON COLUMN perf_mgmt.grafana_intervals."time" IS 'End of the interval.';
COMMENT ON COLUMN perf_mgmt.grafana_intervals.test_name IS 'Test.';
COMMENT ON COLUMN perf_mgmt.grafana_intervals.execution_environment IS 'Where it ran.';
COMMENT ON COLUMN perf_mgmt.grafana_intervals.execution_id IS 'Execution.';
COMMENT ON COLUMN perf_mgmt.grafana_intervals.interval_number IS 'Number of the interval in the run.';
COMMENT ON COLUMN perf_mgmt.grafana_intervals.round_number IS 'Round of the run, from 1 on.';
COMMENT ON COLUMN perf_mgmt.grafana_intervals.stage IS 'Stage of the load.';
COMMENT ON COLUMN perf_mgmt.grafana_intervals.measured IS 'Whether it belongs to the measured window.';
COMMENT ON COLUMN perf_mgmt.grafana_intervals.operation_name IS 'Operation of the scenario.';
COMMENT ON COLUMN perf_mgmt.grafana_intervals.seconds IS 'Length of the interval, seconds.';
COMMENT ON COLUMN perf_mgmt.grafana_intervals.ok_count IS 'Operations that succeeded.';
COMMENT ON COLUMN perf_mgmt.grafana_intervals.failed_count IS 'Operations that ended in an error.';
COMMENT ON COLUMN perf_mgmt.grafana_intervals.skipped_count IS 'Operations that were due and were not begun.';
COMMENT ON COLUMN perf_mgmt.grafana_intervals.throughput_tps IS 'Successful operations per second.';
COMMENT ON COLUMN perf_mgmt.grafana_intervals.failed_per_second IS 'Failed operations per second.';
COMMENT ON COLUMN perf_mgmt.grafana_intervals.avg_ms IS 'Mean response time, milliseconds.';
COMMENT ON COLUMN perf_mgmt.grafana_intervals.p50_ms IS 'Median response time, milliseconds; NULL below 10 values beyond it.';
COMMENT ON COLUMN perf_mgmt.grafana_intervals.p95_ms IS '95th percentile, milliseconds; NULL below 10 values beyond it.';
COMMENT ON COLUMN perf_mgmt.grafana_intervals.p99_ms IS '99th percentile, milliseconds; NULL below 10 values beyond it.';
COMMENT ON COLUMN perf_mgmt.grafana_intervals.active_virtual_users IS 'Closed model: virtual users that the load wanted.';
COMMENT ON COLUMN perf_mgmt.grafana_intervals.target_rate IS 'Open model: operations per second that the load wanted.';
COMMENT ON COLUMN perf_mgmt.grafana_intervals.busy_time_ms IS 'Service time of all operations that ended, milliseconds.';
COMMENT ON COLUMN perf_mgmt.grafana_intervals.cpu_time_ms IS 'CPU time of the workers, apportioned to the operation, milliseconds.';
COMMENT ON COLUMN perf_mgmt.grafana_intervals.wait_samples IS 'What workers were seen waiting for; grafana_waits shows it in rows.';
COMMENT ON COLUMN perf_mgmt.grafana_intervals.response_histogram IS 'Response times of the successes.';

CREATE VIEW perf_mgmt.grafana_waits AS
SELECT i.ended_at AS "time",
       t.test_name,
       e.execution_environment,
       i.execution_id,
       i.operation_name,
       split_part(w.key, ':', 1) AS wait_event_type,
       nullif(substr(w.key, length(split_part(w.key, ':', 1)) + 2), '') AS wait_event,
       w.value::numeric::bigint AS samples
FROM perf_mgmt.execution_intervals i
JOIN perf_mgmt.test_executions e ON e.id = i.execution_id
JOIN perf_mgmt.performance_tests t ON t.id = e.test_id
CROSS JOIN LATERAL jsonb_each_text(i.wait_samples) w;

COMMENT ON VIEW perf_mgmt.grafana_waits IS
  'For Grafana: what the workers were seen waiting for in the course of the executions, one row per operation, interval and event.';
COMMENT ON COLUMN perf_mgmt.grafana_waits."time" IS 'End of the interval.';
COMMENT ON COLUMN perf_mgmt.grafana_waits.test_name IS 'Test.';
COMMENT ON COLUMN perf_mgmt.grafana_waits.execution_environment IS 'Where it ran.';
COMMENT ON COLUMN perf_mgmt.grafana_waits.execution_id IS 'Execution.';
COMMENT ON COLUMN perf_mgmt.grafana_waits.operation_name IS 'Operation of the scenario.';
COMMENT ON COLUMN perf_mgmt.grafana_waits.wait_event_type IS
  'Class of the wait event, as in pg_stat_activity; CPU: the worker waited for nothing, it ran or wanted to.';
COMMENT ON COLUMN perf_mgmt.grafana_waits.wait_event IS 'Wait event, as in pg_stat_activity; NULL for CPU.';
COMMENT ON COLUMN perf_mgmt.grafana_waits.samples IS 'Looks at which a worker was seen so.';

CREATE VIEW perf_mgmt.grafana_executions AS
SELECT e.started_at AS "time",
       e.completed_at AS time_end,
       t.test_name,
       t.test_version,
       t.test_type,
       t.industry_context,
       e.execution_environment,
       e.id AS execution_id,
       e.execution_status,
       e.is_valid,
       v.verdict,
       v.primary_metric,
       v.reason,
       e.regression_detected,
       e.performance_change_percent,
       round(e.duration_ms / 1000.0, 3) AS duration_seconds,
       e.throughput_tps,
       e.avg_response_time_ms,
       e.p50_response_time_ms,
       e.p95_response_time_ms,
       e.p99_response_time_ms,
       e.max_response_time_ms,
       e.error_rate_percent,
       e.operations_ok,
       e.operations_failed,
       e.cpu_usage_percent,
       e.memory_usage_percent,
       e.others_cpu_percent,
       e.database_version,
       e.metadata ->> 'git_commit' AS git_commit,
       e.metadata ->> 'branch' AS branch,
       e.comparison_id,
       e.confirms_execution_id
FROM perf_mgmt.test_executions e
JOIN perf_mgmt.performance_tests t ON t.id = e.test_id
LEFT JOIN LATERAL (
  SELECT o.verdict, o.primary_metric, o.reason
  FROM perf_mgmt.execution_verdicts o
  WHERE o.execution_id = e.id AND o.metric = 'overall'
  ORDER BY o.judged_at DESC, o.judgement_id LIMIT 1
) v ON true
WHERE e.execution_status <> 'RUNNING';

COMMENT ON VIEW perf_mgmt.grafana_executions IS
  'For Grafana: executions that have ended, one row each, with their figures and latest verdict.';
COMMENT ON COLUMN perf_mgmt.grafana_executions."time" IS 'When it started.';
COMMENT ON COLUMN perf_mgmt.grafana_executions.time_end IS 'When it ended; NULL where that is not known.';
COMMENT ON COLUMN perf_mgmt.grafana_executions.test_name IS 'Test.';
COMMENT ON COLUMN perf_mgmt.grafana_executions.test_version IS 'Version of the test.';
COMMENT ON COLUMN perf_mgmt.grafana_executions.test_type IS 'What the test is for.';
COMMENT ON COLUMN perf_mgmt.grafana_executions.industry_context IS 'Industry of the test.';
COMMENT ON COLUMN perf_mgmt.grafana_executions.execution_environment IS 'Where it ran.';
COMMENT ON COLUMN perf_mgmt.grafana_executions.execution_id IS 'Execution.';
COMMENT ON COLUMN perf_mgmt.grafana_executions.execution_status IS 'COMPLETED, FAILED or CANCELLED.';
COMMENT ON COLUMN perf_mgmt.grafana_executions.is_valid IS 'Whether the result may be judged.';
COMMENT ON COLUMN perf_mgmt.grafana_executions.verdict IS 'Latest overall verdict; NULL where it was not judged.';
COMMENT ON COLUMN perf_mgmt.grafana_executions.primary_metric IS 'Metric that decided it.';
COMMENT ON COLUMN perf_mgmt.grafana_executions.reason IS 'Why this verdict, in words.';
COMMENT ON COLUMN perf_mgmt.grafana_executions.regression_detected IS 'Whether a regression was found.';
COMMENT ON COLUMN perf_mgmt.grafana_executions.performance_change_percent IS
  'Change of the 95th percentile against the baseline that it was compared with, percent.';
COMMENT ON COLUMN perf_mgmt.grafana_executions.duration_seconds IS 'How long it took, seconds.';
COMMENT ON COLUMN perf_mgmt.grafana_executions.throughput_tps IS 'Successful operations per second.';
COMMENT ON COLUMN perf_mgmt.grafana_executions.avg_response_time_ms IS 'Mean response time, milliseconds.';
COMMENT ON COLUMN perf_mgmt.grafana_executions.p50_response_time_ms IS 'Median response time, milliseconds.';
COMMENT ON COLUMN perf_mgmt.grafana_executions.p95_response_time_ms IS '95th percentile of the response time, milliseconds.';
COMMENT ON COLUMN perf_mgmt.grafana_executions.p99_response_time_ms IS '99th percentile of the response time, milliseconds.';
COMMENT ON COLUMN perf_mgmt.grafana_executions.max_response_time_ms IS 'Longest response time, milliseconds.';
COMMENT ON COLUMN perf_mgmt.grafana_executions.error_rate_percent IS 'Failed operations, 0 to 100 percent.';
COMMENT ON COLUMN perf_mgmt.grafana_executions.operations_ok IS 'Operations that succeeded.';
COMMENT ON COLUMN perf_mgmt.grafana_executions.operations_failed IS 'Operations that ended in an error.';
COMMENT ON COLUMN perf_mgmt.grafana_executions.cpu_usage_percent IS 'CPU of the host, 0 to 100 percent.';
COMMENT ON COLUMN perf_mgmt.grafana_executions.memory_usage_percent IS 'Memory of the host, 0 to 100 percent.';
COMMENT ON COLUMN perf_mgmt.grafana_executions.others_cpu_percent IS 'CPU that others than the run used, 0 to 100 percent.';
COMMENT ON COLUMN perf_mgmt.grafana_executions.database_version IS 'server_version of the server.';
COMMENT ON COLUMN perf_mgmt.grafana_executions.git_commit IS 'Commit that was tested, from its metadata.';
COMMENT ON COLUMN perf_mgmt.grafana_executions.branch IS 'Its branch.';
COMMENT ON COLUMN perf_mgmt.grafana_executions.comparison_id IS 'Comparison that it is one half of; such a half is no trend.';
COMMENT ON COLUMN perf_mgmt.grafana_executions.confirms_execution_id IS 'Execution that it repeats.';

-- A change is one against the execution before, of the same test in the same environment.
CREATE VIEW perf_mgmt.grafana_annotations AS
SELECT v.event_time AS "time",
       NULL::timestamptz AS time_end,
       v.message AS text,
       concat_ws(',', 'event', lower(v.event_type)) AS tags,
       'event' AS kind,
       t.test_name,
       e.execution_environment,
       v.execution_id
FROM perf_mgmt.execution_events v
JOIN perf_mgmt.test_executions e ON e.id = v.execution_id
JOIN perf_mgmt.performance_tests t ON t.id = e.test_id
UNION ALL
SELECT m.metric_timestamp, NULL, format('checkpoints that began: %s', trim_scale(m.metric_value)), 'checkpoint', 'checkpoint',
       t.test_name, e.execution_environment, m.execution_id
FROM perf_mgmt.performance_metrics m
JOIN perf_mgmt.test_executions e ON e.id = m.execution_id
JOIN perf_mgmt.performance_tests t ON t.id = e.test_id
WHERE m.metric_type = 'checkpoints' AND m.metric_value > 0
UNION ALL
SELECT x."time", x.time_end, format('%s %s: %s', x.test_name, x.test_version, coalesce(x.verdict, x.execution_status::text)),
       concat_ws(',', 'execution', lower(coalesce(x.verdict, x.execution_status::text))), 'execution',
       x.test_name, x.execution_environment, x.execution_id
FROM perf_mgmt.grafana_executions x
UNION ALL
SELECT a.starts_at, NULL, format('%s: change accepted: %s', a.test_name, a.reason), 'accepted_change', 'accepted_change',
       a.test_name, a.execution_environment, a.execution_id
FROM perf_mgmt.accepted_changes a
UNION ALL
SELECT c.started_at, NULL,
       concat_ws('; ', CASE WHEN c.test_version <> c.former_test THEN
                         format('%s: version %s instead of %s', c.test_name, c.test_version, c.former_test) END,
                 CASE WHEN c.database_version <> c.former_database THEN
                   format('PostgreSQL %s instead of %s', c.database_version, c.former_database) END),
       'version', 'version', c.test_name, c.execution_environment, c.id
FROM (SELECT e.id, e.started_at, t.test_name, t.test_version, e.execution_environment, e.database_version,
             lag(t.test_version) OVER w AS former_test, lag(e.database_version) OVER w AS former_database
      FROM perf_mgmt.test_executions e
      JOIN perf_mgmt.performance_tests t ON t.id = e.test_id
      WHERE e.comparison_id IS NULL
      WINDOW w AS (PARTITION BY t.test_name, e.execution_environment ORDER BY e.started_at, e.id)) c
WHERE c.test_version <> c.former_test OR c.database_version <> c.former_database;

COMMENT ON VIEW perf_mgmt.grafana_annotations IS
  'For Grafana: what is marked in its charts: events and checkpoints of executions, executions as ranges, accepted changes, other versions of a test or of PostgreSQL.';
COMMENT ON COLUMN perf_mgmt.grafana_annotations."time" IS 'When it happened or began.';
COMMENT ON COLUMN perf_mgmt.grafana_annotations.time_end IS 'When it ended; NULL for what has no length.';
COMMENT ON COLUMN perf_mgmt.grafana_annotations.text IS 'What it is, in words.';
COMMENT ON COLUMN perf_mgmt.grafana_annotations.tags IS 'Tags, separated by commas.';
COMMENT ON COLUMN perf_mgmt.grafana_annotations.kind IS 'event, checkpoint, execution, accepted_change or version.';
COMMENT ON COLUMN perf_mgmt.grafana_annotations.test_name IS 'Test.';
COMMENT ON COLUMN perf_mgmt.grafana_annotations.execution_environment IS 'Where.';
COMMENT ON COLUMN perf_mgmt.grafana_annotations.execution_id IS
  'Execution: of an accepted change and of a version the first that had it; NULL where it was deleted since.';
