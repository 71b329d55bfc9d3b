#include "perf_mgmt/pg/spi_executor.hpp"

#include "perf_mgmt/pg/counting_receiver.hpp"
#include "perf_mgmt/pg/shared_run.hpp"
#include "perf_mgmt/pg/template_analysis.hpp"

extern "C" {
#include "access/xact.h"
#include "catalog/namespace.h"
#include "executor/instrument.h"
#include "storage/proc.h"
#include "tcop/utility.h"
#include "utils/guc.h"
#include "utils/plancache.h"
#include "utils/snapmgr.h"
#include "utils/timeout.h"
}

namespace perf_mgmt::pg {

namespace {

// Adds what the counters moved by between two readings of the server's usage counters.
void add_usage(OperationCounters& counters, const BufferUsage& from, const BufferUsage& to,
               const WalUsage& wal_from, const WalUsage& wal_to) noexcept {
  counters.shared_blks_hit += to.shared_blks_hit - from.shared_blks_hit;
  counters.shared_blks_read += to.shared_blks_read - from.shared_blks_read;
  counters.shared_blks_dirtied += to.shared_blks_dirtied - from.shared_blks_dirtied;
  counters.shared_blks_written += to.shared_blks_written - from.shared_blks_written;
  counters.local_blks_hit += to.local_blks_hit - from.local_blks_hit;
  counters.local_blks_read += to.local_blks_read - from.local_blks_read;
  counters.local_blks_dirtied += to.local_blks_dirtied - from.local_blks_dirtied;
  counters.local_blks_written += to.local_blks_written - from.local_blks_written;
  counters.temp_blks_read += to.temp_blks_read - from.temp_blks_read;
  counters.temp_blks_written += to.temp_blks_written - from.temp_blks_written;
  counters.blk_read_time_us += block_read_time_us(to) - block_read_time_us(from);
  counters.blk_write_time_us += block_write_time_us(to) - block_write_time_us(from);
  counters.temp_blk_read_time_us += INSTR_TIME_GET_MICROSEC(to.temp_blk_read_time) -
                                    INSTR_TIME_GET_MICROSEC(from.temp_blk_read_time);
  counters.temp_blk_write_time_us += INSTR_TIME_GET_MICROSEC(to.temp_blk_write_time) -
                                     INSTR_TIME_GET_MICROSEC(from.temp_blk_write_time);
  counters.wal_records += static_cast<std::uint64_t>(wal_to.wal_records - wal_from.wal_records);
  counters.wal_fpi += static_cast<std::uint64_t>(wal_to.wal_fpi - wal_from.wal_fpi);
  counters.wal_bytes += wal_to.wal_bytes - wal_from.wal_bytes;
}

GucContext settings_context() {
  return superuser() ? PGC_SUSET : PGC_USERSET;
}

// Whether a session setting exists and may be set; one with a dot in its name is anybody's. Its
// values are drawn later.
void check_setting(const std::string& name) {
  if (name.find('.') != std::string::npos) return;
  try {
    pg_call([&] {
      set_config_option(name.c_str(), GetConfigOption(name.c_str(), false, false),
                        settings_context(), PGC_S_SESSION, GUC_ACTION_LOCAL, false, 0, false);
    });
  } catch (PgError& error) {
    error.add_detail("In \"session_settings\" of the configuration.");
    throw;
  }
}

// The source of a statement's plans; nullptr for a utility command.
CachedPlanSource* planned_source(SPIPlanPtr plan) {
  auto* source = static_cast<CachedPlanSource*>(linitial(SPI_plan_get_plan_sources(plan)));
  const bool has_query = source->query_list != NIL &&
                         linitial_node(Query, source->query_list)->commandType != CMD_UTILITY;
  return has_query ? source : nullptr;
}

// Whether SPI takes a plan for read-only: it locks and changes nothing itself.
bool reads_only(const CachedPlan& plan) {
  ListCell* cell = nullptr;
  foreach (cell, plan.stmt_list) {
    if (!CommandIsReadOnly(lfirst_node(PlannedStmt, cell))) return false;
  }
  return true;
}

}  // namespace

SpiExecutor::SpiExecutor(TransactionMode mode)
    : mode_(mode), user_(GetUserId()), session_user_(GetSessionUserId()) {
  pg_call([&] {
    context_ =
        AllocSetContextCreate(TopMemoryContext, "perf_mgmt operations", ALLOCSET_SMALL_SIZES);
    operation_context_ =
        AllocSetContextCreate(context_, "perf_mgmt operation", ALLOCSET_DEFAULT_SIZES);
  });
}

SpiExecutor::~SpiExecutor() {
  for (const Operation& operation : operations_) {
    for (const Statement& statement : operation.statements) SPI_freeplan(statement.plan);
  }
  MemoryContextDelete(context_);
}

void SpiExecutor::observe_plans(PlanStore store) {
  capture_.install(store);
}

void SpiExecutor::finish(std::int64_t now_ns) {
  for (const Operation& operation : operations_) {
    for (const Statement& statement : operation.statements)
      capture_.finish(statement.watch, now_ns);
  }
}

SpiExecutor::Statement SpiExecutor::prepare_statement(const PlannedStatement& planned) {
  std::vector<Oid> types = infer_parameter_types(planned.sql);
  if (types.size() != planned.parameters.size()) {
    throw Error(sqlstate::internal_error,
                "statement has another number of parameters than expected");
  }
  Statement statement;
  statement.sources = planned.parameters;
  statement.writes = planned.writes;
  const int count = static_cast<int>(types.size());
  bool read_only = true;
  statement.plan = pg_call([&] {
    SPIPlanPtr plan =
        SPI_prepare_cursor(planned.sql.c_str(), count, types.data(), CURSOR_OPT_PARALLEL_OK);
    if (plan == nullptr)
      elog(ERROR, "SPI_prepare_cursor failed: %s", SPI_result_code_string(SPI_result));
    SPI_keepplan(plan);
    return plan;
  });
  std::unique_ptr<_SPI_plan, decltype(&SPI_freeplan)> kept(statement.plan, SPI_freeplan);
  // Plan it once, so that what cannot be planned is found before the run.
  pg_call([&] {
    ListCell* cell = nullptr;
    foreach (cell, SPI_plan_get_plan_sources(statement.plan)) {
      auto* source = static_cast<CachedPlanSource*>(lfirst(cell));
      CachedPlan* cached = GetCachedPlan(source, nullptr, CurrentResourceOwner, nullptr);
      read_only = read_only && reads_only(*cached);
      ReleaseCachedPlan(cached, CurrentResourceOwner);
    }
  });
  statement.read_only = read_only;
  statement.source = planned_source(statement.plan);
  statement.watch.source = statement.source;
  for (const Oid type : types) statement.bindings.push_back(make_binding(type, context_));
  if (count > 0) {
    statement.parameters = pg_call([&] {
      MemoryContext previous = MemoryContextSwitchTo(context_);
      ParamListInfo list = makeParamList(count);
      MemoryContextSwitchTo(previous);
      return list;
    });
    for (int i = 0; i < count; ++i) {
      statement.parameters->params[i].ptype = types[static_cast<std::size_t>(i)];
      statement.parameters->params[i].pflags = PARAM_FLAG_CONST;
    }
  }
  (void)kept.release();
  return statement;
}

void SpiExecutor::prepare(const RunPlan& plan) {
  if (mode_ == TransactionMode::subtransaction) capture_.install(std::nullopt);
  statement_timeout_ms_ = plan.spec.statement_timeout_ms;
  // Of the run's settings, the role, the database or the server, which arms it for clients'
  // statements only.
  if (statement_timeout_ms_ == 0 && mode_ == TransactionMode::transaction) {
    statement_timeout_ms_ = StatementTimeout;
  }
  commit_ = plan.spec.finish == RunSpec::Finish::commit;
  for (const auto& [name, generator] : plan.spec.session_settings) {
    check_setting(name);
    setting_names_.push_back(name);
  }

  for (const PlannedOperation& planned : plan.operations) {
    Operation& operation = operations_.emplace_back();
    try {
      for (const PlannedStatement& statement : planned.statements) {
        operation.statements.push_back(prepare_statement(statement));
        PlanWatch& watch = operation.statements.back().watch;
        watch.operation = static_cast<std::uint32_t>(operations_.size() - 1);
        watch.statement = static_cast<std::uint32_t>(operation.statements.size() - 1);
        for (const int source : statement.parameters) {
          operation.parameter_count =
              std::max(operation.parameter_count, static_cast<std::size_t>(source) + 1);
        }
      }
    } catch (PgError& error) {
      error.add_detail(fmt::format("In operation \"{}\".", planned.name));
      // The caller's session found it when it read the template.
      if (mode_ == TransactionMode::transaction && error.sqlerrcode() == ERRCODE_UNDEFINED_TABLE) {
        error.suggest(
            "Operations run in processes of their own, which see neither temporary tables of "
            "this session nor what it has not committed.");
      }
      throw;
    }
  }
}

std::vector<ParameterForm> SpiExecutor::parameter_forms(std::size_t index) const {
  const Operation& operation = operations_[index];
  std::vector<ParameterForm> forms(operation.parameter_count, ParameterForm::scalar);
  for (const Statement& statement : operation.statements) {
    for (std::size_t i = 0; i < statement.sources.size(); ++i) {
      forms[static_cast<std::size_t>(statement.sources[i])] =
          parameter_form(statement.bindings[i].type);
    }
  }
  return forms;
}

// What the guard covers is C as far as errors are concerned: no C++ object is made in there.
void SpiExecutor::execute_statement(Statement& statement, bool new_snapshot,
                                    std::span<const Value> values, OperationCounters& counters) {
  for (std::size_t i = 0; i < statement.sources.size(); ++i) {
    ParamExternData& parameter = statement.parameters->params[i];
    parameter.value =
        bind_value(statement.bindings[i], values[static_cast<std::size_t>(statement.sources[i])],
                   &parameter.isnull);
  }
  CountingReceiver receiver;
  init_counting_receiver(receiver);
  // No row limit, which would forbid parallel workers: SPI runs the plan once and to its end. With
  // read_only SPI uses the snapshot that is there instead of taking another one.
  SPIExecuteOptions options{};
  options.params = statement.parameters;
  options.read_only = statement.read_only && !new_snapshot;
  options.dest = &receiver.base;
  if (statement_timeout_ms_ > 0) {
    statement_start_ns_ = monotonic_ns();
    enable_timeout_after(STATEMENT_TIMEOUT, statement_timeout_ms_);  // anew for each statement
  }
  const CachedPlanSource* source = statement.source;
  const std::int64_t custom_plans = source != nullptr ? source->num_custom_plans : 0;
  const std::int64_t generic_plans = source != nullptr ? source->num_generic_plans : 0;
  capture_.statement_begins(source != nullptr ? &statement.watch : nullptr);
  const int code = SPI_execute_plan_extended(statement.plan, &options);
  if (code < 0) elog(ERROR, "SPI_execute_plan_extended failed: %s", SPI_result_code_string(code));
  if (source != nullptr) {
    counters.custom_plans += static_cast<std::uint64_t>(source->num_custom_plans - custom_plans);
    counters.generic_plans += static_cast<std::uint64_t>(source->num_generic_plans - generic_plans);
  }
  counters.rows_read += receiver.rows;
  counters.bytes_read += receiver.bytes;
  if (statement.writes) {
    counters.rows_affected += SPI_processed;
    if (SPI_processed == 0) ++counters.zero_row_writes;
  }
}

void SpiExecutor::run_guarded(Operation& operation, std::span<const Value> values,
                              std::span<const Value> settings, OperationResult& result) {
  pg_call([&] {
    if (mode_ == TransactionMode::transaction) {
      SetCurrentStatementStartTimestamp();
      StartTransactionCommand();
      PushActiveSnapshot(GetTransactionSnapshot());  // SPI wants one outside of its statements' own
    } else {
      BeginInternalSubTransaction(nullptr);
    }
    MemoryContextSwitchTo(operation_context_);
    // What an operation sets ends with it, and not with the caller's transaction.
    const int settings_level = mode_ == TransactionMode::transaction ? 0 : NewGUCNestLevel();

    for (std::size_t i = 0; i < settings.size(); ++i) {
      set_config_option(setting_names_[i].c_str(), value_to_cstring(settings[i]),
                        settings_context(), PGC_S_SESSION, GUC_ACTION_LOCAL, true, 0, false);
    }

    SPI_connect();
    // The snapshot of a transaction that has just begun is as good as a new one.
    bool new_snapshot = mode_ != TransactionMode::transaction;
    for (Statement& statement : operation.statements) {
      execute_statement(statement, new_snapshot, values, result.counters);
      new_snapshot = true;
    }
    SPI_finish();

    if (statement_timeout_ms_ > 0) disable_timeout(STATEMENT_TIMEOUT, false);
    commit_begin_ns_ = monotonic_ns();
    if (mode_ == TransactionMode::transaction) {
      PopActiveSnapshot();
      if (commit_) {
        touched_temporary_ = touched_temporary_ || (MyXactFlags & XACT_FLAGS_ACCESSEDTEMPNAMESPACE);
        CommitTransactionCommand();
      } else {
        AbortCurrentTransaction();
      }
    } else if (commit_) {
      AtEOXact_GUC(false, settings_level);
      ReleaseCurrentSubTransaction();
    } else {
      RollbackAndReleaseCurrentSubTransaction();
    }
  });
}

void SpiExecutor::roll_back() const {
  pg_call([&] {
    HOLD_INTERRUPTS();
    // A timer or a cancel that is not the operation's own is the caller's.
    if (statement_timeout_ms_ > 0) disable_timeout(STATEMENT_TIMEOUT, false);
    if (mode_ == TransactionMode::transaction) {
      QueryCancelPending = false;
      AbortCurrentTransaction();
    } else {
      RollbackAndReleaseCurrentSubTransaction();
    }
    RESUME_INTERRUPTS();
  });
}

void SpiExecutor::check_identity() const {
  if (GetUserId() == user_ && GetSessionUserId() == session_user_) return;
  throw Error(sqlstate::insufficient_privilege, "an operation changed the worker's role",
              "Operations must leave role and session authorization as they are.",
              "Remove set_config('role', …) and the like from the templates.");
}

// As DISCARD TEMP, behind an operation and outside of its time. Templates may not leave temporary
// tables, but what they call may, or a search_path that begins with pg_temp: that would be there
// for the next operations of this worker alone. Where it fails it is tried again behind the next
// one.
void SpiExecutor::drop_temporary() {
  try {
    pg_call([] {
      StartTransactionCommand();
      PushActiveSnapshot(GetTransactionSnapshot());
      ResetTempTableNamespace();
      PopActiveSnapshot();
      CommitTransactionCommand();
    });
    touched_temporary_ = false;
  } catch (const PgError&) {
    roll_back();
  }
}

// What a failed operation leaves of itself: times and plans; its rows are undone.
void SpiExecutor::fail(const PgError& error, OperationResult& result) const {
  const bool timed_out = statement_timeout_ms_ > 0 && statement_start_ns_ >= result.start_ns &&
                         result.end_ns - statement_start_ns_ >= statement_timeout_ms_ * 1'000'000LL;
  result.outcome = error.sqlerrcode() == ERRCODE_QUERY_CANCELED && !timed_out
                       ? OperationResult::Outcome::cancelled
                       : OperationResult::Outcome::failed;
  std::memcpy(result.sqlstate, unpack_sql_state(error.sqlerrcode()), 6);
  result.message = error.what();
  result.counters.rows_read = 0;
  result.counters.bytes_read = 0;
  result.counters.rows_affected = 0;
  result.counters.zero_row_writes = 0;
}

void SpiExecutor::run(std::size_t index, std::span<const Value> values,
                      std::span<const Value> settings, OperationResult& result) {
  const MemoryContext caller_context = CurrentMemoryContext;
  const ResourceOwner caller_owner = CurrentResourceOwner;
  result.outcome = OperationResult::Outcome::ok;
  result.counters = OperationCounters{};
  commit_begin_ns_ = 0;

  const BufferUsage buffers = pgBufferUsage;
  const WalUsage wal = pgWalUsage;
  result.start_ns = monotonic_ns();
  const PlanCapture::Scope scope(capture_, result.counters, operation_context_, result.start_ns);
  try {
    run_guarded(operations_[index], values, settings, result);
    result.end_ns = monotonic_ns();
  } catch (const PgError& error) {
    if (commit_begin_ns_ == 0) commit_begin_ns_ = monotonic_ns();
    roll_back();
    result.end_ns = monotonic_ns();
    if (mode_ == TransactionMode::subtransaction && error.sqlerrcode() == ERRCODE_QUERY_CANCELED &&
        statement_timeout_ms_ == 0) {
      MemoryContextSwitchTo(caller_context);
      CurrentResourceOwner = caller_owner;
      throw;  // a cancel in the caller's own backend is the caller's
    }
    fail(error, result);
  }
  result.counters.busy_ns = static_cast<std::uint64_t>(result.end_ns - result.start_ns);
  result.counters.commit_ns = static_cast<std::uint64_t>(result.end_ns - commit_begin_ns_);
  add_usage(result.counters, buffers, pgBufferUsage, wal, pgWalUsage);
  MemoryContextSwitchTo(caller_context);
  if (mode_ == TransactionMode::subtransaction) CurrentResourceOwner = caller_owner;
  capture_.store_noticed();
  MemoryContextReset(operation_context_);
  check_identity();
  if (touched_temporary_) {
    drop_temporary();
    MemoryContextSwitchTo(caller_context);
  }
}

}  // namespace perf_mgmt::pg
