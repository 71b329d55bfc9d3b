// What a histogram answers. All of it is derived from integers when asked; recording only adds.
#include "perf_mgmt/core/histogram.hpp"

#include <cmath>
#include <type_traits>

#include "spread.hpp"
#include "wide_integer.hpp"

namespace perf_mgmt {

static_assert(std::is_trivially_copyable_v<Histogram>);
static_assert(std::is_standard_layout_v<Histogram>);
static_assert(std::is_trivially_destructible_v<Histogram>);
static_assert(alignof(Histogram) == 8);
static_assert(Histogram::bucket_of(~std::uint64_t{0}) == Histogram::kBucketCount - 1);

void Histogram::merge(const Histogram& other) noexcept {
  const std::size_t end = other.used_end();
  for (std::size_t i = other.used_begin(); i < end; ++i) counts_[i] += other.counts_[i];
  add_moments(other.count_, other.inverse_min_, other.max_, other.sum_, other.squares_);
}

void Histogram::add_moments(std::uint64_t count, std::uint64_t inverse_min, std::uint64_t max,
                            const std::uint64_t (&sum)[2],
                            const std::uint64_t (&squares)[3]) noexcept {
  Uint192 all_squares{{squares_[0], squares_[1], squares_[2]}};
  all_squares += {{squares[0], squares[1], squares[2]}};
  std::copy_n(all_squares.words, 3, squares_);
  const Uint128 all = join(sum_) + join(sum);
  sum_[0] = static_cast<std::uint64_t>(all);
  sum_[1] = static_cast<std::uint64_t>(all >> 64);
  count_ += count;
  inverse_min_ = std::max(inverse_min_, inverse_min);
  max_ = std::max(max_, max);
}

void Histogram::reset() noexcept {
  std::fill(counts_ + used_begin(), counts_ + used_end(), 0);
  count_ = inverse_min_ = max_ = 0;
  std::fill_n(sum_, 2, 0);
  std::fill_n(squares_, 3, 0);
}

std::optional<std::uint64_t> Histogram::min() const noexcept {
  if (empty()) return std::nullopt;
  return ~inverse_min_;
}

std::optional<std::uint64_t> Histogram::max() const noexcept {
  if (empty()) return std::nullopt;
  return max_;
}

std::optional<double> Histogram::mean() const noexcept {
  if (empty()) return std::nullopt;
  const Spread spread(join(sum_), count_);
  return static_cast<double>(spread.quotient) +
         static_cast<double>(spread.remainder) / static_cast<double>(count_);
}

// With A = sum (x - q)^2, the squared distances from the mean itself add up to A - r^2/n. Written
// as (A - r) + r (n - r) / n it is a sum of two terms that are never negative, as A >= r: no digit
// is lost however alike the values are.
std::optional<double> Histogram::stddev() const noexcept {
  if (count_ < 2) return std::nullopt;
  const Spread spread(join(sum_), count_);
  Uint192 whole{{squares_[0], squares_[1], squares_[2]}};
  whole -= spread.subtrahend;
  whole -= Uint192::from(spread.remainder);
  const Uint128 part = Uint128{spread.remainder} * (count_ - spread.remainder);
  const double total = whole.to_double() + static_cast<double>(part) / static_cast<double>(count_);
  return std::sqrt(total / static_cast<double>(count_ - 1));
}

std::uint64_t Histogram::sum() const noexcept {
  return sum_[1] == 0 ? sum_[0] : ~std::uint64_t{0};
}

std::uint64_t Histogram::rank_of(double p, std::uint64_t count) noexcept {
  if (count == 0 || !(p >= 0.0 && p <= 1.0)) return 0;

  // Both p and the product are rounded to one part in 2^53; whatever lies that near is meant.
  const double product = p * static_cast<double>(count);
  const double nearest = std::nearbyint(product);
  const double wanted =
      std::fabs(product - nearest) <= product * 0x1p-51 ? nearest : std::ceil(product);
  // Above 2^63 counts the conversion would not be safe at the upper end, hence the comparison.
  const std::uint64_t rank = p == 1.0 || wanted >= static_cast<double>(count)
                                 ? count
                                 : std::max<std::uint64_t>(static_cast<std::uint64_t>(wanted), 1);
  return p < 1.0 && count - rank < kMinimumTail ? 0 : rank;
}

std::optional<std::uint64_t> Histogram::percentile(double p) const noexcept {
  const std::uint64_t rank = rank_of(p, count_);
  if (rank == 0) return std::nullopt;
  if (rank == 1) return min();
  if (rank == count_) return max();

  std::size_t bucket = used_begin();
  std::uint64_t seen = counts_[bucket];
  while (seen < rank) seen += counts_[++bucket];
  return std::clamp(bucket_middle(bucket), ~inverse_min_, max_);
}

bool operator==(const Histogram& a, const Histogram& b) noexcept {
  return a.count_ == b.count_ && a.inverse_min_ == b.inverse_min_ && a.max_ == b.max_ &&
         std::equal(a.sum_, a.sum_ + 2, b.sum_) &&
         std::equal(a.squares_, a.squares_ + 3, b.squares_) &&
         std::equal(a.counts_ + a.used_begin(), a.counts_ + a.used_end(),
                    b.counts_ + a.used_begin());
}

}  // namespace perf_mgmt
