// Each rule with evidence that makes it fire and with evidence just under its threshold. Figures
// were chosen so that shares and factors can be had by hand.
#include <gtest/gtest.h>

#include "advice_fixture.hpp"
#include "perf_mgmt/core/errors.hpp"

namespace perf_mgmt {
namespace {

using advice_fixture::advice_on;
using advice_fixture::execution;
using advice_fixture::finding_of;
using advice_fixture::flip;
using advice_fixture::Json;
using advice_fixture::operation;
using advice_fixture::plan;
using advice_fixture::sample;
using advice_fixture::scan;
using advice_fixture::table;
using advice_fixture::trial;
using advice_fixture::with_operation;

Json several(double cost) {
  return with_operation(
      {{"plans", {plan(1, "aa", "Index Scan", 10), plan(1, "bb", "Seq Scan", cost)}}});
}

Json wal(double bytes, int checkpoints) {
  // In 10 s. 1 GB / (300 s * 1.9) is 1.88 MB/s: 18,837,576 bytes in 10 s are the threshold.
  return {{"execution",
           {{"checkpoints", checkpoints}, {"server_wal_bytes", bytes}, {"measured_ms", 10000}}},
          {"settings",
           {{"max_wal_size", "1GB"},
            {"checkpoint_timeout", "5min"},
            {"checkpoint_completion_target", "0.9"}}}};
}

struct Case {
  const char* code;
  const char* category;
  const char* severity;
  Json fires;
  Json just_under;
  Json impact;  // null: none
  Json sql;
};

const std::vector<Case>& cases() {
  static const std::vector<Case> list = {
      {"slow_response", "RESPONSE_TIME", "HIGH", execution({{"p95_response_time_ms", 1000.01}}),
       execution({{"p95_response_time_ms", 1000}}), nullptr, nullptr},
      {"slow_operations", "QUERY_PERFORMANCE", "MEDIUM", with_operation({{"avg_ms", 1000.01}}),
       with_operation({{"avg_ms", 1000}}), 100, nullptr},
      {"high_cpu", "RESOURCE_USAGE", "HIGH", execution({{"cpu_usage_percent", 80.01}}),
       execution({{"cpu_usage_percent", 80}}), nullptr, nullptr},
      {"high_memory", "RESOURCE_USAGE", "MEDIUM", execution({{"memory_usage_percent", 85.01}}),
       execution({{"memory_usage_percent", 85}}), nullptr, nullptr},
      {"error_rate", "ERROR_RATE", "CRITICAL", execution({{"error_rate_percent", 5.01}}),
       execution({{"error_rate_percent", 5}}), nullptr, nullptr},
      {"lock_waits", "CONCURRENCY", "MEDIUM",
       with_operation({{"waits", {{"CPU", 94}, {"Lock:tuple", 6}}}}),
       with_operation({{"waits", {{"CPU", 95}, {"Lock:tuple", 5}}}}), 6, nullptr},
      {"missing_index", "QUERY_PERFORMANCE", "HIGH",
       with_operation(sample(scan(10, 10), true, trial(500))),
       with_operation(sample(scan(10, 10), true, trial(501))), 50,
       "CREATE INDEX CONCURRENTLY ON shop.orders (city);"},
      {"plan_flip", "QUERY_PERFORMANCE", "MEDIUM", flip(12.5), flip(12), 20, nullptr},
      {"commit_bound", "QUERY_PERFORMANCE", "HIGH", with_operation({{"commit_ms", 301}}),
       with_operation({{"commit_ms", 300}}), 30.1, nullptr},
      {"planning_time", "QUERY_PERFORMANCE", "MEDIUM", with_operation({{"planning_ms", 251}}),
       with_operation({{"planning_ms", 250}}), 25.1, "SET plan_cache_mode = force_generic_plan;"},
      {"jit_time", "QUERY_PERFORMANCE", "MEDIUM",
       with_operation({{"jit_ms", 101}, {"jit_functions", 3}}), with_operation({{"jit_ms", 100}}),
       10.1, "SET jit = off;"},
      {"temp_spill", "RESOURCE_USAGE", "MEDIUM", with_operation({{"temp_blks_written", 1000}}),
       with_operation({{"temp_blks_written", 999}}), 100, "SET work_mem = '1MB';"},
      {"misestimate", "QUERY_PERFORMANCE", "MEDIUM", with_operation(sample(scan(100, 1000))),
       with_operation(sample(scan(100, 999))), 100,
       "CREATE STATISTICS \"shop\".\"orders_city_zip_stat\" ON city, zip FROM \"shop\".\"orders\"; "
       "ANALYZE \"shop\".\"orders\";"},
      {"several_plans", "QUERY_PERFORMANCE", "LOW", several(20), several(19.99), 100, nullptr},
      {"zero_row_writes", "WORKLOAD", "MEDIUM",
       with_operation({{"statement_types", {"UPDATE", "SELECT"}}, {"zero_row_writes", 101}}),
       with_operation({{"statement_types", {"UPDATE", "SELECT"}}, {"zero_row_writes", 100}}), 10.1,
       nullptr},
      {"zero_row_reads", "WORKLOAD", "HIGH",
       with_operation({{"statement_types", {"SELECT"}}, {"rows_read", 99}}),
       with_operation({{"statement_types", {"SELECT"}}, {"rows_read", 100}}), 90.1, nullptr},
      {"connection_saturation",
       "CONCURRENCY",
       "HIGH",
       {{"connections", 90}, {"settings", {{"max_connections", "100"}}}},
       {{"connections", 89}, {"settings", {{"max_connections", "100"}}}},
       nullptr,
       nullptr},
      {"slot_saturation",
       "CONCURRENCY",
       "MEDIUM",
       {{"execution", {{"total_connections", 5}, {"workers_requested", 6}}},
        {"settings", {{"max_worker_processes", "8"}}}},
       {{"execution", {{"total_connections", 6}, {"workers_requested", 6}}},
        {"settings", {{"max_worker_processes", "8"}}}},
       nullptr,
       "ALTER SYSTEM SET max_worker_processes = 9;"},
      {"worker_saturation", "CONCURRENCY", "MEDIUM",
       execution({{"avg_lag_ms", 20.01}, {"avg_response_time_ms", 100}}),
       execution({{"avg_lag_ms", 20}, {"avg_response_time_ms", 100}}), nullptr, nullptr},
      {"checkpoint_pressure", "RESOURCE_USAGE", "MEDIUM", wal(18837577, 1), wal(18837575, 1),
       nullptr, "ALTER SYSTEM SET max_wal_size = '2GB';"},
      {"low_hot_ratio", "MAINTENANCE", "MEDIUM", table({{"updated", 1000}, {"hot_updated", 499}}),
       table({{"updated", 1000}, {"hot_updated", 500}}), nullptr,
       "ALTER TABLE shop.orders SET (fillfactor = 80);"},
      {"stale_statistics", "MAINTENANCE", "MEDIUM", table({{"rows", 1000}, {"modified", 201}}),
       table({{"rows", 1000}, {"modified", 200}}), nullptr, "ANALYZE shop.orders;"},
  };
  return list;
}

class AdviceRule : public testing::TestWithParam<std::size_t> {};

TEST_P(AdviceRule, FiresBeyondItsThresholdAndNotBefore) {
  const Case& rule = cases()[GetParam()];
  const Json finding = finding_of(rule.fires, rule.code);
  ASSERT_TRUE(finding.is_object()) << rule.code;
  EXPECT_EQ(finding["category"], rule.category);
  EXPECT_EQ(finding["severity"], rule.severity);
  EXPECT_EQ(finding["impact_percent"], rule.impact);
  EXPECT_EQ(finding["sql"], rule.sql);
  EXPECT_FALSE(finding["recommendation"].get<std::string>().empty());
  EXPECT_FALSE(finding["action_items"].empty());
  EXPECT_FALSE(finding["evidence"].empty());
  EXPECT_TRUE(finding_of(rule.just_under, rule.code).is_null());
}

INSTANTIATE_TEST_SUITE_P(Rules, AdviceRule, testing::Range(std::size_t{0}, cases().size()),
                         [](const auto& info) { return std::string(cases()[info.param].code); });

TEST(Advice, LimitsOfTheTestStandInForTheFixedThresholds) {
  const auto fires = [](const char* column, double value, const char* limit, double at,
                        const char* code) {
    return finding_of({{"execution", {{column, value}}}, {"limits", {{limit, at}}}}, code)
        .is_object();
  };
  // Both ways: a tighter limit finds more, a looser one less.
  EXPECT_TRUE(fires("p95_response_time_ms", 51, "max_p95_response_time_ms", 50, "slow_response"));
  EXPECT_FALSE(
      fires("p95_response_time_ms", 1500, "max_p95_response_time_ms", 2000, "slow_response"));
  EXPECT_TRUE(fires("cpu_usage_percent", 51, "max_cpu_usage_percent", 50, "high_cpu"));
  EXPECT_FALSE(fires("cpu_usage_percent", 95, "max_cpu_usage_percent", 95, "high_cpu"));
  EXPECT_TRUE(fires("memory_usage_percent", 51, "max_memory_usage_percent", 50, "high_memory"));
  EXPECT_FALSE(fires("memory_usage_percent", 90, "max_memory_usage_percent", 95, "high_memory"));
  EXPECT_TRUE(fires("error_rate_percent", 0.2, "max_error_rate_percent", 0.1, "error_rate"));
  EXPECT_FALSE(fires("error_rate_percent", 9, "max_error_rate_percent", 10, "error_rate"));

  Json slow = with_operation({{"avg_ms", 60}});
  EXPECT_TRUE(finding_of(slow, "slow_operations").is_null());
  slow["limits"] = {{"max_avg_response_time_ms", 50}};
  EXPECT_TRUE(finding_of(slow, "slow_operations").is_object());
  slow["limits"]["max_avg_service_time_ms"] = 70;  // what is measured is the service time
  EXPECT_TRUE(finding_of(slow, "slow_operations").is_null());
}

TEST(Advice, NothingFoundSaysWhatWasNotMeasured) {
  const Json nothing = advice_on(
      {{"unavailable", {{"cpu_usage_percent", "no cgroup"}}}, {"execution", Json::object()}});
  ASSERT_EQ(nothing.size(), 1U);
  EXPECT_EQ(nothing[0]["code"], "nothing_found");
  EXPECT_EQ(nothing[0]["category"], "OPTIMIZATION");
  EXPECT_EQ(nothing[0]["severity"], "LOW");
  const auto text = nothing[0]["recommendation"].get<std::string>();
  EXPECT_NE(text.find("CPU usage (no cgroup)"), std::string::npos) << text;
  EXPECT_NE(text.find("the operations"), std::string::npos) << text;

  // All is measured and all is well.
  const Json well = advice_on(
      {{"execution",
        {{"p95_response_time_ms", 10},
         {"avg_response_time_ms", 5},
         {"avg_lag_ms", 0},
         {"error_rate_percent", 0},
         {"cpu_usage_percent", 20},
         {"memory_usage_percent", 30},
         {"checkpoints", 0},
         {"server_wal_bytes", 1},
         {"measured_ms", 1000},
         {"total_connections", 2},
         {"workers_requested", 2}}},
       {"connections", 3},
       {"settings",
        {{"max_connections", "100"}, {"max_wal_size", "1GB"}, {"checkpoint_timeout", "300s"}}},
       {"tables",
        {{{"name", "t"}, {"rows", 10}, {"modified", 0}, {"updated", 0}, {"hot_updated", 0}}}},
       {"operations",
        {operation({{"avg_ms", 5},
                    {"commit_ms", 1},
                    {"planning_ms", 1},
                    {"jit_ms", 0},
                    {"temp_blks_written", 0},
                    {"zero_row_writes", 0},
                    {"waits", {{"CPU", 50}}},
                    {"baseline_avg_ms", 5},
                    {"plans", {plan(1, "aa", "Index Scan", 8)}},
                    {"baseline_plans", {plan(1, "aa", "Index Scan", 8)}},
                    {"samples", sample(scan(5, 5))["samples"]}})}}});
  ASSERT_EQ(well.size(), 1U);
  EXPECT_EQ(well[0]["recommendation"], "Nothing was found to improve in what was measured.");
  EXPECT_EQ(well[0]["evidence"]["not_measured"], Json::array());
}

TEST(Advice, OptimizationComesOnlyWhereNothingWasFound) {
  const Json found = advice_on(execution({{"cpu_usage_percent", 99}}));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0]["category"], "RESOURCE_USAGE");
}

