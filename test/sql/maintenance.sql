-- run_maintenance: what it finds, what it brings up to date, and what it leaves alone.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS perf_mgmt;
RESET client_min_messages;
\set VERBOSITY default
\set SHOW_CONTEXT never

BEGIN;
SET LOCAL timezone = 'UTC';
SET LOCAL client_min_messages = warning;
TRUNCATE perf_mgmt.performance_tests, perf_mgmt.load_scenarios, perf_mgmt.alert_configurations CASCADE;
RESET client_min_messages;
INSERT INTO perf_mgmt.load_scenarios
  (scenario_name, industry_type, scenario_description, virtual_users, ramp_up_duration_seconds, test_duration_seconds,
   workload_pattern, max_avg_response_time_ms, max_p95_response_time_ms, min_throughput_tps, max_error_rate_percent)
VALUES ('used', 'RETAIL', 'for a test', 1, 0, 1, '{}', 1000, 1000, 0, 100), ('unused', 'PAYROLL', 'for a test', 1, 0, 1, '{}', 1, 1, 0, 1);
INSERT INTO perf_mgmt.performance_tests (test_name, test_version, test_type, industry_context, test_configuration, baseline_thresholds, scenario_id)
SELECT name, '1', 'LOAD', 'RETAIL', '{}', limits::jsonb, id
FROM perf_mgmt.load_scenarios,
  (VALUES ('slower | every day', '{"max_p95_response_time_ms": 300}'), ('steady', '{}'), ('never run', '{}')) AS t (name, limits)
WHERE scenario_name = 'used';
-- An execution of so many days ago
CREATE FUNCTION pg_temp.execution(p_test text, p_days numeric, p_figures jsonb) RETURNS uuid LANGUAGE sql AS $$
  INSERT INTO perf_mgmt.test_executions
  SELECT r.* FROM perf_mgmt.performance_tests t, LATERAL jsonb_populate_record(
    NULL::perf_mgmt.test_executions,
    jsonb_build_object('id', gen_random_uuid(), 'test_id', t.id, 'execution_environment', 'staging', 'database_version', '15.0',
                       'execution_status', 'COMPLETED', 'started_at', now() - p_days * interval '1 day',
                       'completed_at', now() - p_days * interval '1 day' + interval '1 min', 'created_at', now(),
                       'regression_detected', false, 'is_valid', true, 'findings', '[]'::jsonb) || p_figures) r
  WHERE t.test_name = p_test
  RETURNING id
$$;
-- One gets slower by 2 ms a day since 100 ms 100 days ago, the other stays
SELECT count(pg_temp.execution('slower | every day', day + 0.5, jsonb_build_object('p95_response_time_ms', 100 + 2 * (100 - day - 0.5),
  'p99_response_time_ms', 400, 'avg_response_time_ms', 50, 'throughput_tps', 50, 'error_rate_percent', 0, 'cpu_usage_percent', 20))) AS made
FROM generate_series(0, 99) day;
SELECT count(pg_temp.execution('steady', day + 0.5, jsonb_build_object('p95_response_time_ms', 10 + day % 3,
  'p99_response_time_ms', 20, 'avg_response_time_ms', 5, 'throughput_tps', 200 + day % 5, 'error_rate_percent', day % 2))) AS made
FROM generate_series(0, 40) day;
SELECT pg_temp.execution('steady', 0.1, '{"execution_status": "FAILED", "is_valid": false, "failure_message": "out of <memory>"}') IS NOT NULL AS failed,
       pg_temp.execution('steady', 0.2, '{"is_valid": false, "zero_row_writes": 12,
         "findings": [{"code": "error_rate", "message": "Too many errors.", "fatal": true}]}') IS NOT NULL AS invalid,
       pg_temp.execution('steady', 0.3, '{"p95_response_time_ms": 99, "throughput_tps": 20, "regression_detected": true, "is_valid": true}') IS NOT NULL AS regression,
       pg_temp.execution('steady', 0.4, jsonb_build_object('p95_response_time_ms', 9999, 'comparison_id', gen_random_uuid())) IS NOT NULL AS half;
-- Nobody controls this one
SELECT pg_temp.execution('steady', 50, '{"execution_status": "RUNNING", "is_valid": null, "completed_at": null}') AS lost \gset
INSERT INTO perf_mgmt.alert_configurations (alert_name, alert_type, threshold_config, alert_severity, notification_channels)
VALUES ('too tight', 'THRESHOLD', '{"max_p95_response_time_ms": 11}', 'LOW', '{}'),
       ('too wide', 'THRESHOLD', '{"min_throughput_tps": 1}', 'LOW', '{}'),
       ('as it should be', 'THRESHOLD', '{"max_p95_response_time_ms": 400}', 'LOW', '{}');
