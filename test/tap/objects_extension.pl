# The extension, or the database, is changed or dropped under a run. An update takes the controller's tables away for a
# moment, and the run goes on; so it does where somebody thinks better of dropping it. DROP EXTENSION and DROP DATABASE
# with FORCE end it. (See drop.pl for what they leave of its record.)
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use Lifecycle;
use PerfMgmtTest;
use FaultTest;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

# An installation of its own, to which an upgrade script can be added.
my ($installation, $scripts) = own_installation(PostgreSQL::Test::Utils::tempdir());
my ($present) = slurp_file("$scripts/perf_mgmt.control") =~ /^default_version = '(.+)'$/m;
append_to_file(
	"$scripts/perf_mgmt--$present--next.sql", q(
	ALTER TABLE perf_mgmt.test_executions ADD COLUMN novel text DEFAULT 'novel';
	ALTER TABLE perf_mgmt.query_performance ADD COLUMN novel text DEFAULT 'novel';
	CREATE INDEX ON perf_mgmt.execution_intervals (started_at);
	CREATE FUNCTION perf_mgmt.novel() RETURNS text LANGUAGE sql RETURN 'novel';));

my $node = PostgreSQL::Test::Cluster->new('objects_extension', install_path => $installation);
$node->init;
$node->append_conf('postgresql.conf', join("\n", 'max_worker_processes = 32', 'log_statement = none', 'wal_writer_delay = 10ms'));
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION perf_mgmt');

my $operations = [ { sql => 'SELECT pg_sleep(0.01)' } ];
add_test($node, 'long', $operations, long_run(interval_ms => 100));
add_test($node, 'gated', [ gate_operation() ], { operations => 4, workers => 2, virtual_users => 2, progress_seconds => 0 });

# Begins the statement in a transaction, which holds its locks until the controller of the run waits for one.
sub begin_and_hold
{
	my ($run, $statement) = @_;
	my $session    = $node->background_psql('postgres');
	my $controller = execution($node, $run->{id}, 'controller_pid');
	$session->query_safe("BEGIN; $statement");
	wait_for($node, "wait_event_type = 'Lock' FROM pg_stat_activity WHERE pid = $controller");
	return $session;
}

# A test: after that, intervals are recorded as before, and none is missing.
sub goes_on
{
	my ($run, $what) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my $intervals = "FROM perf_mgmt.execution_intervals WHERE execution_id = '$run->{id}'";
	my $last = value($node, "SELECT max(interval_number) $intervals");
	wait_for($node, "EXISTS (SELECT $intervals AND interval_number > $last + 2 AND ok_count > 0)");
	is( value($node, "SELECT max(interval_number) - min(interval_number) + 1 = count(*) $intervals"),
		't', "$what: the run goes on, and no interval is missing");
	return;
}

# --- ALTER EXTENSION UPDATE ---
{
	my $what   = 'ALTER EXTENSION UPDATE';
	my $before = $node->background_psql('postgres');
	$before->query_safe('SELECT perf_mgmt.version_key(\'1.0\')');
	my $run     = under_way($node, start_test($node, 'long'));
	my $session = begin_and_hold($run, q(ALTER EXTENSION perf_mgmt UPDATE TO 'next'));
	$session->query_safe('COMMIT');
	$session->quit;
	goes_on($run, $what);
	value($node, "SELECT perf_mgmt.cancel_execution('$run->{id}')");
	settles($run, 'CANCELLED', $what);
	is(execution($node, $run->{id}, 'operations_ok > 0, novel'), 't|novel', "$what: the result is recorded");
	identity_holds($node, $run->{id}, $what);
	my ($id) = $before->query_safe(q(CALL perf_mgmt.run_performance_test('gated'))) =~ /^([0-9a-f-]{36})$/m;
	is(execution($node, $id, 'execution_status, operations_ok'), 'COMPLETED|4', "$what: a session from before can go on with it");
	$before->quit;
}
{
	# The library as well, as a new package lays it: workers of the next round load that one.
	my $what   = 'library replaced';
	my $gate   = close_gate($node);
	my $run    = under_way($node, start_test($node, 'gated', { rounds => 2 }), intervals => 0);
	my $folder = `$installation/bin/pg_config --pkglibdir` =~ s/\s+$//r;
	system_or_bail('cp', '-L', '--remove-destination', "$folder/perf_mgmt.so", "$folder/perf_mgmt.new");
	rename("$folder/perf_mgmt.new", "$folder/perf_mgmt.so") or die "could not replace the library: $!";
	$gate->quit;
	settles($run, 'COMPLETED', $what);
	is(execution($node, $run->{id}, 'operations_ok'), '4', "$what: both rounds");
}

