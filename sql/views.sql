-- The views of the dashboard: recent executions, trends by the hour, the statements that cost most.
--
-- Each reads the tables once: the baselines are few and joined as a set, and what is large (histograms)
-- is touched only where it is merged. Environments are never mixed; hours are those of UTC, whatever the
-- session's time zone. The dashboard lists every execution; trends and issues leave out what was run about
-- others: halves of comparisons, which are experiments, and repetitions, which come of suspicious runs alone.

CREATE VIEW perf_mgmt.performance_dashboard AS
SELECT d.test_name, d.industry_context, d.test_type, d.execution_environment, d.started_at, d.execution_status,
       d.avg_response_time_ms, d.p95_response_time_ms, d.p99_response_time_ms, d.throughput_tps, d.error_rate_percent,
       d.cpu_usage_percent, d.memory_usage_percent, d.regression_detected, d.health_status, d.baseline_response_time_p95,
       d.baseline_throughput_tps, d.baseline_error_rate_percent, d.execution_id, d.test_version, d.is_valid, d.baseline_type,
       d.baseline_execution_id, d.baseline_memory_usage_percent, d.performance_change_percent
FROM (
  SELECT DISTINCT ON (e.id)
         t.test_name,
         t.industry_context,
         t.test_type,
         e.execution_environment,
         e.started_at,
         e.execution_status,
         e.avg_response_time_ms,
         e.p95_response_time_ms,
         e.p99_response_time_ms,
         e.throughput_tps,
         e.error_rate_percent,
         e.cpu_usage_percent,
         e.memory_usage_percent,
         e.regression_detected,
         CASE WHEN e.execution_status <> 'COMPLETED' THEN e.execution_status::text
              WHEN e.regression_detected THEN 'REGRESSION'
              WHEN e.error_rate_percent > 5 THEN 'HIGH_ERROR_RATE'
              WHEN e.is_valid IS NOT TRUE THEN 'INVALID'
              WHEN e.p95_response_time_ms > 1000 THEN 'SLOW_RESPONSE'
              WHEN e.cpu_usage_percent > 80 THEN 'HIGH_CPU'
              WHEN e.memory_usage_percent > 90 THEN 'HIGH_MEMORY'
              WHEN e.avg_response_time_ms IS NULL THEN 'NO_DATA'
              ELSE 'HEALTHY' END AS health_status,
         b.baseline_response_time_p95,
         b.baseline_throughput_tps,
         b.baseline_error_rate_percent,
         e.id AS execution_id,
         t.test_version,
         e.is_valid,
         b.baseline_type,
         b.baseline_execution_id,
         b.baseline_memory_usage_percent,
         e.performance_change_percent
  FROM perf_mgmt.test_executions e
  JOIN perf_mgmt.performance_tests t ON t.id = e.test_id
  LEFT JOIN perf_mgmt.active_baselines b
    ON b.test_name = t.test_name AND b.execution_environment = e.execution_environment
       AND e.started_at >= b.starts_at AND e.started_at < b.ends_at
       AND coalesce(perf_mgmt.comparable_fingerprints(e.fingerprint, b.fingerprint), true)
  WHERE e.started_at >= now() - interval '7 days'
  ORDER BY e.id, b.preference
) d
ORDER BY d.started_at DESC;

COMMENT ON VIEW perf_mgmt.performance_dashboard IS
  'Executions of the last 7 days, one row each, with their health and the baseline that they are compared with.';
COMMENT ON COLUMN perf_mgmt.performance_dashboard.test_name IS 'Test.';
COMMENT ON COLUMN perf_mgmt.performance_dashboard.industry_context IS 'Industry of the test.';
COMMENT ON COLUMN perf_mgmt.performance_dashboard.test_type IS 'What the test is for.';
COMMENT ON COLUMN perf_mgmt.performance_dashboard.execution_environment IS 'Where it ran.';
COMMENT ON COLUMN perf_mgmt.performance_dashboard.started_at IS 'When it started.';
COMMENT ON COLUMN perf_mgmt.performance_dashboard.execution_status IS 'State.';
COMMENT ON COLUMN perf_mgmt.performance_dashboard.avg_response_time_ms IS 'Mean response time, milliseconds.';
COMMENT ON COLUMN perf_mgmt.performance_dashboard.p95_response_time_ms IS '95th percentile of the response time, milliseconds.';
COMMENT ON COLUMN perf_mgmt.performance_dashboard.p99_response_time_ms IS '99th percentile of the response time, milliseconds.';
COMMENT ON COLUMN perf_mgmt.performance_dashboard.throughput_tps IS 'Successful operations per second.';
COMMENT ON COLUMN perf_mgmt.performance_dashboard.error_rate_percent IS 'Failed operations, 0 to 100 percent.';
COMMENT ON COLUMN perf_mgmt.performance_dashboard.cpu_usage_percent IS 'CPU of the host, 0 to 100 percent.';
COMMENT ON COLUMN perf_mgmt.performance_dashboard.memory_usage_percent IS 'Memory of the host, 0 to 100 percent.';
COMMENT ON COLUMN perf_mgmt.performance_dashboard.regression_detected IS 'Whether a regression was found.';
COMMENT ON COLUMN perf_mgmt.performance_dashboard.health_status IS
  'The state unless it is COMPLETED; then the first that holds of REGRESSION, HIGH_ERROR_RATE (over 5 percent), INVALID, SLOW_RESPONSE (p95 over 1 s), HIGH_CPU (over 80 percent), HIGH_MEMORY (over 90 percent), NO_DATA (nothing was measured), HEALTHY.';
