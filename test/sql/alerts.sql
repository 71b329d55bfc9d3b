-- Alerts: what may be written, when they are raised, where they go, how they are read.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS perf_mgmt;
RESET client_min_messages;
\set VERBOSITY default
\set SHOW_CONTEXT never

BEGIN;
SET LOCAL client_min_messages = warning;
TRUNCATE perf_mgmt.test_executions, perf_mgmt.alert_configurations CASCADE;
RESET client_min_messages;
INSERT INTO perf_mgmt.load_scenarios
  (scenario_name, industry_type, scenario_description, virtual_users, ramp_up_duration_seconds, test_duration_seconds,
   workload_pattern, max_avg_response_time_ms, max_p95_response_time_ms, min_throughput_tps, max_error_rate_percent)
VALUES ('Alert scenario', 'BANKING', 'for a test', 1, 0, 1, '{}', 1, 1, 0, 1);
INSERT INTO perf_mgmt.performance_tests
  (test_name, test_version, test_type, industry_context, test_configuration, baseline_thresholds, scenario_id)
SELECT name, '1', 'LOAD', industry::perf_mgmt.industry_enum, '{}', '{}', id
FROM perf_mgmt.load_scenarios,
  (VALUES ('Alert test', 'RESTAURANT'), ('Alert test without an industry', NULL)) AS t (name, industry)
WHERE scenario_name = 'Alert scenario';

-- An execution that has ended, of the test of that name
CREATE FUNCTION pg_temp.execution(p_id integer, p_figures jsonb, p_test text DEFAULT 'Alert test') RETURNS void LANGUAGE sql AS $$
  INSERT INTO perf_mgmt.test_executions
  SELECT r.* FROM perf_mgmt.performance_tests t, LATERAL jsonb_populate_record(
    NULL::perf_mgmt.test_executions,
    jsonb_build_object('id', lpad(p_id::text, 32, '0'), 'test_id', t.id, 'scenario_id', t.scenario_id,
                       'execution_environment', 'staging', 'database_version', '15.0', 'execution_status', 'COMPLETED',
                       'started_at', now(), 'completed_at', now(), 'created_at', now(), 'regression_detected', false,
                       'is_valid', true, 'findings', '[]'::jsonb) || p_figures) r
  WHERE t.test_name = p_test
$$;
CREATE FUNCTION pg_temp.id(p_id integer) RETURNS uuid LANGUAGE sql AS $$ SELECT lpad(p_id::text, 32, '0')::uuid $$;
CREATE FUNCTION pg_temp.alert(p_name text, p_type text, p_limits jsonb, p_more jsonb DEFAULT '{}') RETURNS void LANGUAGE sql AS $$
  INSERT INTO perf_mgmt.alert_configurations
  SELECT (jsonb_populate_record(NULL::perf_mgmt.alert_configurations,
    jsonb_build_object('id', gen_random_uuid(), 'alert_name', p_name, 'alert_type', p_type, 'threshold_config', p_limits,
                       'alert_severity', 'MEDIUM', 'notification_channels', '{}'::jsonb, 'notification_frequency', 'IMMEDIATE',
                       'is_active', true, 'created_at', now()) || p_more)).*
$$;
-- What the check of an execution raised
CREATE FUNCTION pg_temp.raised(p_id integer) RETURNS TABLE (name varchar, severity perf_mgmt.alert_severity_enum, message text)
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM perf_mgmt.check_performance_alerts(pg_temp.id(p_id));
  RETURN QUERY SELECT a.alert_name, a.severity, a.message FROM perf_mgmt.alert_events a
    WHERE a.execution_id = pg_temp.id(p_id) ORDER BY a.alert_name;
END
$$;

