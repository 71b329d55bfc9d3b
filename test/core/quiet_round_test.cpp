// Each disturbance on both sides of its threshold.
#include "perf_mgmt/core/quiet_round.hpp"

#include <gtest/gtest.h>

namespace perf_mgmt {
namespace {

std::vector<std::string> codes(const RoundEvidence& evidence) {
  std::vector<std::string> found;
  for (const Disturbance& disturbance : find_disturbances(evidence)) {
    found.push_back(disturbance.code);
  }
  return found;
}

using Codes = std::vector<std::string>;

TEST(QuietRound, WhatIsUnknownDisturbsNothing) {
  EXPECT_EQ(codes({}), Codes{});
}

TEST(QuietRound, CpuOfOthersAndSteal) {
  EXPECT_EQ(codes({.others_cpu_percent = 5.0, .steal_percent = 2.0}), Codes{});
  EXPECT_EQ(codes({.others_cpu_percent = 5.01}), Codes{"other_cpu"});
  EXPECT_EQ(codes({.steal_percent = 2.01}), Codes{"cpu_steal"});
  EXPECT_EQ(find_disturbances({.others_cpu_percent = 34.25})[0].message,
            "Others used 34.2 % of the CPU.");
}

TEST(QuietRound, CheckpointsThatTheWorkloadDidNotCause) {
  EXPECT_EQ(codes({.timed_checkpoints = 1, .own_wal_bytes = 1000}), Codes{"checkpoint"});
  EXPECT_EQ(codes({.requested_checkpoints = 1, .own_wal_bytes = 1000}), Codes{});
  EXPECT_EQ(codes({.requested_checkpoints = 1}), Codes{"checkpoint"});
  EXPECT_EQ(find_disturbances({.timed_checkpoints = 1, .requested_checkpoints = 1})[0].message,
            "2 checkpoints began that the operations did not cause.");
}

TEST(QuietRound, AutovacuumOfOtherTablesAndMissingWorkers) {
  const std::vector<Disturbance> found = find_disturbances(
      {.foreign_vacuumed_tables = {"public.a", "public.b"}, .workers = 3, .workers_expected = 4});
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].message, "Autovacuum was at public.a, public.b.");
  EXPECT_EQ(found[1].code, "fewer_workers");
  EXPECT_EQ(found[1].message, "Only 3 of 4 workers could be started.");
  EXPECT_EQ(codes({.workers = 4, .workers_expected = 4}), Codes{});
}

}  // namespace
}  // namespace perf_mgmt
