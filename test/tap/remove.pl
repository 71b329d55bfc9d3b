# What the extension costs a server on which no test runs, preloaded or not, and what is left when it is gone: nothing. No
# process, no shared memory, no setting; after DROP EXTENSION no row in any catalogue, no file, no lock, and what it
# scheduled takes itself away.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use PerfMgmtTest;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $has_cron = -f `pg_config --sharedir` =~ s/\s+$//r . '/extension/pg_cron.control';

# Segments of shared memory as files of this server; no autovacuum, as it writes into catalogues.
my $node = PostgreSQL::Test::Cluster->new('remove');
$node->init;
$node->append_conf('postgresql.conf',
	"max_worker_processes = 32\nlog_statement = none\nautovacuum = off\ndynamic_shared_memory_type = mmap");
$node->start;

sub preload
{
	my ($libraries, @settings) = @_;
	$node->append_conf('postgresql.conf', join("\n", "shared_preload_libraries = '$libraries'", @settings));
	$node->restart;
	return;
}

# Files of segments and temporary ones, of which there are none but the server's own.
sub files_of
{
	my ($subfolder) = @_;
	my $path = $node->data_dir . "/$subfolder";
	return join ' ', map { s/\d+/N/gr } sort grep { !/^\.+$/ } -d $path ? slurp_dir($path) : ();
}

# --- While no test runs ---
# Named areas of shared memory; the anonymous rest follows from their number.
sub idle_server
{
	wait_for($node, "count(DISTINCT backend_type) = 4 FROM pg_stat_activity WHERE backend_type IN "
		  . "('checkpointer', 'background writer', 'walwriter', 'logical replication launcher')");
	return {
		processes => value($node, 'SELECT string_agg(backend_type, E\'\n\' ORDER BY backend_type) FROM pg_stat_activity'),
		memory    => value($node, 'SELECT string_agg(concat_ws(\' \', name, allocated_size), E\'\n\' ORDER BY name COLLATE "C") '
			  . 'FROM pg_shmem_allocations WHERE name <> \'<anonymous>\''),
		settings => value($node, 'SELECT string_agg(name, E\'\n\' ORDER BY name COLLATE "C") FROM pg_settings'),
		segments => files_of('pg_dynshmem'),
	};
}

# A session that has called a function of it has the module; one that has not does not even map it.
sub maps_module
{
	my ($sql) = @_;
	my $session = $node->background_psql('postgres');
	$session->query_safe($sql) if $sql;
	my $maps = slurp_file('/proc/' . $session->query_safe('SELECT pg_backend_pid()') . '/maps');
	$session->quit;
	return $maps =~ m{/perf_mgmt\.so} ? 1 : 0;
}

my $bare = idle_server();
$node->safe_psql('postgres', 'CREATE EXTENSION perf_mgmt');
$node->restart;
is_deeply(idle_server(), $bare, 'with the extension an idle server is as without: processes, shared memory, settings');
is(maps_module(), 0, 'a session that does not use it has not loaded it');
is(maps_module(q(SELECT perf_mgmt.count('{"v": 1, "count": 0}'::perf_mgmt.histogram))), 1, 'one that does has');
preload('perf_mgmt');
is_deeply(idle_server(), $bare, 'preloaded too');
is(maps_module(), 1, 'which it is');
add_test($node, 'short', [ { sql => 'SELECT 1' } ], { operations => 3, workers => 1 });
is(execution($node, run_test($node, 'short'), 'execution_status, operations_ok'), 'COMPLETED|3', 'preloaded, it works');
preload($has_cron ? 'pg_cron' : '', $has_cron ? "cron.database_name = 'postgres'" : ());
$node->safe_psql('postgres', 'DROP EXTENSION perf_mgmt');

# --- When it is gone ---
# What is not the extension's stands before the catalogues are counted.
$node->safe_psql('postgres', q(
	CREATE ROLE author LOGIN;
	CREATE ROLE reader;
	CREATE TABLE things AS SELECT 1 AS id;
	GRANT SELECT ON things TO author;));
$node->safe_psql('postgres', 'CREATE EXTENSION pg_cron') if $has_cron;

