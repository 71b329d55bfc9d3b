# compare_variants: two configurations of a test run by turns, A B B A; setup and teardown around the turns, whatever
# becomes of them; the verdict and what it is built on; and what is refused before anything happens.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use JSON::PP;
use PerfMgmtTest;
use Test::More;

my $node = new_lab('compare_variants', 'autovacuum = off', 'checkpoint_timeout = 1h');
$node->safe_psql('postgres', q(
	CREATE TABLE log (place bigserial, what text, n integer);
	CREATE TABLE divisor (n integer);
	INSERT INTO divisor VALUES (1);
	CREATE TABLE item (id integer PRIMARY KEY, kind integer NOT NULL, name text NOT NULL);
	INSERT INTO item SELECT i, i % 5000, 'item ' || i FROM generate_series(1, 20000) i;
	VACUUM ANALYZE item;));

# Each operation logs of which variant it is: by a setting, which is what they differ in.
add_test(
	$node, 'logged',
	[ {   sql        => q(INSERT INTO log (what, n) SELECT 'run ' || current_setting('work_mem'), :n), type => 'write',
		  generators => '{"n": {"type": "integer", "min": 1, "max": 1000000000}}' } ],
	{ operations => 4, workers => 1, virtual_users => 1 });

sub logs { return "INSERT INTO log (what) VALUES ('$_[0]')"; }

# A variant with a name, which logs its setup and its teardown.
sub variant
{
	my ($name, %members) = @_;
	return { setup => logs("setup $name"), teardown => logs("teardown $name"), settings => { work_mem => $name }, %members };
}

sub call
{
	my ($test, $one, $other, $rounds) = @_;
	my ($a, $b) = map { PerfMgmtTest::as_json({ progress_seconds => 0, %$_ }) } $one, $other;
	return "CALL perf_mgmt.compare_variants('$test', $a, $b, $rounds)";
}

# Runs a comparison; returns its id and the messages.
sub compare
{
	my ($status, $id, $messages) = $node->psql('postgres', call(@_));
	return ($id, $messages);
}

sub comparison
{
	my ($id, $columns) = @_;
	return value($node, "SELECT $columns FROM perf_mgmt.variant_comparisons WHERE id = '$id'");
}

# What was logged, in its order; the log is empty afterwards.
sub logged
{
	my $log = value($node, "SELECT string_agg(what, ', ' ORDER BY place) FROM log");
	value($node, 'TRUNCATE log');
	return $log;
}

# The newest comparison, for where there is no result.
sub last_comparison { return value($node, 'SELECT id FROM perf_mgmt.variant_comparisons ORDER BY started_at DESC LIMIT 1'); }

# The states of the executions of a comparison, A's first.
sub halves
{
	my ($id) = @_;
	return value($node, "SELECT string_agg(e.execution_status::text, ' ' ORDER BY e.id = c.execution_b) "
		  . "FROM perf_mgmt.variant_comparisons c JOIN perf_mgmt.test_executions e ON e.comparison_id = c.id WHERE c.id = '$id'");
}

