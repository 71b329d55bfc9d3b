#include "perf_mgmt/pg/precise_wait.hpp"

#include <sys/timerfd.h>
#include <unistd.h>

#include "perf_mgmt/pg/shared_run.hpp"

extern "C" {
#include "utils/wait_event.h"
}

namespace perf_mgmt::pg {

namespace {

// An idle processor takes 50 to 120 us to come back (measured on a virtual machine), so the timer
// is set this much early and the rest is spent looking at the clock: at most this much per wait.
constexpr std::int64_t kEarly = 60'000;

}  // namespace

PreciseWait::PreciseWait() {
  timer_ = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  if (timer_ < 0) {
    throw Error(sqlstate::insufficient_resources,
                std::string("could not create a timer: ") + strerror(errno));
  }
  pg_call([&] {
    events_ = create_wait_event_set(3);
    AddWaitEventToSet(events_, WL_LATCH_SET, PGINVALID_SOCKET, MyLatch, nullptr);
    AddWaitEventToSet(events_, WL_EXIT_ON_PM_DEATH, PGINVALID_SOCKET, nullptr, nullptr);
    AddWaitEventToSet(events_, WL_SOCKET_READABLE, timer_, nullptr, nullptr);
  });
}

PreciseWait::~PreciseWait() {
  if (events_ != nullptr) FreeWaitEventSet(events_);
  if (timer_ >= 0) close(timer_);
}

void PreciseWait::until(std::int64_t until) {
  itimerspec alarm{};
  if (until != std::numeric_limits<std::int64_t>::max()) {
    // A zero value would disarm the timer.
    const std::int64_t moment = std::max<std::int64_t>(until - kEarly, 1);
    alarm.it_value.tv_sec = moment / 1'000'000'000;
    alarm.it_value.tv_nsec = moment % 1'000'000'000;
  }
  timerfd_settime(timer_, TFD_TIMER_ABSTIME, &alarm, nullptr);
  WaitEvent event;
  pg_call([&] { WaitEventSetWait(events_, -1, &event, 1, PG_WAIT_EXTENSION); });
  if ((event.events & WL_LATCH_SET) != 0) {
    ResetLatch(MyLatch);
    return;
  }
  while (monotonic_ns() < until) {
  }
}

}  // namespace perf_mgmt::pg
