// The figures of a run, of a stage or of an interval under the names of the summary's columns, and
// the look back over a run's intervals that the types of test want.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "perf_mgmt/core/operation_record.hpp"

namespace perf_mgmt {

// A metric of criterion_metrics() by its name, from what was recorded: times in milliseconds,
// throughput_tps = ok / seconds, error_rate_percent = failed / (ok + failed) * 100. Nothing where
// there are too few values (see Histogram::percentile) or where the record does not hold it (cpu,
// memory and disk are the caller's).
std::optional<double> figure_of(const OperationRecord& record, double seconds,
                                std::string_view metric);

// One measured interval.
struct IntervalFigures {
  std::size_t stage = 0;  // index into the load model's stages
  std::int64_t from_ns = 0;
  std::int64_t to_ns = 0;
  std::uint64_t ok = 0;
  std::uint64_t failed = 0;
  std::optional<double> mean_ms;  // response time
  std::optional<double> p95_ms;
  std::optional<std::uint64_t> worker_memory_bytes;  // private memory of all workers
};

// SPIKE: how the response time came back after the load did.
struct SpikeResult {
  double before_ms = 0;  // median over the intervals before the spike of their p95 (their mean
                         // where one has too few values)
  double during_ms = 0;  // the worst of those in the spike
  double limit_ms = 0;   // 1.2 times before_ms: below it the system counts as recovered
  std::optional<double> recovery_ms;  // from the spike's end to the start of the first of three
                                      // intervals in a row within the limit; nothing: it did not
  std::string metric;                 // "p95_response_time_ms" or "avg_response_time_ms"
};
// spike: index of the stage of the spike. Nothing where there is no interval with values before it
// or in it. Fewer than three intervals after the spike count if all that there are keep the limit.
std::optional<SpikeResult> analyse_spike(std::span<const IntervalFigures> intervals,
                                         std::size_t spike);

// ENDURANCE: the last quarter of the time against the first, in percent of the first; positive
// means longer times, more throughput, more memory.
struct Drift {
  std::optional<double> mean_percent;
  std::optional<double> p95_percent;  // median of the intervals' p95 of each quarter
  std::optional<double> throughput_percent;
  std::optional<std::int64_t> worker_memory_bytes;  // last interval less the first of the span
};
// intervals of full load only (no ramps); nothing where there are fewer than four.
std::optional<Drift> analyse_drift(std::span<const IntervalFigures> intervals);

}  // namespace perf_mgmt