-- Written: limits that could not be judged, and channels that could not be read, are refused
SAVEPOINT before;
SELECT pg_temp.alert('a', 'THRESHOLD', '{"max_p95_respons_time_ms": 5}');
ROLLBACK TO before;
SELECT pg_temp.alert('a', 'THRESHOLD', '{"max_p95_response_time_ms": "fast"}');
ROLLBACK TO before;
SELECT pg_temp.alert('a', 'THRESHOLD', '{}');
ROLLBACK TO before;
SELECT pg_temp.alert('a', 'THRESHOLD', '{"max_p95_response_time_ms": null}');
ROLLBACK TO before;
SELECT pg_temp.alert('a', 'ERROR_RATE', '{"max_p95_response_time_ms": 5}');
ROLLBACK TO before;
SELECT pg_temp.alert('a', 'ERROR_RATE', '{"max_error_rate_percent": 100.1}');
ROLLBACK TO before;
SELECT pg_temp.alert('a', 'ERROR_RATE', '{"max_error_rate_percent": -1}');
ROLLBACK TO before;
SELECT pg_temp.alert('a', 'REGRESSION', '{"max_p95_response_time_ms": 5}');
ROLLBACK TO before;
SELECT pg_temp.alert('a', 'REGRESSION', '{}', '{"notification_channels": {"slack": "#perf"}}');
ROLLBACK TO before;
SELECT pg_temp.alert('a', 'REGRESSION', '{}', '{"notification_channels": {" ": {}}}');
ROLLBACK TO before;
SELECT pg_temp.alert('a', 'ERROR_RATE', '{"max_error_rate_percent": 100}',
                     '{"notification_channels": {"email": {"to": ["dba@example.org"]}, "slack": {}}}');
-- and a change is checked as well
UPDATE perf_mgmt.alert_configurations SET alert_type = 'THRESHOLD', threshold_config = '{"max_mood": 1}';
ROLLBACK TO before;

-- Raised: every execution that has ended is checked, whatever its verdict. A limit is kept by a figure
-- that equals it, and not broken by one that was not measured.
SELECT pg_temp.alert('slow', 'THRESHOLD', '{"max_p95_response_time_ms": 500, "max_cpu_usage_percent": 80}', '{"alert_severity": "HIGH"}');
SELECT pg_temp.alert('weak', 'THRESHOLD', '{"min_throughput_tps": 10}', '{"alert_severity": "LOW"}');
SELECT pg_temp.alert('failing', 'ERROR_RATE', '{}', '{"alert_severity": "CRITICAL"}');
SELECT pg_temp.alert('failing a little', 'ERROR_RATE', '{"max_error_rate_percent": 0.5}');
SELECT pg_temp.alert('worse', 'REGRESSION', '{}');
SELECT pg_temp.alert('off', 'THRESHOLD', '{"max_p95_response_time_ms": 1}', '{"is_active": false}');
SELECT pg_temp.execution(1, '{"p95_response_time_ms": 500, "throughput_tps": 10, "error_rate_percent": 5}');
SELECT * FROM pg_temp.raised(1);
SELECT pg_temp.execution(2, '{"p95_response_time_ms": 500.000001, "cpu_usage_percent": 99.5, "throughput_tps": 9.999, "error_rate_percent": 5.000001}');
SELECT * FROM pg_temp.raised(2);
SELECT pg_temp.execution(3, '{"execution_status": "FAILED", "is_valid": false, "error_rate_percent": 100}');
SELECT * FROM pg_temp.raised(3);
-- A regression says what its verdict says, which need not be about the 95th percentile
SELECT pg_temp.execution(4, '{"regression_detected": true, "performance_change_percent": 1.25}');
INSERT INTO perf_mgmt.execution_verdicts (judgement_id, row_number, execution_id, metric, verdict, severe, reason, primary_metric)
VALUES (pg_temp.id(4), 1, pg_temp.id(4), 'overall', 'REGRESSION', false,
        'throughput_tps: -31.2 % against the INITIAL baseline, threshold -15: over the threshold, and the repetition is too', 'throughput_tps');
