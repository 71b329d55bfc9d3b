-- Comparisons of two variants of a test, run by turns and judged in pairs.
--
-- compare_variants (src/pg/api_compare.cpp) writes the comparison and runs its two executions, whose
-- rounds follow each other as A B B A; judge_comparison holds each quad's two rounds of B against its
-- two of A. What disturbs the host for longer than a round falls on both sides of a quad alike, which
-- is why this finds differences that two runs one after the other cannot show.

CREATE TABLE perf_mgmt.variant_comparisons (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  test_id uuid NOT NULL REFERENCES perf_mgmt.performance_tests (id),
  execution_environment varchar(100) NOT NULL,
  status text NOT NULL DEFAULT 'RUNNING',
  quads integer NOT NULL,
  name_a text NOT NULL,
  variant_a jsonb NOT NULL,
  execution_a uuid,
  name_b text NOT NULL,
  variant_b jsonb NOT NULL,
  execution_b uuid,
  verdict text,
  primary_metric text,
  explanation jsonb,
  started_by name NOT NULL DEFAULT current_user,
  started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  completed_at timestamptz,
  set_up text,

  CONSTRAINT ck_variant_comparisons_status CHECK (status IN ('RUNNING', 'COMPLETED', 'FAILED')),
  CONSTRAINT ck_variant_comparisons_quads CHECK (quads >= 2),
  CONSTRAINT ck_variant_comparisons_variants CHECK (
    jsonb_typeof(variant_a) = 'object' AND jsonb_typeof(variant_b) = 'object'),
  CONSTRAINT ck_variant_comparisons_verdict CHECK (
    verdict IN ('SLOWER', 'FASTER', 'NO_DIFFERENCE', 'INCONCLUSIVE')),
  CONSTRAINT ck_variant_comparisons_set_up CHECK (set_up IN ('A', 'B')),
  CONSTRAINT ck_variant_comparisons_explanation CHECK (jsonb_typeof(explanation) = 'array'),
  CONSTRAINT ck_variant_comparisons_completed CHECK (
    CASE status WHEN 'RUNNING' THEN completed_at IS NULL ELSE completed_at IS NOT NULL END)
);

CREATE INDEX ix_variant_comparisons_test ON perf_mgmt.variant_comparisons (test_id, started_at);

COMMENT ON TABLE perf_mgmt.variant_comparisons IS
  'Comparisons: two configurations of one test, run by turns.';
COMMENT ON COLUMN perf_mgmt.variant_comparisons.id IS 'Key; the executions of both variants bear it as comparison_id.';
COMMENT ON COLUMN perf_mgmt.variant_comparisons.test_id IS 'Test that was run.';
COMMENT ON COLUMN perf_mgmt.variant_comparisons.execution_environment IS 'Environment, as of an execution.';
COMMENT ON COLUMN perf_mgmt.variant_comparisons.status IS
  'RUNNING, COMPLETED, or FAILED where a run, a setup or a teardown failed, or the session ended before.';
COMMENT ON COLUMN perf_mgmt.variant_comparisons.quads IS 'How often A, B, B and A were run.';
COMMENT ON COLUMN perf_mgmt.variant_comparisons.name_a IS 'Name of the first variant: "name" of its configuration, or A.';
COMMENT ON COLUMN perf_mgmt.variant_comparisons.variant_a IS 'The first variant as it was given: keys of a run spec, name, setup, teardown.';
COMMENT ON COLUMN perf_mgmt.variant_comparisons.execution_a IS 'Execution of the first variant; NULL while there is none.';
COMMENT ON COLUMN perf_mgmt.variant_comparisons.name_b IS 'Name of the second variant.';
COMMENT ON COLUMN perf_mgmt.variant_comparisons.variant_b IS 'The second variant as it was given.';
COMMENT ON COLUMN perf_mgmt.variant_comparisons.execution_b IS 'Execution of the second variant.';
COMMENT ON COLUMN perf_mgmt.variant_comparisons.verdict IS
  'What B is, compared with A: SLOWER, FASTER, NO_DIFFERENCE (within 5 percent either way), or INCONCLUSIVE.';
COMMENT ON COLUMN perf_mgmt.variant_comparisons.primary_metric IS 'Metric that shows the verdict most clearly.';
COMMENT ON COLUMN perf_mgmt.variant_comparisons.explanation IS
  'Where the verdict is SLOWER or FASTER: the operations that carry it and what moved with them, as explain_change gives it.';
COMMENT ON COLUMN perf_mgmt.variant_comparisons.started_by IS 'Role that started it.';
COMMENT ON COLUMN perf_mgmt.variant_comparisons.started_at IS 'When it was started.';
COMMENT ON COLUMN perf_mgmt.variant_comparisons.completed_at IS 'When it ended.';
COMMENT ON COLUMN perf_mgmt.variant_comparisons.set_up IS
  'Variant, A or B, whose setup has begun and whose teardown has not ended. Of a comparison that is over, this teardown is left to be done by hand.';

