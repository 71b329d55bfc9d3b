// What a histogram costs: recording once or more per operation, the rest once per interval.
#include <benchmark/benchmark.h>

#include <cmath>
#include <vector>

#include "perf_mgmt/core/histogram.hpp"
#include "perf_mgmt/core/random.hpp"

namespace perf_mgmt {
namespace {

// Log-normal around 100 µs, as response times are; 64 Ki of them, so that branch prediction cannot
// learn them.
std::vector<std::uint64_t> response_times() {
  std::vector<std::uint64_t> values(std::size_t{1} << 16);
  RandomStream random(1, 2, 3);
  for (std::uint64_t& value : values) {
    const double normal = std::sqrt(-2 * std::log(1 - random.next_unit())) *
                          std::cos(6.283185307 * random.next_unit());
    value = static_cast<std::uint64_t>(std::exp(11.5 + normal));
  }
  return values;
}

Histogram filled() {
  Histogram histogram;
  for (const std::uint64_t value : response_times()) histogram.record(value);
  return histogram;
}

void BM_HistogramRecord(benchmark::State& state) {
  const std::vector<std::uint64_t> values = response_times();
  Histogram histogram;
  std::size_t i = 0;
  for (auto _ : state) {
    histogram.record(values[i++ & 0xffff]);
    benchmark::ClobberMemory();  // every record reaches memory, as with a reader beside it
  }
  benchmark::DoNotOptimize(histogram);
}
BENCHMARK(BM_HistogramRecord);

void BM_HistogramMerge(benchmark::State& state) {
  const Histogram source = filled();
  Histogram target;
  for (auto _ : state) {
    target.merge(source);
    benchmark::ClobberMemory();
  }
}
BENCHMARK(BM_HistogramMerge);

void BM_HistogramPercentile(benchmark::State& state) {
  const Histogram histogram = filled();
  const double p = static_cast<double>(state.range(0)) / 1000;
  for (auto _ : state) benchmark::DoNotOptimize(histogram.percentile(p));
}
BENCHMARK(BM_HistogramPercentile)->Arg(500)->Arg(999);

void BM_HistogramStddev(benchmark::State& state) {
  const Histogram histogram = filled();
  for (auto _ : state) benchmark::DoNotOptimize(histogram.stddev());
}
BENCHMARK(BM_HistogramStddev);

// As a worker's histogram at the end of an interval.
void BM_HistogramMergeAndReset(benchmark::State& state) {
  const Histogram source = filled();
  Histogram target;
  for (auto _ : state) {
    target.merge(source);
    target.reset();
    benchmark::ClobberMemory();
  }
}
BENCHMARK(BM_HistogramMergeAndReset);

void BM_HistogramSerialize(benchmark::State& state) {
  const Histogram histogram = filled();
  for (auto _ : state) benchmark::DoNotOptimize(histogram.serialize());
  state.counters["bytes"] = static_cast<double>(histogram.serialize().size());
}
BENCHMARK(BM_HistogramSerialize);

void BM_HistogramDeserialize(benchmark::State& state) {
  const std::vector<std::uint8_t> bytes = filled().serialize();
  for (auto _ : state) {
    benchmark::DoNotOptimize(Histogram::deserialize(bytes.data(), bytes.size()));
  }
}
BENCHMARK(BM_HistogramDeserialize);

}  // namespace
}  // namespace perf_mgmt
