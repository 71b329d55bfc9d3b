// The compiled form of an operation's generators: nodes, scopes and slots.
//
// A scope is what is drawn together: the parameters of the operation, or the fields of one object.
// Each of its entries has a slot, and so has each name that a generator of the scope provides. The
// scope's steps run in an order in which a provider comes before whoever takes from it; a name that
// is provided becomes a node that copies the provider's slot.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "decimal.hpp"
#include "generator_definition.hpp"
#include "perf_mgmt/core/generators.hpp"

namespace perf_mgmt {

inline constexpr std::int64_t kMicrosecondsPerDay = 86400000000;

// A value while its operation is drawn: texts in the scratch buffer are offsets, because the buffer
// moves when it grows.
struct Drawn {
  // Where a text comes from decides how it enters a JSON document.
  enum class Origin : std::uint8_t {
    made,        // a JSON string
    fixed_json,  // a fixed text that is JSON: as it is in a json parameter, a string inside one
    cell,        // of a pool or an expression, type unknown: likewise
    cell_text,
    cell_number,
    cell_boolean,
    cell_json,
  };
  Value::Kind kind = Value::Kind::null;
  std::uint8_t scale = 0;
  Origin origin = Origin::made;
  std::int64_t integer = 0;
  const char* data = nullptr;  // null pointer: in the scratch buffer, at offset
  std::size_t offset = 0;
  std::size_t size = 0;
};

struct Node {
  enum class Op : std::uint8_t {
    slot,
    integer,
    numeric,
    choice,
    words,
    letters,
    pattern,
    date,
    timestamp,
    uuid,
    boolean,
    sequence,
    array,
    object,
    expression,
    pool,
  };
  struct Piece {
    PatternPiece::Kind kind;
    std::string text;
    std::int64_t min;
    std::int64_t max;
    std::uint32_t index;  // of the sequence (in Program::sequences) or the node
  };
  struct PoolProvision {
    std::uint32_t slot;
    std::uint32_t column;
  };
  struct SumProvision {
    static constexpr std::uint32_t kNone = UINT32_MAX;
    std::uint32_t slot;
    std::uint32_t first;   // slots of the fields
    std::uint32_t second;  // or kNone
    Decimal total;
  };

  Op op = Op::slot;
  std::uint8_t scale = 0;
  std::uint32_t index = 0;   // slot; pool, expression; sequence; scope of object; node of array
  std::uint32_t column = 0;  // of the pool
  std::int64_t min = 0;      // bounds, lengths, microseconds from now, start of a sequence
  std::int64_t max = 0;
  Distribution distribution;
  double true_percent = 0;
  std::vector<Constant> values;  // a literal is a choice of one
  std::vector<double> cumulative;
  std::vector<Piece> pieces;
  std::vector<PoolProvision> pool_provisions;
  std::vector<SumProvision> sum_provisions;
  std::uint64_t max_bytes = 32;  // that one draw may take, where it can be known
  std::string name;              // for messages
};

struct Scope {
  struct Entry {
    std::string name;
    std::string json_key;  // "name": with its quotes and colon
    std::uint32_t slot;
  };
  struct Step {
    std::uint32_t node;
    std::uint32_t slot;
    bool json = true;  // arrays as JSON, else as array literals
  };
  std::vector<Entry> entries;
  std::vector<Step> steps;
};

// A sequence that the program draws from, and how often it did so in the current operation.
struct SequenceUse {
  std::uint32_t index;       // of GeneratorRequests::sequences
  std::uint32_t most_draws;  // per operation
  std::uint32_t drawn = 0;
};

struct Program {
  std::vector<Node> nodes;
  std::vector<Scope> scopes;  // the first is the operation's
  std::vector<Drawn> slots;
  std::vector<SequenceUse> sequences;
  std::vector<ParameterForm> forms;  // by parameter
  bool uses_expressions = false;
};

// root: the object of parameters. Throws Error; leaves requests as they were when it does.
Program compile_program(const JsonNode& root, const GeneratorLookup& lookup,
                        const GeneratorNames& names, GeneratorRequests& requests);
// One definition alone, as if it were a parameter.
void compile_alone(Reference definition, const std::string& where, const GeneratorLookup& lookup,
                   const GeneratorNames& names);

// Draws the operation's scope into the slots; texts are appended to scratch.
void draw_program(Program& program, DrawContext& context, std::string& scratch);

// --- rendering ---

std::string_view text_of(const Drawn& drawn, const std::string& scratch) noexcept;

// Append a value to the scratch buffer: inside a JSON document, as a whole json parameter, as an
// element of an array literal, or as plain text (of a pattern; null is nothing).
enum class Rendering : std::uint8_t { inside_json, whole_json, array_element, plain };
void append_rendered(std::string& scratch, const Drawn& drawn, Rendering rendering);

// The number that a value is, for sums; no value where it is none.
std::optional<Decimal> number_of(const Drawn& drawn, const std::string& scratch) noexcept;

}  // namespace perf_mgmt
