// The layout of a pool:
//
//   header | offsets[columns + rows * columns + 1] | NULL bits | kind of each column | texts
//
// Text i runs from offsets[i] to offsets[i + 1], counted from the start of the texts.
#include "perf_mgmt/core/pool.hpp"

#include <algorithm>
#include <cstring>

#include "perf_mgmt/core/errors.hpp"

namespace perf_mgmt {
namespace {

struct Header {
  std::uint32_t magic;
  std::uint32_t version;
  std::uint32_t rows;
  std::uint32_t columns;
  std::uint64_t total_bytes;
};
constexpr std::uint32_t kMagic = 0x4c4f4f50;  // "POOL"
constexpr std::uint32_t kVersion = 1;
constexpr std::uint32_t kNull = UINT32_MAX;                // a length in a packed row
constexpr std::uint64_t kPoolStream = 0x706f6f6c2d726f77;  // keeps its random numbers apart

struct Layout {
  std::uint64_t offsets;
  std::uint64_t nulls;
  std::uint64_t kinds;
  std::uint64_t texts;
};

Layout layout_of(std::uint64_t rows, std::uint64_t columns) noexcept {
  Layout layout{};
  layout.offsets = sizeof(Header);
  layout.nulls = layout.offsets + (columns + rows * columns + 1) * sizeof(std::uint32_t);
  layout.kinds = layout.nulls + (rows * columns + 7) / 8;
  layout.texts = layout.kinds + columns;
  return layout;
}

std::uint32_t load(const std::byte* at) noexcept {
  std::uint32_t value = 0;
  std::memcpy(&value, at, sizeof value);
  return value;
}

void store(std::byte* at, std::uint64_t value) noexcept {
  const auto narrow = static_cast<std::uint32_t>(value);
  std::memcpy(at, &narrow, sizeof narrow);
}

[[noreturn]] void throw_corrupted(const char* detail) {
  throw Error(sqlstate::data_corrupted, "the memory of a pool is not what it should be", detail);
}

}  // namespace

PoolView::PoolView(std::span<const std::byte> bytes) {
  Header header{};
  if (bytes.size() < sizeof header) throw_corrupted("It is shorter than its header.");
  std::memcpy(&header, bytes.data(), sizeof header);
  if (header.magic != kMagic) throw_corrupted("Its magic number is wrong.");
  if (header.version != kVersion) throw_corrupted("Its version is unknown.");
  if (header.total_bytes > bytes.size()) throw_corrupted("It is cut short.");
  // The product of two 32-bit numbers fits, but four times it might not.
  const std::uint64_t cells = std::uint64_t{header.rows} * header.columns;
  if (cells > header.total_bytes || header.columns > header.total_bytes) {
    throw_corrupted("It is too short for its rows.");
  }
  const Layout layout = layout_of(header.rows, header.columns);
  if (layout.texts > header.total_bytes) throw_corrupted("It is too short for its rows.");

  const std::uint64_t text_bytes = header.total_bytes - layout.texts;
  std::uint32_t before = 0;
  for (std::uint64_t i = 0; i <= header.columns + cells; ++i) {
    const std::uint32_t offset = load(bytes.data() + layout.offsets + i * sizeof(std::uint32_t));
    if (offset < before || offset > text_bytes) throw_corrupted("A cell's offset is out of range.");
    before = offset;
  }
  for (std::uint32_t i = 0; i < header.columns; ++i) {
    if (static_cast<std::uint8_t>(bytes[layout.kinds + i]) >
        static_cast<std::uint8_t>(PoolColumnKind::json)) {
      throw_corrupted("A column's kind is unknown.");
    }
  }
  rows_ = header.rows;
  columns_ = header.columns;
  offsets_ = bytes.data() + layout.offsets;
  nulls_ = bytes.data() + layout.nulls;
  kinds_ = bytes.data() + layout.kinds;
  texts_ = bytes.data() + layout.texts;
}

std::string_view PoolView::text(std::uint64_t i) const noexcept {
  const std::uint32_t begin = load(offsets_ + i * sizeof(std::uint32_t));
  const std::uint32_t end = load(offsets_ + (i + 1) * sizeof(std::uint32_t));
  return {reinterpret_cast<const char*>(texts_) + begin, end - begin};
}

std::optional<std::string_view> PoolView::cell(std::uint32_t row,
                                               std::uint32_t column) const noexcept {
  const std::uint64_t i = std::uint64_t{row} * columns_ + column;
  if ((static_cast<unsigned>(nulls_[i / 8]) >> (i % 8) & 1) != 0) return std::nullopt;
  return text(columns_ + i);
}

std::string_view PoolView::column_name(std::uint32_t column) const noexcept {
  return text(column);
}

PoolColumnKind PoolView::column_kind(std::uint32_t column) const noexcept {
  return static_cast<PoolColumnKind>(kinds_[column]);
}

std::optional<std::uint32_t> PoolView::find_column(std::string_view name) const noexcept {
  for (std::uint32_t i = 0; i < columns_; ++i) {
    if (column_name(i) == name) return i;
  }
  return std::nullopt;
}

PoolBuilder::PoolBuilder(std::vector<std::string> column_names, std::uint32_t limit,
                         std::uint64_t seed, std::vector<PoolColumnKind> kinds,
                         std::uint64_t max_bytes)
    : column_names_(std::move(column_names)),
      kinds_(std::move(kinds)),
      limit_(limit),
      max_bytes_(std::min(max_bytes, kMaxBytes)),
      random_(seed, kPoolStream, 0) {
  if (kinds_.empty()) kinds_.resize(column_names_.size(), PoolColumnKind::unknown);
  if (kinds_.size() != column_names_.size()) {
    throw Error(sqlstate::internal_error, "a pool needs a kind for each column");
  }
  for (const std::string& name : column_names_) text_bytes_ += name.size();
}

std::uint64_t PoolBuilder::finished_size(std::uint64_t rows,
                                         std::uint64_t text_bytes) const noexcept {
  return layout_of(rows, column_names_.size()).texts + text_bytes;
}

void PoolBuilder::add_row(std::span<const std::optional<std::string_view>> cells) {
  if (cells.size() != column_names_.size()) {
    throw Error(sqlstate::internal_error, "a row of a pool has the wrong number of cells");
  }
  const std::uint64_t ordinal = seen_++;
  std::size_t place = rows_.size();
  if (place >= limit_) {
    const std::uint64_t drawn = random_.next_below(ordinal + 1);
    if (drawn >= limit_) return;
    place = static_cast<std::size_t>(drawn);
  }

  const std::uint64_t lengths = cells.size() * sizeof(std::uint32_t);
  std::uint64_t bytes = 0;
  for (const auto& cell : cells) bytes += cell ? cell->size() : 0;
  const bool replaces = place < rows_.size();
  const std::uint64_t dropped = replaces ? rows_[place].cells.size() - lengths : 0;
  const std::uint64_t text_bytes = text_bytes_ + bytes - dropped;
  if (finished_size(rows_.size() + (replaces ? 0 : 1), text_bytes) > max_bytes_) {
    throw Error(sqlstate::configuration_limit_exceeded, "a pool is too large",
                "Its rows take more than " + std::to_string(max_bytes_) + " bytes.",
                "Select fewer or narrower columns, or lower its \"limit\".");
  }

  Row row{ordinal, {}};
  row.cells.reserve(lengths + bytes);
  for (const auto& cell : cells) {
    const std::uint32_t length = cell ? static_cast<std::uint32_t>(cell->size()) : kNull;
    row.cells.append(reinterpret_cast<const char*>(&length), sizeof length);
    if (cell) row.cells.append(*cell);
  }
  text_bytes_ = text_bytes;
  if (replaces) {
    rows_[place] = std::move(row);
  } else {
    rows_.push_back(std::move(row));
  }
}

std::vector<std::byte> PoolBuilder::finish() && {
  std::sort(rows_.begin(), rows_.end(),
            [](const Row& a, const Row& b) { return a.ordinal < b.ordinal; });
  const std::uint64_t columns = column_names_.size();
  const Layout layout = layout_of(rows_.size(), columns);
  const Header header{kMagic, kVersion, static_cast<std::uint32_t>(rows_.size()),
                      static_cast<std::uint32_t>(columns),
                      finished_size(rows_.size(), text_bytes_)};
  std::vector<std::byte> bytes(header.total_bytes);
  std::memcpy(bytes.data(), &header, sizeof header);

  std::uint64_t index = 0;
  std::uint64_t offset = 0;
  const auto put = [&](const char* text, std::size_t size) {
    store(bytes.data() + layout.offsets + index * sizeof(std::uint32_t), offset);
    if (size > 0) std::memcpy(bytes.data() + layout.texts + offset, text, size);
    offset += size;
    ++index;
  };
  for (const std::string& name : column_names_) put(name.data(), name.size());
  for (const Row& row : rows_) {
    const char* at = row.cells.data();
    for (std::uint64_t column = 0; column < columns; ++column) {
      std::uint32_t length = 0;
      std::memcpy(&length, at, sizeof length);
      at += sizeof length;
      if (length == kNull) {
        const std::uint64_t cell = index - columns;
        bytes[layout.nulls + cell / 8] |= static_cast<std::byte>(1u << (cell % 8));
        put(nullptr, 0);
      } else {
        put(at, length);
        at += length;
      }
    }
  }
  store(bytes.data() + layout.offsets + index * sizeof(std::uint32_t), offset);
  for (std::uint64_t i = 0; i < columns; ++i) {
    bytes[layout.kinds + i] = static_cast<std::byte>(kinds_[i]);
  }
  rows_.clear();
  return bytes;
}

}  // namespace perf_mgmt
