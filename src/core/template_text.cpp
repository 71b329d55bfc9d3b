// One pass over the text: each turn of the loop takes one token whole, so that what a token hides
// is never looked at. The rules are those of PostgreSQL's scan.l.
#include "perf_mgmt/core/template_text.hpp"

#include <algorithm>

#include "perf_mgmt/core/errors.hpp"
#include "perf_mgmt/core/escape.hpp"
#include "perf_mgmt/core/suggest.hpp"

namespace perf_mgmt {
namespace {

constexpr int kMaxParameterNumber = 65535;

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}
// ident_start of scan.l: letters, underscore and every byte above ASCII.
bool starts_identifier(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}
bool continues_name(char c) noexcept {
  return starts_identifier(c) || is_digit(c);
}
bool continues_identifier(char c) noexcept {
  return continues_name(c) || c == '$';
}
bool is_newline(char c) noexcept {
  return c == '\n' || c == '\r';
}
bool is_space(char c) noexcept {
  return c == ' ' || c == '\t' || c == '\f' || c == '\v' || is_newline(c);
}

class Reader {
 public:
  Reader(std::string_view text, const std::vector<std::string>& parameters)
      : text_(text), parameters_(parameters) {}

  TemplateText read() {
    while (at_ < text_.size()) read_token();
    if (result_.highest_number > 0 && !result_.named.empty()) {
      throw Error(sqlstate::syntax_error, "a template cannot mix numbered and named parameters",
                  "It has $" + std::to_string(result_.highest_number) +
                      " and :" + result_.named.front() + ".");
    }
    return std::move(result_);
  }

 private:
  char peek(std::size_t ahead = 0) const noexcept {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  // Copies up to `end` and goes on there.
  void copy_to(std::size_t end) {
    result_.sql.append(text_.substr(at_, end - at_));
    at_ = end;
  }
  template <typename Predicate>
  std::size_t end_of(std::size_t from, Predicate belongs) const {
    while (from < text_.size() && belongs(text_[from])) ++from;
    return from;
  }

  [[noreturn]] void throw_unterminated(const char* what, std::size_t start) const {
    const auto line =
        1 + std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(start), '\n');
    throw Error(sqlstate::syntax_error, std::string("unterminated ") + what + " in the template",
                "It begins in line " + std::to_string(line) + ": " +
                    brief(text_.substr(
                        start, end_of(start, [](char c) { return !is_newline(c); }) - start)));
  }

  void read_token();
  void read_identifier();
  void read_string(bool escapes);
  void read_quoted_identifier();
  void read_block_comment();
  void read_dollar();
  void read_colon();
  bool string_continues(std::size_t& from) const;

