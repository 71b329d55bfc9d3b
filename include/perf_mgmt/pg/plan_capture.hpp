// Which plan an operation's statements really ran, and what planning and compiling took: seen from
// inside, by hooks of the planner and of the executor's end. (The plan that can be asked for from
// outside is the cached one, which is the generic plan even where every execution made its own.)
//
// It costs the measured load little: of a generic plan that is run again, one number is compared; a
// custom plan is known again by its shape; only a plan of an unknown shape is explained, the first
// eight of a statement at once, later ones no more often than every 100 ms. The hook leaves the
// text in the operation's memory; hashing and storing it follows when the operation has ended.
#pragma once

#include "perf_mgmt/core/operation_record.hpp"
#include "perf_mgmt/pg/boundary.hpp"
#include "perf_mgmt/pg/plan_store.hpp"

extern "C" {
#include "utils/plancache.h"
}

namespace perf_mgmt::pg {

// What is known of the plans of one statement. Trivial, as the hook writes it.
struct PlanWatch {
  struct Known {
    std::uint64_t shape;
    std::int64_t last_run_ns;  // when the operation that ran it last began
    std::uint32_t entry;       // in the store
    bool stored;               // false: it had no room there
    bool generic;
  };
  static constexpr std::size_t kKnown = 16;

  const CachedPlanSource* source;
  std::int64_t custom_plans;  // of source, before the execution that is running
  int generic_generation;     // of the generic plan that is current
  std::uint32_t operation;
  std::uint32_t statement;
  std::uint32_t known_count;
  std::uint32_t current;    // of known; known_count where there is none yet
  std::uint32_t next_free;  // of known, which is taken over in turn once it is full
  std::uint32_t looks;
  std::int64_t next_look_ns;
  Known known[kKnown];

  // A new plan that the running operation has met and that is still to be stored.
  PlanWatch* next_noticed;
  const char* json;
  std::size_t json_bytes;
  std::uint64_t noticed_shape;
  bool noticed_generic;
};

// The operation that is running, for the hooks.
struct WatchedOperation {
  OperationCounters* counters;  // null pointer: none
  MemoryContext memory;
  std::int64_t start_ns;
  PlanWatch* statement;  // null pointer: its plans are not looked at
  PlanWatch* noticed;    // first of those that met a new plan
  bool planning;
};

class PlanCapture {
 public:
  // Chains the hooks, once in a process; they do nothing outside of a Scope. Until then a Scope
  // does nothing either. Without a store planning and compiling are counted, and no plan is looked
  // at.
  void install(std::optional<PlanStore> store);

  // While it lives, an operation runs: the hooks count into counters and keep plans in memory. A
  // function that an operation calls may probe another one meanwhile.
  class Scope {
   public:
    Scope(const PlanCapture& capture, OperationCounters& counters, MemoryContext memory,
          std::int64_t start_ns) noexcept;
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    WatchedOperation outer_;
  };

  // The statement that runs next; of a utility command, whose queries are planned anew each time
  // (EXPLAIN, CREATE TABLE AS), none.
  void statement_begins(PlanWatch* watch) const noexcept;

  // Stores what the operation that has just run met; before its memory is reset.
  void store_noticed();

  // Marks each plan of watch with its last run, the current one as in use at now_ns.
  void finish(const PlanWatch& watch, std::int64_t now_ns);

 private:
  bool installed_ = false;
  std::optional<PlanStore> store_;
};

}  // namespace perf_mgmt::pg
