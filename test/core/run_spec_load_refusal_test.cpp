// What the run spec refuses in arrival, stages, stress and spike, and which keys exclude each
// other. All expectations are literal, from the rules in docs/run-spec.md.
#include <gtest/gtest.h>

#include <string>

#include "run_spec_refusals.hpp"

namespace perf_mgmt {
namespace {

const ScenarioDefaults rush_hour{800, 180, 2700, 60};

// ---- values at their boundaries

class RunSpecLoadBoundary : public testing::TestWithParam<Boundary> {};

TEST_P(RunSpecLoadBoundary, IsTheLastAcceptedValue) {
  expect_boundary(GetParam());
}

INSTANTIATE_TEST_SUITE_P(
    Keys, RunSpecLoadBoundary,
    testing::Values(
        Boundary{R"({"arrival": {"rate": 1e-9}})", R"({"arrival": {"rate": 0}})"},
        Boundary{R"({"arrival": {"rate": 1000000}})", R"({"arrival": {"rate": 1000000.1}})"},
        Boundary{R"({"arrival": {"rate": 1}})", R"({"arrival": {"rate": "1"}})"},
        Boundary{R"({"arrival": {"rate": 1}})", R"({"arrival": {"rate": null}})"},
        Boundary{R"({"arrival": {"rate": 1, "distribution": "Poisson"}})",
                 R"({"arrival": {"rate": 1, "distribution": "uniform"}})"},
        Boundary{R"({"arrival": {}})", R"({"arrival": 100})"},
        Boundary{R"({"max_lag_ms": 0})", R"({"max_lag_ms": -0.001})"},
        Boundary{R"({"max_lag_ms": 2592000000})", R"({"max_lag_ms": 2592000001})"},
        Boundary{R"({"stages": [{"duration_seconds": 1, "rate": 1}]})", R"({"stages": []})"},
        Boundary{R"({"stages": [{"duration_seconds": 1, "rate": 1}]})",
                 R"({"stages": {"duration_seconds": 1, "rate": 1}})"},
        Boundary{R"({"stages": [{"duration_seconds": 1, "rate": 1}]})", R"({"stages": [5]})"},
        Boundary{R"({"stages": [{"duration_seconds": 2592000, "rate": 1}]})",
                 R"({"stages": [{"duration_seconds": 2592000.1, "rate": 1}]})"},
        Boundary{R"({"stages": [{"duration_seconds": 1, "virtual_users": 1}]})",
                 R"({"stages": [{"duration_seconds": 1, "virtual_users": 1.5}]})"},
        Boundary{R"({"stages": [{"duration_seconds": 1, "virtual_users": 1000000}]})",
                 R"({"stages": [{"duration_seconds": 1, "virtual_users": 1000001}]})"},
        Boundary{R"({"stages": [{"duration_seconds": 1, "rate": 1000000}]})",
                 R"({"stages": [{"duration_seconds": 1, "rate": 1000001}]})"},
        Boundary{R"({"stages": [{"duration_seconds": 1, "rate": 1e-9}]})",
                 R"({"stages": [{"duration_seconds": 1, "rate": -1}]})"},
        Boundary{R"({"stages": [{"duration_seconds": 1, "rate": 1, "name": "x"}]})",
                 R"({"stages": [{"duration_seconds": 1, "rate": 1, "name": ""}]})"},
        // A rate before a stage that ends at 0 is load; a jump to it at the end is none.
        Boundary{R"({"stages": [{"duration_seconds": 0, "rate": 5},
                                {"duration_seconds": 1, "rate": 0}]})",
                 R"({"stages": [{"duration_seconds": 1, "rate": 0},
                                {"duration_seconds": 0, "rate": 5}]})"},
        Boundary{R"({"stress": {}})", R"({"stress": []})"},
        Boundary{R"({"stress": {"start": 0.1}})", R"({"stress": {"start": 0}})"},
        Boundary{R"({"stress": {"start": 1000000}})", R"({"stress": {"start": 1000001}})"},
        Boundary{R"({"stress": {"step": 0.1}})", R"({"stress": {"step": 0}})"},
        Boundary{R"({"stress": {"step": 1000000}})", R"({"stress": {"step": 1000001}})"},
        Boundary{R"({"stress": {"steps": 1}})", R"({"stress": {"steps": 0}})"},
        Boundary{R"({"stress": {"steps": 100}})", R"({"stress": {"steps": 101}})"},
        Boundary{R"({"stress": {"step_seconds": 0.1}})", R"({"stress": {"step_seconds": 0}})"},
        Boundary{R"({"stress": {"step_seconds": 2592000}})",
                 R"({"stress": {"step_seconds": 2592001}})"},
        Boundary{R"({"spike": {"multiple": 1.001}})", R"({"spike": {"multiple": 1}})"},
        Boundary{R"({"spike": {"multiple": 1000}})", R"({"spike": {"multiple": 1001}})"},
        Boundary{R"({"spike": {"seconds": 0.001}})", R"({"spike": {"seconds": 0}})"},
        Boundary{R"({"spike": {"seconds": 2592000}})", R"({"spike": {"seconds": 2592001}})"}));

