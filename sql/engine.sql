-- The load engine as SQL sees it; the work is in src/pg/api_*.cpp.
--
-- The functions that start or check a workload pin no search_path: templates are resolved by the
-- caller's. Nor may the waiting procedures: one with a SET clause cannot commit, and they must, so as
-- to hold no snapshot while they wait. The module itself looks up every name under pg_catalog.

CREATE FUNCTION perf_mgmt.execute_performance_test(
  p_test_name varchar,
  p_execution_environment varchar DEFAULT 'development',
  p_custom_config jsonb DEFAULT NULL
) RETURNS uuid
AS 'MODULE_PATHNAME', 'perf_mgmt_execute_performance_test' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION perf_mgmt.execute_performance_test(varchar, varchar, jsonb) IS
  'Starts the newest active version of a test and returns the id of its execution at once; the run goes on in processes of its own. With "wait": true it returns when the run has ended, and holds back vacuum meanwhile: to wait, rather CALL run_performance_test.';

CREATE PROCEDURE perf_mgmt.run_performance_test(
  p_test_name varchar,
  p_execution_environment varchar DEFAULT 'development',
  p_custom_config jsonb DEFAULT NULL,
  INOUT execution_id uuid DEFAULT NULL
)
AS 'MODULE_PATHNAME', 'perf_mgmt_run_performance_test' LANGUAGE C;
COMMENT ON PROCEDURE perf_mgmt.run_performance_test(varchar, varchar, jsonb, uuid) IS
  'Runs a test to its end: commits, so that it holds no snapshot, waits, shows the progress as notices, and hands back the id of the finished execution. Cancelling it cancels the run.';

CREATE PROCEDURE perf_mgmt.attempt_performance_test(
  p_test_name varchar,
  p_execution_environment varchar DEFAULT 'development',
  p_custom_config jsonb DEFAULT NULL,
  INOUT execution_id uuid DEFAULT NULL,
  INOUT error jsonb DEFAULT NULL
)
AS 'MODULE_PATHNAME', 'perf_mgmt_attempt_performance_test' LANGUAGE C;
COMMENT ON PROCEDURE perf_mgmt.attempt_performance_test(varchar, varchar, jsonb, uuid, jsonb) IS
  'As run_performance_test, for those who run many tests: what keeps a test from running is handed back as error, an object of sqlstate, message, detail and hint, instead of being raised. Only outside of a transaction block.';

CREATE PROCEDURE perf_mgmt.wait_for_execution(
  p_execution_id uuid,
  INOUT execution_status text DEFAULT NULL
)
AS 'MODULE_PATHNAME', 'perf_mgmt_wait_for_execution' LANGUAGE C;
COMMENT ON PROCEDURE perf_mgmt.wait_for_execution(uuid, text) IS
  'Waits until an execution that anybody started has ended, without holding a snapshot, and hands back its final status. Cancelling the wait leaves the run alone.';

CREATE FUNCTION perf_mgmt.cancel_execution(p_execution_id uuid) RETURNS boolean
AS 'MODULE_PATHNAME', 'perf_mgmt_cancel_execution' LANGUAGE C VOLATILE
SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION perf_mgmt.cancel_execution(uuid) IS
  'Asks a running execution to stop; it ends as CANCELLED with what it measured so far. False when it was not running.';

CREATE FUNCTION perf_mgmt.simulate_workload(
  p_execution_id uuid,
  p_operation_name varchar,
  p_duration_seconds integer DEFAULT 60
) RETURNS void
AS 'MODULE_PATHNAME', 'perf_mgmt_simulate_workload' LANGUAGE C VOLATILE;
COMMENT ON FUNCTION perf_mgmt.simulate_workload(uuid, varchar, integer) IS
  'Runs one operation of an execution''s scenario over and over in this session and records what it measured there, marked in_transaction: without commits.';

CREATE FUNCTION perf_mgmt.validate_scenario(p_scenario_name varchar)
RETURNS TABLE (operation_name varchar, severity text, problem text, detail text, hint text)
AS 'MODULE_PATHNAME', 'perf_mgmt_validate_scenario' LANGUAGE C VOLATILE ROWS 10;
COMMENT ON FUNCTION perf_mgmt.validate_scenario(varchar) IS
  'Everything that is wrong with a scenario, at once: weights, categories, parameters, generators, templates. No rows: it can run. operation_name is NULL where the scenario itself is meant.';

CREATE FUNCTION perf_mgmt.log_performance_event(
  p_execution_id uuid,
  p_event_type varchar,
  p_message text,
  p_details jsonb DEFAULT NULL
) RETURNS uuid
LANGUAGE sql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
  INSERT INTO perf_mgmt.execution_events (execution_id, event_type, message, details)
  VALUES (p_execution_id, p_event_type, p_message, p_details)
  RETURNING id
$$;
COMMENT ON FUNCTION perf_mgmt.log_performance_event(uuid, varchar, text, jsonb) IS
  'Adds an event, as of now, to the record of an execution and returns the id of the event.';
