# Limits of time that others have set. Those of a role or a database that end a statement are obeyed in the workers, as in
# any session of that role; those that would end a process are not; the controller has its own. Those of the caller's
# session end his call, and with it the run where he waits for it.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use PerfMgmtTest;
use FaultTest;
use Test::More;

my $node = new_fault_lab('time_limits');
my $has_transaction_timeout = $node->pg_version >= 17;
$node->safe_psql('postgres', q(
	CREATE ROLE author LOGIN;
	CREATE TABLE counter (id integer PRIMARY KEY, n integer NOT NULL);
	INSERT INTO counter VALUES (1, 0);
	GRANT SELECT, UPDATE ON counter TO author;));
my %few = (operations => 3, workers => 1, virtual_users => 1, progress_seconds => 0);
my $outcome = 'execution_status, operations_ok, failed_timeout, operations_failed';

sub errors
{
	my ($id) = @_;
	return of_execution($node, $id, 'execution_events',
		"coalesce(string_agg(DISTINCT details ->> 'sqlstate', ' '), '')", "AND event_type = 'OPERATION_ERROR'");
}

# --- Of the role that operations run as ---
add_test($node, 'sleeping', [ { sql => 'SELECT pg_sleep(0.3)' } ], \%few, owner => 'author');
add_test($node, 'updating', [ { sql => 'UPDATE counter SET n = n + 1 WHERE id = 1', type => 'write' } ], \%few, owner => 'author');
$node->safe_psql('postgres', q(ALTER ROLE author SET statement_timeout = '50ms'));
{
	my $id = run_test($node, 'sleeping');
	is(execution($node, $id, $outcome), 'COMPLETED|0|3|3', "statement_timeout of the role: it is the operations'");
	is(errors($id), '57014', 'statement_timeout of the role: by timeouts');
	identity_holds($node, $id, 'statement_timeout of the role');
	foreach my $config ({ statement_timeout_ms => 10_000 }, { settings => { statement_timeout => 0 } })
	{
		my ($key) = keys %$config;
		$id = run_test($node, 'sleeping', $config);
		is(execution($node, $id, $outcome), 'COMPLETED|3|0|0', "statement_timeout of the role: \"$key\" comes before it");
	}
}
$node->safe_psql('postgres', q(ALTER ROLE author RESET statement_timeout; ALTER ROLE author SET lock_timeout = '50ms'));
{
	my $locker = $node->background_psql('postgres');
	$locker->query_safe('BEGIN; UPDATE counter SET n = n WHERE id = 1');
	my $id = run_test($node, 'updating');
	is(execution($node, $id, $outcome), 'COMPLETED|0|3|3', "lock_timeout of the role: it is the operations'");
	is(errors($id), '55P03', 'lock_timeout of the role: by locks');
	identity_holds($node, $id, 'lock_timeout of the role');
	$locker->quit;
	$id = run_test($node, 'updating');
	is(execution($node, $id, $outcome), 'COMPLETED|3|0|0', 'lock_timeout of the role: unblocked, none fails');
}
$node->safe_psql('postgres', 'ALTER ROLE author RESET ALL');

