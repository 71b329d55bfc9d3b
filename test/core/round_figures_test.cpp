// Figures of rounds; expectations by hand.
#include "perf_mgmt/core/round_figures.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "verdict_fixture.hpp"

namespace perf_mgmt {
namespace {

using fixture::execution;
using fixture::round_of;

TEST(RoundFigures, OnlyQuietRoundsCount) {
  ExecutionFigures run = execution("r", {1, 2, 4, 8});
  run.rounds[1].quiet = false;
  EXPECT_EQ(quiet_rounds(run), 3U);
  const RoundValues values = round_logs(run, Metric::avg);
  EXPECT_EQ(values.problem, "");
  EXPECT_EQ(values.logs, (std::vector<double>{0, std::log(4.0), std::log(8.0)}));
}

TEST(RoundFigures, ARunThatWasCutNeedsThreeQuietRounds) {
  ExecutionFigures run = execution("r", {1, 2, 4, 8, 16});
  for (const int i : {0, 2, 3}) run.rounds[i].quiet = false;
  EXPECT_EQ(round_logs(run, Metric::throughput).problem,
            "only 2 of 5 rounds were quiet, 3 are needed");
  EXPECT_EQ(error_counts(run).problem, "only 2 of 5 rounds were quiet, 3 are needed");
  run.rounds[4].quiet = false;
  EXPECT_EQ(round_logs(run, Metric::avg).problem, "only 1 of 5 rounds was quiet, 3 are needed");
  run.rounds[0].quiet = run.rounds[4].quiet = true;
  EXPECT_EQ(round_logs(run, Metric::avg).logs.size(), 3U);
}

TEST(RoundFigures, ARunOfOneRoundNeedsThatOne) {
  ExecutionFigures run = execution("r", {4});
  EXPECT_EQ(round_logs(run, Metric::avg).logs, std::vector<double>{std::log(4.0)});
  run.rounds[0].quiet = false;
  EXPECT_EQ(round_logs(run, Metric::avg).problem, "its only round was disturbed");
  // It was repeated and then quiet.
  run.rounds.push_back(round_of(5));
  EXPECT_EQ(round_logs(run, Metric::avg).problem, "only 1 of 2 rounds was quiet, 2 are needed");
  run.rounds_wanted = 1;
  EXPECT_EQ(round_logs(run, Metric::avg).logs, std::vector<double>{std::log(5.0)});
  EXPECT_EQ(round_logs({"r", {}}, Metric::avg).problem, "it has no rounds");
}

// n (1 - q) >= 20: 400 successes for p95, 2,000 for p99.
TEST(RoundFigures, APercentileNeedsTwentyValuesBeyondItInEachRound) {
  ExecutionFigures run = execution("r", {1, 1, 1}, 2000);
  EXPECT_EQ(round_logs(run, Metric::p99).problem, "");
  run.rounds[1].ok = 1999;
  EXPECT_EQ(round_logs(run, Metric::p99).problem,
            "a round has 1999 successes, 2000 are needed for this percentile");
  run.rounds[1].ok = 400;
  EXPECT_EQ(round_logs(run, Metric::p95).problem, "");
  run.rounds[1].ok = 399;
  EXPECT_EQ(round_logs(run, Metric::p95).problem,
            "a round has 399 successes, 400 are needed for this percentile");
  EXPECT_EQ(round_logs(run, Metric::avg).problem, "");
  run.rounds[1].quiet = false;  // disturbed rounds are not asked
  run.rounds.push_back(round_of(1));
  EXPECT_EQ(round_logs(run, Metric::p99).problem, "");
}

TEST(RoundFigures, AMissingFigureIsAProblemAndZeroIsMinusInfinity) {
  ExecutionFigures run = execution("r", {1, 1, 1});
  run.rounds[2].tps = 0;
  EXPECT_EQ(round_logs(run, Metric::throughput).logs.at(2), -HUGE_VAL);
  run.rounds[2].tps = std::nullopt;
  EXPECT_EQ(round_logs(run, Metric::throughput).problem, "a round has no such figure");
  EXPECT_TRUE(round_logs(run, Metric::throughput).logs.empty());
}

TEST(RoundFigures, ErrorsAreCountedOverQuietRounds) {
  ExecutionFigures run = execution("r", {1, 1, 1, 1}, 90, 10);
  run.rounds[3].quiet = false;
  const ErrorCounts counts = error_counts(run);
  EXPECT_EQ(counts.failed, 30U);
  EXPECT_EQ(counts.begun, 300U);
  EXPECT_EQ(error_counts(execution("r", {1}, 0, 0)).problem, "it has no operations");
}

}  // namespace
}  // namespace perf_mgmt
