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

}  // namespace
}  // namespace perf_mgmt
