// The report for a terminal: laid out by hand for a small one, and what must hold of any.
#include <gtest/gtest.h>

#include "../../src/core/renderers.hpp"
#include "../../src/core/text_table.hpp"
#include "perf_mgmt/core/errors.hpp"
#include "perf_mgmt/core/escape.hpp"
#include "report_documents.hpp"
#include "small_report.hpp"

namespace perf_mgmt {
namespace {

using fixture::rendered;
using nlohmann::json;

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

void expect_fits_a_terminal(const std::string& text) {
  for (const std::string_view line : lines_of(text)) {
    EXPECT_LE(display_width(line), 100U) << line;
  }
  for (const char c : text) {
    EXPECT_TRUE(static_cast<unsigned char>(c) >= 0x20 || c == '\n') << static_cast<int>(c);
  }
  EXPECT_FALSE(has(text, "null"));
  EXPECT_FALSE(has(text, "nan"));
}

TEST(ReportText, VerdictValidityAndKeyFiguresComeFirst) {
  const std::string text = rendered(report_text, fixture::small_report_document());
  EXPECT_EQ(text.substr(0, text.find("\nWhat moved")),
            "REGRESSION: Orders 1.0\n"
            "  p95 response time: 16.0 ms against 12.0 ms of the baseline, +33.3 % (interval +20.1 "
            "% to +48.2 %),\n"
            "  accepted +10.0 %, p = 0.0004, confirmed: over the threshold.\n"
            "  COMPLETED in staging, execution 00000000-0000-0000-0000-000000000002\n"
            "  The result is valid; what to know before it is believed:\n"
            "  - Other processes used 9 %.\n"
            "\n"
            "Key figures\n"
            "  Figure                  Now  Baseline   Change  Verdict     Interval\n"
            "  ------------------  -------  --------  -------  ----------  ------------------\n"
            "  mean response time  10.0 ms         \u2013\n"
            "  p95 response time   16.0 ms   12.0 ms  +33.3 %  regression  +20.1 % to +48.2 %\n"
            "  p99 response time         \u2013         \u2013\n"
            "  throughput          750.0/s   1,000/s  -25.0 %  passed\n"
            "  error rate            0.5 %         \u2013\n");
  expect_fits_a_terminal(text);
}

TEST(ReportText, Sections) {
  const std::string text = rendered(report_text, fixture::small_report_document());
  const char* const parts[] = {
      "\nWhat moved with it\n  - \"read\": plan changed\n",
      "\nConditions that differ from the baseline's\n  - setting \"work_mem\": 4MB instead of "
      "64MB\n"
      "  Setting   Baseline  Now\n"
      "  --------  --------  ---\n"
      "  work_mem  64MB      4MB\n",
      "\nLimits of the scenario and the test\n",
      "  throughput         scenario  at least 800.0/s       750.0/s  BROKEN\n"
      "  CPU usage          scenario    at most 90.0 %  not measured  not measured\n"
      "  p95 response time  test       at most 20.0 ms       16.0 ms  kept\n",
      "\nAdvice\n"
      "  - HIGH: An index would help. (41.5 % of the operations' time)\n"
      "      CREATE INDEX ON orders (status)\n"
      "  - LOW: Watch it.\n",
      "\nOperations: every one that was due is accounted for\n"
      "  21,751 scheduled = 21,640 ok + 111 failed + 0 skipped + 0 interrupted: holds\n",
      "  rows: 43,280 read, 0 written; writes that changed none: 0\n",
      "\nEach operation: service times\n",
      "  read       21,640     111     9.50    9.00   15.00       \u2013       10.00  +50.0 %\n",
      "\nWhere the time of an operation went: ms of each, and what it was seen in\n",
      "  read       9.50  2.00     \u2013       \u2013  IO:DataFileRead 75 %, CPU 25 %\n",
      "\nCould not be had\n  - disk_io_mb_per_sec: no such file\n",
      "\nHow it was run\n  execution   00000000-0000-0000-0000-000000000002\n",
      "  started     2026-03-01 12:00:00 UTC, 30.0 s in all, 29.0 s measured\n"
      "  load        800 virtual users on 4 workers, seed 18446744073709551615\n"
      "  commit      abc<1>, branch main\n"
      "  baseline    MANUAL, 2026-02-28 12:00:00 UTC, execution "
      "00000000-0000-0000-0000-000000000001\n"
      "  server      PostgreSQL 15.4\n"
      "  machine     2 x AMD EPYC, 24.0 GB memory\n"
      "  data        22.4 MB\n"};
  std::size_t at = 0;
  for (const char* part : parts) {
    const std::size_t found = text.find(part, at);
    ASSERT_NE(found, std::string::npos) << part << "is not in:\n" << text;
    at = found;
  }
}

TEST(ReportText, AFirstRunSaysWhetherItBecameTheBaseline) {
  json document = fixture::small_report_document();
  document["baseline"] = nullptr;
  document["report"]["verdicts"] = json::parse(R"([{"metric": "overall"}])");
  json& overall = document["report"]["verdicts"][0];
  const std::string none = "Test \"Orders\" has no active baseline in environment \"staging\".";
  overall["verdict"] = "NO_BASELINE";
  overall["reason"] = none + " This execution qualifies as the first one.";
  document["baseline_problem"] = "The execution itself is the INITIAL baseline of test \"Orders\".";
  EXPECT_TRUE(rendered(report_text, document)
                  .starts_with("NO_BASELINE: Orders 1.0\n"
                               "  Test \"Orders\" has no active baseline in environment "
                               "\"staging\". This execution qualifies as the\n"
                               "  first one.\n"
                               "  Since this verdict: The execution itself is the INITIAL "
                               "baseline of test \"Orders\".\n"
                               "  COMPLETED in staging"));
  EXPECT_TRUE(has(rendered(report_markdown, document),
                  "\nSince this verdict: The execution itself is the INITIAL baseline of test "
                  "\"Orders\".\n"));

  overall["verdict"] = "INCONCLUSIVE";
  overall["reason"] = "The execution is not valid.";
  document["baseline_problem"] =
      none + " This execution does not qualify as the first one: it is not valid.";
  EXPECT_TRUE(has(rendered(report_text, document),
                  "  The execution is not valid.\n"
                  "  Not compared with a baseline: Test \"Orders\" has no active baseline in "
                  "environment \"staging\". This\n"
                  "  execution does not qualify as the first one: it is not valid.\n"
                  "  COMPLETED in staging"));
  // Said once.
  overall["reason"] = document["baseline_problem"].get<std::string>() + " In 4 rounds: noise.";
  EXPECT_FALSE(has(rendered(report_text, document), "Not compared"));
  EXPECT_FALSE(has(rendered(report_text, document), "Since this verdict"));
}

TEST(ReportText, ALimitThatBothSetIsThereOnce) {
  json document = fixture::small_report_document();
  json& criteria = document["report"]["criteria"];
  criteria.push_back(json::parse(
      R"({"criterion": "min_throughput_tps", "source": "test", "limit": 800, "actual": 750,
          "passed": false})"));
  criteria.push_back(json::parse(
      R"({"criterion": "max_cpu_usage_percent", "source": "test", "limit": 80, "actual": null,
          "passed": null})"));
  EXPECT_TRUE(
      has(rendered(report_text, document),
          "  Limit              Of the                     Accepted      Measured  Result\n"
          "  -----------------  -----------------  ----------------  ------------  ------------\n"
          "  throughput         scenario and test  at least 800.0/s       750.0/s  BROKEN\n"));
}

// 500 ns is 0.0005 ms; what was not recorded is a dash.
TEST(ReportText, TimesHaveFourDecimalsAtMost) {
  json document = fixture::small_report_document();
  document["report"]["performance_metrics"].update(json::parse(
      R"({"p50_response_time_ms": 8.25, "avg_service_time_ms": 9.5, "p50_service_time_ms": 8,
          "p95_service_time_ms": 15, "p99_service_time_ms": 22.5, "avg_lag_ms": 0.5,
          "p50_lag_ms": 0.0005, "p95_lag_ms": 1})"));
  EXPECT_TRUE(has(rendered(report_text, document),
                  "  Time      mean ms  p50 ms  p95 ms  p99 ms  p99.9 ms  max ms\n"
                  "  --------  -------  ------  ------  ------  --------  ------\n"
                  "  response    10.00    8.25   16.00       \u2013         \u2013       \u2013\n"
                  "  service      9.50    8.00   15.00   22.50\n"
                  "  lag         0.500  0.0005    1.00       \u2013\n"));
}

TEST(ReportText, CountsThatDoNotAddUpAreSaid) {
  json document = fixture::small_report_document();
  document["report"]["counts"]["ok"] = 21639;
  EXPECT_TRUE(has(rendered(report_text, document), "0 interrupted: DOES NOT HOLD\n"));
}

TEST(ReportText, WhatIsNotValidSaysWhyFirst) {
  json document = fixture::small_report_document();
  json& validity = document["report"]["validity"];
  validity["is_valid"] = false;
  validity["findings"].push_back(
      json::parse(R"({"code": "aborted", "message": "Stopped.", "fatal": true})"));
  EXPECT_TRUE(has(rendered(report_text, document),
                  "  The result is NOT VALID; what to know before it is believed:\n"
                  "  - Stopped.\n"
                  "  - Other processes used 9 %.\n"));
  validity["findings"] = json::array();
  EXPECT_TRUE(has(rendered(report_text, document), "  The result is NOT VALID.\n"));
}

TEST(ReportText, AnExecutionThatFailedSaysByWhat) {
  json document = fixture::small_report_document();
  json& summary = document["report"]["execution_summary"];
  summary["status"] = "FAILED";
  summary["failure"] = {{"sqlstate", "53200"}, {"message", "out of memory"}};
  const std::string text = rendered(report_text, document);
  EXPECT_TRUE(text.starts_with("FAILED: Orders 1.0\n"));
  EXPECT_TRUE(has(text, "  Ended by: out of memory (SQLSTATE 53200)\n"));
}

TEST(ReportText, WhatTheTypeOfATestReports) {
  json document = fixture::small_report_document();
  const auto lines = [&](const char* shape) {
    document["report"]["shape_result"] = json::parse(shape);
    const std::string text = rendered(report_text, document);
    const std::string heading = "\nWhat the type of the test reports\n";
    const std::size_t begin = text.find(heading) + heading.size();
    return text.substr(begin, text.find("\n\n", begin) + 1 - begin);
  };
  EXPECT_EQ(lines(R"({"type": "STRESS", "last_good_load": 400, "broken_load": 500, "broken": [
                {"criterion": "max_p95_response_time_ms", "limit": 20, "actual": 31}]})"),
            "  - It held up to a load of 400.0 and broke at 500.0: p95 response time 31.0 ms, the "
            "limit is 20.0\n"
            "    ms.\n");
  EXPECT_EQ(
      lines(R"({"type": "SPIKE", "metric": "p95_response_time_ms", "before_ms": 4, "during_ms": 90,
                      "limit_ms": 6, "recovery_ms": 12500})"),
      "  - The p95 response time was 4.00 ms before the spike and 90.0 ms in it; it was back "
      "within 6.00 ms\n"
      "    after 12.5 s.\n");
  EXPECT_EQ(
      lines(
          R"({"type": "ENDURANCE", "mean_response_drift_percent": 3.25, "worker_memory_growth_bytes": 1500000,
                      "relations": [{"relation": "orders", "kind": "table", "bytes_before": 1000000,
                      "bytes_after": 2000000}, {"relation": "same", "kind": "index", "bytes_before": 1,
                      "bytes_after": 1}]})"),
      "  - Mean response time: +3.2 % from begin to end.\n"
      "  - Memory of the workers grew by 1.5 MB.\n"
      "  - table orders: 1.0 MB before, 2.0 MB after.\n");
  EXPECT_EQ(
      lines(
          R"({"type": "VOLUME", "relations": [{"relation": "orders", "rows": 900, "required_rows": 1000,
                      "satisfied": false}]})"),
      "  - orders: 900 of 1,000 rows, NOT ENOUGH.\n");
}

