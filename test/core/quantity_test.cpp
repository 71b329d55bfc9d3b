// Expectations by hand.
#include "perf_mgmt/core/quantity.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace perf_mgmt {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(ShortNumber, HasThreeOrFourDigits) {
  EXPECT_EQ(short_number(0), "0");
  EXPECT_EQ(short_number(-0.0), "0");
  EXPECT_EQ(short_number(1234.4), "1,234");
  EXPECT_EQ(short_number(1234567.8), "1,234,568");
  EXPECT_EQ(short_number(123.44), "123.4");
  EXPECT_EQ(short_number(12.346), "12.35");
  EXPECT_EQ(short_number(1.234), "1.23");
  EXPECT_EQ(short_number(0.5), "0.500");
  EXPECT_EQ(short_number(0.0123456), "0.0123");
  EXPECT_EQ(short_number(-20.5), "-20.50");
  EXPECT_EQ(short_number(1.2345e-7), "1.23e-07");
  EXPECT_EQ(short_number(2e15), "2e+15");
}

TEST(ShortNumber, IsRoundedBeforeItsDigitsAreCounted) {
  EXPECT_EQ(short_number(99.996), "100.0");
  EXPECT_EQ(short_number(999.96), "1,000");
  EXPECT_EQ(short_number(0.9996), "1.00");
  EXPECT_EQ(short_number(0.09996), "0.100");
}

TEST(ColumnNumber, HasFourDecimalsAtMost) {
  EXPECT_EQ(column_number(0), "0");
  EXPECT_EQ(column_number(1234.4), "1,234");
  EXPECT_EQ(column_number(12.346), "12.35");
  EXPECT_EQ(column_number(0.0123456), "0.0123");
  EXPECT_EQ(column_number(0.00998), "0.0100");
  EXPECT_EQ(column_number(0.0005), "0.0005");
  EXPECT_EQ(column_number(-0.0005), "-0.0005");
  EXPECT_EQ(column_number(0.00002), "0.0000");
}

TEST(WholeNumber, IsGrouped) {
  EXPECT_EQ(whole_number(999), "999");
  EXPECT_EQ(whole_number(1000), "1,000");
  EXPECT_EQ(whole_number(1234567.4), "1,234,567");
  EXPECT_EQ(whole_number(-123456), "-123,456");
  EXPECT_EQ(whole_number(-0.4), "0");
}

