// A line that fits a table cell: from the lowest to the highest of its values.
#include <algorithm>
#include <span>

#include "perf_mgmt/core/svg_chart.hpp"
#include "svg_frame.hpp"

namespace perf_mgmt {

namespace {

constexpr std::size_t kMostValues = 200;
constexpr double kMargin = 2;  // for the line's own breadth
constexpr double kWidth = 100;
constexpr double kHeight = 20;

bool is_there(const std::optional<double>& value) {
  return value && is_plottable(*value);
}

}  // namespace

std::string svg_sparkline(const std::vector<std::optional<double>>& values, int colour) {
  const std::size_t left_out = values.size() - std::min(values.size(), kMostValues);
  const std::span<const std::optional<double>> shown =
      std::span<const std::optional<double>>(values).subspan(left_out);
  const auto first = std::ranges::find_if(shown, is_there);
  if (first == shown.end()) return {};

  double low = **first;
  double high = **first;
  for (const std::optional<double>& value : shown) {
    if (!is_there(value)) continue;
    low = std::min(low, *value);
    high = std::max(high, *value);
  }
  const double step = (kWidth - 2 * kMargin) / std::max(static_cast<double>(shown.size()) - 1, 1.0);
  const auto y_of = [&](double value) {
    const double part = high > low ? (value - low) / (high - low) : 0.5;
    return kHeight - kMargin - (kHeight - 2 * kMargin) * part;
  };
  SvgPath path;
  for (std::size_t i = 0; i < shown.size(); ++i) {
    if (!is_there(shown[i])) continue;
    const double x = kMargin + step * static_cast<double>(i);
    const double y = y_of(*shown[i]);
    if (i > 0 && is_there(shown[i - 1])) {
      path.line(x, y);
    } else {
      path.dot(x, y);
    }
  }
  return "<svg class=\"spark " + colour_class(colour) +
         "\" viewBox=\"0 0 100 20\" width=\"100\" height=\"20\" aria-hidden=\"true\">" +
         path_element(
             "line", path,
             R"(fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round")") +
         "</svg>";
}

}  // namespace perf_mgmt
