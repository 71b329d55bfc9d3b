// Tables and paragraphs of fixed width for a terminal, and the same tables in GitHub's Markdown.
//
// Cells and paragraphs are text of anybody: they are escaped here, for a terminal or for Markdown.
// Widths are columns of a terminal (display_width), not bytes.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace perf_mgmt {

inline constexpr std::size_t kTerminalWidth = 100;

enum class Align { left, right };

struct TableColumn {
  std::string title;
  Align align = Align::left;
  std::size_t most = 24;  // columns of a terminal; longer cells end in an ellipsis
};

class TextTable {
 public:
  // Rows beyond `most_rows` are counted in a last line instead.
  explicit TextTable(std::vector<TableColumn> columns, std::size_t most_rows = std::string::npos)
      : columns_(std::move(columns)), most_rows_(most_rows) {}

  // Cells that are missing at the end are empty; there are never more than columns.
  void add_row(std::vector<std::string> cells);
  bool empty() const noexcept { return rows_.empty(); }

  // A line of titles, one of dashes, and one per row; all begin with `indent` blanks and none is
  // wider than `width` (at least 40), for which left-aligned columns give way first. A column
  // without a single cell that is not empty is left out. Empty where there are no rows.
  std::string terminal(std::size_t indent = 2, std::size_t width = kTerminalWidth) const;

  // The same in Markdown, without the columns' limits of width but with one of `most_cell` code
  // points for each cell. Of at most `most_bytes` bytes: rows that do not fit are counted in the
  // last line too.
  std::string markdown(std::size_t most_bytes = std::string::npos,
                       std::size_t most_cell = 200) const;

 private:
  std::vector<std::size_t> used_columns() const;

  std::vector<TableColumn> columns_;
  std::size_t most_rows_;
  std::vector<std::vector<std::string>> rows_;
  std::size_t left_out_ = 0;  // rows
};

// The text, which must be free of control characters, in at most `width` columns; where it was
// longer, the last of them is an ellipsis.
std::string fitted(std::string_view text, std::size_t width);

// A paragraph for a terminal, escaped and broken at blanks, or inside of words that are longer than
// a line. Before the first line stands `first`, before the others as many blanks. Ends with a line
// feed. Of a longer text the first `most` code points are shown.
std::string wrapped(std::string_view text, std::string_view first = {},
                    std::size_t width = kTerminalWidth, std::size_t most = 1000);

// The lines of a text, without those that are empty.
std::vector<std::string_view> lines_of(std::string_view text);

}  // namespace perf_mgmt
