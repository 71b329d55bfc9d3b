// Statistics of small samples: what verdicts and comparisons are computed with.
//
// Plain functions over spans; nothing is drawn at random. A result that the data do not define (too
// few values, no spread where one is needed) is nothing rather than a number. Values must be
// finite. Distributions come from Boost.Math. p values are two-sided unless said otherwise.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace perf_mgmt {

double mean(std::span<const double> values) noexcept;  // not empty
// Sample variance, divisor n - 1; at least two values, else 0.
double variance(std::span<const double> values) noexcept;
double median(std::span<const double> values);  // not empty; mean of the middle two
// 1 / Phi^-1(.75): the median absolute deviation times this estimates the standard deviation of a
// normal sample (Rousseeuw & Croux 1993).
inline constexpr double kMadScale = 1.4826;
// Median absolute deviation from the median, so scaled. Not empty.
double scaled_mad(std::span<const double> values);

// Quantile of Student's t, 0 < p < 1, degrees > 0 (need not be whole).
double t_quantile(double p, double degrees);
double t_two_sided_p(double t, double degrees);

// A test of a difference: estimate of b - a, its interval at the asked confidence, p.
struct DifferenceTest {
  double difference = 0;
  double low = 0;
  double high = 0;
  double p = 1;
  double degrees = 0;
};

// Welch's t test of two means with unequal variances (Welch 1947); degrees of freedom after
// Satterthwaite. At least two values on each side and some spread, else nothing.
std::optional<DifferenceTest> welch_test(std::span<const double> a, std::span<const double> b,
                                         double confidence = 0.95);
// One variance component of a mean: its contribution to the variance of the mean, and the degrees
// of freedom it was estimated with.
struct VarianceComponent {
  double variance_of_mean = 0;
  double degrees = 0;
};
// t interval and test of a difference whose variance is the sum of components, with Satterthwaite's
// effective degrees of freedom (Satterthwaite 1946). A component without variance counts for
// nothing; one known for certain has infinite degrees. Nothing where the variance is 0, or where a
// component has variance but no degrees.
std::optional<DifferenceTest> component_test(double difference,
                                             std::span<const VarianceComponent> components,
                                             double confidence = 0.95);
// Paired t test: of the mean of the differences against 0. At least two and some spread.
std::optional<DifferenceTest> paired_test(std::span<const double> differences,
                                          double confidence = 0.95);

// Mann-Whitney U of b against a (Mann & Whitney 1947). Exact without ties where both samples have
// at most 50 values and m * n <= 1,000; else normal with tie and continuity corrections, as R's
// wilcox.test. Nothing where a side is empty.
struct RankTest {
  double statistic = 0;  // U: pairs with b > a, ties half
  double p = 1;
  bool exact = false;
};
std::optional<RankTest> mann_whitney(std::span<const double> a, std::span<const double> b);
// Wilcoxon's signed-rank test of differences against 0; zeros are dropped; exact up to 50 values
// without ties, else normal with corrections. statistic: sum of the positive ranks. Nothing where
// all are zero.
std::optional<RankTest> signed_rank(std::span<const double> differences);
// Hodges & Lehmann 1963: median of all b_j - a_i. Neither empty.
double hodges_lehmann(std::span<const double> a, std::span<const double> b);
// Vargha & Delaney 2000: probability that a value of b is above one of a, ties half. Neither empty.
double superiority(std::span<const double> a, std::span<const double> b);

// Newcombe 1998, method 10 (Wilson's score intervals combined): the difference of two proportions
// b - a. p: score test of equal proportions (pooled, two-sided). n_a, n_b > 0 and no more hits than
// that, else nothing.
struct ProportionTest {
  double difference = 0;
  double low = 0;
  double high = 0;
  double p = 1;
};
std::optional<ProportionTest> newcombe_wilson(std::uint64_t hits_a, std::uint64_t n_a,
                                              std::uint64_t hits_b, std::uint64_t n_b,
                                              double confidence = 0.95);

// Benjamini & Hochberg 1995: adjusted p values, in the order given.
std::vector<double> benjamini_hochberg(std::span<const double> p_values);

// Upper one-sided prediction limit for one further value: mean + t(confidence, n - 1) * s *
// sqrt(1 + 1/n), s = max(standard deviation, scaled MAD, resolution). Nothing below 2 values.
// A history without any variance has a limit of its own mean plus what the resolution gives.
std::optional<double> upper_prediction_limit(std::span<const double> history, double resolution,
                                             double confidence = 0.99);

}  // namespace perf_mgmt
