# What the tests of faults share: a run that is under way, and what must be true when something has hit it.
#
# under_way waits until a run has measured something that is on disk, and notes what it has in its hands:
# processes, shared memory, temporary files, the intervals that are recorded. Then the test strikes, and
# settles looks until all is as it must be, for 10 seconds at most: the server answers, the execution is
# final, its intervals are those that were noted, and nothing of the run is left anywhere.
package FaultTest;

use strict;
use warnings;

use Exporter 'import';
use IPC::Run;
use PerfMgmtTest;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time usleep);

our @EXPORT = qw(new_fault_lab spilling_operation long_run under_way wait_for_restart settles server_is_well);

# What is promised: from the fault, or from the moment at which the server answers again.
my $seconds_to_settle = 10;

# As new_lab, of a server that starts anew after a crash.
sub new_fault_lab
{
	my ($name, @settings) = @_;
	return new_lab($name, 'restart_after_crash = on', @settings);
}

# An operation of about 0.1 s that keeps a temporary file open all the time, under settings of long_run.
sub spilling_operation
{
	return { name => 'spill', sql => 'SELECT pg_sleep(0.005) FROM generate_series(1, 20000) LIMIT 20' };
}

# Configuration of a run that only a fault ends.
sub long_run
{
	my (%more) = @_;
	return {
		test_duration_seconds => 600, workers => 2, virtual_users => 2, interval_ms => 200,
		settings => { work_mem => '64kB' }, %more
	};
}

# Paths of the shared memory that a run's processes have mapped: segments begin with a number of their own.
# Two processes of the server map other segments alike, those of the statistics for one.
sub segments_of
{
	my (@pids) = @_;
	my %segments;
	foreach my $pid (@pids)
	{
		open(my $maps, '<', "/proc/$pid/maps") or next;
		while (my $line = <$maps>)
		{
			next unless $line =~ m{ (/\S+/(?:PostgreSQL\.|pg_dynshmem/mmap\.)\d+)$};
			my $path = $1;
			open(my $segment, '<:raw', $path) or next;
			read($segment, my $start, 8);
			$segments{$path} = 1 if $start =~ /^(?:tmgmfrep|POOL)/;
		}
	}
	my @paths = sort keys %segments;
	return @paths;
}

sub temporary_files
{
	my ($node) = @_;
	my @files;
	foreach my $folder (glob($node->data_dir . '/base/pgsql_tmp'), glob($node->data_dir . '/pg_tblspc/*/PG_*/pgsql_tmp'))
	{
		push @files, grep { !/^\.\.?$/ } slurp_dir($folder) if -d $folder;
	}
	return @files;
}

sub digest_of_intervals
{
	my ($id, $last) = @_;
	return "SELECT count(*) || ' ' || md5(string_agg(i::text, ' ' ORDER BY interval_number, operation_name)) "
	  . "FROM perf_mgmt.execution_intervals i WHERE execution_id = '$id' AND interval_number <= $last";
}

# Notes what a run has by now. Options: intervals, how many it must have recorded before (2; 0 where it has none to
# record yet), spills, whether it must have a temporary file open. Where the test has one run at a time.
sub under_way
{
	my ($node, $id, %options) = @_;
	my $intervals = defined $options{intervals} ? $options{intervals} : 2;
	if ($intervals > 0)
	{
		wait_for($node, "count(*) >= $intervals FROM perf_mgmt.execution_intervals "
			  . "WHERE execution_id = '$id' AND ok_count > 0");
	}
	my $last = value($node, "SELECT coalesce(max(interval_number), -1) FROM perf_mgmt.execution_intervals WHERE execution_id = '$id'");
	my $recorded = value($node, digest_of_intervals($id, $last));
	# Commits of the engine are asynchronous; this one is not, and takes all before it to disk.
	value($node, "SELECT pg_logical_emit_message(true, 'perf_mgmt', 'noted')");
	if ($options{spills})
	{
		my $attempts = 100 * $PostgreSQL::Test::Utils::timeout_default;
		usleep(10_000) while !temporary_files($node) && $attempts-- > 0;
		die 'the run has no temporary file' unless temporary_files($node);
	}
	my @processes = split /\n/, value($node, "SELECT pid FROM pg_stat_activity WHERE backend_type LIKE 'perf_mgmt%'");
	my @segments = segments_of(@processes);
	die 'the run has no process' unless @processes;
	die 'the run has no shared memory' unless @segments;
	return {
		node => $node, database => $PerfMgmtTest::database, id => $id, processes => \@processes, segments => \@segments,
		last_interval => $last, recorded => $recorded
	};
}

