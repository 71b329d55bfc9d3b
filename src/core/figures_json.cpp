// See figures_json.hpp; whatever is missing or of another type is an error that names its place.
#include "figures_json.hpp"

#include <fmt/format.h>

namespace perf_mgmt {

namespace {

std::optional<double> figure(const JsonValue& round, std::string_view member) {
  const std::optional<JsonValue> value = round.find(member);
  if (!value) return std::nullopt;
  const double number = value->number();
  value->require(number >= 0, "a number of at least 0");
  return number;
}

}  // namespace

RoundFigures read_round(const JsonValue& value) {
  RoundFigures round;
  round.quiet = value.get("quiet").boolean();
  round.avg_ms = figure(value, "avg_ms");
  round.p95_ms = figure(value, "p95_ms");
  round.p99_ms = figure(value, "p99_ms");
  round.tps = figure(value, "tps");
  round.ok = value.get("ok").count();
  round.failed = value.get("failed").count();
  return round;
}

std::vector<RoundFigures> read_rounds(const JsonValue& list) {
  list.require(list.size() <= kMostRounds, fmt::format("a list of at most {}", kMostRounds));
  std::vector<RoundFigures> rounds;
  for (std::size_t i = 0; i < list.size(); ++i) rounds.push_back(read_round(list.at(i)));
  return rounds;
}

ExecutionFigures read_execution(const JsonValue& value) {
  ExecutionFigures execution;
  execution.id = value.get("id").text();
  execution.rounds = read_rounds(value.get("rounds"));
  if (const auto wanted = value.find("rounds_wanted")) execution.rounds_wanted = wanted->count();
  return execution;
}

std::vector<ExecutionFigures> read_executions(const JsonValue& list) {
  list.require(list.size() <= kMostExecutions,
               fmt::format("a list of at most {}", kMostExecutions));
  std::vector<ExecutionFigures> executions;
  for (std::size_t i = 0; i < list.size(); ++i) executions.push_back(read_execution(list.at(i)));
  return executions;
}

}  // namespace perf_mgmt
