// Shares of the change: every operation moves the mean of the mix by its own change times its
// weight.
#include "perf_mgmt/core/explanation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "explanation_findings.hpp"

namespace perf_mgmt {

namespace {

constexpr std::size_t kMostSettings = 5;  // that are named

double all_begun(const ExecutionProfile& execution) {
  double sum = 0;
  for (const OperationFigures& operation : execution.operations) sum += operation.begun();
  return sum;
}

const OperationFigures* find_operation(const ExecutionProfile& execution, std::string_view name) {
  const auto found = std::ranges::find(execution.operations, name, &OperationFigures::name);
  return found == execution.operations.end() ? nullptr : &*found;
}

struct Moved {
  OperationChange change;
  const OperationFigures* before = nullptr;
  const OperationFigures* after = nullptr;
  std::optional<double> time_before;  // milliseconds per operation
  std::optional<double> time_after;
  double contribution = 0;  // to the mean of the mix, milliseconds
};

Moved moved_of(const OperationFigures* before, double all_before, const OperationFigures* after,
               double all_after) {
  Moved moved;
  moved.before = before;
  moved.after = after;
  moved.change.operation = after != nullptr ? after->name : before->name;
  const auto weight = [](const OperationFigures* operation, double all) {
    return operation != nullptr && all > 0 ? operation->begun() / all : 0.0;
  };
  if (before != nullptr) moved.time_before = time_of(*before);
  if (after != nullptr) moved.time_after = time_of(*after);
  // An operation that is in one of the two only comes or goes with all of its time.
  if (before != nullptr && !moved.time_before) return moved;
  if (after != nullptr && !moved.time_after) return moved;
  const double from = moved.time_before.value_or(0);
  const double to = moved.time_after.value_or(0);
  const double mix = (weight(before, all_before) + weight(after, all_after)) / 2;
  moved.contribution = mix * (to - from);
  if (before != nullptr && after != nullptr && from > 0) {
    moved.change.change_percent = 100 * (to / from - 1);
  }
  return moved;
}

void set_shares(std::vector<Moved>& all) {
  double total = 0;
  for (const Moved& moved : all) total += moved.contribution;
  const double sign = total < 0 ? -1 : 1;
  double same_way = 0;
  for (const Moved& moved : all) same_way += std::max(sign * moved.contribution, 0.0);
  if (same_way == 0) return;
  for (Moved& moved : all) {
    moved.change.share_percent = 100 * sign * moved.contribution / same_way;
  }
}

std::vector<ChangeFinding> settings_findings(const ExecutionProfile& current,
                                             const ExecutionProfile& baseline) {
  std::vector<ChangeFinding> findings;
  for (const auto& [name, after] : current.settings) {
    const auto found = baseline.settings.find(name);
    if (found == baseline.settings.end() || found->second == after) continue;
    if (findings.size() == kMostSettings) break;
    findings.push_back({"settings", fmt::format("setting {} {} -> {}", name, found->second, after),
                        found->second, after});
  }
  return findings;
}

std::string text_of(const Moved& moved) {
  const OperationChange& change = moved.change;
  std::string strongest = "nothing else that was measured moved with it";
  if (moved.before == nullptr) strongest = "not in the baseline";
  if (moved.after == nullptr) strongest = "no longer run";
  if (!change.findings.empty()) strongest = change.findings.front().text;
  const auto text = [](const std::optional<double>& time) {
    return time ? figure_text(*time) + " ms" : std::string("unknown");
  };
  std::string figures = text(moved.before == nullptr ? moved.time_after : moved.time_before);
  if (moved.before != nullptr && moved.after != nullptr) figures += " -> " + text(moved.time_after);
  if (change.change_percent) figures += fmt::format(" ({:+.0f} %)", *change.change_percent);
  return fmt::format("\"{}\": {}; {}, {:.0f} % of the change", change.operation, strongest, figures,
                     change.share_percent);
}

}  // namespace

std::vector<OperationChange> explain(const ExecutionProfile& current,
                                     const ExecutionProfile& baseline) {
  const double all_before = all_begun(baseline);
  const double all_after = all_begun(current);
  std::vector<Moved> all;
  for (const OperationFigures& after : current.operations) {
    all.push_back(moved_of(find_operation(baseline, after.name), all_before, &after, all_after));
  }
  for (const OperationFigures& before : baseline.operations) {
    if (find_operation(current, before.name) != nullptr) continue;
    all.push_back(moved_of(&before, all_before, nullptr, all_after));
  }
  set_shares(all);
  std::ranges::stable_sort(all, [](const Moved& a, const Moved& b) {
    return a.change.share_percent > b.change.share_percent;
  });

  std::vector<OperationChange> changes;
  for (Moved& moved : all) {
    if (moved.before != nullptr && moved.after != nullptr) {
      moved.change.findings = findings_of(*moved.before, *moved.after);
    }
    if (changes.empty()) {
      for (ChangeFinding& finding : settings_findings(current, baseline)) {
        moved.change.findings.push_back(std::move(finding));
      }
    }
    moved.change.text = text_of(moved);
    changes.push_back(std::move(moved.change));
  }
  return changes;
}

}  // namespace perf_mgmt
