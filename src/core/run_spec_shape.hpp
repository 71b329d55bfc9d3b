// The shapes that the types STRESS and SPIKE give a run: stages made of the target and the
// duration.
#pragma once

#include <nlohmann/json.hpp>

#include "perf_mgmt/core/run_spec.hpp"

namespace perf_mgmt {

// Replace the durations of the spec by stages. spec: closed with virtual_users or open with
// arrival_rate, durations unscaled. options: of the key, as checked_value() returned them; an empty
// object for the defaults. Throw Error where the target rises too high or the duration is too
// short.
void shape_stress(RunSpec& spec, const nlohmann::json& options);
void shape_spike(RunSpec& spec, const nlohmann::json& options);

}  // namespace perf_mgmt
