# What README.md shows in SQL must run as it stands there: each block in order, in a new database
# with the extension.
use strict;
use warnings;

use FindBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

# scripts/test lays a copy beside this file; run by hand, it is the project's own.
my ($readme) = grep { -f $_ } "$FindBin::Bin/README.md", "$FindBin::Bin/../../README.md";
my $text = slurp_file($readme);

# The blocks with the line on which each begins.
my @blocks;
while ($text =~ /^```sql\n(.*?)^```$/msg)
{
	my $line = 1 + (substr($text, 0, $-[1]) =~ tr/\n//);
	push @blocks, { line => $line, sql => $1 };
}
cmp_ok(scalar @blocks, '>=', 2, 'README.md has blocks of SQL');

my $node = PostgreSQL::Test::Cluster->new('readme');
$node->init;
$node->append_conf('postgresql.conf', 'max_worker_processes = 32');
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION perf_mgmt');

my $first_run;
for my $block (@blocks)
{
	my ($status, $out, $err) =
	  $node->psql('postgres', $block->{sql}, on_error_stop => 1, extra_params => ['-X']);
	is($status, 0, "the block of line $block->{line} runs")
	  or diag($err);
	unlike($err, qr/WARNING/, "the block of line $block->{line} draws no warning");
	$first_run //= $out if $block->{sql} =~ /run_performance_test/;
}

# A run that measured nothing would be no example.
like($first_run // '', qr/^[0-9a-f-]{36}$/m, 'an example runs a test and shows its execution');
is( $node->safe_psql(
		'postgres', q{
	SELECT count(*) FROM perf_mgmt.test_executions
	WHERE execution_status <> 'COMPLETED' OR operations_ok = 0 OR operations_failed > 0
	   OR zero_row_writes > 0}),
	'0',
	'every run of the examples completed, without failed operations');

$node->stop;
done_testing();
