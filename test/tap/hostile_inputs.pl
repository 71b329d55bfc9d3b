# What hostile_inputs.sql holds is sent by a role that may do nothing but write tests of its own and call
# every function: each input gives its error, and none ends a process, gains a right, or is passed over.
use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use PerfMgmtTest;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = new_lab('hostile', 'log_error_verbosity = verbose', 'log_min_error_statement = panic');
my $database = 'lab';
$PerfMgmtTest::database = $database;
$node->safe_psql('postgres', "CREATE DATABASE $database TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'");

# --- Who is there: keeper has a secret and a test, mallory nothing but the level of authors ---
$node->safe_psql(
	$database, q(
	CREATE EXTENSION perf_mgmt;
	CREATE ROLE keeper LOGIN;
	CREATE ROLE mallory LOGIN;
	CREATE TABLE public.secret (token text);
	INSERT INTO public.secret VALUES ('xyzzy');
	ALTER TABLE public.secret OWNER TO keeper;
	CREATE TABLE public.loot (me text, session text);
	GRANT INSERT ON public.loot TO PUBLIC;
	CREATE SCHEMA lab AUTHORIZATION mallory;
	SELECT perf_mgmt.grant_access(role, 'author') FROM unnest('{keeper,mallory}'::text[]) AS role;
	-- More than the level has, so that no input is refused before it is looked at
	GRANT EXECUTE ON ALL ROUTINES IN SCHEMA perf_mgmt TO mallory;));
add_test($node, 'Theirs', [ { name => 'look', sql => 'SELECT 1' } ], { operations => 3, workers => 1 }, owner => 'keeper');
add_test($node, 'Hostile', [ { name => 'look', sql => 'SELECT 1' } ], { operations => 3, workers => 1 }, owner => 'mallory');

sub send_as
{
	my ($role, $script) = @_;
	my ($status, $output, $messages) = $node->psql($database, $script,
		extra_params => [ '-U', $role ], on_error_stop => 0, timeout => 600);
	return ($status, $output, $messages);
}

