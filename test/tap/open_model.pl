# The open model: operations fall due at a rate, whether or not earlier ones have been answered. A stall of the
# server is felt by all that were due during it; a slot is never moved, and never lost without being counted.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use PerfMgmtTest;
use Test::More;

my $node = new_lab('open_model');
add_work($node);
$node->safe_psql('postgres', 'CREATE TABLE drawn (value integer NOT NULL)');
my $sums = 'operations_scheduled, operations_ok, operations_failed, operations_skipped, operations_interrupted';

# Operation number 500 (and so on) stalls for a second, all others take no time to speak of.
sub stalling_operation
{
	my ($slot) = @_;
	return {
		sql        => "SELECT CASE WHEN :slot::integer = $slot THEN pg_sleep(1) END",
		generators => '{"slot": {"type": "sequence", "start": 1}}'
	};
}

sub regular { return { arrival => { rate => $_[0], distribution => 'regular' }, workers => 1 }; }

# --- Coordinated omission ---
# 2,000 slots, but the last, which is due when the run ends. 200 of them are due during the stall and wait for
# 1,000 to 0 ms: a tenth of all, evenly. So p95 is 500 ms and p99 900 ms. Who measures from the start of the operation sees one slow operation in 2,000.
add_test($node, 'stall', [ stalling_operation(500) ], { %{ regular(200) }, test_duration_seconds => 10 });
{
	my $id = run_test($node, 'stall');
	is(execution($node, $id, 'execution_status, load_model, is_valid'), 'COMPLETED|open|t', 'the run is valid');
	is(execution($node, $id, 'operations_ok, operations_skipped'), '1999|0', 'every slot was run');
	my ($p95, $p99, $service_p95, $slowest) = split /\|/,
	  execution($node, $id, 'p95_response_time_ms, p99_response_time_ms, p95_service_time_ms, max_response_time_ms');
	cmp_ok($p95,         '>=', 400,  "response p95 ($p95 ms)");
	cmp_ok($p95,         '<=', 600,  "response p95 ($p95 ms)");
	cmp_ok($p99,         '>=', 800,  "response p99 ($p99 ms)");
	cmp_ok($p99,         '<=', 1000, "response p99 ($p99 ms)");
	cmp_ok($service_p95, '<',  5,    "service p95 ($service_p95 ms)");
	cmp_ok($slowest,     '>=', 1000, 'the stall itself');
	is( execution($node, $id, 'target_rate, achieved_rate'),
		'200.000|199.900', 'and the rate is achieved: all that was due was begun');
	identity_holds($node, $id, 'stall');
}

# --- max_lag_ms ---
# The slots that are due in the first 0.9 s of the stall are too late when it is over.
add_test($node, 'lag limit', [ stalling_operation(100) ],
	{ %{ regular(200) }, test_duration_seconds => 3, max_lag_ms => 100 });
{
	my $id = run_test($node, 'lag limit');
	is( execution($node, $id, 'operations_scheduled, operations_failed, operations_interrupted, '
			  . 'operations_ok + operations_skipped, operations_skipped >= 178'),
		'599|0|0|599|t', 'slots that are too late are skipped, and counted');
	is( execution($node, $id, 'perf_mgmt.count(lag_histogram) = operations_ok, '
			  . 'perf_mgmt.max(lag_histogram) < 500 * 1e6, perf_mgmt.max(service_histogram) >= 1000 * 1e6'),
		't|t|t', 'what was run had not waited for long');
	is(execution($node, $id, 'target_rate > achieved_rate, is_valid'), 't|f', 'they count as not achieved');
	is(findings($node, $id), 'fsync_off rate_not_achieved', 'which is a finding');
	identity_holds($node, $id, 'lag limit');
}

# --- More than can be run ---
add_test($node, 'overload', [ { sql => 'SELECT busy_work(1000)' } ],
	{ %{ regular(100_000) }, test_duration_seconds => 1 });
foreach my $distribution ('regular', 'poisson')
{
	my $id = run_test($node, 'overload', { arrival => { rate => 100_000, distribution => $distribution } });
	is(execution($node, $id, 'execution_status, is_valid'), 'COMPLETED|f', "overload, $distribution: invalid, no error");
	is( value($node, "SELECT finding ->> 'fatal' FROM perf_mgmt.test_executions, jsonb_array_elements(findings) finding "
			  . "WHERE id = '$id' AND finding ->> 'code' = 'rate_not_achieved'"),
		'true', "overload, $distribution: the finding is fatal");
	is( execution($node, $id, 'target_rate BETWEEN 98000 AND 102000, achieved_rate <= 1001, '
			  . 'operations_scheduled BETWEEN 98000 AND 102000, operations_ok <= 1002, operations_failed, operations_interrupted'),
		't|t|t|t|0|0', "overload, $distribution: what was due and what was begun");
	identity_holds($node, $id, "overload, $distribution");
}
processes_are_gone($node, 'overload');

# --- The slots follow from the seed ---
add_test(
	$node, 'drawn',
	[ { sql => 'INSERT INTO drawn VALUES (:value)', type => 'write',
			generators => '{"value": {"type": "integer", "min": 1, "max": 1000000}}' } ],
	{ arrival => { rate => 2000 }, operations => 2000, seed => 11 });

sub draw
{
	my ($table, $config) = @_;
	$node->safe_psql('postgres', 'TRUNCATE drawn');
	my $id = run_test($node, 'drawn', $config);
	$node->safe_psql('postgres', "CREATE TABLE $table AS SELECT value FROM drawn");
	is(execution($node, $id, $sums), '2000|2000|0|0|0', "$table: as many as were asked for");
	is(execution($node, $id, 'load_model, planned_ms IS NULL, is_valid'), 'open|t|t', "$table: an open model");
	identity_holds($node, $id, $table);
	# 2,000 gaps of a mean of 0.5 ms: their sum has a deviation of 2.2 %.
	is( execution($node, $id, 'target_rate, achieved_rate BETWEEN 1800 AND 2200'),
		'2000.000|t', "$table: all at their rate");
	return $id;
}
draw('one_worker',   { workers => 1 });
draw('four_workers', { workers => 4 });
draw('another_seed', { workers => 4, seed => 12 });

sub different
{
	my ($one, $other) = @_;
	return value($node, "SELECT count(*) FROM ((TABLE $one EXCEPT ALL TABLE $other) UNION ALL "
		  . "(TABLE $other EXCEPT ALL TABLE $one)) different");
}
is(different('one_worker', 'four_workers'), '0', 'one worker and four had the same parameters');
cmp_ok(different('one_worker', 'another_seed'), '>', 3900, 'another seed has others');

# --- The closed model has none of this ---
add_test($node, 'closed', [ { sql => 'SELECT 1' } ], { operations => 10, workers => 1 });
{
	my $id = run_test($node, 'closed');
	is(execution($node, $id, 'load_model, target_rate IS NULL, achieved_rate IS NULL, is_valid'),
		'closed|t|t|t', 'a closed model has no rate');
	$id = run_test($node, 'closed', { %{ regular(100) }, operations => 10 });
	is(execution($node, $id, "load_model, $sums"), 'open|10|10|0|0|0', 'the configuration can make it open');
}

done_testing();
