#include "perf_mgmt/pg/result_row.hpp"

#include "perf_mgmt/pg/catalogue.hpp"

#include "perf_mgmt/core/escape.hpp"
#include "perf_mgmt/core/suggest.hpp"
#include "perf_mgmt/pg/acting_role.hpp"
#include "perf_mgmt/pg/compat.hpp"
#include "perf_mgmt/pg/operation_tables.hpp"
#include "perf_mgmt/pg/template_analysis.hpp"

namespace perf_mgmt::pg {

namespace {

// The qualified, quoted name of a relation: a qualified name means itself, another one a table of
// the operations. Empty where there is none. (Whatever else bears the name may be a trap: counting
// it runs code of its owner's.)
std::string find_relation(const std::string& name, const std::vector<std::string>& tables) {
  const std::string query = fmt::format(
      "SELECT pg_catalog.format('%I.%I', n.nspname, c.relname) FROM pg_catalog.pg_class c "
      "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
      "WHERE c.relkind IN ('r', 'p', 'm') AND (pg_catalog.strpos($1, '.') > 0 "
      "AND n.nspname = pg_catalog.split_part($1, '.', 1) AND c.relname = pg_catalog.substr($1, "
      "pg_catalog.strpos($1, '.') + 1) "
      "OR c.relname = $1 AND c.oid IN ({})) ORDER BY c.relname = $1 DESC, n.nspname LIMIT 1",
      operation_tables_query(2));
  return sql_query(query, {name, compact_json(Json(tables))}).scalar().value_or("");
}

double row_count(const SqlText& number) {
  try {
    return std::stod(number.value_or("-1"));
  } catch (const std::out_of_range&) {
    return -1;
  }
}

// Whose code runs where a relation is used: of its owner (defaults, rules, policies, a view's
// query), of the owner of its schema (who can put another relation in its place), of those of its
// triggers' functions, and of the same of its partitions.
constexpr const char* kCodeOwners = R"(
  WITH RECURSIVE tree AS (
    SELECT $1::pg_catalog.oid AS oid
    UNION
    SELECT i.inhrelid FROM pg_catalog.pg_inherits i JOIN tree t ON i.inhparent = t.oid
  ), code AS (
    SELECT c.relowner AS owner, 'relation ' || c.oid::pg_catalog.regclass::pg_catalog.text AS name
    FROM tree t JOIN pg_catalog.pg_class c ON c.oid = t.oid
    UNION
    SELECT CASE n.nspowner WHEN 'pg_database_owner'::pg_catalog.regrole THEN d.datdba ELSE n.nspowner END,
           'schema ' || pg_catalog.quote_ident(n.nspname)
    FROM tree t JOIN pg_catalog.pg_class c ON c.oid = t.oid
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_catalog.pg_database d ON d.datname = pg_catalog.current_database()
    UNION
    SELECT p.proowner, 'trigger function ' || p.oid::pg_catalog.regprocedure::pg_catalog.text
    FROM tree t JOIN pg_catalog.pg_trigger g ON g.tgrelid = t.oid AND NOT g.tgisinternal
    JOIN pg_catalog.pg_proc p ON p.oid = g.tgfoid
  )
  SELECT owner, name FROM code ORDER BY name)";

// What ships has the rights of whoever runs it, and so has the code of others that it meets.
void check_code_owners(Oid relation, Oid role) {
  for (const auto& row : sql_query(kCodeOwners, {std::to_string(relation)}).rows) {
    const Oid owner = static_cast<Oid>(std::stoul(row[0].value()));
    if (pg_call([&] { return may_act_as(owner, role); })) continue;
    throw Error(
        sqlstate::insufficient_privilege,
        fmt::format("permission denied to run a shipped scenario with {}", row[1].value()),
        fmt::format("It would run with the rights of role \"{}\", and so could code of its owner "
                    "\"{}\", who is no member of that role.",
                    role_name(role), role_name(owner)),
        "Run it as that owner, or let a superuser make the schema and its tables.");
  }
}

void check_code_owners(const TemplateAnalysis& analysis, Oid role) {
  if (analysis.has_utility) {
    throw Error(sqlstate::feature_not_supported, "a shipped scenario has no utility commands");
  }
  for (const Oid relation : analysis.relations) check_code_owners(relation, role);
}

void check_shipped_query(const std::string& sql, Oid role) {
  TemplateAnalysis analysis;
  act_as(role, [&] {
    set_search_path(kServersPath);
    analysis = analyse_template(sql, {});
  });
  check_code_owners(analysis, role);
}

}  // namespace

