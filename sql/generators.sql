-- The catalogue of parameter generators: how operations get realistic values for their parameters.

CREATE TABLE perf_mgmt.parameter_generators (
  name text NOT NULL,
  industry perf_mgmt.industry_enum,
  owner_role name DEFAULT current_user,
  definition json NOT NULL,
  description text,

  CONSTRAINT uk_parameter_generator UNIQUE NULLS NOT DISTINCT (name, industry, owner_role),
  CONSTRAINT ck_parameter_generators_name CHECK (name ~ '^[a-z][a-z0-9_]*$'),
  CONSTRAINT ck_parameter_generators_definition_is_object CHECK (json_typeof(definition) = 'object'),
  CONSTRAINT ck_parameter_generators_definition_unique_keys CHECK (perf_mgmt.has_unique_keys(definition))
);

COMMENT ON TABLE perf_mgmt.parameter_generators IS
  'Named generators of parameter values. An operation finds those of its scenario''s owner and those that ship, of its industry before those of any.';
COMMENT ON COLUMN perf_mgmt.parameter_generators.name IS
  'How operations refer to it; lower_snake_case, which tells a generator from a literal.';
COMMENT ON COLUMN perf_mgmt.parameter_generators.industry IS
  'The industry whose scenarios use it; NULL for all.';
COMMENT ON COLUMN perf_mgmt.parameter_generators.owner_role IS
  'Role that wrote it and whose scenarios may use it; NULL for a shipped generator, which all may use.';
COMMENT ON COLUMN perf_mgmt.parameter_generators.definition IS
  'What it draws: {"type": ...} with the keys of that type, and what else of the drawn row it provides.';
COMMENT ON COLUMN perf_mgmt.parameter_generators.description IS 'What the values stand for.';
COMMENT ON CONSTRAINT ck_parameter_generators_name ON perf_mgmt.parameter_generators IS
  'Any other string in an operation''s parameter_generators is a literal.';

CREATE FUNCTION perf_mgmt.check_generator_definition(p_definition json) RETURNS void
AS 'MODULE_PATHNAME', 'perf_mgmt_check_generator_definition' LANGUAGE C STABLE STRICT
SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION perf_mgmt.check_generator_definition(json) IS
  'Raises an error that names what is wrong with a generator definition by itself: pools and expressions are not run, generators that it refers to are not looked up, so that they may be written in any order.';

CREATE FUNCTION perf_mgmt.check_parameter_generator() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  -- Anything but an object is left to the table's constraint.
  IF json_typeof(NEW.definition) = 'object' THEN
    PERFORM perf_mgmt.check_generator_definition(NEW.definition);
  END IF;
  RETURN NEW;
END
$$;
COMMENT ON FUNCTION perf_mgmt.check_parameter_generator() IS
  'Trigger: refuses a generator whose definition could not be compiled.';

CREATE TRIGGER check_definition BEFORE INSERT OR UPDATE ON perf_mgmt.parameter_generators
FOR EACH ROW EXECUTE FUNCTION perf_mgmt.check_parameter_generator();
CREATE TRIGGER check_owner BEFORE INSERT OR UPDATE OR DELETE ON perf_mgmt.parameter_generators
FOR EACH ROW EXECUTE FUNCTION perf_mgmt.check_owner();

SELECT pg_catalog.pg_extension_config_dump('perf_mgmt.parameter_generators', 'WHERE owner_role IS NOT NULL');
