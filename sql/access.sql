-- Access: four levels of rights, given and taken by grant_access and revoke_access; and row-level security.
--
-- access_rules says by subject what each level includes, and nothing else does. No function runs with other
-- rights than its caller's, so whoever may call one needs the rights on what it writes as well; what it
-- reads, every level may read. What runs measured is written by the controller alone. No level includes
-- TRIGGER, which would let its holder have code of his run by the controller, or TRUNCATE, which passes by
-- row-level security.
--
-- An object that a rule has by its name is in a level as soon as it is there, but roles get it by grant_access
-- only. So an upgrade script begins and ends with
--   CREATE TEMPORARY TABLE access_before AS SELECT role_name, access_level FROM perf_mgmt.granted_access;
--   SELECT perf_mgmt.grant_access(role_name, access_level) FROM access_before; DROP TABLE access_before;

CREATE FUNCTION perf_mgmt.access_rules()
RETURNS TABLE (subject text, access_level text, object_kind text, names text, privileges text[], columns text[])
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 50
SET search_path = pg_catalog, pg_temp
AS $$
  VALUES
    ('schema', 'reader', 'SCHEMA', 'perf_mgmt', '{USAGE}'::text[], NULL::text[]),
    ('types', 'reader', 'TYPE', '.*_enum|histogram|verdict', '{USAGE}', NULL),

    ('catalogue', 'reader', 'TABLE', 'performance_tests|load_scenarios|workload_operations|parameter_generators', '{SELECT}', NULL),
    ('catalogue', 'author', 'TABLE', 'performance_tests|load_scenarios|workload_operations|parameter_generators',
     '{INSERT,UPDATE,DELETE}', NULL),
    ('executions', 'reader', 'TABLE',
     'test_executions|performance_metrics|query_performance|execution_(intervals|events|stages|rounds|plans|plan_samples|tables|waits)',
     '{SELECT}', NULL),
    -- Not the statements of other sessions: pg_stat_activity does not show those to everybody either.
    ('executions', 'reader', 'TABLE', 'execution_blockers', '{SELECT}',
     '{execution_id,blocker_number,operation_name,wait_event,blocker,state,samples}'),
    ('executions', 'runner', 'TABLE', 'performance_metrics|query_performance|execution_events', '{INSERT}', NULL),
    ('executions', 'admin', 'TABLE', 'test_executions', '{UPDATE}',
     '{execution_status,failure_sqlstate,failure_message,regression_detected,baseline_execution_id,performance_change_percent,fingerprint}'),
    ('executions', 'admin', 'TABLE', 'test_executions', '{DELETE}', NULL),
    ('verdicts', 'reader', 'TABLE', 'execution_verdicts|history', '{SELECT}', NULL),
    ('verdicts', 'admin', 'TABLE', 'execution_verdicts', '{INSERT,UPDATE,DELETE}', NULL),
    ('baselines', 'reader', 'TABLE', 'performance_baselines|accepted_changes|segment_baselines|active_baselines', '{SELECT}', NULL),
    ('baselines', 'admin', 'TABLE', 'performance_baselines|accepted_changes', '{INSERT,UPDATE,DELETE}', NULL),
    ('comparisons', 'reader', 'TABLE', 'variant_comparisons|comparison_verdicts', '{SELECT}', NULL),
    ('comparisons', 'runner', 'TABLE', 'variant_comparisons', '{INSERT}', NULL),
    -- Not the variants: somebody may have to run their teardown by hand.
    ('comparisons', 'runner', 'TABLE', 'variant_comparisons', '{UPDATE}',
     '{status,execution_a,execution_b,verdict,primary_metric,explanation,completed_at,set_up}'),
    ('comparisons', 'runner', 'TABLE', 'comparison_verdicts', '{INSERT,DELETE}', NULL),
    ('comparisons', 'admin', 'TABLE', 'variant_comparisons', '{DELETE}', NULL),
    ('CI', 'reader', 'TABLE', 'ci_runs|ci_run_tests', '{SELECT}', NULL),
    ('CI', 'runner', 'TABLE', 'ci_runs|ci_run_tests', '{INSERT}', NULL),
    ('CI', 'runner', 'TABLE', 'ci_runs', '{UPDATE}', '{finished_at,overall_status,exit_code,result}'),
    ('CI', 'runner', 'TABLE', 'ci_run_tests', '{UPDATE}', '{execution_id,error,confirmation_execution_id,confirmation_error}'),
    ('CI', 'admin', 'TABLE', 'ci_runs', '{DELETE}', NULL),
    ('alerts', 'reader', 'TABLE', 'alert_configurations|alert_events', '{SELECT}', NULL),
    ('alerts', 'admin', 'TABLE', 'alert_configurations|alert_events', '{INSERT,UPDATE,DELETE}', NULL),
    ('maintenance', 'reader', 'TABLE', 'maintenance_runs', '{SELECT}', NULL),
    ('maintenance', 'admin', 'TABLE', 'maintenance_runs', '{INSERT,DELETE}', NULL),
    ('dashboards', 'reader', 'TABLE', 'active_executions|performance_(dashboard|trends)|top_performance_issues|grafana_.*', '{SELECT}', NULL),
    ('access', 'reader', 'TABLE', 'access_rights|granted_access', '{SELECT}', NULL),

    ('helpers', 'reader', 'ROUTINE', 'may_(write|continue)|version_key|has_unique_keys|has_only_numbers|error_object|require_(format|result|baseline_material)',
     '{EXECUTE}', NULL),
    ('histograms', 'reader', 'ROUTINE',
     'histogram_.*|count|min|max|mean|stddev|percentile|buckets|merge|sum_samples(_.*)?', '{EXECUTE}', NULL),
    ('history', 'reader', 'ROUTINE', 'fingerprint_.*|.*_fingerprints?|setting_differences|segment_at|(eligible|leading)_executions|history_flaw',
     '{EXECUTE}', NULL),
    ('verdicts', 'reader', 'ROUTINE',
     'budget_of|baseline_of|first_baseline_note|compare_(with_baseline|executions)|(execution|history|earlier)_samples|limit_evidence'
     '|confirmation_of|verdict_.*|(latest|regression)_verdicts|noise_(of|floor)|disturbance_text|judge_(evidence|pairs)'
     '|evaluate_success_criteria|change_points_of|performance_change_points|execution_profile|explain_.*|carriers_of_change',
     '{EXECUTE}', NULL),
    ('reports', 'reader', 'ROUTINE',
     'generate_performance_(report|recommendations)|advise|advice_evidence|blocker_statement|report_.*|comparison_(side|document)'
     '|history_document|render(_.*)?|ci_(junit|markdown)|maintenance_markdown|alert_digest', '{EXECUTE}', NULL),
    ('watching', 'reader', 'ROUTINE', 'execution_controller|wait_for_execution|ci_tests|needs_confirmation|raise_ci_verdict',
     '{EXECUTE}', NULL),
    ('example data', 'reader', 'ROUTINE', 'industry_.*|find_industry_schema', '{EXECUTE}', NULL),
    ('access', 'reader', 'ROUTINE', 'access_rules', '{EXECUTE}', NULL),

    ('runs', 'runner', 'ROUTINE',
     '(execute|run|attempt)_performance_test|cancel_execution|simulate_workload|validate_scenario|log_performance_event',
     '{EXECUTE}', NULL),
    ('comparisons', 'runner', 'ROUTINE', 'compare_variants|judge_comparison', '{EXECUTE}', NULL),
    ('CI', 'runner', 'ROUTINE',
     'ci_gate|run_ci_performance_tests|(begin|finish)_ci_run|(next|record)_ci_step|judge_ci_test|ci_(test_)?result', '{EXECUTE}', NULL),

    ('catalogue', 'author', 'ROUTINE',
     'require_ownership|check_(generator_definition|test_configuration|baseline_thresholds)', '{EXECUTE}', NULL),
    ('example data', 'author', 'ROUTINE', '(install|drop)_industry_schema|make_(home_services|restaurant|automotive)',
     '{EXECUTE}', NULL),

    ('baselines', 'admin', 'ROUTINE',
     '(set|replace|update_rolling|make_initial)_baseline|lock_(exclusively|baselines)|accept_change', '{EXECUTE}', NULL),
    ('verdicts', 'admin', 'ROUTINE', 'detect_performance_regression|finish_execution|note_comparison|log_change_points',
     '{EXECUTE}', NULL),
    ('alerts', 'admin', 'ROUTINE',
     'acknowledge_alert|check_performance_alerts|send_performance_alert|alert_reason|mirror_alert|execute_as|severity_words'
     '|check_alert_(thresholds|limits)|check_notification_channels', '{EXECUTE}', NULL),
    ('maintenance', 'admin', 'ROUTINE', '(run|schedule)_maintenance|maintain_.*|mark_lost_.*|purge_history', '{EXECUTE}', NULL),

    -- To fire a trigger takes no right on its function.
    ('triggers', 'owner', 'ROUTINE',
     'check_(owner|parameter_generator|performance_test|workload_operation|alert_configuration)|set_(shipped_id|baseline_environment)',
     '{EXECUTE}', NULL),
    ('shipped rows', 'owner', 'ROUTINE', 'load_.*_catalogue|ship_(generator|operation|test)', '{EXECUTE}', NULL),
    ('access', 'owner', 'ROUTINE', '(grant|revoke)_access|check_grantee', '{EXECUTE}', NULL)
