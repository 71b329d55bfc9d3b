#include "perf_mgmt/pg/result_row.hpp"

#include "perf_mgmt/pg/operation_tables.hpp"

namespace perf_mgmt::pg {

std::string operation_tables_json(const std::vector<PlannedOperation>& operations) {
  Json names = Json::array();
  for (const PlannedOperation& operation : operations) {
    for (const std::string& table : operation.tables) names.push_back(table);
  }
  return compact_json(names);
}

std::string operation_tables_query(int parameter) {
  return fmt::format(
      "SELECT named.oid FROM pg_catalog.pg_class named "
      "JOIN pg_catalog.pg_namespace home ON home.oid = named.relnamespace "
      "WHERE named.relkind IN ('r', 'p', 'm') AND home.nspname || '.' || named.relname IN ("
      "SELECT wanted.name "
      "FROM pg_catalog.jsonb_array_elements_text(${}::pg_catalog.jsonb) wanted (name))",
      parameter);
}

}  // namespace perf_mgmt::pg
