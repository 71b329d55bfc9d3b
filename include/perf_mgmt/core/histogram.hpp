// Exact, mergeable latency histogram over the full unsigned 64-bit range, in nanoseconds.
//
// Log-linear buckets as in HdrHistogram: each octave is cut into 2^7 equal sub-buckets, so a value
// is known to within 1/128 of itself and a percentile, reported as its bucket's middle, to within
// 0.4 %. Count, sum, sum of squares, minimum and maximum are kept as exact integers (the sum of
// squares in 192 bits), so that merging any partition of a sample, in any order, gives bit for bit
// the histogram of the whole: floating-point moments (Welford, Chan) would not.
//
// Trivially copyable and free of pointers: it lives in shared memory as it is, and memory that was
// cleared to zero is an empty histogram. One writer at a time; at most 2^64 - 1 values.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace perf_mgmt {

class Histogram {
 public:
  static constexpr unsigned kSubBucketBits = 7;
  static constexpr std::size_t kSubBuckets = std::size_t{1} << kSubBucketBits;
  static constexpr std::size_t kBucketCount = (64 - kSubBucketBits + 1) * kSubBuckets;  // 7424

  // Index of the bucket that holds value; values below 2^8 have a bucket of their own.
  static constexpr std::size_t bucket_of(std::uint64_t value) noexcept {
    // The leading bit and the kSubBucketBits after it stay; the rest is shifted out.
    const unsigned shift =
        static_cast<unsigned>(std::bit_width(value | (2 * kSubBuckets - 1))) - (kSubBucketBits + 1);
    return shift * kSubBuckets + static_cast<std::size_t>(value >> shift);
  }
  // Smallest and largest value of a bucket (both included), and the value that stands for it.
  // bucket: below kBucketCount.
  static constexpr std::uint64_t bucket_low(std::size_t bucket) noexcept {
    const unsigned shift = shift_of(bucket);
    return std::uint64_t{bucket - shift * kSubBuckets} << shift;
  }
  static constexpr std::uint64_t bucket_high(std::size_t bucket) noexcept {
    return bucket_low(bucket) + ((std::uint64_t{1} << shift_of(bucket)) - 1);
  }
  static constexpr std::uint64_t bucket_middle(std::size_t bucket) noexcept {
    return bucket_low(bucket) + (bucket_high(bucket) - bucket_low(bucket)) / 2;
  }

  void record(std::uint64_t value) noexcept {
    ++counts_[bucket_of(value)];
    ++count_;
    inverse_min_ = std::max(inverse_min_, ~value);
    max_ = std::max(max_, value);
    sum_[0] += value;
    sum_[1] += sum_[0] < value;
    const Uint128 square = Uint128{value} * value;
    const Uint128 low = (Uint128{squares_[1]} << 64 | squares_[0]) + square;
    squares_[0] = static_cast<std::uint64_t>(low);
    squares_[1] = static_cast<std::uint64_t>(low >> 64);
    squares_[2] += low < square;
  }

  // Adds other's sample to this one. Costs the range of buckets that other uses, not all of them.
  // Together they must have at most 2^64 - 1 values, as all that was ever recorded has.
  void merge(const Histogram& other) noexcept;
  // The same of a histogram that came from outside: throws Error(numeric_value_out_of_range) where
  // there would be more values, and then has changed nothing.
  void merge_checked(const Histogram& other);
  // Likewise adds a histogram in the form that serialize() gives, without expanding it. Throws as
  // deserialize() and merge_checked() do, and then has changed nothing.
  void merge_serialized(const std::uint8_t* bytes, std::size_t size);
  // Forgets everything; likewise touches only the buckets in use.
  void reset() noexcept;

