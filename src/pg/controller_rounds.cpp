// From one round to the next: the whole load is run once with fresh workers, what was measured is
// added up, and a round that others disturbed is run once more where the run is to be quiet.
#include "perf_mgmt/pg/controller.hpp"
#include "perf_mgmt/pg/spi.hpp"

namespace perf_mgmt::pg {

namespace {

// How long the workers may take to end the operations that the end of the window meets before the
// database's counters are read: less than workers that have finished stay.
constexpr std::int64_t kSettling = 1'000'000'000;

// The mean of two percentages by the times that they stand for.
void add_to_mean(Figure<double>& mean, double seconds, const Figure<double>& more,
                 double more_seconds) {
  if (!mean.value) return;
  if (!more.value) {
    mean = more;
    return;
  }
  mean.value = (*mean.value * seconds + *more.value * more_seconds) / (seconds + more_seconds);
}

void add_count(std::optional<std::uint64_t>& sum, const std::optional<std::uint64_t>& more) {
  if (!sum) return;
  if (more) {
    *sum += *more;
  } else {
    sum.reset();
  }
}

bool is_quiet(const RoundOutcome& round) {
  return round.disturbances.empty();
}

bool is_measured(const RoundOutcome& round) {
  return round.measured.measured_ns > 0;
}

// Adds an error to those that are known by operation and SQLSTATE; the first message stays.
void add_error(std::vector<OperationError>& errors, const OperationError& more) {
  const auto same = std::find_if(errors.begin(), errors.end(), [&](const OperationError& error) {
    return error.operation == more.operation && error.sqlstate == more.sqlstate;
  });
  if (same == errors.end()) {
    errors.push_back(more);
  } else {
    same->count += more.count;
  }
}

}  // namespace

void Measurements::add(const Measurements& other) {
  if (other.measured_ns <= 0) return;
  if (measured_ns <= 0) {
    *this = Measurements(other);
    return;
  }
  Measurements sum = *this;
  sum.merge(other);
  *this = std::move(sum);
}

void Measurements::merge(const Measurements& other) {
  const double seconds = static_cast<double>(measured_ns) / 1e9;
  const double more_seconds = static_cast<double>(other.measured_ns) / 1e9;
  for (Figure<double> HostUsage::*figure :
       {&HostUsage::cpu_percent, &HostUsage::steal_percent, &HostUsage::memory_percent,
        &HostUsage::disk_mb_per_sec}) {
    add_to_mean(host.*figure, seconds, other.host.*figure, more_seconds);
  }
  if (others_cpu_percent && other.others_cpu_percent) {
    others_cpu_percent =
        (*others_cpu_percent * seconds + *other.others_cpu_percent * more_seconds) /
        (seconds + more_seconds);
  } else {
    others_cpu_percent.reset();
  }
  measured_ns += other.measured_ns;
  scheduled += other.scheduled;
  ok_in_window += other.ok_in_window;
  due += other.due;
  add_count(checkpoints, other.checkpoints);
  add_count(server_wal_bytes, other.server_wal_bytes);
  add_count(autovacuum_runs, other.autovacuum_runs);
  add_count(server_temp_bytes, other.server_temp_bytes);
  for (const OperationError& error : other.errors) add_error(errors, error);
  for (std::size_t i = 0; i < totals.size(); ++i) {
    totals[i].merge(other.totals[i]);
    for (const auto& [code, count] : other.waits[i]) waits[i][code] += count;
    longest_interrupted[i] = std::max(longest_interrupted[i], other.longest_interrupted[i]);
  }
}

std::size_t RunOutcome::quiet_rounds() const noexcept {
  return static_cast<std::size_t>(std::count_if(rounds.begin(), rounds.end(), is_quiet));
}

const RoundOutcome* RunOutcome::first_counted() const noexcept {
  const auto found = std::find_if(rounds.begin(), rounds.end(),
                                  [](const RoundOutcome& round) { return round.counted; });
  return found != rounds.end() ? &*found : nullptr;
}

const RoundOutcome* RunOutcome::last_counted() const noexcept {
  const auto found = std::find_if(rounds.rbegin(), rounds.rend(),
                                  [](const RoundOutcome& round) { return round.counted; });
  return found != rounds.rend() ? &*found : nullptr;
}

bool Controller::wants_another_round() const {
  if (run_.stopping()) return false;
  const auto wanted = static_cast<std::size_t>(plan_.spec.rounds);
  const std::size_t done = outcome_.rounds.size();
  if (done < wanted) return true;
  return plan_.spec.quiet && done < 2 * wanted && outcome_.quiet_rounds() < wanted;
}

void Controller::run_round() {
  const auto number = static_cast<int>(outcome_.rounds.size());
  await_turn();
  if (run_.stopping()) return;
  if (number == 0) run_.set_phase(RunPhase::preparing);
  round_ = RoundOutcome{};
  round_.number = number;
  round_.measured = Measurements(plan_.operations.size());
  round_is_open_ = true;
  measuring_ = false;
  database_at_end_.reset();
  memory_percent_sum_ = 0;
  memory_readings_ = 0;
  history_.begin_round(number);
  if (number > 0) {
    // With `operations` workers that find none left have taken slots beyond the last.
    const std::uint64_t operations = round_of(plan_.spec, number - 1).operations;
    run_.begin_round(static_cast<std::uint32_t>(number),
                     operations > 0 ? operations : run_.header().next_slot.load());
  }

  launch_workers();
  wait_for_workers();
  if (!run_.stopping()) {
    start();
    run_intervals();
  }
  close_round();
}

void Controller::await_turn() {
  const RunHeader& header = run_.header();
  while (!run_.stopping() && header.rounds_done.load() >= header.rounds_allowed.load()) {
    wait_until(monotonic_ns() + kPatrol);
  }
}

void Controller::close_round() {
  if (!round_is_open_) return;
  const bool started = round_.started_ns != 0;
  if (started) {
    end_window();
    read_database_at_end();
  }
  stop_workers();
  round_is_open_ = false;
  if (started) {
    round_.ended_ns = monotonic_ns();
    collect_rest();
    collect_errors();
    finish_round();
  }
  workers_.clear();
  run_.header().rounds_done.fetch_add(1);
  run_.wake_caller();
}

// A worker sends its statistics as it finishes. When the window is closed, the first one goes on to
// the sample of the plans, which is no part of the result: what the database counted is read in
// between. Operations that take longer than that are not in it.
void Controller::read_database_at_end() {
  if (round_.measured.measured_ns <= 0) return;
  const std::int64_t deadline = monotonic_ns() + kSettling;
  while (is_patient() && !all_workers(WorkerState::finished) && monotonic_ns() < deadline) {
    wait_until(deadline);
  }
  try {
    in_transaction([&] { database_at_end_ = recorder_.read_database(); });
  } catch (const std::exception& error) {
    outcome_.evidence_missing = error.what();
  }
}

// What ended in the grace period, from whichever epoch its worker was in, and what was cut off.
void Controller::collect_rest() {
  std::vector<OperationRecord> rest = next_epoch();
  if (!measuring_) {
    for (OperationRecord& record : rest) record.reset();
  }
  const auto note_interrupted = [&](std::uint32_t operation, std::int64_t elapsed_ns) {
    std::int64_t& longest = round_.measured.longest_interrupted[operation - 1];
    longest = std::max(longest, elapsed_ns);
  };
  const std::int64_t now = monotonic_ns();
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    const WorkerSlot& slot = run_.worker(i);
    round_.measured.scheduled += slot.started.load();
    if (const std::uint32_t operation = slot.interrupted_operation.load(); operation != 0) {
      note_interrupted(operation, slot.interrupted_ns.load());
    }
    // A worker that ended in the middle of an operation could not count it: it was interrupted.
    const std::uint32_t operation = slot.running_operation.load();
    if (operation == 0 || slot.in_flight_measured.load() == 0) continue;
    ++rest[operation - 1].counters.interrupted;
    note_interrupted(operation, now - slot.running_since_ns.load());
  }
  for (std::size_t i = 0; i < rest.size(); ++i) round_.measured.totals[i].merge(rest[i]);
  history_.note_rest(*sum_of(rest));
}

