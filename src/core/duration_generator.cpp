// Think times: a number or a distribution of milliseconds, drawn in whole nanoseconds.
#include <cmath>
#include <cstdlib>

#include "decimal.hpp"
#include "generator_definition.hpp"
#include "perf_mgmt/core/errors.hpp"
#include "perf_mgmt/core/generators.hpp"

namespace perf_mgmt {
namespace {

constexpr double kMaxMilliseconds = 86400000;

std::int64_t to_ns(double milliseconds) {
  if (!(milliseconds >= 0 && milliseconds <= kMaxMilliseconds)) {
    throw Error(sqlstate::invalid_parameter_value, "duration is out of range", {},
                "It is a number of milliseconds from 0 to 86400000.");
  }
  return std::llround(milliseconds * 1e6);
}

}  // namespace

DurationGenerator DurationGenerator::constant(double milliseconds) {
  DurationGenerator generator;
  generator.min_ns_ = generator.max_ns_ = to_ns(milliseconds);
  return generator;
}

DurationGenerator DurationGenerator::compile(std::string_view definition) {
  const JsonNode node = parse_json_tree(definition, "think time");
  if (node.type == JsonNode::Type::number) {
    return constant(std::strtod(node.text.c_str(), nullptr));
  }
  const Definition parsed = read_definition(node, "the think time");
  const auto* form = std::get_if<IntegerForm>(&parsed.form);
  if (form == nullptr) {
    throw Error(sqlstate::invalid_parameter_value,
                "a think time must be a number or a generator of type \"integer\" or \"numeric\"");
  }
  const double unit = std::pow(10.0, -form->scale);
  DurationGenerator generator;
  generator.min_ns_ = to_ns(static_cast<double>(form->min) * unit);
  generator.max_ns_ = to_ns(static_cast<double>(form->max) * unit);
  generator.distribution_ = static_cast<int>(form->distribution.kind);
  generator.parameter_ = form->distribution.parameter;
  return generator;
}

std::int64_t DurationGenerator::draw_ns(RandomStream& random) const noexcept {
  if (min_ns_ == max_ns_) return min_ns_;
  return perf_mgmt::draw(random, min_ns_, max_ns_,
                         {static_cast<Distribution::Kind>(distribution_), parameter_});
}

bool DurationGenerator::is_zero() const noexcept {
  return max_ns_ == 0;
}

}  // namespace perf_mgmt
