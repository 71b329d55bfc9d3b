-- The result of the CI suite as other programs and people read it: JUnit XML and Markdown. Nothing is
-- judged here, and whatever a test, an error or a plan contains stays text.

CREATE FUNCTION perf_mgmt.xml_text(p_text text) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_text text := regexp_replace(p_text, '[\x01-\x08\x0B\x0C\x0E-\x1F]', '?', 'g');
BEGIN
  -- These cannot stand in XML 1.0 at all; in other encodings there are none.
  IF getdatabaseencoding() = 'UTF8' THEN
    v_text := translate(v_text, chr(65534) || chr(65535), '??');
  END IF;
  v_text := replace(replace(replace(replace(v_text, '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), '"', '&quot;');
  RETURN replace(replace(v_text, E'\r', '&#13;'), E'\n', '&#10;');
END
$$;
COMMENT ON FUNCTION perf_mgmt.xml_text(text) IS
  'A text as it stands in an element or a quoted attribute of XML; what XML cannot hold becomes a question mark.';

CREATE FUNCTION perf_mgmt.markdown_text(p_text text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT regexp_replace(regexp_replace(p_text, '([\\`*_{}\[\]<>#|~&!])', '\\\1', 'g'), '\s+', ' ', 'g')
$$;
COMMENT ON FUNCTION perf_mgmt.markdown_text(text) IS
  'A text as it stands in a line or a table of Markdown: nothing in it means anything there.';

CREATE FUNCTION perf_mgmt.markdown_block(p_text text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT E'\n' || string_agg('    ' || line, E'\n' ORDER BY place) || E'\n'
  FROM regexp_split_to_table(p_text, E'\r\n|\r|\n') WITH ORDINALITY AS t (line, place)
$$;
COMMENT ON FUNCTION perf_mgmt.markdown_block(text) IS
  'A text as a block of Markdown that is shown as it is, line for line.';

-- 12.3456 ms is 12.35, 0.0123456 is 0.0123.
CREATE FUNCTION perf_mgmt.short_number(p_number numeric) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT CASE WHEN abs(p_number) >= 100 THEN round(p_number, 1)
              WHEN abs(p_number) >= 1 OR p_number = 0 THEN round(p_number, 2)
              ELSE round(p_number, 4) END::text
$$;
COMMENT ON FUNCTION perf_mgmt.short_number(numeric) IS 'A figure with as many digits as a person wants to read.';

CREATE FUNCTION perf_mgmt.signed_change(p_change numeric, p_metric text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT CASE WHEN p_change > 0 THEN '+' ELSE '' END || round(p_change, 1)
         || CASE p_metric WHEN 'error_rate_percent' THEN ' points' ELSE ' %' END
$$;
COMMENT ON FUNCTION perf_mgmt.signed_change(numeric, text) IS
  'A change with its sign and unit: percent, for the error rate points.';

CREATE FUNCTION perf_mgmt.verdict_line(p_verdict jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
  -- What is not known leaves its part out: a NULL makes the part NULL.
  SELECT concat_ws(' ',
    format('%s: %s', v.metric, v.verdict || CASE WHEN v.severe THEN ' (severe)' ELSE '' END),
    CASE WHEN v.basis = 'limit' THEN format('- %s, the limit is %s.', coalesce(perf_mgmt.short_number(v.current_value), 'not measured'),
                                            trim_scale(v.threshold))
         WHEN v.current_value IS NOT NULL THEN
           concat('- ' || perf_mgmt.short_number(v.current_value),
                  ' against ' || perf_mgmt.short_number(v.baseline_value) || coalesce(' of the ' || v.against, ''),
                  ', ' || perf_mgmt.signed_change(v.change_percent, v.metric),
                  ' (interval ' || perf_mgmt.signed_change(v.low_percent, v.metric) || ' to '
                    || perf_mgmt.signed_change(v.high_percent, v.metric) || ')',
                  ', accepted ' || perf_mgmt.signed_change(v.threshold, v.metric),
                  ', p = ' || round(v.adjusted_p_value::numeric, 4),
                  CASE WHEN v.confirmed THEN ', confirmed' WHEN NOT v.confirmed THEN ', not confirmed' END, '.') END,
    v.reason)
  FROM jsonb_to_record(p_verdict) AS v (
    metric text, against text, verdict text, severe boolean, basis text, current_value numeric, baseline_value numeric,
    change_percent numeric, threshold numeric, low_percent numeric, high_percent numeric, adjusted_p_value double precision,
    confirmed boolean, reason text)
$$;
COMMENT ON FUNCTION perf_mgmt.verdict_line(jsonb) IS
  'A verdict of a report in one line: metric, verdict, figures, reason.';

-- JUnit ------------------------------------------------------------------------------------------

-- The cases of one test: each verdict, and one for the whole where no verdict says what its status is.
CREATE FUNCTION perf_mgmt.ci_cases(p_test jsonb)
RETURNS TABLE (case_name text, outcome text, message text, body text)
LANGUAGE sql STABLE ROWS 10
SET search_path = pg_catalog, pg_temp
AS $$
  WITH verdicts AS (
    SELECT v ->> 'metric' || coalesce(' against ' || nullif(nullif(v ->> 'against', 'baseline'), 'limit'), '') AS case_name,
           CASE v ->> 'verdict' WHEN 'REGRESSION' THEN 'failure' WHEN 'NO_BASELINE' THEN 'skipped'
                                WHEN 'INCONCLUSIVE' THEN 'skipped' ELSE 'passed' END AS outcome,
           perf_mgmt.verdict_line(v) AS line, place
    FROM jsonb_path_query(p_test, 'lax $.report.verdicts[*] ? (@.metric != "overall")') WITH ORDINALITY AS x (v, place)
    WHERE p_test -> 'error' = 'null'
  ), whole AS (
    SELECT CASE WHEN p_test -> 'error' <> 'null' THEN 'error'
                WHEN p_test ->> 'status' = 'FAILED' THEN 'failure'
                WHEN p_test ->> 'status' = 'PASSED' THEN 'passed' ELSE 'skipped' END AS outcome
  )
  SELECT CASE w.outcome WHEN 'error' THEN 'run' ELSE 'verdict' END, w.outcome,
         coalesce(p_test -> 'error' ->> 'message', p_test ->> 'reason', p_test ->> 'status'),
         concat_ws(E'\n', CASE w.outcome WHEN 'error' THEN
                            format('SQLSTATE %s: %s', p_test -> 'error' ->> 'sqlstate', p_test -> 'error' ->> 'message') END,
                   p_test -> 'error' ->> 'detail', p_test -> 'error' ->> 'hint', p_test ->> 'reason', p_test ->> 'explanation')
  FROM whole w
  WHERE NOT EXISTS (SELECT FROM verdicts v WHERE v.outcome = w.outcome)
  UNION ALL
  (SELECT v.case_name, v.outcome, v.line,
          concat_ws(E'\n', v.line, CASE v.outcome WHEN 'failure' THEN p_test ->> 'explanation' END)
   FROM verdicts v ORDER BY v.place)
$$;
COMMENT ON FUNCTION perf_mgmt.ci_cases(jsonb) IS
  'The cases of JUnit that a test of the CI suite gives: one per verdict; outcome is passed, failure, error or skipped.';

CREATE FUNCTION perf_mgmt.ci_junit(p_result jsonb) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  WITH tests AS (
    SELECT t, place FROM jsonb_array_elements(p_result -> 'test_results') WITH ORDINALITY AS x (t, place)
    UNION ALL
    -- A suite without a test would read as passed.
    SELECT jsonb_build_object('test_name', 'perf_mgmt', 'status', 'NO_TESTS', 'error', NULL, 'reason', p_result ->> 'message'), 1
    WHERE jsonb_array_length(p_result -> 'test_results') = 0
  ), cases AS (
    SELECT t.place, c.case_name, c.outcome, c.message, c.body, c.ordinality
    FROM tests t CROSS JOIN LATERAL perf_mgmt.ci_cases(t.t) WITH ORDINALITY AS c
  ), suites AS (
    SELECT t.place, count(*) AS tests, count(*) FILTER (WHERE c.outcome = 'failure') AS failures,
           count(*) FILTER (WHERE c.outcome = 'error') AS errors, count(*) FILTER (WHERE c.outcome = 'skipped') AS skipped,
           coalesce((t.t ->> 'duration_seconds')::numeric, 0) AS seconds,
           format(E'  <testsuite name="%s" tests="%s" failures="%s" errors="%s" skipped="%s" time="%s"%s>\n',
                  perf_mgmt.xml_text(t.t ->> 'test_name'), count(*), count(*) FILTER (WHERE c.outcome = 'failure'),
                  count(*) FILTER (WHERE c.outcome = 'error'), count(*) FILTER (WHERE c.outcome = 'skipped'),
                  coalesce(t.t ->> 'duration_seconds', '0'),
                  ' timestamp="' || perf_mgmt.xml_text(t.t ->> 'started_at') || '"')
           || E'    <properties>\n'
           || (SELECT string_agg(format(E'      <property name="%s" value="%s"/>\n', p.name, perf_mgmt.xml_text(p.value)), '' ORDER BY p.place)
               FROM (VALUES (1, 'status', t.t ->> 'status'), (2, 'verdict', t.t ->> 'verdict'),
                            (3, 'execution_id', t.t ->> 'execution_id'),
                            (4, 'confirmation_execution_id', t.t ->> 'confirmation_execution_id'),
                            (5, 'git_commit', p_result ->> 'git_commit'), (6, 'branch', p_result ->> 'branch'),
                            (7, 'environment', p_result ->> 'environment')) AS p (place, name, value)
               WHERE p.value IS NOT NULL)
           || E'    </properties>\n'
           || string_agg(format('    <testcase classname="%s" name="%s" time="0"', perf_mgmt.xml_text(t.t ->> 'test_name'),
                                perf_mgmt.xml_text(c.case_name))
                || CASE c.outcome
                     WHEN 'passed' THEN CASE WHEN coalesce(c.body, '') = '' THEN E'/>\n'
                       ELSE format(E'>\n      <system-out>%s</system-out>\n    </testcase>\n', perf_mgmt.xml_text(c.body)) END
                     WHEN 'skipped' THEN format(E'>\n      <skipped message="%s"/>\n    </testcase>\n', perf_mgmt.xml_text(c.message))
                     ELSE format(E'>\n      <%1$s message="%2$s" type="%3$s">%4$s</%1$s>\n    </testcase>\n', c.outcome,
                                 perf_mgmt.xml_text(c.message),
                                 perf_mgmt.xml_text(coalesce(t.t -> 'error' ->> 'sqlstate', 'REGRESSION')),
                                 perf_mgmt.xml_text(c.body)) END,
                '' ORDER BY c.ordinality)
           || E'  </testsuite>\n' AS xml
    FROM tests t JOIN cases c ON c.place = t.place
    GROUP BY t.place, t.t
  )
  SELECT E'<?xml version="1.0" encoding="UTF-8"?>\n'
         || format(E'<testsuites name="performance tests" tests="%s" failures="%s" errors="%s" skipped="%s" time="%s">\n',
                   sum(tests), sum(failures), sum(errors), sum(skipped), sum(seconds))
         || string_agg(xml, '' ORDER BY place) || E'</testsuites>\n'
  FROM suites
$$;
COMMENT ON FUNCTION perf_mgmt.ci_junit(jsonb) IS
  'What run_ci_performance_tests returned as JUnit XML: a suite per test, a case per verdict. A regression is a failure, a test that could not be run an error, and what cannot be told is skipped.';

-- Markdown ---------------------------------------------------------------------------------------

CREATE FUNCTION perf_mgmt.ci_markdown(p_result jsonb) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  WITH tests AS (
    SELECT t, perf_mgmt.markdown_text(t ->> 'test_name') AS name,
           CASE WHEN t ->> 'status' = 'FAILED' AND t -> 'error' = 'null' THEN 1 WHEN t ->> 'status' = 'FAILED' THEN 2
                WHEN t ->> 'status' = 'INCONCLUSIVE' THEN 3 WHEN t ->> 'status' = 'NO_BASELINE' THEN 4
                WHEN t ->> 'verdict' = 'SUSPECT' THEN 5 ELSE 6 END AS rank
    FROM jsonb_array_elements(p_result -> 'test_results') AS x (t)
  ), rows AS (
    SELECT t.name, t.rank, t.t, v.strongest,
           CASE t.rank WHEN 1 THEN 'regression' WHEN 2 THEN 'could not be run' WHEN 3 THEN 'cannot be told' WHEN 4 THEN 'no baseline'
                       WHEN 5 THEN 'passed (suspected once)' ELSE 'passed' END AS outcome
    FROM tests t
    LEFT JOIN LATERAL (
      SELECT x.v AS strongest
      FROM jsonb_path_query(t.t, 'lax $.report.verdicts[*] ? (@.metric != "overall")') WITH ORDINALITY AS x (v, place)
      WHERE t.rank <> 2
      ORDER BY x.v ->> 'verdict' = 'REGRESSION' DESC, x.v ->> 'metric' = t.t ->> 'primary_metric' DESC, x.place LIMIT 1
    ) v ON true
  )
  SELECT format(E'# Performance: %s\n\n%s.\n\n', p_result ->> 'overall_status', perf_mgmt.markdown_text(p_result ->> 'message'))
    || format(E'Environment %s%s%s, %s\n', perf_mgmt.markdown_text(p_result ->> 'environment'),
              ', branch ' || perf_mgmt.markdown_text(p_result ->> 'branch'),
              ', commit ' || perf_mgmt.markdown_text(p_result ->> 'git_commit'),
              left(replace(p_result ->> 'executed_at', 'T', ' '), 19) || ' UTC')
    || coalesce((
      SELECT E'\n| Test | Result | Strongest metric | Before | Now | Change |\n| --- | --- | --- | ---: | ---: | ---: |\n'
        || string_agg(format(E'| %s | %s | %s | %s | %s | %s |\n', r.name, r.outcome, coalesce(perf_mgmt.markdown_text(r.strongest ->> 'metric'), ''),
             coalesce(perf_mgmt.short_number((r.strongest ->> 'baseline_value')::numeric), ''),
             coalesce(perf_mgmt.short_number((r.strongest ->> 'current_value')::numeric), ''),
             coalesce(perf_mgmt.signed_change((r.strongest ->> 'change_percent')::numeric, r.strongest ->> 'metric'), '')),
             '' ORDER BY r.rank, r.name)
      FROM rows r HAVING count(*) > 0), '')
    || coalesce((
      SELECT string_agg(
        format(E'\n## %s: %s\n', r.name, r.outcome)
        || coalesce(E'\n' || perf_mgmt.markdown_text(r.t ->> 'reason') || E'\n', '')
        || coalesce(perf_mgmt.markdown_block(nullif(concat_ws(E'\n',
             'SQLSTATE ' || (r.t -> 'error' ->> 'sqlstate') || ': ' || (r.t -> 'error' ->> 'message'),
             r.t -> 'error' ->> 'detail', r.t -> 'error' ->> 'hint'), '')), '')
        || coalesce(perf_mgmt.markdown_block(r.t ->> 'explanation'), '')
        || coalesce((SELECT E'\n' || string_agg(format(E'- %s\n', perf_mgmt.markdown_text(perf_mgmt.verdict_line(x.v))), '' ORDER BY x.place)
                     FROM jsonb_path_query(r.t, 'lax $.report.verdicts[*] ? (@.metric != "overall" && @.verdict != "PASS")')
                       WITH ORDINALITY AS x (v, place)
                     WHERE r.rank <> 2), ''),
        '' ORDER BY r.rank, r.name)
      FROM rows r WHERE r.rank < 6), '')
    || coalesce((
      SELECT E'\nNot run:\n\n' || string_agg(format(E'- %s: %s\n', perf_mgmt.markdown_text(s ->> 'test_name'),
                                                    perf_mgmt.markdown_text(s ->> 'reason')), '' ORDER BY place)
      FROM jsonb_array_elements(p_result -> 'skipped_tests') WITH ORDINALITY AS k (s, place)), '')
$$;
COMMENT ON FUNCTION perf_mgmt.ci_markdown(jsonb) IS
  'What run_ci_performance_tests returned as Markdown for the summary of a job: the worst first, with reasons, explanations and errors.';
