// Which rounds of a run may be judged: those that nothing but the run itself disturbed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace perf_mgmt {

// What is known of one round. What could not be read disturbs nothing.
struct RoundEvidence {
  std::optional<double> others_cpu_percent =
      {};  // of the host's CPU: processes that are not this run's
  std::optional<double> steal_percent = {};
  std::uint64_t timed_checkpoints = 0;      // checkpoint_timeout made the server begin them
  std::uint64_t requested_checkpoints = 0;  // max_wal_size or a command did
  std::uint64_t own_wal_bytes = 0;          // written by the operations
  // Tables that autovacuum was at, quoted and qualified; those of the operations apart.
  std::vector<std::string> foreign_vacuumed_tables = {};
  int workers = 0;
  int workers_expected = 0;  // those of the first round
};

struct Disturbance {
  // other_cpu, cpu_steal, checkpoint, autovacuum, fewer_workers; not_measured: the round ended in
  // its warm-up, which the controller says
  std::string code;
  std::string message;  // a sentence with the numbers
};

inline constexpr double most_others_cpu_percent = 5;
inline constexpr double most_steal_percent = 2;

// In the order of the first five codes; empty: the round is quiet. A requested checkpoint is the
// workload's own where its operations wrote log; a timed one falls into a round by chance.
std::vector<Disturbance> find_disturbances(const RoundEvidence& evidence);

}  // namespace perf_mgmt
