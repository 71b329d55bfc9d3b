# CI with real runs: perf-ci's exit status 0 to 3, its files, what a failing test leaves of the others, the
# gate and the function; the report against its schema; notifications; maintenance by pg_cron.
#
# How long the tests' operations sleep stands in a table, so that a test is a regression by will: it gets
# twelve times slower, which no noise does.
use strict;
use warnings;
use File::Basename 'basename';
use FindBin;
use lib $FindBin::RealBin;
use JSON::PP;
use PerfMgmtTest;
use PostgreSQL::Test::Utils;
use Test::More;

my ($perf_ci) = grep { -f $_ } "$FindBin::RealBin/perf-ci",            "$FindBin::RealBin/../../scripts/perf-ci";
my ($schema)  = grep { -f $_ } "$FindBin::RealBin/report.schema.json", "$FindBin::RealBin/../../docs/report.schema.json";

my $has_cron = -f `pg_config --sharedir` =~ s/\s+$//r . '/extension/pg_cron.control';
my $node     = new_lab('ci', $has_cron ? ("shared_preload_libraries = 'pg_cron'", "cron.database_name = 'postgres'") : ());
my $folder   = PostgreSQL::Test::Utils::tempdir();
$node->safe_psql('postgres', "CREATE TABLE knob (name text PRIMARY KEY, microseconds bigint)");

# What else goes on on this machine must not decide: every round counts as quiet.
$node->safe_psql('postgres', q(
	CREATE FUNCTION all_quiet() RETURNS trigger LANGUAGE plpgsql AS $$
	BEGIN
		NEW.is_quiet := true;
		NEW.disturbances := '[]';
		RETURN NEW;
	END $$;
	CREATE TRIGGER all_quiet BEFORE INSERT ON perf_mgmt.execution_rounds FOR EACH ROW EXECUTE FUNCTION all_quiet();));

# A test of the CI suite that takes as long as its knob says; it runs in the environment "lab" alone.
sub add_ci_test
{
	my ($name, %options) = @_;
	my $sql = delete $options{sql} || "SELECT pg_sleep(microseconds / 1e6) FROM knob WHERE name = '$name'";
	$node->safe_psql('postgres', "INSERT INTO knob VALUES ('$name', 2000)");
	add_test($node, $name, [ { name => 'work', sql => $sql } ],
		{   ci_enabled => JSON::PP::true, environments => ['lab'], rounds => 1, quiet => JSON::PP::false,
			operations => 200, workers => 1, progress_seconds => 0 },
		%options);
	return;
}
sub turn
{
	my ($name, $microseconds) = @_;
	$node->safe_psql('postgres', "UPDATE knob SET microseconds = $microseconds WHERE name = '$name'");
	return;
}
sub activate
{
	my ($name, $active) = @_;
	$node->safe_psql('postgres', "UPDATE perf_mgmt.performance_tests SET is_active = $active WHERE test_name = '$name'");
	return;
}

# Runs perf-ci; returns its exit status, the result, and what it said.
sub perf_ci
{
	my (@arguments) = @_;
	local $ENV{PGHOST}     = $node->host;
	local $ENV{PGPORT}     = $node->port;
	local $ENV{PGDATABASE} = 'postgres';
	my @command = ($perf_ci, '--commit', 'abc<1>', '--branch', 'main', '--environment', 'lab', '--junit', "$folder/junit.xml",
		'--markdown', "$folder/report.md", '--json', "$folder/result.json", @arguments);
	my ($out, $err) = ('', '');
	IPC::Run::run(\@command, '<', \undef, '>', \$out, '2>', \$err);
	my $status = $? >> 8;
	my $json   = -s "$folder/result.json" ? decode_json(slurp_file("$folder/result.json")) : undef;
	return ($status, $json, $err);
}
my $has_xml = value($node, "SELECT count(*) FROM pg_config WHERE name = 'CONFIGURE' AND setting LIKE '%--with-libxml%'");

# What an XPath expression gives for the JUnit file; it must be well-formed XML for that.
sub junit
{
	my ($expression) = @_;
	my $xml = slurp_file("$folder/junit.xml");
	$xml =~ s/'/''/g;
	return value($node, "SELECT (xpath('$expression', xmlparse(DOCUMENT '$xml')))[1]::text");
}
sub junit_is
{
	my ($expression, $expected, $name) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
  SKIP:
	{
		skip 'the server was built without libxml', 1 unless $has_xml;
		is(junit($expression), $expected, $name);
	}
	return;
}
# Of a result: test => value of that member.
sub of_tests
{
	my ($result, $member) = @_;
	return join(', ', map { "$_->{test_name}: " . (defined $_->{$member} ? $_->{$member} : '-') } @{ $result->{test_results} });
}

