// Documents as pages and texts. The document comes as JSON (UTF-8) that the SQL side gathered;
// everything is escaped, nothing is fetched, nothing is judged.
#pragma once

#include <string>
#include <string_view>

namespace perf_mgmt {

// kind: report_html, report_markdown, report_text, report_junit (document: report_document()),
// comparison_html (comparison_document()), history_html (history_document()), ci_junit, ci_markdown
// (what run_ci_performance_tests returns), maintenance_markdown (what run_maintenance found).
// Throws Error(invalid_parameter_value) for another kind, or where the document is not what that
// kind takes; missing and null members of it are left out of the page, or said to be unknown.
std::string render(std::string_view kind, std::string_view document);

}  // namespace perf_mgmt
