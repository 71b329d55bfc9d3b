// Times and rates: s² of the log ratio = floor² (1 + 1/k) + s²(rounds)/rounds of either side, for k
// executions of the reference. The floor, as it is estimated from the levels of whole executions,
// contains their share of the rounds' deviation already; that it counts twice errs to caution.
#include "verdict_trial.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace perf_mgmt {

namespace {

constexpr double kInterval = 0.95;
constexpr std::size_t kMostRounds = 1000;  // more are no advice

double percent_of_change(Metric metric, double change) {
  return metric == Metric::error_rate ? change : percent_of_log(change);
}

double threshold_of(const Thresholds& thresholds, Metric metric) {
  if (metric == Metric::throughput) return thresholds.throughput_percent;
  if (metric == Metric::error_rate) return thresholds.error_rate_points;
  return thresholds.response_time_percent;
}

// On the scale of the test, oriented.
void set_thresholds(TestedChange& change, Metric metric, double threshold) {
  if (metric == Metric::error_rate) {
    change.worse = threshold;
    change.better = -threshold;
    return;
  }
  const double sign = worse_sign(metric);
  change.worse = sign * std::log1p(threshold / 100);
  // Nothing is twice as fast as no time at all: then no improvement is beyond the threshold.
  change.better = sign * std::log1p(std::max(-threshold / 100, -1.0));
}

// Failed of begun over executions; the problem where none of them can be used.
ErrorCounts sum_errors(std::span<const ExecutionFigures> executions, std::size_t& rounds) {
  ErrorCounts sum;
  for (const ExecutionFigures& execution : executions) {
    const ErrorCounts counts = error_counts(execution);
    if (!counts.problem.empty()) {
      if (sum.problem.empty()) sum.problem = counts.problem;
      continue;
    }
    sum.failed += counts.failed;
    sum.begun += counts.begun;
    rounds += quiet_rounds(execution);
  }
  if (sum.begun > 0) sum.problem.clear();
  return sum;
}

double percent(const ErrorCounts& counts) {
  return 100 * static_cast<double>(counts.failed) / static_cast<double>(counts.begun);
}

void try_error_rate(Trial& trial, const Evidence& evidence,
                    std::span<const ExecutionFigures> reference) {
  MetricVerdict& row = trial.row;
  const ErrorCounts now = sum_errors({&evidence.current, 1}, row.rounds_current);
  const ErrorCounts before = sum_errors(reference, row.rounds_baseline);
  if (now.problem.empty()) row.current = percent(now);
  if (before.problem.empty()) row.baseline = percent(before);
  if (!now.problem.empty() || !before.problem.empty()) {
    row.reason = now.problem.empty() ? fmt::format("the {}: {}", trial.reference, before.problem)
                                     : now.problem;
    return;
  }
  const ProportionTest test =
      newcombe_wilson(before.failed, before.begun, now.failed, now.begun, kInterval).value();
  TestedChange change{100 * test.difference, 100 * test.low, 100 * test.high, 1, 0, 0, {}};
  set_thresholds(change, trial.metric, *row.threshold);
  if (evidence.confirmation) {
    std::size_t rounds = 0;
    const ErrorCounts again = sum_errors({&*evidence.confirmation, 1}, rounds);
    if (again.problem.empty()) change.confirmed = percent(again) - percent(before) > change.worse;
  }
  row.basis = Basis::tested;
  row.change_percent = change.change;
  row.low_percent = change.low;
  row.high_percent = change.high;
  row.p_value = test.p;
  row.confirmed = change.confirmed;
  trial.tested = change;
}

void try_timing(Trial& trial, const Evidence& evidence, std::span<const ExecutionFigures> reference,
                const NoiseFloor& floor) {
  MetricVerdict& row = trial.row;
  const Metric metric = trial.metric;
  const double sign = worse_sign(metric);
  const SideLevel now = side_level({&evidence.current, 1}, metric);
  const SideLevel before = side_level(reference, metric);
  row.rounds_current = now.rounds.size();
  row.rounds_baseline = before.rounds.size();
  if (now.problem.empty()) row.current = std::exp(now.level);
  if (before.problem.empty()) row.baseline = std::exp(before.level);
  if (!now.problem.empty()) {
    row.reason = now.problem;
    return;
  }
  if (!before.problem.empty() || !std::isfinite(before.level)) {
    row.reason = fmt::format("the {}: {}", trial.reference,
                             before.problem.empty() ? "its figure is 0" : before.problem);
    return;
  }

  const double difference = now.level - before.level;
  row.change_percent = percent_of_log(difference);
  const double threshold = sign * *row.threshold;
  if (evidence.confirmation) {
    const SideLevel again = side_level({&*evidence.confirmation, 1}, metric);
    if (again.problem.empty()) {
      row.confirmed = sign * percent_of_log(again.level - before.level) > threshold;
    }
  }
  if (std::isfinite(now.level)) {
    row.hodges_lehmann_percent = percent_of_log(hodges_lehmann(before.rounds, now.rounds));
    if (const auto ranks = mann_whitney(before.rounds, now.rounds)) row.mann_whitney_p = ranks->p;
  }
  if (!floor.deviation || !std::isfinite(now.level)) {
    row.basis = Basis::threshold_only;
    const bool every = std::ranges::all_of(now.rounds, [&](double round) {
      return sign * percent_of_log(round - before.level) > threshold;
    });
    trial.plain = PlainChange{sign * *row.change_percent, threshold, every, row.confirmed};
    return;
  }

  const double executions = static_cast<double>(before.executions);
  const double between = *floor.deviation * *floor.deviation * (1 + 1 / executions);
  const std::array components = {VarianceComponent{between, floor.degrees}, now.within,
                                 before.within};
  const DifferenceTest test = component_test(difference, components, kInterval).value();
  row.basis = Basis::tested;
  row.low_percent = percent_of_log(test.low);
  row.high_percent = percent_of_log(test.high);
  row.p_value = test.p;
  TestedChange change{sign * difference,
                      sign * (sign > 0 ? test.low : test.high),
                      sign * (sign > 0 ? test.high : test.low),
                      1,
                      0,
                      0,
                      row.confirmed};
  set_thresholds(change, metric, *row.threshold);
  trial.tested = change;
  trial.within_current = now.within.variance_of_mean;
  trial.within_degrees = now.within.degrees;
  trial.variance = between + now.within.variance_of_mean + before.within.variance_of_mean;
  trial.degrees = test.degrees;
}

// Rounds of the current execution at which an interval that misses with probability `alpha` would
// reach no further than `reach`, all else as it is; nothing where no number of them does.
std::optional<std::size_t> rounds_for(const Trial& trial, double reach, double alpha) {
  const double t = t_quantile(1 - alpha / 2, trial.degrees);
  const double room = reach * reach / (t * t) - (trial.variance - trial.within_current);
  const double of_one = trial.within_current * static_cast<double>(trial.row.rounds_current);
  if (!(room > 0) || !(of_one > 0)) return std::nullopt;
  const double rounds = std::ceil(of_one / room);
  if (rounds > static_cast<double>(kMostRounds)) return std::nullopt;
  return static_cast<std::size_t>(rounds);
}

// What it would take to decide. A breach lacks significance, after the adjustment of its p value,
// which takes a larger sample in proportion; the rest lack an interval within the threshold.
void advise_rounds(MetricVerdict& row, const Trial& trial) {
  const TestedChange& change = *trial.tested;
  if (trial.within_degrees == 0) {
    row.reason += "; a run cut into rounds would tell more";
    return;
  }
  if (change.change > change.worse) {
    const double adjustment = *row.adjusted_p_value > 0 ? *row.p_value / *row.adjusted_p_value : 1;
    row.rounds_needed = rounds_for(trial, change.change, (1 - kInterval) * adjustment);
  } else {
    row.rounds_needed = rounds_for(trial, change.worse - change.change, 1 - kInterval);
  }
  row.reason += row.rounds_needed
                    ? fmt::format("; about {} quiet rounds would tell", *row.rounds_needed)
                    : "; more rounds would not tell, whole executions differ too much";
}

std::string text_of_change(const Trial& trial, const Decision& decision) {
  const MetricVerdict& row = trial.row;
  const char* unit = trial.metric == Metric::error_rate ? "points" : "%";
  std::string interval;
  if (row.low_percent) {
    interval =
        fmt::format(" (95 % interval {:+.1f} to {:+.1f})", *row.low_percent, *row.high_percent);
  }
  return fmt::format("{:+.1f} {}{} against the {}, threshold {:+g}: {}", *row.change_percent, unit,
                     interval, trial.reference, *row.threshold, decision.why);
}

}  // namespace

