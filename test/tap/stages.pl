# Stages: the load goes from target to target, each stage has its own statistics, and together they are the
# result. Who leaves on a ramp down finishes first. Pacing keeps a user's operations apart.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use PerfMgmtTest;
use Test::More;

my $node = new_lab('stages');
add_work($node);

# Tests that the stages add up to the execution: counts, and the histograms bucket by bucket.
sub stages_add_up
{
	my ($id, $what) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	foreach my $count ('ok', 'failed', 'skipped', 'interrupted')
	{
		is( value($node, "SELECT operations_$count = (SELECT sum(${count}_count) FROM perf_mgmt.execution_stages s "
				  . "WHERE s.execution_id = e.id AND measured) FROM perf_mgmt.test_executions e WHERE id = '$id'"),
			't', "$what: $count of the stages and of the execution");
	}
	foreach my $histogram ('response_histogram', 'service_histogram', 'lag_histogram')
	{
		is( value($node, "SELECT $histogram\::text = (SELECT perf_mgmt.merge($histogram)::text "
				  . "FROM perf_mgmt.execution_stages s WHERE s.execution_id = e.id AND measured) "
				  . "FROM perf_mgmt.test_executions e WHERE id = '$id'"),
			't', "$what: $histogram of the stages and of the execution");
	}
	return;
}

# An interval belongs to one stage: it begins and ends with it. The controller wakes a little late, hence
# the margin; without cuts an interval of 700 ms would reach 300 ms and more into the next stage.
sub intervals_are_cut
{
	my ($id, $what) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	is( value($node, qq(
			SELECT count(*) > 0, bool_and(i.started_at >= s.started_at - interval '150 ms'
				AND i.ended_at <= s.ended_at + interval '150 ms')
			FROM perf_mgmt.execution_intervals i
			JOIN perf_mgmt.execution_stages s USING (execution_id, stage_number)
			WHERE execution_id = '$id')),
		't|t', "$what: no interval reaches over the end of its stage");
	is( value($node, qq(
			SELECT count(*) FROM perf_mgmt.execution_stages s WHERE execution_id = '$id' AND ok_count <> coalesce((
				SELECT sum(i.ok_count) FROM perf_mgmt.execution_intervals i
				WHERE i.execution_id = s.execution_id AND i.stage_number = s.stage_number), 0)
			AND stage_number < (SELECT max(stage_number) FROM perf_mgmt.execution_stages WHERE execution_id = '$id'))),
		'0', "$what: the intervals of a stage add up to it");
	return;
}

my $stages = 'stage_number, stage_name, measured, target_from, target_to';

# --- Users ---
add_test(
	$node, 'users',
	[ { sql => 'SELECT pg_sleep(0.02)' } ],
	{   workers => 4, warmup_seconds => 0.5, interval_ms => 700,
		stages => [
			{ name => 'climb', duration_seconds => 1, virtual_users => 4 },
			{ name => 'top',   duration_seconds => 1, virtual_users => 4 },
			{ duration_seconds => 0, virtual_users => 2 },
			{ name => 'low',   duration_seconds => 1, virtual_users => 2 },
			{ name => 'leave', duration_seconds => 1, virtual_users => 0 } ] });
{
	my $id = run_test($node, 'users');
	is(execution($node, $id, 'execution_status, load_model, operations_failed, operations_interrupted, planned_ms'),
		'COMPLETED|closed|0|0|4500.000000', 'stages of users');
	is( of_execution($node, $id, 'execution_stages', $stages, 'ORDER BY stage_number'),
		join("\n",
			'1|warm_up|f|4.000|4.000', '2|climb|t|0.000|4.000', '3|top|t|4.000|4.000',
			'4|low|t|2.000|2.000',     '5|leave|t|2.000|0.000'),
		'the stages that last, and the warm-up at the first load');
	is( of_execution($node, $id, 'execution_stages',
			'bool_and(abs(duration_ms - CASE stage_number WHEN 1 THEN 500 ELSE 1000 END) < 200), '
			  . "bool_and(abs(extract(epoch FROM ended_at - started_at) * 1000 - duration_ms) < 1)"),
		't|t', 'they are as long as they should be');
	is( of_execution($node, $id, 'execution_intervals',
			"DISTINCT stage_number, active_virtual_users", 'AND stage_number IN (1, 3, 4) ORDER BY 1'),
		"1|4\n3|4\n4|2", 'the jump is one');
	is( of_execution($node, $id, 'execution_stages',
			'bool_and(throughput_tps BETWEEN 0.9 * ok_count / duration_ms * 1000 AND 1.1 * ok_count / duration_ms * 1000), '
			  . 'bool_and(avg_response_time_ms >= 20), bool_and(min_response_time_ms <= p50_response_time_ms), '
			  . 'bool_and(max_response_time_ms >= p50_response_time_ms)'),
		't|t|t|t', 'each has its figures');
	cmp_ok(of_execution($node, $id, 'execution_stages', "max(ok_count) FILTER (WHERE stage_name = 'top') * 1.0 "
			  . "/ max(ok_count) FILTER (WHERE stage_name = 'low')"),
		'>', 1.5, 'four users do more than two');
	stages_add_up($id, 'users');
	intervals_are_cut($id, 'users');
	identity_holds($node, $id, 'users');
}

