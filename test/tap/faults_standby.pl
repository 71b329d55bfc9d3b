# A hot standby: it runs nothing and changes nothing, and says so at once; what the primary has recorded can be read
# and rendered there; what runs on the primary is seen, but whether it is alive is not known. When the primary is lost
# and the standby promoted, the run that was under way is lost as well, with what had arrived of it.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use FaultTest;
use PerfMgmtTest;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('faults_primary');
$node->init(allows_streaming => 1);
$node->append_conf('postgresql.conf', "max_worker_processes = 16\nlog_statement = none");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION perf_mgmt');
add_test($node, 'long', [ spilling_operation() ], long_run());
add_test($node, 'short', [ { name => 'one', sql => 'SELECT 1' } ], { operations => 4, workers => 1 });
my $done  = run_test($node, 'short');
my $other = run_test($node, 'short');

$node->backup('copy');
my $standby = PostgreSQL::Test::Cluster->new('faults_standby');
$standby->init_from_backup($node, 'copy', has_streaming => 1);
$standby->start;
$node->wait_for_catchup($standby);

# --- What is refused there, at once ---
# Writing is refused by the server where the function says nothing itself; what would start a worker must say so, as
# none starts there.
my $generation = value($standby, 'SELECT (SELECT count(*) FROM perf_mgmt.test_executions), (SELECT count(*) FROM perf_mgmt.execution_events)');
foreach my $case (
	[ "SELECT perf_mgmt.execute_performance_test('short')", qr/cannot run a performance test on a standby/ ],
	[ "CALL perf_mgmt.run_performance_test('short')",       qr/cannot run a performance test on a standby/ ],
	[ "CALL perf_mgmt.compare_variants('short', '{}', '{}', 2)", qr/cannot run a performance test on a standby/ ],
	[ "SELECT * FROM perf_mgmt.validate_scenario('short')", qr/cannot prepare operations on a standby/ ],
	[ "SELECT perf_mgmt.simulate_workload('$done', 'one', 1)", qr/./ ],
	[ "SELECT * FROM perf_mgmt.run_ci_performance_tests('abc', 'main', 'ci')", qr/./ ],
	[ "CALL perf_mgmt.ci_gate('abc', 'main', 'ci')",        qr/./ ],
	[ "SELECT perf_mgmt.cancel_execution('$done')",         qr/cannot cancel an execution on a standby/ ],
	[ "SELECT perf_mgmt.finish_execution('$done')",         qr/./ ],
	[ "SELECT perf_mgmt.set_baseline('$done', 'MANUAL', 'by hand')", qr/./ ],
	[ "SELECT perf_mgmt.purge_history('0 days', true)",     qr/./ ],
	[ "SELECT perf_mgmt.install_industry_schema('HOME_SERVICES')", qr/./ ])
{
	my ($sql, $error) = @$case;
	my $timed_out = 0;
	my ($status, undef, $messages) = $standby->psql('postgres', "\\set VERBOSITY verbose\n$sql", timeout => 30, timed_out => \$timed_out);
	ok(!$timed_out, "standby: $sql does not wait");
	like($messages, qr/ERROR:  25006: $error/, "standby: $sql is refused");
}
is(value($standby, 'SELECT (SELECT count(*) FROM perf_mgmt.test_executions), (SELECT count(*) FROM perf_mgmt.execution_events)'),
	$generation, 'standby: nothing has come of it');

# --- What can be read there ---
foreach my $sql (
	"SELECT execution_status, operations_ok, perf_mgmt.count(response_histogram) FROM perf_mgmt.test_executions WHERE id = '$done'",
	"SELECT count(*), sum(ok_count), md5(string_agg(i::text, ' ' ORDER BY interval_number, operation_name)) FROM perf_mgmt.execution_intervals i",
	"SELECT metric, verdict, reason FROM perf_mgmt.execution_verdicts ORDER BY execution_id, row_number",
	'SELECT test_name, baseline_type, baseline_execution_id FROM perf_mgmt.active_baselines',
	"SELECT metric, verdict FROM perf_mgmt.compare_executions('$done', '$other') ORDER BY metric",
	"SELECT md5(perf_mgmt.render_report('$done', 'json')) IS NOT NULL",
	"SELECT perf_mgmt.render_report('$done', 'markdown')",
	"SELECT length(perf_mgmt.render_report('$done', 'html')) > 10000",
	"SELECT length(perf_mgmt.render_comparison('$done', '$other')) > 10000",
	"SELECT length(perf_mgmt.render_history('short')) > 1000",
	"SELECT count(*) FROM perf_mgmt.noise_floor('short')",
	'SELECT count(*) FROM perf_mgmt.performance_dashboard',
	'SELECT count(*) FROM perf_mgmt.active_executions')
{
	my $here = eval { value($standby, $sql) };
	is($here, value($node, $sql), "standby: $sql");
}

# --- A run of the primary ---
my $id  = start_test($node, 'long');
my $run = under_way($node, $id);
my $caller = start_call($node, "CALL perf_mgmt.wait_for_execution('$id')");
$node->wait_for_catchup($standby);
is(execution($standby, $id, 'execution_status'), 'RUNNING', 'a run of the primary is seen on the standby');
is(of_execution($standby, $id, 'active_executions', 'state, operations_ok > 0'), 'unknown|t',
	'whether it is alive is not known there; its intervals are');
like(value($standby, "SELECT perf_mgmt.render_report('$id', 'markdown')"), qr/RUNNING|running/, 'its report says that it runs');
my $waiting = $standby->background_psql('postgres', on_error_stop => 0);
my $pid     = $waiting->query_safe('SELECT pg_backend_pid()');
$waiting->query_until(qr/^begun$/m, "\\echo begun\nCALL perf_mgmt.wait_for_execution('$id');\n\\echo ended\n");
$standby->poll_query_until('postgres', "SELECT wait_event_type = 'Extension' FROM pg_stat_activity WHERE pid = $pid")
  or die 'the wait on the standby has not begun';

# --- The primary is lost, and the standby promoted ---
$node->wait_for_catchup($standby);
$node->stop('immediate');
eval { $caller->quit };
is(execution($standby, $id, 'execution_status'), 'RUNNING', 'primary lost: the standby does not know');
is(of_execution($standby, $id, 'active_executions', 'state'), 'unknown', 'primary lost: which it says');
$standby->promote;
$standby->poll_query_until('postgres', 'SELECT NOT pg_is_in_recovery()') or die 'the standby was not promoted';
my ($output, $messages) = finish_call($waiting);
is($output, "FAILED\n", 'promoted: the wait ends, and the execution is known to be lost');
$waiting->quit;
settles({ %$run, node => $standby }, 'FAILED', 'promoted');
is(execution($standby, $id, 'failure_sqlstate'), '57P02', 'promoted: the run of the former primary was lost');

my $next = run_test($standby, 'short');
is(execution($standby, $next, 'execution_status, operations_ok'), 'COMPLETED|4', 'promoted: tests can be run');
is(value($standby, "SELECT count(*) FROM perf_mgmt.validate_scenario('short') WHERE severity = 'error'"), '0', 'promoted: scenarios can be validated');

done_testing();
