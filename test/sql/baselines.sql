-- Baselines: set_baseline, update_rolling_baseline, accept_change, fingerprints.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS perf_mgmt;
RESET client_min_messages;
\set VERBOSITY default
\set SHOW_CONTEXT never

BEGIN;
INSERT INTO perf_mgmt.performance_tests (test_name, test_version, test_type, test_configuration, baseline_thresholds)
VALUES ('Base', '1', 'LOAD', '{}', '{}'), ('Base', '1.1', 'LOAD', '{}', '{}'), ('Empty', '1', 'LOAD', '{}', '{}');
-- Execution n, started n minutes after a time ten days ago: n ms on average, p95 2 n, p99 3 n
CREATE FUNCTION pg_temp.id(p_n integer) RETURNS uuid LANGUAGE sql AS $$ SELECT lpad(p_n::text, 32, '0')::uuid $$;
CREATE FUNCTION pg_temp.run(p_n integer, p_figures jsonb DEFAULT '{}', p_test text DEFAULT 'Base', p_version text DEFAULT '1')
RETURNS integer LANGUAGE sql AS $$
  INSERT INTO perf_mgmt.test_executions
  SELECT r.* FROM perf_mgmt.performance_tests t, LATERAL jsonb_populate_record(
    NULL::perf_mgmt.test_executions,
    jsonb_build_object('id', pg_temp.id(p_n), 'test_id', t.id, 'execution_environment', 'ci', 'database_version', '15.4',
      'execution_status', 'COMPLETED', 'started_at', now() - interval '10 days' + p_n * interval '1 minute',
      'completed_at', now() - interval '10 days' + (p_n + 1) * interval '1 minute', 'created_at', now(),
      'regression_detected', false, 'findings', '[]'::jsonb, 'is_valid', true, 'avg_response_time_ms', p_n,
      'p95_response_time_ms', 2 * p_n, 'p99_response_time_ms', 3 * p_n, 'throughput_tps', 1000, 'error_rate_percent', 1,
      'total_connections', 4, 'test_data_size', 1000000, 'postgresql_config', '{"work_mem": "4MB", "fsync": "on"}'::jsonb,
      'hardware_specs', '{"processors": 8, "memory_bytes": 16000000000, "kernel_release": "6.1"}'::jsonb,
      'run_spec', '{"virtual_users": 4, "seed": 1}'::jsonb) || p_figures) r
  WHERE t.test_name = p_test AND t.test_version = p_version
  RETURNING p_n
$$;
CREATE VIEW pg_temp.shown AS
  SELECT execution_environment AS environment, baseline_type, is_active, right(baseline_execution_id::text, 2) AS execution, baseline_response_time_avg AS avg,
         baseline_response_time_p95 AS p95, baseline_response_time_p99 AS p99, baseline_throughput_tps AS tps,
         baseline_cpu_usage_percent AS cpu, response_time_threshold_percent AS response, throughput_threshold_percent AS throughput,
         error_rate_threshold_percent AS errors, cardinality(contributing_execution_ids) AS contributing, notes
  FROM perf_mgmt.performance_baselines WHERE test_name = 'Base' ORDER BY created_at, environment, is_active, baseline_type, execution;

-- set_baseline: MANUAL unless told, with what the execution measured. CPU, memory and p99 may be missing
-- (page 5: cpu NULL into NOT NULL).
SELECT pg_temp.run(1), pg_temp.run(2, '{"p99_response_time_ms": null, "cpu_usage_percent": 55.5}'), pg_temp.run(3);
SELECT perf_mgmt.set_baseline(pg_temp.id(1), 'INITIAL') IS NOT NULL AS set;
SELECT perf_mgmt.set_baseline(pg_temp.id(2), p_notes => 'after the upgrade') AS id \gset
SELECT id = :'id' AS same, baseline_date = now() AS now FROM perf_mgmt.performance_baselines WHERE baseline_type = 'MANUAL';
SELECT * FROM pg_temp.shown;
-- Another one of the type makes it history, any number of times (page 5: UNIQUE allows one inactive row), and
-- takes its thresholds over; the constraint holds at once where it is asked to.
UPDATE perf_mgmt.performance_baselines
SET response_time_threshold_percent = 7, throughput_threshold_percent = -3, error_rate_threshold_percent = 0.5
WHERE baseline_type = 'MANUAL';
SELECT count(perf_mgmt.set_baseline(pg_temp.id(n))) FROM generate_series(1, 3) n;
SET CONSTRAINTS ALL IMMEDIATE;
SELECT baseline_type, is_active, execution, response, throughput, errors FROM pg_temp.shown;

