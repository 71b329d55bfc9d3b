// How many decimals a figure gets is decided on the rounded figure: 9.996 is "10.0", not "10.00".
#include "perf_mgmt/core/quantity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace perf_mgmt {

namespace {

constexpr const char* kDash = "\u2013";
constexpr double kWithoutExponent = 1e15;  // digits beyond are no figure of anybody's

double rounded(double value, int decimals) {
  const double power = std::pow(10.0, decimals);
  return std::round(value * power) / power;
}

// With commas, and without the sign of a zero.
std::string fixed_text(double value, int decimals) {
  const double size = std::abs(value);
  if (size >= kWithoutExponent) return fmt::format("{:.3g}", value);
  std::string text = fmt::format("{:.{}f}", size, decimals);
  const bool is_zero = text.find_first_not_of("0.") == std::string::npos;
  const std::size_t point = std::min(text.find('.'), text.size());
  for (std::size_t i = point; i > 3; i -= 3) text.insert(i - 3, ",");
  return value < 0 && !is_zero ? "-" + text : text;
}

// Decimals that leave three digits, at most `most` of them; 0 <= value.
int decimals_of_three(double value, int most) {
  int decimals = most;
  while (decimals > 0 && rounded(value, decimals) >= std::pow(10.0, 3 - decimals)) --decimals;
  return decimals;
}

struct Unit {
  const char* name;
  double factor;  // of it in one of the argument's unit
  double below;   // from here on the next unit takes over
};

// The first of the units that the rounded value fits into; empty where none does.
template <std::size_t N>
std::string in_unit(const std::array<Unit, N>& units, double size, int most_decimals) {
  for (const Unit& unit : units) {
    const double value = size * unit.factor;
    const int decimals = decimals_of_three(value, most_decimals);
    if (rounded(value, decimals) >= unit.below) continue;
    return fixed_text(value, decimals) + " " + unit.name;
  }
  return {};
}

// "3 min 20 s"; `small` of them are one of the large unit.
std::string in_two(double total_of_small, double small, const char* large_name,
                   const char* small_name) {
  const std::string large = whole_number(std::floor(total_of_small / small)) + " " + large_name;
  const double rest = std::fmod(total_of_small, small);
  return rest == 0 ? large : large + " " + whole_number(rest) + " " + small_name;
}

constexpr std::array<std::pair<std::string_view, const char*>, 22> kTitles = {{
    {"avg_response_time_ms", "mean response time"},
    {"p50_response_time_ms", "p50 response time"},
    {"p95_response_time_ms", "p95 response time"},
    {"p99_response_time_ms", "p99 response time"},
    {"p999_response_time_ms", "p99.9 response time"},
    {"min_response_time_ms", "shortest response time"},
    {"max_response_time_ms", "longest response time"},
    {"stddev_response_time_ms", "deviation of response times"},
    {"avg_service_time_ms", "mean service time"},
    {"p50_service_time_ms", "p50 service time"},
    {"p95_service_time_ms", "p95 service time"},
    {"p99_service_time_ms", "p99 service time"},
    {"avg_lag_ms", "mean lag"},
    {"p50_lag_ms", "p50 lag"},
    {"p95_lag_ms", "p95 lag"},
    {"p99_lag_ms", "p99 lag"},
    {"throughput_tps", "throughput"},
    {"error_rate_percent", "error rate"},
    {"cpu_usage_percent", "CPU usage"},
    {"memory_usage_percent", "memory usage"},
    {"disk_io_mb_per_sec", "disk IO"},
    {"steal_percent", "CPU steal"},
}};

const char* known_title(std::string_view metric) {
  for (const auto& [name, title] : kTitles) {
    if (name == metric) return title;
  }
  return nullptr;
}

}  // namespace

std::string short_number(double value) {
  if (!std::isfinite(value)) return kDash;
  const double size = std::abs(value);
  if (size == 0) return "0";
  if (rounded(size, 2) >= 100) return fixed_text(value, rounded(size, 1) >= 1000 ? 0 : 1);
  if (size < 1e-6) return fmt::format("{:.3g}", value);

  int exponent = static_cast<int>(std::floor(std::log10(size)));
  if (std::round(size * std::pow(10.0, 2 - exponent)) >= 1000) ++exponent;
  return fixed_text(value, exponent < 0 ? 2 - exponent : 2);
}

