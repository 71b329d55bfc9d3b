// The text is read once, from left to right.
#include "plan_expression.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace perf_mgmt {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_name_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool is_name_part(char c) {
  return is_name_start(c) || is_digit(c) || c == '$';
}

bool is_word(std::string_view text, std::string_view lower_case) {
  return text.size() == lower_case.size() &&
         std::equal(text.begin(), text.end(), lower_case.begin(),
                    [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; });
}

template <std::size_t Size>
bool is_one_of(std::string_view text, const std::array<std::string_view, Size>& words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return is_word(text, word); });
}

class ExpressionReader {
 public:
  ExpressionReader(std::string_view text, bool fold) : text_(text), fold_(fold) {}

  std::string read() {
    while (at_ < text_.size()) step();
    return std::move(out_);
  }

 private:
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  bool next_is(std::string_view word) const { return text_.substr(at_).starts_with(word); }
  void copy(std::size_t count) {
    out_ += text_.substr(at_, count);
    at_ += count;
  }

  void step() {
    const char c = peek();
    if (c == '\'') return string_constant(at_);
    if (c == '"') return name();
    if (c == '$' && is_digit(peek(1))) return number(at_ + 1);
    if (is_digit(c)) return number(at_);
    if (c == '.' && is_digit(peek(1)) && !after_operand()) return number(at_);
    if ((c == '-' || c == '+') && begins_signed_number()) return number(at_ + 1);
    if (c == ':' && peek(1) == ':') return copy(type_end(at_ + 2) - at_);
    if (is_name_start(c)) return word();
    if (c == '(' && subplan_column()) return;
    if (c == '(' || c == '[') {
      groups_.push_back({out_.size(), c == '[' && !after_operand()});
      return copy(1);
    }
    if (c == ')' || c == ']') return close_group();
    copy(1);
  }

  // Whether what stands right before is a value, so that a sign or bracket belongs to it.
  bool after_operand() const {
    if (out_.empty()) return false;
    const char last = out_.back();
    return is_name_part(last) || last == '?' || last == '"' || last == ')' || last == ']';
  }

  bool begins_signed_number() const {
    const bool digits = is_digit(peek(1)) || (peek(1) == '.' && is_digit(peek(2)));
    const std::size_t last = out_.find_last_not_of(' ');
    // In "a -3" the sign is an operator's.
    return digits && (last == std::string::npos || out_[last] == '(' || out_[last] == ',' ||
                      out_[last] == '[' || (out_.back() == ' ' && is_operator(out_[last])));
  }

  static bool is_operator(char c) {
    return std::string_view("+-*/<>=~!@#%^&|`").find(c) != std::string_view::npos;
  }

  // A constant has been read up to end: it and the casts that follow become one ?.
  void constant(std::size_t end) {
    out_ += '?';
    at_ = end;
    while (next_is("::")) at_ = type_end(at_ + 2);
  }

  // quote: of the opening quote; a prefix stands before it.
  void string_constant(std::size_t quote) {
    const bool escapes = quote > at_ && is_word(text_.substr(at_, quote - at_), "e");
    std::size_t end = quote + 1;
    while (end < text_.size()) {
      const bool quote_pair = text_.substr(end).starts_with("''");
      if (quote_pair || (escapes && text_[end] == '\\')) {
        end += 2;
      } else if (text_[end] != '\'') {
        ++end;
      } else {
        break;
      }
    }
    constant(std::min(end + 1, text_.size()));
  }

  void number(std::size_t from) {
    std::size_t end = from;
    while (end < text_.size()) {
      const char c = text_[end];
      const bool exponent_sign = (c == '+' || c == '-') && end > from &&
                                 is_word(text_.substr(end - 1, 1), "e") && end + 1 < text_.size() &&
                                 is_digit(text_[end + 1]);
      if (!is_name_part(c) && c != '.' && !exponent_sign) break;
      ++end;
    }
    constant(end);
  }

  void name() { copy(name_end(at_) - at_); }

  // The end of a name, in quotes or not; from itself where there is none.
  std::size_t name_end(std::size_t from) const {
    std::size_t end = from;
    if (end < text_.size() && text_[end] == '"') {
      for (++end; end < text_.size(); ++end) {
        if (text_[end] != '"') continue;
        if (end + 1 < text_.size() && text_[end + 1] == '"') {
          ++end;
        } else {
          return end + 1;
        }
      }
      return text_.size();
    }
    if (end == text_.size() || !is_name_start(text_[end])) return from;
    while (end < text_.size() && is_name_part(text_[end])) ++end;
    return end;
  }

