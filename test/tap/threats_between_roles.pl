# What one role could make of another's session or results, besides what threats.pl tries: literals that are read where a
# template is analysed, sessions with more rights than they show, tables under a shipped scenario, repetitions, results of
# CI and comparisons, settings with secrets, the copy of alerts.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use PerfMgmtTest;
use Test::More;

my $node = new_lab('threats_between_roles', q(primary_conninfo = 'host=other password=S3cret'),
	q(archive_command = 'KEY=S3cret true'), q(my_app.token = 'S3cret'));
my $boss = value($node, 'SELECT current_user');
$node->safe_psql('postgres', qq(
	CREATE ROLE mallory LOGIN;
	CREATE ROLE bob LOGIN;
	CREATE ROLE carl LOGIN;
	CREATE ROLE adam LOGIN;
	CREATE ROLE nobody LOGIN;
	SELECT perf_mgmt.grant_access(r, 'author') FROM unnest('{mallory,bob,carl}'::name[]) r;
	SELECT perf_mgmt.grant_access('adam', 'admin');
	CREATE TABLE loot (what text, me name DEFAULT current_user);
	GRANT INSERT ON loot TO PUBLIC;
	CREATE SCHEMA evil AUTHORIZATION mallory;
	GRANT USAGE ON SCHEMA evil TO PUBLIC;
	SET ROLE mallory;
	CREATE FUNCTION evil.try(p_statement text) RETURNS boolean LANGUAGE plpgsql AS \$\$
	DECLARE v_result text := 'done';
	BEGIN
		BEGIN EXECUTE p_statement; EXCEPTION WHEN OTHERS THEN v_result := SQLSTATE; END;
		INSERT INTO public.loot (what) VALUES (p_statement || ': ' || v_result);
		RETURN true;
	END \$\$;));

sub run_as
{
	my ($role, $sql) = @_;
	return $node->psql('postgres', "\\set VERBOSITY verbose\n$sql", extra_params => [ '-U', $role ], on_error_stop => 1);
}

