#include "perf_mgmt/core/hardware.hpp"

#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>

#include <cerrno>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "perf_mgmt/core/compact_json.hpp"
#include "perf_mgmt/core/host_metrics.hpp"

namespace perf_mgmt {

namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\n";
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::string line_of(const std::string& path) {
  const FileText file = read_system_file(path);
  return file.text.value ? std::string(trimmed(*file.text.value)) : std::string{};
}

bool exists(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

Figure<std::string> find_virtualization(const std::string& root, bool hypervisor_flag) {
  std::string hint = line_of(root + "/sys/hypervisor/type");
  if (hint.empty() && hypervisor_flag) {
    // The firmware's names say which hypervisor; without the flag they name a real machine's maker.
    hint = line_of(root + "/sys/class/dmi/id/sys_vendor");
    const std::string product = line_of(root + "/sys/class/dmi/id/product_name");
    hint += (hint.empty() || product.empty() ? "" : " ") + product;
    if (hint.empty()) {
      hint = "hypervisor";
    }
  }
  if (exists(root + "/.dockerenv") || exists(root + "/run/.containerenv")) {
    hint += hint.empty() ? "container" : ", container";
  }
  return hint.empty() ? Figure<std::string>{} : Figure<std::string>::of(std::move(hint));
}

void read_processors(const std::string& root, Hardware& hardware) {
  const FileText file = read_system_file(root + "/proc/cpuinfo");
  CpuModel model;
  if (file.text.value) {
    model = parse_cpuinfo(*file.text.value);
    hardware.processor_model =
        model.name.empty() ? Figure<std::string>::none("/proc/cpuinfo has no \"model name\"")
                           : Figure<std::string>::of(model.name);
    hardware.processors = model.processors == 0
                              ? Figure<std::uint64_t>::none("/proc/cpuinfo lists no processor")
                              : Figure<std::uint64_t>::of(model.processors);
  } else {
    hardware.processor_model = Figure<std::string>::none(file.text.reason);
    hardware.processors = Figure<std::uint64_t>::none(file.text.reason);
  }
  hardware.virtualization = find_virtualization(root, model.hypervisor);
}

void read_memory(const std::string& root, Hardware& hardware) {
  const FileText file = read_system_file(root + "/proc/meminfo");
  if (!file.text.value) {
    hardware.memory_bytes = Figure<std::uint64_t>::none(file.text.reason);
    return;
  }
  const Figure<MemoryInfo> memory = parse_meminfo(*file.text.value);
  hardware.memory_bytes = memory.value
                              ? Figure<std::uint64_t>::of(memory.value->total_bytes)
                              : Figure<std::uint64_t>::none("/proc/meminfo: " + memory.reason);
}

template <typename T>
void put(nlohmann::json& object, nlohmann::json& unavailable, const char* key,
         const Figure<T>& figure) {
  if (figure.value) {
    object[key] = *figure.value;
    return;
  }
  object[key] = nullptr;
  if (!figure.reason.empty()) {
    unavailable[key] = figure.reason;
  }
}

}  // namespace

CpuModel parse_cpuinfo(std::string_view text) {
  CpuModel model;
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) {
      continue;
    }
    const std::string_view key = trimmed(line.substr(0, colon));
    std::string_view value = trimmed(line.substr(colon + 1));
    if (key == "processor" && whole_number<unsigned>(value)) {
      ++model.processors;
    } else if (key == "model name" && model.name.empty()) {
      model.name = value;
    } else if (key == "flags" && !model.hypervisor) {
      for (std::string_view flag = take_word(value); !flag.empty(); flag = take_word(value)) {
        model.hypervisor = model.hypervisor || flag == "hypervisor";
      }
    }
  }
  return model;
}

