# Dump and restore: what users wrote and what was measured is in a dump, to the last row and column, and what ships is not,
# as CREATE EXTENSION makes it again under the same ids. By every way that pg_dump has, by who may only read, into a
# cluster without the roles, and in the middle of a run.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use JSON::PP;
use Lifecycle;
use PerfMgmtTest;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node   = new_lab('dump', 'autovacuum = off');
my $folder = PostgreSQL::Test::Utils::tempdir();

# --- A database in which no table is empty ---
$node->safe_psql('postgres', q(
	CREATE ROLE author LOGIN;
	CREATE ROLE reader;
	CREATE ROLE backup LOGIN BYPASSRLS IN ROLE pg_read_all_data;
	CREATE ROLE backup_too LOGIN IN ROLE pg_read_all_data;
	CREATE ROLE outsider LOGIN;
	SELECT perf_mgmt.grant_access('reader', 'reader'), perf_mgmt.grant_access('author', 'author');
	CREATE TABLE things AS SELECT id FROM generate_series(1, 1000) id;
	ANALYZE things;
	GRANT SELECT ON things TO author;
	SELECT perf_mgmt.install_industry_schema('RESTAURANT', 0.01);
	INSERT INTO perf_mgmt.parameter_generators (name, owner_role, definition) VALUES
		('mine', 'author', '{"type": "integer", "min": 1, "max": 1000}'), ('mine', current_user, '{"type": "literal", "value": "'' \\\\ \\t \\u00e9"}');
	INSERT INTO perf_mgmt.alert_configurations (alert_name, alert_type, threshold_config, alert_severity, notification_channels)
	VALUES ('always', 'THRESHOLD', '{"min_throughput_tps": 1e9}', 'LOW', '{}');));
my @look = ({ name => 'look', sql => 'SELECT * FROM things WHERE id = :n', generators => '{"n": "mine"}' });
add_test($node, 'mine', \@look, { operations => 400, workers => 2, virtual_users => 2, rounds => 1, ci_enabled => JSON::PP::true }, owner => 'author');
add_test($node, 'gated', [ gate_operation() ], { operations => 2, workers => 1, interval_ms => 100 });
my $id = run_test($node, 'mine');
my $shipped = run_test($node, 'Restaurant Rush Hour', { operations => 50, workers => 2 });
is(execution($node, $shipped, 'execution_status, operations_ok + operations_failed'), 'COMPLETED|50', 'a shipped test was run');
value($node, qq(
	SELECT perf_mgmt.set_baseline('$id');
	SELECT perf_mgmt.accept_change('mine', '$id', 'as it should be');
	SELECT perf_mgmt.run_maintenance('daily') IS NULL;
	CALL perf_mgmt.compare_variants('mine', '{"progress_seconds": 0}', '{"progress_seconds": 0, "settings": {"work_mem": "1MB"}}', 2);));
# Whatever its verdict is, it is kept.
$node->psql('postgres', "CALL perf_mgmt.ci_gate('abc', 'main', 'development', true)");
$node->safe_psql('postgres', qq(
	INSERT INTO perf_mgmt.execution_blockers (execution_id, blocker_number, operation_name, wait_event, blocker, samples)
	VALUES ('$id', 1, 'look', 'Lock:transactionid', 'somebody', 3)));
my $rows = kept_rows($node, 'postgres');
is(join(' ', grep { $rows->{$_} eq '""' } sort keys %$rows), '', 'each table has rows');
my $catalogue = catalogue($node, 'postgres');

# --- Ways ---
sub in_new_database
{
	my ($database, $where) = @_;
	($where || $node)->safe_psql('postgres', "CREATE DATABASE $database TEMPLATE template0");
	return $database;
}
sub dump_into
{
	my ($name, @options) = @_;
	my $file = "$folder/$name";
	$node->command_ok([ 'pg_dump', '-f', $file, @options, '-d', 'postgres' ], "$name: dump");
	return $file;
}
sub is_restored
{
	my ($database, $what, $where) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	same_rows(kept_rows($where || $node, $database), $rows, $what);
	return;
}

