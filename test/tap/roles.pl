# A scenario runs with the rights of the role that owns it, whoever starts it: its templates, its pools and
# expressions, and what planning them evaluates. Nobody starts a scenario of a role that he is no member of,
# and no operation leaves a worker in another role.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use PerfMgmtTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_lab('roles');
$node->safe_psql('postgres', q(
	CREATE ROLE author LOGIN;
	CREATE ROLE runner LOGIN IN ROLE author;
	CREATE ROLE stranger LOGIN;
	CREATE ROLE team;
	CREATE ROLE outcast LOGIN;
	GRANT USAGE ON SCHEMA perf_mgmt TO PUBLIC;
	GRANT SELECT ON ALL TABLES IN SCHEMA perf_mgmt TO PUBLIC;
	GRANT EXECUTE ON ALL ROUTINES IN SCHEMA perf_mgmt TO PUBLIC;
	CREATE TABLE who (me text, session text, pool text, expression text);
	GRANT INSERT ON who TO PUBLIC;
	CREATE SCHEMA authors AUTHORIZATION author;
	SET ROLE author;
	CREATE FUNCTION authors.spy() RETURNS integer IMMUTABLE LANGUAGE plpgsql AS
		$$ BEGIN RAISE EXCEPTION 'evaluated as % of %', current_user, session_user; END $$;));

my $who = {
	sql  => 'INSERT INTO public.who VALUES (current_user, session_user, :pool, :expression)',
	type => 'write',
	generators => '{"pool": {"type": "pool", "sql": "SELECT current_user::text AS id", "column": "id"}, '
	  . '"expression": {"type": "expression", "sql": "current_user::text"}}'
};
my %few = (operations => 3, workers => 1);

sub run_as
{
	my ($role, $sql) = @_;
	return $node->psql('postgres', "\\set VERBOSITY verbose\n$sql", extra_params => [ '-U', $role ]);
}

sub is_run_by
{
	my ($starter, $test, $expected, $what) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	$node->safe_psql('postgres', 'TRUNCATE who');
	my ($status, $id, $messages) = run_as($starter, "CALL perf_mgmt.run_performance_test('$test')");
	is($messages, '', "$what: no complaint");
	is( value($node, 'SELECT DISTINCT * FROM who'),
		join('|', ($expected) x 4), "$what: everything runs as $expected");
	is(execution($node, $id, 'started_by, run_as, execution_status'),
		"$starter|$expected|COMPLETED", "$what: the record says so");
	return;
}

sub is_refused
{
	my ($starter, $sql, $error, $what) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my $executions = value($node, 'SELECT count(*) FROM perf_mgmt.test_executions');
	my ($status, undef, $messages) = run_as($starter, $sql);
	isnt($status, 0, "$what: fails");
	like($messages, $error, "$what: says why");
	is(value($node, 'SELECT count(*) FROM perf_mgmt.test_executions'),
		$executions, "$what: there is no execution");
	return;
}

my $superuser = value($node, 'SELECT current_user');

# --- Who runs it ---
add_test($node, 'authored', [$who], \%few, owner => 'author');
is_run_by($superuser, 'authored', 'author', 'started by a superuser');
is_run_by('runner',   'authored', 'author', 'started by a member');
is_run_by('author',   'authored', 'author', 'started by its owner');
foreach my $function ("CALL perf_mgmt.run_performance_test('authored')",
	"SELECT perf_mgmt.execute_performance_test('authored')",
	"SELECT * FROM perf_mgmt.validate_scenario('authored')")
{
	is_refused(
		'stranger', $function,
		qr/ERROR:  42501: permission denied to run scenario "authored"\nDETAIL:  Its operations run with the rights of role "author"/,
		"stranger, $function");
}
add_test($node, 'shipped', [$who], \%few);
$node->safe_psql('postgres', q(
	UPDATE perf_mgmt.load_scenarios SET owner_role = NULL WHERE scenario_name = 'shipped';
	UPDATE perf_mgmt.performance_tests SET owner_role = NULL WHERE test_name = 'shipped';));
is_run_by('stranger', 'shipped', 'stranger', 'of the catalogue');

# --- Planning evaluates immutable functions: as the owner as well ---
add_test($node, 'spying', [ { sql => 'SELECT authors.spy()' } ], \%few, owner => 'author');
is_refused($superuser, "CALL perf_mgmt.run_performance_test('spying')",
	qr/ERROR:  P0001: evaluated as author of author/, 'planning');
