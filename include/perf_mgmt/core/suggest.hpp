// "Did you mean …": the nearest known name to one that is not known.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace perf_mgmt {

// Edit distance of two names, ASCII case folded, counting a swap of neighbours as one edit (optimal
// string alignment).
unsigned edit_distance(std::string_view a, std::string_view b);

// The candidate nearest to name, or an empty view where none is within a third of the name's length
// (at least 1, at most 4 edits) or none has a letter in common with it. The first of equals wins.
// The view points into candidates.
std::string_view nearest_name(std::string_view name, std::span<const std::string_view> candidates);
std::string_view nearest_name(std::string_view name, std::span<const std::string> candidates);

// A hint sentence: Perhaps you meant "x".  Empty where nothing is near.
std::string suggestion_hint(std::string_view name, std::span<const std::string_view> candidates);
std::string suggestion_hint(std::string_view name, std::span<const std::string> candidates);

}  // namespace perf_mgmt
