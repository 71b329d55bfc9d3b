#include "perf_mgmt/pg/sql_arguments.hpp"

extern "C" {
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

}  // namespace perf_mgmt::pg
