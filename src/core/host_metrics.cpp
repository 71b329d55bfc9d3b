#include "perf_mgmt/core/host_metrics.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace perf_mgmt {

namespace {

using Number = std::uint64_t;

constexpr std::string_view of_host = "host";
constexpr std::string_view of_cgroup = "cgroup";
constexpr const char* went_backwards = "a counter of the kernel went backwards";
constexpr const char* no_time = "no time passed between the two readings";

bool all_digits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// sda1 is a partition of sda, nvme0n1p1 of nvme0n1: the kernel puts a "p" after a disk name that
// ends with a digit.
bool is_partition_of(std::string_view name, std::string_view disk) {
  if (disk.empty() || name.size() <= disk.size() || name.substr(0, disk.size()) != disk) {
    return false;
  }
  std::string_view rest = name.substr(disk.size());
  if (all_digits(disk.substr(disk.size() - 1))) {
    if (rest.front() != 'p') {
      return false;
    }
    rest.remove_prefix(1);
  }
  return all_digits(rest);
}

template <typename T>
Figure<T> read_file(const std::string& path, Figure<T> (*parse)(std::string_view)) {
  FileText file = read_system_file(path);
  if (!file.text.value) {
    return Figure<T>::none(std::move(file.text.reason));
  }
  Figure<T> figure = parse(*file.text.value);
  if (!figure.value) {
    figure.reason = path + ": " + figure.reason;
  }
  return figure;
}

const std::string& first_reason(const std::string& one, const std::string& other) {
  return one.empty() ? other : one;
}

// At most 100: a cgroup's counters are read a moment after the clock, and it may use saved-up time
// or memory beyond its limit for a moment.
double percent(double part, double whole) {
  return std::min(100.0, 100.0 * part / whole);
}

double percent(Number part, Number whole) {
  return percent(static_cast<double>(part), static_cast<double>(whole));
}

void machine_cpu(const HostReading& earlier, const HostReading& later, HostUsage& usage) {
  const auto none = [&usage](const std::string& why) {
    usage.cpu_percent = Figure<double>::none(why);
    usage.steal_percent = Figure<double>::none(why);
  };
  if (!earlier.cpu.value || !later.cpu.value) {
    return none(first_reason(earlier.cpu.reason, later.cpu.reason));
  }
  const CpuTimes& before = *earlier.cpu.value;
  const CpuTimes& after = *later.cpu.value;
  if (after.busy < before.busy || after.steal < before.steal) {
    return none(went_backwards);
  }
  const Number busy = after.busy - before.busy;
  const Number steal = after.steal - before.steal;
  // iowait, a part of idle, may sink by a few ticks on a busy machine (proc(5)): that is no idle
  // time. More than the busy time itself is a reset.
  if (after.idle < before.idle && before.idle - after.idle > busy + steal) {
    return none(went_backwards);
  }
  const Number total = busy + steal + (after.idle - std::min(before.idle, after.idle));
  if (total == 0) {
    return none("no tick of the processor clock passed between the two readings");
  }
  usage.cpu_percent = Figure<double>::of(percent(busy, total));
  usage.steal_percent = Figure<double>::of(percent(steal, total));
  usage.cpu_of = of_host;
}

Figure<double> cgroup_cpu(const CpuLimit& before, const CpuLimit& after, std::int64_t elapsed_ns) {
  if (before.directory != after.directory) {
    return Figure<double>::none("another cgroup's limit rules since the last reading");
  }
  if (after.used_us < before.used_us) {
    return Figure<double>::none(went_backwards);
  }
  if (elapsed_ns <= 0) {
    return Figure<double>::none(no_time);
  }
  const double used_ns = 1e3 * static_cast<double>(after.used_us - before.used_us);
  return Figure<double>::of(percent(used_ns, static_cast<double>(elapsed_ns) * after.cores));
}

void cpu_usage(const HostReading& earlier, const HostReading& later, HostUsage& usage) {
  machine_cpu(earlier, later, usage);
  const Figure<CpuLimit>& limit = later.cgroup.cpu;
  if (limit.value && later.cpu.value && limit.value->cores >= later.cpu.value->processors) {
    return;  // the machine is smaller than the limit
  }
  if (limit.value && earlier.cgroup.cpu.value) {
    usage.cpu_percent = cgroup_cpu(*earlier.cgroup.cpu.value, *limit.value,
                                   later.monotonic_ns - earlier.monotonic_ns);
  } else if (limit.value) {
    usage.cpu_percent = Figure<double>::none(first_reason(
        earlier.cgroup.cpu.reason, "the cgroup got its limit after the earlier reading"));
  } else if (!limit.reason.empty()) {
    usage.cpu_percent = Figure<double>::none(limit.reason);
  } else {
    return;  // no limit
  }
  usage.cpu_of = usage.cpu_percent.value ? of_cgroup : std::string_view{};
}

void memory_usage(const HostReading& later, HostUsage& usage) {
  const Figure<MemoryLimit>& limit = later.cgroup.memory;
  const Figure<MemoryInfo>& machine = later.memory;
  if (limit.value && limit.value->bytes > 0 &&
      (!machine.value || limit.value->bytes < machine.value->total_bytes)) {
    usage.memory_percent = Figure<double>::of(percent(limit.value->used_bytes, limit.value->bytes));
    usage.memory_of = of_cgroup;
  } else if (!limit.reason.empty()) {
    usage.memory_percent = Figure<double>::none(limit.reason);
  } else if (!machine.value) {
    usage.memory_percent = Figure<double>::none(machine.reason);
  } else {
    usage.memory_percent = Figure<double>::of(percent(
        machine.value->total_bytes - machine.value->available_bytes, machine.value->total_bytes));
    usage.memory_of = of_host;
  }
}

void disk_usage(const HostReading& earlier, const HostReading& later, HostUsage& usage) {
  const bool cgroup = later.cgroup.disk.value || !later.cgroup.disk.reason.empty();
  const Figure<DiskBytes>& before = cgroup ? earlier.cgroup.disk : earlier.disk;
  const Figure<DiskBytes>& after = cgroup ? later.cgroup.disk : later.disk;
  const auto none = [&usage](std::string why) {
    usage.disk_mb_per_sec = Figure<double>::none(std::move(why));
  };
  if (!before.value || !after.value) {
    const std::string& why = first_reason(before.reason, after.reason);
    return none(why.empty() ? "the source of disk figures changed between the two readings" : why);
  }
  if (after.value->read < before.value->read || after.value->written < before.value->written) {
    return none(went_backwards);
  }
  const std::int64_t elapsed_ns = later.monotonic_ns - earlier.monotonic_ns;
  if (elapsed_ns <= 0) {
    return none(no_time);
  }
  const Number bytes =
      (after.value->read - before.value->read) + (after.value->written - before.value->written);
  // Bytes per nanosecond are 10^9 bytes a second.
  const double gigabytes_per_sec = static_cast<double>(bytes) / static_cast<double>(elapsed_ns);
  usage.disk_mb_per_sec = Figure<double>::of(1e3 * gigabytes_per_sec);
  usage.disk_of = cgroup ? of_cgroup : of_host;
}

}  // namespace

