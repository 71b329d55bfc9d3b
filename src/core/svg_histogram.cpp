// Bars between the times that they count, so their widths are those of the histogram's buckets.
#include <algorithm>
#include <iterator>
#include <utility>

#include "perf_mgmt/core/escape.hpp"
#include "perf_mgmt/core/quantity.hpp"
#include "perf_mgmt/core/svg_chart.hpp"
#include "svg_frame.hpp"

namespace perf_mgmt {

namespace {

constexpr double kBarGap = 0.4;   // between bars
constexpr double kLeastSize = 1;  // of a bar: the few that took longest are to be seen
constexpr std::size_t kLongestLabel = 12;
constexpr std::size_t kLongestBarText = 120;
constexpr double kLetterWidth = 6.7;  // about

bool is_usable(const HistogramBar& bar) {
  return is_plottable(bar.from_ms) && is_plottable(bar.to_ms) && is_plottable(bar.count) &&
         bar.from_ms >= 0 && bar.to_ms > bar.from_ms && bar.count >= 0;
}

// A logarithmic axis has no place for 0: the first bar gets half of what it reaches to.
double left_end(const HistogramBar& bar) {
  return bar.from_ms > 0 ? bar.from_ms : bar.to_ms / 2;
}

// "1.20 ms to 1.50 ms: 1,234 (12.3 %)"
std::string bar_text(const HistogramBar& bar, double all) {
  return duration_text(bar.from_ms) + " to " + duration_text(bar.to_ms) + ": " +
         whole_number(bar.count) + " (" + percent_text(100 * bar.count / all) + ")";
}

// Lines with what they are above them; a label that would run into the one before is left to the
// strip.
std::string labelled_marks(std::vector<ChartMark> marks, const ChartAxis& axis) {
  std::erase_if(marks, [&](const ChartMark& mark) { return !axis.holds(mark.x); });
  std::ranges::stable_sort(marks, {}, &ChartMark::x);
  std::string out;
  double taken = 0;
  for (const ChartMark& mark : marks) {
    const double x = plot_x(axis, mark.x);
    const ChartKind& kind = mark_kind(mark.kind);
    const std::string css = "mark " + std::string(kind.css);
    SvgPath line;
    line.move(x, kPlotTop - 2);
    line.line(x, kPlotBottom);
    out += path_element(css, line, R"(stroke="currentColor" stroke-dasharray="3 3")");
    const std::string label = clipped(mark.text, kLongestLabel);
    const double half = static_cast<double>(display_width(label)) * kLetterWidth / 2;
    const double middle = std::min(x, kPlotRight - half);
    if (middle - half < taken) continue;
    taken = middle + half + kLetterWidth / 2;
    out += "<text class=\"" + css + "\" x=\"" + coordinate(middle) + "\" y=\"" +
           coordinate(kPlotTop - 5) + "\" text-anchor=\"middle\">" + html_text(label) + "</text>\n";
  }
  return out;
}

}  // namespace

std::string svg_histogram(const std::string& id, const std::string& title,
                          const std::string& description, const std::vector<HistogramBar>& bars,
                          const std::vector<ChartMark>& marks) {
  std::vector<HistogramBar> usable;
  std::ranges::copy_if(bars, std::back_inserter(usable), is_usable);
  double all = 0;
  double highest = 0;
  for (const HistogramBar& bar : usable) {
    all += bar.count;
    highest = std::max(highest, bar.count);
  }
  if (all <= 0) return chart_of_nothing(id, title);

  double low = left_end(usable.front());
  double high = usable.front().to_ms;
  for (const HistogramBar& bar : usable) {
    low = std::min(low, left_end(bar));
    high = std::max(high, bar.to_ms);
  }
  const ChartAxis x = response_time_axis(low, high);
  const ChartAxis y = value_axis(AxisUnit::count, AxisScale::linear, 0, highest, true);
  SvgPath path;
  std::vector<ChartStrip> strips;
  for (const HistogramBar& bar : usable) {
    const double left = plot_x(x, left_end(bar));
    const double right = plot_x(x, bar.to_ms);
    if (bar.count > 0) {
      const double top = std::min(plot_y(y, bar.count), kPlotBottom - kLeastSize);
      path.box(left, top, std::max(right - left - kBarGap, kLeastSize), kPlotBottom - top);
    }
    std::string text = bar_text(bar, all);
    for (const ChartMark& mark : marks) {
      if (mark.x < bar.from_ms || !(mark.x < bar.to_ms)) continue;
      text += "; " + clipped(mark.text, kLongestBarText);
    }
    strips.push_back({left, right, (left + right) / 2, std::move(text)});
  }
  return chart_opening(id, title, description, {}) + chart_axes(x, y) +
         path_element("bars c1", path, R"(fill="currentColor")") + labelled_marks(marks, x) +
         chart_closing(id, strips);
}

}  // namespace perf_mgmt
