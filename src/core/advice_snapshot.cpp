#include "advice_snapshot.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "json_reader.hpp"
#include "perf_mgmt/core/compact_json.hpp"
#include "perf_mgmt/core/errors.hpp"

namespace perf_mgmt::advice {

namespace {

const Json* member(const Json& object, std::string_view key) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(std::string(key));
  return found != object.end() && !found->is_null() ? &*found : nullptr;
}

Figure number(const Json& object, std::string_view key) {
  const Json* value = member(object, key);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  return value->get<double>();
}

std::string text(const Json& object, std::string_view key) {
  const Json* value = member(object, key);
  return value != nullptr && value->is_string() ? value->get<std::string>() : std::string();
}

std::optional<bool> boolean(const Json& object, std::string_view key) {
  const Json* value = member(object, key);
  if (value == nullptr || !value->is_boolean()) return std::nullopt;
  return value->get<bool>();
}

int integer(const Json& object, std::string_view key) {
  return static_cast<int>(std::clamp(number(object, key).value_or(0), 0.0, 1e6));
}

// A plan as text again, for those that read plans.
std::string json_text(const Json& object, std::string_view key) {
  const Json* value = member(object, key);
  return value != nullptr ? compact_json(*value) : "";
}

std::vector<std::string> texts(const Json& object, std::string_view key) {
  std::vector<std::string> list;
  const Json* values = member(object, key);
  if (values == nullptr || !values->is_array()) return list;
  for (const Json& value : *values) {
    if (value.is_string()) list.push_back(value.get<std::string>());
  }
  return list;
}

template <typename Item>
std::vector<Item> items(const Json& object, std::string_view key, Item (*read)(const Json&)) {
  std::vector<Item> list;
  const Json* values = member(object, key);
  if (values == nullptr || !values->is_array()) return list;
  for (const Json& value : *values) {
    if (value.is_object()) list.push_back(read(value));
  }
  return list;
}

Plan read_plan(const Json& json) {
  return {integer(json, "statement"), text(json, "hash"), text(json, "kind"),
          json_text(json, "plan")};
}

IndexTrial read_trial(const Json& json) {
  return {text(json, "definition"), number(json, "rows_read").value_or(0),
          number(json, "rows_kept").value_or(0), number(json, "cost_before"),
          number(json, "cost_after")};
}

PlanSample read_sample(const Json& json) {
  return {integer(json, "statement"), json_text(json, "plan"),
          boolean(json, "hypopg").value_or(false), items(json, "indexes", read_trial)};
}

Blocker read_blocker(const Json& json) {
  return {text(json, "wait_event"), text(json, "blocker"), text(json, "state"),
          text(json, "statement"), number(json, "samples").value_or(0)};
}

Operation read_operation(const Json& json) {
  Operation operation;
  operation.name = text(json, "name");
  operation.parameters = texts(json, "parameters");
  operation.statement_types = texts(json, "statement_types");
  operation.tables = texts(json, "tables");
  for (const auto& [key, figure] :
       {std::pair{"ok", &Operation::ok}, std::pair{"avg_ms", &Operation::avg_ms},
        std::pair{"busy_ms", &Operation::busy_ms}, std::pair{"commit_ms", &Operation::commit_ms},
        std::pair{"planning_ms", &Operation::planning_ms}, std::pair{"jit_ms", &Operation::jit_ms},
        std::pair{"jit_functions", &Operation::jit_functions},
        std::pair{"temp_blks_written", &Operation::temp_blks_written},
        std::pair{"p95_response_ms", &Operation::p95_response_ms},
        std::pair{"zero_row_writes", &Operation::zero_row_writes},
        std::pair{"rows_read", &Operation::rows_read},
        std::pair{"baseline_avg_ms", &Operation::baseline_avg_ms}}) {
    operation.*figure = number(json, key);
  }
  if (const Json* waits = member(json, "waits"); waits != nullptr && waits->is_object()) {
    for (const auto& [event, samples] : waits->items()) {
      if (samples.is_number()) operation.waits[event] = samples.get<double>();
    }
  }
  operation.plans = items(json, "plans", read_plan);
  operation.baseline_plans = items(json, "baseline_plans", read_plan);
  operation.samples = items(json, "samples", read_sample);
  operation.blockers = items(json, "blockers", read_blocker);
  return operation;
}

Table read_table(const Json& json) {
  return {text(json, "name"),          number(json, "rows"),     number(json, "updated"),
          number(json, "hot_updated"), number(json, "modified"), boolean(json, "analyzed")};
}

OperationFailure read_failure(const Json& json) {
  return {text(json, "operation"), text(json, "sqlstate"), text(json, "message"),
          number(json, "count").value_or(0)};
}

Json object_of(const Json& json, const char* key) {
  const Json* value = member(json, key);
  return value != nullptr && value->is_object() ? *value : Json::object();
}

using Unit = std::pair<std::string_view, double>;

template <std::size_t Size>
Figure with_unit(std::string_view setting, const Unit (&units)[Size]) {
  double value = 0;
  const auto [end, error] = std::from_chars(setting.data(), setting.data() + setting.size(), value);
  if (error != std::errc{} || value < 0) return std::nullopt;
  const std::string_view unit = setting.substr(static_cast<std::size_t>(end - setting.data()));
  for (const auto& [name, factor] : units) {
    if (unit == name) return value * factor;
  }
  return std::nullopt;
}

}  // namespace

