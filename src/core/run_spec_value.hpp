// One value of a configuration: the kinds that there are, and the check of a value against its
// kind.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>

namespace perf_mgmt {

inline constexpr std::int64_t longest_seconds = 30LL * 24 * 60 * 60;
inline constexpr std::int64_t most_virtual_users = 1'000'000;
inline constexpr std::int64_t highest_rate = 1'000'000;  // operations per second

// Bits, so that a key can say in which layers it may stand.
enum class Layer : std::uint8_t { scenario = 1, test = 2, custom = 4 };

enum class ValueKind : std::uint8_t {
  integer,          // min..max; 200.0 is an integer too, as JSON knows one kind of number only
  integer_or_zero,  // 0, or min..max
  number,           // min..max
  positive_number,  // greater than min, at most max
  boolean,
  text,              // a string that is not empty
  text_or_null,      // as text; null is as if the key were not there
  uuid,              // text of a UUID; in lower case
  choice,            // one of some words, in any case
  mix,               // object: category → number in min..max, one of them above 0
  settings,          // object: name of a setting → string, number or boolean
  session_settings,  // object: name of a setting → generator
  think_time,        // number in min..max, or a generator definition
  texts,             // array of text
  object,            // anything in it
  arrival,           // object: rate, distribution
  stages,            // array of objects: name, duration_seconds, virtual_users or rate
  stress,            // object: start, step, steps, step_seconds
  spike,             // object: multiple, seconds
};

struct ValueRule {
  ValueKind kind;
  std::int64_t min = 0;
  std::int64_t max = 0;
  std::span<const std::string_view> choices = {};  // lower case
};

// Where a value stands, for messages: the key as the user wrote it, its layer, and the part of the
// layer where one key has several values.
struct Place {
  std::string key;
  Layer layer;
  std::string part = {};  // "stage 2"
};

// "the custom configuration" and so on, to stand within a sentence.
std::string_view layer_name(Layer layer);

// The value in normal form: integers as 64-bit integers, choices and names of settings in lower
// case, values of `settings` as text, an arrival with its distribution. Throws Error
// (invalid_parameter_value) with key, value, range and layer.
nlohmann::json checked_value(const ValueRule& rule, const Place& place,
                             const nlohmann::json& value);

}  // namespace perf_mgmt
