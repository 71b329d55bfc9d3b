-- Raised alerts: who raises them, where they are written, and how they are read.
--
-- The controller checks each execution that has ended, as the extension's owner. One configuration that
-- is broken keeps no other from being raised, and neither does a report that cannot be made or a table
-- of the platform that takes no copy: these are events of the execution.

CREATE TABLE perf_mgmt.alert_events (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  alert_config_id uuid REFERENCES perf_mgmt.alert_configurations (id) ON DELETE SET NULL,
  execution_id uuid NOT NULL REFERENCES perf_mgmt.test_executions (id) ON DELETE CASCADE,
  alert_name varchar(255) NOT NULL,
  alert_type varchar(100) NOT NULL,
  severity perf_mgmt.alert_severity_enum NOT NULL,
  notification_frequency varchar(50) NOT NULL,
  notification_channels jsonb NOT NULL,
  message text NOT NULL,
  triggered_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  alert_data jsonb,
  acknowledged_at timestamptz,
  acknowledged_by name,
  acknowledgement_note text,

  CONSTRAINT uk_alert_events_dedupe UNIQUE (alert_config_id, execution_id),
  CONSTRAINT ck_alert_events_acknowledged CHECK (
    num_nulls(acknowledged_at, acknowledged_by) IN (0, 2)
    AND (acknowledgement_note IS NULL OR acknowledged_at IS NOT NULL))
);

CREATE INDEX ix_alert_events_execution ON perf_mgmt.alert_events (execution_id);
CREATE INDEX ix_alert_events_triggered ON perf_mgmt.alert_events (triggered_at);

COMMENT ON TABLE perf_mgmt.alert_events IS
  'Alerts that were raised: one row per configuration and execution, however often the execution is checked.';
COMMENT ON COLUMN perf_mgmt.alert_events.id IS 'Key; the payload of the notification on channel perf_mgmt_alerts.';
COMMENT ON COLUMN perf_mgmt.alert_events.alert_config_id IS
  'Configuration that raised it; NULL when it was deleted since.';
COMMENT ON COLUMN perf_mgmt.alert_events.execution_id IS 'Execution that raised it; its alerts go with it.';
COMMENT ON COLUMN perf_mgmt.alert_events.alert_name IS 'Name of the configuration at the time.';
COMMENT ON COLUMN perf_mgmt.alert_events.alert_type IS 'REGRESSION, THRESHOLD or ERROR_RATE.';
COMMENT ON COLUMN perf_mgmt.alert_events.severity IS 'How urgent it is.';
COMMENT ON COLUMN perf_mgmt.alert_events.notification_frequency IS
  'IMMEDIATE: it was notified at once; DAILY, WEEKLY: it stands in that digest.';
COMMENT ON COLUMN perf_mgmt.alert_events.notification_channels IS
  'Channels of the configuration at the time, for whoever delivers it.';
COMMENT ON COLUMN perf_mgmt.alert_events.message IS 'What happened, in a sentence, with the figures.';
COMMENT ON COLUMN perf_mgmt.alert_events.triggered_at IS 'When it was raised.';
COMMENT ON COLUMN perf_mgmt.alert_events.alert_data IS
  'Report of the execution as of then (generate_performance_report), without the text of the statements that held locks.';
COMMENT ON COLUMN perf_mgmt.alert_events.acknowledged_at IS 'When somebody took it up; NULL while nobody has.';
COMMENT ON COLUMN perf_mgmt.alert_events.acknowledged_by IS 'Role that took it up.';
COMMENT ON COLUMN perf_mgmt.alert_events.acknowledgement_note IS 'What he said about it.';
COMMENT ON CONSTRAINT uk_alert_events_dedupe ON perf_mgmt.alert_events IS
  'An execution that is checked again raises no alert twice.';

SELECT pg_catalog.pg_extension_config_dump('perf_mgmt.alert_events', '');

-- The copy in system_core.system_events ----------------------------------------------------------

CREATE FUNCTION perf_mgmt.execute_as(p_role oid, p_statement text, p_values text[]) RETURNS void
AS 'MODULE_PATHNAME', 'perf_mgmt_execute_as' LANGUAGE C VOLATILE STRICT
SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION perf_mgmt.execute_as(oid, text, text[]) IS
  'Runs a statement over the text parameters $1, $2 ... with the rights of a role that the caller is a member of, as a security-restricted operation: triggers and defaults of that role''s tables get no rights of the caller''s.';

