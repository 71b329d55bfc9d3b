// From names in the catalogue to a complete, validated run plan. Runs in the caller's backend with the
// caller's rights; no template is planned or run here.
#pragma once

#include "perf_mgmt/core/run_plan.hpp"
#include "perf_mgmt/core/workload.hpp"
#include "perf_mgmt/pg/spi.hpp"

namespace perf_mgmt::pg {

// A row of load_scenarios with its operations.
struct ScenarioRow {
  std::string id;
  std::string name;
  std::string industry;
  SqlText owner_role;  // no value: shipped with the extension
  ScenarioDefaults defaults;
  struct Operation {
    std::string id;
    std::string name;
    std::string type;  // read, write, mixed
    std::string sql_template;
    std::string parameter_generators;
    OperationWeight weight;
    int think_time_ms = 0;
  };
  std::vector<Operation> operations;
  std::string workload_pattern;  // JSON object
};

// All of these need SPI and an active snapshot.

// By name; throws Error(undefined_object) with the nearest name.
ScenarioRow load_scenario(const std::string& name);

// The generators that a scenario's operations may use, by name: its owner's and the catalogue's, of its
// industry or of none; the owner's before the catalogue's, the industry's before the general ones.
std::map<std::string, std::string> load_generators(const ScenarioRow& scenario);

// Analyses one operation; throws with the operation's name in the detail. writes: whether it does.
PlannedOperation plan_operation(const ScenarioRow::Operation& operation, bool& writes);

// Everything that execute_performance_test needs to know: finds the newest active version of the test,
// its scenario, merges and checks the configuration, plans the shares, and decides the run's role.
// custom_config: JSON text, or empty. Warnings are raised as such.
RunPlan load_run_plan(const std::string& test_name, const std::string& environment,
                      const std::string& custom_config);

// The beginning of a plan that validate_scenario fills with operations; checks the caller's membership.
RunPlan load_validation_plan(const ScenarioRow& scenario);

// A plan of one operation of a past execution's scenario, for the single-session probe.
RunPlan load_probe_plan(const std::string& execution_id, const std::string& operation_name);

}  // namespace perf_mgmt::pg
