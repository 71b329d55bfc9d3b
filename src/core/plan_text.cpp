// A node's name is its outline without inputs (plan_outline.hpp), so that both tell the same.
#include "plan_text.hpp"

#include <fmt/format.h>

#include <array>

#include "document_reader.hpp"
#include "perf_mgmt/core/plan_outline.hpp"

namespace perf_mgmt {

namespace {

using Json = nlohmann::json;

constexpr int kMostDepth = 100;

// In the order in which EXPLAIN prints them
constexpr std::array kConditions = {"Sort Key",
                                    "Presorted Key",
                                    "Group Key",
                                    "Index Cond",
                                    "Recheck Cond",
                                    "TID Cond",
                                    "Hash Cond",
                                    "Merge Cond",
                                    "Join Filter",
                                    "Order By",
                                    "Filter",
                                    "Cache Key",
                                    "Function Call",
                                    "One-Time Filter",
                                    "Rows Removed by Filter",
                                    "Conflict Resolution",
                                    "Workers Planned"};

const Json* member(const Json& node, const char* name) {
  const auto found = node.find(name);
  return found == node.end() ? nullptr : &*found;
}

// A string as it is, an array of them with commas, a number as JSON writes it.
std::string value_text(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_array()) return json_text(value);
  std::string text;
  for (const Json& element : value) text += (text.empty() ? "" : ", ") + value_text(element);
  return text;
}

std::string name_of(const Json& node) {
  Json alone = Json::object();
  for (const auto& [name, value] : node.items()) {
    if (name != "Plans" && !value.is_structured()) alone[name] = value;
  }
  return plan_outline(json_text(alone)).value_or("?");
}

double number(const Json& node, const char* name) {
  const Json* value = member(node, name);
  return value != nullptr && value->is_number() ? value->get<double>() : 0;
}

// "(cost=0.29..8.31 rows=1 width=31)", with the actual rows where it was run.
std::string estimates_of(const Json& node) {
  std::string text;
  if (member(node, "Total Cost") != nullptr) {
    text += fmt::format("  (cost={:.2f}..{:.2f} rows={:.0f} width={:.0f})",
                        number(node, "Startup Cost"), number(node, "Total Cost"),
                        number(node, "Plan Rows"), number(node, "Plan Width"));
  }
  if (member(node, "Actual Rows") != nullptr) {
    text += fmt::format(" (actual rows={:.0f} loops={:.0f})", number(node, "Actual Rows"),
                        number(node, "Actual Loops"));
  }
  return text;
}

void append_node(std::string& out, const Json& node, int depth) {
  if (depth > kMostDepth) return;
  // As in psql: six columns a level, of which the arrow takes four.
  const std::string indent(depth == 0 ? 0 : static_cast<std::size_t>(depth) * 6 - 4, ' ');
  if (const Json* subplan = member(node, "Subplan Name"); subplan != nullptr) {
    out += indent + value_text(*subplan) + "\n";
  }
  out += indent + (depth == 0 ? "" : "->  ") + name_of(node) + estimates_of(node) + "\n";
  const std::string inner(static_cast<std::size_t>(depth) * 6 + 2, ' ');
  for (const char* condition : kConditions) {
    const Json* value = member(node, condition);
    if (value != nullptr) out += inner + condition + ": " + value_text(*value) + "\n";
  }
  const Json* inputs = member(node, "Plans");
  if (inputs == nullptr || !inputs->is_array()) return;
  for (const Json& input : *inputs) {
    if (input.is_object()) append_node(out, input, depth + 1);
  }
}

}  // namespace

std::string plan_text(const nlohmann::json& explain) {
  const Json* top = explain.is_array() && explain.size() == 1 ? &explain.front() : &explain;
  if (!top->is_object()) return {};
  if (const Json* plan = member(*top, "Plan"); plan != nullptr) top = plan;
  if (!top->is_object() || member(*top, "Node Type") == nullptr) return {};
  std::string out;
  append_node(out, *top, 0);
  return out;
}

}  // namespace perf_mgmt
