// Arguments of SQL functions and procedures from Datum to C++, and results back.
#pragma once

#include "perf_mgmt/pg/boundary.hpp"

namespace perf_mgmt::pg {

// Argument i as text: text, varchar, uuid or jsonb by its output form. No value for NULL.
std::optional<std::string> optional_argument(FunctionCallInfo call, int i);

// As above; NULL is Error(null_value_not_allowed) that names the argument.
std::string required_argument(FunctionCallInfo call, int i, const char* name);

// Whether a procedure may commit: it was CALLed outside of a transaction block and a function.
bool is_nonatomic_call(FunctionCallInfo call);
// Throws Error(active_sql_transaction) "cannot <what> inside a transaction block" where it may not.
void require_nonatomic_call(FunctionCallInfo call, const char* what);

// Where the state of an aggregate lives, for its support functions. Throws
// Error(feature_not_supported) where such a function is called by itself.
MemoryContext aggregate_context(FunctionCallInfo call);

// text: of a uuid; of a JSON value.
Datum uuid_datum(const std::string& text);
Datum jsonb_datum(const std::string& text);

// The result row of a procedure: its INOUT arguments in order, nothing for NULL.
Datum row_result(FunctionCallInfo call, const std::vector<std::optional<Datum>>& columns);

}  // namespace perf_mgmt::pg
