// The report of one execution for a pull request or the summary of a job: the same as for a
// terminal, the worst first, and always short enough to be posted.
#include <fmt/format.h>

#include "document_reader.hpp"
#include "markdown_page.hpp"
#include "perf_mgmt/core/escape.hpp"
#include "perf_mgmt/core/quantity.hpp"
#include "renderers.hpp"
#include "report_tables.hpp"
#include "report_words.hpp"
#include "text_table.hpp"

namespace perf_mgmt {

namespace {

constexpr std::size_t kMostName = 120;  // code points

// So many bytes for one table, that a hostile one leaves room for the others.
constexpr std::size_t kMostTableBytes = 9'000;
std::string table(const TextTable& rows) {
  return rows.markdown(kMostTableBytes, kMostName);
}

std::string items(const std::vector<std::string>& texts, std::size_t most) {
  std::string body;
  for (std::size_t i = 0; i < texts.size() && i < most; ++i) body += markdown_item(texts[i]);
  if (texts.size() > most) body += fmt::format("- and {} more\n", texts.size() - most);
  return body;
}

std::string head(const JsonValue& document) {
  const JsonValue report = document.get("report");
  std::string text = fmt::format("# {}: {}\n", markdown_word(verdict_title(report)),
                                 markdown_text(clipped(test_title(report), kMostName)));
  for (const std::string& reason : verdict_reasons(report)) text += markdown_paragraph(reason);
  if (const std::string note = baseline_note(document); !note.empty()) {
    text += markdown_paragraph(note);
  }
  if (const std::string failure = failure_text(report); !failure.empty()) {
    text += markdown_paragraph("Ended by: " + failure);
  }
  const std::string findings = items(validity_findings(report), 12);
  text += fmt::format("\nThe result is **{}**{}\n", validity_title(report),
                      findings.empty() ? "." : "; what to know before it is believed:");
  return findings.empty() ? text : text + "\n" + findings;
}

std::string advice(const JsonValue& report) {
  constexpr std::size_t kMost = 8;
  const std::vector<Advice> list = advice_of(report);
  std::string body;
  for (std::size_t i = 0; i < list.size() && i < kMost; ++i) {
    const Advice& one = list[i];
    std::string text = one.severity + ": " + one.text;
    if (one.impact_percent) {
      text += fmt::format(" ({} of the operations' time)", percent_text(*one.impact_percent));
    }
    body += markdown_paragraph(text);
    if (!one.action_items.empty()) body += "\n" + items(one.action_items, 5);
    // After a list an indented block would be a part of its last item.
    if (!one.sql.empty()) body += "\nIn SQL:\n" + markdown_quote(one.sql, 2000);
  }
  if (list.size() > kMost) body += fmt::format("\nAnd {} more.\n", list.size() - kMost);
  return body;
}

std::string differences(const JsonValue& document) {
  const std::string items_text = items(difference_lines(document), 20);
  const std::string settings = table(settings_table(document));
  return items_text + (items_text.empty() || settings.empty() ? "" : "\n") + settings;
}

std::string facts(const JsonValue& document) {
  std::string body;
  for (const Fact& fact : facts_of(document)) {
    body += markdown_item(fmt::format("{}: {}", fact.name, fact.text));
  }
  return body;
}

}  // namespace

std::string report_markdown(const JsonValue& document) {
  const JsonValue report = document.get("report");
  MarkdownPage page;
  page.add(head(document));
  page.add_section("Key figures", table(key_figures_table(document)));
  page.add_section("What moved with it", items(explanation_lines(document), 10));
  page.add_section("Conditions that differ from the baseline's", differences(document));
  page.add_section("Limits", table(criteria_table(report)));
  page.add_section("Advice", advice(report));
  page.add_section("What the type of the test reports", items(shape_lines(report), 20));
  page.add_section("Operations", items(count_lines(report), 5));
  page.add_section("Errors", items(error_lines(document), 10));
  page.add_section("Service times of the operations", table(operations_table(document)));
  page.add_section("Where the time of an operation went, in ms", table(time_table(report)));
  page.add_section("Stages", table(stages_table(report)));
  page.add_section("Rounds", table(rounds_table(report)));
  page.add_section("Could not be had", items(unavailable_metrics(report), 10));
  page.add_section("How it was run", facts(document));
  return page.text("the report as HTML or JSON has the whole.");
}

}  // namespace perf_mgmt
