// The tested judgement of an execution: against its baseline, against the oldest accepted baseline
// (the budget, against slow creep), against its history, and against absolute limits.
//
// A change and its significance are kept apart and both shown: a threshold says what matters, an
// interval what is known. The interval of the log ratio counts the deviation between executions
// (the noise floor) on both sides, and that of the rounds besides.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "perf_mgmt/core/noise_floor.hpp"
#include "perf_mgmt/core/round_figures.hpp"

namespace perf_mgmt {

enum class Verdict : std::uint8_t {
  regression,  // worse beyond the threshold, significantly and confirmed, or by all of the interval
  suspect,     // worse beyond the threshold, without that
  inconclusive,  // cannot be told
  shift,         // moved significantly, within the threshold
  improvement,   // better beyond the threshold, significantly
  pass,          // not worse than the threshold
  no_baseline    // nothing to compare with
};
std::string_view verdict_name(Verdict verdict) noexcept;  // REGRESSION, ...

enum class Against : std::uint8_t { baseline, budget, history, limit };
std::string_view against_name(Against against) noexcept;

// How it was judged: by an interval; by the threshold alone, as the noise floor is not known yet;
// by an absolute limit.
enum class Basis : std::uint8_t { tested, threshold_only, limit };
std::string_view basis_name(Basis basis) noexcept;

struct Thresholds {
  double response_time_percent = 20;  // >= 0
  double throughput_percent = -15;    // -100 <= . <= 0; -100: never judged
  double error_rate_points = 5;       // >= 0
};

struct LimitResult {
  std::string name;  // max_p95_response_time_ms
  std::optional<bool> passed;
  std::optional<double> actual;
  std::optional<double> limit;
};

struct Evidence {
  ExecutionFigures current;
  std::optional<ExecutionFigures> confirmation;  // the repetition of current
  std::string baseline_type;                     // MANUAL, ROLLING, INITIAL
  std::vector<ExecutionFigures> baseline;        // empty: there is none
  std::vector<ExecutionFigures> budget;
  std::vector<ExecutionFigures> history;  // same segment, older than current, oldest first
  // Segments before it: how much their executions differ among themselves tells of the noise too.
  std::vector<std::vector<ExecutionFigures>> earlier;
  Thresholds thresholds;
  std::vector<LimitResult> limits;
};

struct MetricVerdict {
  std::string metric;  // a limit may be about one that is not tested
  Against against = Against::baseline;
  Verdict verdict = Verdict::no_baseline;
  bool severe = false;
  std::optional<Basis> basis;
  // Geometric means of the quiet rounds' figures, over executions of their means; percent for the
  // error rate. Against the history: of its executions; against a limit: the run's figure.
  std::optional<double> current;
  std::optional<double> baseline;
  // As the figure moves; percent, of the error rate percentage points.
  std::optional<double> change_percent;
  std::optional<double> threshold;    // signed as the change it is held against; a limit as it is
  std::optional<double> low_percent;  // 95 % interval of the change
  std::optional<double> high_percent;
  std::optional<double> p_value;
  std::optional<double> adjusted_p_value;  // over the tested rows against baseline and budget
  std::optional<double> mann_whitney_p;    // over rounds; for comparison, nothing is decided by it
  std::optional<double> hodges_lehmann_percent;
  std::optional<double> floor_percent;  // the deviation between executions, where it is known
  std::size_t rounds_current = 0;       // that were used
  std::size_t rounds_baseline = 0;
  std::optional<std::size_t> rounds_needed;  // that would decide it, if rounds can
  std::optional<bool> confirmed;             // whether the repetition breaches too
  std::string reason;                        // a sentence without its full stop
};

struct Judgement {
  Verdict verdict = Verdict::no_baseline;
  std::string primary_metric;  // the strongest of the metrics that gave the verdict; may be empty
  std::size_t rounds_quiet = 0;
  std::string reason;
  std::vector<MetricVerdict> metrics;
};

inline constexpr std::size_t kLeastHistory = 8;

// Rules in verdict_rules.hpp. Significant: the 95 % interval leaves zero out and the p value
// adjusted after Benjamini and Hochberg (over all comparisons with baseline and budget) is at most
// .05.
Judgement judge(const Evidence& evidence);

// JSON of judge(): see sql/judging.sql. Throws Error(invalid_parameter_value) that names what is
// not as agreed, Error(invalid_json_text) for what is no JSON.
std::string judge_evidence(std::string_view evidence);

}  // namespace perf_mgmt
