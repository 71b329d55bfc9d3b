# What a test's type gives: STRESS climbs until a limit breaks and says where, SPIKE tells how long the system
# took to come back, ENDURANCE what drifted and grew, VOLUME whether there was data enough.
#
# Operations that are busy for a time by the clock, or sleep for one, give a worker a capacity that is known whatever
# the machine.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use PerfMgmtTest;
use Test::More;

my $node = new_lab('test_types');
add_work($node);

# Members of shape_result as text: numbers without zeros at their end, "-" for null.
sub shape
{
	my ($id, @members) = @_;
	my $columns = join(', ', map {
		"CASE jsonb_typeof(shape_result #> '{$_}') WHEN 'number' THEN trim_scale((shape_result #>> '{$_}')::numeric)::text "
		  . "ELSE coalesce(shape_result #>> '{$_}', '-') END" } @members);
	return execution($node, $id, $columns);
}

my @climb = ('type', 'steps', 'last_good_step', 'last_good_load', 'broken_step', 'broken_load');

# --- STRESS: where it breaks ---
# The steps have 50, 150, 250 ... operations; those from the 201st on, the third step's, fail.
add_test(
	$node, 'stress',
	[ { sql => 'SELECT 1 / CASE WHEN :slot::integer > 200 THEN 0 ELSE 1 END',
			generators => '{"slot": {"type": "sequence", "start": 1}}' } ],
	{   arrival => { rate => 500, distribution => 'regular' }, workers => 2,
		stress  => { start => 50, step => 100, steps => 5, step_seconds => 1 } },
	test_type => 'STRESS', max_error_rate => 5);
{
	my $id = run_test($node, 'stress');
	is(execution($node, $id, 'execution_status, load_model, is_valid'), 'COMPLETED|open|t',
		'stress: a limit that breaks is neither a failure nor a flaw');
	is(shape($id, @climb), 'STRESS|3|2|150|3|250', 'stress: the last good step, and the one that broke');
	is(shape($id, 'broken,0,criterion', 'broken,0,source', 'broken,0,limit', 'broken,1'),
		'max_error_rate_percent|scenario|5|-', 'stress: what broke');
	is(execution($node, $id, "(shape_result #>> '{broken,0,actual}')::numeric > 80"), 't', 'stress: and by how much');
	is( of_execution($node, $id, 'execution_stages', 'stage_number, stage_name, target_from, target_to', 'ORDER BY 1'),
		"1|step_1|50.000|50.000\n2|step_2|150.000|150.000\n3|step_3|250.000|250.000",
		'stress: it does not climb on');
	is(of_execution($node, $id, 'execution_stages', 'bool_and(measured)'), 't', 'stress: all steps are measured');
	is( value($node, "SELECT stage_number, criterion, passed FROM perf_mgmt.evaluate_success_criteria('$id', true) "
			  . "WHERE NOT passed AND stage_number IS NOT NULL ORDER BY 1, 2"),
		'3|max_error_rate_percent|f', 'stress: the criteria of its stages say the same');
	identity_holds($node, $id, 'stress');
	processes_are_gone($node, 'stress');
	$id = run_test($node, 'stress', { stress => { start => 10, step => 10, steps => 3, step_seconds => 0.5 } });
	is(shape($id, @climb, 'broken'), 'STRESS|3|3|30|-|-|[]', 'stress: nothing breaks');
}

