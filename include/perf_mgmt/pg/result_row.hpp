// A row on its way into a table of the extension, as a JSON object from column to value.
#pragma once

#include <nlohmann/json.hpp>

#include "perf_mgmt/core/compact_json.hpp"
#include "perf_mgmt/core/operation_record.hpp"
#include "perf_mgmt/core/run_plan.hpp"
#include "perf_mgmt/pg/activity_sampler.hpp"
#include "perf_mgmt/pg/boundary.hpp"

namespace perf_mgmt::pg {

using Json = nlohmann::ordered_json;

// Nanoseconds as milliseconds with six decimals, exact; null for no value.
Json milliseconds(std::optional<std::uint64_t> nanoseconds);
Json mean_milliseconds(std::optional<double> nanoseconds);
// A number with six decimals, from 0 to most; null for no value.
Json number(const std::optional<double>& value, double most = 1e18);
Json count(const std::optional<std::uint64_t>& value);
// Null where there was no time, or nothing to take a share of.
Json per_second(std::uint64_t count, std::int64_t nanoseconds);
Json percent_of(std::uint64_t part, std::uint64_t whole);
// {"CPU": 12, "Lock:tuple": 3}; null where nothing was seen.
Json wait_samples_json(const WaitSamples& samples);
// The text form of perf_mgmt.histogram; null for an empty one.
Json histogram_value(const Histogram& histogram);
// The text form of timestamptz of microseconds since 2000-01-01 UTC.
std::string timestamp_text(std::int64_t wall_us);

// A new row of query_performance: what is known of an operation before it is run. context: "worker"
// or "in_transaction". Needs SPI.
Json operation_row(const std::string& execution_id, const PlannedOperation& operation,
                   const char* context, const std::string& created_at);

// The columns of query_performance that follow from one operation's record: times, counts,
// counters.
void add_operation_columns(Json& row, const OperationRecord& record);

// ok_count to late_count, as an interval, a stage and a round have them.
void add_count_columns(Json& row, const OperationCounters& counters);

// The columns of response, service and lag times that a summary and a stage have in common, with
// their histograms.
void add_time_columns(Json& row, const OperationRecord& record);

// INSERT of one object or an array of objects with equal keys; UPDATE of the row whose id is given.
// Keys are column names of the extension's own tables, never a user's text.
void insert_rows(const std::string& table, const Json& rows);
void update_row(const std::string& table, const std::string& id, const Json& row);

}  // namespace perf_mgmt::pg
