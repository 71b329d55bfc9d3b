// Residuals within segments, winsorised, and their pooled variance.
#include "perf_mgmt/core/noise_floor.hpp"

#include <algorithm>
#include <cmath>

#include "perf_mgmt/core/statistics.hpp"

namespace perf_mgmt {

namespace {

constexpr double kFurthest = 4;  // scaled median absolute deviations

// One value for the whole execution; nothing where it cannot be used.
std::optional<double> level_of(const ExecutionFigures& execution, Metric metric) {
  if (metric == Metric::error_rate) {
    const ErrorCounts counts = error_counts(execution);
    if (!counts.problem.empty()) return std::nullopt;
    return 100 * static_cast<double>(counts.failed) / static_cast<double>(counts.begun);
  }
  const RoundValues values = round_logs(execution, metric);
  if (!values.problem.empty()) return std::nullopt;
  const double level = mean(values.logs);
  if (!std::isfinite(level)) return std::nullopt;
  return level;
}

}  // namespace

NoiseFloor noise_floor(std::span<const std::vector<ExecutionFigures>> segments, Metric metric) {
  std::vector<std::vector<double>> residuals;  // from the segment's median
  std::vector<double> all;
  for (const std::vector<ExecutionFigures>& segment : segments) {
    std::vector<double> levels;
    for (const ExecutionFigures& execution : segment) {
      if (const std::optional<double> level = level_of(execution, metric)) levels.push_back(*level);
    }
    if (levels.size() < 2) continue;
    const double centre = median(levels);
    for (double& level : levels) level -= centre;
    all.insert(all.end(), levels.begin(), levels.end());
    residuals.push_back(std::move(levels));
  }

  NoiseFloor floor;
  floor.executions = all.size();
  if (floor.executions < kLeastFloorExecutions) return floor;
  for (double& residual : all) residual = std::abs(residual);
  const double furthest = kFurthest * kMadScale * median(all);
  double squares = 0;
  for (std::vector<double>& segment : residuals) {
    // Where more than half are equal there is no scale to cut by.
    if (furthest > 0) {
      for (double& residual : segment) residual = std::clamp(residual, -furthest, furthest);
    }
    const double degrees = static_cast<double>(segment.size() - 1);
    squares += variance(segment) * degrees;
    floor.degrees += degrees;
  }
  floor.deviation = std::max(std::sqrt(squares / floor.degrees), metric_resolution(metric));
  return floor;
}

double percent_of_log(double log) noexcept {
  return 100 * std::expm1(log);
}

double smallest_threshold_percent(double deviation, Metric metric) noexcept {
  const double least = kFloorsOfThreshold * deviation;
  if (metric == Metric::error_rate) return least;
  return percent_of_log(worse_sign(metric) * least);
}

}  // namespace perf_mgmt
