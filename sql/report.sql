-- The report of an execution as one JSON document: docs/report.schema.json describes it.
--
-- It is made of what is stored; nothing is judged anew but the comparison with the baseline. Members
-- are only ever added; whatever else changes raises schema_version. Times are in UTC.

CREATE FUNCTION perf_mgmt.report_operations(p_execution_id uuid) RETURNS jsonb
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT coalesce(jsonb_agg(to_jsonb(o) ORDER BY o.busy_time_ms DESC NULLS LAST, o.total_time_ms DESC, o.operation_name), '[]')
  FROM (
    SELECT q.operation_name, q.execution_context, q.query_type, q.query_hash, q.table_names, q.statement_count,
           q.configured_share_percent, q.actual_share_percent,
           q.ok_count, q.failed_count, q.skipped_count, q.interrupted_count, q.retried_count, q.retries, q.late_count,
           q.total_time_ms, q.avg_time_ms, q.p50_time_ms, q.p95_time_ms, q.p99_time_ms, q.max_time_ms, q.stddev_time_ms,
           q.avg_response_time_ms, q.p95_response_time_ms, q.p99_response_time_ms,
           q.busy_time_ms, q.cpu_time_ms, q.commit_time_ms, q.planning_time_ms, q.jit_time_ms,
           q.rows_read, q.rows_affected, q.zero_row_writes, q.bytes_read,
           q.shared_blks_hit, q.shared_blks_read, q.shared_blks_dirtied, q.shared_blks_written,
           q.temp_blks_read, q.temp_blks_written, q.blk_read_time, q.blk_write_time, q.wal_bytes,
           q.custom_plans, q.generic_plans, q.plan_hash,
           (SELECT coalesce(jsonb_agg(jsonb_build_object('event', w.key, 'samples', w.value::numeric)
                                      ORDER BY w.value::numeric DESC, w.key), '[]')
            FROM jsonb_each_text(q.wait_samples) w) AS waits
    FROM perf_mgmt.query_performance q
    WHERE q.execution_id = p_execution_id) o
$$;
COMMENT ON FUNCTION perf_mgmt.report_operations(uuid) IS
  'The operations of an execution as a JSON array, those first that took the most time.';

CREATE FUNCTION perf_mgmt.report_queries(p_execution_id uuid) RETURNS jsonb
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT coalesce(jsonb_agg(to_jsonb(top) ORDER BY top.total_time_ms DESC, top.operation_name), '[]')
  FROM (
    SELECT q.operation_name, q.query_type, q.avg_time_ms, q.execution_count, q.total_time_ms,
           CASE WHEN q.avg_time_ms > 1000 THEN 'HIGH' WHEN q.avg_time_ms > 500 THEN 'MEDIUM' ELSE 'LOW' END
             AS performance_impact
    FROM perf_mgmt.query_performance q
    WHERE q.execution_id = p_execution_id AND q.execution_context = 'worker'
    ORDER BY q.total_time_ms DESC, q.operation_name LIMIT 10) top
$$;
COMMENT ON FUNCTION perf_mgmt.report_queries(uuid) IS
  'The ten operations of an execution that took the most time, as a JSON array, in the form of the specification.';

CREATE FUNCTION perf_mgmt.report_waits(p_execution_id uuid) RETURNS jsonb
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT coalesce(jsonb_agg(to_jsonb(top) ORDER BY top.samples DESC, top.wait_event_type, top.wait_event), '[]')
  FROM (
    SELECT w.wait_event_type, w.wait_event, sum(w.samples) AS samples,
           round(100 * sum(w.samples) / nullif(sum(sum(w.samples)) OVER (), 0), 2) AS share_percent
    FROM perf_mgmt.execution_waits w
    WHERE w.execution_id = p_execution_id
    GROUP BY w.wait_event_type, w.wait_event
    ORDER BY sum(w.samples) DESC, w.wait_event_type, w.wait_event LIMIT 20) top
$$;
COMMENT ON FUNCTION perf_mgmt.report_waits(uuid) IS
  'What the workers of an execution were seen in most, as a JSON array of up to 20 events.';

