# A disk that is full: that of the operations' table, that of the records, that of the write-ahead log. Operations
# fail and are counted; what cannot be recorded is tried again, for the result is not to be lost; a server that
# panics comes back, and its run is found FAILED, with what it had recorded.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use SmallDisk megabytes => 40;
use PerfMgmtTest;
use FaultTest;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_fault_lab('disk', 'autovacuum = off');
mkdir disk() . "/$_" or die "$_: $!" foreach 'tables', 'records';
$node->safe_psql('postgres', "CREATE TABLESPACE $_ LOCATION '" . disk() . "/$_'") foreach 'tables', 'records';

# --- The operations' table: 1 MB and more with each of them ---
# Made anew to be empty: TRUNCATE needs room before it gives any back.
sub make_table
{
	$node->safe_psql('postgres', 'DROP TABLE IF EXISTS growing');
	$node->safe_psql('postgres', q(
		CREATE TABLE growing (filler text) TABLESPACE tables;
		ALTER TABLE growing ALTER filler SET STORAGE PLAIN;));
	return;
}
make_table();
add_test($node, 'growing',
	[ { sql => q(INSERT INTO growing SELECT repeat('x', 7000) FROM generate_series(1, 150)), type => 'write' } ],
	{ operations => 60, workers => 2, virtual_users => 2 });
{
	my $id = run_test($node, 'growing');
	is( execution($node, $id, 'execution_status, operations_ok > 0, operations_failed > 0, operations_failed = failed_other'),
		'COMPLETED|t|t|t', 'table: operations that find the disk full have failed');
	is( of_execution($node, $id, 'execution_events', "details ->> 'sqlstate'", "AND event_type = 'OPERATION_ERROR'"),
		'53100', 'table: an event says of what');
	is( value($node, 'SELECT count(*) FROM growing'), 150 * execution($node, $id, 'operations_ok'),
		'table: those that failed have left nothing');
	identity_holds($node, $id, 'table');
	processes_are_gone($node, 'table');
	make_table();
	$id = run_test($node, 'growing', { operations => 6 });
	is(execution($node, $id, 'execution_status, operations_ok'), 'COMPLETED|6', 'table: with room again none fails');
	make_table();
}

# --- Temporary files ---
add_test($node, 'sorting', [ { sql => q(SELECT md5(i::text), repeat('y', 500) || i FROM generate_series(1, 100000) i ORDER BY 1) } ],
	{ operations => 4, workers => 2, virtual_users => 2, settings => { work_mem => '64kB', temp_tablespaces => 'tables' } });
{
	my $id = run_test($node, 'sorting');
	is(execution($node, $id, 'execution_status, operations_failed'), 'COMPLETED|4', 'sort: operations that spill have failed');
	is( of_execution($node, $id, 'execution_events', "details ->> 'sqlstate'", "AND event_type = 'OPERATION_ERROR'"),
		'53100', 'sort: an event says of what');
	is(scalar(FaultTest::temporary_files($node)), 0, 'sort: no temporary file is left');
	processes_are_gone($node, 'sort');
}

# --- The table of the intervals, in the middle of a run ---
$node->safe_psql('postgres', 'ALTER TABLE perf_mgmt.execution_intervals SET TABLESPACE records');
add_test($node, 'long', [ { sql => 'SELECT pg_sleep(0.01)' } ], long_run());
{
	my $run = under_way($node, start_test($node, 'long'));
	fill_disk('ballast');
	settles($run, 'FAILED', 'intervals');
	is( execution($node, $run->{id}, "failure_sqlstate, failure_message ~ 'could not extend file', operations_ok > 0, throughput_tps > 0"),
		'53100|t|t|t', 'intervals: why is recorded, and what was measured');
	identity_holds($node, $run->{id}, 'intervals');
	free_disk('ballast');
	my $id = run_test($node, 'growing', { operations => 2 });
	is(execution($node, $id, 'execution_status, operations_ok'), 'COMPLETED|2', 'intervals: with room again a run completes');
}

# --- The tables of the result: there is room again while it is tried to be recorded ---
$node->safe_psql('postgres', 'ALTER TABLE perf_mgmt.execution_intervals SET TABLESPACE pg_default');
make_table();
$node->safe_psql('postgres', "ALTER TABLE perf_mgmt.$_ SET TABLESPACE records")
  foreach 'test_executions', 'query_performance', 'execution_rounds', 'execution_stages', 'execution_plans', 'execution_events';
my @gates = map { gate_operation() } 1 .. 20;
add_test($node, 'gated', \@gates, { operations => 40, workers => 2, virtual_users => 2 });

# A run of that test that finds the disk full when it comes to its end.
sub run_into_full_disk
{
	my $gate = close_gate($node);
	my $id   = start_test($node, 'gated');
	wait_for($node, "count(*) = 2 FROM pg_stat_activity WHERE backend_type = 'perf_mgmt worker' AND wait_event_type = 'Lock'");
	my $run   = under_way($node, $id, intervals => 0);
	my $start = -s $node->logfile;
	fill_disk('ballast');
	$gate->quit;
	$node->wait_for_log(qr/could not record the result of execution $id: could not extend file/, $start);
	return $run;
}
{
	my $run = run_into_full_disk();
	free_disk('ballast');
	settles($run, 'COMPLETED', 'result');
	is(execution($node, $run->{id}, 'operations_ok'), '40', 'result: nothing of it is lost');
	is(of_execution($node, $run->{id}, 'query_performance', 'count(*), sum(ok_count)'), '20|40', 'result: nor of its operations');
	identity_holds($node, $run->{id}, 'result');
}
{
	# Told to end, the controller tries no more. The execution is FAILED or lost, which the next start finds.
	my $run = run_into_full_disk();
	value($node, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type LIKE 'perf_mgmt%'");
	processes_are_gone($node, 'result, no room');
	free_disk('ballast');
	run_test($node, 'growing', { operations => 1 });
	settles($run, 'FAILED', 'result, no room');
}
server_is_well($node, 'tables and records');
$node->stop;

# --- The write-ahead log, of which nothing is removed ---
my $wal = PostgreSQL::Test::Cluster->new('wal');
$wal->init(extra => [ '--waldir', disk() . '/wal', '--wal-segsize', '1' ]);
$wal->append_conf('postgresql.conf', join("\n", 'max_worker_processes = 16', 'log_statement = none', 'fsync = on',
	'restart_after_crash = on', 'wal_writer_delay = 10ms', 'min_wal_size = 2MB', 'wal_keep_size = 1GB', 'autovacuum = off'));
$wal->start;
$wal->safe_psql('postgres', 'CREATE EXTENSION perf_mgmt; CREATE TABLE growing (filler text)');
add_test($wal, 'writing',
	[ { sql => q(INSERT INTO growing SELECT md5(i::text) FROM generate_series(1, 100) i; SELECT pg_sleep(0.02)), type => 'mixed' } ],
	long_run());
{
	my $run   = under_way($wal, start_test($wal, 'writing'));
	my $start = -s $wal->logfile;
	fill_disk('ballast');
	$wal->wait_for_log(qr/PANIC: .*No space left on device/, $start);
	# It restarts, or, where recovery needs room as well, is gone.
	$wal->stop('immediate', fail_ok => 1);
	free_disk('ballast');
	$wal->start;
	# The next run finds it, where nobody has by then.
	my $id = run_test($wal, 'writing', { operations => 1 });
	is(execution($wal, $id, 'execution_status, operations_ok'), 'COMPLETED|1', 'log: with room again a run completes');
	settles($run, 'FAILED', 'log');
	$wal->stop;
}

done_testing();