-- What cannot be a baseline
SELECT pg_temp.run(90, '{"execution_status": "RUNNING", "completed_at": null, "is_valid": null}'),
       pg_temp.run(91, '{"execution_status": "FAILED", "is_valid": false}'),
       pg_temp.run(92, '{"is_valid": false, "findings": [{"code": "error_rate", "message": "12 % failed.", "fatal": true},
                                                          {"code": "other_cpu", "message": "Not this.", "fatal": false}]}'),
       pg_temp.run(93, format('{"confirms_execution_id": "%s"}', pg_temp.id(1))::jsonb),
       pg_temp.run(94, '{"comparison_id": "00000000-0000-0000-0000-0000000000aa"}'),
       pg_temp.run(95, '{"throughput_tps": null}'),
       pg_temp.run(96, '{"is_valid": null}'),
       pg_temp.run(97, '{"execution_status": "CANCELLED", "is_valid": false}');
SAVEPOINT before;
SELECT perf_mgmt.set_baseline(pg_temp.id(99));
ROLLBACK TO before;
SELECT perf_mgmt.set_baseline(NULL);
ROLLBACK TO before;
SELECT perf_mgmt.set_baseline(pg_temp.id(90));
ROLLBACK TO before;
SELECT perf_mgmt.set_baseline(pg_temp.id(91));
ROLLBACK TO before;
SELECT perf_mgmt.set_baseline(pg_temp.id(92));
ROLLBACK TO before;
SELECT perf_mgmt.set_baseline(pg_temp.id(93));
ROLLBACK TO before;
SELECT perf_mgmt.set_baseline(pg_temp.id(94));
ROLLBACK TO before;
SELECT perf_mgmt.set_baseline(pg_temp.id(95));
ROLLBACK TO before;
SELECT perf_mgmt.set_baseline(pg_temp.id(96));
ROLLBACK TO before;
SELECT perf_mgmt.set_baseline(pg_temp.id(97));
ROLLBACK TO before;
SELECT perf_mgmt.set_baseline(pg_temp.id(1), 'ROLLING');
ROLLBACK TO before;
SELECT perf_mgmt.set_baseline(pg_temp.id(1), 'Best one');
ROLLBACK TO before;
SELECT perf_mgmt.set_baseline(pg_temp.id(1), NULL);
ROLLBACK TO before;

-- update_rolling_baseline: the last ten, of any version of the test (page 5: ORDER BY and LIMIT around an
-- aggregate, and no baseline_execution_id). 11 to 23 less 13: the ten newest are 14 to 23, their mean is 18.5.
SELECT count(pg_temp.run(n, CASE n WHEN 13 THEN '{"regression_detected": true}' ELSE '{"cpu_usage_percent": 50}' END::jsonb, 'Base',
                         CASE n % 2 WHEN 0 THEN '1' ELSE '1.1' END)) FROM generate_series(11, 23) n;
-- ... and what must not count, each newer than they are: FAILED, not valid, with a regression, a repetition, a half,
-- more than 30 days ago (and 95, which measured nothing)
SELECT pg_temp.run(31, '{"execution_status": "FAILED", "is_valid": false}'), pg_temp.run(32, '{"is_valid": false}'),
       pg_temp.run(33, '{"regression_detected": true}'),
       pg_temp.run(34, format('{"confirms_execution_id": "%s"}', pg_temp.id(11))::jsonb),
       pg_temp.run(35, '{"comparison_id": "00000000-0000-0000-0000-0000000000aa"}'),
       pg_temp.run(36, jsonb_build_object('completed_at', now() - interval '31 days'));
