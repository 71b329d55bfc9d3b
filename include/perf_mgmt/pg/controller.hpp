// The controller of one run: the process that owns the execution.
//
// It launches the workers, starts the clock, moves the epoch on at every interval and writes what
// the workers counted, ends the run, and always leaves a final state. It executes the extension's
// own SQL only. A terminate is a request to end the run, not to die: the final state is written
// first.
#pragma once

#include "perf_mgmt/core/load_model.hpp"
#include "perf_mgmt/pg/recorder.hpp"
#include "perf_mgmt/pg/run_processes.hpp"
#include "perf_mgmt/pg/shared_run.hpp"

namespace perf_mgmt::pg {

class Controller {
 public:
  explicit Controller(const SharedRun& run);

  void run();

 private:
  void connect();
  void launch_workers();
  void wait_for_workers();
  void start();
  void run_intervals();
  void end_window();
  void stop_workers();
  void write_outcome();
  bool write_ending_alone(const std::string& reason);

  // Waits for the latch until a moment on the monotonic clock, and takes note of requests to end.
  void wait_until(std::int64_t monotonic_ns);
  void check_requests();
  bool all_workers(WorkerState state) const;
  // A worker that is gone without having finished ends the run.
  void check_workers();
  // Moves to the next epoch; returns what the workers recorded in the one before, by operation.
  std::vector<OperationRecord> next_epoch();
  void finish_interval(std::int64_t until_ns);
  void publish_progress(const Interval& interval);
  void collect_errors();

  SharedRun run_;
  RunPlan plan_;
  LoadModel load_;
  Recorder recorder_;
  std::vector<BackgroundWorkerHandle*> workers_;
  ClockPair clock_;
  bool inserted_ = false;
  int next_interval_ = 0;
  std::int64_t interval_from_ns_ = 0;
  bool measuring_ = false;
  HostReading host_before_;
  HostReading host_at_start_;
  ServerReading server_before_;
  double memory_percent_sum_ = 0;  // over the measured intervals
  int memory_readings_ = 0;
  RunOutcome outcome_;
};

}  // namespace perf_mgmt::pg
