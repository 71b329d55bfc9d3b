// What the generators of a run draw from: pools, loaded once and kept in a block of bytes that all
// workers share, and SQL expressions, evaluated per operation.
#pragma once

#include "perf_mgmt/core/run_plan.hpp"
#include "perf_mgmt/pg/boundary.hpp"

extern "C" {
#include "executor/spi.h"
}

namespace perf_mgmt::pg {

// Runs the pools' queries and packs their rows into one block. Throws Error where a pool is empty
// or lacks a column, naming it. Needs a transaction with SPI connected; reads through cursors.
std::vector<std::byte> load_pools(std::span<const PoolRequest> requests, std::uint64_t seed);

// The pools in a block that load_pools made; the block outlives the views.
std::vector<PoolView> view_pools(std::span<const std::byte> block);

// Prepared expressions of a run.
class ExpressionSet {
 public:
  ExpressionSet() = default;
  ~ExpressionSet();
  ExpressionSet(const ExpressionSet&) = delete;
  ExpressionSet& operator=(const ExpressionSet&) = delete;

  // Needs a transaction with SPI connected and a snapshot.
  void prepare(std::span<const ExpressionRequest> requests);

  // Evaluates one; in a transaction of its own where own_transaction, else in a subtransaction of
  // the current one. Throws PgError after rolling back. The text lives until the next evaluation of
  // the same expression.
  std::optional<std::string_view> evaluate(std::uint32_t index, bool own_transaction);

 private:
  std::vector<SPIPlanPtr> plans_;
  std::vector<std::string> results_;
};

}  // namespace perf_mgmt::pg
