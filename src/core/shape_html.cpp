// One function per type of test that has something of its own to say.
#include "shape_html.hpp"

#include <cmath>

#include "document_reader.hpp"
#include "html_parts.hpp"
#include "perf_mgmt/core/escape.hpp"
#include "perf_mgmt/core/quantity.hpp"
#include "verdict_view.hpp"

namespace perf_mgmt {

namespace {

using Align = HtmlTable::Align;

std::string stress_html(const JsonValue& shape) {
  const auto good = shape.number_of("last_good_load");
  const auto broken = shape.number_of("broken_load");
  std::string html;
  if (good) html += paragraph_html("Kept all limits up to a load of " + short_number(*good) + ".");
  if (!broken) {
    return html + paragraph_html(good ? "No limit was broken: the knee lies above that."
                                      : "No step of the climb was measured.");
  }
  html += paragraph_html("Broke a limit at a load of " + short_number(*broken) + ", step " +
                         or_dash(shape.number_of("broken_step"), whole_number) + " of the climb.");
  HtmlTable table("Limits that were broken first",
                  {{"Limit", Align::text}, {"Accepted"}, {"Measured"}});
  each_of(shape, "broken", [&](const JsonValue& row) {
    const std::string name = text_or_empty(row, "criterion");
    const std::string_view metric = metric_of_limit(name);
    table.add_row({name_html(metric_title(metric)),
                   html_text(metric_or_dash(metric, row.number_of("limit"))),
                   html_text(metric_or_dash(metric, row.number_of("actual")))});
  });
  return html + table.html();
}

std::string spike_html(const JsonValue& shape) {
  const auto before = shape.number_of("before_ms");
  const auto during = shape.number_of("during_ms");
  if (!before || !during) return paragraph_html("Too little was measured to tell of the spike.");
  const std::string metric = text_of(shape, "metric").value_or("response time");
  std::string text = metric_title(metric) + ": " + duration_text(*before) + " before the spike, " +
                     duration_text(*during) + " in it. ";
  const auto recovery = shape.number_of("recovery_ms");
  text += recovery ? "Back to normal " + duration_text(*recovery) + " after it."
                   : "It did not come back to normal.";
  return paragraph_html(text);
}

std::string drift_text(const JsonValue& shape, std::string_view member, std::string_view metric) {
  const auto drift = shape.number_of(member);
  return drift ? signed_change(*drift, metric) : or_dash(std::nullopt, short_number);
}

std::string endurance_html(const JsonValue& shape) {
  std::string html = paragraph_html(
      "From the first to the last quarter: mean response " +
      drift_text(shape, "mean_response_drift_percent", "avg_response_time_ms") + ", p95 " +
      drift_text(shape, "p95_response_drift_percent", "p95_response_time_ms") + ", throughput " +
      drift_text(shape, "throughput_drift_percent", "throughput_tps") + ".");
  if (const auto grown = shape.number_of("worker_memory_growth_bytes")) {
    const std::string_view how = *grown < 0 ? "less" : "more";
    html += paragraph_html("The workers' memory: " + bytes_text(std::fabs(*grown)) + " " +
                           std::string(how) + " at the end.");
  }
  HtmlTable table("Sizes",
                  {{"Relation", Align::text}, {"Kind", Align::text}, {"Before"}, {"After"}});
  each_of(shape, "relations", [&](const JsonValue& row) {
    table.add_row({name_html(text_or_empty(row, "relation")), name_html(text_or_empty(row, "kind")),
                   html_text(or_dash(row.number_of("bytes_before"), bytes_text)),
                   html_text(or_dash(row.number_of("bytes_after"), bytes_text))});
  });
  return html + details_html("Sizes of tables and indexes", table.html());
}

std::string volume_html(const JsonValue& shape) {
  HtmlTable table("Data that the test wants",
                  {{"Relation", Align::text}, {"Rows"}, {"Wanted"}, {"Enough", Align::text}});
  each_of(shape, "relations", [&](const JsonValue& row) {
    const bool satisfied = flag_of(row, "satisfied").value_or(false);
    table.add_row({name_html(text_or_empty(row, "relation")),
                   html_text(or_dash(row.number_of("rows"), whole_number)),
                   html_text(or_dash(row.number_of("required_rows"), whole_number)),
                   satisfied ? badge_html(kGood, "yes") : badge_html(kBad, "no")});
  });
  return table.html();
}

}  // namespace

std::string shape_html(const JsonValue& shape) {
  const std::string type = any_text_of(shape, "type").value_or("");
  if (type == "STRESS") return stress_html(shape);
  if (type == "SPIKE") return spike_html(shape);
  if (type == "ENDURANCE") return endurance_html(shape);
  if (type == "VOLUME") return volume_html(shape);
  return details_html("What the type of the test reports", code_html(indented_json(shape.json())));
}

}  // namespace perf_mgmt
