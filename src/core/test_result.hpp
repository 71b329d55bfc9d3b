// How a test did, as a CI sees it: from a member of a CI run's result, or from a report alone. What
// JUnit and Markdown are made of.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "json_reader.hpp"
#include "verdict_view.hpp"

namespace perf_mgmt {

struct TestFault {
  std::string sqlstate;
  std::string message;
  std::string detail;
  std::string hint;

  // "SQLSTATE 42P01: ..." and the others, a line each.
  std::string text() const;
};

struct TestResult {
  std::string name;
  std::string status;   // PASSED, FAILED, INCONCLUSIVE, NO_BASELINE, NO_TESTS
  std::string verdict;  // the overall one; empty: not judged
  std::string primary_metric;
  std::string reason;
  std::string explanation;
  std::string execution_id;
  std::string confirmation_execution_id;
  std::string started_at;
  std::optional<double> seconds;
  std::optional<TestFault> fault;    // why it could not be run, or not be judged
  std::vector<VerdictRow> verdicts;  // with the overall one

  bool is_regression() const { return status == "FAILED" && !fault; }
};

// An element of "test_results" of what run_ci_performance_tests() returns.
TestResult read_ci_test(const JsonValue& test);

// A report by itself: the status that ci_test_result (sql/ci_results.sql) would give it, knowing of
// a repetition only what the verdicts say of it.
TestResult test_of_report(const JsonValue& report);

}  // namespace perf_mgmt
