# Processes killed by SIGKILL: the server takes all of them down and starts anew. The postmaster starts the controllers
# again, who find no run any more, and so the execution is soon FAILED, with its intervals, without anybody's doing.
# What was recorded before stands.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use FaultTest;
use PerfMgmtTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_fault_lab('faults_crash', 'max_worker_processes = 12', 'max_parallel_workers = 0');
add_test($node, 'long', [ spilling_operation() ], long_run());
add_test($node, 'short', [ { sql => 'SELECT 1' } ], { operations => 4, workers => 2, virtual_users => 2 });

# Kills a process of the server; returns when it has come back.
sub crash
{
	my ($pid, $what) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my $before = value($node, 'SELECT pg_postmaster_start_time()');
	my $start  = -s $node->logfile;
	kill 'KILL', $pid;
	wait_for_restart($node, $start);
	is(value($node, 'SELECT pg_postmaster_start_time()'), $before, "$what: it is still the same postmaster");
	return;
}
sub process { return value($node, "SELECT min(pid) FROM pg_stat_activity WHERE backend_type = 'perf_mgmt $_[0]'"); }
sub leave { my ($session) = @_; eval { $session->quit }; return; }

sub was_lost
{
	my ($id, $what) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	is(execution($node, $id, 'failure_sqlstate, failure_message'), '57P02|the server or the controller ended during the run', "$what: it says why");
	is(of_execution($node, $id, 'execution_events', 'count(*)', "AND event_type = 'LOST'"), '1', "$what: there is an event, once");
	cmp_ok(of_execution($node, $id, 'execution_intervals', 'sum(perf_mgmt.count(response_histogram))'), '>', 0, "$what: the intervals have what was measured");
	is(value($node, "SELECT perf_mgmt.cancel_execution('$id')"), 'f', "$what: there is nothing to cancel");
	is(value($node, "CALL perf_mgmt.wait_for_execution('$id')"), 'FAILED', "$what: nor to wait for");
	return;
}

# --- While operations run ---
foreach my $victim ('worker', 'controller', 'caller')
{
	my $what    = "$victim killed";
	my $session = start_call($node, "CALL perf_mgmt.run_performance_test('long')");
	my $id      = running_execution($node, 'long');
	my $run     = under_way($node, $id, spills => 1);
	crash($victim eq 'caller' ? $session->{backend} : process($victim), $what);
	settles($run, 'FAILED', $what);
	was_lost($id, $what);
	leave($session);
}

# --- Several runs at once, in two databases ---
{
	$node->safe_psql('postgres', 'CREATE DATABASE lab');
	$node->safe_psql('lab',      'CREATE EXTENSION perf_mgmt');
	my ($elsewhere, $elsewhere_run);
	{
		local $PerfMgmtTest::database = 'lab';
		add_test($node, 'long', [ spilling_operation() ], long_run(workers => 1));
		$elsewhere     = start_test($node, 'long');
		$elsewhere_run = under_way($node, $elsewhere);
	}
	my @runs = map { under_way($node, start_test($node, 'long')) } 1 .. 2;
	crash(process('worker'), 'three runs');
	settles($runs[$_], 'FAILED', 'run ' . ($_ + 1) . ' of three') foreach 0, 1;
	settles($elsewhere_run, 'FAILED', 'run 3 of three, in another database');
	was_lost($_->{id}, 'three runs') foreach @runs;
	local $PerfMgmtTest::database = 'lab';
	was_lost($elsewhere, 'three runs, another database');
}

# --- Before anything is recorded: the workers load a pool ---
add_test(
	$node, 'preparing',
	[ {   sql => 'SELECT :n::text',
		  generators => '{"n": {"type": "pool", "column": "id", "sql": "SELECT pg_advisory_xact_lock_shared(4242)::text AS id"}}' } ],
	{ operations => 8, workers => 2, virtual_users => 2 });
my $at_the_pool = "FROM pg_locks WHERE locktype = 'advisory' AND objid = 4242 AND NOT granted";
{
	my $executions = value($node, 'SELECT count(*) FROM perf_mgmt.test_executions');
	my $gate       = close_gate($node);
	my $session    = start_call($node, "CALL perf_mgmt.run_performance_test('preparing')");
	wait_for($node, "EXISTS (SELECT $at_the_pool)");
	crash(process('controller'), 'killed while preparing');
	processes_are_gone($node, 'killed while preparing');
	is(value($node, 'SELECT count(*) FROM perf_mgmt.test_executions'), $executions, 'killed while preparing: there is no execution');
	leave($_) foreach $gate, $session;
}

