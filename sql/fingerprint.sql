-- What may be compared with what: the fingerprints of executions.
--
-- A fingerprint is made of what stands in the execution's row and of its operations, when it has ended.
-- "same" hashes all that must be equal; the size of the data may differ by a factor of two, memory by a
-- tenth (what a machine reports moves a little). Seeds, and what only decides how a run is watched, do
-- not count.

CREATE FUNCTION perf_mgmt.fingerprint_parts(p_execution_id uuid) RETURNS jsonb
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT jsonb_build_object(
    'settings',
      coalesce(e.postgresql_config, '{}') || coalesce(e.run_spec -> 'settings', '{}')
      - ARRAY['archive_command', 'archive_library', 'archive_cleanup_command', 'restore_command', 'primary_conninfo',
              'primary_slot_name', 'cluster_name', 'cron.database_name'],
    'hardware',
      coalesce(e.hardware_specs, '{}')
      - ARRAY['note', 'unavailable', 'kernel_release', 'data_device', 'memory_bytes', 'cgroup_memory_bytes'],
    'load',
      coalesce(e.run_spec, '{}')
      - ARRAY['seed', 'scenario', 'settings', 'workers', 'wait', 'quiet', 'confirms', 'interval_ms', 'progress_seconds',
              'abort_on_fail', 'max_errors', 'allow_writes_in_production', 'exclusive', 'environments', 'ci_enabled',
              'git_commit', 'branch', 'ci_execution', 'metadata'],
    'operations',
      coalesce((SELECT jsonb_object_agg(coalesce(q.operation_name, q.query_hash),
                                        jsonb_build_object('template', q.query_hash, 'share', q.configured_share_percent))
                FROM perf_mgmt.query_performance q
                WHERE q.execution_id = e.id AND q.execution_context = 'worker'), '{}'))
  FROM perf_mgmt.test_executions e WHERE e.id = p_execution_id
$$;
COMMENT ON FUNCTION perf_mgmt.fingerprint_parts(uuid) IS
  'What the hashes of an execution''s fingerprint are made of, by name: settings, hardware, load, operations.';

CREATE FUNCTION perf_mgmt.execution_fingerprint(p_execution_id uuid) RETURNS jsonb
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  WITH same AS (
    SELECT jsonb_build_object(
             'environment', e.execution_environment,
             'server_major', substring(e.database_version from '^[0-9]+'),
             'extension_version', (SELECT extversion FROM pg_extension WHERE extname = 'perf_mgmt'),
             'settings', md5((parts -> 'settings')::text),
             'hardware', md5((parts -> 'hardware')::text),
             'load', md5((parts -> 'load')::text),
             'operations', md5((parts -> 'operations')::text),
             'workers', e.total_connections,
             -- The caller's finding: his transaction slowed every update of the run down.
             'horizon_held', EXISTS (SELECT FROM jsonb_array_elements(e.findings) f
                                     WHERE f ->> 'code' = 'horizon_held' AND f ->> 'message' LIKE 'The caller %')
           ) AS members,
           e.test_data_size, (e.hardware_specs ->> 'memory_bytes')::numeric AS memory_bytes
    FROM perf_mgmt.test_executions e, perf_mgmt.fingerprint_parts(e.id) AS parts
    WHERE e.id = p_execution_id
  )
  SELECT members || jsonb_build_object('same', md5(members::text), 'data_bytes', test_data_size,
                                       'memory_bytes', memory_bytes)
  FROM same
$$;
COMMENT ON FUNCTION perf_mgmt.execution_fingerprint(uuid) IS
  'The fingerprint of an execution, computed from its row and its operations.';

