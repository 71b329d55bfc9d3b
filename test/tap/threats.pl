# The threats that docs/security.md names, each tried: somebody who writes tests, objects or rows wants code of his run, or
# rows read, with the rights of somebody else. Whatever he has run notes in the table loot whose rights it had.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use PerfMgmtTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node  = new_lab('threats');
my $boss  = value($node, 'SELECT current_user');
my $prize = PostgreSQL::Test::Utils::tempdir() . '/prize';
$node->safe_psql('postgres', qq(
	CREATE ROLE mallory LOGIN;
	CREATE ROLE carl LOGIN IN ROLE mallory;
	SELECT perf_mgmt.grant_access('mallory', 'author');
	SELECT perf_mgmt.grant_access('carl', 'runner');
	CREATE TABLE loot (what text, me name DEFAULT current_user, session name DEFAULT session_user);
	GRANT INSERT ON loot TO PUBLIC;
	CREATE TABLE secret (token text);
	INSERT INTO secret VALUES ('xyzzy');
	CREATE SCHEMA evil AUTHORIZATION mallory;
	GRANT USAGE ON SCHEMA evil TO PUBLIC;
	SET ROLE mallory;
	CREATE FUNCTION evil.take(p_what text) RETURNS text LANGUAGE plpgsql AS \$\$
	BEGIN INSERT INTO public.loot (what) VALUES (p_what); RETURN p_what; END \$\$;
	CREATE FUNCTION evil.try(p_statement text) RETURNS text LANGUAGE plpgsql AS \$\$
	DECLARE v_result text := 'done';
	BEGIN
		BEGIN EXECUTE p_statement; EXCEPTION WHEN OTHERS THEN v_result := SQLSTATE; END;
		INSERT INTO public.loot (what) VALUES (p_statement || ': ' || v_result);
		RETURN v_result;
	END \$\$;));

sub run_as
{
	my ($role, $sql) = @_;
	return $node->psql('postgres', "\\set VERBOSITY verbose\n$sql", extra_params => [ '-U', $role ], on_error_stop => 1);
}

sub is_refused
{
	my ($role, $sql, $error, $what) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my ($status, undef, $messages) = run_as($role, $sql);
	isnt($status, 0, "$what: fails");
	like($messages, $error, "$what: says why");
	return;
}

# What was noted since the last time, each once and in order: what, and with whose rights.
sub loot
{
	my $loot = value($node, q(SELECT string_agg(line, E'\n' ORDER BY line COLLATE "C")
		FROM (SELECT DISTINCT concat_ws(' ', what, me, session) FROM loot) AS l (line)));
	value($node, 'TRUNCATE loot');
	return $loot;
}

my %few = (operations => 8, workers => 1, progress_seconds => 0);

# --- A hostile author: whatever is in a scenario has her rights, whoever starts it ---
my @escapes = ('RESET ROLE', 'SET SESSION AUTHORIZATION DEFAULT', "SET ROLE \"$boss\"", "SET SESSION AUTHORIZATION \"$boss\"",
	'ALTER ROLE mallory SUPERUSER', 'TABLE public.secret', "SELECT pg_read_file('postgresql.conf')",
	"COPY (SELECT 1) TO PROGRAM 'touch $prize'", "COPY (SELECT 1) TO '$prize'", "ALTER SYSTEM SET work_mem = '1GB'",
	'UPDATE perf_mgmt.load_scenarios SET owner_role = NULL');
