// The shapes that the types of test give a run. The stages are worked out by hand from the rules in
// docs/run-spec.md.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "perf_mgmt/core/load_model.hpp"
#include "run_spec_refusals.hpp"

namespace perf_mgmt {
namespace {

using Stages = std::vector<StageSpec>;

const ScenarioDefaults hundred{100, 10, 1000, 20};
constexpr std::int64_t s = 1'000'000'000;

RunSpec stress(std::string_view config) {
  return merge_run_spec(config, "", hundred, TestType::stress);
}
RunSpec spike(std::string_view config) {
  return merge_run_spec(config, "", hundred, TestType::spike);
}

TEST(RunSpecShape, OtherTypesHoldTheTarget) {
  for (const TestType type :
       {TestType::baseline, TestType::load, TestType::endurance, TestType::volume}) {
    const RunSpec spec = merge_run_spec("", "", hundred, type);
    EXPECT_TRUE(spec.stages.empty());
    EXPECT_EQ(spec.virtual_users, 100);
    EXPECT_EQ(spec.unscaled, (RunSpec::Durations{0, 10, 1000, 20}));
  }
}

// ---- STRESS

TEST(RunSpecShape, StressClimbsInTenStepsOfAFifth) {
  const RunSpec spec = stress(R"({"warmup_seconds": 5})");
  ASSERT_EQ(spec.stages.size(), 20U);
  for (int i = 0; i < 10; ++i) {
    const double target = 20 * (i + 1);
    EXPECT_EQ(spec.stages[2 * i].duration_seconds, 0);
    EXPECT_EQ(spec.stages[2 * i].target, target);
    EXPECT_EQ(spec.stages[2 * i + 1], (StageSpec{"step_" + std::to_string(i + 1), 100, target}));
  }
  EXPECT_EQ(spec.virtual_users, 200);
  EXPECT_EQ(spec.unscaled, (RunSpec::Durations{5, 0, 0, 0}));
}

// Each step is one stage of the load model, and it holds.
TEST(RunSpecShape, AStepIsOneStageThatHolds) {
  const LoadModel model = LoadModel::of(stress(R"({"warmup_seconds": 5, "time_scale": 0.1})"));
  ASSERT_EQ(model.stages().size(), 11U);
  EXPECT_EQ(model.stages()[0].name, "warm_up");
  EXPECT_EQ(model.stages()[0].from, 20);
  EXPECT_EQ(model.stages()[0].end_ns, s / 2);
  for (int i = 1; i <= 10; ++i) {
    const Stage& stage = model.stages()[static_cast<std::size_t>(i)];
    EXPECT_EQ(stage.name, "step_" + std::to_string(i));
    EXPECT_TRUE(stage.holds());
    EXPECT_TRUE(stage.measured);
    EXPECT_EQ(stage.to, 20 * i);
    EXPECT_EQ(stage.end_ns - stage.start_ns, 10 * s);
  }
}

TEST(RunSpecShape, StressOfARateNeedNotBeWhole) {
  const RunSpec spec = stress(R"({"arrival": {"rate": 1.5}, "test_duration_seconds": 20})");
  EXPECT_EQ(spec.load, LoadKind::open);
  EXPECT_EQ(spec.arrival_rate, 0);
  EXPECT_EQ(spec.stages[1], (StageSpec{"step_1", 2, 0.3}));
  EXPECT_EQ(spec.stages[19], (StageSpec{"step_10", 2, 3}));
}

TEST(RunSpecShape, UsersAreRoundedUpToWholeOnes) {
  // 3 users: 0.6, 1.2, 1.8, 2.4, 3, 3.6, 4.2, 4.8, 5.4, 6.
  const RunSpec spec = stress(R"({"virtual_users": 3})");
  const std::vector<double> users = {1, 2, 2, 3, 3, 4, 5, 5, 6, 6};
  for (std::size_t i = 0; i < 10; ++i) EXPECT_EQ(spec.stages[2 * i + 1].target, users[i]);
  // 0.7 + 3 · 0.1 is 1, and not a little more.
  const RunSpec decimal = stress(R"({"stress": {"start": 0.7, "step": 0.1, "steps": 5}})");
  const std::vector<double> tenths = {1, 1, 1, 1, 2};
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(decimal.stages[2 * i + 1].target, tenths[i]);
}

TEST(RunSpecShape, StressOptions) {
  const RunSpec all =
      stress(R"({"stress": {"start": 50, "step": 25, "steps": 3, "step_seconds": 0.5}})");
  EXPECT_EQ(all.stages, (Stages{{"stage_1", 0, 50},
                                {"step_1", 0.5, 50},
                                {"stage_3", 0, 75},
                                {"step_2", 0.5, 75},
                                {"stage_5", 0, 100},
                                {"step_3", 0.5, 100}}));
  // The steps share the duration, and start where they step.
  const RunSpec four = stress(R"({"stress": {"step": 7, "steps": 4}})");
  ASSERT_EQ(four.stages.size(), 8U);
  EXPECT_EQ(four.stages[1], (StageSpec{"step_1", 250, 7}));
  EXPECT_EQ(four.stages[7], (StageSpec{"step_4", 250, 28}));
  const RunSpec start = stress(R"({"stress": {"start": 90, "steps": 2}})");
  EXPECT_EQ(start.stages[1].target, 90);
  EXPECT_EQ(start.stages[3].target, 110);
  // As many as there may be, also when they come back as stages.
  const RunSpec most = stress(R"({"stress": {"step": 1, "steps": 100}})");
  EXPECT_EQ(most.stages.size(), 200U);
  EXPECT_EQ(merge_run_spec(most.to_json(), "", hundred, TestType::stress), most);
  // Of the highest layer that gives it, as a whole.
  const RunSpec layers = merge_run_spec(R"({"stress": {"steps": 2}})", R"({"stress": {"step": 1}})",
                                        hundred, TestType::stress);
  ASSERT_EQ(layers.stages.size(), 4U);
  EXPECT_EQ(layers.stages[3].target, 40);
}

// ---- SPIKE

TEST(RunSpecShape, SpikeJumpsAndComesBack) {
  EXPECT_EQ(spike("").stages, (Stages{{"ramp_up", 10, 100},
                                      {"before_spike", 400, 100},
                                      {"stage_3", 0, 500},
                                      {"spike", 200, 500},
                                      {"stage_5", 0, 100},
                                      {"recovery", 400, 100},
                                      {"ramp_down", 20, 0}}));
  EXPECT_EQ(spike("").virtual_users, 500);
}

TEST(RunSpecShape, SpikeWithoutRamps) {
  const RunSpec spec =
      spike(R"({"ramp_up_seconds": 0, "ramp_down_seconds": 0, "arrival": {"rate": 0.5},
                "spike": {"multiple": 1.5, "seconds": 599}, "warmup_seconds": 1})");
  EXPECT_EQ(spec.stages, (Stages{{"stage_1", 0, 0.5},
                                 {"before_spike", 400, 0.5},
                                 {"stage_3", 0, 0.75},
                                 {"spike", 599, 0.75},
                                 {"stage_5", 0, 0.5},
                                 {"recovery", 1, 0.5}}));
  const LoadModel model = LoadModel::of(spec);
  const std::vector<std::string> names = {"warm_up", "before_spike", "spike", "recovery"};
  ASSERT_EQ(model.stages().size(), 4U);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(model.stages()[i].name, names[i]);
    EXPECT_TRUE(model.stages()[i].holds());
  }
}

