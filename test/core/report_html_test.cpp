// The page of one execution. The documents are by hand (report_documents.hpp), and so are the
// expectations: which figures and words stand on the page. Pictures are the suite of pages' part.
#include <gtest/gtest.h>

#include <algorithm>

#include "html_checker.hpp"
#include "perf_mgmt/core/errors.hpp"
#include "perf_mgmt/core/rendering.hpp"
#include "report_documents.hpp"

namespace perf_mgmt {
namespace {

using fixture::check_html;
using fixture::full_report_document;
using fixture::HtmlCheck;
using fixture::Json;
using fixture::problems_of;
using fixture::running_report_document;

std::string page_of(const Json& document) {
  return render("report_html", document.dump());
}

std::size_t count_of(std::string_view text, std::string_view part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string_view::npos;
       at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

TEST(ReportHtml, ShowsAllOfAFullDocument) {
  const std::string page = page_of(full_report_document());
  const HtmlCheck check = check_html(page);
  EXPECT_EQ(problems_of(check), "");
  for (const char* id : {"verdict", "figures", "course", "spread", "waits", "operations",
                         "explanation", "plans", "differences", "criteria", "advice", "stages",
                         "counts", "trend", "environment", "method"}) {
    EXPECT_TRUE(check.ids.contains(id)) << id;
  }
  for (const char* id :
       {"response-time", "throughput", "wait-types", "percentiles", "histogram", "trend-p95"}) {
    EXPECT_TRUE(check.ids.contains(id)) << id;
  }
  EXPECT_EQ(check.figures, 6u);  // the users did not change, so that they have no chart
  EXPECT_LT(page.size(), 1'000'000u);
  EXPECT_GT(page.size(), 50'000u);
}

TEST(ReportHtml, SaysTheVerdictFirstWithItsFigures) {
  const HtmlCheck check = check_html(page_of(full_report_document()));
  // The severest row of the primary metric, not the first row
  EXPECT_TRUE(check.has_text("Regression: p95 response time +33.3 %"));
  EXPECT_TRUE(check.has_text("12.0 ms"));
  EXPECT_TRUE(check.has_text("16.0 ms"));
  EXPECT_TRUE(check.has_text("+20.1 % to +48.2 %"));
  EXPECT_TRUE(check.has_text("up to 10.0 %"));
  EXPECT_TRUE(check.has_text("confirmed by a repetition"));
  EXPECT_TRUE(check.has_text("Valid, with 1 finding to know of"));
  EXPECT_TRUE(check.has_text("Other processes used 9 %."));
  EXPECT_LT(check.text.find("Regression: p95"), check.text.find("Valid, with 1"));
  EXPECT_LT(check.text.find("Valid, with 1"), check.text.find("An index would help."));
}

TEST(ReportHtml, ShowsEachLineOfAnExplanation) {
  Json document = full_report_document();
  for (Json& row : document["report"]["verdicts"]) {
    if (row["metric"] == "overall") row["explanation"] = "plan <changed>; 52 %\ncommit; 19 %\n";
  }
  const std::string page = page_of(document);
  EXPECT_NE(page.find("<li>plan &lt;changed&gt;; 52 %</li>\n<li>commit; 19 %</li>"),
            std::string::npos);
}

TEST(ReportHtml, ColoursOnlyFiguresThatWereJudged) {
  const std::string page = page_of(full_report_document());
  EXPECT_NE(page.find("<div class=\"tile bad\"><dt>p95 response time</dt>"), std::string::npos);
  EXPECT_NE(page.find("<div class=\"tile info\"><dt>mean response time</dt>"), std::string::npos);
  // It moved as far, and nobody judged it.
  EXPECT_NE(page.find("<div class=\"tile \"><dt>p99 response time</dt>"), std::string::npos);
}

TEST(ReportHtml, PutsTheBaselineBesideEachOperation) {
  const HtmlCheck check = check_html(page_of(full_report_document()));
  EXPECT_TRUE(check.has_text("was 4.00 ms, +33.3 %"));  // mean response of 5.33 ms
  EXPECT_TRUE(check.has_text("was 12.0 ms, +33.3 %"));  // its p95 of 16 ms
  EXPECT_TRUE(check.has_text("IO:DataFileRead 60.0 %, CPU 40.0 %"));
}

TEST(ReportHtml, ShowsTheFirstOfManyOperations) {
  Json document = full_report_document();
  Json many = Json::array();
  for (int i = 1; i <= 150; ++i) many.push_back(fixture::operation(i, 1));
  document["report"]["operations"] = many;
  // What is beyond the first hundred of one run may be among those of the other.
  std::reverse(many.begin(), many.end());
  many.push_back(fixture::operation(151, 1));
  document["baseline"]["operations"] = many;
  const HtmlCheck check = check_html(page_of(document));
  EXPECT_EQ(problems_of(check), "");
  EXPECT_TRUE(check.has_text("operation 100"));
  EXPECT_FALSE(check.has_text("operation 101"));
  EXPECT_TRUE(check.has_text("And 50 more, which took less time."));
  EXPECT_FALSE(check.has_text("not there before"));
  EXPECT_TRUE(check.has_text("Before, but not in this run:"));
  EXPECT_TRUE(check.has_text("operation 151"));
  // 1 + 1/2 + ... + 1/150 = 5.5912: the first took 17.9 % of the time of all, not of the hundred.
  EXPECT_TRUE(check.has_text("17.9 %"));
}

TEST(ReportHtml, SaysHowLongARunTook) {
  Json document = full_report_document();
  Json& summary = document["report"]["execution_summary"];
  summary["started_at"] = "2026-03-01T12:00:00+00:00";
  summary["completed_at"] = "2026-03-01T12:00:05+00:00";
  summary["duration_minutes"] = 0.08;  // rounded: 4.8 seconds
  summary["measured_ms"] = 5000;
  EXPECT_TRUE(check_html(page_of(document)).has_text("5.00 s, of which 5.00 s measured"));
  // Found to have ended much later than it did
  summary["completed_at"] = "2026-03-01T13:00:00+00:00";
  EXPECT_TRUE(check_html(page_of(document)).has_text("4.80 s, of which 5.00 s measured"));
}

TEST(ReportHtml, NoiseOfTheErrorRateIsInPoints) {
  Json document = full_report_document();
  Json row = fixture::verdict_row("error_rate_percent", "PASS");
  row["floor_percent"] = 0.25;
  document["report"]["verdicts"] = {fixture::overall_row("PASS"), row};
  EXPECT_TRUE(check_html(page_of(document)).has_text("noise between runs 0.250 points"));
}

TEST(ReportHtml, NamesALimitByItsMetric) {
  for (const auto& [metric, words] : {std::pair("max_p95_response_time_ms", "p95 response time"),
                                      std::pair("p95_response_time_ms", "p95 response time"),
                                      std::pair("max_response_time_ms", "longest response time")}) {
    Json document = full_report_document();
    Json row = fixture::verdict_row(metric, "REGRESSION");
    row["against"] = row["basis"] = "limit";
    document["report"]["verdicts"] = {fixture::overall_row("REGRESSION"), row};
    EXPECT_TRUE(check_html(page_of(document)).has_text("limit of " + std::string(words))) << metric;
  }
}

TEST(ReportHtml, ShowsBothPlansOfAFlip) {
  const HtmlCheck check = check_html(page_of(full_report_document()));
  EXPECT_TRUE(check.has_text("1 statement ran with a plan that was not used before."));
  EXPECT_TRUE(check.has_text(
      "Baseline: Bitmap Heap Scan on orders > Bitmap Index Scan on orders_customer"));
  EXPECT_TRUE(check.has_text("This run: Seq Scan on orders"));
  EXPECT_TRUE(check.has_text("Seq Scan on orders  (cost=0.00..1244.00 rows=12 width=31)"));
}

TEST(ReportHtml, SaysThatNoPlanFlipped) {
  Json document = full_report_document();
  document["baseline"]["plans"] = document["report"]["plans"];
  const HtmlCheck check = check_html(page_of(document));
  EXPECT_TRUE(check.has_text("Every statement ran with plans that were used before too."));
  EXPECT_FALSE(check.has_text("not used before."));
  // Not of one that the baseline did not run at all.
  Json plan = document["report"]["plans"][0];
  plan["operation_name"] = "Pay by points";
  document["report"]["plans"].push_back(plan);
  EXPECT_FALSE(check_html(page_of(document)).has_text("were used before too"));
}

TEST(ReportHtml, MarksWhatHappenedDuringTheRun) {
  const HtmlCheck check = check_html(page_of(full_report_document()));
  EXPECT_TRUE(check.has_text("warm-up, not measured"));
  EXPECT_TRUE(check.has_text("round 2 was disturbed"));
  EXPECT_TRUE(check.has_text("12 failures"));
  EXPECT_TRUE(check.has_text("a checkpoint"));
  EXPECT_TRUE(check.has_text("canceling statement"));
}

TEST(ReportHtml, KeepsExactlyWhatADoubleWouldRound) {
  EXPECT_TRUE(check_html(page_of(full_report_document())).has_text("18446744073709551615"));
}

TEST(ReportHtml, ShowsARunThatHasNoResultYet) {
  const HtmlCheck check = check_html(page_of(running_report_document()));
  EXPECT_EQ(problems_of(check), "");
  EXPECT_TRUE(check.has_text("The run has not ended: there is no result yet."));
  EXPECT_TRUE(check.has_text("Valid or not is not known yet"));
  EXPECT_FALSE(check.has_text("Not judged"));
  EXPECT_EQ(check.figures, 0u);
  for (const char* id :
       {"course", "spread", "operations", "plans", "advice", "trend", "criteria"}) {
    EXPECT_FALSE(check.ids.contains(id)) << id;
  }
}

TEST(ReportHtml, NeedsNoMoreThanAReport) {
  const HtmlCheck check = check_html(page_of({{"report", Json::object()}}));
  EXPECT_EQ(problems_of(check), "");
  EXPECT_TRUE(check.has_text("Performance test"));
}

TEST(ReportHtml, SaysWhatEndedARun) {
  Json document = running_report_document();
  document["report"]["execution_summary"]["status"] = "FAILED";
  document["report"]["execution_summary"]["failure"] = {
      {"sqlstate", "42P01"}, {"message", "relation \"x\" does not exist"}};
  const HtmlCheck failed = check_html(page_of(document));
  EXPECT_EQ(problems_of(failed), "");
  EXPECT_TRUE(failed.has_text("The run failed"));
  EXPECT_TRUE(failed.has_text("relation \"x\" does not exist"));
  EXPECT_TRUE(failed.has_text("SQLSTATE 42P01"));

  document["report"]["execution_summary"]["status"] = "CANCELLED";
  EXPECT_TRUE(check_html(page_of(document)).has_text("The run was cancelled"));
}

TEST(ReportHtml, SaysWhyThereIsNoBaseline) {
  Json document = full_report_document();
  document["baseline"] = nullptr;
  document["baseline_problem"] = "the hardware is another one";
  const HtmlCheck check = check_html(page_of(document));
  EXPECT_EQ(problems_of(check), "");
  EXPECT_TRUE(check.has_text("Not compared with a baseline: the hardware is another one"));
}

TEST(ReportHtml, ShowsALimitThatBothSetOnce) {
  Json document = full_report_document();
  EXPECT_FALSE(check_html(page_of(document)).has_text("test and scenario"));
  document["report"]["criteria"].push_back({{"criterion", "max_p95_response_time_ms"},
                                            {"source", "scenario"},
                                            {"limit", 20},
                                            {"actual", 16},
                                            {"passed", true}});
  EXPECT_TRUE(check_html(page_of(document)).has_text("test and scenario"));
}

TEST(ReportHtml, PutsWhatMakesAResultInvalidFirst) {
  Json document = full_report_document();
  document["report"]["validity"]["is_valid"] = false;
  document["report"]["validity"]["findings"] = {
      {{"code", "checkpoint"}, {"message", "A checkpoint."}, {"fatal", false}},
      {{"code", "error_rate"}, {"message", "Half of them failed."}, {"fatal", true}}};
  const HtmlCheck check = check_html(page_of(document));
  EXPECT_TRUE(check.has_text("Not valid: do not believe these figures"));
  EXPECT_TRUE(check.has_text("Makes it invalid: Half of them failed."));
  EXPECT_LT(check.text.find("Half of them failed."), check.text.find("A checkpoint."));
}

TEST(ReportHtml, NamesEveryVerdictInWords) {
  const std::pair<const char*, const char*> verdicts[] = {
      {"REGRESSION", "Regression: p95"},
      {"SUSPECT", "Suspect: p95"},
      {"SHIFT", "Shift: p95"},
      {"PASS", "Passed: p95"},
      {"IMPROVEMENT", "Improvement: p95"},
      {"NO_BASELINE", "No baselineThere is nothing"},
      {"INCONCLUSIVE", "Cannot tellWhat was measured"}};
  for (const auto& [verdict, words] : verdicts) {
    Json document = full_report_document();
    document["report"]["verdicts"] = {fixture::overall_row(verdict),
                                      fixture::verdict_row("p95_response_time_ms", verdict)};
    std::string text = check_html(page_of(document)).text;
    std::erase(text, '\n');
    EXPECT_NE(text.find(words), std::string::npos) << verdict;
  }
  Json document = full_report_document();
  document["report"]["verdicts"] = Json::array();
  EXPECT_TRUE(check_html(page_of(document)).has_text("Not judged"));
}

TEST(ReportHtml, ShowsTextOfOthersAsText) {
  Json document = full_report_document();
  fixture::make_hostile(document, fixture::hostile_text());
  const std::string page = page_of(document);
  const HtmlCheck check = check_html(page);
  EXPECT_EQ(problems_of(check), "");
  EXPECT_TRUE(check.has_text(
      "<script>alert(1)</script>\"'&|`*_[x](http://e.test)<!-- --> @team \xF0\x9F\x98\x80"));
  EXPECT_EQ(count_of(page, "<script"), 1u);  // the page's own
  EXPECT_EQ(page.find("<!--"), std::string::npos);
  EXPECT_EQ(page.find('\x1b'), std::string::npos);
}

TEST(ReportHtml, StaysSmallWithLongTexts) {
  Json document = full_report_document();
  fixture::make_hostile(document, std::string(10'000, 'x') + "\"");
  const std::string page = page_of(document);
  EXPECT_EQ(problems_of(check_html(page)), "");
  EXPECT_LT(page.size(), 1'000'000u);
}

TEST(ReportHtml, RefusesWhatIsNoReport) {
  const auto message_of = [](const std::string& document) {
    try {
      render("report_html", document);
    } catch (const Error& error) {
      return error.message();
    }
    return std::string("no error");
  };
  EXPECT_EQ(message_of("[]"), "document must be an object");
  EXPECT_EQ(message_of("{}"), "document has no member \"report\"");
  EXPECT_EQ(message_of(R"({"report": {"criteria": "x"}})"),
            "document: \"report.criteria\" must be an array");
  EXPECT_EQ(message_of(R"({"report": {}, "series": {"points": [{"at_ms": "0"}]}})"),
            "document: \"series.points[0].at_ms\" must be a number");
  EXPECT_EQ(message_of("{"), "document is not valid JSON");
}

TEST(Rendering, RefusesAnUnknownKind) {
  try {
    render("report_pdf", "{}");
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.message(), "unknown kind of rendering \"report_pdf\"");
    EXPECT_EQ(error.hint(),
              "Kinds are report_html, report_markdown, report_text, report_junit, comparison_html, "
              "history_html, ci_junit, ci_markdown, maintenance_markdown.");
  }
}

}  // namespace
}  // namespace perf_mgmt
