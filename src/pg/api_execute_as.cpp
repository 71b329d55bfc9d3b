// SQL: execute_as, a statement with the rights of another role.
//
// Alerts are copied into a table of the platform by the controller, who is the extension's owner.
// That table's triggers, defaults and constraints are code of its owner's, and must not run with
// more rights than he has. So the statement runs as he.
#include "perf_mgmt/pg/acting_role.hpp"
#include "perf_mgmt/pg/catalogue.hpp"

extern "C" {
#include "utils/array.h"
}

namespace perf_mgmt::pg {

namespace {

std::vector<SqlText> text_elements(ArrayType* array) {
  Datum* elements = nullptr;
  bool* nulls = nullptr;
  int count = 0;
  pg_call([&] {
    deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &elements, &nulls, &count);
  });
  std::vector<SqlText> texts(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    if (nulls[i]) continue;
    texts[static_cast<std::size_t>(i)] = pg_call([&] { return TextDatumGetCString(elements[i]); });
  }
  return texts;
}

Datum execute_as(FunctionCallInfo call) {
  const Oid role = DatumGetObjectId(call->args[0].value);
  const std::string statement = pg_call([&] { return TextDatumGetCString(call->args[1].value); });
  const std::vector<SqlText> values =
      text_elements(pg_call([&] { return DatumGetArrayTypeP(call->args[2].value); }));
  const std::string name = role_name(role);  // a superuser is a member even of what does not exist
  SpiConnection spi;
  if (!pg_call([&] { return may_act_as(GetUserId(), role); })) {
    throw Error(sqlstate::insufficient_privilege,
                fmt::format("must be member of role \"{}\"", name));
  }

  act_as(role, [&] { sql_query(statement, values); });
  spi.finish();
  return Datum{0};
}

}  // namespace

}  // namespace perf_mgmt::pg

extern "C" {

PG_FUNCTION_INFO_V1(perf_mgmt_execute_as);
Datum perf_mgmt_execute_as(PG_FUNCTION_ARGS) {
  return perf_mgmt::pg::run_cpp([&] { return perf_mgmt::pg::execute_as(fcinfo); });
}

}  // extern "C"