# --- DROP EXTENSION ---
{
	my $what    = 'DROP EXTENSION rolled back';
	my $run     = under_way($node, start_test($node, 'long'));
	my $session = begin_and_hold($run, 'DROP EXTENSION perf_mgmt');
	$session->query_safe('ROLLBACK');
	$session->quit;
	goes_on($run, $what);
	value($node, "SELECT perf_mgmt.cancel_execution('$run->{id}')");
	settles($run, 'CANCELLED', $what);
}
{
	# The end of the run meets it: the result waits until it can be recorded.
	my $what    = 'DROP EXTENSION rolled back at the end of the run';
	my $gate    = close_gate($node);
	my $run     = under_way($node, start_test($node, 'gated'), intervals => 0);
	my $session = $node->background_psql('postgres');
	$session->query_safe('BEGIN; DROP EXTENSION perf_mgmt');
	$gate->quit;
	my $controller = $node->safe_psql('postgres', "SELECT pid FROM pg_stat_activity WHERE backend_type = 'perf_mgmt controller'");
	wait_for($node, "wait_event_type = 'Lock' FROM pg_stat_activity WHERE pid = $controller");
	$session->query_safe('ROLLBACK');
	$session->quit;
	settles($run, 'COMPLETED', $what);
	is(execution($node, $run->{id}, 'operations_ok'), '4', "$what: nothing is lost");
}
{
	# Two runs, one of which nobody waits for.
	my $what  = 'DROP EXTENSION under two runs';
	my $gate  = close_gate($node);
	my $call  = start_call($node, q(CALL perf_mgmt.run_performance_test('gated')));
	my $gated = running_execution($node, 'gated');
	my $run   = under_way($node, start_test($node, 'long'));
	$node->safe_psql('postgres', 'DROP EXTENSION perf_mgmt');
	settles($run, undef, $what);
	my (undef, $messages) = finish_call($call);
	like($messages, qr/ERROR:  \w{5}: the controller of execution "$gated" ended without recording it/, "$what: who waits gets an error");
	$_->quit foreach $call, $gate;
}
$node->safe_psql('postgres', 'CREATE EXTENSION perf_mgmt');
{
	# There is no execution yet: the pools are being loaded.
	my $what = 'DROP EXTENSION while preparing';
	add_test($node, 'preparing', [ { sql => 'SELECT :n::text',
			generators => '{"n": {"type": "pool", "column": "id", "sql": "SELECT pg_advisory_xact_lock_shared(4242)::text AS id"}}' } ],
		{ operations => 4, workers => 2, virtual_users => 2 });
	my $gate = close_gate($node);
	my $call = start_call($node, q(CALL perf_mgmt.run_performance_test('preparing')));
	wait_for($node, "EXISTS (SELECT FROM pg_stat_activity WHERE backend_type = 'perf_mgmt worker' AND wait_event_type = 'Lock')");
	my @segments = FaultTest::segments_of(split /\n/, value($node, "SELECT pid FROM pg_stat_activity WHERE backend_type LIKE 'perf_mgmt%'"));
	is(scalar(@segments), 1, "$what: the run has its shared memory");
	$node->safe_psql('postgres', 'DROP EXTENSION perf_mgmt');
	$gate->quit;
	my (undef, $messages) = finish_call($call);
	like($messages, qr/ERROR:  (?:42P01|3F000|42883): /, "$what: who waits learns why");
	processes_are_gone($node, $what);
	ok(!-e $segments[0], "$what: no shared memory is left");
	is($call->query_safe('SELECT 1'), '1', "$what: his session goes on");
	$call->quit;
}

# --- DROP DATABASE ---
$node->safe_psql('postgres', 'CREATE DATABASE lab');
$node->safe_psql('lab', 'CREATE EXTENSION perf_mgmt');
{
	# A caller, and somebody who keeps the operations waiting, are in the database too.
	local $PerfMgmtTest::database = 'lab';
	my $what = 'DROP DATABASE WITH (FORCE)';
	add_test($node, 'gated', [ gate_operation() ], { operations => 4, workers => 2, virtual_users => 2 });
	my $gate = close_gate($node);
	my $call = start_call($node, q(CALL perf_mgmt.run_performance_test('gated')));
	my $run  = under_way($node, running_execution($node, 'gated'), intervals => 0);
	foreach my $statement ('DROP DATABASE lab', 'ALTER DATABASE lab RENAME TO other')
	{
		my (undef, undef, $messages) = $node->psql('postgres', $statement);
		like($messages, qr/database "lab" is being accessed by other users/, "$statement fails while a run is on");
	}
	is(execution($node, $run->{id}, 'execution_status'), 'RUNNING', 'which does not mind');
	$node->safe_psql('postgres', 'DROP DATABASE lab WITH (FORCE)');
	settles($run, undef, $what);
	# The sessions have been ended.
	foreach my $session ($gate, $call)
	{
		eval { $session->quit };
	}
	is($node->safe_psql('postgres', "SELECT count(*) FROM pg_database WHERE datname = 'lab'"), '0', "$what: it is gone");
}
server_is_well($node, 'extension and database');

done_testing();
