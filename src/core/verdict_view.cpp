// The names of limits are those of metrics behind "max_" or "min_" (criteria.hpp).
#include "verdict_view.hpp"

#include <fmt/format.h>

#include <cmath>

#include "document_reader.hpp"
#include "perf_mgmt/core/escape.hpp"
#include "perf_mgmt/core/quantity.hpp"

namespace perf_mgmt {

namespace {

VerdictRow read_row(const JsonValue& value) {
  VerdictRow row;
  row.metric = text_or_empty(value, "metric");
  row.against = text_or_empty(value, "against");
  row.verdict = text_or_empty(value, "verdict");
  row.basis = text_or_empty(value, "basis");
  row.reason = text_or_empty(value, "reason");
  row.explanation = text_or_empty(value, "explanation");
  row.primary_metric = text_or_empty(value, "primary_metric");
  row.severe = flag_of(value, "severe").value_or(false);
  row.current = value.number_of("current_value");
  row.baseline = value.number_of("baseline_value");
  row.change_percent = value.number_of("change_percent");
  row.threshold = value.number_of("threshold");
  row.low_percent = value.number_of("low_percent");
  row.high_percent = value.number_of("high_percent");
  row.adjusted_p = value.number_of("adjusted_p_value");
  row.floor_percent = value.number_of("floor_percent");
  row.rounds_needed = value.number_of("rounds_needed");
  row.confirmed = flag_of(value, "confirmed");
  return row;
}

// The higher, the more a reader wants to see this row first.
int weight_of(const VerdictRow& row, std::string_view primary_metric) {
  int weight = 0;
  if (row.verdict == "REGRESSION") weight += 100;
  if (!primary_metric.empty() && row.metric == primary_metric) weight += 50;
  if (row.metric == "p95_response_time_ms") weight += 20;
  if (row.against == "baseline") weight += 10;
  if (row.change_percent) weight += 5;
  return weight;
}

// The metric whose unit the row's figures have. The row of a limit has the metric too, or the name
// of the limit; "max_response_time_ms" is a metric.
std::string_view limited_metric(const VerdictRow& row) {
  const bool is_name = is_limit(row) && metric_title(row.metric).starts_with("limit on ");
  return is_name ? metric_of_limit(row.metric) : std::string_view(row.metric);
}

std::string interval_text(const VerdictRow& row) {
  if (!row.low_percent || !row.high_percent) return {};
  return signed_change(*row.low_percent, row.metric) + " to " +
         signed_change(*row.high_percent, row.metric);
}

// What is accepted is said without a sign: it is always a change for the worse.
std::string accepted_text(const VerdictRow& row) {
  if (!row.threshold) return {};
  if (is_limit(row)) return metric_text(limited_metric(row), *row.threshold);
  return deviation_text(row.metric, std::fabs(*row.threshold));
}

std::string figure(std::string_view name, const std::string& value) {
  if (value.empty()) return {};
  return "<div><dt>" + html_text(name) + "</dt><dd>" + html_text(value) + "</dd></div>\n";
}

// "p = 0.0004, confirmed by a repetition"
std::string certainty_text(const VerdictRow& row) {
  std::string text;
  const auto add = [&](const std::string& part) { text += (text.empty() ? "" : ", ") + part; };
  if (row.adjusted_p) add(p_value_text(*row.adjusted_p));
  if (row.confirmed)
    add(*row.confirmed ? "confirmed by a repetition" : "not confirmed by a repetition");
  if (row.basis == "threshold_only")
    add("by the threshold alone, the noise of the test is not known yet");
  if (row.floor_percent)
    add("noise between runs " + deviation_text(row.metric, *row.floor_percent));
  if (row.rounds_needed) add("about " + whole_number(*row.rounds_needed) + " rounds would tell");
  return text;
}

}  // namespace

std::vector<VerdictRow> read_verdicts(const JsonValue& object, std::string_view member) {
  std::vector<VerdictRow> rows;
  each_of(object, member, [&](const JsonValue& value) { rows.push_back(read_row(value)); });
  return rows;
}

const VerdictRow* overall_of(const std::vector<VerdictRow>& rows) {
  for (const VerdictRow& row : rows) {
    if (row.metric == "overall") return &row;
  }
  return nullptr;
}

const VerdictRow* strongest_of(const std::vector<VerdictRow>& rows) {
  const VerdictRow* const overall = overall_of(rows);
  const std::string_view primary =
      overall == nullptr ? "" : std::string_view(overall->primary_metric);
  const VerdictRow* best = nullptr;
  for (const VerdictRow& row : rows) {
    if (row.metric == "overall" || !row.current) continue;
    if (best == nullptr || weight_of(row, primary) > weight_of(*best, primary)) best = &row;
  }
  return best;
}

const VerdictRow* row_of(const std::vector<VerdictRow>& rows, std::string_view metric) {
  for (const VerdictRow& row : rows) {
    if (row.metric == metric && row.against == "baseline") return &row;
  }
  return nullptr;
}

std::optional<double> shown_change(const VerdictRow* row, std::string_view metric,
                                   const std::optional<double>& before,
                                   const std::optional<double>& now) {
  if (row != nullptr && row->change_percent) return row->change_percent;
  return change_between(metric, before, now);
}

VerdictWords words_of(std::string_view verdict) {
  if (verdict == "REGRESSION") return {kBad, "Regression", "It got worse than is accepted."};
  if (verdict == "SUSPECT") {
    return {kWarn, "Suspect", "It looks worse than is accepted, but it may have been chance."};
  }
  if (verdict == "SHIFT") {
    return {kInfo, "Shift", "It changed for certain, and within what is accepted."};
  }
  if (verdict == "PASS") return {kGood, "Passed", "No change beyond what is accepted."};
  if (verdict == "IMPROVEMENT") {
    return {{"good", "+"}, "Improvement", "It got better, and not by chance."};
  }
  if (verdict == "NO_BASELINE") {
    return {kNone, "No baseline", "There is nothing that it can be compared with."};
  }
  if (verdict == "INCONCLUSIVE") {
    return {{"none", "?"}, "Cannot tell", "What was measured does not suffice for a verdict."};
  }
  if (verdict.empty()) return {kNone, "Not judged", "No verdict was made."};
  return {kNone, verdict, ""};
}

std::string_view metric_of_limit(std::string_view criterion) {
  if (criterion.starts_with("max_") || criterion.starts_with("min_")) criterion.remove_prefix(4);
  return criterion;
}

bool is_limit(const VerdictRow& row) {
  return row.basis == "limit" || row.against == "limit";
}

std::string p_value_text(double p) {
  return p < 0.0001 ? "p < 0.0001" : fmt::format("p = {:.4f}", p);
}

std::string deviation_text(std::string_view metric, double deviation) {
  if (metric == "error_rate_percent") return short_number(deviation) + " points";
  return percent_text(deviation);
}

std::string row_title(const VerdictRow& row) {
  std::string title = metric_title(limited_metric(row));
  if (is_limit(row)) return "limit of " + title;
  return title;
}

std::string row_figures_html(const VerdictRow& row, std::string_view before, std::string_view now) {
  const std::string_view metric = limited_metric(row);
  std::string figures;
  if (is_limit(row)) {
    figures += figure("Limit", accepted_text(row));
    figures += figure("Measured", metric_or_dash(metric, row.current));
  } else {
    figures += figure(before, metric_or_dash(metric, row.baseline));
    figures += figure(now, metric_or_dash(metric, row.current));
    if (row.change_percent) figures += figure("Change", signed_change(*row.change_percent, metric));
    figures += figure("Interval", interval_text(row));
    if (const std::string accepted = accepted_text(row); !accepted.empty()) {
      figures += figure("Accepted", "up to " + accepted);
    }
  }
  std::string out = "<dl class=\"figures\">\n" + figures + "</dl>\n";
  if (const std::string certainty = certainty_text(row); !certainty.empty()) {
    out += "<p class=\"quiet small\">" + html_text(certainty) + "</p>\n";
  }
  return out;
}

std::string verdict_table_html(std::string_view caption, const std::vector<VerdictRow>& rows,
                               std::string_view before, std::string_view now) {
  using Align = HtmlTable::Align;
  HtmlTable table(std::string(caption), {{"Metric", Align::text},
                                         {"Held against", Align::text},
                                         {"Verdict", Align::text},
                                         {std::string(before)},
                                         {std::string(now)},
                                         {"Change"},
                                         {"Interval"},
                                         {"Accepted"},
                                         {"Remarks", Align::text}});
  for (const VerdictRow& row : rows) {
    if (row.metric == "overall") continue;
    const VerdictWords words = words_of(row.verdict);
    std::string remarks = row.reason;
    if (const std::string certainty = certainty_text(row); !certainty.empty()) {
      remarks += (remarks.empty() ? "" : " ") + certainty;
    }
    const std::string title = std::string(words.title) + (row.severe ? ", severe" : "");
    table.add_row(
        {name_html(row_title(row)), name_html(row.against), badge_html(words.tone, title),
         is_limit(row) ? "" : html_text(metric_or_dash(row.metric, row.baseline)),
         html_text(metric_or_dash(limited_metric(row), row.current)),
         row.change_percent ? html_text(signed_change(*row.change_percent, row.metric)) : "",
         html_text(interval_text(row)), html_text(accepted_text(row)), clipped_html(remarks, 500)});
  }
  return table.html();
}

}  // namespace perf_mgmt
