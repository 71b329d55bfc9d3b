# A run cut into rounds: each has fresh workers and fresh plans, their figures add up to those of the execution, and
# rounds that others disturbed are repeated where the run is to be quiet.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use JSON::PP;
use PerfMgmtTest;
use Test::More;

my $node = new_lab('rounds', 'autovacuum = off', 'checkpoint_timeout = 1h');
add_work($node);
$node->safe_psql('postgres', q(
	CREATE TABLE drawn (place bigserial, pid integer DEFAULT pg_backend_pid(), step integer, n integer);
	CREATE TABLE item (id integer PRIMARY KEY, name text);
	INSERT INTO item SELECT i, 'item ' || i FROM generate_series(1, 1000) i;
	VACUUM ANALYZE item;));
my ($true, $false) = (JSON::PP::true, JSON::PP::false);

# The rounds of an execution, in their order.
sub rounds
{
	my ($id, $columns) = @_;
	return of_execution($node, $id, 'execution_rounds', $columns, 'ORDER BY round_number');
}

# A test: the figures of the execution are the sums of the rounds that count.
sub rounds_add_up
{
	my ($id, $what) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my @counts = qw(ok failed skipped interrupted late);
	is( value($node, "SELECT " . join(' AND ', (map { "sum(r.${_}_count) = e.operations_$_" } @counts),
				'sum(r.retries) = e.retries', 'sum(r.retried_count) = e.operations_retried',
				'sum(r.checkpoints) = e.checkpoints', 'abs(sum(r.measured_ms) - e.measured_ms) < 0.001',
				'max(r.max_response_time_ms) = e.max_response_time_ms',
				'perf_mgmt.merge(r.response_histogram)::text = e.response_histogram::text')
			  . " FROM perf_mgmt.test_executions e JOIN perf_mgmt.execution_rounds r ON r.execution_id = e.id AND r.is_counted"
			  . " WHERE e.id = '$id' GROUP BY e.id"),
		't', "$what: the rounds add up to the execution");
	identity_holds($node, $id, $what);
	return;
}

# --- Five rounds of a number of operations ---
add_test(
	$node, 'counted',
	[ {   sql        => 'INSERT INTO drawn (step, n) VALUES (:step, :n)', type => 'write',
		  generators => '{"step": {"type": "sequence", "start": 1}, "n": {"type": "integer", "min": 1, "max": 1000000}}' } ],
	{ operations => 102, rounds => 5, workers => 1, virtual_users => 1 });

# What each round drew, a line each: how many operations, from which step to which, and a digest of the parameters.
# Its rounds are told apart by their worker.
sub drawn
{
	my $rounds = value($node, q(
		SELECT count(*), min(step), max(step), md5(string_agg(n::text, ' ' ORDER BY place))
		FROM drawn GROUP BY pid ORDER BY min(place)));
	value($node, 'TRUNCATE drawn');
	return split /\n/, $rounds;
}

