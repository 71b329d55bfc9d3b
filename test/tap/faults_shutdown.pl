# What a shutdown in the middle of a run leaves: CANCELLED after a smart or a fast one; after an immediate one, or when
# the postmaster was killed, a lost execution that is known as such, and FAILED as soon as anybody waits for it, cancels
# it, starts a test or maintenance. What was measured is still there. Without the postmaster all processes end, the busiest too.
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
# What ends such an execution when the server has been started again: whatever has to do with it, and every start.
my %endings = (
	'CALL wait_for_execution' => sub {
		my ($id) = @_;
		is(value($node, "CALL perf_mgmt.wait_for_execution('$id')"), 'FAILED', 'waiting for what is lost returns at once');
	},
	'cancel_execution' => sub {
		my ($id) = @_;
		is(value($node, "BEGIN READ ONLY; SELECT perf_mgmt.cancel_execution('$id')"), 'f', 'of what is lost there is nothing to cancel');
	},
	'the next start' => sub { run_test($node, 'short') },
	'maintenance'    => sub {
		my ($id) = @_;
		is(value($node, "SELECT perf_mgmt.run_maintenance('daily') #>> '{executions,marked_lost,0}'"), $id, 'maintenance tells what it marks');
	});
sub is_lost_until
{
	my ($run, $ending, $what) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my $id = $run->{id};
	is(execution($node, $id, 'execution_status'), 'RUNNING', "$what: nobody has ended the execution");
	is(of_execution($node, $id, 'active_executions', 'state'), 'lost', "$what: it is known to be lost");
	$endings{$ending}->($id);
	settles($run, 'FAILED', "$what, then $ending");
	is( execution($node, $id, 'failure_sqlstate, failure_message'),
		'57P02|the server or the controller ended during the run', "$what, then $ending: the execution says why it FAILED");
	is(of_execution($node, $id, 'execution_events', 'count(*)', "AND event_type = 'LOST'"), '1', "$what, then $ending: in an event as well");
	cmp_ok(of_execution($node, $id, 'execution_intervals', 'sum(perf_mgmt.count(response_histogram))'),
		'>', 0, "$what, then $ending: the intervals have what was measured");
	return;
}
foreach my $ending (sort keys %endings)
{
	# With and without somebody who waits.
	my $what    = 'immediate shutdown';
	my $session = $ending =~ /start|CALL/ ? start_call($node, "CALL perf_mgmt.run_performance_test('long')") : undef;
	my $id      = $session ? running_execution($node, 'long') : start_test($node, 'long');
	my $run     = under_way($node, $id, spills => 1);
	$node->stop('immediate');
	eval { $session->quit } if $session;
	if ($ending eq 'the next start')
	{
		# Nor can anybody end it as long as there is no worker slot.
		$node->append_conf('postgresql.conf', 'max_worker_processes = 0');
		$node->start;
		my ($status, $output, $messages) = $node->psql('postgres', "CALL perf_mgmt.wait_for_execution('$id')");
		is($output, 'RUNNING', "$what, no worker slot: waiting for it returns at once");
		like($messages, qr/WARNING:  execution "$id" has lost its controller/, "$what, no worker slot: with a warning");
		is(value($node, "SELECT perf_mgmt.cancel_execution('$id')"), 'f', "$what, no worker slot: there is nothing to cancel");
		$node->append_conf('postgresql.conf', 'max_worker_processes = 32');
		$node->restart;
	}
	else
	{
		$node->start;
	}
	is_lost_until($run, $ending, $what);
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
	is_lost_until($run, 'CALL wait_for_execution', 'postmaster killed');
}
server_is_well($node, 'all of it');

done_testing();
