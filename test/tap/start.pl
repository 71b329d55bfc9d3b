# A run is visible to everybody at once, says in pg_stat_activity what it does, ends by itself, and does
# not mind another one beside it.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use PerfMgmtTest;
use Test::More;

my $node = new_lab('start');
add_test($node, 'gated', [ gate_operation() ], { operations => 6, workers => 2, virtual_users => 4 });
add_test($node, 'other', [ gate_operation() ], { operations => 3, workers => 1, virtual_users => 1 });

# The operations wait at the gate, so that the function has returned before the first one has ended.
my $gate = close_gate($node);
my $id   = start_test($node, 'gated');
like($id, qr/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'the function returns an id');
is( execution(
		$node, $id,
		"execution_status, completed_at IS NULL, total_connections, concurrent_users, workers_requested, "
		  . "started_by = current_user, run_as = current_user"),
	'RUNNING|t|2|4|2|t|t',
	'another session sees the execution as RUNNING at once');
is( value($node, "SELECT count(*) FROM perf_mgmt.execution_events WHERE execution_id = '$id' "
		  . "AND event_type = 'TEST_STARTED'"),
	'1', 'its start is an event');

wait_for($node, "count(*) = 2 FROM pg_stat_activity WHERE backend_type = 'perf_mgmt worker' "
	  . "AND wait_event_type = 'Lock'");
is( value($node, "SELECT application_name, state, query FROM pg_stat_activity "
		  . "WHERE backend_type = 'perf_mgmt controller'"),
	"perf_mgmt controller|active|controls execution $id of performance test \"gated\"",
	'the controller says what it controls');
is( value($node, "SELECT DISTINCT application_name, state, query FROM pg_stat_activity "
		  . "WHERE backend_type = 'perf_mgmt worker'"),
	'perf_mgmt worker|active|SELECT pg_advisory_xact_lock_shared(4242)',
	'the workers say what they run');
is( value($node, "SELECT pid = controller_pid FROM pg_stat_activity, perf_mgmt.test_executions "
		  . "WHERE backend_type = 'perf_mgmt controller'"),
	't', 'the execution names the process of its controller');

# A second execution beside the first.
my $other = start_test($node, 'other');
isnt($other, $id, 'a second execution has an id of its own');
is( value($node, "SELECT count(*) FROM perf_mgmt.test_executions WHERE execution_status = 'RUNNING'"),
	'2', 'two executions run at once');
is( value($node, "SELECT count(*) FILTER (WHERE backend_type = 'perf_mgmt controller'), "
		  . "count(*) FILTER (WHERE backend_type = 'perf_mgmt worker') FROM pg_stat_activity"),
	'2|3', 'each has processes of its own');

# A third session waits for the first.
my $waiting = start_call($node, "CALL perf_mgmt.wait_for_execution('$id')");
wait_for($node, "wait_event_type = 'Extension' AND backend_xmin IS NULL FROM pg_stat_activity "
	  . "WHERE pid = $waiting->{backend}");
pass('who waits holds no snapshot');

$gate->quit;
is(wait_for_end($node, $id),    'COMPLETED', 'the execution ends by itself');
is(wait_for_end($node, $other), 'COMPLETED', 'so does the other');
my ($output, $messages) = finish_call($waiting);
is($output,   "COMPLETED\n", 'the wait returns the final status');
is($messages, '',            'and says no more');
$waiting->quit;

is( value($node, "SELECT t.test_name, e.operations_scheduled, e.operations_ok, e.completed_at > e.started_at "
		  . "FROM perf_mgmt.test_executions e JOIN perf_mgmt.performance_tests t ON t.id = e.test_id "
		  . "ORDER BY 1"),
	"gated|6|6|t\nother|3|3|t",
	'each counted its own operations');
identity_holds($node, $id, 'the first');
processes_are_gone($node, 'after both');

# The waiting form hands back the id of a finished execution.
my $finished = value($node, "CALL perf_mgmt.run_performance_test('gated')");
is(execution($node, $finished, 'execution_status, operations_ok'),
	'COMPLETED|6', 'CALL returns when the execution has ended');
is(value($node, "SELECT perf_mgmt.cancel_execution('$finished')"),
	'f', 'what has ended cannot be cancelled');

done_testing();
