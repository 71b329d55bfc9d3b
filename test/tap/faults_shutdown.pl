# What a shutdown in the middle of a run leaves: CANCELLED after a smart or a fast one; after an immediate one, or when
# the postmaster was killed, a lost execution that is known as such and that the next start marks FAILED. What was
# measured is still there. Without the postmaster all processes end, the busiest too.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use FaultTest;
use PerfMgmtTest;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(usleep);

my $node = new_fault_lab('faults_shutdown');
add_test($node, 'long', [ spilling_operation() ], long_run());
add_test($node, 'short', [ { sql => 'SELECT 1' } ], { operations => 1, workers => 1 });
add_test($node, 'busy', [ { sql => 'SELECT 1' } ], long_run());

# --- Smart and fast: the processes are asked to end ---
foreach my $mode ('smart', 'fast')
{
	my $id  = start_test($node, 'long');
	my $run = under_way($node, $id, spills => 1);
	$node->stop($mode);
	$node->start;
	settles($run, 'CANCELLED', "$mode shutdown");
	is( execution($node, $id, 'failure_sqlstate, completed_at IS NOT NULL, operations_ok > 0'),
		'57P01|t|t',
		"$mode shutdown: what was measured is the result");
	identity_holds($node, $id, "$mode shutdown");
}
{
	# The same with a caller that waits, and so is told to end as well.
	my $session = start_call($node, "CALL perf_mgmt.run_performance_test('long')");
	my $id      = running_execution($node, 'long');
	my $run     = under_way($node, $id, spills => 1);
	$node->stop('fast');
	eval { $session->quit };
	$node->start;
	settles($run, 'CANCELLED', 'fast shutdown under a waiting caller');
	is(execution($node, $id, 'completed_at IS NOT NULL'), 't', 'fast shutdown under a waiting caller: it says when');
}
{
	# Between two rounds: the first worker of the second one waits at the gate, which is closed while the operations of
	# the first one wait for 4243. The shutdown opens it.
	add_test(
		$node, 'rounds',
		[ {   sql => 'SELECT :n::text, pg_advisory_xact_lock_shared(4243)',
			  generators => '{"n": {"type": "pool", "column": "id", "sql": "SELECT pg_advisory_xact_lock_shared(4242)::text AS id"}}' } ],
		{ operations => 6, rounds => 3, workers => 2, virtual_users => 2, interval_ms => 100 });
	my $holder = $node->background_psql('postgres');
	$holder->query_safe('SELECT pg_advisory_lock(4243)');
	my $id   = start_test($node, 'rounds');
	my $gate = close_gate($node);
	$holder->quit;
	wait_for($node, "EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = 4242 AND NOT granted)");
	my $run = under_way($node, $id, intervals => 1);
	$node->stop('fast');
	eval { $gate->quit };
	$node->start;
	settles($run, 'CANCELLED', 'fast shutdown between rounds');
	is(execution($node, $id, 'failure_sqlstate, operations_ok'), '57P01|2', 'fast shutdown between rounds: the first round is the result');
}

# --- Fast, while a result is judged: the code of others, a trigger's, does not hold it up ---
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
	my $sleeping = "EXISTS (SELECT FROM pg_stat_activity WHERE backend_type = 'perf_mgmt controller' AND wait_event = 'PgSleep')";
	my $id = start_test($node, 'short');
	wait_for($node, $sleeping);
	my $run = under_way($node, $id, intervals => 1);
	$node->stop('fast');
	$node->start;
	settles($run, 'COMPLETED', 'fast shutdown in judging');
	is(execution($node, $id, 'operations_ok'), '1', 'fast shutdown in judging: the result stands');
	is( of_execution($node, $id, 'execution_events', 'message', "AND event_type = 'JUDGEMENT_FAILED'"),
		'canceling statement due to user request', 'fast shutdown in judging: an event says that it is not judged');

	# --- Immediate, there ---
	$id = start_test($node, 'short');
	wait_for($node, $sleeping);
	$run = under_way($node, $id, intervals => 1);
	$node->stop('immediate');
	$node->start;
	settles($run, 'COMPLETED', 'immediate shutdown in judging');
	$node->safe_psql('postgres', 'UPDATE perf_mgmt.alert_configurations SET is_active = false');
	value($node, "SELECT perf_mgmt.finish_execution('$id')");
	is(of_execution($node, $id, 'execution_verdicts', 'count(*) > 0'), 't', 'immediate shutdown in judging: that can be made up for');
}

# --- Immediate, and without a postmaster: nobody could write an end ---
# To be called when the server has been started again.
sub is_lost_until_next_start
{
	my ($run, $what) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my $id = $run->{id};
	is(execution($node, $id, 'execution_status'), 'RUNNING', "$what: nobody has ended the execution");
	is(of_execution($node, $id, 'active_executions', 'state'), 'lost', "$what: it is known to be lost");
	my ($status, $output, $messages) = $node->psql('postgres', "CALL perf_mgmt.wait_for_execution('$id')");
	is($output, 'RUNNING', "$what: waiting for it returns at once");
	like($messages, qr/WARNING:  execution "$id" has lost its controller/, "$what: with a warning");
	is(value($node, "SELECT perf_mgmt.cancel_execution('$id')"), 'f', "$what: there is nothing to cancel");

	value($node, "CALL perf_mgmt.run_performance_test('short')");
	settles($run, 'FAILED', $what);
	is( execution($node, $id, 'failure_sqlstate, failure_message'),
		'57P02|the server or the controller ended during the run', "$what: the next start marks it, and says why");
	is(of_execution($node, $id, 'execution_events', 'count(*)', "AND event_type = 'LOST'"), '1', "$what: in an event as well");
	cmp_ok(of_execution($node, $id, 'execution_intervals', 'sum(perf_mgmt.count(response_histogram))'),
		'>', 0, "$what: the intervals have what was measured");
	return;
}
foreach my $caller (0, 1)
{
	my $what = 'immediate shutdown' . ($caller ? ' under a waiting caller' : '');
	my $session = $caller ? start_call($node, "CALL perf_mgmt.run_performance_test('long')") : undef;
	my $id      = $caller ? running_execution($node, 'long') : start_test($node, 'long');
	my $run     = under_way($node, $id, spills => 1);
	$node->stop('immediate');
	eval { $session->quit } if $session;
	$node->start;
	is_lost_until_next_start($run, $what);
}
{
	# Maintenance does it as well.
	my $id  = start_test($node, 'long');
	my $run = under_way($node, $id);
	$node->stop('immediate');
	$node->start;
	is(value($node, "SELECT perf_mgmt.run_maintenance('daily') #>> '{executions,marked_lost,0}'"), $id, 'maintenance marks what is lost');
	settles($run, 'FAILED', 'immediate shutdown, then maintenance');
}
{
	# Workers that never wait for anything must notice that the postmaster is gone.
	my $id  = start_test($node, 'busy');
	my $run = under_way($node, $id);
	is(scalar(@{ $run->{processes} }), 3, 'postmaster killed: a controller and two workers were there');
	$node->kill9;
	my $attempts = 10 * $PostgreSQL::Test::Utils::timeout_default;
	usleep(100_000) while $attempts-- > 0 && grep { kill 0, $_ } @{ $run->{processes} };
	is(scalar(grep { kill 0, $_ } @{ $run->{processes} }), 0, 'postmaster killed: no process is left');
	$node->start;
	is_lost_until_next_start($run, 'postmaster killed');
}
server_is_well($node, 'all of it');

done_testing();
