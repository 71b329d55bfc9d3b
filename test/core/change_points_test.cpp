// Series made by hand, one exact p, and simulations. The simulated series are seeded: their figures
// are facts of this code, and the bars that they are held against those of the design.
#include "perf_mgmt/core/change_points.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "perf_mgmt/core/random.hpp"
#include "perf_mgmt/core/statistics.hpp"

namespace perf_mgmt {
namespace {

using Values = std::vector<double>;

// Standard normal (Box & Muller 1958).
double draw_normal(RandomStream& random) {
  const double radius = std::sqrt(-2 * std::log(1 - random.next_unit()));
  return radius * std::cos(2 * std::numbers::pi * random.next_unit());
}

// Levels one after the other, each with so many values and noise of so many of its own units.
struct Level {
  double level;
  int count;
};
Values draw_levels(const std::vector<Level>& levels, double noise, std::uint64_t number) {
  RandomStream random(20'260'101, 1, number);
  Values values;
  for (const Level& level : levels) {
    for (int i = 0; i < level.count; ++i) {
      values.push_back(level.level * (1 + noise * draw_normal(random)));
    }
  }
  return values;
}

// Stationary, correlation rho at lag 1.
Values draw_autoregressive(int count, double rho, std::uint64_t number) {
  RandomStream random(20'260'101, 2, number);
  Values values;
  double value = draw_normal(random) / std::sqrt(1 - rho * rho);
  for (int i = 0; i < count; ++i) {
    values.push_back(value);
    value = rho * value + draw_normal(random);
  }
  return values;
}

std::vector<std::size_t> places(const Values& values, double alpha = 0.01) {
  std::vector<std::size_t> found;
  for (const ChangePoint& point : find_change_points(values, {.alpha = alpha})) {
    found.push_back(point.index);
  }
  return found;
}
using Places = std::vector<std::size_t>;

const Values kStep{10.1, 9.7,  10.4, 9.9,  10.2, 10.6, 9.8,  10.0, 10.5, 9.6,
                   12.3, 11.9, 12.6, 12.0, 12.4, 11.8, 12.2, 12.5, 12.1, 12.7};

TEST(ChangePoints, Step) {
  const std::vector<ChangePoint> points = find_change_points(kStep);
  ASSERT_EQ(points.size(), 1u);
  EXPECT_EQ(points[0].index, 10u);
  EXPECT_DOUBLE_EQ(points[0].before, 10.05);
  EXPECT_DOUBLE_EQ(points[0].after, 12.25);
  EXPECT_EQ(points[0].superiority, 1);
  EXPECT_LE(points[0].p, 0.01);
}

TEST(ChangePoints, StepDown) {
  const Values falling(kStep.rbegin(), kStep.rend());
  const std::vector<ChangePoint> points = find_change_points(falling);
  ASSERT_EQ(points.size(), 1u);
  EXPECT_EQ(points[0].index, 10u);
  EXPECT_EQ(points[0].superiority, 0);
}

// Only the order of the values decides, and the same series gives the same answer.
TEST(ChangePoints, LogarithmsChangeNothing) {
  Values logs;
  for (const double value : kStep) logs.push_back(std::log(value));
  const std::vector<ChangePoint> of_logs = find_change_points(logs);
  const std::vector<ChangePoint> points = find_change_points(kStep);
  ASSERT_EQ(of_logs.size(), 1u);
  EXPECT_EQ(of_logs[0].index, points[0].index);
  EXPECT_EQ(of_logs[0].p, points[0].p);
}

TEST(ChangePoints, TooShort) {
  EXPECT_EQ(places({}), Places{});
  EXPECT_EQ(places({1, 1.1, 1.2, 1.3, 9, 9.1, 9.2, 9.3, 9.4}, 1), Places{});
  EXPECT_EQ(find_change_points(kStep, {.least_values = 21}).size(), 0u);
  // Two sides of eleven need more than there are.
  EXPECT_EQ(find_change_points(kStep, {.alpha = 1, .least_side = 11}).size(), 0u);
}

// Ten values have one place, and so one statistic. Of all 3,628,800 orders of their ranks 98,816
// are as extreme: p = .02723, counted by a program of its own (NumPy). 5,000 random orders have a
// standard error of .0023. 23 of the 25 pairs rise.
TEST(ChangePoints, ExactP) {
  const Values values{3.1, 2.4, 4.0, 2.9, 5.2, 5.0, 6.1, 5.5, 4.9, 7.3};
  const std::vector<ChangePoint> points = find_change_points(values, {.alpha = 0.05});
  ASSERT_EQ(points.size(), 1u);
  EXPECT_EQ(points[0].index, 5u);
  EXPECT_NEAR(points[0].p, 0.02723, 0.0069);
  EXPECT_DOUBLE_EQ(points[0].superiority, 0.92);
  EXPECT_EQ(places(values, 0.01), Places{});
}

TEST(ChangePoints, NoneInEqualValues) {
  EXPECT_EQ(places(Values(40, 7.5), 1), Places{});
}

// Ties have permutations of their own: ranks 10.5 and 30.5, twenty each.
TEST(ChangePoints, TwoValuesOnly) {
  Values values(20, 3);
  values.insert(values.end(), 20, 4);
  EXPECT_EQ(places(values), Places{20});
}

TEST(ChangePoints, AnOutlierIsNoChange) {
  Values values = draw_levels({{10, 40}}, 0.02, 3);
  values[30] = 500;
  EXPECT_EQ(places(values), Places{});
}

TEST(ChangePoints, FewerThanFiveAtTheEndAreNone) {
  Values values = draw_levels({{10, 40}, {20, 4}}, 0.02, 4);
  for (const std::size_t place : places(values)) EXPECT_NE(place, 40u);
  values.push_back(20.1);
  EXPECT_EQ(places(values), Places{40});
}

TEST(ChangePoints, SeveralInTheirOrder) {
  EXPECT_EQ(places(draw_levels({{10, 25}, {12, 30}, {9, 25}, {11, 20}}, 0.02, 5)),
            (Places{25, 55, 80}));
  // Up and down again: the two ends have the same level.
  EXPECT_EQ(places(draw_levels({{10, 40}, {13, 15}, {10, 40}}, 0.02, 6)), (Places{40, 55}));
}

// Significant with 300 values a side, but a value is above one of before in only .71 of the pairs
// (a shift of .8 standard deviations: Phi(.8 / sqrt 2) = .714).
TEST(ChangePoints, WeakOnesAreDropped) {
  const Values weak = draw_levels({{1, 300}, {1.064, 300}}, 0.08, 7);
  EXPECT_LT(mann_whitney(std::span(weak).first(300), std::span(weak).subspan(300))->p, 1e-9);
  EXPECT_EQ(places(weak), Places{});
  EXPECT_EQ(places(draw_levels({{1, 300}, {1.2, 300}}, 0.08, 8)).size(), 1u);
}

// A place that is one or two off is what noise of 40 % of the step allows.
TEST(ChangePoints, FindsThePlaceInNoise) {
  int near = 0;
  for (std::uint64_t number = 0; number < 200; ++number) {
    const Places found = places(draw_levels({{1, 50}, {1.2, 50}}, 0.08, number));
    if (found.size() == 1 && found[0] >= 48 && found[0] <= 52) ++near;
  }
  RecordProperty("near", near);
  EXPECT_GE(near, 180);
}

TEST(ChangePointBars, IndependentSeries) {
  int alarms = 0;
  for (std::uint64_t number = 0; number < 1'000; ++number) {
    if (!places(draw_autoregressive(100, 0, number)).empty()) ++alarms;
  }
  RecordProperty("alarms", alarms);
  EXPECT_LE(alarms, 20);
}

TEST(ChangePointBars, AutocorrelatedSeries) {
  int alarms = 0;
  for (std::uint64_t number = 0; number < 1'000; ++number) {
    if (!places(draw_autoregressive(100, 0.6, number)).empty()) ++alarms;
  }
  RecordProperty("alarms", alarms);
  EXPECT_LE(alarms, 60);
}

// After each run from the 10th to the 100th: 91 looks at one series.
TEST(ChangePointBars, LooksAfterEveryRun) {
  int alarms = 0;
  for (std::uint64_t number = 0; number < 1'000; ++number) {
    const Values values = draw_autoregressive(100, 0, number);
    bool alarm = false;
    for (std::size_t count = 10; count <= values.size() && !alarm; ++count) {
      alarm = !find_change_points(std::span(values).first(count), {.alpha = 0.002}).empty();
    }
    if (alarm) ++alarms;
  }
  RecordProperty("alarms", alarms);
  EXPECT_LE(alarms, 40);
}

// +20 % at 8 % noise, after 20, 40 and 80 runs: seen by the eighth run of the new level at the
// latest, and where it is.
TEST(ChangePointBars, ShiftIsSeenWithinEightRuns) {
  for (const int before : {20, 40, 80}) {
    int seen = 0;
    for (std::uint64_t number = 0; number < 1'000; ++number) {
      const Values values = draw_levels({{1, before}, {1.2, 8}}, 0.08, number);
      for (std::size_t count = values.size() - 3; count <= values.size(); ++count) {
        const std::vector<ChangePoint> points =
            find_change_points(std::span(values).first(count), {.alpha = 0.01});
        if (points.empty() || points.back().index + 3 < static_cast<std::size_t>(before)) continue;
        ++seen;
        break;
      }
    }
    RecordProperty("seen_after_" + std::to_string(before), seen);
    EXPECT_GE(seen, 700) << before;
  }
}

// How many of 1,000 histories see one of the first two runs of the shifted level above the
// prediction limit. A run is the mean of the logs of its rounds, each with 8 % noise.
int seen_within_two_runs(int history, int rounds) {
  int seen = 0;
  for (std::uint64_t number = 0; number < 1'000; ++number) {
    const Values values = draw_levels({{1, history * rounds}, {1.2, 2 * rounds}}, 0.08, number);
    Values runs;
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (i % static_cast<std::size_t>(rounds) == 0) runs.push_back(0);
      runs.back() += std::log(values[i]) / rounds;
    }
    const auto limit_before = [&](std::size_t run) {
      return *upper_prediction_limit(std::span(runs).first(run), 1e-6);
    };
    const std::size_t last = runs.size() - 1;
    if (runs[last - 1] > limit_before(last - 1) || runs[last] > limit_before(last)) ++seen;
  }
  return seen;
}

TEST(PredictionLimitBars, ShiftIsSeenWithinTwoRunsOfFiveRounds) {
  for (const int history : {8, 20, 80}) {
    const int seen = seen_within_two_runs(history, 5);
    RecordProperty("seen_after_" + std::to_string(history), seen);
    EXPECT_GE(seen, 900) << history;
  }
}

// Where the runs themselves have that noise (2.28 standard deviations on logs), a limit of 99 %
// cannot do it: one run is above 2.33 known deviations with probability .48, one of two with .73,
// and the mean of two, which no test surpasses, with .81. Here the deviation is estimated, and the
// level above has 8 % of its own.
TEST(PredictionLimitBars, OneRoundCannotTellSoSoon) {
  for (const int history : {20, 80}) {
    const int seen = seen_within_two_runs(history, 1);
    RecordProperty("seen_after_" + std::to_string(history), seen);
    EXPECT_GE(seen, 450) << history;
    EXPECT_LE(seen, 730) << history;
  }
}

// One run of an unchanged level is above the limit of 99 % once in a hundred.
TEST(PredictionLimitBars, FalseAlarmsAreAsAsked) {
  int alarms = 0;
  for (std::uint64_t number = 0; number < 5'000; ++number) {
    const Values values = draw_autoregressive(31, 0, number);
    if (values.back() > *upper_prediction_limit(std::span(values).first(30), 0)) ++alarms;
  }
  RecordProperty("alarms", alarms);
  EXPECT_LE(alarms, 75);
}

}  // namespace
}  // namespace perf_mgmt
