// A paired t test per metric: the variance component of one sample of differences.
#include "perf_mgmt/core/variant_comparison.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "figures_json.hpp"
#include "perf_mgmt/core/noise_floor.hpp"
#include "perf_mgmt/core/statistics.hpp"

namespace perf_mgmt {

namespace {

constexpr std::size_t kMostQuads = 1000;  // more are no advice
// Of fewer, two or three differences that happen to be alike would pass for certainty.
constexpr std::size_t kFewestQuads = 4;

// The level of a variant in one quad: mean of the logs, or the error rate in percent.
std::optional<double> level_of(const std::vector<RoundFigures>& rounds, Metric metric,
                               std::string& problem) {
  if (metric == Metric::error_rate) {
    double failed = 0;
    double begun = 0;
    for (const RoundFigures& round : rounds) {
      failed += static_cast<double>(round.failed);
      begun += static_cast<double>(round.ok) + static_cast<double>(round.failed);
    }
    if (begun > 0) return 100 * failed / begun;
    problem = "a quad has no operations";
    return std::nullopt;
  }
  std::vector<double> logs;
  for (const RoundFigures& round : rounds) {
    const std::optional<double> log = round_log(round, metric, problem);
    if (!log) return std::nullopt;
    if (!std::isfinite(*log)) {
      problem = "a round's figure is 0";
      return std::nullopt;
    }
    logs.push_back(*log);
  }
  return mean(logs);
}

// A metric over the quads; differences as the figure moves.
struct Pairs {
  std::vector<double> a;
  std::vector<double> b;
  std::vector<double> differences;
  std::string problem;
};

Pairs pairs_of(const std::vector<Quad>& quads, Metric metric) {
  Pairs pairs;
  for (const Quad& quad : quads) {
    const auto a = level_of(quad.a, metric, pairs.problem);
    const auto b = a ? level_of(quad.b, metric, pairs.problem) : std::nullopt;
    if (!a || !b) return pairs;
    pairs.a.push_back(*a);
    pairs.b.push_back(*b);
    pairs.differences.push_back(*b - *a);
  }
  if (quads.size() < 2) pairs.problem = "at least two quads are needed";
  return pairs;
}

// The test of a metric, on its own scale (logs, or points).
struct Scaled {
  Metric metric = Metric::avg;
  double deviation = 0;
  double low_bound = 0;  // a change between them does not matter
  double high_bound = 0;
  DifferenceTest test;