  std::string_view text_;
  const std::vector<std::string>& parameters_;
  TemplateText result_;
  std::size_t at_ = 0;
  int brackets_ = 0;
  // The last token could be an operand, and ended just where the next one starts.
  bool behind_operand_ = false;
};

void Reader::read_token() {
  const char c = peek();
  bool operand = false;
  if (c == '-' && peek(1) == '-') {
    copy_to(end_of(at_, [](char x) { return !is_newline(x); }));
  } else if (c == '/' && peek(1) == '*') {
    read_block_comment();
  } else if (c == '\'') {
    read_string(false);
    operand = true;
  } else if (c == '"') {
    read_quoted_identifier();
    operand = true;
  } else if (starts_identifier(c)) {
    read_identifier();
    operand = true;
  } else if (is_digit(c)) {
    copy_to(end_of(at_, [](char x) { return continues_name(x) || x == '.'; }));
    operand = true;
  } else if (c == '$') {
    read_dollar();
    operand = true;
  } else if (c == ':') {
    const std::size_t start = at_;
    read_colon();
    operand = at_ > start + 1 && text_[start + 1] != ':' && text_[start + 1] != '=';
  } else {
    if (c == '[') ++brackets_;
    if (c == ']' && brackets_ > 0) --brackets_;
    operand = c == ')' || c == ']';
    copy_to(at_ + 1);
  }
  behind_operand_ = operand;
}

void Reader::read_identifier() {
  const std::size_t end = end_of(at_, continues_identifier);
  const bool escapes = end == at_ + 1 && (peek() == 'e' || peek() == 'E') && peek(1) == '\'';
  copy_to(end);
  // U&'', B'', X'' and N'' end as plain strings do: the letter is just an identifier before one.
  if (escapes) read_string(true);
}

// A string goes on after a newline: 'a' <newline> 'b'. It matters to E'' alone, whose escapes go
// on.
bool Reader::string_continues(std::size_t& from) const {
  bool newline = false;
  while (from < text_.size()) {
    if (is_space(text_[from])) {
      newline = newline || is_newline(text_[from]);
      ++from;
    } else if (text_[from] == '-' && from + 1 < text_.size() && text_[from + 1] == '-') {
      from = end_of(from, [](char c) { return !is_newline(c); });
    } else {
      break;
    }
  }
  return newline && from < text_.size() && text_[from] == '\'';
}

void Reader::read_string(bool escapes) {
  const std::size_t start = at_;
  std::size_t i = at_ + 1;
  while (true) {
    if (i >= text_.size()) throw_unterminated("quoted string", start);
    const bool quote = text_[i] == '\'';
    const bool doubled = quote && i + 1 < text_.size() && text_[i + 1] == '\'';
    if (doubled || (escapes && text_[i] == '\\')) {
      i += 2;
    } else if (!quote) {
      ++i;
    } else {
      std::size_t next = ++i;
      if (!escapes || !string_continues(next)) break;
      i = next + 1;
    }
  }
  copy_to(i);
}

void Reader::read_quoted_identifier() {
  const std::size_t end = text_.find('"', at_ + 1);
  if (end == std::string_view::npos) throw_unterminated("quoted identifier", at_);
  copy_to(end + 1);  // a doubled quote opens the next piece, to the same effect
}

void Reader::read_block_comment() {
  int depth = 0;
  std::size_t i = at_;
  do {
    if (i + 1 >= text_.size()) throw_unterminated("comment", at_);
    if (text_[i] == '/' && text_[i + 1] == '*') {
      ++depth;
      i += 2;
    } else if (text_[i] == '*' && text_[i + 1] == '/') {
      --depth;
      i += 2;
    } else {
      ++i;
    }
  } while (depth > 0);
  copy_to(i);
}

// $1, $tag$ ... $tag$, or a lone dollar sign.
void Reader::read_dollar() {
  if (is_digit(peek(1))) {
    const std::size_t end = end_of(at_ + 1, is_digit);
    int number = 0;
    for (std::size_t i = at_ + 1; i < end && number <= kMaxParameterNumber; ++i) {
      number = number * 10 + (text_[i] - '0');
    }
    if (number < 1 || number > kMaxParameterNumber) {
      throw Error(sqlstate::undefined_parameter,
                  "there is no parameter " + brief(text_.substr(at_, end - at_)), {},
                  "Parameters are numbered from 1 to 65535.");
    }
    result_.highest_number = std::max(result_.highest_number, number);
    result_.places.push_back({result_.sql.size(), end - at_, number});
    copy_to(end);
    return;
  }
  std::size_t tag_end = at_ + 1;
  if (tag_end < text_.size() && starts_identifier(text_[tag_end])) {
    tag_end = end_of(tag_end, continues_name);
  }
  if (tag_end >= text_.size() || text_[tag_end] != '$') {
    copy_to(at_ + 1);
    return;
  }
  const std::string_view tag = text_.substr(at_, tag_end + 1 - at_);
  const std::size_t end = text_.find(tag, tag_end + 1);
  if (end == std::string_view::npos) throw_unterminated("dollar-quoted string", at_);
  copy_to(end + tag.size());
}

void Reader::read_colon() {
  if (peek(1) == ':' || peek(1) == '=') {
    copy_to(at_ + 2);
    return;
  }
  const bool slice = brackets_ > 0;
  if (!starts_identifier(peek(1)) || (slice && behind_operand_)) {
    copy_to(at_ + 1);
    return;
  }
  const std::size_t end = end_of(at_ + 1, continues_name);
  const std::string name(text_.substr(at_ + 1, end - at_ - 1));
  const auto found = std::find(parameters_.begin(), parameters_.end(), name);
  if (found == parameters_.end()) {
    if (slice || behind_operand_) {
      copy_to(at_ + 1);
      return;
    }
    throw Error(sqlstate::undefined_parameter, "there is no parameter \"" + brief(name) + '"',
                "The template has the placeholder :" + brief(name) + '.',
                suggestion_hint(name, parameters_));
  }
  const auto number = static_cast<int>(found - parameters_.begin()) + 1;
  const std::string parameter = '$' + std::to_string(number);
  // A word directly before would swallow the dollar sign: LIMIT:n.
  if (!result_.sql.empty() && continues_identifier(result_.sql.back())) result_.sql += ' ';
  result_.places.push_back({result_.sql.size(), parameter.size(), number});
  result_.sql += parameter;
  at_ = end;
  if (std::find(result_.named.begin(), result_.named.end(), name) == result_.named.end()) {
    result_.named.push_back(name);
  }
}

}  // namespace

TemplateText read_template(std::string_view sql_template,
                           const std::vector<std::string>& parameters) {
  return Reader(sql_template, parameters).read();
}

RenumberedText renumber_parameters(std::string_view statement) {
  const TemplateText text = Reader(statement, {}).read();
  RenumberedText result;
  std::size_t copied = 0;
  for (const ParameterPlace& place : text.places) {
    const int parameter = place.number - 1;
    auto known = std::find(result.parameters.begin(), result.parameters.end(), parameter);
    if (known == result.parameters.end()) known = result.parameters.insert(known, parameter);
    result.sql.append(text.sql, copied, place.offset - copied);
    result.sql += '$' + std::to_string(known - result.parameters.begin() + 1);
    copied = place.offset + place.length;
  }
  result.sql.append(text.sql, copied);
  return result;
}

}  // namespace perf_mgmt
