-- What the extension installs: tables, types, keys, comments and privileges.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS perf_mgmt;
RESET client_min_messages;

-- Tables with their columns, in order
SELECT c.relname AS "table", a.attname AS "column", format_type(a.atttypid, a.atttypmod) AS type,
       CASE WHEN a.attnotnull THEN 'not null' ELSE '' END AS "null",
       coalesce(pg_get_expr(d.adbin, d.adrelid), '') AS "default"
FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE c.relnamespace = 'perf_mgmt'::regnamespace AND c.relkind = 'r'
ORDER BY c.relname COLLATE "C", a.attnum;

-- Labels of the enumerations
SELECT t.typname, array_agg(e.enumlabel ORDER BY e.enumsortorder) AS labels
FROM pg_type t JOIN pg_enum e ON e.enumtypid = t.oid
WHERE t.typnamespace = 'perf_mgmt'::regnamespace
GROUP BY t.typname ORDER BY t.typname COLLATE "C";

-- Constraints (those of NOT NULL are listed above)
SELECT conrelid::regclass AS "table", contype AS kind, conname
FROM pg_constraint
WHERE connamespace = 'perf_mgmt'::regnamespace AND contype IN ('c', 'f', 'p', 'u', 'x')
ORDER BY conrelid::regclass::text COLLATE "C", contype, conname COLLATE "C";
SELECT pg_get_constraintdef(oid) FROM pg_constraint
WHERE connamespace = 'perf_mgmt'::regnamespace AND contype = 'x';

-- What deleting a referenced row does: a(nothing), c(ascade), n(ull), r(estrict)
SELECT conrelid::regclass AS "table", confrelid::regclass AS referenced, confdeltype
FROM pg_constraint
WHERE connamespace = 'perf_mgmt'::regnamespace AND contype = 'f'
ORDER BY conrelid::regclass::text COLLATE "C", conname COLLATE "C";

-- Foreign keys without an index that begins with them: none
SELECT conrelid::regclass, conname
FROM pg_constraint k
WHERE connamespace = 'perf_mgmt'::regnamespace AND contype = 'f'
  AND NOT EXISTS (SELECT FROM pg_index i
                  WHERE i.indrelid = k.conrelid AND i.indpred IS NULL
                    AND (i.indkey::smallint[])[0:cardinality(k.conkey) - 1] = k.conkey);

-- created_by becomes a foreign key where the platform's users are: it is indexed all the same
SELECT a.attrelid::regclass
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
WHERE c.relnamespace = 'perf_mgmt'::regnamespace AND c.relkind = 'r' AND a.attname = 'created_by'
  AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indkey[0] = a.attnum);

-- Indexes that the reading queries stand on
SELECT indexname, substring(indexdef FROM 'USING .*') AS "on"
FROM pg_indexes
WHERE schemaname = 'perf_mgmt' AND indexname LIKE 'ix\_%'
ORDER BY indexname COLLATE "C";

-- Objects without a comment: none
SELECT pg_describe_object(d.classid, d.objid, 0)
FROM pg_depend d
WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
  AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'perf_mgmt')
  AND d.classid IN ('pg_class'::regclass, 'pg_proc'::regclass, 'pg_type'::regclass, 'pg_operator'::regclass)
  AND obj_description(d.objid, d.classid::regclass::text::name) IS NULL
  AND NOT EXISTS (SELECT FROM pg_type t WHERE d.classid = 'pg_type'::regclass AND t.oid = d.objid
                  AND (t.typelem <> 0 OR t.typrelid <> 0))
  AND NOT EXISTS (SELECT FROM pg_class c WHERE d.classid = 'pg_class'::regclass AND c.oid = d.objid
                  AND c.relkind NOT IN ('r', 'v'))
ORDER BY pg_describe_object(d.classid, d.objid, 0) COLLATE "C";

-- Columns without a comment: none
SELECT c.relname, a.attname
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relnamespace = 'perf_mgmt'::regnamespace AND c.relkind IN ('r', 'v')
  AND col_description(c.oid, a.attnum) IS NULL
ORDER BY c.relname COLLATE "C", a.attnum;