$$;
COMMENT ON FUNCTION perf_mgmt.access_rules() IS
  'What the levels of access include, by subject: names is a regular expression for the names of objects of a kind. The levels reader, runner, author and admin include the ones before; owner is what the extension''s owner alone has.';

CREATE VIEW perf_mgmt.access_rights AS
WITH member AS (
  SELECT d.classid, d.objid
  FROM pg_extension x
  JOIN pg_depend d ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = x.oid AND d.deptype = 'e'
  WHERE x.extname = 'perf_mgmt'
), object AS (
  SELECT 'SCHEMA' AS object_kind, n.oid AS object_id, n.nspname::text AS name, quote_ident(n.nspname) AS object_name
  FROM member m JOIN pg_namespace n ON m.classid = 'pg_namespace'::regclass AND n.oid = m.objid
  UNION ALL
  SELECT CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, c.oid, c.relname::text, c.oid::regclass::text
  FROM member m JOIN pg_class c ON m.classid = 'pg_class'::regclass AND c.oid = m.objid
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
  UNION ALL
  SELECT 'ROUTINE', p.oid, p.proname::text, p.oid::regprocedure::text
  FROM member m JOIN pg_proc p ON m.classid = 'pg_proc'::regclass AND p.oid = m.objid
  UNION ALL
  -- Arrays and the rows of tables have no rights of their own.
  SELECT 'TYPE', t.oid, t.typname::text, t.oid::regtype::text
  FROM member m JOIN pg_type t ON m.classid = 'pg_type'::regclass AND t.oid = m.objid
  LEFT JOIN pg_class c ON c.oid = t.typrelid
  WHERE t.typelem = 0 AND coalesce(c.relkind = 'c', true)
)
SELECT r.access_level, r.subject, o.object_kind, o.object_name, r.privileges, r.columns, o.object_id
FROM object o
LEFT JOIN perf_mgmt.access_rules() r ON r.object_kind = o.object_kind AND o.name ~ ('^(' || r.names || ')$');

