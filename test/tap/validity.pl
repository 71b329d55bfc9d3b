# What limits a result's validity is found and stored with it; what is fatal makes it invalid. Each finding is
# provoked here, but those that only another machine or build could give.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use JSON::PP;
use PerfMgmtTest;
use Test::More;

# PostgreSQL's test framework turns fsync off.
my $node = new_lab('validity', 'fsync = on', 'autovacuum = off', 'checkpoint_timeout = 1h', 'max_worker_processes = 8');
add_work($node);
add_test($node, 'quiet', [ { sql => 'SELECT busy_work(1000)' } ], { test_duration_seconds => 1, workers => 1 });

sub finding
{
	my ($id, $code) = @_;
	return value($node, "SELECT finding ->> 'message', finding ->> 'fatal' FROM perf_mgmt.test_executions, "
		  . "jsonb_array_elements(findings) finding WHERE id = '$id' AND finding ->> 'code' = '$code'");
}

# Tests that there is this finding, with this message.
sub found
{
	my ($id, $code, $message, $fatal) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	like(finding($id, $code), qr/^$message.*\|@{[$fatal ? 'true' : 'false']}$/, "$code is found");
	is(execution($node, $id, 'is_valid'), $fatal ? 'f' : 't', $fatal ? "$code: invalid" : "$code: valid all the same");
	return;
}

# --- Nothing ---
{
	my $id = run_test($node, 'quiet');
	is(findings($node, $id), '', 'a quiet run has no finding of its own');
	is(execution($node, $id, 'is_valid, checkpoints, autovacuum_runs'), 't|0|0', 'and is valid');
	is(execution($node, $id, 'others_cpu_percent BETWEEN 0 AND 100, worker_cpu_ms > 0'), 't|t', 'the CPU was looked at');
	is( value($node, "SELECT count(*) FROM perf_mgmt.test_executions, jsonb_array_elements(findings) f "
			  . "WHERE NOT (f ? 'code' AND f ? 'message' AND jsonb_typeof(f -> 'fatal') = 'boolean')"),
		'0', 'every finding has its members');
}

# --- Other sessions ---
{
	my $session = $node->background_psql('postgres');
	my $pid     = $session->query_safe('SELECT pg_backend_pid()');
	$session->query_safe('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1');
	# A short transaction would be none to speak of.
	wait_for($node, "clock_timestamp() - xact_start > interval '1 s' FROM pg_stat_activity WHERE pid = $pid");
	my $id = run_test($node, 'quiet');
	found($id, 'horizon_held', "1 other session held back vacuum .*process $pid\\b.*");
	is(finding($id, 'other_sessions_active'), '', 'an idle session is not active');
	$session->quit;
}
{
	my $session = start_call($node, 'SELECT busy_work(600000000)');
	my $id      = run_test($node, 'quiet');
	found($id, 'other_sessions_active', 'Other sessions were active at \d+ of \d+ looks?\b');
	value($node, "SELECT pg_cancel_backend($session->{backend})");
	finish_call($session);
	$session->quit;
}
{
	my $session = start_call($node, "SELECT perf_mgmt.execute_performance_test('quiet', 'development', '{\"wait\": true}')");
	my ($id) = finish_call($session);
	chomp $id;
	found($id, 'horizon_held', 'The caller waited inside a transaction');
	$session->quit;
}

# --- The server's own work ---
foreach my $setting ('fsync', 'full_page_writes')
{
	$node->safe_psql('postgres', "ALTER SYSTEM SET $setting = off");
	$node->reload;
	wait_for($node, "setting = 'off' FROM pg_settings WHERE name = '$setting'");
	found(run_test($node, 'quiet'), "${setting}_off", '.*');
	$node->safe_psql('postgres', "ALTER SYSTEM RESET $setting");
	$node->reload;
	wait_for($node, "setting = 'on' FROM pg_settings WHERE name = '$setting'");
}
{
	my $id = start_test($node, 'quiet', { test_duration_seconds => 4, interval_ms => 100 });
	wait_for($node, "count(*) >= 3 FROM perf_mgmt.execution_intervals WHERE execution_id = '$id'");
	value($node, 'CHECKPOINT');
	is(wait_for_end($node, $id), 'COMPLETED', 'a checkpoint in the window');
	found($id, 'checkpoint', '1 checkpoint fell into the measured window');
	is(execution($node, $id, 'checkpoints'), '1', 'it is counted');
}

# --- Processes ---
{
	my ($status, $id) = $node->psql('postgres', "CALL perf_mgmt.run_performance_test('quiet', 'development', "
		  . "'{\"workers\": 20, \"virtual_users\": 20}')");
	found($id, 'too_few_workers', '\d of 20 workers could be started');
	like(finding($id, 'parallel_query_slots'), qr/\|false$/, 'none is left for parallel queries');
}

