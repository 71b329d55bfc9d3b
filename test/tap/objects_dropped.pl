# What a run works on, or belongs to, is dropped or changed under it: tables, types, functions, schemas, the role that owns
# the scenario, the role that started it. Operations fail and are counted; the run goes on, or ends as it is told to.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use PerfMgmtTest;
use FaultTest;
use Test::More;

my $node = new_fault_lab('objects_dropped');

# The SQLSTATEs that operations of an execution met.
sub errors
{
	my ($id) = @_;
	return of_execution($node, $id, 'execution_events',
		"coalesce(string_agg(DISTINCT details ->> 'sqlstate', ' '), '')", "AND event_type = 'OPERATION_ERROR'");
}

# A test: the run of these operations ends by its own limit of errors once $drop has been done.
sub ends_by_errors
{
	my ($what, $make, $operations, $drop, $errors, %options) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	$node->safe_psql('postgres', $make);
	add_test($node, $what, $operations, long_run(max_errors => 10), %options);
	my $run = under_way($node, start_test($node, $what));
	$node->safe_psql('postgres', $drop);
	settles($run, 'FAILED', $what);
	is( execution($node, $run->{id}, 'failure_message, operations_ok > 0, operations_failed >= 11, operations_failed = failed_other'),
		'more operations failed than "max_errors" allows|t|t|t', "$what: its operations have failed");
	like(errors($run->{id}), $errors, "$what: events say why");
	identity_holds($node, $run->{id}, $what);
	return $run;
}

# --- What operations use ---
my $target = q(
	CREATE TABLE target (id integer PRIMARY KEY, note text);
	INSERT INTO target SELECT i, 'note' FROM generate_series(1, 100) i;);
my $read  = { sql => 'SELECT note FROM target WHERE id = :id', generators => '{"id": {"type": "integer", "min": 1, "max": 100}}' };
my $write = { sql => 'UPDATE target SET note = note WHERE id = :id', type => 'write', generators => $read->{generators} };

# The sizes of the tables are read at the beginning and at the end of an endurance test.
ends_by_errors('DROP TABLE', $target, [ $read, $write ], 'DROP TABLE target', qr/^42P01$/, test_type => 'ENDURANCE');
ends_by_errors(
	'DROP SCHEMA',
	q(CREATE SCHEMA shop; CREATE TABLE shop.item AS SELECT 1 AS id),
	[ { sql => 'SELECT id FROM shop.item' } ],
	'DROP SCHEMA shop CASCADE', qr/^(?:42P01|3F000)$/);
ends_by_errors(
	'DROP TYPE', q(CREATE TYPE mood AS ENUM ('good', 'bad')),
	[ { sql => 'SELECT :m::mood::text', generators => '{"m": {"type": "choice", "values": ["good", "bad"]}}' } ],
	'DROP TYPE mood', qr/^(?:22P02|42704|XX000)( |$)/);
ends_by_errors(
	'DROP FUNCTION',
	q(CREATE FUNCTION answer() RETURNS integer LANGUAGE plpgsql VOLATILE AS 'BEGIN RETURN 42; END'),
	[ { sql => 'SELECT answer()' } ],
	'DROP FUNCTION answer', qr/^(?:42883|XX000)$/);

# Without a limit the run goes on, and so do its operations when the table is there again.
{
	my $what = 'table made anew';
	$node->safe_psql('postgres', $target);
	add_test($node, $what, [ $read, $write ], long_run(interval_ms => 100));
	my $run  = under_way($node, start_test($node, $what));
	my $last = "(SELECT max(interval_number) FROM perf_mgmt.execution_intervals WHERE execution_id = '$run->{id}')";
	my $next = sub {
		my ($column) = @_;
		my $from = value($node, "SELECT $last");
		wait_for($node, "EXISTS (SELECT FROM perf_mgmt.execution_intervals WHERE execution_id = '$run->{id}' "
			  . "AND interval_number > $from + 1 AND $column > 0)");
	};
	$node->safe_psql('postgres', "DROP TABLE target; CREATE TABLE target (id text PRIMARY KEY, note text)");
	$next->('failed_count');
	is(execution($node, $run->{id}, 'execution_status'), 'RUNNING', "$what: operations that do not fit fail");
	$node->safe_psql('postgres', "DROP TABLE target; $target");
	$next->('ok_count');
	is(execution($node, $run->{id}, 'execution_status'), 'RUNNING', "$what: those that fit again do not");
	value($node, "SELECT perf_mgmt.cancel_execution('$run->{id}')");
	settles($run, 'CANCELLED', $what);
	like(errors($run->{id}), qr/42883/, "$what: the type of the parameter had changed");
	identity_holds($node, $run->{id}, $what);
}
{
	# DROP TABLE that is not committed: the operations wait for it, and cannot hold up a cancel.
	my $what = 'DROP TABLE not committed';
	my $run  = under_way($node, start_test($node, 'table made anew'));
	my $session = $node->background_psql('postgres');
	$session->query_safe('BEGIN; DROP TABLE target');
	wait_for($node, "count(*) = 2 FROM pg_stat_activity WHERE backend_type = 'perf_mgmt worker' AND wait_event_type = 'Lock'");
	value($node, "SELECT perf_mgmt.cancel_execution('$run->{id}')");
	settles($run, 'CANCELLED', $what);
	is(execution($node, $run->{id}, 'operations_failed, operations_interrupted'), '0|2', "$what: what waited was interrupted");
	identity_holds($node, $run->{id}, $what);
	$session->query_safe('ROLLBACK');
	$session->quit;
	is(value($node, 'SELECT count(*) FROM target'), '100', "$what: the table stays");
}

