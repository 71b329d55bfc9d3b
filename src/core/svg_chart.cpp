// A chart is drawn from back to front: bands, axes, values, marks, limits, and the strips on top,
// which tell a point's figures and what of bands and marks is there.
#include "perf_mgmt/core/svg_chart.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "perf_mgmt/core/escape.hpp"
#include "svg_frame.hpp"

namespace perf_mgmt {

namespace {

// A point's text is repeated for each of hundreds of points.
constexpr std::size_t kLongestName = 40;
constexpr std::size_t kLongestText = 120;
constexpr std::size_t kMostMarksOfPoint = 3;
// Marks and bands lengthen the axis at most by so much of what the points take.
constexpr double kBeyondPoints = 0.1;
// A limit further off would press the values into a line.
constexpr double kFarthestLevel = 2;

// The lowest and the highest of what it saw.
struct Extent {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();
  bool empty() const { return low > high; }
  void include(double value) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
};

class ChartDrawing {
 public:
  explicit ChartDrawing(const Chart& chart) : chart_(chart) {
    for (std::size_t i = 0; i < chart.x.size(); ++i) {
      const double x = chart.x[i];
      if (!can_be_placed(x)) continue;
      if (points_.empty() || x > chart.x[points_.back()]) points_.push_back(i);
    }
  }

  std::string draw() {
    if (!make_axes()) return chart_of_nothing(chart_.id, chart_.title);
    // Parts first: they find out what the legend needs.
    const std::string bands = bands_text();
    const std::string values = chart_.stacked ? areas_text() : lines_text();
    const std::string levels = levels_text();
    const std::string marks = marks_text();
    return chart_opening(chart_.id, chart_.title, chart_.description, legend_) + bands +
           chart_axes(x_axis_, y_axis_) + values + marks + levels +
           chart_closing(chart_.id, strips());
  }

 private:
  bool can_be_placed(double x) const {
    if (!is_plottable(x)) return false;
    return chart_.x_unit != AxisUnit::percentile || (x >= 0 && x < 1);
  }

  std::optional<double> value_at(const ChartSeries& series, std::size_t point) const {
    if (point >= series.values.size()) return std::nullopt;
    const std::optional<double>& value = series.values[point];
    return value && is_plottable(*value) ? value : std::nullopt;
  }
  bool is_drawn(double y) const { return !is_logarithmic() || y > 0; }
  bool is_logarithmic() const {
    return chart_.y_scale == AxisScale::logarithmic && !chart_.stacked;
  }

  // False where there is not one value.
  bool make_axes() {
    Extent x;
    Extent y;
    for (const std::size_t point : points_) {
      double sum = 0;
      bool any = false;
      for (const ChartSeries& series : chart_.series) {
        const std::optional<double> value = value_at(series, point);
        if (!value || !is_drawn(*value)) continue;
        any = true;
        sum += std::max(*value, 0.0);
        if (!chart_.stacked) y.include(*value);
      }
      if (chart_.stacked && any) y.include(sum);
      x.include(chart_.x[point]);
    }
    if (y.empty()) return false;
    const double high = y.high;
    for (const ChartLevel& level : chart_.levels) {
      if (is_near(level, high)) y.include(level.y);
    }
    const bool from_zero = chart_.y_from_zero || chart_.stacked;
    y_axis_ =
        value_axis(chart_.y_unit, is_logarithmic() ? AxisScale::logarithmic : AxisScale::linear,
                   y.low, y.high, from_zero);
    widen(x);
    x_axis_ = course_axis(chart_.x_unit, x.low, x.high);
    return true;
  }

  bool is_near(const ChartLevel& level, double high) const {
    return is_plottable(level.y) && is_drawn(level.y) && level.y <= kFarthestLevel * high &&
           (level.y >= 0 || level.y >= -kFarthestLevel * std::abs(high));
  }

  // From the points to the axis: with what else lies along it, and never without length.
  void widen(Extent& x) const {
    const Extent points = x;
    const double beyond = kBeyondPoints * (points.high - points.low);
    const auto include = [&](double at) {
      if (can_be_placed(at) && at >= points.low - beyond && at <= points.high + beyond) {
        x.include(at);
      }
    };
    for (const ChartMark& mark : chart_.marks) include(mark.x);
    for (const ChartBand& band : chart_.bands) {
      include(band.from);
      include(band.to);
    }
    const bool counts_from_zero =
        chart_.x_unit == AxisUnit::elapsed_seconds || chart_.x_unit == AxisUnit::percentile;
    if (counts_from_zero) x.include(0);
    if (x.low < x.high) return;
    const double margin = chart_.x_unit == AxisUnit::epoch_seconds ? 3600
                          : chart_.x_unit == AxisUnit::percentile  ? 0.5
                                                                   : 1;
    x.high += margin;
    if (!counts_from_zero) x.low -= margin;
  }

  double x_of(std::size_t point) const { return plot_x(x_axis_, chart_.x[point]); }

