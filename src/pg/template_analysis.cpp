#include "perf_mgmt/pg/template_analysis.hpp"

#include "perf_mgmt/core/template_text.hpp"

extern "C" {
#include "access/xact.h"
#include "catalog/pg_class.h"
#include "nodes/nodeFuncs.h"
#include "parser/analyze.h"
#include "parser/parser.h"
#include "tcop/cmdtag.h"
#include "tcop/tcopprot.h"
#include "tcop/utility.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"
}

namespace perf_mgmt::pg {

namespace {

// A raw statement of the template and where its text stands.
struct RawText {
  RawStmt* statement;
  std::string text;
};

bool is_temporary(const RangeVar* relation) {
  return relation != nullptr &&
         (relation->relpersistence == RELPERSISTENCE_TEMP ||
          (relation->schemaname != nullptr && std::strcmp(relation->schemaname, "pg_temp") == 0));
}

bool leaves_temporary_table(const IntoClause* into) {
  return into != nullptr && is_temporary(into->rel) && into->onCommit != ONCOMMIT_DROP;
}

// SELECT INTO stands at the first of several SELECTs that are put together.
const IntoClause* into_clause(const SelectStmt* select) {
  while (select->op != SETOP_NONE) select = select->larg;
  return select->intoClause;
}

bool has_option(const List* options, const char* name) {
  for (int i = 0; i < list_length(options); ++i) {
    if (std::strcmp(static_cast<const DefElem*>(list_nth(options, i))->defname, name) == 0) {
      return true;
    }
  }
  return false;
}

// One table or index, not concurrently, can be rebuilt inside a transaction.
bool rebuilds_in_transaction(const ReindexStmt* reindex) {
  return (reindex->kind == REINDEX_OBJECT_TABLE || reindex->kind == REINDEX_OBJECT_INDEX) &&
         !has_option(reindex->params, "concurrently");
}

constexpr const char* kNeedsNoTransaction =
    "It cannot run inside a transaction, and an operation is one.";

// Why a command may not stand in a template; nullptr where it may.
const char* refusal(const Node* node) {
  switch (nodeTag(node)) {
    case T_TransactionStmt:
      return "An operation is one transaction, which the engine begins and ends itself.";
    case T_VariableSetStmt: {
      const auto* set = reinterpret_cast<const VariableSetStmt*>(node);
      const bool changes_user =
          set->name != nullptr && (pg_strcasecmp(set->name, "role") == 0 ||
                                   pg_strcasecmp(set->name, "session_authorization") == 0);
      if (changes_user) return "Operations run with the rights of the role that owns the scenario.";
      if (set->is_local) return nullptr;
      return "A setting would outlive the operation. Use SET LOCAL, or \"settings\" and "
             "\"session_settings\" of the configuration.";
    }
    case T_ListenStmt:
    case T_UnlistenStmt:
    case T_PrepareStmt:
    case T_ExecuteStmt:
    case T_DeallocateStmt:
    case T_DiscardStmt:
    case T_LoadStmt:
      return "It would change the state of the worker's session for the operations that follow.";
    case T_CopyStmt:
      return "COPY needs a client or files of the server, which an operation does not have.";
    case T_VacuumStmt:
      return reinterpret_cast<const VacuumStmt*>(node)->is_vacuumcmd ? kNeedsNoTransaction
                                                                     : nullptr;
    case T_IndexStmt:
      return reinterpret_cast<const IndexStmt*>(node)->concurrent ? kNeedsNoTransaction : nullptr;
    case T_DropStmt:
      return reinterpret_cast<const DropStmt*>(node)->concurrent ? kNeedsNoTransaction : nullptr;
    case T_ReindexStmt:
      return rebuilds_in_transaction(reinterpret_cast<const ReindexStmt*>(node))
                 ? nullptr
                 : kNeedsNoTransaction;
    case T_ClusterStmt:
      return reinterpret_cast<const ClusterStmt*>(node)->relation == nullptr ? kNeedsNoTransaction
                                                                             : nullptr;
    case T_ExplainStmt:  // with ANALYZE it runs what it explains
      return refusal(reinterpret_cast<const ExplainStmt*>(node)->query);
    case T_CreatedbStmt:
    case T_DropdbStmt:
    case T_AlterSystemStmt:
    case T_CreateTableSpaceStmt:
    case T_DropTableSpaceStmt:
      return kNeedsNoTransaction;
    case T_DeclareCursorStmt:
      return (reinterpret_cast<const DeclareCursorStmt*>(node)->options & CURSOR_OPT_HOLD) != 0
                 ? "A cursor WITH HOLD outlives the operation."
                 : nullptr;
    case T_CreateStmt: {
      const auto* create = reinterpret_cast<const CreateStmt*>(node);
      return is_temporary(create->relation) && create->oncommit != ONCOMMIT_DROP
                 ? "A temporary table in a template needs ON COMMIT DROP."
                 : nullptr;
    }
    case T_CreateTableAsStmt:
      return leaves_temporary_table(reinterpret_cast<const CreateTableAsStmt*>(node)->into)
                 ? "A temporary table in a template needs ON COMMIT DROP."
                 : nullptr;
    case T_SelectStmt:
      return leaves_temporary_table(into_clause(reinterpret_cast<const SelectStmt*>(node)))
                 ? "A temporary table in a template needs ON COMMIT DROP."
                 : nullptr;
    case T_ViewStmt:
      return is_temporary(reinterpret_cast<const ViewStmt*>(node)->view)
                 ? "A temporary view outlives the operation."
                 : nullptr;
    case T_CreateSeqStmt:
      return is_temporary(reinterpret_cast<const CreateSeqStmt*>(node)->sequence)
                 ? "A temporary sequence outlives the operation."
                 : nullptr;
    default:
      return nullptr;
  }
}

// Errors show their place in sql.
template <typename Body>
auto with_positions_in(const std::string& sql, Body body) {
  try {
    return body();
  } catch (PgError& error) {
    error.set_query(sql);
    throw;
  }
}

std::vector<RawText> parse_statements(const std::string& sql) {
  const List* list =
      with_positions_in(sql, [&] { return pg_call([&] { return pg_parse_query(sql.c_str()); }); });
  std::vector<RawText> statements;
  for (int i = 0; i < list_length(list); ++i) {
    auto* raw = static_cast<RawStmt*>(list_nth(list, i));
    const auto start = static_cast<std::size_t>(std::max(raw->stmt_location, 0));
    const std::size_t length =
        raw->stmt_len > 0 ? static_cast<std::size_t>(raw->stmt_len) : std::string::npos;
    const std::string text = sql.substr(start, length);
    statements.push_back({raw, text.substr(text.find_first_not_of(" \t\r\n\f"))});
  }
  return statements;
}

// Walks a query for the tables that it names and for what in it writes.
struct QueryFacts {
  std::vector<Oid>* relations;
  bool writes;
};

bool collect_facts(Node* node, void* context) {
  if (node == nullptr) return false;
  auto* facts = static_cast<QueryFacts*>(context);
  if (IsA(node, Query)) {
    auto* query = reinterpret_cast<Query*>(node);
    if (query->commandType != CMD_SELECT || query->rowMarks != NIL) facts->writes = true;
    return query_tree_walker(query, tree_walker(collect_facts), context, QTW_EXAMINE_RTES_BEFORE);
  }
  if (IsA(node, RangeTblEntry)) {
    // A view has become a subquery, which from 16 on keeps the view's number; before, the view
    // itself stands in there once more.
    const auto* entry = reinterpret_cast<const RangeTblEntry*>(node);
    const bool named = entry->rtekind == RTE_RELATION || entry->rtekind == RTE_SUBQUERY;
    if (named && OidIsValid(entry->relid)) facts->relations->push_back(entry->relid);
    return false;
  }
  return expression_tree_walker(node, tree_walker(collect_facts), context);
}

std::string qualified_name(Oid relation) {
  const char* name = pg_call([&] { return get_rel_name(relation); });
  const char* schema = pg_call([&] { return get_namespace_name(get_rel_namespace(relation)); });
  if (name == nullptr || schema == nullptr) return {};
  return std::string(schema) + "." + name;
}

// Parse analysis and rewriting of one statement with parameters $1…$n of types to be inferred.
List* analyse_statement(const std::string& statement, std::vector<Oid>& types) {
  Oid* inferred = nullptr;
  int count = 0;
  List* queries = with_positions_in(statement, [&] {
    return pg_call([&]() -> List* {
      List* raw = pg_parse_query(statement.c_str());
      return pg_analyze_and_rewrite_varparams(linitial_node(RawStmt, raw), statement.c_str(),
                                              &inferred, &count, nullptr);
    });
  });
  types.assign(inferred, inferred + count);
  return queries;
}

void check_parameter_use(const TemplateText& text, const std::vector<std::string>& names,
                         const std::vector<bool>& used) {
  const auto count = static_cast<int>(names.size());
  if (text.highest_number > count) {
    throw Error(sqlstate::undefined_parameter,
                fmt::format("template uses parameter ${}, but parameter_generators has {} {}",
                            text.highest_number, count, count == 1 ? "entry" : "entries"),
                {}, "The i-th key of parameter_generators makes the value of $i.");
  }
  for (std::size_t i = 0; i < used.size(); ++i) {
    if (used[i]) continue;
    throw Error(
        sqlstate::undefined_parameter,
        fmt::format("parameter_generators has an entry \"{}\" that the template does not use",
                    names[i]),
        fmt::format("It is number {} of {}, and there is no ${} in the template.", i + 1, count,
                    i + 1),
        "Remove the entry, or use the parameter.");
  }
}

}  // namespace

std::vector<Oid> infer_parameter_types(const std::string& statement) {
  std::vector<Oid> types;
  analyse_statement(statement, types);
  return types;
}

TemplateAnalysis analyse_template(const std::string& sql_template,
                                  const std::vector<std::string>& parameter_names) {
  const TemplateText text = read_template(sql_template, parameter_names);
  TemplateAnalysis analysis;
  std::vector<bool> used(parameter_names.size(), false);

  const std::vector<RawText> statements = parse_statements(text.sql);
  if (statements.empty()) {
    throw Error(sqlstate::syntax_error, "template contains no statement");
  }
  bool makes_table = false;
  for (const RawText& raw : statements) {
    if (const char* reason = refusal(raw.statement->stmt)) {
      const std::string tag =
          GetCommandTagName(pg_call([&] { return CreateCommandTag(raw.statement->stmt); }));
      throw Error(sqlstate::feature_not_supported, tag + " is not allowed in a template", reason);
    }
    const RenumberedText renumbered = renumber_parameters(raw.text);
    for (const int parameter : renumbered.parameters) {
      if (parameter < static_cast<int>(used.size()))
        used[static_cast<std::size_t>(parameter)] = true;
    }
    if (static_cast<std::size_t>(text.highest_number) > parameter_names.size()) break;

    std::vector<Oid> types;
    List* queries = nullptr;
    try {
      queries = analyse_statement(renumbered.sql, types);
    } catch (PgError& error) {
      if (makes_table && error.sqlerrcode() == ERRCODE_UNDEFINED_TABLE) {
        error.suggest(
            "All statements of a template are planned before the first one runs: a table that "
            "the template itself makes is not there yet.");
      }
      throw;
    }
    makes_table = makes_table || IsA(raw.statement->stmt, CreateStmt) ||
                  IsA(raw.statement->stmt, CreateTableAsStmt);
    QueryFacts facts{&analysis.relations, false};
    PlannedStatement statement;
    statement.sql = renumbered.sql;
    statement.parameters = renumbered.parameters;
    for (int i = 0; i < list_length(queries); ++i) {
      auto* query = static_cast<Query*>(list_nth(queries, i));
      if (query->commandType == CMD_UTILITY) {
        facts.writes = true;
        analysis.has_utility = true;
        statement.type =
            GetCommandTagName(pg_call([&] { return CreateCommandTag(raw.statement->stmt); }));
        continue;
      }
      pg_call([&] { collect_facts(reinterpret_cast<Node*>(query), &facts); });
    }
    if (statement.type.empty()) {
      statement.type =
          GetCommandTagName(pg_call([&] { return CreateCommandTag(raw.statement->stmt); }));
      statement.writes = statement.type != "SELECT";
    }
    analysis.writes = analysis.writes || facts.writes;
    analysis.statements.push_back(std::move(statement));
  }
  check_parameter_use(text, parameter_names, used);

  for (const Oid relation : analysis.relations) {
    std::string name = qualified_name(relation);
    if (!name.empty() &&
        std::find(analysis.tables.begin(), analysis.tables.end(), name) == analysis.tables.end()) {
      analysis.tables.push_back(std::move(name));
    }
  }
  return analysis;
}

}  // namespace perf_mgmt::pg
