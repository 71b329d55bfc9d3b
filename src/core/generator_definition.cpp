// From JSON to validated structs: one reader for each type of generator, chosen by a table.
#include "generator_definition.hpp"

#include <array>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "decimal.hpp"
#include "definition_members.hpp"
#include "perf_mgmt/core/errors.hpp"
#include "perf_mgmt/core/suggest.hpp"

namespace perf_mgmt {
namespace {

constexpr std::int64_t kMinInteger = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kMaxInteger = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kMaxTextLength = 1048576;
constexpr std::int64_t kMaxArrayLength = 10000;
constexpr std::int64_t kMaxPoolRows = 1000000;

Definition read_integer(const JsonNode& node, const std::string& where) {
  const DefinitionMembers members(node, "integer",
                                  {"min", "max", kDistribution, kTheta, kParameter}, where);
  IntegerForm form;
  form.min = members.integer("min", kMinInteger, kMaxInteger);
  form.max = members.integer("max", kMinInteger, kMaxInteger);
  if (form.min > form.max) members.fail("max", "at least \"min\", " + std::to_string(form.min));
  form.distribution = members.distribution();
  return {form};
}

Definition read_numeric(const JsonNode& node, const std::string& where) {
  const DefinitionMembers members(
      node, "numeric", {"min", "max", "scale", kDistribution, kTheta, kParameter}, where);
  IntegerForm form;
  form.numeric = true;
  form.scale = static_cast<std::uint8_t>(members.integer_or("scale", 0, Value::kMostScale, 2));
  const auto bound = [&](std::string_view member) {
    const auto scaled = rescale(trim(members.decimal(member)), form.scale);
    if (!scaled || !fits_int64(scaled->unscaled)) {
      members.fail(member, "a number of at most 18 digits, " + std::to_string(form.scale) +
                               " of them after the point (\"scale\")");
    }
    return static_cast<std::int64_t>(scaled->unscaled);
  };
  form.min = bound("min");
  form.max = bound("max");
  if (form.min > form.max) members.fail("max", "at least \"min\"");
  form.distribution = members.distribution();
  return {form};
}

// Weights become the ends of shares of [0, 1).
void read_weights(const JsonNode& values, const DefinitionMembers& members, ChoiceForm& form) {
  double total = 0;
  for (const JsonMember& member : values.members) {
    const double weight = member.value.type == JsonNode::Type::number
                              ? std::strtod(member.value.text.c_str(), nullptr)
                              : -1;
    if (!(weight >= 0 && weight <= 1e15)) {
      throw_definition_error("invalid weight of the choice \"" + member.key + "\"", members.where(),
                             "It must be a number from 0 to 1e15.");
    }
    total += weight;
    if (weight == 0) continue;
    JsonNode key;
    key.type = JsonNode::Type::string;
    key.text = member.key;
    form.values.push_back(read_constant(key));
    form.cumulative.push_back(total);
  }
  if (total == 0) members.fail("values", "an object with at least one weight above 0");
  for (double& end : form.cumulative) end /= total;
}

Definition read_choice(const JsonNode& node, const std::string& where) {
  const DefinitionMembers members(node, "choice", {"values"}, where);
  const JsonNode& values = members.required("values");
  ChoiceForm form;
  if (values.type == JsonNode::Type::array && !values.elements.empty()) {
    for (const JsonNode& value : values.elements) form.values.push_back(read_constant(value));
  } else if (values.type == JsonNode::Type::object && !values.members.empty()) {
    read_weights(values, members, form);
  } else {
    members.fail("values", "a non-empty array, or an object of values and their weights");
  }
  return {std::move(form)};
}

// "length": 12, or "length": {"min": 5, "max": 20}.
TextForm read_length(const DefinitionMembers& members, std::string_view member,
                     std::int64_t largest) {
  TextForm form;
  if (const JsonNode& value = members.required(member); value.type == JsonNode::Type::object) {
    const std::string where = members.where() + ", member \"" + std::string(member) + '"';
    if (value.find("type") != nullptr) {
      members.fail(member, "a number, or an object with \"min\" and \"max\" alone");
    }
    const DefinitionMembers bounds(value, "text", {"min", "max"}, where);
    form.min = static_cast<std::uint32_t>(bounds.integer("min", 0, largest));
    form.max = static_cast<std::uint32_t>(bounds.integer("max", form.min, largest));
  } else {
    form.min = form.max = static_cast<std::uint32_t>(members.integer(member, 0, largest));
  }
  return form;
}

Definition read_text(const JsonNode& node, const std::string& where) {
  const DefinitionMembers members(node, "text", {"words", "length", "pattern"}, where);
  const int given = members.has("words") + members.has("length") + members.has("pattern");
  if (given != 1) {
    throw_definition_error(
        "a generator of type \"text\" needs one of the members \"words\", "
        "\"length\" and \"pattern\"",
        where);
  }
  if (members.has("pattern")) return {read_pattern(members.text("pattern"), where)};
  if (members.has("length")) return {read_length(members, "length", kMaxTextLength)};
  TextForm form = read_length(members, "words", kMaxTextLength / 16);
  form.words = true;
  return {form};
}

Definition read_moment(const JsonNode& node, const std::string& where, bool date) {
  const DefinitionMembers members(node, date ? "date" : "timestamp",
                                  {"from", "to", kDistribution, kTheta, kParameter}, where);
  MomentForm form;
  form.date = date;
  form.from_us = read_interval(members.text("from"), "from", where);
  form.to_us = read_interval(members.text("to"), "to", where);
  if (form.from_us > form.to_us) members.fail("to", "no earlier than \"from\"");
  form.distribution = members.distribution();
  return {form};
}
Definition read_date(const JsonNode& node, const std::string& where) {
  return read_moment(node, where, true);
}
Definition read_timestamp(const JsonNode& node, const std::string& where) {
  return read_moment(node, where, false);
}

Definition read_uuid(const JsonNode& node, const std::string& where) {
  const DefinitionMembers members(node, "uuid", {}, where);
  return {UuidForm{}};
}

Definition read_boolean(const JsonNode& node, const std::string& where) {
  const DefinitionMembers members(node, "boolean", {"true_percent"}, where);
  BooleanForm form;
  if (members.has("true_percent")) form.true_percent = members.real("true_percent", 0, 100);
  return {form};
}

Definition read_sequence(const JsonNode& node, const std::string& where) {
  const DefinitionMembers members(node, "sequence", {"start"}, where);
  return {SequenceForm{members.integer_or("start", kMinInteger, kMaxInteger, 1)}};
}

Definition read_literal(const JsonNode& node, const std::string& where) {
  const DefinitionMembers members(node, "literal", {"value"}, where);
  return {LiteralForm{read_constant(members.required("value"))}};
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

SumOfFields read_sum(const JsonMember& member, const std::string& where) {
  SumOfFields sum{member.key, {}, {}};
  std::string_view text =
      member.value.type == JsonNode::Type::string ? trimmed(member.value.text) : "";
  bool good = text.starts_with("sum");
  if (good) {
    text = trimmed(text.substr(3));
    good = text.size() > 2 && text.front() == '(' && text.back() == ')';
  }
  if (good) {
    text = text.substr(1, text.size() - 2);
    const std::size_t star = text.find('*');
    sum.first = trimmed(text.substr(0, star));
    if (star != std::string_view::npos) sum.second = trimmed(text.substr(star + 1));
    good = !sum.first.empty() && (star == std::string_view::npos || !sum.second.empty()) &&
           sum.second.find('*') == std::string::npos;
  }
  if (!good) {
    throw_definition_error(
        "invalid value of \"" + member.key + "\" in \"provides\" of a generator of type \"array\"",
        where, "It must be \"sum(field)\" or \"sum(field * field)\".");
  }
  return sum;
}

// The object of `provides`, or a null pointer where there is none.
const JsonNode* provides_of(const DefinitionMembers& members) {
  if (!members.has("provides")) return nullptr;
  const JsonNode& provides = members.required("provides");
  if (provides.type != JsonNode::Type::object) members.fail("provides", "an object");
  for (const JsonMember& member : provides.members) {
    if (is_generator_name(member.key)) continue;
    throw_definition_error("invalid name \"" + member.key + "\" in \"provides\"", members.where(),
                           "It must be the name of a generator, in lower_snake_case.");
  }
  return &provides;
}

Definition read_array(const JsonNode& node, const std::string& where) {
  const DefinitionMembers members(node, "array", {"of", "min_length", "max_length", "provides"},
                                  where);
  ArrayForm form;
  form.of = read_reference(members.required("of"), where + ", member \"of\"");
  form.min_length =
      static_cast<std::uint32_t>(members.integer_or("min_length", 0, kMaxArrayLength, 1));
  form.max_length = static_cast<std::uint32_t>(members.integer_or(
      "max_length", form.min_length, kMaxArrayLength, std::max<std::int64_t>(10, form.min_length)));
  if (const JsonNode* provides = provides_of(members)) {
    for (const JsonMember& member : provides->members) {
      form.provides.push_back(read_sum(member, where));
    }
  }
  return {std::move(form)};
}

Definition read_object(const JsonNode& node, const std::string& where) {
  const DefinitionMembers members(node, "object", {"fields"}, where);
  const JsonNode& fields = members.required("fields");
  if (fields.type != JsonNode::Type::object) members.fail("fields", "an object");
  ObjectForm form;
  for (const JsonMember& member : fields.members) {
    form.fields.emplace_back(member.key,
                             read_reference(member.value, where + ", field \"" + member.key + '"'));
  }
  return {std::move(form)};
}

Definition read_expression(const JsonNode& node, const std::string& where) {
  const DefinitionMembers members(node, "expression", {"sql"}, where);
  return {ExpressionForm{members.text("sql")}};
}

Definition read_pool(const JsonNode& node, const std::string& where) {
  const DefinitionMembers members(
      node, "pool", {"sql", "column", "limit", "provides", kDistribution, kTheta, kParameter},
      where);
  PoolForm form;
  form.sql = members.text("sql");
  if (members.has("column")) form.column = members.text("column");
  form.limit = static_cast<std::uint32_t>(members.integer_or("limit", 1, kMaxPoolRows, form.limit));
  form.distribution = members.distribution();
  if (const JsonNode* provides = provides_of(members)) {
    for (const JsonMember& member : provides->members) {
      if (member.value.type != JsonNode::Type::string || member.value.text.empty()) {
        throw_definition_error("invalid column of \"" + member.key +
                                   "\" in \"provides\" of a generator of type "
                                   "\"pool\"",
                               where, "It must be the name of a column of the pool's query.");
      }
      form.provides.emplace_back(member.key, member.value.text);
    }
  }
  return {std::move(form)};
}

using Reader = Definition (*)(const JsonNode&, const std::string&);
constexpr std::array<std::string_view, 14> kTypes = {
    "integer", "numeric",  "choice",  "text",  "date",   "timestamp",  "uuid",
    "boolean", "sequence", "literal", "array", "object", "expression", "pool"};
constexpr std::array<Reader, 14> kReaders = {
    read_integer, read_numeric,  read_choice,  read_text,  read_date,   read_timestamp,  read_uuid,
    read_boolean, read_sequence, read_literal, read_array, read_object, read_expression, read_pool};

}  // namespace

Definition read_definition(const JsonNode& node, const std::string& where) {
  if (node.type != JsonNode::Type::object) {
    throw_definition_error(
        "a generator definition must be an object, not " + std::string(describe(node.type)), where);
  }
  const JsonNode* type = node.find("type");
  if (type == nullptr || type->type != JsonNode::Type::string) {
    throw_definition_error("a generator definition needs the member \"type\", a string", where,
                           "To give a JSON object as it is, write {\"type\": \"literal\", "
                           "\"value\": {...}}.");
  }
  for (std::size_t i = 0; i < kTypes.size(); ++i) {
    if (kTypes[i] == type->text) return kReaders[i](node, where);
  }
  std::string hint = suggestion_hint(type->text, kTypes);
  if (hint.empty()) {
    hint = "The types are ";
    for (const std::string_view name : kTypes) {
      hint += '"' + std::string(name) + (name == kTypes.back() ? "\"." : "\", ");
    }
  }
  throw_definition_error("unknown generator type \"" + type->text + '"', where, std::move(hint));
}

Reference read_reference(const JsonNode& node, const std::string& where) {
  Reference reference;
  switch (node.type) {
    case JsonNode::Type::object:
      reference.definition = std::make_unique<Definition>(read_definition(node, where));
      break;
    case JsonNode::Type::array:
      throw_definition_error("a generator cannot be an array", where,
                             "To give a JSON array as it is, write {\"type\": \"literal\", "
                             "\"value\": [...]}.");
    case JsonNode::Type::string:
      if (is_generator_name(node.text)) {
        reference.name = node.text;
        break;
      }
      [[fallthrough]];
    default:
      reference.definition =
          std::make_unique<Definition>(Definition{LiteralForm{read_constant(node)}});
  }
  return reference;
}

std::vector<std::string_view> Definition::provided_names() const {
  std::vector<std::string_view> names;
  if (const auto* array = std::get_if<ArrayForm>(&form)) {
    for (const SumOfFields& sum : array->provides) names.push_back(sum.name);
  } else if (const auto* pool = std::get_if<PoolForm>(&form)) {
    for (const auto& [name, column] : pool->provides) names.push_back(name);
  }
  return names;
}

bool is_generator_name(std::string_view text) noexcept {
  if (text.empty() || text[0] < 'a' || text[0] > 'z') return false;
  for (const char c : text) {
    if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_')) return false;
  }
  return true;
}

std::int64_t draw(RandomStream& random, std::int64_t min, std::int64_t max,
                  const Distribution& distribution) noexcept {
  switch (distribution.kind) {
    case Distribution::Kind::uniform:
      break;
    case Distribution::Kind::zipf:
      return draw_zipf(random, min, max, distribution.parameter);
    case Distribution::Kind::gaussian:
      return draw_gaussian(random, min, max, distribution.parameter);
    case Distribution::Kind::exponential:
      return draw_exponential(random, min, max, distribution.parameter);
  }
  return draw_uniform(random, min, max);
}

}  // namespace perf_mgmt
