# Reports of real runs in every format: names, templates and messages that would be code stay text; sizes, JUnit by
# test/junit.xsd, JSON by docs/report.schema.json; a run of half an hour and ten operations is drawn from 18,000 rows.
use strict;
use warnings;
use utf8;
use FindBin;
use lib $FindBin::RealBin;
use Encode;
use JSON::PP;
use PerfMgmtTest;
use PostgreSQL::Test::Utils;
use Test::More;

my ($xsd)    = grep { -f $_ } "$FindBin::RealBin/junit.xsd",          "$FindBin::RealBin/../junit.xsd";
my ($schema) = grep { -f $_ } "$FindBin::RealBin/report.schema.json", "$FindBin::RealBin/../../docs/report.schema.json";
my $folder   = PostgreSQL::Test::Utils::tempdir();
my $node     = new_lab('rendering', 'autovacuum = off');
# Whatever the locale that the tests run in.
my $database = $PerfMgmtTest::database = 'utf8';
$node->safe_psql('postgres', "CREATE DATABASE $database ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0");
$node->safe_psql($database, 'CREATE EXTENSION perf_mgmt');
my $has_xmllint    = !system('xmllint --version >/dev/null 2>&1');
my $has_jsonschema = !system("/usr/bin/python3 -c 'import jsonschema' 2>/dev/null");

# --- Names that mean something to a browser, a terminal, a Markdown reader, an XML parser ---
my $poison   = q(<script>alert("1")</script> & 'q' | `b` **x** [l](javascript:alert(2)) <!-- @all ${x} ) . "\x{1F4A9} \x{202E}";
my $name     = "t $poison";
my $operation = "o $poison";
# An escape sequence cannot stand in a name that a person typed, but in a message it can.
my $template = "SELECT 1 / (random() * 2)::integer /* </script><img src=x onerror=alert(3)> \x{1F4A9} " . ('long ' x 2000) . '*/';
my $raising  = q(SELECT raises());

# What psql prints for the SQL, as characters
sub text_of { my ($sql) = @_; return decode('UTF-8', value($node, encode('UTF-8', $sql)), Encode::FB_CROAK); }
sub literal { return PerfMgmtTest::quoted($_[0]); }

