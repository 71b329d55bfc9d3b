# Grafana's dashboard: every query in it runs, as the role that docs/grafana/README.md makes, and says what there is
# to say of real runs. Grafana's macros and variables are put in as its PostgreSQL data source does.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use JSON::PP;
use PerfMgmtTest;
use PostgreSQL::Test::Utils;
use Test::More;

my ($folder) = grep { -f "$_/dashboard.json" } "$FindBin::RealBin/docs/grafana", "$FindBin::RealBin/../../docs/grafana";
my $dashboard = decode_json(slurp_file("$folder/dashboard.json"));

my $node = new_lab('grafana');
# A name that would end a literal, or be taken for a variable
my $test = q(o'hara ${x} $__timeFrom());
# So many of each operation in a second that it has a 95th percentile, which takes 200.
add_test($node, $test,
	[   { name => "first ' one", sql => 'SELECT pg_sleep(0.001)' },
		{ name => 'failing', sql => 'SELECT 1 / (random() * 2)::integer' } ],
	{ operations => 6000, workers => 2, interval_ms => 100, sampling_hz => 100, max_errors => 100_000 });
my $first = run_test($node, $test, { git_commit => 'abc' });
# ... and in another version, whose change was accepted
$node->safe_psql('postgres', "INSERT INTO perf_mgmt.performance_tests (test_name, test_version, test_type, test_configuration, "
	  . "baseline_thresholds, scenario_id) SELECT test_name, '1.1', test_type, test_configuration, '{}', scenario_id FROM perf_mgmt.performance_tests "
	  . "WHERE test_name = " . PerfMgmtTest::quoted($test));
my $second = run_test($node, $test);
$node->safe_psql('postgres', "INSERT INTO perf_mgmt.accepted_changes (test_name, execution_environment, execution_id, starts_at, reason) "
	  . "SELECT " . PerfMgmtTest::quoted($test) . ", execution_environment, id, started_at, 'meant <so>' FROM perf_mgmt.test_executions WHERE id = '$second'");
# One that stands still while it is looked at
add_test($node, 'gated', [ gate_operation() ], { operations => 1, workers => 1 });

# The role of the README: its first block
my ($grants) = slurp_file("$folder/README.md") =~ /```sql\n(.*?)```/s;
$node->safe_psql('postgres', $grants);
sub as_grafana
{
	my ($sql) = @_;
	my ($status, $out, $err) = $node->psql('postgres', $sql, extra_params => [ '-U', 'grafana' ]);
	return ($status == 0, $out, $err);
}

my %variables = (test => $test, environment => 'development', execution => $second);

# As Grafana's pkg/tsdb/grafana-postgresql-datasource/macros.go and the format "sqlstring" have it
sub expanded
{
	my ($sql) = @_;
	my $column = qr/\s*([^(),]+?)\s*/;
	$sql =~ s/\$__timeFilter\($column\)/$1 BETWEEN '2000-01-01T00:00:00Z' AND '2100-01-01T00:00:00Z'/g;
	$sql =~ s/\$__timeGroupAlias\($column,\s*\$__interval\)/floor(extract(epoch from $1)\/1)*1 AS "time"/g;
	my $unknown = $sql =~ s/\$\{\w+:sqlstring\}//gr;
	unlike($unknown, qr/\$(__|\{)/, 'no macro or variable that this test does not know') or diag($sql);
	$sql =~ s/\$\{(\w+):sqlstring\}/PerfMgmtTest::quoted($variables{$1})/ge;
	return $sql;
}

# Rows of a query as hashes
sub rows
{
	my ($sql, $what) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	$sql = expanded($sql);
	my ($good, $out, $err) = as_grafana("SELECT coalesce(json_agg(q), '[]') FROM ($sql) q");
	ok($good, "$what: runs") or diag("$err\n$sql");
	return $good ? decode_json($out) : [];
}

# Every query in the file, with what it is called
my @queries;
sub collect
{
	my ($node_of_tree, $name) = @_;
	if (ref $node_of_tree eq 'HASH')
	{
		$name = $node_of_tree->{title} || $node_of_tree->{name} || $name;
		push @queries, [ $name, $node_of_tree->{rawSql}, $node_of_tree->{format} ] if exists $node_of_tree->{rawSql};
		push @queries, [ $name, $node_of_tree->{query}, 'variable' ]
		  if ($node_of_tree->{type} || '') eq 'query' && !ref $node_of_tree->{query};
		collect($node_of_tree->{$_}, $name) foreach sort keys %$node_of_tree;
	}
	elsif (ref $node_of_tree eq 'ARRAY')
	{
		collect($_, $name) foreach @$node_of_tree;
	}
	return;
}
collect($dashboard, 'dashboard');
my %of = map { $_->[0] => $_ } @queries;
is(scalar(keys %of), scalar(@queries), 'each query has a name of its own');
cmp_ok(scalar(@queries), '>=', 14, 'there are queries');
is(scalar(grep { !defined $_->{id} || $_->{type} eq 'row' ? 0 : !$_->{description} } @{ $dashboard->{panels} }), 0, 'each panel says what it shows');
my %ids;
$ids{ $_->{id} }++ foreach @{ $dashboard->{panels} };
is(scalar(grep { $_ > 1 } values %ids), 0, 'each panel has an id of its own');

my $gate    = close_gate($node);
my $session = start_call($node, "CALL perf_mgmt.run_performance_test('gated', 'elsewhere')");
my $running = running_execution($node, 'gated');

my %result;
foreach my $query (@queries)
{
	my ($name, $sql, $format) = @$query;
	my $rows = $result{$name} = rows($sql, $name);
	cmp_ok(scalar(@$rows), '>', 0, "$name: says something");
	next unless @$rows && $format eq 'time_series';
	ok(exists $rows->[0]{time}, "$name: has a time");
	ok((grep { my $row = $_; grep { defined $row->{$_} } grep { $_ ne 'time' && $_ ne 'metric' } keys %$row } @$rows) > 0, "$name: has values");
}

is($result{test}[0]{test_name}, 'gated', 'variable test: the latest first');
ok((grep { $_->{test_name} eq $test } @{ $result{test} }), 'variable test: and all others, as they are called');
is(join(' ', map { $_->{__value} } @{ $result{execution} }), "$second $first", 'variable execution: the newest first');
like($result{execution}[0]{__text}, qr/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d COMPLETED$/, 'variable execution: by its time');
is($result{'What runs now'}[0]{execution_id}, $running, 'what runs is shown');
is($result{'What runs now'}[0]{state}, 'running', 'with its state');
is(join(', ', sort keys %{ { map { $_->{metric} => 1 } @{ $result{Throughput} } } }), "failing, first ' one", 'throughput by operation');
ok((grep { ($_->{failed} || 0) > 0 } @{ $result{'Failures and skipped'} }), 'failures are shown');
ok((grep { $_->{metric} eq 'Timeout' } @{ $result{Waits} }), 'pg_sleep is seen waiting');
is(scalar(@{ $result{'Trend: response time'} }), 2, 'trend: a point per execution');
is(join(' ', map { $_->{execution_id} } @{ $result{Verdicts} }), "$second $first", 'verdicts: the newest first');
ok($result{Verdicts}[0]{verdict}, 'verdicts: there is one');
ok((grep { $_->{tags} eq 'event,operation_error' } @{ $result{'Events of the execution'} }), 'events: errors of operations');
my @changes = map { $_->{text} } @{ $result{'Accepted changes and versions'} };
is(join('; ', sort @changes), "$test: change accepted: meant <so>; $test: version 1.1 instead of 1.0", 'changes are marked');
is(scalar(grep { defined $_->{timeend} } @{ $result{Executions} }), 2, 'executions are ranges');

# Figures: those of the views are those of the tables
my $both = "WHERE execution_id = '$second'";
is(value($node, "SELECT (SELECT sum(ok_count) FROM perf_mgmt.grafana_intervals $both AND measured) = operations_ok, "
		  . "(SELECT perf_mgmt.merge(response_histogram)::text FROM perf_mgmt.grafana_intervals $both AND measured) = response_histogram::text "
		  . "FROM perf_mgmt.test_executions WHERE id = '$second'"),
	't|t', 'intervals add up to the execution');
is(value($node, "SELECT (SELECT sum(samples) FROM perf_mgmt.grafana_waits $both) >= sum(samples) FROM perf_mgmt.execution_waits $both"),
	't', 'waits: those of the warm-up beside those of the measured window');
is(value($node, "SELECT count(*) FROM perf_mgmt.grafana_executions WHERE execution_id = '$running'"), '0', 'what runs has not ended');

$gate->quit;
finish_call($session);
$session->quit;
done_testing();
