// An expression of a plan without its constants, as ruleutils.c deparses it: operators in
// parentheses, constants as 'text'::type, functions as name(arguments).
#pragma once

#include <string>
#include <string_view>

namespace perf_mgmt {

// Constants, with the casts that follow them, and parameters become ?.
// fold: so does what is made of them alone, (? || ?), lower(?) and (?)::type. A custom plan shows
// what the planner computed ahead of time, lower($1) as 'abc'::text, and the generic plan of the
// same statement still spells it out.
std::string simplify_expression(std::string_view expression, bool fold);

}  // namespace perf_mgmt
