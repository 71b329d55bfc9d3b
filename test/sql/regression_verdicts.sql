-- Verdicts: regression_verdicts, detect_performance_regression, finish_execution, compare_executions, explain_regression,
-- noise_floor. The figures are judged in the core, whose tests hold the arithmetic; here is what it is given and what
-- becomes of it.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS perf_mgmt;
RESET client_min_messages;
\set VERBOSITY default
\set SHOW_CONTEXT never



BEGIN;
INSERT INTO perf_mgmt.performance_tests (test_name, test_version, test_type, test_configuration, baseline_thresholds)
VALUES ('Judged', '1', 'LOAD', '{}', '{}'), ('Climbing', '1', 'STRESS', '{}', '{}'), ('Moved', '1', 'LOAD', '{}', '{}');
CREATE FUNCTION pg_temp.id(p_n integer) RETURNS uuid LANGUAGE sql AS $$ SELECT lpad(p_n::text, 32, '0')::uuid $$;
-- Execution n, started n minutes after a time ten days ago: five quiet rounds, each a little off p_ms (by -1, 0.5, 0,
-- -0.5 and 1 percent), p95 twice and p99 three times as long, 8,000 operations each, so that all percentiles can be told
CREATE FUNCTION pg_temp.run(p_n integer, p_ms numeric, p_figures jsonb DEFAULT '{}', p_test text DEFAULT 'Judged') RETURNS integer
LANGUAGE sql AS $$
  INSERT INTO perf_mgmt.test_executions
  SELECT r.* FROM perf_mgmt.performance_tests t, LATERAL jsonb_populate_record(
    NULL::perf_mgmt.test_executions,
    jsonb_build_object('id', pg_temp.id(p_n), 'test_id', t.id, 'execution_environment', 'ci', 'database_version', '15.4',
      'execution_status', 'COMPLETED', 'started_at', now() - interval '10 days' + p_n * interval '1 minute',
      'completed_at', now() - interval '10 days' + (p_n + 1) * interval '1 minute', 'created_at', now(),
      'regression_detected', false, 'findings', '[]'::jsonb, 'is_valid', true, 'avg_response_time_ms', p_ms,
      'p95_response_time_ms', 2 * p_ms, 'p99_response_time_ms', 3 * p_ms, 'throughput_tps', 100000 / p_ms,
      'error_rate_percent', 0, 'operations_scheduled', 40000, 'operations_ok', 40000, 'operations_failed', 0,
      'operations_skipped', 0, 'operations_interrupted', 0, 'measured_ms', 50000, 'rounds_wanted', 5, 'rounds_quiet', 5,
      'success_criteria', '[]'::jsonb, 'run_spec', '{"quiet": true}'::jsonb,
      'postgresql_config', '{"work_mem": "4MB"}'::jsonb) || p_figures) r
  WHERE t.test_name = p_test;
  INSERT INTO perf_mgmt.execution_rounds
    (execution_id, round_number, started_at, ended_at, is_quiet, is_counted, ok_count, avg_response_time_ms,
     p95_response_time_ms, p99_response_time_ms, throughput_tps, error_rate_percent)
  SELECT pg_temp.id(p_n), place, now(), now(), true, true, 8000, p_ms * noise, 2 * p_ms * noise, 3 * p_ms * noise,
         100000 / (p_ms * noise), 0
  FROM unnest(ARRAY[0.99, 1.005, 1, 0.995, 1.01]) WITH ORDINALITY AS round (noise, place);
  SELECT p_n
$$;
CREATE FUNCTION pg_temp.judged(p_n integer) RETURNS TABLE (metric text, against text, verdict text, severe boolean, basis text,
  change numeric, threshold numeric, confirmed boolean, baseline text) LANGUAGE sql AS $$
  SELECT metric, against, verdict, severe, basis, round(change_percent, 1), threshold, confirmed, right(baseline_execution_id::text, 2)
  FROM perf_mgmt.regression_verdicts(pg_temp.id(p_n))
