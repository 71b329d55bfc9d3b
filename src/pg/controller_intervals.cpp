// The controller while the clock runs: it ends each interval by moving the epoch on, adds up what
// the workers recorded in it, and writes it down. No interval reaches over the end of a stage.
#include <sched.h>

#include "perf_mgmt/pg/controller.hpp"
#include "perf_mgmt/pg/spi.hpp"

namespace perf_mgmt::pg {

namespace {

// A stage must have gone on for so many intervals before abort_on_fail judges it.
constexpr int kIntervalsBeforeAbort = 3;

}  // namespace

void Controller::run_intervals() {
  RunHeader& header = run_.header();
  const std::int64_t interval = plan_.spec.interval_ms * kMillisecond;
  std::int64_t next_tick = header.start_ns.load() + interval;

  while (!run_.stopping()) {
    const std::int64_t end = header.end_ns.load();
    const std::int64_t stage_end = stage_end_ns(interval_from_ns_);
    wait_until(std::min({next_tick, end, stage_end, waits_.next_ns(), sessions_.next_ns()}));
    const std::int64_t now = monotonic_ns();
    look_around(now);
    if (now >= end || (plan_.spec.operations > 0 && all_workers(WorkerState::finished))) break;
    if (now < std::min(next_tick, stage_end)) continue;
    check_workers();
    finish_interval(now);
    next_tick = now >= stage_end ? now + interval : std::max(next_tick + interval, now);
  }
}

void Controller::look_around(std::int64_t now_ns) {
  if (now_ns >= waits_.next_ns()) {
    waits_.sample(now_ns);
    if (blockers_.wants_look(now_ns, waits_.lock_waiters())) {
      try {
        in_transaction([&] { blockers_.look(now_ns, waits_.lock_waiters()); });
      } catch (const PgError&) {
        // One look less.
      }
    }
  }
  if (now_ns < sessions_.next_ns()) return;
  try {
    in_transaction([&] { sessions_.look(now_ns); });
  } catch (const PgError&) {
    // One look less; what it would have seen is not worth the run.
  }
}

std::int64_t Controller::stage_end_ns(std::int64_t t_ns) const {
  const std::int64_t start = round_.started_ns;
  const std::int64_t end = load_.stages()[load_.stage_at(t_ns - start)].end_ns;
  return end == kNever ? kNever : start + end;
}

// From here on operations count; those that were due before do not. The epoch of the window must be
// there first: what a worker takes for measured is then never recorded among the warm-up.
void Controller::begin_window(std::int64_t now_ns) {
  run_.header().measured_from_ns.store(now_ns);
  round_.measured_from_ns = now_ns;
  measuring_ = true;
  std::fill(unshared_cpu_.begin(), unshared_cpu_.end(), 0);
}

void Controller::mark_window_start() {
  host_at_start_ = host_before_;
  run_cpu_at_start_ = run_cpu_before_;
  server_at_start_ = server_before_;
}

// Closes the measured window: what ends from here on was begun inside it, but is not throughput.
void Controller::end_window() {
  RunHeader& header = run_.header();
  const std::int64_t now = monotonic_ns();
  const std::int64_t end = std::min(now, header.end_ns.load());
  header.end_ns.store(end);
  round_.measured_until_ns = end;
  if (plan_.spec.operations > 0 && all_workers(WorkerState::finished)) {
    for (std::size_t i = 0; i < workers_.size(); ++i) {
      const std::int64_t last = run_.worker(i).last_end_ns.load();
      round_.measured_until_ns = i == 0 ? last : std::max(round_.measured_until_ns, last);
    }
  }
  if (round_.measured_from_ns == 0) round_.measured_until_ns = 0;
  try {
    if (round_.measured_until_ns > interval_from_ns_) finish_interval(round_.measured_until_ns);
  } catch (const std::exception&) {
    fail_run(run_);  // the interval's row is lost, its counts are in the totals
  }
  Measurements& measured = round_.measured;
  measured.measured_ns = round_.measured_until_ns - round_.measured_from_ns;
  measured.host = host_usage(host_at_start_, host_before_);
  if (memory_readings_ > 0) {
    measured.host.memory_percent.value = memory_percent_sum_ / memory_readings_;
  }
  measured.others_cpu_percent =
      others_cpu(host_at_start_, host_before_, run_cpu_at_start_, run_cpu_before_);
  for (const OperationRecord& record : measured.totals) measured.ok_in_window += record.counters.ok;
}

std::vector<OperationRecord> Controller::next_epoch() {
  RunHeader& header = run_.header();
  // First: where there is no memory for it, the epoch stays, and what was recorded in it.
  std::vector<OperationRecord> sum(plan_.operations.size());
  const std::uint32_t epoch = header.epoch.fetch_add(1);
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    while (run_.worker(i).recording.load() != 0) sched_yield();
    OperationRecord* records = run_.records(i, epoch);
    apportion_cpu(i, records);
    for (std::size_t operation = 0; operation < sum.size(); ++operation) {
      sum[operation].merge(records[operation]);
      records[operation].reset();
    }
  }
  return sum;
}

