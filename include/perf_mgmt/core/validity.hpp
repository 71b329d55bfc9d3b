// What limits how far a result can be trusted. The controller gathers the evidence, the rules here
// make findings of it; a fatal one makes the result invalid: stored and shown, never a baseline.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace perf_mgmt {

struct Finding {
  std::string code;     // snake_case
  std::string message;  // a sentence with the numbers
  bool fatal = false;
};

// A session that kept old row versions alive during the run.
struct HorizonHolder {
  std::string description;  // process 123 (psql, user app, idle in transaction) …
  double seconds = 0;       // the longest that it was seen to
};

struct PlanChoice {
  std::string operation;
  double custom_share_first = 0;  // of the statements run in the first quarter of the window, 0..1
  double custom_share_last = 0;
};

struct RunEvidence {
  int workers = 0;
  int workers_requested = 0;
  int worker_slots_left = 0;  // max_worker_processes less what the run took
  int parallel_workers_per_gather = 0;
  int max_worker_processes = 0;
  bool caller_holds_horizon = false;
  std::uint64_t activity_samples = 0;       // looks at the other sessions
  std::uint64_t samples_others_active = 0;  // looks at which one or more were active
  std::vector<HorizonHolder> horizon_holders;
  std::optional<double> steal_percent;
  std::optional<double> others_cpu_percent;  // of the host's CPU: processes that are not this run's
  std::uint64_t autovacuum_samples = 0;      // looks at which autovacuum worked in this database
  std::vector<std::string> autovacuum_tables;  // that it finished, or was seen at
  std::uint64_t checkpoints = 0;
  std::vector<PlanChoice> plan_choices;
  std::vector<double> throughput_quarters;  // of the time at full load, operations per second
  bool assertions = false;                  // debug_assertions
  bool fsync = true;
  bool full_page_writes = true;
  std::int64_t clock_resolution_ns = 1;
  std::int64_t clock_cost_ns = 0;  // of one reading
  bool open_model = false;
  std::uint64_t due = 0;    // slots that fell due
  std::uint64_t begun = 0;  // of them, those that were begun
  std::uint64_t interrupted = 0;
  double interrupted_longest_ms = 0;
  std::optional<double> error_rate_percent;
  std::optional<double> error_rate_limit_percent;    // the scenario's
  std::vector<std::string> unmet_data_requirements;  // sentences
  std::optional<std::string> aborted_by;             // the criterion that abort_on_fail broke on
};

// In a fixed order. horizon_held comes once for the caller and once for the other sessions,
// plan_choice_moving once per operation, data_too_small once per requirement, any other code at
// most once. The codes, with their thresholds:
//   too_few_workers           fewer than asked for
//   parallel_query_slots      slots left < parallel_workers_per_gather
//   horizon_held              the caller waited inside a transaction, or another session held it
//   other_sessions_active     > 5 % of the looks
//   cpu_steal                 > 2 %
//   other_cpu                 > 5 %
//   autovacuum                seen at work, or tables that it finished
//   checkpoint                at least one
//   plan_choice_moving        custom shares that differ by more than .05
//   rate_moving               the first or the last quarter's throughput off the mean of the middle
//                             two by > 10 % (four quarters given)
//   assertions, fsync_off, full_page_writes_off
//   clock_resolution          > 1 microsecond, or a reading that costs > 200 ns
//   rate_not_achieved (fatal) open model, begun / due < .95
//   interrupted               at least one, with the longest as a lower bound
//   error_rate (fatal)        above the limit
//   data_too_small (fatal)    unmet requirements
//   aborted (fatal)           abort_on_fail
std::vector<Finding> find_limits(const RunEvidence& evidence);

}  // namespace perf_mgmt
