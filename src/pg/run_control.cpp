#include "perf_mgmt/pg/run_control.hpp"

#include <unistd.h>

#include "perf_mgmt/core/load_model.hpp"
#include "perf_mgmt/core/quantity.hpp"
#include "perf_mgmt/pg/operation_drawer.hpp"

extern "C" {
#include "access/xact.h"
#include "access/xlog.h"
#include "catalog/pg_type.h"
#include "storage/latch.h"
#include "utils/array.h"
#include "utils/fmgrprotos.h"
#include "utils/wait_event.h"
}

namespace perf_mgmt::pg {

namespace {

// How long a caller that was cancelled waits for the run to record its end.
constexpr std::int64_t kEndingPatience = 15 * kSecond;

// What the server allocates during its lifetime is gone at its end: a session may wait for hours,
// in a memory context that lives as long.
class TemporaryMemory {
 public:
  TemporaryMemory()
      : outer_(CurrentMemoryContext), own_(pg_call([&] {
          return AllocSetContextCreate(outer_, "perf_mgmt caller", ALLOCSET_DEFAULT_SIZES);
        })) {
    MemoryContextSwitchTo(own_);
  }
  TemporaryMemory(const TemporaryMemory&) = delete;
  TemporaryMemory& operator=(const TemporaryMemory&) = delete;
  ~TemporaryMemory() {
    MemoryContextSwitchTo(outer_);
    MemoryContextDelete(own_);
  }

 private:
  MemoryContext outer_;
  MemoryContext own_;
};

// The caller's process is going, or its mapping is: the run has nobody to wait for it any more.
void caller_detached(dsm_segment* segment, Datum) {
  run_cpp_quietly(
      [](void* argument) {
        const SharedRun run(static_cast<dsm_segment*>(argument));
        run.header().caller_proc.store(0);
        run.stop(StopReason::caller_gone);
      },
      segment);
}

std::vector<int> blocking_processes(int pid) {
  ArrayType* array = pg_call([&] {
    return DatumGetArrayTypeP(DirectFunctionCall1(pg_blocking_pids, Int32GetDatum(pid)));
  });
  Datum* elements = nullptr;
  int count = 0;
  pg_call([&] {
    deconstruct_array(array, INT4OID, 4, true, TYPALIGN_INT, &elements, nullptr, &count);
  });
  std::vector<int> pids;
  pids.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) pids.push_back(DatumGetInt32(elements[i]));
  return pids;
}

// Whether pid waits, directly or through others, for this process.
bool waits_for_me(int pid) {
  std::vector<int> seen{pid};
  for (std::size_t i = 0; i < seen.size(); ++i) {
    for (const int blocker : blocking_processes(seen[i])) {
      if (blocker == MyProcPid) return true;
      if (blocker > 0 && std::find(seen.begin(), seen.end(), blocker) == seen.end()) {
        seen.push_back(blocker);
      }
    }
  }
  return false;
}

// As the report writes it, but for the micro sign, which the database's encoding may lack.
std::string progress_time(double milliseconds) {
  constexpr std::string_view kMicro = "\u00b5";
  std::string text = duration_text(milliseconds);
  if (const std::size_t at = text.find(kMicro); at != std::string::npos) {
    text.replace(at, kMicro.size(), "u");
  }
  return text;
}

// One line, as pgbench -P shows it, with what else a person wants to know while waiting.
std::string progress_line(const RunHeader& header, const RunPlan& plan, const LoadModel& load) {
  const RunProgress& progress = header.progress;
  const auto round = static_cast<int>(header.round.load()) + 1;
  const int rounds = plan.spec.rounds;
  const double elapsed = static_cast<double>(progress.elapsed_ns.load()) / 1e9;
  // Each repeated round makes the run longer than it was planned.
  const double planned =
      static_cast<double>(progress.planned_ns.load()) / 1e9 * std::max(round, rounds) / rounds;
  const double interval = static_cast<double>(progress.interval_ns.load()) / 1e9;
  std::string line = fmt::format("progress: {:.1f} s", elapsed);
  if (planned > 0) {
    line +=
        fmt::format(" of {:.1f} s ({:.0f} %)", planned, std::min(100.0, 100.0 * elapsed / planned));
  } else if (plan.spec.operations > 0) {
    line += fmt::format(" ({:.0f} %)", 100.0 * static_cast<double>(progress.finished.load()) /
                                           static_cast<double>(plan.spec.operations));
  }
  if (round > rounds) {
    line += fmt::format(", round {} instead of a disturbed one", round);
  } else if (rounds > 1) {
    line += fmt::format(", round {} of {}", round, rounds);
  }
  line += ", " + load.stages()[progress.stage.load()].name;
  if (interval > 0) {
    line += fmt::format(", {:.1f} operations/s",
                        static_cast<double>(progress.interval_ok.load()) / interval);
  }
  if (plan.spec.load == LoadKind::open) {
    line += fmt::format(" of {:.1f}", static_cast<double>(progress.target_per_1000s.load()) / 1e3);
  }
  if (const std::uint64_t p95 = progress.interval_p95_ns.load(); p95 > 0) {
    line += ", p95 " + progress_time(static_cast<double>(p95) / 1e6);
  }
  line += fmt::format(", {} failed", progress.failed.load());
  if (plan.spec.load == LoadKind::closed) {
    line += fmt::format(", {} users", progress.active_users.load());
  }
  return line;
}

// A run whose operations fail ends well all the same: nobody should have to look into the record
// first.
void warn_of_failures(const SharedRun& run) {
  const std::uint64_t failed = run.header().failed_operations.load();
  if (failed == 0) return;
  const ErrorSample* first = nullptr;
  for (std::uint32_t i = 0; i < run.header().worker_count.load() && first == nullptr; ++i) {
    if (run.worker(i).error_samples.load(std::memory_order_acquire) > 0)
      first = &run.worker(i).errors[0];
  }
  report(WARNING, first != nullptr ? first->sqlstate : "01000",
         fmt::format("{} {} failed", failed, failed == 1 ? "operation" : "operations"),
         first != nullptr ? fmt::format("One of the errors: {}", first->message) : "",
         "The events OPERATION_ERROR in perf_mgmt.execution_events say how often which error came "
         "up.");
}

}  // namespace

