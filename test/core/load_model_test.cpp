// The load model. Expected moments are worked out by hand from the straight lines.
#include "perf_mgmt/core/load_model.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace perf_mgmt {
namespace {

constexpr std::int64_t s = 1'000'000'000;
constexpr std::int64_t for_ever = std::numeric_limits<std::int64_t>::max();

// Warm-up 0..2 s at 4 users, up 2..10 s, steady 10..13 s, down 13..21 s: half a user a second.
LoadModel four_users() {
  return LoadModel::ramps(4, 2, 8, 3, 8);
}

TEST(LoadModel, StagesFollowEachOther) {
  const LoadModel model = four_users();
  ASSERT_EQ(model.stages().size(), 4U);
  const std::vector<std::string> names = {"warm_up", "ramp_up", "steady", "ramp_down"};
  const std::vector<std::int64_t> bounds = {0, 2 * s, 10 * s, 13 * s, 21 * s};
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(model.stages()[i].name, names[i]);
    EXPECT_EQ(model.stages()[i].start_ns, bounds[i]);
    EXPECT_EQ(model.stages()[i].end_ns, bounds[i + 1]);
    EXPECT_EQ(model.stages()[i].measured, i != 0);
  }
  EXPECT_EQ(model.measured_from_ns(), 2 * s);
  EXPECT_EQ(model.end_ns(), 21 * s);
  EXPECT_EQ(model.most_users(), 4);
}

TEST(LoadModel, TargetIsPiecewiseLinear) {
  const LoadModel model = four_users();
  const std::vector<std::pair<std::int64_t, double>> expected = {
      {-1, 0},       {0, 4},      {2 * s - 1, 4}, {2 * s, 0},  {3 * s, 0.5}, {4 * s, 1},
      {6 * s, 2},    {8 * s, 3},  {9 * s, 3.5},   {10 * s, 4}, {12 * s, 4},  {13 * s, 4},
      {14 * s, 3.5}, {15 * s, 3}, {20 * s, 0.5},  {21 * s, 0}, {for_ever, 0}};
  for (const auto& [t, target] : expected) EXPECT_EQ(model.target(t), target) << t;
}

TEST(LoadModel, ActiveUsersAreThoseBelowTheTarget) {
  const LoadModel model = four_users();
  const std::vector<std::pair<std::int64_t, int>> expected = {
      {-1, 0},     {0, 4},         {2 * s, 0},      {2 * s + 1, 1}, {4 * s, 1},      {4 * s + 1, 2},
      {6 * s, 2},  {8 * s + 1, 4}, {10 * s, 4},     {13 * s, 4},    {15 * s - 1, 4}, {15 * s, 3},
      {17 * s, 2}, {19 * s, 1},    {21 * s - 1, 1}, {21 * s, 0}};
  for (const auto& [t, users] : expected) EXPECT_EQ(model.active_users(t), users) << t;
}

TEST(LoadModel, NextActiveIsTheFirstMomentBelowTheTarget) {
  const LoadModel model = four_users();
  EXPECT_EQ(model.next_active(3, -5), 0);  // the warm-up, with everybody
  EXPECT_EQ(model.next_active(3, 2 * s - 1), 2 * s - 1);
  EXPECT_EQ(model.next_active(4, 0), std::nullopt);  // there is no fifth user
  // User v comes when t - 2 s exceeds 2v s.
  EXPECT_EQ(model.next_active(0, 2 * s), 2 * s + 1);
  EXPECT_EQ(model.next_active(1, 2 * s), 4 * s + 1);
  EXPECT_EQ(model.next_active(2, 2 * s), 6 * s + 1);
  EXPECT_EQ(model.next_active(3, 2 * s), 8 * s + 1);
  EXPECT_EQ(model.next_active(3, 8 * s), 8 * s + 1);
  EXPECT_EQ(model.next_active(3, 8 * s + 1), 8 * s + 1);
  EXPECT_EQ(model.next_active(1, 7 * s), 7 * s);
  // And goes for good when t - 13 s reaches 2(4 - v) s.
  EXPECT_EQ(model.next_active(3, 15 * s - 1), 15 * s - 1);
  EXPECT_EQ(model.next_active(3, 15 * s), std::nullopt);
  EXPECT_EQ(model.next_active(0, 21 * s - 1), 21 * s - 1);
  EXPECT_EQ(model.next_active(0, 21 * s), std::nullopt);
}

