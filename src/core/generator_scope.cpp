// From names to a program: looks generators up, settles who provides what, and orders the draws of
// a scope so that a provider comes before whoever takes from it.
#include <algorithm>

#include "generator_compiler.hpp"
#include "perf_mgmt/core/errors.hpp"
#include "perf_mgmt/core/suggest.hpp"

namespace perf_mgmt {

std::uint32_t GeneratorCompiler::new_slot() {
  program_.slots.emplace_back();
  return static_cast<std::uint32_t>(program_.slots.size() - 1);
}

const Definition* GeneratorCompiler::find_definition(const std::string& name,
                                                     const std::string& where) {
  if (const auto found = definitions_.find(name); found != definitions_.end()) {
    return found->second.get();
  }
  std::unique_ptr<Definition> definition;
  if (const auto text = lookup_ ? lookup_(name) : std::nullopt) {
    const std::string place = where + ", generator " + in_quotes(name);
    definition = std::make_unique<Definition>(read_definition(
        parse_json_tree(*text, "definition of generator " + in_quotes(name)), place));
  }
  return definitions_.emplace(name, std::move(definition)).first->second.get();
}

void GeneratorCompiler::throw_unknown(const std::string& name, const std::string& where,
                                      const OpenScope& scope) const {
  std::vector<std::string> candidates = names_ ? names_() : std::vector<std::string>();
  for (const OpenScope* s = &scope; s != nullptr; s = s->outer) {
    for (const auto& [provided, provision] : s->provided) candidates.push_back(provided);
  }
  std::string hint = suggestion_hint(name, candidates);
  hint += (hint.empty() ? "" : " ");
  hint +=
      "To give the text itself, write {\"type\": \"literal\", \"value\": " + in_quotes(name) + "}.";
  throw Error(sqlstate::undefined_object, "unknown generator " + in_quotes(name),
              "In " + where + ".", std::move(hint));
}

// --- who provides what ---

bool GeneratorCompiler::provided_by_outer(const OpenScope& scope, std::string_view name) {
  for (const OpenScope* s = scope.outer; s != nullptr; s = s->outer) {
    if (s->provided.contains(name)) return true;
  }
  return false;
}

// A provider whose own value another active provider gives is not drawn, so it provides nothing.
bool GeneratorCompiler::is_active(OpenScope& scope, std::size_t i) {
  Item& item = scope.items[i];
  if (item.activity == OpenScope::State::done) return item.active;
  if (item.activity == OpenScope::State::open) {
    throw Error(sqlstate::invalid_parameter_value,
                "generators provide each other's values in a circle",
                in_quotes(item.reference->name) + " is one of them.",
                "Let one of them provide what the others provide too.");
  }
  item.activity = OpenScope::State::open;
  enter(item.where);  // a chain of providers is walked by recursion
  bool active = !item.provides.empty();
  const std::string& name = item.reference->name;
  if (active && !name.empty()) {
    for (std::size_t j = 0; active && j < scope.items.size(); ++j) {
      const auto& provides = scope.items[j].provides;
      const bool gives = std::find(provides.begin(), provides.end(), name) != provides.end();
      if (!gives) continue;
      if (scope.items[j].reference->name == name) {
        throw_definition_error("generator " + in_quotes(name) + " provides itself", item.where);
      }
      if (is_active(scope, j)) active = false;
    }
    if (provided_by_outer(scope, name)) active = false;
  }
  --depth_;
  item.activity = OpenScope::State::done;
  item.active = active;
  return active;
}

void GeneratorCompiler::settle_providers(OpenScope& scope) {
  for (std::size_t i = 0; i < scope.items.size(); ++i) {
    if (scope.items[i].provides.empty()) continue;
    if (!is_active(scope, i)) {
      for (const std::string_view name : scope.items[i].provides) {
        scope.withheld.emplace(name, i);
      }
      continue;
    }
    for (const std::string_view name : scope.items[i].provides) {
      const std::uint32_t slot = new_slot();
      scope.items[i].provided_slots.push_back(slot);
      const auto [at, added] = scope.provided.emplace(name, OpenScope::Provision{i, slot});
      if (added) continue;
      const Item& first = scope.items[at->second.item];
      throw Error(
          sqlstate::invalid_parameter_value,
          "two generators provide " + in_quotes(name) + " in one operation",
          in_quotes(*first.key) + " and " + in_quotes(*scope.items[i].key) + " both provide it.",
          "Use for one of them a generator without \"provides\".");
    }
  }
}

// The slot of a name that is provided; no value where none provides it.
std::optional<std::uint32_t> GeneratorCompiler::resolve(const std::string& name, OpenScope& scope,
                                                        const std::string& where) {
  for (OpenScope* s = &scope; s != nullptr; s = s->outer) {
    const auto found = s->provided.find(name);
    if (found == s->provided.end()) continue;
    if (s->items[found->second.item].state == OpenScope::State::open) {
      throw_definition_error(
          "generator cycle: " + in_quotes(name) + " is needed to make the value that provides it",
          where);
    }
    compile_item(*s, found->second.item);
    return found->second.slot;
  }
  for (OpenScope* s = &scope; s != nullptr; s = s->outer) {
    const auto found = s->withheld.find(name);
    if (found == s->withheld.end()) continue;
    const std::string& between = s->items[found->second].reference->name;
    throw_definition_error("cannot tell which row " + in_quotes(name) + " is to come from", where,
                           in_quotes(between) +
                               " provides it, but takes its own value from another "
                               "generator: let that one provide " +
                               in_quotes(name) + " too.");
  }
  return std::nullopt;
}

// --- scopes ---

std::uint32_t GeneratorCompiler::compile_scope(const Fields& fields, OpenScope* outer,
                                               const std::string& where,
                                               const std::string& sequence_key) {
  OpenScope scope;
  scope.outer = outer;
  scope.position = position_;
  scope.index = static_cast<std::uint32_t>(program_.scopes.size());
  program_.scopes.emplace_back();
  for (const auto& [key, reference] : fields) {
    Item item;
    item.key = &key;
    item.reference = &reference;
    item.where = where;
    if (!key.empty() || outer != nullptr) item.where += in_quotes(key);
    if (!sequence_key.empty()) item.sequence_key.append(sequence_key).append(".").append(key);
    item.definition = reference.definition ? reference.definition.get()
                                           : find_definition(reference.name, item.where);
    if (item.definition != nullptr) item.provides = item.definition->provided_names();
    item.slot = new_slot();
    std::string json_key;
    append_json_string(json_key, key);
    program_.scopes[scope.index].entries.push_back({key, json_key + ": ", item.slot});
    scope.items.push_back(std::move(item));
  }
  settle_providers(scope);
  for (std::size_t i = 0; i < scope.items.size(); ++i) compile_item(scope, i);
  return scope.index;
}

void GeneratorCompiler::compile_item(OpenScope& scope, std::size_t i) {
  Item& item = scope.items[i];
  if (item.state == OpenScope::State::done) return;
  item.state = OpenScope::State::open;
  CompilePosition before = std::exchange(position_, scope.position);
  if (scope.outer == nullptr) position_.parameter = *item.key;
  const std::uint32_t node =
      compile_reference(*item.reference, scope, &item, item.where, item.sequence_key);
  program_.scopes[scope.index].steps.push_back({node, item.slot, true});
  position_ = std::move(before);
  item.state = OpenScope::State::done;
}

std::uint32_t GeneratorCompiler::compile_reference(const Reference& reference, OpenScope& scope,
                                                   const Item* item, const std::string& where,
                                                   const std::string& sequence_key) {
  if (reference.definition == nullptr) return compile_name(reference.name, scope, item, where);
  return compile_definition(*reference.definition, scope, item, where, sequence_key);
}

std::uint32_t GeneratorCompiler::compile_name(const std::string& name, OpenScope& scope,
                                              const Item* item, const std::string& where) {
  if (const auto slot = resolve(name, scope, where)) {
    Node node;
    node.op = Node::Op::slot;
    node.index = *slot;
    program_.nodes.push_back(std::move(node));
    return static_cast<std::uint32_t>(program_.nodes.size() - 1);
  }
  const Definition* definition = find_definition(name, where);
  if (definition == nullptr) throw_unknown(name, where, scope);
  std::vector<std::string>& open_names = position_.open_names;
  if (std::find(open_names.begin(), open_names.end(), name) != open_names.end()) {
    std::string path;
    for (const std::string& open : open_names) path += in_quotes(open) + " -> ";
    throw Error(sqlstate::invalid_parameter_value,
                "generator " + in_quotes(name) + " refers to itself", path + in_quotes(name) + '.');
  }
  open_names.push_back(name);
  const std::uint32_t node =
      compile_definition(*definition, scope, item, where + ", generator " + in_quotes(name), name);
  position_.open_names.pop_back();
  return node;
}

Program compile_program(const JsonNode& root, const GeneratorLookup& lookup,
                        const GeneratorNames& names, GeneratorRequests& requests) {
  if (root.type != JsonNode::Type::object) {
    throw Error(
        sqlstate::invalid_parameter_value,
        "parameter_generators must be a JSON object, not " + std::string(describe(root.type)), {},
        "Its keys are the parameters, in order.");
  }
  GeneratorCompiler::Fields fields;
  for (const JsonMember& member : root.members) {
    if (member.key.empty()) {
      throw Error(sqlstate::invalid_parameter_value, "a parameter must have a name",
                  "In parameter_generators, a key is the empty string.");
    }
    fields.emplace_back(member.key,
                        read_reference(member.value, "parameter " + in_quotes(member.key)));
  }
  GeneratorCompiler compiler(lookup, names, requests);
  compiler.compile_scope(fields, nullptr, "parameter ", {});
  Program program = compiler.program();
  program.forms.resize(program.scopes[0].entries.size());
  std::uint64_t bytes = 0;
  for (const Scope::Step& step : program.scopes[0].steps) {
    bytes += program.nodes[step.node].max_bytes;
  }
  check_max_bytes(bytes, "the operation as a whole");
  requests = compiler.take_requests();
  return program;
}

void compile_alone(Reference definition, const std::string& where, const GeneratorLookup& lookup,
                   const GeneratorNames& names) {
  GeneratorRequests requests;
  GeneratorCompiler compiler(lookup, names, requests);
  GeneratorCompiler::Fields fields;
  fields.emplace_back(std::string(), std::move(definition));
  compiler.compile_scope(fields, nullptr, where, {});
}

}  // namespace perf_mgmt