-- ... and one of another environment, in the midst of them, which gets a rolling baseline of its own
SELECT pg_temp.run(41, '{"execution_environment": "staging", "started_at": "2000-01-01"}');
UPDATE perf_mgmt.test_executions SET started_at = (SELECT started_at FROM perf_mgmt.test_executions WHERE id = pg_temp.id(20))
WHERE id = pg_temp.id(41);
SELECT perf_mgmt.update_rolling_baseline('Base');
SELECT * FROM pg_temp.shown WHERE baseline_type = 'ROLLING' ORDER BY environment;
SELECT execution_environment AS environment, string_agg(right(c.id::text, 2), ' ' ORDER BY place) AS contributing
FROM perf_mgmt.performance_baselines, unnest(contributing_execution_ids) WITH ORDINALITY AS c (id, place)
WHERE baseline_type = 'ROLLING' GROUP BY 1 ORDER BY 1;
-- It keeps its own thresholds from then on, each in its environment
UPDATE perf_mgmt.performance_baselines SET response_time_threshold_percent = CASE execution_environment WHEN 'ci' THEN 11 ELSE 12 END
WHERE baseline_type = 'ROLLING';
SELECT perf_mgmt.update_rolling_baseline('Base'), perf_mgmt.update_rolling_baseline('Base');
SELECT environment, is_active, avg, response, throughput, errors FROM pg_temp.shown WHERE baseline_type = 'ROLLING' ORDER BY environment, is_active;
-- The newest execution of an environment says of which fingerprint they are
SELECT pg_temp.run(42, '{"execution_environment": "staging", "database_version": "16.0"}');
SELECT perf_mgmt.update_rolling_baseline('Base');
SELECT environment, execution, avg, contributing FROM pg_temp.shown WHERE baseline_type = 'ROLLING' AND is_active ORDER BY environment;
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
DELETE FROM perf_mgmt.performance_baselines WHERE execution_environment = 'staging';
DELETE FROM perf_mgmt.test_executions WHERE execution_environment = 'staging';
-- Nothing to make one of
SELECT perf_mgmt.update_rolling_baseline('Empty');
SELECT count(*) FROM perf_mgmt.performance_baselines WHERE test_name = 'Empty';
SAVEPOINT before;
SELECT perf_mgmt.update_rolling_baseline('Bsae');
ROLLBACK TO before;
SELECT perf_mgmt.update_rolling_baseline(NULL);
ROLLBACK TO before;

-- Fingerprints: what may differ, and what may not
SELECT pg_temp.run(51, '{"database_version": "15.9 (Debian)", "run_spec": {"virtual_users": 4, "seed": 2, "interval_ms": 50}, "test_data_size": 2000000,
                         "hardware_specs": {"processors": 8, "memory_bytes": 15000000000, "kernel_release": "6.5"}}'),
       pg_temp.run(52, '{"database_version": "16.0"}'),
       pg_temp.run(53, '{"postgresql_config": {"work_mem": "64MB", "fsync": "on", "jit": "off"}}'),
       pg_temp.run(54, '{"run_spec": {"virtual_users": 4, "settings": {"work_mem": "1MB"}}}'),
       pg_temp.run(55, '{"run_spec": {"virtual_users": 40, "rounds": 5}}'),
       pg_temp.run(56, '{"hardware_specs": {"processors": 16, "memory_bytes": 17700000000}}'),
       pg_temp.run(57, '{"test_data_size": 2000001, "total_connections": 3}'),
       pg_temp.run(58, '{"test_data_size": 499999, "findings": [{"code": "horizon_held", "fatal": false,
         "message": "The caller waited inside a transaction, which holds back vacuum and HOT pruning during the run."}]}'),
       pg_temp.run(59, '{"findings": [{"code": "horizon_held", "fatal": false, "message": "1 other session held back vacuum."}]}'),
       pg_temp.run(60, '{"execution_environment": "staging"}'),
       pg_temp.run(61), pg_temp.run(62), pg_temp.run(63);
INSERT INTO perf_mgmt.query_performance
  (execution_id, operation_name, query_hash, query_text, query_type, table_names, execution_count, total_time_ms, avg_time_ms,
   min_time_ms, max_time_ms, stddev_time_ms, configured_share_percent, execution_context)
