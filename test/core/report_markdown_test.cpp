// Markdown of reports, written down by hand in parts, and of CI runs; always short enough to be
// posted.
#include <gtest/gtest.h>

#include "../../src/core/markdown_page.hpp"
#include "../../src/core/renderers.hpp"
#include "../../src/core/text_table.hpp"
#include "report_documents.hpp"
#include "small_report.hpp"

namespace perf_mgmt {
namespace {

using fixture::rendered;
using nlohmann::json;

constexpr std::size_t kMostBytes = 64'000;

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// Outside of indented blocks, where nothing means anything.
void expect_no_markup(const std::string& markdown) {
  for (const std::string_view line : lines_of(markdown)) {
    if (line.starts_with("    ")) continue;
    for (const std::string_view mark : {"<script", "<!--", "[x]("}) {
      const std::size_t at = line.find(mark);
      EXPECT_TRUE(at == std::string_view::npos || (at > 0 && line[at - 1] == '\\')) << line;
    }
    EXPECT_EQ(line.find("http://"), std::string_view::npos) << line;
    EXPECT_EQ(line.find("@team"), std::string_view::npos) << line;
  }
}

json ci_result(const json& tests) {
  json result = json::parse(
      R"({"overall_status": "FAILED", "message": "2 of 3 passed", "environment": "staging",
    "git_commit": "abc", "branch": "feature/x_y", "executed_at": "2026-03-01T12:00:00+00:00"})");
  result["test_results"] = tests;
  return result;
}

TEST(ReportMarkdown, BeginsWithTheVerdict) {
  const std::string text = rendered(report_markdown, fixture::small_report_document());
  EXPECT_EQ(
      text.substr(0, text.find("\n## What moved")),
      "# REGRESSION: Orders 1.0\n"
      "\n"
      "p95 response time: 16.0 ms against 12.0 ms of the baseline, +33.3 % (interval +20.1 % to "
      "+48.2 %), "
      "accepted +10.0 %, p = 0.0004, confirmed: over the threshold.\n"
      "\n"
      "The result is **valid**; what to know before it is believed:\n"
      "\n"
      "- Other processes used 9 %.\n"
      "\n"
      "## Key figures\n"
      "\n"
      "| Figure | Now | Baseline | Change | Verdict | Interval |\n"
      "| --- | ---: | ---: | ---: | --- | --- |\n"
      "| mean response time | 10.0 ms | \u2013 |  |  |  |\n"
      "| p95 response time | 16.0 ms | 12.0 ms | +33.3 % | regression | +20.1 % to +48.2 % |\n"
      "| p99 response time | \u2013 | \u2013 |  |  |  |\n"
      "| throughput | 750.0/s | 1,000/s | -25.0 % | passed |  |\n"
      "| error rate | 0.5 % | \u2013 |  |  |  |\n");
}

TEST(ReportMarkdown, AdviceHasItsStatement) {
  EXPECT_TRUE(has(rendered(report_markdown, fixture::small_report_document()),
                  "\n## Advice\n"
                  "\nHIGH: An index would help. (41.5 % of the operations' time)\n"
                  "\n- Create it\n"
                  "\nIn SQL:\n"
                  "\n    CREATE INDEX ON orders (status)\n"
                  "\nLOW: Watch it.\n"));
}

TEST(ReportMarkdown, HostileTextStaysTextAndShort) {
  for (const std::string& hostile : {fixture::hostile_text(), std::string(10'000, '@'),
                                     std::string(10'000, '<'), std::string(10'000, '\n')}) {
    json document = fixture::full_report_document();
    fixture::make_hostile(document, hostile);
    for (int i = 0; i < 500; ++i) {
      document["report"]["operations"].push_back(document["report"]["operations"][0]);
      document["report"]["validity"]["findings"].push_back(hostile);
    }
    const std::string text = rendered(report_markdown, document);
    EXPECT_LT(text.size(), kMostBytes);
    EXPECT_TRUE(has(text, "\n## Key figures\n"));
    expect_no_markup(text);
  }
}

TEST(ReportMarkdown, ARunThatHasJustBegun) {
  const std::string text = rendered(report_markdown, fixture::running_report_document());
  EXPECT_TRUE(text.starts_with("# RUNNING: Payments 1.2\n\nThe result is **not known yet**.\n"));
  EXPECT_FALSE(has(text, "null"));
}

TEST(CiMarkdown, TheWorstFirst) {
  const json tests = json::parse(R"([
    {"test_name": "fine", "status": "PASSED", "verdict": "PASS", "report": {"verdicts": []}},
    {"test_name": "new", "status": "NO_BASELINE", "verdict": "NO_BASELINE", "reason": "The first run."},
    {"test_name": "broken", "status": "FAILED", "error": {"sqlstate": "42P01", "message": "no table \"<t>\""}},
    {"test_name": "slow", "status": "FAILED", "verdict": "REGRESSION", "error": null, "report": {"verdicts": [
      {"metric": "overall", "verdict": "REGRESSION", "primary_metric": "p95_response_time_ms"},
      {"metric": "throughput_tps", "against": "baseline", "verdict": "INCONCLUSIVE", "reason": "Too few."},
      {"metric": "p95_response_time_ms", "against": "baseline", "verdict": "REGRESSION", "current_value": 16,
       "baseline_value": 12, "change_percent": 33.3333}]}}])");
  EXPECT_EQ(rendered(ci_markdown, ci_result(tests)),
            "# Performance: FAILED\n"
            "\n"
            "2 of 3 passed.\n"
            "\n"
            "Environment staging, branch feature/x\\_y, commit abc, 2026-03-01 12:00:00 UTC\n"
            "\n"
            "| Test | Result | Strongest metric | Before | Now | Change |\n"
            "| --- | --- | --- | ---: | ---: | ---: |\n"
            "| slow | regression | p95 response time | 12.0 ms | 16.0 ms | +33.3 % |\n"
            "| broken | could not be run |  |  |  |  |\n"
            "| new | no baseline |  |  |  |  |\n"
            "| fine | passed |  |  |  |  |\n"
            "\n"
            "## slow: regression\n"
            "\n"
            "- p95 response time: REGRESSION - 16.0 ms against 12.0 ms of the baseline, +33.3 %.\n"
            "- throughput: INCONCLUSIVE - Too few.\n"
            "\n"
            "## broken: could not be run\n"
            "\n"
            "    SQLSTATE 42P01: no table \"<t>\"\n"
            "\n"
            "## new: no baseline\n"
            "\n"
            "The first run.\n");
}

TEST(CiMarkdown, StaysShortWithTheWorstInIt) {
  json tests = json::array();
  for (int i = 0; i < 400; ++i) {
    json test;
    test["test_name"] =
        std::to_string(1000 + i) + fixture::hostile_text() + std::string(10'000, '*');
    test["status"] = i == 399 ? "FAILED" : "INCONCLUSIVE";
    test["reason"] = std::string(10'000, '|');
    test["explanation"] = std::string(10'000, '\n');
    tests.push_back(test);
  }
  const std::string text = rendered(ci_markdown, ci_result(tests));
  EXPECT_LT(text.size(), kMostBytes);
  EXPECT_TRUE(has(text, "\n## 1399"));
  EXPECT_TRUE(has(text, "more rows are left out here.\n"));
  EXPECT_TRUE(has(text, "parts are left out here, as this page would be too long: "));
  expect_no_markup(text);
}

// 300 bytes less 200 for the note: parts of up to 100 fit.
TEST(MarkdownPage, LeavesOutWholePartsAndSaysSo) {
  MarkdownPage page(300);
  EXPECT_TRUE(page.add(std::string(60, 'a')));
  EXPECT_FALSE(page.add(std::string(41, 'b')));
  EXPECT_TRUE(page.add(std::string(40, 'c')));
  EXPECT_EQ(page.room(), 0U);
  EXPECT_EQ(page.text("look there."),
            std::string(60, 'a') + std::string(40, 'c') +
                "\n1 part is left out here, as this page would be too long: "
                "look there.\n");
}

TEST(MarkdownPage, SectionsWithoutABodyAreNone) {
  MarkdownPage page;
  EXPECT_TRUE(page.add_section("Nothing", ""));
  EXPECT_TRUE(page.add_section("Some", "- a\n"));
  EXPECT_TRUE(page.add_section("More", "\nb\n"));
  EXPECT_EQ(page.text("nowhere"), "\n## Some\n\n- a\n\n## More\n\nb\n");
}

TEST(MarkdownWord, EscapesWhatIsNoStatus) {
  EXPECT_EQ(markdown_word("NO_BASELINE"), "NO_BASELINE");
  EXPECT_EQ(markdown_word("_A_"), "\\_A\\_");
  EXPECT_EQ(markdown_word("<b>"), "\\<b\\>");
}

}  // namespace
}  // namespace perf_mgmt