TEST(Advice, OrderIsSeverityThenImpact) {
  const Json found =
      advice_on({{"execution", {{"error_rate_percent", 50}, {"p95_response_time_ms", 2000}}},
                 {"operations",
                  {{{"name", "a"}, {"ok", 10}, {"busy_ms", 100}, {"planning_ms", 40}},
                   {{"name", "b"}, {"ok", 10}, {"busy_ms", 100}, {"jit_ms", 90}},
                   {{"name", "c"}, {"ok", 10}, {"busy_ms", 800}, {"planning_ms", 100}}}}});
  // a: 40 % of itself and 4 % of all; b: 90 % and 9 %; c: 12.5 % of itself, below the threshold.
  ASSERT_EQ(found.size(), 4U);
  EXPECT_EQ(found[0]["code"], "error_rate");
  EXPECT_EQ(found[1]["code"], "slow_response");
  EXPECT_EQ(found[2]["code"], "jit_time");
  EXPECT_EQ(found[2]["severity"], "MEDIUM");
  EXPECT_EQ(found[2]["impact_percent"], 9);
  EXPECT_EQ(found[3]["code"], "planning_time");
  EXPECT_EQ(found[3]["severity"], "LOW");
  EXPECT_EQ(found[3]["impact_percent"], 4);
}

