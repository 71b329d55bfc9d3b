# The levels of access at work: what a reader sees, what a runner runs, what an author writes, what an admin decides,
# each with no right but those of grant_access; and that nobody gets more than that.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use PerfMgmtTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_lab('access');
$node->safe_psql('postgres', q(
	CREATE ROLE ann LOGIN;
	CREATE ROLE rita LOGIN;
	CREATE ROLE paul LOGIN IN ROLE ann;
	CREATE ROLE adam LOGIN;
	CREATE ROLE nora LOGIN;
	SELECT perf_mgmt.grant_access('rita', 'reader');
	SELECT perf_mgmt.grant_access('paul', 'runner');
	SELECT perf_mgmt.grant_access('ann', 'author');
	SELECT perf_mgmt.grant_access('adam', 'admin');
	CREATE TABLE thing (id integer PRIMARY KEY, name text);
	INSERT INTO thing SELECT i, 'thing ' || i FROM generate_series(1, 100) i;
	GRANT SELECT ON thing TO ann;));

# Runs SQL as a role; returns its output. It must neither fail nor complain.
sub as
{
	my ($role, $sql, $what) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my ($status, $output, $messages) = $node->psql('postgres', "SET client_min_messages = warning;\n\\set VERBOSITY verbose\n$sql",
		extra_params => [ '-U', $role ], on_error_stop => 1);
	ok($status == 0 && $messages eq '', "$role: $what") or diag($messages);
	return $output;
}

sub is_refused
{
	my ($role, $sql, $error, $what) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my ($status, undef, $messages) =
	  $node->psql('postgres', "\\set VERBOSITY verbose\n$sql", extra_params => [ '-U', $role ], on_error_stop => 1);
	isnt($status, 0, "$role: $what: fails");
	like($messages, $error, "$role: $what: says why");
	return;
}

# --- An author ---
as('ann', q(
	INSERT INTO perf_mgmt.load_scenarios (scenario_name, industry_type, scenario_description, virtual_users,
		ramp_up_duration_seconds, test_duration_seconds, ramp_down_duration_seconds, workload_pattern, max_avg_response_time_ms,
		max_p95_response_time_ms, min_throughput_tps, max_error_rate_percent, max_cpu_usage_percent, max_memory_usage_percent)
	VALUES ('things', 'GENERAL', 'looks at things', 1, 0, 1, 0, '{}', 100000, 100000, 0, 0, NULL, NULL);
	INSERT INTO perf_mgmt.parameter_generators (name, definition)
	VALUES ('any_thing', '{"type": "pool", "sql": "SELECT id FROM thing", "column": "id"}');
	INSERT INTO perf_mgmt.workload_operations (scenario_id, operation_name, operation_type, weight_percentage, sql_template,
		parameter_generators, categories)
	SELECT id, 'look', 'read', 100, 'SELECT name FROM thing WHERE id = :id', '{"id": "any_thing"}', '{look}'
	FROM perf_mgmt.load_scenarios WHERE scenario_name = 'things';
	INSERT INTO perf_mgmt.performance_tests (test_name, test_version, test_type, test_configuration, baseline_thresholds, scenario_id)
	SELECT 'things', '1.0', 'LOAD', '{"operations": 60, "workers": 1, "ci_enabled": true, "rounds": 3, "progress_seconds": 0}', '{}', id
	FROM perf_mgmt.load_scenarios WHERE scenario_name = 'things'), 'writes a test of her own');
is(as('ann', "SELECT count(*) FROM perf_mgmt.validate_scenario('things')", 'checks it'), '0', 'in which nothing is wrong');
my $first = as('ann', "CALL perf_mgmt.run_performance_test('things')", 'runs it');
is(execution($node, $first, 'execution_status, started_by, run_as, operations_ok, operations_failed'),
	'COMPLETED|ann|ann|60|0', 'as herself');
as('ann', "SELECT perf_mgmt.simulate_workload('$first', 'look', 1)", 'probes it');
is(of_execution($node, $first, 'query_performance', 'ok_count > 0', "AND execution_context = 'in_transaction'"), 't', 'and the probe is recorded');

