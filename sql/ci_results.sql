-- How the tests of the CI suite did: each is judged, then the invocation, and the gate says so as an error.

-- The controller has judged the execution, and again with its repetition, unless that failed.
CREATE FUNCTION perf_mgmt.judge_ci_test(p_execution_id uuid) RETURNS jsonb
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_detail text;
  v_hint text;
BEGIN
  IF (SELECT count(*) = 0 OR bool_or(v.confirmation_execution_id IS DISTINCT FROM perf_mgmt.confirmation_of(p_execution_id))
      FROM perf_mgmt.latest_verdicts(p_execution_id) v) THEN
    PERFORM perf_mgmt.detect_performance_regression(p_execution_id);
  END IF;
  RETURN NULL;
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS v_detail = PG_EXCEPTION_DETAIL, v_hint = PG_EXCEPTION_HINT;
  RETURN perf_mgmt.error_object(SQLSTATE, 'the execution could not be judged: ' || SQLERRM, v_detail, v_hint);
END
$$;
COMMENT ON FUNCTION perf_mgmt.judge_ci_test(uuid) IS
  'Sees to it that a completed execution is judged, with its repetition where there is one; returns the error that kept it from being, or NULL.';

CREATE FUNCTION perf_mgmt.error_object(p_sqlstate text, p_message text, p_detail text, p_hint text) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT jsonb_strip_nulls(jsonb_build_object('sqlstate', p_sqlstate, 'message', p_message,
                                              'detail', nullif(p_detail, ''), 'hint', nullif(p_hint, '')))
$$;
COMMENT ON FUNCTION perf_mgmt.error_object(text, text, text, text) IS
  'An error as a JSON object of sqlstate, message, and where there are any detail and hint.';

CREATE FUNCTION perf_mgmt.ci_test_result(p_run_id uuid, p_test_number integer) RETURNS jsonb
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
  v_test perf_mgmt.ci_run_tests;
  v_execution record;
  v_overall perf_mgmt.execution_verdicts;
  v_error jsonb;
  v_status text;
  v_reason text;
  v_report jsonb;
  v_detail text;
  v_hint text;
BEGIN
  SELECT s.* INTO STRICT v_test
    FROM perf_mgmt.ci_run_tests s WHERE s.ci_run_id = p_run_id AND s.test_number = p_test_number;
  v_error := v_test.error;
  SELECT e.execution_status, e.is_valid, e.started_at, e.duration_ms, e.failure_sqlstate, e.failure_message
    INTO v_execution
    FROM perf_mgmt.test_executions e WHERE e.id = v_test.execution_id;
  IF v_error IS NULL AND v_execution.execution_status IS NULL THEN
    v_error := perf_mgmt.error_object('42704', 'the execution has been deleted', NULL, NULL);
  ELSIF v_error IS NULL AND v_execution.execution_status <> 'COMPLETED' THEN
    v_error := perf_mgmt.error_object(coalesce(v_execution.failure_sqlstate, 'XX000'),
      format('the execution ended as %s%s', v_execution.execution_status, ': ' || v_execution.failure_message), NULL, NULL);
  END IF;

  IF v_error IS NULL THEN
    v_error := perf_mgmt.judge_ci_test(v_test.execution_id);
  END IF;
  IF v_error IS NULL THEN
    SELECT v.* INTO STRICT v_overall
      FROM perf_mgmt.latest_verdicts(v_test.execution_id) v WHERE v.metric = 'overall';
    v_reason := v_overall.reason;
    v_status := CASE v_overall.verdict WHEN 'REGRESSION' THEN 'FAILED' WHEN 'NO_BASELINE' THEN 'NO_BASELINE'
                                       WHEN 'INCONCLUSIVE' THEN 'INCONCLUSIVE' ELSE 'PASSED' END;
    IF v_status = 'PASSED' AND v_execution.is_valid IS NOT TRUE THEN
      v_status := 'INCONCLUSIVE';
      v_reason := concat_ws(' ', 'The execution is not valid.', v_reason);
    ELSIF perf_mgmt.needs_confirmation(v_test.execution_id) THEN
      v_status := CASE v_overall.verdict WHEN 'SUSPECT' THEN 'INCONCLUSIVE' ELSE v_status END;
      v_reason := concat_ws(' ', v_reason,
        CASE WHEN num_nonnulls(v_test.confirmation_execution_id, v_test.confirmation_error) = 0
             THEN 'It was not repeated to confirm or to clear it.'
             ELSE format('The repetition that was to confirm or to clear it gave no valid result%s.',
                         ': ' || (v_test.confirmation_error ->> 'message')) END);
    ELSIF v_overall.verdict = 'SUSPECT' AND EXISTS (
        SELECT FROM perf_mgmt.latest_verdicts(v_test.execution_id) v WHERE v.verdict = 'SUSPECT' AND v.confirmed) THEN
      v_status := 'INCONCLUSIVE';
      -- Each row by what it was held against: the baseline's is not significant, or it were a regression;
      -- the budget's may be, and the history's is outside both times.
      v_reason := concat_ws(' ', v_reason, (
        SELECT string_agg(CASE s.against
                 WHEN 'budget' THEN 'The repetition was beyond the threshold of the budget as well, which fails a test by its whole interval alone.'
                 WHEN 'history' THEN 'The repetition was outside the prediction limit of the history as well, which alone fails no test.'
                 ELSE 'The repetition was beyond the threshold as well, and both within the noise.' END, ' ' ORDER BY s.against)
        FROM (SELECT DISTINCT coalesce(v.against, 'baseline') AS against
              FROM perf_mgmt.latest_verdicts(v_test.execution_id) v
              WHERE v.metric <> 'overall' AND v.verdict = 'SUSPECT' AND v.confirmed) s));
    END IF;
  ELSE
    v_status := 'FAILED';
  END IF;

  IF v_execution.execution_status IS NOT NULL THEN
    BEGIN
      v_report := perf_mgmt.report_without_statements(v_test.execution_id);
    EXCEPTION WHEN OTHERS THEN
      GET STACKED DIAGNOSTICS v_detail = PG_EXCEPTION_DETAIL, v_hint = PG_EXCEPTION_HINT;
      v_status := CASE WHEN v_status = 'FAILED' THEN v_status ELSE 'INCONCLUSIVE' END;
      v_reason := concat_ws(' ', v_reason, format('Its report could not be made: %s.', SQLERRM));
    END;
  END IF;
  RETURN jsonb_build_object(
    'test_name', v_test.test_name, 'test_version', v_test.test_version,
    'execution_id', v_test.execution_id, 'confirmation_execution_id', v_test.confirmation_execution_id,
    'status', v_status, 'verdict', v_overall.verdict, 'severe', coalesce(v_overall.severe, false),
    'primary_metric', v_overall.primary_metric, 'reason', v_reason, 'explanation', v_overall.explanation,
    'error', v_error, 'started_at', v_execution.started_at,
    'duration_seconds', round(v_execution.duration_ms / 1000.0, 3),
    'report', v_report);