# --- Roles ---
sub make_role
{
	my ($role) = @_;
	$node->safe_psql('postgres', qq(
		CREATE ROLE $role LOGIN;
		SELECT perf_mgmt.grant_access('$role', 'author');
		GRANT SELECT ON target TO $role;));
	return;
}
sub drop_role
{
	my ($role) = @_;
	$node->safe_psql('postgres', "DROP OWNED BY $role; DROP ROLE $role");
	return;
}

# Its rights are gone with it.
make_role('author');
{
	my $what = 'DROP ROLE, the owner';
	my $run = ends_by_errors($what, '', [$read], 'DROP OWNED BY author; DROP ROLE author', qr/^42501$/, owner => 'author');
	is(execution($node, $run->{id}, 'run_as, started_by = current_user'), 'author|t', "$what: the record keeps his name");
	my ($status, undef, $messages) = $node->psql('postgres', "CALL perf_mgmt.run_performance_test('$what')");
	like($messages, qr/ERROR:  role "author", the owner of scenario "$what", does not exist/, "$what: there will be no further run");

	# What he has left is in nobody's way.
	make_role('other');
	my ($failed, $rows, $error) = $node->psql(
		'postgres', q(
		SELECT count(*) FROM perf_mgmt.load_scenarios s JOIN perf_mgmt.workload_operations o ON o.scenario_id = s.id
		WHERE s.owner_role = 'author';
		UPDATE perf_mgmt.load_scenarios SET is_active = is_active;
		UPDATE perf_mgmt.workload_operations SET operation_name = operation_name;
		UPDATE perf_mgmt.performance_tests SET is_active = is_active;
		UPDATE perf_mgmt.parameter_generators SET description = description;),
		extra_params => [ '-U', 'other' ]);
	is("$failed $rows", '0 1', "$what: others can read his scenario, and write theirs") or diag($error);
	$node->safe_psql('postgres', "UPDATE perf_mgmt.load_scenarios SET owner_role = 'other' WHERE scenario_name = '$what'; "
		  . "UPDATE perf_mgmt.performance_tests SET owner_role = 'other' WHERE test_name = '$what'");
	my $id = run_test($node, $what, { operations => 4 });
	is(execution($node, $id, 'execution_status, operations_ok, run_as'), 'COMPLETED|4|other', "$what: with another one it runs");
}

# Between two rounds: the workers of the next cannot connect.
make_role('author');
{
	my $what = 'DROP ROLE between rounds';
	add_test($node, $what, [ gate_operation() ], { operations => 4, rounds => 2, workers => 2, virtual_users => 2 }, owner => 'author');
	my $gate = close_gate($node);
	my $run  = under_way($node, start_test($node, $what), intervals => 0);
	drop_role('author');
	$gate->quit;
	settles($run, 'FAILED', $what);
	like(execution($node, $run->{id}, 'failure_message'), qr/^role .* does not exist$/, "$what: it says why");
	is(execution($node, $run->{id}, 'operations_ok'), '2', "$what: round 1 is in the result");
	is(of_execution($node, $run->{id}, 'execution_rounds', 'round_number, ok_count'), '1|2', "$what: and recorded");
	identity_holds($node, $run->{id}, $what);
}

# Who started a run is gone, with or without waiting for it.
make_role('author');
add_test($node, 'started', [ gate_operation() ], { operations => 4, workers => 2, virtual_users => 2, progress_seconds => 0 }, owner => 'author');
{
	my $what = 'DROP ROLE, the starter';
	$node->safe_psql('postgres', 'CREATE ROLE starter LOGIN IN ROLE author');
	my $gate    = close_gate($node);
	my $session = start_call($node, "CALL perf_mgmt.run_performance_test('started')", extra_params => [ '-U', 'starter' ]);
	my $run = under_way($node, running_execution($node, 'started'), intervals => 0);
	drop_role('starter');
	$gate->quit;
	my ($output, $messages) = finish_call($session);
	is($output, "$run->{id}\n", "$what: his session gets the id");
	settles($run, 'COMPLETED', $what);
	is(execution($node, $run->{id}, 'started_by, operations_ok'), 'starter|4', "$what: the record keeps his name");
	$session->quit;
}
{
	my $what = 'DROP ROLE, the starter who does not wait';
	$node->safe_psql('postgres', 'CREATE ROLE starter LOGIN IN ROLE author');
	my $gate = close_gate($node);
	my (undef, $id) = $node->psql('postgres', "SELECT perf_mgmt.execute_performance_test('started')", extra_params => [ '-U', 'starter' ]);
	my $run = under_way($node, $id, intervals => 0);
	drop_role('starter');
	my ($status, undef, $messages) = $node->psql('postgres', "SELECT perf_mgmt.cancel_execution('$id')", extra_params => [ '-U', 'author' ]);
	like($messages, qr/ERROR:  permission denied to cancel execution/, "$what: nobody has become him");
	is(value($node, "SELECT perf_mgmt.cancel_execution('$id')"), 't', "$what: a superuser can cancel it");
	settles($run, 'CANCELLED', $what);
	identity_holds($node, $id, $what);
	$gate->quit;
}
server_is_well($node, 'objects dropped');

done_testing();
