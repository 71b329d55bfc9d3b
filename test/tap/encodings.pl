# Databases whose encoding is not the one of JSON: what cannot be said in UTF-8 is left out of the records, and no operation
# fails of it.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use PerfMgmtTest;
use Test::More;

my $node = new_lab('encodings');
foreach my $encoding ('SQL_ASCII', 'LATIN1')
{
	my $database = lc $encoding;
	$node->safe_psql('postgres', "CREATE DATABASE $database TEMPLATE template0 ENCODING '$encoding' LC_COLLATE 'C' LC_CTYPE 'C'");
	local $PerfMgmtTest::database = $database;
	$node->safe_psql($database, q(CREATE EXTENSION perf_mgmt; CREATE TABLE thing (name text)));
	# The byte of an e with an acute in LATIN1, in the constants of plans
	my $caf = $encoding eq 'LATIN1' ? q{'caf' || chr(233)} : q{E'caf\351'};
	add_test($node, 'accents',
		[ {   sql        => 'SELECT count(*) FROM thing WHERE name = :name::text',
			  generators => qq({"name": {"type": "pool", "sql": "SELECT $caf AS name", "column": "name"}}) =~ s/\\/\\\\/gr } ],
		{ operations => 20, workers => 1, virtual_users => 1 });
	my $id = run_test($node, 'accents');
	is(execution($node, $id, 'execution_status, operations_ok, operations_failed'), 'COMPLETED|20|0', "$encoding: no operation fails of what is in its plan");
	cmp_ok(value($node, "SELECT length(perf_mgmt.render_report('$id'))"), '>', 1000, "$encoding: there is a report");
}
done_testing();
