// Stored and text forms: literal examples encoded by hand, round trips, and everything broken that
// a disk, a client or a dump could hand in.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "perf_mgmt/core/errors.hpp"
#include "perf_mgmt/core/histogram.hpp"
#include "perf_mgmt/core/random.hpp"

namespace perf_mgmt {
namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::uint64_t kHighest = std::numeric_limits<std::uint64_t>::max();

Histogram histogram_of(const std::vector<std::uint64_t>& values) {
  Histogram histogram;
  for (const std::uint64_t value : values) histogram.record(value);
  return histogram;
}

std::vector<Histogram> examples() {
  std::vector<Histogram> all = {Histogram{},
                                histogram_of({0}),
                                histogram_of({1, 1, 300}),
                                histogram_of({1000, 1001, 1003}),
                                histogram_of({0, kHighest}),
                                histogram_of({kHighest, kHighest, kHighest})};
  RandomStream random(6, 6, 6);
  Histogram many;
  for (int i = 0; i < 500; ++i) {
    many.record(static_cast<std::uint64_t>(std::exp(8 + 4 * random.next_unit())));
  }
  all.push_back(many);
  return all;
}

// What must hold of any histogram that a reader lets through.
void expect_usable(const Histogram& histogram) {
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < Histogram::kBucketCount; ++i) count += histogram.bucket_count(i);
  EXPECT_EQ(count, histogram.count());
  if (histogram.empty()) return;
  EXPECT_LE(*histogram.min(), *histogram.max());
  EXPECT_GE(*histogram.mean(), static_cast<double>(*histogram.min()));
  EXPECT_LE(*histogram.mean(), static_cast<double>(*histogram.max()));
  // No deviation exceeds that of two values at the extremes.
  const auto range = static_cast<double>(*histogram.max() - *histogram.min());
  EXPECT_LE(histogram.stddev().value_or(0.0), range * 0.7072);
  for (const double p : {0.0, 0.5, 0.99, 1.0}) {
    const std::uint64_t value = histogram.percentile(p).value_or(*histogram.min());
    EXPECT_GE(value, *histogram.min());
    EXPECT_LE(value, *histogram.max());
  }
}

// The histogram of the bytes, or none where they are refused as corrupted.
std::optional<Histogram> read(const Bytes& bytes) {
  try {
    return Histogram::deserialize(bytes.data(), bytes.size());
  } catch (const Error& error) {
    EXPECT_STREQ(error.sqlstate(), "XX001");
    EXPECT_EQ(error.message(), "invalid stored histogram");
    EXPECT_FALSE(error.detail().empty());
    return std::nullopt;
  }
}

std::optional<Histogram> read_text(const std::string& text) {
  try {
    return Histogram::parse(text);
  } catch (const Error& error) {
    EXPECT_STREQ(error.sqlstate(), "22P02");
    EXPECT_EQ(error.message(), "invalid input syntax for type histogram");
    EXPECT_FALSE(error.detail().empty());
    return std::nullopt;
  }
}

std::string text_error(const std::string& text) {
  try {
    Histogram::parse(text);
  } catch (const Error& error) {
    return error.detail();
  }
  return "accepted";
}

TEST(HistogramBytes, AreAsDocumented) {
  EXPECT_EQ(Histogram{}.serialize(), (Bytes{1, 0}));
  // Version, count 3, min 1, max 300, sum 302 and 0, squares 90002, 0 and 0; bucket 1 twice, then
  // 276 empty ones, bucket 278 once.
  EXPECT_EQ(histogram_of({1, 1, 300}).serialize(),
            (Bytes{1, 3, 1, 0xac, 2, 0xae, 2, 0, 0x92, 0xbf, 5, 0, 0, 1, 2, 0x94, 2, 1}));
}

TEST(HistogramBytes, RoundTrip) {
  for (const Histogram& histogram : examples()) {
    const Bytes bytes = histogram.serialize();
    const std::optional<Histogram> back = read(bytes);
    ASSERT_TRUE(back.has_value());
    EXPECT_TRUE(*back == histogram);
    EXPECT_EQ(back->serialize(), bytes);
  }
}

TEST(HistogramBytes, RefuseEveryTruncationAndExtension) {
  for (const Histogram& histogram : examples()) {
    Bytes bytes = histogram.serialize();
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      // A copy of just that size, so that a sanitizer sees any read beyond it.
      EXPECT_FALSE(read(Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size))));
    }
    bytes.push_back(0);
    EXPECT_FALSE(read(bytes));
  }
}

