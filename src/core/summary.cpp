// Figures under the summary's names, and what is read from the course of a run.
//
// The names are looked up in one table, so that a limit, a stage and an alert mean the same by the
// same name. Looking back works on intervals, each of which is small: its percentile is missing
// where it had too few values, and then the means are compared instead, in all of them.
#include "perf_mgmt/core/summary.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace perf_mgmt {

namespace {

constexpr double kNsPerMs = 1e6;
constexpr double kNsPerSecond = 1e9;

std::optional<double> in_ms(std::optional<std::uint64_t> nanoseconds) {
  if (!nanoseconds) return std::nullopt;
  return static_cast<double>(*nanoseconds) / kNsPerMs;
}

std::optional<double> in_ms(std::optional<double> nanoseconds) {
  if (!nanoseconds) return std::nullopt;
  return *nanoseconds / kNsPerMs;
}

struct TimeMetric {
  std::string_view name;
  Histogram OperationRecord::*histogram;
  enum class Statistic { mean, percentile, min, max, stddev } statistic;
  double p = 0;
};

constexpr auto kTimeMetrics = [] {
  using enum TimeMetric::Statistic;
  constexpr auto response = &OperationRecord::response;
  constexpr auto service = &OperationRecord::service;
  constexpr auto lag = &OperationRecord::lag;
  return std::to_array<TimeMetric>({
      {"avg_response_time_ms", response, mean},
      {"p50_response_time_ms", response, percentile, 0.50},
      {"p95_response_time_ms", response, percentile, 0.95},
      {"p99_response_time_ms", response, percentile, 0.99},
      {"p999_response_time_ms", response, percentile, 0.999},
      {"min_response_time_ms", response, min},
      {"max_response_time_ms", response, max},
      {"stddev_response_time_ms", response, stddev},
      {"avg_service_time_ms", service, mean},
      {"p50_service_time_ms", service, percentile, 0.50},
      {"p95_service_time_ms", service, percentile, 0.95},
      {"p99_service_time_ms", service, percentile, 0.99},
      {"avg_lag_ms", lag, mean},
      {"p50_lag_ms", lag, percentile, 0.50},
      {"p95_lag_ms", lag, percentile, 0.95},
      {"p99_lag_ms", lag, percentile, 0.99},
  });
}();

std::optional<double> time_figure(const OperationRecord& record, const TimeMetric& metric) {
  const Histogram& histogram = record.*metric.histogram;
  switch (metric.statistic) {
    case TimeMetric::Statistic::mean:
      return in_ms(histogram.mean());
    case TimeMetric::Statistic::percentile:
      return in_ms(histogram.percentile(metric.p));
    case TimeMetric::Statistic::min:
      return in_ms(histogram.min());
    case TimeMetric::Statistic::max:
      return in_ms(histogram.max());
    case TimeMetric::Statistic::stddev:
      return in_ms(histogram.stddev());
  }
  return std::nullopt;
}

// values: not empty. Of an even number the mean of the middle two.
double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return (*std::max_element(values.begin(), middle) + *middle) / 2;
}

using ResponseFigure = std::optional<double> IntervalFigures::*;

// p95 where every interval that has values has one: figures of two kinds do not compare.
ResponseFigure comparable_figure(std::span<const IntervalFigures> intervals) {
  const bool all = std::all_of(intervals.begin(), intervals.end(), [](const IntervalFigures& i) {
    return i.p95_ms.has_value() || !i.mean_ms.has_value();
  });
  return all ? &IntervalFigures::p95_ms : &IntervalFigures::mean_ms;
}

// Start of the first interval from which on the load was coped with again.
std::optional<std::int64_t> recovered_at(std::span<const IntervalFigures> after,
                                         ResponseFigure figure, double limit_ms) {
  constexpr std::size_t kInARow = 3;
  const std::size_t wanted = std::min(kInARow, after.size());
  std::size_t row = 0;
  for (std::size_t i = 0; i < after.size(); ++i) {
    // Without a value nothing was answered: that is no recovery.
    const std::optional<double>& value = after[i].*figure;
    row = value && *value <= limit_ms ? row + 1 : 0;
    if (row == wanted) return after[i + 1 - wanted].from_ns;
  }
  return std::nullopt;
}

struct Quarter {
  std::vector<double> p95_ms;
  double response_ms = 0;  // sum over the operations
  double ok = 0;
  double with_mean = 0;  // of ok, those of intervals whose mean is known
  double seconds = 0;

