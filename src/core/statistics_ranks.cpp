// Tests by ranks. Without ties and for small samples the null distribution is counted out, one
// arrangement of ranks at a time as good as any other; else it is taken as normal, with the
// corrections for ties and continuity that R's wilcox.test makes.
#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <numeric>

#include "perf_mgmt/core/statistics.hpp"

namespace perf_mgmt {

namespace {

constexpr std::size_t kMostExact = 50;          // values of a sample
constexpr std::size_t kMostExactPairs = 1'000;  // pairs of two: the counting takes their square

struct Ranks {
  std::vector<double> rank;  // in the order of the values; ties share the mean of their ranks
  double tie_term = 0;       // sum of t^3 - t over groups of t equal values
};

Ranks rank_values(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t i, std::size_t j) { return values[i] < values[j]; });
  Ranks ranks;
  ranks.rank.resize(values.size());
  for (std::size_t first = 0; first < order.size();) {
    std::size_t end = first + 1;
    while (end < order.size() && values[order[end]] == values[order[first]]) ++end;
    const double tied = static_cast<double>(end - first);
    const double shared = static_cast<double>(first + 1 + end) / 2;
    for (std::size_t i = first; i < end; ++i) ranks.rank[order[i]] = shared;
    ranks.tie_term += tied * tied * tied - tied;
    first = end;
  }
  return ranks;
}

// Two-sided p of a statistic that is normal about centre under the null. No spread tells nothing.
double normal_p(double statistic, double centre, double variance) {
  if (!(variance > 0)) return 1;
  const double distance = std::max(std::abs(statistic - centre) - 0.5, 0.0);
  const boost::math::normal normal;
  const double z = distance / std::sqrt(variance);
  return std::min(2 * boost::math::cdf(boost::math::complement(normal, z)), 1.0);
}

// Two-sided p from the number of arrangements per value of a symmetric statistic.
double exact_p(const std::vector<double>& arrangements, double statistic) {
  const auto last = static_cast<double>(arrangements.size() - 1);
  const auto extreme = static_cast<std::ptrdiff_t>(std::min(statistic, last - statistic));
  const double beyond =
      std::accumulate(arrangements.begin(), arrangements.begin() + extreme + 1, 0.0);
  const double all = std::accumulate(arrangements.begin(), arrangements.end(), 0.0);
  return std::min(2 * beyond / all, 1.0);
}

// The number of orders of m and n values with each U from 0 to m n (Mann & Whitney 1947): the
// largest value is one of the m, which is above all n, or one of the n. Additions only, so that
// counts beyond 2^53 keep their relative precision.
std::vector<double> mann_whitney_arrangements(std::size_t m, std::size_t n) {
  std::vector<std::vector<double>> counts(n + 1, std::vector<double>{1});  // of no value and j
  for (std::size_t i = 1; i <= m; ++i) {
    counts[0] = {1};
    for (std::size_t j = 1; j <= n; ++j) {
      const std::vector<double>& largest_of_m = counts[j];
      std::vector<double> sum(i * j + 1, 0.0);
      std::copy(counts[j - 1].begin(), counts[j - 1].end(), sum.begin());
      for (std::size_t u = 0; u < largest_of_m.size(); ++u) sum[u + j] += largest_of_m[u];
      counts[j] = std::move(sum);
    }
  }
  return counts[n];
}

// The number of sets of ranks out of 1..n with each sum from 0 to n (n + 1) / 2.
std::vector<double> signed_rank_arrangements(std::size_t n) {
  std::vector<double> counts(n * (n + 1) / 2 + 1, 0.0);
  counts[0] = 1;
  for (std::size_t rank = 1; rank <= n; ++rank) {
    for (std::size_t sum = counts.size() - 1; sum >= rank; --sum) counts[sum] += counts[sum - rank];
  }
  return counts;
}

}  // namespace

std::optional<RankTest> mann_whitney(std::span<const double> a, std::span<const double> b) {
  if (a.empty() || b.empty()) return std::nullopt;
  std::vector<double> all(a.begin(), a.end());
  all.insert(all.end(), b.begin(), b.end());
  const Ranks ranks = rank_values(all);
  const double m = static_cast<double>(a.size());
  const double n = static_cast<double>(b.size());
  const double rank_sum = std::accumulate(
      ranks.rank.begin() + static_cast<std::ptrdiff_t>(a.size()), ranks.rank.end(), 0.0);

  RankTest test;
  test.statistic = rank_sum - n * (n + 1) / 2;
  test.exact = ranks.tie_term == 0 && a.size() <= kMostExact && b.size() <= kMostExact &&
               a.size() * b.size() <= kMostExactPairs;
  if (test.exact) {
    test.p = exact_p(mann_whitney_arrangements(a.size(), b.size()), test.statistic);
  } else {
    const double variance = m * n / 12 * (m + n + 1 - ranks.tie_term / ((m + n) * (m + n - 1)));
    test.p = normal_p(test.statistic, m * n / 2, variance);
  }
  return test;
}

std::optional<RankTest> signed_rank(std::span<const double> differences) {
  std::vector<double> sizes;
  std::vector<bool> positive;
  for (const double difference : differences) {
    if (difference == 0) continue;
    sizes.push_back(std::abs(difference));
    positive.push_back(difference > 0);
  }
  if (sizes.empty()) return std::nullopt;
  const Ranks ranks = rank_values(sizes);
  const double n = static_cast<double>(sizes.size());

  RankTest test;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    if (positive[i]) test.statistic += ranks.rank[i];
  }
  test.exact = ranks.tie_term == 0 && sizes.size() <= kMostExact;
  if (test.exact) {
    test.p = exact_p(signed_rank_arrangements(sizes.size()), test.statistic);
  } else {
    const double variance = n * (n + 1) * (2 * n + 1) / 24 - ranks.tie_term / 48;
    test.p = normal_p(test.statistic, n * (n + 1) / 4, variance);
  }
  return test;
}

double superiority(std::span<const double> a, std::span<const double> b) {
  double above = 0;
  for (const double from : a) {
    for (const double to : b) above += to > from ? 1 : to == from ? 0.5 : 0;
  }
  return above / (static_cast<double>(a.size()) * static_cast<double>(b.size()));
}

}  // namespace perf_mgmt