-- A severity in the words that columns of other systems may have for it, the specification's first.
CREATE FUNCTION perf_mgmt.severity_words(p_severity perf_mgmt.alert_severity_enum) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT array_agg(written ORDER BY place, style)
  FROM unnest(CASE p_severity
                WHEN 'LOW' THEN ARRAY['LOW', 'INFO', 'MINOR', 'NOTICE', '1']
                WHEN 'MEDIUM' THEN ARRAY['MEDIUM', 'WARNING', 'WARN', 'MODERATE', '2']
                WHEN 'HIGH' THEN ARRAY['HIGH', 'ERROR', 'MAJOR', 'SEVERE', '3']
                ELSE ARRAY['CRITICAL', 'FATAL', 'EMERGENCY', 'ALERT', '4'] END) WITH ORDINALITY AS w (word, place),
    LATERAL (VALUES (1, word), (2, lower(word)), (3, initcap(word))) AS s (style, written)
  WHERE style = 1 OR word ~ '[A-Z]'
$$;
COMMENT ON FUNCTION perf_mgmt.severity_words(perf_mgmt.alert_severity_enum) IS
  'What a severity may be called in another table, in the order in which to try: LOW, low, Low, INFO ..., 1.';

CREATE FUNCTION perf_mgmt.mirror_alert(
  p_severity perf_mgmt.alert_severity_enum,
  p_triggered_at timestamptz,
  p_record jsonb
) RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_columns constant text[] := ARRAY['event_type', 'event_subtype', 'event_data', 'severity', 'created_at'];
  v_table regclass := to_regclass('system_core.system_events');
  v_owner oid;
  v_values text;
  v_statement text;
  v_word text;
  v_error text;
BEGIN
  IF v_table IS NULL THEN
    RETURN;
  END IF;
  SELECT string_agg(format('$%s::%s', c.place, format_type(a.atttypid, -1)), ', ' ORDER BY c.place)
    INTO v_values
    FROM unnest(v_columns) WITH ORDINALITY AS c (name, place)
    JOIN pg_attribute a ON a.attrelid = v_table AND a.attname = c.name AND a.attnum > 0 AND NOT a.attisdropped
    HAVING count(*) = cardinality(v_columns);
  IF v_values IS NULL THEN
    RAISE EXCEPTION '% lacks columns', v_table USING DETAIL = format('It needs %s.', array_to_string(v_columns, ', '));
  END IF;
  v_statement := format('INSERT INTO %s (%s) SELECT %s', v_table, array_to_string(v_columns, ', '), v_values);

  SELECT relowner INTO v_owner FROM pg_class WHERE oid = v_table;
  -- Whoever may create a schema may have made this one: what the table's triggers and defaults do, they
  -- do with the rights of its owner or not at all.
  IF NOT pg_has_role(v_owner, CASE WHEN current_setting('server_version_num')::integer >= 160000
                                   THEN 'SET' ELSE 'MEMBER' END) THEN
    RAISE EXCEPTION 'must be member of role "%", which owns %', pg_get_userbyid(v_owner), v_table
      USING ERRCODE = 'insufficient_privilege';
  ELSIF NOT has_table_privilege(v_owner, 'perf_mgmt.test_executions', 'SELECT') THEN
    RAISE EXCEPTION 'role "%", which owns %, may not read results', pg_get_userbyid(v_owner), v_table
      USING ERRCODE = 'insufficient_privilege',
            DETAIL = 'The copy of an alert has the figures of the execution.';
  END IF;
  -- What the column's type and constraints take for the severity is found by trying.
  FOREACH v_word IN ARRAY perf_mgmt.severity_words(p_severity) LOOP
    BEGIN
      IF v_owner = to_regrole(quote_ident(current_user)) THEN
        EXECUTE v_statement USING 'PERFORMANCE_ALERT'::text, p_severity::text, p_record::text, v_word, p_triggered_at::text;
      ELSE
        PERFORM perf_mgmt.execute_as(v_owner, v_statement,
          ARRAY['PERFORMANCE_ALERT', p_severity::text, p_record::text, v_word, p_triggered_at::text]);
      END IF;
      RETURN;
    EXCEPTION WHEN invalid_text_representation OR check_violation OR foreign_key_violation
                OR string_data_right_truncation THEN
      v_error := coalesce(v_error, SQLERRM);
    END;
  END LOOP;
  RAISE EXCEPTION '%', v_error;
END
$$;
COMMENT ON FUNCTION perf_mgmt.mirror_alert(perf_mgmt.alert_severity_enum, timestamptz, jsonb) IS
  'Copies an alert into system_core.system_events with the rights of that table''s owner; an error where the caller may not act as he, and nothing where there is no such table.';

