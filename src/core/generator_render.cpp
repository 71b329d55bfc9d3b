// Values as text: JSON, array literals and plain.
#include <chrono>

#include "generator_program.hpp"

namespace perf_mgmt {
namespace {

void append_padded(std::string& out, std::int64_t value, int width) {
  const std::string digits = std::to_string(value);  // short: within the small string
  for (int n = static_cast<int>(digits.size()); n < width; ++n) out += '0';
  out += digits;
}

void append_date(std::string& out, std::int64_t days_since_2000) {
  using namespace std::chrono;
  const year_month_day date{sys_days{year{2000} / 1 / 1} + days{days_since_2000}};
  append_padded(out, static_cast<int>(date.year()), 4);
  out += '-';
  append_padded(out, static_cast<unsigned>(date.month()), 2);
  out += '-';
  append_padded(out, static_cast<unsigned>(date.day()), 2);
}

// As PostgreSQL writes a timestamptz into JSON; its input accepts it too.
void append_timestamp(std::string& out, std::int64_t microseconds) {
  std::int64_t day = microseconds / kMicrosecondsPerDay;
  std::int64_t rest = microseconds % kMicrosecondsPerDay;
  if (rest < 0) {
    rest += kMicrosecondsPerDay;
    --day;
  }
  append_date(out, day);
  out += 'T';
  append_padded(out, rest / 3600000000, 2);
  out += ':';
  append_padded(out, rest / 60000000 % 60, 2);
  out += ':';
  append_padded(out, rest / 1000000 % 60, 2);
  if (rest % 1000000 != 0) {
    out += '.';
    append_padded(out, rest % 1000000, 6);
  }
  out += "+00:00";
}

void append_uuid(std::string& out, std::string_view bytes) {
  static constexpr char kHex[] = "0123456789abcdef";
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
    const auto byte = static_cast<unsigned char>(bytes[i]);
    out += kHex[byte >> 4];
    out += kHex[byte & 15];
  }
}

void append_text_as_json(std::string& out, std::string_view text, Drawn::Origin origin,
                         bool whole) {
  using Origin = Drawn::Origin;
  switch (origin) {
    case Origin::made:
    case Origin::cell_text:
      break;
    case Origin::fixed_json:
    case Origin::cell:
      if (!whole) break;
      out += text;
      return;
    case Origin::cell_number:
      if (!is_json_number(text)) break;  // NaN, Infinity
      out += text;
      return;
    case Origin::cell_boolean:
      out += text == "t" ? "true" : "false";
      return;
    case Origin::cell_json:
      out += text;
      return;
  }
  append_json_string(out, text);
}

bool is_bare_element(std::string_view text) noexcept {
  for (const char c : text) {
    const bool bare = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                      c == '_' || c == '-' || c == '.' || c == '+';
    if (!bare) return false;
  }
  const bool null = text.size() == 4 && (text[0] | 0x20) == 'n' && (text[1] | 0x20) == 'u' &&
                    (text[2] | 0x20) == 'l' && (text[3] | 0x20) == 'l';
  return !text.empty() && !null;
}

}  // namespace

void append_array_element(std::string& out, std::string_view text) {
  if (is_bare_element(text)) {
    out += text;
    return;
  }
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
}

std::string_view text_of(const Drawn& drawn, const std::string& scratch) noexcept {
  const char* data = drawn.data != nullptr ? drawn.data : scratch.data() + drawn.offset;
  return {data, drawn.size};
}

void append_rendered(std::string& scratch, const Drawn& drawn, Rendering rendering) {
  // The text may stand in the buffer itself: no growth while it is read. Six bytes are the most
  // that one takes, as \u001f.
  if (drawn.data == nullptr) scratch.reserve(scratch.size() + 6 * drawn.size + 64);
  const std::string_view text = text_of(drawn, scratch);
  const bool json = rendering == Rendering::inside_json || rendering == Rendering::whole_json;
  const bool plain = rendering == Rendering::plain;
  const auto quote = [&] {
    if (json) scratch += '"';
  };
  switch (drawn.kind) {
    case Value::Kind::null:
      if (!plain) scratch += json ? "null" : "NULL";
      break;
    case Value::Kind::boolean:
      scratch += drawn.integer != 0 ? "true" : "false";
      break;
    case Value::Kind::integer:
    case Value::Kind::numeric:
      append_decimal(scratch, drawn.integer, drawn.scale);
      break;
    case Value::Kind::date:
      quote();
      append_date(scratch, drawn.integer);
      quote();
      break;
    case Value::Kind::timestamp:
      quote();
      append_timestamp(scratch, drawn.integer);
      quote();
      break;
    case Value::Kind::uuid:
      quote();
      append_uuid(scratch, text);
      quote();
      break;
    case Value::Kind::text:
      if (json) {
        append_text_as_json(scratch, text, drawn.origin, rendering == Rendering::whole_json);
      } else if (plain) {
        scratch += text;
      } else {
        append_array_element(scratch, text);
      }
      break;
    case Value::Kind::json:
      if (rendering == Rendering::array_element) {
        append_array_element(scratch, text);
      } else {
        scratch += text;
      }
      break;
    case Value::Kind::array:
      if (json) {
        append_json_string(scratch, text);
      } else {
        scratch += text;
      }
      break;
  }
}

std::optional<Decimal> number_of(const Drawn& drawn, const std::string& scratch) noexcept {
  switch (drawn.kind) {
    case Value::Kind::integer:
    case Value::Kind::numeric:
      return Decimal{drawn.integer, drawn.scale};
    case Value::Kind::text:
    case Value::Kind::json:
      return parse_decimal(text_of(drawn, scratch));
    default:
      return std::nullopt;
  }
}

}  // namespace perf_mgmt
