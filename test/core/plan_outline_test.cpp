// Plans by PostgreSQL 15.20 (plan_samples.hpp); outlines by hand, after EXPLAIN's text format.
#include "perf_mgmt/core/plan_outline.hpp"

#include <gtest/gtest.h>

#include "plan_samples.hpp"

namespace perf_mgmt {
namespace {

std::string outline(const char* plan) {
  return plan_outline(plan).value_or("none");
}

TEST(PlanOutline, NamesNodesAsExplainDoes) {
  EXPECT_EQ(outline(samples::kCustom),
            "Bitmap Heap Scan on orders > Bitmap Index Scan on orders_customer");
  EXPECT_EQ(outline(samples::kSeqScan), "Seq Scan on orders");
  EXPECT_EQ(outline(samples::kHashJoin),
            "Limit > Sort > HashAggregate > Hash Join (Index Scan using orders_status on orders o, "
            "Hash > Seq Scan on customers c)");
  EXPECT_EQ(outline(samples::kMergeJoin),
            "Limit > Sort > HashAggregate > Merge Join (Index Scan using customers_pkey on "
            "customers c, Sort > Index Scan using orders_status on orders o)");
  EXPECT_EQ(outline(samples::kParallel),
            "Finalize Aggregate > Gather > Partial Aggregate > Parallel Seq Scan on orders");
}

TEST(PlanOutline, NamesWhatElseThereIs) {
  EXPECT_EQ(outline(R"({"Plan": {"Node Type": "Index Scan", "Scan Direction": "Backward",
                        "Index Name": "t_pkey", "Relation Name": "t", "Alias": "t"}})"),
            "Index Scan Backward using t_pkey on t");
  EXPECT_EQ(outline(R"({"Plan": {"Node Type": "ModifyTable", "Operation": "Update",
                        "Relation Name": "t", "Alias": "t"}})"),
            "Update on t");
  EXPECT_EQ(outline(R"({"Plan": {"Node Type": "Hash Join", "Join Type": "Left"}})"),
            "Hash Left Join");
  EXPECT_EQ(outline(R"({"Plan": {"Node Type": "Nested Loop", "Join Type": "Anti"}})"),
            "Nested Loop Anti Join");
  EXPECT_EQ(outline(R"({"Plan": {"Node Type": "Nested Loop", "Join Type": "Inner"}})"),
            "Nested Loop");
  EXPECT_EQ(outline(R"({"Node Type": "Aggregate", "Strategy": "Sorted"})"), "GroupAggregate");
  EXPECT_EQ(outline(R"({"Node Type": "Function Scan", "Function Name": "f", "Alias": "g"})"),
            "Function Scan on f g");
  EXPECT_EQ(outline(R"({"Node Type": "Subquery Scan", "Alias": "s"})"), "Subquery Scan on s");
}

TEST(PlanOutline, WhatIsNoPlanHasNone) {
  for (const char* text : {"", "[]", "{}", "1", "[1]", R"({"Plan": 1})", R"({"Plan": {}})"}) {
    EXPECT_EQ(plan_outline(text), std::nullopt) << text;
    EXPECT_EQ(plan_difference(samples::kSeqScan, text), std::nullopt) << text;
    EXPECT_EQ(plan_difference(text, samples::kSeqScan), std::nullopt) << text;
  }
}

TEST(PlanOutline, ALongOneIsCutBetweenLetters) {
  std::string plan = R"({"Node Type": "Result"})";
  for (int i = 0; i < 40; ++i) {
    plan = R"({"Node Type": "Sübquery", "Plans": [)" + plan + "]}";
  }
  const std::string text = outline(plan.c_str());  // 12 bytes a node, the 26th begins at 300
  EXPECT_EQ(text.size(), 303U);
  EXPECT_TRUE(text.ends_with("Sübquery > ..."));
  // Ten bytes more before it: the cut would be within ü.
  const std::string shifted = R"({"Node Type": "abcdefg", "Plans": [)" + plan + "]}";
  EXPECT_TRUE(outline(shifted.c_str()).ends_with("Sübquery > S..."));
}

using Parts = std::pair<std::string, std::string>;

TEST(PlanOutline, TheDifferenceIsTheSmallestPartThatHoldsIt) {
  EXPECT_EQ(plan_difference(samples::kCustom, samples::kSeqScan),
            (Parts{"Bitmap Heap Scan on orders > Bitmap Index Scan on orders_customer",
                   "Seq Scan on orders"}));
  EXPECT_EQ(plan_difference(samples::kHashJoin, samples::kMergeJoin),
            (Parts{"Hash Join (Index Scan using orders_status on orders o, "
                   "Hash > Seq Scan on customers c)",
                   "Merge Join (Index Scan using customers_pkey on customers c, "
                   "Sort > Index Scan using orders_status on orders o)"}));
  std::string indexless = samples::kHashJoin;
  for (const auto& [from, to] :
       {std::pair{R"("Node Type": "Index Scan")", R"("Node Type": "Seq Scan")"},
        std::pair{R"("Index Name": "orders_status",)", ""}}) {
    const std::size_t at = indexless.find(from);
    ASSERT_NE(at, std::string::npos);
    indexless.replace(at, std::string_view(from).size(), to);
  }
  EXPECT_EQ(plan_difference(samples::kHashJoin, indexless),
            (Parts{"Index Scan using orders_status on orders o", "Seq Scan on orders o"}));
}

TEST(PlanOutline, OfPlansThatDifferInConditionsTheWholeIsGiven) {
  const std::string whole = "Bitmap Heap Scan on orders > Bitmap Index Scan on orders_customer";
  EXPECT_EQ(plan_difference(samples::kCustom, samples::kOtherFilter), (Parts{whole, whole}));
}

}  // namespace
}  // namespace perf_mgmt
