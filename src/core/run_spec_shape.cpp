// Both shapes are made of holds: a jump to the target, and a stage that stays there.
#include "run_spec_shape.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "perf_mgmt/core/errors.hpp"
#include "perf_mgmt/core/escape.hpp"
#include "run_spec_value.hpp"

namespace perf_mgmt {
namespace {

using nlohmann::json;

double full_target(const RunSpec& spec) {
  return spec.load == LoadKind::open ? spec.arrival_rate : spec.virtual_users;
}

// Whole users in the closed model. A sum of decimals may miss the whole number that it means.
double as_target(const RunSpec& spec, double target) {
  if (spec.load == LoadKind::open) return target;
  return std::max(1.0, std::ceil(target * (1 - 1e-12)));
}

void require_reachable(const RunSpec& spec, const std::string& stage, double target,
                       std::string hint) {
  const std::int64_t most = spec.load == LoadKind::open ? highest_rate : most_virtual_users;
  if (target <= static_cast<double>(most)) return;
  const std::string_view unit =
      spec.load == LoadKind::open ? "operations per second" : "virtual users";
  throw Error(sqlstate::invalid_parameter_value,
              fmt::format("target of stage \"{}\" is too high: {} {}", brief(stage), target, unit),
              fmt::format("There may be at most {} {}.", most, unit), std::move(hint));
}

// A jump has the name that it would be given by its number, which is free: the named stages of a
// shape are called otherwise.
void add_jump(RunSpec& spec, double target) {
  spec.stages.push_back({fmt::format("stage_{}", spec.stages.size() + 1), 0, target});
}

void add_hold(RunSpec& spec, std::string name, double seconds, double target) {
  add_jump(spec, target);
  spec.stages.push_back({std::move(name), seconds, target});
}

void keep_warmup_only(RunSpec& spec) {
  spec.unscaled = {.warmup_seconds = spec.unscaled.warmup_seconds};
}

[[noreturn]] void refuse_no_duration(std::string_view shape, std::string_view member) {
  throw Error(sqlstate::invalid_parameter_value, fmt::format("{} test has no duration", shape),
              "test_duration_seconds is 0 in this run.",
              fmt::format(R"(Give "test_duration_seconds"{}, or "stages" of your own.)", member));
}

}  // namespace

void shape_stress(RunSpec& spec, const json& options) {
  const int steps = options.value("steps", 10);
  const double duration = spec.unscaled.test_duration_seconds;
  const double step_seconds = options.value("step_seconds", duration / steps);
  if (!(step_seconds > 0)) refuse_no_duration("STRESS", R"(, or "step_seconds" in "stress")");
  // Kept as a product and a quotient: the fifth step of 3 users is 3 users, not 3.0000000000000004.
  const bool given = options.contains("step");
  const double step = given ? options["step"].get<double>() : full_target(spec);
  const double divisor = given ? 1 : 5;
  const double start = options.value("start", step / divisor);
  for (int i = 0; i < steps; ++i) {
    const double climbed =
        options.contains("start") ? start + i * step / divisor : (i + 1) * step / divisor;
    const double target = as_target(spec, climbed);
    const std::string name = fmt::format("step_{}", i + 1);
    require_reachable(spec, name, target,
                      R"(Give "stress" with a smaller "start" or "step", or fewer "steps".)");
    add_hold(spec, name, step_seconds, target);
  }
  keep_warmup_only(spec);
}

void shape_spike(RunSpec& spec, const json& options) {
  const RunSpec::Durations durations = spec.unscaled;
  const double duration = durations.test_duration_seconds;
  if (!(duration > 0)) refuse_no_duration("SPIKE", "");
  const double before = duration * 0.4;
  const double seconds = options.value("seconds", duration * 0.2);
  const double recovery = duration - before - seconds;
  if (!(recovery > 0)) {
    throw Error(
        sqlstate::invalid_parameter_value, "spike leaves no time to recover",
        fmt::format("\"spike.seconds\" is {}; it must be less than 60 % of test_duration_seconds, "
                    "which is {}.",
                    seconds, duration));
  }
  const double target = full_target(spec);
  const double peak = as_target(spec, target * options.value("multiple", 5.0));
  require_reachable(spec, "spike", peak, R"(Give "spike" with a smaller "multiple".)");

  if (durations.ramp_up_seconds > 0) {
    spec.stages.push_back({"ramp_up", durations.ramp_up_seconds, target});
    spec.stages.push_back({"before_spike", before, target});
  } else {
    add_hold(spec, "before_spike", before, target);
  }
  add_hold(spec, "spike", seconds, peak);
  add_hold(spec, "recovery", recovery, target);
  if (durations.ramp_down_seconds > 0)
    spec.stages.push_back({"ramp_down", durations.ramp_down_seconds, 0});
  keep_warmup_only(spec);
}

}  // namespace perf_mgmt
