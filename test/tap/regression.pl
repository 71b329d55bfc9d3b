# Regressions are found and explained: an index that is gone, a session that holds a lock, and a buffer cache that is
# too small, each between two runs of a test. The runs are not asked to be quiet, so that all their rounds are judged,
# whatever the machine does.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use PerfMgmtTest;
use Test::More;

my $node = new_lab('regression', 'autovacuum = off', 'checkpoint_timeout = 1h', 'shared_buffers = 128MB', 'max_parallel_workers_per_gather = 0');
$node->safe_psql('postgres', q(
	CREATE TABLE item (id integer PRIMARY KEY, kind integer NOT NULL, name text NOT NULL);
	INSERT INTO item SELECT i, i % 5000, 'item ' || i FROM generate_series(1, 50000) i;
	CREATE INDEX item_kind ON item (kind);
	CREATE TABLE counter (id integer PRIMARY KEY, n integer NOT NULL);
	INSERT INTO counter VALUES (1, 0);
	-- A page for each row
	CREATE TABLE page (id integer PRIMARY KEY, content text);
	ALTER TABLE page ALTER content SET STORAGE PLAIN;
	INSERT INTO page SELECT i, repeat('x', 4100) FROM generate_series(1, 2000) i;
	VACUUM ANALYZE item, counter, page;));

# Runs a test for the first time: it is the INITIAL baseline.
sub baseline_run
{
	my ($name) = @_;
	my $id = run_test($node, $name);
	is(execution($node, $id, 'execution_status, is_valid, regression_detected'), 'COMPLETED|t|f', "$name: the first run");
	is(of_execution($node, $id, 'execution_verdicts', 'verdict', "AND metric = 'overall'"), 'NO_BASELINE', "$name: has nothing before it");
	is(value($node, "SELECT baseline_type, is_active FROM perf_mgmt.performance_baselines WHERE baseline_execution_id = '$id'"),
		'INITIAL|t', "$name: and becomes the baseline");
	return $id;
}

# Tests that an execution is a severe regression; returns the first line of the stored explanation.
sub regressed
{
	my ($id, $baseline, $name) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	is(value($node, "SELECT perf_mgmt.detect_performance_regression('$id')"), 't', "$name: a regression")
	  or diag(map { of_execution($node, $_, 'execution_rounds', "string_agg(avg_response_time_ms::text, ' ')") . "\n" } $baseline, $id);
	is( value($node, "SELECT regression_detected, baseline_execution_id = '$baseline' FROM perf_mgmt.test_executions WHERE id = '$id'"),
		't|t', "$name: the execution is marked");
	my $last = "FROM perf_mgmt.execution_verdicts WHERE execution_id = '$id' AND metric = 'overall' ORDER BY judged_at DESC LIMIT 1";
	is( value($node, "SELECT verdict, severe, rounds_current, primary_metric IN ('avg_response_time_ms', 'throughput_tps'), baseline_execution_id = '$baseline' $last"),
		'REGRESSION|t|3|t|t', "$name: the verdict");
	is( value($node, "SELECT string_agg(DISTINCT verdict, ' '), bool_and(severe AND basis = 'threshold_only') FROM perf_mgmt.regression_verdicts('$id') "
			  . "WHERE against = 'baseline' AND metric IN ('avg_response_time_ms', 'throughput_tps')"),
		'REGRESSION|t', "$name: by the mean and by the throughput");
	my $explanation = value($node, "SELECT split_part(explanation, E'\\n', 1) $last");
	is(value($node, "SELECT finding FROM perf_mgmt.explain_regression('$id') LIMIT 1"), $explanation, "$name: explained as explain_regression() does");
	return $explanation;
}

# --- An index that is gone ---
sub id_up_to { return qq({"$_[0]": {"type": "integer", "min": 1, "max": $_[1]}}) }
add_test(
	$node, 'index',
	[ { name => 'by id', sql => 'SELECT name FROM item WHERE id = :id', generators => id_up_to('id', 50000) },
		{ name => 'by kind', sql => 'SELECT name FROM item WHERE kind = :kind', generators => id_up_to('kind', 4999) } ],
	{ operations => 180, rounds => 3, workers => 1, virtual_users => 1 });
{
	my $baseline = baseline_run('index');
	$node->safe_psql('postgres', 'DROP INDEX item_kind');
	my $id = run_test($node, 'index');
	my $explanation = regressed($id, $baseline, 'index');
	like($explanation, qr/^"by kind"/, 'index: the explanation begins with the operation');
	like($explanation, qr/plan changed: .*item_kind.* -> Seq Scan on item\b/, 'index: and names both plans');
	is( value($node, "SELECT operation_name, share_percent > 80, change_percent > 100, details #>> '{findings,0,kind}' FROM perf_mgmt.explain_regression('$id') LIMIT 1"),
		'by kind|t|t|plan', 'index: the operation carries the change');
	is( value($node, "SELECT metric_name, within_threshold, severity FROM perf_mgmt.compare_with_baseline('$id') WHERE metric_name LIKE 'Average%'"),
		'Average Response Time|f|CRITICAL', 'index: the figures beside each other');
	# The repetition confirms it, and is none itself.
	my $again = run_test($node, 'index', { confirms => $id });
	regressed($id, $baseline, 'index, confirmed');
	is( value($node, "SELECT bool_and(confirmed) FROM perf_mgmt.regression_verdicts('$id') WHERE against = 'baseline' "
			  . "AND metric IN ('avg_response_time_ms', 'throughput_tps')"),
		't', 'index, confirmed: says so');
	is(of_execution($node, $again, 'execution_verdicts', 'count(*)'), '0', 'index, confirmed: the repetition is not judged');
	is( value($node, "SELECT string_agg(confirmation_execution_id::text, ' ' ORDER BY judged_at DESC) FROM (SELECT * FROM perf_mgmt.execution_verdicts "
			  . "WHERE execution_id = '$id' AND metric = 'overall' ORDER BY judged_at DESC LIMIT 1) v"),
		$again, 'index, confirmed: it is named');
	$node->safe_psql('postgres', 'CREATE INDEX item_kind ON item (kind)');
}

