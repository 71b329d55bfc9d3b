-- Industry schemas: example databases with data as in life, for the scenarios that ship.
--
-- How data is made. Every table is one INSERT .. SELECT over generate_series; indexes, keys and
-- statistics come after the load. Nothing is random: row n of a table draws its values from a hash of
-- (seed, what is drawn, n), and its id is such a hash too, so that a child computes its parent's id
-- instead of looking it up, and the same seed gives the same rows whatever the server.
--
-- Tenants are numbered by size. Where a tenant owns a block of rows (its customers, its technicians),
-- the block boundaries are an array of first row numbers: width_bucket() finds the tenant of a row, and
-- a draw within the block finds a row of the tenant. Neither needs a join.
--
-- The functions that make the data plan with constants (force_custom_plan: the salted seed of a draw is then
-- computed once, not once per row) and reckon in UTC, where every day has 24 hours.
--
-- Time: rows are numbered in the order in which they were made, and the age of row n of N is
-- span * (1 - n/N)^2: business grows, and most of the rows that are still alive are very young.

CREATE FUNCTION perf_mgmt.industry_schemas()
RETURNS TABLE (industry perf_mgmt.industry_enum, schema_name text, table_names text[])
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
  VALUES
    ('HOME_SERVICES'::perf_mgmt.industry_enum, 'hs',
     ARRAY['businesses', 'customers', 'technicians', 'technician_availability', 'work_orders',
           'invoices', 'payments']),
    ('RESTAURANT', 'rest',
     ARRAY['businesses', 'dining_tables', 'menu_items', 'customers', 'inventory_items', 'orders',
           'kitchen_queue', 'pos_transactions']),
    ('AUTOMOTIVE', 'auto',
     ARRAY['businesses', 'customers', 'vehicles', 'technicians', 'parts', 'repair_orders',
           'diagnostics', 'messages', 'invoices'])
$$;
COMMENT ON FUNCTION perf_mgmt.industry_schemas() IS
  'The industries that have a schema for install_industry_schema(), with its name and its tables.';

-- The next six have no SET clause, because a function that has one is never inlined, and these run
-- several times for every row. Their bodies are parsed when they are created (RETURN), so the caller's
-- search_path has no say in them.

-- The low 32 bits alone: the hash mixes its upper half less, and successive rows then correlate by a tenth.
CREATE FUNCTION perf_mgmt.industry_draw(p_seed bigint, p_what text, p_n bigint) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (pg_catalog.hashint8extended(p_n, pg_catalog.hashtextextended(p_what, p_seed))
        & 4294967295)::double precision / 4294967296;
COMMENT ON FUNCTION perf_mgmt.industry_draw(bigint, text, bigint) IS
  'The draw of row n for one purpose: uniform in [0, 1), a function of its arguments alone.';

CREATE FUNCTION perf_mgmt.industry_id(p_seed bigint, p_what text, p_n bigint) RETURNS uuid
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN pg_catalog.md5(p_what || '/' || p_seed::text || '/' || p_n::text)::uuid;
COMMENT ON FUNCTION perf_mgmt.industry_id(bigint, text, bigint) IS
  'The id of row n of one table: spread like a random UUID, a function of its arguments alone.';

CREATE FUNCTION perf_mgmt.industry_tenant(p_blocks double precision[], p_n bigint) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN width_bucket(p_n::double precision, p_blocks);
COMMENT ON FUNCTION perf_mgmt.industry_tenant(double precision[], bigint) IS
  'The tenant in whose block (see industry_blocks) row n lies.';

CREATE FUNCTION perf_mgmt.industry_pick(p_blocks double precision[], p_tenant integer, p_draw double precision)
RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (p_blocks[p_tenant] + floor(p_draw * (p_blocks[p_tenant + 1] - p_blocks[p_tenant])))::bigint;
COMMENT ON FUNCTION perf_mgmt.industry_pick(double precision[], integer, double precision) IS
  'The number of a row in the block of a tenant (see industry_blocks), by a draw in [0, 1).';

