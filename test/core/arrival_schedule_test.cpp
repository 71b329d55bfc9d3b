// When slots are due. Regular ones are worked out by hand; Poisson ones are held against the
// exponential distribution, and against sums that a Python program with 40 decimals made of the
// same random numbers.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <utility>
#include <vector>

#include "perf_mgmt/core/load_model.hpp"

namespace perf_mgmt {
namespace {

using Arrivals = RunSpec::Arrivals;
using Int128 = __int128;

constexpr std::int64_t s = 1'000'000'000;
constexpr std::int64_t ms = 1'000'000;
constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();

LoadModel stages(std::vector<StageSpec> list, double warmup_seconds = 0) {
  RunSpec spec;
  spec.load = LoadKind::open;
  spec.stages = std::move(list);
  spec.warmup_seconds = warmup_seconds;
  return LoadModel::of(spec);
}

std::vector<std::int64_t> regular(const LoadModel& load, std::uint64_t slots) {
  ArrivalSchedule schedule(load, Arrivals::regular, 1);
  std::vector<std::int64_t> due;
  for (std::uint64_t slot = 0; slot < slots; ++slot) due.push_back(schedule.due_ns(slot));
  return due;
}

using Times = std::vector<std::int64_t>;

// ---- regular

TEST(RegularArrivals, OfAConstantRateAreEvenlySpaced) {
  const LoadModel load = LoadModel::ramps(4, 0, 0, 2, 0);
  EXPECT_EQ(regular(load, 10), (Times{250 * ms, 500 * ms, 750 * ms, 1 * s, 1250 * ms, 1500 * ms,
                                      1750 * ms, 2 * s, never, never}));
}

TEST(RegularArrivals, BetweenNanosecondsAreRounded) {
  EXPECT_EQ(regular(LoadModel::ramps(3, 0, 0, 1, 0), 3),
            (Times{333'333'333, 666'666'667, 1'000'000'000}));
}

// The warm-up goes on into what is measured.
TEST(RegularArrivals, OfTheWarmupAreSlotsToo) {
  EXPECT_EQ(regular(LoadModel::ramps(2, 1.25, 0, 1, 0), 5),
            (Times{500 * ms, 1 * s, 1500 * ms, 2 * s, never}));
}

// The integral of a ramp 0 → r in T seconds is r t² / (2T): slot k is at sqrt(2 (k + 1) T / r).
TEST(RegularArrivals, OfARampFromZero) {
  // T = 8, r = 4: at 2 sqrt(k + 1) seconds; 16 slots.
  const LoadModel load = LoadModel::ramps(4, 0, 8, 0, 0);
  const Times due = regular(load, 17);
  EXPECT_EQ(due[0], 2 * s);
  EXPECT_EQ(due[1], 2'828'427'125);  // 2 √2
  EXPECT_EQ(due[2], 3'464'101'615);  // 2 √3
  EXPECT_EQ(due[3], 4 * s);
  EXPECT_EQ(due[8], 6 * s);
  EXPECT_EQ(due[15], 8 * s);
  EXPECT_EQ(due[16], never);
}

// Its mirror image: so long before the end as the other is after the start, one slot later.
TEST(RegularArrivals, OfARampToZero) {
  const LoadModel load = stages({{"jump", 0, 4}, {"down", 8, 0}});
  const Times due = regular(load, 17);
  EXPECT_EQ(due[15], 8 * s);
  EXPECT_EQ(due[14], 6 * s);
  EXPECT_EQ(due[13], 8 * s - 2'828'427'125);
  EXPECT_EQ(due[12], 8 * s - 3'464'101'615);
  EXPECT_EQ(due[11], 4 * s);
  EXPECT_EQ(due[6], 2 * s);
  EXPECT_EQ(due[16], never);
}

// From 2 to 6 a second in 4 s: 2t + t²/2 = k + 1, so t = sqrt(4 + 2 (k + 1)) - 2. Back down alike.
TEST(RegularArrivals, OfARampBetweenRates) {
  const LoadModel load = stages({{"jump", 0, 2}, {"up", 4, 6}, {"down", 4, 2}});
  const Times due = regular(load, 33);
  EXPECT_EQ(due[0], 449'489'743);  // √6 - 2
  EXPECT_EQ(due[5], 2 * s);        // √16 - 2
  EXPECT_EQ(due[15], 4 * s);       // √36 - 2
  EXPECT_EQ(due[25], 6 * s);
  EXPECT_EQ(due[30], 8 * s - 449'489'743);
  EXPECT_EQ(due[31], 8 * s);
  EXPECT_EQ(due[32], never);
}

TEST(RegularArrivals, AcrossAJump) {
  const LoadModel load = stages({{"a", 0, 2}, {"slow", 1.25, 2}, {"b", 0, 10}, {"fast", 1, 10}});
  // 2.5 slots in the slow stage; the third is half a slot of the fast one later.
  EXPECT_EQ(regular(load, 5), (Times{500 * ms, 1 * s, 1300 * ms, 1400 * ms, 1500 * ms}));
}

TEST(RegularArrivals, NoneFallsIntoAPause) {
  const LoadModel load = stages({{"a", 0, 2},
                                 {"load", 1, 2},
                                 {"b", 0, 0},
                                 {"pause", 5, 0},
                                 {"c", 0, 2},
                                 {"again", 1.25, 2},
                                 {"d", 0, 0},
                                 {"rest", 5, 0}});
  // The slot at the very end of the load is not put off until after the pause.
  EXPECT_EQ(regular(load, 5), (Times{500 * ms, 1 * s, 6500 * ms, 7 * s, never}));
  // A ramp to 0, and one from 0 after it.
  const LoadModel ramps = stages({{"a", 0, 2}, {"down", 1, 0}, {"pause", 3, 0}, {"up", 1, 2}});
  EXPECT_EQ(regular(ramps, 3), (Times{1 * s, 5 * s, never}));
  const LoadModel late = stages({{"pause", 3, 0}, {"a", 0, 1}, {"load", 2, 1}});
  EXPECT_EQ(regular(late, 3), (Times{4 * s, 5 * s, never}));
}

// No double is 0.3, 0.1 or 0.2.
TEST(RegularArrivals, TheLastSlotIsNotLostToRounding) {
  EXPECT_EQ(regular(LoadModel::ramps(0.3, 0, 0, 10, 0), 4),
            (Times{3'333'333'333, 6'666'666'667, 10 * s, never}));
  const LoadModel pause =
      stages({{"a", 0, 0.3}, {"load", 10, 0.3}, {"b", 0, 0}, {"pause", 9, 0}, {"up", 2, 1}});
  EXPECT_EQ(regular(pause, 4)[2], 10 * s);
  EXPECT_EQ(regular(pause, 4)[3], 21 * s);
  const LoadModel sum = stages({{"a", 0, 0.1}, {"one", 10, 0.1}, {"b", 0, 0.2}, {"two", 10, 0.2}});
  EXPECT_EQ(regular(sum, 4), (Times{10 * s, 15 * s, 20 * s, never}));
}

TEST(RegularArrivals, MayBeAskedForSomeOnly) {
  ArrivalSchedule schedule(LoadModel::ramps(4, 0, 0, 2, 0), Arrivals::regular, 1);
  EXPECT_EQ(schedule.due_ns(2), 750 * ms);
  EXPECT_EQ(schedule.due_ns(2), 750 * ms);
  EXPECT_EQ(schedule.due_ns(6), 1750 * ms);
  EXPECT_EQ(schedule.due_ns(1000), never);
}

TEST(RegularArrivals, OfARunWithoutEnd) {
  ArrivalSchedule schedule(LoadModel::unbounded(1'000'000), Arrivals::regular, 1);
  EXPECT_EQ(schedule.due_ns(0), 1000);
  EXPECT_EQ(schedule.due_ns(999'999'999'999), 1'000'000 * s);
  EXPECT_EQ(schedule.due_ns(std::uint64_t{1} << 62), never);
}

TEST(RegularArrivals, WithoutLoadThereIsNone) {
  EXPECT_EQ(regular(LoadModel::ramps(5, 0, 0, 0, 0), 1), (Times{never}));
}

// ---- the longest run: 30 days at 1,000,000 a second, held against integer arithmetic

constexpr double thirty_days = 2'592'000;
constexpr std::uint64_t largest = 2'592'000'000'000;  // slots, where the rate holds

TEST(RegularArrivals, StayExactForThirtyDays) {
  ArrivalSchedule schedule(LoadModel::ramps(1e6, 0, 0, thirty_days, 0), Arrivals::regular, 1);
  for (const std::uint64_t slot : {std::uint64_t{0}, std::uint64_t{123'456'789'012},
                                   largest / 3 * 2 + 1, largest - 2, largest - 1}) {
    EXPECT_EQ(schedule.due_ns(slot), static_cast<std::int64_t>((slot + 1) * 1000)) << slot;
  }
  EXPECT_EQ(schedule.due_ns(largest), never);
}

// Whether t is within 2 ns of where a ramp over T nanoseconds between 0 and 1e6 a second has had so
// many operations: 1e6 t² / (2T · 1e9).
testing::AssertionResult is_on_ramp(std::int64_t t, std::uint64_t operations) {
  const auto square = [](std::int64_t time) { return Int128{1'000'000} * time * time; };
  const Int128 wanted = Int128{2} * 2'592'000 * s * s * operations;
  if (square(std::max<std::int64_t>(t - 2, 0)) <= wanted && wanted <= square(t + 2))
    return testing::AssertionSuccess();
  return testing::AssertionFailure() << operations << " operations at " << t << " ns";
}

TEST(RegularArrivals, StayExactOnTheLongestRamps) {
  const std::uint64_t half = largest / 2;
  const std::vector<std::uint64_t> slots = {
      0, 1, 2, 1000, 123'456'789'012, half / 2, half - 1000, half - 3, half - 2};
  ArrivalSchedule up(LoadModel::ramps(1e6, 0, thirty_days, 0, 0), Arrivals::regular, 1);
  for (const std::uint64_t slot : slots) EXPECT_TRUE(is_on_ramp(up.due_ns(slot), slot + 1));
  EXPECT_EQ(up.due_ns(half - 1), 2'592'000 * s);
  EXPECT_EQ(up.due_ns(half), never);

  ArrivalSchedule down(LoadModel::ramps(1e6, 0, 0, 0, thirty_days), Arrivals::regular, 1);
  for (const std::uint64_t slot : slots)
    EXPECT_TRUE(is_on_ramp(2'592'000 * s - down.due_ns(slot), half - slot - 1));
  EXPECT_EQ(down.due_ns(half - 1), 2'592'000 * s);
  EXPECT_EQ(down.due_ns(half), never);
}

// A slow stage after a fast one: the fraction of the slot in which the rate changes is still there.
TEST(RegularArrivals, KeepTheFractionOfALongRun) {
  const LoadModel load = stages(
      {{"a", 0, 1e6}, {"fast", 2'591'999.999'999'5, 1e6}, {"b", 0, 0.001}, {"slow", 1000, 0.001}});
  // The fast stage ends half a slot (500 ns) short; half a slot is then 500 s.
  ArrivalSchedule schedule(load, Arrivals::regular, 1);
  EXPECT_NEAR(static_cast<double>(schedule.due_ns(largest - 1) - 2'592'000 * s), 500e9, 1e6);
}

// What is due until the time of a slot is that slot.
TEST(RegularArrivals, AgreeWithTheIntegral) {
  const LoadModel load = stages(
      {{"up", 7, 90}, {"a", 3, 90}, {"down", 5, 3}, {"b", 0, 40}, {"c", 2, 40}, {"end", 4, 0}},
      1.5);
  ArrivalSchedule schedule(load, Arrivals::regular, 1);
  const auto slots = static_cast<std::uint64_t>(load.due_until(load.end_ns()));
  ASSERT_EQ(slots, 1'112U);  // 135 + 315 + 270 + 232.5 + 80 + 80, less half a slot
  for (std::uint64_t slot = 0; slot < slots; ++slot) {
    const std::int64_t due = schedule.due_ns(slot);
    EXPECT_NEAR(load.due_until(due), static_cast<double>(slot + 1), 1e-6) << slot;
  }
  EXPECT_EQ(schedule.due_ns(slots), never);
}

// ---- Poisson

Times poisson(const LoadModel& load, std::uint64_t seed, std::uint64_t slots) {
  ArrivalSchedule schedule(load, Arrivals::poisson, seed);
  Times due;
  for (std::uint64_t slot = 0; slot < slots; ++slot) due.push_back(schedule.due_ns(slot));
  return due;
}

// The sums, in slots at 1,000 a second, that is in units of 1,000,000 ns. Slot 4,096 is the first
// of the second stream of random numbers.
TEST(PoissonArrivals, AreThoseOfTheirSeed) {
  const LoadModel load = LoadModel::ramps(1000, 0, 0, 100, 0);
  const std::vector<std::size_t> slots = {0, 1, 2, 3, 4095, 4096, 5000};
  const std::vector<std::pair<std::uint64_t, Times>> expected = {
      {42, {985998, 1512125, 2577582, 2790783, 3900359611, 3900614687, 4798919955}},
      {9223372036854775807,
       {724949, 1242648, 2090955, 2102498, 4097230738, 4097315572, 4953133494}}};
  for (const auto& [seed, times] : expected) {
    const Times due = poisson(load, seed, 5001);
    for (std::size_t i = 0; i < slots.size(); ++i)
      EXPECT_NEAR(static_cast<double>(due[slots[i]]), static_cast<double>(times[i]), 1) << slots[i];
  }
}

// The distance of Kolmogorov and Smirnov between a sample and the exponential distribution of
// mean 1.
double distance_from_exponential(std::vector<double> sample) {
  std::sort(sample.begin(), sample.end());
  const auto n = static_cast<double>(sample.size());
  double distance = 0;
  for (std::size_t i = 0; i < sample.size(); ++i) {
    const double wanted = -std::expm1(-sample[i]);
    distance = std::max(
        {distance, static_cast<double>(i + 1) / n - wanted, wanted - static_cast<double>(i) / n});
  }
  return distance;
}

// The limit that a true sample passes in 99 of 100 cases: 1.6276 / √n for large n (Smirnov, "Table
// for estimating the goodness of fit of empirical distributions", 1948).
double critical_distance(std::size_t n) {
  return 1.6276 / std::sqrt(static_cast<double>(n));
}

constexpr std::uint64_t seeds[] = {1, 2, 3, 4, 5};

// Each of the seeds passes; of a hundred others, one is expected not to, and more than five have a
// probability of 0.05 % (binomial distribution).
void expect_exponential(const std::function<std::vector<double>(std::uint64_t)>& spaces_of_seed) {
  const auto passes = [&](std::uint64_t seed) {
    const std::vector<double> spaces = spaces_of_seed(seed);
    return distance_from_exponential(spaces) < critical_distance(spaces.size());
  };
  for (const std::uint64_t seed : seeds) EXPECT_TRUE(passes(seed)) << seed;
  int missed = 0;
  for (std::uint64_t seed = 1001; seed <= 1100; ++seed) missed += passes(seed) ? 0 : 1;
  EXPECT_LE(missed, 5);
}

// In units of the mean, 500,000 ns.
std::vector<double> spaces_at(double rate, std::uint64_t seed) {
  const Times due = poisson(LoadModel::ramps(rate, 0, 0, 60, 0), seed, 20'000);
  std::vector<double> spaces = {static_cast<double>(due[0]) / 500'000};
  for (std::size_t i = 1; i < due.size(); ++i)
    spaces.push_back(static_cast<double>(due[i] - due[i - 1]) / 500'000);
  return spaces;
}

TEST(PoissonArrivals, AreExponentiallySpaced) {
  expect_exponential([](std::uint64_t seed) { return spaces_at(2000, seed); });
}

// The test can fail: regular arrivals do, and so do spaces that are 5 % too long.
TEST(PoissonArrivals, AreToldFromOthers) {
  EXPECT_GT(distance_from_exponential(std::vector<double>(20'000, 1.0)), 0.3);
  const std::vector<double> spaces = spaces_at(1900, 1);
  EXPECT_GT(distance_from_exponential(spaces), critical_distance(spaces.size()));
}

// Time rescaling: the integral of the rate between two arrivals is exponential whatever the rate
// does (Brown, Barbieri, Ventura, Kass, Frank, "The time-rescaling theorem and its application to
// neural spike train data analysis", 2002). The integral of the ramps is written out here.
TEST(PoissonArrivals, FollowARamp) {
  const auto operations_until = [](std::int64_t due_ns) {  // 0 → 1,000 in 10 s, → 0 in 10 s
    const double t = static_cast<double>(due_ns) / 1e9;
    return t <= 10 ? 50 * t * t : 10'000 - 50 * (20 - t) * (20 - t);
  };
  expect_exponential([&](std::uint64_t seed) {
    const Times due = poisson(LoadModel::ramps(1000, 0, 10, 0, 10), seed, 11'000);
    std::vector<double> spaces;
    double before = 0;
    for (const std::int64_t time : due) {
      if (time == never) break;
      spaces.push_back(operations_until(time) - before);
      before += spaces.back();
    }
    EXPECT_NEAR(static_cast<double>(spaces.size()), 10'000, 400) << seed;  // 4 · √10,000
    return spaces;
  });
}

// Of a Poisson process the variance is the mean.
TEST(PoissonArrivals, AreAsManyAsTheRateSays) {
  const LoadModel load = LoadModel::ramps(2000, 0, 0, 600, 0);
  for (const std::uint64_t seed : seeds) {
    ArrivalSchedule schedule(load, Arrivals::poisson, seed);
    std::uint64_t slots = 0;
    while (schedule.due_ns(slots) != never) ++slots;
    EXPECT_NEAR(static_cast<double>(slots), 1'200'000, 4 * std::sqrt(1'200'000)) << seed;
  }
}

TEST(PoissonArrivals, AreTheSameInEveryProcess) {
  const LoadModel load = LoadModel::ramps(500, 2, 5, 10, 5);
  const Times all = poisson(load, 7, 9000);
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end()));
  EXPECT_EQ(all.back(), never);
  EXPECT_NE(all, poisson(load, 8, 9000));
  for (const std::uint64_t workers : {1, 3, 7, 64}) {
    for (std::uint64_t worker = 0; worker < workers; ++worker) {
      ArrivalSchedule own(load, Arrivals::poisson, 7);
      // As from a shared counter: now the worker's own slot, now one further on.
      for (std::uint64_t slot = worker; slot < all.size(); slot += workers + slot % 2)
        ASSERT_EQ(own.due_ns(slot), all[slot]) << slot;
    }
  }
}

}  // namespace
}  // namespace perf_mgmt
