#include "random_text.hpp"

#include <array>

namespace perf_mgmt {
namespace {

// Words as they stand in the descriptions of orders and jobs; 64, so that six bits choose one.
constexpr std::array<std::string_view, 64> kWords = {
    "repair",   "kitchen", "water",    "leak",     "replace",  "filter",  "annual",   "check",
    "customer", "reports", "noise",    "engine",   "brake",    "service", "urgent",   "visit",
    "install",  "new",     "heater",   "room",     "window",   "door",    "electric", "panel",
    "light",    "garden",  "roof",     "paint",    "wall",     "floor",   "clean",    "after",
    "before",   "during",  "work",     "parts",    "order",    "table",   "fresh",    "without",
    "extra",    "sauce",   "small",    "large",    "delivery", "pickup",  "morning",  "evening",
    "call",     "first",   "access",   "code",     "front",    "rear",    "left",     "right",
    "warranty", "invoice", "estimate", "approved", "pending",  "follow",  "up",       "please"};

}  // namespace

void append_words(std::string& out, std::int64_t count, RandomStream& random) {
  std::uint64_t bits = 0;
  for (std::int64_t i = 0; i < count; ++i, bits >>= 6) {
    if (i % 10 == 0) bits = random.next();  // ten choices of six bits
    if (i > 0) out += ' ';
    out += kWords[bits & 63];
  }
}

// The high word of bits * n is the next character, and the low word what is left of the fraction:
// eight characters of an alphabet of 64 use 48 of its bits.
void append_characters(std::string& out, std::int64_t length, std::string_view alphabet,
                       RandomStream& random) {
  __extension__ typedef unsigned __int128 UInt128;
  std::uint64_t bits = 0;
  for (std::int64_t i = 0; i < length; ++i) {
    if (i % 8 == 0) bits = random.next();
    const UInt128 product = static_cast<UInt128>(bits) * alphabet.size();
    out += alphabet[static_cast<std::size_t>(product >> 64)];
    bits = static_cast<std::uint64_t>(product);
  }
}

}  // namespace perf_mgmt
