// What a template's SQL is, found out by parse analysis alone: nothing is planned or run. Parse
// analysis reads literals, though, and what reads one may be the author's code (the check of a
// domain): it has to be called with the rights of the role that the operations run as (act_as).
#pragma once

#include "perf_mgmt/core/run_plan.hpp"
#include "perf_mgmt/pg/boundary.hpp"

namespace perf_mgmt::pg {

struct TemplateAnalysis {
  std::vector<PlannedStatement> statements;
  std::vector<std::string> tables;  // schema-qualified, in order of appearance
  std::vector<Oid> relations;       // what the statements name, some perhaps more than once
  bool writes = false;              // some statement writes, locks rows, or is a utility command
  bool has_utility = false;         // some statement is a utility command
};

// sql_template as stored; parameter_names: the keys of parameter_generators in order. Throws Error
// or PgError with the template's own error: syntax, missing table, a command that would change the
// state of the worker's session or of the transaction, parameters that no generator feeds or the
// reverse. Needs a transaction and an active snapshot.
TemplateAnalysis analyse_template(const std::string& sql_template,
                                  const std::vector<std::string>& parameter_names);

// Parameter types of a statement whose parameters are numbered without gaps.
std::vector<Oid> infer_parameter_types(const std::string& statement);

}  // namespace perf_mgmt::pg
