// One layer of configuration: its keys read, checked one by one and against each other.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "run_spec_keys.hpp"

namespace perf_mgmt {

struct Given {
  const Key* key;
  std::string name;  // as written: the key or its alias
  nlohmann::json value;

  KeyRole role() const { return key->role; }
};

// What one layer gives, in the order of the table of keys.
struct LayerValues {
  Layer layer;
  std::vector<Given> values;
};

// A key, and the layer in which it stands.
struct Standing {
  const Given* given = nullptr;
  Layer layer = Layer::scenario;

  bool is(KeyRole role) const { return given != nullptr && given->role() == role; }
};

// An arrival that says how many; one without a rate only says how they are spread.
bool has_rate(const Given& arrival);
// Of virtual_users, stages, or an arrival.
LoadKind load_kind_of(const Given& given);

// Why `other` means nothing beside the key that ends the run, or beside the key that gives the load
// model: a hint; null where it does mean something.
const char* conflict_with_end(const Given& end, const Given& other);
const char* conflict_with_model(const Given& model, const Given& other);

// why: of the conflict functions; way_out: what else than leaving out one of the two would help.
[[noreturn]] void refuse_together(const Standing& decides, const Standing& other,
                                  std::string_view why, std::string_view way_out = {});
[[noreturn]] void refuse_lag_limit(const Standing& max_lag);

// An empty text or "null" is an absent layer.
LayerValues read_layer(std::string_view layer_text, Layer layer);
LayerValues scenario_layer(const ScenarioDefaults& scenario);

}  // namespace perf_mgmt
