#include "perf_mgmt/pg/result_row.hpp"

#include "perf_mgmt/pg/plan_sampler.hpp"

#include "perf_mgmt/core/plan_hash.hpp"
#include "perf_mgmt/core/plan_reading.hpp"
#include "perf_mgmt/core/random.hpp"
#include "perf_mgmt/pg/parameter_binding.hpp"
#include "perf_mgmt/pg/shared_run.hpp"
#include "perf_mgmt/pg/spi.hpp"
#include "perf_mgmt/pg/template_analysis.hpp"

extern "C" {
#include "access/xact.h"
#include "mb/pg_wchar.h"
#include "pgstat.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/snapmgr.h"
#include "utils/timeout.h"
}

namespace perf_mgmt::pg {

namespace {

constexpr std::int64_t kBudget = 3'000 * kMillisecond;
constexpr std::int64_t kMostPerOperation = 2'000 * kMillisecond;
constexpr const char* kLockTimeout = "100ms";
constexpr std::uint64_t kTrialStream = (std::uint64_t{1} << 63) + 4;
constexpr std::size_t kMostTrials = 3;  // per statement
constexpr std::string_view kAnalyze = "EXPLAIN (ANALYZE, VERBOSE, BUFFERS, FORMAT JSON) ";
constexpr std::string_view kPlanOnly = "EXPLAIN (VERBOSE, FORMAT JSON) ";

bool can_be_explained(const PlannedStatement& statement) {
  return statement.writes || statement.type == "SELECT";
}

bool can_be_sampled(const PlannedOperation& operation) {
  return std::all_of(operation.statements.begin(), operation.statements.end(),
                     [](const PlannedStatement& statement) {
                       return can_be_explained(statement) || statement.type == "SET";
                     });
}

struct Sample {
  std::uint32_t statement = 0;
  Json json;
};

class PlanSampler {
 public:
  PlanSampler(const RunPlan& plan, OperationDrawer& drawer, PlanStore store)
      : plan_(plan), drawer_(drawer), store_(store), deadline_ns_(monotonic_ns() + kBudget) {}

  void run();

 private:
  // False where the run wants its workers back.
  bool sample_operation(std::size_t index);
  void sample_in_transaction(std::size_t index, std::vector<Sample>& samples);
  // From here on the operation has so long, its parameters' expressions included.
  void set_deadline();
  void begin(std::span<const Value> settings);
  std::string execute(const std::string& sql, const PlannedStatement& statement,
                      std::span<const Value> values);
  void find_hypopg();
  Json try_indexes(const std::string& analyzed, const PlannedStatement& statement,
                   std::span<const Value> values);
  bool has_index(const IndexCandidate& candidate) const;
  Json try_index(const std::string& definition, const PlannedStatement& statement,
                 std::span<const Value> values);