CREATE FUNCTION perf_mgmt.report_timeline(p_execution_id uuid) RETURNS jsonb
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
  SELECT jsonb_build_object(
    'intervals', (
      SELECT jsonb_build_object(
        'count', count(*),
        'throughput_tps', jsonb_build_object('min', round(min(rate), 3), 'mean', round(sum(ok) / nullif(sum(seconds), 0), 3),
                                             'max', round(max(rate), 3)),
        'failed_max', max(failed),
        'with_failures', count(*) FILTER (WHERE failed > 0))
      FROM (SELECT sum(i.ok_count) AS ok, sum(i.failed_count) AS failed,
                   extract(epoch FROM max(i.ended_at) - min(i.started_at)) AS seconds,
                   sum(i.ok_count) / nullif(extract(epoch FROM max(i.ended_at) - min(i.started_at)), 0) AS rate
            FROM perf_mgmt.execution_intervals i
            WHERE i.execution_id = p_execution_id AND i.measured
            GROUP BY i.interval_number) per_interval),
    'stages', (
      SELECT coalesce(jsonb_agg(to_jsonb(s) ORDER BY s.stage_number), '[]')
      FROM (SELECT s.stage_number, s.stage_name, s.measured, s.started_at, s.ended_at, s.duration_ms, s.target_from, s.target_to,
                   s.ok_count, s.failed_count, s.avg_response_time_ms, s.p50_response_time_ms, s.p95_response_time_ms,
                   s.p99_response_time_ms, s.max_response_time_ms, s.throughput_tps, s.error_rate_percent
            FROM perf_mgmt.execution_stages s WHERE s.execution_id = p_execution_id) s),
    'rounds', (
      SELECT coalesce(jsonb_agg(to_jsonb(r) ORDER BY r.round_number), '[]')
      FROM (SELECT r.round_number, r.started_at, r.ended_at, r.is_quiet, r.is_counted, r.disturbances, r.ok_count, r.failed_count,
                   r.avg_response_time_ms, r.p95_response_time_ms, r.p99_response_time_ms, r.throughput_tps, r.error_rate_percent
            FROM perf_mgmt.execution_rounds r WHERE r.execution_id = p_execution_id) r))
$$;
COMMENT ON FUNCTION perf_mgmt.report_timeline(uuid) IS
  'The course of an execution as a JSON object: intervals of the measured window summed up, stages, rounds.';

CREATE FUNCTION perf_mgmt.report_plans(p_execution_id uuid) RETURNS jsonb
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
  SELECT coalesce(jsonb_agg(jsonb_build_object(
             'operation_name', p.operation_name, 'statement_number', p.statement_number, 'plan_hash', p.plan_hash,
             'plan_kind', p.plan_kind, 'is_parallel', p.is_parallel, 'first_seen_at', p.first_seen_at,
             'last_seen_at', p.last_seen_at, 'plan', p.plan)
           ORDER BY p.operation_name, p.statement_number, p.first_seen_at, p.plan_hash, p.plan_kind), '[]')
  FROM perf_mgmt.execution_plans p WHERE p.execution_id = p_execution_id
$$;
COMMENT ON FUNCTION perf_mgmt.report_plans(uuid) IS
  'The plans that the statements of an execution were run with, as a JSON array.';

CREATE FUNCTION perf_mgmt.latest_verdicts(p_execution_id uuid) RETURNS SETOF perf_mgmt.execution_verdicts
LANGUAGE sql STABLE ROWS 10
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT v.* FROM perf_mgmt.execution_verdicts v
  WHERE v.judgement_id = (SELECT latest.judgement_id FROM perf_mgmt.execution_verdicts latest
                          WHERE latest.execution_id = p_execution_id
                          ORDER BY latest.judged_at DESC, latest.judgement_id LIMIT 1)
  ORDER BY v.row_number
$$;
COMMENT ON FUNCTION perf_mgmt.latest_verdicts(uuid) IS
  'The latest verdicts on an execution, the overall one first; no rows where it was not judged.';

CREATE FUNCTION perf_mgmt.report_verdicts(p_execution_id uuid) RETURNS jsonb
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
  SELECT coalesce(jsonb_agg(to_jsonb(v) - ARRAY['execution_id', 'judgement_id'] ORDER BY v.row_number), '[]')
  FROM perf_mgmt.latest_verdicts(p_execution_id) v
