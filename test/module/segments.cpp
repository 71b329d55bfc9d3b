// Takes what the server has of dynamic shared memory segments, for tests of what is done without.
//
//   fill_segments(leave)  takes all but so many, and keeps them until the session ends; returns how
//                         many it took
#include "probe.hpp"

extern "C" {
#include "storage/dsm.h"
}

namespace perf_mgmt::pg::test {
namespace {

dsm_segment* take_segment() {
  return pg_call([] {
    dsm_segment* segment = dsm_create(1, DSM_CREATE_NULL_IF_MAXSEGMENTS);
    if (segment != nullptr) dsm_pin_mapping(segment);
    return segment;
  });
}

std::int64_t fill_segments(std::int64_t leave) {
  std::vector<dsm_segment*> taken;
  while (dsm_segment* segment = take_segment()) taken.push_back(segment);
  for (; leave > 0 && !taken.empty(); --leave) {
    dsm_segment* segment = taken.back();
    taken.pop_back();
    pg_call([&] { dsm_detach(segment); });
  }
  return static_cast<std::int64_t>(taken.size());
}

}  // namespace
}  // namespace perf_mgmt::pg::test

extern "C" {

PG_FUNCTION_INFO_V1(perf_mgmt_test_fill_segments);
Datum perf_mgmt_test_fill_segments(PG_FUNCTION_ARGS) {
  return perf_mgmt::pg::run_cpp(
      [&] { return Int64GetDatum(perf_mgmt::pg::test::fill_segments(PG_GETARG_INT64(0))); });
}

}  // extern "C"
