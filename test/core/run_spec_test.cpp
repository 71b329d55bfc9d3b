// Merging and values of the run spec. All expectations are literal, from the table of keys in
// docs/run-spec.md.
#include "perf_mgmt/core/run_spec.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "perf_mgmt/core/errors.hpp"

namespace perf_mgmt {
namespace {

const ScenarioDefaults rush_hour{800, 180, 2700, 60};

RunSpec custom(std::string_view config) {
  return merge_run_spec(config, "", rush_hour);
}

using Pairs = std::vector<std::pair<std::string, std::string>>;

TEST(RunSpec, WithoutConfigurationTheScenarioAndTheDefaultsApply) {
  for (const char* absent : {"", "null", "{}"}) {
    const RunSpec spec = merge_run_spec(absent, absent, rush_hour);
    EXPECT_EQ(spec.virtual_users, 800);
    EXPECT_EQ(spec.ramp_up_seconds, 180);
    EXPECT_EQ(spec.test_duration_seconds, 2700);
    EXPECT_EQ(spec.ramp_down_seconds, 60);
    EXPECT_EQ(spec.warmup_seconds, 0);
    EXPECT_EQ(spec.workers, 0);
    EXPECT_EQ(spec.operations, 0U);
    EXPECT_EQ(spec.seed_given, false);
    EXPECT_EQ(spec.time_scale, 1);
    EXPECT_EQ(spec.think_time_scale, 1);
    EXPECT_EQ(spec.think_time, std::nullopt);
    EXPECT_EQ(spec.scenario, std::nullopt);
    EXPECT_EQ(spec.max_errors, std::nullopt);
    EXPECT_EQ(spec.statement_timeout_ms, 0);
    EXPECT_EQ(spec.finish, RunSpec::Finish::commit);
    EXPECT_EQ(spec.interval_ms, 1000);
    EXPECT_EQ(spec.progress_seconds, 5);
    EXPECT_EQ(spec.load, LoadKind::closed);
    EXPECT_EQ(spec.arrival_rate, 0);
    EXPECT_EQ(spec.arrivals, RunSpec::Arrivals::poisson);
    EXPECT_TRUE(spec.stages.empty());
    EXPECT_EQ(spec.max_lag_ms, std::nullopt);
    EXPECT_EQ(spec.pacing, std::nullopt);
    EXPECT_EQ(spec.max_tries, 1);
    EXPECT_EQ(spec.latency_limit_ms, std::nullopt);
    EXPECT_EQ(spec.isolation_level, std::nullopt);
    EXPECT_FALSE(spec.abort_on_fail);
    EXPECT_EQ(spec.sampling_hz, 50);
    EXPECT_FALSE(spec.peak);
    EXPECT_FALSE(spec.wait);
    EXPECT_FALSE(spec.allow_writes_in_production);
    EXPECT_FALSE(spec.ci_enabled);
    EXPECT_TRUE(spec.environments.empty());
    EXPECT_TRUE(spec.workload_mix.empty());
    EXPECT_TRUE(spec.settings.empty());
    EXPECT_TRUE(spec.session_settings.empty());
    EXPECT_EQ(spec.metadata, "{}");
  }
}

TEST(RunSpec, AScenarioWithoutUsersMeansOne) {
  EXPECT_EQ(merge_run_spec("", "", {0, 0, 10, 0}).virtual_users, 1);
}

// The example of the specification, verbatim but for the white space.
TEST(RunSpec, TestConfigurationOverridesTheScenario) {
  const RunSpec spec = merge_run_spec("", R"({
    "virtual_users": 200, "test_duration_seconds": 1800, "ramp_up_seconds": 300,
    "workload_mix": {"work_order_operations": 40, "customer_management": 25,
                     "technician_scheduling": 20, "billing_operations": 15},
    "ci_enabled": true, "environments": ["staging", "production"]})",
                                      {500, 300, 1800, 60});
  EXPECT_EQ(spec.virtual_users, 200);
  EXPECT_EQ(spec.test_duration_seconds, 1800);
  EXPECT_EQ(spec.ramp_up_seconds, 300);
  EXPECT_EQ(spec.ramp_down_seconds, 60);  // of the scenario: the test gives none
  const std::vector<std::pair<std::string, double>> mix = {{"billing_operations", 15},
                                                           {"customer_management", 25},
                                                           {"technician_scheduling", 20},
                                                           {"work_order_operations", 40}};
  EXPECT_EQ(spec.workload_mix, mix);
  EXPECT_TRUE(spec.ci_enabled);
  EXPECT_EQ(spec.environments, (std::vector<std::string>{"staging", "production"}));
}

