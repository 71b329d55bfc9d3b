# Out of memory: an operation that asks for too much has failed, a pool that does is an error before the run begins, and
# wherever in a run's life memory ends, for the controller, a worker or a session, the server goes on, and nothing stays.
#
# The limit is that of the address space, which a process of the same user may set for another one: what the postmaster
# has, the processes have that it starts from then on.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use PerfMgmtTest;
use FaultTest;
use PostgreSQL::Test::Utils;
use Test::More;

plan skip_all => 'there is no prlimit' if system('prlimit --version >/dev/null 2>&1');

my $megabyte = 1024 * 1024;
# As files in the data directory the segments are those of this server only.
my $node = new_fault_lab('memory', 'dynamic_shared_memory_type = mmap', 'shared_buffers = 8MB', 'jit = off', 'autovacuum = off', 'max_parallel_workers_per_gather = 0');
my ($postmaster) = slurp_file($node->data_dir . '/postmaster.pid') =~ /^(\d+)/;

# Address space that a process has, bytes.
sub space_of
{
	my ($pid) = @_;
	my ($kilobytes) = slurp_file("/proc/$pid/status") =~ /^VmSize:\s+(\d+) kB/m;
	return 1024 * $kilobytes;
}

sub limit
{
	my ($pid, $bytes) = @_;
	system('prlimit', '--pid', $pid, '--as=' . int($bytes) . ':') == 0 or die "could not limit process $pid";
	return;
}

sub unlimit
{
	my ($pid) = @_;
	system('prlimit', '--pid', $pid, '--as=unlimited:') == 0 or die "could not free process $pid";
	return;
}

sub segments
{
	my @files = grep { /^mmap\./ } slurp_dir($node->data_dir . '/pg_dynshmem');
	return scalar @files;
}
my $segments = segments();

sub executions { return value($node, 'SELECT count(*) FROM perf_mgmt.test_executions'); }

# --- Who asks for too much: processes may have 150 MB beside the server's own ---
my $space = space_of($postmaster);
limit($postmaster, $space + 150 * $megabyte);
my $large = q(SELECT length(repeat('x', 400000000 + :n::integer)));
add_test($node, 'greedy', [ { sql => $large, generators => '{"n": 1}', name => 'large' }, { sql => 'SELECT 1', name => 'small' } ],
	{ operations => 40, workers => 2, virtual_users => 2 });
{
	my $id = run_test($node, 'greedy');
	is( execution($node, $id, 'execution_status, operations_ok > 0, operations_failed > 0, operations_failed = failed_other'),
		'COMPLETED|t|t|t', 'operation: the others go on');
	is( of_execution($node, $id, 'query_performance', 'operation_name, ok_count > 0, failed_count > 0', 'ORDER BY 1'),
		"large|f|t\nsmall|t|f", 'operation: those that ask for too much have failed, all of them');
	is( of_execution($node, $id, 'execution_events', "details ->> 'sqlstate'", "AND event_type = 'OPERATION_ERROR'"),
		'53200', 'operation: an event says of what');
	identity_holds($node, $id, 'operation');
	processes_are_gone($node, 'operation');
}
my %pools = (
	'pool of large rows' => q(SELECT repeat('x', 4000000) || i AS v FROM generate_series(1, 100) i),
	'pool of many rows'  => q(SELECT repeat('x', 1000) || i AS v FROM generate_series(1, 1000000) i));
foreach my $what (sort keys %pools)
{
	add_test($node, $what,
		[ { sql => 'SELECT length(:v)', generators => qq({"v": {"type": "pool", "limit": 1000000, "column": "v", "sql": "$pools{$what}"}}) } ],
		{ operations => 4, workers => 2, virtual_users => 2 });
	my $executions = executions();
	my ($status, undef, $messages) = $node->psql('postgres', "\\set VERBOSITY verbose\nCALL perf_mgmt.run_performance_test('$what')");
	like($messages, qr/ERROR:  53200: out of memory/, "$what: the caller gets the error");
	is(executions(), $executions, "$what: there is no execution");
	processes_are_gone($node, $what);
	is(segments(), $segments, "$what: no shared memory is left");
}
{
	# Nothing is drawn: what it might come to is known before.
	my $nested = '{"n": {"type": "array", "of": {"type": "text", "length": 1048576}, "min_length": 10000}}';
	add_test($node, 'generator', [ { sql => 'SELECT :n::text[]', generators => $nested } ], { operations => 4, workers => 1 });
	my ($status, undef, $messages) = $node->psql('postgres', "\\set VERBOSITY verbose\nCALL perf_mgmt.run_performance_test('generator')");
	like($messages, qr/ERROR:  53400: generators make too large values\nDETAIL:  In .*: up to \d+ bytes, the limit is/,
		'generator: one that asks for too much is refused');
}
{
	# 20,000 sums of 58 KB at once.
	my $session = $node->background_psql('postgres', on_error_stop => 0);
	$session->query(q(SET enable_sort = off; SET work_mem = '2000MB'; SET hash_mem_multiplier = 100;
		SELECT count(m) FROM (SELECT perf_mgmt.merge(h) AS m FROM generate_series(1, 20000) i, generate_series(1, 2),
			(SELECT response_histogram AS h FROM perf_mgmt.test_executions LIMIT 1) e GROUP BY i) g));
	like($session->{stderr}, qr/ERROR:  out of memory/, 'histograms: too many sums are an error');
	$session->{stderr} = '';
	is($session->query('SELECT perf_mgmt.count(perf_mgmt.merge(response_histogram)) > 0 FROM perf_mgmt.test_executions'),
		't', 'histograms: the session goes on');
	$session->quit;
}
unlimit($postmaster);