INSERT INTO perf_mgmt.alert_events (alert_config_id, execution_id, alert_name, alert_type, severity, notification_frequency,
                                    notification_channels, message, triggered_at)
SELECT c.id, :'lost', c.alert_name, c.alert_type, 'HIGH', 'IMMEDIATE', '{}', 'old and open', now() - interval '40 days'
FROM perf_mgmt.alert_configurations c WHERE alert_name = 'too tight';

-- Daily
CREATE TEMPORARY TABLE done AS SELECT 'daily' AS period, perf_mgmt.run_maintenance('Daily') AS result;
SELECT jsonb_object_keys(result) AS member FROM done;
SELECT key, value FROM done, jsonb_each(result -> 'executions') WHERE key NOT IN ('problems', 'marked_lost') ORDER BY key COLLATE "C";
SELECT p ->> 'test_name' AS test, p ->> 'problem' AS problem, p ->> 'reason' AS reason
FROM done, jsonb_array_elements(result -> 'executions' -> 'problems') WITH ORDINALITY AS x (p, place) ORDER BY place;
SELECT result -> 'executions' -> 'marked_lost' = jsonb_build_array(:'lost') AS told, e.execution_status, e.failure_sqlstate, v.event_type
FROM done, perf_mgmt.test_executions e JOIN perf_mgmt.execution_events v ON v.execution_id = e.id WHERE e.id = :'lost';
SELECT result -> 'alerts' -> 'raised' AS raised, result -> 'alerts' -> 'unacknowledged' AS unacknowledged,
       result #>> '{alerts,alerts,0,message}' AS message FROM done;
SELECT t ->> 'test_name' AS test, t -> 'executions' AS executions, t -> 'executions_before' AS before, t -> 'p95_response_time_ms' AS p95,
       t -> 'p95_before_ms' AS p95_before, t -> 'p95_change_percent' AS change, t -> 'throughput_change_percent' AS tps_change
FROM done, jsonb_array_elements(result -> 'trends' -> 'tests') WITH ORDINALITY AS x (t, place) ORDER BY place;
SELECT result -> 'trends' -> 'industries' AS industries FROM done;
-- The rolling baselines are the mean of the last ten without a regression; a second time nothing is newer
SELECT result -> 'baselines' AS baselines, result -> 'errors' AS errors FROM done;
SELECT test_name, baseline_response_time_p95, cardinality(contributing_execution_ids) AS executions
FROM perf_mgmt.performance_baselines WHERE is_active AND baseline_type = 'ROLLING' ORDER BY test_name;
SELECT perf_mgmt.run_maintenance('daily') -> 'baselines' AS again;
-- ... nor is one run of another load; two are
SAVEPOINT other_load;
SELECT pg_temp.execution('steady', 0.02, '{"run_spec": {"virtual_users": 2}, "p95_response_time_ms": 90, "throughput_tps": 9, "error_rate_percent": 0}') IS NOT NULL AS made;
SELECT perf_mgmt.run_maintenance('daily') -> 'baselines' AS again;
SELECT pg_temp.execution('steady', 0.01, '{"run_spec": {"virtual_users": 2}, "p95_response_time_ms": 90, "throughput_tps": 9, "error_rate_percent": 0}') IS NOT NULL AS made;
SELECT perf_mgmt.run_maintenance('daily') -> 'baselines' AS again;
ROLLBACK TO other_load;

-- Weekly
INSERT INTO done SELECT 'weekly', perf_mgmt.run_maintenance('weekly');
SELECT jsonb_object_keys(result) AS member FROM done WHERE period = 'weekly';
SELECT r ->> 'test_name' AS test, r ->> 'reason' AS reason
FROM done, jsonb_array_elements(result -> 'tests' -> 'to_review') WITH ORDINALITY AS x (r, place) WHERE period = 'weekly' ORDER BY place;
SELECT result -> 'tests' -> 'scenarios_without_a_test' AS scenarios FROM done WHERE period = 'weekly';
-- Thresholds are proposed from what was observed, and none is set
SELECT t ->> 'test_name' AS test, t -> 'executions' AS executions, t -> 'threshold_config' AS proposed
FROM done, jsonb_array_elements(result -> 'thresholds' -> 'tests') WITH ORDINALITY AS x (t, place) WHERE period = 'weekly' ORDER BY place;
SELECT a ->> 'alert_name' AS alert, a ->> 'limit' AS "limit", a -> 'value' AS value, a -> 'proposed' AS proposed, a ->> 'reason' AS reason
FROM done, jsonb_array_elements(result -> 'thresholds' -> 'alerts') WITH ORDINALITY AS x (a, place) WHERE period = 'weekly' ORDER BY place;
-- ... a repetition is no observation of its own
SAVEPOINT repeated;
SELECT pg_temp.execution('steady', 0.45, jsonb_build_object('p95_response_time_ms', 9999, 'confirms_execution_id', :'lost')) IS NOT NULL AS made;
SELECT perf_mgmt.maintain_thresholds(now() - interval '7 days', now() - interval '35 days') = result -> 'thresholds' AS same
FROM done WHERE period = 'weekly';
ROLLBACK TO repeated;
SELECT alert_name, threshold_config FROM perf_mgmt.alert_configurations ORDER BY alert_name;
-- A proposal can be taken as it is
SELECT perf_mgmt.check_alert_limits('THRESHOLD', t -> 'threshold_config')
FROM done, jsonb_array_elements(result -> 'thresholds' -> 'tests') t WHERE period = 'weekly';