std::string role_name(Oid role) {
  return pg_call([&] { return GetUserNameFromId(role, false); });
}

std::string quoted_list(const std::vector<std::string>& names) {
  constexpr std::size_t kMost = 20;
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), kMost); ++i) {
    if (!text.empty()) text += ", ";
    text += '"' + names[i] + '"';
  }
  if (names.size() > kMost) text += fmt::format(" and {} more", names.size() - kMost);
  return text;
}

TestRow find_test(const std::string& name) {
  const SqlResult found = sql_query(
      "SELECT t.id, t.test_name, t.test_type, t.test_configuration, t.industry_context, "
      "s.scenario_name, t.owner_role, "
      "pg_catalog.jsonb_path_exists(t.test_configuration, '$.settings.*') OR "
      "pg_catalog.jsonb_path_exists(t.test_configuration, '$.session_settings.*') "
      "FROM perf_mgmt.performance_tests t LEFT JOIN perf_mgmt.load_scenarios s ON s.id = "
      "t.scenario_id "
      "WHERE t.test_name = $1 AND t.is_active "
      "ORDER BY perf_mgmt.version_key(t.test_version) DESC, t.created_at DESC LIMIT 1",
      {name});
  if (found.rows.empty()) {
    if (sql_query("SELECT 1 FROM perf_mgmt.performance_tests WHERE test_name = $1 LIMIT 1", {name})
            .rows.size() == 1) {
      throw Error(sqlstate::object_not_in_prerequisite_state,
                  fmt::format("performance test \"{}\" is not active", name), {},
                  "Set is_active of the version that is to run.");
    }
    const auto known =
        sql_query(
            "SELECT DISTINCT test_name FROM perf_mgmt.performance_tests WHERE is_active ORDER BY 1")
            .first_column();
    std::string hint = suggestion_hint(name, known);
    if (hint.empty() && !known.empty()) hint = "The active tests are " + quoted_list(known) + ".";
    throw Error(sqlstate::undefined_object,
                fmt::format("performance test \"{}\" does not exist", brief(name)), {}, hint);
  }
  const auto& row = found.rows[0];
  return {*row[0], *row[1], *row[2], row[3].value_or("{}"), row[4], row[5], row[6], row[7] == "t"};
}

std::string choose_scenario(const TestRow& test, const std::string& custom_config) {
  if (const auto name = configured_scenario(custom_config, test.configuration)) return *name;
  if (test.scenario_name) return *test.scenario_name;
  const auto candidates = sql_query(
                              "SELECT scenario_name FROM perf_mgmt.load_scenarios WHERE is_active "
                              "AND ($1::text IS NULL OR industry_type::text = $1) ORDER BY 1",
                              {test.industry})
                              .first_column();
  if (candidates.size() == 1) return candidates.front();
  const std::string which = test.industry ? "Active scenarios of its industry" : "Active scenarios";
  throw Error(sqlstate::undefined_object,
              fmt::format("performance test \"{}\" does not say which scenario it runs", test.name),
              fmt::format("{}: {}.", which, candidates.empty() ? "none" : quoted_list(candidates)),
              "Set scenario_id of the test, or \"scenario\" in the configuration.");
}

