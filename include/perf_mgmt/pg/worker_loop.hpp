// The loop of one worker: what falls due for it, one operation after another. In the closed model
// that is what its virtual users want; in the open model the slots that it takes from the counter
// that all workers share.
#pragma once

#include "perf_mgmt/core/load_model.hpp"
#include "perf_mgmt/core/workload.hpp"
#include "perf_mgmt/pg/operation_runner.hpp"
#include "perf_mgmt/pg/precise_wait.hpp"

namespace perf_mgmt::pg {

class WorkerLoop {
 public:
  WorkerLoop(const SharedRun& run, const RunPlan& plan, std::size_t worker, Executor& executor,
             OperationDrawer& drawer);

  // Runs until the end of the run or until it is stopped. Throws what an executor throws.
  void run();

 private:
  // One operation of a virtual user that is due, and where its random numbers come from.
  struct Due {
    std::int64_t intended_ns = 0;  // monotonic
    std::int32_t user = 0;
    std::uint64_t iteration = 0;
    std::optional<std::uint64_t> slot;  // with `operations`
  };

  // Closed model.
  void run_users();
  void start_users();
  std::int64_t first_arrival(std::int32_t user, std::int64_t active_ns) const;
  RandomStream random_of(const Due& due) const;
  // Runs it; returns when the user's next operation is due.
  std::int64_t run_for_user(const Due& due);
  void skip_waiting_users();
  std::size_t user_index(std::int32_t user) const {
    return static_cast<std::size_t>(user) / workers_;
  }

  // Open model.
  void run_slots();
  // Waits until a slot is due; false where the run ends first.
  bool await_slot(std::int64_t due_ns);
  void skip_slot(std::uint64_t slot, std::int64_t due_ns);
  void skip_untaken_slots();
  RandomStream random_of_slot(std::uint64_t slot) const;

  void run_operation(std::size_t operation, std::int64_t intended_ns,
                     std::optional<std::uint64_t> slot, RandomStream& random);
  void wait_until(std::int64_t monotonic_ns);
  void report_activity(std::size_t operation);

  const SharedRun& run_;
  const RunPlan& plan_;
  std::size_t worker_;
  std::size_t workers_;
  Executor& executor_;
  OperationRunner runner_;
  LoadModel load_;
  OperationMix mix_;
  std::vector<DurationGenerator> think_times_;  // by operation
  DurationGenerator pacing_;
  std::size_t users_;
  DueQueue queue_;
  std::vector<std::uint64_t> iterations_;  // by user of this worker
  ArrivalSchedule arrivals_;
  PreciseWait wait_;
  std::int64_t start_ns_ = 0;
  std::int64_t now_ns_ = 0;
  std::int64_t next_stats_ns_ = 0;
  std::size_t reported_operation_;
};

}  // namespace perf_mgmt::pg
