// The shared memory of one run: a DSM segment that caller, controller and workers map.
//
//   RunHeader | run plan (JSON) | sequence counters | plan store | WorkerSlot + records, once per
//   worker
//
// Offsets, no pointers; std::atomic where two processes meet, plain memory where one writes at a
// time. The segment is cleared when it is made.
//
// Records change hands by epochs. A worker writes into the record set of the current epoch's parity
// and says so by its `recording` flag; the controller moves the epoch on and then waits until no
// worker is inside the old set (recording takes well under a microsecond), so that each interval is
// exact and no worker ever waits.
#pragma once

#include "perf_mgmt/core/operation_record.hpp"
#include "perf_mgmt/pg/boundary.hpp"
#include "perf_mgmt/pg/plan_store.hpp"

extern "C" {
#include "storage/dsm.h"
}

namespace perf_mgmt::pg {

enum class RunPhase : std::uint32_t {
  starting,   // the controller has not attached yet
  preparing,  // workers connect, plan, load pools
  running,    // the RUNNING row is there and the clock runs
  recorded,   // the final state is committed; it is being judged
  finished,   // nothing more will come
  failed,     // ended before there was an execution: see RunHeader::failure
};

// Why a run stops before its time; the first reason stays.
enum class StopReason : std::uint32_t {
  none,
  completed,
  cancelled,        // cancel_execution, or the caller was cancelled
  caller_gone,      // the waiting caller or its client went away
  terminated,       // the controller was told to end: pg_terminate_backend, shutdown
  too_many_errors,  // max_errors
  criterion,        // abort_on_fail: a success criterion is broken; the result stands
  failed,           // RunHeader::failure says why
};

// The first error of a run, whoever met it. Texts are cut to what fits.
struct RunFailure {
  std::atomic<std::uint32_t> state;  // 0 free, 1 being written, 2 complete
  char sqlstate[6];
  char message[1024];
  char detail[2048];
  char hint[1024];
  char context[1024];
};

// What the caller shows while it waits; written by the controller at each tick.
struct RunProgress {
  std::atomic<std::uint64_t> ticks;  // moves last
  std::atomic<std::int64_t> elapsed_ns;
  std::atomic<std::int64_t> planned_ns;  // 0: not known
  std::atomic<std::uint64_t> ok;
  std::atomic<std::uint64_t> failed;
  std::atomic<std::uint64_t> interval_ok;
  std::atomic<std::int64_t> interval_ns;
  std::atomic<std::uint64_t> interval_p95_ns;   // 0: too few
  std::atomic<std::uint32_t> active_users;      // closed model
  std::atomic<std::uint64_t> target_per_1000s;  // open model: operations due in 1000 seconds
  std::atomic<std::uint64_t> finished;          // with `operations`: of those to be run
  std::atomic<std::uint32_t> stage;             // index into the load model's stages
};

// The most members of data_size_requirements that a VOLUME test checks.
inline constexpr std::size_t kDataRequirements = 64;

struct RunHeader {
  std::uint64_t magic;
  std::uint64_t layout;  // which version of the library made the segment
  std::uint32_t operation_count;
  std::uint32_t worker_slots;
  std::uint32_t sequence_count;
  std::uint64_t plan_offset;
  std::uint64_t plan_bytes;
  std::uint64_t sequences_offset;
  std::uint64_t plan_store_offset;
  std::uint64_t sample_store_offset;
  std::uint64_t workers_offset;
  std::uint64_t worker_stride;

  std::atomic<std::uint32_t> phase;         // RunPhase
  std::atomic<std::uint32_t> stop;          // StopReason
  std::atomic<std::uint32_t> worker_count;  // workers that were launched
  std::atomic<std::uint32_t> epoch;
  std::atomic<std::uint32_t> round;            // 0-based, of the workers that are launched now
  std::atomic<std::uint32_t> rounds_done;      // written by the controller
  std::atomic<std::uint32_t> rounds_allowed;   // the controller waits before any further one
  std::atomic<std::int64_t> start_ns;          // monotonic; 0 until the clock is started
  std::atomic<std::int64_t> measured_from_ns;  // monotonic; INT64_MAX during warm-up
  std::atomic<std::int64_t> end_ns;            // monotonic; no operation starts at or after it
  std::atomic<std::uint32_t> window_epoch;     // the first epoch of the measured window
  std::atomic<std::uint32_t> window_closed;    // workers that have finished may go
  alignas(64) std::atomic<std::uint64_t> next_slot;  // with `operations` or a rate: the next slot
                                                     // to be taken
  std::atomic<std::uint64_t> slots_before;           // those of the earlier rounds: sequences go on
  alignas(64) std::atomic<std::uint64_t> failed_operations;
  std::atomic<std::uint32_t> pools_ready;
  std::atomic<dsm_handle> pools_handle;  // DSM_HANDLE_INVALID where there are no pools
  std::atomic<std::int64_t> data_rows[kDataRequirements];  // rows found, -1 where unreadable
  // Process numbers plus one, for latches; 0: not there.
  std::atomic<std::uint32_t> caller_proc;
  std::atomic<std::uint32_t> controller_proc;
  std::atomic<std::int32_t> controller_pid;
  RunProgress progress;
  RunFailure failure;
};

enum class WorkerState : std::uint32_t { none, attached, ready, running, finished };

// A sample of what failed, one per SQLSTATE and operation. Written by its worker alone.
struct ErrorSample {
  std::uint32_t operation;
  char sqlstate[6];
  std::uint64_t count;
  char message[256];
};
inline constexpr std::size_t kErrorSamples = 16;

struct WorkerSlot {
  std::atomic<std::uint32_t> state;  // WorkerState
  std::atomic<std::uint32_t> proc;   // process number plus one
  std::atomic<std::int32_t> pid;
  alignas(64) std::atomic<std::uint32_t> recording;
  alignas(64) std::atomic<std::uint64_t> started;  // operations begun or skipped, measured ones
  std::atomic<std::int64_t> last_end_ns;           // end of the last operation
  std::atomic<std::uint32_t> running_operation;    // index plus one; 0: none
  std::atomic<std::uint32_t> in_flight_measured;   // the running operation belongs to the window
  std::atomic<std::int64_t> running_since_ns;      // when it was due
  // The last operation that was cancelled: index plus one, and how long after it was due.
  std::atomic<std::uint32_t> interrupted_operation;
  std::atomic<std::int64_t> interrupted_ns;
  std::atomic<std::uint32_t> error_samples;
  ErrorSample errors[kErrorSamples];
  // OperationRecord[2][operation_count] follows.
};

class SharedRun {
 public:
  SharedRun() = default;
  // A segment that is mapped already.
  explicit SharedRun(dsm_segment* segment) noexcept
      : segment_(segment), header_(static_cast<RunHeader*>(dsm_segment_address(segment))) {}

