#include "perf_mgmt/pg/result_row.hpp"

#include "perf_mgmt/pg/recorder.hpp"

#include "perf_mgmt/core/hardware.hpp"
#include "perf_mgmt/pg/operation_tables.hpp"
#include "perf_mgmt/pg/spi.hpp"

extern "C" {
#include "storage/bufmgr.h"
#include "utils/guc.h"
#include "utils/timestamp.h"
}

namespace perf_mgmt::pg {

namespace {

// What was set by somebody, and what decides speed whoever set it. Everybody who may read results
// reads them: passwords and commands with keys in them (standbys, archives, settings that an
// application invented) are left out.
constexpr const char* kSettingsQuery = R"(
  SELECT pg_catalog.jsonb_object_agg(s.name, pg_catalog.current_setting(s.name) ORDER BY s.name)
  FROM pg_catalog.pg_settings s
  WHERE (s.source NOT IN ('default', 'override', 'client', 'session') AND s.category NOT LIKE 'Client%'
         AND s.category NOT LIKE 'Connections and Authentication%' AND s.category NOT LIKE 'File Locations%'
         AND s.category NOT LIKE 'Reporting and Logging%' AND s.category NOT LIKE 'Replication / Standby%'
         AND s.category NOT LIKE 'Write-Ahead Log / Archiv%' AND s.category NOT LIKE 'Write-Ahead Log / Recovery%'
         AND (s.category <> 'Customized Options' OR s.name ~ '^(auto_explain|pg_stat_statements|plpgsql)[.]'))
     OR s.name IN ('shared_buffers', 'work_mem', 'maintenance_work_mem', 'effective_cache_size', 'wal_buffers',
       'max_connections', 'max_worker_processes', 'max_parallel_workers', 'max_parallel_workers_per_gather',
       'max_wal_size', 'checkpoint_timeout', 'checkpoint_completion_target', 'wal_level', 'wal_compression',
       'archive_mode', 'fsync', 'full_page_writes', 'commit_delay', 'autovacuum', 'random_page_cost', 'seq_page_cost',
       'effective_io_concurrency', 'jit', 'plan_cache_mode', 'default_transaction_isolation', 'huge_pages',
       'track_io_timing', 'block_size', 'debug_assertions', 'data_checksums', 'temp_buffers', 'bgwriter_delay'))";

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

void mark_lost_executions() {
  sql_query("SELECT perf_mgmt.mark_lost_executions()");
}

void Recorder::insert_execution(const ClockPair& clock, int workers,
                                std::int64_t planned_ns) const {
  const bool open = plan_.spec.load == LoadKind::open;
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
      {"concurrent_users", open ? Json(nullptr) : Json(LoadModel::of(plan_.spec).most_users())},
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
      {"rounds_wanted", plan_.spec.rounds},
      {"confirms_execution_id", plan_.spec.confirms ? Json(*plan_.spec.confirms) : Json(nullptr)},
      {"comparison_id", plan_.comparison_id.empty() ? Json(nullptr) : Json(plan_.comparison_id)},
      {"load_model", open ? "open" : "closed"},
      {"planned_ms",
       planned_ns > 0 ? milliseconds(static_cast<std::uint64_t>(planned_ns)) : Json(nullptr)},
      {"success_criteria", Json::parse(criteria_to_json(plan_.criteria))},
      {"findings", Json::array()}};
  insert_rows("test_executions", row);
  log_event("TEST_STARTED", fmt::format("performance test \"{}\" started in environment \"{}\"",
                                        plan_.test_name, plan_.environment));
}

ServerReading Recorder::read_server() const {
  const SqlResult result = sql_query(
      fmt::format("SELECT pg_catalog.pg_current_wal_insert_lsn() - '0/0'::pg_catalog.pg_lsn, "
                  "(SELECT pg_catalog.count(*) FROM pg_catalog.pg_stat_activity WHERE "
                  "backend_type = 'client backend'), {} FROM pg_catalog.{}",
                  kCheckpointCounts, kCheckpointView));
  const auto figure = [&](std::size_t column) {
    return std::stoull(result.rows[0][column].value_or("0"));
  };
  return {figure(0), figure(1), figure(2), figure(3)};
}

DatabaseReading Recorder::read_database() const {
  const SqlResult result = sql_query(
      "SELECT (SELECT COALESCE(pg_catalog.sum(autovacuum_count + autoanalyze_count), 0) "
      "FROM pg_catalog.pg_stat_user_tables), "
      "(SELECT temp_bytes FROM pg_catalog.pg_stat_database "
      "WHERE datname = pg_catalog.current_database())");
  return {std::stoull(result.rows[0][0].value_or("0")),
          std::stoull(result.rows[0][1].value_or("0"))};
}

std::vector<std::string> Recorder::read_vacuumed_tables(std::int64_t wall_us) const {
  return sql_query(
             "SELECT pg_catalog.format('%I.%I', schemaname, relname) "
             "FROM pg_catalog.pg_stat_user_tables "
             "WHERE GREATEST(last_autovacuum, last_autoanalyze) >= $1::pg_catalog.timestamptz "
             "ORDER BY 1 LIMIT 10",
             {timestamp_text(wall_us)})
      .first_column();
}

