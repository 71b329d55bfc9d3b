#include "perf_mgmt/pg/result_row.hpp"

#include "perf_mgmt/pg/controller.hpp"

#include <csignal>

#include "perf_mgmt/pg/execution_lock.hpp"
#include "perf_mgmt/pg/spi.hpp"

extern "C" {
#include "access/xact.h"
#include "pgstat.h"
#include "postmaster/interrupt.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "tcop/tcopprot.h"
#include "utils/guc.h"
#include "utils/timeout.h"
}

namespace perf_mgmt::pg {

namespace {

// How long operations that still run at the end may go on, and a cancelled one may take to end.
constexpr std::int64_t kGrace = 5'000 * kMillisecond;
// How long judging may take, milliseconds. It runs code of others too: the triggers of the table
// that alerts are copied to.
constexpr int kMostJudging = 60'000;
// What the end of a run may need of memory beside two copies of the records, bytes.
constexpr std::size_t kReserve = 8 << 20;

constinit volatile std::sig_atomic_t cancel_requested = 0;
constinit volatile std::sig_atomic_t judging = 0;

// A cancel asks the run to end. It must not break off what the controller is writing, as a query's
// would; timeouts, which announce themselves by the same signal, must. Once the result is recorded
// there is no run to be ended any more, and what is being judged can be broken off.
void handle_cancel(int signal_number) {
  if (judging != 0 || get_timeout_indicator(LOCK_TIMEOUT, false) ||
      get_timeout_indicator(STATEMENT_TIMEOUT, false)) {
    StatementCancelHandler(signal_number);
    return;
  }
  const int saved_errno = errno;
  cancel_requested = 1;
  SetLatch(MyLatch);
  errno = saved_errno;
}

// So does a terminate. What is being judged runs triggers of others, who may catch a cancel: a
// second terminate ends the process.
void handle_terminate(int signal_number) {
  if (judging != 0) {
    if (ShutdownRequestPending != 0) {
      die(signal_number);
    } else {
      StatementCancelHandler(signal_number);
    }
  }
  SignalHandlerForShutdownRequest(signal_number);
}

void set_own_setting(const char* name, const char* value) {
  pg_call([&] { SetConfigOption(name, value, PGC_USERSET, PGC_S_SESSION); });
}

void connect_as_controller(Oid database, Oid role) {
  connect_to_database(database, role, "perf_mgmt controller");
  // Names are written in full everywhere; this keeps operators and casts the server's own as well.
  set_own_setting("search_path", "pg_catalog, pg_temp");
  set_own_setting("lock_timeout", "10s");
  // Where somebody changes the extension, this process is to be the victim of a deadlock.
  pg_call([] { SetConfigOption("deadlock_timeout", "100ms", PGC_SUSET, PGC_S_SESSION); });
  set_own_setting("statement_timeout", "0");
  // Of the role or the database: it would end the process.
  if (kHasTransactionTimeout) set_own_setting("transaction_timeout", "0");
  set_own_setting("jit", "off");  // each statement runs once: compiling it never pays
  set_own_setting("synchronous_commit", "off");
  set_own_setting("default_transaction_isolation", "read committed");
  set_own_setting("default_transaction_read_only", "off");
}

// The postmaster starts this process anew when it ended with an error: which it is to do after a
// crash of the server, when nobody came as far as this.
void leave_for_good(int code, Datum) {
  if (code != 0) proc_exit(0);
}

// The run that this process is to control, or none: then the server has crashed and has started
// this process anew (or the caller has gone before the run began).
SharedRun find_run(Datum handle) {
  try {
    return join_run(handle);
  } catch (const Error& error) {
    if (error.sqlstate() != std::string_view(sqlstate::object_not_in_prerequisite_state)) throw;
    return {};
  }
}

// After a crash: what ran when it happened is to be found FAILED, not RUNNING until somebody starts
// another test.
void settle_lost_executions() {
  pqsignal(SIGTERM, die);
  pg_call([] { BackgroundWorkerUnblockSignals(); });
  const ProcessArguments arguments = process_arguments();
  connect_as_controller(arguments.database, arguments.role);
  in_transaction(mark_lost_executions);
}

}  // namespace

Controller::Controller(const SharedRun& run)
    : run_(run),
      plan_(RunPlan::from_json(run.plan())),
      load_(LoadModel::of(round_of(plan_.spec, 0))),
      recorder_(plan_),
      history_(load_, plan_.operations.size()),
      waits_(run_, plan_.spec.seed, plan_.spec.sampling_hz),
      sessions_(run_, plan_.caller_pid, plan_.spec.sampling_hz > 0),
      blockers_(run_),
      advice_evidence_(plan_) {
  outcome_.measured = Measurements(plan_.operations.size());
  reserve_ = std::make_unique_for_overwrite<std::byte[]>(kReserve + 2 * plan_.operations.size() *
                                                                        sizeof(OperationRecord));
  run_.header().controller_pid.store(MyProcPid);
  run_.header().controller_proc.store(my_proc_number_plus_one(), std::memory_order_release);
}

void Controller::run() {
  connect();
  bool locked = false;
  try {
    in_transaction([&] {
      recorder_.check_test_is_committed();
      mark_lost_executions();
    });
    take_execution_lock(plan_.execution_id);
    locked = true;
    while (wants_another_round()) run_round();
    run_.stop(StopReason::completed);
  } catch (const std::exception&) {
    fail_run(run_);
    reserve_.reset();
  }
  try {
    close_round();
  } catch (const std::exception&) {
    fail_run(run_);  // the round's figures are lost; what was recorded of it is not
    stop_workers();
  }
  const Recorded recorded = inserted_ ? record_end() : Recorded::nothing;
  if (recorded == Recorded::result) {
    try {
      write_evidence();
      run_.set_phase(RunPhase::recorded);
      judge();
    } catch (const std::exception&) {
      judging = 0;  // there was no memory even to tell what failed; the result stands
    }
  }
  run_.set_phase(recorded != Recorded::nothing ? RunPhase::finished : RunPhase::failed);
  if (locked) release_execution_lock(plan_.execution_id);
  run_.wake_caller();
}

void Controller::connect() {
  connect_as_controller(plan_.database_oid, plan_.controller_role_oid);
  const std::string activity = fmt::format("controls execution {} of performance test \"{}\"",
                                           plan_.execution_id, plan_.test_name);
  pg_call([&] { pgstat_report_activity(STATE_RUNNING, activity.c_str()); });
}

void Controller::launch_workers() {
  for (std::uint32_t i = 0; i < run_.header().worker_slots; ++i) {
    const auto handle = register_process("perf_mgmt_worker_main", "perf_mgmt worker", run_.handle(),
                                         {.index = i}, AfterCrash::gone);
    if (!handle) break;
    workers_.push_back(*handle);
  }
  const auto launched = static_cast<std::uint32_t>(workers_.size());
  if (launched == 0) {
    throw Error(
        sqlstate::configuration_limit_exceeded, "no worker slot is free",
        "The run's controller took the last one, or other background workers hold them all.",
        "Raise \"max_worker_processes\" and restart the server.");
  }
  run_.header().worker_count.store(launched);
  round_.workers = static_cast<int>(launched);
  outcome_.workers = std::max(outcome_.workers, round_.workers);
  worker_cpu_before_.assign(launched, 0);
  unshared_cpu_.assign(launched, 0);
}

void Controller::wait_for_workers() {
  while (!run_.stopping() && !all_workers(WorkerState::ready)) {
    wait_until(monotonic_ns() + kPatrol);
    check_workers();
  }
}

// The result can do without it: a table that somebody has locked must not cost the run, nor hold it
// up for long. (Partitions are locked to be listed, those too that no operation touches.)
void Controller::read_tables() {
  const auto attempt = [&](const auto& read) {
    try {
      in_transaction([&] {
        sql_query("SET LOCAL lock_timeout = '1s'");
        read();
      });
    } catch (const std::exception& error) {
      report(WARNING, sqlstate::internal_error,
             fmt::format("could not read the tables of execution {}: {}", plan_.execution_id,
                         error.what()));
    }
  };
  attempt([&] { advice_evidence_.begin(); });
  if (plan_.test_type == TestType::endurance) {
    attempt([&] { sizes_before_ = recorder_.read_relation_sizes(); });
  }
}

void Controller::start() {
  const bool endless = load_.end_ns() == kNever;
  const bool has_warmup = load_.measured_from_ns() > 0;
  if (!inserted_) read_tables();
  in_transaction([&] {
    if (!inserted_) {
      clock_ = ClockPair::now();
      recorder_.insert_execution(clock_, outcome_.workers,
                                 endless ? 0 : load_.end_ns() * plan_.spec.rounds);
    }
    server_before_ = recorder_.read_server();
    if (!has_warmup) database_at_start_ = recorder_.read_database();
  });
  RunHeader& header = run_.header();
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    worker_cpu_before_[i] = process_cpu_ns(run_.worker(i).pid.load()).value_or(0);
  }
  run_cpu_before_ = run_cpu_.read();
  const std::int64_t now = monotonic_ns();
  if (!inserted_) outcome_.started_ns = now;
  inserted_ = true;
  round_.started_ns = now;
  interval_from_ns_ = now;
  host_before_ = read_host("", now);
  if (!has_warmup) {
    header.window_epoch.store(0);
    begin_window(now);
    mark_window_start();
  }
  header.end_ns.store(endless ? kNever : now + load_.end_ns());
  header.start_ns.store(now);
  waits_.start(now);
  sessions_.start(now);
  run_.set_phase(RunPhase::running);
  run_.wake_workers();
}

