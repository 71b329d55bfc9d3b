// The table. Thresholds: the specification's for the first five; for the others where the remedy
// begins to be worth its trouble, in the unit that the comment of the line says.
#include "advice_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "perf_mgmt/core/quantity.hpp"

namespace perf_mgmt::advice {

namespace {

constexpr std::string_view kResponse = "RESPONSE_TIME";
constexpr std::string_view kQuery = "QUERY_PERFORMANCE";
constexpr std::string_view kResource = "RESOURCE_USAGE";
constexpr std::string_view kErrors = "ERROR_RATE";
constexpr std::string_view kConcurrency = "CONCURRENCY";
constexpr std::string_view kMaintenance = "MAINTENANCE";
constexpr std::string_view kWorkload = "WORKLOAD";

constexpr Rule kRules[] = {
    {"slow_response",
     kResponse,
     Severity::high,
     1000,  // ms
     {"max_p95_response_time_ms"},
     find_slow_response,
     {"Review slow queries", "Analyze query execution plans", "Consider additional indexing"}},
    {"slow_operations",
     kQuery,
     Severity::medium,
     1000,  // ms
     {"max_avg_service_time_ms", "max_avg_response_time_ms"},
     find_slow_operations,
     {"Analyze slow query patterns", "Review query execution plans",
      "Consider query rewriting or indexing"}},
    {"high_cpu",
     kResource,
     Severity::high,
     80,  // percent
     {"max_cpu_usage_percent"},
     find_high_cpu,
     {"Review connection pool settings", "Analyze CPU-intensive queries",
      "Consider read replicas for read-heavy workloads"}},
    {"high_memory",
     kResource,
     Severity::medium,
     85,  // percent
     {"max_memory_usage_percent"},
     find_high_memory,
     {"Review shared_buffers configuration", "Analyze memory-intensive operations",
      "Consider result set optimization"}},
    {"error_rate",
     kErrors,
     Severity::critical,
     5,  // percent
     {"max_error_rate_percent"},
     find_errors,
     {"Review error logs", "Analyze error patterns", "Implement better error handling",
      "Review transaction isolation levels"}},
    {"lock_waits",
     kConcurrency,
     {},
     5,  // percent of the operation's samples
     {},
     find_lock_waits,
     {"Keep the blocking transaction short: no work of the application between its statements",
      "Change rows in one order everywhere, the most contended ones last",
      "Spread what many sessions change over several rows"}},
    {"missing_index",
     kQuery,
     {},
     0.5,  // of the cost
     {},
     find_missing_indexes,
     {"Create the index and run the test again",
      "Weigh it against what the index costs each write of the table"}},
    {"plan_flip",
     kQuery,
     {},
     1.2,  // of the baseline's mean service time
     {},
     find_plan_flip,
     {"Compare the two plans",
      "Look for an index that is gone, statistics that are stale, a setting that changed",
      "Run ANALYZE on the tables and test again"}},
    {"commit_bound",
     kQuery,
     {},
     30,  // percent of the operations' time
     {},
     find_commit_bound,
     {"Put several changes into one transaction", "Put the write-ahead log on faster storage",
      "Let concurrent commits share a flush: commit_delay",
      "Where the last changes may be lost in a crash: synchronous_commit = off for those "
      "transactions"}},
    {"planning_time",
     kQuery,
     {},
     25,  // percent of the operation's time
     {},
     find_planning,
     {"Use prepared statements",
      "Where one plan suits all parameters: plan_cache_mode = "
      "force_generic_plan",
      "Reduce the partitions and joins that a statement names"}},
    {"jit_time",
     kQuery,
     {},
     10,  // percent of the operation's time
     {},
     find_jit,
     {"Raise jit_above_cost, or turn jit off for this role",
      "Look whether the plan's cost is far above what it takes: wrong estimates switch JIT on"}},
    {"temp_spill",
     kResource,
     Severity::medium,
     1,  // block per execution
     {},
     find_temp_spill,
     {"Raise work_mem for this role, and test again", "Sort and hash fewer rows or columns",
      "Let an index give the order"}},
    {"misestimate",
     kQuery,
     Severity::medium,
     10,  // times
     {},
     find_misestimates,
     {"Run ANALYZE on the table", "Create extended statistics on columns that depend on each other",
      "Raise the statistics target of the column"}},
    {"several_plans",
     kQuery,
     Severity::low,
     2,  // times the cost
     {},
     find_several_plans,
     {"Look whether the plans differ because the parameters do",
      "Where one of them is bad: fresh statistics, or plan_cache_mode"}},
    {"zero_row_writes",
     kWorkload,
     {},
     10,  // percent of the writing statements
     {},
     find_zero_row_writes,
     {"Draw the parameters from the rows that are there: a generator of type pool",
      "Draw parameters that belong together from one row: \"provides\""}},
    {"zero_row_reads",
     kWorkload,
     {},
     90,  // percent of the executions
     {},
     find_zero_row_reads,
     {"Draw the parameters from the rows that are there: a generator of type pool"}},
    {"connection_saturation",
     kConcurrency,
     Severity::high,
     90,  // percent of max_connections
     {},
     find_full_connections,
     {"Put a connection pool before the server", "Close sessions that do nothing"}},
    {"slot_saturation",
     kConcurrency,
     Severity::medium,
     100,  // percent of the workers that were asked for
     {},
     find_missing_workers,
     {"Raise max_worker_processes and restart the server", "Ask for fewer workers"}},
    {"worker_saturation",
     kConcurrency,
     Severity::medium,
     20,  // percent of the response time
     {},
     find_busy_workers,
     {"Raise \"workers\" where the server can do more at once",
      "Lower the users or the rate: this is more load than is served"}},
    {"checkpoint_pressure",
     kResource,
     Severity::medium,
     1,  // times max_wal_size
     {},
     find_checkpoint_pressure,
     {"Raise max_wal_size, so that time and not size begins a checkpoint",
      "Turn wal_compression on"}},
    {"low_hot_ratio",
     kMaintenance,
     Severity::medium,
     50,  // percent of the updates
     {},
     find_cold_updates,
     {"Leave room for new row versions: a lower fillfactor",
      "Drop indexes on columns that are updated often",
      "End transactions that stay open: they keep old row versions in the way"}},
    {"stale_statistics",
     kMaintenance,
     Severity::medium,
     20,  // percent of the rows
     {},
     find_stale_statistics,
     {"Run ANALYZE after loading data, before the test",
      "Lower autovacuum_analyze_scale_factor of the table"}},
};

}  // namespace

std::span<const Rule> rules() {
  return kRules;
}

double Rule::threshold_in(const Snapshot& snapshot) const {
  for (const std::string_view limit : limits) {
    if (const Figure own = snapshot.limit(limit)) return *own;
  }
  return threshold;
}

void Findings::add(Finding finding) {
  finding.severity = finding.rule->severity.value_or(severity_of(finding.impact_percent));
  found_.push_back(std::move(finding));
}

void Findings::not_measured(const std::string& what) {
  if (std::find(missing_.begin(), missing_.end(), what) == missing_.end()) missing_.push_back(what);
}

Severity severity_of(Figure impact_percent) {
  if (impact_percent.value_or(0) >= 30) return Severity::high;
  if (impact_percent.value_or(0) >= 5) return Severity::medium;
  return Severity::low;
}

std::string rounded(double value) {
  std::string text = fmt::format("{:.2f}", value);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text == "-0" ? "0" : text;
}

std::string count_text(double value) {
  return std::fabs(value) < 10 ? rounded(value) : whole_number(value);
}

}  // namespace perf_mgmt::advice
