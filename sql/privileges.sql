-- Last of all: nothing of the extension is open to everybody, whatever the default privileges say.

DROP FUNCTION perf_mgmt.reference_users(regclass);

REVOKE ALL ON SCHEMA perf_mgmt FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA perf_mgmt FROM PUBLIC;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA perf_mgmt FROM PUBLIC;
REVOKE ALL ON ALL ROUTINES IN SCHEMA perf_mgmt FROM PUBLIC;
DO $$
BEGIN
  EXECUTE (SELECT pg_catalog.format('REVOKE ALL ON TYPE %s FROM PUBLIC', pg_catalog.string_agg(r.object_name, ', '))
           FROM perf_mgmt.access_rights r WHERE r.object_kind = 'TYPE');
END
$$;

-- Readers among those who see the statements of all sessions in pg_stat_activity see them here as well.
GRANT SELECT (statement) ON perf_mgmt.execution_blockers TO pg_read_all_stats;