CREATE TABLE perf_mgmt.comparison_verdicts (
  comparison_id uuid NOT NULL REFERENCES perf_mgmt.variant_comparisons (id) ON DELETE CASCADE,
  metric_name text NOT NULL,
  verdict text NOT NULL,
  value_a numeric,
  value_b numeric,
  change_percent numeric,
  low_percent numeric,
  high_percent numeric,
  p_value double precision,
  adjusted_p_value double precision,
  signed_rank_p double precision,
  quads integer NOT NULL,
  quads_needed integer,

  PRIMARY KEY (comparison_id, metric_name),
  CONSTRAINT ck_comparison_verdicts_verdict CHECK (
    verdict IN ('SLOWER', 'FASTER', 'NO_DIFFERENCE', 'INCONCLUSIVE'))
);

COMMENT ON TABLE perf_mgmt.comparison_verdicts IS
  'Verdicts of the comparisons: one row per metric.';
COMMENT ON COLUMN perf_mgmt.comparison_verdicts.comparison_id IS 'Comparison; its verdicts go with it.';
COMMENT ON COLUMN perf_mgmt.comparison_verdicts.metric_name IS 'Metric of the summary.';
COMMENT ON COLUMN perf_mgmt.comparison_verdicts.verdict IS
  'What B is in this metric, compared with A. More throughput is FASTER, more errors are SLOWER.';
COMMENT ON COLUMN perf_mgmt.comparison_verdicts.value_a IS 'Geometric mean over the rounds of A, in the unit of the metric.';
COMMENT ON COLUMN perf_mgmt.comparison_verdicts.value_b IS 'The same of B.';
COMMENT ON COLUMN perf_mgmt.comparison_verdicts.change_percent IS 'From A to B, percent; of the error rate, percentage points.';
COMMENT ON COLUMN perf_mgmt.comparison_verdicts.low_percent IS 'Lower end of the 99 percent interval of the change.';
COMMENT ON COLUMN perf_mgmt.comparison_verdicts.high_percent IS 'Upper end of it.';
COMMENT ON COLUMN perf_mgmt.comparison_verdicts.p_value IS 'Of the paired t test on the logarithms of the quads.';
COMMENT ON COLUMN perf_mgmt.comparison_verdicts.adjusted_p_value IS
  'The same, adjusted for the number of metrics (Benjamini and Hochberg); below .01 there is a difference.';
COMMENT ON COLUMN perf_mgmt.comparison_verdicts.signed_rank_p IS 'Of Wilcoxon''s signed-rank test of the same quads, to compare.';
COMMENT ON COLUMN perf_mgmt.comparison_verdicts.quads IS 'Quads in which both variants had a value.';
COMMENT ON COLUMN perf_mgmt.comparison_verdicts.quads_needed IS
  'Where it is INCONCLUSIVE: about so many quads would tell.';

CREATE FUNCTION perf_mgmt.judge_comparison(p_comparison_id uuid) RETURNS text
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_comparison perf_mgmt.variant_comparisons;
  v_a jsonb;
  v_b jsonb;
  v_quads jsonb;
  v_result jsonb;
BEGIN
  SELECT * INTO v_comparison FROM perf_mgmt.variant_comparisons WHERE id = p_comparison_id FOR UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'comparison % does not exist', coalesce('"' || p_comparison_id || '"', 'NULL')
      USING ERRCODE = 'undefined_object', HINT = 'Take an id from perf_mgmt.variant_comparisons.';
  END IF;

  v_a := perf_mgmt.execution_samples(ARRAY[v_comparison.execution_a]) -> 0 -> 'rounds';
  v_b := perf_mgmt.execution_samples(ARRAY[v_comparison.execution_b]) -> 0 -> 'rounds';
  -- Rounds 2 k and 2 k + 1, from 0 on, of either execution are those of quad k.
  SELECT jsonb_agg(jsonb_build_object('a', jsonb_build_array(v_a -> (2 * k), v_a -> (2 * k + 1)),
                                      'b', jsonb_build_array(v_b -> (2 * k), v_b -> (2 * k + 1))) ORDER BY k)
    INTO v_quads
  FROM generate_series(0, least(coalesce(jsonb_array_length(v_a), 0), coalesce(jsonb_array_length(v_b), 0)) / 2 - 1) AS k;
  IF v_quads IS NULL THEN
    RAISE EXCEPTION 'comparison "%" has no complete quad', p_comparison_id
      USING ERRCODE = 'object_not_in_prerequisite_state',
            HINT = 'The events of its executions say why they ended.';
  END IF;

  v_result := perf_mgmt.judge_pairs(
    jsonb_build_object('threshold_percent', 5, 'confidence', 0.99, 'quads', v_quads));

  DELETE FROM perf_mgmt.comparison_verdicts WHERE comparison_id = p_comparison_id;
  INSERT INTO perf_mgmt.comparison_verdicts (
    comparison_id, metric_name, verdict, value_a, value_b, change_percent, low_percent, high_percent,
    p_value, adjusted_p_value, signed_rank_p, quads, quads_needed)
  SELECT p_comparison_id, m.metric, m.verdict, m.a, m.b, m.change_percent, m.low_percent, m.high_percent,
         m.p_value, m.adjusted_p_value, m.signed_rank_p, m.quads, m.quads_needed
  FROM jsonb_to_recordset(v_result -> 'metrics') AS m (
    metric text, verdict text, a numeric, b numeric, change_percent numeric, low_percent numeric,
    high_percent numeric, p_value double precision, adjusted_p_value double precision,
    signed_rank_p double precision, quads integer, quads_needed integer);

  UPDATE perf_mgmt.variant_comparisons
  SET status = 'COMPLETED',
      completed_at = coalesce(completed_at, clock_timestamp()),
      verdict = v_result ->> 'verdict',
      primary_metric = v_result ->> 'primary_metric',
      explanation = CASE WHEN v_result ->> 'verdict' IN ('SLOWER', 'FASTER') THEN
        perf_mgmt.explain_change(jsonb_build_object(
          'baseline', perf_mgmt.execution_profile(v_comparison.execution_a),
          'current', perf_mgmt.execution_profile(v_comparison.execution_b))) END
  WHERE id = p_comparison_id;
  RETURN v_result ->> 'verdict';
