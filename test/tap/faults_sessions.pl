# Sessions and processes that are ended in the middle of a run, each in every way that leaves the server up: while
# operations run, between two rounds, before the first one, and while the result is judged. Within seconds the execution
# is final, with all that was recorded, and nothing of it is left.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use FaultTest;
use PerfMgmtTest;
use Test::More;

my $node = new_fault_lab('faults_sessions');
add_test($node, 'long', [ spilling_operation() ], long_run());

# Of every run a caller waits, the function or the procedure, and these end: who, how, the final state, its SQLSTATE.
my %call = (
	procedure => "CALL perf_mgmt.run_performance_test('%s')",
	function  => q(SELECT perf_mgmt.execute_performance_test('%s', 'development', '{"wait": true}')));
sub by_sql
{
	my ($function, $pid) = @_;
	return value($node, "SELECT $function($pid)");
}
sub process { return value($node, "SELECT min(pid) FROM pg_stat_activity WHERE backend_type = 'perf_mgmt $_[0]'"); }
my @faults = (
	[ 'caller cancelled',     sub { by_sql('pg_cancel_backend', $_[0]->{backend}) },    'CANCELLED', '57014' ],
	[ 'caller terminated',    sub { by_sql('pg_terminate_backend', $_[0]->{backend}) }, 'CANCELLED', '57014' ],
	[ 'client killed',        sub { $_[0]->{run}->signal('KILL') },                     'CANCELLED', '57014' ],
	[ 'cancel_execution',     sub { by_sql('perf_mgmt.cancel_execution', "'$_[1]'") },  'CANCELLED', '57014' ],
	[ 'controller cancelled', sub { by_sql('pg_cancel_backend', process('controller')) }, 'CANCELLED', '57014' ],
	[ 'controller terminated', sub { by_sql('pg_terminate_backend', process('controller')) }, 'CANCELLED', '57P01' ],
	[ 'worker terminated', sub { by_sql('pg_terminate_backend', process('worker')) }, 'FAILED', '55000' ]);

# Ends the client, whatever state it is in.
sub leave { my ($session) = @_; eval { $session->quit }; return; }

# --- While operations run ---
foreach my $fault (@faults)
{
	my ($what, $strike, $status, $sqlstate) = @$fault;
	foreach my $kind (sort keys %call)
	{
		next if $kind eq 'function' && $what !~ /^(?:caller|client)/;
		my $session = start_call($node, sprintf($call{$kind}, 'long'));
		my $id      = running_execution($node, 'long');
		my $run     = under_way($node, $id, spills => 1);
		$strike->($session, $id);
		settles($run, $status, "$what, $kind");
		is(execution($node, $id, 'failure_sqlstate'), $sqlstate, "$what, $kind: it says why");
		identity_holds($node, $id, "$what, $kind");
		leave($session);
	}
}

# A worker that is only cancelled loses its operation; the run goes on, with the same processes.
{
	my $id  = start_test($node, 'long');
	my $run = under_way($node, $id, spills => 1);
	by_sql('pg_cancel_backend', process('worker'));
	wait_for($node, "max(interval_number) > $run->{last_interval} + 2 FROM perf_mgmt.execution_intervals WHERE execution_id = '$id'");
	is(value($node, "SELECT count(*) FROM pg_stat_activity WHERE backend_type LIKE 'perf_mgmt%'"), '3', 'worker cancelled: all processes are there');
	is(execution($node, $id, 'execution_status'), 'RUNNING', 'worker cancelled: the run goes on');
	value($node, "SELECT perf_mgmt.cancel_execution('$id')");
	settles($run, 'CANCELLED', 'worker cancelled, then the execution');
	is(execution($node, $id, 'operations_interrupted >= 1, operations_failed'), 't|0', 'worker cancelled: its operation was interrupted');
}

# --- Between two rounds ---
# The first round's operations wait for 4243; with that they see to it that the gate is closed when the first worker of
# the second round loads the pool, before that round begins.
add_test(
	$node, 'rounds',
	[ {   sql => 'SELECT :n::text, pg_advisory_xact_lock_shared(4243)',
		  generators => '{"n": {"type": "pool", "column": "id", "sql": "SELECT pg_advisory_xact_lock_shared(4242)::text AS id"}}' } ],
	{ operations => 6, rounds => 3, workers => 2, virtual_users => 2, interval_ms => 100 });
