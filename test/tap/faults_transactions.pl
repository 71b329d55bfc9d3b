# Callers in transactions of every kind: read-only ones are refused what writes and may do the rest; a run that is
# started, waited for, cancelled or broken off in a REPEATABLE READ or SERIALIZABLE transaction is recorded as any
# other, and what the caller's snapshot does not know is an error that leaves nothing. And two executions at once, of
# the same test and of different ones, of which each has its own fate.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use FaultTest;
use PerfMgmtTest;
use Test::More;

my $node = new_fault_lab('faults_transactions');
add_test($node, 'long', [ spilling_operation() ], long_run());
add_test($node, 'short', [ { name => 'one', sql => 'SELECT 1' } ], { operations => 4, workers => 2, virtual_users => 2 });
my $execute = "SELECT perf_mgmt.execute_performance_test('%s', 'development', '%s')";
my $call    = "CALL perf_mgmt.run_performance_test('%s', 'development', '%s')";

sub is_refused
{
	my ($sql, $error, $what) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my $executions = value($node, 'SELECT count(*) FROM perf_mgmt.test_executions');
	my (undef, undef, $messages) = $node->psql('postgres', "\\set VERBOSITY verbose\n$sql");
	like($messages, qr/ERROR:  $error/, "$what: refused");
	processes_are_gone($node, $what);
	is(value($node, 'SELECT count(*) FROM perf_mgmt.test_executions'), $executions, "$what: there is no execution");
	return;
}
sub leave { my ($session) = @_; eval { $session->quit }; return; }

# --- Read-only ---
my $done = run_test($node, 'short');
foreach my $begin ('BEGIN READ ONLY', 'BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY DEFERRABLE', 'SET default_transaction_read_only = on')
{
	is_refused("$begin; $_", '25006: ', "$begin; $_")
	  foreach sprintf($execute, 'short', '{}'), sprintf($execute, 'short', '{"wait": true}'), sprintf($call, 'short', '{}'),
	  "SELECT perf_mgmt.simulate_workload('$done', 'one', 1)";
	is(value($node, "$begin; SELECT count(*) FROM perf_mgmt.validate_scenario('short') WHERE severity = 'error'"), '0', "$begin: a scenario can be validated");
	is(value($node, "$begin; CALL perf_mgmt.wait_for_execution('$done')"), 'COMPLETED', "$begin: what has ended can be waited for")
	  unless $begin =~ /SERIALIZABLE/;
	is(value($node, "$begin; SELECT length(perf_mgmt.render_report('$done', 'html')) > 10000"), 't', "$begin: a report can be made");
}
is_refused("SET default_transaction_read_only = on; CALL perf_mgmt.compare_variants('short', '{}', '{}', 2)", '25006: ', 'read-only session: compare_variants');
{
	my $id  = start_test($node, 'long');
	my $run = under_way($node, $id, spills => 1);
	is(value($node, "BEGIN READ ONLY; SELECT perf_mgmt.cancel_execution('$id')"), 't', 'a run can be cancelled from a read-only transaction');
	settles($run, 'CANCELLED', 'cancelled from a read-only transaction');
}

# --- The database's own defaults are the operations', not the controller's ---
$node->safe_psql('postgres', 'CREATE DATABASE strict');
$node->safe_psql('strict', 'CREATE EXTENSION perf_mgmt; CREATE TABLE seen (isolation text, read_only text)');
{
	local $PerfMgmtTest::database = 'strict';
	my $look = q(SELECT 1 / (current_setting('transaction_isolation') = 'serializable' AND current_setting('transaction_read_only') = 'on')::integer);
	add_test($node, 'looking', [ { sql => $look } ], { operations => 4, workers => 2, virtual_users => 2 });
	add_test($node, 'writing', [ { sql => 'INSERT INTO seen VALUES (1, 2)', type => 'write' } ], { operations => 4, workers => 1 });
	$node->safe_psql('postgres', "ALTER DATABASE strict SET default_transaction_isolation = 'serializable'; "
		  . 'ALTER DATABASE strict SET default_transaction_read_only = on');
	my %outcome = (looking => 'COMPLETED|4|0|read committed|off', writing => 'COMPLETED|0|4|read committed|off');
	foreach my $test (sort keys %outcome)
	{
		# Who asks sets himself free of them.
		my $free = "SET default_transaction_read_only = off; SET default_transaction_isolation = 'read committed'";
		my $id = value($node, "$free; " . sprintf($call, $test, '{"progress_seconds": 0}'));
		is( value($node, "$free; SELECT execution_status, operations_ok, operations_failed, current_setting('transaction_isolation'), "
				  . "current_setting('transaction_read_only') FROM perf_mgmt.test_executions WHERE id = '$id'"),
			$outcome{$test}, "$test in a read-only, serializable database: recorded all the same");
	}
}