std::string stages(int lasting, bool jumps) {
  std::string list;
  for (int i = 0; i < lasting; ++i) {
    if (jumps) list += R"({"duration_seconds": 0, "rate": 1},)";
    list += R"({"duration_seconds": 1, "rate": 1},)";
  }
  list.pop_back();
  return R"({"stages": [)" + list + "]}";
}

TEST(RunSpecLoadRefusal, ThereAreAtMostAHundredStagesThatLast) {
  EXPECT_NO_THROW(check_test_configuration(stages(100, false)));
  EXPECT_NO_THROW(check_test_configuration(stages(100, true)));
  std::string jump = stages(100, true);
  jump.insert(jump.find('{', 1), R"({"duration_seconds": 0, "rate": 1},)");
  for (const auto& [config, count] :
       {std::pair{stages(101, false), "101"}, {stages(101, true), "202"}, {jump, "201"}}) {
    try {
      check_test_configuration(config);
      ADD_FAILURE() << count;
    } catch (const Error& error) {
      EXPECT_EQ(error.message(), std::string("too many stages: ") + count);
      EXPECT_EQ(error.detail(),
                "There may be 100 stages that last, and a jump before each. The key stands in the "
                "test configuration.");
    }
  }
}

// ---- messages, in full

class RunSpecLoadRefusal : public testing::TestWithParam<Refusal> {};

TEST_P(RunSpecLoadRefusal, SaysWhatIsWrong) {
  expect_refusal(GetParam(), rush_hour);
}

constexpr const char* in_custom = "The key stands in the custom configuration.";
constexpr const char* both_custom = "Both stand in the custom configuration.";
constexpr const char* test_custom =
    "The first stands in the test configuration, the second in the custom configuration.";

