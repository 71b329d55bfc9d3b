// What run_ci_performance_tests() returned as the summary of a job: the worst test first, then, as
// far as there is room, why.
#include <fmt/format.h>

#include <algorithm>

#include "document_reader.hpp"
#include "markdown_page.hpp"
#include "perf_mgmt/core/escape.hpp"
#include "perf_mgmt/core/quantity.hpp"
#include "renderers.hpp"
#include "test_result.hpp"
#include "text_table.hpp"
#include "verdict_text.hpp"

namespace perf_mgmt {

namespace {

constexpr std::size_t kMostName = 100;           // code points of a name
constexpr std::size_t kMostTableBytes = 24'000;  // so that the details of the worst have room

// The lower, the worse.
int rank_of(const TestResult& test) {
  if (test.is_regression()) return 1;
  if (test.status == "FAILED") return 2;
  if (test.status == "INCONCLUSIVE") return 3;
  if (test.status == "NO_BASELINE") return 4;
  return test.verdict == "SUSPECT" ? 5 : 6;
}

std::string_view outcome_text(const TestResult& test) {
  switch (rank_of(test)) {
    case 1:
      return "regression";
    case 2:
      return "could not be run";
    case 3:
      return "cannot be told";
    case 4:
      return "no baseline";
    case 5:
      return "passed (suspected once)";
    default:
      return "passed";
  }
}

std::vector<TestResult> read_tests(const JsonValue& result) {
  std::vector<TestResult> tests;
  each_of(result, "test_results",
          [&](const JsonValue& test) { tests.push_back(read_ci_test(test)); });
  std::ranges::stable_sort(tests, [](const TestResult& a, const TestResult& b) {
    return std::pair(rank_of(a), a.name) < std::pair(rank_of(b), b.name);
  });
  return tests;
}

std::string ci_head(const JsonValue& result) {
  std::string text =
      fmt::format("# Performance: {}\n", markdown_word(text_or_empty(result, "overall_status")));
  std::string message = clipped(text_or_empty(result, "message"), 1000);
  if (!message.empty() && !message.ends_with('.')) message += '.';
  text += markdown_paragraph(message);
  std::string facts = "Environment " + clipped(text_or_empty(result, "environment"), kMostName);
  const auto add = [&](std::string_view name, std::string_view member) {
    const std::string value = text_or_empty(result, member);
    if (!value.empty()) facts += fmt::format(", {} {}", name, clipped(value, kMostName));
  };
  add("branch", "branch");
  add("commit", "git_commit");
  if (const auto at = text_of(result, "executed_at")) facts += ", " + time_text(*at);
  return text + markdown_paragraph(facts);
}

std::string table_of(const std::vector<TestResult>& tests) {
  TextTable table({{"Test"},
                   {"Result"},
                   {"Strongest metric"},
                   {"Before", Align::right},
                   {"Now", Align::right},
                   {"Change", Align::right}});
  for (const TestResult& test : tests) {
    const VerdictRow* row = test.fault ? nullptr : strongest_of(test.verdicts);
    std::vector<std::string> cells = {test.name, std::string(outcome_text(test))};
    if (row != nullptr) {
      cells.push_back(row_title(*row));
      cells.push_back(row->baseline ? metric_text(row->metric, *row->baseline) : "");
      cells.push_back(row->current ? metric_text(row->metric, *row->current) : "");
      cells.push_back(row->change_percent ? signed_change(*row->change_percent, row->metric) : "");
    }
    table.add_row(std::move(cells));
  }
  const std::string text = table.markdown(kMostTableBytes, kMostName);
  return text.empty() ? text : "\n" + text;
}

// Of the rows that did not pass, those that say most.
std::string verdict_items(const TestResult& test) {
  constexpr std::size_t kMostItems = 8;
  const auto rank = [](const VerdictRow* row) {
    if (row->verdict == "REGRESSION") return 0;
    return row->verdict == "SUSPECT" ? 1 : 2;
  };
  std::vector<const VerdictRow*> rows;
  for (const VerdictRow& row : test.verdicts) {
    if (row.metric != "overall" && row.verdict != "PASS") rows.push_back(&row);
  }
  std::ranges::stable_sort(rows, {}, rank);
  std::string items;
  for (std::size_t i = 0; i < std::min(rows.size(), kMostItems); ++i) {
    items += markdown_item(verdict_line(*rows[i]), 400);
  }
  if (rows.size() > kMostItems) items += fmt::format("- and {} more\n", rows.size() - kMostItems);
  return items.empty() ? items : "\n" + items;
}

// Clipped so that those of one test, the worst, always have room.
std::string details_of(const TestResult& test) {
  constexpr std::size_t kMostQuote = 2000;
  const std::string reason = markdown_paragraph(test.reason, 600);
  if (test.fault) return reason + markdown_quote(test.fault->text(), kMostQuote);
  return reason + markdown_quote(test.explanation, kMostQuote) + verdict_items(test);
}

std::string not_run(const JsonValue& result) {
  std::string items;
  each_of(result, "skipped_tests", [&](const JsonValue& skipped) {
    items +=
        markdown_item(fmt::format("{}: {}", clipped(text_or_empty(skipped, "test_name"), kMostName),
                                  text_or_empty(skipped, "reason")));
  });
  return items.empty() ? items : "\nNot run:\n\n" + items;
}

}  // namespace

std::string ci_markdown(const JsonValue& result) {
  MarkdownPage page;
  const std::vector<TestResult> tests = read_tests(result);
  page.add(ci_head(result));
  page.add(table_of(tests));
  for (const TestResult& test : tests) {
    if (rank_of(test) == 6) continue;
    page.add(fmt::format("\n## {}: {}\n", markdown_text(clipped(test.name, kMostName)),
                         outcome_text(test)) +
             details_of(test));
  }
  if (const std::string skipped = not_run(result); !skipped.empty()) page.add(skipped);
  return page.text("the whole is in perf\\_mgmt.ci\\_runs and in the JUnit file.");
}

}  // namespace perf_mgmt