END
$$;
COMMENT ON FUNCTION perf_mgmt.judge_comparison(uuid) IS
  'Judges a comparison whose two executions have ended, stores its verdicts in place of former ones, and returns the overall one: paired t tests on the logarithms of the quads, .01 after Benjamini and Hochberg.';

CREATE FUNCTION perf_mgmt.mark_lost_comparisons() RETURNS uuid[]
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_lost uuid[] := '{}';
  v_comparison perf_mgmt.variant_comparisons;
BEGIN
  -- Its session gives up its lock, of the kind that controllers have, after its final commit, which the UPDATE then sees.
  FOR v_comparison IN SELECT * FROM perf_mgmt.variant_comparisons c WHERE c.status = 'RUNNING' LOOP
    CONTINUE WHEN perf_mgmt.execution_controller(v_comparison.id) IS NOT NULL;
    UPDATE perf_mgmt.variant_comparisons c SET status = 'FAILED', completed_at = clock_timestamp()
      WHERE c.id = v_comparison.id AND c.status = 'RUNNING'
      RETURNING * INTO v_comparison;
    CONTINUE WHEN NOT FOUND;
    v_lost := v_lost || v_comparison.id;
    CONTINUE WHEN v_comparison.set_up IS NULL;
    -- With the execution of that variant, or where it had none yet with the other one.
    PERFORM perf_mgmt.log_performance_event(e.id, 'TEARDOWN_MISSING',
        format('the session of comparison "%s" ended before the teardown of variant "%s"', v_comparison.id,
               CASE v_comparison.set_up WHEN 'A' THEN v_comparison.name_a ELSE v_comparison.name_b END),
        jsonb_build_object('comparison_id', v_comparison.id, 'variant', v_comparison.set_up, 'teardown',
          CASE v_comparison.set_up WHEN 'A' THEN v_comparison.variant_a ELSE v_comparison.variant_b END -> 'teardown'))
      FROM (SELECT x.id FROM perf_mgmt.test_executions x
            WHERE x.id IN (v_comparison.execution_a, v_comparison.execution_b)
            ORDER BY x.id = CASE v_comparison.set_up WHEN 'A' THEN v_comparison.execution_a ELSE v_comparison.execution_b END
              DESC NULLS LAST
            LIMIT 1) e;
  END LOOP;
  RETURN v_lost;
END
$$;
COMMENT ON FUNCTION perf_mgmt.mark_lost_comparisons() IS
  'Marks as FAILED the comparisons that are RUNNING without their session, and returns them. Where a variant was still set up, that is an event of its execution, TEARDOWN_MISSING.';

CREATE PROCEDURE perf_mgmt.compare_variants(
  p_test_name varchar,
  p_variant_a jsonb,
  p_variant_b jsonb,
  p_rounds integer DEFAULT NULL,
  INOUT comparison_id uuid DEFAULT NULL,
  p_execution_environment varchar DEFAULT 'development'
)
AS 'MODULE_PATHNAME', 'perf_mgmt_compare_variants' LANGUAGE C;
COMMENT ON PROCEDURE perf_mgmt.compare_variants(varchar, jsonb, jsonb, integer, uuid, varchar) IS
  'Runs two configurations of a test by turns, p_rounds times A, B, B, A, and tells whether the second is slower or faster than the first. Each is a run spec as of execute_performance_test, with a name, and setup and teardown statements that the caller''s role runs around its turns; the test''s duration is that of all rounds of a variant together. By default (NULL) 8 to 50 times: as often as leaves a round half a second and 1,000 operations at the rate of the newest execution, and 8 times where something is set up, torn down or warmed up; fewer than 4 tell no verdict. Only outside of a transaction block.';

SELECT pg_catalog.pg_extension_config_dump('perf_mgmt.variant_comparisons', '');
SELECT pg_catalog.pg_extension_config_dump('perf_mgmt.comparison_verdicts', '');