$$;
CREATE FUNCTION pg_temp.overall(p_n integer) RETURNS TABLE (verdict text, severe boolean, primary_metric text, rounds integer, baseline text, reason text)
LANGUAGE sql AS $$
  SELECT verdict, severe, primary_metric, rounds_current, right(baseline_execution_id::text, 2), reason
  FROM perf_mgmt.regression_verdicts(pg_temp.id(p_n)) WHERE metric = 'overall'
$$;

-- The first valid execution has nothing to be compared with, and becomes the INITIAL baseline; before it one that is
-- not valid, and one that failed: neither does.
SELECT pg_temp.run(1, 100, '{"is_valid": false, "findings": [{"code": "error_rate", "fatal": true, "message": "12 % failed."}]}'),
       pg_temp.run(2, 100, '{"execution_status": "FAILED", "is_valid": false}'), pg_temp.run(3, 100);
SELECT count(perf_mgmt.finish_execution(pg_temp.id(n))) FROM generate_series(1, 3) n;
SELECT baseline_type, right(baseline_execution_id::text, 2) AS execution, notes FROM perf_mgmt.performance_baselines;
SELECT right(execution_id::text, 2) AS execution, row_number, metric, verdict, CASE metric WHEN 'overall' THEN reason END AS reason
FROM perf_mgmt.execution_verdicts ORDER BY 1, 2;
SELECT count(fingerprint) AS fingerprints FROM perf_mgmt.test_executions;
-- Again: nothing changes
SELECT count(perf_mgmt.finish_execution(pg_temp.id(n))) FROM generate_series(1, 3) n;
SELECT (SELECT count(*) FROM perf_mgmt.execution_verdicts) AS verdicts, (SELECT count(*) FROM perf_mgmt.performance_baselines) AS baselines;

-- Until five executions are known there is only the threshold
SELECT pg_temp.run(4, 101), pg_temp.run(5, 150), pg_temp.run(6, 125);
SELECT * FROM pg_temp.judged(4);
SELECT verdict, severe, rounds, baseline FROM pg_temp.overall(5);
SELECT verdict, severe, rounds, baseline FROM pg_temp.overall(6);
DELETE FROM perf_mgmt.test_executions WHERE id IN (pg_temp.id(5), pg_temp.id(6));

-- With a history: the noise of the test decides. Against it a tenth of the threshold is nothing, and each metric
-- is held against the history as well.
SELECT count(pg_temp.run(n, 100 + (n * 7 % 5) - 2)) FROM generate_series(11, 18) n;
SELECT pg_temp.run(21, 103), pg_temp.run(22, 160), pg_temp.run(23, 70);
SELECT * FROM pg_temp.judged(21);
SELECT * FROM pg_temp.judged(22);
SELECT verdict, severe, rounds, baseline FROM pg_temp.overall(23);
SELECT execution_environment, metric, executions, floor_percent > 0 AS floor, smallest_threshold_percent IS NOT NULL AS threshold
FROM perf_mgmt.noise_floor('Judged');
SELECT count(*) FROM perf_mgmt.noise_floor('Judged', 'staging');

-- detect_performance_regression stores what was found, each time it is asked
SELECT perf_mgmt.detect_performance_regression(pg_temp.id(n)) FROM generate_series(21, 23) n;
SELECT perf_mgmt.detect_performance_regression(pg_temp.id(22));
SELECT right(execution_id::text, 2) AS execution, count(DISTINCT judgement_id) AS judgements, count(*) AS verdicts, count(DISTINCT baseline_id) AS baselines,
       bool_and(judged_by = current_user) AS by_us, count(explanation) AS explained
