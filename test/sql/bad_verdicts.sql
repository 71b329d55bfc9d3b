-- Everything that judges, given what it cannot judge: unknown executions and tests, NULL, runs without a result, figures that
-- are missing or zero, evidence that is none. An error with a SQLSTATE of its own, or an answer; never a half of one.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS perf_mgmt;
RESET client_min_messages;
\set VERBOSITY default
\set SHOW_CONTEXT never

BEGIN;
DELETE FROM perf_mgmt.performance_baselines;
DELETE FROM perf_mgmt.test_executions;
INSERT INTO perf_mgmt.performance_tests (test_name, test_version, test_type, test_configuration, baseline_thresholds)
VALUES ('Bad', '1', 'LOAD', '{}', '{}'), ('Never run', '1', 'LOAD', '{}', '{}');
CREATE FUNCTION pg_temp.id(p_n integer) RETURNS uuid LANGUAGE sql AS $$ SELECT lpad(p_n::text, 32, '0')::uuid $$;
-- Execution n, started n minutes after a time ten days ago: 100 ms on average, p95 200, p99 400, unless it says otherwise
CREATE FUNCTION pg_temp.run(p_n integer, p_figures jsonb DEFAULT '{}') RETURNS integer LANGUAGE sql AS $$
  INSERT INTO perf_mgmt.test_executions
  SELECT r.* FROM perf_mgmt.performance_tests t, LATERAL jsonb_populate_record(
    NULL::perf_mgmt.test_executions,
    jsonb_build_object('id', pg_temp.id(p_n), 'test_id', t.id, 'execution_environment', 'ci', 'database_version', '15.4',
      'execution_status', 'COMPLETED', 'started_at', now() - interval '10 days' + p_n * interval '1 minute',
      'completed_at', now() - interval '10 days' + (p_n + 1) * interval '1 minute', 'created_at', now(),
      'regression_detected', false, 'findings', '[]'::jsonb, 'is_valid', true, 'avg_response_time_ms', 100,
      'p95_response_time_ms', 200, 'p99_response_time_ms', 400, 'throughput_tps', 1000, 'error_rate_percent', 0,
      'operations_scheduled', 40000, 'operations_ok', 40000, 'operations_failed', 0, 'operations_skipped', 0,
      'operations_interrupted', 0, 'measured_ms', 50000, 'rounds_wanted', 1, 'rounds_quiet', 1,
      'success_criteria', '[]'::jsonb, 'postgresql_config', '{"work_mem": "4MB"}'::jsonb) || p_figures) r
  WHERE t.test_name = 'Bad'
  RETURNING p_n
