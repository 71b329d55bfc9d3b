// Judgements of whole executions. Figures by SciPy 1.10.1 and NumPy: the interval as
// stats.t.ppf(.975, D) * sqrt(floor^2 (1 + 1/k) + s^2/n + s_b^2/m) with Satterthwaite's D. (SciPy's
// quantile has ten digits where D is not whole.)
#include "perf_mgmt/core/verdict.hpp"

#include <gtest/gtest.h>

#include "verdict_fixture.hpp"

namespace perf_mgmt {
namespace {

using fixture::evidence;
using fixture::execution;
using fixture::kAvg;
using fixture::kErrors;
using fixture::kSame;
using fixture::kSlow;
using fixture::kSlowAgain;
using fixture::kTps;
using fixture::mentions;
using fixture::row_of;

constexpr const char* kP95 = "p95_response_time_ms";
constexpr const char* kP99 = "p99_response_time_ms";

TEST(Verdict, TheIntervalIsThatOfTheComponents) {
  const Judgement judgement = judge(evidence(kSlow));
  for (const char* metric : {kAvg, kP95, kP99}) {
    const MetricVerdict row = row_of(judgement, metric);
    EXPECT_NEAR(row.change_percent.value(), 28.7812881561, 1e-8) << metric;
    EXPECT_NEAR(row.low_percent.value(), 12.8925772113, 1e-8);
    EXPECT_NEAR(row.high_percent.value(), 46.9062057826, 1e-8);
    EXPECT_NEAR(row.p_value.value(), 0.00228403347034, 1e-12);
    EXPECT_NEAR(row.adjusted_p_value.value(), 0.00228403347034 * 5 / 4, 1e-12);
    EXPECT_NEAR(row.floor_percent.value(), 3.987167240781632, 1e-10);
    EXPECT_NEAR(row.mann_whitney_p.value(), 0.007936507936507936, 1e-12);
    EXPECT_NEAR(row.hodges_lehmann_percent.value(), 28.431372549019613, 1e-9);
    EXPECT_EQ(row.threshold, 20);
    EXPECT_EQ(row.rounds_current, 5U);
    EXPECT_EQ(row.rounds_baseline, 5U);
    EXPECT_EQ(row.basis, Basis::tested);
    EXPECT_EQ(row.verdict, Verdict::suspect);  // nobody has repeated it
    EXPECT_EQ(row.confirmed, std::nullopt);
  }
  const MetricVerdict avg = row_of(judgement, kAvg);
  EXPECT_NEAR(avg.current.value(), 128.76840848152594, 1e-9);
  EXPECT_NEAR(avg.baseline.value(), 99.98999879971987, 1e-9);
  EXPECT_EQ(avg.reason,
            "+28.8 % (95 % interval +12.9 to +46.9) against the MANUAL baseline, threshold +20: "
            "over the threshold, not confirmed by a repetition");
  EXPECT_EQ(judgement.rounds_quiet, 5U);
}

TEST(Verdict, LessThroughputIsWorse) {
  const MetricVerdict row = row_of(judge(evidence(kSlow)), kTps);
  EXPECT_NEAR(row.change_percent.value(), -22.3489674379, 1e-8);
  EXPECT_NEAR(row.low_percent.value(), -31.9293562398, 1e-8);
  EXPECT_NEAR(row.high_percent.value(), -11.4202169264, 1e-8);
  EXPECT_EQ(row.threshold, -15);
  EXPECT_EQ(row.verdict, Verdict::suspect);
}

TEST(Verdict, ARepetitionThatBreachesTooMakesItARegression) {
  Evidence repeated = evidence(kSlow);
  repeated.confirmation = execution("r", kSlowAgain);
  const Judgement judgement = judge(repeated);
  EXPECT_EQ(judgement.verdict, Verdict::regression);
  EXPECT_EQ(row_of(judgement, kAvg).confirmed, true);
  EXPECT_FALSE(row_of(judgement, kAvg).severe);
  // One finding: p values are equal, -22.3 / -15 is more than 28.8 / 20.
  EXPECT_EQ(judgement.primary_metric, kTps);

  repeated.confirmation = execution("r", kSame);
  EXPECT_EQ(judge(repeated).verdict, Verdict::suspect);
  EXPECT_EQ(row_of(judge(repeated), kAvg).confirmed, false);

  // One that cannot be judged confirms nothing.
  repeated.confirmation = execution("r", kSlowAgain);
  for (const int i : {0, 1, 2}) repeated.confirmation->rounds[i].quiet = false;
  EXPECT_EQ(judge(repeated).verdict, Verdict::suspect);
  EXPECT_EQ(row_of(judge(repeated), kAvg).confirmed, std::nullopt);
}

TEST(Verdict, FarBeyondTheThresholdNeedsNoRepetition) {
  const Judgement judgement = judge(evidence({180, 182, 178, 181, 179}));
  EXPECT_EQ(judgement.verdict, Verdict::regression);
  EXPECT_TRUE(row_of(judgement, kAvg).severe);
}

TEST(Verdict, TheSameAgainPasses) {
  const Judgement judgement = judge(evidence(kSame));
  EXPECT_EQ(judgement.verdict, Verdict::pass);
  EXPECT_EQ(judgement.reason, "no metric is worse than its threshold");
  const MetricVerdict row = row_of(judgement, kAvg);
  EXPECT_EQ(row.verdict, Verdict::pass);
  EXPECT_NEAR(row.low_percent.value(), -12.2982362545, 1e-8);
  EXPECT_NEAR(row.high_percent.value(), 14.0227923923, 1e-8);
}

TEST(Verdict, MuchBetterIsAnImprovement) {
  const Judgement judgement = judge(evidence({70, 71, 69, 70, 72}));
  EXPECT_EQ(judgement.verdict, Verdict::improvement);
  EXPECT_EQ(row_of(judgement, kTps).verdict, Verdict::improvement);
}

// -18 %: as a ratio that is further than +20 %, in percent it is not.
TEST(Verdict, TheThresholdIsMirroredInPercent) {
  EXPECT_EQ(row_of(judge(evidence({82, 82, 82, 82, 82})), kAvg).verdict, Verdict::shift);
  EXPECT_EQ(row_of(judge(evidence({79, 79, 79, 79, 79})), kAvg).verdict, Verdict::improvement);
}

// +17 %, p = .02 before the adjustment.
TEST(Verdict, SignificantWithinTheThresholdIsAShift) {
  const Judgement judgement = judge(evidence({117, 118, 116, 117, 117}));
  EXPECT_EQ(row_of(judgement, kAvg).verdict, Verdict::shift);
  EXPECT_EQ(judgement.verdict, Verdict::suspect);  // for the history, whose limit is 13 %
  EXPECT_EQ(row_of(judgement, kAvg, Against::history).verdict, Verdict::suspect);
}

// A baseline of three executions: the floor counts 1 + 1/3 times.
TEST(Verdict, ABaselineOfSeveralExecutionsIsKnownBetter) {
  Evidence rolling = evidence(kSlow);
  rolling.baseline_type = "ROLLING";
  rolling.baseline = {rolling.history[5], rolling.history[6], rolling.history[7]};
  const MetricVerdict row = row_of(judge(rolling), kAvg);
  EXPECT_NEAR(row.change_percent.value(), 28.3802145791, 1e-8);
  EXPECT_NEAR(row.low_percent.value(), 15.2667465864, 1e-8);
  EXPECT_NEAR(row.high_percent.value(), 42.9855529325, 1e-8);
  EXPECT_NEAR(row.p_value.value(), 0.000700524960805, 1e-12);
  EXPECT_EQ(row.rounds_baseline, 15U);
  EXPECT_TRUE(mentions(row.reason, "against the ROLLING baseline"));
}

// Rounds far apart: +14.9 % [-2.1, 34.9], and the floor alone is too wide for 5 points of room.
TEST(Verdict, InconclusiveSaysWhetherMoreRoundsWouldTell) {
  const MetricVerdict row = row_of(judge(evidence({110, 130, 100, 125, 112})), kAvg);
  EXPECT_EQ(row.verdict, Verdict::inconclusive);
  EXPECT_NEAR(row.low_percent.value(), -2.1224280939, 1e-8);
  EXPECT_NEAR(row.high_percent.value(), 34.8929696951, 1e-8);
  EXPECT_EQ(row.rounds_needed, std::nullopt);
  EXPECT_TRUE(mentions(row.reason, "whole executions differ too much"));

  // The same rounds nearer to the baseline: more of them would do.
  const MetricVerdict near = row_of(judge(evidence({80, 125, 100, 118, 95})), kAvg);
  EXPECT_EQ(near.verdict, Verdict::inconclusive);
  EXPECT_EQ(near.rounds_needed, 20U);  // 19.43
  EXPECT_TRUE(mentions(near.reason, "about 20 quiet rounds would tell"));
}

// +22.5 % with an interval above zero, p = .047: only the adjustment to .059 takes the
// significance. By p = .05 the 5 rounds that were run would do, 4.75; by .04 it takes 5.80.
TEST(Verdict, ASuspicionSaysTheRoundsThatTheAdjustmentTakes) {
  const MetricVerdict row = row_of(judge(evidence({110, 140, 105, 148, 115})), kAvg);
  EXPECT_EQ(row.verdict, Verdict::suspect);
  EXPECT_NEAR(row.low_percent.value(), 0.31451923283986233, 1e-8);
  EXPECT_NEAR(row.p_value.value(), 0.047175472872841996, 1e-10);
  EXPECT_NEAR(row.adjusted_p_value.value(), 0.05896934109105249, 1e-10);
  EXPECT_EQ(row.rounds_needed, 6U);
}

// The floor of whole runs contains what their rounds deviate by.
TEST(Verdict, ARunOfOneRoundIsAdvisedToBeCut) {
  const MetricVerdict row = row_of(judge(evidence({112})), kAvg);
  EXPECT_EQ(row.verdict, Verdict::inconclusive);
  EXPECT_EQ(row.rounds_needed, std::nullopt);
  EXPECT_TRUE(mentions(row.reason, "; a run cut into rounds would tell more"));
}

// Decision (b)
TEST(Verdict, APercentileOfTooFewValuesIsInconclusiveAndHidesNothing) {
  Evidence small = evidence(kSame);
  small.current = execution("c", kSame, 1000);
  const Judgement judgement = judge(small);
  EXPECT_EQ(judgement.verdict, Verdict::pass);
  EXPECT_EQ(row_of(judgement, kP95).verdict, Verdict::pass);
  EXPECT_EQ(row_of(judgement, kP99).verdict, Verdict::inconclusive);
  EXPECT_EQ(row_of(judgement, kP99).reason,
            "a round has 1000 successes, 2000 are needed for this percentile");
  // The same where it is the baseline that has too few.
  Evidence poor = evidence(kSame);
  poor.baseline = {execution("b", kSame, 1000)};
  EXPECT_EQ(row_of(judge(poor), kP99).verdict, Verdict::inconclusive);
  EXPECT_TRUE(mentions(row_of(judge(poor), kP99).reason, "the MANUAL baseline: a round has 1000"));
}

// Decision (c)
TEST(Verdict, TooFewQuietRoundsAreInconclusive) {
  Evidence loud = evidence(kSlow);
  for (const int i : {0, 3, 4}) loud.current.rounds[i].quiet = false;
  const Judgement judgement = judge(loud);
  EXPECT_EQ(judgement.verdict, Verdict::inconclusive);
  EXPECT_EQ(judgement.primary_metric, kAvg);
  EXPECT_EQ(judgement.rounds_quiet, 2U);
  EXPECT_EQ(judgement.reason, "avg_response_time_ms: only 2 of 5 rounds were quiet, 3 are needed");
  for (const char* metric : {kAvg, kP95, kP99, kTps, kErrors}) {
    EXPECT_EQ(row_of(judgement, metric).verdict, Verdict::inconclusive) << metric;
  }
  loud.current.rounds[3].quiet = true;  // three are enough
  EXPECT_EQ(judge(loud).verdict, Verdict::suspect);
  EXPECT_EQ(row_of(judge(loud), kAvg).rounds_current, 3U);
}

// sqrt(2) * .0391 * t(.975, 7) = .13075
TEST(Verdict, ARunOfOneRoundIsJudgedByTheFloorAlone) {
  Evidence single = evidence({100});
  single.baseline = {execution("h1", {100})};
  single.history[0] = execution("h1", {99.98999879971987});
  const MetricVerdict row = row_of(judge(single), kAvg);
  EXPECT_EQ(row.basis, Basis::tested);
  EXPECT_NEAR(row.high_percent.value(), 13.967677174433415, 1e-8);
  EXPECT_NEAR(row.low_percent.value(), -12.255823335817546, 1e-8);
  EXPECT_EQ(row.verdict, Verdict::pass);
  // Without a floor, by the threshold: one round is all of them.
  single.history.clear();
  single.current = execution("c", {145});
  EXPECT_TRUE(row_of(judge(single), kAvg).severe);
}

// Decision (d), first half in verdict_rules_test.cpp
TEST(Verdict, NothingToCompareWith) {
  Evidence first = evidence(kSlow);
  first.baseline.clear();
  first.history.clear();
  const Judgement judgement = judge(first);
  EXPECT_EQ(judgement.verdict, Verdict::no_baseline);
  EXPECT_EQ(judgement.metrics.size(), 5U);
  EXPECT_EQ(judgement.primary_metric, "");
  EXPECT_EQ(judgement.reason, "there is no baseline to compare with");
  EXPECT_NEAR(row_of(judgement, kAvg).current.value(), 128.76840848152594, 1e-9);
  EXPECT_EQ(row_of(judgement, kAvg).baseline, std::nullopt);
  EXPECT_EQ(row_of(judgement, kAvg).change_percent, std::nullopt);
}

// Decision (f)
TEST(Verdict, ABrokenLimitIsARegressionWhateverTheTestsSay) {
  Evidence limited = evidence(kSame);
  limited.limits = {{"max_p95_response_time_ms", false, 210.0, 205.0},
                    {"min_throughput_tps", true, 1000.0, 900.0},
                    {"max_cpu_usage_percent", std::nullopt, std::nullopt, 80.0}};
  const Judgement judgement = judge(limited);
  EXPECT_EQ(judgement.verdict, Verdict::regression);
  EXPECT_EQ(judgement.primary_metric, kP95);
  const MetricVerdict broken = row_of(judgement, kP95, Against::limit);
  EXPECT_EQ(broken.verdict, Verdict::regression);
  EXPECT_EQ(broken.basis, Basis::limit);
  EXPECT_EQ(broken.current, 210);
  EXPECT_EQ(broken.threshold, 205);
  EXPECT_EQ(broken.reason, "210 breaks max_p95_response_time_ms of 205");
  EXPECT_EQ(row_of(judgement, kTps, Against::limit).verdict, Verdict::pass);
  EXPECT_EQ(row_of(judgement, "cpu_usage_percent", Against::limit).verdict, Verdict::inconclusive);

  // Without a baseline too.
  limited.baseline.clear();
  EXPECT_EQ(judge(limited).verdict, Verdict::regression);
}

// 35 of 500 against 5 of 500.
TEST(Verdict, ErrorRatesAreComparedInPoints) {
  Evidence failing = evidence(kSame);
  failing.baseline = {execution("h1", kSame, 99, 1)};
  failing.current = execution("c", kSame, 93, 7);
  const MetricVerdict row = row_of(judge(failing), kErrors);
  EXPECT_NEAR(row.current.value(), 7, 1e-12);
  EXPECT_NEAR(row.baseline.value(), 1, 1e-12);
  EXPECT_NEAR(row.change_percent.value(), 6, 1e-12);
  EXPECT_NEAR(row.low_percent.value(), 3.667093287963614, 1e-9);
  EXPECT_NEAR(row.high_percent.value(), 8.64239978283306, 1e-9);
  EXPECT_NEAR(row.p_value.value(), 1.2903844524871904e-06, 1e-15);
  EXPECT_EQ(row.threshold, 5);
  EXPECT_EQ(row.verdict, Verdict::suspect);

  failing.confirmation = execution("r", kSame, 93, 7);
  EXPECT_EQ(row_of(judge(failing), kErrors).verdict, Verdict::regression);
  EXPECT_EQ(judge(failing).primary_metric, kErrors);
  failing.current = execution("c", kSame, 80, 20);
  EXPECT_TRUE(row_of(judge(failing), kErrors).severe);
}

TEST(Verdict, NoThroughputAtAllIsABreach) {
  Evidence dead = evidence({100, 100, 100});
  for (RoundFigures& round : dead.current.rounds) {
    round = {true, std::nullopt, std::nullopt, std::nullopt, 0.0, 0, 500};
  }
  const Judgement judgement = judge(dead);
  const MetricVerdict row = row_of(judgement, kTps);
  EXPECT_EQ(row.verdict, Verdict::regression);
  EXPECT_TRUE(row.severe);
  EXPECT_EQ(row.current, 0);
  EXPECT_EQ(row.change_percent, -100);
  EXPECT_EQ(row_of(judgement, kAvg).verdict, Verdict::inconclusive);
  EXPECT_EQ(judgement.verdict, Verdict::regression);
}

TEST(Verdict, ABaselineOfNothingTellsNothing) {
  Evidence odd = evidence(kSame);
  for (RoundFigures& round : odd.baseline[0].rounds) round.tps = 0;
  EXPECT_EQ(row_of(judge(odd), kTps).verdict, Verdict::inconclusive);
  EXPECT_EQ(row_of(judge(odd), kTps).reason, "the MANUAL baseline: its figure is 0");
  for (RoundFigures& round : odd.baseline[0].rounds) round.tps = std::nullopt;
  EXPECT_EQ(judge(odd).verdict, Verdict::inconclusive);
  EXPECT_EQ(row_of(judge(odd), kTps).reason, "the MANUAL baseline: a round has no such figure");
  odd.baseline = {execution("b", {})};
  EXPECT_EQ(row_of(judge(odd), kErrors).reason, "the MANUAL baseline: it has no rounds");
}

}  // namespace
}  // namespace perf_mgmt
