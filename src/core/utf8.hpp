// Code points of UTF-8 text, one after the other.
#pragma once

#include <string>
#include <string_view>

namespace perf_mgmt {

inline constexpr char32_t kReplacement = 0xFFFD;

// Takes the first code point off a text that is not empty. A sequence that is cut short, overlong,
// a surrogate or beyond U+10FFFF gives U+FFFD for as many bytes as began well, at least one:
// Unicode 15, section 3.9, "maximal subparts", as browsers do it.
char32_t take_code_point(std::string_view& text);

void append_code_point(std::string& out, char32_t code_point);

}  // namespace perf_mgmt
