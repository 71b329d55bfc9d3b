// What the type of a test reports beyond its figures (shape_result.hpp), in sentences and tables.
#pragma once

#include <string>

#include "json_reader.hpp"

namespace perf_mgmt {

// HTML; a type that is not known here is shown as it came.
std::string shape_html(const JsonValue& shape);

}  // namespace perf_mgmt
