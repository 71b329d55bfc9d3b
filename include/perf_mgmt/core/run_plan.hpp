// The run plan: everything that controller and workers need to know of one execution.
//
// The caller's backend makes it after validation and lays it into shared memory as JSON; controller
// and workers read it there, so that they never look at the extension's tables and all of them work
// from the same picture, whatever changes meanwhile.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "perf_mgmt/core/criteria.hpp"
#include "perf_mgmt/core/generators.hpp"
#include "perf_mgmt/core/run_spec.hpp"

namespace perf_mgmt {

struct PlannedStatement {
  std::string sql;              // parameters renumbered $1…$n without gaps
  std::vector<int> parameters;  // 0-based operation parameter of each $n
  std::string type;             // SELECT, INSERT, UPDATE, DELETE, MERGE, or the command tag
  bool writes = false;  // INSERT, UPDATE, DELETE or MERGE: an empty result is a zero-row write
};

struct PlannedOperation {
  std::string id;  // uuid
  std::string name;
  std::string sql_template;
  std::string parameter_generators;  // JSON object text
  std::vector<PlannedStatement> statements;
  std::vector<std::string> tables;
  double share = 0;                       // configured, 0..1
  std::optional<std::string> think_time;  // JSON text: number of milliseconds or a definition
};

// What an operation of several statements is called after: the strongest of MERGE, DELETE, UPDATE
// and INSERT that it has, else its first statement's type.
std::string main_statement_type(const PlannedOperation& operation);

// So many rows must a relation have for a VOLUME test.
struct DataRequirement {
  std::string relation;  // qualified and quoted; empty where there is none of that name
  std::string name;      // as it was written
  std::uint64_t rows = 0;
};

struct RunPlan {
  std::string execution_id;
  std::string test_id;
  std::string test_name;
  TestType test_type = TestType::load;
  std::string environment;
  std::string scenario_id;
  std::string scenario_name;
  RunSpec spec;
  std::vector<PlannedOperation> operations;
  std::vector<Criterion> criteria;
  std::vector<DataRequirement> data_requirements;  // of a VOLUME test
  std::map<std::string, std::string> generators;   // the definitions that are used, by name
  std::string search_path;
  std::uint32_t database_oid = 0;
  std::uint32_t run_role_oid = 0;         // whose rights the workers have
  std::uint32_t controller_role_oid = 0;  // the extension's owner
  std::string run_role;
  std::string started_by;
  std::string comparison_id;  // of which it is one half; empty: none
  int caller_pid = 0;
  bool horizon_held = false;   // the caller waits inside a transaction
  bool validate_only = false;  // prepare, report every problem, run nothing
  int workers_requested = 0;
  std::int64_t run_start_us = 0;  // "now" of the generators: microseconds since 2000-01-01 UTC

  // Throws Error(feature_not_supported) where a template is not in UTF-8.
  std::string to_json() const;
  // Throws Error(data_corrupted) where the text is not what to_json made.
  static RunPlan from_json(std::string_view text);

  GeneratorLookup generator_lookup() const;
  // Statements of all operations.
  std::size_t statement_count() const noexcept;
};

// An operation's generator program together with the run's session_settings, which are drawn in the
// same scope: a setting that names a generator that a parameter names too gets that parameter's
// value.
struct OperationProgram {
  GeneratorProgram program;
  std::size_t parameters = 0;               // the first of the program's values are the parameters
  std::vector<std::size_t> setting_values;  // index of the value of each session setting
};

// requests is shared by all operations of the run, and filled in the same order in every process.
OperationProgram compile_operation(const RunPlan& plan, const PlannedOperation& operation,
                                   GeneratorRequests& requests);

}  // namespace perf_mgmt
