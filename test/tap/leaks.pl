# Runs leave nothing behind: no shared memory, no process, no lock, and nothing in the session that started
# them, whether they end well, cannot start or are cancelled. (See resources_thousand_runs.pl for a thousand.)
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use PerfMgmtTest;
use PostgreSQL::Test::Utils;
use Test::More;

# As files in the data directory the segments are those of this server only.
my $node = new_lab('leaks', 'dynamic_shared_memory_type = mmap', 'max_worker_processes = 8');
my $pool = '{"n": {"type": "pool", "sql": "SELECT generate_series(1, 100) AS id", "column": "id"}}';
add_test($node, 'short', [ { sql => 'SELECT :n::integer', generators => $pool } ],
	{ operations => 5, workers => 2, virtual_users => 2 });
add_test($node, 'broken', [ { sql => 'SELECT 1 / 0', generators => '{}' } ], { operations => 5, workers => 2 });
add_test($node, 'gated', [ gate_operation() ], { operations => 5, workers => 2, virtual_users => 2 });

sub segments
{
	my @files = grep { /^mmap\./ } slurp_dir($node->data_dir . '/pg_dynshmem');
	return scalar @files;
}

my $session = $node->background_psql('postgres', on_error_stop => 0);
my $pid     = $session->query_safe('SELECT pg_backend_pid()');

# Descriptors, bytes and segments that the session has after so many more of these runs.
sub session_after
{
	my ($times, $run) = @_;
	$session->query($run x $times);
	$session->{stderr} = '';
	return (
		scalar(slurp_dir("/proc/$pid/fd")),
		$session->query_safe('SELECT sum(total_bytes) FROM pg_backend_memory_contexts'),
		$session->query_safe("SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'advisory'"));
}

my $segments = segments();
my %runs = (
	'40 runs'                 => [ 20, "CALL perf_mgmt.run_performance_test('short');\n" ],
	'40 runs that cannot start' => [ 20, "CALL perf_mgmt.run_performance_test('broken');\n" ],
	'40 validations'          => [ 20, "SELECT count(*) FROM perf_mgmt.validate_scenario('short');\n" ]);
foreach my $what (sort keys %runs)
{
	my ($times, $run) = @{ $runs{$what} };
	my ($files, $bytes) = session_after(20, $run);
	my ($files_later, $bytes_later, $locks) = session_after($times, $run);
	is($files_later, $files, "$what: the session has no more open files than before");
	cmp_ok($bytes_later - $bytes, '<', 64 * 1024, "$what: nor more memory");
	is($locks, '0', "$what: and holds no advisory lock");
	processes_are_gone($node, $what);
	is(segments(), $segments, "$what: no shared memory is left");
}
is( value($node, "SELECT count(*), sum(operations_ok) FROM perf_mgmt.test_executions WHERE execution_status = 'COMPLETED'"),
	'40|200', 'all runs ran all their operations');

# Ten that nobody waits for, cancelled by the session that started them.
my $gate = close_gate($node);
foreach (1 .. 10)
{
	my $id = start_test($node, 'gated');
	value($node, "SELECT perf_mgmt.cancel_execution('$id')");
	wait_for_end($node, $id);
	processes_are_gone($node, "cancelled run $_");
}
$gate->quit;
is(segments(), $segments, '10 cancelled runs: no shared memory is left');
is( value($node, "SELECT count(*), count(*) FILTER (WHERE operations_scheduled = operations_interrupted) "
		  . "FROM perf_mgmt.test_executions WHERE execution_status = 'CANCELLED'"),
	'10|10', 'all were cancelled, and nothing was counted but what was interrupted');

# --- A session that probes ---
# What a pool leaves out is not kept, nor is a plan when a probe has ended or could not begin.
add_test($node, 'big pool',
	[ {   name       => 'measure', type => 'mixed', sql => "INSERT INTO sizes SELECT sum(total_bytes), :one::integer + :two::integer FROM pg_backend_memory_contexts WHERE name LIKE 'SPI%'",
		  generators => '{"one": {"type": "pool", "sql": "SELECT i FROM generate_series(1, 300000) i", "limit": 10}, '
			. '"two": {"type": "expression", "sql": "1"}}' } ],
	{ operations => 1, workers => 1 });
