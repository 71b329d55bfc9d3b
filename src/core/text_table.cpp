// Widths are taken from the cells first; where they add up to too much, the widest column that may
// give way loses one, until they fit. Tables are small, so the simple way is fast enough.
#include "text_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "perf_mgmt/core/escape.hpp"

namespace perf_mgmt {

namespace {

constexpr std::string_view kGap = "  ";
constexpr std::size_t kLeastWidth = 8;  // of a left-aligned column that gives way

// Bytes of the code point at the front of a text that is not empty.
std::size_t code_point_bytes(std::string_view text) {
  std::size_t bytes = 1;
  while (bytes < text.size() && (static_cast<unsigned char>(text[bytes]) & 0xC0U) == 0x80U) ++bytes;
  return bytes;
}

// Bytes of the longest beginning that takes at most `width` columns.
std::size_t bytes_within(std::string_view text, std::size_t width) {
  std::size_t bytes = 0;
  std::size_t taken = 0;
  while (bytes < text.size()) {
    const std::size_t next = code_point_bytes(text.substr(bytes));
    taken += display_width(text.substr(bytes, next));
    if (taken > width) break;
    bytes += next;
  }
  return bytes;
}

std::string aligned(std::string_view text, Align align, std::size_t width) {
  const std::string cell = fitted(text, width);
  const std::string blanks(width - std::min(width, display_width(cell)), ' ');
  return align == Align::right ? blanks + cell : cell + blanks;
}

void end_line(std::string& text) {
  text.erase(text.find_last_not_of(' ') + 1);
  text += '\n';
}

// Takes from the widest until all of them fit: from those that are aligned left first, as figures
// say nothing when they are cut.
void shrink(std::vector<std::size_t>& widths, const std::vector<Align>& aligns, std::size_t room) {
  std::size_t total = std::accumulate(widths.begin(), widths.end(), std::size_t{0});
  for (; total > room; --total) {
    std::size_t* widest = nullptr;
    for (std::size_t i = 0; i < widths.size(); ++i) {
      if (aligns[i] != Align::left || widths[i] <= kLeastWidth) continue;
      if (widest == nullptr || widths[i] > *widest) widest = &widths[i];
    }
    if (widest == nullptr) widest = &*std::ranges::max_element(widths);
    if (*widest <= 1) return;
    --*widest;
  }
}

// A sign begins no list within a cell, so a figure keeps it without a backslash.
std::string markdown_cell(std::string_view text) {
  const bool is_signed =
      text.size() > 1 && (text[0] == '+' || text[0] == '-') && text[1] >= '0' && text[1] <= '9';
  if (!is_signed) return markdown_text(text);
  return text[0] + markdown_text(text.substr(1));
}

}  // namespace

void TextTable::add_row(std::vector<std::string> cells) {
  if (rows_.size() >= most_rows_) {
    ++left_out_;
    return;
  }
  cells.resize(columns_.size());
  rows_.push_back(std::move(cells));
}

std::vector<std::size_t> TextTable::used_columns() const {
  std::vector<std::size_t> used;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const auto has_text = [i](const std::vector<std::string>& row) { return !row[i].empty(); };
    if (std::ranges::any_of(rows_, has_text)) used.push_back(i);
  }
  return used;
}

std::string TextTable::terminal(std::size_t indent, std::size_t width) const {
  const std::vector<std::size_t> used = used_columns();
  if (used.empty()) return {};
  std::vector<Align> aligns;
  std::vector<std::size_t> widths;
  for (const std::size_t i : used) {
    aligns.push_back(columns_[i].align);
    widths.push_back(display_width(columns_[i].title));
  }
  std::vector<std::vector<std::string>> cells;
  for (const std::vector<std::string>& row : rows_) {
    std::vector<std::string>& line = cells.emplace_back();
    for (std::size_t i = 0; i < used.size(); ++i) {
      line.push_back(fitted(terminal_text(row[used[i]]), columns_[used[i]].most));
      widths[i] = std::max(widths[i], display_width(line.back()));
    }
  }
  const std::size_t gaps = indent + kGap.size() * (used.size() - 1);
  shrink(widths, aligns, width - std::min(width, gaps));

  std::string text;
  const auto add_line = [&](auto&& cell) {
    std::string line(indent, ' ');
    for (std::size_t i = 0; i < used.size(); ++i) {
      if (i > 0) line += kGap;
      line += cell(i);
    }
    end_line(line);
    text += line;
  };
  add_line([&](std::size_t i) { return aligned(columns_[used[i]].title, aligns[i], widths[i]); });
  add_line([&](std::size_t i) { return std::string(widths[i], '-'); });
  for (const std::vector<std::string>& line : cells) {
    add_line([&](std::size_t i) { return aligned(line[i], aligns[i], widths[i]); });
  }
  if (left_out_ > 0) text += fmt::format("{:{}}and {} more\n", "", indent, left_out_);
  return text;
}

