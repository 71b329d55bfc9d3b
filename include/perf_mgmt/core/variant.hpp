// One side of a comparison: a configuration as of a custom run, with what has to be done before it
// runs and undone after it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "perf_mgmt/core/run_spec.hpp"

namespace perf_mgmt {

// Times that A, B, B and A run: with more a round of the longest run would be too short.
inline constexpr int most_quads = most_rounds / 2;

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

// How many quads tell most in the time that a variant's spec takes. The speed of a shared host
// moves within seconds, so what lies closer in time is more alike: rounds are as short as half a
// second and 1,000 operations allow, which is what a 99th percentile takes. 8 to most_quads; 8
// where a warm-up goes before each round, and where nobody knows the rate. operations_per_second:
// that of a former execution; an open model says its own.
int default_quads(const RunSpec& spec, std::optional<double> operations_per_second);

}  // namespace perf_mgmt
