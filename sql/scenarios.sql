-- Scenarios: workloads with their load and their success criteria, and the operations they consist of.

CREATE TABLE perf_mgmt.load_scenarios (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  scenario_name varchar(255) NOT NULL,
  industry_type perf_mgmt.industry_enum NOT NULL,
  scenario_description text NOT NULL,

  -- Load
  virtual_users integer NOT NULL,
  ramp_up_duration_seconds integer NOT NULL,
  test_duration_seconds integer NOT NULL,
  ramp_down_duration_seconds integer NOT NULL DEFAULT 60,

  -- Workload
  workload_pattern jsonb NOT NULL,
  data_size_requirements jsonb,

  -- Success criteria
  max_avg_response_time_ms integer NOT NULL,
  max_p95_response_time_ms integer NOT NULL,
  min_throughput_tps numeric(20,3) NOT NULL,
  max_error_rate_percent numeric(9,6) NOT NULL,
  max_cpu_usage_percent numeric(5,2) DEFAULT 80.0,
  max_memory_usage_percent numeric(5,2) DEFAULT 90.0,

  created_at timestamptz NOT NULL DEFAULT now(),
  created_by uuid,
  is_active boolean NOT NULL DEFAULT true,
  owner_role name DEFAULT current_user,

  CONSTRAINT uk_load_scenario_name UNIQUE (scenario_name),
  CONSTRAINT ck_load_scenarios_name CHECK (btrim(scenario_name) <> ''),
  CONSTRAINT ck_load_scenarios_virtual_users CHECK (virtual_users > 0),
  CONSTRAINT ck_load_scenarios_ramp_up CHECK (ramp_up_duration_seconds >= 0),
  CONSTRAINT ck_load_scenarios_test_duration CHECK (test_duration_seconds > 0),
  CONSTRAINT ck_load_scenarios_ramp_down CHECK (ramp_down_duration_seconds >= 0),
  CONSTRAINT ck_load_scenarios_pattern CHECK (jsonb_typeof(workload_pattern) = 'object'),
  CONSTRAINT ck_load_scenarios_pattern_shares CHECK (
    perf_mgmt.has_only_numbers(workload_pattern)
    AND NOT jsonb_path_exists(workload_pattern, '$.* ? (@ < 0)')),
  CONSTRAINT ck_load_scenarios_data_size CHECK (jsonb_typeof(data_size_requirements) = 'object'),
  CONSTRAINT ck_load_scenarios_avg_response CHECK (max_avg_response_time_ms > 0),
  CONSTRAINT ck_load_scenarios_p95_response CHECK (max_p95_response_time_ms > 0),
  CONSTRAINT ck_load_scenarios_throughput CHECK (min_throughput_tps >= 0 AND min_throughput_tps < 'NaN'),
  CONSTRAINT ck_load_scenarios_error_rate CHECK (max_error_rate_percent BETWEEN 0 AND 100),
  CONSTRAINT ck_load_scenarios_cpu CHECK (max_cpu_usage_percent BETWEEN 0 AND 100),
  CONSTRAINT ck_load_scenarios_memory CHECK (max_memory_usage_percent BETWEEN 0 AND 100)
);

CREATE INDEX ix_load_scenarios_created_by ON perf_mgmt.load_scenarios (created_by);

COMMENT ON TABLE perf_mgmt.load_scenarios IS
  'Scenarios: what simulated users do, how many of them, for how long, and what counts as success.';
COMMENT ON COLUMN perf_mgmt.load_scenarios.id IS
  'Key. That of a shipped scenario follows from its name.';
COMMENT ON COLUMN perf_mgmt.load_scenarios.scenario_name IS 'Name, unique among all scenarios.';
COMMENT ON COLUMN perf_mgmt.load_scenarios.industry_type IS
  'Industry, which also decides whose generators the operations find.';
COMMENT ON COLUMN perf_mgmt.load_scenarios.scenario_description IS 'What the workload stands for.';
COMMENT ON COLUMN perf_mgmt.load_scenarios.virtual_users IS
  'Simulated users at full load; at least 1. Many users share a worker process.';
COMMENT ON COLUMN perf_mgmt.load_scenarios.ramp_up_duration_seconds IS
  'Seconds in which the users arrive, linearly.';
COMMENT ON COLUMN perf_mgmt.load_scenarios.test_duration_seconds IS
  'Seconds at full load; at least 1.';
