# Where a run cannot be recorded, or would be somebody else's doing, it is refused; where it can, it runs.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use PerfMgmtTest;
use PostgreSQL::Test::Cluster;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('primary');
$node->init(allows_streaming => 1);
$node->append_conf('postgresql.conf', "max_worker_processes = 16\nlog_statement = none");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION perf_mgmt');
add_test($node, 'select', [ { sql => 'SELECT 1' } ], { operations => 3, workers => 1 });

my $execute = "SELECT perf_mgmt.execute_performance_test('select')";
my $call    = "CALL perf_mgmt.run_performance_test('select')";

sub is_refused
{
	my ($where, $sql, $error, $what) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my ($status, undef, $messages) = $where->psql('postgres', "\\set VERBOSITY verbose\n$sql");
	isnt($status, 0, "$what: fails");
	like($messages, $error, "$what: says why");
	return;
}

# --- Transactions ---
my $read_only = qr/ERROR:  25006: cannot run a performance test in a read-only transaction/;
is_refused($node, "BEGIN READ ONLY; $execute", $read_only, 'read-only transaction');
is_refused($node, "SET default_transaction_read_only = on; $call", $read_only, 'read-only session');

# A run that the transaction itself made possible is not there for others yet.
is_refused(
	$node,
	"BEGIN; INSERT INTO perf_mgmt.performance_tests (test_name, test_version, test_type, "
	  . "test_configuration, baseline_thresholds, scenario_id) SELECT 'new', '1.0', 'LOAD', "
	  . "'{\"operations\": 1}', '{}', id FROM perf_mgmt.load_scenarios WHERE scenario_name = 'select'; "
	  . "SELECT perf_mgmt.execute_performance_test('new')",
	qr/ERROR:  55000: performance test "new" is not committed yet.*HINT:  Commit/s,
	'test that is not committed');

foreach my $level ('REPEATABLE READ', 'SERIALIZABLE')
{
	my $id = value($node, "BEGIN ISOLATION LEVEL $level; $execute; COMMIT");
	is(wait_for_end($node, $id), 'COMPLETED', "$level: execute_performance_test works");
	is_refused(
		$node,
		"BEGIN ISOLATION LEVEL $level; CALL perf_mgmt.wait_for_execution('$id')",
		qr/ERROR:  25001: cannot wait for an execution in a transaction that keeps one snapshot/,
		"$level: wait_for_execution in a block");
	is(value($node, "SET default_transaction_isolation = '$level'; CALL perf_mgmt.wait_for_execution('$id')"),
		'COMPLETED', "$level: wait_for_execution outside of a block");
	$id = value($node, "SET default_transaction_isolation = '$level'; $call");
	is(execution($node, $id, 'execution_status'), 'COMPLETED', "$level: run_performance_test works");
}
{
	my $id = value($node, "BEGIN; $execute; COMMIT");
	is(value($node, "BEGIN; CALL perf_mgmt.wait_for_execution('$id'); COMMIT"),
		'COMPLETED', 'READ COMMITTED: wait_for_execution in a block');
	$id = value($node, "BEGIN; $call; COMMIT");
	is( execution($node, $id, "execution_status, findings @> '[{\"code\": \"horizon_held\"}]'"),
		'COMPLETED|t', 'CALL in a block works, and says that it held the horizon');
	$id = value($node, $call);
	is( execution($node, $id, "execution_status, findings @> '[{\"code\": \"horizon_held\"}]'"),
		'COMPLETED|f', 'outside of one it does not');

	# A transaction that rolls back has started the run all the same: it is another process's.
	$id = value($node, "BEGIN; $execute; ROLLBACK");
	is(wait_for_end($node, $id), 'COMPLETED', 'a rollback does not undo a run');
}

