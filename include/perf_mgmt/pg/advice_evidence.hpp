// What a run keeps for advice beside its figures: the counters of the operations' tables, who held
// the locks that it waited for, and the analyzed sample of its plans.
//
// The controller's: gathered and written with the rights of the extension's owner.
#pragma once

#include "perf_mgmt/core/run_plan.hpp"
#include "perf_mgmt/pg/activity_sampler.hpp"
#include "perf_mgmt/pg/plan_store.hpp"

namespace perf_mgmt::pg {

// A table's counters of pg_stat_user_tables, at one moment.
struct TableCounters {
  std::uint64_t inserted = 0;
  std::uint64_t updated = 0;
  std::uint64_t hot_updated = 0;
  std::uint64_t deleted = 0;
  std::uint64_t sequential_scans = 0;
  std::uint64_t sequential_rows = 0;
  std::uint64_t index_scans = 0;
  std::uint64_t live_rows = 0;
  std::uint64_t modified = 0;  // since the last ANALYZE
  bool analyzed = false;       // ever
};

class AdviceEvidence {
 public:
  explicit AdviceEvidence(const RunPlan& plan) : plan_(plan) {}

  // All of these need a transaction with SPI connected.

  // Before the first operation.
  void begin();
  // After the last, when the workers have ended and their counters are in: reads the tables again
  // and writes how far they went. Without begin() it does nothing.
  void write_tables() const;
  void write_sightings(const std::vector<BlockerSighting>& blockers,
                       const std::vector<PlanSighting>& samples) const;

 private:
  std::map<std::string, TableCounters> read_tables() const;
  void write_blockers(const std::vector<BlockerSighting>& blockers) const;
  void write_samples(const std::vector<PlanSighting>& samples) const;

  const RunPlan& plan_;
  bool begun_ = false;
  std::map<std::string, TableCounters> before_;  // by qualified and quoted name
};

}  // namespace perf_mgmt::pg