my $archive = dump_into('custom', '-Fc');
{
	my $database = in_new_database('custom');
	$node->command_checks_all([ 'pg_restore', '-d', $database, $archive ], 0, [qr/^$/], [qr/^$/], 'custom: restore, without a word');
	is_restored($database, 'custom');
	same_catalogue(catalogue($node, $database), $catalogue, 'custom, with privileges');

	# It works there: runs compare with those of before the dump, of a shipped test as well.
	local $PerfMgmtTest::database = $database;
	foreach ([ 'mine', $id, {} ], [ 'Restaurant Rush Hour', $shipped, { operations => 50, workers => 2 } ])
	{
		my ($test, $before, $config) = @$_;
		my $after = run_test($node, $test, $config);
		is(value($node, "SELECT perf_mgmt.fingerprint_differences('$before', '$after')"), '{}',
			"restored: a run of \"$test\" compares with the one of before");
		isnt(execution($node, $after, 'baseline_execution_id'), '', 'restored: and is held against its baseline') if $test eq 'mine';
	}
}
{
	# Over what is there, changed or not
	$node->command_checks_all([ 'pg_restore', '--clean', '--if-exists', '-e', '-d', 'custom', $archive ], 0, [qr/^$/], [qr/^$/], 'clean: restore');
	is_restored('custom', 'clean');
}
{
	# Foreign keys of an extension's tables are there before their rows, and jobs of pg_restore do not wait for each other: the
	# rows of the extension come in one by one, as docs/operations.md says.
	my $file = dump_into('parallel', '-Fd', '-j', '2');
	my @list = split /^/, qx(pg_restore -l "$file");
	append_to_file("$folder/others", join '', grep { !/ TABLE DATA perf_mgmt / } @list);
	append_to_file("$folder/rows",   join '', grep { / TABLE DATA perf_mgmt / } @list);
	$node->command_ok([ 'pg_restore', '-j', '2', '-e', '-L', "$folder/others", '-d', in_new_database('parallel'), $file ], 'parallel: restore');
	$node->command_ok([ 'pg_restore', '-e', '-L', "$folder/rows", '-d', 'parallel', $file ], 'parallel: and of the rows');
	is_restored('parallel', 'parallel');
	same_catalogue(catalogue($node, 'parallel'), $catalogue, 'parallel');
}
{
	my $file = dump_into('plain', '-Fp');
	$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-o', "$folder/out", '-f', $file, '-d', in_new_database('plain') ], 'plain: restore');
	is_restored('plain', 'plain');
}
{
	# The extension with its rows, and nothing else of the database
	my $file = dump_into('alone', '-Fc', '-e', 'perf_mgmt', '-n', 'perf_mgmt');
	$node->command_ok([ 'pg_restore', '-e', '-d', in_new_database('alone'), $file ], 'extension alone: restore');
	is_restored('alone', 'extension alone');
	is($node->safe_psql('alone', "SELECT to_regclass('things') IS NULL, to_regnamespace('rest') IS NULL"), 't|t', 'extension alone: nothing else');
	$file = dump_into('schema', '-Fp', '-n', 'perf_mgmt');
	unlike(slurp_file($file), qr/^(?:CREATE|COPY|ALTER) /m, 'the schema without the extension: holds nothing');
}
{
	my $file = dump_into('data', '-Fc', '--data-only', '-e', 'perf_mgmt', '-n', 'perf_mgmt');
	$node->safe_psql(in_new_database('data'), 'CREATE EXTENSION perf_mgmt');
	$node->command_ok([ 'pg_restore', '-e', '-d', 'data', $file ], 'data alone: restore');
	is_restored('data', 'data alone');
}

# --- By whom ---
{
	my $file = dump_into('by_reader', '-Fc', '-U', 'backup');
	$node->command_ok([ 'pg_restore', '-e', '-d', in_new_database('by_reader'), $file ], 'by a role that may only read: restore');
	is_restored('by_reader', 'by a role that may only read');
	$file = dump_into('by_reader_too', '-Fc', '-U', 'backup_too', '--enable-row-security');
	$node->command_ok([ 'pg_restore', '-e', '-d', in_new_database('by_reader_too'), $file ], 'by one whom row security concerns: restore');
	is_restored('by_reader_too', 'by one whom row security concerns');
	$node->command_fails_like([ 'pg_dump', '-f', "$folder/nothing", '-U', 'backup_too', '-d', 'postgres' ],
		qr/query would be affected by row-level security policy/, 'which has to be said');
	$node->command_fails_like([ 'pg_dump', '-f', "$folder/nothing", '-U', 'outsider', '-d', 'postgres' ],
		qr/permission denied for (?:schema|table)/, 'who may not read cannot dump, and does not leave things out');
}