SELECT pg_temp.id(n), name, hash, 'SELECT', 'SELECT', '{}', 1, 1, 1, 1, 1, 0, share, context
FROM (VALUES (61, 'read', 'a', 60, 'worker'), (61, 'write', 'b', 40, 'worker'),
             (62, 'read', 'a', 60, 'worker'), (62, 'write', 'b', 40, 'worker'), (62, 'probe', 'c', 0, 'in_transaction'),
             (63, 'read', 'a2', 60, 'worker'), (63, 'write', 'b', 12.5, 'worker'), (63, 'scan', 'd', 27.5, 'worker')) v(n, name, hash, share, context);
SELECT n, perf_mgmt.fingerprint_differences(pg_temp.id(23), pg_temp.id(n)) FROM generate_series(51, 60) n ORDER BY n;
SELECT perf_mgmt.fingerprint_differences(pg_temp.id(61), pg_temp.id(62)), perf_mgmt.fingerprint_differences(pg_temp.id(61), pg_temp.id(63)),
       perf_mgmt.fingerprint_differences(pg_temp.id(61), pg_temp.id(23));
-- A stored fingerprint counts: that of another version of the extension
UPDATE perf_mgmt.test_executions e SET fingerprint = perf_mgmt.execution_fingerprint(e.id) WHERE id = pg_temp.id(23);
SELECT perf_mgmt.fingerprint_differences(pg_temp.id(23), pg_temp.id(51));
UPDATE perf_mgmt.test_executions SET fingerprint = fingerprint || '{"extension_version": "0.9", "settings": "old", "same": "other"}' WHERE id = pg_temp.id(23);
SELECT replace(perf_mgmt.fingerprint_differences(pg_temp.id(23), pg_temp.id(51))::text, extversion, 'this')
FROM pg_extension WHERE extname = 'perf_mgmt';
SAVEPOINT before;
SELECT perf_mgmt.fingerprint_differences(pg_temp.id(98), pg_temp.id(51));
ROLLBACK TO before;
SELECT perf_mgmt.fingerprint_differences(pg_temp.id(51), NULL);
ROLLBACK TO before;

-- accept_change: a new segment, with its own INITIAL baseline. Others of before are history, thresholds go on.
DELETE FROM perf_mgmt.test_executions WHERE id BETWEEN pg_temp.id(51) AND pg_temp.id(63);
UPDATE perf_mgmt.test_executions SET fingerprint = NULL, regression_detected = true WHERE id = pg_temp.id(23);
SELECT count(pg_temp.run(n)) FROM generate_series(71, 73) n;
-- Two more that were regressions: the one against the old level, the other breaks a limit as well
SELECT pg_temp.run(74, '{"regression_detected": true}');
INSERT INTO perf_mgmt.execution_verdicts (judgement_id, row_number, execution_id, metric, against, verdict, severe)
VALUES (pg_temp.id(33), 1, pg_temp.id(33), 'overall', NULL, 'REGRESSION', true), (pg_temp.id(33), 2, pg_temp.id(33), 'throughput_tps', 'baseline', 'REGRESSION', true),
       (pg_temp.id(74), 1, pg_temp.id(74), 'overall', NULL, 'REGRESSION', true), (pg_temp.id(74), 2, pg_temp.id(74), 'throughput_tps', 'baseline', 'REGRESSION', true),
       (pg_temp.id(74), 3, pg_temp.id(74), 'max_p95_response_time_ms', 'limit', 'REGRESSION', false);
