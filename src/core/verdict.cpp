// Gathers the trials, adjusts their p values together, decides each, and concludes.
#include "perf_mgmt/core/verdict.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "verdict_trial.hpp"

namespace perf_mgmt {

namespace {

std::set<std::string> ids_of(const std::vector<ExecutionFigures>& executions) {
  std::set<std::string> ids;
  for (const ExecutionFigures& execution : executions) ids.insert(execution.id);
  return ids;
}

// What the noise is estimated from: the history, each earlier segment, and what of the baseline is
// in none of them (it may be of another level altogether), without those under judgement.
std::vector<std::vector<ExecutionFigures>> floor_segments(const Evidence& evidence) {
  std::set<std::string> seen = {evidence.current.id};
  if (evidence.confirmation) seen.insert(evidence.confirmation->id);
  std::vector<std::vector<ExecutionFigures>> segments;
  const auto add = [&](const std::vector<ExecutionFigures>& executions) {
    std::vector<ExecutionFigures>& segment = segments.emplace_back();
    for (const ExecutionFigures& execution : executions) {
      if (seen.insert(execution.id).second) segment.push_back(execution);
    }
  };
  add(evidence.history);
  for (const std::vector<ExecutionFigures>& segment : evidence.earlier) add(segment);
  add(evidence.baseline);
  return segments;
}

MetricVerdict without_baseline(const Evidence& evidence, Metric metric) {
  Evidence alone;  // against itself, for its own figure
  alone.current = evidence.current;
  alone.thresholds = evidence.thresholds;
  const Trial trial = make_trial(alone, {&alone.current, 1}, Against::baseline, metric, {});
  MetricVerdict row;
  row.metric = metric_name(metric);
  row.verdict = Verdict::no_baseline;
  row.current = trial.row.current;
  row.threshold = trial.row.threshold;
  row.rounds_current = trial.row.rounds_current;
  row.reason = "there is no baseline to compare with";
  return row;
}

}  // namespace

Judgement judge(const Evidence& evidence) {
  Judgement judgement;
  judgement.rounds_quiet = quiet_rounds(evidence.current);

  const std::vector<std::vector<ExecutionFigures>> segments = floor_segments(evidence);
  std::map<Metric, NoiseFloor> floors;
  for (const Metric metric : kMetrics) floors[metric] = noise_floor(segments, metric);

  std::vector<Trial> trials;
  const auto try_all = [&](const std::vector<ExecutionFigures>& reference, Against against) {
    for (const Metric metric : kMetrics) {
      trials.push_back(make_trial(evidence, reference, against, metric, floors[metric]));
    }
  };
  if (evidence.baseline.empty()) {
    for (const Metric metric : kMetrics) {
      judgement.metrics.push_back(without_baseline(evidence, metric));
    }
  } else {
    try_all(evidence.baseline, Against::baseline);
  }
  // The same executions again would be the same finding twice.
  if (!evidence.budget.empty() && ids_of(evidence.budget) != ids_of(evidence.baseline)) {
    try_all(evidence.budget, Against::budget);
  }

  std::vector<double> p_values;
  for (const Trial& trial : trials) {
    if (trial.tested) p_values.push_back(trial.row.p_value.value_or(1));
  }
  const std::vector<double> adjusted = benjamini_hochberg(p_values);
  auto next = adjusted.begin();
  for (Trial& trial : trials) {
    std::optional<double> p;
    if (trial.tested) p = *next++;
    const NoiseFloor& floor = floors[trial.metric];
    judgement.metrics.push_back(decide(std::move(trial), p, floor));
  }

  for (const Metric metric : kTimingMetrics) {
    if (auto row = judge_against_history(evidence, metric)) {
      judgement.metrics.push_back(*std::move(row));
    }
  }
  for (const LimitResult& limit : evidence.limits) judgement.metrics.push_back(judge_limit(limit));
  conclude(judgement);
  return judgement;
}

}  // namespace perf_mgmt
