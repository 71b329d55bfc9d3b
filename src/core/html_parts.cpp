#include "html_parts.hpp"

#include <cmath>

#include "document_reader.hpp"
#include "perf_mgmt/core/escape.hpp"
#include "perf_mgmt/core/quantity.hpp"
#include "text_table.hpp"

namespace perf_mgmt {

namespace {

constexpr std::size_t kLongestName = 120;

// At most so many bytes, not ending within a letter.
std::string_view first_bytes(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  std::size_t end = most;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end);
}

std::string_view cell_class(HtmlTable::Align align) {
  return align == HtmlTable::Align::number ? " class=\"n\"" : " class=\"text\"";
}

}  // namespace

std::string name_html(std::string_view name) {
  return html_text(clipped(name, kLongestName));
}

std::string clipped_html(std::string_view text, std::size_t characters) {
  return html_text(clipped(text, characters));
}

HtmlTable::HtmlTable(std::string caption, std::vector<Column> columns)
    : caption_(std::move(caption)), columns_(std::move(columns)) {}

void HtmlTable::add_row(const std::vector<std::string>& cells) {
  rows_ += "<tr>";
  for (std::size_t i = 0; i < cells.size() && i < columns_.size(); ++i) {
    if (i == 0) {
      rows_ += "<th scope=\"row\">" + cells[i] + "</th>";
      continue;
    }
    rows_ += "<td";
    rows_ += cell_class(columns_[i].align);
    rows_ += ">" + cells[i] + "</td>";
  }
  rows_ += "</tr>\n";
}

std::string HtmlTable::html() const {
  if (rows_.empty()) return {};
  // Focus, so that it scrolls by keys too.
  const std::string caption = html_text(caption_);
  std::string out = "<div class=\"scroll\" role=\"group\" aria-label=\"" + caption +
                    "\" tabindex=\"0\">\n<table>\n<caption>" + caption + "</caption>\n<thead><tr>";
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    out += "<th scope=\"col\"";
    if (i > 0 && columns_[i].align == Align::number) out += " class=\"n\"";
    out += ">" + html_text(columns_[i].title) + "</th>";
  }
  return out + "</tr></thead>\n<tbody>\n" + rows_ + "</tbody>\n</table>\n</div>\n";
}

std::string details_html(std::string_view summary, const std::string& body) {
  if (body.empty()) return {};
  return "<details>\n<summary>" + html_text(summary) + "</summary>\n" + body + "</details>\n";
}

std::string code_html(std::string_view code, std::size_t most_bytes) {
  if (code.empty()) return {};
  const std::string_view shown = first_bytes(code, most_bytes);
  std::string out = "<pre tabindex=\"0\"><code>" + html_text(shown) + "</code></pre>\n";
  if (shown.size() < code.size()) {
    out += "<p class=\"quiet small\">Shortened: " + bytes_text(static_cast<double>(code.size())) +
           " in all.</p>\n";
  }
  return out;
}

std::string paragraph_html(std::string_view text) {
  if (text.empty()) return {};
  return "<p>" + clipped_html(text) + "</p>\n";
}

std::string lines_html(std::string_view text) {
  const std::vector<std::string_view> lines = lines_of(text);
  if (lines.size() < 2) return paragraph_html(text);
  std::vector<std::string> items;
  items.reserve(lines.size());
  for (const std::string_view line : lines) items.push_back(clipped_html(line));
  return list_html(items);
}

std::string list_html(const std::vector<std::string>& items_html) {
  if (items_html.empty()) return {};
  std::string out = "<ul>\n";
  for (const std::string& item : items_html) out += "<li>" + item + "</li>\n";
  return out + "</ul>\n";
}

std::string time_html(std::string_view timestamp) {
  if (!epoch_of(timestamp)) return name_html(timestamp);
  return "<time datetime=\"" + html_text(timestamp) + "\">" + html_text(time_text(timestamp)) +
         "</time>";
}

std::string sign_html(const Tone& tone) {
  return "<span class=\"sign\" aria-hidden=\"true\">" + std::string(tone.symbol) + "</span>";
}

std::string badge_html(const Tone& tone, std::string_view text) {
  return "<span class=\"badge " + std::string(tone.css) + "\">" + sign_html(tone) + "<b>" +
         name_html(text) + "</b></span>";
}

std::string box_html(const Tone& tone, std::string_view heading, const std::string& body,
                     bool aside) {
  return "<div class=\"box " + std::string(tone.css) + (aside ? " aside" : "") + "\">\n<h3>" +
         sign_html(tone) + "<span>" + clipped_html(heading, 300) + "</span></h3>\n" + body +
         "</div>\n";
}

std::string figures_html(std::string_view text) {
  std::string out;
  const std::string escaped = html_text(text);
  const auto digit_at = [&](std::size_t i) {
    return i < escaped.size() && escaped[i] >= '0' && escaped[i] <= '9';
  };
  for (std::size_t i = 0; i < escaped.size(); ++i) {
    const bool after_comma = i > 0 && escaped[i - 1] == ',';
    if (escaped[i] == ' ' && !after_comma && (digit_at(i - 1) || digit_at(i + 1))) {
      out += "&#160;";
    } else {
      out += escaped[i];
    }
  }
  return out;
}

std::string with_note_html(std::string_view value, std::string_view note) {
  std::string out = figures_html(value);
  if (!note.empty()) out += "<span class=\"was\">" + figures_html(note) + "</span>";
  return out;
}

std::string metric_or_dash(std::string_view metric, const std::optional<double>& value) {
  return value ? metric_text(metric, *value) : or_dash(std::nullopt, short_number);
}

std::optional<double> change_between(std::string_view metric, const std::optional<double>& before,
                                     const std::optional<double>& now) {
  if (!before || !now) return std::nullopt;
  if (metric == "error_rate_percent") return *now - *before;
  if (*before == 0) return std::nullopt;
  return 100 * (*now - *before) / std::fabs(*before);
}

}  // namespace perf_mgmt