void Controller::collect_errors() {
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    const WorkerSlot& slot = run_.worker(i);
    for (std::uint32_t k = 0; k < slot.error_samples.load(std::memory_order_acquire); ++k) {
      const ErrorSample& sample = slot.errors[k];
      add_error(round_.measured.errors,
                {sample.operation, sample.sqlstate, sample.message, sample.count});
    }
  }
}

// Whether it was quiet is known now. Without `quiet`, and of quiet ones always, what was measured
// is part of the result; a disturbed round waits until it is known whether it is needed. One that
// ended before its window began is neither quiet nor part of the result.
void Controller::finish_round() {
  Measurements& measured = round_.measured;
  for (const OperationRecord& record : measured.totals) earlier_rounds_.merge(record.counters);
  round_.sum = sum_of(measured.totals);
  if (!is_measured(round_)) {
    round_.disturbances.push_back({"not_measured", "It ended before anything was measured."});
  } else {
    const std::int64_t from = round_.measured_from_ns - round_.started_ns;
    if (plan_.spec.load == LoadKind::open) {
      measured.due = load_.due_until(from + measured.measured_ns) - load_.due_until(from);
    }
    RoundEvidence evidence;
    read_round(evidence);
    evidence.others_cpu_percent = measured.others_cpu_percent;
    evidence.steal_percent = measured.host.steal_percent.value;
    evidence.own_wal_bytes = round_.sum->counters.wal_bytes;
    evidence.workers = round_.workers;
    evidence.workers_expected = outcome_.workers;
    round_.disturbances = find_disturbances(evidence);
  }
  if (is_measured(round_) && (is_quiet(round_) || !plan_.spec.quiet)) {
    round_.counted = true;
    outcome_.measured.add(measured);
    measured.totals.clear();
  }
  outcome_.rounds.push_back(std::move(round_));
}