  std::uint64_t count() const noexcept { return count_; }
  bool empty() const noexcept { return count_ == 0; }
  // Of an empty histogram: no value.
  std::optional<std::uint64_t> min() const noexcept;
  std::optional<std::uint64_t> max() const noexcept;
  std::optional<double> mean() const noexcept;
  // Sample standard deviation (n - 1); no value below two values. The variance is taken from the
  // integers without cancellation, so it is right however small it is beside the mean.
  std::optional<double> stddev() const noexcept;
  // Sum in nanoseconds; exact below 2^64, else saturated.
  std::uint64_t sum() const noexcept;

  // Value of rank ceil(p * n), at least 1, p in [0, 1]: the middle of its bucket, kept within
  // [min, max]; the first and the last rank are minimum and maximum themselves. A product within
  // rounding of a whole number is that number (0.07 * 100 is 7, though not in doubles).
  // No value where the histogram is empty, p is outside [0, 1] or NaN, or p < 1 and fewer
  // than kMinimumTail values lie above that rank: such a percentile would be invented.
  static constexpr std::uint64_t kMinimumTail = 10;
  std::optional<std::uint64_t> percentile(double p) const noexcept;
  // The same of a histogram in the form that serialize() gives, without expanding it. Throws as
  // deserialize() does.
  static std::optional<std::uint64_t> stored_percentile(const std::uint8_t* bytes, std::size_t size,
                                                        double p);

  // Values in a bucket; 0 for one that does not exist.
  std::uint64_t bucket_count(std::size_t bucket) const noexcept {
    return bucket < kBucketCount ? counts_[bucket] : 0;
  }
  // First and one past the last bucket in use; both 0 when empty.
  std::size_t used_begin() const noexcept { return empty() ? 0 : bucket_of(~inverse_min_); }
  std::size_t used_end() const noexcept { return empty() ? 0 : bucket_of(max_) + 1; }

  // Sparse, versioned, endian-neutral byte form (varints; gaps and counts of the buckets in use).
  // Equal histograms have equal bytes.
  std::vector<std::uint8_t> serialize() const;
  // Throws Error(data_corrupted) on a truncated, inconsistent or unknown form: the counts must add
  // up, and minimum, maximum, sum and squares must be possible for the buckets.
  static Histogram deserialize(const std::uint8_t* bytes, std::size_t size);

  // Text form that round-trips; a bucket is [its smallest value, its count], e.g. of 1, 1 and 300:
  // {"v":1,"count":3,"min":1,"max":300,"sum":"302","squares":"90002","buckets":[[1,2],[300,1]]}
  // and {"v":1,"count":0} when empty. The sums are strings: they may exceed what JSON readers hold.
  std::string to_text() const;
  // Takes what to_text gives, keys in any order, at most 1 MiB with its white space; throws
  // Error(invalid_text_representation).
  static Histogram parse(std::string_view text);

  friend bool operator==(const Histogram& a, const Histogram& b) noexcept;

 private:
  using Uint128 = unsigned __int128;

  static constexpr unsigned shift_of(std::size_t bucket) noexcept {
    return bucket < 2 * kSubBuckets ? 0 : static_cast<unsigned>(bucket / kSubBuckets) - 1;
  }

  // Rank of percentile p among count values; 0 where percentile() has no value.
  static std::uint64_t rank_of(double p, std::uint64_t count) noexcept;
  void require_room(std::uint64_t values) const;
  // Adds all of another sample but its buckets.
  void add_moments(std::uint64_t count, std::uint64_t inverse_min, std::uint64_t max,
                   const std::uint64_t (&sum)[2], const std::uint64_t (&squares)[3]) noexcept;

  // Words, least significant first, and no 128-bit members: these would ask for an alignment of
  // 16, while the server's allocators promise 8.
  std::uint64_t count_ = 0;
  std::uint64_t inverse_min_ = 0;  // ~minimum, so that zero means "none yet"
  std::uint64_t max_ = 0;
  std::uint64_t sum_[2] = {};
  std::uint64_t squares_[3] = {};
  std::uint64_t counts_[kBucketCount] = {};  // zero outside [used_begin, used_end)
};

}  // namespace perf_mgmt
