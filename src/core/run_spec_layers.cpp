// Reading of one layer. Which keys exclude each other is said once, in the two conflict functions:
// here they are held against the keys of one layer, in the merge against those of other layers.
#include "run_spec_layers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "json_reader.hpp"
#include "perf_mgmt/core/errors.hpp"
#include "perf_mgmt/core/escape.hpp"
#include "perf_mgmt/core/suggest.hpp"

namespace perf_mgmt {
namespace {

using nlohmann::json;

[[noreturn]] void refuse_unknown(const std::string& name, Layer layer) {
  std::vector<std::string_view> candidates;
  std::string list;
  for (const Key& key : run_spec_keys()) {
    if (!key.allowed_in(layer)) continue;
    candidates.push_back(key.name);
    if (!key.alias.empty()) candidates.push_back(key.alias);
    list += fmt::format("{}{}", list.empty() ? "" : ", ", key.name);
  }
  std::string hint = suggestion_hint(name, candidates);
  if (hint.empty()) hint = fmt::format("The keys are {}.", list);
  throw Error(sqlstate::invalid_parameter_value,
              fmt::format("unrecognized configuration key \"{}\"", brief(name)),
              fmt::format("The key stands in {}.", layer_name(layer)), std::move(hint));
}

void check_together(const LayerValues& values) {
  for (const Given& decides : values.values) {
    for (const Given& other : values.values) {
      const char* why = conflict_with_end(decides, other);
      if (why == nullptr) why = conflict_with_model(decides, other);
      if (why == nullptr) continue;
      const Standing second{&other, values.layer};
      if (second.is(KeyRole::max_lag)) refuse_lag_limit(second);
      refuse_together({&decides, values.layer}, second, why);
    }
  }
}

LayerValues check_layer(const json& object, Layer layer) {
  LayerValues result{layer, {}};
  std::vector<const Key*> seen;
  for (const auto& [name, value] : object.items()) {
    const Key* key = find_run_spec_key(name);
    if (key == nullptr) refuse_unknown(name, layer);
    if (!key->allowed_in(layer)) {
      throw Error(
          sqlstate::invalid_parameter_value,
          fmt::format("configuration key \"{}\" is not allowed in {}", name, layer_name(layer)),
          "It belongs to the test.", "Put it into the test configuration.");
    }
    if (std::find(seen.begin(), seen.end(), key) != seen.end()) {
      throw Error(
          sqlstate::invalid_parameter_value,
          fmt::format("configuration keys \"{}\" and \"{}\" mean the same", key->name, key->alias),
          fmt::format("Both stand in {}.", layer_name(layer)), "Leave out one of the two.");
    }
    seen.push_back(key);
    json checked = checked_value(key->rule, Place{name, layer}, value);
    if (!checked.is_null()) result.values.push_back({key, name, std::move(checked)});
  }
  // The keys are elements of one array, so that their addresses are in its order.
  std::sort(result.values.begin(), result.values.end(),
            [](const Given& a, const Given& b) { return a.key < b.key; });
  check_together(result);
  return result;
}

}  // namespace

bool has_rate(const Given& arrival) {
  return arrival.value.contains("rate");
}

LoadKind load_kind_of(const Given& given) {
  if (given.role() == KeyRole::virtual_users) return LoadKind::closed;
  if (given.role() == KeyRole::arrival) return LoadKind::open;
  return given.value.front().contains("rate") ? LoadKind::open : LoadKind::closed;
}

const char* conflict_with_end(const Given& end, const Given& other) {
  const KeyRole role = other.role();
  if (end.role() == KeyRole::operations) {
    if (role == KeyRole::warmup || role == KeyRole::ramp || role == KeyRole::test_duration)
      return "A run of a number of operations has neither durations nor ramps nor a warm-up";
    if (role == KeyRole::stages || role == KeyRole::stress || role == KeyRole::spike)
      return "A run of a number of operations has one target from its start to its end";
  }
  if (end.role() == KeyRole::stages) {
    if (role == KeyRole::ramp || role == KeyRole::test_duration)
      return "Stages have durations of their own, in which the target goes from one to the next";
    if (role == KeyRole::virtual_users || (role == KeyRole::arrival && has_rate(other)))
      return "Stages have targets of their own";
    if (role == KeyRole::stress || role == KeyRole::spike)
      return "Stages take the place of the shape that the test's type gives";
  }
  return nullptr;
}

const char* conflict_with_model(const Given& model, const Given& other) {
  const bool decides = model.role() == KeyRole::virtual_users || model.role() == KeyRole::arrival ||
                       model.role() == KeyRole::stages;
  if (!decides) return nullptr;
  const KeyRole role = other.role();
  if (load_kind_of(model) == LoadKind::closed) {
    if (role == KeyRole::arrival)
      return "Virtual users wait for an answer (closed model), arrivals do not (open model)";
    if (role == KeyRole::max_lag) return "In the closed model no operation is skipped for its lag";
  } else if (role == KeyRole::pause) {
    return "In the open model operations begin when they are due, nobody pauses between them";
  }
  return nullptr;
}

void refuse_together(const Standing& decides, const Standing& other, std::string_view why,
                     std::string_view way_out) {
  throw Error(sqlstate::invalid_parameter_value,
              fmt::format("configuration keys \"{}\" and \"{}\" cannot be used together",
                          decides.given->name, other.given->name),
              decides.layer == other.layer
                  ? fmt::format("Both stand in {}.", layer_name(other.layer))
                  : fmt::format("The first stands in {}, the second in {}.",
                                layer_name(decides.layer), layer_name(other.layer)),
              fmt::format("{}: leave out one of the two{}.", why, way_out));
}

void refuse_lag_limit(const Standing& max_lag) {
  throw Error(sqlstate::invalid_parameter_value,
              fmt::format("configuration key \"{}\" is for the open model", max_lag.given->name),
              fmt::format("The key stands in {}. In the closed model no operation is skipped for "
                          "its lag.",
                          layer_name(max_lag.layer)),
              R"(Give "arrival", or "stages" with rates.)");
}

LayerValues read_layer(std::string_view layer_text, Layer layer) {
  if (layer_text.empty()) return {layer, {}};
  check_json_depth(layer_text, layer_name(layer));
  const json object = json::parse(layer_text, nullptr, false);
  if (object.is_discarded()) {
    throw Error(sqlstate::invalid_json_text, fmt::format("{} is not valid JSON", layer_name(layer)),
                "The text cannot be parsed, or a number in it is beyond double precision.");
  }
  if (object.is_null()) return {layer, {}};
  if (!object.is_object()) {
    throw Error(sqlstate::invalid_parameter_value,
                fmt::format("{} must be a JSON object", layer_name(layer)), {},
                R"(Write it as {"key": value, ...}.)");
  }
  return check_layer(object, layer);
}

LayerValues scenario_layer(const ScenarioDefaults& scenario) {
  json row = {{"ramp_up_duration_seconds", scenario.ramp_up_seconds},
              {"test_duration_seconds", scenario.test_duration_seconds},
              {"ramp_down_duration_seconds", scenario.ramp_down_seconds}};
  if (scenario.virtual_users != 0) row["virtual_users"] = scenario.virtual_users;
  return check_layer(row, Layer::scenario);
}

}  // namespace perf_mgmt
