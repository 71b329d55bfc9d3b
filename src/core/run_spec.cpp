// Merging of the run spec: lets the higher layers override the lower ones, and does what concerns
// several keys at once: what ends the run, the load model, the shape of the test's type, and
// time_scale.
#include "perf_mgmt/core/run_spec.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "perf_mgmt/core/compact_json.hpp"
#include "perf_mgmt/core/errors.hpp"
#include "perf_mgmt/core/random.hpp"
#include "run_spec_layers.hpp"
#include "run_spec_shape.hpp"

namespace perf_mgmt {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr int default_ci_rounds = 5;
constexpr std::uint64_t round_seed_stream = 0x726f756e64ULL;  // "round": no user's number

// In the order of TestType.
constexpr std::array<std::string_view, 6> type_names = {"BASELINE",  "LOAD",  "STRESS",
                                                        "ENDURANCE", "SPIKE", "VOLUME"};

std::string_view type_name(TestType type) {
  return type_names[static_cast<std::size_t>(type)];
}

// time_scale stretches too, so the longest duration is checked once more: a run stays within what
// its nanoseconds can hold.
double scaled(double seconds, double time_scale, const std::string& what) {
  const double result = seconds * time_scale;
  if (result <= static_cast<double>(longest_seconds)) return result;
  throw Error(
      sqlstate::invalid_parameter_value,
      fmt::format("{} is too large for the time scale: {} times {}", what, seconds, time_scale),
      fmt::format("A duration times time_scale must be a number from 0 to {}.", longest_seconds));
}

void check_scaled_stages(const RunSpec& spec, double shortest) {
  double longest = 0;
  for (std::size_t i = 0; i < spec.stages.size(); ++i) {
    longest = std::max(longest, scaled(spec.stages[i].duration_seconds, spec.time_scale,
                                       fmt::format("duration_seconds of stage {}", i + 1)));
  }
  if (longest >= shortest) return;
  throw Error(sqlstate::invalid_parameter_value, "run has no duration",
              "Scaled by time_scale, each stage is shorter than a nanosecond.",
              R"(Give a larger "time_scale".)");
}

void scale_durations(RunSpec& spec) {
  const RunSpec::Durations& raw = spec.unscaled;
  const auto scale = [&spec](double seconds, std::string_view key) {
    return scaled(seconds, spec.time_scale, fmt::format("configuration key \"{}\"", key));
  };
  spec.warmup_seconds = scale(raw.warmup_seconds, "warmup_seconds");
  spec.ramp_up_seconds = scale(raw.ramp_up_seconds, "ramp_up_seconds");
  spec.test_duration_seconds = scale(raw.test_duration_seconds, "test_duration_seconds");
  spec.ramp_down_seconds = scale(raw.ramp_down_seconds, "ramp_down_seconds");
  if (spec.operations != 0) return;
  constexpr double shortest = 1e-9;  // the clock's tick
  if (!spec.stages.empty()) {
    check_scaled_stages(spec, shortest);
  } else if (std::max({spec.ramp_up_seconds, spec.test_duration_seconds, spec.ramp_down_seconds}) <
             shortest) {
    throw Error(
        sqlstate::invalid_parameter_value, "run has no duration",
        "ramp_up_seconds, test_duration_seconds and ramp_down_seconds are 0 in this run, and "
        "the warm-up is not measured.",
        R"(Give "test_duration_seconds" or "operations".)");
  }
}

using Layers = std::array<LayerValues, 3>;  // from the lowest to the highest

class Merge {
 public:
  Merge(const Layers& layers, TestType test_type) : layers_(layers), test_type_(test_type) {
    for (const LayerValues& layer : layers) {
      for (const Given& given : layer.values) decide({&given, layer.layer});
    }
    check_arrival();
  }

  RunSpec spec() {
    for (const LayerValues& layer : layers_) {
      for (const Given& given : layer.values) {
        const Standing standing{&given, layer.layer};
        if (applies(standing)) given.key->store(spec_, given.value);
      }
    }
    spec_.load = load();
    settle_target();
    if (ends_.is(KeyRole::test_duration)) shape();
    settle_rounds();
    return std::move(spec_);
  }

