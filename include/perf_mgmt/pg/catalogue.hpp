// The catalogue of tests, scenarios, operations and generators, as a run reads it. In the caller's
// backend, with the caller's rights.
#pragma once

#include "perf_mgmt/core/run_plan.hpp"
#include "perf_mgmt/core/workload.hpp"
#include "perf_mgmt/pg/spi.hpp"

namespace perf_mgmt::pg {

// A row of performance_tests.
struct TestRow {
  std::string id;
  std::string name;
  std::string type;
  std::string configuration;
  SqlText industry;
  SqlText scenario_name;
  SqlText owner_role;         // no value: shipped with the extension
  bool has_settings = false;  // settings or session_settings in the configuration
};

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
    std::string shipped_for;  // industry of a scenario that ships; empty: somebody's own
  };
  std::vector<Operation> operations;
  std::string workload_pattern;    // JSON object
  SqlText data_size_requirements;  // JSON object
};

// All of these need SPI and an active snapshot.

// The newest active version of a test; throws Error(undefined_object) with the nearest name.
TestRow find_test(const std::string& name);

// The scenario that a test runs: that of the configuration, of the test's row, or the only active
// one of the test's industry; throws where there is none or more than one, listing them.
std::string choose_scenario(const TestRow& test, const std::string& custom_config);

// By name; throws Error(undefined_object) with the nearest name.
ScenarioRow load_scenario(const std::string& name);

// The generators that a scenario's operations may use, by name: its owner's and the catalogue's, of
// its industry or of none; the owner's before the catalogue's, the industry's before the general
// ones.
std::map<std::string, std::string> load_generators(const ScenarioRow& scenario);

// What data_size_requirements asks for, with the relations that it means: schema.name, or the name
// of a table of the operations. Throws Error(invalid_parameter_value) where a member is no number
// of rows.
std::vector<DataRequirement> load_data_requirements(
    const ScenarioRow& scenario, const std::vector<PlannedOperation>& operations);

// Analyses one operation with the rights of the role that it is to run as; throws with the
// operation's name in the detail. writes: whether it does. A shipped operation is refused where
// code of somebody who may not act as that role would run with its rights.
PlannedOperation plan_operation(const ScenarioRow::Operation& operation, Oid role, bool& writes);

// The same for what a shipped scenario draws from, and for relations that it counts.
void check_shipped_generators(const GeneratorRequests& requests, Oid role);
void check_shipped_relations(const std::vector<DataRequirement>& requirements, Oid role);

// Throws Error where there is no such role.
std::string role_name(Oid role);

// Names in double quotes, parted by commas, for messages.
std::string quoted_list(const std::vector<std::string>& names);

}  // namespace perf_mgmt::pg
