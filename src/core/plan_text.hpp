// A whole plan as people know it from psql: a node per line with its estimates, its conditions
// below.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace perf_mgmt {

// Of what EXPLAIN (FORMAT JSON) gives, or its node; plain text, empty where it is no plan. What the
// text format has beyond nodes, estimates, actual rows and conditions is left out; so are nodes
// more than 100 levels down.
std::string plan_text(const nlohmann::json& explain);

}  // namespace perf_mgmt
