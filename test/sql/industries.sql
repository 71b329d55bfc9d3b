-- Industry schemas and the catalogue that ships: what is made, that it is the same every time, and what is refused.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS perf_mgmt;
RESET client_min_messages;
\set VERBOSITY default
\set SHOW_CONTEXT never

-- What an industry is made of
SELECT industry, schema_name, array_to_string(table_names, ' ') AS tables FROM perf_mgmt.industry_schemas();

-- Blocks: nobody goes without, the sizes follow Zipf's law, equal at theta 0
SELECT perf_mgmt.industry_blocks(100, 5, 1) AS zipf, perf_mgmt.industry_blocks(10, 4, 0) AS equal,
       perf_mgmt.industry_blocks(3, 3, 2) AS smallest, perf_mgmt.industry_blocks(7, 1, 1) AS alone;
SELECT perf_mgmt.industry_tenant('{1,43,65,80,91,101}', n) AS tenant, min(n), max(n)
FROM generate_series(1, 100) AS n GROUP BY tenant ORDER BY tenant;
SELECT perf_mgmt.industry_pick('{1,43,65}', 2, 0) AS first, perf_mgmt.industry_pick('{1,43,65}', 2, 0.999999) AS last;

-- Draws are uniform, and follow from seed, purpose and row alone
SELECT count(DISTINCT tenth) AS tenths, min(rows) > 900 AND max(rows) < 1100 AS even
FROM (SELECT floor(10 * perf_mgmt.industry_draw(1, 'test', n)) AS tenth, count(*) AS rows
      FROM generate_series(1, 10000) AS n GROUP BY tenth) AS tenths;
SELECT abs(corr(perf_mgmt.industry_draw(1, 'test', n), perf_mgmt.industry_draw(1, 'test', n + 1))) < 0.02 AS rows_independent,
       abs(corr(perf_mgmt.industry_draw(1, 'test', n), perf_mgmt.industry_draw(1, 'else', n))) < 0.02 AS purposes_independent
FROM generate_series(1, 50000) AS n;
SELECT round(perf_mgmt.industry_draw(1, 'test', 1)::numeric, 9) AS draw,
       perf_mgmt.industry_draw(2, 'test', 1) = perf_mgmt.industry_draw(1, 'test', 1) AS other_seed,
       perf_mgmt.industry_draw(1, 'else', 1) = perf_mgmt.industry_draw(1, 'test', 1) AS other_purpose,
       perf_mgmt.industry_id(1, 'test', 1) AS id;

-- Rows of each table at one twentieth of scale 1
SELECT perf_mgmt.install_industry_schema('HOME_SERVICES', 0.05) AS hs,
       perf_mgmt.install_industry_schema('RESTAURANT', 0.05, 1) AS rest,
       perf_mgmt.install_industry_schema('AUTOMOTIVE', 0.05) AS auto;
SELECT s.schema_name, t.table_name,
       (xpath('/row/n/text()', query_to_xml(format('SELECT count(*) AS n FROM %I.%I', s.schema_name, t.table_name),
                                            false, true, '')))[1]::text::bigint AS rows
FROM perf_mgmt.industry_schemas() AS s, unnest(s.table_names) WITH ORDINALITY AS t(table_name, place)
ORDER BY s.industry, t.place;
SELECT n.nspname, obj_description(n.oid, 'pg_namespace') AS comment,
       EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_namespace'::regclass AND objid = n.oid
               AND refclassid = 'pg_extension'::regclass) AS belongs_to_extension
FROM pg_namespace AS n WHERE n.nspname IN ('hs', 'rest', 'auto') ORDER BY n.nspname;

-- Tables without a primary key, or that were never analysed; foreign keys that no index helps: none
SELECT c.oid::regclass FROM pg_class AS c
WHERE c.relnamespace IN ('hs'::regnamespace, 'rest'::regnamespace, 'auto'::regnamespace) AND c.relkind = 'r'
  AND (c.reltuples <= 0 OR NOT EXISTS (SELECT FROM pg_index AS i WHERE i.indrelid = c.oid AND i.indisprimary));
