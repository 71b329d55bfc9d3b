// The load of a run spec: model, stages, and which layer decides. All expectations are literal,
// from the rules in docs/run-spec.md.
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "perf_mgmt/core/run_spec.hpp"

namespace perf_mgmt {
namespace {

using Stages = std::vector<StageSpec>;

const ScenarioDefaults rush_hour{800, 180, 2700, 60};

RunSpec custom(std::string_view config) {
  return merge_run_spec(config, "", rush_hour);
}
RunSpec merged(std::string_view config, std::string_view test) {
  return merge_run_spec(config, test, rush_hour);
}

constexpr std::string_view user_stages =
    R"({"stages": [{"duration_seconds": 60, "virtual_users": 20},
                   {"name": "peak", "duration_seconds": 300, "virtual_users": 100},
                   {"duration_seconds": 0, "virtual_users": 10},
                   {"duration_seconds": 30.5, "virtual_users": 10}]})";
const Stages as_user_stages = {
    {"stage_1", 60, 20}, {"peak", 300, 100}, {"stage_3", 0, 10}, {"stage_4", 30.5, 10}};

constexpr std::string_view rate_stages =
    R"({"stages": [{"duration_seconds": 10, "rate": 0.5}, {"duration_seconds": 20, "rate": 250}]})";
const Stages as_rate_stages = {{"stage_1", 10, 0.5}, {"stage_2", 20, 250}};

// ---- open model

TEST(RunSpecLoad, AnArrivalRateIsTheOpenModel) {
  const RunSpec spec = custom(R"({"arrival": {"rate": 200}})");
  EXPECT_EQ(spec.load, LoadKind::open);
  EXPECT_EQ(spec.arrival_rate, 200);
  EXPECT_EQ(spec.arrivals, RunSpec::Arrivals::poisson);
  EXPECT_EQ(spec.virtual_users, 0);
  EXPECT_EQ(spec.max_lag_ms, std::nullopt);
  EXPECT_EQ(spec.ramp_up_seconds, 180);  // of the scenario, as in the closed model
  EXPECT_EQ(spec.test_duration_seconds, 2700);
  EXPECT_EQ(spec.ramp_down_seconds, 60);
  EXPECT_EQ(custom(R"({"arrival": {"rate": 0.25, "distribution": "Regular"}})").arrivals,
            RunSpec::Arrivals::regular);
}

TEST(RunSpecLoad, TheLatencyLimitStandsInForTheLagLimit) {
  EXPECT_EQ(custom(R"({"arrival": {"rate": 1}, "latency_limit_ms": 40})").max_lag_ms, 40);
  EXPECT_EQ(
      custom(R"({"arrival": {"rate": 1}, "latency_limit_ms": 40, "max_lag_ms": 0})").max_lag_ms, 0);
  EXPECT_EQ(merged(R"({"arrival": {"rate": 1}})", R"({"latency_limit_ms": 40})").max_lag_ms, 40);
}

TEST(RunSpecLoad, AnArrivalReplacesThatOfALowerLayerAsAWhole) {
  const RunSpec spec = merged(R"({"arrival": {"rate": 5}})",
                              R"({"arrival": {"rate": 9, "distribution": "regular"}})");
  EXPECT_EQ(spec.arrival_rate, 5);
  EXPECT_EQ(spec.arrivals, RunSpec::Arrivals::poisson);
}

TEST(RunSpecLoad, OperationsOfTheOpenModel) {
  const RunSpec spec = custom(R"({"arrival": {"rate": 5}, "operations": 100})");
  EXPECT_EQ(spec.load, LoadKind::open);
  EXPECT_EQ(spec.operations, 100U);
  EXPECT_EQ(spec.arrival_rate, 5);
}

// ---- which layer decides the model

TEST(RunSpecLoad, UsersAboveAnArrivalAreTheClosedModel) {
  const RunSpec spec =
      merged(R"({"virtual_users": 30})",
             R"({"arrival": {"rate": 9, "distribution": "regular"}, "max_lag_ms": 5})");
  EXPECT_EQ(spec.load, LoadKind::closed);
  EXPECT_EQ(spec.virtual_users, 30);
  EXPECT_EQ(spec.arrival_rate, 0);
  EXPECT_EQ(spec.arrivals, RunSpec::Arrivals::poisson);
  EXPECT_EQ(spec.max_lag_ms, std::nullopt);
}

