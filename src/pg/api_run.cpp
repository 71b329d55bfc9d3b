// SQL: execute_performance_test, run_performance_test, attempt_performance_test,
// wait_for_execution, cancel_execution.
#include <csignal>

#include "perf_mgmt/pg/result_row.hpp"

#include "perf_mgmt/pg/execution_lock.hpp"
#include "perf_mgmt/pg/run_control.hpp"
#include "perf_mgmt/pg/run_loader.hpp"
#include "perf_mgmt/pg/spi.hpp"
#include "perf_mgmt/pg/sql_arguments.hpp"

extern "C" {
#include "access/htup_details.h"
#include "access/xact.h"
#include "access/xlog.h"
#include "executor/spi.h"
#include "nodes/parsenodes.h"
#include "utils/acl.h"
#include "utils/snapmgr.h"
#include "utils/uuid.h"
}

namespace perf_mgmt::pg {

namespace {

RunPlan plan_from_arguments(FunctionCallInfo call) {
  const std::string test = required_argument(call, 0, "p_test_name");
  const std::string environment = required_argument(call, 1, "p_execution_environment");
  const std::string config = optional_argument(call, 2).value_or("");
  check_can_start();
  return load_run_plan(test, environment, config);
}

Datum execute(FunctionCallInfo call) {
  SpiConnection spi;
  RunPlan plan = plan_from_arguments(call);
  const bool wait = plan.spec.wait;
  const double progress_seconds = plan.spec.progress_seconds;
  plan.horizon_held = wait;
  spi.finish();

  RunControl control = RunControl::start(std::move(plan));
  const std::string id = control.execution_id();
  if (wait) {
    control.wait(progress_seconds);
  } else {
    control.detach();
  }
  return uuid_datum(id);
}

Datum run_and_wait(FunctionCallInfo call) {
  const bool nonatomic = is_nonatomic_call(call);
  SpiConnection spi(nonatomic);
  RunPlan plan = plan_from_arguments(call);
  const double progress_seconds = plan.spec.progress_seconds;
  plan.horizon_held = !nonatomic;
  // No lock and no snapshot of this session may weigh on the run.
  if (nonatomic) pg_call([] { SPI_commit(); });
  RunControl control = RunControl::start(std::move(plan));
  const std::string id = control.execution_id();
  control.wait(progress_seconds);
  spi.finish();
  return row_result(call, {uuid_datum(id)});
}

Json error_json(const std::string& sqlstate, const std::string& message, const std::string& detail,
                const std::string& hint) {
  Json error = {{"sqlstate", sqlstate}, {"message", message}};
  if (!detail.empty()) error["detail"] = detail;
  if (!hint.empty()) error["hint"] = hint;
  return error;
}

// A test that cannot be run is a result here, not an error; a cancel is still a cancel.
Datum attempt(FunctionCallInfo call) {
  require_nonatomic_call(call, "attempt a performance test");
  SpiConnection spi(true);
  std::string id;
  Json failure;
  try {
    RunPlan plan;
    in_subtransaction([&] { plan = plan_from_arguments(call); });
    const double progress_seconds = plan.spec.progress_seconds;
    pg_call([] { SPI_commit(); });
    RunControl control = RunControl::start(std::move(plan));
    id = control.execution_id();
    control.wait(progress_seconds);
  } catch (const PgError& error) {
    if (error.sqlerrcode() == ERRCODE_QUERY_CANCELED) throw;
    const ErrorData& data = error.data();
    failure = error_json(error.sqlstate(), error.what(), data.detail != nullptr ? data.detail : "",
                         data.hint != nullptr ? data.hint : "");
  } catch (const Error& error) {
    failure = error_json(error.sqlstate(), error.message(), error.detail(), error.hint());
  }
  if (!failure.is_null()) pg_call([] { SPI_rollback(); });
  spi.finish();
  std::vector<std::optional<Datum>> row(2);
  if (!id.empty()) row[0] = uuid_datum(id);
  if (!failure.is_null()) row[1] = jsonb_datum(compact_json(failure));
  return row_result(call, row);
}

struct ExecutionState {
  std::string status;
  bool alive = false;
  Oid extension_owner = InvalidOid;  // of one that is not alive
};

ExecutionState read_state(const std::string& id) {
  const SqlResult found = sql_query(
      "SELECT execution_status FROM perf_mgmt.test_executions WHERE id = $1::pg_catalog.uuid",
      {id});
  if (found.rows.empty()) {
    throw Error(sqlstate::undefined_object, fmt::format("execution \"{}\" does not exist", id), {},
                "Take an id from perf_mgmt.test_executions.");
  }
  // Locks of the primary are not seen on a standby: there the row alone tells.
  const bool alive =
      pg_call([] { return RecoveryInProgress(); }) || holder_of_execution_lock(id) != 0;
  return {*found.rows[0][0], alive, alive ? InvalidOid : extension_owner()};
}

// In a connection of its own, whose memory goes with it: a session may look for hours.
ExecutionState look_at(const std::string& id, bool nonatomic) {
  SpiConnection spi(nonatomic);
  ExecutionState state = read_state(id);
  if (nonatomic) pg_call([] { SPI_commit(); });  // no snapshot is held between two looks
  spi.finish();
  return state;
}

// A lost execution has nobody who would end it: a process marks it FAILED, with the rights of the
// extension's owner, as after a crash of the server. Returns when that has ended; where there is no
// worker slot for it, all stays as it is.
void settle_lost_executions(Oid owner) {
  const auto handle =
      register_process("perf_mgmt_controller_main", "perf_mgmt controller", DSM_HANDLE_INVALID,
                       {.database = MyDatabaseId, .role = owner}, AfterCrash::gone);
  CallerWatch watch;
  pid_t pid = 0;
  while (handle && pg_call([&] { return GetBackgroundWorkerPid(*handle, &pid); }) != BGWH_STOPPED) {
    watch.wait(SharedRun());
  }
}

Datum wait_for_execution(FunctionCallInfo call) {
  const std::string id = required_argument(call, 0, "p_execution_id");
  const bool nonatomic = is_nonatomic_call(call);
  if (!nonatomic && IsolationUsesXactSnapshot()) {
    throw Error(sqlstate::active_sql_transaction,
                "cannot wait for an execution in a transaction that keeps one snapshot",
                "This transaction would never see the execution end.",
                "CALL it outside a transaction block, or in a READ COMMITTED transaction.");
  }
  CallerWatch watch;
  ExecutionState state = look_at(id, nonatomic);
  while (state.status == "RUNNING" && state.alive) {
    watch.wait(SharedRun());
    state = look_at(id, nonatomic);
  }
  if (state.status == "RUNNING") {
    // Once more: the state is committed before the lock is given up.
    state = look_at(id, nonatomic);
    if (state.status == "RUNNING" && !state.alive) {
      settle_lost_executions(state.extension_owner);
      state = look_at(id, nonatomic);
    }
    if (state.status == "RUNNING") {
      report(WARNING, "01000", fmt::format("execution \"{}\" has lost its controller", id),
             "The next start marks it FAILED.");
    }
  }
  const Datum status = pg_call([&] { return CStringGetTextDatum(state.status.c_str()); });
  return row_result(call, {status});
}

Datum cancel(FunctionCallInfo call) {
  const std::string id = required_argument(call, 0, "p_execution_id");
  if (pg_call([] { return RecoveryInProgress(); })) {
    throw Error("25006", "cannot cancel an execution on a standby",
                "Its processes are on the primary.", "Cancel it there.");
  }
  SpiConnection spi;
  const SqlResult found = sql_query(
      "SELECT started_by, execution_status FROM perf_mgmt.test_executions WHERE id = "
      "$1::pg_catalog.uuid",
      {id});
  if (found.rows.empty()) {
    throw Error(sqlstate::undefined_object, fmt::format("execution \"{}\" does not exist", id), {},
                "Take an id from perf_mgmt.test_executions.");
  }
  const std::string starter = found.rows[0][0].value_or("");
  const bool allowed = pg_call([&] {
    const Oid role = get_role_oid(starter.c_str(), true);
    return superuser() || (OidIsValid(role) && is_member_of_role(GetUserId(), role));
  });
  if (!allowed) {
    throw Error(sqlstate::insufficient_privilege,
                fmt::format("permission denied to cancel execution \"{}\"", id),
                fmt::format("It was started by role \"{}\".", starter));
  }
  // The controller keeps its lock a moment longer than the row says RUNNING.
  const bool running = found.rows[0][1] == "RUNNING";
  const int controller = running ? holder_of_execution_lock(id) : 0;
  const bool lost = running && controller == 0;
  const Oid owner = lost ? extension_owner() : InvalidOid;
  spi.finish();
  if (lost) settle_lost_executions(owner);
  return BoolGetDatum(controller != 0 && kill(controller, SIGINT) == 0);
}

}  // namespace

}  // namespace perf_mgmt::pg