$node->safe_psql(
	$database, q(
	CREATE TABLE lab.victim (id integer PRIMARY KEY);
	INSERT INTO lab.victim VALUES (1), (2), (3);
	CREATE TABLE lab.notes (note text);
	INSERT INTO perf_mgmt.parameter_generators (name, definition) VALUES
		('circle_a', '{"type": "array", "of": "circle_b"}'), ('circle_b', '{"type": "array", "of": "circle_a"}');
	CREATE FUNCTION lab.spy() RETURNS trigger LANGUAGE plpgsql AS
		$$ BEGIN INSERT INTO public.loot VALUES (current_user, session_user); RETURN NEW; END $$;
	CREATE FUNCTION lab.peek() RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT token FROM public.secret';
	CREATE PROCEDURE lab.commit() LANGUAGE plpgsql AS 'BEGIN COMMIT; END';

	CREATE FUNCTION lab.nested(p_depth integer) RETURNS text LANGUAGE sql AS
		$$ SELECT repeat('[', p_depth) || repeat(']', p_depth) $$;
	CREATE FUNCTION lab.single(p_count numeric) RETURNS perf_mgmt.histogram LANGUAGE sql AS
		$$ SELECT format('{"v":1,"count":%1$s,"min":0,"max":0,"sum":"0","squares":"0","buckets":[[0,%1$s]]}', p_count)::perf_mgmt.histogram $$;

	CREATE FUNCTION lab.attempt(p_template text, p_generators json DEFAULT '{}', p_config jsonb DEFAULT '{"operations": 3}',
		p_type text DEFAULT 'mixed') RETURNS uuid LANGUAGE plpgsql AS $$
	DECLARE
		v_scenario uuid := (SELECT id FROM perf_mgmt.load_scenarios WHERE scenario_name = 'Hostile');
	BEGIN
		DELETE FROM perf_mgmt.workload_operations WHERE scenario_id = v_scenario;
		INSERT INTO perf_mgmt.workload_operations (scenario_id, operation_name, operation_type, sql_template,
			parameter_generators, weight_percentage)
		VALUES (v_scenario, 'look', p_type, p_template, p_generators, 100);
		RETURN perf_mgmt.execute_performance_test('Hostile', 'development', p_config);
	END
	$$;
	CREATE FUNCTION lab.all_fail(p_template text, p_generators json DEFAULT '{}') RETURNS boolean LANGUAGE plpgsql AS $$
	DECLARE
		v_execution uuid := lab.attempt(p_template, p_generators, '{"operations": 3, "workers": 1, "wait": true}');
	BEGIN
		RETURN (SELECT operations_ok = 0 AND operations_failed = 3 FROM perf_mgmt.test_executions WHERE id = v_execution);
	END
	$$;
	CREATE FUNCTION lab.noted(p_note text) RETURNS boolean LANGUAGE sql AS
		$$ SELECT EXISTS (SELECT FROM lab.notes WHERE note = p_note) $$;
	CREATE PROCEDURE lab.take_literally(p_name text, INOUT p_literally boolean DEFAULT NULL) LANGUAGE plpgsql AS $$
	DECLARE
		v_scenario uuid;
		v_execution uuid;
		v_html text;
	BEGIN
		INSERT INTO perf_mgmt.load_scenarios (scenario_name, industry_type, scenario_description, virtual_users,
			ramp_up_duration_seconds, test_duration_seconds, workload_pattern, max_avg_response_time_ms,
			max_p95_response_time_ms, min_throughput_tps, max_error_rate_percent)
		VALUES (p_name, 'GENERAL', p_name, 1, 0, 1, '{}', 1000, 1000, 0, 0)
		RETURNING id INTO v_scenario;
		INSERT INTO perf_mgmt.workload_operations (scenario_id, operation_name, operation_type, sql_template,
			parameter_generators, weight_percentage)
		VALUES (v_scenario, p_name, 'read', 'SELECT $1::text', jsonb_build_object('a', 'X ' || p_name)::json, 100);
		INSERT INTO perf_mgmt.performance_tests (test_name, test_version, test_type, test_configuration,
			baseline_thresholds, scenario_id)
		VALUES (p_name, '1', 'LOAD', '{"operations": 3}', '{}', v_scenario);
		COMMIT;
		CALL perf_mgmt.run_performance_test(p_name, 'development', NULL, v_execution);
		v_html := perf_mgmt.render_report(v_execution, 'html') || perf_mgmt.render_history(p_name);
		p_literally :=
			(SELECT execution_status = 'COMPLETED' AND operations_ok = 3 AND scenario_name = p_name
			 FROM perf_mgmt.test_executions WHERE id = v_execution)
			AND (SELECT operation_name = p_name FROM perf_mgmt.query_performance WHERE execution_id = v_execution)
			AND v_html NOT LIKE '%<script>alert%' AND v_html !~ '="[^"<>]*x" onmouseover='
			AND xml_is_well_formed_document(perf_mgmt.render_report(v_execution, 'junit'))
			AND length(perf_mgmt.render_report(v_execution, 'text') || perf_mgmt.render_report(v_execution, 'markdown')) > 0;
	END
	$$;), extra_params => [ '-U', 'mallory' ]);

my ($run)   = (send_as('mallory', "CALL perf_mgmt.run_performance_test('Hostile')"))[1];
my ($other) = (send_as('keeper',  "CALL perf_mgmt.run_performance_test('Theirs')"))[1];
like("$run $other", qr/^[0-9a-f-]{36} [0-9a-f-]{36}$/, 'both have an execution');

