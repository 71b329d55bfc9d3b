-- Advice: what a finished execution says that is worth a change, and the evidence that is kept for it.
--
-- Evidence is written by the engine's controller when the run ends. generate_performance_recommendations
-- gathers it, and the rules of the core judge it (src/core/advice_rules.cpp). Nothing is planned or run
-- for that: to plan a statement is to run its author's code (immutable functions), and the reader may
-- have more rights than the author. What needs a plan was found out by a worker of the run, with the
-- rights of the run's role; execution_plan_samples (plans.sql) holds it.

CREATE TABLE perf_mgmt.execution_tables (
  execution_id uuid NOT NULL REFERENCES perf_mgmt.test_executions (id) ON DELETE CASCADE,
  table_name text NOT NULL,
  live_rows bigint,
  modified_since_analyze bigint,
  is_analyzed boolean,
  rows_inserted bigint,
  rows_updated bigint,
  rows_hot_updated bigint,
  rows_deleted bigint,
  sequential_scans bigint,
  sequential_rows_read bigint,
  index_scans bigint,

  PRIMARY KEY (execution_id, table_name),
  CONSTRAINT ck_execution_tables_counts CHECK (
    least(live_rows, modified_since_analyze, rows_inserted, rows_updated, rows_hot_updated, rows_deleted,
          sequential_scans, sequential_rows_read, index_scans) >= 0)
);

COMMENT ON TABLE perf_mgmt.execution_tables IS
  'Tables of the operations: what the server counted on each during the run, other sessions'' work included.';
COMMENT ON COLUMN perf_mgmt.execution_tables.execution_id IS 'Execution; its tables go with it.';
COMMENT ON COLUMN perf_mgmt.execution_tables.table_name IS
  'Table, with its schema, quoted as SQL wants it; of a partitioned one each partition.';
COMMENT ON COLUMN perf_mgmt.execution_tables.live_rows IS 'Rows at the end, as the server estimates them.';
COMMENT ON COLUMN perf_mgmt.execution_tables.modified_since_analyze IS
  'Rows that had changed since the last ANALYZE at the end.';
COMMENT ON COLUMN perf_mgmt.execution_tables.is_analyzed IS 'Whether the table was ever analyzed.';
COMMENT ON COLUMN perf_mgmt.execution_tables.rows_inserted IS 'Rows inserted during the run.';
COMMENT ON COLUMN perf_mgmt.execution_tables.rows_updated IS 'Rows updated during the run.';
COMMENT ON COLUMN perf_mgmt.execution_tables.rows_hot_updated IS
  'Of these, heap-only updates (HOT), which write to no index.';
COMMENT ON COLUMN perf_mgmt.execution_tables.rows_deleted IS 'Rows deleted during the run.';
COMMENT ON COLUMN perf_mgmt.execution_tables.sequential_scans IS 'Sequential scans during the run.';
COMMENT ON COLUMN perf_mgmt.execution_tables.sequential_rows_read IS 'Live rows that these read.';
COMMENT ON COLUMN perf_mgmt.execution_tables.index_scans IS 'Index scans during the run.';

CREATE TABLE perf_mgmt.execution_blockers (
  execution_id uuid NOT NULL REFERENCES perf_mgmt.test_executions (id) ON DELETE CASCADE,
  blocker_number integer NOT NULL,
  operation_name varchar(255) NOT NULL,
  wait_event text NOT NULL,
  blocker text NOT NULL,
  state text,
  statement text,
  samples bigint NOT NULL,

  PRIMARY KEY (execution_id, blocker_number),
  CONSTRAINT ck_execution_blockers_counts CHECK (blocker_number >= 1 AND samples >= 1)
);

COMMENT ON TABLE perf_mgmt.execution_blockers IS
  'Who held the locks that operations waited for, as seen four times a second at most.';
COMMENT ON COLUMN perf_mgmt.execution_blockers.execution_id IS 'Execution; its blockers go with it.';
COMMENT ON COLUMN perf_mgmt.execution_blockers.blocker_number IS 'Number of the row, from 1 on.';
COMMENT ON COLUMN perf_mgmt.execution_blockers.operation_name IS 'Operation that waited.';
COMMENT ON COLUMN perf_mgmt.execution_blockers.wait_event IS 'What for, as "Class:Event".';
COMMENT ON COLUMN perf_mgmt.execution_blockers.blocker IS
  'Who held the lock: another worker, a user with the application''s name, a prepared transaction. Of a chain of waiters its end.';
