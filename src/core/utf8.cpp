// Which bytes may follow which: Unicode 15, table 3-7.
#include "utf8.hpp"

#include <cstddef>

namespace perf_mgmt {

namespace {

std::size_t bytes_after(unsigned lead) {
  if (lead >= 0xC2 && lead <= 0xDF) return 1;
  if (lead >= 0xE0 && lead <= 0xEF) return 2;
  if (lead >= 0xF0 && lead <= 0xF4) return 3;
  return 0;  // a byte of a sequence's middle, or one that begins none
}

}  // namespace

char32_t take_code_point(std::string_view& text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(0);
  const std::size_t more = bytes_after(lead);
  if (more == 0) {
    text.remove_prefix(1);
    return lead < 0x80 ? lead : kReplacement;
  }

  // The second byte's range keeps out overlong forms, surrogates and what is beyond U+10FFFF.
  unsigned low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  unsigned high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  char32_t code_point = lead & (0x3Fu >> more);
  std::size_t length = 1;
  while (length <= more && length < text.size() && byte(length) >= low && byte(length) <= high) {
    code_point = code_point << 6 | (byte(length) & 0x3Fu);
    low = 0x80;
    high = 0xBF;
    ++length;
  }
  text.remove_prefix(length);
  return length > more ? code_point : kReplacement;
}

void append_code_point(std::string& out, char32_t code_point) {
  const auto append = [&](char32_t byte) { out += static_cast<char>(byte); };
  if (code_point < 0x80) {
    append(code_point);
  } else if (code_point < 0x800) {
    append(0xC0 | code_point >> 6);
    append(0x80 | (code_point & 0x3F));
  } else if (code_point < 0x10000) {
    append(0xE0 | code_point >> 12);
    append(0x80 | (code_point >> 6 & 0x3F));
    append(0x80 | (code_point & 0x3F));
  } else {
    append(0xF0 | code_point >> 18);
    append(0x80 | (code_point >> 12 & 0x3F));
    append(0x80 | (code_point >> 6 & 0x3F));
    append(0x80 | (code_point & 0x3F));
  }
}

}  // namespace perf_mgmt