$$;
COMMENT ON FUNCTION perf_mgmt.report_verdicts(uuid) IS
  'The latest verdicts on an execution as a JSON array, the overall one first; empty where it was not judged.';

CREATE FUNCTION perf_mgmt.report_validity(p_execution perf_mgmt.test_executions) RETURNS jsonb
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT jsonb_build_object(
    'is_valid', (p_execution).is_valid, 'findings', (p_execution).findings,
    'unavailable', coalesce((p_execution).unavailable, '{}'),
    'rounds_wanted', (p_execution).rounds_wanted, 'rounds_quiet', (p_execution).rounds_quiet,
    'others_cpu_percent', (p_execution).others_cpu_percent, 'steal_percent', (p_execution).steal_percent,
    'checkpoints', (p_execution).checkpoints, 'autovacuum_runs', (p_execution).autovacuum_runs)
$$;
COMMENT ON FUNCTION perf_mgmt.report_validity(perf_mgmt.test_executions) IS
  'How far the result of an execution can be trusted, as a JSON object.';

CREATE FUNCTION perf_mgmt.report_metrics(p_execution perf_mgmt.test_executions) RETURNS jsonb
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT jsonb_build_object(
    'avg_response_time_ms', (p_execution).avg_response_time_ms, 'p50_response_time_ms', (p_execution).p50_response_time_ms,
    'p95_response_time_ms', (p_execution).p95_response_time_ms, 'p99_response_time_ms', (p_execution).p99_response_time_ms,
    'p999_response_time_ms', (p_execution).p999_response_time_ms, 'min_response_time_ms', (p_execution).min_response_time_ms,
    'max_response_time_ms', (p_execution).max_response_time_ms, 'stddev_response_time_ms', (p_execution).stddev_response_time_ms,
    'avg_service_time_ms', (p_execution).avg_service_time_ms, 'p50_service_time_ms', (p_execution).p50_service_time_ms,
    'p95_service_time_ms', (p_execution).p95_service_time_ms, 'p99_service_time_ms', (p_execution).p99_service_time_ms,
    'avg_lag_ms', (p_execution).avg_lag_ms, 'p50_lag_ms', (p_execution).p50_lag_ms,
    'p95_lag_ms', (p_execution).p95_lag_ms, 'p99_lag_ms', (p_execution).p99_lag_ms,
    'throughput_tps', (p_execution).throughput_tps, 'error_rate_percent', (p_execution).error_rate_percent,
    'cpu_usage_percent', (p_execution).cpu_usage_percent, 'memory_usage_percent', (p_execution).memory_usage_percent,
    'disk_io_mb_per_sec', (p_execution).disk_io_mb_per_sec, 'wal_bytes', (p_execution).wal_bytes,
    'regression_detected', (p_execution).regression_detected,
    'performance_change_percent', (p_execution).performance_change_percent,
    'baseline_execution_id', (p_execution).baseline_execution_id)
$$;
COMMENT ON FUNCTION perf_mgmt.report_metrics(perf_mgmt.test_executions) IS
  'The summary figures of an execution as a JSON object.';

CREATE FUNCTION perf_mgmt.generate_performance_report(p_execution_id uuid) RETURNS jsonb
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
SET client_min_messages = warning
AS $$
DECLARE
  e perf_mgmt.test_executions;
  t perf_mgmt.performance_tests;
  v_comparison jsonb := '[]';
  v_criteria jsonb := '[]';
  v_recommendations jsonb := '[]';