COMMENT ON COLUMN perf_mgmt.execution_blockers.state IS 'Its state, as in pg_stat_activity.';
COMMENT ON COLUMN perf_mgmt.execution_blockers.statement IS
  'The statement that it ran, or had run last, cut at 1,000 characters. As it is of another session, only members of pg_read_all_stats may read it, beside the extension''s owner.';
COMMENT ON COLUMN perf_mgmt.execution_blockers.samples IS 'How often it was seen so.';

SELECT pg_catalog.pg_extension_config_dump('perf_mgmt.execution_tables', '');
SELECT pg_catalog.pg_extension_config_dump('perf_mgmt.execution_blockers', '');

CREATE FUNCTION perf_mgmt.advise(p_evidence jsonb) RETURNS jsonb
AS 'MODULE_PATHNAME', 'perf_mgmt_advise' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION perf_mgmt.advise(jsonb) IS
  'What the rules find in the evidence that advice_evidence gathers: a JSON array, as generate_performance_recommendations returns it.';

-- As pg_stat_activity shows it to some only.
CREATE FUNCTION perf_mgmt.blocker_statement(p_execution_id uuid, p_blocker_number integer) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF has_column_privilege('perf_mgmt.execution_blockers', 'statement', 'SELECT') THEN
    RETURN (SELECT k.statement FROM perf_mgmt.execution_blockers k
            WHERE k.execution_id = p_execution_id AND k.blocker_number = p_blocker_number);
  END IF;
  RETURN NULL;
END
$$;
COMMENT ON FUNCTION perf_mgmt.blocker_statement(uuid, integer) IS
  'The statement in a row of execution_blockers; NULL for who may not read statements of others.';

