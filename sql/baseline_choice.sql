-- Which baseline an execution is compared with, and what it says side by side (compare_with_baseline).
--
-- Figures are held against thresholds here, as a person would. Whether a difference is more than noise,
-- regression_verdicts.sql asks.

-- The oldest baseline of the segment, active or not: what creeps is slow against it at last.
CREATE FUNCTION perf_mgmt.budget_of(
  p_test_name varchar,
  p_environment varchar,
  p_segment_from timestamptz,
  p_fingerprint jsonb
) RETURNS uuid
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT b.baseline_execution_id
  FROM perf_mgmt.segment_baselines b
  WHERE b.test_name = p_test_name AND b.execution_environment = p_environment AND b.starts_at = p_segment_from
    AND perf_mgmt.comparable_fingerprints(
          coalesce(b.fingerprint, perf_mgmt.execution_fingerprint(b.baseline_execution_id)), p_fingerprint)
  ORDER BY b.baseline_date, b.created_at, b.execution_started_at, b.baseline_id LIMIT 1
$$;
COMMENT ON FUNCTION perf_mgmt.budget_of(varchar, varchar, timestamptz, jsonb) IS
  'The execution of the oldest baseline, active or not, of the segment that begins then, comparable with this fingerprint.';

-- Where there were baselines and none is active, somebody has decided so.
CREATE FUNCTION perf_mgmt.first_baseline_note(p_execution_id uuid) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT concat_ws(' ', 'The execution before this one did not qualify as the first: ' || former.flaw || '.',
                   CASE WHEN own.flaw IS NULL THEN 'This execution qualifies as the first one.'
                        ELSE format('This execution does not qualify as the first one: %s.', own.flaw) END)
  FROM perf_mgmt.test_executions e
  JOIN perf_mgmt.performance_tests t ON t.id = e.test_id
  CROSS JOIN LATERAL (SELECT perf_mgmt.history_flaw(e) AS flaw) own
  LEFT JOIN LATERAL (
    SELECT perf_mgmt.history_flaw(o) AS flaw
    FROM perf_mgmt.performance_tests v
    JOIN perf_mgmt.test_executions o ON o.test_id = v.id
    WHERE v.test_name = t.test_name AND o.execution_environment = e.execution_environment
      AND o.started_at < e.started_at AND o.execution_status <> 'RUNNING'
      AND o.confirms_execution_id IS NULL AND o.comparison_id IS NULL
    ORDER BY o.started_at DESC, o.id LIMIT 1) former ON true
  WHERE e.id = p_execution_id
    AND NOT EXISTS (SELECT FROM perf_mgmt.performance_baselines b
                    WHERE b.test_name = t.test_name AND b.execution_environment = e.execution_environment)
$$;
COMMENT ON FUNCTION perf_mgmt.first_baseline_note(uuid) IS
  'Of an execution whose test never had a baseline in its environment: whether it may be the first one, or why not, and why the one before it was not; NULL where there was a baseline.';

CREATE FUNCTION perf_mgmt.baseline_of(
  p_execution_id uuid,
  p_accept_fingerprint boolean DEFAULT false,
  OUT baseline_id uuid,
  OUT baseline_type varchar,
  OUT baseline_execution_id uuid,
  OUT execution_ids uuid[],
  OUT budget_execution_id uuid,
  OUT problem text
)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_test_name varchar;
  v_environment varchar;
  v_fingerprint jsonb;
  v_segment_from timestamptz;
  v_preferred record;
  v_differences text[];
