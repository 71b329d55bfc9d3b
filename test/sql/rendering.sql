-- Documents of pages: what is merged, what is compared with what, and what of an execution without a result. How they
-- look is tested in test/core and test/pages, and on real runs in test/tap/rendering.pl.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS perf_mgmt;
RESET client_min_messages;
\set VERBOSITY default
\set SHOW_CONTEXT never

-- Wait samples are added up name by name; NULLs and what is no number are passed over
SELECT perf_mgmt.sum_samples(w) AS sum, perf_mgmt.sum_samples(w) FILTER (WHERE false) AS nothing
FROM (VALUES ('{"CPU": 1, "IO:DataFileRead": 2}'::jsonb), (NULL), ('{}'), ('{"CPU": 40, "Lock:tuple": 5}'), ('{"CPU": "x", "a": {"CPU": 7}}'), ('[1]'), ('3')) v (w);
-- More names than it has room for at first
SELECT jsonb_object_agg(key, value) = perf_mgmt.sum_samples(jsonb_build_object(key, value)) AS same
FROM (SELECT 'wait ' || i AS key, i AS value FROM generate_series(1, 100) i) w;

BEGIN;
CREATE FUNCTION pg_temp.id(p_id integer) RETURNS uuid LANGUAGE sql AS $$ SELECT lpad(p_id::text, 32, '0')::uuid $$;
-- Execution n starts n hours after a time five days ago
CREATE FUNCTION pg_temp.base() RETURNS timestamptz LANGUAGE sql AS $$ SELECT date_trunc('hour', now()) - interval '5 days' $$;
INSERT INTO perf_mgmt.performance_tests (test_name, test_version, test_type, test_configuration, baseline_thresholds)
VALUES ('Drawn', '1', 'LOAD', '{}', '{}'), ('Never run', '1', 'LOAD', '{}', '{}');
CREATE FUNCTION pg_temp.execution(p_id integer, p_figures jsonb DEFAULT '{}') RETURNS void LANGUAGE sql AS $$
  INSERT INTO perf_mgmt.test_executions
  SELECT r.* FROM perf_mgmt.performance_tests t, LATERAL jsonb_populate_record(
    NULL::perf_mgmt.test_executions,
    jsonb_build_object('id', pg_temp.id(p_id), 'test_id', t.id, 'execution_environment', 'ci', 'database_version', '15.0',
                       'execution_status', 'COMPLETED', 'started_at', pg_temp.base() + p_id * interval '1 hour',
                       'completed_at', pg_temp.base() + p_id * interval '1 hour' + interval '1 min', 'created_at', now(),
                       'regression_detected', false, 'is_valid', true, 'findings', '[]'::jsonb, 'avg_response_time_ms', 10,
                       'p95_response_time_ms', 20, 'throughput_tps', 100, 'error_rate_percent', 0,
                       'postgresql_config', '{"work_mem": "4MB", "jit": "on"}'::jsonb) || p_figures) r
  WHERE t.test_name = 'Drawn'
$$;
-- A histogram of so many values of so many nanoseconds, which must be the begin of a bucket
CREATE FUNCTION pg_temp.histogram(p_ns bigint, p_count bigint) RETURNS perf_mgmt.histogram LANGUAGE sql AS $$
  SELECT jsonb_build_object('v', 1, 'count', p_count, 'min', p_ns, 'max', p_ns, 'sum', (p_ns * p_count)::text,
                            'squares', (p_ns::numeric * p_ns * p_count)::text,
                            'buckets', jsonb_build_array(jsonb_build_array(p_ns, p_count)))::text::perf_mgmt.histogram $$;

-- The course of an execution ----------------------------------------------------------------------

-- Three intervals of two operations: warm-up, then one of each stage. 1,048,576 ns and twice as much.
SELECT pg_temp.execution(1);
INSERT INTO perf_mgmt.execution_intervals
  (execution_id, interval_number, round_number, operation_name, stage, stage_number, measured, started_at, ended_at, active_virtual_users, ok_count,
   failed_count, skipped_count, response_histogram, cpu_time_ms, busy_time_ms, wait_samples)
