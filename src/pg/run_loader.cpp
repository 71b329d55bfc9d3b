#include "perf_mgmt/pg/run_loader.hpp"

#include "perf_mgmt/core/suggest.hpp"
#include "perf_mgmt/pg/template_analysis.hpp"

extern "C" {
#include "catalog/namespace.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_extension.h"
#include "commands/extension.h"
#include "mb/pg_wchar.h"
#include "storage/proc.h"
#include "utils/acl.h"
#include "utils/guc.h"
#include "utils/timestamp.h"
}

namespace perf_mgmt::pg {

namespace {

struct TestRow {
  std::string id;
  std::string name;
  std::string configuration;
  SqlText industry;
  SqlText scenario_name;
};

std::vector<std::string> first_column(const SqlResult& result) {
  std::vector<std::string> names;
  for (const auto& row : result.rows) {
    if (row[0]) names.push_back(*row[0]);
  }
  return names;
}

// Quoted, with commas; of a long list the beginning.
std::string joined(const std::vector<std::string>& names) {
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
      "SELECT t.id, t.test_name, t.test_configuration, t.industry_context, s.scenario_name "
      "FROM perf_mgmt.performance_tests t LEFT JOIN perf_mgmt.load_scenarios s ON s.id = t.scenario_id "
      "WHERE t.test_name = $1 AND t.is_active "
      "ORDER BY perf_mgmt.version_key(t.test_version) DESC, t.created_at DESC LIMIT 1", {name});
  if (found.rows.empty()) {
    if (sql_query("SELECT 1 FROM perf_mgmt.performance_tests WHERE test_name = $1 LIMIT 1", {name})
            .rows.size() == 1) {
      throw Error(sqlstate::object_not_in_prerequisite_state,
                  fmt::format("performance test \"{}\" is not active", name), {},
                  "Set is_active of the version that is to run.");
    }
    const auto known = first_column(
        sql_query("SELECT DISTINCT test_name FROM perf_mgmt.performance_tests WHERE is_active ORDER BY 1"));
    std::string hint = suggestion_hint(name, known);
    if (hint.empty() && !known.empty()) hint = "The active tests are " + joined(known) + ".";
    throw Error(sqlstate::undefined_object,
                fmt::format("performance test \"{}\" does not exist", name), {}, hint);
  }
  const auto& row = found.rows[0];
  return {*row[0], *row[1], row[2].value_or("{}"), row[3], row[4]};
}

// The scenario's name: of the config, of the test's row, or the only one of the test's industry.
std::string choose_scenario(const TestRow& test, const std::string& custom_config) {
  if (const auto name = configured_scenario(custom_config, test.configuration)) return *name;
  if (test.scenario_name) return *test.scenario_name;
  const auto candidates = first_column(
      sql_query("SELECT scenario_name FROM perf_mgmt.load_scenarios WHERE is_active "
                "AND ($1::text IS NULL OR industry_type::text = $1) ORDER BY 1", {test.industry}));
  if (candidates.size() == 1) return candidates.front();
  const std::string which = test.industry ? "Active scenarios of its industry" : "Active scenarios";
  throw Error(sqlstate::undefined_object,
              fmt::format("performance test \"{}\" does not say which scenario it runs", test.name),
              fmt::format("{}: {}.", which, candidates.empty() ? "none" : joined(candidates)),
              "Set scenario_id of the test, or \"scenario\" in the configuration.");
}

bool is_production(const std::string& environment) {
  return pg_strcasecmp(environment.c_str(), "production") == 0;
}

constexpr std::size_t kLongestEnvironment = 100;  // characters of test_executions.execution_environment

void check_environment(const RunSpec& spec, const TestRow& test, const std::string& environment,
                       const std::vector<std::string>& writing) {
  if (environment.find_first_not_of(' ') == std::string::npos) {
    throw Error(sqlstate::invalid_parameter_value, "execution environment must not be empty", {},
                "Give it a name, such as development, staging or production.");
  }
  const auto characters = static_cast<std::size_t>(
      pg_call([&] { return pg_mbstrlen(environment.c_str()); }));
  if (characters > kLongestEnvironment) {
    throw Error(sqlstate::invalid_parameter_value, "execution environment is too long",
                fmt::format("It has {} characters; {} are the most.", characters, kLongestEnvironment));
  }
  if (!spec.environments.empty() &&
      std::find(spec.environments.begin(), spec.environments.end(), environment) ==
          spec.environments.end()) {
    throw Error(sqlstate::invalid_parameter_value,
                fmt::format("performance test \"{}\" is not allowed in environment \"{}\"", test.name,
                            environment),
                {}, fmt::format("Its \"environments\" are {}.", joined(spec.environments)));
  }
  if (is_production(environment) && !writing.empty() && !spec.allow_writes_in_production) {
    throw Error(sqlstate::object_not_in_prerequisite_state,
                fmt::format("performance test \"{}\" writes, and the environment is production", test.name),
                fmt::format("Writing operations: {}.", joined(writing)),
                "Set \"allow_writes_in_production\": true in the configuration if that is wanted.");
  }
}

// The role that the operations run as: the scenario's owner, or the caller for a shipped scenario.
Oid choose_role(const ScenarioRow& scenario) {
  const Oid caller = GetUserId();
  if (!scenario.owner_role) return caller;
  const Oid owner = pg_call([&] { return get_role_oid(scenario.owner_role->c_str(), true); });
  if (!OidIsValid(owner)) {
    throw Error(sqlstate::undefined_object,
                fmt::format("role \"{}\", the owner of scenario \"{}\", does not exist",
                            *scenario.owner_role, scenario.name),
                {}, "Give the scenario another owner_role.");
  }
  if (!pg_call([&] { return is_member_of_role(caller, owner); })) {
    throw Error(sqlstate::insufficient_privilege,
                fmt::format("permission denied to run scenario \"{}\"", scenario.name),
                fmt::format("Its operations run with the rights of role \"{}\".", *scenario.owner_role),
                "Only members of that role may run it.");
  }
  return owner;
}

void check_role_can_login(Oid role, const std::string& name) {
#if PG_VERSION_NUM < 170000
  const SqlText can_login =
      sql_query("SELECT rolcanlogin FROM pg_catalog.pg_roles WHERE oid = $1::pg_catalog.oid",
                {std::to_string(role)}).scalar();
  if (can_login && *can_login == "t") return;
  throw Error(sqlstate::insufficient_privilege,
              fmt::format("role \"{}\" is not permitted to log in", name),
              "Before PostgreSQL 17 a worker process can only run as a role that has LOGIN.",
              "ALTER ROLE … LOGIN, or run a scenario whose owner has it.");
#else
  (void)role;
  (void)name;
#endif
}

Oid extension_owner() {
  const SqlText owner =
      sql_query("SELECT extowner FROM pg_catalog.pg_extension WHERE extname = 'perf_mgmt'").scalar();
  if (!owner) throw Error(sqlstate::undefined_object, "extension \"perf_mgmt\" is not installed");
  return static_cast<Oid>(std::stoul(*owner));
}

// Settings of the caller's session that the workers will not have.
void warn_of_session_settings(const RunSpec& spec) {
  std::vector<std::string> missing;
  const auto changed = first_column(sql_query(
      "SELECT name FROM pg_catalog.pg_settings WHERE source = 'session' AND name NOT IN "
      "('search_path', 'application_name', 'client_encoding', 'client_min_messages', 'DateStyle', "
      "'IntervalStyle', 'TimeZone', 'extra_float_digits', 'lc_messages', 'role', 'transaction_isolation', "
      "'transaction_read_only', 'transaction_deferrable') "
      "AND setting IS DISTINCT FROM reset_val ORDER BY name"));
  for (const std::string& name : changed) {
    const bool given = std::any_of(spec.settings.begin(), spec.settings.end(),
                                   [&](const auto& setting) { return setting.first == name; });
    if (!given) missing.push_back(name);
  }
  if (missing.empty()) return;
  report(WARNING, "01000", "settings of this session do not apply to the workers",
         fmt::format("Changed in this session: {}.", joined(missing)),
         "Give them in \"settings\" of the configuration.");
}

std::string current_search_path() {
  const char* path = pg_call([] { return GetConfigOption("search_path", false, false); });
  return path != nullptr ? path : "";
}

std::string role_name(Oid role) {
  return pg_call([&] { return GetUserNameFromId(role, false); });
}

std::uint64_t random_seed() {
  std::uint64_t seed = 0;
  if (!pg_strong_random(&seed, sizeof(seed))) {
    throw Error(sqlstate::internal_error, "could not generate a random seed");
  }
  return seed >> 1;  // below 2^63, as a seed in a configuration
}

std::string new_uuid() {
  return sql_query("SELECT pg_catalog.gen_random_uuid()").scalar().value();
}

// What the plan of a run and of a probe have in common.
RunPlan begin_plan(const ScenarioRow& scenario, Oid role) {
  RunPlan plan;
  plan.scenario_id = scenario.id;
  plan.scenario_name = scenario.name;
  plan.generators = load_generators(scenario);
  plan.search_path = current_search_path();
  plan.database_oid = MyDatabaseId;
  plan.run_role_oid = role;
  plan.run_role = role_name(role);
  plan.started_by = role_name(GetUserId());
  plan.caller_pid = MyProcPid;
  plan.run_start_us = GetCurrentTimestamp();
  return plan;
}

void set_think_time(PlannedOperation& planned, const ScenarioRow::Operation& row, const RunSpec& spec) {
  if (row.think_time_ms > 0) {
    planned.think_time = std::to_string(row.think_time_ms);
  } else {
    planned.think_time = spec.think_time;
  }
}

}  // namespace

