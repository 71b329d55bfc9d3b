// A figure that may be missing, and the reading of the kernel's small text files that figures come
// from. Nothing is guessed: what cannot be had has no value, and says why.
#pragma once

#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace perf_mgmt {

// No value and no reason: the thing does not exist (a limit that is not set). No value and a
// reason: it could not be had.
template <typename T>
struct Figure {
  std::optional<T> value;
  std::string reason;

  static Figure of(T had) { return {std::move(had), {}}; }
  static Figure none(std::string why = {}) { return {std::nullopt, std::move(why)}; }
};

// The whole text of a file. A file that does not exist gives no value with the reason
// "PATH: No such file or directory"; see `is_absent`. Files over 16 MiB are refused.
struct FileText {
  Figure<std::string> text;
  bool is_absent = false;  // ENOENT or ENOTDIR: not a fault where the file is optional
};
FileText read_system_file(const std::string& path);

// The next word and the next line of `rest`, taken off its front; empty at the end. Words are
// parted by blanks and tabs.
std::string_view take_word(std::string_view& rest);
std::string_view take_line(std::string_view& rest);

// A decimal number that is the whole of `word`; no value for signs, blanks, overflow or anything
// else.
template <typename Integer>
std::optional<Integer> whole_number(std::string_view word) {
  Integer number{};
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (error != std::errc{} || end != word.data() + word.size()) {
    return std::nullopt;
  }
  return number;
}

}  // namespace perf_mgmt