# --- The load ---
add_test($node, 'failing', [ { sql => 'SELECT 1 / (:n % 2)', generators => '{"n": {"type": "sequence", "start": 1}}' } ],
	{ operations => 100, workers => 1 }, max_error_rate => 10);
found(run_test($node, 'failing'), 'error_rate', '.*50.*10', 1);
{
	$node->safe_psql('postgres', "UPDATE perf_mgmt.load_scenarios SET max_error_rate_percent = 50 WHERE scenario_name = 'failing'");
	my $id = run_test($node, 'failing');
	is(execution($node, $id, 'error_rate_percent, is_valid'), '50.000000|t', 'an error rate at the limit is within it');
	is(finding($id, 'error_rate'), '', 'and no finding');
}
add_test($node, 'rate', [ { sql => 'SELECT busy_work(10000)' } ],
	{ arrival => { rate => 200, distribution => 'regular' }, test_duration_seconds => 1, workers => 1 });
found(run_test($node, 'rate'), 'rate_not_achieved', '.*', 1);

# --- Success criteria ---
add_test(
	$node, 'limits',
	[ { sql => 'SELECT busy_work(20000)' } ],
	{ test_duration_seconds => 60, workers => 1, interval_ms => 200, abort_on_fail => JSON::PP::true },
	max_p95_ms => 10, max_avg_ms => 50_000, thresholds => { max_avg_response_time_ms => 5, min_throughput_tps => 1 });
{
	my $id = run_test($node, 'limits');
	is(execution($node, $id, 'execution_status, duration_ms < 30000'), 'COMPLETED|t', 'abort_on_fail ends the run early');
	found($id, 'aborted', '.*max_avg_response_time_ms', 1);
	is( value($node, "SELECT criterion, source, threshold, actual >= 20, passed FROM perf_mgmt.evaluate_success_criteria('$id') "
			  . "WHERE NOT passed ORDER BY 1, 2"),
		'max_avg_response_time_ms|test|5|t|f', 'the criteria tell which limit broke');
	is( value($node, "SELECT passed FROM perf_mgmt.evaluate_success_criteria('$id') WHERE criterion = 'min_throughput_tps' AND source = 'test'"),
		't', 'and which did not');
	is( value($node, "SELECT string_agg(DISTINCT criterion, ' ' ORDER BY criterion) FROM perf_mgmt.evaluate_success_criteria('$id') WHERE source = 'scenario'"),
		'max_avg_response_time_ms max_error_rate_percent max_p95_response_time_ms min_throughput_tps',
		'those of the scenario are judged too');
	is( value($node, "SELECT actual IS NULL, passed IS NULL FROM perf_mgmt.evaluate_success_criteria('$id') "
			  . "WHERE criterion = 'max_p95_response_time_ms'"),
		't|t', 'too few values for a percentile: cannot be told')
	  if execution($node, $id, 'operations_ok') < 200;

	$id = run_test($node, 'limits', { abort_on_fail => JSON::PP::false, test_duration_seconds => 1 });
	is(execution($node, $id, 'execution_status, is_valid, measured_ms >= 999'), 'COMPLETED|t|t',
		'without it the run goes on, and stays valid: the criteria judge it');
	identity_holds($node, $id, 'limits');
	# Limits that are changed later do not rewrite what was judged.
	$node->safe_psql('postgres', "UPDATE perf_mgmt.performance_tests SET baseline_thresholds = '{}' WHERE test_name = 'limits'");
	is( value($node, "SELECT count(*) FROM perf_mgmt.evaluate_success_criteria('$id') WHERE source = 'test'"),
		'2', 'the limits are those of the time of the run');
}
{
	my ($status, undef, $error) = $node->psql('postgres',
		"SELECT * FROM perf_mgmt.evaluate_success_criteria('00000000-0000-0000-0000-000000000000')");
	like($error, qr/execution "00000000-0000-0000-0000-000000000000" does not exist/, 'criteria of no execution');
}

# --- Autovacuum: a slow one, that is at work all the time ---
{
	$node->safe_psql('postgres', "ALTER SYSTEM SET $_") foreach "autovacuum_naptime = '1s'", 'autovacuum = on';
	$node->safe_psql('postgres', q(
		CREATE TABLE vacuumed (n integer) WITH (autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0,
			autovacuum_vacuum_cost_delay = 100, autovacuum_vacuum_cost_limit = 1);
		INSERT INTO vacuumed SELECT generate_series(1, 100000);
		DELETE FROM vacuumed;));
	$node->reload;
	wait_for($node, "EXISTS (SELECT FROM pg_stat_progress_vacuum WHERE relid = 'vacuumed'::regclass)");
	my $id = run_test($node, 'quiet');
	found($id, 'autovacuum', 'Autovacuum worked in this database \(seen at \d+ of \d+ looks?\)');
	$node->safe_psql('postgres', 'ALTER SYSTEM SET autovacuum = off');
	$node->reload;
}

done_testing();