my $at_the_pool = "FROM pg_locks WHERE locktype = 'advisory' AND objid = 4242 AND NOT granted";

# A session whose run is between its rounds, the gate that holds it there, and the id.
sub start_rounds
{
	my $holder = $node->background_psql('postgres');
	$holder->query_safe('SELECT pg_advisory_lock(4243)');
	my $session = start_call($node, sprintf($call{procedure}, 'rounds'));
	my $id      = running_execution($node, 'rounds');
	my $gate    = close_gate($node);
	$holder->quit;
	wait_for($node, "EXISTS (SELECT $at_the_pool)");
	return ($session, $gate, $id);
}
foreach my $fault (@faults)
{
	my ($what, $strike, $status, $sqlstate) = @$fault;
	$what .= ' between rounds';
	my ($session, $gate, $id) = start_rounds();
	my $run = under_way($node, $id, intervals => 1);
	$strike->($session, $id);
	settles($run, $status, $what);
	is(execution($node, $id, 'failure_sqlstate, operations_ok'), "$sqlstate|2", "$what: the first round is the result");
	is(of_execution($node, $id, 'execution_rounds', 'round_number, ok_count'), '1|2', "$what: it is the only one");
	identity_holds($node, $id, $what);
	leave($session);
	$gate->quit;
}

# --- Before there is an execution: a worker loads the pool, of a run or of a scenario that is validated ---
my %loading = (
	preparing  => sprintf($call{procedure}, 'rounds'),
	validating => "SELECT count(*) FROM perf_mgmt.validate_scenario('rounds')");
my $executions = value($node, 'SELECT count(*) FROM perf_mgmt.test_executions');
foreach my $place (sort keys %loading)
{
	foreach my $fault (@faults)
	{
		my ($what, $strike) = @$fault;
		next if $what eq 'cancel_execution' || ($place eq 'validating' && $what =~ /controller/);
		$what .= ", $place";
		my $gate    = close_gate($node);
		my $session = start_call($node, $loading{$place});
		wait_for($node, "EXISTS (SELECT $at_the_pool)");
		my $run = under_way($node, '00000000-0000-0000-0000-000000000000', intervals => 0);
		$strike->($session);
		settles($run, undef, $what);
		leave($session);
		$gate->quit;
	}
}
is(value($node, 'SELECT count(*) FROM perf_mgmt.test_executions'), $executions, 'preparing: there is no execution');

# --- While the result is judged ---
# An alert is copied into a table whose trigger waits at the gate.
add_gated_alert($node);
add_test($node, 'judged', [ { sql => 'SELECT 1' } ], { operations => 5, workers => 2, virtual_users => 2 });
my $judging = "FROM pg_stat_activity WHERE backend_type = 'perf_mgmt controller' AND wait_event_type = 'Lock'";
foreach my $fault (grep { $_->[0] !~ /worker|cancel_execution/ } @faults)
{
	my ($what, $strike) = @$fault;
	$what .= ' in judging';
	my $gate    = close_gate($node);
	my $session = start_call($node, sprintf($call{procedure}, 'judged'));
	wait_for($node, "EXISTS (SELECT $judging)");
	my $id  = value($node, 'SELECT id FROM perf_mgmt.test_executions ORDER BY started_at DESC LIMIT 1');
	my $run = under_way($node, $id, intervals => 1);
	is(execution($node, $id, 'execution_status'), 'COMPLETED', "$what: it is recorded before");
	$strike->($session, $id);
	# Who waits is not needed for it; it ends by itself, or by what hit it.
	$gate->quit;
	settles($run, 'COMPLETED', $what);
	is(execution($node, $id, 'failure_sqlstate IS NULL, operations_ok'), 't|5', "$what: the result stands");
	# Whatever was broken off can be made up for.
	value($node, "SELECT perf_mgmt.finish_execution('$id')");
	is(of_execution($node, $id, 'execution_verdicts', 'count(DISTINCT judgement_id)'), '1', "$what: judged, once");
	leave($session);
}
server_is_well($node, 'all of it');

done_testing();