{
	my $id = run_test($node, 'counted', { seed => 7 });
	is(execution($node, $id, 'execution_status, is_valid, rounds_wanted, total_connections, operations_scheduled, operations_ok'),
		'COMPLETED|t|5|1|102|102', 'five rounds: they are one execution');
	is(rounds($id, 'round_number, is_counted, ok_count, failed_count, interrupted_count'),
		"1|t|21|0|0\n2|t|21|0|0\n3|t|20|0|0\n4|t|20|0|0\n5|t|20|0|0", 'the operations are shared out');
	is( value($node, "SELECT bool_and(started_at < ended_at), bool_and(ended_at <= coalesce(next, completed_at)), "
			  . "bool_and(abs(throughput_tps - ok_count / measured_ms * 1000) <= 0.001 * throughput_tps) "
			  . "FROM (SELECT r.*, e.completed_at, lead(r.started_at) OVER (ORDER BY r.round_number) AS next "
			  . "FROM perf_mgmt.execution_rounds r JOIN perf_mgmt.test_executions e ON e.id = r.execution_id WHERE e.id = '$id') r"),
		't|t|t', 'one after the other, each with its throughput');
	rounds_add_up($id, 'five rounds');
	is(of_execution($node, $id, 'query_performance', 'ok_count, custom_plans, generic_plans'), '102|25|77',
		'each round begins anew with five custom plans');
	is(of_execution($node, $id, 'execution_stages', 'round_number, stage_number, measured, ok_count', 'ORDER BY 1, 2'),
		"1|1|t|21\n2|2|t|21\n3|3|t|20\n4|4|t|20\n5|5|t|20", 'each round has its stage');

	my @first = drawn();
	is(join(' ', map { (split /\|/)[0] } @first), '21 21 20 20 20', 'each round has a worker of its own');
	is(join(' ', map { (split /\|/)[1] . '-' . (split /\|/)[2] } @first), '1-21 22-42 43-62 63-82 83-102',
		'sequences go on from round to round');
	my %digests = map { (split /\|/)[3] => 1 } @first;
	is(scalar keys %digests, 5, 'every round draws anew');
	run_test($node, 'counted', { seed => 7 });
	is_deeply([ map { (split /\|/)[3] } drawn() ], [ map { (split /\|/)[3] } @first ], 'the same seed: the same parameters in each round');
	run_test($node, 'counted', { seed => 8 });
	isnt(join(' ', map { (split /\|/)[3] } drawn()), join(' ', map { (split /\|/)[3] } @first), 'another seed: others');
	$id = run_test($node, 'counted', { operations => 103 });
	is(join(' ', split /\n/, rounds($id, 'ok_count')), '21 21 21 20 20', '103 operations are 21 21 21 20 20');
	drawn();
}

# --- Rounds of a duration: ramps and all ---
add_test(
	$node, 'timed',
	[ { name => 'read', sql => 'SELECT name FROM item WHERE id = :id', generators => '{"id": {"type": "integer", "min": 1, "max": 1000}}' },
		{ name => 'work', sql => 'SELECT busy_work(1000)' } ],
	{ test_duration_seconds => 1.5, ramp_up_seconds => 0.6, warmup_seconds => 0.2, rounds => 3, workers => 2, virtual_users => 2, interval_ms => 100 });
{
	my $id = run_test($node, 'timed');
	is(execution($node, $id, 'execution_status, is_valid, total_connections'), 'COMPLETED|t|2', 'timed: the run');
	is(rounds($id, 'round_number, is_counted, ok_count > 0'), "1|t|t\n2|t|t\n3|t|t", 'timed: three rounds');
	rounds_add_up($id, 'timed');
	is( of_execution($node, $id, 'execution_stages', "round_number, string_agg(stage_name, ' ' ORDER BY stage_number), "
			  . "count(*) FILTER (WHERE measured)", 'GROUP BY 1 ORDER BY 1') =~ s/^\d\|//gmr,
		join("\n", (of_execution($node, $id, 'execution_stages', "string_agg(stage_name, ' ' ORDER BY stage_number), "
			  . "count(*) FILTER (WHERE measured)", 'AND round_number = 1')) x 3), 'timed: every round has all stages');
	is( value($node, "SELECT bool_and(s.started_at >= r.started_at - interval '1 ms' AND s.ended_at <= r.ended_at + interval '1 ms'), count(DISTINCT stage_number) = count(*) "
			  . "FROM perf_mgmt.execution_stages s JOIN perf_mgmt.execution_rounds r USING (execution_id, round_number) WHERE execution_id = '$id'"),
		't|t', 'timed: stages lie in their rounds, and are numbered through the run');
	is( value($node, "SELECT bool_and(i.started_at >= r.started_at - interval '1 ms' AND i.ended_at <= r.ended_at + interval '1 ms'), count(DISTINCT i.round_number), "
			  . "count(DISTINCT (interval_number, i.operation_name)) = count(*) "
			  . "FROM perf_mgmt.execution_intervals i JOIN perf_mgmt.execution_rounds r USING (execution_id, round_number) WHERE execution_id = '$id'"),
		't|3|t', 'timed: so do the intervals');
	is( value($node, "SELECT bool_and(i.ok <= r.ok_count), bool_and(i.ok > 0) FROM perf_mgmt.execution_rounds r JOIN ("
			  . "SELECT round_number, sum(ok_count) AS ok FROM perf_mgmt.execution_intervals WHERE execution_id = '$id' AND measured GROUP BY 1) i "
			  . "USING (round_number) WHERE execution_id = '$id'"),
		't|t', 'timed: their operations are those of the round');
}
# --- Rounds at a rate: operations are due after 10, 20 ... 490 ms of each, and sequences go on here too ---
{
	my $id = run_test($node, 'counted', { arrival => { rate => 100, distribution => 'regular' }, test_duration_seconds => 1.5, rounds => 3 });
	is(rounds($id, 'round_number, ok_count + skipped_count + interrupted_count'), "1|49\n2|49\n3|49", 'rate: a third of the duration each');
	rounds_add_up($id, 'rate');
	is(value($node, 'SELECT count(*) = count(DISTINCT step), count(DISTINCT pid), max(step) >= 100 FROM drawn'), 't|3|t',
		'rate: no number of the sequence comes twice');
	value($node, 'TRUNCATE drawn');
}

