// The keys of a configuration: one table that says of each its names, its values, the layers in
// which it may stand, and how it gets into a RunSpec and out of it again.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <span>
#include <string_view>

#include "perf_mgmt/core/run_spec.hpp"
#include "run_spec_value.hpp"

namespace perf_mgmt {

inline constexpr std::int64_t longest_seconds = 30LL * 24 * 60 * 60;

// What merging has to know of a key beyond its value: the keys that say when a run ends exclude
// each other.
enum class KeyRole : std::uint8_t { plain, duration, test_duration, operations };

struct Key {
  std::string_view name;
  std::string_view alias;  // empty: none
  ValueRule rule;
  KeyRole role;
  unsigned layers;                                 // bits of Layer
  void (*store)(RunSpec&, const nlohmann::json&);  // of a value that checked_value() returned
  nlohmann::json (*show)(const RunSpec&);          // null: left out of to_json()

  bool allowed_in(Layer layer) const { return (layers & static_cast<unsigned>(layer)) != 0; }
  bool is_duration() const { return role == KeyRole::duration || role == KeyRole::test_duration; }
};

// In the order of to_json(), which is also the one in which the keys of a layer are applied.
std::span<const Key> run_spec_keys();

// By name or alias; null where there is none.
const Key* find_run_spec_key(std::string_view name);

}  // namespace perf_mgmt
