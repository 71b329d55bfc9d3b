// Snapshots for the rules of advice, and what is found in them.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "perf_mgmt/core/advice.hpp"

namespace perf_mgmt::advice_fixture {

using Json = nlohmann::json;

inline Json advice_on(const Json& snapshot) {
  return Json::parse(advise(snapshot.dump()));
}

// The findings of a rule.
inline std::vector<Json> findings_of(const Json& snapshot, const std::string& code) {
  std::vector<Json> findings;
  for (const Json& finding : advice_on(snapshot)) {
    if (finding["code"] == code) findings.push_back(finding);
  }
  return findings;
}

// The first of them; null where it found nothing.
inline Json finding_of(const Json& snapshot, const std::string& code) {
  const std::vector<Json> findings = findings_of(snapshot, code);
  return findings.empty() ? Json(nullptr) : findings.front();
}

inline Json operation(const Json& members) {
  Json json = {{"name", "pay"}, {"ok", 1000}, {"busy_ms", 1000}};
  json.update(members);
  return json;
}

inline Json with_operation(const Json& members) {
  return {{"operations", {operation(members)}}};
}

inline Json execution(const Json& figures) {
  return {{"execution", figures}};
}

inline Json table(const Json& members) {
  Json json = {{"name", "shop.orders"}, {"analyzed", true}};
  json.update(members);
  return {{"tables", {json}}};
}

inline Json scan(double planned, double actual) {
  return {{"Plan",
           {{"Node Type", "Seq Scan"},
            {"Schema", "shop"},
            {"Relation Name", "orders"},
            {"Alias", "orders"},
            {"Filter", "((orders.city = 'x'::text) AND (orders.zip = 7))"},
            {"Plan Rows", planned},
            {"Actual Rows", actual},
            {"Actual Loops", 1}}}};
}

inline Json sample(const Json& plan, bool hypopg = true, const Json& indexes = Json::array()) {
  return {
      {"samples", {{{"statement", 1}, {"plan", plan}, {"hypopg", hypopg}, {"indexes", indexes}}}}};
}

inline Json trial(const Json& cost_after) {
  return {{{"definition", "CREATE INDEX ON shop.orders (city)"},
           {"rows_read", 100000},
           {"rows_kept", 10},
           {"cost_before", 1000},
           {"cost_after", cost_after}}};
}

inline Json plan(int statement, const std::string& hash, const std::string& node, double cost) {
  return {
      {"statement", statement},
      {"hash", hash},
      {"plan", {{"Plan", {{"Node Type", node}, {"Relation Name", "t"}, {"Total Cost", cost}}}}}};
}

inline Json flip(double avg_ms) {
  return with_operation({{"avg_ms", avg_ms},
                         {"baseline_avg_ms", 10},
                         {"plans", {plan(1, "bb", "Seq Scan", 90)}},
                         {"baseline_plans", {plan(1, "aa", "Index Scan", 8)}}});
}

}  // namespace perf_mgmt::advice_fixture
