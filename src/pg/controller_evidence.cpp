// What the controller tells of the circumstances of a run: the evidence for its findings, and what
// the type of the test reports.
#include "perf_mgmt/pg/controller.hpp"
#include "perf_mgmt/pg/spi.hpp"

extern "C" {
#include "access/xlog.h"
#include "miscadmin.h"
#include "optimizer/cost.h"
}

namespace perf_mgmt::pg {

namespace {

bool built_with_assertions() noexcept {
#ifdef USE_ASSERT_CHECKING
  return true;
#else
  return false;
#endif
}

// What one reading of the clock costs: the mean of a thousand.
std::int64_t clock_cost_ns() noexcept {
  constexpr int kReadings = 1000;
  const std::int64_t start = monotonic_ns();
  std::int64_t end = start;
  for (int i = 0; i < kReadings; ++i) end = monotonic_ns();
  return (end - start) / kReadings;
}

std::int64_t clock_resolution_ns() noexcept {
  timespec resolution{};
  clock_getres(CLOCK_MONOTONIC, &resolution);
  return static_cast<std::int64_t>(resolution.tv_sec) * 1'000'000'000 + resolution.tv_nsec;
}

// That of the scenario: beyond it a run is invalid. The test's own limit is a verdict's business.
std::optional<double> error_rate_limit(const std::vector<Criterion>& criteria) {
  for (const Criterion& criterion : criteria) {
    if (criterion.name == "max_error_rate_percent" && criterion.source == "scenario") {
      return criterion.limit;
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<double> Controller::others_cpu(const HostReading& from, const HostReading& to,
                                             std::optional<std::int64_t> own_from,
                                             std::optional<std::int64_t> own_to) const {
  if (!from.cpu.value || !to.cpu.value || !own_from || !own_to) return std::nullopt;
  const auto ticks = [&](std::uint64_t CpuTimes::*member) {
    return static_cast<double>(to.cpu.value.value().*member) -
           static_cast<double>(from.cpu.value.value().*member);
  };
  const double busy = ticks(&CpuTimes::busy);
  const double all = busy + ticks(&CpuTimes::idle) + ticks(&CpuTimes::steal);
  if (all <= 0) return std::nullopt;
  const double own_ticks =
      static_cast<double>(*own_to - *own_from) / 1e9 * static_cast<double>(sysconf(_SC_CLK_TCK));
  return std::clamp(100.0 * (busy - own_ticks) / all, 0.0, 100.0);
}

void Controller::gather_evidence() {
  outcome_.plans = run_.plans().sightings();
  outcome_.plans_dropped = run_.plans().dropped();

  const Measurements& measured = outcome_.measured;
  OperationCounters total{};
  for (const OperationRecord& record : measured.totals) total.merge(record.counters);
  if (plan_.spec.load == LoadKind::open && plan_.spec.operations == 0) {
    if (measured.measured_ns > 0) {
      outcome_.target_rate = measured.due * 1e9 / static_cast<double>(measured.measured_ns);
    }
  } else if (plan_.spec.load == LoadKind::open) {
    outcome_.target_rate = load_.highest_target();
  }

  RunEvidence evidence;
  read_circumstances(evidence);
  set_shape_result();
  evidence.workers = outcome_.workers;
  evidence.workers_requested = plan_.workers_requested;
  evidence.max_worker_processes = max_worker_processes;
  evidence.worker_slots_left = std::max(0, max_worker_processes - outcome_.workers - 1);
  evidence.parallel_workers_per_gather = max_parallel_workers_per_gather;
  evidence.caller_holds_horizon = plan_.horizon_held;
  sessions_.report(evidence);
  evidence.steal_percent = measured.host.steal_percent.value;
  evidence.others_cpu_percent = measured.others_cpu_percent;
  evidence.checkpoints = measured.checkpoints.value_or(0);
  std::vector<std::string> names;
  for (const PlannedOperation& operation : plan_.operations) names.push_back(operation.name);
  evidence.plan_choices = history_.plan_choices(names);
  if (plan_.test_type != TestType::stress) {
    evidence.throughput_quarters = history_.throughput_quarters();
  }
  evidence.assertions = built_with_assertions();
  evidence.fsync = enableFsync;
  evidence.full_page_writes = fullPageWrites;
  evidence.clock_resolution_ns = clock_resolution_ns();
  evidence.clock_cost_ns = clock_cost_ns();
  evidence.interrupted = total.interrupted;
  const auto longest =
      std::max_element(measured.longest_interrupted.begin(), measured.longest_interrupted.end());
  evidence.interrupted_longest_ms = static_cast<double>(*longest) / 1e6;
  // A STRESS test is to find where the load is too much: that it did is no flaw of it.
  if (plan_.test_type != TestType::stress) {
    evidence.open_model = plan_.spec.load == LoadKind::open;
    evidence.due = measured.scheduled;
    evidence.begun = measured.scheduled - total.skipped;
    const std::uint64_t ended = total.ok + total.failed_total();
    if (ended > 0) {
      evidence.error_rate_percent =
          100.0 * static_cast<double>(total.failed_total()) / static_cast<double>(ended);
    }
    evidence.error_rate_limit_percent = error_rate_limit(plan_.criteria);
  }
  evidence.aborted_by = aborted_by_;
  if (plan_.test_type == TestType::volume) {
    evidence.unmet_data_requirements = unmet_requirements(data_volumes());
  }
  outcome_.findings = find_limits(evidence);
}

// What the server's views tell at the end. A lock that cannot be had, or a table that is gone, must
// not cost the result.
void Controller::read_circumstances(RunEvidence& evidence) {
  try {
    in_transaction([&] {
      sql_query("SET LOCAL lock_timeout = '1s'");
      if (plan_.test_type == TestType::endurance) sizes_after_ = recorder_.read_relation_sizes();
      if (const RoundOutcome* first = outcome_.first_counted()) {
        evidence.autovacuum_tables =
            recorder_.read_vacuumed_tables(clock_.wall_at(first->measured_from_ns));
      }
    });
  } catch (const std::exception& error) {
    outcome_.evidence_missing = error.what();
  }
}

std::vector<DataVolume> Controller::data_volumes() const {
  std::vector<DataVolume> volumes;
  for (std::size_t i = 0; i < plan_.data_requirements.size(); ++i) {
    const std::int64_t rows = run_.header().data_rows[i].load();
    DataVolume volume{plan_.data_requirements[i].name, std::nullopt,
                      plan_.data_requirements[i].rows};
    if (rows >= 0) volume.rows = static_cast<std::uint64_t>(rows);
    volumes.push_back(std::move(volume));
  }
  return volumes;
}

void Controller::set_shape_result() {
  switch (plan_.test_type) {
    case TestType::baseline:
    case TestType::load:
      break;
    case TestType::stress:
      outcome_.shape_result = stress_.to_json();
      break;
    case TestType::spike:
      outcome_.shape_result = spike_result_json(history_, load_);
      break;
    case TestType::endurance:
      outcome_.shape_result = endurance_result_json(history_, sizes_before_, sizes_after_);
      break;
    case TestType::volume:
      outcome_.shape_result = volume_result_json(data_volumes());
      break;
  }
}

}  // namespace perf_mgmt::pg