# What nobody but its owner may change: roles, rights, settings, code, tables and rows of others.
sub belongings
{
	return value(
		$node, q(
		SELECT string_agg(line, E'\n' ORDER BY line COLLATE "C") FROM (
			SELECT 'role ' || r::text FROM pg_authid r
			UNION ALL SELECT 'membership ' || m::text FROM pg_auth_members m
			UNION ALL SELECT 'settings ' || s::text FROM pg_db_role_setting s
			UNION ALL SELECT 'settings ' || pg_read_file('postgresql.auto.conf')
			UNION ALL SELECT concat_ws(' ', 'database', datname, datdba, datacl) FROM pg_database
			UNION ALL SELECT concat_ws(' ', 'tablespace', spcname, spcowner, spcacl) FROM pg_tablespace
			UNION ALL SELECT concat_ws(' ', 'extension', extname, extversion) FROM pg_extension
			UNION ALL SELECT concat_ws(' ', 'schema', nspname, nspowner, nspacl) FROM pg_namespace WHERE nspname !~ '^pg_(toast_)?temp'
			UNION ALL SELECT concat_ws(' ', 'relation', oid::regclass, relowner, relacl, relrowsecurity) FROM pg_class
				WHERE relowner <> 'mallory'::regrole
			UNION ALL SELECT concat_ws(' ', 'routine', oid::regprocedure, proowner, proacl, prosecdef, md5(prosrc)) FROM pg_proc
				WHERE proowner <> 'mallory'::regrole OR prosecdef
			UNION ALL SELECT concat_ws(' ', 'trigger', tgname, tgrelid::regclass, tgenabled) FROM pg_trigger
				WHERE NOT tgisinternal
			UNION ALL SELECT 'secret ' || token FROM public.secret
			UNION ALL SELECT 'loot ' || l::text FROM public.loot l WHERE (l.me, l.session) <> ('mallory', 'mallory')
			UNION ALL SELECT 'victim ' || id FROM lab.victim
			UNION ALL SELECT 'scenario ' || s::text FROM perf_mgmt.load_scenarios s WHERE owner_role IS DISTINCT FROM 'mallory'
			UNION ALL SELECT 'test ' || t::text FROM perf_mgmt.performance_tests t WHERE owner_role IS DISTINCT FROM 'mallory'
			UNION ALL SELECT 'generator ' || g::text FROM perf_mgmt.parameter_generators g WHERE owner_role IS DISTINCT FROM 'mallory'
			UNION ALL SELECT 'operation ' || o::text FROM perf_mgmt.workload_operations o
				JOIN perf_mgmt.load_scenarios s ON s.id = o.scenario_id WHERE s.owner_role IS DISTINCT FROM 'mallory'
			UNION ALL SELECT 'execution ' || e.id || e.execution_status FROM perf_mgmt.test_executions e WHERE e.started_by <> 'mallory'
		) AS everything (line)));
}

# --- The list ---
my @inputs;
foreach my $line (split /^/, slurp_file("$FindBin::RealBin/hostile_inputs.sql"))
{
	if ($line =~ /^-- ([0-9A-Z]{5}(?: [0-9A-Z]{5})*): (.*)$/)
	{
		push @inputs, { states => $1, what => $2, sql => '', open => 1 };
	}
	elsif ($line =~ /^\s*$/) { $inputs[-1]{open} = 0 if @inputs; }
	elsif (@inputs && $inputs[-1]{open}) { $inputs[-1]{sql} .= $line; }
}
cmp_ok(scalar @inputs, '>=', 200, 'there are 200 hostile inputs');

my $all = join '', map { $_->{sql} } @inputs;
my $tables = value($node, q(
	SELECT string_agg(c.relname, ' ') FROM pg_depend d JOIN pg_class c ON c.oid = d.objid
	WHERE d.classid = 'pg_class'::regclass AND d.deptype = 'e' AND c.relkind = 'r'
	  AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'perf_mgmt')));
my $routines = value($node, q(
	SELECT string_agg(DISTINCT p.proname, ' ') FROM pg_depend d JOIN pg_proc p ON p.oid = d.objid
	WHERE d.classid = 'pg_proc'::regclass AND d.deptype = 'e'
	  AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'perf_mgmt')));
my %is_public = map { $_ => 1 } slurp_file("$FindBin::RealBin/docs/reference.md") =~ /^### (\w+)$/mg;
is( join(' ', grep { $all !~ /perf_mgmt\.$_\b/ } split(/ /, $tables), grep { $is_public{$_} } split(/ /, $routines)),
	'', 'every table and every public function has one');

# --- Sent in one session each role ---
my $server    = value($node, "SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'");
my $log_start = -s $node->logfile;
my $before    = belongings();
my $script    = "\\set run '$run'\n\\set other '$other'\n\\set nobody '00000000-0000-0000-0000-000000000000'\n"
  . "SET client_min_messages = error; SET statement_timeout = '120s';\n";
