// A plan in one line, and what of two plans differs: for people who want to know what changed, not
// for comparing (plan_hash does that).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace perf_mgmt {

// Nodes as EXPLAIN names them, from the top; a node's only input follows after " > ", several stand
// in parentheses: "Limit > Hash Join (Seq Scan on a, Hash > Index Scan using b_pkey on b)".
// explain_json: what EXPLAIN (FORMAT JSON) gives, or its node. At most about 300 bytes, then "...".
// Nothing where the text is no plan.
std::optional<std::string> plan_outline(std::string_view explain_json);

// The outlines of the smallest parts that hold all that differs between two plans: below nodes that
// are the same in both and have one input that differs. Of two plans whose outlines are the same
// (conditions differ): the whole outlines. Nothing where one is no plan.
std::optional<std::pair<std::string, std::string>> plan_difference(std::string_view before,
                                                                   std::string_view after);

}  // namespace perf_mgmt
