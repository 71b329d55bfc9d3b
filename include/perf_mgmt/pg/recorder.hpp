// Writes what a run leaves behind: the execution's row, its intervals and metrics as they happen,
// and at the end the summary, the operations and the events.
//
// Runs in the controller, with the rights of the extension's owner, and executes no SQL but its
// own: rows go to the server as JSON and are taken apart by jsonb_populate_recordset, so that every
// column has the one conversion that its type defines.
#pragma once

#include "perf_mgmt/core/host_metrics.hpp"
#include "perf_mgmt/core/load_model.hpp"
#include "perf_mgmt/core/operation_record.hpp"
#include "perf_mgmt/core/run_plan.hpp"
#include "perf_mgmt/pg/shared_run.hpp"

namespace perf_mgmt::pg {

// A moment of the run on both clocks, to turn monotonic readings into timestamps.
struct ClockPair {
  std::int64_t monotonic_ns = 0;
  std::int64_t wall_us = 0;  // microseconds since 2000-01-01 UTC

  static ClockPair now();
  std::int64_t wall_at(std::int64_t monotonic) const {
    return wall_us + (monotonic - monotonic_ns) / 1000;
  }
};

// What the server itself counts, at one moment.
struct ServerReading {
  std::string wal_position;       // pg_lsn
  std::uint64_t connections = 0;  // client backends, the run's workers apart
  std::uint64_t checkpoints = 0;
};

// One interval of the time series.
struct Interval {
  int number = 0;
  std::int64_t from_ns = 0;  // monotonic
  std::int64_t to_ns = 0;
  std::string stage;
  bool measured = false;
  int active_users = 0;
  std::vector<OperationRecord> records;  // by operation
  HostUsage host;
  ServerReading server;
  ServerReading server_before;
};

// An error that operations met, merged over the workers.
struct OperationError {
  std::size_t operation = 0;
  std::string sqlstate;
  std::string message;
  std::uint64_t count = 0;
};

// Something that limits how far a result can be trusted.
struct Finding {
  std::string code;     // snake_case
  std::string message;  // a sentence
};

// How a run ended.
struct RunOutcome {
  std::string status;  // COMPLETED, FAILED, CANCELLED
  std::string sqlstate;
  std::string message;
  std::int64_t started_ns = 0;
  std::int64_t ended_ns = 0;
  std::int64_t measured_from_ns = 0;
  std::int64_t measured_until_ns = 0;
  int workers = 0;
  std::uint64_t scheduled = 0;
  std::uint64_t ok_in_window = 0;       // of ok, those that ended inside the window
  std::vector<OperationRecord> totals;  // by operation
  HostUsage host;                       // over the window; memory: the mean of its intervals
  std::vector<OperationError> errors;
  std::vector<Finding> findings;
};

class Recorder {
 public:
  explicit Recorder(const RunPlan& plan) : plan_(plan) {}

  // All of these need a transaction with SPI connected.

  // Throws Error where the test is not visible to others yet.
  void check_test_is_committed() const;
  // Marks executions FAILED whose controller is gone. (page "Liveness": their lock is free.)
  void mark_lost_executions() const;
  void insert_execution(const ClockPair& clock, int workers) const;
  ServerReading read_server() const;
  void write_interval(const ClockPair& clock, const Interval& interval) const;
  void write_outcome(const ClockPair& clock, const RunOutcome& outcome) const;
  // The end without a result: FAILED, when, and why.
  void write_failure(const ClockPair& clock, std::int64_t ended_ns,
                     const std::string& reason) const;
  void log_event(const std::string& type, const std::string& message,
                 const std::string& details_json = {}) const;

 private:
  const RunPlan& plan_;
};

}  // namespace perf_mgmt::pg