SELECT perf_mgmt.accept_change('Base', pg_temp.id(23), 'more checks');
SELECT test_name, execution_environment, right(execution_id::text, 2) AS execution, reason, accepted_by = session_user AS by_us
FROM perf_mgmt.accepted_changes;
SELECT baseline_type, execution, avg, response, throughput, errors, notes FROM pg_temp.shown WHERE is_active;
SELECT regression_detected, event_type, message
FROM perf_mgmt.test_executions e JOIN perf_mgmt.execution_events v ON v.execution_id = e.id WHERE e.id = pg_temp.id(23);
-- ... and so are the later ones of the segment no regressions any more, but for the broken limit
SELECT right(id::text, 2) AS execution, regression_detected FROM perf_mgmt.test_executions
WHERE id IN (pg_temp.id(13), pg_temp.id(33), pg_temp.id(74)) ORDER BY id;
SELECT perf_mgmt.update_rolling_baseline('Base');
SELECT execution, avg, contributing FROM pg_temp.shown WHERE baseline_type = 'ROLLING' AND is_active;
SELECT right(execution_id::text, 2) AS execution, segment_number FROM perf_mgmt.eligible_executions(pg_temp.id(72), 4, p_all_segments => true);
SELECT right(execution_id::text, 2) AS execution, segment_number FROM perf_mgmt.eligible_executions(pg_temp.id(72));
SELECT right(execution_id::text, 2) AS execution, segment_number FROM perf_mgmt.eligible_executions(pg_temp.id(12));
-- One accepted afterwards, in the past: the present baselines stay
SELECT perf_mgmt.accept_change('Base', pg_temp.id(12), 'seen too late');
SELECT baseline_type, execution FROM pg_temp.shown WHERE is_active;
SELECT right(execution_id::text, 2) AS execution, segment_number FROM perf_mgmt.eligible_executions(pg_temp.id(14));
SELECT perf_mgmt.segment_at('Base', 'staging', now());
SAVEPOINT before;
SELECT perf_mgmt.accept_change('Base', pg_temp.id(23), 'twice');
ROLLBACK TO before;
SELECT perf_mgmt.accept_change('Base', pg_temp.id(22), ' ');
ROLLBACK TO before;
SELECT perf_mgmt.accept_change('Empty', pg_temp.id(22), 'wrong test');
ROLLBACK TO before;
SELECT perf_mgmt.accept_change('Base', pg_temp.id(92), 'not valid');
ROLLBACK TO before;
SELECT perf_mgmt.accept_change('Base', pg_temp.id(99), 'unknown');
ROLLBACK TO before;
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;

-- Each environment has baselines of its own. The first valid execution in one is its INITIAL baseline, whatever the
-- other has; its thresholds are those of a new one.
SELECT pg_temp.run(81, '{"execution_environment": "staging"}'), pg_temp.run(82, '{"execution_environment": "staging"}');
CREATE TEMPORARY TABLE before AS SELECT * FROM pg_temp.shown WHERE environment = 'ci';
SELECT problem FROM perf_mgmt.baseline_of(pg_temp.id(81));
-- ... and what keeps one from it is said, also of the one before
SAVEPOINT first;
UPDATE perf_mgmt.test_executions SET run_spec = '{"quiet": true}', rounds_wanted = 5, rounds_quiet = 1 WHERE id = pg_temp.id(81);
SELECT problem FROM unnest(ARRAY[81, 82]) n, perf_mgmt.baseline_of(pg_temp.id(n)) ORDER BY n;
ROLLBACK TO first;
SELECT right(e.id::text, 2) AS execution, perf_mgmt.history_flaw(e) AS flaw
FROM perf_mgmt.test_executions e WHERE e.id BETWEEN pg_temp.id(81) AND pg_temp.id(97) ORDER BY e.id;
SELECT baseline_type, problem FROM perf_mgmt.baseline_of(pg_temp.id(81), p_accept_fingerprint => true);
SELECT perf_mgmt.finish_execution(pg_temp.id(81)), perf_mgmt.finish_execution(pg_temp.id(82));
SELECT environment, baseline_type, execution, response FROM pg_temp.shown WHERE environment = 'staging';
SELECT right(baseline_execution_id::text, 2) AS baseline, problem FROM perf_mgmt.baseline_of(pg_temp.id(82));
-- Set, refreshed or accepted in one, they stay as they are in the other
SELECT perf_mgmt.set_baseline(pg_temp.id(82), 'INITIAL') IS NOT NULL AS initial, perf_mgmt.set_baseline(pg_temp.id(82)) IS NOT NULL AS manual;
SELECT environment, baseline_type, is_active, execution FROM pg_temp.shown WHERE environment = 'staging' ORDER BY 2, 3, 4;
SELECT pg_temp.run(83, '{"execution_environment": "staging"}');
SELECT perf_mgmt.accept_change('Base', pg_temp.id(83), 'only here');
SELECT environment, baseline_type, execution FROM pg_temp.shown WHERE environment = 'staging' AND is_active;
SELECT count(*) AS changed FROM (TABLE before EXCEPT SELECT * FROM pg_temp.shown WHERE environment = 'ci') c;
SELECT segment_number FROM perf_mgmt.eligible_executions(pg_temp.id(73), 1);
SELECT test_name, execution_environment, segment_number, baseline_type, right(baseline_execution_id::text, 2) AS execution
FROM perf_mgmt.active_baselines ORDER BY 2, 3, preference;
SET CONSTRAINTS ALL IMMEDIATE;
-- A row that does not say its environment has that of its execution, and so has one that says another
INSERT INTO perf_mgmt.performance_baselines
  (test_name, baseline_type, baseline_date, baseline_execution_id, baseline_response_time_p95, baseline_response_time_p99,
   baseline_throughput_tps, baseline_error_rate_percent, baseline_cpu_usage_percent, baseline_memory_usage_percent, is_active)
