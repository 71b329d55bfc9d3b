# What the TAP tests share: a cluster with the extension, small workloads, and waiting for a state.
#
# Nothing here sleeps and hopes. A test that needs a run to be under way holds it there: its operation
# asks for an advisory lock that the test has (a gate), or for a row of a table that is locked. States
# are polled for, up to PG_TEST_TIMEOUT_DEFAULT seconds (here 60, not PostgreSQL's 180).
package PerfMgmtTest;

use strict;
use warnings;

BEGIN { $ENV{PG_TEST_TIMEOUT_DEFAULT} ||= 60; }

use Exporter 'import';
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

our @EXPORT = qw(new_lab add_work add_test gate_operation close_gate add_gated_alert start_test
  run_test start_call finish_call running_execution wait_for wait_for_end value execution of_execution findings
  processes_are_gone identity_holds);

# The database in which everything below works.
our $database = 'postgres';

# The number of the advisory lock that gate operations ask for.
my $gate = 4242;

# A started cluster with the extension; settings are lines of postgresql.conf.
sub new_lab
{
	my ($name, @settings) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);
	$node->init;
	$node->append_conf('postgresql.conf',
		join("\n", 'max_worker_processes = 32', 'log_statement = none', @settings));
	$node->start;
	$node->safe_psql($database, 'CREATE EXTENSION perf_mgmt');
	return $node;
}

# Operations of a known cost: busy_work(microseconds) by the wall clock, cpu_work(microseconds) by the
# worker's CPU clock. From the test-only module, which scripts/test puts where PG_LIBDIR says.
sub add_work
{
	my ($node) = @_;
	my $module = quoted("$ENV{PG_LIBDIR}/perf_mgmt_test");
	$node->safe_psql($database, qq(
		CREATE FUNCTION busy_work(microseconds bigint) RETURNS void
			AS $module, 'perf_mgmt_test_busy_work' LANGUAGE c STRICT;
		CREATE FUNCTION cpu_work(microseconds bigint) RETURNS void
			AS $module, 'perf_mgmt_test_cpu_work' LANGUAGE c STRICT;));
	return;
}

sub quoted
{
	my ($text) = @_;
	return 'NULL' unless defined $text;
	$text =~ s/'/''/g;
	return "'$text'";
}

# Strings are bytes as they go to psql, here in JSON as well.
sub as_json { return quoted(JSON::PP->new->latin1->canonical->encode($_[0])); }

# A test of that name with a scenario of its own. Each operation is a hash: sql, and where they are not
# the defaults name, type, generators (JSON text, order matters), weight. The configuration is a hash.
# Options: owner, the role that it belongs to; test_type; thresholds, the test's own limits, a hash;
# data_size, the scenario's data_size_requirements, a hash; and the scenario's limits max_avg_ms, max_p95_ms,
# min_tps, max_error_rate, which are wide where they are not given.
sub add_test
{
	my ($node, $name, $operations, $config, %options) = @_;
	my %limit = (max_avg_ms => 100_000, max_p95_ms => 100_000, min_tps => 0, max_error_rate => 100, %options);
	my $role  = defined $options{owner} ? quoted($options{owner}) : 'current_user';
	my $title = quoted($name);
	my $type  = quoted($options{test_type} || 'LOAD');
	my $thresholds = as_json($options{thresholds} || {});
	my $data_size  = $options{data_size} ? as_json($options{data_size}) : 'NULL';
	my $sql   = qq(
		INSERT INTO perf_mgmt.load_scenarios (scenario_name, industry_type, scenario_description,
			virtual_users, ramp_up_duration_seconds, test_duration_seconds, ramp_down_duration_seconds,
			workload_pattern, data_size_requirements, max_avg_response_time_ms, max_p95_response_time_ms,
			min_throughput_tps, max_error_rate_percent, max_cpu_usage_percent, max_memory_usage_percent,
			owner_role)
		VALUES ($title, 'GENERAL', 'for a test', 1, 0, 60, 0, '{}', $data_size, $limit{max_avg_ms},
			$limit{max_p95_ms}, $limit{min_tps}, $limit{max_error_rate}, NULL, NULL, $role);
		INSERT INTO perf_mgmt.performance_tests (test_name, test_version, test_type,
			test_configuration, baseline_thresholds, scenario_id, owner_role)
		SELECT $title, '1.0', $type, @{[as_json($config || {})]}, $thresholds, id, $role
		FROM perf_mgmt.load_scenarios WHERE scenario_name = $title;);
	my $number = 0;
	foreach my $operation (@$operations)
	{
		$number++;
		my $operation_name = quoted($operation->{name} || "operation $number");
		my $type           = quoted($operation->{type} || 'read');
		my $template       = quoted($operation->{sql});
		my $generators     = quoted($operation->{generators} || '{}');
		my $weight         = $operation->{weight} || 100 / @$operations;
		$sql .= qq(
			INSERT INTO perf_mgmt.workload_operations (scenario_id, operation_name, operation_type,
				sql_template, parameter_generators, weight_percentage)
			SELECT id, $operation_name, $type, $template, $generators, $weight
			FROM perf_mgmt.load_scenarios WHERE scenario_name = $title;);
	}
	$node->safe_psql($database, "BEGIN; $sql COMMIT;");
	return;
}

