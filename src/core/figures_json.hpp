// Rounds and executions as the evidence has them.
#pragma once

#include <vector>

#include "json_reader.hpp"
#include "perf_mgmt/core/round_figures.hpp"

namespace perf_mgmt {

// What is judged holds every round of a run against every one of others, and cannot be interrupted:
// the evidence of the extension's own has no more rounds than a run repeats at most, nor more
// executions.
inline constexpr std::size_t kMostRounds = 200;
inline constexpr std::size_t kMostExecutions = 200;

// {"quiet", "avg_ms", "p95_ms", "p99_ms", "tps", "ok", "failed"}; the figures may be null or
// missing.
RoundFigures read_round(const JsonValue& value);
std::vector<RoundFigures> read_rounds(const JsonValue& list);
// {"id", "rounds", "rounds_wanted"}, the last may be missing.
ExecutionFigures read_execution(const JsonValue& value);
std::vector<ExecutionFigures> read_executions(const JsonValue& list);

}  // namespace perf_mgmt
