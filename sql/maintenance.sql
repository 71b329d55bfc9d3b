-- The operating rhythm: what is due every day, week and month, in one call.
--
-- run_maintenance calls the parts of a period (maintenance_findings.sql, capacity.sql) one by one, so that
-- one that fails is told and keeps no other from its work.

CREATE TABLE perf_mgmt.maintenance_runs (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  period text NOT NULL,
  started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  finished_at timestamptz NOT NULL,
  run_by name NOT NULL DEFAULT current_user,
  result jsonb NOT NULL,
  summary_markdown text NOT NULL,

  CONSTRAINT ck_maintenance_runs_period CHECK (period IN ('daily', 'weekly', 'monthly')),
  CONSTRAINT ck_maintenance_runs_result CHECK (jsonb_typeof(result) = 'object')
);

CREATE INDEX ix_maintenance_runs_period ON perf_mgmt.maintenance_runs (period, started_at);

COMMENT ON TABLE perf_mgmt.maintenance_runs IS 'What run_maintenance found and did.';
COMMENT ON COLUMN perf_mgmt.maintenance_runs.id IS 'Key.';
COMMENT ON COLUMN perf_mgmt.maintenance_runs.period IS 'daily, weekly or monthly.';
COMMENT ON COLUMN perf_mgmt.maintenance_runs.started_at IS 'When it began.';
COMMENT ON COLUMN perf_mgmt.maintenance_runs.finished_at IS 'When it was done.';
COMMENT ON COLUMN perf_mgmt.maintenance_runs.run_by IS 'Role that ran it.';
COMMENT ON COLUMN perf_mgmt.maintenance_runs.result IS 'What it returned.';
COMMENT ON COLUMN perf_mgmt.maintenance_runs.summary_markdown IS 'The executive summary of that, for people.';

SELECT pg_catalog.pg_extension_config_dump('perf_mgmt.maintenance_runs', '');

CREATE FUNCTION perf_mgmt.maintenance_markdown(p_result jsonb) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT format(E'# Performance: %s summary\n\n%s to %s\n', p_result ->> 'period', left(p_result ->> 'from', 10), left(p_result ->> 'until', 10))
    || coalesce((
      SELECT format(E'\n%s executions: %s completed, %s failed, %s cancelled, %s running; %s not valid, %s with a regression.\n',
                    e ->> 'total', e ->> 'completed', e ->> 'failed', e ->> 'cancelled', e ->> 'running', e ->> 'invalid', e ->> 'regressions')
        || coalesce((SELECT E'\n' || string_agg(format(E'- %s in %s: %s%s\n', perf_mgmt.markdown_text(x ->> 'test_name'),
                              perf_mgmt.markdown_text(x ->> 'environment'), perf_mgmt.markdown_text(x ->> 'problem'),
                              ' - ' || perf_mgmt.markdown_text(x ->> 'reason')), '' ORDER BY place)
                     FROM jsonb_array_elements(e -> 'problems') WITH ORDINALITY AS p (x, place) WHERE place <= 20), '')
      FROM (SELECT p_result -> 'executions') AS s (e) WHERE e IS NOT NULL), '')
    || coalesce((
      SELECT format(E'\n%s alerts raised, %s not taken up.\n', a ->> 'raised', a ->> 'unacknowledged')
      FROM (SELECT p_result -> 'alerts') AS s (a) WHERE a IS NOT NULL), '')
    || coalesce((
      SELECT E'\n## Trends\n\n| Test | Environment | Runs | p95 ms | Change | Operations/s | Change |\n| --- | --- | ---: | ---: | ---: | ---: | ---: |\n'
        || string_agg(format(E'| %s | %s | %s | %s | %s | %s | %s |\n', perf_mgmt.markdown_text(x ->> 'test_name'),
             perf_mgmt.markdown_text(x ->> 'environment'), x ->> 'executions',
             perf_mgmt.short_number((x ->> 'p95_response_time_ms')::numeric),
             perf_mgmt.signed_change((x ->> 'p95_change_percent')::numeric, ''),
             perf_mgmt.short_number((x ->> 'throughput_tps')::numeric),
             perf_mgmt.signed_change((x ->> 'throughput_change_percent')::numeric, '')), '' ORDER BY place)
      FROM jsonb_array_elements(p_result -> 'trends' -> 'tests') WITH ORDINALITY AS t (x, place) WHERE place <= 30
      HAVING count(*) > 0), '')
    || coalesce((
      SELECT E'\n## To do\n\n' || string_agg(format(E'- %s\n', perf_mgmt.markdown_text(line)), '' ORDER BY kind, place)
      FROM (
        SELECT 1, place, format('Look at "%s": %s', x ->> 'test_name', x ->> 'reason')
        FROM jsonb_array_elements(p_result -> 'tests' -> 'to_review') WITH ORDINALITY AS t (x, place)
        UNION ALL
        SELECT 2, place, format('Alert "%s": set %s to %s (now %s): %s', x ->> 'alert_name', x ->> 'limit', x ->> 'proposed', x ->> 'value', x ->> 'reason')
        FROM jsonb_array_elements(p_result -> 'thresholds' -> 'alerts') WITH ORDINALITY AS t (x, place)
        UNION ALL
        SELECT 3, place, format('"%s" in %s: %s reaches %s on %s', x ->> 'test_name', x ->> 'environment', x ->> 'metric', x ->> 'limit', x ->> 'reaches_limit_on')
        FROM jsonb_array_elements(p_result -> 'capacity') WITH ORDINALITY AS t (x, place) WHERE x ->> 'reaches_limit_on' IS NOT NULL
        UNION ALL
        SELECT 4, place, format('"%s" in %s: %s', x ->> 'test_name', x ->> 'environment', x ->> 'advice')
        FROM jsonb_array_elements(p_result -> 'configurations') WITH ORDINALITY AS t (x, place)
        UNION ALL
        SELECT 5, place, format('The %s baseline of "%s" is %s days old', x ->> 'baseline_type', x ->> 'test_name', x ->> 'age_days')
        FROM jsonb_array_elements(p_result -> 'benchmarks' -> 'baselines') WITH ORDINALITY AS t (x, place) WHERE x -> 'review' = 'true'
        UNION ALL
        SELECT 6, place, format('Maintenance itself: %s failed with %s', x ->> 'part', x ->> 'message')
        FROM jsonb_array_elements(p_result -> 'errors') WITH ORDINALITY AS t (x, place)
      ) AS todo (kind, place, line)), '')
