-- CI: runs all tests that are enabled for it, judges them, and says in one document how they did.
--
-- run_ci_performance_tests does so inside one statement, ci_gate with commits in between. Both go from step
-- to step: first each test once; then those again whose verdict needs confirmation. What has been done
-- stands in ci_runs and ci_run_tests, so that each step is a question to these tables. The two pin no
-- search_path (the templates of the tests are resolved by the caller's, and a procedure with a SET
-- clause cannot commit) and so hold no operator, and name types in full: everything else is in functions that
-- pin theirs.

CREATE TABLE perf_mgmt.ci_runs (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  git_commit text,
  branch text,
  environment varchar(100) NOT NULL,
  started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  started_by name NOT NULL DEFAULT current_user,
  finished_at timestamptz,
  overall_status text,
  exit_code integer,
  result jsonb,

  CONSTRAINT ck_ci_runs_environment CHECK (btrim(environment) <> ''),
  CONSTRAINT ck_ci_runs_status CHECK (
    overall_status IN ('PASSED', 'FAILED', 'INCONCLUSIVE', 'NO_BASELINE', 'NO_TESTS')),
  CONSTRAINT ck_ci_runs_exit_code CHECK (exit_code BETWEEN 0 AND 3),
  CONSTRAINT ck_ci_runs_finished CHECK (num_nulls(finished_at, overall_status, exit_code, result) IN (0, 4))
);

CREATE INDEX ix_ci_runs_started ON perf_mgmt.ci_runs (started_at);

COMMENT ON TABLE perf_mgmt.ci_runs IS 'Invocations of the CI suite, with their results.';
COMMENT ON COLUMN perf_mgmt.ci_runs.id IS 'Key.';
COMMENT ON COLUMN perf_mgmt.ci_runs.git_commit IS 'Commit that was tested.';
COMMENT ON COLUMN perf_mgmt.ci_runs.branch IS 'Its branch.';
COMMENT ON COLUMN perf_mgmt.ci_runs.environment IS 'Environment in which the tests ran.';
COMMENT ON COLUMN perf_mgmt.ci_runs.started_at IS 'When it began.';
COMMENT ON COLUMN perf_mgmt.ci_runs.started_by IS 'Role that started it.';
COMMENT ON COLUMN perf_mgmt.ci_runs.finished_at IS 'When it was judged; NULL while it runs, and where it was broken off.';
COMMENT ON COLUMN perf_mgmt.ci_runs.overall_status IS
  'PASSED; FAILED: a regression, or a test that could not be run; INCONCLUSIVE, NO_BASELINE, NO_TESTS: it cannot be told.';
COMMENT ON COLUMN perf_mgmt.ci_runs.exit_code IS
  '0 passed, 1 regression, 2 a test could not be run, 3 it cannot be told.';
COMMENT ON COLUMN perf_mgmt.ci_runs.result IS 'What run_ci_performance_tests returns.';

CREATE TABLE perf_mgmt.ci_run_tests (
  ci_run_id uuid NOT NULL REFERENCES perf_mgmt.ci_runs (id) ON DELETE CASCADE,
  test_number integer NOT NULL,
  test_name varchar(255) NOT NULL,
  test_version varchar(50) NOT NULL,
  execution_id uuid REFERENCES perf_mgmt.test_executions (id) ON DELETE SET NULL,
  error jsonb,
  confirmation_execution_id uuid REFERENCES perf_mgmt.test_executions (id) ON DELETE SET NULL,
  confirmation_error jsonb,

  PRIMARY KEY (ci_run_id, test_number),
  CONSTRAINT ck_ci_run_tests_number CHECK (test_number >= 1),
  CONSTRAINT ck_ci_run_tests_errors CHECK (jsonb_typeof(error) = 'object' AND jsonb_typeof(confirmation_error) = 'object')
);

CREATE INDEX ix_ci_run_tests_execution ON perf_mgmt.ci_run_tests (execution_id);
CREATE INDEX ix_ci_run_tests_confirmation ON perf_mgmt.ci_run_tests (confirmation_execution_id);

