// From a drawn Value to a Datum of the type that the server inferred for a parameter.
#pragma once

#include "perf_mgmt/core/generators.hpp"
#include "perf_mgmt/pg/boundary.hpp"

namespace perf_mgmt::pg {

// The conversion for one parameter; trivially copyable, so that it may be used inside pg_call.
struct ParameterBinding {
  Oid type;
  Oid input_function_oid;
  Oid io_parameter;
  FmgrInfo* input_function;  // lives in the context given to make_binding
};

// type: from parse analysis. Needs a transaction.
ParameterBinding make_binding(Oid type, MemoryContext context);
ParameterForm parameter_form(Oid type);

// To be called inside pg_call, in a transaction; the Datum lives in the current memory context.
// Raises the type's own input error where the value does not fit.
Datum bind_value(const ParameterBinding& binding, const Value& value, bool* is_null);

// The text of a value in the type's input form; for settings and for by-text conversion. The text
// is palloc'ed in the current memory context; nullptr for a null value. Inside pg_call.
char* value_to_cstring(const Value& value);

}  // namespace perf_mgmt::pg
