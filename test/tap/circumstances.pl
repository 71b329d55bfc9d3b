# What is gathered about a run beside its figures neither costs the run nor gets into them: counters of tables that
# somebody has locked, who holds the locks that it waits for, the sample of its plans, and the data that it requires.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use PerfMgmtTest;
use Test::More;

my $node = new_lab('circumstances', 'autovacuum = off');
my %few = (operations => 8, workers => 1, virtual_users => 1);

# --- A partition that somebody has locked, and that no operation touches ---
$node->safe_psql('postgres', q(
	CREATE TABLE part (id integer, n integer) PARTITION BY LIST (id);
	CREATE TABLE part_1 PARTITION OF part FOR VALUES IN (1);
	CREATE TABLE part_2 PARTITION OF part FOR VALUES IN (2);
	INSERT INTO part VALUES (1, 1), (2, 2);));
add_test($node, 'pruned', [ { sql => 'SELECT n FROM part WHERE id = 1' } ], \%few);
add_test($node, 'pruned endurance', [ { sql => 'SELECT n FROM part WHERE id = 1' } ],
	{ test_duration_seconds => 0.5, workers => 1, virtual_users => 1 }, test_type => 'ENDURANCE');
{
	my $locker = $node->background_psql('postgres');
	$locker->query_safe('BEGIN; LOCK TABLE part_2');
	my $id = run_test($node, 'pruned');
	is(execution($node, $id, 'execution_status, operations_ok'), 'COMPLETED|8', 'locked partition: the run completes');
	is(of_execution($node, $id, 'execution_tables', 'count(*)'), '0', 'locked partition: the tables were not read');
	is(of_execution($node, $id, 'execution_plan_samples', 'count(*)'), '1', 'locked partition: the sample is there');
	# Here the sizes are asked for before the run, and again after it.
	$id = run_test($node, 'pruned endurance');
	is(execution($node, $id, "execution_status, operations_ok > 0, shape_result -> 'relations'"), 'COMPLETED|t|[]',
		'locked partition: so does one that tells how tables grew');
	$locker->query_safe('ROLLBACK');
	$locker->quit;
	$id = run_test($node, 'pruned');
	is(of_execution($node, $id, 'execution_tables', 'table_name', 'ORDER BY 1'), "public.part_1\npublic.part_2",
		'partition that is free: both are read');
}

# --- Locks that another execution's worker holds ---
$node->safe_psql('postgres', 'CREATE TABLE one_row (id integer PRIMARY KEY, n integer); INSERT INTO one_row VALUES (1, 0)');
add_test($node, 'holds', [ { sql => 'UPDATE one_row SET n = 0 WHERE id = 1; SELECT pg_sleep(1000)', type => 'write' } ],
	{ operations => 1, workers => 1, virtual_users => 1 });
add_test($node, 'waits', [ { sql => 'UPDATE one_row SET n = n + 1 WHERE id = 1', type => 'write' } ],
	{ operations => 3, workers => 3, virtual_users => 3 });
{
	my $holder = start_test($node, 'holds');
	wait_for($node, "EXISTS (SELECT FROM pg_stat_activity WHERE backend_type = 'perf_mgmt worker' AND wait_event = 'PgSleep')");
	my $id = start_test($node, 'waits');
	wait_for($node, "count(*) = 3 FROM pg_stat_activity WHERE backend_type = 'perf_mgmt worker' "
		  . "AND wait_event_type = 'Lock' AND clock_timestamp() - state_change > interval '1.5 s'");
	value($node, "SELECT perf_mgmt.cancel_execution('$holder')");
	is(wait_for_end($node, $id), 'COMPLETED', 'lock of another execution: the run goes on when it ends');
	wait_for_end($node, $holder);
	is( of_execution($node, $id, 'execution_blockers', "blocker, bool_and(statement LIKE 'UPDATE one_row SET n = 0%pg_sleep%'), sum(samples) > 0",
			"AND blocker <> 'another worker' GROUP BY 1"),
		'a worker of another execution|t|t', 'lock of another execution: it is its worker that held it');
	processes_are_gone($node, 'lock of another execution');
}

# --- The sample of the plans is no part of what the database counts ---
$node->safe_psql('postgres', 'CREATE TABLE wide AS SELECT i AS id FROM generate_series(1, 20000) i; ANALYZE wide');
add_test($node, 'spills', [ { sql => 'SELECT id FROM wide ORDER BY md5(id::text)' } ],
	{ workers => 1, virtual_users => 1, settings => { work_mem => '64kB', max_parallel_workers_per_gather => '0' } });
{
	my @bytes;
	foreach my $operations (2, 4)
	{
		my $id = run_test($node, 'spills', { operations => $operations });
		is(of_execution($node, $id, 'execution_plan_samples', 'count(*)'), '1', "spilling: $operations operations and a sample");
		push @bytes, execution($node, $id, 'server_temp_bytes');
	}
	cmp_ok($bytes[0], '>', 0, "spilling: $bytes[0] bytes");
	is($bytes[1], 2 * $bytes[0], 'spilling: twice the operations spill twice as much');
}

# --- Nor does the sample take longer than it may, whatever its parameters take ---
# An expression that sleeps where it is drawn for the sample; the second operation has its turn all the same.
add_test(
	$node, 'sleepy',
	[ {   name => 'sleepy', sql => 'SELECT :n::integer', weight => 60,
		  generators => '{"n": {"type": "expression", "sql": "CASE WHEN (SELECT query FROM pg_stat_activity WHERE pid = pg_backend_pid()) '
			. 'LIKE \'explains %\' THEN (SELECT 1 FROM pg_sleep(1000)) ELSE 1 END"}}' },
	  { name => 'plain', sql => 'SELECT 1', weight => 40 } ],
	{ %few, operations => 20 });
{
	my $id = run_test($node, 'sleepy');
	is(execution($node, $id, 'execution_status, operations_ok'), 'COMPLETED|20', 'sleepy sample: the run completes');
	is(of_execution($node, $id, 'execution_plan_samples', 'operation_name'), 'plain', 'sleepy sample: the other operation has its sample');
}

# --- Data that a VOLUME test requires: a name without a schema is a table of the operations ---
$node->safe_psql('postgres', q(
	CREATE SCHEMA shop;
	CREATE TABLE shop.orders AS SELECT i AS id FROM generate_series(1, 100) i;
	CREATE SCHEMA orders;
	CREATE TABLE orders.orders AS SELECT 1 AS id;));
add_test($node, 'volume', [ { sql => 'SELECT count(*) FROM shop.orders' } ], \%few,
	test_type => 'VOLUME', data_size => { orders => 100, 'orders.orders' => 1 });
{
	my $id = run_test($node, 'volume');
	is( value($node, "SELECT r ->> 'relation', r ->> 'rows', r ->> 'satisfied' FROM perf_mgmt.test_executions, "
			  . "jsonb_array_elements(shape_result -> 'relations') r WHERE id = '$id' ORDER BY 1"),
		"orders|100|true\norders.orders|1|true", 'volume: not the table orders of a schema orders');
}

done_testing();