ScenarioRow load_scenario(const std::string& name) {
  const SqlResult found = sql_query(
      "SELECT id, scenario_name, industry_type, owner_role, virtual_users, "
      "ramp_up_duration_seconds, "
      "test_duration_seconds, ramp_down_duration_seconds, workload_pattern, data_size_requirements "
      "FROM perf_mgmt.load_scenarios WHERE scenario_name = $1",
      {name});
  if (found.rows.empty()) {
    const auto known =
        sql_query("SELECT scenario_name FROM perf_mgmt.load_scenarios ORDER BY 1").first_column();
    std::string hint = suggestion_hint(name, known);
    if (hint.empty() && !known.empty()) hint = "The scenarios are " + quoted_list(known) + ".";
    throw Error(sqlstate::undefined_object,
                fmt::format("scenario \"{}\" does not exist", brief(name)), {}, hint);
  }
  const auto& row = found.rows[0];
  ScenarioRow scenario;
  scenario.id = *row[0];
  scenario.name = *row[1];
  scenario.industry = *row[2];
  scenario.owner_role = row[3];
  scenario.defaults = {std::stoi(*row[4]), std::stoi(*row[5]), std::stoi(*row[6]),
                       std::stoi(*row[7])};
  scenario.workload_pattern = *row[8];
  scenario.data_size_requirements = row[9];

  const SqlResult operations = sql_query(
      "SELECT o.id, o.operation_name, o.operation_type, o.sql_template, o.parameter_generators, "
      "o.weight_percentage, o.peak_hours_multiplier, o.think_time_ms "
      "FROM perf_mgmt.workload_operations o "
      "WHERE o.scenario_id = $1::pg_catalog.uuid ORDER BY o.created_at, o.operation_name",
      {scenario.id});
  for (const auto& cells : operations.rows) {
    ScenarioRow::Operation operation;
    operation.id = *cells[0];
    operation.name = *cells[1];
    operation.type = *cells[2];
    operation.sql_template = *cells[3];
    operation.parameter_generators = *cells[4];
    operation.weight.name = operation.name;
    operation.weight.weight = std::stod(*cells[5]);
    operation.weight.peak_hours_multiplier = std::stod(*cells[6]);
    operation.think_time_ms = std::stoi(cells[7].value_or("0"));
    if (!scenario.owner_role) operation.shipped_for = scenario.industry;
    scenario.operations.push_back(std::move(operation));
  }
  const SqlResult categories = sql_query(
      "SELECT o.operation_name, c.category FROM perf_mgmt.workload_operations o, "
      "pg_catalog.unnest(o.categories) c (category) WHERE o.scenario_id = $1::pg_catalog.uuid",
      {scenario.id});
  std::map<std::string, std::vector<std::string>> categories_of;
  for (const auto& cells : categories.rows) categories_of[*cells[0]].push_back(*cells[1]);
  for (ScenarioRow::Operation& operation : scenario.operations) {
    operation.weight.categories = std::move(categories_of[operation.name]);
  }
  return scenario;
}

std::map<std::string, std::string> load_generators(const ScenarioRow& scenario) {
  const SqlResult rows = sql_query(
      "SELECT DISTINCT ON (name) name, definition FROM perf_mgmt.parameter_generators "
      "WHERE (owner_role IS NULL OR owner_role = $1::pg_catalog.name) "
      "AND (industry IS NULL OR industry::pg_catalog.text = $2) "
      "ORDER BY name, owner_role IS NULL, industry IS NULL",
      {scenario.owner_role, scenario.industry});
  std::map<std::string, std::string> generators;
  for (const auto& row : rows.rows) generators.emplace(*row[0], *row[1]);
  return generators;
}