# An operation that cannot end while the gate is closed.
sub gate_operation { return { sql => "SELECT pg_advisory_xact_lock_shared($gate)" }; }

# Every run raises an alert, and is judged as long as the gate is closed: the alert is copied into a
# table whose trigger waits there, for as long as it may.
sub add_gated_alert
{
	my ($node) = @_;
	$node->safe_psql($database, qq(
		CREATE SCHEMA system_core;
		CREATE TABLE system_core.system_events
			(event_type text, event_subtype text, event_data jsonb, severity text, created_at timestamptz);
		CREATE FUNCTION wait_at_gate() RETURNS trigger LANGUAGE plpgsql SET lock_timeout = 0 AS
			\$\$ BEGIN PERFORM pg_advisory_xact_lock_shared($gate); RETURN NEW; END \$\$;
		CREATE TRIGGER wait_at_gate BEFORE INSERT ON system_core.system_events
			FOR EACH ROW EXECUTE FUNCTION wait_at_gate();
		INSERT INTO perf_mgmt.alert_configurations
			(alert_name, alert_type, threshold_config, alert_severity, notification_channels)
		VALUES ('always', 'THRESHOLD', '{"max_avg_response_time_ms": 0}', 'HIGH', '{}');));
	return;
}

# Closes the gate; it opens when the session that this returns quits.
sub close_gate
{
	my ($node) = @_;
	my $session = $node->background_psql($database);
	$session->query_safe("SELECT pg_advisory_lock($gate)");
	return $session;
}

# Starts a test without waiting; returns the id of the execution.
sub start_test
{
	my ($node, $name, $config) = @_;
	my $json = as_json($config || {});
	return $node->safe_psql($database,
		"SELECT perf_mgmt.execute_performance_test(" . quoted($name) . ", 'development', $json)");
}

# Runs a test to its end; returns the id of the execution.
sub run_test
{
	my ($node, $name, $config) = @_;
	my $json = as_json({ progress_seconds => 0, %{ $config || {} } });
	return $node->safe_psql($database,
		"CALL perf_mgmt.run_performance_test(" . quoted($name) . ", 'development', $json)");
}

# A session that has begun on the SQL, most often a CALL that waits for a run; finish_call waits for its
# end. The session's pid is in {backend}.
sub start_call
{
	my ($node, $sql, %options) = @_;
	my $session = $node->background_psql($database, on_error_stop => 0, %options);
	$session->{backend} = $session->query_safe('SELECT pg_backend_pid()');
	$session->query_until(qr/^begun$/m, "\\set VERBOSITY verbose\n\\echo begun\n$sql;\n\\echo ended\n");
	return $session;
}