COMMENT ON COLUMN perf_mgmt.performance_dashboard.baseline_response_time_p95 IS '95th percentile of the baseline, milliseconds.';
COMMENT ON COLUMN perf_mgmt.performance_dashboard.baseline_throughput_tps IS 'Throughput of the baseline.';
COMMENT ON COLUMN perf_mgmt.performance_dashboard.baseline_error_rate_percent IS 'Error rate of the baseline, 0 to 100 percent.';
COMMENT ON COLUMN perf_mgmt.performance_dashboard.execution_id IS 'Execution.';
COMMENT ON COLUMN perf_mgmt.performance_dashboard.test_version IS 'Version of the test.';
COMMENT ON COLUMN perf_mgmt.performance_dashboard.is_valid IS 'Whether the result may be judged.';
COMMENT ON COLUMN perf_mgmt.performance_dashboard.baseline_type IS 'Kind of the baseline; NULL: none is comparable.';
COMMENT ON COLUMN perf_mgmt.performance_dashboard.baseline_execution_id IS 'Execution behind the baseline.';
COMMENT ON COLUMN perf_mgmt.performance_dashboard.baseline_memory_usage_percent IS 'Memory of the baseline, 0 to 100 percent.';
COMMENT ON COLUMN perf_mgmt.performance_dashboard.performance_change_percent IS
  'Change of the 95th percentile against the baseline that it was compared with, percent.';

-- Means are weighted by operations, the rate by time: a short run does not count like a long one. An
-- execution that has an hour for itself has its percentile already: only the others are merged.
CREATE VIEW perf_mgmt.performance_trends AS
SELECT d.test_name,
       d.industry_context,
       d.time_bucket,
       round(sum(d.avg_response_time_ms * d.operations)
             / nullif(sum(d.operations) FILTER (WHERE d.avg_response_time_ms IS NOT NULL), 0), 6) AS avg_response_time,
       round(sum(d.p95_response_time_ms * d.operations)
             / nullif(sum(d.operations) FILTER (WHERE d.p95_response_time_ms IS NOT NULL), 0), 6) AS avg_p95_response_time,
       round(sum(d.throughput_tps * d.milliseconds)
             / nullif(sum(d.milliseconds) FILTER (WHERE d.throughput_tps IS NOT NULL), 0), 3) AS avg_throughput,
       round(sum(d.error_rate_percent * d.attempts)
             / nullif(sum(d.attempts) FILTER (WHERE d.error_rate_percent IS NOT NULL), 0), 6) AS avg_error_rate,
       count(*) AS execution_count,
       count(*) FILTER (WHERE d.regression_detected) AS regression_count,
       d.execution_environment,
       count(*) FILTER (WHERE d.is_valid) AS valid_count,
       CASE WHEN count(*) = 1 THEN max(d.p95_response_time_ms)
            ELSE round(perf_mgmt.percentile(perf_mgmt.merge(d.response_histogram), 0.95) / 1000000::numeric, 6)
       END AS p95_response_time,
       round(avg(d.cpu_usage_percent), 2) AS avg_cpu_usage,
       round(avg(d.memory_usage_percent), 2) AS avg_memory_usage
FROM (
  SELECT t.test_name, t.industry_context, e.execution_environment, h.time_bucket,
         coalesce(e.operations_ok, 1) AS operations, coalesce(e.operations_ok + e.operations_failed, 1) AS attempts,
         coalesce(e.measured_ms, e.duration_ms, 1) AS milliseconds,
         e.avg_response_time_ms, e.p95_response_time_ms, e.throughput_tps, e.error_rate_percent,
         e.cpu_usage_percent, e.memory_usage_percent, e.regression_detected, e.is_valid, e.response_histogram
  FROM perf_mgmt.test_executions e
  JOIN perf_mgmt.performance_tests t ON t.id = e.test_id
  CROSS JOIN LATERAL (SELECT date_trunc('hour', e.started_at, 'UTC') AS time_bucket) h
  WHERE e.execution_status = 'COMPLETED' AND e.comparison_id IS NULL AND e.confirms_execution_id IS NULL
    AND e.started_at >= now() - interval '30 days'
) d
GROUP BY d.time_bucket, d.test_name, d.execution_environment, d.industry_context
ORDER BY d.time_bucket DESC, d.test_name, d.execution_environment;

