// JSON in, JSON out: judge_evidence and noise_of.
#include "figures_json.hpp"
#include "perf_mgmt/core/noise_floor.hpp"
#include "perf_mgmt/core/verdict.hpp"

namespace perf_mgmt {

namespace {

using OrderedJson = nlohmann::ordered_json;

// A threshold; where the test sets none (null), the one of the specification.
void read_threshold(const JsonValue& thresholds, std::string_view member, double& threshold,
                    double least, double most, std::string_view expected) {
  const JsonValue value = thresholds.get(member);
  if (value.is_null()) return;
  threshold = value.number();
  value.require(threshold >= least && threshold <= most, expected);
}

Thresholds read_thresholds(const JsonValue& value) {
  constexpr double kAny = 1e9;
  Thresholds thresholds;
  read_threshold(value, "response_time_percent", thresholds.response_time_percent, 0, kAny,
                 "a percentage of at least 0");
  read_threshold(value, "throughput_percent", thresholds.throughput_percent, -100, 0,
                 "a percentage between -100 and 0");
  read_threshold(value, "error_rate_points", thresholds.error_rate_points, 0, 100,
                 "a number of points from 0 to 100");
  return thresholds;
}

std::optional<bool> flag_of(const JsonValue& value, std::string_view member) {
  const std::optional<JsonValue> flag = value.find(member);
  if (!flag) return std::nullopt;
  return flag->boolean();
}

std::vector<LimitResult> read_limits(const JsonValue& list) {
  std::vector<LimitResult> limits;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const JsonValue limit = list.at(i);
    limits.push_back({limit.get("name").text(), flag_of(limit, "passed"), limit.number_of("actual"),
                      limit.number_of("limit")});
  }
  return limits;
}

std::vector<std::vector<ExecutionFigures>> read_segments(const JsonValue& list) {
  std::vector<std::vector<ExecutionFigures>> segments;
  for (std::size_t i = 0; i < list.size(); ++i) segments.push_back(read_executions(list.at(i)));
  return segments;
}

Evidence read_evidence(const JsonValue& value) {
  Evidence evidence;
  evidence.current = read_execution(value.get("current"));
  if (const auto confirmation = value.find("confirmation")) {
    evidence.confirmation = read_execution(*confirmation);
  }
  if (const auto baseline = value.find("baseline")) {
    evidence.baseline_type = baseline->get("type").text();
    evidence.baseline = read_executions(baseline->get("executions"));
  }
  if (const auto budget = value.find("budget")) {
    evidence.budget = read_executions(budget->get("executions"));
  }
  if (const auto history = value.find("history")) evidence.history = read_executions(*history);
  if (const auto earlier = value.find("earlier")) evidence.earlier = read_segments(*earlier);
  evidence.thresholds = read_thresholds(value.get("thresholds"));
  if (const auto limits = value.find("limits")) evidence.limits = read_limits(*limits);
  return evidence;
}

template <typename T>
OrderedJson or_null(const std::optional<T>& value) {
  if (!value) return nullptr;
  return *value;
}

OrderedJson or_null(const std::string& text) {
  if (text.empty()) return nullptr;
  return text;
}

OrderedJson row_json(const MetricVerdict& row) {
  OrderedJson json;
  json["metric"] = row.metric;
  json["against"] = against_name(row.against);
  json["verdict"] = verdict_name(row.verdict);
  json["severe"] = row.severe;
  json["basis"] = row.basis ? OrderedJson(basis_name(*row.basis)) : OrderedJson(nullptr);
  json["current"] = json_of(row.current);
  json["baseline"] = json_of(row.baseline);
  json["change_percent"] = json_of(row.change_percent);
  json["threshold"] = json_of(row.threshold);
  json["low_percent"] = json_of(row.low_percent);
  json["high_percent"] = json_of(row.high_percent);
  json["p_value"] = json_of(row.p_value);
  json["adjusted_p_value"] = json_of(row.adjusted_p_value);
  json["mann_whitney_p"] = json_of(row.mann_whitney_p);
  json["hodges_lehmann_percent"] = json_of(row.hodges_lehmann_percent);
  json["floor_percent"] = json_of(row.floor_percent);
  json["rounds_current"] = row.rounds_current;
  json["rounds_baseline"] = row.rounds_baseline;
  json["rounds_needed"] = or_null(row.rounds_needed);
  json["confirmed"] = or_null(row.confirmed);
  json["reason"] = or_null(row.reason);
  return json;
}

}  // namespace

std::string judge_evidence(std::string_view evidence) {
  const nlohmann::json parsed = parse_json(evidence, "evidence");
  const Judgement judgement = judge(read_evidence(JsonValue(parsed, "evidence")));
  OrderedJson result;
  result["verdict"] = verdict_name(judgement.verdict);
  result["primary_metric"] = or_null(judgement.primary_metric);
  result["rounds_quiet"] = judgement.rounds_quiet;
  result["reason"] = or_null(judgement.reason);
  result["metrics"] = OrderedJson::array();
  for (const MetricVerdict& row : judgement.metrics) result["metrics"].push_back(row_json(row));
  return dump_json(result);
}

std::string noise_of(std::string_view evidence) {
  const nlohmann::json parsed = parse_json(evidence, "evidence");
  const JsonValue whole(parsed, "evidence");
  const auto segments = read_segments(whole.get("segments"));

  OrderedJson rows = OrderedJson::array();
  for (const Metric metric : kMetrics) {
    const NoiseFloor floor = noise_floor(segments, metric);
    const auto percent = [&](double deviation) {
      return metric == Metric::error_rate ? deviation : percent_of_log(deviation);
    };
    OrderedJson row;
    row["metric"] = metric_name(metric);
    row["executions"] = floor.executions;
    row["floor_percent"] = nullptr;
    row["resolution_percent"] = percent(metric_resolution(metric));
    row["smallest_threshold_percent"] = nullptr;
    if (floor.deviation) {
      row["floor_percent"] = percent(*floor.deviation);
      row["smallest_threshold_percent"] = smallest_threshold_percent(*floor.deviation, metric);
    }
    rows.push_back(std::move(row));
  }
  return dump_json(rows);
}

}  // namespace perf_mgmt
