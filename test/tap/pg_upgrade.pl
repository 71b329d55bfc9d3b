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
	CREATE TABLE things AS SELECT id, id % 5000 AS kind FROM generate_series(1, 50000) id;
	CREATE INDEX things_kind ON things (kind);
	ANALYZE things;
	GRANT SELECT ON things TO author;
	INSERT INTO perf_mgmt.parameter_generators (name, owner_role, definition) VALUES ('mine', 'author', '{"type": "integer", "min": 1, "max": 4999}');
	INSERT INTO perf_mgmt.alert_configurations (alert_name, alert_type, threshold_config, alert_severity, notification_channels)
	VALUES ('always', 'THRESHOLD', '{"min_throughput_tps": 1e9}', 'LOW', '{}');));
my @operations = ({ name => 'look', sql => 'SELECT id FROM things WHERE kind = :n', generators => '{"n": "mine"}' });
add_test($old, 'mine', \@operations, { operations => 180, workers => 1, virtual_users => 1, rounds => 3, seed => 1 }, owner => 'author');

# A run that is the baseline, and one without the index, which is a regression.
sub baseline_and_regression
{
	my ($node, $what) = @_;
	my $id = run_test($node, 'mine');
	is(execution($node, $id, 'execution_status, operations_ok, is_valid'), 'COMPLETED|180|t', "$what: a run");
	$node->safe_psql('postgres', "SELECT perf_mgmt.set_baseline('$id'); DROP INDEX things_kind");
	my $slow = run_test($node, 'mine');
	is(execution($node, $slow, "baseline_execution_id = '$id', regression_detected"), 't|t', "$what: one that is slower is found");
	return ($id, $slow);
}

# What is made of these two runs, out of what is stored of them.
sub told
{
	my ($node, $id, $slow) = @_;
	return {
		verdicts => value($node, "SELECT metric, against, verdict, severe, basis, reason FROM perf_mgmt.regression_verdicts('$slow') ORDER BY 1, 2"),
		comparison => value($node, "SELECT * FROM perf_mgmt.compare_with_baseline('$slow') ORDER BY 1"),
		explanation => value($node, "SELECT finding FROM perf_mgmt.explain_regression('$slow')"),
		differences => value($node, "SELECT perf_mgmt.fingerprint_differences('$id', '$slow')"),
		report => value($node, "SELECT perf_mgmt.render_report('$slow', 'markdown')"),
		advice => value($node, "SELECT perf_mgmt.generate_performance_recommendations('$slow')"),
		both => value($node, "SELECT perf_mgmt.render_comparison('$id', '$slow')"),
		history => value($node, "SELECT perf_mgmt.render_history('mine')"),
	};
}
my ($id, $slow) = baseline_and_regression($old, 'older server');
my $told = told($old, $id, $slow);
like($told->{verdicts}, qr/REGRESSION/, 'older server: judged as one');
my $columns = columns_of($old, 'postgres');
my $rows    = kept_rows($old, 'postgres', $columns);
isnt($rows->{"perf_mgmt.$_"}, '""', "there are rows in $_")
  foreach qw(performance_tests workload_operations parameter_generators test_executions execution_intervals query_performance alert_events
  performance_baselines execution_verdicts execution_rounds execution_plans);
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
# pg_upgrade makes queries and conditions anew out of their texts, which moves casts, parentheses and names that do not matter.
sub as_written
{
	my ($catalogue) = @_;
	return { map { $_ => / \| (?:constraint |query$)/ ? $catalogue->{$_} =~ s/[()]|::(?:text|character varying)(?:\[\])?| AS text\b//gr : $catalogue->{$_} }
		  keys %$catalogue };
}
same_rows(kept_rows($new, 'postgres', $columns), $rows, 'after pg_upgrade');
is(value($new, 'SELECT role_name, access_level FROM perf_mgmt.granted_access'), 'reader|runner', 'access is still granted');
$new->safe_psql('postgres', "SELECT perf_mgmt.revoke_access('reader')");
$new->safe_psql('postgres', 'CREATE DATABASE fresh');
$new->safe_psql('fresh', 'CREATE EXTENSION perf_mgmt');
same_catalogue(as_written(catalogue($new, 'postgres')), as_written(catalogue($new, 'fresh')), 'after pg_upgrade as anew');
is(value($new, "SELECT perf_mgmt.percentile(response_histogram, 0.5) > 0 FROM perf_mgmt.test_executions WHERE id = '$id'"), 't', 'histograms can be read');
is_deeply(told($new, $id, $slow), $told, 'the runs of before are judged, explained and shown as before');

$new->safe_psql('postgres', 'CREATE INDEX things_kind ON things (kind); ANALYZE things');
my $later = run_test($new, 'mine');
is(execution($new, $later, 'execution_status, operations_ok'), 'COMPLETED|180', 'a run on the newer server');
like(value($new, "SELECT array_to_string(perf_mgmt.fingerprint_differences('$id', '$later'), ' ')"), qr/server major: /,
	'is not compared with the one on the older server');
is(of_execution($new, $later, 'execution_verdicts', 'verdict', "AND metric = 'overall'"), 'NO_BASELINE', 'as its verdict says');
is(value($new, "SELECT count(*) FROM perf_mgmt.alert_events WHERE execution_id = '$later'"), '1', 'and raises the alert');
baseline_and_regression($new, 'newer server');

# A dump of it can be restored.
my $kept = kept_rows($new, 'postgres');
my $dump = PostgreSQL::Test::Utils::tempdir() . '/dump';
$new->command_ok([ 'pg_dump', '-Fc', '-f', $dump, 'postgres' ], 'dumped after pg_upgrade');
$new->safe_psql('postgres', 'CREATE DATABASE restored');
$new->command_ok([ 'pg_restore', '-e', '-d', 'restored', $dump ], 'and restored');
same_rows(kept_rows($new, 'restored'), $kept, 'dumped after pg_upgrade');
same_catalogue(catalogue($new, 'restored'), catalogue($new, 'fresh'), 'dumped after pg_upgrade');
$new->safe_psql('postgres', 'DROP EXTENSION perf_mgmt');
processes_are_gone($new, 'removed after pg_upgrade');

$new->stop;
done_testing();
