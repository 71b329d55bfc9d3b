// A user's cycle is: due (I), started (S), ended (E), thinks, due again. Users wait in a queue
// ordered by when they are due; while the worker is busy with one, those that come due wait, and
// that waiting is lag.
#include "perf_mgmt/pg/worker_loop.hpp"

extern "C" {
#include "pgstat.h"
#include "storage/ipc.h"
#include "storage/pmsignal.h"
#include "utils/backend_status.h"
}

namespace perf_mgmt::pg {

namespace {

constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kSecond = 1'000'000'000;
// A pause that is worth telling pg_stat_activity of.
constexpr std::int64_t kIdlePause = 10'000'000;
// Streams of random numbers beyond those of the virtual users.
constexpr std::uint64_t kSlotStream = std::uint64_t{1} << 63;
constexpr std::uint64_t kArrivalStream = kSlotStream + 1;
constexpr std::size_t kNoOperation = std::numeric_limits<std::size_t>::max();

std::vector<double> shares_of(const RunPlan& plan) {
  std::vector<double> shares;
  for (const PlannedOperation& operation : plan.operations) shares.push_back(operation.share);
  return shares;
}

}  // namespace

LoadModel load_model_of(const RunSpec& spec) {
  if (spec.operations > 0) return LoadModel::unbounded(spec.virtual_users);
  return LoadModel::ramps(spec.virtual_users, spec.warmup_seconds, spec.ramp_up_seconds,
                          spec.test_duration_seconds, spec.ramp_down_seconds);
}

WorkerLoop::WorkerLoop(const SharedRun& run, const RunPlan& plan, std::size_t worker,
                       Executor& executor, OperationDrawer& drawer)
    : run_(run),
      plan_(plan),
      slot_(run.worker(worker)),
      worker_(worker),
      workers_(run.header().worker_count.load()),
      executor_(executor),
      drawer_(drawer),
      load_(load_model_of(plan.spec)),
      mix_(shares_of(plan)),
      queue_(users_of_worker(static_cast<std::size_t>(plan.spec.virtual_users), worker, workers_)),
      iterations_(
          users_of_worker(static_cast<std::size_t>(plan.spec.virtual_users), worker, workers_)),
      reported_operation_(kNoOperation) {
  for (const PlannedOperation& operation : plan.operations) {
    think_times_.push_back(operation.think_time ? DurationGenerator::compile(*operation.think_time)
                                                : DurationGenerator::constant(0));
  }
}

void WorkerLoop::run() {
  start_ns_ = run_.header().start_ns.load();
  next_stats_ns_ = start_ns_ + kSecond;
  start_users();
  const std::uint64_t operations = plan_.spec.operations;

  while (!queue_.empty() && !run_.stopping()) {
    handle_interrupts();
    const std::int64_t end_ns = run_.header().end_ns.load(std::memory_order_relaxed);
    const DueQueue::Entry next = queue_.top();
    // The end of the last operation is as good as a new reading while somebody is already due.
    if (next.due_ns > now_ns_) now_ns_ = monotonic_ns();
    if (next.due_ns >= end_ns || now_ns_ >= end_ns) break;
    if (next.due_ns > now_ns_) {
      wait_until(std::min(next.due_ns, end_ns));
      continue;
    }

    queue_.pop();
    std::uint64_t& iteration = iterations_[user_index(next.user)];
    Due due{next.due_ns, next.user, iteration++, std::nullopt};
    if (operations > 0) {
      due.slot = run_.header().next_slot.fetch_add(1, std::memory_order_relaxed);
      if (*due.slot >= operations) break;
    }
    const std::int64_t due_again = run_operation(due);
    const std::optional<std::int64_t> active = load_.next_active(next.user, due_again - start_ns_);
    if (active) queue_.push(start_ns_ + *active, next.user);
  }
  count_skipped();
  pg_call([] { pgstat_report_stat(true); });
}

void WorkerLoop::start_users() {
  const auto users = static_cast<std::int32_t>(plan_.spec.virtual_users);
  for (auto user = static_cast<std::int32_t>(worker_); user < users;
       user += static_cast<std::int32_t>(workers_)) {
    if (const std::optional<std::int64_t> active = load_.next_active(user, 0)) {
      queue_.push(first_arrival(user, start_ns_ + *active), user);
    }
  }
}

// People do not all begin at the same instant: a user's first operation follows a random part of a
// think time, so that the arrivals are spread as they are later on. Without think time it is due at
// once.
std::int64_t WorkerLoop::first_arrival(std::int32_t user, std::int64_t active_ns) const {
  RandomStream random(plan_.spec.seed, kArrivalStream, static_cast<std::uint64_t>(user));
  const std::int64_t think = think_times_[mix_.draw(random)].draw_ns(random);
  return active_ns + static_cast<std::int64_t>(static_cast<double>(think) * random.next_unit() *
                                               plan_.spec.think_time_scale);
}

RandomStream WorkerLoop::random_of(const Due& due) const {
  if (due.slot) return {plan_.spec.seed, kSlotStream, *due.slot};
  return {plan_.spec.seed, static_cast<std::uint64_t>(due.user), due.iteration};
}

std::int64_t WorkerLoop::run_operation(const Due& due) {
  RandomStream random = random_of(due);
  const std::uint32_t operation = mix_.draw(random);
  const std::int64_t measured_from = run_.header().measured_from_ns.load();
  const bool measured = due.intended_ns >= measured_from;
  slot_.in_flight_measured.store(measured, std::memory_order_relaxed);
  slot_.running_operation.store(operation + 1, std::memory_order_relaxed);
  if (measured) {
    slot_.started.store(slot_.started.load(std::memory_order_relaxed) + 1,
                        std::memory_order_relaxed);
  }
  if (operation != reported_operation_) report_activity(operation);

  bool drawn = false;
  try {
    drawer_.draw(operation, random, due.slot);
    drawn = true;
  } catch (const PgError& error) {  // an expression failed or was cancelled: so was the operation
    result_.outcome = error.sqlerrcode() == ERRCODE_QUERY_CANCELED
                          ? OperationResult::Outcome::cancelled
                          : OperationResult::Outcome::failed;
    result_.start_ns = result_.end_ns = monotonic_ns();
    result_.counters = OperationCounters{};
    std::memcpy(result_.sqlstate, error.sqlstate().c_str(), 6);
    result_.message = error.what();
  }
  if (drawn) executor_.run(operation, drawer_.parameters(), drawer_.settings(), result_);
  record(operation, due, result_);
  if (result_.outcome == OperationResult::Outcome::failed) sample_error(operation, result_);

  now_ns_ = result_.end_ns;
  if (now_ns_ >= next_stats_ns_) {
    pg_call([] {
      pgstat_report_stat(false);
      // A worker that is never idle would not learn of this by waiting.
      if (!PostmasterIsAlive()) proc_exit(1);
    });
    next_stats_ns_ = now_ns_ + kSecond;
  }
  const DurationGenerator& think = think_times_[operation];
  if (think.is_zero()) return now_ns_;
  return now_ns_ + static_cast<std::int64_t>(static_cast<double>(think.draw_ns(random)) *
                                             plan_.spec.think_time_scale);
}

void WorkerLoop::record(std::size_t operation, const Due& due, const OperationResult& result) {
  RunHeader& header = run_.header();
  slot_.last_end_ns.store(result.end_ns, std::memory_order_relaxed);
  slot_.recording.store(1);
  const std::uint32_t epoch = header.epoch.load();
  const std::int64_t measured_from = header.measured_from_ns.load();
  // What was due during the warm-up and ends after it belongs to neither.
  if (measured_from != kNever && due.intended_ns < measured_from) {
    slot_.running_operation.store(0, std::memory_order_relaxed);
    slot_.recording.store(0, std::memory_order_release);
    return;
  }
  OperationRecord& record = run_.records(worker_, epoch)[operation];
  record.counters.merge(result.counters);
  const auto response = static_cast<std::uint64_t>(result.end_ns - due.intended_ns);
  switch (result.outcome) {
    case OperationResult::Outcome::ok:
      ++record.counters.ok;
      record.response.record(response);
      record.service.record(static_cast<std::uint64_t>(result.end_ns - result.start_ns));
      record.lag.record(static_cast<std::uint64_t>(result.start_ns - due.intended_ns));
      break;
    case OperationResult::Outcome::failed:
      ++record.counters.failed[static_cast<std::size_t>(failure_class(result.sqlstate))];
      record.failure.record(response);
      break;
    case OperationResult::Outcome::cancelled:
      ++record.counters.interrupted;
      break;
  }
  // Together with the count: a worker that is terminated from here on was not in an operation.
  slot_.running_operation.store(0, std::memory_order_relaxed);
  slot_.recording.store(0, std::memory_order_release);

  if (result.outcome == OperationResult::Outcome::failed) {
    const std::uint64_t failed = header.failed_operations.fetch_add(1) + 1;
    if (plan_.spec.max_errors && failed > static_cast<std::uint64_t>(*plan_.spec.max_errors)) {
      run_.stop(StopReason::too_many_errors);
    }
  }
}

// Operations that were due before the end but never got a worker: scheduled, not run.
void WorkerLoop::count_skipped() {
  if (plan_.spec.operations > 0) return;
  const std::int64_t end_ns = std::min(run_.header().end_ns.load(), monotonic_ns());
  const std::int64_t measured_from = run_.header().measured_from_ns.load();
  slot_.recording.store(1);
  OperationRecord* records = run_.records(worker_, run_.header().epoch.load());
  std::uint64_t skipped = 0;
  while (!queue_.empty()) {
    const DueQueue::Entry entry = queue_.pop();
    if (entry.due_ns >= end_ns || entry.due_ns < measured_from) continue;
    RandomStream random =
        random_of({entry.due_ns, entry.user, iterations_[user_index(entry.user)], std::nullopt});
    ++records[mix_.draw(random)].counters.skipped;
    ++skipped;
  }
  slot_.recording.store(0, std::memory_order_release);
  slot_.started.store(slot_.started.load() + skipped);
}

void WorkerLoop::sample_error(std::size_t operation, const OperationResult& result) {
  const std::uint32_t samples = slot_.error_samples.load(std::memory_order_relaxed);
  for (std::uint32_t i = 0; i < samples; ++i) {
    ErrorSample& sample = slot_.errors[i];
    if (sample.operation == operation && std::strcmp(sample.sqlstate, result.sqlstate) == 0) {
      ++sample.count;
      return;
    }
  }
  if (samples == kErrorSamples) return;
  ErrorSample& sample = slot_.errors[samples];
  sample.operation = static_cast<std::uint32_t>(operation);
  std::memcpy(sample.sqlstate, result.sqlstate, sizeof(sample.sqlstate));
  sample.count = 1;
  const std::size_t length = std::min(result.message.size(), sizeof(sample.message) - 1);
  std::memcpy(sample.message, result.message.data(), length);
  sample.message[length] = '\0';
  slot_.error_samples.store(samples + 1, std::memory_order_release);
}

void WorkerLoop::wait_until(std::int64_t monotonic) {
  if (monotonic - monotonic_ns() > kIdlePause) {
    pg_call([] {
      pgstat_report_stat(false);
      pgstat_report_activity(STATE_IDLE, nullptr);
    });
    reported_operation_ = kNoOperation;
  }
  wait_.until(monotonic);
}

// A cancel that arrives between operations has nothing to cancel and must not end the worker; a
// terminate must.
void WorkerLoop::handle_interrupts() const {
  if (!INTERRUPTS_PENDING_CONDITION()) return;
  pg_call([] {
    HOLD_CANCEL_INTERRUPTS();
    QueryCancelPending = false;
    CHECK_FOR_INTERRUPTS();
    RESUME_CANCEL_INTERRUPTS();
  });
}

void WorkerLoop::report_activity(std::size_t operation) {
  const char* sql = plan_.operations[operation].sql_template.c_str();
  pg_call([&] { pgstat_report_activity(STATE_RUNNING, sql); });
  reported_operation_ = operation;
}

}  // namespace perf_mgmt::pg