# --- The order of things ---
{
	my ($id, $messages) = compare('logged', variant('1MB', name => 'little'), variant('2MB'), 2);
	is($messages, '', 'order: no messages');
	my $parameters = value($node, q(SELECT string_agg(DISTINCT digest, ' ') FROM (
		SELECT md5(string_agg(n::text, ' ' ORDER BY place)) AS digest FROM log WHERE n IS NOT NULL GROUP BY what) sides));
	like($parameters, qr/^[0-9a-f]{32}$/, 'order: both variants draw the same parameters');
	is(logged(), join(', ',
			'setup 1MB', 'run 1MB', 'teardown 1MB', 'setup 2MB', ('run 2MB') x 2, 'teardown 2MB', 'setup 1MB', ('run 1MB') x 2, 'teardown 1MB',
			'setup 2MB', ('run 2MB') x 2, 'teardown 2MB', 'setup 1MB', 'run 1MB', 'teardown 1MB'),
		'order: A B B A twice, with setup and teardown where the turn passes on');
	is(comparison($id, "status, quads, name_a, name_b, variant_a ->> 'name', verdict, completed_at >= started_at, started_by = current_user, "
			  . "execution_environment, explanation IS NULL"),
		'COMPLETED|2|little|B|little|INCONCLUSIVE|t|t|development|t', 'order: the comparison');
	is(halves($id), 'COMPLETED COMPLETED', 'order: two executions');
	is( value($node, "SELECT count(*), bool_and(r.ok_count = 1), bool_and(e.rounds_wanted = 4) FROM perf_mgmt.execution_rounds r "
			  . "JOIN perf_mgmt.test_executions e ON e.id = r.execution_id WHERE e.comparison_id = '$id'"),
		'8|t|t', 'order: of four rounds each');
	is( value($node, "SELECT string_agg(CASE r.execution_id WHEN c.execution_a THEN 'A' ELSE 'B' END, ' ' ORDER BY r.started_at) "
			  . "FROM perf_mgmt.variant_comparisons c JOIN perf_mgmt.execution_rounds r ON r.execution_id IN (c.execution_a, c.execution_b) WHERE c.id = '$id'"),
		'A B B A A B B A', 'order: that follow each other');
	is( value($node, "SELECT string_agg(metric_name, ' ' ORDER BY metric_name), bool_and(quads <= 2) FROM perf_mgmt.comparison_verdicts WHERE comparison_id = '$id'"),
		'avg_response_time_ms error_rate_percent p95_response_time_ms p99_response_time_ms throughput_tps|t', 'order: every metric has its row');

	# What they measured is of two configurations: it says nothing about the test.
	is( value($node, "SELECT (SELECT count(*) FROM perf_mgmt.performance_baselines), (SELECT count(*) FROM perf_mgmt.history), "
			  . "(SELECT count(*) FROM perf_mgmt.execution_verdicts), (SELECT count(executions) FROM perf_mgmt.noise_floor('logged'))"),
		'0|0|0|0', 'order: no baseline, no history, no verdict of the halves');
	processes_are_gone($node, 'order');

	is(value($node, "SELECT perf_mgmt.judge_comparison('$id')"), 'INCONCLUSIVE', 'order: judged again');
	is(value($node, "SELECT count(*) FROM perf_mgmt.comparison_verdicts WHERE comparison_id = '$id'"), '5', 'order: in place of the former verdicts');
}
{
	# A seed of B's own is what is compared, perhaps.
	my ($id) = compare('logged', variant('1MB'), variant('2MB', seed => 5), 2);
	is( value($node, "SELECT b.seed, a.seed <> 5 FROM perf_mgmt.variant_comparisons c "
			  . "JOIN LATERAL (SELECT (run_spec ->> 'seed')::bigint AS seed FROM perf_mgmt.test_executions WHERE id = c.execution_a) a ON true "
			  . "JOIN LATERAL (SELECT (run_spec ->> 'seed')::bigint AS seed FROM perf_mgmt.test_executions WHERE id = c.execution_b) b ON true WHERE c.id = '$id'"),
		'5|t', 'a seed that is given holds');
	logged();

	# The word alone gives none.
	($id) = compare('logged', variant('1MB'), variant('2MB', metadata => { seed => 5 }), 2);
	is(value($node, "SELECT count(*), count(DISTINCT run_spec ->> 'seed') FROM perf_mgmt.test_executions WHERE comparison_id = '$id'"),
		'2|1', 'a seed that is something else is none');
	logged();
}
{
	my (undef, $messages) = compare('logged', variant('1MB'), variant('2MB', progress_seconds => 1), 2);
	like($messages, qr/NOTICE:  comparison: 1 of 2 quads, about 1 min left\n.*NOTICE:  comparison: 2 of 2 quads$/m,
		'progress: a line for each quad, with the minutes that are left');
	logged();
}
{
	# In a procedure and in DO it is no transaction block.
	my (undef, undef, $messages) = $node->psql('postgres', 'DO $$ DECLARE c uuid; BEGIN '
		  . q(CALL perf_mgmt.compare_variants('logged', '{"progress_seconds": 0}', '{"progress_seconds": 0}', 2, c);)
		  . " RAISE NOTICE 'it was %', (SELECT status FROM perf_mgmt.variant_comparisons WHERE id = c); END \$\$");
	like($messages, qr/NOTICE:  it was COMPLETED/, 'from DO');
	logged();
}

