// Each rule with evidence that makes it fire and with evidence just under its threshold. Figures
// were chosen so that shares and factors can be had by hand.
#include "perf_mgmt/core/advice.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "perf_mgmt/core/errors.hpp"

namespace perf_mgmt {
namespace {

using Json = nlohmann::json;

Json advice_on(const Json& snapshot) {
  return Json::parse(advise(snapshot.dump()));
}

// The finding of a rule; null where it found nothing.
Json finding_of(const Json& snapshot, const std::string& code) {
  for (const Json& finding : advice_on(snapshot)) {
    if (finding["code"] == code) return finding;
  }
  return nullptr;
}

Json operation(const Json& members) {
  Json json = {{"name", "pay"}, {"ok", 1000}, {"busy_ms", 1000}};
  json.update(members);
  return json;
}

Json with_operation(const Json& members) {
  return {{"operations", {operation(members)}}};
}

Json execution(const Json& figures) {
  return {{"execution", figures}};
}

Json table(const Json& members) {
  Json json = {{"name", "shop.orders"}, {"analyzed", true}};
  json.update(members);
  return {{"tables", {json}}};
}

Json scan(double planned, double actual) {
  return {{"Plan",
           {{"Node Type", "Seq Scan"},
            {"Schema", "shop"},
            {"Relation Name", "orders"},
            {"Alias", "orders"},
            {"Filter", "((orders.city = 'x'::text) AND (orders.zip = 7))"},
            {"Plan Rows", planned},
            {"Actual Rows", actual},
            {"Actual Loops", 1}}}};
}

Json sample(const Json& plan, bool hypopg = true, const Json& indexes = Json::array()) {
  return {
      {"samples", {{{"statement", 1}, {"plan", plan}, {"hypopg", hypopg}, {"indexes", indexes}}}}};
}

Json trial(const Json& cost_after) {
  return {{{"definition", "CREATE INDEX ON shop.orders (city)"},
           {"rows_read", 100000},
           {"rows_kept", 10},
           {"cost_before", 1000},
           {"cost_after", cost_after}}};
}

Json plan(int statement, const std::string& hash, const std::string& node, double cost) {
  return {
      {"statement", statement},
      {"hash", hash},
      {"plan", {{"Plan", {{"Node Type", node}, {"Relation Name", "t"}, {"Total Cost", cost}}}}}};
}

Json flip(double avg_ms) {
  return with_operation({{"avg_ms", avg_ms},
                         {"baseline_avg_ms", 10},
                         {"plans", {plan(1, "bb", "Seq Scan", 90)}},
                         {"baseline_plans", {plan(1, "aa", "Index Scan", 8)}}});
}

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

TEST(Advice, LockWaitsNameTheBlockerThatWasSeenMost) {
  const Json finding = finding_of(
      with_operation({{"waits", {{"CPU", 10}, {"Lock:transactionid", 80}, {"Lock:tuple", 10}}},
                      {"blockers",
                       {{{"blocker", "process 7"},
                         {"state", "active"},
                         {"statement", "SELECT 1"},
                         {"samples", 2}},
                        {{"blocker", "application \"billing\""},
                         {"state", "idle in transaction"},
                         {"statement", "UPDATE t SET n = 0"},
                         {"wait_event", "Lock:transactionid"},
                         {"samples", 9}}}}}),
      "lock_waits");
  ASSERT_TRUE(finding.is_object());
  EXPECT_EQ(
      finding["recommendation"],
      "\"pay\" waits for locks of others in 90.0 % of its time. Most often the lock was held by "
      "application \"billing\", idle in transaction, whose last statement is: UPDATE t SET n = "
      "0.");
  EXPECT_EQ(finding["evidence"]["blockers"][0]["statement"], "UPDATE t SET n = 0");
  EXPECT_EQ(finding["evidence"]["lock_wait_percent"], 90);
  // Too few samples for a share.
  EXPECT_TRUE(
      finding_of(with_operation({{"waits", {{"Lock:tuple", 19}}}}), "lock_waits").is_null());
}

TEST(Advice, WorkMemFollowsFromWhatIsWrittenAndHasAnEnd) {
  Json snapshot = with_operation({{"temp_blks_written", 1000 * 640}});  // 5 MB each
  snapshot["settings"] = {{"work_mem", "4MB"}};
  snapshot["role"] = "\"App\"";
  EXPECT_EQ(finding_of(snapshot, "temp_spill")["sql"], "ALTER ROLE \"App\" SET work_mem = '32MB';");
  snapshot["operations"][0]["temp_blks_written"] = 1000 * 40000;  // 312.5 MB each
  EXPECT_EQ(finding_of(snapshot, "temp_spill")["sql"], nullptr);
}

TEST(Advice, IndexWithoutHypoPgIsSaidToBeUnproven) {
  const Json finding =
      finding_of(with_operation(sample(scan(10, 10), false, trial(nullptr))), "missing_index");
  ASSERT_TRUE(finding.is_object());
  EXPECT_EQ(finding["evidence"]["proven"], false);
  EXPECT_NE(finding["recommendation"].get<std::string>().find("not proven"), std::string::npos);
  // With HypoPG an index that could not be tried is no finding.
  EXPECT_TRUE(
      finding_of(with_operation(sample(scan(10, 10), true, trial(nullptr))), "missing_index")
          .is_null());
}

TEST(Advice, OneIndexForTwoOperationsIsOneFinding) {
  Json first = operation(sample(scan(10, 10), true, trial(100)));
  Json second = first;
  second["name"] = "look";
  Json count = 0;
  for (const Json& finding : advice_on({{"operations", {first, second}}})) {
    if (finding["code"] != "missing_index") continue;
    count = count.get<int>() + 1;
    EXPECT_EQ(finding["evidence"]["operations"], Json({"pay", "look"}));
    EXPECT_EQ(finding["impact_percent"], 90);  // 45 each
  }
  EXPECT_EQ(count, 1);
}

TEST(Advice, PlanFlipShowsBothPlans) {
  const Json finding = finding_of(flip(20), "plan_flip");
  ASSERT_TRUE(finding.is_object());
  EXPECT_EQ(finding["evidence"]["plan"], "Seq Scan on t");
  EXPECT_EQ(finding["evidence"]["baseline_plan"], "Index Scan on t");
  EXPECT_EQ(finding["impact_percent"], 50);
  // The same plan that got slower is no flip.
  Json same = flip(20);
  same["operations"][0]["plans"] = same["operations"][0]["baseline_plans"];
  EXPECT_TRUE(finding_of(same, "plan_flip").is_null());
}

TEST(Advice, CommitBoundTellsTheFlushFromWhatElseCommitDoes) {
  const auto text = [](const Json& waits) {
    return finding_of(with_operation({{"commit_ms", 600}, {"waits", waits}}), "commit_bound")
        .at("recommendation")
        .get<std::string>();
  };
  const std::string share = "60.0 % of the operations' time is spent in COMMIT, mostly by \"pay\".";
  EXPECT_EQ(text({{"CPU", 70}, {"IO:WALSync", 20}, {"LWLock:WALWrite", 10}}),
            share + " The flush of the write-ahead log sets the pace.");
  EXPECT_EQ(text({{"CPU", 71}, {"IO:WALSync", 29}}),
            share +
                " Little of it is the flush of the write-ahead log: deferred constraints and "
                "triggers run there too.");
  EXPECT_EQ(text({{"CPU", 19}}), share);
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
