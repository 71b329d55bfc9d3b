// The caller's side of a run: starting it, waiting for it, and ending it when the caller ends.
#pragma once

#include "perf_mgmt/core/run_plan.hpp"
#include "perf_mgmt/pg/run_processes.hpp"
#include "perf_mgmt/pg/shared_run.hpp"

namespace perf_mgmt::pg {

// Once a second: whether the client is still there, and whether a process waits, directly or
// through others, for a lock that this session holds, which would never end.
class CallerWatch {
 public:
  // Waits for the latch, at most until the next look. Throws PgError on a cancel and Error where
  // the client is gone or a deadlock with the run is found. run may be empty.
  void wait(const SharedRun& run);

 private:
  void look(const SharedRun& run);
  std::int64_t next_look_ns_ = 0;
};

// Throws Error where no test can be run from here: on a standby, in a read-only transaction, within
// a security-restricted operation, inside an operation of a run.
void check_can_start();

// From here until forget_caller, the end of this session stops the run and wakes its processes.
void watch_caller(const SharedRun& run);
void forget_caller(const SharedRun& run);

class RunControl {
 public:
  // Lays the plan into shared memory, starts the controller and returns when the execution is
  // running; throws what kept it from running, and then nothing is left. Workers that are fewer
  // than wanted are a WARNING.
  // The run waits before any further round than the allowed ones; 0: none is held back.
  static RunControl start(RunPlan plan, std::uint32_t rounds_allowed = 0);
  RunControl(RunControl&& other) noexcept;
  RunControl& operator=(RunControl&&) = delete;
  // Stops a run that is still attached to.
  ~RunControl();

  const std::string& execution_id() const noexcept { return execution_id_; }

  // Waits until the run has ended and is judged, with a progress NOTICE every so many seconds (0:
  // none). An end other than COMPLETED is a WARNING. When the wait is broken off, so is the run.
  void wait(double progress_seconds);
  void allow_rounds(std::uint32_t rounds) const { run_.allow_rounds(rounds); }
  // Waits until so many rounds are done. Throws Error where the run ends before; when the wait is
  // broken off, so is the run.
  void wait_for_rounds(std::uint32_t rounds);
  // Leaves the run alone.
  void detach();

 private:
  RunControl() = default;
  void await_start();
  bool controller_is_gone() const;
  void abandon() noexcept;

  SharedRun run_;
  BackgroundWorkerHandle* controller_ = nullptr;
  std::string execution_id_;
};

// A problem that preparing an operation, or loading a pool, met.
struct PreparationProblem {
  std::string operation;  // empty: a pool
  std::string sqlstate;
  std::string message;
  std::string detail;
  std::string hint;
};

// Prepares a plan's operations, each on its own, in a worker with the plan's role, and loads its
// pools; runs nothing. Throws where no worker can be had.
std::vector<PreparationProblem> prepare_in_worker(RunPlan plan);

// How many worker processes a plan asks for: the configured number, else two per processor; never
// more than it has users.
int workers_wanted(const RunSpec& spec);

}  // namespace perf_mgmt::pg
