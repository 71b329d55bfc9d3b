// What findings say of their evidence: who held the lock, how much memory, which index and plan.
#include <gtest/gtest.h>

#include "advice_fixture.hpp"

namespace perf_mgmt {
namespace {

using advice_fixture::advice_on;
using advice_fixture::finding_of;
using advice_fixture::flip;
using advice_fixture::Json;
using advice_fixture::operation;
using advice_fixture::sample;
using advice_fixture::scan;
using advice_fixture::trial;
using advice_fixture::with_operation;

TEST(AdviceFindings, LockWaitsNameTheBlockerThatWasSeenMost) {
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

TEST(AdviceFindings, WorkMemFollowsFromWhatIsWrittenAndHasAnEnd) {
  Json snapshot = with_operation({{"temp_blks_written", 1000 * 640}});  // 5 MB each
  snapshot["settings"] = {{"work_mem", "4MB"}};
  snapshot["role"] = "\"App\"";
  EXPECT_EQ(finding_of(snapshot, "temp_spill")["sql"], "ALTER ROLE \"App\" SET work_mem = '32MB';");
  snapshot["operations"][0]["temp_blks_written"] = 1000 * 40000;  // 312.5 MB each
  EXPECT_EQ(finding_of(snapshot, "temp_spill")["sql"], nullptr);
}

TEST(AdviceFindings, IndexWithoutHypoPgIsSaidToBeUnproven) {
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

TEST(AdviceFindings, OneIndexForTwoOperationsIsOneFinding) {
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

TEST(AdviceFindings, PlanFlipShowsBothPlans) {
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

TEST(AdviceFindings, CommitBoundTellsTheFlushFromWhatElseCommitDoes) {
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

}  // namespace
}  // namespace perf_mgmt
