#include "perf_mgmt/pg/spi.hpp"

extern "C" {
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "pgstat.h"
#include "utils/guc.h"
#include "utils/snapmgr.h"
}

namespace perf_mgmt::pg {

namespace {

void check_spi(int code, const char* what) {
  if (code < 0) {
    throw Error(sqlstate::internal_error,
                std::string(what) + " failed: " + SPI_result_code_string(code));
  }
}

}  // namespace

SqlText SqlResult::scalar() const {
  if (rows.empty() || rows.front().empty()) return std::nullopt;
  return rows.front().front();
}

std::vector<std::string> SqlResult::first_column() const {
  std::vector<std::string> values;
  for (const std::vector<SqlText>& row : rows) {
    if (row.front()) values.push_back(*row.front());
  }
  return values;
}

SpiConnection::SpiConnection(bool nonatomic) {
  check_spi(pg_call([&] { return SPI_connect_ext(nonatomic ? SPI_OPT_NONATOMIC : 0); }),
            "SPI_connect");
}

void SpiConnection::finish() {
  check_spi(pg_call([] { return SPI_finish(); }), "SPI_finish");
}

SqlResult sql_query(const std::string& sql, std::span<const SqlText> parameters) {
  const int count = static_cast<int>(parameters.size());
  std::vector<Oid> types(parameters.size(), TEXTOID);
  std::vector<Datum> values(parameters.size());
  std::vector<char> nulls(parameters.size(), ' ');
  pg_call([&] {
    for (int i = 0; i < count; ++i) {
      if (parameters[i]) {
        values[i] = PointerGetDatum(cstring_to_text_with_len(
            parameters[i]->data(), static_cast<int>(parameters[i]->size())));
      } else {
        nulls[i] = 'n';
      }
    }
  });
  check_spi(pg_call([&] {
              // Operators and casts are to be the server's own, whatever the caller's search_path
              // holds. When an error is thrown, the abort takes the setting back.
              const int nest = NewGUCNestLevel();
              set_config_option("search_path", "pg_catalog, pg_temp", PGC_USERSET, PGC_S_SESSION,
                                GUC_ACTION_SAVE, true, 0, false);
              const int code = SPI_execute_with_args(sql.c_str(), count, types.data(),
                                                     values.data(), nulls.data(), false, 0);
              AtEOXact_GUC(true, nest);
              return code;
            }),
            "SPI_execute_with_args");

  SqlResult result;
  result.processed = SPI_processed;
  SPITupleTable* table = SPI_tuptable;
  if (table == nullptr) return result;
  const int columns = table->tupdesc->natts;
  result.rows.reserve(table->numvals);
  for (std::uint64_t row = 0; row < table->numvals; ++row) {
    std::vector<SqlText>& cells = result.rows.emplace_back(static_cast<std::size_t>(columns));
    for (int column = 0; column < columns; ++column) {
      const char* text =
          pg_call([&] { return SPI_getvalue(table->vals[row], table->tupdesc, column + 1); });
      if (text != nullptr) cells[static_cast<std::size_t>(column)] = text;
    }
  }
  pg_call([&] { SPI_freetuptable(table); });
  return result;
}

SqlResult sql_query(const std::string& sql, std::initializer_list<SqlText> parameters) {
  return sql_query(sql, std::span<const SqlText>(parameters.begin(), parameters.size()));
}

void in_transaction(const std::function<void()>& body) {
  pg_call([] {
    SetCurrentStatementStartTimestamp();
    StartTransactionCommand();
  });
  try {
    SpiConnection spi;
    pg_call([] { PushActiveSnapshot(GetTransactionSnapshot()); });
    body();
    spi.finish();
    pg_call([] {
      PopActiveSnapshot();
      CommitTransactionCommand();
      pgstat_report_stat(false);
    });
  } catch (...) {
    pg_call([] { AbortCurrentTransaction(); });
    throw;
  }
}

}  // namespace perf_mgmt::pg
