# The plans that were really run are in the record: custom or generic, parallel, with JIT, and both of them where
# a plan changed while the test ran.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use PerfMgmtTest;
use Test::More;

my $node = new_lab('plans', 'autovacuum = off');
$node->safe_psql('postgres', q(
	CREATE TABLE item (id integer PRIMARY KEY, kind integer NOT NULL, name text NOT NULL);
	INSERT INTO item SELECT i, i % 5000, 'item ' || i FROM generate_series(1, 20000) i;
	CREATE INDEX item_kind ON item (kind);
	VACUUM ANALYZE item;));
my $by_kind = { sql => 'SELECT name FROM item WHERE kind = :kind',
	generators => '{"kind": {"type": "integer", "min": 0, "max": 4999}}' };

# --- Custom and generic plans ---
add_test($node, 'choice', [$by_kind], { operations => 200, workers => 2, virtual_users => 2 });
my %hash;
foreach my $kind ('custom', 'generic')
{
	my $id = run_test($node, 'choice', { settings => { plan_cache_mode => "force_${kind}_plan" } });
	is( of_execution($node, $id, 'query_performance', 'ok_count, custom_plans, generic_plans'),
		$kind eq 'custom' ? '200|200|0' : '200|0|200', "$kind plans are counted");
	is(of_execution($node, $id, 'execution_plans', 'operation_name, statement_number, plan_kind, is_parallel'),
		"operation 1|1|$kind|f", "$kind: there is one plan");
	is(of_execution($node, $id, 'execution_plans', "plan::text LIKE '%\"item_kind\"%', first_seen_at <= last_seen_at"),
		't|t', "$kind: by the index");
	$hash{$kind} = of_execution($node, $id, 'execution_plans', 'plan_hash');
	like($hash{$kind}, qr/^[0-9a-f]{16}$/, "$kind: the plan has a hash");
	is( value($node, "SELECT q.plan_hash = p.plan_hash AND q.plan = p.plan FROM perf_mgmt.query_performance q "
			  . "JOIN perf_mgmt.execution_plans p USING (execution_id, operation_name) WHERE execution_id = '$id'"),
		't', "$kind: the operation shows it");
	is(of_execution($node, $id, 'query_performance', 'planning_time_ms > 0, planning_time_ms <= busy_time_ms'),
		't|t', 'custom: planning took time') if $kind eq 'custom';
}
is($hash{custom}, $hash{generic}, 'the same access path has the same hash');
{
	# The server's own choice: five custom plans, then the generic one, in each worker.
	my $id = run_test($node, 'choice', { workers => 1, virtual_users => 1 });
	is(of_execution($node, $id, 'query_performance', 'custom_plans + generic_plans'), '200', 'each statement had a plan');
	is(of_execution($node, $id, 'execution_plans', 'count(DISTINCT plan_hash)'), '1', 'auto: one access path');
}

# --- Several statements ---
add_test(
	$node, 'statements',
	[ { sql => 'SELECT name FROM item WHERE id = :id; UPDATE item SET name = name WHERE id = :id', type => 'mixed', generators => '{"id": 7}' } ],
	{ operations => 10, workers => 1, settings => { plan_cache_mode => 'force_generic_plan' } });
{
	my $id = run_test($node, 'statements');
	is( of_execution($node, $id, 'execution_plans', "statement_number, plan #>> '{Plan,Node Type}'", 'ORDER BY 1'),
		"1|Index Scan\n2|ModifyTable", 'each statement has its plan');
	is(of_execution($node, $id, 'query_performance', 'generic_plans'), '20', 'and each run of one is counted');
	is( of_execution($node, $id, 'query_performance', "plan_hash = (SELECT plan_hash FROM perf_mgmt.execution_plans p "
			  . "WHERE p.execution_id = query_performance.execution_id AND statement_number = 1)"),
		't', 'the operation shows that of its first statement');
}

