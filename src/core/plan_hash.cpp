// A walk over the parsed tree: what identifies a plan goes into the hash, the rest is passed by.
#include "perf_mgmt/core/plan_hash.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "json_reader.hpp"
#include "perf_mgmt/core/errors.hpp"
#include "plan_expression.hpp"

namespace perf_mgmt {

namespace {

using Json = nlohmann::json;  // members in the order of their names, whatever order they came in

// What makes a plan another one, as explain.c of PostgreSQL 15 to 18 names it. A list of what
// counts, not of what does not, as the next version may measure something more.
constexpr std::string_view kNames[] = {"Node Type",
                                       "Strategy",
                                       "Partial Mode",
                                       "Operation",
                                       "Parent Relationship",
                                       "Custom Plan Provider",
                                       "Parallel Aware",
                                       "Async Capable",
                                       "Join Type",
                                       "Scan Direction",
                                       "Inner Unique",
                                       "Single Copy",
                                       "Schema",
                                       "Relation Name",
                                       "Alias",
                                       "Index Name",
                                       "Function Name",
                                       "Table Function Name",
                                       "CTE Name",
                                       "Tuplestore Name",
                                       "Command",
                                       "Cache Mode",
                                       "Sampling Method",
                                       "Relations",
                                       "Conflict Resolution",
                                       "Conflict Arbiter Indexes",
                                       "Target Tables",
                                       "Plans"};
constexpr std::string_view kExpressions[] = {
    "Subplan Name",    "Index Cond",    "Recheck Cond",        "TID Cond",
    "Hash Cond",       "Merge Cond",    "Join Filter",         "Filter",
    "One-Time Filter", "Run Condition", "Conflict Filter",     "Order By",
    "Sort Key",        "Presorted Key", "Group Key",           "Group Keys",
    "Hash Key",        "Hash Keys",     "Grouping Sets",       "Cache Key",
    "Window",          "Function Call", "Table Function Call", "Sampling Parameters",
    "Remote SQL"};

enum class Part : std::uint8_t { none, name, expression };

Part part_of(std::string_view key) {
  if (std::ranges::find(kNames, key) != std::end(kNames)) return Part::name;
  if (std::ranges::find(kExpressions, key) != std::end(kExpressions)) return Part::expression;
  return Part::none;
}

// The FNV-1a hash of 64 bits (Fowler, Noll and Vo): plans of one statement are few and nobody's
// adversary.
class Fnv1a {
 public:
  void add(std::string_view text) {
    for (const char c : text) {
      hash_ = (hash_ ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    }
  }
  std::uint64_t value() const { return hash_; }

 private:
  std::uint64_t hash_ = 0xcbf29ce484222325;
};

// The conditions that (A AND B) joins; the whole where it is none.
std::vector<std::string_view> conjuncts(std::string_view text) {
  constexpr std::string_view kAnd = " AND ";
  if (!text.starts_with('(') || !text.ends_with(')')) return {text};
  std::vector<std::string_view> parts;
  int depth = 0;
  bool quoted = false;
  std::size_t from = 1;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') quoted = !quoted;
    if (quoted) continue;
    if (text[i] == '(') ++depth;
    if (text[i] == ')' && --depth == 0 && i + 1 < text.size()) return {text};  // (A) … (B)
    if (depth == 1 && text.substr(i).starts_with(kAnd)) {
      parts.push_back(text.substr(from, i - from));
      from = i + kAnd.size();
    }
  }
  if (parts.empty()) return {text};
  parts.push_back(text.substr(from, text.size() - 1 - from));
  return parts;
}

// Without constants, and whatever order the conditions are in: the planner puts the cheap ones
// first, and what it computed ahead of time is cheaper than what is still to be computed.
void add_expression(Fnv1a& hash, std::string_view expression) {
  const std::string text = simplify_expression(expression, true);
  std::vector<std::string_view> parts = conjuncts(text);
  std::ranges::sort(parts);
  for (const std::string_view part : parts) {
    hash.add(part);
    hash.add("\x02");
  }
}

// Every value has its begin and end in the hash, so that no two trees read alike.
void add_value(Fnv1a& hash, const Json& value, Part part) {
  if (value.is_object()) {
    hash.add("{");
    for (const auto& [key, member] : value.items()) {
      const Part of_member = part_of(key);
      if (of_member == Part::none) continue;
      hash.add(key);
      hash.add("\x01");
      add_value(hash, member, of_member);
    }
    hash.add("}");
  } else if (value.is_array()) {
    hash.add("[");
    for (const Json& element : value) add_value(hash, element, part);
    hash.add("]");
  } else if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    if (part == Part::expression) return add_expression(hash, text);
    hash.add(text);
    hash.add("\x02");
  } else if (value.is_boolean()) {
    hash.add(value.get<bool>() ? "true\x02" : "false\x02");
  }
}

Json plan_of(std::string_view explain_json) {
  check_json_depth(explain_json, "plan");
  Json parsed = Json::parse(explain_json, nullptr, false);
  const Json* plan = parsed.is_array() && parsed.size() == 1 ? &parsed.front() : &parsed;
  if (plan->is_object()) {
    const auto member = plan->find("Plan");
    if (member != plan->end() && member->is_object() && member->contains("Node Type")) {
      return *member;
    }
  }
  throw Error(sqlstate::data_corrupted, "text is not a plan",
              "It must be what EXPLAIN (FORMAT JSON) gives.");
}

bool gathers(const Json& node) {
  const auto type = node.find("Node Type");
  if (type != node.end() && (*type == "Gather" || *type == "Gather Merge")) return true;
  const auto plans = node.find("Plans");
  return plans != node.end() && plans->is_array() &&
         std::any_of(plans->begin(), plans->end(), gathers);
}

}  // namespace

std::string without_constants(std::string_view expression) {
  return simplify_expression(expression, false);
}

std::string plan_hash(std::string_view explain_json) {
  Fnv1a hash;
  add_value(hash, plan_of(explain_json), Part::none);
  return fmt::format("{:016x}", hash.value());
}

bool is_parallel_plan(std::string_view explain_json) {
  return gathers(plan_of(explain_json));
}

}  // namespace perf_mgmt
