// The snapshot that advice is given on, taken out of its JSON.
//
// Reading is lenient: what is missing, null or of another type was not measured.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace perf_mgmt::advice {

using Json = nlohmann::ordered_json;
using Figure = std::optional<double>;

struct Plan {
  int statement = 0;  // 1-based
  std::string hash;
  std::string kind;
  std::string json;
};

// An index that was tried as a hypothetical one (HypoPG) where the plan is of the analyzed sample.
struct IndexTrial {
  std::string definition;  // CREATE INDEX ON …
  double rows_read = 0;
  double rows_kept = 0;
  Figure cost_before;
  Figure cost_after;  // nothing: it was not tried
};

struct PlanSample {
  int statement = 0;
  std::string plan;  // analyzed
  bool hypopg = false;
  std::vector<IndexTrial> indexes;
};

struct Blocker {
  std::string wait_event;
  std::string blocker;  // who: process, prepared transaction
  std::string state;
  std::string statement;
  double samples = 0;
};

struct Operation {
  std::string name;
  std::vector<std::string> parameters;
  std::vector<std::string> statement_types;
  std::vector<std::string> tables;
  Figure ok, avg_ms, busy_ms, commit_ms, planning_ms, jit_ms, jit_functions, temp_blks_written,
      p95_response_ms, zero_row_writes, rows_read, baseline_avg_ms;
  std::map<std::string, double> waits;
  std::vector<Plan> plans;
  std::vector<Plan> baseline_plans;
  std::vector<PlanSample> samples;
  std::vector<Blocker> blockers;

  double wait_samples() const;
  // Of one class: "Lock".
  double wait_samples(std::string_view wait_class) const;
  // INSERT, UPDATE, DELETE and MERGE in its template.
  std::size_t writing_statements() const;
};

struct Table {
  std::string name;  // as SQL wants it
  Figure rows, updated, hot_updated, modified;
  std::optional<bool> analyzed;
};

struct OperationFailure {
  std::string operation, sqlstate, message;
  double count = 0;
};

struct Snapshot {
  // Throws Error(invalid_parameter_value) where text is no JSON object.
  explicit Snapshot(std::string_view text);

  // A column of the summary.
  Figure figure(const char* column) const;
  // A limit of the test's own.
  Figure limit(std::string_view name) const;
  Figure setting_bytes(const char* name) const;    // of one that has a unit of memory
  Figure setting_seconds(const char* name) const;  // of one that has a unit of time
  Figure setting_number(const char* name) const;
  std::string unavailable(const char* column) const;
  double busy_ms() const;  // of all operations
  // Share of the operations' time that part_ms is, 0 to 100; nothing where no time was measured.
  Figure share_percent(Figure part_ms) const;

  Json execution, limits, settings, unavailable_reasons;
  std::string role;
  Figure connections;
  std::vector<OperationFailure> errors;
  std::vector<Table> tables;
  std::vector<Operation> operations;
};

// "512kB", "4MB", "1GB", "8192": bytes, a number without unit being bytes. Nothing for anything
// else.
Figure bytes_of(std::string_view setting);
// "5min", "30s", "200ms", "1h", "1d", "300": seconds, a number without unit being seconds.
Figure seconds_of(std::string_view setting);

}  // namespace perf_mgmt::advice
