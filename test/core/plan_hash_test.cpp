// Plans by PostgreSQL 15.20 (plan_samples.hpp); expressions in the forms that its ruleutils.c
// deparses, results by hand.
#include "perf_mgmt/core/plan_hash.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "perf_mgmt/core/errors.hpp"
#include "plan_samples.hpp"

namespace perf_mgmt {
namespace {

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  const std::size_t at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return at == std::string::npos ? text : text.replace(at, what.size(), by);
}

// A plan of one node with this condition.
std::string with_filter(const std::string& filter) {
  return R"({"Plan": {"Node Type": "Seq Scan", "Relation Name": "t", "Filter": ")" + filter +
         R"("}})";
}

TEST(PlanHash, IsSixteenHexadecimalDigits) {
  const std::string hash = plan_hash(samples::kCustom);
  EXPECT_EQ(hash.size(), 16U);
  EXPECT_EQ(hash.find_first_not_of("0123456789abcdef"), std::string::npos);
  // FNV-1a of "{Node Type\1X\2}", worked out in Python.
  EXPECT_EQ(plan_hash(R"({"Plan": {"Node Type": "X"}})"), "72f15563a83d172a");
}

TEST(PlanHash, IsTheSameForOtherConstantsAndAnyParameters) {
  const std::string hash = plan_hash(samples::kCustom);
  EXPECT_EQ(plan_hash(samples::kCustom9), hash);
  EXPECT_EQ(plan_hash(samples::kGeneric), hash);
}

TEST(PlanHash, IgnoresCostsRowsAndWhatWasMeasured) {
  EXPECT_EQ(plan_hash(samples::kAnalyzed), plan_hash(samples::kCustom));
  const std::string other = replaced(samples::kCustom, R"("Total Cost": 85.4)",
                                     R"("Total Cost": 99.25, "Disabled": true)");
  EXPECT_EQ(plan_hash(other), plan_hash(samples::kCustom));
}

TEST(PlanHash, IsTheSameForListsOfAnyLength) {
  EXPECT_EQ(plan_hash(samples::kIn5), plan_hash(samples::kIn3));
  EXPECT_EQ(plan_hash(samples::kInParameters), plan_hash(samples::kIn3));
}

// The custom plan has 'done' where the generic one has lower($1), and tries the conditions in
// another order.
TEST(PlanHash, IsTheSameWhereThePlannerComputedAheadOfTime) {
  EXPECT_EQ(plan_hash(samples::kFoldedCustom), plan_hash(samples::kFoldedGeneric));
}

TEST(PlanHash, OtherWaysToTheRowsAreOtherPlans) {
  const std::set<std::string> hashes = {
      plan_hash(samples::kCustom),      plan_hash(samples::kByStatus),
      plan_hash(samples::kSeqScan),     plan_hash(samples::kOtherFilter),
      plan_hash(samples::kIn3),         plan_hash(samples::kFoldedCustom),
      plan_hash(samples::kJoinAbThenC), plan_hash(samples::kJoinBcThenA),
      plan_hash(samples::kHashJoin),    plan_hash(samples::kMergeJoin),
      plan_hash(samples::kSerial),      plan_hash(samples::kParallel)};
  EXPECT_EQ(hashes.size(), 12U);
}

TEST(PlanHash, OneOtherNameIsAnotherPlan) {
  const std::string hash = plan_hash(samples::kCustom);
  const auto changed = [](const char* what, const char* by) {
    return plan_hash(replaced(samples::kCustom, what, by));
  };
  EXPECT_NE(changed(R"("Index Name": "orders_customer")", R"("Index Name": "orders_customer2")"),
            hash);
  EXPECT_NE(changed(R"("Schema": "shop")", R"("Schema": "rest")"), hash);
  EXPECT_NE(changed(R"("Alias": "orders")", R"("Alias": "o")"), hash);
  EXPECT_NE(changed("orders.amount > 1.5", "orders.id > 1.5"), hash);
  EXPECT_NE(changed("orders.amount > 1.5", "orders.amount >= 1.5"), hash);
  EXPECT_NE(changed("Recheck Cond", "Filter 2"), hash);
}