SELECT * FROM pg_temp.raised(4);
-- One that was judged a regression later raises that alert then
SELECT pg_temp.execution(5, '{"p95_response_time_ms": 501}');
SELECT name FROM pg_temp.raised(5);
UPDATE perf_mgmt.test_executions SET regression_detected = true WHERE id = pg_temp.id(5);
SELECT name, message FROM pg_temp.raised(5);
-- Halves of a comparison and repetitions raise none
SELECT pg_temp.execution(6, jsonb_build_object('p95_response_time_ms', 9999, 'comparison_id', pg_temp.id(1)));
SELECT pg_temp.execution(7, jsonb_build_object('p95_response_time_ms', 9999, 'confirms_execution_id', pg_temp.id(1)));
SELECT (SELECT count(*) FROM pg_temp.raised(6)) AS half, (SELECT count(*) FROM pg_temp.raised(7)) AS repetition;

-- Checking again raises nothing twice
SELECT count(*) FROM perf_mgmt.alert_events;
SELECT perf_mgmt.check_performance_alerts(id) FROM perf_mgmt.test_executions;
SELECT count(*) FROM perf_mgmt.alert_events;
SELECT perf_mgmt.send_performance_alert(alert_config_id, execution_id, 'LOW', 'again') FROM perf_mgmt.alert_events
WHERE execution_id = pg_temp.id(1);
SELECT count(*) FROM perf_mgmt.alert_events;
-- The report of the execution goes with the alert
SELECT alert_data -> 'execution_summary' ->> 'execution_id' = execution_id::text AS its_report FROM perf_mgmt.alert_events
WHERE execution_id = pg_temp.id(1);
-- ... without the text of others' statements, which who may read the report can read there
SELECT pg_temp.execution(8, '{"p95_response_time_ms": 501}');
INSERT INTO perf_mgmt.query_performance
  (execution_id, operation_name, query_hash, query_text, query_type, table_names, execution_count, total_time_ms, avg_time_ms,
   min_time_ms, max_time_ms, stddev_time_ms, wait_samples)
VALUES (pg_temp.id(8), 'order', 'h', 'SELECT 1', 'SELECT', '{}', 100, 1000, 10, 1, 20, 1, '{"CPU": 10, "Lock:tuple": 10}');
INSERT INTO perf_mgmt.execution_blockers
VALUES (pg_temp.id(8), 1, 'order', 'Lock:tuple', 'another session', 'idle in transaction', 'DELETE FROM secrets', 5);
SELECT name FROM pg_temp.raised(8);
SELECT alert_data::text LIKE '%held by another session, idle in transaction.%' AS holder, alert_data::text LIKE '%secrets%' AS statement,
       perf_mgmt.generate_performance_report(execution_id)::text LIKE '%secrets%' AS in_the_report
FROM perf_mgmt.alert_events WHERE execution_id = pg_temp.id(8);
-- A report that cannot be made is an event, and the alert is raised all the same
SAVEPOINT no_report;
ALTER FUNCTION perf_mgmt.report_waits(uuid) RENAME TO report_of_waits;
SELECT pg_temp.execution(9, '{"p95_response_time_ms": 501}');
SELECT name FROM pg_temp.raised(9);
SELECT alert_data IS NULL AS without FROM perf_mgmt.alert_events WHERE execution_id = pg_temp.id(9);
SELECT event_type, message, details ->> 'sqlstate' AS sqlstate, details ->> 'message' AS error
FROM perf_mgmt.execution_events WHERE execution_id = pg_temp.id(9);
ROLLBACK TO no_report;
-- A configuration that is deleted leaves its alerts, an execution takes them along
DELETE FROM perf_mgmt.alert_configurations WHERE alert_name = 'failing a little';
SELECT alert_config_id IS NULL AS without, alert_name FROM perf_mgmt.alert_events WHERE execution_id = pg_temp.id(1);
DELETE FROM perf_mgmt.test_executions WHERE id = pg_temp.id(5);
SELECT count(*) FROM perf_mgmt.alert_events WHERE execution_id = pg_temp.id(5);

