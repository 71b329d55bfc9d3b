// Runs one operation that is due and records what became of it: draws its parameters, tries it
// again where that is wanted, and counts it in the run's shared memory.
#pragma once

#include "perf_mgmt/pg/executor.hpp"
#include "perf_mgmt/pg/operation_drawer.hpp"
#include "perf_mgmt/pg/shared_run.hpp"

namespace perf_mgmt::pg {

class OperationRunner {
 public:
  OperationRunner(const SharedRun& run, const RunPlan& plan, std::size_t worker, Executor& executor,
                  OperationDrawer& drawer);

  // Runs the operation that was due at intended_ns with parameters drawn from random; returns its
  // end. slot: its number in the run, where the run counts slots. Throws what an executor throws.
  std::int64_t run(std::size_t operation, std::int64_t intended_ns,
                   std::optional<std::uint64_t> slot, RandomStream& random);
  // Counts an operation that was due and is not run.
  void skip(std::size_t operation, std::int64_t intended_ns);

 private:
  void draw(std::size_t operation, std::optional<std::uint64_t> slot, RandomStream& random);
  void try_until_done(std::size_t operation, std::int64_t intended_ns);
  bool worth_another_try(int tries, std::int64_t intended_ns) const;
  void record(std::size_t operation, std::int64_t intended_ns);
  void note_interruption(std::size_t operation, std::int64_t intended_ns);
  void sample_error(std::size_t operation);

  const SharedRun& run_;
  const RunSpec& spec_;
  WorkerSlot& slot_;
  std::size_t worker_;
  Executor& executor_;
  OperationDrawer& drawer_;
  std::int64_t latency_limit_ns_;  // INT64_MAX: none
  OperationResult result_;
  OperationCounters earlier_tries_{};  // of the running operation, where there were any
  std::uint64_t retries_ = 0;
  std::int64_t start_ns_ = 0;  // of the first try
  bool measured_ = false;      // the running operation was due in the measured window
};

}  // namespace perf_mgmt::pg