// By the time that each was being executed. What was used while no operation ended is kept for the
// next time.
void Controller::apportion_cpu(std::size_t i, OperationRecord* records) {
  const std::optional<std::int64_t> used = process_cpu_ns(run_.worker(i).pid.load());
  if (used) {
    unshared_cpu_[i] += std::max<std::int64_t>(0, *used - worker_cpu_before_[i]);
    worker_cpu_before_[i] = *used;
  }
  std::uint64_t busy = 0;
  for (std::size_t k = 0; k < plan_.operations.size(); ++k) busy += records[k].counters.busy_ns;
  if (busy == 0) return;
  for (std::size_t k = 0; k < plan_.operations.size(); ++k) {
    const double share =
        static_cast<double>(records[k].counters.busy_ns) / static_cast<double>(busy);
    records[k].counters.cpu_ns =
        static_cast<std::uint64_t>(share * static_cast<double>(unshared_cpu_[i]));
  }
  unshared_cpu_[i] = 0;
}

void Controller::finish_interval(std::int64_t until) {
  Interval interval;
  interval.measured = measuring_;
  const std::int64_t middle = interval_from_ns_ / 2 + until / 2 - round_.started_ns;
  interval.stage = load_.stage_at(middle);
  const Stage& stage = load_.stages()[interval.stage];
  interval.stage_name = stage.name;
  interval.round = round_.number;
  interval.number = next_interval_++;
  interval.from_ns = interval_from_ns_;
  if (plan_.spec.load == LoadKind::closed) {
    interval.active_users = load_.active_users(middle);
  } else {
    interval.target_rate = load_.target(middle);
  }
  const std::int64_t now = monotonic_ns();
  const bool window_begins =
      !measuring_ && !run_.stopping() && now >= round_.started_ns + load_.measured_from_ns();
  if (window_begins) {
    until = now;
    run_.header().window_epoch.store(run_.header().epoch.load() + 1);
  }
  interval.records = next_epoch();
  if (interval.measured) {  // before there can be an error: it is nowhere else any more
    for (std::size_t i = 0; i < interval.records.size(); ++i) {
      round_.measured.totals[i].merge(interval.records[i]);
    }
  }
  interval.sum = sum_of(interval.records);
  if (window_begins) begin_window(now);
  interval.waits = waits_.take();
  interval.to_ns = until;
  interval_from_ns_ = until;
  read_usage(interval);
  if (window_begins) mark_window_start();
  if (interval.measured) {
    if (interval.host.memory_percent.value) {
      memory_percent_sum_ += *interval.host.memory_percent.value;
      ++memory_readings_;
    }
    for (std::size_t i = 0; i < interval.waits.size(); ++i) {
      for (const auto& [code, count] : interval.waits[i]) round_.measured.waits[i][code] += count;
    }
  }
  history_.add({interval.stage, interval.from_ns, interval.to_ns, interval.measured,
                interval.records, interval.host, interval.worker_memory_bytes});
  judge_stage(interval, until - round_.started_ns >= stage.end_ns);
  publish_progress(interval);
  in_transaction([&] {
    interval.server = recorder_.read_server();
    interval.server_before = server_before_;
    recorder_.write_interval(clock_, interval);
    if (window_begins) database_at_start_ = recorder_.read_database();
  });
  server_before_ = interval.server;
  if (window_begins) server_at_start_ = server_before_;
}

