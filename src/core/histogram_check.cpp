// What is told of a histogram when all its buckets were taken.
#include "histogram_check.hpp"

#include "spread.hpp"

namespace perf_mgmt {

const char* HistogramCheck::problem(Uint128 sum, const Uint192& squares) const noexcept {
  if (count_ == 0) return nullptr;
  if (min_ > max_) return "The minimum is above the maximum.";
  if (first_ != Histogram::bucket_of(min_)) return "The minimum lies in an empty bucket.";
  if (last_ != Histogram::bucket_of(max_)) return "The maximum lies in an empty bucket.";
  if (too_many_) return "The buckets hold more values than the count says.";
  if (uncounted_ != 0) return "The buckets hold fewer values than the count says.";

  const std::uint64_t last_low = std::max(Histogram::bucket_low(last_), min_);
  const std::uint64_t first_high = std::min(Histogram::bucket_high(first_), max_);
  const Uint128 sum_from = sum_from_ + (max_ - last_low);
  const Uint128 sum_to = sum_to_ - (first_high - min_);
  if (sum < sum_from || sum > sum_to) return "The sum is not possible for the buckets.";

  Uint192 squares_from = narrow_ ? Uint192::from(narrow_from_) : wide_from_;
  Uint192 squares_to = narrow_ ? Uint192::from(narrow_to_) : wide_to_;
  squares_from += Uint192::from(square(max_) - square(last_low));
  squares_to -= Uint192::from(square(first_high) - square(min_));
  // No sample has a smaller sum of squares than one whose values differ by one at most.
  const Spread spread(sum, count_);
  Uint192 smallest = spread.subtrahend;
  smallest += Uint192::from(spread.remainder);
  // And with y = x - minimum, none has a larger one than if each y were 0 or the range:
  // sum y^2 <= range * sum y, where sum y^2 = squares - 2 minimum sum + n minimum^2.
  Uint192 distances = squares;
  distances -= product(sum, min_);
  distances -= product(sum, min_);
  distances += product(square(min_), count_);
  const Uint192 largest = product(sum - Uint128{min_} * count_, max_ - min_);
  const bool even =
      ((static_cast<std::uint64_t>(sum) ^ squares.words[0]) & 1) == 0;  // as x and x^2
  if (squares < squares_from || squares_to < squares || squares < smallest || largest < distances ||
      !even) {
    return "The sum of squares is not possible for the buckets and the sum.";
  }
  return nullptr;
}

}  // namespace perf_mgmt