# Every object with an oid that came after initdb (labels of enumerations have no description), and how many rows each
# catalogue has.
sub database
{
	my $objects = value($node, q(
		SELECT string_agg(format('SELECT %L || pg_describe_object(%L::regclass, oid, 0) AS entry FROM %s WHERE oid >= 16384', relname || ' ', oid, oid::regclass),
		                  ' UNION ALL ')
		FROM pg_class c WHERE relnamespace = 'pg_catalog'::regnamespace AND relkind = 'r'
		  AND EXISTS (SELECT FROM pg_attribute WHERE attrelid = c.oid AND attname = 'oid')
		  AND relname <> 'pg_enum'));
	my $counts = value($node, q(
		SELECT string_agg(format('SELECT %L || count(*) AS entry FROM %s', relname || ': ', oid::regclass), ' UNION ALL ')
		FROM pg_class WHERE relnamespace = 'pg_catalog'::regnamespace AND relkind = 'r'));
	return {
		objects => [ split /\n/, value($node, "SELECT entry FROM ($objects) objects ORDER BY entry COLLATE \"C\"") ],
		counts  => [ split /\n/, value($node, "SELECT entry FROM ($counts) counts ORDER BY entry COLLATE \"C\"") ],
	};
}

# Files of the database that belong to no relation. Those of dropped ones go with the next checkpoint.
sub orphaned_files
{
	value($node, 'CHECKPOINT');
	return value($node, q(
		SELECT string_agg(file, ' ')
		FROM pg_ls_dir('base/' || (SELECT oid FROM pg_database WHERE datname = current_database())) file
		WHERE file ~ '^t?[0-9]' AND (file LIKE 't%' OR pg_filenode_relation(0, substring(file FROM '^[0-9]+')::oid) IS NULL)));
}

sub nothing_is_left
{
	my ($before, $what) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	processes_are_gone($node, $what);
	my $after = database();
	is_deeply($after->{objects}, $before->{objects}, "$what: no object is left");
	is_deeply($after->{counts},  $before->{counts},  "$what: no row of a catalogue is left");
	is(orphaned_files(), '', "$what: no file of a table is left");
	is(files_of('pg_dynshmem'), $bare->{segments}, "$what: no shared memory is left");
	is(files_of('base/pgsql_tmp'), '', "$what: no temporary file is left");
	return;
}

my $before = database();
my $folder = files_of('');
$node->safe_psql('postgres', q(
	CREATE EXTENSION perf_mgmt;
	SELECT perf_mgmt.grant_access('reader', 'reader'), perf_mgmt.grant_access('author', 'admin');
	ALTER TABLE perf_mgmt.execution_intervals SET (autovacuum_enabled = off);));
add_test($node, 'short',
	[ { sql => 'SELECT * FROM things WHERE id = :id', generators => '{"id": {"type": "pool", "sql": "SELECT id FROM things", "column": "id"}}' } ],
	{ operations => 3, workers => 2, virtual_users => 2 }, owner => 'author');
my $id = run_test($node, 'short');
is(execution($node, $id, 'execution_status, operations_ok'), 'COMPLETED|3', 'it was used');
value($node, "SELECT perf_mgmt.run_maintenance('daily') IS NULL, length(perf_mgmt.render_report('$id', 'html'))");

# A view upon its tables keeps it, as the message says.
{
	$node->safe_psql('postgres', 'CREATE VIEW mine AS SELECT id FROM perf_mgmt.test_executions');
	my (undef, undef, $messages) = $node->psql('postgres', 'DROP EXTENSION perf_mgmt');
	like($messages, qr/ERROR:  cannot drop extension perf_mgmt because other objects depend on it\nDETAIL:  view mine depends/,
		'what depends on it keeps it');
	$node->safe_psql('postgres', 'DROP VIEW mine');
}

# It goes while a test runs.
add_test($node, 'long', [ { sql => 'SELECT pg_sleep(0.01)' } ], { test_duration_seconds => 600, workers => 2, virtual_users => 2, interval_ms => 100 });
my $running = start_test($node, 'long');
wait_for($node, "count(*) >= 1 FROM perf_mgmt.execution_intervals WHERE execution_id = '$running'");
$node->safe_psql('postgres', 'DROP EXTENSION perf_mgmt');
nothing_is_left($before, 'DROP EXTENSION');
is(files_of(''), $folder, 'nor a file in the data folder');
$node->safe_psql('postgres', 'DROP TABLE things; DROP ROLE author, reader');
pass('roles that had rights on it can be dropped');

# --- What is the user's ---
# Example data belongs to who made it: it stays, and can be dropped when the extension is there again.
$before = database();
$node->safe_psql('postgres', q(
	CREATE EXTENSION perf_mgmt;
	SELECT perf_mgmt.install_industry_schema('RESTAURANT', 0.001);
	DROP EXTENSION perf_mgmt;));
