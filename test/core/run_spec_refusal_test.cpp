// Which values the run spec refuses, and with what words. All expectations are literal, from the
// table of keys in docs/run-spec.md.
#include <gtest/gtest.h>

#include <string>

#include "run_spec_refusals.hpp"

namespace perf_mgmt {
namespace {

const ScenarioDefaults rush_hour{800, 180, 2700, 60};

// ---- values at their boundaries

class RunSpecBoundary : public testing::TestWithParam<Boundary> {};

TEST_P(RunSpecBoundary, IsTheLastAcceptedValue) {
  expect_boundary(GetParam());
}

INSTANTIATE_TEST_SUITE_P(
    Keys, RunSpecBoundary,
    testing::Values(
        Boundary{R"({"virtual_users": 1})", R"({"virtual_users": 0})"},
        Boundary{R"({"virtual_users": 1000000})", R"({"virtual_users": 1000001})"},
        Boundary{R"({"virtual_users": 2.0})", R"({"virtual_users": 2.5})"},
        Boundary{R"({"workers": 1})", R"({"workers": 0})"},
        Boundary{R"({"workers": 1024})", R"({"workers": 1025})"},
        Boundary{R"({"ramp_up_seconds": 0})", R"({"ramp_up_seconds": -0.001})"},
        Boundary{R"({"ramp_up_seconds": 2592000})", R"({"ramp_up_seconds": 2592000.001})"},
        Boundary{R"({"test_duration_seconds": 0})", R"({"test_duration_seconds": -1})"},
        Boundary{R"({"test_duration_seconds": 2592000})", R"({"test_duration_seconds": 2592001})"},
        Boundary{R"({"ramp_down_seconds": 0})", R"({"ramp_down_seconds": -1})"},
        Boundary{R"({"ramp_down_seconds": 2592000})", R"({"ramp_down_seconds": 2592001})"},
        Boundary{R"({"warmup_seconds": 0})", R"({"warmup_seconds": -1})"},
        Boundary{R"({"warmup_seconds": 2592000})", R"({"warmup_seconds": 1e300})"},
        Boundary{R"({"operations": 1})", R"({"operations": 0})"},
        Boundary{R"({"operations": 1000000000000})", R"({"operations": 1000000000001})"},
        Boundary{R"({"seed": 0})", R"({"seed": -1})"},
        Boundary{R"({"seed": 9223372036854775807})", R"({"seed": 9223372036854775808})"},
        // Above 2^53 a number with a point may not be what was written.
        Boundary{R"({"seed": 9007199254740992.0})", R"({"seed": 9007199254740994.0})"},
        Boundary{R"({"think_time_scale": 0})", R"({"think_time_scale": -0.1})"},
        Boundary{R"({"think_time_scale": 1000})", R"({"think_time_scale": 1000.1})"},
        Boundary{R"({"time_scale": 1e-9})", R"({"time_scale": 0})"},
        Boundary{R"({"time_scale": 1000})", R"({"time_scale": 1000.1})"},
        Boundary{R"({"think_time_ms": 0})", R"({"think_time_ms": -1})"},
        Boundary{R"({"think_time_ms": 86400000})", R"({"think_time_ms": 86400001})"},
        Boundary{R"({"think_time_ms": {"type": "numeric", "min": 0, "max": 5}})",
                 R"({"think_time_ms": {"type": "uuid"}})"},
        Boundary{R"({"think_time_ms": {"type": "integer", "min": 5, "max": 5}})",
                 R"({"think_time_ms": {"type": "integer", "min": 6, "max": 5}})"},
        Boundary{R"({"think_time_ms": 1})", R"({"think_time_ms": {}})"},
        Boundary{R"({"think_time_ms": 1})", R"({"think_time_ms": "random_pause"})"},
        Boundary{R"({"statement_timeout_ms": 0})", R"({"statement_timeout_ms": -1})"},
        Boundary{R"({"statement_timeout_ms": 2147483647})",
                 R"({"statement_timeout_ms": 2147483648})"},
        Boundary{R"({"pacing_ms": 0})", R"({"pacing_ms": -1})"},
        Boundary{R"({"pacing_ms": 86400000})", R"({"pacing_ms": 86400001})"},
        Boundary{R"({"pacing_ms": {"type": "numeric", "min": 0, "max": 5}})",
                 R"({"pacing_ms": {"type": "uuid"}})"},
        Boundary{R"({"max_tries": 1})", R"({"max_tries": 0})"},
        Boundary{R"({"max_tries": 1000})", R"({"max_tries": 1001})"},
        Boundary{R"({"latency_limit_ms": 1e-6})", R"({"latency_limit_ms": 0})"},
        Boundary{R"({"latency_limit_ms": 2592000000})", R"({"latency_limit_ms": 2592000000.5})"},
        Boundary{R"({"isolation_level": "serializable"})", R"({"isolation_level": "snapshot"})"},
        Boundary{R"({"isolation_level": "READ committed"})", R"({"isolation_level": 2})"},
        Boundary{R"({"abort_on_fail": true})", R"({"abort_on_fail": 1})"},
        Boundary{R"({"rounds": 1})", R"({"rounds": 0})"},
        Boundary{R"({"rounds": 100})", R"({"rounds": 101})"},
        Boundary{R"({"quiet": true})", R"({"quiet": "true"})"},
        Boundary{R"({"sampling_hz": 0})", R"({"sampling_hz": 1})"},
        Boundary{R"({"sampling_hz": 20})", R"({"sampling_hz": 19})"},
        Boundary{R"({"sampling_hz": 1000})", R"({"sampling_hz": 1001})"},
        Boundary{R"({"sampling_hz": 50.0})", R"({"sampling_hz": 50.5})"},
        Boundary{R"({"max_errors": 0})", R"({"max_errors": -1})"},
        Boundary{R"({"max_errors": 9223372036854775807})",
                 R"({"max_errors": 9223372036854775808})"},
        Boundary{R"({"interval_ms": 100})", R"({"interval_ms": 99})"},
        Boundary{R"({"interval_ms": 3600000})", R"({"interval_ms": 3600001})"},
        Boundary{R"({"progress_seconds": 0})", R"({"progress_seconds": -1})"},
        Boundary{R"({"progress_seconds": 3600})", R"({"progress_seconds": 3600.5})"},
        Boundary{R"({"workload_mix": {"a": 0, "b": 0.1}})",
                 R"({"workload_mix": {"a": 0, "b": 0}})"},
        Boundary{R"({"workload_mix": {"a": 1000000}})", R"({"workload_mix": {"a": 1000001}})"},
        Boundary{R"({"workload_mix": {"a": 1}})", R"({"workload_mix": {"a": 1, "b": -1}})"},
        Boundary{R"({"workload_mix": {"a": 1}})", R"({"workload_mix": {}})"},
        Boundary{R"({"workload_mix": {"a": 1}})", R"({"workload_mix": {"": 1}})"},
        Boundary{R"({"workload_mix": {"a": 1}})", R"({"workload_mix": [1]})"},
        Boundary{R"({"finish": "commit"})", R"({"finish": "abort"})"},
        Boundary{R"({"finish": "rollback"})", R"({"finish": true})"},
        Boundary{R"({"peak": true})", R"({"peak": 1})"},
        Boundary{R"({"wait": false})", R"({"wait": null})"},
        Boundary{R"({"allow_writes_in_production": true})",
                 R"({"allow_writes_in_production": "yes"})"},
        Boundary{R"({"ci_enabled": true})", R"({"ci_enabled": "true"})"},
        Boundary{R"({"ci_execution": true})", R"({"ci_execution": null})"},
        Boundary{R"({"environments": []})", R"({"environments": "staging"})"},
        Boundary{R"({"environments": ["a"]})", R"({"environments": ["a", ""]})"},
        Boundary{R"({"environments": ["a", "b"]})", R"({"environments": ["a", 1]})"},
        Boundary{R"({"scenario": "s"})", R"({"scenario": ""})"},
        Boundary{R"({"scenario": "s"})", R"({"scenario": 1})"},
        Boundary{R"({"metadata": {}})", R"({"metadata": "x"})"},
        Boundary{R"({"git_commit": null})", R"({"git_commit": ""})"},
        Boundary{R"({"branch": "b"})", R"({"branch": 1})"},
        Boundary{R"({"settings": {}})", R"({"settings": []})"},
        Boundary{R"({"settings": {"search_path": "a, b"}})", R"({"settings": {"role": "a"}})"},
        Boundary{R"({"settings": {"a.b_1$": 1}})", R"({"settings": {"a.": 1}})"},
        Boundary{R"({"settings": {"_a": 1}})", R"({"settings": {"1a": 1}})"},
        Boundary{R"({"settings": {"a": ""}})", R"({"settings": {"": ""}})"},
        Boundary{R"({"settings": {"a": true}})", R"({"settings": {"a": null}})"},
        Boundary{R"({"settings": {"a": 1}})", R"({"settings": {"a": [1]}})"},
        Boundary{R"({"settings": {"a.b": 1}})", R"({"settings": {"a..b": 1}})"},
        Boundary{R"({"settings": {"work_mem": 1}})", R"({"settings": {"work mem": 1}})"},
        Boundary{R"({"settings": {"a": 1}})", R"({"settings": {"a": 1, "A": 2}})"},
        Boundary{R"({"settings": {"a": 1}})", R"({"settings": {"session_authorization": "a"}})"},
        Boundary{R"({"settings": {"a": 1}})", R"({"settings": {"session_preload_libraries": ""}})"},
        Boundary{R"({"settings": {"a": 1}})", R"({"settings": {"local_preload_libraries": ""}})"},
        Boundary{R"({"session_settings": {"a.b": 1}})", R"({"session_settings": {"ROLE": "x"}})"},
        Boundary{R"({"session_settings": {"a": {"type": "uuid"}}})",
                 R"({"session_settings": {"a": null}})"},
        Boundary{R"({"session_settings": {"a": false}})", R"({"session_settings": {"a": []}})"}));

// ---- messages, in full

class RunSpecRefusal : public testing::TestWithParam<Refusal> {};

TEST_P(RunSpecRefusal, SaysWhatIsWrong) {
  expect_refusal(GetParam(), rush_hour);
}

constexpr const char* in_custom = "The key stands in the custom configuration.";

INSTANTIATE_TEST_SUITE_P(
    Messages, RunSpecRefusal,
    testing::Values(
        Refusal{R"({"virtual_user": 5})", "", R"(unrecognized configuration key "virtual_user")",
                in_custom, R"(Perhaps you meant "virtual_users".)"},
        Refusal{"", R"({"total_conections": 5})",
                R"(unrecognized configuration key "total_conections")",
                "The key stands in the test configuration.",
                R"(Perhaps you meant "total_connections".)"},
        Refusal{
            R"({"": 5})", "", R"(unrecognized configuration key "")", in_custom,
            "The keys are scenario, virtual_users, arrival, max_lag_ms, workers, "
            "warmup_seconds, ramp_up_seconds, test_duration_seconds, ramp_down_seconds, "
            "stages, stress, spike, operations, rounds, quiet, time_scale, think_time_ms, "
            "think_time_scale, "
            "pacing_ms, workload_mix, peak, seed, settings, session_settings, "
            "statement_timeout_ms, isolation_level, max_tries, latency_limit_ms, max_errors, "
            "abort_on_fail, finish, interval_ms, sampling_hz, progress_seconds, wait, "
            "allow_writes_in_production, confirms, metadata, git_commit, branch, ci_execution."},
        Refusal{"", R"({"xylophone": 5})", R"(unrecognized configuration key "xylophone")",
                "The key stands in the test configuration.",
                "The keys are scenario, virtual_users, arrival, max_lag_ms, workers, "
                "warmup_seconds, ramp_up_seconds, test_duration_seconds, ramp_down_seconds, "
                "stages, stress, spike, operations, rounds, quiet, time_scale, think_time_ms, "
                "think_time_scale, "
                "pacing_ms, workload_mix, peak, seed, settings, session_settings, "
                "statement_timeout_ms, isolation_level, max_tries, latency_limit_ms, max_errors, "
                "abort_on_fail, finish, interval_ms, sampling_hz, progress_seconds, wait, "
                "allow_writes_in_production, ci_enabled, environments, metadata, git_commit, "
                "branch, ci_execution."},
        Refusal{R"({"environments": ["staging"]})", "",
                R"(configuration key "environments" is not allowed in the custom configuration)",
                "It belongs to the test.", "Put it into the test configuration."},
        Refusal{R"({"virtual_users": 0})", "",
                R"(invalid value for configuration key "virtual_users": 0)",
                "The value must be an integer from 1 to 1000000. The key stands in the custom "
                "configuration.",
                ""},
        Refusal{"", R"({"concurrent_users": "200"})",
                R"(invalid value for configuration key "concurrent_users": "200")",
                "A number is expected, not a string: an integer from 1 to 1000000. The key stands "
                "in the test configuration.",
                "Write the number without quotation marks."},
        Refusal{R"({"workers": "many"})", "",
                R"(invalid value for configuration key "workers": "many")",
                "A number is expected, not a string: an integer from 1 to 1024. The key stands in "
                "the custom configuration.",
                ""},
        Refusal{R"({"ramp_up_seconds": null})", "",
                R"(invalid value for configuration key "ramp_up_seconds": null)",
                "A number is expected, not null: a number from 0 to 2592000. The key stands in the "
                "custom configuration.",
                ""},
        Refusal{R"({"time_scale": 0})", "",
                R"(invalid value for configuration key "time_scale": 0)",
                "The value must be a number greater than 0 and at most 1000. The key stands in the "
                "custom configuration.",
                ""},
        Refusal{R"({"peak": "true"})", "", R"(invalid value for configuration key "peak": "true")",
                "A boolean is expected, not a string: true or false. The key stands in the custom "
                "configuration.",
                "Write true or false without quotation marks."},
        Refusal{R"({"finish": "abort"})", "",
                R"(invalid value for configuration key "finish": "abort")",
                R"(The value must be "commit" or "rollback". The key stands in the custom )"
                R"(configuration.)",
                ""},
        Refusal{R"({"isolation_level": "snapshot"})", "",
                R"(invalid value for configuration key "isolation_level": "snapshot")",
                R"(The value must be "read uncommitted", "read committed", "repeatable read" or )"
                R"("serializable". The key stands in the custom configuration.)",
                ""},
        Refusal{R"({"finish": 1})", "", R"(invalid value for configuration key "finish": 1)",
                R"(A string is expected, not a number: "commit" or "rollback". The key stands in )"
                R"(the custom configuration.)",
                ""},
        Refusal{R"({"sampling_hz": 5})", "",
                R"(invalid value for configuration key "sampling_hz": 5)",
                "The value must be 0 or an integer from 20 to 1000. The key stands in the custom "
                "configuration.",
                ""},
        Refusal{R"({"workload_mix": {"orders": "40"}})", "",
                R"(invalid value for configuration key "workload_mix.orders": "40")",
                "A number is expected, not a string: a number from 0 to 1000000. The key stands in "
                "the custom configuration.",
                "Write the number without quotation marks."},
        Refusal{R"({"workload_mix": {"orders": 0}})", "",
                R"(invalid value for configuration key "workload_mix": {"orders":0})",
                "At least one share must be greater than 0. The key stands in the custom "
                "configuration.",
                ""},
        Refusal{R"({"think_time_ms": {"type": "uuid"}})", "",
                R"(invalid value for configuration key "think_time_ms": {"type":"uuid"})",
                R"(The definition's type must be "integer" or "numeric". The key stands in the )"
                R"(custom configuration.)",
                ""},
        Refusal{R"({"think_time_ms": [5]})", "",
                R"(invalid value for configuration key "think_time_ms": [5])",
                "A number or a generator definition is expected, not an array: a number from 0 to "
                "86400000. The key stands in the custom configuration.",
                ""},
        Refusal{R"({"environments": 1})", R"({"environments": {"staging": true}})",
                R"(invalid value for configuration key "environments": {"staging":true})",
                "An array of strings is expected, not an object. The key stands in the test "
                "configuration.",
                ""},
        Refusal{R"({"settings": {"Transaction_Timeout": "1s"}})", "",
                R"(setting "Transaction_Timeout" is not allowed in configuration key "settings")",
                "It would end the worker, not only its transaction. The key stands in the custom "
                "configuration.",
                R"(Use the configuration key "statement_timeout_ms".)"},
        Refusal{R"({"session_settings": {"role": "random_role"}})", "",
                R"(setting "role" is not allowed in configuration key "session_settings")",
                "Workers run as the role that owns the scenario, or as the caller. The key stands "
                "in the custom configuration.",
                ""},
        Refusal{R"({"settings": {"work mem": "1s"}})", "",
                R"(invalid name of a setting in configuration key "settings": "work mem")",
                "A name has letters, digits and underscores, and may have parts with dots between "
                "them. The key stands in the custom configuration.",
                ""},
        Refusal{R"({"settings": {"work_mem": null}})", "",
                R"(invalid value for configuration key "settings.work_mem": null)",
                "A string, a number or a boolean is expected, not null. The key stands in the "
                "custom configuration.",
                ""},
        Refusal{R"({"virtual_users": 5, "concurrent_users": 5})", "",
                R"(configuration keys "virtual_users" and "concurrent_users" mean the same)",
                "Both stand in the custom configuration.", "Leave out one of the two."},
        Refusal{R"({"operations": 5, "warmup_seconds": 0})", "",
                R"(configuration keys "operations" and "warmup_seconds" cannot be used together)",
                "Both stand in the custom configuration.",
                "A run of a number of operations has neither durations nor ramps nor a warm-up: "
                "leave out one of the two."},
        Refusal{R"({"ramp_up_duration_seconds": 1})", R"({"operations": 5})",
                R"(configuration keys "operations" and "ramp_up_duration_seconds" cannot be used )"
                R"(together)",
                "The first stands in the test configuration, the second in the custom "
                "configuration.",
                "A run of a number of operations has neither durations nor ramps nor a warm-up: "
                "leave out one of the two."},
        Refusal{R"({"test_duration_seconds": 0, "ramp_up_seconds": 0, "ramp_down_seconds": 0,
                    "warmup_seconds": 9})",
                "", "run has no duration",
                "ramp_up_seconds, test_duration_seconds and ramp_down_seconds are 0 in this run, "
                "and the warm-up is not measured.",
                R"(Give "test_duration_seconds" or "operations".)"},
        Refusal{R"({"time_scale": 1000})", "",
                R"(configuration key "test_duration_seconds" is too large for the time scale: )"
                R"(2700 times 1000)",
                "A duration times time_scale must be a number from 0 to 2592000.", ""},
        Refusal{"[1]", "", "the custom configuration must be a JSON object", "",
                R"(Write it as {"key": value, ...}.)"}));

