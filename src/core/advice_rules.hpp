// The rules of advice: rows of one table, and what a rule leaves behind.
#pragma once

#include <array>
#include <span>

#include "advice_snapshot.hpp"

namespace perf_mgmt::advice {

enum class Severity : unsigned char { low, medium, high, critical };

class Findings;

struct Rule {
  std::string_view code;
  std::string_view category;
  std::optional<Severity> severity;  // nothing: it follows from the impact
  double threshold = 0;
  // Limits of the test's own that stand in for the threshold: the first that is set.
  std::array<std::string_view, 2> limits;
  void (*apply)(const Rule&, const Snapshot&, Findings&);
  std::array<std::string_view, 4> action_items;

  double threshold_in(const Snapshot& snapshot) const;
};

// In the order in which findings of equal severity and impact are shown.
std::span<const Rule> rules();

struct Finding {
  const Rule* rule = nullptr;
  Severity severity = Severity::low;
  Figure impact_percent = {};
  std::string recommendation;
  Json evidence;
  std::optional<std::string> sql = {};
};

class Findings {
 public:
  void add(Finding finding);
  // Names a thing that a rule would have needed; each once.
  void not_measured(const std::string& what);

  std::span<const Finding> found() const { return found_; }
  const std::vector<std::string>& missing() const { return missing_; }

 private:
  std::vector<Finding> found_;
  std::vector<std::string> missing_;
};

// Of an operation's part of the time: less is not worth a finding.
inline constexpr double kLeastImpactPercent = 1;

// From 30 % on HIGH, from 5 % on MEDIUM, else LOW, which is also where there is none.
Severity severity_of(Figure impact_percent);

// For SQL and for sizes in PostgreSQL's units, with at most two decimals: 1234.5, 0.07, 12. Other
// figures are written as reports write them (quantity.hpp).
std::string rounded(double value);
// A number of rows, a cost, a factor: "12,345", "12"; below ten with at most two decimals, as means
// may have: "2.35", "3".
std::string count_text(double value);

// advice_summary_rules.cpp: the run as a whole, the server, the tables.
void find_slow_response(const Rule&, const Snapshot&, Findings&);
void find_slow_operations(const Rule&, const Snapshot&, Findings&);
void find_high_cpu(const Rule&, const Snapshot&, Findings&);
void find_high_memory(const Rule&, const Snapshot&, Findings&);
void find_errors(const Rule&, const Snapshot&, Findings&);
void find_commit_bound(const Rule&, const Snapshot&, Findings&);
void find_full_connections(const Rule&, const Snapshot&, Findings&);
void find_missing_workers(const Rule&, const Snapshot&, Findings&);
void find_busy_workers(const Rule&, const Snapshot&, Findings&);
void find_checkpoint_pressure(const Rule&, const Snapshot&, Findings&);
void find_cold_updates(const Rule&, const Snapshot&, Findings&);
void find_stale_statistics(const Rule&, const Snapshot&, Findings&);

// advice_operation_rules.cpp: one operation at a time.
void find_temp_spill(const Rule&, const Snapshot&, Findings&);
void find_lock_waits(const Rule&, const Snapshot&, Findings&);
void find_planning(const Rule&, const Snapshot&, Findings&);
void find_jit(const Rule&, const Snapshot&, Findings&);
void find_zero_row_writes(const Rule&, const Snapshot&, Findings&);
void find_zero_row_reads(const Rule&, const Snapshot&, Findings&);

// advice_plan_rules.cpp: what the plans show.
void find_plan_flip(const Rule&, const Snapshot&, Findings&);
void find_several_plans(const Rule&, const Snapshot&, Findings&);
void find_misestimates(const Rule&, const Snapshot&, Findings&);
void find_missing_indexes(const Rule&, const Snapshot&, Findings&);

}  // namespace perf_mgmt::advice
