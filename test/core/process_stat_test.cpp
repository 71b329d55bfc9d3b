// Expectations are computed by hand from the texts beside them.
#include "perf_mgmt/core/process_stat.hpp"

#include <gtest/gtest.h>

namespace perf_mgmt {
namespace {

TEST(ProcessStat, TimesStandAfterTheName) {
  const Figure<ProcessTimes> times = parse_process_stat(
      "4711 (post) gres (1)) S 1 4711 4711 0 -1 4194560 900 12 1 0 150 25 3000 400 20 0 1 0 99\n");
  ASSERT_TRUE(times.value);
  EXPECT_EQ(times.value->own, 175u);
  EXPECT_EQ(times.value->children, 3400u);
}

TEST(ProcessStat, Malformed) {
  EXPECT_EQ(parse_process_stat("").reason, "it has no process name");
  EXPECT_EQ(parse_process_stat("1 (a) S 1 2 3").reason, "it has no times");
  EXPECT_EQ(parse_process_stat("1 (a) S 1 2 3 4 5 6 7 8 9 10 11 12 x 14").reason,
            "it has no times");
}

TEST(ProcessStat, PrivateMemory) {
  const Figure<std::uint64_t> memory = parse_private_memory(
      "Name:\tpostgres\nVmRSS:\t  20480 kB\nRssAnon:\t    1536 kB\nRssFile:\t    8192 kB\n");
  ASSERT_TRUE(memory.value);
  EXPECT_EQ(*memory.value, 1536u * 1024u);
  EXPECT_EQ(parse_private_memory("Name:\tkthreadd\n").reason, "no line \"RssAnon\"");
  EXPECT_EQ(parse_private_memory("RssAnon:\t-1 kB\n").reason, "\"RssAnon\" is not a number of kB");
}

}  // namespace
}  // namespace perf_mgmt
