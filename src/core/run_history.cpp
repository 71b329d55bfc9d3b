#include "perf_mgmt/core/run_history.hpp"

#include <algorithm>

namespace perf_mgmt {
namespace {

constexpr std::size_t fewest_for_quarters = 8;

// The mean of what was there before and a new value, by the time that each stands for.
void add_to_mean(std::optional<double>& mean, double seconds_before,
                 const std::optional<double>& value, double seconds) {
  if (!value || seconds_before + seconds <= 0) return;
  mean = mean ? (*mean * seconds_before + *value * seconds) / (seconds_before + seconds) : *value;
}

std::optional<double> in_milliseconds(std::optional<double> nanoseconds) {
  if (!nanoseconds) return std::nullopt;
  return *nanoseconds / 1e6;
}

}  // namespace

std::optional<double> StageTotals::figure(std::string_view metric) const {
  if (metric == "cpu_usage_percent") return cpu_percent;
  if (metric == "memory_usage_percent") return memory_percent;
  return figure_of(*sum, seconds(), metric);
}

void RunHistory::add(const Entry& entry) {
  if (stages_.empty() || stages_.back().stage != entry.stage || stages_.back().round != round_) {
    StageTotals& stage = stages_.emplace_back();
    stage.round = round_;
    stage.stage = entry.stage;
    stage.from_ns = stage.to_ns = entry.from_ns;
  }
  StageTotals& stage = stages_.back();
  const double seconds = static_cast<double>(entry.to_ns - entry.from_ns) / 1e9;
  add_to_mean(stage.cpu_percent, stage.seconds(), entry.host.cpu_percent.value, seconds);
  add_to_mean(stage.memory_percent, stage.seconds(), entry.host.memory_percent.value, seconds);
  stage.to_ns = entry.to_ns;
  ++stage.intervals;

  const HeapRecord all = sum_of(entry.records);
  stage.sum->merge(*all);
  if (!entry.measured) return;

  IntervalFigures figures;
  figures.stage = entry.stage;
  figures.from_ns = entry.from_ns;
  figures.to_ns = entry.to_ns;
  figures.ok = all->counters.ok;
  figures.failed = all->counters.failed_total();
  figures.mean_ms = in_milliseconds(all->response.mean());
  if (const auto p95 = all->response.percentile(0.95))
    figures.p95_ms = static_cast<double>(*p95) / 1e6;
  figures.worker_memory_bytes = entry.worker_memory_bytes;
  if (intervals_.size() >= most_intervals && in_last_ >= joined_) halve();
  intervals_.push_back(figures);
  for (const OperationRecord& record : entry.records) {
    plan_counts_.push_back({record.counters.custom_plans, record.counters.generic_plans});
  }
  const std::size_t last = intervals_.size() - 1;
  if (last > 0 && in_last_ < joined_ && intervals_[last - 1].stage == entry.stage) {
    join(last - 1, last);
    intervals_.pop_back();
    plan_counts_.resize(last * operations_);
    ++in_last_;
  } else {
    in_last_ = 1;
  }
}

void RunHistory::join(std::size_t to, std::size_t from) {
  IntervalFigures& sum = intervals_[to];
  const IntervalFigures& more = intervals_[from];
  if (more.mean_ms) {
    const auto before = static_cast<double>(sum.ok);
    const auto added = static_cast<double>(more.ok);
    sum.mean_ms = (sum.mean_ms.value_or(0) * before + *more.mean_ms * added) / (before + added);
  }
  if (more.p95_ms && (!sum.p95_ms || more.ok > sum.ok)) sum.p95_ms = more.p95_ms;
  sum.ok += more.ok;
  sum.failed += more.failed;
  sum.to_ns = more.to_ns;
  if (more.worker_memory_bytes) sum.worker_memory_bytes = more.worker_memory_bytes;
  for (std::size_t i = 0; i < operations_; ++i) {
    plan_counts_[to * operations_ + i].custom += plan_counts_[from * operations_ + i].custom;
    plan_counts_[to * operations_ + i].generic += plan_counts_[from * operations_ + i].generic;
  }
}

// Joins each two neighbours of a stage.
void RunHistory::halve() {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < intervals_.size(); ++i, ++kept) {
    intervals_[kept] = intervals_[i];
    std::copy_n(plan_counts_.begin() + static_cast<std::ptrdiff_t>(i * operations_), operations_,
                plan_counts_.begin() + static_cast<std::ptrdiff_t>(kept * operations_));
    if (i + 1 < intervals_.size() && intervals_[i + 1].stage == intervals_[i].stage) {
      join(kept, ++i);
    }
  }
  intervals_.resize(kept);
  plan_counts_.resize(kept * operations_);
  joined_ *= 2;
  in_last_ = joined_;
}

