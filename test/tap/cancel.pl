# Whoever stops a run, and by whatever means: the execution is CANCELLED, what was measured is kept, and
# no process stays. A worker that is cancelled loses its operation, one that is terminated ends the run.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use PerfMgmtTest;
use Test::More;

my $node = new_lab('cancel');
$node->safe_psql('postgres', q(
	CREATE ROLE stranger LOGIN;
	GRANT USAGE ON SCHEMA perf_mgmt TO stranger;
	GRANT SELECT ON ALL TABLES IN SCHEMA perf_mgmt TO stranger;
	GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA perf_mgmt TO stranger;));
add_test($node, 'long', [ { sql => 'SELECT pg_sleep(0.01)' } ],
	{ test_duration_seconds => 600, workers => 2, virtual_users => 2, interval_ms => 100 });
my $call = "CALL perf_mgmt.run_performance_test('long')";

# Waits until the run has measured something, which must then outlive it.
sub measured_execution
{
	my $id = running_execution($node, 'long');
	wait_for($node, "count(*) >= 2 FROM perf_mgmt.execution_intervals "
		  . "WHERE execution_id = '$id' AND ok_count > 0");
	return $id;
}

sub is_cancelled
{
	my ($id, $what, $sqlstate) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	is(wait_for_end($node, $id), 'CANCELLED', "$what: CANCELLED");
	is( execution($node, $id, 'failure_sqlstate, completed_at IS NOT NULL, operations_ok > 0, '
			  . 'throughput_tps > 0'),
		"$sqlstate|t|t|t",
		"$what: the record is complete");
	is( value($node, "SELECT sum(ok_count) <= (SELECT operations_ok FROM perf_mgmt.test_executions "
			  . "WHERE id = '$id') AND count(*) >= 2 FROM perf_mgmt.execution_intervals "
			  . "WHERE execution_id = '$id'"),
		't', "$what: its intervals are kept");
	is( value($node, "SELECT count(*) FROM perf_mgmt.execution_events "
			  . "WHERE execution_id = '$id' AND event_type = 'TEST_CANCELLED'"),
		'1', "$what: there is an event");
	identity_holds($node, $id, $what);
	processes_are_gone($node, $what);
	return;
}

