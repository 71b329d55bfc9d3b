// Generator definitions: the parameters of an operation, over a small catalogue. What compiles must
// draw values of the kinds that the server binds, the same ones for the same random numbers.
#include <atomic>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "perf_mgmt/core/errors.hpp"
#include "perf_mgmt/core/generators.hpp"
#include "targets.hpp"

namespace perf_mgmt::fuzz {

namespace {

struct Known {
  std::string_view name;
  std::string_view definition;
};
constexpr Known kNumber = {"random_number",
                           R"({"type": "integer", "min": 1, "max": 100, "distribution": "zipf"})"};
constexpr Known kName = {"random_name",
                         R"({"type": "text", "pattern": "N-{sequence:5}-{random_number}"})"};
constexpr Known kRow = {"random_row", R"({"type": "pool", "sql": "SELECT id, city FROM t",
    "column": "id", "provides": {"random_city": "city"}})"};
constexpr Known kItems = {"random_items", R"json({"type": "array", "of": {"type": "object",
    "fields": {"amount": "random_price", "count": {"type": "integer", "min": 1, "max": 3}}},
    "provides": {"random_total": "sum(amount * count)"}})json"};
constexpr Known kPrice = {"random_price", R"({"type": "numeric", "min": 0.01, "max": 99.99})"};
constexpr Known kOne = {"one", R"({"type": "array", "of": "other"})"};
constexpr Known kOther = {"other", R"({"type": "array", "of": "one"})"};

std::optional<std::string> look_up(std::string_view name) {
  for (const Known& known : {kNumber, kName, kRow, kItems, kPrice, kOne, kOther}) {
    if (known.name == name) return std::string(known.definition);
  }
  return std::nullopt;
}

// Each pool has two rows; the columns are those that were asked for.
std::vector<std::vector<std::byte>> make_pools(const GeneratorRequests& requests) {
  std::vector<std::vector<std::byte>> pools;
  for (const PoolRequest& request : requests.pools) {
    const std::size_t columns = request.columns.size();
    PoolBuilder builder(request.columns, request.limit, 1, {});
    builder.add_row(std::vector<std::optional<std::string_view>>(columns, "12"));
    builder.add_row(std::vector<std::optional<std::string_view>>(columns));
    pools.push_back(std::move(builder).finish());
  }
  return pools;
}

std::string text_of(const Value& value) {
  return std::to_string(static_cast<int>(value.kind)) + ':' + std::to_string(value.integer) + ':' +
         std::to_string(value.scale) + ':' + std::string(value.text);
}

std::string draw_all(const GeneratorProgram& program, const GeneratorRequests& requests,
                     std::span<const PoolView> pools) {
  std::vector<std::atomic<std::uint64_t>> counters(requests.sequences.size());
  DrawContext context;
  context.pools = pools;
  context.sequences = counters;
  context.sequence_strides = requests.sequence_strides;
  context.evaluate = [](void*, std::uint32_t) -> std::optional<std::string_view> { return "3.5"; };
  std::string scratch;
  std::vector<Value> values(program.parameter_count());
  std::string all;
  for (std::uint64_t slot = 0; slot < 3; ++slot) {
    RandomStream random(7, 1, slot);
    context.random = &random;
    if (slot == 2) context.slot = 5;
    program.draw(context, scratch, values);
    for (const Value& value : values) {
      require(value.scale <= Value::kMostScale);
      all += text_of(value);
    }
  }
  return all;
}

void compile_and_draw(std::string_view parameters) {
  GeneratorRequests requests;
  GeneratorProgram program = GeneratorProgram::compile(parameters, look_up, requests);
  require(requests.sequence_strides.size() == requests.sequences.size());
  for (std::size_t i = 0; i < program.parameter_count(); ++i) {
    require(!program.parameter_name(i).empty());
    program.set_parameter_form(i, static_cast<ParameterForm>(i % 3));
  }
  const std::vector<std::vector<std::byte>> bytes = make_pools(requests);
  std::vector<PoolView> pools;
  pools.reserve(bytes.size());
  for (const auto& pool : bytes) pools.emplace_back(pool);
  require(draw_all(program, requests, pools) == draw_all(program, requests, pools));
}

}  // namespace

void generator(std::string_view input) {
  try {
    check_generator_definition(input, look_up);
  } catch (const Error& error) {
    require(!error.message().empty());
  }
  try {
    const auto duration = DurationGenerator::compile(input);
    RandomStream random(7, 1, 1);
    const std::int64_t drawn = duration.draw_ns(random);
    require(drawn >= 0 && drawn <= 86'400'000'000'000);
  } catch (const Error& error) {
    require(!error.message().empty());
  }
  try {
    compile_and_draw(input);
  } catch (const Error& error) {
    require(!error.message().empty());
  }
}

}  // namespace perf_mgmt::fuzz
