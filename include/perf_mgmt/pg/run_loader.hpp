// From names in the catalogue to a complete, validated run plan. Runs in the caller's backend with
// the caller's rights; no template is planned or run here.
#pragma once

#include "perf_mgmt/core/run_plan.hpp"
#include "perf_mgmt/pg/catalogue.hpp"

namespace perf_mgmt::pg {

// All of these need SPI and an active snapshot.

// Everything that execute_performance_test needs to know: finds the newest active version of the
// test, its scenario, merges and checks the configuration, plans the shares, and decides the run's
// role. custom_config: JSON text, or empty. Warnings are raised as such.
RunPlan load_run_plan(const std::string& test_name, const std::string& environment,
                      const std::string& custom_config);

// The spec alone, and the test; throws for what can be told without looking at the operations.
struct RunIntent {
  TestRow test;
  RunSpec spec;
};
RunIntent load_run_intent(const std::string& test_name, const std::string& custom_config);

// The beginning of a plan that validate_scenario fills with operations; checks the caller's
// membership.
RunPlan load_validation_plan(const ScenarioRow& scenario);

// A plan of one operation of a past execution's scenario, for the single-session probe.
RunPlan load_probe_plan(const std::string& execution_id, const std::string& operation_name);

// The role that the extension's own processes work as.
Oid extension_owner();

}  // namespace perf_mgmt::pg