COMMENT ON COLUMN perf_mgmt.load_scenarios.ramp_down_duration_seconds IS
  'Seconds in which the users leave, linearly.';
COMMENT ON COLUMN perf_mgmt.load_scenarios.workload_pattern IS
  'Intended share of each category of operations in percent: a JSON object of numbers that are not negative.';
COMMENT ON COLUMN perf_mgmt.load_scenarios.data_size_requirements IS
  'Rows that a VOLUME test demands: a JSON object from schema.table, or from the name of a table of the operations, to a number of rows.';
COMMENT ON COLUMN perf_mgmt.load_scenarios.max_avg_response_time_ms IS
  'Success criterion: average response time, milliseconds.';
COMMENT ON COLUMN perf_mgmt.load_scenarios.max_p95_response_time_ms IS
  'Success criterion: 95th percentile of the response time, milliseconds.';
COMMENT ON COLUMN perf_mgmt.load_scenarios.min_throughput_tps IS
  'Success criterion: successful operations per second.';
COMMENT ON COLUMN perf_mgmt.load_scenarios.max_error_rate_percent IS
  'Success criterion: failed operations, 0 to 100 percent of those that ran.';
COMMENT ON COLUMN perf_mgmt.load_scenarios.max_cpu_usage_percent IS
  'Success criterion: CPU of the host, 0 to 100 percent; NULL for none.';
COMMENT ON COLUMN perf_mgmt.load_scenarios.max_memory_usage_percent IS
  'Success criterion: memory of the host, 0 to 100 percent; NULL for none.';
COMMENT ON COLUMN perf_mgmt.load_scenarios.created_at IS 'When the scenario was written.';
COMMENT ON COLUMN perf_mgmt.load_scenarios.created_by IS
  'User of the platform who wrote it; refers to auth.users where that table existed at install.';
COMMENT ON COLUMN perf_mgmt.load_scenarios.is_active IS
  'Whether the scenario is offered to tests that name none.';
COMMENT ON COLUMN perf_mgmt.load_scenarios.owner_role IS
  'Role with whose rights the operations run; NULL for a shipped scenario, which runs with those of the caller.';

ALTER TABLE perf_mgmt.performance_tests
  ADD CONSTRAINT fk_performance_tests_scenario FOREIGN KEY (scenario_id)
  REFERENCES perf_mgmt.load_scenarios (id) ON DELETE SET NULL;

CREATE TRIGGER check_owner BEFORE INSERT OR UPDATE OR DELETE
ON perf_mgmt.load_scenarios FOR EACH ROW EXECUTE FUNCTION perf_mgmt.check_owner();
CREATE TRIGGER set_shipped_id BEFORE INSERT
ON perf_mgmt.load_scenarios FOR EACH ROW EXECUTE FUNCTION perf_mgmt.set_shipped_id();

CREATE TABLE perf_mgmt.workload_operations (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  scenario_id uuid NOT NULL REFERENCES perf_mgmt.load_scenarios (id) ON DELETE CASCADE,
  operation_name varchar(255) NOT NULL,
  operation_type varchar(100) NOT NULL,
  sql_template text NOT NULL,
  parameter_generators json NOT NULL,
  weight_percentage numeric(5,2) NOT NULL,
  think_time_ms integer DEFAULT 0,

  business_context text,
  peak_hours_multiplier numeric(5,2) NOT NULL DEFAULT 1.0,

  created_at timestamptz NOT NULL DEFAULT now(),
  categories text[] NOT NULL DEFAULT '{}',

  CONSTRAINT uk_workload_operation_name UNIQUE (scenario_id, operation_name),
  CONSTRAINT ck_workload_operations_name CHECK (btrim(operation_name) <> ''),
  CONSTRAINT ck_workload_operations_type CHECK (operation_type IN ('read', 'write', 'mixed')),
  CONSTRAINT ck_workload_operations_template CHECK (btrim(sql_template, E' \t\r\n;') <> ''),
  CONSTRAINT ck_workload_operations_generators CHECK (json_typeof(parameter_generators) = 'object'),
  CONSTRAINT ck_workload_operations_generators_unique_keys CHECK (perf_mgmt.has_unique_keys(parameter_generators)),
  CONSTRAINT ck_workload_operations_weight CHECK (weight_percentage BETWEEN 0 AND 100),
  CONSTRAINT ck_workload_operations_think_time CHECK (think_time_ms >= 0),
  CONSTRAINT ck_workload_operations_peak CHECK (peak_hours_multiplier > 0 AND peak_hours_multiplier < 'NaN'),
  CONSTRAINT ck_workload_operations_categories CHECK (
    cardinality(categories) = 0
    OR (array_ndims(categories) = 1 AND array_position(categories, NULL) IS NULL))
);

