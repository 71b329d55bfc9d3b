# What README.md and docs/*.md show in SQL must run as it stands there, what they link to must be there, and
# docs/reference.md must say what the comments in the database say.
#
# Each document has a database of its own with the extension, and one psql in which all its blocks run in
# their order. HTML comments, which readers do not see, say what a block needs:
#   <!-- sql            SQL up to a line "-->" that runs at that place without being shown
#   <!-- needs: NAME --> the next block is skipped unless the extension NAME can be created; it is then there
#   <!-- error: CODE ... --> the next block ends in an error of one of these SQLSTATEs
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use File::Basename;
use PerfMgmtTest;
use PostgreSQL::Test::Utils;
use Test::More;

# scripts/test lays copies beside this file; run by hand, they are the project's own.
my ($root) = grep { -f "$_/README.md" } $FindBin::RealBin, "$FindBin::RealBin/../..";
my ($reference) = grep { -f $_ } "$FindBin::RealBin/reference", "$FindBin::RealBin/../../scripts/reference";
my @documents = ("$root/README.md", sort glob("$root/docs/*.md $root/docs/*/*.md"));

my $node = new_lab('docs', 'track_io_timing = on');

# Examples may write files: here, not into the project.
my $area = PostgreSQL::Test::Utils::tempdir();
chdir $area or die "cannot enter $area: $!";

sub name_of { return substr($_[0], length("$root/")); }

