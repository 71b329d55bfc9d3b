-- What the other modules stand on: the schema, small helpers, and who may write which row.
--
-- Tests, scenarios and generators are code that the engine runs with the rights of their owner_role.
-- A row without one ships with the extension and runs with the rights of whoever starts it. The
-- triggers below see to it that nobody leaves code behind that runs with more rights than he has.
-- They are invoker's functions: current_user must be the one who writes. Row-level security says the
-- same once more (access.sql).

-- Made here and not by the control file, so that it belongs to the extension and goes with it, and so that
-- one of this name that is there already is an error: whoever can create objects in it could put a function
-- or an operator there that fits a call better than the extension's own, and that others, the controller
-- among them, would run.
CREATE SCHEMA perf_mgmt;
COMMENT ON SCHEMA perf_mgmt IS
  'Performance laboratory: load tests, measurements, baselines, verdicts.';

CREATE FUNCTION perf_mgmt.version_key(p_version varchar) RETURNS numeric[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT coalesce(array_agg(part[1]::numeric ORDER BY place), '{}')
  FROM regexp_matches(p_version, '[0-9]+', 'g') WITH ORDINALITY AS found(part, place)
$$;
COMMENT ON FUNCTION perf_mgmt.version_key(varchar) IS
  'Sort key of a version: its numbers in order, so that 1.10 follows 1.9. Letters do not count; a version without a number sorts first.';

CREATE FUNCTION perf_mgmt.has_unique_keys(p_object json) RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT CASE WHEN json_typeof(p_object) = 'object'
              THEN (SELECT count(*) = count(DISTINCT key) FROM json_object_keys(p_object) AS key)
              ELSE true END
$$;
COMMENT ON FUNCTION perf_mgmt.has_unique_keys(json) IS
  'Whether no key stands twice at the top level of a JSON object; true for anything that is not an object. The json type itself keeps duplicates.';

CREATE FUNCTION perf_mgmt.has_only_numbers(p_object jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT NOT jsonb_path_exists(p_object, '$.*.type() ? (@ != "number")')
$$;
COMMENT ON FUNCTION perf_mgmt.has_only_numbers(jsonb) IS
  'Whether each value at the top level of a JSON object is a number; true for an empty object.';

-- Not the server's own advisory locks: everybody can take those and never let go.
CREATE FUNCTION perf_mgmt.lock_exclusively(p_subject text) RETURNS void
AS 'MODULE_PATHNAME', 'perf_mgmt_lock_exclusively' LANGUAGE C VOLATILE STRICT;
COMMENT ON FUNCTION perf_mgmt.lock_exclusively(text) IS
  'Waits until nobody else holds the lock of this subject, and holds it to the end of the transaction. Who may not call it cannot take it.';

-- The owner of the table (the role that made the extension) may write every row: foreign keys act as
-- that role, and so does a restore. A role that is not there owns nothing: its name may be given anew.
CREATE FUNCTION perf_mgmt.may_write(p_table regclass, p_owner name) RETURNS boolean
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  -- From 16 on a member of a role need not be allowed to act as that role.
  v_means constant text :=
    CASE WHEN current_setting('server_version_num')::integer >= 160000 THEN 'SET' ELSE 'MEMBER' END;
BEGIN
  RETURN pg_has_role((SELECT relowner FROM pg_class WHERE oid = p_table), v_means)
         OR EXISTS (SELECT FROM pg_roles r WHERE r.rolname = p_owner AND pg_has_role(r.oid, v_means));
END
$$;
COMMENT ON FUNCTION perf_mgmt.may_write(regclass, name) IS
  'Whether the current user may write rows of this table whose owner_role is this one (NULL: shipped rows).';

CREATE FUNCTION perf_mgmt.may_continue(p_table regclass, p_started_by name) RETURNS boolean
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$ SELECT perf_mgmt.may_write(p_table, p_started_by) OR has_table_privilege(p_table, 'DELETE') $$;
COMMENT ON FUNCTION perf_mgmt.may_continue(regclass, name) IS
  'Whether the current user may write on what this role started in this table: a member of it may, and who may delete it.';

CREATE FUNCTION perf_mgmt.require_ownership(p_table regclass, p_owner name) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF perf_mgmt.may_write(p_table, p_owner) THEN
    RETURN;
  ELSIF p_owner IS NULL THEN
    RAISE EXCEPTION 'must be owner of extension "perf_mgmt" to write what it ships'
      USING ERRCODE = 'insufficient_privilege',
            DETAIL = 'A row whose owner_role is NULL is part of the catalogue of the extension.',
            HINT = 'Write a row of your own under another name.';
  END IF;
  RAISE EXCEPTION 'must be member of role "%"', p_owner
    USING ERRCODE = 'insufficient_privilege',
          DETAIL = 'The row is run with the rights of its owner_role.';
END
$$;
COMMENT ON FUNCTION perf_mgmt.require_ownership(regclass, name) IS
  'Raises an error unless the current user may write rows of this table whose owner_role is this one (NULL: shipped rows).';

CREATE FUNCTION perf_mgmt.check_owner() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF TG_OP IN ('UPDATE', 'DELETE') THEN
    PERFORM perf_mgmt.require_ownership(TG_RELID, OLD.owner_role);
  END IF;
  IF TG_OP = 'DELETE' THEN
    RETURN OLD;
  END IF;

  IF TG_OP = 'INSERT' OR NEW.owner_role IS DISTINCT FROM OLD.owner_role THEN
    PERFORM perf_mgmt.require_ownership(TG_RELID, NEW.owner_role);
    IF NEW.owner_role IS NOT NULL AND to_regrole(quote_ident(NEW.owner_role)) IS NULL THEN
      RAISE WARNING 'role "%" does not exist', NEW.owner_role
        USING HINT = 'The row cannot be run until there is such a role.';
    END IF;
  END IF;
  RETURN NEW;
END
$$;
COMMENT ON FUNCTION perf_mgmt.check_owner() IS
  'Trigger: only members of a row''s owner_role write it, and nobody gives a row to a role that he is no member of.';

-- A dump leaves shipped rows out, as CREATE EXTENSION makes them anew; what refers to them (an
-- execution to its test) must find the same ids there.
CREATE FUNCTION perf_mgmt.set_shipped_id() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF NEW.owner_role IS NULL THEN
    NEW.id := md5(concat_ws('/', 'perf_mgmt', TG_TABLE_NAME,
                            CASE TG_TABLE_NAME WHEN 'load_scenarios' THEN to_jsonb(NEW) ->> 'scenario_name'
                                               ELSE to_jsonb(NEW) ->> 'test_name' END,
                            to_jsonb(NEW) ->> 'test_version'))::uuid;
  END IF;
  RETURN NEW;
END
$$;
COMMENT ON FUNCTION perf_mgmt.set_shipped_id() IS
  'Trigger: derives the id of a shipped row from its name, so that it is the same in every database.';

-- created_by names a user of the platform; where the platform's table is there at install, its key
-- is enforced. Called once per table, then dropped by privileges.sql.
CREATE FUNCTION perf_mgmt.reference_users(p_table regclass) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF EXISTS (SELECT FROM pg_class c
             JOIN pg_namespace n ON n.oid = c.relnamespace
             JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'id' AND NOT a.attisdropped
             JOIN pg_index i ON i.indrelid = c.oid AND i.indisunique AND i.indimmediate AND i.indisvalid
                            AND i.indpred IS NULL AND i.indnkeyatts = 1 AND i.indkey[0] = a.attnum
             WHERE n.nspname = 'auth' AND c.relname = 'users' AND c.relkind IN ('r', 'p')
               AND a.atttypid = 'uuid'::regtype) THEN
    EXECUTE format('ALTER TABLE %s ADD FOREIGN KEY (created_by) REFERENCES auth.users (id) ON DELETE SET NULL',
                   p_table);
  END IF;
END
$$;
