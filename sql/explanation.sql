-- Explanation of a change: what each operation spent its time on in two executions, told apart by the core
-- (explain_change in judging.sql).

CREATE FUNCTION perf_mgmt.execution_profile(p_execution_id uuid) RETURNS jsonb
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT jsonb_build_object(
    'id', e.id,
    'settings', coalesce(e.postgresql_config, '{}') || coalesce(e.run_spec -> 'settings', '{}'),
    'operations', coalesce((
      SELECT jsonb_agg(jsonb_build_object(
        'name', coalesce(q.operation_name, q.query_hash), 'ok', coalesce(q.ok_count, q.execution_count),
        'failed', coalesce(q.failed_count, 0), 'avg_ms', coalesce(q.avg_response_time_ms, q.avg_time_ms),
        'p95_ms', coalesce(q.p95_response_time_ms, q.p95_time_ms), 'busy_ms', coalesce(q.busy_time_ms, q.total_time_ms),
        'cpu_ms', q.cpu_time_ms, 'commit_ms', q.commit_time_ms, 'planning_ms', q.planning_time_ms, 'jit_ms', q.jit_time_ms,
        'lag_ms', greatest(q.avg_response_time_ms - q.avg_time_ms, 0),
        'blks_hit', q.shared_blks_hit, 'blks_read', q.shared_blks_read, 'temp_blks', q.temp_blks_read + q.temp_blks_written,
        'wal_bytes', q.wal_bytes, 'rows_read', q.rows_read, 'rows_affected', q.rows_affected,
        'zero_row_writes', q.zero_row_writes, 'retries', q.retries, 'waits', coalesce(q.wait_samples, '{}'),
        'plans', coalesce((
          SELECT jsonb_agg(jsonb_build_object('statement', p.statement_number, 'hash', p.plan_hash, 'plan', p.plan)
                           ORDER BY p.statement_number, p.first_seen_at, p.plan_hash, p.plan_kind)
          FROM perf_mgmt.execution_plans p
          WHERE p.execution_id = e.id AND p.operation_name = q.operation_name), '[]'))
        ORDER BY q.operation_name, q.query_hash)
      FROM perf_mgmt.query_performance q
      WHERE q.execution_id = e.id AND q.execution_context = 'worker'), '[]'))
  FROM perf_mgmt.test_executions e WHERE e.id = p_execution_id
$$;
COMMENT ON FUNCTION perf_mgmt.execution_profile(uuid) IS
  'Where the time of an execution went, by operation, as explain_change() takes it.';

CREATE FUNCTION perf_mgmt.explain_regression(p_execution_id uuid, p_baseline_execution_id uuid DEFAULT NULL)
RETURNS TABLE (
  operation_name text,
  share_percent numeric,
  change_percent numeric,
  finding text,
  details jsonb
)
LANGUAGE plpgsql STABLE ROWS 10
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_choice record;
  v_baseline uuid := p_baseline_execution_id;
BEGIN
  PERFORM perf_mgmt.require_result(p_execution_id);
  IF v_baseline IS NULL THEN
    SELECT c.* INTO v_choice FROM perf_mgmt.baseline_of(p_execution_id) c;
    IF v_choice.problem IS NOT NULL THEN
      RAISE NOTICE 'execution "%" has no baseline to explain a change from', p_execution_id
        USING DETAIL = v_choice.problem, HINT = 'Name an execution to compare with.';
      RETURN;
    END IF;
    v_baseline := CASE WHEN v_choice.baseline_execution_id = p_execution_id THEN v_choice.execution_ids[1]
                       ELSE v_choice.baseline_execution_id END;
  END IF;
  PERFORM perf_mgmt.require_result(v_baseline);
  RETURN QUERY
  SELECT c.value ->> 'operation', round((c.value ->> 'share_percent')::numeric, 3),
         round((c.value ->> 'change_percent')::numeric, 3), c.value ->> 'text', c.value
  FROM jsonb_array_elements(perf_mgmt.explain_change(jsonb_build_object(
    'current', perf_mgmt.execution_profile(p_execution_id),
    'baseline', perf_mgmt.execution_profile(v_baseline)))) WITH ORDINALITY AS c
  ORDER BY c.ordinality;
END
$$;
COMMENT ON FUNCTION perf_mgmt.explain_regression(uuid, uuid) IS
  'What an execution spends more time on than another one (by default that of its baseline): the operations by their share of the change, and for each what moved with it, from plans to waits; details holds every finding with both numbers.';

-- Operations that hardly changed would bury those that did.
CREATE FUNCTION perf_mgmt.carriers_of_change(p_execution_id uuid, p_baseline_execution_id uuid DEFAULT NULL)
RETURNS TABLE (
  operation_name text,
  share_percent numeric,
  change_percent numeric,
  finding text,
  details jsonb
)
LANGUAGE sql STABLE ROWS 10
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT x.operation_name, x.share_percent, x.change_percent, x.finding, x.details
  FROM perf_mgmt.explain_regression(p_execution_id, p_baseline_execution_id) WITH ORDINALITY x
  WHERE x.ordinality = 1 OR abs(x.share_percent) >= 1 OR x.details -> 'findings' <> '[]'
  ORDER BY x.ordinality
$$;
COMMENT ON FUNCTION perf_mgmt.carriers_of_change(uuid, uuid) IS
  'What explain_regression says, without operations that are less than 1 % of the change and with which nothing else moved.';