ScenarioRow load_scenario(const std::string& name) {
  const SqlResult found = sql_query(
      "SELECT id, scenario_name, industry_type, owner_role, virtual_users, ramp_up_duration_seconds, "
      "test_duration_seconds, ramp_down_duration_seconds, workload_pattern "
      "FROM perf_mgmt.load_scenarios WHERE scenario_name = $1", {name});
  if (found.rows.empty()) {
    const auto known =
        first_column(sql_query("SELECT scenario_name FROM perf_mgmt.load_scenarios ORDER BY 1"));
    std::string hint = suggestion_hint(name, known);
    if (hint.empty() && !known.empty()) hint = "The scenarios are " + joined(known) + ".";
    throw Error(sqlstate::undefined_object, fmt::format("scenario \"{}\" does not exist", name), {}, hint);
  }
  const auto& row = found.rows[0];
  ScenarioRow scenario;
  scenario.id = *row[0];
  scenario.name = *row[1];
  scenario.industry = *row[2];
  scenario.owner_role = row[3];
  scenario.defaults = {std::stoi(*row[4]), std::stoi(*row[5]), std::stoi(*row[6]), std::stoi(*row[7])};
  scenario.workload_pattern = *row[8];

  const SqlResult operations = sql_query(
      "SELECT o.id, o.operation_name, o.operation_type, o.sql_template, o.parameter_generators, "
      "o.weight_percentage, o.peak_hours_multiplier, o.think_time_ms "
      "FROM perf_mgmt.workload_operations o "
      "WHERE o.scenario_id = $1::pg_catalog.uuid ORDER BY o.created_at, o.operation_name", {scenario.id});
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
    scenario.operations.push_back(std::move(operation));
  }
  const SqlResult categories = sql_query(
      "SELECT o.operation_name, c.category FROM perf_mgmt.workload_operations o, "
      "pg_catalog.unnest(o.categories) c (category) WHERE o.scenario_id = $1::pg_catalog.uuid",
      {scenario.id});
  for (const auto& cells : categories.rows) {
    for (ScenarioRow::Operation& operation : scenario.operations) {
      if (operation.name == *cells[0]) operation.weight.categories.push_back(*cells[1]);
    }
  }
  return scenario;
}

