// Expectations are computed by hand from the operations that each interval records.
#include "perf_mgmt/core/run_history.hpp"

#include <gtest/gtest.h>

namespace perf_mgmt {
namespace {

constexpr std::int64_t second = 1'000'000'000;
constexpr std::uint64_t millisecond = 1'000'000;

// 1 s of warm-up at 10, 2 s of ramp, 8 s at 10.
LoadModel warm_ramped() {
  return LoadModel::ramps(10, 1, 2, 8, 0);
}

OperationRecord ok_operations(std::uint64_t count, std::uint64_t response_ns) {
  OperationRecord record{};
  for (std::uint64_t i = 0; i < count; ++i) record.response.record(response_ns);
  record.counters.ok = count;
  return record;
}

HostUsage cpu(double percent) {
  HostUsage usage;
  usage.cpu_percent = Figure<double>::of(percent);
  return usage;
}

void add(RunHistory& history, std::size_t stage, double from, double to,
         const std::vector<OperationRecord>& records, double cpu_percent = 50) {
  history.add({stage, static_cast<std::int64_t>(from * second),
               static_cast<std::int64_t>(to * second), stage > 0, records, cpu(cpu_percent),
               std::nullopt});
}

TEST(RunHistory, SumsStagesAndKeepsMeasuredIntervals) {
  RunHistory history(warm_ramped(), 2);
  add(history, 0, 0, 1, {ok_operations(5, millisecond), ok_operations(0, 0)});
  add(history, 1, 1, 3, {ok_operations(10, millisecond), ok_operations(10, 3 * millisecond)}, 20);
  add(history, 2, 3, 4, {ok_operations(30, millisecond), ok_operations(10, 5 * millisecond)}, 40);
  add(history, 2, 4, 7, {ok_operations(60, millisecond), ok_operations(20, 5 * millisecond)}, 80);

  ASSERT_EQ(history.stages().size(), 3u);
  const StageTotals& steady = history.stages()[2];
  EXPECT_EQ(steady.intervals, 2);
  EXPECT_DOUBLE_EQ(steady.seconds(), 4);
  EXPECT_EQ(steady.sum->counters.ok, 120u);
  EXPECT_DOUBLE_EQ(steady.figure("throughput_tps").value(), 30);
  EXPECT_DOUBLE_EQ(steady.figure("avg_response_time_ms").value(), 2);  // (90 * 1 + 30 * 5) / 120
  EXPECT_DOUBLE_EQ(steady.figure("cpu_usage_percent").value(), 70);    // (1 * 40 + 3 * 80) / 4
  EXPECT_EQ(steady.figure("memory_usage_percent"), std::nullopt);

  ASSERT_EQ(history.intervals().size(), 3u);  // not the warm-up
  EXPECT_EQ(history.intervals()[0].ok, 20u);
  EXPECT_DOUBLE_EQ(history.intervals()[0].mean_ms.value(), 2);
  EXPECT_EQ(history.intervals_at_full_load().size(), 2u);
}

TEST(RunHistory, WhatEndedAfterTheRunBelongsToTheLastStage) {
  RunHistory history(warm_ramped(), 1);
  add(history, 0, 0, 1, {ok_operations(7, millisecond)});
  add(history, 2, 3, 4, {ok_operations(30, millisecond)});
  OperationRecord rest = ok_operations(2, millisecond);
  rest.counters.interrupted = 1;
  history.note_rest(rest);
  EXPECT_EQ(history.stages().front().rest->counters.ok, 0u);
  EXPECT_EQ(history.stages().back().rest->counters.ok, 2u);
  EXPECT_EQ(history.stages().back().rest->counters.interrupted, 1u);
  EXPECT_DOUBLE_EQ(history.stages().back().figure("throughput_tps").value(), 30);
}

TEST(RunHistory, ThroughputOfTheQuarters) {
  RunHistory history(warm_ramped(), 1);
  for (int i = 0; i < 7; ++i) add(history, 2, 3 + i, 4 + i, {ok_operations(10, millisecond)});
  EXPECT_TRUE(history.throughput_quarters().empty());
  add(history, 2, 10, 11, {ok_operations(30, millisecond)});
  const std::vector<double> quarters = history.throughput_quarters();
  ASSERT_EQ(quarters.size(), 4u);
  EXPECT_DOUBLE_EQ(quarters[0], 10);
  EXPECT_DOUBLE_EQ(quarters[2], 10);
  EXPECT_DOUBLE_EQ(quarters[3], 20);  // (10 + 30) / 2 s
}

TEST(RunHistory, PlanChoicesOfTheFirstAndTheLastQuarter) {
  RunHistory history(warm_ramped(), 2);
  for (int i = 0; i < 8; ++i) {
    OperationRecord moving{};
    moving.counters.custom_plans = i < 2 ? 5 : 0;
    moving.counters.generic_plans = i < 2 ? 15 : 20;
    OperationRecord silent{};
    add(history, 2, 3 + i, 4 + i, {moving, silent});
  }
  const std::vector<PlanChoice> choices = history.plan_choices({"moving", "silent"});
  ASSERT_EQ(choices.size(), 1u);
  EXPECT_EQ(choices[0].operation, "moving");
  EXPECT_DOUBLE_EQ(choices[0].custom_share_first, 0.25);
  EXPECT_DOUBLE_EQ(choices[0].custom_share_last, 0);
}

TEST(RunHistory, LongRunsAreKeptInFewerEntries) {
  OperationRecord one{};
  one.response.record(2 * millisecond);
  one.counters.ok = 1;
  one.counters.generic_plans = 1;
  const std::vector<OperationRecord> records = {one};
  constexpr int count = 20000;
  RunHistory measured(LoadModel::ramps(10, 0, 0, 40000, 0), 1);
  const HostUsage host;
  for (int i = 0; i < count; ++i) {
    measured.add({0, i * second, (i + 1) * second, true, records, host, std::nullopt});
  }
  // 20,000 intervals, four in each entry from the second halving on.
  EXPECT_EQ(measured.intervals().size(), 5000u);
  EXPECT_EQ(measured.intervals().front().from_ns, 0);
  EXPECT_EQ(measured.intervals().back().to_ns, count * second);
  std::uint64_t ok = 0;
  for (std::size_t i = 0; i < measured.intervals().size(); ++i) {
    const IntervalFigures& interval = measured.intervals()[i];
    ok += interval.ok;
    EXPECT_EQ(interval.ok, 4u);
    EXPECT_DOUBLE_EQ(interval.mean_ms.value(), 2);
    if (i > 0) {
      EXPECT_EQ(interval.from_ns, measured.intervals()[i - 1].to_ns);
    }
  }
  EXPECT_EQ(ok, 20000u);
  EXPECT_DOUBLE_EQ(measured.throughput_quarters()[3], 1);
  EXPECT_DOUBLE_EQ(measured.plan_choices({"one"})[0].custom_share_last, 0);
}

TEST(RunHistory, BrokenCriteria) {
  RunHistory history(warm_ramped(), 1);
  add(history, 2, 3, 5, {ok_operations(20, 4 * millisecond)});
  const std::vector<Criterion> criteria = {
      {"max_avg_response_time_ms", "avg_response_time_ms", true, 3, "scenario"},
      {"max_error_rate_percent", "error_rate_percent", true, 1, "scenario"},
      {"min_throughput_tps", "throughput_tps", false, 50, "test"}};
  const auto all = broken_criteria(history.stages().back(), criteria, false);
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].criterion.name, "max_avg_response_time_ms");
  EXPECT_DOUBLE_EQ(all[0].actual.value(), 4);
  EXPECT_EQ(all[1].criterion.name, "min_throughput_tps");
  EXPECT_EQ(broken_criteria(history.stages().back(), criteria, true).size(), 1u);
}

}  // namespace
}  // namespace perf_mgmt
