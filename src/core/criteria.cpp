// A criterion's name is its direction and its metric; everything else follows from it.
#include "perf_mgmt/core/criteria.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "json_reader.hpp"
#include "perf_mgmt/core/compact_json.hpp"
#include "perf_mgmt/core/errors.hpp"
#include "perf_mgmt/core/escape.hpp"
#include "perf_mgmt/core/suggest.hpp"

namespace perf_mgmt {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr std::string_view max_prefix = "max_";
constexpr std::string_view min_prefix = "min_";

constexpr std::array<std::string_view, 22> metrics = {"avg_response_time_ms",
                                                      "p50_response_time_ms",
                                                      "p95_response_time_ms",
                                                      "p99_response_time_ms",
                                                      "p999_response_time_ms",
                                                      "min_response_time_ms",
                                                      "max_response_time_ms",
                                                      "stddev_response_time_ms",
                                                      "avg_service_time_ms",
                                                      "p50_service_time_ms",
                                                      "p95_service_time_ms",
                                                      "p99_service_time_ms",
                                                      "avg_lag_ms",
                                                      "p50_lag_ms",
                                                      "p95_lag_ms",
                                                      "p99_lag_ms",
                                                      "throughput_tps",
                                                      "error_rate_percent",
                                                      "cpu_usage_percent",
                                                      "memory_usage_percent",
                                                      "disk_io_mb_per_sec",
                                                      "steal_percent"};

bool is_metric(std::string_view name) {
  return std::find(metrics.begin(), metrics.end(), name) != metrics.end();
}

// Without limit and source; nothing where the name is not that of a criterion.
std::optional<Criterion> criterion_of(const std::string& name) {
  const bool at_most = name.starts_with(max_prefix);
  if (!at_most && !name.starts_with(min_prefix)) return std::nullopt;
  std::string metric = name.substr(max_prefix.size());
  if (!is_metric(metric)) return std::nullopt;
  return Criterion{name, std::move(metric), at_most, 0, {}};
}

std::string list_of_metrics() {
  std::string list;
  for (const std::string_view metric : metrics)
    list += fmt::format("{}{}", list.empty() ? "" : ", ", metric);
  return list;
}

[[noreturn]] void refuse_unknown(const std::string& name, std::string_view source) {
  std::vector<std::string> candidates;
  for (const std::string_view prefix : {max_prefix, min_prefix}) {
    for (const std::string_view metric : metrics)
      candidates.push_back(fmt::format("{}{}", prefix, metric));
  }
  std::string hint = suggestion_hint(name, candidates);
  if (hint.empty())
    hint = fmt::format("A criterion is max_ or min_ and one of {}.", list_of_metrics());
  throw Error(sqlstate::invalid_parameter_value,
              fmt::format("unrecognized success criterion \"{}\"", brief(name)),
              fmt::format("It is one of the {}'s criteria.", source), std::move(hint));
}

[[noreturn]] void refuse_limit(const std::string& name, const json& limit,
                               std::string_view source) {
  throw Error(sqlstate::invalid_parameter_value,
              fmt::format("invalid limit of success criterion \"{}\": {}", name,
                          brief(compact_json(limit))),
              fmt::format("A number is expected. It is one of the {}'s criteria.", source),
              limit.is_string() ? "Write the number without quotation marks." : "");
}

[[noreturn]] void unreadable_criteria() {
  throw Error(sqlstate::data_corrupted, "success criteria are not readable",
              "What was stored with the execution is not what the engine stores.");
}

// 300 rather than 300.0: what a person would have written.
ordered_json number(double value) {
  if (std::trunc(value) == value && std::fabs(value) < 1e15)
    return static_cast<std::int64_t>(value);
  return value;
}

}  // namespace

std::span<const std::string_view> criterion_metrics() {
  return metrics;
}

std::vector<Criterion> read_criteria(std::string_view object, std::string_view source) {
  check_json_depth(object, fmt::format("success criteria of the {}", source));
  const json members = json::parse(object, nullptr, false);
  if (members.is_discarded()) {
    throw Error(sqlstate::invalid_json_text,
                fmt::format("success criteria of the {} are not valid JSON", source),
                "The text cannot be parsed, or a number in it is beyond double precision.");
  }
  if (!members.is_object()) {
    throw Error(sqlstate::invalid_parameter_value,
                fmt::format("success criteria of the {} must be a JSON object", source), {},
                R"(Write them as {"max_p95_response_time_ms": 500, ...}.)");
  }
  std::vector<Criterion> criteria;  // items() go in the order of the names
  for (const auto& [name, limit] : members.items()) {
    std::optional<Criterion> criterion = criterion_of(name);
    if (!criterion) refuse_unknown(name, source);
    if (limit.is_null()) continue;
    if (!limit.is_number()) refuse_limit(name, limit, source);
    criterion->limit = limit.get<double>();
    criterion->source = source;
    criteria.push_back(*std::move(criterion));
  }
  return criteria;
}

std::string criteria_to_json(std::span<const Criterion> criteria) {
  ordered_json list = ordered_json::array();
  for (const Criterion& criterion : criteria) {
    list.push_back({{"criterion", criterion.name},
                    {"limit", number(criterion.limit)},
                    {"source", criterion.source}});
  }
  return compact_json(list);
}

std::vector<Criterion> criteria_from_json(std::string_view text) {
  check_json_depth(text, "success criteria");
  const json list = json::parse(text, nullptr, false);
  if (!list.is_array()) unreadable_criteria();
  std::vector<Criterion> criteria;
  for (const json& item : list) {
    if (!item.is_object() || item.size() != 3) unreadable_criteria();
    const auto name = item.find("criterion");
    const auto limit = item.find("limit");
    const auto source = item.find("source");
    if (name == item.end() || !name->is_string() || limit == item.end() || !limit->is_number() ||
        source == item.end() || !source->is_string()) {
      unreadable_criteria();
    }
    std::optional<Criterion> criterion = criterion_of(name->get<std::string>());
    if (!criterion) unreadable_criteria();
    criterion->limit = limit->get<double>();
    criterion->source = source->get<std::string>();
    criteria.push_back(*std::move(criterion));
  }
  return criteria;
}

std::vector<CriterionResult> judge_criteria(std::span<const Criterion> criteria,
                                            const FigureLookup& figures) {
  std::vector<CriterionResult> results;
  for (const Criterion& criterion : criteria) {
    CriterionResult result{criterion, figures(criterion.metric), std::nullopt};
    if (result.actual) {
      result.passed =
          criterion.at_most ? *result.actual <= criterion.limit : *result.actual >= criterion.limit;
    }
    results.push_back(std::move(result));
  }
  return results;
}

}  // namespace perf_mgmt
