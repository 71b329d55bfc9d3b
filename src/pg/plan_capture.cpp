// The hooks are C as far as errors are concerned: no C++ object lives in there, nothing throws, and
// a server error passes through.
#include "perf_mgmt/pg/plan_capture.hpp"

#include "perf_mgmt/core/plan_hash.hpp"
#include "perf_mgmt/pg/plan_shape.hpp"
#include "perf_mgmt/pg/shared_run.hpp"

extern "C" {
#include "commands/explain.h"
#include "executor/executor.h"
#include "jit/jit.h"
#include "mb/pg_wchar.h"
#include "optimizer/planner.h"
}

namespace perf_mgmt::pg {

namespace {

constexpr std::uint32_t kLooksAtOnce = 8;
constexpr std::int64_t kLookPeriod = 100'000'000;

constinit WatchedOperation running{};

constinit bool hooks_installed = false;
constinit ExecutorEnd_hook_type previous_executor_end = nullptr;
constinit planner_hook_type previous_planner = nullptr;

void add_jit(const JitInstrumentation& jit) noexcept {
  running.counters->jit_functions += jit.created_functions;
  running.counters->jit_ns +=
      instr_time_ns(jit.generation_counter) + instr_time_ns(jit.inlining_counter) +
      instr_time_ns(jit.optimization_counter) + instr_time_ns(jit.emission_counter);
}

// EXPLAIN (FORMAT JSON, VERBOSE) of a plan that has run, in the encoding of JSON, kept in the
// operation's memory. VERBOSE, because only then relations have their schemas.
void explain(QueryDesc* query, PlanWatch& watch) {
  MemoryContext previous = MemoryContextSwitchTo(query->estate->es_query_cxt);
  ExplainState* state = NewExplainState();
  state->format = EXPLAIN_FORMAT_JSON;
  state->verbose = true;
  ExplainBeginOutput(state);
  ExplainPrintPlan(state, query);
  ExplainEndOutput(state);
  // Without the group of a query around it, what stands in the brackets are an object's members.
  state->str->data[0] = '{';
  state->str->data[state->str->len - 1] = '}';

  // From SQL_ASCII there is no way to another encoding but an error, and the operation's it is not.
  const char* text = GetDatabaseEncoding() == PG_SQL_ASCII
                         ? state->str->data
                         : pg_server_to_any(state->str->data, state->str->len, PG_UTF8);
  watch.json_bytes = std::strlen(text);
  char* copy = static_cast<char*>(MemoryContextAlloc(running.memory, watch.json_bytes + 1));
  std::memcpy(copy, text, watch.json_bytes + 1);
  watch.json = copy;
  MemoryContextSwitchTo(previous);
}

// Makes a known plan of this shape the current one.
bool known_again(PlanWatch& watch, std::uint64_t shape, bool generic) noexcept {
  for (std::uint32_t i = 0; i < watch.known_count; ++i) {
    PlanWatch::Known& known = watch.known[i];
    if (known.shape != shape || known.generic != generic) continue;
    known.last_run_ns = running.start_ns;
    watch.current = i;
    return true;
  }
  return false;
}

// Custom plans of ever new shapes are looked at now and then only.
bool may_look(PlanWatch& watch) noexcept {
  if (++watch.looks <= kLooksAtOnce) return true;
  const std::int64_t now_ns = monotonic_ns();
  if (now_ns < watch.next_look_ns) return false;
  watch.next_look_ns = now_ns + kLookPeriod;
  return true;
}

void look_at(QueryDesc* query, PlanWatch& watch) {
  // A plan was counted by GetCachedPlan before it ran.
  const bool generic = watch.source->num_custom_plans == watch.custom_plans;
  if (generic) {
    const int generation = watch.source->gplan != nullptr ? watch.source->gplan->generation : 0;
    if (generation == watch.generic_generation && watch.current < watch.known_count &&
        watch.known[watch.current].generic) {
      watch.known[watch.current].last_run_ns = running.start_ns;
      return;
    }
    watch.generic_generation = generation;
  }
  const std::uint64_t shape = plan_shape(*query->plannedstmt);
  if (known_again(watch, shape, generic)) return;
  if (!generic && !may_look(watch)) return;
  explain(query, watch);
  watch.noticed_shape = shape;
  watch.noticed_generic = generic;
  watch.next_noticed = running.noticed;
  running.noticed = &watch;
}

// Nested statements have query strings of their own. Of the queries that rules made of a statement
// the one that gives the command's result counts.
bool is_running_statement(const QueryDesc* query) noexcept {
  return running.statement != nullptr &&
         query->sourceText == running.statement->source->query_string &&
         query->plannedstmt->canSetTag;
}

void on_executor_end(QueryDesc* query) {
  if (running.counters != nullptr) {
    const EState* state = query->estate;
    if (state->es_jit != nullptr) add_jit(state->es_jit->instr);
    if (state->es_jit_worker_instr != nullptr) add_jit(*state->es_jit_worker_instr);
    if (is_running_statement(query)) look_at(query, *std::exchange(running.statement, nullptr));
  }
  if (previous_executor_end != nullptr) {
    previous_executor_end(query);
  } else {
    standard_ExecutorEnd(query);
  }
}

PlannedStmt* plan_query(Query* query, const char* text, int options, ParamListInfo parameters) {
  return previous_planner != nullptr ? previous_planner(query, text, options, parameters)
                                     : standard_planner(query, text, options, parameters);
}

// Planning may plan a function that it evaluates: the outermost counts. It may fail, and the
// operation go on after an exception block.
PlannedStmt* on_planner(Query* query, const char* text, int options, ParamListInfo parameters) {
  if (running.counters == nullptr || running.planning) {
    return plan_query(query, text, options, parameters);
  }
  PlannedStmt* planned = nullptr;
  const std::int64_t from = monotonic_ns();
  running.planning = true;
  PG_TRY();
  { planned = plan_query(query, text, options, parameters); }
  PG_FINALLY();
  {
    running.planning = false;
    running.counters->planning_ns += static_cast<std::uint64_t>(monotonic_ns() - from);
  }
  PG_END_TRY();
  return planned;
}

}  // namespace

void PlanCapture::install(std::optional<PlanStore> store) {
  store_ = store;
  installed_ = true;
  if (hooks_installed) return;
  previous_executor_end = std::exchange(ExecutorEnd_hook, on_executor_end);
  previous_planner = std::exchange(planner_hook, on_planner);
  hooks_installed = true;
}

PlanCapture::Scope::Scope(const PlanCapture& capture, OperationCounters& counters,
                          MemoryContext memory, std::int64_t start_ns) noexcept
    : outer_(running) {
  if (capture.installed_) running = {&counters, memory, start_ns, nullptr, nullptr, false};
}

PlanCapture::Scope::~Scope() {
  running = outer_;
}

void PlanCapture::statement_begins(PlanWatch* watch) const noexcept {
  if (!store_) return;
  running.statement = watch;
  if (watch != nullptr) watch->custom_plans = watch->source->num_custom_plans;
}

void PlanCapture::store_noticed() {
  while (running.noticed != nullptr) {
    PlanWatch& watch = *std::exchange(running.noticed, running.noticed->next_noticed);
    const std::string_view json(watch.json, watch.json_bytes);
    std::optional<std::uint32_t> entry;
    try {
      entry = store_->add(watch.operation, watch.statement, plan_hash(json), watch.noticed_generic,
                          running.start_ns, json);
    } catch (const Error&) {
      // Names in no encoding (a database in SQL_ASCII) make a text that is no JSON.
    }
    const std::uint32_t slot = watch.next_free;
    watch.next_free = (slot + 1) % PlanWatch::kKnown;
    PlanWatch::Known& known = watch.known[slot];
    if (watch.known_count < PlanWatch::kKnown) {
      ++watch.known_count;
    } else if (known.stored) {
      store_->seen(known.entry, known.last_run_ns);
    }
    known = {watch.noticed_shape, running.start_ns, entry.value_or(0), entry.has_value(),
             watch.noticed_generic};
    watch.current = slot;
  }
}

void PlanCapture::finish(const PlanWatch& watch, std::int64_t now_ns) {
  if (!store_) return;
  for (std::uint32_t i = 0; i < watch.known_count; ++i) {
    const PlanWatch::Known& known = watch.known[i];
    if (known.stored) store_->seen(known.entry, i == watch.current ? now_ns : known.last_run_ns);
  }
}

}  // namespace perf_mgmt::pg
