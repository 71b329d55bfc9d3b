// A process that ends hands its CPU time to the postmaster, which waits for it: so the times of all
// living processes, the postmaster's own and those of its ended children are the whole.
#include "perf_mgmt/pg/process_usage.hpp"

#include "perf_mgmt/core/process_stat.hpp"

extern "C" {
#include "miscadmin.h"
#include "storage/proc.h"
}

namespace perf_mgmt::pg {

namespace {

std::string proc_file(pid_t pid, const char* name) {
  return fmt::format("/proc/{}/{}", pid, name);
}

// Backends of clients, WAL senders and autovacuum workers.
bool is_of_others(const PGPROC& process) {
  return serves_client(process) || (process.statusFlags & PROC_IS_AUTOVACUUM) != 0;
}

}  // namespace

std::optional<std::int64_t> process_cpu_ns(pid_t pid) noexcept {
  clockid_t clock{};
  timespec used{};
  if (pid <= 0 || clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &used) != 0) {
    return std::nullopt;
  }
  return static_cast<std::int64_t>(used.tv_sec) * 1'000'000'000 + used.tv_nsec;
}

std::optional<std::uint64_t> process_memory_bytes(pid_t pid) {
  const FileText status = read_system_file(proc_file(pid, "status"));
  if (!status.text.value) return std::nullopt;
  return parse_private_memory(*status.text.value).value;
}

std::optional<std::int64_t> RunCpu::read() {
  const FileText stat = read_system_file(proc_file(PostmasterPid, "stat"));
  if (!stat.text.value) return std::nullopt;
  const Figure<ProcessTimes> postmaster = parse_process_stat(*stat.text.value);
  if (!postmaster.value) return std::nullopt;
  const std::int64_t tick_ns = 1'000'000'000 / sysconf(_SC_CLK_TCK);
  std::int64_t total =
      static_cast<std::int64_t>(postmaster.value->own + postmaster.value->children) * tick_ns;

  std::map<pid_t, std::int64_t> others;
  for (std::uint32_t i = 0; i < ProcGlobal->allProcCount; ++i) {
    const PGPROC& process = ProcGlobal->allProcs[i];
    const pid_t pid = process.pid;
    if (pid == 0) continue;
    const std::optional<std::int64_t> used = process_cpu_ns(pid);
    if (!used) continue;
    if (is_of_others(process)) {
      others.emplace(pid, *used);
    } else {
      total += *used;
    }
  }
  for (const auto& [pid, used] : others_) {
    if (!others.contains(pid)) others_ended_ns_ += used;
  }
  others_ = std::move(others);
  return total - others_ended_ns_;
}

}  // namespace perf_mgmt::pg
