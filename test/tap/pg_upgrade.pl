# pg_upgrade from an older PostgreSQL, with data: every row is there afterwards, the extension consists of what CREATE
# EXTENSION makes, and it works. The older server's programs, with the extension installed for them, are in the folder that
# PERF_MGMT_OLD_BINDIR names; without there is nothing to upgrade from.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use File::Basename;
use Lifecycle;
use PerfMgmtTest;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $old_bin = $ENV{PERF_MGMT_OLD_BINDIR};
plan skip_all => 'PERF_MGMT_OLD_BINDIR names no folder with the programs of an older PostgreSQL' unless $old_bin;
die "PERF_MGMT_OLD_BINDIR: there is no $old_bin/postgres" unless -x "$old_bin/postgres";

my $settings = "max_worker_processes = 32\nlog_statement = none\nautovacuum = off";
my $old = PostgreSQL::Test::Cluster->new('old', install_path => dirname($old_bin));
my $new = PostgreSQL::Test::Cluster->new('new');
cmp_ok($old->pg_version, '<', $new->pg_version, 'from ' . $old->pg_version . ' to ' . $new->pg_version);
chomp(my $new_bin = `pg_config --bindir`);

# From 18 on initdb turns checksums on, and both clusters must be alike.
my @locale = ('--locale', 'C', '--encoding', 'UTF8');
$old->init(extra => \@locale);
$new->init(extra => [ @locale, $new->pg_version >= 18 ? '--no-data-checksums' : () ]);
$_->append_conf('postgresql.conf', $settings) foreach $old, $new;

# --- A database with everything ---
$old->start;
$old->safe_psql('postgres', q(
	CREATE EXTENSION perf_mgmt;
	CREATE ROLE author LOGIN;
	CREATE ROLE reader;
	SELECT perf_mgmt.grant_access('reader', 'runner');
	CREATE TABLE things AS SELECT id FROM generate_series(1, 100) id;
	ANALYZE things;
	GRANT SELECT ON things TO author;
	INSERT INTO perf_mgmt.parameter_generators (name, owner_role, definition) VALUES ('mine', 'author', '{"type": "integer", "min": 1, "max": 100}');
	INSERT INTO perf_mgmt.alert_configurations (alert_name, alert_type, threshold_config, alert_severity, notification_channels)
	VALUES ('always', 'THRESHOLD', '{"min_throughput_tps": 1e9}', 'LOW', '{}');));
my @operations = ({ name => 'look', sql => 'SELECT * FROM things WHERE id = :n', generators => '{"n": "mine"}' });
add_test($old, 'mine', \@operations, { operations => 400, workers => 2, virtual_users => 2, rounds => 1, seed => 1 }, owner => 'author');
my $id = run_test($old, 'mine');
is(execution($old, $id, 'execution_status, operations_ok'), 'COMPLETED|400', 'a run on the older server');
my $columns = columns_of($old, 'postgres');
my $rows    = kept_rows($old, 'postgres', $columns);
isnt($rows->{"perf_mgmt.$_"}, '""', "there are rows in $_")
  foreach qw(performance_tests workload_operations parameter_generators test_executions execution_intervals query_performance alert_events);
$old->stop;

# --- The upgrade ---
{
	# It writes its scripts and logs into the folder where it stands.
	my $folder = PostgreSQL::Test::Utils::tempdir();
	chdir $folder or die "cannot enter $folder: $!";
	$new->command_ok([ 'pg_upgrade', '--no-sync', '-d', $old->data_dir, '-D', $new->data_dir, '-b', $old_bin, '-B', $new_bin,
			'-s', $new->host, '-p', $old->port, '-P', $new->port ], 'pg_upgrade');
	chdir $FindBin::RealBin or die "cannot leave $folder: $!";
}
$new->start;

# --- What has become of it ---
same_rows(kept_rows($new, 'postgres', $columns), $rows, 'after pg_upgrade');
is(value($new, 'SELECT role_name, access_level FROM perf_mgmt.granted_access'), 'reader|runner', 'access is still granted');
$new->safe_psql('postgres', "SELECT perf_mgmt.revoke_access('reader')");
$new->safe_psql('postgres', 'CREATE DATABASE fresh');
$new->safe_psql('fresh', 'CREATE EXTENSION perf_mgmt');
same_catalogue(catalogue($new, 'postgres'), catalogue($new, 'fresh'), 'after pg_upgrade as anew');
is(value($new, "SELECT perf_mgmt.percentile(response_histogram, 0.5) > 0 FROM perf_mgmt.test_executions WHERE id = '$id'"), 't', 'histograms can be read');
like(value($new, "SELECT perf_mgmt.render_report('$id')"), qr/mine/, 'and a report be made of the old run');

$new->safe_psql('postgres', 'ANALYZE things');
my $later = run_test($new, 'mine');
is(execution($new, $later, 'execution_status, operations_ok'), 'COMPLETED|400', 'a run on the newer server');
like(value($new, "SELECT array_to_string(perf_mgmt.fingerprint_differences('$id', '$later'), ' ')"), qr/server major: /,
	'is not compared with the one on the older server');
is(value($new, "SELECT count(*) FROM perf_mgmt.alert_events WHERE execution_id = '$later'"), '1', 'and raises the alert');
$new->safe_psql('postgres', 'DROP EXTENSION perf_mgmt');
processes_are_gone($new, 'removed after pg_upgrade');

$new->stop;
done_testing();
