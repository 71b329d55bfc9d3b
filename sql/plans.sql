-- The plans of the operations' statements: those that were really run with, and one of each that was
-- analyzed after the run.
--
-- Written by the engine's controller when the run ends. A statement has more than one row in
-- execution_plans where its plan changed during the run, or where custom and generic plans were used
-- side by side. A sample in execution_plan_samples is of one execution more, with a plan made for its
-- parameters (EXPLAIN ANALYZE), rolled back.

CREATE TABLE perf_mgmt.execution_plans (
  execution_id uuid NOT NULL REFERENCES perf_mgmt.test_executions (id) ON DELETE CASCADE,
  operation_name varchar(255) NOT NULL,
  statement_number integer NOT NULL,
  plan_hash text NOT NULL,
  plan_kind text NOT NULL,
  first_seen_at timestamptz NOT NULL,
  last_seen_at timestamptz NOT NULL,
  plan jsonb NOT NULL,
  is_parallel boolean NOT NULL,

  PRIMARY KEY (execution_id, operation_name, statement_number, plan_hash, plan_kind),
  CONSTRAINT ck_execution_plans_statement CHECK (statement_number >= 1),
  CONSTRAINT ck_execution_plans_hash CHECK (plan_hash ~ '^[0-9a-f]{16}$'),
  CONSTRAINT ck_execution_plans_kind CHECK (plan_kind IN ('custom', 'generic')),
  CONSTRAINT ck_execution_plans_seen CHECK (first_seen_at <= last_seen_at),
  CONSTRAINT ck_execution_plans_plan CHECK (jsonb_typeof(plan) IN ('array', 'object'))
);

COMMENT ON TABLE perf_mgmt.execution_plans IS
  'Plans of the executions: one row per statement and plan that it was run with.';
COMMENT ON COLUMN perf_mgmt.execution_plans.execution_id IS 'Execution; its plans go with it.';
COMMENT ON COLUMN perf_mgmt.execution_plans.operation_name IS 'Operation of the scenario.';
COMMENT ON COLUMN perf_mgmt.execution_plans.statement_number IS 'Statement of its template, from 1 on.';
COMMENT ON COLUMN perf_mgmt.execution_plans.plan_hash IS
  'Identity of the plan: 16 hexadecimal digits, equal for equal access paths whatever the costs, row estimates and parameters.';
COMMENT ON COLUMN perf_mgmt.execution_plans.plan_kind IS
  'custom: made for the parameters of one execution; generic: for any parameters.';
COMMENT ON COLUMN perf_mgmt.execution_plans.first_seen_at IS 'When a worker first ran it.';
COMMENT ON COLUMN perf_mgmt.execution_plans.last_seen_at IS 'When a worker was last known to run it.';
COMMENT ON COLUMN perf_mgmt.execution_plans.plan IS
  'The plan as EXPLAIN (FORMAT JSON) shows it, with the costs and constants of its first sight.';
COMMENT ON COLUMN perf_mgmt.execution_plans.is_parallel IS
  'Whether a node of it gathers from parallel workers.';

SELECT pg_catalog.pg_extension_config_dump('perf_mgmt.execution_plans', '');

CREATE TABLE perf_mgmt.execution_plan_samples (
  execution_id uuid NOT NULL REFERENCES perf_mgmt.test_executions (id) ON DELETE CASCADE,
  operation_name varchar(255) NOT NULL,
  statement_number integer NOT NULL,
  plan_hash text NOT NULL,
  analyzed_plan jsonb NOT NULL,
  has_hypopg boolean NOT NULL DEFAULT false,
  index_trials jsonb NOT NULL DEFAULT '[]',

  PRIMARY KEY (execution_id, operation_name, statement_number),
  CONSTRAINT ck_execution_plan_samples_statement CHECK (statement_number >= 1),
  CONSTRAINT ck_execution_plan_samples_hash CHECK (plan_hash ~ '^[0-9a-f]{16}$'),
  CONSTRAINT ck_execution_plan_samples_plan CHECK (jsonb_typeof(analyzed_plan) IN ('array', 'object')),
  CONSTRAINT ck_execution_plan_samples_trials CHECK (jsonb_typeof(index_trials) = 'array')
);

COMMENT ON TABLE perf_mgmt.execution_plan_samples IS
  'Analyzed samples: one execution of each statement after the run, with rows, times and buffers of every node of its plan.';
COMMENT ON COLUMN perf_mgmt.execution_plan_samples.execution_id IS 'Execution; its samples go with it.';
COMMENT ON COLUMN perf_mgmt.execution_plan_samples.operation_name IS 'Operation of the scenario.';
COMMENT ON COLUMN perf_mgmt.execution_plan_samples.statement_number IS 'Statement of its template, from 1 on.';
COMMENT ON COLUMN perf_mgmt.execution_plan_samples.plan_hash IS 'Identity of the plan, as in execution_plans.';
COMMENT ON COLUMN perf_mgmt.execution_plan_samples.analyzed_plan IS
  'The plan as EXPLAIN (ANALYZE, VERBOSE, BUFFERS, FORMAT JSON) shows it; the transaction was rolled back.';
COMMENT ON COLUMN perf_mgmt.execution_plan_samples.has_hypopg IS
  'Whether extension hypopg was there to try out indexes that do not exist.';
COMMENT ON COLUMN perf_mgmt.execution_plan_samples.index_trials IS
  'Indexes that would spare a selective sequential scan: a JSON array of definition, rows_read, rows_kept, and where it was tried cost_before and cost_after.';

SELECT pg_catalog.pg_extension_config_dump('perf_mgmt.execution_plan_samples', '');