SideLevel side_level(std::span<const ExecutionFigures> executions, Metric metric) {
  SideLevel side;
  std::vector<double> levels;
  double squares = 0;
  double inverse_rounds = 0;
  for (const ExecutionFigures& execution : executions) {
    RoundValues values = round_logs(execution, metric);
    if (!values.problem.empty()) {
      if (side.problem.empty()) side.problem = std::move(values.problem);
      continue;
    }
    const bool finite = std::ranges::all_of(values.logs, [](double v) { return std::isfinite(v); });
    const double count = static_cast<double>(values.logs.size());
    levels.push_back(finite ? mean(values.logs) : -HUGE_VAL);
    if (finite) squares += variance(values.logs) * (count - 1);
    inverse_rounds += 1 / count;
    side.within.degrees += count - 1;
    side.rounds.insert(side.rounds.end(), values.logs.begin(), values.logs.end());
  }
  side.executions = levels.size();
  if (levels.empty()) return side;
  side.problem.clear();
  const bool finite = std::ranges::all_of(levels, [](double v) { return std::isfinite(v); });
  side.level = finite ? mean(levels) : -HUGE_VAL;
  if (side.within.degrees > 0) {
    const double count = static_cast<double>(levels.size());
    side.within.variance_of_mean = squares / side.within.degrees * inverse_rounds / (count * count);
  }
  return side;
}