add_test(
	$node, 'hostile',
	[ {   name => 'escape', type => 'mixed', weight => 50,
		  sql  => 'SELECT evil.try(s) FROM unnest(ARRAY[' . join(', ', map { PerfMgmtTest::quoted($_) } @escapes) . ']) s' },
	  {   name       => 'take', type => 'mixed', weight => 50, sql => "SELECT evil.take('template') WHERE :pool <> :expression",
		  generators => '{"pool": {"type": "pool", "sql": "SELECT evil.take(\'pool\')"}, '
			. '"expression": {"type": "expression", "sql": "evil.take(\'expression\')"}}' } ],
	{ %few, operations => 20, seed => 1 }, owner => 'mallory');
{
	my ($status, $id) = run_as($boss, "CALL perf_mgmt.run_performance_test('hostile')");
	is(execution($node, $id, 'run_as, operations_failed'), 'mallory|0', 'hostile author: a superuser starts it');
	my %result = ('RESET ROLE' => 'done', 'SET SESSION AUTHORIZATION DEFAULT' => 'done', "ALTER SYSTEM SET work_mem = '1GB'" => '25001');
	is( loot(),
		join("\n", sort(map { "$_ mallory mallory" } 'pool', 'expression', 'template', map { "$_: " . ($result{$_} || '42501') } @escapes)),
		'hostile author: all of it had her rights');
	ok(!-e $prize, 'hostile author: no program was run, no file written');
	is(value($node, "SELECT rolsuper FROM pg_roles WHERE rolname = 'mallory'"), 'f', 'hostile author: she is what she was');

	run_as($boss, "SELECT * FROM perf_mgmt.validate_scenario('hostile')");
	run_as($boss, "SELECT perf_mgmt.render_report('$id', f) FROM unnest('{json,text,html,markdown,junit}'::text[]) f");
	unlike(loot(), qr/\b$boss\b/, 'hostile author: a superuser validates it, and has reports of it');
	is_refused($boss, "SELECT perf_mgmt.simulate_workload('$id', 'take', 1)",
		qr/ERROR:  42501: permission denied to probe scenario "hostile" in this session/, 'hostile author: a superuser probes it');
	is(loot(), '', 'hostile author: nothing has run in his session');
}
foreach my $copy ("COPY loot TO PROGRAM 'touch $prize'", "COPY loot FROM PROGRAM 'touch $prize'")
{
	add_test($node, $copy, [ { sql => $copy, type => 'write' } ], \%few, owner => 'mallory');
	is_refused($_, 'CALL perf_mgmt.run_performance_test(' . PerfMgmtTest::quoted($copy) . ')',
		qr/ERROR:  0A000: COPY is not allowed in a template/, "$copy, started by $_")
	  foreach ($boss, 'mallory');
}
ok(!-e $prize, 'COPY: no program was run');

# --- A hostile test: its settings are code, and the scenario is not hers ---
# Of the catalogue, so that it runs as its caller.
add_test($node, 'common', [ { name => 'look', sql => 'SELECT now()' } ], \%few);
value($node, "UPDATE perf_mgmt.load_scenarios SET owner_role = NULL WHERE scenario_name = 'common'");
add_test($node, 'of the boss', [ { sql => 'SELECT pg_catalog.now()' } ], { %few, operations => 10, ci_enabled => \1 });
$node->safe_psql('postgres', q(SET ROLE mallory;
	CREATE FUNCTION evil.now() RETURNS text LANGUAGE sql AS $$ SELECT evil.take('search_path') $$;));
my %code = (
	expression => { session_settings => { 'app.x' => { type => 'expression', sql => "evil.take('session setting')" } } },
	path       => { settings => { search_path => 'evil, pg_catalog' } },
	drawn_path => { session_settings => { search_path => 'evil, pg_catalog' } });
foreach my $kind (sort keys %code)
{
	foreach my $scenario ('common', 'of the boss')
	{
		my $name   = "$kind $scenario";
		my $config = PerfMgmtTest::as_json({ %few, %{ $code{$kind} }, scenario => $scenario });
		run_as('mallory', 'INSERT INTO perf_mgmt.performance_tests (test_name, test_version, test_type, test_configuration, '
			  . "baseline_thresholds) VALUES ('$name', '1.0', 'LOAD', $config, '{}')");
		my $error = qr/ERROR:  42501: permission denied to use the settings of performance test "$name".*role "$boss", of which its owner "mallory" is no member/s;
		is_refused($boss, "CALL perf_mgmt.run_performance_test('$name')", $error, "hostile test, $name");
		is_refused($boss, "CALL perf_mgmt.compare_variants('$name', '{}', '{}', 2)", $error, "hostile test, $name, compared");
	}
	is_refused('carl', "CALL perf_mgmt.run_performance_test('$kind common')",
		qr/ERROR:  42501: permission denied to use the settings/, "hostile test, $kind, started by her own member");
	my ($status, $id) = run_as('mallory', "CALL perf_mgmt.run_performance_test('$kind common')");
	is(execution($node, $id, 'execution_status, run_as'), 'COMPLETED|mallory', "hostile test, $kind: she may run it herself");
}
unlike(loot(), qr/\b(?:carl|$boss)\b/, 'hostile test: nothing of it had the rights of others');