CREATE FUNCTION perf_mgmt.industry_word(p_words text[], p_draw double precision) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN p_words[1 + floor(p_draw * cardinality(p_words))::integer];
COMMENT ON FUNCTION perf_mgmt.industry_word(text[], double precision) IS
  'One of the words, by a draw in [0, 1); a word that stands there twice is twice as likely.';

CREATE FUNCTION perf_mgmt.industry_person(p_seed bigint, p_what text, p_n bigint) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (ARRAY['Ada', 'Ben', 'Carla', 'Diego', 'Elena', 'Farid', 'Grace', 'Hugo', 'Iris', 'Jamal', 'Kira',
              'Liam', 'Mona', 'Noah', 'Olga', 'Pedro', 'Quinn', 'Rosa', 'Samir', 'Tessa', 'Uma', 'Victor',
              'Wendy', 'Yusuf'])
       [1 + floor(perf_mgmt.industry_draw(p_seed, p_what || '.first_name', p_n) * 24)::integer]
       || ' ' ||
       (ARRAY['Adams', 'Baker', 'Chen', 'Diaz', 'Evans', 'Fischer', 'Garcia', 'Hughes', 'Ito', 'Johnson',
              'Khan', 'Lopez', 'Miller', 'Nguyen', 'Olsen', 'Patel', 'Reyes', 'Smith', 'Taylor', 'Usman',
              'Vega', 'Wilson', 'Young', 'Zhang'])
       [1 + floor(perf_mgmt.industry_draw(p_seed, p_what || '.last_name', p_n) * 24)::integer];
COMMENT ON FUNCTION perf_mgmt.industry_person(bigint, text, bigint) IS
  'The name of a person, for row n of one table.';