TEST(ReportText, RoundsSayWhichCount) {
  const std::string text = rendered(report_text, fixture::full_report_document());
  EXPECT_TRUE(has(text, "\nRounds\n"));
  EXPECT_TRUE(has(text, "  quiet\n"));
  EXPECT_TRUE(has(text, "  left out: 1 checkpoint.\n"));
  EXPECT_TRUE(has(text, "\nErrors\n  - canceling statement\n"));
  expect_fits_a_terminal(text);
}

TEST(ReportText, ARunThatHasJustBegun) {
  const std::string text = rendered(report_text, fixture::running_report_document());
  EXPECT_TRUE(text.starts_with("RUNNING: Payments 1.2\n"));
  EXPECT_TRUE(has(text, "  The result is not known yet.\n"));
  EXPECT_FALSE(has(text, "Advice"));
  EXPECT_FALSE(has(text, "Baseline"));
  expect_fits_a_terminal(text);
}

TEST(ReportText, HostileTextStaysTextAndInItsColumns) {
  for (const std::string& hostile : {fixture::hostile_text(), std::string(10'000, 'x'),
                                     std::string("\r\n\x1b]0;title\x07\xff \t")}) {
    json document = fixture::full_report_document();
    fixture::make_hostile(document, hostile);
    expect_fits_a_terminal(rendered(report_text, document));
  }
  json document = fixture::small_report_document();
  document["report"]["execution_summary"]["test_name"] = fixture::hostile_text();
  EXPECT_TRUE(
      has(rendered(report_text, document), "REGRESSION: <script>alert(1)</script>\"'&|`*_"));
}

TEST(ReportText, ManyRowsAreCut) {
  json document = fixture::small_report_document();
  json& operations = document["report"]["operations"];
  for (int i = 0; i < 500; ++i) operations.push_back(fixture::operation(i + 1, 1));
  for (int i = 0; i < 50; ++i) document["differences"].push_back("one more");
  const std::string text = rendered(report_text, document);
  EXPECT_TRUE(has(text, "  operation 29 "));
  EXPECT_FALSE(has(text, "  operation 30 "));
  EXPECT_TRUE(has(text, "  - and 39 more\n"));
}

TEST(ReportText, WhatIsNoReportIsRefused) {
  EXPECT_THROW(rendered(report_text, json::object()), Error);
  EXPECT_THROW(rendered(report_text, json::parse(R"({"report": {"operations": 5}})")), Error);
}

}  // namespace
}  // namespace perf_mgmt