SELECT k.conrelid::regclass, pg_get_constraintdef(k.oid) FROM pg_constraint AS k
WHERE k.contype = 'f' AND k.connamespace IN ('hs'::regnamespace, 'rest'::regnamespace, 'auto'::regnamespace)
  AND k.confrelid::regclass::text NOT LIKE '%.businesses' AND k.confrelid::regclass::text NOT LIKE '%.technicians'
  AND NOT EXISTS (SELECT FROM pg_index AS i WHERE i.indrelid = k.conrelid AND i.indkey[0] = k.conkey[1]);

-- Skew: the first tenant has about twice the rows of the second, and old rows are rare
SELECT tenth, count(*) AS orders
FROM (SELECT 1 + floor(10 * extract(epoch FROM max(created_at) OVER () - created_at) / (90 * 86400)) AS tenth
      FROM rest.orders) AS aged
GROUP BY tenth ORDER BY tenth;
SELECT array_agg(orders ORDER BY orders DESC) AS orders_of_tenants
FROM (SELECT count(*) AS orders FROM rest.orders GROUP BY business_id) AS tenants;

-- Statuses follow age: every open row is younger than every closed one
SELECT status IN ('COMPLETED', 'CANCELLED') AS closed, count(*) AS work_orders,
       rank() OVER (ORDER BY min(created_at) DESC) AS by_age, array_agg(DISTINCT status::text ORDER BY status::text) AS statuses
FROM hs.work_orders GROUP BY closed ORDER BY closed;
SELECT status, count(*) AS tickets FROM rest.kitchen_queue GROUP BY status ORDER BY status COLLATE "C";

-- Related rows are of one tenant: none that are not
SELECT (SELECT count(*) FROM hs.work_orders AS w JOIN hs.customers AS c ON c.id = w.customer_id
        LEFT JOIN hs.technicians AS t ON t.id = w.technician_id
        WHERE w.business_id <> c.business_id OR w.business_id <> t.business_id) AS work_orders,
       (SELECT count(*) FROM rest.orders AS o LEFT JOIN rest.dining_tables AS t ON t.id = o.table_id
        LEFT JOIN rest.customers AS c ON c.id = o.customer_id
        WHERE o.business_id <> t.business_id OR o.business_id <> c.business_id) AS orders,
       (SELECT count(*) FROM auto.repair_orders AS r JOIN auto.vehicles AS v ON v.id = r.vehicle_id
        JOIN auto.customers AS c ON c.id = r.customer_id
        WHERE r.business_id <> v.business_id OR r.customer_id <> v.customer_id OR r.business_id <> c.business_id) AS repairs;
SELECT count(*) AS wrong_totals FROM rest.orders AS o
WHERE o.total_amount <> (SELECT sum((i ->> 'price')::numeric * (i ->> 'quantity')::numeric)
                         FROM jsonb_array_elements(o.order_items) AS i);

-- The calendar begins yesterday and has 60 days, and everybody has somebody free today
SELECT min(available_date) - current_date BETWEEN -2 AND 0 AS begins, max(available_date) - min(available_date) + 1 AS days
FROM hs.technician_availability;
SELECT count(*) AS companies, count(*) FILTER (WHERE free > 0) AS with_somebody_free
FROM (SELECT b.id, count(a.technician_id) AS free
      FROM hs.businesses AS b JOIN hs.technicians AS t ON t.business_id = b.id
      LEFT JOIN hs.technician_availability AS a
        ON a.technician_id = t.id AND a.available_date = current_date AND a.is_available
      GROUP BY b.id) AS companies;

-- The catalogue: every scenario adds up to 100, and its pattern is what its operations' categories say
SELECT s.scenario_name, count(*) AS operations, sum(o.weight_percentage) AS weight, s.owner_role
FROM perf_mgmt.load_scenarios AS s JOIN perf_mgmt.workload_operations AS o ON o.scenario_id = s.id
WHERE s.owner_role IS NULL GROUP BY s.id ORDER BY s.industry_type;
SELECT s.scenario_name, p.key AS category, p.value AS pattern,
       (SELECT sum(o.weight_percentage) FROM perf_mgmt.workload_operations AS o
        WHERE o.scenario_id = s.id AND p.key = ANY (o.categories)) AS weight