COMMENT ON VIEW perf_mgmt.access_rights IS
  'What each level of access includes: one row per object of the extension and right on it. A level includes those before it: reader, runner, author, admin.';
COMMENT ON COLUMN perf_mgmt.access_rights.access_level IS
  'Least level that includes the right; owner: no level does; NULL: no rule of access_rules() knows the object.';
COMMENT ON COLUMN perf_mgmt.access_rights.subject IS 'What the object is about.';
COMMENT ON COLUMN perf_mgmt.access_rights.object_kind IS 'SCHEMA, TABLE (views as well), ROUTINE or TYPE.';
COMMENT ON COLUMN perf_mgmt.access_rights.object_name IS 'Object, as GRANT wants it.';
COMMENT ON COLUMN perf_mgmt.access_rights.privileges IS 'Privileges on it.';
COMMENT ON COLUMN perf_mgmt.access_rights.columns IS 'Columns that these are confined to; NULL: the whole object.';
COMMENT ON COLUMN perf_mgmt.access_rights.object_id IS 'OID of the object, in the catalogue of its kind.';

-- By the rights themselves: nothing has to be kept in step with them, and they go with the role.
CREATE VIEW perf_mgmt.granted_access AS
WITH held AS (
  SELECT 'SCHEMA' AS object_kind, n.oid AS object_id, NULL::text AS column_name, a.grantee, a.privilege_type
  FROM pg_namespace n CROSS JOIN LATERAL aclexplode(n.nspacl) a
  UNION ALL
  SELECT 'TABLE', c.oid, NULL, a.grantee, a.privilege_type FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) a
  UNION ALL
  SELECT 'TABLE', t.attrelid, t.attname::text, a.grantee, a.privilege_type
  FROM pg_attribute t CROSS JOIN LATERAL aclexplode(t.attacl) a
  UNION ALL
  SELECT 'ROUTINE', p.oid, NULL, a.grantee, a.privilege_type FROM pg_proc p CROSS JOIN LATERAL aclexplode(p.proacl) a
  UNION ALL
  SELECT 'TYPE', t.oid, NULL, a.grantee, a.privilege_type FROM pg_type t CROSS JOIN LATERAL aclexplode(t.typacl) a
), needed AS (
  SELECT array_position(ARRAY['reader', 'runner', 'author', 'admin'], r.access_level) AS place,
         r.object_kind, r.object_id, p.privilege_type, c.column_name
  FROM perf_mgmt.access_rights r
  CROSS JOIN LATERAL unnest(r.privileges) AS p (privilege_type)
  LEFT JOIN LATERAL unnest(r.columns) AS c (column_name) ON true
  WHERE r.access_level <> 'owner'
), grantee AS (
  SELECT DISTINCT g.oid, g.rolname
  FROM pg_extension x
  JOIN pg_namespace n ON n.nspname = 'perf_mgmt'
  JOIN held h ON h.object_kind = 'SCHEMA' AND h.object_id = n.oid
  JOIN pg_roles g ON g.oid = h.grantee
  WHERE x.extname = 'perf_mgmt' AND g.oid NOT IN (x.extowner, n.nspowner)
), missing AS (
  SELECT g.oid, min(n.place) AS place
  FROM grantee g
  JOIN needed n ON NOT EXISTS (
    SELECT FROM held h
    WHERE h.grantee = g.oid AND h.object_kind = n.object_kind AND h.object_id = n.object_id
      AND h.privilege_type = n.privilege_type AND (h.column_name IS NULL OR h.column_name = n.column_name))
  GROUP BY g.oid
)
SELECT g.rolname AS role_name,
       (ARRAY['reader', 'runner', 'author', 'admin'])[coalesce(m.place, 5) - 1] AS access_level
