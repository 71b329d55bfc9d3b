// The block: the number of pools, then offset and length of each, then the pools' own blocks, each
// aligned to 8 bytes.
#include "perf_mgmt/pg/run_inputs.hpp"

#include "perf_mgmt/core/suggest.hpp"

extern "C" {
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "utils/portal.h"
#include "utils/snapmgr.h"
}

namespace perf_mgmt::pg {

namespace {

constexpr long kFetchRows = 1000;

std::vector<int> find_columns(TupleDesc row, const PoolRequest& request) {
  if (row->natts == 0) {
    throw Error(sqlstate::syntax_error,
                fmt::format("pool \"{}\" has no columns", request.generator),
                fmt::format("Its query is: {}", request.sql));
  }
  std::vector<std::string> names;
  names.reserve(static_cast<std::size_t>(row->natts));
  for (int i = 0; i < row->natts; ++i) names.emplace_back(NameStr(TupleDescAttr(row, i)->attname));
  std::vector<int> numbers;
  for (const std::string& column : request.columns) {
    // The empty name is the query's first column.
    const int number =
        column.empty() ? 1 : pg_call([&] { return SPI_fnumber(row, column.c_str()); });
    if (number <= 0) {
      const std::string hint = suggestion_hint(column, names);
      throw Error(sqlstate::undefined_object,
                  fmt::format("pool \"{}\" has no column \"{}\"", request.generator, column),
                  fmt::format("Its query is: {}", request.sql),
                  hint.empty() ? "Name the column in the query, e.g. with AS." : hint);
    }
    numbers.push_back(number);
  }
  return numbers;
}

PoolColumnKind kind_of_type(Oid type) {
  switch (type) {
    case INT2OID:
    case INT4OID:
    case INT8OID:
    case FLOAT4OID:
    case FLOAT8OID:
    case NUMERICOID:
      return PoolColumnKind::number;
    case BOOLOID:
      return PoolColumnKind::boolean;
    case JSONOID:
    case JSONBOID:
      return PoolColumnKind::json;
    default:
      return PoolColumnKind::text;
  }
}

std::vector<PoolColumnKind> column_kinds(TupleDesc row, const std::vector<int>& numbers) {
  std::vector<PoolColumnKind> kinds;
  kinds.reserve(numbers.size());
  for (const int number : numbers) {
    kinds.push_back(kind_of_type(pg_call([&] { return SPI_gettypeid(row, number); })));
  }
  return kinds;
}

std::vector<std::byte> load_pool(const PoolRequest& request, std::uint64_t seed) {
  Portal portal = pg_call([&] {
    return SPI_cursor_open_with_args(nullptr, request.sql.c_str(), 0, nullptr, nullptr, nullptr,
                                     true, CURSOR_OPT_PARALLEL_OK | CURSOR_OPT_NO_SCROLL);
  });
  const std::vector<int> numbers = find_columns(portal->tupDesc, request);
  PoolBuilder builder(request.columns, request.limit, seed, column_kinds(portal->tupDesc, numbers));
  std::vector<std::optional<std::string_view>> cells(request.columns.size());
  for (;;) {
    check_interrupts();
    pg_call([&] { SPI_cursor_fetch(portal, true, kFetchRows); });
    SPITupleTable* table = SPI_tuptable;
    const std::uint64_t rows = SPI_processed;
    for (std::uint64_t row = 0; row < rows; ++row) {
      for (std::size_t i = 0; i < numbers.size(); ++i) {
        const char* text =
            pg_call([&] { return SPI_getvalue(table->vals[row], table->tupdesc, numbers[i]); });
        cells[i] = text != nullptr ? std::optional<std::string_view>(text) : std::nullopt;
      }
      builder.add_row(cells);
      for (const auto& cell : cells) {
        if (cell) pfree(const_cast<char*>(cell->data()));
      }
    }
    pg_call([&] { SPI_freetuptable(table); });
    if (rows == 0) break;
  }
  pg_call([&] { SPI_cursor_close(portal); });
  if (builder.rows_seen() == 0) {
    throw Error(sqlstate::object_not_in_prerequisite_state,
                fmt::format("pool \"{}\" is empty", request.generator),
                fmt::format("Its query returned no rows: {}", request.sql),
                "Load data first, e.g. with perf_mgmt.install_industry_schema().");
  }
  return std::move(builder).finish();
}

}  // namespace

std::vector<std::byte> load_pools(std::span<const PoolRequest> requests, std::uint64_t seed) {
  std::vector<std::vector<std::byte>> pools;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    try {
      pools.push_back(load_pool(requests[i], seed + i));
    } catch (const PgError& error) {
      const ErrorData& data = error.data();
      const bool not_a_query = error.sqlerrcode() == ERRCODE_FEATURE_NOT_SUPPORTED ||
                               error.sqlerrcode() == ERRCODE_INVALID_CURSOR_DEFINITION;
      throw Error(
          error.sqlstate(), error.what(),
          fmt::format("In the query of pool \"{}\": {}", requests[i].generator, requests[i].sql),
          data.hint != nullptr ? data.hint
          : not_a_query        ? "A pool's query is one SELECT that writes nothing."
                               : "");
    }
  }