# --- A ramp down lets running operations finish ---
# Each takes longer than the whole ramp down: all four users leave in the middle of one.
add_test(
	$node, 'leaving',
	[ { sql => 'SELECT pg_sleep(0.9)' } ],
	{   workers => 4,
		stages  => [
			{ duration_seconds => 0, virtual_users => 4 },
			{ duration_seconds => 0.5, virtual_users => 4 },
			{ duration_seconds => 0.3, virtual_users => 0 } ] });
{
	my $id = run_test($node, 'leaving');
	is(execution($node, $id, 'execution_status, operations_scheduled, operations_ok, operations_interrupted'),
		'COMPLETED|4|4|0', 'who leaves finishes first');
	is( of_execution($node, $id, 'execution_stages', 'stage_name', 'ORDER BY stage_number'),
		"stage_2\nstage_3", 'a stage without a name has its number');
	stages_add_up($id, 'leaving');
}

# --- Rates ---
add_test(
	$node, 'rates',
	[ { sql => 'SELECT 1' } ],
	{   workers => 2, interval_ms => 700, arrival => { distribution => 'regular' },
		stages => [
			{ name => 'up',     duration_seconds => 1, rate => 100 },
			{ name => 'steady', duration_seconds => 1, rate => 100 },
			{ duration_seconds => 0, rate => 300 },
			{ name => 'high',   duration_seconds => 1, rate => 300 },
			{ name => 'nobody', duration_seconds => 0, rate => 0 },
			{ name => 'silent', duration_seconds => 1, rate => 0 },
			{ name => 'again',  duration_seconds => 1, rate => 200 } ] });
{
	my $id = run_test($node, 'rates');
	# The areas under the line: 50 + 100 + 300 + 0 + 100; the last slot is due when the run ends.
	is(execution($node, $id, 'execution_status, load_model, operations_ok, operations_scheduled, is_valid'),
		'COMPLETED|open|549|549|t', 'what is due is the integral of the rate');
	is( of_execution($node, $id, 'execution_stages', $stages, 'ORDER BY stage_number'),
		join("\n",
			'1|up|t|0.000|100.000', '2|steady|t|100.000|100.000', '3|high|t|300.000|300.000',
			'4|silent|t|0.000|0.000', '5|again|t|0.000|200.000'),
		'the stages of a rate');
	is( of_execution($node, $id, 'execution_stages',
			'bool_and(abs(ok_count - CASE stage_number WHEN 1 THEN 50 WHEN 2 THEN 100 WHEN 3 THEN 300 WHEN 4 THEN 0 ELSE 100 END) <= 30)'),
		't', 'each with what was due in it');
	is( of_execution($node, $id, 'execution_intervals', 'min(target_rate) >= 299 AND max(target_rate) <= 301', 'AND stage_number = 3'),
		't', 'the intervals have the rate');
	stages_add_up($id, 'rates');
	intervals_are_cut($id, 'rates');
	identity_holds($node, $id, 'rates');
}

# Poisson arrivals thin out on a ramp down: none is left behind, but for one that is due just before the end.
{
	my $id = run_test($node, 'rates', { arrival => { distribution => 'poisson' }, seed => 3, max_lag_ms => 5000 });
	is( execution($node, $id, 'execution_status, operations_scheduled BETWEEN 450 AND 650, '
			  . 'operations_scheduled = operations_ok + operations_skipped, operations_ok > 0, is_valid'),
		'COMPLETED|t|t|t|t', 'Poisson arrivals along stages');
	stages_add_up($id, 'rates, Poisson');
}

# --- Pacing ---
add_test($node, 'pacing', [ { sql => 'SELECT pg_sleep(0.01)' } ],
	{ test_duration_seconds => 3, pacing_ms => 100, virtual_users => 2, workers => 2 });
{
	my $id = run_test($node, 'pacing');
	# At most one more per user than the time has room for; an unpaced user would do 300.
	is(execution($node, $id, 'operations_ok BETWEEN 40 AND 62, operations_failed'), 't|0', 'a user begins every 100 ms');
	cmp_ok(execution($node, $id, 'p50_response_time_ms'), '<', 100, 'the pause is no part of the response time');
	identity_holds($node, $id, 'pacing');
}
{
	# An operation that takes longer than the pacing is followed by the next at once.
	my $id = run_test($node, 'pacing', { pacing_ms => 5, test_duration_seconds => 1 });
	cmp_ok(execution($node, $id, 'operations_ok'), '>', 62, 'pacing does not slow down what is slower anyway');
}

done_testing();