-- What everybody may do: nothing
SELECT p.oid::regprocedure AS "function"
FROM pg_proc p CROSS JOIN LATERAL aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) x
WHERE p.pronamespace = 'perf_mgmt'::regnamespace AND x.grantee = 0
ORDER BY p.oid::regprocedure::text COLLATE "C";
SELECT c.oid::regclass AS relation, x.privilege_type
FROM pg_class c CROSS JOIN LATERAL aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) x
WHERE c.relnamespace = 'perf_mgmt'::regnamespace AND x.grantee = 0
ORDER BY c.oid::regclass::text COLLATE "C", x.privilege_type;
SELECT x.privilege_type
FROM pg_namespace n CROSS JOIN LATERAL aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) x
WHERE n.nspname = 'perf_mgmt' AND x.grantee = 0;

-- Functions whose names are looked up when they run, but not where they should be: none
SELECT p.oid::regprocedure
FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
WHERE p.pronamespace = 'perf_mgmt'::regnamespace AND l.lanname IN ('sql', 'plpgsql')
  AND p.prosqlbody IS NULL
  AND NOT coalesce('search_path=pg_catalog, pg_temp' = ANY (p.proconfig), false)
ORDER BY p.oid::regprocedure::text COLLATE "C";

-- Functions that run with other rights than their caller's: none
SELECT oid::regprocedure FROM pg_proc WHERE pronamespace = 'perf_mgmt'::regnamespace AND prosecdef;

-- The engine looks up templates by the caller's search_path, and its procedures commit: no SET clause
SELECT p.proname, p.prokind, p.proconfig
FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
WHERE p.pronamespace = 'perf_mgmt'::regnamespace AND l.lanname = 'c' AND p.provolatile = 'v'
ORDER BY p.proname COLLATE "C";

-- What a dump takes along
SELECT config.relation::regclass, config.condition
FROM pg_extension e, unnest(e.extconfig, e.extcondition) AS config(relation, condition)
WHERE e.extname = 'perf_mgmt'
ORDER BY config.relation::regclass::text COLLATE "C";
SELECT c.relname AS left_out
FROM pg_class c
WHERE c.relnamespace = 'perf_mgmt'::regnamespace AND c.relkind = 'r'
  AND c.oid <> ALL ((SELECT extconfig FROM pg_extension WHERE extname = 'perf_mgmt')::oid[]);

-- Versions are compared by their numbers
SELECT version, perf_mgmt.version_key(version) AS key
FROM unnest(ARRAY['1.10', '1.9', '1', '1.0', 'v2-rc.3', '', 'beta', '2026-01-31', '1.9.1',
                  '99999999999999999999999.1']) AS version
ORDER BY key, version COLLATE "C";
SELECT perf_mgmt.version_key('1.9') < perf_mgmt.version_key('1.10') AS in_order, perf_mgmt.version_key(NULL) IS NULL;

-- Where the platform's users exist, created_by refers to them
BEGIN;
SET LOCAL client_min_messages = warning;
DROP EXTENSION perf_mgmt CASCADE;
CREATE SCHEMA auth;
CREATE TABLE auth.users (id uuid PRIMARY KEY);
CREATE EXTENSION perf_mgmt;
SELECT conrelid::regclass AS "table", pg_get_constraintdef(oid)
FROM pg_constraint WHERE confrelid = 'auth.users'::regclass ORDER BY conrelid::regclass::text COLLATE "C";
INSERT INTO auth.users VALUES ('00000000-0000-0000-0000-000000000001');
INSERT INTO perf_mgmt.alert_configurations (alert_name, alert_type, threshold_config, alert_severity,
                                            notification_channels, created_by)
VALUES ('by somebody', 'REGRESSION', '{}', 'LOW', '{}', '00000000-0000-0000-0000-000000000001');
DELETE FROM auth.users;
SELECT alert_name, created_by FROM perf_mgmt.alert_configurations;
ROLLBACK;

-- Such a table without a usable key is none of ours
BEGIN;
SET LOCAL client_min_messages = warning;
DROP EXTENSION perf_mgmt CASCADE;
CREATE SCHEMA auth;
CREATE TABLE auth.users (id uuid, name text, UNIQUE (id, name));
CREATE EXTENSION perf_mgmt;
SELECT count(*) FROM pg_constraint WHERE confrelid = 'auth.users'::regclass;
ROLLBACK;