foreach my $i (0 .. $#inputs)
{
	$script .= "\\echo input $i\n$inputs[$i]{sql}\\echo state $i :SQLSTATE\n";
}
my ($status, $output, $messages) = send_as('mallory', $script);
is($status, 0, 'the session lives to its end');

foreach my $i (0 .. $#inputs)
{
	my $input = $inputs[$i];
	my ($result, $state) = $output =~ /^input $i\n(.*?)^state $i (\w{5})$/ms;
	$result = '' unless defined $result;
	$state  = 'none: the session had ended' unless defined $state;
	my $good = grep { $_ eq $state } split / /, $input->{states};
	my $literally = $input->{states} eq '00000' ? $result eq "t\n" : $state ne '00000' || $result eq '';
	ok($good && $literally, "$input->{states}: $input->{what}")
	  or diag("SQLSTATE $state, result " . substr($result, 0, 200) . "\n" . substr($input->{sql}, 0, 300));
}

# --- What is left ---
processes_are_gone($node, 'hostile inputs');
is(value($node, "SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'"), $server, 'no process was ended: the server was never started anew');
my $log = substr(slurp_file($node->logfile), $log_start);
unlike($log, qr/was terminated by signal|PANIC: |TRAP: |unexpected C\+\+ exception|ERROR:  XX/, 'nothing in the log tells of a crash or an error within');
is(belongings(), $before, 'nobody has gained a right, and nothing of others has changed');

# --- A role whose name is SQL ---
{
	my $name = q(qu"ote'; SET ROLE keeper; --);
	$node->safe_psql($database, q(CREATE ROLE "qu""ote'; SET ROLE keeper; --" LOGIN; SELECT perf_mgmt.grant_access('qu"ote''; SET ROLE keeper; --', 'author')));
	add_test($node, 'quoted', [ { sql => 'INSERT INTO public.loot VALUES (current_user, session_user)', type => 'write' } ],
		{ operations => 1 }, owner => $name);
	my $id = run_test($node, 'quoted');
	is(execution($node, $id, 'execution_status, run_as'), "COMPLETED|$name", 'a role is what its name says');
	is(value($node, 'SELECT * FROM public.loot'), "$name|$name", 'and runs what it owns');
}

# --- A database of another encoding: a template is run as it stands, or not at all ---
{
	local $PerfMgmtTest::database = 'latin1';
	$node->safe_psql('postgres', "CREATE DATABASE latin1 TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'");
	$node->safe_psql('latin1', 'CREATE EXTENSION perf_mgmt; CREATE TABLE words (word text)');
	add_test($node, 'plain', [ { sql => "INSERT INTO words VALUES (chr(233))", type => 'write' } ], { operations => 1 });
	add_test($node, 'accented', [ { sql => "INSERT INTO words VALUES ('\xe9')", type => 'write' } ], { operations => 1 });
	run_test($node, 'plain');
	my (undef, undef, $refusal) = $node->psql('latin1', "\\set VERBOSITY verbose\nCALL perf_mgmt.run_performance_test('accented')");
	like($refusal, qr/ERROR:  0A000: template of operation "operation 1" is not in UTF-8/, 'LATIN1: a template that would be changed is refused');
	is(value($node, 'SELECT array_agg(ascii(word)) FROM words'), '{233}', 'LATIN1: and nothing else is written');
}

# --- Traps that mallory laid, and that others run into: each notes who it is that runs it ---
# mark() says that it is immutable, so that planning evaluates it; note() is not, so that it may write.
$node->safe_psql($database, q(
	TRUNCATE public.loot;
	CREATE SCHEMA everybodys;
	GRANT CREATE, USAGE ON SCHEMA everybodys TO PUBLIC;));
$node->safe_psql(
	$database, q(
	GRANT USAGE ON SCHEMA lab TO PUBLIC;
	CREATE FUNCTION lab.note() RETURNS boolean LANGUAGE plpgsql AS
		$$ BEGIN INSERT INTO public.loot VALUES (current_user, session_user); RETURN true; END $$;
	CREATE FUNCTION lab.mark() RETURNS integer IMMUTABLE LANGUAGE plpgsql AS
		$$ BEGIN PERFORM lab.note(); RETURN 1; END $$;
	CREATE TABLE lab.bait (id integer DEFAULT lab.mark(), CHECK (lab.mark() IS NOT NULL));
	CREATE TRIGGER spy BEFORE INSERT ON lab.bait FOR EACH ROW EXECUTE FUNCTION lab.spy();
	CREATE INDEX ON lab.bait ((id + lab.mark()));
	INSERT INTO lab.bait VALUES (1);
	ALTER TABLE lab.bait ENABLE ROW LEVEL SECURITY;
	ALTER TABLE lab.bait FORCE ROW LEVEL SECURITY;
	CREATE POLICY spy ON lab.bait USING (lab.mark() IS NOT NULL);
	DELETE FROM perf_mgmt.workload_operations WHERE scenario_id = (SELECT id FROM perf_mgmt.load_scenarios WHERE scenario_name = 'Hostile');
	INSERT INTO perf_mgmt.workload_operations (scenario_id, operation_name, operation_type, sql_template, parameter_generators, weight_percentage)
	SELECT id, 'bait', 'mixed', 'SELECT lab.mark(), $1::text, $2::text FROM lab.bait; INSERT INTO lab.bait DEFAULT VALUES',
		'{"a": {"type": "pool", "sql": "SELECT lab.mark()"}, "b": {"type": "expression", "sql": "lab.mark()"}}', 100
	FROM perf_mgmt.load_scenarios WHERE scenario_name = 'Hostile';

	CREATE FUNCTION everybodys.same(text, text) RETURNS boolean LANGUAGE sql AS 'SELECT lab.note()';
	CREATE OPERATOR everybodys.= (LEFTARG = text, RIGHTARG = text, FUNCTION = everybodys.same);
	CREATE FUNCTION everybodys.same(uuid, uuid) RETURNS boolean LANGUAGE sql AS 'SELECT lab.note()';
	CREATE OPERATOR everybodys.= (LEFTARG = uuid, RIGHTARG = uuid, FUNCTION = everybodys.same);
	CREATE FUNCTION everybodys.now() RETURNS timestamptz LANGUAGE sql AS 'SELECT clock_timestamp() WHERE lab.note()';
	CREATE FUNCTION everybodys.btrim(text) RETURNS text LANGUAGE sql AS 'SELECT $1 WHERE lab.note()';
	CREATE FUNCTION everybodys.gen_random_uuid() RETURNS uuid LANGUAGE sql AS
		'SELECT pg_catalog.gen_random_uuid() WHERE lab.note()';), extra_params => [ '-U', 'mallory' ]);
my $trapped = q(
	SET client_min_messages = error;
	SELECT count(*) FROM perf_mgmt.validate_scenario('Hostile');
	SET search_path = everybodys, pg_catalog, public;
	CALL perf_mgmt.run_performance_test('Hostile', 'development', '{"operations": 3, "workers": 1}', NULL);
	SELECT perf_mgmt.run_ci_performance_tests('abc', 'main', 'nowhere');
	SELECT length(perf_mgmt.render_report(e.id, f.format)) FROM perf_mgmt.test_executions e,
		unnest('{text,html,markdown,junit,json}'::text[]) AS f (format) ORDER BY e.started_at DESC LIMIT 5;
	SELECT length(perf_mgmt.render_history('Hostile'));
	SELECT count(*) FROM perf_mgmt.performance_dashboard;
	SELECT count(*) FROM perf_mgmt.top_performance_issues;
	SELECT jsonb_typeof(perf_mgmt.run_maintenance('daily'));
	SELECT jsonb_typeof(perf_mgmt.generate_performance_recommendations(id)) FROM perf_mgmt.test_executions;
	SELECT perf_mgmt.check_performance_alerts(id) FROM perf_mgmt.test_executions;
	SELECT perf_mgmt.purge_history('1 day'););
$node->psql($database, $trapped, on_error_stop => 0);
send_as('keeper', $trapped);
cmp_ok(value($node, 'SELECT count(*) FROM public.loot'), '>', 10, 'the traps work');
is(value($node, "SELECT DISTINCT me || ' of ' || session FROM public.loot"),
	'mallory of mallory', 'and nobody but mallory runs into them');

done_testing();
