// Pieces that pages are made of. Strings called *_html, cells and bodies are HTML; all other
// parameters are plain text and escaped here.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace perf_mgmt {

// A name as it is shown among other things: at most 120 characters, escaped.
std::string name_html(std::string_view name);
// A longer text: at most `characters`.
std::string clipped_html(std::string_view text, std::size_t characters = 2000);

// Rows under a caption; the first cell of a row is its heading. Scrolls sideways where the window
// is too narrow.
class HtmlTable {
 public:
  enum class Align { text, number };
  struct Column {
    std::string title;
    Align align = Align::number;
  };

  HtmlTable(std::string caption, std::vector<Column> columns);
  // cells: HTML, as many as there are columns.
  void add_row(const std::vector<std::string>& cells);
  bool empty() const noexcept { return rows_.empty(); }
  // Nothing for a table without rows.
  std::string html() const;

 private:
  std::string caption_;
  std::vector<Column> columns_;
  std::string rows_;
};

// Shown on demand; nothing where the body is empty.
std::string details_html(std::string_view summary, const std::string& body);
std::string code_html(std::string_view code, std::size_t most_bytes = 20'000);
// <p> around an escaped text; nothing for an empty one.
std::string paragraph_html(std::string_view text);
// The same, but a list where the text has several lines.
std::string lines_html(std::string_view text);
std::string list_html(const std::vector<std::string>& items_html);
// <time> with the moment as a person reads it.
std::string time_html(std::string_view timestamp);

// How good something is, in colour and symbol at once; the text says it in words.
struct Tone {
  std::string_view css;     // good, bad, warn, info, none
  std::string_view symbol;  // one character
};
inline constexpr Tone kGood{"good", "\u2713"};
inline constexpr Tone kBad{"bad", "\u00d7"};
inline constexpr Tone kWarn{"warn", "!"};
inline constexpr Tone kInfo{"info", "i"};
inline constexpr Tone kNone{"none", "\u2013"};

// A symbol in a circle, for the eye only.
std::string sign_html(const Tone& tone);
std::string badge_html(const Tone& tone, std::string_view text);
// A coloured box with a heading of the third level.
std::string box_html(const Tone& tone, std::string_view heading, const std::string& body,
                     bool aside = false);

// Text with figures in it, none of which parts from its unit at the end of a line.
std::string figures_html(std::string_view text);
// A value with another one below it in small: "16.3 ms" and "before 12.1 ms, +34.2 %".
std::string with_note_html(std::string_view value, std::string_view note);

// A value of that metric with its unit (metric_text); an en dash for nothing.
std::string metric_or_dash(std::string_view metric, const std::optional<double>& value);
// Percent from one to the other; nothing where one is not known or the first is 0. For
// error_rate_percent the difference in points.
std::optional<double> change_between(std::string_view metric, const std::optional<double>& before,
                                     const std::optional<double>& now);

}  // namespace perf_mgmt