void RunHistory::note_rest(const OperationRecord& rest) {
  if (!stages_.empty()) *stages_.back().rest = rest;
}

std::vector<IntervalFigures> RunHistory::intervals_at_full_load() const {
  const std::vector<Stage>& stages = load_.stages();
  std::vector<IntervalFigures> result;
  std::copy_if(intervals_.begin(), intervals_.end(), std::back_inserter(result),
               [&](const IntervalFigures& interval) {
                 const Stage& stage = stages[interval.stage];
                 return stage.holds() && stage.to == load_.highest_target();
               });
  return result;
}

std::vector<double> RunHistory::throughput_quarters() const {
  const std::vector<IntervalFigures> intervals = intervals_at_full_load();
  if (intervals.size() < fewest_for_quarters) return {};
  std::vector<double> quarters;
  for (std::size_t quarter = 0; quarter < 4; ++quarter) {
    std::uint64_t ok = 0;
    std::int64_t length = 0;
    for (std::size_t i = intervals.size() * quarter / 4; i < intervals.size() * (quarter + 1) / 4;
         ++i) {
      ok += intervals[i].ok;
      length += intervals[i].to_ns - intervals[i].from_ns;
    }
    quarters.push_back(length > 0 ? static_cast<double>(ok) * 1e9 / static_cast<double>(length)
                                  : 0);
  }
  return quarters;
}

std::vector<PlanChoice> RunHistory::plan_choices(
    const std::vector<std::string>& operation_names) const {
  std::vector<PlanChoice> choices;
  const std::size_t quarter = intervals_.size() / 4;
  if (quarter == 0) return choices;
  const auto share = [&](std::size_t operation, std::size_t from,
                         std::size_t to) -> std::optional<double> {
    std::uint64_t custom = 0;
    std::uint64_t all = 0;
    for (std::size_t i = from; i < to; ++i) {
      const PlanCounts& counts = plan_counts_[i * operations_ + operation];
      custom += counts.custom;
      all += std::uint64_t{counts.custom} + counts.generic;
    }
    if (all == 0) return std::nullopt;
    return static_cast<double>(custom) / static_cast<double>(all);
  };
  for (std::size_t operation = 0; operation < operations_; ++operation) {
    const std::optional<double> first = share(operation, 0, quarter);
    const std::optional<double> last =
        share(operation, intervals_.size() - quarter, intervals_.size());
    if (first && last) choices.push_back({operation_names[operation], *first, *last});
  }
  return choices;
}

std::vector<CriterionResult> broken_criteria(const StageTotals& stage,
                                             std::span<const Criterion> criteria,
                                             bool at_most_only) {
  std::vector<CriterionResult> broken;
  for (CriterionResult& result :
       judge_criteria(criteria, [&](std::string_view metric) { return stage.figure(metric); })) {
    if (result.passed == false && (result.criterion.at_most || !at_most_only)) {
      broken.push_back(std::move(result));
    }
  }
  return broken;
}

}  // namespace perf_mgmt