# --- An index that helps ---
add_test($node, 'by kind', [ { name => 'find', sql => 'SELECT name FROM item WHERE kind = :kind', generators => '{"kind": {"type": "integer", "min": 0, "max": 4999}}' } ],
	{ operations => 240, workers => 1, virtual_users => 1 });
{
	my ($id) = compare('by kind', {}, { name => 'indexed', setup => 'CREATE INDEX item_kind ON item (kind)', teardown => 'DROP INDEX item_kind' }, 6);
	is(comparison($id, "status, verdict, primary_metric IN ('avg_response_time_ms', 'throughput_tps')"), 'COMPLETED|FASTER|t', 'index: it is found to help');
	is( value($node, "SELECT string_agg(metric_name || ' ' || verdict, ', ' ORDER BY metric_name), bool_and((value_b < value_a) = (metric_name LIKE 'avg%')), "
			  . "bool_and(adjusted_p_value < 0.01), bool_and(low_percent <= change_percent AND change_percent <= high_percent), bool_and(quads = 6) "
			  . "FROM perf_mgmt.comparison_verdicts WHERE comparison_id = '$id' AND metric_name IN ('avg_response_time_ms', 'throughput_tps')"),
		'avg_response_time_ms FASTER, throughput_tps FASTER|t|t|t|t', 'index: by both metrics');
	my $text = comparison($id, "explanation #>> '{0,text}'");
	like($text, qr/^"find"/, 'index: the explanation begins with the operation');
	like($text, qr/plan.*Seq Scan on item.*item_kind/i, 'index: and says which plan became which');
	is(comparison($id, "explanation #>> '{0,findings,0,kind}'"), 'plan', 'index: that comes first');
	is(value($node, "SELECT to_regclass('item_kind') IS NULL"), 't', 'index: it is gone again');

	# The other way round it is the other verdict.
	($id) = compare('by kind', { setup => 'CREATE INDEX item_kind ON item (kind)', teardown => 'DROP INDEX item_kind' }, {}, 6);
	is(comparison($id, 'verdict'), 'SLOWER', 'index: without it, it is slower');
}
{
	my ($id) = compare('by kind', { name => 'as it is' }, { settings => { jit => 'off', enable_seqscan => 'off' }, name => 'no seqscan' }, 2);
	is( value($node, "SELECT string_agg(coalesce(e.run_spec #>> '{settings,enable_seqscan}', 'none'), ' ' ORDER BY e.id = c.execution_b) "
			  . "FROM perf_mgmt.variant_comparisons c JOIN perf_mgmt.test_executions e ON e.comparison_id = c.id WHERE c.id = '$id'"),
		'none off', 'settings: each variant has its own');
}

# --- What goes wrong in the middle ---
# A test: the comparison failed with this error, both executions ended, and this was logged.
sub failed
{
	my ($messages, $error, $log, $halves, $what) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	like($messages, $error, "$what: the error");
	is(logged(), $log, "$what: what was set up is torn down");
	my $id = last_comparison();
	is(comparison($id, 'status, completed_at IS NOT NULL, verdict IS NULL'), 'FAILED|t|t', "$what: FAILED");
	wait_for($node, "count(*) = 0 FROM perf_mgmt.test_executions WHERE comparison_id = '$id' AND execution_status = 'RUNNING'");
	is(halves($id), $halves, "$what: its executions");
	processes_are_gone($node, $what);
	return $id;
}

