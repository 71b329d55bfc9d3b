// One side of a comparison: a configuration as of a custom run, with what has to be done before it
// runs and undone after it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace perf_mgmt {

struct Variant {
  std::string name;                   // given, or the letter
  std::string given;                  // JSON object text, as it was given
  std::string config;                 // JSON object text: the keys of the run spec
  bool has_seed = false;              // the configuration gives one
  std::vector<std::string> setup;     // SQL statements, run before each of its turns
  std::vector<std::string> teardown;  // run after each of its turns, whatever became of it
};

// Takes "name", "setup" and "teardown" (a statement or an array of them) out of a JSON object; the
// rest is the configuration, in which the comparison says what the rounds are: rounds_total and no
// repetitions. letter: "A" or "B", for messages.
// Throws Error(invalid_parameter_value) for anything else than an object, for members of the wrong
// type, and for the keys that the comparison decides: rounds, quiet, confirms, wait.
Variant read_variant(std::string_view json, std::string_view letter, int rounds_total);

}  // namespace perf_mgmt