void Controller::read_usage(Interval& interval) {
  const HostReading host = read_host("", monotonic_ns());
  const std::optional<std::int64_t> run_cpu = run_cpu_.read();
  interval.host = host_usage(host_before_, host);
  interval.others_cpu_percent = others_cpu(host_before_, host, run_cpu_before_, run_cpu);
  host_before_ = host;
  run_cpu_before_ = run_cpu;
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    const std::optional<std::uint64_t> bytes = process_memory_bytes(run_.worker(i).pid.load());
    if (!bytes) {  // one that is gone would make the sum a lesser one
      interval.worker_memory_bytes.reset();
      break;
    }
    interval.worker_memory_bytes = interval.worker_memory_bytes.value_or(0) + *bytes;
  }
}

// STRESS ends with the first step that breaks a limit; abort_on_fail with the first stage of any
// test that does, as soon as that can be told.
void Controller::judge_stage(const Interval& interval, bool stage_is_over) {
  const Stage& stage = load_.stages()[interval.stage];
  if (!interval.measured || !stage.holds()) return;
  const StageTotals& totals = history_.stages().back();
  if (plan_.test_type == TestType::stress) {
    if (!stage_is_over) return;
    std::vector<CriterionResult> broken = broken_criteria(totals, plan_.criteria, true);
    if (plan_.spec.load == LoadKind::open) {
      const double due = load_.due_until(totals.to_ns - round_.started_ns) -
                         load_.due_until(totals.from_ns - round_.started_ns);
      if (const auto behind = broken_rate(totals, due)) broken.push_back(*behind);
    }
    stress_.add_step(stage.to, std::move(broken));
    if (!stress_.is_broken()) return;
    run_.header().end_ns.store(interval.to_ns);
    run_.stop(StopReason::completed);
    return;
  }
  if (!plan_.spec.abort_on_fail || totals.intervals < kIntervalsBeforeAbort) return;
  const std::vector<CriterionResult> broken = broken_criteria(totals, plan_.criteria, false);
  if (broken.empty()) return;
  const CriterionResult& first = broken.front();
  run_.stop(StopReason::criterion);
  if (run_.stop_reason() != StopReason::criterion) return;  // it was ending anyway
  aborted_by_ = fmt::format("{} {} in stage {}: {:.6g}", first.criterion.name,
                            first.criterion.limit, stage.name, *first.actual);
}

// For the waiting caller.
void Controller::publish_progress(const Interval& interval) {
  OperationCounters total = earlier_rounds_;
  for (const OperationRecord& record : round_.measured.totals) total.merge(record.counters);
  RunProgress& progress = run_.header().progress;
  progress.elapsed_ns.store(interval.to_ns - outcome_.started_ns);
  progress.planned_ns.store(load_.end_ns() == kNever ? 0 : load_.end_ns() * plan_.spec.rounds);
  progress.ok.store(total.ok);
  progress.failed.store(total.failed_total());
  progress.finished.store(total.finished());
  progress.interval_ok.store(interval.sum->counters.ok);
  progress.interval_ns.store(interval.to_ns - interval.from_ns);
  progress.interval_p95_ns.store(interval.sum->response.percentile(0.95).value_or(0));
  progress.active_users.store(static_cast<std::uint32_t>(interval.active_users));
  progress.target_per_1000s.store(
      static_cast<std::uint64_t>(interval.target_rate.value_or(0) * 1000));
  progress.stage.store(static_cast<std::uint32_t>(interval.stage));
  progress.ticks.fetch_add(1);
}

}  // namespace perf_mgmt::pg