TEST(RunSpec, CustomOverridesTheTestConfiguration) {
  const RunSpec spec = merge_run_spec(
      R"({"virtual_users": 3, "workload_mix": {"b": 1}, "scenario": "mine", "peak": false})",
      R"({"virtual_users": 200, "workload_mix": {"a": 40}, "scenario": "theirs", "peak": true,
          "workers": 4})",
      rush_hour);
  EXPECT_EQ(spec.virtual_users, 3);
  EXPECT_EQ(spec.workers, 4);
  EXPECT_EQ(spec.scenario, "mine");
  EXPECT_FALSE(spec.peak);
  // A mix replaces a mix: shares of two do not belong together.
  EXPECT_EQ(spec.workload_mix, (std::vector<std::pair<std::string, double>>{{"b", 1}}));
}

TEST(RunSpec, SettingsAndMetadataAreMergedByMember) {
  const RunSpec spec = merge_run_spec(
      R"({"settings": {"Work_Mem": "64MB", "jit": false},
          "session_settings": {"app.user": {"type": "literal", "value": 1}},
          "metadata": {"ticket": 7}, "git_commit": "abc", "branch": null, "ci_execution": true})",
      R"({"settings": {"work_mem": "4MB", "random_page_cost": 1.1, "commit_delay": 20},
          "session_settings": {"app.user": "random_user", "app.tenant": "random_tenant"},
          "metadata": {"ticket": 1, "team": "core"}, "git_commit": "old", "branch": "main"})",
      rush_hour);
  EXPECT_EQ(spec.settings, (Pairs{{"commit_delay", "20"},
                                  {"jit", "off"},
                                  {"random_page_cost", "1.1"},
                                  {"work_mem", "64MB"}}));
  EXPECT_EQ(spec.session_settings, (Pairs{{"app.tenant", "\"random_tenant\""},
                                          {"app.user", R"({"type":"literal","value":1})"}}));
  EXPECT_EQ(spec.metadata,
            R"({"branch":"main","ci_execution":true,"git_commit":"abc","team":"core","ticket":7})");
}

TEST(RunSpec, AKeyOfItsOwnWinsOverMetadataOfItsLayer) {
  EXPECT_EQ(custom(R"({"git_commit": "y", "metadata": {"git_commit": "x"}})").metadata,
            R"({"git_commit":"y"})");
}

TEST(RunSpec, AliasesStandForTheirKeys) {
  const RunSpec spec = custom(
      R"({"concurrent_users": 7, "total_connections": 2, "ramp_up_duration_seconds": 1.5,
          "ramp_down_duration_seconds": 2.5})");
  EXPECT_EQ(spec.virtual_users, 7);
  EXPECT_EQ(spec.workers, 2);
  EXPECT_EQ(spec.ramp_up_seconds, 1.5);
  EXPECT_EQ(spec.ramp_down_seconds, 2.5);
  // In different layers they are one key.
  EXPECT_EQ(merge_run_spec(R"({"concurrent_users": 7})", R"({"virtual_users": 9})", rush_hour)
                .virtual_users,
            7);
}

TEST(RunSpec, TimeScaleStretchesEveryDuration) {
  const RunSpec spec = merge_run_spec(R"({"time_scale": 0.5, "warmup_seconds": 3})",
                                      R"({"test_duration_seconds": 100})", rush_hour);
  EXPECT_EQ(spec.warmup_seconds, 1.5);
  EXPECT_EQ(spec.ramp_up_seconds, 90);
  EXPECT_EQ(spec.test_duration_seconds, 50);
  EXPECT_EQ(spec.ramp_down_seconds, 30);
  EXPECT_EQ(spec.unscaled, (RunSpec::Durations{3, 180, 100, 60}));
}