COMMENT ON TABLE perf_mgmt.workload_operations IS
  'Operations of the scenarios: SQL templates with their parameters, each run as one transaction.';
COMMENT ON COLUMN perf_mgmt.workload_operations.id IS 'Key.';
COMMENT ON COLUMN perf_mgmt.workload_operations.scenario_id IS
  'Scenario that it belongs to, with whose owner''s rights it runs.';
COMMENT ON COLUMN perf_mgmt.workload_operations.operation_name IS 'Name, unique within the scenario.';
COMMENT ON COLUMN perf_mgmt.workload_operations.operation_type IS
  'read, write or mixed; taken in any case, kept in lower case, checked against what the statements do.';
COMMENT ON COLUMN perf_mgmt.workload_operations.sql_template IS
  'One or more statements, separated by semicolons, over the parameters $1, $2 ... or :name.';
COMMENT ON COLUMN perf_mgmt.workload_operations.parameter_generators IS
  'JSON object from parameter to generator, in order: the i-th key is $i. A generator is a name in parameter_generators, a definition, or a literal.';
COMMENT ON COLUMN perf_mgmt.workload_operations.weight_percentage IS
  'Share of the scenario''s operations, 0 to 100 percent; 0 is never drawn. Weights that do not add up to 100 are normalised with a warning.';
COMMENT ON COLUMN perf_mgmt.workload_operations.think_time_ms IS
  'Milliseconds that a user rests after this operation; 0 or NULL: none of its own, that of the run spec holds.';
COMMENT ON COLUMN perf_mgmt.workload_operations.business_context IS
  'What the operation stands for in the business.';
COMMENT ON COLUMN perf_mgmt.workload_operations.peak_hours_multiplier IS
  'Factor, above 0, by which the weight changes in a run with "peak": true.';
COMMENT ON COLUMN perf_mgmt.workload_operations.created_at IS 'When the operation was written.';
COMMENT ON COLUMN perf_mgmt.workload_operations.categories IS
  'Categories that it counts for: keys of workload_pattern and of workload_mix select operations by them.';
COMMENT ON CONSTRAINT ck_workload_operations_generators_unique_keys ON perf_mgmt.workload_operations IS
  'The place of a key is the number of its parameter; a key that stood twice would shift the rest.';

CREATE FUNCTION perf_mgmt.check_workload_operation() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_owner name;
BEGIN
  -- An operation runs with the rights of its scenario's owner: of the one it leaves, and of the one
  -- it comes to. A scenario that is not there is left to the foreign key.
  FOR v_owner IN
    SELECT DISTINCT owner_role FROM perf_mgmt.load_scenarios WHERE id IN (OLD.scenario_id, NEW.scenario_id)
  LOOP
    PERFORM perf_mgmt.require_ownership(TG_RELID, v_owner);
  END LOOP;
  IF TG_OP = 'DELETE' THEN
    RETURN OLD;
  END IF;

  NEW.operation_type := lower(NEW.operation_type);
  RETURN NEW;
END
$$;
COMMENT ON FUNCTION perf_mgmt.check_workload_operation() IS
  'Trigger: only members of a scenario''s owner_role write its operations; the type is kept in lower case.';

CREATE TRIGGER check_operation BEFORE INSERT OR UPDATE OR DELETE
ON perf_mgmt.workload_operations FOR EACH ROW EXECUTE FUNCTION perf_mgmt.check_workload_operation();

SELECT perf_mgmt.reference_users('perf_mgmt.load_scenarios');
SELECT pg_catalog.pg_extension_config_dump('perf_mgmt.load_scenarios', 'WHERE owner_role IS NOT NULL');
SELECT pg_catalog.pg_extension_config_dump('perf_mgmt.workload_operations',
  'WHERE scenario_id IN (SELECT id FROM perf_mgmt.load_scenarios WHERE owner_role IS NOT NULL)');