int workers_wanted(const RunSpec& spec) {
  // In the open model anything may come due while all workers are busy: there is no other limit.
  const int users = spec.load == LoadKind::closed ? LoadModel::of(spec).most_users() : spec.workers;
  if (spec.workers > 0) return std::min(spec.workers, users);
  const auto processors = static_cast<int>(std::max(1L, sysconf(_SC_NPROCESSORS_ONLN)));
  return spec.load == LoadKind::closed ? std::min(users, processors * 2) : processors * 2;
}

void check_can_start() {
  if (pg_call([] { return RecoveryInProgress(); })) {
    throw Error("25006", "cannot run a performance test on a standby",
                "The run's record could not be written here.", "Run it on the primary.");
  }
  if (InSecurityRestrictedOperation()) {
    throw Error(sqlstate::insufficient_privilege,
                "cannot run a performance test within security-restricted operation");
  }
  if (XactReadOnly) {
    throw Error("25006", "cannot run a performance test in a read-only transaction");
  }
  if (is_worker()) {
    throw Error(sqlstate::feature_not_supported, "an operation cannot run a performance test",
                "Every run would start another, until no worker slot is free.");
  }
}

void watch_caller(const SharedRun& run) {
  run.header().caller_proc.store(my_proc_number_plus_one());
  pg_call([&] { on_dsm_detach(run.segment(), caller_detached, Datum{0}); });
}

void forget_caller(const SharedRun& run) {
  pg_call([&] { cancel_on_dsm_detach(run.segment(), caller_detached, Datum{0}); });
  run.header().caller_proc.store(0);
}

void CallerWatch::wait(const SharedRun& run) {
  pg_call([] {
    WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, 250, PG_WAIT_EXTENSION);
    ResetLatch(MyLatch);
  });
  check_interrupts();
  if (const std::int64_t now = monotonic_ns(); now >= next_look_ns_) {
    look(run);
    next_look_ns_ = now + kSecond;
  }
}

