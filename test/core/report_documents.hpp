// Documents by hand, as sql/report_document.sql makes them: a full one, one of a run that has no
// result yet, and one whose every text is hostile.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "plan_samples.hpp"

namespace perf_mgmt::fixture {

using Json = nlohmann::json;

inline const std::string kExecutionId = "00000000-0000-0000-0000-00000000000b";
inline const std::string kBaselineId = "00000000-0000-0000-0000-00000000000a";

// A name that means something in HTML, XML, Markdown and a terminal.
inline std::string hostile_text() {
  return "<script>alert(1)</script>\"'&|`*_[x](http://e.test)<!-- --> @team \xF0\x9F\x98\x80 "
         "\x1b[31m";
}

inline Json metrics(double scale) {
  return {{"avg_response_time_ms", 4 * scale},  {"p50_response_time_ms", 3 * scale},
          {"p95_response_time_ms", 12 * scale}, {"p99_response_time_ms", 20 * scale},
          {"p999_response_time_ms", nullptr},   {"min_response_time_ms", 0.2},
          {"max_response_time_ms", 80 * scale}, {"stddev_response_time_ms", 3.5},
          {"avg_service_time_ms", 3.5 * scale}, {"p95_service_time_ms", 11 * scale},
          {"avg_lag_ms", 0.5 * scale},          {"p95_lag_ms", 1 * scale},
          {"throughput_tps", 1000 / scale},     {"error_rate_percent", 0.5},
          {"cpu_usage_percent", 64.5},          {"memory_usage_percent", 40},
          {"disk_io_mb_per_sec", nullptr},      {"wal_bytes", 5e6},
          {"regression_detected", scale > 1},   {"performance_change_percent", nullptr},
          {"baseline_execution_id", nullptr}};
}

inline Json operation(int number, double scale) {
  return {{"operation_name", "operation " + std::to_string(number)},
          {"execution_context", "worker"},
          {"query_type", "SELECT"},
          {"query_hash", "h" + std::to_string(number)},
          {"table_names", {"shop.orders"}},
          {"statement_count", 1},
          {"configured_share_percent", 10},
          {"actual_share_percent", 10.1},
          {"ok_count", 3000},
          {"failed_count", number == 1 ? 12 : 0},
          {"skipped_count", 0},
          {"interrupted_count", 0},
          {"retries", 0},
          {"avg_time_ms", 3.5 * scale},
          {"avg_response_time_ms", 4 * scale},
          {"p95_response_time_ms", 12 * scale},
          {"p99_response_time_ms", nullptr},
          {"busy_time_ms", 10500.0 * scale / number},
          {"cpu_time_ms", 6000},
          {"shared_blks_read", 15000 * scale},
          {"shared_blks_hit", 900000},
          {"wal_bytes", 0},
          {"plan_hash", "p1"},
          {"waits",
           {{{"event", "IO:DataFileRead"}, {"samples", 60}}, {{"event", "CPU"}, {"samples", 40}}}}};
}

inline Json verdict_row(const std::string& metric, const std::string& verdict) {
  return {{"row_number", 2},        {"metric", metric},
          {"against", "baseline"},  {"verdict", verdict},
          {"severe", false},        {"basis", "tested"},
          {"current_value", 16},    {"baseline_value", 12},
          {"change_percent", 33.3}, {"threshold", 10},
          {"low_percent", 20.1},    {"high_percent", 48.2},
          {"p_value", 0.0001},      {"adjusted_p_value", 0.0004},
          {"floor_percent", 4.2},   {"rounds_needed", nullptr},
          {"confirmed", true},      {"reason", nullptr}};
}

inline Json overall_row(const std::string& verdict) {
  return {{"row_number", 1},
          {"metric", "overall"},
          {"against", nullptr},
          {"verdict", verdict},
          {"severe", false},
          {"basis", nullptr},
          {"primary_metric", "p95_response_time_ms"},
          {"reason", nullptr},
          {"explanation", "\"operation 1\": plan changed"}};
}

inline Json plan(const std::string& hash, const char* text) {
  return {{"operation_name", "operation 1"}, {"statement_number", 1}, {"plan_hash", hash},
          {"plan_kind", "custom"},           {"is_parallel", false},  {"plan", Json::parse(text)}};
}

inline Json report(double scale) {
  Json operations = Json::array();
  for (int i = 1; i <= 10; ++i) operations.push_back(operation(i, scale));
  return {
      {"schema_version", 1},
      {"generated_at", "2026-03-01T13:00:00+00:00"},
      {"execution_summary",
       {{"execution_id", kExecutionId},
        {"test_name", "Payments"},
        {"test_version", "1.2"},
        {"test_type", "LOAD"},
        {"industry_context", "RETAIL"},
        {"description", "Paying for orders"},
        {"scenario_name", "Shop"},
        {"execution_environment", "staging"},
        {"started_at", "2026-03-01T12:00:00.25+00:00"},
        {"completed_at", "2026-03-01T12:05:00+00:00"},
        {"duration_minutes", 5},
        {"measured_ms", 290000},
        {"status", "COMPLETED"},
        {"failure", nullptr},
        {"load_model", "closed"},
        {"concurrent_users", 40},
        {"target_rate", nullptr},
        {"achieved_rate", nullptr},
        {"workers", 4},
        {"seed", 18446744073709551615ULL},
        {"started_by", "ann"},
        {"run_as", "bob"},
        {"confirms_execution_id", nullptr},
        {"metadata", {{"git_commit", "0123abcd"}, {"branch", "main"}}}}},
      {"performance_metrics", metrics(scale)},
      {"counts",
       {{"scheduled", 300012},
        {"ok", 300000},
        {"failed", 12},
        {"skipped", 0},
        {"interrupted", 0},
        {"failed_timeout", 12},
        {"retries", nullptr}}},
      {"baseline_comparison", Json::array()},
      {"verdicts",
       {overall_row("REGRESSION"), verdict_row("avg_response_time_ms", "SHIFT"),
        verdict_row("p95_response_time_ms", "REGRESSION")}},
      {"criteria",
       {{{"criterion", "max_p95_response_time_ms"},
         {"source", "test"},
         {"limit", 20},
         {"actual", 16},
         {"passed", true}},
        {{"criterion", "min_throughput_tps"},
         {"source", "scenario"},
         {"limit", 2000},
         {"actual", 750},
         {"passed", false}},
        {{"criterion", "max_cpu_usage_percent"},
         {"source", "scenario"},
         {"limit", 90},
         {"actual", nullptr},
         {"passed", nullptr}}}},
      {"validity",
       {{"is_valid", true},
        {"findings",
         {{{"code", "other_cpu"}, {"message", "Other processes used 9 %."}, {"fatal", false}}}},
        {"unavailable", {{"disk_io_mb_per_sec", "no such file"}}},
        {"rounds_wanted", 5},
        {"rounds_quiet", 4},
        {"others_cpu_percent", 9},
        {"steal_percent", 0},
        {"checkpoints", 1},
        {"autovacuum_runs", 0}}},
      {"query_analysis", Json::array()},
      {"operations", operations},
      {"waits",
       {{{"wait_event_type", "IO"},
         {"wait_event", "DataFileRead"},
         {"samples", 600},
         {"share_percent", 60}},
        {{"wait_event_type", "CPU"},
         {"wait_event", nullptr},
         {"samples", 400},
         {"share_percent", 40}}}},
      {"plans", {plan(scale > 1 ? "p2" : "p1", scale > 1 ? samples::kSeqScan : samples::kCustom)}},
      {"timeline",
       {{"intervals", {{"count", 290}}},
        {"stages",
         {{{"stage_number", 1},
           {"stage_name", "hold"},
           {"measured", true},
           {"duration_ms", 290000},
           {"target_from", 40},
           {"target_to", 40},
           {"ok_count", 300000},
           {"failed_count", 12},
           {"avg_response_time_ms", 4},
           {"p95_response_time_ms", 12},
           {"p99_response_time_ms", nullptr},
           {"throughput_tps", 1000}}}},
        {"rounds",
         {{{"round_number", 1},
           {"is_quiet", true},
           {"is_counted", true},
           {"disturbances", Json::array()},
           {"ok_count", 60000},
           {"failed_count", 0},
           {"avg_response_time_ms", 4},
           {"p95_response_time_ms", 12},
           {"p99_response_time_ms", 20},
           {"throughput_tps", 1000}},
          {{"round_number", 2},
           {"is_quiet", false},
           {"is_counted", false},
           {"disturbances", {{{"code", "checkpoint"}, {"message", "1 checkpoint."}}}},
           {"ok_count", 60000},
           {"failed_count", 12},
           {"throughput_tps", 990}}}}}},
      {"shape_result", nullptr},
      {"recommendations",
       {{{"code", "missing_index"},
         {"category", "INDEX"},
         {"severity", "HIGH"},
         {"impact_percent", 41.5},
         {"recommendation", "An index would help."},
         {"evidence", {{"rows_removed", 12000}}},
         {"action_items", {"Create it"}},
         {"sql", "CREATE INDEX ON shop.orders (status)"}}}},
      {"environment",
       {{"database_version", "15.4"},
        {"postgresql_config", {{"work_mem", "4MB"}}},
        {"hardware_specs", {{"processors", 4}, {"memory_bytes", 8e9}}},
        {"test_data_size", 1000000},
        {"run_spec", {{"virtual_users", 40}}},
        {"fingerprint", {{"same", "abc"}}}}}};
}

// 300 seconds: ten of warm-up, failures in second 150, disturbed from 100 to 199.
inline Json series() {
  Json points = Json::array();
  for (int i = 0; i < 300; ++i) {
    points.push_back({{"at_ms", i * 1000},
                      {"ms", 1000},
                      {"measured", i >= 10},
                      {"round", i >= 100 && i < 200 ? 2 : 1},
                      {"stage", "hold"},
                      {"ok", 1000},
                      {"failed", i == 150 ? 12 : 0},
                      {"skipped", 0},
                      {"tps", 1000 + i % 7},
                      {"p50_ms", 3 + 0.01 * (i % 11)},
                      {"p95_ms", 12 + 0.1 * (i % 13)},
                      {"p99_ms", i % 2 == 0 ? Json(20) : Json(nullptr)},
                      {"users", 40},
                      {"target_rate", nullptr},
                      {"cpu_ms", 2000},
                      {"busy_ms", 3500},
                      {"waits", {{"CPU", 40}, {"IO", 55}, {"Extension", 5}}}});
  }
  return {{"points", points},
          {"events",
           {{{"at_ms", 0}, {"type", "TEST_STARTED"}, {"message", "started"}},
            {{"at_ms", 60000}, {"type", "CHECKPOINT"}, {"message", "a checkpoint"}},
            {{"at_ms", 150000}, {"type", "OPERATION_ERROR"}, {"message", "canceling statement"}}}}};
}

inline Json percentiles(double scale) {
  return {{{"q", 0}, {"ms", 0.2}},           {{"q", 0.5}, {"ms", 3 * scale}},
          {{"q", 0.9}, {"ms", 8 * scale}},   {{"q", 0.95}, {"ms", 12 * scale}},
          {{"q", 0.99}, {"ms", 20 * scale}}, {{"q", 0.999}, {"ms", nullptr}},
          {{"q", 1}, {"ms", 80 * scale}}};
}

inline Json distribution(double scale) {
  Json buckets = Json::array();
  double from = 0;
  double to = 0.25;
  for (int i = 0; i < 40; ++i, from = to, to *= 1.2) {
    buckets.push_back(
        {{"from_ms", from * scale}, {"to_ms", to * scale}, {"count", 100 + 37 * i % 400}});
  }
  return {{"percentiles", percentiles(scale)}, {"buckets", buckets}};
}

inline Json explanation() {
  return {{{"operation_name", "operation 1"},
           {"share_percent", 81.5},
           {"change_percent", 120.5},
           {"finding", "\"operation 1\": plan changed"},
           {"details",
            {{"findings",
              {{{"kind", "plan"},
                {"text", "the plan changed"},
                {"before", "Index Scan"},
                {"after", "Seq Scan on orders"}},
               {{"kind", "buffers"}, {"text", "reads more"}, {"before", 1.5}, {"after", 90}}}}}}}};
}

inline Json full_report_document() {
  const Json before = report(1);
  Json history = Json::array();
  for (int i = 0; i < 12; ++i) {
    history.push_back({{"execution_id", kExecutionId},
                       {"started_at", "2026-02-" + std::to_string(10 + i) + "T12:00:00+00:00"},
                       {"avg_ms", 4},
                       {"p95_ms", i == 11 ? 16 : 12},
                       {"tps", 1000},
                       {"regression", i == 11}});
  }
  return {
      {"report", report(4.0 / 3)},
      {"series", series()},
      {"distribution", distribution(4.0 / 3)},
      {"baseline",
       {{"execution_id", kBaselineId},
        {"type", "ROLLING"},
        {"started_at", "2026-02-28T12:00:00+00:00"},
        {"metrics", before["performance_metrics"]},
        {"operations", before["operations"]},
        {"plans", before["plans"]},
        {"percentiles", percentiles(1)}}},
      {"explanation", explanation()},
      {"setting_differences", {{{"name", "work_mem"}, {"baseline", "64MB"}, {"current", "4MB"}}}},
      {"differences", {"setting \"work_mem\": 4MB instead of 64MB"}},
      {"history", history}};
}

// A run that has just begun: next to everything is null or empty.
inline Json running_report_document() {
  Json running = report(1);
  for (auto& [name, value] : running["performance_metrics"].items()) value = nullptr;
  running["performance_metrics"]["regression_detected"] = false;
  for (auto& [name, value] : running["counts"].items()) value = nullptr;
  Json& summary = running["execution_summary"];
  for (const char* name : {"completed_at", "duration_minutes", "measured_ms", "load_model",
                           "concurrent_users", "workers", "seed", "description", "scenario_name"}) {
    summary[name] = nullptr;
  }
  summary["status"] = "RUNNING";
  summary["metadata"] = Json::object();
  for (const char* name :
       {"verdicts", "criteria", "operations", "waits", "plans", "recommendations"}) {
    running[name] = Json::array();
  }
  running["validity"] = {{"is_valid", nullptr},
                         {"findings", Json::array()},
                         {"unavailable", Json::object()},
                         {"rounds_wanted", nullptr},
                         {"rounds_quiet", nullptr}};
  running["timeline"] = {{"stages", Json::array()}, {"rounds", Json::array()}};
  running["environment"] = {
      {"database_version", "15.4"},       {"postgresql_config", Json::object()},
      {"hardware_specs", Json::object()}, {"test_data_size", nullptr},
      {"run_spec", Json::object()},       {"fingerprint", Json::object()}};
  return {{"report", running},
          {"series", {{"points", Json::array()}, {"events", Json::array()}}},
          {"distribution", nullptr},
          {"baseline", nullptr},
          {"explanation", Json::array()},
          {"setting_differences", Json::array()},
          {"differences", Json::array()},
          {"history", Json::array()}};
}

// Puts a text into every string that a user, a template or the server may have written.
inline void make_hostile(Json& value, const std::string& text) {
  // What the extension itself writes, and the renderers read a meaning from.
  static const char* const kOwn[] = {"status",    "verdict",    "started_at",   "completed_at",
                                     "starts_at", "created_at", "generated_at", "load_model",
                                     "test_type", "Node Type"};
  if (value.is_array()) {
    for (Json& element : value) make_hostile(element, text);
  } else if (value.is_object()) {
    for (auto& [name, member] : value.items()) {
      bool own = false;
      for (const char* reserved : kOwn) own = own || name == reserved;
      if (!own) make_hostile(member, text);
    }
  } else if (value.is_string()) {
    value = text;
  }
}

inline Json comparison_document() {
  const Json a = {{"report", report(1)}, {"series", series()}, {"distribution", distribution(1)}};
  const Json b = {
      {"report", report(4.0 / 3)}, {"series", series()}, {"distribution", distribution(4.0 / 3)}};
  return {
      {"a", a},
      {"b", b},
      {"figures", {overall_row("REGRESSION"), verdict_row("p95_response_time_ms", "REGRESSION")}},
      {"explanation", explanation()},
      {"setting_differences", {{{"name", "work_mem"}, {"baseline", "64MB"}, {"current", nullptr}}}},
      {"differences", Json::array()}};
}

}  // namespace perf_mgmt::fixture