END
$$;
COMMENT ON FUNCTION perf_mgmt.ci_test_result(uuid, integer) IS
  'How a test of an invocation of the CI suite did, as a JSON object: PASSED, FAILED, NO_BASELINE or INCONCLUSIVE, with verdict, reason and report; a test that could not be run is FAILED with its error.';

CREATE FUNCTION perf_mgmt.ci_result(
  p_run_id uuid,
  p_test_results jsonb,
  p_allow_no_baseline boolean
) RETURNS jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
  v_run perf_mgmt.ci_runs;
  v_summary jsonb;
  v_skipped jsonb;
  v_status text;
  v_exit_code integer;
  v_message text;
  n record;
BEGIN
  SELECT r.* INTO STRICT v_run FROM perf_mgmt.ci_runs r WHERE r.id = p_run_id;
  SELECT coalesce(jsonb_agg(jsonb_build_object('test_name', c.test_name, 'test_version', c.test_version,
           'reason', format('its environments do not include "%s"', v_run.environment)) ORDER BY c.test_name), '[]')
    INTO v_skipped
    FROM perf_mgmt.ci_tests(v_run.environment) c WHERE NOT c.is_allowed;
  SELECT count(*) AS total,
         count(*) FILTER (WHERE t ->> 'status' = 'PASSED') AS passed,
         count(*) FILTER (WHERE t ->> 'status' = 'FAILED') AS failed,
         count(*) FILTER (WHERE t ->> 'status' = 'FAILED' AND t -> 'error' = 'null') AS regressions,
         count(*) FILTER (WHERE t ->> 'status' = 'FAILED' AND t -> 'error' <> 'null') AS errors,
         count(*) FILTER (WHERE t ->> 'status' = 'NO_BASELINE') AS no_baseline,
         count(*) FILTER (WHERE t ->> 'status' = 'INCONCLUSIVE') AS inconclusive,
         count(*) FILTER (WHERE t ->> 'verdict' = 'SUSPECT') AS suspect
    INTO n
    FROM jsonb_array_elements(p_test_results) t;
  v_summary := jsonb_build_object(
    'total_tests', n.total, 'passed_tests', n.passed, 'failed_tests', n.failed, 'regressions', n.regressions,
    'errors', n.errors, 'no_baseline', n.no_baseline, 'inconclusive', n.inconclusive, 'suspect', n.suspect,
    'skipped_tests', jsonb_array_length(v_skipped));

  v_exit_code := CASE WHEN n.regressions > 0 THEN 1 WHEN n.errors > 0 THEN 2
                      WHEN n.total = 0 OR n.inconclusive > 0 OR n.no_baseline > 0 AND p_allow_no_baseline IS NOT TRUE THEN 3
                      ELSE 0 END;
  v_status := CASE WHEN v_exit_code IN (1, 2) THEN 'FAILED' WHEN v_exit_code = 0 THEN 'PASSED'
                   WHEN n.total = 0 THEN 'NO_TESTS' WHEN n.inconclusive > 0 THEN 'INCONCLUSIVE' ELSE 'NO_BASELINE' END;
  v_message := CASE
    WHEN n.total = 0 THEN format('no performance test is enabled for CI in environment "%s"', v_run.environment)
    ELSE format('%s of %s performance tests passed', n.passed, n.total)
      || CASE WHEN n.regressions > 0 THEN format(', %s with a regression', n.regressions) ELSE '' END
      || CASE WHEN n.errors > 0 THEN format(', %s could not be run', n.errors) ELSE '' END
      || CASE WHEN n.inconclusive > 0 THEN format(', of %s it cannot be told', n.inconclusive) ELSE '' END
      || CASE WHEN n.no_baseline > 0 THEN format(', %s without a baseline to compare with', n.no_baseline) ELSE '' END
    END;
  RETURN jsonb_build_object(
    'schema_version', 1,
    'ci_run_id', p_run_id,
    'overall_status', v_status,
    'exit_code', v_exit_code,
    'message', v_message,
    'allow_no_baseline', coalesce(p_allow_no_baseline, false),
    'git_commit', v_run.git_commit,
    'branch', v_run.branch,
    'environment', v_run.environment,
    'executed_at', v_run.started_at,
    'finished_at', clock_timestamp(),
    'test_results', p_test_results,
    'skipped_tests', v_skipped,
    'summary', v_summary);
