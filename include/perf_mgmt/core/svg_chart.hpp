// Charts as inline SVG: axes with round ticks and units, lines, stacked areas, bars, marks, bands.
//
// A chart is 480 units wide and scales with its box: two stand beside each other on a desk, one
// fills a phone. All text is escaped here, long ones are clipped. What a page needs to know of the
// markup:
//
//   figure.chart#ID > figcaption#ID-title, ul.legend > li > svg.key, svg.plot, p.readout#ID-readout
//   svg.plot: role="img", named by the title, described by its <desc>; path.grid, text.tick,
//   path.line, path.dots, path.area, path.bars, path.level, path.mark, path.band, line.cursor,
//   g.strips > path[data-at] > title; p.nothing instead of a plot where there is no value
//
// Everything is drawn in currentColor, so one chart serves light, dark and print: classes c1 to c8
// and the kinds of marks and bands get a `color` from the page's CSS, and without CSS it is black.
// Series that are dashed, and kinds of marks and bands, differ by more than colour. What a point's
// figures are is the <title> of a transparent strip, which browsers show by themselves; a script
// may take the titles off and show them in p.readout on hover, touch and arrow keys, with
// line.cursor made visible and translated by data-at. It is for the script to make svg.plot
// focusable.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace perf_mgmt {

enum class AxisScale { linear, logarithmic };

// What the numbers of an axis are, for ticks and texts; epochs are shown in UTC. Whatever is not
// finite, or beyond a thousand million millions, counts as not there.
enum class AxisUnit {
  milliseconds,
  per_second,
  percent,
  count,
  elapsed_seconds,
  epoch_seconds,
  percentile
};

struct ChartSeries {
  std::string name;
  int colour = 1;                             // 1 to 8
  std::vector<std::optional<double>> values;  // as many as the chart has x; nothing: a gap
  bool dashed = false;
  bool dots = false;  // a dot for each value, for few of them
};
// A vertical line; its text is told by the nearest point. kind: failure, event, accepted, change,
// baseline (a CSS class); another one counts as an event.
struct ChartMark {
  double x = 0;
  std::string text;
  std::string kind;
};
// A background from one x to another, told by the points within. kind: warmup, disturbed; another
// one counts as disturbed.
struct ChartBand {
  double from = 0;
  double to = 0;
  std::string text;
  std::string kind;
};
// A horizontal line: a limit. One far beyond the values is named in the legend and not drawn.
struct ChartLevel {
  double y = 0;
  std::string text;
};

struct Chart {
  std::string id;  // unique on the page, [a-z0-9-]
  std::string title;
  std::string description;  // what is to be seen, in words and figures
  AxisUnit x_unit = AxisUnit::elapsed_seconds;
  AxisUnit y_unit = AxisUnit::milliseconds;
  AxisScale y_scale = AxisScale::linear;  // logarithmic: values up to 0 are not drawn
  bool y_from_zero = true;                // linear: the axis begins at 0
  std::vector<double> x;                  // rising; one that does not is left out
  std::vector<std::string> x_texts;       // what a point is called in its read-out; empty: its x
  std::vector<ChartSeries> series;
  bool stacked = false;  // values on top of each other, as areas; linear, from 0
  std::vector<ChartMark> marks;
  std::vector<ChartBand> bands;
  std::vector<ChartLevel> levels;
};

// The chart as <figure class="chart">, with title, legend, SVG and a place for the read-out. A
// chart without one finite value says so in words. x_unit percentile: x are fractions q (0 <= q <
// 1), drawn at log10(1 / (1 - q)), with ticks at 0, .5, .9, .99, ...
std::string svg_chart(const Chart& chart);

struct HistogramBar {
  double from_ms = 0;  // > 0 but for the first
  double to_ms = 0;
  double count = 0;
};
// Counts of response times, on a logarithmic time axis; marks at times, with their texts
// (percentiles).
std::string svg_histogram(const std::string& id, const std::string& title,
                          const std::string& description, const std::vector<HistogramBar>& bars,
                          const std::vector<ChartMark>& marks);

// Places of ticks from low to high, about `wanted` of them, at 1, 2, 2.5 or 5 times a power of ten;
// logarithmic: at powers of ten, and 2 and 5 times them where there are few; as linear ones where
// even those are fewer than two. None where low is not below high. Exposed for tests.
std::vector<double> axis_ticks(double low, double high, int wanted, AxisScale scale);

}  // namespace perf_mgmt
