// Executions by hand: all times move together, the throughput against them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "perf_mgmt/core/verdict.hpp"

namespace perf_mgmt::fixture {

inline constexpr const char* kAvg = "avg_response_time_ms";
inline constexpr const char* kTps = "throughput_tps";
inline constexpr const char* kErrors = "error_rate_percent";

// Means of five rounds: about 28 percent slower than those of the baseline, and like them
inline const std::vector<double> kSlow = {128, 131, 125, 133, 127};
inline const std::vector<double> kSlowAgain = {126, 129, 124, 130, 128};
inline const std::vector<double> kSame = {101, 99, 102, 100, 98};

inline bool mentions(const std::string& text, const std::string& what) {
  return text.find(what) != std::string::npos;
}

// p95 is twice, p99 three times the mean, tps 100,000 / mean.
inline RoundFigures round_of(double avg, std::uint64_t ok = 10'000, std::uint64_t failed = 0) {
  return {true, avg, 2 * avg, 3 * avg, 100'000 / avg, ok, failed};
}

inline ExecutionFigures execution(std::string id, const std::vector<double>& means,
                                  std::uint64_t ok = 10'000, std::uint64_t failed = 0) {
  ExecutionFigures made;
  made.id = std::move(id);
  for (const double avg : means) made.rounds.push_back(round_of(avg, ok, failed));
  return made;
}

// Eight executions of one segment, the deviation of their levels is 4 %.
inline std::vector<ExecutionFigures> history() {
  return {execution("h1", {98, 102, 100, 101, 99}),   execution("h2", {104, 106, 105, 103, 107}),
          execution("h3", {95, 96, 94, 97, 95}),      execution("h4", {101, 100, 103, 99, 102}),
          execution("h5", {108, 107, 110, 109, 106}), execution("h6", {99, 97, 98, 100, 96}),
          execution("h7", {103, 104, 102, 105, 101}), execution("h8", {100, 99, 101, 98, 102})};
}

// Judged against h1, with the history above.
inline Evidence evidence(const std::vector<double>& means) {
  Evidence made;
  made.current = execution("c", means);
  made.history = history();
  made.baseline_type = "MANUAL";
  made.baseline = {made.history[0]};
  return made;
}

inline const MetricVerdict* find_row(const Judgement& judgement, std::string_view metric,
                                     Against against = Against::baseline) {
  for (const MetricVerdict& row : judgement.metrics) {
    if (row.metric == metric && row.against == against) return &row;
  }
  return nullptr;
}

inline MetricVerdict row_of(const Judgement& judgement, std::string_view metric,
                            Against against = Against::baseline) {
  const MetricVerdict* row = find_row(judgement, metric, against);
  return row != nullptr ? *row : MetricVerdict{};
}

}  // namespace perf_mgmt::fixture