SELECT pg_temp.id(1), i, 1, o, (ARRAY['warm_up', 'low', 'high'])[i + 1], i + 1, i > 0, pg_temp.base() + interval '1 hour' + i * interval '2 s',
       pg_temp.base() + interval '1 hour' + (i + 1) * interval '2 s', 4, 300, i, 1,
       pg_temp.histogram(CASE o WHEN 'fast' THEN 1048576 ELSE 2097152 END, 300), 10.25, 20.5, '{"CPU": 2, "IO:DataFileRead": 1, "IO:WALSync": 1}'
FROM generate_series(0, 2) i CROSS JOIN unnest(ARRAY['fast', 'slow']) o;
SELECT jsonb_pretty(perf_mgmt.report_points(pg_temp.id(1)) -> 1) AS second_point;
SELECT p -> 'at_ms' AS at_ms, p -> 'measured' AS measured, p -> 'stage' AS stage, p -> 'failed' AS failed
FROM jsonb_array_elements(perf_mgmt.report_points(pg_temp.id(1))) p;
-- Events in their order, checkpoints among them; long messages are cut
INSERT INTO perf_mgmt.execution_events (execution_id, event_time, event_type, message)
VALUES (pg_temp.id(1), pg_temp.base() + interval '1 hour 6 s', 'TEST_COMPLETED', 'ended'), (pg_temp.id(1), pg_temp.base() + interval '1 hour 0 s', 'TEST_STARTED', 'started'),
       (pg_temp.id(1), pg_temp.base() + interval '1 hour 1 s', 'LONG', repeat('x', 10000));
INSERT INTO perf_mgmt.performance_metrics (execution_id, metric_timestamp, metric_type, metric_value, metric_unit)
VALUES (pg_temp.id(1), pg_temp.base() + interval '1 hour 2 s', 'checkpoints', 0, 'checkpoints'), (pg_temp.id(1), pg_temp.base() + interval '1 hour 4 s', 'checkpoints', 1, 'checkpoints'),
       (pg_temp.id(1), pg_temp.base() + interval '1 hour 6 s', 'checkpoints', 2, 'checkpoints');
SELECT e -> 'at_ms' AS at_ms, e ->> 'type' AS type, left(e ->> 'message', 30) AS message, length(e ->> 'message') AS length
FROM jsonb_array_elements(perf_mgmt.report_events(pg_temp.id(1))) e;
-- Of a flood of events 150 are left, and the errors are among them; checkpoints come on top
INSERT INTO perf_mgmt.execution_events (execution_id, event_time, event_type, message)
SELECT pg_temp.id(1), pg_temp.base() + interval '1 hour 0 s' + i * interval '1 ms', CASE WHEN i > 995 THEN 'OPERATION_ERROR' ELSE 'NOTE' END, i::text
FROM generate_series(1, 1000) i;
SELECT count(*) AS events, count(*) FILTER (WHERE e ->> 'type' = 'OPERATION_ERROR') AS errors, count(*) FILTER (WHERE e ->> 'type' = 'CHECKPOINT') AS checkpoints
FROM jsonb_array_elements(perf_mgmt.report_events(pg_temp.id(1))) e;

-- At most 300 points, whatever the number of intervals, stages and rounds; nothing is lost. Up to a hundred parts no point is
-- of two of them.
CREATE FUNCTION pg_temp.drawn(p_id integer, p_parts integer, p_intervals integer, OUT few boolean, OUT enough boolean, OUT all_operations boolean,
                              OUT all_time boolean, OUT of_one_part boolean)
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_temp.execution(p_id);
  INSERT INTO perf_mgmt.execution_intervals
    (execution_id, interval_number, round_number, operation_name, stage, stage_number, measured, started_at, ended_at, ok_count)
  SELECT pg_temp.id(p_id), i, 1 + part, 'o', 'part ' || part, 1 + part, true, pg_temp.base() + interval '1 hour 0 s' + i * interval '1 s',
         pg_temp.base() + interval '1 hour 1 s' + i * interval '1 s', 10
  FROM generate_series(0, p_intervals - 1) i CROSS JOIN LATERAL (SELECT i * p_parts / p_intervals AS part) x;
  SELECT count(*) <= 300, count(*) >= 100 OR count(*) = p_intervals, sum((p -> 'ok')::integer) = 10 * p_intervals,
         sum((p -> 'ms')::integer) = 1000 * p_intervals, bool_and(p ->> 'stage' IS NOT NULL)
    INTO few, enough, all_operations, all_time, of_one_part
    FROM jsonb_array_elements(perf_mgmt.report_points(pg_temp.id(p_id))) p;
