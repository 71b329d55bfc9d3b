// Judgements of simulated executions: what a CI sees in the long run. Seeded, so the counts are
// always the same; the bounds are those that the project promises.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "perf_mgmt/core/random.hpp"
#include "perf_mgmt/core/variant_comparison.hpp"
#include "verdict_fixture.hpp"

namespace perf_mgmt {
namespace {

constexpr int kPairs = 60;
constexpr double kBetween = 0.06;  // deviation between executions
constexpr double kWithin = 0.04;   // and between the rounds of one

// Box and Muller 1958.
double normal(RandomStream& random) {
  const double radius = std::sqrt(-2 * std::log(1 - random.next_unit()));
  return radius * std::cos(2 * std::numbers::pi * random.next_unit());
}

ExecutionFigures simulated(RandomStream& random, std::string id, double factor,
                           double between = kBetween) {
  const double level = 10 * factor * std::exp(between * normal(random));
  std::vector<double> rounds(5);
  for (double& round : rounds) round = level * std::exp(kWithin * normal(random));
  return fixture::execution(std::move(id), rounds);
}

struct Counts {
  int regressions = 0;
  int suspects = 0;
};

// As in CI: a candidate is repeated once, and judged again with the repetition.
Counts judge_all(std::size_t history, double factor) {
  Counts counts;
  for (int i = 0; i < kPairs; ++i) {
    RandomStream random(7, static_cast<std::uint64_t>(i), history);
    Evidence evidence;
    for (std::size_t h = 0; h < history; ++h) {
      evidence.history.push_back(simulated(random, "h" + std::to_string(h), 1));
    }
    evidence.baseline_type = "MANUAL";
    evidence.baseline = {history > 0 ? evidence.history[0] : simulated(random, "b", 1)};
    evidence.current = simulated(random, "c", factor);
    Judgement judgement = judge(evidence);
    if (judgement.verdict == Verdict::suspect || judgement.verdict == Verdict::regression) {
      evidence.confirmation = simulated(random, "r", factor);
      judgement = judge(evidence);
    }
    counts.regressions += judgement.verdict == Verdict::regression ? 1 : 0;
    counts.suspects += judgement.verdict == Verdict::suspect ? 1 : 0;
  }
  return counts;
}

TEST(VerdictSimulation, IdenticalRunsAreNoRegressions) {
  EXPECT_LE(judge_all(10, 1).regressions, 1);
}

TEST(VerdictSimulation, NorWhileTheFloorIsNotKnown) {
  EXPECT_LE(judge_all(0, 1).regressions, 1);
}

TEST(VerdictSimulation, HalfAsSlowAgainIsARegression) {
  EXPECT_GE(judge_all(10, 1.5).regressions, 55);
}

TEST(VerdictSimulation, ItIsWhileTheFloorIsNotKnown) {
  EXPECT_GE(judge_all(0, 1.5).regressions, 55);
}

// Quads share their noise: 10 % is found in nearly all, nothing where nothing is.
int quads_called(double factor) {
  int called = 0;
  for (int i = 0; i < kPairs; ++i) {
    RandomStream random(11, static_cast<std::uint64_t>(i), 0);
    std::vector<Quad> quads;
    for (int q = 0; q < 8; ++q) {
      const double level = 10 * std::exp(0.2 * normal(random));
      const auto half = [&](double of) {
        return std::vector<RoundFigures>{
            fixture::round_of(of * level * std::exp(kWithin * normal(random))),
            fixture::round_of(of * level * std::exp(kWithin * normal(random)))};
      };
      quads.push_back({half(1), half(factor)});
    }
    const VariantJudgement judgement = compare_quads(quads, {});
    if (judgement.verdict == VariantVerdict::slower) ++called;
    EXPECT_TRUE(factor == 1 || judgement.verdict != VariantVerdict::faster);
  }
  return called;
}

TEST(VerdictSimulation, QuadsFindTenPercent) {
  EXPECT_LE(quads_called(1), 1);
  EXPECT_GE(quads_called(1.1), 54);
}

}  // namespace
}  // namespace perf_mgmt
