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
  -- One judgement after the other: one that was begun without the repetition must not come last.
  PERFORM FROM perf_mgmt.test_executions e WHERE e.id = p_execution_id FOR NO KEY UPDATE;
  PERFORM perf_mgmt.require_result(p_execution_id);
  SELECT c.* INTO v_choice FROM perf_mgmt.baseline_of(p_execution_id) c;
  IF v_choice.problem IS NULL THEN
    PERFORM perf_mgmt.note_comparison(p_execution_id, v_choice.baseline_id, true);
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
                         FROM perf_mgmt.carriers_of_change(p_execution_id) WITH ORDINALITY AS x)
      WHERE v.judgement_id = v_judgement AND v.metric = 'overall';
  END IF;

  UPDATE perf_mgmt.test_executions e SET regression_detected = v_verdict = 'REGRESSION'
    WHERE e.id = p_execution_id AND e.regression_detected <> (v_verdict = 'REGRESSION');
  PERFORM perf_mgmt.check_performance_alerts(p_execution_id);
  RETURN v_verdict = 'REGRESSION';
END
$$;
COMMENT ON FUNCTION perf_mgmt.detect_performance_regression(uuid) IS
  'Judges an execution and returns whether it is a regression or breaks an absolute limit. Every verdict is stored in execution_verdicts, the execution is marked, with what it was compared with, and alerts are checked. Judgements of one execution wait for each other.';

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
  'Makes an execution the INITIAL baseline of its test in its environment, where it is valid and there has been no baseline, of whatever fingerprint.';

-- With every further execution the place of a shift may move a little: two changes have at least five
-- places between them, so what is nearer than that is the same one.
CREATE FUNCTION perf_mgmt.log_change_points(p_execution_id uuid) RETURNS void
LANGUAGE sql VOLATILE
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
  WITH places AS (
    SELECT o.execution_id, row_number() OVER (ORDER BY o.started_at, o.execution_id) AS place
    FROM perf_mgmt.eligible_executions(p_execution_id, 200, p_all_segments => true) o
  )
  SELECT perf_mgmt.log_performance_event(p_execution_id, 'CHANGE_POINT',
           format('%s changed its level by %s %% with the execution of %s', p.metric_name, round(p.change_percent::numeric, 1),
                  to_char(p.started_at, 'YYYY-MM-DD HH24:MI:SS "UTC"')),
           jsonb_build_object('metric', p.metric_name, 'execution_id', p.execution_id, 'level_before', p.level_before,
                              'level_after', p.level_after, 'p_value', p.p_value))
  FROM perf_mgmt.history h
  CROSS JOIN LATERAL perf_mgmt.performance_change_points(h.test_name, h.execution_environment, 0.002) p
  JOIN places n ON n.execution_id = p.execution_id
  WHERE h.execution_id = p_execution_id
    AND NOT EXISTS (
      SELECT FROM places seen
      JOIN perf_mgmt.execution_events v ON v.execution_id = seen.execution_id AND v.event_type = 'CHANGE_POINT'
      JOIN places f ON f.execution_id::text = v.details ->> 'execution_id'
      WHERE v.details ->> 'metric' = p.metric_name AND abs(f.place - n.place) < 5)
$$;
COMMENT ON FUNCTION perf_mgmt.log_change_points(uuid) IS
  'Logs with an execution the change points that its history shows by now, each once, also where it was seen up to four executions off before.';

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
    -- The comparison judges its halves; where its session is gone nobody else would say so.
    PERFORM perf_mgmt.mark_lost_comparisons();
    RETURN;
  ELSIF v_execution.confirms_execution_id IS NOT NULL THEN
    -- A repetition is not judged by itself: it is evidence about the other one, of which a judgement may
    -- be under way.
    PERFORM FROM perf_mgmt.test_executions e WHERE e.id = v_execution.confirms_execution_id FOR NO KEY UPDATE;
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
    -- Verdicts and alerts stand whatever becomes of the rest.
    BEGIN
      PERFORM perf_mgmt.make_initial_baseline(p_execution_id);
    EXCEPTION WHEN OTHERS THEN
      PERFORM perf_mgmt.log_performance_event(p_execution_id, 'BASELINE_FAILED',
        'The execution could not be made the first baseline of its test.',
        jsonb_build_object('sqlstate', SQLSTATE, 'message', SQLERRM));
    END;
    BEGIN
      PERFORM perf_mgmt.log_change_points(p_execution_id);
    EXCEPTION WHEN OTHERS THEN
      PERFORM perf_mgmt.log_performance_event(p_execution_id, 'CHANGE_POINTS_FAILED',
        'The history could not be searched for change points.',
        jsonb_build_object('sqlstate', SQLSTATE, 'message', SQLERRM));
    END;
  END IF;
END
$$;
COMMENT ON FUNCTION perf_mgmt.finish_execution(uuid) IS
  'What follows a run that has ended: its fingerprint, its verdicts, the INITIAL baseline where it is the first valid one in its environment, alerts, change points. Where the baseline or the change points fail that is an event of the execution (BASELINE_FAILED, CHANGE_POINTS_FAILED), and its verdicts stand. Calling it again changes nothing.';
