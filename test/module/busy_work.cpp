// Work of a known length, for tests and benchmarks that must know what an operation costs: loops
// that burn CPU until a clock has moved on. Sleeping instead would leave the processor idle and
// wake late.
//
//   busy_work(microseconds)  by the wall clock: the service time is fixed, whatever else runs
//   cpu_work(microseconds)   by this thread's CPU clock: the processor's capacity is fixed, and the
//                            service time grows where more want to work than there are processors
#include <ctime>

#include "probe.hpp"

namespace perf_mgmt::pg::test {
namespace {

std::int64_t clock_ns(clockid_t clock) noexcept {
  timespec now{};
  clock_gettime(clock, &now);
  return now.tv_sec * std::int64_t{1'000'000'000} + now.tv_nsec;
}

// A cancel or shutdown ends it early, as an error.
void burn(clockid_t clock, std::int64_t microseconds) {
  const std::int64_t end = clock_ns(clock) + microseconds * 1'000;
  while (clock_ns(clock) < end) check_interrupts();
}

}  // namespace
}  // namespace perf_mgmt::pg::test

using namespace perf_mgmt::pg;        // NOLINT: the entries below are this file's point
using namespace perf_mgmt::pg::test;  // NOLINT

extern "C" {

PG_FUNCTION_INFO_V1(perf_mgmt_test_busy_work);
Datum perf_mgmt_test_busy_work(PG_FUNCTION_ARGS) {
  return run_cpp([&] {
    burn(CLOCK_MONOTONIC, PG_GETARG_INT64(0));
    return Datum{0};
  });
}

PG_FUNCTION_INFO_V1(perf_mgmt_test_cpu_work);
Datum perf_mgmt_test_cpu_work(PG_FUNCTION_ARGS) {
  return run_cpp([&] {
    burn(CLOCK_THREAD_CPUTIME_ID, PG_GETARG_INT64(0));
    return Datum{0};
  });
}

}  // extern "C"
