# ALTER EXTENSION UPDATE from every frozen version to the present one: it must make, object by object, what CREATE EXTENSION
# makes, and keep every row; and a dump of that version can be restored. A version is frozen by scripts/freeze, which puts
# its install script into sql/frozen; what a frozen version consists of never changes.
#
# That the comparison would see it is shown on a version that is made up here: of its upgrade script always one statement is
# left out or replaced, and exactly that is told.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use IO::Uncompress::Gunzip qw(gunzip $GunzipError);
use Lifecycle;
use PerfMgmtTest;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

# scripts/test lays a copy beside this file; run by hand, it is the project's own.
my ($frozen_folder) = grep { -d } "$FindBin::RealBin/frozen", "$FindBin::RealBin/../../sql/frozen";
my %frozen = map { m{/perf_mgmt--(.+)\.sql\.gz$} ? ($1 => $_) : () } $frozen_folder ? glob("$frozen_folder/*.sql.gz") : ();

my ($installation, $scripts) = own_installation(PostgreSQL::Test::Utils::tempdir());
my $node = PostgreSQL::Test::Cluster->new('upgrade', install_path => $installation);
$node->init;
$node->append_conf('postgresql.conf', "max_worker_processes = 32\nlog_statement = none\nautovacuum = off");
$node->start;

my ($present) = slurp_file("$scripts/perf_mgmt.control") =~ /^default_version = '(.+)'$/m;

# Files are made anew: what is there is a link.
sub add_script
{
	my ($versions, $sql) = @_;
	my $file = "$scripts/perf_mgmt--$versions.sql";
	unlink $file;
	append_to_file($file, $sql);
	return;
}

sub create
{
	my ($database, $version) = @_;
	$node->safe_psql('postgres', "CREATE DATABASE $database");
	$node->safe_psql($database,  'CREATE EXTENSION perf_mgmt' . (defined $version ? " VERSION '$version'" : ''));
	return;
}

# One row at least of each kind, written as the first version has the tables: a test with its scenario and a generator, an
# execution with a baseline, an alert.
sub add_rows
{
	my ($database) = @_;
	local $PerfMgmtTest::database = $database;
	add_test($node, 'mine', [ { sql => 'SELECT :n::integer', generators => '{"n": "mine"}' } ], { operations => 5, workers => 1 });
	$node->safe_psql($database, q[
		INSERT INTO perf_mgmt.parameter_generators (name, definition) VALUES ('mine', '{"type": "integer", "min": 1, "max": 9}');
		INSERT INTO perf_mgmt.alert_configurations (alert_name, alert_type, threshold_config, alert_severity, notification_channels)
		VALUES ('slow', 'THRESHOLD', '{"max_p95_response_time_ms": 1}', 'HIGH', '{}');
		INSERT INTO perf_mgmt.test_executions (id, test_id, execution_environment, database_version, execution_status, completed_at,
			throughput_tps, error_rate_percent, response_histogram, is_valid)
		SELECT '00000000-0000-0000-0000-000000000001', id, 'staging', '15.0', 'COMPLETED', now(), 10, 0,
			'{"v": 1, "count": 2, "min": 3, "max": 3, "sum": "6", "squares": "18", "buckets": [[3, 2]]}', true
		FROM perf_mgmt.performance_tests WHERE test_name = 'mine';
		INSERT INTO perf_mgmt.performance_baselines (test_name, baseline_type, baseline_date, baseline_execution_id,
			baseline_throughput_tps, baseline_error_rate_percent, execution_environment)
		VALUES ('mine', 'MANUAL', now(), '00000000-0000-0000-0000-000000000001', 10, 0, 'staging');]);
	return;
}

sub dump_and_restore
{
	my ($database, $restored) = @_;
	my $file = PostgreSQL::Test::Utils::tempdir() . '/dump';
	$node->command_ok([ 'pg_dump', '-Fc', '-f', $file, $database ], "$database: can be dumped");
	$node->safe_psql('postgres', "CREATE DATABASE $restored");
	$node->command_ok([ 'pg_restore', '-e', '-d', $restored, $file ], "$database: can be restored");
	return;
}