  void add_key(LegendKey key) {
    const bool known = std::ranges::any_of(legend_, [&](const LegendKey& other) {
      return other.look == key.look && other.css == key.css && other.name == key.name;
    });
    if (!known) legend_.push_back(std::move(key));
  }

  std::string lines_text() {
    std::string out;
    for (const ChartSeries& series : chart_.series) {
      const std::string colour = colour_class(series.colour);
      const LegendKey::Look look = series.dashed ? LegendKey::Look::dashed : LegendKey::Look::line;
      add_key({look, colour, series.name});
      std::string stroke =
          R"(fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" )"
          R"(stroke-linejoin="round")";
      if (series.dashed) stroke += R"( stroke-dasharray="5 4")";
      out += path_element("line " + colour, line_of(series), stroke);
      if (!series.dots) continue;
      SvgPath dots;
      for (const std::size_t point : points_) {
        const std::optional<double> value = value_at(series, point);
        if (value && is_drawn(*value)) dots.dot(x_of(point), plot_y(y_axis_, *value));
      }
      out += path_element("dots " + colour, dots,
                          R"(stroke="currentColor" stroke-width="5" stroke-linecap="round")");
    }
    return out;
  }

  // Between gaps; a point alone is a dot.
  SvgPath line_of(const ChartSeries& series) const {
    SvgPath path;
    std::size_t length = 0;  // of the line since the last gap
    double x = 0;
    double y = 0;
    const auto finish = [&] {
      if (length == 1) path.dot(x, y);
      length = 0;
    };
    for (const std::size_t point : points_) {
      const std::optional<double> value = value_at(series, point);
      if (!value || !is_drawn(*value)) {
        finish();
        continue;
      }
      const double next_x = x_of(point);
      const double next_y = plot_y(y_axis_, *value);
      if (length == 1) path.move(x, y);
      if (length >= 1) path.line(next_x, next_y);
      x = next_x;
      y = next_y;
      ++length;
    }
    finish();
    return path;
  }

  std::string areas_text() {
    std::vector<double> base(points_.size(), 0);
    std::string out;
    for (const ChartSeries& series : chart_.series) {
      const std::string colour = colour_class(series.colour);
      add_key({LegendKey::Look::area, colour, series.name});
      std::vector<double> top = base;
      for (std::size_t i = 0; i < points_.size(); ++i) {
        top[i] += std::max(value_at(series, points_[i]).value_or(0), 0.0);
      }
      out += path_element("area " + colour, area_between(base, top),
                          R"(fill="currentColor" fill-opacity=".85")");
      base = std::move(top);
    }
    return out;
  }

  bool has_value(std::size_t point) const {
    return std::ranges::any_of(chart_.series, [&](const ChartSeries& series) {
      return value_at(series, point).has_value();
    });
  }

  // One shape for each run of points that have a value; nothing where the series is 0 throughout.
  SvgPath area_between(const std::vector<double>& base, const std::vector<double>& top) const {
    SvgPath path;
    std::size_t first = 0;
    while (first < points_.size()) {
      std::size_t end = first;
      bool is_seen = false;
      for (; end < points_.size() && has_value(points_[end]); ++end) {
        is_seen = is_seen || top[end] > base[end];
      }
      if (is_seen) append_area(path, base, top, first, end);
      first = end + 1;
    }
    return path;
  }

  void append_area(SvgPath& path, const std::vector<double>& base, const std::vector<double>& top,
                   std::size_t first, std::size_t end) const {
    if (end - first == 1) {  // without width it would not be seen
      const double y = plot_y(y_axis_, top[first]);
      path.box(x_of(points_[first]) - 0.5, y, 1, plot_y(y_axis_, base[first]) - y);
      return;
    }
    path.move(x_of(points_[first]), plot_y(y_axis_, top[first]));
    for (std::size_t i = first + 1; i < end; ++i) {
      path.line(x_of(points_[i]), plot_y(y_axis_, top[i]));
    }
    for (std::size_t i = end; i > first; --i) {
      path.line(x_of(points_[i - 1]), plot_y(y_axis_, base[i - 1]));
    }
    path.close();
  }

  std::string bands_text() {
    std::string out;
    for (const std::string_view css : {"warmup", "disturbed"}) {
      const ChartKind& kind = band_kind(css);
      SvgPath path;
      for (const ChartBand& band : chart_.bands) {
        if (&band_kind(band.kind) != &kind || !is_plottable(band.from) || !is_plottable(band.to)) {
          continue;
        }
        if (band.to <= x_axis_.low || band.from >= x_axis_.high || band.to <= band.from) continue;
        const double left = plot_x(x_axis_, band.from);
        const double width = std::max(plot_x(x_axis_, band.to) - left, 0.5);
        path.box(left, kPlotTop, width, kPlotBottom - kPlotTop);
      }
      if (path.empty()) continue;
      add_key({LegendKey::Look::band, std::string(kind.css), std::string(kind.name)});
      // An edge tells the disturbed ones from the warm-up on paper.
      out += path_element("band " + std::string(kind.css), path,
                          css == "warmup"
                              ? R"(fill="currentColor" fill-opacity=".15")"
                              : R"(fill="currentColor" fill-opacity=".15" stroke="currentColor" )"
                                R"(stroke-dasharray="2 2")");
    }
    return out;
  }