void CallerWatch::look(const SharedRun& run) {
  if (MyProcPort != nullptr && !pg_call([] { return pq_check_connection(); })) {
    throw Error("08006", "the client is gone");
  }
  if (!run) return;
  std::vector<int> pids{run.header().controller_pid.load()};
  for (std::uint32_t i = 0; i < run.header().worker_slots; ++i)
    pids.push_back(run.worker(i).pid.load());
  const TemporaryMemory memory;
  for (const int pid : pids) {
    if (pid == 0 || !waits_for_me(pid)) continue;
    throw Error(
        "40P01", "the run waits for a lock that this session holds",
        fmt::format("Process {} of the run waits, directly or through others, for a lock of this "
                    "session's transaction; this session waits for the run.",
                    pid),
        "Commit first, or start the run from another session.");
  }
}

RunControl::RunControl(RunControl&& other) noexcept
    : run_(std::exchange(other.run_, SharedRun())),
      controller_(std::exchange(other.controller_, nullptr)),
      execution_id_(std::move(other.execution_id_)) {}

RunControl::~RunControl() {
  abandon();
}

RunControl RunControl::start(RunPlan plan, std::uint32_t rounds_allowed) {
  plan.workers_requested = workers_wanted(plan.spec);
  const OperationDrawer drawer(
      plan);  // finds what is wrong with the generators, and counts sequences
  RunControl control;
  control.execution_id_ = plan.execution_id;
  control.run_ = SharedRun::create(
      plan.to_json(), {.operations = plan.operations.size(),
                       .workers = static_cast<std::size_t>(plan.workers_requested),
                       .sequences = drawer.requests().sequences.size(),
                       .statements = plan.spec.sampling_hz > 0 ? plan.statement_count() : 0});
  try {
    if (rounds_allowed > 0) control.run_.allow_rounds(rounds_allowed);
    watch_caller(control.run_);
    const auto handle = register_process(
        "perf_mgmt_controller_main", "perf_mgmt controller", control.run_.handle(),
        {.database = plan.database_oid, .role = plan.controller_role_oid}, AfterCrash::returns);
    if (!handle) {
      throw Error(
          sqlstate::configuration_limit_exceeded, "no worker slot is free",
          "A run needs one background worker to control it and at least one to run operations.",
          "Raise \"max_worker_processes\" and restart the server, or wait until other background "
          "workers have ended.");
    }
    control.controller_ = *handle;
    control.await_start();
    const std::uint32_t workers = control.run_.header().worker_count.load();
    if (workers < static_cast<std::uint32_t>(plan.workers_requested)) {
      report(WARNING, "01000",
             fmt::format("only {} of {} workers could be started", workers, plan.workers_requested),
             "No more worker slots were free.",
             "Raise \"max_worker_processes\" and restart the server.");
    }
  } catch (...) {
    control.abandon();
    throw;
  }
  return control;
}

void RunControl::await_start() {
  CallerWatch watch;
  for (;;) {
    const bool gone = controller_is_gone();  // before its last word, the phase
    const RunPhase phase = run_.phase();
    if (phase >= RunPhase::running && phase != RunPhase::failed) return;
    if (phase == RunPhase::failed || gone) {
      if (const std::optional<Error> failure = run_.failure()) throw *failure;
      if (run_.stopping()) {
        const SharedRun::Ending ending = run_.ending();
        throw Error(ending.sqlstate.c_str(),
                    "the run was ended before it began: " + ending.message);
      }
      throw Error(sqlstate::object_not_in_prerequisite_state,
                  "the run's controller ended before the run began", {}, "See the server log.");
    }
    watch.wait(run_);
  }
}

