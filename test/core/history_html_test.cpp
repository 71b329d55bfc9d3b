// The page of a test's history.
#include <gtest/gtest.h>

#include "history_documents.hpp"
#include "html_checker.hpp"
#include "perf_mgmt/core/errors.hpp"
#include "perf_mgmt/core/rendering.hpp"

namespace perf_mgmt {
namespace {

using fixture::check_html;
using fixture::history_document;
using fixture::HtmlCheck;
using fixture::Json;
using fixture::problems_of;

std::string page_of(const Json& document) {
  return render("history_html", document.dump());
}

TEST(HistoryHtml, MarksChangesBaselinesAndWhatWasAccepted) {
  const HtmlCheck check = check_html(page_of(history_document(40)));
  EXPECT_EQ(problems_of(check), "");
  EXPECT_EQ(check.figures, 2u);
  EXPECT_TRUE(check.has_text("change of p95 response time +33.3 %"));
  EXPECT_TRUE(check.has_text("accepted: more data per customer"));
  EXPECT_TRUE(check.has_text("INITIAL baseline, p95"));
  EXPECT_TRUE(check.has_text("regression"));
  EXPECT_TRUE(check.has_text("2010-01-21 12:00:00 UTC, commit 0123abcd, Regression"));
  EXPECT_TRUE(check.has_text("Latest run: Passed"));
  EXPECT_TRUE(check.has_text("12.6 %"));  // the smallest threshold that holds
}

TEST(HistoryHtml, SaysThatTheLatestFailed) {
  Json document = history_document(3);
  Json& latest = document["executions"].back();
  latest["status"] = "FAILED";
  latest["verdict"] = nullptr;
  const HtmlCheck check = check_html(page_of(document));
  EXPECT_EQ(problems_of(check), "");
  const std::size_t box = check.text.find("Latest run: Not judged");
  ASSERT_NE(box, std::string::npos);
  EXPECT_LT(check.text.find("FAILED", box), check.text.find("Throughput", box));
}

TEST(HistoryHtml, TakesTheNewestFirstInItsTable) {
  const HtmlCheck check = check_html(page_of(history_document(3)));
  const std::size_t table = check.text.find("Executions, the newest first");
  ASSERT_NE(table, std::string::npos);
  EXPECT_LT(check.text.find("execution-2", table), check.text.find("execution-1", table));
  EXPECT_LT(check.text.find("execution-1", table), check.text.find("execution-0", table));
}

TEST(HistoryHtml, StaysSmallWithFiveHundredExecutions) {
  const std::string page = page_of(history_document(500));
  const HtmlCheck check = check_html(page);
  EXPECT_EQ(problems_of(check), "");
  EXPECT_LT(page.size(), 1'000'000u);
  EXPECT_TRUE(check.has_text("execution-499"));
}

TEST(HistoryHtml, SaysThatThereIsNone) {
  Json document = history_document(0);
  document["change_points"] = Json::array();
  document["accepted_changes"] = nullptr;
  const HtmlCheck check = check_html(page_of(document));
  EXPECT_EQ(problems_of(check), "");
  EXPECT_TRUE(check.has_text("The test was not run in this environment."));
  EXPECT_TRUE(check.has_text("No lasting shift was found."));
  EXPECT_EQ(check.figures, 0u);
}

TEST(HistoryHtml, ShowsTextOfOthersAsText) {
  Json document = history_document(40);
  fixture::make_hostile(document, fixture::hostile_text());
  const std::string page = page_of(document);
  const HtmlCheck check = check_html(page);
  EXPECT_EQ(problems_of(check), "");
  EXPECT_TRUE(check.has_text("<script>alert(1)</script>"));
  EXPECT_EQ(page.find("<script>alert"), std::string::npos);
}

TEST(HistoryHtml, RefusesAnExecutionWithoutItsTime) {
  try {
    render("history_html", R"({"executions": [{"execution_id": "x", "started_at": "soon"}]})");
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.message(),
              "document: \"executions[0]\" must be an execution with the time of its start");
  }
}

}  // namespace
}  // namespace perf_mgmt
