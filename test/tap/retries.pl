# Serialization failures and deadlocks are tried again with the same parameters, as often as max_tries says; what
# still fails is failed, with its class. A late operation is counted, an interrupted one has a lower bound.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use PerfMgmtTest;
use Test::More;

my $node = new_lab('retries', 'deadlock_timeout = 10ms');
$node->safe_psql('postgres', q(
	CREATE TABLE account (id integer PRIMARY KEY, n integer NOT NULL) WITH (fillfactor = 20);
	INSERT INTO account SELECT i, 0 FROM generate_series(1, 3) i;
	CREATE TABLE taken (slot integer NOT NULL);
	CREATE TABLE level (name text NOT NULL);
	CREATE SEQUENCE tries;
	-- Every other call fails; a sequence does not go back with the transaction.
	CREATE FUNCTION fail_at_first(slot integer) RETURNS void LANGUAGE plpgsql AS $$
	BEGIN
		IF nextval('tries') % 2 = 1 THEN
			PERFORM pg_sleep(0.05);
			RAISE serialization_failure;
		END IF;
		INSERT INTO taken VALUES (slot);
	END $$;
	CREATE FUNCTION fail_always(class text) RETURNS void LANGUAGE plpgsql AS $$
	BEGIN
		PERFORM nextval('tries');
		RAISE EXCEPTION USING ERRCODE = class;
	END $$;));
my $sums = 'operations_scheduled, operations_ok, operations_failed, operations_skipped, operations_interrupted';
my $classes = 'failed_serialization, failed_deadlock, failed_timeout, failed_constraint, failed_other';
my $slots = '{"slot": {"type": "sequence", "start": 1}}';

sub restart { $node->safe_psql('postgres', 'ALTER SEQUENCE tries RESTART; TRUNCATE taken'); return; }

# --- 20 workers in each other's way ---
add_test(
	$node,
	'deadlocks',
	[ { sql => 'UPDATE account SET n = n + 1 WHERE id = :one; UPDATE account SET n = n + 1 WHERE id = :other',
			type => 'write',
			generators => '{"one": {"type": "integer", "min": 1, "max": 3}, "other": {"type": "integer", "min": 1, "max": 3}}' } ],
	{ operations => 600, workers => 20, virtual_users => 20, max_tries => 5, seed => 1 });
foreach my $tries (5, 1)
{
	$node->safe_psql('postgres', 'UPDATE account SET n = 0');
	my $id = run_test($node, 'deadlocks', { max_tries => $tries });
	is( execution($node, $id, 'execution_status, total_connections, operations_scheduled, operations_ok + operations_failed, '
			  . 'operations_failed = failed_deadlock'),
		'COMPLETED|20|600|600|t', "deadlocks, max_tries $tries: each is ok or failed with its class");
	is( value($node, "SELECT sum(n) = 2 * (SELECT operations_ok FROM perf_mgmt.test_executions WHERE id = '$id') FROM account"),
		't', "deadlocks, max_tries $tries: what is ok took effect once, what failed never");
	is( execution($node, $id, 'operations_retried <= retries, retries >= 4 * operations_failed, retries <= 4 * operations_retried, '
			  . 'operations_failed <= operations_retried'),
		't|t|t|t', 'deadlocks: as many tries as are allowed, and no more')
	  if $tries == 5;
	cmp_ok(execution($node, $id, 'retries'), '>', 0, 'deadlocks: there were some') if $tries == 5;
	is(execution($node, $id, 'operations_retried, retries'), '0|0', 'max_tries 1: no second try') if $tries == 1;
	is( execution($node, $id, 'operations_retried, retries, operations_late'),
		of_execution($node, $id, 'execution_stages', 'sum(retried_count), sum(retries), sum(late_count)'),
		"deadlocks, max_tries $tries: the stage counts the same");
	identity_holds($node, $id, "deadlocks, max_tries $tries");
	processes_are_gone($node, "deadlocks, max_tries $tries");
}

