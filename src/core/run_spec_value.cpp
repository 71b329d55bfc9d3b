// Checks of configuration values. Every refusal goes through refuse(), so that all messages have
// one form: the key and the value in the message, what is expected and the layer in the detail.
#include "run_spec_value.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>

#include "perf_mgmt/core/compact_json.hpp"
#include "perf_mgmt/core/errors.hpp"
#include "perf_mgmt/core/escape.hpp"
#include "perf_mgmt/core/generators.hpp"
#include "perf_mgmt/core/suggest.hpp"
#include "run_spec_check.hpp"

namespace perf_mgmt {
using nlohmann::json;

namespace {

using namespace run_spec_check;

struct RefusedSetting {
  std::string_view name;
  std::string_view reason;
  std::string_view hint;
};

constexpr std::string_view role_reason =
    "Workers run as the role that owns the scenario, or as the caller.";
constexpr std::string_view library_reason =
    "A library cannot be loaded into a worker by the settings of a run.";

constexpr std::array refused_settings = {
    RefusedSetting{"role", role_reason, ""},
    RefusedSetting{"session_authorization", role_reason, ""},
    RefusedSetting{"transaction_timeout", "It would end the worker, not only its transaction.",
                   "Use the configuration key \"statement_timeout_ms\"."},
    RefusedSetting{"session_preload_libraries", library_reason, ""},
    RefusedSetting{"local_preload_libraries", library_reason, ""},
};

// The value as the user wrote it, cut where it would flood a message; a cut never splits a
// character.
std::string shown(const json& value) {
  return brief(compact_json(value));
}

std::string_view kind_of(const json& value) {
  if (value.is_null()) return "null";
  if (value.is_boolean()) return "a boolean";
  if (value.is_number()) return "a number";
  if (value.is_string()) return "a string";
  return value.is_array() ? "an array" : "an object";
}

std::string range_text(const ValueRule& rule) {
  switch (rule.kind) {
    case ValueKind::integer:
      return fmt::format("an integer from {} to {}", rule.min, rule.max);
    case ValueKind::integer_or_zero:
      return fmt::format("0 or an integer from {} to {}", rule.min, rule.max);
    case ValueKind::positive_number:
      return fmt::format("a number greater than {} and at most {}", rule.min, rule.max);
    default:
      return fmt::format("a number from {} to {}", rule.min, rule.max);
  }
}

bool is_number_in_quotes(const json& value) {
  if (!value.is_string()) return false;
  const auto& text = value.get_ref<const std::string&>();
  double ignored = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), ignored);
  return error == std::errc{} && end == text.data() + text.size();
}

void require_number(const ValueRule& rule, const Place& place, const json& value) {
  if (value.is_number()) return;
  refuse_type(place, value, "A number", range_text(rule),
              is_number_in_quotes(value) ? "Write the number without quotation marks." : "");
}

std::optional<std::int64_t> as_integer(const json& value) {
  if (value.is_number_float()) {
    constexpr double exact = 9007199254740992.0;  // 2^53: up to here a double is what was written
    const auto number = value.get<double>();
    if (std::trunc(number) != number || std::fabs(number) > exact) return std::nullopt;
    return static_cast<std::int64_t>(number);
  }
  if (value.is_number_unsigned() && value.get<std::uint64_t>() > std::uint64_t{INT64_MAX})
    return std::nullopt;
  return value.get<std::int64_t>();
}

json checked_integer(const ValueRule& rule, const Place& place, const json& value) {
  require_number(rule, place, value);
  const std::optional<std::int64_t> number = as_integer(value);
  if (number == 0 && rule.kind == ValueKind::integer_or_zero) return 0;
  if (!number || *number < rule.min || *number > rule.max)
    refuse(place, value, fmt::format("The value must be {}.", range_text(rule)));
  return *number;
}

json checked_number(const ValueRule& rule, const Place& place, const json& value) {
  require_number(rule, place, value);
  const auto number = value.get<double>();
  const auto min = static_cast<double>(rule.min);
  const bool too_small = rule.kind == ValueKind::positive_number ? !(number > min) : number < min;
  if (too_small || number > static_cast<double>(rule.max))
    refuse(place, value, fmt::format("The value must be {}.", range_text(rule)));
  return number + 0.0;  // turns -0.0 into 0.0
}

json checked_text(const Place& place, const json& value) {
  if (!value.is_string()) refuse_type(place, value, "A string");
  if (value.get_ref<const std::string&>().empty())
    refuse(place, value, "The string must not be empty.");
  return value;
}

