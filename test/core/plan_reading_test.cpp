// Plans in the form in which EXPLAIN (ANALYZE, VERBOSE, FORMAT JSON) of PostgreSQL 15 prints them,
// cut down to what is read.
#include "perf_mgmt/core/plan_reading.hpp"

#include <gtest/gtest.h>

namespace perf_mgmt {
namespace {

std::string scan(const std::string& filter, int kept, int removed, const std::string& alias = "o",
                 int loops = 1) {
  return R"({"Plan": {"Node Type": "Seq Scan", "Schema": "shop", "Relation Name": "orders", "Alias": ")" +
         alias + R"(", "Total Cost": 12.5, "Plan Rows": 5, "Actual Rows": )" +
         std::to_string(kept) + R"(, "Actual Loops": )" + std::to_string(loops) +
         R"(, "Filter": ")" + filter + R"(", "Rows Removed by Filter": )" +
         std::to_string(removed) + "}}";
}

std::vector<std::string> columns(const std::string& filter, const std::string& alias = "o") {
  const auto candidates = index_candidates(scan(filter, 0, 1000, alias));
  return candidates.empty() ? std::vector<std::string>{} : candidates.front().columns;
}

using Names = std::vector<std::string>;

TEST(IndexCandidates, ScansThatKeepATenthOfAThousandRows) {
  const auto found = index_candidates(scan("(o.customer_id = 7)", 100, 900));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].schema, "shop");
  EXPECT_EQ(found[0].relation, "orders");
  EXPECT_EQ(found[0].columns, Names{"customer_id"});
  EXPECT_EQ(found[0].rows_read, 1000);
  EXPECT_EQ(found[0].rows_kept, 100);
  EXPECT_TRUE(index_candidates(scan("(o.customer_id = 7)", 101, 900)).empty());
  EXPECT_TRUE(index_candidates(scan("(o.customer_id = 7)", 0, 999)).empty());
  // Small, but read often.
  EXPECT_EQ(index_candidates(scan("(o.customer_id = 7)", 0, 10, "o", 100)).size(), 1U);
}

TEST(IndexCandidates, ColumnsOfConditions) {
  EXPECT_EQ(columns("(o.a = $1)"), Names{"a"});
  EXPECT_EQ(columns("((o.a > 5) AND (o.b = 'x'::text) AND (o.c <= 9))"), (Names{"b", "a"}));
  EXPECT_EQ(columns("((o.status)::text = 'it''s (done) AND o.k'::text)"), Names{"status"});
  EXPECT_EQ(columns(R"((o.\"Käufer \"\"x\" = 7))"), Names{"\"Käufer \"\"x\""});
  EXPECT_EQ(columns(R"((\"My o\".a = 7))", "My o"), Names{"a"});
  EXPECT_EQ(columns("((o.created >= 'a') AND (o.created < 'b'))"), Names{"created"});
  // No index of a column helps these.
  EXPECT_EQ(columns("((o.a = 1) OR (o.b = 2))"), Names{});
  EXPECT_EQ(columns("(lower(o.a) = 'x'::text)"), Names{});
  EXPECT_EQ(columns("((o.a)::integer = 5)"), Names{});
  EXPECT_EQ(columns("(o.a = o.b)"), Names{});
  EXPECT_EQ(columns("(o.a <> 5)"), Names{});
  EXPECT_EQ(columns("o.flag"), Names{});
  EXPECT_EQ(columns("((o.a = 1) AND ((o.b = 2) OR (o.c = 3)))"), Names{"a"});
  EXPECT_EQ(columns(""), Names{});
  EXPECT_EQ(columns("(o."), Names{});
  EXPECT_EQ(columns("(o.a = 'x"), Names{});
}

TEST(IndexCandidates, NoneForTheServersOwnTables) {
  std::string plan = scan("(o.a = 1)", 0, 1000);
  EXPECT_EQ(index_candidates(plan).size(), 1U);
  plan.replace(plan.find("shop"), 4, "pg_catalog");
  EXPECT_TRUE(index_candidates(plan).empty());
}

TEST(IndexCandidates, NothingWithoutAnAnalyzedPlan) {
  EXPECT_TRUE(index_candidates("").empty());
  EXPECT_TRUE(index_candidates("[]").empty());
  EXPECT_TRUE(index_candidates(R"({"Plan": 5})").empty());
  EXPECT_TRUE(index_candidates(R"j([{"Plan": {"Node Type": "Seq Scan", "Relation Name": "t",
      "Alias": "t", "Filter": "(t.a = 1)", "Plan Rows": 1}}])j")
                  .empty());
}

