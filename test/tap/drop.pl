# What is dropped under a run: DROP EXTENSION ends it, record and all, and so does deleting its row; DROP
# DATABASE fails while a run is on, and with FORCE ends it. What it was started from may go.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use PerfMgmtTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_lab('drop');
my $operations = [ { sql => 'SELECT pg_sleep(0.01)' } ];
my $config =
  { test_duration_seconds => 600, workers => 2, virtual_users => 2, interval_ms => 200 };

# --- Rows ---
add_test($node, 'long', $operations, $config);
{
	my $id = start_test($node, 'long');
	$node->safe_psql('postgres', "DELETE FROM perf_mgmt.test_executions WHERE id = '$id'");
	processes_are_gone($node, 'the row of the execution deleted');
	is( value($node, "SELECT (SELECT count(*) FROM perf_mgmt.execution_intervals), "
			  . "(SELECT count(*) FROM perf_mgmt.query_performance)"),
		'0|0', 'the row of the execution deleted: nothing is left of it');
}
{
	my $id = start_test($node, 'long');
	$node->safe_psql('postgres', "DELETE FROM perf_mgmt.load_scenarios WHERE scenario_name = 'long'");
	wait_for($node, "count(*) >= 2 FROM perf_mgmt.execution_intervals WHERE execution_id = '$id'");
	is(value($node, "SELECT perf_mgmt.cancel_execution('$id')"), 't', 'scenario deleted: the run goes on');
	is(wait_for_end($node, $id), 'CANCELLED', 'scenario deleted: the run can be cancelled');
	is(execution($node, $id, 'scenario_id IS NULL, scenario_name, operations_ok > 0'),
		't|long|t', 'scenario deleted: the record is complete and keeps its name');
	processes_are_gone($node, 'scenario deleted');
	$node->safe_psql('postgres', 'DELETE FROM perf_mgmt.test_executions; '
		  . "DELETE FROM perf_mgmt.performance_tests WHERE test_name = 'long'");
}

# --- DROP EXTENSION ---
add_test($node, 'long', $operations, $config);
{
	my $session = start_call($node, "CALL perf_mgmt.run_performance_test('long')");
	my $id      = running_execution($node, 'long');
	wait_for($node, "count(*) >= 1 FROM perf_mgmt.execution_intervals WHERE execution_id = '$id'");
	$node->safe_psql('postgres', 'DROP EXTENSION perf_mgmt');
	processes_are_gone($node, 'DROP EXTENSION');
	my (undef, $messages) = finish_call($session);
	like($messages, qr/ERROR:  \w{5}: the controller of execution "$id" ended without recording it/,
		'DROP EXTENSION: the caller gets an error');
	$session->quit;
	is(value($node, "SELECT to_regnamespace('perf_mgmt') IS NULL"), 't', 'DROP EXTENSION: the record is gone, schema and all');
}
$node->safe_psql('postgres', 'CREATE EXTENSION perf_mgmt');
add_test($node, 'few', $operations, { operations => 4 });
my $anew = value($node, "CALL perf_mgmt.run_performance_test('few')");
is(execution($node, $anew, 'execution_status, operations_ok'), 'COMPLETED|4', 'made anew, it works');

# --- DROP DATABASE ---
$node->safe_psql('postgres', 'CREATE DATABASE lab');
$node->safe_psql('lab',      'CREATE EXTENSION perf_mgmt');
{
	my $id = do
	{
		local $PerfMgmtTest::database = 'lab';
		add_test($node, 'long', $operations, $config);
		start_test($node, 'long');
	};
	my ($status, undef, $messages) = $node->psql('postgres', 'DROP DATABASE lab');
	like($messages, qr/database "lab" is being accessed by other users/, 'DROP DATABASE fails while a run is on');
	is( $node->safe_psql('lab', "SELECT execution_status FROM perf_mgmt.test_executions WHERE id = '$id'"),
		'RUNNING', 'which does not mind');
	$node->safe_psql('postgres', 'DROP DATABASE lab WITH (FORCE)');
	pass('DROP DATABASE with FORCE ends it');
	processes_are_gone($node, 'DROP DATABASE');
}
unlike(slurp_file($node->logfile), qr/PANIC|TRAP|was terminated by signal/,
	'the server log tells of no crash');

done_testing();
