// Two executions side by side: is B another than A, in what, and why.
//
// The runs need not be equally long, and their points lie at other times: charts show both on one
// grid of time since their measured windows began.
#include <algorithm>
#include <array>
#include <iterator>

#include "document_reader.hpp"
#include "html_page.hpp"
#include "html_parts.hpp"
#include "perf_mgmt/core/escape.hpp"
#include "perf_mgmt/core/quantity.hpp"
#include "renderers.hpp"
#include "report_html.hpp"
#include "run_series.hpp"
#include "verdict_view.hpp"

namespace perf_mgmt {

namespace {

using Align = HtmlTable::Align;

constexpr std::size_t kGridPoints = 300;  // as many as a series has points at most

std::string test_name(const JsonValue& report) {
  std::string name;
  with_member(report, "execution_summary",
              [&](const JsonValue& summary) { name = text_or_empty(summary, "test_name"); });
  return name.empty() ? "Performance test" : name;
}

// Which run a letter stands for, and whether it may be believed.
std::string side_html(std::string_view letter, const JsonValue& report) {
  std::string id;
  with_member(report, "execution_summary", [&](const JsonValue& summary) {
    if (const auto text = text_of(summary, "execution_id")) {
      id = "<p class=\"quiet small\">Execution <code>" + name_html(*text) + "</code></p>\n";
    }
  });
  return "<div>\n<h3>" + html_text(letter) + ": " + name_html(test_name(report)) + "</h3>\n" +
         facts_html(report) + id + validity_html(report) + "</div>\n";
}

std::string verdict_body(const std::vector<VerdictRow>& rows, std::string_view title) {
  const VerdictRow* overall = overall_of(rows);
  const VerdictRow* strongest = strongest_of(rows);
  const VerdictWords words = words_of(overall == nullptr ? "" : overall->verdict);
  std::string heading = std::string(title) + std::string(words.title);
  if (strongest != nullptr && strongest->change_percent) {
    heading += ": " + row_title(*strongest) + " " +
               signed_change(*strongest->change_percent, strongest->metric) + " from A to B";
  }
  std::string body = paragraph_html(words.meaning);
  if (strongest != nullptr) body += row_figures_html(*strongest, "A", "B");
  if (overall != nullptr) {
    body += paragraph_html(overall->reason) + lines_html(overall->explanation);
  }
  return box_html(words.tone, heading, body);
}

// As words_of: one that is not known here is itself, so the words live no longer than `verdict`.
VerdictWords variant_words(std::string_view verdict) {
  if (verdict == "FASTER") return {kGood, "B is faster", "B is better than A, and not by chance."};
  if (verdict == "SLOWER") return {kBad, "B is slower", "B is worse than A, and not by chance."};
  if (verdict == "NO_DIFFERENCE") {
    return {kInfo, "No difference", "The whole interval lies within 5 % either way."};
  }
  if (verdict == "INCONCLUSIVE") {
    return {{"none", "?"}, "Cannot tell", "More quads would be needed to tell them apart."};
  }
  return words_of(verdict);
}

// Halves of one comparison ran by turns and were judged in pairs: that verdict is the sharper one.
std::string variants_html(const JsonValue& variants) {
  HtmlTable table("Verdicts on the pairs", {{"Metric", Align::text},
                                            {"B is", Align::text},
                                            {"A"},
                                            {"B"},
                                            {"Change"},
                                            {"99 % interval"},
                                            {"p"},
                                            {"Quads"},
                                            {"Would tell"}});
  each_of(variants, "metrics", [&](const JsonValue& row) {
    const std::string metric = text_or_empty(row, "metric_name");
    const auto percent = [&](std::string_view member) {
      const auto value = row.number_of(member);
      return value ? signed_change(*value, metric) : std::string();
    };
    const std::string verdict = text_or_empty(row, "verdict");
    const VerdictWords words = variant_words(verdict);
    const std::string low = percent("low_percent");
    table.add_row({name_html(metric_title(metric)), badge_html(words.tone, words.title),
                   html_text(metric_or_dash(metric, row.number_of("value_a"))),
                   html_text(metric_or_dash(metric, row.number_of("value_b"))),
                   html_text(percent("change_percent")),
                   low.empty() ? "" : html_text(low + " to " + percent("high_percent")),
                   html_text(or_dash(row.number_of("adjusted_p_value"), short_number)),
                   html_text(or_dash(row.number_of("quads"), whole_number)),
                   row.number_of("quads_needed")
                       ? html_text(whole_number(*row.number_of("quads_needed")))
                       : ""});
  });
  const std::string verdict = text_or_empty(variants, "verdict");
  const VerdictWords words = variant_words(verdict);
  std::string heading(words.title);
  if (const auto metric = text_of(variants, "primary_metric")) {
    heading += ": " + metric_title(*metric);
  }
  std::string body = paragraph_html(words.meaning);
  if (const auto quads = variants.number_of("quads")) {
    body += paragraph_html("Run by turns as A B B A, " + counted(*quads, "time") +
                           ", and judged in pairs.");
  }
  return box_html(words.tone, heading, body) + table.html();
}

// "A: as it is", where the sides are variants that somebody named.
std::string letter_of(const JsonValue& document, std::string_view letter, std::string_view member) {
  std::string text(letter);
  with_member(document, "variants", [&](const JsonValue& variants) {
    const std::string name = text_or_empty(variants, member);
    if (!name.empty() && name != letter) text += " (" + clipped(name, 80) + ")";
  });
  return text;
}

std::string figures_table(const JsonValue& a, const JsonValue& b,
                          const std::vector<VerdictRow>& rows) {
  HtmlTable table("Figures of the measured windows",
                  {{"Figure", Align::text}, {"A"}, {"B"}, {"Change"}, {"Verdict", Align::text}});
  const auto before = a.find("performance_metrics");
  const auto now = b.find("performance_metrics");
  if (!before || !now) return {};
  for (const auto& [metric, always] : kKeyFigures) {
    const auto old = before->number_of(metric);
    const auto value = now->number_of(metric);
    if (!old && !value) continue;
    const VerdictRow* row = row_of(rows, metric);
    const auto change = shown_change(row, metric, old, value);
    std::string verdict;
    if (row != nullptr) {
      const VerdictWords words = words_of(row->verdict);
      verdict = badge_html(words.tone, words.title);
    }
    table.add_row({html_text(metric_title(metric)), html_text(metric_or_dash(metric, old)),
                   html_text(metric_or_dash(metric, value)),
                   change ? html_text(signed_change(*change, metric)) : "", verdict});
  }
  return table.html();
}

// The measured part of a series, from its own beginning on.
class MeasuredPart {
 public:
  explicit MeasuredPart(const RunSeries& series) {
    for (const SeriesPoint& point : series.points) {
      if (point.measured) points_.push_back(&point);
    }
  }
  double length() const {
    return points_.empty() ? 0 : points_.back()->end_s() - points_.front()->at_s;
  }
  // Of the point that a moment falls into; nothing before, after and between them.
  std::optional<double> at(double seconds, std::optional<double> SeriesPoint::*value) const {
    if (points_.empty()) return std::nullopt;
    const double moment = points_.front()->at_s + seconds;
    const auto after =
        std::upper_bound(points_.begin(), points_.end(), moment,
                         [](double at, const SeriesPoint* point) { return at < point->at_s; });
    if (after == points_.begin()) return std::nullopt;
    const SeriesPoint& point = **std::prev(after);
    return moment < point.end_s() ? point.*value : std::nullopt;
  }

