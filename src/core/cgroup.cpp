#include "perf_mgmt/core/cgroup.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <vector>

namespace perf_mgmt {

namespace {

using Number = std::uint64_t;

std::string_view first_line(std::string_view text) {
  return take_line(text);
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// The levels from this process's cgroup up to the root that it sees, deepest first. A container
// that kept the host's cgroup namespace has a path that its own mount does not show: levels that do
// not exist are left out, and the mount's root, which is its cgroup, remains.
std::vector<std::string> cgroup_levels(const std::string& mount, std::string path) {
  std::vector<std::string> levels;
  std::error_code ignored;
  while (!path.empty() && path != "/") {
    std::string directory = mount + path;
    if (std::filesystem::is_directory(directory, ignored)) {
      levels.push_back(std::move(directory));
    }
    path.erase(path.rfind('/'));
  }
  levels.push_back(mount);
  return levels;
}

// What `parse` makes of the file; a missing file is no value without a reason, any other trouble
// has the file's path in its reason.
template <typename T, typename Parse>
Figure<T> read_optional(const std::string& path, Parse parse) {
  FileText file = read_system_file(path);
  if (!file.text.value) {
    return Figure<T>::none(file.is_absent ? std::string{} : std::move(file.text.reason));
  }
  Figure<T> figure = parse(*file.text.value);
  if (!figure.reason.empty()) {
    figure.reason = path + ": " + figure.reason;
  }
  return figure;
}

// A file that must be there because its neighbour is.
template <typename T, typename Parse>
Figure<T> read_required(const std::string& path, Parse parse) {
  Figure<T> figure = read_optional<T>(path, parse);
  if (!figure.value && figure.reason.empty()) {
    figure.reason = path + ": missing";
  }
  return figure;
}

Figure<CpuLimit> read_cpu_limit(const std::vector<std::string>& levels) {
  std::optional<CpuLimit> tightest;
  for (const std::string& level : levels) {
    Figure<double> cores = read_optional<double>(level + "/cpu.max", parse_cpu_max);
    if (!cores.reason.empty()) {
      return Figure<CpuLimit>::none(std::move(cores.reason));
    }
    if (cores.value && (!tightest || *cores.value < tightest->cores)) {
      tightest = CpuLimit{*cores.value, 0, level};
    }
  }
  if (!tightest) {
    return {};
  }
  Figure<Number> used = read_required<Number>(
      tightest->directory + "/cpu.stat",
      [](std::string_view text) { return parse_flat_key(text, "usage_usec"); });
  if (!used.value) {
    return Figure<CpuLimit>::none(std::move(used.reason));
  }
  tightest->used_us = *used.value;
  return Figure<CpuLimit>::of(std::move(*tightest));
}

Figure<MemoryLimit> read_memory_limit(const std::vector<std::string>& levels) {
  std::optional<Number> limit;
  std::string directory;
  for (const std::string& level : levels) {
    Figure<Number> bytes = read_optional<Number>(level + "/memory.max", parse_memory_max);
    if (!bytes.reason.empty()) {
      return Figure<MemoryLimit>::none(std::move(bytes.reason));
    }
    if (bytes.value && (!limit || *bytes.value < *limit)) {
      limit = bytes.value;
      directory = level;
    }
  }
  if (!limit) {
    return {};
  }
  Figure<Number> current =
      read_required<Number>(directory + "/memory.current", parse_single_number);
  if (!current.value) {
    return Figure<MemoryLimit>::none(std::move(current.reason));
  }
  Figure<Number> inactive = read_required<Number>(
      directory + "/memory.stat",
      [](std::string_view text) { return parse_flat_key(text, "inactive_file"); });
  if (!inactive.value) {
    return Figure<MemoryLimit>::none(std::move(inactive.reason));
  }
  // The two files are read one after the other, so the part may exceed the whole for a moment.
  return Figure<MemoryLimit>::of(
      {*limit, *current.value - std::min(*current.value, *inactive.value)});
}

Figure<DiskBytes> read_disk(const std::string& root, const std::string& directory) {
  const auto counts = [&root](std::string_view device) {
    // /sys/dev/block/8:0 is a link that ends with the device's name. Where it cannot be read, all
    // that is known is that the kernel counted the device.
    std::error_code error;
    const auto link =
        std::filesystem::read_symlink(root + "/sys/dev/block/" + std::string(device), error);
    return error || !is_secondary_disk(link.filename().string());
  };
  return read_optional<DiskBytes>(directory + "/io.stat", [&counts](std::string_view text) {
    return parse_io_stat(text, counts);
  });
}

}  // namespace

Figure<double> parse_cpu_max(std::string_view text) {
  std::string_view line = first_line(text);
  const std::string_view quota_word = take_word(line);
  const std::optional<Number> period = whole_number<Number>(take_word(line));
  if (!period || *period == 0 || !take_word(line).empty()) {
    return Figure<double>::none("not \"quota period\"");
  }
  if (quota_word == "max") {
    return {};
  }
  const std::optional<Number> quota = whole_number<Number>(quota_word);
  if (!quota || *quota == 0) {
    return Figure<double>::none("not \"quota period\"");
  }
  return Figure<double>::of(static_cast<double>(*quota) / static_cast<double>(*period));
}

Figure<std::uint64_t> parse_memory_max(std::string_view text) {
  return first_line(text) == "max" ? Figure<Number>{} : parse_single_number(text);
}

Figure<std::uint64_t> parse_single_number(std::string_view text) {
  const std::optional<Number> number = whole_number<Number>(first_line(text));
  return number ? Figure<Number>::of(*number) : Figure<Number>::none("not a number");
}

Figure<std::uint64_t> parse_flat_key(std::string_view text, std::string_view key) {
  while (!text.empty()) {
    std::string_view line = take_line(text);
    if (take_word(line) == key) {
      const std::optional<Number> number = whole_number<Number>(take_word(line));
      return number ? Figure<Number>::of(*number)
                    : Figure<Number>::none("\"" + std::string(key) + "\" is not a number");
    }
  }
  return Figure<Number>::none("no \"" + std::string(key) + "\"");
}

Figure<DiskBytes> parse_io_stat(std::string_view text,
                                const std::function<bool(std::string_view device)>& counts) {
  DiskBytes sum;
  while (!text.empty()) {
    std::string_view line = take_line(text);
    bool has_device = false;
    bool counted = false;
    for (std::string_view word = take_word(line); !word.empty(); word = take_word(line)) {
      const std::size_t equals = word.find('=');
      if (equals == std::string_view::npos) {
        if (word.find(':') == std::string_view::npos) {
          return Figure<DiskBytes>::none("not \"device key=value\"");
        }
        has_device = true;
        counted = counts(word);
        continue;
      }
      const std::string_view key = word.substr(0, equals);
      if (key != "rbytes" && key != "wbytes") {
        continue;
      }
      const std::optional<Number> bytes = whole_number<Number>(word.substr(equals + 1));
      if (!has_device || !bytes) {
        return Figure<DiskBytes>::none("not \"device key=value\"");
      }
      if (counted) {
        (key == "rbytes" ? sum.read : sum.written) += *bytes;
      }
    }
  }
  return Figure<DiskBytes>::of(sum);
}

std::optional<std::string> parse_cgroup_v2_path(std::string_view text) {
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    if (line.substr(0, 4) == "0::/") {
      const std::string_view path = line.substr(3);
      if (path.substr(0, 4) == "/../" || path == "/..") {
        return std::nullopt;
      }
      return std::string(path);
    }
  }
  return std::nullopt;
}

bool has_cgroup_v1_controller(std::string_view text) {
  while (!text.empty()) {
    std::string_view line = take_line(text);
    line.remove_prefix(std::min(line.find(':'), line.size()));  // "4:memory:/path"
    line.remove_prefix(std::min<std::size_t>(1, line.size()));
    std::string_view controllers = line.substr(0, line.find(':'));
    while (!controllers.empty()) {
      const std::string_view name = controllers.substr(0, controllers.find(','));
      controllers.remove_prefix(std::min(name.size() + 1, controllers.size()));
      if (name == "cpu" || name == "memory" || name == "blkio") {
        return true;
      }
    }
  }
  return false;
}

bool is_secondary_disk(std::string_view name) {
  constexpr std::array<std::string_view, 9> prefixes = {"loop", "ram", "zram",   "dm-", "md",
                                                        "sr",   "fd",  "bcache", "drbd"};
  for (const std::string_view prefix : prefixes) {
    if (name.substr(0, prefix.size()) == prefix && name.size() > prefix.size() &&
        is_digit(name[prefix.size()])) {
      return true;
    }
  }
  // nvme0c1n1 is one path of the multipath device nvme0n1.
  return name.substr(0, 4) == "nvme" && name.find('c', 4) != std::string_view::npos;
}

CgroupReading read_cgroup(const std::string& root) {
  CgroupReading reading;
  const FileText membership = read_system_file(root + "/proc/self/cgroup");
  if (!membership.text.value) {
    if (!membership.is_absent) {
      reading.note = membership.text.reason;
    }
    return reading;  // a kernel without cgroups sets no limits
  }
  if (has_cgroup_v1_controller(*membership.text.value)) {
    reading.note = "cgroup v1 is not read";
  }
  const std::optional<std::string> path = parse_cgroup_v2_path(*membership.text.value);
  if (!path) {
    if (reading.note.empty()) {
      reading.note = "the cgroup of this process lies outside its namespace";
    }
    return reading;
  }
  const std::vector<std::string> levels = cgroup_levels(root + "/sys/fs/cgroup", *path);
  reading.cpu = read_cpu_limit(levels);
  reading.memory = read_memory_limit(levels);
  reading.disk = read_disk(root, levels.front());
  return reading;
}

}  // namespace perf_mgmt
