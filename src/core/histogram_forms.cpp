// The two outer forms of a histogram: bytes, for storing, and text, for people and dumps.
//
// Bytes: the version, then varints (LEB128, shortest form only): the count and, unless it is 0,
// minimum, maximum, two words of the sum, three of the squares, and for each bucket in use the
// number of empty ones before it and its count. The buckets end where the counts add up.
// Both readers have all that they read checked as a whole, so neither can make a histogram that no
// sample could have made.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>

#include "histogram_check.hpp"
#include "perf_mgmt/core/errors.hpp"
#include "perf_mgmt/core/escape.hpp"
#include "perf_mgmt/core/histogram.hpp"
#include "wide_integer.hpp"

namespace perf_mgmt {

namespace {

using json = nlohmann::json;

constexpr std::uint8_t kVersion = 1;

[[noreturn]] void fail_bytes(std::string detail) {
  throw Error(sqlstate::data_corrupted, "invalid stored histogram", std::move(detail));
}

[[noreturn]] void fail_text(std::string detail) {
  throw Error(sqlstate::invalid_text_representation, "invalid input syntax for type histogram",
              std::move(detail), "A histogram looks like {\"v\":1,\"count\":0}.");
}

// A text with all buckets has 330 kB. Without a limit one of a gigabyte, mostly brackets, would
// take a hundred times its size while it is parsed.
constexpr std::size_t kMostText = std::size_t{1} << 20;

// The library keeps the last of several members of the same name; here none may be passed over.
json parse_object(std::string_view text) {
  if (text.size() > kMostText) fail_text(fmt::format("It has more than {} bytes.", kMostText));
  std::set<std::string> keys;
  std::string twice;
  const auto watch = [&](int depth, json::parse_event_t event, const json& value) {
    if (event != json::parse_event_t::key || depth != 1) return true;
    const auto& key = value.get_ref<const std::string&>();
    if (!keys.insert(key).second) twice = key;
    return true;
  };
  json object = json::parse(text, watch, /*allow_exceptions=*/false);
  if (!object.is_object()) fail_text("It must be a JSON object.");
  if (!twice.empty()) fail_text(fmt::format("The key \"{}\" stands twice.", brief(twice)));
  return object;
}

void put_varint(std::vector<std::uint8_t>& out, std::uint64_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<std::uint8_t>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<std::uint8_t>(value));
}

class ByteReader {
 public:
  ByteReader(const std::uint8_t* bytes, std::size_t size) : next_(bytes), end_(bytes + size) {}

  bool at_end() const noexcept { return next_ == end_; }

  std::uint8_t byte() {
    if (at_end()) fail_bytes("The data ends too early.");
    return *next_++;
  }

  std::uint64_t varint() {
    if (!at_end() && *next_ < 0x80) return *next_++;  // nearly all are
    std::uint64_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
      const std::uint64_t group = byte();
      const std::uint64_t bits = group & 0x7f;
      // The tenth group has room for one bit only; a last group of zero would be a longer form.
      if ((shift == 63 && group > 1) || (shift > 0 && group == 0)) {
        fail_bytes("A number is not in its shortest form or exceeds 64 bits.");
      }
      value |= bits << shift;
      if (group < 0x80) return value;
    }
  }

 private:
  const std::uint8_t* next_;
  const std::uint8_t* end_;
};

// A stored histogram, all of whose bytes were read and found sound.
struct StoredHistogram {
  std::uint64_t count = 0;
  std::uint64_t inverse_min = 0;
  std::uint64_t max = 0;
  std::uint64_t sum[2] = {};
  std::uint64_t squares[3] = {};
  ByteReader buckets;

  StoredHistogram(const std::uint8_t* bytes, std::size_t size) : buckets(bytes, size) {
    const std::uint8_t version = buckets.byte();
    if (version != kVersion) fail_bytes(fmt::format("Version {} is not known.", version));
    count = buckets.varint();
    if (count > 0) {
      inverse_min = ~buckets.varint();
      max = buckets.varint();
      for (std::uint64_t& word : sum) word = buckets.varint();
      for (std::uint64_t& word : squares) word = buckets.varint();
    }
    check_to_end(buckets);
  }