-- Monthly: from 300 ms now, at 2 ms a day, it is 4 days to the limit of 308
UPDATE perf_mgmt.performance_tests SET baseline_thresholds = '{"max_p95_response_time_ms": 308}' WHERE test_name LIKE 'slower%';
INSERT INTO done SELECT 'monthly', perf_mgmt.run_maintenance('monthly');
SELECT jsonb_object_keys(result) AS member FROM done WHERE period = 'monthly';
SELECT c ->> 'test_name' AS test, c ->> 'metric' AS metric, c -> 'executions' AS executions, c -> 'level' AS level, c -> 'change_per_30_days' AS per_30_days,
       c -> 'r_squared' AS r2, c -> 'limit' AS "limit", c -> 'days_to_limit' AS days, (c ->> 'reaches_limit_on')::date - now()::date AS reached_in
FROM done, jsonb_array_elements(result -> 'capacity') WITH ORDINALITY AS x (c, place)
WHERE period = 'monthly' AND c ->> 'test_name' LIKE 'slower%' ORDER BY place;
SELECT result -> 'configurations' AS configurations, result -> 'benchmarks' -> 'tests_without_a_baseline' AS without_a_baseline,
       result -> 'strategy' AS strategy FROM done WHERE period = 'monthly';
SELECT b ->> 'test_name' AS test, b ->> 'baseline_type' AS type, b -> 'age_days' AS days, b -> 'review' AS review
FROM done, jsonb_array_elements(result -> 'benchmarks' -> 'baselines') WITH ORDINALITY AS x (b, place) WHERE period = 'monthly' ORDER BY 1, 2;

-- It is kept, with a summary for people
SELECT m.period, m.run_by = current_user AS by_me, m.finished_at >= m.started_at AS finished,
       m.result = (d.result - ARRAY['summary_markdown', 'maintenance_run_id']) AS as_returned, m.summary_markdown = d.result ->> 'summary_markdown' AS summary
FROM perf_mgmt.maintenance_runs m JOIN done d ON d.result ->> 'maintenance_run_id' = m.id::text ORDER BY m.started_at;
\pset format unaligned
\pset tuples_only on
SELECT regexp_replace(result ->> 'summary_markdown', '\d{4}-\d\d-\d\d', 'day', 'g') FROM done;
\pset tuples_only off
\pset format aligned

-- Nothing there at all is no error
SAVEPOINT before;
DELETE FROM perf_mgmt.performance_baselines;
DELETE FROM perf_mgmt.test_executions;
DELETE FROM perf_mgmt.performance_tests;
DELETE FROM perf_mgmt.alert_configurations;
SELECT period, r -> 'errors' AS errors, r #> '{executions,total}' AS executions
FROM unnest(ARRAY['daily', 'weekly', 'monthly']) period, perf_mgmt.run_maintenance(period) r;
ROLLBACK TO before;

-- A part that fails is told, and the others are done
ALTER VIEW perf_mgmt.top_performance_issues RENAME TO no_issues;
SELECT r -> 'errors' AS errors, r #> '{executions,total}' AS executions, r ->> 'summary_markdown' LIKE '%Maintenance itself: issues failed%' AS in_summary
FROM perf_mgmt.run_maintenance('daily') r;
ROLLBACK TO before;

SELECT perf_mgmt.run_maintenance('yearly');
ROLLBACK TO before;
SELECT perf_mgmt.run_maintenance(NULL);
ROLLBACK TO before;
-- Without pg_cron there is nothing to register with (with it: test/tap/ci.pl)
SELECT perf_mgmt.schedule_maintenance();
ROLLBACK;
