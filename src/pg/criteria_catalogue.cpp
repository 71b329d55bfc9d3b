#include "perf_mgmt/pg/spi.hpp"

#include "perf_mgmt/pg/criteria_catalogue.hpp"

namespace perf_mgmt::pg {

namespace {

void append_criteria(std::vector<Criterion>& criteria, const SqlText& object,
                     std::string_view source) {
  if (!object) return;
  std::vector<Criterion> more = read_criteria(*object, source);
  criteria.insert(criteria.end(), std::make_move_iterator(more.begin()),
                  std::make_move_iterator(more.end()));
}

}  // namespace

std::vector<Criterion> load_criteria(const std::string& test_id, const std::string& scenario_id) {
  std::vector<Criterion> criteria;
  if (!scenario_id.empty()) {
    append_criteria(criteria,
                    sql_query("SELECT pg_catalog.jsonb_build_object("
                              "'max_avg_response_time_ms', s.max_avg_response_time_ms, "
                              "'max_p95_response_time_ms', s.max_p95_response_time_ms, "
                              "'min_throughput_tps', s.min_throughput_tps, "
                              "'max_error_rate_percent', s.max_error_rate_percent, "
                              "'max_cpu_usage_percent', s.max_cpu_usage_percent, "
                              "'max_memory_usage_percent', s.max_memory_usage_percent) "
                              "FROM perf_mgmt.load_scenarios s WHERE s.id = $1::pg_catalog.uuid",
                              {scenario_id})
                        .scalar(),
                    "scenario");
  }
  append_criteria(criteria,
                  sql_query("SELECT t.baseline_thresholds FROM perf_mgmt.performance_tests t "
                            "WHERE t.id = $1::pg_catalog.uuid",
                            {test_id})
                      .scalar(),
                  "test");
  return criteria;
}

}  // namespace perf_mgmt::pg