  const RunPlan& plan_;
  OperationDrawer& drawer_;
  PlanStore store_;
  std::int64_t deadline_ns_;
  std::int64_t operation_deadline_ns_ = 0;
  bool looked_for_hypopg_ = false;
  std::string hypopg_;  // its schema, quoted; empty: it is not there
};

// What weighs most comes first, as there may be no time for all.
void PlanSampler::run() {
  pg_call([] { SetConfigOption("lock_timeout", kLockTimeout, PGC_USERSET, PGC_S_SESSION); });
  std::vector<std::size_t> order(plan_.operations.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return plan_.operations[a].share > plan_.operations[b].share;
  });
  for (const std::size_t index : order) {
    if (monotonic_ns() >= deadline_ns_) return;
    if (can_be_sampled(plan_.operations[index]) && !sample_operation(index)) return;
  }
}

bool PlanSampler::sample_operation(std::size_t index) {
  std::vector<Sample> samples;
  bool go_on = true;
  RandomStream random(plan_.spec.seed, kTrialStream, index);
  try {
    set_deadline();
    drawer_.draw(index, random, std::nullopt);
    sample_in_transaction(index, samples);
  } catch (const PgError& error) {
    // Its own limit of time, or somebody who wants the worker to end?
    go_on =
        error.sqlerrcode() != ERRCODE_QUERY_CANCELED || monotonic_ns() >= operation_deadline_ns_;
    samples.clear();
  } catch (const std::exception&) {
    samples.clear();
  }
  pg_call([] {
    disable_timeout(STATEMENT_TIMEOUT, false);
    QueryCancelPending = false;
    AbortCurrentTransaction();  // none there: nothing happens
  });
  for (const Sample& sample : samples) {
    const std::string text = compact_json(sample.json);
    try {
      store_.add(static_cast<std::uint32_t>(index), sample.statement, plan_hash(text), false,
                 monotonic_ns(), text);
    } catch (const Error&) {
      // Names in no encoding make a text that is no plan.
    }
  }
  return go_on;
}

void PlanSampler::set_deadline() {
  const std::int64_t now = monotonic_ns();
  operation_deadline_ns_ = std::min(deadline_ns_, now + kMostPerOperation);
  // Rounded up: whoever is cancelled before the deadline was cancelled by somebody else.
  const std::int64_t left = (operation_deadline_ns_ - now) / kMillisecond + 1;
  pg_call([&] {
    enable_timeout_after(STATEMENT_TIMEOUT, static_cast<int>(std::max<std::int64_t>(left, 1)));
  });
}

// As the executor begins an operation.
void PlanSampler::begin(std::span<const Value> settings) {
  pg_call([&] {
    SetCurrentStatementStartTimestamp();
    StartTransactionCommand();
    PushActiveSnapshot(GetTransactionSnapshot());
    const GucContext context = superuser() ? PGC_SUSET : PGC_USERSET;
    for (std::size_t i = 0; i < settings.size(); ++i) {
      set_config_option(plan_.spec.session_settings[i].first.c_str(), value_to_cstring(settings[i]),
                        context, PGC_S_SESSION, GUC_ACTION_LOCAL, true, 0, false);
    }
  });
}

void PlanSampler::sample_in_transaction(std::size_t index, std::vector<Sample>& samples) {
  const PlannedOperation& operation = plan_.operations[index];
  begin(drawer_.settings());
  SpiConnection spi;
  find_hypopg();
  for (std::size_t i = 0; i < operation.statements.size(); ++i) {
    const PlannedStatement& statement = operation.statements[i];
    if (!can_be_explained(statement)) {
      execute(statement.sql, statement, drawer_.parameters());
      continue;
    }
    const std::string analyzed =
        execute(std::string(kAnalyze) + statement.sql, statement, drawer_.parameters());
    try {
      plan_hash(analyzed);
    } catch (const Error&) {
      continue;  // it is nested too deeply to be walked, or has names in no encoding
    }
    Json parsed = Json::parse(analyzed, nullptr, false);
    if (!parsed.is_array() || parsed.empty() || !parsed.front().contains("Plan")) continue;
    Json sample = std::move(parsed.front());
    sample["hypopg"] = !hypopg_.empty();
    sample["indexes"] = try_indexes(analyzed, statement, drawer_.parameters());
    samples.push_back({static_cast<std::uint32_t>(i), std::move(sample)});
  }
}

// Returns the first column of the first row in UTF-8; empty where there is none. Parameters are
// constants to the planner: the plan is a custom one.
std::string PlanSampler::execute(const std::string& sql, const PlannedStatement& statement,
                                 std::span<const Value> values) {
  std::vector<Oid> types;
  std::vector<ParameterBinding> bindings;
  if (!statement.parameters.empty()) types = infer_parameter_types(statement.sql);
  bindings.reserve(types.size());
  for (const Oid type : types) bindings.push_back(make_binding(type, CurrentMemoryContext));
  std::vector<Datum> data(types.size());
  std::vector<char> nulls(types.size(), ' ');
  const char* text = pg_call([&]() -> const char* {
    for (std::size_t i = 0; i < bindings.size(); ++i) {
      bool is_null = false;
      data[i] = bind_value(bindings[i], values[static_cast<std::size_t>(statement.parameters[i])],
                           &is_null);
      if (is_null) nulls[i] = 'n';
    }
    const int code = SPI_execute_with_args(sql.c_str(), static_cast<int>(types.size()),
                                           types.data(), data.data(), nulls.data(), false, 0);
    if (code < 0) elog(ERROR, "SPI_execute_with_args failed: %s", SPI_result_code_string(code));
    if (SPI_tuptable == nullptr || SPI_tuptable->numvals == 0) return "";
    const char* value = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
    if (value == nullptr) return "";
    return pg_server_to_any(value, static_cast<int>(std::strlen(value)), PG_UTF8);
  });
  return text;
}

void PlanSampler::find_hypopg() {
  if (looked_for_hypopg_) return;
  looked_for_hypopg_ = true;
  hypopg_ = sql_query(
                "SELECT pg_catalog.quote_ident(n.nspname) FROM pg_catalog.pg_extension e "
                "JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace "
                "WHERE e.extname = 'hypopg' AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')")
                .scalar()
                .value_or("");
}

Json PlanSampler::try_indexes(const std::string& analyzed, const PlannedStatement& statement,
                              std::span<const Value> values) {
  Json trials = Json::array();
  for (const IndexCandidate& candidate : index_candidates(analyzed)) {
    if (trials.size() == kMostTrials) break;
    // What cannot be tried is not proposed where there is such an index, which was not used.
    if (hypopg_.empty() && has_index(candidate)) continue;
    std::string definition = pg_call([&] {
      return quote_qualified_identifier(candidate.schema.c_str(), candidate.relation.c_str());
    });
    std::string columns;
    for (const std::string& column : candidate.columns) {
      if (!columns.empty()) columns += ", ";
      columns += column;
    }
    definition.insert(0, "CREATE INDEX ON ").append(" (").append(columns).append(")");
    Json trial = {{"definition", definition},
                  {"rows_read", candidate.rows_read},
                  {"rows_kept", candidate.rows_kept}};
    if (!hypopg_.empty()) trial.update(try_index(definition, statement, values));
    trials.push_back(std::move(trial));
  }
  return trials;
}

// Whether an index begins with the candidate's first column.
bool PlanSampler::has_index(const IndexCandidate& candidate) const {
  return !sql_query(
              "SELECT 1 FROM pg_catalog.pg_index i "
              "JOIN pg_catalog.pg_class c ON c.oid = i.indrelid "
              "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
              "JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0] "
              "WHERE n.nspname = $1 AND c.relname = $2 AND pg_catalog.quote_ident(a.attname) = $3",
              {candidate.schema, candidate.relation, candidate.columns.front()})
              .rows.empty();
}

// What the statement is planned to cost without and with an index that does not exist. Such an
// index is known to this process alone, and to EXPLAIN alone.
Json PlanSampler::try_index(const std::string& definition, const PlannedStatement& statement,
                            std::span<const Value> values) {
  Json costs = Json::object();
  const std::string explain = std::string(kPlanOnly) + statement.sql;
  try {
    in_subtransaction([&] {
      const std::string before = execute(explain, statement, values);
      const SqlResult made = sql_query(
          fmt::format("SELECT indexname FROM {}.hypopg_create_index($1)", hypopg_), {definition});
      const std::string after = execute(explain, statement, values);
      if (const auto cost = plan_cost(before)) costs["cost_before"] = *cost;
      const auto cost = plan_cost(after);
      if (cost && plan_uses_index(after, made.scalar().value_or(""))) costs["cost_after"] = *cost;
    });
  } catch (const PgError& error) {
    if (error.sqlerrcode() == ERRCODE_QUERY_CANCELED) throw;
    costs = Json::object();  // of a kind or type that takes no such index
  }
  in_subtransaction([&] { sql_query(fmt::format("SELECT {}.hypopg_reset()", hypopg_)); });
  return costs;
}

}  // namespace

void sample_plans(const RunPlan& plan, OperationDrawer& drawer, PlanStore store) {
  pg_call([] { pgstat_report_activity(STATE_RUNNING, "explains the operations of the run"); });
  PlanSampler(plan, drawer, store).run();
  pg_call([] { pgstat_report_activity(STATE_IDLE, nullptr); });
}

}  // namespace perf_mgmt::pg
