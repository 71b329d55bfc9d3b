// The little languages inside definitions: intervals, text patterns and constants.
#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "decimal.hpp"
#include "generator_definition.hpp"
#include "perf_mgmt/core/errors.hpp"
#include "perf_mgmt/core/suggest.hpp"

namespace perf_mgmt {
namespace {

constexpr std::int64_t kSecond = 1000000;
constexpr std::int64_t kDay = 86400 * kSecond;
constexpr std::int64_t kMaxInterval = std::int64_t{1000} * 365 * kDay;

struct Unit {
  std::string_view name;
  std::int64_t microseconds;
};
constexpr std::array<Unit, 16> kUnits = {{{"microsecond", 1},
                                          {"us", 1},
                                          {"millisecond", 1000},
                                          {"ms", 1000},
                                          {"second", kSecond},
                                          {"sec", kSecond},
                                          {"s", kSecond},
                                          {"minute", 60 * kSecond},
                                          {"min", 60 * kSecond},
                                          {"hour", 3600 * kSecond},
                                          {"h", 3600 * kSecond},
                                          {"day", kDay},
                                          {"d", kDay},
                                          {"week", 7 * kDay},
                                          {"month", 30 * kDay},
                                          {"year", 365 * kDay}}};

std::optional<std::int64_t> unit_of(std::string_view name) noexcept {
  for (const Unit& unit : kUnits) {
    if (name == unit.name || (name.size() == unit.name.size() + 1 && name.back() == 's' &&
                              name.substr(0, unit.name.size()) == unit.name)) {
      return unit.microseconds;
    }
  }
  return std::nullopt;
}

// Takes the next run of characters for which `belongs` holds off the front of text.
template <typename Predicate>
std::string_view take(std::string_view& text, Predicate belongs) {
  std::size_t n = 0;
  while (n < text.size() && belongs(text[n])) ++n;
  const std::string_view taken = text.substr(0, n);
  text.remove_prefix(n);
  return taken;
}

bool is_space(char c) noexcept {
  return c == ' ';
}
bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// "-5" or "12", all of text.
std::optional<std::int64_t> parse_integer(std::string_view text) noexcept {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Of "{integer:MIN-MAX}": the dash that divides is the first after a digit.
bool read_range(std::string_view text, PatternPiece& piece) noexcept {
  const std::size_t dash = text.find('-', 1);
  if (dash == std::string_view::npos) return false;
  const auto min = parse_integer(text.substr(0, dash));
  const auto max = parse_integer(text.substr(dash + 1));
  if (!min || !max || *min > *max) return false;
  piece.min = *min;
  piece.max = *max;
  return true;
}

PatternPiece read_placeholder(std::string_view text, const std::string& where) {
  using Kind = PatternPiece::Kind;
  static constexpr std::array<std::string_view, 5> kWords = {"sequence", "integer", "hex",
                                                             "letters", "digits"};
  static constexpr std::array<Kind, 5> kKinds = {Kind::sequence, Kind::integer, Kind::hex,
                                                 Kind::letters, Kind::digits};
  const std::size_t colon = text.find(':');
  const std::string_view word = text.substr(0, colon);
  const std::string_view argument =
      colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1);
  const auto bad = [&](const std::string& hint) {
    throw_definition_error("invalid placeholder \"{" + std::string(text) + "}\" in a text pattern",
                           where, hint);
  };

  PatternPiece piece;
  const auto found = std::find(kWords.begin(), kWords.end(), word);
  if (found == kWords.end()) {
    if (colon != std::string_view::npos || !is_generator_name(word)) {
      std::string hint = suggestion_hint(word, kWords);
      if (hint.empty()) {
        hint =
            "The placeholders are {sequence}, {integer:MIN-MAX}, {hex:N}, {letters:N}, {digits:N} "
            "and {name of a generator}; a brace itself is written twice.";
      }
      bad(hint);
    }
    piece.kind = Kind::generator;
    piece.text = word;
    return piece;
  }
  piece.kind = kKinds[static_cast<std::size_t>(found - kWords.begin())];
  if (piece.kind == Kind::integer) {
    if (!read_range(argument, piece)) bad("It is written {integer:MIN-MAX}, MIN no more than MAX.");
    return piece;
  }
  if (piece.kind == Kind::sequence && colon == std::string_view::npos) return piece;
  const auto length = parse_integer(argument);
  const std::int64_t longest = piece.kind == Kind::sequence ? 18 : 1000;
  if (!length || *length < 1 || *length > longest) {
    bad("It is written {" + std::string(word) + ":N}, N from 1 to " + std::to_string(longest) +
        '.');
  }
  piece.min = *length;
  return piece;
}

// Elements that an array literal cannot hold bare are quoted; nested arrays are not.
void append_array_literal(std::string& out, const JsonNode& node) {
  out += '{';
  const char* separator = "";
  for (const JsonNode& element : node.elements) {
    out += separator;
    separator = ",";
    if (element.type == JsonNode::Type::array) {
      append_array_literal(out, element);
    } else if (element.type == JsonNode::Type::string) {
      append_array_element(out, element.text);
    } else if (element.type == JsonNode::Type::object) {
      std::string json;
      append_json(json, element);
      append_array_element(out, json);
    } else if (element.type == JsonNode::Type::null) {
      out += "NULL";
    } else {
      append_json(out, element);
    }
  }
  out += '}';
}

}  // namespace

std::int64_t read_interval(std::string_view text, std::string_view member,
                           const std::string& where) {
  const std::string_view whole = text;
  const auto bad = [&](const std::string& hint) {
    throw_definition_error("invalid \"" + std::string(member) + "\": \"" + std::string(whole) + '"',
                           where, hint);
  };
  std::int64_t total = 0;
  bool any = false;
  while (true) {
    take(text, is_space);
    if (text.empty()) break;
    const std::string_view sign = take(text, [](char c) { return c == '-' || c == '+'; });
    take(text, is_space);
    const std::string_view number = take(text, is_digit);
    take(text, is_space);
    const std::string_view unit_name = take(text, is_letter);
    const auto count = parse_integer(number);
    auto unit = unit_of(unit_name);
    if (unit_name.empty() && count == 0) unit = 1;  // a bare 0
    if (sign.size() > 1 || !count || !unit) {
      bad("It is an interval from now: whole numbers with a unit from \"microseconds\" to "
          "\"years\", such as \"-30 days\", \"+2 hours\" or \"0\".");
    }
    std::int64_t term = 0;
    if (__builtin_mul_overflow(*count, *unit, &term) || term > kMaxInterval) {
      term = kMaxInterval + 1;
    }
    total += sign == "-" ? -term : term;
    if (total > kMaxInterval || total < -kMaxInterval) bad("It must be within 1000 years of now.");
    any = true;
  }
  if (!any) bad("It is an interval from now, such as \"-30 days\" or \"0\".");
  return total;
}

PatternForm read_pattern(std::string_view pattern, const std::string& where) {
  PatternForm form;
  std::string fixed;
  const auto end_fixed = [&] {
    if (fixed.empty()) return;
    form.pieces.push_back({PatternPiece::Kind::fixed, std::move(fixed), 0, 0});
    fixed.clear();
  };
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    const bool doubled = i + 1 < pattern.size() && pattern[i + 1] == c;
    if ((c == '{' || c == '}') && doubled) {
      fixed += c;
      ++i;
    } else if (c == '{') {
      const std::size_t end = pattern.find('}', i);
      if (end == std::string_view::npos) {
        throw_definition_error("a placeholder in a text pattern does not end", where,
                               "A brace itself is written twice.");
      }
      end_fixed();
      form.pieces.push_back(read_placeholder(pattern.substr(i + 1, end - i - 1), where));
      i = end;
    } else if (c == '}') {
      throw_definition_error("a text pattern has a \"}\" without a \"{\"", where,
                             "A brace itself is written twice.");
    } else {
      fixed += c;
    }
  }
  end_fixed();
  return form;
}

