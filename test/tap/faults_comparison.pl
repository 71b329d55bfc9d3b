# compare_variants that is broken off while a variant is set up, or between the two: as long as its session lives the
# teardown runs; where the session is gone, or a statement of the teardown fails, the comparison says which variant is
# left set up, and an event has what is to be done. Its executions are final, and nothing of them is left.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use FaultTest;
use PerfMgmtTest;
use Test::More;

my $node = new_fault_lab('faults_comparison');
$node->safe_psql('postgres', 'CREATE TABLE log (place bigserial, what text)');
add_test($node, 'short', [ { sql => 'SELECT 1' } ], { operations => 1, workers => 1 });

# The operations of a variant ask for an advisory lock of its own: 4241 is A's, 4242, the gate, is B's.
add_test(
	$node, 'gated',
	[ { sql => q(SELECT pg_advisory_xact_lock_shared(CASE current_setting('work_mem') WHEN '2MB' THEN 4242 ELSE 4241 END)) } ],
	{ operations => 4, workers => 1, virtual_users => 1, interval_ms => 100 });

sub logs  { return "INSERT INTO log (what) VALUES ('$_[0]')"; }
sub waits { return "SELECT pg_advisory_xact_lock_shared($_[0])"; }

# Variants with their setup and teardown, and what more they do there.
sub comparison_call
{
	my (%more) = @_;
	my @variants = map {
		PerfMgmtTest::as_json({
				name => "variant $_", settings => { work_mem => $_ eq 'A' ? '1MB' : '2MB' }, progress_seconds => 0,
				setup    => [ logs("setup $_"), @{ $more{"setup_$_"} || [] } ],
				teardown => [ @{ $more{"teardown_$_"} || [] }, logs("teardown $_") ] })
	} 'A', 'B';
	return "CALL perf_mgmt.compare_variants('gated', $variants[0], $variants[1], 2)";
}

# Where it is to be hit: what waits for an advisory lock there, which one, which variant is set up, and what is logged by then.
my %places = (
	"B's turn"            => [ {}, 4242, 'B', 'setup A, teardown A, setup B' ],
	"between, B's setup"  => [ { setup_B => [ waits(4244) ] }, 4244, 'B', 'setup A, teardown A, setup B' ],
	"between, A's teardown" => [ { teardown_A => [ waits(4244) ] }, 4244, 'A', 'setup A' ],
	"A's first setup"     => [ { setup_A => [ waits(4244) ] }, 4244, 'A', 'setup A' ]);

# A session whose comparison waits at a place, who holds it there, and the comparison's row.
sub start_comparison
{
	my ($place) = @_;
	my ($more, $lock) = @{ $places{$place} };
	value($node, 'TRUNCATE log');
	my $holder = $node->background_psql('postgres');
	$holder->query_safe("SELECT pg_advisory_lock($lock)");
	my $session = start_call($node, comparison_call(%$more));
	wait_for($node, "EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = $lock AND NOT granted)");
	my ($id, $execution) = split /\|/,
	  value($node, 'SELECT id, execution_a FROM perf_mgmt.variant_comparisons ORDER BY started_at DESC LIMIT 1');
	return ($session, $holder, $id, $execution);
}
sub comparison { my ($id, $columns) = @_; return value($node, "SELECT $columns FROM perf_mgmt.variant_comparisons WHERE id = '$id'"); }
sub logged { return value($node, "SELECT string_agg(what, ', ' ORDER BY place) FROM log"); }
sub leave { my ($session) = @_; eval { $session->quit }; return; }
sub events
{
	my ($id) = @_;
	return value($node, "SELECT string_agg(v.details ->> 'variant' || ': ' || (v.details -> 'teardown' ->> -1) || ', of ' || "
		  . "CASE v.execution_id WHEN c.execution_a THEN 'A' ELSE 'B' END, ' and ') FROM perf_mgmt.variant_comparisons c "
		  . "JOIN perf_mgmt.execution_events v ON v.details ->> 'comparison_id' = c.id::text AND v.event_type = 'TEARDOWN_MISSING' WHERE c.id = '$id'");
}
sub halves
{
	my ($id) = @_;
	return value($node, "SELECT coalesce(string_agg(e.execution_status::text, ' ' ORDER BY e.id = c.execution_b), '') "
		  . "FROM perf_mgmt.variant_comparisons c JOIN perf_mgmt.test_executions e ON e.comparison_id = c.id WHERE c.id = '$id'");
}

