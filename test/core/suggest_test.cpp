// Distances by hand.
#include "perf_mgmt/core/suggest.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace perf_mgmt {
namespace {

const std::vector<std::string_view> kKeys = {
    "virtual_users", "workers", "warmup_seconds", "seed", "ramp_up_seconds", "ramp_down_seconds"};

TEST(EditDistance, CountsEdits) {
  EXPECT_EQ(edit_distance("", ""), 0U);
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  EXPECT_EQ(edit_distance("abc", ""), 3U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
  EXPECT_EQ(edit_distance("sitting", "kitten"), 3U);
  EXPECT_EQ(edit_distance("seed", "sed"), 1U);
  EXPECT_EQ(edit_distance("seed", "seeed"), 1U);
  EXPECT_EQ(edit_distance("seed", "send"), 1U);
}

TEST(EditDistance, CountsASwapOfNeighboursOnce) {
  EXPECT_EQ(edit_distance("seed", "sede"), 1U);
  EXPECT_EQ(edit_distance("ab", "ba"), 1U);
  EXPECT_EQ(edit_distance("ca", "abc"), 3U);  // optimal string alignment; 2 if edits could overlap
}

TEST(EditDistance, FoldsAsciiCaseOnly) {
  EXPECT_EQ(edit_distance("SEED", "seed"), 0U);
  EXPECT_EQ(edit_distance("AB", "ba"), 1U);
  EXPECT_EQ(edit_distance("\xc3\x84", "\xc3\xa4"), 1U);  // A and a umlaut differ in one byte
  EXPECT_EQ(edit_distance("[", "{"), 1U);                // 0x20 apart, but no letters
}

TEST(NearestName, FindsTheNearest) {
  EXPECT_EQ(nearest_name("virtual_user", kKeys), "virtual_users");
  EXPECT_EQ(nearest_name("Workers", kKeys), "workers");
  EXPECT_EQ(nearest_name("ramp_dwon_seconds", kKeys), "ramp_down_seconds");
  EXPECT_EQ(nearest_name("seed", kKeys), "seed");
}

TEST(NearestName, StopsAtAThirdOfTheName) {
  const std::vector<std::string> abc = {"abcdef"};
  EXPECT_EQ(nearest_name("abcdxx", abc), "abcdef");  // 2 of 6
  EXPECT_EQ(nearest_name("abcxxx", abc), "");        // 3 of 6
  EXPECT_EQ(nearest_name("abcdxxxx", abc), "");      // 4 of 8, 2 allowed
  const std::vector<std::string> longer = {"abcdefghijklmnopqrst"};
  EXPECT_EQ(nearest_name("abcdefghijklmnopxxxx", longer), "abcdefghijklmnopqrst");  // 4 of 20
  EXPECT_EQ(nearest_name("abcdefghijklmnoxxxxx", longer), "");                      // 5 of 20
  const std::vector<std::string> shortest = {"id"};
  EXPECT_EQ(nearest_name("ic", shortest), "id");  // 1 is always allowed
  EXPECT_EQ(nearest_name("xy", shortest), "");
}

TEST(NearestName, NeedsACommonLetter) {
  const std::vector<std::string> names = {"a"};
  EXPECT_EQ(nearest_name("b", names), "");
  EXPECT_EQ(nearest_name("", names), "");
  EXPECT_EQ(nearest_name("ab", names), "a");
}

TEST(NearestName, TakesTheFirstOfEquals) {
  const std::vector<std::string> names = {"xbcd", "axcd", "abcd", "ABCD"};
  EXPECT_EQ(nearest_name("abxd", names), "abcd");
  EXPECT_EQ(nearest_name("aaaa", names), "");
  const std::vector<std::string> both = {"abcx", "abcy"};
  EXPECT_EQ(nearest_name("abcz", both), "abcx");
}

TEST(NearestName, HasNoneAmongNone) {
  EXPECT_EQ(nearest_name("seed", std::span<const std::string_view>{}), "");
  EXPECT_EQ(nearest_name("seed", std::span<const std::string>{}), "");
}

TEST(SuggestionHint, IsASentenceOrNothing) {
  EXPECT_EQ(suggestion_hint("sede", kKeys), "Perhaps you meant \"seed\".");
  EXPECT_EQ(suggestion_hint("banana", kKeys), "");
  const std::vector<std::string> strings = {"random_tenant"};
  EXPECT_EQ(suggestion_hint("randm_tenant", strings), "Perhaps you meant \"random_tenant\".");
}

}  // namespace
}  // namespace perf_mgmt