$$;
COMMENT ON FUNCTION perf_mgmt.maintenance_markdown(jsonb) IS
  'What run_maintenance found as an executive summary in Markdown.';

CREATE FUNCTION perf_mgmt.run_maintenance(p_period text) RETURNS jsonb
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
SET client_min_messages = warning
AS $$
DECLARE
  v_period constant text := lower(p_period);
  v_started_at constant timestamptz := clock_timestamp();
  v_since timestamptz;
  v_before timestamptz;
  v_parts text[];
  v_part text;
  v_findings jsonb;
  v_errors jsonb := '[]';
  v_result jsonb;
  v_id uuid;
BEGIN
  CASE v_period
    WHEN 'daily' THEN
      v_since := now() - interval '1 day';
      v_before := now() - interval '8 days';
      v_parts := '{executions, alerts, trends, baselines, issues}';
    WHEN 'weekly' THEN
      v_since := now() - interval '7 days';
      v_before := now() - interval '35 days';
      v_parts := '{executions, alerts, tests, trends, thresholds}';
    WHEN 'monthly' THEN
      v_since := now() - interval '30 days';
      v_before := now() - interval '120 days';
      v_parts := '{executions, trends, capacity, configurations, benchmarks, strategy}';
    ELSE
      RAISE EXCEPTION 'invalid period of maintenance: %', coalesce('"' || p_period || '"', 'NULL')
        USING ERRCODE = 'invalid_parameter_value', DETAIL = 'It is daily, weekly or monthly.';
  END CASE;

  v_result := jsonb_build_object('schema_version', 1, 'period', v_period, 'from', v_since, 'until', now());
  FOREACH v_part IN ARRAY v_parts LOOP
    BEGIN
      EXECUTE format('SELECT perf_mgmt.%I($1, $2)', 'maintain_' || v_part) INTO v_findings USING v_since, v_before;
      v_result := v_result || jsonb_build_object(v_part, v_findings);
    EXCEPTION WHEN OTHERS THEN
      v_errors := v_errors || jsonb_build_object('part', v_part, 'sqlstate', SQLSTATE, 'message', SQLERRM);
    END;
  END LOOP;
  v_result := v_result || jsonb_build_object('errors', v_errors);
  v_result := v_result || jsonb_build_object('summary_markdown', perf_mgmt.maintenance_markdown(v_result));

  INSERT INTO perf_mgmt.maintenance_runs (period, started_at, finished_at, result, summary_markdown)
    VALUES (v_period, v_started_at, clock_timestamp(), v_result - 'summary_markdown', v_result ->> 'summary_markdown')
    RETURNING id INTO v_id;
  RETURN v_result || jsonb_build_object('maintenance_run_id', v_id);
END
$$;
COMMENT ON FUNCTION perf_mgmt.run_maintenance(text) IS
  'Does what is due daily, weekly or monthly, stores what it found in maintenance_runs and returns it with an executive summary in Markdown. Daily: states of executions, alerts, trends, rolling baselines, top issues. Weekly: tests to review, trends by industry, proposed alert thresholds. Monthly: capacity trend, configurations, baselines, coverage.';

CREATE FUNCTION perf_mgmt.schedule_maintenance() RETURNS text[]
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_job record;
  v_jobs text[] := '{}';
BEGIN
  IF NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_cron') THEN
    RAISE EXCEPTION 'extension "pg_cron" is not installed in this database'
      USING ERRCODE = 'object_not_in_prerequisite_state',
            HINT = 'Install it here, or let another scheduler run SELECT perf_mgmt.run_maintenance(''daily''), ''weekly'' and ''monthly''.';
  END IF;
  FOR v_job IN
    SELECT * FROM (VALUES ('daily', '10 3 * * *'), ('weekly', '30 3 * * 1'), ('monthly', '50 3 1 * *')) AS j (period, schedule)
  LOOP
    -- Of the same name, it replaces what was scheduled before.
    EXECUTE 'SELECT cron.schedule($1, $2, $3)'
      USING 'perf_mgmt ' || v_job.period, v_job.schedule, format('SELECT perf_mgmt.run_maintenance(%L)', v_job.period);
    v_jobs := v_jobs || ('perf_mgmt ' || v_job.period);
  END LOOP;
  RETURN v_jobs;
END
$$;
COMMENT ON FUNCTION perf_mgmt.schedule_maintenance() IS
  'Registers the daily, weekly and monthly maintenance with pg_cron, as the current role in this database, and returns the names of the jobs. Doing so again changes nothing.';