# --- 3: no test, no baseline ---
{
	my ($status, $result, $err) = perf_ci();
	is($status, 3, 'no test at all cannot be told');
	is($result->{overall_status}, 'NO_TESTS', 'and is said');
	like($err, qr/ERROR:  no performance test is enabled for CI in environment "lab"/, 'on the terminal too');
	junit_is('count(//skipped)', '1', 'JUnit: as a skipped case, not as an empty suite');
	like(slurp_file("$folder/report.md"), qr/^# Performance: NO_TESTS$/m, 'and in Markdown');
}
add_ci_test('steady');
add_ci_test('other');
add_ci_test('worse');
# An older version, that must not run, and a test of somewhere else
$node->safe_psql('postgres', q(
	INSERT INTO perf_mgmt.performance_tests (test_name, test_version, test_type, test_configuration, baseline_thresholds, scenario_id)
	SELECT 'steady', '0.9', test_type, test_configuration, '{}', scenario_id FROM perf_mgmt.performance_tests WHERE test_name = 'steady';
	INSERT INTO perf_mgmt.performance_tests (test_name, test_version, test_type, test_configuration, baseline_thresholds, scenario_id)
	SELECT 'elsewhere', '1.0', test_type, test_configuration || '{"environments": ["moon"]}', '{}', scenario_id
	FROM perf_mgmt.performance_tests WHERE test_name = 'steady' AND test_version = '1.0';));
{
	my ($status, $result, $err) = perf_ci();
	is($status, 3, 'a first run cannot be told');
	is($result->{overall_status}, 'NO_BASELINE', 'for want of a baseline');
	is(of_tests($result, 'status'), 'other: NO_BASELINE, steady: NO_BASELINE, worse: NO_BASELINE', 'each test says so, and runs once');
	is(of_tests($result, 'test_version'), 'other: 1.0, steady: 1.0, worse: 1.0', 'in its newest version');
	is(join(' ', map { $_->{test_name} } @{ $result->{skipped_tests} }), 'elsewhere', 'what is left out is said');
	like($err, qr/NOTICE:  running test 2 of 3, "steady"/, 'progress is shown');
	like($err, qr/NOTICE:  test 2 of 3, "steady": NO_BASELINE$/m, 'and what came of each test');
	like($result->{test_results}[0]{reason}, qr/ has no active baseline in environment "lab"\. This execution qualifies as the first one\.$/,
		'the reason says what becomes of the run');
	like(value($node, "SELECT perf_mgmt.render_report('$result->{test_results}[0]{execution_id}')"),
		qr/^  Since this verdict: The execution itself is the INITIAL baseline of test "other"\.$/m, 'and its report what it is since then');
	junit_is('count(/testsuites/testsuite)', '3', 'JUnit: a suite per test');
	junit_is('count(//testsuite[testcase/skipped])', '3', 'JUnit: skipped');
	is(value($node, "SELECT string_agg(test_name || ' ' || baseline_type, ', ' ORDER BY test_name) FROM perf_mgmt.performance_baselines"),
		'other INITIAL, steady INITIAL, worse INITIAL', 'the runs became the INITIAL baselines');
	is(value($node, "SELECT DISTINCT metadata ->> 'git_commit', metadata ->> 'branch', metadata ->> 'ci_execution' FROM perf_mgmt.test_executions"),
		'abc<1>|main|true', 'commit and branch are kept with the executions');
}

# --- 0 ---
# Thresholds that no noise reaches: it is not the statistics that are tested here.
$node->safe_psql('postgres', 'UPDATE perf_mgmt.performance_baselines SET response_time_threshold_percent = 300, throughput_threshold_percent = -75');
{
	my ($status, $result, $err) = perf_ci();
	is($status, 0, 'no regression passes') or diag($err);
	is($result->{overall_status}, 'PASSED', 'and says so');
	is(of_tests($result, 'status'), 'other: PASSED, steady: PASSED, worse: PASSED', 'of each test');
	# (page 5: completed_at - started_at is 0; two active versions run the old one)
	foreach my $test (@{ $result->{test_results} })
	{
		my ($version, $seconds) = split /\|/,
		  value($node, "SELECT t.test_version, extract(epoch FROM e.completed_at - e.started_at) FROM perf_mgmt.test_executions e "
			  . "JOIN perf_mgmt.performance_tests t ON t.id = e.test_id WHERE e.id = '$test->{execution_id}'");
		is($version, '1.0', "$test->{test_name}: the newest version was executed");
		cmp_ok($test->{duration_seconds}, '>', 0, "$test->{test_name}: it took some time");
		cmp_ok($test->{duration_seconds}, '<=', $seconds + 0.001, "$test->{test_name}: between its start and its end");
	}
	junit_is('count(//failure | //error)', '0', 'JUnit: nothing failed');
	junit_is('string(//testsuite[@name="steady"]/properties/property[@name="git_commit"]/@value)', 'abc&lt;1&gt;', 'JUnit: the commit');
	like(slurp_file("$folder/report.md"), qr/^# Performance: PASSED$/m, 'Markdown: passed');
	is(value($node, "SELECT overall_status, exit_code FROM perf_mgmt.ci_runs ORDER BY started_at DESC LIMIT 1"), 'PASSED|0', 'the invocation is kept');
}
add_ci_test('new');
{
	my ($status, $result) = perf_ci('--allow-no-baseline');
	is($status, 0, 'with --allow-no-baseline a new test does not matter');
	is(of_tests($result, 'status'), 'new: NO_BASELINE, other: PASSED, steady: PASSED, worse: PASSED', 'and is shown all the same');
}
activate('new', 'false');

# --- 1 ---
turn('worse', 25_000);
{
	my ($status, $result, $err) = perf_ci('--html', "$folder/pages");
	is($status, 1, 'a regression is 1') or diag($err);
	is(join(' ', map { basename($_) } sort glob "$folder/pages/*"), 'perf-1-other.html perf-2-steady.html perf-3-worse.html',
		'a page for each test');
	like(slurp_file("$folder/pages/perf-3-worse.html"), qr/^<!doctype html>.*worse.*<\/html>\s*\z/is, 'whole, and of that test');
	is(of_tests($result, 'status'), 'other: PASSED, steady: PASSED, worse: FAILED', 'of the test that has it');
	is($result->{test_results}[2]{verdict}, 'REGRESSION', 'by its verdict');
	ok($result->{test_results}[2]{confirmation_execution_id}, 'which a repetition confirmed');
	is(value($node, "SELECT count(*) FROM perf_mgmt.test_executions WHERE id = '$result->{test_results}[2]{confirmation_execution_id}' "
			  . "AND confirms_execution_id = '$result->{test_results}[2]{execution_id}'"), '1', 'of that execution');
	is(value($node, "SELECT count(*) FROM perf_mgmt.test_executions WHERE confirms_execution_id IS NOT NULL"), '1', 'what passed was not repeated');
	like($err, qr/ERROR:  2 of 3 performance tests passed, 1 with a regression/, 'it is said');
	like($err, qr/worse: FAILED/, 'and of which test');
	like($err, qr/NOTICE:  test 3 of 3, "worse": [A-Z]+, to be repeated\n(?:.*\n)*.*NOTICE:  test 3 of 3, "worse", repeated: REGRESSION, confirmed\n/,
		'and told as it goes');
	junit_is('count(//testsuite[@name="worse"]//failure) > 0', 'true', 'JUnit: failures');
	junit_is('count(//testsuite[@name="other"]//failure)', '0', 'JUnit: of that test alone');
	junit_is('sum(/testsuites/testsuite/@failures) = count(//failure)', 'true', 'JUnit: as many as are told');
	like(slurp_file("$folder/report.md"), qr/^\| worse \| regression \|.*\n\| other \| passed \|/m, 'Markdown: the worst first');
	is(value($node, "SELECT regression_detected FROM perf_mgmt.test_executions WHERE id = '$result->{test_results}[2]{execution_id}'"),
		't', 'the execution is marked');
}
activate('worse', 'false');

# --- 2 ---
add_ci_test('broken', sql => 'SELECT no_such_column FROM knob');
{
	my ($status, $result, $err) = perf_ci();
	is($status, 2, 'a test that cannot be run is 2') or diag($err);
	is(of_tests($result, 'status'), 'broken: FAILED, other: PASSED, steady: PASSED', 'the others still run');
	is($result->{test_results}[0]{error}{sqlstate}, '42703', 'its error is told');
	like($result->{test_results}[0]{error}{message}, qr/no_such_column/, 'in full');
	is($result->{test_results}[0]{execution_id}, undef, 'there was no execution');
	junit_is('string(//testsuite[@name="broken"]/testcase/error/@type)', '42703', 'JUnit: an error');
	is($result->{summary}{errors}, 1, 'it is counted');
	activate('worse', 'true');
	($status) = perf_ci();
	is($status, 1, 'a regression outweighs it');
	activate('worse', 'false');
	my ($code, $out) = $node->psql('postgres', "CALL perf_mgmt.ci_gate('abc', 'main', 'lab');\n\\echo :SQLSTATE", on_error_stop => 0);
	is($out, 'PM002', 'the gate says so by its SQLSTATE');
}
# One that starts and fails on its way
$node->safe_psql('postgres', "UPDATE perf_mgmt.workload_operations SET sql_template = 'SELECT 1 / (microseconds - microseconds) FROM knob' WHERE scenario_id = "
	  . "(SELECT id FROM perf_mgmt.load_scenarios WHERE scenario_name = 'broken');"
	  . "UPDATE perf_mgmt.performance_tests SET test_configuration = test_configuration || '{\"max_errors\": 5}' WHERE test_name = 'broken'");
{
	my ($status, $result) = perf_ci();
	is($status, 2, 'a run that ends early is 2');
	like($result->{test_results}[0]{error}{message}, qr/the execution ended as FAILED/, 'by its error');
	is($result->{test_results}[0]{report}{execution_summary}{status}, 'FAILED', 'with the report of as far as it went');
}
activate('broken', 'false');
{
	# What is there of an earlier run must not be taken for this one's
	local $node->{_port} = 1;
	my ($status, $result, $err) = perf_ci();
	is($status, 2, 'no server is 2');
	is($result, undef, 'without a result');
	like(slurp_file("$folder/junit.xml"), qr/<error /, 'and with a file that says so');
	like(slurp_file("$folder/report.md"), qr/FAILED/, 'and another');
}
{
	my ($status, undef, $err) = perf_ci('--junit', "$folder/no/such/folder/junit.xml");
	is($status, 2, 'a file that cannot be written is 2');
	like($err, qr/cannot write/, 'before anything runs');
	($status, undef, $err) = perf_ci('--fast');
	is($status, 2, 'an unknown option is 2');
	like($err, qr/unknown option --fast/, 'and named');
}

# --- The gate holds no snapshot and commits as it goes ---
add_ci_test('gated', sql => gate_operation()->{sql});
$node->safe_psql('postgres', "UPDATE perf_mgmt.performance_tests SET test_configuration = test_configuration || '{\"operations\": 1}' WHERE test_name = 'gated'");
{
	my $gate    = close_gate($node);
	my $session = start_call($node, "CALL perf_mgmt.ci_gate('abc', 'main', 'lab', p_run_id => '00000000-0000-0000-0000-0000000000c1')");
	my $running = running_execution($node, 'gated');
	wait_for($node, "wait_event_type = 'Extension' AND backend_xmin IS NULL AND backend_xid IS NULL FROM pg_stat_activity WHERE pid = $session->{backend}");
	pass('who waits in the gate holds no snapshot');
	is(value($node, "SELECT count(*), count(finished_at) FROM perf_mgmt.ci_runs WHERE id = '00000000-0000-0000-0000-0000000000c1'"), '1|0', 'and its invocation is visible');
	check_report($running, 'RUNNING');
	$gate->quit;
	my ($output, $messages) = finish_call($session);
	like($messages, qr/ERROR:  PM003: /, 'it ends by an error that says what it found');
	is(value($node, "SELECT overall_status FROM perf_mgmt.ci_runs WHERE id = '00000000-0000-0000-0000-0000000000c1'"), 'NO_BASELINE', 'and has kept it');
	$session->quit;
}
activate('gated', 'false');

# --- The function ---
{
	my $result = decode_json(value($node, "SELECT perf_mgmt.run_ci_performance_tests('abc123def', 'main', 'lab')"));
	is(of_tests($result, 'status'), 'other: NO_BASELINE, steady: NO_BASELINE', 'the function: its conditions are others than those of the gate');
	my ($steady) = grep { $_->{test_name} eq 'steady' } @{ $result->{test_results} };
	like($steady->{reason}, qr/horizon held/, 'the function: and it says which');
	is(join(' ', grep { $_ eq 'horizon_held' } map { $_->{code} } @{ $steady->{report}{validity}{findings} }), 'horizon_held', 'the function: each execution bears it');
	is($result->{git_commit} . ' ' . $result->{branch} . ' ' . $result->{environment}, 'abc123def main lab', 'the function: what was tested');
	is(join(' ', map { $result->{summary}{$_} } 'total_tests', 'passed_tests', 'failed_tests', 'no_baseline'), '2 0 0 2', 'the function: in numbers');
	$node->safe_psql('postgres', "UPDATE perf_mgmt.performance_tests SET is_active = (test_name = 'broken') WHERE test_name IN ('broken', 'other')");
	$result = decode_json(value($node, "SELECT perf_mgmt.run_ci_performance_tests('abc123def', 'main', 'lab')"));
	is(of_tests($result, 'status'), 'broken: FAILED, steady: NO_BASELINE', 'the function: a failing test does not stop the others');
	is($result->{overall_status}, 'FAILED', 'the function: nor is it forgotten');
	activate('broken', 'false');
}

# --- The report is what its schema says, and has no member that is not in it ---
sub check_report
{
	my ($id, $what) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
  SKIP:
	{
		skip 'there is no /usr/bin/python3 with jsonschema', 1 if system("/usr/bin/python3 -c 'import jsonschema' 2>/dev/null");
		my $report = "$folder/execution.json";
		open my $file, '>', $report or die $!;
		print $file value($node, "SELECT perf_mgmt.generate_performance_report('$id')");
		close $file;
		my ($out, $err) = ('', '');
		IPC::Run::run([ '/usr/bin/python3', '-c', <<'PYTHON', $schema, $report ], '>', \$out, '2>', \$err);
import json, jsonschema, sys
schema, report = (json.load(open(name)) for name in sys.argv[1:])
jsonschema.Draft202012Validator.check_schema(schema)
# Readers must put up with further members, the schema must know them all.
def close(part):
    if isinstance(part, dict):
        if isinstance(part.get("properties"), dict) and "type" in part:
            part.setdefault("additionalProperties", False)
        for value in part.values():
            close(value)
    elif isinstance(part, list):
        for value in part:
            close(value)
close(schema)
for problem in jsonschema.Draft202012Validator(schema).iter_errors(report):
    print("/".join(map(str, problem.absolute_path)) + ": " + problem.message)
PYTHON
		is($out . $err, '', "the report of a $what execution is as its schema says");
	}
	return;
}
check_report(value($node, "SELECT id FROM perf_mgmt.test_executions WHERE regression_detected LIMIT 1"), 'REGRESSION');
check_report(value($node, "SELECT id FROM perf_mgmt.test_executions WHERE execution_status = 'FAILED' LIMIT 1"), 'FAILED');
check_report(value($node, "SELECT e.id FROM perf_mgmt.test_executions e JOIN perf_mgmt.execution_verdicts v ON v.execution_id = e.id AND v.verdict = 'PASS' LIMIT 1"), 'PASS');
check_report(value($node, "SELECT id FROM perf_mgmt.test_executions WHERE confirms_execution_id IS NOT NULL LIMIT 1"), 'repeated');

# --- Alerts: every execution that has ended is checked, and IMMEDIATE ones are notified ---
$node->safe_psql('postgres', q(
	INSERT INTO perf_mgmt.alert_configurations (alert_name, alert_type, threshold_config, alert_severity, notification_channels, notification_frequency)
	VALUES ('at once', 'THRESHOLD', '{"max_p95_response_time_ms": 0.001}', 'HIGH', '{}', 'IMMEDIATE'),
	       ('later', 'THRESHOLD', '{"max_p95_response_time_ms": 0.001}', 'HIGH', '{}', 'DAILY'),
	       ('regression', 'REGRESSION', '{}', 'HIGH', '{}', 'IMMEDIATE')));
{
	my $listener = $node->background_psql('postgres');
	$listener->query_safe('LISTEN perf_mgmt_alerts');
	my $id = value($node, q(CALL perf_mgmt.run_performance_test('steady', 'lab', '{"progress_seconds": 0}')));
	is(of_execution($node, $id, 'alert_events', "string_agg(alert_name, ' ' ORDER BY alert_name)"), 'at once later',
		'a run that is no regression raises the alerts whose limits it breaks');
	my $heard = $listener->query('SELECT 1');
	my $event = of_execution($node, $id, 'alert_events', 'id', "AND alert_name = 'at once'");
	my $other = of_execution($node, $id, 'alert_events', 'id', "AND alert_name = 'later'");
	like($heard, qr/"perf_mgmt_alerts" with payload "$event"/, 'the one is notified with its id');
	unlike($heard, qr/$other/, 'the one for the digest is not');
	is(value($node, "SELECT perf_mgmt.alert_digest('DAILY') -> 'total'"), '1', 'but stands in it');
	$listener->quit;
}

# ... one that fails and one that is called off too, by what they had measured
$node->safe_psql('postgres', q(
	INSERT INTO perf_mgmt.alert_configurations (alert_name, alert_type, threshold_config, alert_severity, notification_channels)
	VALUES ('errors', 'ERROR_RATE', '{}', 'HIGH', '{}'), ('any time', 'THRESHOLD', '{"max_max_response_time_ms": 0.001}', 'LOW', '{}')));

# Waits for that alert, which comes after the end; returns the status of the execution.
sub alerted
{
	my ($id, $alert) = @_;
	wait_for($node, "EXISTS (SELECT FROM perf_mgmt.alert_events WHERE execution_id = '$id' AND alert_name = '$alert')");
	return execution($node, $id, 'execution_status');
}
activate('broken', 'true');
is(alerted(value($node, "SELECT perf_mgmt.execute_performance_test('broken', 'lab')"), 'errors'), 'FAILED', 'a run that fails raises its alerts');
activate('broken', 'false');
{
	my $id = value($node, q(SELECT perf_mgmt.execute_performance_test('steady', 'lab', '{"operations": 1000000, "interval_ms": 100}')));
	wait_for($node, "EXISTS (SELECT FROM perf_mgmt.execution_intervals WHERE execution_id = '$id' AND ok_count > 0)");
	is(value($node, "SELECT perf_mgmt.cancel_execution('$id')"), 't', 'a run is called off');
	is(alerted($id, 'any time'), 'CANCELLED', 'and raises its alerts as well');
}

# --- A judgement that fails costs the result nothing ---
{
	$node->safe_psql('postgres', q(
		CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no verdicts today'; END $$;
		CREATE TRIGGER refuse BEFORE INSERT ON perf_mgmt.execution_verdicts FOR EACH ROW EXECUTE FUNCTION refuse()));
	my $id = value($node, q(CALL perf_mgmt.run_performance_test('steady', 'lab', '{"progress_seconds": 0}')));
	is(execution($node, $id, 'execution_status, operations_ok'), 'COMPLETED|200', 'without a judgement: the result is there');
	is(of_execution($node, $id, 'execution_verdicts', 'count(*)'), '0', 'without a judgement: no verdict');
	like(of_execution($node, $id, 'execution_events', 'message', "AND event_type = 'JUDGEMENT_FAILED'"), qr/no verdicts today/,
		'without a judgement: an event says why');
	$node->safe_psql('postgres', "DROP TRIGGER refuse ON perf_mgmt.execution_verdicts; SELECT perf_mgmt.finish_execution('$id')");
	is(of_execution($node, $id, 'execution_verdicts', 'count(*)', "AND metric = 'overall'"), '1', 'without a judgement: it can be made up for');
}

# --- Maintenance ---
is(value($node, "SELECT r -> 'errors', r -> 'baselines' -> 'failed' FROM perf_mgmt.run_maintenance('daily') r"), '[]|[]', 'maintenance of real runs');
SKIP:
{
	skip 'pg_cron is not installed', 3 unless $has_cron;
	$node->safe_psql('postgres', 'CREATE EXTENSION pg_cron');
	is(value($node, 'SELECT perf_mgmt.schedule_maintenance()'), '{"perf_mgmt daily","perf_mgmt weekly","perf_mgmt monthly"}', 'maintenance is scheduled');
	value($node, 'SELECT perf_mgmt.schedule_maintenance()');
	is(value($node, "SELECT string_agg(jobname || ': ' || schedule || ' ' || command, E'\n' ORDER BY jobid) FROM cron.job WHERE database = 'postgres'"),
		join("\n", map { my ($period, $when) = @$_;
			"perf_mgmt $period: $when DO \$job\$BEGIN IF pg_catalog.to_regnamespace('perf_mgmt') IS NULL THEN PERFORM cron.unschedule('perf_mgmt $period'); "
			  . "ELSE PERFORM perf_mgmt.run_maintenance('$period'); END IF; END\$job\$" }
			[ daily => '10 3 * * *' ], [ weekly => '30 3 * * 1' ], [ monthly => '50 3 1 * *' ]),
		'once, however often');
	$node->safe_psql('postgres', 'DROP EXTENSION perf_mgmt CASCADE');
	pass('and keeps nobody from dropping the extension');
}

done_testing();
