// Draws: walks the steps of the operation's scope, one value into each slot.
//
// Texts made here are appended to the scratch buffer. A container is composed at the buffer's end
// from values drawn before it, and then moved down over them.
#include <algorithm>
#include <array>

#include "generator_program.hpp"
#include "perf_mgmt/core/errors.hpp"
#include "random_text.hpp"

namespace perf_mgmt {
namespace {

std::int64_t floor_to_day(std::int64_t microseconds) noexcept {
  const std::int64_t day = microseconds / kMicrosecondsPerDay;
  return microseconds % kMicrosecondsPerDay < 0 ? day - 1 : day;
}

Drawn number(Value::Kind kind, std::int64_t integer, std::uint8_t scale = 0) noexcept {
  Drawn drawn;
  drawn.kind = kind;
  drawn.integer = integer;
  drawn.scale = scale;
  return drawn;
}

class Drawer {
 public:
  Drawer(Program& program, DrawContext& context, std::string& scratch)
      : program_(program), context_(context), random_(*context.random), scratch_(scratch) {}

  void draw_scope(const Scope& scope) {
    for (const Scope::Step& step : scope.steps) {
      // Not into the slot directly: drawing may throw, and may draw other slots.
      const Drawn drawn = draw_node(program_.nodes[step.node], step.json);
      program_.slots[step.slot] = drawn;
    }
  }

 private:
  Drawn draw_node(Node& node, bool json);

  Drawn draw_choice(const Node& node, bool json);
  Drawn draw_text(const Node& node);
  Drawn draw_pattern(const Node& node);
  Drawn draw_moment(const Node& node);
  Drawn draw_uuid();
  Drawn draw_array(Node& node, bool json);
  Drawn draw_object(const Node& node);
  Drawn draw_expression(const Node& node);
  Drawn draw_pool(const Node& node);

  void append_element(Node& element, bool json, std::vector<Node::SumProvision>& sums,
                      const Node& array);
  void add_to_sums(std::vector<Node::SumProvision>& sums, const Node& array);
  void append_object(const Scope& scope, std::size_t mark);
  std::uint64_t next_of_sequence(std::uint32_t use);
  const PoolView& pool_of(const Node& node) const;
  static Drawn cell(const PoolView& pool, std::uint32_t row, std::uint32_t column);

  // What stands in the scratch buffer from `start` on.
  Drawn made(Value::Kind kind, std::size_t start) const noexcept {
    Drawn drawn;
    drawn.kind = kind;
    drawn.offset = start;
    drawn.size = scratch_.size() - start;
    return drawn;
  }

