// The success criteria that hold for a test and its scenario, as the catalogue has them now.
#pragma once

#include "perf_mgmt/core/criteria.hpp"

namespace perf_mgmt::pg {

// The limits of the scenario's columns (source "scenario"), then those of the test's
// baseline_thresholds (source "test"), each in the order of their names. Ids as uuid text; an empty
// scenario_id, or a row that is gone, adds none. A limit that both set stands twice.
// Needs SPI and an active snapshot. Throws as read_criteria does.
std::vector<Criterion> load_criteria(const std::string& test_id, const std::string& scenario_id);

}  // namespace perf_mgmt::pg