BEGIN
  SELECT t.test_name, e.execution_environment, s.starts_at,
         coalesce(e.fingerprint, perf_mgmt.execution_fingerprint(e.id))
    INTO v_test_name, v_environment, v_segment_from, v_fingerprint
    FROM perf_mgmt.test_executions e
    JOIN perf_mgmt.performance_tests t ON t.id = e.test_id
    CROSS JOIN LATERAL perf_mgmt.segment_at(t.test_name, e.execution_environment, e.started_at) s
    WHERE e.id = p_execution_id;

  -- One of this environment and segment that is comparable; what is not can only serve to say why. So
  -- a run of another shape, whose baseline is preferred by its type, hides none. One of another
  -- environment is none, unless that is accepted like any other difference.
  SELECT a.* INTO v_preferred
    FROM perf_mgmt.active_baselines a
    WHERE a.test_name = v_test_name
      AND (a.execution_environment = v_environment OR coalesce(p_accept_fingerprint, false))
    ORDER BY a.execution_environment = v_environment DESC,
             a.execution_environment = v_environment AND a.starts_at = v_segment_from DESC,
             coalesce(perf_mgmt.comparable_fingerprints(
               coalesce(a.fingerprint, perf_mgmt.execution_fingerprint(a.baseline_execution_id)), v_fingerprint), false) DESC,
             a.preference, a.segment_number DESC
    LIMIT 1;
  IF v_preferred.baseline_id IS NULL THEN
    problem := concat_ws(' ', format('Test "%s" has no active baseline in environment "%s".', v_test_name, v_environment),
                         perf_mgmt.first_baseline_note(p_execution_id));
    RETURN;
  END IF;
  v_differences := perf_mgmt.fingerprint_differences(v_preferred.baseline_execution_id, p_execution_id);
  IF v_preferred.execution_environment = v_environment AND v_preferred.starts_at <> v_segment_from THEN
    v_differences := v_differences || ARRAY(
      SELECT format('a change was accepted in between (%s)', c.reason)
      FROM perf_mgmt.accepted_changes c
      WHERE c.test_name = v_test_name AND c.execution_environment = v_environment
        AND c.starts_at > least(v_preferred.starts_at, v_segment_from)
        AND c.starts_at <= greatest(v_preferred.starts_at, v_segment_from)
      ORDER BY c.starts_at);
  END IF;
  IF v_differences <> '{}' AND NOT coalesce(p_accept_fingerprint, false) THEN
    problem := format('The %s baseline of test "%s" is not comparable: %s.', v_preferred.baseline_type, v_test_name,
                      array_to_string(v_differences, '; '));
    RETURN;
  END IF;
  IF array_remove(v_preferred.execution_ids, p_execution_id) = '{}' THEN
    problem := format('The execution itself is the %s baseline of test "%s".', v_preferred.baseline_type, v_test_name);
    RETURN;
  END IF;
  baseline_id := v_preferred.baseline_id;
  baseline_type := v_preferred.baseline_type;
  baseline_execution_id := v_preferred.baseline_execution_id;
  -- An execution that contributed is not judged against itself.
  execution_ids := array_remove(v_preferred.execution_ids, p_execution_id);

  budget_execution_id := perf_mgmt.budget_of(v_test_name, v_environment, v_segment_from, v_fingerprint);
  IF budget_execution_id = p_execution_id OR execution_ids = ARRAY[budget_execution_id] THEN
    budget_execution_id := NULL;  -- it adds nothing
  END IF;
END
$$;
COMMENT ON FUNCTION perf_mgmt.baseline_of(uuid, boolean) IS
  'The baseline that an execution is compared with, the executions behind it, and the oldest accepted baseline as a budget (NULL where that is the same); or the problem: why there is none. What is comparable comes before what is preferred by its type; the differences that are told are those of the preferred one, where none is comparable.';

-- The 95th percentile stands for the whole, as in the specification.
CREATE FUNCTION perf_mgmt.note_comparison(p_execution_id uuid, p_baseline_id uuid, p_again boolean) RETURNS void
LANGUAGE sql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
  UPDATE perf_mgmt.test_executions e
  SET baseline_execution_id = b.baseline_execution_id,
      performance_change_percent = round((e.p95_response_time_ms - b.baseline_response_time_p95)
                                         / nullif(b.baseline_response_time_p95, 0) * 100, 2)
  FROM perf_mgmt.performance_baselines b
  WHERE e.id = p_execution_id AND b.id = p_baseline_id
    AND (p_again OR num_nonnulls(e.baseline_execution_id, e.performance_change_percent) = 0)
$$;
COMMENT ON FUNCTION perf_mgmt.note_comparison(uuid, uuid, boolean) IS
  'Notes in the row of an execution what it was compared with and the change of its 95th percentile; without p_again only where nothing is noted.';

CREATE FUNCTION perf_mgmt.compare_with_baseline(p_execution_id uuid)
RETURNS TABLE (
  metric_name varchar,
  current_value numeric,
  baseline_value numeric,
  change_percent numeric,
  within_threshold boolean,
  severity varchar
)
LANGUAGE plpgsql VOLATILE ROWS 7
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_choice record;
  v_baseline record;
  v_current record;
