#include "perf_mgmt/pg/sql_arguments.hpp"

extern "C" {
#include "access/htup_details.h"
#include "nodes/parsenodes.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
}

namespace perf_mgmt::pg {

std::optional<std::string> optional_argument(FunctionCallInfo call, int i) {
  if (call->args[i].isnull) return std::nullopt;
  return pg_call([&] {
    Oid output = InvalidOid;
    bool is_varlena = false;
    getTypeOutputInfo(get_fn_expr_argtype(call->flinfo, i), &output, &is_varlena);
    return OidOutputFunctionCall(output, call->args[i].value);
  });
}

std::string required_argument(FunctionCallInfo call, int i, const char* name) {
  std::optional<std::string> value = optional_argument(call, i);
  if (!value) {
    throw Error(sqlstate::null_value_not_allowed,
                std::string("argument \"") + name + "\" must not be null");
  }
  return *std::move(value);
}

bool is_nonatomic_call(FunctionCallInfo call) {
  return call->context != nullptr && IsA(call->context, CallContext) &&
         !reinterpret_cast<CallContext*>(call->context)->atomic;
}

void require_nonatomic_call(FunctionCallInfo call, const char* what) {
  if (is_nonatomic_call(call)) return;
  throw Error(sqlstate::active_sql_transaction,
              fmt::format("cannot {} inside a transaction block", what),
              "It commits while it goes on, so as to hold no snapshot while a test runs.",
              "CALL it outside of a transaction block.");
}

MemoryContext aggregate_context(FunctionCallInfo call) {
  MemoryContext context = nullptr;
  if (pg_call([&] { return AggCheckCallContext(call, &context); }) == 0) {
    throw Error(sqlstate::feature_not_supported,
                "aggregate function called in non-aggregate context");
  }
  return context;
}

Datum uuid_datum(const std::string& text) {
  return pg_call([&] { return DirectFunctionCall1(uuid_in, CStringGetDatum(text.c_str())); });
}

Datum jsonb_datum(const std::string& text) {
  return pg_call([&] { return DirectFunctionCall1(jsonb_in, CStringGetDatum(text.c_str())); });
}

Datum row_result(FunctionCallInfo call, const std::vector<std::optional<Datum>>& columns) {
  std::vector<Datum> values;
  std::vector<char> nulls;
  for (const std::optional<Datum>& column : columns) {
    values.push_back(column.value_or(Datum{0}));
    nulls.push_back(column ? 0 : 1);
  }
  return pg_call([&] {
    TupleDesc descriptor = nullptr;
    if (get_call_result_type(call, nullptr, &descriptor) != TYPEFUNC_COMPOSITE) {
      elog(ERROR, "procedure does not return a row");
    }
    HeapTuple tuple = heap_form_tuple(BlessTupleDesc(descriptor), values.data(),
                                      reinterpret_cast<bool*>(nulls.data()));
    return HeapTupleGetDatum(tuple);
  });
}

}  // namespace perf_mgmt::pg