FROM perf_mgmt.execution_verdicts WHERE execution_id >= pg_temp.id(21) GROUP BY 1 ORDER BY 1;
SELECT right(id::text, 2) AS execution, regression_detected, performance_change_percent, right(baseline_execution_id::text, 2) AS baseline
FROM perf_mgmt.test_executions WHERE id >= pg_temp.id(21) ORDER BY 1;
-- A verdict may change when it is asked again: the flag does, what was stored does not
SELECT perf_mgmt.accept_change('Judged', pg_temp.id(22), 'more checks');
SELECT perf_mgmt.detect_performance_regression(pg_temp.id(22));
SELECT array_agg(verdict ORDER BY judged_at) FROM perf_mgmt.execution_verdicts WHERE execution_id = pg_temp.id(22) AND metric = 'overall';
SELECT verdict, reason FROM pg_temp.overall(21);
-- ... and the next one is tested against the noise that the segment before has shown, though its own shows none yet
DELETE FROM perf_mgmt.test_executions WHERE id = pg_temp.id(23);
SELECT pg_temp.run(24, 161);
SELECT metric, against, verdict, basis, round(change_percent, 1) AS change FROM perf_mgmt.regression_verdicts(pg_temp.id(24));
SELECT jsonb_array_length(s) AS segments, jsonb_array_length(s -> 0) AS executions FROM perf_mgmt.earlier_samples(pg_temp.id(24)) s;
DELETE FROM perf_mgmt.accepted_changes;
DELETE FROM perf_mgmt.performance_baselines WHERE baseline_execution_id <> pg_temp.id(3);
UPDATE perf_mgmt.performance_baselines SET is_active = true;
DELETE FROM perf_mgmt.test_executions WHERE id >= pg_temp.id(21);

-- A regression that goes on stays one, however often it was seen: executions with a regression are no noise and no history.
-- The change points see them all.
SAVEPOINT before;
SELECT count(pg_temp.run(100 + n, 160 + (n * 7 % 5) - 2, '{"regression_detected": true}')) FROM generate_series(1, 60) n;
SELECT pg_temp.run(161, 160);
SELECT * FROM pg_temp.judged(161) WHERE metric IN ('overall', 'avg_response_time_ms');
SELECT metric, executions, floor_percent, smallest_threshold_percent FROM perf_mgmt.noise_floor('Judged') WHERE metric LIKE 'avg%';
SELECT metric_name, right(execution_id::text, 3) AS execution, level_before, level_after FROM perf_mgmt.performance_change_points('Judged');
-- ... and were they history, the last one would be like any other of it
UPDATE perf_mgmt.test_executions SET regression_detected = false WHERE id BETWEEN pg_temp.id(101) AND pg_temp.id(160);
SELECT * FROM pg_temp.judged(161) WHERE metric IN ('overall', 'avg_response_time_ms');
SELECT metric, executions, floor_percent, smallest_threshold_percent FROM perf_mgmt.noise_floor('Judged') WHERE metric LIKE 'avg%';
ROLLBACK TO before;