# --- The session lives: what is set up is torn down ---
foreach my $place (sort keys %places)
{
	foreach my $fault ('cancelled', 'client killed')
	{
		# A statement of setup or teardown that waits does not see that its client is gone, as any other.
		next if $fault eq 'client killed' && $place ne "B's turn";
		my $what = "$fault, $place";
		my ($session, $holder, $id, $execution) = start_comparison($place);
		my $run = $execution ? under_way($node, $execution, intervals => 1) : undef;
		is(comparison($id, 'status, set_up'), "RUNNING|$places{$place}[2]", "$what: the comparison says what is set up");
		is(logged(), $places{$place}[3], "$what: and it is");
		# The teardown asks for the lock as well.
		if ($fault eq 'cancelled')
		{
			value($node, "SELECT pg_cancel_backend($session->{backend})");
		}
		else
		{
			$session->{run}->signal('KILL');
		}
		$holder->quit;
		wait_for($node, "status <> 'RUNNING' FROM perf_mgmt.variant_comparisons WHERE id = '$id'");
		settles($run, 'CANCELLED', $what) if $run;
		is(comparison($id, 'status, set_up IS NULL'), 'FAILED|t', "$what: FAILED, and nothing is set up");
		is(logged(), "$places{$place}[3], teardown $places{$place}[2]", "$what: it was torn down");
		like(halves($id), qr/^(?:CANCELLED ?)*$/, "$what: the executions are CANCELLED");
		leave($session);
	}
}

# --- A statement of the teardown fails: the rest runs, and the comparison says that it is not done ---
{
	$node->safe_psql('postgres', 'TRUNCATE log');
	my (undef, undef, $messages) = $node->psql('postgres', comparison_call(teardown_A => ['SELECT 1 / 0']));
	like($messages, qr/WARNING:  comparison could not be undone: division by zero/, 'failing teardown: a warning');
	is(logged(), 'setup A, teardown A', 'failing teardown: the rest of it ran');
	is(value($node, 'SELECT status, set_up FROM perf_mgmt.variant_comparisons ORDER BY started_at DESC LIMIT 1'), 'FAILED|A',
		'failing teardown: the comparison says what is left');
}

# --- The session is gone: the controllers of its executions say what is left ---
foreach my $place (sort keys %places)
{
	my $what = "terminated, $place";
	my ($session, $holder, $id, $execution) = start_comparison($place);
	my $run = $execution ? under_way($node, $execution, intervals => 1) : undef;
	value($node, "SELECT pg_terminate_backend($session->{backend})");
	my ($set_up, $log) = @{ $places{$place} }[ 2, 3 ];
	if ($run)
	{
		settles($run, 'CANCELLED', $what);
	}
	else
	{
		# There is none yet: the next start says it.
		wait_for($node, "NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = $session->{backend})");
		is(comparison($id, 'status'), 'RUNNING', "$what: there is nobody to say so");
		run_test($node, 'short');
	}
	is(comparison($id, 'status, completed_at IS NOT NULL, set_up'), "FAILED|t|$set_up", "$what: FAILED, with what is set up");
	is(events($id), $run ? "$set_up: " . logs("teardown $set_up") . ", of " . ($place eq "B's turn" ? 'B' : 'A') : '', "$what: an event has the teardown");
	is(logged(), $log, "$what: nobody could tear down");
	leave($session);
	$holder->quit;
	wait_for($node, "count(*) = 0 FROM pg_locks WHERE locktype = 'advisory'");
}

# --- A crash between the variants, and a shutdown ---
{
	my $what = 'crash';
	my ($session, $holder, $id, $execution) = start_comparison("between, B's setup");
	my $run   = under_way($node, $execution, intervals => 1);
	my $start = -s $node->logfile;
	kill 'KILL', execution($node, $execution, 'controller_pid');
	wait_for_restart($node, $start);
	settles($run, 'FAILED', $what);
	is(comparison($id, 'status, set_up'), 'FAILED|B', "$what: FAILED, with what is set up");
	is(events($id), 'B: ' . logs('teardown B') . ', of A', "$what: an event has the teardown");
	leave($_) foreach $session, $holder;
}
{
	my $what = 'fast shutdown';
	my ($session, $holder, $id, $execution) = start_comparison("B's turn");
	my $run = under_way($node, $execution, intervals => 1);
	$node->stop('fast');
	leave($_) foreach $session, $holder;
	$node->start;
	settles($run, 'CANCELLED', $what);
	is(halves($id), 'CANCELLED CANCELLED', "$what: both executions are CANCELLED");
	run_test($node, 'short');
	is(comparison($id, 'status, set_up'), 'FAILED|B', "$what: the next start says what is set up");
	is(events($id), 'B: ' . logs('teardown B') . ', of B', "$what: an event has the teardown");
}

done_testing();
