// The table of verdicts, apart from where its numbers come from.
//
// All changes here are oriented: positive is worse, whatever the metric. Their scale is the
// caller's: logs of ratios, or percentage points.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "perf_mgmt/core/verdict.hpp"

namespace perf_mgmt {

struct Decision {
  Verdict verdict = Verdict::inconclusive;
  bool severe = false;
  std::string_view why;  // a phrase that goes on with what the figure did
};

struct TestedChange {
  double change = 0;
  double low = 0;
  double high = 0;
  double adjusted_p = 1;
  double worse = 0;   // threshold, >= 0
  double better = 0;  // as much the other way, <= 0
  std::optional<bool> confirmed;

  bool significant() const noexcept { return adjusted_p <= 0.05 && (low > 0 || high < 0); }
};

// The table. A repetition that does not breach makes a SUSPECT of any REGRESSION; without a
// repetition only an interval that is beyond the threshold as a whole is one.
// Against the budget a breach is a SUSPECT unless the whole interval is beyond.
Decision decide_tested(const TestedChange& change, Against against);

struct PlainChange {
  double change_percent = 0;        // oriented
  double threshold_percent = 0;     // >= 0
  bool every_round_beyond = false;  // each quiet round by itself, against the baseline's mean
  std::optional<bool> confirmed;
};

// While the noise floor is unknown. REGRESSION, severe: beyond twice the threshold with every round
// beyond it; REGRESSION: breached and confirmed (neither against the budget); SUSPECT: breached
// otherwise; else PASS.
Decision decide_by_threshold(const PlainChange& change, Against against);

// The verdict of all: the worst. p95, p99, mean and throughput are one finding, the strongest of
// them the primary metric; a percentile that cannot be told does not hide what mean and throughput
// tell, so INCONCLUSIVE is only what one of those is. Fills verdict, primary_metric and reason.
void conclude(Judgement& judgement);

}  // namespace perf_mgmt
