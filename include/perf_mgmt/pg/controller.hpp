// The controller of one run: the process that owns the execution.
//
// It launches the workers, starts the clock, moves the epoch on at every interval and writes what
// the workers counted, looks at what they wait for, ends the run, and always leaves a final state.
// It executes the extension's own SQL only. A terminate is a request to end the run, not to die:
// the final state is written first.
#pragma once

#include "perf_mgmt/pg/advice_evidence.hpp"
#include "perf_mgmt/pg/process_usage.hpp"
#include "perf_mgmt/pg/recorder.hpp"
#include "perf_mgmt/pg/run_processes.hpp"

namespace perf_mgmt::pg {

class Controller {
 public:
  explicit Controller(const SharedRun& run);

  void run();

 private:
  // How often the controller looks after its workers, and its caller's wishes, when nothing wakes
  // it.
  static constexpr std::int64_t kPatrol = 500'000'000;

  // controller.cpp: from the first process to the last row.
  void connect();
  void launch_workers();
  void wait_for_workers();
  // What the tables and their counters are before the first operation, as far as it can be read.
  void read_tables();
  void start();
  // Whether operations that still run may end by themselves. Those of a run that was called off, or
  // of a round that was not begun, may not.
  bool is_patient() const;
  void stop_workers();
  void judge();
  // Waits for the latch until a moment on the monotonic clock, and takes note of requests to end.
  void wait_until(std::int64_t monotonic_ns);
  void check_requests();
  bool all_workers(WorkerState state) const;
  // A worker that is gone without having finished ends the run.
  void check_workers();

  // controller_recording.cpp: the end of the run, written down.
  enum class Recorded { nothing, ending, result };
  // Writes the result, or where that cannot be done the end alone; says which was written.
  Recorded record_end();
  void write_outcome();
  void write_evidence();
  bool write_ending_alone(const char* problem);

  // controller_rounds.cpp: from one round to the next.
  bool wants_another_round() const;
  void run_round();
  // Waits until the caller allows the next round.
  void await_turn();
  // Ends the window and the workers of the round that is going on, if one is, and adds it up.
  void close_round();
  // What the database counts when the operations have ended, before anything else is run.
  void read_database_at_end();
  void collect_rest();
  void collect_errors();
  void finish_round();
  // What the server's views tell of the round, as far as they can be read.
  void read_round(RoundEvidence& evidence);
  void count_rounds();

  // controller_intervals.cpp: while the clock runs.
  void run_intervals();
  void look_around(std::int64_t now_ns);
  void begin_window(std::int64_t now_ns);
  // Takes the latest readings for those of the window's start.
  void mark_window_start();
  void end_window();
  // Moves to the next epoch; returns what the workers recorded in the one before, by operation.
  std::vector<OperationRecord> next_epoch();
  // CPU time that worker i used since the last call, shared out among its operations.
  void apportion_cpu(std::size_t i, OperationRecord* records);
  void finish_interval(std::int64_t until_ns);
  void read_usage(Interval& interval);
  void judge_stage(const Interval& interval, bool stage_is_over);
  void publish_progress(const Interval& interval);
  // The moment at which the stage that runs at t ends.
  std::int64_t stage_end_ns(std::int64_t t_ns) const;

  // controller_evidence.cpp: what the run's circumstances were.
  void gather_evidence();
  void read_circumstances(RunEvidence& evidence);
  void set_shape_result();
  std::vector<DataVolume> data_volumes() const;
  std::optional<double> others_cpu(const HostReading& from, const HostReading& to,
                                   std::optional<std::int64_t> own_from,
                                   std::optional<std::int64_t> own_to) const;

  SharedRun run_;
  RunPlan plan_;
  LoadModel load_;  // of a round
  Recorder recorder_;
  RunHistory history_;
  WaitSampler waits_;
  SessionWatch sessions_;
  BlockerWatch blockers_;
  AdviceEvidence advice_evidence_;
  RunCpu run_cpu_;
  std::vector<BackgroundWorkerHandle*> workers_;
  ClockPair clock_;
  bool inserted_ = false;
  bool round_is_open_ = false;
  RoundOutcome round_;  // the one that goes on
  OperationCounters earlier_rounds_{};
  int next_interval_ = 0;
  std::int64_t interval_from_ns_ = 0;
  bool measuring_ = false;
  HostReading host_before_;
  HostReading host_at_start_;
  std::optional<std::int64_t> run_cpu_before_;
  std::optional<std::int64_t> run_cpu_at_start_;
  ServerReading server_before_;
  ServerReading server_at_start_;
  DatabaseReading database_at_start_;
  std::optional<DatabaseReading> database_at_end_;  // nothing where it could not be read
  std::vector<RelationSize> sizes_before_;
  std::vector<RelationSize> sizes_after_;
  std::vector<std::int64_t> worker_cpu_before_;  // by worker
  std::vector<std::int64_t> unshared_cpu_;       // by worker: used by what has not ended yet
  double memory_percent_sum_ = 0;                // over the measured intervals
  int memory_readings_ = 0;
  StressResult stress_;
  std::optional<std::string> aborted_by_;
  RunOutcome outcome_;
  // Given back as soon as something has failed: with it the end can be written where there is no
  // more memory to be had. It is never touched, and so takes none of the machine's.
  std::unique_ptr<std::byte[]> reserve_;
};

}  // namespace perf_mgmt::pg
