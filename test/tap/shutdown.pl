# What a shutdown or a crash in the middle of a run leaves: CANCELLED after a fast shutdown; after an
# immediate one or a crash an orphan that the next start marks FAILED. What was measured is still there.
# Without the postmaster all processes end, the busiest too.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use PerfMgmtTest;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(usleep);

# Commits of the intervals are asynchronous; these are to be on disk soon.
my $node = new_lab('shutdown', 'restart_after_crash = on', 'wal_writer_delay = 10ms');
add_test($node, 'long', [ { sql => 'SELECT pg_sleep(0.01)' } ],
	{ test_duration_seconds => 600, workers => 2, virtual_users => 2, interval_ms => 100 });
add_test($node, 'short', [ { sql => 'SELECT 1' } ], { operations => 1, workers => 1 });

sub measured_execution
{
	my $id = start_test($node, 'long');
	wait_for($node, "count(*) >= 3 FROM perf_mgmt.execution_intervals "
		  . "WHERE execution_id = '$id' AND ok_count > 0");
	my $written = value($node, 'SELECT pg_current_wal_insert_lsn()');
	wait_for($node, "pg_current_wal_flush_lsn() >= '$written'");
	return $id;
}

sub is_orphan_until_next_start
{
	my ($id, $what) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	is(execution($node, $id, 'execution_status, completed_at IS NULL'),
		'RUNNING|t', "$what: nobody has ended the execution");
	my ($status, $output, $messages) =
	  $node->psql('postgres', "CALL perf_mgmt.wait_for_execution('$id')");
	is($output, 'RUNNING', "$what: waiting for it returns at once");
	like($messages, qr/WARNING:  execution "$id" has lost its controller/, "$what: with a warning");
	is(value($node, "SELECT perf_mgmt.cancel_execution('$id')"), 'f', "$what: there is nothing to cancel");

	value($node, "CALL perf_mgmt.run_performance_test('short')");
	is( execution($node, $id, 'execution_status, failure_sqlstate, failure_message'),
		'FAILED|57P02|the server or the controller ended during the run',
		"$what: the next start marks it FAILED");
	is( value($node, "SELECT count(*) FROM perf_mgmt.execution_events "
			  . "WHERE execution_id = '$id' AND event_type = 'LOST'"),
		'1', "$what: and says so in an event");
	cmp_ok(
		value($node, "SELECT count(*) FROM perf_mgmt.execution_intervals "
			  . "WHERE execution_id = '$id' AND ok_count > 0"),
		'>=', 3, "$what: its intervals are still there");
	cmp_ok(
		value($node, "SELECT sum(perf_mgmt.count(response_histogram)) FROM perf_mgmt.execution_intervals "
			  . "WHERE execution_id = '$id'"),
		'>', 0, "$what: with what they measured");
	processes_are_gone($node, $what);
	return;
}

# --- Fast shutdown ---
{
	my $id = measured_execution();
	$node->stop('fast');
	$node->start;
	is( execution($node, $id, 'execution_status, failure_sqlstate, completed_at IS NOT NULL, operations_ok > 0'),
		'CANCELLED|57P01|t|t',
		'fast shutdown: CANCELLED, with what was measured');
	identity_holds($node, $id, 'fast shutdown');
	processes_are_gone($node, 'fast shutdown');
}
{
	# The same with a caller that waits, and so is told to end as well.
	my $session = start_call($node, "CALL perf_mgmt.run_performance_test('long')");
	my $id      = running_execution($node, 'long');
	wait_for($node, "count(*) >= 2 FROM perf_mgmt.execution_intervals WHERE execution_id = '$id'");
	$node->stop('fast');
	eval { $session->quit };
	$node->start;
	is(execution($node, $id, 'execution_status, completed_at IS NOT NULL'),
		'CANCELLED|t', 'fast shutdown under a waiting caller: CANCELLED');
}

# --- Fast shutdown while a result is judged: the code of others, a trigger's, does not hold it up ---
{
	$node->safe_psql('postgres', q(
		CREATE SCHEMA system_core;
		CREATE TABLE system_core.system_events
			(event_type text, event_subtype text, event_data jsonb, severity text, created_at timestamptz);
		CREATE FUNCTION sleep_for_ever() RETURNS trigger LANGUAGE plpgsql AS
			$$ BEGIN PERFORM pg_sleep(1000000); RETURN NEW; END $$;
		CREATE TRIGGER sleep_for_ever BEFORE INSERT ON system_core.system_events
			FOR EACH ROW EXECUTE FUNCTION sleep_for_ever();
		INSERT INTO perf_mgmt.alert_configurations
			(alert_name, alert_type, threshold_config, alert_severity, notification_channels)
		VALUES ('always', 'THRESHOLD', '{"max_avg_response_time_ms": 0}', 'HIGH', '{}');));
	my $id = start_test($node, 'short');
	wait_for($node, "EXISTS (SELECT FROM pg_stat_activity "
		  . "WHERE backend_type = 'perf_mgmt controller' AND wait_event = 'PgSleep')");
	$node->stop('fast');
	$node->start;
	is(execution($node, $id, 'execution_status, operations_ok'), 'COMPLETED|1', 'fast shutdown in judging: the result stands');
	is( value($node, "SELECT message FROM perf_mgmt.execution_events WHERE execution_id = '$id' AND event_type = 'JUDGEMENT_FAILED'"),
		'canceling statement due to user request', 'fast shutdown in judging: an event says that it is not judged');
	$node->safe_psql('postgres', 'UPDATE perf_mgmt.alert_configurations SET is_active = false');
}

# --- Immediate shutdown ---
{
	my $id = measured_execution();
	$node->stop('immediate');
	$node->start;
	is_orphan_until_next_start($id, 'immediate shutdown');
}

# --- A crash: the postmaster restarts everything ---
foreach my $victim ('worker', 'controller')
{
	my $id     = measured_execution();
	my $before = value($node, 'SELECT pg_postmaster_start_time()');
	my $pid    = value($node,
		"SELECT min(pid) FROM pg_stat_activity WHERE backend_type = 'perf_mgmt $victim'");
	my $start = -s $node->logfile;
	kill 'KILL', $pid;
	$node->wait_for_log(qr/all server processes terminated; reinitializing/, $start);
	$node->poll_query_until('postgres', 'SELECT true') or die 'the server did not come back';
	is(value($node, 'SELECT pg_postmaster_start_time()'),
		$before, "$victim killed: it is still the same postmaster");
	is_orphan_until_next_start($id, "$victim killed");
}

# --- The postmaster is gone, and workers that never wait for anything must notice ---
{
	add_test($node, 'busy', [ { sql => 'SELECT 1' } ],
		{ test_duration_seconds => 600, workers => 2, virtual_users => 2, interval_ms => 100 });
	my $id = start_test($node, 'busy');
	wait_for($node, "count(*) >= 3 FROM perf_mgmt.execution_intervals "
		  . "WHERE execution_id = '$id' AND ok_count > 0");
	my @processes = split /\n/,
	  value($node, "SELECT pid FROM pg_stat_activity WHERE backend_type LIKE 'perf_mgmt%'");
	is(scalar(@processes), 3, 'postmaster killed: a controller and two workers were there');
	$node->kill9;
	my $attempts = 10 * $PostgreSQL::Test::Utils::timeout_default;
	while ($attempts-- > 0 && grep { kill 0, $_ } @processes)
	{
		usleep(100_000);
	}
	is(scalar(grep { kill 0, $_ } @processes), 0, 'postmaster killed: no process is left');
	$node->start;
	is_orphan_until_next_start($id, 'postmaster killed');
}

done_testing();
