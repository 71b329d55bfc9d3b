#include "perf_mgmt/pg/plan_shape.hpp"

extern "C" {
#include "parser/parsetree.h"
}

namespace perf_mgmt::pg {

namespace {

class ShapeWalker {
 public:
  explicit ShapeWalker(const PlannedStmt& statement) noexcept : statement_(statement) {}

  std::uint64_t walk() noexcept {
    add(statement_.commandType);
    add_node(statement_.planTree);
    add_nodes(statement_.subplans);
    return hash_;
  }

 private:
  // The finalizer of splitmix64 (Steele, Lea and Flood, 2014) mixes each word in.
  void add(std::uint64_t word) noexcept {
    hash_ = (hash_ ^ word) + 0x9e3779b97f4a7c15;
    hash_ = (hash_ ^ (hash_ >> 30)) * 0xbf58476d1ce4e5b9;
    hash_ = (hash_ ^ (hash_ >> 27)) * 0x94d049bb133111eb;
    hash_ ^= hash_ >> 31;
  }
  void add_length(const List* list) noexcept { add(static_cast<std::uint64_t>(list_length(list))); }

  void add_nodes(const List* plans) noexcept {
    add_length(plans);
    for (int i = 0; i < list_length(plans); ++i) {
      add_node(static_cast<const Plan*>(list_nth(plans, i)));
    }
  }

  // The table that a scan reads; a range table index alone is another table in another plan where
  // partitions were pruned.
  void add_relation(const Plan* plan) noexcept {
    const Index relation = reinterpret_cast<const Scan*>(plan)->scanrelid;
    add(relation == 0 ? InvalidOid : rt_fetch(relation, statement_.rtable)->relid);
  }

  void add_join(const Plan* plan) noexcept {
    const auto* join = reinterpret_cast<const Join*>(plan);
    add(join->jointype);
    add_length(join->joinqual);
  }

  void add_node(const Plan* plan) noexcept {
    if (plan == nullptr) return add(0);
    add(nodeTag(plan));
    add(plan->parallel_aware ? 1 : 0);
    add_length(plan->qual);
    add_own(plan);
    add_node(plan->lefttree);
    add_node(plan->righttree);
  }

  // What a node of this kind has besides what all have.
  void add_own(const Plan* plan) noexcept {
    switch (nodeTag(plan)) {
      case T_IndexScan: {
        const auto* scan = reinterpret_cast<const IndexScan*>(plan);
        add(scan->indexid);
        add(static_cast<std::uint64_t>(scan->indexorderdir));
        add_length(scan->indexqual);
        add_length(scan->indexorderby);
        return add_relation(plan);
      }
      case T_IndexOnlyScan: {
        const auto* scan = reinterpret_cast<const IndexOnlyScan*>(plan);
        add(scan->indexid);
        add(static_cast<std::uint64_t>(scan->indexorderdir));
        add_length(scan->indexqual);
        return add_relation(plan);
      }
      case T_BitmapIndexScan: {
        const auto* scan = reinterpret_cast<const BitmapIndexScan*>(plan);
        add(scan->indexid);
        return add_length(scan->indexqual);
      }
      case T_SeqScan:
      case T_SampleScan:
      case T_BitmapHeapScan:
      case T_TidScan:
      case T_TidRangeScan:
      case T_ForeignScan:
        return add_relation(plan);
      case T_CustomScan:
        add_relation(plan);
        return add_nodes(reinterpret_cast<const CustomScan*>(plan)->custom_plans);
      case T_SubqueryScan:
        return add_node(reinterpret_cast<const SubqueryScan*>(plan)->subplan);
      case T_Append:
        return add_nodes(reinterpret_cast<const Append*>(plan)->appendplans);
      case T_MergeAppend:
        return add_nodes(reinterpret_cast<const MergeAppend*>(plan)->mergeplans);
      case T_BitmapAnd:
        return add_nodes(reinterpret_cast<const BitmapAnd*>(plan)->bitmapplans);
      case T_BitmapOr:
        return add_nodes(reinterpret_cast<const BitmapOr*>(plan)->bitmapplans);
      case T_NestLoop:
        return add_join(plan);
      case T_MergeJoin:
        add_join(plan);
        return add_length(reinterpret_cast<const MergeJoin*>(plan)->mergeclauses);
      case T_HashJoin:
        add_join(plan);
        return add_length(reinterpret_cast<const HashJoin*>(plan)->hashclauses);
      case T_Agg: {
        const auto* aggregate = reinterpret_cast<const Agg*>(plan);
        add(aggregate->aggstrategy);
        add(aggregate->aggsplit);
        add(static_cast<std::uint64_t>(aggregate->numCols));
        return add_length(aggregate->chain);
      }
      case T_Sort:
        return add(static_cast<std::uint64_t>(reinterpret_cast<const Sort*>(plan)->numCols));
      case T_Result:
        return add(reinterpret_cast<const Result*>(plan)->resconstantqual != nullptr ? 1 : 0);
      default:
        return;
    }
  }

  const PlannedStmt& statement_;
  std::uint64_t hash_ = 0;
};

}  // namespace

std::uint64_t plan_shape(const PlannedStmt& statement) noexcept {
  return ShapeWalker(statement).walk();
}

}  // namespace perf_mgmt::pg
