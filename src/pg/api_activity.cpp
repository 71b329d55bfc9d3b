// SQL: execution_controller, which process has an execution under control.
#include "perf_mgmt/pg/execution_lock.hpp"
#include "perf_mgmt/pg/spi.hpp"
#include "perf_mgmt/pg/sql_arguments.hpp"

namespace perf_mgmt::pg {

namespace {

Datum execution_controller(FunctionCallInfo call) {
  const std::string id = required_argument(call, 0, "p_execution_id");
  SpiConnection spi;
  const int pid = holder_of_execution_lock(id);
  spi.finish();
  call->isnull = pid == 0;
  return Int32GetDatum(pid);
}

}  // namespace

}  // namespace perf_mgmt::pg

extern "C" {

PG_FUNCTION_INFO_V1(perf_mgmt_execution_controller);
Datum perf_mgmt_execution_controller(PG_FUNCTION_ARGS) {
  return perf_mgmt::pg::run_cpp([&] { return perf_mgmt::pg::execution_controller(fcinfo); });
}

}  // extern "C"
