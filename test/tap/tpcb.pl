# TPC-B over pgbench's tables, as one operation of five statements: whatever the concurrency, the operations
# are whole transactions, there are exactly as many as were asked for, and their parameters follow from the
# seed alone.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use PerfMgmtTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $operations = 20_000;

my $node = new_lab('tpcb', 'max_wal_size = 1GB');
$node->command_ok([ 'pgbench', '-i', '-q', '-s', '1', 'postgres' ], 'pgbench -i');
my $generators = q({
	"aid": {"type": "integer", "min": 1, "max": 100000},
	"tid": {"type": "integer", "min": 1, "max": 10},
	"bid": {"type": "integer", "min": 1, "max": 1},
	"delta": {"type": "integer", "min": -5000, "max": 5000}});
my $template = q(
	UPDATE pgbench_accounts SET abalance = abalance + :delta WHERE aid = :aid;
	SELECT abalance FROM pgbench_accounts WHERE aid = :aid;
	UPDATE pgbench_tellers SET tbalance = tbalance + :delta WHERE tid = :tid;
	UPDATE pgbench_branches SET bbalance = bbalance + :delta WHERE bid = :bid;
	INSERT INTO pgbench_history (tid, bid, aid, delta, mtime)
		VALUES (:tid, :bid, :aid, :delta, CURRENT_TIMESTAMP));
add_test(
	$node, 'tpcb',
	[ { sql => $template, type => 'mixed', generators => $generators } ],
	{ operations => $operations, seed => 42 });

sub run_with
{
	my ($workers, $table, $config) = @_;
	$node->safe_psql('postgres', q(
		UPDATE pgbench_accounts SET abalance = 0 WHERE abalance <> 0;
		UPDATE pgbench_tellers SET tbalance = 0;
		UPDATE pgbench_branches SET bbalance = 0;
		TRUNCATE pgbench_history;
		VACUUM pgbench_branches, pgbench_tellers;));
	my $id = value($node, "CALL perf_mgmt.run_performance_test('tpcb', 'development', "
		  . "'{\"workers\": $workers, \"virtual_users\": $workers $config}')");
	$node->safe_psql('postgres', "CREATE TABLE $table AS SELECT tid, bid, aid, delta FROM pgbench_history");
	return $id;
}

my $sums = q(
	SELECT (SELECT count(*) FROM pgbench_history),
		(SELECT sum(abalance) FROM pgbench_accounts) = (SELECT sum(delta) FROM pgbench_history),
		(SELECT sum(tbalance) FROM pgbench_tellers) = (SELECT sum(delta) FROM pgbench_history),
		(SELECT sum(bbalance) FROM pgbench_branches) = (SELECT sum(delta) FROM pgbench_history));

foreach my $workers (8, 1)
{
	my $id = run_with($workers, "history_$workers", '');
	is(value($node, $sums), "$operations|t|t|t", "$workers workers: $operations rows, and all sums agree");
	is( execution(
			$node, $id,
			'execution_status, total_connections, operations_scheduled, operations_ok, operations_failed, '
			  . 'zero_row_writes, rows_read, rows_affected, perf_mgmt.count(response_histogram)'),
		join('|', 'COMPLETED', $workers, $operations, $operations, 0, 0, $operations, 4 * $operations, $operations),
		"$workers workers: the record counts the same");
	is( value($node, "SELECT sum(ok_count), sum(rows_affected), sum(perf_mgmt.count(response_histogram)) "
			  . "FROM perf_mgmt.execution_intervals WHERE execution_id = '$id'"),
		join('|', $operations, 4 * $operations, $operations), "$workers workers: so do the intervals");
	is( value($node, "SELECT statement_count, statement_types, table_names, wal_records > 5 * $operations "
			  . "FROM perf_mgmt.query_performance WHERE execution_id = '$id'"),
		'5|{UPDATE,SELECT,UPDATE,UPDATE,INSERT}|{public.pgbench_accounts,public.pgbench_tellers,'
		  . 'public.pgbench_branches,public.pgbench_history}|t',
		"$workers workers: the operation is described");
	identity_holds($node, $id, "$workers workers");
}
is( value($node, q(
		SELECT count(*) FROM (
			(TABLE history_8 EXCEPT ALL TABLE history_1) UNION ALL (TABLE history_1 EXCEPT ALL TABLE history_8)
		) different)),
	'0', 'one worker and eight had the same parameters');

# What is rolled back is not there; what fails in its last statement has no effect at all.
my $id = run_with(4, 'history_rollback', ', "operations": 400, "finish": "rollback"');
is(value($node, 'SELECT count(*) FROM pgbench_history'), '0', 'finish: rollback leaves no row');
is(value($node, 'SELECT count(*) FROM pgbench_accounts WHERE abalance <> 0'), '0', 'and changes none');
is(execution($node, $id, 'operations_ok, rows_affected'), '400|1600', 'though all ran');
$node->safe_psql('postgres', 'ALTER TABLE pgbench_history ADD CHECK (delta > 0) NOT VALID');
$id = run_with(4, 'history_failed', ', "operations": 400');
is( execution($node, $id, 'operations_failed > 100, operations_failed = failed_constraint, '
		  . 'operations_ok = (SELECT count(*) FROM history_failed)'),
	't|t|t',
	'operations that break a constraint fail as such');
like(value($node, $sums), qr/\|t\|t\|t$/, 'and have no effect at all');

done_testing();