TEST(RunSpec, OperationsReplaceTheDurationsOfLowerLayers) {
  const RunSpec spec =
      merge_run_spec(R"({"operations": 1000})",
                     R"({"test_duration_seconds": 100, "warmup_seconds": 5})", rush_hour);
  EXPECT_EQ(spec.operations, 1000U);
  EXPECT_EQ(spec.warmup_seconds, 0);
  EXPECT_EQ(spec.ramp_up_seconds, 0);
  EXPECT_EQ(spec.test_duration_seconds, 0);
  EXPECT_EQ(spec.ramp_down_seconds, 0);
}

TEST(RunSpec, ADurationReplacesTheOperationsOfALowerLayer) {
  const RunSpec spec =
      merge_run_spec(R"({"test_duration_seconds": 30})", R"({"operations": 1000})", rush_hour);
  EXPECT_EQ(spec.operations, 0U);
  EXPECT_EQ(spec.test_duration_seconds, 30);
  EXPECT_EQ(spec.ramp_up_seconds, 180);  // the scenario's: ramps that nobody overrides apply
}

TEST(RunSpec, ThinkTimeIsANumberOrADefinition) {
  EXPECT_EQ(custom(R"({"think_time_ms": 0})").think_time, "0");
  EXPECT_EQ(custom(R"({"think_time_ms": 12.5})").think_time, "12.5");
  EXPECT_EQ(custom(R"({"think_time_ms": {"type": "integer", "min": 1, "max": 9}})").think_time,
            R"({"max":9,"min":1,"type":"integer"})");
}

TEST(RunSpec, PacingIsANumberOrADefinition) {
  EXPECT_EQ(custom(R"({"pacing_ms": 250})").pacing, "250");
  EXPECT_EQ(custom(R"({"pacing_ms": {"type": "integer", "min": 1, "max": 9}})").pacing,
            R"({"max":9,"min":1,"type":"integer"})");
  const RunSpec both = custom(R"({"pacing_ms": 250, "think_time_ms": 5})");
  EXPECT_EQ(both.think_time, "5");
  EXPECT_EQ(both.pacing, "250");
}

TEST(RunSpec, HowTransactionsAreRun) {
  const RunSpec spec = merge_run_spec(
      R"({"isolation_level": "Repeatable READ", "max_tries": 5, "sampling_hz": 20})",
      R"({"latency_limit_ms": 12.5, "abort_on_fail": true, "max_tries": 2})", rush_hour);
  EXPECT_EQ(spec.isolation_level, "repeatable read");
  EXPECT_EQ(spec.max_tries, 5);
  EXPECT_EQ(spec.sampling_hz, 20);
  EXPECT_EQ(spec.latency_limit_ms, 12.5);
  EXPECT_TRUE(spec.abort_on_fail);
  EXPECT_EQ(spec.max_lag_ms, std::nullopt);  // the limit stands in for it in the open model only
  for (const char* level :
       {"read uncommitted", "read committed", "repeatable read", "serializable"}) {
    EXPECT_EQ(custom("{\"isolation_level\": \"" + std::string(level) + "\"}").isolation_level,
              level);
  }
  EXPECT_EQ(custom(R"({"finish": "ROLLBACK"})").finish, RunSpec::Finish::rollback);
}

TEST(RunSpec, TestTypes) {
  EXPECT_EQ(test_type_of("BASELINE"), TestType::baseline);
  EXPECT_EQ(test_type_of("LOAD"), TestType::load);
  EXPECT_EQ(test_type_of("STRESS"), TestType::stress);
  EXPECT_EQ(test_type_of("ENDURANCE"), TestType::endurance);
  EXPECT_EQ(test_type_of("SPIKE"), TestType::spike);
  EXPECT_EQ(test_type_of("VOLUME"), TestType::volume);
  EXPECT_EQ(test_type_of("load"), std::nullopt);
  EXPECT_EQ(test_type_of(""), std::nullopt);
}

