// What a judgement takes from earlier executions: the noise floor, the prediction limit and the
// budget. Figures by SciPy 1.10.1 and NumPy, as in verdict_test.cpp.
#include "perf_mgmt/core/verdict.hpp"

#include <gtest/gtest.h>

#include "verdict_fixture.hpp"

namespace perf_mgmt {
namespace {

using fixture::evidence;
using fixture::execution;
using fixture::find_row;
using fixture::kAvg;
using fixture::kErrors;
using fixture::kSame;
using fixture::kSlow;
using fixture::kSlowAgain;
using fixture::kTps;
using fixture::mentions;
using fixture::row_of;

// The floor of the eight, whoever else is in the history.
TEST(VerdictHistory, WhatIsJudgedIsNoPartOfTheFloor) {
  Evidence repeated = evidence(kSlow);
  repeated.confirmation = execution("r", kSlowAgain);
  repeated.history.push_back(repeated.current);
  repeated.history.push_back(*repeated.confirmation);
  repeated.history.push_back(repeated.baseline[0]);  // and h1 once
  EXPECT_NEAR(row_of(judge(repeated), kAvg).floor_percent.value(), 3.987167240781632, 1e-10);
}

TEST(VerdictHistory, AThresholdUnderThreeFloorsIsWarnedAbout) {
  Evidence narrow = evidence(kSame);
  narrow.thresholds.response_time_percent = 12;
  narrow.thresholds.throughput_percent = -11;
  EXPECT_TRUE(mentions(row_of(judge(narrow), kAvg).reason,
                       "the threshold is under three noise floors of 4.0 %, +12.4 would hold"));
  EXPECT_TRUE(mentions(row_of(judge(narrow), kTps).reason, "-11.1 would hold"));
  EXPECT_FALSE(mentions(row_of(judge(evidence(kSame)), kAvg).reason, "would hold"));
}

// Decision (a)
TEST(VerdictHistory, BelowFiveExecutionsTheThresholdAloneDecides) {
  Evidence young = evidence(kSlow);
  young.history.resize(4);  // h1, the baseline, is one of them
  const Judgement judgement = judge(young);
  const MetricVerdict row = row_of(judgement, kAvg);
  EXPECT_EQ(row.basis, Basis::threshold_only);
  EXPECT_EQ(row.verdict, Verdict::suspect);
  EXPECT_EQ(row.low_percent, std::nullopt);
  EXPECT_EQ(row.p_value, std::nullopt);
  EXPECT_EQ(row.floor_percent, std::nullopt);
  EXPECT_NEAR(row.change_percent.value(), 28.7812881561, 1e-8);
  EXPECT_TRUE(mentions(row.reason, "the noise floor is known from 5 comparable executions on"));
  EXPECT_EQ(row_of(judgement, kErrors).basis, Basis::tested);  // counts need no floor

  young.confirmation = execution("r", kSlowAgain);
  EXPECT_EQ(judge(young).verdict, Verdict::regression);
  young.confirmation = execution("r", kSame);
  EXPECT_EQ(judge(young).verdict, Verdict::suspect);
}

// How far a baseline is from the history is what is asked, not noise.
TEST(VerdictHistory, ABaselineFromElsewhereDoesNotWidenTheFloor) {
  Evidence foreign = evidence(kSlow);
  foreign.baseline = {execution("b", {60, 61, 59, 60, 60})};
  EXPECT_NEAR(row_of(judge(foreign), kAvg).floor_percent.value(), 3.987167240781632, 1e-10);
  foreign.history.resize(4);
  EXPECT_EQ(row_of(judge(foreign), kAvg).basis, Basis::threshold_only);
}

// Segments at other levels: pooled, their floor is that of the eight.
TEST(VerdictHistory, EarlierSegmentsTellOfTheNoise) {
  Evidence accepted = evidence(kSlow);
  accepted.earlier = {accepted.history};
  for (ExecutionFigures& execution : accepted.earlier[0]) {
    for (RoundFigures& round : execution.rounds) round.avg_ms = 7 * *round.avg_ms;
    execution.id = "earlier " + execution.id;
  }
  accepted.history.clear();
  const MetricVerdict row = row_of(judge(accepted), kAvg);
  EXPECT_EQ(row.basis, Basis::tested);
  EXPECT_NEAR(row.floor_percent.value(), 3.987167240781632, 1e-10);
}

TEST(VerdictHistory, WithoutAFloorTwiceTheThresholdInEveryRoundIsSevere) {
  Evidence young = evidence({145, 150, 141, 143, 148});
  young.history.clear();
  EXPECT_EQ(judge(young).verdict, Verdict::regression);
  EXPECT_TRUE(row_of(judge(young), kAvg).severe);
  // +45 % in the mean, one round within the threshold.
  young.current = execution("c", {160, 165, 119, 146, 142});
  EXPECT_EQ(row_of(judge(young), kAvg).verdict, Verdict::suspect);
  young.current = execution("c", kSame);
  EXPECT_EQ(judge(young).verdict, Verdict::pass);
  EXPECT_TRUE(mentions(judge(young).reason, "by thresholds alone"));
}

// Decision (e): a baseline that crept along, +16 % against the oldest and no more than noise
// against the newest.
TEST(VerdictHistory, TheBudgetFindsSlowCreep) {
  Evidence creep = evidence({168, 170, 166, 169, 167});
  creep.history.clear();
  for (int i = 0; i < 8; ++i) {
    const double level = i % 2 == 0 ? 160 : 164;
    creep.history.push_back(
        execution("k" + std::to_string(i), {level, level + 1, level - 1, level + 2, level - 2}));
  }
  creep.baseline_type = "ROLLING";
  creep.baseline = creep.history;
  creep.budget = {execution("oldest", {100, 101, 99, 100, 100})};
  const Judgement judgement = judge(creep);
  EXPECT_EQ(row_of(judgement, kAvg).verdict, Verdict::shift);
  EXPECT_EQ(row_of(judgement, kAvg, Against::budget).verdict, Verdict::regression);
  EXPECT_EQ(judgement.verdict, Verdict::regression);
  EXPECT_TRUE(mentions(judgement.reason, "against the budget"));

  // Barely beyond the threshold, confirmed: no more than a suspicion.
  creep.budget = {execution("oldest", {137, 138, 136, 137, 137})};
  creep.confirmation = execution("r", {168, 170, 166, 169, 167});
  EXPECT_EQ(row_of(judge(creep), kAvg, Against::budget).verdict, Verdict::suspect);
  EXPECT_EQ(judge(creep).verdict, Verdict::suspect);

  // The baseline itself: said once.
  creep.budget = creep.baseline;
  EXPECT_EQ(find_row(judge(creep), kAvg, Against::budget), nullptr);
}

// +13.238 %: mean + t(.99, 7) * s * sqrt(9/8).
TEST(VerdictHistory, TheHistoryPredictsTheNextExecution) {
  const MetricVerdict within = row_of(judge(evidence(kSame)), kAvg, Against::history);
  EXPECT_EQ(within.verdict, Verdict::pass);
  EXPECT_NEAR(within.baseline.value(), 101.22286702260809, 1e-9);
  EXPECT_NEAR(within.threshold.value(), 13.238037511246917, 1e-9);

  const Judgement outside = judge(evidence({115, 115, 115, 115, 115}));  // +13.6 %
  EXPECT_EQ(row_of(outside, kAvg, Against::history).verdict, Verdict::suspect);
  EXPECT_EQ(row_of(outside, kTps, Against::history).verdict, Verdict::suspect);
  EXPECT_NEAR(row_of(outside, kTps, Against::history).threshold.value(), -11.690451196606176, 1e-9);
  EXPECT_EQ(row_of(judge(evidence({114.5, 114.5, 114.5})), kAvg, Against::history).verdict,
            Verdict::pass);  // +13.1 %
  // Far better is no matter, and no errors are predicted.
  EXPECT_EQ(row_of(judge(evidence({50, 51, 49})), kAvg, Against::history).verdict, Verdict::pass);
  EXPECT_EQ(find_row(outside, kErrors, Against::history), nullptr);

  Evidence repeated = evidence({115, 115, 115, 115, 115});
  repeated.confirmation = execution("r", kSame);
  EXPECT_EQ(row_of(judge(repeated), kAvg, Against::history).confirmed, false);
  // Never more than a suspicion, however far and confirmed.
  repeated = evidence({400, 400, 400});
  repeated.confirmation = execution("r", {400, 400, 400});
  EXPECT_EQ(row_of(judge(repeated), kAvg, Against::history).verdict, Verdict::suspect);
}

TEST(VerdictHistory, SevenExecutionsAreNoHistory) {
  Evidence young = evidence(kSlow);
  young.history.pop_back();
  EXPECT_EQ(find_row(judge(young), kAvg, Against::history), nullptr);
}

TEST(VerdictHistory, AHistoryWithoutVarianceDoesNotAlertOnAnyChange) {
  Evidence flat = evidence({100.2, 100.2, 100.2});  // +0.2 %, resolution 0.1 %
  for (std::size_t i = 0; i < flat.history.size(); ++i) {
    flat.history[i] = execution("f" + std::to_string(i), {100, 100, 100});
  }
  EXPECT_EQ(row_of(judge(flat), kAvg, Against::history).verdict, Verdict::pass);
  flat.current = execution("c", {101, 101, 101});
  EXPECT_EQ(row_of(judge(flat), kAvg, Against::history).verdict, Verdict::suspect);
}

}  // namespace
}  // namespace perf_mgmt