std::vector<DataRequirement> load_data_requirements(
    const ScenarioRow& scenario, const std::vector<PlannedOperation>& operations) {
  std::vector<DataRequirement> requirements;
  if (!scenario.data_size_requirements) return requirements;
  std::vector<std::string> tables;
  for (const PlannedOperation& operation : operations) {
    tables.insert(tables.end(), operation.tables.begin(), operation.tables.end());
  }
  const SqlResult members = sql_query(
      "SELECT key, value #>> '{}', pg_catalog.jsonb_typeof(value) = 'number' "
      "FROM pg_catalog.jsonb_each($1::pg_catalog.jsonb)",
      {scenario.data_size_requirements});
  for (const auto& member : members.rows) {
    DataRequirement requirement;
    requirement.name = *member[0];
    const double rows = *member[2] == "t" ? row_count(member[1]) : -1;
    if (!(rows >= 0 && rows < 1e18)) {
      throw Error(sqlstate::invalid_parameter_value,
                  fmt::format("invalid data size requirement for \"{}\": {}", requirement.name,
                              member[1].value_or("null")),
                  fmt::format("In data_size_requirements of scenario \"{}\".", scenario.name),
                  "Give a number of rows.");
    }
    requirement.rows = static_cast<std::uint64_t>(rows);
    requirement.relation = find_relation(requirement.name, tables);
    requirements.push_back(std::move(requirement));
  }
  if (requirements.size() > kDataRequirements) {
    throw Error(sqlstate::configuration_limit_exceeded, "too many data size requirements",
                fmt::format("Scenario \"{}\" has {}; {} are the most.", scenario.name,
                            requirements.size(), kDataRequirements));
  }
  return requirements;
}

void check_shipped_generators(const GeneratorRequests& requests, Oid role) {
  for (const PoolRequest& pool : requests.pools) check_shipped_query(pool.sql, role);
  for (const ExpressionRequest& expression : requests.expressions) {
    check_shipped_query("SELECT (" + expression.sql + "\n)", role);
  }
}

void check_shipped_relations(const std::vector<DataRequirement>& requirements, Oid role) {
  for (const DataRequirement& requirement : requirements) {
    const SqlText relation =
        sql_query("SELECT pg_catalog.to_regclass($1)::pg_catalog.oid", {requirement.relation})
            .scalar();
    if (relation) check_code_owners(static_cast<Oid>(std::stoul(*relation)), role);
  }
}

PlannedOperation plan_operation(const ScenarioRow::Operation& operation, Oid role, bool& writes) {
  PlannedOperation planned;
  planned.id = operation.id;
  planned.name = operation.name;
  planned.sql_template = operation.sql_template;
  planned.parameter_generators = operation.parameter_generators;
  const auto names = sql_query("SELECT pg_catalog.json_object_keys($1::pg_catalog.json)",
                               {operation.parameter_generators})
                         .first_column();
  TemplateAnalysis analysis;
  const std::string where = fmt::format("In operation \"{}\".", operation.name);
  try {
    act_as(role, [&] {
      if (!operation.shipped_for.empty()) set_search_path(kServersPath);
      analysis = analyse_template(operation.sql_template, names);
    });
    if (!operation.shipped_for.empty()) check_code_owners(analysis, role);
  } catch (PgError& error) {
    error.add_detail(where);
    if (error.sqlerrcode() == ERRCODE_UNDEFINED_TABLE && !operation.shipped_for.empty()) {
      error.suggest(fmt::format(
          "Make the tables of this industry with SELECT perf_mgmt.install_industry_schema('{}').",
          operation.shipped_for));
    }
    throw;
  } catch (const Error& error) {
    throw Error(error.sqlstate(), error.message(),
                (error.detail().empty() ? std::string() : error.detail() + "\n") + where,
                error.hint());
  }
  if (operation.type == "read" && analysis.writes) {
    throw Error(
        sqlstate::invalid_parameter_value,
        fmt::format("operation \"{}\" is declared read, but its template writes", operation.name),
        {}, "Set operation_type to write or mixed.");
  }
  writes = analysis.writes || operation.type != "read";
  planned.statements = std::move(analysis.statements);
  planned.tables = std::move(analysis.tables);
  return planned;
}

}  // namespace perf_mgmt::pg