 private:
  // Later ones stand higher.
  void decide(const Standing& standing) {
    switch (standing.given->role()) {
      case KeyRole::stages:
        ends_ = model_ = standing;
        break;
      case KeyRole::test_duration:
      case KeyRole::operations:
        ends_ = standing;
        break;
      case KeyRole::virtual_users:
        model_ = standing;
        break;
      case KeyRole::arrival:
        arrival_ = standing;
        if (has_rate(*standing.given)) model_ = standing;
        break;
      case KeyRole::stress:
        check_type(standing, TestType::stress, "STRESS");
        shape_options_ = standing;
        break;
      case KeyRole::spike:
        check_type(standing, TestType::spike, "SPIKE");
        shape_options_ = standing;
        break;
      case KeyRole::rounds:
        rounds_ = standing;
        break;
      case KeyRole::quiet:
        quiet_given_ = true;
        break;
      default:
        break;
    }
  }

  void check_type(const Standing& standing, TestType type, std::string_view name) const {
    if (test_type_ == type) return;
    throw Error(
        sqlstate::invalid_parameter_value,
        fmt::format("configuration key \"{}\" is for tests of type {}", standing.given->name, name),
        fmt::format("This test is of type {}. The key stands in {}.", type_name(test_type_),
                    layer_name(standing.layer)),
        R"(Give "stages" to shape the load of a test of another type.)");
  }

  LoadKind load() const {
    return model_.given == nullptr ? LoadKind::closed : load_kind_of(*model_.given);
  }

  // An arrival replaces one of a lower layer as a whole, so its rate does not come from there.
  void check_arrival() const {
    if (arrival_.given == nullptr || has_rate(*arrival_.given)) return;
    if (model_.is(KeyRole::stages)) return;  // they have rates, or are in conflict with it
    if (model_.given != nullptr && model_.layer > arrival_.layer) return;
    throw Error(sqlstate::invalid_parameter_value,
                fmt::format("configuration key \"{}\" has no rate", arrival_.given->name),
                fmt::format("The key stands in {}.", layer_name(arrival_.layer)),
                R"(Give it a "rate", or give "stages" with rates.)");
  }

  // Whether a key has a meaning in this run. One that has none is left out where it stands in a
  // layer below the decision against it; else it is refused.
  bool applies(const Standing& standing) const {
    const Given& given = *standing.given;
    if (const char* why = conflict_with_end(*ends_.given, given)) {
      if (standing.layer > ends_.layer) {
        refuse_together(ends_, standing, why,
                        ends_.is(KeyRole::stages)
                            ? R"(, or give "test_duration_seconds" too, which replaces the stages)"
                            : "");
      }
      // How arrivals are spread still holds for stages with rates.
      return given.role() == KeyRole::arrival && load() == LoadKind::open;
    }
    if (given.role() == KeyRole::max_lag && model_.given == nullptr) refuse_lag_limit(standing);
    if (model_.given != nullptr) {
      if (const char* why = conflict_with_model(*model_.given, given)) {
        if (standing.layer < model_.layer) return false;
        if (given.role() == KeyRole::max_lag) refuse_lag_limit(standing);
        refuse_together(model_, standing, why);
      }
    }
    switch (given.role()) {
      case KeyRole::operations:
      case KeyRole::stages:
        return ends_.given == &given;
      case KeyRole::virtual_users:
        return model_.given == &given;
      default:
        return true;
    }
  }

  void settle_target() {
    if (model_.is(KeyRole::stages)) {
      RunSpec of_stages;
      model_.given->key->store(of_stages, model_.given->value);
      double highest = 0;
      for (const StageSpec& stage : of_stages.stages) highest = std::max(highest, stage.target);
      spec_.virtual_users = static_cast<int>(highest);
      spec_.arrival_rate = spec_.stages.empty() ? highest : 0;
    }
    if (spec_.load == LoadKind::closed) {
      spec_.arrival_rate = 0;
    } else {
      spec_.virtual_users = 0;
      if (!spec_.max_lag_ms) spec_.max_lag_ms = spec_.latency_limit_ms;
    }
  }

