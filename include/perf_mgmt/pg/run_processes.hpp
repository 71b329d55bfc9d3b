// The background workers of a run: how they are registered, and what all of them do first.
#pragma once

#include "perf_mgmt/pg/shared_run.hpp"

extern "C" {
#include "postmaster/bgworker.h"
}

namespace perf_mgmt::pg {

// What a run's process is started with beside the run's handle.
struct ProcessArguments {
  std::uint32_t index = 0;  // of a worker
  // Where and as whom to work when there is no run any more to say so.
  Oid database = InvalidOid;
  Oid role = InvalidOid;
};
static_assert(sizeof(ProcessArguments) <= BGW_EXTRALEN);

// Registers a background worker that starts in the given function of this library with the run's
// handle as its argument. One that returns after a crash of the server is started anew by its
// postmaster; it is also tried again where it cannot be started at all (no process to be had, no
// library), every 10 seconds until the handle is given to TerminateBackgroundWorker. No value where
// no worker slot is free.
enum class AfterCrash { gone, returns };
std::optional<BackgroundWorkerHandle*> register_process(const char* function, const char* name,
                                                        dsm_handle run,
                                                        const ProcessArguments& arguments,
                                                        AfterCrash after_crash);

// Those that this process was started with.
ProcessArguments process_arguments();

// First steps of a run's process, before it has a database: a resource owner, the run's segment,
// and a log hook that copies the text of a FATAL error (no LOGIN, no CONNECT, too many connections)
// into the run, where the caller finds it. Signals stay blocked.
SharedRun join_run(Datum handle);

// For the process that controls the run: whatever ends it also stops the run, and cancels what the
// workers are doing.
void stop_with_this_process(const SharedRun& run);

// Called in a catch block: hands the current exception to the run, where the caller finds it, and
// stops the run.
void fail_run(const SharedRun& run);

// CHECK_FOR_INTERRUPTS of a worker that is between operations: a cancel has nothing to cancel there
// and must not end the worker, a terminate must.
void check_interrupts_but_cancel();

// Whether this process runs operations of a run.
bool is_worker() noexcept;

// Connects to the run's database as a role, and shows name in pg_stat_activity.
void connect_to_database(Oid database, Oid role, const char* name);

}  // namespace perf_mgmt::pg