std::vector<std::string> Recorder::read_foreign_vacuumed_tables(std::int64_t wall_us) const {
  return sql_query(
             fmt::format(
                 "SELECT pg_catalog.format('%I.%I', s.schemaname, s.relname) "
                 "FROM pg_catalog.pg_stat_user_tables s WHERE "
                 "GREATEST(s.last_autovacuum, s.last_autoanalyze) >= $1::pg_catalog.timestamptz "
                 "AND s.schemaname <> 'perf_mgmt' AND NOT EXISTS ("
                 "SELECT FROM ({}) own (oid) "
                 "WHERE own.oid IN (s.relid, pg_catalog.pg_partition_root(s.relid))) "
                 "ORDER BY 1 LIMIT 10",
                 operation_tables_query(2)),
             {timestamp_text(wall_us), operation_tables_json(plan_.operations)})
      .first_column();
}

std::vector<RelationSize> Recorder::read_relation_sizes() const {
  const SqlResult result = sql_query(
      fmt::format(
          "WITH tables AS (SELECT DISTINCT COALESCE(p.relid, t.oid) AS oid FROM ({}) t (oid) "
          "LEFT JOIN LATERAL pg_catalog.pg_partition_tree(t.oid) p ON p.isleaf) "
          "SELECT oid::pg_catalog.regclass, 'table', pg_catalog.pg_table_size(oid) FROM tables "
          "UNION ALL SELECT i.indexrelid::pg_catalog.regclass, 'index', "
          "pg_catalog.pg_relation_size(i.indexrelid) "
          "FROM tables JOIN pg_catalog.pg_index i ON i.indrelid = tables.oid ORDER BY 2 DESC, 1",
          operation_tables_query(1)),
      {operation_tables_json(plan_.operations)});
  std::vector<RelationSize> sizes;
  for (const auto& row : result.rows) {
    sizes.push_back({*row[0], *row[1], std::stoull(row[2].value_or("0"))});
  }
  return sizes;
}

void Recorder::write_interval(const ClockPair& clock, const Interval& interval) const {
  const std::string from = timestamp_text(clock.wall_at(interval.from_ns));
  const std::string to = timestamp_text(clock.wall_at(interval.to_ns));
  Json rows = Json::array();
  for (std::size_t i = 0; i < interval.records.size(); ++i) {
    const OperationRecord& record = interval.records[i];
    const OperationCounters& counters = record.counters;
    Json row = {{"execution_id", plan_.execution_id},
                {"interval_number", interval.number},
                {"round_number", interval.round + 1},
                {"operation_name", plan_.operations[i].name},
                {"stage", interval.stage_name},
                {"stage_number", interval.stage + 1},
                {"measured", interval.measured},
                {"started_at", from},
                {"ended_at", to},
                {"active_virtual_users",
                 interval.target_rate ? Json(nullptr) : Json(interval.active_users)},
                {"target_rate", interval.target_rate ? Json(*interval.target_rate) : Json(nullptr)},
                {"busy_time_ms", milliseconds(counters.busy_ns)},
                {"cpu_time_ms", milliseconds(counters.cpu_ns)},
                {"wait_samples", wait_samples_json(interval.waits[i])},
                {"zero_row_writes", counters.zero_row_writes},
                {"rows_read", counters.rows_read},
                {"rows_affected", counters.rows_affected},
                {"shared_blks_hit", counters.shared_blks_hit},
                {"shared_blks_read", counters.shared_blks_read},
                {"wal_bytes", counters.wal_bytes},
                {"response_histogram", histogram_value(record.response)},
                {"service_histogram", histogram_value(record.service)},
                {"lag_histogram", histogram_value(record.lag)},
                {"failure_histogram", histogram_value(record.failure)}};
    add_count_columns(row, counters);
    rows.push_back(std::move(row));
  }
  insert_rows("execution_intervals", rows);

  const OperationRecord& sum = *interval.sum;
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
  if (interval.target_rate) {
    add_metric(metrics, common, "target_rate", *interval.target_rate, "operations/second");
  } else {
    add_metric(metrics, common, "active_users", interval.active_users, "users");
  }
  add_metric(metrics, common, "cpu", number(interval.host.cpu_percent.value, 100), "percent",
             {{"of", interval.host.cpu_of},
              {"steal", number(interval.host.steal_percent.value, 100)},
              {"others", number(interval.others_cpu_percent, 100)}});
  add_metric(metrics, common, "memory", number(interval.host.memory_percent.value, 100), "percent",
             {{"of", interval.host.memory_of}});
  add_metric(metrics, common, "disk_io", number(interval.host.disk_mb_per_sec.value), "MB/second",
             {{"of", interval.host.disk_of}});
  if (interval.worker_memory_bytes) {
    add_metric(metrics, common, "worker_memory", *interval.worker_memory_bytes, "bytes");
  }
  add_metric(metrics, common, "connections", interval.server.connections, "connections");
  add_metric(metrics, common, "checkpoints",
             count(increase(interval.server_before.checkpoints(), interval.server.checkpoints())),
             "checkpoints");
  add_metric(metrics, common, "wal",
             count(increase(interval.server_before.wal_position, interval.server.wal_position)),
             "bytes", {{"of", "server"}});
  insert_rows("performance_metrics", metrics);
}

void Recorder::write_failure(const ClockPair& clock, std::int64_t ended_ns,
                             const std::string& reason) const {
  update_row("test_executions", plan_.execution_id,
             {{"execution_status", "FAILED"},
              {"completed_at", timestamp_text(clock.wall_at(ended_ns))},
              {"failure_sqlstate", sqlstate::internal_error},
              {"failure_message", reason}});
}

void Recorder::log_event(const std::string& type, const std::string& message,
                         const std::string& details_json) const {
  sql_query(
      "SELECT perf_mgmt.log_performance_event($1::pg_catalog.uuid, $2, $3, $4::pg_catalog.jsonb)",
      {plan_.execution_id, type, message,
       details_json.empty() ? SqlText{} : SqlText{details_json}});
}

}  // namespace perf_mgmt::pg
