#include "decimal.hpp"

#include <algorithm>
#include <limits>

namespace perf_mgmt {

std::optional<Decimal> parse_decimal(std::string_view text) noexcept {
  std::size_t i = 0;
  const bool negative = !text.empty() && text[0] == '-';
  if (negative || (!text.empty() && text[0] == '+')) ++i;
  Int128 value = 0;
  int scale = 0;
  bool any = false;
  bool point = false;
  for (; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '.' && !point) {
      point = true;
      continue;
    }
    if (c < '0' || c > '9') break;
    any = true;
    if (__builtin_mul_overflow(value, Int128{10}, &value) ||
        __builtin_add_overflow(value, Int128{c - '0'}, &value)) {
      return std::nullopt;
    }
    if (point) ++scale;
  }
  if (!any) return std::nullopt;
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    ++i;
    const bool down = i < text.size() && text[i] == '-';
    if (i < text.size() && (text[i] == '-' || text[i] == '+')) ++i;
    if (i == text.size()) return std::nullopt;
    int exponent = 0;
    for (; i < text.size() && text[i] >= '0' && text[i] <= '9'; ++i) {
      exponent = std::min(exponent * 10 + (text[i] - '0'), 1000);
    }
    scale += down ? exponent : -exponent;
  }
  if (i != text.size()) return std::nullopt;
  if (value == 0) scale = std::clamp(scale, 0, static_cast<int>(Decimal::kMaxScale));
  for (; scale < 0; ++scale) {
    if (__builtin_mul_overflow(value, Int128{10}, &value)) return std::nullopt;
  }
  for (; scale > static_cast<int>(Decimal::kMaxScale) && value % 10 == 0; --scale) value /= 10;
  if (scale > static_cast<int>(Decimal::kMaxScale)) return std::nullopt;
  return Decimal{negative ? -value : value, static_cast<unsigned>(scale)};
}

std::optional<Decimal> rescale(Decimal value, unsigned scale) noexcept {
  for (; value.scale < scale; ++value.scale) {
    if (__builtin_mul_overflow(value.unscaled, Int128{10}, &value.unscaled)) return std::nullopt;
  }
  for (; value.scale > scale; --value.scale) {
    if (value.unscaled % 10 != 0) return std::nullopt;
    value.unscaled /= 10;
  }
  return value;
}

std::optional<Decimal> add(Decimal a, Decimal b) noexcept {
  const unsigned scale = std::max(a.scale, b.scale);
  const auto left = rescale(a, scale);
  const auto right = rescale(b, scale);
  Decimal sum{0, scale};
  if (!left || !right || __builtin_add_overflow(left->unscaled, right->unscaled, &sum.unscaled)) {
    return std::nullopt;
  }
  return sum;
}

std::optional<Decimal> multiply(Decimal a, Decimal b) noexcept {
  Decimal product{0, a.scale + b.scale};
  if (product.scale > Decimal::kMaxScale ||
      __builtin_mul_overflow(a.unscaled, b.unscaled, &product.unscaled)) {
    return std::nullopt;
  }
  return product;
}

Decimal trim(Decimal value) noexcept {
  for (; value.scale > 0 && value.unscaled % 10 == 0; --value.scale) value.unscaled /= 10;
  return value;
}

bool fits_int64(Int128 value) noexcept {
  return value >= std::numeric_limits<std::int64_t>::min() &&
         value <= std::numeric_limits<std::int64_t>::max();
}

void append_decimal(std::string& out, Int128 unscaled, unsigned scale) {
  __extension__ typedef unsigned __int128 UInt128;
  char digits[64];
  char* const end = digits + sizeof digits;
  char* begin = end;
  const bool negative = unscaled < 0;
  UInt128 rest = negative ? -static_cast<UInt128>(unscaled) : static_cast<UInt128>(unscaled);
  for (unsigned place = 0; rest != 0 || place <= scale; ++place) {
    if (place == scale && scale > 0) *--begin = '.';
    *--begin = static_cast<char>('0' + static_cast<int>(rest % 10));
    rest /= 10;
  }
  if (negative) *--begin = '-';
  out.append(begin, static_cast<std::size_t>(end - begin));
}

}  // namespace perf_mgmt