 private:
  std::vector<const SeriesPoint*> points_;
};

std::string course_chart(const MeasuredPart& a, const MeasuredPart& b, const std::string& id,
                         const std::string& title, AxisUnit unit,
                         std::optional<double> SeriesPoint::*value) {
  const double length = std::max(a.length(), b.length());
  if (length <= 0) return {};
  Chart chart;
  chart.id = id;
  chart.title = title;
  chart.y_unit = unit;
  chart.description = title + " of both runs, from the beginning of their measured windows.";
  ChartSeries of_a{"A", 2, {}, true};
  ChartSeries of_b{"B", 1, {}};
  for (std::size_t i = 0; i < kGridPoints; ++i) {
    const double moment = length * (static_cast<double>(i) + 0.5) / kGridPoints;
    chart.x.push_back(moment);
    of_a.values.push_back(a.at(moment, value));
    of_b.values.push_back(b.at(moment, value));
  }
  chart.series = {std::move(of_b), std::move(of_a)};
  return svg_chart(chart);
}

std::string charts_html(const JsonValue& a, const JsonValue& b) {
  const RunSeries series_a = read_series(a);
  const RunSeries series_b = read_series(b);
  const MeasuredPart part_a(series_a);
  const MeasuredPart part_b(series_b);
  std::string charts = course_chart(part_a, part_b, "p95", "p95 response time over time",
                                    AxisUnit::milliseconds, &SeriesPoint::p95_ms) +
                       course_chart(part_a, part_b, "throughput", "Throughput over time",
                                    AxisUnit::per_second, &SeriesPoint::tps);

  const auto distribution_a = a.find("distribution");
  const auto distribution_b = b.find("distribution");
  if (distribution_a && distribution_b) {
    const Percentiles before = read_percentiles(*distribution_a, "percentiles");
    const Percentiles now = read_percentiles(*distribution_b, "percentiles");
    if (!now.q.empty()) charts += svg_chart(percentile_chart("percentiles", now, "B", before, "A"));
    // The same chart twice: shapes are compared at a glance, overlaid bars are not.
    charts += svg_histogram("histogram-a", "Operations of A by response time",
                            "Counts of response times of A.", read_buckets(*distribution_a), {});
    charts += svg_histogram("histogram-b", "Operations of B by response time",
                            "Counts of response times of B.", read_buckets(*distribution_b), {});
  }
  if (charts.empty()) return {};
  return "<div class=\"charts\">\n" + charts + "</div>\n";
}

}  // namespace

std::string comparison_html(const JsonValue& document) {
  const JsonValue a = document.get("a");
  const JsonValue b = document.get("b");
  const JsonValue report_a = a.get("report");
  const JsonValue report_b = b.get("report");
  const std::vector<VerdictRow> rows = read_verdicts(document, "figures");
  const auto plans = report_b.find("plans");

  // The figures alone are judged as those of any two runs.
  std::string verdict;
  with_member(document, "variants",
              [&](const JsonValue& variants) { verdict = variants_html(variants); });
  verdict = verdict.empty() ? verdict_body(rows, "")
                            : verdict + details_html("As two runs by themselves",
                                                     verdict_body(rows, "As two runs: "));

  const std::string name_a = test_name(report_a);
  const std::string name_b = test_name(report_b);
  HtmlPage page;
  page.heading = name_a == name_b ? name_a : clipped(name_a, 70) + " and " + clipped(name_b, 70);
  page.title = "Comparison: " + page.heading;
  page.kind = "Comparison of two runs: B against A";
  page.sections = {
      {"verdict", "Verdict", verdict},
      {"sides", "The two runs",
       "<div class=\"pair\">\n" + side_html(letter_of(document, "A", "name_a"), report_a) +
           side_html(letter_of(document, "B", "name_b"), report_b) + "</div>\n"},
      {"figures", "Figures",
       figures_table(report_a, report_b, rows) +
           details_html("How it was judged", verdict_table_html("Verdicts", rows, "A", "B"))},
      {"charts", "Charts", charts_html(a, b)},
      {"explanation", "What changed", explanation_section(document)},
      {"operations", "Operations of B, those of A beside them",
       operations_html(report_a, report_b)},
      {"plans", "Plans", plans ? plans_html(report_a.find("plans"), *plans, "A", "B") : ""},
      {"differences", "Conditions that differ", differences_section(document, "A", "B")},
      {"method", "How it was measured", method_section()},
  };
  page.footer =
      "<p>perf_mgmt. Where both can still be run, compare_variants() runs them by turns, which "
      "finds "
      "smaller differences.</p>\n";
  return html_page(page);
}

}  // namespace perf_mgmt