// 3 users in 10 s: user 1 comes after 10/3 s = 3.333333333(3) s, user 2 after 6.666666666(6) s.
TEST(LoadModel, NextActiveBetweenNanoseconds) {
  const LoadModel model = LoadModel::ramps(3, 0, 10, 1, 0);
  EXPECT_EQ(model.next_active(1, 0), 3'333'333'334);
  EXPECT_EQ(model.next_active(2, 0), 6'666'666'667);
}

// Where t/length has no exact double (1/49), whole targets are still met to the nanosecond.
TEST(LoadModel, WholeTargetsAreExact) {
  const LoadModel model = LoadModel::ramps(49, 0, 49, 0, 49);
  for (int v = 0; v < 49; ++v) {
    EXPECT_EQ(model.target(v * s), v);
    EXPECT_EQ(model.next_active(v, 0), v * s + 1);
    EXPECT_EQ(model.next_active(v, 49 * s + (49 - v) * s), std::nullopt);
  }
}

TEST(LoadModel, NextActiveAgreesWithActiveUsers) {
  const LoadModel model =
      LoadModel::ramps(7, 0.000'000'003, 0.000'000'040, 0.000'000'002, 0.000'000'031);
  ASSERT_EQ(model.end_ns(), 76);
  for (int v = 0; v < 8; ++v)
    for (std::int64_t t = 0; t <= 76; ++t) {
      std::int64_t first = t;
      while (first < 76 && model.active_users(first) <= v) ++first;
      const auto expected = first < 76 ? std::optional(first) : std::nullopt;
      EXPECT_EQ(model.next_active(v, t), expected) << v << " at " << t;
    }
}

TEST(LoadModel, StagesOfNoLengthAreLeftOut) {
  const LoadModel steady = LoadModel::ramps(5, 0, 0, 1.5, 0);
  ASSERT_EQ(steady.stages().size(), 1U);
  EXPECT_EQ(steady.stages()[0].name, "steady");
  EXPECT_EQ(steady.end_ns(), 1'500'000'000);
  EXPECT_EQ(steady.active_users(0), 5);
  EXPECT_EQ(steady.next_active(4, 0), 0);

  const LoadModel ramp = LoadModel::ramps(2, 0, 1, 0, 1);
  ASSERT_EQ(ramp.stages().size(), 2U);
  EXPECT_EQ(ramp.active_users(1 * s), 2);

  const LoadModel warm = LoadModel::ramps(2, 1, 0, 0, 0);
  EXPECT_EQ(warm.measured_from_ns(), 1 * s);

  const LoadModel none = LoadModel::ramps(2, 0, 0, 0, 0);
  ASSERT_EQ(none.stages().size(), 1U);
  EXPECT_EQ(none.end_ns(), 0);
  EXPECT_EQ(none.target(0), 0);
  EXPECT_EQ(none.next_active(0, 0), std::nullopt);
}

TEST(LoadModel, StageAt) {
  const LoadModel model = four_users();
  EXPECT_EQ(model.stage_at(-1), 0U);
  EXPECT_EQ(model.stage_at(2 * s - 1), 0U);
  EXPECT_EQ(model.stage_at(2 * s), 1U);
  EXPECT_EQ(model.stage_at(10 * s), 2U);
  EXPECT_EQ(model.stage_at(13 * s), 3U);
  EXPECT_EQ(model.stage_at(for_ever), 3U);
}

TEST(LoadModel, TheLongestRunFitsItsNanoseconds) {
  // 30 days each, the bound of the run spec.
  const LoadModel model = LoadModel::ramps(1'000'000, 2592000, 2592000, 2592000, 2592000);
  EXPECT_EQ(model.end_ns(), 4 * 2'592'000 * s);
  EXPECT_EQ(model.most_users(), 1'000'000);
  // User 500,000 comes half way: 15 days into the ramp.
  EXPECT_EQ(model.next_active(500'000, 2'592'000 * s), (2'592'000 + 1'296'000) * s + 1);
  EXPECT_GT(LoadModel::ramps(1, 1e300, 1e300, 1e300, 1e300).end_ns(), 0);
}

TEST(LoadModel, UnboundedNeverEnds) {
  const LoadModel model = LoadModel::unbounded(3);
  EXPECT_EQ(model.end_ns(), for_ever);
  EXPECT_EQ(model.measured_from_ns(), 0);
  EXPECT_EQ(model.active_users(0), 3);
  EXPECT_EQ(model.active_users(for_ever - 1), 3);
  EXPECT_EQ(model.next_active(2, 12345), 12345);
  EXPECT_EQ(model.next_active(3, 0), std::nullopt);
  EXPECT_EQ(model.most_users(), 3);
}

TEST(LoadModel, UnboundedMayHaveAFraction) {
  const LoadModel model = LoadModel::unbounded(2.5);
  EXPECT_EQ(model.target(5 * s), 2.5);
  EXPECT_EQ(model.highest_target(), 2.5);
  EXPECT_EQ(model.most_users(), 3);
  EXPECT_EQ(model.due_until(4 * s), 10);
}

// ---- of a run spec

TEST(LoadModel, OfASpecWithRamps) {
  const RunSpec spec = merge_run_spec(R"({"warmup_seconds": 2, "time_scale": 0.5})", "",
                                      ScenarioDefaults{4, 8, 3, 8});
  const LoadModel model = LoadModel::of(spec);
  ASSERT_EQ(model.stages().size(), 4U);
  EXPECT_EQ(model.measured_from_ns(), 1 * s);
  EXPECT_EQ(model.end_ns(), 10'500'000'000);
  EXPECT_EQ(model.most_users(), 4);
  const LoadModel open = LoadModel::of(merge_run_spec(
      R"({"arrival": {"rate": 2.5}, "warmup_seconds": 2})", "", ScenarioDefaults{4, 8, 3, 8}));
  EXPECT_EQ(open.highest_target(), 2.5);
  EXPECT_EQ(open.target(0), 2.5);
  EXPECT_EQ(open.target(6 * s), 1.25);
}

TEST(LoadModel, OfASpecWithOperations) {
  const ScenarioDefaults scenario{4, 8, 3, 8};
  const LoadModel closed = LoadModel::of(merge_run_spec(R"({"operations": 9})", "", scenario));
  EXPECT_EQ(closed.end_ns(), for_ever);
  EXPECT_EQ(closed.most_users(), 4);
  const LoadModel open =
      LoadModel::of(merge_run_spec(R"({"operations": 9, "arrival": {"rate": 0.5}})", "", scenario));
  EXPECT_EQ(open.end_ns(), for_ever);
  EXPECT_EQ(open.target(9 * s), 0.5);
}

// Up from 0, a hold, a jump that is no stage, a fall between two targets, a pause, a jump at the
// end.
TEST(LoadModel, OfASpecWithStages) {
  const LoadModel model = LoadModel::of(merge_run_spec(
      R"({"warmup_seconds": 3, "time_scale": 0.5, "stages": [
            {"duration_seconds": 4, "virtual_users": 4, "name": "up"},
            {"duration_seconds": 2, "virtual_users": 4, "name": "hold"},
            {"duration_seconds": 0, "virtual_users": 10},
            {"duration_seconds": 8, "virtual_users": 2, "name": "down"},
            {"duration_seconds": 0, "virtual_users": 0},
            {"duration_seconds": 2, "virtual_users": 0, "name": "pause"},
            {"duration_seconds": 2, "virtual_users": 2, "name": "again"},
            {"duration_seconds": 0, "virtual_users": 8}]})",
      "", ScenarioDefaults{4, 8, 3, 8}));
  const std::vector<std::string> names = {"warm_up", "up", "hold", "down", "pause", "again"};
  const std::vector<std::int64_t> ends = {3 * s / 2,  7 * s / 2,  9 * s / 2,
                                          17 * s / 2, 19 * s / 2, 21 * s / 2};
  const std::vector<double> from = {4, 0, 4, 10, 0, 0};
  const std::vector<double> to = {4, 4, 4, 2, 0, 2};
  ASSERT_EQ(model.stages().size(), 6U);
  for (std::size_t i = 0; i < 6; ++i) {
    const Stage& stage = model.stages()[i];
    EXPECT_EQ(stage.name, names[i]);
    EXPECT_EQ(stage.start_ns, i == 0 ? 0 : ends[i - 1]);
    EXPECT_EQ(stage.end_ns, ends[i]);
    EXPECT_EQ(stage.from, from[i]);
    EXPECT_EQ(stage.to, to[i]);
    EXPECT_EQ(stage.measured, i > 0);
    EXPECT_EQ(stage.holds(), i == 0 || i == 2 || i == 4);
  }
  EXPECT_EQ(model.most_users(), 10);
  EXPECT_EQ(model.end_ns(), 21 * s / 2);
  EXPECT_EQ(model.target(9 * s / 2), 10);
  EXPECT_EQ(model.target(13 * s / 2), 6);
  EXPECT_EQ(model.active_users(9 * s), 0);
  // User 5 comes with the jump and goes half way down (10 - 2t = 5); nobody is there in the pause,
  // and user 1 comes back half way up.
  EXPECT_EQ(model.next_active(5, 0), 9 * s / 2);
  EXPECT_EQ(model.next_active(5, 7 * s - 1), 7 * s - 1);
  EXPECT_EQ(model.next_active(5, 7 * s), std::nullopt);
  EXPECT_EQ(model.next_active(1, 17 * s / 2), 10 * s + 1);
  EXPECT_EQ(model.next_active(0, 9 * s), 19 * s / 2 + 1);
  EXPECT_EQ(model.stage_at(17 * s / 2), 4U);
  EXPECT_EQ(model.stage_at(17 * s / 2 - 1), 3U);
}

TEST(LoadModel, TheWarmupOfStagesIsAtTheirFirstLoad) {
  const LoadModel model = LoadModel::of(merge_run_spec(
      R"({"warmup_seconds": 1, "stages": [{"duration_seconds": 1, "rate": 0},
           {"duration_seconds": 1, "rate": 7}, {"duration_seconds": 1, "rate": 9}]})",
      "", ScenarioDefaults{}));
  EXPECT_EQ(model.stages()[0].to, 7);
  EXPECT_EQ(model.measured_from_ns(), 1 * s);
}

