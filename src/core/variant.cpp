#include "perf_mgmt/core/variant.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "json_reader.hpp"
#include "perf_mgmt/core/compact_json.hpp"
#include "perf_mgmt/core/errors.hpp"

namespace perf_mgmt {
namespace {

using nlohmann::json;

[[noreturn]] void refuse(std::string_view letter, const std::string& what, std::string detail,
                         std::string hint = {}) {
  throw Error(sqlstate::invalid_parameter_value, fmt::format("{} of variant {}", what, letter),
              std::move(detail), std::move(hint));
}

std::vector<std::string> take_statements(json& object, const char* member,
                                         std::string_view letter) {
  std::vector<std::string> statements;
  if (!object.contains(member)) return statements;
  json value = object[member];
  object.erase(member);
  if (value.is_null()) return statements;
  if (!value.is_array()) value = json::array({value});
  for (const json& statement : value) {
    if (!statement.is_string() ||
        statement.get_ref<const std::string&>().find_first_not_of(" \t\r\n") == std::string::npos) {
      refuse(letter, fmt::format("invalid \"{}\"", member),
             "It must be an SQL statement, or an array of them.");
    }
    statements.push_back(statement.get<std::string>());
  }
  return statements;
}

}  // namespace

Variant read_variant(std::string_view text, std::string_view letter, int rounds_total) {
  check_json_depth(text, fmt::format("variant \"{}\"", letter));
  json object = json::parse(text, nullptr, false);
  if (object.is_discarded() || !object.is_object()) {
    refuse(letter, "invalid configuration", "It must be a JSON object.",
           R"(Write it as {"settings": {"work_mem": "64MB"}}, or {} for the test as it is.)");
  }
  for (const char* key : {"rounds", "quiet", "confirms", "wait"}) {
    if (!object.contains(key)) continue;
    refuse(letter, fmt::format("key \"{}\" is not allowed in the configuration", key),
           "A comparison decides itself when its rounds run.",
           "Leave it out; the number of rounds is an argument of its own.");
  }
  Variant variant;
  variant.given = compact_json(object);
  variant.name = letter;
  if (object.contains("name")) {
    if (!object["name"].is_string() || object["name"].get_ref<const std::string&>().empty()) {
      refuse(letter, "invalid \"name\"", "It must be a string that is not empty.");
    }
    variant.name = object["name"].get<std::string>();
    object.erase("name");
  }
  variant.has_seed = object.contains("seed") && !object["seed"].is_null();
  variant.setup = take_statements(object, "setup", letter);
  variant.teardown = take_statements(object, "teardown", letter);
  object["rounds"] = rounds_total;
  object["quiet"] = false;
  variant.config = compact_json(object);
  return variant;
}

int default_quads(const RunSpec& spec, std::optional<double> operations_per_second) {
  constexpr double kFewest = 8;
  constexpr double kShortestRound = 0.5;  // seconds
  constexpr double kFewestOperations = 1000;
  if (spec.warmup_seconds > 0) return kFewest;
  double rounds = 0;
  if (spec.operations > 0) {
    rounds = static_cast<double>(spec.operations) / kFewestOperations;
  } else {
    const double seconds =
        spec.ramp_up_seconds + spec.test_duration_seconds + spec.ramp_down_seconds;
    const double rate =
        spec.arrival_rate > 0 ? spec.arrival_rate : operations_per_second.value_or(0);
    rounds = std::min(seconds / kShortestRound, seconds * rate / kFewestOperations);
  }
  return static_cast<int>(std::clamp(rounds / 2, kFewest, static_cast<double>(most_quads)));
}

}  // namespace perf_mgmt
