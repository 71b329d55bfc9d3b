// Merging of the run spec: reads and checks each layer, lets the higher ones override the lower
// ones, and does what concerns several keys at once: what ends the run, and time_scale.
#include "perf_mgmt/core/run_spec.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "perf_mgmt/core/errors.hpp"
#include "perf_mgmt/core/suggest.hpp"
#include "run_spec_keys.hpp"

namespace perf_mgmt {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

// What one layer gives, checked, in the order of the table of keys.
struct Given {
  const Key* key;
  std::string name;  // as written: the key or its alias
  json value;
};
struct LayerValues {
  Layer layer;
  std::vector<Given> values;

  const Given* find(KeyRole role) const {
    const auto found = std::find_if(values.begin(), values.end(),
                                    [role](const Given& given) { return given.key->role == role; });
    return found == values.end() ? nullptr : &*found;
  }
};

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
              fmt::format("unrecognized configuration key \"{}\"", name),
              fmt::format("The key stands in {}.", layer_name(layer)), std::move(hint));
}

[[noreturn]] void refuse_together(const Given& operations, Layer operations_layer,
                                  const Given& other, Layer other_layer) {
  throw Error(sqlstate::invalid_parameter_value,
              fmt::format("configuration keys \"{}\" and \"{}\" cannot be used together",
                          operations.name, other.name),
              operations_layer == other_layer
                  ? fmt::format("Both stand in {}.", layer_name(other_layer))
                  : fmt::format("The first stands in {}, the second in {}.",
                                layer_name(operations_layer), layer_name(other_layer)),
              "A run of a number of operations has neither durations nor ramps nor a warm-up: "
              "leave out one "
              "of the two.");
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
  if (const Given* operations = result.find(KeyRole::operations)) {
    for (const Given& given : result.values)
      if (given.key->is_duration()) refuse_together(*operations, layer, given, layer);
  }
  return result;
}

LayerValues read_layer(std::string_view layer_text, Layer layer) {
  if (layer_text.empty()) return {layer, {}};
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

// time_scale stretches too, so the longest duration is checked once more: a run stays within what
// its nanoseconds can hold.
double scaled(double seconds, double time_scale, std::string_view key) {
  const double result = seconds * time_scale;
  if (result <= static_cast<double>(longest_seconds)) return result;
  throw Error(
      sqlstate::invalid_parameter_value,
      fmt::format("configuration key \"{}\" is too large for the time scale: {} times {}", key,
                  seconds, time_scale),
      fmt::format("A duration times time_scale must be a number from 0 to {}.", longest_seconds));
}

void scale_durations(RunSpec& spec) {
  const RunSpec::Durations& raw = spec.unscaled;
  spec.warmup_seconds = scaled(raw.warmup_seconds, spec.time_scale, "warmup_seconds");
  spec.ramp_up_seconds = scaled(raw.ramp_up_seconds, spec.time_scale, "ramp_up_seconds");
  spec.test_duration_seconds =
      scaled(raw.test_duration_seconds, spec.time_scale, "test_duration_seconds");
  spec.ramp_down_seconds = scaled(raw.ramp_down_seconds, spec.time_scale, "ramp_down_seconds");
  if (spec.operations != 0) return;
  constexpr double shortest = 1e-9;  // the clock's tick
  if (std::max({spec.ramp_up_seconds, spec.test_duration_seconds, spec.ramp_down_seconds}) <
      shortest) {
    throw Error(
        sqlstate::invalid_parameter_value, "run has no duration",
        "ramp_up_seconds, test_duration_seconds and ramp_down_seconds are 0 in this run, and "
        "the warm-up is not measured.",
        R"(Give "test_duration_seconds" or "operations".)");
  }
}

}  // namespace

RunSpec merge_run_spec(std::string_view custom_config, std::string_view test_configuration,
                       const ScenarioDefaults& scenario) {
  // From the lowest to the highest.
  const std::array layers = {scenario_layer(scenario), read_layer(test_configuration, Layer::test),
                             read_layer(custom_config, Layer::custom)};

  const LayerValues* decides = nullptr;
  for (const LayerValues& layer : layers) {
    if (layer.find(KeyRole::operations) != nullptr || layer.find(KeyRole::test_duration) != nullptr)
      decides = &layer;
  }
  const Given* operations = decides != nullptr ? decides->find(KeyRole::operations) : nullptr;

  RunSpec spec;
  bool above = false;  // the layer stands above the one that decides
  for (const LayerValues& layer : layers) {
    for (const Given& given : layer.values) {
      if (operations == nullptr && given.key->role == KeyRole::operations) continue;
      if (operations != nullptr && given.key->is_duration()) {
        if (above) refuse_together(*operations, decides->layer, given, layer.layer);
        continue;
      }
      given.key->store(spec, given.value);
    }
    above = above || &layer == decides;
  }
  scale_durations(spec);
  return spec;
}

std::optional<std::string> configured_scenario(std::string_view custom_config,
                                               std::string_view test_configuration) {
  const LayerValues custom = read_layer(custom_config, Layer::custom);
  const LayerValues test = read_layer(test_configuration, Layer::test);
  for (const LayerValues* layer : {&custom, &test}) {
    for (const Given& given : layer->values)
      if (given.key->name == "scenario") return given.value.get<std::string>();
  }
  return std::nullopt;
}

void check_test_configuration(std::string_view test_configuration) {
  read_layer(test_configuration, Layer::test);
}

std::string RunSpec::to_json() const {
  ordered_json result = ordered_json::object();
  for (const Key& key : run_spec_keys()) {
    const json value = key.show(*this);
    if (!value.is_null()) result[std::string(key.name)] = value;
  }
  return result.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace perf_mgmt