value($node, 'CREATE TABLE sizes (bytes bigint, n integer)');
my $probed = run_test($node, 'big pool');
value($node, q(TRUNCATE sizes;
	INSERT INTO perf_mgmt.workload_operations (scenario_id, operation_name, operation_type, sql_template, parameter_generators, weight_percentage)
	SELECT id, 'unplannable', 'read', 'SELECT 1 / 0', '{}', 1 FROM perf_mgmt.load_scenarios WHERE scenario_name = 'big pool'));
my $plans = "SELECT count(*) FROM pg_backend_memory_contexts WHERE name LIKE 'CachedPlan%'";
my $probes = "SELECT perf_mgmt.simulate_workload('$probed', 'measure', 1);\nSELECT perf_mgmt.simulate_workload('$probed', 'unplannable', 1);\n";
$session->query($probes);
$session->{stderr} = '';
my $kept = $session->query_safe($plans);
$session->query($probes x 3);
$session->{stderr} = '';
is($session->query_safe($plans), $kept, 'probes: no plan is left');
cmp_ok(value($node, 'SELECT max(bytes) FROM sizes'), '<', 2 * 1024 * 1024, 'probes: a pool of 10 of 300,000 rows takes no more than it keeps');

# --- A session that waits ---
# Bytes that another session uses, as it writes them into the server log.
sub memory_of
{
	my ($backend) = @_;
	my $start = -s $node->logfile;
	my $total = qr/Grand total: \d+ bytes in \d+ blocks; \d+ free \(\d+ chunks\); (\d+) used/;
	value($node, "SELECT pg_log_backend_memory_contexts($backend)");
	$node->wait_for_log($total, $start);
	my ($used) = slurp_file($node->logfile, $start) =~ $total;
	return $used;
}

# Makes a session that waits for an execution look so many times: each request for its memory contexts wakes it, and
# each look is a transaction.
sub look_often
{
	my ($backend, $times) = @_;
	my $began = "SELECT xact_start FROM pg_stat_get_activity($backend)";
	value($node, qq(DO \$\$ DECLARE before timestamptz; BEGIN
		FOR i IN 1 .. $times LOOP
			PERFORM pg_stat_clear_snapshot();
			before := ($began);
			PERFORM pg_log_backend_memory_contexts($backend);
			LOOP
				PERFORM pg_stat_clear_snapshot();
				EXIT WHEN ($began) IS DISTINCT FROM before;
			END LOOP;
		END LOOP; END \$\$));
	return;
}
{
	my $gate    = close_gate($node);
	my $id      = start_test($node, 'gated');
	my $waiting = start_call($node, "CALL perf_mgmt.wait_for_execution('$id')");
	wait_for($node, "wait_event_type = 'Extension' FROM pg_stat_activity WHERE pid = $waiting->{backend}");
	look_often($waiting->{backend}, 20);
	my $bytes = memory_of($waiting->{backend});
	look_often($waiting->{backend}, 200);
	cmp_ok(memory_of($waiting->{backend}) - $bytes, '<', 24 * 1024, 'waiting for an execution: 200 looks take no memory');
	$gate->quit;
	is((finish_call($waiting))[0], "COMPLETED\n", 'waiting for an execution: to its end');
	$waiting->quit;
}
{
	# Who runs a test looks once a second at what its processes wait for.
	my $gate = close_gate($node);
	my $waiting = start_call($node,
		q(CALL perf_mgmt.run_performance_test('gated', 'development', '{"workers": 5, "virtual_users": 5, "progress_seconds": 0}')));
	my $waits_for = "clock_timestamp() - query_start > interval '%d s' FROM pg_stat_activity WHERE pid = $waiting->{backend}";
	wait_for($node, sprintf($waits_for, 2));
	is(value($node, "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'perf_mgmt worker' AND wait_event_type = 'Lock'"),
		'5', 'running a test: five workers wait');
	my $bytes = memory_of($waiting->{backend});
	wait_for($node, sprintf($waits_for, 6));
	cmp_ok(memory_of($waiting->{backend}) - $bytes, '<', 48 * 1024, 'running a test: four looks at six processes take no memory');
	$gate->quit;
	finish_call($waiting);
	$waiting->quit;
	processes_are_gone($node, 'running a test');
}

# The slots are free again: a run can have all of them.
my $id = value($node, "CALL perf_mgmt.run_performance_test('short', 'development', "
	  . "'{\"workers\": 6, \"virtual_users\": 6}')");
is(execution($node, $id, 'total_connections'), '6', 'no worker slot is lost');
$session->quit;

done_testing();
