// What a random parameter costs: each operation makes a stream of its own and draws a few values.
#include <benchmark/benchmark.h>

#include "perf_mgmt/core/random.hpp"

namespace perf_mgmt {
namespace {

void BM_RandomNext(benchmark::State& state) {
  RandomStream random(1, 2, 3);
  for (auto _ : state) benchmark::DoNotOptimize(random.next());
}
BENCHMARK(BM_RandomNext);

void BM_RandomStreamAndOneDraw(benchmark::State& state) {
  std::uint64_t index = 0;
  for (auto _ : state) {
    RandomStream random(1, 2, index++);
    benchmark::DoNotOptimize(random.next());
  }
}
BENCHMARK(BM_RandomStreamAndOneDraw);

void BM_DrawUniform(benchmark::State& state) {
  RandomStream random(1, 2, 3);
  for (auto _ : state) benchmark::DoNotOptimize(draw_uniform(random, 1, 1'000'000));
}
BENCHMARK(BM_DrawUniform);

void BM_DrawGaussian(benchmark::State& state) {
  RandomStream random(1, 2, 3);
  for (auto _ : state) benchmark::DoNotOptimize(draw_gaussian(random, 1, 1'000'000, 2.5));
}
BENCHMARK(BM_DrawGaussian);

void BM_DrawExponential(benchmark::State& state) {
  RandomStream random(1, 2, 3);
  for (auto _ : state) benchmark::DoNotOptimize(draw_exponential(random, 1, 1'000'000, 5.0));
}
BENCHMARK(BM_DrawExponential);

// Argument: theta in hundredths.
void BM_DrawZipf(benchmark::State& state) {
  RandomStream random(1, 2, 3);
  const double theta = static_cast<double>(state.range(0)) / 100;
  for (auto _ : state) benchmark::DoNotOptimize(draw_zipf(random, 1, 1'000'000, theta));
}
BENCHMARK(BM_DrawZipf)->Arg(50)->Arg(99)->Arg(100)->Arg(107)->Arg(200);

}  // namespace
}  // namespace perf_mgmt