void RunControl::wait(double progress_seconds) {
  std::uint64_t shown_tick = 0;  // none
  try {
    CallerWatch watch;
    const RunPlan plan = RunPlan::from_json(run_.plan());
    const LoadModel load = LoadModel::of(plan.spec);
    const auto period = static_cast<std::int64_t>(progress_seconds * 1e9);
    std::int64_t next_progress = monotonic_ns() + period;
    while (run_.phase() < RunPhase::finished && !controller_is_gone()) {
      watch.wait(run_);
      const std::uint64_t tick = run_.header().progress.ticks.load();
      if (period > 0 && monotonic_ns() >= next_progress && tick != shown_tick) {
        report(NOTICE, "00000", progress_line(run_.header(), plan, load));
        next_progress += period;
        shown_tick = tick;
      }
    }
  } catch (...) {
    abandon();
    throw;
  }
  const SharedRun::Ending ending = run_.ending();
  const RunPhase phase = run_.phase();
  const bool recorded = phase == RunPhase::recorded || phase == RunPhase::finished;
  const std::string id = execution_id_;
  const std::optional<Error> failure = run_.failure();
  if (recorded) warn_of_failures(run_);
  detach();
  if (!recorded) {
    throw Error(sqlstate::object_not_in_prerequisite_state,
                fmt::format("the controller of execution \"{}\" ended without recording it", id),
                ending.message, "See the server log.");
  }
  if (ending.status != "COMPLETED") {
    report(WARNING, ending.sqlstate, fmt::format("execution \"{}\" ended as {}", id, ending.status),
           failure && !failure->detail().empty() ? ending.message + "\n" + failure->detail()
                                                 : ending.message,
           failure ? failure->hint() : "");
  } else if (shown_tick > 0) {
    // Who has been shown how it goes is shown where to read how it went.
    report(NOTICE, "00000", fmt::format("execution \"{}\" completed", id), "",
           fmt::format("SELECT perf_mgmt.render_report('{}');", id));
  }
}

void RunControl::wait_for_rounds(std::uint32_t rounds) {
  try {
    CallerWatch watch;
    for (;;) {
      const bool ended =
          run_.phase() != RunPhase::running || run_.stopping() || controller_is_gone();
      if (run_.header().rounds_done.load() >= rounds) return;
      if (ended) {
        const SharedRun::Ending ending = run_.ending();
        throw Error(
            ending.sqlstate.empty() ? sqlstate::object_not_in_prerequisite_state
                                    : ending.sqlstate.c_str(),
            fmt::format("execution \"{}\" ended before its round {}", execution_id_, rounds),
            ending.message.empty() ? "" : fmt::format("It ended with \"{}\".", ending.message),
            "Its row and its events tell more.");
      }
      watch.wait(run_);
    }
  } catch (...) {
    abandon();
    throw;
  }
}

void RunControl::detach() {
  if (!run_) return;
  forget_caller(run_);
  run_.detach();
}

bool RunControl::controller_is_gone() const {
  pid_t pid = 0;
  return pg_call([&] { return GetBackgroundWorkerPid(controller_, &pid); }) == BGWH_STOPPED;
}

// Stops the run and gives it a moment to record its end, not to judge it. Interrupts are held: the
// caller is on its way out with an error already.
void RunControl::abandon() noexcept {
  if (!run_) return;
  run_.stop(StopReason::cancelled);
  const auto held = InterruptHoldoffCount;
  HOLD_INTERRUPTS();
  try {
    const std::int64_t deadline = monotonic_ns() + kEndingPatience;
    while (controller_ != nullptr && run_.phase() < RunPhase::recorded && !controller_is_gone() &&
           monotonic_ns() < deadline) {
      pg_call([] {
        WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, 100, PG_WAIT_EXTENSION);
        ResetLatch(MyLatch);
      });
    }
    // One that could not even start is not to be tried again.
    if (controller_ != nullptr && controller_is_gone()) {
      pg_call([&] { TerminateBackgroundWorker(controller_); });
    }
    detach();
  } catch (const std::exception&) {
    // The error on its way says more; the mapping goes with the session.
  }
  InterruptHoldoffCount = held;  // not RESUME_INTERRUPTS: an error has let go of them already
}

}  // namespace perf_mgmt::pg
