// Counters and histograms of one operation. Expectations are worked out by hand; SQLSTATEs are
// those of PostgreSQL's errcodes.txt.
#include "perf_mgmt/core/operation_record.hpp"

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cstring>
#include <memory>
#include <type_traits>
#include <vector>

namespace perf_mgmt {
namespace {

// Counters whose i-th word is base + i * step.
OperationCounters numbered(std::uint64_t base, std::uint64_t step) {
  std::array<std::uint64_t, sizeof(OperationCounters) / 8> words = {};
  for (std::size_t i = 0; i < words.size(); ++i) words[i] = base + i * step;
  return std::bit_cast<OperationCounters>(words);
}

TEST(FailureClasses, FollowTheSqlstate) {
  EXPECT_EQ(failure_class("40001"), FailureClass::serialization);
  EXPECT_EQ(failure_class("40P01"), FailureClass::deadlock);
  for (const char* timeout : {"57014", "55P03", "25P03", "25P04"}) {
    EXPECT_EQ(failure_class(timeout), FailureClass::timeout) << timeout;
  }
  for (const char* constraint : {"23000", "23502", "23503", "23505", "23514", "23P01"}) {
    EXPECT_EQ(failure_class(constraint), FailureClass::constraint) << constraint;
  }
}

// Of the same classes, but no retry or timeout would help; and what is no SQLSTATE at all.
TEST(FailureClasses, EverythingElseIsOther) {
  for (const char* other : {"40002", "40003", "40000", "57P01", "57000", "55006", "25P02", "22012",
                            "42P01", "XX000", "53200", "24000", "2", "", "40p01"}) {
    EXPECT_EQ(failure_class(other), FailureClass::other) << other;
  }
}

TEST(OperationCounters, AddUpWordByWord) {
  OperationCounters sum = numbered(1, 1);  // 1, 2, 3 …
  sum.merge(numbered(100, 100));           // 100, 200, 300 …
  EXPECT_EQ(sum.ok, 101U);
  const std::uint64_t failed[] = {202, 303, 404, 505, 606};
  for (std::size_t i = 0; i < kFailureClasses; ++i) EXPECT_EQ(sum.failed[i], failed[i]);
  EXPECT_EQ(sum.skipped, 707U);
  EXPECT_EQ(sum.interrupted, 808U);
  EXPECT_EQ(sum.retried, 909U);
  EXPECT_EQ(sum.retries, 1010U);
  EXPECT_EQ(sum.late, 1111U);
  EXPECT_EQ(sum.rows_read, 1212U);
  EXPECT_EQ(sum.zero_row_writes, 1515U);
  EXPECT_EQ(sum.temp_blk_write_time_us, 2929U);
  EXPECT_EQ(sum.wal_bytes, 3232U);
  EXPECT_EQ(sum.cpu_ns, 4040U);
  EXPECT_EQ(sizeof sum, 40U * 8);
}

// Every scheduled operation ends in exactly one of four ways; retries are none of them.
TEST(OperationCounters, FinishedIsOkFailedSkippedAndInterrupted) {
  OperationCounters counters = {};
  EXPECT_EQ(counters.finished(), 0U);
  counters.ok = 1;
  const std::uint64_t failed[] = {10, 20, 30, 40, 50};
  std::copy(std::begin(failed), std::end(failed), counters.failed);
  counters.skipped = 1000;
  counters.interrupted = 10000;
  counters.retried = 100000;
  counters.retries = 1000000;
  EXPECT_EQ(counters.failed_total(), 150U);
  EXPECT_EQ(counters.finished(), 11151U);
}

// As in shared memory: cleared, never constructed.
TEST(OperationRecord, IsValidInClearedMemory) {
  static_assert(std::is_trivially_copyable_v<OperationRecord>);
  const std::vector<std::uint64_t> memory(sizeof(OperationRecord) / 8);
  const auto record = std::make_unique<OperationRecord>();
  std::memset(record->counters.failed, 0xFF, sizeof record->counters.failed);
  std::memcpy(static_cast<void*>(record.get()), memory.data(), sizeof(OperationRecord));

  EXPECT_TRUE(record->empty());
  EXPECT_EQ(record->counters.finished(), 0U);
  for (const Histogram* histogram :
       {&record->response, &record->service, &record->lag, &record->failure}) {
    EXPECT_TRUE(*histogram == Histogram());
  }
  record->counters.ok = 1;
  record->response.record(300);
  EXPECT_FALSE(record->empty());
  EXPECT_EQ(record->response.min(), 300U);
  EXPECT_EQ(record->response.max(), 300U);
}

TEST(OperationRecord, MergesEachHistogramIntoItsOwn) {
  const auto one = std::make_unique<OperationRecord>();
  const auto other = std::make_unique<OperationRecord>();
  one->counters = numbered(0, 1);
  other->counters = numbered(0, 10);
  one->response.record(1);
  other->response.record(2);
  other->service.record(30);
  one->lag.record(4);
  other->lag.record(400);
  other->failure.record(5000);
  one->merge(*other);

  EXPECT_EQ(one->response.to_text(),
            R"({"v":1,"count":2,"min":1,"max":2,"sum":"3","squares":"5","buckets":[[1,1],[2,1]]})");
  EXPECT_EQ(one->service.count(), 1U);
  EXPECT_EQ(one->service.sum(), 30U);
  EXPECT_EQ(one->lag.count(), 2U);
  EXPECT_EQ(one->lag.sum(), 404U);
  EXPECT_EQ(one->failure.count(), 1U);
  EXPECT_EQ(one->failure.sum(), 5000U);
  EXPECT_EQ(one->counters.failed[0], 11U);
  EXPECT_EQ(one->counters.wal_bytes, 341U);
  // The other one is as it was.
  EXPECT_EQ(other->lag.count(), 1U);
  EXPECT_EQ(other->counters.wal_bytes, 310U);
}

TEST(OperationRecord, ResetForgetsAll) {
  const auto record = std::make_unique<OperationRecord>();
  record->counters = numbered(1, 0);
  for (Histogram* histogram :
       {&record->response, &record->service, &record->lag, &record->failure}) {
    histogram->record(12345);
  }
  record->reset();
  const auto cleared = std::make_unique<OperationRecord>();
  std::memset(static_cast<void*>(cleared.get()), 0, sizeof(OperationRecord));
  EXPECT_EQ(std::memcmp(record.get(), cleared.get(), sizeof(OperationRecord)), 0);
}

}  // namespace
TEST(HeapRecord, CopiesAreTheirOwn) {
  HeapRecord one;
  EXPECT_TRUE(one->empty());
  one->response.record(7);
  one->counters.ok = 1;
  HeapRecord copy = one;
  copy->merge(*one);
  EXPECT_EQ(one->counters.ok, 1u);
  EXPECT_EQ(copy->counters.ok, 2u);
  EXPECT_EQ(copy->response.count(), 2u);
  one = copy;
  EXPECT_EQ(one->counters.ok, 2u);
  EXPECT_NE(&*one, &*copy);
  HeapRecord moved = std::move(copy);
  copy = HeapRecord(*moved);
  EXPECT_EQ(copy->counters.ok, 2u);
}

TEST(SumOf, AddsAllRecords) {
  std::vector<OperationRecord> records(2);
  records[0].counters.ok = 1;
  records[0].lag.record(5);
  records[1].counters.ok = 3;
  const HeapRecord sum = sum_of(records);
  EXPECT_EQ(sum->counters.ok, 4u);
  EXPECT_EQ(sum->lag.count(), 1u);
  EXPECT_TRUE(sum_of({})->empty());
}

}  // namespace perf_mgmt
