// A history by hand, as sql/report_document.sql makes it: a test that ran at noon of each day,
// whose p95 rose from 12 to 16 ms with its twenty-first run.
#pragma once

#include <string>

#include "report_documents.hpp"

namespace perf_mgmt::fixture {

inline Json history_document(int executions) {
  Json list = Json::array();
  for (int i = 0; i < executions; ++i) {
    const int day = 1 + i % 28;
    const std::string started = "20" + std::to_string(10 + i / 336) + "-" +
                                (i / 28 % 12 < 9 ? "0" : "") + std::to_string(1 + i / 28 % 12) +
                                "-" + (day < 10 ? "0" : "") + std::to_string(day) +
                                "T12:00:00+00:00";
    list.push_back({{"execution_id", "execution-" + std::to_string(i)},
                    {"started_at", started},
                    {"status", "COMPLETED"},
                    {"is_valid", true},
                    {"avg_ms", 4},
                    {"p95_ms", i < 20 ? 12 : 16},
                    {"p99_ms", nullptr},
                    {"tps", 1000},
                    {"error_rate_percent", 0},
                    {"regression", i == 20},
                    {"verdict", i == 20 ? "REGRESSION" : "PASS"},
                    {"segment", i < 25 ? 1 : 2},
                    {"git_commit", i == 3 ? Json(nullptr) : Json("0123abcd")},
                    {"is_baseline", i == 0}});
  }
  return {{"test_name", "Payments"},
          {"execution_environment", "staging"},
          {"executions", list},
          {"change_points",
           {{{"metric_name", "p95_response_time_ms"},
             {"execution_id", "execution-20"},
             {"started_at", "2010-01-21T12:00:00+00:00"},
             {"level_before", 12},
             {"level_after", 16},
             {"change_percent", 33.3},
             {"p_value", 0.001},
             {"superiority", 0.99}}}},
          {"baselines",
           {{{"type", "INITIAL"},
             {"is_active", true},
             {"created_at", "2010-01-01T12:01:00+00:00"},
             {"execution_id", "execution-0"},
             {"avg_ms", 4},
             {"p95_ms", 12},
             {"tps", 1000}}}},
          {"accepted_changes",
           {{{"execution_id", "execution-25"},
             {"starts_at", "2010-01-26T12:00:00+00:00"},
             {"reason", "more data per customer"}}}},
          {"noise",
           {{{"metric", "p95_response_time_ms"},
             {"executions", 20},
             {"floor_percent", 4.2},
             {"resolution_percent", 0.4},
             {"smallest_threshold_percent", 12.6}}}}};
}

}  // namespace perf_mgmt::fixture
