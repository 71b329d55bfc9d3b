// Why a run's times changed: the operations that carry the change, by their share of it, and for
// each what moved with it: plan, lock and IO waits, buffers, temporary blocks, WAL, CPU, lag, rows,
// commit, planning, JIT, retries, errors.
//
// Nothing here is proof of a cause: it is what an engineer would look at first, in that order.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace perf_mgmt {

struct ObservedPlan {
  int statement = 1;  // of the operation's template, from 1 on
  std::string hash;
  std::string json;  // as EXPLAIN (FORMAT JSON) gives it; may be empty
};

// Figures of an operation in one execution. Unknown ones are nothing.
struct OperationFigures {
  std::string name;
  std::uint64_t ok = 0;
  std::uint64_t failed = 0;
  // Means of the successes, milliseconds
  std::optional<double> avg_ms;  // response time
  std::optional<double> p95_ms;
  std::optional<double> lag_ms;  // from when it was due to when it began
  // Totals of all that were begun, milliseconds
  std::optional<double> busy_ms;  // service time; the next four are parts of it
  std::optional<double> cpu_ms;
  std::optional<double> commit_ms;
  std::optional<double> planning_ms;
  std::optional<double> jit_ms;
  // Counts
  std::optional<double> blks_hit;
  std::optional<double> blks_read;
  std::optional<double> temp_blks;
  std::optional<double> wal_bytes;
  std::optional<double> rows_read;
  std::optional<double> rows_affected;
  std::optional<double> zero_row_writes;
  std::optional<double> retries;
  std::map<std::string, double> waits;  // "CPU" or "Class:Event" to samples
  std::vector<ObservedPlan> plans;

  double begun() const noexcept { return static_cast<double>(ok) + static_cast<double>(failed); }
};

struct ExecutionProfile {
  std::string id;
  std::map<std::string, std::string> settings;
  std::vector<OperationFigures> operations;
};

struct ChangeFinding {
  std::string kind;  // plan, lock_waits, io_waits, buffers, temp, wal, cpu, lag, rows, commit,
                     // planning, jit, retries, errors, settings
  std::string text;  // a sentence without its full stop, with both numbers
  // Outlines of plans, texts of settings, or figures; nothing where not known.
  std::variant<std::monostate, double, std::string> before;
  std::variant<std::monostate, double, std::string> after;
};

struct OperationChange {
  std::string operation;
  // Of the change of the mean response time, weighted by the operation's mean share of both mixes,
  // that the operations which moved the same way as the whole add up to. Negative for one that
  // moved the other way; 0 where nothing moved.
  double share_percent = 0;
  std::optional<double>
      change_percent;  // of its own mean; nothing where it is in one execution only
  std::vector<ChangeFinding> findings;  // a plan's first, then by how much of the change they tell
  std::string text;                     // one line: "name": finding; figures
};

// The largest share first. A part of the time is named where it moved the way the operation did, by
// at least a tenth of that change and a fiftieth of the operation's time; a count where it moved by
// a fifth; settings that differ with the first operation only.
std::vector<OperationChange> explain(const ExecutionProfile& current,
                                     const ExecutionProfile& baseline);

// JSON of explain(): see sql/judging.sql. Throws Error(invalid_parameter_value) that names what is
// not as agreed.
std::string explain_change(std::string_view evidence);

}  // namespace perf_mgmt