# --- From what was frozen ---
create('fresh');
my $fresh = catalogue($node, 'fresh');
is(join("\n", grep { /\| not compared$/ } sort keys %$fresh), '', 'there is no kind of object that is not compared');
is( join("\n", grep { $_ ne '""' } values %{ kept_rows($node, 'fresh') }),
	'', 'nothing ships that a dump would take along');

ok(%frozen ? 1 : 0, 'a version is frozen') or diag('make it with scripts/freeze');
$node->safe_psql('postgres', 'CREATE ROLE granted');
foreach my $version (sort keys %frozen)
{
	gunzip($frozen{$version} => \my $sql) or die $GunzipError;
	if ($version eq $present)
	{
		add_script("$version-frozen", $sql);
		create('frozen', "$version-frozen");
		same_catalogue(catalogue($node, 'frozen'), $fresh, "version $version is what was frozen")
		  or diag('a frozen version is released: what changes belongs to the next one, see CONTRIBUTING.md');
		next;
	}
	add_script($version, $sql);
	isnt( $node->safe_psql('postgres', "SELECT path FROM pg_extension_update_paths('perf_mgmt') WHERE source = '$version' AND target = '$present'"),
		'', "version $version can be updated to $present")
	  or next;
	my $database = "from_$version" =~ s/\W/_/gr;
	create($database, $version);
	add_rows($database);
	my $columns = columns_of($node, $database);
	my $rows = kept_rows($node, $database, $columns);
	$node->safe_psql($database, "SELECT perf_mgmt.grant_access('granted', 'runner')");
	dump_and_restore($database, "${database}_restored");
	same_rows(kept_rows($node, "${database}_restored", $columns), $rows, "a dump of version $version");
	$node->safe_psql($database, 'ALTER EXTENSION perf_mgmt UPDATE');
	is($node->safe_psql($database, 'SELECT role_name, access_level FROM perf_mgmt.granted_access'), 'granted|runner', "updated from version $version: access");
	$node->safe_psql($database, "SELECT perf_mgmt.revoke_access('granted')");
	same_catalogue(catalogue($node, $database), $fresh, "updated from version $version");
	same_rows(kept_rows($node, $database, $columns), $rows, "updated from version $version");
}

# --- What the comparison sees ---
# What the next version changes, in SQL; what its upgrade script does instead, which may be nothing; and what is told then.
# What is needed of a query or a condition is written so that it does not matter what it was.
my $generator = q{SELECT perf_mgmt.ship_generator('%s', NULL, '{"type": "boolean"}', 'yes or no')};
my $weights = 'UPDATE perf_mgmt.workload_operations SET weight_percentage = %d '
  . 'WHERE scenario_id IN (SELECT id FROM perf_mgmt.load_scenarios WHERE owner_role IS NULL)';
