#include "perf_mgmt/pg/result_row.hpp"

#include "perf_mgmt/pg/recorder.hpp"

#include "perf_mgmt/core/hardware.hpp"
#include "perf_mgmt/pg/execution_lock.hpp"
#include "perf_mgmt/pg/spi.hpp"

extern "C" {
#include "storage/bufmgr.h"
#include "utils/guc.h"
#include "utils/timestamp.h"
}

namespace perf_mgmt::pg {

namespace {

// What was set by somebody, and what decides speed whoever set it.
constexpr const char* kSettingsQuery = R"(
  SELECT pg_catalog.jsonb_object_agg(s.name, pg_catalog.current_setting(s.name) ORDER BY s.name)
  FROM pg_catalog.pg_settings s
  WHERE (s.source NOT IN ('default', 'override', 'client', 'session') AND s.category NOT LIKE 'Client%'
         AND s.category NOT LIKE 'Connections and Authentication%' AND s.category NOT LIKE 'File Locations%'
         AND s.category NOT LIKE 'Reporting and Logging%')
     OR s.name IN ('shared_buffers', 'work_mem', 'maintenance_work_mem', 'effective_cache_size', 'wal_buffers',
       'max_connections', 'max_worker_processes', 'max_parallel_workers', 'max_parallel_workers_per_gather',
       'max_wal_size', 'checkpoint_timeout', 'checkpoint_completion_target', 'wal_level', 'wal_compression',
       'fsync', 'full_page_writes', 'commit_delay', 'autovacuum', 'random_page_cost', 'seq_page_cost',
       'effective_io_concurrency', 'jit', 'plan_cache_mode', 'default_transaction_isolation', 'huge_pages',
       'track_io_timing', 'block_size', 'debug_assertions', 'data_checksums', 'temp_buffers', 'bgwriter_delay'))";

Json number(const Figure<double>& figure, double most = 1e18) {
  if (!figure.value) return nullptr;
  return fmt::format("{:.6f}", std::clamp(*figure.value, 0.0, most));
}

OperationRecord sum_of(const std::vector<OperationRecord>& records) {
  OperationRecord sum{};
  for (const OperationRecord& record : records) sum.merge(record);
  return sum;
}

// One row of performance_metrics; nothing where there is no value.
void add_metric(Json& rows, const Json& common, const char* type, Json value, const char* unit,
                Json context = nullptr) {
  if (value.is_null()) return;
  Json row = common;
  row["metric_type"] = type;
  row["metric_value"] = std::move(value);
  row["metric_unit"] = unit;
  row["additional_context"] = std::move(context);
  rows.push_back(std::move(row));
}

Json per_second(std::uint64_t count, std::int64_t nanoseconds) {
  if (nanoseconds <= 0) return nullptr;
  return fmt::format("{:.3f}", static_cast<double>(count) * 1e9 / static_cast<double>(nanoseconds));
}

Json percent_of(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return nullptr;
  return fmt::format("{:.6f}", 100.0 * static_cast<double>(part) / static_cast<double>(whole));
}

}  // namespace

ClockPair ClockPair::now() {
  return {perf_mgmt::pg::monotonic_ns(), GetCurrentTimestamp()};
}

void Recorder::check_test_is_committed() const {
  const auto check = [](const char* table, const char* what, const std::string& id,
                        const std::string& name) {
    if (!sql_query(fmt::format("SELECT 1 FROM perf_mgmt.{} WHERE id = $1::pg_catalog.uuid", table),
                   {id})
             .rows.empty()) {
      return;
    }
    throw Error(
        sqlstate::object_not_in_prerequisite_state,
        fmt::format("{} \"{}\" is not committed yet", what, name),
        fmt::format("The run is recorded by another process, which cannot see the {}.", what),
        "Commit the transaction that created it, then start the test.");
  };
  check("performance_tests", "performance test", plan_.test_id, plan_.test_name);
  check("load_scenarios", "scenario", plan_.scenario_id, plan_.scenario_name);
}

void Recorder::mark_lost_executions() const {
  const SqlResult running = sql_query(
      "SELECT id FROM perf_mgmt.test_executions WHERE execution_status = 'RUNNING' "
      "AND id <> $1::pg_catalog.uuid",
      {plan_.execution_id});
  for (const std::vector<SqlText>& row : running.rows) {
    if (holder_of_execution_lock(*row[0]) != 0) continue;
    sql_query(
        "UPDATE perf_mgmt.test_executions SET execution_status = 'FAILED', "
        "failure_sqlstate = '57P02', failure_message = 'the server or the controller ended during "
        "the run' "
        "WHERE id = $1::pg_catalog.uuid AND execution_status = 'RUNNING'",
        {row[0]});
    sql_query(
        "SELECT perf_mgmt.log_performance_event($1::pg_catalog.uuid, 'LOST', "
        "'the execution was found without a controller and marked FAILED')",
        {row[0]});
  }
}

