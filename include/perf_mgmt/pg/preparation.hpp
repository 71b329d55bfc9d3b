// The worker's side of prepare_in_worker: tries everything, reports every problem, runs nothing.
#pragma once

#include "perf_mgmt/core/run_plan.hpp"
#include "perf_mgmt/pg/run_control.hpp"

namespace perf_mgmt::pg {

// In a worker that has its database and session. Every attempt is a transaction of its own.
std::vector<PreparationProblem> find_preparation_problems(const RunPlan& plan);

// As JSON text, and back.
std::string problems_to_json(const std::vector<PreparationProblem>& problems);
std::vector<PreparationProblem> problems_from_json(std::string_view text);

}  // namespace perf_mgmt::pg
