// Builds the tree from nlohmann's SAX events: its parser keeps no recursion, and a handler that
// says no ends it, so that a depth bomb costs nothing.
#include "json_tree.hpp"

#include <nlohmann/json.hpp>
#include <unordered_set>

#include "perf_mgmt/core/errors.hpp"
#include "perf_mgmt/core/escape.hpp"

namespace perf_mgmt {
namespace {

class TreeHandler {
 public:
  using json = nlohmann::json;

  bool null() { return add({}); }
  bool boolean(bool value) {
    JsonNode node;
    node.type = JsonNode::Type::boolean;
    node.boolean = value;
    return add(std::move(node));
  }
  bool number_integer(json::number_integer_t value) { return number(std::to_string(value)); }
  bool number_unsigned(json::number_unsigned_t value) { return number(std::to_string(value)); }
  bool number_float(json::number_float_t, const std::string& written) { return number(written); }
  bool string(std::string& value) {
    if (has_nul(value)) return false;
    JsonNode node;
    node.type = JsonNode::Type::string;
    node.text = std::move(value);
    return add(std::move(node));
  }
  bool binary(json::binary_t&) { return false; }  // not in JSON text

  bool start_object(std::size_t) { return open(JsonNode::Type::object); }
  bool start_array(std::size_t) { return open(JsonNode::Type::array); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }
  bool key(std::string& key) {
    if (has_nul(key)) return false;
    if (key.size() > kMaxJsonKeyBytes) {
      problem_ = "a key is too long";
      detail_ = "It has " + std::to_string(key.size()) + " bytes, the limit is " +
                std::to_string(kMaxJsonKeyBytes) + ".";
      return false;
    }
    if (!stack_.back().keys.insert(key).second) {
      problem_ = "duplicate key \"" + brief(key) + "\"";
      return false;
    }
    stack_.back().key = std::move(key);
    return true;
  }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) {
    problem_ = "malformed JSON";
    detail_ = "The error is near byte " + std::to_string(position) + ".";
    return false;
  }

  JsonNode root_;
  std::string problem_;
  std::string detail_;

 private:
  struct Frame {
    JsonNode node;
    std::string key;
    std::unordered_set<std::string> keys;
  };

  bool number(std::string written) {
    JsonNode node;
    node.type = JsonNode::Type::number;
    node.text = std::move(written);
    return add(std::move(node));
  }
  bool has_nul(const std::string& text) {
    if (text.find('\0') == std::string::npos) return false;
    problem_ = "a string contains the character \\u0000";
    detail_ = "PostgreSQL's text types cannot hold it.";
    return true;
  }
  bool open(JsonNode::Type type) {
    if (stack_.size() >= kMaxJsonDepth) {
      problem_ = "JSON is nested too deeply";
      detail_ = "At most " + std::to_string(kMaxJsonDepth) + " levels are allowed.";
      return false;
    }
    stack_.emplace_back();
    stack_.back().node.type = type;
    return true;
  }
  bool close() {
    JsonNode node = std::move(stack_.back().node);
    stack_.pop_back();
    return add(std::move(node));
  }
  bool add(JsonNode node) {
    if (stack_.empty()) {
      root_ = std::move(node);
      return true;
    }
    Frame& frame = stack_.back();
    if (frame.node.type == JsonNode::Type::array) {
      frame.node.elements.push_back(std::move(node));
    } else {
      frame.node.members.push_back({std::move(frame.key), std::move(node)});
    }
    return true;
  }

  std::vector<Frame> stack_;
};

}  // namespace

const JsonNode* JsonNode::find(std::string_view key) const noexcept {
  for (const JsonMember& member : members) {
    if (member.key == key) return &member.value;
  }
  return nullptr;
}

JsonNode parse_json_tree(std::string_view text, std::string_view what) {
  if (text.size() > kMaxJsonBytes) {
    throw Error(sqlstate::configuration_limit_exceeded, std::string(what) + " is too large",
                "It has " + std::to_string(text.size()) + " bytes, the limit is " +
                    std::to_string(kMaxJsonBytes) + ".");
  }
  TreeHandler handler;
  if (!nlohmann::json::sax_parse(text.begin(), text.end(), &handler)) {
    throw Error(sqlstate::invalid_json_text, std::string(what) + ": " + handler.problem_,
                handler.detail_);
  }
  return std::move(handler.root_);
}

std::string_view describe(JsonNode::Type type) noexcept {
  switch (type) {
    case JsonNode::Type::null:
      return "null";
    case JsonNode::Type::boolean:
      return "a boolean";
    case JsonNode::Type::number:
      return "a number";
    case JsonNode::Type::string:
      return "a string";
    case JsonNode::Type::array:
      return "an array";
    case JsonNode::Type::object:
      return "an object";
  }
  return "unknown";
}

void append_json_string(std::string& out, std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte >= 0x20) {
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '\r') {
      out += "\\r";
    } else {
      out += "\\u00";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
  out += '"';
}

void append_json(std::string& out, const JsonNode& node) {
  switch (node.type) {
    case JsonNode::Type::null:
      out += "null";
      break;
    case JsonNode::Type::boolean:
      out += node.boolean ? "true" : "false";
      break;
    case JsonNode::Type::number:
      out += node.text;
      break;
    case JsonNode::Type::string:
      append_json_string(out, node.text);
      break;
    case JsonNode::Type::array: {
      out += '[';
      const char* separator = "";
      for (const JsonNode& element : node.elements) {
        out += separator;
        append_json(out, element);
        separator = ", ";
      }
      out += ']';
      break;
    }
    case JsonNode::Type::object: {
      out += '{';
      const char* separator = "";
      for (const JsonMember& member : node.members) {
        out += separator;
        append_json_string(out, member.key);
        out += ": ";
        append_json(out, member.value);
        separator = ", ";
      }
      out += '}';
      break;
    }
  }
}

bool is_json(std::string_view text) {
  return nlohmann::json::accept(text.begin(), text.end());
}

bool is_json_number(std::string_view text) noexcept {
  std::size_t i = 0;
  const auto digits = [&] {
    const std::size_t start = i;
    while (i < text.size() && text[i] >= '0' && text[i] <= '9') ++i;
    return i - start;
  };
  if (i < text.size() && text[i] == '-') ++i;
  const std::size_t start = i;
  const std::size_t whole = digits();
  if (whole == 0 || (whole > 1 && text[start] == '0')) return false;
  if (i < text.size() && text[i] == '.') {
    ++i;
    if (digits() == 0) return false;
  }
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    ++i;
    if (i < text.size() && (text[i] == '+' || text[i] == '-')) ++i;
    if (digits() == 0) return false;
  }
  return i == text.size();
}

}  // namespace perf_mgmt