# The blocks of a document: line, sql, and where they are given needs, error and hidden.
sub blocks_of
{
	my ($file) = @_;
	my (@blocks, $block, %marks);
	my $number = 0;
	foreach my $line (split /^/, slurp_file($file))
	{
		$number++;
		if ($block)
		{
			if ($line =~ ($block->{hidden} ? qr/^-->$/ : qr/^```$/))
			{
				push @blocks, $block;
				undef $block;
			}
			else { $block->{sql} .= $line; }
		}
		elsif ($line =~ /^<!-- (needs|error): (.+?) -->$/) { $marks{$1} = $2; }
		elsif ($line =~ /^(```|<!-- )sql$/)
		{
			$block = { line => $number, sql => '', hidden => $1 ne '```', %marks };
			%marks = ();
		}
	}
	die name_of($file) . ": the block of line $block->{line} has no end" if $block;
	die name_of($file) . ": a mark stands before no block" if %marks;
	return @blocks;
}

# psql's input for a block: a mark among the messages tells those of one from the next.
sub script_of
{
	my ($block, $number) = @_;
	my $script = "\\warn == $number\n";
	return $script . $block->{sql} unless $block->{error};
	return $script . "\\set ON_ERROR_STOP 0\n$block->{sql}\n\\set ON_ERROR_STOP 1\n";
}

# The messages of each block, by its number.
sub messages_of
{
	my ($output) = @_;
	my (undef, %parts) = split /^== (\d+)\n?/m, $output, -1;
	return \%parts;
}

# Every block of a document, in one session.
sub run_document
{
	my ($file, $database) = @_;
	my $name   = name_of($file);
	my @blocks = blocks_of($file);
	return unless @blocks;
	$node->safe_psql('postgres', "CREATE DATABASE $database TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'");

	# What else goes on on this machine must not decide: every round counts as quiet, and no scenario limits the CPU.
	$node->safe_psql($database, q(
		CREATE EXTENSION perf_mgmt;
		ALTER TABLE perf_mgmt.load_scenarios ALTER max_cpu_usage_percent DROP DEFAULT;
		CREATE FUNCTION all_quiet() RETURNS trigger LANGUAGE plpgsql AS $$
		BEGIN
			NEW.is_quiet := true;
			NEW.disturbances := '[]';
			RETURN NEW;
		END $$;
		CREATE TRIGGER all_quiet BEFORE INSERT ON perf_mgmt.execution_rounds FOR EACH ROW EXECUTE FUNCTION all_quiet();
		CREATE FUNCTION quiet_enough() RETURNS trigger LANGUAGE plpgsql AS $$
		BEGIN
			NEW.rounds_quiet := greatest(NEW.rounds_quiet, NEW.rounds_wanted);
			RETURN NEW;
		END $$;
		CREATE TRIGGER quiet_enough BEFORE UPDATE ON perf_mgmt.test_executions FOR EACH ROW EXECUTE FUNCTION quiet_enough();));

	my $script = '';
	foreach my $i (0 .. $#blocks)
	{
		my $block = $blocks[$i];
		$block->{what} = "$name, line $block->{line}";
		if (my $extension = $block->{needs})
		{
			$block->{skip} = !$node->safe_psql($database, "SELECT count(*) FROM pg_available_extensions WHERE name = '$extension'");
			$script .= "CREATE EXTENSION IF NOT EXISTS $extension;\n" unless $block->{skip};
		}
		$script .= script_of($block, $i) unless $block->{skip};
	}
	# The last mark is an end for the block before it.
	$script .= sprintf "\\warn == %d\n", scalar(@blocks);

	my (undef, undef, $err) = $node->psql($database, "\\set VERBOSITY verbose\n$script",
		on_error_stop => 1, extra_params => ['-X'], timeout => 600, timed_out => \my $timed_out);
	ok(!$timed_out, "$name: its SQL comes to an end");
	my $messages = messages_of($err);
	foreach my $i (0 .. $#blocks)
	{
		my $block = $blocks[$i];
	  SKIP:
		{
			skip "$block->{what}: there is no extension $block->{needs}", 1 if $block->{skip};
			my $text   = $messages->{$i};
			my @errors = defined $text ? $text =~ /(?:ERROR|FATAL):  (\w{5}):/g : ();
			my $next   = (grep { !$blocks[$_]{skip} } $i + 1 .. $#blocks)[0] // scalar(@blocks);
			if ($block->{error})
			{
				my $is_meant = @errors == 1 && scalar grep { $_ eq $errors[0] } split ' ', $block->{error};
				ok($is_meant, "$block->{what}: ends in error $block->{error}") or diag($text // 'not reached');
				next;
			}
			ok(defined $text && !@errors && defined $messages->{$next}, "$block->{what}: runs")
			  or diag($text // 'not reached, as a block before it failed');
			unlike($text // '', qr/WARNING:/, "$block->{what}: draws no warning");
		}
	}

	# A run that measured nothing would be no example.
	is( $node->safe_psql(
			$database, q{
		SELECT coalesce(string_agg(concat_ws(' ', scenario_name, execution_status, operations_ok, operations_failed, zero_row_writes), '; '), '')
		FROM perf_mgmt.test_executions
		WHERE execution_status <> 'COMPLETED' OR operations_ok = 0 OR operations_failed > 0 OR zero_row_writes * 100 > operations_ok}),
		'',
		"$name: every run completed, without failed operations");
	return scalar @blocks;
}

# --- The blocks ---
my $blocks = 0;
foreach my $i (0 .. $#documents)
{
	$blocks += run_document($documents[$i], "doc_$i") // 0;
}
cmp_ok($blocks, '>=', 20, 'the documents have blocks of SQL');

# --- The links among them ---
foreach my $file (@documents)
{
	my $text = slurp_file($file);
	$text =~ s/^```.*?^```$//msg;
	my @broken = grep { !-e dirname($file) . "/$_" }
	  grep { !m{^(?:\w+:|\.\./)} && ($file !~ /README\.md$/ || m{^docs/} || $file =~ m{/docs/}) }
	  map  { s/#.*//r } grep { !/^#/ } $text =~ /\]\(([^)\s]+)\)/g;
	is("@broken", '', name_of($file) . ': what it links to is there');
}

# --- The reference ---
$node->safe_psql('postgres', 'CREATE DATABASE reference');
$node->safe_psql('reference', 'CREATE EXTENSION perf_mgmt');
{
	local $ENV{PGHOST}     = $node->host;
	local $ENV{PGPORT}     = $node->port;
	local $ENV{PGDATABASE} = 'reference';
	my ($out, $err) = ('', '');
	ok(IPC::Run::run([$reference], '<', \undef, '>', \$out, '2>', \$err), 'the reference can be made') or diag($err);
	my $kept = -f "$root/docs/reference.md" ? slurp_file("$root/docs/reference.md") : '';
	ok($out eq $kept, 'docs/reference.md says what the comments say')
	  or diag('make it anew: scripts/reference --write -- CONNECTION');
}

$node->stop;
done_testing();