sub works
{
	my ($role, $sql, $what) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my ($status, $output, $messages) = run_as($role, $sql);
	is($status, 0, "$what: works") or diag($messages);
	return $output;
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

# What was noted since the last time, each once: what, and with whose rights.
sub loot
{
	my $loot = value($node, q(SELECT string_agg(DISTINCT what || ' ' || me, E'\n') FROM loot));
	value($node, 'TRUNCATE loot');
	return $loot;
}

# Of the catalogue, so that it runs as its caller.
sub ship { value($node, "UPDATE perf_mgmt.load_scenarios SET owner_role = NULL WHERE scenario_name = '$_[0]'"); return; }

my %few = (operations => 5, workers => 1, progress_seconds => 0);

# --- Literals: an array of a domain is read, and its check run, by parse analysis ---
$node->safe_psql('postgres', q(SET ROLE mallory; CREATE DOMAIN evil.trap AS text CHECK (evil.try(VALUE));));
add_test($node, 'literal', [ { sql => q(SELECT '{RESET ROLE,"SELECT set_config(''role'', ''none'', false)","ALTER ROLE mallory SUPERUSER"}'::evil.trap[]) } ],
	\%few, owner => 'mallory');
foreach my $sql ("SELECT count(*) FROM perf_mgmt.validate_scenario('literal')", "CALL perf_mgmt.run_performance_test('literal')",
	"SELECT perf_mgmt.execute_performance_test('literal', 'development', '{\"wait\": true}')",
	"CALL perf_mgmt.compare_variants('literal', '{}', '{}', 2)")
{
	my $what = 'literals, ' . substr $sql, 0, 50;
	works($boss, $sql, $what);
	my @loot = split /\n/, loot();
	cmp_ok(scalar(@loot), '>', 0, "$what: the trap went off");
	is(join("\n", grep { !/ mallory$/ } @loot), '', "$what: with the rights of the author alone");
	is(value($node, "SELECT rolsuper FROM pg_roles WHERE rolname = 'mallory'"), 'f', "$what: who is what she was");
}

# --- Sessions that can go back to more rights than they have ---
add_test($node, 'role', [ { name => 'take', sql => q(SELECT evil.try('SET ROLE none')), type => 'mixed' } ], \%few, owner => 'mallory');
my $hers = works('mallory', "CALL perf_mgmt.run_performance_test('role')", 'a probe: the run');
loot();
foreach my $change ('SET ROLE mallory', 'SET SESSION AUTHORIZATION mallory')
{
	is_refused($boss, "$change; SELECT perf_mgmt.simulate_workload('$hers', 'take', 1)",
		qr/ERROR:  42501: permission denied to probe scenario "role" in this session.*HINT:  Log in as that role/s, "a probe after $change");
	is(loot(), '', "a probe after $change: nothing was run");
}
works('mallory', "SELECT perf_mgmt.simulate_workload('$hers', 'take', 1)", 'a probe by the author');

# --- A probe within an operation: planning evaluates an immutable function, which calls it ---
$node->safe_psql('postgres', qq(SET ROLE mallory;
	CREATE FUNCTION evil.probe() RETURNS integer IMMUTABLE LANGUAGE plpgsql AS \$\$
	BEGIN PERFORM perf_mgmt.simulate_workload('$hers', 'take', 1); RETURN 1; END \$\$;));
add_test($node, 'nested', [ { name => 'nested', sql => 'SELECT evil.probe(), :n::integer', generators => '{"n": {"type": "integer", "min": 1, "max": 9}}' } ],
	\%few, owner => 'mallory');
is_refused('mallory', "CALL perf_mgmt.run_performance_test('nested')", qr/ERROR:  0A000: an operation cannot run a workload/, 'a probe within an operation of a run');
value($node, q(UPDATE perf_mgmt.workload_operations SET sql_template = 'SELECT 1, :n::integer' WHERE operation_name = 'nested'));
my $nested = works('mallory', "CALL perf_mgmt.run_performance_test('nested')", 'a probe within a probe: the run');
value($node, q(UPDATE perf_mgmt.workload_operations SET sql_template = 'SELECT evil.probe(), :n::integer' WHERE operation_name = 'nested'));
works('mallory', "SELECT perf_mgmt.simulate_workload('$nested', 'nested', 1)", 'a probe within a probe');
loot();

# --- Tables under a shipped scenario ---
$node->safe_psql('postgres', q(SET ROLE mallory;
	CREATE TABLE evil.orders (n integer);
	GRANT ALL ON evil.orders TO PUBLIC;
	CREATE FUNCTION evil.take() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM evil.try('ALTER ROLE mallory SUPERUSER'); RETURN NEW; END $$;
	CREATE TRIGGER take BEFORE INSERT ON evil.orders FOR EACH ROW EXECUTE FUNCTION evil.take();));
add_test($node, 'shipped', [ { sql => 'INSERT INTO evil.orders VALUES (1)', type => 'write' } ], \%few);
ship('shipped');
loot();
foreach my $role ($boss, 'bob')
{
	is_refused($role, $_, qr/ERROR:  42501: permission denied to run a shipped scenario with relation evil.orders.*would run with the rights of role "$role".*owner "mallory"/s,
		"a shipped scenario by $role: " . substr $_, 0, 40)
	  foreach ("CALL perf_mgmt.run_performance_test('shipped')", "CALL perf_mgmt.compare_variants('shipped', '{}', '{}', 2)");
}
is(loot(), '', 'a shipped scenario: nothing was run');
works('mallory', "CALL perf_mgmt.run_performance_test('shipped')", 'a shipped scenario by the owner of its tables');
is(loot(), 'ALTER ROLE mallory SUPERUSER: 42501 mallory', 'a shipped scenario: with her rights');

# Code of others by other ways: what it draws from, partitions, triggers, the schema, utility commands, the search_path.
$node->safe_psql('postgres', q(
	CREATE TABLE public.owned (n integer, name varchar);
	CREATE TABLE public.parent (n integer) PARTITION BY RANGE (n);
	CREATE TABLE public.plain (n integer);
	GRANT ALL ON public.owned TO mallory;
	GRANT CREATE ON SCHEMA public TO mallory;
	CREATE TABLE evil.moved (n integer);
	SET ROLE mallory;
	CREATE VIEW evil.drawn AS SELECT 1 AS n WHERE evil.try('a pool');
	CREATE TABLE evil.part (n integer);
	CREATE TRIGGER take BEFORE INSERT ON public.owned FOR EACH ROW EXECUTE FUNCTION evil.take();
	CREATE FUNCTION evil.eq(l varchar, r varchar) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RETURN evil.try('an operator'); END $$;
	CREATE OPERATOR evil.= (LEFTARG = varchar, RIGHTARG = varchar, FUNCTION = evil.eq);
	RESET ROLE;
	ALTER TABLE public.parent ATTACH PARTITION evil.part DEFAULT;));
my $drawn = { sql => 'SELECT :n::integer', generators => '{"n": {"type": "pool", "sql": "SELECT n FROM evil.drawn"}}' };
my $evaluated = { sql => 'SELECT :n::integer', generators => '{"n": {"type": "expression", "sql": "(SELECT n FROM evil.drawn)"}}' };
my %ways = (
	'relation evil.drawn'                    => $drawn,
	'relation evil.drawn in an expression'   => $evaluated,
	'relation evil.part'                     => { sql => 'INSERT INTO public.parent VALUES (1)', type => 'write' },
	'trigger function evil.take'             => { sql => 'INSERT INTO public.owned VALUES (1)', type => 'write' },
	'schema evil'                            => { sql => 'INSERT INTO evil.moved VALUES (1)', type => 'write' },
	'utility'                                => { sql => 'TRUNCATE public.plain', type => 'write' });
foreach my $way (sort keys %ways)
{
	add_test($node, $way, [ $ways{$way} ], \%few);
	ship($way);
	my ($object) = $way =~ /^(\S+(?: function)? \S+)/;
	my $error = $way eq 'utility' ? qr/ERROR:  0A000: a shipped scenario has no utility commands/ : qr/ERROR:  42501: permission denied to run a shipped scenario with \Q$object\E/;
	is_refused($boss, "CALL perf_mgmt.run_performance_test('$way')", $error, "a shipped scenario, $way");
	is(works($boss, "SELECT count(*) > 0 FROM perf_mgmt.validate_scenario('$way') WHERE severity = 'error'", "a shipped scenario, $way, validated"),
		't', "a shipped scenario, $way, validated: says so");
	is(loot(), '', "a shipped scenario, $way: nothing was run");
}
add_test($node, 'operator', [ { name => 'compare', sql => "SELECT 'a'::varchar = 'b'::varchar" } ], \%few);
ship('operator');
my $compared = works($boss, "SET search_path = evil, pg_catalog; CALL perf_mgmt.run_performance_test('operator')", 'a shipped scenario, operator');
works($boss, "SET search_path = evil, pg_catalog; SELECT perf_mgmt.simulate_workload('$compared', 'compare', 1)", 'a shipped scenario, operator, probed');
is(loot(), '', 'a shipped scenario, operator: the one of the server');

# --- Repetitions: evidence in the verdict on somebody's execution ---
add_test($node, 'common', [ { sql => 'SELECT 1' } ], \%few);
ship('common');
add_test($node, 'other', [ { sql => 'SELECT 1' } ], \%few, owner => 'bob');
my $first = works('mallory', "CALL perf_mgmt.run_performance_test('common')", 'a repetition: the run');
sub repeat { my ($test, $id, $environment) = @_; return "CALL perf_mgmt.run_performance_test('$test', '" . ($environment || 'development') . "', '{\"confirms\": \"$id\"}')"; }
is_refused('bob', repeat('other', $first), qr/ERROR:  22023: execution "$first" cannot be confirmed by another test/, 'a repetition by another test');
is_refused('mallory', repeat('common', $first, 'staging'), qr/ERROR:  22023: .*DETAIL:  It is of test "common" in environment "development"/s,
	'a repetition in another environment');
is_refused('bob', repeat('common', $first), qr/ERROR:  42501: permission denied to confirm execution "$first".*Role "mallory" started it/s, 'a repetition by another role');
is_refused('bob', repeat('common', '00000000-0000-0000-0000-000000000000'), qr/ERROR:  42704: execution .* does not exist/, 'a repetition of nothing');
is(execution($node, $first, "(SELECT count(*) FROM perf_mgmt.test_executions WHERE confirms_execution_id IS NOT NULL)"), '0', 'none of them was begun');
works($_, repeat('common', $first), "a repetition by $_") foreach ('mallory', 'adam');

# One of something else confirms nothing.
value($node, q(UPDATE perf_mgmt.load_scenarios SET owner_role = 'mallory' WHERE scenario_name = 'role'));
my $elsewhere = works('mallory', "CALL perf_mgmt.run_performance_test('common', 'development', '{\"confirms\": \"$first\", \"scenario\": \"role\"}')",
	'a repetition of another scenario');
isnt(value($node, "SELECT perf_mgmt.confirmation_of('$first')"), $elsewhere, 'a repetition of another scenario confirms nothing');

# --- Results that sessions write ---
my $forged = q(INSERT INTO perf_mgmt.ci_runs (environment, started_by, finished_at, overall_status, exit_code, result)
	VALUES ('production', 'mallory', now(), 'PASSED', 0, '{}'));
is_refused('bob', $forged, qr/ERROR:  42501: new row violates row-level security policy for table "ci_runs"/, 'a result of CI in the name of another');
add_test($node, 'gate', [ { sql => 'SELECT 1' } ], { %few, ci_enabled => \1, rounds => 2, quiet => \0 }, owner => 'mallory');
is_refused('mallory', "CALL perf_mgmt.ci_gate('abc', 'main', 'staging')", qr/ERROR:  PM003/, 'a CI gate without a baseline');
my %change = (
	ci_runs             => "overall_status = 'PASSED', exit_code = 0",
	ci_run_tests        => "execution_id = '$first'",
	variant_comparisons => "set_up = NULL");
works('mallory', "CALL perf_mgmt.compare_variants('common', '{}', '{}', 2)", 'a comparison');
foreach my $table (sort keys %change)
{
	my $hers = $table eq 'ci_run_tests' ? 'true' : "started_by = 'mallory'";
	my $rows = value($node, "SELECT count(*) FROM perf_mgmt.$table WHERE $hers");
	my $sql  = "WITH changed AS (UPDATE perf_mgmt.$table SET $change{$table} WHERE $hers RETURNING 1) SELECT count(*) FROM changed";
	cmp_ok($rows, '>', 0, "$table: has rows");
	is(works('bob', $sql, "$table: bob"), '0', "$table: another changes none");
	is(works('mallory', "BEGIN; $sql; ROLLBACK", "$table: mallory"), $rows, "$table: who started it may");
}
is( works('bob', 'WITH gone AS (DELETE FROM perf_mgmt.comparison_verdicts RETURNING 1) SELECT count(*) FROM gone', 'comparison_verdicts: bob'),
	'0', 'comparison_verdicts: another deletes none');
my $measured = 'INSERT INTO perf_mgmt.query_performance SELECT (jsonb_populate_record(q, '
  . "jsonb_build_object('id', gen_random_uuid(), 'operation_name', 'forged', 'execution_context', '%s'))).* "
  . "FROM perf_mgmt.query_performance q WHERE execution_id = '$first' LIMIT 1";
is_refused('bob', sprintf($measured, 'worker'), qr/ERROR:  42501: new row violates row-level security policy for table "query_performance"/, 'an operation of a run');
works('bob', sprintf($measured, 'in_transaction'), 'an operation as a probe writes it');
is(works('adam', "UPDATE perf_mgmt.variant_comparisons SET set_up = NULL WHERE true; SELECT 1", 'an admin may change comparisons of others'), '1', 'so he may');

# --- Settings: every reader sees those of a run ---
my $settings = execution($node, $first, "postgresql_config::text");
unlike($settings, qr/S3cret/, 'settings: no password, no key');
like($settings, qr/"archive_mode"/, 'settings: whether there is an archive is there');

# --- Locks ---
is_refused($_, "SELECT perf_mgmt.lock_exclusively('access')", qr/ERROR:  42501: permission denied/, "the lock of the extension by $_") foreach ('nobody', 'bob');

# --- The copy of alerts ---
$node->safe_psql('postgres', q(
	GRANT CREATE ON DATABASE postgres TO nobody;
	CREATE SEQUENCE cancels;
	GRANT USAGE ON SEQUENCE cancels TO PUBLIC;
	INSERT INTO perf_mgmt.alert_configurations (alert_name, alert_type, threshold_config, alert_severity, notification_channels)
	VALUES ('always', 'THRESHOLD', '{"max_avg_response_time_ms": 0}', 'HIGH', '{}');
	SET ROLE nobody;
	CREATE SCHEMA system_core;
	CREATE TABLE system_core.system_events (event_type text, event_subtype text, event_data jsonb, severity text, created_at timestamptz);
	CREATE FUNCTION system_core.hold() RETURNS trigger LANGUAGE plpgsql SET lock_timeout = 0 AS $$
	BEGIN
		LOOP
			BEGIN
				PERFORM pg_advisory_xact_lock_shared(4242);
				RETURN NEW;
			EXCEPTION WHEN query_canceled THEN
				PERFORM nextval('public.cancels');
			END;
		END LOOP;
	END $$;
	CREATE TRIGGER hold BEFORE INSERT ON system_core.system_events FOR EACH ROW EXECUTE FUNCTION system_core.hold();));
my $noted = works('mallory', "CALL perf_mgmt.run_performance_test('common')", 'alerts: the run');
is(value($node, 'SELECT count(*) FROM system_core.system_events'), '0', 'alerts: not copied to who may not read results');
is( of_execution($node, $noted, 'execution_events', "details ->> 'sqlstate', details ->> 'message'", "AND event_type = 'ALERT_NOT_MIRRORED'"),
	'42501|role "nobody", which owns system_core.system_events, may not read results', 'alerts: an event says so');
value($node, "SELECT perf_mgmt.grant_access('nobody', 'reader')");
{
	my $gate = close_gate($node);
	my $session = start_call($node, "CALL perf_mgmt.run_performance_test('common')");
	my $judging = "FROM pg_stat_activity WHERE backend_type = 'perf_mgmt controller' AND wait_event_type = 'Lock'";
	wait_for($node, "EXISTS (SELECT $judging)");
	value($node, "SELECT pg_terminate_backend(pid) $judging");
	wait_for($node, '(SELECT is_called FROM cancels)');
	wait_for($node, "EXISTS (SELECT $judging)");
	value($node, "SELECT pg_terminate_backend(pid) $judging");
	processes_are_gone($node, 'alerts, a trigger that catches what is to end it');
	my ($output) = finish_call($session);
	chomp $output;
	is(execution($node, $output, 'execution_status, operations_ok'), 'COMPLETED|5', 'alerts, a trigger that catches what is to end it: the result stands');
	$_->quit foreach $session, $gate;
}

done_testing();