void Recorder::insert_execution(const ClockPair& clock, int workers) const {
  const Json metadata = Json::parse(plan_.spec.metadata, nullptr, false);
  Json row = {
      {"id", plan_.execution_id},
      {"test_id", plan_.test_id},
      {"execution_environment", plan_.environment},
      {"database_version", sql_query("SELECT pg_catalog.current_setting('server_version')")
                               .scalar()
                               .value_or("unknown")
                               .substr(0, 50)},
      {"postgresql_config", Json::parse(sql_query(kSettingsQuery).scalar().value_or("{}"))},
      {"hardware_specs", Json::parse(hardware_json(read_hardware("", DataDir)))},
      {"execution_status", "RUNNING"},
      {"started_at", timestamp_text(clock.wall_us)},
      {"created_at", timestamp_text(clock.wall_us)},
      {"total_connections", workers},
      {"concurrent_users", plan_.spec.virtual_users},
      {"test_data_size",
       Json::parse(sql_query("SELECT pg_catalog.pg_database_size(pg_catalog.current_database())")
                       .scalar()
                       .value_or("null"))},
      {"regression_detected", false},
      {"metadata", metadata},
      {"scenario_id", plan_.scenario_id},
      {"scenario_name", plan_.scenario_name},
      {"run_spec", Json::parse(plan_.spec.to_json())},
      {"seed", std::to_string(plan_.spec.seed)},
      {"started_by", plan_.started_by},
      {"run_as", plan_.run_role},
      {"controller_pid", MyProcPid},
      {"workers_requested", plan_.workers_requested},
      {"findings", Json::array()}};
  insert_rows("test_executions", row);
  log_event("TEST_STARTED", fmt::format("performance test \"{}\" started in environment \"{}\"",
                                        plan_.test_name, plan_.environment));
}

ServerReading Recorder::read_server() const {
  const SqlResult result =
      sql_query(fmt::format("SELECT pg_catalog.pg_current_wal_insert_lsn(), "
                            "(SELECT pg_catalog.count(*) FROM pg_catalog.pg_stat_activity WHERE "
                            "backend_type = 'client backend'), "
                            "(SELECT {} FROM pg_catalog.{})",
                            kCheckpointCount, kCheckpointView));
  ServerReading reading;
  reading.wal_position = result.rows[0][0].value_or("0/0");
  reading.connections = std::stoull(result.rows[0][1].value_or("0"));
  reading.checkpoints = std::stoull(result.rows[0][2].value_or("0"));
  return reading;
}

