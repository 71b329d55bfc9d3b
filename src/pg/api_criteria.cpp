// SQL: evaluate_success_criteria, the limits of an execution against what was measured.
//
// The limits are those that were stored when the run started: a scenario that is changed later does
// not change what an old result was worth. The figures are the columns of the execution's row and
// of its stages' rows, under the metric's own name.
#include <map>

#include "perf_mgmt/pg/criteria_catalogue.hpp"
#include "perf_mgmt/pg/execution_lock.hpp"
#include "perf_mgmt/pg/spi.hpp"
#include "perf_mgmt/pg/sql_arguments.hpp"

extern "C" {
#include "access/xlog.h"
#include "utils/numeric.h"
#include "utils/tuplestore.h"
}

namespace perf_mgmt::pg {

namespace {

// What the limits are held against: the whole run, or one stage.
struct Subject {
  std::optional<int> stage_number;
  std::string stage_name;
  std::map<std::string, std::string, std::less<>> figures;  // metric to number, as it is stored
};

// The columns that the criteria name, of the rows that condition selects; those of a row are
// together. (OFFSET 0: a row, with its histograms, is turned into JSON once, not once per metric.)
constexpr const char* kFiguresQuery =
    "SELECT f.number, f.name, m.metric, f.figures ->> m.metric "
    "FROM (SELECT {stage}, pg_catalog.to_jsonb(r) AS figures FROM perf_mgmt.{table} r "
    "WHERE {condition} OFFSET 0) f CROSS JOIN "
    "(SELECT DISTINCT metric FROM pg_catalog.string_to_table($2, ',') s (metric)) m "
    "ORDER BY f.number";

std::string metric_list(const std::vector<Criterion>& criteria) {
  std::string metrics;
  for (const Criterion& criterion : criteria) {
    if (!metrics.empty()) metrics += ',';
    metrics += criterion.metric;
  }
  return metrics;
}

Subject whole_run(const std::string& id, const std::vector<Criterion>& criteria) {
  const SqlResult found =
      sql_query(fmt::format(kFiguresQuery, fmt::arg("stage", "NULL AS number, NULL AS name"),
                            fmt::arg("table", "test_executions"),
                            fmt::arg("condition", "r.id = $1::pg_catalog.uuid")),
                {id, metric_list(criteria)});
  Subject run;
  for (const auto& row : found.rows) {
    if (row[3]) run.figures.emplace(*row[2], *row[3]);
  }
  return run;
}

std::vector<Subject> measured_stages(const std::string& id,
                                     const std::vector<Criterion>& criteria) {
  const SqlResult found =
      sql_query(fmt::format(kFiguresQuery,
                            fmt::arg("stage", "r.stage_number AS number, r.stage_name AS name"),
                            fmt::arg("table", "execution_stages"),
                            fmt::arg("condition",
                                     "r.execution_id = $1::pg_catalog.uuid "
                                     "AND r.measured")),
                {id, metric_list(criteria)});
  std::vector<Subject> stages;
  for (const auto& row : found.rows) {
    const int number = std::stoi(*row[0]);
    if (stages.empty() || stages.back().stage_number != number) {
      stages.push_back({number, *row[1], {}});
    }
    if (row[3]) stages.back().figures.emplace(*row[2], *row[3]);
  }
  return stages;
}

// The limits that hold for a finished execution.
std::vector<Criterion> criteria_of(const std::string& id) {
  const SqlResult found = sql_query(
      "SELECT execution_status, success_criteria, test_id, scenario_id "
      "FROM perf_mgmt.test_executions WHERE id = $1::pg_catalog.uuid",
      {id});
  if (found.rows.empty()) {
    throw Error(sqlstate::undefined_object, fmt::format("execution \"{}\" does not exist", id), {},
                "Take an id from perf_mgmt.test_executions.");
  }
  const auto& row = found.rows[0];
  if (*row[0] == "RUNNING") {
    const bool lost =
        !pg_call([] { return RecoveryInProgress(); }) && holder_of_execution_lock(id) == 0;
    throw Error(sqlstate::object_not_in_prerequisite_state,
                fmt::format("execution \"{}\" has no result yet", id),
                lost ? "It has lost its controller; the next start marks it FAILED."
                     : "It is still running.",
                lost ? "" : "CALL perf_mgmt.wait_for_execution before.");
  }
  // None are stored with a row that was written by hand: those of today are the best there are.
  if (!row[1]) return load_criteria(*row[2], row[3].value_or(""));
  return criteria_from_json(*row[1]);
}

Datum numeric_datum(const std::string& text) {
  return pg_call([&] {
    return DirectFunctionCall3(numeric_in, CStringGetDatum(text.c_str()),
                               ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
  });
}

Datum text_datum(const std::string& text) {
  return pg_call([&] { return CStringGetTextDatum(text.c_str()); });
}

void put_results(ReturnSetInfo* rows, const std::vector<Criterion>& criteria,
                 const Subject& subject) {
  const auto figure = [&](std::string_view metric) -> std::optional<double> {
    const auto found = subject.figures.find(metric);
    if (found == subject.figures.end()) return std::nullopt;
    return std::stod(found->second);
  };
  for (const CriterionResult& result : judge_criteria(criteria, figure)) {
    check_interrupts();
    const Criterion& criterion = result.criterion;
    Datum values[7] = {};
    bool nulls[7] = {};
    values[0] = text_datum(criterion.name);
    values[1] = text_datum(criterion.source);
    nulls[2] = nulls[3] = !subject.stage_number.has_value();
    if (subject.stage_number) {
      values[2] = Int32GetDatum(*subject.stage_number);
      values[3] = text_datum(subject.stage_name);
    }
    values[4] = numeric_datum(fmt::format("{}", criterion.limit));
    nulls[5] = !result.actual.has_value();
    if (result.actual) values[5] = numeric_datum(subject.figures.find(criterion.metric)->second);
    nulls[6] = !result.passed.has_value();
    values[6] = BoolGetDatum(result.passed.value_or(false));
    pg_call([&] { tuplestore_putvalues(rows->setResult, rows->setDesc, values, nulls); });
  }
}

Datum evaluate(FunctionCallInfo call) {
  const std::string id = required_argument(call, 0, "p_execution_id");
  const bool per_stage = required_argument(call, 1, "p_per_stage") == "t";
  SpiConnection spi;
  const std::vector<Criterion> criteria = criteria_of(id);
  std::vector<Subject> subjects = {whole_run(id, criteria)};
  if (per_stage) {
    for (Subject& stage : measured_stages(id, criteria)) subjects.push_back(std::move(stage));
  }
  spi.finish();

  pg_call([&] { InitMaterializedSRF(call, 0); });
  auto* rows = reinterpret_cast<ReturnSetInfo*>(call->resultinfo);
  for (const Subject& subject : subjects) put_results(rows, criteria, subject);
  return Datum{0};
}

}  // namespace

}  // namespace perf_mgmt::pg

extern "C" {

PG_FUNCTION_INFO_V1(perf_mgmt_evaluate_success_criteria);
Datum perf_mgmt_evaluate_success_criteria(PG_FUNCTION_ARGS) {
  return perf_mgmt::pg::run_cpp([&] { return perf_mgmt::pg::evaluate(fcinfo); });
}

}  // extern "C"