Figure<CpuTimes> parse_proc_stat(std::string_view text) {
  CpuTimes times;
  bool found = false;
  while (!text.empty()) {
    std::string_view line = take_line(text);
    const std::string_view name = take_word(line);
    if (name.substr(0, 3) == "cpu" && all_digits(name.substr(3))) {
      ++times.processors;
    }
    if (name != "cpu") {
      continue;
    }
    std::array<Number, 8> ticks{};  // user nice system idle iowait irq softirq steal
    for (Number& tick : ticks) {
      const std::optional<Number> number = whole_number<Number>(take_word(line));
      if (!number) {
        return Figure<CpuTimes>::none("the line \"cpu\" has no eight numbers");
      }
      tick = *number;
    }
    times.busy = ticks[0] + ticks[1] + ticks[2] + ticks[5] + ticks[6];
    times.idle = ticks[3] + ticks[4];
    times.steal = ticks[7];
    found = true;
  }
  return found ? Figure<CpuTimes>::of(times) : Figure<CpuTimes>::none("no line \"cpu\"");
}

Figure<MemoryInfo> parse_meminfo(std::string_view text) {
  std::optional<Number> total;
  std::optional<Number> available;
  while (!text.empty()) {
    std::string_view line = take_line(text);
    const std::string_view key = take_word(line);
    if (key != "MemTotal:" && key != "MemAvailable:") {
      continue;
    }
    const std::optional<Number> kilobytes = whole_number<Number>(take_word(line));
    if (!kilobytes || take_word(line) != "kB" || *kilobytes > UINT64_MAX / 1024) {
      return Figure<MemoryInfo>::none("\"" + std::string(key) + "\" is not a number of kB");
    }
    (key == "MemTotal:" ? total : available) = *kilobytes * 1024;
  }
  if (!total || !available || *total == 0 || *available > *total) {
    return Figure<MemoryInfo>::none("no usable MemTotal and MemAvailable");
  }
  return Figure<MemoryInfo>::of({*total, *available});
}

Figure<DiskBytes> parse_diskstats(std::string_view text) {
  struct Disk {
    std::string_view name;
    DiskBytes bytes;
  };
  constexpr Number sector = 512;
  std::vector<Disk> disks;
  while (!text.empty()) {
    std::string_view line = take_line(text);
    if (line.find_first_not_of(" \t") == std::string_view::npos) {
      continue;
    }
    // major minor name; reads: completed merged sectors ms; writes: the same four.
    std::array<std::string_view, 10> words;
    std::generate(words.begin(), words.end(), [&line] { return take_word(line); });
    const std::optional<Number> read = whole_number<Number>(words[5]);
    const std::optional<Number> written = whole_number<Number>(words[9]);
    if (!read || !written) {
      return Figure<DiskBytes>::none("a line has no sectors read and written");
    }
    if (!is_secondary_disk(words[2])) {
      disks.push_back({words[2], {*read * sector, *written * sector}});
    }
  }
  DiskBytes sum;
  bool found = false;
  for (const Disk& disk : disks) {
    const bool partition = std::any_of(disks.begin(), disks.end(), [&disk](const Disk& other) {
      return is_partition_of(disk.name, other.name);
    });
    if (!partition) {
      sum.read += disk.bytes.read;
      sum.written += disk.bytes.written;
      found = true;
    }
  }
  return found ? Figure<DiskBytes>::of(sum) : Figure<DiskBytes>::none("it lists no disk");
}

HostReading read_host(const std::string& root, std::int64_t monotonic_ns) {
  HostReading reading;
  reading.monotonic_ns = monotonic_ns;
  reading.cpu = read_file(root + "/proc/stat", parse_proc_stat);
  reading.memory = read_file(root + "/proc/meminfo", parse_meminfo);
  reading.cgroup = read_cgroup(root);
  if (!reading.cgroup.disk.value && reading.cgroup.disk.reason.empty()) {
    reading.disk = read_file(root + "/proc/diskstats", parse_diskstats);
  }
  return reading;
}

HostUsage host_usage(const HostReading& earlier, const HostReading& later) {
  HostUsage usage;
  cpu_usage(earlier, later, usage);
  memory_usage(later, usage);
  disk_usage(earlier, later, usage);
  return usage;
}

}  // namespace perf_mgmt