# --- STRESS: the load itself breaks it ---
# 2.5 ms an operation are 400 per second: 10 are nothing, of 1,000 most wait, in the mean for 0.3 s.
add_test(
	$node, 'too fast',
	[ { sql => 'SELECT busy_work(2500)' } ],
	{   arrival => { rate => 1000, distribution => 'regular' }, workers => 1,
		stress  => { start => 10, step => 990, steps => 3, step_seconds => 1 } },
	test_type => 'STRESS', thresholds => { max_avg_response_time_ms => 100 });
{
	my $id = run_test($node, 'too fast');
	is(shape($id, @climb), 'STRESS|2|1|10|2|1000', 'stress of rates: too fast');
	is(shape($id, 'broken,0,criterion', 'broken,0,source', 'broken,0,limit'),
		'max_avg_response_time_ms|test|100', 'stress of rates: the limit of the test itself');
	is(execution($node, $id, 'is_valid'), 't', 'stress of rates: what could not be begun is no flaw of it');
	$id = run_test($node, 'too fast', { stress => { start => 1000, step => 1, steps => 2, step_seconds => 1 } });
	is(shape($id, @climb), 'STRESS|1|-|-|1|1000', 'stress of rates: the first step breaks');
}
# The users queue for the one worker: 20 of them respond in 20 times 5 ms.
add_test(
	$node, 'too many',
	[ { sql => 'SELECT busy_work(5000)' } ],
	{ virtual_users => 10, workers => 1, stress => { start => 1, step => 19, steps => 3, step_seconds => 1 } },
	test_type => 'STRESS', thresholds => { max_avg_response_time_ms => 50 });
{
	my $id = run_test($node, 'too many');
	is(shape($id, @climb), 'STRESS|2|1|1|2|20', 'stress of users: too many');
}
{
	# By default ten steps, a fifth of the users and a tenth of the duration each.
	my $id = run_test($node, 'too many', { stress => {}, test_duration_seconds => 1, think_time_ms => 1000 });
	is(shape($id, @climb), 'STRESS|10|10|20|-|-', 'stress by default: to twice the load');
	is(of_execution($node, $id, 'execution_stages', "string_agg(target_to::integer::text, ' ' ORDER BY stage_number)"),
		'2 4 6 8 10 12 14 16 18 20', 'stress by default: steps of a fifth');
}

# --- SPIKE ---
# 20 workers do 200 operations of 100 ms per second: at 40 none ever waits, at 400 for half a second 100 pile up,
# which takes 100 / (200 - 40) s to work off.
add_test(
	$node, 'spike',
	[ { sql => 'SELECT pg_sleep(0.1)' } ],
	{   arrival => { rate => 40, distribution => 'regular' }, workers => 20, test_duration_seconds => 8,
		interval_ms => 200, spike => { multiple => 10, seconds => 0.5 } },
	test_type => 'SPIKE');
{
	my $id = run_test($node, 'spike');
	is( of_execution($node, $id, 'execution_stages', 'stage_name, target_from, target_to', 'ORDER BY stage_number'),
		"before_spike|40.000|40.000\nspike|400.000|400.000\nrecovery|40.000|40.000", 'spike: there and back');
	is(shape($id, 'type', 'metric'), 'SPIKE|avg_response_time_ms', 'spike: the means, of intervals with few values');
	my ($before, $during, $limit, $recovery) = split /\|/, shape($id, 'before_ms', 'during_ms', 'limit_ms', 'recovery_ms');
	cmp_ok($before, '>=', 100, "spike: before it no less than an operation takes ($before ms)");
	cmp_ok(abs($limit - 1.2 * $before), '<', 0.001, "spike: the limit follows from that ($limit ms)");
	cmp_ok($during, '>', $limit, "spike: worse in it ($during ms)");
	cmp_ok($recovery, '>', 0, "spike: it takes its time to recover, and does ($recovery ms)");
	identity_holds($node, $id, 'spike');
}
{
	# The default: five times the target for a fifth of the time.
	my $id = run_test($node, 'spike', { spike => {}, test_duration_seconds => 2 });
	is( of_execution($node, $id, 'execution_stages', 'stage_name, target_to, round(duration_ms, -2)', 'ORDER BY stage_number'),
		"before_spike|40.000|800\nspike|200.000|400\nrecovery|40.000|800", 'spike: the shape by default');
}

