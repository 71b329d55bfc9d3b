// The table of verdicts row by row; all by hand.
#include "../../src/core/verdict_rules.hpp"

#include <gtest/gtest.h>

namespace perf_mgmt {
namespace {

// Threshold 0.2 worse, 0.2 better; significant unless said otherwise.
TestedChange tested(double change, double low, double high,
                    std::optional<bool> confirmed = std::nullopt, double adjusted_p = 0.01) {
  return {change, low, high, adjusted_p, 0.2, -0.2, confirmed};
}

Decision against_baseline(const TestedChange& change) {
  return decide_tested(change, Against::baseline);
}

TEST(VerdictRules, BreachedSignificantAndConfirmedIsARegression) {
  const Decision decision = against_baseline(tested(0.3, 0.1, 0.5, true));
  EXPECT_EQ(decision.verdict, Verdict::regression);
  EXPECT_FALSE(decision.severe);
}

TEST(VerdictRules, AllOfTheIntervalBeyondTheThresholdIsSevere) {
  for (const std::optional<bool> confirmed : {std::optional<bool>(), std::optional<bool>(true)}) {
    const Decision decision = against_baseline(tested(0.3, 0.21, 0.5, confirmed));
    EXPECT_EQ(decision.verdict, Verdict::regression);
    EXPECT_TRUE(decision.severe);
  }
  // Its end at the threshold is not beyond it.
  EXPECT_EQ(against_baseline(tested(0.3, 0.2, 0.5)).verdict, Verdict::suspect);
}

TEST(VerdictRules, BreachedAndNotSignificantIsSuspect) {
  EXPECT_EQ(against_baseline(tested(0.3, -0.1, 0.7, true, 0.2)).verdict, Verdict::suspect);
  // Its interval above zero, but not after the adjustment.
  EXPECT_EQ(against_baseline(tested(0.3, 0.01, 0.7, true, 0.051)).verdict, Verdict::suspect);
  EXPECT_EQ(against_baseline(tested(0.3, 0.01, 0.7, true, 0.05)).verdict, Verdict::regression);
}

TEST(VerdictRules, BreachedAndNotConfirmedIsSuspect) {
  EXPECT_EQ(against_baseline(tested(0.3, 0.1, 0.5)).verdict, Verdict::suspect);
  EXPECT_EQ(against_baseline(tested(0.3, 0.1, 0.5, false)).verdict, Verdict::suspect);
  // A repetition that says no outweighs any interval.
  const Decision decision = against_baseline(tested(0.3, 0.25, 0.5, false));
  EXPECT_EQ(decision.verdict, Verdict::suspect);
  EXPECT_FALSE(decision.severe);
}

TEST(VerdictRules, SignificantWithinTheThresholdIsAShift) {
  EXPECT_EQ(against_baseline(tested(0.1, 0.05, 0.15)).verdict, Verdict::shift);
  EXPECT_EQ(against_baseline(tested(-0.1, -0.15, -0.05)).verdict, Verdict::shift);
  EXPECT_EQ(against_baseline(tested(0.2, 0.1, 0.3, true)).verdict, Verdict::shift);  // not breached
  EXPECT_EQ(against_baseline(tested(-0.2, -0.3, -0.1)).verdict, Verdict::shift);
}

TEST(VerdictRules, AnIntervalWithinTheThresholdPasses) {
  EXPECT_EQ(against_baseline(tested(0.05, -0.1, 0.2, {}, 0.4)).verdict, Verdict::pass);
  EXPECT_EQ(against_baseline(tested(-0.3, -0.7, 0.1, {}, 0.4)).verdict, Verdict::pass);
}

TEST(VerdictRules, SignificantlyBetterBeyondTheThresholdIsAnImprovement) {
  EXPECT_EQ(against_baseline(tested(-0.21, -0.4, -0.02)).verdict, Verdict::improvement);
}

TEST(VerdictRules, OtherwiseItIsInconclusive) {
  EXPECT_EQ(against_baseline(tested(0.1, -0.1, 0.3, {}, 0.4)).verdict, Verdict::inconclusive);
  EXPECT_EQ(against_baseline(tested(0.0, -0.21, 0.21, {}, 1)).verdict, Verdict::inconclusive);
}

TEST(VerdictRules, TheBudgetGatesOnlyByAllOfTheInterval) {
  EXPECT_EQ(decide_tested(tested(0.3, 0.1, 0.5, true), Against::budget).verdict, Verdict::suspect);
  EXPECT_EQ(decide_tested(tested(0.3, -0.1, 0.7, {}, 0.4), Against::budget).verdict,
            Verdict::inconclusive);
  const Decision decision = decide_tested(tested(0.3, 0.21, 0.5), Against::budget);
  EXPECT_EQ(decision.verdict, Verdict::regression);
  EXPECT_TRUE(decision.severe);
  EXPECT_EQ(decide_tested(tested(0.3, 0.21, 0.5, false), Against::budget).verdict,
            Verdict::suspect);
  EXPECT_EQ(decide_tested(tested(0.05, -0.1, 0.2, {}, 0.4), Against::budget).verdict,
            Verdict::pass);
}

TEST(VerdictRules, WithoutAFloorTwiceTheThresholdInEveryRoundIsSevere) {
  const Decision decision = decide_by_threshold({40.1, 20, true, {}}, Against::baseline);
  EXPECT_EQ(decision.verdict, Verdict::regression);
  EXPECT_TRUE(decision.severe);
  // At twice it, or with one round that is not: unconfirmed.
  EXPECT_EQ(decide_by_threshold({40, 20, true, {}}, Against::baseline).verdict, Verdict::suspect);
  EXPECT_EQ(decide_by_threshold({80, 20, false, {}}, Against::baseline).verdict, Verdict::suspect);
  // The repetition says no.
  EXPECT_EQ(decide_by_threshold({80, 20, true, false}, Against::baseline).verdict,
            Verdict::suspect);
}

TEST(VerdictRules, WithoutAFloorAConfirmedBreachIsARegression) {
  const Decision decision = decide_by_threshold({21, 20, true, true}, Against::baseline);
  EXPECT_EQ(decision.verdict, Verdict::regression);
  EXPECT_FALSE(decision.severe);
  EXPECT_EQ(decide_by_threshold({21, 20, true, {}}, Against::baseline).verdict, Verdict::suspect);
  EXPECT_EQ(decide_by_threshold({21, 20, true, false}, Against::baseline).verdict,
            Verdict::suspect);
  EXPECT_EQ(decide_by_threshold({20, 20, true, true}, Against::baseline).verdict, Verdict::pass);
  EXPECT_EQ(decide_by_threshold({-60, 20, false, {}}, Against::baseline).verdict, Verdict::pass);
}

TEST(VerdictRules, WithoutAFloorTheBudgetNeverGates) {
  EXPECT_EQ(decide_by_threshold({80, 20, true, true}, Against::budget).verdict, Verdict::suspect);
  EXPECT_EQ(decide_by_threshold({10, 20, false, {}}, Against::budget).verdict, Verdict::pass);
}

MetricVerdict row(std::string metric, Verdict verdict, Against against = Against::baseline,
                  double p = 0.5, double change = 0) {
  MetricVerdict made;
  made.metric = std::move(metric);
  made.verdict = verdict;
  made.against = against;
  made.p_value = p;
  made.change_percent = change;
  made.threshold = made.metric == "throughput_tps" ? -15 : 20;
  made.reason = "as made";
  return made;
}

Judgement concluded(std::vector<MetricVerdict> rows) {
  Judgement judgement;
  judgement.metrics = std::move(rows);
  conclude(judgement);
  return judgement;
}

constexpr const char* kAvg = "avg_response_time_ms";
constexpr const char* kP95 = "p95_response_time_ms";
constexpr const char* kP99 = "p99_response_time_ms";
constexpr const char* kTps = "throughput_tps";
constexpr const char* kErrors = "error_rate_percent";

TEST(VerdictRules, TheWorstMetricGivesTheVerdict) {
  using enum Verdict;
  EXPECT_EQ(concluded({row(kAvg, pass), row(kTps, suspect), row(kErrors, regression)}).verdict,
            regression);
  EXPECT_EQ(concluded({row(kAvg, inconclusive), row(kTps, suspect)}).verdict, suspect);
  EXPECT_EQ(concluded({row(kAvg, inconclusive), row(kTps, shift)}).verdict, inconclusive);
  EXPECT_EQ(concluded({row(kAvg, pass), row(kTps, improvement)}).verdict, improvement);
  EXPECT_EQ(concluded({row(kAvg, pass), row(kTps, pass)}).verdict, pass);
  EXPECT_EQ(concluded({row(kAvg, pass), row(kTps, pass)}).primary_metric, "");
}

TEST(VerdictRules, AShiftHidesAnImprovementOnlyWhereItIsForTheWorse) {
  using enum Verdict;
  const auto baseline = Against::baseline;
  const MetricVerdict improved = row(kAvg, improvement, baseline, 0.01, -30);
  EXPECT_EQ(concluded({row(kTps, shift, baseline, 0.01, 10), improved}).verdict, improvement);
  EXPECT_EQ(concluded({row(kTps, shift, baseline, 0.01, -10), improved}).verdict, shift);
  EXPECT_EQ(concluded({row(kP99, shift, baseline, 0.01, 10), improved}).verdict, shift);
  EXPECT_EQ(concluded({row(kP99, shift, baseline, 0.01, -10), row(kAvg, pass)}).verdict, shift);
}

TEST(VerdictRules, ThePrimaryMetricIsTheStrongest) {
  using enum Verdict;
  const auto baseline = Against::baseline;
  const Judgement judgement = concluded({row(kAvg, regression, baseline, 0.02, 30),
                                         row(kP95, regression, baseline, 0.001, 25),
                                         row(kP99, suspect, baseline, 1e-9, 60)});
  EXPECT_EQ(judgement.primary_metric, kP95);
  EXPECT_EQ(judgement.reason, "p95_response_time_ms: as made");
  // As likely: by how many thresholds. 30 / 20 against -30 / -15.
  EXPECT_EQ(concluded({row(kAvg, regression, baseline, 0.01, 30),
                       row(kTps, regression, baseline, 0.01, -30)})
                .primary_metric,
            kTps);
  MetricVerdict severe = row(kP99, regression, baseline, 0.04, 30);
  severe.severe = true;
  EXPECT_EQ(concluded({row(kP95, regression, baseline, 0.001, 90), severe}).primary_metric, kP99);
}

TEST(VerdictRules, APercentileThatCannotBeToldHidesNothing) {
  using enum Verdict;
  EXPECT_EQ(concluded({row(kAvg, pass), row(kP95, inconclusive), row(kP99, inconclusive),
                       row(kTps, pass), row(kErrors, inconclusive)})
                .verdict,
            pass);
  const Judgement judgement = concluded({row(kAvg, pass), row(kTps, inconclusive)});
  EXPECT_EQ(judgement.verdict, inconclusive);
  EXPECT_EQ(judgement.primary_metric, kTps);
  EXPECT_EQ(concluded({row(kP95, inconclusive)}).verdict, inconclusive);
  EXPECT_EQ(concluded({row(kP95, inconclusive)}).reason,
            "nothing that was measured can be compared");
}

TEST(VerdictRules, BudgetHistoryAndLimitsWarnAndDoNotComfort) {
  using enum Verdict;
  const std::vector<MetricVerdict> passed = {row(kAvg, pass), row(kTps, pass)};
  const auto with = [&](const MetricVerdict& other) {
    std::vector<MetricVerdict> rows = passed;
    rows.push_back(other);
    return concluded(rows).verdict;
  };
  EXPECT_EQ(with(row(kAvg, suspect, Against::history)), suspect);
  EXPECT_EQ(with(row(kAvg, regression, Against::budget)), regression);
  EXPECT_EQ(with(row(kAvg, regression, Against::limit)), regression);
  EXPECT_EQ(with(row(kAvg, shift, Against::budget)), pass);
  EXPECT_EQ(with(row(kAvg, improvement, Against::budget)), pass);
  EXPECT_EQ(with(row(kAvg, inconclusive, Against::budget)), pass);
  EXPECT_EQ(with(row(kAvg, inconclusive, Against::limit)), pass);
  EXPECT_EQ(concluded({row(kAvg, no_baseline), row(kAvg, pass, Against::history),
                       row(kAvg, pass, Against::limit)})
                .verdict,
            no_baseline);
  // Of one verdict the baseline's comes first.
  EXPECT_EQ(concluded({row(kP99, suspect, Against::history, 1e-9),
                       row(kAvg, suspect, Against::baseline, 0.4)})
                .primary_metric,
            kAvg);
}

}  // namespace
}  // namespace perf_mgmt
