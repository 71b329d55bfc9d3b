// Draws the parameters of operations: the compiled programs of a run with what they draw from.
#pragma once

#include "perf_mgmt/core/run_plan.hpp"
#include "perf_mgmt/pg/executor.hpp"
#include "perf_mgmt/pg/run_inputs.hpp"

namespace perf_mgmt::pg {

class OperationDrawer {
 public:
  // Compiles all operations; plan outlives this object. Throws what compile_operation throws.
  explicit OperationDrawer(const RunPlan& plan);
  OperationDrawer(const OperationDrawer&) = delete;
  OperationDrawer& operator=(const OperationDrawer&) = delete;

  const GeneratorRequests& requests() const noexcept { return requests_; }

  // Asks the executor how the parameters want their text, and prepares the expressions.
  // own_transaction: expressions run in transactions of their own. Needs SPI and a snapshot.
  void prepare(const Executor& executor, bool own_transaction);
  // What pools and sequences draw from; both outlive this object.
  void set_sources(std::vector<PoolView> pools, std::span<std::atomic<std::uint64_t>> sequences);

  // The values stay valid until the next draw. slot: the operation's number with `operations`.
  void draw(std::size_t operation, RandomStream& random, std::optional<std::uint64_t> slot);
  std::span<const Value> parameters() const noexcept { return {values_.data(), parameter_count_}; }
  std::span<const Value> settings() const noexcept { return settings_; }

 private:
  static std::optional<std::string_view> evaluate(void* self, std::uint32_t expression);

  GeneratorRequests requests_;
  std::vector<OperationProgram> programs_;
  ExpressionSet expressions_;
  bool own_transaction_ = true;
  std::vector<PoolView> pools_;
  std::string scratch_;
  std::vector<Value> values_;
  std::vector<Value> settings_;
  std::size_t parameter_count_ = 0;
  DrawContext context_;
};

}  // namespace perf_mgmt::pg