# --- REPEATABLE READ and SERIALIZABLE ---
foreach my $level ('REPEATABLE READ', 'SERIALIZABLE')
{
	my $begin = "BEGIN ISOLATION LEVEL $level; SELECT count(*) FROM perf_mgmt.test_executions";

	# It is there for everybody but its own transaction, whose snapshot is older.
	my $session = $node->background_psql('postgres', on_error_stop => 0);
	$session->query_safe($begin);
	my $id = $session->query_safe(sprintf($call, 'short', '{"progress_seconds": 0}'));
	is(execution($node, $id, 'execution_status, operations_ok'), 'COMPLETED|4', "$level, CALL in a block: the run completes");
	is($session->query_safe("SELECT count(*) FROM perf_mgmt.test_executions WHERE id = '$id'"), '0', "$level: its own transaction does not see it");
	$session->query_safe('COMMIT');
	is($session->query_safe("SELECT count(*) FROM perf_mgmt.test_executions WHERE id = '$id'"), '1', "$level: the next one does");
	$id = $session->query_safe("BEGIN ISOLATION LEVEL $level; " . sprintf($execute, 'short', '{"wait": true, "progress_seconds": 0}') . '; ROLLBACK');
	is(execution($node, $id, 'execution_status, operations_ok'), 'COMPLETED|4', "$level, function that waits, rolled back: the run completes");

	# A test that is newer than the snapshot, and one that is gone since.
	$session->query_safe($begin);
	add_test($node, "new $level", [ { sql => 'SELECT 1' } ], { operations => 1, workers => 1 });
	$session->query(sprintf($call, "new $level", '{}'));
	like($session->{stderr}, qr/ERROR:  performance test "new $level" does not exist/, "$level: a test that is newer than the snapshot is not there");
	$session->{stderr} = '';
	$session->query_safe('ROLLBACK');
	$session->query_safe($begin);
	$node->safe_psql('postgres', "DELETE FROM perf_mgmt.performance_tests WHERE test_name = 'new $level'");
	my $executions = value($node, 'SELECT count(*) FROM perf_mgmt.test_executions');
	$session->query(sprintf($call, "new $level", '{}'));
	like($session->{stderr}, qr/ERROR:  performance test "new $level" is not committed yet/, "$level: nor is one that was deleted since");
	$session->{stderr} = '';
	$session->query_safe('ROLLBACK');
	processes_are_gone($node, "$level, deleted test");
	is(value($node, 'SELECT count(*) FROM perf_mgmt.test_executions'), $executions, "$level, deleted test: there is no execution");
	$session->quit;

	# Broken off in the middle of a block.
	foreach my $how ('pg_cancel_backend', 'pg_terminate_backend')
	{
		my $what   = "$level, $how on the caller";
		my $caller = start_call($node, "$begin;\n" . sprintf($call, 'long', '{}'));
		my $id     = running_execution($node, 'long');
		my $run    = under_way($node, $id, spills => 1);
		value($node, "SELECT $how($caller->{backend})");
		settles($run, 'CANCELLED', $what);
		is(execution($node, $id, "findings @> '[{\"code\": \"horizon_held\"}]'"), 't', "$what: it held the horizon, which is said");
		identity_holds($node, $id, $what);
		leave($caller);
	}
}

