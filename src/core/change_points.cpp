// The search works on the ranks of the whole series. For an interval and a place in it, the sum of
// the ranks before the place is held against what a random order of the interval's ranks gives,
// standardised; the interval's statistic is the largest over its places. What is over the threshold
// is told by many random orders of the same ranks, each of which gives the largest statistic of all
// its intervals: so alpha holds for the whole search of a series, not for each interval.
//
// Series and random orders are scaled by their lag-1 correlation alike, which keeps alpha exact for
// independent values, whatever the correlation was estimated to be.
#include "perf_mgmt/core/change_points.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <tuple>

#include "perf_mgmt/core/random.hpp"
#include "perf_mgmt/core/statistics.hpp"

namespace perf_mgmt {

namespace {

constexpr std::size_t kPermutations = 4'999;  // so that p values are multiples of 1 / 5,000
constexpr std::size_t kMostTables = 256;      // remembered ones, of 40 kB each
constexpr double kLeastSuperiority = 0.80;
constexpr double kDecay = 0.70710678118654752;  // of the intervals' lengths, 1 / sqrt(2)
constexpr double kMostCorrelation = 0.95;
constexpr std::size_t kTrimmedPart = 10;  // the largest tenth of differences

struct Interval {  // values first, first + 1, .. end - 1
  std::size_t first;
  std::size_t end;
  std::size_t size() const { return end - first; }
};

struct Candidate {
  Interval interval;
  double statistic;
  std::size_t place;  // first value after the change
};

// Ranks from 1 on; equal values share their mean rank.
std::vector<double> ranks_of(std::span<const double> values) {
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  std::vector<double> ranks;
  ranks.reserve(values.size());
  for (const double value : values) {
    const auto [low, high] = std::equal_range(sorted.begin(), sorted.end(), value);
    ranks.push_back(static_cast<double>((low - sorted.begin()) + (high - sorted.begin()) + 1) / 2);
  }
  return ranks;
}

// Lag-1 correlation by differences: where the correlation at lag k is rho^k, squared differences at
// lag 2 are 1 + rho times those at lag 1. Changes of level are among the largest differences, which
// are left out. `scratch` spares an allocation.
double correlation_of_differences(std::span<const double> ranks, std::vector<double>& scratch) {
  const std::size_t count = ranks.size() - 2;
  const std::size_t kept = count - count / kTrimmedPart;
  const auto trimmed_squares = [&](std::size_t lag) {
    scratch.clear();
    for (std::size_t i = 2; i < ranks.size(); ++i) {
      const double difference = ranks[i] - ranks[i - lag];
      scratch.push_back(difference * difference);
    }
    const auto end = scratch.begin() + static_cast<std::ptrdiff_t>(kept);
    if (end != scratch.end()) std::nth_element(scratch.begin(), end, scratch.end());
    return std::accumulate(scratch.begin(), end, 0.0);
  };
  const double lag1 = trimmed_squares(1);
  return lag1 > 0 ? trimmed_squares(2) / lag1 - 1 : 0;
}

// Of the residuals of two levels, that before and that from `place` on.
double correlation_of_residuals(std::span<const double> ranks, std::size_t place) {
  const double before = mean(ranks.first(place));
  const double after = mean(ranks.subspan(place));
  double products = 0;
  double squares = 0;
  double last = 0;
  for (std::size_t i = 0; i < ranks.size(); ++i) {
    const double residual = ranks[i] - (i < place ? before : after);
    products += residual * last;
    squares += residual * residual;
    last = residual;
  }
  return squares > 0 ? products / squares : 0;
}

// The statistics of the intervals of a series.
class Search {
 public:
  // count: of the values, at least twice least_side.
  Search(std::size_t count, std::size_t least_side)
      : least_side_(least_side), sums_(count + 1), squares_(count + 1) {
    seed_intervals(count);
  }

  void load(std::span<const double> ranks) {
    for (std::size_t i = 0; i < ranks.size(); ++i) {
      sums_[i + 1] = sums_[i] + ranks[i];
      squares_[i + 1] = squares_[i] + ranks[i] * ranks[i];
    }
    // Residuals of a level too few seem correlated, and so do differences where many are changes of
    // level: the smaller of the two is the one that is disturbed less.
    const std::size_t place = best_place({0, ranks.size()}).place;
    const double rho = std::clamp(std::min(correlation_of_residuals(ranks, place),
                                           correlation_of_differences(ranks, scratch_)),
                                  0.0, kMostCorrelation);
    factor_ = std::sqrt((1 - rho) / (1 + rho));
  }

