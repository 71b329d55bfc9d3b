// Expectations by hand from the definitions in summary.hpp.
#include "perf_mgmt/core/summary.hpp"

#include <gtest/gtest.h>

#include <memory>

namespace perf_mgmt {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

std::unique_ptr<OperationRecord> empty_record() {
  return std::make_unique<OperationRecord>();
}

// Responses of 1, 2, … 200 ns: each has a bucket of its own, so that percentiles are exact.
std::unique_ptr<OperationRecord> counting_record() {
  auto record = empty_record();
  for (std::uint64_t i = 1; i <= 200; ++i) {
    record->response.record(i);
    record->service.record(40);
    record->lag.record(i - 1);
  }
  record->counters.ok = 200;
  return record;
}

TEST(FigureOf, TimesAreMilliseconds) {
  const auto record = counting_record();
  const auto figure = [&](std::string_view metric) { return figure_of(*record, 10, metric); };
  EXPECT_DOUBLE_EQ(*figure("avg_response_time_ms"), 0.0001005);
  EXPECT_DOUBLE_EQ(*figure("p50_response_time_ms"), 0.000100);
  EXPECT_DOUBLE_EQ(*figure("p95_response_time_ms"), 0.000190);
  EXPECT_DOUBLE_EQ(*figure("min_response_time_ms"), 0.000001);
  EXPECT_DOUBLE_EQ(*figure("max_response_time_ms"), 0.000200);
  // Of 1 … n: sqrt(n (n + 1) / 12) = sqrt(200 * 201 / 12) = sqrt(3350)
  EXPECT_NEAR(*figure("stddev_response_time_ms"), 57.879184513951127e-6, 1e-15);
  EXPECT_DOUBLE_EQ(*figure("avg_service_time_ms"), 0.000040);
  EXPECT_DOUBLE_EQ(*figure("p50_service_time_ms"), 0.000040);
  EXPECT_DOUBLE_EQ(*figure("p95_service_time_ms"), 0.000040);
  EXPECT_DOUBLE_EQ(*figure("avg_lag_ms"), 0.0000995);
  EXPECT_DOUBLE_EQ(*figure("p50_lag_ms"), 0.000099);
  EXPECT_DOUBLE_EQ(*figure("p95_lag_ms"), 0.000189);
}

TEST(FigureOf, PercentilesOfTooFewValuesAreNoFigures) {
  const auto record = counting_record();
  // Rank 198 leaves 2 values above, rank 200 none.
  for (const std::string_view metric :
       {"p99_response_time_ms", "p999_response_time_ms", "p99_service_time_ms", "p99_lag_ms"}) {
    EXPECT_EQ(figure_of(*record, 10, metric), std::nullopt) << metric;
  }
}

TEST(FigureOf, HighPercentilesOfEnoughValues) {
  auto record = empty_record();
  for (int i = 0; i < 9'990; ++i) record->response.record(2'000'000);
  for (int i = 0; i < 10; ++i) record->response.record(5'000'000);
  // 2^20 to 2^21 is cut into 128 buckets of 8192: 244 * 8192 + 4095 is the middle of that of 2 ms.
  EXPECT_DOUBLE_EQ(*figure_of(*record, 1, "p99_response_time_ms"), 2.002943);
  EXPECT_DOUBLE_EQ(*figure_of(*record, 1, "p999_response_time_ms"), 2.002943);
  EXPECT_DOUBLE_EQ(*figure_of(*record, 1, "max_response_time_ms"), 5.0);
}

TEST(FigureOf, ThroughputCountsSuccesses) {
  auto record = empty_record();
  record->counters.ok = 30;
  record->counters.failed[0] = 7;
  record->counters.skipped = 100;
  EXPECT_DOUBLE_EQ(*figure_of(*record, 4, "throughput_tps"), 7.5);
  EXPECT_EQ(figure_of(*record, 0, "throughput_tps"), std::nullopt);
  EXPECT_EQ(figure_of(*record, -1, "throughput_tps"), std::nullopt);
}

TEST(FigureOf, NothingDoneInATimeIsAThroughputOfZero) {
  EXPECT_EQ(figure_of(*empty_record(), 4, "throughput_tps"), 0.0);
}

TEST(FigureOf, ErrorRateIsOfThoseThatRan) {
  auto record = empty_record();
  EXPECT_EQ(figure_of(*record, 4, "error_rate_percent"), std::nullopt);
  record->counters.skipped = 5;
  record->counters.interrupted = 5;
  EXPECT_EQ(figure_of(*record, 4, "error_rate_percent"), std::nullopt);
  record->counters.ok = 30;
  record->counters.failed[static_cast<int>(FailureClass::deadlock)] = 6;
  record->counters.failed[static_cast<int>(FailureClass::other)] = 4;
  EXPECT_DOUBLE_EQ(*figure_of(*record, 4, "error_rate_percent"), 25.0);
  record->counters.ok = 0;
  EXPECT_DOUBLE_EQ(*figure_of(*record, 4, "error_rate_percent"), 100.0);
}

TEST(FigureOf, WhatTheRecordDoesNotHoldIsNoFigure) {
  const auto record = counting_record();
  for (const std::string_view metric :
       {"cpu_usage_percent", "memory_usage_percent", "disk_io_mb_per_sec", "p98_response_time_ms",
        "P95_response_time_ms", ""}) {
    EXPECT_EQ(figure_of(*record, 10, metric), std::nullopt) << metric;
  }
  for (const std::string_view metric :
       {"avg_response_time_ms", "p50_lag_ms", "max_response_time_ms"}) {
    EXPECT_EQ(figure_of(*empty_record(), 10, metric), std::nullopt) << metric;
  }
}

// One interval of a second, number i of the run, with a p95 and a mean of half of it.
IntervalFigures second(int i, std::size_t stage, std::optional<double> p95) {
  IntervalFigures interval;
  interval.stage = stage;
  interval.from_ns = i * kSecond;
  interval.to_ns = (i + 1) * kSecond;
  if (p95) {
    interval.ok = 1000;
    interval.p95_ms = p95;
    interval.mean_ms = *p95 / 2;
  }
  return interval;
}

// Stage 0, then the spike, stage 1, then stage 2.
std::vector<IntervalFigures> spike_run(std::initializer_list<double> before,
                                       std::initializer_list<double> during,
                                       std::initializer_list<double> after) {
  std::vector<IntervalFigures> intervals;
  int i = 0;
  for (const double p95 : before) intervals.push_back(second(i++, 0, p95));
  for (const double p95 : during) intervals.push_back(second(i++, 1, p95));
  for (const double p95 : after) intervals.push_back(second(i++, 2, p95));
  return intervals;
}

TEST(AnalyseSpike, MedianBeforeWorstDuringAndRecovery) {
  // Before: 8, 10, 12, 30, of which the median is 11 and the limit 13.2.
  const auto result =
      analyse_spike(spike_run({12, 8, 30, 10}, {100, 250, 90}, {60, 13, 14, 13, 13, 13, 50}), 1);
  ASSERT_TRUE(result);
  EXPECT_DOUBLE_EQ(result->before_ms, 11);
  EXPECT_DOUBLE_EQ(result->during_ms, 250);
  EXPECT_DOUBLE_EQ(result->limit_ms, 13.2);
  EXPECT_EQ(result->metric, "p95_response_time_ms");
  // The spike ends at 7 s; 13, 13, 13 begin at 10 s.
  EXPECT_EQ(result->recovery_ms, 3000.0);
}

TEST(AnalyseSpike, AtOnce) {
  const auto result = analyse_spike(spike_run({10}, {40}, {12, 12, 12}), 1);
  EXPECT_EQ(result->recovery_ms, 0.0);
}

TEST(AnalyseSpike, TheLimitItselfIsWithinIt) {
  EXPECT_TRUE(analyse_spike(spike_run({10}, {40}, {12.0, 12.0, 12.0}), 1)->recovery_ms);
  EXPECT_FALSE(analyse_spike(spike_run({10}, {40}, {12.01, 12.01, 12.01}), 1)->recovery_ms);
}

TEST(AnalyseSpike, TwoInARowAreNotEnough) {
  const auto result = analyse_spike(spike_run({10}, {40}, {10, 10, 30, 10, 10}), 1);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->recovery_ms, std::nullopt);
}

TEST(AnalyseSpike, FewerThanThreeAfterMustAllKeepTheLimit) {
  EXPECT_EQ(analyse_spike(spike_run({10}, {40}, {10, 11}), 1)->recovery_ms, 0.0);
  EXPECT_EQ(analyse_spike(spike_run({10}, {40}, {10}), 1)->recovery_ms, 0.0);
  EXPECT_EQ(analyse_spike(spike_run({10}, {40}, {30, 10}), 1)->recovery_ms, std::nullopt);
  EXPECT_EQ(analyse_spike(spike_run({10}, {40}, {}), 1)->recovery_ms, std::nullopt);
}

TEST(AnalyseSpike, AnIntervalWithoutAnswersIsNoRecovery) {
  auto intervals = spike_run({10}, {40}, {10, 10, 10, 10});
  intervals[3] = second(3, 2, std::nullopt);  // the second after the spike
  EXPECT_EQ(analyse_spike(intervals, 1)->recovery_ms, std::nullopt);
  intervals.push_back(second(6, 2, 10.0));
  EXPECT_EQ(analyse_spike(intervals, 1)->recovery_ms, 2000.0);
}

TEST(AnalyseSpike, MeansWhereOneIntervalHasNoPercentile) {
  auto intervals = spike_run({10, 20}, {80}, {10, 10, 10});
  intervals[4].p95_ms.reset();
  const auto result = analyse_spike(intervals, 1);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->metric, "avg_response_time_ms");
  EXPECT_DOUBLE_EQ(result->before_ms, 7.5);  // of 5 and 10
  EXPECT_DOUBLE_EQ(result->during_ms, 40);
  EXPECT_DOUBLE_EQ(result->limit_ms, 9);
  EXPECT_EQ(result->recovery_ms, 0.0);
}

