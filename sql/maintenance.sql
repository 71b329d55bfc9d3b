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
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT perf_mgmt.render('maintenance_markdown', p_result)
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
    -- Of the same name, it replaces what was scheduled before. DROP EXTENSION cannot take the job along, so a job
    -- that does not find the extension takes itself away.
    EXECUTE 'SELECT cron.schedule($1, $2, $3)'
      USING 'perf_mgmt ' || v_job.period, v_job.schedule,
        format('DO $job$BEGIN IF pg_catalog.to_regnamespace(''perf_mgmt'') IS NULL THEN PERFORM cron.unschedule(%L); '
               'ELSE PERFORM perf_mgmt.run_maintenance(%L); END IF; END$job$', 'perf_mgmt ' || v_job.period, v_job.period);
    v_jobs := v_jobs || ('perf_mgmt ' || v_job.period);
  END LOOP;
  RETURN v_jobs;
END
$$;
COMMENT ON FUNCTION perf_mgmt.schedule_maintenance() IS
  'Registers the daily, weekly and monthly maintenance with pg_cron, as the current role in this database, and returns the names of the jobs. Doing so again changes nothing. When the extension is gone, each job takes itself away at its next turn.';
