// A test over its executions: levels, where they moved, what was accepted, what it is held against.
#include <algorithm>

#include "document_reader.hpp"
#include "html_page.hpp"
#include "html_parts.hpp"
#include "perf_mgmt/core/escape.hpp"
#include "perf_mgmt/core/quantity.hpp"
#include "perf_mgmt/core/svg_chart.hpp"
#include "renderers.hpp"
#include "verdict_view.hpp"

namespace perf_mgmt {

namespace {

using Align = HtmlTable::Align;

// Of few executions every one is a dot; of many they would run into each other.
constexpr std::size_t kMostDots = 80;

struct Execution {
  std::string id;
  std::string started_at;
  double x = 0;  // seconds since 1970, rising
  std::string status;
  std::string verdict;
  std::string commit;
  std::optional<bool> is_valid;
  bool is_regression = false;
  bool is_baseline = false;
  std::optional<double> segment;
  std::optional<double> avg_ms;
  std::optional<double> p95_ms;
  std::optional<double> p99_ms;
  std::optional<double> tps;
  std::optional<double> error_rate;
};

std::vector<Execution> read_executions(const JsonValue& document) {
  std::vector<Execution> executions;
  each_of(document, "executions", [&](const JsonValue& value) {
    Execution execution;
    execution.id = text_or_empty(value, "execution_id");
    execution.started_at = text_or_empty(value, "started_at");
    const auto at = epoch_of(execution.started_at);
    value.require(at.has_value(), "an execution with the time of its start");
    // Two of one moment stay two points.
    execution.x = executions.empty() ? *at : std::max(*at, executions.back().x + 0.001);
    execution.status = text_or_empty(value, "status");
    execution.verdict = text_or_empty(value, "verdict");
    execution.commit = text_or_empty(value, "git_commit");
    execution.is_valid = flag_of(value, "is_valid");
    execution.is_regression = flag_of(value, "regression").value_or(false);
    execution.is_baseline = flag_of(value, "is_baseline").value_or(false);
    execution.segment = value.number_of("segment");
    execution.avg_ms = value.number_of("avg_ms");
    execution.p95_ms = value.number_of("p95_ms");
    execution.p99_ms = value.number_of("p99_ms");
    execution.tps = value.number_of("tps");
    execution.error_rate = value.number_of("error_rate_percent");
    executions.push_back(std::move(execution));
  });
  return executions;
}

// What is said of one execution beside its figures.
std::string label_of(const Execution& execution) {
  std::string text = time_text(execution.started_at);
  if (!execution.commit.empty()) text += ", commit " + clipped(execution.commit, 12);
  if (!execution.verdict.empty()) text += ", " + std::string(words_of(execution.verdict).title);
  return text;
}

std::optional<double> place_of(const std::vector<Execution>& executions, const std::string& id) {
  for (const Execution& execution : executions) {
    if (execution.id == id) return execution.x;
  }
  return std::nullopt;
}

// Marks that stand on both charts: regressions, baselines, accepted changes; and the change points
// of the chart's own metrics.
std::vector<ChartMark> marks_of(const JsonValue& document, const std::vector<Execution>& executions,
                                const std::vector<std::string_view>& metrics) {
  std::vector<ChartMark> marks;
  each_of(document, "change_points", [&](const JsonValue& point) {
    const std::string metric = text_or_empty(point, "metric_name");
    if (std::find(metrics.begin(), metrics.end(), metric) == metrics.end()) return;
    const auto x = place_of(executions, text_or_empty(point, "execution_id"));
    if (!x) return;
    std::string text = "change of " + metric_title(metric);
    if (const auto change = point.number_of("change_percent")) {
      text += " " + signed_change(*change, metric);
    }
    marks.push_back({*x, text, "change"});
  });
  each_of(document, "accepted_changes", [&](const JsonValue& change) {
    auto x = epoch_of(text_or_empty(change, "starts_at"));
    if (!x) x = place_of(executions, text_or_empty(change, "execution_id"));
    if (!x || executions.empty()) return;
    if (*x < executions.front().x || *x > executions.back().x) return;
    marks.push_back({*x, "accepted: " + clipped(text_or_empty(change, "reason"), 80), "accepted"});
  });
  for (const Execution& execution : executions) {
    if (execution.is_baseline) marks.push_back({execution.x, "baseline", "baseline"});
    if (execution.is_regression) marks.push_back({execution.x, "regression", "failure"});
  }
  return marks;
}

std::vector<std::optional<double>> values_of(const std::vector<Execution>& executions,
                                             std::optional<double> Execution::*value) {
  std::vector<std::optional<double>> values;
  values.reserve(executions.size());
  for (const Execution& execution : executions) values.push_back(execution.*value);
  return values;
}

Chart chart_of(const std::vector<Execution>& executions) {
  Chart chart;
  chart.x_unit = AxisUnit::epoch_seconds;
  for (const Execution& execution : executions) {
    chart.x.push_back(execution.x);
    chart.x_texts.push_back(label_of(execution));
  }
  return chart;
}

// The active baseline's figure.
void add_level(Chart& chart, const JsonValue& document, std::string_view member,
               std::string_view what) {
  each_of(document, "baselines", [&](const JsonValue& baseline) {
    const auto value = baseline.number_of(member);
    if (!value || !flag_of(baseline, "is_active").value_or(false)) return;
    chart.levels.push_back(
        {*value, text_or_empty(baseline, "type") + " baseline" + std::string(what)});
  });
}

std::string charts_html(const JsonValue& document, const std::vector<Execution>& executions) {
  if (executions.empty()) return {};
  const bool dots = executions.size() <= kMostDots;
  const std::string runs = counted(static_cast<double>(executions.size()), "run");

  Chart times = chart_of(executions);
  times.id = "response-times";
  times.title = "Response time of each run";
  times.description = "Mean, p95 and p99 of the response time of " + runs + ".";
  times.series = {{"p99", 2, values_of(executions, &Execution::p99_ms), true, dots},
                  {"p95", 1, values_of(executions, &Execution::p95_ms), false, dots},
                  {"mean", 4, values_of(executions, &Execution::avg_ms), false, dots}};
  times.marks = marks_of(document, executions,
                         {"avg_response_time_ms", "p95_response_time_ms", "p99_response_time_ms"});
  add_level(times, document, "p95_ms", ", p95");

  Chart rates = chart_of(executions);
  rates.id = "throughput";
  rates.title = "Throughput of each run";
  rates.y_unit = AxisUnit::per_second;
  rates.description = "Operations a second of " + runs + ".";
  rates.series = {{"throughput", 1, values_of(executions, &Execution::tps), false, dots}};
  rates.marks = marks_of(document, executions, {"throughput_tps"});
  add_level(rates, document, "tps", "");
  return "<div class=\"charts\">\n" + svg_chart(times) + svg_chart(rates) + "</div>\n";
}

std::string validity_badge(const Execution& execution) {
  if (execution.status != "COMPLETED") return badge_html(kNone, execution.status);
  if (!execution.is_valid) return badge_html(kNone, "not known");
  return *execution.is_valid ? badge_html(kGood, "valid") : badge_html(kBad, "not valid");
}

std::string executions_table(const std::vector<Execution>& executions) {
  HtmlTable table("Executions, the newest first", {{"Started", Align::text},
                                                   {"Verdict", Align::text},
                                                   {"Result", Align::text},
                                                   {"Mean"},
                                                   {"p95"},
                                                   {"p99"},
                                                   {"Per second"},
                                                   {"Errors"},
                                                   {"Segment"},
                                                   {"Commit", Align::text},
                                                   {"Execution", Align::text}});
  for (auto it = executions.rbegin(); it != executions.rend(); ++it) {
    const VerdictWords words = words_of(it->verdict);
    std::string verdict = badge_html(words.tone, words.title);
    if (it->is_baseline) verdict += " <span class=\"was\">a baseline</span>";
    table.add_row({time_html(it->started_at), verdict, validity_badge(*it),
                   html_text(or_dash(it->avg_ms, duration_text)),
                   html_text(or_dash(it->p95_ms, duration_text)),
                   html_text(or_dash(it->p99_ms, duration_text)),
                   html_text(or_dash(it->tps, short_number)),
                   html_text(or_dash(it->error_rate, percent_text)),
                   html_text(or_dash(it->segment, whole_number)),
                   "<code>" + clipped_html(it->commit, 40) + "</code>",
                   "<code>" + name_html(it->id) + "</code>"});
  }
  return table.html();
}

std::string change_points_table(const JsonValue& document) {
  HtmlTable table("Lasting shifts, by the first execution of each new level",
                  {{"Metric", Align::text},
                   {"Since", Align::text},
                   {"Before"},
                   {"After"},
                   {"Change"},
                   {"p"},
                   {"Execution", Align::text}});
  each_of(document, "change_points", [&](const JsonValue& point) {
    const std::string metric = text_or_empty(point, "metric_name");
    const auto change = point.number_of("change_percent");
    table.add_row({name_html(metric_title(metric)), time_html(text_or_empty(point, "started_at")),
                   html_text(metric_or_dash(metric, point.number_of("level_before"))),
                   html_text(metric_or_dash(metric, point.number_of("level_after"))),
                   change ? html_text(signed_change(*change, metric)) : "",
                   html_text(or_dash(point.number_of("p_value"), short_number)),
                   "<code>" + name_html(text_or_empty(point, "execution_id")) + "</code>"});
  });
  if (table.empty()) return paragraph_html("No lasting shift was found.");
  return table.html();
}

std::string baselines_table(const JsonValue& document) {
  HtmlTable table("Baselines", {{"Type", Align::text},
                                {"In force", Align::text},
                                {"Made", Align::text},
                                {"Mean"},
                                {"p95"},
                                {"Per second"},
                                {"Execution", Align::text}});
  each_of(document, "baselines", [&](const JsonValue& baseline) {
    table.add_row({name_html(text_or_empty(baseline, "type")),
                   flag_of(baseline, "is_active").value_or(false) ? badge_html(kGood, "yes")
                                                                  : badge_html(kNone, "no"),
                   time_html(text_or_empty(baseline, "created_at")),
                   html_text(or_dash(baseline.number_of("avg_ms"), duration_text)),
                   html_text(or_dash(baseline.number_of("p95_ms"), duration_text)),
                   html_text(or_dash(baseline.number_of("tps"), short_number)),
                   "<code>" + name_html(text_or_empty(baseline, "execution_id")) + "</code>"});
  });
  return table.html();
}

std::string accepted_table(const JsonValue& document) {
  HtmlTable table("Changes that were accepted",
                  {{"Since", Align::text}, {"Reason", Align::text}, {"Execution", Align::text}});
  each_of(document, "accepted_changes", [&](const JsonValue& change) {
    table.add_row({time_html(text_or_empty(change, "starts_at")),
                   clipped_html(text_or_empty(change, "reason"), 1000),
                   "<code>" + name_html(text_or_empty(change, "execution_id")) + "</code>"});
  });
  return table.html();
}

std::string noise_table(const JsonValue& document) {
  HtmlTable table(
      "How far equal runs lie apart",
      {{"Metric", Align::text}, {"Executions"}, {"Noise"}, {"Smallest threshold that holds"}});
  each_of(document, "noise", [&](const JsonValue& row) {
    const std::string metric = text_or_empty(row, "metric");
    const auto deviation = [&](std::string_view member) {
      const auto value = row.number_of(member);
      return value ? deviation_text(metric, *value) : or_dash(value, percent_text);
    };
    table.add_row({name_html(metric_title(metric)),
                   html_text(or_dash(row.number_of("executions"), whole_number)),
                   html_text(deviation("floor_percent")),
                   html_text(deviation("smallest_threshold_percent"))});
  });
  return table.html();
}

std::string latest_box(const std::vector<Execution>& executions) {
  if (executions.empty()) {
    return box_html(kNone, "No executions", "<p>The test was not run in this environment.</p>\n");
  }
  const Execution& latest = executions.back();
  const VerdictWords words = words_of(latest.verdict);
  std::string body = "<p>" + validity_badge(latest) + "</p>\n" + paragraph_html(words.meaning);
  body += "<dl class=\"figures\">\n<div><dt>Mean</dt><dd>" +
          html_text(or_dash(latest.avg_ms, duration_text)) + "</dd></div>\n<div><dt>p95</dt><dd>" +
          html_text(or_dash(latest.p95_ms, duration_text)) +
          "</dd></div>\n<div><dt>Throughput</dt><dd>" +
          html_text(metric_or_dash("throughput_tps", latest.tps)) + "</dd></div>\n</dl>\n";
  body += "<p class=\"quiet small\">" + time_html(latest.started_at) + ", execution <code>" +
          name_html(latest.id) + "</code></p>\n";
  return box_html(words.tone, "Latest run: " + std::string(words.title), body);
}

}  // namespace

std::string history_html(const JsonValue& document) {
  const std::vector<Execution> executions = read_executions(document);
  const std::string name = text_or_empty(document, "test_name");
  HtmlPage page;
  page.heading = name.empty() ? "Performance test" : name;
  page.title = "History: " + page.heading;
  page.kind = "History of a performance test";
  if (const auto environment = text_of(document, "execution_environment")) {
    page.lead = "<ul class=\"facts\">\n<li>environment " + name_html(*environment) + "</li>\n<li>" +
                html_text(counted(static_cast<double>(executions.size()), "run")) +
                "</li>\n</ul>\n";
  }
  page.sections = {
      {"latest", "Where it stands", latest_box(executions)},
      {"charts", "Over the runs", charts_html(document, executions)},
      {"changes", "Lasting shifts", change_points_table(document)},
      {"accepted", "Accepted changes", accepted_table(document)},
      {"baselines", "Baselines", baselines_table(document)},
      {"noise", "Noise", noise_table(document)},
      {"executions", "Executions", executions_table(executions)},
  };
  page.footer = "<p>perf_mgmt.</p>\n";
  return html_page(page);
}

}  // namespace perf_mgmt
