// The table of configuration keys, after the functions that carry their values into a RunSpec
// (store) and out of it again (show).
#include "run_spec_keys.hpp"
#include "perf_mgmt/core/compact_json.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace perf_mgmt {
namespace {

using nlohmann::json;
using Pairs = std::vector<std::pair<std::string, std::string>>;
using Durations = RunSpec::Durations;

constexpr std::int64_t longest_think_time_ms = 24LL * 60 * 60 * 1000;  // as DurationGenerator's
constexpr std::int64_t longest_ms = longest_seconds * 1000;
constexpr std::int64_t largest_share = 1'000'000;

constexpr std::array<std::string_view, 2> finishes = {"commit", "rollback"};
constexpr std::array<std::string_view, 4> isolation_levels = {"read uncommitted", "read committed",
                                                              "repeatable read", "serializable"};

std::string text_of(const json& value) {
  return compact_json(value);
}

// 300 rather than 300.0: what a person would have written.
json number(double value) {
  if (std::trunc(value) == value && std::fabs(value) < 1e15)
    return static_cast<std::int64_t>(value);
  return value;
}

template <typename T>
json as_json(const T& value) {
  if constexpr (std::is_same_v<T, double>) {
    return number(value);
  } else {
    return value;
  }
}
template <typename T>
json as_json(const std::optional<T>& value) {
  return value ? as_json(*value) : json();
}

template <typename T>
void from_json_value(T& target, const json& value) {
  target = value.get<T>();
}
template <typename T>
void from_json_value(std::optional<T>& target, const json& value) {
  target = value.get<T>();
}

template <auto Member>
void store(RunSpec& spec, const json& value) {
  from_json_value(spec.*Member, value);
}
template <auto Member>
json show(const RunSpec& spec) {
  return as_json(spec.*Member);
}
template <auto Member>
json show_unless_zero(const RunSpec& spec) {
  return spec.*Member == 0 ? json() : json(spec.*Member);
}
json show_nothing(const RunSpec& /*spec*/) {
  return {};
}

template <double Durations::*Member>
void store_duration(RunSpec& spec, const json& value) {
  spec.unscaled.*Member = value.get<double>();
}
json show_warmup(const RunSpec& spec) {
  return spec.operations != 0 ? json() : number(spec.unscaled.warmup_seconds);
}
template <double Durations::*Member>
json show_duration(const RunSpec& spec) {
  return spec.operations != 0 || !spec.stages.empty() ? json() : number(spec.unscaled.*Member);
}

json show_users(const RunSpec& spec) {
  return spec.load == LoadKind::open || !spec.stages.empty() ? json() : json(spec.virtual_users);
}

void store_arrival(RunSpec& spec, const json& value) {
  spec.arrival_rate = value.value("rate", 0.0);
  spec.arrivals =
      value["distribution"] == "regular" ? RunSpec::Arrivals::regular : RunSpec::Arrivals::poisson;
}
json show_arrival(const RunSpec& spec) {
  if (spec.load == LoadKind::closed) return {};
  json arrival;
  if (spec.stages.empty()) arrival["rate"] = number(spec.arrival_rate);
  arrival["distribution"] = spec.arrivals == RunSpec::Arrivals::regular ? "regular" : "poisson";
  return arrival;
}

void store_stages(RunSpec& spec, const json& value) {
  spec.stages.clear();
  for (const json& stage : value) {
    spec.stages.push_back({stage["name"].get<std::string>(),
                           stage["duration_seconds"].get<double>(),
                           stage.value("rate", stage.value("virtual_users", 0.0))});
  }
}
json show_stages(const RunSpec& spec) {
  json stages;
  const char* const target = spec.load == LoadKind::open ? "rate" : "virtual_users";
  for (const StageSpec& stage : spec.stages) {
    stages.push_back({{"name", stage.name},
                      {"duration_seconds", number(stage.duration_seconds)},
                      {target, number(stage.target)}});
  }
  return stages;
}

// stress and spike become stages when everything else is known.
void store_nothing(RunSpec& /*spec*/, const json& /*value*/) {}

void store_seed(RunSpec& spec, const json& value) {
  spec.seed = value.get<std::uint64_t>();
  spec.seed_given = true;
}
json show_seed(const RunSpec& spec) {
  return spec.seed_given || spec.seed != 0 ? json(spec.seed) : json();
}

template <std::optional<std::string> RunSpec::*Member>
void store_pause(RunSpec& spec, const json& value) {
  spec.*Member = text_of(value.is_number() ? number(value.get<double>()) : value);
}
template <std::optional<std::string> RunSpec::*Member>
json show_pause(const RunSpec& spec) {
  return spec.*Member ? json::parse(*(spec.*Member), nullptr, false) : json();
}

// Shares of one mix belong together, so a mix replaces that of a lower layer as a whole.
void store_mix(RunSpec& spec, const json& value) {
  spec.workload_mix.clear();
  for (const auto& [category, share] : value.items())
    spec.workload_mix.emplace_back(category, share.get<double>());
}
json show_mix(const RunSpec& spec) {
  json result;
  for (const auto& [category, share] : spec.workload_mix) result[category] = number(share);
  return result;
}

// Keeps the pairs in the order of their names, so that a spec does not depend on where it came
// from.
void put(Pairs& pairs, const std::string& name, std::string value) {
  const auto place = std::lower_bound(
      pairs.begin(), pairs.end(), name,
      [](const auto& pair, const std::string& wanted) { return pair.first < wanted; });
  if (place != pairs.end() && place->first == name) {
    place->second = std::move(value);
  } else {
    pairs.emplace(place, name, std::move(value));
  }
}

void store_settings(RunSpec& spec, const json& value) {
  for (const auto& [name, setting] : value.items())
    put(spec.settings, name, setting.get<std::string>());
}
json show_settings(const RunSpec& spec) {
  json result;
  for (const auto& [name, setting] : spec.settings) result[name] = setting;
  return result;
}

void store_session_settings(RunSpec& spec, const json& value) {
  for (const auto& [name, generator] : value.items())
    put(spec.session_settings, name, text_of(generator));
}
json show_session_settings(const RunSpec& spec) {
  json result;
  for (const auto& [name, generator] : spec.session_settings)
    result[name] = json::parse(generator, nullptr, false);
  return result;
}

void store_finish(RunSpec& spec, const json& value) {
  spec.finish = value == "rollback" ? RunSpec::Finish::rollback : RunSpec::Finish::commit;
}
json show_finish(const RunSpec& spec) {
  return spec.finish == RunSpec::Finish::rollback ? "rollback" : "commit";
}

void store_environments(RunSpec& spec, const json& value) {
  spec.environments = value.get<std::vector<std::string>>();
}

void store_metadata(RunSpec& spec, const json& value) {
  json metadata = json::parse(spec.metadata, nullptr, false);
  metadata.update(value);
  spec.metadata = text_of(metadata);
}
json show_metadata(const RunSpec& spec) {
  json metadata = json::parse(spec.metadata, nullptr, false);
  return metadata.empty() ? json() : metadata;
}
void store_git_commit(RunSpec& spec, const json& value) {
  store_metadata(spec, {{"git_commit", value}});
}
void store_branch(RunSpec& spec, const json& value) {
  store_metadata(spec, {{"branch", value}});
}
void store_ci_execution(RunSpec& spec, const json& value) {
  store_metadata(spec, {{"ci_execution", value}});
}

constexpr unsigned test_only = static_cast<unsigned>(Layer::test);
constexpr unsigned custom_only = static_cast<unsigned>(Layer::custom);
constexpr unsigned given = test_only | custom_only;
constexpr unsigned any = given | static_cast<unsigned>(Layer::scenario);

constexpr ValueRule duration{ValueKind::number, 0, longest_seconds};
constexpr ValueRule boolean{ValueKind::boolean};
constexpr ValueRule text{ValueKind::text};
constexpr ValueRule text_or_null{ValueKind::text_or_null};

constexpr ValueRule integer(std::int64_t min, std::int64_t max) {
  return {ValueKind::integer, min, max};
}
constexpr ValueRule positive(std::int64_t max) {
  return {ValueKind::positive_number, 0, max};
}
constexpr ValueRule from_zero(ValueKind kind, std::int64_t max) {
  return {kind, 0, max};
}
constexpr ValueRule choice(std::span<const std::string_view> choices) {
  return {ValueKind::choice, 0, 0, choices};
}
constexpr ValueRule only(ValueKind kind) {
  return {kind};
}

// The order is that of to_json(), and the one in which the keys of a layer are applied: `metadata`
// before the keys that go into it.
constexpr std::array keys = {
    Key{"scenario", "", text, KeyRole::plain, given, store<&RunSpec::scenario>,
        show<&RunSpec::scenario>},
    Key{"virtual_users", "concurrent_users", integer(1, most_virtual_users), KeyRole::virtual_users,
        any, store<&RunSpec::virtual_users>, show_users},
    Key{"arrival", "", only(ValueKind::arrival), KeyRole::arrival, given, store_arrival,
        show_arrival},
    Key{"max_lag_ms", "", from_zero(ValueKind::number, longest_ms), KeyRole::max_lag, given,
        store<&RunSpec::max_lag_ms>, show<&RunSpec::max_lag_ms>},
    Key{"workers", "total_connections", integer(1, 1024), KeyRole::plain, given,
        store<&RunSpec::workers>, show_unless_zero<&RunSpec::workers>},
    Key{"warmup_seconds", "", duration, KeyRole::warmup, given,
        store_duration<&Durations::warmup_seconds>, show_warmup},
    Key{"ramp_up_seconds", "ramp_up_duration_seconds", duration, KeyRole::ramp, any,
        store_duration<&Durations::ramp_up_seconds>, show_duration<&Durations::ramp_up_seconds>},
    Key{"test_duration_seconds", "", duration, KeyRole::test_duration, any,
        store_duration<&Durations::test_duration_seconds>,
        show_duration<&Durations::test_duration_seconds>},
    Key{"ramp_down_seconds", "ramp_down_duration_seconds", duration, KeyRole::ramp, any,
        store_duration<&Durations::ramp_down_seconds>,
        show_duration<&Durations::ramp_down_seconds>},
    Key{"stages", "", only(ValueKind::stages), KeyRole::stages, given, store_stages, show_stages},
    Key{"stress", "", only(ValueKind::stress), KeyRole::stress, given, store_nothing, show_nothing},
    Key{"spike", "", only(ValueKind::spike), KeyRole::spike, given, store_nothing, show_nothing},
    Key{"operations", "", integer(1, 1'000'000'000'000), KeyRole::operations, given,
        store<&RunSpec::operations>, show_unless_zero<&RunSpec::operations>},
    Key{"rounds", "", integer(1, most_rounds), KeyRole::rounds, given, store<&RunSpec::rounds>,
        show<&RunSpec::rounds>},
    Key{"quiet", "", boolean, KeyRole::quiet, given, store<&RunSpec::quiet>, show<&RunSpec::quiet>},
    Key{"time_scale", "", positive(1000), KeyRole::plain, given, store<&RunSpec::time_scale>,
        show<&RunSpec::time_scale>},
    Key{"think_time_ms", "", from_zero(ValueKind::think_time, longest_think_time_ms),
        KeyRole::pause, given, store_pause<&RunSpec::think_time>, show_pause<&RunSpec::think_time>},
    Key{"think_time_scale", "", from_zero(ValueKind::number, 1000), KeyRole::plain, given,
        store<&RunSpec::think_time_scale>, show<&RunSpec::think_time_scale>},
    Key{"pacing_ms", "", from_zero(ValueKind::think_time, longest_think_time_ms), KeyRole::pause,
        given, store_pause<&RunSpec::pacing>, show_pause<&RunSpec::pacing>},
    Key{"workload_mix", "", from_zero(ValueKind::mix, largest_share), KeyRole::plain, given,
        store_mix, show_mix},
    Key{"peak", "", boolean, KeyRole::plain, given, store<&RunSpec::peak>, show<&RunSpec::peak>},
    Key{"seed", "", integer(0, INT64_MAX), KeyRole::plain, given, store_seed, show_seed},
    Key{"settings", "", only(ValueKind::settings), KeyRole::plain, given, store_settings,
        show_settings},
    Key{"session_settings", "", only(ValueKind::session_settings), KeyRole::plain, given,
        store_session_settings, show_session_settings},
    Key{"statement_timeout_ms", "", integer(0, INT32_MAX), KeyRole::plain, given,
        store<&RunSpec::statement_timeout_ms>, show<&RunSpec::statement_timeout_ms>},
    Key{"isolation_level", "", choice(isolation_levels), KeyRole::plain, given,
        store<&RunSpec::isolation_level>, show<&RunSpec::isolation_level>},
    Key{"max_tries", "", integer(1, 1000), KeyRole::plain, given, store<&RunSpec::max_tries>,
        show<&RunSpec::max_tries>},
    Key{"latency_limit_ms", "", positive(longest_ms), KeyRole::plain, given,
        store<&RunSpec::latency_limit_ms>, show<&RunSpec::latency_limit_ms>},
    Key{"max_errors", "", integer(0, INT64_MAX), KeyRole::plain, given, store<&RunSpec::max_errors>,
        show<&RunSpec::max_errors>},
    Key{"abort_on_fail", "", boolean, KeyRole::plain, given, store<&RunSpec::abort_on_fail>,
        show<&RunSpec::abort_on_fail>},
    Key{"finish", "", choice(finishes), KeyRole::plain, given, store_finish, show_finish},
    Key{"interval_ms", "", integer(100, 3'600'000), KeyRole::plain, given,
        store<&RunSpec::interval_ms>, show<&RunSpec::interval_ms>},
    Key{"sampling_hz",
        "",
        {ValueKind::integer_or_zero, 20, 1000},
        KeyRole::plain,
        given,
        store<&RunSpec::sampling_hz>,
        show<&RunSpec::sampling_hz>},
    Key{"progress_seconds", "", from_zero(ValueKind::number, 3600), KeyRole::plain, given,
        store<&RunSpec::progress_seconds>, show<&RunSpec::progress_seconds>},
    Key{"wait", "", boolean, KeyRole::plain, given, store<&RunSpec::wait>, show<&RunSpec::wait>},
    Key{"allow_writes_in_production", "", boolean, KeyRole::plain, given,
        store<&RunSpec::allow_writes_in_production>, show<&RunSpec::allow_writes_in_production>},
    Key{"ci_enabled", "", boolean, KeyRole::plain, test_only, store<&RunSpec::ci_enabled>,
        show_nothing},
    Key{"environments", "", only(ValueKind::texts), KeyRole::plain, test_only, store_environments,
        show_nothing},
    Key{"confirms", "", only(ValueKind::uuid), KeyRole::plain, custom_only,
        store<&RunSpec::confirms>, show<&RunSpec::confirms>},
    Key{"metadata", "", only(ValueKind::object), KeyRole::plain, given, store_metadata,
        show_metadata},
    Key{"git_commit", "", text_or_null, KeyRole::plain, given, store_git_commit, show_nothing},
    Key{"branch", "", text_or_null, KeyRole::plain, given, store_branch, show_nothing},
    Key{"ci_execution", "", boolean, KeyRole::plain, given, store_ci_execution, show_nothing},
};

}  // namespace

std::span<const Key> run_spec_keys() {
  return keys;
}

const Key* find_run_spec_key(std::string_view name) {
  const auto* const found = std::find_if(keys.begin(), keys.end(), [name](const Key& key) {
    return key.name == name || (!name.empty() && key.alias == name);
  });
  return found == keys.end() ? nullptr : found;
}

}  // namespace perf_mgmt