CREATE FUNCTION perf_mgmt.advice_evidence(p_execution_id uuid, p_with_statements boolean DEFAULT true) RETURNS jsonb
LANGUAGE sql STABLE STRICT
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT jsonb_build_object(
    'execution', to_jsonb(e) - ARRAY['response_histogram', 'service_histogram', 'lag_histogram', 'failure_histogram',
                                     'run_spec', 'postgresql_config', 'hardware_specs', 'success_criteria'],
    -- The limits that held at the start; of a row that was written by hand those of today.
    'limits', CASE WHEN e.success_criteria IS NULL THEN t.baseline_thresholds
                   ELSE (SELECT jsonb_object_agg(c ->> 'criterion', c -> 'limit')
                         FROM jsonb_array_elements(e.success_criteria) c WHERE c ->> 'source' = 'test') END,
    'settings', coalesce(e.postgresql_config, '{}')
                || CASE WHEN jsonb_typeof(e.run_spec -> 'settings') = 'object' THEN e.run_spec -> 'settings' ELSE '{}' END,
    'unavailable', e.unavailable,
    'role', quote_ident(e.run_as),
    'connections', (SELECT max(m.metric_value) FROM perf_mgmt.performance_metrics m
                    WHERE m.execution_id = e.id AND m.metric_type = 'connections'),
    'errors', (SELECT jsonb_agg(v.details || jsonb_build_object('message', v.message) ORDER BY v.event_time)
               FROM perf_mgmt.execution_events v
               WHERE v.execution_id = e.id AND v.event_type = 'OPERATION_ERROR'),
    'tables', (SELECT jsonb_agg(jsonb_build_object(
                        'name', a.table_name, 'rows', a.live_rows, 'updated', a.rows_updated,
                        'hot_updated', a.rows_hot_updated, 'modified', a.modified_since_analyze,
                        'analyzed', a.is_analyzed) ORDER BY a.table_name)
               FROM perf_mgmt.execution_tables a WHERE a.execution_id = e.id),
    'operations', (SELECT jsonb_agg(jsonb_build_object(
        'name', coalesce(q.operation_name, left(q.query_text, 60)),
        'statement_types', coalesce(q.statement_types, ARRAY[q.query_type::text]),
        'tables', q.table_names,
        'parameters', (SELECT jsonb_agg(k) FROM perf_mgmt.workload_operations w, json_object_keys(w.parameter_generators) k
                       WHERE w.scenario_id = e.scenario_id AND w.operation_name = q.operation_name),
        'ok', q.execution_count,
        'avg_ms', q.avg_time_ms,
        'p95_response_ms', q.p95_response_time_ms,
        'busy_ms', coalesce(q.busy_time_ms, q.total_time_ms),
        'commit_ms', q.commit_time_ms,
        'planning_ms', q.planning_time_ms,
        'jit_ms', q.jit_time_ms,
        'jit_functions', q.jit_functions,
        'temp_blks_written', q.temp_blks_written,
        'zero_row_writes', q.zero_row_writes,
        'rows_read', q.rows_read,
        'waits', q.wait_samples,
        'plans', (SELECT jsonb_agg(jsonb_build_object('statement', p.statement_number, 'hash', p.plan_hash,
                                                      'kind', p.plan_kind, 'plan', p.plan)
                                   ORDER BY p.last_seen_at, p.first_seen_at, p.plan_hash)
                  FROM perf_mgmt.execution_plans p
                  WHERE p.execution_id = e.id AND p.operation_name = q.operation_name
                    AND q.execution_context = 'worker'),
        'baseline_avg_ms', (SELECT sum(bq.total_time_ms) / nullif(sum(bq.execution_count), 0)
                            FROM perf_mgmt.query_performance bq
                            WHERE bq.execution_id = b.id AND bq.operation_name = q.operation_name
                              AND bq.execution_context = q.execution_context),
        'baseline_plans', (SELECT jsonb_agg(jsonb_build_object('statement', p.statement_number, 'hash', p.plan_hash,
                                                               'kind', p.plan_kind, 'plan', p.plan)
                                            ORDER BY p.last_seen_at, p.first_seen_at, p.plan_hash)
                           FROM perf_mgmt.execution_plans p
                           WHERE p.execution_id = b.id AND p.operation_name = q.operation_name),
        'samples', (SELECT jsonb_agg(jsonb_build_object('statement', s.statement_number, 'plan', s.analyzed_plan,
                                                        'hypopg', s.has_hypopg, 'indexes', s.index_trials)
                                     ORDER BY s.statement_number)
                    FROM perf_mgmt.execution_plan_samples s
                    WHERE s.execution_id = e.id AND s.operation_name = q.operation_name
                      AND q.execution_context = 'worker'),
        'blockers', (SELECT jsonb_agg(jsonb_build_object('wait_event', k.wait_event, 'blocker', k.blocker,
                                                         'state', k.state,
                                                         'statement', CASE WHEN p_with_statements THEN
                                                           perf_mgmt.blocker_statement(k.execution_id, k.blocker_number) END,
                                                         'samples', k.samples) ORDER BY k.blocker_number)
                     FROM perf_mgmt.execution_blockers k
                     WHERE k.execution_id = e.id AND k.operation_name = q.operation_name
                       AND q.execution_context = 'worker'))
        ORDER BY q.operation_name, q.id)
      FROM perf_mgmt.query_performance q WHERE q.execution_id = e.id))
  FROM perf_mgmt.test_executions e
  JOIN perf_mgmt.performance_tests t ON t.id = e.test_id
  -- The baseline that the execution was compared with; where it was not, the one that it would be.
  LEFT JOIN LATERAL (
    SELECT coalesce(nullif(e.baseline_execution_id, e.id),
                    (SELECT c.execution_ids[1] FROM perf_mgmt.baseline_of(e.id) c)) AS id
  ) b ON true
  WHERE e.id = p_execution_id
$$;
COMMENT ON FUNCTION perf_mgmt.advice_evidence(uuid, boolean) IS
  'What the rules of advice look at, of one execution: a JSON object, with the text of the statements that held locks or without; NULL where there is no such execution.';

CREATE FUNCTION perf_mgmt.generate_performance_recommendations(p_execution_id uuid) RETURNS jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_status perf_mgmt.execution_status_enum;
BEGIN
  IF p_execution_id IS NULL THEN
    RAISE EXCEPTION 'argument "p_execution_id" must not be null' USING ERRCODE = 'null_value_not_allowed';
  END IF;
  SELECT e.execution_status INTO v_status FROM perf_mgmt.test_executions e WHERE e.id = p_execution_id;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'execution "%" does not exist', p_execution_id
      USING ERRCODE = 'undefined_object', HINT = 'Take an id from perf_mgmt.test_executions.';
  END IF;
  IF v_status = 'RUNNING' THEN
    RAISE EXCEPTION 'execution "%" has no result yet', p_execution_id
      USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'CALL perf_mgmt.wait_for_execution before.';
  END IF;
  RETURN perf_mgmt.advise(perf_mgmt.advice_evidence(p_execution_id));
END;
$$;
COMMENT ON FUNCTION perf_mgmt.generate_performance_recommendations(uuid) IS
  'What the evidence of a finished execution says that is worth a change: a JSON array of category, severity, recommendation, action_items, code, evidence, impact_percent (share of the operations'' time that it is about) and sql, the most severe first. Where nothing was found one entry says so, and what was not measured.';
