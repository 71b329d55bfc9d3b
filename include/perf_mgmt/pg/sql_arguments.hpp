// Arguments of SQL functions, from Datum to C++.
#pragma once

#include "perf_mgmt/pg/boundary.hpp"

namespace perf_mgmt::pg {

// Argument i as text: text, varchar, uuid or jsonb by its output form. No value for NULL.
std::optional<std::string> optional_argument(FunctionCallInfo call, int i);

// As above; NULL is Error(null_value_not_allowed) that names the argument.
std::string required_argument(FunctionCallInfo call, int i, const char* name);

}  // namespace perf_mgmt::pg