# --- A plan that changes while the test runs ---
add_test($node, 'changing', [$by_kind], { test_duration_seconds => 600, workers => 2, virtual_users => 2, interval_ms => 100 });
{
	my $id = start_test($node, 'changing', { test_duration_seconds => 4 });
	wait_for($node, "count(*) >= 3 FROM perf_mgmt.execution_intervals WHERE execution_id = '$id' AND ok_count > 0");
	is(execution($node, $id, 'execution_status'), 'RUNNING', 'changing: the test runs');
	$node->safe_psql('postgres', 'DROP INDEX item_kind');
	is(wait_for_end($node, $id), 'COMPLETED', 'changing: it goes on without the index');
	is(execution($node, $id, 'operations_failed'), '0', 'changing: nothing fails');
	is(of_execution($node, $id, 'execution_plans', 'count(DISTINCT plan_hash)'), '2', 'changing: there are two plans');
	is( of_execution($node, $id, 'execution_plans', "DISTINCT plan::text LIKE '%\"item_kind\"%', plan::text LIKE '%\"Seq Scan\"%'",
			'ORDER BY 1'),
		"f|t\nt|f", 'changing: with the index and without');
	is( value($node, qq(
			SELECT min(first_seen_at) FILTER (WHERE indexed) < min(first_seen_at) FILTER (WHERE NOT indexed),
				max(last_seen_at) FILTER (WHERE indexed) < max(last_seen_at) FILTER (WHERE NOT indexed),
				bool_and(first_seen_at >= started_at - interval '1 s' AND last_seen_at <= completed_at)
			FROM (SELECT *, plan::text LIKE '%"item_kind"%' AS indexed FROM perf_mgmt.execution_plans) p
			JOIN perf_mgmt.test_executions e ON e.id = p.execution_id WHERE e.id = '$id')),
		't|t|t', 'changing: one after the other');
	is( value($node, "SELECT q.plan_hash = p.plan_hash FROM perf_mgmt.query_performance q JOIN perf_mgmt.execution_plans p "
			  . "USING (execution_id, operation_name) WHERE execution_id = '$id' ORDER BY p.last_seen_at DESC LIMIT 1"),
		't', 'changing: the operation shows the last');
	identity_holds($node, $id, 'changing');
	$node->safe_psql('postgres', 'CREATE INDEX item_kind ON item (kind)');
}

# --- Parallel plans ---
add_test($node, 'parallel', [ { sql => 'SELECT sum(kind) FROM item' } ],
	{   operations => 3, workers => 1,
		settings   => { max_parallel_workers_per_gather => 2, parallel_setup_cost => 0, parallel_tuple_cost => 0,
			min_parallel_table_scan_size => 0 } });
{
	my $id = run_test($node, 'parallel');
	is(execution($node, $id, 'operations_ok'), '3', 'parallel: it runs');
	is(of_execution($node, $id, 'execution_plans', "bool_and(is_parallel), bool_and(plan::text LIKE '%\"Gather\"%')"),
		't|t', 'parallel: the plan is parallel');
	$id = run_test($node, 'parallel', { settings => { max_parallel_workers_per_gather => 0 } });
	is(of_execution($node, $id, 'execution_plans', 'bool_or(is_parallel)'), 'f', 'parallel: or it is not');
}

# --- JIT ---
SKIP:
{
	skip 'this server has no JIT', 2 if value($node, 'SELECT pg_jit_available()') ne 't';
	add_test($node, 'jit', [ { sql => 'SELECT sum(id + kind) FROM item' } ],
		{ operations => 2, workers => 1,
			settings => { jit => 'on', jit_above_cost => 0, jit_inline_above_cost => -1, jit_optimize_above_cost => -1,
				max_parallel_workers_per_gather => 0 } });
	my $id = run_test($node, 'jit');
	is(of_execution($node, $id, 'query_performance', 'jit_functions > 0, jit_time_ms > 0, jit_time_ms <= busy_time_ms'),
		't|t|t', 'JIT is counted');
	$id = run_test($node, 'jit', { settings => { jit => 'off' } });
	is(of_execution($node, $id, 'query_performance', 'jit_functions, jit_time_ms'), '0|0.000000', 'and is none where it is off');
}

# --- Not looked at ---
{
	my $id = run_test($node, 'choice', { sampling_hz => 0, settings => { plan_cache_mode => 'force_custom_plan' } });
	is(of_execution($node, $id, 'execution_plans', 'count(*)'), '0', 'sampling_hz 0: no plan is captured');
	is(of_execution($node, $id, 'query_performance', 'plan IS NULL, plan_hash IS NULL, custom_plans'), 't|t|200', 'sampling_hz 0: but counted');
}

done_testing();
