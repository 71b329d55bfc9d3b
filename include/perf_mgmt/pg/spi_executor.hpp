// The executor that runs operations in the server's own process, as prepared plans through SPI.
//
// One guard covers a whole operation: begin, bind, execute, commit. In a worker an operation is a
// transaction; in the caller's own transaction (simulate_workload) it is a subtransaction.
#pragma once

#include "perf_mgmt/pg/executor.hpp"
#include "perf_mgmt/pg/parameter_binding.hpp"
#include "perf_mgmt/pg/plan_capture.hpp"

extern "C" {
#include "executor/spi.h"
}

namespace perf_mgmt::pg {

enum class TransactionMode : std::uint8_t { transaction, subtransaction };

class SpiExecutor final : public Executor {
 public:
  explicit SpiExecutor(TransactionMode mode);
  ~SpiExecutor() override;
  SpiExecutor(const SpiExecutor&) = delete;
  SpiExecutor& operator=(const SpiExecutor&) = delete;

  // Without it a worker has no hooks, and planning and compiling are not counted.
  void observe_plans(PlanStore store) override;
  // Needs a transaction with SPI connected and a snapshot. Plans each statement, so that a template
  // that cannot be planned fails here, and keeps the plans for the life of this object.
  void prepare(const RunPlan& plan) override;
  std::vector<ParameterForm> parameter_forms(std::size_t operation) const override;
  void run(std::size_t operation, std::span<const Value> values, std::span<const Value> settings,
           OperationResult& result) override;
  void finish(std::int64_t now_ns) override;

 private:
  struct Statement {
    SPIPlanPtr plan = nullptr;
    ParamListInfo parameters = nullptr;  // in context_; nullptr where there are none
    std::vector<ParameterBinding> bindings;
    std::vector<int> sources;  // operation parameter of each statement parameter
    bool writes = false;
    bool read_only = false;              // locks and changes nothing itself
    CachedPlanSource* source = nullptr;  // nullptr: a utility command, which has no plan
    PlanWatch watch{};
  };
  struct Operation {
    std::vector<Statement> statements;
    std::size_t parameter_count = 0;
  };

  Statement prepare_statement(const PlannedStatement& planned);
  void execute_statement(Statement& statement, bool new_snapshot, std::span<const Value> values,
                         OperationCounters& counters);
  void run_guarded(Operation& operation, std::span<const Value> values,
                   std::span<const Value> settings, OperationResult& result);
  void roll_back() const;
  void fail(const PgError& error, OperationResult& result) const;
  void check_identity() const;
  void drop_temporary();

  TransactionMode mode_;
  MemoryContext context_;            // plans' parameter lists and bindings
  MemoryContext operation_context_;  // reset after each operation
  std::vector<Operation> operations_;
  PlanCapture capture_;
  std::vector<std::string> setting_names_;
  int statement_timeout_ms_ = 0;
  std::int64_t statement_start_ns_ = 0;  // monotonic; kept only where there is a limit
  std::int64_t commit_begin_ns_ = 0;     // monotonic; 0: the operation has not got there yet
  bool commit_ = true;
  bool touched_temporary_ = false;  // there may be something in the worker's temporary schema
  Oid user_;
  Oid session_user_;
};

}  // namespace perf_mgmt::pg
