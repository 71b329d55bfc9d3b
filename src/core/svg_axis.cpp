// A tick is a whole multiple of a step that is 1, 2, 2.5 or 5 times a power of ten. Its value is
// made of the two whole numbers, so that the third tick of a tenth is 0.3 and not
// 0.30000000000000004.
#include "svg_axis.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "perf_mgmt/core/quantity.hpp"

namespace perf_mgmt {

namespace {

constexpr double kLargest = 1e15;
constexpr int kMostTicks = 100;
constexpr int kTicksOfY = 4;
constexpr int kTicksOfX = 6;
constexpr int kTicksOfDates = 4;  // which are long

struct Step {
  double multiple = 1;
  int exponent = 0;
  double size() const { return value(1); }
  double value(double count) const {
    const double power = std::pow(10.0, std::abs(exponent));
    return exponent < 0 ? count * multiple / power : count * multiple * power;
  }
};

// The smallest that is at least `size`.
Step step_of(double size) {
  const int exponent = static_cast<int>(std::floor(std::log10(size)));
  for (const double multiple : {1.0, 2.0, 2.5, 5.0}) {
    const Step step{multiple, exponent};
    if (step.size() >= size * (1 - kTickSlack)) return step;
  }
  return {1, exponent + 1};
}

std::vector<double> multiples(const Step& step, double first, double last) {
  std::vector<double> values;
  const double count = std::min(last - first, static_cast<double>(kMostTicks));
  for (int i = 0; i <= count; ++i) values.push_back(step.value(first + i) + 0.0);  // no -0
  return values;
}

// Whether doubles still tell the ticks apart.
bool can_be_divided(double low, double high) {
  if (!is_plottable(low) || !is_plottable(high) || !(low < high)) return false;
  const double least = 1e-12 * std::max(std::abs(low), std::abs(high));
  return high - low > std::max(least, 1e-12);
}

std::vector<double> linear_ticks(double low, double high, int wanted) {
  const Step step = step_of((high - low) / wanted);
  return multiples(step, std::ceil(low / step.size() - kTickSlack),
                   std::floor(high / step.size() + kTickSlack));
}

std::vector<double> logarithmic_ticks(double low, double high, int wanted) {
  std::vector<double> powers;
  std::vector<double> all;
  const int first = static_cast<int>(std::floor(std::log10(low)));
  const int last = static_cast<int>(std::floor(std::log10(high) + kTickSlack));
  for (int exponent = first; exponent <= last; ++exponent) {
    for (const double multiple : {1.0, 2.0, 5.0}) {
      const double value = Step{multiple, exponent}.size();
      if (value < low * (1 - kTickSlack) || value > high * (1 + kTickSlack)) continue;
      all.push_back(value);
      if (multiple == 1) powers.push_back(value);
    }
  }
  if (all.size() < 2) return linear_ticks(low, high, wanted);
  if (2 * powers.size() <= static_cast<std::size_t>(wanted)) return all;
  // Decades by twos, threes ... where there are too many.
  const std::size_t every = 1 + (powers.size() - 1) / (2 * static_cast<std::size_t>(wanted));
  std::vector<double> chosen;
  for (std::size_t i = 0; i < powers.size(); i += every) chosen.push_back(powers[i]);
  return chosen;
}

// What the numbers of a linear axis are divided by, and what is written behind and above them.
struct Display {
  double divisor = 1;
  const char* suffix = "";
  const char* header = "";
};

Display display_of_time(double milliseconds) {
  if (milliseconds < 1e-3) return {1e-6, "", "ns"};
  if (milliseconds < 0.1) return {1e-3, "", "\u00b5s"};
  if (milliseconds < 1e3) return {1, "", "ms"};
  if (milliseconds < 120e3) return {1e3, "", "s"};
  if (milliseconds < 7200e3) return {60e3, "", "min"};
  return {3600e3, "", "h"};
}

Display display_of(AxisUnit unit, double largest) {
  if (unit == AxisUnit::milliseconds) return display_of_time(largest);
  if (unit == AxisUnit::elapsed_seconds) {
    Display display = display_of_time(largest * 1e3);
    display.divisor /= 1e3;
    return display;
  }
  Display display;
  if (unit == AxisUnit::per_second) display.header = "per second";
  if (unit == AxisUnit::percent) display.header = "%";
  constexpr std::array<std::pair<double, const char*>, 4> kThousands = {
      {{1e12, " T"}, {1e9, " G"}, {1e6, " M"}, {1e3, " k"}}};
  for (const auto& [divisor, suffix] : kThousands) {
    if (largest < 10 * divisor) continue;  // "1,200" is as short as "1.2 k"
    display.divisor = divisor;
    display.suffix = suffix;
    break;
  }
  return display;
}

// With the decimals that the step has.
std::string number_text(double value, double step) {
  if (value == 0) return "0";
  int decimals = 0;
  for (double scaled = step; decimals < 9; ++decimals, scaled *= 10) {
    if (std::abs(scaled - std::round(scaled)) < 1e-6 * scaled) break;
  }
  if (decimals == 0) return whole_number(value);
  return fmt::format("{:.{}f}", value, decimals);
}

std::vector<AxisTick> texts_of(const std::vector<double>& values, double step,
                               const Display& display, const std::string& behind) {
  std::vector<AxisTick> ticks;
  for (const double value : values) {
    std::string text = number_text(value, step);
    if (value != 0) text += display.suffix;
    ticks.push_back({value * display.divisor, text + behind});
  }
  return ticks;
}

// A tick that has its unit with it: "200 µs".
std::string tick_text(AxisUnit unit, double value) {
  const double milliseconds = unit == AxisUnit::elapsed_seconds ? value * 1e3 : value;
  if (unit == AxisUnit::milliseconds || unit == AxisUnit::elapsed_seconds) {
    Display display = {1e3, "", "s"};
    if (milliseconds < 1e-3) {
      display = {1e-6, "", "ns"};
    } else if (milliseconds < 1) {
      display = {1e-3, "", "\u00b5s"};
    } else if (milliseconds < 1e3) {
      display = {1, "", "ms"};
    }
    return fmt::format("{:.6g} {}", milliseconds / display.divisor, display.header);
  }
  const Display display = display_of(unit, value);
  return fmt::format("{:.6g}{}", value / display.divisor, display.suffix);
}

ChartAxis logarithmic_axis(AxisUnit unit, double low, double high) {
  ChartAxis axis;
  axis.spacing = ChartAxis::Spacing::logarithmic;
  axis.low = low;
  axis.high = high;
  if (unit == AxisUnit::per_second) axis.header = "per second";
  if (unit == AxisUnit::percent) axis.header = "%";
  for (const double value : axis_ticks(low, high, kTicksOfX, AxisScale::logarithmic)) {
    axis.ticks.push_back({value, tick_text(unit, value)});
  }
  return axis;
}

// 1, 2 or 5 times a power of ten, at most or at least the value.
double round_below(double value) {
  const int exponent = static_cast<int>(std::floor(std::log10(value) + kTickSlack));
  double below = Step{1, exponent}.size();
  for (const double multiple : {2.0, 5.0}) {
    const double candidate = Step{multiple, exponent}.size();
    if (candidate <= value * (1 + kTickSlack)) below = candidate;
  }
  return below;
}
double round_above(double value) {
  const int exponent = static_cast<int>(std::floor(std::log10(value) + kTickSlack));
  for (const double multiple : {1.0, 2.0, 5.0}) {
    const double candidate = Step{multiple, exponent}.size();
    if (candidate >= value * (1 - kTickSlack)) return candidate;
  }
  return Step{1, exponent + 1}.size();
}

double warped(ChartAxis::Spacing spacing, double value) {
  if (spacing == ChartAxis::Spacing::logarithmic) return std::log10(value);
  if (spacing == ChartAxis::Spacing::percentile) return -std::log10(1 - value);
  return value;
}

// 0.999 is "99.9 %".
std::string percentile_text(double quantile) {
  return fmt::format("{:.10g} %", 100 * quantile);
}

}  // namespace

bool is_plottable(double value) {
  return std::isfinite(value) && std::abs(value) <= kLargest;
}

double ChartAxis::place(double value) const {
  // Before the spacing is applied: beyond the ends there may be no logarithm.
  const double within = std::clamp(value, low, high);
  const double from = warped(spacing, low);
  const double span = warped(spacing, high) - from;
  const double part = span > 0 ? (warped(spacing, within) - from) / span : 0.5;
  return std::isfinite(part) ? std::clamp(part, 0.0, 1.0) : 0;
}

bool ChartAxis::holds(double value) const {
  return value >= low && value <= high;
}

std::vector<double> axis_ticks(double low, double high, int wanted, AxisScale scale) {
  if (wanted < 1 || !can_be_divided(low, high)) return {};
  if (scale == AxisScale::linear) return linear_ticks(low, high, wanted);
  if (low <= 0) return {};
  return logarithmic_ticks(low, high, wanted);
}

ChartAxis value_axis(AxisUnit unit, AxisScale scale, double low, double high, bool from_zero) {
  if (scale == AxisScale::logarithmic) {
    // Beyond these, decades cannot be told from zero.
    const double bottom = round_below(std::max(low, 1e-9));
    double top = round_above(std::max(high, bottom));
    if (top <= bottom) top = round_above(bottom * 1.5);
    return logarithmic_axis(unit, bottom, top);
  }

  if (from_zero) {
    low = std::min(low, 0.0);
    high = std::max(high, 0.0);
  }
  if (!can_be_divided(low, high)) high = low + std::max(std::abs(low) * 0.1, 1.0);
  const Display display = display_of(unit, std::max(std::abs(low), std::abs(high)));
  Step step = step_of((high - low) / display.divisor / kTicksOfY);
  if (unit == AxisUnit::count && display.divisor == 1 && step.size() < 1) step = {1, 0};
  const double unit_step = step.size() * display.divisor;
  const std::vector<double> values = multiples(step, std::floor(low / unit_step + kTickSlack),
                                               std::ceil(high / unit_step - kTickSlack));
  ChartAxis axis;
  axis.ticks = texts_of(values, step.size(), display, "");
  axis.header = display.header;
  axis.low = std::min(low, axis.ticks.front().value);
  axis.high = std::max(high, axis.ticks.back().value);
  return axis;
}

ChartAxis course_axis(AxisUnit unit, double low, double high) {
  ChartAxis axis;
  axis.low = low;
  axis.high = high;
  if (unit == AxisUnit::percentile) {
    axis.spacing = ChartAxis::Spacing::percentile;
    for (const double quantile : {0.0, 0.5, 0.9, 0.99, 0.999, 0.9999, 0.99999, 0.999999}) {
      if (axis.holds(quantile)) axis.ticks.push_back({quantile, percentile_text(quantile)});
    }
    return axis;
  }
  if (unit == AxisUnit::elapsed_seconds) {
    axis.ticks = elapsed_ticks(low, high, kTicksOfX);
    return axis;
  }
  if (unit == AxisUnit::epoch_seconds) {
    axis.ticks = calendar_ticks(low, high, kTicksOfDates);
    return axis;
  }
  const Display display = display_of(unit, std::max(std::abs(low), std::abs(high)));
  std::vector<double> values =
      axis_ticks(low / display.divisor, high / display.divisor, kTicksOfX, AxisScale::linear);
  if (unit == AxisUnit::count && display.divisor == 1) {  // there is no half of a user
    std::erase_if(values, [](double value) { return value != std::floor(value); });
  }
  const double step = values.size() > 1 ? values[1] - values[0] : 1;
  const bool is_time = unit == AxisUnit::milliseconds || unit == AxisUnit::percent;
  axis.ticks = texts_of(values, step, display, is_time ? std::string(" ") + display.header : "");
  return axis;
}

ChartAxis response_time_axis(double low, double high) {
  return logarithmic_axis(AxisUnit::milliseconds, low, high);
}

std::string unit_text(AxisUnit unit, double value) {
  switch (unit) {
    case AxisUnit::milliseconds:
      return duration_text(value);
    case AxisUnit::per_second:
      return short_number(value) + "/s";
    case AxisUnit::percent:
      return percent_text(value);
    case AxisUnit::count:
      return value == std::floor(value) ? whole_number(value) : short_number(value);
    case AxisUnit::elapsed_seconds:
      if (value >= 0 && value < 60 && value == std::floor(value)) return whole_number(value) + " s";
      return duration_text(value * 1e3);
    case AxisUnit::epoch_seconds:
      return calendar_text(value);
    case AxisUnit::percentile:
      return percentile_text(value);
  }
  return {};
}

}  // namespace perf_mgmt
