// What the tests of the run spec's refusals share.
#pragma once

#include <gtest/gtest.h>

#include "perf_mgmt/core/errors.hpp"
#include "perf_mgmt/core/run_spec.hpp"

namespace perf_mgmt {

// Two test configurations on both sides of a limit.
struct Boundary {
  const char* accepted;
  const char* refused;
};

inline void expect_boundary(const Boundary& boundary) {
  EXPECT_NO_THROW(check_test_configuration(boundary.accepted)) << boundary.accepted;
  try {
    check_test_configuration(boundary.refused);
    ADD_FAILURE() << boundary.refused;
  } catch (const Error& error) {
    EXPECT_STREQ(error.sqlstate(), "22023") << boundary.refused;
  }
}

// Two configurations that do not merge, and the words of the refusal.
struct Refusal {
  const char* custom;
  const char* test;
  const char* message;
  const char* detail;
  const char* hint;
};

inline void expect_refusal(const Refusal& refusal, const ScenarioDefaults& scenario,
                           TestType type = TestType::load) {
  try {
    merge_run_spec(refusal.custom, refusal.test, scenario, type);
    ADD_FAILURE() << refusal.message;
  } catch (const Error& error) {
    EXPECT_EQ(error.message(), refusal.message);
    EXPECT_EQ(error.detail(), refusal.detail);
    EXPECT_EQ(error.hint(), refusal.hint);
    EXPECT_STREQ(error.sqlstate(), "22023");
  }
}

}  // namespace perf_mgmt
