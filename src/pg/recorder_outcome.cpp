// The end of a run, written down in one transaction: the summary, the stages, the operations with
// what they waited for, their plans, and the events.
#include "perf_mgmt/pg/result_row.hpp"

#include "perf_mgmt/core/plan_hash.hpp"
#include "perf_mgmt/pg/recorder.hpp"
#include "perf_mgmt/pg/spi.hpp"

extern "C" {
#include "storage/bufmgr.h"
}

namespace perf_mgmt::pg {

namespace {

// Why columns of the summary are NULL.
Json unavailable_json(const RunOutcome& outcome) {
  Json unavailable = Json::object();
  for (const auto& [column, figure] :
       {std::pair{"cpu_usage_percent", &outcome.measured.host.cpu_percent},
        std::pair{"memory_usage_percent", &outcome.measured.host.memory_percent},
        std::pair{"disk_io_mb_per_sec", &outcome.measured.host.disk_mb_per_sec},
        std::pair{"steal_percent", &outcome.measured.host.steal_percent}}) {
    if (!figure->value) unavailable[column] = figure->reason;
  }
  if (!track_io_timing) unavailable["blk_read_time"] = "track_io_timing is off";
  if (!outcome.evidence_missing.empty()) unavailable["autovacuum_runs"] = outcome.evidence_missing;
  if (outcome.plans_dropped > 0) {
    unavailable["execution_plans"] =
        fmt::format("{} plans found no room in shared memory", outcome.plans_dropped);
  }
  return unavailable;
}

Json findings_json(const std::vector<Finding>& findings) {
  Json json = Json::array();
  for (const Finding& finding : findings) {
    json.push_back(
        {{"code", finding.code}, {"message", finding.message}, {"fatal", finding.fatal}});
  }
  return json;
}

// Page "Which results may be judged": the error rate and the achieved rate are findings too.
bool is_valid(const RunOutcome& outcome) {
  return outcome.status == "COMPLETED" &&
         std::none_of(outcome.findings.begin(), outcome.findings.end(),
                      [](const Finding& finding) { return finding.fatal; });
}

// The plan that an operation's first statement used last.
const PlanSighting* last_plan(const std::vector<PlanSighting>& plans, std::size_t operation) {
  const PlanSighting* last = nullptr;
  for (const PlanSighting& plan : plans) {
    if (plan.operation != operation || plan.statement != 0) continue;
    if (last == nullptr || plan.last_seen_ns > last->last_seen_ns) last = &plan;
  }
  return last;
}

Json plan_json(const PlanSighting& plan) {
  Json json = Json::parse(plan.json, nullptr, false);
  return json.is_discarded() ? Json(nullptr) : json;
}

}  // namespace

void Recorder::write_outcome(const ClockPair& clock, const RunOutcome& outcome,
                             const LoadModel& load, const RunHistory& history) const {
  write_summary(clock, outcome);
  write_rounds(clock, outcome);
  write_stages(clock, load, history);
  write_operations(clock, outcome);
  write_plans(clock, outcome.plans);
  for (const OperationError& error : outcome.measured.errors) {
    const std::string& name = plan_.operations[error.operation].name;
    log_event("OPERATION_ERROR",
              fmt::format("operation \"{}\" failed {} {}: {}", name, error.count,
                          error.count == 1 ? "time" : "times", error.message),
              compact_json(
                  Json{{"operation", name}, {"sqlstate", error.sqlstate}, {"count", error.count}}));
  }
  log_event("TEST_" + outcome.status,
            outcome.message.empty() ? fmt::format("performance test \"{}\" ended", plan_.test_name)
                                    : outcome.message);
}

void Recorder::write_summary(const ClockPair& clock, const RunOutcome& outcome) const {
  const Measurements& measured = outcome.measured;
  const HeapRecord sum = sum_of(measured.totals);
  const OperationCounters& counters = sum->counters;

  Json row = {{"execution_status", outcome.status},
              {"completed_at", timestamp_text(clock.wall_at(outcome.ended_ns))},
              {"duration_ms", (outcome.ended_ns - outcome.started_ns) / 1'000'000},
              {"total_connections", outcome.workers},
              {"throughput_tps", per_second(measured.ok_in_window, measured.measured_ns)},
              {"target_rate", number(outcome.target_rate)},
              {"error_rate_percent",
               percent_of(counters.failed_total(), counters.ok + counters.failed_total())},
              {"cpu_usage_percent", number(outcome.measured.host.cpu_percent.value, 100)},
              {"memory_usage_percent", number(outcome.measured.host.memory_percent.value, 100)},
              {"disk_io_mb_per_sec", number(outcome.measured.host.disk_mb_per_sec.value)},
              {"steal_percent", number(outcome.measured.host.steal_percent.value, 100)},
              {"others_cpu_percent", number(measured.others_cpu_percent, 100)},
              {"worker_cpu_ms", milliseconds(counters.cpu_ns)},
              {"checkpoints", count(measured.checkpoints)},
              {"autovacuum_runs", count(measured.autovacuum_runs)},
              {"server_wal_bytes", count(measured.server_wal_bytes)},
              {"server_temp_bytes", count(measured.server_temp_bytes)},
              {"operations_scheduled", measured.scheduled},
              {"operations_ok", counters.ok},
              {"operations_failed", counters.failed_total()},
              {"operations_skipped", counters.skipped},
              {"operations_interrupted", counters.interrupted},
              {"operations_late", counters.late},
              {"failed_serialization", counters.failed[0]},
              {"failed_deadlock", counters.failed[1]},
              {"failed_timeout", counters.failed[2]},
              {"failed_constraint", counters.failed[3]},
              {"failed_other", counters.failed[4]},
              {"operations_retried", counters.retried},
              {"retries", counters.retries},
              {"zero_row_writes", counters.zero_row_writes},
              {"rows_read", counters.rows_read},
              {"rows_affected", counters.rows_affected},
              {"failure_histogram", histogram_value(sum->failure)},
              {"wal_bytes", counters.wal_bytes},
              {"findings", findings_json(outcome.findings)},
              {"is_valid", is_valid(outcome)},
              {"unavailable", unavailable_json(outcome)}};
  add_time_columns(row, *sum);
  row["rounds_quiet"] = outcome.quiet_rounds();
  if (const RoundOutcome* first = outcome.first_counted()) {
    row["measured_from"] = timestamp_text(clock.wall_at(first->measured_from_ns));
    row["measured_until"] =
        timestamp_text(clock.wall_at(outcome.last_counted()->measured_until_ns));
    row["measured_ms"] = milliseconds(static_cast<std::uint64_t>(measured.measured_ns));
    if (outcome.target_rate) {
      row["achieved_rate"] =
          per_second(measured.scheduled - counters.skipped, measured.measured_ns);
    }
  }
  if (!outcome.shape_result.empty()) row["shape_result"] = Json::parse(outcome.shape_result);
  if (!outcome.sqlstate.empty()) {
    row["failure_sqlstate"] = outcome.sqlstate;
    row["failure_message"] = outcome.message;
  }
  update_row("test_executions", plan_.execution_id, row);
}

void Recorder::write_stages(const ClockPair& clock, const LoadModel& load,
                            const RunHistory& history) const {
  Json rows = Json::array();
  for (const StageTotals& totals : history.stages()) {
    const Stage& stage = load.stages()[totals.stage];
    HeapRecord record = totals.sum;
    record->merge(*totals.rest);
    const OperationCounters& counters = record->counters;
    const std::size_t stages_before = static_cast<std::size_t>(totals.round) * load.stages().size();
    Json row = {
        {"execution_id", plan_.execution_id},
        {"stage_number", stages_before + totals.stage + 1},
        {"round_number", totals.round + 1},
        {"stage_name", stage.name},
        {"measured", stage.measured},
        {"started_at", timestamp_text(clock.wall_at(totals.from_ns))},
        {"ended_at", timestamp_text(clock.wall_at(totals.to_ns))},
        {"duration_ms", milliseconds(static_cast<std::uint64_t>(totals.to_ns - totals.from_ns))},
        {"target_from", number(stage.from)},
        {"target_to", number(stage.to)},
        {"throughput_tps", number(totals.figure("throughput_tps"))},
        {"error_rate_percent",
         percent_of(counters.failed_total(), counters.ok + counters.failed_total())},
        {"cpu_usage_percent", number(totals.cpu_percent, 100)},
        {"memory_usage_percent", number(totals.memory_percent, 100)}};
    add_count_columns(row, counters);
    add_time_columns(row, *record);
    rows.push_back(std::move(row));
  }
  insert_rows("execution_stages", rows);
}

void Recorder::write_rounds(const ClockPair& clock, const RunOutcome& outcome) const {
  Json rows = Json::array();
  for (const RoundOutcome& round : outcome.rounds) {
    const Measurements& measured = round.measured;
    const OperationCounters& counters = round.sum->counters;
    const Histogram& response = round.sum->response;
    Json disturbances = Json::array();
    for (const Disturbance& disturbance : round.disturbances) {
      disturbances.push_back({{"code", disturbance.code}, {"message", disturbance.message}});
    }
    Json row = {{"execution_id", plan_.execution_id},
                {"round_number", round.number + 1},
                {"started_at", timestamp_text(clock.wall_at(round.started_ns))},
                {"ended_at", timestamp_text(clock.wall_at(round.ended_ns))},
                {"measured_ms", measured.measured_ns > 0
                                    ? milliseconds(static_cast<std::uint64_t>(measured.measured_ns))
                                    : Json(nullptr)},
                {"is_quiet", round.disturbances.empty()},
                {"is_counted", round.counted},
                {"disturbances", disturbances},
                {"avg_response_time_ms", mean_milliseconds(response.mean())},
                {"p50_response_time_ms", milliseconds(response.percentile(0.50))},
                {"p95_response_time_ms", milliseconds(response.percentile(0.95))},
                {"p99_response_time_ms", milliseconds(response.percentile(0.99))},
                {"max_response_time_ms", milliseconds(response.max())},
                {"throughput_tps", per_second(measured.ok_in_window, measured.measured_ns)},
                {"error_rate_percent",
                 percent_of(counters.failed_total(), counters.ok + counters.failed_total())},
                {"cpu_usage_percent", number(measured.host.cpu_percent.value, 100)},
                {"others_cpu_percent", number(measured.others_cpu_percent, 100)},
                {"steal_percent", number(measured.host.steal_percent.value, 100)},
                {"checkpoints", count(measured.checkpoints)},
                {"autovacuum_runs", count(measured.autovacuum_runs)},
                {"response_histogram", histogram_value(response)}};
    add_count_columns(row, counters);
    rows.push_back(std::move(row));
  }
  insert_rows("execution_rounds", rows);
}

void Recorder::write_operations(const ClockPair& clock, const RunOutcome& outcome) const {
  const std::uint64_t finished = sum_of(outcome.measured.totals)->counters.finished();
  const std::string created_at = timestamp_text(clock.wall_at(outcome.ended_ns));
  Json operations = Json::array();
  for (std::size_t i = 0; i < outcome.measured.totals.size(); ++i) {
    const PlannedOperation& planned = plan_.operations[i];
    const OperationRecord& record = outcome.measured.totals[i];
    const PlanSighting* plan = last_plan(outcome.plans, i);
    const std::int64_t interrupted = outcome.measured.longest_interrupted[i];
    Json operation = operation_row(plan_.execution_id, planned, "worker", created_at);
    operation.update(
        {{"configured_share_percent", fmt::format("{:.6f}", 100.0 * planned.share)},
         {"actual_share_percent", percent_of(record.counters.finished(), finished)},
         {"cpu_time_ms", milliseconds(record.counters.cpu_ns)},
         {"interrupted_max_ms",
          interrupted > 0 ? milliseconds(static_cast<std::uint64_t>(interrupted)) : Json(nullptr)},
         {"plan_hash", plan != nullptr ? Json(plan->hash) : Json(nullptr)},
         {"plan", plan != nullptr ? plan_json(*plan) : Json(nullptr)},
         {"wait_samples", wait_samples_json(outcome.measured.waits[i])}});
    add_operation_columns(operation, record);
    if (plan_.spec.sampling_hz == 0) {  // nobody looked
      for (const char* column : {"planning_time_ms", "jit_time_ms", "jit_functions"}) {
        operation[column] = nullptr;
      }
    }
    operations.push_back(std::move(operation));
  }
  insert_rows("query_performance", operations);
}

void Recorder::write_plans(const ClockPair& clock, const std::vector<PlanSighting>& plans) const {
  Json rows = Json::array();
  for (const PlanSighting& plan : plans) {
    rows.push_back({{"execution_id", plan_.execution_id},
                    {"operation_name", plan_.operations[plan.operation].name},
                    {"statement_number", plan.statement + 1},
                    {"plan_hash", plan.hash},
                    {"plan_kind", plan.generic ? "generic" : "custom"},
                    {"first_seen_at", timestamp_text(clock.wall_at(plan.first_seen_ns))},
                    {"last_seen_at", timestamp_text(clock.wall_at(plan.last_seen_ns))},
                    {"plan", plan_json(plan)},
                    {"is_parallel", is_parallel_plan(plan.json)}});
  }
  insert_rows("execution_plans", rows);
}

}  // namespace perf_mgmt::pg