# --- The caller ---
{
	my $session = start_call($node, $call);
	my $id      = measured_execution();
	is(value($node, "SELECT pg_cancel_backend($session->{backend})"), 't', 'cancelling the caller');
	my (undef, $messages) = finish_call($session);
	like($messages, qr/ERROR:  57014: canceling statement due to user request/, 'the caller gets 57014');
	is($session->query_safe('SELECT 1'), '1', 'its session goes on');
	$session->quit;
	is_cancelled($id, 'caller cancelled', '57014');
}
{
	my $session = start_call($node, "SET statement_timeout = '2s';\n$call");
	my (undef, $messages) = finish_call($session);
	like($messages, qr/ERROR:  57014: canceling statement due to statement timeout/,
		"the caller's statement_timeout ends the run");
	$session->quit;
	processes_are_gone($node, 'statement_timeout of the caller');
}
{
	my $session = start_call($node, $call);
	my $id      = measured_execution();
	value($node, "SELECT pg_terminate_backend($session->{backend})");
	is_cancelled($id, 'caller terminated', '57014');
	eval { $session->quit };
}
{
	my $session = start_call($node, $call);
	my $id      = measured_execution();
	$session->{run}->signal('KILL');
	is_cancelled($id, 'client killed', '57014');
	eval { $session->{run}->finish };
}
{
	# A run that nobody waits for does not mind who started it.
	my $session = start_call($node, "SELECT perf_mgmt.execute_performance_test('long')");
	my ($id) = finish_call($session);
	chomp $id;
	$session->quit;
	wait_for($node, "NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = $session->{backend})");
	wait_for($node, "count(*) >= 2 FROM perf_mgmt.execution_intervals "
		  . "WHERE execution_id = '$id' AND ok_count > 0");
	is(execution($node, $id, 'execution_status'), 'RUNNING', 'it outlives the session that started it');

	# --- Another session ---
	my ($status, undef, $error) = $node->psql('postgres', "SELECT perf_mgmt.cancel_execution('$id')",
		extra_params => [ '-U', 'stranger' ]);
	isnt($status, 0, 'a role that did not start it');
	like($error, qr/permission denied to cancel execution "$id"/, 'may not cancel it');
	is(execution($node, $id, 'execution_status'), 'RUNNING', 'and it goes on');
	is(value($node, "SELECT perf_mgmt.cancel_execution('$id')"), 't', 'cancel_execution');
	is_cancelled($id, 'cancel_execution', '57014');
	is(value($node, "SELECT perf_mgmt.cancel_execution('$id')"), 'f', 'a second time there is nothing to do');

	($status, undef, $error) = $node->psql('postgres',
		"SELECT perf_mgmt.cancel_execution('00000000-0000-0000-0000-000000000000')");
	like($error, qr/execution "00000000-0000-0000-0000-000000000000" does not exist/,
		'cancelling what does not exist is an error');
}
{
	# Who waits for somebody else's run can be cancelled without harm to it; and learns of its end.
	my $id      = start_test($node, 'long');
	my $session = start_call($node, "CALL perf_mgmt.wait_for_execution('$id')");
	my $caller  = start_call($node, "CALL perf_mgmt.wait_for_execution('$id')");
	wait_for($node, "wait_event_type = 'Extension' FROM pg_stat_activity WHERE pid = $_->{backend}")
	  foreach $session, $caller;
	value($node, "SELECT pg_cancel_backend($session->{backend})");
	my (undef, $messages) = finish_call($session);
	like($messages, qr/ERROR:  57014/, 'a cancelled wait is cancelled');
	is(execution($node, $id, 'execution_status'), 'RUNNING', 'the run goes on');
	$session->quit;
	wait_for($node, "count(*) >= 2 FROM perf_mgmt.execution_intervals "
		  . "WHERE execution_id = '$id' AND ok_count > 0");
	value($node, "SELECT perf_mgmt.cancel_execution('$id')");
	my ($output) = finish_call($caller);
	is($output, "CANCELLED\n", 'the other wait ends with the run');
	$caller->quit;
	is_cancelled($id, 'wait cancelled', '57014');
}

# --- The controller ---
foreach my $function ('pg_cancel_backend', 'pg_terminate_backend')
{
	my $session = start_call($node, $call);
	my $id      = measured_execution();
	value($node, "SELECT $function(controller_pid) FROM perf_mgmt.test_executions WHERE id = '$id'");
	my ($output, $messages) = finish_call($session);
	is($output, "$id\n", "$function on the controller: the caller gets the id");
	like($messages, qr/WARNING:  \w+: execution "$id" ended as CANCELLED/, "$function: and a warning");
	$session->quit;
	is_cancelled($id, "$function on the controller",
		$function eq 'pg_cancel_backend' ? '57014' : '57P01');
}
{
	# The controller is asked to stop just while it writes: no interval is lost, and it is no failure.
	my $id = start_test($node, 'long');
	wait_for($node, "count(*) >= 2 FROM perf_mgmt.execution_intervals "
		  . "WHERE execution_id = '$id' AND ok_count > 0");
	my $locker = $node->background_psql('postgres');
	$locker->query_safe('BEGIN; LOCK TABLE perf_mgmt.execution_intervals IN SHARE MODE');
	my $controller = execution($node, $id, 'controller_pid');
	wait_for($node, "wait_event_type = 'Lock' FROM pg_stat_activity WHERE pid = $controller");
	is(value($node, "SELECT perf_mgmt.cancel_execution('$id')"), 't', 'cancelled while it writes');
	is(execution($node, $id, 'execution_status'), 'RUNNING', 'the writing is not broken off');
	$locker->query_safe('COMMIT');
	$locker->quit;
	is_cancelled($id, 'cancelled while it writes', '57014');
	is( value($node, "SELECT max(interval_number) - min(interval_number) + 1 = count(*) "
			  . "FROM perf_mgmt.execution_intervals WHERE execution_id = '$id'"),
		't', 'no interval is missing');
}

