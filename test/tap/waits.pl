# What the workers waited for, as the controller saw it: locks, the write-ahead log, or nothing but the CPU. A
# user who thinks does not wait.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use PerfMgmtTest;
use Test::More;

my $node = new_lab('waits', 'fsync = on', 'synchronous_commit = on');
add_work($node);
$node->safe_psql('postgres', q(
	CREATE TABLE counter (id integer PRIMARY KEY, n integer NOT NULL);
	INSERT INTO counter VALUES (1, 0);
	CREATE TABLE written (id bigint GENERATED ALWAYS AS IDENTITY, n integer);));

# The samples of an execution whose names match: share in percent, and how many there are in all.
sub samples
{
	my ($id, $pattern, $table) = @_;
	$table ||= 'query_performance';
	return split /\|/, value($node, qq(
		SELECT coalesce(round(100.0 * sum(s.value::bigint) FILTER (WHERE s.key ~ '$pattern') / sum(s.value::bigint), 1), 0),
			coalesce(sum(s.value::bigint), 0)
		FROM perf_mgmt.$table q, jsonb_each_text(q.wait_samples) s WHERE execution_id = '$id'));
}

# Tests that at least so many percent of an execution's samples are of one kind.
sub mostly
{
	my ($id, $pattern, $percent, $what) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my ($share, $all) = samples($id, $pattern);
	cmp_ok($all, '>=', 20, "$what: $all samples");
	cmp_ok($share, '>=', $percent, "$what: $share % of them")
	  or diag(of_execution($node, $id, 'query_performance', 'wait_samples'));
	my (undef, $of_intervals) = samples($id, $pattern, 'execution_intervals');
	cmp_ok($of_intervals, '<=', $all, "$what: the intervals have no more");
	cmp_ok($of_intervals, '>=', $all / 2, "$what: and not much less");
	return;
}

# --- A row lock ---
add_test($node, 'lock', [ { sql => 'UPDATE counter SET n = n + 1 WHERE id = 1', type => 'write' } ],
	{ test_duration_seconds => 2, workers => 1 });
{
	my $locker = $node->background_psql('postgres');
	$locker->query_safe('BEGIN; UPDATE counter SET n = n WHERE id = 1');
	my $id = start_test($node, 'lock');
	wait_for($node, "clock_timestamp() > started_at + interval '2 s' FROM perf_mgmt.test_executions WHERE id = '$id'");
	$locker->query_safe('COMMIT');
	$locker->quit;
	is(wait_for_end($node, $id), 'COMPLETED', 'blocked on a row: COMPLETED');
	mostly($id, '^Lock:', 90, 'blocked on a row');
	is( of_execution($node, $id, 'query_performance', "wait_samples ? 'Lock:transactionid', jsonb_typeof(wait_samples)"),
		't|object', 'blocked on a row: as pg_stat_activity calls it');
	is( of_execution($node, $id, 'execution_waits', 'sum(share_percent) >= 90', "AND wait_event_type = 'Lock'"),
		't', 'blocked on a row: and in rows');
}

# --- The CPU ---
add_test($node, 'cpu', [ { sql => 'SELECT busy_work(5000)' } ], { test_duration_seconds => 2, workers => 1 });
{
	my $id = run_test($node, 'cpu');
	mostly($id, '^CPU$', 90, 'busy');
	# Whoever else wants the processor takes time from it; an idle worker would have used next to none.
	my ($busy, $cpu) = split /\|/, of_execution($node, $id, 'query_performance', 'busy_time_ms, cpu_time_ms');
	cmp_ok($busy, '>', 1500, "busy: the worker was busy ($busy ms)");
	cmp_ok($cpu, '>', $busy / 10, "busy: and used the CPU ($cpu ms)");
	cmp_ok($cpu, '<', $busy * 1.1 + 50, 'busy: for no longer than it was busy');
	is(execution($node, $id, 'worker_cpu_ms > 0'), 't', 'busy: the execution has the CPU time of its workers');
}

# --- Commits ---
add_test($node, 'commit', [ { sql => 'INSERT INTO written (n) VALUES (1)', type => 'write' } ],
	{ test_duration_seconds => 3, workers => 8, virtual_users => 8 });
{
	my $id = run_test($node, 'commit');
	my ($share, $all) = samples($id, '^(IO:WALSync|LWLock:WALWrite)$');
	cmp_ok($share, '>', 0, "commits: $share % of $all samples wait for the log")
	  or diag(of_execution($node, $id, 'query_performance', 'wait_samples'));
	is( of_execution($node, $id, 'query_performance',
			'commit_time_ms > 0, commit_time_ms <= busy_time_ms, jit_time_ms, commit_time_ms / busy_time_ms > 0.2'),
		't|t|0.000000|t', 'commits: they are what took the time');
	is(execution($node, $id, 'server_wal_bytes > 0, server_temp_bytes'), 't|0', 'commits: the server wrote log');
	$id = run_test($node, 'commit', { settings => { synchronous_commit => 'off' } });
	is(of_execution($node, $id, 'query_performance', 'commit_time_ms / busy_time_ms < 0.5'),
		't', 'commits: not so where nobody waits for the log');
}

# --- Thinking ---
add_test($node, 'think', [ { sql => 'SELECT 1' } ],
	{ test_duration_seconds => 2, workers => 2, virtual_users => 20, think_time_ms => 100 });
{
	my $id = run_test($node, 'think');
	my ($share, $all) = samples($id, '');
	# Two workers seen at 50 Hz for 2 s could give 200.
	cmp_ok($all, '<', 40, "thinking users do not wait ($all samples)");
	cmp_ok(execution($node, $id, 'operations_ok'), '>', 100, 'thinking users: they did work');
}

# --- Two operations, each with its own ---
add_test(
	$node, 'both',
	[ { name => 'sleeps', sql => 'SELECT pg_sleep(0.02)' }, { name => 'works', sql => 'SELECT busy_work(20000)' } ],
	{ test_duration_seconds => 2, workers => 2, virtual_users => 2, sampling_hz => 100, seed => 1 });
{
	my $id = run_test($node, 'both');
	is( value($node, qq(
			SELECT operation_name, (wait_samples ->> CASE operation_name WHEN 'works' THEN 'CPU' ELSE 'Timeout:PgSleep' END)::numeric
				>= 0.8 * (SELECT sum(value::numeric) FROM jsonb_each_text(wait_samples))
			FROM perf_mgmt.query_performance WHERE execution_id = '$id' ORDER BY 1)),
		"sleeps|t\nworks|t", 'the samples are kept by operation');
}

# --- Not looked at ---
{
	my $id = run_test($node, 'cpu', { sampling_hz => 0, test_duration_seconds => 0.5 });
	my ($share, $all) = samples($id, '');
	is($all, '0', 'sampling_hz 0: no samples');
	is(execution($node, $id, 'execution_status, operations_ok > 0, is_valid'), 'COMPLETED|t|t', 'sampling_hz 0: it runs as well');
}

done_testing();
