# Out of dynamic shared memory, or of segments of it: a run that cannot have its segment, or its pools, does not begin,
# and leaves nothing; one that cannot have them in a later round keeps what the earlier ones measured; an operation
# that cannot have it for a parallel query has failed.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use SmallDisk megabytes => 12;
use PerfMgmtTest;
use FaultTest;
use PostgreSQL::Test::Utils;
use Test::More;

# Of the kind mmap the segments are files, which may as well lie on a disk that is small.
my $node = new_fault_lab('shared_memory', 'dynamic_shared_memory_type = mmap', 'max_connections = 20', 'autovacuum = off');
my $folder = disk() . '/pg_dynshmem';
$node->stop;
mkdir $folder or die "$folder: $!";
unlink glob($node->data_dir . '/pg_dynshmem/*');
rmdir($node->data_dir . '/pg_dynshmem') or die "pg_dynshmem: $!";
symlink($folder, $node->data_dir . '/pg_dynshmem') or die "pg_dynshmem: $!";
$node->start;

sub segments
{
	my @files = grep { /^mmap\./ } slurp_dir($folder);
	return scalar @files;
}
my $segments = segments();

sub executions { return value($node, 'SELECT count(*) FROM perf_mgmt.test_executions'); }

# A test: however it is started, the run does not begin, and leaves nothing.
sub cannot_start
{
	my ($test, $error, $what) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my $executions = executions();
	foreach my $sql ("CALL perf_mgmt.run_performance_test('$test')", "SELECT perf_mgmt.execute_performance_test('$test')")
	{
		my ($status, undef, $messages) = $node->psql('postgres', "\\set VERBOSITY verbose\n$sql");
		like($messages, $error, "$what: $sql says why");
	}
	is(executions(), $executions, "$what: there is no execution");
	processes_are_gone($node, $what);
	is(segments(), $segments, "$what: no shared memory is left");
	return;
}

sub completes
{
	my ($test, $what) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	is(execution($node, run_test($node, $test), 'execution_status, operations_failed'), 'COMPLETED|0', "$what: with enough of it, it runs");
	return;
}

# --- The run's own segment ---
add_test($node, 'wide', [ { sql => 'SELECT 1' } ], { operations => 16, workers => 28, virtual_users => 28 });
cannot_start('wide',
	qr/ERROR:  53000: could not get \d+ MB of shared memory for the run\nDETAIL:  could not .*No space left on device\nHINT:  Use fewer workers, or enlarge/,
	'segment of the run');
is( execution($node, run_test($node, 'wide', { workers => 2 }), 'execution_status, operations_ok'),
	'COMPLETED|16', 'segment of the run: with fewer workers it runs');

# --- Pools ---
$node->safe_psql('postgres', 'CREATE TABLE pooled AS SELECT i AS id FROM generate_series(1, 5000) i');
my $pool = '{"v": {"type": "pool", "sql": "SELECT repeat(\'x\', 4000) || id AS v FROM pooled", "column": "v"}}';
add_test($node, 'pool', [ { sql => 'SELECT length(:v)', generators => $pool } ], { operations => 4, workers => 2, virtual_users => 2 });
cannot_start('pool',
	qr/ERROR:  53000: could not get \d+ MB of shared memory for the pools\nDETAIL:  could not .*No space left on device\nHINT:  Give the pools a lower "limit"/,
	'pools');
$node->safe_psql('postgres', 'DELETE FROM pooled WHERE id > 500');
completes('pool', 'pools');

# Each round has its pools anew: those of the second are too large.
add_test($node, 'pool at the gate',
	[ { sql => 'SELECT length(:v); ' . gate_operation()->{sql}, generators => $pool } ],
	{ operations => 4, rounds => 2, workers => 2, virtual_users => 2 });
{
	my $gate = close_gate($node);
	my $run  = under_way($node, start_test($node, 'pool at the gate'), intervals => 0);
	$node->safe_psql('postgres', 'INSERT INTO pooled SELECT generate_series(501, 5000)');
	$gate->quit;
	settles($run, 'FAILED', 'pools of round 2');
	is( execution($node, $run->{id}, 'failure_sqlstate, failure_message, operations_ok'),
		'53000|could not get 21 MB of shared memory for the pools|2', 'pools of round 2: it says why, and what was measured');
	is(of_execution($node, $run->{id}, 'execution_rounds', 'round_number, ok_count'), '1|2', 'pools of round 2: round 1 is kept');
	identity_holds($node, $run->{id}, 'pools of round 2');
	is(segments(), $segments, 'pools of round 2: no shared memory is left');
	$node->safe_psql('postgres', 'DELETE FROM pooled WHERE id > 500');
}

# --- Parallel queries of operations ---
$node->safe_psql('postgres', q(
	CREATE TABLE scanned AS SELECT i AS id FROM generate_series(1, 20000) i;
	ALTER TABLE scanned SET (parallel_workers = 2);
	ANALYZE scanned;));
add_test($node, 'parallel', [ { sql => gate_operation()->{sql} . '; SELECT count(*) FROM scanned' } ],
	{   operations => 4, workers => 2, virtual_users => 2,
		settings => { parallel_setup_cost => 0, parallel_tuple_cost => 0, min_parallel_table_scan_size => 0, max_parallel_workers_per_gather => 2 } });
{
	my $gate = close_gate($node);
	my $run  = under_way($node, start_test($node, 'parallel'), intervals => 0);
	wait_for($node, "count(*) = 2 FROM pg_stat_activity WHERE backend_type = 'perf_mgmt worker' AND wait_event_type = 'Lock'");
	fill_disk('ballast');
	$gate->quit;
	settles($run, 'COMPLETED', 'parallel query');
	is( execution($node, $run->{id}, 'operations_ok, operations_failed, failed_other'), '0|4|4', 'parallel query: its operations have failed');
	is( of_execution($node, $run->{id}, 'execution_events', "details ->> 'sqlstate'", "AND event_type = 'OPERATION_ERROR'"),
		'53100', 'parallel query: an event says of what');
	identity_holds($node, $run->{id}, 'parallel query');
	free_disk('ballast');
	completes('parallel', 'parallel query');
}

# --- Segments ---
# Their number is limited by that of the processes that may be.
my $module = PerfMgmtTest::quoted("$ENV{PG_LIBDIR}/perf_mgmt_test");
$node->safe_psql('postgres',
	"CREATE FUNCTION fill_segments(bigint) RETURNS bigint AS $module, 'perf_mgmt_test_fill_segments' LANGUAGE c STRICT");
foreach my $case ([ 0, 'the run' ], [ 1, 'the pools' ])
{
	my ($leave, $for) = @$case;
	my $holder = $node->background_psql('postgres');
	my $taken  = $holder->query_safe("SELECT fill_segments($leave)");
	cmp_ok($taken, '>', 64, "segments, $leave left: $taken are taken");
	$segments = segments();
	cannot_start('pool',
		qr/ERROR:  53000: too many dynamic shared memory segments\nDETAIL:  There is none to be had for $for\.\nHINT:  Wait until other/,
		"segments, $leave left");
	is(execution($node, run_test($node, 'wide', { workers => 1 }), 'execution_status'), 'COMPLETED', 'segments, 1 left: enough without pools')
	  if $leave == 1;
	$holder->quit;
}
wait_for($node, "NOT EXISTS (SELECT FROM pg_stat_activity WHERE query LIKE '%fill_segments%' AND pid <> pg_backend_pid())");
completes('pool', 'segments');
server_is_well($node, 'shared memory');

done_testing();