cmp_ok(value($node, 'SELECT count(*) FROM rest.orders'), '>', 0, 'example data stays');
$node->safe_psql('postgres', q(
	CREATE EXTENSION perf_mgmt;
	SELECT perf_mgmt.drop_industry_schema('RESTAURANT');
	DROP EXTENSION perf_mgmt;));
nothing_is_left($before, 'with example data');

# --- Its schema ---
# Whoever may create schemas must not be the owner of the one in which the extension makes its functions, with or without
# something in it. The schema belongs to the extension: it goes with it, and neither without the other.
sub is_refused
{
	my ($sql, $message, $what) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my (undef, undef, $messages) = $node->psql('postgres', $sql);
	like($messages, $message, $what);
	return;
}
{
	$before = database();
	$node->safe_psql('postgres', 'CREATE ROLE stranger; CREATE SCHEMA perf_mgmt AUTHORIZATION stranger');
	is_refused('CREATE EXTENSION perf_mgmt', qr/ERROR:  schema "perf_mgmt" already exists/, 'a schema of its name that is there is not taken');
	$node->safe_psql('postgres', 'SET ROLE stranger; '
		  . 'CREATE FUNCTION perf_mgmt.version_key(varchar) RETURNS numeric[] LANGUAGE sql AS $$SELECT ARRAY[666]::numeric[]$$');
	is_refused($_, qr/ERROR:  schema "perf_mgmt" already exists/, "nor with a function in it: $_")
	  foreach 'CREATE EXTENSION perf_mgmt', 'CREATE EXTENSION IF NOT EXISTS perf_mgmt CASCADE';
	is_refused('CREATE EXTENSION perf_mgmt SCHEMA perf_mgmt', qr/ERROR:  extension "perf_mgmt" must be installed in schema "pg_catalog"/,
		'nor where it is named');
	is(value($node, "SELECT count(*) FROM pg_class WHERE relnamespace = 'perf_mgmt'::regnamespace"), '0', 'and nothing is made in it');
	$node->safe_psql('postgres', 'DROP SCHEMA perf_mgmt CASCADE; DROP ROLE stranger');
	nothing_is_left($before, 'after attempts');

	$node->safe_psql('postgres', 'CREATE EXTENSION perf_mgmt SCHEMA pg_catalog; CREATE EXTENSION IF NOT EXISTS perf_mgmt');
	is(value($node, "SELECT extversion = default_version, extnamespace::regnamespace, extowner = nspowner FROM pg_extension "
			  . "JOIN pg_namespace ON nspname = extname JOIN pg_available_extensions ON name = extname WHERE extname = 'perf_mgmt'"), 't|pg_catalog|t',
		'as a dump has it, it can be made');
	is_refused('DROP SCHEMA perf_mgmt CASCADE', qr/ERROR:  cannot drop schema perf_mgmt because extension perf_mgmt requires it/,
		'without the extension the schema cannot be dropped');
	is_refused('ALTER EXTENSION perf_mgmt SET SCHEMA public', qr/ERROR:  extension "perf_mgmt" does not support SET SCHEMA/, 'nor can it be moved');
	$node->safe_psql('postgres', 'DROP EXTENSION perf_mgmt');
	nothing_is_left($before, 'with its schema');
}

# --- Scheduled maintenance ---
SKIP:
{
	skip 'pg_cron is not installed', 4 unless $has_cron;
	$node->safe_psql('postgres', 'CREATE EXTENSION perf_mgmt; SELECT perf_mgmt.schedule_maintenance()');
	my @commands = split /\n/, value($node, "SELECT command FROM cron.job WHERE jobname LIKE 'perf\\_mgmt %' ORDER BY jobid");
	is(scalar @commands, 3, 'maintenance is scheduled');
	$node->safe_psql('postgres', $commands[0]);
	is(value($node, 'SELECT count(*), (SELECT count(*) FROM cron.job) FROM perf_mgmt.maintenance_runs'), '1|3', 'a job does its work');
	$node->safe_psql('postgres', 'DROP EXTENSION perf_mgmt');
	$node->safe_psql('postgres', $_) foreach @commands;
	is(value($node, 'SELECT count(*) FROM cron.job'), '0', 'without the extension a job takes itself away');
	nothing_is_left($before, 'with scheduled maintenance');
}
unlike(slurp_file($node->logfile), qr/PANIC|TRAP|was terminated by signal/, 'the server log tells of no crash');

$node->stop;
done_testing();