END
$$;
SELECT parts, intervals, d.*
FROM (VALUES (11, 1, 1), (12, 1, 298), (13, 1, 299), (14, 1, 3000), (15, 6, 1800), (16, 100, 3000), (17, 101, 3000), (18, 250, 250), (19, 1000, 1000))
  v (id, parts, intervals), pg_temp.drawn(id, parts, intervals) d ORDER BY id;
-- Nothing was measured
SELECT perf_mgmt.report_series(pg_temp.id(99)), perf_mgmt.report_points(pg_temp.id(1)) = '[]' AS nothing;

-- The distribution -----------------------------------------------------------------------------------

-- 600 values: percentiles as far as ten values lie beyond, so none above q = 0.983
SELECT count(*) AS percentiles, min((p -> 'q')::numeric) AS least_q, max((p -> 'q')::numeric) AS most_q,
       max((p -> 'ms')::numeric) FILTER (WHERE (p -> 'q')::numeric = 0.5) AS p50, max((p -> 'ms')::numeric) FILTER (WHERE (p -> 'q')::numeric = 0.95) AS p95
FROM (SELECT perf_mgmt.merge(h) AS h FROM (VALUES (pg_temp.histogram(1048576, 300)), (pg_temp.histogram(2097152, 300))) v (h)) m,
  jsonb_array_elements(perf_mgmt.report_percentiles(m.h)) p;
SELECT perf_mgmt.report_distribution(pg_temp.histogram(1048576, 5)) AS few_values, perf_mgmt.report_distribution(NULL) IS NULL AS none;
-- 2,000 buckets over seven powers of ten as at most 80 bars, rising, that do not overlap, of all values
SELECT count(*) BETWEEN 70 AND 80 AS bars, sum((b -> 'count')::integer) AS values, bool_and((b -> 'from_ms')::numeric < (b -> 'to_ms')::numeric) AS rising,
       bool_and((b -> 'from_ms')::numeric >= former) IS NOT FALSE AS apart
FROM (SELECT b, lag((b -> 'to_ms')::numeric) OVER (ORDER BY place) AS former
      FROM (SELECT perf_mgmt.merge(pg_temp.histogram((1::bigint << (10 + i / 80)) + i % 80 * (1::bigint << (3 + i / 80)), 1 + i % 3)) AS h
            FROM generate_series(0, 1999) i) m, jsonb_array_elements(perf_mgmt.report_buckets(m.h)) WITH ORDINALITY x (b, place)) y;

-- Documents ----------------------------------------------------------------------------------------------

DELETE FROM perf_mgmt.test_executions WHERE id = ANY (ARRAY(SELECT pg_temp.id(i) FROM generate_series(11, 19) i));
SELECT pg_temp.execution(i, jsonb_build_object('p95_response_time_ms', 20 + i, 'regression_detected', i = 4)) FROM generate_series(2, 5) i;
UPDATE perf_mgmt.test_executions e SET fingerprint = perf_mgmt.execution_fingerprint(e.id) WHERE e.execution_environment = 'ci';
-- Without a baseline it is said why
SELECT d -> 'baseline' AS baseline, d -> 'baseline_problem' AS problem, d -> 'explanation' AS explanation, d -> 'differences' AS differences
FROM perf_mgmt.report_document(pg_temp.id(5)) d;
SELECT perf_mgmt.set_baseline(pg_temp.id(2)) IS NOT NULL AS set;
SELECT string_agg(member, ' ' ORDER BY member COLLATE "C") AS members FROM perf_mgmt.report_document(pg_temp.id(5)) d, jsonb_object_keys(d) member;
SELECT d #>> '{report,execution_summary,execution_id}' = pg_temp.id(5)::text AS report, right(d #>> '{baseline,execution_id}', 1) AS baseline,
       d #> '{baseline,type}' AS type, d #> '{baseline,metrics,p95_response_time_ms}' AS p95, d -> 'baseline_problem' AS problem,
       d -> 'setting_differences' AS settings