  void word() {
    const std::size_t end = name_end(at_);
    const std::string_view word = text_.substr(at_, end - at_);
    static constexpr std::array<std::string_view, 4> kPrefixes = {"e", "b", "x", "n"};
    const char next = end < text_.size() ? text_[end] : '\0';
    if (next == '\'' && is_one_of(word, kPrefixes)) return string_constant(end);
    if (is_word(word, "u") && text_.substr(end).starts_with("&'")) return string_constant(end + 1);

    static constexpr std::array<std::string_view, 3> kConstants = {"true", "false", "null"};
    const bool is_test = is_word(previous_, "is") || is_word(previous_, "is not");
    if (is_one_of(word, kConstants) && !is_test) {
      previous_ = {};
      return constant(end);
    }
    if (is_word(word, "array") && next == '[') {
      groups_.push_back({out_.size(), true});
      return copy(end + 1 - at_);
    }
    // IS and IS NOT are remembered: in IS NOT NULL the last word is no constant.
    previous_ = is_word(word, "not") && is_word(previous_, "is") ? "is not" : word;
    copy(end - at_);
  }

  // (InitPlan 1).col1 and the like: how 17 and later show what $n was before.
  bool subplan_column() {
    std::size_t end = at_ + 1;
    const auto skip = [&](std::string_view word) {
      if (!text_.substr(end).starts_with(word)) return false;
      end += word.size();
      return true;
    };
    const auto skip_digits = [&] {
      const std::size_t from = end;
      while (end < text_.size() && is_digit(text_[end])) ++end;
      return end > from;
    };
    if (!skip("hashed ")) skip("rescan ");
    if (!skip("InitPlan ") && !skip("SubPlan ")) return false;
    if (!skip_digits() || !skip(").col") || !skip_digits()) return false;
    constant(end);
    return true;
  }

  void close_group() {
    if (groups_.empty()) return copy(1);
    const Group group = groups_.back();
    groups_.pop_back();
    const bool folds = group.is_array || (fold_ && peek() == ')');
    if (!folds || !is_constant_from(group)) return copy(1);
    std::size_t from = group.begin;
    // A function's name stands right before its parenthesis.
    while (!group.is_array && from > 0 && (is_name_part(out_[from - 1]) || out_[from - 1] == '.')) {
      --from;
    }
    out_.resize(from);
    constant(at_ + 1);
  }

  struct Group {
    std::size_t begin;  // in out_, of its bracket, or of ARRAY before it
    bool is_array;
  };

  // Whether all that has been read of the group is constants and operators.
  bool is_constant_from(const Group& group) const {
    const std::size_t bracket = out_.find_first_of("([", group.begin);
    const std::string_view inside = std::string_view(out_).substr(bracket + 1);
    const bool any = inside.find('?') != std::string_view::npos;
    return (any || (group.is_array && inside.empty())) &&
           std::all_of(inside.begin(), inside.end(),
                       [](char c) { return c == '?' || c == ',' || c == ' ' || is_operator(c); });
  }

  // The end of a type's name, as format_type_with_typemod writes it: character varying(10),
  // timestamp(3) without time zone, interval day to second, "Own"."Type"[].
  std::size_t type_end(std::size_t from) const {
    std::size_t end = name_end(from);
    const std::string_view first = text_.substr(from, end - from);
    while (end < text_.size() && text_[end] == '.') end = name_end(end + 1);
    const auto skip_typmod = [&] {
      if (end >= text_.size() || text_[end] != '(') return;
      const std::size_t close = text_.find(')', end);
      end = close == std::string_view::npos ? text_.size() : close + 1;
    };
    const auto skip_words = [&](std::string_view words) {
      if (!text_.substr(end).starts_with(words)) return false;
      end += words.size();
      return true;
    };
    if (first == "character" || first == "bit") skip_words(" varying");
    if (first == "double") skip_words(" precision");
    if (first == "interval") {
      for (const std::string_view field : {" year", " month", " day", " hour", " minute", " second",
                                           " to month", " to hour", " to minute", " to second"}) {
        skip_words(field);
      }
    }
    skip_typmod();
    if (first == "timestamp" || first == "time") {
      if (!skip_words(" without time zone")) skip_words(" with time zone");
    }
    while (skip_words("[]")) {
    }
    return end;
  }

  std::string_view text_;
  bool fold_;
  std::size_t at_ = 0;
  std::string out_;
  std::vector<Group> groups_;
  std::string_view previous_;  // the last word
};

}  // namespace

std::string simplify_expression(std::string_view expression, bool fold) {
  return ExpressionReader(expression, fold).read();
}

}  // namespace perf_mgmt
