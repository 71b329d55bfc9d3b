// JSON text as a small tree that keeps what the usual containers lose: the order of keys, duplicate
// keys (refused), and numbers as they were written, so that decimals stay exact.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace perf_mgmt {

struct JsonMember;

struct JsonNode {
  enum class Type : unsigned char { null, boolean, number, string, array, object };
  Type type = Type::null;
  bool boolean = false;
  std::string text;                 // a string's value, or a number as it was written
  std::vector<JsonNode> elements;   // of an array
  std::vector<JsonMember> members;  // of an object, in order

  const JsonNode* find(std::string_view key) const noexcept;  // null pointer where there is none
};

struct JsonMember {
  std::string key;
  JsonNode value;
};

inline constexpr std::size_t kMaxJsonBytes = 262144;
inline constexpr std::size_t kMaxJsonDepth = 32;
// Messages name the place of a value by the keys around it, and a place is kept for each of them.
inline constexpr std::size_t kMaxJsonKeyBytes = 255;

// Throws Error: malformed text, a duplicate key, a NUL character in a string (PostgreSQL's text
// cannot hold one), more than kMaxJsonDepth levels, a key of more than kMaxJsonKeyBytes, more
// than kMaxJsonBytes bytes. `what` opens the message: "generator definition".
JsonNode parse_json_tree(std::string_view text, std::string_view what);

// "an object", "a string", ...
std::string_view describe(JsonNode::Type type) noexcept;

// Appends text as a JSON string with its quotes. Text that is not valid UTF-8 goes through as it
// is.
void append_json_string(std::string& out, std::string_view text);
void append_json(std::string& out, const JsonNode& node);
bool is_json(std::string_view text);
bool is_json_number(std::string_view text) noexcept;

}  // namespace perf_mgmt
