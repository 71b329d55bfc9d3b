-- Alert configurations: which results somebody wants to hear of.
--
-- They are data, and nothing of them is run. They are checked when they are written, and again, each by
-- itself, when they are read (alert_events.sql).

CREATE TABLE perf_mgmt.alert_configurations (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  alert_name varchar(255) NOT NULL,
  alert_type varchar(100) NOT NULL,
  industry_context perf_mgmt.industry_enum,

  threshold_config jsonb NOT NULL,
  alert_severity perf_mgmt.alert_severity_enum NOT NULL,

  notification_channels jsonb NOT NULL,
  notification_frequency varchar(50) NOT NULL DEFAULT 'IMMEDIATE',

  is_active boolean NOT NULL DEFAULT true,
  created_at timestamptz NOT NULL DEFAULT now(),
  created_by uuid,

  CONSTRAINT ck_alert_configurations_name CHECK (btrim(alert_name) <> ''),
  CONSTRAINT ck_alert_configurations_type CHECK (alert_type IN ('REGRESSION', 'THRESHOLD', 'ERROR_RATE')),
  CONSTRAINT ck_alert_configurations_thresholds CHECK (jsonb_typeof(threshold_config) = 'object'),
  CONSTRAINT ck_alert_configurations_channels CHECK (jsonb_typeof(notification_channels) = 'object'),
  CONSTRAINT ck_alert_configurations_frequency CHECK (notification_frequency IN ('IMMEDIATE', 'DAILY', 'WEEKLY'))
);

CREATE INDEX ix_alert_configurations_created_by ON perf_mgmt.alert_configurations (created_by);

COMMENT ON TABLE perf_mgmt.alert_configurations IS
  'Conditions under which a finished execution raises an alert.';
COMMENT ON COLUMN perf_mgmt.alert_configurations.id IS 'Key.';
COMMENT ON COLUMN perf_mgmt.alert_configurations.alert_name IS 'Name that the alert is shown under.';
COMMENT ON COLUMN perf_mgmt.alert_configurations.alert_type IS
  'REGRESSION: the execution''s regression_detected is set; THRESHOLD: a limit is broken; ERROR_RATE: too many operations failed.';
COMMENT ON COLUMN perf_mgmt.alert_configurations.industry_context IS
  'Only tests of this industry, or without one and with a scenario of it; NULL for all.';
COMMENT ON COLUMN perf_mgmt.alert_configurations.threshold_config IS
  'THRESHOLD: a JSON object of numbers, max_<metric> or min_<metric> of the summary; ERROR_RATE: {"max_error_rate_percent": n}, or {} for 5 percent; REGRESSION: {}.';
COMMENT ON COLUMN perf_mgmt.alert_configurations.alert_severity IS 'How urgent the alert is.';
COMMENT ON COLUMN perf_mgmt.alert_configurations.notification_channels IS
  'Where the alert goes, for whoever listens on channel perf_mgmt_alerts and delivers it: a JSON object from the name of a channel to an object with its settings, as {"email": {"to": ["dba@example.org"]}}; {} for none but the database.';
COMMENT ON COLUMN perf_mgmt.alert_configurations.notification_frequency IS
  'IMMEDIATE, or collected into a DAILY or WEEKLY digest.';
COMMENT ON COLUMN perf_mgmt.alert_configurations.is_active IS 'Whether executions are checked against it.';
COMMENT ON COLUMN perf_mgmt.alert_configurations.created_at IS 'When the row was written.';
COMMENT ON COLUMN perf_mgmt.alert_configurations.created_by IS
  'User of the platform who set it; refers to auth.users where that table existed at install.';

CREATE FUNCTION perf_mgmt.check_alert_thresholds(p_threshold_config jsonb) RETURNS void
AS 'MODULE_PATHNAME', 'perf_mgmt_check_alert_thresholds' LANGUAGE C STABLE STRICT
SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION perf_mgmt.check_alert_thresholds(jsonb) IS
  'Raises an error that names the member where it is not max_ or min_ with a metric of the summary, or not a number.';

CREATE FUNCTION perf_mgmt.check_alert_limits(p_alert_type varchar, p_threshold_config jsonb) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_limits jsonb;
  v_rate numeric;
