// A pool: the rows of a query, read once at the start of a run, from which parameters are drawn.
//
// One flat block of bytes without pointers, so that it can lie in shared memory and be read by all
// workers: header, one 32-bit offset per cell, a bit per cell for NULL, then the cells' text. Cells
// hold the text output form of the value; NULL is kept apart from the empty string.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "perf_mgmt/core/random.hpp"

namespace perf_mgmt {

// What a column's text stands for: decides how it enters a JSON document (number: smallint to
// numeric and double precision; json: json and jsonb). unknown is a string there.
enum class PoolColumnKind : std::uint8_t { unknown, text, number, boolean, json };

class PoolView {
 public:
  PoolView() = default;  // no rows, no columns
  // bytes: what PoolBuilder::finish returned, 8-byte aligned, and kept by the caller. Checks every
  // offset; throws Error(data_corrupted) where it cannot be a pool.
  explicit PoolView(std::span<const std::byte> bytes);

  std::uint32_t rows() const noexcept { return rows_; }
  std::uint32_t columns() const noexcept { return columns_; }
  // No value for NULL. row < rows(), column < columns().
  std::optional<std::string_view> cell(std::uint32_t row, std::uint32_t column) const noexcept;
  std::string_view column_name(std::uint32_t column) const noexcept;
  PoolColumnKind column_kind(std::uint32_t column) const noexcept;
  std::optional<std::uint32_t> find_column(std::string_view name) const noexcept;

 private:
  // Text i of the block: the column names first, then the cells row by row.
  std::string_view text(std::uint64_t i) const noexcept;

  std::uint32_t rows_ = 0;
  std::uint32_t columns_ = 0;
  const std::byte* offsets_ = nullptr;
  const std::byte* nulls_ = nullptr;
  const std::byte* kinds_ = nullptr;
  const std::byte* texts_ = nullptr;
};

// Collects a uniform random sample of at most `limit` rows of a stream of rows of unknown length
// (reservoir sampling, Vitter's algorithm R; the sample is a function of the seed and the rows),
// and keeps the rows in the order in which they came: the order carries meaning to a zipf draw.
class PoolBuilder {
 public:
  static constexpr std::uint64_t kMaxBytes = std::uint64_t{4} << 30;

  // kinds: one for each column, or none at all (all unknown). max_bytes: of the finished pool, at
  // most kMaxBytes.
  PoolBuilder(std::vector<std::string> column_names, std::uint32_t limit, std::uint64_t seed,
              std::vector<PoolColumnKind> kinds = {}, std::uint64_t max_bytes = kMaxBytes);

  // cells: one for each column. Throws Error(configuration_limit_exceeded) where the sample so far
  // would pass max_bytes.
  void add_row(std::span<const std::optional<std::string_view>> cells);
  std::uint64_t rows_seen() const noexcept { return seen_; }
  std::vector<std::byte> finish() &&;

 private:
  struct Row {
    std::uint64_t ordinal;
    std::string cells;  // of each its length, then its bytes
  };
  std::uint64_t finished_size(std::uint64_t rows, std::uint64_t text_bytes) const noexcept;

  std::vector<std::string> column_names_;
  std::vector<PoolColumnKind> kinds_;
  std::uint32_t limit_;
  std::uint64_t max_bytes_;
  RandomStream random_;
  std::uint64_t seen_ = 0;
  std::uint64_t text_bytes_ = 0;  // of column names and of the rows kept
  std::vector<Row> rows_;
};

}  // namespace perf_mgmt
