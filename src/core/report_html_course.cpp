// Charts over the time of a run.
#include <algorithm>
#include <cmath>

#include "document_reader.hpp"
#include "html_parts.hpp"
#include "perf_mgmt/core/escape.hpp"
#include "perf_mgmt/core/quantity.hpp"
#include "report_html.hpp"
#include "report_words.hpp"
#include "run_series.hpp"

namespace perf_mgmt {

namespace {

// A chart spans this much before it needs a logarithmic axis: below, a linear one shows
// proportions.
constexpr double kWidestLinear = 50;

struct Range {
  double low = 0;
  double high = 0;
  bool known = false;
};

Range range_of(const std::vector<std::optional<double>>& values) {
  Range range;
  for (const std::optional<double>& value : values) {
    if (!value || !std::isfinite(*value)) continue;
    range.low = range.known ? std::min(range.low, *value) : *value;
    range.high = range.known ? std::max(range.high, *value) : *value;
    range.known = true;
  }
  return range;
}

// "p95 between 4.1 ms and 9.8 ms"
std::string range_text(std::string_view name, const Range& range, std::string (*text)(double)) {
  if (!range.known) return std::string(name) + " is not known";
  return std::string(name) + " between " + text(range.low) + " and " + text(range.high);
}

// One figure of the baseline's as a level, where there is one.
void add_baseline_level(Chart& chart, const JsonValue& document, std::string_view metric,
                        const std::string& text) {
  with_member(document, "baseline", [&](const JsonValue& baseline) {
    with_member(baseline, "metrics", [&](const JsonValue& metrics) {
      if (const auto value = metrics.number_of(metric)) chart.levels.push_back({*value, text});
    });
  });
}

// Limits that the test or the scenario has for a metric.
void add_limit_level(Chart& chart, const JsonValue& report, std::string_view criterion,
                     const std::string& text) {
  for (const ReportLimit& limit : limits_of(report)) {
    if (limit.criterion == criterion && limit.limit) chart.levels.push_back({*limit.limit, text});
  }
}

Chart chart_of(const RunSeries& series, const JsonValue& report, std::string id,
               std::string title) {
  Chart chart;
  chart.id = std::move(id);
  chart.title = std::move(title);
  for (const SeriesPoint& point : series.points) chart.x.push_back(point.middle_s());
  chart.bands = course_bands(series, report);
  chart.marks = course_marks(series);
  return chart;
}

Chart response_chart(const RunSeries& series, const JsonValue& document, const JsonValue& report) {
  Chart chart = chart_of(series, report, "response-time", "Response time");
  chart.series = {{"p50", 4, values_of(series, &SeriesPoint::p50_ms)},
                  {"p95", 1, values_of(series, &SeriesPoint::p95_ms)},
                  {"p99", 2, values_of(series, &SeriesPoint::p99_ms)}};
  const Range p50 = range_of(chart.series[0].values);
  const Range p99 = range_of(chart.series[2].values);
  const Range p95 = range_of(chart.series[1].values);
  const double low = p50.known ? p50.low : p95.low;
  const double high = p99.known ? p99.high : p95.high;
  if (low > 0 && high > kWidestLinear * low) chart.y_scale = AxisScale::logarithmic;
  add_baseline_level(chart, document, "p95_response_time_ms", "baseline p95");
  add_limit_level(chart, report, "max_p95_response_time_ms", "limit of p95");
  chart.description = "Response time over the run: " + range_text("p50", p50, duration_text) +
                      ", " + range_text("p95", p95, duration_text) + ", " +
                      range_text("p99", p99, duration_text) + ".";
  return chart;
}

Chart throughput_chart(const RunSeries& series, const JsonValue& document,
                       const JsonValue& report) {
  Chart chart = chart_of(series, report, "throughput", "Throughput");
  chart.y_unit = AxisUnit::per_second;
  chart.series = {{"succeeded", 1, values_of(series, &SeriesPoint::tps)}};
  const Range tps = range_of(chart.series[0].values);
  chart.description =
      "Operations a second over the run: " + range_text("succeeded", tps, short_number);

  double failed = 0;
  std::vector<std::optional<double>> failed_rate;
  for (const SeriesPoint& point : series.points) {
    failed += point.failed;
    failed_rate.push_back(point.seconds > 0 ? std::optional(point.failed / point.seconds)
                                            : std::nullopt);
  }
  if (failed > 0) {
    chart.series.push_back({"failed", 3, std::move(failed_rate)});
    chart.description += ", " + counted(failed, "failure") + " in all";
  }
  const auto target = values_of(series, &SeriesPoint::target_rate);
  if (range_of(target).known) chart.series.push_back({"wanted", 8, target, true});
  chart.description += ".";
  add_baseline_level(chart, document, "throughput_tps", "baseline");
  add_limit_level(chart, report, "min_throughput_tps", "limit");
  return chart;
}

// Only where it moved: a constant load is one number, and stands in the heading.
std::string users_chart(const RunSeries& series, const JsonValue& report) {
  const auto users = values_of(series, &SeriesPoint::users);
  const Range range = range_of(users);
  if (!range.known || range.low == range.high) return {};
  Chart chart = chart_of(series, report, "users", "Virtual users");
  chart.y_unit = AxisUnit::count;
  chart.series = {{"virtual users", 6, users}};
  chart.description = "Load over the run: " + range_text("users", range, whole_number) + ".";
  return svg_chart(chart);
}

// The types that PostgreSQL has for waits of its own, in a fixed order so that colours keep their
// meaning from one report to the next; all others are one.
struct WaitType {
  std::string_view name;
  std::string_view title;
  int colour;
};
constexpr WaitType kWaitTypes[] = {
    {"CPU", "CPU", 4}, {"IO", "IO", 1},         {"Lock", "Lock", 2},       {"LWLock", "LWLock", 3},
    {"IPC", "IPC", 5}, {"Client", "Client", 6}, {"Timeout", "Timeout", 7}, {"", "other", 8}};

double samples_of(const SeriesPoint& point, const WaitType& type) {
  double samples = 0;
  for (const auto& [name, count] : point.waits) {
    const bool is_known =
        std::any_of(std::begin(kWaitTypes), std::end(kWaitTypes),
                    [&name = name](const WaitType& known) { return known.name == name; });
    if (type.name.empty() ? !is_known : name == type.name) samples += count;
  }
  return samples;
}

double all_samples(const SeriesPoint& point) {
  double samples = 0;
  for (const auto& [name, count] : point.waits) samples += count;
  return samples;
}

// How many workers were at an operation, split by what they were seen in. Where the time of the
// operations is not known, shares of the samples.
std::string waits_chart(const RunSeries& series, const JsonValue& report) {
  bool has_busy = true;
  double seen = 0;
  double in_window = 0;  // whose shares are those of the table beside
  for (const SeriesPoint& point : series.points) {
    const double samples = all_samples(point);
    seen += samples;
    if (point.measured) in_window += samples;
    if (!point.waits.empty() && (!point.busy_ms || point.seconds <= 0)) has_busy = false;
  }
  if (seen <= 0) return {};

  Chart chart = chart_of(series, report, "wait-types",
                         has_busy ? "Workers at an operation, by what they waited for"
                                  : "What the workers were seen in");
  chart.y_unit = has_busy ? AxisUnit::count : AxisUnit::percent;
  chart.stacked = true;
  std::string shares;
  for (const WaitType& type : kWaitTypes) {
    ChartSeries line{std::string(type.title), type.colour, {}};
    double of_type = 0;
    double measured = 0;
    for (const SeriesPoint& point : series.points) {
      const double all = all_samples(point);
      const double mine = samples_of(point, type);
      of_type += mine;
      if (point.measured) measured += mine;
      const double whole = has_busy ? point.busy_ms.value_or(0) / (1000 * point.seconds) : 100;
      line.values.push_back(all > 0 ? std::optional(whole * mine / all) : std::nullopt);
    }
    if (of_type == 0) continue;
    if (measured > 0) {
      shares +=
          (shares.empty() ? "" : ", ") + line.name + " " + percent_text(100 * measured / in_window);
    }
    chart.series.push_back(std::move(line));
  }
  chart.description = (shares.empty() ? "Nothing was seen in the measured window."
                                      : "Shares of the measured window: " + shares + ".") +
                      std::string(" CPU: they waited for nothing.");
  return svg_chart(chart);
}

}  // namespace

std::string course_section(const JsonValue& document) {
  const RunSeries series = read_series(document);
  if (series.points.empty()) return {};
  const JsonValue report = document.get("report");
  return "<div class=\"charts\">\n" + svg_chart(response_chart(series, document, report)) +
         svg_chart(throughput_chart(series, document, report)) + users_chart(series, report) +
         "</div>\n";
}

std::string waits_section(const JsonValue& document) {
  const JsonValue report = document.get("report");
  const RunSeries series = read_series(document);
  using Align = HtmlTable::Align;
  HtmlTable table("What the workers were seen in most",
                  {{"Type", Align::text}, {"Event", Align::text}, {"Samples"}, {"Share"}});
  each_of(report, "waits", [&](const JsonValue& wait) {
    table.add_row({name_html(text_or_empty(wait, "wait_event_type")),
                   name_html(text_or_empty(wait, "wait_event")),
                   html_text(or_dash(wait.number_of("samples"), whole_number)),
                   html_text(or_dash(wait.number_of("share_percent"), percent_text))});
  });
  const std::string chart = series.points.empty() ? "" : waits_chart(series, report);
  if (chart.empty()) return table.html();
  return "<div class=\"charts\">\n" + chart + "<div>" + table.html() + "</div>\n</div>\n";
}

}  // namespace perf_mgmt
