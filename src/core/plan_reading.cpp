// Conditions are read as ruleutils.c writes them in VERBOSE mode: (alias.column = constant), joined
// by AND, each in parentheses, a column in parentheses of its own where it is cast. What does not
// look like that is passed by: at worst an index is not thought of.
#include "perf_mgmt/core/plan_reading.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "plan_expression.hpp"

namespace perf_mgmt {

namespace {

using Json = nlohmann::json;

constexpr double kFewestRowsRead = 1000;
constexpr double kMostKept = 0.1;
constexpr double kFewestRowsEstimated = 100;
constexpr int kMostDepth = 200;  // of a plan's tree: deeper ones are cut

// The top node; null where there is none.
Json top_node(std::string_view text) {
  Json parsed = Json::parse(text, nullptr, false);
  if (parsed.is_array() && parsed.size() == 1) parsed = Json(parsed.front());
  if (!parsed.is_object()) return nullptr;
  const auto plan = parsed.find("Plan");
  if (plan == parsed.end() || !plan->is_object()) return nullptr;
  return *plan;
}

std::string text_of(const Json& node, const char* key) {
  const auto member = node.find(key);
  return member != node.end() && member->is_string() ? member->get<std::string>() : std::string();
}

std::optional<double> number_of(const Json& node, const char* key) {
  const auto member = node.find(key);
  if (member == node.end() || !member->is_number()) return std::nullopt;
  return member->get<double>();
}

template <typename Visit>
void for_each_child(const Json& node, int depth, Visit visit) {
  if (depth >= kMostDepth) return;
  const auto plans = node.find("Plans");
  if (plans == node.end() || !plans->is_array()) return;
  for (const Json& child : *plans) {
    if (child.is_object()) visit(child);
  }
}

// One past the parenthesis that closes the one at `at`.
std::size_t end_of_group(std::string_view text, std::size_t at) {
  int depth = 0;
  for (std::size_t i = at; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\'' || c == '"') {
      const std::size_t close = text.find(c, i + 1);
      if (close == std::string_view::npos) return text.size();
      i = close;  // a doubled one begins the next group, which is as good
    } else if (c == '(') {
      ++depth;
    } else if (c == ')' && --depth == 0) {
      return i + 1;
    }
  }
  return text.size();
}

// The parts of (A) AND (B); the text itself where it is one condition. Each in its parentheses.
std::vector<std::string_view> conditions_of(std::string_view text) {
  if (!text.starts_with('(') || end_of_group(text, 0) != text.size()) return {text};
  const std::string_view inside = text.substr(1, text.size() - 2);
  std::vector<std::string_view> parts;
  for (std::size_t at = 0; at < inside.size();) {
    if (inside[at] != '(') return {text};
    const std::size_t end = end_of_group(inside, at);
    parts.push_back(inside.substr(at, end - at));
    if (end == inside.size()) break;
    if (!inside.substr(end).starts_with(" AND ")) return {text};
    at = end + 5;
  }
  return parts.empty() ? std::vector{text} : parts;
}

struct Comparison {
  std::string column;
  bool equal = false;
};

// A name as the server writes it, from `at` on: plain or quoted; empty where there is none.
std::string_view name_at(std::string_view text, std::size_t at) {
  if (at < text.size() && text[at] == '"') {
    std::size_t close = at;
    do {
      close = text.find('"', close + 1);
      if (close == std::string_view::npos) return {};
      ++close;
    } while (close < text.size() && text[close] == '"');
    return text.substr(at, close - at);
  }
  std::size_t end = at;
  const auto in_name = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '$' ||
           static_cast<unsigned char>(c) >= 0x80;
  };
  while (end < text.size() && in_name(text[end])) ++end;
  return text.substr(at, end - at);
}

// (alias.column = …), with the column on the left, where the planner puts it.
std::optional<Comparison> comparison_of(std::string_view condition, const std::string& alias) {
  if (!condition.starts_with('(') || !condition.ends_with(')')) return std::nullopt;
  const std::string_view text = condition.substr(1, condition.size() - 2);
  const bool is_cast = text.starts_with('(');
  std::size_t at = is_cast ? 1 : 0;
  const std::string_view qualifier = name_at(text, at);
  if (qualifier != alias && qualifier != '"' + alias + '"') return std::nullopt;
  at += qualifier.size();
  if (at >= text.size() || text[at] != '.') return std::nullopt;
  const std::string_view column = name_at(text, at + 1);
  if (column.empty()) return std::nullopt;
  at += 1 + column.size();
  // Only varchar to text, the cast of which an index on the column knows.
  if (is_cast) {
    constexpr std::string_view kToText = ")::text";
    if (!text.substr(at).starts_with(kToText)) return std::nullopt;
    at += kToText.size();
  }
  const std::string_view rest = text.substr(at);
  // A column of the same table on the other side: no index helps.
  if (simplify_expression(rest, false).find(std::string(qualifier) + '.') != std::string::npos) {
    return std::nullopt;
  }
  for (const std::string_view sign : {" = ", " < ", " <= ", " > ", " >= "}) {
    if (rest.starts_with(sign)) return Comparison{std::string(column), sign == " = "};
  }
  return std::nullopt;
}

void add_once(std::vector<std::string>& list, const std::string& item) {
  if (std::find(list.begin(), list.end(), item) == list.end()) list.push_back(item);
}

