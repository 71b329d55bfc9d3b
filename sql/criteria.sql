-- Success criteria: the limits of an execution against what was measured.

CREATE FUNCTION perf_mgmt.evaluate_success_criteria(
  p_execution_id uuid,
  p_per_stage boolean DEFAULT false
) RETURNS TABLE (
  criterion text,
  source text,
  stage_number integer,
  stage_name text,
  threshold numeric,
  actual numeric,
  passed boolean
)
AS 'MODULE_PATHNAME', 'perf_mgmt_evaluate_success_criteria' LANGUAGE C STABLE ROWS 10
SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION perf_mgmt.evaluate_success_criteria(uuid, boolean) IS
  'The limits that held for an execution (source scenario or test), the figures that were measured, and whether they keep them; passed is NULL where a figure is missing, which is no success. With p_per_stage also each measured stage by itself; stage_number is NULL for the whole run.';
