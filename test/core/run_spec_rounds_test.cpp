// Rounds of a run: when it is cut, and what each round's spec is. Expectations by hand.
#include <gtest/gtest.h>

#include "perf_mgmt/core/load_model.hpp"
#include "perf_mgmt/core/run_spec.hpp"
#include "run_spec_refusals.hpp"

namespace perf_mgmt {
namespace {

constexpr ScenarioDefaults scenario{10, 20, 100, 10};

RunSpec merged(std::string_view custom, std::string_view test, TestType type = TestType::load) {
  return merge_run_spec(custom, test, scenario, type);
}

TEST(RunSpecRounds, DefaultsFollowFromCi) {
  EXPECT_EQ(merged("", "{}").rounds, 1);
  EXPECT_FALSE(merged("", "{}").quiet);
  const RunSpec ci = merged("", R"({"ci_enabled": true})");
  EXPECT_EQ(ci.rounds, 5);
  EXPECT_TRUE(ci.quiet);
  EXPECT_EQ(merged("", R"({"ci_enabled": true})", TestType::baseline).rounds, 5);
  EXPECT_EQ(merged("", R"({"ci_enabled": true})", TestType::volume).rounds, 5);
  for (const TestType type : {TestType::stress, TestType::spike, TestType::endurance}) {
    EXPECT_EQ(merged("", R"({"ci_enabled": true})", type).rounds, 1);
    EXPECT_FALSE(merged("", R"({"ci_enabled": true})", type).quiet);
  }
  EXPECT_EQ(merged("", R"({"ci_enabled": true,
                           "stages": [{"duration_seconds": 5, "virtual_users": 3}]})")
                .rounds,
            1);
  EXPECT_EQ(merged(R"({"operations": 3})", R"({"ci_enabled": true})").rounds, 3);
  EXPECT_EQ(merged(R"({"rounds": 2, "quiet": false})", R"({"ci_enabled": true})").rounds, 2);
  EXPECT_FALSE(merged(R"({"quiet": false})", R"({"ci_enabled": true})").quiet);
  EXPECT_TRUE(merged(R"({"quiet": true})", "{}").quiet);
}

TEST(RunSpecRounds, ARoundHasItsShareOfTheDurations) {
  const RunSpec run = merged(R"({"rounds": 5, "warmup_seconds": 3, "seed": 7})", "{}");
  const RunSpec round = round_of(run, 0);
  EXPECT_DOUBLE_EQ(round.warmup_seconds, 3);
  EXPECT_DOUBLE_EQ(round.ramp_up_seconds, 4);
  EXPECT_DOUBLE_EQ(round.test_duration_seconds, 20);
  EXPECT_DOUBLE_EQ(round.ramp_down_seconds, 2);
  EXPECT_EQ(round.seed, 7u);
  EXPECT_EQ(LoadModel::of(round).end_ns(), 29'000'000'000);
  // The rounds of a run of one are the run.
  EXPECT_EQ(round_of(merged(R"({"seed": 7})", "{}"), 0), merged(R"({"seed": 7})", "{}"));
}

TEST(RunSpecRounds, EachRoundHasASeedOfItsOwn) {
  const RunSpec run = merged(R"({"rounds": 3, "seed": 7})", "{}");
  EXPECT_NE(round_of(run, 1).seed, 7u);
  EXPECT_NE(round_of(run, 1).seed, round_of(run, 2).seed);
  EXPECT_EQ(round_of(run, 1).seed, round_of(run, 1).seed);
  EXPECT_LT(round_of(run, 1).seed, std::uint64_t{1} << 63);
}

TEST(RunSpecRounds, OperationsAreSharedOut) {
  const RunSpec run = merged(R"({"rounds": 5, "operations": 103})", "{}");
  std::vector<std::uint64_t> shares;
  for (int round = 0; round < 7; ++round) shares.push_back(round_of(run, round).operations);
  EXPECT_EQ(shares, (std::vector<std::uint64_t>{21, 21, 21, 20, 20, 21, 21}));
}

TEST(RunSpecRounds, WhatCannotBeCutIsRefused) {
  expect_refusal(
      {R"({"rounds": 2})", R"({"stages": [{"duration_seconds": 5, "virtual_users": 3}]})",
       "run cannot be cut into 2 rounds", "The run has stages, which only make sense in one piece.",
       R"(A run in one piece takes no "rounds", and cannot be compared by turns.)"},
      scenario, TestType::load);
  expect_refusal({"", R"({"rounds": 2})", "run cannot be cut into 2 rounds",
                  "An ENDURANCE test looks for a drift within one run.",
                  R"(A run in one piece takes no "rounds", and cannot be compared by turns.)"},
                 scenario, TestType::endurance);
  expect_refusal({R"({"operations": 4, "rounds": 5})", "", "run cannot be cut into 5 rounds",
                  "The run has 4 operations.", "Each round takes one at least."},
                 scenario, TestType::load);
  EXPECT_EQ(merged(R"({"operations": 5, "rounds": 5})", "{}").rounds, 5);
}

TEST(RunSpecRounds, ConfirmsIsTheIdOfAnExecution) {
  EXPECT_EQ(merged(R"({"confirms": "0123ABCD-0000-4000-8000-00000000000f"})", "{}").confirms,
            "0123abcd-0000-4000-8000-00000000000f");
  for (const char* bad :
       {"0123abcd000040008000000000000000f", "0123abcd-0000-4000-8000-00000000000",
        "0123abcd-0000-4000-8000-00000000000g", "0123abcd-0000-4000-80000-0000000000f"}) {
    expect_refusal({std::string(R"({"confirms": ")").append(bad).append("\"}").c_str(), "",
                    std::string(R"(invalid value for configuration key "confirms": ")")
                        .append(bad)
                        .append("\"")
                        .c_str(),
                    "It must be the id of an execution, a UUID. The key stands in the custom "
                    "configuration.",
                    ""},
                   scenario, TestType::load);
  }
}

}  // namespace
}  // namespace perf_mgmt
