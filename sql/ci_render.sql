-- The result of the CI suite as other programs and people read it: JUnit XML and Markdown, made by the
-- core (src/core/ci_junit.cpp, ci_markdown.cpp). Nothing is judged here, and whatever a test, an error or
-- a plan contains stays text.

CREATE FUNCTION perf_mgmt.ci_junit(p_result jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT perf_mgmt.render('ci_junit', p_result)
$$;
COMMENT ON FUNCTION perf_mgmt.ci_junit(jsonb) IS
  'What run_ci_performance_tests returned as JUnit XML: a suite per test, a case per verdict. A regression is a failure, a test that could not be run an error, and what cannot be told is skipped.';

CREATE FUNCTION perf_mgmt.ci_markdown(p_result jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT perf_mgmt.render('ci_markdown', p_result)
$$;
COMMENT ON FUNCTION perf_mgmt.ci_markdown(jsonb) IS
  'What run_ci_performance_tests returned as Markdown for the summary of a job, below 64 kB: the worst first, with reasons, explanations and errors.';
