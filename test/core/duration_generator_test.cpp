#include <gtest/gtest.h>

#include <limits>

#include "generator_fixture.hpp"

namespace perf_mgmt {
namespace {

TEST(DurationGenerator, GivesAConstant) {
  RandomStream random(1, 1, 1);
  EXPECT_EQ(DurationGenerator::compile("1.5").draw_ns(random), 1500000);
  EXPECT_EQ(DurationGenerator::constant(0.000001).draw_ns(random), 1);
  EXPECT_FALSE(DurationGenerator::constant(1).is_zero());
  EXPECT_TRUE(DurationGenerator::constant(0).is_zero());
  EXPECT_TRUE(DurationGenerator::compile("0").is_zero());
  EXPECT_TRUE(DurationGenerator().is_zero());
  EXPECT_EQ(DurationGenerator::compile("86400000").draw_ns(random), 86400000000000);
}

TEST(DurationGenerator, DrawsBetweenItsBounds) {
  RandomStream random(1, 1, 1);
  const auto uniform = DurationGenerator::compile(R"({"type":"numeric","min":0.5,"max":2})");
  const auto skewed = DurationGenerator::compile(
      R"({"type":"integer","min":0,"max":1000,"distribution":"exponential","parameter":10})");
  double sum = 0;
  for (int i = 0; i < 10000; ++i) {
    const auto value = uniform.draw_ns(random);
    ASSERT_GE(value, 500000);
    ASSERT_LE(value, 2000000);
    sum += static_cast<double>(skewed.draw_ns(random));
  }
  EXPECT_FALSE(skewed.is_zero());
  EXPECT_NEAR(sum / 10000, 1e8, 5e6);  // a mean of 99.95 ms, sd 100 ms / 100
}

TEST(DurationGenerator, RefusesOthers) {
  const auto message = [](const char* text) {
    return error_of([&] { DurationGenerator::compile(text); }).message();
  };
  EXPECT_EQ(message("-1"), "duration is out of range");
  EXPECT_EQ(message("86400001"), "duration is out of range");
  EXPECT_EQ(message(R"({"type":"integer","min":-1,"max":5})"), "duration is out of range");
  EXPECT_EQ(message(R"({"type":"uuid"})"),
            "a think time must be a number or a generator of type \"integer\" or \"numeric\"");
  EXPECT_EQ(message("\"5\""), "a generator definition must be an object, not a string");
  EXPECT_EQ(message("{"), "think time: malformed JSON");
  EXPECT_THROW(DurationGenerator::constant(std::numeric_limits<double>::quiet_NaN()), Error);
}

}  // namespace
}  // namespace perf_mgmt
