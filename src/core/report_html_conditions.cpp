// Limits, advice, stages, rounds, counts, and the runs before.
#include <algorithm>
#include <array>

#include "document_reader.hpp"
#include "html_parts.hpp"
#include "perf_mgmt/core/escape.hpp"
#include "perf_mgmt/core/quantity.hpp"
#include "report_html.hpp"
#include "report_words.hpp"
#include "shape_html.hpp"
#include "verdict_view.hpp"

namespace perf_mgmt {

namespace {

using Align = HtmlTable::Align;

Tone severity_tone(std::string_view severity) {
  if (severity == "CRITICAL") return kBad;
  if (severity == "HIGH") return kWarn;
  if (severity == "MEDIUM") return kInfo;
  return kNone;
}

// The numbers behind a piece of advice.
std::string evidence_html(const JsonValue& advice) {
  HtmlTable table("Evidence", {{"Figure", Align::text}, {"Value", Align::text}});
  with_member(advice, "evidence", [&](const JsonValue& evidence) {
    if (!evidence.json().is_object()) return;
    evidence.each_member([&](const std::string& name, const JsonValue& value) {
      if (value.is_null()) return;
      table.add_row({name_html(metric_title(name)), clipped_html(json_text(value.json()), 500)});
    });
  });
  return details_html("Evidence", table.html());
}

std::string advice_html(const JsonValue& advice) {
  const std::string severity = text_or_empty(advice, "severity");
  std::string html = "<article>\n<h3>" + badge_html(severity_tone(severity), severity) + " <span>" +
                     name_html(metric_title(text_or_empty(advice, "category"))) + "</span>";
  if (const auto impact = advice.number_of("impact_percent")) {
    html +=
        " <span class=\"quiet\">" + html_text(percent_text(*impact)) + " of the run's time</span>";
  }
  html += "</h3>\n" + paragraph_html(text_or_empty(advice, "recommendation"));
  std::vector<std::string> items;
  each_of(advice, "action_items",
          [&](const JsonValue& item) { items.push_back(clipped_html(item.text(), 600)); });
  html += list_html(items) + code_html(text_or_empty(advice, "sql"));
  return html + evidence_html(advice) + "</article>\n";
}

std::string stages_table(const JsonValue& timeline) {
  HtmlTable table("Stages of the load", {{"Stage", Align::text},
                                         {"Length"},
                                         {"Load"},
                                         {"Succeeded"},
                                         {"Failed"},
                                         {"Per second"},
                                         {"Mean"},
                                         {"p95"},
                                         {"p99"},
                                         {"Remarks", Align::text}});
  each_of(timeline, "stages", [&](const JsonValue& stage) {
    std::string load = or_dash(stage.number_of("target_to"), short_number);
    const auto from = stage.number_of("target_from");
    const auto to = stage.number_of("target_to");
    if (from && to && *from != *to) load = short_number(*from) + " to " + load;
    table.add_row({name_html(text_or_empty(stage, "stage_name")),
                   html_text(or_dash(stage.number_of("duration_ms"), duration_text)),
                   html_text(load), html_text(or_dash(stage.number_of("ok_count"), whole_number)),
                   html_text(or_dash(stage.number_of("failed_count"), whole_number)),
                   html_text(or_dash(stage.number_of("throughput_tps"), short_number)),
                   html_text(or_dash(stage.number_of("avg_response_time_ms"), duration_text)),
                   html_text(or_dash(stage.number_of("p95_response_time_ms"), duration_text)),
                   html_text(or_dash(stage.number_of("p99_response_time_ms"), duration_text)),
                   flag_of(stage, "measured").value_or(true) ? "" : "not measured"});
  });
  return table.html();
}

std::string disturbances_text(const JsonValue& round) {
  std::string text;
  each_of(round, "disturbances", [&](const JsonValue& value) {
    const std::string one = value.json().is_object()
                                ? any_text_of(value, "message").value_or(json_text(value.json()))
                                : json_text(value.json());
    text += (text.empty() ? "" : " ") + one;
  });
  return text;
}

std::string rounds_table(const JsonValue& timeline) {
  HtmlTable table("Rounds", {{"Round", Align::text},
                             {"Judged", Align::text},
                             {"Succeeded"},
                             {"Failed"},
                             {"Per second"},
                             {"Mean"},
                             {"p95"},
                             {"p99"},
                             {"Disturbed by", Align::text}});
  each_of(timeline, "rounds", [&](const JsonValue& round) {
    const bool quiet = flag_of(round, "is_quiet").value_or(true);
    const bool counts = flag_of(round, "is_counted").value_or(true);
    table.add_row({html_text(or_dash(round.number_of("round_number"), whole_number)),
                   counts ? badge_html(kGood, quiet ? "yes" : "yes, disturbed")
                          : badge_html(kWarn, quiet ? "no" : "no, disturbed"),
                   html_text(or_dash(round.number_of("ok_count"), whole_number)),
                   html_text(or_dash(round.number_of("failed_count"), whole_number)),
                   html_text(or_dash(round.number_of("throughput_tps"), short_number)),
                   html_text(or_dash(round.number_of("avg_response_time_ms"), duration_text)),
                   html_text(or_dash(round.number_of("p95_response_time_ms"), duration_text)),
                   html_text(or_dash(round.number_of("p99_response_time_ms"), duration_text)),
                   clipped_html(disturbances_text(round), 400)});
  });
  return table.html();
}

struct Count {
  const char* member;
  std::string_view title;
};
constexpr std::array kCounts = {Count{"scheduled", "Fell due"},
                                Count{"ok", "Succeeded"},
                                Count{"failed", "Failed"},
                                Count{"failed_serialization", "Failed: serialization"},
                                Count{"failed_deadlock", "Failed: deadlock"},
                                Count{"failed_timeout", "Failed: timeout"},
                                Count{"failed_constraint", "Failed: constraint"},
                                Count{"failed_other", "Failed: other errors"},
                                Count{"skipped", "Skipped, never begun"},
                                Count{"interrupted", "Interrupted, cancelled at the end"},
                                Count{"late", "Succeeded too late"},
                                Count{"retries", "Tries beyond the first"},
                                Count{"rows_read", "Rows read"},
                                Count{"rows_affected", "Rows written"},
                                Count{"zero_row_writes", "Writes that changed no row"}};

std::string events_html(const JsonValue& document, bool errors) {
  HtmlTable table(
      errors ? "Errors of operations" : "Events",
      {{"Into the run", Align::text}, {"Event", Align::text}, {"Message", Align::text}});
  with_member(document, "series", [&](const JsonValue& series) {
    each_of(series, "events", [&](const JsonValue& event) {
      const std::string type = text_or_empty(event, "type");
      if ((type == "OPERATION_ERROR") != errors) return;
      table.add_row({html_text(or_dash(event.number_of("at_ms"), duration_text)), name_html(type),
                     clipped_html(text_or_empty(event, "message"), 800)});
    });
  });
  return table.html();
}

}  // namespace

std::string criteria_section(const JsonValue& document) {
  const JsonValue report = document.get("report");
  HtmlTable table("Limits of the test and its scenario", {{"Limit", Align::text},
                                                          {"Kept", Align::text},
                                                          {"Accepted"},
                                                          {"Measured"},
                                                          {"Set by", Align::text}});
  for (const ReportLimit& row : limits_of(report)) {
    const std::string_view metric = metric_of_limit(row.criterion);
    const std::string_view bound = row.criterion.starts_with("min_") ? "at least " : "at most ";
    table.add_row({name_html(metric_title(metric)),
                   !row.passed   ? badge_html(kNone, "not measured")
                   : *row.passed ? badge_html(kGood, "kept")
                                 : badge_html(kBad, "broken"),
                   html_text(std::string(bound) + metric_or_dash(metric, row.limit)),
                   html_text(metric_or_dash(metric, row.actual)), name_html(row.source)});
  }
  return table.html();
}

std::string advice_section(const JsonValue& document) {
  const JsonValue report = document.get("report");
  std::string html;
  each_of(report, "recommendations", [&](const JsonValue& advice) { html += advice_html(advice); });
  return html;
}

std::string stages_section(const JsonValue& document) {
  const JsonValue report = document.get("report");
  std::string html;
  with_member(report, "shape_result", [&](const JsonValue& shape) { html += shape_html(shape); });
  with_member(report, "timeline", [&](const JsonValue& timeline) {
    if (size_of(timeline, "stages") > 0) html += stages_table(timeline);
    html += rounds_table(timeline);
  });
  return html;
}

std::string counts_section(const JsonValue& document) {
  const JsonValue report = document.get("report");
  HtmlTable table("Operations: due = succeeded + failed + skipped + interrupted",
                  {{"What became of them", Align::text}, {"Number"}});
  with_member(report, "counts", [&](const JsonValue& counts) {
    for (const Count& count : kCounts) {
      const auto number = counts.number_of(count.member);
      if (number) table.add_row({html_text(count.title), html_text(whole_number(*number))});
    }
  });
  return table.html() + events_html(document, true) +
         details_html("Events of the run", events_html(document, false));
}

std::string trend_section(const JsonValue& document) {
  Chart chart;
  chart.id = "trend-p95";
  chart.title = "p95 response time of this and earlier runs";
  chart.x_unit = AxisUnit::epoch_seconds;
  ChartSeries p95{"p95", 1, {}, false, true};
  ChartSeries mean{"mean", 4, {}, true, true};
  each_of(document, "history", [&](const JsonValue& run) {
    const std::string started = text_or_empty(run, "started_at");
    const auto at = epoch_of(started);
    if (!at) return;
    // Rising, whatever two clocks said
    const double x = chart.x.empty() ? *at : std::max(*at, chart.x.back() + 0.001);
    chart.x.push_back(x);
    chart.x_texts.push_back(time_text(started));
    p95.values.push_back(run.number_of("p95_ms"));
    mean.values.push_back(run.number_of("avg_ms"));
    if (flag_of(run, "regression").value_or(false)) {
      chart.marks.push_back({x, "regression", "failure"});
    }
  });
  if (chart.x.size() < 2) return {};
  chart.description = counted(static_cast<double>(chart.x.size()), "run") +
                      " of this test in this environment, the last one is this; " +
                      counted(static_cast<double>(chart.marks.size()), "regression") + ".";
  chart.series = {std::move(p95), std::move(mean)};
  return "<div class=\"charts\">\n" + svg_chart(chart) + "</div>\n";
}

}  // namespace perf_mgmt
