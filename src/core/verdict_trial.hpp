// One metric of an execution held against reference executions: the numbers, before anything is
// decided, as the decision needs the p values of all.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "perf_mgmt/core/statistics.hpp"
#include "verdict_rules.hpp"

namespace perf_mgmt {

// The level of a metric in one or several executions, on logs.
struct SideLevel {
  double level = 0;            // mean of the executions' means; -infinity where a figure is 0
  std::size_t executions = 0;  // that could be used
  std::vector<double> rounds;  // all that were used
  VarianceComponent within;    // what the rounds add to the variance of level; no degrees: nothing
  std::string problem;         // why there is no level; empty where there is one
};
SideLevel side_level(std::span<const ExecutionFigures> executions, Metric metric);

struct Trial {
  Metric metric = Metric::avg;
  std::string reference;  // "MANUAL baseline", "budget"
  MetricVerdict row;      // all but verdict, severe and adjusted_p_value; reason holds a problem
  // One of the two where it can be decided.
  std::optional<TestedChange> tested;
  std::optional<PlainChange> plain;
  // What the rounds needed are worked out from: of the tested change.
  double variance = 0;
  double within_current = 0;
  double within_degrees = 0;  // of freedom; 0: a run of one round
  double degrees = 0;
};

// reference: not empty.
Trial make_trial(const Evidence& evidence, std::span<const ExecutionFigures> reference,
                 Against against, Metric metric, const NoiseFloor& floor);

// Decides and fills the row. adjusted_p: of a tested change.
MetricVerdict decide(Trial trial, std::optional<double> adjusted_p, const NoiseFloor& floor);

// Whether the execution is outside what its history predicts; nothing where that is too short or
// the metric cannot be told.
std::optional<MetricVerdict> judge_against_history(const Evidence& evidence, Metric metric);

MetricVerdict judge_limit(const LimitResult& limit);

}  // namespace perf_mgmt
