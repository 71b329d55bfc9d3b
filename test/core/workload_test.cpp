// Shares of operations; the expectations are worked out by hand.
#include "perf_mgmt/core/workload.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "perf_mgmt/core/errors.hpp"

namespace perf_mgmt {
namespace {

using Mix = std::vector<std::pair<std::string, double>>;
using Operations = std::vector<OperationWeight>;

const Operations restaurant = {{"create_order", 30, 2, {"orders", "writes"}},
                               {"list_orders", 10, 1, {"orders"}},
                               {"kitchen", 40, 1.5, {"kitchen"}},
                               {"stock", 20, 1, {}}};

void expect_shares(const WorkloadShares& result, const std::vector<double>& expected) {
  ASSERT_EQ(result.shares.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i)
    EXPECT_NEAR(result.shares[i], expected[i], 1e-12) << i;
}

void expect_error(const Operations& operations, const Mix& mix, const std::string& message,
                  const std::string& detail, const std::string& hint) {
  try {
    workload_shares(operations, false, mix);
    ADD_FAILURE() << message;
  } catch (const Error& error) {
    EXPECT_STREQ(error.sqlstate(), "22023");
    EXPECT_EQ(error.message(), message);
    EXPECT_EQ(error.detail(), detail);
    EXPECT_EQ(error.hint(), hint);
  }
}

TEST(WorkloadShares, AreTheWeights) {
  const WorkloadShares result = workload_shares(restaurant, false, {});
  expect_shares(result, {0.3, 0.1, 0.4, 0.2});
  EXPECT_TRUE(result.warnings.empty());
}

// 60, 10, 60, 20 of 150. The multipliers move the sum, which is no reason to warn.
TEST(WorkloadShares, PeakMultipliesTheWeights) {
  const WorkloadShares result = workload_shares(restaurant, true, {});
  expect_shares(result, {0.4, 10.0 / 150, 0.4, 20.0 / 150});
  EXPECT_TRUE(result.warnings.empty());
}

TEST(WorkloadShares, WeightsThatMiss100AreNormalisedWithAWarning) {
  const Operations operations = {{"a", 25, 1, {}}, {"b", 40, 1, {}}, {"c", 0, 1, {}}};
  const WorkloadShares result = workload_shares(operations, false, {});
  expect_shares(result, {25.0 / 65, 40.0 / 65, 0});
  EXPECT_EQ(result.warnings,
            std::vector<std::string>{
                "weights of operations add up to 65 percent instead of 100 and are normalised"});
}

TEST(WorkloadShares, HalfAPercentIsTolerated) {
  const auto warnings = [](double weight) {
    return workload_shares(Operations{{"a", weight, 1, {}}}, false, {}).warnings.size();
  };
  EXPECT_EQ(warnings(99.5), 0U);
  EXPECT_EQ(warnings(100.5), 0U);
  EXPECT_EQ(warnings(99.49), 1U);
  EXPECT_EQ(warnings(100.51), 1U);
}

// orders: 60 over weights 30 and 10; kitchen: 40. stock is not in the mix.
TEST(WorkloadShares, AMixDividesByWeight) {
  const Mix mix = {{"orders", 60}, {"kitchen", 40}};
  const WorkloadShares result = workload_shares(restaurant, false, mix);
  expect_shares(result, {0.45, 0.15, 0.4, 0});
  EXPECT_TRUE(result.warnings.empty());
}

// Within orders 60 to 10 now; the shares of the categories are what the mix says.
TEST(WorkloadShares, PeakWithAMixMovesSharesWithinACategory) {
  const WorkloadShares result =
      workload_shares(restaurant, true, Mix{{"orders", 70}, {"kitchen", 30}});
  expect_shares(result, {0.6, 0.1, 0.3, 0});
}

TEST(WorkloadShares, AMixThatMisses100IsNormalisedWithAWarning) {
  const WorkloadShares result =
      workload_shares(restaurant, false, Mix{{"writes", 1}, {"kitchen", 3}});
  expect_shares(result, {0.25, 0, 0.75, 0});
  EXPECT_EQ(
      result.warnings,
      std::vector<std::string>{
          "shares of the workload mix add up to 4 percent instead of 100 and are normalised"});
}

TEST(WorkloadShares, ACategoryOfShareZeroIsNotRun) {
  expect_shares(workload_shares(restaurant, false, Mix{{"orders", 0}, {"kitchen", 100}}),
                {0, 0, 1, 0});
}

TEST(WorkloadShares, Refusals) {
  expect_error({}, {}, "scenario has no operations", "",
               "Add operations to perf_mgmt.workload_operations.");
  expect_error({{"a", 0, 1, {}}, {"b", 0, 1, {}}}, {}, "all operations have weight 0",
               "An operation of weight 0 is never drawn.",
               "Give at least one operation a weight_percentage above 0.");
  expect_error(restaurant, {{"kichen", 100}},
               "category \"kichen\" of the workload mix matches no operation",
               "A key of \"workload_mix\" selects the operations that bear it as a category.",
               "Perhaps you meant \"kitchen\".");
  expect_error(restaurant, {{"billing", 100}},
               "category \"billing\" of the workload mix matches no operation",
               "A key of \"workload_mix\" selects the operations that bear it as a category.",
               "The categories are kitchen, orders, writes.");
  expect_error({{"a", 1, 1, {}}}, {{"billing", 100}},
               "category \"billing\" of the workload mix matches no operation",
               "A key of \"workload_mix\" selects the operations that bear it as a category.",
               "Give the operations categories, or leave out \"workload_mix\".");
  expect_error(restaurant, {{"orders", 50}, {"writes", 50}},
               "operation \"create_order\" is matched by two categories of the workload mix",
               "It bears \"orders\" and \"writes\".",
               "Leave out one of the two, or change the categories of the operation.");
  expect_error({{"a", 0, 1, {"x"}}, {"b", 5, 1, {"y"}}}, {{"x", 50}, {"y", 50}},
               "category \"x\" of the workload mix has operations of weight 0 only",
               "The share of a category is divided among its operations by weight.",
               "Give one of them a weight, or leave the category out of the mix.");
  expect_error(restaurant, {{"orders", 0}, {"kitchen", 0}}, "all shares of the workload mix are 0",
               "", "Give at least one category a share above 0.");
}

TEST(OperationMix, NeverDrawsAShareOfZero) {
  const std::array<double, 5> shares = {0, 0.5, 0, 0.5, 0};
  const OperationMix mix(shares);
  std::array<int, 5> drawn{};
  for (std::uint64_t i = 0; i < 10000; ++i) {
    RandomStream random(7, 1, i);
    ++drawn.at(mix.draw(random));
  }
  EXPECT_EQ(drawn[0] + drawn[2] + drawn[4], 0);
  EXPECT_EQ(drawn[1] + drawn[3], 10000);
}

// 100,000 draws: the standard deviation of a count is below sqrt(100000 * 0.25) = 158; six of them.
TEST(OperationMix, DrawsByShare) {
  const std::array<double, 4> shares = {0.1, 0.2, 0.3, 0.4};
  const OperationMix mix(shares);
  std::array<int, 4> drawn{};
  RandomStream random(1, 2, 3);
  for (int i = 0; i < 100000; ++i) ++drawn.at(mix.draw(random));
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(drawn[i], 100000 * shares[i], 950) << i;
}

// Exactly where the cumulative shares say: 0.25 belongs to the second operation, not to the first.
TEST(OperationMix, FollowsTheUnitDrawExactly) {
  const std::array<double, 3> shares = {1, 2, 1};  // need not add up to 1
  const OperationMix mix(shares);
  for (std::uint64_t i = 0; i < 1000; ++i) {
    RandomStream random(3, 1, i);
    RandomStream same(3, 1, i);
    const double unit = same.next_unit();
    const std::uint32_t expected = unit < 0.25 ? 0 : unit < 0.75 ? 1 : 2;
    ASSERT_EQ(mix.draw(random), expected) << unit;
    ASSERT_EQ(random.next(), same.next());  // one number was taken
  }
}

// Ten times 0.1 is 0.9999999999999999: no draw may fall behind the last operation.
TEST(OperationMix, CoversTheWholeUnit) {
  const std::vector<double> shares(10, 0.1);
  const OperationMix mix(shares);
  RandomStream random(11, 0, 0);
  for (int i = 0; i < 100000; ++i) ASSERT_LT(mix.draw(random), 10U);
}

}  // namespace
}  // namespace perf_mgmt