TEST(RunSpecShape, ASpikeOfUsersIsRoundedUp) {
  EXPECT_EQ(spike(R"({"virtual_users": 3, "spike": {"multiple": 1.5}})").virtual_users, 5);
}

// ---- where no shape is given

TEST(RunSpecShape, StagesAndOperationsHaveNoOtherShape) {
  const char* const own = R"({"stages": [{"duration_seconds": 5, "virtual_users": 2}]})";
  for (const TestType type : {TestType::stress, TestType::spike}) {
    const char* const key =
        type == TestType::stress ? R"({"stress": {"steps": 3}})" : R"({"spike": {"multiple": 2}})";
    EXPECT_EQ(merge_run_spec(own, key, hundred, type).stages, (Stages{{"stage_1", 5, 2}}));
    const RunSpec counted = merge_run_spec(R"({"operations": 5})", key, hundred, type);
    EXPECT_TRUE(counted.stages.empty());
    EXPECT_EQ(counted.virtual_users, 100);
  }
}

TEST(RunSpecShape, ADurationAboveStagesBringsTheShapeBack) {
  const RunSpec spec = merge_run_spec(R"({"test_duration_seconds": 50})",
                                      R"({"stages": [{"duration_seconds": 5, "rate": 40}]})",
                                      hundred, TestType::stress);
  ASSERT_EQ(spec.stages.size(), 20U);
  EXPECT_EQ(spec.stages[1], (StageSpec{"step_1", 5, 8}));
  EXPECT_EQ(spec.load, LoadKind::open);
}