TEST(PlanHash, ConditionsCountInAnyOrderButNotInAnother) {
  const auto hash = [](const char* filter) { return plan_hash(with_filter(filter)); };
  EXPECT_EQ(hash("((a = 1) AND (b = 2) AND c)"), hash("(c AND (b = $1) AND (a = $2))"));
  EXPECT_NE(hash("((a = 1) AND (b = 2))"), hash("((a = 1) OR (b = 2))"));
  EXPECT_NE(hash("((a = 1) AND ((b = 2) OR c))"), hash("((a = 1) AND (b = 2))"));
  EXPECT_NE(hash("(a = b)"), hash("(b = a)"));
  // Not a list of conditions: the parenthesis at the end is another one.
  EXPECT_NE(hash("(a) = (b AND c)"), hash("(a) = (c AND b)"));
}

TEST(PlanHash, DoesNotDependOnTheOrderOfMembers) {
  EXPECT_EQ(
      plan_hash(R"({"Plan": {"Node Type": "Seq Scan", "Relation Name": "t"}})"),
      plan_hash(R"([{"Settings": {}, "Plan": {"Relation Name": "t", "Node Type": "Seq Scan"}}])"));
}

TEST(PlanHash, DependsOnTheOrderOfTheTree) {
  const auto append = [](const char* first, const char* second) {
    return plan_hash(std::string(R"({"Plan": {"Node Type": "Append", "Plans": [{"Node Type": ")") +
                     first + R"("}, {"Node Type": ")" + second + R"("}]}})");
  };
  EXPECT_NE(append("Seq Scan", "Result"), append("Result", "Seq Scan"));
}

TEST(PlanHash, RefusesWhatIsNoPlan) {
  for (const char* text : {"", "{", "[]", "[1]", "{}", R"({"Plan": 1})", R"({"Plan": {}})",
                           R"("Seq Scan")", "[{\"Plan\": {\"Node Type\": \"\xff\"}}]"}) {
    EXPECT_THROW(plan_hash(text), Error) << text;
    EXPECT_THROW(is_parallel_plan(text), Error) << text;
  }
  try {
    plan_hash("{}");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.sqlstate(), sqlstate::data_corrupted);
  }
}

TEST(ParallelPlan, IsOneThatGathers) {
  EXPECT_TRUE(is_parallel_plan(samples::kParallel));
  EXPECT_FALSE(is_parallel_plan(samples::kSerial));
  EXPECT_TRUE(is_parallel_plan(R"({"Plan": {"Node Type": "Gather Merge"}})"));
  EXPECT_FALSE(is_parallel_plan(R"({"Plan": {"Node Type": "Seq Scan", "Alias": "Gather"}})"));
}

struct Case {
  const char* expression;
  const char* without;
};

void expect_all(std::initializer_list<Case> cases) {
  for (const Case& c : cases) EXPECT_EQ(without_constants(c.expression), c.without);
}

TEST(WithoutConstants, TextsWithTheirCasts) {
  expect_all({
      {"((status)::text = 'it''s'::text)", "((status)::text = ?)"},
      {"(a = '')", "(a = ?)"},
      {R"((a = E'x\'y \\'::character varying(10)))", "(a = ?)"},
      {R"((a = 'x\') AND (b = 'y'))", "(a = ?) AND (b = ?)"},
      {"(a > '2024-01-01 00:00:00'::timestamp without time zone)", "(a > ?)"},
      {"(a > '2024-01-01 00:00:00'::timestamp(3) with time zone)", "(a > ?)"},
      {"(a > '10:00'::time(0) without time zone)", "(a > ?)"},
      {"(a = '1 day'::interval day to second(3))", "(a = ?)"},
      {"(a = '1'::double precision) AND b", "(a = ?) AND b"},
      {"(a = '1.5'::numeric(10,2))", "(a = ?)"},
      {"(a = B'101'::bit(3)) AND (b = '1'::bit varying(4))", "(a = ?) AND (b = ?)"},
      {"(a = 'c'::\"char\") AND (b = 'd'::public.\"My Type\"[])", "(a = ?) AND (b = ?)"},
      {"(a = '{\"k\": [1]}'::jsonb)", "(a = ?)"},
      {"(a = ('x'::character varying)::text)", "(a = (?)::text)"},
      {"(a = 'x'::public.c2::text)", "(a = ?)"},
      {"(u = U&'\\0041') AND (n = N'x')", "(u = ?) AND (n = ?)"},
      {"(a = 'unfinished", "(a = ?"},
  });
}