# --- A runner, who is a member of the author ---
my $second = as('paul', "CALL perf_mgmt.run_performance_test('things')", 'runs what is of a role that he is a member of');
is(execution($node, $second, 'execution_status, started_by, run_as'), 'COMPLETED|paul|ann', 'with the rights of that role');
is(as('paul', "SELECT perf_mgmt.cancel_execution('$second')", 'may cancel his run'), 'f', 'which has ended');
as('paul', "CALL perf_mgmt.wait_for_execution('$second')", 'waits for it');
{
	# Each in an environment without a baseline: how fast this machine is does not matter.
	my $run = as('paul', "CALL perf_mgmt.ci_gate('abc', 'main', 'staging', p_allow_no_baseline => true)", 'runs the CI gate');
	is( value($node, "SELECT r.overall_status, r.exit_code, r.started_by, t.error IS NULL, r.result #>> '{test_results,0,status}' "
			  . "FROM perf_mgmt.ci_runs r JOIN perf_mgmt.ci_run_tests t ON t.ci_run_id = r.id WHERE r.id = '$run'"),
		'PASSED|0|paul|t|NO_BASELINE', 'which is recorded');
	is(as('paul', "SELECT perf_mgmt.run_ci_performance_tests('abc', 'main', 'testing') ->> 'overall_status'", 'runs the suite in a statement'),
		'NO_BASELINE', 'which says how it went');
}
{
	# Of somebody else's comparison whose session is gone, the next run knows.
	$node->safe_psql('postgres', q(INSERT INTO perf_mgmt.variant_comparisons (test_id, execution_environment, quads, name_a, variant_a, name_b, variant_b)
		SELECT id, 'development', 2, 'A', '{}', 'B', '{}' FROM perf_mgmt.performance_tests WHERE test_name = 'things'));
	my $comparison = as('paul', q(CALL perf_mgmt.compare_variants('things', '{"settings": {"work_mem": "1MB"}, "progress_seconds": 0}',
		'{"settings": {"work_mem": "2MB"}, "progress_seconds": 0}', 2)), 'compares variants');
	is( value($node, "SELECT string_agg(status || ' ' || (id = '$comparison'), ', ' ORDER BY started_at) FROM perf_mgmt.variant_comparisons"),
		'FAILED false, COMPLETED true', 'which is recorded, and the lost one marked');
}
is_refused('paul', "SELECT perf_mgmt.set_baseline('$second')", qr/ERROR:  42501: permission denied for function set_baseline/, 'sets a baseline');
is_refused('paul', "SELECT perf_mgmt.detect_performance_regression('$second')",
	qr/ERROR:  42501: permission denied for function detect_performance_regression/, 'judges');
is_refused('paul', 'DELETE FROM perf_mgmt.performance_baselines',
	qr/ERROR:  42501: permission denied for table performance_baselines/, 'removes a baseline');
is_refused('rita', 'UPDATE perf_mgmt.performance_tests SET is_active = false',
	qr/ERROR:  42501: permission denied for table performance_tests/, 'writes a test');
{
	# A judgement that is missing takes an admin: the gate says that it cannot be passed.
	my $run = as('paul', "SELECT perf_mgmt.begin_ci_run(NULL, 'abc', 'main', 'development', false)", 'begins a CI run step by step');
	$node->safe_psql('postgres', "DELETE FROM perf_mgmt.execution_verdicts WHERE execution_id = '$second'");
	as('paul', "SELECT perf_mgmt.record_ci_step('$run', 1, '$second', NULL)", 'records a step');
	is(as('paul', "SELECT r ->> 'exit_code', r #>> '{test_results,0,error,message}' FROM perf_mgmt.finish_ci_run('$run', true) r", 'finishes it'),
		'2|the execution could not be judged: permission denied for function detect_performance_regression', 'without a verdict, as a failure of the tool');
}

# --- A reader ---
{
	$node->safe_psql('postgres', qq(INSERT INTO perf_mgmt.execution_blockers
		VALUES ('$second', 1, 'look', 'Lock:tuple', 'user "payroll"', 'active', 'UPDATE salary SET secret = 1', 500);
		UPDATE perf_mgmt.query_performance SET wait_samples = '{"Lock:tuple": 500}' WHERE execution_id = '$second'));
	foreach my $format (qw(json markdown junit html text))
	{
		my $report = as('rita', "SELECT perf_mgmt.render_report('$second', '$format')", "has a report as $format");
		cmp_ok(length $report, '>', 100, "which is one ($format)");
		unlike($report, qr/secret/, "without statements of others ($format)");
		like($report, qr/payroll/, 'but with who held the lock') if $format eq 'json';
	}
	like(value($node, "SELECT perf_mgmt.render_report('$second', 'json')"), qr/secret/, 'which a superuser sees');
	$node->safe_psql('postgres', 'GRANT pg_read_all_stats TO rita');
	like(as('rita', "SELECT perf_mgmt.render_report('$second', 'json')", 'has it as a member of pg_read_all_stats'),
		qr/secret/, 'and so does who sees it in pg_stat_activity');
	$node->safe_psql('postgres', 'REVOKE pg_read_all_stats FROM rita');
}
as('rita', $_, 'asks') foreach (
	"SELECT perf_mgmt.render_comparison('$first', '$second')",
	"SELECT perf_mgmt.render_history('things')",
	"SELECT * FROM perf_mgmt.compare_with_baseline('$second')",
	"SELECT * FROM perf_mgmt.regression_verdicts('$second')",
	"SELECT * FROM perf_mgmt.explain_regression('$second')",
	"SELECT * FROM perf_mgmt.noise_floor('things')",
	"SELECT * FROM perf_mgmt.performance_change_points('things')",
	"SELECT * FROM perf_mgmt.evaluate_success_criteria('$second', true)",
	"SELECT perf_mgmt.generate_performance_recommendations('$second')",
	"SELECT perf_mgmt.alert_digest('DAILY')",
	"SELECT perf_mgmt.ci_markdown(result), perf_mgmt.ci_junit(result) FROM perf_mgmt.ci_runs",
	"SELECT * FROM perf_mgmt.performance_dashboard, perf_mgmt.performance_trends, perf_mgmt.top_performance_issues",
	"SELECT * FROM perf_mgmt.grafana_intervals; SELECT * FROM perf_mgmt.grafana_annotations; SELECT * FROM perf_mgmt.active_executions",
	"CALL perf_mgmt.wait_for_execution('$second')",
	"SELECT perf_mgmt.percentile(perf_mgmt.merge(response_histogram), 0.5) FROM perf_mgmt.execution_intervals");
