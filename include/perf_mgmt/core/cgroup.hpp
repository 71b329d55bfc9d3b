// What the cgroup (version 2) of this process may use and has used: in a container /proc shows the
// whole host, so percentages of it would be wrong.
//
// Limits of every level count, up to the root that this process sees: the tightest one rules, and
// usage is read at the level that sets it. File formats: the kernel's
// Documentation/admin-guide/cgroup-v2.rst. Version 1 is not read; `note` says so where it rules.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "perf_mgmt/core/system_file.hpp"

namespace perf_mgmt {

// Bytes since boot (or since the cgroup was made).
struct DiskBytes {
  std::uint64_t read = 0;
  std::uint64_t written = 0;
};

struct CpuLimit {
  double cores = 0;           // quota ÷ period, > 0
  std::uint64_t used_us = 0;  // processor time that the level has used, microseconds
  std::string directory;      // the level that sets the limit
};

struct MemoryLimit {
  std::uint64_t bytes = 0;
  std::uint64_t used_bytes = 0;  // memory.current less inactive_file, as container tools count
};

struct CgroupReading {
  Figure<CpuLimit> cpu;        // no value and no reason: no limit
  Figure<MemoryLimit> memory;  // the same
  Figure<DiskBytes> disk;      // no value and no reason: no io controller here
  std::string note;            // why limits may exist that are not seen; empty where none can
};

// cpu.max, "max 100000" (no limit) or "quota period" in microseconds: the number of processors.
Figure<double> parse_cpu_max(std::string_view text);
// memory.max: "max" (no limit) or bytes.
Figure<std::uint64_t> parse_memory_max(std::string_view text);
// One number on the first line: memory.current.
Figure<std::uint64_t> parse_single_number(std::string_view text);
// A line "KEY NUMBER" of cpu.stat ("usage_usec") or memory.stat ("inactive_file").
Figure<std::uint64_t> parse_flat_key(std::string_view text, std::string_view key);
// io.stat: rbytes and wbytes, summed over the devices ("8:0") that `counts` accepts. An empty file
// is zero bytes. Devices without figures may share a line with the next one, as some kernels print
// them.
Figure<DiskBytes> parse_io_stat(std::string_view text,
                                const std::function<bool(std::string_view device)>& counts);
// /proc/self/cgroup: the path of the line "0::/…"; no value without one, or where the path leads
// out of the namespace ("/..").
std::optional<std::string> parse_cgroup_v2_path(std::string_view text);
// Whether the same file shows a version 1 hierarchy with the controller cpu, memory or blkio.
bool has_cgroup_v1_controller(std::string_view text);

// True for a device whose bytes are another device's, or none: loop, ram, zram, dm, md, bcache,
// drbd, optical and floppy drives, the paths below an NVMe multipath device.
bool is_secondary_disk(std::string_view name);

// Reads below root ("" in life, a folder with copies in tests). A missing file is no fault; one
// that cannot be read or understood is.
CgroupReading read_cgroup(const std::string& root);

}  // namespace perf_mgmt