FROM grantee g
LEFT JOIN missing m ON m.oid = g.oid
WHERE m.place IS DISTINCT FROM 1;

COMMENT ON VIEW perf_mgmt.granted_access IS
  'Who has which level of access: the roles that hold all rights of a level themselves. Those who have them as a member of another role are not in it, nor are those who hold a part of them.';
COMMENT ON COLUMN perf_mgmt.granted_access.role_name IS 'Role.';
COMMENT ON COLUMN perf_mgmt.granted_access.access_level IS 'The highest level of which it holds all rights.';

-- Giving and taking ------------------------------------------------------------------------------

CREATE FUNCTION perf_mgmt.check_grantee(p_role name) RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_owner oid;
BEGIN
  SELECT x.extowner INTO STRICT v_owner FROM pg_extension x WHERE x.extname = 'perf_mgmt';
  IF NOT pg_has_role(v_owner, 'USAGE') THEN
    RAISE EXCEPTION 'must be owner of extension "perf_mgmt" to give or take access to it'
      USING ERRCODE = 'insufficient_privilege';
  ELSIF p_role IS NULL THEN
    RAISE EXCEPTION 'role must not be null' USING ERRCODE = 'null_value_not_allowed';
  ELSIF to_regrole(quote_ident(p_role)) IS NULL THEN
    RAISE EXCEPTION 'role "%" does not exist', p_role
      USING ERRCODE = 'undefined_object', HINT = 'Take a name from pg_roles, as it stands there.';
  ELSIF to_regrole(quote_ident(p_role)) = v_owner THEN
    RAISE EXCEPTION 'role "%" owns the extension', p_role
      USING ERRCODE = 'invalid_parameter_value', DETAIL = 'It has all rights on it, which cannot be given or taken.';
  END IF;
  -- Of two at a time the second would fail.
  PERFORM perf_mgmt.lock_exclusively('access');
END
$$;
COMMENT ON FUNCTION perf_mgmt.check_grantee(name) IS
  'Raises an error unless the current user may give access to this role, and waits until nobody else does.';

CREATE FUNCTION perf_mgmt.grant_access(p_role name, p_level text) RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_levels constant text[] := '{reader, runner, author, admin}';
  v_statement text;
