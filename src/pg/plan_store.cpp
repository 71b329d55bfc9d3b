// A header, then the entries, then the text. Nothing here knows the server, so it is built into the
// core library and tested there.
//
// An entry belongs to the worker that reserved it until its state says ready; from then on only its
// last sight changes. Text is reserved before the entry, so that a ready entry always has its text.
#include "perf_mgmt/pg/plan_store.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <new>
#include <tuple>
#include <type_traits>

namespace perf_mgmt::pg {

namespace {

constexpr std::size_t kAlignment = 64;
constexpr std::uint32_t kEntriesPerStatement = 64;
constexpr std::size_t kTextPerStatement = 65536;
constexpr std::size_t kLeastText = 1048576;
constexpr std::size_t kHashLength = 16;

struct Header {
  std::uint32_t capacity;  // entries
  std::atomic<std::uint32_t> reserved;
  std::uint64_t text_offset;
  std::uint64_t text_capacity;
  std::atomic<std::uint64_t> text_used;
  std::atomic<std::uint64_t> dropped;
};

struct Entry {
  std::atomic<std::uint32_t> ready;  // everything but last_seen_ns is final
  std::uint32_t operation;
  std::uint32_t statement;
  std::uint32_t generic;
  char hash[kHashLength];
  std::uint64_t text_offset;  // from the begin of the text area
  std::uint64_t text_bytes;
  std::int64_t first_seen_ns;
  std::atomic<std::int64_t> last_seen_ns;

