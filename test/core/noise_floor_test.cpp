// Expectations by NumPy 1.24 where not by hand: standard deviation (ddof 1) of levels clipped at
// four scaled median absolute deviations.
#include "perf_mgmt/core/noise_floor.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "verdict_fixture.hpp"

namespace perf_mgmt {
namespace {

using fixture::execution;

using Segments = std::vector<std::vector<ExecutionFigures>>;

// Runs of one round whose logs are these.
std::vector<ExecutionFigures> segment(const std::vector<double>& logs) {
  std::vector<ExecutionFigures> made;
  for (const double log : logs) {
    made.push_back(execution(std::to_string(made.size()), {std::exp(log)}));
  }
  return made;
}

TEST(NoiseFloor, IsUnknownBelowFiveExecutions) {
  const NoiseFloor four = noise_floor(Segments{segment({1, 1.1, 1.2, 1.3})}, Metric::avg);
  EXPECT_EQ(four.executions, 4U);
  EXPECT_FALSE(four.deviation);
  const NoiseFloor five = noise_floor(Segments{segment({1, 1.1, 1.2, 1.3, 1.4})}, Metric::avg);
  EXPECT_EQ(five.executions, 5U);
  EXPECT_NEAR(five.deviation.value(), 0.15811388300841897, 1e-12);  // sqrt(0.1 / 4)
  EXPECT_EQ(five.degrees, 4);
}

TEST(NoiseFloor, IsTheDeviationOfWholeExecutions) {
  for (const Metric metric : kTimingMetrics) {
    const NoiseFloor floor = noise_floor(Segments{fixture::history()}, metric);
    EXPECT_NEAR(floor.deviation.value(), 0.039097313624311354, 1e-12);
    EXPECT_EQ(floor.degrees, 7);
  }
}

// Two levels, each with residuals -0.1, 0, 0.1: a shift between segments is no noise.
TEST(NoiseFloor, IsPooledWithinSegments) {
  const NoiseFloor floor =
      noise_floor(Segments{segment({1, 1.1, 1.2}), segment({5, 5.1, 5.2})}, Metric::avg);
  EXPECT_EQ(floor.executions, 6U);
  EXPECT_EQ(floor.degrees, 4);
  EXPECT_NEAR(floor.deviation.value(), 0.1, 1e-12);
  // One of a kind tells nothing of deviation, and does not count.
  const NoiseFloor alone =
      noise_floor(Segments{segment({1, 1.1, 1.2, 1.3}), segment({9})}, Metric::avg);
  EXPECT_EQ(alone.executions, 4U);
  EXPECT_FALSE(alone.deviation);
}

// Residuals from the median 0.02: -.02 -.01 0 .01 .98; their median size .01, so .98 counts as
// 4 * 1.4826 * .01 = .059304. Without that it would be .44.
TEST(NoiseFloor, OneDisturbedExecutionDoesNotRaiseItFar) {
  const NoiseFloor floor = noise_floor(Segments{segment({0, 0.01, 0.02, 0.03, 1})}, Metric::avg);
  EXPECT_NEAR(floor.deviation.value(), 0.030854511553417924, 1e-12);
}

TEST(NoiseFloor, IsAtLeastTheResolution) {
  const Segments equal{segment({1, 1, 1, 1, 1})};
  EXPECT_EQ(noise_floor(equal, Metric::avg).deviation, 0.001);
  EXPECT_EQ(noise_floor(equal, Metric::p95).deviation, 0.0078125);
  EXPECT_EQ(noise_floor(equal, Metric::error_rate).deviation, 0.01);
  // Half of them equal: there is nothing to cut by, and the plain deviation it is.
  EXPECT_NEAR(noise_floor(Segments{segment({1, 1, 1, 1, 2})}, Metric::avg).deviation.value(),
              0.44721359549995793, 1e-12);
}

TEST(NoiseFloor, LeavesOutWhatCannotBeUsed) {
  std::vector<ExecutionFigures> runs = segment({1, 1.1, 1.2, 1.3, 1.4});
  runs[0].rounds[0].quiet = false;
  EXPECT_EQ(noise_floor(Segments{runs}, Metric::avg).executions, 4U);
  runs[1].rounds[0].tps = 0;
  EXPECT_EQ(noise_floor(Segments{runs}, Metric::throughput).executions, 3U);
  runs[2].rounds[0].ok = 400;
  EXPECT_EQ(noise_floor(Segments{runs}, Metric::p99).executions, 3U);
  EXPECT_EQ(noise_floor(Segments{}, Metric::p99).executions, 0U);
}

// Rates 0, 1, 2, 3, 4 %.
TEST(NoiseFloor, OfErrorRatesIsInPoints) {
  std::vector<ExecutionFigures> runs;
  for (const unsigned failed : {0, 1, 2, 3, 4}) {
    runs.push_back(execution("r", {1}, 100 - failed, failed));
  }
  EXPECT_NEAR(noise_floor(Segments{runs}, Metric::error_rate).deviation.value(), 1.5811388300841898,
              1e-12);
}

// Three floors: e^.3 - 1, e^-.3 - 1.
TEST(NoiseFloor, SaysWhichThresholdWouldHold) {
  EXPECT_NEAR(smallest_threshold_percent(0.1, Metric::p95), 34.98588075760032, 1e-10);
  EXPECT_NEAR(smallest_threshold_percent(0.1, Metric::throughput), -25.918177931828215, 1e-10);
  EXPECT_NEAR(smallest_threshold_percent(0.1, Metric::error_rate), 0.3, 1e-12);
}

}  // namespace
}  // namespace perf_mgmt