TEST(RunSpecShape, ARoundTripGivesTheSameStages) {
  for (const TestType type : {TestType::stress, TestType::spike}) {
    for (const char* config : {"{}", R"({"arrival": {"rate": 0.7}, "time_scale": 0.3})",
                               R"({"operations": 9})", R"({"virtual_users": 7})"}) {
      const RunSpec spec = merge_run_spec(config, R"({"think_time_ms": 3})", hundred, type);
      EXPECT_EQ(merge_run_spec(spec.to_json(), R"({"think_time_ms": 3})", hundred, type), spec);
      EXPECT_EQ(merge_run_spec(spec.to_json(), "", {}), spec) << config;
    }
  }
}

// ---- refusals

struct ShapeRefusal {
  TestType type;
  const char* custom;
  const char* message;
  const char* detail;
  const char* hint;
};

class RunSpecShapeRefusal : public testing::TestWithParam<ShapeRefusal> {};

TEST_P(RunSpecShapeRefusal, SaysWhatIsWrong) {
  const ShapeRefusal& refusal = GetParam();
  expect_refusal({refusal.custom, "", refusal.message, refusal.detail, refusal.hint}, hundred,
                 refusal.type);
}

INSTANTIATE_TEST_SUITE_P(
    Messages, RunSpecShapeRefusal,
    testing::Values(
        ShapeRefusal{TestType::load, R"({"stress": {}})",
                     R"(configuration key "stress" is for tests of type STRESS)",
                     "This test is of type LOAD. The key stands in the custom configuration.",
                     R"(Give "stages" to shape the load of a test of another type.)"},
        ShapeRefusal{TestType::stress, R"({"spike": {}})",
                     R"(configuration key "spike" is for tests of type SPIKE)",
                     "This test is of type STRESS. The key stands in the custom configuration.",
                     R"(Give "stages" to shape the load of a test of another type.)"},
        ShapeRefusal{TestType::spike, R"({"stress": {}})",
                     R"(configuration key "stress" is for tests of type STRESS)",
                     "This test is of type SPIKE. The key stands in the custom configuration.",
                     R"(Give "stages" to shape the load of a test of another type.)"},
        ShapeRefusal{TestType::stress, R"({"stress": {"step": 250000, "steps": 5}})",
                     R"(target of stage "step_5" is too high: 1250000 virtual users)",
                     "There may be at most 1000000 virtual users.",
                     R"(Give "stress" with a smaller "start" or "step", or fewer "steps".)"},
        ShapeRefusal{TestType::stress, R"({"arrival": {"rate": 600000}})",
                     R"(target of stage "step_9" is too high: 1080000 operations per second)",
                     "There may be at most 1000000 operations per second.",
                     R"(Give "stress" with a smaller "start" or "step", or fewer "steps".)"},
        ShapeRefusal{TestType::spike, R"({"virtual_users": 1001, "spike": {"multiple": 1000}})",
                     R"(target of stage "spike" is too high: 1001000 virtual users)",
                     "There may be at most 1000000 virtual users.",
                     R"(Give "spike" with a smaller "multiple".)"},
        ShapeRefusal{
            TestType::spike, R"({"spike": {"seconds": 600}})", "spike leaves no time to recover",
            R"("spike.seconds" is 600; it must be less than 60 % of test_duration_seconds, )"
            R"(which is 1000.)",
            ""},
        ShapeRefusal{
            TestType::stress, R"({"test_duration_seconds": 0})", "STRESS test has no duration",
            "test_duration_seconds is 0 in this run.",
            R"(Give "test_duration_seconds", or "step_seconds" in "stress", or "stages" of )"
            R"(your own.)"},
        ShapeRefusal{TestType::spike, R"({"test_duration_seconds": 0})",
                     "SPIKE test has no duration", "test_duration_seconds is 0 in this run.",
                     R"(Give "test_duration_seconds", or "stages" of your own.)"},
        ShapeRefusal{TestType::stress, R"({"stress": {"steps": 2, "step_seconds": 2592000},
                                      "time_scale": 2})",
                     "duration_seconds of stage 2 is too large for the time scale: 2592000 times 2",
                     "A duration times time_scale must be a number from 0 to 2592000.", ""}));

// The last values that are not too much.
TEST(RunSpecShape, Boundaries) {
  EXPECT_EQ(stress(R"({"stress": {"step": 250000, "steps": 4}})").virtual_users, 1'000'000);
  EXPECT_EQ(spike(R"({"virtual_users": 1000, "spike": {"multiple": 1000}})").virtual_users,
            1'000'000);
  EXPECT_NO_THROW(spike(R"({"spike": {"seconds": 599.999}})"));
  EXPECT_NO_THROW(stress(R"({"test_duration_seconds": 0, "stress": {"step_seconds": 1}})"));
}

}  // namespace
}  // namespace perf_mgmt
