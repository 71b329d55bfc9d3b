#include "perf_mgmt/pg/operation_runner.hpp"

extern "C" {
#include "mb/pg_wchar.h"
}

namespace perf_mgmt::pg {

namespace {

// What a new try may cure: the transaction met another one.
bool is_transient(const OperationResult& result) {
  if (result.outcome != OperationResult::Outcome::failed) return false;
  const FailureClass failure = failure_class(result.sqlstate);
  return failure == FailureClass::serialization || failure == FailureClass::deadlock;
}

}  // namespace

OperationRunner::OperationRunner(const SharedRun& run, const RunPlan& plan, std::size_t worker,
                                 Executor& executor, OperationDrawer& drawer)
    : run_(run),
      spec_(plan.spec),
      slot_(run.worker(worker)),
      worker_(worker),
      executor_(executor),
      drawer_(drawer),
      latency_limit_ns_(spec_.latency_limit_ms
                            ? static_cast<std::int64_t>(*spec_.latency_limit_ms * 1e6)
                            : kNever) {}

std::int64_t OperationRunner::run(std::size_t operation, std::int64_t intended_ns,
                                  std::optional<std::uint64_t> slot, RandomStream& random) {
  measured_ = intended_ns >= run_.header().measured_from_ns.load();
  slot_.in_flight_measured.store(measured_, std::memory_order_relaxed);
  slot_.running_since_ns.store(intended_ns, std::memory_order_relaxed);
  slot_.running_operation.store(static_cast<std::uint32_t>(operation) + 1,
                                std::memory_order_relaxed);
  if (measured_) {
    slot_.started.store(slot_.started.load(std::memory_order_relaxed) + 1,
                        std::memory_order_relaxed);
  }
  retries_ = 0;
  result_.outcome = OperationResult::Outcome::ok;
  draw(operation, slot, random);
  if (result_.outcome == OperationResult::Outcome::ok) try_until_done(operation, intended_ns);
  record(operation, intended_ns);
  if (result_.outcome == OperationResult::Outcome::failed && measured_) sample_error(operation);
  return result_.end_ns;
}

void OperationRunner::draw(std::size_t operation, std::optional<std::uint64_t> slot,
                           RandomStream& random) {
  try {
    drawer_.draw(operation, random, slot);
  } catch (const PgError& error) {  // an expression failed or was cancelled: so was the operation
    result_.outcome = error.sqlerrcode() == ERRCODE_QUERY_CANCELED
                          ? OperationResult::Outcome::cancelled
                          : OperationResult::Outcome::failed;
    result_.counters = OperationCounters{};
    start_ns_ = result_.end_ns = monotonic_ns();
    std::memcpy(result_.sqlstate, error.sqlstate().c_str(), 6);
    result_.message = error.what();
  }
}

// The same parameters each time; the first try's start stays the start.
void OperationRunner::try_until_done(std::size_t operation, std::int64_t intended_ns) {
  for (int tries = 1;; ++tries) {
    executor_.run(operation, drawer_.parameters(), drawer_.settings(), result_);
    if (tries == 1) start_ns_ = result_.start_ns;
    if (!worth_another_try(tries, intended_ns)) return;
    // What this try cost is counted with the operation.
    if (tries == 1) {
      earlier_tries_ = result_.counters;
    } else {
      earlier_tries_.merge(result_.counters);
    }
    ++retries_;
  }
}

bool OperationRunner::worth_another_try(int tries, std::int64_t intended_ns) const {
  return tries < spec_.max_tries && is_transient(result_) && !run_.stopping() &&
         result_.end_ns < run_.header().end_ns.load(std::memory_order_relaxed) &&
         result_.end_ns - intended_ns <= latency_limit_ns_;
}

void OperationRunner::record(std::size_t operation, std::int64_t intended_ns) {
  RunHeader& header = run_.header();
  slot_.last_end_ns.store(result_.end_ns, std::memory_order_relaxed);
  slot_.recording.store(1);
  const std::uint32_t epoch = header.epoch.load();
  // What was begun during the warm-up and ends after it belongs to neither. (What was begun in the
  // window ends in it: the window's epoch is there before its start is known.)
  if (!measured_ && epoch >= header.window_epoch.load()) {
    slot_.running_operation.store(0, std::memory_order_relaxed);
    slot_.recording.store(0, std::memory_order_release);
    return;
  }
  OperationRecord& record = run_.records(worker_, epoch)[operation];
  record.counters.merge(result_.counters);
  if (retries_ > 0) {
    record.counters.merge(earlier_tries_);
    record.counters.retries += retries_;
    ++record.counters.retried;
  }
  const std::int64_t response = result_.end_ns - intended_ns;
  switch (result_.outcome) {
    case OperationResult::Outcome::ok:
      ++record.counters.ok;
      if (response > latency_limit_ns_) ++record.counters.late;
      record.response.record(static_cast<std::uint64_t>(response));
      record.service.record(static_cast<std::uint64_t>(result_.end_ns - start_ns_));
      record.lag.record(static_cast<std::uint64_t>(start_ns_ - intended_ns));
      break;
    case OperationResult::Outcome::failed:
      ++record.counters.failed[static_cast<std::size_t>(failure_class(result_.sqlstate))];
      record.failure.record(static_cast<std::uint64_t>(response));
      break;
    case OperationResult::Outcome::cancelled:
      ++record.counters.interrupted;
      note_interruption(operation, intended_ns);
      break;
  }
  // Together with the count: a worker that is terminated from here on was not in an operation.
  slot_.running_operation.store(0, std::memory_order_relaxed);
  slot_.recording.store(0, std::memory_order_release);

  if (result_.outcome == OperationResult::Outcome::failed) {
    const std::uint64_t failed = header.failed_operations.fetch_add(1) + 1;
    if (spec_.max_errors && failed > static_cast<std::uint64_t>(*spec_.max_errors)) {
      run_.stop(StopReason::too_many_errors);
    }
  }
}

// How long it had taken when it was cancelled: the least that it would have taken. The longest of
// this worker stays.
void OperationRunner::note_interruption(std::size_t operation, std::int64_t intended_ns) {
  const std::int64_t elapsed = result_.end_ns - intended_ns;
  if (elapsed < slot_.interrupted_ns.load(std::memory_order_relaxed)) return;
  slot_.interrupted_ns.store(elapsed, std::memory_order_relaxed);
  slot_.interrupted_operation.store(static_cast<std::uint32_t>(operation) + 1,
                                    std::memory_order_relaxed);
}

void OperationRunner::skip(std::size_t operation, std::int64_t intended_ns) {
  if (intended_ns < run_.header().measured_from_ns.load()) return;
  slot_.recording.store(1);
  ++run_.records(worker_, run_.header().epoch.load())[operation].counters.skipped;
  slot_.started.store(slot_.started.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  slot_.recording.store(0, std::memory_order_release);
}

void OperationRunner::sample_error(std::size_t operation) {
  const std::uint32_t samples = slot_.error_samples.load(std::memory_order_relaxed);
  for (std::uint32_t i = 0; i < samples; ++i) {
    ErrorSample& sample = slot_.errors[i];
    if (sample.operation == operation && std::strcmp(sample.sqlstate, result_.sqlstate) == 0) {
      ++sample.count;
      return;
    }
  }
  if (samples == kErrorSamples) return;
  ErrorSample& sample = slot_.errors[samples];
  sample.operation = static_cast<std::uint32_t>(operation);
  std::memcpy(sample.sqlstate, result_.sqlstate, sizeof(sample.sqlstate));
  sample.count = 1;
  const int length = pg_mbcliplen(result_.message.data(), static_cast<int>(result_.message.size()),
                                  sizeof(sample.message) - 1);
  std::memcpy(sample.message, result_.message.data(), static_cast<std::size_t>(length));
  sample.message[length] = '\0';
  slot_.error_samples.store(samples + 1, std::memory_order_release);
}

}  // namespace perf_mgmt::pg