TEST(RunSpecLoad, PausesBelowAnArrivalDoNotApply) {
  const RunSpec spec = merged(R"({"arrival": {"rate": 9}})",
                              R"({"think_time_ms": 5, "pacing_ms": 7, "virtual_users": 3})");
  EXPECT_EQ(spec.think_time, std::nullopt);
  EXPECT_EQ(spec.pacing, std::nullopt);
  EXPECT_EQ(spec.virtual_users, 0);
  EXPECT_EQ(merged(rate_stages, R"({"think_time_ms": 5})").think_time, std::nullopt);
  EXPECT_EQ(merged(user_stages, R"({"think_time_ms": 5})").think_time, "5");
}

// ---- stages

TEST(RunSpecLoad, StagesOfUsers) {
  const RunSpec spec = custom(user_stages);
  EXPECT_EQ(spec.load, LoadKind::closed);
  EXPECT_EQ(spec.stages, as_user_stages);
  EXPECT_EQ(spec.virtual_users, 100);
  EXPECT_EQ(spec.unscaled, RunSpec::Durations{});  // nothing of the scenario
  EXPECT_EQ(spec.test_duration_seconds, 0);
}

TEST(RunSpecLoad, StagesOfRates) {
  const RunSpec spec = custom(rate_stages);
  EXPECT_EQ(spec.load, LoadKind::open);
  EXPECT_EQ(spec.stages, as_rate_stages);
  EXPECT_EQ(spec.virtual_users, 0);
  EXPECT_EQ(spec.arrival_rate, 0);
  EXPECT_EQ(spec.arrivals, RunSpec::Arrivals::poisson);
}

TEST(RunSpecLoad, TheWarmupGoesBeforeStages) {
  EXPECT_EQ(merged(rate_stages, R"({"warmup_seconds": 5})").warmup_seconds, 5);
  EXPECT_EQ(merged(R"({"warmup_seconds": 5, "time_scale": 2})", rate_stages).warmup_seconds, 10);
  const RunSpec same =
      custom(R"({"warmup_seconds": 7, "stages": [{"duration_seconds": 1, "rate": 1}]})");
  EXPECT_EQ(same.warmup_seconds, 7);
}

TEST(RunSpecLoad, StagesReplaceWhatLowerLayersSay) {
  const RunSpec spec = merged(user_stages, R"({"virtual_users": 7, "test_duration_seconds": 9,
                                               "ramp_up_seconds": 3})");
  EXPECT_EQ(spec.stages, as_user_stages);
  EXPECT_EQ(spec.unscaled, RunSpec::Durations{});
  EXPECT_EQ(merged(user_stages, R"({"operations": 7})").operations, 0U);
  EXPECT_EQ(merged(user_stages, R"({"operations": 7})").stages, as_user_stages);
  EXPECT_EQ(merged(user_stages, rate_stages).stages, as_user_stages);
  EXPECT_EQ(merged(user_stages, R"({"arrival": {"rate": 3}})").load, LoadKind::closed);
}

TEST(RunSpecLoad, ArrivalsOfStagesWithRates) {
  // In one layer, above and below, and below with a rate, which the stages replace.
  const RunSpec one = custom(R"({"arrival": {"distribution": "regular"},
                                 "stages": [{"duration_seconds": 1, "rate": 1}]})");
  EXPECT_EQ(one.arrivals, RunSpec::Arrivals::regular);
  const char* const spread = R"({"arrival": {"distribution": "regular"}})";
  EXPECT_EQ(merged(spread, rate_stages).arrivals, RunSpec::Arrivals::regular);
  EXPECT_EQ(merged(spread, rate_stages).stages, as_rate_stages);
  EXPECT_EQ(merged(rate_stages, spread).arrivals, RunSpec::Arrivals::regular);
  const RunSpec replaced =
      merged(rate_stages, R"({"arrival": {"rate": 9, "distribution": "regular"}})");
  EXPECT_EQ(replaced.arrivals, RunSpec::Arrivals::regular);
  EXPECT_EQ(replaced.arrival_rate, 0);
  EXPECT_EQ(replaced.stages, as_rate_stages);
  // Below users it says nothing.
  EXPECT_EQ(merged(user_stages, spread).arrivals, RunSpec::Arrivals::poisson);
  EXPECT_EQ(merged(R"({"virtual_users": 2})", spread).arrivals, RunSpec::Arrivals::poisson);
}

