// Node names as explain.c of PostgreSQL writes them in its text format, from the members of the
// JSON format.
#include "perf_mgmt/core/plan_outline.hpp"

#include <nlohmann/json.hpp>
#include <vector>

namespace perf_mgmt {

namespace {

using Json = nlohmann::json;

constexpr std::size_t kMostBytes = 300;
constexpr int kMostDepth = 200;  // of a plan's tree: deeper ones are cut

// A member that is a string; empty where there is none.
std::string_view text(const Json& node, const char* member) {
  const auto found = node.find(member);
  if (found == node.end() || !found->is_string()) return {};
  return found->get_ref<const std::string&>();
}

bool is_true(const Json& node, const char* member) {
  const auto found = node.find(member);
  return found != node.end() && found->is_boolean() && found->get<bool>();
}

// "Hash Left Join", "HashAggregate", "Update", "Seq Scan".
std::string kind_of(const Json& node) {
  const std::string_view type = text(node, "Node Type");
  const std::string_view strategy = text(node, "Strategy");
  std::string kind(type);
  if (type == "Aggregate") {
    if (strategy == "Hashed") kind = "HashAggregate";
    if (strategy == "Sorted") kind = "GroupAggregate";
    if (strategy == "Mixed") kind = "MixedAggregate";
    const std::string_view mode = text(node, "Partial Mode");
    if (mode == "Partial" || mode == "Finalize") kind = std::string(mode) + " " + kind;
  } else if (type == "SetOp" && strategy == "Hashed") {
    kind = "HashSetOp";
  } else if (type == "ModifyTable" && !text(node, "Operation").empty()) {
    kind = text(node, "Operation");
  }
  const std::string_view join = text(node, "Join Type");
  if (!join.empty() && join != "Inner") {
    // "Hash Left Join", but "Nested Loop Left Join"
    if (kind.ends_with(" Join")) kind.resize(kind.size() - std::string_view(" Join").size());
    kind += " " + std::string(join) + " Join";
  }
  return is_true(node, "Parallel Aware") ? "Parallel " + kind : kind;
}

// The node without its inputs: "Index Scan Backward using orders_pkey on orders o".
std::string label_of(const Json& node) {
  std::string label = kind_of(node);
  if (text(node, "Scan Direction") == "Backward") label += " Backward";
  const std::string_view index = text(node, "Index Name");
  const bool only_index = text(node, "Node Type") == "Bitmap Index Scan";
  if (!index.empty()) label += (only_index ? " on " : " using ") + std::string(index);
  const std::string_view alias = text(node, "Alias");
  for (const char* member : {"Relation Name", "Function Name", "CTE Name", "Tuplestore Name"}) {
    const std::string_view object = text(node, member);
    if (object.empty()) continue;
    label += " on " + std::string(object);
    if (!alias.empty() && alias != object) label += " " + std::string(alias);
    return label;
  }
  if (!alias.empty()) label += " on " + std::string(alias);
  return label;
}

std::vector<const Json*> inputs_of(const Json& node) {
  std::vector<const Json*> inputs;
  const auto plans = node.find("Plans");
  if (plans == node.end() || !plans->is_array()) return inputs;
  for (const Json& input : *plans) {
    if (input.is_object()) inputs.push_back(&input);
  }
  return inputs;
}

void append_outline(std::string& out, const Json& node, int depth) {
  if (depth > kMostDepth) return;
  out += label_of(node);
  const std::vector<const Json*> inputs = inputs_of(node);
  if (inputs.empty()) return;
  out += inputs.size() == 1 ? " > " : " (";
  const char* separator = "";
  for (const Json* input : inputs) {
    out += separator;
    append_outline(out, *input, depth + 1);
    separator = ", ";
  }
  if (inputs.size() > 1) out += ")";
}

std::string outline_of(const Json& node) {
  std::string out;
  append_outline(out, node, 0);
  return out;
}

std::string shortened(std::string outline) {
  if (outline.size() <= kMostBytes) return outline;
  std::size_t end = kMostBytes;
  while ((static_cast<unsigned char>(outline[end]) & 0xc0) == 0x80) --end;  // not within a letter
  outline.resize(end);
  return outline + "...";
}

// The top node of a plan; a null pointer where there is none.
const Json* top_of(const Json& parsed) {
  const Json* plan = parsed.is_array() && parsed.size() == 1 ? &parsed.front() : &parsed;
  if (!plan->is_object()) return nullptr;
  if (const auto member = plan->find("Plan"); member != plan->end()) plan = &*member;
  if (!plan->is_object() || text(*plan, "Node Type").empty()) return nullptr;
  return plan;
}

// Moves both down to the smallest parts that hold the difference.
void descend(const Json*& before, const Json*& after) {
  for (int depth = 0; depth < kMostDepth; ++depth) {
    if (label_of(*before) != label_of(*after)) return;
    const std::vector<const Json*> old_inputs = inputs_of(*before);
    const std::vector<const Json*> new_inputs = inputs_of(*after);
    if (old_inputs.size() != new_inputs.size()) return;
    std::size_t differing = 0;
    std::size_t which = 0;
    for (std::size_t i = 0; i < old_inputs.size(); ++i) {
      if (outline_of(*old_inputs[i]) == outline_of(*new_inputs[i])) continue;
      ++differing;
      which = i;
    }
    if (differing != 1) return;
    before = old_inputs[which];
    after = new_inputs[which];
  }
}

}  // namespace

std::optional<std::string> plan_outline(std::string_view explain_json) {
  const Json parsed = Json::parse(explain_json, nullptr, false);
  const Json* top = top_of(parsed);
  if (top == nullptr) return std::nullopt;
  return shortened(outline_of(*top));
}

std::optional<std::pair<std::string, std::string>> plan_difference(std::string_view before,
                                                                   std::string_view after) {
  const Json old_plan = Json::parse(before, nullptr, false);
  const Json new_plan = Json::parse(after, nullptr, false);
  const Json* old_part = top_of(old_plan);
  const Json* new_part = top_of(new_plan);
  if (old_part == nullptr || new_part == nullptr) return std::nullopt;
  const Json* const old_top = old_part;
  const Json* const new_top = new_part;
  descend(old_part, new_part);
  std::string old_outline = outline_of(*old_part);
  std::string new_outline = outline_of(*new_part);
  if (old_outline == new_outline) {
    old_outline = outline_of(*old_top);
    new_outline = outline_of(*new_top);
  }
  return std::pair{shortened(std::move(old_outline)), shortened(std::move(new_outline))};
}

}  // namespace perf_mgmt
