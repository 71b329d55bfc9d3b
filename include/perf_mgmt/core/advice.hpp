// Advice: what the evidence of a run says that is worth a change.
//
// Rules are rows of a table (src/core/advice_rules.cpp): what they look at, the threshold, which
// limit of the test stands in for it, what to do. They see nothing but the snapshot, so the same
// evidence gives the same advice whenever it is asked for. A rule whose evidence is missing finds
// nothing, and what is missing is said where no rule found anything.
#pragma once

#include <string>
#include <string_view>

namespace perf_mgmt {

// snapshot: a JSON object; members that are missing or null were not measured:
//   execution    figures of the summary, under the names of its columns
//   limits       {"max_p95_response_time_ms": 500}: the test's own
//   settings     {"work_mem": "4MB"}
//   unavailable  {"cpu_usage_percent": "why it is not there"}
//   role         the run's role, quoted where SQL wants it
//   connections  the most client sessions that were seen at once
//   errors       [{"operation", "sqlstate", "message", "count"}]
//   tables       [{"name" (quoted), "rows", "updated", "hot_updated", "modified", "analyzed"}]; the
//                updates of the run, modified since the last ANALYZE
//   operations   [{"name", "parameters", "statement_types", "tables", "ok", "avg_ms", "busy_ms",
//                "commit_ms", "planning_ms", "jit_ms", "jit_functions", "temp_blks_written",
//                "p95_response_ms", "zero_row_writes", "rows_read", "waits", "baseline_avg_ms",
//                "plans", "baseline_plans": [{"statement", "hash", "kind", "plan"}] in the order of
//                their last sight,
//                "samples": [{"statement", "plan" (analyzed), "hypopg", "indexes": [{"definition",
//                "rows_read", "rows_kept", "cost_before", "cost_after"}]}],
//                "blockers": [{"wait_event", "blocker", "state", "statement", "samples"}]}]
//
// Returns a JSON array of {"code", "category", "severity", "impact_percent", "recommendation",
// "evidence", "action_items", "sql"}: CRITICAL, HIGH, MEDIUM, LOW, the greater impact first, the
// order of the rules last. impact_percent is the share of the operations' time that the finding is
// about, 0 to 100: more than that there is not to be gained; null where it is no matter of time.
// sql is null where there is no single statement that would do. Never empty: where nothing was
// found one entry of category OPTIMIZATION says so, and what was not measured.
//
// Throws Error(invalid_parameter_value) where the text is no JSON object.
std::string advise(std::string_view snapshot);

}  // namespace perf_mgmt