void Recorder::write_interval(const ClockPair& clock, const Interval& interval) const {
  const std::string from = timestamp_text(clock.wall_at(interval.from_ns));
  const std::string to = timestamp_text(clock.wall_at(interval.to_ns));
  Json rows = Json::array();
  for (std::size_t i = 0; i < interval.records.size(); ++i) {
    const OperationRecord& record = interval.records[i];
    const OperationCounters& counters = record.counters;
    rows.push_back({{"execution_id", plan_.execution_id},
                    {"interval_number", interval.number},
                    {"operation_name", plan_.operations[i].name},
                    {"stage", interval.stage},
                    {"measured", interval.measured},
                    {"started_at", from},
                    {"ended_at", to},
                    {"active_virtual_users", interval.active_users},
                    {"ok_count", counters.ok},
                    {"failed_count", counters.failed_total()},
                    {"skipped_count", counters.skipped},
                    {"interrupted_count", counters.interrupted},
                    {"retried_count", counters.retried},
                    {"zero_row_writes", counters.zero_row_writes},
                    {"rows_read", counters.rows_read},
                    {"rows_affected", counters.rows_affected},
                    {"shared_blks_hit", counters.shared_blks_hit},
                    {"shared_blks_read", counters.shared_blks_read},
                    {"wal_bytes", counters.wal_bytes},
                    {"response_histogram", histogram_value(record.response)},
                    {"service_histogram", histogram_value(record.service)},
                    {"lag_histogram", histogram_value(record.lag)},
                    {"failure_histogram", histogram_value(record.failure)}});
  }
  insert_rows("execution_intervals", rows);

  const OperationRecord sum = sum_of(interval.records);
  const std::int64_t length = interval.to_ns - interval.from_ns;
  const Json common = {
      {"execution_id", plan_.execution_id}, {"metric_timestamp", to}, {"created_at", to}};
  Json metrics = Json::array();
  add_metric(metrics, common, "response_time", mean_milliseconds(sum.response.mean()),
             "milliseconds",
             {{"p50", milliseconds(sum.response.percentile(0.50))},
              {"p95", milliseconds(sum.response.percentile(0.95))},
              {"p99", milliseconds(sum.response.percentile(0.99))},
              {"max", milliseconds(sum.response.max())}});
  add_metric(metrics, common, "throughput", per_second(sum.counters.ok, length),
             "operations/second");
  add_metric(metrics, common, "error_rate",
             percent_of(sum.counters.failed_total(), sum.counters.ok + sum.counters.failed_total()),
             "percent");
  add_metric(metrics, common, "active_users", interval.active_users, "users");
  add_metric(metrics, common, "cpu", number(interval.host.cpu_percent, 100), "percent",
             {{"of", interval.host.cpu_of}, {"steal", number(interval.host.steal_percent, 100)}});
  add_metric(metrics, common, "memory", number(interval.host.memory_percent, 100), "percent",
             {{"of", interval.host.memory_of}});
  add_metric(metrics, common, "disk_io", number(interval.host.disk_mb_per_sec), "MB/second",
             {{"of", interval.host.disk_of}});
  add_metric(metrics, common, "connections", interval.server.connections, "connections");
  add_metric(metrics, common, "checkpoints",
             interval.server.checkpoints - interval.server_before.checkpoints, "checkpoints");
  const SqlText wal = sql_query("SELECT $1::pg_catalog.pg_lsn - $2::pg_catalog.pg_lsn",
                                {interval.server.wal_position, interval.server_before.wal_position})
                          .scalar();
  add_metric(metrics, common, "wal", wal ? Json(*wal) : Json(nullptr), "bytes", {{"of", "server"}});
  insert_rows("performance_metrics", metrics);
}