my $first_turn = 'setup 1MB, run 1MB, teardown 1MB';
{
	my (undef, $messages) = compare('logged', variant('1MB'), variant('2MB', setup => [ logs('setup 2MB'), 'SELECT 1 / 0' ]), 2);
	failed($messages, qr/ERROR:  division by zero.*DETAIL:  .*In the setup of variant "B": SELECT 1 \/ 0/s,
		"$first_turn, setup 2MB, teardown 2MB", 'CANCELLED', 'failing setup');
}
{
	# The very first one: there is no execution yet.
	my (undef, $messages) = compare('logged', variant('1MB', name => 'broken', setup => 'SELECT * FROM nowhere'), variant('2MB'), 2);
	failed($messages, qr/ERROR:  relation "nowhere" does not exist.*In the setup of variant "broken"/s, 'teardown 1MB', '', 'failing first setup');
}
{
	my (undef, $messages) = compare('logged', variant('1MB', teardown => [ logs('teardown 1MB'), 'SELECT 1 / 0', logs('the rest') ]), variant('2MB'), 2);
	failed($messages, qr/WARNING:  comparison could not be undone: division by zero.*ERROR:  division by zero.*In the teardown of variant "A": SELECT 1 \/ 0/s,
		"$first_turn, the rest", 'CANCELLED', 'failing teardown');
}
{
	# Its table stays, so that the second setup fails.
	my (undef, $messages) = compare('logged', variant('1MB'), variant('2MB', setup => [ logs('setup 2MB'), 'CREATE TABLE left_over ()' ]), 2);
	failed($messages, qr/ERROR:  relation "left_over" already exists/,
		join(', ', $first_turn, 'setup 2MB', ('run 2MB') x 2, 'teardown 2MB', 'setup 1MB', ('run 1MB') x 2, 'teardown 1MB', 'setup 2MB', 'teardown 2MB'),
		'CANCELLED CANCELLED', 'failing in the second quad');
	$node->safe_psql('postgres', 'DROP TABLE left_over');
}
foreach my $statement ('COMMIT', 'COPY log TO STDOUT', 'SELECT 1; nonsense')
{
	my (undef, $messages) = compare('logged', variant('1MB', setup => $statement), variant('2MB'), 2);
	failed($messages, qr/ERROR:  .*In the setup of variant "A": \Q$statement\E/s, 'teardown 1MB', '', "setup $statement");
}
add_test(
	$node, 'dividing',
	[ { sql => q(INSERT INTO log (what) SELECT 'run ' || current_setting('work_mem') FROM divisor WHERE 1 / n = 1), type => 'write' } ],
	{ operations => 4, workers => 1, virtual_users => 1, max_errors => 0 });
{
	my (undef, $messages) = compare('dividing', variant('1MB'),
		variant('2MB', setup => [ logs('setup 2MB'), 'UPDATE divisor SET n = 0' ], teardown => [ logs('teardown 2MB'), 'UPDATE divisor SET n = 1' ]), 2);
	failed($messages, qr/ERROR:  .*max_errors/s, "$first_turn, setup 2MB, teardown 2MB", 'CANCELLED FAILED', 'failing run');
	is(value($node, 'SELECT n FROM divisor'), '1', 'failing run: all of the teardown ran');
}
{
	# Settings are tried by the workers.
	my (undef, $messages) = compare('logged', variant('1MB'), variant('2MB', settings => { no_such => 1 }), 2);
	failed($messages, qr/ERROR:  .*"no_such"/, "$first_turn, setup 2MB, teardown 2MB", 'CANCELLED', 'a setting that is none');
}
# Whatever stops it, while B waits at a gate
add_test($node, 'gated', [ { sql => q(SELECT pg_advisory_xact_lock_shared(CASE current_setting('work_mem') WHEN '2MB' THEN 4242 ELSE 4241 END)) } ],
	{ operations => 4, workers => 1, virtual_users => 1 });
my $gated = 'setup 1MB, teardown 1MB, setup 2MB, teardown 2MB';

# A session whose comparison waits there, and the one that holds the gate; $teardown is a statement of B's more.
sub start_gated
{
	my (@teardown) = @_;
	my $gate    = close_gate($node);
	my $session = start_call($node, call('gated', variant('1MB'), variant('2MB', teardown => [ logs('teardown 2MB'), @teardown ]), 2));
	wait_for($node, "EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = 4242 AND NOT granted)");
	return ($session, $gate);
}

