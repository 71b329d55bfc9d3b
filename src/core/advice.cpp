#include "perf_mgmt/core/advice.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "advice_rules.hpp"
#include "perf_mgmt/core/compact_json.hpp"

namespace perf_mgmt {

namespace {

using advice::Finding;
using advice::Findings;
using advice::Severity;

std::string_view name_of(Severity severity) {
  switch (severity) {
    case Severity::critical:
      return "CRITICAL";
    case Severity::high:
      return "HIGH";
    case Severity::medium:
      return "MEDIUM";
    case Severity::low:
      break;
  }
  return "LOW";
}

// 200 rather than 200.0: what a person would have written.
void tidy(advice::Json& value) {
  if (value.is_structured()) {
    for (advice::Json& element : value) tidy(element);
  } else if (value.is_number_float()) {
    const double number = value.get<double>();
    if (std::trunc(number) == number && std::fabs(number) < 1e15) {
      value = static_cast<std::int64_t>(number);
    }
  }
}

advice::Json two_decimals(const advice::Figure& value) {
  if (!value) return nullptr;
  return std::round(*value * 100) / 100;
}

advice::Json to_json(const Finding& finding) {
  advice::Json items = advice::Json::array();
  for (const std::string_view item : finding.rule->action_items) {
    if (!item.empty()) items.push_back(item);
  }
  advice::Json json = {{"code", finding.rule->code},
                       {"category", finding.rule->category},
                       {"severity", name_of(finding.severity)},
                       {"impact_percent", two_decimals(finding.impact_percent)},
                       {"recommendation", finding.recommendation},
                       {"evidence", finding.evidence},
                       {"action_items", std::move(items)},
                       {"sql", finding.sql ? advice::Json(*finding.sql) : advice::Json(nullptr)}};
  tidy(json);
  return json;
}

advice::Json nothing_found(const std::vector<std::string>& missing) {
  std::string text = "Nothing was found to improve in what was measured.";
  if (!missing.empty()) {
    text += " Not measured: ";
    for (std::size_t i = 0; i < missing.size(); ++i) {
      if (i > 0) text += "; ";
      text += missing[i];
    }
    text += '.';
  }
  return {{"code", "nothing_found"},
          {"category", "OPTIMIZATION"},
          {"severity", name_of(Severity::low)},
          {"impact_percent", nullptr},
          {"recommendation", std::move(text)},
          {"evidence", {{"rules", advice::rules().size()}, {"not_measured", missing}}},
          {"action_items",
           {"Regular index maintenance", "Monitor query performance trends",
            "Consider performance testing schedule"}},
          {"sql", nullptr}};
}

}  // namespace

std::string advise(std::string_view text) {
  const advice::Snapshot snapshot(text);
  Findings findings;
  for (const advice::Rule& rule : advice::rules()) rule.apply(rule, snapshot, findings);

  std::vector<const Finding*> order;
  for (const Finding& finding : findings.found()) order.push_back(&finding);
  std::stable_sort(order.begin(), order.end(), [](const Finding* a, const Finding* b) {
    if (a->severity != b->severity) return a->severity > b->severity;
    return a->impact_percent.value_or(0) > b->impact_percent.value_or(0);
  });
  advice::Json list = advice::Json::array();
  for (const Finding* finding : order) list.push_back(to_json(*finding));
  if (list.empty()) list.push_back(nothing_found(findings.missing()));
  return compact_json(list);
}

}  // namespace perf_mgmt
