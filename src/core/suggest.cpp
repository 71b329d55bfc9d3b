// Edit distance by dynamic programming over three rows, and the nearest of a list by it.
#include "perf_mgmt/core/suggest.hpp"

#include <algorithm>
#include <vector>

namespace perf_mgmt {

namespace {

// ASCII only, whatever the locale: names of keys and generators are ASCII.
char fold(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

template <typename Name>
std::string_view nearest_of(std::string_view name, std::span<const Name> candidates) {
  const std::size_t limit = std::clamp<std::size_t>(name.size() / 3, 1, 4);
  std::string_view best;
  std::size_t best_distance = limit + 1;
  for (const std::string_view candidate : candidates) {
    const std::size_t shorter = std::min(name.size(), candidate.size());
    const std::size_t longer = std::max(name.size(), candidate.size());
    if (longer - shorter >= best_distance) continue;  // the distance is no less than that
    const std::size_t distance = edit_distance(name, candidate);
    if (distance >= best_distance || distance >= longer) continue;
    best = candidate;
    best_distance = distance;
  }
  return best;
}

template <typename Name>
std::string hint_of(std::string_view name, std::span<const Name> candidates) {
  const std::string_view nearest = nearest_of(name, candidates);
  if (nearest.empty()) return {};
  return "Perhaps you meant \"" + std::string(nearest) + "\".";
}

}  // namespace

unsigned edit_distance(std::string_view a, std::string_view b) {
  std::vector<unsigned> before(b.size() + 1);    // row i - 2, needed for a swap
  std::vector<unsigned> previous(b.size() + 1);  // row i - 1
  std::vector<unsigned> current(b.size() + 1);   // row i: from the first i of a to each start of b
  for (std::size_t j = 0; j <= b.size(); ++j) current[j] = static_cast<unsigned>(j);

  for (std::size_t i = 1; i <= a.size(); ++i) {
    before.swap(previous);
    previous.swap(current);
    current[0] = static_cast<unsigned>(i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = fold(a[i - 1]) == fold(b[j - 1]);
      current[j] = std::min({previous[j] + 1, current[j - 1] + 1, previous[j - 1] + !same});
      if (i > 1 && j > 1 && fold(a[i - 1]) == fold(b[j - 2]) && fold(a[i - 2]) == fold(b[j - 1])) {
        current[j] = std::min(current[j], before[j - 2] + 1);
      }
    }
  }
  return current[b.size()];
}

std::string_view nearest_name(std::string_view name, std::span<const std::string_view> candidates) {
  return nearest_of(name, candidates);
}

std::string_view nearest_name(std::string_view name, std::span<const std::string> candidates) {
  return nearest_of(name, candidates);
}

std::string suggestion_hint(std::string_view name, std::span<const std::string_view> candidates) {
  return hint_of(name, candidates);
}

std::string suggestion_hint(std::string_view name, std::span<const std::string> candidates) {
  return hint_of(name, candidates);
}

}  // namespace perf_mgmt
