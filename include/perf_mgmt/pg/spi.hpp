// SQL of the extension's own: a few statements per second, with text parameters and text results.
// (Operations under test go through the Executor, not through this.)
#pragma once

#include <initializer_list>

#include "perf_mgmt/pg/boundary.hpp"

namespace perf_mgmt::pg {

using SqlText = std::optional<std::string>;  // no value: NULL

struct SqlResult {
  std::vector<std::vector<SqlText>> rows;
  std::uint64_t processed = 0;

  // The value of the only row's only column; no value when there is no row or it is NULL.
  SqlText scalar() const;
  // The first column of all rows, without NULLs.
  std::vector<std::string> first_column() const;
};

// SPI for the lifetime of a block. finish() ends it; when an exception leaves the block instead,
// the abort of the (sub)transaction ends it.
class SpiConnection {
 public:
  explicit SpiConnection(bool nonatomic = false);
  SpiConnection(const SpiConnection&) = delete;
  SpiConnection& operator=(const SpiConnection&) = delete;
  void finish();
};

// Runs one statement through a connected SPI, with search_path pinned to pg_catalog: name the
// extension's tables in full. All parameters are text: cast them in the statement.
SqlResult sql_query(const std::string& sql, std::span<const SqlText> parameters);
SqlResult sql_query(const std::string& sql, std::initializer_list<SqlText> parameters = {});

// Runs body in a transaction of its own with SPI connected and a snapshot set, in a process that is
// in none (controller, worker). An exception aborts the transaction and is thrown on.
void in_transaction(const std::function<void()>& body);

}  // namespace perf_mgmt::pg