Figure bytes_of(std::string_view setting) {
  static constexpr Unit kUnits[] = {{"", 1},
                                    {"B", 1},
                                    {"kB", 1024},
                                    {"MB", 1048576.0},
                                    {"GB", 1073741824.0},
                                    {"TB", 1099511627776.0}};
  return with_unit(setting, kUnits);
}

Figure seconds_of(std::string_view setting) {
  static constexpr Unit kUnits[] = {{"", 1},     {"us", 1e-6}, {"ms", 1e-3}, {"s", 1},
                                    {"min", 60}, {"h", 3600},  {"d", 86400}};
  return with_unit(setting, kUnits);
}

double Operation::wait_samples() const {
  double sum = 0;
  for (const auto& [event, samples] : waits) sum += samples;
  return sum;
}

double Operation::wait_samples(std::string_view wait_class) const {
  double sum = 0;
  for (const auto& [event, samples] : waits) {
    if (event.starts_with(std::string(wait_class) + ':')) sum += samples;
  }
  return sum;
}

std::size_t Operation::writing_statements() const {
  return static_cast<std::size_t>(
      std::count_if(statement_types.begin(), statement_types.end(), [](const std::string& type) {
        return type == "INSERT" || type == "UPDATE" || type == "DELETE" || type == "MERGE";
      }));
}

Snapshot::Snapshot(std::string_view source) {
  check_json_depth(source, "evidence");
  const Json json = Json::parse(source, nullptr, false);
  if (!json.is_object()) {
    throw Error(sqlstate::invalid_parameter_value, "the evidence of a run must be a JSON object");
  }
  execution = object_of(json, "execution");
  limits = object_of(json, "limits");
  settings = object_of(json, "settings");
  unavailable_reasons = object_of(json, "unavailable");
  role = text(json, "role");
  connections = number(json, "connections");
  errors = items(json, "errors", read_failure);
  tables = items(json, "tables", read_table);
  operations = items(json, "operations", read_operation);
}

Figure Snapshot::figure(const char* column) const {
  return number(execution, column);
}

Figure Snapshot::limit(std::string_view name) const {
  return number(limits, name);
}

Figure Snapshot::setting_bytes(const char* name) const {
  return bytes_of(text(settings, name));
}

Figure Snapshot::setting_seconds(const char* name) const {
  return seconds_of(text(settings, name));
}

Figure Snapshot::setting_number(const char* name) const {
  static constexpr Unit kUnits[] = {{"", 1}};
  return with_unit(text(settings, name), kUnits);
}

std::string Snapshot::unavailable(const char* column) const {
  return text(unavailable_reasons, column);
}

double Snapshot::busy_ms() const {
  double sum = 0;
  for (const Operation& operation : operations) sum += operation.busy_ms.value_or(0);
  return sum;
}

Figure Snapshot::share_percent(Figure part_ms) const {
  const double all = busy_ms();
  if (!part_ms || all <= 0) return std::nullopt;
  return std::clamp(100 * *part_ms / all, 0.0, 100.0);
}

}  // namespace perf_mgmt::advice
