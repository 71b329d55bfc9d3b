// SQL: validate_scenario, every problem of a scenario at once.
//
// What can be known from texts is found in the caller's backend. Planning runs code of the author's
// (immutable functions are folded), and so do the pools' queries: they are tried in a worker, with
// the rights that the operations would have.
#include <nlohmann/json.hpp>

#include "perf_mgmt/core/suggest.hpp"
#include "perf_mgmt/pg/operation_drawer.hpp"
#include "perf_mgmt/pg/run_control.hpp"
#include "perf_mgmt/pg/run_loader.hpp"
#include "perf_mgmt/pg/sql_arguments.hpp"

extern "C" {
#include "utils/tuplestore.h"
}

namespace perf_mgmt::pg {

namespace {

struct Problem {
  std::string operation;  // empty: the scenario itself
  std::string severity;   // error, warning
  std::string problem;
  std::string detail;
  std::string hint;
};

class Problems {
 public:
  void add(std::string operation, std::string severity, std::string problem,
           std::string detail = {}, std::string hint = {}) {
    list_.push_back({std::move(operation), std::move(severity), std::move(problem),
                     std::move(detail), std::move(hint)});
  }
  void add(const std::string& operation, const Error& error) {
    add(operation, "error", error.message(), error.detail(), error.hint());
  }
  const std::vector<Problem>& list() const { return list_; }

 private:
  std::vector<Problem> list_;
};

void check_weights(const ScenarioRow& scenario, Problems& problems) {
  if (scenario.operations.empty()) {
    problems.add("", "error", "scenario has no operations", {},
                 "Insert some into perf_mgmt.workload_operations.");
    return;
  }
  std::vector<OperationWeight> weights;
  for (const auto& operation : scenario.operations) weights.push_back(operation.weight);
  try {
    for (const std::string& warning : workload_shares(weights, false, {}).warnings) {
      problems.add("", "warning", warning);
    }
  } catch (const Error& error) {
    problems.add("", error);
  }
}

void check_categories(const ScenarioRow& scenario, Problems& problems) {
  const auto pattern = nlohmann::ordered_json::parse(scenario.workload_pattern, nullptr, false);
  std::vector<std::string> known;
  for (const auto& operation : scenario.operations) {
    known.insert(known.end(), operation.weight.categories.begin(),
                 operation.weight.categories.end());
    if (operation.weight.categories.empty()) {
      problems.add(operation.name, "warning", "operation has no categories", {},
                   "Without categories no key of workload_pattern or \"workload_mix\" selects it.");
    }
  }
  for (const auto& member : pattern.items()) {
    if (std::find(known.begin(), known.end(), member.key()) != known.end()) continue;
    problems.add(
        "", "warning",
        fmt::format("category \"{}\" of workload_pattern matches no operation", member.key()), {},
        suggestion_hint(member.key(), known));
  }
}

// One operation on its own: template, parameters, generators. Returns its plan where all is well.
std::optional<PlannedOperation> check_operation(const ScenarioRow::Operation& operation,
                                                const RunPlan& plan, Problems& problems) {
  std::optional<PlannedOperation> planned;
  try {
    bool writes = false;
    in_subtransaction([&] { planned = plan_operation(operation, plan.run_role_oid, writes); });
    if (operation.type == "write" &&
        std::none_of(planned->statements.begin(), planned->statements.end(),
                     [](const auto& s) { return s.type != "SELECT"; })) {
      problems.add(operation.name, "warning",
                   "operation is declared write, but its template only reads", {},
                   "Set operation_type to read, unless a function that it calls writes.");
    }
  } catch (const PgError& error) {
    if (error.sqlerrcode() == ERRCODE_QUERY_CANCELED)
      throw;  // the caller's, no problem of the template
    const ErrorData& data = error.data();
    problems.add(operation.name, "error", error.what(), data.detail != nullptr ? data.detail : "",
                 data.hint != nullptr ? data.hint : "");
  } catch (const Error& error) {
    problems.add(operation.name, error);
  }
  PlannedOperation generators;
  generators.name = operation.name;
  generators.parameter_generators = operation.parameter_generators;
  try {
    GeneratorRequests requests;
    compile_operation(plan, generators, requests);
    if (!operation.shipped_for.empty()) {
      in_subtransaction([&] { check_shipped_generators(requests, plan.run_role_oid); });
    }
  } catch (const PgError& error) {
    if (error.sqlerrcode() == ERRCODE_QUERY_CANCELED) throw;
    problems.add(operation.name, "error", error.what());
    planned.reset();
  } catch (const Error& error) {
    problems.add(operation.name, error);
    planned.reset();
  }
  return planned;
}

// Prepares the operations in a worker and takes over what it reports.
void check_in_worker(RunPlan plan, Problems& problems) {
  if (plan.operations.empty()) return;
  for (const auto& [operation, sqlstate, message, detail, hint] :
       prepare_in_worker(std::move(plan))) {
    (void)sqlstate;
    problems.add(operation, "error", message, detail, hint);
  }
}

Datum validate(FunctionCallInfo call) {
  const std::string name = required_argument(call, 0, "p_scenario_name");
  if (InSecurityRestrictedOperation()) {  // the worker would be in none
    throw Error(sqlstate::insufficient_privilege,
                "cannot validate a scenario within security-restricted operation");
  }
  Problems problems;
  SpiConnection spi;
  const ScenarioRow scenario = load_scenario(name);
  RunPlan plan = load_validation_plan(scenario);
  check_weights(scenario, problems);
  check_categories(scenario, problems);
  for (const auto& operation : scenario.operations) {
    if (auto planned = check_operation(operation, plan, problems)) {
      plan.operations.push_back(*std::move(planned));
    }
  }
  spi.finish();
  check_in_worker(std::move(plan), problems);

  pg_call([&] { InitMaterializedSRF(call, 0); });
  auto* result = reinterpret_cast<ReturnSetInfo*>(call->resultinfo);
  for (const Problem& problem : problems.list()) {
    const std::array<const std::string*, 5> texts = {
        &problem.operation, &problem.severity, &problem.problem, &problem.detail, &problem.hint};
    pg_call([&] {
      Datum values[5];
      bool nulls[5];
      for (int i = 0; i < 5; ++i) {
        nulls[i] = texts[i]->empty();
        values[i] = nulls[i] ? Datum{0} : CStringGetTextDatum(texts[i]->c_str());
      }
      tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
    });
  }
  return Datum{0};
}

}  // namespace

}  // namespace perf_mgmt::pg

extern "C" {

PG_FUNCTION_INFO_V1(perf_mgmt_validate_scenario);
Datum perf_mgmt_validate_scenario(PG_FUNCTION_ARGS) {
  return perf_mgmt::pg::run_cpp([&] { return perf_mgmt::pg::validate(fcinfo); });
}

}  // extern "C"