-- A breach that is no more than noise is suspect until a repetition breaches as well. A repetition has no verdict of its
-- own: when it is finished, the execution that it repeats is judged again.
UPDATE perf_mgmt.performance_baselines SET response_time_threshold_percent = 5, throughput_threshold_percent = -5;
SELECT pg_temp.run(31, 107), pg_temp.run(32, 108);
SELECT perf_mgmt.finish_execution(pg_temp.id(31));
SELECT metric, against, verdict, severe, confirmed FROM pg_temp.judged(31) WHERE against IS DISTINCT FROM 'history';
SELECT regression_detected FROM perf_mgmt.test_executions WHERE id = pg_temp.id(31);
UPDATE perf_mgmt.test_executions SET confirms_execution_id = pg_temp.id(31) WHERE id = pg_temp.id(32);
SELECT perf_mgmt.finish_execution(pg_temp.id(32)), perf_mgmt.finish_execution(pg_temp.id(32)), perf_mgmt.finish_execution(pg_temp.id(31));
SELECT metric, against, verdict, severe, confirmed FROM pg_temp.judged(31) WHERE against IS DISTINCT FROM 'history';
SELECT right(execution_id::text, 2) AS execution, verdict, right(confirmation_execution_id::text, 2) AS confirmation
FROM perf_mgmt.execution_verdicts WHERE metric = 'overall' AND execution_id >= pg_temp.id(31) ORDER BY judged_at;
SELECT regression_detected FROM perf_mgmt.test_executions WHERE id = pg_temp.id(31);
-- ... and stays suspect where the repetition does not breach; one that failed says nothing
SELECT pg_temp.run(33, 107), pg_temp.run(34, 100), pg_temp.run(35, 109);
UPDATE perf_mgmt.test_executions SET confirms_execution_id = pg_temp.id(33) WHERE id IN (pg_temp.id(34), pg_temp.id(35));
UPDATE perf_mgmt.test_executions SET execution_status = 'FAILED', is_valid = false WHERE id = pg_temp.id(35);
SELECT perf_mgmt.finish_execution(pg_temp.id(n)) FROM generate_series(33, 35) n;
SELECT verdict, right(confirmation_execution_id::text, 2) AS confirmation
FROM perf_mgmt.execution_verdicts WHERE metric = 'overall' AND execution_id >= pg_temp.id(33) ORDER BY judged_at;
DELETE FROM perf_mgmt.test_executions WHERE id >= pg_temp.id(31);
UPDATE perf_mgmt.performance_baselines SET response_time_threshold_percent = 20, throughput_threshold_percent = -15;

-- Slow creep: each level is 15 percent above the one before, the rolling baseline goes along, and the threshold of 20 is
-- kept. The first baseline does not go along (page 5: +15 percent a run is never flagged).
SELECT count(pg_temp.run(40 + n, 115 + (n * 7 % 5) - 2)) FROM generate_series(1, 10) n;
SELECT perf_mgmt.update_rolling_baseline('Judged');
SELECT pg_temp.run(61, 132);
SELECT metric_name, change_percent, within_threshold FROM perf_mgmt.compare_with_baseline(pg_temp.id(61)) WHERE metric_name = 'P95 Response Time';
SELECT metric, against, verdict, change, baseline FROM pg_temp.judged(61)
WHERE metric IN ('overall', 'avg_response_time_ms') AND against IS DISTINCT FROM 'history';
-- An execution that contributed to the rolling baseline is judged against the others
SELECT cardinality(execution_ids) AS others, right(baseline_execution_id::text, 2) AS baseline, problem FROM perf_mgmt.baseline_of(pg_temp.id(50));
DELETE FROM perf_mgmt.performance_baselines WHERE baseline_type = 'ROLLING';
DELETE FROM perf_mgmt.test_executions WHERE id >= pg_temp.id(41);

-- Another fingerprint: no baseline, unless it is accepted
SELECT pg_temp.run(71, 160, '{"postgresql_config": {"work_mem": "64MB"}}');
SELECT verdict, reason FROM pg_temp.overall(71);
SELECT verdict FROM perf_mgmt.regression_verdicts(pg_temp.id(71), p_accept_fingerprint => true) WHERE metric = 'overall';
SELECT perf_mgmt.detect_performance_regression(pg_temp.id(71));
-- ... and two executions may always be compared
SELECT metric, against, verdict, change_percent, baseline_value, current_value, right(baseline_execution_id::text, 2) AS baseline
FROM perf_mgmt.compare_executions(pg_temp.id(18), pg_temp.id(71)) WHERE metric IN ('overall', 'p95_response_time_ms') AND against IS DISTINCT FROM 'history';
SELECT verdict FROM perf_mgmt.compare_executions(pg_temp.id(11), pg_temp.id(18)) WHERE metric = 'overall';
SELECT reason LIKE '% against the baseline, threshold +20: %' AS of_no_type FROM perf_mgmt.compare_executions(pg_temp.id(11), pg_temp.id(18))
WHERE metric = 'avg_response_time_ms' AND against = 'baseline';