# --- ENDURANCE ---
$node->safe_psql('postgres', 'CREATE TABLE growing (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, filler text NOT NULL)');
add_test(
	$node, 'endurance',
	[ { sql => "INSERT INTO growing (filler) VALUES (repeat('x', 1000))", type => 'write' } ],
	{ virtual_users => 2, workers => 2, test_duration_seconds => 4, interval_ms => 200 },
	test_type => 'ENDURANCE');
{
	my $id = run_test($node, 'endurance');
	is( execution($node, $id, "execution_status, shape_result ->> 'type', "
			  . "jsonb_typeof(shape_result -> 'mean_response_drift_percent'), "
			  . "jsonb_typeof(shape_result -> 'throughput_drift_percent'), "
			  . "jsonb_typeof(shape_result -> 'worker_memory_growth_bytes'), shape_result ? 'p95_response_drift_percent'"),
		'COMPLETED|ENDURANCE|number|number|number|t', 'endurance: what drifted');
	is( value($node, "SELECT r ->> 'relation', r ->> 'kind', (r ->> 'bytes_after')::bigint > (r ->> 'bytes_before')::bigint "
			  . "FROM perf_mgmt.test_executions, jsonb_array_elements(shape_result -> 'relations') r WHERE id = '$id' "
			  . "ORDER BY r ->> 'kind'"),
		"public.growing_pkey|index|t\npublic.growing|table|t", 'endurance: table and index grew');
}

# --- VOLUME ---
$node->safe_psql('postgres', q(
	CREATE SCHEMA shop;
	CREATE TABLE shop.orders AS SELECT i AS id FROM generate_series(1, 1000) i;
	CREATE TABLE shop.lines AS SELECT i AS id FROM generate_series(1, 50) i;));
my $count = [ { sql => 'SELECT count(*) FROM shop.orders' } ];
add_test($node, 'volume', $count, { operations => 5, workers => 1 },
	test_type => 'VOLUME', data_size => { orders => 1000, 'shop.lines' => 50 });
my $relations = "SELECT r ->> 'relation', r ->> 'rows', r ->> 'required_rows', r ->> 'satisfied' "
  . "FROM perf_mgmt.test_executions, jsonb_array_elements(shape_result -> 'relations') r WHERE id = ";
{
	my $id = run_test($node, 'volume');
	is(shape($id, 'type', 'satisfied'), 'VOLUME|true', 'volume: enough');
	is(value($node, "$relations '$id' ORDER BY 1"), "orders|1000|1000|true\nshop.lines|50|50|true", 'volume: of both');
	is(execution($node, $id, 'is_valid, operations_ok, test_data_size > 1000000'), 't|5|t', 'volume: valid');
}
$node->safe_psql('postgres', 'DELETE FROM shop.lines WHERE id = 1');
{
	my $id = run_test($node, 'volume');
	is(shape($id, 'type', 'satisfied'), 'VOLUME|false', 'volume: too little');
	is(value($node, "$relations '$id' ORDER BY 1"), "orders|1000|1000|true\nshop.lines|49|50|false", 'volume: of one');
	is( value($node, "SELECT finding ->> 'code', finding ->> 'fatal' FROM perf_mgmt.test_executions, "
			  . "jsonb_array_elements(findings) finding WHERE id = '$id' AND finding ->> 'message' LIKE '%lines%'"),
		'data_too_small|true', 'volume: a finding');
	is(execution($node, $id, 'execution_status, is_valid, operations_ok'), 'COMPLETED|f|5', 'volume: it ran, and is invalid');
}
add_test($node, 'volume of nothing', $count, { operations => 5, workers => 1 },
	test_type => 'VOLUME', data_size => { customers => 1 });
{
	my $id = run_test($node, 'volume of nothing');
	is(value($node, "$relations '$id'"), 'customers||1|false', 'volume: a table that is not there');
	is(execution($node, $id, 'is_valid'), 'f', 'volume: is not enough');
}

# --- The other types hold the target, and report nothing of their own ---
foreach my $type ('BASELINE', 'LOAD')
{
	add_test($node, $type, [ { sql => 'SELECT 1' } ], { test_duration_seconds => 0.3, workers => 1 }, test_type => $type);
	my $id = run_test($node, $type);
	is(execution($node, $id, 'execution_status, shape_result IS NULL'), 'COMPLETED|t', "$type: no shape");
	is(of_execution($node, $id, 'execution_stages', 'stage_name, target_from, target_to'), 'steady|1.000|1.000', "$type: one stage");
}

done_testing();