void Recorder::write_outcome(const ClockPair& clock, const RunOutcome& outcome) const {
  const OperationRecord sum = sum_of(outcome.totals);
  const OperationCounters& counters = sum.counters;
  const std::int64_t window = outcome.measured_until_ns - outcome.measured_from_ns;

  Json unavailable = Json::object();
  for (const auto& [column, figure] :
       {std::pair{"cpu_usage_percent", &outcome.host.cpu_percent},
        std::pair{"memory_usage_percent", &outcome.host.memory_percent},
        std::pair{"disk_io_mb_per_sec", &outcome.host.disk_mb_per_sec},
        std::pair{"steal_percent", &outcome.host.steal_percent}}) {
    if (!figure->value) unavailable[column] = figure->reason;
  }
  if (!track_io_timing) unavailable["blk_read_time"] = "track_io_timing is off";
  Json findings = Json::array();
  for (const Finding& finding : outcome.findings) {
    findings.push_back({{"code", finding.code}, {"message", finding.message}});
  }

  Json row = {{"execution_status", outcome.status},
              {"completed_at", timestamp_text(clock.wall_at(outcome.ended_ns))},
              {"duration_ms", (outcome.ended_ns - outcome.started_ns) / 1'000'000},
              {"total_connections", outcome.workers},
              {"avg_response_time_ms", mean_milliseconds(sum.response.mean())},
              {"p50_response_time_ms", milliseconds(sum.response.percentile(0.50))},
              {"p95_response_time_ms", milliseconds(sum.response.percentile(0.95))},
              {"p99_response_time_ms", milliseconds(sum.response.percentile(0.99))},
              {"p999_response_time_ms", milliseconds(sum.response.percentile(0.999))},
              {"min_response_time_ms", milliseconds(sum.response.min())},
              {"max_response_time_ms", milliseconds(sum.response.max())},
              {"stddev_response_time_ms", mean_milliseconds(sum.response.stddev())},
              {"avg_service_time_ms", mean_milliseconds(sum.service.mean())},
              {"p50_service_time_ms", milliseconds(sum.service.percentile(0.50))},
              {"p95_service_time_ms", milliseconds(sum.service.percentile(0.95))},
              {"p99_service_time_ms", milliseconds(sum.service.percentile(0.99))},
              {"avg_lag_ms", mean_milliseconds(sum.lag.mean())},
              {"p50_lag_ms", milliseconds(sum.lag.percentile(0.50))},
              {"p95_lag_ms", milliseconds(sum.lag.percentile(0.95))},
              {"p99_lag_ms", milliseconds(sum.lag.percentile(0.99))},
              {"throughput_tps", per_second(outcome.ok_in_window, window)},
              {"error_rate_percent",
               percent_of(counters.failed_total(), counters.ok + counters.failed_total())},
              {"cpu_usage_percent", number(outcome.host.cpu_percent, 100)},
              {"memory_usage_percent", number(outcome.host.memory_percent, 100)},
              {"disk_io_mb_per_sec", number(outcome.host.disk_mb_per_sec)},
              {"steal_percent", number(outcome.host.steal_percent, 100)},
              {"operations_scheduled", outcome.scheduled},
              {"operations_ok", counters.ok},
              {"operations_failed", counters.failed_total()},
              {"operations_skipped", counters.skipped},
              {"operations_interrupted", counters.interrupted},
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
              {"response_histogram", histogram_value(sum.response)},
              {"service_histogram", histogram_value(sum.service)},
              {"lag_histogram", histogram_value(sum.lag)},
              {"failure_histogram", histogram_value(sum.failure)},
              {"wal_bytes", counters.wal_bytes},
              {"findings", findings},
              {"unavailable", unavailable}};
  if (window > 0) {
    row["measured_from"] = timestamp_text(clock.wall_at(outcome.measured_from_ns));
    row["measured_until"] = timestamp_text(clock.wall_at(outcome.measured_until_ns));
    row["measured_ms"] = milliseconds(std::optional<std::uint64_t>(window));
  }
  if (!outcome.sqlstate.empty()) {
    row["failure_sqlstate"] = outcome.sqlstate;
    row["failure_message"] = outcome.message;
  }
  update_row("test_executions", plan_.execution_id, row);

  Json operations = Json::array();
  for (std::size_t i = 0; i < outcome.totals.size(); ++i) {
    const PlannedOperation& planned = plan_.operations[i];
    const OperationRecord& record = outcome.totals[i];
    Json types = Json::array();
    for (const PlannedStatement& statement : planned.statements) types.push_back(statement.type);
    Json operation = {
        {"id", sql_query("SELECT pg_catalog.gen_random_uuid()").scalar().value()},
        {"execution_id", plan_.execution_id},
        {"query_hash", query_hash(planned.sql_template)},
        {"query_text", planned.sql_template},
        {"query_type", main_statement_type(planned)},
        {"table_names", planned.tables},
        {"operation_name", planned.name},
        {"statement_count", planned.statements.size()},
        {"statement_types", types},
        {"configured_share_percent", fmt::format("{:.6f}", 100.0 * planned.share)},
        {"actual_share_percent", percent_of(record.counters.finished(), counters.finished())},
        {"execution_context", "worker"},
        {"created_at", timestamp_text(clock.wall_at(outcome.ended_ns))}};
    add_operation_columns(operation, record);
    operations.push_back(std::move(operation));
  }
  insert_rows("query_performance", operations);

  for (const OperationError& error : outcome.errors) {
    const std::string& name = plan_.operations[error.operation].name;
    log_event("OPERATION_ERROR",
              fmt::format("operation \"{}\" failed {} {}: {}", name, error.count,
                          error.count == 1 ? "time" : "times", error.message),
              dump({{"operation", name}, {"sqlstate", error.sqlstate}, {"count", error.count}}));
  }
  log_event("TEST_" + outcome.status,
            outcome.message.empty() ? fmt::format("performance test \"{}\" ended", plan_.test_name)
                                    : outcome.message);
}

void Recorder::write_failure(const ClockPair& clock, std::int64_t ended_ns,
                             const std::string& reason) const {
  update_row("test_executions", plan_.execution_id,
             {{"execution_status", "FAILED"},
              {"completed_at", timestamp_text(clock.wall_at(ended_ns))},
              {"failure_sqlstate", sqlstate::internal_error},
              {"failure_message", reason}});
  log_event("TEST_FAILED", reason);
}

void Recorder::log_event(const std::string& type, const std::string& message,
                         const std::string& details_json) const {
  sql_query(
      "SELECT perf_mgmt.log_performance_event($1::pg_catalog.uuid, $2, $3, $4::pg_catalog.jsonb)",
      {plan_.execution_id, type, message,
       details_json.empty() ? SqlText{} : SqlText{details_json}});
}

}  // namespace perf_mgmt::pg
