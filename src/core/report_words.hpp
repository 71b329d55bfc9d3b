// What a report says in words, for a terminal and for Markdown, and its limits for pages too: plain
// text, which those who show it escape and clip. Empty where there is nothing to say.
//
// `report` is what generate_performance_report() returns, `document` that of report_document().
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "json_reader.hpp"

namespace perf_mgmt {

// "Restaurant Rush Hour 1.0"
std::string test_title(const JsonValue& report);
// The verdict in capitals, as "REGRESSION (severe)"; what became of the execution where it did not
// complete; "NOT JUDGED".
std::string verdict_title(const JsonValue& report);
// What it rests on, a sentence each: the strongest metric with its figures, then other reasons.
std::vector<std::string> verdict_reasons(const JsonValue& report);
// Why no baseline stands beside the figures, where the reasons of the verdict do not say it
// already: baselines come and go, a verdict is of its time.
std::string baseline_note(const JsonValue& document);
// What ended the execution before its time.
std::string failure_text(const JsonValue& report);

// "valid", "NOT VALID", "not known yet", and the findings behind it, fatal ones first.
std::string validity_title(const JsonValue& report);
struct ReportFinding {
  std::string message;
  bool is_fatal = false;
};
std::vector<ReportFinding> findings_of(const JsonValue& report);
std::vector<std::string> validity_findings(const JsonValue& report);  // their messages
// "metric: reason" of what could not be had.
std::vector<std::string> unavailable_metrics(const JsonValue& report);

// Of a summary: "40 virtual users on 4 workers", "498 of 500 operations/s begun on 4 workers".
std::string load_text(const JsonValue& summary);

struct Fact {
  std::string name;
  std::string text;
};
// Execution, environment, times, load, server, machine, baseline, commit.
std::vector<Fact> facts_of(const JsonValue& document);

// Operations by what became of them, with the check that none is missing; errors by kind; rows.
std::vector<std::string> count_lines(const JsonValue& report);
// CPU, memory, disk, log of the measured window in one line.
std::string machine_line(const JsonValue& report);
// What the type of the test reports (shape_result.hpp).
std::vector<std::string> shape_lines(const JsonValue& report);
// Error messages of operations, each once.
std::vector<std::string> error_lines(const JsonValue& document);

// What an operation was seen waiting for, the most often seen first: "IO:WALSync 53 %, CPU 36 %".
std::string waits_text(const JsonValue& operation, std::size_t most, std::string (*share)(double));

struct ReportLimit {
  std::string criterion;  // "max_p95_response_time_ms"
  std::string source;     // "test"; "scenario and test" where both set the same
  std::optional<double> limit;
  std::optional<double> actual;
  std::optional<bool> passed;  // nothing: not measured
};
// Absolute limits in the order of the report, each once, whoever has set it.
std::vector<ReportLimit> limits_of(const JsonValue& report);

// Which operations carry a change and what moved with them, the greatest share first.
std::vector<std::string> explanation_lines(const JsonValue& document);
// What differs between the conditions of this execution and of the baseline.
std::vector<std::string> difference_lines(const JsonValue& document);

struct Advice {
  std::string severity;
  std::string text;
  std::optional<double> impact_percent;  // of the operations' time
  std::string sql;
  std::vector<std::string> action_items;
};
// The most severe first, of equal ones the greater impact.
std::vector<Advice> advice_of(const JsonValue& report);

}  // namespace perf_mgmt
