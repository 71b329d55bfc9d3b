# What the tests of dump, upgrade and removal share: the catalogue of the extension, everything that it consists of, as
# texts that can be compared between databases; the rows that are a user's and those that ship; and an installation of
# the server that a test may put extension scripts into.
package Lifecycle;

use strict;
use warnings;

use Exporter 'import';
use File::Basename;
use PostgreSQL::Test::Utils;
use Test::More;

our @EXPORT = qw(catalogue differences same_catalogue columns_of kept_rows same_rows own_installation);

# --- The catalogue -----------------------------------------------------------------------------------

# Privileges as a text; NULL and the default that it stands for give the same.
sub privileges_of
{
	my ($acl) = @_;
	return qq{(SELECT coalesce(string_agg(entry, ', ' ORDER BY entry), 'none') FROM (
		SELECT concat_ws(' ', CASE x.grantee WHEN 0 THEN 'PUBLIC' ELSE x.grantee::regrole::text END, x.privilege_type,
		                 CASE WHEN x.is_grantable THEN 'grantable' END) COLLATE "C" AS entry
		FROM aclexplode($acl) x) entries)};
}

# Each row is an object of the extension, what of it is told, and that as JSON, which is one line. What has an own
# catalogue but belongs to a table (columns, constraints, indexes, triggers, policies) is told with the table. The version
# of a column (pg_attver, which minor releases of late 2026 keep among its options) is a place in the WAL.
my $query = qq{
WITH extension AS (SELECT * FROM pg_extension WHERE extname = 'perf_mgmt'),
member AS MATERIALIZED (
  SELECT d.classid, d.objid, i.type || ' ' || i.identity AS object
  FROM extension e
  JOIN pg_depend d ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid AND d.deptype = 'e'
  CROSS JOIN LATERAL pg_identify_object(d.classid, d.objid, 0) i
  -- From 17 on the types of rows and of arrays are members too.
  WHERE NOT (d.classid = 'pg_type'::regclass AND EXISTS (
    SELECT FROM pg_type t LEFT JOIN pg_class c ON c.oid = t.typrelid
    WHERE t.oid = d.objid AND (c.relkind <> 'c' OR EXISTS (SELECT FROM pg_type element WHERE element.typarray = t.oid))))
),
relation AS MATERIALIZED (
  SELECT m.object, c.* FROM member m JOIN pg_class c ON m.classid = 'pg_class'::regclass AND c.oid = m.objid),
routine AS MATERIALIZED (
  SELECT m.object, p.* FROM member m JOIN pg_proc p ON m.classid = 'pg_proc'::regclass AND p.oid = m.objid),
type AS MATERIALIZED (
  SELECT m.object, t.* FROM member m JOIN pg_type t ON m.classid = 'pg_type'::regclass AND t.oid = m.objid),
aspect (object, aspect, told) AS (
  SELECT 'extension', 'schema', extnamespace::regnamespace::text FROM extension
  UNION ALL SELECT 'extension', 'can be moved', extrelocatable::text FROM extension
  UNION ALL SELECT 'extension', 'dumped of ' || config.relation::regclass, config.condition
    FROM extension, unnest(extconfig, extcondition) AS config (relation, condition)

  UNION ALL SELECT object, 'comment', obj_description(objid, classid::regclass::text::name) FROM member
  UNION ALL SELECT object, 'first privileges of column ' || attname, @{[privileges_of('i.initprivs')]}
    FROM relation r JOIN pg_init_privs i ON i.classoid = 'pg_class'::regclass AND i.objoid = r.oid
    JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum = i.objsubid
  UNION ALL SELECT object, 'first privileges', @{[privileges_of(q{coalesce(i.initprivs, acldefault(d.kind, d.owner))})]}
    FROM member m
    JOIN (SELECT 'pg_class'::regclass AS classid, oid, CASE relkind WHEN 'S' THEN 's' ELSE 'r' END::"char" AS kind, relowner AS owner FROM relation
          UNION ALL SELECT 'pg_proc'::regclass, oid, 'f', proowner FROM routine
          UNION ALL SELECT 'pg_type'::regclass, oid, 'T', typowner FROM type
          UNION ALL SELECT 'pg_namespace'::regclass, oid, 'n', nspowner FROM pg_namespace) d ON d.classid = m.classid AND d.oid = m.objid
    LEFT JOIN pg_init_privs i ON i.classoid = m.classid AND i.objoid = m.objid AND i.objsubid = 0
  UNION ALL SELECT object, 'not compared', 'an object of this kind' FROM member
    WHERE classid NOT IN ('pg_class'::regclass, 'pg_proc'::regclass, 'pg_type'::regclass, 'pg_operator'::regclass,
                          'pg_namespace'::regclass, 'pg_cast'::regclass)

  UNION ALL SELECT object, 'relation', concat_ws(' ', relkind, relpersistence, 'row security', relrowsecurity,
      relforcerowsecurity, 'identity', relreplident, 'tablespace', reltablespace, 'method', relam, reloptions)
    FROM relation
  UNION ALL SELECT object, 'owner', relowner::regrole::text FROM relation
  UNION ALL SELECT object, 'privileges',
      @{[privileges_of(q{coalesce(relacl, acldefault(CASE relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", relowner))})]}
    FROM relation
  UNION ALL SELECT object, 'query', pg_get_viewdef(oid) FROM relation WHERE relkind IN ('v', 'm')
  UNION ALL SELECT object, 'sequence', concat_ws(' ', seqtypid::regtype, seqstart, seqincrement, seqmax, seqmin, seqcache, seqcycle)
    FROM relation r JOIN pg_sequence s ON s.seqrelid = r.oid
  UNION ALL SELECT object, 'column ' || attname, concat_ws(' ', place, format_type(atttypid, atttypmod),
      CASE WHEN attnotnull THEN 'not null' END, 'default ' || pg_get_expr(adbin, adrelid), attidentity, attgenerated,
      attstorage, attcompression, attcollation::regcollation, attstattarget,
      (SELECT array_agg(o) FROM unnest(attoptions) o WHERE o NOT LIKE 'pg_attver=%'))
    FROM (SELECT r.object, a.*, row_number() OVER (PARTITION BY a.attrelid ORDER BY a.attnum) AS place
          FROM relation r JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped) a
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  UNION ALL SELECT object, 'comment of column ' || attname, col_description(r.oid, a.attnum)
    FROM relation r JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
  UNION ALL SELECT object, 'privileges of column ' || attname, @{[privileges_of('a.attacl')]}
    FROM relation r JOIN pg_attribute a ON a.attrelid = r.oid AND a.attacl IS NOT NULL AND NOT a.attisdropped
  UNION ALL SELECT object, 'constraint ' || conname, pg_get_constraintdef(k.oid) || CASE WHEN convalidated THEN '' ELSE ' unproven' END
    FROM relation r JOIN pg_constraint k ON k.conrelid = r.oid
  UNION ALL SELECT object, 'comment of constraint ' || conname, obj_description(k.oid, 'pg_constraint')
    FROM relation r JOIN pg_constraint k ON k.conrelid = r.oid
  UNION ALL SELECT object, 'index ' || c.relname, concat_ws(' ', pg_get_indexdef(i.indexrelid), 'valid', indisvalid, indisready,
      'clustered', indisclustered, 'identity', indisreplident, obj_description(i.indexrelid, 'pg_class'))
    FROM relation r JOIN pg_index i ON i.indrelid = r.oid JOIN pg_class c ON c.oid = i.indexrelid
  UNION ALL SELECT object, 'trigger ' || tgname,
      concat_ws(' ', pg_get_triggerdef(t.oid), 'enabled', tgenabled, obj_description(t.oid, 'pg_trigger'))
    FROM relation r JOIN pg_trigger t ON t.tgrelid = r.oid AND NOT t.tgisinternal
  UNION ALL SELECT object, 'rule ' || rulename, pg_get_ruledef(w.oid)
    FROM relation r JOIN pg_rewrite w ON w.ev_class = r.oid AND w.rulename <> '_RETURN'
  UNION ALL SELECT object, 'policy ' || polname, concat_ws(' ', polcmd, polpermissive,
      (SELECT string_agg(CASE g WHEN 0 THEN 'PUBLIC' ELSE g::regrole::text END, ', ' ORDER BY g::regrole::text) FROM unnest(polroles) g),
      'using ' || pg_get_expr(polqual, polrelid), 'check ' || pg_get_expr(polwithcheck, polrelid), obj_description(p.oid, 'pg_policy'))
    FROM relation r JOIN pg_policy p ON p.polrelid = r.oid
  UNION ALL SELECT object, 'statistics ' || stxname, pg_get_statisticsobjdef(s.oid)
    FROM relation r JOIN pg_statistic_ext s ON s.stxrelid = r.oid

  UNION ALL SELECT object, 'definition', pg_get_functiondef(oid) FROM routine WHERE prokind <> 'a'
  UNION ALL SELECT object, 'definition', concat_ws(' ', pg_get_function_arguments(r.oid), pg_get_function_result(r.oid), aggkind,
      aggtransfn, aggfinalfn, aggcombinefn, aggserialfn, aggdeserialfn, aggmtransfn, aggminvtransfn, aggmfinalfn, aggfinalextra,
      aggmfinalextra, aggfinalmodify, aggmfinalmodify, aggsortop::regoperator, aggtranstype::regtype, aggtransspace,
      aggmtranstype::regtype, aggmtransspace, agginitval, aggminitval, proparallel, provolatile, proisstrict, proconfig)
    FROM routine r JOIN pg_aggregate a ON a.aggfnoid = r.oid
  UNION ALL SELECT object, 'owner', proowner::regrole::text FROM routine
  UNION ALL SELECT object, 'privileges', @{[privileges_of(q{coalesce(proacl, acldefault('f', proowner))})]} FROM routine

  UNION ALL SELECT object, 'type', concat_ws(' ', typtype, typcategory, typispreferred, typlen, typbyval, typalign, typstorage,
      typdelim, typinput, typoutput, typreceive, typsend, typmodin, typmodout, typanalyze, typnotnull, typbasetype::regtype,
      typtypmod, typcollation::regcollation, typdefault)
    FROM type
  UNION ALL SELECT object, 'attribute ' || attname, concat_ws(' ', place, format_type(atttypid, atttypmod), attcollation::regcollation,
      col_description(attrelid, attnum))
    FROM (SELECT t.object, a.*, row_number() OVER (PARTITION BY a.attrelid ORDER BY a.attnum) AS place
          FROM type t JOIN pg_attribute a ON a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped) a
  UNION ALL SELECT object, 'labels', (SELECT string_agg(enumlabel, ', ' ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = t.oid)
    FROM type t WHERE typtype = 'e'
  UNION ALL SELECT object, 'constraint ' || conname, pg_get_constraintdef(k.oid) FROM type t JOIN pg_constraint k ON k.contypid = t.oid
  UNION ALL SELECT object, 'owner', typowner::regrole::text FROM type
  UNION ALL SELECT object, 'privileges', @{[privileges_of(q{coalesce(typacl, acldefault('T', typowner))})]} FROM type

  UNION ALL SELECT object, 'operator', concat_ws(' ', oprkind, oprcanmerge, oprcanhash, oprresult::regtype, oprcode, oprrest, oprjoin,
      oprcom::regoperator, oprnegate::regoperator, oprowner::regrole)
    FROM member m JOIN pg_operator o ON m.classid = 'pg_operator'::regclass AND o.oid = m.objid
  UNION ALL SELECT object, 'schema', concat_ws(' ', nspowner::regrole, @{[privileges_of(q{coalesce(nspacl, acldefault('n', nspowner))})]})
    FROM member m JOIN pg_namespace n ON m.classid = 'pg_namespace'::regclass AND n.oid = m.objid
  UNION ALL SELECT object, 'cast', concat_ws(' ', castfunc::regprocedure, castcontext, castmethod)
    FROM member m JOIN pg_cast c ON m.classid = 'pg_cast'::regclass AND c.oid = m.objid
)
SELECT object, aspect, to_json(told) FROM aspect;
};

# The rows that a dump leaves out, as CREATE EXTENSION makes them: a query for each table, for \gexec. When they were made
# does not matter; the id of a shipped operation is another one in each database, and nothing refers to it.
my $shipped_rows = q{
SELECT format('SELECT %L, %L || (to_jsonb(t) - ''created_at'' %s)::text, count(*) FROM ONLY %s t WHERE t.ctid NOT IN (SELECT ctid FROM ONLY %s %s) GROUP BY 2',
              'table ' || c.oid::regclass, 'row ', CASE c.relname WHEN 'workload_operations' THEN '- ''id''' END,
              c.oid::regclass, c.oid::regclass, coalesce(config.condition, 'WHERE false'))
FROM pg_extension e
JOIN pg_depend d ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid AND d.deptype = 'e' AND d.classid = 'pg_class'::regclass
JOIN pg_class c ON c.oid = d.objid AND c.relkind = 'r'
LEFT JOIN unnest(e.extconfig, e.extcondition) AS config (relation, condition) ON config.relation = c.oid
WHERE e.extname = 'perf_mgmt' \gexec
};

# Everything that the extension consists of in a database, the rows that ship with it included: a hash from "object | what of
# it" to a text. Whatever SQL is given runs before it, in the same session, and nothing of that stays.
sub catalogue
{
	my ($node, $database, $before) = @_;
	$before = '' unless defined $before;
	my $output = $node->safe_psql($database, "BEGIN; SET LOCAL client_min_messages = warning; $before; SET LOCAL search_path = pg_catalog;\n"
		  . "$query$shipped_rows;\nROLLBACK;", extra_params => [ '-F', "\x1f" ]);
	my %told;
	foreach my $line (split /\n/, $output)
	{
		my ($object, $aspect, $told) = split /\x1f/, $line, 3;
		die "cannot read: $line" unless defined $told;
		$told{"$object | $aspect"} = $told;
	}
	die "no extension in database $database" unless keys %told > 100;
	return \%told;
}

# What is not as expected, a line for each difference.
sub differences
{
	my ($expected, $actual) = @_;
	my @differences;
	foreach my $key (sort keys %{ { %$expected, %$actual } })
	{
		my ($old, $new) = ($expected->{$key}, $actual->{$key});
		if    (!defined $new) { push @differences, "missing: $key"; }
		elsif (!defined $old) { push @differences, "too much: $key"; }
		elsif ($old ne $new)  { push @differences, "$key: " . join(' instead of ', map { substr($_, 0, 400) } $new, $old); }
	}
	return @differences;
}

sub first_of
{
	my @lines = @_;
	return join "\n", @lines > 30 ? (@lines[ 0 .. 29 ], 'and ' . (@lines - 30) . ' more') : @lines;
}

# A test: the extension consists of the same here as there.
sub same_catalogue
{
	my ($actual, $expected, $what) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my @differences = differences($expected, $actual);
	return ok(!@differences, "$what: every object and every shipped row") || diag(first_of(@differences));
}

# --- Rows of users -----------------------------------------------------------------------------------

# The columns of the tables of a database: a hash from table to a list of columns as SQL.
sub columns_of
{
	my ($node, $database) = @_;
	my $output = $node->safe_psql($database, q(
		SELECT c.oid::regclass, string_agg(format('%I', attname), ', ' ORDER BY attnum)
		FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND attnum > 0 AND NOT attisdropped
		WHERE c.relnamespace = 'perf_mgmt'::regnamespace AND c.relkind = 'r' GROUP BY c.oid), extra_params => [ '-F', "\x1f" ]);
	return { map { split /\x1f/, $_, 2 } split /\n/, $output };
}

# The rows that a dump takes along, of these columns or of all: a hash from table to a text of all its rows.
sub kept_rows
{
	my ($node, $database, $columns) = @_;
	$columns = columns_of($node, $database) unless $columns;
	my $output = $node->safe_psql($database, q(
		SELECT config.relation::regclass, config.condition FROM pg_extension, unnest(extconfig, extcondition) AS config (relation, condition)
		WHERE extname = 'perf_mgmt'), extra_params => [ '-F', "\x1f" ]);
	my %condition = map { split /\x1f/, $_, 2 } split /\n/, $output;
	my $sql = join ' UNION ALL ', map {
		"SELECT '$_', to_json((SELECT coalesce(string_agg(line, E'\\n' ORDER BY line), '') FROM "
		  . "(SELECT to_jsonb(r)::text COLLATE \"C\" AS line FROM (SELECT $columns->{$_} FROM ONLY $_ $condition{$_}) r) lines))"
	} sort grep { exists $columns->{$_} } keys %condition;
	return { map { split /\x1f/, $_, 2 } split /\n/, $node->safe_psql($database, $sql, extra_params => [ '-F', "\x1f" ]) };
}

# A test: the same rows of users, table by table.
sub same_rows
{
	my ($actual, $expected, $what) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my @differences = differences($expected, $actual);
	return ok(!@differences, "$what: every row of a user") || diag(first_of(@differences));
}

# --- An installation of one's own --------------------------------------------------------------------

# A copy of the server's installation below a folder, with the extension in it: only its programs are copied, the rest is
# linked. Returns the path for PostgreSQL::Test::Cluster, and the folder for extension scripts. The server looks for its
# files relative to its program, so the places must keep their distance.
sub own_installation
{
	my ($folder) = @_;
	my %place;
	foreach my $what (qw(bindir pkglibdir sharedir))
	{
		chomp($place{$what} = `pg_config --$what`);
	}
	my @common = split m{/}, $place{bindir};
	foreach my $path (values %place)
	{
		my @parts = split m{/}, $path;
		my $equal = 0;
		$equal++ while $equal < @common && $equal < @parts && $common[$equal] eq $parts[$equal];
		splice @common, $equal;
	}
	my $start = length(join '/', @common);
	my %own = map { $_ => $folder . substr($place{$_}, $start) } keys %place;
	system_or_bail('mkdir', '-p', values %own);
	system_or_bail('cp', '-rs', "$place{$_}/.", "$own{$_}/") foreach qw(pkglibdir sharedir);
	system_or_bail('cp', '-L', (map { "$place{bindir}/$_" } qw(initdb pg_config pg_ctl pg_dump pg_restore postgres psql)), "$own{bindir}/");
	return (dirname($own{bindir}), "$own{sharedir}/extension");
}

1;