$node->safe_psql($database, encode('UTF-8', q(
	CREATE FUNCTION raises() RETURNS void LANGUAGE plpgsql AS $f$
	BEGIN
		IF random() < 0.5 THEN RAISE EXCEPTION E'\x1b[31mred ) . $poison =~ s/'/''/gr . q(%', repeat('ö', 10000); END IF;
	END $f$)));
sub add_poisoned
{
	my ($config) = @_;
	add_test($node, encode('UTF-8', $name),
		[   { name => encode('UTF-8', $operation), sql => encode('UTF-8', $template) },
			{ name => 'raises', sql => $raising },
			{ name => 'plain',  sql => 'SELECT count(*) FROM pg_class' } ],
		$config);
	return;
}
add_poisoned({ operations => 600, workers => 2, interval_ms => 100, max_errors => 100_000 });
my $config = { git_commit => encode('UTF-8', $poison), branch => '<b>' };
my $first  = run_test($node, encode('UTF-8', $name), $config);
my $second = run_test($node, encode('UTF-8', $name), $config);

my @formats = ('json', 'markdown', 'junit', 'html', 'text');
sub rendered { my ($id, $format) = @_; return text_of("SELECT perf_mgmt.render_report('$id', '$format')"); }
my %page = map { $_ => rendered($second, $_) } @formats;
$page{comparison} = text_of("SELECT perf_mgmt.render_comparison('$first', '$second')");
$page{history}    = text_of("SELECT perf_mgmt.render_history(" . literal($name) . ")");

# In HTML and XML the name stands there escaped, and never as it is.
foreach my $what ('html', 'comparison', 'history')
{
	like($page{$what}, qr/^<!DOCTYPE html>/, "$what: a page");
	like($page{$what}, qr/&lt;script&gt;alert\(/, "$what: the name is there");
	unlike($page{$what}, qr/<script>\s*alert/i, "$what: as text");
	unlike($page{$what}, qr/<img/i, "$what: no element of others");
	is(scalar(() = $page{$what} =~ /<script\b/gi), scalar(() = $page{$what} =~ /<\/script>/gi), "$what: scripts are closed");
	cmp_ok(scalar(() = $page{$what} =~ /<script\b/gi), '<=', 1, "$what: one script, our own");
	unlike($page{$what}, qr/<[a-z][^<>]*\s(?:src|href)\s*=\s*["']?(?!#|data:)[^\s"'>]/i, "$what: nothing is fetched");
	unlike($page{$what}, qr/[\x00-\x08\x0b\x0c\x0e-\x1f]/, "$what: no control characters");
	like($page{$what}, qr/<svg\b/, "$what: with charts");
}
is(junit_problems($page{junit}), '', 'junit: by the schema');
like($page{junit}, qr/&lt;script&gt;alert\(/, 'junit: the name is there');
# Blocks of code are shown as they are, and nothing in them means anything.
my $prose = join "\n", grep { !/^(?:    |\t)/ } split /\n/, $page{markdown} =~ s/^(`{3,}).*?^\1`*$//msgr;
unlike($prose, qr/(?<!\\)<(?:script|img|!--)/i, 'markdown: no element of others');
unlike($prose, qr/(?<!\\)\]\(javascript/, 'markdown: no link of others');
unlike($prose, qr/(?<!\w)\@all\b/, 'markdown: nobody is mentioned');
like($page{markdown}, qr/script/, 'markdown: the name is there');
unlike($page{text}, qr/[\x00-\x09\x0b-\x1f\x7f\x{80}-\x{9f}]/, 'text: no control characters');
like($page{text}, qr/script/, 'text: the name is there');

# --- Limits of the formats ---
sub width
{
	my ($line) = @_;
	my $width = 0;
	$width += /\p{Mn}|\p{Cf}/ ? 0 : /\p{East_Asian_Width=Wide}|\p{East_Asian_Width=Fullwidth}/ ? 2 : 1 foreach split //, $line;
	return $width;
}
sub within_limits
{
	my ($pages, $what) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	is(join("\n", grep { width($_) > 100 } split /\n/, $pages->{text}), '', "$what: text fits 100 columns");
	cmp_ok(length encode('UTF-8', $pages->{markdown}), '<', 65536, "$what: Markdown below 64 kB");
	cmp_ok(length encode('UTF-8', $pages->{html}), '<', 1_000_000, "$what: HTML below 1 MB");
	is(junit_problems($pages->{junit}), '', "$what: JUnit by its schema");
	is(json_problems($pages->{json}), '', "$what: JSON by its schema");
	return;
}

# What xmllint has against a document; nothing where there is no xmllint.
sub junit_problems
{
	my ($xml) = @_;
	return '' unless $has_xmllint;
	my $file = "$folder/junit.xml";
	open my $out, '>:encoding(UTF-8)', $file or die $!;
	print $out $xml;
	close $out;
	my $said = `xmllint --noout --nonet --schema '$xsd' '$file' 2>&1`;
	return $? == 0 ? '' : $said;
}
sub json_problems
{
	my ($json) = @_;
	return '' unless $has_jsonschema;
	my $file = "$folder/report.json";
	open my $out, '>:encoding(UTF-8)', $file or die $!;
	print $out $json;
	close $out;
	my ($said, $err) = ('', '');
	IPC::Run::run([ '/usr/bin/python3', '-c', <<'PYTHON', $schema, $file ], '>', \$said, '2>', \$err);
import json, jsonschema, sys
schema, report = (json.load(open(name, encoding="utf-8")) for name in sys.argv[1:])
for problem in jsonschema.Draft202012Validator(schema).iter_errors(report):
    print("/".join(map(str, problem.absolute_path)) + ": " + problem.message)
PYTHON
	return $said . $err;
}
note('there is no xmllint: JUnit was held against no schema')       unless $has_xmllint;
note('there is no jsonschema: JSON was held against no schema')     unless $has_jsonschema;
within_limits(\%page, 'hostile');
is(decode_json(encode('UTF-8', $page{json}))->{execution_summary}{test_name}, $name, 'json: the name is what it is');

# The schema can say no: a count that is no number, an element in the wrong place
SKIP:
{
	skip 'there is no xmllint', 2 unless $has_xmllint;
	isnt(junit_problems($page{junit} =~ s/tests="\d+"/tests="many"/r), '', 'the schema refuses what is no number');
	isnt(junit_problems($page{junit} =~ s/<testcase /<nothing\/><testcase /r), '', 'and an element that nobody knows');
}

# --- What runs, what failed, what was cancelled ---
add_test($node, 'gated', [ gate_operation() ], { operations => 1, workers => 1 });
{
	my $gate    = close_gate($node);
	my $id      = start_test($node, 'gated');
	running_execution($node, 'gated');
	my %running = map { $_ => rendered($id, $_) } @formats;
	within_limits(\%running, 'running');
	like($running{text}, qr/running/i, 'running: text says so');
	like($running{html}, qr/running/i, 'running: HTML says so');
	is(value($node, "SELECT perf_mgmt.cancel_execution('$id')"), 't', 'it is cancelled');
	$gate->quit;
	is(wait_for_end($node, $id), 'CANCELLED', 'and ends');
	my %cancelled = map { $_ => rendered($id, $_) } @formats;
	within_limits(\%cancelled, 'cancelled');
	like($cancelled{text}, qr/cancelled/i, 'cancelled: text says so');
	text_of("SELECT perf_mgmt.render_history('gated')");
	pass('a history without a result');
}

# --- Half an hour and ten operations: 18,000 rows of intervals ---
# Histograms as history_data.sql makes them; waits of three classes. Timed by the server, best of three, printed and
# not judged: machines differ. Sizes are judged.
my $long = '00000000-0000-0000-0000-00000000a000';
$node->safe_psql($database, <<"SQL");
INSERT INTO perf_mgmt.performance_tests (test_name, test_version, test_type, test_configuration, baseline_thresholds)
VALUES ('long', '1', 'LOAD', '{}', '{}');
CREATE TABLE histograms AS
SELECT v AS variant,
       jsonb_build_object('v', 1, 'count', sum(n), 'min', min(low), 'max', max(low), 'sum', sum(low * n)::text,
                          'squares', sum(low::numeric * low * n)::text,
                          'buckets', jsonb_agg(jsonb_build_array(low, n) ORDER BY low))::text::perf_mgmt.histogram AS h
FROM generate_series(0, 39) v
CROSS JOIN LATERAL (
  SELECT (1::bigint << (20 + o)) + i * (1::bigint << (13 + o)) AS low, 1 + (hashint8(v * 7919 + o * 131 + i) & 7) AS n
  FROM generate_series(0, 3) o, generate_series(0, 127) i
  WHERE (o * 128 + i) % (5 + v % 5) = 0
) b GROUP BY v;
INSERT INTO perf_mgmt.test_executions (id, test_id, execution_environment, database_version, execution_status, started_at, completed_at,
  duration_ms, measured_ms, is_valid, throughput_tps, error_rate_percent, response_histogram)
SELECT '$long', t.id, 'ci', '15.4', 'COMPLETED', now() - interval '31 min', now() - interval '1 min', 1800000, 1680000, true, 4000, 0,
       (SELECT perf_mgmt.merge(h) FROM histograms)
FROM perf_mgmt.performance_tests t WHERE t.test_name = 'long';
INSERT INTO perf_mgmt.execution_intervals (execution_id, interval_number, operation_name, stage, stage_number, measured, started_at, ended_at,
  active_virtual_users, ok_count, failed_count, response_histogram, service_histogram, lag_histogram, cpu_time_ms, busy_time_ms, wait_samples)
SELECT e.id, i, 'operation ' || o, CASE WHEN i < 60 THEN 'ramp_up' WHEN i < 1740 THEN 'steady' ELSE 'ramp_down' END,
       CASE WHEN i < 60 THEN 1 WHEN i < 1740 THEN 2 ELSE 3 END, true,
       e.started_at + i * interval '1 s', e.started_at + (i + 1) * interval '1 s', 8, perf_mgmt.count(h.h), i % 97 / 96, h.h, h.h, h.h, 30, 50,
       jsonb_build_object('CPU', 20 + i % 7, 'IO:DataFileRead', o, 'LWLock:WALWrite', 3, 'Lock:transactionid', i % 3)
FROM perf_mgmt.test_executions e CROSS JOIN generate_series(0, 1799) i CROSS JOIN generate_series(1, 10) o
JOIN histograms h ON h.variant = (i + o) % 40
WHERE e.id = '$long';
INSERT INTO perf_mgmt.query_performance (execution_id, query_hash, query_text, query_type, table_names, execution_count, total_time_ms, avg_time_ms,
  min_time_ms, max_time_ms, stddev_time_ms, operation_name, ok_count, failed_count, skipped_count, interrupted_count, busy_time_ms, cpu_time_ms, wait_samples)
SELECT '$long', md5(o::text), 'SELECT ' || o, 'SELECT', '{}', 100000, 900000, 9, 1, 80, 4, 'operation ' || o, 100000, 18, 0, 0, 900000, 500000,
       '{"CPU": 30000, "IO:DataFileRead": 9000}'
FROM generate_series(1, 10) o;
VACUUM ANALYZE perf_mgmt.execution_intervals;
CREATE FUNCTION timed(query text) RETURNS double precision LANGUAGE plpgsql AS \$\$
DECLARE
  best double precision;
  start timestamptz;
  result text;
BEGIN
  FOR i IN 1 .. 3 LOOP
    start := clock_timestamp();
    EXECUTE query INTO result;
    best := least(best, 1000 * extract(epoch FROM clock_timestamp() - start));
  END LOOP;
  RETURN best;
END \$\$;
SQL
foreach my $query ("report_points('$long')", "report_series('$long')", "report_document('$long')", "render_report('$long', 'html')",
	"render_report('$long', 'text')", "render_report('$long', 'markdown')", "comparison_document('$first', '$long')",
	"render_comparison('$first', '$long')", "history_document('long')")
{
	note(sprintf('%-60s %8.1f ms', $query =~ s/'[-0-9a-f]{36}'/id/gr,
			value($node, 'SELECT round(timed(' . literal("SELECT perf_mgmt.$query") . ')::numeric, 1)')));
}
my %long = map { $_ => rendered($long, $_) } @formats;
within_limits(\%long, 'long');
my $series = "perf_mgmt.report_series('$long') AS s CROSS JOIN LATERAL jsonb_array_elements(s -> 'points') p";
is(value($node, "SELECT count(*) BETWEEN 250 AND 300, sum((p -> 'ms')::numeric) FROM $series"), 't|1800000', 'long: at most 300 points, of all its time');
is(value($node, "SELECT sum((p -> 'ok')::numeric) = (SELECT sum(ok_count) FROM perf_mgmt.execution_intervals WHERE execution_id = '$long'), "
		  . "sum((p -> 'failed')::numeric) = (SELECT sum(failed_count) FROM perf_mgmt.execution_intervals WHERE execution_id = '$long') FROM $series"),
	't|t', 'long: no operation is lost');
is(value($node, "SELECT string_agg(DISTINCT coalesce(p ->> 'stage', 'several'), ' ') FROM $series"), 'ramp_down ramp_up steady', 'long: no point is of two stages');
is(value($node, "SELECT sum((p #> '{waits,IO}')::numeric) FROM $series"), 1800 * 55, 'long: nor a sample of the waits');
cmp_ok(length $page{comparison}, '<', 1_000_000, 'comparison: below 1 MB');

# --- Databases of other encodings ---
# LATIN1 has an e with an acute accent, and no dash; what it lacks is a reference on a page, a question mark in a text.
foreach my $encoding ('latin1', 'sql_ascii')
{
	$node->safe_psql('postgres', "CREATE DATABASE $encoding ENCODING '$encoding' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0");
	$PerfMgmtTest::database = $encoding;
	$node->safe_psql($encoding, 'CREATE EXTENSION perf_mgmt');
	# One byte: in LATIN1 a letter, in SQL_ASCII what it is in, which is no UTF-8.
	my $id = '00000000-0000-0000-0000-00000000e900';
	$node->safe_psql($encoding, "INSERT INTO perf_mgmt.performance_tests (test_name, test_version, test_type, test_configuration, "
		  . "baseline_thresholds) VALUES ('caf\xe9', '1', 'LOAD', '{}', '{}'); "
		  . "INSERT INTO perf_mgmt.test_executions (id, test_id, execution_environment, database_version, execution_status, completed_at, "
		  . "is_valid, avg_response_time_ms, throughput_tps, error_rate_percent) "
		  . "SELECT '$id', id, 'caf\xe9', '15.4', 'COMPLETED', now(), true, 1, 10, 0 FROM perf_mgmt.performance_tests WHERE test_name = 'caf\xe9'");
	my %pages = map { $_ => value($node, "SELECT perf_mgmt.render_report('$id', '$_')") } @formats;
	my $shown = $encoding eq 'latin1' ? qr/caf\xe9/ : qr/caf\?/;
	like($pages{$_}, $shown, "$encoding: $_") foreach grep { $_ ne 'json' } @formats;
	unlike($pages{html}, qr/[\x80-\x9f]/, "$encoding: HTML has no broken characters") if $encoding eq 'latin1';
	like(value($node, "SELECT perf_mgmt.render_history('caf\xe9')"), $shown, "$encoding: history");
}
is(value($node, q(SELECT perf_mgmt.render('report_html', '{"report": {}}') IS NULL)), 'f', 'a document without anything is a page');

done_testing();