# --- Security-restricted operations: somebody else's REFRESH or CREATE INDEX must start nothing ---
my $restricted = qr/ERROR:  42501: cannot run a \w+(?: \w+)? within security-restricted operation/;
$node->safe_psql('postgres', qq(
	CREATE MATERIALIZED VIEW trap AS SELECT perf_mgmt.execute_performance_test('select') AS id WITH NO DATA;
	CREATE MATERIALIZED VIEW probe_trap AS
		SELECT perf_mgmt.simulate_workload(id, 'operation 1', 1)::text FROM perf_mgmt.test_executions
		WITH NO DATA;
	CREATE TABLE indexed (n integer);
	INSERT INTO indexed VALUES (1);
	CREATE FUNCTION innocent(integer) RETURNS text IMMUTABLE LANGUAGE plpgsql AS \$\$
	BEGIN RETURN perf_mgmt.execute_performance_test('select')::text; END \$\$;));
my $executions = value($node, 'SELECT count(*) FROM perf_mgmt.test_executions');
is_refused($node, 'REFRESH MATERIALIZED VIEW trap', $restricted, 'materialized view');
is_refused($node, 'REFRESH MATERIALIZED VIEW probe_trap', $restricted, 'probe in a materialized view');
is_refused($node, 'CREATE INDEX ON indexed (innocent(n))', $restricted, 'index expression');
is(value($node, 'SELECT count(*) FROM perf_mgmt.test_executions'), $executions, 'nothing was started');

# --- NULL arguments, unknown test ---
is_refused($node, 'SELECT perf_mgmt.execute_performance_test(NULL)',
	qr/ERROR:  22004: .*p_test_name/, 'no test name');
is_refused($node, 'SELECT perf_mgmt.cancel_execution(NULL)',
	qr/ERROR:  22004: .*p_execution_id/, 'no execution');
is_refused($node, "SELECT perf_mgmt.execute_performance_test('selekt')",
	qr/ERROR:  42704: performance test "selekt" does not exist.*HINT:.*"select"/s, 'unknown test');

# --- Standby ---
$node->backup('copy');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'copy', has_streaming => 1);
$standby->start;
my $id = value($node, $call);
$node->wait_for_catchup($standby);
my $refusal = qr/ERROR:  25006: cannot run a performance test on a standby.*HINT:  Run it on the primary/s;
is_refused($standby, $execute, $refusal, 'execute on a standby');
is_refused($standby, $call,    $refusal, 'CALL on a standby');
is(value($standby, "SELECT execution_status FROM perf_mgmt.test_executions WHERE id = '$id'"),
	'COMPLETED', 'what the primary has recorded can be read there');
is(value($standby, "CALL perf_mgmt.wait_for_execution('$id')"),
	'COMPLETED', 'and waiting for what has ended returns');
{
	my $gate = close_gate($node);
	add_test($node, 'gated', [ gate_operation() ], { operations => 1, workers => 1 });
	my $running = start_test($node, 'gated');
	ok( $standby->poll_query_until('postgres',
			"SELECT execution_status = 'RUNNING' FROM perf_mgmt.test_executions WHERE id = '$running'"),
		'a run of the primary is seen on the standby');
	my ($status, undef, $messages) =
	  $standby->psql('postgres', "SELECT perf_mgmt.cancel_execution('$running')");
	isnt($status, 0, 'it cannot be cancelled from there');
	like($messages, qr/standby/, 'which is said');
	# Whether it is alive cannot be told there: the wait goes by the row alone.
	my $session = $standby->background_psql('postgres', on_error_stop => 0);
	my $pid     = $session->query_safe('SELECT pg_backend_pid()');
	$session->query_until(qr/^begun$/m,
		"\\echo begun\nCALL perf_mgmt.wait_for_execution('$running');\n\\echo ended\n");
	$standby->poll_query_until('postgres',
		"SELECT wait_event_type = 'Extension' FROM pg_stat_activity WHERE pid = $pid")
	  or die 'the wait on the standby has not begun';
	$gate->quit;
	my ($output, $messages_of_wait) = finish_call($session);
	is($output, "COMPLETED\n", 'waiting on the standby lasts until the end of the run has arrived');
	is($messages_of_wait, '', 'without a warning');
	$session->quit;
}
processes_are_gone($node, 'at the end');

done_testing();
