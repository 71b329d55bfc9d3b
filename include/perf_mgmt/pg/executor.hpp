// How a worker runs one operation. SPI in the server's own process is the first executor; nothing
// that uses an executor may assume more of it than this.
#pragma once

#include "perf_mgmt/core/operation_record.hpp"
#include "perf_mgmt/core/run_plan.hpp"
#include "perf_mgmt/pg/boundary.hpp"
#include "perf_mgmt/pg/plan_store.hpp"

namespace perf_mgmt::pg {

struct OperationResult {
  enum class Outcome : std::uint8_t { ok, failed, cancelled };
  Outcome outcome = Outcome::ok;
  std::int64_t start_ns = 0;  // monotonic: first server call
  std::int64_t end_ns = 0;    // monotonic: after commit, or after the rollback of a failure
  // Rows, blocks, WAL, times and plans of this operation; outcome counts and cpu_ns stay zero. Of
  // one that failed or was cancelled: no rows, but what it took.
  OperationCounters counters{};
  char sqlstate[6] = "00000";  // when not ok
  std::string message;         // when not ok
};

class Executor {
 public:
  virtual ~Executor() = default;

  // Before prepare(): the plans that are run go into store, and the time that planning and
  // compiling take is counted. Nothing where the executor does not see them.
  virtual void observe_plans(PlanStore /*store*/) {}

  // Prepares every operation; throws with the operation's name in the message's context.
  virtual void prepare(const RunPlan& plan) = 0;

  // How the parameters of an operation want their text; one per parameter. After prepare().
  virtual std::vector<ParameterForm> parameter_forms(std::size_t operation) const = 0;

  // Runs one operation as one transaction. values: the operation's parameters; settings: the run's
  // session_settings in order. A failure is a result, not an exception; what is thrown ends the
  // worker.
  virtual void run(std::size_t operation, std::span<const Value> values,
                   std::span<const Value> settings, OperationResult& result) = 0;

  // After the last run(): the plans that are current are in use until now_ns (monotonic).
  virtual void finish(std::int64_t /*now_ns*/) {}
};

}  // namespace perf_mgmt::pg