# --- A session that holds a lock ---
add_test($node, 'lock', [ { name => 'count', sql => 'UPDATE counter SET n = n + 1 WHERE id = 1', type => 'write' } ],
	{ operations => 60, rounds => 3, workers => 1, virtual_users => 1 });
{
	my $baseline = baseline_run('lock');
	# Two that have the lock for 20 ms by turns. Locks of tables are given in the order in which they were asked for, so
	# that each operation waits for one of them at least.
	my @holders = map {
		start_call($node, 'DO $$ BEGIN LOOP LOCK TABLE counter IN SHARE ROW EXCLUSIVE MODE; PERFORM pg_sleep(0.02); COMMIT; END LOOP; END $$')
	} (1, 2);
	wait_for($node, "count(*) = 2 FROM pg_locks WHERE relation = 'counter'::regclass AND mode = 'ShareRowExclusiveLock'");
	my $id = run_test($node, 'lock');
	foreach my $holder (@holders)
	{
		value($node, "SELECT pg_cancel_backend($holder->{backend})");
		finish_call($holder);
		$holder->quit;
	}
	my $explanation = regressed($id, $baseline, 'lock');
	like($explanation, qr/^"count".*waits for locks \(mostly Lock:relation\)/, 'lock: the explanation names the operation and what it waited for');
	is(value($node, "SELECT details #>> '{findings,0,kind}' FROM perf_mgmt.explain_regression('$id')"), 'lock_waits', 'lock: that comes first');
}

# --- A buffer cache that is too small ---
add_test($node, 'cache', [ { name => 'scan', sql => 'SELECT count(content) FROM page' } ], { operations => 240, rounds => 3, workers => 1, virtual_users => 1 });
{
	my $baseline = baseline_run('cache');
	$node->append_conf('postgresql.conf', 'shared_buffers = 1MB');
	$node->restart;
	my $id = run_test($node, 'cache');
	my ($status, $found, $notice) = $node->psql('postgres', "SELECT verdict, reason FROM perf_mgmt.regression_verdicts('$id') WHERE metric = 'overall'");
	like($found, qr/^NO_BASELINE\|.*INITIAL baseline of test "cache" is not comparable: setting "shared_buffers": 1MB instead of 128MB/, 'cache: another setting, no baseline');
	is(value($node, "SELECT perf_mgmt.detect_performance_regression('$id')"), 'f', 'cache: which is no regression');
	is(value($node, "SELECT verdict, severe, baseline_execution_id FROM perf_mgmt.regression_verdicts('$id', p_accept_fingerprint => true) WHERE metric = 'overall'"),
		"REGRESSION|t|$baseline", 'cache: one where that is accepted');
	# Blocks that the system has in its cache cost CPU time to read, so that either of both may come first.
	my $findings = "jsonb_path_query_array(details, '\$.findings[*].kind')";
	is( value($node, "SELECT operation_name, $findings @> '[\"io_waits\", \"buffers\", \"settings\"]', details #>> '{findings,0,kind}' IN ('io_waits', 'buffers', 'cpu') "
			  . "FROM perf_mgmt.explain_regression('$id', '$baseline')"),
		'scan|t|t', 'cache: the explanation tells of waits for IO, of blocks, and of the setting');
	like( value($node, "SELECT string_agg(f ->> 'text', '; ') FROM perf_mgmt.explain_regression('$id', '$baseline'), jsonb_array_elements(details -> 'findings') f"),
		qr/blocks read from outside the buffer cache 0 -> (1[89]|20)\d\d per operation/, 'cache: with both numbers');
	($status, $found, $notice) = $node->psql('postgres', "SELECT count(*) FROM perf_mgmt.explain_regression('$id')");
	like("$found $notice", qr/^0 .*has no baseline to explain a change from.*shared_buffers/s, 'cache: without a baseline there is nothing to explain');
	($status, $found, $notice) = $node->psql('postgres', "SELECT verdict FROM perf_mgmt.compare_executions('$baseline', '$id') WHERE metric = 'overall'");
	is($found, 'REGRESSION', 'cache: compared with each other');
	like($notice, qr/the executions ran under different conditions.*shared_buffers/s, 'cache: it is said what is different');
}

done_testing();
