// Waiting until a moment on the monotonic clock, for a process that also listens to its latch.
//
// WaitLatch's timeout is in whole milliseconds and ends half a millisecond late on average; a
// timerfd in the same wait event set ends within tens of microseconds, and the last 60 are spent on
// the clock. That lateness would otherwise be reported as the server's response time.
#pragma once

#include "perf_mgmt/pg/boundary.hpp"

extern "C" {
#include "storage/latch.h"
}

namespace perf_mgmt::pg {

class PreciseWait {
 public:
  PreciseWait();
  ~PreciseWait();
  PreciseWait(const PreciseWait&) = delete;
  PreciseWait& operator=(const PreciseWait&) = delete;

  // Returns when the moment has come or the latch was set, which it resets; INT64_MAX waits for the
  // latch alone. Ends the process when the postmaster is gone.
  void until(std::int64_t monotonic_ns);

 private:
  int timer_ = -1;
  WaitEventSet* events_ = nullptr;
};

}  // namespace perf_mgmt::pg
