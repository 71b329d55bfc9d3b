// Counter-based random numbers: a draw is a pure function of (seed, stream, index, position).
//
// Philox4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3", SC11).
// There is no state to share and none to carry on: operation k of a run draws the same parameters
// whichever worker happens to run it, which is what makes `seed` mean something.
//
// The 128-bit counter holds the whole stream and the whole index; the 64-bit key of block b (two
// draws) is seed + b * kKeyStep. So within a run no two draws ever share an input of the bijection.
// Two runs could only share one if their seeds differed by a small multiple of kKeyStep, and no
// such multiple (up to a million blocks) comes within 2^40 of zero: seeds 1, 2, 3 are safe.
#pragma once

#include <array>
#include <cstdint>

namespace perf_mgmt {

using PhiloxCounter = std::array<std::uint32_t, 4>;
using PhiloxKey = std::array<std::uint32_t, 2>;

// The raw bijection, ten rounds; public so that it can be held against the published vectors.
PhiloxCounter philox4x32(PhiloxCounter counter, PhiloxKey key) noexcept;

class RandomStream {
 public:
  using result_type = std::uint64_t;

  // seed: the run's; stream: the virtual user, or a constant of the caller's; index: the iteration
  // or slot. Two streams that differ in any of the three are independent. Costs nothing by itself:
  // the first draw does the work.
  RandomStream(std::uint64_t seed, std::uint64_t stream, std::uint64_t index) noexcept
      : key_(seed), stream_(stream), index_(index) {}

  // The next 64 uniformly distributed bits.
  std::uint64_t next() noexcept {
    if (!has_spare_) return next_block();
    has_spare_ = false;
    return spare_;
  }
  std::uint64_t operator()() noexcept { return next(); }
  static constexpr std::uint64_t min() noexcept { return 0; }
  static constexpr std::uint64_t max() noexcept { return ~std::uint64_t{0}; }

  // Uniform in [0, 1), 53 bits.
  double next_unit() noexcept { return static_cast<double>(next() >> 11) * 0x1p-53; }

  // Uniform in [0, bound), without modulo bias (Lemire, "Fast random integer generation in an
  // interval", 2019). bound 0 means the full 64-bit range.
  std::uint64_t next_below(std::uint64_t bound) noexcept;

 private:
  // Odd, so that it runs through all keys, and unlike the steps that Philox itself takes from
  // round to round.
  static constexpr std::uint64_t kKeyStep = 0xd1342543de82ef95;

  std::uint64_t next_block() noexcept;

  std::uint64_t key_;
  std::uint64_t stream_;
  std::uint64_t index_;
  std::uint64_t spare_ = 0;  // second half of the last block
  bool has_spare_ = false;
};

// Distributions over the integers min..max (both included, min <= max), with the meaning of
// pgbench's functions of the same names (PostgreSQL manual, pgbench, "Built-in functions"). Any
// range is allowed, the full 64 bits too. All but draw_uniform work on 53-bit fractions, so of a
// range wider than 2^53 they reach only every so many values. Parameters are the caller's to check.
std::int64_t draw_uniform(RandomStream& random, std::int64_t min, std::int64_t max) noexcept;

// 0 < theta <= 1000. Value min + k - 1 has a probability proportional to 1 / k^theta: that of
// pgbench's random_zipfian, which takes theta from 1.001 on. Drawn by rejection inversion (Hörmann
// and Derflinger, "Rejection-inversion to generate variates from monotone discrete distributions",
// 1996), because pgbench's own method (Devroye, 1986) takes unbounded time as theta nears 1.
std::int64_t draw_zipf(RandomStream& random, std::int64_t min, std::int64_t max,
                       double theta) noexcept;

// parameter >= 2.0: the larger, the closer to the middle of the interval.
std::int64_t draw_gaussian(RandomStream& random, std::int64_t min, std::int64_t max,
                           double parameter) noexcept;

// parameter > 0: the larger, the closer to min.
std::int64_t draw_exponential(RandomStream& random, std::int64_t min, std::int64_t max,
                              double parameter) noexcept;

}  // namespace perf_mgmt
