// The plans that were really run, as the workers of a run saw them: a table and a bump-allocated
// text area in the run's shared memory. Workers add to it, the controller reads it at the end.
//
// Additions are rare (a new plan was built and its hash is a new one), so a worker looks through
// the whole table first; two workers that add the same plan at the same moment leave two entries,
// which sightings() makes one again. A full table or text area drops what comes later, and says so.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace perf_mgmt::pg {

struct PlanSighting {
  std::uint32_t operation = 0;
  std::uint32_t statement = 0;  // 0-based
  std::string hash;             // plan_hash()
  bool generic = false;
  std::int64_t first_seen_ns = 0;  // monotonic
  std::int64_t last_seen_ns = 0;
  std::string json;  // EXPLAIN (FORMAT JSON), of the first sighting
};

class PlanStore {
 public:
  // Bytes of a store for the plans of so many statements; 0 statements: an empty store.
  static std::size_t bytes(std::size_t statements) noexcept;
  // Makes an empty store in cleared memory of that size, aligned to 64 bytes.
  static PlanStore create(void* base, std::size_t statements) noexcept;
  explicit PlanStore(void* base) noexcept : base_(base) {}

  // The entry of a plan, adding it where it is new; nothing where there is no room.
  std::optional<std::uint32_t> add(std::uint32_t operation, std::uint32_t statement,
                                   std::string_view hash, bool generic, std::int64_t now_ns,
                                   std::string_view json) noexcept;
  // The entry's plan is (still) in use at now_ns.
  void seen(std::uint32_t entry, std::int64_t now_ns) noexcept;

  // In the order of operation, statement, first sight. Each (operation, statement, hash, generic)
  // once.
  std::vector<PlanSighting> sightings() const;
  // Plans that found no room.
  std::uint64_t dropped() const noexcept;

 private:
  void* base_;
};

}  // namespace perf_mgmt::pg