  std::string levels_text() {
    std::string out;
    for (const ChartLevel& level : chart_.levels) {
      if (!is_plottable(level.y)) continue;
      if (!y_axis_.holds(level.y)) {
        add_key({LegendKey::Look::level, "level",
                 clipped(level.text, kLongestName) + " (beyond the axis)"});
        continue;
      }
      const double y = plot_y(y_axis_, level.y);
      SvgPath path;
      path.move(kPlotLeft, y);
      path.line(kPlotRight, y);
      out += path_element("level", path, R"(stroke="currentColor" stroke-dasharray="7 3")");
      // Below the line where above it is no room.
      const double text_y = y < kPlotTop + 16 ? y + 13 : y - 4;
      out += "<text class=\"level\" x=\"" + coordinate(kPlotRight - 2) + "\" y=\"" +
             coordinate(text_y) + "\" text-anchor=\"end\">" +
             html_text(clipped(level.text, kLongestName)) + "</text>\n";
    }
    return out;
  }

  std::string marks_text() {
    std::string out;
    for (const std::string_view css : {"event", "change", "accepted", "baseline", "failure"}) {
      const ChartKind& kind = mark_kind(css);
      std::vector<double> places;
      for (const ChartMark& mark : chart_.marks) {
        if (&mark_kind(mark.kind) != &kind || !x_axis_.holds(mark.x)) continue;
        places.push_back(plot_x(x_axis_, mark.x));
      }
      if (places.empty()) continue;
      add_key({LegendKey::Look::mark, std::string(kind.css), std::string(kind.name), kind.sign});
      out += chart_marks(kind, places);
    }
    return out;
  }

  std::vector<ChartStrip> strips() const {
    std::vector<std::string> beside = marks_beside();
    std::vector<ChartStrip> strips;
    double from = kPlotLeft;
    for (std::size_t i = 0; i < points_.size(); ++i) {
      const double at = x_of(points_[i]);
      const double to = i + 1 < points_.size() ? (at + x_of(points_[i + 1])) / 2 : kPlotRight;
      strips.push_back({from, to, at, point_text(points_[i]) + beside[i]});
      from = to;
    }
    return strips;
  }

  // What each point tells of marks, by place in points_.
  std::vector<std::string> marks_beside() const {
    std::vector<std::string> texts(points_.size());
    std::vector<std::size_t> counts(points_.size(), 0);
    for (const ChartMark& mark : chart_.marks) {
      if (!x_axis_.holds(mark.x)) continue;
      const std::size_t i = nearest_point(mark.x);
      if (++counts[i] <= kMostMarksOfPoint) texts[i] += "; " + clipped(mark.text, kLongestText);
    }
    for (std::size_t i = 0; i < texts.size(); ++i) {
      if (counts[i] <= kMostMarksOfPoint) continue;
      texts[i] += "; and " + std::to_string(counts[i] - kMostMarksOfPoint) + " more";
    }
    return texts;
  }

  std::size_t nearest_point(double x) const {
    const auto x_of_point = [&](std::size_t point) { return chart_.x[point]; };
    const auto after = std::ranges::lower_bound(points_, x, {}, x_of_point);
    if (after == points_.begin()) return 0;
    const auto i = static_cast<std::size_t>(after - points_.begin());
    if (after == points_.end()) return i - 1;
    return x - chart_.x[points_[i - 1]] <= chart_.x[points_[i]] - x ? i - 1 : i;
  }

  // "12 min 30 s: p50 1.20 ms, p95 4.50 ms; warm-up"
  std::string point_text(std::size_t point) const {
    const double x = chart_.x[point];
    std::string text = point < chart_.x_texts.size() ? clipped(chart_.x_texts[point], kLongestText)
                                                     : unit_text(chart_.x_unit, x);
    const char* separator = ": ";
    for (const ChartSeries& series : chart_.series) {
      const std::optional<double> value = value_at(series, point);
      if (chart_.stacked && value.value_or(0) <= 0) continue;  // most kinds of waits are not there
      text += separator + clipped(series.name, kLongestName) + (series.name.empty() ? "" : " ") +
              (value ? unit_text(chart_.y_unit, *value) : "\u2013");
      separator = ", ";
    }
    for (const ChartBand& band : chart_.bands) {
      if (!(x >= band.from && x < band.to)) continue;  // what begins at its end is no longer in it
      text += "; " + (band.text.empty() ? std::string(band_kind(band.kind).name)
                                        : clipped(band.text, kLongestText));
    }
    return text;
  }

  const Chart& chart_;
  std::vector<std::size_t> points_;  // the usable ones of chart_.x
  ChartAxis x_axis_;
  ChartAxis y_axis_;
  std::vector<LegendKey> legend_;
};

}  // namespace

std::string svg_chart(const Chart& chart) {
  return ChartDrawing(chart).draw();
}

}  // namespace perf_mgmt
