// The report of one execution as JUnit XML: a suite of its verdicts.
#include "document_reader.hpp"
#include "junit_suites.hpp"
#include "renderers.hpp"

namespace perf_mgmt {

std::string report_junit(const JsonValue& document) {
  const JsonValue report = document.get("report");
  JunitContext context;
  with_member(report, "execution_summary", [&](const JsonValue& summary) {
    context.environment = text_or_empty(summary, "execution_environment");
    with_member(summary, "metadata", [&](const JsonValue& metadata) {
      context.git_commit = any_text_of(metadata, "git_commit").value_or("");
      context.branch = any_text_of(metadata, "branch").value_or("");
    });
  });
  return junit_xml({test_of_report(report)}, context);
}

}  // namespace perf_mgmt