BEGIN
  SELECT x.* INTO e FROM perf_mgmt.test_executions x WHERE x.id = p_execution_id;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'execution % does not exist', coalesce('"' || p_execution_id || '"', 'NULL')
      USING ERRCODE = 'undefined_object', HINT = 'Take an id from perf_mgmt.test_executions.';
  END IF;
  SELECT x.* INTO STRICT t FROM perf_mgmt.performance_tests x WHERE x.id = e.test_id;

  -- What ended before its time has no result to compare; what runs has none at all.
  IF e.execution_status = 'COMPLETED' THEN
    SELECT coalesce(jsonb_agg(jsonb_build_object(
               'metric', c.metric_name, 'current_value', c.current_value, 'baseline_value', c.baseline_value,
               'change_percent', c.change_percent, 'within_threshold', c.within_threshold, 'severity', c.severity)
             ORDER BY c.ordinality), '[]')
      INTO v_comparison
      FROM perf_mgmt.compare_with_baseline(p_execution_id) WITH ORDINALITY c;
    -- Where nothing had been noted, the execution's row says now what it was compared with.
    SELECT x.* INTO e FROM perf_mgmt.test_executions x WHERE x.id = p_execution_id;
  END IF;
  IF e.execution_status <> 'RUNNING' THEN
    SELECT coalesce(jsonb_agg(jsonb_build_object(
               'criterion', c.criterion, 'source', c.source, 'limit', c.threshold, 'actual', c.actual, 'passed', c.passed)
             ORDER BY c.ordinality), '[]')
      INTO v_criteria
      FROM perf_mgmt.evaluate_success_criteria(p_execution_id) WITH ORDINALITY c;
    v_recommendations := perf_mgmt.generate_performance_recommendations(p_execution_id);
  END IF;

  RETURN jsonb_build_object(
    'schema_version', 1,
    'generated_at', clock_timestamp(),
    'execution_summary', jsonb_build_object(
      'execution_id', e.id, 'test_name', t.test_name, 'test_version', t.test_version, 'test_type', t.test_type,
      'industry_context', t.industry_context, 'description', t.description, 'scenario_name', e.scenario_name,
      'execution_environment', e.execution_environment, 'started_at', e.started_at, 'completed_at', e.completed_at,
      'duration_minutes', round(e.duration_ms / 60000.0, 2), 'measured_ms', e.measured_ms, 'status', e.execution_status,
      'failure', CASE WHEN e.failure_sqlstate IS NOT NULL OR e.failure_message IS NOT NULL THEN
        jsonb_build_object('sqlstate', e.failure_sqlstate, 'message', e.failure_message) END,
      'load_model', e.load_model, 'concurrent_users', e.concurrent_users, 'target_rate', e.target_rate,
      'achieved_rate', e.achieved_rate, 'workers', e.total_connections, 'seed', e.seed,
      'started_by', e.started_by, 'run_as', e.run_as, 'confirms_execution_id', e.confirms_execution_id,
      'metadata', coalesce(e.metadata, '{}')),
    'performance_metrics', perf_mgmt.report_metrics(e),
    'counts', jsonb_build_object(
      'scheduled', e.operations_scheduled, 'ok', e.operations_ok, 'failed', e.operations_failed,
      'skipped', e.operations_skipped, 'interrupted', e.operations_interrupted, 'late', e.operations_late,
      'retries', e.retries, 'failed_serialization', e.failed_serialization, 'failed_deadlock', e.failed_deadlock,
      'failed_timeout', e.failed_timeout, 'failed_constraint', e.failed_constraint, 'failed_other', e.failed_other,
      'zero_row_writes', e.zero_row_writes, 'rows_read', e.rows_read, 'rows_affected', e.rows_affected),
    'baseline_comparison', v_comparison,
    'verdicts', perf_mgmt.report_verdicts(p_execution_id),
    'criteria', v_criteria,
    'validity', perf_mgmt.report_validity(e),
    'query_analysis', perf_mgmt.report_queries(p_execution_id),
    'operations', perf_mgmt.report_operations(p_execution_id),
    'waits', perf_mgmt.report_waits(p_execution_id),
    'plans', perf_mgmt.report_plans(p_execution_id),
    'timeline', perf_mgmt.report_timeline(p_execution_id),
    'shape_result', e.shape_result,
    'recommendations', v_recommendations,
    'environment', jsonb_build_object(
      'database_version', e.database_version, 'postgresql_config', coalesce(e.postgresql_config, '{}'),
      'hardware_specs', coalesce(e.hardware_specs, '{}'), 'test_data_size', e.test_data_size,
      'run_spec', coalesce(e.run_spec, '{}'), 'fingerprint', coalesce(e.fingerprint, '{}')));
END
$$;
COMMENT ON FUNCTION perf_mgmt.generate_performance_report(uuid) IS
  'All that is known of an execution as one JSON document, described by docs/report.schema.json: summary, metrics, comparison with the baseline, verdicts, criteria, validity, operations, waits, plans, course, recommendations. An execution that runs, or ended before its time, has it as far as it goes.';
