# Worker slots that are taken between two rounds of a run: with fewer of them the next round has fewer workers, which is
# told, and with none the run ends; what was measured before is kept. (See worker_slots.pl for a run that begins.)
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use PerfMgmtTest;
use FaultTest;
use PostgreSQL::Test::Utils;
use Test::More;

# A run of two workers and one of one have all slots; the launcher of logical replication takes one wherever there is one.
my $node = new_fault_lab('resources_worker_slots', 'max_worker_processes = 6', 'max_logical_replication_workers = 0');
# Its controller is stopped below: it should have nothing to do, and nothing in its hands then.
add_test($node, 'rounds', [ gate_operation() ],
	{ operations => 4, rounds => 2, workers => 2, virtual_users => 2, interval_ms => 3_600_000, sampling_hz => 0 });
add_test($node, 'other', [ { sql => 'SELECT pg_advisory_xact_lock_shared(4243)' } ],
	{ operations => 8, workers => 4, virtual_users => 4 });

# Lets the workers of round 1 end while the controller stands still, and another run take what they leave and what else
# is free, but so many slots. Returns what was noted of the run, and the gate of the other one.
sub take_slots
{
	my ($leave) = @_;
	my $gate = close_gate($node);
	my $run  = under_way($node, start_test($node, 'rounds'), intervals => 0);
	wait_for($node, "count(*) = 2 FROM pg_stat_activity WHERE backend_type = 'perf_mgmt worker' AND wait_event_type = 'Lock'");
	my $controller = execution($node, $run->{id}, 'controller_pid');
	my $other = $node->background_psql('postgres');
	$other->query_safe('SELECT pg_advisory_lock(4243)');
	kill 'STOP', $controller;
	$gate->quit;
	wait_for($node, "NOT EXISTS (SELECT FROM pg_stat_activity WHERE backend_type = 'perf_mgmt worker')");
	start_test($node, 'other', { workers => 4 - $leave });
	wait_for($node, "count(*) = 4 - $leave FROM pg_stat_activity WHERE backend_type = 'perf_mgmt worker' AND wait_event_type = 'Lock'");
	kill 'CONT', $controller;
	return ($run, $other);
}

# As settles, where the other run has still to be let go.
sub ends_in_time
{
	my ($run, $other, $status, $what) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my $start = time;
	wait_for_end($node, $run->{id});
	cmp_ok(time - $start, '<=', 10, "$what: within 10 s, the execution is final");
	$other->quit;
	settles($run, $status, $what);
	return;
}
{
	my ($run, $other) = take_slots(0);
	ends_in_time($run, $other, 'FAILED', 'no slot');
	is( execution($node, $run->{id}, 'failure_sqlstate, failure_message, operations_ok'),
		'53400|no worker slot is free|2', 'no slot: it says why, and round 1 is in the result');
	is(of_execution($node, $run->{id}, 'execution_rounds', 'round_number, ok_count'), '1|2', 'no slot: round 1 is recorded');
	identity_holds($node, $run->{id}, 'no slot');
}
{
	my ($run, $other) = take_slots(1);
	ends_in_time($run, $other, 'COMPLETED', 'one slot');
	is(execution($node, $run->{id}, 'operations_ok, total_connections'), '4|2', 'one slot: the run completes');
	like( of_execution($node, $run->{id}, 'execution_rounds', 'disturbances', 'AND round_number = 2'),
		qr/workers/, 'one slot: the round with fewer workers is told');
	identity_holds($node, $run->{id}, 'one slot');
}
server_is_well($node, 'worker slots');

done_testing();