# --- A hostile execution: what a probe draws comes of its record ---
{
	my $config = PerfMgmtTest::as_json({ %few, %{ $code{expression} } });
	my (undef, $id) = run_as('mallory', "CALL perf_mgmt.run_performance_test('expression common', 'development', $config)");
	loot();
	is_refused($boss, "SELECT perf_mgmt.simulate_workload('$id', 'look', 1)",
		qr/ERROR:  42501: permission denied to use the session settings of execution "$id"/, 'hostile execution: a superuser probes it');
	is(loot(), '', 'hostile execution: nothing has run in his session');
	my ($status) = run_as('mallory', "SELECT perf_mgmt.simulate_workload('$id', 'look', 1)");
	is($status, 0, 'hostile execution: she may probe it');
	is(loot(), 'session setting mallory mallory', 'hostile execution: with her own rights');
}

# --- Hostile names on the search_path: operators, functions and types that fit better than the server's ---
$node->safe_psql('postgres', join("\n",
	'SET ROLE mallory;',
	(map { "CREATE FUNCTION evil.op_$_->[0](l pg_catalog.$_->[2], r pg_catalog.$_->[3]) RETURNS pg_catalog.$_->[4] LANGUAGE plpgsql AS "
		  . "\$\$ BEGIN PERFORM evil.take('operator $_->[1]'); RETURN NULL; END \$\$; "
		  . "CREATE OPERATOR evil.$_->[1] (FUNCTION = evil.op_$_->[0], LEFTARG = pg_catalog.$_->[2], RIGHTARG = pg_catalog.$_->[3]);" }
		[ 1, '=', qw(varchar text bool) ], [ 2, '=', qw(text text bool) ], [ 3, '=', qw(varchar varchar bool) ], [ 4, '=', qw(uuid uuid bool) ],
		[ 5, '=', qw(name name bool) ], [ 6, '=', qw(int4 int4 bool) ], [ 7, '<>', qw(text text bool) ], [ 8, '->>', qw(jsonb text text) ],
		[ 9, '->', qw(jsonb text jsonb) ], [ 10, '||', qw(text text text) ], [ 11, '||', qw(jsonb jsonb jsonb) ],
		[ 12, '>=', qw(timestamptz timestamptz bool) ], [ 13, '-', qw(timestamptz interval timestamptz) ], [ 14, '*', qw(int4 numeric numeric) ]),
	(map { "CREATE FUNCTION evil.$_ LANGUAGE plpgsql AS \$\$ BEGIN PERFORM evil.take('function'); RETURN NULL; END \$\$;" }
		'clock_timestamp() RETURNS timestamptz', 'gen_random_uuid() RETURNS uuid', 'round(numeric, integer) RETURNS numeric',
		'to_jsonb(anyelement) RETURNS jsonb', 'jsonb_set(jsonb, text[], jsonb) RETURNS jsonb', 'lower(text) RETURNS text',
		'current_setting(text) RETURNS text', 'jsonb_typeof(jsonb) RETURNS text'),
	"CREATE DOMAIN evil.text AS pg_catalog.text CHECK (evil.take('type') IS NOT NULL);",
	"CREATE DOMAIN evil.uuid AS pg_catalog.uuid CHECK (evil.take('type') IS NOT NULL);"));
{
	my $trapped = "SET search_path = evil, pg_catalog;\nSET client_min_messages = warning;\n";
	run_as($boss, "$trapped SELECT 'a'::pg_catalog.varchar = 'b'::pg_catalog.text, 'a'::text");
	is(loot(), "operator = $boss $boss\ntype $boss $boss", 'search_path: the traps are set');

	my ($status, $id, $messages) = run_as($boss, "$trapped CALL perf_mgmt.run_performance_test('of the boss')");
	is($messages, '', 'search_path: a run');
	my $other = run_test($node, 'of the boss');
	foreach my $sql (
		"CALL perf_mgmt.wait_for_execution('$id')",
		"SELECT * FROM perf_mgmt.validate_scenario('common')",
		"SELECT perf_mgmt.render_report('$id', f) FROM pg_catalog.unnest('{json,text,html,markdown,junit}'::pg_catalog.text[]) f",
		"SELECT perf_mgmt.render_comparison('$other', '$id'), perf_mgmt.render_history('of the boss')",
		"SELECT * FROM perf_mgmt.regression_verdicts('$id')",
		"SELECT * FROM perf_mgmt.explain_regression('$id', '$other')",
		"SELECT * FROM perf_mgmt.evaluate_success_criteria('$id', true)",
		"SELECT perf_mgmt.set_baseline('$id'), perf_mgmt.update_rolling_baseline('of the boss')",
		"SELECT perf_mgmt.accept_change('of the boss', '$id', 'because')",
		"SELECT perf_mgmt.detect_performance_regression('$id')",
		"INSERT INTO perf_mgmt.alert_configurations (alert_name, alert_type, threshold_config, alert_severity, notification_channels) "
		  . "VALUES ('slow', 'THRESHOLD', '{\"max_avg_response_time_ms\": 0.0001}', 'LOW', '{\"email\": {}}')",
		"SELECT perf_mgmt.check_performance_alerts('$id')",
		"UPDATE perf_mgmt.performance_tests SET test_configuration = test_configuration",
		"UPDATE perf_mgmt.workload_operations SET operation_type = operation_type",
		"CALL perf_mgmt.ci_gate('abc', 'main', 'staging', p_allow_no_baseline => true)",
		"SELECT perf_mgmt.run_ci_performance_tests('abc', 'main', 'testing')",
		"CALL perf_mgmt.compare_variants('of the boss', '{\"operations\": 8}', '{\"operations\": 8}', 2)",
		"SELECT perf_mgmt.run_maintenance('daily'), perf_mgmt.run_maintenance('weekly'), perf_mgmt.run_maintenance('monthly')",
		"TABLE perf_mgmt.performance_dashboard; TABLE perf_mgmt.performance_trends; TABLE perf_mgmt.top_performance_issues",
		"TABLE perf_mgmt.grafana_annotations; TABLE perf_mgmt.grafana_intervals; TABLE perf_mgmt.active_executions; TABLE perf_mgmt.granted_access",
		"SELECT perf_mgmt.grant_access('carl', 'runner')",
		"SELECT perf_mgmt.purge_history('100 years')")
	{
		(undef, undef, $messages) = run_as($boss, $trapped . $sql);
		is($messages . loot(), '', 'search_path: ' . substr $sql, 0, 60);
	}
}

