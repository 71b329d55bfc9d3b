// The expectations are what psql prints of these plans with EXPLAIN (plan_samples.hpp has them as
// JSON).
#include "../../src/core/plan_text.hpp"

#include <gtest/gtest.h>

#include "plan_samples.hpp"

namespace perf_mgmt {
namespace {

using nlohmann::json;

TEST(PlanText, ShowsNodesWithEstimatesAndConditions) {
  EXPECT_EQ(plan_text(json::parse(samples::kCustom)),
            "Bitmap Heap Scan on orders  (cost=4.48..85.40 rows=24 width=31)\n"
            "  Recheck Cond: (orders.customer_id = 7)\n"
            "  Filter: ((orders.amount > 1.5) AND ((orders.status)::text = 'DONE'::text))\n"
            "  ->  Bitmap Index Scan on orders_customer  (cost=0.00..4.48 rows=25 width=0)\n"
            "        Index Cond: (orders.customer_id = 7)\n");
}

TEST(PlanText, ShowsActualRows) {
  EXPECT_NE(plan_text(json::parse(samples::kAnalyzed))
                .find("rows=24 width=31) (actual rows=24 loops=1)\n"),
            std::string::npos);
}

TEST(PlanText, IndentsAsPsqlDoes) {
  const json plan = json::parse(R"json({"Node Type": "Limit", "Plans": [{"Node Type": "Sort",
    "Sort Key": ["a", "b DESC"], "Plans": [{"Node Type": "Seq Scan", "Relation Name": "t",
    "Alias": "t", "Filter": "(a > 1)"}]}]})json");
  EXPECT_EQ(plan_text(plan),
            "Limit\n"
            "  ->  Sort\n"
            "        Sort Key: a, b DESC\n"
            "        ->  Seq Scan on t\n"
            "              Filter: (a > 1)\n");
}

TEST(PlanText, IsEmptyForWhatIsNoPlan) {
  for (const char* text : {"{}", "[]", "[1]", "null", "\"x\"", R"({"Plan": []})"}) {
    EXPECT_EQ(plan_text(json::parse(text)), "") << text;
  }
}

TEST(PlanText, ShowsWhatOthersWroteAsItIs) {
  const json plan = json::parse(R"({"Node Type": 5, "Plans": {"a": 1}, "Filter": [1, ["x"]]})");
  EXPECT_EQ(plan_text(plan), "?\n  Filter: 1, x\n");
}

}  // namespace
}  // namespace perf_mgmt
