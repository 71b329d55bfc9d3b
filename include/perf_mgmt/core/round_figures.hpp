// What a verdict is built on: the figures of an execution's rounds.
//
// A round is the load run once with fresh workers and fresh plans, and the unit of replication:
// figures of one round depend on each other, those of two do not. Only quiet rounds count. Times
// and rates are compared as natural logarithms, so that differences are ratios and the noise,
// which is relative, has one spread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace perf_mgmt {

enum class Metric : std::uint8_t { avg, p95, p99, throughput, error_rate };
inline constexpr std::array kMetrics = {Metric::avg, Metric::p95, Metric::p99, Metric::throughput,
                                        Metric::error_rate};
// The first four: they move together. The error rate is judged from counts.
inline constexpr std::array kTimingMetrics = {Metric::avg, Metric::p95, Metric::p99,
                                              Metric::throughput};

std::string_view metric_name(Metric metric) noexcept;  // avg_response_time_ms, ...
// The log difference (error rate: the difference in percentage points) below which two figures are
// the same: for percentiles the width of a histogram's bucket.
double metric_resolution(Metric metric) noexcept;
// 1, or -1 for throughput: times a change, it is positive where the change is for the worse.
double worse_sign(Metric metric) noexcept;

struct RoundFigures {
  bool quiet = true;
  std::optional<double> avg_ms;
  std::optional<double> p95_ms;
  std::optional<double> p99_ms;
  std::optional<double> tps;
  std::uint64_t ok = 0;  // successes, of which the times are
  std::uint64_t failed = 0;
};

struct ExecutionFigures {
  std::string id;
  std::vector<RoundFigures> rounds;                           // in order, repeated ones included
  std::optional<std::uint64_t> rounds_wanted = std::nullopt;  // unless it is their number
};

// Quiet rounds that a run that was cut into rounds needs, unless fewer were wanted at all: below 3
// there is no spread to speak of.
inline constexpr std::size_t kLeastQuietRounds = 3;

// Successes that a percentile needs in each round: 20 beyond it; 0 for other metrics.
std::uint64_t least_successes(Metric metric) noexcept;

std::size_t quiet_rounds(const ExecutionFigures& execution) noexcept;

// The usable figures of an execution for a metric, or why there are none.
struct RoundValues {
  std::vector<double> logs;  // of the quiet rounds; -infinity for a figure of 0
  std::string problem;       // a phrase; empty where the values can be used
};

// Of one round; nothing, with the problem, where there is no figure or too few successes.
std::optional<double> round_log(const RoundFigures& round, Metric metric, std::string& problem);
// metric: not the error rate.
RoundValues round_logs(const ExecutionFigures& execution, Metric metric);

// Failures and operations of the quiet rounds.
struct ErrorCounts {
  std::uint64_t failed = 0;
  std::uint64_t begun = 0;
  std::string problem;  // as above; too few quiet rounds, or nothing begun
};
ErrorCounts error_counts(const ExecutionFigures& execution);

}  // namespace perf_mgmt