TEST(Advice, OperationsThatHardlyCountAreLeftAlone) {
  const Json snapshot = {{"operations",
                          {operation({{"name", "big"}, {"busy_ms", 10000}}),
                           operation({{"name", "small"},
                                      {"busy_ms", 100},
                                      {"planning_ms", 99},
                                      {"temp_blks_written", 100000},
                                      {"waits", {{"Lock:tuple", 100}}}})}}};
  EXPECT_TRUE(finding_of(snapshot, "planning_time").is_null());
  EXPECT_TRUE(finding_of(snapshot, "temp_spill").is_null());
  EXPECT_TRUE(finding_of(snapshot, "lock_waits").is_null());
}

TEST(Advice, CheckpointsByTimeAreNoPressure) {
  EXPECT_TRUE(finding_of(wal(1e12, 0), "checkpoint_pressure").is_null());
}

TEST(Advice, UsersWithAWorkerOfTheirOwnDoNotWaitForOne) {
  Json snapshot = execution({{"avg_lag_ms", 90},
                             {"avg_response_time_ms", 100},
                             {"total_connections", 4},
                             {"concurrent_users", 5}});
  EXPECT_TRUE(finding_of(snapshot, "worker_saturation").is_object());
  snapshot["execution"]["concurrent_users"] = 4;
  EXPECT_TRUE(finding_of(snapshot, "worker_saturation").is_null());
  snapshot["execution"]["concurrent_users"] = nullptr;  // the open model
  EXPECT_TRUE(finding_of(snapshot, "worker_saturation").is_object());
}