TEST(LoadModel, WhatIsDueIsTheIntegral) {
  const LoadModel model = four_users();  // 4 for 2 s, up in 8 s, 4 for 3 s, down in 8 s
  const std::vector<std::pair<std::int64_t, double>> expected = {
      {-1, 0},      {0, 0},       {1 * s, 4},   {2 * s, 8},   {6 * s, 12},   {10 * s, 24},
      {11 * s, 28}, {13 * s, 36}, {17 * s, 48}, {21 * s, 52}, {for_ever, 52}};
  for (const auto& [t, due] : expected) EXPECT_EQ(model.due_until(t), due) << t;
}

TEST(DueQueue, GivesTheEarliestFirst) {
  DueQueue queue(5);
  EXPECT_TRUE(queue.empty());
  queue.push(30, 1);
  queue.push(-10, 2);
  queue.push(20, 3);
  queue.push(for_ever, 4);
  queue.push(10, 5);
  EXPECT_EQ(queue.size(), 5U);
  EXPECT_EQ(queue.top().user, 2);
  EXPECT_EQ(queue.top().due_ns, -10);
  for (const int user : {2, 5, 3, 1, 4}) EXPECT_EQ(queue.pop().user, user);
  EXPECT_TRUE(queue.empty());
}

TEST(DueQueue, ServesEqualsInTheirOrderOfArrival) {
  DueQueue queue(100);
  for (int user = 0; user < 100; ++user) queue.push(user % 3, user);
  for (int due = 0; due < 3; ++due)
    for (int user = due; user < 100; user += 3) {
      const DueQueue::Entry entry = queue.pop();
      ASSERT_EQ(entry.due_ns, due);
      ASSERT_EQ(entry.user, user);
    }
  EXPECT_EQ(queue.size(), 0U);
}

// One who comes back with the same due time stands behind those who wait already.
TEST(DueQueue, ArrivalCountsAfterPopsToo) {
  DueQueue queue(3);
  queue.push(5, 0);
  queue.push(5, 1);
  queue.push(5, 2);
  queue.push(5, queue.pop().user);
  for (const int user : {1, 2, 0}) EXPECT_EQ(queue.pop().user, user);
}

}  // namespace
}  // namespace perf_mgmt
