-- Documents as pages and texts: for a browser, a terminal, a pull request, a CI system.

CREATE FUNCTION perf_mgmt.render(p_kind text, p_document jsonb) RETURNS text
AS 'MODULE_PATHNAME', 'perf_mgmt_render' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION perf_mgmt.render(text, jsonb) IS
  'A document as a page or text; kinds are report_html, report_markdown, report_text, report_junit (of report_document), comparison_html (of comparison_document), history_html (of history_document), ci_junit and ci_markdown (of run_ci_performance_tests), maintenance_markdown (of run_maintenance). All that a document holds stays text. A character that the encoding of the database lacks becomes a character reference, in report_text a question mark.';

CREATE FUNCTION perf_mgmt.require_format(p_format varchar, VARIADIC p_formats text[]) RETURNS void
LANGUAGE plpgsql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF p_format IS NULL THEN
    RAISE EXCEPTION 'format must not be null'
      USING ERRCODE = 'null_value_not_allowed', HINT = format('Formats are %s.', array_to_string(p_formats, ', '));
  ELSIF p_format <> ALL (p_formats) THEN
    RAISE EXCEPTION 'unknown format "%"', p_format
      USING ERRCODE = 'invalid_parameter_value', HINT = format('Formats are %s.', array_to_string(p_formats, ', '));
  END IF;
END
$$;
COMMENT ON FUNCTION perf_mgmt.require_format(varchar, text[]) IS
  'Raises an error that names the formats there are unless the first argument is one of them.';

CREATE FUNCTION perf_mgmt.render_report(p_execution_id uuid, p_format varchar DEFAULT 'text') RETURNS text
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM perf_mgmt.require_format(p_format, 'json', 'markdown', 'junit', 'html', 'text');
  IF p_format = 'json' THEN
    RETURN jsonb_pretty(perf_mgmt.generate_performance_report(p_execution_id));
  END IF;
  RETURN perf_mgmt.render('report_' || p_format, perf_mgmt.report_document(p_execution_id));
END
$$;
COMMENT ON FUNCTION perf_mgmt.render_report(uuid, varchar) IS
  'The report of an execution. text: for a terminal of 100 columns; html: one page that needs nothing else; markdown: for a pull request or the summary of a job, the worst first, below 64 kB; junit: a suite of one test, a case per verdict; json: what generate_performance_report returns. html and junit say that they are UTF-8, so write them to a file under client_encoding UTF8.';

CREATE FUNCTION perf_mgmt.render_comparison(
  p_baseline_execution_id uuid,
  p_execution_id uuid,
  p_format varchar DEFAULT 'html'
) RETURNS text
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_document jsonb;
BEGIN
  PERFORM perf_mgmt.require_format(p_format, 'json', 'html');
  v_document := perf_mgmt.comparison_document(p_baseline_execution_id, p_execution_id);
  RETURN CASE p_format WHEN 'json' THEN jsonb_pretty(v_document) ELSE perf_mgmt.render('comparison_html', v_document) END;
END
$$;
COMMENT ON FUNCTION perf_mgmt.render_comparison(uuid, uuid, varchar) IS
  'Two executions side by side, the second held against the first. html: one page that needs nothing else; json: what it is made of (comparison_document).';

CREATE FUNCTION perf_mgmt.render_history(
  p_test_name varchar,
  p_format varchar DEFAULT 'html',
  p_environment varchar DEFAULT NULL
) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_document jsonb;
BEGIN
  PERFORM perf_mgmt.require_format(p_format, 'json', 'html');
  v_document := perf_mgmt.history_document(p_test_name, p_environment);
  RETURN CASE p_format WHEN 'json' THEN jsonb_pretty(v_document) ELSE perf_mgmt.render('history_html', v_document) END;
END
$$;
COMMENT ON FUNCTION perf_mgmt.render_history(varchar, varchar, varchar) IS
  'The history of a test in one environment, by default that of its newest execution: change points, baselines and accepted changes marked. html: one page that needs nothing else; json: what it is made of (history_document).';
