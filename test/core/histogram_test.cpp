// Literal expectations by hand, or with Python's integers and fractions; percentiles against the
// sorted sample itself.
#include "perf_mgmt/core/histogram.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <new>
#include <vector>

#include "perf_mgmt/core/random.hpp"

namespace perf_mgmt {
namespace {

constexpr std::uint64_t kHighest = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint64_t kHalf = std::uint64_t{1} << 63;

Histogram histogram_of(const std::vector<std::uint64_t>& values) {
  Histogram histogram;
  for (const std::uint64_t value : values) histogram.record(value);
  return histogram;
}

double normal(RandomStream& random) {
  return std::sqrt(-2 * std::log(1 - random.next_unit())) *
         std::cos(6.2831853 * random.next_unit());
}

std::vector<std::uint64_t> log_normal(std::size_t n) {
  std::vector<std::uint64_t> values;
  RandomStream random(1, 2, 3);
  while (values.size() < n) {
    values.push_back(static_cast<std::uint64_t>(std::exp(11.5 + 1.2 * normal(random))));
  }
  return values;
}

void expect_percentiles(std::vector<std::uint64_t> values) {
  const Histogram histogram = histogram_of(values);
  std::sort(values.begin(), values.end());
  const std::size_t n = values.size();
  for (const std::size_t thousandths : {500, 900, 950, 990, 999}) {
    const std::size_t rank = (n * thousandths + 999) / 1000;
    const auto exact = static_cast<double>(values[rank - 1]);
    const auto found = histogram.percentile(static_cast<double>(thousandths) / 1000);
    ASSERT_TRUE(found.has_value());
    EXPECT_NEAR(static_cast<double>(*found), exact, 0.004 * exact) << thousandths;
  }
}

static_assert(Histogram::kBucketCount == 7424);
static_assert(Histogram::bucket_of(0) == 0);
static_assert(Histogram::bucket_of(127) == 127);
static_assert(Histogram::bucket_of(128) == 128);
static_assert(Histogram::bucket_of(255) == 255);
static_assert(Histogram::bucket_of(256) == 256);
static_assert(Histogram::bucket_of(257) == 256);
static_assert(Histogram::bucket_of(258) == 257);
static_assert(Histogram::bucket_of(kHalf - 1) == 7295);
static_assert(Histogram::bucket_of(kHalf) == 7296);
static_assert(Histogram::bucket_of(kHighest) == 7423);
static_assert(Histogram::bucket_low(255) == 255 && Histogram::bucket_high(255) == 255);
static_assert(Histogram::bucket_low(256) == 256 && Histogram::bucket_high(256) == 257);
static_assert(Histogram::bucket_low(7423) == 0xff00000000000000);
static_assert(Histogram::bucket_high(7423) == kHighest);
static_assert(Histogram::bucket_middle(0) == 0);
static_assert(Histogram::bucket_middle(300) == 344);  // 344 and 345: the lower
static_assert(sizeof(Histogram) == 7424 * 8 + 64);

TEST(HistogramBuckets, TileTheWholeRange) {
  std::uint64_t expected_low = 0;
  for (std::size_t bucket = 0; bucket < Histogram::kBucketCount; ++bucket) {
    const std::uint64_t low = Histogram::bucket_low(bucket);
    const std::uint64_t high = Histogram::bucket_high(bucket);
    const std::uint64_t middle = Histogram::bucket_middle(bucket);
    ASSERT_EQ(low, expected_low);
    ASSERT_EQ(Histogram::bucket_of(low), bucket);
    ASSERT_EQ(Histogram::bucket_of(middle), bucket);
    ASSERT_EQ(Histogram::bucket_of(high), bucket);
    // The middle stands for both ends to within 1/256 of them.
    ASSERT_LE(high - middle, high / 256);
    ASSERT_LE(middle - low, low / 256);
    expected_low = high + 1;
  }
  EXPECT_EQ(expected_low, 0U);  // wrapped after 2^64 - 1
}

TEST(Histogram, IsEmptyAtFirst) {
  const Histogram histogram;
  EXPECT_TRUE(histogram.empty());
  EXPECT_EQ(histogram.count(), 0U);
  EXPECT_EQ(histogram.sum(), 0U);
  EXPECT_EQ(histogram.min(), std::nullopt);
  EXPECT_EQ(histogram.max(), std::nullopt);
  EXPECT_EQ(histogram.mean(), std::nullopt);
  EXPECT_EQ(histogram.stddev(), std::nullopt);
  EXPECT_EQ(histogram.percentile(0.5), std::nullopt);
  EXPECT_EQ(histogram.percentile(1.0), std::nullopt);
  EXPECT_EQ(histogram.used_begin(), histogram.used_end());
}

TEST(Histogram, WorksInClearedMemoryOfEightByteAlignment) {
  std::vector<std::uint64_t> memory(sizeof(Histogram) / 8 + 2);
  const bool aligned_to_16 = reinterpret_cast<std::uintptr_t>(memory.data()) % 16 == 0;
  auto* place = memory.data() + (aligned_to_16 ? 1 : 0);
  auto* histogram = std::launder(reinterpret_cast<Histogram*>(place));
  EXPECT_TRUE(*histogram == Histogram{});
  histogram->record(5);
  histogram->record(7);
  EXPECT_TRUE(*histogram == histogram_of({5, 7}));
  histogram->reset();
  EXPECT_EQ(memory, std::vector<std::uint64_t>(memory.size()));
}

TEST(Histogram, KeepsExactMoments) {
  const Histogram histogram = histogram_of({2, 4, 4, 4, 5, 5, 7, 9});
  EXPECT_EQ(histogram.count(), 8U);
  EXPECT_EQ(histogram.sum(), 40U);
  EXPECT_EQ(histogram.min(), 2U);
  EXPECT_EQ(histogram.max(), 9U);
  EXPECT_DOUBLE_EQ(*histogram.mean(), 5.0);
  EXPECT_DOUBLE_EQ(*histogram.stddev(), 2.1380899352993952);  // sqrt(32 / 7)
  EXPECT_EQ(histogram.bucket_count(4), 3U);
  EXPECT_EQ(histogram.bucket_count(3), 0U);
  EXPECT_EQ(histogram.bucket_count(Histogram::kBucketCount), 0U);
  EXPECT_EQ(histogram.used_begin(), 2U);
  EXPECT_EQ(histogram.used_end(), 10U);
}

TEST(Histogram, TakesBoundaryValues) {
  for (const std::uint64_t value :
       {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{127}, std::uint64_t{128},
        std::uint64_t{255}, std::uint64_t{256}, kHalf, kHighest}) {
    const Histogram histogram = histogram_of({value});
    EXPECT_EQ(histogram.count(), 1U);
    EXPECT_EQ(histogram.min(), value);
    EXPECT_EQ(histogram.max(), value);
    EXPECT_EQ(histogram.sum(), value);
    EXPECT_DOUBLE_EQ(*histogram.mean(), static_cast<double>(value));
    EXPECT_EQ(histogram.stddev(), std::nullopt);
    EXPECT_EQ(histogram.percentile(1.0), value);
    EXPECT_EQ(histogram.bucket_count(Histogram::bucket_of(value)), 1U);
  }
}

TEST(Histogram, SaturatesTheSumOnly) {
  const Histogram histogram = histogram_of({kHighest, 1});
  EXPECT_EQ(histogram.sum(), kHighest);
  EXPECT_DOUBLE_EQ(*histogram.mean(), 0x1p63);
  EXPECT_EQ(histogram_of({kHighest - 1, 1}).sum(), kHighest);
  EXPECT_EQ(histogram_of({kHighest - 2, 1}).sum(), kHighest - 1);
}

TEST(HistogramStddev, LosesNothingBesideALargeMean) {
  Histogram alternating;
  for (int i = 0; i < 500'000; ++i) {
    alternating.record(999'999'999);
    alternating.record(1'000'000'001);
  }
  EXPECT_DOUBLE_EQ(*alternating.mean(), 1e9);
  EXPECT_DOUBLE_EQ(*alternating.stddev(), 1.000000500000375);  // sqrt(10^6 / 999999)

  // One of a million differs by one: the variance is 1 / 10^6, whichever way.
  Histogram low;
  Histogram high;
  for (int i = 1; i < 1'000'000; ++i) {
    low.record(1'000'000'001);
    high.record(1'000'000'000);
  }
  low.record(1'000'000'000);
  high.record(1'000'000'001);
  EXPECT_DOUBLE_EQ(*low.stddev(), 1e-3);
  EXPECT_DOUBLE_EQ(*high.stddev(), 1e-3);

  EXPECT_EQ(*histogram_of({1'000'000'000, 1'000'000'000, 1'000'000'000}).stddev(), 0.0);
}

TEST(HistogramStddev, IsRightAtTheUpperEnd) {
  EXPECT_DOUBLE_EQ(*histogram_of({kHalf - 1, kHalf, kHalf + 1}).stddev(), 1.0);
  EXPECT_DOUBLE_EQ(*histogram_of({kHighest, kHighest - 2}).stddev(), 1.4142135623730951);
  EXPECT_DOUBLE_EQ(*histogram_of({0, kHighest}).stddev(), 13043817825332782211.7);  // (2^64-1)/√2
  Histogram full;
  for (int i = 0; i < 100'000; ++i) full.record(kHighest);
  EXPECT_EQ(*full.stddev(), 0.0);
  EXPECT_DOUBLE_EQ(*full.mean(), 0x1p64);
}

TEST(HistogramPercentile, MatchesUniformSamples) {
  std::vector<std::uint64_t> values;
  RandomStream random(1, 1, 1);
  for (int i = 0; i < 1'000'000; ++i) values.push_back(random.next_below(50'000'000));
  expect_percentiles(std::move(values));
}

TEST(HistogramPercentile, MatchesLogNormalSamples) {
  expect_percentiles(log_normal(1'000'000));
}

TEST(HistogramPercentile, MatchesBimodalSamples) {
  std::vector<std::uint64_t> values;
  RandomStream random(1, 1, 2);
  for (int i = 0; i < 1'000'000; ++i) {
    // 92 % around 80 µs, 8 % around 20 ms: cache and disk.
    const double centre = random.next_unit() < 0.92 ? 8e4 : 2e7;
    values.push_back(static_cast<std::uint64_t>(centre * std::fmax(0.1, 1 + 0.1 * normal(random))));
  }
  expect_percentiles(std::move(values));
}

TEST(HistogramPercentile, NeedsTenValuesAbove) {
  Histogram histogram;
  for (std::uint64_t i = 1; i <= 19; ++i) histogram.record(i);
  EXPECT_EQ(histogram.percentile(0.5), std::nullopt);  // rank 10, nine above
  EXPECT_EQ(histogram.percentile(0.47), 9U);           // rank ceil(8.93)
  EXPECT_EQ(histogram.percentile(0.48), std::nullopt);
  EXPECT_EQ(histogram.percentile(1.0), 19U);
  histogram.record(20);
  EXPECT_EQ(histogram.percentile(0.5), 10U);  // rank 10, ten above
  EXPECT_EQ(histogram.percentile(0.51), std::nullopt);
  EXPECT_EQ(histogram.percentile(0.0), 1U);

  Histogram thousand;
  for (std::uint64_t i = 1; i <= 999; ++i) thousand.record(100);
  EXPECT_EQ(thousand.percentile(0.99), std::nullopt);  // rank 990, nine above
  thousand.record(100);
  EXPECT_EQ(thousand.percentile(0.99), 100U);
  EXPECT_EQ(thousand.percentile(0.999), std::nullopt);
  EXPECT_EQ(histogram_of({1, 2, 3}).percentile(0.0), std::nullopt);
}

TEST(HistogramPercentile, RefusesWhatIsNoShare) {
  Histogram histogram;
  for (std::uint64_t i = 0; i < 100; ++i) histogram.record(i);
  EXPECT_EQ(histogram.percentile(-0.01), std::nullopt);
  EXPECT_EQ(histogram.percentile(1.01), std::nullopt);
  EXPECT_EQ(histogram.percentile(std::nan("")), std::nullopt);
  EXPECT_EQ(histogram.percentile(std::numeric_limits<double>::infinity()), std::nullopt);
}

TEST(HistogramPercentile, RanksAsInDecimals) {
  Histogram histogram;
  for (std::uint64_t i = 1; i <= 100; ++i) histogram.record(i);
  // The value of rank k is k, so percent p must give p; 7, 14, 28, 55, ... fail in plain doubles.
  for (std::uint64_t percent = 1; percent <= 90; ++percent) {
    EXPECT_EQ(histogram.percentile(static_cast<double>(percent) / 100), percent);
  }
  EXPECT_EQ(histogram.percentile(0.0701), 8U);
}

TEST(HistogramPercentile, StaysWithinTheExtremes) {
  Histogram histogram;
  for (int i = 0; i < 100; ++i) histogram.record(1'000'001);  // bucket 999424 … 1003519
  EXPECT_EQ(histogram.percentile(0.5), 1'000'001U);
  histogram.record(1'000'000);
  EXPECT_EQ(histogram.percentile(0.0), 1'000'000U);
  histogram.record(1'003'000);
  EXPECT_EQ(histogram.percentile(0.5), 1'001'471U);  // the middle
  EXPECT_EQ(histogram.percentile(1.0), 1'003'000U);
}

TEST(HistogramMerge, OfAnyPartitionInAnyOrderIsTheWhole) {
  std::vector<std::uint64_t> values = log_normal(20'000);
  for (const std::uint64_t value : {std::uint64_t{0}, kHalf, kHighest, kHighest}) {
    values.push_back(value);
  }
  const Histogram whole = histogram_of(values);
  RandomStream random(4, 4, 4);
  for (const std::size_t parts : {1, 2, 3, 7, 50}) {
    std::vector<Histogram> partition(parts);
    for (const std::uint64_t value : values) partition[random.next_below(parts)].record(value);
    for (int order = 0; order < 3; ++order) {
      std::shuffle(partition.begin(), partition.end(), random);
      Histogram merged;
      for (const Histogram& part : partition) merged.merge(part);
      EXPECT_TRUE(merged == whole);
      EXPECT_EQ(merged.serialize(), whole.serialize());
    }
    // And as a tree.
    while (partition.size() > 1) {
      const Histogram last = partition.back();
      partition.pop_back();
      partition[random.next_below(partition.size())].merge(last);
    }
    EXPECT_TRUE(partition.front() == whole);
  }
}

TEST(HistogramMerge, WithEmptyAndWithItself) {
  Histogram histogram = histogram_of({3, 1000});
  histogram.merge(Histogram{});
  EXPECT_TRUE(histogram == histogram_of({3, 1000}));
  Histogram empty;
  empty.merge(histogram);
  EXPECT_TRUE(empty == histogram);
  histogram.merge(histogram);
  EXPECT_TRUE(histogram == histogram_of({3, 3, 1000, 1000}));
}

TEST(HistogramReset, LeavesNothing) {
  Histogram histogram = histogram_of({0, 77, 123'456, kHighest});
  histogram.reset();
  const Histogram empty;
  EXPECT_TRUE(histogram == empty);
  EXPECT_EQ(std::memcmp(&histogram, &empty, sizeof empty), 0);
  histogram.record(9);
  EXPECT_EQ(histogram.min(), 9U);
  EXPECT_EQ(histogram.max(), 9U);
}

TEST(HistogramEquality, SeesEveryPart) {
  EXPECT_FALSE(histogram_of({1}) == histogram_of({2}));
  EXPECT_FALSE(histogram_of({1}) == Histogram{});
  EXPECT_FALSE(histogram_of({1000, 1001, 1003}) == histogram_of({1000, 1002, 1003}));  // the sum
  EXPECT_FALSE(histogram_of({1, 2, 2, 4, 5}) == histogram_of({1, 1, 3, 4, 5}));  // the buckets
}

}  // namespace
}  // namespace perf_mgmt
