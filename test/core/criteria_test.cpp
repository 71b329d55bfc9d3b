// Success criteria. The metrics are those of the summary's columns in sql/executions.sql.
#include "perf_mgmt/core/criteria.hpp"

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "perf_mgmt/core/errors.hpp"

namespace perf_mgmt {
namespace {

TEST(Criteria, TheMetricsAreTheSummarys) {
  const auto metrics = criterion_metrics();
  const std::vector<std::string> names(metrics.begin(), metrics.end());
  EXPECT_EQ(names, (std::vector<std::string>{"avg_response_time_ms",
                                             "p50_response_time_ms",
                                             "p95_response_time_ms",
                                             "p99_response_time_ms",
                                             "p999_response_time_ms",
                                             "min_response_time_ms",
                                             "max_response_time_ms",
                                             "stddev_response_time_ms",
                                             "avg_service_time_ms",
                                             "p50_service_time_ms",
                                             "p95_service_time_ms",
                                             "p99_service_time_ms",
                                             "avg_lag_ms",
                                             "p50_lag_ms",
                                             "p95_lag_ms",
                                             "p99_lag_ms",
                                             "throughput_tps",
                                             "error_rate_percent",
                                             "cpu_usage_percent",
                                             "memory_usage_percent",
                                             "disk_io_mb_per_sec",
                                             "steal_percent"}));
  for (const std::string& name : names) {
    EXPECT_EQ(read_criteria("{\"max_" + name + "\": 1}", "test").at(0).metric, name);
    EXPECT_EQ(read_criteria("{\"min_" + name + "\": 1}", "test").at(0).metric, name);
  }
}

// The example of the specification, verbatim but for the white space.
TEST(Criteria, AreReadInTheOrderOfTheirNames) {
  const std::vector<Criterion> criteria = read_criteria(
      R"({"max_avg_response_time_ms": 300, "max_p95_response_time_ms": 800,
          "max_p99_response_time_ms": 1500, "min_throughput_tps": 50, "max_error_rate_percent": 2.0,
          "max_cpu_usage_percent": 75, "max_memory_usage_percent": 85})",
      "test");
  EXPECT_EQ(criteria, (std::vector<Criterion>{
                          {"max_avg_response_time_ms", "avg_response_time_ms", true, 300, "test"},
                          {"max_cpu_usage_percent", "cpu_usage_percent", true, 75, "test"},
                          {"max_error_rate_percent", "error_rate_percent", true, 2, "test"},
                          {"max_memory_usage_percent", "memory_usage_percent", true, 85, "test"},
                          {"max_p95_response_time_ms", "p95_response_time_ms", true, 800, "test"},
                          {"max_p99_response_time_ms", "p99_response_time_ms", true, 1500, "test"},
                          {"min_throughput_tps", "throughput_tps", false, 50, "test"}}));
}

TEST(Criteria, AMemberThatIsNullSetsNoLimit) {
  EXPECT_TRUE(read_criteria("{}", "scenario").empty());
  const std::vector<Criterion> criteria =
      read_criteria(R"({"max_cpu_usage_percent": null, "min_throughput_tps": 0.5})", "scenario");
  EXPECT_EQ(
      criteria,
      (std::vector<Criterion>{{"min_throughput_tps", "throughput_tps", false, 0.5, "scenario"}}));
}

struct Refusal {
  const char* object;
  const char* sqlstate;
  const char* message;
  const char* detail;
  const char* hint;
};

TEST(Criteria, SayWhatIsWrong) {
  const std::vector<Refusal> refusals = {
      {R"({"max_p95_response_time": 5})", "22023",
       R"(unrecognized success criterion "max_p95_response_time")",
       "It is one of the scenario's criteria.", R"(Perhaps you meant "max_p95_response_time_ms".)"},
      {R"({"throughput_tps": null})", "22023", R"(unrecognized success criterion "throughput_tps")",
       "It is one of the scenario's criteria.", R"(Perhaps you meant "max_throughput_tps".)"},
      {R"({"xylophone": 5})", "22023", R"(unrecognized success criterion "xylophone")",
       "It is one of the scenario's criteria.",
       "A criterion is max_ or min_ and one of avg_response_time_ms, p50_response_time_ms, "
       "p95_response_time_ms, p99_response_time_ms, p999_response_time_ms, min_response_time_ms, "
       "max_response_time_ms, stddev_response_time_ms, avg_service_time_ms, p50_service_time_ms, "
       "p95_service_time_ms, p99_service_time_ms, avg_lag_ms, p50_lag_ms, p95_lag_ms, p99_lag_ms, "
       "throughput_tps, error_rate_percent, cpu_usage_percent, memory_usage_percent, "
       "disk_io_mb_per_sec, steal_percent."},
      {R"({"max_cpu_usage_percent": "75"})", "22023",
       R"(invalid limit of success criterion "max_cpu_usage_percent": "75")",
       "A number is expected. It is one of the scenario's criteria.",
       "Write the number without quotation marks."},
      {R"({"max_cpu_usage_percent": [75]})", "22023",
       R"(invalid limit of success criterion "max_cpu_usage_percent": [75])",
       "A number is expected. It is one of the scenario's criteria.", ""},
      {"[]", "22023", "success criteria of the scenario must be a JSON object", "",
       R"(Write them as {"max_p95_response_time_ms": 500, ...}.)"},
      {"{", "22032", "success criteria of the scenario are not valid JSON",
       "The text cannot be parsed, or a number in it is beyond double precision.", ""}};
  for (const Refusal& refusal : refusals) {
    try {
      read_criteria(refusal.object, "scenario");
      ADD_FAILURE() << refusal.object;
    } catch (const Error& error) {
      EXPECT_STREQ(error.sqlstate(), refusal.sqlstate);
      EXPECT_EQ(error.message(), refusal.message);
      EXPECT_EQ(error.detail(), refusal.detail);
      EXPECT_EQ(error.hint(), refusal.hint);
    }
  }
}

