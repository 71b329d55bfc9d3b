// The table of plans in shared memory. Expectations by hand.
#include "perf_mgmt/pg/plan_store.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <new>
#include <string>
#include <thread>
#include <vector>

namespace perf_mgmt::pg {
namespace {

constexpr const char* kHashA = "aaaaaaaaaaaaaaaa";
constexpr const char* kHashB = "bbbbbbbbbbbbbbbb";

std::string hash_of(std::size_t number) {
  std::string digits = std::to_string(number);
  return std::string(16 - digits.size(), '0') + digits;
}

// Memory of exactly the store's size, as the segment of a run gives it.
class Memory {
 public:
  explicit Memory(std::size_t statements)
      : base_(::operator new(PlanStore::bytes(statements), kAlignment)),
        store_(PlanStore::create(std::memset(base_.get(), 0, PlanStore::bytes(statements)),
                                 statements)) {}
  PlanStore& operator*() { return store_; }
  PlanStore* operator->() { return &store_; }
  void* base() { return base_.get(); }

 private:
  static constexpr std::align_val_t kAlignment{64};
  struct Free {
    void operator()(void* base) const { ::operator delete(base, kAlignment); }
  };
  std::unique_ptr<void, Free> base_;
  PlanStore store_;
};

TEST(PlanStore, HasRoomByTheNumberOfStatements) {
  EXPECT_GE(PlanStore::bytes(1), 1048576U);
  EXPECT_GE(PlanStore::bytes(100), 100 * 65536U);
  EXPECT_LE(PlanStore::bytes(100), 2 * 100 * 65536U);
}

TEST(PlanStore, KeepsWhatWasAdded) {
  Memory store(2);
  EXPECT_TRUE(store->sightings().empty());
  const auto first = store->add(1, 0, kHashA, true, 500, "[1]");
  const auto second = store->add(0, 1, kHashB, false, 700, "");
  ASSERT_TRUE(first && second);
  EXPECT_NE(*first, *second);
  store->seen(*first, 900);
  store->seen(*first, 800);  // a later sight stays

  const std::vector<PlanSighting> sightings = PlanStore(store.base()).sightings();
  ASSERT_EQ(sightings.size(), 2U);
  EXPECT_EQ(sightings[0].operation, 0U);
  EXPECT_EQ(sightings[0].statement, 1U);
  EXPECT_EQ(sightings[0].hash, kHashB);
  EXPECT_FALSE(sightings[0].generic);
  EXPECT_EQ(sightings[0].json, "");
  EXPECT_EQ(sightings[0].first_seen_ns, 700);
  EXPECT_EQ(sightings[0].last_seen_ns, 700);
  EXPECT_EQ(sightings[1].operation, 1U);
  EXPECT_TRUE(sightings[1].generic);
  EXPECT_EQ(sightings[1].json, "[1]");
  EXPECT_EQ(sightings[1].first_seen_ns, 500);
  EXPECT_EQ(sightings[1].last_seen_ns, 900);
  EXPECT_EQ(store->dropped(), 0U);
}

TEST(PlanStore, KnowsAPlanAgain) {
  Memory store(1);
  const auto entry = store->add(0, 0, kHashA, false, 100, "[1]");
  EXPECT_EQ(store->add(0, 0, kHashA, false, 300, "[2]"), entry);
  EXPECT_NE(store->add(0, 0, kHashA, true, 300, "[2]"), entry);   // generic is another entry
  EXPECT_NE(store->add(0, 1, kHashA, false, 300, "[2]"), entry);  // so is another statement's
  const std::vector<PlanSighting> sightings = store->sightings();
  ASSERT_EQ(sightings.size(), 3U);
  EXPECT_EQ(sightings[0].json, "[1]");
  EXPECT_EQ(sightings[0].last_seen_ns, 300);
}

TEST(PlanStore, GivesTheSightingsInOrder) {
  Memory store(3);
  store->add(1, 1, kHashA, false, 10, "a");
  store->add(1, 0, kHashA, false, 40, "b");
  store->add(1, 0, kHashB, false, 30, "c");
  store->add(0, 2, kHashB, false, 50, "d");
  std::string order;
  for (const PlanSighting& sighting : store->sightings()) order += sighting.json;
  EXPECT_EQ(order, "dcba");
}

TEST(PlanStore, AStatementHasSixtyFourPlansAtMost) {
  Memory store(2);
  for (std::size_t i = 0; i < 64; ++i) EXPECT_TRUE(store->add(0, 0, hash_of(i), false, 1, "x"));
  EXPECT_FALSE(store->add(0, 0, hash_of(64), false, 1, "x"));
  EXPECT_TRUE(store->add(0, 0, hash_of(63), false, 2, "x"));  // a known one is still found
  EXPECT_TRUE(store->add(0, 1, hash_of(64), false, 1, "x"));  // the others keep their room
  EXPECT_EQ(store->dropped(), 1U);
  EXPECT_EQ(store->sightings().size(), 65U);
}

TEST(PlanStore, AFullTextAreaDropsWhatDoesNotFit) {
  Memory store(1);
  const std::string half(524288, 'h');
  EXPECT_TRUE(store->add(0, 0, hash_of(1), false, 1, half));
  EXPECT_FALSE(store->add(0, 0, hash_of(2), false, 1, half + "1"));
  EXPECT_TRUE(store->add(0, 0, hash_of(3), false, 1, half));  // to the last byte
  EXPECT_FALSE(store->add(0, 0, hash_of(4), false, 1, "1"));
  EXPECT_TRUE(store->add(0, 0, hash_of(5), false, 1, ""));
  EXPECT_EQ(store->dropped(), 2U);
  const std::vector<PlanSighting> sightings = store->sightings();
  ASSERT_EQ(sightings.size(), 3U);
  EXPECT_EQ(sightings[1].json, half);
}

TEST(PlanStore, OfNoStatementsHoldsNothing) {
  Memory store(0);
  EXPECT_FALSE(store->add(0, 0, kHashA, false, 1, ""));
  EXPECT_TRUE(store->sightings().empty());
  EXPECT_EQ(store->dropped(), 1U);
}

TEST(PlanStore, DropsAHashOfAnotherLength) {
  Memory store(1);
  EXPECT_FALSE(store->add(0, 0, "abc", false, 1, "x"));
  EXPECT_EQ(store->dropped(), 1U);
}

// Every thread adds the same 40 plans: whatever the order, each is there once, with its own text.
TEST(PlanStore, TakesAdditionsFromSeveralSides) {
  Memory store(4);
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&store, thread] {
      for (std::size_t i = 0; i < 40; ++i) {
        const auto entry = store->add(static_cast<std::uint32_t>(i % 4), 0, hash_of(i), false,
                                      100 + thread, "plan " + hash_of(i));
        if (entry) store->seen(*entry, 1000 + thread);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();

  const std::vector<PlanSighting> sightings = store->sightings();
  EXPECT_EQ(sightings.size(), 40U);
  for (const PlanSighting& sighting : sightings) {
    EXPECT_EQ(sighting.json, "plan " + sighting.hash);
    EXPECT_EQ(sighting.last_seen_ns, 1003);
  }
  EXPECT_EQ(store->dropped(), 0U);
}

}  // namespace
}  // namespace perf_mgmt::pg
