// The cheapest honest loop over SPI, the ceiling that scripts/bench holds the engine against. Part
// of the test-only module.
//
// What an operation does: start a transaction, draw a parameter, execute a plan that was prepared
// once (with the server's own choice between custom and generic plans), throw away the rows,
// commit. What it leaves out, and the engine does: reading the clock, generators, looking at the
// rows, counters, histograms, plans and waits, pgstat, telling anybody what it runs, being stopped
// between two operations by anything but a cancel.
#include "../test/module/probe.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "nodes/parsenodes.h"
}

namespace perf_mgmt::pg::test {
namespace {

void check_arguments(FunctionCallInfo fcinfo) {
  const auto* context = reinterpret_cast<const CallContext*>(fcinfo->context);
  if (context == nullptr || context->atomic) {
    throw Error(sqlstate::active_sql_transaction, "the loop commits, so CALL it outside of one");
  }
  if (PG_GETARG_INT64(1) < 1 || PG_GETARG_INT64(2) < 1) {
    throw Error(sqlstate::invalid_parameter_value, "seconds and max_parameter must be positive");
  }
}

// So many operations between two looks at the clock.
constexpr std::int64_t kBatch = 64;

// Operations per second. It ends by the clock, so that sessions side by side all have the same
// neighbours to the end. One region around the whole loop: nothing in it owns C++ objects.
double bare_spi_loop(const char* sql, std::int64_t seconds, std::int64_t max_parameter) {
  return pg_call([&] {
    if (SPI_connect_ext(SPI_OPT_NONATOMIC) != SPI_OK_CONNECT) elog(ERROR, "SPI_connect_ext failed");
    Oid type = INT8OID;
    SPIPlanPtr plan = SPI_prepare_cursor(sql, 1, &type, CURSOR_OPT_PARALLEL_OK);
    if (plan == nullptr) elog(ERROR, "SPI_prepare_cursor failed");
    SPI_keepplan(plan);  // an error leaves it to the end of the session

    ParamListInfo parameters = makeParamList(1);
    parameters->params[0].ptype = type;
    parameters->params[0].pflags = PARAM_FLAG_CONST;
    SPIExecuteOptions options{};
    options.params = parameters;
    options.dest = None_Receiver;
    std::uint64_t random = 88172645463325252;  // xorshift64, by George Marsaglia (2003)

    const auto start = std::chrono::steady_clock::now();
    const auto end = start + std::chrono::seconds(seconds);
    std::int64_t operations = 0;
    while (operations % kBatch != 0 || std::chrono::steady_clock::now() < end) {
      ++operations;
      random ^= random << 13;
      random ^= random >> 7;
      random ^= random << 17;
      parameters->params[0].value = Int64GetDatum(
          1 + static_cast<std::int64_t>(random % static_cast<std::uint64_t>(max_parameter)));
      if (SPI_execute_plan_extended(plan, &options) < 0) elog(ERROR, "the statement failed");
      SPI_commit();
      CHECK_FOR_INTERRUPTS();
    }
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
    SPI_freeplan(plan);
    SPI_finish();
    return static_cast<double>(operations) / elapsed.count();
  });
}

}  // namespace
}  // namespace perf_mgmt::pg::test

using namespace perf_mgmt::pg;        // NOLINT: the entry below is this file's point
using namespace perf_mgmt::pg::test;  // NOLINT

extern "C" {

// A procedure, for it commits: sql text with one bigint parameter, seconds bigint, max_parameter
// bigint (parameters are 1 to that), INOUT operations_per_second double precision.
PG_FUNCTION_INFO_V1(perf_mgmt_bench_spi_loop);
Datum perf_mgmt_bench_spi_loop(PG_FUNCTION_ARGS) {
  return run_cpp([&] {
    check_arguments(fcinfo);
    const std::string sql = text_argument(fcinfo, 0);
    const double rate = bare_spi_loop(sql.c_str(), PG_GETARG_INT64(1), PG_GETARG_INT64(2));
    return pg_call([&] {
      TupleDesc columns = nullptr;
      get_call_result_type(fcinfo, nullptr, &columns);
      Datum value = Float8GetDatum(rate);
      bool is_null = false;
      return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(columns), &value, &is_null));
    });
  });
}

}  // extern "C"