TEST(RunSpec, ConfiguredScenario) {
  EXPECT_EQ(configured_scenario("", ""), std::nullopt);
  EXPECT_EQ(configured_scenario("", R"({"scenario": "a"})"), "a");
  EXPECT_EQ(configured_scenario(R"({"scenario": "b"})", R"({"scenario": "a"})"), "b");
  EXPECT_THROW(configured_scenario(R"({"scenari": "b"})", ""), Error);
}

// ---- to_json

TEST(RunSpec, ToJsonSpellsDefaultsOut) {
  EXPECT_EQ(
      custom("").to_json(),
      R"({"virtual_users":800,"warmup_seconds":0,"ramp_up_seconds":180,"test_duration_seconds":2700,)"
      R"("ramp_down_seconds":60,"rounds":1,"quiet":false,"time_scale":1,"think_time_scale":1,"peak":false,)"
      R"("statement_timeout_ms":0,"max_tries":1,"abort_on_fail":false,"finish":"commit",)"
      R"("interval_ms":1000,"sampling_hz":50,"progress_seconds":5,"wait":false,"allow_writes_in_production":false})");
}

constexpr std::string_view everything =
    R"({"scenario":"S \"1\"","virtual_users":12,"workers":3,"warmup_seconds":0.1,)"
    R"("ramp_up_seconds":7,"test_duration_seconds":30.3,"ramp_down_seconds":0,"rounds":7,"quiet":true,"time_scale":0.3,)"
    R"("think_time_ms":{"max":9,"min":1,"type":"integer"},"think_time_scale":0.7,)"
    R"("pacing_ms":{"max":7,"min":0.5,"type":"numeric"},)"
    R"("workload_mix":{"a":33.3,"b":0},"peak":true,"seed":9223372036854775807,)"
    R"("settings":{"jit":"off","work_mem":"64MB"},)"
    R"("session_settings":{"app.tenant":"random_tenant","app.user":{"type":"sequence"}},)"
    R"("statement_timeout_ms":2147483647,"isolation_level":"repeatable read","max_tries":1000,)"
    R"("latency_limit_ms":0.5,"max_errors":9223372036854775807,"abort_on_fail":true,)"
    R"("finish":"rollback","interval_ms":250,"sampling_hz":0,"progress_seconds":0.5,"wait":true,"allow_writes_in_production":true,)"
    R"("confirms":"0123abcd-0000-4000-8000-00000000000f","metadata":{"branch":"main","ci_execution":false,"git_commit":"abc","x":[1,null]}})";

TEST(RunSpec, ToJsonOfEveryKeyIsAFixedPoint) {
  const RunSpec spec = custom(everything);
  EXPECT_EQ(spec.to_json(), everything);
  EXPECT_EQ(custom(spec.to_json()), spec);
  EXPECT_TRUE(spec.seed_given);
  EXPECT_EQ(spec.seed, 9223372036854775807U);
  EXPECT_EQ(spec.max_errors, 9223372036854775807);
}

TEST(RunSpec, ARoundTripOverTheSameTestGivesTheSameSpec) {
  constexpr std::string_view test =
      R"({"operations": 50, "settings": {"work_mem": "4MB"}, "environments": ["staging"],
          "ci_enabled": true, "metadata": {"a": 1}})";
  for (const char* config :
       {"{}", R"({"time_scale": 0.1, "test_duration_seconds": 0.3, "seed": 0})",
        R"({"operations": 1000000000000, "settings": {"work_mem": "8MB"}, "branch": "b"})"}) {
    const RunSpec spec = merge_run_spec(config, test, rush_hour);
    EXPECT_EQ(merge_run_spec(spec.to_json(), test, rush_hour), spec) << config;
    EXPECT_EQ(merge_run_spec(spec.to_json(), test, {1, 2, 3, 4}), spec) << config;
  }
}

TEST(RunSpec, ToJsonHoldsADrawnSeed) {
  RunSpec spec = custom(R"({"operations": 5})");
  spec.seed = 42;
  EXPECT_NE(spec.to_json().find(R"("seed":42)"), std::string::npos);
  EXPECT_EQ(spec.to_json().find("test_duration_seconds"), std::string::npos);
  EXPECT_NE(custom(R"({"seed": 0})").to_json().find(R"("seed":0)"), std::string::npos);
}

}  // namespace
}  // namespace perf_mgmt
