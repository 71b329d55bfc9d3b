// Statuses follow the rules of sql/ci_results.sql: what is not valid never passes, nor does a
// suspicion that nothing has cleared.
#include "test_result.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "document_reader.hpp"

namespace perf_mgmt {

namespace {

void add_line(std::string& text, const std::string& line) {
  if (line.empty()) return;
  if (!text.empty()) text += '\n';
  text += line;
}

std::string status_of_verdict(const std::string& verdict) {
  if (verdict == "REGRESSION") return "FAILED";
  if (verdict == "NO_BASELINE" || verdict == "INCONCLUSIVE") return verdict;
  return "PASSED";
}

void add_reason(TestResult& test, const std::string& reason) {
  test.reason += (test.reason.empty() ? "" : " ") + reason;
}

// A suspicion is cleared by a repetition that does not show it again; nothing else clears it.
void weigh_suspicion(TestResult& test) {
  if (test.verdict != "SUSPECT") return;
  const auto is_suspect = [](const VerdictRow& row) {
    return row.metric != "overall" && row.verdict == "SUSPECT";
  };
  const auto again = [&](const VerdictRow& row) {
    return is_suspect(row) && row.confirmed == true;
  };
  const auto cleared = [&](const VerdictRow& row) {
    return is_suspect(row) && row.confirmed == false;
  };
  if (std::ranges::any_of(test.verdicts, again)) {
    test.status = "INCONCLUSIVE";
    add_reason(test, "The repetition was beyond the threshold as well, and both within the noise.");
  } else if (std::ranges::none_of(test.verdicts, cleared)) {
    test.status = "INCONCLUSIVE";
    add_reason(test, "It was not repeated to confirm or to clear it.");
  }
}

void judge_completed(TestResult& test, const JsonValue& report) {
  const VerdictRow* overall = overall_of(test.verdicts);
  if (overall == nullptr) {
    test.status = "INCONCLUSIVE";
    test.reason = "The execution was not judged.";
    return;
  }
  test.verdict = overall->verdict;
  test.primary_metric = overall->primary_metric;
  test.reason = overall->reason;
  test.explanation = overall->explanation;
  test.status = status_of_verdict(overall->verdict);
  bool is_valid = false;
  with_member(report, "validity", [&](const JsonValue& validity) {
    is_valid = flag_of(validity, "is_valid").value_or(false);
  });
  if (test.status == "PASSED" && !is_valid) {
    test.status = "INCONCLUSIVE";
    test.reason = "The execution is not valid." + (test.reason.empty() ? "" : " " + test.reason);
    return;
  }
  weigh_suspicion(test);
}

TestFault fault_of(const JsonValue& summary, const std::string& status) {
  TestFault fault;
  fault.sqlstate = "XX000";
  fault.message = "the execution ended as " + status;
  with_member(summary, "failure", [&](const JsonValue& failure) {
    fault.sqlstate = text_of(failure, "sqlstate").value_or(fault.sqlstate);
    if (const auto message = text_of(failure, "message")) fault.message += ": " + *message;
  });
  return fault;
}

}  // namespace

std::string TestFault::text() const {
  std::string text = fmt::format("SQLSTATE {}: {}", sqlstate, message);
  add_line(text, detail);
  add_line(text, hint);
  return text;
}

TestResult read_ci_test(const JsonValue& test) {
  TestResult result;
  result.name = text_or_empty(test, "test_name");
  result.status = text_or_empty(test, "status");
  result.verdict = text_or_empty(test, "verdict");
  result.primary_metric = text_or_empty(test, "primary_metric");
  result.reason = text_or_empty(test, "reason");
  result.explanation = text_or_empty(test, "explanation");
  result.execution_id = text_or_empty(test, "execution_id");
  result.confirmation_execution_id = text_or_empty(test, "confirmation_execution_id");
  result.started_at = text_or_empty(test, "started_at");
  result.seconds = test.number_of("duration_seconds");
  with_member(test, "error", [&](const JsonValue& error) {
    result.fault = TestFault{text_or_empty(error, "sqlstate"), text_or_empty(error, "message"),
                             text_or_empty(error, "detail"), text_or_empty(error, "hint")};
  });
  with_member(test, "report", [&](const JsonValue& report) {
    result.verdicts = read_verdicts(report, "verdicts");
  });
  return result;
}

TestResult test_of_report(const JsonValue& report) {
  TestResult test;
  std::string execution_status;
  with_member(report, "execution_summary", [&](const JsonValue& summary) {
    test.name = text_or_empty(summary, "test_name");
    test.execution_id = text_or_empty(summary, "execution_id");
    test.started_at = text_or_empty(summary, "started_at");
    test.seconds = run_seconds(summary);
    execution_status = text_or_empty(summary, "status");
    if (execution_status != "COMPLETED" && execution_status != "RUNNING") {
      test.fault = fault_of(summary, execution_status);
    }
  });
  test.verdicts = read_verdicts(report, "verdicts");
  if (test.fault) {
    test.status = "FAILED";
  } else if (execution_status == "RUNNING") {
    test.status = "INCONCLUSIVE";
    test.reason = "The execution is still running.";
  } else {
    judge_completed(test, report);
  }
  return test;
}

}  // namespace perf_mgmt