FROM perf_mgmt.load_scenarios AS s, jsonb_each(s.workload_pattern) AS p
WHERE s.owner_role IS NULL ORDER BY s.industry_type, p.key COLLATE "C";
-- The words that the specification's own test of home services uses: each operation bears exactly one
SELECT operation_name, operation_type, weight_percentage AS weight, categories
FROM perf_mgmt.workload_operations AS o JOIN perf_mgmt.load_scenarios AS s ON s.id = o.scenario_id
WHERE s.scenario_name = 'HS Peak Season Load' ORDER BY weight_percentage DESC, operation_name COLLATE "C";
SELECT t.test_name, t.test_version, t.test_type, t.target_schema, s.scenario_name, t.baseline_thresholds
FROM perf_mgmt.performance_tests AS t JOIN perf_mgmt.load_scenarios AS s ON s.id = t.scenario_id
WHERE t.owner_role IS NULL ORDER BY t.industry_context;

-- Every statement of every template plans against the schemas
CREATE FUNCTION pg_temp.plans(p_statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  v_arguments text;
BEGIN
  EXECUTE 'PREPARE shipped AS ' || p_statement;
  SELECT string_agg('NULL', ', ') INTO v_arguments
  FROM pg_prepared_statements AS s, unnest(s.parameter_types) WHERE s.name = 'shipped';
  EXECUTE 'EXPLAIN EXECUTE shipped (' || v_arguments || ')';
  DEALLOCATE shipped;
  RETURN 'plans';
EXCEPTION WHEN OTHERS THEN
  RETURN SQLERRM;
END
$$;
SELECT s.scenario_name, pg_temp.plans(statement) AS result, count(*) AS statements
FROM perf_mgmt.load_scenarios AS s JOIN perf_mgmt.workload_operations AS o ON o.scenario_id = s.id,
     regexp_split_to_table(o.sql_template, ';\s*') AS statement
WHERE s.owner_role IS NULL GROUP BY s.industry_type, s.scenario_name, result ORDER BY s.industry_type, result;

-- Every pool gives rows, with the columns that its definition names; every name that operations use is known
CREATE FUNCTION pg_temp.pool_problem(p_definition json) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  v_row jsonb;
  v_column text;
BEGIN
  EXECUTE format('SELECT to_jsonb(p) FROM (%s) AS p LIMIT 1', p_definition ->> 'sql') INTO v_row;
  IF v_row IS NULL THEN
    RETURN 'no rows';
  END IF;
  FOR v_column IN SELECT value FROM json_each_text(p_definition -> 'provides')
                  UNION ALL SELECT p_definition ->> 'column' WHERE p_definition ->> 'column' IS NOT NULL LOOP
    IF v_row ->> v_column IS NULL THEN
      RETURN 'no value in column ' || v_column;
    END IF;
  END LOOP;
  RETURN NULL;
EXCEPTION WHEN OTHERS THEN
  RETURN SQLERRM;
END
$$;
SELECT g.industry, count(*) AS generators, count(*) FILTER (WHERE g.definition ->> 'type' = 'pool') AS pools,
       string_agg(g.name || ': ' || pg_temp.pool_problem(g.definition), ', ')
         FILTER (WHERE g.definition ->> 'type' = 'pool') AS problems
FROM perf_mgmt.parameter_generators AS g WHERE g.owner_role IS NULL GROUP BY g.industry ORDER BY g.industry;
SELECT o.operation_name, p.key, p.value
FROM perf_mgmt.load_scenarios AS s JOIN perf_mgmt.workload_operations AS o ON o.scenario_id = s.id,
     json_each_text(o.parameter_generators) AS p
WHERE s.owner_role IS NULL AND p.value ~ '^[a-z][a-z0-9_]*$'
  AND NOT EXISTS (SELECT FROM perf_mgmt.parameter_generators AS g
                  WHERE g.industry = s.industry_type AND g.owner_role IS NULL
                    AND (g.name = p.value
                         OR g.definition -> 'provides' ->> p.value IS NOT NULL
                            AND g.name IN (SELECT value FROM json_each_text(o.parameter_generators))));

-- Loading the catalogue again changes nothing; what is missing comes back, what was changed stays
BEGIN;
CREATE TEMP VIEW catalogue AS
  SELECT to_jsonb(g) AS shipped FROM perf_mgmt.parameter_generators AS g
  UNION ALL SELECT to_jsonb(s) FROM perf_mgmt.load_scenarios AS s
  UNION ALL SELECT to_jsonb(o) FROM perf_mgmt.workload_operations AS o
  UNION ALL SELECT to_jsonb(t) FROM perf_mgmt.performance_tests AS t;
CREATE TEMP TABLE before AS SELECT * FROM catalogue;
SELECT count(perf_mgmt.load_industry_catalogue(industry)) FROM perf_mgmt.industry_schemas();
(TABLE before EXCEPT TABLE catalogue) UNION ALL (TABLE catalogue EXCEPT TABLE before);
UPDATE perf_mgmt.workload_operations SET weight_percentage = 1, categories = '{}' WHERE operation_name = 'POS Transaction';
UPDATE perf_mgmt.workload_operations SET categories = '{mine}' WHERE operation_name = 'Create Order';
DELETE FROM perf_mgmt.workload_operations WHERE operation_name = 'Check Inventory';
DELETE FROM perf_mgmt.performance_tests WHERE test_name = 'Restaurant Rush Hour';
DELETE FROM perf_mgmt.parameter_generators WHERE name = 'active_order';
SELECT perf_mgmt.load_industry_catalogue('RESTAURANT');
SELECT operation_name, weight_percentage, categories FROM perf_mgmt.workload_operations AS o
JOIN perf_mgmt.load_scenarios AS s ON s.id = o.scenario_id
WHERE s.scenario_name = 'Restaurant Rush Hour' ORDER BY operation_name COLLATE "C";
SELECT (SELECT count(*) FROM perf_mgmt.performance_tests WHERE test_name = 'Restaurant Rush Hour') AS tests,
       (SELECT count(*) FROM perf_mgmt.parameter_generators WHERE name = 'active_order') AS generators;
ROLLBACK;

-- The same seed makes the same rows, another one makes others. Times are relative to the installation.
CREATE FUNCTION pg_temp.checksum() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  v_table text;
  v_sum text;
  v_all text := '';
BEGIN
  FOR v_table IN SELECT format('%I.%I', s.schema_name, t) FROM perf_mgmt.industry_schemas() AS s, unnest(s.table_names) AS t
                 WHERE to_regnamespace(s.schema_name) IS NOT NULL LOOP
    EXECUTE format($query$
      SELECT md5(string_agg(line::text, '' ORDER BY line::text COLLATE "C"))
      FROM (SELECT to_jsonb(r) - '{created_at,updated_at,due_date,last_visit_at,available_date}'::text[]
                   || jsonb_build_object('age', max((to_jsonb(r) ->> 'created_at')::timestamptz) OVER ()
                                                - (to_jsonb(r) ->> 'created_at')::timestamptz) AS line
            FROM %s AS r) AS lines $query$, v_table) INTO v_sum;
    v_all := v_all || v_sum;
  END LOOP;
  RETURN md5(v_all);
END
$$;
CREATE TEMP TABLE sums AS SELECT 'first' AS what, pg_temp.checksum() AS sum;
SELECT count(perf_mgmt.drop_industry_schema(industry)) FROM perf_mgmt.industry_schemas();
SELECT nspname FROM pg_namespace WHERE nspname IN ('hs', 'rest', 'auto');
SELECT count(perf_mgmt.install_industry_schema(industry, 0.05, 1)) FROM perf_mgmt.industry_schemas();
INSERT INTO sums SELECT 'same seed', pg_temp.checksum();
-- Results can be compared only while this one stays the same
SELECT md5(string_agg(o.id::text || o.business_id || o.total_amount || o.status, '' ORDER BY o.id)) AS orders FROM rest.orders AS o;
SELECT count(perf_mgmt.drop_industry_schema(industry)) FROM perf_mgmt.industry_schemas();
SELECT count(perf_mgmt.install_industry_schema(industry, 0.05, -9223372036854775808)) FROM perf_mgmt.industry_schemas();
INSERT INTO sums SELECT 'other seed', pg_temp.checksum();
SELECT what, sum = first_value(sum) OVER (ORDER BY what <> 'first') AS same_as_first FROM sums ORDER BY what;

-- A second installation is refused, and so is dropping what carries objects of others
SELECT perf_mgmt.install_industry_schema('AUTOMOTIVE', 0.05);
CREATE VIEW regress_orders AS SELECT id, status FROM rest.orders;
SELECT perf_mgmt.drop_industry_schema('RESTAURANT');
DROP VIEW regress_orders;
CREATE TABLE rest.mine (id integer);
SELECT perf_mgmt.drop_industry_schema('RESTAURANT');
SELECT count(*) > 0 AS untouched FROM rest.orders;
DROP TABLE rest.mine;
DROP TABLE rest.pos_transactions;
SELECT perf_mgmt.drop_industry_schema('RESTAURANT');
SELECT perf_mgmt.drop_industry_schema('RESTAURANT');

-- A schema of that name that is somebody else's is left alone
CREATE SCHEMA rest CREATE TABLE orders (id integer);
SELECT perf_mgmt.install_industry_schema('RESTAURANT');
SELECT perf_mgmt.drop_industry_schema('RESTAURANT');
COMMENT ON SCHEMA rest IS 'orders and rest';
SELECT perf_mgmt.drop_industry_schema('RESTAURANT');
-- not even when it bears our comment, but others' tables
SET client_min_messages = warning;
DROP ROLE IF EXISTS regress_perf_waiter;
RESET client_min_messages;
CREATE ROLE regress_perf_waiter;
COMMENT ON SCHEMA rest IS 'perf_mgmt industry schema: RESTAURANT, scale 1, seed 1';
ALTER TABLE rest.orders OWNER TO regress_perf_waiter;
SELECT perf_mgmt.drop_industry_schema('RESTAURANT');
SELECT to_regclass('rest.orders') AS untouched;
DROP SCHEMA rest CASCADE;

-- It needs no more than the right to make a schema, and what it makes is its caller's
GRANT USAGE ON SCHEMA perf_mgmt TO regress_perf_waiter;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA perf_mgmt TO regress_perf_waiter;
SET ROLE regress_perf_waiter;
\set VERBOSITY sqlstate
SELECT perf_mgmt.install_industry_schema('RESTAURANT', 0.001);
\set VERBOSITY default
SELECT perf_mgmt.drop_industry_schema('AUTOMOTIVE');
SELECT perf_mgmt.load_industry_catalogue('RESTAURANT');
RESET ROLE;
DO $$
BEGIN
  EXECUTE format('GRANT CREATE ON DATABASE %I TO regress_perf_waiter', current_database());
END
$$;
SET ROLE regress_perf_waiter;
SELECT perf_mgmt.install_industry_schema('RESTAURANT', 0.001) AS smallest;
SELECT nspowner::regrole FROM pg_namespace WHERE nspname = 'rest';
SELECT perf_mgmt.drop_industry_schema('RESTAURANT');
RESET ROLE;
DROP OWNED BY regress_perf_waiter;
DROP ROLE regress_perf_waiter;
SELECT perf_mgmt.drop_industry_schema('HOME_SERVICES'), perf_mgmt.drop_industry_schema('AUTOMOTIVE');

-- Bad arguments
SELECT perf_mgmt.install_industry_schema(NULL);
SELECT perf_mgmt.install_industry_schema('BANKING');
SELECT perf_mgmt.install_industry_schema('RESTAURANT', NULL);
SELECT perf_mgmt.install_industry_schema('RESTAURANT', 1, NULL);
SELECT perf_mgmt.install_industry_schema('RESTAURANT', 0);
SELECT perf_mgmt.install_industry_schema('RESTAURANT', -1);
SELECT perf_mgmt.install_industry_schema('RESTAURANT', 10000.1);
SELECT perf_mgmt.install_industry_schema('RESTAURANT', 'NaN');
SELECT perf_mgmt.install_industry_schema('RESTAURANT', 'Infinity');
SELECT perf_mgmt.drop_industry_schema('GENERAL');
SELECT perf_mgmt.drop_industry_schema(NULL);
SELECT perf_mgmt.load_industry_catalogue('RETAIL');
SELECT nspname FROM pg_namespace WHERE nspname IN ('hs', 'rest', 'auto');
