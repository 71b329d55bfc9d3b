-- The report of one execution, for a terminal of 100 columns.
-- usage: psql -v execution_id=UUID -f scripts/report.sql
\set QUIET on
\pset pager off
\pset footer off
\pset null -
\pset border 0
\pset linestyle ascii
\pset format aligned
\pset tuples_only on
\pset format unaligned

SELECT format(E'%s: %s in %s\n', coalesce(e.scenario_name, t.test_name), e.execution_status,
              e.execution_environment)
    || coalesce(E'  failure     ' || e.failure_message || E'\n', '')
    || format(E'  execution   %s\n', e.id)
    || format(E'  started     %s, %s s in all, %s s measured\n',
              to_char(e.started_at, 'YYYY-MM-DD HH24:MI:SS OF'), round(e.duration_ms / 1000.0, 1),
              coalesce(round(e.measured_ms / 1000, 1)::text, '-'))
    || format(E'  load        %s on %s worker processes, seed %s\n',
              CASE e.load_model WHEN 'open'
                THEN format('%s of %s operations a second begun', round(e.achieved_rate, 1), round(e.target_rate, 1))
                ELSE e.concurrent_users || ' virtual users' END,
              e.total_connections, coalesce(e.seed::text, '-'))
    || format(E'  server      PostgreSQL %s\n', e.database_version)
    || format('  machine     %s x %s, %s memory, disk %s (%s)',
              coalesce(e.hardware_specs ->> 'processors', '?'),
              coalesce(e.hardware_specs ->> 'processor_model', 'unknown processor'),
              coalesce(pg_size_pretty((e.hardware_specs ->> 'memory_bytes')::bigint), 'unknown'),
              coalesce(e.hardware_specs ->> 'data_device', 'unknown'),
              coalesce(e.hardware_specs ->> 'data_device_kind', 'kind unknown'))
FROM perf_mgmt.test_executions e JOIN perf_mgmt.performance_tests t ON t.id = e.test_id
WHERE e.id = :'execution_id';

\qecho
\qecho 'Operations: every one that was due is accounted for'
SELECT format('  %s scheduled = %s ok + %s failed + %s skipped + %s interrupted: %s',
              operations_scheduled, operations_ok, operations_failed, operations_skipped,
              operations_interrupted,
              CASE operations_scheduled
                WHEN operations_ok + operations_failed + operations_skipped + operations_interrupted
                THEN 'holds' ELSE 'DOES NOT HOLD' END)
    || format(E'\n  failed: %s serialization, %s deadlock, %s timeout, %s constraint, %s other',
              failed_serialization, failed_deadlock, failed_timeout, failed_constraint, failed_other)
    || format(E'\n  rows: %s read, %s written; writes that changed none: %s',
              rows_read, rows_affected, zero_row_writes)
    || format(E'\n  throughput: %s operations a second; errors: %s %%',
              coalesce(round(throughput_tps, 1)::text, '-'),
              coalesce(round(error_rate_percent, 2)::text, '-'))
FROM perf_mgmt.test_executions WHERE id = :'execution_id';

\pset tuples_only off
\pset format aligned
\qecho
\qecho 'Times in ms: response = lag (waiting for a free worker) + service (the server at work)'
SELECT kind AS time, round(mean, 3) AS mean, round(p50, 3) AS p50, round(p95, 3) AS p95,
       round(p99, 3) AS p99, round(p999, 3) AS "p99.9", round(longest, 3) AS max
FROM perf_mgmt.test_executions e,
  LATERAL (VALUES
    (1, 'response', avg_response_time_ms, p50_response_time_ms, p95_response_time_ms,
     p99_response_time_ms, p999_response_time_ms, max_response_time_ms),
    (2, 'service', avg_service_time_ms, p50_service_time_ms, p95_service_time_ms,
     p99_service_time_ms, NULL, NULL),
    (3, 'lag', avg_lag_ms, p50_lag_ms, p95_lag_ms, p99_lag_ms, NULL, NULL)
  ) AS times (line, kind, mean, p50, p95, p99, p999, longest)
WHERE e.id = :'execution_id'
ORDER BY line;

\qecho 'The machine in that time'
SELECT round(cpu_usage_percent, 1) AS "CPU %", round(steal_percent, 1) AS "steal %",
       round(memory_usage_percent, 1) AS "memory %", round(disk_io_mb_per_sec, 1) AS "disk MB/s",
       round(wal_bytes / 1e6, 1) AS "WAL MB"
FROM perf_mgmt.test_executions WHERE id = :'execution_id';