  std::vector<std::uint64_t> directory{pools.size()};
  std::uint64_t offset = sizeof(std::uint64_t) * (1 + 2 * pools.size());
  for (const auto& pool : pools) {
    directory.push_back(offset);
    directory.push_back(pool.size());
    offset += (pool.size() + 7) / 8 * 8;
  }
  std::vector<std::byte> block(offset);
  std::memcpy(block.data(), directory.data(), directory.size() * sizeof(std::uint64_t));
  for (std::size_t i = 0; i < pools.size(); ++i) {
    std::memcpy(block.data() + directory[1 + 2 * i], pools[i].data(), pools[i].size());
  }
  return block;
}

std::vector<PoolView> view_pools(std::span<const std::byte> block) {
  std::vector<PoolView> pools;
  if (block.empty()) return pools;
  const auto* directory = reinterpret_cast<const std::uint64_t*>(block.data());
  for (std::uint64_t i = 0; i < directory[0]; ++i) {
    pools.emplace_back(block.subspan(directory[1 + 2 * i], directory[2 + 2 * i]));
  }
  return pools;
}

ExpressionSet::~ExpressionSet() {
  for (SPIPlanPtr plan : plans_) SPI_freeplan(plan);
}

void ExpressionSet::prepare(std::span<const ExpressionRequest> requests) {
  for (const ExpressionRequest& request : requests) {
    const std::string sql = "SELECT (" + request.sql + "\n)::pg_catalog.text";
    try {
      plans_.push_back(pg_call([&] {
        SPIPlanPtr plan = SPI_prepare(sql.c_str(), 0, nullptr);
        if (plan == nullptr)
          elog(ERROR, "SPI_prepare failed: %s", SPI_result_code_string(SPI_result));
        SPI_keepplan(plan);
        return plan;
      }));
    } catch (const PgError& error) {
      throw Error(
          error.sqlstate(), error.what(),
          fmt::format("In the expression of generator \"{}\": {}", request.generator, request.sql));
    }
    // A text that closes the parenthesis and goes on would have any command run, those as well that
    // templates may not have. What a cursor can be opened for is one query that keeps nothing.
    if (!pg_call([&] { return SPI_is_cursor_plan(plans_.back()); })) {
      throw Error(
          sqlstate::syntax_error, "an expression must be one expression",
          fmt::format("In the expression of generator \"{}\": {}", request.generator, request.sql));
    }
  }
  results_.resize(plans_.size());
}

std::optional<std::string_view> ExpressionSet::evaluate(std::uint32_t index, bool own_transaction) {
  const MemoryContext context = CurrentMemoryContext;
  std::optional<std::string_view> result;
  const auto body = [&] {
    pg_call([] { SPI_connect(); });
    const int code =
        pg_call([&] { return SPI_execute_plan(plans_[index], nullptr, nullptr, false, 1); });
    if (code == SPI_OK_SELECT && SPI_processed == 1) {
      const char* text =
          pg_call([] { return SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1); });
      if (text != nullptr) {
        results_[index] = text;
        result = results_[index];
      }
    }
    pg_call([] { SPI_finish(); });
  };
  if (!own_transaction) {
    in_subtransaction(body);
    return result;
  }
  pg_call([] {
    StartTransactionCommand();
    PushActiveSnapshot(GetTransactionSnapshot());
  });
  try {
    body();
    pg_call([] {
      PopActiveSnapshot();
      CommitTransactionCommand();
    });
  } catch (...) {
    pg_call([] { AbortCurrentTransaction(); });
    MemoryContextSwitchTo(context);
    throw;
  }
  MemoryContextSwitchTo(context);
  return result;
}

}  // namespace perf_mgmt::pg
