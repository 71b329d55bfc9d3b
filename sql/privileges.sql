-- Last of all: nothing of the extension is open to everybody, whatever the default privileges say.

DROP FUNCTION perf_mgmt.reference_users(regclass);

REVOKE ALL ON SCHEMA perf_mgmt FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA perf_mgmt FROM PUBLIC;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA perf_mgmt FROM PUBLIC;
REVOKE ALL ON ALL ROUTINES IN SCHEMA perf_mgmt FROM PUBLIC;
