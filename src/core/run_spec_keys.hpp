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

// What merging has to know of a key beyond its value: what ends the run and what the load model is
// decide which other keys have a meaning.
enum class KeyRole : std::uint8_t {
  plain,
  warmup,
  ramp,
  test_duration,
  operations,
  stages,
  virtual_users,
  arrival,
  max_lag,
  pause,  // of a virtual user: think time and pacing
  stress,
  spike,
  rounds,
  quiet
};

struct Key {
  std::string_view name;
  std::string_view alias;  // empty: none
  ValueRule rule;
  KeyRole role;
  unsigned layers;                                 // bits of Layer
  void (*store)(RunSpec&, const nlohmann::json&);  // of a value that checked_value() returned
  nlohmann::json (*show)(const RunSpec&);          // null: left out of to_json()

  bool allowed_in(Layer layer) const { return (layers & static_cast<unsigned>(layer)) != 0; }
};

// In the order of to_json(), which is also the one in which the keys of a layer are applied.
std::span<const Key> run_spec_keys();

// By name or alias; null where there is none.
const Key* find_run_spec_key(std::string_view name);

}  // namespace perf_mgmt
