// A metric of an execution can be used as a whole or not at all: leaving out the rounds that happen
// to have too few operations would choose among them by their result.
#include "perf_mgmt/core/round_figures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "perf_mgmt/core/histogram.hpp"

namespace perf_mgmt {

namespace {

constexpr std::uint64_t kLeastBeyondPercentile = 20;

std::optional<double> figure(const RoundFigures& round, Metric metric) noexcept {
  switch (metric) {
    case Metric::avg:
      return round.avg_ms;
    case Metric::p95:
      return round.p95_ms;
    case Metric::p99:
      return round.p99_ms;
    case Metric::throughput:
      return round.tps;
    case Metric::error_rate:
      break;
  }
  return std::nullopt;
}

// Why the rounds of an execution cannot be used; empty where they can.
std::string problem_of_rounds(const ExecutionFigures& execution) {
  const std::size_t quiet = quiet_rounds(execution);
  const std::uint64_t wanted = execution.rounds_wanted.value_or(execution.rounds.size());
  if (execution.rounds.empty()) return "it has no rounds";
  if (wanted <= 1) return quiet > 0 ? "" : "its only round was disturbed";
  const auto least = std::min<std::uint64_t>(kLeastQuietRounds, wanted);
  if (quiet >= least) return {};
  return fmt::format("only {} of {} rounds {} quiet, {} are needed", quiet, execution.rounds.size(),
                     quiet == 1 ? "was" : "were", least);
}

}  // namespace

std::string_view metric_name(Metric metric) noexcept {
  switch (metric) {
    case Metric::avg:
      return "avg_response_time_ms";
    case Metric::p95:
      return "p95_response_time_ms";
    case Metric::p99:
      return "p99_response_time_ms";
    case Metric::throughput:
      return "throughput_tps";
    case Metric::error_rate:
      break;
  }
  return "error_rate_percent";
}

double metric_resolution(Metric metric) noexcept {
  constexpr double kExactFigures = 0.001;  // means and rates are exact; nobody cares for less
  constexpr double kErrorPoints = 0.01;
  switch (metric) {
    case Metric::p95:
    case Metric::p99:
      return 1.0 / Histogram::kSubBuckets;
    case Metric::error_rate:
      return kErrorPoints;
    case Metric::avg:
    case Metric::throughput:
      break;
  }
  return kExactFigures;
}

double worse_sign(Metric metric) noexcept {
  return metric == Metric::throughput ? -1 : 1;
}

std::uint64_t least_successes(Metric metric) noexcept {
  if (metric == Metric::p95) return kLeastBeyondPercentile * 100 / 5;
  if (metric == Metric::p99) return kLeastBeyondPercentile * 100;
  return 0;
}

std::size_t quiet_rounds(const ExecutionFigures& execution) noexcept {
  return static_cast<std::size_t>(
      std::ranges::count_if(execution.rounds, [](const RoundFigures& r) { return r.quiet; }));
}

std::optional<double> round_log(const RoundFigures& round, Metric metric, std::string& problem) {
  const std::uint64_t least = least_successes(metric);
  if (round.ok < least) {
    problem =
        fmt::format("a round has {} successes, {} are needed for this percentile", round.ok, least);
    return std::nullopt;
  }
  const std::optional<double> value = figure(round, metric);
  if (!value) {
    problem = "a round has no such figure";
    return std::nullopt;
  }
  return std::log(*value);
}

RoundValues round_logs(const ExecutionFigures& execution, Metric metric) {
  RoundValues values;
  values.problem = problem_of_rounds(execution);
  if (!values.problem.empty()) return values;
  for (const RoundFigures& round : execution.rounds) {
    if (!round.quiet) continue;
    const std::optional<double> log = round_log(round, metric, values.problem);
    if (!log) return {{}, std::move(values.problem)};
    values.logs.push_back(*log);
  }
  return values;
}

ErrorCounts error_counts(const ExecutionFigures& execution) {
  ErrorCounts counts;
  counts.problem = problem_of_rounds(execution);
  if (!counts.problem.empty()) return counts;
  for (const RoundFigures& round : execution.rounds) {
    if (!round.quiet) continue;
    counts.failed += round.failed;
    counts.begun += round.ok + round.failed;
  }
  if (counts.begun == 0) counts.problem = "it has no operations";
  return counts;
}

}  // namespace perf_mgmt