bool Controller::is_patient() const {
  const StopReason reason = run_.stop_reason();
  return round_.started_ns != 0 && (reason == StopReason::none || reason == StopReason::completed ||
                                    reason == StopReason::criterion);
}

// Lets running operations end, cancels those that do not, and at last ends processes that ignore
// that.
void Controller::stop_workers() {
  enum class Step { wait, cancel, terminate } step = Step::wait;
  run_.header().window_closed.store(1);
  run_.wake_workers();
  std::int64_t deadline = monotonic_ns() + (is_patient() ? kGrace : 0);
  for (;;) {
    const bool act = monotonic_ns() >= deadline;
    if (act) {
      step = step == Step::wait ? Step::cancel : Step::terminate;
      deadline = monotonic_ns() + kGrace;
    }
    bool all_gone = true;
    for (std::size_t i = 0; i < workers_.size(); ++i) {
      pid_t pid = 0;
      const BgwHandleStatus status =
          pg_call([&] { return GetBackgroundWorkerPid(workers_[i], &pid); });
      if (status == BGWH_STOPPED || status == BGWH_POSTMASTER_DIED) continue;
      all_gone = false;
      if (act && step == Step::terminate) {
        pg_call([&] { TerminateBackgroundWorker(workers_[i]); });
      } else if (act && status == BGWH_STARTED) {
        kill(pid, SIGINT);
      }
    }
    if (all_gone) return;
    wait_until(std::min(deadline, monotonic_ns() + kPatrol));
  }
}

