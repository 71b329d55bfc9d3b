// SQL: lock_exclusively.
#include "perf_mgmt/pg/execution_lock.hpp"
#include "perf_mgmt/pg/sql_arguments.hpp"

namespace perf_mgmt::pg {

namespace {

Datum lock_exclusively(FunctionCallInfo call) {
  lock_to_end_of_transaction(required_argument(call, 0, "p_subject"));
  return Datum{0};
}

}  // namespace

}  // namespace perf_mgmt::pg

extern "C" {

PG_FUNCTION_INFO_V1(perf_mgmt_lock_exclusively);
Datum perf_mgmt_lock_exclusively(PG_FUNCTION_ARGS) {
  return perf_mgmt::pg::run_cpp([&] { return perf_mgmt::pg::lock_exclusively(fcinfo); });
}

}  // extern "C"
