// Expectations are computed by hand from the file texts beside them.
#include "perf_mgmt/core/host_metrics.hpp"

#include <gtest/gtest.h>

#include "file_tree.hpp"

namespace perf_mgmt {
namespace {

constexpr std::int64_t second = 1'000'000'000;

TEST(HostParse, ProcStat) {
  const Figure<CpuTimes> times = parse_proc_stat(
      "cpu  100 20 30 4000 500 6 7 8 90 10\n"
      "cpu0 50 10 15 2000 250 3 3 4 45 5\n"
      "cpu1 50 10 15 2000 250 3 4 4 45 5\n"
      "intr 12 3 4\ncpufreq 1\n");
  ASSERT_TRUE(times.value);
  EXPECT_EQ(times.value->busy, 163u);  // 100 + 20 + 30 + 6 + 7; guest is inside user
  EXPECT_EQ(times.value->idle, 4500u);
  EXPECT_EQ(times.value->steal, 8u);
  EXPECT_EQ(times.value->processors, 2u);
}

TEST(HostParse, MalformedProcStat) {
  EXPECT_EQ(parse_proc_stat("").reason, "no line \"cpu\"");
  EXPECT_EQ(parse_proc_stat("cpu0 1 2 3 4 5 6 7 8\n").reason, "no line \"cpu\"");
  for (const char* text : {"cpu  1 2 3 4 5 6 7\n", "cpu  1 2 3 -4 5 6 7 8\n", "cpu\n",
                           "cpu  1 2 3 4 5 6 7 99999999999999999999\n"}) {
    EXPECT_EQ(parse_proc_stat(text).reason, "the line \"cpu\" has no eight numbers") << text;
  }
}

TEST(HostParse, Meminfo) {
  const Figure<MemoryInfo> memory = parse_meminfo(
      "MemTotal:        8000 kB\nMemFree:          1 kB\nMemAvailable:    6000 kB\nSwapTotal: 0 "
      "kB\n");
  ASSERT_TRUE(memory.value);
  EXPECT_EQ(memory.value->total_bytes, 8'192'000u);
  EXPECT_EQ(memory.value->available_bytes, 6'144'000u);
}

TEST(HostParse, MalformedMeminfo) {
  const char* unusable = "no usable MemTotal and MemAvailable";
  EXPECT_EQ(parse_meminfo("").reason, unusable);
  EXPECT_EQ(parse_meminfo("MemTotal: 8 kB\n").reason, unusable);
  EXPECT_EQ(parse_meminfo("MemTotal: 8 kB\nMemAvailable: 9 kB\n").reason, unusable);
  EXPECT_EQ(parse_meminfo("MemTotal: 0 kB\nMemAvailable: 0 kB\n").reason, unusable);
  for (const char* text : {"MemTotal: 8\n", "MemTotal: 8 MB\n", "MemTotal: kB\n",
                           "MemTotal: 18014398509481984 kB\n"}) {  // 2^54 kB are 2^64 bytes
    EXPECT_EQ(parse_meminfo(text).reason, "\"MemTotal:\" is not a number of kB") << text;
  }
}

TEST(HostParse, DiskstatsCountsWholeDisksOnce) {
  const Figure<DiskBytes> disk = parse_diskstats(
      "   7       0 loop0 9 0 999 0 9 0 999 0 0 0 0\n"
      "   8       0 sda 10 0 100 5 20 0 200 5 0 0 0 0 0 0 0\n"
      "   8       1 sda1 9 0 90 5 19 0 190 5 0 0 0\n"
      "   8      16 sdab 1 0 1 5 1 0 1 5 0 0 0\n"  // not a partition of sda
      " 259       0 nvme0n1 1 0 1000 5 1 0 2000 5 0 0 0\n"
      " 259       1 nvme0n1p1 1 0 999 5 1 0 1999 5 0 0 0\n"
      " 259       2 nvme0n12 1 0 10 5 1 0 20 5 0 0 0\n"     // the namespace 12, not a partition
      " 202       1 xvda1 1 0 10000 5 1 0 20000 5 0 0 0\n"  // its disk is not listed
      " 253       0 dm-0 1 0 777 5 1 0 777 5 0 0 0\n"
      " 253       1 zram0 1 0 777 5 1 0 777 5 0 0 0\n");
  ASSERT_TRUE(disk.value);
  EXPECT_EQ(disk.value->read, 11'111u * 512);
  EXPECT_EQ(disk.value->written, 22'221u * 512);
}

TEST(HostParse, DiskstatsWithoutDisks) {
  EXPECT_EQ(parse_diskstats("").reason, "it lists no disk");
  EXPECT_EQ(parse_diskstats("\n7 0 loop0 1 0 1 0 1 0 1 0\n").reason, "it lists no disk");
  EXPECT_EQ(parse_diskstats("8 0 sda 1 0 1\n").reason, "a line has no sectors read and written");
  EXPECT_EQ(parse_diskstats("8 0 sda 1 0 x 0 1 0 1 0\n").reason,
            "a line has no sectors read and written");
}

// A machine of two processors and 1000 kB without limits.
class HostUsageOf : public testing::Test {
 protected:
  HostUsageOf() {
    stat(1000, 5000, 100);
    memory("1000", "250");
    disk(1000, 2000);
    tree_.write("/proc/self/cgroup", "0::/\n");
  }

  void stat(unsigned busy, unsigned idle, unsigned steal) const {
    tree_.write("/proc/stat", "cpu  " + std::to_string(busy) + " 0 0 " + std::to_string(idle) +
                                  " 0 0 0 " + std::to_string(steal) + " 0 0\ncpu0 1\ncpu1 1\n");
  }
  void memory(const std::string& total, const std::string& available) const {
    tree_.write("/proc/meminfo",
                "MemTotal: " + total + " kB\nMemAvailable: " + available + " kB\n");
  }
  void disk(unsigned read, unsigned written) const {
    tree_.write("/proc/diskstats", "8 0 sda 1 0 " + std::to_string(read) + " 1 1 0 " +
                                       std::to_string(written) + " 1 0 0 0\n");
  }
  void limit(const std::string& cpu_max, unsigned used_us) const {
    tree_.write("/sys/fs/cgroup/cpu.max", cpu_max);
    tree_.write("/sys/fs/cgroup/cpu.stat", "usage_usec " + std::to_string(used_us) + "\n");
  }
  HostReading at(std::int64_t time_ns) const { return read_host(tree_.root(), time_ns); }

  FileTree tree_;
};

TEST_F(HostUsageOf, TheMachine) {
  const HostReading earlier = at(0);
  stat(1060, 5120, 120);
  memory("1000", "400");
  disk(1000 + 1000, 2000 + 3000);
  const HostUsage usage = host_usage(earlier, at(2 * second));
  EXPECT_EQ(usage.cpu_percent.value, 30.0);  // 60 of 60 + 120 + 20
  EXPECT_EQ(usage.steal_percent.value, 10.0);
  EXPECT_EQ(usage.memory_percent.value, 60.0);
  ASSERT_TRUE(usage.disk_mb_per_sec.value);
  EXPECT_DOUBLE_EQ(*usage.disk_mb_per_sec.value, 1.024);  // 4000 × 512 bytes in 2 s
  EXPECT_EQ(usage.cpu_of, "host");
  EXPECT_EQ(usage.memory_of, "host");
  EXPECT_EQ(usage.disk_of, "host");
}

TEST_F(HostUsageOf, TheCgroup) {
  limit("50000 100000\n", 1'000'000);
  tree_.write("/sys/fs/cgroup/memory.max", "100000\n");
  tree_.write("/sys/fs/cgroup/memory.current", "60000\n");
  tree_.write("/sys/fs/cgroup/memory.stat", "inactive_file 35000\n");
  tree_.write("/sys/fs/cgroup/io.stat", "8:0 rbytes=100 wbytes=200\n");
  const HostReading earlier = at(5 * second);
  limit("50000 100000\n", 1'200'000);
  tree_.write("/sys/fs/cgroup/io.stat", "8:0 rbytes=3000100 wbytes=5000200\n");
  stat(1060, 5120, 120);
  const HostUsage usage = host_usage(earlier, at(6 * second));
  ASSERT_TRUE(usage.cpu_percent.value);
  EXPECT_DOUBLE_EQ(*usage.cpu_percent.value, 40.0);  // 0.2 s of half a processor's 0.5 s
  EXPECT_EQ(usage.steal_percent.value, 10.0);
  EXPECT_EQ(usage.memory_percent.value, 25.0);
  ASSERT_TRUE(usage.disk_mb_per_sec.value);
  EXPECT_DOUBLE_EQ(*usage.disk_mb_per_sec.value, 8.0);
  EXPECT_EQ(usage.cpu_of, "cgroup");
  EXPECT_EQ(usage.memory_of, "cgroup");
  EXPECT_EQ(usage.disk_of, "cgroup");
}

TEST_F(HostUsageOf, BurstsBeyondTheLimitAreAllOfIt) {
  limit("50000 100000\n", 0);
  tree_.write("/sys/fs/cgroup/memory.max", "1000\n");
  tree_.write("/sys/fs/cgroup/memory.current", "1001\n");
  tree_.write("/sys/fs/cgroup/memory.stat", "inactive_file 0\n");
  const HostReading earlier = at(0);
  limit("50000 100000\n", 500'001);
  const HostUsage usage = host_usage(earlier, at(second));
  EXPECT_EQ(usage.cpu_percent.value, 100.0);
  EXPECT_EQ(usage.memory_percent.value, 100.0);
}

TEST_F(HostUsageOf, LimitsWiderThanTheMachineAreNone) {
  limit("200000 100000\n", 1);
  tree_.write("/sys/fs/cgroup/memory.max", "1024000\n");
  tree_.write("/sys/fs/cgroup/memory.current", "1\n");
  tree_.write("/sys/fs/cgroup/memory.stat", "inactive_file 0\n");
  const HostReading earlier = at(0);
  stat(1001, 5003, 100);
  const HostUsage usage = host_usage(earlier, at(second));
  EXPECT_EQ(usage.cpu_percent.value, 25.0);
  EXPECT_EQ(usage.cpu_of, "host");
  EXPECT_EQ(usage.memory_percent.value, 75.0);
  EXPECT_EQ(usage.memory_of, "host");
}

TEST_F(HostUsageOf, CountersThatWentBackwards) {
  const char* backwards = "a counter of the kernel went backwards";
  const HostReading earlier = at(0);
  stat(999, 6000, 100);
  disk(1001, 1999);
  HostUsage usage = host_usage(earlier, at(second));
  EXPECT_EQ(usage.cpu_percent.reason, backwards);
  EXPECT_EQ(usage.steal_percent.reason, backwards);
  EXPECT_EQ(usage.disk_mb_per_sec.reason, backwards);
  EXPECT_EQ(usage.cpu_of, "");
  EXPECT_EQ(usage.disk_of, "");

  stat(1001, 6000, 99);
  disk(999, 3000);
  usage = host_usage(earlier, at(second));
  EXPECT_EQ(usage.cpu_percent.reason, backwards);
  EXPECT_EQ(usage.disk_mb_per_sec.reason, backwards);
}

TEST_F(HostUsageOf, IowaitThatSinks) {
  const HostReading earlier = at(0);
  stat(1008, 4990, 102);
  HostUsage usage = host_usage(earlier, at(second));
  EXPECT_EQ(usage.cpu_percent.value, 80.0);  // 10 ticks fewer idle: none idle, 8 of 8 + 2 busy
  EXPECT_EQ(usage.steal_percent.value, 20.0);

  stat(1008, 4989, 102);  // more than the busy time: no sinking iowait but a reset
  usage = host_usage(earlier, at(second));
  EXPECT_EQ(usage.cpu_percent.reason, "a counter of the kernel went backwards");
}

TEST_F(HostUsageOf, NoTime) {
  const HostUsage usage = host_usage(at(7), at(7));
  EXPECT_EQ(usage.cpu_percent.reason,
            "no tick of the processor clock passed between the two readings");
  EXPECT_EQ(usage.disk_mb_per_sec.reason, "no time passed between the two readings");
  EXPECT_EQ(usage.memory_percent.value, 75.0);

  limit("100000 100000\n", 5);
  EXPECT_EQ(host_usage(at(8), at(7)).cpu_percent.reason, "no time passed between the two readings");
}

TEST_F(HostUsageOf, MissingFiles) {
  const HostReading earlier = at(0);
  tree_.remove("/proc");
  const HostUsage usage = host_usage(earlier, at(second));
  const std::string proc = tree_.root() + "/proc/";
  EXPECT_EQ(usage.cpu_percent.reason, proc + "stat: No such file or directory");
  EXPECT_EQ(usage.steal_percent.reason, proc + "stat: No such file or directory");
  EXPECT_EQ(usage.memory_percent.reason, proc + "meminfo: No such file or directory");
  EXPECT_EQ(usage.disk_mb_per_sec.reason, proc + "diskstats: No such file or directory");
}

TEST_F(HostUsageOf, UnreadableAndMalformedFiles) {
  tree_.make_unreadable("/proc/stat");
  tree_.write("/proc/meminfo", "MemTotal: much\n");
  tree_.write("/proc/diskstats", "rubbish\n");
  const HostUsage usage = host_usage(at(0), at(second));
  const std::string proc = tree_.root() + "/proc/";
  EXPECT_EQ(usage.cpu_percent.reason, proc + "stat: Is a directory");
  EXPECT_EQ(usage.memory_percent.reason, proc + "meminfo: \"MemTotal:\" is not a number of kB");
  EXPECT_EQ(usage.disk_mb_per_sec.reason,
            proc + "diskstats: a line has no sectors read and written");
}

TEST_F(HostUsageOf, AFileTooLargeToBeTrue) {
  tree_.write("/proc/stat", std::string((16u << 20) + 1, 'x'));
  EXPECT_EQ(at(0).cpu.reason, tree_.root() + "/proc/stat: File too large");
}

TEST_F(HostUsageOf, LimitThatCannotBeReadHidesTheMachine) {
  tree_.write("/sys/fs/cgroup/cpu.max", "fast\n");
  tree_.write("/sys/fs/cgroup/memory.max", "much\n");
  const HostReading earlier = at(0);
  stat(1001, 5003, 100);
  const HostUsage usage = host_usage(earlier, at(second));
  const std::string cgroup = tree_.root() + "/sys/fs/cgroup/";
  EXPECT_EQ(usage.cpu_percent.reason, cgroup + "cpu.max: not \"quota period\"");
  EXPECT_EQ(usage.cpu_of, "");
  EXPECT_EQ(usage.steal_percent.value, 0.0);
  EXPECT_EQ(usage.memory_percent.reason, cgroup + "memory.max: not a number");
}

TEST_F(HostUsageOf, LimitsThatCome) {
  const HostReading earlier = at(0);
  limit("100000 100000\n", 5);
  tree_.write("/sys/fs/cgroup/io.stat", "8:0 rbytes=1 wbytes=1\n");
  stat(1001, 5003, 100);
  HostUsage usage = host_usage(earlier, at(second));
  EXPECT_EQ(usage.cpu_percent.reason, "the cgroup got its limit after the earlier reading");
  EXPECT_EQ(usage.disk_mb_per_sec.reason,
            "the source of disk figures changed between the two readings");

  const HostReading limited = at(second);
  limit("100000 100000\n", 4);
  EXPECT_EQ(host_usage(limited, at(2 * second)).cpu_percent.reason,
            "a counter of the kernel went backwards");

  tree_.write("/proc/self/cgroup", "0::/inner\n");
  tree_.write("/sys/fs/cgroup/inner/cpu.max", "50000 100000\n");
  tree_.write("/sys/fs/cgroup/inner/cpu.stat", "usage_usec 9\n");
  EXPECT_EQ(host_usage(limited, at(2 * second)).cpu_percent.reason,
            "another cgroup's limit rules since the last reading");
}

// The machine that runs the test: only what any Linux must fulfil.
TEST(HostRead, ThisMachine) {
  const HostReading earlier = read_host("", 1);
  const HostReading later = read_host("", 1 + second);
  ASSERT_TRUE(earlier.cpu.value) << earlier.cpu.reason;
  ASSERT_TRUE(later.cpu.value) << later.cpu.reason;
  EXPECT_GE(earlier.cpu.value->processors, 1u);
  EXPECT_GE(later.cpu.value->busy, earlier.cpu.value->busy);
  ASSERT_TRUE(later.memory.value) << later.memory.reason;
  EXPECT_GT(later.memory.value->total_bytes, 64u << 20);
  EXPECT_LE(later.memory.value->available_bytes, later.memory.value->total_bytes);

  const HostUsage usage = host_usage(earlier, later);
  for (const Figure<double>* figure :
       {&usage.cpu_percent, &usage.memory_percent, &usage.steal_percent, &usage.disk_mb_per_sec}) {
    EXPECT_NE(figure->value.has_value(), !figure->reason.empty());
    EXPECT_GE(figure->value.value_or(0), 0);
  }
  EXPECT_LE(usage.memory_percent.value.value_or(0), 100);
}

}  // namespace
}  // namespace perf_mgmt
