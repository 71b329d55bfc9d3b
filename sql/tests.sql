-- The registry of tests: named, versioned intents.

CREATE TABLE perf_mgmt.performance_tests (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  test_name varchar(255) NOT NULL,
  test_version varchar(50) NOT NULL,
  test_type perf_mgmt.test_type_enum NOT NULL,
  industry_context perf_mgmt.industry_enum,
  target_schema varchar(100),
  description text,
  test_configuration jsonb NOT NULL,
  baseline_thresholds jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  created_by uuid,
  is_active boolean NOT NULL DEFAULT true,
  tags text[],
  scenario_id uuid,
  owner_role name DEFAULT current_user,

  CONSTRAINT uk_perf_test_name_version UNIQUE (test_name, test_version),
  CONSTRAINT ck_performance_tests_name CHECK (btrim(test_name) <> ''),
  CONSTRAINT ck_performance_tests_version CHECK (btrim(test_version) <> ''),
  CONSTRAINT ck_performance_tests_configuration CHECK (jsonb_typeof(test_configuration) = 'object'),
  CONSTRAINT ck_performance_tests_thresholds CHECK (jsonb_typeof(baseline_thresholds) = 'object'),
  CONSTRAINT ck_performance_tests_thresholds_numbers CHECK (perf_mgmt.has_only_numbers(baseline_thresholds))
);

CREATE INDEX ix_performance_tests_created_by ON perf_mgmt.performance_tests (created_by);
CREATE INDEX ix_performance_tests_scenario ON perf_mgmt.performance_tests (scenario_id);

COMMENT ON TABLE perf_mgmt.performance_tests IS
  'Tests: what is to be tried, under which load, and within which limits. Several versions of a test may exist; the newest active one runs.';
COMMENT ON COLUMN perf_mgmt.performance_tests.id IS
  'Key. That of a shipped test follows from its name and version.';
COMMENT ON COLUMN perf_mgmt.performance_tests.test_name IS 'Name by which the test is started.';
COMMENT ON COLUMN perf_mgmt.performance_tests.test_version IS
  'Version, compared by its numbers (see version_key): 1.10 is newer than 1.9.';
COMMENT ON COLUMN perf_mgmt.performance_tests.test_type IS
  'What the test is for: it shapes the load where the configuration does not, and says what is reported beside the figures.';
COMMENT ON COLUMN perf_mgmt.performance_tests.industry_context IS
  'Industry of the test; picks the scenario where neither the configuration nor scenario_id names one.';
COMMENT ON COLUMN perf_mgmt.performance_tests.target_schema IS
  'Schema that the test is about; for readers only.';
COMMENT ON COLUMN perf_mgmt.performance_tests.description IS 'What the test is to show.';
COMMENT ON COLUMN perf_mgmt.performance_tests.test_configuration IS
  'Run spec: a JSON object of known keys, checked when it is written.';
COMMENT ON COLUMN perf_mgmt.performance_tests.baseline_thresholds IS
  'Absolute limits of the summary: a JSON object of numbers, max_<metric> or min_<metric>, checked when it is written.';
COMMENT ON COLUMN perf_mgmt.performance_tests.created_at IS 'When the test was written.';
COMMENT ON COLUMN perf_mgmt.performance_tests.created_by IS
  'User of the platform who wrote it; refers to auth.users where that table existed at install.';
COMMENT ON COLUMN perf_mgmt.performance_tests.is_active IS 'Whether the test may be started.';
COMMENT ON COLUMN perf_mgmt.performance_tests.tags IS 'Words to find the test by.';
COMMENT ON COLUMN perf_mgmt.performance_tests.scenario_id IS
  'Scenario that the test runs; NULL: named in the configuration, or the one of its industry.';
COMMENT ON COLUMN perf_mgmt.performance_tests.owner_role IS
  'Role that the test belongs to; NULL for a shipped test.';
COMMENT ON CONSTRAINT ck_performance_tests_thresholds_numbers ON perf_mgmt.performance_tests IS
  'A limit that is not a number could never be broken.';

CREATE FUNCTION perf_mgmt.check_test_configuration(p_configuration jsonb) RETURNS void
AS 'MODULE_PATHNAME', 'perf_mgmt_check_test_configuration' LANGUAGE C STABLE STRICT
SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION perf_mgmt.check_test_configuration(jsonb) IS
  'Raises an error that names the key, the value and the range where a run spec is wrong.';

CREATE FUNCTION perf_mgmt.check_baseline_thresholds(p_thresholds jsonb) RETURNS void
AS 'MODULE_PATHNAME', 'perf_mgmt_check_baseline_thresholds' LANGUAGE C STABLE STRICT
SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION perf_mgmt.check_baseline_thresholds(jsonb) IS
  'Raises an error that names the member where it is not max_ or min_ with a metric of the summary, or not a number.';

CREATE FUNCTION perf_mgmt.check_performance_test() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_other name;
BEGIN
  -- Anything but an object is left to the table's constraint.
  IF jsonb_typeof(NEW.test_configuration) = 'object' THEN
    PERFORM perf_mgmt.check_test_configuration(NEW.test_configuration);
  END IF;
  IF jsonb_typeof(NEW.baseline_thresholds) = 'object' THEN
    PERFORM perf_mgmt.check_baseline_thresholds(NEW.baseline_thresholds);
  END IF;

  -- A higher version would be run, and judged by its limits, in place of the one that is meant.
  SELECT t.owner_role INTO v_other FROM perf_mgmt.performance_tests t
    WHERE t.test_name = NEW.test_name AND t.id <> NEW.id AND t.owner_role IS DISTINCT FROM NEW.owner_role
      AND NOT perf_mgmt.may_write(TG_RELID, t.owner_role)
    LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'performance test "%" is not yours', NEW.test_name
      USING ERRCODE = 'insufficient_privilege',
            DETAIL = CASE WHEN v_other IS NULL THEN 'A version of it is part of the catalogue of the extension.'
                          ELSE format('A version of it belongs to role "%s".', v_other) END,
            HINT = 'Write a test of your own under another name.';
  END IF;
  RETURN NEW;
END
$$;
COMMENT ON FUNCTION perf_mgmt.check_performance_test() IS
  'Trigger: refuses a test whose configuration could not run, or whose limits could not be judged, and a version of somebody else''s test.';

CREATE TRIGGER check_configuration BEFORE INSERT OR UPDATE OF test_name, owner_role, test_configuration, baseline_thresholds
ON perf_mgmt.performance_tests FOR EACH ROW EXECUTE FUNCTION perf_mgmt.check_performance_test();
CREATE TRIGGER check_owner BEFORE INSERT OR UPDATE OR DELETE
ON perf_mgmt.performance_tests FOR EACH ROW EXECUTE FUNCTION perf_mgmt.check_owner();
CREATE TRIGGER set_shipped_id BEFORE INSERT
ON perf_mgmt.performance_tests FOR EACH ROW EXECUTE FUNCTION perf_mgmt.set_shipped_id();

SELECT perf_mgmt.reference_users('perf_mgmt.performance_tests');
SELECT pg_catalog.pg_extension_config_dump('perf_mgmt.performance_tests', 'WHERE owner_role IS NOT NULL');