BEGIN
  PERFORM perf_mgmt.require_result(p_execution_id);
  SELECT c.* INTO v_choice FROM perf_mgmt.baseline_of(p_execution_id) c;
  IF v_choice.problem IS NOT NULL THEN
    RAISE NOTICE 'execution "%" has no baseline to compare with', p_execution_id USING DETAIL = v_choice.problem;
    RETURN;
  END IF;
  SELECT a.* INTO STRICT v_baseline FROM perf_mgmt.active_baselines a WHERE a.baseline_id = v_choice.baseline_id;
  SELECT e.avg_response_time_ms, e.p95_response_time_ms, e.p99_response_time_ms, e.throughput_tps,
         e.error_rate_percent, e.cpu_usage_percent, e.memory_usage_percent
    INTO STRICT v_current
    FROM perf_mgmt.test_executions e WHERE e.id = p_execution_id;

  -- Readers, and everybody on a standby, get the rows all the same.
  IF current_setting('transaction_read_only') = 'off'
     AND has_column_privilege('perf_mgmt.test_executions', 'performance_change_percent', 'UPDATE')
     AND has_column_privilege('perf_mgmt.test_executions', 'baseline_execution_id', 'UPDATE') THEN
    PERFORM perf_mgmt.note_comparison(p_execution_id, v_choice.baseline_id, false);
  END IF;

  -- Of a figure that should not fall, growth of the negative is judged. Nothing can be so many percent
  -- of zero: there, as for the error rate, the difference itself is held against the threshold.
  RETURN QUERY
  SELECT m.name::varchar, m.now, m.then, round(d.change, 2), coalesce(m.sign * d.change <= m.sign * m.threshold, false),
         (CASE WHEN d.change IS NULL THEN 'UNKNOWN'
               WHEN m.sign * d.change > m.sign * m.threshold * 2 THEN 'CRITICAL'
               WHEN m.sign * d.change > m.sign * m.threshold THEN 'WARNING'
               ELSE 'OK' END)::varchar
  FROM (VALUES
    (1, 'P95 Response Time', v_current.p95_response_time_ms::numeric, v_baseline.baseline_response_time_p95::numeric,
     v_baseline.response_time_threshold_percent::numeric, 1, false),
    (2, 'P99 Response Time', v_current.p99_response_time_ms, v_baseline.baseline_response_time_p99,
     v_baseline.response_time_threshold_percent, 1, false),
    (3, 'Average Response Time', v_current.avg_response_time_ms, v_baseline.baseline_response_time_avg,
     v_baseline.response_time_threshold_percent, 1, false),
    (4, 'Throughput TPS', v_current.throughput_tps, v_baseline.baseline_throughput_tps,
     v_baseline.throughput_threshold_percent, -1, false),
    (5, 'Error Rate', v_current.error_rate_percent, v_baseline.baseline_error_rate_percent,
     v_baseline.error_rate_threshold_percent, 1, true),
    (6, 'CPU Usage', v_current.cpu_usage_percent, v_baseline.baseline_cpu_usage_percent,
     v_baseline.response_time_threshold_percent, 1, false),
    (7, 'Memory Usage', v_current.memory_usage_percent, v_baseline.baseline_memory_usage_percent,
     v_baseline.response_time_threshold_percent, 1, false)
  ) AS m (place, name, now, "then", threshold, sign, in_points)
  CROSS JOIN LATERAL (
    SELECT CASE WHEN m.in_points OR m.then = 0 THEN m.now - m.then ELSE (m.now - m.then) / m.then * 100 END AS change
  ) d
  ORDER BY m.place;
END
$$;
COMMENT ON FUNCTION perf_mgmt.compare_with_baseline(uuid) IS
  'The figures of an execution beside those of its baseline. WARNING is beyond the threshold, CRITICAL beyond twice; UNKNOWN, and not within, where a figure is missing. The error rate changes by points, and so does a figure whose baseline is 0; CPU and memory are held against the threshold of response times. No rows, and a notice that says why, where there is nothing to compare with. Also fills baseline_execution_id and performance_change_percent of the execution, where it may and nothing stands there: what it was compared with at its time stays.';
