// What run_ci_performance_tests() returned as JUnit XML: a suite per test of the invocation.
#include "document_reader.hpp"
#include "junit_suites.hpp"
#include "renderers.hpp"

namespace perf_mgmt {

std::string ci_junit(const JsonValue& result) {
  std::vector<TestResult> tests;
  each_of(result, "test_results",
          [&](const JsonValue& test) { tests.push_back(read_ci_test(test)); });
  if (tests.empty()) {
    TestResult none;
    none.name = "perf_mgmt";
    none.status = "NO_TESTS";
    none.reason = text_of(result, "message").value_or("no performance test was run");
    tests.push_back(std::move(none));
  }
  return junit_xml(tests, {text_or_empty(result, "git_commit"), text_or_empty(result, "branch"),
                           text_or_empty(result, "environment")});
}

}  // namespace perf_mgmt
