#include "perf_mgmt/core/quiet_round.hpp"

#include <fmt/format.h>

namespace perf_mgmt {

std::vector<Disturbance> find_disturbances(const RoundEvidence& evidence) {
  std::vector<Disturbance> found;
  if (evidence.others_cpu_percent.value_or(0) > most_others_cpu_percent) {
    found.push_back({"other_cpu", fmt::format("Others used {:.1f} % of the CPU.",
                                              *evidence.others_cpu_percent)});
  }
  if (evidence.steal_percent.value_or(0) > most_steal_percent) {
    found.push_back({"cpu_steal", fmt::format("The hypervisor kept {:.1f} % of the CPU time.",
                                              *evidence.steal_percent)});
  }
  const std::uint64_t foreign_checkpoints =
      evidence.timed_checkpoints +
      (evidence.own_wal_bytes == 0 ? evidence.requested_checkpoints : 0);
  if (foreign_checkpoints > 0) {
    found.push_back(
        {"checkpoint", fmt::format("{} checkpoint{} began that the operations did not cause.",
                                   foreign_checkpoints, foreign_checkpoints == 1 ? "" : "s")});
  }
  if (!evidence.foreign_vacuumed_tables.empty()) {
    std::string tables;
    for (const std::string& table : evidence.foreign_vacuumed_tables) {
      tables += (tables.empty() ? "" : ", ") + table;
    }
    found.push_back({"autovacuum", fmt::format("Autovacuum was at {}.", tables)});
  }
  if (evidence.workers < evidence.workers_expected) {
    found.push_back({"fewer_workers", fmt::format("Only {} of {} workers could be started.",
                                                  evidence.workers, evidence.workers_expected)});
  }
  return found;
}

}  // namespace perf_mgmt