-- Absolute limits fail whatever the noise and the baseline, of a result that is not valid as well; a STRESS test looks for them
SELECT pg_temp.run(72, 100, '{"success_criteria": [{"criterion": "max_p95_response_time_ms", "limit": 199, "source": "test"},
                                                   {"criterion": "max_cpu_usage_percent", "limit": 80, "source": "scenario"}]}'),
       pg_temp.run(73, 100, '{"success_criteria": [{"criterion": "max_p95_response_time_ms", "limit": 199, "source": "test"}], "is_valid": false,
                              "findings": [{"code": "rate_not_achieved", "fatal": true, "message": "Only half of it was begun."}]}'),
       pg_temp.run(74, 100, '{"is_valid": false}'),
       pg_temp.run(75, 100, '{"success_criteria": [{"criterion": "max_p95_response_time_ms", "limit": 199, "source": "test"}]}', 'Climbing');
SELECT metric, against, verdict, basis, threshold FROM pg_temp.judged(72) WHERE against IS NULL OR against = 'limit';
SELECT metric, against, verdict FROM pg_temp.judged(73);
SELECT left(reason, 54) AS reason FROM pg_temp.overall(73);
SELECT metric, verdict FROM pg_temp.judged(74);
SELECT metric, against, verdict FROM pg_temp.judged(75) WHERE against IS NULL OR against = 'limit';
SELECT perf_mgmt.detect_performance_regression(pg_temp.id(n)) FROM generate_series(72, 75) n;

-- Too few quiet rounds tell nothing
SELECT pg_temp.run(76, 160);
UPDATE perf_mgmt.execution_rounds SET is_quiet = false, disturbances = '[{"code": "other_cpu", "message": "Others used the CPU."}]'
WHERE execution_id = pg_temp.id(76) AND round_number > 2;
SELECT verdict, rounds, reason FROM pg_temp.overall(76);
-- ... of several disturbances the two commonest, each with one of its messages
UPDATE perf_mgmt.execution_rounds SET disturbances = CASE round_number
    WHEN 3 THEN '[{"code": "other_cpu", "message": "Others used 9.1 % of the CPU."}, {"code": "autovacuum", "message": "Autovacuum was at public.t."}]'
    WHEN 4 THEN '[{"code": "other_cpu", "message": "Others used 7.5 % of the CPU."}, {"code": "cpu_steal", "message": "The hypervisor kept 3.0 % of the CPU time."}]'
    ELSE '[{"code": "cpu_steal", "message": "The hypervisor kept 3.0 % of the CPU time."}, {"code": "other_cpu", "message": "Others used 5.2 % of the CPU."}]' END::jsonb
WHERE execution_id = pg_temp.id(76) AND round_number > 2;
SELECT perf_mgmt.disturbance_text(pg_temp.id(76));
SELECT perf_mgmt.detect_performance_regression(pg_temp.id(76));
-- An execution that was not cut into rounds is one round, a figure that is missing no verdict
SELECT pg_temp.run(77, 160), pg_temp.run(78, 100, '{"p95_response_time_ms": null, "p99_response_time_ms": null}');
DELETE FROM perf_mgmt.execution_rounds WHERE execution_id IN (pg_temp.id(77), pg_temp.id(78));
UPDATE perf_mgmt.test_executions SET rounds_wanted = 1, rounds_quiet = 1 WHERE id IN (pg_temp.id(77), pg_temp.id(78));
SELECT verdict, rounds FROM pg_temp.overall(77);
SELECT metric, verdict FROM pg_temp.judged(78) WHERE against = 'baseline';