# --- Two executions at once ---
add_test($node, 'gated', [ gate_operation() ], { operations => 8, workers => 2, virtual_users => 2, interval_ms => 100 });
add_test($node, 'gated too', [ gate_operation() ], { operations => 6, workers => 1, virtual_users => 1, interval_ms => 100 });
sub workers_of
{
	my ($id) = @_;
	# A worker does not say whose it is; its controller started it, right before.
	return split /\n/, value($node, "SELECT w.pid FROM pg_stat_activity w WHERE w.backend_type = 'perf_mgmt worker' AND w.backend_start > "
		  . "(SELECT c.backend_start FROM pg_stat_activity c JOIN perf_mgmt.test_executions e ON e.controller_pid = c.pid WHERE e.id = '$id')");
}
foreach my $case ([ 'the same test', 'gated', 'gated' ], [ 'different tests', 'gated', 'gated too' ])
{
	my ($what, $first, $second) = @$case;
	my %operations = (gated => 8, 'gated too' => 6);
	foreach my $fault ('cancelled', 'worker terminated', 'controller terminated')
	{
		my $gate = close_gate($node);
		my $one  = start_test($node, $first);
		my $two  = start_test($node, $second);
		my $run  = under_way($node, $two, intervals => 0);
		my @own  = workers_of($two);
		my %expected = (
			cancelled                => [ "SELECT perf_mgmt.cancel_execution('$two')",                                'CANCELLED|57014' ],
			'worker terminated'      => [ "SELECT pg_terminate_backend($own[0])",                                     'FAILED|55000' ],
			'controller terminated'  => [ "SELECT pg_terminate_backend(controller_pid) FROM perf_mgmt.test_executions WHERE id = '$two'", 'CANCELLED|57P01' ]);
		my ($sql, $state) = @{ $expected{$fault} };
		value($node, $sql);
		wait_for_end($node, $two);
		is(execution($node, $two, 'execution_status, failure_sqlstate'), $state, "$what, one $fault: it ends");
		is(execution($node, $one, 'execution_status'), 'RUNNING', "$what, one $fault: the other goes on");
		wait_for($node, "count(*) FILTER (WHERE backend_type = 'perf_mgmt controller') = 1 AND "
			  . "count(*) FILTER (WHERE backend_type = 'perf_mgmt worker') = 2 FROM pg_stat_activity");
		pass("$what, one $fault: with all its processes, and no others");
		is(value($node, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 3"), '1', "$what, one $fault: and its lock");
		$gate->quit;
		is(wait_for_end($node, $one), 'COMPLETED', "$what, one $fault: the other completes");
		is(execution($node, $one, 'operations_ok, operations_interrupted'), "$operations{$first}|0", "$what, one $fault: with all its operations");
		identity_holds($node, $_, "$what, one $fault") foreach $one, $two;
		settles($run, $state =~ s/\|.*//r, "$what, one $fault, after both");
	}
}
{
	# Both are the first ones of their test, and end at the same moment.
	add_test($node, 'first', [ gate_operation() ], { operations => 400, workers => 2, virtual_users => 2 });
	my $gate = close_gate($node);
	my @callers = map { start_call($node, sprintf($call, 'first', '{"progress_seconds": 0}')) } 1 .. 2;
	wait_for($node, "count(*) = 4 FROM pg_locks WHERE locktype = 'advisory' AND objid = 4242 AND NOT granted");
	$gate->quit;
	my @ids = map { (finish_call($_))[0] =~ /(\S+)/ } @callers;
	$_->quit foreach @callers;
	is(value($node, "SELECT string_agg(DISTINCT execution_status || ' ' || operations_ok, ', ') FROM perf_mgmt.test_executions WHERE id IN ('$ids[0]', '$ids[1]')"),
		'COMPLETED 400', 'two first executions at once: both complete');
	is(value($node, "SELECT count(*) FROM perf_mgmt.performance_baselines WHERE test_name = 'first'"), '1', 'two first executions at once: one is the baseline');
	is(value($node, "SELECT count(*) FROM perf_mgmt.execution_events WHERE execution_id IN ('$ids[0]', '$ids[1]') AND event_type LIKE '%FAILED'"),
		'0', 'two first executions at once: nothing failed in judging');
	is(value($node, "SELECT count(DISTINCT execution_id) FROM perf_mgmt.execution_verdicts WHERE execution_id IN ('$ids[0]', '$ids[1]')"),
		'2', 'two first executions at once: both are judged');
	processes_are_gone($node, 'two first executions at once');
}
server_is_well($node, 'all of it');

done_testing();
