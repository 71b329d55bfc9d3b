// Two variants of a test, run interleaved: quads of short runs in the order A B B A. What disturbs
// a quad disturbs both variants, and a drift is cancelled by the order, so the difference within a
// quad is that of the variants; the quad is the unit of replication.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "perf_mgmt/core/round_figures.hpp"

namespace perf_mgmt {

// Of B against A: SLOWER is worse, by more response time, less throughput or more errors.
enum class VariantVerdict : std::uint8_t { slower, faster, no_difference, inconclusive };
std::string_view variant_verdict_name(VariantVerdict verdict) noexcept;

struct Quad {
  std::vector<RoundFigures> a;  // not empty; quiet or not does not matter
  std::vector<RoundFigures> b;
};

struct ComparisonOptions {
  double threshold_percent = 5;  // > 0: what does not matter; for the error rate, points
  double confidence = 0.99;      // 0.5 < . < 1
};

struct VariantMetric {
  std::string metric;
  VariantVerdict verdict = VariantVerdict::inconclusive;
  // Geometric means over the quads; percent for the error rate.
  std::optional<double> a;
  std::optional<double> b;
  std::optional<double> change_percent;  // as the figure moves; error rate: points
  std::optional<double> low_percent;
  std::optional<double> high_percent;
  std::optional<double> p_value;
  std::optional<double> adjusted_p_value;   // over the metrics
  std::optional<double> signed_rank_p;      // beside it, nothing is decided by it
  std::size_t quads = 0;                    // that were used
  std::optional<std::size_t> quads_needed;  // in all, where INCONCLUSIVE and quads can tell
  std::string reason;
};

struct VariantJudgement {
  VariantVerdict verdict = VariantVerdict::inconclusive;
  std::string primary_metric;  // that the verdict is of; empty with NO_DIFFERENCE
  std::string reason;
  std::vector<VariantMetric> metrics;
};

// Per metric the paired t test of the quads' log ratios (error rate: differences in points), with a
// deviation of at least the metric's resolution. SLOWER or FASTER where the p value adjusted after
// Benjamini and Hochberg is below 1 - confidence; else NO_DIFFERENCE where the interval is within
// the threshold on both sides; else INCONCLUSIVE. A metric that a round lacks, or with a round of
// too few successes for the percentile, is INCONCLUSIVE. Overall: that of the strongest difference;
// without one NO_DIFFERENCE where mean and throughput say so.
VariantJudgement compare_quads(const std::vector<Quad>& quads, const ComparisonOptions& options);

// JSON of compare_quads(): see sql/judging.sql. Throws Error(invalid_parameter_value) that names
// what is not as agreed.
std::string judge_pairs(std::string_view evidence);

}  // namespace perf_mgmt
