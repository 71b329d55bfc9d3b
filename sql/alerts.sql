-- Alert configurations: which results somebody wants to hear of.

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
  'REGRESSION: the execution is worse than its baseline; THRESHOLD: a limit is broken; ERROR_RATE: too many operations failed.';
COMMENT ON COLUMN perf_mgmt.alert_configurations.industry_context IS
  'Only tests of this industry; NULL for all.';
COMMENT ON COLUMN perf_mgmt.alert_configurations.threshold_config IS
  'Limits as a JSON object of numbers, max_<metric> or min_<metric>; {} where the type needs none.';
COMMENT ON COLUMN perf_mgmt.alert_configurations.alert_severity IS 'How urgent the alert is.';
COMMENT ON COLUMN perf_mgmt.alert_configurations.notification_channels IS
  'Where the alert goes, as a JSON object from channel to its settings; {} for none but the database.';
COMMENT ON COLUMN perf_mgmt.alert_configurations.notification_frequency IS
  'IMMEDIATE, or collected into a DAILY or WEEKLY digest.';
COMMENT ON COLUMN perf_mgmt.alert_configurations.is_active IS 'Whether executions are checked against it.';
COMMENT ON COLUMN perf_mgmt.alert_configurations.created_at IS 'When the row was written.';
COMMENT ON COLUMN perf_mgmt.alert_configurations.created_by IS
  'User of the platform who set it; refers to auth.users where that table existed at install.';

SELECT perf_mgmt.reference_users('perf_mgmt.alert_configurations');
SELECT pg_catalog.pg_extension_config_dump('perf_mgmt.alert_configurations', '');
