// One value of a configuration: the kinds that there are, and the check of a value against its
// kind.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace perf_mgmt {

// Bits, so that a key can say in which layers it may stand.
enum class Layer : std::uint8_t { scenario = 1, test = 2, custom = 4 };

enum class ValueKind : std::uint8_t {
  integer,          // min..max; 200.0 is an integer too, as JSON knows one kind of number only
  number,           // min..max
  positive_number,  // greater than min, at most max
  boolean,
  text,              // a string that is not empty
  text_or_null,      // as text; null is as if the key were not there
  mix,               // object: category → number in min..max, one of them above 0
  settings,          // object: name of a setting → string, number or boolean
  session_settings,  // object: name of a setting → generator
  think_time,        // number in min..max, or a generator definition
  finish,            // "commit" or "rollback"
  texts,             // array of text
  object,            // anything in it
};

struct ValueRule {
  ValueKind kind;
  std::int64_t min = 0;
  std::int64_t max = 0;
};

// Where a value stands, for messages: the key as the user wrote it, and its layer.
struct Place {
  std::string key;
  Layer layer;
};

// "the custom configuration" and so on, to stand within a sentence.
std::string_view layer_name(Layer layer);

// The value in normal form: integers as 64-bit integers, names of settings in lower case, values of
// `settings` as text. Throws Error (invalid_parameter_value) with key, value, range and layer.
nlohmann::json checked_value(const ValueRule& rule, const Place& place,
                             const nlohmann::json& value);

}  // namespace perf_mgmt