  double percent(double change) const {
    return metric == Metric::error_rate ? change : percent_of_log(change);
  }
  bool is_within() const { return test.low >= low_bound && test.high <= high_bound; }
};

Scaled scaled_test(const Pairs& pairs, Metric metric, const ComparisonOptions& options) {
  Scaled scaled;
  scaled.metric = metric;
  const bool points = metric == Metric::error_rate;
  const double threshold = options.threshold_percent;
  scaled.high_bound = points ? threshold : std::log1p(threshold / 100);
  scaled.low_bound = points ? -threshold : std::log1p(-std::min(threshold, 100.0) / 100);
  const double resolution = metric_resolution(metric);
  const double squared = std::max(variance(pairs.differences), resolution * resolution);
  scaled.deviation = std::sqrt(squared);
  const double count = static_cast<double>(pairs.differences.size());
  const std::array components = {VarianceComponent{squared / count, count - 1}};
  scaled.test = component_test(mean(pairs.differences), components, options.confidence).value();
  return scaled;
}

// Quads in all at which the interval would leave zero out or lie within the bounds, with the change
// and the deviation that were seen.
std::optional<std::size_t> quads_for(const Scaled& scaled, std::size_t quads, double confidence) {
  const double change = scaled.test.difference;
  const double reach =
      std::max(std::abs(change), std::min(scaled.high_bound - change, change - scaled.low_bound));
  for (std::size_t n = quads + 1; n <= kMostQuads; ++n) {
    const double count = static_cast<double>(n);
    const double t = t_quantile(1 - (1 - confidence) / 2, count - 1);
    if (t * scaled.deviation / std::sqrt(count) <= reach) return n;
  }
  return std::nullopt;
}

std::string text_of(const VariantMetric& row, const Scaled& scaled, double confidence) {
  return fmt::format("{:+.1f} {} ({:g} % interval {:+.1f} to {:+.1f}) over {} quads",
                     *row.change_percent, scaled.metric == Metric::error_rate ? "points" : "%",
                     100 * confidence, *row.low_percent, *row.high_percent, row.quads);
}

void decide(VariantMetric& row, const Scaled& scaled, const ComparisonOptions& options) {
  row.reason = text_of(row, scaled, options.confidence);
  if (row.quads < kFewestQuads) {
    row.quads_needed = kFewestQuads;
    row.reason += fmt::format("; at least {} quads are needed to tell", kFewestQuads);
    return;
  }
  if (*row.adjusted_p_value < 1 - options.confidence) {
    const bool worse = worse_sign(scaled.metric) * scaled.test.difference > 0;
    row.verdict = worse ? VariantVerdict::slower : VariantVerdict::faster;
    return;
  }
  if (scaled.is_within()) {
    row.verdict = VariantVerdict::no_difference;
    row.reason += fmt::format(", within {:g}", options.threshold_percent);
    return;
  }
  row.quads_needed = quads_for(scaled, row.quads, options.confidence);
  row.reason += row.quads_needed ? fmt::format("; about {} quads would tell", *row.quads_needed)
                                 : "; more quads would not tell";
}

bool differs(const VariantMetric& row) {
  return row.verdict == VariantVerdict::slower || row.verdict == VariantVerdict::faster;
}

bool is_stronger(const VariantMetric& a, const VariantMetric& b) {
  constexpr double kSameP = 1e-6;  // rounding, where metrics move exactly together
  const double p_a = *a.p_value;
  const double p_b = *b.p_value;
  if (std::abs(p_a - p_b) > kSameP * std::max(p_a, p_b)) return p_a < p_b;
  return std::abs(*a.change_percent) > std::abs(*b.change_percent);
}

void conclude(VariantJudgement& judgement) {
  const VariantMetric* strongest = nullptr;
  const VariantMetric* failing = nullptr;
  bool same = true;
  const VariantMetric* untold = nullptr;
  for (const VariantMetric& row : judgement.metrics) {
    if (differs(row) && (strongest == nullptr || is_stronger(row, *strongest))) strongest = &row;
    if (row.verdict == VariantVerdict::slower && row.metric == metric_name(Metric::error_rate)) {
      failing = &row;
    }
    const bool counts =
        row.metric == metric_name(Metric::avg) || row.metric == metric_name(Metric::throughput);
    if (counts && row.verdict != VariantVerdict::no_difference) {
      same = false;
      if (untold == nullptr) untold = &row;
    }
  }
  if (strongest == nullptr && same) {
    judgement.verdict = VariantVerdict::no_difference;
    judgement.reason = "mean response time and throughput differ by less than what matters";
    return;
  }
  // What fails more is no improvement, however fast the rest is.
  if (failing != nullptr && strongest->verdict == VariantVerdict::faster) strongest = failing;
  const VariantMetric* told = strongest != nullptr ? strongest : untold;
  judgement.verdict = strongest != nullptr ? strongest->verdict : VariantVerdict::inconclusive;
  judgement.primary_metric = told->metric;
  judgement.reason = fmt::format("{}: {}", told->metric, told->reason);
}

nlohmann::ordered_json row_json(const VariantMetric& row) {
  nlohmann::ordered_json json;
  json["metric"] = row.metric;
  json["verdict"] = variant_verdict_name(row.verdict);
  json["a"] = json_of(row.a);
  json["b"] = json_of(row.b);
  json["change_percent"] = json_of(row.change_percent);
  json["low_percent"] = json_of(row.low_percent);
  json["high_percent"] = json_of(row.high_percent);
  json["p_value"] = json_of(row.p_value);
  json["adjusted_p_value"] = json_of(row.adjusted_p_value);
  json["signed_rank_p"] = json_of(row.signed_rank_p);
  json["quads"] = row.quads;
  json["quads_needed"] = nullptr;
  if (row.quads_needed) json["quads_needed"] = *row.quads_needed;
  json["reason"] = row.reason;
  return json;
}

std::vector<RoundFigures> read_half(const JsonValue& list) {
  list.require(list.size() > 0, "an array of at least one round");
  return read_rounds(list);
}

}  // namespace

std::string_view variant_verdict_name(VariantVerdict verdict) noexcept {
  constexpr std::array<std::string_view, 4> names = {"SLOWER", "FASTER", "NO_DIFFERENCE",
                                                     "INCONCLUSIVE"};
  return names[static_cast<std::size_t>(verdict)];
}

VariantJudgement compare_quads(const std::vector<Quad>& quads, const ComparisonOptions& options) {
  VariantJudgement judgement;
  std::vector<double> p_values;
  std::vector<std::optional<Scaled>> tests;
  for (const Metric metric : kMetrics) {
    Pairs pairs = pairs_of(quads, metric);
    VariantMetric& row = judgement.metrics.emplace_back();
    row.metric = metric_name(metric);
    tests.emplace_back();
    if (!pairs.problem.empty()) {
      row.reason = std::move(pairs.problem);
      continue;
    }
    const Scaled scaled = scaled_test(pairs, metric, options);
    const auto figure = [&](double level) {
      return metric == Metric::error_rate ? level : std::exp(level);
    };
    row.a = figure(mean(pairs.a));
    row.b = figure(mean(pairs.b));
    row.change_percent = scaled.percent(scaled.test.difference);
    row.low_percent = scaled.percent(scaled.test.low);
    row.high_percent = scaled.percent(scaled.test.high);
    row.p_value = scaled.test.p;
    if (const auto ranks = signed_rank(pairs.differences)) row.signed_rank_p = ranks->p;
    row.quads = pairs.differences.size();
    p_values.push_back(scaled.test.p);
    tests.back() = scaled;
  }
  const std::vector<double> adjusted = benjamini_hochberg(p_values);
  auto next = adjusted.begin();
  for (std::size_t i = 0; i < tests.size(); ++i) {
    if (!tests[i]) continue;
    judgement.metrics[i].adjusted_p_value = *next++;
    decide(judgement.metrics[i], *tests[i], options);
  }
  conclude(judgement);
  return judgement;
}

std::string judge_pairs(std::string_view evidence) {
  const nlohmann::json parsed = parse_json(evidence, "evidence");
  const JsonValue whole(parsed, "evidence");
  ComparisonOptions options;
  if (const auto threshold = whole.find("threshold_percent")) {
    options.threshold_percent = threshold->number();
    threshold->require(options.threshold_percent > 0, "a number above 0");
  }
  if (const auto confidence = whole.find("confidence")) {
    options.confidence = confidence->number();
    confidence->require(options.confidence > 0.5 && options.confidence < 1,
                        "a number between 0.5 and 1");
  }
  const JsonValue list = whole.get("quads");
  std::vector<Quad> quads;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const JsonValue quad = list.at(i);
    quads.push_back({read_half(quad.get("a")), read_half(quad.get("b"))});
  }

  const VariantJudgement judgement = compare_quads(quads, options);
  nlohmann::ordered_json result;
  result["verdict"] = variant_verdict_name(judgement.verdict);
  result["primary_metric"] = nullptr;
  if (!judgement.primary_metric.empty()) result["primary_metric"] = judgement.primary_metric;
  result["reason"] = judgement.reason;
  result["metrics"] = nlohmann::ordered_json::array();
  for (const VariantMetric& row : judgement.metrics) result["metrics"].push_back(row_json(row));
  return dump_json(result);
}

}  // namespace perf_mgmt