VALUES ('Base', 'MANUAL', now(), pg_temp.id(83), 1, 1, 1, 1, 1, 1, true) RETURNING execution_environment;
UPDATE perf_mgmt.performance_baselines SET execution_environment = 'production' WHERE baseline_execution_id = pg_temp.id(83)
RETURNING baseline_type, execution_environment;
SAVEPOINT before;
INSERT INTO perf_mgmt.performance_baselines
  (test_name, baseline_type, baseline_date, baseline_execution_id, baseline_throughput_tps, baseline_error_rate_percent)
VALUES ('Base', 'MANUAL', now(), pg_temp.id(72), 1, 1), ('Base', 'MANUAL', now(), pg_temp.id(73), 1, 1);
ROLLBACK TO before;
INSERT INTO perf_mgmt.performance_baselines
  (test_name, baseline_type, baseline_date, baseline_execution_id, baseline_throughput_tps, baseline_error_rate_percent)
VALUES ('Base', 'MANUAL', now(), pg_temp.id(99), 1, 1);
ROLLBACK TO before;

-- A run of another load hides no baseline: what is comparable comes before what is preferred by its type
INSERT INTO perf_mgmt.performance_tests (test_name, test_version, test_type, test_configuration, baseline_thresholds)
VALUES ('Chosen', '1', 'LOAD', '{}', '{}');
SELECT pg_temp.run(201, '{}', 'Chosen'), pg_temp.run(202, '{}', 'Chosen'), pg_temp.run(203, '{"run_spec": {"virtual_users": 2}}', 'Chosen');
SELECT perf_mgmt.set_baseline(pg_temp.id(201), 'INITIAL') IS NOT NULL AS initial, perf_mgmt.set_baseline(pg_temp.id(203)) IS NOT NULL AS manual;
SELECT n, baseline_type, right(baseline_execution_id::text, 3) AS baseline, problem
FROM generate_series(202, 203) n, perf_mgmt.baseline_of(pg_temp.id(n)) ORDER BY n;
SELECT count(*) FROM perf_mgmt.compare_with_baseline(pg_temp.id(202));
-- ... where none is comparable, the preferred one says why
SELECT pg_temp.run(204, '{"run_spec": {"virtual_users": 3}}', 'Chosen');
SELECT problem FROM perf_mgmt.baseline_of(pg_temp.id(204));
DELETE FROM perf_mgmt.test_executions WHERE id = pg_temp.id(204);
-- One alone does not lead the rolling one either, two do
SELECT perf_mgmt.update_rolling_baseline('Chosen');
SELECT right(baseline_execution_id::text, 3) AS execution, cardinality(contributing_execution_ids) AS contributing
FROM perf_mgmt.performance_baselines WHERE test_name = 'Chosen' AND baseline_type = 'ROLLING' AND is_active;
SELECT pg_temp.run(205, '{"run_spec": {"virtual_users": 2}}', 'Chosen');
SELECT perf_mgmt.update_rolling_baseline('Chosen');
SELECT right(baseline_execution_id::text, 3) AS execution, cardinality(contributing_execution_ids) AS contributing
FROM perf_mgmt.performance_baselines WHERE test_name = 'Chosen' AND baseline_type = 'ROLLING' AND is_active;
SELECT baseline_type, right(baseline_execution_id::text, 3) AS baseline FROM perf_mgmt.baseline_of(pg_temp.id(202));
ROLLBACK;