COMMENT ON TABLE perf_mgmt.ci_run_tests IS 'Tests of the invocations of the CI suite, in the order in which they run.';
COMMENT ON COLUMN perf_mgmt.ci_run_tests.ci_run_id IS 'Invocation; its tests go with it.';
COMMENT ON COLUMN perf_mgmt.ci_run_tests.test_number IS 'Number of the test in the invocation, from 1 on.';
COMMENT ON COLUMN perf_mgmt.ci_run_tests.test_name IS 'Test.';
COMMENT ON COLUMN perf_mgmt.ci_run_tests.test_version IS 'Its newest active version.';
COMMENT ON COLUMN perf_mgmt.ci_run_tests.execution_id IS 'Its execution; NULL before it, and where there was none.';
COMMENT ON COLUMN perf_mgmt.ci_run_tests.error IS
  'What kept it from being run or judged, as an object of sqlstate, message, detail and hint.';
COMMENT ON COLUMN perf_mgmt.ci_run_tests.confirmation_execution_id IS 'Execution that repeats it to confirm its verdict.';
COMMENT ON COLUMN perf_mgmt.ci_run_tests.confirmation_error IS 'What kept it from being repeated.';

SELECT pg_catalog.pg_extension_config_dump('perf_mgmt.ci_runs', '');
SELECT pg_catalog.pg_extension_config_dump('perf_mgmt.ci_run_tests', '');

-- What is run ------------------------------------------------------------------------------------

CREATE FUNCTION perf_mgmt.ci_tests(p_environment varchar)
RETURNS TABLE (test_name varchar, test_version varchar, is_allowed boolean)
LANGUAGE sql STABLE ROWS 10
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT newest.test_name, newest.test_version,
         coalesce(newest.environments IN ('[]', 'null') OR newest.environments ? p_environment, true)
  FROM (SELECT DISTINCT ON (t.test_name) t.test_name, t.test_version, t.test_configuration,
               t.test_configuration -> 'environments' AS environments
        FROM perf_mgmt.performance_tests t
        WHERE t.is_active
        -- as execute_performance_test chooses
        ORDER BY t.test_name, perf_mgmt.version_key(t.test_version) DESC, t.created_at DESC) newest
  WHERE newest.test_configuration -> 'ci_enabled' = 'true'
  ORDER BY newest.test_name
$$;
COMMENT ON FUNCTION perf_mgmt.ci_tests(varchar) IS
  'The tests of the CI suite: each whose newest active version is enabled for it, and whether its environments allow this one.';

CREATE FUNCTION perf_mgmt.begin_ci_run(
  p_run_id uuid,
  p_git_commit text,
  p_branch text,
  p_environment varchar,
  p_in_transaction boolean
) RETURNS uuid
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_run uuid;
BEGIN
  IF p_environment IS NULL OR btrim(p_environment) = '' THEN
    RAISE EXCEPTION 'the CI suite needs an environment'
      USING ERRCODE = 'invalid_parameter_value', HINT = 'For example development, staging or production.';
  ELSIF p_in_transaction AND current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'cannot run the CI suite in a transaction of isolation level "%"', current_setting('transaction_isolation')
      USING ERRCODE = 'invalid_transaction_state',
            DETAIL = 'Other processes record the results, which a snapshot of before does not show.',
            HINT = 'CALL perf_mgmt.ci_gate(), or use READ COMMITTED.';
  END IF;
  INSERT INTO perf_mgmt.ci_runs (id, git_commit, branch, environment)
    VALUES (coalesce(p_run_id, gen_random_uuid()), p_git_commit, p_branch, p_environment)
    RETURNING id INTO v_run;
  INSERT INTO perf_mgmt.ci_run_tests (ci_run_id, test_number, test_name, test_version)
    SELECT v_run, row_number() OVER (ORDER BY c.test_name), c.test_name, c.test_version
    FROM perf_mgmt.ci_tests(p_environment) c WHERE c.is_allowed;
  RETURN v_run;
END
$$;
COMMENT ON FUNCTION perf_mgmt.begin_ci_run(uuid, text, text, varchar, boolean) IS
  'Writes an invocation of the CI suite with the tests that it will run, and returns its id; one is made where none is given.';

CREATE FUNCTION perf_mgmt.needs_confirmation(p_execution_id uuid) RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT coalesce(bool_or(v.metric = 'overall' AND v.verdict IN ('SUSPECT', 'REGRESSION'))
                  AND bool_or(v.metric <> 'overall' AND v.verdict IN ('SUSPECT', 'REGRESSION'))
                  -- a limit fails by itself
                  AND NOT bool_or(v.metric <> 'overall' AND v.verdict = 'REGRESSION'
                                  AND (v.basis = 'limit' OR v.confirmed IS TRUE))
                  AND bool_and(v.confirmation_execution_id IS NULL), false)
  FROM perf_mgmt.latest_verdicts(p_execution_id) v