# Returns what the SQL of start_call put out, and its messages.
sub finish_call
{
	my ($session) = @_;
	my $output = $session->query_until(qr/^ended$/m, '');
	$output =~ s/^ended\n//m;
	# Output and messages are two pipes: what follows on the second is waited for as well.
	$session->query('SELECT 1');
	my $messages = $session->{stderr};
	$session->{stderr} = '';
	return ($output, $messages);
}

sub value
{
	my ($node, $sql) = @_;
	return $node->safe_psql($database, $sql);
}

# Waits until the query says true; dies where it never does.
sub wait_for
{
	my ($node, $condition) = @_;
	$node->poll_query_until($database, "SELECT $condition") or die "never came true: $condition";
	return;
}

# Columns of an execution as psql prints them: separated by |.
sub execution
{
	my ($node, $id, $columns) = @_;
	return value($node, "SELECT $columns FROM perf_mgmt.test_executions WHERE id = '$id'");
}

# Columns of the rows of another table that belong to an execution, in the order of the columns.
sub of_execution
{
	my ($node, $id, $table, $columns, $rest) = @_;
	$rest = '' unless defined $rest;
	return value($node, "SELECT $columns FROM perf_mgmt.$table WHERE execution_id = '$id' $rest");
}

# The codes of an execution's findings, but those that come of the machine, whatever the test does.
sub findings
{
	my ($node, $id) = @_;
	return value(
		$node, qq(
		SELECT coalesce(string_agg(finding ->> 'code', ' ' ORDER BY finding ->> 'code'), '')
		FROM perf_mgmt.test_executions, jsonb_array_elements(findings) finding
		WHERE id = '$id' AND finding ->> 'code' NOT IN ('cpu_steal', 'other_cpu', 'rate_moving',
			'clock_resolution', 'assertions', 'autovacuum', 'parallel_query_slots')));
}

# Waits until an execution of the test is RUNNING with all its workers; returns its id.
sub running_execution
{
	my ($node, $name) = @_;
	my $running = "FROM perf_mgmt.test_executions e JOIN perf_mgmt.performance_tests t ON t.id = e.test_id "
	  . "WHERE t.test_name = "
	  . quoted($name)
	  . " AND e.execution_status = 'RUNNING'";
	wait_for($node, "EXISTS (SELECT $running)");
	return value($node, "SELECT e.id $running");
}

# Waits until an execution is RUNNING no more; returns its status.
sub wait_for_end
{
	my ($node, $id) = @_;
	wait_for($node,
		"execution_status <> 'RUNNING' FROM perf_mgmt.test_executions WHERE id = '$id'");
	return execution($node, $id, 'execution_status');
}

# A test: no process of the extension is left, nor will be, and nobody holds an execution's lock.
sub processes_are_gone
{
	my ($node, $what) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	return ok(
		$node->poll_query_until(
			$database,
			"SELECT (SELECT count(*) FROM pg_stat_activity WHERE backend_type LIKE 'perf_mgmt%') = 0 "
			  . "AND (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 3) = 0"),
		"$what: no process and no lock of the run is left");
}

# A test: scheduled = ok + failed + skipped + interrupted, in the execution and over its operations.
sub identity_holds
{
	my ($node, $id, $what) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	return is(
		value(
			$node, qq(
			SELECT operations_scheduled = operations_ok + operations_failed + operations_skipped
					+ operations_interrupted,
				(SELECT sum(ok_count + failed_count + skipped_count + interrupted_count) = operations_scheduled
				 FROM perf_mgmt.query_performance q WHERE q.execution_id = e.id)
			FROM perf_mgmt.test_executions e WHERE id = '$id')),
		't|t',
		"$what: scheduled = ok + failed + skipped + interrupted");
}

1;
