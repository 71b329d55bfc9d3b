// SQL: simulate_workload, the single-session probe.
//
// The same templates, generators, histograms and counters as in a worker, but in the caller's own
// transaction: each iteration is a subtransaction, so there is no commit, no WAL flush, and the
// caller's snapshot holds back vacuum. The result is labelled in_transaction for that reason.
#include "perf_mgmt/pg/result_row.hpp"

#include "perf_mgmt/pg/acting_role.hpp"
#include "perf_mgmt/pg/operation_drawer.hpp"
#include "perf_mgmt/pg/run_loader.hpp"
#include "perf_mgmt/pg/run_processes.hpp"
#include "perf_mgmt/pg/shared_run.hpp"
#include "perf_mgmt/pg/spi_executor.hpp"
#include "perf_mgmt/pg/sql_arguments.hpp"

extern "C" {
#include "access/xact.h"
#include "utils/timestamp.h"
}

namespace perf_mgmt::pg {

namespace {

constexpr std::int64_t kMetricPeriod = 10 * kSecond;
constexpr int kLongestSeconds = 7 * 24 * 3600;
// Keeps the probe's random numbers apart from those of the execution's workers.
constexpr std::uint64_t kProbeStream = (std::uint64_t{1} << 63) + 2;

struct Probe {
  OperationRecord total{};
  OperationRecord period{};
  std::string last_error;
  std::string last_sqlstate;
};

void record(OperationRecord& record, const OperationResult& result) {
  const auto service = static_cast<std::uint64_t>(result.end_ns - result.start_ns);
  record.counters.merge(result.counters);
  if (result.outcome == OperationResult::Outcome::ok) {
    ++record.counters.ok;
    record.response.record(service);
    record.service.record(service);
  } else {
    ++record.counters.failed[static_cast<std::size_t>(failure_class(result.sqlstate))];
    record.failure.record(service);
  }
}

void write_metric(const RunPlan& plan, const OperationRecord& period) {
  if (period.response.empty()) return;
  insert_rows("performance_metrics",
              {{"id", sql_query("SELECT pg_catalog.gen_random_uuid()").scalar().value()},
               {"execution_id", plan.execution_id},
               {"metric_timestamp", timestamp_text(GetCurrentTimestamp())},
               {"metric_type", "response_time"},
               {"metric_value", mean_milliseconds(period.response.mean())},
               {"metric_unit", "milliseconds"},
               {"additional_context",
                {{"operation", plan.operations[0].name},
                 {"execution_context", "in_transaction"},
                 {"p95", milliseconds(period.response.percentile(0.95))}}},
               {"created_at", timestamp_text(GetCurrentTimestamp())}});
}

void write_result(const RunPlan& plan, const OperationRecord& total) {
  Json row = operation_row(plan.execution_id, plan.operations[0], "in_transaction",
                           timestamp_text(GetCurrentTimestamp()));
  add_operation_columns(row, total);
  insert_rows("query_performance", row);
}

Datum simulate(FunctionCallInfo call) {
  const std::string execution = required_argument(call, 0, "p_execution_id");
  const std::string operation = required_argument(call, 1, "p_operation_name");
  const int seconds = std::stoi(required_argument(call, 2, "p_duration_seconds"));
  if (seconds < 1 || seconds > kLongestSeconds) {
    throw Error(sqlstate::invalid_parameter_value,
                fmt::format("duration {} is out of range", seconds),
                fmt::format("It is in seconds, from 1 to {}.", kLongestSeconds));
  }
  if (InSecurityRestrictedOperation()) {
    throw Error(sqlstate::insufficient_privilege,
                "cannot run a workload within security-restricted operation");
  }
  if (is_worker()) {
    throw Error(sqlstate::feature_not_supported, "an operation cannot run a workload");
  }
  if (XactReadOnly) {
    throw Error("25006", "cannot run a workload in a read-only transaction",
                "Its result could not be written.");
  }

  SpiConnection spi;
  const RunPlan plan = load_probe_plan(execution, operation);
  const int nest = NewGUCNestLevel();
  set_search_path(plan.search_path.c_str());
  SpiExecutor executor(TransactionMode::subtransaction);
  executor.prepare(plan);
  OperationDrawer drawer(plan);
  drawer.prepare(executor, false);
  const std::vector<std::byte> pools = load_pools(drawer.requests().pools, plan.spec.seed);
  std::vector<std::atomic<std::uint64_t>> sequences(drawer.requests().sequences.size());
  drawer.set_sources(view_pools(pools), sequences);

  const auto probe = std::make_unique<Probe>();
  OperationResult result;
  const std::int64_t start = monotonic_ns();
  const std::int64_t end = start + seconds * kSecond;
  std::int64_t next_metric = start + kMetricPeriod;
  for (std::uint64_t iteration = 0; monotonic_ns() < end; ++iteration) {
    check_interrupts();
    RandomStream random(plan.spec.seed, kProbeStream, iteration);
    drawer.draw(0, random, std::nullopt);
    executor.run(0, drawer.parameters(), drawer.settings(), result);
    if (result.outcome != OperationResult::Outcome::ok) {
      probe->last_error = result.message;
      probe->last_sqlstate = result.sqlstate;
    }
    record(probe->period, result);
    if (result.end_ns >= next_metric) {
      write_metric(plan, probe->period);
      probe->total.merge(probe->period);
      probe->period.reset();
      next_metric += kMetricPeriod;
    }
  }
  write_metric(plan, probe->period);
  probe->total.merge(probe->period);
  write_result(plan, probe->total);
  if (const std::uint64_t failed = probe->total.counters.failed_total(); failed > 0) {
    report(WARNING, probe->last_sqlstate,
           fmt::format("{} of {} iterations of operation \"{}\" failed", failed,
                       probe->total.counters.finished(), operation),
           "The last error was: " + probe->last_error);
  }
  pg_call([&] { AtEOXact_GUC(false, nest); });
  spi.finish();
  return Datum{0};
}

}  // namespace

}  // namespace perf_mgmt::pg

extern "C" {

PG_FUNCTION_INFO_V1(perf_mgmt_simulate_workload);
Datum perf_mgmt_simulate_workload(PG_FUNCTION_ARGS) {
  return perf_mgmt::pg::run_cpp([&] { return perf_mgmt::pg::simulate(fcinfo); });
}

}  // extern "C"