# --- Event triggers ---
$node->safe_psql('postgres', q(
	CREATE FUNCTION ddl() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO public.loot (what) VALUES (tg_event || ' ' || tg_tag); END $$;
	CREATE EVENT TRIGGER at_start ON ddl_command_start EXECUTE FUNCTION ddl();
	CREATE EVENT TRIGGER at_end ON ddl_command_end EXECUTE FUNCTION ddl();
	CREATE EVENT TRIGGER at_drop ON sql_drop EXECUTE FUNCTION ddl();
	CREATE EVENT TRIGGER at_rewrite ON table_rewrite EXECUTE FUNCTION ddl();));
add_test($node, 'defining', [ { type => 'mixed', sql => 'CREATE TEMPORARY TABLE mine (n integer) ON COMMIT DROP' } ], \%few, owner => 'mallory');
loot();
{
	my (undef, $id) = run_as($boss, "CALL perf_mgmt.run_performance_test('defining')");
	is(execution($node, $id, 'operations_ok'), '8', 'event triggers: templates may define things');
	is(loot(), "ddl_command_end CREATE TABLE mallory mallory\nddl_command_start CREATE TABLE mallory mallory",
		'event triggers: they fire with the rights of the author; the controller defines nothing');
	run_as($boss, "SELECT perf_mgmt.run_maintenance('daily'), perf_mgmt.render_report('$id'), perf_mgmt.purge_history('100 years')");
	is(loot(), '', 'event triggers: nor does what reads and keeps records');
	$node->safe_psql('postgres', q(
		CREATE FUNCTION no_ddl() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no % today', tg_tag USING ERRCODE = 'PX001'; END $$;
		CREATE EVENT TRIGGER never ON ddl_command_start EXECUTE FUNCTION no_ddl();));
	(undef, $id) = run_as($boss, "CALL perf_mgmt.run_performance_test('defining')");
	is(execution($node, $id, 'execution_status, operations_ok, operations_failed'), 'COMPLETED|0|8', 'event triggers: one that refuses makes operations fail');
	is( of_execution($node, $id, 'execution_events', "details ->> 'sqlstate', message LIKE '%: no CREATE TABLE today'", "AND event_type = 'OPERATION_ERROR'"),
		'PX001|t', 'event triggers: with what it says');
	is_refused($boss, "SELECT perf_mgmt.grant_access('carl', 'admin')", qr/ERROR:  PX001: no (?:GRANT|REVOKE) today/, 'event triggers: and so does grant_access');
	is(value($node, "SELECT access_level FROM perf_mgmt.granted_access WHERE role_name = 'carl'"), 'runner', 'event triggers: which leaves all as it was');
}
$node->safe_psql('postgres', "DROP EVENT TRIGGER $_") foreach (qw(never at_start at_end at_drop at_rewrite));
loot();