json checked_uuid(const Place& place, const json& value) {
  constexpr std::string_view form = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  std::string id = checked_text(place, value).get<std::string>();
  bool fits = id.size() == form.size();
  for (std::size_t i = 0; fits && i < id.size(); ++i) {
    if (id[i] >= 'A' && id[i] <= 'F') id[i] = static_cast<char>(id[i] - 'A' + 'a');
    const bool digit = (id[i] >= '0' && id[i] <= '9') || (id[i] >= 'a' && id[i] <= 'f');
    fits = form[i] == '-' ? id[i] == '-' : digit;
  }
  if (!fits) refuse(place, value, "It must be the id of an execution, a UUID.");
  return id;
}

json checked_boolean(const Place& place, const json& value) {
  if (value.is_boolean()) return value;
  const bool quoted = value == "true" || value == "false";
  refuse_type(place, value, "A boolean", "true or false",
              quoted ? "Write true or false without quotation marks." : "");
}

// "a", "b" or "c"
std::string choices_text(std::span<const std::string_view> choices) {
  std::string text;
  for (std::size_t i = 0; i < choices.size(); ++i) {
    if (i > 0) text += i + 1 < choices.size() ? ", " : " or ";
    text += fmt::format("\"{}\"", choices[i]);
  }
  return text;
}

std::string lower_case(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

json checked_choice(const ValueRule& rule, const Place& place, const json& value) {
  if (!value.is_string()) refuse_type(place, value, "A string", choices_text(rule.choices));
  std::string word = lower_case(value.get<std::string>());
  if (std::find(rule.choices.begin(), rule.choices.end(), word) == rule.choices.end())
    refuse(place, value, fmt::format("The value must be {}.", choices_text(rule.choices)));
  return word;
}

json checked_mix(const ValueRule& rule, const Place& place, const json& value) {
  if (!value.is_object()) refuse_type(place, value, "An object", "categories with their shares");
  const ValueRule share_rule{ValueKind::number, rule.min, rule.max};
  json result = json::object();
  bool some = false;
  for (const auto& [category, share] : value.items()) {
    if (category.empty()) refuse(place, value, "The name of a category must not be empty.");
    result[category] = checked_number(share_rule, member_of(place, category), share);
    some = some || result[category].get<double>() > 0;
  }
  if (!some) refuse(place, value, "At least one share must be greater than 0.");
  return result;
}

// As valid_custom_variable_name in PostgreSQL's guc.c: identifiers with dots between them.
bool is_setting_name(std::string_view name) {
  bool at_start = true;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || byte >= 128;
    const bool later = (c >= '0' && c <= '9') || c == '$';
    if (c == '.' ? at_start : !letter && (at_start || !later)) return false;
    at_start = c == '.';
  }
  return !at_start;
}

// Names of settings are compared without regard to case by the server, so they are folded here: a
// refusal cannot be got round by capitals, and layers merge by name.
std::string checked_setting_name(const Place& place, const std::string& name) {
  if (!is_setting_name(name)) {
    throw Error(sqlstate::invalid_parameter_value,
                fmt::format("invalid name of a setting in configuration key \"{}\": \"{}\"",
                            place.key, brief(name)),
                fmt::format("A name has letters, digits and underscores, and may have parts "
                            "with dots between them. {}",
                            stands_in(place)));
  }
  std::string folded = lower_case(name);
  for (const RefusedSetting& refused : refused_settings) {
    if (folded == refused.name) {
      throw Error(
          sqlstate::invalid_parameter_value,
          fmt::format("setting \"{}\" is not allowed in configuration key \"{}\"", name, place.key),
          fmt::format("{} {}", refused.reason, stands_in(place)), std::string(refused.hint));
    }
  }
  return folded;
}

json checked_setting_value(const Place& place, const json& value) {
  if (value.is_string()) return value;
  if (value.is_boolean()) return value.get<bool>() ? "on" : "off";
  if (!value.is_number()) refuse_type(place, value, "A string, a number or a boolean");
  return value.dump();
}

json checked_session_setting(const Place& place, const json& value) {
  if (value.is_null() || value.is_array())
    refuse_type(place, value, "A generator", "a name, a literal or a definition");
  return value;
}

json checked_settings(const Place& place, const json& value,
                      json (*check)(const Place&, const json&)) {
  if (!value.is_object()) refuse_type(place, value, "An object", "settings with their values");
  json result = json::object();
  for (const auto& [name, setting] : value.items()) {
    const std::string folded = checked_setting_name(place, name);
    if (result.contains(folded)) {
      throw Error(sqlstate::invalid_parameter_value,
                  fmt::format("setting \"{}\" stands twice in configuration key \"{}\"",
                              brief(folded), place.key),
                  fmt::format("Names of settings that differ in case only are the same. {}",
                              stands_in(place)));
    }
    result[folded] = check(member_of(place, name), setting);
  }
  return result;
}

