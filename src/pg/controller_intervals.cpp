// The controller while the clock runs: it ends each interval by moving the epoch on, adds up what
// the workers recorded in it, and writes it down.
#include <sched.h>

#include "perf_mgmt/pg/controller.hpp"
#include "perf_mgmt/pg/spi.hpp"

namespace perf_mgmt::pg {

namespace {

constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kMillisecond = 1'000'000;

}  // namespace

void Controller::run_intervals() {
  RunHeader& header = run_.header();
  const std::int64_t start = header.start_ns.load();
  const std::int64_t interval = plan_.spec.interval_ms * kMillisecond;
  std::int64_t next_tick = start + interval;
  const std::int64_t warm_until = start + load_.measured_from_ns();

  while (!run_.stopping()) {
    const std::int64_t end = header.end_ns.load();
    std::int64_t wake = std::min(next_tick, end);
    if (!measuring_) wake = std::min(wake, warm_until);
    wait_until(wake);
    check_workers();
    const std::int64_t now = monotonic_ns();
    if (now >= end || (plan_.spec.operations > 0 && all_workers(WorkerState::finished))) break;
    if (!measuring_ && now >= warm_until) {
      finish_interval(now);
      next_tick = monotonic_ns() + interval;
    } else if (now >= next_tick) {
      finish_interval(now);
      next_tick = std::max(next_tick + interval, monotonic_ns());
    }
  }
  run_.stop(StopReason::completed);
}

// Closes the measured window: what ends from here on was begun inside it, but is not throughput.
void Controller::end_window() {
  RunHeader& header = run_.header();
  if (!inserted_) return;
  const std::int64_t now = monotonic_ns();
  const std::int64_t end = std::min(now, header.end_ns.load());
  header.end_ns.store(end);
  outcome_.measured_until_ns = end;
  if (plan_.spec.operations > 0 && run_.stop_reason() == StopReason::completed) {
    for (std::size_t i = 0; i < workers_.size(); ++i) {
      const std::int64_t last = run_.worker(i).last_end_ns.load();
      outcome_.measured_until_ns = i == 0 ? last : std::max(outcome_.measured_until_ns, last);
    }
  }
  if (outcome_.measured_from_ns == 0) outcome_.measured_until_ns = 0;
  outcome_.host = host_usage(host_at_start_, read_host("", now));
  try {
    finish_interval(std::max(outcome_.measured_until_ns, interval_from_ns_));
  } catch (const std::exception&) {
    fail_run(run_);  // the interval's row is lost, its counts are in the totals
  }
  if (memory_readings_ > 0) {
    outcome_.host.memory_percent.value = memory_percent_sum_ / memory_readings_;
  }
  for (const OperationRecord& record : outcome_.totals) outcome_.ok_in_window += record.counters.ok;
}

std::vector<OperationRecord> Controller::next_epoch() {
  RunHeader& header = run_.header();
  const std::uint32_t epoch = header.epoch.fetch_add(1);
  std::vector<OperationRecord> sum(plan_.operations.size());
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    while (run_.worker(i).recording.load() != 0) sched_yield();
    OperationRecord* records = run_.records(i, epoch);
    for (std::size_t operation = 0; operation < sum.size(); ++operation) {
      sum[operation].merge(records[operation]);
      records[operation].reset();
    }
  }
  return sum;
}

void Controller::finish_interval(std::int64_t until) {
  Interval interval;
  interval.measured = measuring_;
  const std::int64_t middle = interval_from_ns_ / 2 + until / 2 - outcome_.started_ns;
  const std::vector<Stage>& stages = load_.stages();
  interval.stage = stages.empty() ? "steady" : stages[load_.stage_at(middle)].name;
  interval.number = next_interval_++;
  interval.from_ns = interval_from_ns_;
  interval.active_users = load_.active_users(middle);

  if (!measuring_) {
    // From here on operations count; those that were due before do not. The order matters: a worker
    // that sees the new epoch sees the window's start too.
    const std::int64_t now = monotonic_ns();
    if (now >= outcome_.started_ns + load_.measured_from_ns() && !run_.stopping()) {
      run_.header().measured_from_ns.store(now);
      outcome_.measured_from_ns = now;
      until = now;
      measuring_ = true;
    }
  }
  interval.records = next_epoch();
  interval.to_ns = until;
  interval_from_ns_ = until;
  const HostReading host = read_host("", monotonic_ns());
  if (interval.measured != measuring_) host_at_start_ = host;
  interval.host = host_usage(host_before_, host);
  host_before_ = host;
  if (interval.measured) {
    if (interval.host.memory_percent.value) {
      memory_percent_sum_ += *interval.host.memory_percent.value;
      ++memory_readings_;
    }
    for (std::size_t i = 0; i < interval.records.size(); ++i) {
      outcome_.totals[i].merge(interval.records[i]);
    }
  }
  publish_progress(interval);
  in_transaction([&] {
    interval.server = recorder_.read_server();
    interval.server_before = server_before_;
    recorder_.write_interval(clock_, interval);
  });
  server_before_ = interval.server;
}

void Controller::publish_progress(const Interval& interval) {
  OperationRecord all{};
  for (const OperationRecord& record : interval.records) all.merge(record);
  OperationCounters total{};
  for (const OperationRecord& record : outcome_.totals) total.merge(record.counters);
  RunProgress& progress = run_.header().progress;
  progress.elapsed_ns.store(interval.to_ns - outcome_.started_ns);
  progress.planned_ns.store(load_.end_ns() == kNever ? 0 : load_.end_ns());
  progress.ok.store(total.ok);
  progress.failed.store(total.failed_total());
  progress.finished.store(total.finished());
  progress.interval_ok.store(all.counters.ok);
  progress.interval_ns.store(interval.to_ns - interval.from_ns);
  progress.interval_p95_ns.store(all.response.percentile(0.95).value_or(0));
  progress.active_users.store(static_cast<std::uint32_t>(interval.active_users));
  progress.ticks.fetch_add(1);
}

}  // namespace perf_mgmt::pg