// ---- the stored form

TEST(Criteria, StoredAndReadBack) {
  const std::vector<Criterion> criteria = {
      {"max_error_rate_percent", "error_rate_percent", true, 0.1, "scenario"},
      {"min_throughput_tps", "throughput_tps", false, 100, "test"}};
  const std::string text = criteria_to_json(criteria);
  EXPECT_EQ(text, R"([{"criterion":"max_error_rate_percent","limit":0.1,"source":"scenario"},)"
                  R"({"criterion":"min_throughput_tps","limit":100,"source":"test"}])");
  EXPECT_EQ(criteria_from_json(text), criteria);
  EXPECT_EQ(criteria_to_json({}), "[]");
  EXPECT_TRUE(criteria_from_json("[]").empty());
  // As jsonb gives it back: other spaces, other order of members.
  EXPECT_EQ(criteria_from_json(
                R"([{"limit": 100, "source": "test", "criterion": "min_throughput_tps"}])"),
            (std::vector<Criterion>{criteria[1]}));
}

TEST(Criteria, AnotherTextIsNotReadBack) {
  for (const char* text :
       {"", "{}", "null", "[1]", "[{}]", R"([{"criterion":"max_tps","limit":1,"source":"test"}])",
        R"([{"criterion":"min_throughput_tps","limit":"1","source":"test"}])",
        R"([{"criterion":"min_throughput_tps","limit":1,"source":null}])",
        R"([{"criterion":"min_throughput_tps","limit":1}])",
        R"([{"criterion":5,"limit":1,"source":"test"}])",
        R"([{"criterion":"min_throughput_tps","limit":1,"source":"test","x":1}])"}) {
    try {
      criteria_from_json(text);
      ADD_FAILURE() << text;
    } catch (const Error& error) {
      EXPECT_STREQ(error.sqlstate(), "XX001") << text;
    }
  }
}

// ---- judgement

std::optional<bool> judged(bool at_most, double limit, std::optional<double> figure) {
  const std::vector<Criterion> criteria = {{"c", "m", at_most, limit, "test"}};
  const auto results = judge_criteria(criteria, [figure](std::string_view) { return figure; });
  EXPECT_EQ(results.at(0).actual, figure);
  EXPECT_EQ(results.at(0).criterion, criteria[0]);
  return results.at(0).passed;
}

TEST(Criteria, ALimitIsMetByItsEqual) {
  EXPECT_EQ(judged(true, 500, 500), true);
  EXPECT_EQ(judged(true, 500, 499.999999), true);
  EXPECT_EQ(judged(true, 500, 500.000001), false);
  EXPECT_EQ(judged(false, 100, 100), true);
  EXPECT_EQ(judged(false, 100, 100.001), true);
  EXPECT_EQ(judged(false, 100, 99.999), false);
  EXPECT_EQ(judged(true, 0, 0), true);
  EXPECT_EQ(judged(false, 0, 0), true);
}

TEST(Criteria, WhatWasNotMeasuredIsNeitherMetNorBroken) {
  EXPECT_EQ(judged(true, 500, std::nullopt), std::nullopt);
  EXPECT_EQ(judged(false, 0, std::nullopt), std::nullopt);
}

TEST(Criteria, EachIsJudgedByItsOwnMetric) {
  const std::map<std::string, double, std::less<>> figures = {{"throughput_tps", 40},
                                                              {"p95_response_time_ms", 40}};
  const auto results =
      judge_criteria(read_criteria(R"({"min_throughput_tps": 41, "max_p95_response_time_ms": 41,
                        "max_cpu_usage_percent": 41})",
                                   "test"),
                     [&figures](std::string_view metric) -> std::optional<double> {
                       const auto found = figures.find(metric);
                       if (found == figures.end()) return std::nullopt;
                       return found->second;
                     });
  ASSERT_EQ(results.size(), 3U);
  EXPECT_EQ(results[0].criterion.name, "max_cpu_usage_percent");
  EXPECT_EQ(results[0].passed, std::nullopt);
  EXPECT_EQ(results[1].criterion.name, "max_p95_response_time_ms");
  EXPECT_EQ(results[1].passed, true);
  EXPECT_EQ(results[2].criterion.name, "min_throughput_tps");
  EXPECT_EQ(results[2].passed, false);
  EXPECT_EQ(results[2].actual, 40);
}

}  // namespace
}  // namespace perf_mgmt
