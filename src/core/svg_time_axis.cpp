// Ticks of time: clocks and calendars do not count by tens.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>

#include "svg_axis.hpp"

namespace perf_mgmt {

namespace {

constexpr double kMinute = 60;
constexpr double kHour = 60 * kMinute;
constexpr double kDay = 24 * kHour;
constexpr double kMonth = 30.44 * kDay;  // about
constexpr double kFarthestTime = 6e10;   // the year 3871; years before 1 are as far

// 1970-01-05 was the first Monday.
constexpr double kFirstMonday = 4 * kDay;

struct Moment {
  std::chrono::year_month_day date;
  int minute = 0;  // of the day
};

Moment moment_of(double epoch_seconds) {
  using namespace std::chrono;
  const double within = std::clamp(epoch_seconds, -kFarthestTime, kFarthestTime);
  const double day = std::floor(within / kDay);
  return {sys_days(days(static_cast<int>(day))), static_cast<int>((within - day * kDay) / kMinute)};
}

std::string month_text(const std::chrono::year_month_day& date) {
  return fmt::format("{:04}-{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()));
}
std::string day_text(const std::chrono::year_month_day& date) {
  return month_text(date) + fmt::format("-{:02}", static_cast<unsigned>(date.day()));
}
std::string clock_text(int minute) {
  return fmt::format("{:02}:{:02}", minute / 60, minute % 60);
}

// Multiples of a step, counted from `origin`, from low to high.
std::vector<double> regular(double low, double high, double step, double origin) {
  std::vector<double> values;
  const double first = std::ceil((low - origin) / step - kTickSlack);
  const double last = std::floor((high - origin) / step + kTickSlack);
  for (double i = first; i <= last; ++i) values.push_back(origin + i * step);
  return values;
}

std::vector<AxisTick> month_ticks(double low, double high, int step) {
  using namespace std::chrono;
  std::vector<AxisTick> ticks;
  const year_month_day start = moment_of(low).date;
  int month = static_cast<int>(start.year()) * 12 + static_cast<int>(unsigned(start.month())) - 1;
  month -= month % step;
  for (;; month += step) {
    const year_month_day date{year(month / 12), std::chrono::month(month % 12 + 1), day(1)};
    const double value = static_cast<double>(sys_days(date).time_since_epoch().count()) * kDay;
    if (value > high) return ticks;
    if (value < low) continue;
    const std::string text = month_text(date);
    ticks.push_back({value, step % 12 == 0 ? text.substr(0, 4) : text});
  }
}

// The date once, and again where another day begins.
std::vector<AxisTick> clock_ticks(const std::vector<double>& values) {
  std::vector<AxisTick> ticks;
  for (const double value : values) {
    const Moment moment = moment_of(value);
    std::string text = clock_text(moment.minute);
    const std::string day = day_text(moment.date).substr(5);
    if (ticks.empty()) {
      text.insert(0, day + " ");
    } else if (moment.minute == 0) {
      text = day;
    }
    ticks.push_back({value, text});
  }
  return ticks;
}

}  // namespace

std::vector<AxisTick> elapsed_ticks(double low, double high, int wanted) {
  constexpr std::array<double, 18> kSteps = {
      1,       2,           5,           10,           15,           20,           30,
      kMinute, 2 * kMinute, 5 * kMinute, 10 * kMinute, 15 * kMinute, 20 * kMinute, 30 * kMinute,
      kHour,   2 * kHour,   3 * kHour,   6 * kHour};
  const double least = (high - low) / wanted;
  const auto step = std::ranges::lower_bound(kSteps, least * (1 - kTickSlack));
  std::vector<double> values;
  double unit = 1;
  const char* name = " s";
  if (least > 0.5 && step != kSteps.end()) {
    values = regular(low, high, *step, 0);
    if (*step >= kHour) {
      unit = kHour;
      name = " h";
    } else if (*step >= kMinute) {
      unit = kMinute;
      name = " min";
    }
  } else {
    // Parts of a second and days do count by tens.
    if (step == kSteps.end()) {
      unit = kDay;
      name = " d";
    }
    values = axis_ticks(low / unit, high / unit, wanted, AxisScale::linear);
    for (double& value : values) value *= unit;
  }
  std::vector<AxisTick> ticks;
  ticks.reserve(values.size());
  for (const double value : values) {
    ticks.push_back({value, value == 0 ? "0" : fmt::format("{:.6g}{}", value / unit, name)});
  }
  return ticks;
}

std::vector<AxisTick> calendar_ticks(double low, double high, int wanted) {
  constexpr std::array<double, 9> kSteps = {
      kMinute, 5 * kMinute, 15 * kMinute, kHour, 3 * kHour, 6 * kHour, 12 * kHour, kDay, 2 * kDay};
  constexpr std::array<int, 7> kMonths = {1, 3, 6, 12, 24, 60, 120};
  low = std::clamp(low, -kFarthestTime, kFarthestTime);
  high = std::clamp(high, -kFarthestTime, kFarthestTime);
  const double least = (high - low) / wanted;

  std::vector<AxisTick> ticks;
  if (least > 2 * kDay) {
    if (least > 14 * kDay) {
      const auto months = std::ranges::lower_bound(kMonths, least / kMonth);
      return month_ticks(low, high, months == kMonths.end() ? 1200 : *months);
    }
    const double step = least > 7 * kDay ? 14 * kDay : 7 * kDay;
    for (const double value : regular(low, high, step, kFirstMonday)) {
      ticks.push_back({value, day_text(moment_of(value).date)});
    }
    return ticks;
  }
  const double step = *std::ranges::lower_bound(kSteps, least);
  const std::vector<double> values = regular(low, high, step, 0);
  if (values.empty()) return {{low, calendar_text(low)}};  // within one minute
  if (step < kDay) return clock_ticks(values);
  for (const double value : values) ticks.push_back({value, day_text(moment_of(value).date)});
  return ticks;
}

std::string calendar_text(double epoch_seconds) {
  const Moment moment = moment_of(epoch_seconds);
  return day_text(moment.date) + " " + clock_text(moment.minute) + " UTC";
}

}  // namespace perf_mgmt