// Every byte becomes every other one: refused, or a histogram that is whole and has just these
// bytes, so nothing was silently repaired.
TEST(HistogramBytes, SurviveEveryChangedByte) {
  int refused = 0;
  int accepted = 0;
  for (const Histogram& histogram : examples()) {
    const Bytes original = histogram.serialize();
    for (std::size_t i = 0; i < std::min<std::size_t>(original.size(), 120); ++i) {
      Bytes bytes = original;
      for (int change = 1; change < 256; ++change) {
        bytes[i] = static_cast<std::uint8_t>(original[i] ^ change);
        const std::optional<Histogram> back = read(bytes);
        ++(back ? accepted : refused);
        if (!back) continue;
        expect_usable(*back);
        ASSERT_EQ(back->serialize(), bytes);
      }
    }
  }
  EXPECT_GT(refused, 0);
  EXPECT_LT(accepted, refused / 10);
}

TEST(HistogramBytes, SurviveNoise) {
  RandomStream random(12, 12, 12);
  for (int i = 0; i < 20'000; ++i) {
    Bytes bytes(random.next_below(40));
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random.next() % 4 * 43);
    if (!bytes.empty()) bytes[0] = 1;
    if (const std::optional<Histogram> back = read(bytes)) expect_usable(*back);
  }
}

TEST(HistogramBytes, RefuseWhatNoSampleCouldGive) {
  const Bytes good = {1, 3, 1, 0xac, 2, 0xae, 2, 0, 0x92, 0xbf, 5, 0, 0, 1, 2, 0x94, 2, 1};
  ASSERT_TRUE(read(good));
  const auto with = [&good](std::size_t at, std::uint8_t byte) {
    Bytes bytes = good;
    bytes[at] = byte;
    return bytes;
  };
  EXPECT_FALSE(read(with(0, 2)));         // an unknown version
  EXPECT_FALSE(read(with(1, 4)));         // one more than the buckets hold
  EXPECT_FALSE(read(with(1, 2)));         // one fewer
  EXPECT_FALSE(read(with(2, 2)));         // a minimum in an empty bucket
  EXPECT_FALSE(read(with(3, 0xae)));      // a maximum in another bucket
  EXPECT_FALSE(read(with(3, 0xad)));      // in the right one, but then the sum is 303
  EXPECT_FALSE(read(with(5, 0xaf)));      // a sum of 303
  EXPECT_FALSE(read(with(7, 1)));         // a sum of 302 + 2^64
  EXPECT_FALSE(read(with(8, 0x94)));      // squares of 90004
  EXPECT_FALSE(read(with(12, 1)));        // squares of 90002 + 2^128
  EXPECT_FALSE(read(with(14, 0)));        // an empty bucket
  EXPECT_FALSE(read(Bytes{1, 0x80, 0}));  // 0 in two bytes
  const Bytes ten = {1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2};  // 2^65 - 1 …
  EXPECT_FALSE(read(ten));
  EXPECT_FALSE(read({}));
}

// Of every width: some small enough for 128-bit sums of squares, some not, some with one value.
std::vector<Histogram> random_histograms() {
  std::vector<Histogram> all = examples();
  RandomStream random(8, 8, 8);
  for (unsigned bits = 1; bits <= 64; ++bits) {
    Histogram histogram;
    for (std::uint64_t i = random.next_below(600) + 1; i > 0; --i) {
      histogram.record(random.next() >> (64 - bits) >> random.next_below(bits));
    }
    all.push_back(histogram);
  }
  return all;
}

TEST(HistogramStored, MergesAsTheExpandedOneDoes) {
  Histogram merged;
  Histogram expected;
  for (const Histogram& histogram : random_histograms()) {
    const Bytes bytes = histogram.serialize();
    Histogram alone;
    alone.merge_serialized(bytes.data(), bytes.size());
    EXPECT_TRUE(alone == histogram);
    merged.merge_serialized(bytes.data(), bytes.size());
    expected.merge(histogram);
    ASSERT_TRUE(merged == expected);
    ASSERT_EQ(merged.serialize(), expected.serialize());
  }
}

