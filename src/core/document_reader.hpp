// Short ways to read a document that pages are made of: what is missing or null is not known.
//
// A JsonValue must not outlive the one that it was taken from, which chains of calls make easy to
// miss; with_member and each_of keep the outer one for as long as the inner one is looked at.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "json_reader.hpp"

namespace perf_mgmt {

// Calls visit(value) with a member that is there; whether it is.
template <typename Visit>
bool with_member(const JsonValue& object, std::string_view member, Visit&& visit) {
  const std::optional<JsonValue> found = object.find(member);
  if (!found) return false;
  std::forward<Visit>(visit)(*found);
  return true;
}

// Calls visit(element) for the elements of an array; of none where the member is not there.
template <typename Visit>
void each_of(const JsonValue& object, std::string_view member, Visit&& visit) {
  const std::optional<JsonValue> list = object.find(member);
  if (!list) return;
  for (std::size_t i = 0; i < list->size(); ++i) {
    const JsonValue element = list->at(i);
    visit(element);
  }
}

// Members of an array; 0 where it is not there.
std::size_t size_of(const JsonValue& object, std::string_view member);

std::optional<std::string> text_of(const JsonValue& object, std::string_view member);
// Empty where it is not known
std::string text_or_empty(const JsonValue& object, std::string_view member);
std::optional<bool> flag_of(const JsonValue& object, std::string_view member);
// Any value as text: a string as it is, null as nothing, the rest as JSON; digits as they came.
std::optional<std::string> any_text_of(const JsonValue& object, std::string_view member);
std::string json_text(const nlohmann::json& value);
std::string indented_json(const nlohmann::json& value);

// Seconds since 1970 of "2026-03-01T12:00:00.5+00:00" (a blank for the T, "Z" and "+02" will do);
// nothing for another text.
std::optional<double> epoch_of(std::string_view timestamp);
// "2026-03-01 12:00:00 UTC"; a text that is no time is left as it is.
std::string time_text(std::string_view timestamp);
// Seconds that an execution took, of a report's execution_summary: from its start to its end, where
// that is what its duration says, which is in hundredths of a minute. Nothing while it runs.
std::optional<double> run_seconds(const JsonValue& summary);

}  // namespace perf_mgmt