# --- Row-level security of the tables that operations read ---
$node->safe_psql('postgres', qq(
	CREATE TABLE account (who name, tenant text);
	INSERT INTO account VALUES ('mallory', 'a'), ('carl', 'b'), ('$boss', 'c');
	ALTER TABLE account ENABLE ROW LEVEL SECURITY;
	CREATE POLICY own ON account USING (who = current_user);
	CREATE TABLE tenant (name text);
	INSERT INTO tenant VALUES ('A'), ('B');
	ALTER TABLE tenant ENABLE ROW LEVEL SECURITY;
	CREATE POLICY of_tenant ON tenant USING (name = current_setting('app.tenant', true));
	GRANT SELECT ON account, tenant TO mallory, carl;));
my $read = { type => 'mixed', sql => 'INSERT INTO public.loot (what) SELECT who::text || :pool FROM public.account',
	generators => '{"pool": {"type": "pool", "sql": "SELECT who FROM public.account"}}' };
add_test($node, 'accounts', [$read], \%few, owner => 'mallory');
add_test($node, 'accounts of the caller', [$read], \%few);
value($node, "UPDATE perf_mgmt.load_scenarios SET owner_role = NULL WHERE scenario_name = 'accounts of the caller'");
run_as($boss, "CALL perf_mgmt.run_performance_test('accounts')");
is(loot(), 'mallorymallory mallory mallory', 'row-level security: a superuser starts it, the rows are those of the author');
run_as('carl', "CALL perf_mgmt.run_performance_test('accounts of the caller')");
is(loot(), 'carlcarl carl carl', 'row-level security: of a shipped scenario those of the caller');
add_test($node, 'many accounts', [$read], \%few, owner => 'mallory', test_type => 'VOLUME', data_size => { 'public.account' => 3 });
{
	my (undef, $id) = run_as($boss, "CALL perf_mgmt.run_performance_test('many accounts')");
	is(execution($node, $id, "shape_result #>> '{relations,0,rows}'"), '1', 'row-level security: of the data that a VOLUME test wants, too');
	loot();
}
add_test($node, 'tenants', [ { type => 'mixed', sql => 'INSERT INTO loot (what) SELECT name FROM tenant' } ],
	{ %few, session_settings => { 'app.tenant' => 'B' } }, owner => 'mallory');
run_as('carl', "CALL perf_mgmt.run_performance_test('tenants')");
is(loot(), 'B mallory mallory', 'row-level security: by a setting of the session');

# --- A runner without rights ---
add_test($node, 'secrets', [ { sql => 'SELECT token FROM public.secret' } ], \%few);
is_refused('carl', "CALL perf_mgmt.run_performance_test('secrets')",
	qr/ERROR:  42501: permission denied to run scenario "secrets"/, 'a runner: a scenario of others');
value($node, "UPDATE perf_mgmt.load_scenarios SET owner_role = NULL WHERE scenario_name = 'secrets'");
{
	my (undef, $id) = run_as('carl', "CALL perf_mgmt.run_performance_test('secrets')");
	is( execution($node, $id, "operations_ok, operations_failed, rows_read, run_as"), '0|8|0|carl',
		'a runner: a shipped one reads nothing that he may not read');
	is( value($node, "SELECT count(*) FROM (SELECT to_jsonb(e) AS r FROM perf_mgmt.test_executions e UNION ALL SELECT to_jsonb(v) FROM perf_mgmt.execution_events v "
			  . "UNION ALL SELECT to_jsonb(p) FROM perf_mgmt.execution_plans p UNION ALL SELECT to_jsonb(s) FROM perf_mgmt.execution_plan_samples s) x WHERE r::text LIKE '%xyzzy%'"),
		'0', 'a runner: nor do the records');
}

# --- Security-restricted operations ---
$node->safe_psql('postgres', "GRANT CREATE ON SCHEMA public TO mallory; SET ROLE mallory; "
	  . "CREATE MATERIALIZED VIEW trap AS SELECT * FROM perf_mgmt.validate_scenario('hostile') WITH NO DATA");
is_refused($boss, 'REFRESH MATERIALIZED VIEW trap',
	qr/ERROR:  42501: cannot validate a scenario within security-restricted operation/, 'a materialized view that validates');
processes_are_gone($node, 'at the end');

done_testing();
