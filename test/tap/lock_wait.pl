# A caller that waits for a run while the run waits for the caller's locks would wait for ever. It is found
# within seconds, by way of other sessions too, and ends with an error that says who waits.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use PerfMgmtTest;
use Test::More;

my $node = new_lab('lock_wait');
$node->safe_psql('postgres', q(
	CREATE TABLE t (id integer PRIMARY KEY, n integer);
	INSERT INTO t VALUES (1, 0);
	CREATE TABLE first_lock ();));
my %few = (operations => 4, workers => 2, virtual_users => 2);
add_test($node, 'reads', [ { sql => 'SELECT n FROM t WHERE id = 1' } ], \%few);
add_test($node, 'writes', [ { sql => 'UPDATE t SET n = n + 1 WHERE id = 1', type => 'write' } ], \%few);

my $wait = q('development', '{"wait": true}');
my $found = qr/ERROR:  40P01: the run waits for a lock that this session holds.*Process \d+ of the run waits/s;

sub nothing_runs
{
	my ($what) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	is(value($node, "SELECT count(*) FROM perf_mgmt.test_executions WHERE execution_status = 'RUNNING'"),
		'0', "$what: nothing runs");
	processes_are_gone($node, $what);
	return;
}

# The table's lock is in the way of planning already: the run does not begin.
{
	my $session = start_call($node,
		"BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE;\n"
		  . "SELECT perf_mgmt.execute_performance_test('reads', $wait)");
	my (undef, $messages) = finish_call($session);
	like($messages, $found, 'a table lock of the caller, met in preparing');
	like($messages, qr/HINT:  Commit first, or start the run from another session/, 'there is a hint');
	is(value($node, 'SELECT count(*) FROM perf_mgmt.test_executions'), '0', 'there is no execution');
	nothing_runs('table lock');
	$session->query_safe('ROLLBACK');
	$session->quit;
}
# It is the same without waiting: the function returns when the run has begun, and it cannot.
{
	my $session = start_call($node,
		"BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE;\n"
		  . "SELECT perf_mgmt.execute_performance_test('reads')");
	my (undef, $messages) = finish_call($session);
	like($messages, $found, 'the same without waiting for the end');
	nothing_runs('table lock without waiting');
	$session->quit;
}
# A CALL in a transaction block cannot commit either.
{
	my $session = start_call($node,
		"BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE;\nCALL perf_mgmt.run_performance_test('reads')");
	my (undef, $messages) = finish_call($session);
	like($messages, $found, 'the same of a CALL within a transaction block');
	nothing_runs('table lock and CALL');
	$session->quit;
}
# A row's lock is met by the operations only, when the run has begun.
{
	my $session = start_call($node,
		"BEGIN; UPDATE t SET n = 7 WHERE id = 1;\n"
		  . "SELECT perf_mgmt.execute_performance_test('writes', $wait)");
	my (undef, $messages) = finish_call($session);
	my $id = value($node, "SELECT e.id FROM perf_mgmt.test_executions e JOIN perf_mgmt.performance_tests t ON t.id = e.test_id "
		  . "WHERE t.test_name = 'writes' ORDER BY e.started_at DESC LIMIT 1");
	like($messages, $found, 'a row lock of the caller, met in running');
	is(wait_for_end($node, $id), 'CANCELLED', 'the execution ends');
	is(execution($node, $id, 'operations_scheduled, operations_interrupted, operations_ok'),
		'2|2|0', 'both workers were interrupted');
	identity_holds($node, $id, 'row lock');
	nothing_runs('row lock');
	$session->query_safe('ROLLBACK');
	is(value($node, 'SELECT n FROM t'), '0', 'no operation has changed the row');
	$session->quit;
}
# The run waits for a second session, which waits for the caller.
{
	my $second = $node->background_psql('postgres', on_error_stop => 0);
	my $pid    = $second->query_safe('SELECT pg_backend_pid()');
	$second->query_safe('BEGIN; UPDATE t SET n = 8 WHERE id = 1;');
	my $session = start_call($node, "BEGIN; LOCK TABLE first_lock IN ACCESS EXCLUSIVE MODE;\n"
		  . "SELECT perf_mgmt.execute_performance_test('writes', $wait)");
	wait_for($node, "count(*) = 1 FROM pg_locks WHERE pid = $session->{backend} "
		  . "AND relation = 'first_lock'::regclass AND granted");
	$second->query_until(qr/^asked$/m, "\\echo asked\nLOCK TABLE first_lock;\n");
	my (undef, $messages) = finish_call($session);
	like($messages, $found, 'the same by way of a second session');
	nothing_runs('two steps');
	$session->quit;
	$second->query('ROLLBACK');
	$second->quit;
}
# A wait that has nothing to do with the caller is left alone.
{
	my $locker = $node->background_psql('postgres');
	$locker->query_safe('BEGIN; UPDATE t SET n = 9 WHERE id = 1');
	my $session = start_call($node, "CALL perf_mgmt.run_performance_test('writes')");
	my $id      = running_execution($node, 'writes');
	wait_for($node, "count(*) = 2 FROM pg_stat_activity WHERE backend_type = 'perf_mgmt worker' "
		  . "AND wait_event_type = 'Lock' AND clock_timestamp() - state_change > interval '2.5 s'");
	$locker->query_safe('ROLLBACK');
	$locker->quit;
	my ($output, $messages) = finish_call($session);
	is($output, "$id\n", 'the run goes on when another session gives up its lock');
	is(execution($node, $id, 'execution_status, operations_ok'), 'COMPLETED|4', 'and completes');
	is(value($node, 'SELECT n FROM t'), '4', 'all operations had their effect');
	$session->quit;
}

done_testing();
