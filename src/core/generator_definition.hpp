// A generator definition, validated: everything that can be said of it without a catalogue.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "json_tree.hpp"
#include "perf_mgmt/core/generators.hpp"

namespace perf_mgmt {

struct Distribution {
  enum class Kind : std::uint8_t { uniform, zipf, gaussian, exponential };
  Kind kind = Kind::uniform;
  double parameter = 0;  // theta of zipf
};
std::int64_t draw(RandomStream& random, std::int64_t min, std::int64_t max,
                  const Distribution& distribution) noexcept;

// A value that is the same every time, or one of a choice.
struct Constant {
  Value::Kind kind = Value::Kind::null;
  std::uint8_t scale = 0;
  std::int64_t integer = 0;
  std::string text;
  std::string array_text;     // of a JSON array: the same as a PostgreSQL array literal
  bool text_is_json = false;  // a text that goes into a json parameter as it is
};

struct Definition;

// What stands where a generator is expected: a name of the catalogue, or a definition.
struct Reference {
  std::string name;
  std::unique_ptr<Definition> definition;  // null pointer: look the name up
};

struct IntegerForm {  // and numeric: min and max count units of 10^-scale
  bool numeric = false;
  std::uint8_t scale = 0;
  std::int64_t min = 0;
  std::int64_t max = 0;
  Distribution distribution;
};
struct ChoiceForm {
  std::vector<Constant> values;
  std::vector<double> cumulative;  // ends of the values' shares of [0, 1); empty: equal shares
};
struct TextForm {
  bool words = false;  // else characters
  std::uint32_t min = 0;
  std::uint32_t max = 0;
};
struct PatternPiece {
  enum class Kind : std::uint8_t { fixed, sequence, integer, hex, letters, digits, generator };
  Kind kind = Kind::fixed;
  std::string text;      // of fixed; the name of generator
  std::int64_t min = 0;  // of integer; the length of hex, letters, digits; the width of sequence
  std::int64_t max = 0;
};
struct PatternForm {
  std::vector<PatternPiece> pieces;
};
struct MomentForm {
  bool date = false;
  std::int64_t from_us = 0;  // from now
  std::int64_t to_us = 0;
  Distribution distribution;
};
struct UuidForm {};
struct BooleanForm {
  double true_percent = 50;
};
struct SequenceForm {
  std::int64_t start = 1;
};
struct LiteralForm {
  Constant value;
};
struct SumOfFields {  // sum(first) or sum(first * second)
  std::string name;
  std::string first;
  std::string second;
};
struct ArrayForm {
  Reference of;
  std::uint32_t min_length = 1;
  std::uint32_t max_length = 10;
  std::vector<SumOfFields> provides;
};
struct ObjectForm {
  std::vector<std::pair<std::string, Reference>> fields;
};
struct ExpressionForm {
  std::string sql;
};
struct PoolForm {
  std::string sql;
  std::string column;  // empty: the query's first
  std::uint32_t limit = 10000;
  Distribution distribution;
  std::vector<std::pair<std::string, std::string>> provides;  // name, column
};

struct Definition {
  std::variant<IntegerForm, ChoiceForm, TextForm, PatternForm, MomentForm, UuidForm, BooleanForm,
               SequenceForm, LiteralForm, ArrayForm, ObjectForm, ExpressionForm, PoolForm>
      form;
  // The names that it provides, in order; empty for most.
  std::vector<std::string_view> provided_names() const;
};

// All of these throw Error; `where` is the place for the detail: parameter "x", field "y".
Definition read_definition(const JsonNode& node, const std::string& where);
Reference read_reference(const JsonNode& node, const std::string& where);
Constant read_constant(const JsonNode& node);
PatternForm read_pattern(std::string_view pattern, const std::string& where);
// "-30 days", "0", "1 day -2 hours": microseconds. A month is 30 days, a year 365.
std::int64_t read_interval(std::string_view text, std::string_view member,
                           const std::string& where);

// An element of a PostgreSQL array literal, quoted where it has to be.
void append_array_element(std::string& out, std::string_view text);

// The error of a bad definition: the place becomes the detail.
[[noreturn]] void throw_definition_error(std::string message, const std::string& where,
                                         std::string hint = {});

// A lower_snake_case word: what a generator's name looks like.
bool is_generator_name(std::string_view text) noexcept;

}  // namespace perf_mgmt