TEST(RunSpecLoad, ADurationAboveStagesReplacesThemAndKeepsTheirHighestTarget) {
  const RunSpec closed = merged(R"({"test_duration_seconds": 30})", user_stages);
  EXPECT_TRUE(closed.stages.empty());
  EXPECT_EQ(closed.load, LoadKind::closed);
  EXPECT_EQ(closed.virtual_users, 100);
  EXPECT_EQ(closed.unscaled, (RunSpec::Durations{0, 180, 30, 60}));

  const RunSpec open = merged(R"({"operations": 30})", rate_stages);
  EXPECT_TRUE(open.stages.empty());
  EXPECT_EQ(open.load, LoadKind::open);
  EXPECT_EQ(open.arrival_rate, 250);
  EXPECT_EQ(open.operations, 30U);

  const RunSpec other = merged(R"({"test_duration_seconds": 30, "virtual_users": 4})", rate_stages);
  EXPECT_EQ(other.load, LoadKind::closed);
  EXPECT_EQ(other.virtual_users, 4);
  const RunSpec spread = merged(
      R"({"test_duration_seconds": 30, "arrival": {"distribution": "regular"}})", rate_stages);
  EXPECT_EQ(spread.arrival_rate, 250);
  EXPECT_EQ(spread.arrivals, RunSpec::Arrivals::regular);
}

// ---- the stored form

TEST(RunSpecLoad, ToJsonOfTheOpenModel) {
  const RunSpec spec =
      custom(R"({"arrival": {"rate": 99.5}, "latency_limit_ms": 40, "test_duration_seconds": 5})");
  EXPECT_EQ(
      spec.to_json(),
      R"({"arrival":{"distribution":"poisson","rate":99.5},"max_lag_ms":40,"warmup_seconds":0,)"
      R"("ramp_up_seconds":180,"test_duration_seconds":5,"ramp_down_seconds":60,"rounds":1,"quiet":false,"time_scale":1,)"
      R"("think_time_scale":1,"peak":false,"statement_timeout_ms":0,"max_tries":1,)"
      R"("latency_limit_ms":40,"abort_on_fail":false,"finish":"commit","interval_ms":1000,)"
      R"("sampling_hz":50,"progress_seconds":5,"wait":false,"allow_writes_in_production":false})");
}

TEST(RunSpecLoad, ToJsonOfStages) {
  const RunSpec spec = merged(
      R"({"arrival": {"distribution": "regular"}, "max_lag_ms": 2.5, "time_scale": 0.1,
          "warmup_seconds": 3})",
      rate_stages);
  EXPECT_EQ(
      spec.to_json(),
      R"({"arrival":{"distribution":"regular"},"max_lag_ms":2.5,"warmup_seconds":3,)"
      R"("stages":[{"duration_seconds":10,"name":"stage_1","rate":0.5},)"
      R"({"duration_seconds":20,"name":"stage_2","rate":250}],"rounds":1,"quiet":false,"time_scale":0.1,)"
      R"("think_time_scale":1,"peak":false,"statement_timeout_ms":0,"max_tries":1,)"
      R"("abort_on_fail":false,"finish":"commit","interval_ms":1000,"sampling_hz":50,)"
      R"("progress_seconds":5,"wait":false,"allow_writes_in_production":false})");
  EXPECT_EQ(custom(user_stages).to_json().find("ramp_up_seconds"), std::string::npos);
  EXPECT_EQ(custom(user_stages).to_json().find(R"("virtual_users":800)"), std::string::npos);
}

TEST(RunSpecLoad, ARoundTripOverTheSameTestGivesTheSameSpec) {
  const std::vector<std::string> configs = {
      "{}",
      R"({"arrival": {"rate": 0.1, "distribution": "regular"}, "max_lag_ms": 0,
          "test_duration_seconds": 7})",
      R"({"arrival": {"rate": 1000000}, "operations": 10, "latency_limit_ms": 1})",
      R"({"virtual_users": 5, "test_duration_seconds": 7})",
      R"({"virtual_users": 5, "operations": 7})",
      R"({"operations": 7})",
      R"({"test_duration_seconds": 7})",
      std::string(user_stages),
      std::string(rate_stages),
      R"({"stages": [{"duration_seconds": 0.1, "rate": 0.1}], "warmup_seconds": 0.3,
          "arrival": {"distribution": "regular"}, "max_lag_ms": 1e-3, "time_scale": 0.7})"};
  const std::vector<std::string> tests = {
      "{}", std::string(user_stages), std::string(rate_stages),
      R"({"arrival": {"rate": 9, "distribution": "regular"}, "max_lag_ms": 5})",
      R"({"virtual_users": 9, "think_time_ms": 5, "pacing_ms": 6, "operations": 4})"};
  for (const std::string& test : tests) {
    for (const std::string& config : configs) {
      const RunSpec spec = merged(config, test);
      const std::string stored = spec.to_json();
      EXPECT_EQ(merged(stored, test), spec) << config << test;
      EXPECT_EQ(merge_run_spec(stored, test, {1, 2, 3, 4}), spec) << config << test;
      // As the run's plan is read back.
      EXPECT_EQ(merge_run_spec(stored, "", {}), spec) << config << test;
    }
  }
}

}  // namespace
}  // namespace perf_mgmt
