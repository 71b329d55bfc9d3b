// What the checks of configuration values share: the refusals in their one form, and objects with a
// fixed set of members.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>

#include "run_spec_value.hpp"

namespace perf_mgmt::run_spec_check {

// "The key stands in stage 2 of the custom configuration."
std::string stands_in(const Place& place);
// "stage 2 of the custom configuration"
std::string place_name(const Place& place);

[[noreturn]] void refuse(const Place& place, const nlohmann::json& value, std::string_view detail,
                         std::string_view hint = {});
// wanted: "A number"; range: what it must be, empty: nothing to add.
[[noreturn]] void refuse_type(const Place& place, const nlohmann::json& value,
                              std::string_view wanted, std::string_view range = {},
                              std::string_view hint = {});

Place member_of(const Place& place, std::string_view member);

struct Member {
  std::string_view name;
  ValueRule rule;
};
// The members of an object, checked; one that is not in the table is refused.
nlohmann::json checked_members(std::span<const Member> members, const Place& place,
                               const nlohmann::json& value);

// Of run_spec_load_value.cpp.
nlohmann::json checked_arrival(const Place& place, const nlohmann::json& value);
nlohmann::json checked_stages(const Place& place, const nlohmann::json& value);
nlohmann::json checked_stress(const Place& place, const nlohmann::json& value);
nlohmann::json checked_spike(const Place& place, const nlohmann::json& value);

}  // namespace perf_mgmt::run_spec_check
