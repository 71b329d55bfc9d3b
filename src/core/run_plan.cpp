#include "perf_mgmt/core/run_plan.hpp"

#include <nlohmann/json.hpp>

#include "perf_mgmt/core/compact_json.hpp"
#include "perf_mgmt/core/errors.hpp"

namespace perf_mgmt {

namespace {

using Json = nlohmann::ordered_json;

[[noreturn]] void unreadable_plan() {
  throw Error(sqlstate::data_corrupted, "run plan in shared memory is not readable");
}

Json statement_to_json(const PlannedStatement& statement) {
  return {{"sql", statement.sql},
          {"parameters", statement.parameters},
          {"type", statement.type},
          {"writes", statement.writes}};
}

// Where a name is replaced in part it is a blemish; a template would be another one.
void require_utf8(const PlannedOperation& operation) {
  try {
    (void)Json(operation.sql_template).dump();
  } catch (const Json::type_error&) {
    throw Error(sqlstate::feature_not_supported,
                "template of operation \"" + operation.name + "\" is not in UTF-8",
                "In a database of another encoding templates must be ASCII.");
  }
}

Json operation_to_json(const PlannedOperation& operation) {
  require_utf8(operation);
  Json statements = Json::array();
  for (const PlannedStatement& statement : operation.statements) {
    statements.push_back(statement_to_json(statement));
  }
  Json json = {{"id", operation.id},
               {"name", operation.name},
               {"sql_template", operation.sql_template},
               {"parameter_generators", operation.parameter_generators},
               {"statements", std::move(statements)},
               {"tables", operation.tables},
               {"share", operation.share}};
  if (operation.think_time) json["think_time"] = *operation.think_time;
  return json;
}

PlannedOperation operation_from_json(const Json& json) {
  PlannedOperation operation;
  json.at("id").get_to(operation.id);
  json.at("name").get_to(operation.name);
  json.at("sql_template").get_to(operation.sql_template);
  json.at("parameter_generators").get_to(operation.parameter_generators);
  json.at("tables").get_to(operation.tables);
  json.at("share").get_to(operation.share);
  if (json.contains("think_time")) operation.think_time = json["think_time"].get<std::string>();
  for (const Json& item : json.at("statements")) {
    PlannedStatement statement;
    item.at("sql").get_to(statement.sql);
    item.at("parameters").get_to(statement.parameters);
    item.at("type").get_to(statement.type);
    item.at("writes").get_to(statement.writes);
    operation.statements.push_back(std::move(statement));
  }
  return operation;
}

}  // namespace

std::string main_statement_type(const PlannedOperation& operation) {
  for (const std::string_view strong : {"MERGE", "DELETE", "UPDATE", "INSERT"}) {
    for (const PlannedStatement& statement : operation.statements) {
      if (statement.type == strong) return statement.type;
    }
  }
  return operation.statements.empty() ? std::string() : operation.statements.front().type;
}

std::string RunPlan::to_json() const {
  Json operation_list = Json::array();
  for (const PlannedOperation& operation : operations) {
    operation_list.push_back(operation_to_json(operation));
  }
  Json requirements = Json::array();
  for (const DataRequirement& requirement : data_requirements) {
    requirements.push_back({{"relation", requirement.relation},
                            {"name", requirement.name},
                            {"rows", requirement.rows}});
  }
  Json json = {{"execution_id", execution_id},
               {"test_id", test_id},
               {"test_name", test_name},
               {"test_type", test_type},
               {"environment", environment},
               {"scenario_id", scenario_id},
               {"scenario_name", scenario_name},
               {"spec", spec.to_json()},
               {"operations", std::move(operation_list)},
               {"criteria", criteria_to_json(criteria)},
               {"data_requirements", std::move(requirements)},
               {"generators", generators},
               {"search_path", search_path},
               {"database_oid", database_oid},
               {"run_role_oid", run_role_oid},
               {"controller_role_oid", controller_role_oid},
               {"run_role", run_role},
               {"started_by", started_by},
               {"comparison_id", comparison_id},
               {"caller_pid", caller_pid},
               {"horizon_held", horizon_held},
               {"validate_only", validate_only},
               {"workers_requested", workers_requested},
               {"run_start_us", run_start_us}};
  return compact_json(json);
}

RunPlan RunPlan::from_json(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) unreadable_plan();
  RunPlan plan;
  try {
    json.at("execution_id").get_to(plan.execution_id);
    json.at("test_id").get_to(plan.test_id);
    json.at("test_name").get_to(plan.test_name);
    json.at("test_type").get_to(plan.test_type);
    json.at("environment").get_to(plan.environment);
    json.at("scenario_id").get_to(plan.scenario_id);
    json.at("scenario_name").get_to(plan.scenario_name);
    plan.spec = merge_run_spec(json.at("spec").get<std::string>(), {}, ScenarioDefaults{});
    for (const Json& item : json.at("operations")) {
      plan.operations.push_back(operation_from_json(item));
    }
    plan.criteria = criteria_from_json(json.at("criteria").get<std::string>());
    for (const Json& item : json.at("data_requirements")) {
      plan.data_requirements.push_back({item.at("relation").get<std::string>(),
                                        item.at("name").get<std::string>(),
                                        item.at("rows").get<std::uint64_t>()});
    }
    json.at("generators").get_to(plan.generators);
    json.at("search_path").get_to(plan.search_path);
    json.at("database_oid").get_to(plan.database_oid);
    json.at("run_role_oid").get_to(plan.run_role_oid);
    json.at("controller_role_oid").get_to(plan.controller_role_oid);
    json.at("run_role").get_to(plan.run_role);
    json.at("started_by").get_to(plan.started_by);
    json.at("comparison_id").get_to(plan.comparison_id);
    json.at("caller_pid").get_to(plan.caller_pid);
    json.at("horizon_held").get_to(plan.horizon_held);
    json.at("validate_only").get_to(plan.validate_only);
    json.at("workers_requested").get_to(plan.workers_requested);
    json.at("run_start_us").get_to(plan.run_start_us);
  } catch (const Json::exception&) {
    unreadable_plan();
  } catch (const Error&) {  // the spec in it was no spec
    unreadable_plan();
  }
  return plan;
}