void Controller::read_round(RoundEvidence& evidence) {
  Measurements& measured = round_.measured;
  const auto went = [](const auto& from, const auto& to, auto figure) {
    return increase(std::invoke(figure, from), std::invoke(figure, to));
  };
  const ServerReading& from = server_at_start_;
  const ServerReading& to = server_before_;
  measured.checkpoints = went(from, to, &ServerReading::checkpoints);
  measured.server_wal_bytes = went(from, to, &ServerReading::wal_position);
  evidence.timed_checkpoints = went(from, to, &ServerReading::timed_checkpoints).value_or(0);
  evidence.requested_checkpoints =
      went(from, to, &ServerReading::requested_checkpoints).value_or(0);
  if (database_at_end_) {
    const DatabaseReading& database = *database_at_end_;
    measured.autovacuum_runs =
        went(database_at_start_, database, &DatabaseReading::autovacuum_runs);
    measured.server_temp_bytes = went(database_at_start_, database, &DatabaseReading::temp_bytes);
  }
  try {
    in_transaction([&] {
      evidence.foreign_vacuumed_tables =
          recorder_.read_foreign_vacuumed_tables(clock_.wall_at(round_.measured_from_ns));
    });
  } catch (const std::exception& error) {
    // A lock that cannot be had, or a table that is gone, must not cost the result.
    outcome_.evidence_missing = error.what();
  }
}

// The result is made of as many rounds as were wanted: the quiet ones, and the first of the
// disturbed ones where those are too few.
void Controller::count_rounds() {
  auto wanted = static_cast<std::size_t>(plan_.spec.rounds);
  for (const RoundOutcome& round : outcome_.rounds) wanted -= round.counted && wanted > 0 ? 1 : 0;
  for (RoundOutcome& round : outcome_.rounds) {
    if (round.counted || wanted == 0 || !is_measured(round)) continue;
    outcome_.measured.add(round.measured);
    round.counted = true;
    --wanted;
  }
}

}  // namespace perf_mgmt::pg
