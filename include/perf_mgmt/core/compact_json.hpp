// JSON as text on one line. What is not valid UTF-8 in it becomes U+FFFD: nothing throws.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace perf_mgmt {

// For nlohmann::json and nlohmann::ordered_json.
template <typename Json>
std::string compact_json(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace perf_mgmt
