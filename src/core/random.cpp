// Philox, and the distributions that pgbench users know, drawn from it.
//
// Each distribution maps uniform fractions to an offset 0..max-min. Offsets are unsigned, so that
// the full int64 range neither overflows nor loses its ends.
#include "perf_mgmt/core/random.hpp"

#include <cmath>
#include <numbers>

namespace perf_mgmt {

namespace {

using Uint128 = unsigned __int128;

constexpr std::uint32_t low_word(std::uint64_t value) noexcept {
  return static_cast<std::uint32_t>(value);
}

constexpr std::uint32_t high_word(std::uint64_t value) noexcept {
  return static_cast<std::uint32_t>(value >> 32);
}

constexpr std::uint64_t join_words(std::uint32_t low, std::uint32_t high) noexcept {
  return std::uint64_t{high} << 32 | low;
}

// max - min, which may need all 64 bits.
std::uint64_t span_of(std::int64_t min, std::int64_t max) noexcept {
  return static_cast<std::uint64_t>(max) - static_cast<std::uint64_t>(min);
}

std::int64_t add_offset(std::int64_t min, std::uint64_t offset) noexcept {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(min) + offset);
}

// The value at a fraction in [0, 1) of the interval, cut into max - min + 1 equal parts. Rounding
// may lift the product to the upper end, whose conversion would be undefined: that is max.
std::int64_t value_at(std::int64_t min, std::int64_t max, double fraction) noexcept {
  const double parts = static_cast<double>(span_of(min, max)) + 1.0;
  const double part = fraction * parts;
  if (!(part < parts)) return max;
  const auto offset = static_cast<std::uint64_t>(part);
  return offset >= span_of(min, max) ? max : add_offset(min, offset);
}

// Standard normal, by Box and Muller; 1 - unit is in (0, 1], so the logarithm is finite.
double next_normal(RandomStream& random) noexcept {
  const double radius = std::sqrt(-2.0 * std::log1p(-random.next_unit()));
  return radius * std::cos(2.0 * std::numbers::pi * random.next_unit());
}

// The hat of the Zipf distribution: the integral of x^-theta from 1 on, and its inverse. Written
// with expm1 and log1p they stay accurate as theta nears 1, where they become log and exp.
struct ZipfHat {
  double theta;

  double integral(double x) const noexcept {
    const double log_x = std::log(x);
    const double t = (1.0 - theta) * log_x;
    return t == 0.0 ? log_x : log_x * (std::expm1(t) / t);
  }

  double inverse(double area) const noexcept {
    const double t = std::fmax((1.0 - theta) * area, -1.0);  // below -1 only by rounding
    return std::exp(t == 0.0 ? area : area * (std::log1p(t) / t));
  }
};

}  // namespace

PhiloxCounter philox4x32(PhiloxCounter counter, PhiloxKey key) noexcept {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t product0 = std::uint64_t{0xd2511f53} * counter[0];
    const std::uint64_t product1 = std::uint64_t{0xcd9e8d57} * counter[2];
    counter = {high_word(product1) ^ counter[1] ^ key[0], low_word(product1),
               high_word(product0) ^ counter[3] ^ key[1], low_word(product0)};
    key[0] += 0x9e3779b9;
    key[1] += 0xbb67ae85;
  }
  return counter;
}

std::uint64_t RandomStream::next_block() noexcept {
  const PhiloxCounter block =
      philox4x32({low_word(index_), high_word(index_), low_word(stream_), high_word(stream_)},
                 {low_word(key_), high_word(key_)});
  key_ += kKeyStep;
  spare_ = join_words(block[2], block[3]);
  has_spare_ = true;
  return join_words(block[0], block[1]);
}

std::uint64_t RandomStream::next_below(std::uint64_t bound) noexcept {
  if (bound == 0) return next();

  Uint128 product = Uint128{next()} * bound;
  if (static_cast<std::uint64_t>(product) < bound) {
    const std::uint64_t biased = -bound % bound;  // 2^64 mod bound
    while (static_cast<std::uint64_t>(product) < biased) product = Uint128{next()} * bound;
  }
  return static_cast<std::uint64_t>(product >> 64);
}

std::int64_t draw_uniform(RandomStream& random, std::int64_t min, std::int64_t max) noexcept {
  // The full range wraps to the bound 0, which means just that.
  return add_offset(min, random.next_below(span_of(min, max) + 1));
}

// The area under the hat over [k - 1/2, k + 1/2] is at least k^-theta, because x^-theta is convex.
// So a point drawn uniformly from the hat's area belongs to the k nearest to its abscissa x, and
// is kept where it falls into the last k^-theta of k's share. k = 1 has a share of exactly 1.
std::int64_t draw_zipf(RandomStream& random, std::int64_t min, std::int64_t max,
                       double theta) noexcept {
  if (min == max) return min;

  const ZipfHat hat{theta};
  const double n = static_cast<double>(span_of(min, max)) + 1.0;
  const double area_low = hat.integral(1.5) - 1.0;
  const double area_high = hat.integral(n + 0.5);

  while (true) {
    const double area = area_high - random.next_unit() * (area_high - area_low);
    const double x = hat.inverse(area);
    const double k = std::floor(x + 0.5);
    if (k <= 1.0) return min;
    // To the right of k always within the last k^-theta: no need for the two powers.
    if (x < k && area < hat.integral(k + 0.5) - std::pow(k, -theta)) continue;
    if (!(k < n)) return max;
    return add_offset(min, static_cast<std::uint64_t>(k) - 1);
  }
}

std::int64_t draw_gaussian(RandomStream& random, std::int64_t min, std::int64_t max,
                           double parameter) noexcept {
  double deviations = 0.0;
  do {
    deviations = next_normal(random);
  } while (deviations < -parameter || deviations >= parameter);
  return value_at(min, max, (deviations + parameter) / (2.0 * parameter));
}

std::int64_t draw_exponential(RandomStream& random, std::int64_t min, std::int64_t max,
                              double parameter) noexcept {
  // -log(cut + (1 - cut) * (1 - unit)) / parameter with cut = exp(-parameter), rearranged so that
  // a parameter near 0 does not cancel to 0 / 0.
  const double scaled = std::expm1(-parameter) * random.next_unit();
  return value_at(min, max, -std::log1p(scaled) / parameter);
}

}  // namespace perf_mgmt
