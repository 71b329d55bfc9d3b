// Parts that a period does not have, or that failed, are not in the result and so not in the
// summary.
#include "maintenance_markdown.hpp"

#include <fmt/format.h>

#include "document_reader.hpp"
#include "markdown_page.hpp"
#include "perf_mgmt/core/escape.hpp"
#include "perf_mgmt/core/quantity.hpp"
#include "text_table.hpp"

namespace perf_mgmt {

namespace {

constexpr std::size_t kMostProblems = 20;
constexpr std::size_t kMostTrends = 30;
constexpr std::size_t kMostTasks = 40;

std::string text(const JsonValue& object, std::string_view member) {
  return clipped(any_text_of(object, member).value_or("unknown"), 200);
}

std::string summary_head(const JsonValue& result) {
  const auto day = [&](std::string_view member) {
    return text_or_empty(result, member).substr(0, 10);
  };
  return fmt::format("# Performance: {} summary\n",
                     markdown_text(text_or_empty(result, "period"))) +
         markdown_paragraph(day("from") + " to " + day("until"));
}

std::string problems(const JsonValue& executions) {
  std::string items;
  std::size_t shown = 0;
  each_of(executions, "problems", [&](const JsonValue& problem) {
    if (++shown > kMostProblems) return;
    std::string line = fmt::format("{} in {}: {}", text(problem, "test_name"),
                                   text(problem, "environment"), text(problem, "problem"));
    if (const auto reason = text_of(problem, "reason")) line += " - " + *reason;
    items += markdown_item(line);
  });
  if (shown > kMostProblems) items += fmt::format("- and {} more\n", shown - kMostProblems);
  return items.empty() ? items : "\n" + items;
}

std::string executions_part(const JsonValue& result) {
  std::string part;
  with_member(result, "executions", [&](const JsonValue& executions) {
    const auto of = [&](std::string_view member) { return text(executions, member); };
    part = markdown_paragraph(fmt::format(
               "{} executions: {} completed, {} failed, {} cancelled, {} running; {} not valid, "
               "{} with a regression.",
               of("total"), of("completed"), of("failed"), of("cancelled"), of("running"),
               of("invalid"), of("regressions"))) +
           problems(executions);
  });
  return part;
}

std::string alerts_part(const JsonValue& result) {
  std::string part;
  with_member(result, "alerts", [&](const JsonValue& alerts) {
    part = markdown_paragraph(fmt::format("{} alerts raised, {} not taken up.",
                                          text(alerts, "raised"), text(alerts, "unacknowledged")));
  });
  return part;
}

std::string trends_table(const JsonValue& result) {
  TextTable table({{"Test"},
                   {"Environment"},
                   {"Runs", Align::right},
                   {"p95 ms", Align::right},
                   {"Change", Align::right},
                   {"Operations/s", Align::right},
                   {"Change", Align::right}},
                  kMostTrends);
  const auto figure = [](const JsonValue& trend, std::string_view member) {
    const std::optional<double> value = trend.number_of(member);
    return value ? short_number(*value) : std::string();
  };
  const auto change = [](const JsonValue& trend, std::string_view member) {
    const std::optional<double> value = trend.number_of(member);
    return value ? signed_change(*value, "") : std::string();
  };
  with_member(result, "trends", [&](const JsonValue& trends) {
    each_of(trends, "tests", [&](const JsonValue& trend) {
      table.add_row({text(trend, "test_name"), text(trend, "environment"),
                     text(trend, "executions"), figure(trend, "p95_response_time_ms"),
                     change(trend, "p95_change_percent"), figure(trend, "throughput_tps"),
                     change(trend, "throughput_change_percent")});
    });
  });
  return table.markdown(24'000, 100);
}

std::string to_do(const JsonValue& result) {
  std::string items;
  std::size_t shown = 0;
  const auto add = [&](const std::string& line) {
    if (++shown <= kMostTasks) items += markdown_item(line);
  };
  with_member(result, "tests", [&](const JsonValue& tests) {
    each_of(tests, "to_review", [&](const JsonValue& test) {
      add(fmt::format("Look at \"{}\": {}", text(test, "test_name"), text(test, "reason")));
    });
  });
  with_member(result, "thresholds", [&](const JsonValue& thresholds) {
    each_of(thresholds, "alerts", [&](const JsonValue& alert) {
      add(fmt::format("Alert \"{}\": set {} to {} (now {}): {}", text(alert, "alert_name"),
                      text(alert, "limit"), text(alert, "proposed"), text(alert, "value"),
                      text(alert, "reason")));
    });
  });
  each_of(result, "capacity", [&](const JsonValue& trend) {
    if (!text_of(trend, "reaches_limit_on")) return;
    add(fmt::format("\"{}\" in {}: {} reaches {} on {}", text(trend, "test_name"),
                    text(trend, "environment"), text(trend, "metric"), text(trend, "limit"),
                    text(trend, "reaches_limit_on")));
  });
  each_of(result, "configurations", [&](const JsonValue& configuration) {
    add(fmt::format("\"{}\" in {}: {}", text(configuration, "test_name"),
                    text(configuration, "environment"), text(configuration, "advice")));
  });
  with_member(result, "benchmarks", [&](const JsonValue& benchmarks) {
    each_of(benchmarks, "baselines", [&](const JsonValue& baseline) {
      if (!flag_of(baseline, "review").value_or(false)) return;
      add(fmt::format("The {} baseline of \"{}\" is {} days old", text(baseline, "baseline_type"),
                      text(baseline, "test_name"), text(baseline, "age_days")));
    });
  });
  each_of(result, "errors", [&](const JsonValue& error) {
    add(fmt::format("Maintenance itself: {} failed with {}", text(error, "part"),
                    text(error, "message")));
  });
  if (shown > kMostTasks) items += fmt::format("- and {} more\n", shown - kMostTasks);
  return items;
}

}  // namespace

std::string maintenance_markdown(const JsonValue& result) {
  MarkdownPage page;
  page.add(summary_head(result));
  page.add(executions_part(result));
  page.add(alerts_part(result));
  page.add_section("Trends", trends_table(result));
  page.add_section("To do", to_do(result));
  return page.text("perf\\_mgmt.maintenance\\_runs has the whole.");
}

}  // namespace perf_mgmt
