// A quick look at a plan tree: enough to see that it is not the one that was looked at before.
#pragma once

#include "perf_mgmt/pg/boundary.hpp"

extern "C" {
#include "nodes/plannodes.h"
}

namespace perf_mgmt::pg {

// Equal for plans with the same nodes in the same places, on the same tables and indexes, with as
// many conditions at each; constants, costs and row estimates do not count. Two plans that differ
// in what EXPLAIN shows may have the same shape only where one statement's conditions changed
// places one for one.
//
// Needs no memory and raises no error; under a microsecond for a plan of some ten nodes.
std::uint64_t plan_shape(const PlannedStmt& statement) noexcept;

}  // namespace perf_mgmt::pg