INSTANTIATE_TEST_SUITE_P(
    Values, RunSpecLoadRefusal,
    testing::Values(
        Refusal{R"({"arrival": {"rate": 0}})", "",
                R"(invalid value for configuration key "arrival.rate": 0)",
                "The value must be a number greater than 0 and at most 1000000. The key stands in "
                "the custom configuration.",
                ""},
        Refusal{R"({"arrival": {"rate": 5, "distribution": "uniform"}})", "",
                R"(invalid value for configuration key "arrival.distribution": "uniform")",
                R"(The value must be "poisson" or "regular". The key stands in the custom )"
                R"(configuration.)",
                ""},
        Refusal{R"({"arrival": {"rat": 5}})", "", R"(unrecognized configuration key "arrival.rat")",
                in_custom, R"(Perhaps you meant "rate".)"},
        Refusal{R"({"arrival": {"xylophone": 5}})", "",
                R"(unrecognized configuration key "arrival.xylophone")", in_custom,
                "The members are rate, distribution."},
        Refusal{R"({"arrival": 5})", "", R"(invalid value for configuration key "arrival": 5)",
                "An object is expected, not a number: rate, distribution. The key stands in the "
                "custom configuration.",
                ""},
        Refusal{R"({"stages": {}})", "", R"(invalid value for configuration key "stages": {})",
                "An array is expected, not an object: objects, one for each stage. The key stands "
                "in the custom configuration.",
                ""},
        Refusal{R"({"stages": []})", "", R"(invalid value for configuration key "stages": [])",
                "There must be at least one stage. The key stands in the custom configuration.",
                ""},
        Refusal{R"({"stages": [{"duration_seconds": 1, "rate": 1}, 5]})", "",
                R"(invalid value for configuration key "stages": 5)",
                "An object is expected, not a number: name, duration_seconds, virtual_users, rate. "
                "The key stands in stage 2 of the custom configuration.",
                ""},
        Refusal{"", R"({"stages": [{"duration_seconds": 1, "rate": 1},
                                   {"duration_seconds": -1, "rate": 1}]})",
                R"(invalid value for configuration key "stages.duration_seconds": -1)",
                "The value must be a number from 0 to 2592000. The key stands in stage 2 of the "
                "test configuration.",
                ""},
        Refusal{R"({"stages": [{"duration_seconds": 1, "virtual_users": "9"}]})", "",
                R"(invalid value for configuration key "stages.virtual_users": "9")",
                "A number is expected, not a string: an integer from 0 to 1000000. The key stands "
                "in stage 1 of the custom configuration.",
                "Write the number without quotation marks."},
        Refusal{R"({"stages": [{"duration_second": 1, "rate": 1}]})", "",
                R"(unrecognized configuration key "stages.duration_second")",
                "The key stands in stage 1 of the custom configuration.",
                R"(Perhaps you meant "duration_seconds".)"},
        Refusal{R"({"stages": [{"rate": 1}]})", "", "stage 1 has no duration",
                R"("duration_seconds" is missing in stage 1 of the custom configuration.)",
                "0 seconds are a jump to the stage's target."},
        Refusal{R"({"stages": [{"duration_seconds": 1, "rate": 1},
                               {"duration_seconds": 1, "rate": 1, "virtual_users": 1}]})",
                "", "stage 2 has two targets",
                R"("virtual_users" and "rate" both stand in stage 2 of the custom configuration.)",
                "Leave out one of the two."},
        Refusal{R"({"stages": [{"duration_seconds": 1}]})", "", "stage 1 has no target",
                R"(Neither "virtual_users" nor "rate" stands in stage 1 of the custom )"
                R"(configuration.)",
                R"(Give "virtual_users" (closed model) or "rate" (open model).)"},
        Refusal{R"({"stages": [{"duration_seconds": 1, "virtual_users": 1},
                               {"duration_seconds": 1, "virtual_users": 2},
                               {"duration_seconds": 1, "rate": 1}]})",
                "", "stages mix virtual users and rates",
                R"(Stage 1 has "virtual_users", stage 3 has "rate". The key stands in the custom )"
                R"(configuration.)",
                "Give all of them virtual users (closed model) or all of them rates (open model)."},
        Refusal{R"({"stages": [{"duration_seconds": 1, "rate": 1, "name": "stage_2"},
                               {"duration_seconds": 1, "rate": 1}]})",
                "", R"(stages 1 and 2 have the same name "stage_2")", in_custom,
                "A stage without a name is called stage_<number>."},
        Refusal{R"({"stages": [{"duration_seconds": 0, "rate": 1},
                               {"duration_seconds": 0, "rate": 2}]})",
                "", "stages have no duration",
                "The duration of each is 0. The key stands in the custom configuration.",
                R"(Give one of them a "duration_seconds" above 0.)"},
        Refusal{R"({"stages": [{"duration_seconds": 1, "rate": 0},
                               {"duration_seconds": 2, "rate": 0}]})",
                "", "stages have no load",
                "All stages that last have the target 0. The key stands in the custom "
                "configuration.",
                ""},
        Refusal{R"({"time_scale": 1000})",
                R"({"stages": [{"duration_seconds": 1, "rate": 1},
                               {"duration_seconds": 2700, "rate": 0}]})",
                "duration_seconds of stage 2 is too large for the time scale: 2700 times 1000",
                "A duration times time_scale must be a number from 0 to 2592000.", ""},
        Refusal{R"({"time_scale": 1e-10})", R"({"stages": [{"duration_seconds": 1, "rate": 1}]})",
                "run has no duration",
                "Scaled by time_scale, each stage is shorter than a nanosecond.",
                R"(Give a larger "time_scale".)"},
        Refusal{R"({"max_lag_ms": -1})", "",
                R"(invalid value for configuration key "max_lag_ms": -1)",
                "The value must be a number from 0 to 2592000000. The key stands in the custom "
                "configuration.",
                ""}));

