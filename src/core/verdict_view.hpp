// Verdicts as a page shows them: rows of latest_verdicts() and compare_executions(), and what each
// verdict is in words, colour and symbol.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "html_parts.hpp"
#include "json_reader.hpp"

namespace perf_mgmt {

struct VerdictRow {
  std::string metric;  // "overall", a metric, or the name of a limit
  std::string against;
  std::string verdict;
  std::string basis;  // tested, threshold_only, limit; empty overall
  std::string reason;
  std::string explanation;
  std::string primary_metric;
  bool severe = false;
  std::optional<double> current;
  std::optional<double> baseline;
  std::optional<double> change_percent;
  std::optional<double> threshold;
  std::optional<double> low_percent;
  std::optional<double> high_percent;
  std::optional<double> adjusted_p;
  std::optional<double> floor_percent;
  std::optional<double> rounds_needed;
  std::optional<bool> confirmed;
};

// The rows of an array that is a member of `object`; none where it is not there.
std::vector<VerdictRow> read_verdicts(const JsonValue& object, std::string_view member);

// Null pointers where there is none. strongest: the metric's row that says most, a regression's
// before the primary metric's; where nothing moved p95's against the baseline.
const VerdictRow* overall_of(const std::vector<VerdictRow>& rows);
const VerdictRow* strongest_of(const std::vector<VerdictRow>& rows);
// The row of a metric against the baseline.
const VerdictRow* row_of(const std::vector<VerdictRow>& rows, std::string_view metric);

// The change of a figure as a page shows it: the one that was judged, which is that of the rounds,
// where the metric was; else that of the two figures. So no page has two changes of one figure.
std::optional<double> shown_change(const VerdictRow* row, std::string_view metric,
                                   const std::optional<double>& before,
                                   const std::optional<double>& now);

struct VerdictWords {
  Tone tone;
  std::string_view title;    // "Regression"
  std::string_view meaning;  // a sentence
};
// Of a verdict; one that is not known here is its own title, which lives no longer than `verdict`.
VerdictWords words_of(std::string_view verdict);

// What a limit is about: of "max_p95_response_time_ms" the metric p95_response_time_ms; a name
// without "max_" or "min_" is itself.
std::string_view metric_of_limit(std::string_view criterion);

// Whether a row holds a figure against an absolute limit.
bool is_limit(const VerdictRow& row);

// "p = 0.0123"
std::string p_value_text(double p);

// How far values of a metric lie apart: of the error rate in points, of all others in percent.
std::string deviation_text(std::string_view metric, double deviation);

// What a row is about: "p95 response time", "limit of p95 response time".
std::string row_title(const VerdictRow& row);
// Before, now, change and interval of a row as big figures, and what is accepted below it; what is
// called before and after may be named: "A", "B".
std::string row_figures_html(const VerdictRow& row, std::string_view before = "Before",
                             std::string_view now = "Now");
// All rows but the overall one.
std::string verdict_table_html(std::string_view caption, const std::vector<VerdictRow>& rows,
                               std::string_view before = "Before", std::string_view now = "Now");

}  // namespace perf_mgmt
