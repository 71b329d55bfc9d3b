// What the controller remembers of a run while it goes on: the sums of each stage, a line per
// interval, and from them what is judged during the run and told at its end.
#pragma once

#include "perf_mgmt/core/criteria.hpp"
#include "perf_mgmt/core/host_metrics.hpp"
#include "perf_mgmt/core/load_model.hpp"
#include "perf_mgmt/core/operation_record.hpp"
#include "perf_mgmt/core/summary.hpp"
#include "perf_mgmt/core/validity.hpp"

namespace perf_mgmt {

// One stage as far as it has gone.
struct StageTotals {
  int round = 0;          // 0-based
  std::size_t stage = 0;  // index into the load model's stages
  std::int64_t from_ns = 0;
  std::int64_t to_ns = 0;
  int intervals = 0;
  HeapRecord sum;   // of all operations: of those that ended in the stage
  HeapRecord rest;  // of the last stage: what ended after it, at the end of the round
  std::optional<double> cpu_percent;  // means over the intervals, weighted by their lengths
  std::optional<double> memory_percent;

  double seconds() const noexcept { return static_cast<double>(to_ns - from_ns) / 1e9; }
  // A metric of criterion_metrics() by its name.
  std::optional<double> figure(std::string_view metric) const;
};

class RunHistory {
 public:
  RunHistory(const LoadModel& load, std::size_t operations)
      : load_(load), operations_(operations) {}

  struct Entry {
    std::size_t stage = 0;
    std::int64_t from_ns = 0;
    std::int64_t to_ns = 0;
    bool measured = false;
    const std::vector<OperationRecord>& records;  // by operation
    const HostUsage& host;
    std::optional<std::uint64_t> worker_memory_bytes;
  };
  void add(const Entry& entry);

  // What is added from here on belongs to this round (0-based): its stages are counted anew.
  void begin_round(int round) noexcept { round_ = round; }

  // At the end of a round: what was begun in time and ended after the last stage, all operations.
  void note_rest(const OperationRecord& rest);

  // In the order in which they ran, warm-up included.
  const std::vector<StageTotals>& stages() const noexcept { return stages_; }
  // The measured ones. Of a run of more than most_intervals neighbours in a stage are joined,
  // always as many: means by their operations; of the 95th percentiles, which cannot be joined,
  // that of the one with more operations stays as a sample.
  static constexpr std::size_t most_intervals = 8192;
  const std::vector<IntervalFigures>& intervals() const noexcept { return intervals_; }
  // Those of them at full load: of the stage of the highest target that holds.
  std::vector<IntervalFigures> intervals_at_full_load() const;

  // Operations per second in each quarter of the time at full load; empty below eight intervals.
  std::vector<double> throughput_quarters() const;
  // How the share of custom plans moved between the first and the last quarter of the measured
  // intervals; operations that ran statements in both.
  std::vector<PlanChoice> plan_choices(const std::vector<std::string>& operation_names) const;

 private:
  struct PlanCounts {
    std::uint64_t custom = 0;
    std::uint64_t generic = 0;
  };

  // Adds entry `from` of intervals_ and plan_counts_ to entry `to`.
  void join(std::size_t to, std::size_t from);
  void halve();

  LoadModel load_;
  std::size_t operations_;
  int round_ = 0;
  std::vector<StageTotals> stages_;
  std::vector<IntervalFigures> intervals_;
  std::vector<PlanCounts> plan_counts_;  // operations_ for each of intervals_
  std::size_t joined_ = 1;               // intervals in each of intervals_, at full length
  std::size_t in_last_ = 0;              // intervals in the last one
};

// The limits that a stage does not keep; at_most_only leaves out those that a light load cannot
// reach.
std::vector<CriterionResult> broken_criteria(const StageTotals& stage,
                                             std::span<const Criterion> criteria,
                                             bool at_most_only);

}  // namespace perf_mgmt