  Program& program_;
  DrawContext& context_;
  RandomStream& random_;
  std::string& scratch_;
};

Drawn Drawer::draw_node(Node& node, bool json) {
  switch (node.op) {
    case Node::Op::slot:
      return program_.slots[node.index];
    case Node::Op::integer:
      return number(Value::Kind::integer,
                    perf_mgmt::draw(random_, node.min, node.max, node.distribution));
    case Node::Op::numeric:
      return number(Value::Kind::numeric,
                    perf_mgmt::draw(random_, node.min, node.max, node.distribution), node.scale);
    case Node::Op::choice:
      return draw_choice(node, json);
    case Node::Op::words:
    case Node::Op::letters:
      return draw_text(node);
    case Node::Op::pattern:
      return draw_pattern(node);
    case Node::Op::date:
    case Node::Op::timestamp:
      return draw_moment(node);
    case Node::Op::uuid:
      return draw_uuid();
    case Node::Op::boolean:
      return number(Value::Kind::boolean, random_.next_unit() * 100 < node.true_percent);
    case Node::Op::sequence:
      return number(Value::Kind::integer,
                    static_cast<std::int64_t>(static_cast<std::uint64_t>(node.min) +
                                              next_of_sequence(node.index)));
    case Node::Op::array:
      return draw_array(node, json);
    case Node::Op::object:
      return draw_object(node);
    case Node::Op::expression:
      return draw_expression(node);
    case Node::Op::pool:
      return draw_pool(node);
  }
  return {};
}

Drawn Drawer::draw_choice(const Node& node, bool json) {
  std::size_t chosen = 0;
  if (!node.cumulative.empty()) {
    const auto end =
        std::upper_bound(node.cumulative.begin(), node.cumulative.end(), random_.next_unit());
    chosen = static_cast<std::size_t>(end - node.cumulative.begin());
  } else if (node.values.size() > 1) {
    chosen = random_.next_below(node.values.size());
  }
  const Constant& value = node.values[chosen];
  Drawn drawn = number(value.kind, value.integer, value.scale);
  drawn.data = value.text.data();
  drawn.size = value.text.size();
  if (value.text_is_json) drawn.origin = Drawn::Origin::fixed_json;
  if (!json && !value.array_text.empty()) {
    drawn.kind = Value::Kind::array;
    drawn.data = value.array_text.data();
    drawn.size = value.array_text.size();
  }
  return drawn;
}

Drawn Drawer::draw_text(const Node& node) {
  const std::size_t start = scratch_.size();
  const std::int64_t length = draw_uniform(random_, node.min, node.max);
  if (node.op == Node::Op::words) {
    append_words(scratch_, length, random_);
  } else {
    append_characters(scratch_, length, "abcdefghijklmnopqrstuvwxyz", random_);
  }
  return made(Value::Kind::text, start);
}

Drawn Drawer::draw_pattern(const Node& node) {
  using Kind = PatternPiece::Kind;
  // Pieces first, in a text of their own at the buffer's end: a nested generator leaves what it
  // drew in the buffer, which is cut out again.
  const std::size_t start = scratch_.size();
  std::optional<std::uint64_t> sequence;
  for (const Node::Piece& piece : node.pieces) {
    switch (piece.kind) {
      case Kind::fixed:
        scratch_ += piece.text;
        break;
      case Kind::sequence: {
        if (!sequence) sequence = next_of_sequence(piece.index) + 1;
        const std::string digits = std::to_string(*sequence);
        const auto width = static_cast<std::size_t>(piece.min);
        if (digits.size() < width) scratch_.append(width - digits.size(), '0');
        scratch_ += digits;
        break;
      }
      case Kind::integer:
        append_decimal(scratch_, draw_uniform(random_, piece.min, piece.max), 0);
        break;
      case Kind::hex:
        append_characters(scratch_, piece.min, "0123456789abcdef", random_);
        break;
      case Kind::letters:
        append_characters(scratch_, piece.min, "ABCDEFGHIJKLMNOPQRSTUVWXYZ", random_);
        break;
      case Kind::digits:
        append_characters(scratch_, piece.min, "0123456789", random_);
        break;
      case Kind::generator: {
        const std::size_t mark = scratch_.size();
        const Drawn drawn = draw_node(program_.nodes[piece.index], true);
        const std::size_t end = scratch_.size();
        append_rendered(scratch_, drawn, Rendering::plain);
        scratch_.erase(mark, end - mark);
        break;
      }
    }
  }
  return made(Value::Kind::text, start);
}

Drawn Drawer::draw_moment(const Node& node) {
  const bool date = node.op == Node::Op::date;
  const std::int64_t now = context_.run_start_us + (date ? context_.utc_offset_us : 0);
  std::int64_t from = now + node.min;
  std::int64_t to = now + node.max;
  if (date) {
    from = floor_to_day(from);
    to = floor_to_day(to);
  }
  std::int64_t moment = perf_mgmt::draw(random_, from, to, node.distribution);
  // The hot end of a lopsided distribution is the later one: recent rows are the busy ones.
  const Distribution::Kind kind = node.distribution.kind;
  if (kind == Distribution::Kind::zipf || kind == Distribution::Kind::exponential) {
    moment = to - (moment - from);
  }
  return number(date ? Value::Kind::date : Value::Kind::timestamp, moment);
}

// RFC 9562, version 4: 122 random bits, the version and the variant.
Drawn Drawer::draw_uuid() {
  const std::size_t start = scratch_.size();
  const std::uint64_t high = (random_.next() & 0xffffffffffff0fffu) | 0x4000u;
  const std::uint64_t low = (random_.next() & 0x3fffffffffffffffu) | 0x8000000000000000u;
  for (int shift = 56; shift >= 0; shift -= 8) scratch_ += static_cast<char>(high >> shift);
  for (int shift = 56; shift >= 0; shift -= 8) scratch_ += static_cast<char>(low >> shift);
  return made(Value::Kind::uuid, start);
}

// --- containers ---

// Appends the object whose fields were drawn, then moves it down to `mark`, over their texts.
void Drawer::append_object(const Scope& scope, std::size_t mark) {
  const std::size_t end = scratch_.size();
  scratch_ += '{';
  const char* separator = "";
  for (const Scope::Entry& entry : scope.entries) {
    scratch_ += separator;
    scratch_ += entry.json_key;
    append_rendered(scratch_, program_.slots[entry.slot], Rendering::inside_json);
    separator = ", ";
  }
  scratch_ += '}';
  scratch_.erase(mark, end - mark);
}

Drawn Drawer::draw_object(const Node& node) {
  const std::size_t mark = scratch_.size();
  const Scope& scope = program_.scopes[node.index];
  draw_scope(scope);
  append_object(scope, mark);
  return made(Value::Kind::json, mark);
}

void Drawer::add_to_sums(std::vector<Node::SumProvision>& sums, const Node& array) {
  for (Node::SumProvision& sum : sums) {
    const Drawn& first = program_.slots[sum.first];
    const Drawn* second =
        sum.second == Node::SumProvision::kNone ? nullptr : &program_.slots[sum.second];
    const bool null =
        first.kind == Value::Kind::null || (second != nullptr && second->kind == Value::Kind::null);
    if (null) continue;  // as SQL's sum does
    auto term = number_of(first, scratch_);
    const auto factor = second != nullptr ? number_of(*second, scratch_) : Decimal{1, 0};
    if (!term || !factor) {
      throw Error(sqlstate::invalid_parameter_value,
                  "a sum in \"provides\" met a value that is no number", "In " + array.name + ".");
    }
    term = multiply(*term, *factor);
    const auto total = term ? add(sum.total, *term) : std::nullopt;
    if (!total) {
      throw Error(sqlstate::invalid_parameter_value, "a sum in \"provides\" is out of range",
                  "In " + array.name + ".");
    }
    sum.total = *total;
  }
}

void Drawer::append_element(Node& element, bool json, std::vector<Node::SumProvision>& sums,
                            const Node& array) {
  const std::size_t mark = scratch_.size();
  Drawn drawn;
  if (element.op == Node::Op::object) {
    // The sums need the fields while their texts still stand.
    const Scope& scope = program_.scopes[element.index];
    draw_scope(scope);
    add_to_sums(sums, array);
    append_object(scope, mark);
    drawn = made(Value::Kind::json, mark);
  } else {
    drawn = draw_node(element, json);
  }
  const std::size_t end = scratch_.size();
  const bool in_place = drawn.data == nullptr && drawn.offset == mark && drawn.size == end - mark;
  if (in_place && drawn.kind == (json ? Value::Kind::json : Value::Kind::array)) return;
  append_rendered(scratch_, drawn, json ? Rendering::inside_json : Rendering::array_element);
  scratch_.erase(mark, end - mark);
}

Drawn Drawer::draw_array(Node& node, bool json) {
  const std::int64_t length = draw_uniform(random_, node.min, node.max);
  for (Node::SumProvision& sum : node.sum_provisions) sum.total = {};
  const std::size_t start = scratch_.size();
  scratch_ += json ? '[' : '{';
  for (std::int64_t i = 0; i < length; ++i) {
    if (i > 0) scratch_ += json ? ", " : ",";
    append_element(program_.nodes[node.index], json, node.sum_provisions, node);
  }
  scratch_ += json ? ']' : '}';
  const Drawn drawn = made(json ? Value::Kind::json : Value::Kind::array, start);

  for (const Node::SumProvision& sum : node.sum_provisions) {
    Drawn& slot = program_.slots[sum.slot];
    if (fits_int64(sum.total.unscaled) && sum.total.scale <= Value::kMostScale) {
      slot = number(Value::Kind::numeric, static_cast<std::int64_t>(sum.total.unscaled),
                    static_cast<std::uint8_t>(sum.total.scale));
    } else {
      const std::size_t text = scratch_.size();
      append_decimal(scratch_, sum.total.unscaled, sum.total.scale);
      slot = made(Value::Kind::text, text);
      slot.origin = Drawn::Origin::cell_number;
    }
  }
  return drawn;
}

// --- what the run hands in ---

// In a run of a fixed number of operations slot k owns the numbers k * stride to k * stride +
// stride
// - 1 of every sequence; otherwise all workers share a counter.
std::uint64_t Drawer::next_of_sequence(std::uint32_t index) {
  SequenceUse& use = program_.sequences[index];
  if (context_.slot) {
    const std::uint64_t stride = use.index < context_.sequence_strides.size()
                                     ? context_.sequence_strides[use.index]
                                     : use.most_draws;
    return *context_.slot * stride + use.drawn++;
  }
  if (use.index >= context_.sequences.size()) {
    throw Error(sqlstate::internal_error, "a sequence of the run is missing");
  }
  return context_.sequences[use.index].fetch_add(1, std::memory_order_relaxed);
}

Drawn Drawer::draw_expression(const Node& node) {
  if (context_.evaluate == nullptr) {
    throw Error(sqlstate::internal_error, "expressions cannot be evaluated here",
                "In " + node.name + ".");
  }
  const auto text = context_.evaluate(context_.evaluate_state, node.index);
  Drawn drawn;
  if (!text) return drawn;
  drawn.kind = Value::Kind::text;
  drawn.origin = Drawn::Origin::cell;
  drawn.data = text->data() != nullptr ? text->data() : "";
  drawn.size = text->size();
  return drawn;
}

const PoolView& Drawer::pool_of(const Node& node) const {
  if (node.index < context_.pools.size() && context_.pools[node.index].rows() > 0) {
    return context_.pools[node.index];
  }
  throw Error(sqlstate::object_not_in_prerequisite_state, "the pool of a generator has no rows",
              "In " + node.name + ".", "Its query must return at least one row.");
}

Drawn Drawer::cell(const PoolView& pool, std::uint32_t row, std::uint32_t column) {
  static constexpr std::array<Drawn::Origin, 5> kOrigins = {
      Drawn::Origin::cell, Drawn::Origin::cell_text, Drawn::Origin::cell_number,
      Drawn::Origin::cell_boolean, Drawn::Origin::cell_json};
  Drawn drawn;
  if (column >= pool.columns()) {
    throw Error(sqlstate::internal_error, "a pool lacks a column that its generator asked for");
  }
  const auto text = pool.cell(row, column);
  if (!text) return drawn;
  drawn.kind = Value::Kind::text;
  drawn.origin = kOrigins[static_cast<std::size_t>(pool.column_kind(column))];
  drawn.data = text->data();
  drawn.size = text->size();
  return drawn;
}

Drawn Drawer::draw_pool(const Node& node) {
  const PoolView& pool = pool_of(node);
  const auto row = static_cast<std::uint32_t>(
      perf_mgmt::draw(random_, 0, std::int64_t{pool.rows()} - 1, node.distribution));
  for (const Node::PoolProvision& provision : node.pool_provisions) {
    program_.slots[provision.slot] = cell(pool, row, provision.column);
  }
  return cell(pool, row, node.column);
}

}  // namespace

void draw_program(Program& program, DrawContext& context, std::string& scratch) {
  for (SequenceUse& use : program.sequences) use.drawn = 0;
  Drawer(program, context, scratch).draw_scope(program.scopes[0]);
}

}  // namespace perf_mgmt
