// SQL functions that send errors through the two guards of pg/boundary in every way that the
// extension does, for test/sql/guards.sql. Not installed: loaded by path from the build folder.
#include <malloc.h>

#include "probe.hpp"

extern "C" {
#include "utils/timestamp.h"
}

namespace perf_mgmt::pg::test {
namespace {

// Runs inside in a subtransaction and lets nothing out but a cancel. Returns what became of it.
std::string swallow(const std::string& inside, bool then_throw) {
  const Probe probe;
  const StateCheck state;
  std::string outcome = "no error";
  try {
    in_subtransaction([&] {
      const Probe in_body;
      run_sql(inside);
      if (then_throw) throw_something("exception");
    });
  } catch (const PgError& error) {
    if (error.sqlerrcode() == ERRCODE_QUERY_CANCELED) throw;
    outcome = error.sqlstate() + ": " + error.what();
  } catch (const std::exception& error) {
    outcome = std::string("C++: ") + error.what();
  }
  state.check();
  return outcome;
}

// A loop of C++ that only check_interrupts can end; gives up after a minute.
void loop() {
  const Probe probe;
  const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (std::chrono::steady_clock::now() < end) check_interrupts();
  throw Error(sqlstate::internal_error, "the loop was not interrupted");
}

// What a region changes and a C++ exception leaves behind, pg_call puts back.
void throw_through_region(const std::string& kind) {
  const Probe probe;
  const StateCheck state;
  ErrorContextCallback callback = {};
  callback.callback = [](void*) { errcontext("a callback that is gone"); };
  try {
    throw_something("server");  // a single region
  } catch (const PgError&) {
    state.check();
  }
  bool thrown = false;
  try {
    // For "server" one region in another: the outer one still stands when the inner one has ended.
    pg_call([&] {
      callback.previous = error_context_stack;
      error_context_stack = &callback;
      MemoryContextSwitchTo(TopMemoryContext);
      throw_something(kind);
    });
  } catch (...) {
    thrown = true;
    state.check();
  }
  if (!thrown) throw Error(sqlstate::internal_error, "nothing was thrown");
  // An error after that goes to the right place, with the right context.
  run_sql("SELECT 1/0");
}

std::int64_t heap_in_use() {
  return static_cast<std::int64_t>(mallinfo2().uordblks);
}

// Bytes by which the heap, the server's contexts in it, grew over count errors that were swallowed.
std::int64_t growth_by_errors(const std::string& inside, int count) {
  const Probe probe;
  constexpr int kWarmUp = 200;  // until caches and free lists have their size
  std::int64_t before = 0;
  for (int i = 0; i < kWarmUp + count; ++i) {
    if (i == kWarmUp) before = heap_in_use();
    check_interrupts();
    if (swallow(inside, false) == "no error") {
      throw Error(sqlstate::internal_error, "the statement did not fail");
    }
  }
  return heap_in_use() - before;
}

Datum to_text(const std::string& value) {
  return pg_call([&] { return CStringGetTextDatum(value.c_str()); });
}

}  // namespace
}  // namespace perf_mgmt::pg::test

using namespace perf_mgmt::pg;        // NOLINT: the entries below are this file's point
using namespace perf_mgmt::pg::test;  // NOLINT

extern "C" {

PG_MODULE_MAGIC;

PG_FUNCTION_INFO_V1(perf_mgmt_test_live_objects);
Datum perf_mgmt_test_live_objects(PG_FUNCTION_ARGS) {
  static_cast<void>(fcinfo);
  return Int32GetDatum(live_probes);
}

PG_FUNCTION_INFO_V1(perf_mgmt_test_run_sql);
Datum perf_mgmt_test_run_sql(PG_FUNCTION_ARGS) {
  return run_cpp([&] {
    const Probe probe;
    run_sql(text_argument(fcinfo, 0));
    return Datum{0};
  });
}

PG_FUNCTION_INFO_V1(perf_mgmt_test_throw);
Datum perf_mgmt_test_throw(PG_FUNCTION_ARGS) {
  return run_cpp([&] {
    const Probe probe;
    throw_something(text_argument(fcinfo, 0));
    return Datum{0};
  });
}

PG_FUNCTION_INFO_V1(perf_mgmt_test_throw_through_region);
Datum perf_mgmt_test_throw_through_region(PG_FUNCTION_ARGS) {
  return run_cpp([&] {
    const Probe probe;
    throw_through_region(text_argument(fcinfo, 0));
    return Datum{0};
  });
}

// before, inside, after, then_throw
PG_FUNCTION_INFO_V1(perf_mgmt_test_swallow);
Datum perf_mgmt_test_swallow(PG_FUNCTION_ARGS) {
  return run_cpp([&] {
    const Probe probe;
    run_sql(text_argument(fcinfo, 0));
    const std::string outcome = swallow(text_argument(fcinfo, 1), PG_GETARG_BOOL(3));
    run_sql(text_argument(fcinfo, 2));
    return to_text(outcome);
  });
}

PG_FUNCTION_INFO_V1(perf_mgmt_test_loop);
Datum perf_mgmt_test_loop(PG_FUNCTION_ARGS) {
  static_cast<void>(fcinfo);
  return run_cpp([&] {
    const Probe probe;
    loop();
    return Datum{0};
  });
}

PG_FUNCTION_INFO_V1(perf_mgmt_test_growth);
Datum perf_mgmt_test_growth(PG_FUNCTION_ARGS) {
  return run_cpp([&] {
    const Probe probe;
    return Int64GetDatum(growth_by_errors(text_argument(fcinfo, 0), PG_GETARG_INT32(1)));
  });
}

// level, sqlstate, message, detail, hint
PG_FUNCTION_INFO_V1(perf_mgmt_test_report);
Datum perf_mgmt_test_report(PG_FUNCTION_ARGS) {
  return run_cpp([&] {
    const Probe probe;
    report(text_argument(fcinfo, 0) == "warning" ? WARNING : NOTICE, text_argument(fcinfo, 1),
           text_argument(fcinfo, 2), text_argument(fcinfo, 3), text_argument(fcinfo, 4));
    return Datum{0};
  });
}

// kind, or "nothing"
PG_FUNCTION_INFO_V1(perf_mgmt_test_quietly);
Datum perf_mgmt_test_quietly(PG_FUNCTION_ARGS) {
  return run_cpp([&] {
    const Probe probe;
    const StateCheck state;
    const auto body = [](void* argument) {
      const Probe in_callback;
      pg_call([] { MemoryContextSwitchTo(TopMemoryContext); });
      throw_something(*static_cast<const std::string*>(argument));
    };
    std::string kind = text_argument(fcinfo, 0);
    run_cpp_quietly(body, &kind);
    if (kind != "nothing") state.check();
    return to_text("went on");
  });
}

}  // extern "C"