TEST(RunSpec, AScenarioRowOutOfRangeIsNamed) {
  try {
    merge_run_spec("", "", {10, -1, 5, 0});
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.message(),
              R"(invalid value for configuration key "ramp_up_duration_seconds": -1)");
    EXPECT_EQ(error.detail(),
              "The value must be a number from 0 to 2592000. The key stands in the scenario.");
  }
}

TEST(RunSpec, MalformedJsonIsAnErrorOfItsOwn) {
  for (const char* bad : {"{", R"({"seed": 1e999})", "{\"scenario\": \"\xff\"}"}) {
    try {
      check_test_configuration(bad);
      ADD_FAILURE() << bad;
    } catch (const Error& error) {
      EXPECT_STREQ(error.sqlstate(), "22032");
      EXPECT_EQ(error.message(), "the test configuration is not valid JSON");
      EXPECT_EQ(error.detail(),
                "The text cannot be parsed, or a number in it is beyond double precision.");
      EXPECT_EQ(error.hint(), "");
    }
  }
}

// 60 bytes are shown, and the last character is whole: 58 letters and the quotation mark leave one
// byte, too little for an a with two dots.
TEST(RunSpec, ALongValueIsCutBetweenCharacters) {
  const std::string letters(58, 'x');
  try {
    check_test_configuration("{\"virtual_users\": \"" + letters + "\xc3\xa4 and more\"}");
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.message(),
              "invalid value for configuration key \"virtual_users\": \"" + letters + "...");
  }
}

// The words are those of DurationGenerator, under the name of the key.
TEST(RunSpec, AWrongThinkTimeDefinitionIsRefusedUnderItsKey) {
  try {
    check_test_configuration(R"({"think_time_ms": {"type": "integer", "min": -1, "max": 9}})");
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_STREQ(error.sqlstate(), "22023");
    EXPECT_EQ(error.message(),
              "invalid value for configuration key \"think_time_ms\": duration is out of range");
    EXPECT_EQ(error.detail(), "The key stands in the test configuration.");
    EXPECT_EQ(error.hint(), "It is a number of milliseconds from 0 to 86400000.");
  }
}

}  // namespace
}  // namespace perf_mgmt
