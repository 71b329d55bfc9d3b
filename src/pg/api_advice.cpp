// SQL: advise, the rules of the core on evidence that sql/advice.sql has gathered.
#include "perf_mgmt/core/advice.hpp"
#include "perf_mgmt/pg/sql_arguments.hpp"

extern "C" {
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
}

namespace perf_mgmt::pg {

namespace {

// The core's JSON is UTF-8, whatever the database's encoding.
Datum advise_on(FunctionCallInfo call) {
  const std::string snapshot = required_argument(call, 0, "p_evidence");
  const std::string utf8 = pg_call([&] {
    return pg_server_to_any(snapshot.c_str(), static_cast<int>(snapshot.size()), PG_UTF8);
  });
  const std::string advice = advise(utf8);
  return pg_call([&] {
    char* text = pg_any_to_server(advice.c_str(), static_cast<int>(advice.size()), PG_UTF8);
    return DirectFunctionCall1(jsonb_in, CStringGetDatum(text));
  });
}

}  // namespace

}  // namespace perf_mgmt::pg

extern "C" {

PG_FUNCTION_INFO_V1(perf_mgmt_advise);
Datum perf_mgmt_advise(PG_FUNCTION_ARGS) {
  return perf_mgmt::pg::run_cpp([&] { return perf_mgmt::pg::advise_on(fcinfo); });
}

}  // extern "C"
