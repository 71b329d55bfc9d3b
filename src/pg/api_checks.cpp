// SQL: the checks that triggers make when tests, alerts and generators are written.
#include "perf_mgmt/core/criteria.hpp"
#include "perf_mgmt/core/generators.hpp"
#include "perf_mgmt/core/run_spec.hpp"
#include "perf_mgmt/pg/sql_arguments.hpp"

namespace perf_mgmt::pg {

namespace {

Datum check_configuration(FunctionCallInfo call) {
  check_test_configuration(required_argument(call, 0, "p_configuration"));
  return Datum{0};
}

Datum check_thresholds(FunctionCallInfo call) {
  read_criteria(required_argument(call, 0, "p_thresholds"), "test");
  return Datum{0};
}

Datum check_alert(FunctionCallInfo call) {
  read_criteria(required_argument(call, 0, "p_threshold_config"), "alert");
  return Datum{0};
}

Datum check_definition(FunctionCallInfo call) {
  const std::string definition = required_argument(call, 0, "p_definition");
  // Other generators may be written later, in the same statement or a restore: any name will do
  // here.
  check_generator_definition(definition, [](std::string_view) -> std::optional<std::string> {
    return R"({"type": "literal", "value": null})";
  });
  return Datum{0};
}

}  // namespace

}  // namespace perf_mgmt::pg

extern "C" {

PG_FUNCTION_INFO_V1(perf_mgmt_check_test_configuration);
Datum perf_mgmt_check_test_configuration(PG_FUNCTION_ARGS) {
  return perf_mgmt::pg::run_cpp([&] { return perf_mgmt::pg::check_configuration(fcinfo); });
}

PG_FUNCTION_INFO_V1(perf_mgmt_check_baseline_thresholds);
Datum perf_mgmt_check_baseline_thresholds(PG_FUNCTION_ARGS) {
  return perf_mgmt::pg::run_cpp([&] { return perf_mgmt::pg::check_thresholds(fcinfo); });
}

PG_FUNCTION_INFO_V1(perf_mgmt_check_alert_thresholds);
Datum perf_mgmt_check_alert_thresholds(PG_FUNCTION_ARGS) {
  return perf_mgmt::pg::run_cpp([&] { return perf_mgmt::pg::check_alert(fcinfo); });
}

PG_FUNCTION_INFO_V1(perf_mgmt_check_generator_definition);
Datum perf_mgmt_check_generator_definition(PG_FUNCTION_ARGS) {
  return perf_mgmt::pg::run_cpp([&] { return perf_mgmt::pg::check_definition(fcinfo); });
}

}  // extern "C"
