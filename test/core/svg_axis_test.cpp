// Expectations by hand; epochs by Python's calendar.timegm.
#include "../../src/core/svg_axis.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "../../src/core/svg_path.hpp"

namespace perf_mgmt {
namespace {

using Values = std::vector<double>;
using Texts = std::vector<std::string>;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kMarch = 1'772'323'200;  // 2026-03-01 00:00 UTC, a Sunday
constexpr double kDay = 86'400;

Texts texts_of(const std::vector<AxisTick>& ticks) {
  Texts texts;
  for (const AxisTick& tick : ticks) texts.push_back(tick.text);
  return texts;
}

TEST(AxisTicks, AreRound) {
  EXPECT_EQ(axis_ticks(0, 10, 5, AxisScale::linear), (Values{0, 2, 4, 6, 8, 10}));
  EXPECT_EQ(axis_ticks(0, 1, 4, AxisScale::linear), (Values{0, 0.25, 0.5, 0.75, 1}));
  EXPECT_EQ(axis_ticks(0, 0.3, 3, AxisScale::linear), (Values{0, 0.1, 0.2, 0.3}));
  EXPECT_EQ(axis_ticks(0.1, 0.55, 4, AxisScale::linear), (Values{0.2, 0.4}));
  EXPECT_EQ(axis_ticks(-1, 1, 4, AxisScale::linear), (Values{-1, -0.5, 0, 0.5, 1}));
  EXPECT_EQ(axis_ticks(0, 3e6, 3, AxisScale::linear), (Values{0, 1e6, 2e6, 3e6}));
}

TEST(AxisTicks, AreDecadesOnALogarithmicAxis) {
  EXPECT_EQ(axis_ticks(1, 1000, 5, AxisScale::logarithmic), (Values{1, 10, 100, 1000}));
  EXPECT_EQ(axis_ticks(1, 100, 6, AxisScale::logarithmic), (Values{1, 2, 5, 10, 20, 50, 100}));
  EXPECT_EQ(axis_ticks(1e-3, 1e9, 4, AxisScale::logarithmic),
            (Values{1e-3, 0.1, 10, 1e3, 1e5, 1e7, 1e9}));
  EXPECT_EQ(axis_ticks(1.2, 1.9, 4, AxisScale::logarithmic), (Values{1.2, 1.4, 1.6, 1.8}));
}

TEST(AxisTicks, AreNoneWhereThereIsNoAxis) {
  const Values none;
  EXPECT_EQ(axis_ticks(3, 3, 5, AxisScale::linear), none);
  EXPECT_EQ(axis_ticks(4, 3, 5, AxisScale::linear), none);
  EXPECT_EQ(axis_ticks(0, kNan, 5, AxisScale::linear), none);
  EXPECT_EQ(axis_ticks(-kInfinity, 1, 5, AxisScale::linear), none);
  EXPECT_EQ(axis_ticks(0, 1e300, 5, AxisScale::linear), none);
  EXPECT_EQ(axis_ticks(0, 1, 0, AxisScale::linear), none);
  EXPECT_EQ(axis_ticks(0, 1, 5, AxisScale::logarithmic), none);
  EXPECT_EQ(axis_ticks(1e15 - 0.125, 1e15, 5, AxisScale::linear), none);
}

TEST(ValueAxis, ReachesToTheTickBeyondTheValues) {
  const ChartAxis axis = value_axis(AxisUnit::milliseconds, AxisScale::linear, 3, 9.5, true);
  EXPECT_EQ(axis.low, 0);
  EXPECT_EQ(axis.high, 10);
  EXPECT_EQ(axis.header, "ms");
  EXPECT_EQ(texts_of(axis.ticks), (Texts{"0", "2.5", "5.0", "7.5", "10.0"}));
  EXPECT_EQ(axis.place(2.5), 0.25);
  EXPECT_EQ(axis.place(-5), 0);
  EXPECT_EQ(axis.place(50), 1);
}

TEST(ValueAxis, HasTheUnitThatFits) {
  const auto axis = [](AxisUnit unit, double high) {
    return value_axis(unit, AxisScale::linear, 0, high, true);
  };
  EXPECT_EQ(axis(AxisUnit::milliseconds, 0.02).header, "\u00b5s");
  EXPECT_EQ(texts_of(axis(AxisUnit::milliseconds, 0.02).ticks),
            (Texts{"0", "5", "10", "15", "20"}));
  EXPECT_EQ(axis(AxisUnit::milliseconds, 4000).header, "s");
  EXPECT_EQ(texts_of(axis(AxisUnit::milliseconds, 4000).ticks), (Texts{"0", "1", "2", "3", "4"}));
  EXPECT_EQ(axis(AxisUnit::per_second, 4000).header, "per second");
  EXPECT_EQ(texts_of(axis(AxisUnit::per_second, 4000).ticks),
            (Texts{"0", "1,000", "2,000", "3,000", "4,000"}));
  EXPECT_EQ(texts_of(axis(AxisUnit::per_second, 40'000).ticks),
            (Texts{"0", "10 k", "20 k", "30 k", "40 k"}));
  EXPECT_EQ(texts_of(axis(AxisUnit::count, 2).ticks), (Texts{"0", "1", "2"}));
  EXPECT_EQ(texts_of(axis(AxisUnit::percent, 100).ticks), (Texts{"0", "25", "50", "75", "100"}));
}

TEST(ValueAxis, IsNeverWithoutLength) {
  const ChartAxis zero = value_axis(AxisUnit::per_second, AxisScale::linear, 0, 0, true);
  EXPECT_EQ(zero.low, 0);
  EXPECT_EQ(zero.high, 1);
  const ChartAxis one = value_axis(AxisUnit::milliseconds, AxisScale::logarithmic, 1, 1, true);
  EXPECT_EQ(one.low, 1);
  EXPECT_EQ(one.high, 2);
}

TEST(ValueAxis, LogarithmicEndsAreRound) {
  const ChartAxis axis = value_axis(AxisUnit::milliseconds, AxisScale::logarithmic, 0.3, 700, true);
  EXPECT_EQ(axis.low, 0.2);
  EXPECT_EQ(axis.high, 1000);
  EXPECT_EQ(texts_of(axis.ticks), (Texts{"1 ms", "10 ms", "100 ms", "1 s"}));
}

TEST(CourseAxis, PercentilesAreSpacedByWhatIsBeyond) {
  const ChartAxis axis = course_axis(AxisUnit::percentile, 0, 0.99);
  EXPECT_EQ(texts_of(axis.ticks), (Texts{"0 %", "50 %", "90 %", "99 %"}));
  EXPECT_NEAR(axis.place(0.9), 0.5, 1e-12);
  EXPECT_NEAR(axis.place(0.5), 0.150515, 1e-6);  // log10(2) / 2
}

TEST(CourseAxis, CountsWholeOnly) {
  EXPECT_EQ(texts_of(course_axis(AxisUnit::count, 1, 3).ticks), (Texts{"1", "2", "3"}));
}

TEST(ElapsedTicks, AreThoseOfAClock) {
  EXPECT_EQ(texts_of(elapsed_ticks(0, 20, 6)), (Texts{"0", "5 s", "10 s", "15 s", "20 s"}));
  EXPECT_EQ(texts_of(elapsed_ticks(0, 1800, 6)),
            (Texts{"0", "5 min", "10 min", "15 min", "20 min", "25 min", "30 min"}));
  EXPECT_EQ(texts_of(elapsed_ticks(0, 7200, 6)),
            (Texts{"0", "20 min", "40 min", "60 min", "80 min", "100 min", "120 min"}));
  EXPECT_EQ(texts_of(elapsed_ticks(0, 2, 4)), (Texts{"0", "0.5 s", "1 s", "1.5 s", "2 s"}));
  EXPECT_EQ(texts_of(elapsed_ticks(0, 4 * kDay, 4)), (Texts{"0", "1 d", "2 d", "3 d", "4 d"}));
}

TEST(CalendarTicks, AreThoseOfACalendar) {
  EXPECT_EQ(texts_of(calendar_ticks(kMarch, kMarch + kDay, 4)),
            (Texts{"03-01 00:00", "06:00", "12:00", "18:00", "03-02"}));
  EXPECT_EQ(texts_of(calendar_ticks(kMarch, kMarch + 4 * kDay, 4)),
            (Texts{"2026-03-01", "2026-03-02", "2026-03-03", "2026-03-04", "2026-03-05"}));

  const std::vector<AxisTick> weeks = calendar_ticks(kMarch, kMarch + 10 * kDay, 4);
  EXPECT_EQ(texts_of(weeks), (Texts{"2026-03-02", "2026-03-09"}));  // Mondays
  EXPECT_EQ(weeks.front().value, 1'772'409'600);

  const std::vector<AxisTick> months = calendar_ticks(kMarch, kMarch + 365 * kDay, 4);
  EXPECT_EQ(texts_of(months), (Texts{"2026-04", "2026-07", "2026-10", "2027-01"}));
  EXPECT_EQ(months.back().value, 1'798'761'600);

  EXPECT_EQ(texts_of(calendar_ticks(kMarch + 10, kMarch + 20, 4)), (Texts{"2026-03-01 00:00 UTC"}));
}

TEST(CalendarTicks, EndWhateverTheyAreAskedFor) {
  EXPECT_LE(calendar_ticks(-1e15, 1e15, 4).size(), 100u);
  EXPECT_LE(elapsed_ticks(-1e15, 1e15, 4).size(), 100u);
}

TEST(UnitText, IsForReading) {
  EXPECT_EQ(unit_text(AxisUnit::elapsed_seconds, 0), "0 s");
  EXPECT_EQ(unit_text(AxisUnit::elapsed_seconds, 12), "12 s");
  EXPECT_EQ(unit_text(AxisUnit::elapsed_seconds, 750), "12 min 30 s");
  EXPECT_EQ(unit_text(AxisUnit::epoch_seconds, kMarch + 3723), "2026-03-01 01:02 UTC");
  EXPECT_EQ(unit_text(AxisUnit::percentile, 0.999), "99.9 %");
  EXPECT_EQ(unit_text(AxisUnit::percentile, 0.57), "57 %");
  EXPECT_EQ(unit_text(AxisUnit::count, 1234), "1,234");
  EXPECT_EQ(unit_text(AxisUnit::per_second, 12.5), "12.50/s");
}

TEST(SvgPath, IsShortAndDoesNotDrift) {
  SvgPath path;
  path.move(0.04, -0.5);
  for (int i = 1; i <= 4; ++i) path.line(i * 0.25, 10);
  // Tenths of .25, .5, .75 and 1 are 3, 5, 8, 10: half a tenth is rounded away from zero.
  EXPECT_EQ(path.text(), "M0-.5l.3 10.5 .2 0 .3 0 .2 0");
  EXPECT_EQ(coordinate(12.34), "12.3");
  EXPECT_EQ(coordinate(-12), "-12");
  EXPECT_EQ(coordinate(-0.04), "0");
  EXPECT_EQ(coordinate(kNan), "0");
  EXPECT_EQ(coordinate(kInfinity), "10000");
}

}  // namespace
}  // namespace perf_mgmt
