// Axes of charts: from values to places along a line, and the ticks that a person reads them by.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "perf_mgmt/core/svg_chart.hpp"

namespace perf_mgmt {

// Whether a chart can do something with it: finite, and far from where doubles overflow.
bool is_plottable(double value);

// Of a step: an end that is a tick but for rounding.
inline constexpr double kTickSlack = 1e-9;

struct AxisTick {
  double value = 0;
  std::string text;
};

class ChartAxis {
 public:
  // How values lie along the axis.
  enum class Spacing { linear, logarithmic, percentile };

  // 0 at the low end, 1 at the high one; values beyond are brought to the end.
  double place(double value) const;
  bool holds(double value) const;  // between the ends

  Spacing spacing = Spacing::linear;
  double low = 0;
  double high = 1;
  std::vector<AxisTick> ticks;
  std::string header;  // the unit, where the ticks do not have theirs
};

// For y: the ends are moved outwards to ticks. low <= high, both plottable; logarithmic: above 0.
ChartAxis value_axis(AxisUnit unit, AxisScale scale, double low, double high, bool from_zero);
// For x: from one value exactly to the other, ticks with their units.
ChartAxis course_axis(AxisUnit unit, double low, double high);
// Logarithmic milliseconds along x, exactly from one to the other; 0 < low < high.
ChartAxis response_time_axis(double low, double high);

// Ticks of seconds since a start: at 1, 2, 5, 10, 15, 20, 30 of seconds or minutes, of hours, of
// days.
std::vector<AxisTick> elapsed_ticks(double low, double high, int wanted);
// Ticks of seconds since 1970 in UTC: at full minutes, hours, days, weeks, months, years.
std::vector<AxisTick> calendar_ticks(double low, double high, int wanted);
// "2026-03-01 14:05 UTC"
std::string calendar_text(double epoch_seconds);

// A value as a person reads it beside its name.
std::string unit_text(AxisUnit unit, double value);

}  // namespace perf_mgmt