Trial make_trial(const Evidence& evidence, std::span<const ExecutionFigures> reference,
                 Against against, Metric metric, const NoiseFloor& floor) {
  Trial trial;
  trial.metric = metric;
  trial.row.metric = metric_name(metric);
  trial.row.against = against;
  trial.reference = against == Against::budget ? "budget" : "baseline";
  if (against == Against::baseline && !evidence.baseline_type.empty()) {
    trial.reference = fmt::format("{} baseline", evidence.baseline_type);
  }
  trial.row.threshold = threshold_of(evidence.thresholds, metric);
  if (floor.deviation) {
    trial.row.floor_percent = percent_of_change(metric, *floor.deviation);
  }
  if (metric == Metric::error_rate) {
    try_error_rate(trial, evidence, reference);
  } else {
    try_timing(trial, evidence, reference, floor);
  }
  return trial;
}

MetricVerdict decide(Trial trial, std::optional<double> adjusted_p, const NoiseFloor& floor) {
  MetricVerdict& row = trial.row;
  if (!trial.tested && !trial.plain) {
    row.verdict = Verdict::inconclusive;
    return row;
  }
  Decision decision;
  if (trial.tested) {
    row.adjusted_p_value = adjusted_p;
    trial.tested->adjusted_p = adjusted_p.value_or(1);
    decision = decide_tested(*trial.tested, row.against);
  } else {
    decision = decide_by_threshold(*trial.plain, row.against);
  }
  row.verdict = decision.verdict;
  row.severe = decision.severe;
  row.reason = text_of_change(trial, decision);

  if (trial.plain && !floor.deviation) {
    row.reason += fmt::format("; the noise floor is known from {} comparable executions on",
                              kLeastFloorExecutions);
  }
  const bool undecided =
      row.verdict == Verdict::inconclusive ||
      (row.verdict == Verdict::suspect && trial.tested && !trial.tested->significant());
  if (undecided && trial.metric != Metric::error_rate && trial.tested) advise_rounds(row, trial);
  if (trial.tested && floor.deviation && trial.metric != Metric::error_rate &&
      trial.tested->worse < kFloorsOfThreshold * *floor.deviation) {
    row.reason +=
        fmt::format("; the threshold is under three noise floors of {:.1f} %, {:+.1f} would hold",
                    *row.floor_percent, smallest_threshold_percent(*floor.deviation, trial.metric));
  }
  return row;
}

std::optional<MetricVerdict> judge_against_history(const Evidence& evidence, Metric metric) {
  const double sign = worse_sign(metric);
  std::vector<double> levels;  // oriented, as the limit is an upper one
  for (const ExecutionFigures& execution : evidence.history) {
    const SideLevel side = side_level({&execution, 1}, metric);
    if (side.problem.empty() && std::isfinite(side.level)) levels.push_back(sign * side.level);
  }
  const SideLevel now = side_level({&evidence.current, 1}, metric);
  if (levels.size() < kLeastHistory || !now.problem.empty()) return std::nullopt;

  const double centre = mean(levels);
  const double limit = upper_prediction_limit(levels, metric_resolution(metric)).value();
  MetricVerdict row;
  row.metric = metric_name(metric);
  row.against = Against::history;
  row.basis = Basis::tested;
  row.current = std::exp(now.level);
  row.baseline = std::exp(sign * centre);
  row.change_percent = percent_of_log(now.level - sign * centre);
  row.threshold = percent_of_log(sign * (limit - centre));
  row.rounds_current = now.rounds.size();
  const bool outside = sign * now.level > limit;
  row.verdict = outside ? Verdict::suspect : Verdict::pass;
  if (evidence.confirmation) {
    const SideLevel again = side_level({&*evidence.confirmation, 1}, metric);
    if (again.problem.empty()) row.confirmed = sign * again.level > limit;
  }
  row.reason = fmt::format("{:+.1f} % against {} earlier executions, prediction limit {:+.1f}: {}",
                           *row.change_percent, levels.size(), *row.threshold,
                           outside ? "outside" : "within");
  return row;
}

MetricVerdict judge_limit(const LimitResult& limit) {
  MetricVerdict row;
  row.metric = limit.name;
  for (const std::string_view prefix : {"max_", "min_"}) {
    if (limit.name.starts_with(prefix)) row.metric = limit.name.substr(prefix.size());
  }
  row.against = Against::limit;
  row.basis = Basis::limit;
  row.current = limit.actual;
  row.threshold = limit.limit;
  if (!limit.passed) {
    row.verdict = Verdict::inconclusive;
    row.reason = fmt::format("{} cannot be told, the figure was not measured", limit.name);
    return row;
  }
  row.verdict = *limit.passed ? Verdict::pass : Verdict::regression;
  const std::string actual = limit.actual ? fmt::format("{:g}", *limit.actual) : "unknown";
  const std::string bound = limit.limit ? fmt::format(" of {:g}", *limit.limit) : "";
  row.reason =
      fmt::format("{} {} {}{}", actual, *limit.passed ? "keeps" : "breaks", limit.name, bound);
  return row;
}

}  // namespace perf_mgmt
