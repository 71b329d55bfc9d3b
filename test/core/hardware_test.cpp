// Expectations are read off the file texts beside them.
#include "perf_mgmt/core/hardware.hpp"

#include <gtest/gtest.h>
#include <sys/utsname.h>

#include <nlohmann/json.hpp>

#include "file_tree.hpp"

namespace perf_mgmt {
namespace {

TEST(HardwareParse, Cpuinfo) {
  const CpuModel model = parse_cpuinfo(
      "processor\t: 0\nvendor_id\t: GenuineIntel\nmodel name\t: A Processor @ 2.0GHz: fast\n"
      "flags\t\t: fpu vme hypervisor lahf_lm\n\n"
      "processor\t: 1\nmodel name\t: Another\n");
  EXPECT_EQ(model.name, "A Processor @ 2.0GHz: fast");
  EXPECT_EQ(model.processors, 2u);
  EXPECT_TRUE(model.hypervisor);
}

TEST(HardwareParse, CpuinfoOfOtherMachines) {
  const CpuModel arm = parse_cpuinfo(
      "processor\t: 0\nBogoMIPS\t: 243.75\nFeatures\t: fp asimd\nCPU part\t: 0xd0c\n");
  EXPECT_EQ(arm.name, "");
  EXPECT_EQ(arm.processors, 1u);
  EXPECT_FALSE(arm.hypervisor);
  // Old 32-bit ARM kernels name the model "Processor"; s390 counts "processor 0".
  EXPECT_EQ(parse_cpuinfo("Processor : ARMv7\nprocessor : x\n# processors : 4\n").processors, 0u);
  EXPECT_EQ(parse_cpuinfo("").processors, 0u);
  EXPECT_FALSE(parse_cpuinfo("flags : nohypervisor\n").hypervisor);
}

TEST(HardwareDevice, DiskPartitionAndTrouble) {
  const FileTree tree;
  tree.write("/sys/devices/pci0/block/sda/queue/rotational", "1\n");
  tree.write("/sys/devices/pci0/block/sda/sda1/partition", "1\n");
  tree.write("/sys/devices/pci0/block/nvme0n1/queue/rotational", "0\n");
  tree.write("/sys/devices/virtual/block/odd/queue/rotational", "maybe\n");
  tree.write("/sys/devices/virtual/block/bare/size", "1\n");
  tree.link("/sys/dev/block/8:0", "../../devices/pci0/block/sda");
  tree.link("/sys/dev/block/8:1", "../../devices/pci0/block/sda/sda1");
  tree.link("/sys/dev/block/259:0", "../../devices/pci0/block/nvme0n1");
  tree.link("/sys/dev/block/1:1", "../../devices/virtual/block/odd");
  tree.link("/sys/dev/block/1:2", "../../devices/virtual/block/bare");

  const auto described = [&tree](unsigned major, unsigned minor) {
    Hardware hardware;
    describe_device(tree.root(), major, minor, hardware);
    return hardware;
  };
  EXPECT_EQ(described(8, 0).data_device.value, "sda");
  EXPECT_EQ(described(8, 0).data_device_kind.value, "rotational");
  EXPECT_EQ(described(8, 1).data_device.value, "sda");
  EXPECT_EQ(described(8, 1).data_device_kind.value, "rotational");
  EXPECT_EQ(described(259, 0).data_device_kind.value, "ssd");
  EXPECT_EQ(described(1, 1).data_device.value, "odd");
  EXPECT_NE(described(1, 1).data_device_kind.reason.find("rotational: neither 0 nor 1"),
            std::string::npos);
  EXPECT_NE(described(1, 2).data_device_kind.reason.find("rotational: No such file"),
            std::string::npos);
  EXPECT_EQ(described(9, 9).data_device.reason,
            tree.root() + "/sys/dev/block/9:9: No such file or directory");
  EXPECT_EQ(described(0, 42).data_device.reason,
            "the file system of the data directory has no block device of its own");
}

TEST(HardwareRead, Everything) {
  const FileTree tree;
  tree.write("/proc/cpuinfo",
             "processor : 0\nmodel name : Model X\nflags : fpu hypervisor\n\nprocessor : 1\n");
  tree.write("/proc/meminfo", "MemTotal: 1000 kB\nMemAvailable: 500 kB\n");
  tree.write("/proc/self/cgroup", "0::/\n");
  tree.write("/sys/fs/cgroup/cpu.max", "150000 100000\n");
  tree.write("/sys/fs/cgroup/cpu.stat", "usage_usec 1\n");
  tree.write("/sys/fs/cgroup/memory.max", "65536\n");
  tree.write("/sys/fs/cgroup/memory.current", "1\n");
  tree.write("/sys/fs/cgroup/memory.stat", "inactive_file 0\n");
  tree.write("/sys/class/dmi/id/sys_vendor", "QEMU\n");
  tree.write("/sys/class/dmi/id/product_name", "Standard PC\n");
  tree.write("/.dockerenv", "");

  const Hardware hardware = read_hardware(tree.root(), tree.root() + "/nowhere");
  EXPECT_EQ(hardware.processor_model.value, "Model X");
  EXPECT_EQ(hardware.processors.value, 2u);
  EXPECT_EQ(hardware.cgroup_processors.value, 1.5);
  EXPECT_EQ(hardware.memory_bytes.value, 1'024'000u);
  EXPECT_EQ(hardware.cgroup_memory_bytes.value, 65536u);
  EXPECT_EQ(hardware.virtualization.value, "QEMU Standard PC, container");
  EXPECT_EQ(hardware.data_device.reason, tree.root() + "/nowhere: No such file or directory");

  struct utsname system {};
  ASSERT_EQ(uname(&system), 0);
  EXPECT_EQ(hardware.kernel_release.value, system.release);
  EXPECT_EQ(hardware.architecture.value, system.machine);
}

TEST(HardwareRead, MakerOfARealMachineIsNoVirtualization) {
  const FileTree tree;
  tree.write("/proc/cpuinfo", "processor : 0\nmodel name : Model X\nflags : fpu\n");
  tree.write("/sys/class/dmi/id/sys_vendor", "Dell Inc.\n");
  const Hardware hardware = read_hardware(tree.root(), "/");
  EXPECT_FALSE(hardware.virtualization.value);
  EXPECT_EQ(hardware.virtualization.reason, "");

  tree.write("/sys/hypervisor/type", "xen\n");
  EXPECT_EQ(read_hardware(tree.root(), "/").virtualization.value, "xen");

  tree.remove("/sys/hypervisor");
  tree.remove("/sys/class");
  tree.write("/proc/cpuinfo", "processor : 0\nflags : hypervisor\n");
  EXPECT_EQ(read_hardware(tree.root(), "/").virtualization.value, "hypervisor");
}

TEST(HardwareRead, EmptyTree) {
  const FileTree tree;
  const Hardware hardware = read_hardware(tree.root(), tree.root() + "/none");
  const auto json = nlohmann::json::parse(hardware_json(hardware));
  const std::string missing = ": No such file or directory";
  const auto expected = nlohmann::json{{"processor_model", tree.root() + "/proc/cpuinfo" + missing},
                                       {"processors", tree.root() + "/proc/cpuinfo" + missing},
                                       {"memory_bytes", tree.root() + "/proc/meminfo" + missing},
                                       {"data_device", tree.root() + "/none" + missing},
                                       {"data_device_kind", tree.root() + "/none" + missing}};
  EXPECT_EQ(json["unavailable"], expected);
  EXPECT_TRUE(json["processors"].is_null());
  EXPECT_TRUE(json["cgroup_processors"].is_null());
  EXPECT_FALSE(json.contains("note"));
}

TEST(HardwareJson, FiguresNoteAndBadText) {
  Hardware hardware;
  hardware.processors = Figure<std::uint64_t>::of(2);
  hardware.cgroup_processors = Figure<double>::of(1.5);
  hardware.processor_model = Figure<std::string>::of("bad \xff text");
  hardware.note = "cgroup v1 is not read";
  const auto json = nlohmann::json::parse(hardware_json(hardware));
  EXPECT_EQ(json["processors"], 2);
  EXPECT_EQ(json["cgroup_processors"], 1.5);
  EXPECT_EQ(json["processor_model"], "bad \xEF\xBF\xBD text");
  EXPECT_EQ(json["note"], "cgroup v1 is not read");
  EXPECT_FALSE(json.contains("unavailable"));
}

// The machine that runs the test: only what any Linux must fulfil.
TEST(HardwareRead, ThisMachine) {
  const Hardware hardware = read_hardware("", "/");
  EXPECT_TRUE(hardware.processors.value || !hardware.processors.reason.empty());
  EXPECT_GT(hardware.memory_bytes.value.value_or(0), 64u << 20);
  EXPECT_FALSE(hardware.kernel_release.value.value_or("").empty());
  EXPECT_EQ(hardware.data_device.value.has_value(), hardware.data_device.reason.empty());
  EXPECT_TRUE(nlohmann::json::accept(hardware_json(hardware)));
}

}  // namespace
}  // namespace perf_mgmt
