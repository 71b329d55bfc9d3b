// The tables of a report for a terminal and for Markdown: which rows and columns there are, and
// what stands in the cells. Tables without rows are left out by those who show them.
//
// `report` is what generate_performance_report() returns, `document` that of report_document(),
// which has the report, its baseline and more. Times in cells are milliseconds.
#pragma once

#include "json_reader.hpp"
#include "text_table.hpp"

namespace perf_mgmt {

// The figures of the measured window, those of the baseline beside them, and the verdicts on them.
TextTable key_figures_table(const JsonValue& document);

// Absolute limits: broken ones first, then those that were not measured.
TextTable criteria_table(const JsonValue& report);

// Response time is lag (waiting for a free worker) and service (the server at work).
TextTable times_table(const JsonValue& report);

// Operations: service times with the baseline's p95 beside them; what they did; where their time
// went and what they were seen waiting for. The first `most` of them, which took the most time.
TextTable operations_table(const JsonValue& document, std::size_t most = 30);
TextTable work_table(const JsonValue& report, std::size_t most = 30);
TextTable time_table(const JsonValue& report, std::size_t most = 30);

TextTable stages_table(const JsonValue& report, std::size_t most = 40);
// Empty for a run of a single round.
TextTable rounds_table(const JsonValue& report, std::size_t most = 40);

// Settings that differ from those of the baseline.
TextTable settings_table(const JsonValue& document, std::size_t most = 40);

}  // namespace perf_mgmt