# --- The same parameters again ---
add_test($node, 'first fails', [ { sql => 'SELECT fail_at_first(:slot)', type => 'write', generators => $slots } ],
	{ operations => 10, workers => 1, max_tries => 2 });
{
	restart();
	my $id = run_test($node, 'first fails');
	is(execution($node, $id, "$sums, operations_retried, retries"), '10|10|0|0|0|10|10', 'each took two tries');
	is(value($node, "SELECT string_agg(slot::text, ' ' ORDER BY slot) FROM taken"),
		'1 2 3 4 5 6 7 8 9 10', 'with the parameters of the first');
	is(execution($node, $id, 'min_response_time_ms >= 50, perf_mgmt.min(service_histogram) >= 50 * 1e6, p50_lag_ms IS NULL'),
		't|t|t', 'the time is that of both tries');
	is(of_execution($node, $id, 'query_performance', 'retried_count, retries, ok_count'), '10|10|10', 'the operation counts the same');
	restart();
	$id = run_test($node, 'first fails', { max_tries => 1 });
	is(execution($node, $id, "$sums, operations_retried, retries"), '10|5|5|0|0|0|0', 'without retries every other fails');
	is(execution($node, $id, $classes), '5|0|0|0|0', 'by its class');
}
# Without sampling, which would run the operation once more to see its plan.
add_test($node, 'all fail', [ { sql => 'SELECT fail_always(:class)', generators => '{"class": "40001"}' } ],
	{ operations => 10, workers => 2, virtual_users => 2, max_tries => 3, sampling_hz => 0 });
{
	restart();
	my $id = run_test($node, 'all fail');
	is(execution($node, $id, "$sums, operations_retried, retries, $classes"), '10|0|10|0|0|10|20|10|0|0|0|0', 'three tries, then failed');
	is(value($node, 'SELECT last_value FROM tries'), '30', 'which were really made');
	is(execution($node, $id, 'avg_response_time_ms IS NULL, perf_mgmt.count(failure_histogram)'), 't|10', 'a failure has no response time');
	restart();
	$id = run_test($node, 'all fail', { operations => 10, max_errors => 4, workers => 1 });
	is(execution($node, $id, 'execution_status, operations_failed'), 'FAILED|5', 'max_errors counts operations, not tries');
}
# Another error is none that a second try would mend.
add_test($node, 'broken', [ { sql => 'SELECT fail_always(:class)', generators => '{"class": "22012"}' } ],
	{ operations => 10, workers => 1, max_tries => 3, sampling_hz => 0 });
{
	restart();
	my $id = run_test($node, 'broken');
	is(execution($node, $id, "$sums, operations_retried, retries, $classes"), '10|0|10|0|0|0|0|0|0|0|0|10', 'other errors are not tried again');
	is(value($node, 'SELECT last_value FROM tries'), '10', 'and were not');
}
{
	# Tries end with the run: 1,000 of them would take 50 s.
	add_test($node, 'endless', [ { sql => 'SELECT pg_sleep(0.05), fail_always(:class)', generators => '{"class": "40001"}' } ],
		{ test_duration_seconds => 1, workers => 1, max_tries => 1000 });
	my $id = run_test($node, 'endless');
	is(execution($node, $id, 'execution_status, operations_scheduled, operations_failed, failed_serialization, retries < 100'),
		'COMPLETED|1|1|1|t', 'the end of the run is the end of the tries');
	is(execution($node, $id, 'duration_ms < 5000'), 't', 'without the time of grace');
}

