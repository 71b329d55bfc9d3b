// Typed reading of JSON that other parts of the extension put together: whatever is not what was
// agreed on becomes an error that names the place, as in current.rounds[2].avg_ms.
//
// A value knows its place by a chain of parents on the stack; the text of it is made only for an
// error. So a JsonValue lives no longer than the one that it was taken from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace perf_mgmt {

class JsonValue {
 public:
  // The whole; `what` names it in errors: "evidence".
  JsonValue(const nlohmann::json& json, std::string_view what) : json_(&json), key_(what) {}

  bool is_null() const { return json_->is_null(); }
  // A member of an object. get: must be there, may be null; find: none where it is missing or null.
  JsonValue get(std::string_view member) const;
  std::optional<JsonValue> find(std::string_view member) const;
  // Elements of an array.
  std::size_t size() const;
  JsonValue at(std::size_t index) const;
  // Calls visit(name, value) for the members of an object, in the order of their names.
  template <typename Visit>
  void each_member(Visit&& visit) const {
    require(json_->is_object(), "an object");
    for (const auto& [name, value] : json_->items()) visit(name, JsonValue(this, value, name));
  }

  bool boolean() const;
  double number() const;        // finite
  std::uint64_t count() const;  // a whole number of at least 0
  const std::string& text() const;
  const nlohmann::json& json() const { return *json_; }

  // As above of a member; nothing where it is missing or null.
  std::optional<double> number_of(std::string_view member) const;

  // Error(invalid_parameter_value): "evidence: <place> must be <expected>".
  [[noreturn]] void refuse(std::string_view expected) const;
  void require(bool condition, std::string_view expected) const {
    if (!condition) refuse(expected);
  }

 private:
  JsonValue(const JsonValue* parent, const nlohmann::json& json, std::string_view key)
      : json_(&json), parent_(parent), key_(key) {}
  JsonValue(const JsonValue* parent, const nlohmann::json& json, std::size_t index)
      : json_(&json), parent_(parent), index_(index), is_element_(true) {}

  std::string_view what() const;
  std::string place() const;

  const nlohmann::json* json_;
  const JsonValue* parent_ = nullptr;
  std::string_view key_;  // a member's name, or what the whole is called
  std::size_t index_ = 0;
  bool is_element_ = false;
};

// What walks a document, the JSON library's own writer included, calls itself for each level, and a
// stack that ended would end the whole server. A plan of 490 nodes below each other still passes.
inline constexpr std::size_t kMaxDocumentDepth = 1000;

// Throws Error(invalid_json_text) where arrays and objects are nested more deeply than that. To be
// called before the text is parsed; says nothing of a text that is no JSON.
void check_json_depth(std::string_view text, std::string_view what);

// Throws Error(invalid_json_text) where the text is no JSON, is nested too deeply, or has a number
// beyond double precision.
nlohmann::json parse_json(std::string_view text, std::string_view what);
std::string dump_json(const nlohmann::ordered_json& json);
// JSON null for nothing and for what is not finite.
nlohmann::ordered_json json_of(const std::optional<double>& value);

}  // namespace perf_mgmt