my $cancelled = qr/ERROR:  57014: canceling statement due to user request/;
{
	my ($session, $gate) = start_gated('SET lab.torn = 1');
	value($node, "SELECT pg_cancel_backend($session->{backend})");
	my (undef, $messages) = finish_call($session);
	unlike($messages, qr/WARNING/, 'cancelled: no warning');
	failed($messages, $cancelled, $gated, 'CANCELLED CANCELLED', 'cancelled');
	is($session->query_safe('SHOW lab.torn'), '1', 'cancelled: the teardown ran in this session, all of it');
	$_->quit foreach $session, $gate;
}
{
	# The teardown waits for a lock: a second cancel ends that, and what follows runs all the same.
	my $locker = $node->background_psql('postgres');
	$locker->query_safe('BEGIN; LOCK TABLE divisor');
	my ($session, $gate) = start_gated('UPDATE divisor SET n = n', logs('the rest'));
	value($node, "SELECT pg_cancel_backend($session->{backend})");
	wait_for($node, "EXISTS (SELECT FROM pg_locks WHERE pid = $session->{backend} AND relation = 'divisor'::regclass AND NOT granted)");
	value($node, "SELECT pg_cancel_backend($session->{backend})");
	my (undef, $messages) = finish_call($session);
	failed($messages, qr/WARNING:  01000: comparison could not be undone: canceling statement due to user request.*$cancelled/s,
		"$gated, the rest", 'CANCELLED CANCELLED', 'cancelled twice');
	$_->quit foreach $session, $gate, $locker;
}
{
	# The record of its end waits for a lock: a second cancel ends that as well. Then it is lost, and the next one says so.
	my ($session, $gate) = start_gated();
	my $id     = last_comparison();
	my $table  = 'perf_mgmt.variant_comparisons';
	my $locker = $node->background_psql('postgres');
	$locker->query_safe("BEGIN; LOCK TABLE $table IN SHARE MODE");
	value($node, "SELECT pg_cancel_backend($session->{backend})");
	wait_for($node, "EXISTS (SELECT FROM pg_locks WHERE pid = $session->{backend} AND relation = '$table'::regclass AND NOT granted)");
	value($node, "SELECT pg_cancel_backend($session->{backend})");
	my (undef, $messages) = finish_call($session);
	like($messages, qr/WARNING:  01000: comparison could not be undone: canceling statement due to user request.*$cancelled/s,
		'cancelled in its end: a warning beside the error');
	is(logged(), $gated, 'cancelled in its end: what was set up is torn down');
	is(comparison($id, 'status'), 'RUNNING', 'cancelled in its end: it could not be recorded');
	$_->quit foreach $session, $gate, $locker;
	processes_are_gone($node, 'cancelled in its end');
	compare('logged', variant('1MB'), variant('2MB'), 2);
	is(comparison($id, 'status, completed_at IS NOT NULL'), 'FAILED|t', 'cancelled in its end: the next comparison records it');
	logged();
}
{
	my ($session, $gate) = start_gated();
	value($node, "SELECT perf_mgmt.cancel_execution(execution_b) FROM perf_mgmt.variant_comparisons WHERE status = 'RUNNING'");
	my (undef, $messages) = finish_call($session);
	failed($messages, qr/ERROR:  57014: execution ".*" ended before its round 1/, $gated, 'CANCELLED CANCELLED', 'an execution cancelled');
	$_->quit foreach $session, $gate;
}
{
	# Nobody is there to tear down, but the executions end.
	my ($session, $gate) = start_gated();
	value($node, "SELECT pg_terminate_backend($session->{backend})");
	my $id = last_comparison();
	wait_for($node, "count(*) = 2 FROM perf_mgmt.test_executions WHERE comparison_id = '$id' AND execution_status = 'CANCELLED'");
	is(logged(), 'setup 1MB, teardown 1MB, setup 2MB', 'terminated: nobody could tear down');
	processes_are_gone($node, 'terminated');
	is(comparison($id, 'status, completed_at IS NOT NULL, set_up'), 'FAILED|t|B', 'terminated: the executions see to it that this is said');
	eval { $session->quit };
	$gate->quit;

	# Those of the next one do not say so of one that goes on.
	($session, $gate) = start_gated();
	my $going_on = last_comparison();
	compare('logged', variant('1MB'), variant('2MB'), 2);
	is(comparison($going_on, 'status'), 'RUNNING', 'terminated: not of one that goes on');
	value($node, "SELECT pg_cancel_backend($session->{backend})");
	finish_call($session);
	is(comparison($going_on, 'status'), 'FAILED', 'terminated: that one ends by itself');
	logged();
	$_->quit foreach $session, $gate;
}

# --- Nobody says how many rounds ---
{
	my ($id) = compare('logged', ({ operations => 20000 }) x 2, 'NULL');
	is(comparison($id, 'quads'), '10', 'as many rounds as have 1,000 operations each');
	($id) = compare('logged', { operations => 20000, %{ variant('1MB') } }, { operations => 20000 }, 'NULL');
	is(comparison($id, 'quads'), '8', 'fewer where there is something to set up');
	logged();
}

