# generate_performance_recommendations on real runs: each thing that it finds is there, is gone when the SQL
# that it gives was run, and nothing of the author's code runs with the reader's rights.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use PerfMgmtTest;
use Test::More;

my $node = new_lab('advice', 'autovacuum = off');
my $has_hypopg =
  value($node, "SELECT count(*) FROM pg_available_extensions WHERE name = 'hypopg'");
my %few = (operations => 40, workers => 2, virtual_users => 2);

# A member of the one finding of a rule; empty where the rule found nothing.
sub advice
{
	my ($id, $code, $member) = @_;
	return value($node, qq(
		SELECT r #>> '{$member}'
		FROM jsonb_array_elements(perf_mgmt.generate_performance_recommendations('$id')) r
		WHERE r ->> 'code' = '$code'));
}

sub found { return advice($_[0], $_[1], 'category') ne ''; }

$node->safe_psql('postgres', q(
	CREATE TABLE customers AS
		SELECT id, id % 1000 AS region, id % 100 AS city, id % 100 AS zip, 0 AS n FROM generate_series(1, 20000) id;
	ALTER TABLE customers ADD PRIMARY KEY (id);
	ANALYZE customers;
	CREATE TABLE counters AS SELECT id, 0 AS n FROM generate_series(1, 100) id;
	CREATE INDEX ON counters (n);
	CREATE TABLE log (id bigint GENERATED ALWAYS AS IDENTITY);
	CREATE TABLE one_row (id integer PRIMARY KEY, n integer);
	INSERT INTO one_row VALUES (1, 0);));

# Sequential scan with a selective filter. Without HypoPG it is said that nothing is proven.
add_test($node, 'region',
	[ { name => 'by region', sql => 'SELECT id FROM customers WHERE region = $1',
		generators => '{"region": {"type": "integer", "min": 1, "max": 999}}' } ], \%few);
{
	my $id = run_test($node, 'region');
	is(advice($id, 'missing_index', 'evidence,proven'), 'false', 'an index without HypoPG is not proven');
	like(advice($id, 'missing_index', 'recommendation'), qr/"by region" reads 20,000 rows .* to keep 20: /,
		'rows read and kept');
	is(of_execution($node, $id, 'execution_plan_samples',
			"operation_name, statement_number, has_hypopg, analyzed_plan #>> '{Plan,Rows Removed by Filter}'"),
		'by region|1|f|19980', 'the analyzed sample is stored');
}
SKIP:
{
	skip 'HypoPG is not installed', 6 unless $has_hypopg;
	$node->safe_psql('postgres', 'CREATE SCHEMA "Hypo"; CREATE EXTENSION hypopg SCHEMA "Hypo"');
	my $id = run_test($node, 'region');
	is(advice($id, 'missing_index', 'evidence,proven'), 'true', 'HypoPG proves the index');
	is(advice($id, 'missing_index', 'sql'), 'CREATE INDEX CONCURRENTLY ON public.customers (region);',
		'the SQL to create it');
	my ($before, $after) = split /\|/, of_execution($node, $id, 'execution_plan_samples',
		"index_trials #>> '{0,cost_before}', index_trials #>> '{0,cost_after}'");
	cmp_ok($after, '<', $before / 2, "planned costs fall from $before to $after");
	is(value($node, 'SELECT count(*) FROM "Hypo".hypopg_list_indexes'), '0', 'no hypothetical index is left');
	$node->safe_psql('postgres', advice($id, 'missing_index', 'sql'));
	ok(!found(run_test($node, 'region'), 'missing_index'), 'with the index nothing is found');

	# Half of the rows: no index would be used.
	add_test($node, 'half', [ { sql => 'SELECT id FROM customers WHERE n < 1' } ], \%few);
	ok(!found(run_test($node, 'half'), 'missing_index'), 'a filter that keeps everything is none for an index');
}