is( value($node, "SELECT problem FROM perf_mgmt.validate_scenario('spying') WHERE severity = 'error'"),
	'evaluated as author of author', 'validation plans as the owner, too');

# --- Roles that no worker can have ---
add_test($node, 'of a team', [$who], \%few, owner => 'team');
is_refused(
	$superuser, "CALL perf_mgmt.run_performance_test('of a team')",
	qr/ERROR:  42501: role "team" is not permitted to log in\nDETAIL:  Before PostgreSQL 17/,
	'role without LOGIN')
  if $node->pg_version < 17;
add_test($node, 'of an outcast', [$who], \%few, owner => 'outcast');
$node->safe_psql('postgres', q(
	REVOKE CONNECT ON DATABASE postgres FROM PUBLIC;
	GRANT CONNECT ON DATABASE postgres TO author, runner, stranger;));
is_refused(
	$superuser, "CALL perf_mgmt.run_performance_test('of an outcast')",
	qr/ERROR:  42501: permission denied for database "postgres"\nDETAIL:  User does not have CONNECT privilege/,
	'role without CONNECT: what the worker said reaches the caller');
processes_are_gone($node, 'role without CONNECT');
add_test($node, 'poor', [ { sql => 'SELECT * FROM perf_mgmt.test_executions, pg_authid' } ], \%few, owner => 'author');
is_refused('author', "CALL perf_mgmt.run_performance_test('poor', 'development', '{\"settings\": {\"log_statement\": \"all\"}}')",
	qr/ERROR:  42501: permission denied to set parameter "log_statement"/, 'setting for superusers only');
{
	my ($status, $id) = run_as($superuser, "CALL perf_mgmt.run_performance_test('poor')");
	is( execution($node, $id, 'operations_ok, operations_failed'),
		'0|3', 'a table that the owner may not read is not read when a superuser starts the run');
}

# --- Operations that change the worker's role ---
add_test($node, 'changing', [ { sql => q(SELECT set_config('role', 'author', false)) } ], \%few, owner => 'runner');
{
	my ($status, $id, $messages) = run_as('runner', "CALL perf_mgmt.run_performance_test('changing')");
	like($messages, qr/WARNING:  \w+: execution "$id" ended as FAILED\nDETAIL:  an operation changed the worker's role/,
		'an operation that changes the role ends the run');
	is(execution($node, $id, 'execution_status, failure_sqlstate, failure_message'),
		"FAILED|42501|an operation changed the worker's role", 'which says why');
	identity_holds($node, $id, 'changed role');
	processes_are_gone($node, 'changed role');
}
add_test(
	$node, 'changing back',
	[ { sql => q(SELECT set_config('role', 'author', true); INSERT INTO who VALUES (current_user)), type => 'write' } ],
	\%few, owner => 'runner');
{
	my ($status, $id, $messages) = run_as('runner', "CALL perf_mgmt.run_performance_test('changing back')");
	is(execution($node, $id, 'execution_status, operations_ok'),
		'COMPLETED|3', 'a change that ends with the transaction does not');
}
add_test($node, 'climbing', [ { sql => "SELECT set_config('role', '$superuser', false)" } ], \%few, owner => 'author');
{
	my ($status, $id) = run_as($superuser, "CALL perf_mgmt.run_performance_test('climbing')");
	is( execution($node, $id, 'execution_status, operations_ok, operations_failed'),
		'COMPLETED|0|3', 'nor does one that is not permitted: it fails, whoever started the run');
}

# --- Cancelling: the starter, and who is a member of him ---
add_test($node, 'gated', [ gate_operation() ], { operations => 1, workers => 1 }, owner => 'author');
{
	my $gate = close_gate($node);
	my ($status, $id) = run_as('author', "SELECT perf_mgmt.execute_performance_test('gated')");
	is_refused('stranger', "SELECT perf_mgmt.cancel_execution('$id')",
		qr/ERROR:  42501: permission denied to cancel execution "$id"\nDETAIL:  It was started by role "author"/,
		'stranger cancels');
	my (undef, $cancelled) = run_as('runner', "SELECT perf_mgmt.cancel_execution('$id')");
	is($cancelled, 't', 'a member of the role that started a run may cancel it');
	is(wait_for_end($node, $id), 'CANCELLED', 'and does');
	$gate->quit;
	processes_are_gone($node, 'cancelled by a member');
}

done_testing();
