// Rules on one operation: where its time went, and whether it found rows.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "advice_rules.hpp"
#include "perf_mgmt/core/quantity.hpp"

namespace perf_mgmt::advice {

namespace {

constexpr double kBlockBytes = 8192;
constexpr double kMegabyte = 1048576;
constexpr double kFewestWaitSamples = 20;
constexpr double kFewestReads = 20;
// What is sorted in memory takes more of it than a compact run on disk does.
constexpr double kMemoryPerTempByte = 4;
constexpr double kMostWorkMem = 1024 * kMegabyte;

std::string role_setting(const Snapshot& snapshot, const std::string& assignment) {
  if (snapshot.role.empty()) return fmt::format("SET {};", assignment);
  return fmt::format("ALTER ROLE {} SET {};", snapshot.role, assignment);
}

// An operation that spends a greater share of its time on one thing than the threshold.
struct Part {
  double share_percent = 0;   // of the operation's time
  double impact_percent = 0;  // of the run's
};

std::optional<Part> part_beyond(const Snapshot& snapshot, const Operation& operation,
                                Figure part_ms, double threshold) {
  if (!part_ms || operation.busy_ms.value_or(0) <= 0) return std::nullopt;
  const Part part{100 * *part_ms / *operation.busy_ms, snapshot.share_percent(part_ms).value_or(0)};
  if (part.share_percent <= threshold || part.impact_percent < kLeastImpactPercent)
    return std::nullopt;
  return part;
}

bool any_has(const Snapshot& snapshot, Figure Operation::*figure) {
  return std::any_of(snapshot.operations.begin(), snapshot.operations.end(),
                     [&](const Operation& operation) { return (operation.*figure).has_value(); });
}

std::string parameter_list(const Operation& operation) {
  std::string list;
  for (const std::string& parameter : operation.parameters) {
    list += fmt::format("{}\"{}\"", list.empty() ? "" : ", ", parameter);
  }
  return list;
}

// The next power of two megabytes that holds it; nothing where that is too much to give.
std::optional<double> work_mem_for(double temp_bytes, Figure now) {
  const double wanted = std::max(temp_bytes * kMemoryPerTempByte, 2 * now.value_or(0));
  const double megabytes = std::exp2(std::ceil(std::log2(std::max(wanted / kMegabyte, 1.0))));
  if (megabytes * kMegabyte > kMostWorkMem) return std::nullopt;
  return megabytes;
}

Json blockers_json(const std::vector<Blocker>& blockers) {
  Json list = Json::array();
  for (const Blocker& blocker : blockers) {
    list.push_back({{"wait_event", blocker.wait_event},
                    {"blocker", blocker.blocker},
                    {"state", blocker.state},
                    {"statement", blocker.statement},
                    {"samples", blocker.samples}});
  }
  return list;
}

std::string describe_blocker(const Blocker& blocker) {
  std::string text = fmt::format(" Most often the lock was held by {}", blocker.blocker);
  if (!blocker.state.empty()) text += fmt::format(", {}", blocker.state);
  if (!blocker.statement.empty()) {
    text += fmt::format(", whose {} statement is: {}",
                        blocker.state == "active" ? "running" : "last", blocker.statement);
  }
  if (!text.ends_with('.') && !text.ends_with(';')) text += '.';
  return text;
}

}  // namespace

void find_temp_spill(const Rule& rule, const Snapshot& snapshot, Findings& findings) {
  if (!any_has(snapshot, &Operation::temp_blks_written)) findings.not_measured("temporary files");
  for (const Operation& operation : snapshot.operations) {
    if (!operation.temp_blks_written || operation.ok.value_or(0) <= 0) continue;
    const double blocks = *operation.temp_blks_written / *operation.ok;
    const Figure impact = snapshot.share_percent(operation.busy_ms);
    if (blocks < rule.threshold || impact.value_or(kLeastImpactPercent) < kLeastImpactPercent)
      continue;
    const Figure now = snapshot.setting_bytes("work_mem");
    const std::optional<double> wanted = work_mem_for(blocks * kBlockBytes, now);
    Finding finding{
        .rule = &rule,
        .impact_percent = impact,
        .recommendation = fmt::format(
            "\"{}\" sorts or hashes on disk: it writes {} MB of temporary files per execution, "
            "because work_mem ({}) does not hold what it works on.",
            operation.name, short_number(blocks * kBlockBytes / kMegabyte),
            now ? rounded(*now / kMegabyte) + " MB" : std::string("unknown")),
        .evidence = {{"operation", operation.name},
                     {"temp_blocks_per_execution", std::round(blocks * 100) / 100},
                     {"work_mem_bytes", now ? Json(*now) : Json(nullptr)},
                     {"threshold_blocks", rule.threshold}}};
    if (wanted)
      finding.sql = role_setting(snapshot, fmt::format("work_mem = '{}MB'", rounded(*wanted)));
    findings.add(std::move(finding));
  }
}

void find_lock_waits(const Rule& rule, const Snapshot& snapshot, Findings& findings) {
  bool sampled = false;
  for (const Operation& operation : snapshot.operations) {
    const double samples = operation.wait_samples();
    if (samples > 0) sampled = true;
    if (samples < kFewestWaitSamples) continue;
    const double locks = operation.wait_samples("Lock");
    const double share = 100 * locks / samples;
    const double impact = snapshot.share_percent(operation.busy_ms).value_or(100) * share / 100;
    if (share <= rule.threshold || impact < kLeastImpactPercent) continue;
    Json events = Json::object();
    for (const auto& [event, count] : operation.waits) {
      if (event.starts_with("Lock:")) events[event] = count;
    }
    std::vector<Blocker> blockers = operation.blockers;
    std::stable_sort(blockers.begin(), blockers.end(),
                     [](const Blocker& a, const Blocker& b) { return a.samples > b.samples; });
    std::string text = fmt::format("\"{}\" waits for locks of others in {} of its time.",
                                   operation.name, percent_text(share));
    if (!blockers.empty()) text += describe_blocker(blockers.front());
    findings.add({.rule = &rule,
                  .impact_percent = impact,
                  .recommendation = text,
                  .evidence = {{"operation", operation.name},
                               {"lock_wait_percent", std::round(share * 100) / 100},
                               {"samples", samples},
                               {"waits", events},
                               {"threshold_percent", rule.threshold},
                               {"blockers", blockers_json(blockers)}}});
  }
  if (!sampled) findings.not_measured("what the operations waited for");
}

void find_planning(const Rule& rule, const Snapshot& snapshot, Findings& findings) {
  if (!any_has(snapshot, &Operation::planning_ms)) findings.not_measured("planning time");
  for (const Operation& operation : snapshot.operations) {
    const auto part = part_beyond(snapshot, operation, operation.planning_ms, rule.threshold);
    if (!part) continue;
    findings.add(
        {.rule = &rule,
         .impact_percent = part->impact_percent,
         .recommendation = fmt::format(
             "\"{}\" spends {} of its time in the planner ({} per execution).", operation.name,
             percent_text(part->share_percent),
             duration_text(*operation.planning_ms / std::max(operation.ok.value_or(1), 1.0))),
         .evidence = {{"operation", operation.name},
                      {"planning_percent", std::round(part->share_percent * 100) / 100},
                      {"planning_ms", *operation.planning_ms},
                      {"busy_ms", *operation.busy_ms},
                      {"threshold_percent", rule.threshold}},
         .sql = role_setting(snapshot, "plan_cache_mode = force_generic_plan")});
  }
}

void find_jit(const Rule& rule, const Snapshot& snapshot, Findings& findings) {
  if (!any_has(snapshot, &Operation::jit_ms)) findings.not_measured("JIT compilation");
  for (const Operation& operation : snapshot.operations) {
    const auto part = part_beyond(snapshot, operation, operation.jit_ms, rule.threshold);
    if (!part) continue;
    findings.add({.rule = &rule,
                  .impact_percent = part->impact_percent,
                  .recommendation = fmt::format(
                      "\"{}\" spends {} of its time compiling expressions (JIT, {} functions).",
                      operation.name, percent_text(part->share_percent),
                      whole_number(operation.jit_functions.value_or(0))),
                  .evidence = {{"operation", operation.name},
                               {"jit_percent", std::round(part->share_percent * 100) / 100},
                               {"jit_ms", *operation.jit_ms},
                               {"busy_ms", *operation.busy_ms},
                               {"threshold_percent", rule.threshold}},
                  .sql = role_setting(snapshot, "jit = off")});
  }
}

void find_zero_row_writes(const Rule& rule, const Snapshot& snapshot, Findings& findings) {
  if (!any_has(snapshot, &Operation::zero_row_writes)) {
    findings.not_measured("writes that touch no row");
  }
  for (const Operation& operation : snapshot.operations) {
    const double writes =
        operation.ok.value_or(0) * static_cast<double>(operation.writing_statements());
    if (!operation.zero_row_writes || writes <= 0) continue;
    const double share = std::min(100 * *operation.zero_row_writes / writes, 100.0);
    if (share <= rule.threshold) continue;
    const Figure busy = snapshot.share_percent(operation.busy_ms);
    const std::string parameters = parameter_list(operation);
    findings.add({.rule = &rule,
                  .impact_percent = busy ? Figure(*busy * share / 100) : Figure{},
                  .recommendation = fmt::format("{} of the writes of \"{}\" touch no row: its "
                                                "parameters{} do not meet the data, and "
                                                "it is measured doing nothing.",
                                                percent_text(share), operation.name,
                                                parameters.empty() ? "" : " (" + parameters + ")"),
                  .evidence = {{"operation", operation.name},
                               {"zero_row_writes", *operation.zero_row_writes},
                               {"writes", writes},
                               {"parameters", operation.parameters},
                               {"threshold_percent", rule.threshold}}});
  }
}

// How many of the executions were empty is not counted, but at most so many found a row as there
// were rows.
void find_zero_row_reads(const Rule& rule, const Snapshot& snapshot, Findings& findings) {
  for (const Operation& operation : snapshot.operations) {
    if (operation.statement_types != std::vector<std::string>{"SELECT"} || !operation.rows_read ||
        operation.ok.value_or(0) < kFewestReads) {
      continue;
    }
    const double share = std::max(100 * (1 - *operation.rows_read / *operation.ok), 0.0);
    if (share <= rule.threshold) continue;
    const Figure busy = snapshot.share_percent(operation.busy_ms);
    const std::string parameters = parameter_list(operation);
    findings.add(
        {.rule = &rule,
         .impact_percent = busy ? Figure(*busy * share / 100) : Figure{},
         .recommendation = fmt::format(
             "\"{}\" found no row in at least {} of its executions: its parameters{} do not meet "
             "the data.",
             operation.name, percent_text(share),
             parameters.empty() ? "" : " (" + parameters + ")"),
         .evidence = {{"operation", operation.name},
                      {"rows_read", *operation.rows_read},
                      {"executions", *operation.ok},
                      {"parameters", operation.parameters},
                      {"threshold_percent", rule.threshold}}});
  }
}

}  // namespace perf_mgmt::advice