  void add(const IntervalFigures& interval) {
    const double count = static_cast<double>(interval.ok);
    if (interval.p95_ms) p95_ms.push_back(*interval.p95_ms);
    if (interval.mean_ms) {
      response_ms += *interval.mean_ms * count;
      with_mean += count;
    }
    ok += count;
    seconds += static_cast<double>(interval.to_ns - interval.from_ns) / kNsPerSecond;
  }
  std::optional<double> mean() const {
    if (with_mean <= 0) return std::nullopt;
    return response_ms / with_mean;
  }
  std::optional<double> p95() const {
    if (p95_ms.empty()) return std::nullopt;
    return median(p95_ms);
  }
  std::optional<double> throughput() const {
    if (seconds <= 0) return std::nullopt;
    return ok / seconds;
  }
};

std::optional<double> change_percent(std::optional<double> first, std::optional<double> last) {
  if (!first || !last || *first <= 0) return std::nullopt;
  return (*last - *first) / *first * 100;
}

std::optional<std::int64_t> memory_growth(std::span<const IntervalFigures> intervals) {
  const auto known = [](const IntervalFigures& i) { return i.worker_memory_bytes.has_value(); };
  const auto first = std::find_if(intervals.begin(), intervals.end(), known);
  const auto last = std::find_if(intervals.rbegin(), intervals.rend(), known);
  if (first == intervals.end() || &*first == &*last) return std::nullopt;
  return static_cast<std::int64_t>(*last->worker_memory_bytes - *first->worker_memory_bytes);
}

}  // namespace

std::optional<double> figure_of(const OperationRecord& record, double seconds,
                                std::string_view metric) {
  const OperationCounters& counters = record.counters;
  if (metric == "throughput_tps") {
    if (!(seconds > 0)) return std::nullopt;
    return static_cast<double>(counters.ok) / seconds;
  }
  if (metric == "error_rate_percent") {
    const std::uint64_t failed = counters.failed_total();
    const std::uint64_t ran = counters.ok + failed;
    if (ran == 0) return std::nullopt;
    return 100.0 * static_cast<double>(failed) / static_cast<double>(ran);
  }
  const auto found = std::find_if(kTimeMetrics.begin(), kTimeMetrics.end(),
                                  [&](const TimeMetric& m) { return m.name == metric; });
  if (found == kTimeMetrics.end()) return std::nullopt;
  return time_figure(record, *found);
}

std::optional<SpikeResult> analyse_spike(std::span<const IntervalFigures> intervals,
                                         std::size_t spike) {
  const ResponseFigure figure = comparable_figure(intervals);
  std::vector<double> before;
  std::vector<double> during;
  std::vector<IntervalFigures> after;
  std::int64_t spike_end_ns = 0;
  for (const IntervalFigures& interval : intervals) {
    const std::optional<double>& value = interval.*figure;
    if (interval.stage > spike) {
      after.push_back(interval);
    } else if (interval.stage == spike) {
      spike_end_ns = interval.to_ns;
      if (value) during.push_back(*value);
    } else if (value) {
      before.push_back(*value);
    }
  }
  if (before.empty() || during.empty()) return std::nullopt;

  SpikeResult result;
  result.metric =
      figure == &IntervalFigures::p95_ms ? "p95_response_time_ms" : "avg_response_time_ms";
  result.before_ms = median(before);
  result.during_ms = *std::max_element(during.begin(), during.end());
  result.limit_ms = 1.2 * result.before_ms;
  if (const auto recovered = recovered_at(after, figure, result.limit_ms)) {
    result.recovery_ms = static_cast<double>(*recovered - spike_end_ns) / kNsPerMs;
  }
  return result;
}

std::optional<Drift> analyse_drift(std::span<const IntervalFigures> intervals) {
  if (intervals.size() < 4) return std::nullopt;
  const std::int64_t from = intervals.front().from_ns;
  const std::int64_t quarter_length = (intervals.back().to_ns - from) / 4;
  const std::int64_t first_end = from + quarter_length;
  const std::int64_t last_start = intervals.back().to_ns - quarter_length;
  Quarter first;
  Quarter last;
  for (const IntervalFigures& interval : intervals) {
    // An interval belongs where its middle is; the outermost ones count however long they are.
    const std::int64_t middle = interval.from_ns + (interval.to_ns - interval.from_ns) / 2;
    if (middle < first_end || &interval == &intervals.front()) {
      first.add(interval);
    } else if (middle >= last_start || &interval == &intervals.back()) {
      last.add(interval);
    }
  }
  Drift drift;
  drift.mean_percent = change_percent(first.mean(), last.mean());
  drift.p95_percent = change_percent(first.p95(), last.p95());
  drift.throughput_percent = change_percent(first.throughput(), last.throughput());
  drift.worker_memory_bytes = memory_growth(intervals);
  return drift;
}

}  // namespace perf_mgmt
