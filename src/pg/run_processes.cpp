#include <csignal>

#include "perf_mgmt/pg/run_processes.hpp"

extern "C" {
#include "pgstat.h"
#include "utils/backend_status.h"
#include "utils/guc.h"
}

namespace perf_mgmt::pg {

namespace {

// After a crash of the server nobody waits for this.
constexpr int kSecondsToRetry = 10;

constinit const SharedRun* logged_run = nullptr;
constinit emit_log_hook_type previous_log_hook = nullptr;

// Called by the server's error reporting: must neither allocate nor raise.
void copy_fatal_error(ErrorData* error) {
  if (logged_run != nullptr && error->elevel >= FATAL && error->message != nullptr &&
      error->sqlerrcode != ERRCODE_ADMIN_SHUTDOWN) {
    logged_run->fail(unpack_sql_state(error->sqlerrcode), error->message,
                     error->detail != nullptr ? error->detail : "",
                     error->hint != nullptr ? error->hint : "", "");
  }
  if (previous_log_hook != nullptr) previous_log_hook(error);
}

// What is told after this has nowhere to be kept.
void run_detached(dsm_segment*, Datum) {
  logged_run = nullptr;
}

// The process that controls the run is going, whatever ended it. Workers that nobody stops would
// run on to the end of their load, and one that waits for a lock for as long as that is held.
void controller_detached(dsm_segment* segment, Datum) {
  run_cpp_quietly(
      [](void* argument) {
        const SharedRun run(static_cast<dsm_segment*>(argument));
        run.stop(StopReason::failed);
        for (std::uint32_t i = 0; i < run.header().worker_slots; ++i) {
          const std::uint32_t proc = run.worker(i).proc.load(std::memory_order_acquire);
          const int pid = run.worker(i).pid.load();
          // A worker that is gone has left its place in the process array, to another perhaps.
          if (proc != 0 && GetPGProcByNumber(proc - 1)->pid == pid) kill(pid, SIGINT);
        }
      },
      segment);
}

}  // namespace

std::optional<BackgroundWorkerHandle*> register_process(const char* function, const char* name,
                                                        dsm_handle run,
                                                        const ProcessArguments& arguments,
                                                        AfterCrash after_crash) {
  BackgroundWorker worker{};
  strlcpy(worker.bgw_name, name, BGW_MAXLEN);
  strlcpy(worker.bgw_type, name, BGW_MAXLEN);
  strlcpy(worker.bgw_library_name, "perf_mgmt", sizeof(worker.bgw_library_name));
  strlcpy(worker.bgw_function_name, function, BGW_MAXLEN);
  worker.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
  worker.bgw_start_time = BgWorkerStart_RecoveryFinished;
  worker.bgw_restart_time =
      after_crash == AfterCrash::returns ? kSecondsToRetry : BGW_NEVER_RESTART;
  worker.bgw_main_arg = UInt32GetDatum(run);
  worker.bgw_notify_pid = MyProcPid;
  std::memcpy(worker.bgw_extra, &arguments, sizeof(arguments));

  BackgroundWorkerHandle* handle = nullptr;
  if (!pg_call([&] { return RegisterDynamicBackgroundWorker(&worker, &handle); }))
    return std::nullopt;
  return handle;
}

ProcessArguments process_arguments() {
  ProcessArguments arguments;
  std::memcpy(&arguments, MyBgworkerEntry->bgw_extra, sizeof(arguments));
  return arguments;
}

SharedRun join_run(Datum handle) {
  pg_call([] {
    if (CurrentResourceOwner == nullptr) {
      CurrentResourceOwner = ResourceOwnerCreate(nullptr, "perf_mgmt run");
    }
  });
  static SharedRun run;
  run = SharedRun::attach(DatumGetUInt32(handle));
  logged_run = &run;
  pg_call([] { on_dsm_detach(run.segment(), run_detached, Datum{0}); });
  previous_log_hook = emit_log_hook;
  emit_log_hook = copy_fatal_error;
  return run;
}

void stop_with_this_process(const SharedRun& run) {
  pg_call([&] { on_dsm_detach(run.segment(), controller_detached, Datum{0}); });
}

void fail_run(const SharedRun& run) {
  try {
    throw;
  } catch (const PgError& error) {
    // What was cancelled because the run is being stopped is no failure.
    if (error.sqlerrcode() == ERRCODE_QUERY_CANCELED && run.stopping()) return;
    const ErrorData& data = error.data();
    run.fail(error.sqlstate(), error.what(), data.detail != nullptr ? data.detail : "",
             data.hint != nullptr ? data.hint : "", data.context != nullptr ? data.context : "");
  } catch (const Error& error) {
    if (std::strcmp(error.sqlstate(), "57014") == 0 && run.stopping()) return;
    run.fail(error.sqlstate(), error.message(), error.detail(), error.hint(), "");
  } catch (const std::bad_alloc&) {
    run.fail(sqlstate::out_of_memory, "out of memory", "", "", "");
  } catch (const std::exception& error) {
    run.fail(sqlstate::internal_error, error.what(), "", "", "");
  }
  run.stop(StopReason::failed);
}

void check_interrupts_but_cancel() {
  if (!INTERRUPTS_PENDING_CONDITION()) return;
  pg_call([] {
    HOLD_CANCEL_INTERRUPTS();
    QueryCancelPending = false;
    CHECK_FOR_INTERRUPTS();
    RESUME_CANCEL_INTERRUPTS();
  });
}

bool is_worker() noexcept {
  return MyBgworkerEntry != nullptr &&
         std::strcmp(MyBgworkerEntry->bgw_type, "perf_mgmt worker") == 0;
}

void connect_to_database(Oid database, Oid role, const char* name) {
  pg_call([&] {
    BackgroundWorkerInitializeConnectionByOid(database, role, kConnectFlags);
    pgstat_report_appname(name);
  });
}

}  // namespace perf_mgmt::pg