BEGIN
  PERFORM perf_mgmt.check_alert_thresholds(p_threshold_config);
  v_limits := jsonb_strip_nulls(p_threshold_config);

  IF p_alert_type = 'THRESHOLD' AND v_limits = '{}' THEN
    RAISE EXCEPTION 'an alert of type THRESHOLD needs a limit'
      USING ERRCODE = 'invalid_parameter_value',
            HINT = 'Write threshold_config as {"max_p95_response_time_ms": 500, ...}.';
  ELSIF p_alert_type = 'REGRESSION' AND v_limits <> '{}' THEN
    RAISE EXCEPTION 'an alert of type REGRESSION takes no limits'
      USING ERRCODE = 'invalid_parameter_value',
            DETAIL = 'What a regression is, the thresholds of the baseline say.',
            HINT = 'Set threshold_config to {}, or alert_type to THRESHOLD.';
  ELSIF p_alert_type = 'ERROR_RATE' THEN
    IF v_limits - 'max_error_rate_percent' <> '{}' THEN
      RAISE EXCEPTION 'an alert of type ERROR_RATE takes no limit but "max_error_rate_percent"'
        USING ERRCODE = 'invalid_parameter_value',
              HINT = 'Alerts of type THRESHOLD take limits of any metric.';
    END IF;
    v_rate := (v_limits ->> 'max_error_rate_percent')::numeric;
    IF v_rate NOT BETWEEN 0 AND 100 THEN
      RAISE EXCEPTION 'invalid limit "max_error_rate_percent": %', v_rate
        USING ERRCODE = 'invalid_parameter_value', DETAIL = 'Its range is 0 to 100.';
    END IF;
  END IF;
END
$$;
COMMENT ON FUNCTION perf_mgmt.check_alert_limits(varchar, jsonb) IS
  'Raises an error where an alert of this type could not be judged with this threshold_config.';

CREATE FUNCTION perf_mgmt.check_notification_channels(p_channels jsonb) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_channel text;
  v_settings jsonb;
BEGIN
  FOR v_channel, v_settings IN SELECT key, value FROM jsonb_each(p_channels) LOOP
    IF btrim(v_channel) = '' THEN
      RAISE EXCEPTION 'a notification channel has no name' USING ERRCODE = 'invalid_parameter_value';
    ELSIF jsonb_typeof(v_settings) <> 'object' THEN
      RAISE EXCEPTION 'invalid notification channel "%": %', v_channel, v_settings
        USING ERRCODE = 'invalid_parameter_value',
              DETAIL = 'A JSON object with the settings of the channel is expected.',
              HINT = 'Write notification_channels as {"email": {"to": ["dba@example.org"]}, "slack": {}}.';
    END IF;
  END LOOP;
END
$$;
COMMENT ON FUNCTION perf_mgmt.check_notification_channels(jsonb) IS
  'Raises an error where a notification channel has no name, or settings that are no JSON object.';

CREATE FUNCTION perf_mgmt.check_alert_configuration() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  -- Anything but an object is left to the table's constraints.
  IF jsonb_typeof(NEW.threshold_config) = 'object' THEN
    PERFORM perf_mgmt.check_alert_limits(NEW.alert_type, NEW.threshold_config);
  END IF;
  IF jsonb_typeof(NEW.notification_channels) = 'object' THEN
    PERFORM perf_mgmt.check_notification_channels(NEW.notification_channels);
  END IF;
  RETURN NEW;
END
$$;
COMMENT ON FUNCTION perf_mgmt.check_alert_configuration() IS
  'Trigger: refuses an alert whose limits could not be judged, or whose channels could not be read.';

CREATE TRIGGER check_configuration BEFORE INSERT OR UPDATE OF alert_type, threshold_config, notification_channels
ON perf_mgmt.alert_configurations FOR EACH ROW EXECUTE FUNCTION perf_mgmt.check_alert_configuration();

SELECT perf_mgmt.reference_users('perf_mgmt.alert_configurations');
SELECT pg_catalog.pg_extension_config_dump('perf_mgmt.alert_configurations', '');