  // The most likely place in an interval of at least twice least_side.
  Candidate best_place(Interval interval) {
    const std::vector<double>& weights = weights_for(interval.size());
    const double centre = mean_rank(interval);
    double largest = -1;
    std::size_t place = interval.first;
    for (std::size_t before = least_side_; before + least_side_ <= interval.size(); ++before) {
      const double square = squared_deviation(interval, before, centre) * weights[before];
      if (square <= largest) continue;
      largest = square;
      place = interval.first + before;
    }
    return {interval, factor_ * std::sqrt(largest / spread(interval)), place};
  }

  std::vector<Candidate> candidates() {
    std::vector<Candidate> found;
    for (const Seeded& seeded : intervals_) found.push_back(best_place(seeded.interval));
    return found;
  }

  // The largest statistic of all candidates, by loops that need no place: most of the work is here.
  double largest_statistic() const {
    double result = 0;
    for (const Seeded& seeded : intervals_) {
      const Interval interval = seeded.interval;
      const std::vector<double>& weights = *seeded.weights;
      const double centre = mean_rank(interval);
      double largest = 0;
      for (std::size_t before = least_side_; before + least_side_ <= interval.size(); ++before) {
        const double square = squared_deviation(interval, before, centre) * weights[before];
        largest = square > largest ? square : largest;
      }
      result = std::max(result, largest / spread(interval));
    }
    return factor_ * std::sqrt(result);
  }

 private:
  struct Seeded {
    Interval interval;
    const std::vector<double>* weights;
  };

  // Layers of intervals, each layer's shorter by kDecay than those before, the neighbours of a
  // layer overlapping by half or more (Kovacs et al. 2023, definition 1). The first is the whole
  // series.
  void seed_intervals(std::size_t count) {
    const double whole = static_cast<double>(count);
    for (double shrunk = 1;; shrunk /= kDecay) {
      const double length = whole / shrunk;
      if (length < static_cast<double>(2 * least_side_)) break;
      const int number = 2 * static_cast<int>(std::ceil(shrunk)) - 1;
      const double shift = number > 1 ? (whole - length) / (number - 1) : 0;
      for (int i = 0; i < number; ++i) {
        const auto first = static_cast<std::size_t>(i * shift);
        const auto end = static_cast<std::size_t>(std::min(std::ceil(i * shift + length), whole));
        intervals_.push_back({{first, end}, &weights_for(end - first)});
      }
    }
  }

  // The sum of `before` out of `size` values drawn without replacement has a variance of the
  // values' own, divided by this.
  const std::vector<double>& weights_for(std::size_t size) {
    std::vector<double>& weights = weights_[size];
    if (!weights.empty()) return weights;
    weights.resize(size);
    for (std::size_t before = 1; before < size; ++before) {
      weights[before] =
          static_cast<double>(size - 1) / static_cast<double>(before * (size - before));
    }
    return weights;
  }

  double mean_rank(Interval interval) const {
    return (sums_[interval.end] - sums_[interval.first]) / static_cast<double>(interval.size());
  }

  // Of the sum of the interval's first `before` ranks from what a random order is expected to give.
  double squared_deviation(Interval interval, std::size_t before, double centre) const {
    const double sum = sums_[interval.first + before] - sums_[interval.first];
    const double deviation = sum - static_cast<double>(before) * centre;
    return deviation * deviation;
  }

  // Variance of the interval's ranks, divisor n. Infinite where all are equal, so that nothing
  // stands out; ranks that differ do so by a half at least, which is far above the rounding.
  double spread(Interval interval) const {
    const double centre = mean_rank(interval);
    const double squares = squares_[interval.end] - squares_[interval.first];
    const double variance = squares / static_cast<double>(interval.size()) - centre * centre;
    return variance > 1e-6 ? variance : HUGE_VAL;
  }