-- Industries: of the test, else of its scenario
ROLLBACK TO before;
SELECT pg_temp.alert('all', 'THRESHOLD', '{"max_p95_response_time_ms": 1}');
SELECT pg_temp.alert(industry, 'THRESHOLD', '{"max_p95_response_time_ms": 1}', jsonb_build_object('industry_context', industry))
FROM unnest(ARRAY['RESTAURANT', 'BANKING', 'GENERAL']) AS industry;
SELECT pg_temp.execution(1, '{"p95_response_time_ms": 2}');
SELECT pg_temp.execution(2, '{"p95_response_time_ms": 2}', 'Alert test without an industry');
SELECT name FROM pg_temp.raised(1);
SELECT name FROM pg_temp.raised(2);

-- Every metric that a limit may name is one that is checked
ROLLBACK TO before;
DO $$
DECLARE
  v_metric text;
  v_number integer := 100;
BEGIN
  FOREACH v_metric IN ARRAY ARRAY['avg_response_time_ms', 'p50_response_time_ms', 'p95_response_time_ms', 'p99_response_time_ms',
    'p999_response_time_ms', 'min_response_time_ms', 'max_response_time_ms', 'stddev_response_time_ms', 'avg_service_time_ms',
    'p50_service_time_ms', 'p95_service_time_ms', 'p99_service_time_ms', 'avg_lag_ms', 'p50_lag_ms', 'p95_lag_ms', 'p99_lag_ms',
    'throughput_tps', 'error_rate_percent', 'cpu_usage_percent', 'memory_usage_percent', 'disk_io_mb_per_sec', 'steal_percent']
  LOOP
    v_number := v_number + 1;
    PERFORM pg_temp.alert(v_metric, 'THRESHOLD', jsonb_build_object('max_' || v_metric, 7));
    PERFORM pg_temp.execution(v_number, jsonb_build_object(v_metric, 8));
    PERFORM perf_mgmt.check_performance_alerts(pg_temp.id(v_number));
  END LOOP;
END
$$;
SELECT count(*) AS raised, count(DISTINCT execution_id) AS executions, min(message) FILTER (WHERE alert_name = 'steal_percent') AS message
FROM perf_mgmt.alert_events;

-- Read: a configuration that came past the checks is an event, and stops no other
ROLLBACK TO before;
ALTER TABLE perf_mgmt.alert_configurations DISABLE TRIGGER check_configuration;
SELECT pg_temp.alert('a broken one', 'THRESHOLD', '{"max_p95_response_time_ms": "fast"}', '{"alert_severity": "CRITICAL"}');
SELECT pg_temp.alert('an empty one', 'THRESHOLD', '{}');
SELECT pg_temp.alert('a sound one', 'THRESHOLD', '{"max_p95_response_time_ms": 1}', '{"alert_severity": "LOW"}');
ALTER TABLE perf_mgmt.alert_configurations ENABLE TRIGGER check_configuration;
SELECT pg_temp.execution(1, '{"p95_response_time_ms": 2}');
SELECT name FROM pg_temp.raised(1);
SELECT name FROM pg_temp.raised(1);
SELECT event_type, message, details ->> 'sqlstate' AS sqlstate, details ->> 'message' AS error
FROM perf_mgmt.execution_events WHERE execution_id = pg_temp.id(1) ORDER BY message;

