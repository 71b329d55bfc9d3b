#include "perf_mgmt/core/operation_record.hpp"

#include <array>
#include <bit>

namespace perf_mgmt {

FailureClass failure_class(std::string_view sqlstate) noexcept {
  if (sqlstate == "40001") return FailureClass::serialization;
  if (sqlstate == "40P01") return FailureClass::deadlock;
  if (sqlstate == "57014" || sqlstate == "55P03" || sqlstate == "25P03" || sqlstate == "25P04") {
    return FailureClass::timeout;
  }
  if (sqlstate.starts_with("23")) return FailureClass::constraint;
  return FailureClass::other;
}

std::uint64_t OperationCounters::failed_total() const noexcept {
  std::uint64_t total = 0;
  for (const std::uint64_t count : failed) total += count;
  return total;
}

std::uint64_t OperationCounters::finished() const noexcept {
  return ok + failed_total() + skipped + interrupted;
}

void OperationCounters::merge(const OperationCounters& other) noexcept {
  using Words = std::array<std::uint64_t, sizeof(OperationCounters) / sizeof(std::uint64_t)>;
  Words mine = std::bit_cast<Words>(*this);
  const Words theirs = std::bit_cast<Words>(other);
  for (std::size_t i = 0; i < mine.size(); ++i) mine[i] += theirs[i];
  *this = std::bit_cast<OperationCounters>(mine);
}

void OperationRecord::merge(const OperationRecord& other) noexcept {
  response.merge(other.response);
  service.merge(other.service);
  lag.merge(other.lag);
  failure.merge(other.failure);
  counters.merge(other.counters);
}

void OperationRecord::reset() noexcept {
  response.reset();
  service.reset();
  lag.reset();
  failure.reset();
  counters = OperationCounters{};
}

HeapRecord sum_of(std::span<const OperationRecord> records) {
  HeapRecord sum;
  for (const OperationRecord& record : records) sum->merge(record);
  return sum;
}

}  // namespace perf_mgmt
