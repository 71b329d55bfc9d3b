# Who looks sees what runs now, and how far it is: in the view, and as notices while waiting. An execution that has
# lost its controller is seen as lost.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use PerfMgmtTest;
use Test::More;

my $node = new_lab('active_executions');
add_test($node, 'closed', [ { sql => 'SELECT pg_sleep(0.001)' } ],
	{ workers => 2, interval_ms => 100, progress_seconds => 0.3,
		stages => [ { name => 'come', duration_seconds => 0, virtual_users => 3 }, { name => 'stay', duration_seconds => 60, virtual_users => 3 } ] });
add_test($node, 'open', [ { sql => 'SELECT 1 / (:n % 4)', generators => '{"n": {"type": "sequence", "start": 1}}' } ],
	{ arrival => { rate => 1000, distribution => 'regular' }, test_duration_seconds => 60, workers => 2, interval_ms => 500, progress_seconds => 0.5 });
add_test($node, 'counted', [ { sql => "SELECT CASE WHEN :n = 60 THEN pg_advisory_xact_lock_shared(4242) END", generators => '{"n": {"type": "sequence", "start": 1}}' } ],
	{ operations => 100, workers => 1, interval_ms => 100, progress_seconds => 0.3 });

sub active { return value($node, "SELECT $_[0] FROM perf_mgmt.active_executions ORDER BY test_name"); }
sub seen
{
	my ($id) = @_;
	wait_for($node, "throughput_tps > 0 FROM perf_mgmt.active_executions WHERE execution_id = '$id'");
	return;
}

is(value($node, 'SELECT count(*) FROM perf_mgmt.active_executions'), '0', 'nothing runs');

# --- The view ---
{
	my $gate    = close_gate($node);
	my $closed  = start_test($node, 'closed');
	my $open    = start_test($node, 'open');
	my $counted = start_test($node, 'counted');
	seen($closed);
	seen($open);
	is( active('test_name, test_version, test_type, execution_environment, state, load_model, started_by = current_user, workers'),
		join("\n", 'closed|1.0|LOAD|development|running|closed|t|2', 'counted|1.0|LOAD|development|running|closed|t|1',
			'open|1.0|LOAD|development|running|open|t|2'),
		'three executions run');
	is( active('execution_id = ' . "ANY (ARRAY['$closed', '$open', '$counted']::uuid[])"), "t\nt\nt", 'these');
	is( value($node, "SELECT stage_name, stage_number, active_virtual_users, target_rate IS NULL, p95_response_time_ms IS NULL OR p95_response_time_ms >= 1, "
			  . "operations_ok > 0, operations_failed, failed_count, error_rate_percent FROM perf_mgmt.active_executions WHERE test_name = 'closed'"),
		'stay|1|3|t|t|t|0|0|0.000000', 'closed model: users');
	is( value($node, "SELECT stage_name, target_rate, throughput_tps BETWEEN 500 AND 1000, p95_response_time_ms > 0, failed_count > 0, "
			  . "error_rate_percent BETWEEN 20 AND 30 FROM perf_mgmt.active_executions WHERE test_name = 'open'"),
		'steady|1000.000|t|t|t|t', 'open model: rate, and failures');
	is( value($node, "SELECT bool_and(share_done_percent BETWEEN 0 AND 90), bool_and(elapsed BETWEEN '0' AND '60 s') "
			  . "FROM perf_mgmt.active_executions WHERE test_name <> 'counted'"),
		't|t', 'the share of the time');
	wait_for($node, "share_done_percent > 0 FROM perf_mgmt.active_executions WHERE test_name = 'counted'");
	is(value($node, "SELECT share_done_percent FROM perf_mgmt.active_executions WHERE test_name = 'counted'"), '59.0', 'or of the operations');
	is( value($node, "SELECT count(*) FROM perf_mgmt.active_executions a JOIN pg_stat_activity s ON s.pid = a.controller_pid "
			  . "WHERE s.backend_type = 'perf_mgmt controller'"),
		'3', 'with their controllers');
	$gate->quit;
	is(wait_for_end($node, $counted), 'COMPLETED', 'one ends');
	is(value($node, "SELECT count(*) FROM perf_mgmt.active_executions"), '2', 'and is active no more');
	value($node, "SELECT perf_mgmt.cancel_execution('$_')") foreach $closed, $open;
	wait_for_end($node, $_) foreach $closed, $open;
	processes_are_gone($node, 'three executions');
	is(value($node, 'SELECT count(*) FROM perf_mgmt.active_executions'), '0', 'nothing runs any more');
}

# --- Progress ---
# The notices of a CALL for so many seconds.
sub progress
{
	my ($name, $stages) = @_;
	my ($status, undef, $messages) = $node->psql('postgres', "CALL perf_mgmt.run_performance_test('$name', 'development', '$stages')");
	return $messages;
}
my $number = qr/\d+\.\d+/;
my $time   = qr/\d[\d.]* [mu]?s/;
like(
	progress('closed', '{"time_scale": 0.02}'),
	qr/^.*NOTICE:  progress: $number s of 1\.2 s \(\d+ %\), stay, $number operations\/s(, p95 $time)?, 0 failed, 3 users$/m,
	'closed model: share, stage, rate, p95, failures, users');
like(
	progress('open', '{"test_duration_seconds": 2}'),
	qr/^.*NOTICE:  progress: $number s of 2\.0 s \(\d+ %\), steady, $number operations\/s of 1000\.0, p95 $time, [1-9]\d* failed$/m,
	'open model: the rate that is wanted');
{
	my $gate    = close_gate($node);
	my $session = start_call($node, "CALL perf_mgmt.run_performance_test('counted')");
	my $id      = running_execution($node, 'counted');
	wait_for($node, "share_done_percent > 0 FROM perf_mgmt.active_executions WHERE execution_id = '$id'");
	wait_for($node, "count(*) >= 8 FROM perf_mgmt.performance_metrics WHERE execution_id = '$id' AND metric_type = 'throughput'");
	$gate->quit;
	my (undef, $messages) = finish_call($session);
	like($messages, qr/progress: $number s \(59 %\), steady/, 'operations: the share of them');
	$session->quit;
}

# --- Lost ---
{
	my $id = start_test($node, 'closed');
	# Intervals are committed asynchronously: the last of them are lost with the server.
	wait_for($node, "count(*) >= 12 FROM perf_mgmt.execution_intervals WHERE execution_id = '$id'");
	$node->stop('immediate');
	$node->start;
	is( value($node, "SELECT execution_id = '$id', state, share_done_percent IS NULL, controller_pid IS NULL, operations_ok > 0 "
			  . "FROM perf_mgmt.active_executions"),
		't|lost|t|t|t', 'an execution whose controller is gone is lost');
	my $next = run_test($node, 'counted');
	is(execution($node, $id, 'execution_status'), 'FAILED', 'and is marked by the next start');
	is(value($node, 'SELECT count(*) FROM perf_mgmt.active_executions'), '0', 'so that nothing is active');
}

done_testing();
