// A page of GitHub's Markdown that stays below what a pull request takes (65,536 characters), with
// the most important first: what does not fit any more is left out whole, and the page says so.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace perf_mgmt {

class MarkdownPage {
 public:
  // Room for `most_bytes`; a note that something is missing is within them.
  explicit MarkdownPage(std::size_t most_bytes = 60'000) : most_bytes_(most_bytes) {}

  // Appends a part, Markdown that ends with a line feed; whether it fitted. The next ones may fit
  // all the same: a long part does not keep out a short one.
  bool add(std::string_view part);
  // A part that begins with a heading; nothing where the body is empty.
  bool add_section(std::string_view heading, std::string_view body);
  std::size_t room() const;  // bytes that the next part may have

  // Ends the page. `elsewhere`: where what was left out can be found.
  std::string text(std::string_view elsewhere) const;

 private:
  std::size_t most_bytes_;
  std::string text_;
  std::size_t left_out_ = 0;
};

// A verdict or status: capitals and underscores mean nothing within a word; anything else is
// escaped.
std::string markdown_word(std::string_view word);
// "- text\n" with the text escaped, of at most `most` code points.
std::string markdown_item(std::string_view text, std::size_t most = 600);
// "\ntext\n" likewise.
std::string markdown_paragraph(std::string_view text, std::size_t most = 1000);
// Statements, plans, messages: shown line for line, the first `most` code points.
std::string markdown_quote(std::string_view text, std::size_t most = 4000);

}  // namespace perf_mgmt