std::map<std::string, std::string> load_generators(const ScenarioRow& scenario) {
  const SqlResult rows = sql_query(
      "SELECT DISTINCT ON (name) name, definition FROM perf_mgmt.parameter_generators "
      "WHERE (owner_role IS NULL OR owner_role = $1::pg_catalog.name) "
      "AND (industry IS NULL OR industry::pg_catalog.text = $2) "
      "ORDER BY name, owner_role IS NULL, industry IS NULL", {scenario.owner_role, scenario.industry});
  std::map<std::string, std::string> generators;
  for (const auto& row : rows.rows) generators.emplace(*row[0], *row[1]);
  return generators;
}

PlannedOperation plan_operation(const ScenarioRow::Operation& operation, bool& writes) {
  PlannedOperation planned;
  planned.id = operation.id;
  planned.name = operation.name;
  planned.sql_template = operation.sql_template;
  planned.parameter_generators = operation.parameter_generators;
  const auto names = first_column(
      sql_query("SELECT pg_catalog.json_object_keys($1::pg_catalog.json)", {operation.parameter_generators}));
  TemplateAnalysis analysis;
  const std::string where = fmt::format("In operation \"{}\".", operation.name);
  try {
    analysis = analyse_template(operation.sql_template, names);
  } catch (PgError& error) {
    error.add_detail(where);
    throw;
  } catch (const Error& error) {
    throw Error(error.sqlstate(), error.message(),
                (error.detail().empty() ? std::string() : error.detail() + "\n") + where, error.hint());
  }
  if (operation.type == "read" && analysis.writes) {
    throw Error(sqlstate::invalid_parameter_value,
                fmt::format("operation \"{}\" is declared read, but its template writes", operation.name),
                {}, "Set operation_type to write or mixed.");
  }
  writes = analysis.writes || operation.type != "read";
  planned.statements = std::move(analysis.statements);
  planned.tables = std::move(analysis.tables);
  return planned;
}