# --- Refused, before anything happens ---
add_test($node, 'stress', [ { sql => 'SELECT 1' } ], {}, test_type => 'STRESS');
my $count = 'SELECT (SELECT count(*) FROM perf_mgmt.variant_comparisons), (SELECT count(*) FROM perf_mgmt.test_executions)';
my $before = value($node, $count);
my $logging = PerfMgmtTest::as_json(variant('1MB'));
foreach my $case (
	[ "'logged', $logging, '{}', 1",   qr/invalid value for argument "p_rounds": 1\b.*from 2 to 50/s ],
	[ "'logged', $logging, '{}', 51",  qr/invalid value for argument "p_rounds": 51/ ],
	[ "'logged', $logging, '{}', -2",  qr/invalid value for argument "p_rounds": -2/ ],
	[ "'logged', $logging, '{}', NULL", qr/run cannot be cut into 16 rounds/ ],
	[ "NULL, $logging, '{}', 2",       qr/p_test_name/ ],
	[ "'logged', NULL, '{}', 2",       qr/p_variant_a/ ],
	[ "'logged', $logging, NULL, 2",   qr/p_variant_b/ ],
	[ "'logged', $logging, '{}', 2, NULL, NULL", qr/p_execution_environment/ ],
	[ "'logged', $logging, '[]', 2",   qr/invalid configuration of variant B/ ],
	[ "'logged', '\"text\"', '{}', 2", qr/invalid configuration of variant A/ ],
	[ "'logged', $logging, 'null', 2", qr/invalid configuration of variant B/ ],
	[ "'logged', $logging, '{', 2",    qr/invalid input syntax for type json/ ],
	[ "'logged', $logging, '{\"name\": 5}', 2",           qr/invalid "name" of variant B/ ],
	[ "'logged', $logging, '{\"name\": \"\"}', 2",        qr/invalid "name" of variant B/ ],
	[ "'logged', $logging, '{\"setup\": 5}', 2",          qr/invalid "setup" of variant B/ ],
	[ "'logged', $logging, '{\"setup\": [\" \"]}', 2",    qr/invalid "setup" of variant B/ ],
	[ "'logged', $logging, '{\"teardown\": {}}', 2",      qr/invalid "teardown" of variant B/ ],
	[ "'logged', $logging, '{\"teardown\": [\"SELECT 1\", null]}', 2", qr/invalid "teardown" of variant B/ ],
	[ "'logged', $logging, '{\"rounds\": 5}', 2",         qr/key "rounds" is not allowed in the configuration of variant B/ ],
	[ "'logged', $logging, '{\"quiet\": true}', 2",       qr/key "quiet" is not allowed/ ],
	[ "'logged', $logging, '{\"confirms\": null}', 2",    qr/key "confirms" is not allowed/ ],
	[ "'logged', $logging, '{\"wait\": true}', 2",        qr/key "wait" is not allowed/ ],
	[ "'logged', $logging, '{\"workerz\": 1}', 2",        qr/workerz/ ],
	[ "'logged', $logging, '{\"operations\": -1}', 2",    qr/operations/ ],
	[ "'logged', $logging, '{\"settings\": {\"role\": \"x\"}}', 2", qr/role/ ],
	[ "'logged', $logging, '{}', 3",   qr/run cannot be cut into 6 rounds/ ],
	[ "'nowhere', $logging, '{}', 2",  qr/test "nowhere" does not exist/ ],
	[ "'stress', $logging, '{}', 2",   qr/run cannot be cut into 4 rounds/ ])
{
	my ($arguments, $error) = @$case;
	my (undef, undef, $messages) = $node->psql('postgres', "CALL perf_mgmt.compare_variants($arguments)");
	like($messages, qr/ERROR:  .*$error/s, "refused: $arguments");
	is(value($node, 'SELECT count(*) FROM log'), '0', 'refused: no setup ran') or logged();
}
foreach my $block ("BEGIN; CALL perf_mgmt.compare_variants('logged', $logging, '{}', 2); COMMIT",
	"CREATE PROCEDURE pg_temp.fixed() LANGUAGE plpgsql SET work_mem = '1MB' AS \$p\$ DECLARE c uuid; BEGIN "
	  . "CALL perf_mgmt.compare_variants('logged', '{}', '{}', 2, c); END \$p\$; CALL pg_temp.fixed()")
{
	my (undef, undef, $messages) = $node->psql('postgres', $block);
	like($messages, qr/ERROR:  cannot compare variants.*transaction/s, 'refused in a transaction block');
	is(value($node, 'SELECT count(*) FROM log'), '0', 'refused in a transaction block: no setup ran') or logged();
}
is(value($node, $count), $before, 'refused: no comparison and no execution is there');

done_testing();