  // Makes and maps a segment; pinned to this process until detach().
  // statements: those of all operations, whose plans are to be kept; 0: none are.
  // Throws Error(insufficient_resources) where shared memory does not suffice.
  struct Sizes {
    std::size_t operations = 0;
    std::size_t workers = 0;
    std::size_t sequences = 0;
    std::size_t statements = 0;
  };
  static SharedRun create(std::string_view plan, const Sizes& sizes);
  // Maps a segment that create() made; throws Error(object_not_in_prerequisite_state) where it is
  // gone.
  static SharedRun attach(dsm_handle handle);
  void detach();

  explicit operator bool() const noexcept { return header_ != nullptr; }
  dsm_segment* segment() const noexcept { return segment_; }
  dsm_handle handle() const;
  RunHeader& header() const noexcept { return *header_; }
  std::string_view plan() const noexcept;
  std::span<std::atomic<std::uint64_t>> sequences() const noexcept;
  PlanStore plans() const noexcept;
  PlanStore samples() const noexcept;  // of sample_plans()
  WorkerSlot& worker(std::size_t i) const noexcept;
  OperationRecord* records(std::size_t worker, std::uint32_t epoch) const noexcept;

  RunPhase phase() const noexcept { return static_cast<RunPhase>(header_->phase.load()); }
  StopReason stop_reason() const noexcept { return static_cast<StopReason>(header_->stop.load()); }
  bool stopping() const noexcept { return stop_reason() != StopReason::none; }
  // Before the workers of a round are launched, and after those of the one before have ended: all
  // that belongs to a round is as in a new segment. slots: what the round before had of them.
  void begin_round(std::uint32_t round, std::uint64_t slots) const noexcept;
  // Lets the controller begin rounds until so many are done.
  void allow_rounds(std::uint32_t rounds) const noexcept;

  // Sets the reason unless there is one already, and wakes everybody.
  void stop(StopReason reason) const noexcept;
  // Keeps the error unless there is one already.
  void fail(std::string_view sqlstate, std::string_view message, std::string_view detail,
            std::string_view hint, std::string_view context) const noexcept;
  // As a core error, when a failure was kept.
  std::optional<Error> failure() const;

  // How a finished run ended: COMPLETED, FAILED or CANCELLED, with SQLSTATE and message where it
  // did not run to its end.
  struct Ending {
    std::string status;
    std::string sqlstate;
    std::string message;
  };
  Ending ending() const;

  void wake_workers() const noexcept;
  void wake_controller() const noexcept;
  void wake_caller() const noexcept;
  void set_phase(RunPhase phase) const noexcept;

 private:
  dsm_segment* segment_ = nullptr;
  RunHeader* header_ = nullptr;
};

// A new segment, mapped and pinned to this process. Throws Error(insufficient_resources) where
// shared memory or the number of segments does not suffice: what says what for, hint how to need
// less.
dsm_segment* create_segment(std::size_t bytes, const char* what, const char* hint);

// This process's number plus one, as the header and slots keep it.
std::uint32_t my_proc_number_plus_one() noexcept;

// In nanoseconds.
inline constexpr std::int64_t kMillisecond = 1'000'000;
inline constexpr std::int64_t kSecond = 1'000 * kMillisecond;
inline constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

// CLOCK_MONOTONIC in nanoseconds: the same clock in all processes of the host.
inline std::int64_t monotonic_ns() noexcept {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::int64_t>(now.tv_sec) * kSecond + now.tv_nsec;
}

}  // namespace perf_mgmt::pg
