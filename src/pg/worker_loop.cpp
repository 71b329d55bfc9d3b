// Closed model: a user's cycle is: due (I), started (S), ended (E), thinks, due again. Users wait
// in a queue ordered by when they are due; while the worker is busy with one, those that come due
// wait, and that waiting is lag. Open model: the worker takes the next slot of the run, waits until
// it is due, and runs it; whatever kept it from starting then is lag.
#include "perf_mgmt/pg/worker_loop.hpp"

#include "perf_mgmt/pg/run_processes.hpp"

extern "C" {
#include "pgstat.h"
#include "storage/ipc.h"
#include "storage/pmsignal.h"
#include "utils/backend_status.h"
}

namespace perf_mgmt::pg {

namespace {

// A pause that is worth telling pg_stat_activity of.
constexpr std::int64_t kIdlePause = 10'000'000;
// Streams of random numbers beyond those of the virtual users.
constexpr std::uint64_t kSlotStream = std::uint64_t{1} << 63;
constexpr std::uint64_t kFirstArrivalStream = kSlotStream + 1;
constexpr std::size_t kNoOperation = std::numeric_limits<std::size_t>::max();

std::vector<double> shares_of(const RunPlan& plan) {
  std::vector<double> shares;
  for (const PlannedOperation& operation : plan.operations) shares.push_back(operation.share);
  return shares;
}

DurationGenerator duration_of(const std::optional<std::string>& definition) {
  return definition ? DurationGenerator::compile(*definition) : DurationGenerator::constant(0);
}

// Virtual users per worker: the users v with v mod workers = worker.
std::size_t users_of_worker(std::size_t users, std::size_t worker, std::size_t workers) {
  return worker < users ? (users - worker - 1) / workers + 1 : 0;
}

}  // namespace

WorkerLoop::WorkerLoop(const SharedRun& run, const RunPlan& plan, std::size_t worker,
                       Executor& executor, OperationDrawer& drawer)
    : run_(run),
      plan_(plan),
      worker_(worker),
      workers_(run.header().worker_count.load()),
      executor_(executor),
      runner_(run, plan, worker, executor, drawer),
      load_(LoadModel::of(plan.spec)),
      mix_(shares_of(plan)),
      pacing_(duration_of(plan.spec.pacing)),
      users_(plan.spec.load == LoadKind::closed ? static_cast<std::size_t>(load_.most_users()) : 0),
      queue_(users_of_worker(users_, worker, workers_)),
      iterations_(users_of_worker(users_, worker, workers_)),
      arrivals_(load_, plan.spec.arrivals, plan.spec.seed),
      reported_operation_(kNoOperation) {
  for (const PlannedOperation& operation : plan.operations) {
    think_times_.push_back(duration_of(operation.think_time));
  }
}

void WorkerLoop::run() {
  start_ns_ = run_.header().start_ns.load();
  next_stats_ns_ = start_ns_ + kSecond;
  if (plan_.spec.load == LoadKind::open) {
    run_slots();
  } else {
    run_users();
  }
  executor_.finish(monotonic_ns());
  pg_call([] { pgstat_report_stat(true); });
}

void WorkerLoop::run_users() {
  start_users();
  const std::uint64_t operations = plan_.spec.operations;
  while (!queue_.empty() && !run_.stopping()) {
    check_interrupts_but_cancel();
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
    const std::int64_t due_again = run_for_user(due);
    const std::optional<std::int64_t> active = load_.next_active(next.user, due_again - start_ns_);
    if (active) queue_.push(start_ns_ + *active, next.user);
  }
  if (operations == 0) skip_waiting_users();
}

void WorkerLoop::start_users() {
  for (std::size_t v = worker_; v < users_; v += workers_) {
    const auto user = static_cast<std::int32_t>(v);
    if (const std::optional<std::int64_t> active = load_.next_active(user, 0)) {
      queue_.push(first_arrival(user, start_ns_ + *active), user);
    }
  }
}

// People do not all begin at the same instant: a user's first operation follows a random part of a
// think time, so that the arrivals are spread as they are later on. Without think time it is due at
// once.
std::int64_t WorkerLoop::first_arrival(std::int32_t user, std::int64_t active_ns) const {
  RandomStream random(plan_.spec.seed, kFirstArrivalStream, static_cast<std::uint64_t>(user));
  const std::int64_t think = think_times_[mix_.draw(random)].draw_ns(random);
  const double part = random.next_unit();
  const std::int64_t pace = pacing_.is_zero() ? 0 : pacing_.draw_ns(random);
  const double cycle =
      std::max(static_cast<double>(think) * plan_.spec.think_time_scale, static_cast<double>(pace));
  return active_ns + static_cast<std::int64_t>(cycle * part);
}

RandomStream WorkerLoop::random_of(const Due& due) const {
  if (due.slot) return random_of_slot(*due.slot);
  return {plan_.spec.seed, static_cast<std::uint64_t>(due.user), due.iteration};
}

std::int64_t WorkerLoop::run_for_user(const Due& due) {
  RandomStream random = random_of(due);
  const std::size_t operation = mix_.draw(random);
  run_operation(operation, due.intended_ns, due.slot, random);
  std::int64_t due_again = now_ns_;
  const DurationGenerator& think = think_times_[operation];
  if (!think.is_zero()) {
    due_again += static_cast<std::int64_t>(static_cast<double>(think.draw_ns(random)) *
                                           plan_.spec.think_time_scale);
  }
  if (!pacing_.is_zero())
    due_again = std::max(due_again, due.intended_ns + pacing_.draw_ns(random));
  return due_again;
}

// Operations that were due before the end but never got a worker: scheduled, not run.
void WorkerLoop::skip_waiting_users() {
  const std::int64_t end_ns = std::min(run_.header().end_ns.load(), monotonic_ns());
  while (!queue_.empty()) {
    const DueQueue::Entry entry = queue_.pop();
    if (entry.due_ns >= end_ns) continue;
    RandomStream random =
        random_of({entry.due_ns, entry.user, iterations_[user_index(entry.user)], std::nullopt});
    runner_.skip(mix_.draw(random), entry.due_ns);
  }
}

void WorkerLoop::run_slots() {
  const RunSpec& spec = plan_.spec;
  const std::int64_t most_lag =
      spec.max_lag_ms ? static_cast<std::int64_t>(*spec.max_lag_ms * 1e6) : kNever;
  while (!run_.stopping()) {
    check_interrupts_but_cancel();
    const std::uint64_t slot = run_.header().next_slot.fetch_add(1, std::memory_order_relaxed);
    if (spec.operations > 0 && slot >= spec.operations) return;
    const std::int64_t due = arrivals_.due_ns(slot);
    if (due == kNever) return;
    const std::int64_t due_ns = start_ns_ + due;
    if (!await_slot(due_ns)) {
      // Due before the end, but too late to be begun.
      if (due_ns < std::min(run_.header().end_ns.load(), monotonic_ns())) skip_slot(slot, due_ns);
      break;
    }
    if (now_ns_ - due_ns > most_lag) {
      skip_slot(slot, due_ns);
      // A stretch of skipping ends with a fresh look at the clock.
      now_ns_ = monotonic_ns();
      continue;
    }
    RandomStream random = random_of_slot(slot);
    run_operation(mix_.draw(random), due_ns, slot, random);
  }
  if (spec.operations == 0) skip_untaken_slots();
}

bool WorkerLoop::await_slot(std::int64_t due_ns) {
  for (;;) {
    const std::int64_t end_ns = run_.header().end_ns.load(std::memory_order_relaxed);
    if (due_ns > now_ns_) now_ns_ = monotonic_ns();
    if (run_.stopping() || due_ns >= end_ns || now_ns_ >= end_ns) return false;
    if (due_ns <= now_ns_) return true;
    wait_until(std::min(due_ns, end_ns));
    check_interrupts_but_cancel();
  }
}

void WorkerLoop::skip_slot(std::uint64_t slot, std::int64_t due_ns) {
  RandomStream random = random_of_slot(slot);
  runner_.skip(mix_.draw(random), due_ns);
}

// What fell due before the end and no worker came to take.
void WorkerLoop::skip_untaken_slots() {
  const std::int64_t end_ns = std::min(run_.header().end_ns.load(), monotonic_ns());
  for (;;) {
    check_interrupts_but_cancel();
    const std::uint64_t slot = run_.header().next_slot.fetch_add(1, std::memory_order_relaxed);
    const std::int64_t due = arrivals_.due_ns(slot);
    if (due == kNever || start_ns_ + due >= end_ns) return;
    skip_slot(slot, start_ns_ + due);
  }
}

RandomStream WorkerLoop::random_of_slot(std::uint64_t slot) const {
  return {plan_.spec.seed, kSlotStream, slot};
}

void WorkerLoop::run_operation(std::size_t operation, std::int64_t intended_ns,
                               std::optional<std::uint64_t> slot, RandomStream& random) {
  if (operation != reported_operation_) report_activity(operation);
  if (slot) *slot += run_.header().slots_before.load(std::memory_order_relaxed);
  now_ns_ = runner_.run(operation, intended_ns, slot, random);
  if (now_ns_ < next_stats_ns_) return;
  pg_call([] {
    pgstat_report_stat(false);
    // A worker that is never idle would not learn of this by waiting.
    if (!PostmasterIsAlive()) proc_exit(1);
  });
  next_stats_ns_ = now_ns_ + kSecond;
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

void WorkerLoop::report_activity(std::size_t operation) {
  const char* sql = plan_.operations[operation].sql_template.c_str();
  pg_call([&] { pgstat_report_activity(STATE_RUNNING, sql); });
  reported_operation_ = operation;
}

}  // namespace perf_mgmt::pg