# --- Between two rounds ---
# The first round's operations wait for 4243; with that they see to it that the gate is closed when the first worker of
# the second round loads the pool, before that round begins.
add_test(
	$node, 'rounds',
	[ {   sql => 'SELECT :n::text, pg_advisory_xact_lock_shared(4243)',
		  generators => '{"n": {"type": "pool", "column": "id", "sql": "SELECT pg_advisory_xact_lock_shared(4242)::text AS id"}}' } ],
	{ operations => 6, rounds => 3, workers => 2, virtual_users => 2, interval_ms => 100 });
foreach my $victim ('worker', 'controller')
{
	my $what   = "$victim killed between rounds";
	my $holder = $node->background_psql('postgres');
	$holder->query_safe('SELECT pg_advisory_lock(4243)');
	my $id   = start_test($node, 'rounds');
	my $gate = close_gate($node);
	$holder->quit;
	wait_for($node, "EXISTS (SELECT $at_the_pool)");
	my $run = under_way($node, $id, intervals => 1);
	crash(process($victim), $what);
	settles($run, 'FAILED', $what);
	was_lost($id, $what);
	leave($gate);
}

# --- While the result is judged: it is recorded by then, and flushed ---
add_gated_alert($node);
{
	my $what = 'controller killed in judging';
	my $gate = close_gate($node);
	my $id   = start_test($node, 'short');
	wait_for($node, "EXISTS (SELECT FROM pg_stat_activity WHERE backend_type = 'perf_mgmt controller' AND wait_event_type = 'Lock')");
	my $run = under_way($node, $id, intervals => 1);
	crash(process('controller'), $what);
	settles($run, 'COMPLETED', $what);
	is(execution($node, $id, 'operations_ok, failure_sqlstate IS NULL'), '4|t', "$what: the result stands");
	is(of_execution($node, $id, 'execution_events', 'count(*)', "AND event_type = 'LOST'"), '0', "$what: it was not lost");
	is(of_execution($node, $id, 'execution_verdicts', 'count(*)'), '0', "$what: it is not judged");
	leave($gate);
	value($node, "SELECT perf_mgmt.finish_execution('$id')");
	is(of_execution($node, $id, 'execution_verdicts', "count(*) > 0"), 't', "$what: which can be made up for");
	$node->safe_psql('postgres', 'UPDATE perf_mgmt.alert_configurations SET is_active = false');
}

# --- Nobody is started again who has ended, and no worker slot is lost ---
# Controllers that cannot connect: their role may not log in, which matters before PostgreSQL 17.
SKIP:
{
	skip 'from PostgreSQL 17 on a background worker needs no LOGIN', 2 if $node->pg_version >= 17;
	$node->safe_psql('postgres', 'CREATE ROLE absent SUPERUSER; CREATE DATABASE empty OWNER absent');
	$node->safe_psql('empty',    'SET ROLE absent; CREATE EXTENSION perf_mgmt; RESET ROLE; ALTER ROLE absent NOLOGIN');
	local $PerfMgmtTest::database = 'empty';
	add_test($node, 'short', [ { sql => 'SELECT 1' } ], { operations => 4, workers => 2 });
	my %errors;
	foreach (1 .. 15)
	{
		my (undef, undef, $error) = $node->psql('empty', "CALL perf_mgmt.run_performance_test('short')");
		$errors{$1}++ if $error =~ /ERROR:  (.*)/;
	}
	is_deeply(\%errors, { 'role "absent" is not permitted to log in' => 15 }, 'controllers that cannot connect: always the same error');
	processes_are_gone($node, 'controllers that cannot connect');
}
{
	# All twelve slots but the controller's, and the one that the launcher of logical replication takes.
	my $id = value($node, "CALL perf_mgmt.run_performance_test('short', 'development', '{\"operations\": 40, \"workers\": 10, \"virtual_users\": 10}')");
	is(execution($node, $id, 'execution_status, total_connections, operations_ok'), 'COMPLETED|10|40', 'after all that a run can have all worker slots');
	processes_are_gone($node, 'at the end');
}
unlike(slurp_file($node->logfile), qr/PANIC|TRAP|terminated by signal (?!9)/, 'nothing but what was killed was ended by a signal');

done_testing();
