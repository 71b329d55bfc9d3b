// What the fuzzers call: the entry points of the core that the server's module hands the texts of
// users to.
//
// A target takes any bytes. An Error is what bad input shall give; every other exception, and every
// promise of the headers that does not hold for good input, ends the process (`require`).
// fuzzer.cpp makes a program for libFuzzer of each, and test/core/fuzz_corpus_test.cpp sends them
// the corpora.
#pragma once

#include <array>
#include <cstdlib>
#include <string_view>

namespace perf_mgmt::fuzz {

// As the module's callers see to it, texts are valid in the database's encoding and hold no NUL;
// the targets do not depend on it.
void run_spec(std::string_view input);
void generator(std::string_view input);
void histogram(std::string_view input);
void template_text(std::string_view input);
void document(std::string_view input);
void plan(std::string_view input);

struct Target {
  std::string_view name;  // of its corpus, too
  void (*run)(std::string_view input);
};
inline constexpr std::array targets = {
    Target{"run_spec", run_spec},   Target{"generator", generator},
    Target{"histogram", histogram}, Target{"template_text", template_text},
    Target{"document", document},   Target{"plan", plan},
};

inline void require(bool promise) {
  if (!promise) std::abort();
}

}  // namespace perf_mgmt::fuzz