# --- A worker ---
add_test($node, 'gated', [ gate_operation() ], { operations => 8, workers => 1, virtual_users => 1 });
{
	my $gate = close_gate($node);
	my $id   = start_test($node, 'gated');
	my $blocked = "backend_type = 'perf_mgmt worker' AND wait_event_type = 'Lock'";
	my $tried   = "SELECT backend_xid, query_start FROM pg_stat_activity WHERE $blocked";
	wait_for($node, "EXISTS (SELECT FROM pg_stat_activity WHERE $blocked)");
	my $worker = value($node, "SELECT pid FROM pg_stat_activity WHERE $blocked");
	my $vxid   = "SELECT virtualtransaction FROM pg_locks WHERE pid = $worker AND locktype = 'advisory'";
	my $before = value($node, $vxid);
	value($node, "SELECT pg_cancel_backend($worker)");
	wait_for($node, "(($vxid) <> '$before')");
	is(execution($node, $id, 'execution_status'), 'RUNNING', 'a cancelled worker goes on with the next');
	$gate->quit;
	is(wait_for_end($node, $id), 'COMPLETED', 'its run completes');
	is(execution($node, $id, 'operations_scheduled, operations_ok, operations_failed, operations_interrupted'),
		'8|7|0|1', 'the operation that was cancelled is counted as interrupted');
	identity_holds($node, $id, 'worker cancelled');
	processes_are_gone($node, 'worker cancelled');
}
{
	add_test($node, 'thinking', [ { sql => 'SELECT 1' } ],
		{ operations => 2, workers => 1, virtual_users => 1, think_time_ms => 1500 });
	my $id   = start_test($node, 'thinking');
	my $idle = "FROM pg_stat_activity WHERE backend_type = 'perf_mgmt worker' AND state = 'idle'";
	wait_for($node, "EXISTS (SELECT $idle)");
	value($node, "SELECT pg_cancel_backend(pid) $idle");
	is(wait_for_end($node, $id), 'COMPLETED', 'a worker that is cancelled between operations goes on');
	is(execution($node, $id, 'operations_scheduled, operations_ok, operations_interrupted'),
		'2|2|0', 'and loses none');
}
{
	my $gate    = close_gate($node);
	my $session = start_call($node, "CALL perf_mgmt.run_performance_test('gated')");
	my $id      = running_execution($node, 'gated');
	my $blocked = "FROM pg_stat_activity WHERE backend_type = 'perf_mgmt worker' AND wait_event_type = 'Lock'";
	wait_for($node, "EXISTS (SELECT $blocked)");
	my $worker = value($node, "SELECT pid $blocked");
	value($node, "SELECT pg_terminate_backend($worker)");
	my (undef, $messages) = finish_call($session);
	like($messages, qr/execution "$id" ended as FAILED\s+DETAIL:  a worker of the run ended unexpectedly/,
		'the caller learns that a worker was terminated');
	$session->quit;
	is(wait_for_end($node, $id), 'FAILED', 'the run of a terminated worker is FAILED');
	is( execution($node, $id, 'failure_message, operations_interrupted'),
		'a worker of the run ended unexpectedly|1', 'with a message');
	identity_holds($node, $id, 'worker terminated');
	processes_are_gone($node, 'worker terminated');
	$gate->quit;
}

# Wherever a busy worker is when it is terminated, its operation is counted once: as what it came to be, or
# as interrupted.
add_test($node, 'busy', [ { sql => 'SELECT 1' } ],
	{ test_duration_seconds => 600, workers => 1, virtual_users => 1, interval_ms => 100 });
