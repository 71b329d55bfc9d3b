// What the controller sees of the workers and of the other sessions while the clock runs.
//
// Wait events: at random moments, 0.5 to 1.5 periods apart so that nothing periodic can stay in
// step with them, each worker that is inside an operation is looked at in shared memory: what it
// waits for, or CPU where it waits for nothing (it runs, or wants to). A worker between two
// operations is not counted.
//
// Blockers: while a sample shows workers that wait for a lock, four times a second at most, the
// lock manager is asked who holds it. Who waits for a lock himself is passed over for the one that
// he waits for: in a queue before one row there is one culprit.
#pragma once

#include <map>

#include "perf_mgmt/core/random.hpp"
#include "perf_mgmt/core/validity.hpp"
#include "perf_mgmt/pg/shared_run.hpp"

namespace perf_mgmt::pg {

// Samples by what was seen: the server's code of a wait event, 0 for CPU.
using WaitSamples = std::map<std::uint32_t, std::uint64_t>;

// "CPU", or "Class:Event" as pg_stat_activity names them.
std::string wait_event_label(std::uint32_t code);

// A worker that was seen waiting for a lock (not for a latch of the server's own).
struct LockWaiter {
  int pid = 0;
  std::uint32_t operation = 0;
};

class WaitSampler {
 public:
  // hz 0: never.
  WaitSampler(const SharedRun& run, std::uint64_t seed, int hz);

  // When the next sample is due, monotonic; INT64_MAX: never.
  std::int64_t next_ns() const noexcept { return next_ns_; }
  void start(std::int64_t now_ns);
  void sample(std::int64_t now_ns);
  // What was seen since the last call, by operation.
  std::vector<WaitSamples> take();
  // Of the last sample.
  const std::vector<LockWaiter>& lock_waiters() const noexcept { return lock_waiters_; }

 private:
  void schedule(std::int64_t now_ns);

  const SharedRun& run_;
  RandomStream random_;
  std::int64_t period_ns_;
  std::int64_t next_ns_;
  std::vector<WaitSamples> samples_;
  std::vector<LockWaiter> lock_waiters_;
};

// What held a lock that an operation waited for, and how often it was seen doing so.
struct BlockerSighting {
  std::uint32_t operation = 0;
  std::string wait_event;  // "Lock:transactionid"
  std::string blocker;     // worker of this run or another one, user and application, prepared
                           // transaction
  std::string state;       // as in pg_stat_activity; empty where there is none
  std::string statement;   // that it runs, or ran last; cut at 1,000 characters
  std::uint64_t samples = 0;
};

class BlockerWatch {
 public:
  explicit BlockerWatch(const SharedRun& run) : run_(run) {}

  // Whether those that wait are worth a look now.
  bool wants_look(std::int64_t now_ns, const std::vector<LockWaiter>& waiters) const noexcept {
    return !waiters.empty() && now_ns >= next_ns_;
  }
  // Needs a transaction with SPI connected.
  void look(std::int64_t now_ns, const std::vector<LockWaiter>& waiters);
  // Over the whole run.
  const std::vector<BlockerSighting>& sightings() const noexcept { return sightings_; }

 private:
  void note(BlockerSighting seen);

  const SharedRun& run_;
  std::int64_t next_ns_ = 0;
  std::vector<BlockerSighting> sightings_;
};

// Looks at the other sessions now and then, through pg_stat_activity.
class SessionWatch {
 public:
  SessionWatch(const SharedRun& run, int caller_pid, bool enabled);

  std::int64_t next_ns() const noexcept { return next_ns_; }
  void start(std::int64_t now_ns);
  // Needs a transaction with SPI connected.
  void look(std::int64_t now_ns);
  // Adds what was seen to the evidence.
  void report(RunEvidence& evidence) const;

 private:
  const SharedRun& run_;
  int caller_pid_;
  bool enabled_;
  std::int64_t next_ns_;
  std::uint64_t looks_ = 0;
  std::uint64_t others_active_ = 0;
  std::uint64_t autovacuum_ = 0;
  std::map<std::string, HorizonHolder> holders_;  // by process id or name
};

}  // namespace perf_mgmt::pg
