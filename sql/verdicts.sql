-- Verdicts: what they look like, and where detect_performance_regression (judgement.sql) stores them.

CREATE TYPE perf_mgmt.verdict AS (
  metric text,
  against text,
  verdict text,
  severe boolean,
  basis text,
  current_value numeric,
  baseline_value numeric,
  change_percent numeric,
  threshold numeric,
  low_percent numeric,
  high_percent numeric,
  p_value double precision,
  adjusted_p_value double precision,
  mann_whitney_p double precision,
  hodges_lehmann_percent numeric,
  floor_percent numeric,
  rounds_current integer,
  rounds_baseline integer,
  rounds_needed integer,
  confirmed boolean,
  reason text,
  primary_metric text,
  baseline_execution_id uuid
);
COMMENT ON TYPE perf_mgmt.verdict IS
  'Judgement of one metric of an execution; the row with the metric "overall" is that of the whole execution.';
COMMENT ON COLUMN perf_mgmt.verdict.metric IS
  'Column of test_executions, name of a limit, or "overall".';
COMMENT ON COLUMN perf_mgmt.verdict.against IS
  'What it was held against: baseline, budget (the oldest accepted baseline), history, or an absolute limit; NULL overall.';
COMMENT ON COLUMN perf_mgmt.verdict.verdict IS
  'REGRESSION, SUSPECT, SHIFT, PASS, IMPROVEMENT, NO_BASELINE or INCONCLUSIVE.';
COMMENT ON COLUMN perf_mgmt.verdict.severe IS 'Whether the whole interval lies beyond the threshold.';
COMMENT ON COLUMN perf_mgmt.verdict.basis IS
  'tested: against the noise of the test; threshold_only: that noise is not known yet; limit: an absolute limit.';
COMMENT ON COLUMN perf_mgmt.verdict.current_value IS 'Figure of the execution, in the unit of the metric.';
COMMENT ON COLUMN perf_mgmt.verdict.baseline_value IS 'Figure that it was held against.';
COMMENT ON COLUMN perf_mgmt.verdict.change_percent IS
  'Change, percent of the baseline; of the error rate percentage points. Positive: the figure grew.';
COMMENT ON COLUMN perf_mgmt.verdict.threshold IS 'Change that is still accepted, in the unit of change_percent; of a limit its value.';
COMMENT ON COLUMN perf_mgmt.verdict.low_percent IS 'Lower end of the confidence interval of the change.';
COMMENT ON COLUMN perf_mgmt.verdict.high_percent IS 'Upper end of the confidence interval of the change.';
COMMENT ON COLUMN perf_mgmt.verdict.p_value IS 'Probability of such a change by noise alone.';
COMMENT ON COLUMN perf_mgmt.verdict.adjusted_p_value IS 'The same, adjusted for the number of metrics (Benjamini-Hochberg).';
COMMENT ON COLUMN perf_mgmt.verdict.mann_whitney_p IS 'Probability by the Mann-Whitney test over rounds, for comparison.';
COMMENT ON COLUMN perf_mgmt.verdict.hodges_lehmann_percent IS 'Change by the Hodges-Lehmann ratio of the rounds, for comparison.';
COMMENT ON COLUMN perf_mgmt.verdict.floor_percent IS 'Noise between executions of the test; NULL until 5 of them exist.';
COMMENT ON COLUMN perf_mgmt.verdict.rounds_current IS 'Quiet rounds of the execution that were used.';
COMMENT ON COLUMN perf_mgmt.verdict.rounds_baseline IS 'Quiet rounds of the baseline that were used.';
COMMENT ON COLUMN perf_mgmt.verdict.rounds_needed IS 'Rounds that would have decided, where these did not.';
COMMENT ON COLUMN perf_mgmt.verdict.confirmed IS
  'Whether the repetition breached the threshold as well; NULL without one.';
COMMENT ON COLUMN perf_mgmt.verdict.reason IS 'Why this verdict, in words.';
COMMENT ON COLUMN perf_mgmt.verdict.primary_metric IS
  'Overall: the metric that decided; response times and throughput move together and are one finding.';
COMMENT ON COLUMN perf_mgmt.verdict.baseline_execution_id IS
  'Execution that it was held against; of a rolling baseline the newest that contributed.';

CREATE TABLE perf_mgmt.execution_verdicts (
  judgement_id uuid NOT NULL,
  row_number integer NOT NULL,
  execution_id uuid NOT NULL REFERENCES perf_mgmt.test_executions (id) ON DELETE CASCADE,
  judged_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  judged_by name NOT NULL DEFAULT current_user,
  baseline_id uuid,
  confirmation_execution_id uuid,
  explanation text,
  LIKE perf_mgmt.verdict INCLUDING COMMENTS,

  PRIMARY KEY (judgement_id, row_number),
  CONSTRAINT ck_execution_verdicts_verdict CHECK (
    verdict IN ('REGRESSION', 'SUSPECT', 'SHIFT', 'PASS', 'IMPROVEMENT', 'NO_BASELINE', 'INCONCLUSIVE'))
);
ALTER TABLE perf_mgmt.execution_verdicts ALTER metric SET NOT NULL, ALTER verdict SET NOT NULL, ALTER severe SET NOT NULL;

CREATE INDEX ix_execution_verdicts_execution ON perf_mgmt.execution_verdicts (execution_id, judged_at);

COMMENT ON TABLE perf_mgmt.execution_verdicts IS
  'Every verdict that detect_performance_regression came to: judging again adds rows and changes none.';
COMMENT ON COLUMN perf_mgmt.execution_verdicts.judgement_id IS 'Judgement: all rows of one call.';
COMMENT ON COLUMN perf_mgmt.execution_verdicts.row_number IS 'Number of the row in the judgement; 1 is the overall verdict.';
COMMENT ON COLUMN perf_mgmt.execution_verdicts.execution_id IS 'Execution that was judged; its verdicts go with it.';
COMMENT ON COLUMN perf_mgmt.execution_verdicts.judged_at IS 'When it was judged.';
COMMENT ON COLUMN perf_mgmt.execution_verdicts.judged_by IS 'Role that had it judged.';
COMMENT ON COLUMN perf_mgmt.execution_verdicts.baseline_id IS
  'Baseline that it was compared with; NULL: there was none. It may have been deleted since.';
COMMENT ON COLUMN perf_mgmt.execution_verdicts.confirmation_execution_id IS
  'Repetition that was looked at; NULL: there was none. It may have been deleted since.';
COMMENT ON COLUMN perf_mgmt.execution_verdicts.explanation IS
  'Overall, of a REGRESSION or SUSPECT: the operations that carry it, a line each.';

SELECT pg_catalog.pg_extension_config_dump('perf_mgmt.execution_verdicts', '');
