// A worker's life: join the run, connect as the run's role, prepare, say that it is ready, wait for
// the start, run its loop, end. It reads no table of the extension: all that it needs is in shared
// memory.
#include <csignal>

#include "perf_mgmt/core/escape.hpp"
#include "perf_mgmt/pg/plan_sampler.hpp"
#include "perf_mgmt/pg/preparation.hpp"
#include "perf_mgmt/pg/run_processes.hpp"
#include "perf_mgmt/pg/spi.hpp"
#include "perf_mgmt/pg/spi_executor.hpp"
#include "perf_mgmt/pg/worker_loop.hpp"

extern "C" {
#include "access/xact.h"
#include "pgstat.h"
#include "tcop/tcopprot.h"
#include "utils/guc.h"
}

namespace perf_mgmt::pg {

namespace {

void set_setting(const std::string& name, const std::string& value, GucContext context) {
  pg_call([&] {
    set_config_option(name.c_str(), value.c_str(), context, PGC_S_SESSION, GUC_ACTION_SET, true, 0,
                      false);
  });
}

// The session as the run wants it: silent below ERROR, the caller's search_path, the run's
// settings.
void set_up_session(const RunPlan& plan) {
  set_setting("client_min_messages", "error", PGC_USERSET);
  pg_call([] { SetConfigOption("log_min_messages", "error", PGC_SUSET, PGC_S_OVERRIDE); });
  set_setting("search_path", plan.search_path, PGC_USERSET);
  // Of the role or the database: it would end the worker, not only its transaction.
  if (kHasTransactionTimeout) set_setting("transaction_timeout", "0", PGC_USERSET);
  const GucContext context = pg_call([] { return superuser(); }) ? PGC_SUSET : PGC_USERSET;
  if (plan.spec.isolation_level) {
    set_setting("default_transaction_isolation", *plan.spec.isolation_level, PGC_USERSET);
  }
  for (const auto& [name, value] : plan.spec.settings) {
    try {
      set_setting(name, value, context);
    } catch (const PgError& error) {
      throw Error(error.sqlstate(), error.what(),
                  fmt::format("In \"settings\" of the configuration: \"{}\" = \"{}\".", brief(name),
                              brief(value)),
                  error.data().hint != nullptr ? error.data().hint : "");
    }
  }
}

class Worker {
 public:
  Worker(SharedRun run, std::uint32_t index)
      : run_(run),
        index_(index),
        slot_(run.worker(index)),
        plan_(RunPlan::from_json(run.plan())),
        run_seed_(plan_.spec.seed) {
    plan_.spec = round_of(plan_.spec, static_cast<int>(run_.header().round.load()));
    slot_.pid.store(MyProcPid);
    slot_.proc.store(my_proc_number_plus_one(), std::memory_order_release);
    set_state(WorkerState::attached);
  }

  void main() {
    connect_to_database(plan_.database_oid, plan_.run_role_oid, "perf_mgmt worker");
    if (plan_.validate_only) {
      report_problems();
      return;
    }
    SpiExecutor executor(TransactionMode::transaction);
    OperationDrawer drawer(plan_);
    if (plan_.spec.sampling_hz > 0) executor.observe_plans(run_.plans());
    in_transaction([&] {
      set_up_session(plan_);
      executor.prepare(plan_);
      drawer.prepare(executor, true);
    });
    if (index_ == 0) {
      if (run_.header().round.load() == 0) count_required_data();
      publish_pools(drawer.requests());
    }
    if (!wait_for([&] { return run_.header().pools_ready.load() != 0; })) return;
    drawer.set_sources(view_pools(map_pools()), run_.sequences());

    set_state(WorkerState::ready);
    if (!wait_for([&] { return run_.header().start_ns.load() != 0; })) return;
    set_state(WorkerState::running);
    WorkerLoop loop(run_, plan_, index_, executor, drawer);
    loop.run();
    set_state(WorkerState::finished);
    await_window_end();
    // Once in a run that came to its end; the first round's figures are complete by now.
    const StopReason reason = run_.stop_reason();
    const bool well = reason == StopReason::none || reason == StopReason::completed ||
                      reason == StopReason::criterion;
    if (index_ == 0 && run_.header().round.load() == 0 && well && plan_.spec.sampling_hz > 0 &&
        run_.header().window_closed.load() != 0) {
      sample_plans(plan_, drawer, run_.samples());
    }
  }

 private:
  void set_state(WorkerState state) {
    slot_.state.store(static_cast<std::uint32_t>(state), std::memory_order_release);
    run_.wake_controller();
  }

