// What all charts have: the figure with its title and legend, the area with its axes, the strips
// that tell a point's figures.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "svg_axis.hpp"
#include "svg_path.hpp"

namespace perf_mgmt {

// In units of the drawing, which is 480 wide; above the area is room for the axis' unit and for the
// signs of marks, below and left for ticks.
inline constexpr double kPlotLeft = 54;
inline constexpr double kPlotRight = 470;
inline constexpr double kPlotTop = 24;
inline constexpr double kPlotBottom = 196;

inline double plot_x(const ChartAxis& axis, double value) {
  return kPlotLeft + (kPlotRight - kPlotLeft) * axis.place(value);
}
inline double plot_y(const ChartAxis& axis, double value) {
  return kPlotBottom - (kPlotBottom - kPlotTop) * axis.place(value);
}

// A kind of mark or band: its class, what the legend calls it, and for a mark the sign above its
// line and the line's dashes, so that it is told without colours.
struct ChartKind {
  std::string_view css;
  std::string_view name;
  std::string_view sign;
  std::string_view dashes;
};
const ChartKind& mark_kind(std::string_view kind);
const ChartKind& band_kind(std::string_view kind);

struct LegendKey {
  enum class Look { line, dashed, area, mark, band, level };
  Look look = Look::line;
  std::string css;  // c1, or a kind's class
  std::string name;
  std::string_view sign = {};  // of a mark
};

// Where a point's figures are told.
struct ChartStrip {
  double from = 0;
  double to = 0;
  double at = 0;
  std::string text;
};

// Figure, title, legend (where there is more to tell apart than one line), and the beginning of the
// SVG.
std::string chart_opening(const std::string& id, const std::string& title,
                          const std::string& description, const std::vector<LegendKey>& legend);
std::string chart_axes(const ChartAxis& x, const ChartAxis& y);
// All marks of one kind: lines from top to bottom with signs above; nothing for none.
std::string chart_marks(const ChartKind& kind, const std::vector<double>& places);
// The cursor and the strips, and the end of SVG and figure.
std::string chart_closing(const std::string& id, const std::vector<ChartStrip>& strips);
// A figure that says that there is nothing to be drawn.
std::string chart_of_nothing(const std::string& id, const std::string& title);

// "c1" to "c8"
std::string colour_class(int colour);
// Nothing for an empty path. Neither classes nor attributes may hold text of others.
std::string path_element(std::string_view css, const SvgPath& path, std::string_view attributes);

}  // namespace perf_mgmt