constexpr const char* stages_last =
    "Stages have durations of their own, in which the target goes from one to the next: leave out "
    "one of the two.";
constexpr const char* one_target =
    "A run of a number of operations has one target from its start to its end: leave out one of "
    "the two.";
constexpr const char* own_targets = "Stages have targets of their own: leave out one of the two.";
constexpr const char* own_targets_above =
    "Stages have targets of their own: leave out one of the two, or give \"test_duration_seconds\" "
    "too, which replaces the stages.";
constexpr const char* users_wait =
    "Virtual users wait for an answer (closed model), arrivals do not (open model): leave out one "
    "of the two.";
constexpr const char* nobody_pauses =
    "In the open model operations begin when they are due, nobody pauses between them: leave out "
    "one of the two.";
constexpr const char* needs_arrivals = R"(Give "arrival", or "stages" with rates.)";

INSTANTIATE_TEST_SUITE_P(
    Together, RunSpecLoadRefusal,
    testing::Values(
        Refusal{R"({"virtual_users": 5, "arrival": {"rate": 5}})", "",
                R"(configuration keys "virtual_users" and "arrival" cannot be used together)",
                both_custom, users_wait},
        Refusal{R"({"concurrent_users": 5, "arrival": {"distribution": "regular"}})", "",
                R"(configuration keys "concurrent_users" and "arrival" cannot be used together)",
                both_custom, users_wait},
        Refusal{R"({"virtual_users": 5, "stages": [{"duration_seconds": 1, "virtual_users": 1}]})",
                "", R"(configuration keys "stages" and "virtual_users" cannot be used together)",
                both_custom, own_targets},
        Refusal{R"({"virtual_users": 5})",
                R"({"stages": [{"duration_seconds": 1, "virtual_users": 1}]})",
                R"(configuration keys "stages" and "virtual_users" cannot be used together)",
                test_custom, own_targets_above},
        Refusal{R"({"arrival": {"rate": 5}, "stages": [{"duration_seconds": 1, "rate": 1}]})", "",
                R"(configuration keys "stages" and "arrival" cannot be used together)", both_custom,
                own_targets},
        Refusal{R"({"arrival": {"rate": 5}})",
                R"({"stages": [{"duration_seconds": 1, "virtual_users": 1}]})",
                R"(configuration keys "stages" and "arrival" cannot be used together)", test_custom,
                own_targets_above},
        Refusal{R"({"arrival": {}, "stages": [{"duration_seconds": 1, "virtual_users": 1}]})", "",
                R"(configuration keys "stages" and "arrival" cannot be used together)", both_custom,
                users_wait},
        Refusal{R"({"arrival": {}})",
                R"({"stages": [{"duration_seconds": 1, "virtual_users": 1}]})",
                R"(configuration keys "stages" and "arrival" cannot be used together)", test_custom,
                users_wait},
        Refusal{R"({"arrival": {}})", "", R"(configuration key "arrival" has no rate)", in_custom,
                R"(Give it a "rate", or give "stages" with rates.)"},
        Refusal{R"({"arrival": {"distribution": "regular"}})", R"({"arrival": {"rate": 5}})",
                R"(configuration key "arrival" has no rate)", in_custom,
                R"(Give it a "rate", or give "stages" with rates.)"},
        Refusal{R"({"operations": 5, "stages": [{"duration_seconds": 1, "rate": 1}]})", "",
                R"(configuration keys "operations" and "stages" cannot be used together)",
                both_custom, one_target},
        Refusal{R"({"operations": 5, "stress": {}})", "",
                R"(configuration keys "operations" and "stress" cannot be used together)",
                both_custom, one_target},
        Refusal{
            R"({"test_duration_seconds": 5, "stages": [{"duration_seconds": 1, "rate": 1}]})", "",
            R"(configuration keys "stages" and "test_duration_seconds" cannot be used together)",
            both_custom, stages_last},
        Refusal{R"({"ramp_up_seconds": 5, "stages": [{"duration_seconds": 1, "rate": 1}]})", "",
                R"(configuration keys "stages" and "ramp_up_seconds" cannot be used together)",
                both_custom, stages_last},
        Refusal{R"({"ramp_down_duration_seconds": 5})",
                R"({"stages": [{"duration_seconds": 1, "rate": 1}]})",
                R"(configuration keys "stages" and "ramp_down_duration_seconds" cannot be used )"
                R"(together)",
                test_custom,
                "Stages have durations of their own, in which the target goes from one to the "
                "next: leave out one of the two, or give \"test_duration_seconds\" too, which "
                "replaces the stages."},
        Refusal{R"({"stress": {}, "stages": [{"duration_seconds": 1, "rate": 1}]})", "",
                R"(configuration keys "stages" and "stress" cannot be used together)", both_custom,
                "Stages take the place of the shape that the test's type gives: leave out one of "
                "the two."},
        Refusal{R"({"arrival": {"rate": 5}, "think_time_ms": 5})", "",
                R"(configuration keys "arrival" and "think_time_ms" cannot be used together)",
                both_custom, nobody_pauses},
        Refusal{R"({"pacing_ms": 5})", R"({"arrival": {"rate": 5}})",
                R"(configuration keys "arrival" and "pacing_ms" cannot be used together)",
                test_custom, nobody_pauses},
        Refusal{R"({"think_time_ms": 5, "test_duration_seconds": 1})",
                R"({"stages": [{"duration_seconds": 1, "rate": 1}]})",
                R"(configuration keys "stages" and "think_time_ms" cannot be used together)",
                test_custom, nobody_pauses},
        Refusal{R"({"max_lag_ms": 5})", "",
                R"(configuration key "max_lag_ms" is for the open model)",
                "The key stands in the custom configuration. In the closed model no operation is "
                "skipped for its lag.",
                needs_arrivals},
        Refusal{"", R"({"max_lag_ms": 5, "virtual_users": 5})",
                R"(configuration key "max_lag_ms" is for the open model)",
                "The key stands in the test configuration. In the closed model no operation is "
                "skipped for its lag.",
                needs_arrivals},
        Refusal{R"({"max_lag_ms": 5})",
                R"({"stages": [{"duration_seconds": 1, "virtual_users": 1}]})",
                R"(configuration key "max_lag_ms" is for the open model)",
                "The key stands in the custom configuration. In the closed model no operation is "
                "skipped for its lag.",
                needs_arrivals}));

