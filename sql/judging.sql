-- The judges: what was measured in, a judgement out. All of them work on JSON alone, read no table
-- and give the same answer for the same evidence; the SQL around them gathers and stores.
--
-- An execution is {"id", "rounds": [{"quiet", "avg_ms", "p95_ms", "p99_ms", "tps", "ok", "failed"}]},
-- rounds in order; figures that were not measured are null. It may say "rounds_wanted" where that is
-- not the number of its rounds.

CREATE FUNCTION perf_mgmt.judge_evidence(p_evidence jsonb) RETURNS jsonb
AS 'MODULE_PATHNAME', 'perf_mgmt_judge_evidence' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION perf_mgmt.judge_evidence(jsonb) IS
  'Judges an execution: {"current", "confirmation", "baseline": {"type", "executions"}, "budget": {"executions"}, "history", "earlier", "thresholds", "limits"} to {"verdict", "primary_metric", "rounds_quiet", "reason", "metrics"}. confirmation, baseline and budget may be null; earlier, a list of executions for each older segment, tells of the noise alone.';

CREATE FUNCTION perf_mgmt.noise_of(p_evidence jsonb) RETURNS jsonb
AS 'MODULE_PATHNAME', 'perf_mgmt_noise_of' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION perf_mgmt.noise_of(jsonb) IS
  'The deviation between executions of the same thing, pooled within segments: {"segments": [[execution, ...], ...]} to a row per metric {"metric", "executions", "floor_percent", "resolution_percent", "smallest_threshold_percent"}; error rates in points, the least threshold signed as the test''s thresholds are, both null until 5 executions are known.';

CREATE FUNCTION perf_mgmt.judge_pairs(p_evidence jsonb) RETURNS jsonb
AS 'MODULE_PATHNAME', 'perf_mgmt_judge_pairs' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION perf_mgmt.judge_pairs(jsonb) IS
  'Judges variant B against variant A by interleaved runs: {"threshold_percent", "confidence", "quads": [{"a": [round, round], "b": [round, round]}]} to {"verdict", "primary_metric", "reason", "metrics"}. Quiet or not does not matter: what disturbs a quad disturbs both variants.';

CREATE FUNCTION perf_mgmt.explain_change(p_evidence jsonb) RETURNS jsonb
AS 'MODULE_PATHNAME', 'perf_mgmt_explain_change' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION perf_mgmt.explain_change(jsonb) IS
  'What carries the change of a run and what moved with it: {"current", "baseline"}, each {"id", "seconds", "settings", "operations"}, to a row per operation {"operation", "share_percent", "change_percent", "findings", "text"}, the largest share first. Of an operation avg_ms, p95_ms and lag_ms are means, all other figures totals of the run.';