TEST(HistogramStored, GivesThePercentilesOfTheExpandedOne) {
  int known = 0;
  for (const Histogram& histogram : random_histograms()) {
    const Bytes bytes = histogram.serialize();
    for (const double p : {-1.0, 0.0, 0.001, 0.25, 0.5, 0.9, 0.95, 0.99, 1.0, 2.0}) {
      const auto found = Histogram::stored_percentile(bytes.data(), bytes.size(), p);
      EXPECT_EQ(found, histogram.percentile(p)) << p;
      known += found.has_value() ? 1 : 0;
    }
  }
  EXPECT_GT(known, 300);
}

TEST(HistogramStored, ChangesNothingWhenItIsRefused) {
  const Histogram before = histogram_of({7, 300, 12'345});
  for (const Histogram& histogram : examples()) {
    const Bytes original = histogram.serialize();
    for (std::size_t i = 0; i < std::min<std::size_t>(original.size(), 120); ++i) {
      for (const int change : {1, 2, 16, 127, 128, 255}) {
        Bytes bytes = original;
        bytes[i] = static_cast<std::uint8_t>(original[i] ^ change);
        if (read(bytes)) continue;
        Histogram state = before;
        EXPECT_THROW(state.merge_serialized(bytes.data(), bytes.size()), Error);
        ASSERT_TRUE(state == before);
        ASSERT_EQ(state.serialize(), before.serialize());
        EXPECT_THROW(Histogram::stored_percentile(bytes.data(), bytes.size(), 0.5), Error);
      }
    }
  }
}

TEST(HistogramText, IsAsDocumented) {
  EXPECT_EQ(Histogram{}.to_text(), R"({"v":1,"count":0})");
  EXPECT_EQ(
      histogram_of({1, 1, 300}).to_text(),
      R"({"v":1,"count":3,"min":1,"max":300,"sum":"302","squares":"90002","buckets":[[1,2],[300,1]]})");
  // 3 (2^64 - 1) and 3 (2^64 - 1)^2.
  EXPECT_EQ(histogram_of({kHighest, kHighest, kHighest}).to_text(),
            R"({"v":1,"count":3,"min":18446744073709551615,"max":18446744073709551615,)"
            R"("sum":"55340232221128654845","squares":"1020847100762815390279443357853047324675",)"
            R"("buckets":[[18374686479671623680,3]]})");
  // 10^10 squared has zeros at every cut of nineteen digits.
  EXPECT_EQ(histogram_of({10'000'000'000}).to_text(),
            R"({"v":1,"count":1,"min":10000000000,"max":10000000000,"sum":"10000000000",)"
            R"("squares":"100000000000000000000","buckets":[[9999220736,1]]})");
}

TEST(HistogramText, RoundTrips) {
  for (const Histogram& histogram : examples()) {
    const std::optional<Histogram> back = read_text(histogram.to_text());
    ASSERT_TRUE(back.has_value());
    EXPECT_TRUE(*back == histogram);
  }
}

TEST(HistogramText, TakesSpacesAndAnyOrderOfKeys) {
  const std::optional<Histogram> back = read_text(
      R"( { "buckets": [[1, 2], [300, 1]], "squares": "90002", "sum": "302", "max": 300,
            "min": 1, "count": 3, "v": 1 } )");
  ASSERT_TRUE(back.has_value());
  EXPECT_TRUE(*back == histogram_of({1, 1, 300}));
}

TEST(HistogramText, RefusesEveryTruncationAndSurvivesEveryChange) {
  for (const Histogram& histogram : examples()) {
    const std::string original = histogram.to_text().substr(0, 4000);
    for (std::size_t i = 0; i < std::min<std::size_t>(original.size(), 300); ++i) {
      EXPECT_FALSE(read_text(original.substr(0, i)));
      for (const char replacement : std::string_view("09-\"[]{},:eE. \xff\0x", 17)) {
        std::string text = original;
        text[i] = replacement;
        if (const std::optional<Histogram> back = read_text(text)) {
          expect_usable(*back);
          EXPECT_TRUE(*read_text(back->to_text()) == *back);
        }
      }
    }
  }
}

TEST(HistogramText, SaysWhatIsWrong) {
  EXPECT_EQ(text_error(""), "It must be a JSON object.");
  EXPECT_EQ(text_error("[1]"), "It must be a JSON object.");
  EXPECT_EQ(text_error(R"({"count":0})"), "The key \"v\" is missing.");
  EXPECT_EQ(text_error(R"({"v":2,"count":0})"), "Its version is not known.");
  EXPECT_EQ(text_error(R"({"v":1,"count":-1})"),
            "\"count\" must be a whole number from 0 to 18446744073709551615.");
  EXPECT_EQ(text_error(R"({"v":1,"count":18446744073709551616})"),
            "\"count\" must be a whole number from 0 to 18446744073709551615.");
  EXPECT_EQ(text_error(R"({"v":1,"count":0,"min":3})"), "It has keys that do not belong there.");
  EXPECT_EQ(text_error(R"({"v":1,"count":1})"), "The key \"min\" is missing.");

  const auto with = [](const char* sum, const char* squares, const char* buckets) {
    return text_error(std::string(R"({"v":1,"count":3,"min":1000,"max":1003,"sum":")") + sum +
                      R"(","squares":")" + squares + R"(","buckets":)" + buckets + "}");
  };
  // 1000, 1001, 1003: all in the bucket 1000 … 1003, with a sum from 3003 to 3006.
  EXPECT_EQ(with("3004", "3008010", "[[1000,3]]"), "accepted");
  const std::string sum_error = "The sum is not possible for the buckets.";
  EXPECT_EQ(with("3002", "3008010", "[[1000,3]]"), sum_error);
  EXPECT_EQ(with("3007", "3008010", "[[1000,3]]"), sum_error);
  const std::string squares_error =
      "The sum of squares is not possible for the buckets and the sum.";
  EXPECT_EQ(with("3004", "3008011", "[[1000,3]]"), squares_error);  // odd, the sum is even
  EXPECT_EQ(with("3004", "3008004", "[[1000,3]]"), squares_error);  // three alike need 3008005.33
  EXPECT_EQ(with("3004", "3012020", "[[1000,3]]"), squares_error);  // above 1000, 1003, 1003
  EXPECT_EQ(with("3004", "3008014", "[[1000,3]]"),
            squares_error);  // 0^2 + 1^2 + 3^2 is 10, at most 12
  EXPECT_EQ(with("3004x", "3008010", "[[1000,3]]"), "\"sum\" must be a string of decimal digits.");
  EXPECT_EQ(with("", "3008010", "[[1000,3]]"), "\"sum\" must be a string of decimal digits.");
  EXPECT_EQ(with("340282366920938463463374607431768211456", "0", "[[1000,3]]"),
            "\"sum\" exceeds 128 bits.");
  // 2^192 is one too many.
  EXPECT_EQ(with("3004", "6277101735386680763835789423207666416102355444464034512896", "[]"),
            "\"squares\" must be a string of decimal digits.");
  EXPECT_EQ(with("3004", "3008010", "{}"), "\"buckets\" must be an array.");
  EXPECT_EQ(with("3004", "3008010", "[[1000]]"), "A bucket must be a pair of numbers.");
  EXPECT_EQ(with("3004", "3008010", "[[1001,3]]"), "No bucket begins at 1001.");
  EXPECT_EQ(with("3004", "3008010", "[[1000,0]]"), "An empty bucket is listed.");
  EXPECT_EQ(with("3004", "3008010", "[[1000,2],[1000,1]]"),
            "The buckets are not in order or begin before the minimum.");
  EXPECT_EQ(with("3004", "3008010", "[[1004,3]]"), "A bucket lies beyond the maximum.");
  EXPECT_EQ(with("3004", "3008010", "[[1000,2]]"),
            "The buckets hold fewer values than the count says.");
  EXPECT_EQ(with("3004", "3008010", "[[1000,4]]"),
            "The buckets hold more values than the count says.");
  EXPECT_EQ(with("3004", "3008010", "[]"), "The minimum lies in an empty bucket.");

  // 0, 100 and 200 have buckets of their own, so nothing but 50000 will do.
  const auto exact = [](const char* squares) {
    return text_error(std::string(R"({"v":1,"count":3,"min":0,"max":200,"sum":"300","squares":")") +
                      squares + R"(","buckets":[[0,1],[100,1],[200,1]]})");
  };
  EXPECT_EQ(exact("50000"), "accepted");
  EXPECT_EQ(exact("49998"), squares_error);
  EXPECT_EQ(exact("50002"), squares_error);
}

}  // namespace
}  // namespace perf_mgmt