BEGIN
  IF p_level IS NULL OR p_level <> ALL (v_levels) THEN
    RAISE EXCEPTION 'unknown level of access: %', coalesce('"' || p_level || '"', 'NULL')
      USING ERRCODE = 'invalid_parameter_value',
            HINT = 'Levels are reader, runner, author and admin; each includes those before.';
  END IF;
  PERFORM perf_mgmt.check_grantee(p_role);
  -- What is too much goes first, as that of a table takes along what is of its columns.
  FOR v_statement IN
    SELECT format(CASE WHEN r.is_included THEN 'GRANT %s ON %s %s TO %I' ELSE 'REVOKE %s ON %s %s FROM %I' END,
                  (SELECT string_agg(p || coalesce(' (' || array_to_string(r.columns, ', ') || ')', ''), ', ')
                   FROM unnest(r.privileges) p),
                  r.object_kind, string_agg(DISTINCT r.object_name, ', '), p_role)
    FROM (SELECT *, array_position(v_levels, a.access_level) <= array_position(v_levels, p_level) AS is_included
          FROM perf_mgmt.access_rights a WHERE a.access_level = ANY (v_levels)) r
    GROUP BY r.is_included, r.object_kind, r.privileges, r.columns
    ORDER BY r.is_included
  LOOP
    EXECUTE v_statement;
  END LOOP;
END
$$;
COMMENT ON FUNCTION perf_mgmt.grant_access(name, text) IS
  'Gives a role the rights of a level: reader (results and reports), runner (starts runs, CI, comparisons), author (writes tests, scenarios and generators of its own), admin (baselines, alerts, retention, maintenance); each includes those before. Rights of higher levels are taken from it. Only for the extension''s owner; after an update of the extension it brings the role what is new.';

CREATE FUNCTION perf_mgmt.revoke_access(p_role name) RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_statement text;
BEGIN
  PERFORM perf_mgmt.check_grantee(p_role);
  FOR v_statement IN
    SELECT format('REVOKE ALL ON %s %s FROM %I', r.object_kind, string_agg(DISTINCT r.object_name, ', '), p_role)
    FROM perf_mgmt.access_rights r
    GROUP BY r.object_kind
  LOOP
    EXECUTE v_statement;
  END LOOP;
END
$$;
COMMENT ON FUNCTION perf_mgmt.revoke_access(name) IS
  'Takes from a role all rights on the extension''s objects, those that it was given by hand as well, so that it can be dropped. What it has as a member of other roles, it keeps. Only for the extension''s owner.';

-- Row-level security ------------------------------------------------------------------------------

-- The triggers (check_owner, check_workload_operation) say why a row is not to be written. These hold where triggers do not
-- fire, and the triggers hold for those whom row-level security does not concern.
ALTER TABLE perf_mgmt.performance_tests ENABLE ROW LEVEL SECURITY;
ALTER TABLE perf_mgmt.load_scenarios ENABLE ROW LEVEL SECURITY;
ALTER TABLE perf_mgmt.workload_operations ENABLE ROW LEVEL SECURITY;
ALTER TABLE perf_mgmt.parameter_generators ENABLE ROW LEVEL SECURITY;
-- What sessions write while a run goes on, and what is decided by it.
ALTER TABLE perf_mgmt.query_performance ENABLE ROW LEVEL SECURITY;
ALTER TABLE perf_mgmt.variant_comparisons ENABLE ROW LEVEL SECURITY;
ALTER TABLE perf_mgmt.comparison_verdicts ENABLE ROW LEVEL SECURITY;
ALTER TABLE perf_mgmt.ci_runs ENABLE ROW LEVEL SECURITY;
ALTER TABLE perf_mgmt.ci_run_tests ENABLE ROW LEVEL SECURITY;

CREATE POLICY read_all ON perf_mgmt.performance_tests FOR SELECT USING (true);
CREATE POLICY read_all ON perf_mgmt.load_scenarios FOR SELECT USING (true);
CREATE POLICY read_all ON perf_mgmt.workload_operations FOR SELECT USING (true);
CREATE POLICY read_all ON perf_mgmt.parameter_generators FOR SELECT USING (true);
CREATE POLICY read_all ON perf_mgmt.query_performance FOR SELECT USING (true);
CREATE POLICY read_all ON perf_mgmt.variant_comparisons FOR SELECT USING (true);
CREATE POLICY read_all ON perf_mgmt.comparison_verdicts FOR SELECT USING (true);
CREATE POLICY read_all ON perf_mgmt.ci_runs FOR SELECT USING (true);
CREATE POLICY read_all ON perf_mgmt.ci_run_tests FOR SELECT USING (true);