foreach (1 .. 8)
{
	my $id = start_test($node, 'busy');
	wait_for($node, "count(*) >= 1 FROM perf_mgmt.execution_intervals "
		  . "WHERE execution_id = '$id' AND ok_count > 0");
	value($node, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'perf_mgmt worker'");
	is(wait_for_end($node, $id), 'FAILED', "busy worker terminated, $_: FAILED");
	identity_holds($node, $id, "busy worker terminated, $_");
}

# --- Before anything is measured ---
{
	my $gate = close_gate($node);
	my $id   = start_test($node, 'gated',
		{ test_duration_seconds => 60, warmup_seconds => 60, workers => 2, virtual_users => 2 });
	wait_for($node, "count(*) = 2 FROM pg_stat_activity WHERE backend_type = 'perf_mgmt worker' "
		  . "AND wait_event_type = 'Lock'");
	value($node, "SELECT perf_mgmt.cancel_execution('$id')");
	is(wait_for_end($node, $id), 'CANCELLED', 'cancelled during the warm-up: CANCELLED');
	is( execution($node, $id, 'operations_scheduled, operations_interrupted, measured_ms IS NULL, throughput_tps IS NULL'),
		'0|0|t|t', 'cancelled during the warm-up: nothing was measured');
	identity_holds($node, $id, 'cancelled during the warm-up');
	processes_are_gone($node, 'cancelled during the warm-up');
	$gate->quit;
}

# While the pools are loaded there is no execution yet, and never will be.
add_test(
	$node,
	'preparing',
	[ { sql => 'SELECT :n::text',
			generators => '{"n": {"type": "pool", "column": "id", '
			  . '"sql": "SELECT pg_advisory_xact_lock_shared(4242)::text AS id"}}' } ],
	{ operations => 8, workers => 2, virtual_users => 2 });
{
	my $gate    = close_gate($node);
	my $loading = "FROM pg_stat_activity WHERE backend_type = 'perf_mgmt worker' AND wait_event_type = 'Lock'";
	my $controls = "FROM pg_stat_activity WHERE backend_type = 'perf_mgmt controller'";
	my $executions = value($node, 'SELECT count(*) FROM perf_mgmt.test_executions');
	my %stops = (
		'caller cancelled'      => [ 'SELECT pg_cancel_backend(%d)', qr/ERROR:  57014: canceling statement/ ],
		'caller terminated'     => [ 'SELECT pg_terminate_backend(%d)', qr/FATAL:  57P01/ ],
		'controller terminated' =>
		  [ "SELECT pg_terminate_backend(pid) $controls", qr/ERROR:  \w+: the run was ended before it began/ ],
		'controller cancelled' =>
		  [ "SELECT pg_cancel_backend(pid) $controls", qr/ERROR:  \w+: the run was ended before it began/ ],
		'worker terminated' =>
		  [ "SELECT pg_terminate_backend(pid) $loading", qr/ERROR:  \w+: a worker of the run ended unexpectedly/ ],
		'worker cancelled' =>
		  [ "SELECT pg_cancel_backend(pid) $loading", qr/ERROR:  57014: canceling statement/ ]);
	foreach my $what (sort keys %stops)
	{
		my ($stop, $error) = @{ $stops{$what} };
		my $session = start_call($node, "CALL perf_mgmt.run_performance_test('preparing')");
		wait_for($node, "EXISTS (SELECT $loading)");
		value($node, sprintf($stop, $session->{backend}));
		processes_are_gone($node, "$what while preparing");
		$session->{stdin} .= "\\q\n" if $what ne 'caller terminated';
		eval { $session->{run}->finish };
		like($session->{stderr}, $error, "$what while preparing: the caller gets an error");
	}
	is(value($node, 'SELECT count(*) FROM perf_mgmt.test_executions'),
		$executions, 'there is no execution of a run that was stopped while preparing');

	# The other worker waits for the pool and runs nothing that could be cancelled.
	my $session = start_call($node, "CALL perf_mgmt.run_performance_test('preparing', 'development', '{\"progress_seconds\": 0}')");
	wait_for($node, "EXISTS (SELECT $loading)");
	my $waiting = $loading =~ s/'Lock'/'Extension'/r;
	wait_for($node, "EXISTS (SELECT $waiting)");
	is(value($node, "SELECT pg_cancel_backend(pid) $waiting"), 't', 'cancelling a worker that waits for the others');
	$gate->quit;
	my ($id) = (finish_call($session))[0] =~ /(\S+)/;
	is(execution($node, $id, 'execution_status, operations_ok'), 'COMPLETED|8', 'is no harm to the run');
	$session->quit;
	is(value($node, "CALL perf_mgmt.run_performance_test('preparing')") ne '', 1, 'unhindered it runs');
}

# --- While the result is judged ---
# An alert is copied into a table whose trigger waits at the gate, for as long as it may.
add_gated_alert($node);
add_test($node, 'judged', [ { sql => 'SELECT 1' } ], { operations => 5, workers => 1, virtual_users => 1 });
my $judging = "FROM pg_stat_activity WHERE backend_type = 'perf_mgmt controller' AND wait_event_type = 'Lock'";

# A session whose run is being judged and waits at the gate, the gate, and the id.
sub start_judged
{
	my $gate    = close_gate($node);
	my $session = start_call($node, "CALL perf_mgmt.run_performance_test('judged')");
	wait_for($node, "EXISTS (SELECT $judging)");
	my $id = value($node, 'SELECT id FROM perf_mgmt.test_executions ORDER BY started_at DESC LIMIT 1');
	is(execution($node, $id, 'execution_status, operations_ok'), 'COMPLETED|5', 'it is judged when it is recorded');
	return ($session, $gate, $id);
}

sub judgement_failed { return of_execution($node, $_[0], 'execution_events', 'message', "AND event_type = 'JUDGEMENT_FAILED'"); }

foreach my $function ('pg_cancel_backend', 'pg_terminate_backend')
{
	my $what = "$function while it is judged";
	my ($session, $gate, $id) = start_judged();
	value($node, "SELECT $function(pid) $judging");
	my ($output, $messages) = finish_call($session);
	is($output, "$id\n", "$what: the caller gets the id");
	unlike($messages, qr/ended as/, "$what: and no warning");
	processes_are_gone($node, $what);
	is(execution($node, $id, 'execution_status, failure_sqlstate IS NULL'), 'COMPLETED|t', "$what: the result stands");
	is(judgement_failed($id), 'canceling statement due to user request', "$what: an event says that it is not judged");
	is(of_execution($node, $id, 'alert_events', 'count(*)'), '0', "$what: nor is there an alert");
	$_->quit foreach $session, $gate;
}
{
	# A caller that is cancelled does not wait for it, and leaves it alone.
	my ($session, $gate, $id) = start_judged();
	value($node, "SELECT pg_cancel_backend($session->{backend})");
	my (undef, $messages) = finish_call($session);
	like($messages, qr/ERROR:  57014: canceling statement due to user request/, 'caller cancelled while it is judged: it gets 57014');
	is(value($node, "SELECT count(*) $judging"), '1', 'caller cancelled while it is judged: that goes on');
	$_->quit foreach $session, $gate;
	processes_are_gone($node, 'caller cancelled while it is judged');
	is(execution($node, $id, 'execution_status'), 'COMPLETED', 'caller cancelled while it is judged: COMPLETED');
	is(judgement_failed($id), '', 'caller cancelled while it is judged: and judged');
	is(of_execution($node, $id, 'alert_events', 'alert_name'), 'always', 'caller cancelled while it is judged: the alert is there');
}
{
	# A controller that was told to end during the run judges nothing.
	my $gate = close_gate($node);
	my $id   = start_test($node, 'long');
	wait_for($node, "count(*) >= 1 FROM perf_mgmt.execution_intervals WHERE execution_id = '$id' AND ok_count > 0");
	value($node, "SELECT pg_terminate_backend(controller_pid) FROM perf_mgmt.test_executions WHERE id = '$id'");
	processes_are_gone($node, 'told to end');
	is(execution($node, $id, 'execution_status'), 'CANCELLED', 'told to end: CANCELLED');
	is(judgement_failed($id), 'the controller was told to end', 'told to end: not judged');
	$gate->quit;
}

unlike(PostgreSQL::Test::Utils::slurp_file($node->logfile), qr/PANIC|TRAP|was terminated by signal/,
	'the server log tells of no crash');
done_testing();
