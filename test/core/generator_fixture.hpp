// A run in miniature: a catalogue, requests, pools and counters, and draws from a program.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "perf_mgmt/core/errors.hpp"
#include "perf_mgmt/core/generators.hpp"

namespace perf_mgmt {

using PoolRow = std::vector<std::optional<std::string_view>>;

// Bytes of a pool, 8-byte aligned as the allocator gives them.
inline std::vector<std::byte> make_pool(std::vector<std::string> columns,
                                        std::initializer_list<PoolRow> rows,
                                        std::vector<PoolColumnKind> kinds = {}) {
  PoolBuilder builder(std::move(columns), 1000, 1, std::move(kinds));
  for (const PoolRow& row : rows) builder.add_row(row);
  return std::move(builder).finish();
}

struct GeneratorRun {
  std::map<std::string, std::string, std::less<>> catalogue;
  GeneratorRequests requests;
  std::vector<std::vector<std::byte>> pool_bytes;
  std::vector<std::atomic<std::uint64_t>> counters = std::vector<std::atomic<std::uint64_t>>(16);
  DrawContext context;
  std::string scratch;

  GeneratorLookup lookup() {
    return [this](std::string_view name) -> std::optional<std::string> {
      const auto found = catalogue.find(name);
      if (found == catalogue.end()) return std::nullopt;
      return found->second;
    };
  }
  GeneratorNames names() {
    return [this] {
      std::vector<std::string> all;
      for (const auto& [name, definition] : catalogue) all.push_back(name);
      return all;
    };
  }
  GeneratorProgram compile(std::string_view text) {
    return GeneratorProgram::compile(text, lookup(), requests, names());
  }

  // Draws operation `index` of stream 1; the views live until the next draw.
  std::vector<Value> draw(const GeneratorProgram& program, std::uint64_t index = 0,
                          std::uint64_t seed = 7) {
    std::vector<PoolView> pools;
    for (const auto& bytes : pool_bytes) pools.emplace_back(bytes);
    RandomStream random(seed, 1, index);
    context.random = &random;
    context.pools = pools;
    context.sequences = counters;
    std::vector<Value> values(program.parameter_count());
    program.draw(context, scratch, values);
    context.random = nullptr;
    context.pools = {};
    return values;
  }
  // The only parameter of a program, as text.
  std::string draw_text(std::string_view text, std::uint64_t index = 0) {
    const GeneratorProgram program = compile(text);
    return std::string(draw(program, index).at(0).text);
  }
};

// Runs action, which must throw Error, and returns the error.
template <typename Action>
Error error_of(Action action) {
  try {
    action();
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "no error was thrown";
  return Error(sqlstate::internal_error, "none");
}

}  // namespace perf_mgmt