-- Parsed here, so that it needs no SET and can be inlined: it is asked for every row of a history.
CREATE FUNCTION perf_mgmt.comparable_fingerprints(p_one jsonb, p_other jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN p_one ->> 'same' = p_other ->> 'same'
  AND coalesce(greatest((p_one ->> 'data_bytes')::numeric, (p_other ->> 'data_bytes')::numeric)
               <= 2 * least((p_one ->> 'data_bytes')::numeric, (p_other ->> 'data_bytes')::numeric), true)
  AND coalesce(greatest((p_one ->> 'memory_bytes')::numeric, (p_other ->> 'memory_bytes')::numeric)
               <= 1.1 * least((p_one ->> 'memory_bytes')::numeric, (p_other ->> 'memory_bytes')::numeric), true);
COMMENT ON FUNCTION perf_mgmt.comparable_fingerprints(jsonb, jsonb) IS
  'Whether executions with these fingerprints may be compared: all equal, data within a factor of two, memory within a tenth.';

CREATE FUNCTION perf_mgmt.fingerprint_differences(p_baseline_execution_id uuid, p_execution_id uuid) RETURNS text[]
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_old jsonb;
  v_new jsonb;
  v_old_parts jsonb;
  v_new_parts jsonb;
  v_labels constant jsonb := '{"settings": "setting", "hardware": "hardware", "load": "load", "operations": "operation"}';
BEGIN
  SELECT coalesce(e.fingerprint, perf_mgmt.execution_fingerprint(e.id)) INTO v_old
    FROM perf_mgmt.test_executions e WHERE e.id = p_baseline_execution_id;
  SELECT coalesce(e.fingerprint, perf_mgmt.execution_fingerprint(e.id)) INTO v_new
    FROM perf_mgmt.test_executions e WHERE e.id = p_execution_id;
  IF v_old IS NULL OR v_new IS NULL THEN
    RAISE EXCEPTION 'execution % does not exist',
        coalesce('"' || CASE WHEN v_new IS NULL THEN p_execution_id ELSE p_baseline_execution_id END::text || '"', 'NULL')
      USING ERRCODE = 'undefined_object', HINT = 'Take an id from perf_mgmt.test_executions.';
  END IF;
  IF perf_mgmt.comparable_fingerprints(v_old, v_new) THEN
    RETURN '{}';
  END IF;

  v_old_parts := perf_mgmt.fingerprint_parts(p_baseline_execution_id);
  v_new_parts := perf_mgmt.fingerprint_parts(p_execution_id);
  RETURN ARRAY(
    -- What is a plain value, or a hash whose parts are the same by now
    SELECT format('%s: %s instead of %s', replace(n.key, '_', ' '),
                  CASE WHEN v_labels ? n.key THEN 'another one' ELSE coalesce(n.value, 'unknown') END,
                  CASE WHEN v_labels ? n.key THEN 'the one of the baseline' ELSE coalesce(o.value, 'unknown') END)
    FROM jsonb_each_text(v_new) n
    LEFT JOIN jsonb_each_text(v_old) o ON o.key = n.key
    WHERE n.value IS DISTINCT FROM o.value AND n.key NOT IN ('same', 'data_bytes', 'memory_bytes')
      AND v_old_parts -> n.key IS NOT DISTINCT FROM v_new_parts -> n.key
    UNION ALL
    SELECT CASE WHEN p.key <> 'operations' THEN
             format('%s "%s": %s instead of %s', v_labels ->> p.key, k.key,
                    coalesce(k.new #>> '{}', 'nothing'), coalesce(k.old #>> '{}', 'nothing'))
           WHEN k.old IS NULL THEN format('operation "%s": only in this one', k.key)
           WHEN k.new IS NULL THEN format('operation "%s": only in the baseline', k.key)
           WHEN k.new -> 'template' <> k.old -> 'template' THEN format('operation "%s": another template', k.key)
           ELSE format('operation "%s": %s %% of the load instead of %s %%', k.key,
                       trim_scale((k.new ->> 'share')::numeric), trim_scale((k.old ->> 'share')::numeric)) END
    FROM jsonb_each_text(v_labels) p
    CROSS JOIN LATERAL (
      SELECT coalesce(n.key, o.key) AS key, o.value AS old, n.value AS new
      FROM jsonb_each(v_new_parts -> p.key) n
      FULL JOIN jsonb_each(v_old_parts -> p.key) o ON o.key = n.key
      WHERE n.value IS DISTINCT FROM o.value
    ) k
    WHERE v_old -> p.key IS DISTINCT FROM v_new -> p.key
    UNION ALL
    SELECT format('%s: %s instead of %s', label, pg_size_pretty(new), pg_size_pretty(old))
    FROM (VALUES ('data size', (v_new ->> 'data_bytes')::numeric, (v_old ->> 'data_bytes')::numeric, 2),
                 ('memory', (v_new ->> 'memory_bytes')::numeric, (v_old ->> 'memory_bytes')::numeric, 1.1))
      AS size(label, new, old, factor)
    WHERE greatest(new, old) > factor * least(new, old)
    ORDER BY 1);
END
$$;
COMMENT ON FUNCTION perf_mgmt.fingerprint_differences(uuid, uuid) IS
  'Why an execution may not be compared with that of a baseline, a line for each difference; empty: it may.';