# --- One that ends in the middle of its second round ---
# Operation n asks for the advisory lock n, so that whoever has that lock holds the run there.
add_test($node, 'held', [ { sql => 'SELECT pg_advisory_xact_lock_shared(:n)', generators => '{"n": {"type": "sequence", "start": 1}}' } ],
	{ operations => 6, rounds => 3, workers => 1, virtual_users => 1 });

# The same, and operation number 4 fails when it is let go.
add_test($node, 'fourth fails', [ { sql => 'SELECT pg_advisory_xact_lock_shared(:n); SELECT 1 / (4 - :n)', generators => '{"n": {"type": "sequence", "start": 1}}' } ],
	{ operations => 6, rounds => 3, workers => 1, virtual_users => 1 });

# Runs a test until its operation number 4, the second of round 2, and returns the id and who holds it there.
sub run_to_round_two
{
	my ($config, $test) = @_;
	my $holder = $node->background_psql('postgres');
	$holder->query_safe('SELECT pg_advisory_lock(4)');
	my $id = start_test($node, $test || 'held', $config);
	wait_for($node, "EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = 4 AND NOT granted)");
	return ($id, $holder);
}

foreach my $quiet ($false, $true)
{
	my $what = $quiet ? 'cancelled quiet run' : 'cancelled run';
	my ($id, $holder) = run_to_round_two({ quiet => $quiet });
	is(of_execution($node, $id, 'execution_rounds', 'count(*)'), '0', "$what: rounds are recorded at the end");
	is(value($node, "SELECT perf_mgmt.cancel_execution('$id')"), 't', "$what: in round 2");
	is(wait_for_end($node, $id), 'CANCELLED', "$what: CANCELLED");
	is(rounds($id, 'round_number, is_counted, ok_count, interrupted_count'), "1|t|2|0\n2|t|1|1", "$what: round 1 and the part of round 2");
	is(execution($node, $id, 'operations_ok, operations_interrupted, rounds_wanted'), '3|1|3', "$what: both are in the result");
	rounds_add_up($id, $what);
	processes_are_gone($node, $what);
	$holder->quit;
}

