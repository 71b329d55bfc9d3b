// Expectations are computed by hand.
#include "perf_mgmt/core/shape_result.hpp"

#include <gtest/gtest.h>

namespace perf_mgmt {
namespace {

constexpr std::int64_t second = 1'000'000'000;
constexpr std::uint64_t millisecond = 1'000'000;

CriterionResult broken_p95() {
  return {
      {"max_p95_response_time_ms", "p95_response_time_ms", true, 500, "scenario"}, 512.5, false};
}

TEST(StressResult, NamesTheLastGoodStepAndWhatBroke) {
  StressResult result;
  EXPECT_EQ(result.to_json(),
            R"({"type":"STRESS","steps":0,"last_good_step":null,"last_good_load":null,)"
            R"("broken_step":null,"broken_load":null,"broken":[]})");
  result.add_step(20, {});
  result.add_step(40, {});
  EXPECT_FALSE(result.is_broken());
  EXPECT_EQ(result.to_json(),
            R"({"type":"STRESS","steps":2,"last_good_step":2,"last_good_load":40.0,)"
            R"("broken_step":null,"broken_load":null,"broken":[]})");
  result.add_step(60, {broken_p95()});
  EXPECT_TRUE(result.is_broken());
  EXPECT_EQ(
      result.to_json(),
      R"({"type":"STRESS","steps":3,"last_good_step":2,"last_good_load":40.0,)"
      R"("broken_step":3,"broken_load":60.0,"broken":[{"criterion":"max_p95_response_time_ms",)"
      R"("source":"scenario","limit":500.0,"actual":512.5}]})");
}

TEST(StressResult, TheFirstStepMayBreakAlready) {
  StressResult result;
  result.add_step(20, {broken_p95()});
  EXPECT_NE(result.to_json().find(R"("last_good_step":null,"last_good_load":null)"),
            std::string::npos);
}

TEST(StressResult, AStepThatFallsBehindItsRateIsBroken) {
  StageTotals stage;
  EXPECT_FALSE(broken_rate(stage, 0));
  stage.sum->counters.ok = 9500;
  stage.sum->counters.skipped = 500;
  EXPECT_FALSE(broken_rate(stage, 10000));
  stage.sum->counters.ok = 9499;
  const auto broken = broken_rate(stage, 10000);
  ASSERT_TRUE(broken);
  EXPECT_EQ(broken->criterion.name, "min_run_percent");
  EXPECT_DOUBLE_EQ(broken->actual.value(), 94.99);
  // 75 of 100 is 2.5 standard deviations off, 69 is 3.1.
  stage.sum->counters.ok = 75;
  EXPECT_FALSE(broken_rate(stage, 100));
  stage.sum->counters.ok = 69;
  EXPECT_TRUE(broken_rate(stage, 100));
}

std::vector<OperationRecord> operations(std::uint64_t response_ns) {
  OperationRecord record{};
  for (int i = 0; i < 20; ++i) record.response.record(response_ns);
  record.counters.ok = 20;
  return {record};
}

void add(RunHistory& history, std::size_t stage, int from, std::uint64_t response_ns) {
  const HostUsage host;
  const std::vector<OperationRecord> records = operations(response_ns);
  history.add({stage, from * second, (from + 1) * second, true, records, host, 1000u + from * 10u});
}

TEST(SpikeResult, RecoveryCountsFromTheEndOfTheSpike) {
  RunSpec spec;
  spec.stages = {{"up", 0, 10},    {"before_spike", 3, 10}, {"jump", 0, 50},
                 {"spike", 2, 50}, {"back", 0, 10},         {"recovery", 5, 10}};
  const LoadModel load = LoadModel::of(spec);
  RunHistory history(load, 1);
  for (int i = 0; i < 3; ++i) add(history, 0, i, 2 * millisecond);
  for (int i = 3; i < 5; ++i) add(history, 1, i, 30 * millisecond);
  add(history, 2, 5, 9 * millisecond);
  for (int i = 6; i < 10; ++i) add(history, 2, i, 2 * millisecond);
  // 20 values: too few for a 95th percentile, so the means are compared.
  EXPECT_EQ(spike_result_json(history, load),
            R"({"type":"SPIKE","metric":"avg_response_time_ms","before_ms":2.0,"during_ms":30.0,)"
            R"("limit_ms":2.4,"recovery_ms":1000.0})");
}

TEST(SpikeResult, NothingBeforeTheSpike) {
  RunSpec spec;
  spec.stages = {{"jump", 0, 50}, {"spike", 2, 50}};
  const LoadModel load = LoadModel::of(spec);
  const RunHistory history(load, 1);
  EXPECT_EQ(spike_result_json(history, load),
            R"({"type":"SPIKE","metric":null,"before_ms":null,"during_ms":null,"limit_ms":null,)"
            R"("recovery_ms":null})");
}

TEST(EnduranceResult, DriftAndGrowth) {
  const LoadModel load = LoadModel::ramps(10, 0, 0, 8, 0);
  RunHistory history(load, 1);
  for (int i = 0; i < 8; ++i) add(history, 0, i, (i < 6 ? 2 : 3) * millisecond);
  EXPECT_EQ(
      endurance_result_json(history, {{"public.t", "table", 8192}, {"t_pkey", "index", 16384}},
                            {{"public.t", "table", 24576}, {"t_new", "index", 8192}}),
      R"({"type":"ENDURANCE","mean_response_drift_percent":50.0,"p95_response_drift_percent":null,)"
      R"("throughput_drift_percent":0.0,"worker_memory_growth_bytes":70,"relations":[)"
      R"({"relation":"public.t","kind":"table","bytes_before":8192,"bytes_after":24576},)"
      R"({"relation":"t_new","kind":"index","bytes_before":null,"bytes_after":8192}]})");
}

TEST(VolumeResult, EveryRelationMustHaveItsRows) {
  const std::vector<DataVolume> volumes = {
      {"orders", 1000, 1000}, {"lines", 999, 1000}, {"gone", std::nullopt, 5}};
  EXPECT_EQ(volume_result_json(volumes),
            R"({"type":"VOLUME","satisfied":false,"relations":[)"
            R"({"relation":"orders","rows":1000,"required_rows":1000,"satisfied":true},)"
            R"({"relation":"lines","rows":999,"required_rows":1000,"satisfied":false},)"
            R"({"relation":"gone","rows":null,"required_rows":5,"satisfied":false}]})");
  const std::vector<std::string> sentences = unmet_requirements(volumes);
  ASSERT_EQ(sentences.size(), 2u);
  EXPECT_EQ(sentences[0], "\"lines\" has 999 of 1000 rows.");
  EXPECT_EQ(sentences[1], "\"gone\" with 5 rows was not found.");
}

}  // namespace
}  // namespace perf_mgmt
