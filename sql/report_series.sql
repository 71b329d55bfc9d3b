-- The course and the distribution of an execution in as many figures as a picture can show.
--
-- A run of half an hour and ten operations has 18,000 rows of intervals. They are read twice: once for
-- how many there are of what, once to be merged into at most 300 points, whose percentiles are true ones.

CREATE FUNCTION perf_mgmt.sum_samples_transfn(internal, jsonb) RETURNS internal
AS 'MODULE_PATHNAME', 'perf_mgmt_sum_samples_transfn' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION perf_mgmt.sum_samples_transfn(internal, jsonb) IS
  'Support of sum_samples(): adds an object to the state.';

CREATE FUNCTION perf_mgmt.sum_samples_finalfn(internal) RETURNS jsonb
AS 'MODULE_PATHNAME', 'perf_mgmt_sum_samples_finalfn' LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION perf_mgmt.sum_samples_finalfn(internal) IS
  'Support of sum_samples(): the state as an object.';

CREATE AGGREGATE perf_mgmt.sum_samples(jsonb) (
  SFUNC = perf_mgmt.sum_samples_transfn,
  STYPE = internal,
  SSPACE = 500,
  FINALFUNC = perf_mgmt.sum_samples_finalfn,
  PARALLEL = SAFE
);
COMMENT ON AGGREGATE perf_mgmt.sum_samples(jsonb) IS
  'Wait samples added up: JSON objects from name to a whole number, to one object with the sum of each name. NULLs and members that are no numbers are passed over.';

-- A point is never of two rounds, two stages, or of warm-up and measured window together, so a run with
-- a hundred stages gets points of uneven length; with more it is cut evenly, and a point may then be of several.
-- work_mem: the rows are sorted or hashed as wide as they are, in memory.
CREATE FUNCTION perf_mgmt.report_points(p_execution_id uuid) RETURNS jsonb
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
SET work_mem = '32MB'
AS $$
  WITH parts AS (
    SELECT max(i.interval_number) - min(i.interval_number) + 1 AS intervals
    FROM perf_mgmt.execution_intervals i
    WHERE i.execution_id = p_execution_id
    GROUP BY i.round_number, i.stage_number, i.measured
  ), grid AS MATERIALIZED (
    -- The first and the last point of a part may be short: two points more than its length gives.
    SELECT count(*) <= 100 AS by_part,
           greatest(ceil(sum(intervals) / CASE WHEN count(*) <= 100 THEN 300.0 - 2 * count(*) ELSE 298.0 END), 1)::integer AS width
    FROM parts
  ), points AS (
    SELECT min(i.started_at) AS started_at, 1000 * extract(epoch FROM max(i.ended_at) - min(i.started_at)) AS ms,
           bool_and(i.measured) AS measured, min(i.round_number) AS round,
           CASE WHEN min(i.stage COLLATE "C") = max(i.stage COLLATE "C") THEN min(i.stage COLLATE "C") END AS stage,
           sum(i.ok_count) AS ok, sum(i.failed_count) AS failed, sum(i.skipped_count) AS skipped,
           avg(i.active_virtual_users) AS users, avg(i.target_rate) AS target_rate,
           sum(i.cpu_time_ms) AS cpu_ms, sum(i.busy_time_ms) AS busy_ms,
           perf_mgmt.merge(i.response_histogram) AS response, perf_mgmt.sum_samples(i.wait_samples) AS waits
    FROM perf_mgmt.execution_intervals i CROSS JOIN grid g
    WHERE i.execution_id = p_execution_id
    GROUP BY i.interval_number / g.width, CASE WHEN g.by_part THEN i.round_number END,
             CASE WHEN g.by_part THEN i.stage_number END, CASE WHEN g.by_part THEN i.measured END
  )
  SELECT coalesce(jsonb_agg(jsonb_build_object(
      'at_ms', round(1000 * extract(epoch FROM p.started_at - e.started_at)), 'ms', round(p.ms),
      'measured', p.measured, 'round', p.round, 'stage', p.stage,
      'ok', p.ok, 'failed', p.failed, 'skipped', p.skipped,
      'tps', round(1000 * p.ok / nullif(p.ms, 0), 3),
      'p50_ms', round(perf_mgmt.percentile(p.response, 0.5) / 1000000::numeric, 4),
      'p95_ms', round(perf_mgmt.percentile(p.response, 0.95) / 1000000::numeric, 4),
      'p99_ms', round(perf_mgmt.percentile(p.response, 0.99) / 1000000::numeric, 4),
      'users', round(p.users), 'target_rate', round(p.target_rate, 3),
      'cpu_ms', round(p.cpu_ms, 1), 'busy_ms', round(p.busy_ms, 1),
      'waits', w.by_class)
    ORDER BY p.started_at), '[]')
  FROM points p
  JOIN perf_mgmt.test_executions e ON e.id = p_execution_id
  CROSS JOIN LATERAL (
    SELECT coalesce(jsonb_object_agg(c.class, c.samples), '{}') AS by_class
    FROM (SELECT split_part(k.key, ':', 1) AS class, sum(k.value::numeric) AS samples
          FROM jsonb_each_text(p.waits) k GROUP BY 1) c
  ) w
