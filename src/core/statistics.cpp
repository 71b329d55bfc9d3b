// Moments, t tests, proportions, multiplicity and the prediction limit. Rank tests are in
// statistics_ranks.cpp.
//
// Every t test here is one of a difference against its standard error: Welch's test and the paired
// test are a sum of variance components with two members or with one.
#include "perf_mgmt/core/statistics.hpp"

#include <algorithm>
#include <array>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <numeric>

namespace perf_mgmt {

namespace {

// Of x, which may be put in another order.
double median_of(std::vector<double>& x) {
  const auto middle = x.begin() + static_cast<std::ptrdiff_t>(x.size() / 2);
  std::nth_element(x.begin(), middle, x.end());
  if (x.size() % 2 == 1) return *middle;
  const double below = *std::max_element(x.begin(), middle);
  return below + (*middle - below) / 2;
}

struct ScoreInterval {
  double low;
  double high;
};

// Wilson's score interval of a proportion (Wilson 1927), z the normal quantile.
ScoreInterval wilson_interval(double proportion, double n, double z) {
  const double z2 = z * z;
  const double centre = proportion + z2 / (2 * n);
  const double reach = z * std::sqrt(proportion * (1 - proportion) / n + z2 / (4 * n * n));
  const double scale = 1 + z2 / n;
  return {std::max((centre - reach) / scale, 0.0), std::min((centre + reach) / scale, 1.0)};
}

// What a sample's spread adds to the variance of its mean. At least two values.
VarianceComponent component_of(std::span<const double> sample) {
  const double n = static_cast<double>(sample.size());
  return {variance(sample) / n, n - 1};
}

}  // namespace

// Relative to the first value: equal values have exactly their own mean, and so no variance.
double mean(std::span<const double> values) noexcept {
  const double first = values.front();
  const double sum = std::accumulate(values.begin(), values.end(), 0.0,
                                     [&](double sum, double v) { return sum + (v - first); });
  return first + sum / static_cast<double>(values.size());
}

double variance(std::span<const double> values) noexcept {
  if (values.size() < 2) return 0;
  const double centre = mean(values);
  double squares = 0;
  for (const double value : values) squares += (value - centre) * (value - centre);
  return squares / static_cast<double>(values.size() - 1);
}

double median(std::span<const double> values) {
  std::vector<double> copy(values.begin(), values.end());
  return median_of(copy);
}

double scaled_mad(std::span<const double> values) {
  const double centre = median(values);
  std::vector<double> deviations;
  deviations.reserve(values.size());
  for (const double value : values) deviations.push_back(std::abs(value - centre));
  return kMadScale * median_of(deviations);
}

double t_quantile(double p, double degrees) {
  return boost::math::quantile(boost::math::students_t(degrees), p);
}

double t_two_sided_p(double t, double degrees) {
  const boost::math::students_t distribution(degrees);
  return std::min(2 * boost::math::cdf(boost::math::complement(distribution, std::abs(t))), 1.0);
}

std::optional<DifferenceTest> component_test(double difference,
                                             std::span<const VarianceComponent> components,
                                             double confidence) {
  double total = 0;
  for (const VarianceComponent& component : components) total += component.variance_of_mean;
  if (!(total > 0)) return std::nullopt;
  double inverse_degrees = 0;
  for (const VarianceComponent& component : components) {
    if (!(component.variance_of_mean > 0)) continue;
    if (!(component.degrees > 0)) return std::nullopt;
    const double share = component.variance_of_mean / total;
    inverse_degrees += share * share / component.degrees;
  }
  const double degrees = 1 / inverse_degrees;
  const double error = std::sqrt(total);
  const double reach = t_quantile(1 - (1 - confidence) / 2, degrees) * error;
  return DifferenceTest{difference, difference - reach, difference + reach,
                        t_two_sided_p(difference / error, degrees), degrees};
}

std::optional<DifferenceTest> welch_test(std::span<const double> a, std::span<const double> b,
                                         double confidence) {
  if (a.size() < 2 || b.size() < 2) return std::nullopt;
  const std::array components{component_of(a), component_of(b)};
  return component_test(mean(b) - mean(a), components, confidence);
}

std::optional<DifferenceTest> paired_test(std::span<const double> differences, double confidence) {
  if (differences.size() < 2) return std::nullopt;
  const std::array components{component_of(differences)};
  return component_test(mean(differences), components, confidence);
}

double hodges_lehmann(std::span<const double> a, std::span<const double> b) {
  std::vector<double> differences;
  differences.reserve(a.size() * b.size());
  for (const double from : a) {
    for (const double to : b) differences.push_back(to - from);
  }
  return median_of(differences);
}

std::optional<ProportionTest> newcombe_wilson(std::uint64_t hits_a, std::uint64_t n_a,
                                              std::uint64_t hits_b, std::uint64_t n_b,
                                              double confidence) {
  if (n_a == 0 || n_b == 0 || hits_a > n_a || hits_b > n_b) return std::nullopt;
  const boost::math::normal normal;
  const double z = boost::math::quantile(normal, 1 - (1 - confidence) / 2);
  const double count_a = static_cast<double>(n_a);
  const double count_b = static_cast<double>(n_b);
  const double a = static_cast<double>(hits_a) / count_a;
  const double b = static_cast<double>(hits_b) / count_b;
  const ScoreInterval of_a = wilson_interval(a, count_a, z);
  const ScoreInterval of_b = wilson_interval(b, count_b, z);

  ProportionTest test;
  test.difference = b - a;
  test.low = test.difference - std::hypot(b - of_b.low, of_a.high - a);
  test.high = test.difference + std::hypot(of_b.high - b, a - of_a.low);
  const double pooled =
      (static_cast<double>(hits_a) + static_cast<double>(hits_b)) / (count_a + count_b);
  const double error = std::sqrt(pooled * (1 - pooled) * (1 / count_a + 1 / count_b));
  if (error > 0) {
    const double score = std::abs(test.difference) / error;
    test.p = std::min(2 * boost::math::cdf(boost::math::complement(normal, score)), 1.0);
  }
  return test;
}

std::vector<double> benjamini_hochberg(std::span<const double> p_values) {
  std::vector<std::size_t> order(p_values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t i, std::size_t j) { return p_values[i] > p_values[j]; });
  const double count = static_cast<double>(p_values.size());
  std::vector<double> adjusted(p_values.size());
  double least = 1;
  double rank = count;  // from the largest p down, no adjusted value may exceed the one before
  for (const std::size_t i : order) {
    least = std::min(least, p_values[i] * count / rank);
    adjusted[i] = least;
    rank -= 1;
  }
  return adjusted;
}

std::optional<double> upper_prediction_limit(std::span<const double> history, double resolution,
                                             double confidence) {
  if (history.size() < 2) return std::nullopt;
  const double n = static_cast<double>(history.size());
  const double spread = std::max({std::sqrt(variance(history)), scaled_mad(history), resolution});
  return mean(history) + t_quantile(confidence, n - 1) * spread * std::sqrt(1 + 1 / n);
}

}  // namespace perf_mgmt