-- What carries a change
INSERT INTO perf_mgmt.query_performance
  (execution_id, operation_name, query_hash, query_text, query_type, table_names, execution_count, total_time_ms, avg_time_ms,
   min_time_ms, max_time_ms, stddev_time_ms, ok_count, failed_count, avg_response_time_ms, busy_time_ms, wait_samples)
SELECT pg_temp.id(n), name, name, 'SELECT', 'SELECT', '{}', 1000, 1000 * ms, ms, ms, ms, 0, 1000, 0, ms, 1000 * ms, waits::jsonb
FROM (VALUES (3, 'fast', 10, '{"CPU": 10}'), (3, 'slow', 90, '{"CPU": 90}'), (76, 'fast', 11, '{"CPU": 11}'),
             (76, 'slow', 149, '{"CPU": 60, "Lock:transactionid": 89}')) v(n, name, ms, waits);
INSERT INTO perf_mgmt.execution_plans (execution_id, operation_name, statement_number, plan_hash, plan_kind, first_seen_at, last_seen_at, plan, is_parallel)
SELECT pg_temp.id(n), 'slow', 1, hash, 'generic', now(), now(), plan::jsonb, false
FROM (VALUES (3, '00000000000000aa', '{"Plan": {"Node Type": "Index Scan", "Index Name": "t_key", "Relation Name": "t", "Schema": "public"}}'),
             (76, '00000000000000bb', '{"Plan": {"Node Type": "Seq Scan", "Relation Name": "t", "Schema": "public"}}')) v(n, hash, plan);
UPDATE perf_mgmt.test_executions SET fingerprint = NULL WHERE id = pg_temp.id(3);
SELECT operation_name, round(share_percent) AS share, round(change_percent) AS change,
       finding LIKE format('"%s": %%', operation_name) AS named, finding LIKE '%plan%' AS plan FROM perf_mgmt.explain_regression(pg_temp.id(76));
SELECT operation_name, jsonb_path_query_array(details, '$.findings[*].kind') AS kinds FROM perf_mgmt.explain_regression(pg_temp.id(76), pg_temp.id(3));
UPDATE perf_mgmt.execution_rounds SET is_quiet = true, disturbances = '[]' WHERE execution_id = pg_temp.id(76);
SELECT perf_mgmt.detect_performance_regression(pg_temp.id(76));
SELECT array_length(string_to_array(explanation, E'\n'), 1) AS lines, explanation LIKE '"slow": %plan%' AS plan FROM perf_mgmt.execution_verdicts WHERE execution_id = pg_temp.id(76) AND metric = 'overall' AND verdict = 'REGRESSION';
SELECT * FROM perf_mgmt.explain_regression(pg_temp.id(71));

-- A half of a comparison is judged by the comparison alone
SELECT pg_temp.run(81, 500, '{"comparison_id": "00000000-0000-0000-0000-0000000000aa"}');
SELECT perf_mgmt.finish_execution(pg_temp.id(81));
SELECT count(*) FROM perf_mgmt.execution_verdicts WHERE execution_id = pg_temp.id(81);

-- A history that moved to another level: an event of the execution that shows it, once
SELECT count(pg_temp.run(100 + n, CASE WHEN n <= 15 THEN 100 ELSE 110 END + (n * 7 % 5) - 2, '{}', 'Moved')) FROM generate_series(1, 27) n;
SAVEPOINT before;
CREATE FUNCTION pg_temp.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not today'; END $$;
CREATE TRIGGER refuse BEFORE INSERT ON perf_mgmt.performance_baselines FOR EACH ROW EXECUTE FUNCTION pg_temp.refuse();
CREATE TRIGGER refuse BEFORE INSERT ON perf_mgmt.execution_events FOR EACH ROW WHEN (NEW.event_type = 'CHANGE_POINT')
  EXECUTE FUNCTION pg_temp.refuse();