-- Block k gets one row and a share of the rest in proportion to 1 / k^theta.
CREATE FUNCTION perf_mgmt.industry_blocks(p_rows bigint, p_tenants integer, p_theta double precision)
RETURNS double precision[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT array_agg(first_row ORDER BY k)
  FROM (SELECT k, k + floor((p_rows - p_tenants) * coalesce(before / total, 0)) AS first_row
        FROM (SELECT k,
                     sum(weight) OVER (ORDER BY k ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before,
                     sum(weight) OVER () AS total
              FROM (SELECT k, k ^ (-p_theta) AS weight
                    FROM generate_series(1, p_tenants) AS k) AS weights) AS sums
        UNION ALL
        SELECT p_tenants + 1, p_rows + 1) AS blocks
$$;
COMMENT ON FUNCTION perf_mgmt.industry_blocks(bigint, integer, double precision) IS
  'Divides rows 1..p_rows among tenants: element k is the first row of tenant k, the last element is p_rows + 1. '
  'Sizes follow a Zipf law with exponent p_theta (0: equal), and none is empty. p_rows >= p_tenants.';

-- Is this schema one that install_industry_schema() made? Our comment and one owner of everything that
-- it makes: a comment alone could be forged to have somebody else's tables dropped.
CREATE FUNCTION perf_mgmt.industry_schema_state(p_schema text, p_tables text[]) RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT CASE
           WHEN coalesce(obj_description(n.oid, 'pg_namespace'), '') LIKE 'perf\_mgmt industry schema%'
                AND NOT EXISTS (SELECT FROM pg_class AS c
                                WHERE c.relnamespace = n.oid AND c.relname = ANY (p_tables)
                                  AND c.relowner <> n.nspowner)
           THEN CASE WHEN pg_has_role(n.nspowner, 'USAGE') THEN 'ours' ELSE 'of another owner' END
           ELSE 'foreign'
         END
  FROM pg_namespace AS n
  WHERE n.nspname = p_schema
$$;
COMMENT ON FUNCTION perf_mgmt.industry_schema_state(text, text[]) IS
  'NULL: no such schema. ours: made by install_industry_schema() and the caller''s to drop. of another owner: '
  'made by it, but the caller is no member of the owning role. foreign: anything else.';

CREATE FUNCTION perf_mgmt.find_industry_schema(p_industry perf_mgmt.industry_enum,
                                               OUT schema_name text, OUT table_names text[])
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF p_industry IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'null_value_not_allowed', MESSAGE = 'the industry must not be null';
  END IF;
  SELECT s.schema_name, s.table_names INTO schema_name, table_names
  FROM perf_mgmt.industry_schemas() AS s
  WHERE s.industry = p_industry;
  IF NOT FOUND THEN
    RAISE EXCEPTION USING
      ERRCODE = 'feature_not_supported',
      MESSAGE = format('industry "%s" has no schema', p_industry),
      HINT = (SELECT format('Industries that have one: %s.', string_agg(s.industry::text, ', ' ORDER BY s.industry))
              FROM perf_mgmt.industry_schemas() AS s);
  END IF;
END
$$;
COMMENT ON FUNCTION perf_mgmt.find_industry_schema(perf_mgmt.industry_enum) IS
  'Schema and tables of an industry; an error for an industry that has none.';

CREATE FUNCTION perf_mgmt.install_industry_schema(
  p_industry perf_mgmt.industry_enum,
  p_scale numeric DEFAULT 1,
  p_seed bigint DEFAULT 1
) RETURNS bigint
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_schema text;
  v_tables text[];
  v_table text;
  v_rows bigint;
  v_total bigint := 0;
BEGIN
  SELECT schema_name, table_names INTO v_schema, v_tables FROM perf_mgmt.find_industry_schema(p_industry);
  IF p_scale IS NULL OR p_seed IS NULL THEN
    RAISE EXCEPTION USING
      ERRCODE = 'null_value_not_allowed',
      MESSAGE = format('the %s must not be null', CASE WHEN p_scale IS NULL THEN 'scale' ELSE 'seed' END);
  END IF;
  IF NOT (p_scale > 0 AND p_scale <= 10000) THEN  -- NaN sorts above every number
    RAISE EXCEPTION USING
      ERRCODE = 'invalid_parameter_value',
      MESSAGE = format('scale %s is out of range', p_scale),
      DETAIL = 'The scale must be above 0 and at most 10000.',
      HINT = 'Scale 1 makes about 100,000 rows, scale 10 about a million.';
  END IF;
  IF perf_mgmt.industry_schema_state(v_schema, v_tables) IS NOT NULL THEN
    RAISE EXCEPTION USING
      ERRCODE = 'duplicate_schema',
      MESSAGE = format('schema "%s" already exists', v_schema),
      DETAIL = CASE perf_mgmt.industry_schema_state(v_schema, v_tables)
                 WHEN 'foreign' THEN 'It was not made by install_industry_schema() and is left untouched.'
                 ELSE format('It is an earlier installation (%s).',
                             obj_description(v_schema::regnamespace, 'pg_namespace'))
               END,
      HINT = CASE perf_mgmt.industry_schema_state(v_schema, v_tables)
               WHEN 'foreign' THEN 'Rename that schema, or install into another database.'
               ELSE format('Run SELECT perf_mgmt.drop_industry_schema(%L) first.', p_industry)
             END;
  END IF;

  EXECUTE format('CREATE SCHEMA %I', v_schema);
  EXECUTE format('COMMENT ON SCHEMA %I IS %L', v_schema,
                 format('perf_mgmt industry schema: %s, scale %s, seed %s', p_industry, trim_scale(p_scale), p_seed));
  CASE p_industry
    WHEN 'HOME_SERVICES' THEN PERFORM perf_mgmt.make_home_services(p_scale, p_seed);
    WHEN 'RESTAURANT' THEN PERFORM perf_mgmt.make_restaurant(p_scale, p_seed);
    WHEN 'AUTOMOTIVE' THEN PERFORM perf_mgmt.make_automotive(p_scale, p_seed);
  END CASE;
  FOREACH v_table IN ARRAY v_tables LOOP
    EXECUTE format('ANALYZE %I.%I', v_schema, v_table);
    EXECUTE format('SELECT count(*) FROM %I.%I', v_schema, v_table) INTO v_rows;
    v_total := v_total + v_rows;
  END LOOP;
  RETURN v_total;
END
$$;
COMMENT ON FUNCTION perf_mgmt.install_industry_schema(perf_mgmt.industry_enum, numeric, bigint) IS
  'Makes the example database of an industry (HOME_SERVICES: schema hs, RESTAURANT: rest, AUTOMOTIVE: auto) that the '
  'shipped scenarios run against, and returns the number of rows made. Scale 1 is about 100,000 rows in all, '
  'and rows, tenants included, grow in proportion to it (above 0, at most 10000); very small scales keep a '
  'few tenants. The same seed gives the same rows; times are relative to now. Schema and tables belong to the '
  'caller, not to the extension. An existing schema is never touched: drop_industry_schema() comes first. '
  'VACUUM afterwards where the first minutes of a run matter.';

CREATE FUNCTION perf_mgmt.drop_industry_schema(p_industry perf_mgmt.industry_enum) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_schema text;
  v_tables text[];
  v_state text;
  v_present text;
  v_detail text;
BEGIN
  SELECT schema_name, table_names INTO v_schema, v_tables FROM perf_mgmt.find_industry_schema(p_industry);
  v_state := perf_mgmt.industry_schema_state(v_schema, v_tables);
  IF v_state IS NULL THEN
    RAISE EXCEPTION USING
      ERRCODE = 'invalid_schema_name',
      MESSAGE = format('the schema "%s" of industry "%s" is not installed', v_schema, p_industry);
  ELSIF v_state = 'foreign' THEN
    RAISE EXCEPTION USING
      ERRCODE = 'object_not_in_prerequisite_state',
      MESSAGE = format('schema "%s" was not made by install_industry_schema()', v_schema),
      HINT = 'It is left untouched.';
  ELSIF v_state = 'of another owner' THEN
    RAISE EXCEPTION USING
      ERRCODE = 'insufficient_privilege',
      MESSAGE = format('must be owner of schema "%s"', v_schema);
  END IF;

  -- RESTRICT, table by table: what others built in the schema or upon it was not made here.
  SELECT string_agg(format('%I.%I', v_schema, c.relname), ', ') INTO v_present
  FROM pg_class AS c
  WHERE c.relnamespace = v_schema::regnamespace AND c.relname = ANY (v_tables) AND c.relkind = 'r';
  BEGIN
    IF v_present IS NOT NULL THEN
      EXECUTE 'DROP TABLE ' || v_present || ' RESTRICT';
    END IF;
    EXECUTE format('DROP SCHEMA %I RESTRICT', v_schema);
  EXCEPTION WHEN dependent_objects_still_exist THEN
    GET STACKED DIAGNOSTICS v_detail = PG_EXCEPTION_DETAIL;
    RAISE EXCEPTION USING
      ERRCODE = 'dependent_objects_still_exist',
      MESSAGE = format('schema "%s" holds or carries objects that install_industry_schema() did not make', v_schema),
      DETAIL = v_detail,
      HINT = format('Drop these objects first, or everything at once with DROP SCHEMA %I CASCADE.', v_schema);
  END;
END
$$;
COMMENT ON FUNCTION perf_mgmt.drop_industry_schema(perf_mgmt.industry_enum) IS
  'Drops what install_industry_schema() made for the industry, and nothing else: a schema of that name that it did not '
  'make, or that carries objects of others, is refused.';

CREATE FUNCTION perf_mgmt.load_industry_catalogue(p_industry perf_mgmt.industry_enum) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  PERFORM perf_mgmt.find_industry_schema(p_industry);
  CASE p_industry
    WHEN 'HOME_SERVICES' THEN PERFORM perf_mgmt.load_home_services_catalogue();
    WHEN 'RESTAURANT' THEN PERFORM perf_mgmt.load_restaurant_catalogue();
    WHEN 'AUTOMOTIVE' THEN PERFORM perf_mgmt.load_automotive_catalogue();
  END CASE;
END
$$;
COMMENT ON FUNCTION perf_mgmt.load_industry_catalogue(perf_mgmt.industry_enum) IS
  'Inserts what is missing of the shipped generators, scenario, operations and ready test of an industry, and sets the '
  'categories of operations of these names that have none. Overwrites nothing, so it can be repeated; '
  'only the extension''s owner may write shipped rows.';

CREATE FUNCTION perf_mgmt.ship_generator(
  p_name text,
  p_industry perf_mgmt.industry_enum,
  p_definition json,
  p_description text
) RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
  INSERT INTO perf_mgmt.parameter_generators (name, industry, owner_role, definition, description)
  VALUES (p_name, p_industry, NULL, p_definition, p_description)
  ON CONFLICT DO NOTHING
$$;
COMMENT ON FUNCTION perf_mgmt.ship_generator(text, perf_mgmt.industry_enum, json, text) IS
  'Adds a generator to the shipped catalogue, unless it has one of this name for the industry (NULL: for all).';

CREATE FUNCTION perf_mgmt.ship_operation(
  p_scenario_name text,
  p_operation_name text,
  p_operation_type text,
  p_weight_percentage numeric,
  p_categories text[],
  p_business_context text,
  p_sql_template text,
  p_parameter_generators json
) RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
  UPDATE perf_mgmt.workload_operations AS o
  SET categories = p_categories
  FROM perf_mgmt.load_scenarios AS s
  WHERE s.scenario_name = p_scenario_name AND o.scenario_id = s.id
    AND o.operation_name = p_operation_name AND o.categories = '{}';

  INSERT INTO perf_mgmt.workload_operations (
    scenario_id, operation_name, operation_type, sql_template, parameter_generators,
    weight_percentage, categories, business_context)
  SELECT s.id, p_operation_name, p_operation_type, p_sql_template, p_parameter_generators,
         p_weight_percentage, p_categories, p_business_context
  FROM perf_mgmt.load_scenarios AS s
  WHERE s.scenario_name = p_scenario_name
  ON CONFLICT (scenario_id, operation_name) DO NOTHING;
$$;
COMMENT ON FUNCTION perf_mgmt.ship_operation(text, text, text, numeric, text[], text, text, json) IS
  'Adds an operation to a shipped scenario, unless the scenario has one of this name; one without categories gets these.';

CREATE FUNCTION perf_mgmt.ship_test(
  p_test_name text,
  p_scenario_name text,
  p_target_schema text,
  p_description text,
  p_test_configuration jsonb
) RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, pg_temp
AS $$
  INSERT INTO perf_mgmt.performance_tests (
    test_name, test_version, test_type, industry_context, target_schema, description,
    test_configuration, baseline_thresholds, tags, scenario_id, owner_role)
  SELECT p_test_name, '1.0', 'LOAD', s.industry_type, p_target_schema, p_description,
         p_test_configuration,
         jsonb_build_object('max_avg_response_time_ms', s.max_avg_response_time_ms,
                            'max_p95_response_time_ms', s.max_p95_response_time_ms,
                            'min_throughput_tps', s.min_throughput_tps,
                            'max_error_rate_percent', s.max_error_rate_percent,
                            'max_cpu_usage_percent', s.max_cpu_usage_percent,
                            'max_memory_usage_percent', s.max_memory_usage_percent),
         ARRAY['ready'], s.id, NULL
  FROM perf_mgmt.load_scenarios AS s
  WHERE s.scenario_name = p_scenario_name
  ON CONFLICT (test_name, test_version) DO NOTHING
$$;
COMMENT ON FUNCTION perf_mgmt.ship_test(text, text, text, text, jsonb) IS
  'Adds the ready test of a shipped scenario, whose limits are the scenario''s success criteria, unless it exists.';