# --- Where the roles are not ---
# Rows name roles, so they come along; what is run as somebody waits until there is such a role.
{
	my $other = PostgreSQL::Test::Cluster->new('other');
	$other->init;
	$other->append_conf('postgresql.conf', "max_worker_processes = 32\nlog_statement = none\nautovacuum = off");
	$other->start;
	$other->command_checks_all([ 'pg_restore', '-v', '-O', '-x', '-d', in_new_database('lab', $other), $archive ],
		0, [qr/^$/], [ qr/WARNING:  role "author" does not exist/, qr/^(?!.*error:)/s ], 'without roles: restore');
	is_restored('lab', 'without roles', $other);
	local $PerfMgmtTest::database = 'lab';
	my (undef, undef, $messages) = $other->psql('lab', "CALL perf_mgmt.run_performance_test('mine')");
	like($messages, qr/ERROR:  role "author", the owner of scenario "mine", does not exist/, 'without roles: a run says who is missing');
	$other->safe_psql('lab', 'CREATE ROLE author LOGIN; GRANT SELECT ON things TO author');
	is(execution($other, run_test($other, 'mine'), 'execution_status, run_as, operations_ok'), 'COMPLETED|author|400', 'with the role it runs');

	# Rights of roles that are missing are the only thing that cannot be restored.
	my ($out, $errors) = ('', '');
	{
		local $ENV{PGHOST} = $other->host;
		local $ENV{PGPORT} = $other->port;
		IPC::Run::run([ 'pg_restore', '-d', in_new_database('with_rights', $other), $archive ], '>', \$out, '2>', \$errors);
	}
	my @errors = grep { /error:/ && !/errors ignored on restore/ } split /\n/, $errors;
	ok(@errors && !grep({ !/ERROR:  role "reader" does not exist/ } @errors), 'rights of missing roles are errors, and nothing else is')
	  or diag($errors);
	is_restored('with_rights', 'with rights of missing roles', $other);
	$other->stop;
}

# --- Where the platform has users ---
# Keys that refer to them were made with the extension, which a restore makes before them; the statements of
# docs/operations.md add them.
{
	my ($document) = grep { -f } map { "$FindBin::RealBin/$_" } 'docs/operations.md', '../../docs/operations.md';
	my ($statements) = slurp_file($document) =~ /^(SELECT format\('ALTER TABLE .+?);$/ms;
	my $user = '00000000-0000-0000-0000-000000000001';
	$node->safe_psql(in_new_database('platform'), qq(
		CREATE SCHEMA auth;
		CREATE TABLE auth.users (id uuid PRIMARY KEY);
		INSERT INTO auth.users VALUES ('$user');
		CREATE EXTENSION perf_mgmt;
		INSERT INTO perf_mgmt.alert_configurations (alert_name, alert_type, threshold_config, alert_severity, notification_channels, created_by)
		VALUES ('of a user', 'ERROR_RATE', '{}', 'LOW', '{}', '$user')));
	$node->command_ok([ 'pg_dump', '-Fc', '-f', "$folder/platform", '-d', 'platform' ], 'with users: dump');
	$node->command_ok([ 'pg_restore', '-e', '-d', in_new_database('platform_too'), "$folder/platform" ], 'with users: restore');
	isnt(scalar(differences(catalogue($node, 'platform'), catalogue($node, 'platform_too'))), 0, 'with users: the keys are not there');
	$node->safe_psql('platform_too', "$statements \\gexec");
	same_catalogue(catalogue($node, 'platform_too'), catalogue($node, 'platform'), 'with users: the keys can be added');
	$node->safe_psql('platform_too', 'DELETE FROM auth.users');
	is($node->safe_psql('platform_too', 'SELECT count(*) FROM perf_mgmt.alert_configurations WHERE created_by IS NULL'), '1', 'with users: and hold');
}

# --- While a test runs ---
# The dump holds the run as it was; where it is restored nobody runs it, so it is lost, and told so.
{
	my $gate    = close_gate($node);
	my $running = start_test($node, 'gated');
	wait_for($node, "count(*) >= 2 FROM perf_mgmt.execution_intervals WHERE execution_id = '$running'");
	my $file = dump_into('running', '-Fc', '-e', 'perf_mgmt', '-n', 'perf_mgmt');
	$node->command_ok([ 'pg_restore', '-e', '-d', in_new_database('running'), $file ], 'while a test runs: restore');
	is($node->safe_psql('running', "SELECT execution_id, state FROM perf_mgmt.active_executions"), "$running|lost", 'while a test runs: restored it is lost');
	$node->safe_psql('running', "SELECT perf_mgmt.run_maintenance('daily')");
	is( $node->safe_psql('running', "SELECT execution_status, (SELECT count(*) >= 2 FROM perf_mgmt.execution_intervals WHERE execution_id = e.id) "
			  . "FROM perf_mgmt.test_executions e WHERE id = '$running'"),
		'FAILED|t', 'while a test runs: and marked FAILED, with its intervals');
	is(execution($node, $running, 'execution_status'), 'RUNNING', 'while a test runs: where it runs it goes on');
	$gate->quit;
	is(wait_for_end($node, $running), 'COMPLETED', 'while a test runs: to its end');
}

$node->stop;
done_testing();
