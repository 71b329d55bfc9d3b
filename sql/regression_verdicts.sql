-- The tested judgement of executions: SQL gathers the evidence (evidence.sql), the core judges it (judging.sql).
--
-- It asks whether a difference is more than noise: judged are rounds, with the executions behind the
-- baseline, the history of the segment and the repetition that confirms it. Nothing is stored here.

CREATE FUNCTION perf_mgmt.verdict_rows(
  p_result jsonb,
  p_verdict text,
  p_reason text,
  p_baseline_execution_id uuid,
  p_budget_execution_id uuid
) RETURNS SETOF perf_mgmt.verdict
LANGUAGE sql IMMUTABLE ROWS 10
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT 'overall', NULL, p_verdict,
         p_verdict = 'REGRESSION' AND jsonb_path_exists(p_result, '$.metrics[*] ? (@.verdict == "REGRESSION" && @.severe == true)'),
         NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
         (p_result ->> 'rounds_quiet')::integer, NULL, NULL, NULL, p_reason, p_result ->> 'primary_metric',
         p_baseline_execution_id
  UNION ALL
  (SELECT m.metric, m.against, m.verdict, coalesce(m.severe, false), m.basis, round(m.current, 6), round(m.baseline, 6),
          round(m.change_percent, 3), round(m.threshold, 3), round(m.low_percent, 3), round(m.high_percent, 3), m.p_value,
          m.adjusted_p_value, m.mann_whitney_p, round(m.hodges_lehmann_percent, 3), round(m.floor_percent, 3),
          m.rounds_current, m.rounds_baseline, m.rounds_needed, m.confirmed, m.reason, NULL,
          CASE m.against WHEN 'baseline' THEN p_baseline_execution_id WHEN 'budget' THEN p_budget_execution_id END
   FROM ROWS FROM (jsonb_to_recordset(p_result -> 'metrics') AS (
          metric text, against text, verdict text, severe boolean, basis text, current numeric, baseline numeric,
          change_percent numeric, threshold numeric, low_percent numeric, high_percent numeric, p_value double precision,
          adjusted_p_value double precision, mann_whitney_p double precision, hodges_lehmann_percent numeric,
          floor_percent numeric, rounds_current integer, rounds_baseline integer, rounds_needed integer,
          confirmed boolean, reason text)) WITH ORDINALITY AS m
   ORDER BY m.ordinality)
$$;
COMMENT ON FUNCTION perf_mgmt.verdict_rows(jsonb, text, text, uuid, uuid) IS
  'What judge_evidence() returned as rows, the overall verdict first.';

-- Who is at work beside the test is for people to find out: they need more than a count.
CREATE FUNCTION perf_mgmt.disturbance_text(p_execution_id uuid) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT string_agg(format('In %s round%s%s: %s', c.rounds, CASE c.rounds WHEN 1 THEN '' ELSE 's' END,
                           CASE WHEN c.messages > 1 THEN ', for example' ELSE '' END, c.message),
                    ' ' ORDER BY c.rounds DESC, c.code)
  FROM (SELECT d ->> 'code' AS code, count(*) AS rounds, count(DISTINCT d ->> 'message') AS messages,
               (array_agg(d ->> 'message' ORDER BY r.round_number))[1] AS message
        FROM perf_mgmt.execution_rounds r CROSS JOIN LATERAL jsonb_array_elements(r.disturbances) d
        WHERE r.execution_id = p_execution_id
        GROUP BY d ->> 'code' ORDER BY count(*) DESC, d ->> 'code' LIMIT 2) c
$$;
COMMENT ON FUNCTION perf_mgmt.disturbance_text(uuid) IS
  'What disturbed the rounds of an execution most often: up to two kinds, with the number of rounds of each; NULL where nothing did.';

CREATE FUNCTION perf_mgmt.regression_verdicts(p_execution_id uuid, p_accept_fingerprint boolean DEFAULT false)
RETURNS SETOF perf_mgmt.verdict
LANGUAGE plpgsql STABLE ROWS 10
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_choice record;
  v_flaws text;
  v_disturbances text;
  v_result jsonb;