extern "C" {

PG_FUNCTION_INFO_V1(perf_mgmt_execute_performance_test);
Datum perf_mgmt_execute_performance_test(PG_FUNCTION_ARGS) {
  return perf_mgmt::pg::run_cpp([&] { return perf_mgmt::pg::execute(fcinfo); });
}

PG_FUNCTION_INFO_V1(perf_mgmt_run_performance_test);
Datum perf_mgmt_run_performance_test(PG_FUNCTION_ARGS) {
  return perf_mgmt::pg::run_cpp([&] { return perf_mgmt::pg::run_and_wait(fcinfo); });
}

PG_FUNCTION_INFO_V1(perf_mgmt_attempt_performance_test);
Datum perf_mgmt_attempt_performance_test(PG_FUNCTION_ARGS) {
  return perf_mgmt::pg::run_cpp([&] { return perf_mgmt::pg::attempt(fcinfo); });
}

PG_FUNCTION_INFO_V1(perf_mgmt_wait_for_execution);
Datum perf_mgmt_wait_for_execution(PG_FUNCTION_ARGS) {
  return perf_mgmt::pg::run_cpp([&] { return perf_mgmt::pg::wait_for_execution(fcinfo); });
}

PG_FUNCTION_INFO_V1(perf_mgmt_cancel_execution);
Datum perf_mgmt_cancel_execution(PG_FUNCTION_ARGS) {
  return perf_mgmt::pg::run_cpp([&] { return perf_mgmt::pg::cancel(fcinfo); });
}

}  // extern "C"
