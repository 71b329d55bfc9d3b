// A report of one regression, short enough that whole texts can be written down by hand.
#pragma once

#include <nlohmann/json.hpp>

#include "../../src/core/json_reader.hpp"

namespace perf_mgmt::fixture {

inline nlohmann::json small_report_document() {
  return nlohmann::json::parse(R"json({
    "report": {
      "execution_summary": {
        "execution_id": "00000000-0000-0000-0000-000000000002", "test_name": "Orders", "test_version": "1.0",
        "execution_environment": "staging", "started_at": "2026-03-01T12:00:00+00:00", "duration_minutes": 0.5,
        "measured_ms": 29000, "status": "COMPLETED", "failure": null, "load_model": "closed", "concurrent_users": 800,
        "workers": 4, "seed": 18446744073709551615, "metadata": {"git_commit": "abc<1>", "branch": "main"}},
      "performance_metrics": {"avg_response_time_ms": 10, "p95_response_time_ms": 16, "p99_response_time_ms": null,
        "throughput_tps": 750, "error_rate_percent": 0.5},
      "counts": {"scheduled": 21751, "ok": 21640, "failed": 111, "skipped": 0, "interrupted": 0,
        "failed_timeout": 111, "rows_read": 43280, "rows_affected": 0, "zero_row_writes": 0},
      "baseline_comparison": [{"metric": "P95 Response Time", "baseline_value": 12}],
      "verdicts": [
        {"metric": "overall", "verdict": "REGRESSION", "severe": false, "primary_metric": "p95_response_time_ms",
         "reason": "p95_response_time_ms: +33.3 % against the MANUAL baseline, threshold +10: over the threshold",
         "explanation": "\"read\": plan changed"},
        {"metric": "p95_response_time_ms", "against": "baseline", "verdict": "REGRESSION", "basis": "tested",
         "current_value": 16, "baseline_value": 12, "change_percent": 33.3333, "threshold": 10, "low_percent": 20.1,
         "high_percent": 48.2, "adjusted_p_value": 0.0004, "confirmed": true,
         "reason": "+33.3 % against the MANUAL baseline, threshold +10: over the threshold"},
        {"metric": "throughput_tps", "against": "baseline", "verdict": "PASS", "basis": "tested",
         "current_value": 750, "baseline_value": 760}],
      "criteria": [
        {"criterion": "max_p95_response_time_ms", "source": "test", "limit": 20, "actual": 16, "passed": true},
        {"criterion": "max_cpu_usage_percent", "source": "scenario", "limit": 90, "actual": null, "passed": null},
        {"criterion": "min_throughput_tps", "source": "scenario", "limit": 800, "actual": 750, "passed": false}],
      "validity": {"is_valid": true, "unavailable": {"disk_io_mb_per_sec": "no such file"}, "findings": [
        {"code": "other_cpu", "message": "Other processes used 9 %.", "fatal": false}]},
      "operations": [
        {"operation_name": "read", "ok_count": 21640, "failed_count": 111, "avg_time_ms": 9.5, "p50_time_ms": 9,
         "p95_time_ms": 15, "p99_time_ms": null, "busy_time_ms": 206634.5, "cpu_time_ms": 43502,
         "configured_share_percent": 100, "actual_share_percent": 100, "rows_read": 43280, "rows_affected": 0,
         "generic_plans": 21751,
         "waits": [{"event": "IO:DataFileRead", "samples": 75}, {"event": "CPU", "samples": 25}]}],
      "recommendations": [
        {"severity": "LOW", "recommendation": "Watch it.", "impact_percent": null, "sql": null, "action_items": []},
        {"severity": "HIGH", "recommendation": "An index would help.", "impact_percent": 41.5,
         "sql": "CREATE INDEX ON orders (status)", "action_items": ["Create it"]}],
      "environment": {"database_version": "15.4", "test_data_size": 22400000,
        "hardware_specs": {"processors": 2, "processor_model": "AMD EPYC", "memory_bytes": 24e9}}},
    "baseline": {"type": "MANUAL", "execution_id": "00000000-0000-0000-0000-000000000001",
      "started_at": "2026-02-28T12:00:00+00:00",
      "metrics": {"p95_response_time_ms": 11.5, "throughput_tps": 1000},
      "operations": [{"operation_name": "read", "p95_time_ms": 10}]},
    "explanation": [{"finding": "\"read\": plan changed"}],
    "setting_differences": [{"name": "work_mem", "baseline": "64MB", "current": "4MB"}],
    "differences": ["setting \"work_mem\": 4MB instead of 64MB"]
  })json");
}

// Renders a document that is not text yet.
template <typename Render>
std::string rendered(Render&& render, const nlohmann::json& document) {
  return render(JsonValue(document, "document"));
}

}  // namespace perf_mgmt::fixture