  bool is(std::uint32_t of_operation, std::uint32_t of_statement, std::string_view of_hash,
          bool is_generic) const noexcept {
    return operation == of_operation && statement == of_statement &&
           std::string_view(hash, kHashLength) == of_hash && (generic != 0) == is_generic;
  }
};

static_assert(std::is_trivially_copyable_v<Header> && std::is_trivially_copyable_v<Entry>);
static_assert(std::atomic<std::uint32_t>::is_always_lock_free);
static_assert(std::atomic<std::int64_t>::is_always_lock_free);
static_assert(sizeof(Header) <= kAlignment && alignof(Entry) <= kAlignment);

constexpr std::size_t aligned(std::size_t bytes) {
  return (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

constexpr std::size_t text_offset_of(std::size_t statements) {
  return aligned(kAlignment + statements * kEntriesPerStatement * sizeof(Entry));
}

constexpr std::size_t text_bytes_of(std::size_t statements) {
  return statements == 0 ? 0 : std::max(kLeastText, statements * kTextPerStatement);
}

Header& header_of(void* base) noexcept {
  return *static_cast<Header*>(base);
}

Entry* entries_of(void* base) noexcept {
  return reinterpret_cast<Entry*>(static_cast<char*>(base) + kAlignment);
}

char* text_of(void* base) noexcept {
  return static_cast<char*>(base) + header_of(base).text_offset;
}

// Takes amount of a supply of capacity; nothing, and takes nothing, where less is left.
template <typename Count>
std::optional<Count> reserve(std::atomic<Count>& used, Count amount, Count capacity) noexcept {
  Count from = used.load(std::memory_order_relaxed);
  do {
    if (amount > capacity - from) return std::nullopt;
  } while (!used.compare_exchange_weak(from, from + amount, std::memory_order_relaxed));
  return from;
}

void raise_to(std::atomic<std::int64_t>& value, std::int64_t at_least) noexcept {
  std::int64_t now = value.load(std::memory_order_relaxed);
  while (now < at_least && !value.compare_exchange_weak(now, at_least, std::memory_order_relaxed)) {
  }
}

}  // namespace

std::size_t PlanStore::bytes(std::size_t statements) noexcept {
  return text_offset_of(statements) + text_bytes_of(statements);
}

PlanStore PlanStore::create(void* base, std::size_t statements) noexcept {
  auto* header = new (base) Header{};
  header->capacity = static_cast<std::uint32_t>(statements) * kEntriesPerStatement;
  header->text_offset = text_offset_of(statements);
  header->text_capacity = text_bytes_of(statements);
  for (std::uint32_t i = 0; i < header->capacity; ++i) new (entries_of(base) + i) Entry{};
  return PlanStore(base);
}

std::optional<std::uint32_t> PlanStore::add(std::uint32_t operation, std::uint32_t statement,
                                            std::string_view hash, bool generic,
                                            std::int64_t now_ns, std::string_view json) noexcept {
  Header& header = header_of(base_);
  Entry* entries = entries_of(base_);
  std::uint32_t of_statement = 0;
  const std::uint32_t reserved = header.reserved.load(std::memory_order_acquire);
  for (std::uint32_t i = 0; i < reserved; ++i) {
    if (entries[i].ready.load(std::memory_order_acquire) == 0) continue;
    if (entries[i].is(operation, statement, hash, generic)) {
      seen(i, now_ns);
      return i;
    }
    if (entries[i].operation == operation && entries[i].statement == statement) ++of_statement;
  }

  // One statement with many plans (a plan per partition, say) must not take the others' room.
  std::optional<std::uint64_t> text;
  std::optional<std::uint32_t> index;
  if (hash.size() == kHashLength && of_statement < kEntriesPerStatement) {
    text = reserve(header.text_used, std::uint64_t{json.size()}, header.text_capacity);
  }
  if (text) index = reserve(header.reserved, 1U, header.capacity);
  if (!index) {
    header.dropped.fetch_add(1, std::memory_order_relaxed);
    return std::nullopt;
  }
  Entry& entry = entries[*index];
  entry.operation = operation;
  entry.statement = statement;
  entry.generic = generic ? 1 : 0;
  std::memcpy(entry.hash, hash.data(), kHashLength);
  entry.text_offset = *text;
  entry.text_bytes = json.size();
  entry.first_seen_ns = now_ns;
  entry.last_seen_ns.store(now_ns, std::memory_order_relaxed);
  std::memcpy(text_of(base_) + *text, json.data(), json.size());
  entry.ready.store(1, std::memory_order_release);
  return index;
}

void PlanStore::seen(std::uint32_t entry, std::int64_t now_ns) noexcept {
  raise_to(entries_of(base_)[entry].last_seen_ns, now_ns);
}

std::vector<PlanSighting> PlanStore::sightings() const {
  std::vector<PlanSighting> found;
  const std::uint32_t reserved = header_of(base_).reserved.load(std::memory_order_acquire);
  for (std::uint32_t i = 0; i < reserved; ++i) {
    const Entry& entry = entries_of(base_)[i];
    if (entry.ready.load(std::memory_order_acquire) == 0) continue;
    found.push_back({entry.operation, entry.statement, std::string(entry.hash, kHashLength),
                     entry.generic != 0, entry.first_seen_ns, entry.last_seen_ns.load(),
                     std::string(text_of(base_) + entry.text_offset, entry.text_bytes)});
  }
  const auto by_first_sight = [](const PlanSighting& a, const PlanSighting& b) {
    return std::tie(a.operation, a.statement, a.first_seen_ns) <
           std::tie(b.operation, b.statement, b.first_seen_ns);
  };
  std::stable_sort(found.begin(), found.end(), by_first_sight);

  // What several workers added at the same moment: the earliest stays, seen as late as any.
  std::vector<PlanSighting> once;
  for (PlanSighting& sighting : found) {
    const auto same = std::find_if(once.begin(), once.end(), [&](const PlanSighting& other) {
      return other.operation == sighting.operation && other.statement == sighting.statement &&
             other.generic == sighting.generic && other.hash == sighting.hash;
    });
    if (same == once.end()) {
      once.push_back(std::move(sighting));
    } else {
      same->last_seen_ns = std::max(same->last_seen_ns, sighting.last_seen_ns);
    }
  }
  return once;
}

std::uint64_t PlanStore::dropped() const noexcept {
  return header_of(base_).dropped.load(std::memory_order_relaxed);
}

}  // namespace perf_mgmt::pg
