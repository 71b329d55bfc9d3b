// Rules on the run as a whole, on the server's limits, and on the tables of the operations.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "advice_rules.hpp"
#include "perf_mgmt/core/quantity.hpp"

namespace perf_mgmt::advice {

namespace {

constexpr double kFewestUpdates = 1000;
constexpr double kFewestRows = 1000;
constexpr double kFewestSamples = 20;
constexpr double kGigabyte = 1073741824;
constexpr std::size_t kMostNamed = 3;
constexpr std::size_t kMostTables = 10;  // named in one recommendation

// "a" (12 ms), "b" (3 ms) and 2 more
template <typename Item, typename Describe>
std::string list_of(const std::vector<Item>& items, Describe describe,
                    std::size_t most = kMostNamed) {
  std::string text;
  for (std::size_t i = 0; i < std::min(items.size(), most); ++i) {
    if (i > 0) text += ", ";
    text += describe(items[i]);
  }
  if (items.size() > most) text += fmt::format(" and {} more", items.size() - most);
  return text;
}

// A column of the summary; where it is missing, that is said with the reason.
Figure summary(const Snapshot& snapshot, Findings& findings, const char* column, const char* what) {
  const Figure value = snapshot.figure(column);
  if (!value) {
    const std::string reason = snapshot.unavailable(column);
    findings.not_measured(reason.empty() ? std::string(what)
                                         : fmt::format("{} ({})", what, reason));
  }
  return value;
}

bool operations_are_there(const Snapshot& snapshot, Findings& findings) {
  if (snapshot.operations.empty()) findings.not_measured("the operations");
  return !snapshot.operations.empty();
}

// Operations whose figure is beyond a threshold, those with the most time first.
std::vector<const Operation*> beyond(const Snapshot& snapshot, Figure Operation::*figure,
                                     double threshold) {
  std::vector<const Operation*> list;
  for (const Operation& operation : snapshot.operations) {
    if ((operation.*figure).value_or(0) > threshold) list.push_back(&operation);
  }
  std::stable_sort(list.begin(), list.end(), [](const Operation* a, const Operation* b) {
    return a->busy_ms.value_or(0) > b->busy_ms.value_or(0);
  });
  return list;
}

Figure share_of(const Snapshot& snapshot, const std::vector<const Operation*>& operations) {
  double sum = 0;
  for (const Operation* operation : operations) sum += operation->busy_ms.value_or(0);
  return snapshot.share_percent(sum);
}

Json figures_of(const std::vector<const Operation*>& operations, Figure Operation::*figure) {
  Json list = Json::object();
  for (const Operation* operation : operations)
    list[operation->name] = (operation->*figure).value();
  return list;
}

}  // namespace

void find_slow_response(const Rule& rule, const Snapshot& snapshot, Findings& findings) {
  const Figure p95 = summary(snapshot, findings, "p95_response_time_ms",
                             "the 95th percentile of the response time");
  const double threshold = rule.threshold_in(snapshot);
  if (!p95 || *p95 <= threshold) return;
  const auto slow = beyond(snapshot, &Operation::p95_response_ms, threshold);
  std::string text = fmt::format("P95 response time is {}, beyond {}.", duration_text(*p95),
                                 duration_text(threshold));
  if (!slow.empty()) {
    text += fmt::format(" It is so for {}.", list_of(slow, [](const Operation* operation) {
                          return fmt::format("\"{}\" ({})", operation->name,
                                             duration_text(*operation->p95_response_ms));
                        }));
  }
  findings.add({.rule = &rule,
                .impact_percent = slow.empty() ? Figure{} : share_of(snapshot, slow),
                .recommendation = text,
                .evidence = {{"p95_response_time_ms", *p95},
                             {"threshold_ms", threshold},
                             {"operations", figures_of(slow, &Operation::p95_response_ms)}}});
}

void find_slow_operations(const Rule& rule, const Snapshot& snapshot, Findings& findings) {
  if (!operations_are_there(snapshot, findings)) return;
  const double threshold = rule.threshold_in(snapshot);
  const auto slow = beyond(snapshot, &Operation::avg_ms, threshold);
  if (slow.empty()) return;
  findings.add(
      {.rule = &rule,
       .impact_percent = share_of(snapshot, slow),
       .recommendation = fmt::format(
           "{} {} more than {} on average: {}. Review and optimize.", slow.size(),
           slow.size() == 1 ? "operation takes" : "operations take", duration_text(threshold),
           list_of(slow,
                   [](const Operation* operation) {
                     return fmt::format("\"{}\" ({})", operation->name,
                                        duration_text(*operation->avg_ms));
                   })),
       .evidence = {{"threshold_ms", threshold},
                    {"operations", figures_of(slow, &Operation::avg_ms)}}});
}

void find_high_cpu(const Rule& rule, const Snapshot& snapshot, Findings& findings) {
  const Figure cpu = summary(snapshot, findings, "cpu_usage_percent", "CPU usage");
  const double threshold = rule.threshold_in(snapshot);
  if (!cpu || *cpu <= threshold) return;
  const Figure others = snapshot.figure("others_cpu_percent");
  std::string text =
      fmt::format("CPU usage is {}, beyond {}.", percent_text(*cpu), percent_text(threshold));
  // Then it is no matter of the workload.
  if (others.value_or(0) > *cpu / 2) {
    text += fmt::format(" Most of it is other processes' ({}).", percent_text(*others));
  } else {
    text += " Consider connection pooling optimization or query efficiency improvements.";
  }
  findings.add({.rule = &rule,
                .recommendation = text,
                .evidence = {{"cpu_usage_percent", *cpu},
                             {"threshold_percent", threshold},
                             {"others_cpu_percent", others ? Json(*others) : Json(nullptr)}}});
}

void find_high_memory(const Rule& rule, const Snapshot& snapshot, Findings& findings) {
  const Figure memory = summary(snapshot, findings, "memory_usage_percent", "memory usage");
  const double threshold = rule.threshold_in(snapshot);
  if (!memory || *memory <= threshold) return;
  findings.add(
      {.rule = &rule,
       .recommendation = fmt::format("Memory usage is {}, beyond {}. Review memory allocation.",
                                     percent_text(*memory), percent_text(threshold)),
       .evidence = {{"memory_usage_percent", *memory}, {"threshold_percent", threshold}}});
}

void find_errors(const Rule& rule, const Snapshot& snapshot, Findings& findings) {
  const Figure rate = summary(snapshot, findings, "error_rate_percent", "the error rate");
  const double threshold = rule.threshold_in(snapshot);
  if (!rate || *rate <= threshold) return;
  std::vector<OperationFailure> errors = snapshot.errors;
  std::stable_sort(
      errors.begin(), errors.end(),
      [](const OperationFailure& a, const OperationFailure& b) { return a.count > b.count; });
  std::string text = fmt::format("{} of the operations failed, beyond {}.", percent_text(*rate),
                                 percent_text(threshold));
  if (!errors.empty()) {
    text += fmt::format(" Most often: {}.", list_of(errors, [](const OperationFailure& error) {
                          return fmt::format("\"{}\" with SQLSTATE {} ({} times)", error.operation,
                                             error.sqlstate, whole_number(error.count));
                        }));
  }
  Json list = Json::array();
  for (const OperationFailure& error : errors) {
    list.push_back({{"operation", error.operation},
                    {"sqlstate", error.sqlstate},
                    {"message", error.message},
                    {"count", error.count}});
  }
  findings.add(
      {.rule = &rule,
       .recommendation = text,
       .evidence = {
           {"error_rate_percent", *rate}, {"threshold_percent", threshold}, {"errors", list}}});
}

void find_commit_bound(const Rule& rule, const Snapshot& snapshot, Findings& findings) {
  double commit_ms = 0;
  bool measured = false;
  std::vector<const Operation*> writers;
  for (const Operation& operation : snapshot.operations) {
    if (!operation.commit_ms) continue;
    measured = true;
    commit_ms += *operation.commit_ms;
    if (*operation.commit_ms > 0) writers.push_back(&operation);
  }
  if (!measured) return findings.not_measured("the time of commits");
  const Figure share = snapshot.share_percent(commit_ms);
  if (!share || *share <= rule.threshold) return;
  std::stable_sort(writers.begin(), writers.end(), [](const Operation* a, const Operation* b) {
    return *a->commit_ms > *b->commit_ms;
  });
  double flushes = 0;
  double samples = 0;
  for (const Operation& operation : snapshot.operations) {
    samples += operation.wait_samples();
    for (const auto& [event, count] : operation.waits) {
      if (event == "IO:WALSync" || event == "IO:WalSync" || event.starts_with("LWLock:WALWrite")) {
        flushes += count;
      }
    }
  }
  const std::string names = list_of(
      writers, [](const Operation* operation) { return fmt::format("\"{}\"", operation->name); });
  std::string text = fmt::format("{} of the operations' time is spent in COMMIT, mostly by {}.",
                                 percent_text(*share), names);
  if (samples >= kFewestSamples) {
    text += 100 * flushes / samples >= *share / 2
                ? " The flush of the write-ahead log sets the pace."
                : " Little of it is the flush of the write-ahead log: deferred constraints and "
                  "triggers run there too.";
  }
  findings.add({.rule = &rule,
                .impact_percent = share,
                .recommendation = text,
                .evidence = {{"commit_percent", std::round(*share * 100) / 100},
                             {"threshold_percent", rule.threshold},
                             {"commit_ms", figures_of(writers, &Operation::commit_ms)},
                             {"log_flush_samples", flushes},
                             {"samples", samples}}});
}

void find_full_connections(const Rule& rule, const Snapshot& snapshot, Findings& findings) {
  const Figure most = snapshot.setting_number("max_connections");
  if (!snapshot.connections || most.value_or(0) <= 0) {
    return findings.not_measured("the sessions of the server");
  }
  const double share = 100 * *snapshot.connections / *most;
  if (share < rule.threshold) return;
  findings.add({.rule = &rule,
                .recommendation = fmt::format(
                    "{} of the server's {} connections were taken: new sessions are soon refused.",
                    whole_number(*snapshot.connections), whole_number(*most)),
                .evidence = {{"connections", *snapshot.connections},
                             {"max_connections", *most},
                             {"threshold_percent", rule.threshold}}});
}

void find_missing_workers(const Rule& rule, const Snapshot& snapshot, Findings& findings) {
  const Figure workers = snapshot.figure("total_connections");
  const Figure wanted = snapshot.figure("workers_requested");
  if (!workers || !wanted) return findings.not_measured("the workers");
  if (*workers >= *wanted * rule.threshold / 100) return;
  const Figure slots = snapshot.setting_number("max_worker_processes");
  Finding finding{
      .rule = &rule,
      .recommendation = fmt::format(
          "{} of {} workers could be started: the load was another one than was asked for.",
          whole_number(*workers), whole_number(*wanted)),
      .evidence = {{"workers", *workers},
                   {"workers_requested", *wanted},
                   {"max_worker_processes", slots ? Json(*slots) : Json(nullptr)}}};
  if (slots) {
    finding.sql = fmt::format("ALTER SYSTEM SET max_worker_processes = {};",
                              rounded(*slots + *wanted - *workers));
  }
  findings.add(std::move(finding));
}

void find_busy_workers(const Rule& rule, const Snapshot& snapshot, Findings& findings) {
  const Figure lag = snapshot.figure("avg_lag_ms");
  const Figure response = snapshot.figure("avg_response_time_ms");
  if (!lag || response.value_or(0) <= 0) {
    return findings.not_measured("the wait for a free worker");
  }
  // A user who has a worker of his own never waits for one: his lag is what the engine takes.
  const Figure workers = snapshot.figure("total_connections");
  const Figure users = snapshot.figure("concurrent_users");
  if (users && users <= workers) return;
  const double share = 100 * *lag / *response;
  if (share <= rule.threshold) return;
  findings.add({.rule = &rule,
                .recommendation = fmt::format(
                    "Operations waited {} of {} ({}) for one of the {} to be free.",
                    duration_text(*lag), duration_text(*response), percent_text(share),
                    workers ? whole_number(*workers) + " workers" : std::string("workers")),
                .evidence = {{"avg_lag_ms", *lag},
                             {"avg_response_time_ms", *response},
                             {"workers", workers ? Json(*workers) : Json(nullptr)},
                             {"threshold_percent", rule.threshold}}});
}

// A checkpoint is begun by size when about max_wal_size / (1 + checkpoint_completion_target) was
// written since the last one (CalculateCheckpointSegments in xlog.c).
void find_checkpoint_pressure(const Rule& rule, const Snapshot& snapshot, Findings& findings) {
  const Figure checkpoints = snapshot.figure("checkpoints");
  const Figure written = snapshot.figure("server_wal_bytes");
  const Figure measured_ms = snapshot.figure("measured_ms");
  const Figure most = snapshot.setting_bytes("max_wal_size");
  const Figure timeout = snapshot.setting_seconds("checkpoint_timeout");
  if (!checkpoints || !written || measured_ms.value_or(0) <= 0 || most.value_or(0) <= 0 ||
      !timeout) {
    return findings.not_measured("checkpoints");
  }
  const double target = snapshot.setting_number("checkpoint_completion_target").value_or(0.9);
  const double rate = *written / *measured_ms * 1000;
  const double needed = rate * *timeout * (1 + target);
  if (*checkpoints < 1 || needed <= rule.threshold * *most) return;
  findings.add(
      {.rule = &rule,
       .recommendation = fmt::format(
           "{} {} into the run, and at {}/s of write-ahead log the next ones come every {}, before "
           "checkpoint_timeout ({}): max_wal_size would have to be {} GB, not {} GB.",
           whole_number(*checkpoints), *checkpoints == 1 ? "checkpoint fell" : "checkpoints fell",
           bytes_text(rate), duration_text(1000 * *most / (1 + target) / rate),
           duration_text(1000 * *timeout), rounded(std::ceil(needed / kGigabyte)),
           rounded(*most / kGigabyte)),
       .evidence = {{"checkpoints", *checkpoints},
                    {"wal_bytes_per_second", std::round(rate)},
                    {"max_wal_size_bytes", *most},
                    {"needed_bytes", std::round(needed)},
                    {"checkpoint_timeout_seconds", *timeout}},
       .sql = fmt::format("ALTER SYSTEM SET max_wal_size = '{}GB';",
                          rounded(std::ceil(needed / kGigabyte)))});
}

void find_cold_updates(const Rule& rule, const Snapshot& snapshot, Findings& findings) {
  if (snapshot.tables.empty()) findings.not_measured("what the tables' counters say");
  for (const Table& table : snapshot.tables) {
    if (table.updated.value_or(0) < kFewestUpdates || !table.hot_updated) continue;
    const double share = 100 * *table.hot_updated / *table.updated;
    if (share >= rule.threshold) continue;
    findings.add(
        {.rule = &rule,
         .recommendation = fmt::format(
             "Only {} of the {} updates of {} were heap-only (HOT): the others write to every "
             "index of the table, and vacuum has to clean up after them.",
             percent_text(share), whole_number(*table.updated), table.name),
         .evidence = {{"table", table.name},
                      {"updates", *table.updated},
                      {"hot_updates", *table.hot_updated},
                      {"threshold_percent", rule.threshold}},
         .sql = fmt::format("ALTER TABLE {} SET (fillfactor = 80);", table.name)});
  }
}

// One statement analyzes them all, so they are one finding.
void find_stale_statistics(const Rule& rule, const Snapshot& snapshot, Findings& findings) {
  if (snapshot.tables.empty()) findings.not_measured("what the tables' counters say");
  std::vector<std::string> changed;
  std::vector<std::string> never;
  std::string names;
  Json list = Json::array();
  for (const Table& table : snapshot.tables) {
    const double rows = table.rows.value_or(0);
    if (!table.modified || rows < kFewestRows) continue;
    const bool is_analyzed = table.analyzed != false;
    const double share = 100 * *table.modified / rows;
    if (is_analyzed && share <= rule.threshold) continue;
    if (is_analyzed) {
      changed.push_back(
          fmt::format("{} ({} of {} rows)", table.name, percent_text(share), whole_number(rows)));
    } else {
      never.push_back(fmt::format("{} ({} rows)", table.name, whole_number(rows)));
    }
    names += (names.empty() ? "" : ", ") + table.name;
    list.push_back({{"table", table.name},
                    {"rows", rows},
                    {"modified", *table.modified},
                    {"analyzed", is_analyzed}});
  }
  if (names.empty()) return;
  std::string text;
  const auto add = [&](std::string_view what, const std::vector<std::string>& tables) {
    if (tables.empty()) return;
    const auto as_it_is = [](const std::string& table) { return table; };
    text += fmt::format("{}: {}. ", what, list_of(tables, as_it_is, kMostTables));
  };
  add("Changed since the last ANALYZE", changed);
  add("Never analyzed", never);
  findings.add({.rule = &rule,
                .recommendation = text + "The planner works with numbers that do not hold.",
                .evidence = {{"tables", list}, {"threshold_percent", rule.threshold}},
                .sql = fmt::format("ANALYZE {};", names)});
}

}  // namespace perf_mgmt::advice
