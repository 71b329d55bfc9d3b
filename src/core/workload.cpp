// Shares of operations: weights alone, or a mix whose keys divide their shares by weight among the
// operations that bear them. Either way the shares are made to add up to 1 at the end.
#include "perf_mgmt/core/workload.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>  // where join() is from fmt 11 on

#include <algorithm>
#include <cmath>
#include <numeric>

#include "perf_mgmt/core/errors.hpp"
#include "perf_mgmt/core/escape.hpp"
#include "perf_mgmt/core/suggest.hpp"

namespace perf_mgmt {
namespace {

using Mix = std::span<const std::pair<std::string, double>>;

constexpr double tolerated_percent =
    0.5;  // shares written as 33.3 three times are not worth a word

void warn_unless_100(double sum, std::string_view what, std::vector<std::string>& warnings) {
  if (std::fabs(sum - 100) > tolerated_percent) {
    warnings.push_back(
        fmt::format("{} add up to {:.6g} percent instead of 100 and are normalised", what, sum));
  }
}

void normalise(std::vector<double>& shares) {
  const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
  for (double& share : shares) share /= sum;
}

bool bears(const OperationWeight& operation, std::string_view category) {
  return std::find(operation.categories.begin(), operation.categories.end(), category) !=
         operation.categories.end();
}

[[noreturn]] void refuse_category(const std::string& category,
                                  std::span<const OperationWeight> operations) {
  std::vector<std::string_view> known;
  for (const OperationWeight& operation : operations) {
    for (const std::string& name : operation.categories)
      if (std::find(known.begin(), known.end(), name) == known.end()) known.push_back(name);
  }
  std::sort(known.begin(), known.end());
  std::string hint = suggestion_hint(category, known);
  if (hint.empty()) {
    hint = known.empty() ? "Give the operations categories, or leave out \"workload_mix\"."
                         : fmt::format("The categories are {}.", fmt::join(known, ", "));
  }
  throw Error(
      sqlstate::invalid_parameter_value,
      fmt::format("category \"{}\" of the workload mix matches no operation", brief(category)),
      "A key of \"workload_mix\" selects the operations that bear it as a category.",
      std::move(hint));
}

std::vector<double> shares_of_mix(std::span<const OperationWeight> operations,
                                  std::span<const double> weights, Mix mix) {
  std::vector<double> shares(operations.size(), 0.0);
  std::vector<const std::string*> matched_by(operations.size(), nullptr);
  for (const auto& [category, share] : mix) {
    double weight_sum = 0;
    bool matched = false;
    for (std::size_t i = 0; i < operations.size(); ++i) {
      if (!bears(operations[i], category)) continue;
      if (matched_by[i] != nullptr) {
        throw Error(
            sqlstate::invalid_parameter_value,
            fmt::format("operation \"{}\" is matched by two categories of the workload mix",
                        operations[i].name),
            fmt::format("It bears \"{}\" and \"{}\".", brief(*matched_by[i]), brief(category)),
            "Leave out one of the two, or change the categories of the operation.");
      }
      matched_by[i] = &category;
      matched = true;
      weight_sum += weights[i];
    }
    if (!matched) refuse_category(category, operations);
    if (!(share > 0)) continue;
    if (!(weight_sum > 0)) {
      throw Error(sqlstate::invalid_parameter_value,
                  fmt::format("category \"{}\" of the workload mix has operations of weight 0 only",
                              brief(category)),
                  "The share of a category is divided among its operations by weight.",
                  "Give one of them a weight, or leave the category out of the mix.");
    }
    for (std::size_t i = 0; i < operations.size(); ++i)
      if (matched_by[i] == &category) shares[i] = share * (weights[i] / weight_sum);
  }
  return shares;
}

}  // namespace

WorkloadShares workload_shares(std::span<const OperationWeight> operations, bool peak, Mix mix) {
  if (operations.empty()) {
    throw Error(sqlstate::invalid_parameter_value, "scenario has no operations", {},
                "Add operations to perf_mgmt.workload_operations.");
  }
  std::vector<double> weights;
  double configured = 0;
  for (const OperationWeight& operation : operations) {
    weights.push_back(operation.weight * (peak ? operation.peak_hours_multiplier : 1));
    configured += operation.weight;
  }

  WorkloadShares result;
  if (mix.empty()) {
    if (!(configured > 0)) {
      throw Error(sqlstate::invalid_parameter_value, "all operations have weight 0",
                  "An operation of weight 0 is never drawn.",
                  "Give at least one operation a weight_percentage above 0.");
    }
    result.shares = std::move(weights);
    // Before the peak multipliers: those are meant to move the sum.
    warn_unless_100(configured, "weights of operations", result.warnings);
  } else {
    double sum = 0;
    for (const auto& [category, share] : mix) sum += share;
    result.shares = shares_of_mix(operations, weights, mix);
    if (!(sum > 0)) {
      throw Error(sqlstate::invalid_parameter_value, "all shares of the workload mix are 0", {},
                  "Give at least one category a share above 0.");
    }
    warn_unless_100(sum, "shares of the workload mix", result.warnings);
  }
  normalise(result.shares);
  return result;
}

OperationMix::OperationMix(std::span<const double> shares) {
  const double total = std::accumulate(shares.begin(), shares.end(), 0.0);
  double sum = 0;
  std::size_t last_drawn = 0;
  for (std::size_t i = 0; i < shares.size(); ++i) {
    sum += shares[i];
    cumulative_.push_back(sum / total);
    if (shares[i] > 0) last_drawn = i;
  }
  // Rounding must not leave a gap below 1, into which a draw could fall.
  for (std::size_t i = last_drawn; i < cumulative_.size(); ++i) cumulative_[i] = 1;
}

std::uint32_t OperationMix::draw(RandomStream& random) const noexcept {
  const double unit = random.next_unit();
  const auto found = std::upper_bound(cumulative_.begin(), cumulative_.end(), unit);
  return static_cast<std::uint32_t>(found - cumulative_.begin());
}

}  // namespace perf_mgmt