// A join of which the inner scan is wrong by 50, and the join because of that by 100.
std::string join(const std::string& type, int scan_actual, int join_actual) {
  return R"j([{"Plan": {"Node Type": "Hash Join", "Join Type": ")j" + type +
         R"j(", "Plan Rows": 1000, "Actual Loops": 1, "Actual Rows": )j" +
         std::to_string(join_actual) +
         R"j(, "Plans": [{"Node Type": "Seq Scan", "Schema": "s", "Relation Name": "t",
         "Alias": "t", "Filter": "((t.a = 1) AND (t.b = 2))", "Plan Rows": 1000,
         "Actual Loops": 1, "Actual Rows": )j" +
         std::to_string(scan_actual) + "}]}}]";
}

TEST(FindMisestimate, TheLowestNodeIsTheCause) {
  const auto found = find_misestimate(join("Inner", 50000, 100000), 10);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->node, "Seq Scan");
  EXPECT_EQ(found->schema, "s");
  EXPECT_EQ(found->relation, "t");
  EXPECT_EQ(found->factor, 50);
  EXPECT_EQ(found->columns, (Names{"a", "b"}));
  // The join's own error, where the scan is right.
  const auto above = find_misestimate(join("Inner", 1000, 100000), 10);
  ASSERT_TRUE(above);
  EXPECT_EQ(above->node, "Hash Join");
  EXPECT_EQ(above->relation, "");
  EXPECT_EQ(above->factor, 100);
  EXPECT_FALSE(find_misestimate(join("Inner", 9999, 9999), 10));
}

// The bitmap of an index names no table; the heap scan above it does, and has its condition.
TEST(FindMisestimate, ABitmapScanIsNamedByItsTable) {
  const auto found = find_misestimate(
      R"j([{"Plan": {"Node Type": "Bitmap Heap Scan", "Schema": "s", "Relation Name": "t",
      "Alias": "t", "Recheck Cond": "(t.a = 1)", "Plan Rows": 10, "Actual Rows": 5000,
      "Actual Loops": 1, "Plans": [{"Node Type": "Bitmap Index Scan", "Index Name": "t_a",
      "Index Cond": "(t.a = 1)", "Plan Rows": 10, "Actual Rows": 5000, "Actual Loops": 1}]}}])j",
      10);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->node, "Bitmap Heap Scan");
  EXPECT_EQ(found->relation, "t");
  EXPECT_EQ(found->columns, Names{"a"});
}

TEST(FindMisestimate, TooFewRowsWhereTheNodeMayStopEarly) {
  EXPECT_TRUE(find_misestimate(join("Inner", 1, 1000), 10));
  EXPECT_FALSE(find_misestimate(join("Semi", 1, 1000), 10));
  EXPECT_TRUE(
      find_misestimate(join("Semi", 50000, 1000), 10));  // too many are an error all the same
}

TEST(FindMisestimate, SmallNumbersAndNodesThatWereNotRunTellNothing) {
  const auto node = [](const std::string& figures) {
    return find_misestimate(R"({"Plan": {"Node Type": "Seq Scan", )" + figures + "}}", 10)
        .has_value();
  };
  EXPECT_FALSE(node(R"("Plan Rows": 1, "Actual Rows": 99, "Actual Loops": 1)"));
  EXPECT_TRUE(node(R"("Plan Rows": 1, "Actual Rows": 100, "Actual Loops": 1)"));
  EXPECT_TRUE(node(R"("Plan Rows": 100, "Actual Rows": 0, "Actual Loops": 1)"));
  EXPECT_FALSE(node(R"("Plan Rows": 100, "Actual Rows": 0, "Actual Loops": 0)"));
  EXPECT_FALSE(node(R"("Plan Rows": 100)"));
}

TEST(PlanUsesIndex, AnywhereInTheTree) {
  const char* plan = R"([{"Plan": {"Node Type": "Bitmap Heap Scan", "Total Cost": 8.25, "Plans": [
      {"Node Type": "Bitmap Index Scan", "Index Name": "<13>btree_orders_a"}]}}])";
  EXPECT_TRUE(plan_uses_index(plan, "<13>btree_orders_a"));
  EXPECT_FALSE(plan_uses_index(plan, "orders_a"));
  EXPECT_EQ(plan_cost(plan), 8.25);
  EXPECT_EQ(plan_cost("{}"), std::nullopt);
}

}  // namespace
}  // namespace perf_mgmt
