#include "definition_members.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <vector>

#include "perf_mgmt/core/errors.hpp"
#include "perf_mgmt/core/escape.hpp"
#include "perf_mgmt/core/suggest.hpp"

namespace perf_mgmt {
namespace {

std::string shown(const JsonNode& node) {
  std::string text;
  append_json(text, node);
  return brief(text);
}

std::string short_real(double value) {
  std::string text = std::to_string(value);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

}  // namespace

void throw_definition_error(std::string message, const std::string& where, std::string hint) {
  throw Error(sqlstate::invalid_parameter_value, std::move(message),
              where.empty() ? std::string() : "In " + where + ".", std::move(hint));
}

DefinitionMembers::DefinitionMembers(const JsonNode& node, std::string_view type,
                                     std::initializer_list<std::string_view> allowed,
                                     const std::string& where)
    : node_(node), type_(type), where_(where) {
  for (const JsonMember& member : node.members) {
    if (member.key == "type" ||
        std::find(allowed.begin(), allowed.end(), member.key) != allowed.end())
      continue;
    const std::vector<std::string_view> candidates(allowed);
    std::string hint = suggestion_hint(member.key, candidates);
    if (hint.empty()) {
      if (candidates.empty()) {
        hint = "A generator of type " + in_quotes(type) + " has no other members.";
      } else {
        hint = "Its members are ";
        const char* separator = "";
        for (const std::string_view name : candidates) {
          hint += separator + in_quotes(name);
          separator = ", ";
        }
        hint += '.';
      }
    }
    throw_definition_error(
        "unknown member " + in_quotes(member.key) + " of a generator of type " + in_quotes(type),
        where, std::move(hint));
  }
}

void DefinitionMembers::fail(std::string_view member, std::string_view expected) const {
  const JsonNode* value = node_.find(member);
  throw_definition_error("invalid " + in_quotes(member) + " of a generator of type " +
                             in_quotes(type_) +
                             (value != nullptr ? ": " + shown(*value) : std::string()),
                         where_, "It must be " + std::string(expected) + ".");
}

const JsonNode& DefinitionMembers::required(std::string_view member) const {
  const JsonNode* value = node_.find(member);
  if (value == nullptr) {
    throw_definition_error(
        "a generator of type " + in_quotes(type_) + " needs the member " + in_quotes(member),
        where_);
  }
  return *value;
}

std::int64_t DefinitionMembers::integer(std::string_view member, std::int64_t min,
                                        std::int64_t max) const {
  const JsonNode& value = required(member);
  if (value.type == JsonNode::Type::number) {
    const auto parsed = parse_decimal(value.text);
    const auto whole = parsed ? rescale(*parsed, 0) : std::nullopt;
    if (whole && whole->unscaled >= min && whole->unscaled <= max) {
      return static_cast<std::int64_t>(whole->unscaled);
    }
  }
  fail(member, "an integer from " + std::to_string(min) + " to " + std::to_string(max));
}

std::int64_t DefinitionMembers::integer_or(std::string_view member, std::int64_t min,
                                           std::int64_t max, std::int64_t otherwise) const {
  return has(member) ? integer(member, min, max) : otherwise;
}

Decimal DefinitionMembers::decimal(std::string_view member) const {
  const JsonNode& value = required(member);
  if (value.type == JsonNode::Type::number) {
    if (const auto parsed = parse_decimal(value.text)) return *parsed;
  }
  fail(member, "a number of at most 18 digits");
}

double DefinitionMembers::real(std::string_view member, double min, double max) const {
  const JsonNode& value = required(member);
  if (value.type == JsonNode::Type::number) {
    const double parsed = std::strtod(value.text.c_str(), nullptr);
    if (parsed >= min && parsed <= max) return parsed;
  }
  fail(member, "a number from " + short_real(min) + " to " + short_real(max));
}

const std::string& DefinitionMembers::text(std::string_view member) const {
  const JsonNode& value = required(member);
  if (value.type != JsonNode::Type::string || value.text.empty())
    fail(member, "a non-empty string");
  return value.text;
}

Distribution DefinitionMembers::distribution() const {
  static constexpr std::array<std::string_view, 4> kNames = {"uniform", "zipf", "gaussian",
                                                             "exponential"};
  Distribution result;
  if (has(kDistribution)) {
    const auto found = std::find(kNames.begin(), kNames.end(), text(kDistribution));
    if (found == kNames.end()) {
      std::string hint = suggestion_hint(text(kDistribution), kNames);
      if (hint.empty()) {
        hint = "The distributions are \"uniform\", \"zipf\", \"gaussian\" and \"exponential\".";
      }
      throw_definition_error("unknown distribution " + in_quotes(text(kDistribution)), where_,
                             std::move(hint));
    }
    result.kind = static_cast<Distribution::Kind>(found - kNames.begin());
  }

  // A parameter that the distribution does not have is a mistake, not a decoration.
  const bool zipf = result.kind == Distribution::Kind::zipf;
  const bool uniform = result.kind == Distribution::Kind::uniform;
  if (has(kTheta) && !zipf) {
    throw_definition_error("\"theta\" belongs to the distribution \"zipf\" alone", where_);
  }
  if (has(kParameter) && (zipf || uniform)) {
    throw_definition_error(
        "\"parameter\" belongs to the distributions \"gaussian\" and \"exponential\" alone",
        where_);
  }
  switch (result.kind) {
    case Distribution::Kind::uniform:
      break;
    case Distribution::Kind::zipf:
      result.parameter = has(kTheta) ? real(kTheta, 0.001, 1000) : 1.1;
      break;
    case Distribution::Kind::gaussian:
      result.parameter = has(kParameter) ? real(kParameter, 2, 1000) : 5;
      break;
    case Distribution::Kind::exponential:
      result.parameter = has(kParameter) ? real(kParameter, 0.001, 1000) : 5;
      break;
  }
  return result;
}

}  // namespace perf_mgmt
