#include "perf_mgmt/pg/run_loader.hpp"

#include "perf_mgmt/core/escape.hpp"
#include "perf_mgmt/core/suggest.hpp"
#include "perf_mgmt/pg/acting_role.hpp"
#include "perf_mgmt/pg/criteria_catalogue.hpp"

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

bool is_production(const std::string& environment) {
  return pg_strcasecmp(environment.c_str(), "production") == 0;
}

constexpr std::size_t kLongestEnvironment =
    100;  // characters of test_executions.execution_environment

void check_environment(const RunSpec& spec, const TestRow& test, const std::string& environment,
                       const std::vector<std::string>& writing) {
  if (environment.find_first_not_of(' ') == std::string::npos) {
    throw Error(sqlstate::invalid_parameter_value, "execution environment must not be empty", {},
                "Give it a name, such as development, staging or production.");
  }
  const auto characters =
      static_cast<std::size_t>(pg_call([&] { return pg_mbstrlen(environment.c_str()); }));
  if (characters > kLongestEnvironment) {
    throw Error(
        sqlstate::invalid_parameter_value, "execution environment is too long",
        fmt::format("It has {} characters; {} are the most.", characters, kLongestEnvironment));
  }
  if (!spec.environments.empty() && std::find(spec.environments.begin(), spec.environments.end(),
                                              environment) == spec.environments.end()) {
    throw Error(sqlstate::invalid_parameter_value,
                fmt::format("performance test \"{}\" is not allowed in environment \"{}\"",
                            test.name, environment),
                {}, fmt::format("Its \"environments\" are {}.", quoted_list(spec.environments)));
  }
  if (is_production(environment) && !writing.empty() && !spec.allow_writes_in_production) {
    throw Error(
        sqlstate::object_not_in_prerequisite_state,
        fmt::format("performance test \"{}\" writes, and the environment is production", test.name),
        fmt::format("Writing operations: {}.", quoted_list(writing)),
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
  if (!pg_call([&] { return may_act_as(caller, owner); })) {
    throw Error(
        sqlstate::insufficient_privilege,
        fmt::format("permission denied to run scenario \"{}\"", scenario.name),
        fmt::format("Its operations run with the rights of role \"{}\".", *scenario.owner_role),
        "Only members of that role may run it.");
  }
  return owner;
}

// Whether what this role wrote may be run with the rights of another one. A role that is gone may
// do nothing: its name could be somebody else's by now.
bool may_write_for(const SqlText& author, Oid role) {
  return author && pg_call([&] {
           const Oid oid = get_role_oid(author->c_str(), true);
           return OidIsValid(oid) && may_act_as(oid, role);
         });
}

// Settings are code: a search_path says what the names in the templates mean, and those of the
// session are drawn by expressions. They run with the rights of the scenario, which may be somebody
// else's, or of the caller.
void check_settings_of_test(const TestRow& test, Oid role) {
  if (!test.has_settings || !test.owner_role || may_write_for(test.owner_role, role)) return;
  throw Error(
      sqlstate::insufficient_privilege,
      fmt::format("permission denied to use the settings of performance test \"{}\"", test.name),
      fmt::format("They would apply with the rights of role \"{}\", of which its owner \"{}\" is "
                  "no member.",
                  role_name(role), *test.owner_role),
      "Run it as a role that its owner is a member of, or take \"settings\" and "
      "\"session_settings\" out of the test and give them with the call.");
}

void check_role_can_login(Oid role, const std::string& name) {
  if (!kWorkersNeedLogin) return;
  const SqlText can_login =
      sql_query("SELECT rolcanlogin FROM pg_catalog.pg_roles WHERE oid = $1::pg_catalog.oid",
                {std::to_string(role)})
          .scalar();
  if (can_login && *can_login == "t") return;
  throw Error(sqlstate::insufficient_privilege,
              fmt::format("role \"{}\" is not permitted to log in", name),
              "Before PostgreSQL 17 a worker process can only run as a role that has LOGIN.",
              "ALTER ROLE … LOGIN, or run a scenario whose owner has it.");
}

// Settings of the caller's session that the workers will not have.
void warn_of_session_settings(const RunSpec& spec) {
  std::vector<std::string> missing;
  const auto changed =
      sql_query(
          "SELECT name FROM pg_catalog.pg_settings WHERE source = 'session' AND name NOT IN "
          "('search_path', 'application_name', 'client_encoding', 'client_min_messages', "
          "'DateStyle', "
          "'IntervalStyle', 'TimeZone', 'extra_float_digits', 'lc_messages', 'role', "
          "'transaction_isolation', "
          "'transaction_read_only', 'transaction_deferrable') "
          "AND setting IS DISTINCT FROM reset_val ORDER BY name")
          .first_column();
  for (const std::string& name : changed) {
    const bool given = std::any_of(spec.settings.begin(), spec.settings.end(),
                                   [&](const auto& setting) { return setting.first == name; });
    if (!given) missing.push_back(name);
  }
  if (missing.empty()) return;
  report(WARNING, "01000", "settings of this session do not apply to the workers",
         fmt::format("Changed in this session: {}.", quoted_list(missing)),
         "Give them in \"settings\" of the configuration.");
}

std::string current_search_path() {
  const char* path = pg_call([] { return GetConfigOption("search_path", false, false); });
  return path != nullptr ? path : "";
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
  plan.search_path = scenario.owner_role ? current_search_path() : kServersPath;
  plan.database_oid = MyDatabaseId;
  plan.run_role_oid = role;
  plan.run_role = role_name(role);
  plan.started_by = role_name(GetUserId());
  plan.caller_pid = MyProcPid;
  plan.run_start_us = GetCurrentTimestamp();
  return plan;
}

void set_think_time(PlannedOperation& planned, const ScenarioRow::Operation& row,
                    const RunSpec& spec) {
  if (row.think_time_ms > 0) {
    planned.think_time = std::to_string(row.think_time_ms);
  } else {
    planned.think_time = spec.think_time;
  }
}
}  // namespace

Oid extension_owner() {
  const SqlText owner =
      sql_query("SELECT extowner FROM pg_catalog.pg_extension WHERE extname = 'perf_mgmt'")
          .scalar();
  if (!owner) throw Error(sqlstate::undefined_object, "extension \"perf_mgmt\" is not installed");
  return static_cast<Oid>(std::stoul(*owner));
}

RunIntent load_run_intent(const std::string& test_name, const std::string& custom_config) {
  TestRow test = find_test(test_name);
  const ScenarioRow scenario = load_scenario(choose_scenario(test, custom_config));
  RunSpec spec = merge_run_spec(custom_config, test.configuration, scenario.defaults,
                                test_type_of(test.type).value_or(TestType::load));
  return {std::move(test), std::move(spec)};
}

// What a shipped scenario draws from, as plan_operation() does it for its operations.
void check_shipped(const ScenarioRow& scenario, const RunPlan& plan) {
  if (scenario.owner_role) return;
  GeneratorRequests requests;
  for (const PlannedOperation& operation : plan.operations) {
    compile_operation(plan, operation, requests);
  }
  check_shipped_generators(requests, plan.run_role_oid);
}

// A repetition is evidence in the verdict on the execution that it repeats, which is somebody's.
void check_confirmed(const std::string& execution_id, const TestRow& test,
                     const std::string& environment) {
  const SqlResult found = sql_query(
      "SELECT t.test_name, e.execution_environment, e.test_id, e.started_by, "
      "perf_mgmt.may_continue('perf_mgmt.test_executions', e.started_by) "
      "FROM perf_mgmt.test_executions e JOIN perf_mgmt.performance_tests t ON t.id = e.test_id "
      "WHERE e.id = $1::pg_catalog.uuid",
      {execution_id});
  if (found.rows.empty()) {
    throw Error(sqlstate::undefined_object,
                fmt::format("execution \"{}\" does not exist", execution_id), {},
                "\"confirms\" takes an id from perf_mgmt.test_executions.");
  }
  const auto& row = found.rows[0];
  if (row[2] != test.id || row[1] != environment) {
    throw Error(sqlstate::invalid_parameter_value,
                fmt::format("execution \"{}\" cannot be confirmed by another test", execution_id),
                fmt::format("It is of test \"{}\" in environment \"{}\".", row[0].value_or(""),
                            row[1].value_or("")),
                "A repetition is of the same version of the same test, in the same environment.");
  }
  if (row[4] != "t") {
    throw Error(sqlstate::insufficient_privilege,
                fmt::format("permission denied to confirm execution \"{}\"", execution_id),
                fmt::format("Role \"{}\" started it.", row[3].value_or("")),
                "Only members of that role, and who may delete executions, may repeat it.");
  }
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
  const TestType type = test_type_of(test.type).value_or(TestType::load);
  RunSpec spec = merge_run_spec(custom_config, test.configuration, scenario.defaults, type);
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
  check_settings_of_test(test, plan.run_role_oid);
  check_role_can_login(plan.run_role_oid, plan.run_role);
  std::vector<std::string> writing;
  for (std::size_t i = 0; i < scenario.operations.size(); ++i) {
    if (shares.shares[i] <= 0) continue;
    bool writes = false;
    PlannedOperation planned = plan_operation(scenario.operations[i], plan.run_role_oid, writes);
    if (writes) writing.push_back(planned.name);
    planned.share = shares.shares[i];
    if (spec.load == LoadKind::closed) set_think_time(planned, scenario.operations[i], spec);
    plan.operations.push_back(std::move(planned));
  }
  check_shipped(scenario, plan);
  check_environment(spec, test, environment, writing);
  if (spec.confirms) check_confirmed(*spec.confirms, test, environment);
  warn_of_session_settings(spec);

  if (type == TestType::volume) {
    plan.data_requirements = load_data_requirements(scenario, plan.operations);
    if (!scenario.owner_role) check_shipped_relations(plan.data_requirements, plan.run_role_oid);
  }
  plan.criteria = load_criteria(test.id, scenario.id);
  plan.execution_id = new_uuid();
  plan.test_type = type;
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
      "SELECT COALESCE(s.scenario_name, e.scenario_name), e.test_id, e.execution_environment, "
      "e.run_spec, e.started_by "
      "FROM perf_mgmt.test_executions e LEFT JOIN perf_mgmt.load_scenarios s ON s.id = "
      "e.scenario_id "
      "WHERE e.id = $1::pg_catalog.uuid",
      {execution_id});
  if (found.rows.empty()) {
    throw Error(sqlstate::undefined_object,
                fmt::format("execution \"{}\" does not exist", execution_id), {},
                "Take an id from perf_mgmt.test_executions.");
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
    // The probe runs in this very session: with the rights that its user logged in with, or not at
    // all. What a template calls could go back to them from any that were taken by SET.
    const Oid role = choose_role(scenario);
    if (role != GetUserId() || role != GetAuthenticatedUserId()) {
      throw Error(
          sqlstate::insufficient_privilege,
          fmt::format("permission denied to probe scenario \"{}\" in this session", scenario.name),
          fmt::format("Its operations run with the rights of role \"{}\".", role_name(role)),
          "Log in as that role.");
    }
    RunPlan plan = begin_plan(scenario, role);
    bool writes = false;
    PlannedOperation planned = plan_operation(operation, role, writes);
    planned.share = 1;
    plan.operations.push_back(std::move(planned));
    check_shipped(scenario, plan);
    plan.execution_id = execution_id;
    plan.test_id = row[1].value_or("");
    plan.environment = row[2].value_or("");
    const RunSpec spec = merge_run_spec(row[3].value_or(""), {}, scenario.defaults);
    plan.spec.seed = spec.seed;
    plan.spec.seed_given = true;
    plan.spec.session_settings = spec.session_settings;
    if (!spec.session_settings.empty() && !may_write_for(row[4], role)) {
      throw Error(
          sqlstate::insufficient_privilege,
          fmt::format("permission denied to use the session settings of execution \"{}\"",
                      execution_id),
          fmt::format("They would be drawn with the rights of role \"{}\", and role \"{}\", which "
                      "started it, is no member of that one.",
                      role_name(role), row[4].value_or("")));
    }
    plan.spec.finish = spec.finish;
    if (is_production(plan.environment) && writes) {
      throw Error(
          sqlstate::object_not_in_prerequisite_state,
          fmt::format("operation \"{}\" writes, and the environment is production", operation_name),
          {}, "Probe operations that only read, or in another environment.");
    }
    return plan;
  }
  std::string hint = suggestion_hint(operation_name, names);
  if (hint.empty()) hint = "The scenario's operations are " + quoted_list(names) + ".";
  throw Error(
      sqlstate::undefined_object,
      fmt::format("scenario \"{}\" has no operation \"{}\"", scenario.name, brief(operation_name)),
      {}, hint);
}

}  // namespace perf_mgmt::pg