FROM perf_mgmt.report_document(pg_temp.id(5)) d;
SELECT string_agg(member, ' ' ORDER BY member COLLATE "C") AS members FROM perf_mgmt.report_document(pg_temp.id(5)) d, jsonb_object_keys(d -> 'baseline') member;
-- Its history: what was before it, and itself the last
SELECT string_agg(right(h ->> 'execution_id', 1) || CASE WHEN (h -> 'regression')::boolean THEN ' (slow)' ELSE '' END, ', ' ORDER BY place) AS history
FROM jsonb_array_elements(perf_mgmt.report_history(pg_temp.id(4))) WITH ORDINALITY x (h, place);
SELECT h - 'started_at' AS of_the_second FROM jsonb_array_elements(perf_mgmt.report_history(pg_temp.id(2))) h;
-- The figures of a rolling baseline are means: of 20, 22, 23 and 25, the slow one left out
SELECT perf_mgmt.update_rolling_baseline('Drawn');
UPDATE perf_mgmt.performance_baselines SET is_active = false WHERE baseline_type = 'MANUAL';
SELECT d #> '{baseline,type}' AS type, d #> '{baseline,metrics,p95_response_time_ms}' AS p95
FROM perf_mgmt.report_document(pg_temp.id(4)) d;
UPDATE perf_mgmt.performance_baselines SET is_active = (baseline_type = 'MANUAL');
-- A baseline that it may not be compared with: no figures of it, but what differs
SELECT pg_temp.execution(6, '{"postgresql_config": {"work_mem": "64MB", "fsync": "off"}}');
UPDATE perf_mgmt.test_executions e SET fingerprint = perf_mgmt.execution_fingerprint(e.id) WHERE e.id = pg_temp.id(6);
SELECT d -> 'baseline' AS baseline, d -> 'baseline_problem' AS problem, d -> 'differences' AS differences FROM perf_mgmt.report_document(pg_temp.id(6)) d;
SELECT s FROM perf_mgmt.report_document(pg_temp.id(6)) d, jsonb_array_elements(d -> 'setting_differences') s;
-- What has no result yet
SELECT pg_temp.execution(7, '{"execution_status": "RUNNING", "is_valid": null, "completed_at": null, "p95_response_time_ms": null}');
SELECT d -> 'baseline' AS baseline, d -> 'baseline_problem' AS problem, d -> 'distribution' AS distribution, d -> 'series' AS series,
       jsonb_array_length(d -> 'history') AS history
FROM perf_mgmt.report_document(pg_temp.id(7)) d;

-- Two executions
SELECT string_agg(member, ' ' ORDER BY member COLLATE "C") AS members FROM perf_mgmt.comparison_document(pg_temp.id(2), pg_temp.id(6)) d, jsonb_object_keys(d) member;
SELECT d #>> '{a,report,execution_summary,execution_id}' = pg_temp.id(2)::text AS a, d #>> '{b,report,execution_summary,execution_id}' = pg_temp.id(6)::text AS b,
       d #> '{figures,0,metric}' AS first_figure, d -> 'variants' AS variants, jsonb_array_length(d -> 'setting_differences') AS settings
FROM perf_mgmt.comparison_document(pg_temp.id(2), pg_temp.id(6)) d;