TEST(DurationText, ChoosesTheUnit) {
  EXPECT_EQ(duration_text(0), "0 ms");
  EXPECT_EQ(duration_text(0.000001), "1.00 ns");
  EXPECT_EQ(duration_text(0.00085), "850 ns");
  EXPECT_EQ(duration_text(0.0123), "12.3 \u00b5s");
  EXPECT_EQ(duration_text(0.1), "0.10 ms");
  EXPECT_EQ(duration_text(0.44), "0.44 ms");
  EXPECT_EQ(duration_text(12.34), "12.3 ms");
  EXPECT_EQ(duration_text(456.7), "457 ms");
  EXPECT_EQ(duration_text(4520), "4.52 s");
  EXPECT_EQ(duration_text(200'000), "3 min 20 s");
  EXPECT_EQ(duration_text(1'800'000), "30 min");
  EXPECT_EQ(duration_text(3'900'000), "1 h 5 min");
  EXPECT_EQ(duration_text(183'600'000), "2 d 3 h");
  EXPECT_EQ(duration_text(-12.34), "-12.3 ms");
}

TEST(DurationText, IsRoundedBeforeItsUnitIsChosen) {
  EXPECT_EQ(duration_text(9.996), "10.0 ms");
  EXPECT_EQ(duration_text(999.6), "1.00 s");
  EXPECT_EQ(duration_text(59'960), "1 min");
  EXPECT_EQ(duration_text(3'599'700), "1 h");
  EXPECT_EQ(duration_text(172'799'999), "2 d");
  EXPECT_EQ(duration_text(1e-12), "0 ms");
}

TEST(BytesText, CountsByThousands) {
  EXPECT_EQ(bytes_text(0), "0 B");
  EXPECT_EQ(bytes_text(512), "512 B");
  EXPECT_EQ(bytes_text(999.6), "1.0 kB");
  EXPECT_EQ(bytes_text(1500), "1.5 kB");
  EXPECT_EQ(bytes_text(123e6), "123 MB");
  EXPECT_EQ(bytes_text(22.4e9), "22.4 GB");
  EXPECT_EQ(bytes_text(-2048), "-2.0 kB");
}

TEST(PercentText, TellsLittleFromNothing) {
  EXPECT_EQ(percent_text(0), "0 %");
  EXPECT_EQ(percent_text(12.34), "12.3 %");
  EXPECT_EQ(percent_text(100), "100.0 %");
  EXPECT_EQ(percent_text(-3.21), "-3.2 %");
  EXPECT_EQ(percent_text(0.05), "0.05 %");
  EXPECT_EQ(percent_text(0.0042), "0.004 %");
  EXPECT_EQ(percent_text(0.00031), "0.0003 %");
  EXPECT_EQ(percent_text(0.000001), "0.0000 %");
}

TEST(SignedChange, SaysPointsOfTheErrorRate) {
  EXPECT_EQ(signed_change(12.34, "p95_response_time_ms"), "+12.3 %");
  EXPECT_EQ(signed_change(-4, "throughput_tps"), "-4.0 %");
  EXPECT_EQ(signed_change(0.52, "error_rate_percent"), "+0.5 points");
  EXPECT_EQ(signed_change(0, "throughput_tps"), "0.0 %");
  EXPECT_EQ(signed_change(0.04, "throughput_tps"), "0.0 %");
  EXPECT_EQ(signed_change(-0.04, "throughput_tps"), "0.0 %");
}

TEST(Quantity, WhatIsNoNumberIsADash) {
  for (const double value : {kNan, kInfinity, -kInfinity}) {
    EXPECT_EQ(short_number(value), "\u2013");
    EXPECT_EQ(column_number(value), "\u2013");
    EXPECT_EQ(whole_number(value), "\u2013");
    EXPECT_EQ(duration_text(value), "\u2013");
    EXPECT_EQ(bytes_text(value), "\u2013");
    EXPECT_EQ(percent_text(value), "\u2013");
    EXPECT_EQ(signed_change(value, "avg_ms"), "\u2013");
    EXPECT_EQ(metric_text("throughput_tps", value), "\u2013");
  }
  EXPECT_EQ(or_dash(std::nullopt, short_number), "\u2013");
  EXPECT_EQ(or_dash(12.3, duration_text), "12.3 ms");
}

TEST(Quantity, TheLargestNumbersHaveATextToo) {
  const double most = std::numeric_limits<double>::max();
  EXPECT_EQ(short_number(most), "1.8e+308");
  EXPECT_EQ(whole_number(-most), "-1.8e+308");
  EXPECT_FALSE(duration_text(most).empty());
  EXPECT_EQ(bytes_text(most), "1.8e+290 EB");
}

TEST(MetricTitle, IsWhatAPersonCallsIt) {
  EXPECT_EQ(metric_title("p95_response_time_ms"), "p95 response time");
  EXPECT_EQ(metric_title("p999_response_time_ms"), "p99.9 response time");
  EXPECT_EQ(metric_title("throughput_tps"), "throughput");
  EXPECT_EQ(metric_title("max_response_time_ms"), "longest response time");
  EXPECT_EQ(metric_title("max_p95_response_time_ms"), "limit on p95 response time");
  EXPECT_EQ(metric_title("min_throughput_tps"), "limit on throughput");
  EXPECT_EQ(metric_title("some_other_metric"), "some other metric");
}

TEST(Counted, IsOneOrMany) {
  EXPECT_EQ(counted(1, "operation"), "1 operation");
  EXPECT_EQ(counted(0, "operation"), "0 operations");
  EXPECT_EQ(counted(1234, "operation"), "1,234 operations");
}

TEST(MetricText, HasItsUnit) {
  EXPECT_EQ(metric_text("p95_response_time_ms", 12.34), "12.3 ms");
  EXPECT_EQ(metric_text("throughput_tps", 1234.4), "1,234/s");
  EXPECT_EQ(metric_text("error_rate_percent", 0.05), "0.05 %");
  EXPECT_EQ(metric_text("wal_bytes", 1500), "1.5 kB");
  EXPECT_EQ(metric_text("disk_io_mb_per_sec", 3.456), "3.46 MB/s");
  EXPECT_EQ(metric_text("connections", 12), "12.00");
}

}  // namespace
}  // namespace perf_mgmt
