// What the machine is: the description that an execution keeps in hardware_specs, so that results
// from unlike machines are never compared unawares. All of it is read; nothing is assumed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "perf_mgmt/core/cgroup.hpp"
#include "perf_mgmt/core/system_file.hpp"

namespace perf_mgmt {

struct CpuModel {
  std::string name;         // "model name"; empty where the kernel gives none (64-bit ARM)
  unsigned processors = 0;  // lines "processor": those online
  bool hypervisor = false;  // the flag that virtual machines set (x86)
};
CpuModel parse_cpuinfo(std::string_view text);

struct Hardware {
  Figure<std::string> processor_model;
  Figure<std::uint64_t> processors;
  Figure<double> cgroup_processors;  // limit; no value and no reason: none set
  Figure<std::uint64_t> memory_bytes;
  Figure<std::uint64_t> cgroup_memory_bytes;  // limit, as above
  Figure<std::string> data_device;            // "sda", the disk that holds the data directory
  Figure<std::string> data_device_kind;       // "ssd" or "rotational", as the kernel says
  Figure<std::string> kernel_release;         // uname -r
  Figure<std::string> architecture;           // uname -m
  // What gives the virtual machine or container away: "QEMU Standard PC", "xen", "hypervisor",
  // "container"; no value and no reason: nothing did.
  Figure<std::string> virtualization;
  std::string note;  // why a limit may exist that is not shown ("cgroup v1 is not read")
};

// The disk with this device number and its kind, from /sys/dev/block below root: for a partition,
// its whole disk. Network and layered file systems have no such device: no value, with the reason.
void describe_device(const std::string& root, unsigned major, unsigned minor, Hardware& hardware);

// Reads below root ("" in life, a folder with copies in tests); data_directory is a path as this
// process sees it. Throws nothing but bad_alloc.
Hardware read_hardware(const std::string& root, const std::string& data_directory);

// A JSON object with a key per figure: those without a value are null, and "unavailable" maps their
// keys to the reason; it and "note" are left out where empty. Text that is not UTF-8 is repaired.
std::string hardware_json(const Hardware& hardware);

}  // namespace perf_mgmt
