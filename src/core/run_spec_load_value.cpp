// Checks of the values that shape the load: arrival, stages, stress and spike.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "perf_mgmt/core/errors.hpp"
#include "perf_mgmt/core/escape.hpp"
#include "run_spec_check.hpp"

namespace perf_mgmt::run_spec_check {
namespace {

using nlohmann::json;

constexpr std::size_t most_stages = 100;

constexpr std::array<std::string_view, 2> distributions = {"poisson", "regular"};

constexpr std::array arrival_members = {
    Member{"rate", {ValueKind::positive_number, 0, highest_rate}},
    Member{"distribution", {ValueKind::choice, 0, 0, distributions}},
};
constexpr std::array stage_members = {
    Member{"name", {ValueKind::text}},
    Member{"duration_seconds", {ValueKind::number, 0, longest_seconds}},
    Member{"virtual_users", {ValueKind::integer, 0, most_virtual_users}},
    Member{"rate", {ValueKind::number, 0, highest_rate}},
};
// The highest target bounds start and step as well, be it users or a rate.
constexpr std::array stress_members = {
    Member{"start", {ValueKind::positive_number, 0, highest_rate}},
    Member{"step", {ValueKind::positive_number, 0, highest_rate}},
    Member{"steps", {ValueKind::integer, 1, most_stages}},
    Member{"step_seconds", {ValueKind::positive_number, 0, longest_seconds}},
};
constexpr std::array spike_members = {
    Member{"multiple", {ValueKind::positive_number, 1, 1000}},
    Member{"seconds", {ValueKind::positive_number, 0, longest_seconds}},
};

[[noreturn]] void refuse_stages(std::string message, std::string detail, std::string hint = {}) {
  throw Error(sqlstate::invalid_parameter_value, std::move(message), std::move(detail),
              std::move(hint));
}

// One stage, with its name filled in.
json checked_stage(std::size_t number, const Place& place, const json& value) {
  json stage = checked_members(stage_members, place, value);
  if (!stage.contains("duration_seconds")) {
    refuse_stages(fmt::format("stage {} has no duration", number),
                  fmt::format("\"duration_seconds\" is missing in {}.", place_name(place)),
                  "0 seconds are a jump to the stage's target.");
  }
  const bool users = stage.contains("virtual_users");
  const bool rate = stage.contains("rate");
  if (users && rate) {
    refuse_stages(
        fmt::format("stage {} has two targets", number),
        fmt::format("\"virtual_users\" and \"rate\" both stand in {}.", place_name(place)),
        "Leave out one of the two.");
  }
  if (!users && !rate) {
    refuse_stages(
        fmt::format("stage {} has no target", number),
        fmt::format("Neither \"virtual_users\" nor \"rate\" stands in {}.", place_name(place)),
        R"(Give "virtual_users" (closed model) or "rate" (open model).)");
  }
  if (!stage.contains("name")) stage["name"] = fmt::format("stage_{}", number);
  return stage;
}

// What makes a stage one of the stages before it.
void check_beside(const json& stages, const json& stage, const Place& place) {
  const std::size_t number = stages.size() + 1;
  for (std::size_t i = 0; i < stages.size(); ++i) {
    if (stages[i]["name"] == stage["name"]) {
      refuse_stages(fmt::format("stages {} and {} have the same name \"{}\"", i + 1, number,
                                brief(stage["name"].get_ref<const std::string&>())),
                    stands_in(place), "A stage without a name is called stage_<number>.");
    }
  }
  if (stages.empty() || stages[0].contains("rate") == stage.contains("rate")) return;
  const auto target = [](const json& of) { return of.contains("rate") ? "rate" : "virtual_users"; };
  refuse_stages("stages mix virtual users and rates",
                fmt::format("Stage 1 has \"{}\", stage {} has \"{}\". {}", target(stages[0]),
                            number, target(stage), stands_in(place)),
                "Give all of them virtual users (closed model) or all of them rates (open model).");
}

}  // namespace

json checked_arrival(const Place& place, const json& value) {
  json arrival = checked_members(arrival_members, place, value);
  if (!arrival.contains("distribution")) arrival["distribution"] = "poisson";
  return arrival;
}

json checked_stages(const Place& place, const json& value) {
  if (!value.is_array()) refuse_type(place, value, "An array", "objects, one for each stage");
  json stages = json::array();
  std::size_t lasting = 0;
  bool load = false;
  double before = 0;
  for (const json& given : value) {
    const std::size_t number = stages.size() + 1;
    const Place part{place.key, place.layer, fmt::format("stage {}", number)};
    json stage = checked_stage(number, part, given);
    check_beside(stages, stage, place);
    const auto target = stage.value("rate", stage.value("virtual_users", 0.0));
    if (stage["duration_seconds"].get<double>() > 0) {
      ++lasting;
      load = load || before > 0 || target > 0;
    }
    before = target;
    stages.push_back(std::move(stage));
    // A jump is no stage of its own in the result, but there is no use for two in a row either.
    if (lasting > most_stages || stages.size() > 2 * most_stages) {
      refuse_stages(fmt::format("too many stages: {}", value.size()),
                    fmt::format("There may be {} stages that last, and a jump before each. {}",
                                most_stages, stands_in(place)));
    }
  }
  if (stages.empty()) refuse(place, value, "There must be at least one stage.");
  if (lasting == 0) {
    refuse_stages("stages have no duration",
                  fmt::format("The duration of each is 0. {}", stands_in(place)),
                  R"(Give one of them a "duration_seconds" above 0.)");
  }
  if (!load) {
    refuse_stages("stages have no load",
                  fmt::format("All stages that last have the target 0. {}", stands_in(place)));
  }
  return stages;
}

json checked_stress(const Place& place, const json& value) {
  return checked_members(stress_members, place, value);
}

json checked_spike(const Place& place, const json& value) {
  return checked_members(spike_members, place, value);
}

}  // namespace perf_mgmt::run_spec_check
