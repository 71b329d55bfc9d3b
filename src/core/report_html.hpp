// The sections of the page of one execution. Each takes the whole document (see report_document()
// in sql/report_document.sql) and gives HTML, nothing where it has nothing to say.
//
// What other pages show as well takes a report or its side of a comparison instead.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "json_reader.hpp"
#include "perf_mgmt/core/svg_chart.hpp"

namespace perf_mgmt {

// report_html_verdict.cpp: what a person must have understood after ten seconds
std::string verdict_section(const JsonValue& document);
struct KeyFigure {
  std::string_view metric;
  bool always;  // shown even if it is not known
};
inline constexpr std::array kKeyFigures = {
    KeyFigure{"avg_response_time_ms", true},   KeyFigure{"p50_response_time_ms", false},
    KeyFigure{"p95_response_time_ms", true},   KeyFigure{"p99_response_time_ms", true},
    KeyFigure{"p999_response_time_ms", false}, KeyFigure{"max_response_time_ms", false},
    KeyFigure{"throughput_tps", true},         KeyFigure{"error_rate_percent", true},
    KeyFigure{"avg_service_time_ms", false},   KeyFigure{"avg_lag_ms", false},
    KeyFigure{"cpu_usage_percent", false},     KeyFigure{"memory_usage_percent", false},
    KeyFigure{"disk_io_mb_per_sec", false}};
std::string key_figures_section(const JsonValue& document);
// One line of facts below the heading: status, when, how long, which load, where. Of a report.
std::string facts_html(const JsonValue& report);
// What limits the trust in a result, as a box. Of a report.
std::string validity_html(const JsonValue& report);

// report_html_course.cpp: charts over time; report_html_spread.cpp: of the distribution
std::string course_section(const JsonValue& document);
std::string spread_section(const JsonValue& document);
std::string waits_section(const JsonValue& document);

// report_html_operations.cpp
// Operations of a report with those of another one, or of a baseline, beside them.
std::string operations_html(const std::optional<JsonValue>& before_report, const JsonValue& report);
std::string operations_section(const JsonValue& document);
// "explanation" of a document: which operations carry the change, and what moved with them.
std::string explanation_section(const JsonValue& document);

// report_html_plans.cpp: pairs where an operation's plan is another one than before, all plans
// behind a click. before and now: arrays as report.plans; `before` may be nothing.
std::string plans_html(const std::optional<JsonValue>& before, const JsonValue& now,
                       std::string_view before_name, std::string_view now_name);
std::string plans_section(const JsonValue& document);

// report_html_conditions.cpp
std::string criteria_section(const JsonValue& document);
std::string advice_section(const JsonValue& document);
std::string stages_section(const JsonValue& document);
std::string counts_section(const JsonValue& document);
std::string trend_section(const JsonValue& document);

// report_html_environment.cpp
// "setting_differences" and "differences" of a document.
std::string differences_section(const JsonValue& document, std::string_view before_name,
                                std::string_view now_name);
std::string environment_section(const JsonValue& document);
std::string method_section();

// A percentile as people say it: .5 is "p50", .999 "p99.9".
std::string percentile_name(double q);
struct Percentiles {
  std::vector<double> q;
  std::vector<std::optional<double>> ms;
};
// An array of {"q", "ms"}, in order of q; those at and beyond 0 and 1 left out.
Percentiles read_percentiles(const JsonValue& object, std::string_view member);
// Curves of up to two on one chart, the second dashed.
Chart percentile_chart(const std::string& id, const Percentiles& now, std::string_view now_name,
                       const Percentiles& before, std::string_view before_name);
std::vector<HistogramBar> read_buckets(const JsonValue& distribution);

}  // namespace perf_mgmt
