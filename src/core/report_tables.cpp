// Cells of what a run may not have had stay empty, so that the column goes; what it had and could
// not be measured is a dash.
#include "report_tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "document_reader.hpp"
#include "perf_mgmt/core/quantity.hpp"
#include "report_words.hpp"
#include "verdict_text.hpp"

namespace perf_mgmt {

namespace {

using Value = std::optional<double>;

constexpr Align kRight = Align::right;

std::string number(const Value& value) {
  return or_dash(value, column_number);
}

std::string count(const Value& value) {
  return or_dash(value, whole_number);
}

// Of an object, which may not be there.
using Figures = std::map<std::string, double, std::less<>>;

Value value_of(const Figures& figures, std::string_view name) {
  const auto found = figures.find(name);
  if (found == figures.end()) return std::nullopt;
  return found->second;
}

struct KeyFigure {
  std::string_view metric;
  std::string_view compared_as;  // what compare_with_baseline() calls it
  bool always;                   // a row even where it is not known
};
constexpr std::array kKeyFigures = {
    KeyFigure{"avg_response_time_ms", "Average Response Time", true},
    KeyFigure{"p50_response_time_ms", "", false},
    KeyFigure{"p95_response_time_ms", "P95 Response Time", true},
    KeyFigure{"p99_response_time_ms", "P99 Response Time", true},
    KeyFigure{"p999_response_time_ms", "", false},
    KeyFigure{"max_response_time_ms", "", false},
    KeyFigure{"throughput_tps", "Throughput TPS", true},
    KeyFigure{"error_rate_percent", "Error Rate", true},
    KeyFigure{"cpu_usage_percent", "CPU Usage", false},
    KeyFigure{"memory_usage_percent", "Memory Usage", false}};

Figures key_figures_of(const JsonValue& object, std::string_view member) {
  Figures figures;
  with_member(object, member, [&](const JsonValue& metrics) {
    for (const KeyFigure& figure : kKeyFigures) {
      if (const Value value = metrics.number_of(figure.metric))
        figures.emplace(figure.metric, *value);
    }
  });
  return figures;
}

// What the comparison held the run against goes before the figures of the baseline's execution: a
// rolling baseline is a mean of several.
Figures baseline_figures(const JsonValue& document, const JsonValue& report) {
  Figures figures;
  with_member(document, "baseline",
              [&](const JsonValue& baseline) { figures = key_figures_of(baseline, "metrics"); });
  each_of(report, "baseline_comparison", [&](const JsonValue& compared) {
    const std::string name = text_or_empty(compared, "metric");
    const Value value = compared.number_of("baseline_value");
    for (const KeyFigure& figure : kKeyFigures) {
      if (value && !name.empty() && figure.compared_as == name) {
        figures.insert_or_assign(std::string(figure.metric), *value);
      }
    }
  });
  return figures;
}

std::string verdict_cell(const VerdictRow* row) {
  return row == nullptr ? std::string() : verdict_words(row->verdict, row->severe);
}

// "+1.5 % to +3.0 %", "0.0 to +0.5 points"
std::string interval_cell(const VerdictRow* row) {
  constexpr std::string_view kPoints = " points";
  if (row == nullptr || !row->low_percent || !row->high_percent) return {};
  std::string low = signed_change(*row->low_percent, row->metric);
  if (low.ends_with(kPoints)) low.erase(low.size() - kPoints.size());
  return fmt::format("{} to {}", low, signed_change(*row->high_percent, row->metric));
}

std::string change_cell(std::string_view metric, const Value& before, const Value& now,
                        const VerdictRow* row = nullptr) {
  const Value change = shown_change(row, metric, before, now);
  return change ? signed_change(*change, metric) : std::string();
}

int rank_of_criterion(const std::optional<bool>& passed) {
  if (!passed) return 1;
  return *passed ? 2 : 0;
}

std::string name_of(const JsonValue& operation) {
  return text_of(operation, "operation_name").value_or(text_or_empty(operation, "query_hash"));
}

// An operation run by workers is another one than the same in the caller's transaction.
std::string key_of(const JsonValue& operation) {
  return name_of(operation) + '\n' + text_or_empty(operation, "execution_context");
}

Figures baseline_p95(const JsonValue& document) {
  Figures figures;
  with_member(document, "baseline", [&](const JsonValue& baseline) {
    each_of(baseline, "operations", [&](const JsonValue& operation) {
      if (const Value p95 = operation.number_of("p95_time_ms")) figures[key_of(operation)] = *p95;
    });
  });
  return figures;
}

double sum_of(const JsonValue& object, std::initializer_list<std::string_view> members) {
  double sum = 0;
  for (const std::string_view member : members) sum += object.number_of(member).value_or(0);
  return sum;
}

std::string whole_percent(double percent) {
  return fmt::format("{:.0f} %", percent);
}

std::string state_of_round(const JsonValue& round) {
  std::string state;
  each_of(round, "disturbances", [&](const JsonValue& disturbance) {
    if (!state.empty()) state += ' ';
    state += disturbance.json().is_object() ? text_or_empty(disturbance, "message")
                                            : json_text(disturbance.json());
  });
  if (state.empty()) state = flag_of(round, "is_quiet").value_or(true) ? "quiet" : "disturbed";
  if (!flag_of(round, "is_counted").value_or(true)) state = "left out: " + state;
  return state;
}

}  // namespace

TextTable key_figures_table(const JsonValue& document) {
  TextTable table({{"Figure", Align::left, 30},
                   {"Now", kRight},
                   {"Baseline", kRight},
                   {"Change", kRight},
                   {"Verdict", Align::left, 24},
                   {"Interval", Align::left, 28}});
  const JsonValue report = document.get("report");
  const Figures now = key_figures_of(report, "performance_metrics");
  const Figures before = baseline_figures(document, report);
  const std::vector<VerdictRow> verdicts = read_verdicts(report, "verdicts");
  for (const KeyFigure& figure : kKeyFigures) {
    const Value value = value_of(now, figure.metric);
    const Value baseline = value_of(before, figure.metric);
    if (!value && !baseline && !figure.always) continue;
    const VerdictRow* row = row_of(verdicts, figure.metric);
    table.add_row({metric_title(figure.metric), metric_or_dash(figure.metric, value),
                   before.empty() ? "" : metric_or_dash(figure.metric, baseline),
                   change_cell(figure.metric, baseline, value, row), verdict_cell(row),
                   interval_cell(row)});
  }
  return table;
}

TextTable criteria_table(const JsonValue& report) {
  struct Row {
    int rank;
    std::vector<std::string> cells;
  };
  std::vector<Row> rows;
  for (const ReportLimit& limit : limits_of(report)) {
    const std::string& name = limit.criterion;
    const int rank = rank_of_criterion(limit.passed);
    const std::string_view bound = name.starts_with("min_") ? "at least " : "at most ";
    rows.push_back({rank,
                    {criterion_title(name), limit.source,
                     limit.limit ? std::string(bound) + metric_text(name, *limit.limit) : "",
                     limit.actual ? metric_text(name, *limit.actual) : "not measured",
                     rank == 0 ? "BROKEN" : (rank == 1 ? "not measured" : "kept")}});
  }
  std::ranges::stable_sort(rows, {}, &Row::rank);
  TextTable table({{"Limit", Align::left, 32},
                   {"Of the"},
                   {"Accepted", kRight},
                   {"Measured", kRight},
                   {"Result"}});
  for (Row& row : rows) table.add_row(std::move(row.cells));
  return table;
}

TextTable times_table(const JsonValue& report) {
  TextTable table({{"Time"},
                   {"mean ms", kRight},
                   {"p50 ms", kRight},
                   {"p95 ms", kRight},
                   {"p99 ms", kRight},
                   {"p99.9 ms", kRight},
                   {"max ms", kRight}});
  with_member(report, "performance_metrics", [&](const JsonValue& metrics) {
    if (!metrics.number_of("avg_response_time_ms")) return;
    const auto of = [&](std::string_view member) { return number(metrics.number_of(member)); };
    table.add_row({"response", of("avg_response_time_ms"), of("p50_response_time_ms"),
                   of("p95_response_time_ms"), of("p99_response_time_ms"),
                   of("p999_response_time_ms"), of("max_response_time_ms")});
    table.add_row({"service", of("avg_service_time_ms"), of("p50_service_time_ms"),
                   of("p95_service_time_ms"), of("p99_service_time_ms")});
    table.add_row({"lag", of("avg_lag_ms"), of("p50_lag_ms"), of("p95_lag_ms"), of("p99_lag_ms")});
  });
  return table;
}

TextTable operations_table(const JsonValue& document, std::size_t most) {
  TextTable table({{"Operation", Align::left, 28},
                   {"ok", kRight},
                   {"failed", kRight},
                   {"mean ms", kRight},
                   {"p50 ms", kRight},
                   {"p95 ms", kRight},
                   {"p99 ms", kRight},
                   {"p95 before", kRight},
                   {"change", kRight}},
                  most);
  const Figures before = baseline_p95(document);
  const JsonValue report = document.get("report");
  each_of(report, "operations", [&](const JsonValue& operation) {
    const Value p95 = operation.number_of("p95_time_ms");
    const Value baseline = value_of(before, key_of(operation));
    table.add_row(
        {name_of(operation), count(operation.number_of("ok_count")),
         count(operation.number_of("failed_count")), number(operation.number_of("avg_time_ms")),
         number(operation.number_of("p50_time_ms")), number(p95),
         number(operation.number_of("p99_time_ms")), before.empty() ? "" : number(baseline),
         change_cell("p95_response_time_ms", baseline, p95)});
  });
  return table;
}

TextTable work_table(const JsonValue& report, std::size_t most) {
  TextTable table({{"Operation", Align::left, 28},
                   {"want %", kRight},
                   {"real %", kRight},
                   {"read", kRight},
                   {"written", kRight},
                   {"no row", kRight},
                   {"late", kRight},
                   {"retries", kRight},
                   {"generic", kRight},
                   {"custom", kRight}},
                  most);
  each_of(report, "operations", [&](const JsonValue& operation) {
    const auto share = [&](std::string_view member) {
      const Value value = operation.number_of(member);
      return value ? fmt::format("{:.1f}", *value) : std::string();
    };
    // None of these is worth a column of noughts.
    const auto some = [&](std::string_view member) {
      const double value = operation.number_of(member).value_or(0);
      return value > 0 ? whole_number(value) : std::string();
    };
    table.add_row({name_of(operation), share("configured_share_percent"),
                   share("actual_share_percent"), count(operation.number_of("rows_read")),
                   count(operation.number_of("rows_affected")), some("zero_row_writes"),
                   some("late_count"), some("retries"), some("generic_plans"),
                   some("custom_plans")});
  });
  return table;
}

TextTable time_table(const JsonValue& report, std::size_t most) {
  TextTable table({{"Operation", Align::left, 28},
                   {"all", kRight},
                   {"CPU", kRight},
                   {"plan", kRight},
                   {"commit", kRight},
                   {"JIT", kRight},
                   {"Seen in", Align::left, 48}},
                  most);
  each_of(report, "operations", [&](const JsonValue& operation) {
    const double begun = sum_of(operation, {"ok_count", "failed_count", "interrupted_count"});
    // Only what ran in a worker has such figures.
    if (!operation.number_of("busy_time_ms") || begun <= 0) return;
    const auto each = [&](std::string_view member) {
      const Value total = operation.number_of(member);
      return number(total ? Value(*total / begun) : std::nullopt);
    };
    const bool has_jit = operation.number_of("jit_time_ms").value_or(0) > 0;
    table.add_row({name_of(operation), each("busy_time_ms"), each("cpu_time_ms"),
                   each("planning_time_ms"), each("commit_time_ms"),
                   has_jit ? each("jit_time_ms") : "", waits_text(operation, 2, whole_percent)});
  });
  return table;
}

TextTable stages_table(const JsonValue& report, std::size_t most) {
  TextTable table({{"Stage", Align::left, 28},
                   {"seconds", kRight},
                   {"load", kRight},
                   {"ops/s", kRight},
                   {"p50 ms", kRight},
                   {"p95 ms", kRight},
                   {"p99 ms", kRight},
                   {"failed", kRight},
                   {"", Align::left, 14}},
                  most);
  with_member(report, "timeline", [&](const JsonValue& timeline) {
    each_of(timeline, "stages", [&](const JsonValue& stage) {
      const Value length = stage.number_of("duration_ms");
      table.add_row(
          {text_or_empty(stage, "stage_name"), length ? number(*length / 1000) : number({}),
           number(stage.number_of("target_to")), number(stage.number_of("throughput_tps")),
           number(stage.number_of("p50_response_time_ms")),
           number(stage.number_of("p95_response_time_ms")),
           number(stage.number_of("p99_response_time_ms")), count(stage.number_of("failed_count")),
           flag_of(stage, "measured").value_or(true) ? "" : "not measured"});
    });
  });
  return table;
}

TextTable rounds_table(const JsonValue& report, std::size_t most) {
  TextTable table({{"Round", kRight},
                   {"ops/s", kRight},
                   {"mean ms", kRight},
                   {"p95 ms", kRight},
                   {"p99 ms", kRight},
                   {"ok", kRight},
                   {"failed", kRight},
                   {"", Align::left, 60}},
                  most);
  with_member(report, "timeline", [&](const JsonValue& timeline) {
    if (size_of(timeline, "rounds") < 2) return;
    each_of(timeline, "rounds", [&](const JsonValue& round) {
      table.add_row(
          {count(round.number_of("round_number")), number(round.number_of("throughput_tps")),
           number(round.number_of("avg_response_time_ms")),
           number(round.number_of("p95_response_time_ms")),
           number(round.number_of("p99_response_time_ms")), count(round.number_of("ok_count")),
           count(round.number_of("failed_count")), state_of_round(round)});
    });
  });
  return table;
}

TextTable settings_table(const JsonValue& document, std::size_t most) {
  TextTable table(
      {{"Setting", Align::left, 36}, {"Baseline", Align::left, 28}, {"Now", Align::left, 28}},
      most);
  each_of(document, "setting_differences", [&](const JsonValue& setting) {
    table.add_row({text_or_empty(setting, "name"),
                   any_text_of(setting, "baseline").value_or("not set"),
                   any_text_of(setting, "current").value_or("not set")});
  });
  return table;
}

}  // namespace perf_mgmt
