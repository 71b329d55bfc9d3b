// Slot k is due when the integral of the rate reaches a position: k + 1 for regular arrivals, a sum
// of exponential variates for Poisson ones. Within a stage the integral is a parabola (a straight
// line where the rate holds), whose inverse is written so that nothing cancels: a rising rate is
// counted from the stage's start, a falling one from its end.
#include <algorithm>
#include <cmath>
#include <limits>

#include "perf_mgmt/core/load_model.hpp"

namespace perf_mgmt {
namespace {

constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();
constexpr std::uint64_t arrival_stream = 0x6172726976616c73;  // keeps its random numbers apart
// A stream of random numbers is good for a million blocks (random.hpp): every so many slots begin a
// new one.
constexpr std::uint64_t slots_per_stream = 4096;

// Seconds from the end of a stage where the rate is `low` to where the integral is `operations`,
// the rate growing by `growth` per second on the way. The usual quadratic formula with its
// numerator made rational: the sum in the denominator has terms of one sign.
double seconds_from(double low, double growth, double operations) {
  const double root = std::sqrt(low * low + 2 * growth * operations);
  return root > 0 ? 2 * operations / (low + root) : 0;
}

}  // namespace

bool ArrivalSchedule::Position::beyond(const Position& other) const noexcept {
  return whole != other.whole ? whole > other.whole : fraction > other.fraction;
}

// The whole parts differ by less than 2^53, so that their difference is exact.
double ArrivalSchedule::Position::since(const Position& other) const noexcept {
  return static_cast<double>(static_cast<std::int64_t>(whole - other.whole)) +
         (fraction - other.fraction);
}

// 0.3 a second for 10 seconds are 3 operations, although no double is 0.3: an integral that misses
// a whole number by no more than rounding is that number, else its last slot would be lost.
ArrivalSchedule::Position ArrivalSchedule::position_of(long double operations) {
  const long double nearest = std::round(operations);
  if (std::fabs(operations - nearest) <= 1e-9L + operations * 4e-16L)
    return {static_cast<std::uint64_t>(nearest), 0};
  const long double whole = std::floor(operations);
  return {static_cast<std::uint64_t>(whole), static_cast<double>(operations - whole)};
}

ArrivalSchedule::ArrivalSchedule(const LoadModel& load, RunSpec::Arrivals arrivals,
                                 std::uint64_t seed)
    : arrivals_(arrivals), seed_(seed), random_(seed, arrival_stream, 0) {
  long double operations = 0;
  for (const Stage& stage : load.stages()) {
    const Position begin = position_of(operations);
    const auto length = static_cast<long double>(stage.end_ns - stage.start_ns);
    operations += (static_cast<long double>(stage.from) + stage.to) / 2 * length / 1e9L;
    segments_.push_back(
        {stage.start_ns, stage.end_ns, stage.from, stage.to, begin, position_of(operations)});
  }
}

std::int64_t ArrivalSchedule::time_in(const Segment& segment, const Position& position) noexcept {
  const double since = position.since(segment.begin);
  const auto length = static_cast<double>(segment.end_ns - segment.start_ns);
  if (segment.from == segment.to) {
    // The product before the quotient: a time that is a whole number comes out as one.
    const double passed = segment.from > 0 ? since * 1e9 / segment.from : 0;
    return passed >= length ? segment.end_ns : segment.start_ns + std::llround(passed);
  }
  const double growth = std::fabs(segment.to - segment.from) / (length / 1e9);
  if (segment.to > segment.from) {
    const double passed = seconds_from(segment.from, growth, since) * 1e9;
    return passed >= length ? segment.end_ns : segment.start_ns + std::llround(passed);
  }
  const double left =
      seconds_from(segment.to, growth, std::max(0.0, segment.end.since(position))) * 1e9;
  return left >= length ? segment.start_ns : segment.end_ns - std::llround(left);
}

void ArrivalSchedule::draw_next() noexcept {
  if (drawn_ % slots_per_stream == 0)
    random_ = RandomStream(seed_, arrival_stream, drawn_ / slots_per_stream);
  ++drawn_;
  const double sum = sum_.fraction - std::log1p(-random_.next_unit());
  const double whole = std::floor(sum);
  sum_.whole += static_cast<std::uint64_t>(whole);
  sum_.fraction = sum - whole;
}

std::int64_t ArrivalSchedule::due_ns(std::uint64_t slot) noexcept {
  Position position{slot + 1, 0};
  if (arrivals_ == RunSpec::Arrivals::poisson) {
    while (drawn_ <= slot) draw_next();
    position = sum_;
  }
  while (segment_ < segments_.size() && position.beyond(segments_[segment_].end)) ++segment_;
  if (segment_ == segments_.size()) return never;
  return time_in(segments_[segment_], position);
}

}  // namespace perf_mgmt
