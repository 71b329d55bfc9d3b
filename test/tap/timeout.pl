# An operation that is blocked: by statement_timeout_ms it fails as a timeout; at the end of the run it has
# some seconds of grace, then it is interrupted. Every operation is counted exactly once.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use PerfMgmtTest;
use Test::More;

my $node = new_lab('timeout');
$node->safe_psql('postgres', q(
	CREATE TABLE counter (id integer PRIMARY KEY, n integer NOT NULL);
	INSERT INTO counter SELECT i, 0 FROM generate_series(1, 4) i;));
my $sums = 'operations_scheduled, operations_ok, operations_failed, operations_skipped, operations_interrupted';
my $failures =
  'failed_serialization, failed_deadlock, failed_timeout, failed_constraint, failed_other';
my $update = { sql => 'UPDATE counter SET n = n + 1 WHERE id = :id', type => 'write',
	generators => '{"id": 1}' };

sub locker
{
	my $session = $node->background_psql('postgres');
	$session->query_safe('BEGIN; UPDATE counter SET n = n WHERE id = 1');
	return $session;
}

# --- statement_timeout_ms ---
add_test($node, 'timeout', [$update],
	{ operations => 3, workers => 1, virtual_users => 1, statement_timeout_ms => 100 });
{
	my $locker = locker();
	my $id     = value($node, "CALL perf_mgmt.run_performance_test('timeout')");
	is(execution($node, $id, "execution_status, $sums"), 'COMPLETED|3|0|3|0|0', 'a timeout is a failure');
	is(execution($node, $id, $failures), '0|0|3|0|0', 'of its own class');
	is( execution($node, $id, 'perf_mgmt.count(failure_histogram), perf_mgmt.min(failure_histogram) >= 100000000, '
			  . 'avg_response_time_ms IS NULL, error_rate_percent = 100'),
		'3|t|t|t',
		'its time is kept apart');
	is( value($node, "SELECT details ->> 'sqlstate', details ->> 'count' FROM perf_mgmt.execution_events "
			  . "WHERE execution_id = '$id' AND event_type = 'OPERATION_ERROR'"),
		'57014|3', 'an event tells of the error');
	identity_holds($node, $id, 'timeout');
	$locker->query_safe('ROLLBACK');
	$locker->quit;
	$id = value($node, "CALL perf_mgmt.run_performance_test('timeout')");
	is(execution($node, $id, "execution_status, $sums"), 'COMPLETED|3|3|0|0|0', 'unblocked, none fails');
}
{
	# A timeout is an outcome, not a mood: the next operation has its whole time again.
	add_test($node, 'sleep', [ { sql => 'SELECT pg_sleep(0.06)' } ],
		{ operations => 8, workers => 2, virtual_users => 2, statement_timeout_ms => 10000 });
	my $id = value($node, "CALL perf_mgmt.run_performance_test('sleep')");
	is(execution($node, $id, $sums), '8|8|0|0|0', 'a limit that is not reached does not matter');
}

{
	add_test($node, 'three sleeps', [ { sql => join('; ', ('SELECT pg_sleep(0.4)') x 3) } ],
		{ operations => 1, workers => 1, statement_timeout_ms => 1000 });
	my $id = value($node, "CALL perf_mgmt.run_performance_test('three sleeps')");
	is(execution($node, $id, $sums), '1|1|0|0|0', 'the limit is for each statement, not for the operation');
	add_test($node, 'third', [ { sql => 'SELECT 1; SELECT 2; ' . $update->{sql}, type => 'mixed', generators => '{"id": 1}' } ],
		{ operations => 1, workers => 1, statement_timeout_ms => 100 });
	my $locker = locker();
	$id = value($node, "CALL perf_mgmt.run_performance_test('third')");
	is(execution($node, $id, $failures), '0|0|1|0|0', 'and each has one');
	$locker->quit;
}

# --- max_errors ---
{
	my $locker = locker();
	my ($status, $id, $messages) = $node->psql('postgres',
		"CALL perf_mgmt.run_performance_test('timeout', 'development', "
		  . "'{\"operations\": 1000, \"max_errors\": 2}')");
	like($messages, qr/WARNING:  execution "$id" ended as FAILED\nDETAIL:  more operations failed/,
		'too many errors end the run, and the caller learns why');
	is(execution($node, $id, "execution_status, $sums"), 'FAILED|3|0|3|0|0', 'with the error that was too much');
	processes_are_gone($node, 'max_errors');
	$locker->quit;
}

# --- The end of the run ---
# Of four users, each with a worker, one is blocked on the row and the others go on.
add_test(
	$node,
	'blocked',
	[ { %$update, generators => '{"id": {"type": "sequence", "start": 1}}', name => 'update' } ],
	{ test_duration_seconds => 1, workers => 4, virtual_users => 4, think_time_ms => 20 });
{
	my $locker = locker();
	my $id     = value($node, "CALL perf_mgmt.run_performance_test('blocked')");
	is( execution($node, $id, 'execution_status, operations_ok > 3, operations_failed, operations_interrupted'),
		'COMPLETED|t|0|1',
		'what does not end in the grace period is interrupted');
	is(execution($node, $id, 'duration_ms - measured_ms > 4900'),
		't', 'which is not part of the measured time');
	identity_holds($node, $id, 'blocked at the end');
	processes_are_gone($node, 'blocked at the end');
	$locker->query_safe('COMMIT');
	$locker->quit;
	is(value($node, 'SELECT n FROM counter WHERE id = 1'), '3', 'what was interrupted has no effect');
}
{
	# One that does end in the grace period counts as done.
	my $locker  = locker();
	my $session = start_call($node, "CALL perf_mgmt.run_performance_test('blocked')");
	my $id      = running_execution($node, 'blocked');
	wait_for($node, "count(*) = 1 FROM pg_stat_activity WHERE backend_type = 'perf_mgmt worker'");
	$locker->query_safe('COMMIT');
	$locker->quit;
	finish_call($session);
	$session->quit;
	is(execution($node, $id, 'execution_status, operations_interrupted'),
		'COMPLETED|0', 'what ends in the grace period is not interrupted');
	identity_holds($node, $id, 'grace');
	is(value($node, 'SELECT n FROM counter WHERE id = 1'), '4', 'and has its effect');
}
{
	# An expression of a generator that is blocked is part of its operation.
	add_test(
		$node,
		'expression',
		[ { sql => 'SELECT :n::integer',
				generators => '{"n": {"type": "expression", "sql": "pg_advisory_xact_lock_shared(4242)::text || 1"}}' } ],
		{ operations => 10, workers => 1, virtual_users => 1 });
	my $gate = close_gate($node);
	my $id   = start_test($node, 'expression');
	wait_for($node, "count(*) = 1 FROM pg_stat_activity WHERE backend_type = 'perf_mgmt worker' "
		  . "AND wait_event_type = 'Lock'");
	value($node, "SELECT perf_mgmt.cancel_execution('$id')");
	is(wait_for_end($node, $id), 'CANCELLED', 'a run that is blocked in an expression can be cancelled');
	is(execution($node, $id, $sums), '1|0|0|0|1', 'the operation was interrupted');
	$gate->quit;
	processes_are_gone($node, 'expression');
}

done_testing();
