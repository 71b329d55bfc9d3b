// The run spec: what one execution shall do, merged from its layers and validated.
//
// custom config > test_configuration > scenario row > defaults. Every key is checked in every layer
// for its type and range; an unknown key is an error that names the nearest known one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace perf_mgmt {

// The columns of load_scenarios that take part.
struct ScenarioDefaults {
  int virtual_users = 0;
  int ramp_up_seconds = 0;
  int test_duration_seconds = 0;
  int ramp_down_seconds = 0;
};

struct RunSpec {
  // The durations as they were given, before time_scale: what makes to_json() reproducible.
  struct Durations {
    double warmup_seconds = 0;
    double ramp_up_seconds = 0;
    double test_duration_seconds = 0;
    double ramp_down_seconds = 0;
    bool operator==(const Durations&) const = default;
  };

  std::optional<std::string> scenario;  // name given in a config
  int virtual_users = 1;
  int workers = 0;  // 0: the engine chooses
  Durations unscaled;
  // Already multiplied by time_scale; each at most 30 days. All 0 when operations is not 0.
  double ramp_up_seconds = 0;
  double test_duration_seconds = 0;
  double ramp_down_seconds = 0;
  double warmup_seconds = 0;
  std::uint64_t operations = 0;  // 0: the durations decide
  std::uint64_t seed = 0;        // below 2^63, also where the engine draws it
  bool seed_given = false;
  double time_scale = 1;
  double think_time_scale = 1;
  std::optional<std::string> think_time;  // think_time_ms as JSON text: a number or a definition
  bool peak = false;
  std::vector<std::pair<std::string, double>> workload_mix;           // category, share
  std::vector<std::pair<std::string, std::string>> settings;          // GUC, value as text
  std::vector<std::pair<std::string, std::string>> session_settings;  // GUC, generator as JSON text
  int statement_timeout_ms = 0;                                       // 0: none
  std::optional<std::int64_t> max_errors;  // none: never stops for errors
  enum class Finish : std::uint8_t { commit, rollback };
  Finish finish = Finish::commit;
  int interval_ms = 1000;
  double progress_seconds = 5;
  bool wait = false;
  bool allow_writes_in_production = false;
  bool ci_enabled = false;
  std::vector<std::string> environments;  // empty: any
  std::string metadata =
      "{}";  // JSON object text: `metadata` with git_commit, branch and ci_execution in it

  // The spec as a JSON object, as it is stored with the execution: normalised keys in a fixed
  // order, durations unscaled beside time_scale, defaults spelled out. As a custom configuration
  // over the same test it gives an equal spec again. Not in it: ci_enabled and environments, which
  // decide whether a run starts, and what is left to the engine (workers 0; seed 0 that was not
  // given).
  std::string to_json() const;

  bool operator==(const RunSpec&) const = default;
};

// Layers as JSON object text in UTF-8; an empty view or "null" stands for an absent layer.
//
// A key of a higher layer replaces the value of a lower one; `settings`, `session_settings` and
// `metadata` are merged member by member. The highest layer that gives `operations` or
// `test_duration_seconds` decides what ends the run: with `operations` the durations of lower
// layers do not apply, with `test_duration_seconds` the ramps and the warm-up of lower layers still
// do.
//
// Throws Error: invalid_parameter_value names the key, the value and the range; the layer is named
// in the detail. invalid_json_text where a layer is no JSON.
RunSpec merge_run_spec(std::string_view custom_config, std::string_view test_configuration,
                       const ScenarioDefaults& scenario);

// The scenario that the layers name, if any: what has to be known before its row can be read.
// Checks both layers alone and throws as merge_run_spec does.
std::optional<std::string> configured_scenario(std::string_view custom_config,
                                               std::string_view test_configuration);

// Checks one layer alone, as the trigger on performance_tests does when a test is written.
void check_test_configuration(std::string_view test_configuration);

}  // namespace perf_mgmt