std::size_t RunPlan::statement_count() const noexcept {
  std::size_t count = 0;
  for (const PlannedOperation& operation : operations) count += operation.statements.size();
  return count;
}

GeneratorLookup RunPlan::generator_lookup() const {
  return [this](std::string_view name) -> std::optional<std::string> {
    const auto found = generators.find(std::string(name));
    if (found == generators.end()) return std::nullopt;
    return found->second;
  };
}

OperationProgram compile_operation(const RunPlan& plan, const PlannedOperation& operation,
                                   GeneratorRequests& requests) {
  Json members = Json::parse(operation.parameter_generators, nullptr, false);
  if (!members.is_object()) {
    throw Error(sqlstate::invalid_parameter_value, "parameter_generators of operation \"" +
                                                       operation.name + "\" is not a JSON object");
  }
  const std::size_t parameters = members.size();

  // Settings are appended to the text, which stays as it is otherwise, so that duplicate keys are
  // seen.
  std::string text = operation.parameter_generators;
  std::vector<std::size_t> setting_values;
  for (const auto& [setting, definition_text] : plan.spec.session_settings) {
    const Json definition = Json::parse(definition_text, nullptr, false);
    std::size_t value = 0;
    bool shared = false;
    for (const auto& member : members.items()) {
      if (definition.is_string() && member.value() == definition) {
        shared = true;
        break;
      }
      ++value;
    }
    setting_values.push_back(value);
    if (shared) continue;
    const std::string name = "session setting " + setting;
    text.resize(text.rfind('}'));
    text += (members.empty() ? "" : ", ") + compact_json(Json(name)) + ": " + definition_text + "}";
    members[name] = definition;
  }

  const GeneratorNames names = [&plan] {
    std::vector<std::string> known;
    for (const auto& generator : plan.generators) known.push_back(generator.first);
    return known;
  };
  return {GeneratorProgram::compile(text, plan.generator_lookup(), requests, names), parameters,
          std::move(setting_values)};
}

}  // namespace perf_mgmt