TEST(AnalyseSpike, NothingWithoutValuesBeforeOrDuring) {
  EXPECT_EQ(analyse_spike({}, 1), std::nullopt);
  EXPECT_EQ(analyse_spike(spike_run({}, {40}, {10}), 1), std::nullopt);
  EXPECT_EQ(analyse_spike(spike_run({10}, {}, {10}), 1), std::nullopt);
  auto intervals = spike_run({10}, {40}, {10});
  intervals[1] = second(1, 1, std::nullopt);
  EXPECT_EQ(analyse_spike(intervals, 1), std::nullopt);
}

IntervalFigures loaded(int i, std::uint64_t ok, double mean_ms, double p95_ms,
                       std::optional<std::uint64_t> memory = {}) {
  IntervalFigures interval;
  interval.from_ns = i * kSecond;
  interval.to_ns = (i + 1) * kSecond;
  interval.ok = ok;
  interval.mean_ms = mean_ms;
  interval.p95_ms = p95_ms;
  interval.worker_memory_bytes = memory;
  return interval;
}

TEST(AnalyseDrift, LastQuarterAgainstFirst) {
  // Of 8 s the first two and the last two.
  const std::vector<IntervalFigures> intervals = {loaded(0, 100, 2.0, 4.0, 1'000'000),
                                                  loaded(1, 300, 4.0, 6.0, 1'100'000),
                                                  loaded(2, 9, 99, 99, 1),
                                                  loaded(3, 9, 99, 99, 1),
                                                  loaded(4, 9, 99, 99, 1),
                                                  loaded(5, 9, 99, 99, 1),
                                                  loaded(6, 200, 5.0, 5.0, 1'200'000),
                                                  loaded(7, 100, 8.0, 9.0, 1'500'000)};
  const auto drift = analyse_drift(intervals);
  ASSERT_TRUE(drift);
  // (100 * 2 + 300 * 4) / 400 = 3.5; (200 * 5 + 100 * 8) / 300 = 6: 6 / 3.5 = 1.7142857…
  EXPECT_DOUBLE_EQ(*drift->mean_percent, 250.0 / 3.5);
  EXPECT_DOUBLE_EQ(*drift->p95_percent, 40.0);          // 5 to 7
  EXPECT_DOUBLE_EQ(*drift->throughput_percent, -25.0);  // 400 to 300
  EXPECT_EQ(drift->worker_memory_bytes, 500'000);
}

TEST(AnalyseDrift, MemoryMayShrink) {
  const std::vector<IntervalFigures> intervals = {loaded(0, 1, 1, 1, 500), loaded(1, 1, 1, 1, 900),
                                                  loaded(2, 1, 1, 1, 900), loaded(3, 1, 1, 1, 400)};
  EXPECT_EQ(analyse_drift(intervals)->worker_memory_bytes, -100);
}

TEST(AnalyseDrift, MemoryOfTheFirstAndLastThatHaveOne) {
  std::vector<IntervalFigures> intervals;
  for (int i = 0; i < 5; ++i) intervals.push_back(loaded(i, 1, 1, 1));
  EXPECT_EQ(analyse_drift(intervals)->worker_memory_bytes, std::nullopt);
  intervals[1].worker_memory_bytes = 10;
  EXPECT_EQ(analyse_drift(intervals)->worker_memory_bytes, std::nullopt);
  intervals[3].worker_memory_bytes = 25;
  EXPECT_EQ(analyse_drift(intervals)->worker_memory_bytes, 15);
}

TEST(AnalyseDrift, FewerThanFourIntervalsAreNoTrend) {
  std::vector<IntervalFigures> intervals = {loaded(0, 10, 1, 1), loaded(1, 10, 1, 1),
                                            loaded(2, 10, 1, 1)};
  EXPECT_EQ(analyse_drift(intervals), std::nullopt);
  intervals.push_back(loaded(3, 20, 3, 2));
  const auto drift = analyse_drift(intervals);
  ASSERT_TRUE(drift);
  EXPECT_DOUBLE_EQ(*drift->mean_percent, 200.0);
  EXPECT_DOUBLE_EQ(*drift->p95_percent, 100.0);
  EXPECT_DOUBLE_EQ(*drift->throughput_percent, 100.0);
}

TEST(AnalyseDrift, AQuarterWithoutAnswers) {
  std::vector<IntervalFigures> intervals = {loaded(0, 10, 1, 1), loaded(1, 10, 1, 1),
                                            loaded(2, 10, 1, 1), loaded(3, 0, 1, 1)};
  intervals[3].mean_ms.reset();
  intervals[3].p95_ms.reset();
  const auto drift = analyse_drift(intervals);
  ASSERT_TRUE(drift);
  EXPECT_EQ(drift->mean_percent, std::nullopt);
  EXPECT_EQ(drift->p95_percent, std::nullopt);
  EXPECT_DOUBLE_EQ(*drift->throughput_percent, -100.0);
  std::swap(intervals[0].ok, intervals[3].ok);
  EXPECT_EQ(analyse_drift(intervals)->throughput_percent, std::nullopt);  // from nothing
}

TEST(AnalyseDrift, IntervalsOfDifferentLengths) {
  // The first is longer than a quarter of the whole, and still is the first quarter.
  std::vector<IntervalFigures> intervals = {loaded(0, 60, 1, 1), loaded(6, 10, 1, 1),
                                            loaded(7, 10, 1, 1), loaded(8, 5, 2, 3)};
  intervals[0].to_ns = 6 * kSecond;
  const auto drift = analyse_drift(intervals);
  ASSERT_TRUE(drift);
  // 60 in 6 s; the last 2.25 s hold the middles of the last two intervals: 15 in 2 s.
  EXPECT_DOUBLE_EQ(*drift->throughput_percent, -25.0);
  EXPECT_DOUBLE_EQ(*drift->p95_percent, 100.0);  // 1 to 2
}

}  // namespace
}  // namespace perf_mgmt