std::string column_number(double value) {
  const double size = std::abs(value);
  // From here on down three digits are more than four decimals.
  return size > 0 && size < 0.01 ? fixed_text(value, 4) : short_number(value);
}

std::string whole_number(double value) {
  return std::isfinite(value) ? fixed_text(std::round(value), 0) : kDash;
}

std::string counted(double count, std::string_view thing) {
  return whole_number(count) + " " + std::string(thing) + (count == 1 ? "" : "s");
}

std::string duration_text(double milliseconds) {
  static constexpr std::array<Unit, 4> kUnits = {
      {{"ns", 1e6, 1000}, {"\u00b5s", 1e3, 100}, {"ms", 1, 1000}, {"s", 1e-3, 60}}};
  if (!std::isfinite(milliseconds)) return kDash;
  const double size = std::abs(milliseconds);
  if (rounded(size * 1e6, 2) == 0) return "0 ms";
  const std::string sign = milliseconds < 0 ? "-" : "";
  if (const std::string text = in_unit(kUnits, size, 2); !text.empty()) return sign + text;

  const double seconds = std::round(size / 1e3);
  if (seconds < 3600) return sign + in_two(seconds, 60, "min", "s");
  const double minutes = std::round(size / 60e3);
  if (minutes < 48 * 60) return sign + in_two(minutes, 60, "h", "min");
  return sign + in_two(std::round(size / 3600e3), 24, "d", "h");
}

std::string bytes_text(double bytes) {
  static constexpr std::array<Unit, 7> kUnits = {{{"B", 1, 1000},
                                                  {"kB", 1e-3, 1000},
                                                  {"MB", 1e-6, 1000},
                                                  {"GB", 1e-9, 1000},
                                                  {"TB", 1e-12, 1000},
                                                  {"PB", 1e-15, 1000},
                                                  {"EB", 1e-18, 1e300}}};
  if (!std::isfinite(bytes)) return kDash;
  const double size = std::abs(bytes);
  const std::string sign = bytes < 0 && size >= 0.5 ? "-" : "";
  if (std::round(size) < 1000) return sign + whole_number(size) + " B";
  return sign + in_unit(kUnits, size, 1);
}

std::string percent_text(double percent) {
  if (!std::isfinite(percent)) return kDash;
  const double size = std::abs(percent);
  if (size == 0) return "0 %";
  int decimals = 1;
  if (size < 0.1) {
    decimals = 2;
    while (decimals < 4 && rounded(size, decimals) == 0) ++decimals;
  }
  return fixed_text(percent, decimals) + " %";
}

std::string signed_change(double change, std::string_view metric) {
  if (!std::isfinite(change)) return kDash;
  const std::string text = fixed_text(change, 1);
  const char* unit = metric == "error_rate_percent" ? " points" : " %";
  return (change > 0 && text != "0.0" ? "+" : "") + text + unit;
}

std::string or_dash(const std::optional<double>& value, std::string (*text)(double)) {
  return value ? text(*value) : kDash;
}

std::string metric_title(std::string_view metric) {
  if (const char* title = known_title(metric)) return title;
  // The name of a limit; "max_response_time_ms" itself is a metric.
  for (const std::string_view prefix : {"max_", "min_"}) {
    if (!metric.starts_with(prefix)) continue;
    if (const char* title = known_title(metric.substr(prefix.size()))) {
      return std::string("limit on ") + title;
    }
  }
  std::string title(metric);
  std::ranges::replace(title, '_', ' ');
  return title;
}

std::string metric_text(std::string_view metric, double value) {
  if (!std::isfinite(value)) return kDash;
  if (metric.ends_with("_ms")) return duration_text(value);
  if (metric.ends_with("_percent")) return percent_text(value);
  if (metric.ends_with("_tps")) return short_number(value) + "/s";
  if (metric.ends_with("_bytes")) return bytes_text(value);
  if (metric.ends_with("_mb_per_sec")) return short_number(value) + " MB/s";
  return short_number(value);
}

}  // namespace perf_mgmt
