// What findings say in words, by hand: one for all tables, and figures as reports write them.
#include <gtest/gtest.h>

#include "advice_fixture.hpp"

namespace perf_mgmt {
namespace {

using advice_fixture::findings_of;
using advice_fixture::Json;

std::string text_of(const std::string& snapshot, const std::string& code) {
  const std::vector<Json> findings = findings_of(Json::parse(snapshot), code);
  return findings.size() == 1 ? findings[0]["recommendation"].get<std::string>() : "not one";
}

TEST(AdviceTexts, StaleStatisticsAreOneFindingForAllTables) {
  const std::vector<Json> found = findings_of(Json::parse(R"({"tables": [
    {"name": "shop.orders", "rows": 10000, "modified": 5000, "analyzed": true},
    {"name": "shop.fresh", "rows": 10000, "modified": 2000, "analyzed": true},
    {"name": "shop.items", "rows": 123456, "modified": 0, "analyzed": false},
    {"name": "shop.\"Odd\"", "rows": 1000, "modified": 2345}]})"),
                                              "stale_statistics");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0]["recommendation"],
            "Changed since the last ANALYZE: shop.orders (50.0 % of 10,000 rows), shop.\"Odd\" "
            "(234.5 % of 1,000 rows). Never analyzed: shop.items (123,456 rows). The planner works "
            "with numbers that do not hold.");
  EXPECT_EQ(found[0]["sql"], "ANALYZE shop.orders, shop.items, shop.\"Odd\";");
  EXPECT_EQ(found[0]["evidence"], Json::parse(R"({"threshold_percent": 20, "tables": [
    {"table": "shop.orders", "rows": 10000, "modified": 5000, "analyzed": true},
    {"table": "shop.items", "rows": 123456, "modified": 0, "analyzed": false},
    {"table": "shop.\"Odd\"", "rows": 1000, "modified": 2345, "analyzed": true}]})"));
}

TEST(AdviceTexts, TenStaleTablesAreNamedAndAllAnalyzed) {
  Json tables = Json::array();
  for (int i = 10; i < 22; ++i) {
    tables.push_back({{"name", "t" + std::to_string(i)}, {"rows", 1000}, {"modified", 1000}});
  }
  Json snapshot;
  snapshot["tables"] = tables;
  const std::vector<Json> found = findings_of(snapshot, "stale_statistics");
  ASSERT_EQ(found.size(), 1U);
  const auto text = found[0]["recommendation"].get<std::string>();
  EXPECT_NE(text.find("t19 (100.0 % of 1,000 rows) and 2 more. The planner"), std::string::npos)
      << text;
  EXPECT_EQ(found[0]["sql"], "ANALYZE t10, t11, t12, t13, t14, t15, t16, t17, t18, t19, t20, t21;");
}

// Three digits and the unit that fits.
TEST(AdviceTexts, TimesAndShares) {
  EXPECT_EQ(text_of(R"({"execution": {"p95_response_time_ms": 128.0123},
                        "limits": {"max_p95_response_time_ms": 100},
                        "operations": [{"name": "pay", "p95_response_ms": 1234.567}]})",
                    "slow_response"),
            "P95 response time is 128 ms, beyond 100 ms. It is so for \"pay\" (1.23 s).");
  EXPECT_EQ(text_of(R"({"operations": [{"name": "pay", "ok": 1000, "busy_ms": 1000,
                        "planning_ms": 251}]})",
                    "planning_time"),
            "\"pay\" spends 25.1 % of its time in the planner (0.25 ms per execution).");
  EXPECT_EQ(text_of(R"({"operations": [{"name": "pay", "ok": 1000, "busy_ms": 1000,
      "avg_ms": 12.3456, "baseline_avg_ms": 10,
      "plans": [{"statement": 1, "hash": "bb", "plan":
        {"Plan": {"Node Type": "Seq Scan", "Relation Name": "t"}}}],
      "baseline_plans": [{"statement": 1, "hash": "aa", "plan":
        {"Plan": {"Node Type": "Index Scan", "Relation Name": "t"}}}]}]})",
                    "plan_flip"),
            "\"pay\" runs another plan than in the baseline, and takes 12.3 ms instead of 10.0 ms: "
            "Seq Scan on t where it was Index Scan on t.");
}

TEST(AdviceTexts, CountsAndSizes) {
  EXPECT_EQ(text_of(R"j({"operations": [{"name": "pay", "ok": 1000, "busy_ms": 1000,
      "samples": [{"statement": 1, "plan": {"Plan": {"Node Type": "Seq Scan"}}, "hypopg": true,
        "indexes": [{"definition": "CREATE INDEX ON t (a)", "rows_read": 100000, "rows_kept": 2.345,
                     "cost_before": 1000, "cost_after": 8.4444}]}]}]})j",
                    "missing_index"),
            "\"pay\" reads 100,000 rows one after the other to keep 2.35: an index would spare "
            "that. Planned with it, the statement costs 8.44 instead of 1,000.");
  // 4e7 bytes a second; 1 GB / 1.9 lasts 14.13 s; 4e7 * 300 * 1.9 are 21.2 GB.
  EXPECT_EQ(text_of(R"({"execution": {"checkpoints": 2, "server_wal_bytes": 4e8,
                                      "measured_ms": 10000},
                        "settings": {"max_wal_size": "1GB", "checkpoint_timeout": "5min"}})",
                    "checkpoint_pressure"),
            "2 checkpoints fell into the run, and at 40.0 MB/s of write-ahead log the next ones "
            "come every 14.1 s, before checkpoint_timeout (5 min): max_wal_size would have to be "
            "22 GB, not 1 GB.");
}

}  // namespace
}  // namespace perf_mgmt
