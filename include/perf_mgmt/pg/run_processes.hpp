// The background workers of a run: how they are registered, and what all of them do first.
#pragma once

#include "perf_mgmt/pg/shared_run.hpp"

extern "C" {
#include "postmaster/bgworker.h"
}

namespace perf_mgmt::pg {

// Registers a background worker that starts in the given function of this library with the run's
// handle as its argument, and index in bgw_extra. No value where no worker slot is free.
std::optional<BackgroundWorkerHandle*> register_process(const char* function, const char* name,
                                                        dsm_handle run, std::uint32_t index);

// First steps of a run's process, before it has a database: a resource owner, the run's segment,
// and a log hook that copies the text of a FATAL error (no LOGIN, no CONNECT, too many connections)
// into the run, where the caller finds it. Signals stay blocked.
SharedRun join_run(Datum handle);

// Called in a catch block: hands the current exception to the run, where the caller finds it, and
// stops the run.
void fail_run(const SharedRun& run);

// Connects to the run's database as a role, and shows name in pg_stat_activity.
void connect_to_database(Oid database, Oid role, const char* name);

}  // namespace perf_mgmt::pg
