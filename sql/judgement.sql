-- Judging executions for good: verdicts are stored, the execution is marked, alerts are raised.

CREATE FUNCTION perf_mgmt.detect_performance_regression(p_execution_id uuid) RETURNS boolean
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_judgement constant uuid := gen_random_uuid();
  v_choice record;
  v_verdict text;
BEGIN
  PERFORM perf_mgmt.require_result(p_execution_id);
  SELECT c.* INTO v_choice FROM perf_mgmt.baseline_of(p_execution_id) c;
  IF v_choice.problem IS NULL THEN
    PERFORM perf_mgmt.compare_with_baseline(p_execution_id);  -- which marks what it was compared with
  END IF;

  INSERT INTO perf_mgmt.execution_verdicts
    (judgement_id, row_number, execution_id, baseline_id, confirmation_execution_id,
     metric, against, verdict, severe, basis, current_value, baseline_value, change_percent, threshold, low_percent,
     high_percent, p_value, adjusted_p_value, mann_whitney_p, hodges_lehmann_percent, floor_percent, rounds_current,
     rounds_baseline, rounds_needed, confirmed, reason, primary_metric, baseline_execution_id)
  SELECT v_judgement, v.ordinality, p_execution_id, v_choice.baseline_id, perf_mgmt.confirmation_of(p_execution_id),
         v.metric, v.against, v.verdict, v.severe, v.basis, v.current_value, v.baseline_value, v.change_percent,
         v.threshold, v.low_percent, v.high_percent, v.p_value, v.adjusted_p_value, v.mann_whitney_p,
         v.hodges_lehmann_percent, v.floor_percent, v.rounds_current, v.rounds_baseline, v.rounds_needed, v.confirmed,
         v.reason, v.primary_metric, v.baseline_execution_id
  FROM perf_mgmt.regression_verdicts(p_execution_id) WITH ORDINALITY AS v;
  SELECT v.verdict INTO STRICT v_verdict
    FROM perf_mgmt.execution_verdicts v WHERE v.judgement_id = v_judgement AND v.metric = 'overall';
  IF v_verdict IN ('REGRESSION', 'SUSPECT') AND v_choice.problem IS NULL THEN
    UPDATE perf_mgmt.execution_verdicts v
      SET explanation = (SELECT string_agg(x.finding, E'\n' ORDER BY x.ordinality)
                         FROM perf_mgmt.explain_regression(p_execution_id) WITH ORDINALITY AS x)
      WHERE v.judgement_id = v_judgement AND v.metric = 'overall';
  END IF;

  UPDATE perf_mgmt.test_executions e SET regression_detected = v_verdict = 'REGRESSION'
    WHERE e.id = p_execution_id AND e.regression_detected <> (v_verdict = 'REGRESSION');
  PERFORM perf_mgmt.check_performance_alerts(p_execution_id);
  RETURN v_verdict = 'REGRESSION';
END
$$;
COMMENT ON FUNCTION perf_mgmt.detect_performance_regression(uuid) IS
  'Judges an execution and returns whether it is a regression or breaks an absolute limit. Every verdict is stored in execution_verdicts, the execution is marked, and alerts are checked.';

CREATE FUNCTION perf_mgmt.make_initial_baseline(p_execution_id uuid) RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_test_name varchar;
  v_environment varchar;
BEGIN
  SELECT h.test_name, h.execution_environment INTO v_test_name, v_environment
    FROM perf_mgmt.history h WHERE h.execution_id = p_execution_id;
  IF NOT FOUND OR EXISTS (SELECT FROM perf_mgmt.performance_baselines b
                          WHERE b.test_name = v_test_name AND b.execution_environment = v_environment) THEN
    RETURN;
  END IF;
  PERFORM perf_mgmt.lock_baselines(v_test_name);
  IF NOT EXISTS (SELECT FROM perf_mgmt.performance_baselines b
                 WHERE b.test_name = v_test_name AND b.execution_environment = v_environment) THEN
    PERFORM perf_mgmt.replace_baseline(v_test_name, v_environment, 'INITIAL', ARRAY[p_execution_id],
                                       'First valid execution');
  END IF;
