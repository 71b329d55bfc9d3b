// Random words and characters.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "perf_mgmt/core/random.hpp"

namespace perf_mgmt {

// Appends `count` English words, lower case, with a space between two.
void append_words(std::string& out, std::int64_t count, RandomStream& random);

// Appends `length` characters of the alphabet, each equally likely; 1 to 64 characters of ASCII.
void append_characters(std::string& out, std::int64_t length, std::string_view alphabet,
                       RandomStream& random);

}  // namespace perf_mgmt
