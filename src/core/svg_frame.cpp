// Everything is drawn in currentColor with its looks as attributes, which any style sheet
// overrides: a chart can be read without one.
#include "svg_frame.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "perf_mgmt/core/escape.hpp"

namespace perf_mgmt {

namespace {

constexpr std::size_t kLongestTitle = 200;
constexpr std::size_t kLongestDescription = 1500;
constexpr std::size_t kLongestKey = 60;
constexpr double kDigitWidth = 6.7;  // about, at the size of ticks
constexpr double kWidth = 480;
constexpr double kTickText = kPlotBottom + 17;

constexpr std::array<ChartKind, 5> kMarks = {{{"failure", "failure", "\u00d7", "none"},
                                              {"event", "event", "\u25bc", "1 3"},
                                              {"accepted", "accepted change", "\u2713", "6 3"},
                                              {"change", "change of level", "\u25c6", "8 2 2 2"},
                                              {"baseline", "baseline", "\u25cf", "3 3"}}};
constexpr std::array<ChartKind, 2> kBands = {
    {{"warmup", "warm-up", "", ""}, {"disturbed", "disturbed", "", ""}}};

// Ids come from the pages, not from users; this keeps a mistake from becoming markup.
std::string clean_id(std::string_view id) {
  std::string clean(id);
  for (char& c : clean) {
    if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9')) c = '-';
  }
  return clean;
}

std::string figure_opening(const std::string& id, const std::string& title) {
  return fmt::format(
      "<figure class=\"chart\" id=\"{0}\">\n<figcaption id=\"{0}-title\">{1}</figcaption>\n",
      clean_id(id), html_text(clipped(title, kLongestTitle)));
}

// A drawing of its own: backgrounds, which a style sheet would give a key, are not printed.
std::string key_drawing(const LegendKey& key) {
  std::string drawing;
  switch (key.look) {
    case LegendKey::Look::line:
      drawing = R"(<path d="M0 6h20" stroke="currentColor" stroke-width="3"/>)";
      break;
    case LegendKey::Look::dashed:
    case LegendKey::Look::level:
      drawing =
          R"(<path d="M0 6h20" stroke="currentColor" stroke-width="2.5" stroke-dasharray="5 3"/>)";
      break;
    case LegendKey::Look::area:
      drawing = R"(<path d="M4 0h12v12h-12z" fill="currentColor"/>)";
      break;
    case LegendKey::Look::band:
      drawing = key.css == "disturbed"
                    ? R"(<path d="M.5 .5h19v11h-19z" fill="currentColor" fill-opacity=".2" )"
                      R"(stroke="currentColor" stroke-dasharray="2 2"/>)"
                    : R"(<path d="M0 0h20v12h-20z" fill="currentColor" fill-opacity=".2"/>)";
      break;
    case LegendKey::Look::mark:
      drawing = fmt::format(
          R"(<text x="10" y="10.5" font-size="12" text-anchor="middle" fill="currentColor">{}</text>)",
          key.sign);
      break;
  }
  return fmt::format(
      "<svg class=\"key {}\" viewBox=\"0 0 20 12\" width=\"20\" height=\"12\" "
      "aria-hidden=\"true\">{}"
      "</svg>",
      key.css, drawing);
}

std::string legend_of(const std::vector<LegendKey>& legend) {
  if (legend.size() < 2) return {};
  std::string out = "<ul class=\"legend\">\n";
  for (const LegendKey& key : legend) {
    out += "<li>" + key_drawing(key) + " " + html_text(clipped(key.name, kLongestKey)) + "</li>\n";
  }
  return out + "</ul>\n";
}

std::string tick_element(double x, double y, std::string_view anchor, std::string_view text) {
  return fmt::format("<text class=\"tick\" x=\"{}\" y=\"{}\" text-anchor=\"{}\">{}</text>\n",
                     coordinate(x), coordinate(y), anchor, html_text(text));
}

// Below the area, kept within the drawing; one that would run into the one before is left out.
std::string ticks_of_x(const ChartAxis& axis) {
  std::string out;
  double taken = 0;
  for (const AxisTick& tick : axis.ticks) {
    const double half = static_cast<double>(display_width(tick.text)) * kDigitWidth / 2;
    const double middle = std::clamp(plot_x(axis, tick.value), half, kWidth - half);
    if (middle - half < taken) continue;
    taken = middle + half + kDigitWidth;
    out += tick_element(middle, kTickText, "middle", tick.text);
  }
  return out;
}

}  // namespace

const ChartKind& mark_kind(std::string_view kind) {
  const auto found = std::ranges::find(kMarks, kind, &ChartKind::css);
  return found == kMarks.end() ? kMarks[1] : *found;
}

const ChartKind& band_kind(std::string_view kind) {
  const auto found = std::ranges::find(kBands, kind, &ChartKind::css);
  return found == kBands.end() ? kBands[1] : *found;
}

std::string colour_class(int colour) {
  return "c" + std::to_string(std::clamp(colour, 1, 8));
}

std::string path_element(std::string_view css, const SvgPath& path, std::string_view attributes) {
  if (path.empty()) return {};
  return fmt::format("<path class=\"{}\" d=\"{}\"{}{}/>\n", css, path.text(),
                     attributes.empty() ? "" : " ", attributes);
}

std::string chart_opening(const std::string& id, const std::string& title,
                          const std::string& description, const std::vector<LegendKey>& legend) {
  return figure_opening(id, title) + legend_of(legend) +
         fmt::format(
             "<svg class=\"plot\" viewBox=\"0 0 480 220\" width=\"480\" height=\"220\" "
             "role=\"img\" aria-labelledby=\"{0}-title\" aria-describedby=\"{0}-text\" "
             "font-size=\"12\" fill=\"currentColor\">\n<desc id=\"{0}-text\">{1}</desc>\n",
             clean_id(id), html_text(clipped(description, kLongestDescription)));
}

std::string chart_axes(const ChartAxis& x, const ChartAxis& y) {
  SvgPath grid;
  std::string texts;
  for (const AxisTick& tick : y.ticks) {
    const double place = plot_y(y, tick.value);
    grid.move(kPlotLeft, place);
    grid.line(kPlotRight, place);
    texts += tick_element(kPlotLeft - 6, place + 4, "end", tick.text);
  }
  SvgPath base;
  base.move(kPlotLeft, kPlotBottom);
  base.line(kPlotRight, kPlotBottom);
  for (const AxisTick& tick : x.ticks) {
    base.move(plot_x(x, tick.value), kPlotBottom);
    base.line(plot_x(x, tick.value), kPlotBottom + 4);
  }
  std::string out = path_element("grid", grid, R"(stroke="currentColor" stroke-opacity=".2")");
  out += path_element("axis", base, R"(stroke="currentColor" stroke-opacity=".6")");
  if (!y.header.empty()) texts += tick_element(2, 10, "start", y.header);
  return out + texts + ticks_of_x(x);
}

std::string chart_marks(const ChartKind& kind, const std::vector<double>& places) {
  if (places.empty()) return {};
  SvgPath lines;
  std::string across;
  std::string signs;
  for (const double x : places) {
    lines.move(x, kPlotTop - 2);
    lines.line(x, kPlotBottom);
    across += (across.empty() ? "" : " ") + coordinate(x);
    signs += kind.sign;
  }
  const std::string css = fmt::format("mark {}", kind.css);
  // One text for all signs: a list of places puts each character where it belongs.
  return path_element(css, lines,
                      fmt::format("stroke=\"currentColor\" stroke-dasharray=\"{}\"", kind.dashes)) +
         fmt::format("<text class=\"{}\" x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n", css,
                     across, coordinate(kPlotTop - 5), signs);
}

std::string chart_closing(const std::string& id, const std::vector<ChartStrip>& strips) {
  std::string out = fmt::format(
      "<line class=\"cursor\" y1=\"{}\" y2=\"{}\" stroke=\"currentColor\" visibility=\"hidden\"/>\n"
      "<g class=\"strips\" fill=\"none\" pointer-events=\"all\">\n",
      coordinate(kPlotTop), coordinate(kPlotBottom));
  for (const ChartStrip& strip : strips) {
    SvgPath area;
    area.box(strip.from, kPlotTop, strip.to - strip.from, kPlotBottom - kPlotTop);
    out += "<path d=\"" + area.text() + "\" data-at=\"" + coordinate(strip.at) + "\"><title>" +
           html_text(strip.text) + "</title></path>\n";
  }
  return out + "</g>\n</svg>\n<p class=\"readout\" id=\"" + clean_id(id) +
         "-readout\" aria-live=\"polite\"></p>\n</figure>\n";
}

std::string chart_of_nothing(const std::string& id, const std::string& title) {
  return figure_opening(id, title) +
         "<p class=\"nothing\">Nothing to draw: no value was measured.</p>\n</figure>\n";
}

}  // namespace perf_mgmt
