# A thousand short runs, in two sessions one after the other: they, the postmaster and the server's shared memory are as
# large as after the first ones. (See leaks.pl for what runs leave that fail or are cancelled.)
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use PerfMgmtTest;
use FaultTest;
use PostgreSQL::Test::Utils;
use Test::More;

# As files in the data directory the segments are those of this server only.
my $node = new_fault_lab('thousand_runs', 'dynamic_shared_memory_type = mmap', 'max_worker_processes = 8', 'autovacuum = off');
my ($postmaster) = slurp_file($node->data_dir . '/postmaster.pid') =~ /^(\d+)/;

# One operation each, from a pool, so that there are two segments.
my $pool = '{"n": {"type": "pool", "sql": "SELECT 1 AS id", "column": "id"}}';
add_test($node, 'short', [ { sql => 'SELECT :n::integer', generators => $pool } ],
	{ operations => 1, workers => 1, virtual_users => 1, progress_seconds => 0 });

# Two, because one would take the time of one processor only.
my @sessions = map { $node->background_psql('postgres', on_error_stop => 0) } 1 .. 2;
$_->set_query_timer_restart() foreach @sessions;
my @pids = map { $_->query_safe('SELECT pg_backend_pid()') } @sessions;

# Each fifty have an environment of their own, so that they are judged against so many at most.
my $environments = 0;
sub run
{
	my ($times) = @_;
	my $done = 0;
	for (my $left = $times; $left > 0; $left -= 50 * @sessions)
	{
		foreach my $session (@sessions)
		{
			my $call = "CALL perf_mgmt.run_performance_test('short', 'environment " . ++$environments . "');\n";
			$session->query_until(qr/^begun$/m, "\\echo begun\n" . $call x 50 . "\\echo ended\n");
		}
		$done += () = $_->query_until(qr/^ended$/m, '') =~ /^[0-9a-f-]{36}$/mg foreach @sessions;
	}
	is($done, $times, "$times runs") or diag(map { $_->{stderr} } @sessions);
	return;
}

# Data of a process, heap and all, in kilobytes.
sub data_of
{
	my ($process) = @_;
	my ($kilobytes) = slurp_file("/proc/$process/status") =~ /^VmData:\s+(\d+) kB/m;
	return $kilobytes;
}

sub reading
{
	my $contexts = 'SELECT sum(total_bytes) / 1024 FROM pg_backend_memory_contexts';
	return {
		(map { ("session $_" => data_of($pids[$_])) } keys @pids),
		(map { ("contexts $_" => $sessions[$_]->query_safe($contexts)) } keys @sessions),
		files      => join(' ', map { scalar(slurp_dir("/proc/$_/fd")) } @pids),
		postmaster => data_of($postmaster),
		segments   => scalar(grep { /^mmap\./ } slurp_dir($node->data_dir . '/pg_dynshmem')),
		locks      => value($node, 'SELECT count(*) FROM pg_locks WHERE locktype = \'advisory\''),
		processes  => value($node, "SELECT count(*) FROM pg_stat_activity WHERE backend_type LIKE 'perf_mgmt%'"),
		temporary  => scalar(FaultTest::temporary_files($node)),
	};
}

run(100);
processes_are_gone($node, 'the first runs');
my $before = reading();
run(900);
processes_are_gone($node, 'the last runs');
my $after = reading();
note("$_: $before->{$_}, after the thousandth run $after->{$_}") foreach sort keys %$after;

# A hundred bytes for each of 450 runs would be 44 kB.
cmp_ok($after->{$_} - $before->{$_}, '<', 44, "$_: no memory is lost") foreach grep { /^(?:contexts|session|postmaster)/ } sort keys %$after;
is($after->{$_}, $before->{$_}, "$_: none is left") foreach 'files', 'segments', 'locks', 'processes', 'temporary';
is( value($node, 'SELECT count(*), sum(operations_ok) FROM perf_mgmt.test_executions '
		  . "WHERE execution_status = 'COMPLETED'"),
	'1000|1000', 'each has run its operation');
is(value($node, "SELECT count(*) FROM perf_mgmt.execution_events WHERE event_type LIKE '%FAILED'"), '0', 'and was judged');
$_->quit foreach @sessions;
server_is_well($node, 'a thousand runs');

done_testing();
