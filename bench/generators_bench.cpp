// What drawing the parameters of one operation costs; five parameters should stay below 300 ns.
#include <benchmark/benchmark.h>

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "perf_mgmt/core/generators.hpp"

namespace perf_mgmt {
namespace {

std::vector<std::byte> pool_of(std::uint32_t rows) {
  PoolBuilder builder({"id", "tenant"}, rows, 1);
  for (std::uint32_t i = 0; i < rows; ++i) {
    const std::string id = "0b1e2f3a-0000-4000-8000-" + std::to_string(100000000000 + i);
    const std::string tenant = "9c1e2f3a-0000-4000-8000-" + std::to_string(100000000000 + i % 50);
    const std::optional<std::string_view> cells[] = {id, tenant};
    builder.add_row(cells);
  }
  return std::move(builder).finish();
}

void draw_all(benchmark::State& state, const char* parameter_generators) {
  GeneratorRequests requests;
  const GeneratorProgram program = GeneratorProgram::compile(
      parameter_generators, [](std::string_view) { return std::nullopt; }, requests);
  const std::vector<std::byte> bytes = pool_of(10000);
  const std::vector<PoolView> pools(requests.pools.size(), PoolView(bytes));
  std::vector<std::atomic<std::uint64_t>> sequences(requests.sequences.size());
  DrawContext context;
  context.pools = pools;
  context.sequences = sequences;
  std::string scratch;
  std::vector<Value> values(program.parameter_count());
  std::uint64_t index = 0;
  for (auto _ : state) {
    RandomStream random(1, 2, index++);
    context.random = &random;
    program.draw(context, scratch, values);
    benchmark::DoNotOptimize(values.data());
    benchmark::ClobberMemory();
  }
}

void five_integers_choices_and_pools(benchmark::State& state) {
  draw_all(state,
           R"({"tenant":"random_tenant",
               "id":{"type":"pool","sql":"S","column":"id","provides":{"random_tenant":"tenant"}},
               "priority":{"type":"choice","values":{"LOW":60,"MEDIUM":30,"HIGH":10}},
               "minutes":{"type":"integer","min":5,"max":90},"status":"PENDING"})");
}
BENCHMARK(five_integers_choices_and_pools);

void five_independent_pools(benchmark::State& state) {
  draw_all(state, R"({"a":{"type":"pool","sql":"S"},"b":{"type":"pool","sql":"S"},
                      "c":{"type":"pool","sql":"S"},"d":{"type":"pool","sql":"S"},
                      "e":{"type":"pool","sql":"S"}})");
}
BENCHMARK(five_independent_pools);

void one_zipf_pool(benchmark::State& state) {
  draw_all(state, R"({"a":{"type":"pool","sql":"S","distribution":"zipf"}})");
}
BENCHMARK(one_zipf_pool);

void order_items_with_total(benchmark::State& state) {
  draw_all(state, R"j({"items":{"type":"array","min_length":3,"max_length":3,
                         "provides":{"total":"sum(quantity * price)"},
                         "of":{"type":"object","fields":{
                           "item":{"type":"pool","sql":"S","column":"id"},
                           "quantity":{"type":"integer","min":1,"max":4},
                           "price":{"type":"numeric","min":4,"max":30}}}},
                       "total":"total"})j");
}
BENCHMARK(order_items_with_total);

void text_pattern(benchmark::State& state) {
  draw_all(state, R"({"number":{"type":"text","pattern":"WO-{sequence:6}-{letters:3}"}})");
}
BENCHMARK(text_pattern);

}  // namespace
}  // namespace perf_mgmt
