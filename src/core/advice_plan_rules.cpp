// Rules on plans: those that were run, those of the baseline, and the analyzed sample.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "advice_rules.hpp"
#include "perf_mgmt/core/plan_outline.hpp"
#include "perf_mgmt/core/plan_reading.hpp"
#include "perf_mgmt/core/quantity.hpp"

namespace perf_mgmt::advice {

namespace {

// The plan of each statement that was seen last.
std::vector<const Plan*> last_plans(const std::vector<Plan>& plans) {
  std::vector<const Plan*> last;
  for (const Plan& plan : plans) {
    const auto same = std::find_if(last.begin(), last.end(), [&](const Plan* other) {
      return other->statement == plan.statement;
    });
    if (same == last.end()) {
      last.push_back(&plan);
    } else {
      *same = &plan;
    }
  }
  return last;
}

const Plan* last_plan_of(const std::vector<Plan>& plans, int statement) {
  const Plan* last = nullptr;
  for (const Plan& plan : plans) {
    if (plan.statement == statement) last = &plan;
  }
  return last;
}

bool has_hash(const std::vector<Plan>& plans, int statement, const std::string& hash) {
  return std::any_of(plans.begin(), plans.end(), [&](const Plan& plan) {
    return plan.statement == statement && plan.hash == hash;
  });
}

// In double quotes always, which is right for any name.
std::string quoted_identifier(const std::string& name) {
  std::string text = "\"";
  for (const char c : name) {
    text += c;
    if (c == '"') text += c;
  }
  return text + '"';
}

// CREATE STATISTICS needs a name before PostgreSQL 16.
std::string statistics_sql(const Misestimate& misestimate) {
  const std::string table =
      quoted_identifier(misestimate.schema) + "." + quoted_identifier(misestimate.relation);
  if (misestimate.columns.size() < 2) return fmt::format("ANALYZE {};", table);
  std::string columns;
  std::string name = misestimate.relation;
  for (const std::string& column : misestimate.columns) {
    columns += (columns.empty() ? "" : ", ") + column;
    name += '_' + column;
  }
  std::erase(name, '"');
  return fmt::format("CREATE STATISTICS {}.{} ON {} FROM {}; ANALYZE {};",
                     quoted_identifier(misestimate.schema), quoted_identifier(name + "_stat"),
                     columns, table, table);
}

// One index that would help, over all operations that it would help.
struct WantedIndex {
  const IndexTrial* trial = nullptr;  // that saves most
  std::vector<std::string> operations;
  double impact_percent = 0;
  bool proven = false;
};

}  // namespace

void find_plan_flip(const Rule& rule, const Snapshot& snapshot, Findings& findings) {
  bool comparable = false;
  for (const Operation& operation : snapshot.operations) {
    if (operation.plans.empty() || operation.baseline_plans.empty() || !operation.avg_ms ||
        operation.baseline_avg_ms.value_or(0) <= 0) {
      continue;
    }
    comparable = true;
    const double factor = *operation.avg_ms / *operation.baseline_avg_ms;
    if (factor <= rule.threshold) continue;
    for (const Plan* plan : last_plans(operation.plans)) {
      const Plan* before = last_plan_of(operation.baseline_plans, plan->statement);
      if (before == nullptr || has_hash(operation.baseline_plans, plan->statement, plan->hash))
        continue;
      const double busy = snapshot.share_percent(operation.busy_ms).value_or(0);
      const double impact = busy * (1 - 1 / factor);
      const auto difference = plan_difference(before->json, plan->json);
      if (impact < kLeastImpactPercent || !difference) continue;
      findings.add(
          {.rule = &rule,
           .impact_percent = impact,
           .recommendation = fmt::format(
               "\"{}\" runs another plan than in the baseline, and takes {} instead of "
               "{}: {} where it was {}.",
               operation.name, duration_text(*operation.avg_ms),
               duration_text(*operation.baseline_avg_ms), difference->second, difference->first),
           .evidence = {{"operation", operation.name},
                        {"statement", plan->statement},
                        {"avg_ms", *operation.avg_ms},
                        {"baseline_avg_ms", *operation.baseline_avg_ms},
                        {"threshold_factor", rule.threshold},
                        {"plan_hash", plan->hash},
                        {"baseline_plan_hash", before->hash},
                        {"plan", difference->second},
                        {"baseline_plan", difference->first}}});
    }
  }
  if (!comparable) findings.not_measured("plans of a baseline");
}

void find_several_plans(const Rule& rule, const Snapshot& snapshot, Findings& findings) {
  bool seen = false;
  for (const Operation& operation : snapshot.operations) {
    if (!operation.plans.empty()) seen = true;
    const Figure impact = snapshot.share_percent(operation.busy_ms);
    if (impact.value_or(0) < kLeastImpactPercent) continue;
    for (const Plan* plan : last_plans(operation.plans)) {
      const Plan* cheapest = nullptr;
      const Plan* dearest = nullptr;
      std::vector<std::string> hashes;
      for (const Plan& other : operation.plans) {
        const Figure cost = plan_cost(other.json);
        if (other.statement != plan->statement || !cost) continue;
        if (std::find(hashes.begin(), hashes.end(), other.hash) == hashes.end()) {
          hashes.push_back(other.hash);
        }
        if (cheapest == nullptr || *cost < *plan_cost(cheapest->json)) cheapest = &other;
        if (dearest == nullptr || *cost > *plan_cost(dearest->json)) dearest = &other;
      }
      if (hashes.size() < 2 || cheapest->hash == dearest->hash) continue;
      const double low = *plan_cost(cheapest->json);
      const double high = *plan_cost(dearest->json);
      if (low <= 0 || high / low < rule.threshold) continue;
      findings.add({.rule = &rule,
                    .impact_percent = impact,
                    .recommendation = fmt::format(
                        "Statement {} of \"{}\" ran with {} plans, of which one costs {} times as "
                        "much as another: {} and {}.",
                        plan->statement, operation.name, hashes.size(), count_text(high / low),
                        plan_outline(dearest->json).value_or("a plan"),
                        plan_outline(cheapest->json).value_or("another")),
                    .evidence = {{"operation", operation.name},
                                 {"statement", plan->statement},
                                 {"plan_hashes", hashes},
                                 {"lowest_cost", low},
                                 {"highest_cost", high},
                                 {"threshold_factor", rule.threshold}}});
    }
  }
  if (!seen) findings.not_measured("the plans");
}

void find_misestimates(const Rule& rule, const Snapshot& snapshot, Findings& findings) {
  bool sampled = false;
  for (const Operation& operation : snapshot.operations) {
    const Figure impact = snapshot.share_percent(operation.busy_ms);
    for (const PlanSample& sample : operation.samples) {
      sampled = true;
      const auto found = find_misestimate(sample.plan, rule.threshold);
      if (!found || impact.value_or(kLeastImpactPercent) < kLeastImpactPercent) continue;
      const std::string where =
          found->relation.empty()
              ? found->node
              : fmt::format("{} on {}.{}", found->node, found->schema, found->relation);
      Finding finding{
          .rule = &rule,
          .impact_percent = impact,
          .recommendation = fmt::format("The planner expects {} rows of {} in \"{}\", "
                                        "and it gives {}: off by a factor of {}.",
                                        count_text(found->planned), where, operation.name,
                                        count_text(found->actual), count_text(found->factor)),
          .evidence = {{"operation", operation.name},
                       {"statement", sample.statement},
                       {"node", where},
                       {"planned_rows", found->planned},
                       {"actual_rows", found->actual},
                       {"columns", found->columns},
                       {"threshold_factor", rule.threshold}}};
      if (!found->relation.empty() && !found->schema.empty()) finding.sql = statistics_sql(*found);
      findings.add(std::move(finding));
    }
  }
  if (!sampled) findings.not_measured("rows planned against real ones (no analyzed sample)");
}

void find_missing_indexes(const Rule& rule, const Snapshot& snapshot, Findings& findings) {
  std::vector<std::pair<std::string, WantedIndex>> wanted;  // by definition
  bool sampled = false;
  bool tried = false;
  for (const Operation& operation : snapshot.operations) {
    const double busy = snapshot.share_percent(operation.busy_ms).value_or(0);
    for (const PlanSample& sample : operation.samples) {
      sampled = true;
      tried = tried || sample.hypopg;
      for (const IndexTrial& trial : sample.indexes) {
        const bool proven = trial.cost_before && trial.cost_after &&
                            *trial.cost_after <= rule.threshold * *trial.cost_before;
        // Tried and found useless, or not proven though it could have been.
        if (!proven && sample.hypopg) continue;
        const double impact = proven ? busy * (1 - *trial.cost_after / *trial.cost_before) : busy;
        if (impact < kLeastImpactPercent) continue;
        auto same = std::find_if(wanted.begin(), wanted.end(), [&](const auto& other) {
          return other.first == trial.definition;
        });
        if (same == wanted.end()) same = wanted.insert(wanted.end(), {trial.definition, {}});
        WantedIndex& index = same->second;
        if (index.trial == nullptr || trial.rows_read > index.trial->rows_read)
          index.trial = &trial;
        if (std::find(index.operations.begin(), index.operations.end(), operation.name) ==
            index.operations.end()) {
          index.operations.push_back(operation.name);
          index.impact_percent += impact;
        }
        index.proven = index.proven || proven;
      }
    }
  }
  for (const auto& [definition, index] : wanted) {
    const IndexTrial& trial = *index.trial;
    std::string text = fmt::format(
        "\"{}\" reads {} rows one after the other to keep {}: an index would spare that.",
        index.operations.front(), count_text(trial.rows_read), count_text(trial.rows_kept));
    text += index.proven && trial.cost_after
                ? fmt::format(" Planned with it, the statement costs {} instead of {}.",
                              count_text(*trial.cost_after), count_text(*trial.cost_before))
                : std::string(" That is not proven: HypoPG was not installed at the run.");
    std::string sql = definition;
    constexpr std::string_view kCreate = "CREATE INDEX ON";
    if (sql.starts_with(kCreate)) sql.insert(kCreate.size() - 3, " CONCURRENTLY");
    findings.add(
        {.rule = &rule,
         .impact_percent = std::min(index.impact_percent, 100.0),
         .recommendation = text,
         .evidence = {{"operations", index.operations},
                      {"rows_read", trial.rows_read},
                      {"rows_kept", trial.rows_kept},
                      {"proven", index.proven},
                      {"cost_before", trial.cost_before ? Json(*trial.cost_before) : Json()},
                      {"cost_after", trial.cost_after ? Json(*trial.cost_after) : Json()},
                      {"threshold_factor", rule.threshold}},
         .sql = sql + ";"});
  }
  if (!sampled) {
    findings.not_measured("rows planned against real ones (no analyzed sample)");
  } else if (!tried) {
    findings.not_measured("indexes that would help (HypoPG was not installed at the run)");
  }
}

}  // namespace perf_mgmt::advice
