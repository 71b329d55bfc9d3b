# A history of 10,000 executions with rounds, intervals, operations and metrics: what the views, comparisons and reports
# over it say. How long each takes is printed, best of five, and never judged: machines differ.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use PerfMgmtTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_lab('history_speed', 'shared_buffers = 256MB', 'fsync = off', 'autovacuum = off');
$node->safe_psql('postgres', slurp_file("$FindBin::RealBin/history_data.sql"));
my $newest = '00000000-0000-0000-0000-000000010000';

# The server takes the time itself. Returns what the query says, its columns separated by |.
$node->safe_psql('postgres', q(
	CREATE FUNCTION timed(INOUT query text, OUT best double precision) LANGUAGE plpgsql AS $$
	DECLARE
		start timestamptz;
		result text;
	BEGIN
		FOR i IN 1 .. 5 LOOP
			start := clock_timestamp();
			EXECUTE 'SELECT r::text FROM (' || query || ') r' INTO result;
			best := least(best, 1000 * extract(epoch FROM clock_timestamp() - start));
		END LOOP;
		query := btrim(replace(result, ',', '|'), '()');
	END
	$$));
sub timed
{
	my ($what, $query) = @_;
	my ($result, $best) = split /\n/,
	  $node->safe_psql('postgres', "SELECT query || E'\n' || round(best::numeric, 1) FROM timed(" . PerfMgmtTest::quoted($query) . ')');
	note(sprintf('%-50s %8.1f ms', $what, $best));
	return $result;
}
# Every column of every row is computed, and none is sent.
sub all_of { my ($rows) = @_; return "SELECT count(*), sum(length(r::text)) > 0 FROM $rows r"; }

my $recent = 'FROM perf_mgmt.test_executions e WHERE e.started_at >= now() - interval';
is(timed('performance_dashboard', all_of('perf_mgmt.performance_dashboard')), value($node, "SELECT count(*), true $recent '7 days'"),
	'dashboard: each execution of a week once');
is(value($node, 'SELECT count(*) FILTER (WHERE baseline_type IS NULL) FROM perf_mgmt.performance_dashboard'), 0,
	'dashboard: each with its baseline');
timed('performance_trends', all_of('perf_mgmt.performance_trends'));
is(value($node, 'SELECT sum(execution_count) FROM perf_mgmt.performance_trends'), value($node, "SELECT count(*) $recent '30 days'"),
	'trends: each execution of a month once');
timed('performance_trends of one test and day',
	all_of("(SELECT * FROM perf_mgmt.performance_trends WHERE test_name = 'history 2' AND time_bucket >= now() - interval '24 hours')"));
# Operation 3 takes 81 times what operation 1 takes, about 4 ms: only that is over 100 ms, once per test.
is(timed('top_performance_issues', all_of('perf_mgmt.top_performance_issues')), '10|t', 'issues: one template of each test');
is(timed('active_executions', 'SELECT count(*) FROM perf_mgmt.active_executions'), 0, 'nothing runs');

is(timed('compare_with_baseline', "SELECT count(*), count(baseline_value) FROM perf_mgmt.compare_with_baseline('$newest')"), '7|7',
	'comparison: seven metrics with their baseline');
is(timed('eligible_executions', "SELECT count(*) FROM perf_mgmt.eligible_executions('$newest')"), 100, 'history: the newest hundred');
is(timed('regression_verdicts', "SELECT count(*) FROM perf_mgmt.regression_verdicts('$newest') WHERE verdict IS NULL"), 0,
	'verdicts: all rows have one');
timed('noise_floor', all_of("perf_mgmt.noise_floor('history 1')"));
timed('performance_change_points', all_of("perf_mgmt.performance_change_points('history 1', NULL, 0.002)"));
is(timed('update_rolling_baseline', "SELECT perf_mgmt.update_rolling_baseline('history 1') IS NULL"), 'f', 'rolling baseline');
is(value($node, "SELECT cardinality(contributing_execution_ids) FROM perf_mgmt.performance_baselines "
		  . "WHERE test_name = 'history 1' AND baseline_type = 'ROLLING' AND is_active"), 10, 'rolling baseline: of ten');
is(timed('generate_performance_report', "SELECT (perf_mgmt.generate_performance_report('$newest') -> 'execution_summary') ->> 'execution_id'"),
	$newest, 'report: of this execution');
timed('detect_performance_regression', "SELECT perf_mgmt.detect_performance_regression('$newest') IS NULL");
is(value($node, "SELECT count(DISTINCT judgement_id) FROM perf_mgmt.execution_verdicts WHERE execution_id = '$newest'"), 5,
	'detection: a judgement each time');

my $purged = value($node, "SELECT perf_mgmt.purge_history('60 days', true)");
is(value($node, 'SELECT count(*) FROM perf_mgmt.test_executions'), 10000 - $purged, 'purge: what it says');
cmp_ok($purged, '>', 3000, 'purge: a third is gone');
$node->stop;
done_testing();
