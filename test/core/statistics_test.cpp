// Literal values are SciPy 1.10's unless a test says otherwise: ttest_ind(equal_var=False),
// ttest_1samp, t.interval and t.ppf, mannwhitneyu and wilcoxon (exact, or asymptotic with
// continuity correction), binomtest.proportion_ci("wilson") put together after Newcombe,
// chi2_contingency without correction; Hodges-Lehmann as numpy.median(numpy.subtract.outer(b, a)).
#include "perf_mgmt/core/statistics.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace perf_mgmt {
namespace {

using Values = std::vector<double>;

constexpr double kClose = 1e-9;  // relative above 1, else absolute

void expect_close(double actual, double expected, const char* what) {
  EXPECT_NEAR(actual, expected, kClose * std::max(1.0, std::abs(expected))) << what;
}

template <typename Test>
void expect_interval(const std::optional<Test>& test, double difference, double low, double high,
                     double p) {
  ASSERT_TRUE(test.has_value());
  expect_close(test->difference, difference, "difference");
  expect_close(test->low, low, "low");
  expect_close(test->high, high, "high");
  expect_close(test->p, p, "p");
}

void expect_ranks(const std::optional<RankTest>& test, double statistic, double p, bool exact) {
  ASSERT_TRUE(test.has_value());
  EXPECT_DOUBLE_EQ(test->statistic, statistic);
  expect_close(test->p, p, "p");
  EXPECT_EQ(test->exact, exact);
}

const Values kA{12.1, 11.8, 12.6, 12.3, 11.9};
const Values kB{13.4, 12.9, 14.1, 13.2, 13.8};
const Values kTiedA{5, 7, 7, 8, 9, 9, 12};
const Values kTiedB{6, 7, 9, 10, 13, 15};
const Values kOverlapA{1.02, 3.5, 2.25, 9.75, 4.125, 6.5, 7, 0.5};
const Values kOverlapB{2.5, 8.125, 3.75, 5.25, 10, 1.5};
const Values kPaired{0.041, 0.063, -0.012, 0.055, 0.078, 0.031, 0.049, 0.020};
const Values kHistory{10.2, 10.5, 9.9, 10.1, 10.4, 10.0, 10.3, 12.0};

TEST(Statistics, Moments) {
  expect_close(mean(kHistory), 10.425, "mean");
  expect_close(variance(kHistory), 0.445, "variance");
  expect_close(median(kHistory), 10.25, "median of an even number");
  EXPECT_EQ(median(kA), 12.1);
  expect_close(scaled_mad(kHistory), 0.29652, "1.4826 * 0.2");
  EXPECT_EQ(median(Values{7}), 7);
  EXPECT_EQ(variance(Values{7}), 0);
  EXPECT_EQ(scaled_mad(Values{7}), 0);
}

// 0.1 is no binary fraction, so that a plain sum of ten is not ten times it.
TEST(Statistics, EqualValuesHaveNoVarianceAtAll) {
  const Values same(10, 0.1);
  EXPECT_EQ(mean(same), 0.1);
  EXPECT_EQ(variance(same), 0);
  EXPECT_EQ(welch_test(same, same), std::nullopt);
  EXPECT_EQ(paired_test(same), std::nullopt);
}

TEST(Statistics, StudentsT) {
  expect_close(t_quantile(0.975, 4), 2.7764451051977987, "4 degrees");
  // By SciPy's t.cdf, which is .99 here; its t.ppf is off by 6e-9.
  expect_close(t_quantile(0.99, 7.5), 2.9430993234067215, "7.5 degrees");
  expect_close(t_quantile(0.005, 1.2), -33.239028298318274, "1.2 degrees");
  expect_close(t_two_sided_p(2.5, 6.3), 0.04466720498493288, "p");
  expect_close(t_two_sided_p(-40, 3), 3.438068078915854e-05, "p of a large t");
  expect_close(t_two_sided_p(2, std::numeric_limits<double>::infinity()), 0.04550026389635839,
               "infinite degrees are the normal distribution");
  EXPECT_EQ(t_two_sided_p(0, 5), 1);
}

TEST(Statistics, Welch) {
  expect_interval(welch_test(kA, kB), 1.34, 0.7326962217914768, 1.947303778208523,
                  0.001225656510534806);
  expect_close(welch_test(kA, kB)->degrees, 7.010203096333963, "degrees");
  expect_interval(welch_test(kTiedA, kTiedB, 0.99), 1.8571428571428577, -3.6011038441346166,
                  7.315389558420332, 0.2892130616648063);
  expect_interval(welch_test(kOverlapA, kOverlapB), 0.856875, -3.034646044096716, 4.748396044096717,
                  0.6366346747157741);
  expect_interval(welch_test(kB, kA), -1.34, -1.947303778208523, -0.7326962217914768,
                  0.001225656510534806);
}

TEST(Statistics, WelchNeedsTwoValuesOnEachSide) {
  EXPECT_EQ(welch_test(Values{1}, kB), std::nullopt);
  EXPECT_EQ(welch_test(kA, Values{}), std::nullopt);
  // Spread on one side is enough; its degrees are then those of the test.
  const std::optional<DifferenceTest> test = welch_test(Values{1, 1, 1}, Values{2, 3, 4, 5});
  ASSERT_TRUE(test.has_value());
  EXPECT_DOUBLE_EQ(test->degrees, 3);
}

TEST(Statistics, Paired) {
  expect_interval(paired_test(kPaired, 0.99), 0.040625, 0.006064438493722617, 0.07518556150627739,
                  0.004495834688401894);
  EXPECT_EQ(paired_test(Values{0.1}), std::nullopt);
}

// By t.interval with the degrees of Satterthwaite's formula.
TEST(Statistics, Components) {
  const std::array<VarianceComponent, 3> components{{{0.0016, 9}, {0.0004, 4}, {0.0009, 4}}};
  expect_interval(component_test(0.18, components), 0.18, 0.0658163111451263, 0.29418368885487367,
                  0.00414384637867064);
  expect_close(component_test(0.18, components)->degrees, 15.959936742224565, "degrees");
}

TEST(Statistics, ComponentsThatSayNothing) {
  const std::array<VarianceComponent, 2> with_none{{{0.0016, 9}, {0, 0}}};
  EXPECT_DOUBLE_EQ(component_test(0.18, with_none)->degrees, 9);
  const std::array<VarianceComponent, 2> unknown{{{0.0016, 9}, {0.0001, 0}}};
  EXPECT_EQ(component_test(0.18, unknown), std::nullopt);
  const std::array<VarianceComponent, 1> zero{{{0, 9}}};
  EXPECT_EQ(component_test(0.18, zero), std::nullopt);
  EXPECT_EQ(component_test(0.18, {}), std::nullopt);
}

TEST(Statistics, MannWhitneyExact) {
  expect_ranks(mann_whitney(kA, kB), 25, 0.007936507936507936, true);  // 2 / 252
  expect_ranks(mann_whitney(kB, kA), 0, 0.007936507936507936, true);
  expect_ranks(mann_whitney(kOverlapA, kOverlapB), 29, 0.5727605727605728, true);
  expect_ranks(mann_whitney(Values{1}, Values{2}), 1, 1, true);
}

// Close to the limit of what is counted out: 31 * 32 = 992 pairs.
TEST(Statistics, MannWhitneyExactOfLargeSamples) {
  Values a;
  Values b;
  for (int i = 0; i < 31; ++i) a.push_back(i * 37 % 101 / 7.0);
  for (int i = 0; i < 32; ++i) b.push_back(i * 53 % 97 / 6.0 + 1.5 + 0.01);
  expect_ranks(mann_whitney(a, b), 612, 0.11272860294937312, true);
  b.push_back(20.017);  // 1,023 pairs
  expect_ranks(mann_whitney(a, b), 643, 0.07843889828165265, false);
}

TEST(Statistics, MannWhitneyWithTies) {
  expect_ranks(mann_whitney(kTiedA, kTiedB), 28, 0.3477580333593624, false);
  expect_ranks(mann_whitney(Values{3, 3}, Values{3, 3, 3}), 3, 1, false);
  EXPECT_EQ(mann_whitney(Values{}, kB), std::nullopt);
  EXPECT_EQ(mann_whitney(kA, Values{}), std::nullopt);
}

TEST(Statistics, SignedRank) {
  expect_ranks(signed_rank(kPaired), 35, 0.015625, true);
  const Values with_ties{0.5, -0.25, 0.75, 1.25, -0.5, 2, 1.5, 0.25, 3, -1};
  expect_ranks(signed_rank(with_ties), 44, 0.10247043485974937, false);
}

TEST(Statistics, SignedRankAtTheLimitOfWhatIsCounted) {
  Values values;  // every third is negative; 50 ranks sum up to 1,275
  for (int i = 0; i < 50; ++i) values.push_back((i % 3 == 0 ? -1 : 1) * (i + 0.5));
  expect_ranks(signed_rank(values), 850, 0.03996834652842374, true);
  values.push_back(50.5);
  expect_ranks(signed_rank(values), 901, 0.02600089636093067, false);
}

TEST(Statistics, SignedRankDropsZeros) {
  Values values = kPaired;
  values.insert(values.begin(), 3, 0.0);
  expect_ranks(signed_rank(values), 35, 0.015625, true);
  EXPECT_EQ(signed_rank(Values{0, 0}), std::nullopt);
  EXPECT_EQ(signed_rank(Values{}), std::nullopt);
}

TEST(Statistics, HodgesLehmann) {
  expect_close(hodges_lehmann(kA, kB), 1.3, "apart");
  expect_close(hodges_lehmann(kTiedA, kTiedB), 1.5, "with ties");
  expect_close(hodges_lehmann(kOverlapA, kOverlapB), 1.0625, "overlapping");
  expect_close(hodges_lehmann(kB, kA), -1.3, "the other way");
}

// U divided by the number of pairs.
TEST(Statistics, Superiority) {
  EXPECT_DOUBLE_EQ(superiority(kA, kB), 1);
  EXPECT_DOUBLE_EQ(superiority(kTiedA, kTiedB), 28.0 / 42);
  EXPECT_DOUBLE_EQ(superiority(kOverlapA, kOverlapB), 29.0 / 48);
  EXPECT_DOUBLE_EQ(superiority(Values{1}, Values{1}), 0.5);
}

// 56/70 and 48/80, and 5/56 and 0/29, are in Newcombe's table II, by method 10: .0524 to .3339 and
// -.0381 to .1926.
TEST(Statistics, NewcombeWilson) {
  expect_interval(newcombe_wilson(48, 80, 56, 70), 0.2, 0.052431472402364815, 0.3338726540369059,
                  0.008045081368196582);
  expect_interval(newcombe_wilson(56, 70, 48, 80), -0.2, -0.3338726540369059, -0.052431472402364815,
                  0.008045081368196582);
  expect_interval(newcombe_wilson(0, 29, 5, 56), 0.08928571428571429, -0.03813714790353688,
                  0.1925600138551116, 0.09718656817057988);
  expect_interval(newcombe_wilson(0, 100, 5, 100, 0.99), 0.05, -0.02050140515650202,
                  0.13915030290164002, 0.023540058261177957);
  expect_interval(newcombe_wilson(1'200, 1'000'000, 1'500, 1'000'000), 0.0003,
                  0.00019830468034816374, 0.00040199443259092296, 7.586208942472478e-09);
}

TEST(Statistics, NewcombeWilsonWithoutHits) {
  expect_interval(newcombe_wilson(0, 29, 0, 20), 0, -0.11696979849974073, 0.16112515805281935, 1);
  EXPECT_EQ(newcombe_wilson(0, 0, 1, 2), std::nullopt);
  EXPECT_EQ(newcombe_wilson(1, 2, 0, 0), std::nullopt);
  EXPECT_EQ(newcombe_wilson(3, 2, 0, 1), std::nullopt);
}

// The example of Benjamini & Hochberg 1995, section 3.2: p times 15 over its rank, by hand; SciPy's
// documentation of false_discovery_control has the same.
TEST(Statistics, BenjaminiHochberg) {
  const Values p{0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
                 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0};
  const Values expected{
      0.0015,           0.003,           0.0095,           0.035625,         0.0603,
      0.0298 * 15 / 7,  0.0298 * 15 / 7, 0.0645,           0.0765,           0.486,
      0.4262 * 15 / 11, 0.714875,        0.6528 * 15 / 13, 0.7590 * 15 / 14, 1};
  const Values adjusted = benjamini_hochberg(p);
  ASSERT_EQ(adjusted.size(), expected.size());
  for (std::size_t i = 0; i < p.size(); ++i) expect_close(adjusted[i], expected[i], "adjusted");
}

TEST(Statistics, BenjaminiHochbergKeepsTheOrderGiven) {
  const Values expected{0.03, 0.048, 0.045, 0.03, 0.8, 0.045};  // by hand
  const Values adjusted = benjamini_hochberg(Values{0.01, 0.04, 0.03, 0.005, 0.8, 0.03});
  ASSERT_EQ(adjusted.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    expect_close(adjusted[i], expected[i], "adjusted");
  }
  EXPECT_EQ(benjamini_hochberg({}), Values{});
}

TEST(Statistics, PredictionLimit) {
  expect_close(*upper_prediction_limit(kHistory, 0), 12.546196388749292, "by deviation");
  // A resolution above every deviation: 10.425 + t(.99, 7) * 2 * sqrt(1 + 1/8).
  expect_close(*upper_prediction_limit(kHistory, 2),
               10.425 + 2.997951566868529 * 2 * std::sqrt(1.125), "by resolution");
  EXPECT_EQ(upper_prediction_limit(Values{1}, 1), std::nullopt);
}

TEST(Statistics, PredictionLimitTakesTheLargestSpread) {
  const Values wide{0, 0, 0, 3, 3, 3};  // deviation 1.643, scaled MAD 1.4826 * 1.5 = 2.2239
  // t(.95, 5) = 2.015048372669157
  expect_close(*upper_prediction_limit(wide, 0, 0.95),
               1.5 + 2.015048372669157 * 2.2239 * std::sqrt(7.0 / 6), "by MAD");
  EXPECT_EQ(upper_prediction_limit(Values{4, 4, 4}, 0), 4);
  EXPECT_GT(*upper_prediction_limit(Values{4, 4, 4}, 0.1), 4.1);
}

}  // namespace
}  // namespace perf_mgmt
