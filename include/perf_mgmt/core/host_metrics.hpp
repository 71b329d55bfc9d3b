// How busy the host is: processors, memory and disks, from two readings of /proc and of this
// process's cgroup. The parsers are pure functions over a file's text; `read_host` reads the files;
// `host_usage` turns two readings into percentages and rates.
//
// What a figure is "of": where a cgroup limit is tighter than the machine, processors and memory
// are shares of that limit, used by that cgroup; else of the whole machine. Disk bytes are the
// cgroup's where it has io.stat, else those of all disks of the machine (/proc/diskstats, which in
// a container without an io controller includes what its neighbours do). HostUsage says which.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "perf_mgmt/core/cgroup.hpp"
#include "perf_mgmt/core/system_file.hpp"

namespace perf_mgmt {

// Ticks since boot, of the line "cpu " of /proc/stat (proc(5)). Guest time is part of user time.
struct CpuTimes {
  std::uint64_t busy = 0;   // user, nice, system, irq, softirq
  std::uint64_t idle = 0;   // idle and iowait
  std::uint64_t steal = 0;  // wanted by this machine, given to another one
  unsigned processors = 0;  // lines "cpu0", "cpu1"…: those online
};
Figure<CpuTimes> parse_proc_stat(std::string_view text);

struct MemoryInfo {
  std::uint64_t total_bytes = 0;
  std::uint64_t available_bytes = 0;  // MemAvailable: free, and what can be freed without swapping
};
Figure<MemoryInfo> parse_meminfo(std::string_view text);

// /proc/diskstats: bytes (sectors of 512) over whole disks: no partitions of a disk that is listed
// itself, and none of is_secondary_disk, which would count twice. No value when no disk is listed.
Figure<DiskBytes> parse_diskstats(std::string_view text);

// One reading of everything; monotonic_ns is when it was taken.
struct HostReading {
  std::int64_t monotonic_ns = 0;
  Figure<CpuTimes> cpu;
  Figure<MemoryInfo> memory;
  Figure<DiskBytes> disk;  // of the machine; not read where the cgroup has its own
  CgroupReading cgroup;
};

// Reads the files below root ("" in life, a folder with copies in tests). Throws nothing but
// bad_alloc: a file that is missing, unreadable or malformed is a figure without a value.
HostReading read_host(const std::string& root, std::int64_t monotonic_ns);

struct HostUsage {
  Figure<double> cpu_percent;      // all percentages are 0 to 100
  Figure<double> steal_percent;    // of the machine's processor time
  Figure<double> memory_percent;   // at the later reading
  Figure<double> disk_mb_per_sec;  // 10^6 bytes, read and written
  // What they are of: "host" or "cgroup"; empty where there is no value.
  std::string_view cpu_of;
  std::string_view memory_of;
  std::string_view disk_of;
};

// Usage between two readings, earlier first. Counters that went backwards, and readings with no
// time between them, give no value.
HostUsage host_usage(const HostReading& earlier, const HostReading& later);

}  // namespace perf_mgmt
