// The order of the page: first what it means, then what was measured, why, what to do, and under
// which conditions.
#include "report_html.hpp"
#include "document_reader.hpp"
#include "html_page.hpp"
#include "html_parts.hpp"
#include "perf_mgmt/core/escape.hpp"
#include "renderers.hpp"
#include "verdict_view.hpp"

namespace perf_mgmt {

namespace {

// "REGRESSION: Payments" tells one tab from another.
std::string window_title(const JsonValue& report, const std::string& name) {
  const std::vector<VerdictRow> verdicts = read_verdicts(report, "verdicts");
  const VerdictRow* overall = overall_of(verdicts);
  if (overall != nullptr) return std::string(words_of(overall->verdict).title) + ": " + name;
  std::string status;
  with_member(report, "execution_summary",
              [&](const JsonValue& summary) { status = text_or_empty(summary, "status"); });
  return status.empty() ? name : status + ": " + name;
}

std::string footer(const JsonValue& report) {
  std::string text = "<p>perf_mgmt";
  if (const auto made = text_of(report, "generated_at")) text += ", made " + time_html(*made);
  with_member(report, "execution_summary", [&](const JsonValue& summary) {
    if (const auto id = text_of(summary, "execution_id")) {
      text += ". Execution <code>" + name_html(*id) + "</code>";
    }
  });
  return text + ".</p>\n";
}

}  // namespace

std::string report_html(const JsonValue& document) {
  const JsonValue report = document.get("report");
  std::string name;
  std::string description;
  with_member(report, "execution_summary", [&](const JsonValue& summary) {
    name = text_or_empty(summary, "test_name");
    description = text_or_empty(summary, "description");
  });
  if (name.empty()) name = "Performance test";

  HtmlPage page;
  page.title = window_title(report, name);
  page.kind = "Report of a performance test";
  page.heading = name;
  page.lead = facts_html(report) + paragraph_html(description);
  page.sections = {
      {"verdict", "Verdict", verdict_section(document)},
      {"figures", "Key figures", key_figures_section(document)},
      {"course", "Over time", course_section(document)},
      {"spread", "How the response times spread", spread_section(document)},
      {"waits", "What the workers did", waits_section(document)},
      {"operations", "Operations", operations_section(document)},
      {"explanation", "What changed", explanation_section(document)},
      {"plans", "Plans", plans_section(document)},
      {"differences", "Conditions that differ from the baseline",
       differences_section(document, "Baseline", "This run")},
      {"criteria", "Limits", criteria_section(document)},
      {"advice", "Advice", advice_section(document)},
      {"stages", "Stages and rounds", stages_section(document)},
      {"counts", "Operations counted, errors, events", counts_section(document)},
      {"trend", "Runs before this one", trend_section(document)},
      {"environment", "Environment", environment_section(document)},
      {"method", "How it was measured", method_section()},
  };
  page.footer = footer(report);
  return html_page(page);
}

}  // namespace perf_mgmt
