// Parameter generators: from the JSON of `parameter_generators` to the values of one operation.
//
// compile() runs once per process at the start of a run, at the edge where JSON is welcome. draw()
// runs once per operation: no JSON, no lock, and no allocation once the scratch buffer has grown to
// the size that the operation needs.
//
// The form of definitions is described in docs/generators.md.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "perf_mgmt/core/pool.hpp"
#include "perf_mgmt/core/random.hpp"

namespace perf_mgmt {

// One drawn value. `text` points into the draw's scratch buffer, a pool or the compiled program,
// and stays valid until the next draw with the same scratch buffer.
struct Value {
  enum class Kind : std::uint8_t {
    null,
    boolean,    // integer is 0 or 1
    integer,    // integer
    numeric,    // integer * 10^-scale, exact
    text,       // text: any type's input form
    date,       // integer: days since 2000-01-01
    timestamp,  // integer: microseconds since 2000-01-01 00:00 UTC
    uuid,       // text: the 16 raw bytes
    array,      // text: PostgreSQL array literal {…}, elements quoted as needed
    json,       // text: a JSON document
  };
  static constexpr unsigned kMostScale = 18;
  Kind kind = Kind::null;
  std::uint8_t scale = 0;  // at most kMostScale: a decimal with more is text
  std::int64_t integer = 0;
  std::string_view text;
};

// The catalogue: a definition (JSON text) by name. Returns no value for an unknown name.
using GeneratorLookup = std::function<std::optional<std::string>(std::string_view name)>;
// All names of the catalogue, asked for only when an unknown name needs a suggestion.
using GeneratorNames = std::function<std::vector<std::string>()>;

// A pool that a program draws from: the caller runs `sql` and hands the rows back by index, with
// exactly the columns asked for, in this order (PoolView column i is columns[i]).
struct PoolRequest {
  std::string sql;
  std::string generator;             // for messages: its name, or the parameter's where it has none
  std::vector<std::string> columns;  // that must exist; the empty name is the query's first column
  std::uint32_t limit = 10000;       // sample at most so many rows
};

// An SQL expression that a program evaluates for every operation; the server evaluates it.
struct ExpressionRequest {
  std::string sql;
  std::string generator;  // as in PoolRequest
};

// The requests of several programs in one run, shared: pools of the same sql and limit are loaded
// once, with all columns that any program needs, and each `sequence` generator (by name, or per
// definition where it is inline) has one counter in the run. Compiling the same programs in the
// same order gives the same requests in every process.
struct GeneratorRequests {
  std::vector<PoolRequest> pools;
  std::vector<ExpressionRequest> expressions;
  std::vector<std::string> sequences;
  std::vector<std::uint32_t> sequence_strides;  // the most draws of each in one operation, >= 1
};

// What a draw may look at. Everything is fixed for the run but `random`, `slot` and the results of
// expressions.
struct DrawContext {
  RandomStream* random = nullptr;
  std::span<const PoolView> pools;                  // by index of GeneratorRequests::pools
  std::span<std::atomic<std::uint64_t>> sequences;  // next offset of each, by index, from 0
  // With `operations`, the slot number replaces the sequence counters: deterministic, still unique,
  // because each slot has GeneratorRequests::sequence_strides numbers of its own.
  std::optional<std::uint64_t> slot;
  std::span<const std::uint32_t>
      sequence_strides;           // needed with slot; empty: of this program alone
  std::int64_t run_start_us = 0;  // "now" of date and timestamp: microseconds since 2000-01-01 UTC
  // Of the session's time zone at the start, east positive: where a day of `date` begins.
  std::int64_t utc_offset_us = 0;
  // Evaluates expression i of GeneratorRequests::expressions; no value is NULL, and the text lives
  // until the next draw.
  std::optional<std::string_view> (*evaluate)(void* state, std::uint32_t expression) = nullptr;
  void* evaluate_state = nullptr;
};

// How a value is to be rendered for its parameter: `array` makes arrays PostgreSQL array literals,
// `json` makes every value but null a JSON document, `scalar` leaves arrays and objects as JSON.
enum class ParameterForm : std::uint8_t { scalar, array, json };

class GeneratorProgram {
 public:
  // parameter_generators: the JSON object; its keys in order are the parameters, in order.
  // Throws Error on malformed JSON, duplicate keys, unknown generators (with a suggestion), a bad
  // or unknown member of a definition, `provides` given twice for one name, and generator cycles;
  // then requests is as it was. Limits: 32 levels, 10,000 generators, 256 KiB of text for each
  // definition, 16 MiB of values for each operation.
  static GeneratorProgram compile(std::string_view parameter_generators,
                                  const GeneratorLookup& lookup, GeneratorRequests& requests,
                                  const GeneratorNames& names = {});

  std::size_t parameter_count() const noexcept;
  std::string_view parameter_name(std::size_t i) const noexcept;
  // Known once the server has inferred the parameters' types; default scalar.
  void set_parameter_form(std::size_t i, ParameterForm form) noexcept;

  bool uses_expressions() const noexcept;

  // Fills values[0 .. parameter_count()). scratch is cleared first and owns the texts made here.
  // One draw at a time: the program keeps the values that its generators share. Throws Error where
  // a pool is missing or empty, a sum meets what is no number or overflows, or evaluate throws.
  void draw(DrawContext& context, std::string& scratch, std::span<Value> values) const;

  GeneratorProgram(GeneratorProgram&&) noexcept;
  GeneratorProgram& operator=(GeneratorProgram&&) noexcept;
  ~GeneratorProgram();

 private:
  struct Implementation;
  explicit GeneratorProgram(std::unique_ptr<Implementation> implementation);
  std::unique_ptr<Implementation> implementation_;
};

// Checks one definition (JSON text) alone, as a trigger on the catalogue does; throws as compile
// does. Names that it refers to are looked up; a lookup that finds nothing is an error.
void check_generator_definition(std::string_view definition, const GeneratorLookup& lookup,
                                const GeneratorNames& names = {});

// A duration drawn per operation, from `think_time_ms`: a number or a definition of type integer or
// numeric, in milliseconds, from 0 to 86,400,000 (a day). Throws as compile does.
class DurationGenerator {
 public:
  static DurationGenerator compile(std::string_view definition);
  static DurationGenerator constant(double milliseconds);
  std::int64_t draw_ns(RandomStream& random) const noexcept;
  bool is_zero() const noexcept;

 private:
  // uniform/zipf/gaussian/exponential over an integer number of nanoseconds
  std::int64_t min_ns_ = 0;
  std::int64_t max_ns_ = 0;
  int distribution_ = 0;
  double parameter_ = 0;
};

}  // namespace perf_mgmt
