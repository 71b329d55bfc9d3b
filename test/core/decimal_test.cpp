// Expectations by hand; the products are those of Python's decimal.
#include "../../src/core/decimal.hpp"

#include <gtest/gtest.h>

namespace perf_mgmt {
namespace {

std::string text(std::optional<Decimal> value) {
  if (!value) return "none";
  std::string out;
  append_decimal(out, value->unscaled, value->scale);
  return out;
}

TEST(Decimal, ReadsAndWritesNumbers) {
  EXPECT_EQ(text(parse_decimal("0")), "0");
  EXPECT_EQ(text(parse_decimal("-12.50")), "-12.50");
  EXPECT_EQ(text(parse_decimal("0.05")), "0.05");
  EXPECT_EQ(text(parse_decimal("-0.05")), "-0.05");
  EXPECT_EQ(text(parse_decimal("1e3")), "1000");
  EXPECT_EQ(text(parse_decimal("125E-2")), "1.25");
  EXPECT_EQ(text(parse_decimal("0e-999")), "0.000000000000000000000000000000000000");
  EXPECT_EQ(text(parse_decimal("99999999999999999999999999999999999999")),
            "99999999999999999999999999999999999999");
}

TEST(Decimal, RefusesWhatIsNoNumberOrTooLong) {
  for (const char* bad : {"", "-", ".", "1.2.3", "1e", "1e+", "abc", "1 ", "NaN", "1e99", "1e-99",
                          "999999999999999999999999999999999999999"}) {
    EXPECT_FALSE(parse_decimal(bad)) << bad;
  }
}

TEST(Decimal, CountsExactly) {
  EXPECT_EQ(text(add(*parse_decimal("0.1"), *parse_decimal("0.25"))), "0.35");
  EXPECT_EQ(text(multiply(*parse_decimal("12.95"), *parse_decimal("3"))), "38.85");
  EXPECT_EQ(text(multiply(*parse_decimal("-0.5"), *parse_decimal("0.5"))), "-0.25");
  EXPECT_EQ(text(rescale(*parse_decimal("1.50"), 1)), "1.5");
  EXPECT_EQ(text(rescale(*parse_decimal("1.55"), 1)), "none");
  EXPECT_EQ(text(trim(*parse_decimal("1.500"))), "1.5");
}

TEST(Decimal, SaysWhereItOverflows) {
  const Decimal large = *parse_decimal("99999999999999999999999999999999999999");
  EXPECT_FALSE(add(large, large) && add(*add(large, large), large) && multiply(large, large));
  EXPECT_FALSE(multiply(large, Decimal{10, 0}));
  EXPECT_FALSE(rescale(large, 2));
  EXPECT_FALSE(multiply(Decimal{1, 20}, Decimal{1, 20}));
}

}  // namespace
}  // namespace perf_mgmt
