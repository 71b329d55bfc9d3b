// What a histogram answers. All of it is derived from integers when asked; recording only adds.
#include "perf_mgmt/core/histogram.hpp"

#include <cmath>
#include <type_traits>

#include "wide_integer.hpp"

namespace perf_mgmt {

static_assert(std::is_trivially_copyable_v<Histogram>);
static_assert(std::is_standard_layout_v<Histogram>);
static_assert(std::is_trivially_destructible_v<Histogram>);
static_assert(alignof(Histogram) == 8);
static_assert(Histogram::bucket_of(~std::uint64_t{0}) == Histogram::kBucketCount - 1);

namespace {

Uint128 join(const std::uint64_t (&words)[2]) noexcept {
  return Uint128{words[1]} << 64 | words[0];
}

// Sum of the squared distances from the whole part of the mean, exactly. With mean = q + r/n:
// sum (x - q)^2 = squares - 2 q sum + n q^2 = squares - q (sum + r).
struct Spread {
  std::uint64_t quotient;   // q
  std::uint64_t remainder;  // r
  Uint192 subtrahend;       // q (sum + r)

  Spread(Uint128 sum, std::uint64_t count) noexcept
      : quotient(static_cast<std::uint64_t>(sum / count)),
        remainder(static_cast<std::uint64_t>(sum % count)),
        subtrahend(product(sum + remainder, quotient)) {}
};

}  // namespace

void Histogram::merge(const Histogram& other) noexcept {
  const std::size_t end = other.used_end();
  for (std::size_t i = other.used_begin(); i < end; ++i) counts_[i] += other.counts_[i];

  Uint192 squares{{squares_[0], squares_[1], squares_[2]}};
  squares += {{other.squares_[0], other.squares_[1], other.squares_[2]}};
  std::copy_n(squares.words, 3, squares_);
  const Uint128 sum = join(sum_) + join(other.sum_);
  sum_[0] = static_cast<std::uint64_t>(sum);
  sum_[1] = static_cast<std::uint64_t>(sum >> 64);
  count_ += other.count_;
  inverse_min_ = std::max(inverse_min_, other.inverse_min_);
  max_ = std::max(max_, other.max_);
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

std::optional<std::uint64_t> Histogram::percentile(double p) const noexcept {
  if (empty() || !(p >= 0.0 && p <= 1.0)) return std::nullopt;

  // Both p and the product are rounded to one part in 2^53; whatever lies that near is meant.
  const double product = p * static_cast<double>(count_);
  const double nearest = std::nearbyint(product);
  const double wanted =
      std::fabs(product - nearest) <= product * 0x1p-51 ? nearest : std::ceil(product);
  // Above 2^63 counts the conversion would not be safe at the upper end, hence the comparison.
  const std::uint64_t rank = p == 1.0 || wanted >= static_cast<double>(count_)
                                 ? count_
                                 : std::max<std::uint64_t>(static_cast<std::uint64_t>(wanted), 1);
  if (p < 1.0 && count_ - rank < kMinimumTail) return std::nullopt;
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

// The extremes are exact, and everything else lies in its bucket and between them. So the least
// possible sum has one value at the maximum and all others at their bucket's lower end, and the
// greatest one at the minimum and all others at the upper end; the same goes for the squares.
const char* Histogram::inconsistency() const noexcept {
  const std::uint64_t least = ~inverse_min_;
  if (least > max_) return "The minimum is above the maximum.";

  const std::size_t first = used_begin();
  const std::size_t last = used_end() - 1;
  if (counts_[first] == 0) return "The minimum lies in an empty bucket.";
  if (counts_[last] == 0) return "The maximum lies in an empty bucket.";

  std::uint64_t uncounted = count_;
  Uint128 sum_from = 0;
  Uint128 sum_to = 0;
  Uint192 squares_from;
  Uint192 squares_to;
  for (std::size_t i = first; i <= last; ++i) {
    const std::uint64_t count = counts_[i];
    if (count == 0) continue;
    if (count > uncounted) return "The buckets hold more values than the count says.";
    uncounted -= count;
    const std::uint64_t low = std::max(bucket_low(i), least);
    const std::uint64_t high = std::min(bucket_high(i), max_);
    sum_from += Uint128{low} * count;
    sum_to += Uint128{high} * count;
    squares_from += product(square(low), count);
    squares_to += product(square(high), count);
  }
  if (uncounted != 0) return "The buckets hold fewer values than the count says.";

  const std::uint64_t last_low = std::max(bucket_low(last), least);
  const std::uint64_t first_high = std::min(bucket_high(first), max_);
  sum_from += max_ - last_low;
  sum_to -= first_high - least;
  const Uint128 sum = join(sum_);
  if (sum < sum_from || sum > sum_to) return "The sum is not possible for the buckets.";

  squares_from += Uint192::from(square(max_) - square(last_low));
  squares_to -= Uint192::from(square(first_high) - square(least));
  const Uint192 squares{{squares_[0], squares_[1], squares_[2]}};
  // No sample has a smaller sum of squares than one whose values differ by one at most.
  const Spread spread(sum, count_);
  Uint192 smallest = spread.subtrahend;
  smallest += Uint192::from(spread.remainder);
  // And with y = x - minimum, none has a larger one than if each y were 0 or the range:
  // sum y^2 <= range * sum y, where sum y^2 = squares - 2 minimum sum + n minimum^2.
  Uint192 distances = squares;
  distances -= product(sum, least);
  distances -= product(sum, least);
  distances += product(square(least), count_);
  const Uint192 largest = product(sum - Uint128{least} * count_, max_ - least);
  const bool even = ((sum_[0] ^ squares_[0]) & 1) == 0;  // as x and x^2 are odd together
  if (squares < squares_from || squares_to < squares || squares < smallest || largest < distances ||
      !even) {
    return "The sum of squares is not possible for the buckets and the sum.";
  }
  return nullptr;
}

}  // namespace perf_mgmt