// Baselines, verdicts and alerts follow from what is recorded now; the result stands without them.
void Controller::judge() {
  std::string failure;
  judging = 1;
  try {
    // Asked after the flag is set: a terminate that comes later breaks off the query.
    if (ShutdownRequestPending) throw Error("57P01", "the controller was told to end");
    in_transaction([&] {
      pg_call([] { enable_timeout_after(STATEMENT_TIMEOUT, kMostJudging); });
      sql_query("SELECT perf_mgmt.finish_execution($1::pg_catalog.uuid)", {plan_.execution_id});
    });
  } catch (const std::exception& error) {
    failure = error.what();
  }
  pg_call([] { disable_timeout(STATEMENT_TIMEOUT, false); });
  judging = 0;
  QueryCancelPending = false;  // one that came too late must not meet what follows
  if (failure.empty()) return;
  report(WARNING, sqlstate::internal_error,
         fmt::format("could not judge execution {}: {}", plan_.execution_id, failure));
  try {
    in_transaction([&] { recorder_.log_event("JUDGEMENT_FAILED", failure); });
  } catch (const std::exception&) {
    // The server log has it.
  }
}

void Controller::wait_until(std::int64_t monotonic) {
  const std::int64_t left = monotonic - monotonic_ns();
  if (left > 0) {
    const long timeout =
        static_cast<long>(std::min<std::int64_t>(left / kMillisecond + 1, 3'600'000));
    pg_call([&] {
      WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, timeout,
                PG_WAIT_EXTENSION);
      ResetLatch(MyLatch);
    });
  }
  check_requests();
}

// pg_terminate_backend and shutdown set ShutdownRequestPending, pg_cancel_backend cancel_requested:
// both end the run.
void Controller::check_requests() {
  if (ShutdownRequestPending && !run_.stopping()) run_.stop(StopReason::terminated);
  if (cancel_requested != 0) {
    cancel_requested = 0;
    if (!run_.stopping()) run_.stop(StopReason::cancelled);
  }
  check_interrupts();
}

bool Controller::all_workers(WorkerState state) const {
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    if (static_cast<WorkerState>(run_.worker(i).state.load(std::memory_order_acquire)) < state)
      return false;
  }
  return true;
}

void Controller::check_workers() {
  if (run_.stopping()) return;
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    pid_t pid = 0;
    const BgwHandleStatus status =
        pg_call([&] { return GetBackgroundWorkerPid(workers_[i], &pid); });
    if (status != BGWH_STOPPED) continue;
    if (static_cast<WorkerState>(run_.worker(i).state.load()) == WorkerState::finished) continue;
    run_.fail(
        sqlstate::object_not_in_prerequisite_state, "a worker of the run ended unexpectedly",
        fmt::format("Worker {} with process id {} is gone.", i + 1, run_.worker(i).pid.load()),
        "See the server log.", "");
    run_.stop(StopReason::failed);
  }
}

}  // namespace perf_mgmt::pg

extern "C" {

PGDLLEXPORT void perf_mgmt_controller_main(Datum argument);

void perf_mgmt_controller_main(Datum argument) {
  using namespace perf_mgmt::pg;
  run_cpp([&] {
    pg_call([] { on_proc_exit(leave_for_good, Datum{0}); });
    // A terminate is a request: the run ends first. A cancel is one too.
    pqsignal(SIGTERM, handle_terminate);
    pqsignal(SIGINT, handle_cancel);
    const SharedRun run = find_run(argument);
    if (!run) return settle_lost_executions();
    pg_call([] { BackgroundWorkerUnblockSignals(); });
    stop_with_this_process(run);
    try {
      Controller controller(run);
      controller.run();
    } catch (...) {
      fail_run(run);  // the caller is to be told why
      throw;
    }
  });
}

}  // extern "C"