$$;
COMMENT ON FUNCTION perf_mgmt.needs_confirmation(uuid) IS
  'Whether the latest verdict on an execution is a suspicion, or a regression, that no repetition has confirmed or cleared yet; a broken absolute limit needs none.';

CREATE FUNCTION perf_mgmt.next_ci_step(
  p_run_id uuid,
  OUT test_number integer,
  OUT test_name varchar,
  OUT custom_config jsonb
)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
DECLARE
  v_confirms uuid;
  v_of integer;
BEGIN
  SELECT s.test_number, s.test_name, s.execution_id INTO test_number, test_name, v_confirms
    FROM perf_mgmt.ci_run_tests s
    WHERE s.ci_run_id = p_run_id
      AND (num_nonnulls(s.execution_id, s.error) = 0
           OR s.error IS NULL AND num_nonnulls(s.confirmation_execution_id, s.confirmation_error) = 0
              AND perf_mgmt.needs_confirmation(s.execution_id))
    -- All tests before the first repetition: what disturbed a test may be over by then.
    ORDER BY s.execution_id IS NOT NULL, s.test_number LIMIT 1;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  SELECT jsonb_strip_nulls(jsonb_build_object('git_commit', r.git_commit, 'branch', r.branch, 'ci_execution', true,
                                              'confirms', v_confirms))
    INTO custom_config
    FROM perf_mgmt.ci_runs r WHERE r.id = p_run_id;
  SELECT count(*) INTO v_of FROM perf_mgmt.ci_run_tests s WHERE s.ci_run_id = p_run_id;
  RAISE NOTICE '%', format(CASE WHEN v_confirms IS NULL THEN 'running test %1$s of %2$s, "%3$s"'
                                ELSE 'running test %1$s of %2$s, "%3$s", again to confirm its verdict' END,
                           test_number, v_of, test_name);
END
$$;
COMMENT ON FUNCTION perf_mgmt.next_ci_step(uuid) IS
  'What an invocation of the CI suite has to run next, and how: each test once, then those again whose verdict needs confirmation; NULL when all is done.';

CREATE FUNCTION perf_mgmt.record_ci_step(p_run_id uuid, p_test_number integer, p_execution_id uuid, p_error jsonb)
RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_error jsonb := coalesce(p_error, CASE WHEN p_execution_id IS NULL THEN
    '{"sqlstate": "XX000", "message": "the test returned no execution"}'::jsonb END);
  v_is_repetition boolean;
  v_test record;
BEGIN
  UPDATE perf_mgmt.ci_run_tests s
    SET execution_id = p_execution_id, error = v_error
    WHERE s.ci_run_id = p_run_id AND s.test_number = p_test_number AND num_nonnulls(s.execution_id, s.error) = 0;
  v_is_repetition := NOT FOUND;
  IF v_is_repetition THEN
    UPDATE perf_mgmt.ci_run_tests s
      SET confirmation_execution_id = p_execution_id, confirmation_error = v_error
      WHERE s.ci_run_id = p_run_id AND s.test_number = p_test_number;
  END IF;

  -- Who waits is told test by test.
  SELECT s.test_name, e.execution_status, perf_mgmt.needs_confirmation(e.id) AS is_open,
         (SELECT count(*) FROM perf_mgmt.ci_run_tests o WHERE o.ci_run_id = p_run_id) AS tests,
         (SELECT v.verdict FROM perf_mgmt.latest_verdicts(e.id) v WHERE v.metric = 'overall') AS verdict,
         (SELECT bool_or(v.confirmed) FROM perf_mgmt.latest_verdicts(e.id) v) AS confirmed
    INTO v_test
    FROM perf_mgmt.ci_run_tests s LEFT JOIN perf_mgmt.test_executions e ON e.id = s.execution_id
    WHERE s.ci_run_id = p_run_id AND s.test_number = p_test_number;
  RAISE NOTICE '%', format('test %s of %s, "%s"%s: %s', p_test_number, v_test.tests, v_test.test_name,
    CASE WHEN v_is_repetition THEN ', repeated' END,
    CASE WHEN v_error IS NOT NULL THEN 'could not be run: ' || (v_error ->> 'message')
         WHEN v_test.execution_status <> 'COMPLETED' THEN format('ended as %s', v_test.execution_status)
         WHEN v_test.verdict IS NULL THEN 'not judged yet'
         ELSE v_test.verdict || CASE WHEN v_test.is_open AND v_is_repetition THEN ', the repetition gave no valid result'
                                     WHEN v_test.is_open THEN ', to be repeated'
                                     WHEN v_test.confirmed THEN ', confirmed'
                                     WHEN NOT v_test.confirmed THEN ', not confirmed'
                                     ELSE '' END END);
