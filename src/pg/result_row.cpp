#include "perf_mgmt/pg/result_row.hpp"

#include "perf_mgmt/pg/spi.hpp"

extern "C" {
#include "storage/bufmgr.h"
#include "utils/timestamp.h"
}

namespace perf_mgmt::pg {

namespace {

std::string column_list(const Json& row) {
  std::string columns;
  for (const auto& member : row.items()) {
    if (!columns.empty()) columns += ", ";
    columns += member.key();
  }
  return columns;
}

Json micros_as_milliseconds(std::uint64_t microseconds) {
  return milliseconds(std::optional<std::uint64_t>(microseconds * 1000));
}

// What query_performance.query_hash holds: SHA-256 of the template, in hex.
std::string query_hash(const std::string& sql_template) {
  return sql_query(
             "SELECT pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to($1, 'UTF8')), "
             "'hex')",
             {sql_template})
      .scalar()
      .value();
}

}  // namespace

Json milliseconds(std::optional<std::uint64_t> nanoseconds) {
  if (!nanoseconds) return nullptr;
  return fmt::format("{}.{:06}", *nanoseconds / 1'000'000, *nanoseconds % 1'000'000);
}

Json mean_milliseconds(std::optional<double> nanoseconds) {
  if (!nanoseconds) return nullptr;
  return fmt::format("{:.6f}", *nanoseconds / 1e6);
}

Json number(const std::optional<double>& value, double most) {
  if (!value) return nullptr;
  return fmt::format("{:.6f}", std::clamp(*value, 0.0, most));
}

Json count(const std::optional<std::uint64_t>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json per_second(std::uint64_t count, std::int64_t nanoseconds) {
  if (nanoseconds <= 0) return nullptr;
  return fmt::format("{:.3f}", static_cast<double>(count) * 1e9 / static_cast<double>(nanoseconds));
}

Json percent_of(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return nullptr;
  return fmt::format("{:.6f}", 100.0 * static_cast<double>(part) / static_cast<double>(whole));
}

Json wait_samples_json(const WaitSamples& samples) {
  if (samples.empty()) return nullptr;
  Json json = Json::object();
  for (const auto& [code, count] : samples) json[wait_event_label(code)] = count;
  return json;
}

void add_time_columns(Json& row, const OperationRecord& record) {
  const auto add = [&](const char* name, const Histogram& histogram) {
    const auto column = [&](const char* figure) { return fmt::format("{}_{}_ms", figure, name); };
    row[column("avg")] = mean_milliseconds(histogram.mean());
    row[column("p50")] = milliseconds(histogram.percentile(0.50));
    row[column("p95")] = milliseconds(histogram.percentile(0.95));
    row[column("p99")] = milliseconds(histogram.percentile(0.99));
  };
  add("response_time", record.response);
  add("service_time", record.service);
  add("lag", record.lag);
  row["p999_response_time_ms"] = milliseconds(record.response.percentile(0.999));
  row["min_response_time_ms"] = milliseconds(record.response.min());
  row["max_response_time_ms"] = milliseconds(record.response.max());
  row["stddev_response_time_ms"] = mean_milliseconds(record.response.stddev());
  row["response_histogram"] = histogram_value(record.response);
  row["service_histogram"] = histogram_value(record.service);
  row["lag_histogram"] = histogram_value(record.lag);
}

Json histogram_value(const Histogram& histogram) {
  if (histogram.empty()) return nullptr;
  return histogram.to_text();
}

std::string timestamp_text(std::int64_t wall_us) {
  return pg_call([&] {
    return DatumGetCString(DirectFunctionCall1(timestamptz_out, TimestampTzGetDatum(wall_us)));
  });
}

Json operation_row(const std::string& execution_id, const PlannedOperation& operation,
                   const char* context, const std::string& created_at) {
  Json types = Json::array();
  for (const PlannedStatement& statement : operation.statements) types.push_back(statement.type);
  return {{"id", sql_query("SELECT pg_catalog.gen_random_uuid()").scalar().value()},
          {"execution_id", execution_id},
          {"query_hash", query_hash(operation.sql_template)},
          {"query_text", operation.sql_template},
          {"query_type", main_statement_type(operation)},
          {"table_names", operation.tables},
          {"operation_name", operation.name},
          {"statement_count", operation.statements.size()},
          {"statement_types", std::move(types)},
          {"execution_context", context},
          {"created_at", created_at}};
}

void add_count_columns(Json& row, const OperationCounters& counters) {
  row["ok_count"] = counters.ok;
  row["failed_count"] = counters.failed_total();
  row["skipped_count"] = counters.skipped;
  row["interrupted_count"] = counters.interrupted;
  row["retried_count"] = counters.retried;
  row["retries"] = counters.retries;
  row["late_count"] = counters.late;
}

void add_operation_columns(Json& row, const OperationRecord& record) {
  const OperationCounters& counters = record.counters;
  const Histogram& service = record.service;
  row["execution_count"] = counters.ok;
  // With no success there is no time: the specification's columns are NOT NULL, and zero executions
  // took zero time.
  row["total_time_ms"] = milliseconds(std::optional<std::uint64_t>(service.sum()));
  row["avg_time_ms"] = mean_milliseconds(service.mean().value_or(0));
  row["min_time_ms"] = milliseconds(std::optional<std::uint64_t>(service.min().value_or(0)));
  row["max_time_ms"] = milliseconds(std::optional<std::uint64_t>(service.max().value_or(0)));
  row["stddev_time_ms"] = mean_milliseconds(service.stddev().value_or(0));
  row["p50_time_ms"] = milliseconds(service.percentile(0.50));
  row["p95_time_ms"] = milliseconds(service.percentile(0.95));
  row["p99_time_ms"] = milliseconds(service.percentile(0.99));
  row["p999_time_ms"] = milliseconds(service.percentile(0.999));
  row["avg_response_time_ms"] = mean_milliseconds(record.response.mean());
  row["p95_response_time_ms"] = milliseconds(record.response.percentile(0.95));
  row["p99_response_time_ms"] = milliseconds(record.response.percentile(0.99));
  add_count_columns(row, counters);
  row["busy_time_ms"] = milliseconds(counters.busy_ns);
  row["commit_time_ms"] = milliseconds(counters.commit_ns);
  row["planning_time_ms"] = milliseconds(counters.planning_ns);
  row["jit_time_ms"] = milliseconds(counters.jit_ns);
  row["jit_functions"] = counters.jit_functions;
  row["custom_plans"] = counters.custom_plans;
  row["generic_plans"] = counters.generic_plans;
  row["rows_read"] = counters.rows_read;
  row["rows_affected"] = counters.rows_affected;
  row["bytes_read"] = counters.bytes_read;
  row["zero_row_writes"] = counters.zero_row_writes;
  row["shared_blks_hit"] = counters.shared_blks_hit;
  row["shared_blks_read"] = counters.shared_blks_read;
  row["shared_blks_dirtied"] = counters.shared_blks_dirtied;
  row["shared_blks_written"] = counters.shared_blks_written;
  row["local_blks_hit"] = counters.local_blks_hit;
  row["local_blks_read"] = counters.local_blks_read;
  row["local_blks_dirtied"] = counters.local_blks_dirtied;
  row["local_blks_written"] = counters.local_blks_written;
  row["temp_blks_read"] = counters.temp_blks_read;
  row["temp_blks_written"] = counters.temp_blks_written;
  row["wal_records"] = counters.wal_records;
  row["wal_fpi"] = counters.wal_fpi;
  row["wal_bytes"] = counters.wal_bytes;
  // Block times are measured only under track_io_timing: without it there is nothing to report.
  const bool timed = track_io_timing;
  row["blk_read_time"] = timed ? micros_as_milliseconds(counters.blk_read_time_us) : Json(nullptr);
  row["blk_write_time"] =
      timed ? micros_as_milliseconds(counters.blk_write_time_us) : Json(nullptr);
  row["temp_blk_read_time"] =
      timed ? micros_as_milliseconds(counters.temp_blk_read_time_us) : Json(nullptr);
  row["temp_blk_write_time"] =
      timed ? micros_as_milliseconds(counters.temp_blk_write_time_us) : Json(nullptr);
  row["response_histogram"] = histogram_value(record.response);
  row["service_histogram"] = histogram_value(record.service);
  row["failure_histogram"] = histogram_value(record.failure);
}

void insert_rows(const std::string& table, const Json& rows) {
  const Json array = rows.is_array() ? rows : Json::array({rows});
  if (array.empty()) return;
  const std::string columns = column_list(array.front());
  sql_query(
      fmt::format("INSERT INTO perf_mgmt.{0} ({1}) SELECT {1} FROM "
                  "pg_catalog.jsonb_populate_recordset(NULL::perf_mgmt.{0}, $1::pg_catalog.jsonb)",
                  table, columns),
      {compact_json(array)});
}

void update_row(const std::string& table, const std::string& id, const Json& row) {
  const std::string columns = column_list(row);
  const SqlResult result = sql_query(
      fmt::format("UPDATE perf_mgmt.{0} SET ({1}) = (SELECT {1} FROM "
                  "pg_catalog.jsonb_populate_record(NULL::perf_mgmt.{0}, $1::pg_catalog.jsonb)) "
                  "WHERE id = $2::pg_catalog.uuid",
                  table, columns),
      {compact_json(row), id});
  if (result.processed != 1) {
    throw Error(sqlstate::undefined_object, fmt::format("row {} of {} is gone", id, table));
  }
}

}  // namespace perf_mgmt::pg