# --- One that ends in the warm-up of its third round: that round measured nothing, so it is neither quiet nor counted ---
# Each round has a worker of its own; the third one's first operation waits at the gate.
value($node, 'CREATE TABLE warmer (pid integer PRIMARY KEY)');
add_test(
	$node, 'warming',
	[ {   sql => 'INSERT INTO warmer VALUES (pg_backend_pid()) ON CONFLICT DO NOTHING; '
			  . 'SELECT pg_advisory_xact_lock_shared(4242) FROM warmer HAVING count(*) > 2', type => 'write' } ],
	{   test_duration_seconds => 0.9, warmup_seconds => 2, rounds => 3, workers => 1, virtual_users => 1, interval_ms => 100,
		think_time_ms => 5 });
{
	my $gate = close_gate($node);
	my $id = start_test($node, 'warming');
	wait_for($node, "EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = 4242 AND NOT granted)");
	is(value($node, "SELECT perf_mgmt.cancel_execution('$id')"), 't', 'warm-up: cancelled in the third one');
	is(wait_for_end($node, $id), 'CANCELLED', 'warm-up: CANCELLED');
	is(rounds($id, 'round_number, is_counted, measured_ms > 0'), "1|t|t\n2|t|t\n3|f|", 'warm-up: the third round is not counted');
	is(of_execution($node, $id, 'execution_rounds', "is_quiet, jsonb_path_query_array(disturbances, '\$[*].code')", 'AND round_number = 3'),
		'f|["not_measured"]', 'warm-up: nor quiet, and it says why');
	is( value($node, "SELECT e.rounds_quiet = count(*) FILTER (WHERE r.is_quiet), e.rounds_quiet <= 2, e.measured_from > e.started_at, "
			  . "e.measured_until <= max(r.started_at) FROM perf_mgmt.test_executions e "
			  . "JOIN perf_mgmt.execution_rounds r ON r.execution_id = e.id WHERE e.id = '$id' GROUP BY e.id"),
		't|t|t|t', 'warm-up: what was measured ends with the second round');
	rounds_add_up($id, 'warm-up');
	processes_are_gone($node, 'warm-up');
	$gate->quit;
}

# --- A checkpoint in round 2: that round is run again ---
my $checkpoints =
  $node->pg_version >= 17 ? 'num_requested FROM pg_stat_checkpointer' : 'checkpoints_req FROM pg_stat_bgwriter';
foreach my $quiet ($false, $true)
{
	my $what = $quiet ? 'checkpoint in a quiet run' : 'checkpoint';
	my ($id, $holder) = run_to_round_two({ quiet => $quiet });
	my $before = value($node, "SELECT $checkpoints");
	value($node, 'CHECKPOINT');
	wait_for($node, "(SELECT $checkpoints) > $before");
	$holder->quit;
	is(wait_for_end($node, $id), 'COMPLETED', "$what: the run completes");
	is( of_execution($node, $id, 'execution_rounds', "is_quiet, checkpoints, jsonb_path_exists(disturbances, "
			  . "'\$[*] ? (\@.code == \"checkpoint\" && \@.message starts with \"1 checkpoint began\")')", 'AND round_number = 2'),
		'f|1|t', "$what: it disturbed round 2");
	# How often the machine disturbs the others is not known.
	is( of_execution($node, $id, 'execution_rounds', $quiet
			? 'count(*) = 6 OR count(*) > 3 AND count(*) FILTER (WHERE is_quiet) = 3' : 'count(*) = 3'),
		't', $quiet ? "$what: a round is repeated" : "$what: no round is repeated");
	is(of_execution($node, $id, 'execution_rounds', "count(*) FILTER (WHERE is_counted), bool_and(is_counted OR NOT is_quiet)"),
		'3|t', "$what: three rounds count, and every quiet one does");
	is( value($node, "SELECT rounds_quiet = count(*) FILTER (WHERE is_quiet) FROM perf_mgmt.test_executions e "
			  . "JOIN perf_mgmt.execution_rounds r ON r.execution_id = e.id WHERE e.id = '$id' GROUP BY e.id"),
		't', "$what: the execution says how many were quiet");
	is(execution($node, $id, 'operations_ok'), '6', "$what: so that all operations are in the result, each once");
	rounds_add_up($id, $what);
}

# --- Errors are those of the rounds that count ---
foreach my $quiet ($false, $true)
{
	my $what = $quiet ? 'error in a quiet run' : 'error';
	my ($id, $holder) = run_to_round_two({ quiet => $quiet }, 'fourth fails');
	my $before = value($node, "SELECT $checkpoints");
	value($node, 'CHECKPOINT');
	wait_for($node, "(SELECT $checkpoints) > $before");
	$holder->quit;
	is(wait_for_end($node, $id), 'COMPLETED', "$what: the run completes");
	is(of_execution($node, $id, 'execution_rounds', 'is_quiet, ok_count, failed_count', 'AND round_number = 2'), 'f|1|1',
		"$what: in round 2, which was disturbed");
	# Where the machine disturbs other rounds too, round 2 may be needed.
	is( value($node, "SELECT (SELECT coalesce(sum((details ->> 'count')::integer), 0) FROM perf_mgmt.execution_events "
			  . "WHERE execution_id = e.id AND event_type = 'OPERATION_ERROR') = e.operations_failed, "
			  . "e.operations_failed = (SELECT is_counted::integer FROM perf_mgmt.execution_rounds WHERE execution_id = e.id AND round_number = 2) "
			  . "FROM perf_mgmt.test_executions e WHERE e.id = '$id'"),
		't|t', "$what: its event and the failures of the execution agree");
	rounds_add_up($id, $what);
}

