// The tables that the operations of a run name, in SQL.
#pragma once

#include "perf_mgmt/core/run_plan.hpp"
#include "perf_mgmt/pg/boundary.hpp"

namespace perf_mgmt::pg {

// Their names, schema and table with a dot between them and nothing quoted, as a JSON array.
std::string operation_tables_json(const std::vector<PlannedOperation>& operations);

// A query for the oids of the tables, partitioned tables and materialized views that such an array
// names; parameter: its number in the statement.
std::string operation_tables_query(int parameter);

}  // namespace perf_mgmt::pg