-- A history: the oldest first, without repetitions and halves of comparisons, environments apart
SELECT pg_temp.execution(8, jsonb_build_object('confirms_execution_id', pg_temp.id(6)));
SELECT pg_temp.execution(9, '{"execution_environment": "elsewhere", "metadata": {"git_commit": "abc"}}');
SELECT perf_mgmt.accept_change('Drawn', pg_temp.id(4), 'as meant');
SELECT h -> 'execution_environment' AS environment,
       (SELECT string_agg(right(e ->> 'execution_id', 1) || ' in ' || (e ->> 'segment') || CASE WHEN (e -> 'is_baseline')::boolean THEN '*' ELSE '' END, ', ' ORDER BY place)
        FROM jsonb_array_elements(h -> 'executions') WITH ORDINALITY x (e, place)) AS executions,
       (SELECT string_agg((b ->> 'type') || ' ' || (b ->> 'is_active'), ', ' ORDER BY b ->> 'type', b ->> 'is_active') FROM jsonb_array_elements(h -> 'baselines') b) AS baselines,
       h -> 'accepted_changes' #> '{0,reason}' AS accepted, h -> 'change_points' AS change_points, jsonb_array_length(h -> 'noise') > 0 AS noise
FROM unnest(ARRAY['ci', 'elsewhere', 'nowhere', NULL]) environment, perf_mgmt.history_document('Drawn', environment) h;
SELECT perf_mgmt.history_document('Never run') AS nothing;
-- Where every execution regressed there is no noise to be known
SELECT pg_temp.execution(10, '{"execution_environment": "worse", "regression_detected": true}');
SELECT jsonb_path_query_array(h -> 'noise', '$[*].executions') AS executions, jsonb_path_query_array(h -> 'noise', '$[*].floor_percent') AS floors
FROM perf_mgmt.history_document('Drawn', 'worse') h;

-- Rendering ----------------------------------------------------------------------------------------------

SELECT perf_mgmt.render_report(pg_temp.id(5), 'json')::jsonb - 'generated_at' = perf_mgmt.generate_performance_report(pg_temp.id(5)) - 'generated_at' AS json;
SELECT perf_mgmt.render_report(pg_temp.id(5)) !~ '^[<{#]' AS text_by_default,
       perf_mgmt.render_comparison(pg_temp.id(2), pg_temp.id(5)) LIKE '<!DOCTYPE html>%' AS html_by_default,
       perf_mgmt.render_history('Drawn') LIKE '<!DOCTYPE html>%' AS html_by_default,
       perf_mgmt.render_history('Drawn', 'json')::jsonb -> 'test_name' AS json;
SELECT format, left(perf_mgmt.render_report(pg_temp.id(id), format), 15) <> '' AS rendered
FROM unnest(ARRAY['markdown', 'junit', 'html', 'text']) format, unnest(ARRAY[5, 7]) id ORDER BY format, id;
SELECT perf_mgmt.render(NULL, '{}') IS NULL AND perf_mgmt.render('report_html', NULL) IS NULL AS nothing_of_nothing;
-- Who may not write reads all the same
SAVEPOINT before;
SET TRANSACTION READ ONLY;
SELECT perf_mgmt.render_report(pg_temp.id(5), 'html') <> '' AS read_only;
ROLLBACK TO before;
-- What there is not
SELECT perf_mgmt.render_report(pg_temp.id(5), 'pdf');
ROLLBACK TO before;
SELECT perf_mgmt.render_report(pg_temp.id(5), NULL);
ROLLBACK TO before;
SELECT perf_mgmt.render_comparison(pg_temp.id(2), pg_temp.id(5), 'junit');
ROLLBACK TO before;
SELECT perf_mgmt.render_history('Drawn', 'text');
ROLLBACK TO before;
SELECT perf_mgmt.render_report(pg_temp.id(98));
ROLLBACK TO before;
SELECT perf_mgmt.render_comparison(pg_temp.id(5), pg_temp.id(5));
ROLLBACK TO before;
SELECT perf_mgmt.render_history('No such test');
ROLLBACK TO before;
SELECT perf_mgmt.render('report_pdf', '{}');
ROLLBACK TO before;
SELECT perf_mgmt.render('report_html', '[]');
ROLLBACK;
