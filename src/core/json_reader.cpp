// Every access checks the type of what it reads; the place is worked out on the way to the error.
#include "json_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "perf_mgmt/core/compact_json.hpp"
#include "perf_mgmt/core/errors.hpp"
#include "perf_mgmt/core/escape.hpp"

namespace perf_mgmt {

JsonValue JsonValue::get(std::string_view member) const {
  require(json_->is_object(), "an object");
  const auto found = json_->find(member);
  if (found == json_->end()) {
    throw Error(sqlstate::invalid_parameter_value,
                fmt::format("{} has no member \"{}\"", what(), member),
                parent_ == nullptr ? "" : fmt::format("It belongs into {}.", place()));
  }
  return {this, *found, member};
}

std::optional<JsonValue> JsonValue::find(std::string_view member) const {
  require(json_->is_object(), "an object");
  const auto found = json_->find(member);
  if (found == json_->end() || found->is_null()) return std::nullopt;
  return JsonValue(this, *found, member);
}

std::size_t JsonValue::size() const {
  require(json_->is_array(), "an array");
  return json_->size();
}

JsonValue JsonValue::at(std::size_t index) const {
  return {this, (*json_)[index], index};
}

bool JsonValue::boolean() const {
  require(json_->is_boolean(), "true or false");
  return json_->get<bool>();
}

double JsonValue::number() const {
  require(json_->is_number(), "a number");
  return json_->get<double>();
}

std::uint64_t JsonValue::count() const {
  constexpr double kBeyond = 0x1p64;
  constexpr std::string_view expected = "a whole number of at least 0";
  if (json_->is_number_unsigned()) return json_->get<std::uint64_t>();
  require(json_->is_number_float(), expected);  // 12.0, as a numeric may be written
  const double value = json_->get<double>();
  require(value >= 0 && value < kBeyond && std::trunc(value) == value, expected);
  return static_cast<std::uint64_t>(value);
}

const std::string& JsonValue::text() const {
  require(json_->is_string(), "a string");
  return json_->get_ref<const std::string&>();
}

std::optional<double> JsonValue::number_of(std::string_view member) const {
  const std::optional<JsonValue> value = find(member);
  if (!value) return std::nullopt;
  return value->number();
}

void JsonValue::refuse(std::string_view expected) const {
  constexpr std::size_t kShown = 60;
  std::string value = compact_json(*json_);
  if (value.size() > kShown) {
    value = fmt::format("{} of {} bytes", json_->type_name(), value.size());
  }
  throw Error(sqlstate::invalid_parameter_value,
              parent_ == nullptr ? fmt::format("{} must be {}", what(), expected)
                                 : fmt::format("{}: \"{}\" must be {}", what(), place(), expected),
              fmt::format("It is {}.", value));
}

std::string_view JsonValue::what() const {
  const JsonValue* root = this;
  while (root->parent_ != nullptr) root = root->parent_;
  return root->key_;
}

std::string JsonValue::place() const {
  if (parent_ == nullptr) return {};
  const std::string before = parent_->place();
  if (is_element_) return fmt::format("{}[{}]", before, index_);
  return before.empty() ? brief(key_) : fmt::format("{}.{}", before, brief(key_));
}

void check_json_depth(std::string_view text, std::string_view what) {
  std::size_t depth = 0;
  std::size_t deepest = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') {
        ++i;
      } else {
        in_string = c != '"';
      }
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      deepest = std::max(deepest, ++depth);
    } else if ((c == ']' || c == '}') && depth > 0) {
      --depth;
    }
  }
  if (deepest <= kMaxDocumentDepth) return;
  throw Error(sqlstate::invalid_json_text, fmt::format("{}: JSON is nested too deeply", what),
              fmt::format("At most {} levels are allowed.", kMaxDocumentDepth));
}

nlohmann::json parse_json(std::string_view text, std::string_view what) {
  check_json_depth(text, what);
  nlohmann::json json = nlohmann::json::parse(text, nullptr, false);
  if (json.is_discarded()) {
    throw Error(sqlstate::invalid_json_text, fmt::format("{} is not valid JSON", what),
                "The text cannot be parsed, or a number in it is beyond double precision.");
  }
  return json;
}

std::string dump_json(const nlohmann::ordered_json& json) {
  return compact_json(json);
}

nlohmann::ordered_json json_of(const std::optional<double>& value) {
  if (!value || !std::isfinite(*value)) return nullptr;
  return *value;
}

}  // namespace perf_mgmt