-- The copy in system_core.system_events. The severity is said as its column takes it.
ROLLBACK TO before;
CREATE SCHEMA system_core;
CREATE TYPE system_core.level AS ENUM ('debug', 'info', 'warning', 'error', 'fatal');
CREATE FUNCTION pg_temp.mirrored(p_type text, p_rest text DEFAULT '') RETURNS TABLE (type text, low text, medium text, high text, critical text)
LANGUAGE plpgsql AS $$
BEGIN
  DROP TABLE IF EXISTS system_core.system_events;
  EXECUTE format('CREATE TABLE system_core.system_events (id integer GENERATED ALWAYS AS IDENTITY, event_type text, '
    'event_subtype varchar(20), event_data jsonb, severity %s, created_at timestamp%s)', p_type, p_rest);
  DELETE FROM perf_mgmt.alert_events;
  DELETE FROM perf_mgmt.execution_events;
  PERFORM perf_mgmt.check_performance_alerts(pg_temp.id(1));
  RETURN QUERY SELECT p_type,
    (SELECT e.severity::text FROM system_core.system_events e WHERE e.event_subtype = 'LOW'),
    (SELECT e.severity::text FROM system_core.system_events e WHERE e.event_subtype = 'MEDIUM'),
    (SELECT e.severity::text FROM system_core.system_events e WHERE e.event_subtype = 'HIGH'),
    (SELECT e.severity::text FROM system_core.system_events e WHERE e.event_subtype = 'CRITICAL');
END
$$;
SELECT pg_temp.alert(severity, 'THRESHOLD', '{"max_p95_response_time_ms": 1}', jsonb_build_object('alert_severity', severity))
FROM unnest(ARRAY['LOW', 'MEDIUM', 'HIGH', 'CRITICAL']) AS severity;
SELECT pg_temp.execution(1, '{"p95_response_time_ms": 2}');
SELECT * FROM pg_temp.mirrored('text');
SELECT * FROM pg_temp.mirrored('varchar(10)');
SELECT * FROM pg_temp.mirrored('perf_mgmt.alert_severity_enum');
SELECT * FROM pg_temp.mirrored('system_core.level');
SELECT * FROM pg_temp.mirrored('text CHECK (severity IN (''Info'', ''Warning'', ''Major'', ''Critical''))');
SELECT * FROM pg_temp.mirrored('smallint');
SELECT event_type, event_subtype, created_at = a.triggered_at AT TIME ZONE 'UTC' AS at_the_time,
       event_data ->> 'alert_event_id' = a.id::text AS names_the_alert, event_data ->> 'message' = a.message AS message,
       jsonb_typeof(event_data -> 'alert_data') AS report
FROM system_core.system_events JOIN perf_mgmt.alert_events a ON a.alert_name = event_subtype
WHERE event_subtype = 'HIGH';
-- Where it cannot be written, that is an event, and the alert is raised all the same
SELECT * FROM pg_temp.mirrored('bytea CHECK (false)');
SELECT count(*) AS raised FROM perf_mgmt.alert_events;
SELECT event_type, message, details ->> 'sqlstate' AS sqlstate, details ->> 'message' AS error FROM perf_mgmt.execution_events ORDER BY message LIMIT 1;
SELECT * FROM pg_temp.mirrored('text', ', source text NOT NULL');
SELECT count(*) AS raised FROM perf_mgmt.alert_events;
SELECT message, details ->> 'sqlstate' AS sqlstate, details ->> 'message' AS error FROM perf_mgmt.execution_events ORDER BY message LIMIT 1;
DELETE FROM perf_mgmt.alert_events;
DELETE FROM perf_mgmt.execution_events;
ALTER TABLE system_core.system_events DROP COLUMN event_data;
SELECT count(*) AS raised FROM pg_temp.raised(1);
SELECT message, details ->> 'message' AS error FROM perf_mgmt.execution_events ORDER BY message LIMIT 1;