std::string TextTable::markdown(std::size_t most_bytes, std::size_t most_cell) const {
  constexpr std::size_t kNote = 60;  // for the line that says how many rows are missing
  const std::vector<std::size_t> used = used_columns();
  if (used.empty()) return {};
  std::string text = "|";
  for (const std::size_t i : used) text += fmt::format(" {} |", columns_[i].title);
  text += "\n|";
  for (const std::size_t i : used) {
    text += columns_[i].align == Align::right ? " ---: |" : " --- |";
  }
  text += '\n';
  std::vector<std::string> lines;
  std::size_t bytes = text.size();
  for (const std::vector<std::string>& row : rows_) {
    std::string& line = lines.emplace_back("|");
    for (const std::size_t i : used) {
      line += fmt::format(" {} |", markdown_cell(clipped(row[i], most_cell)));
    }
    line += '\n';
    bytes += line.size();
  }
  const bool all_fit = left_out_ == 0 && bytes <= most_bytes;
  std::size_t shown = 0;
  for (; shown < lines.size(); ++shown) {
    if (!all_fit && text.size() + lines[shown].size() + kNote > most_bytes) break;
    text += lines[shown];
  }
  const std::size_t missing = lines.size() - shown + left_out_;
  if (missing > 0) text += fmt::format("\n{} more rows are left out here.\n", missing);
  return text;
}

std::string fitted(std::string_view text, std::size_t width) {
  if (display_width(text) <= width) return std::string(text);
  if (width == 0) return {};
  return std::string(text.substr(0, bytes_within(text, width - 1))) + "\u2026";
}

std::string wrapped(std::string_view text, std::string_view first, std::size_t width,
                    std::size_t most) {
  const std::string all = terminal_text(clipped(text, most));
  const std::size_t indent = display_width(first);
  const std::size_t room = width > indent + 1 ? width - indent : 1;
  std::string result(first);
  std::size_t taken = 0;  // columns of the line after the indent
  const auto new_line = [&] {
    end_line(result);
    result.append(indent, ' ');
    taken = 0;
  };
  std::string_view rest = all;
  while (!rest.empty()) {
    std::size_t blank = rest.find(' ');
    // A percent sign stays with its number.
    while (rest.substr(0, blank).size() + 1 < rest.size() && rest[blank + 1] == '%') {
      blank = rest.find(' ', blank + 1);
    }
    std::string_view word = rest.substr(0, blank);
    rest.remove_prefix(blank == std::string_view::npos ? rest.size() : blank + 1);
    if (word.empty()) continue;
    const std::size_t word_width = display_width(word);
    if (taken > 0 && taken + 1 + word_width > room) new_line();
    if (taken > 0) {
      result += ' ';
      ++taken;
    }
    while (display_width(word) > room) {
      // At least one code point, or it would never end where one is wider than the room.
      const std::size_t bytes = std::max(bytes_within(word, room), code_point_bytes(word));
      result += word.substr(0, bytes);
      word.remove_prefix(bytes);
      taken = room;
      if (!word.empty()) new_line();
    }
    result += word;
    taken += display_width(word);
  }
  end_line(result);
  return result;
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find_first_of("\r\n");
    const std::string_view line = text.substr(0, end);
    if (line.find_first_not_of(" \t") != std::string_view::npos) lines.push_back(line);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

}  // namespace perf_mgmt