END
$$;
COMMENT ON FUNCTION perf_mgmt.make_initial_baseline(uuid) IS
  'Makes an execution the INITIAL baseline of its test in its environment, where it is valid and there has been no baseline.';

CREATE FUNCTION perf_mgmt.log_change_points(p_execution_id uuid) RETURNS void
LANGUAGE sql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT perf_mgmt.log_performance_event(p_execution_id, 'CHANGE_POINT',
           format('%s changed its level by %s %% with the execution of %s', p.metric_name, round(p.change_percent::numeric, 1),
                  p.started_at),
           jsonb_build_object('metric', p.metric_name, 'execution_id', p.execution_id, 'level_before', p.level_before,
                              'level_after', p.level_after, 'p_value', p.p_value))
  FROM perf_mgmt.history h
  CROSS JOIN LATERAL perf_mgmt.performance_change_points(h.test_name, h.execution_environment, 0.002) p
  WHERE h.execution_id = p_execution_id
    AND NOT EXISTS (
      SELECT FROM perf_mgmt.eligible_executions(p_execution_id, 200, p_all_segments => true) o
      JOIN perf_mgmt.execution_events v ON v.execution_id = o.execution_id AND v.event_type = 'CHANGE_POINT'
      WHERE v.details @> jsonb_build_object('metric', p.metric_name, 'execution_id', p.execution_id))
$$;
COMMENT ON FUNCTION perf_mgmt.log_change_points(uuid) IS
  'Logs with an execution the change points that its history shows by now, each once.';

CREATE FUNCTION perf_mgmt.finish_execution(p_execution_id uuid) RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_execution record;
BEGIN
  -- The lock makes a second call wait for the first, which leaves nothing for it to do.
  SELECT e.execution_status, e.confirms_execution_id, e.comparison_id INTO v_execution
    FROM perf_mgmt.test_executions e WHERE e.id = p_execution_id FOR NO KEY UPDATE;
  IF NOT FOUND OR v_execution.execution_status = 'RUNNING' THEN
    PERFORM perf_mgmt.require_result(p_execution_id);  -- which says what is wrong
  END IF;
  UPDATE perf_mgmt.test_executions e SET fingerprint = perf_mgmt.execution_fingerprint(e.id)
    WHERE e.id = p_execution_id AND e.fingerprint IS NULL;

  IF v_execution.comparison_id IS NOT NULL THEN
    RETURN;  -- the comparison judges its halves
  ELSIF v_execution.confirms_execution_id IS NOT NULL THEN
    -- A repetition is not judged by itself: it is evidence about the other one.
    PERFORM perf_mgmt.detect_performance_regression(e.id)
      FROM perf_mgmt.test_executions e
      WHERE e.id = v_execution.confirms_execution_id AND e.execution_status = 'COMPLETED'
        AND perf_mgmt.confirmation_of(e.id) = p_execution_id
        AND NOT EXISTS (SELECT FROM perf_mgmt.execution_verdicts v
                        WHERE v.execution_id = e.id AND v.confirmation_execution_id = p_execution_id);
  ELSIF v_execution.execution_status <> 'COMPLETED' THEN
    PERFORM perf_mgmt.check_performance_alerts(p_execution_id);
  ELSE
    -- Judged first: the first valid execution has nothing to be compared with, and then is the baseline.
    IF NOT EXISTS (SELECT FROM perf_mgmt.execution_verdicts v WHERE v.execution_id = p_execution_id) THEN
      PERFORM perf_mgmt.detect_performance_regression(p_execution_id);
    END IF;
    PERFORM perf_mgmt.make_initial_baseline(p_execution_id);
    PERFORM perf_mgmt.log_change_points(p_execution_id);
  END IF;
END
$$;
COMMENT ON FUNCTION perf_mgmt.finish_execution(uuid) IS
  'What follows a run that has ended: its fingerprint, its verdicts, the INITIAL baseline where it is the first valid one in its environment, alerts, change points. Calling it again changes nothing.';
