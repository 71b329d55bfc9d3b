// CPU time and memory of the cluster's processes, read from outside of them: the operation loop
// pays nothing for it.
#pragma once

#include <map>

#include "perf_mgmt/pg/boundary.hpp"

namespace perf_mgmt::pg {

// CPU time that a process has used, nanoseconds, by its CPU clock (clock_getcpuclockid(3)); nothing
// where it is gone.
std::optional<std::int64_t> process_cpu_ns(pid_t pid) noexcept;

// Memory that is the process's own, bytes; nothing where /proc does not tell.
std::optional<std::uint64_t> process_memory_bytes(pid_t pid);

// The CPU time of the run and of what the server does for it: background processes, workers and
// parallel workers, also those that came and went. Backends of other sessions and autovacuum are
// others, as is whatever else runs on the host.
class RunCpu {
 public:
  // Total since the server's start, nanoseconds; meaningful as a difference between two calls.
  // Nothing where /proc does not tell.
  std::optional<std::int64_t> read();

 private:
  std::map<pid_t, std::int64_t> others_;  // CPU time of the other backends that live
  std::int64_t others_ended_ns_ = 0;      // of those that ended: the postmaster has it now
};

}  // namespace perf_mgmt::pg
