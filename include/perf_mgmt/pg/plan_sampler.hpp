// The analyzed sample: after the run one worker runs each operation once more under EXPLAIN
// (ANALYZE, BUFFERS), in a transaction that is rolled back, and tries out as hypothetical indexes
// (HypoPG, where that is installed) what would spare its selective sequential scans.
//
// It happens in a worker, and nowhere else, because to plan a statement is to run its author's code
// already: the planner evaluates immutable functions. The worker's session user is the run's role,
// so a template has no more rights here than it had during the run. Whoever reads the result later,
// a superuser perhaps, reads what is stored, and never plans it anew.
#pragma once

#include "perf_mgmt/pg/operation_drawer.hpp"
#include "perf_mgmt/pg/plan_store.hpp"

namespace perf_mgmt::pg {

// Adds one entry per statement to the store: {"plan": …, "hypopg": true, "indexes": [{"definition",
// "rows_read", "rows_kept", "cost_before", "cost_after"}]}.
//
// In a worker that is in no transaction, with a drawer that has its sources. Operations with
// commands beside SELECT, INSERT, UPDATE, DELETE, MERGE and SET are left out: they would take locks
// that others feel. What is beyond a rollback (sequences, what functions do elsewhere) is that of
// one more execution. Stops after three seconds, at the first cancel, and waits 100 ms for a lock
// at most; an operation that fails has no sample. Throws only what a lost connection to the server
// throws.
void sample_plans(const RunPlan& plan, OperationDrawer& drawer, PlanStore store);

}  // namespace perf_mgmt::pg