json checked_think_time(const ValueRule& rule, const Place& place, const json& value) {
  if (!value.is_object()) {
    if (!value.is_number()) {
      refuse_type(place, value, "A number or a generator definition", range_text(rule),
                  is_number_in_quotes(value) ? "Write the number without quotation marks." : "");
    }
    return checked_number(rule, place, value);
  }
  const auto type = value.find("type");
  if (type == value.end() || (*type != "integer" && *type != "numeric"))
    refuse(place, value, "The definition's type must be \"integer\" or \"numeric\".");
  try {
    DurationGenerator::compile(compact_json(value));
  } catch (const Error& error) {
    throw Error(
        error.sqlstate(),
        fmt::format("invalid value for configuration key \"{}\": {}", place.key, error.message()),
        error.detail() + (error.detail().empty() ? "" : " ") + stands_in(place), error.hint());
  }
  return value;
}

json checked_texts(const Place& place, const json& value) {
  if (!value.is_array()) refuse_type(place, value, "An array of strings");
  for (const json& element : value) {
    if (!element.is_string() || element.get_ref<const std::string&>().empty())
      refuse(place, value, "Each element must be a string that is not empty.");
  }
  return value;
}

}  // namespace

namespace run_spec_check {

std::string place_name(const Place& place) {
  return fmt::format("{}{}{}", place.part, place.part.empty() ? "" : " of ",
                     layer_name(place.layer));
}

std::string stands_in(const Place& place) {
  return fmt::format("The key stands in {}.", place_name(place));
}

void refuse(const Place& place, const json& value, std::string_view detail, std::string_view hint) {
  throw Error(
      sqlstate::invalid_parameter_value,
      fmt::format("invalid value for configuration key \"{}\": {}", place.key, shown(value)),
      fmt::format("{} {}", detail, stands_in(place)), std::string(hint));
}

void refuse_type(const Place& place, const json& value, std::string_view wanted,
                 std::string_view range, std::string_view hint) {
  refuse(place, value,
         fmt::format("{} is expected, not {}{}{}.", wanted, kind_of(value),
                     range.empty() ? "" : ": ", range),
         hint);
}

Place member_of(const Place& place, std::string_view member) {
  return {fmt::format("{}.{}", place.key, brief(member)), place.layer, place.part};
}

json checked_members(std::span<const Member> members, const Place& place, const json& value) {
  std::vector<std::string_view> names;
  std::string list;
  for (const Member& member : members) {
    names.push_back(member.name);
    list += fmt::format("{}{}", list.empty() ? "" : ", ", member.name);
  }
  if (!value.is_object()) refuse_type(place, value, "An object", list);

  json result = json::object();
  for (const auto& [name, given] : value.items()) {
    const auto member = std::find(names.begin(), names.end(), name);
    if (member == names.end()) {
      std::string hint = suggestion_hint(name, names);
      if (hint.empty()) hint = fmt::format("The members are {}.", list);
      throw Error(sqlstate::invalid_parameter_value,
                  fmt::format("unrecognized configuration key \"{}.{}\"", place.key, name),
                  stands_in(place), std::move(hint));
    }
    const ValueRule& rule = members[static_cast<std::size_t>(member - names.begin())].rule;
    result[name] = checked_value(rule, member_of(place, name), given);
  }
  return result;
}

}  // namespace run_spec_check

std::string_view layer_name(Layer layer) {
  switch (layer) {
    case Layer::scenario:
      return "the scenario";
    case Layer::test:
      return "the test configuration";
    case Layer::custom:
      return "the custom configuration";
  }
  return {};
}

json checked_value(const ValueRule& rule, const Place& place, const json& value) {
  switch (rule.kind) {
    case ValueKind::integer:
    case ValueKind::integer_or_zero:
      return checked_integer(rule, place, value);
    case ValueKind::number:
    case ValueKind::positive_number:
      return checked_number(rule, place, value);
    case ValueKind::boolean:
      return checked_boolean(place, value);
    case ValueKind::text:
      return checked_text(place, value);
    case ValueKind::text_or_null:
      return value.is_null() ? value : checked_text(place, value);
    case ValueKind::uuid:
      return checked_uuid(place, value);
    case ValueKind::choice:
      return checked_choice(rule, place, value);
    case ValueKind::mix:
      return checked_mix(rule, place, value);
    case ValueKind::settings:
      return checked_settings(place, value, checked_setting_value);
    case ValueKind::session_settings:
      return checked_settings(place, value, checked_session_setting);
    case ValueKind::think_time:
      return checked_think_time(rule, place, value);
    case ValueKind::texts:
      return checked_texts(place, value);
    case ValueKind::object:
      if (!value.is_object()) refuse_type(place, value, "An object");
      return value;
    case ValueKind::arrival:
      return checked_arrival(place, value);
    case ValueKind::stages:
      return checked_stages(place, value);
    case ValueKind::stress:
      return checked_stress(place, value);
    case ValueKind::spike:
      return checked_spike(place, value);
  }
  return {};
}

}  // namespace perf_mgmt
