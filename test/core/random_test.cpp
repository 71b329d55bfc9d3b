// Known answers of Philox are those of the Random123 distribution (kat_vectors); the words of whole
// streams come from ten lines of Python that implement the paper. Probabilities of the
// distributions were computed with Python's statistics.NormalDist and plain sums from the formulas
// of the PostgreSQL manual (pgbench, "Built-in functions").
#include "perf_mgmt/core/random.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <set>
#include <vector>

namespace perf_mgmt {
namespace {

constexpr std::int64_t kLowest = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kHighest = std::numeric_limits<std::int64_t>::max();
constexpr int kDraws = 1'000'000;

using Draw = std::function<std::int64_t(RandomStream&)>;

double chi_square(const std::vector<double>& probabilities, const std::vector<int>& observed) {
  int total = 0;
  for (const int count : observed) total += count;
  double sum = 0.0;
  for (std::size_t i = 0; i < observed.size(); ++i) {
    const double expected = probabilities[i] * total;
    sum += (observed[i] - expected) * (observed[i] - expected) / expected;
  }
  return sum;
}

// Draws from 1..10 against ten probabilities.
void expect_tenths(const std::vector<double>& probabilities, const Draw& draw) {
  std::vector<int> observed(10);
  RandomStream random(20240229, 1, 1);
  for (int i = 0; i < kDraws; ++i) {
    const std::int64_t value = draw(random);
    ASSERT_GE(value, 1);
    ASSERT_LE(value, 10);
    ++observed[static_cast<std::size_t>(value - 1)];
  }
  EXPECT_LT(chi_square(probabilities, observed), 27.88);  // 9 degrees of freedom, 0.1 %
}

TEST(Philox, GivesThePublishedAnswers) {
  EXPECT_EQ(philox4x32({0, 0, 0, 0}, {0, 0}),
            (PhiloxCounter{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox4x32({~0U, ~0U, ~0U, ~0U}, {~0U, ~0U}),
            (PhiloxCounter{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (PhiloxCounter{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(RandomStream, MapsSeedStreamAndIndexAsDocumented) {
  RandomStream pi(0x299f31d0a4093822, 0x0370734413198a2e, 0x85a308d3243f6a88);
  EXPECT_EQ(pi.next(), 0x94fdccebd16cfe09U);
  EXPECT_EQ(pi.next(), 0x24126ea15001e420U);
  EXPECT_EQ(pi.next(), 0x62032516ca7c206aU);
  EXPECT_EQ(pi.next(), 0x21d730c4f2e818f0U);

  RandomStream small(42, 7, 3);
  EXPECT_EQ(small(), 0x7e42d578945bcadaU);
  EXPECT_EQ(small(), 0xfcd7d3ce8747d589U);
  EXPECT_EQ(small(), 0xd0bea7b593df8f6fU);
  EXPECT_EQ(small(), 0x8e6b980fde194073U);
}

TEST(RandomStream, IsAPureFunctionOfItsArguments) {
  RandomStream a(5, 6, 7);
  RandomStream other(5, 6, 8);
  RandomStream b(5, 6, 7);
  for (int i = 0; i < 100; ++i) {
    other.next();
    EXPECT_EQ(a.next(), b.next());
  }
}

// Any collision among the 2^20 draws of a grid of neighbours would be a fault of the mapping: of
// random 64-bit numbers it has a chance of 2^-25. Neighbours also differ in half of their bits.
TEST(RandomStream, NeighboursAreIndependent) {
  std::vector<std::uint64_t> seen;
  std::int64_t bits = 0;
  const std::uint64_t high = std::uint64_t{1} << 32;
  for (std::uint64_t i = 0; i < 32; ++i) {
    for (std::uint64_t j = 0; j < 32; ++j) {
      for (std::uint64_t k = 0; k < 256; ++k) {
        // Half of the grid reaches into the upper words.
        RandomStream random(i % 2 == 0 ? i : i * high, j % 2 == 0 ? j : j * high,
                            k % 2 == 0 ? k : k * high);
        std::uint64_t last = 0;
        for (int n = 0; n < 4; ++n) {
          const std::uint64_t value = random.next();
          bits += std::popcount(value ^ last);
          last = value;
          seen.push_back(value);
        }
      }
    }
  }
  std::sort(seen.begin(), seen.end());
  EXPECT_EQ(std::adjacent_find(seen.begin(), seen.end()), seen.end());
  EXPECT_EQ(seen.size(), std::size_t{1} << 20);
  EXPECT_NEAR(static_cast<double>(bits) / (1 << 20), 32.0, 0.02);  // five deviations of 0.0039
}

TEST(RandomStream, FirstDrawsOfConsecutiveStreamsAreUniform) {
  const std::vector<double> equal(64, 1.0 / 64);
  for (int changing = 0; changing < 3; ++changing) {
    std::vector<int> observed(64);
    for (std::uint64_t i = 0; i < 100'000; ++i) {
      RandomStream random(changing == 0 ? i : 1, changing == 1 ? i : 1, changing == 2 ? i : 1);
      ++observed[random.next_below(64)];
    }
    EXPECT_LT(chi_square(equal, observed), 103.4) << changing;  // 63 degrees of freedom, 0.1 %
  }
}

TEST(RandomStream, UnitsFillTheUnitInterval) {
  RandomStream random(1, 2, 3);
  double sum = 0.0;
  double least = 1.0;
  double greatest = 0.0;
  for (int i = 0; i < kDraws; ++i) {
    const double unit = random.next_unit();
    least = std::fmin(least, unit);
    greatest = std::fmax(greatest, unit);
    sum += unit;
  }
  EXPECT_GE(least, 0.0);
  EXPECT_LT(least, 1e-5);
  EXPECT_GT(greatest, 1 - 1e-5);
  EXPECT_LT(greatest, 1.0);
  EXPECT_NEAR(sum / kDraws, 0.5, 0.0015);  // five deviations of 0.00029
}

// With bound 3 * 2^62 a multiplication without rejection would give half of all draws a remainder
// of 0 by 3, and a remainder by the bound would give the lowest third half of all draws.
TEST(RandomStream, NextBelowHasNoBias) {
  const std::uint64_t bound = std::uint64_t{3} << 62;
  const std::vector<double> equal(3, 1.0 / 3);
  std::vector<int> remainders(3);
  std::vector<int> thirds(3);
  RandomStream random(9, 9, 9);
  for (int i = 0; i < 100'000; ++i) {
    const std::uint64_t value = random.next_below(bound);
    ASSERT_LT(value, bound);
    ++remainders[value % 3];
    ++thirds[value >> 62];
  }
  EXPECT_LT(chi_square(equal, remainders), 13.82);  // 2 degrees of freedom, 0.1 %
  EXPECT_LT(chi_square(equal, thirds), 13.82);
}

TEST(RandomStream, NextBelowAtItsBounds) {
  RandomStream random(42, 7, 3);
  EXPECT_EQ(random.next_below(0), 0x7e42d578945bcadaU);  // all 64 bits
  for (int i = 0; i < 100; ++i) EXPECT_EQ(random.next_below(1), 0U);
}

TEST(DrawUniform, HitsEveryValueEqually) {
  expect_tenths(std::vector<double>(10, 0.1),
                [](RandomStream& random) { return draw_uniform(random, 1, 10); });
}

TEST(DrawUniform, CoversTheFullRange) {
  RandomStream random(42, 7, 3);
  // min + 0x7e42d578945bcada and so on, by hand.
  EXPECT_EQ(draw_uniform(random, kLowest, kHighest), -0x1bd2a876ba43526);
  EXPECT_EQ(draw_uniform(random, kLowest, kHighest), 0x7cd7d3ce8747d589);
  EXPECT_EQ(draw_uniform(random, kHighest, kHighest), kHighest);
  EXPECT_EQ(draw_uniform(random, kLowest, kLowest), kLowest);
}

TEST(DrawGaussian, FollowsTheManual) {
  expect_tenths({0.033576918, 0.063143421, 0.101399429, 0.139049656, 0.162830576, 0.162830576,
                 0.139049656, 0.101399429, 0.063143421, 0.033576918},
                [](RandomStream& random) { return draw_gaussian(random, 1, 10, 2.0); });
  expect_tenths({0.000031385, 0.001318228, 0.021400246, 0.135905200, 0.341344942, 0.341344942,
                 0.135905200, 0.021400246, 0.001318228, 0.000031385},
                [](RandomStream& random) { return draw_gaussian(random, 1, 10, 5.0); });
}

TEST(DrawExponential, FollowsTheManual) {
  expect_tenths({0.150544988, 0.136218738, 0.123255811, 0.111526470, 0.100913323, 0.091310151,
                 0.082620841, 0.074758429, 0.067644224, 0.061207025},
                [](RandomStream& random) { return draw_exponential(random, 1, 10, 1.0); });
  expect_tenths({0.396138501, 0.240270146, 0.145731210, 0.088390447, 0.053611516, 0.032517028,
                 0.019722575, 0.011962346, 0.007255530, 0.004400701},
                [](RandomStream& random) { return draw_exponential(random, 1, 10, 5.0); });
  // Next to 0 it becomes uniform; evaluated as pgbench writes it, 1 - exp(-1e-18) would be 0.
  expect_tenths(std::vector<double>(10, 0.1),
                [](RandomStream& random) { return draw_exponential(random, 1, 10, 1e-18); });
}

TEST(DrawZipf, FollowsTheManual) {
  expect_tenths({0.363545525, 0.173163640, 0.112211937, 0.082481132, 0.064962226, 0.053448678,
                 0.045321461, 0.039287330, 0.034635329, 0.030942742},
                [](RandomStream& random) { return draw_zipf(random, 1, 10, 1.07); });
  expect_tenths({0.645257983, 0.161314496, 0.071695331, 0.040328624, 0.025810319, 0.017923833,
                 0.013168530, 0.010082156, 0.007966148, 0.006452580},
                [](RandomStream& random) { return draw_zipf(random, 1, 10, 2.0); });
}

TEST(DrawZipf, TakesThetaUpToOne) {
  expect_tenths({0.133914102, 0.116578997, 0.107498416, 0.101487912, 0.097058218, 0.093582806,
                 0.090741657, 0.088350359, 0.086293446, 0.084494086},
                [](RandomStream& random) { return draw_zipf(random, 1, 10, 0.2); });
  expect_tenths({0.280495743, 0.161102499, 0.116474075, 0.092529088, 0.077401659, 0.066896789,
                 0.059135441, 0.053144006, 0.048365120, 0.044455579},
                [](RandomStream& random) { return draw_zipf(random, 1, 10, 0.8); });
  const std::vector<double> harmonic = {0.341417152, 0.170708576, 0.113805717, 0.085354288,
                                        0.068283430, 0.056902859, 0.048773879, 0.042677144,
                                        0.037935239, 0.034141715};
  for (const double theta : {1.0 - 1e-12, 1.0 - 1e-15, 1.0, 1.0 + 1e-15, 1.0 + 1e-12}) {
    expect_tenths(harmonic,
                  [theta](RandomStream& random) { return draw_zipf(random, 1, 10, theta); });
  }
}

// Shares of the first 1, 10, 1,000 and 100,000 (last row: 10^6) of many values.
TEST(DrawZipf, HasTheRightTail) {
  struct Case {
    double theta;
    std::int64_t n;
    std::int64_t upper[4];
    double share[4];
  };
  const Case cases[] = {
      {0.5, 1'000'000, {1, 10, 1000, 100'000}, {0.000500365, 0.002512333, 0.030923076, 0.31572884}},
      {0.99, 1'000'000, {1, 10, 1000, 100'000}, {0.064969449, 0.192056677, 0.502145833, 0.8302016}},
      {1.0, 1'000'000, {1, 10, 1000, 100'000}, {0.069479538, 0.203503360, 0.520087055, 0.8400178}},
      {1.2,
       1'000'000'000'000,
       {1, 10, 1000, 1'000'000},
       {0.179479174, 0.442903156, 0.778179484, 0.9469507515}},
  };
  for (const Case& expected : cases) {
    int below[4] = {};
    RandomStream random(77, 0, 0);
    for (int i = 0; i < kDraws; ++i) {
      const std::int64_t value = draw_zipf(random, 1, expected.n, expected.theta);
      for (int j = 0; j < 4; ++j) below[j] += value <= expected.upper[j];
    }
    for (int j = 0; j < 4; ++j) {
      const double share = expected.share[j];
      const double deviation = std::sqrt(share * (1 - share) / kDraws);
      EXPECT_NEAR(static_cast<double>(below[j]) / kDraws, share, 4 * deviation)
          << expected.theta << " " << expected.upper[j];
    }
  }
}

TEST(Distributions, StayInsideAnyInterval) {
  const std::int64_t intervals[][2] = {{kLowest, kHighest},
                                       {kLowest, kLowest},
                                       {kHighest, kHighest},
                                       {kLowest, 0},
                                       {-1, kHighest},
                                       {-3, -2},
                                       {0, 1},
                                       {0, std::int64_t{1} << 53}};
  for (const auto& [min, max] : intervals) {
    RandomStream random(3, 1, 4);
    const auto expect_inside = [min = min, max = max](std::int64_t value) {
      EXPECT_GE(value, min);
      EXPECT_LE(value, max);
    };
    for (int i = 0; i < 1000; ++i) {
      expect_inside(draw_uniform(random, min, max));
      for (const double parameter : {2.0, 5.0, 1e6}) {
        expect_inside(draw_gaussian(random, min, max, parameter));
      }
      for (const double parameter : {1e-300, 1e-18, 0.5, 700.0, 1e6}) {
        expect_inside(draw_exponential(random, min, max, parameter));
      }
      for (const double theta : {1e-300, 0.01, 0.999, 1.0, 1.0 + 1e-15, 1.001, 3.0, 1000.0}) {
        expect_inside(draw_zipf(random, min, max, theta));
      }
    }
  }
}

TEST(Distributions, ReachBothEndsOfASmallInterval) {
  std::set<std::int64_t> seen[4];
  RandomStream random(8, 8, 8);
  for (int i = 0; i < 10'000; ++i) {
    seen[0].insert(draw_uniform(random, -2, 2));
    seen[1].insert(draw_gaussian(random, -2, 2, 2.0));
    seen[2].insert(draw_exponential(random, -2, 2, 2.0));
    seen[3].insert(draw_zipf(random, -2, 2, 0.7));
  }
  for (const std::set<std::int64_t>& values : seen) {
    EXPECT_EQ(values, (std::set<std::int64_t>{-2, -1, 0, 1, 2}));
  }
}

}  // namespace
}  // namespace perf_mgmt