COMMENT ON VIEW perf_mgmt.performance_trends IS
  'Completed executions of the last 30 days by test, environment and hour (UTC), without halves of comparisons and repetitions.';
COMMENT ON COLUMN perf_mgmt.performance_trends.test_name IS 'Test.';
COMMENT ON COLUMN perf_mgmt.performance_trends.industry_context IS 'Industry of the test.';
COMMENT ON COLUMN perf_mgmt.performance_trends.time_bucket IS 'Begin of the hour.';
COMMENT ON COLUMN perf_mgmt.performance_trends.avg_response_time IS 'Mean response time of all operations, milliseconds.';
COMMENT ON COLUMN perf_mgmt.performance_trends.avg_p95_response_time IS
  'Mean of the executions'' 95th percentiles, weighted by operations, milliseconds; p95_response_time is the true one.';
COMMENT ON COLUMN perf_mgmt.performance_trends.avg_throughput IS 'Successful operations per second of measured time.';
COMMENT ON COLUMN perf_mgmt.performance_trends.avg_error_rate IS 'Failed operations, 0 to 100 percent of all.';
COMMENT ON COLUMN perf_mgmt.performance_trends.execution_count IS 'Executions.';
COMMENT ON COLUMN perf_mgmt.performance_trends.regression_count IS 'Executions in which a regression was found.';
COMMENT ON COLUMN perf_mgmt.performance_trends.execution_environment IS 'Where they ran.';
COMMENT ON COLUMN perf_mgmt.performance_trends.valid_count IS 'Executions whose result may be judged.';
COMMENT ON COLUMN perf_mgmt.performance_trends.p95_response_time IS
  '95th percentile of the response time of all operations together, from the merged histograms, milliseconds.';
COMMENT ON COLUMN perf_mgmt.performance_trends.avg_cpu_usage IS 'Mean CPU of the host, 0 to 100 percent.';
COMMENT ON COLUMN perf_mgmt.performance_trends.avg_memory_usage IS 'Mean memory of the host, 0 to 100 percent.';

-- A template is told by its whole text, and its mean is that of its executions, not of its runs.
CREATE VIEW perf_mgmt.top_performance_issues AS
SELECT q.query_type,
       q.table_names,
       left(q.query_text, 100) AS query_preview,
       round(sum(q.total_time_ms) / nullif(sum(q.execution_count), 0), 6) AS avg_execution_time,
       sum(q.execution_count)::bigint AS total_executions,
       sum(q.total_time_ms) AS total_time_consumed,
       count(DISTINCT q.execution_id) AS affected_test_runs,
       max(q.max_time_ms) AS max_execution_time,
       q.query_hash,
       q.execution_environment
FROM (
  SELECT p.*, e.execution_environment
  FROM perf_mgmt.query_performance p
  JOIN perf_mgmt.test_executions e ON e.id = p.execution_id
  WHERE e.started_at >= now() - interval '7 days' AND e.comparison_id IS NULL AND e.confirms_execution_id IS NULL
    AND p.execution_context = 'worker'
) q
GROUP BY q.query_hash, q.query_text, q.query_type, q.table_names, q.execution_environment
HAVING sum(q.total_time_ms) > 100 * sum(q.execution_count)
ORDER BY total_time_consumed DESC
LIMIT 50;

COMMENT ON VIEW perf_mgmt.top_performance_issues IS
  'Of the last 7 days the 50 templates that took most time, of those whose mean is over 100 ms; halves of comparisons and repetitions are left out.';
COMMENT ON COLUMN perf_mgmt.top_performance_issues.query_type IS 'Kind of statement.';
COMMENT ON COLUMN perf_mgmt.top_performance_issues.table_names IS 'Tables that it names.';
COMMENT ON COLUMN perf_mgmt.top_performance_issues.query_preview IS 'The first 100 characters of the template.';
COMMENT ON COLUMN perf_mgmt.top_performance_issues.avg_execution_time IS 'Mean time of an execution, milliseconds.';
COMMENT ON COLUMN perf_mgmt.top_performance_issues.total_executions IS 'How often it was executed with success.';
COMMENT ON COLUMN perf_mgmt.top_performance_issues.total_time_consumed IS 'Time of all of them, milliseconds.';
COMMENT ON COLUMN perf_mgmt.top_performance_issues.affected_test_runs IS 'Test executions in which it ran.';
COMMENT ON COLUMN perf_mgmt.top_performance_issues.max_execution_time IS 'Longest time, milliseconds.';
COMMENT ON COLUMN perf_mgmt.top_performance_issues.query_hash IS 'Hash of the template.';
COMMENT ON COLUMN perf_mgmt.top_performance_issues.execution_environment IS 'Where it ran.';