$$;
-- What becomes of a statement: its SQLSTATE, or what it returned. Whatever it did is undone.
CREATE FUNCTION pg_temp.outcome(p_sql text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  v_rows text;
BEGIN
  EXECUTE format('SELECT string_agg(r::text, %L) FROM (%s) r', '; ', p_sql) INTO v_rows;
  RAISE EXCEPTION USING ERRCODE = 'ZZ000', MESSAGE = coalesce(nullif(v_rows, '()'), 'nothing');
EXCEPTION WHEN OTHERS THEN
  RETURN CASE SQLSTATE WHEN 'ZZ000' THEN SQLERRM ELSE SQLSTATE || ': ' || SQLERRM END;
END
$$;

-- Of an execution that is unknown, NULL, or has no result --------------------------------------
SELECT pg_temp.run(1, '{"execution_status": "RUNNING", "completed_at": null, "is_valid": null}'),
       pg_temp.run(2, '{"execution_status": "FAILED", "is_valid": false}'), pg_temp.run(3, '{"execution_status": "CANCELLED", "is_valid": false}'),
       pg_temp.run(4);
CREATE TEMPORARY TABLE calls (place serial, call text);
INSERT INTO calls (call) VALUES
  ('compare_with_baseline(%1$s)'), ('regression_verdicts(%1$s)'), ('regression_verdicts(%1$s, true)'),
  ('detect_performance_regression(%1$s)'), ('compare_executions(%1$s, pg_temp.id(4))'), ('compare_executions(pg_temp.id(4), %1$s)'),
  ('explain_regression(%1$s)'), ('explain_regression(pg_temp.id(4), p_baseline_execution_id => coalesce(%1$s, gen_random_uuid()))'),
  ('set_baseline(%1$s)'), ('set_baseline(%1$s, ''INITIAL'')'), ('accept_change(''Bad'', %1$s, ''why not'')'), ('finish_execution(%1$s)'),
  ('require_result(%1$s)'), ('require_baseline_material(%1$s)'), ('judge_comparison(%1$s)'),
  ('fingerprint_differences(%1$s, pg_temp.id(4))'), ('fingerprint_differences(pg_temp.id(4), %1$s)');
CREATE TEMPORARY TABLE targets (place, id) AS VALUES (1, pg_temp.id(99)), (2, NULL), (3, pg_temp.id(1)), (4, pg_temp.id(2)), (5, pg_temp.id(3));
CREATE TEMPORARY TABLE outcomes AS
  SELECT c.place, c.call, t.place AS column,
         pg_temp.outcome('SELECT * FROM perf_mgmt.' || format(c.call, coalesce(quote_literal(t.id), 'NULL') || '::uuid')) AS outcome
  FROM calls c, targets t ORDER BY c.place, t.place;
SELECT format(call, 'x') AS call, string_agg(split_part(outcome, ':', 1), ' ' ORDER BY "column") AS "unknown null running failed cancelled"
FROM outcomes GROUP BY place, call ORDER BY place;
-- All that they say
SELECT DISTINCT regexp_replace(outcome, '[0-9a-f]{8}-[-0-9a-f]{27}', 'id') COLLATE "C" AS outcome FROM outcomes WHERE outcome ~ '^[0-9A-Z]{5}: ' ORDER BY 1;
-- Helpers that give what there is
SELECT pg_temp.outcome(format('SELECT * FROM perf_mgmt.%s', call)) AS outcome, call FROM (VALUES
  ('baseline_of(pg_temp.id(99))'), ('baseline_of(NULL)'), ('eligible_executions(pg_temp.id(99))'), ('eligible_executions(NULL)'),
  ('execution_samples(ARRAY[pg_temp.id(99)])'), ('execution_samples(NULL)'), ('history_samples(pg_temp.id(99))'), ('limit_evidence(NULL)'),
  ('confirmation_of(pg_temp.id(99))'), ('verdict_thresholds(NULL)'), ('execution_fingerprint(pg_temp.id(99))'), ('execution_profile(NULL)'),
  ('make_initial_baseline(pg_temp.id(99))'), ('make_initial_baseline(pg_temp.id(1))'), ('log_change_points(pg_temp.id(99))'),
  ('segment_at(NULL, NULL, NULL)')) v(call);
SELECT (SELECT count(*) FROM perf_mgmt.performance_baselines) AS baselines, (SELECT count(*) FROM perf_mgmt.execution_verdicts) AS verdicts,
       (SELECT count(*) FROM perf_mgmt.accepted_changes) AS changes;

-- Of a test that is unknown, NULL, or was never run; and bad arguments
SELECT call, pg_temp.outcome(format('SELECT * FROM perf_mgmt.%s', call)) AS outcome FROM (VALUES
  ('update_rolling_baseline(''Bda'')'), ('update_rolling_baseline(NULL)'), ('update_rolling_baseline(''Never run'')'),
  ('noise_floor(''Bda'')'), ('noise_floor(NULL)'), ('noise_floor(''Never run'')'), ('noise_floor(''Bad'', ''nowhere'')'),
  ('performance_change_points(''Bda'')'), ('performance_change_points(NULL)'), ('performance_change_points(''Never run'')'),
  ('performance_change_points(''Bad'', p_alpha => 0)'), ('performance_change_points(''Bad'', p_alpha => 1)'), ('performance_change_points(''Bad'', p_alpha => ''NaN'')'),
  ('performance_change_points(''Bad'', p_alpha => NULL)'),
  ('accept_change(''Never run'', pg_temp.id(4), ''why not'')'), ('accept_change(NULL, pg_temp.id(4), ''why not'')'),
  ('accept_change(''Bad'', pg_temp.id(4), NULL)'), ('accept_change(''Bad'', pg_temp.id(4), '' '')'),
  ('set_baseline(pg_temp.id(4), ''ROLLING'')'), ('set_baseline(pg_temp.id(4), ''manual'')'), ('set_baseline(pg_temp.id(4), NULL)'),
  ('compare_executions(pg_temp.id(4), pg_temp.id(4))'),
  ('purge_history(NULL)'), ('purge_history(''-1 second'')'), ('purge_history(''1 month -40 days'')'), ('purge_history(''999999 years'')')) v(call);

-- Without a baseline: no error, and it is said why
SELECT * FROM perf_mgmt.compare_with_baseline(pg_temp.id(4));
SELECT metric, verdict, reason FROM perf_mgmt.regression_verdicts(pg_temp.id(4)) WHERE metric = 'overall';
SELECT * FROM perf_mgmt.explain_regression(pg_temp.id(4));
SELECT perf_mgmt.detect_performance_regression(pg_temp.id(4));

-- Figures that are missing or zero ---------------------------------------------------------------
SELECT pg_temp.run(10), pg_temp.run(11, '{"avg_response_time_ms": null, "p95_response_time_ms": null, "p99_response_time_ms": null,
         "cpu_usage_percent": null, "memory_usage_percent": null, "throughput_tps": null, "error_rate_percent": null,
         "operations_ok": null, "operations_failed": null, "operations_skipped": null, "operations_interrupted": null,
         "operations_scheduled": null, "measured_ms": null}'),
       pg_temp.run(12, '{"avg_response_time_ms": 0, "p95_response_time_ms": 0, "p99_response_time_ms": 0, "throughput_tps": 0,
         "operations_ok": 0, "operations_scheduled": 0, "measured_ms": 0}'),
       pg_temp.run(13, '{"error_rate_percent": 100, "operations_ok": 0, "operations_failed": 40000, "throughput_tps": 0, "avg_response_time_ms": null,
         "p95_response_time_ms": null, "p99_response_time_ms": null}'),
       pg_temp.run(14, '{"avg_response_time_ms": 100000000, "p95_response_time_ms": 100000000, "throughput_tps": 0.001}');
SELECT perf_mgmt.set_baseline(pg_temp.id(10)) IS NOT NULL AS set;
CREATE FUNCTION pg_temp.judged(p_n integer) RETURNS TABLE (metric text, verdict text, now numeric, "then" numeric, change numeric) LANGUAGE sql AS $$
  SELECT metric, verdict, round(current_value, 3), round(baseline_value, 3), round(change_percent, 1) FROM perf_mgmt.regression_verdicts(pg_temp.id(p_n))
  WHERE metric = 'overall' OR against = 'baseline'
$$;
SELECT n, judged.* FROM generate_series(11, 14) n, pg_temp.judged(n);
SELECT n, metric_name, within_threshold, severity FROM generate_series(11, 14) n, perf_mgmt.compare_with_baseline(pg_temp.id(n))
WHERE metric_name IN ('P95 Response Time', 'Throughput TPS', 'Error Rate');
-- ... and as the baseline
SELECT pg_temp.outcome('SELECT perf_mgmt.set_baseline(pg_temp.id(11))') AS nothing_measured;
SELECT perf_mgmt.set_baseline(pg_temp.id(12)) IS NOT NULL AS set;
SELECT * FROM pg_temp.judged(10);
SELECT perf_mgmt.set_baseline(pg_temp.id(13)) IS NOT NULL AS set;
SELECT * FROM pg_temp.judged(10);
SELECT n, perf_mgmt.detect_performance_regression(pg_temp.id(n)) FROM generate_series(10, 14) n;
SELECT metric, verdict, round(current_value, 3) AS now FROM perf_mgmt.compare_executions(pg_temp.id(11), pg_temp.id(12)) WHERE metric = 'overall' OR against = 'baseline';
SELECT operation_name FROM perf_mgmt.explain_regression(pg_temp.id(12), pg_temp.id(11));

-- Another fingerprint: none to compare with, unless that is accepted
SELECT perf_mgmt.set_baseline(pg_temp.id(10)) IS NOT NULL AS set;
SELECT pg_temp.run(20, '{"avg_response_time_ms": 300, "postgresql_config": {"work_mem": "64kB"}}');
SELECT verdict, reason FROM perf_mgmt.regression_verdicts(pg_temp.id(20)) WHERE metric = 'overall';
SELECT verdict, severe FROM perf_mgmt.regression_verdicts(pg_temp.id(20), p_accept_fingerprint => true) WHERE metric = 'overall';
SELECT verdict FROM perf_mgmt.regression_verdicts(pg_temp.id(20), NULL) WHERE metric = 'overall';
SELECT verdict, severe FROM perf_mgmt.compare_executions(pg_temp.id(10), pg_temp.id(20)) WHERE metric = 'overall';
SELECT * FROM perf_mgmt.compare_with_baseline(pg_temp.id(20));

-- Halves and repetitions are nobody's baseline
SELECT pg_temp.run(30, '{"comparison_id": "00000000-0000-0000-0000-0000000000aa"}'),
       pg_temp.run(31, format('{"confirms_execution_id": "%s"}', pg_temp.id(10))::jsonb), pg_temp.run(32, '{"is_valid": false}');
SELECT n, pg_temp.outcome(format('SELECT perf_mgmt.set_baseline(pg_temp.id(%s))', n)) AS set_baseline,
       pg_temp.outcome(format('SELECT perf_mgmt.make_initial_baseline(pg_temp.id(%s))', n)) AS initial
FROM generate_series(30, 32) n;
-- A comparison without its executions, or with one of two
INSERT INTO perf_mgmt.execution_rounds (execution_id, round_number, started_at, ended_at, is_quiet, is_counted)
SELECT pg_temp.id(10), n, now(), now(), true, true FROM generate_series(1, 4) n;
INSERT INTO perf_mgmt.variant_comparisons (id, test_id, execution_environment, quads, name_a, variant_a, name_b, variant_b, execution_a, execution_b)
SELECT pg_temp.id(n), t.id, 'ci', 2, 'A', '{}', 'B', '{}', a, b
FROM perf_mgmt.performance_tests t, (VALUES (1, NULL, NULL), (2, pg_temp.id(10), NULL), (3, pg_temp.id(98), pg_temp.id(99)), (4, pg_temp.id(10), pg_temp.id(12)),
                                  (5, pg_temp.id(98), pg_temp.id(10))) v(n, a, b)
WHERE t.test_name = 'Bad';
SELECT n, pg_temp.outcome(format('SELECT perf_mgmt.judge_comparison(pg_temp.id(%s))', n)) FROM generate_series(1, 5) n;

-- Evidence that is none --------------------------------------------------------------------------
SELECT f AS function, e AS evidence, pg_temp.outcome(format('SELECT perf_mgmt.%I(%L::jsonb)', f, e)) AS outcome
FROM unnest('{judge_evidence,noise_of,judge_pairs,explain_change}'::text[]) f,
     unnest(ARRAY[NULL, 'null', '[]', '5', '{}', '{"current": 5}', '{"segments": [[5]]}', '{"quads": [5]}', '{"current": {}, "baseline": {}}']) WITH ORDINALITY v(e, place)
ORDER BY f, place;
SELECT t, c, q, pg_temp.outcome(format('SELECT j ->> %L FROM perf_mgmt.judge_pairs(%L::jsonb) j', 'verdict', jsonb_build_object('threshold_percent', t, 'confidence', c, 'quads', q::jsonb))) AS outcome
FROM (VALUES (5, 0.99, '[]'), (0, 0.99, '[]'), (-5, 0.99, '[]'), (5, 0, '[]'), (5, 1, '[]'), (5, 0.99, '[{"a": [], "b": []}]'), (5, 0.99, '[{"a": [{}], "b": [{}]}]'),
             (5, 0.99, '[{"a": [{"quiet": true, "avg_ms": -1, "p95_ms": null, "p99_ms": null, "tps": null, "ok": 1, "failed": 0}], "b": [null]}]')) v(t, c, q);
SELECT pg_temp.outcome('SELECT * FROM perf_mgmt.change_points_of(' || a || ')') AS outcome, a AS arguments FROM (VALUES
  ('NULL, 0.01'), ('''{}'', 0.01'), ('''{1,NULL,3}'', 0.01'), ('''{1,NaN,3}'', 0.01'), ('''{1,Infinity,3}'', 0.01'), ('''{{1,2},{3,4}}'', 0.01'),
  ('''{1,2,3}'', NULL'), ('''{1,2,3}'', 0'), ('''{1,2,3}'', 1'), ('''{1,2,3}'', ''NaN''')) v(a);
ROLLBACK;
