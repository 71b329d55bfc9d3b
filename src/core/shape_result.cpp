#include "perf_mgmt/core/shape_result.hpp"
#include "perf_mgmt/core/compact_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace perf_mgmt {
namespace {

using Json = nlohmann::ordered_json;

// Of what falls due in a step.
constexpr double least_percent_run = 95;

template <typename T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

// Numbers with as many digits as say something.
Json rounded(const std::optional<double>& value) {
  if (!value) return nullptr;
  return std::round(*value * 1e6) / 1e6;
}

}  // namespace

void StressResult::add_step(double load, std::vector<CriterionResult> broken) {
  ++steps_;
  last_good_load_ = last_load_;
  last_load_ = load;
  broken_ = std::move(broken);
}

std::string StressResult::to_json() const {
  const int good = is_broken() ? steps_ - 1 : steps_;
  const double good_load = is_broken() ? last_good_load_ : last_load_;
  Json broken = Json::array();
  for (const CriterionResult& result : broken_) {
    broken.push_back({{"criterion", result.criterion.name},
                      {"source", result.criterion.source},
                      {"limit", result.criterion.limit},
                      {"actual", rounded(result.actual)}});
  }
  return compact_json(Json{{"type", "STRESS"},
                           {"steps", steps_},
                           {"last_good_step", good > 0 ? Json(good) : Json(nullptr)},
                           {"last_good_load", good > 0 ? Json(good_load) : Json(nullptr)},
                           {"broken_step", is_broken() ? Json(steps_) : Json(nullptr)},
                           {"broken_load", is_broken() ? Json(last_load_) : Json(nullptr)},
                           {"broken", std::move(broken)}});
}

std::optional<CriterionResult> broken_rate(const StageTotals& stage, double due) {
  const OperationCounters& counters = stage.sum->counters;
  const auto run = static_cast<double>(counters.finished() - counters.skipped);
  if (due <= 0 || run + 3 * std::sqrt(due) >= due) return std::nullopt;
  const double percent = 100 * run / due;
  if (percent >= least_percent_run) return std::nullopt;
  return CriterionResult{
      {"min_run_percent", "run_percent", false, least_percent_run, "engine"}, percent, false};
}

std::string spike_result_json(const RunHistory& history, const LoadModel& load) {
  const std::vector<Stage>& stages = load.stages();
  const auto spike = std::find_if(stages.begin(), stages.end(), [&](const Stage& stage) {
    return stage.measured && stage.holds() && stage.to == load.highest_target();
  });
  // A ramp is neither the one load nor the other.
  std::vector<IntervalFigures> intervals;
  std::copy_if(history.intervals().begin(), history.intervals().end(),
               std::back_inserter(intervals),
               [&](const IntervalFigures& interval) { return stages[interval.stage].holds(); });
  const std::optional<SpikeResult> result =
      analyse_spike(intervals, static_cast<std::size_t>(std::distance(stages.begin(), spike)));
  if (!result) {
    return compact_json(Json{{"type", "SPIKE"},
                             {"metric", nullptr},
                             {"before_ms", nullptr},
                             {"during_ms", nullptr},
                             {"limit_ms", nullptr},
                             {"recovery_ms", nullptr}});
  }
  return compact_json(Json{{"type", "SPIKE"},
                           {"metric", result->metric},
                           {"before_ms", rounded(result->before_ms)},
                           {"during_ms", rounded(result->during_ms)},
                           {"limit_ms", rounded(result->limit_ms)},
                           {"recovery_ms", rounded(result->recovery_ms)}});
}

std::string endurance_result_json(const RunHistory& history,
                                  const std::vector<RelationSize>& before,
                                  const std::vector<RelationSize>& after) {
  const Drift drift = analyse_drift(history.intervals_at_full_load()).value_or(Drift{});
  Json relations = Json::array();
  for (const RelationSize& now : after) {
    const auto then =
        std::find_if(before.begin(), before.end(), [&](const RelationSize& candidate) {
          return candidate.relation == now.relation && candidate.kind == now.kind;
        });
    relations.push_back({{"relation", now.relation},
                         {"kind", now.kind},
                         {"bytes_before", then == before.end() ? Json(nullptr) : Json(then->bytes)},
                         {"bytes_after", now.bytes}});
  }
  return compact_json(Json{{"type", "ENDURANCE"},
                           {"mean_response_drift_percent", rounded(drift.mean_percent)},
                           {"p95_response_drift_percent", rounded(drift.p95_percent)},
                           {"throughput_drift_percent", rounded(drift.throughput_percent)},
                           {"worker_memory_growth_bytes", or_null(drift.worker_memory_bytes)},
                           {"relations", std::move(relations)}});
}

std::string volume_result_json(const std::vector<DataVolume>& volumes) {
  Json relations = Json::array();
  for (const DataVolume& volume : volumes) {
    relations.push_back({{"relation", volume.relation},
                         {"rows", or_null(volume.rows)},
                         {"required_rows", volume.required_rows},
                         {"satisfied", volume.satisfied()}});
  }
  const bool satisfied = std::all_of(volumes.begin(), volumes.end(),
                                     [](const DataVolume& volume) { return volume.satisfied(); });
  return compact_json(
      Json{{"type", "VOLUME"}, {"satisfied", satisfied}, {"relations", std::move(relations)}});
}

std::vector<std::string> unmet_requirements(const std::vector<DataVolume>& volumes) {
  std::vector<std::string> sentences;
  for (const DataVolume& volume : volumes) {
    if (volume.satisfied()) continue;
    sentences.push_back(volume.rows ? fmt::format("\"{}\" has {} of {} rows.", volume.relation,
                                                  *volume.rows, volume.required_rows)
                                    : fmt::format("\"{}\" with {} rows was not found.",
                                                  volume.relation, volume.required_rows));
  }
  return sentences;
}

}  // namespace perf_mgmt
