// What is counted for one operation: latency histograms and exact counters.
//
// Trivially copyable, valid when zeroed; workers write it in shared memory, the controller adds it
// up.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "perf_mgmt/core/histogram.hpp"

namespace perf_mgmt {

// How a failed operation is classed, by SQLSTATE.
enum class FailureClass : std::uint8_t {
  serialization,  // 40001
  deadlock,       // 40P01
  timeout,        // 57014 by statement_timeout, 55P03 by lock_timeout, 25P03, 25P04
  constraint,     // class 23
  other,
};
inline constexpr std::size_t kFailureClasses = 5;
// sqlstate: five characters. A 57014 is a timeout here: a cancel that ends the run is no failure
// and never gets this far.
FailureClass failure_class(std::string_view sqlstate) noexcept;

// All members are std::uint64_t, so that merging is one loop; block counts are in blocks of BLCKSZ,
// times in microseconds.
struct OperationCounters {
  std::uint64_t ok;
  std::uint64_t failed[kFailureClasses];
  std::uint64_t skipped;
  std::uint64_t interrupted;
  std::uint64_t retried;  // operations with at least one retry
  std::uint64_t retries;  // tries beyond the first
  std::uint64_t late;     // of ok, those whose response took longer than latency_limit_ms
  std::uint64_t rows_read;
  std::uint64_t rows_affected;
  std::uint64_t bytes_read;
  std::uint64_t zero_row_writes;  // statements that were to write and wrote no row
  std::uint64_t shared_blks_hit;
  std::uint64_t shared_blks_read;
  std::uint64_t shared_blks_dirtied;
  std::uint64_t shared_blks_written;
  std::uint64_t local_blks_hit;
  std::uint64_t local_blks_read;
  std::uint64_t local_blks_dirtied;
  std::uint64_t local_blks_written;
  std::uint64_t temp_blks_read;
  std::uint64_t temp_blks_written;
  std::uint64_t blk_read_time_us;
  std::uint64_t blk_write_time_us;
  std::uint64_t temp_blk_read_time_us;
  std::uint64_t temp_blk_write_time_us;
  std::uint64_t wal_records;
  std::uint64_t wal_fpi;
  std::uint64_t wal_bytes;
  std::uint64_t busy_ns;      // E - S of all that were begun, whatever became of them
  std::uint64_t commit_ns;    // of busy_ns, what COMMIT (or ROLLBACK) took
  std::uint64_t planning_ns;  // of busy_ns, what the planner took
  std::uint64_t jit_ns;       // of busy_ns, what compiling expressions took
  std::uint64_t jit_functions;
  std::uint64_t custom_plans;   // statements that were run with a plan made for their parameters
  std::uint64_t generic_plans;  // statements that were run with the plan for any parameters
  std::uint64_t cpu_ns;         // apportioned by the controller; 0 in a worker's own records

  std::uint64_t failed_total() const noexcept;
  // ok + failed + skipped + interrupted
  std::uint64_t finished() const noexcept;
  void merge(const OperationCounters& other) noexcept;
};

struct OperationRecord {
  Histogram response;  // E - I of operations that succeeded
  Histogram service;   // E - S of the same
  Histogram lag;       // S - I of the same
  Histogram failure;   // E - I of operations that failed
  OperationCounters counters;

  bool empty() const noexcept { return counters.finished() == 0; }
  void merge(const OperationRecord& other) noexcept;
  void reset() noexcept;
};

// A record of one's own: on the heap, for it is a quarter of a megabyte. A stack that cannot grow
// by that, where memory is short, ends the process, and with it the server; on the heap it is
// std::bad_alloc. Made empty; one that was moved from may only be assigned to.
class HeapRecord {
 public:
  HeapRecord() : record_(std::make_unique<OperationRecord>()) {}
  explicit HeapRecord(const OperationRecord& record)
      : record_(std::make_unique<OperationRecord>(record)) {}
  HeapRecord(const HeapRecord& other) : HeapRecord(*other) {}
  HeapRecord(HeapRecord&&) noexcept = default;
  HeapRecord& operator=(const HeapRecord& other) {
    if (this != &other) *this = HeapRecord(other);
    return *this;
  }
  HeapRecord& operator=(HeapRecord&&) noexcept = default;
  ~HeapRecord() = default;

  OperationRecord& operator*() noexcept { return *record_; }
  const OperationRecord& operator*() const noexcept { return *record_; }
  OperationRecord* operator->() noexcept { return record_.get(); }
  const OperationRecord* operator->() const noexcept { return record_.get(); }

 private:
  std::unique_ptr<OperationRecord> record_;
};

// What the operations of a run did together.
HeapRecord sum_of(std::span<const OperationRecord> records);

}  // namespace perf_mgmt