BEGIN
  PERFORM perf_mgmt.require_result(p_execution_id);
  SELECT c.* INTO v_choice FROM perf_mgmt.baseline_of(p_execution_id, p_accept_fingerprint) c;
  SELECT CASE WHEN e.is_valid IS NOT TRUE THEN
           concat_ws(' ', 'The execution is not valid.',
                     (SELECT string_agg(f ->> 'message', ' ') FROM jsonb_array_elements(e.findings) f
                      WHERE f -> 'fatal' = 'true')) END
    INTO STRICT v_flaws
    FROM perf_mgmt.test_executions e WHERE e.id = p_execution_id;

  -- Of a result that is not valid only the limits are told: they fail whatever the noise.
  v_result := perf_mgmt.judge_evidence(jsonb_build_object(
    'current', perf_mgmt.execution_samples(ARRAY[p_execution_id]) -> 0,
    'confirmation', perf_mgmt.execution_samples(ARRAY[perf_mgmt.confirmation_of(p_execution_id)]) -> 0,
    'baseline', CASE WHEN v_flaws IS NULL AND v_choice.baseline_id IS NOT NULL THEN
      jsonb_build_object('type', v_choice.baseline_type,
                         'executions', perf_mgmt.execution_samples(v_choice.execution_ids)) END,
    'budget', CASE WHEN v_flaws IS NULL AND v_choice.budget_execution_id IS NOT NULL THEN
      jsonb_build_object('executions', perf_mgmt.execution_samples(ARRAY[v_choice.budget_execution_id])) END,
    'history', CASE WHEN v_flaws IS NULL THEN perf_mgmt.history_samples(p_execution_id) ELSE '[]' END,
    'earlier', CASE WHEN v_flaws IS NULL THEN perf_mgmt.earlier_samples(p_execution_id) ELSE '[]' END,
    'thresholds', perf_mgmt.verdict_thresholds(v_choice.baseline_id),
    'limits', perf_mgmt.limit_evidence(p_execution_id)));
  IF v_flaws IS NOT NULL THEN
    v_result := jsonb_set(v_result, '{metrics}', jsonb_path_query_array(v_result, '$.metrics[*] ? (@.against == "limit")'));
  END IF;
  -- As few quiet rounds as leave nothing to judge (kLeastQuietRounds of the core)
  SELECT perf_mgmt.disturbance_text(e.id) INTO v_disturbances
    FROM perf_mgmt.test_executions e
    WHERE e.id = p_execution_id AND (e.run_spec -> 'quiet')::boolean
      AND (v_result ->> 'rounds_quiet')::integer < least(3, e.rounds_wanted);
  RETURN QUERY SELECT * FROM perf_mgmt.verdict_rows(v_result,
    CASE WHEN v_flaws IS NOT NULL AND v_result ->> 'verdict' <> 'REGRESSION' THEN 'INCONCLUSIVE'
         ELSE v_result ->> 'verdict' END,
    nullif(concat_ws(' ', v_flaws, CASE WHEN v_flaws IS NULL THEN v_choice.problem END,
                     CASE WHEN v_flaws IS NULL AND v_choice.problem IS NULL OR v_result ->> 'verdict' = 'REGRESSION'
                          THEN (v_result ->> 'reason') || CASE WHEN v_disturbances IS NULL THEN '' ELSE '.' END END,
                     v_disturbances), ''),
    v_choice.baseline_execution_id, v_choice.budget_execution_id);
END
$$;
COMMENT ON FUNCTION perf_mgmt.regression_verdicts(uuid, boolean) IS
  'The tested judgement of an execution: the overall verdict, then one row per metric and what it was held against. A baseline with another fingerprint gives NO_BASELINE and says what differs; with p_accept_fingerprint it is used all the same.';

CREATE FUNCTION perf_mgmt.compare_executions(p_baseline_execution_id uuid, p_execution_id uuid)
RETURNS SETOF perf_mgmt.verdict
LANGUAGE plpgsql STABLE ROWS 10
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_differences text[];
  v_baseline uuid;
  v_result jsonb;
BEGIN
  PERFORM perf_mgmt.require_result(p_baseline_execution_id);
  PERFORM perf_mgmt.require_result(p_execution_id);
  IF p_baseline_execution_id = p_execution_id THEN
    RAISE EXCEPTION 'execution "%" cannot be compared with itself', p_execution_id
      USING ERRCODE = 'invalid_parameter_value';
  END IF;
  v_differences := perf_mgmt.fingerprint_differences(p_baseline_execution_id, p_execution_id);
  IF v_differences <> '{}' THEN
    RAISE NOTICE 'the executions ran under different conditions'
      USING DETAIL = array_to_string(v_differences, '; ') || '.';
  END IF;

  v_baseline := (SELECT c.baseline_id FROM perf_mgmt.baseline_of(p_execution_id, true) c);
  v_result := perf_mgmt.judge_evidence(jsonb_build_object(
    'current', perf_mgmt.execution_samples(ARRAY[p_execution_id]) -> 0,
    'confirmation', perf_mgmt.execution_samples(ARRAY[perf_mgmt.confirmation_of(p_execution_id)]) -> 0,
    'baseline', jsonb_build_object('type', '',
                                   'executions', perf_mgmt.execution_samples(ARRAY[p_baseline_execution_id])),
    'budget', NULL,
    'history', perf_mgmt.history_samples(p_execution_id),
    'earlier', perf_mgmt.earlier_samples(p_execution_id),
    'thresholds', perf_mgmt.verdict_thresholds(v_baseline),
    'limits', '[]'::jsonb));
  RETURN QUERY SELECT * FROM perf_mgmt.verdict_rows(v_result, v_result ->> 'verdict', v_result ->> 'reason',
                                                    p_baseline_execution_id, NULL);
END
$$;
COMMENT ON FUNCTION perf_mgmt.compare_executions(uuid, uuid) IS
  'The tested judgement of an execution against another one instead of a baseline, with the thresholds and the noise of its test. A notice says what else was different.';
