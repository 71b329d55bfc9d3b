// The noise floor of a test: how much its executions differ where nothing was changed.
//
// Rounds of one execution cannot show it: caches, placement of data and neighbours stay the same
// within a run and change between runs, so judging by rounds alone calls identical runs different.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "perf_mgmt/core/round_figures.hpp"

namespace perf_mgmt {

// Executions below which it is unknown.
inline constexpr std::size_t kLeastFloorExecutions = 5;
// A threshold under so many floors is crossed by noise too often.
inline constexpr double kFloorsOfThreshold = 3;

struct NoiseFloor {
  std::size_t executions = 0;  // that it was estimated from
  // Standard deviation between executions: of logs, for the error rate in percentage points. At
  // least the metric's resolution. Nothing below kLeastFloorExecutions.
  std::optional<double> deviation;
  double degrees = 0;  // of freedom
};

// Executions that cannot be used for the metric, and segments with fewer than two others, are left
// out. Pooled within the segments. Values further than four scaled median absolute deviations from
// their segment's median count as that far (winsorised), so that one disturbed run does not blind
// the judge; 8 % of the variance is lost thereby with 5 normal values, 2 % with 10.
NoiseFloor noise_floor(std::span<const std::vector<ExecutionFigures>> segments, Metric metric);

// A log difference as a change in percent: 100 (e^log - 1).
double percent_of_log(double log) noexcept;

// The least threshold that the floor allows, in percent (error rate: points), signed as the
// thresholds of a test are: negative for throughput.
double smallest_threshold_percent(double deviation, Metric metric) noexcept;

// JSON of noise_floor(): see sql/judging.sql. Throws Error(invalid_parameter_value) that names what
// is not as agreed.
std::string noise_of(std::string_view evidence);

}  // namespace perf_mgmt
