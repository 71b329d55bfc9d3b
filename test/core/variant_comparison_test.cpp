// Quads. Figures by SciPy 1.10.1: stats.ttest_1samp of the log ratios, its confidence interval at
// 99 %, stats.wilcoxon.
#include "perf_mgmt/core/variant_comparison.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "perf_mgmt/core/errors.hpp"
#include "verdict_fixture.hpp"

namespace perf_mgmt {
namespace {

using fixture::round_of;

// Pairs of (a, b): both runs of a half are the same.
std::vector<Quad> quads(const std::vector<std::pair<double, double>>& means) {
  std::vector<Quad> made;
  for (const auto& [a, b] : means) {
    made.push_back({{round_of(a), round_of(a)}, {round_of(b), round_of(b)}});
  }
  return made;
}

const std::vector<std::pair<double, double>> kTenSlower = {
    {10, 11.1}, {12, 13.0}, {9, 10.1}, {11, 12.0}, {20, 22.3}, {10, 10.9}, {15, 16.4}, {8, 8.9}};

TEST(VariantComparison, TheTestIsPairedOnLogs) {
  const VariantJudgement judgement = compare_quads(quads(kTenSlower), {});
  EXPECT_EQ(judgement.verdict, VariantVerdict::slower);
  ASSERT_EQ(judgement.metrics.size(), 5U);
  const VariantMetric& avg = judgement.metrics[0];
  EXPECT_EQ(avg.metric, "avg_response_time_ms");
  EXPECT_EQ(avg.verdict, VariantVerdict::slower);
  EXPECT_NEAR(avg.change_percent.value(), 10.208048070271177, 1e-10);
  EXPECT_NEAR(avg.low_percent.value(), 8.44680003722771, 1e-8);
  EXPECT_NEAR(avg.high_percent.value(), 11.997899940706203, 1e-8);
  EXPECT_NEAR(avg.p_value.value(), 1.3450648884914886e-07, 1e-15);
  EXPECT_NEAR(avg.adjusted_p_value.value(), avg.p_value.value() * 5 / 4, 1e-15);
  EXPECT_NEAR(avg.signed_rank_p.value(), 0.0078125, 1e-12);
  EXPECT_EQ(avg.quads, 8U);
  EXPECT_EQ(avg.quads_needed, std::nullopt);
  const VariantMetric& tps = judgement.metrics[3];
  EXPECT_EQ(tps.verdict, VariantVerdict::slower);
  EXPECT_NEAR(tps.change_percent.value(), -9.262525059660156, 1e-10);
  EXPECT_LT(tps.low_percent.value(), tps.high_percent.value());
  EXPECT_EQ(judgement.metrics[4].verdict, VariantVerdict::no_difference);  // no errors in either
  EXPECT_EQ(judgement.metrics[4].change_percent, 0);
}

TEST(VariantComparison, LessTimeIsFaster) {
  std::vector<Quad> swapped = quads(kTenSlower);
  for (Quad& quad : swapped) std::swap(quad.a, quad.b);
  const VariantJudgement judgement = compare_quads(swapped, {});
  EXPECT_EQ(judgement.verdict, VariantVerdict::faster);
  EXPECT_EQ(judgement.metrics[3].verdict, VariantVerdict::faster);
}

// The runs of a half count by the mean of their logs: sqrt(8 * 18) = 12.
TEST(VariantComparison, AHalfIsTheMeanOfItsRuns) {
  std::vector<Quad> made = quads({{12, 12}, {12, 12}});
  made[0].a = {round_of(8), round_of(18)};
  const VariantMetric avg = compare_quads(made, {}).metrics[0];
  EXPECT_NEAR(avg.a.value(), 12, 1e-12);
  EXPECT_NEAR(avg.change_percent.value(), 0, 1e-12);
}

TEST(VariantComparison, AnIntervalWithinTheThresholdIsNoDifference) {
  const auto near = quads({{10, 10.1}, {12, 11.9}, {9, 9.1}, {11, 10.9}, {20, 20.1}, {10, 9.9}});
  const VariantJudgement judgement = compare_quads(near, {});
  EXPECT_EQ(judgement.verdict, VariantVerdict::no_difference);
  EXPECT_EQ(judgement.primary_metric, "");
  EXPECT_EQ(judgement.metrics[0].verdict, VariantVerdict::no_difference);
  // The same is not enough where 0.5 % matters.
  const VariantJudgement strict = compare_quads(near, {0.5, 0.99});
  EXPECT_EQ(strict.verdict, VariantVerdict::inconclusive);
}

// log ratios .1 and -.08, .1, -.08: mean .01, deviation .103923. |mean| or the room of .0388 to
// log 1.05: t(.995, n - 1) .103923 / sqrt(n) <= .0388 from n = 52 on.
TEST(VariantComparison, InconclusiveSaysHowManyQuadsWouldTell) {
  const double up = std::exp(0.1);
  const double down = std::exp(-0.08);
  const VariantJudgement judgement =
      compare_quads(quads({{1, up}, {1, down}, {1, up}, {1, down}}), {});
  EXPECT_EQ(judgement.verdict, VariantVerdict::inconclusive);
  EXPECT_EQ(judgement.metrics[0].quads_needed, 52U);
  EXPECT_NE(judgement.reason.find("about 52 quads would tell"), std::string::npos);
}

TEST(VariantComparison, ASteadyDifferenceNeedsNoSpread) {
  EXPECT_EQ(compare_quads(quads({{10, 11}, {10, 11}, {10, 11}, {10, 11}}), {}).verdict,
            VariantVerdict::slower);
  // Below the resolution of 0.1 % nothing is called.
  EXPECT_EQ(
      compare_quads(quads(std::vector<std::pair<double, double>>(4, {10, 10.001})), {}).verdict,
      VariantVerdict::no_difference);
}

TEST(VariantComparison, OneQuadOrNoneTellsNothing) {
  const VariantJudgement judgement = compare_quads(quads({{10, 20}}), {});
  EXPECT_EQ(judgement.verdict, VariantVerdict::inconclusive);
  EXPECT_EQ(judgement.reason, "avg_response_time_ms: at least two quads are needed");
  EXPECT_EQ(compare_quads({}, {}).verdict, VariantVerdict::inconclusive);
}

// Three quads that are alike would be p < .0001.
TEST(VariantComparison, FewerThanFourQuadsTellNothing) {
  for (const double b : {10.0, 5.0, 20.0}) {
    const VariantJudgement judgement = compare_quads(quads({{10, b}, {10, b}, {10, b}}), {});
    EXPECT_EQ(judgement.verdict, VariantVerdict::inconclusive);
    EXPECT_EQ(judgement.metrics[0].quads_needed, 4U);
    EXPECT_NE(judgement.reason.find("at least 4 quads are needed to tell"), std::string::npos);
  }
}

TEST(VariantComparison, DisturbedRunsCountAsOthersDo) {
  std::vector<Quad> disturbed = quads(kTenSlower);
  for (Quad& quad : disturbed) quad.a[0].quiet = quad.b[1].quiet = false;
  EXPECT_EQ(compare_quads(disturbed, {}).metrics[0].change_percent,
            compare_quads(quads(kTenSlower), {}).metrics[0].change_percent);
}

TEST(VariantComparison, APercentileOfTooFewValuesIsInconclusive) {
  std::vector<Quad> small = quads(kTenSlower);
  small[3].b[1].ok = 1999;
  VariantJudgement judgement = compare_quads(small, {});
  EXPECT_EQ(judgement.metrics[1].verdict, VariantVerdict::slower);
  EXPECT_EQ(judgement.metrics[2].verdict, VariantVerdict::inconclusive);
  EXPECT_EQ(judgement.metrics[2].p_value, std::nullopt);
  EXPECT_EQ(judgement.verdict, VariantVerdict::slower);
  small = quads({{10, 10}, {10, 10}, {10, 10}, {10, 10}});
  small[0].a[0].avg_ms = 0;
  judgement = compare_quads(small, {});
  EXPECT_EQ(judgement.verdict, VariantVerdict::inconclusive);  // the mean cannot be told
  EXPECT_EQ(judgement.reason, "avg_response_time_ms: a round's figure is 0");
  EXPECT_EQ(judgement.metrics[3].verdict, VariantVerdict::no_difference);
}

// 2 and 4, 1 and 5, 3 and 6, 2 and 5 percent: 3 points.
TEST(VariantComparison, ErrorsAreComparedInPoints) {
  std::vector<Quad> failing = quads({{10, 10}, {10, 10}, {10, 10}, {10, 10}, {10, 10}, {10, 10}});
  const std::uint64_t a[] = {2, 1, 3, 2, 2, 2};
  const std::uint64_t b[] = {4, 5, 6, 5, 5, 5};
  for (std::size_t i = 0; i < failing.size(); ++i) {
    for (RoundFigures& r : failing[i].a) r = round_of(10, 100 - a[i], a[i]);
    for (RoundFigures& r : failing[i].b) r = round_of(10, 100 - b[i], b[i]);
  }
  const VariantJudgement judgement = compare_quads(failing, {});
  EXPECT_EQ(judgement.metrics[4].verdict, VariantVerdict::slower);
  EXPECT_NEAR(judgement.metrics[4].a.value(), 2, 1e-12);
  EXPECT_NEAR(judgement.metrics[4].b.value(), 5, 1e-12);
  EXPECT_NEAR(judgement.metrics[4].change_percent.value(), 3, 1e-12);
  EXPECT_EQ(judgement.verdict, VariantVerdict::slower);
  EXPECT_EQ(judgement.reason.substr(0, 32), "error_rate_percent: +3.0 points ");
}

// Half the time, as what takes long is given up.
TEST(VariantComparison, WhatFailsMoreIsNotFaster) {
  std::vector<Quad> timeouts = quads({{10, 5}, {10, 5}, {10, 5}, {10, 5}, {10, 5}, {10, 5}});
  for (Quad& quad : timeouts) {
    for (RoundFigures& r : quad.b) r = round_of(5, 90, 10);
    for (RoundFigures& r : quad.a) r = round_of(10, 100, 0);
  }
  timeouts[0].b[0] = round_of(5, 89, 11);
  const VariantJudgement judgement = compare_quads(timeouts, {});
  EXPECT_EQ(judgement.metrics[0].verdict, VariantVerdict::faster);
  EXPECT_EQ(judgement.verdict, VariantVerdict::slower);
  EXPECT_EQ(judgement.primary_metric, "error_rate_percent");
}

TEST(VariantComparison, IsJsonAtTheEdge) {
  const std::string round =
      R"({"quiet": true, "avg_ms": 1, "p95_ms": null, "p99_ms": null, "tps": 100, "ok": 50, "failed": 0})";
  const std::string slow =
      R"({"quiet": true, "avg_ms": 2, "p95_ms": null, "p99_ms": null, "tps": 50, "ok": 50, "failed": 0})";
  const std::string quad =
      R"({"a": [)" + round + "," + round + R"(], "b": [)" + slow + "," + slow + "]}";
  const auto result = nlohmann::json::parse(
      judge_pairs(R"({"threshold_percent": 5, "confidence": 0.99, "quads": [)" + quad + "," + quad +
                  "," + quad + "," + quad + "]}"));
  EXPECT_EQ(result["verdict"], "SLOWER");
  EXPECT_EQ(result["primary_metric"], "avg_response_time_ms");
  ASSERT_EQ(result["metrics"].size(), 5U);
  EXPECT_EQ(result["metrics"][0]["metric"], "avg_response_time_ms");
  EXPECT_EQ(result["metrics"][0]["quads"], 4);
  EXPECT_NEAR(result["metrics"][0]["change_percent"].get<double>(), 100, 1e-9);
  EXPECT_TRUE(result["metrics"][1]["p_value"].is_null());
  EXPECT_TRUE(result["metrics"][1]["quads_needed"].is_null());
  EXPECT_EQ(result["metrics"][1]["verdict"], "INCONCLUSIVE");
}

std::string refusal(std::string_view evidence) {
  try {
    judge_pairs(evidence);
  } catch (const Error& error) {
    return error.message();
  }
  return "accepted";
}

TEST(VariantComparison, RefusesWhatIsNotAsAgreed) {
  EXPECT_EQ(refusal("{"), "evidence is not valid JSON");
  EXPECT_EQ(refusal("{}"), "evidence has no member \"quads\"");
  EXPECT_EQ(refusal("[]"), "evidence must be an object");
  EXPECT_EQ(refusal(R"({"quads": {}})"), "evidence: \"quads\" must be an array");
  EXPECT_EQ(refusal(R"({"quads": [{"a": [], "b": []}]})"),
            "evidence: \"quads[0].a\" must be an array of at least one round");
  EXPECT_EQ(refusal(R"({"quads": [{"a": [{}]}]})"), "evidence has no member \"quiet\"");
  EXPECT_EQ(refusal(R"({"threshold_percent": 0, "quads": []})"),
            "evidence: \"threshold_percent\" must be a number above 0");
  EXPECT_EQ(refusal(R"({"confidence": 1, "quads": []})"),
            "evidence: \"confidence\" must be a number between 0.5 and 1");
  EXPECT_EQ(refusal(R"({"threshold_percent": null, "confidence": null, "quads": []})"), "accepted");
}

}  // namespace
}  // namespace perf_mgmt
