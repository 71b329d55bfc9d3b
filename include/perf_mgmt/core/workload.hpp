// From the operations of a scenario and a mix to the share that each operation has of a run.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "perf_mgmt/core/random.hpp"

namespace perf_mgmt {

struct OperationWeight {
  std::string name;
  double weight = 0;                 // weight_percentage, >= 0
  double peak_hours_multiplier = 1;  // > 0
  std::vector<std::string> categories;
};

struct WorkloadShares {
  std::vector<double> shares;         // per operation, adding up to 1; 0: never drawn
  std::vector<std::string> warnings;  // e.g. weights that do not add up to 100, in message style
};

// peak: weights are multiplied by their peak_hours_multiplier first. mix: share per category; a key
// selects the operations that bear it and divides its share among them by weight. Shares and
// weights (finite, >= 0) are normalised, with a warning where they miss 100 by more than 0.5
// (weights: as configured, before the multipliers; not with a mix, where only their ratios count).
// Throws Error (invalid_parameter_value) where there are no operations, all weights are zero, a key
// matches no operation, an operation is matched by two keys, a key with a share matches operations
// of weight 0 only, or the shares are all zero. Operations that no key matches get share 0.
WorkloadShares workload_shares(std::span<const OperationWeight> operations, bool peak,
                               std::span<const std::pair<std::string, double>> mix);

// Draws operations by their shares; independent draws, one random number each. Shares: at least one
// above 0. An operation of share 0 is never drawn.
class OperationMix {
 public:
  explicit OperationMix(std::span<const double> shares);
  std::uint32_t draw(RandomStream& random) const noexcept;

 private:
  std::vector<double> cumulative_;
};

}  // namespace perf_mgmt
