// Run specs: two layers, the custom configuration and that of the test, divided by a NUL, behind a
// byte that chooses the type of the test. What is accepted must be a run that can be computed with,
// and must come back from its own JSON.
#include <algorithm>
#include <optional>
#include <string>

#include "perf_mgmt/core/errors.hpp"
#include "perf_mgmt/core/load_model.hpp"
#include "perf_mgmt/core/run_spec.hpp"
#include "targets.hpp"

namespace perf_mgmt::fuzz {

namespace {

void check_load(const RunSpec& spec) {
  const LoadModel load = LoadModel::of(spec);
  require(load.highest_target() > 0);
  require(load.measured_from_ns() <= load.end_ns());
  std::int64_t before = 0;
  for (const Stage& stage : load.stages()) {
    require(stage.start_ns == before && stage.end_ns >= stage.start_ns);
    require(stage.from >= 0 && stage.to >= 0);
    before = stage.end_ns;
    const std::int64_t middle = stage.start_ns + (stage.end_ns - stage.start_ns) / 2;
    require(load.target(middle) >= 0 && load.target(middle) <= load.highest_target());
    if (const auto active = load.next_active(0, stage.start_ns)) require(*active >= stage.start_ns);
  }
  if (spec.load == LoadKind::open) {
    ArrivalSchedule schedule(load, spec.arrivals, spec.seed);
    const std::int64_t first = schedule.due_ns(0);
    require(first >= 0 && schedule.due_ns(1) >= first);
  }
}

void check_spec(const RunSpec& spec, std::string_view test, TestType type) {
  require(spec.rounds >= 1 && spec.rounds <= most_rounds);
  require(spec.operations > 0 || !spec.stages.empty() ||
          std::max({spec.ramp_up_seconds, spec.test_duration_seconds, spec.ramp_down_seconds}) > 0);
  check_load(spec);
  for (const int round : {0, spec.rounds - 1, 2 * spec.rounds - 1}) {
    check_load(round_of(spec, round));
  }
  // As a custom configuration over the same test it is the same spec, but for what is the test's
  // alone.
  const std::string json = spec.to_json();
  const RunSpec again = merge_run_spec(json, test, {5, 0, 60, 0}, type);
  require(again == spec);
  require(again.to_json() == json);
}

}  // namespace

void run_spec(std::string_view input) {
  if (input.empty()) return;
  const auto type = static_cast<TestType>(static_cast<unsigned char>(input.front()) % 6);
  input.remove_prefix(1);
  const std::size_t end = std::min(input.find('\0'), input.size());
  const std::string_view custom = input.substr(0, end);
  const std::string_view test = input.substr(std::min(end + 1, input.size()));
  std::optional<RunSpec> spec;
  try {
    check_test_configuration(test);
    configured_scenario(custom, test);
    spec = merge_run_spec(custom, test, {5, 0, 60, 0}, type);
  } catch (const Error& error) {
    require(!error.message().empty());
    return;
  }
  check_spec(*spec, test, type);  // what throws from here on breaks a promise
}

}  // namespace perf_mgmt::fuzz