  // Calls take(bucket, count), rising, until so many values were in the buckets. values: at most
  // count.
  template <typename Take>
  void take_buckets(std::uint64_t values, Take take) const {
    ByteReader reader = buckets;
    std::size_t next = 0;
    for (std::uint64_t taken = 0; taken < values;) {
      next += reader.varint();
      const std::uint64_t number = reader.varint();
      take(next++, number);
      taken += number;
    }
  }

 private:
  void check_to_end(ByteReader reader) const {
    const std::size_t first = Histogram::bucket_of(~inverse_min);
    const std::size_t last = Histogram::bucket_of(max);
    HistogramCheck check(count, ~inverse_min, max);
    std::size_t next = 0;
    for (std::uint64_t missing = count; missing > 0;) {
      const std::uint64_t gap = reader.varint();
      const std::uint64_t number = reader.varint();
      if (gap >= Histogram::kBucketCount - next) fail_bytes("A bucket is beyond the last one.");
      if (number == 0) fail_bytes("An empty bucket is listed.");
      if (number > missing) fail_bytes("The buckets hold more values than the count says.");
      next += gap;
      if (next < first || next > last) fail_bytes("A bucket lies outside minimum and maximum.");
      check.add(next++, number);
      missing -= number;
    }
    const Uint192 wide_squares{{squares[0], squares[1], squares[2]}};
    if (const char* problem = check.problem(join(sum), wide_squares)) fail_bytes(problem);
    if (!reader.at_end()) fail_bytes("There is more data than the histogram needs.");
  }
};

// Decimal digits, nineteen at a time: the most that a word holds. At most three levels deep.
std::string decimal(Uint192 value) {
  const std::uint64_t last = value.divide(10'000'000'000'000'000'000U);
  if (value == Uint192{}) return fmt::format("{}", last);
  return decimal(value) + fmt::format("{:019}", last);
}

const json& member(const json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end()) fail_text(fmt::format("The key \"{}\" is missing.", key));
  return *found;
}

std::uint64_t whole_number(const json& value, const char* what) {
  if (!value.is_number_unsigned()) {
    fail_text(fmt::format("{} must be a whole number from 0 to 18446744073709551615.", what));
  }
  return value.get<std::uint64_t>();
}

Uint192 wide_number(const json& object, const char* key) {
  const json& value = member(object, key);
  const auto* digits = value.get_ptr<const std::string*>();
  bool valid = digits != nullptr && !digits->empty();
  Uint192 number;
  for (std::size_t i = 0; valid && i < digits->size(); ++i) {
    const char digit = (*digits)[i];
    valid = digit >= '0' && digit <= '9' &&
            number.multiply_add(10, static_cast<std::uint64_t>(digit - '0')) == 0;
  }
  if (!valid) fail_text(fmt::format("\"{}\" must be a string of decimal digits.", key));
  return number;
}

}  // namespace

void Histogram::require_room(std::uint64_t values) const {
  if (values <= ~count_) return;
  throw Error(sqlstate::numeric_value_out_of_range, "histograms have too many values together",
              "A histogram counts at most 18446744073709551615 values.");
}

std::vector<std::uint8_t> Histogram::serialize() const {
  std::vector<std::uint8_t> out{kVersion};
  put_varint(out, count_);
  if (empty()) return out;

  put_varint(out, ~inverse_min_);
  put_varint(out, max_);
  for (const std::uint64_t word : sum_) put_varint(out, word);
  for (const std::uint64_t word : squares_) put_varint(out, word);
  std::size_t next = 0;
  for (std::size_t i = used_begin(); i < used_end(); ++i) {
    if (counts_[i] == 0) continue;
    put_varint(out, i - next);
    put_varint(out, counts_[i]);
    next = i + 1;
  }
  return out;
}

