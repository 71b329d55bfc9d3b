// Unsigned integers of 192 bits: just what the exact moments of a histogram need.
//
// A sum of at most 2^64 - 1 squares of 64-bit values stays below 2^192, so nothing here overflows
// on such sums; on other input the arithmetic is modulo 2^192.
#pragma once

#include <cstddef>
#include <cstdint>

namespace perf_mgmt {

using Uint128 = unsigned __int128;

struct Uint192 {
  std::uint64_t words[3] = {};  // least significant first

  static constexpr Uint192 from(Uint128 value) noexcept {
    return {{static_cast<std::uint64_t>(value), static_cast<std::uint64_t>(value >> 64), 0}};
  }

  constexpr Uint192& operator+=(const Uint192& other) noexcept {
    Uint128 carry = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      carry += Uint128{words[i]} + other.words[i];
      words[i] = static_cast<std::uint64_t>(carry);
      carry >>= 64;
    }
    return *this;
  }

  constexpr Uint192& operator-=(const Uint192& other) noexcept {
    std::uint64_t borrow = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      const Uint128 difference = Uint128{words[i]} - other.words[i] - borrow;
      words[i] = static_cast<std::uint64_t>(difference);
      borrow = static_cast<std::uint64_t>(difference >> 64) & 1;
    }
    return *this;
  }

  friend constexpr bool operator==(const Uint192&, const Uint192&) noexcept = default;
  friend constexpr bool operator<(const Uint192& a, const Uint192& b) noexcept {
    for (std::size_t i = 3; i-- > 0;) {
      if (a.words[i] != b.words[i]) return a.words[i] < b.words[i];
    }
    return false;
  }

  // Multiplies, then adds; returns what does not fit into 192 bits.
  constexpr std::uint64_t multiply_add(std::uint64_t factor, std::uint64_t addend) noexcept {
    Uint128 carry = addend;
    for (std::uint64_t& word : words) {
      carry += Uint128{word} * factor;
      word = static_cast<std::uint64_t>(carry);
      carry >>= 64;
    }
    return static_cast<std::uint64_t>(carry);
  }

  // Divides; returns the remainder. divisor: not 0.
  constexpr std::uint64_t divide(std::uint64_t divisor) noexcept {
    Uint128 rest = 0;
    for (std::size_t i = 3; i-- > 0;) {
      rest = rest << 64 | words[i];
      words[i] = static_cast<std::uint64_t>(rest / divisor);
      rest %= divisor;
    }
    return static_cast<std::uint64_t>(rest);
  }

  constexpr double to_double() const noexcept {
    return (static_cast<double>(words[2]) * 0x1p64 + static_cast<double>(words[1])) * 0x1p64 +
           static_cast<double>(words[0]);
  }
};

constexpr Uint128 join(const std::uint64_t (&words)[2]) noexcept {
  return Uint128{words[1]} << 64 | words[0];
}

constexpr Uint192 product(Uint128 a, std::uint64_t b) noexcept {
  Uint192 result = Uint192::from(a);
  result.multiply_add(b, 0);
  return result;
}

constexpr Uint128 square(std::uint64_t value) noexcept {
  return Uint128{value} * value;
}

}  // namespace perf_mgmt