# Waits until a server that was hit after $start, a position in its log, has started all of its processes anew and
# answers again.
sub wait_for_restart
{
	my ($node, $start) = @_;
	$node->wait_for_log(qr/all server processes terminated; reinitializing/, $start);
	# Not by poll_query_until, which writes to the standard input of a psql that may be gone already.
	my @command  = ('psql', '-XAtc', 'SELECT true', '-d', $node->connstr($PerfMgmtTest::database));
	my $attempts = 20 * $PostgreSQL::Test::Utils::timeout_default;
	while (!IPC::Run::run \@command, '<', '/dev/null', '>', \my $output, '2>', \my $messages)
	{
		die "the server did not come back: $messages" unless $attempts-- > 0;
		usleep(50_000);
	}
	return;
}

# What is still not as it must be: texts, by what they are about. Where the database or the extension is gone the run
# has no row that could be looked at, and $status is undefined.
sub remains
{
	my ($run, $status) = @_;
	my $node = $run->{node};
	my %wrong;
	my ($failed, $state, $messages) = eval { $node->psql(
		'postgres', q(
		SELECT (SELECT count(*) FROM pg_stat_activity WHERE backend_type LIKE 'perf_mgmt%') || ' ' ||
			(SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 3))) };
	return { server => 'it does not answer: ' . ($messages || $@) } if $failed || $@;
	my ($processes, $locks) = split / /, $state;
	my @alive = grep { kill 0, $_ } @{ $run->{processes} };
	$wrong{process} = "pg_stat_activity has $processes, alive are: @alive" if $processes || @alive;
	$wrong{lock}    = "there are $locks" if $locks;
	my @segments = grep { -e $_ } @{ $run->{segments} };
	$wrong{segment} = "@segments" if @segments;
	my @files = temporary_files($node);
	$wrong{file} = "@files" if @files;
	if (defined $status)
	{
		my (undef, $found, $error) = $node->psql($run->{database},
			"SELECT execution_status FROM perf_mgmt.test_executions WHERE id = '$run->{id}'");
		$wrong{execution} = "it is \"$found\" $error" if $found ne $status;
		my (undef, $recorded, undef) = $node->psql($run->{database}, digest_of_intervals($run->{id}, $run->{last_interval}));
		$wrong{intervals} = "\"$run->{recorded}\" became \"$recorded\"" if $recorded ne $run->{recorded};
	}
	return \%wrong;
}

# Tests: within 10 seconds all is as it must be. To be called as soon as the fault has happened, or, where it brought
# the server down, as soon as that answers again. $status is the final state; undefined where no row can be left.
sub settles
{
	my ($run, $status, $what) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my $start = time;
	my $wrong = remains($run, $status);
	while (%$wrong && time - $start < $seconds_to_settle)
	{
		usleep(50_000);
		$wrong = remains($run, $status);
	}
	note(sprintf('%s: settled after %.1f s', $what, time - $start));
	my @demands = ([ 'server', 'the server answers' ], [ 'process', 'no process is left' ], [ 'lock', 'no lock is left' ],
		[ 'segment', 'no shared memory is left' ], [ 'file', 'no temporary file is left' ]);
	push @demands, [ 'execution', "the execution is $status" ], [ 'intervals', 'its intervals are all there' ]
	  if defined $status;
	foreach my $demand (@demands)
	{
		my ($about, $text) = @$demand;
		# A server that does not answer leaves the rest unknown.
		my $problem = $wrong->{$about} || ($about ne 'server' && $wrong->{server});
		ok(!$problem, "$what: within $seconds_to_settle s, $text") or diag($problem);
	}
	return;
}

# A test: the server's log tells of no crash from $start, a position in it, on.
sub server_is_well
{
	my ($node, $what, $start) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	return unlike(slurp_file($node->logfile, $start || 0), qr/PANIC|TRAP|was terminated by signal/,
		"$what: the server log tells of no crash");
}

1;