my @changes = (
	[ q{CREATE OR REPLACE FUNCTION perf_mgmt.version_key(p_version varchar) RETURNS numeric[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
		SET search_path = pg_catalog, pg_temp AS 'SELECT ARRAY[1]::numeric[]'}, '', 'function perf_mgmt.version_key(character varying) | definition' ],
	[ q{ALTER FUNCTION perf_mgmt.has_only_numbers(jsonb) SET timezone = 'UTC'}, '', 'function perf_mgmt.has_only_numbers(pg_catalog.jsonb) | definition' ],
	[ q{GRANT EXECUTE ON FUNCTION perf_mgmt.check_owner() TO pg_monitor}, '', 'function perf_mgmt.check_owner() |' ],
	[ q{COMMENT ON FUNCTION perf_mgmt.purge_history IS 'Purges.'}, '', 'function perf_mgmt.purge_history(interval,boolean) | comment' ],
	[ q{CREATE FUNCTION perf_mgmt.novel() RETURNS integer LANGUAGE sql RETURN 1}, '', 'function perf_mgmt.novel() |' ],
	[ q{CREATE FUNCTION perf_mgmt.histogram_novel() RETURNS integer LANGUAGE sql RETURN 1; REVOKE ALL ON FUNCTION perf_mgmt.histogram_novel() FROM PUBLIC},
		q{CREATE FUNCTION perf_mgmt.histogram_novel() RETURNS integer LANGUAGE sql RETURN 1}, 'function perf_mgmt.histogram_novel() |' ],
	[ q{DROP FUNCTION perf_mgmt.maintenance_markdown(jsonb)}, '', 'too much: function perf_mgmt.maintenance_markdown(pg_catalog.jsonb) |' ],
	[ q{ALTER TABLE perf_mgmt.ci_runs ADD COLUMN novel timestamptz}, '', 'table perf_mgmt.ci_runs |' ],
	[ q{ALTER TABLE perf_mgmt.ci_run_tests ADD COLUMN one integer, ADD COLUMN other integer},
		q{ALTER TABLE perf_mgmt.ci_run_tests ADD COLUMN other integer, ADD COLUMN one integer}, 'table perf_mgmt.ci_run_tests | column' ],
	[ q{ALTER TABLE perf_mgmt.load_scenarios ALTER ramp_down_duration_seconds SET DEFAULT 30}, '',
		'table perf_mgmt.load_scenarios | column ramp_down_duration_seconds' ],
	[ q{ALTER TABLE perf_mgmt.execution_events ALTER details SET NOT NULL}, '', 'table perf_mgmt.execution_events |' ],
	[ q{COMMENT ON COLUMN perf_mgmt.execution_rounds.execution_id IS 'Novel.'}, '', 'table perf_mgmt.execution_rounds | comment of column execution_id' ],
	[ q{GRANT SELECT (id) ON perf_mgmt.execution_events TO pg_monitor}, '', 'table perf_mgmt.execution_events |' ],
	[ q{GRANT SELECT ON perf_mgmt.execution_stages TO PUBLIC}, '', 'table perf_mgmt.execution_stages |' ],
	[ q{ALTER TABLE perf_mgmt.execution_plans SET (fillfactor = 90)}, '', 'table perf_mgmt.execution_plans | relation' ],
	[ q{ALTER TABLE perf_mgmt.execution_plans ADD CONSTRAINT novel CHECK (execution_id IS NOT NULL)},
		q{ALTER TABLE perf_mgmt.execution_plans ADD CONSTRAINT novel CHECK (execution_id IS NOT NULL) NOT VALID},
		'table perf_mgmt.execution_plans | constraint novel' ],
	[ q{CREATE INDEX novel ON perf_mgmt.execution_plans (operation_name)}, '', 'table perf_mgmt.execution_plans | index novel' ],
	[ q{CREATE TRIGGER novel BEFORE UPDATE ON perf_mgmt.ci_runs FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()}, '',
		'table perf_mgmt.ci_runs | trigger novel' ],
	[ q{ALTER TABLE perf_mgmt.alert_configurations DISABLE TRIGGER check_configuration}, '',
		'table perf_mgmt.alert_configurations | trigger check_configuration' ],
	[ q{ALTER TABLE perf_mgmt.accepted_changes ENABLE ROW LEVEL SECURITY}, '', 'table perf_mgmt.accepted_changes | relation' ],
	[ q{CREATE POLICY novel ON perf_mgmt.ci_runs USING (true)}, q{CREATE POLICY novel ON perf_mgmt.ci_runs USING (false)},
		'table perf_mgmt.ci_runs | policy novel' ],
	[ q{ALTER TABLE perf_mgmt.maintenance_runs OWNER TO pg_monitor}, '', 'table perf_mgmt.maintenance_runs |' ],
	[ q{SELECT pg_catalog.pg_extension_config_dump('perf_mgmt.alert_configurations', 'WHERE is_active')}, '',
		'extension | dumped of perf_mgmt.alert_configurations' ],
	[ q{DO $$ BEGIN EXECUTE 'CREATE OR REPLACE VIEW perf_mgmt.active_executions AS SELECT * FROM ('
		|| rtrim(pg_get_viewdef('perf_mgmt.active_executions'::regclass), ';') || ') v WHERE true'; END $$}, '',
		'view perf_mgmt.active_executions |' ],
	[ q{ALTER TYPE perf_mgmt.alert_severity_enum ADD VALUE 'NONE' BEFORE 'LOW'}, q{ALTER TYPE perf_mgmt.alert_severity_enum ADD VALUE 'NONE'},
		'type perf_mgmt.alert_severity_enum | labels' ],
	[ q{COMMENT ON TYPE perf_mgmt.industry_enum IS 'Novel.'}, '', 'type perf_mgmt.industry_enum | comment' ],
	[ q{COMMENT ON SCHEMA perf_mgmt IS 'Novel.'}, '', 'schema perf_mgmt | comment' ],
	[ q{GRANT USAGE ON SCHEMA perf_mgmt TO pg_monitor}, '', 'schema perf_mgmt |' ],
	[ sprintf($generator, 'novel'), sprintf($generator, 'novel_too'), 'table perf_mgmt.parameter_generators | row' ],
	[ sprintf($weights, 1), sprintf($weights, 2),
		'table perf_mgmt.workload_operations | row' ]);

# How every upgrade script begins and ends: what is new must reach those who have access.
my @access_before = 'CREATE TEMPORARY TABLE access_before AS SELECT role_name, access_level FROM perf_mgmt.granted_access';
my @access_after = ('SELECT perf_mgmt.grant_access(role_name, access_level) FROM access_before', 'DROP TABLE access_before');

sub statements { return join '', map { "$_;\n" } @_; }
add_script("$present-next", slurp_file("$scripts/perf_mgmt--$present.sql") . statements(map { $_->[0] } @changes));
add_script("$present--$present-next", statements(@access_before, (map { $_->[0] } @changes), @access_after));
foreach my $i (0 .. $#changes)
{
	add_script("$present--$present-less-$i", statements(map { $changes[$_][ $_ == $i ? 1 : 0 ] } 0 .. $#changes));
}

create('next', "$present-next");
my $next = catalogue($node, 'next');
create('old', $present);
add_rows('old');
my $columns = columns_of($node, 'old');
my $rows = kept_rows($node, 'old', $columns);
foreach my $i (0 .. $#changes)
{
	my ($what, undef, $told) = @{ $changes[$i] };
	my @differences = differences($next, catalogue($node, 'old', "ALTER EXTENSION perf_mgmt UPDATE TO '$present-less-$i'"));
	ok(@differences && !grep({ index($_, $told) < 0 } @differences), 'seen where it is not done: ' . $what =~ s/\s+/ /gr)
	  or diag(join("\n", @differences) || 'no difference');
}
$node->safe_psql('old', "ALTER EXTENSION perf_mgmt UPDATE TO '$present-next'");
same_catalogue(catalogue($node, 'old'), $next, 'a complete upgrade script');
same_rows(kept_rows($node, 'old', $columns), $rows, 'a complete upgrade script');

# Who had access has it to what is new as well.
create('granted', $present);
$node->safe_psql('granted', 'CREATE ROLE reader; CREATE ROLE runner');
$node->safe_psql('granted', "SELECT perf_mgmt.grant_access(level, level) FROM unnest(ARRAY['reader', 'runner']) level");
$node->safe_psql('granted', "ALTER EXTENSION perf_mgmt UPDATE TO '$present-next'");
is($node->safe_psql('granted', 'SELECT role_name, access_level FROM perf_mgmt.granted_access ORDER BY 1'), "reader|reader\nrunner|runner",
	'access is what it was');
is($node->safe_psql('granted', "SELECT has_function_privilege('reader', 'perf_mgmt.histogram_novel()', 'EXECUTE')"), 't', 'to a new function too');

# What an upgrade script leaves undone when it fails is everything.
add_script("$present--$present-broken", statements($changes[0][0], 'SELECT 1 / 0'));
create('broken', $present);
my $before = catalogue($node, 'broken');
my (undef, undef, $messages) = $node->psql('broken', "ALTER EXTENSION perf_mgmt UPDATE TO '$present-broken'");
like($messages, qr/ERROR:  division by zero/, 'an upgrade that fails says so');
same_catalogue(catalogue($node, 'broken'), $before, 'an upgrade that fails changes nothing');

$node->stop;
done_testing();