is_refused('rita', "CALL perf_mgmt.run_performance_test('things')",
	qr/ERROR:  42501: permission denied for procedure run_performance_test/, 'starts a run');
is_refused('rita', "SELECT statement FROM perf_mgmt.execution_blockers",
	qr/ERROR:  42501: permission denied for table execution_blockers/, 'reads statements of others');

# --- An admin ---
as('adam', $_, 'decides') foreach (
	"SELECT perf_mgmt.detect_performance_regression('$second')",
	"SELECT perf_mgmt.set_baseline('$first')",
	"SELECT perf_mgmt.update_rolling_baseline('things')",
	"SELECT perf_mgmt.accept_change('things', '$second', 'another machine')",
	"INSERT INTO perf_mgmt.alert_configurations (alert_name, alert_type, threshold_config, alert_severity, notification_channels) "
	  . "VALUES ('slow', 'THRESHOLD', '{\"max_avg_response_time_ms\": 0.0001}', 'LOW', '{}')",
	"SELECT perf_mgmt.check_performance_alerts('$second')",
	"SELECT perf_mgmt.acknowledge_alert(id, 'seen') FROM perf_mgmt.alert_events",
	"SELECT perf_mgmt.finish_execution('$second')",
	"SELECT perf_mgmt.run_maintenance('weekly')");
is(of_execution($node, $second, 'alert_events', 'acknowledged_by, alert_data IS NOT NULL'), 'adam|t', 'an alert with its report, acknowledged');
is(of_execution($node, $second, 'execution_events', "count(*) FILTER (WHERE event_type LIKE 'ALERT%')"), '0', 'nothing went wrong with it');
is(value($node, "SELECT result -> 'errors' FROM perf_mgmt.maintenance_runs"), '[]', 'nor with maintenance');
is(as('adam', "SELECT perf_mgmt.purge_history('0 days', p_keep_baselines => true) > 0", 'purges'), 't', 'what no baseline needs');
is_refused('adam', "UPDATE perf_mgmt.test_executions SET run_spec = '{}'",
	qr/ERROR:  42501: permission denied for table test_executions/, 'writes what a run measured');
is(as('adam', "UPDATE perf_mgmt.workload_operations SET sql_template = 'SELECT 1'; SELECT 'unchanged'", 'writes code of others'), 'unchanged',
	'of which he has none to write');
is(value($node, "SELECT count(*) FROM perf_mgmt.workload_operations WHERE sql_template = 'SELECT 1'"), '0', 'and none is written');
is_refused('adam', "CALL perf_mgmt.run_performance_test('things')",
	qr/ERROR:  42501: permission denied to run scenario "things"/, 'runs what is of a role that he is no member of');
is_refused('adam', "SELECT perf_mgmt.grant_access('nora', 'reader')",
	qr/ERROR:  42501: permission denied for function grant_access/, 'gives access');

# --- Somebody else ---
is_refused('nora', 'SELECT * FROM perf_mgmt.performance_tests', qr/ERROR:  42501: permission denied for schema perf_mgmt/, 'looks');

# --- A dump takes the rights along, and roles can go ---
$node->safe_psql('postgres', "SELECT perf_mgmt.revoke_access('adam'); DROP ROLE adam;");
is(value($node, 'SELECT string_agg(role_name || access_level, $$ $$ ORDER BY role_name) FROM perf_mgmt.granted_access'),
	'annauthor paulrunner ritareader', 'who has which level');
{
	my $file = PostgreSQL::Test::Utils::tempdir() . '/dump.sql';
	$node->command_ok([ 'pg_dump', '-h', $node->host, '-p', $node->port, '-f', $file, 'postgres' ], 'a dump is made');
	$node->safe_psql('postgres', 'CREATE DATABASE restored');
	$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-h', $node->host, '-p', $node->port, '-f', $file, 'restored' ],
		'and restored');
	is($node->safe_psql('restored', 'SELECT string_agg(role_name || access_level, $$ $$ ORDER BY role_name) FROM perf_mgmt.granted_access'),
		'annauthor paulrunner ritareader', 'with the rights');
}
processes_are_gone($node, 'at the end');

done_testing();
