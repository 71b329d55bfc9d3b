// Explanations of changes that were made by hand.
#include "perf_mgmt/core/explanation.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "perf_mgmt/core/errors.hpp"
#include "perf_mgmt/core/plan_outline.hpp"
#include "plan_samples.hpp"

namespace perf_mgmt {
namespace {

OperationFigures operation(std::string name, double avg_ms, std::uint64_t ok = 1000) {
  OperationFigures made;
  made.name = std::move(name);
  made.ok = ok;
  made.avg_ms = avg_ms;
  made.busy_ms = avg_ms * static_cast<double>(ok);
  return made;
}

OperationChange only(const OperationFigures& before, const OperationFigures& after) {
  return explain({"c", {}, {after}}, {"b", {}, {before}}).at(0);
}

std::vector<std::string> kinds(const OperationChange& change) {
  std::vector<std::string> kinds;
  for (const ChangeFinding& finding : change.findings) kinds.push_back(finding.kind);
  return kinds;
}

// Mixes 3 : 1 in both: a moves .75 * 4, b .25 * 4.
TEST(Explanation, SharesAreOfTheChangeOfTheMix) {
  const auto changes = explain({"c", {}, {operation("b", 12, 100), operation("a", 6, 300)}},
                               {"b", {}, {operation("a", 2, 300), operation("b", 8, 100)}});
  ASSERT_EQ(changes.size(), 2U);
  EXPECT_EQ(changes[0].operation, "a");
  EXPECT_NEAR(changes[0].share_percent, 75, 1e-9);
  EXPECT_NEAR(changes[0].change_percent.value(), 200, 1e-9);
  EXPECT_EQ(changes[1].operation, "b");
  EXPECT_NEAR(changes[1].share_percent, 25, 1e-9);
  EXPECT_EQ(changes[0].text,
            "\"a\": nothing else that was measured moved with it; 2.00 ms -> 6.00 ms (+200 %), "
            "75 % of the change");
}

// a +4 ms, b -1 ms, of equal weight: a carries all of it, b the other way.
TEST(Explanation, WhatMovedTheOtherWayHasANegativeShare) {
  const auto changes = explain({"c", {}, {operation("a", 6), operation("b", 7)}},
                               {"b", {}, {operation("a", 2), operation("b", 8)}});
  EXPECT_NEAR(changes[0].share_percent, 100, 1e-9);
  EXPECT_NEAR(changes[1].share_percent, -25, 1e-9);
  // Faster on the whole: then it is the other one that goes against it.
  const auto faster = explain({"c", {}, {operation("a", 2), operation("b", 8)}},
                              {"b", {}, {operation("a", 6), operation("b", 7)}});
  EXPECT_EQ(faster[0].operation, "a");
  EXPECT_NEAR(faster[1].share_percent, -25, 1e-9);
}

TEST(Explanation, AnotherMixAloneIsNoChange) {
  const auto changes = explain({"c", {}, {operation("a", 2, 900), operation("b", 8, 100)}},
                               {"b", {}, {operation("a", 2, 100), operation("b", 8, 900)}});
  EXPECT_EQ(changes[0].share_percent, 0);
  EXPECT_EQ(changes[1].share_percent, 0);
}

TEST(Explanation, OperationsMayComeAndGo) {
  const auto changes = explain({"c", {}, {operation("new", 5)}}, {"b", {}, {operation("old", 2)}});
  ASSERT_EQ(changes.size(), 2U);
  EXPECT_EQ(changes[0].text, "\"new\": not in the baseline; 5.00 ms, 100 % of the change");
  EXPECT_EQ(changes[0].change_percent, std::nullopt);
  EXPECT_EQ(changes[1].text, "\"old\": no longer run; 2.00 ms, -40 % of the change");
  EXPECT_TRUE(explain({}, {}).empty());
}

// The bar: an index is dropped between two runs.
TEST(Explanation, ADroppedIndexIsAPlanChangeFirst) {
  OperationFigures before = operation("lookup", 0.1);
  before.blks_hit = 3000;
  before.cpu_ms = 90;
  before.plans = {{1, "aa", samples::kCustom}};
  OperationFigures after = operation("lookup", 5);
  after.blks_hit = 500'000;
  after.cpu_ms = 4900;
  after.plans = {{1, "bb", samples::kSeqScan}};
  const OperationChange change = only(before, after);
  EXPECT_EQ(kinds(change), (std::vector<std::string>{"plan", "cpu", "buffers"}));
  const std::string outline = "Bitmap Heap Scan on orders > Bitmap Index Scan on orders_customer";
  EXPECT_EQ(change.findings[0].text, "plan changed: " + outline + " -> Seq Scan on orders");
  EXPECT_EQ(std::get<std::string>(change.findings[0].before), outline);
  EXPECT_EQ(std::get<std::string>(change.findings[0].after), "Seq Scan on orders");
  EXPECT_EQ(change.findings[2].text, "blocks touched 3.00 -> 500 per operation");
  EXPECT_EQ(std::get<double>(change.findings[2].after), 500);
  EXPECT_EQ(change.text, "\"lookup\": plan changed: " + outline +
                             " -> Seq Scan on orders; 0.100 ms -> 5.00 ms (+4900 %), 100 % of the "
                             "change");
}

TEST(Explanation, PlansAreComparedStatementByStatement) {
  OperationFigures before = operation("o", 1);
  before.plans = {{1, "aa", samples::kSerial}, {2, "bb", ""}, {2, "cc", ""}};
  OperationFigures after = operation("o", 1);
  after.plans = {{1, "aa", samples::kSerial}, {2, "bb", ""}, {2, "dd", ""}};
  const OperationChange change = only(before, after);
  ASSERT_EQ(change.findings.size(), 1U);
  EXPECT_EQ(change.findings[0].text, "plan of statement 2 changed: plan cc -> plan dd");
  // One of several that is no longer used, or a statement that nothing is known of before.
  after.plans = {{1, "aa", ""}, {2, "bb", ""}, {3, "ee", ""}};
  EXPECT_TRUE(only(before, after).findings.empty());
  after.plans = {{1, "zz", samples::kCustom}};
  before.plans = {{1, "aa", samples::kOtherFilter}};
  EXPECT_TRUE(only(before, after)
                  .findings[0]
                  .text.starts_with("plan changed in its conditions: Bitmap Heap Scan"));
}

// The bar: a session holds locks.
TEST(Explanation, LocksAreNamedFirstWhereTheyTakeTheTime) {
  OperationFigures before = operation("update", 1);
  before.waits = {{"CPU", 90}, {"IO:WALSync", 10}};
  before.commit_ms = 300;
  OperationFigures after = operation("update", 10);
  after.waits = {
      {"CPU", 90}, {"IO:WALSync", 10}, {"Lock:transactionid", 880}, {"LWLock:WALWrite", 20}};
  after.commit_ms = 310;
  after.lag_ms = 8;
  before.lag_ms = 0;
  const OperationChange change = only(before, after);
  EXPECT_EQ(kinds(change), (std::vector<std::string>{"lock_waits", "lag"}));
  EXPECT_EQ(change.findings[0].text,
            "waits for locks (mostly Lock:transactionid) 0 % -> 90.0 % of its time");
  EXPECT_TRUE(change.text.starts_with("\"update\": waits for locks"));
}

TEST(Explanation, TooFewSamplesOfWaitsTellNothing) {
  OperationFigures before = operation("o", 1);
  OperationFigures after = operation("o", 10);
  after.waits = {{"Lock:tuple", 9}};
  EXPECT_TRUE(only(before, after).findings.empty());
  after.waits = {{"Lock:tuple", 10}};
  EXPECT_EQ(kinds(only(before, after)), std::vector<std::string>{"lock_waits"});
}

// The bar: a disk-bound setting.
TEST(Explanation, ReadsAndIoWaits) {
  OperationFigures before = operation("scan", 2);
  before.waits = {{"CPU", 100}};
  before.blks_hit = 100'000;
  before.blks_read = 0;
  OperationFigures after = operation("scan", 8);
  after.waits = {{"CPU", 100}, {"IO:DataFileRead", 300}};
  after.blks_hit = 40'000;
  after.blks_read = 60'000;
  const OperationChange change = only(before, after);
  EXPECT_EQ(kinds(change), (std::vector<std::string>{"io_waits", "buffers"}));
  EXPECT_EQ(change.findings[1].text,
            "blocks read from outside the buffer cache 0 -> 60.0 per operation");
}

// Every kind by itself: the time doubles, and one thing with it.
TEST(Explanation, EachKindOfEvidence) {
  using Change = void (*)(OperationFigures & before, OperationFigures & after);
  const std::vector<std::pair<const char*, Change>> cases = {
      {"temp",
       [](auto& b, auto& a) {
         b.temp_blks = 0;
         a.temp_blks = 5000;
       }},
      {"wal",
       [](auto& b, auto& a) {
         b.wal_bytes = 200'000;
         a.wal_bytes = 900'000;
       }},
      {"cpu",
       [](auto& b, auto& a) {
         b.cpu_ms = 900;
         a.cpu_ms = 1900;
       }},
      {"commit",
       [](auto& b, auto& a) {
         b.commit_ms = 100;
         a.commit_ms = 1000;
       }},
      {"planning",
       [](auto& b, auto& a) {
         b.planning_ms = 10;
         a.planning_ms = 700;
       }},
      {"jit",
       [](auto& b, auto& a) {
         b.jit_ms = 0;
         a.jit_ms = 900;
       }},
      {"lag",
       [](auto& b, auto& a) {
         b.lag_ms = 0;
         a.lag_ms = 0.9;
       }},
      {"rows",
       [](auto& b, auto& a) {
         b.rows_read = 1000;
         a.rows_read = 9000;
       }},
      {"rows",
       [](auto& b, auto& a) {
         b.zero_row_writes = 0;
         a.zero_row_writes = 50;
       }},
      {"retries",
       [](auto& b, auto& a) {
         b.retries = 0;
         a.retries = 10;
       }},
      {"errors",
       [](auto& b, auto& a) {
         b.failed = 0;
         a.ok = 990;
         a.failed = 10;
       }},
  };
  for (const auto& [kind, change] : cases) {
    OperationFigures before = operation("o", 1);
    OperationFigures after = operation("o", 2);
    change(before, after);
    EXPECT_EQ(kinds(only(before, after)), std::vector<std::string>{kind});
  }
}

TEST(Explanation, FiguresHaveFourDecimalsAtMost) {
  OperationFigures before = operation("o", 1);
  OperationFigures after = operation("o", 2);
  before.planning_ms = 0.5;  // of 1000 operations
  after.planning_ms = 700;
  EXPECT_EQ(only(before, after).findings.at(0).text, "planning 0.0005 -> 0.700 ms per operation");
}

TEST(Explanation, WhatDidNotMoveFarIsNotNamed) {
  OperationFigures before = operation("o", 10);
  OperationFigures after = operation("o", 20);
  before.cpu_ms = 1000;
  after.cpu_ms = 1990;  // 0.99 of 10 ms
  before.blks_hit = 10'000;
  after.blks_hit = 11'900;
  before.wal_bytes = 1000;
  after.wal_bytes = 50'000;  // 1 -> 50 bytes
  before.rows_read = 500;
  after.rows_read = 1499;
  EXPECT_TRUE(only(before, after).findings.empty());
  after.cpu_ms = 2000;
  after.blks_hit = 12'000;
  after.wal_bytes = 51'000;
  after.rows_read = 1500;
  EXPECT_EQ(only(before, after).findings.size(), 4U);
  // What fell while the time rose is no explanation.
  std::swap(before.cpu_ms, after.cpu_ms);
  std::swap(before.blks_hit, after.blks_hit);
  std::swap(before.wal_bytes, after.wal_bytes);
  std::swap(before.rows_read, after.rows_read);
  EXPECT_TRUE(only(before, after).findings.empty());
  // But it is one where the time fell too.
  std::swap(before.avg_ms, after.avg_ms);
  EXPECT_EQ(only(before, after).findings.size(), 4U);
}

TEST(Explanation, SettingsThatDifferComeLastWithTheFirstOperation) {
  OperationFigures before = operation("sort", 1);
  before.temp_blks = 0;
  OperationFigures after = operation("sort", 3);
  after.temp_blks = 9000;
  const auto changes = explain(
      {"c", {{"work_mem", "64kB"}, {"jit", "on"}, {"new", "1"}}, {operation("o", 1), after}},
      {"b", {{"work_mem", "4MB"}, {"jit", "on"}}, {operation("o", 1), before}});
  EXPECT_EQ(kinds(changes[0]), (std::vector<std::string>{"temp", "settings"}));
  EXPECT_EQ(changes[0].findings[1].text, "setting work_mem 4MB -> 64kB");
  EXPECT_TRUE(changes[1].findings.empty());
}

TEST(Explanation, WithoutResponseTimesServiceTimesDo) {
  OperationFigures before = operation("o", 2);
  OperationFigures after = operation("o", 3);
  before.avg_ms = after.avg_ms = std::nullopt;
  EXPECT_NEAR(only(before, after).change_percent.value(), 50, 1e-9);
  after.busy_ms = std::nullopt;
  EXPECT_EQ(only(before, after).share_percent, 0);
  EXPECT_EQ(only(before, after).text,
            "\"o\": nothing else that was measured moved with it; 2.00 ms -> unknown, 0 % of the "
            "change");
}

TEST(Explanation, IsJsonAtTheEdge) {
  const std::string evidence = std::string(R"({"current": {"id": "c", "seconds": 10,
      "settings": {"work_mem": "4MB"}, "operations": [{"name": "q", "ok": 100, "failed": 0,
      "avg_ms": 4, "p95_ms": null, "busy_ms": 400, "cpu_ms": null, "commit_ms": 1,
      "planning_ms": 0, "jit_ms": null, "lag_ms": null, "blks_hit": 400000, "blks_read": 0,
      "temp_blks": 0, "wal_bytes": 0, "rows_read": 100, "rows_affected": 0, "zero_row_writes": 0,
      "retries": 0, "waits": {"CPU": 12},
      "plans": [{"statement": 1, "hash": "b", "plan": )") +
                               samples::kSeqScan + R"(}]}]}, "baseline": {"id": "b",
      "seconds": 10, "settings": null, "operations": [{"name": "q", "ok": 100, "failed": 0,
      "avg_ms": 1, "blks_hit": 400, "waits": null,
      "plans": [{"statement": 1, "hash": "a", "plan": )" +
                               samples::kCustom + "}]}]}}";
  const auto rows = nlohmann::json::parse(explain_change(evidence));
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0]["operation"], "q");
  EXPECT_EQ(rows[0]["share_percent"], 100);
  EXPECT_EQ(rows[0]["change_percent"], 300);
  EXPECT_EQ(rows[0]["findings"][0]["kind"], "plan");
  EXPECT_EQ(rows[0]["findings"][0]["after"], "Seq Scan on orders");
  EXPECT_EQ(rows[0]["findings"][1]["kind"], "buffers");
  EXPECT_EQ(rows[0]["findings"][1]["before"], 4);
  EXPECT_TRUE(rows[0]["text"].get<std::string>().starts_with("\"q\": plan changed: "));
}

std::string refusal(std::string_view evidence) {
  try {
    explain_change(evidence);
  } catch (const Error& error) {
    EXPECT_EQ(std::string_view(error.sqlstate()), sqlstate::invalid_parameter_value);
    return error.message();
  }
  return "accepted";
}

TEST(Explanation, RefusesWhatIsNotAsAgreed) {
  const auto with = [](const std::string& operation) {
    return refusal(R"({"current": {"id": "c", "operations": [)" + operation +
                   R"(]}, "baseline": {"id": "b", "operations": []}})");
  };
  EXPECT_EQ(with(""), "accepted");
  EXPECT_EQ(with(R"({"name": "q"})"), "evidence has no member \"ok\"");
  EXPECT_EQ(with(R"({"name": "q", "ok": 1, "failed": 0, "cpu_ms": "4"})"),
            "evidence: \"current.operations[0].cpu_ms\" must be a number");
  EXPECT_EQ(with(R"({"name": "q", "ok": 1, "failed": 0, "retries": -1})"),
            "evidence: \"current.operations[0].retries\" must be a number of at least 0");
  EXPECT_EQ(with(R"({"name": "q", "ok": 1, "failed": 0, "waits": []})"),
            "evidence: \"current.operations[0].waits\" must be an object");
  EXPECT_EQ(with(R"({"name": "q", "ok": 1, "failed": 0, "waits": {"CPU": -1}})"),
            "evidence: \"current.operations[0].waits.CPU\" must be a number of at least 0");
  EXPECT_EQ(with(R"({"name": "q", "ok": 1, "failed": 0, "plans": [{"statement": 0}]})"),
            "evidence: \"current.operations[0].plans[0].statement\" must be the number of a "
            "statement");
  EXPECT_EQ(refusal(R"({"current": {"id": "c", "operations": []}, "baseline": null})"),
            "evidence: \"baseline\" must be an object");
}

}  // namespace
}  // namespace perf_mgmt
