// Texts are read code point by code point; each of the languages says what becomes of one.
#include "perf_mgmt/core/escape.hpp"

#include <algorithm>

#include "utf8.hpp"

namespace perf_mgmt {

namespace {

constexpr std::string_view kEllipsis = "\u2026";
constexpr std::string_view kWordJoiner = "\u2060";

template <typename Visit>
void each_code_point(std::string_view text, Visit&& visit) {
  while (!text.empty()) visit(take_code_point(text));
}

bool is_control(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c <= 0x9F);
}
// Embeddings, overrides and isolates: what they begin lasts to the end of the line.
bool turns_direction(char32_t c) {
  return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}
bool is_space(char32_t c) {
  return c == ' ' || (c >= '\t' && c <= '\r') || c == 0x85 || c == 0x2028 || c == 0x2029;
}
bool is_digit(char32_t c) {
  return c >= '0' && c <= '9';
}
bool is_noncharacter(char32_t c) {
  return c == 0xFFFE || c == 0xFFFF;
}

// On one line: a run of white space is one blank, what would act instead of being seen is
// `instead`.
std::u32string one_line(std::string_view text, char32_t instead) {
  std::u32string line;
  each_code_point(text, [&](char32_t c) {
    if (is_space(c)) {
      if (line.empty() || line.back() != ' ') line += U' ';
    } else {
      line += is_control(c) || turns_direction(c) ? instead : c;
    }
  });
  return line;
}

// What begins a list, an underline of a heading, or a rule: only at the beginning of a line. Signs
// of numbers and decimal points do not.
bool begins_block(const std::u32string& line, std::size_t place) {
  const std::size_t first = line.front() == ' ' ? 1 : 0;
  const char32_t c = line[place];
  const char32_t next = place + 1 < line.size() ? line[place + 1] : U' ';
  if (place == first) return (c == '-' || c == '+' || c == '=') && !is_digit(next);
  if (place < first || (c != '.' && c != ')') || next != ' ') return false;
  return std::all_of(line.begin() + static_cast<std::ptrdiff_t>(first),
                     line.begin() + static_cast<std::ptrdiff_t>(place), is_digit);
}

// ":tada:", which GitHub shows as a picture; ":30:" of a time is none.
bool begins_picture(const std::u32string& line, std::size_t place) {
  const auto is_letter = [](char32_t c) { return c >= 'a' && c <= 'z'; };
  bool has_letter = false;
  std::size_t end = place + 1;
  for (; end < line.size(); ++end) {
    const char32_t c = line[end];
    if (!is_letter(c) && !is_digit(c) && c != '_' && c != '+' && c != '-') break;
    has_letter = has_letter || is_letter(c);
  }
  return has_letter && end < line.size() && line[end] == ':';
}

// GitHub finds addresses, mentions, references and names of pictures in the text after it has taken
// the backslashes away, so what makes them has to be torn apart.
bool begins_link(const std::u32string& line, std::size_t place) {
  const auto follows = [&](std::u32string_view what) {
    return line.compare(place + 1, what.size(), what) == 0;
  };
  const auto is_w = [](char32_t c) { return c == 'w' || c == 'W'; };
  switch (line[place]) {
    case '@':
      return true;
    case ':':
      return follows(U"//") || begins_picture(line, place);
    case '#':
      return place + 1 < line.size() && is_digit(line[place + 1]);
    case '-':  // GH-12 is #12
      return place >= 2 && (line[place - 2] == 'G' || line[place - 2] == 'g') &&
             (line[place - 1] == 'H' || line[place - 1] == 'h') && place + 1 < line.size() &&
             is_digit(line[place + 1]);
    case 'w':
    case 'W':
      return place >= 2 && is_w(line[place - 1]) && is_w(line[place - 2]) && follows(U".");
    default:
      return false;
  }
}

}  // namespace

std::string html_text(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  char32_t before = 0;
  each_code_point(text, [&](char32_t c) {
    const bool ended = before == '\r' && c == '\n';  // the line already was
    before = c;
    if (ended) return;
    switch (c) {
      case '&':
        out += "&amp;";
        return;
      case '<':
        out += "&lt;";
        return;
      case '>':
        out += "&gt;";
        return;
      case '"':
        out += "&quot;";
        return;
      case '\'':
        out += "&#39;";
        return;
      case '\r':
      case '\n':
        out += '\n';
        return;
      case '\t':
        out += '\t';
        return;
      default:
        const bool acts = is_control(c) || turns_direction(c) || is_noncharacter(c);
        append_code_point(out, acts ? kReplacement : c);
    }
  });
  return out;
}

std::string xml_text(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  each_code_point(text, [&](char32_t c) {
    switch (c) {
      case '&':
        out += "&amp;";
        return;
      case '<':
        out += "&lt;";
        return;
      case '>':  // ends a section of CDATA after ]]
        out += "&gt;";
        return;
      case '"':
        out += "&quot;";
        return;
      case '\'':
        out += "&apos;";
        return;
      case '\t':
        out += "&#9;";
        return;
      case '\n':
        out += "&#10;";
        return;
      case '\r':
        out += "&#13;";
        return;
      default:
        append_code_point(out, c < 0x20 || is_noncharacter(c) ? U'?' : c);
    }
  });
  return out;
}

std::string markdown_text(std::string_view text) {
  const std::u32string line = one_line(text, kReplacement);
  std::string out;
  out.reserve(text.size() + text.size() / 4);
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char32_t c = line[i];
    const bool means =
        c != 0 && c < 0x80 &&
        std::string_view("\\`*_{}[]<>#|~&!$").find(static_cast<char>(c)) != std::string_view::npos;
    if (means || begins_block(line, i)) out += '\\';
    append_code_point(out, c);
    if (begins_link(line, i)) out += kWordJoiner;
  }
  return out;
}

std::string markdown_block(std::string_view text) {
  if (text.empty()) return {};
  std::string out = "\n    ";
  char32_t before = 0;
  each_code_point(text, [&](char32_t c) {
    const bool ended = before == '\r' && c == '\n';
    before = c;
    if (ended) return;
    if (c == '\r' || c == '\n') {
      out += "\n    ";
    } else {
      const bool acts = c != '\t' && (is_control(c) || turns_direction(c));
      append_code_point(out, acts ? kReplacement : c);
    }
  });
  return out + "\n";
}

std::string terminal_text(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char32_t c : one_line(text, U'?')) append_code_point(out, c);
  return out;
}

std::string brief(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) return std::string(text);
  std::size_t end = bytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return std::string(text.substr(0, end)) + "...";
}

std::string in_quotes(std::string_view text) {
  return '"' + brief(text) + '"';
}

std::string clipped(std::string_view text, std::size_t characters) {
  if (characters == 0) return {};
  std::string out;
  std::size_t count = 0;
  std::size_t last = 0;  // where the last character begins
  while (!text.empty()) {
    if (count == characters) {
      out.resize(last);
      return out.append(kEllipsis);
    }
    last = out.size();
    append_code_point(out, take_code_point(text));
    ++count;
  }
  return out;
}

}  // namespace perf_mgmt
