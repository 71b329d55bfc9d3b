// What the type of a test reports beyond its figures, as the JSON object that is stored with the
// execution.
#pragma once

#include <string>

#include "perf_mgmt/core/run_history.hpp"

namespace perf_mgmt {

// STRESS: how far the climb went. Steps are the measured stages that hold, numbered from 1.
class StressResult {
 public:
  // A step that is over; broken: the limits that it did not keep, none where it kept them.
  void add_step(double load, std::vector<CriterionResult> broken);
  bool is_broken() const noexcept { return !broken_.empty(); }
  // {"type", "steps", "last_good_step", "last_good_load", "broken_step", "broken_load",
  // "broken": [{"criterion", "source", "limit", "actual"}]}; what did not come to pass is null.
  std::string to_json() const;

 private:
  int steps_ = 0;
  double last_load_ = 0;
  double last_good_load_ = 0;
  std::vector<CriterionResult> broken_;
};

// In the open model a step in which less than 95 % of what fell due was run is broken too, whatever
// the limits say: the limit that it did not keep. due: operations; a shortfall of three standard
// deviations of a Poisson count may be chance.
std::optional<CriterionResult> broken_rate(const StageTotals& stage, double due);

// {"type", "metric", "before_ms", "during_ms", "limit_ms", "recovery_ms"}; null members where there
// was too little to tell. The spike is the first stage that holds the highest target; ramps do not
// count.
std::string spike_result_json(const RunHistory& history, const LoadModel& load);

// Size of a table (with its TOAST table) or of an index.
struct RelationSize {
  std::string relation;
  std::string kind;  // "table" or "index"
  std::uint64_t bytes = 0;
};
// {"type", "mean_response_drift_percent", "p95_response_drift_percent", "throughput_drift_percent",
// "worker_memory_growth_bytes", "relations": [{"relation", "kind", "bytes_before",
// "bytes_after"}]}.
std::string endurance_result_json(const RunHistory& history,
                                  const std::vector<RelationSize>& before,
                                  const std::vector<RelationSize>& after);

struct DataVolume {
  std::string relation;
  std::optional<std::uint64_t> rows;  // nothing: there is no such relation, or it cannot be read
  std::uint64_t required_rows = 0;

  bool satisfied() const noexcept { return rows && *rows >= required_rows; }
};
// {"type", "satisfied", "relations": [{"relation", "rows", "required_rows", "satisfied"}]}.
std::string volume_result_json(const std::vector<DataVolume>& volumes);
// A sentence for each that is not satisfied.
std::vector<std::string> unmet_requirements(const std::vector<DataVolume>& volumes);

}  // namespace perf_mgmt