void Histogram::merge_serialized(const std::uint8_t* bytes, std::size_t size) {
  const StoredHistogram stored(bytes, size);
  require_room(stored.count);
  stored.take_buckets(stored.count, [this](std::size_t bucket, std::uint64_t number) {
    counts_[bucket] += number;
  });
  add_moments(stored.count, stored.inverse_min, stored.max, stored.sum, stored.squares);
}

std::optional<std::uint64_t> Histogram::stored_percentile(const std::uint8_t* bytes,
                                                          std::size_t size, double p) {
  const StoredHistogram stored(bytes, size);
  const std::uint64_t rank = rank_of(p, stored.count);
  if (rank == 0) return std::nullopt;
  if (rank == 1) return ~stored.inverse_min;
  if (rank == stored.count) return stored.max;

  std::size_t last = 0;
  stored.take_buckets(rank, [&last](std::size_t bucket, std::uint64_t) { last = bucket; });
  return std::clamp(bucket_middle(last), ~stored.inverse_min, stored.max);
}

void Histogram::merge_checked(const Histogram& other) {
  require_room(other.count_);
  merge(other);
}

Histogram Histogram::deserialize(const std::uint8_t* bytes, std::size_t size) {
  Histogram result;
  result.merge_serialized(bytes, size);
  return result;
}

std::string Histogram::to_text() const {
  if (empty()) return fmt::format("{{\"v\":{},\"count\":0}}", kVersion);

  std::string text =
      fmt::format(R"({{"v":{},"count":{},"min":{},"max":{},"sum":"{}","squares":"{}","buckets":[)",
                  kVersion, count_, ~inverse_min_, max_, decimal({{sum_[0], sum_[1], 0}}),
                  decimal({{squares_[0], squares_[1], squares_[2]}}));
  const char* separator = "";
  for (std::size_t i = used_begin(); i < used_end(); ++i) {
    if (counts_[i] == 0) continue;
    fmt::format_to(std::back_inserter(text), "{}[{},{}]", separator, bucket_low(i), counts_[i]);
    separator = ",";
  }
  text += "]}";
  return text;
}

Histogram Histogram::parse(std::string_view text) {
  const json object = parse_object(text);
  if (whole_number(member(object, "v"), "\"v\"") != kVersion)
    fail_text("Its version is not known.");

  Histogram result;
  result.count_ = whole_number(member(object, "count"), "\"count\"");
  const std::size_t keys = result.empty() ? 2 : 7;
  if (object.size() > keys) fail_text("It has keys that do not belong there.");
  if (result.empty()) return result;

  result.inverse_min_ = ~whole_number(member(object, "min"), "\"min\"");
  result.max_ = whole_number(member(object, "max"), "\"max\"");
  const Uint192 sum = wide_number(object, "sum");
  if (sum.words[2] != 0) fail_text("\"sum\" exceeds 128 bits.");
  std::copy_n(sum.words, 2, result.sum_);
  const Uint192 squares = wide_number(object, "squares");
  std::copy_n(squares.words, 3, result.squares_);

  const json& buckets = member(object, "buckets");
  if (!buckets.is_array()) fail_text("\"buckets\" must be an array.");
  HistogramCheck check(result.count_, ~result.inverse_min_, result.max_);
  std::size_t next = result.used_begin();
  for (const json& pair : buckets) {
    if (!pair.is_array() || pair.size() != 2) fail_text("A bucket must be a pair of numbers.");
    const std::uint64_t low = whole_number(pair[0], "The smallest value of a bucket");
    const std::uint64_t count = whole_number(pair[1], "The count of a bucket");
    const std::size_t bucket = bucket_of(low);
    if (low != bucket_low(bucket)) fail_text(fmt::format("No bucket begins at {}.", low));
    if (count == 0) fail_text("An empty bucket is listed.");
    if (bucket < next) fail_text("The buckets are not in order or begin before the minimum.");
    if (bucket >= result.used_end()) fail_text("A bucket lies beyond the maximum.");
    check.add(bucket, count);
    result.counts_[bucket] = count;
    next = bucket + 1;
  }
  if (const char* problem = check.problem(join(result.sum_), squares)) fail_text(problem);
  return result;
}

}  // namespace perf_mgmt