Constant read_constant(const JsonNode& node) {
  Constant constant;
  switch (node.type) {
    case JsonNode::Type::null:
      break;
    case JsonNode::Type::boolean:
      constant.kind = Value::Kind::boolean;
      constant.integer = node.boolean;
      break;
    case JsonNode::Type::number: {
      const auto decimal = parse_decimal(node.text);
      if (decimal && decimal->scale <= Value::kMostScale && fits_int64(decimal->unscaled)) {
        constant.kind = decimal->scale == 0 ? Value::Kind::integer : Value::Kind::numeric;
        constant.scale = static_cast<std::uint8_t>(decimal->scale);
        constant.integer = static_cast<std::int64_t>(decimal->unscaled);
      } else {
        constant.kind = Value::Kind::json;  // a number of any size, written as it was
        constant.text = node.text;
      }
      break;
    }
    case JsonNode::Type::string:
      constant.kind = Value::Kind::text;
      constant.text = node.text;
      constant.text_is_json = is_json(node.text);
      break;
    case JsonNode::Type::array:
      append_array_literal(constant.array_text, node);
      [[fallthrough]];
    case JsonNode::Type::object:
      constant.kind = Value::Kind::json;
      append_json(constant.text, node);
      break;
  }
  return constant;
}

}  // namespace perf_mgmt