RunPlan load_run_plan(const std::string& test_name, const std::string& environment,
                      const std::string& custom_config) {
  const TestRow test = find_test(test_name);
  const ScenarioRow scenario = load_scenario(choose_scenario(test, custom_config));
  if (scenario.operations.empty()) {
    throw Error(sqlstate::object_not_in_prerequisite_state,
                fmt::format("scenario \"{}\" has no operations", scenario.name), {},
                "Insert some into perf_mgmt.workload_operations.");
  }
  RunSpec spec = merge_run_spec(custom_config, test.configuration, scenario.defaults);
  if (!spec.seed_given) {
    spec.seed = random_seed();
    spec.seed_given = true;
  }

  std::vector<OperationWeight> weights;
  for (const auto& operation : scenario.operations) weights.push_back(operation.weight);
  const WorkloadShares shares = workload_shares(weights, spec.peak, spec.workload_mix);
  for (const std::string& warning : shares.warnings) {
    report(WARNING, "01000", warning, fmt::format("In scenario \"{}\".", scenario.name));
  }

  RunPlan plan = begin_plan(scenario, choose_role(scenario));
  check_role_can_login(plan.run_role_oid, plan.run_role);
  std::vector<std::string> writing;
  for (std::size_t i = 0; i < scenario.operations.size(); ++i) {
    if (shares.shares[i] <= 0) continue;
    bool writes = false;
    PlannedOperation planned = plan_operation(scenario.operations[i], writes);
    if (writes) writing.push_back(planned.name);
    planned.share = shares.shares[i];
    set_think_time(planned, scenario.operations[i], spec);
    plan.operations.push_back(std::move(planned));
  }
  check_environment(spec, test, environment, writing);
  warn_of_session_settings(spec);

  plan.execution_id = new_uuid();
  plan.test_id = test.id;
  plan.test_name = test.name;
  plan.environment = environment;
  plan.controller_role_oid = extension_owner();
  plan.spec = std::move(spec);
  return plan;
}

RunPlan load_validation_plan(const ScenarioRow& scenario) {
  RunPlan plan = begin_plan(scenario, choose_role(scenario));
  check_role_can_login(plan.run_role_oid, plan.run_role);
  plan.validate_only = true;
  plan.spec.operations = 1;  // nothing is run, but a spec says what would end it
  return plan;
}

RunPlan load_probe_plan(const std::string& execution_id, const std::string& operation_name) {
  const SqlResult found = sql_query(
      "SELECT COALESCE(s.scenario_name, e.scenario_name), e.test_id, e.execution_environment, e.run_spec "
      "FROM perf_mgmt.test_executions e LEFT JOIN perf_mgmt.load_scenarios s ON s.id = e.scenario_id "
      "WHERE e.id = $1::pg_catalog.uuid", {execution_id});
  if (found.rows.empty()) {
    throw Error(sqlstate::undefined_object, fmt::format("execution \"{}\" does not exist", execution_id),
                {}, "Take an id from perf_mgmt.test_executions.");
  }
  const auto& row = found.rows[0];
  if (!row[0]) {
    throw Error(sqlstate::object_not_in_prerequisite_state,
                fmt::format("execution \"{}\" has no scenario", execution_id),
                "It was not recorded by the engine.");
  }
  const ScenarioRow scenario = load_scenario(*row[0]);
  std::vector<std::string> names;
  for (const auto& operation : scenario.operations) {
    names.push_back(operation.name);
    if (operation.name != operation_name) continue;
    // The probe runs in this very session: with the caller's rights, or not at all.
    const Oid role = choose_role(scenario);
    if (role != GetUserId()) {
      throw Error(sqlstate::insufficient_privilege,
                  fmt::format("permission denied to probe scenario \"{}\" in this session", scenario.name),
                  fmt::format("Its operations run with the rights of role \"{}\".", role_name(role)),
                  "SET ROLE to that role first.");
    }
    RunPlan plan = begin_plan(scenario, role);
    bool writes = false;
    PlannedOperation planned = plan_operation(operation, writes);
    planned.share = 1;
    plan.operations.push_back(std::move(planned));
    plan.execution_id = execution_id;
    plan.test_id = row[1].value_or("");
    plan.environment = row[2].value_or("");
    const RunSpec spec = merge_run_spec(row[3].value_or(""), {}, scenario.defaults);
    plan.spec.seed = spec.seed;
    plan.spec.seed_given = true;
    plan.spec.session_settings = spec.session_settings;
    plan.spec.finish = spec.finish;
    if (is_production(plan.environment) && writes) {
      throw Error(sqlstate::object_not_in_prerequisite_state,
                  fmt::format("operation \"{}\" writes, and the environment is production", operation_name),
                  {}, "Probe operations that only read, or in another environment.");
    }
    return plan;
  }
  std::string hint = suggestion_hint(operation_name, names);
  if (hint.empty()) hint = "The scenario's operations are " + joined(names) + ".";
  throw Error(sqlstate::undefined_object,
              fmt::format("scenario \"{}\" has no operation \"{}\"", scenario.name, operation_name), {}, hint);
}

}  // namespace perf_mgmt::pg