-- A trigger of that table has the rights of the table's owner, not of who raises the alert
CREATE ROLE regress_platform;
GRANT USAGE, CREATE ON SCHEMA system_core TO regress_platform;
DROP TABLE system_core.system_events;
CREATE TABLE system_core.system_events (event_type text, event_subtype text, event_data jsonb, severity text, created_at timestamptz);
ALTER TABLE system_core.system_events OWNER TO regress_platform;
CREATE TABLE system_core.seen (who name, escaped text);
ALTER TABLE system_core.seen OWNER TO regress_platform;
CREATE FUNCTION system_core.look() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  v_error text := 'escaped';
BEGIN
  BEGIN
    RESET ROLE;
    SET SESSION AUTHORIZATION DEFAULT;
  EXCEPTION WHEN OTHERS THEN
    v_error := SQLERRM;
  END;
  INSERT INTO system_core.seen VALUES (current_user, v_error);
  RETURN NEW;
END
$$;
CREATE TRIGGER look BEFORE INSERT ON system_core.system_events FOR EACH ROW EXECUTE FUNCTION system_core.look();
DELETE FROM perf_mgmt.alert_events;
-- He gets figures only if he may read results
DELETE FROM perf_mgmt.execution_events;
SELECT count(*) AS raised FROM pg_temp.raised(1);
SELECT count(*) AS mirrored FROM system_core.system_events;
SELECT message, details ->> 'sqlstate' AS sqlstate, details ->> 'message' AS error FROM perf_mgmt.execution_events ORDER BY message LIMIT 1;
SELECT perf_mgmt.grant_access('regress_platform', 'reader');
DELETE FROM perf_mgmt.alert_events;
SELECT count(*) AS raised FROM pg_temp.raised(1);
SELECT DISTINCT who, escaped FROM system_core.seen;
SELECT count(*) AS mirrored, current_user = session_user AS still_myself FROM system_core.system_events;
-- nor does execute_as give anybody rights that he does not have
GRANT EXECUTE ON FUNCTION perf_mgmt.execute_as(oid, text, text[]) TO regress_platform;
SELECT session_user AS owner \gset
SAVEPOINT as_platform;
SET ROLE regress_platform;
SELECT perf_mgmt.execute_as(:'owner'::regrole, 'DELETE FROM perf_mgmt.alert_events', '{}');
ROLLBACK TO as_platform;
-- Who may not act as that role copies nothing, since the trigger would have his rights
DELETE FROM perf_mgmt.alert_events;
DELETE FROM perf_mgmt.execution_events;
DELETE FROM system_core.system_events;
DELETE FROM system_core.seen;
CREATE ROLE regress_caller;
GRANT USAGE ON SCHEMA perf_mgmt, system_core TO regress_caller;
GRANT ALL ON ALL TABLES IN SCHEMA perf_mgmt, system_core TO regress_caller;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA perf_mgmt TO regress_caller;
SET ROLE regress_caller;
SELECT perf_mgmt.check_performance_alerts('00000000-0000-0000-0000-000000000001');
RESET ROLE;
SELECT (SELECT count(*) FROM perf_mgmt.alert_events) AS raised, (SELECT count(*) FROM system_core.system_events) AS mirrored,
       (SELECT count(*) FROM system_core.seen) AS seen;
SELECT DISTINCT event_type, details ->> 'sqlstate' AS sqlstate, details ->> 'message' AS error
FROM perf_mgmt.execution_events WHERE event_type = 'ALERT_NOT_MIRRORED';

-- Digests: DAILY and WEEKLY ones are collected by days and weeks of UTC
ROLLBACK TO before;
SET LOCAL timezone = 'America/Los_Angeles';
SELECT pg_temp.alert('at once', 'THRESHOLD', '{"max_p95_response_time_ms": 1}');
SELECT pg_temp.alert('daily', 'THRESHOLD', '{"max_p95_response_time_ms": 1}', '{"notification_frequency": "DAILY", "notification_channels": {"email": {"to": "a"}}}');
SELECT pg_temp.alert('daily and urgent', 'THRESHOLD', '{"max_p95_response_time_ms": 1}', '{"notification_frequency": "DAILY", "alert_severity": "CRITICAL"}');
SELECT pg_temp.alert('weekly', 'THRESHOLD', '{"max_p95_response_time_ms": 1}', '{"notification_frequency": "WEEKLY"}');
SELECT pg_temp.execution(1, '{"p95_response_time_ms": 2}');
SELECT pg_temp.execution(2, '{"p95_response_time_ms": 3}');
SELECT perf_mgmt.check_performance_alerts(id) FROM perf_mgmt.test_executions WHERE id IN (pg_temp.id(1), pg_temp.id(2));
-- 2026-03-04 is a Wednesday
UPDATE perf_mgmt.alert_events SET triggered_at = CASE WHEN execution_id = pg_temp.id(1)
  THEN timestamptz '2026-03-04 00:00:00 UTC' ELSE timestamptz '2026-03-03 23:59:59.999 UTC' END;
