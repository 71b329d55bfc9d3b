// What an analyzed plan, EXPLAIN (ANALYZE, VERBOSE, FORMAT JSON), tells about the statement: where
// an index is missing, where the planner was wrong about the rows.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace perf_mgmt {

// A sequential scan that throws most of what it reads away, and the index that would spare it.
struct IndexCandidate {
  std::string schema;  // as they are named, not quoted
  std::string relation;
  std::vector<std::string> columns;  // quoted as SQL wants it: those compared by =, then at most
                                     // one that is compared by <, <=, > or >=
  double rows_read = 0;              // over all its loops
  double rows_kept = 0;
};

// Scans of at least 1,000 rows of which at most a tenth is kept, by a condition that compares plain
// columns with something that is not of the table itself. Those that read most first; each
// relation and list of columns once.
// Nothing where the text is no plan, or has not been run.
std::vector<IndexCandidate> index_candidates(std::string_view analyzed_plan);

struct Misestimate {
  std::string node;    // "Seq Scan"
  std::string schema;  // not quoted; empty where the node is above the scans
  std::string relation;
  double planned = 0;  // rows per loop
  double actual = 0;
  double factor = 1;                 // how much the one is of the other, >= 1
  std::vector<std::string> columns;  // of the relation that its conditions compare by =; quoted
};

// Where the planner went wrong about the rows by at least that factor: of the nodes with no such
// node below them, because an error goes up from where it was made, the one with the greatest
// factor. Rows below one count as one. Nodes that were not run, or that were allowed to stop early
// (below Limit, a merge join, a semi or anti join) and gave fewer rows than planned, tell nothing.
// Nor do those where both numbers are below 100.
std::optional<Misestimate> find_misestimate(std::string_view analyzed_plan, double least_factor);

// Estimated cost of the whole plan.
std::optional<double> plan_cost(std::string_view plan);

// Whether some node uses an index of that name.
bool plan_uses_index(std::string_view plan, std::string_view index);

}  // namespace perf_mgmt