# --- The processes of a run, with so much memory and no more, from next to nothing on ---
# Wherever it ends: the run does not begin, or it ends as FAILED, or it completes. Nothing else happens.
add_test($node, 'short', [ { sql => q(SELECT md5(:n)), generators => '{"n": {"type": "pool", "column": "v", '
			  . '"sql": "SELECT i::text AS v FROM generate_series(1, 2000) i"}}' } ],
	{ operations => 10, workers => 2, virtual_users => 2 });
{
	my $caller = $node->background_psql('postgres', on_error_stop => 0);
	$caller->set_query_timer_restart();
	$caller->query_safe("CALL perf_mgmt.run_performance_test('short')");
	my $good = executions();
	my (%endings, $ends_well);
	for (my $extra = 1; $extra <= 80 && !$ends_well; $extra += $extra < 24 ? 0.5 : 2)
	{
		limit($postmaster, $space + $extra * $megabyte);
		my $output = $caller->query("CALL perf_mgmt.run_performance_test('short')");
		my ($sqlstate) = $caller->{stderr} =~ /ERROR:  (.*)/;
		$caller->{stderr} = '';
		unlimit($postmaster);
		my $status = $output =~ /^([0-9a-f-]{36})$/m ? execution($node, $1, 'execution_status') : '';
		$ends_well = $status eq 'COMPLETED' ? $extra : 0;
		$endings{ $status || (defined $sqlstate ? $sqlstate : $output) }++;
		processes_are_gone($node, "$extra MB");
		is(segments(), $segments, "$extra MB: no shared memory is left");
	}
	note("endings: $endings{$_} x $_") foreach sort keys %endings;
	ok($ends_well, 'with enough memory the run completes') and note("$ends_well MB are enough");
	cmp_ok(scalar(keys %endings), '>', 1, 'with less it does not');
	$caller->quit;
	server_is_well($node, 'processes of a run');
	value($node, "CALL perf_mgmt.run_performance_test('short')");
	is(value($node, "SELECT count(*) FROM perf_mgmt.test_executions WHERE execution_status = 'RUNNING'"),
		'0', 'no execution is left as RUNNING');
}

# --- The controller, in the middle of a run of many operations ---
my @many = map { { sql => "SELECT pg_sleep(0.01), $_", name => "operation $_" } } 1 .. 60;
add_test($node, 'many', \@many, long_run());
foreach my $extra (0, 1, 4, 16)
{
	my $what = "controller with $extra MB";
	my $run  = under_way($node, start_test($node, 'many'));
	my $controller = execution($node, $run->{id}, 'controller_pid');
	limit($controller, space_of($controller) + $extra * $megabyte);
	my $start = time;
	# It may have what it needs from before: then the run goes on, and is cancelled.
	my $last = value($node, "SELECT max(interval_number) FROM perf_mgmt.execution_intervals WHERE execution_id = '$run->{id}'");
	wait_for($node, "NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = $controller) OR EXISTS (SELECT "
		  . "FROM perf_mgmt.execution_intervals WHERE execution_id = '$run->{id}' AND interval_number > $last + 3)");
	value($node, "SELECT perf_mgmt.cancel_execution('$run->{id}')");
	# Short of memory or not, it has written the end itself.
	my $status = wait_for_end($node, $run->{id});
	cmp_ok(time - $start, '<=', 10, "$what: within 10 s, the execution is final");
	like($status, qr/^(?:FAILED|CANCELLED)$/, "$what: FAILED or CANCELLED");
	settles($run, $status, $what);
	identity_holds($node, $run->{id}, $what);
	note("$what: " . execution($node, $run->{id}, 'execution_status, failure_sqlstate, failure_message'));
}

# --- A session that has a report made ---
{
	my $session = $node->background_psql('postgres', on_error_stop => 0);
	my $pid = $session->query_safe('SELECT pg_backend_pid()');
	# A library that cannot be mapped is another error.
	$session->query_safe(q(LOAD 'perf_mgmt'; LOAD 'plpgsql'));
	my $report = "SELECT length(perf_mgmt.render_report(id, 'html')) > 1000 FROM perf_mgmt.test_executions WHERE execution_status = 'CANCELLED' LIMIT 1";
	my ($failed, $made) = (0, 0);
	for (my $extra = 0; $extra <= 64 && !$made; $extra += $extra < 4 ? 0.25 : 2)
	{
		limit($pid, space_of($pid) + $extra * $megabyte);
		my $output = $session->query($report);
		unlimit($pid);
		my $error = $session->{stderr};
		$session->{stderr} = '';
		$made = 1 if $output eq 't';
		$failed++ if $error =~ /out of memory/;
		last if !$made && $error !~ /out of memory/ and fail("report with $extra MB: $error");
		last unless $session->query('SELECT 1') eq '1' or fail("report with $extra MB: the session goes on");
	}
	cmp_ok($failed, '>', 0, 'report: with too little memory it is an error, and the session goes on');
	is($made, 1, 'report: with enough it is made');
	$session->quit;
}
server_is_well($node, 'memory');

done_testing();