-- Others' statements are for those who may read them: a document that is kept travels further.
CREATE FUNCTION perf_mgmt.report_without_statements(p_execution_id uuid) RETURNS jsonb
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_report jsonb := perf_mgmt.generate_performance_report(p_execution_id);
BEGIN
  IF EXISTS (SELECT FROM perf_mgmt.execution_blockers k WHERE k.execution_id = p_execution_id)
     AND v_report -> 'recommendations' <> '[]' THEN
    v_report := jsonb_set(v_report, '{recommendations}',
      perf_mgmt.advise(perf_mgmt.advice_evidence(p_execution_id, p_with_statements => false)));
  END IF;
  RETURN v_report;
END
$$;
COMMENT ON FUNCTION perf_mgmt.report_without_statements(uuid) IS
  'The report of an execution as alerts and CI runs keep it: without the text of the statements of sessions that held locks.';

-- Raising alerts ---------------------------------------------------------------------------------

CREATE FUNCTION perf_mgmt.send_performance_alert(
  p_alert_config_id uuid,
  p_execution_id uuid,
  p_severity perf_mgmt.alert_severity_enum,
  p_message text
) RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
  v_alert perf_mgmt.alert_events;
  v_report jsonb;
BEGIN
  INSERT INTO perf_mgmt.alert_events
    (alert_config_id, execution_id, alert_name, alert_type, severity, notification_frequency, notification_channels, message)
  SELECT c.id, p_execution_id, c.alert_name, c.alert_type, p_severity, c.notification_frequency,
         c.notification_channels, p_message
  FROM perf_mgmt.alert_configurations c WHERE c.id = p_alert_config_id
  ON CONFLICT ON CONSTRAINT uk_alert_events_dedupe DO NOTHING
  RETURNING * INTO v_alert;
  IF NOT FOUND THEN
    IF NOT EXISTS (SELECT FROM perf_mgmt.alert_configurations c WHERE c.id = p_alert_config_id) THEN
      RAISE EXCEPTION 'alert configuration % does not exist', coalesce('"' || p_alert_config_id || '"', 'NULL')
        USING ERRCODE = 'undefined_object', HINT = 'Take an id from perf_mgmt.alert_configurations.';
    END IF;
    RETURN;
  END IF;

  -- An alert is not lost for the sake of what goes with it.
  BEGIN
    v_report := perf_mgmt.report_without_statements(p_execution_id);
  EXCEPTION WHEN OTHERS THEN
    PERFORM perf_mgmt.log_performance_event(p_execution_id, 'ALERT_WITHOUT_REPORT',
      format('The report of alert "%s" could not be made.', v_alert.alert_name),
      jsonb_build_object('sqlstate', SQLSTATE, 'message', SQLERRM));
  END;
  UPDATE perf_mgmt.alert_events SET alert_data = v_report WHERE id = v_alert.id;

  BEGIN
    PERFORM perf_mgmt.mirror_alert(p_severity, v_alert.triggered_at, jsonb_build_object(
      'alert_event_id', v_alert.id,
      'alert_config_id', p_alert_config_id,
      'alert_name', v_alert.alert_name,
      'execution_id', p_execution_id,
      'severity', p_severity,
      'message', p_message,
      'triggered_at', v_alert.triggered_at,
      'alert_data', v_report));
  EXCEPTION WHEN OTHERS THEN
    PERFORM perf_mgmt.log_performance_event(p_execution_id, 'ALERT_NOT_MIRRORED',
      format('Alert "%s" could not be copied into system_core.system_events.', v_alert.alert_name),
      jsonb_build_object('alert_event_id', v_alert.id, 'sqlstate', SQLSTATE, 'message', SQLERRM));
  END;

  IF v_alert.notification_frequency = 'IMMEDIATE' THEN
    PERFORM pg_notify('perf_mgmt_alerts', v_alert.id::text);
  END IF;
END
$$;
COMMENT ON FUNCTION perf_mgmt.send_performance_alert(uuid, uuid, perf_mgmt.alert_severity_enum, text) IS
  'Raises an alert, once per configuration and execution: writes alert_events, copies it into system_core.system_events where there is such a table, and notifies channel perf_mgmt_alerts with its id. DAILY and WEEKLY alerts wait for their digest instead.';

