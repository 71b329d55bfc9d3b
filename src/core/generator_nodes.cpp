// From definitions to nodes.
//
// The limits that keep a definition from exhausting the server are held here: depth, number of
// nodes (a chain of doublings is short as text), and bytes per operation.
#include <algorithm>

#include "generator_compiler.hpp"
#include "perf_mgmt/core/errors.hpp"
#include "perf_mgmt/core/suggest.hpp"

namespace perf_mgmt {
namespace {

constexpr std::size_t kMaxDepth = 32;
constexpr std::size_t kMaxNodes = 10000;
constexpr std::uint64_t kMaxOperationBytes = 16777216;

}  // namespace

void check_max_bytes(std::uint64_t bytes, const std::string& where) {
  if (bytes <= kMaxOperationBytes) return;
  throw Error(sqlstate::configuration_limit_exceeded, "generators make too large values",
              "In " + where + ": up to " + std::to_string(bytes) + " bytes, the limit is " +
                  std::to_string(kMaxOperationBytes) + ".");
}

void GeneratorCompiler::enter(const std::string& where) {
  if (++depth_ <= kMaxDepth) return;
  throw Error(sqlstate::configuration_limit_exceeded, "generators are nested too deeply",
              "In " + where + ", the limit is " + std::to_string(kMaxDepth) + " levels.");
}

std::uint32_t GeneratorCompiler::compile_definition(const Definition& definition, OpenScope& scope,
                                                    const Item* item, const std::string& where,
                                                    const std::string& sequence_key) {
  enter(where);
  if (++node_count_ > kMaxNodes) {
    throw Error(sqlstate::configuration_limit_exceeded, "generators have too many parts",
                "The limit is " + std::to_string(kMaxNodes) + " for one operation.");
  }
  Node node;
  node.name = where;
  if (const auto* integer = std::get_if<IntegerForm>(&definition.form)) {
    build(node, *integer);
  } else if (const auto* choice = std::get_if<ChoiceForm>(&definition.form)) {
    build(node, *choice);
  } else if (const auto* literal = std::get_if<LiteralForm>(&definition.form)) {
    build(node, ChoiceForm{{literal->value}, {}});
  } else if (const auto* text = std::get_if<TextForm>(&definition.form)) {
    build(node, *text);
  } else if (const auto* pattern = std::get_if<PatternForm>(&definition.form)) {
    build_pattern(node, *pattern, scope, where, sequence_key);
  } else if (const auto* moment = std::get_if<MomentForm>(&definition.form)) {
    build(node, *moment);
  } else if (std::holds_alternative<UuidForm>(definition.form)) {
    node.op = Node::Op::uuid;
    node.max_bytes = 64;
  } else if (const auto* boolean = std::get_if<BooleanForm>(&definition.form)) {
    node.op = Node::Op::boolean;
    node.true_percent = boolean->true_percent;
  } else if (const auto* sequence = std::get_if<SequenceForm>(&definition.form)) {
    node.op = Node::Op::sequence;
    node.min = sequence->start;
    node.index = use_sequence(sequence_key);
  } else if (const auto* array = std::get_if<ArrayForm>(&definition.form)) {
    build_array(node, *array, scope, item, where, sequence_key);
  } else if (const auto* object = std::get_if<ObjectForm>(&definition.form)) {
    node.op = Node::Op::object;
    node.index = compile_scope(object->fields, &scope, where + ", field ", sequence_key);
    for (const Scope::Step& step : program_.scopes[node.index].steps) {
      node.max_bytes += program_.nodes[step.node].max_bytes;
    }
    for (const Scope::Entry& entry : program_.scopes[node.index].entries) {
      node.max_bytes += entry.json_key.size() + 2;
    }
  } else if (const auto* expression = std::get_if<ExpressionForm>(&definition.form)) {
    node.op = Node::Op::expression;
    program_.uses_expressions = true;
    auto& all = requests_.expressions;
    const auto same = std::find_if(all.begin(), all.end(), [&](const ExpressionRequest& request) {
      return request.sql == expression->sql;
    });
    node.index = static_cast<std::uint32_t>(same - all.begin());
    if (same == all.end()) all.push_back({expression->sql, short_name()});
  } else if (const auto* pool = std::get_if<PoolForm>(&definition.form)) {
    build_pool(node, *pool, item);
  }
  check_max_bytes(node.max_bytes, where);
  --depth_;
  program_.nodes.push_back(std::move(node));
  return static_cast<std::uint32_t>(program_.nodes.size() - 1);
}

void GeneratorCompiler::build(Node& node, const IntegerForm& form) {
  node.op = form.numeric ? Node::Op::numeric : Node::Op::integer;
  node.scale = form.scale;
  node.min = form.min;
  node.max = form.max;
  node.distribution = form.distribution;
}

void GeneratorCompiler::build(Node& node, const ChoiceForm& form) {
  node.op = Node::Op::choice;
  node.values = form.values;
  node.cumulative = form.cumulative;
  for (const Constant& value : form.values) {
    node.max_bytes = std::max(node.max_bytes, static_cast<std::uint64_t>(value.text.size() + 32));
  }
}

void GeneratorCompiler::build(Node& node, const TextForm& form) {
  node.op = form.words ? Node::Op::words : Node::Op::letters;
  node.min = form.min;
  node.max = form.max;
  node.max_bytes = std::uint64_t{form.max} * (form.words ? 16 : 1) + 32;
}

void GeneratorCompiler::build(Node& node, const MomentForm& form) {
  node.op = form.date ? Node::Op::date : Node::Op::timestamp;
  node.min = form.from_us;
  node.max = form.to_us;
  node.distribution = form.distribution;
}

void GeneratorCompiler::build_pattern(Node& node, const PatternForm& form, OpenScope& scope,
                                      const std::string& where, const std::string& sequence_key) {
  node.op = Node::Op::pattern;
  std::optional<std::uint32_t> sequence;  // one counter for the whole pattern
  for (const PatternPiece& piece : form.pieces) {
    Node::Piece compiled{piece.kind, piece.text, piece.min, piece.max, 0};
    node.max_bytes += piece.text.size() + 20;
    if (piece.kind == PatternPiece::Kind::sequence) {
      if (!sequence) sequence = use_sequence(sequence_key);
      compiled.index = *sequence;
    } else if (piece.kind == PatternPiece::Kind::generator) {
      compiled.index = compile_name(piece.text, scope, nullptr, where);
      node.max_bytes += program_.nodes[compiled.index].max_bytes;
    } else if (piece.kind != PatternPiece::Kind::integer) {
      node.max_bytes += static_cast<std::uint64_t>(piece.min);
    }
    node.pieces.push_back(std::move(compiled));
  }
}

void GeneratorCompiler::build_array(Node& node, const ArrayForm& form, OpenScope& scope,
                                    const Item* item, const std::string& where,
                                    const std::string& sequence_key) {
  node.op = Node::Op::array;
  node.min = form.min_length;
  node.max = form.max_length;
  const std::uint64_t repeats = position_.repeats;
  position_.repeats = std::min<std::uint64_t>(repeats * form.max_length, UINT32_MAX);
  node.index = compile_reference(form.of, scope, nullptr, where + ", member \"of\"",
                                 sequence_key.empty() ? sequence_key : sequence_key + "[]");
  position_.repeats = repeats;
  const Node& element = program_.nodes[node.index];
  node.max_bytes += (element.max_bytes + 2) * form.max_length;

  if (form.provides.empty()) return;
  if (element.op != Node::Op::object) {
    throw_definition_error("an array provides sums only where its elements are objects", where);
  }
  const Scope& fields = program_.scopes[element.index];
  for (std::size_t i = 0; i < form.provides.size(); ++i) {
    const SumOfFields& sum = form.provides[i];
    const std::uint32_t first = field_slot(fields, sum.first, where);
    const std::uint32_t second =
        sum.second.empty() ? Node::SumProvision::kNone : field_slot(fields, sum.second, where);
    if (item != nullptr && item->active) {
      node.sum_provisions.push_back({item->provided_slots[i], first, second, {}});
    }
  }
}

std::uint32_t GeneratorCompiler::field_slot(const Scope& scope, const std::string& field,
                                            const std::string& where) {
  std::vector<std::string> names;
  for (const Scope::Entry& entry : scope.entries) {
    if (entry.name == field) {
      check_summable(scope, entry.slot, field, where);
      return entry.slot;
    }
    names.push_back(entry.name);
  }
  throw_definition_error("\"provides\" sums the field " + in_quotes(field) + ", which is not there",
                         where, suggestion_hint(field, names));
}

// Cells and expressions show only when drawn whether they are numbers; the rest is known here.
void GeneratorCompiler::check_summable(const Scope& scope, std::uint32_t slot,
                                       const std::string& field, const std::string& where) const {
  const auto step = std::find_if(scope.steps.begin(), scope.steps.end(),
                                 [&](const Scope::Step& s) { return s.slot == slot; });
  const Node& node = program_.nodes[step->node];
  bool good = false;
  switch (node.op) {
    case Node::Op::slot:
    case Node::Op::integer:
    case Node::Op::numeric:
    case Node::Op::sequence:
    case Node::Op::expression:
    case Node::Op::pool:
      good = true;
      break;
    case Node::Op::choice:
      good = std::all_of(node.values.begin(), node.values.end(), [](const Constant& value) {
        return value.kind == Value::Kind::null || value.kind == Value::Kind::integer ||
               value.kind == Value::Kind::numeric ||
               (value.kind == Value::Kind::text && parse_decimal(value.text));
      });
      break;
    default:
      break;
  }
  if (!good) {
    throw_definition_error(
        "\"provides\" sums the field " + in_quotes(field) + ", which is not a number", where);
  }
}

void GeneratorCompiler::build_pool(Node& node, const PoolForm& form, const Item* item) {
  node.op = Node::Op::pool;
  node.distribution = form.distribution;
  node.max_bytes = 64;
  auto& pools = requests_.pools;
  const auto same = std::find_if(pools.begin(), pools.end(), [&](const PoolRequest& request) {
    return request.sql == form.sql && request.limit == form.limit;
  });
  node.index = static_cast<std::uint32_t>(same - pools.begin());
  if (same == pools.end()) pools.push_back({form.sql, short_name(), {}, form.limit});

  // New columns go to the end: the programs compiled before keep theirs.
  std::vector<std::string>& columns = pools[node.index].columns;
  const auto column_of = [&](const std::string& name) {
    const auto found = std::find(columns.begin(), columns.end(), name);
    const auto index = static_cast<std::uint32_t>(found - columns.begin());
    if (found == columns.end()) columns.push_back(name);
    return index;
  };
  node.column = column_of(form.column);
  if (item == nullptr || !item->active) return;
  for (std::size_t i = 0; i < form.provides.size(); ++i) {
    node.pool_provisions.push_back({item->provided_slots[i], column_of(form.provides[i].second)});
  }
}

// An inline definition's sequence is its own; a catalogue's is shared by all who use the name.
std::uint32_t GeneratorCompiler::use_sequence(const std::string& key) {
  auto& all = requests_.sequences;
  const auto found = key.empty() ? all.end() : std::find(all.begin(), all.end(), key);
  const auto index = static_cast<std::uint32_t>(found - all.begin());
  if (found == all.end()) {
    all.push_back(key.empty() ? "#" + std::to_string(all.size()) : key);
    requests_.sequence_strides.push_back(1);
  }
  const auto repeats = static_cast<std::uint32_t>(position_.repeats);
  auto& uses = program_.sequences;
  const auto use = std::find_if(uses.begin(), uses.end(),
                                [&](const SequenceUse& u) { return u.index == index; });
  if (use == uses.end()) {
    uses.push_back({index, repeats});
    return static_cast<std::uint32_t>(uses.size() - 1);
  }
  use->most_draws += std::min(repeats, UINT32_MAX - use->most_draws);
  return static_cast<std::uint32_t>(use - uses.begin());
}

GeneratorRequests GeneratorCompiler::take_requests() {
  for (const SequenceUse& use : program_.sequences) {
    auto& stride = requests_.sequence_strides[use.index];
    stride = std::max(stride, use.most_draws);
  }
  return std::move(requests_);
}

}  // namespace perf_mgmt
