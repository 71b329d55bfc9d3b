// Histograms, as text and as bytes: what is read must come back the same in both forms, and must
// add up.
#include <string>
#include <vector>

#include "perf_mgmt/core/errors.hpp"
#include "perf_mgmt/core/histogram.hpp"
#include "targets.hpp"

namespace perf_mgmt::fuzz {

namespace {

void check_figures(const Histogram& histogram, const std::vector<std::uint8_t>& bytes) {
  std::uint64_t counted = 0;
  for (std::size_t i = histogram.used_begin(); i < histogram.used_end(); ++i) {
    counted += histogram.bucket_count(i);
  }
  require(counted == histogram.count());
  std::uint64_t before = 0;
  for (const double p : {0.0, 0.001, 0.5, 0.95, 0.99, 0.999999, 1.0}) {
    const auto value = histogram.percentile(p);
    require(value == Histogram::stored_percentile(bytes.data(), bytes.size(), p));
    if (!value) continue;
    require(*value >= before && *value >= histogram.min() && *value <= histogram.max());
    before = *value;
  }
  if (histogram.empty()) return;
  const double mean = *histogram.mean();
  require(mean >= static_cast<double>(*histogram.min()) * (1 - 1e-12) &&
          mean <= static_cast<double>(*histogram.max()) * (1 + 1e-12));
  if (const auto deviation = histogram.stddev()) require(*deviation >= 0);  // not NaN either
}

void check(const Histogram& histogram) {
  const std::vector<std::uint8_t> bytes = histogram.serialize();
  require(Histogram::deserialize(bytes.data(), bytes.size()) == histogram);
  const std::string text = histogram.to_text();
  const Histogram read = Histogram::parse(text);
  require(read == histogram && read.to_text() == text);
  check_figures(histogram, bytes);

  Histogram sum;
  sum.record(12345);
  Histogram same = sum;
  try {
    sum.merge_serialized(bytes.data(), bytes.size());
    same.merge_checked(histogram);
    require(sum == same && sum.count() == histogram.count() + 1);
    require(Histogram::parse(sum.to_text()) == sum);
  } catch (const Error&) {
    require(histogram.count() == ~std::uint64_t{0} && sum.count() == 1);
  }
  sum.reset();
  require(sum == Histogram());
}

}  // namespace

void histogram(std::string_view input) {
  try {
    check(Histogram::parse(input));
  } catch (const Error& error) {
    require(std::string_view(error.sqlstate()) == sqlstate::invalid_text_representation);
  }
  try {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(input.data());
    const Histogram read = Histogram::deserialize(bytes, input.size());
    // Equal histograms have equal bytes.
    require(read.serialize() == std::vector<std::uint8_t>(bytes, bytes + input.size()));
    check(read);
  } catch (const Error& error) {
    require(std::string_view(error.sqlstate()) == sqlstate::data_corrupted);
  }
}

}  // namespace perf_mgmt::fuzz