# Two columns that always agree.
add_test($node, 'correlated',
	[ { name => 'by city', sql => 'SELECT id FROM customers WHERE city = $1 AND zip = $1',
		generators => '{"place": {"type": "integer", "min": 0, "max": 99}}' } ], \%few);
{
	my $id = run_test($node, 'correlated');
	is(advice($id, 'misestimate', 'evidence,actual_rows'), '200', 'real rows of the misestimate');
	is(advice($id, 'misestimate', 'evidence,planned_rows'), '2', 'planned rows');
	is(advice($id, 'misestimate', 'evidence,columns'), '["city", "zip"]', 'the columns');
	$node->safe_psql('postgres', advice($id, 'misestimate', 'sql'));
	ok(!found(run_test($node, 'correlated'), 'misestimate'), 'with extended statistics nothing is found');
}

# A sort that does not fit.
add_test($node, 'sort',
	[ { name => 'ordered', sql => 'SELECT id FROM customers ORDER BY md5(id::text)' } ],
	{ %few, operations => 4, settings => { work_mem => '64kB' } });
{
	my $id = run_test($node, 'sort');
	like(advice($id, 'temp_spill', 'recommendation'), qr/^"ordered" sorts or hashes on disk: .*work_mem \(0\.06 MB\)/,
		'a sort that spills');
	my ($work_mem) = advice($id, 'temp_spill', 'sql') =~ /^ALTER ROLE \w+ SET work_mem = '(\d+MB)';$/;
	ok($work_mem, 'the SQL gives work_mem');
	ok(!found(run_test($node, 'sort', { settings => { work_mem => $work_mem } }), 'temp_spill'),
		"with $work_mem nothing is found");
}

# Parameters that meet no row; those that do.
add_test($node, 'misses',
	[ { name => 'touch', type => 'write', sql => 'UPDATE counters SET n = n + 1 WHERE id = $1',
		generators => '{"counter": {"type": "integer", "min": 1000, "max": 2000}}' },
	  { name => 'hit', type => 'write', sql => 'UPDATE counters SET n = n + 1 WHERE id = $1',
		generators => '{"counter": {"type": "integer", "min": 1, "max": 100}}' },
	  { name => 'look', sql => 'SELECT n FROM one_row WHERE id = $1',
		generators => '{"row": {"type": "integer", "min": 10, "max": 20}}' } ],
	{ %few, operations => 300 });
{
	my $id = run_test($node, 'misses');
	like(advice($id, 'zero_row_writes', 'recommendation'),
		qr/^100\.0 % of the writes of "touch" touch no row: its parameters \("counter"\)/, 'writes that touch no row');
	like(advice($id, 'zero_row_reads', 'recommendation'), qr/^"look" found no row in at least 100\.0 %/,
		'reads that find none');
}

# Updates of an indexed column are not HOT. The counters are those of the run.
add_test($node, 'cold',
	[ { type => 'write', sql => 'UPDATE counters SET n = n + 1 WHERE id = $1',
		generators => '{"counter": {"type": "integer", "min": 1, "max": 100}}' } ],
	{ %few, operations => 1000 });
{
	my $id = run_test($node, 'cold');
	my ($updated, $hot) = split /\|/,
	  of_execution($node, $id, 'execution_tables', 'rows_updated, rows_hot_updated', "AND table_name = 'public.counters'");
	# The sample's one is counted too, though rolled back.
	is($updated, 1001, 'updates of the run and its sample');
	is($hot, 0, 'none of them is heap-only');
	is(advice($id, 'low_hot_ratio', 'sql'), 'ALTER TABLE public.counters SET (fillfactor = 80);', 'low HOT ratio');
}

# Work at COMMIT.
$node->safe_psql('postgres', q(
	CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.03); RETURN NULL; END $$;
	CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON log DEFERRABLE INITIALLY DEFERRED
		FOR EACH ROW EXECUTE FUNCTION slow();));
add_test($node, 'commits', [ { name => 'append', type => 'write', sql => 'INSERT INTO log DEFAULT VALUES' } ], \%few);
{
	my $id = run_test($node, 'commits');
	cmp_ok(advice($id, 'commit_bound', 'evidence,commit_percent'), '>', 50, 'the time is spent in COMMIT');
	like(advice($id, 'commit_bound', 'recommendation'), qr/mostly by "append"\. Little of it is the flush/,
		'and not with the log');
	is(value($node, 'SELECT count(*) FROM log'), '40', 'the sample was rolled back');
}