# --- Others use the CPU all the time: no round is quiet ---
add_test($node, 'disturbed', [ { sql => 'SELECT cpu_work(2000)' } ],
	{ operations => 150, rounds => 3, quiet => $true, workers => 1, virtual_users => 1 });
{
	my $baseline = run_test($node, 'disturbed', { quiet => $false });
	is(value($node, "SELECT string_agg(baseline_type, ' ') FROM perf_mgmt.performance_baselines WHERE baseline_execution_id = '$baseline'"),
		'INITIAL', 'disturbed: there is a baseline');
	# An eighth of all CPUs, which is more than 5 %.
	my $cpus = grep { /^processor\b/ } split /\n/, PostgreSQL::Test::Utils::slurp_file('/proc/cpuinfo');
	my @others = map { start_call($node, 'SELECT cpu_work(600000000)') } (1 .. ($cpus + 7) / 8);
	my $id = run_test($node, 'disturbed');
	is(rounds($id, 'round_number, is_quiet, is_counted, ok_count'),
		"1|f|t|50\n2|f|t|50\n3|f|t|50\n4|f|f|50\n5|f|f|50\n6|f|f|50", 'disturbed: twice the rounds, of which the first count');
	is( of_execution($node, $id, 'execution_rounds', "bool_and(jsonb_path_exists(disturbances, '\$[*] ? (\@.code == \"other_cpu\")')), "
			  . "bool_and(others_cpu_percent > 5)"),
		't|t', 'disturbed: each says why');
	is(execution($node, $id, 'execution_status, is_valid, rounds_wanted, rounds_quiet, operations_ok'), 'COMPLETED|t|3|0|150', 'disturbed: the execution');
	rounds_add_up($id, 'disturbed');
	like(of_execution($node, $id, 'execution_verdicts', 'verdict, rounds_current, reason', "AND metric = 'overall'"),
		qr/^INCONCLUSIVE\|0\|avg_response_time_ms: only 0 of 6 rounds were quiet, 3 are needed\. (In \d.*)?In 6 rounds(, for example)?: Others used /,
		'disturbed: no verdict, and who is to blame');
	# A run that was not asked to be quiet is judged by all its rounds.
	$id = run_test($node, 'disturbed', { quiet => $false });
	is(rounds($id, 'round_number, is_quiet, is_counted'), "1|f|t\n2|f|t\n3|f|t", 'disturbed, not to be quiet: no round is repeated');
	is(of_execution($node, $id, 'execution_verdicts', "rounds_current, verdict <> 'INCONCLUSIVE'", "AND metric = 'avg_response_time_ms' AND against = 'baseline'"),
		'3|t', 'disturbed, not to be quiet: all rounds are judged');
	foreach my $session (@others)
	{
		value($node, "SELECT pg_cancel_backend($session->{backend})");
		finish_call($session);
		$session->quit;
	}
}

# --- Tables with names that need quotes ---
{
	$node->safe_psql('postgres', 'CREATE TABLE "Odd name, quoted" (id int); INSERT INTO "Odd name, quoted" VALUES (1)');
	add_test($node, 'odd name', [ { sql => 'SELECT id FROM "Odd name, quoted"' } ], { operations => 20, workers => 1, rounds => 2 });
	my $id = run_test($node, 'odd name');
	is(execution($node, $id, "execution_status, unavailable ? 'autovacuum_runs', rounds_wanted"), 'COMPLETED|f|2', 'odd name: its circumstances were read');
	is(of_execution($node, $id, 'execution_tables', 'table_name'), 'public."Odd name, quoted"', 'odd name: and its table');
}

done_testing();