END
$$;
COMMENT ON FUNCTION perf_mgmt.ci_result(uuid, jsonb, boolean) IS
  'The result of an invocation of the CI suite from those of its tests. A regression outweighs a test that could not be run, that one what cannot be told; no test at all cannot be told.';

CREATE FUNCTION perf_mgmt.finish_ci_run(p_run_id uuid, p_allow_no_baseline boolean) RETURNS jsonb
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_results jsonb := '[]';
  v_result jsonb;
  v_number integer;
BEGIN
  FOR v_number IN SELECT s.test_number FROM perf_mgmt.ci_run_tests s WHERE s.ci_run_id = p_run_id ORDER BY s.test_number LOOP
    v_results := v_results || perf_mgmt.ci_test_result(p_run_id, v_number);
  END LOOP;
  v_result := perf_mgmt.ci_result(p_run_id, v_results, p_allow_no_baseline);
  UPDATE perf_mgmt.ci_runs r
    SET finished_at = (v_result ->> 'finished_at')::timestamptz, overall_status = v_result ->> 'overall_status',
        exit_code = (v_result ->> 'exit_code')::integer, result = v_result
    WHERE r.id = p_run_id;
  RETURN v_result;
END
$$;
COMMENT ON FUNCTION perf_mgmt.finish_ci_run(uuid, boolean) IS
  'Judges what an invocation of the CI suite has run, stores the result and returns it.';

CREATE FUNCTION perf_mgmt.raise_ci_verdict(p_run_id uuid) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_run perf_mgmt.ci_runs;
BEGIN
  SELECT r.* INTO STRICT v_run FROM perf_mgmt.ci_runs r WHERE r.id = p_run_id;
  IF v_run.exit_code <> 0 THEN
    RAISE EXCEPTION '%', v_run.result ->> 'message'
      USING ERRCODE = 'PM00' || v_run.exit_code,
            DETAIL = coalesce((
              SELECT string_agg(format('%s: %s%s', t ->> 'test_name', t ->> 'status',
                       ': ' || coalesce(t -> 'error' ->> 'message', nullif(concat_ws(E'\n    ', t ->> 'reason', t ->> 'explanation'), ''))),
                       E'\n' ORDER BY place)
              FROM jsonb_array_elements(v_run.result -> 'test_results') WITH ORDINALITY AS r (t, place)
              WHERE t ->> 'status' <> 'PASSED'),
              'A test takes part when "ci_enabled": true stands in the configuration of its newest active version.'),
            HINT = format('The whole result: SELECT result FROM perf_mgmt.ci_runs WHERE id = ''%s''.', p_run_id);
  END IF;
END
$$;
COMMENT ON FUNCTION perf_mgmt.raise_ci_verdict(uuid) IS
  'Raises PM001 (regression), PM002 (a test could not be run) or PM003 (it cannot be told) where an invocation of the CI suite did not pass.';
