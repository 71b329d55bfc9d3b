// Plans in JSON, with names and expressions as users may write them: what is remembered, shown and
// advised of them.
#include <string>

#include "perf_mgmt/core/errors.hpp"
#include "perf_mgmt/core/plan_hash.hpp"
#include "perf_mgmt/core/plan_outline.hpp"
#include "perf_mgmt/core/plan_reading.hpp"
#include "targets.hpp"

namespace perf_mgmt::fuzz {

void plan(std::string_view input) {
  without_constants(input);
  try {
    const std::string hash = plan_hash(input);
    require(hash.size() == 16 && hash.find_first_not_of("0123456789abcdef") == std::string::npos);
    is_parallel_plan(input);
  } catch (const Error& error) {
    require(!error.message().empty());
    return;  // the rest is asked of what has a hash only
  }
  const auto outline = plan_outline(input);
  if (!outline) return;
  require(outline->size() <= 320);
  const auto difference = plan_difference(input, input);
  require(difference && difference->first == difference->second);
  for (const IndexCandidate& candidate : index_candidates(input)) {
    require(!candidate.columns.empty() && candidate.rows_kept <= candidate.rows_read);
  }
  if (const auto misestimate = find_misestimate(input, 10)) require(misestimate->factor >= 10);
  plan_cost(input);
  plan_uses_index(input, "a");
}

}  // namespace perf_mgmt::fuzz