TEST(WithoutConstants, Numbers) {
  expect_all({
      {"(n > 1.5e3)", "(n > ?)"},
      {"(n > 1.5E-3) AND (m = .5) AND (k = 1.)", "(n > ?) AND (m = ?) AND (k = ?)"},
      {"(n = -3)", "(n = ?)"},
      {"(n = '-3'::integer)", "(n = ?)"},
      {"-3", "?"},
      {"round(-3, +2)", "round(?, ?)"},
      {"(a - 3)", "(a - ?)"},
      {"(a -3)", "(a -?)"},
      {"(n = $12) AND (m = $1)", "(n = ?) AND (m = ?)"},
  });
}

TEST(WithoutConstants, TrueFalseAndNull) {
  expect_all({
      {"(a = true) OR (a = false) OR (b = NULL::text)", "(a = ?) OR (a = ?) OR (b = ?)"},
      {"(a IS NULL) AND (b IS NOT NULL) AND (c IS NOT TRUE)",
       "(a IS NULL) AND (b IS NOT NULL) AND (c IS NOT TRUE)"},
      {"(a IS DISTINCT FROM NULL::integer)", "(a IS DISTINCT FROM ?)"},
      {"a DESC NULLS LAST", "a DESC NULLS LAST"},
      {"(truest = nullable)", "(truest = nullable)"},
  });
}

TEST(WithoutConstants, Arrays) {
  expect_all({
      {"(a = ANY ('{1,2,3}'::integer[]))", "(a = ANY (?))"},
      {"(a = ANY (ARRAY[$1, 'x'::text, NULL::text]))", "(a = ANY (?))"},
      {"(a = ARRAY[ARRAY[1, 2], ARRAY[3, 4]])", "(a = ?)"},
      {"(a = ARRAY[]::integer[])", "(a = ?)"},
      {"(a = ARRAY[b, 1])", "(a = ARRAY[b, ?])"},
      {"(a[1] = 2)", "(a[?] = ?)"},
  });
}

TEST(WithoutConstants, NamesStay) {
  expect_all({
      {"(t1.c2 = t2.c10)", "(t1.c2 = t2.c10)"},
      {"(\"a 'b' 1\" = 'c'::text)", "(\"a 'b' 1\" = ?)"},
      {"(\"x\"\"y 5\".z9 = 5)", "(\"x\"\"y 5\".z9 = ?)"},
      {"((a)::character varying(10) = 'x'::text)", "((a)::character varying(10) = ?)"},
      {"(e = 'x'::e) AND (b = 1)", "(e = ?) AND (b = ?)"},
      {"(caf\xc3\xa9"
       "1 = 1)",
       "(caf\xc3\xa9"
       "1 = ?)"},
      {"date_trunc('day'::text, a1)", "date_trunc(?, a1)"},
  });
}

TEST(WithoutConstants, ReferencesToSubplans) {
  expect_all({
      {"(a = $0)", "(a = ?)"},
      {"(a = (InitPlan 1).col1)", "(a = ?)"},
      {"(ANY (a = (hashed SubPlan 12).col1))", "(ANY (a = ?))"},
      {"(NOT (hashed SubPlan 2))", "(NOT (hashed SubPlan ?))"},
      {"InitPlan 1 (returns $0)", "InitPlan ? (returns ?)"},
  });
}

// Whatever stands there, reading it ends and stays inside the text.
TEST(WithoutConstants, TakesAnyText) {
  const std::string piece = "a'\"$1(E'\\[ARRAY[::)]}-.5e+U&'IS NOT NULL(InitPlan 1).col";
  for (std::size_t from = 0; from < piece.size(); ++from) {
    for (std::size_t length = 0; from + length <= piece.size(); ++length) {
      const std::string text = piece.substr(from, length);
      EXPECT_LE(without_constants(text).size(), text.size()) << text;
    }
  }
}

}  // namespace
}  // namespace perf_mgmt