# Lock waits name the session that holds the row, behind the workers that queue for it.
add_test($node, 'queue',
	[ { name => 'count', type => 'write', sql => 'UPDATE one_row SET n = n + 1 WHERE id = 1' } ],
	{ operations => 6, workers => 3, virtual_users => 3 });
{
	my $locker = $node->background_psql('postgres');
	$locker->query_safe("SET application_name = 'billing'");
	$locker->query_safe('BEGIN; UPDATE one_row SET n = 100 WHERE id = 1');
	my $id = start_test($node, 'queue');
	wait_for($node, "count(*) = 3 FROM pg_stat_activity WHERE backend_type = 'perf_mgmt worker' "
		  . "AND wait_event_type = 'Lock' AND clock_timestamp() - state_change > interval '1.5 s'");
	$locker->query_safe('ROLLBACK');
	$locker->quit;
	is(wait_for_end($node, $id), 'COMPLETED', 'the run goes on when the lock is given up');
	cmp_ok(advice($id, 'lock_waits', 'evidence,lock_wait_percent'), '>', 50, 'lock waits');
	like(advice($id, 'lock_waits', 'recommendation'),
		qr/held by user "\w+", application "billing", idle in transaction, whose last statement is: .*SET n = 100 WHERE id = 1/,
		'the blocking statement');
	is(of_execution($node, $id, 'execution_blockers', 'count(*)', "AND blocker <> 'another worker' AND blocker NOT LIKE '%billing%'"),
		'0', 'nobody else is blamed');
}

# Planning runs immutable functions: the author's code runs as the author, and when advice is asked for, not at
# all.
$node->safe_psql('postgres', q(
	CREATE ROLE mallory LOGIN;
	CREATE TABLE seen (who name);
	CREATE SEQUENCE calls;
	GRANT INSERT ON seen TO mallory;
	GRANT USAGE, CREATE ON SCHEMA public TO mallory;
	GRANT SELECT ON customers TO mallory;
	GRANT USAGE ON SEQUENCE calls TO mallory;
	SET ROLE mallory;
	CREATE FUNCTION note() RETURNS integer LANGUAGE plpgsql VOLATILE AS
		$$ BEGIN PERFORM nextval('calls'); INSERT INTO seen VALUES (current_user); RETURN 1; END $$;
	CREATE FUNCTION trap(id integer) RETURNS integer LANGUAGE plpgsql IMMUTABLE AS
		$$ BEGIN RETURN note(); END $$;));
add_test($node, 'trap', [ { sql => 'SELECT id FROM customers WHERE region = trap(1)' } ], \%few, owner => 'mallory');
{
	my $id = run_test($node, 'trap');
	is(value($node, 'SELECT DISTINCT who FROM seen'), 'mallory', 'a template is planned as its owner');
	my $calls = value($node, 'SELECT last_value FROM calls');
	value($node, "SELECT perf_mgmt.generate_performance_recommendations('$id')");
	is(value($node, 'SELECT last_value FROM calls'), $calls, 'asking for advice calls none of its functions');
	is(of_execution($node, $id, 'execution_plan_samples', 'count(*)'), '1', 'there was a sample to look at');
}

# Without sampling there is no evidence, and that is said. (The limits keep the machine out of it.)
add_test($node, 'unseen', [ { sql => 'SELECT n FROM one_row WHERE id = 1' } ], { %few, sampling_hz => 0 },
	thresholds => { max_cpu_usage_percent => 100, max_memory_usage_percent => 100 });
{
	my $id = run_test($node, 'unseen');
	is(of_execution($node, $id, 'execution_plan_samples', 'count(*)'), '0', 'no sample without sampling');
	like(advice($id, 'nothing_found', 'recommendation'),
		qr/Not measured: .*what the operations waited for.*no analyzed sample/, 'and it is said what is missing');
}

done_testing();
