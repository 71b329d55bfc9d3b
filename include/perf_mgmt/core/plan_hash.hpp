// The identity of a plan: what EXPLAIN (FORMAT JSON) shows of it without costs, row estimates,
// constants and parameter numbers, so that the same access path has the same hash for any parameter
// value, as a custom or a generic plan, before and after ANALYZE.
#pragma once

#include <string>
#include <string_view>

namespace perf_mgmt {

// Literals ('…' with any following ::type, numbers, arrays, true, false, NULL), $n and the subplan
// references of PostgreSQL 18 become ?. Names in double quotes and digits inside names stay.
std::string without_constants(std::string_view expression);

// 16 hexadecimal digits. explain_json: the array or object that EXPLAIN (FORMAT JSON) gives, with
// "Plan" in it. Covers node types, join types, relations with their schemas, aliases, indexes,
// strategies, keys and conditions, in the order of the tree. Not: costs, rows, width, workers
// planned, settings, triggers, anything measured. What is made of constants alone counts as one
// constant, and the conditions that AND joins count in any order: the planner computes ahead of
// time what it can, and then tries the cheaper conditions first, so a custom plan may have 'a'
// before b where the generic plan has b before lower($1). Throws Error(data_corrupted) where the
// text is no plan, and Error(invalid_json_text) where it is one of more than 490 nodes below each
// other, which nothing of the core walks.
std::string plan_hash(std::string_view explain_json);

// Whether any node gathers from parallel workers.
bool is_parallel_plan(std::string_view explain_json);

}  // namespace perf_mgmt