void describe_device(const std::string& root, unsigned major, unsigned minor, Hardware& hardware) {
  const std::string path =
      root + "/sys/dev/block/" + std::to_string(major) + ":" + std::to_string(minor);
  const auto none = [&hardware](const std::string& why) {
    hardware.data_device = Figure<std::string>::none(why);
    hardware.data_device_kind = Figure<std::string>::none(why);
  };
  if (major == 0) {
    return none("the file system of the data directory has no block device of its own");
  }
  std::error_code error;
  std::filesystem::path device = std::filesystem::canonical(path, error);
  if (error) {
    return none(path + ": " + error.message());
  }
  if (std::filesystem::exists(device / "partition", error)) {
    device = device.parent_path();
  }
  hardware.data_device = Figure<std::string>::of(device.filename().string());
  const std::string file = (device / "queue" / "rotational").string();
  const FileText rotational = read_system_file(file);
  const std::string_view answer = rotational.text.value ? trimmed(*rotational.text.value) : "";
  if (!rotational.text.value) {
    hardware.data_device_kind = Figure<std::string>::none(rotational.text.reason);
  } else if (answer == "0" || answer == "1") {
    hardware.data_device_kind = Figure<std::string>::of(answer == "0" ? "ssd" : "rotational");
  } else {
    hardware.data_device_kind = Figure<std::string>::none(file + ": neither 0 nor 1");
  }
}

Hardware read_hardware(const std::string& root, const std::string& data_directory) {
  Hardware hardware;
  read_processors(root, hardware);
  read_memory(root, hardware);

  CgroupReading cgroup = read_cgroup(root);
  if (cgroup.cpu.value) {
    hardware.cgroup_processors = Figure<double>::of(cgroup.cpu.value->cores);
  } else {
    hardware.cgroup_processors = Figure<double>::none(cgroup.cpu.reason);
  }
  if (cgroup.memory.value) {
    hardware.cgroup_memory_bytes = Figure<std::uint64_t>::of(cgroup.memory.value->bytes);
  } else {
    hardware.cgroup_memory_bytes = Figure<std::uint64_t>::none(cgroup.memory.reason);
  }
  hardware.note = std::move(cgroup.note);

  struct stat status {};
  if (::stat(data_directory.c_str(), &status) == 0) {
    describe_device(root, major(status.st_dev), minor(status.st_dev), hardware);
  } else {
    const std::string why = data_directory + ": " + std::generic_category().message(errno);
    hardware.data_device = Figure<std::string>::none(why);
    hardware.data_device_kind = Figure<std::string>::none(why);
  }

  struct utsname system {};
  if (::uname(&system) == 0) {
    hardware.kernel_release = Figure<std::string>::of(system.release);
    hardware.architecture = Figure<std::string>::of(system.machine);
  } else {
    const std::string why = "uname: " + std::generic_category().message(errno);
    hardware.kernel_release = Figure<std::string>::none(why);
    hardware.architecture = Figure<std::string>::none(why);
  }
  return hardware;
}

std::string hardware_json(const Hardware& hardware) {
  nlohmann::json object = nlohmann::json::object();
  nlohmann::json unavailable = nlohmann::json::object();
  put(object, unavailable, "processor_model", hardware.processor_model);
  put(object, unavailable, "processors", hardware.processors);
  put(object, unavailable, "cgroup_processors", hardware.cgroup_processors);
  put(object, unavailable, "memory_bytes", hardware.memory_bytes);
  put(object, unavailable, "cgroup_memory_bytes", hardware.cgroup_memory_bytes);
  put(object, unavailable, "data_device", hardware.data_device);
  put(object, unavailable, "data_device_kind", hardware.data_device_kind);
  put(object, unavailable, "kernel_release", hardware.kernel_release);
  put(object, unavailable, "architecture", hardware.architecture);
  put(object, unavailable, "virtualization", hardware.virtualization);
  if (!hardware.note.empty()) {
    object["note"] = hardware.note;
  }
  if (!unavailable.empty()) {
    object["unavailable"] = std::move(unavailable);
  }
  return compact_json(object);
}

}  // namespace perf_mgmt
