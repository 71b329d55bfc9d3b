// The loop of one worker: the virtual users that it stands for, one operation after another.
#pragma once

#include "perf_mgmt/core/load_model.hpp"
#include "perf_mgmt/core/workload.hpp"
#include "perf_mgmt/pg/executor.hpp"
#include "perf_mgmt/pg/operation_drawer.hpp"
#include "perf_mgmt/pg/precise_wait.hpp"
#include "perf_mgmt/pg/shared_run.hpp"

namespace perf_mgmt::pg {

class WorkerLoop {
 public:
  WorkerLoop(const SharedRun& run, const RunPlan& plan, std::size_t worker, Executor& executor,
             OperationDrawer& drawer);

  // Runs until the end of the run or until it is stopped. Throws what an executor throws.
  void run();

 private:
  // One operation that is due: who wants it, since when, and where its random numbers come from.
  struct Due {
    std::int64_t intended_ns = 0;  // monotonic
    std::int32_t user = 0;
    std::uint64_t iteration = 0;
    std::optional<std::uint64_t> slot;
  };

  void start_users();
  std::int64_t first_arrival(std::int32_t user, std::int64_t active_ns) const;
  RandomStream random_of(const Due& due) const;
  // Runs it; returns when the user's next operation is due.
  std::int64_t run_operation(const Due& due);
  void record(std::size_t operation, const Due& due, const OperationResult& result);
  void count_skipped();
  void sample_error(std::size_t operation, const OperationResult& result);
  void wait_until(std::int64_t monotonic_ns);
  void handle_interrupts() const;
  void report_activity(std::size_t operation);
  std::size_t user_index(std::int32_t user) const {
    return static_cast<std::size_t>(user) / workers_;
  }

  const SharedRun& run_;
  const RunPlan& plan_;
  WorkerSlot& slot_;
  std::size_t worker_;
  std::size_t workers_;
  Executor& executor_;
  OperationDrawer& drawer_;
  LoadModel load_;
  OperationMix mix_;
  std::vector<DurationGenerator> think_times_;  // by operation
  DueQueue queue_;
  std::vector<std::uint64_t> iterations_;  // by user of this worker
  PreciseWait wait_;
  OperationResult result_;
  std::int64_t start_ns_ = 0;
  std::int64_t now_ns_ = 0;
  std::int64_t next_stats_ns_ = 0;
  std::size_t reported_operation_;
};

// Virtual users per worker: the users v with v mod workers = worker.
inline std::size_t users_of_worker(std::size_t users, std::size_t worker, std::size_t workers) {
  return worker < users ? (users - worker - 1) / workers + 1 : 0;
}

// The load model of a plan.
LoadModel load_model_of(const RunSpec& spec);

}  // namespace perf_mgmt::pg
