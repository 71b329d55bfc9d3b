#include <nlohmann/json.hpp>

#include "perf_mgmt/pg/preparation.hpp"

#include "perf_mgmt/core/compact_json.hpp"
#include "perf_mgmt/pg/operation_drawer.hpp"
#include "perf_mgmt/pg/run_inputs.hpp"
#include "perf_mgmt/pg/spi.hpp"
#include "perf_mgmt/pg/spi_executor.hpp"

extern "C" {
#include "storage/latch.h"
#include "utils/wait_event.h"
}

namespace perf_mgmt::pg {

namespace {

// The caller's mapping is going before there is a report. No controller would end a worker that
// waits for something, in the query of a pool for example.
void report_not_awaited(dsm_segment*, Datum worker) {
  run_cpp_quietly(
      [](void* handle) {
        pg_call([&] {
          TerminateBackgroundWorker(static_cast<BackgroundWorkerHandle*>(handle));
          pfree(handle);
        });
      },
      DatumGetPointer(worker));
}

class InLastingMemory {
 public:
  InLastingMemory() : outer_(MemoryContextSwitchTo(TopMemoryContext)) {}
  InLastingMemory(const InLastingMemory&) = delete;
  InLastingMemory& operator=(const InLastingMemory&) = delete;
  ~InLastingMemory() { MemoryContextSwitchTo(outer_); }

 private:
  MemoryContext outer_;
};

// The worker ends when this session detaches from the run, whatever either of them is doing.
BackgroundWorkerHandle* register_preparing_worker(const SharedRun& run) {
  const InLastingMemory memory;  // for the callback: a FATAL error frees the transaction's first
  const auto handle = register_process("perf_mgmt_worker_main", "perf_mgmt worker", run.handle(),
                                       {}, AfterCrash::gone);
  if (!handle) {
    throw Error(
        sqlstate::configuration_limit_exceeded, "no worker slot is free",
        "The templates are planned in a background worker, with the rights of the scenario.",
        "Raise \"max_worker_processes\" and restart the server, or wait until other background "
        "workers have ended.");
  }
  pg_call([&] { on_dsm_detach(run.segment(), report_not_awaited, PointerGetDatum(*handle)); });
  return *handle;
}

template <typename Attempt>
void try_in_transaction(const std::string& operation, std::vector<PreparationProblem>& problems,
                        Attempt attempt) {
  try {
    in_transaction(attempt);
  } catch (const PgError& error) {
    const ErrorData& data = error.data();
    problems.push_back({operation, error.sqlstate(), error.what(),
                        data.detail != nullptr ? data.detail : "",
                        data.hint != nullptr ? data.hint : ""});
  } catch (const Error& error) {
    problems.push_back(
        {operation, error.sqlstate(), error.message(), error.detail(), error.hint()});
  }
}

}  // namespace

std::vector<PreparationProblem> find_preparation_problems(const RunPlan& plan) {
  std::vector<PreparationProblem> problems;
  for (const PlannedOperation& operation : plan.operations) {
    RunPlan alone = plan;
    alone.operations = {operation};
    try_in_transaction(operation.name, problems, [&] {
      SpiExecutor executor(TransactionMode::transaction);
      executor.prepare(alone);
      OperationDrawer(alone).prepare(executor, true);
    });
  }
  const OperationDrawer all(plan);
  for (const PoolRequest& pool : all.requests().pools) {
    try_in_transaction("", problems, [&] { load_pools({&pool, 1}, 0); });
  }
  return problems;
}

std::string problems_to_json(const std::vector<PreparationProblem>& problems) {
  nlohmann::json list = nlohmann::json::array();
  for (const PreparationProblem& problem : problems) {
    list.push_back(
        {problem.operation, problem.sqlstate, problem.message, problem.detail, problem.hint});
  }
  return compact_json(list);
}

std::vector<PreparationProblem> problems_from_json(std::string_view text) {
  std::vector<PreparationProblem> problems;
  const nlohmann::json list = nlohmann::json::parse(text, nullptr, false);
  for (const nlohmann::json& item : list) {
    if (!item.is_array() || item.size() != 5) {
      throw Error(sqlstate::data_corrupted, "a worker's report is not readable");
    }
    problems.push_back({item[0], item[1], item[2], item[3], item[4]});
  }
  return problems;
}

std::vector<PreparationProblem> prepare_in_worker(RunPlan plan) {
  if (pg_call([] { return RecoveryInProgress(); })) {
    throw Error("25006", "cannot prepare operations on a standby",
                "The worker that would plan them does not start here.", "Do it on the primary.");
  }
  plan.validate_only = true;
  plan.workers_requested = 1;
  SharedRun run =
      SharedRun::create(plan.to_json(), {.operations = plan.operations.size(), .workers = 1});
  std::vector<PreparationProblem> problems;
  BackgroundWorkerHandle* worker = nullptr;
  try {
    watch_caller(run);
    worker = register_preparing_worker(run);
    CallerWatch watch;
    pid_t pid = 0;
    while (run.header().pools_ready.load() == 0 &&
           pg_call([&] { return GetBackgroundWorkerPid(worker, &pid); }) != BGWH_STOPPED) {
      watch.wait(run);
    }
    if (const std::optional<Error> failure = run.failure()) throw *failure;
    const dsm_handle report = run.header().pools_handle.load();
    dsm_segment* segment =
        report == DSM_HANDLE_INVALID ? nullptr : pg_call([&] { return dsm_attach(report); });
    if (segment == nullptr) {
      throw Error(sqlstate::object_not_in_prerequisite_state, "the worker ended without a report",
                  {}, "See the server log.");
    }
    problems = problems_from_json(static_cast<const char*>(dsm_segment_address(segment)));
    pg_call([&] { dsm_detach(segment); });
  } catch (...) {
    run.stop(StopReason::cancelled);
    run.detach();
    throw;
  }
  run.stop(StopReason::completed);
  pg_call([&] {
    cancel_on_dsm_detach(run.segment(), report_not_awaited, PointerGetDatum(worker));
    pfree(worker);
  });
  forget_caller(run);
  run.detach();
  return problems;
}

}  // namespace perf_mgmt::pg