-- Why this configuration is broken by an execution: a text with the figures; NULL where it is not. A
-- figure that was not measured breaks no limit.
CREATE FUNCTION perf_mgmt.alert_reason(
  p_alert perf_mgmt.alert_configurations,
  p_regression_detected boolean,
  p_figures jsonb
) RETURNS text
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_limits jsonb := p_alert.threshold_config;
BEGIN
  -- It may be there from before there were checks, or have come past them.
  PERFORM perf_mgmt.check_alert_limits(p_alert.alert_type, v_limits);
  IF p_alert.alert_type = 'REGRESSION' THEN
    -- The reason names metric, change and what it was held against; somebody may have set the flag by hand.
    RETURN CASE WHEN p_regression_detected THEN coalesce(
      (SELECT v.reason FROM perf_mgmt.latest_verdicts((p_figures ->> 'id')::uuid) v
       WHERE v.metric = 'overall' AND v.verdict = 'REGRESSION'),
      'a regression was found') END;
  ELSIF p_alert.alert_type = 'ERROR_RATE' THEN
    v_limits := '{"max_error_rate_percent": 5}' || jsonb_strip_nulls(v_limits);
  END IF;
  RETURN (
    SELECT string_agg(format('%s is %s, the limit is %s', metric, trim_scale(figure), trim_scale(bound)), '; ' ORDER BY name)
    FROM (SELECT l.name, substr(l.name, 5) AS metric, (p_figures ->> substr(l.name, 5))::numeric AS figure,
                 l.value::numeric AS bound
          FROM jsonb_each_text(v_limits) AS l (name, value)) AS judged
    WHERE CASE WHEN starts_with(name, 'max_') THEN figure > bound ELSE figure < bound END);
END
$$;
COMMENT ON FUNCTION perf_mgmt.alert_reason(perf_mgmt.alert_configurations, boolean, jsonb) IS
  'Why an execution with these figures (its row as JSON) raises this alert, with the figures; of a regression the reason of its verdict. NULL: it does not. A figure equal to its limit keeps it.';

CREATE FUNCTION perf_mgmt.check_performance_alerts(p_execution_id uuid) RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_execution perf_mgmt.test_executions;
  v_test_name varchar;
  v_industry perf_mgmt.industry_enum;
  v_figures jsonb;
  v_alert perf_mgmt.alert_configurations;
  v_reason text;
BEGIN
  SELECT e.* INTO v_execution FROM perf_mgmt.test_executions e WHERE e.id = p_execution_id;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'execution % does not exist', coalesce('"' || p_execution_id || '"', 'NULL')
      USING ERRCODE = 'undefined_object', HINT = 'Take an id from perf_mgmt.test_executions.';
  ELSIF v_execution.execution_status = 'RUNNING' THEN
    RAISE EXCEPTION 'execution "%" has no result yet', p_execution_id
      USING ERRCODE = 'object_not_in_prerequisite_state',
            HINT = 'CALL perf_mgmt.wait_for_execution() waits for its end.';
  END IF;
  -- Halves of a comparison are meant to differ, and a repetition is checked with what it repeats.
  IF v_execution.comparison_id IS NOT NULL OR v_execution.confirms_execution_id IS NOT NULL THEN
    RETURN;
  END IF;
  SELECT t.test_name, coalesce(t.industry_context, s.industry_type)
    INTO v_test_name, v_industry
    FROM perf_mgmt.performance_tests t
    LEFT JOIN perf_mgmt.load_scenarios s ON s.id = v_execution.scenario_id
    WHERE t.id = v_execution.test_id;
  v_figures := to_jsonb(v_execution);

  FOR v_alert IN
    SELECT c.* FROM perf_mgmt.alert_configurations c
    WHERE c.is_active AND (c.industry_context IS NULL OR c.industry_context = v_industry)
      AND NOT EXISTS (SELECT FROM perf_mgmt.alert_events a
                      WHERE a.alert_config_id = c.id AND a.execution_id = p_execution_id)
    ORDER BY c.alert_severity DESC, c.created_at, c.id
  LOOP
    BEGIN
      v_reason := perf_mgmt.alert_reason(v_alert, v_execution.regression_detected, v_figures);
      IF v_reason IS NOT NULL THEN
        PERFORM perf_mgmt.send_performance_alert(v_alert.id, p_execution_id, v_alert.alert_severity,
          format('Performance alert triggered: %s (test "%s" in %s: %s)', v_alert.alert_name, v_test_name,
                 v_execution.execution_environment, v_reason));
      END IF;
    EXCEPTION WHEN OTHERS THEN
      -- One alert that cannot be checked keeps no other from being raised, and is told once.
      IF NOT EXISTS (SELECT FROM perf_mgmt.execution_events x
                     WHERE x.execution_id = p_execution_id AND x.event_type = 'ALERT_FAILED'
                       AND x.details ->> 'alert_config_id' = v_alert.id::text) THEN
        PERFORM perf_mgmt.log_performance_event(p_execution_id, 'ALERT_FAILED',
          format('Alert "%s" could not be checked.', v_alert.alert_name),
          jsonb_build_object('alert_config_id', v_alert.id, 'sqlstate', SQLSTATE, 'message', SQLERRM));
      END IF;
    END;
  END LOOP;
