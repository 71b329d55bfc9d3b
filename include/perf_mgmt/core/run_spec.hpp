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

// What a test is for. It gives the shape of the load where the configuration gives none.
enum class TestType : std::uint8_t { baseline, load, stress, endurance, spike, volume };
// "BASELINE" … "VOLUME", as test_type_enum spells them; nothing for another text.
std::optional<TestType> test_type_of(std::string_view text) noexcept;

// closed: users, each of whom waits for an answer before going on; open: arrivals at a rate,
// whether or not earlier ones have been answered.
enum class LoadKind : std::uint8_t { closed, open };

// One member of `stages`: within duration_seconds the target goes linearly from that of the stage
// before (0 before the first) to this one; 0 seconds is a jump. A hold is a jump, and then a stage
// with the same target.
struct StageSpec {
  std::string name;             // given, or stage_<number>
  double duration_seconds = 0;  // unscaled
  double target = 0;            // users, a whole number, or operations per second
  bool operator==(const StageSpec&) const = default;
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
  int virtual_users = 1;                // with stages the highest target; 0 in the open model
  int workers = 0;                      // 0: the engine chooses
  Durations unscaled;
  // Already multiplied by time_scale; each at most 30 days. All 0 when operations is not 0; with
  // stages all but the warm-up.
  double ramp_up_seconds = 0;
  double test_duration_seconds = 0;
  double ramp_down_seconds = 0;
  double warmup_seconds = 0;
  std::uint64_t operations = 0;  // 0: the durations decide
  LoadKind load = LoadKind::closed;
  double arrival_rate = 0;  // operations per second, > 0; open model without stages
  enum class Arrivals : std::uint8_t { poisson, regular };
  Arrivals arrivals = Arrivals::poisson;
  // Not empty: they replace the ramps and the steady time; warmup_seconds still goes before them.
  // STRESS and SPIKE tests get theirs from the test's type unless they are given.
  std::vector<StageSpec> stages;
  // Open model: a slot later than this is skipped. latency_limit_ms where that alone was given.
  std::optional<double> max_lag_ms;
  std::optional<std::string> pacing;  // pacing_ms as JSON text: a number or a definition
  int max_tries = 1;                  // of an operation that fails with 40001 or 40P01
  std::optional<double> latency_limit_ms;
  std::optional<std::string> isolation_level;  // as SET TRANSACTION spells it, lower case
  bool abort_on_fail = false;
  int sampling_hz = 50;    // 0: waits, other sessions and plans are not looked at
  std::uint64_t seed = 0;  // below 2^63, also where the engine draws it
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
  // The run is cut into so many rounds, each with fresh workers and fresh plans; quiet: those that
  // others disturbed are repeated, at most as many again.
  int rounds = 1;
  bool quiet = false;
  std::optional<std::string> confirms;  // id of the execution that this one repeats
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
// `metadata` are merged member by member. Two decisions are made by the highest layer that gives
// one of some keys:
// - what ends the run: `operations`, `test_duration_seconds` or `stages`. With `operations` no
//   duration of a lower layer applies, with `stages` only the warm-up; with `test_duration_seconds`
//   ramps and warm-up of lower layers still do.
// - the load model: `virtual_users` (closed), `arrival` with a rate (open) or `stages` (closed or
//   open). Stages that do not end the run give their highest target.
// What a decision makes meaningless is ignored in the layers below it, and an error in its own
// layer and above.
//
// test_type shapes a run that ends after test_duration_seconds:
// - STRESS climbs in steps that hold, without ramps: `stress` {"start", "step", "steps",
//   "step_seconds"}; by default 10 steps that share the test's duration and climb by a fifth of the
//   target from a fifth of it. Each is two stages, a jump and step_<number>.
// - SPIKE holds the target for 40 % of the duration, jumps to `spike` {"multiple" (5), "seconds"
//   (20 % of the duration)} and back for the rest: ramp_up, before_spike, spike, recovery,
//   ramp_down.
// - The others hold the target.
// In the closed model targets are rounded up to whole users.
//
// rounds is by default 5 where the test is ci_enabled and the run can be cut, and 1 otherwise;
// quiet by default where it is ci_enabled and has more than one round. A run with stages (as STRESS
// and SPIKE make them of a duration), one of an ENDURANCE test, and one of fewer operations than
// rounds cannot be cut: more than one round of it is an error.
//
// Throws Error: invalid_parameter_value names the key, the value and the range; the layer is named
// in the detail. invalid_json_text where a layer is no JSON.
RunSpec merge_run_spec(std::string_view custom_config, std::string_view test_configuration,
                       const ScenarioDefaults& scenario, TestType test_type = TestType::load);

inline constexpr int most_rounds = 100;

// The spec of one round (0-based) of a run: durations and ramps divided by the number of rounds,
// its share of `operations`, the warm-up whole, and a seed of its own (that of the run in round 0).
// Rounds beyond the number of rounds are repetitions and have the length of that whose number they
// are modulo the number of rounds.
RunSpec round_of(const RunSpec& run, int round);

// The scenario that the layers name, if any: what has to be known before its row can be read.
// Checks both layers alone and throws as merge_run_spec does.
std::optional<std::string> configured_scenario(std::string_view custom_config,
                                               std::string_view test_configuration);

// Checks one layer alone, as the trigger on performance_tests does when a test is written.
void check_test_configuration(std::string_view test_configuration);

}  // namespace perf_mgmt