CREATE POLICY write_own ON perf_mgmt.performance_tests
  USING (perf_mgmt.may_write('perf_mgmt.performance_tests', owner_role));
CREATE POLICY write_own ON perf_mgmt.load_scenarios
  USING (perf_mgmt.may_write('perf_mgmt.load_scenarios', owner_role));
CREATE POLICY write_own ON perf_mgmt.parameter_generators
  USING (perf_mgmt.may_write('perf_mgmt.parameter_generators', owner_role));
CREATE POLICY write_own ON perf_mgmt.workload_operations
  USING (EXISTS (SELECT FROM perf_mgmt.load_scenarios s
                 WHERE s.id = scenario_id AND perf_mgmt.may_write('perf_mgmt.load_scenarios', s.owner_role)));

CREATE POLICY write_probes ON perf_mgmt.query_performance FOR INSERT
  WITH CHECK (execution_context = 'in_transaction');
CREATE POLICY write_own ON perf_mgmt.variant_comparisons
  USING (perf_mgmt.may_continue('perf_mgmt.variant_comparisons', started_by));
CREATE POLICY write_own ON perf_mgmt.comparison_verdicts
  USING (EXISTS (SELECT FROM perf_mgmt.variant_comparisons c
                 WHERE c.id = comparison_id AND perf_mgmt.may_continue('perf_mgmt.variant_comparisons', c.started_by)));
CREATE POLICY write_own ON perf_mgmt.ci_runs USING (perf_mgmt.may_continue('perf_mgmt.ci_runs', started_by));
CREATE POLICY write_own ON perf_mgmt.ci_run_tests
  USING (EXISTS (SELECT FROM perf_mgmt.ci_runs r
                 WHERE r.id = ci_run_id AND perf_mgmt.may_continue('perf_mgmt.ci_runs', r.started_by)));

COMMENT ON POLICY read_all ON perf_mgmt.performance_tests IS 'Tests are read by whoever may read the table.';
COMMENT ON POLICY read_all ON perf_mgmt.load_scenarios IS 'Scenarios are read by whoever may read the table.';
COMMENT ON POLICY read_all ON perf_mgmt.workload_operations IS 'Operations are read by whoever may read the table.';
COMMENT ON POLICY read_all ON perf_mgmt.parameter_generators IS 'Generators are read by whoever may read the table.';
COMMENT ON POLICY write_own ON perf_mgmt.performance_tests IS 'Only members of a test''s owner_role write it.';
COMMENT ON POLICY write_own ON perf_mgmt.load_scenarios IS 'Only members of a scenario''s owner_role write it.';
COMMENT ON POLICY write_own ON perf_mgmt.workload_operations IS 'Only members of the owner_role of its scenario write an operation.';
COMMENT ON POLICY write_own ON perf_mgmt.parameter_generators IS 'Only members of a generator''s owner_role write it.';
COMMENT ON POLICY read_all ON perf_mgmt.query_performance IS 'Operations are read by whoever may read the table.';
COMMENT ON POLICY read_all ON perf_mgmt.variant_comparisons IS 'Comparisons are read by whoever may read the table.';
COMMENT ON POLICY read_all ON perf_mgmt.comparison_verdicts IS 'Their verdicts are read by whoever may read the table.';
COMMENT ON POLICY read_all ON perf_mgmt.ci_runs IS 'Invocations of the CI suite are read by whoever may read the table.';
COMMENT ON POLICY read_all ON perf_mgmt.ci_run_tests IS 'Their tests are read by whoever may read the table.';
COMMENT ON POLICY write_probes ON perf_mgmt.query_performance IS 'Sessions write what they probed themselves; what runs measured the controller writes alone.';
COMMENT ON POLICY write_own ON perf_mgmt.variant_comparisons IS 'Only who started a comparison writes it, and who may delete it.';
COMMENT ON POLICY write_own ON perf_mgmt.comparison_verdicts IS 'Only who started a comparison writes its verdicts, and who may delete it.';
COMMENT ON POLICY write_own ON perf_mgmt.ci_runs IS 'Only who invoked the CI suite writes its result, and who may delete it.';
COMMENT ON POLICY write_own ON perf_mgmt.ci_run_tests IS 'Only who invoked the CI suite writes its tests, and who may delete it.';
