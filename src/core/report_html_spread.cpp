// The distribution of the response times: percentile curve and histogram.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "document_reader.hpp"
#include "html_parts.hpp"
#include "perf_mgmt/core/escape.hpp"
#include "perf_mgmt/core/quantity.hpp"
#include "report_html.hpp"

namespace perf_mgmt {

namespace {

// Those that a reader asks for; the curve has the others.
bool is_named(double q) {
  for (const double named : {0.5, 0.9, 0.95, 0.99, 0.999, 0.9999}) {
    if (std::fabs(q - named) < 1e-9) return true;
  }
  return false;
}

std::string in_words(const Percentiles& percentiles) {
  std::string text;
  for (std::size_t i = 0; i < percentiles.q.size(); ++i) {
    if (!is_named(percentiles.q[i]) || !percentiles.ms[i]) continue;
    text += (text.empty() ? "" : ", ") + percentile_name(percentiles.q[i]) + " " +
            duration_text(*percentiles.ms[i]);
  }
  return text.empty() ? "too few values for a percentile" : text;
}

// Values at the places of `all`; nothing where a curve has none.
std::vector<std::optional<double>> values_at(const Percentiles& curve,
                                             const std::vector<double>& all) {
  std::map<double, std::optional<double>> known;
  for (std::size_t i = 0; i < curve.q.size(); ++i) known[curve.q[i]] = curve.ms[i];
  std::vector<std::optional<double>> values;
  for (const double q : all) {
    const auto found = known.find(q);
    values.push_back(found == known.end() ? std::nullopt : found->second);
  }
  return values;
}

std::vector<ChartMark> percentile_marks(const Percentiles& percentiles) {
  std::vector<ChartMark> marks;
  for (std::size_t i = 0; i < percentiles.q.size(); ++i) {
    const double q = percentiles.q[i];
    const bool wanted =
        std::fabs(q - 0.5) < 1e-9 || std::fabs(q - 0.95) < 1e-9 || std::fabs(q - 0.99) < 1e-9;
    if (wanted && percentiles.ms[i]) {
      marks.push_back({*percentiles.ms[i], percentile_name(q), "event"});
    }
  }
  return marks;
}

// The same figures for those who read no charts.
std::string percentile_table(const Percentiles& now, const Percentiles& before) {
  std::vector<HtmlTable::Column> columns = {{"Percentile", HtmlTable::Align::text}, {"This run"}};
  if (!before.q.empty()) columns.push_back({"Baseline"});
  HtmlTable table("Percentiles of the response time", columns);
  const auto others = values_at(before, now.q);
  for (std::size_t i = 0; i < now.q.size(); ++i) {
    std::vector<std::string> cells = {html_text(percentile_name(now.q[i])),
                                      html_text(or_dash(now.ms[i], duration_text))};
    if (!before.q.empty()) cells.push_back(html_text(or_dash(others[i], duration_text)));
    table.add_row(cells);
  }
  return details_html("The percentiles as a table", table.html());
}

}  // namespace

std::string percentile_name(double q) {
  // Three digits of what lies above it: p57.8, p99.684, p99.999.
  const double above = 100 * (1 - q);
  const double digits = above > 0 ? 2 - std::floor(std::log10(above)) : 7;
  std::string text =
      fmt::format("{:.{}f}", 100 * q, static_cast<int>(std::clamp(digits, 1.0, 7.0)));
  const std::size_t end = text.find_last_not_of('0');
  text.resize(text[end] == '.' ? end : end + 1);
  return "p" + text;
}

Percentiles read_percentiles(const JsonValue& object, std::string_view member) {
  std::map<double, std::optional<double>> found;
  each_of(object, member, [&](const JsonValue& value) {
    const double q = value.get("q").number();
    // The whole range has no place on this axis; a maximum is among the key figures.
    if (q >= 0 && q < 1) found[q] = value.number_of("ms");
  });
  Percentiles percentiles;
  for (const auto& [q, ms] : found) {
    percentiles.q.push_back(q);
    percentiles.ms.push_back(ms);
  }
  return percentiles;
}

Chart percentile_chart(const std::string& id, const Percentiles& now, std::string_view now_name,
                       const Percentiles& before, std::string_view before_name) {
  Chart chart;
  chart.id = id;
  chart.title = "Response time by percentile";
  chart.x_unit = AxisUnit::percentile;
  chart.y_scale = AxisScale::logarithmic;
  chart.x = now.q;
  chart.x.insert(chart.x.end(), before.q.begin(), before.q.end());
  std::sort(chart.x.begin(), chart.x.end());
  chart.x.erase(std::unique(chart.x.begin(), chart.x.end()), chart.x.end());
  for (const double q : chart.x) chart.x_texts.push_back(percentile_name(q));

  chart.series.push_back({std::string(now_name), 1, values_at(now, chart.x)});
  chart.description = std::string(now_name) + ": " + in_words(now) + ".";
  if (!before.q.empty()) {
    chart.series.push_back({std::string(before_name), 2, values_at(before, chart.x), true});
    chart.description += " " + std::string(before_name) + ": " + in_words(before) + ".";
  }
  return chart;
}

std::vector<HistogramBar> read_buckets(const JsonValue& distribution) {
  std::vector<HistogramBar> bars;
  each_of(distribution, "buckets", [&](const JsonValue& bucket) {
    bars.push_back({bucket.get("from_ms").number(), bucket.get("to_ms").number(),
                    bucket.get("count").number()});
  });
  return bars;
}

std::string spread_section(const JsonValue& document) {
  const auto distribution = document.find("distribution");
  if (!distribution) return {};
  const Percentiles now = read_percentiles(*distribution, "percentiles");
  Percentiles before;
  with_member(document, "baseline", [&](const JsonValue& baseline) {
    before = read_percentiles(baseline, "percentiles");
  });
  const std::vector<HistogramBar> bars = read_buckets(*distribution);
  if (now.q.empty() && bars.empty()) return {};

  std::string html = "<div class=\"charts\">\n";
  html += svg_chart(percentile_chart("percentiles", now, "this run", before, "baseline"));
  double count = 0;
  for (const HistogramBar& bar : bars) count += bar.count;
  html += svg_histogram("histogram", "Operations by response time",
                        counted(count, "operation") + " that succeeded; " + in_words(now) + ".",
                        bars, percentile_marks(now));
  return html + "</div>\n" + percentile_table(now, before);
}

}  // namespace perf_mgmt
