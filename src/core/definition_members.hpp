// Typed access to the members of a definition: what is missing, misspelt, of the wrong type or out
// of range becomes an error that names the member, the value and the range.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "decimal.hpp"
#include "generator_definition.hpp"

namespace perf_mgmt {

class DefinitionMembers {
 public:
  // Refuses members that are neither "type" nor among `allowed`.
  DefinitionMembers(const JsonNode& node, std::string_view type,
                    std::initializer_list<std::string_view> allowed, const std::string& where);

  const std::string& where() const noexcept { return where_; }
  bool has(std::string_view member) const noexcept { return node_.find(member) != nullptr; }
  const JsonNode& required(std::string_view member) const;

  std::int64_t integer(std::string_view member, std::int64_t min, std::int64_t max) const;
  std::int64_t integer_or(std::string_view member, std::int64_t min, std::int64_t max,
                          std::int64_t otherwise) const;
  Decimal decimal(std::string_view member) const;
  double real(std::string_view member, double min, double max) const;
  const std::string& text(std::string_view member) const;  // not empty
  Distribution distribution() const;

  [[noreturn]] void fail(std::string_view member, std::string_view expected) const;

 private:
  const JsonNode& node_;
  std::string_view type_;
  const std::string& where_;
};

// The members that every generator with a distribution has.
inline constexpr std::string_view kDistribution = "distribution";
inline constexpr std::string_view kTheta = "theta";
inline constexpr std::string_view kParameter = "parameter";

}  // namespace perf_mgmt
