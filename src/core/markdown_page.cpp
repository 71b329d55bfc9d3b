// Escaping makes a text longer, up to several times, so texts are clipped before and parts weighed
// after it.
#include "markdown_page.hpp"

#include <fmt/format.h>

#include "perf_mgmt/core/escape.hpp"

namespace perf_mgmt {

namespace {

constexpr std::size_t kNote = 200;  // bytes that the note of what was left out may need

}  // namespace

std::size_t MarkdownPage::room() const {
  const std::size_t taken = text_.size() + kNote;
  return taken < most_bytes_ ? most_bytes_ - taken : 0;
}

bool MarkdownPage::add(std::string_view part) {
  if (part.size() > room()) {
    ++left_out_;
    return false;
  }
  text_ += part;
  return true;
}

bool MarkdownPage::add_section(std::string_view heading, std::string_view body) {
  if (body.empty()) return true;
  std::string section = fmt::format("\n## {}\n", heading);
  if (!body.starts_with('\n')) section += '\n';
  return add(section.append(body));
}

std::string MarkdownPage::text(std::string_view elsewhere) const {
  if (left_out_ == 0) return text_;
  return text_ + fmt::format("\n{} {} left out here, as this page would be too long: {}\n",
                             left_out_, left_out_ == 1 ? "part is" : "parts are", elsewhere);
}

std::string markdown_word(std::string_view word) {
  constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZ_";
  const bool is_plain = word.find_first_not_of(kPlain) == std::string_view::npos &&
                        !word.starts_with('_') && !word.ends_with('_');
  return is_plain ? std::string(word) : markdown_text(clipped(word, 100));
}

std::string markdown_item(std::string_view text, std::size_t most) {
  return "- " + markdown_text(clipped(text, most)) + "\n";
}

std::string markdown_paragraph(std::string_view text, std::size_t most) {
  if (text.empty()) return {};
  return "\n" + markdown_text(clipped(text, most)) + "\n";
}

std::string markdown_quote(std::string_view text, std::size_t most) {
  if (text.empty()) return {};
  return markdown_block(clipped(text, most));
}

}  // namespace perf_mgmt