  std::size_t least_side_;
  std::vector<double> sums_;  // of the ranks before each place
  std::vector<double> squares_;
  std::vector<double> scratch_;
  double factor_ = 1;
  std::vector<Seeded> intervals_;
  std::map<std::size_t, std::vector<double>> weights_;  // by size
};

// Ascending largest statistics of random orders of these ranks.
std::vector<double> permute(std::vector<double> ranks, std::size_t least_side, std::uint64_t seed) {
  Search search(ranks.size(), least_side);
  RandomStream random(seed, 0, 0);
  std::vector<double> statistics;
  statistics.reserve(kPermutations);
  for (std::size_t i = 0; i < kPermutations; ++i) {
    for (std::size_t left = ranks.size(); left > 1; --left) {
      std::swap(ranks[left - 1], ranks[random.next_below(left)]);
    }
    search.load(ranks);
    statistics.push_back(search.largest_statistic());
  }
  std::sort(statistics.begin(), statistics.end());
  return statistics;
}

// As permute. Without ties the ranks are the numbers from 1 on, and the answer is remembered.
std::vector<double> null_statistics(const std::vector<double>& ranks, std::size_t least_side,
                                    std::uint64_t seed) {
  std::vector<double> numbers(ranks.size());
  std::iota(numbers.begin(), numbers.end(), 1.0);
  std::vector<double> sorted = ranks;
  std::sort(sorted.begin(), sorted.end());
  if (sorted != numbers) return permute(ranks, least_side, seed);

  using Key = std::tuple<std::size_t, std::size_t, std::uint64_t>;
  thread_local std::map<Key, std::vector<double>> tables;
  const Key key{ranks.size(), least_side, seed};
  auto table = tables.find(key);
  if (table == tables.end()) {
    if (tables.size() >= kMostTables) tables.clear();
    table = tables.emplace(key, permute(std::move(numbers), least_side, seed)).first;
  }
  return table->second;
}

// The share of random orders that are as extreme, the observed one being one of them.
double p_of(double statistic, const std::vector<double>& ascending) {
  const auto as_extreme =
      ascending.end() - std::lower_bound(ascending.begin(), ascending.end(), statistic);
  return static_cast<double>(as_extreme + 1) / static_cast<double>(ascending.size() + 1);
}

// The narrowest first; no interval counts that a change found before lies in.
std::vector<ChangePoint> narrowest_over_threshold(std::vector<Candidate> candidates,
                                                  const std::vector<double>& null, double alpha) {
  std::sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
    return std::tuple(a.interval.size(), -a.statistic, a.place) <
           std::tuple(b.interval.size(), -b.statistic, b.place);
  });
  std::vector<ChangePoint> points;
  for (const Candidate& candidate : candidates) {
    const double p = p_of(candidate.statistic, null);
    const auto is_inside = [&](const ChangePoint& point) {
      return point.index > candidate.interval.first && point.index < candidate.interval.end;
    };
    if (p > alpha || std::any_of(points.begin(), points.end(), is_inside)) continue;
    points.emplace_back().index = candidate.place;
    points.back().p = p;
  }
  std::sort(points.begin(), points.end(),
            [](const ChangePoint& a, const ChangePoint& b) { return a.index < b.index; });
  return points;
}

double absolute_deviations(std::span<const double> values) {
  const double centre = median(values);
  return std::accumulate(values.begin(), values.end(), 0.0,
                         [&](double sum, double value) { return sum + std::abs(value - centre); });
}

// Where two levels fit the values best, by absolute deviations from their medians. (The ranks know
// a change from none, but not its place: a value that just happens to be the largest of the level
// before has the same rank as the first of a level far above.)
std::size_t place_of_change(std::span<const double> values, std::size_t least_side) {
  std::size_t place = least_side;
  double least = HUGE_VAL;
  for (std::size_t before = least_side; before + least_side <= values.size(); ++before) {
    const double misfit =
        absolute_deviations(values.first(before)) + absolute_deviations(values.subspan(before));
    if (misfit >= least) continue;
    least = misfit;
    place = before;
  }
  return place;
}

// Puts each change where all values between its neighbours see it (the interval that found it is
// only a part of them), and describes the levels on its two sides.
void describe(std::vector<ChangePoint>& points, std::span<const double> values,
              std::size_t least_side) {
  const auto first_of = [&](std::size_t i) { return i == 0 ? 0 : points[i - 1].index; };
  const auto end_of = [&](std::size_t i) {
    return i + 1 < points.size() ? points[i + 1].index : values.size();
  };
  for (std::size_t i = 0; i < points.size(); ++i) {
    const std::size_t first = first_of(i);
    points[i].index = first + place_of_change(values.subspan(first, end_of(i) - first), least_side);
  }
  for (std::size_t i = 0; i < points.size(); ++i) {
    const std::size_t index = points[i].index;
    const std::span<const double> before = values.subspan(first_of(i), index - first_of(i));
    const std::span<const double> after = values.subspan(index, end_of(i) - index);
    points[i].before = median(before);
    points[i].after = median(after);
    points[i].superiority = superiority(before, after);
  }
}

}  // namespace

std::vector<ChangePoint> find_change_points(std::span<const double> values,
                                            const ChangePointOptions& options) {
  const std::size_t least_side = std::max<std::size_t>(options.least_side, 1);
  if (values.size() < std::max(options.least_values, 2 * least_side)) return {};
  const std::vector<double> ranks = ranks_of(values);
  Search search(values.size(), least_side);
  search.load(ranks);
  std::vector<ChangePoint> points = narrowest_over_threshold(
      search.candidates(), null_statistics(ranks, least_side, options.seed), options.alpha);
  const auto strength = [](const ChangePoint& point) { return std::abs(point.superiority - 0.5); };
  while (!points.empty()) {
    describe(points, values, least_side);
    const auto weakest = std::min_element(
        points.begin(), points.end(),
        [&](const ChangePoint& a, const ChangePoint& b) { return strength(a) < strength(b); });
    if (strength(*weakest) >= kLeastSuperiority - 0.5) break;
    points.erase(weakest);
  }
  return points;
}

}  // namespace perf_mgmt
