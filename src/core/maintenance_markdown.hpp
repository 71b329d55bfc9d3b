// The executive summary of run_maintenance().
#pragma once

#include <string>

#include "json_reader.hpp"

namespace perf_mgmt {

// result: what run_maintenance() found (sql/maintenance.sql). What happened, trends, what to do.
std::string maintenance_markdown(const JsonValue& result);

}  // namespace perf_mgmt
