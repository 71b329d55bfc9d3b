// Whether count, extremes, sums and buckets, as read from outside, can belong to any sample at all.
//
// The extremes are exact, and everything else lies in its bucket and between them. So the least
// possible sum has one value at the maximum and all others at their bucket's lower end, and the
// greatest one at the minimum and all others at the upper end; the same goes for the squares.
// Buckets are taken one by one, so that a reader needs no table of them.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "perf_mgmt/core/histogram.hpp"
#include "wide_integer.hpp"

namespace perf_mgmt {

class HistogramCheck {
 public:
  // count: 0 of an empty histogram, against which nothing speaks; then min and max mean nothing.
  HistogramCheck(std::uint64_t count, std::uint64_t min, std::uint64_t max) noexcept
      : count_(count),
        min_(min),
        max_(max),
        uncounted_(count),
        narrow_(2 * std::bit_width(max) + std::bit_width(count) <= 128) {}

  // The buckets in use, rising. bucket: below Histogram::kBucketCount; count: above 0. Always
  // inlined: a stored histogram costs little else, and its sums are kept in registers that way.
  [[gnu::always_inline]] void add(std::size_t bucket, std::uint64_t count) noexcept {
    if (first_ == Histogram::kBucketCount) first_ = bucket;
    last_ = bucket;
    too_many_ |= count > uncounted_;
    if (too_many_) return;
    uncounted_ -= count;
    const std::uint64_t low = std::max(Histogram::bucket_low(bucket), min_);
    const std::uint64_t high = std::min(Histogram::bucket_high(bucket), max_);
    sum_from_ += Uint128{low} * count;
    sum_to_ += Uint128{high} * count;
    if (narrow_) {
      narrow_from_ += square(low) * count;
      narrow_to_ += square(high) * count;
    } else {
      wide_from_ += product(square(low), count);
      wide_to_ += product(square(high), count);
    }
  }

  // What speaks against the whole, as a sentence; nullptr where nothing does.
  const char* problem(Uint128 sum, const Uint192& squares) const noexcept;

 private:
  std::uint64_t count_;
  std::uint64_t min_;
  std::uint64_t max_;
  std::uint64_t uncounted_;
  std::size_t first_ = Histogram::kBucketCount;
  std::size_t last_ = Histogram::kBucketCount;
  bool too_many_ = false;
  // No sum of squares exceeds count * max^2; it mostly fits into 128 bits, which are much faster.
  bool narrow_;
  Uint128 sum_from_ = 0;
  Uint128 sum_to_ = 0;
  Uint128 narrow_from_ = 0;
  Uint128 narrow_to_ = 0;
  Uint192 wide_from_;
  Uint192 wide_to_;
};

}  // namespace perf_mgmt