CREATE FUNCTION pg_temp.digest(p_frequency text, p_day date) RETURNS TABLE (span text, total text, by_severity jsonb, alerts text)
LANGUAGE sql AS $$
  SELECT concat_ws(' to ', d ->> 'from', d ->> 'until'), d ->> 'total', d -> 'by_severity',
         (SELECT string_agg(format('%s: %s', a ->> 'alert_name', a ->> 'triggered_at'), ', ' ORDER BY place)
          FROM jsonb_array_elements(d -> 'alerts') WITH ORDINALITY AS x (a, place))
  FROM perf_mgmt.alert_digest(p_frequency, p_day) d
$$;
SELECT * FROM pg_temp.digest('DAILY', '2026-03-04');
SELECT * FROM pg_temp.digest('DAILY', '2026-03-03');
SELECT * FROM pg_temp.digest('DAILY', '2026-03-05');
SELECT * FROM pg_temp.digest('weekly', '2026-03-08');
SELECT * FROM pg_temp.digest('WEEKLY', '2026-03-09');
SELECT perf_mgmt.alert_digest('DAILY', '2026-03-04') -> 'alerts' -> 1 -> 'notification_channels' AS channels,
       (perf_mgmt.alert_digest('DAILY') ->> 'from')::date = (now() AT TIME ZONE 'UTC')::date AS today;
SAVEPOINT digests;
SELECT perf_mgmt.alert_digest('HOURLY');
ROLLBACK TO digests;
SELECT perf_mgmt.alert_digest(NULL);
ROLLBACK TO digests;
SELECT perf_mgmt.alert_digest('DAILY', 'infinity');
ROLLBACK TO digests;

-- Acknowledged once
SELECT id AS alert FROM perf_mgmt.alert_events WHERE alert_name = 'weekly' AND execution_id = pg_temp.id(1) \gset
SELECT perf_mgmt.acknowledge_alert(:'alert', 'mine'), perf_mgmt.acknowledge_alert(:'alert', 'no, mine');
SELECT acknowledged_at = now() AS now, acknowledged_by = current_user AS by_me, acknowledgement_note
FROM perf_mgmt.alert_events WHERE id = :'alert';
SELECT d ->> 'total' AS total, d ->> 'unacknowledged' AS unacknowledged FROM perf_mgmt.alert_digest('WEEKLY', '2026-03-04') d;
SELECT perf_mgmt.acknowledge_alert(pg_temp.id(1));
ROLLBACK TO digests;
SELECT perf_mgmt.acknowledge_alert(NULL);
ROLLBACK TO digests;

-- What is no finished execution, or no configuration
SELECT perf_mgmt.check_performance_alerts(pg_temp.id(99));
ROLLBACK TO digests;
SELECT perf_mgmt.check_performance_alerts(NULL);
ROLLBACK TO digests;
SELECT pg_temp.execution(3, '{"execution_status": "RUNNING", "completed_at": null, "is_valid": null}');
SELECT perf_mgmt.check_performance_alerts(pg_temp.id(3));
ROLLBACK TO digests;
SELECT perf_mgmt.send_performance_alert(pg_temp.id(99), pg_temp.id(1), 'LOW', 'x');
ROLLBACK;
