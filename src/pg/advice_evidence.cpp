#include "perf_mgmt/pg/result_row.hpp"

#include "perf_mgmt/pg/advice_evidence.hpp"

#include "perf_mgmt/pg/operation_tables.hpp"
#include "perf_mgmt/pg/recorder.hpp"
#include "perf_mgmt/pg/spi.hpp"

namespace perf_mgmt::pg {

namespace {

// The tables of the operations, of a partitioned one its partitions.
std::string tables_query() {
  return fmt::format(
      "WITH leaves AS (SELECT DISTINCT COALESCE(p.relid, t.oid) AS oid FROM ({}) t (oid) "
      "LEFT JOIN LATERAL pg_catalog.pg_partition_tree(t.oid) p ON p.isleaf) "
      "SELECT pg_catalog.format('%I.%I', s.schemaname, s.relname), s.n_tup_ins, s.n_tup_upd, "
      "s.n_tup_hot_upd, s.n_tup_del, s.seq_scan, s.seq_tup_read, COALESCE(s.idx_scan, 0), "
      "s.n_live_tup, s.n_mod_since_analyze, "
      "s.last_analyze IS NOT NULL OR s.last_autoanalyze IS NOT NULL OR c.reltuples >= 0 "
      "FROM leaves JOIN pg_catalog.pg_stat_user_tables s ON s.relid = leaves.oid "
      "JOIN pg_catalog.pg_class c ON c.oid = leaves.oid ORDER BY 1 LIMIT 1000",
      operation_tables_query(1));
}

std::uint64_t count_in(const SqlText& text) {
  return std::stoull(text.value_or("0"));
}

}  // namespace

void AdviceEvidence::begin() {
  before_ = read_tables();
  begun_ = true;
}

void AdviceEvidence::write_sightings(const std::vector<BlockerSighting>& blockers,
                                     const std::vector<PlanSighting>& samples) const {
  write_blockers(blockers);
  write_samples(samples);
}

std::map<std::string, TableCounters> AdviceEvidence::read_tables() const {
  std::map<std::string, TableCounters> tables;
  for (const auto& row :
       sql_query(tables_query(), {operation_tables_json(plan_.operations)}).rows) {
    tables[*row[0]] = {count_in(row[1]), count_in(row[2]), count_in(row[3]), count_in(row[4]),
                       count_in(row[5]), count_in(row[6]), count_in(row[7]), count_in(row[8]),
                       count_in(row[9]), row[10] == "t"};
  }
  return tables;
}

void AdviceEvidence::write_tables() const {
  if (!begun_) return;
  Json rows = Json::array();
  for (const auto& table : read_tables()) {
    const std::string& name = table.first;
    const TableCounters& after = table.second;
    const auto found = before_.find(name);
    const TableCounters before = found != before_.end() ? found->second : TableCounters{};
    const auto moved = [&](std::uint64_t TableCounters::*counter) {
      return count(increase(before.*counter, after.*counter));
    };
    rows.push_back({{"execution_id", plan_.execution_id},
                    {"table_name", name},
                    {"live_rows", after.live_rows},
                    {"modified_since_analyze", after.modified},
                    {"is_analyzed", after.analyzed},
                    {"rows_inserted", moved(&TableCounters::inserted)},
                    {"rows_updated", moved(&TableCounters::updated)},
                    {"rows_hot_updated", moved(&TableCounters::hot_updated)},
                    {"rows_deleted", moved(&TableCounters::deleted)},
                    {"sequential_scans", moved(&TableCounters::sequential_scans)},
                    {"sequential_rows_read", moved(&TableCounters::sequential_rows)},
                    {"index_scans", moved(&TableCounters::index_scans)}});
  }
  insert_rows("execution_tables", rows);
}

void AdviceEvidence::write_blockers(const std::vector<BlockerSighting>& blockers) const {
  Json rows = Json::array();
  for (const BlockerSighting& seen : blockers) {
    rows.push_back({{"execution_id", plan_.execution_id},
                    {"blocker_number", rows.size() + 1},
                    {"operation_name", plan_.operations[seen.operation].name},
                    {"wait_event", seen.wait_event},
                    {"blocker", seen.blocker},
                    {"state", seen.state.empty() ? Json(nullptr) : Json(seen.state)},
                    {"statement", seen.statement.empty() ? Json(nullptr) : Json(seen.statement)},
                    {"samples", seen.samples}});
  }
  insert_rows("execution_blockers", rows);
}

void AdviceEvidence::write_samples(const std::vector<PlanSighting>& samples) const {
  Json rows = Json::array();
  const PlanSighting* last = nullptr;  // they come in the order of operation and statement
  for (const PlanSighting& sample : samples) {
    const bool again = last != nullptr && last->operation == sample.operation &&
                       last->statement == sample.statement;
    last = &sample;
    if (again) continue;
    Json plan = Json::parse(sample.json, nullptr, false);
    if (!plan.is_object()) continue;
    const bool hypopg = plan["hypopg"] == true;
    Json trials = std::move(plan["indexes"]);
    plan.erase("hypopg");
    plan.erase("indexes");
    rows.push_back({{"execution_id", plan_.execution_id},
                    {"operation_name", plan_.operations[sample.operation].name},
                    {"statement_number", sample.statement + 1},
                    {"plan_hash", sample.hash},
                    {"analyzed_plan", std::move(plan)},
                    {"has_hypopg", hypopg},
                    {"index_trials", std::move(trials)}});
  }
  insert_rows("execution_plan_samples", rows);
}

}  // namespace perf_mgmt::pg