// Columns that conditions compare: by = first, then the first of a range.
std::vector<std::string> compared_columns(const Json& node, std::initializer_list<const char*> keys,
                                          bool with_range) {
  std::vector<std::string> columns;
  std::vector<std::string> ranges;
  const std::string alias = text_of(node, "Alias");
  for (const char* key : keys) {
    const std::string text = text_of(node, key);
    for (const std::string_view condition : conditions_of(text)) {
      const std::optional<Comparison> comparison = comparison_of(condition, alias);
      if (comparison) add_once(comparison->equal ? columns : ranges, comparison->column);
    }
  }
  if (with_range && !ranges.empty()) add_once(columns, ranges.front());
  return columns;
}

void collect_candidates(const Json& node, int depth, std::vector<IndexCandidate>& candidates) {
  for_each_child(node, depth,
                 [&](const Json& child) { collect_candidates(child, depth + 1, candidates); });
  if (text_of(node, "Node Type") != "Seq Scan") return;
  const double loops = number_of(node, "Actual Loops").value_or(0);
  const double kept = number_of(node, "Actual Rows").value_or(0) * loops;
  const double removed = number_of(node, "Rows Removed by Filter").value_or(0) * loops;
  if (kept + removed < kFewestRowsRead || kept > kMostKept * (kept + removed)) return;
  IndexCandidate candidate{text_of(node, "Schema"), text_of(node, "Relation Name"),
                           compared_columns(node, {"Filter"}, true), kept + removed, kept};
  // No index for the server's own tables, nor for those that go with the transaction.
  if (candidate.schema.starts_with("pg_")) return;
  if (candidate.columns.empty() || candidate.relation.empty()) return;
  for (IndexCandidate& other : candidates) {
    if (other.schema != candidate.schema || other.relation != candidate.relation ||
        other.columns != candidate.columns) {
      continue;
    }
    other.rows_read += candidate.rows_read;
    other.rows_kept += candidate.rows_kept;
    return;
  }
  candidates.push_back(std::move(candidate));
}

bool is_one_of(const std::string& text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

// Whether what is below may be left before its end.
bool lets_stop_early(const Json& node) {
  const auto unique = node.find("Inner Unique");
  return is_one_of(text_of(node, "Node Type"), {"Limit", "Merge Join"}) ||
         is_one_of(text_of(node, "Join Type"), {"Semi", "Anti"}) ||
         (unique != node.end() && *unique == true);
}

// By how much the estimate is off; nothing where the node tells nothing about that.
std::optional<Misestimate> estimate_of(const Json& node, bool may_stop) {
  const std::string type = text_of(node, "Node Type");
  // A bitmap of several is not counted, one of an index names no table (the heap scan above it has
  // the same rows, table and condition), and what writes gives no rows.
  if (is_one_of(type, {"BitmapAnd", "BitmapOr", "Bitmap Index Scan", "ModifyTable"})) {
    return std::nullopt;
  }
  const std::optional<double> planned = number_of(node, "Plan Rows");
  const std::optional<double> actual = number_of(node, "Actual Rows");
  if (number_of(node, "Actual Loops").value_or(0) <= 0 || !planned || !actual) return std::nullopt;
  if (may_stop && *actual < *planned) return std::nullopt;
  const double high = std::max(*planned, *actual);
  if (high < kFewestRowsEstimated) return std::nullopt;
  const double low = std::max(std::min(*planned, *actual), 1.0);
  return Misestimate{type,
                     text_of(node, "Schema"),
                     text_of(node, "Relation Name"),
                     *planned,
                     *actual,
                     high / low,
                     compared_columns(node, {"Index Cond", "Recheck Cond", "Filter"}, false)};
}

// Returns whether the node or one below it is off by least_factor.
bool search_misestimate(const Json& node, int depth, bool may_stop, double least_factor,
                        std::optional<Misestimate>& worst) {
  const bool below_may_stop = may_stop || lets_stop_early(node);
  bool found_below = false;
  for_each_child(node, depth, [&](const Json& child) {
    if (search_misestimate(child, depth + 1, below_may_stop, least_factor, worst))
      found_below = true;
  });
  if (found_below) return true;
  std::optional<Misestimate> estimate = estimate_of(node, may_stop);
  if (!estimate || estimate->factor < least_factor) return false;
  if (!worst || estimate->factor > worst->factor) worst = std::move(estimate);
  return true;
}

bool uses_index(const Json& node, int depth, std::string_view index) {
  if (text_of(node, "Index Name") == index) return true;
  bool found = false;
  for_each_child(node, depth,
                 [&](const Json& child) { found = found || uses_index(child, depth + 1, index); });
  return found;
}

}  // namespace

std::vector<IndexCandidate> index_candidates(std::string_view analyzed_plan) {
  std::vector<IndexCandidate> candidates;
  const Json node = top_node(analyzed_plan);
  if (node.is_object()) collect_candidates(node, 0, candidates);
  std::stable_sort(
      candidates.begin(), candidates.end(),
      [](const IndexCandidate& a, const IndexCandidate& b) { return a.rows_read > b.rows_read; });
  return candidates;
}

std::optional<Misestimate> find_misestimate(std::string_view analyzed_plan, double least_factor) {
  std::optional<Misestimate> worst;
  const Json node = top_node(analyzed_plan);
  if (node.is_object()) search_misestimate(node, 0, false, least_factor, worst);
  return worst;
}

std::optional<double> plan_cost(std::string_view plan) {
  const Json node = top_node(plan);
  return node.is_object() ? number_of(node, "Total Cost") : std::nullopt;
}

bool plan_uses_index(std::string_view plan, std::string_view index) {
  const Json node = top_node(plan);
  return node.is_object() && uses_index(node, 0, index);
}

}  // namespace perf_mgmt