# --- Of the database, so the controller's as well ---
# Sessions of the test have none of them.
my @limits = qw(statement_timeout lock_timeout idle_in_transaction_session_timeout idle_session_timeout);
push @limits, 'transaction_timeout' if $has_transaction_timeout;
{
	local $ENV{PGOPTIONS} = join ' ', map { "-c $_=0" } @limits;
	$node->safe_psql('postgres', "ALTER DATABASE postgres SET $_ = '100ms'") foreach @limits;
	my $id = run_test($node, 'sleeping');
	is(execution($node, $id, $outcome), 'COMPLETED|0|3|3', "limits of the database: statement_timeout is the operations'");
	is(errors($id), '57014', 'limits of the database: and no process is ended');
	$id = run_test($node, 'sleeping', { settings => { statement_timeout => 0 } });
	is(execution($node, $id, $outcome), 'COMPLETED|3|0|0', 'limits of the database: without it operations may take longer');
	is( of_execution($node, $id, 'execution_events', "string_agg(event_type, ' ' ORDER BY event_type)"),
		'TEST_COMPLETED TEST_STARTED', 'limits of the database: the run is recorded and judged');

	# The controller waits for a lock longer than they would let it.
	add_test($node, 'long', [ { sql => 'SELECT pg_sleep(0.01)' } ], long_run());
	my $run = under_way($node, start_test($node, 'long'));
	my $controller = execution($node, $run->{id}, 'controller_pid');
	my $locker = $node->background_psql('postgres');
	$locker->query_safe('BEGIN; LOCK TABLE perf_mgmt.execution_intervals IN SHARE MODE');
	wait_for($node, "EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pid = $controller "
		  . "AND clock_timestamp() - waitstart > interval '300 ms')");
	$locker->query_safe('COMMIT');
	$locker->quit;
	wait_for($node, "max(interval_number) > $run->{last_interval} + 2 FROM perf_mgmt.execution_intervals WHERE execution_id = '$run->{id}'");
	value($node, "SELECT perf_mgmt.cancel_execution('$run->{id}')");
	settles($run, 'CANCELLED', "limits of the database, the controller's locks");
	$node->safe_psql('postgres', 'ALTER DATABASE postgres RESET ALL');
}

# --- Of the caller's session ---
{
	my $what = 'statement_timeout of the caller';
	my $call = start_call($node, "SET statement_timeout = '3s';\nCALL perf_mgmt.run_performance_test('long')");
	my $run  = under_way($node, running_execution($node, 'long'));
	my (undef, $messages) = finish_call($call);
	like($messages, qr/ERROR:  57014: canceling statement due to statement timeout/, "$what: his call ends");
	settles($run, 'CANCELLED', $what);
	$call->quit;
}
add_test($node, 'gated', [ gate_operation() ], { %few, operations => 2 });
{
	# Who waits is neither idle nor does he wait for a lock.
	my $what = 'other limits of the caller';
	my $gate = close_gate($node);
	my $call = start_call($node, "SET lock_timeout = '50ms';\nSET idle_in_transaction_session_timeout = '50ms';\n"
		  . "BEGIN\\; CALL perf_mgmt.run_performance_test('gated')\\; COMMIT");
	my $run = under_way($node, running_execution($node, 'gated'), intervals => 0);
	wait_for($node, "clock_timestamp() - query_start > interval '300 ms' FROM pg_stat_activity WHERE pid = $call->{backend}");
	$gate->quit;
	my ($output, $messages) = finish_call($call);
	like($output, qr/^$run->{id}$/m, "$what: his call goes on");
	settles($run, 'COMPLETED', $what);
	$call->quit;
}
{
	# A transaction in which he started a run and then did nothing. The run is not his session's.
	my $what = 'idle_in_transaction_session_timeout of the caller';
	my $gate = close_gate($node);
	my $call = start_call($node, "SET idle_in_transaction_session_timeout = '300ms';\nBEGIN;\n"
		  . "SELECT perf_mgmt.execute_performance_test('gated')");
	my $run = under_way($node, running_execution($node, 'gated'), intervals => 0);
	wait_for($node, "NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = $call->{backend})");
	is(execution($node, $run->{id}, 'execution_status'), 'RUNNING', "$what: his session ends, the run goes on");
	$gate->quit;
	settles($run, 'COMPLETED', $what);
	eval { $call->quit };
}
SKIP:
{
	skip 'transaction_timeout is of PostgreSQL 17', 1 unless $has_transaction_timeout;
	my $what = 'transaction_timeout of the caller';
	my $call = start_call($node, "SET transaction_timeout = '3s';\nCALL perf_mgmt.run_performance_test('long')");
	my $run  = under_way($node, running_execution($node, 'long'));
	wait_for($node, "NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = $call->{backend})");
	settles($run, 'CANCELLED', $what);
	eval { $call->quit };
}
server_is_well($node, 'time limits');

done_testing();
