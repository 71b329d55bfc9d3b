// Exact decimals for generators: an integer and the number of its decimal places.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace perf_mgmt {

__extension__ typedef __int128 Int128;

struct Decimal {
  Int128 unscaled = 0;
  unsigned scale = 0;  // 0 .. kMaxScale
  static constexpr unsigned kMaxScale = 36;
};

// "-12.50", "1e3": a JSON number, or PostgreSQL's text of one. No value where it is not a number,
// or has more than 38 digits in all.
std::optional<Decimal> parse_decimal(std::string_view text) noexcept;

// No value where the result overflows.
std::optional<Decimal> add(Decimal a, Decimal b) noexcept;
std::optional<Decimal> multiply(Decimal a, Decimal b) noexcept;

// The same number with exactly `scale` places; no value where digits would be lost or it overflows.
std::optional<Decimal> rescale(Decimal value, unsigned scale) noexcept;
// Without zeros at the end of its places.
Decimal trim(Decimal value) noexcept;

bool fits_int64(Int128 value) noexcept;

void append_decimal(std::string& out, Int128 unscaled, unsigned scale);

}  // namespace perf_mgmt