# --- Serializable ---
add_test(
	$node,
	'serializable',
	[ { sql => 'SELECT n, pg_sleep(0.001) FROM account WHERE id = 1; UPDATE account SET n = n + 1 WHERE id = 1; INSERT INTO taken VALUES (:slot)', type => 'write', generators => $slots } ],
	{ operations => 400, workers => 4, virtual_users => 4, max_tries => 1000, isolation_level => 'serializable' });
{
	restart();
	$node->safe_psql('postgres', 'UPDATE account SET n = 0');
	my $id = run_test($node, 'serializable');
	is(execution($node, $id, $sums), '400|400|0|0|0', 'serializable: every operation got there');
	is(execution($node, $id, 'operations_retried > 0, operations_retried <= retries'), 't|t', 'serializable: some more than once tried');
	is(value($node, 'SELECT count(*), count(DISTINCT slot), min(slot), max(slot), (SELECT n FROM account WHERE id = 1) FROM taken'),
		'400|400|1|400|400', 'serializable: with each parameter exactly once');
	identity_holds($node, $id, 'serializable');
}

# --- Isolation levels ---
add_test($node, 'level', [ { sql => "INSERT INTO level SELECT current_setting('transaction_isolation')", type => 'write' } ],
	{ operations => 4, workers => 2, virtual_users => 2 });
foreach my $level ('read uncommitted', 'read committed', 'repeatable read', 'serializable')
{
	$node->safe_psql('postgres', 'TRUNCATE level');
	my $id = run_test($node, 'level', { isolation_level => $level });
	is(value($node, 'SELECT name, count(*) FROM level GROUP BY name'), "$level|4", "operations run at $level");
	is(execution($node, $id, "run_spec ->> 'isolation_level'"), $level, "$level: the record says so");
}
{
	$node->safe_psql('postgres', 'TRUNCATE level');
	run_test($node, 'level');
	is(value($node, 'SELECT DISTINCT name FROM level'), 'read committed', "without it at the server's default");
	$node->safe_psql('postgres', 'TRUNCATE level');
	run_test($node, 'level', { settings => { default_transaction_isolation => 'repeatable read' } });
	is(value($node, 'SELECT DISTINCT name FROM level'), 'repeatable read', 'or at that of the settings');
}

# --- latency_limit_ms ---
add_test(
	$node, 'late',
	[ { sql => 'SELECT pg_sleep(CASE WHEN :slot::integer % 3 = 0 THEN 0.4 ELSE 0 END)', generators => $slots } ],
	{ operations => 9, workers => 1, latency_limit_ms => 300 });
{
	my $id = run_test($node, 'late');
	is(execution($node, $id, "$sums, operations_late"), '9|9|0|0|0|3', 'operations beyond the limit are late, and ok');
	is(of_execution($node, $id, 'query_performance', 'ok_count, late_count'), '9|3', 'the operation counts the same');
	is(of_execution($node, $id, 'execution_intervals', 'sum(late_count)'), '3', 'and so do the intervals');
	$id = run_test($node, 'level');
	is(execution($node, $id, 'operations_late'), '0', 'without a limit none is late');
}

# --- Interrupted ---
{
	add_test($node, 'blocked', [ { sql => 'UPDATE account SET n = n + 1 WHERE id = :id', type => 'write', generators => '{"id": 1}' } ],
		{ test_duration_seconds => 1, workers => 2, virtual_users => 2 });
	my $locker = $node->background_psql('postgres');
	$locker->query_safe('BEGIN; UPDATE account SET n = n WHERE id = 1');
	my $id = run_test($node, 'blocked');
	is(execution($node, $id, "execution_status, $sums"), 'COMPLETED|2|0|0|0|2', 'what does not end is interrupted');
	cmp_ok(of_execution($node, $id, 'query_performance', 'interrupted_max_ms'), '>=', 5000, 'the time it had taken until then is kept');
	is( value($node, "SELECT finding ->> 'code', finding ->> 'fatal' FROM perf_mgmt.test_executions, "
			  . "jsonb_array_elements(findings) finding WHERE id = '$id' AND finding ->> 'code' = 'interrupted'"),
		'interrupted|false', 'and there is a finding');
	is(execution($node, $id, 'max_response_time_ms IS NULL'), 't', 'it is no response time');
	identity_holds($node, $id, 'interrupted');
	$locker->query_safe('ROLLBACK');
	$locker->quit;
}

done_testing();