  void shape() {
    const json options =
        shape_options_.given == nullptr ? json::object() : shape_options_.given->value;
    if (test_type_ == TestType::stress) shape_stress(spec_, options);
    if (test_type_ == TestType::spike) shape_spike(spec_, options);
    double highest = 0;
    for (const StageSpec& stage : spec_.stages) highest = std::max(highest, stage.target);
    if (spec_.stages.empty()) return;
    if (spec_.load == LoadKind::closed) spec_.virtual_users = static_cast<int>(highest);
    spec_.arrival_rate = 0;
  }

  void settle_rounds() {
    const bool can_be_cut = spec_.stages.empty() && test_type_ != TestType::endurance;
    if (rounds_.given == nullptr) {
      spec_.rounds = spec_.ci_enabled && can_be_cut ? default_ci_rounds : 1;
      if (spec_.operations > 0) {
        spec_.rounds = static_cast<int>(
            std::min<std::uint64_t>(spec_.operations, static_cast<std::uint64_t>(spec_.rounds)));
      }
    }
    if (!quiet_given_) spec_.quiet = spec_.ci_enabled && spec_.rounds > 1;
    if (spec_.rounds == 1) return;
    if (!can_be_cut) {
      refuse_rounds(spec_.stages.empty()
                        ? "An ENDURANCE test looks for a drift within one run."
                        : "The run has stages, which only make sense in one piece.",
                    R"(A run in one piece takes no "rounds", and cannot be compared by turns.)");
    }
    if (spec_.operations > 0 && spec_.operations < static_cast<std::uint64_t>(spec_.rounds)) {
      refuse_rounds(fmt::format("The run has {} operations.", spec_.operations),
                    "Each round takes one at least.");
    }
  }

  [[noreturn]] void refuse_rounds(std::string why, std::string hint) const {
    throw Error(sqlstate::invalid_parameter_value,
                fmt::format("run cannot be cut into {} rounds", spec_.rounds), std::move(why),
                std::move(hint));
  }

  const Layers& layers_;
  TestType test_type_;
  Standing rounds_;
  bool quiet_given_ = false;
  Standing ends_;   // operations, test_duration_seconds (every scenario gives one) or stages
  Standing model_;  // virtual_users, stages, or arrival with a rate; none: one user
  Standing arrival_;
  Standing shape_options_;
  RunSpec spec_;
};

}  // namespace

std::optional<TestType> test_type_of(std::string_view text) noexcept {
  const auto* const found = std::find(type_names.begin(), type_names.end(), text);
  if (found == type_names.end()) return std::nullopt;
  return static_cast<TestType>(found - type_names.begin());
}

RunSpec merge_run_spec(std::string_view custom_config, std::string_view test_configuration,
                       const ScenarioDefaults& scenario, TestType test_type) {
  const Layers layers = {scenario_layer(scenario), read_layer(test_configuration, Layer::test),
                         read_layer(custom_config, Layer::custom)};
  RunSpec spec = Merge(layers, test_type).spec();
  scale_durations(spec);
  return spec;
}

RunSpec round_of(const RunSpec& run, int round) {
  RunSpec spec = run;
  spec.ramp_up_seconds /= run.rounds;
  spec.test_duration_seconds /= run.rounds;
  spec.ramp_down_seconds /= run.rounds;
  const auto rounds = static_cast<std::uint64_t>(run.rounds);
  const std::uint64_t place = static_cast<std::uint64_t>(round) % rounds;
  spec.operations = run.operations / rounds + (place < run.operations % rounds ? 1 : 0);
  if (round > 0) {
    spec.seed =
        RandomStream(run.seed, round_seed_stream, static_cast<std::uint64_t>(round)).next() >> 1;
  }
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
  return compact_json(result);
}

}  // namespace perf_mgmt
