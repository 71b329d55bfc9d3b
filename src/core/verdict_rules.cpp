// Decisions in the order of the table: the first row that fits.
#include "verdict_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace perf_mgmt {

namespace {

// Worst first; an improvement goes before a shift for the better, which is less than that.
int rank(const MetricVerdict& row) {
  switch (row.verdict) {
    case Verdict::regression:
      return 0;
    case Verdict::suspect:
      return 1;
    case Verdict::inconclusive:
      return 2;
    case Verdict::shift: {
      const bool worse = row.change_percent.value_or(0) *
                             (row.metric == metric_name(Metric::throughput) ? -1 : 1) >
                         0;
      return worse ? 3 : 5;
    }
    case Verdict::improvement:
      return 4;
    case Verdict::pass:
      return 6;
    case Verdict::no_baseline:
      break;
  }
  return 7;
}

// Whether the row has a say in the verdict of all. Only the baseline's rows can be good news:
// budget, history and limits warn.
bool counts(const MetricVerdict& row) {
  if (row.against != Against::baseline) {
    return row.verdict == Verdict::regression || row.verdict == Verdict::suspect;
  }
  return row.verdict != Verdict::inconclusive || row.metric == metric_name(Metric::avg) ||
         row.metric == metric_name(Metric::throughput);
}

// How far beyond its threshold; 0 where that means nothing.
double breach(const MetricVerdict& row) {
  if (!row.change_percent || !row.threshold || *row.threshold == 0) return 0;
  return *row.change_percent / *row.threshold;
}

// Metrics that move exactly together have p values that differ by rounding.
constexpr double kSameP = 1e-6;

// Of two rows of one rank: whether a is the stronger finding.
bool is_stronger(const MetricVerdict& a, const MetricVerdict& b) {
  constexpr std::array order = {Against::baseline, Against::limit, Against::budget,
                                Against::history};
  const auto place = [&](const MetricVerdict& row) {
    return std::ranges::find(order, row.against) - order.begin();
  };
  if (place(a) != place(b)) return place(a) < place(b);
  if (a.severe != b.severe) return a.severe;
  const double p_a = a.p_value.value_or(1);
  const double p_b = b.p_value.value_or(1);
  if (std::abs(p_a - p_b) > kSameP * std::max(p_a, p_b)) return p_a < p_b;
  return breach(a) > breach(b);
}

}  // namespace

std::string_view verdict_name(Verdict verdict) noexcept {
  constexpr std::array<std::string_view, 7> names = {
      "REGRESSION", "SUSPECT", "INCONCLUSIVE", "SHIFT", "IMPROVEMENT", "PASS", "NO_BASELINE"};
  return names[static_cast<std::size_t>(verdict)];
}

std::string_view against_name(Against against) noexcept {
  constexpr std::array<std::string_view, 4> names = {"baseline", "budget", "history", "limit"};
  return names[static_cast<std::size_t>(against)];
}

std::string_view basis_name(Basis basis) noexcept {
  constexpr std::array<std::string_view, 3> names = {"tested", "threshold_only", "limit"};
  return names[static_cast<std::size_t>(basis)];
}

Decision decide_tested(const TestedChange& change, Against against) {
  const bool significant = change.significant();
  if (change.change > change.worse) {
    if (!significant) {
      // The budget is one execution, long ago: what may be its luck is no ground for a suspicion.
      return {against == Against::budget ? Verdict::inconclusive : Verdict::suspect, false,
              "over the threshold, but not significantly"};
    }
    if (change.confirmed == false) {
      return {Verdict::suspect, false, "over the threshold, but the repetition is not"};
    }
    if (change.low > change.worse) {
      return {Verdict::regression, true, "the whole interval beyond the threshold"};
    }
    if (against == Against::budget) {
      return {Verdict::suspect, false,
              "over the threshold of the budget, its interval not as a whole"};
    }
    if (change.confirmed == true) {
      return {Verdict::regression, false, "over the threshold, and the repetition is too"};
    }
    return {Verdict::suspect, false, "over the threshold, not confirmed by a repetition"};
  }
  if (significant && change.change < change.better) {
    return {Verdict::improvement, false, "significantly better beyond the threshold"};
  }
  if (significant) return {Verdict::shift, false, "significant, within the threshold"};
  if (change.high <= change.worse) {
    return {Verdict::pass, false, "the interval within the threshold"};
  }
  return {Verdict::inconclusive, false, "within the threshold, which the interval crosses"};
}

Decision decide_by_threshold(const PlainChange& change, Against against) {
  if (change.change_percent <= change.threshold_percent) {
    return {Verdict::pass, false, "within the threshold"};
  }
  if (change.confirmed == false) {
    return {Verdict::suspect, false, "over the threshold, but the repetition is not"};
  }
  if (against != Against::budget) {
    if (change.change_percent > 2 * change.threshold_percent && change.every_round_beyond) {
      return {Verdict::regression, true,
              "over twice the threshold, every quiet round over the threshold"};
    }
    if (change.confirmed == true) {
      return {Verdict::regression, false, "over the threshold, and the repetition is too"};
    }
  }
  return {Verdict::suspect, false, "over the threshold, which noise alone may do"};
}

void conclude(Judgement& judgement) {
  const MetricVerdict* first = nullptr;
  for (const MetricVerdict& row : judgement.metrics) {
    if (!counts(row)) continue;
    if (first == nullptr || rank(row) < rank(*first) ||
        (rank(row) == rank(*first) && is_stronger(row, *first))) {
      first = &row;
    }
  }
  if (first == nullptr) {  // a baseline, and of no metric that counts anything can be told
    judgement.verdict = Verdict::inconclusive;
    judgement.reason = "nothing that was measured can be compared";
    return;
  }
  judgement.verdict = first->verdict;
  if (judgement.verdict == Verdict::pass) {
    judgement.reason = "no metric is worse than its threshold";
    if (first->basis == Basis::threshold_only) {
      judgement.reason += "; by thresholds alone, as the noise floor is not known yet";
    }
    return;
  }
  if (judgement.verdict == Verdict::no_baseline) {
    judgement.reason = first->reason;
    return;
  }
  judgement.primary_metric = first->metric;
  judgement.reason = fmt::format("{}: {}", first->metric, first->reason);
}

}  // namespace perf_mgmt