$$;
COMMENT ON FUNCTION perf_mgmt.report_points(uuid) IS
  'The course of an execution, all operations together, as a JSON array of at most 300 points: intervals merged without loss, waits by class.';

-- Errors of operations are logged when the run has ended: they come first where there is too much to tell.
CREATE FUNCTION perf_mgmt.report_events(p_execution_id uuid) RETURNS jsonb
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT coalesce(jsonb_agg(jsonb_build_object(
             'at_ms', round(1000 * extract(epoch FROM v.event_time - e.started_at)), 'type', v.event_type,
             'message', CASE WHEN length(v.message) > 1000 THEN left(v.message, 999) || '...' ELSE v.message END)
           ORDER BY v.event_time, v.event_type COLLATE "C", v.message COLLATE "C"), '[]')
  FROM perf_mgmt.test_executions e
  CROSS JOIN LATERAL (
    (SELECT x.event_time, x.event_type::text AS event_type, x.message
     FROM perf_mgmt.execution_events x
     WHERE x.execution_id = e.id
     ORDER BY x.event_type = 'OPERATION_ERROR' DESC, x.event_time, x.id LIMIT 150)
    UNION ALL
    (SELECT m.metric_timestamp, 'CHECKPOINT',
            format(CASE m.metric_value WHEN 1 THEN '%s checkpoint began' ELSE '%s checkpoints began' END, trim_scale(m.metric_value))
     FROM perf_mgmt.performance_metrics m
     WHERE m.execution_id = e.id AND m.metric_type = 'checkpoints' AND m.metric_value > 0
     ORDER BY m.metric_timestamp LIMIT 50)
  ) v
  WHERE e.id = p_execution_id
$$;
COMMENT ON FUNCTION perf_mgmt.report_events(uuid) IS
  'What happened in the course of an execution as a JSON array of at most 200 events, checkpoints of the server among them (at the end of the interval in which they began).';

CREATE FUNCTION perf_mgmt.report_series(p_execution_id uuid) RETURNS jsonb
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT jsonb_build_object('points', perf_mgmt.report_points(p_execution_id),
                            'events', perf_mgmt.report_events(p_execution_id))
$$;
COMMENT ON FUNCTION perf_mgmt.report_series(uuid) IS
  'The course of an execution as a JSON object: points and events, in milliseconds since its start.';

-- Eight to a decade of 1 - q, as a logarithmic axis wants them, and those that people name.
CREATE FUNCTION perf_mgmt.report_percentiles(p_histogram perf_mgmt.histogram) RETURNS jsonb
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT coalesce(jsonb_agg(jsonb_build_object('q', trim_scale(p.q), 'ms', round(p.ns / 1000000::numeric, 6)) ORDER BY p.q), '[]')
  FROM (SELECT f.q, perf_mgmt.percentile(p_histogram, f.q::double precision) AS ns
        FROM (SELECT 1 - round(power(10::numeric, -k / 8.0), 7) FROM generate_series(0, 40) k
              UNION
              SELECT unnest(ARRAY[0.25, 0.5, 0.75, 0.95])) f (q)) p
  WHERE p.ns IS NOT NULL
$$;
COMMENT ON FUNCTION perf_mgmt.report_percentiles(perf_mgmt.histogram) IS
  'The percentile curve of a histogram as a JSON array of {"q", "ms"}, q from 0 to 0.99999; as far as its values go.';

-- Of equal width on a logarithmic axis; a bar ends where its last bucket does, so its count is exact.
CREATE FUNCTION perf_mgmt.report_buckets(p_histogram perf_mgmt.histogram) RETURNS jsonb
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
  WITH bucket AS MATERIALIZED (
    SELECT b.low, b.high, b.count, ln(greatest(b.low, 1)::double precision) AS place
    FROM perf_mgmt.buckets(p_histogram) b
  ), ends AS (
    SELECT min(place) AS low, max(place) AS high FROM bucket
  ), bar AS (
    SELECT min(b.low) AS low, max(b.high) + 1 AS high, sum(b.count) AS count
    FROM bucket b CROSS JOIN ends e
    GROUP BY CASE WHEN e.high > e.low THEN least(width_bucket(b.place, e.low, e.high, 80), 80) END
  )
  SELECT coalesce(jsonb_agg(jsonb_build_object('from_ms', round(bar.low / 1000000, 6), 'to_ms', round(bar.high / 1000000, 6),
                                               'count', bar.count) ORDER BY bar.low), '[]')
  FROM bar
$$;
COMMENT ON FUNCTION perf_mgmt.report_buckets(perf_mgmt.histogram) IS
  'A histogram as a JSON array of at most 80 bars {"from_ms", "to_ms", "count"}, about equally wide on a logarithmic axis; bars without a value are left out.';

CREATE FUNCTION perf_mgmt.report_distribution(p_histogram perf_mgmt.histogram) RETURNS jsonb
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT jsonb_build_object('percentiles', perf_mgmt.report_percentiles(p_histogram),
                            'buckets', perf_mgmt.report_buckets(p_histogram))
$$;
COMMENT ON FUNCTION perf_mgmt.report_distribution(perf_mgmt.histogram) IS
  'A histogram as pages show it, as a JSON object: percentiles and buckets.';
