// Sum of the squared distances of values from the whole part of their mean, exactly. With
// mean = q + r/n: sum (x - q)^2 = squares - 2 q sum + n q^2 = squares - q (sum + r).
#pragma once

#include <cstdint>

#include "wide_integer.hpp"

namespace perf_mgmt {

struct Spread {
  std::uint64_t quotient;   // q
  std::uint64_t remainder;  // r
  Uint192 subtrahend;       // q (sum + r)

  // count: above 0; sum: of that many values below 2^64.
  Spread(Uint128 sum, std::uint64_t count) noexcept
      : quotient(static_cast<std::uint64_t>(sum / count)),
        remainder(static_cast<std::uint64_t>(sum % count)),
        subtrahend(product(sum + remainder, quotient)) {}
};

}  // namespace perf_mgmt
