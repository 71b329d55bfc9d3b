# Runs take worker slots, and the default max_worker_processes leaves few: fewer workers than asked for are
# a warning and a finding, none at all is an error that leaves nothing.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use PerfMgmtTest;
use Test::More;

# The launcher of logical replication takes a slot wherever there is one.
my $node = new_lab('worker_slots', 'max_worker_processes = 8');
add_test($node, 'select', [ { sql => 'SELECT 1' } ],
	{ operations => 200, workers => 16, virtual_users => 16 });
my $call = "CALL perf_mgmt.run_performance_test('select')";

sub is_short_of_workers
{
	my ($workers, $of) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my ($status, $id, $messages) = $node->psql('postgres', $call);
	is($status, 0, "$workers of $of workers: the run ends well");
	like($messages, qr/WARNING:  only $workers of $of workers could be started/, 'there is a warning');
	like($messages, qr/HINT:  Raise "max_worker_processes" and restart the server/,
		'which names the setting');
	is( execution($node, $id, 'execution_status, total_connections, workers_requested, operations_ok'),
		"COMPLETED|$workers|$of|200", 'the record says how many there were');
	like( value($node, "SELECT finding ->> 'message' FROM perf_mgmt.test_executions, "
			  . "jsonb_array_elements(findings) finding WHERE id = '$id' AND finding ->> 'code' = 'too_few_workers'"),
		qr/^$workers of $of workers could be started: "max_worker_processes" \(\d+\) leaves no more\.$/,
		'there is a finding');
	processes_are_gone($node, "$workers of $of workers");
	return;
}

sub cannot_start
{
	my ($what) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my $executions = value($node, 'SELECT count(*) FROM perf_mgmt.test_executions');
	foreach my $sql ($call, "SELECT perf_mgmt.execute_performance_test('select')")
	{
		my ($status, undef, $messages) = $node->psql('postgres', "\\set VERBOSITY verbose\n$sql");
		isnt($status, 0, "$what: $sql fails");
		like($messages, qr/ERROR:  53400: no worker slot is free\nDETAIL:  /, "$what: the error says why");
		like($messages, qr/HINT:  Raise "max_worker_processes" and restart the server/,
			"$what: the hint names the setting");
	}
	is(value($node, 'SELECT count(*) FROM perf_mgmt.test_executions'),
		$executions, "$what: there is no execution");
	return;
}

sub restart_with
{
	my ($slots) = @_;
	$node->append_conf('postgresql.conf', "max_worker_processes = $slots");
	$node->restart;
	return;
}

is_short_of_workers(6, 16);
restart_with(3);
is_short_of_workers(1, 16);
restart_with(2);
cannot_start('a slot for the controller only');
processes_are_gone($node, 'a slot for the controller only');
restart_with(1);
cannot_start('no slot');
my ($status, undef, $messages) =
  $node->psql('postgres', "SELECT * FROM perf_mgmt.validate_scenario('select')");
like($messages, qr/ERROR:  no worker slot is free/, 'validation needs one, too');

# Executions share the slots: what one holds the next lacks; when it has ended, all are free again.
restart_with(5);
add_test($node, 'gated', [ gate_operation() ], { operations => 2, workers => 2, virtual_users => 2 });
my $gate = close_gate($node);
my $id   = start_test($node, 'gated');
cannot_start('all slots taken by another run');
$gate->quit;
is(wait_for_end($node, $id), 'COMPLETED', 'the other run did not suffer');
processes_are_gone($node, 'the other run');
is_short_of_workers(3, 16);

done_testing();
