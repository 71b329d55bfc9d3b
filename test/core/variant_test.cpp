#include "perf_mgmt/core/variant.hpp"

#include <gtest/gtest.h>

#include "perf_mgmt/core/errors.hpp"

namespace perf_mgmt {
namespace {

using Statements = std::vector<std::string>;

TEST(Variant, TakesItsOwnMembersOutOfTheConfiguration) {
  const Variant variant = read_variant(
      R"j({"name": "with index", "setup": ["CREATE INDEX i ON t (a)", "ANALYZE t"],
          "teardown": "DROP INDEX i", "settings": {
  "work_mem" : "64MB"}})j",
      "B", 16);
  EXPECT_EQ(variant.name, "with index");
  EXPECT_EQ(variant.setup, (Statements{"CREATE INDEX i ON t (a)", "ANALYZE t"}));
  EXPECT_EQ(variant.teardown, Statements{"DROP INDEX i"});
  EXPECT_EQ(variant.config, R"({"quiet":false,"rounds":16,"settings":{"work_mem":"64MB"}})");
  EXPECT_FALSE(variant.has_seed);
  EXPECT_TRUE(read_variant(R"({"seed": 5})", "B", 4).has_seed);
  EXPECT_FALSE(read_variant(R"({"seed": null})", "B", 4).has_seed);
  EXPECT_FALSE(read_variant(R"({"workload_mix": {"seed": 50}})", "B", 4).has_seed);
  EXPECT_EQ(read_variant("{}", "B", 4).name, "B");
  EXPECT_EQ(read_variant("{}", "B", 4).config, R"({"quiet":false,"rounds":4})");
  EXPECT_EQ(read_variant(R"({"setup": null})", "A", 4).setup, Statements{});
}

struct BadVariant {
  const char* json;
  const char* message;
  const char* detail;
};

TEST(Variant, RefusesWhatItDoesNotUnderstand) {
  for (const BadVariant& bad :
       {BadVariant{"[]", "invalid configuration of variant A", "It must be a JSON object."},
        BadVariant{"{", "invalid configuration of variant A", "It must be a JSON object."},
        BadVariant{R"({"setup": 5})", "invalid \"setup\" of variant A",
                   "It must be an SQL statement, or an array of them."},
        BadVariant{R"({"teardown": ["x", " "]})", "invalid \"teardown\" of variant A",
                   "It must be an SQL statement, or an array of them."},
        BadVariant{R"({"name": ""})", "invalid \"name\" of variant A",
                   "It must be a string that is not empty."},
        BadVariant{R"({"rounds": 5})",
                   "key \"rounds\" is not allowed in the configuration of variant A",
                   "A comparison decides itself when its rounds run."},
        BadVariant{R"({"quiet": true})",
                   "key \"quiet\" is not allowed in the configuration of variant A",
                   "A comparison decides itself when its rounds run."}}) {
    try {
      read_variant(bad.json, "A", 4);
      ADD_FAILURE() << bad.json;
    } catch (const Error& error) {
      EXPECT_EQ(error.message(), bad.message);
      EXPECT_EQ(error.detail(), bad.detail);
      EXPECT_STREQ(error.sqlstate(), "22023");
    }
  }
}

TEST(DefaultQuads, LeaveARoundHalfASecondAndAThousandOperations) {
  RunSpec spec;
  spec.test_duration_seconds = 32;
  EXPECT_EQ(default_quads(spec, 100'000), 32);  // 64 rounds of half a second
  EXPECT_EQ(default_quads(spec, 1'000), 16);    // 32,000 operations in 32 rounds
  EXPECT_EQ(default_quads(spec, 10), 8);        // too slow for more
  EXPECT_EQ(default_quads(spec, std::nullopt), 8);
  spec.ramp_up_seconds = 4;
  EXPECT_EQ(default_quads(spec, 100'000), 36);
  spec.test_duration_seconds = 600;
  EXPECT_EQ(default_quads(spec, 100'000), 50);
  spec.warmup_seconds = 1;
  EXPECT_EQ(default_quads(spec, 100'000), 8);
}

TEST(DefaultQuads, KnowTheRateOfAnOpenModelAndTheNumberOfOperations) {
  RunSpec spec;
  spec.test_duration_seconds = 60;
  spec.arrival_rate = 400;
  EXPECT_EQ(default_quads(spec, 100'000), 12);
  spec.arrival_rate = 0;
  spec.operations = 50'000;
  spec.test_duration_seconds = 0;
  EXPECT_EQ(default_quads(spec, std::nullopt), 25);
  EXPECT_EQ(default_quads(RunSpec{}, 100'000), 8);
}

}  // namespace
}  // namespace perf_mgmt