TEST(Advice, TableThatWasNeverAnalyzed) {
  EXPECT_TRUE(
      finding_of(table({{"rows", 1000}, {"modified", 0}, {"analyzed", false}}), "stale_statistics")
          .is_object());
  EXPECT_TRUE(
      finding_of(table({{"rows", 999}, {"modified", 999}, {"analyzed", false}}), "stale_statistics")
          .is_null());
}

TEST(Advice, WholeNumbersAreWrittenWithoutAPoint) {
  const std::string text = advise(R"({"execution": {"cpu_usage_percent": 99.0}})");
  EXPECT_NE(text.find(R"("cpu_usage_percent":99,)"), std::string::npos) << text;
}

TEST(Advice, OtherTypesCountAsNotMeasured) {
  const Json found = advice_on({{"execution", {{"cpu_usage_percent", "99"}}},
                                {"operations", {1, "x", nullptr, {{"name", 3}, {"waits", {1}}}}},
                                {"settings", {{"max_wal_size", "-1GB"}, {"work_mem", "many"}}},
                                {"tables", "none"},
                                {"limits", {1}}});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0]["code"], "nothing_found");
  EXPECT_THROW(advise("[]"), Error);
  EXPECT_THROW(advise("{"), Error);
}

}  // namespace
}  // namespace perf_mgmt
