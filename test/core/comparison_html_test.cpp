// The page of two executions side by side.
#include <gtest/gtest.h>

#include "html_checker.hpp"
#include "perf_mgmt/core/errors.hpp"
#include "perf_mgmt/core/rendering.hpp"
#include "report_documents.hpp"

namespace perf_mgmt {
namespace {

using fixture::check_html;
using fixture::comparison_document;
using fixture::HtmlCheck;
using fixture::Json;
using fixture::problems_of;

std::string page_of(const Json& document) {
  return render("comparison_html", document.dump());
}

TEST(ComparisonHtml, ShowsBothSides) {
  const std::string page = page_of(comparison_document());
  const HtmlCheck check = check_html(page);
  EXPECT_EQ(problems_of(check), "");
  EXPECT_TRUE(check.has_text("Regression: p95 response time +33.3 % from A to B"));
  for (const char* id :
       {"verdict", "sides", "figures", "charts", "explanation", "operations", "plans",
        "differences", "p95", "throughput", "percentiles", "histogram-a", "histogram-b"}) {
    EXPECT_TRUE(check.ids.contains(id)) << id;
  }
  EXPECT_EQ(check.figures, 5u);
  EXPECT_TRUE(check.has_text("A: Payments"));
  EXPECT_TRUE(check.has_text("B: Payments"));
  EXPECT_TRUE(check.has_text("This run") == false);  // of a report; here they are A and B
  EXPECT_TRUE(check.has_text("not set"));            // B's value of the setting that differs
  EXPECT_LT(page.size(), 1'000'000u);
}

TEST(ComparisonHtml, HoldsRunsOfUnequalLengthAgainstEachOther) {
  Json document = comparison_document();
  // A is 100 s long, of which 90 are measured; B's measured window of 290 s is the chart's length.
  Json& points = document["a"]["series"]["points"];
  points.erase(points.begin() + 100, points.end());
  const HtmlCheck check = check_html(page_of(document));
  EXPECT_EQ(problems_of(check), "");
  EXPECT_TRUE(check.ids.contains("p95"));
}

TEST(ComparisonHtml, PrefersTheJudgementOfPairs) {
  Json document = comparison_document();
  document["variants"] = {{"verdict", "FASTER"},
                          {"primary_metric", "throughput_tps"},
                          {"quads", 8},
                          {"name_a", "A"},
                          {"name_b", "with index"},
                          {"metrics", Json::array({{{"metric_name", "throughput_tps"},
                                                    {"verdict", "FASTER"},
                                                    {"value_a", 1000},
                                                    {"value_b", 1250},
                                                    {"change_percent", 25},
                                                    {"low_percent", 20},
                                                    {"high_percent", 30.5},
                                                    {"adjusted_p_value", 0.001},
                                                    {"quads", 8},
                                                    {"quads_needed", nullptr}}})}};
  const HtmlCheck check = check_html(page_of(document));
  EXPECT_EQ(problems_of(check), "");
  EXPECT_TRUE(check.has_text("B is faster: throughput"));
  EXPECT_TRUE(check.has_text("Run by turns as A B B A, 8 times, and judged in pairs."));
  EXPECT_TRUE(check.has_text("+20.0 % to +30.5 %"));
  EXPECT_TRUE(check.has_text("A: Payments"));
  EXPECT_TRUE(check.has_text("B (with index): Payments"));
  EXPECT_LT(check.text.find("B is faster"), check.text.find("As two runs: Regression"));
}

TEST(ComparisonHtml, ShowsAVerdictThatItDoesNotKnow) {
  Json document = comparison_document();
  document["variants"] = {{"verdict", "SOMETHING_THAT_NOBODY_HAS_HEARD_OF"},
                          {"metrics", Json::array({{{"metric_name", "throughput_tps"},
                                                    {"verdict", "ANOTHER_THING_THAT_NOBODY_KNOWS"},
                                                    {"quads", 8}}})}};
  const HtmlCheck check = check_html(page_of(document));
  EXPECT_EQ(problems_of(check), "");
  EXPECT_TRUE(check.has_text("SOMETHING_THAT_NOBODY_HAS_HEARD_OF"));
  EXPECT_TRUE(check.has_text("ANOTHER_THING_THAT_NOBODY_KNOWS"));
}

TEST(ComparisonHtml, NeedsNeitherSeriesNorJudgement) {
  const Json side = {{"report", fixture::running_report_document()["report"]}};
  const HtmlCheck check = check_html(page_of({{"a", side}, {"b", side}}));
  EXPECT_EQ(problems_of(check), "");
  EXPECT_EQ(check.figures, 0u);
  EXPECT_FALSE(check.ids.contains("charts"));
  EXPECT_TRUE(check.has_text("Not judged"));
}

TEST(ComparisonHtml, ShowsTextOfOthersAsText) {
  Json document = comparison_document();
  fixture::make_hostile(document, fixture::hostile_text());
  const std::string page = page_of(document);
  EXPECT_EQ(problems_of(check_html(page)), "");
  EXPECT_EQ(page.find("<script>alert"), std::string::npos);
  EXPECT_EQ(page.find("<!--"), std::string::npos);
}

TEST(ComparisonHtml, RefusesOneSideAlone) {
  try {
    render("comparison_html", R"({"a": {"report": {}}})");
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.message(), "document has no member \"b\"");
  }
}

}  // namespace
}  // namespace perf_mgmt
