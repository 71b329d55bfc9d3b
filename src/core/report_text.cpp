// The report of one execution for a terminal of 100 columns: what a person must know first stands
// first, and every line beyond that can be skipped.
#include <fmt/format.h>

#include "document_reader.hpp"
#include "perf_mgmt/core/escape.hpp"
#include "perf_mgmt/core/quantity.hpp"
#include "renderers.hpp"
#include "report_tables.hpp"
#include "report_words.hpp"
#include "text_table.hpp"

namespace perf_mgmt {

namespace {

constexpr std::string_view kIndent = "  ";
constexpr std::string_view kItem = "  - ";

// Nothing where there is nothing below the heading.
std::string section(std::string_view heading, const std::string& body) {
  return body.empty() ? body : fmt::format("\n{}\n{}", heading, body);
}

// Lines of a text as paragraphs, the first with a dash.
std::string items(const std::vector<std::string>& texts, std::size_t most) {
  std::string body;
  for (std::size_t i = 0; i < texts.size() && i < most; ++i) {
    std::string_view first = kItem;
    for (const std::string_view line : lines_of(texts[i])) {
      body += wrapped(line, first);
      first = "    ";
    }
  }
  if (texts.size() > most) body += fmt::format("{}and {} more\n", kItem, texts.size() - most);
  return body;
}

std::string paragraphs(const std::vector<std::string>& texts) {
  std::string body;
  for (const std::string& text : texts) body += wrapped(text, kIndent);
  return body;
}

std::string report_head(const JsonValue& document) {
  const JsonValue report = document.get("report");
  std::string text = wrapped(verdict_title(report) + ": " + clipped(test_title(report), 120));
  text += paragraphs(verdict_reasons(report));
  if (const std::string note = baseline_note(document); !note.empty()) {
    text += wrapped(note, kIndent);
  }
  with_member(report, "execution_summary", [&](const JsonValue& summary) {
    text += wrapped(fmt::format("{} in {}, execution {}", text_or_empty(summary, "status"),
                                clipped(text_or_empty(summary, "execution_environment"), 60),
                                text_or_empty(summary, "execution_id")),
                    kIndent);
  });
  if (const std::string failure = failure_text(report); !failure.empty()) {
    text += wrapped("Ended by: " + failure, kIndent);
  }
  return text;
}

std::string validity(const JsonValue& report) {
  const std::string findings = items(validity_findings(report), 12);
  return fmt::format("{}The result is {}{}\n", kIndent, validity_title(report),
                     findings.empty() ? "." : "; what to know before it is believed:") +
         findings;
}

std::string advice(const JsonValue& report) {
  constexpr std::size_t kMost = 6;
  const std::vector<Advice> list = advice_of(report);
  std::string body;
  for (std::size_t i = 0; i < list.size() && i < kMost; ++i) {
    const Advice& one = list[i];
    std::string text = one.severity + ": " + one.text;
    if (one.impact_percent) {
      text += fmt::format(" ({} of the operations' time)", percent_text(*one.impact_percent));
    }
    body += wrapped(text, kItem);
    if (!one.sql.empty()) body += wrapped(one.sql, "      ", kTerminalWidth, 2000);
  }
  if (list.size() > kMost) body += fmt::format("{}and {} more\n", kItem, list.size() - kMost);
  return body;
}

std::string facts(const JsonValue& document) {
  constexpr std::size_t kNameWidth = 11;
  std::string body;
  for (const Fact& fact : facts_of(document)) {
    body += wrapped(fact.text, fmt::format("{}{:<{}} ", kIndent, fact.name, kNameWidth));
  }
  return body;
}

}  // namespace

std::string report_text(const JsonValue& document) {
  const JsonValue report = document.get("report");
  std::string text = report_head(document) + validity(report);
  text += section("Key figures", key_figures_table(document).terminal());
  text += section("What moved with it", items(explanation_lines(document), 8));
  text += section("Conditions that differ from the baseline's",
                  items(difference_lines(document), 12) + settings_table(document, 15).terminal());
  text += section("Limits of the scenario and the test", criteria_table(report).terminal());
  text += section("Advice", advice(report));
  text += section("What the type of the test reports", items(shape_lines(report), 20));
  text += section("Operations: every one that was due is accounted for",
                  paragraphs(count_lines(report)));
  text += section("Errors", items(error_lines(document), 10));
  text +=
      section("Times: response = lag (waiting for a free worker) + service (the server at work)",
              times_table(report).terminal());
  if (const std::string machine = machine_line(report); !machine.empty()) {
    text += section("The machine in that time", wrapped(machine, kIndent));
  }
  text += section("Each operation: service times", operations_table(document).terminal());
  text += section("Share of all operations, rows, plans", work_table(report).terminal());
  text += section("Where the time of an operation went: ms of each, and what it was seen in",
                  time_table(report).terminal());
  text += section("Stages: load in users or operations a second", stages_table(report).terminal());
  text += section("Rounds", rounds_table(report).terminal());
  text += section("Could not be had", items(unavailable_metrics(report), 10));
  text += section("How it was run", facts(document));
  return text;
}

}  // namespace perf_mgmt