END
$$;
COMMENT ON FUNCTION perf_mgmt.record_ci_step(uuid, integer, uuid, jsonb) IS
  'Notes what came of the step that next_ci_step named, and says it in a notice: an execution, or the error that kept it from running, or both.';

-- The two entrances ------------------------------------------------------------------------------

CREATE FUNCTION perf_mgmt.run_ci_performance_tests(
  p_git_commit_hash varchar,
  p_branch_name varchar,
  p_environment varchar DEFAULT 'staging'
) RETURNS jsonb
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  v_run pg_catalog.uuid;
  v_step pg_catalog.record;
  v_execution pg_catalog.uuid;
  v_error pg_catalog.jsonb;
  v_message pg_catalog.text;
  v_detail pg_catalog.text;
  v_hint pg_catalog.text;
  v_sqlstate pg_catalog.text;
BEGIN
  v_run := perf_mgmt.begin_ci_run(NULL, p_git_commit_hash, p_branch_name, p_environment, true);
  LOOP
    SELECT s.test_number, s.test_name, s.custom_config INTO v_step FROM perf_mgmt.next_ci_step(v_run) s;
    EXIT WHEN v_step.test_number IS NULL;
    v_execution := NULL;
    v_error := NULL;
    BEGIN
      v_execution := perf_mgmt.execute_performance_test(v_step.test_name, p_environment,
        pg_catalog.jsonb_set(v_step.custom_config, '{wait}', 'true'));
    EXCEPTION WHEN OTHERS THEN
      GET STACKED DIAGNOSTICS v_sqlstate = RETURNED_SQLSTATE, v_message = MESSAGE_TEXT,
        v_detail = PG_EXCEPTION_DETAIL, v_hint = PG_EXCEPTION_HINT;
      v_error := perf_mgmt.error_object(v_sqlstate, v_message, v_detail, v_hint);
    END;
    PERFORM perf_mgmt.record_ci_step(v_run, v_step.test_number, v_execution, v_error);
  END LOOP;
  RETURN perf_mgmt.finish_ci_run(v_run, false);
END
$$;
COMMENT ON FUNCTION perf_mgmt.run_ci_performance_tests(varchar, varchar, varchar) IS
  'Runs the newest active version of each test that is enabled for CI in this environment, repeats what needs confirmation, and returns how they did as JSON. It holds back vacuum meanwhile: for a pipeline rather CALL ci_gate.';

CREATE PROCEDURE perf_mgmt.ci_gate(
  p_git_commit_hash varchar,
  p_branch_name varchar,
  p_environment varchar DEFAULT 'staging',
  p_allow_no_baseline boolean DEFAULT false,
  INOUT p_run_id uuid DEFAULT NULL
)
LANGUAGE plpgsql
AS $$
DECLARE
  v_step pg_catalog.record;
  v_execution pg_catalog.uuid;
  v_error pg_catalog.jsonb;
BEGIN
  p_run_id := perf_mgmt.begin_ci_run(p_run_id, p_git_commit_hash, p_branch_name, p_environment, false);
  COMMIT;
  LOOP
    SELECT s.test_number, s.test_name, s.custom_config INTO v_step FROM perf_mgmt.next_ci_step(p_run_id) s;
    EXIT WHEN v_step.test_number IS NULL;
    v_execution := NULL;
    v_error := NULL;
    CALL perf_mgmt.attempt_performance_test(v_step.test_name, p_environment, v_step.custom_config, v_execution, v_error);
    PERFORM perf_mgmt.record_ci_step(p_run_id, v_step.test_number, v_execution, v_error);
    COMMIT;
  END LOOP;
  PERFORM perf_mgmt.finish_ci_run(p_run_id, p_allow_no_baseline);
  COMMIT;
  PERFORM perf_mgmt.raise_ci_verdict(p_run_id);
END
$$;
COMMENT ON PROCEDURE perf_mgmt.ci_gate(varchar, varchar, varchar, boolean, uuid) IS
  'As run_ci_performance_tests, holding no snapshot while tests run; keeps the result in ci_runs under the id that is given or handed back, and then raises PM001 on a regression, PM002 where a test could not be run, PM003 where it cannot be told. With p_allow_no_baseline a test without a baseline does not matter.';
