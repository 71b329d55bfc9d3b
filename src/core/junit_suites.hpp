// JUnit XML as CI servers read it (the schema of Jenkins' xUnit plug-in): a suite per test, a case
// per verdict.
#pragma once

#include <string>
#include <vector>

#include "test_result.hpp"

namespace perf_mgmt {

// Of what was tested; empty: not known.
struct JunitContext {
  std::string git_commit;
  std::string branch;
  std::string environment;
};

// A regression is a failure, a test that could not be run an error, and what cannot be told is
// skipped. A test whose status no verdict explains has a case "verdict" (or "run") for it. There
// must be at least one test: a file without a suite reads as passed.
std::string junit_xml(const std::vector<TestResult>& tests, const JunitContext& context);

}  // namespace perf_mgmt