-- What follows the verdicts costs them nothing where it fails
SELECT perf_mgmt.finish_execution(pg_temp.id(126));
SELECT e.fingerprint IS NOT NULL AS fingerprint, v.verdict FROM perf_mgmt.test_executions e
JOIN perf_mgmt.execution_verdicts v ON v.execution_id = e.id AND v.metric = 'overall' WHERE e.id = pg_temp.id(126);
SELECT event_type, message, details FROM perf_mgmt.execution_events WHERE execution_id = pg_temp.id(126) ORDER BY event_type;
ROLLBACK TO before;
SELECT perf_mgmt.finish_execution(pg_temp.id(126)), perf_mgmt.finish_execution(pg_temp.id(127)), perf_mgmt.finish_execution(pg_temp.id(126));
SELECT right(v.execution_id::text, 3) AS execution, event_type, details ->> 'metric' AS metric, right(details ->> 'execution_id', 3) AS first_of_level,
       (details ->> 'level_after')::numeric > (details ->> 'level_before')::numeric AS higher,
       message ~ format('^%s changed its level by -?[0-9.]+ %% with the execution of \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$', details ->> 'metric') AS said
FROM perf_mgmt.execution_events v WHERE event_type = 'CHANGE_POINT' ORDER BY 1, 3;
-- ... also where the next execution shows it a few places off: up to four
UPDATE perf_mgmt.execution_events SET details = details || jsonb_build_object('execution_id', pg_temp.id(112)) WHERE event_type = 'CHANGE_POINT';
SELECT perf_mgmt.log_change_points(pg_temp.id(127));
SELECT count(*) FROM perf_mgmt.execution_events WHERE event_type = 'CHANGE_POINT';
UPDATE perf_mgmt.execution_events SET details = details || jsonb_build_object('execution_id', pg_temp.id(111)) WHERE event_type = 'CHANGE_POINT';
SELECT perf_mgmt.log_change_points(pg_temp.id(127));
SELECT count(*) FROM perf_mgmt.execution_events WHERE event_type = 'CHANGE_POINT';

-- Errors
SELECT pg_temp.run(91, 100, '{"execution_status": "RUNNING", "completed_at": null, "is_valid": null}');
SAVEPOINT before;
SELECT * FROM perf_mgmt.regression_verdicts(pg_temp.id(99));
ROLLBACK TO before;
SELECT * FROM perf_mgmt.regression_verdicts(pg_temp.id(91));
ROLLBACK TO before;
SELECT * FROM perf_mgmt.regression_verdicts(pg_temp.id(2));
ROLLBACK TO before;
SELECT perf_mgmt.detect_performance_regression(NULL);
ROLLBACK TO before;
SELECT perf_mgmt.detect_performance_regression(pg_temp.id(91));
ROLLBACK TO before;
SELECT perf_mgmt.detect_performance_regression(pg_temp.id(2));
ROLLBACK TO before;
SELECT * FROM perf_mgmt.compare_executions(pg_temp.id(3), pg_temp.id(2));
ROLLBACK TO before;
SELECT * FROM perf_mgmt.compare_executions(pg_temp.id(99), pg_temp.id(3));
ROLLBACK TO before;
SELECT * FROM perf_mgmt.compare_executions(pg_temp.id(3), pg_temp.id(3));
ROLLBACK TO before;
SELECT * FROM perf_mgmt.explain_regression(pg_temp.id(2));
ROLLBACK TO before;
SELECT * FROM perf_mgmt.explain_regression(pg_temp.id(76), pg_temp.id(99));
ROLLBACK TO before;
SELECT * FROM perf_mgmt.noise_floor('Jugded');
ROLLBACK TO before;
SELECT perf_mgmt.finish_execution(pg_temp.id(91));
ROLLBACK TO before;
SELECT perf_mgmt.finish_execution(pg_temp.id(99));
ROLLBACK TO before;
SELECT perf_mgmt.finish_execution(NULL);
ROLLBACK TO before;
ROLLBACK;