// Even where no layer says how many users there are.
TEST(RunSpecLoadRefusal, OneUserOfNobodyIsTheClosedModelToo) {
  for (const char* config : {R"({"max_lag_ms": 5})", R"({"arrival": {}})"})
    EXPECT_THROW(merge_run_spec(config, "", {0, 0, 10, 0}), Error) << config;
}

// What the hints promise.
TEST(RunSpecLoadRefusal, TheWaysOutOfStagesAreTrue) {
  const char* const test = R"({"stages": [{"duration_seconds": 1, "virtual_users": 9}]})";
  for (const char* config : {R"({"virtual_users": 5, "test_duration_seconds": 1})",
                             R"({"arrival": {"rate": 5}, "test_duration_seconds": 1})",
                             R"({"ramp_up_seconds": 5, "test_duration_seconds": 1})"}) {
    EXPECT_NO_THROW(merge_run_spec(config, test, rush_hour)) << config;
  }
  EXPECT_NO_THROW(merge_run_spec(R"({"stress": {}, "test_duration_seconds": 1})", test, rush_hour,
                                 TestType::stress));
}

// Within a layer keys are checked when a test is written, whatever its type.
TEST(RunSpecLoadRefusal, OneLayerIsCheckedAlone) {
  EXPECT_NO_THROW(check_test_configuration(R"({"stress": {}})"));
  EXPECT_NO_THROW(check_test_configuration(R"({"max_lag_ms": 5})"));
  EXPECT_THROW(check_test_configuration(R"({"virtual_users": 1, "arrival": {"rate": 1}})"), Error);
  EXPECT_THROW(check_test_configuration(R"({"virtual_users": 1, "max_lag_ms": 1})"), Error);
}

}  // namespace
}  // namespace perf_mgmt