  // Waits on the latch until condition holds; false where the run was stopped first.
  template <typename Condition>
  bool wait_for(Condition condition) {
    while (!condition()) {
      if (run_.stopping()) return false;
      pg_call([] {
        WaitLatch(MyLatch, WL_LATCH_SET | WL_EXIT_ON_PM_DEATH, -1, PG_WAIT_EXTENSION);
        ResetLatch(MyLatch);
      });
      check_interrupts_but_cancel();
    }
    return true;
  }

  // Stays until the controller has read this process's CPU time and memory, which are gone with it.
  // A controller that does not come to it in time is gone itself.
  void await_window_end() {
    constexpr std::int64_t kPatience = 2'000'000'000;
    const std::int64_t deadline = monotonic_ns() + kPatience;
    while (run_.header().window_closed.load() == 0 && monotonic_ns() < deadline) {
      pg_call([] {
        WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, 100, PG_WAIT_EXTENSION);
        ResetLatch(MyLatch);
      });
      check_interrupts_but_cancel();
    }
  }

  // Instead of running: says what is wrong, and stays until the caller has read it.
  void report_problems() {
    in_transaction([&] { set_up_session(plan_); });
    const std::string report = problems_to_json(find_preparation_problems(plan_));
    publish({reinterpret_cast<const std::byte*>(report.c_str()), report.size() + 1});
    run_.wake_caller();
    wait_for([] { return false; });
  }

  // Puts a block where the other processes of the run find it.
  void publish(std::span<const std::byte> block) {
    pools_ = create_segment(block.size(), "the pools",
                            "Give the pools a lower \"limit\", or enlarge /dev/shm.");
    std::memcpy(dsm_segment_address(pools_), block.data(), block.size());
    run_.header().pools_handle.store(dsm_segment_handle(pools_));
    run_.header().pools_ready.store(1);
  }

  // How much data there is of what a VOLUME test requires; seen with the operations' rights.
  void count_required_data() {
    for (std::size_t i = 0; i < plan_.data_requirements.size(); ++i) {
      const std::string& relation = plan_.data_requirements[i].relation;
      std::int64_t rows = -1;
      if (!relation.empty()) {
        try {
          in_transaction([&] {
            rows = std::stoll(
                sql_query("SELECT pg_catalog.count(*) FROM " + relation).scalar().value_or("-1"));
          });
        } catch (PgError& error) {
          if (error.sqlerrcode() != ERRCODE_INSUFFICIENT_PRIVILEGE) {
            error.add_detail(
                fmt::format("While counting the rows of {}, as data_size_requirements "
                            "demands.",
                            relation));
            throw;
          }
        }
      }
      run_.header().data_rows[i].store(rows);
    }
  }

  // The first worker reads the pools, with the rights that the operations have, for all of them.
  void publish_pools(const GeneratorRequests& requests) {
    if (!requests.pools.empty()) {
      std::vector<std::byte> block;
      in_transaction([&] { block = load_pools(requests.pools, run_seed_); });
      publish(block);
    }
    run_.header().pools_ready.store(1);
    run_.wake_workers();
  }

  std::span<const std::byte> map_pools() {
    const dsm_handle handle = run_.header().pools_handle.load();
    if (handle == DSM_HANDLE_INVALID) return {};
    if (pools_ == nullptr) {
      pools_ = pg_call([&] { return dsm_attach(handle); });
      if (pools_ == nullptr) {
        throw Error(sqlstate::object_not_in_prerequisite_state, "the run's pools are gone");
      }
      pg_call([&] { dsm_pin_mapping(pools_); });
    }
    return {static_cast<const std::byte*>(dsm_segment_address(pools_)),
            dsm_segment_map_length(pools_)};
  }

  SharedRun run_;
  std::uint32_t index_;
  WorkerSlot& slot_;
  RunPlan plan_;            // with the spec of the round
  std::uint64_t run_seed_;  // of the pools: all rounds draw from the same rows
  dsm_segment* pools_ = nullptr;
};

void worker_main(Datum argument) {
  const std::uint32_t index = process_arguments().index;
  pqsignal(SIGTERM, die);
  SharedRun run = join_run(argument);
  pg_call([] { BackgroundWorkerUnblockSignals(); });
  try {
    Worker worker(run, index);
    worker.main();
  } catch (...) {
    fail_run(run);
  }
  run.worker(index).state.store(static_cast<std::uint32_t>(WorkerState::finished),
                                std::memory_order_release);
  run.wake_controller();
}

}  // namespace

}  // namespace perf_mgmt::pg

extern "C" {

PGDLLEXPORT void perf_mgmt_worker_main(Datum argument);

void perf_mgmt_worker_main(Datum argument) {
  perf_mgmt::pg::run_cpp([&] { perf_mgmt::pg::worker_main(argument); });
}

}  // extern "C"