\qecho 'Stages: times in ms, load in users or operations a second'
SELECT stage_name AS stage, round(duration_ms / 1000, 1) AS seconds, round(target_to, 1) AS load,
       round(throughput_tps, 1) AS "ops/s", round(p50_response_time_ms, 2) AS p50,
       round(p95_response_time_ms, 2) AS p95, round(p99_response_time_ms, 2) AS p99,
       failed_count AS failed, CASE WHEN measured THEN '' ELSE 'not measured' END AS " "
FROM perf_mgmt.execution_stages WHERE execution_id = :'execution_id'
ORDER BY stage_number;

\qecho 'Each operation: share of all (wanted, real), service times in ms'
SELECT left(operation_name, 22) AS operation,
       round(configured_share_percent, 1) AS "want %", round(actual_share_percent, 1) AS "real %",
       ok_count AS ok, failed_count AS failed, round(p50_time_ms, 2) AS p50,
       round(p95_time_ms, 2) AS p95, round(p99_time_ms, 2) AS p99,
       rows_read AS "read", rows_affected AS written, zero_row_writes AS "no row"
FROM perf_mgmt.query_performance
WHERE execution_id = :'execution_id'
ORDER BY configured_share_percent DESC NULLS LAST, operation_name;

\qecho 'Where the time of the operations went: ms of each, and what they were seen waiting for'
SELECT left(operation_name, 22) AS operation, round(busy_time_ms / nullif(n, 0), 2) AS "all",
       round(cpu_time_ms / nullif(n, 0), 2) AS "CPU", round(planning_time_ms / nullif(n, 0), 2) AS plan,
       round(commit_time_ms / nullif(n, 0), 2) AS commit, generic_plans AS generic, custom_plans AS custom,
       (SELECT string_agg(format('%s %s %%', concat_ws(':', wait_event_type, wait_event), round(share_percent)), ', '
                          ORDER BY samples DESC)
        FROM (SELECT * FROM perf_mgmt.execution_waits w WHERE w.execution_id = q.execution_id
              AND w.operation_name = q.operation_name ORDER BY samples DESC LIMIT 2) most) AS waits
FROM perf_mgmt.query_performance q, LATERAL (SELECT ok_count + failed_count + interrupted_count AS n) counts
WHERE execution_id = :'execution_id' AND execution_context = 'worker'
ORDER BY configured_share_percent DESC NULLS LAST, operation_name;

\qecho 'Limits of the scenario and the test'
SELECT criterion, source, round(threshold, 2) AS "limit", round(actual, 2) AS actual,
       CASE WHEN passed THEN 'kept' WHEN NOT passed THEN 'BROKEN' ELSE 'not measured' END AS verdict
FROM perf_mgmt.evaluate_success_criteria(:'execution_id');

\pset tuples_only on
\pset format unaligned
SELECT E'What the type of the test reports\n  ' || shape_result::text || E'\n'
FROM perf_mgmt.test_executions WHERE id = :'execution_id' AND shape_result IS NOT NULL;

-- Text is broken into lines of at most 94 characters, indented.
SELECT E'Errors\n' || string_agg('  - ' || ltrim(regexp_replace(message, '(.{1,94})(\s+|$)',
                                                                E'\n    \\1', 'g'), E' \n'),
                                 E'\n' ORDER BY event_time) || E'\n'
FROM perf_mgmt.execution_events
WHERE execution_id = :'execution_id' AND event_type = 'OPERATION_ERROR'
HAVING count(*) > 0;

SELECT E'Could not be had\n' || string_agg('  - ' || ltrim(regexp_replace(metric || ': ' || reason,
                                             '(.{1,94})(\s+|$)', E'\n    \\1', 'g'), E' \n'),
                                           E'\n' ORDER BY metric) || E'\n'
FROM perf_mgmt.test_executions e, jsonb_each_text(e.unavailable) AS missing (metric, reason)
WHERE e.id = :'execution_id'
HAVING count(*) > 0;

SELECT format('Findings: what to know before this result is believed; it is %s',
              CASE WHEN is_valid THEN 'valid' ELSE 'NOT VALID' END)
FROM perf_mgmt.test_executions WHERE id = :'execution_id';
SELECT coalesce(string_agg('  - ' || ltrim(regexp_replace(message, '(.{1,94})(\s+|$)',
                                                          E'\n    \\1', 'g'), E' \n'),
                           E'\n' ORDER BY number), '  none') || E'\n'
FROM perf_mgmt.test_executions e,
  jsonb_array_elements(e.findings) WITH ORDINALITY AS list (finding, number),
  LATERAL (SELECT CASE jsonb_typeof(finding) WHEN 'object'
                  THEN coalesce(finding ->> 'message', finding::text)
                  ELSE finding #>> '{}' END AS message) AS text
WHERE e.id = :'execution_id';
