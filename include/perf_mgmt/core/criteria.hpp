// Success criteria: absolute limits of a run's figures, from the scenario's columns and the test's
// baseline_thresholds. A limit is met, broken, or cannot be told because the figure was not
// measured.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace perf_mgmt {

struct Criterion {
  std::string name;     // max_p95_response_time_ms
  std::string metric;   // p95_response_time_ms: a column of the summary
  bool at_most = true;  // max_…; false: min_…
  double limit = 0;
  std::string source;  // "scenario" or "test"
  bool operator==(const Criterion&) const = default;
};

struct CriterionResult {
  Criterion criterion;
  std::optional<double> actual;
  std::optional<bool> passed;  // nothing: not measured
};

// The summary's metrics that a limit may be set for.
std::span<const std::string_view> criterion_metrics();

// object: JSON object text of numbers, "max_<metric>" or "min_<metric>"; members that are null set
// no limit. The criteria come in the order of their names.
// Throws Error(invalid_parameter_value) for any other member: what names it, suggestion in the
// hint.
std::vector<Criterion> read_criteria(std::string_view object, std::string_view source);

// As they are stored with an execution: a JSON array of {"criterion", "limit", "source"}.
std::string criteria_to_json(std::span<const Criterion> criteria);
// Throws Error(data_corrupted) where the text is not what criteria_to_json made.
std::vector<Criterion> criteria_from_json(std::string_view text);

using FigureLookup = std::function<std::optional<double>(std::string_view metric)>;
// In the order of the criteria. A limit is met by a figure that equals it.
std::vector<CriterionResult> judge_criteria(std::span<const Criterion> criteria,
                                            const FigureLookup& figures);

}  // namespace perf_mgmt
