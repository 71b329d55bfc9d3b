// Expectations are computed by hand from the file texts beside them.
#include "perf_mgmt/core/cgroup.hpp"

#include <gtest/gtest.h>

#include "file_tree.hpp"

namespace perf_mgmt {
namespace {

bool all(std::string_view) {
  return true;
}

TEST(CgroupParse, CpuMaxIsQuotaOverPeriod) {
  EXPECT_EQ(parse_cpu_max("150000 100000\n").value, 1.5);
  EXPECT_EQ(parse_cpu_max("50000 200000").value, 0.25);

  const Figure<double> unlimited = parse_cpu_max("max 100000\n");
  EXPECT_FALSE(unlimited.value);
  EXPECT_EQ(unlimited.reason, "");
}

TEST(CgroupParse, MalformedCpuMaxIsNotNoLimit) {
  for (const char* text : {"", "max", "max 0", "100000", "-1 100000", "0 100000", "1 2 3", "a b"}) {
    const Figure<double> figure = parse_cpu_max(text);
    EXPECT_FALSE(figure.value) << text;
    EXPECT_EQ(figure.reason, "not \"quota period\"") << text;
  }
}

TEST(CgroupParse, MemoryMax) {
  EXPECT_EQ(parse_memory_max("1073741824\n").value, 1073741824u);
  EXPECT_EQ(parse_memory_max("max\n").reason, "");
  EXPECT_FALSE(parse_memory_max("max\n").value);
  EXPECT_EQ(parse_memory_max("lots\n").reason, "not a number");
  EXPECT_EQ(parse_single_number("18446744073709551615\n").value, UINT64_MAX);
  EXPECT_EQ(parse_single_number("18446744073709551616\n").reason, "not a number");
  EXPECT_EQ(parse_single_number("").reason, "not a number");
}

TEST(CgroupParse, FlatKeyIsAWholeWord) {
  const char* text = "inactive_file_other 1\nactive_file 2\ninactive_file 3\n";
  EXPECT_EQ(parse_flat_key(text, "inactive_file").value, 3u);
  EXPECT_EQ(parse_flat_key(text, "usage_usec").reason, "no \"usage_usec\"");
  EXPECT_EQ(parse_flat_key("usage_usec x\n", "usage_usec").reason,
            "\"usage_usec\" is not a number");
}

TEST(CgroupParse, IoStatSumsAcceptedDevices) {
  const char* text =
      "8:0 rbytes=1000 wbytes=20 rios=3 wios=4 dbytes=5 dios=6\n"
      "253:0 rbytes=700 wbytes=7 rios=1 wios=1 dbytes=0 dios=0\n"
      "8:16 rbytes=1 wbytes=2\n";
  const Figure<DiskBytes> figure =
      parse_io_stat(text, [](std::string_view device) { return device != "253:0"; });
  ASSERT_TRUE(figure.value);
  EXPECT_EQ(figure.value->read, 1001u);
  EXPECT_EQ(figure.value->written, 22u);
}

TEST(CgroupParse, IoStatWithoutFigures) {
  EXPECT_EQ(parse_io_stat("", all).value->read, 0u);
  // Kernels before 6.1 print devices without figures in front of the next one.
  const Figure<DiskBytes> joined = parse_io_stat("7:0 7:1 8:0 rbytes=5 wbytes=6 rios=1\n", all);
  ASSERT_TRUE(joined.value);
  EXPECT_EQ(joined.value->read, 5u);
  EXPECT_EQ(joined.value->written, 6u);
}

TEST(CgroupParse, MalformedIoStat) {
  for (const char* text : {"rbytes=5\n", "8:0 rbytes=x\n", "8:0 rbytes=-1\n", "sda rbytes=1\n"}) {
    EXPECT_EQ(parse_io_stat(text, all).reason, "not \"device key=value\"") << text;
  }
}

TEST(CgroupParse, Membership) {
  EXPECT_EQ(parse_cgroup_v2_path("0::/system.slice/postgresql.service\n"),
            "/system.slice/postgresql.service");
  EXPECT_EQ(parse_cgroup_v2_path("4:memory:/a\n0::/\n"), "/");
  EXPECT_EQ(parse_cgroup_v2_path("0::/../other\n"), std::nullopt);
  EXPECT_EQ(parse_cgroup_v2_path("0::/..\n"), std::nullopt);
  EXPECT_EQ(parse_cgroup_v2_path("0::/..data\n"), "/..data");
  EXPECT_EQ(parse_cgroup_v2_path("1:name=systemd:/\n"), std::nullopt);

  EXPECT_TRUE(has_cgroup_v1_controller("3:cpu,cpuacct:/\n0::/\n"));
  EXPECT_TRUE(has_cgroup_v1_controller("5:net_cls,blkio:/x\n"));
  EXPECT_FALSE(has_cgroup_v1_controller("2:cpuset:/\n1:name=systemd:/\n0::/cpu\n"));
  EXPECT_FALSE(has_cgroup_v1_controller("garbage"));
}

TEST(CgroupParse, SecondaryDisks) {
  for (const char* name : {"loop0", "ram15", "zram0", "dm-3", "md127", "sr0", "fd0", "bcache0",
                           "drbd1", "nvme0c1n1"}) {
    EXPECT_TRUE(is_secondary_disk(name)) << name;
  }
  for (const char* name :
       {"sda", "vda1", "nvme0n1", "nvme0n1p2", "mmcblk0", "xvda", "nbd0", "mdx"}) {
    EXPECT_FALSE(is_secondary_disk(name)) << name;
  }
}

TEST(CgroupRead, ContainerLimits) {
  const FileTree tree;
  tree.write("/proc/self/cgroup", "0::/\n");
  tree.write("/sys/fs/cgroup/cpu.max", "150000 100000\n");
  tree.write("/sys/fs/cgroup/cpu.stat", "usage_usec 4000000\nuser_usec 1\nsystem_usec 2\n");
  tree.write("/sys/fs/cgroup/memory.max", "1000000\n");
  tree.write("/sys/fs/cgroup/memory.current", "700000\n");
  tree.write("/sys/fs/cgroup/memory.stat", "anon 1\ninactive_file 300000\n");
  tree.write("/sys/fs/cgroup/io.stat", "8:0 rbytes=10 wbytes=20\n254:1 rbytes=5 wbytes=5\n");
  tree.link("/sys/dev/block/254:1", "../../devices/virtual/block/dm-1");

  const CgroupReading reading = read_cgroup(tree.root());
  ASSERT_TRUE(reading.cpu.value);
  EXPECT_EQ(reading.cpu.value->cores, 1.5);
  EXPECT_EQ(reading.cpu.value->used_us, 4000000u);
  ASSERT_TRUE(reading.memory.value);
  EXPECT_EQ(reading.memory.value->bytes, 1000000u);
  EXPECT_EQ(reading.memory.value->used_bytes, 400000u);
  ASSERT_TRUE(reading.disk.value);
  EXPECT_EQ(reading.disk.value->read, 10u);  // dm-1 stands on a disk that counts itself
  EXPECT_EQ(reading.disk.value->written, 20u);
  EXPECT_EQ(reading.note, "");
}

TEST(CgroupRead, TightestLevelRules) {
  const FileTree tree;
  tree.write("/proc/self/cgroup", "0::/a.slice/b.service\n");
  tree.write("/sys/fs/cgroup/a.slice/cpu.max", "100000 100000\n");
  tree.write("/sys/fs/cgroup/a.slice/cpu.stat", "usage_usec 7\n");
  tree.write("/sys/fs/cgroup/a.slice/memory.max", "max\n");
  tree.write("/sys/fs/cgroup/a.slice/b.service/cpu.max", "400000 100000\n");
  tree.write("/sys/fs/cgroup/a.slice/b.service/cpu.stat", "usage_usec 5\n");
  tree.write("/sys/fs/cgroup/a.slice/b.service/memory.max", "max\n");
  tree.write("/sys/fs/cgroup/a.slice/b.service/io.stat", "8:0 rbytes=1 wbytes=2\n");

  const CgroupReading reading = read_cgroup(tree.root());
  ASSERT_TRUE(reading.cpu.value);
  EXPECT_EQ(reading.cpu.value->cores, 1.0);
  EXPECT_EQ(reading.cpu.value->used_us, 7u);
  EXPECT_FALSE(reading.memory.value);
  EXPECT_EQ(reading.memory.reason, "");
  EXPECT_EQ(reading.disk.value->written, 2u);
}

TEST(CgroupRead, PathOfTheHostFallsBackToTheMount) {
  const FileTree tree;
  tree.write("/proc/self/cgroup", "0::/docker/0123456789ab\n");
  tree.write("/sys/fs/cgroup/cpu.max", "200000 100000\n");
  tree.write("/sys/fs/cgroup/cpu.stat", "usage_usec 9\n");
  const CgroupReading reading = read_cgroup(tree.root());
  ASSERT_TRUE(reading.cpu.value);
  EXPECT_EQ(reading.cpu.value->cores, 2.0);
  EXPECT_EQ(reading.cpu.value->used_us, 9u);
}

TEST(CgroupRead, NoneOrVersionOne) {
  const FileTree tree;
  CgroupReading reading = read_cgroup(tree.root());
  EXPECT_FALSE(reading.cpu.value || reading.memory.value || reading.disk.value);
  EXPECT_EQ(reading.cpu.reason + reading.memory.reason + reading.disk.reason + reading.note, "");

  tree.write("/proc/self/cgroup", "4:memory:/x\n2:cpu,cpuacct:/x\n0::/\n");
  reading = read_cgroup(tree.root());
  EXPECT_FALSE(reading.cpu.value || reading.memory.value || reading.disk.value);
  EXPECT_EQ(reading.note, "cgroup v1 is not read");

  tree.write("/proc/self/cgroup", "0::/../x\n");
  EXPECT_EQ(read_cgroup(tree.root()).note, "the cgroup of this process lies outside its namespace");

  tree.make_unreadable("/proc/self/cgroup");
  EXPECT_EQ(read_cgroup(tree.root()).note, tree.root() + "/proc/self/cgroup: Is a directory");
}

TEST(CgroupRead, TroubleIsNeverNoLimit) {
  const FileTree tree;
  const std::string cgroup = tree.root() + "/sys/fs/cgroup";
  tree.write("/proc/self/cgroup", "0::/\n");
  tree.write("/sys/fs/cgroup/cpu.max", "100000 100000\n");
  tree.write("/sys/fs/cgroup/memory.max", "5\n");
  tree.write("/sys/fs/cgroup/io.stat", "nonsense\n");
  CgroupReading reading = read_cgroup(tree.root());
  EXPECT_EQ(reading.cpu.reason, cgroup + "/cpu.stat: missing");
  EXPECT_EQ(reading.memory.reason, cgroup + "/memory.current: missing");
  EXPECT_EQ(reading.disk.reason, cgroup + "/io.stat: not \"device key=value\"");

  tree.write("/sys/fs/cgroup/cpu.max", "fast\n");
  tree.write("/sys/fs/cgroup/memory.current", "3\n");
  tree.write("/sys/fs/cgroup/memory.stat", "anon 1\n");
  tree.make_unreadable("/sys/fs/cgroup/io.stat");
  reading = read_cgroup(tree.root());
  EXPECT_EQ(reading.cpu.reason, cgroup + "/cpu.max: not \"quota period\"");
  EXPECT_EQ(reading.memory.reason, cgroup + "/memory.stat: no \"inactive_file\"");
  EXPECT_EQ(reading.disk.reason, cgroup + "/io.stat: Is a directory");

  tree.make_unreadable("/sys/fs/cgroup/cpu.max");
  tree.write("/sys/fs/cgroup/memory.max", "\n");
  reading = read_cgroup(tree.root());
  EXPECT_EQ(reading.cpu.reason, cgroup + "/cpu.max: Is a directory");
  EXPECT_EQ(reading.memory.reason, cgroup + "/memory.max: not a number");
}

TEST(CgroupRead, CacheNeverExceedsUse) {
  const FileTree tree;
  tree.write("/proc/self/cgroup", "0::/\n");
  tree.write("/sys/fs/cgroup/memory.max", "1000\n");
  tree.write("/sys/fs/cgroup/memory.current", "100\n");
  tree.write("/sys/fs/cgroup/memory.stat", "inactive_file 101\n");
  EXPECT_EQ(read_cgroup(tree.root()).memory.value->used_bytes, 0u);
}

}  // namespace
}  // namespace perf_mgmt
