// Writes what a run leaves behind: the execution's row, its intervals and metrics as they happen,
// and at the end the summary, the stages, the operations with their plans, and the events.
//
// Runs in the controller, with the rights of the extension's owner, and executes no SQL but its
// own: rows go to the server as JSON and are taken apart by jsonb_populate_recordset, so that every
// column has the one conversion that its type defines.
#pragma once

#include "perf_mgmt/core/quiet_round.hpp"
#include "perf_mgmt/core/run_plan.hpp"
#include "perf_mgmt/core/shape_result.hpp"
#include "perf_mgmt/pg/activity_sampler.hpp"
#include "perf_mgmt/pg/plan_store.hpp"

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

// How far a counter of the server went; nothing where it was reset in between.
inline std::optional<std::uint64_t> increase(std::uint64_t from, std::uint64_t to) noexcept {
  if (to < from) return std::nullopt;
  return to - from;
}

// What the server itself counts, at one moment.
struct ServerReading {
  std::uint64_t wal_position = 0;  // bytes since the beginning of the log
  std::uint64_t connections = 0;   // client backends, the run's workers apart
  std::uint64_t timed_checkpoints = 0;
  std::uint64_t requested_checkpoints = 0;

  std::uint64_t checkpoints() const noexcept { return timed_checkpoints + requested_checkpoints; }
};

// What this database counts, at one moment; too dear to be read at every interval.
struct DatabaseReading {
  std::uint64_t autovacuum_runs = 0;  // VACUUM and ANALYZE
  std::uint64_t temp_bytes = 0;
};

// One interval of the time series.
struct Interval {
  int number = 0;
  int round = 0;             // 0-based
  std::int64_t from_ns = 0;  // monotonic
  std::int64_t to_ns = 0;
  std::size_t stage = 0;  // index into the load model's stages
  std::string stage_name;
  bool measured = false;
  int active_users = 0;                  // closed model
  std::optional<double> target_rate;     // open model: operations per second
  std::vector<OperationRecord> records;  // by operation
  HeapRecord sum;                        // of the records
  std::vector<WaitSamples> waits;        // by operation
  std::optional<std::uint64_t> worker_memory_bytes;
  std::optional<double> others_cpu_percent;
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

// What was measured in the windows of one or more rounds.
struct Measurements {
  std::int64_t measured_ns = 0;
  std::uint64_t scheduled = 0;
  std::uint64_t ok_in_window = 0;                 // of ok, those that ended inside the window
  double due = 0;                                 // open model: operations that fell due
  std::vector<OperationRecord> totals;            // by operation
  std::vector<WaitSamples> waits;                 // by operation
  std::vector<std::int64_t> longest_interrupted;  // by operation, nanoseconds; 0: none
  std::vector<OperationError> errors;
  HostUsage host;  // over the window; memory: the mean of its intervals
  std::optional<double> others_cpu_percent;
  std::optional<std::uint64_t> checkpoints;
  std::optional<std::uint64_t> server_wal_bytes;
  std::optional<std::uint64_t> autovacuum_runs;
  std::optional<std::uint64_t> server_temp_bytes;

  explicit Measurements(std::size_t operations)
      : totals(operations), waits(operations), longest_interrupted(operations) {}
  // Adds those of another round: counts are summed, percentages weighted by the windows' lengths. A
  // figure that one of them lacks is lacking. Where there is no memory for it, nothing is added.
  void add(const Measurements& other);

 private:
  void merge(const Measurements& other);
};

// One round: the load once, with workers of its own.
struct RoundOutcome {
  int number = 0;  // 0-based
  int workers = 0;
  std::int64_t started_ns = 0;  // monotonic; 0: its clock was never started
  std::int64_t ended_ns = 0;
  std::int64_t measured_from_ns = 0;
  std::int64_t measured_until_ns = 0;
  std::vector<Disturbance> disturbances;  // of a round that measured nothing: "not_measured"
  bool counted = false;                   // never one that measured nothing
  HeapRecord sum;                         // of all operations
  Measurements measured{0};
};

// How a run ended.
struct RunOutcome {
  std::string status;  // COMPLETED, FAILED, CANCELLED
  std::string sqlstate;
  std::string message;
  std::int64_t started_ns = 0;
  std::int64_t ended_ns = 0;
  int workers = 0;                    // the most of any round
  std::vector<RoundOutcome> rounds;   // in order; those in `measured` have no totals of their own
  Measurements measured{0};           // of the rounds that count
  std::optional<double> target_rate;  // open model
  std::string evidence_missing;       // why circumstances could not be read; empty: they were
  std::vector<PlanSighting> plans;
  std::uint64_t plans_dropped = 0;
  std::vector<Finding> findings;
  std::string shape_result;  // JSON object; empty: the type of the test reports nothing

  std::size_t quiet_rounds() const noexcept;
  // Of the rounds that count, which are all measured; nullptr where there is none.
  const RoundOutcome* first_counted() const noexcept;
  const RoundOutcome* last_counted() const noexcept;
};

// Marks executions FAILED whose controller is gone: their lock is free. Needs a transaction with
// SPI connected.
void mark_lost_executions();

class Recorder {
 public:
  explicit Recorder(const RunPlan& plan) : plan_(plan) {}

  // All of these need a transaction with SPI connected.

  // Throws Error where the test is not visible to others yet.
  void check_test_is_committed() const;
  // planned_ns: 0 where the run's length is not known.
  void insert_execution(const ClockPair& clock, int workers, std::int64_t planned_ns) const;
  ServerReading read_server() const;
  DatabaseReading read_database() const;
  // Tables that autovacuum has been at since a moment.
  std::vector<std::string> read_vacuumed_tables(std::int64_t wall_us) const;
  // Those that are neither the operations' own nor the extension's.
  std::vector<std::string> read_foreign_vacuumed_tables(std::int64_t wall_us) const;
  // The tables of the operations and their indexes.
  std::vector<RelationSize> read_relation_sizes() const;
  void write_interval(const ClockPair& clock, const Interval& interval) const;
  void write_outcome(const ClockPair& clock, const RunOutcome& outcome, const LoadModel& load,
                     const RunHistory& history) const;
  // The end without a result: FAILED, when, and why. Nothing but one row is written.
  void write_failure(const ClockPair& clock, std::int64_t ended_ns,
                     const std::string& reason) const;
  void log_event(const std::string& type, const std::string& message,
                 const std::string& details_json = {}) const;

 private:
  void write_summary(const ClockPair& clock, const RunOutcome& outcome) const;
  void write_operations(const ClockPair& clock, const RunOutcome& outcome) const;
  void write_rounds(const ClockPair& clock, const RunOutcome& outcome) const;
  void write_stages(const ClockPair& clock, const LoadModel& load, const RunHistory& history) const;
  void write_plans(const ClockPair& clock, const std::vector<PlanSighting>& plans) const;

  const RunPlan& plan_;
};

}  // namespace perf_mgmt::pg