END
$$;
COMMENT ON FUNCTION perf_mgmt.check_performance_alerts(uuid) IS
  'Raises the alerts whose conditions an execution that has ended meets, whatever its verdict; checking again raises none twice. Halves of a comparison and repetitions raise none. An alert that cannot be checked is an event ALERT_FAILED of the execution.';

-- Reading alerts ---------------------------------------------------------------------------------

CREATE FUNCTION perf_mgmt.alert_digest(
  p_frequency varchar,
  p_day date DEFAULT (now() AT TIME ZONE 'UTC')::date
) RETURNS jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
  v_frequency constant text := upper(p_frequency);
  v_from date;
  v_until date;
BEGIN
  IF v_frequency IS NULL OR v_frequency NOT IN ('DAILY', 'WEEKLY') THEN
    RAISE EXCEPTION 'invalid frequency of a digest: %', coalesce('"' || p_frequency || '"', 'NULL')
      USING ERRCODE = 'invalid_parameter_value', DETAIL = 'It is DAILY or WEEKLY.';
  ELSIF p_day IS NULL OR NOT isfinite(p_day) THEN
    RAISE EXCEPTION 'invalid day of a digest: %', coalesce(p_day::text, 'NULL')
      USING ERRCODE = 'invalid_parameter_value';
  END IF;
  v_from := CASE v_frequency WHEN 'DAILY' THEN p_day ELSE date_trunc('week', p_day::timestamp)::date END;
  v_until := v_from + CASE v_frequency WHEN 'DAILY' THEN 1 ELSE 7 END;

  RETURN (
    SELECT jsonb_build_object(
      'frequency', v_frequency, 'from', v_from, 'until', v_until,
      'total', count(*),
      'unacknowledged', count(*) FILTER (WHERE a.acknowledged_at IS NULL),
      'by_severity', jsonb_build_object(
        'CRITICAL', count(*) FILTER (WHERE a.severity = 'CRITICAL'),
        'HIGH', count(*) FILTER (WHERE a.severity = 'HIGH'),
        'MEDIUM', count(*) FILTER (WHERE a.severity = 'MEDIUM'),
        'LOW', count(*) FILTER (WHERE a.severity = 'LOW')),
      'alerts', coalesce(jsonb_agg(jsonb_build_object(
          'alert_event_id', a.id, 'alert_name', a.alert_name, 'alert_type', a.alert_type, 'severity', a.severity,
          'message', a.message, 'triggered_at', a.triggered_at, 'notification_channels', a.notification_channels,
          'execution_id', a.execution_id, 'test_name', t.test_name, 'environment', e.execution_environment,
          'acknowledged_at', a.acknowledged_at, 'acknowledged_by', a.acknowledged_by)
        ORDER BY a.severity DESC, a.triggered_at, a.id), '[]'))
    FROM perf_mgmt.alert_events a
    JOIN perf_mgmt.test_executions e ON e.id = a.execution_id
    JOIN perf_mgmt.performance_tests t ON t.id = e.test_id
    WHERE a.notification_frequency = v_frequency
      AND a.triggered_at >= v_from AND a.triggered_at < v_until);
END
$$;
COMMENT ON FUNCTION perf_mgmt.alert_digest(varchar, date) IS
  'The DAILY alerts of a day, or the WEEKLY ones of the week from Monday on that the day is in, the most urgent first, as JSON. Days begin at 0:00 UTC.';

CREATE FUNCTION perf_mgmt.acknowledge_alert(p_event_id uuid, p_note text DEFAULT NULL) RETURNS boolean
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  UPDATE perf_mgmt.alert_events
    SET acknowledged_at = now(), acknowledged_by = current_user, acknowledgement_note = p_note
    WHERE id = p_event_id AND acknowledged_at IS NULL;
  IF FOUND THEN
    RETURN true;
  ELSIF NOT EXISTS (SELECT FROM perf_mgmt.alert_events a WHERE a.id = p_event_id) THEN
    RAISE EXCEPTION 'alert % does not exist', coalesce('"' || p_event_id || '"', 'NULL')
      USING ERRCODE = 'undefined_object', HINT = 'Take an id from perf_mgmt.alert_events.';
  END IF;
  RETURN false;
END
$$;
COMMENT ON FUNCTION perf_mgmt.acknowledge_alert(uuid, text) IS
  'Notes that the current role has taken up an alert. False where somebody had before, which stands.';
