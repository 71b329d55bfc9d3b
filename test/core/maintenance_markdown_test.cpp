// The summary of maintenance as Markdown: what a period has is told, what it has not leaves no
// trace.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "perf_mgmt/core/rendering.hpp"

namespace perf_mgmt {
namespace {

using Json = nlohmann::ordered_json;

std::string summary(const Json& result) {
  return render("maintenance_markdown", result.dump());
}

TEST(MaintenanceMarkdown, TellsWhatThePeriodHas) {
  const Json result = {
      {"period", "weekly"},
      {"from", "2026-11-09T00:00:00Z"},
      {"until", "2026-11-16T00:00:00Z"},
      {"executions",
       {{"total", 12},
        {"completed", 9},
        {"failed", 1},
        {"cancelled", 2},
        {"running", 0},
        {"invalid", 1},
        {"regressions", 1},
        {"problems",
         {{{"test_name", "rush *hour*"},
           {"environment", "staging"},
           {"problem", "REGRESSION"},
           {"reason", "p95 +31 %"}}}}}},
      {"alerts", {{"raised", 3}, {"unacknowledged", 2}}},
      {"trends",
       {{"tests",
         {{{"test_name", "rush"},
           {"environment", "staging"},
           {"executions", 4},
           {"p95_response_time_ms", 12.345},
           {"p95_change_percent", 31},
           {"throughput_tps", 1500},
           {"throughput_change_percent", nullptr}}}}}},
      {"capacity",
       {{{"test_name", "rush"},
         {"environment", "staging"},
         {"metric", "p95_response_time_ms"},
         {"limit", 50},
         {"reaches_limit_on", "2027-01-03"}},
        {{"test_name", "calm"}, {"metric", "throughput_tps"}, {"reaches_limit_on", nullptr}}}},
      {"benchmarks",
       {{"baselines",
         {{{"baseline_type", "MANUAL"}, {"test_name", "rush"}, {"age_days", 91}, {"review", true}},
          {{"baseline_type", "ROLLING"},
           {"test_name", "rush"},
           {"age_days", 1},
           {"review", false}}}}}},
      {"errors", {{{"part", "trends"}, {"message", "division by zero"}}}}};
  EXPECT_EQ(summary(result),
            "# Performance: weekly summary\n"
            "\n2026-11-09 to 2026-11-16\n"
            "\n12 executions: 9 completed, 1 failed, 2 cancelled, 0 running; 1 not valid, 1 with a "
            "regression.\n"
            "\n- rush \\*hour\\* in staging: REGRESSION - p95 +31 %\n"
            "\n3 alerts raised, 2 not taken up.\n"
            "\n## Trends\n\n"
            "| Test | Environment | Runs | p95 ms | Change | Operations/s |\n"
            "| --- | --- | ---: | ---: | ---: | ---: |\n"
            "| rush | staging | 4 | 12.35 | +31.0 % | 1,500 |\n"
            "\n## To do\n\n"
            "- \"rush\" in staging: p95\\_response\\_time\\_ms reaches 50 on 2027-01-03\n"
            "- The MANUAL baseline of \"rush\" is 91 days old\n"
            "- Maintenance itself: trends failed with division by zero\n");
}

TEST(MaintenanceMarkdown, IsShortWhereNothingWasFound) {
  EXPECT_EQ(summary({{"period", "daily"},
                     {"from", "2026-11-15T00:00:00Z"},
                     {"until", "2026-11-16T00:00:00Z"}}),
            "# Performance: daily summary\n\n2026-11-15 to 2026-11-16\n");
}

TEST(MaintenanceMarkdown, SaysHowMuchIsLeftOut) {
  Json result = {{"period", "daily"}, {"errors", Json::array()}};
  for (int i = 1; i <= 43; ++i) {
    result["errors"].push_back({{"part", "part " + std::to_string(i)}, {"message", "broken"}});
  }
  const std::string text = summary(result);
  EXPECT_NE(text.find("part 40 failed"), std::string::npos);
  EXPECT_EQ(text.find("part 41 failed"), std::string::npos);
  EXPECT_TRUE(text.ends_with("- and 3 more\n")) << text;
}

}  // namespace
}  // namespace perf_mgmt
