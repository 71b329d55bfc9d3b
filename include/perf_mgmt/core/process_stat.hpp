// What /proc says of one process (proc(5)).
#pragma once

#include <cstdint>
#include <string_view>

#include "perf_mgmt/core/system_file.hpp"

namespace perf_mgmt {

// Clock ticks of /proc/<pid>/stat.
struct ProcessTimes {
  std::uint64_t own = 0;       // user and system
  std::uint64_t children = 0;  // the same of children that ended and were waited for
};
Figure<ProcessTimes> parse_process_stat(std::string_view text);

// Bytes of RssAnon of /proc/<pid>/status: resident memory that is the process's own, shared buffers
// and code apart.
Figure<std::uint64_t> parse_private_memory(std::string_view text);

}  // namespace perf_mgmt
