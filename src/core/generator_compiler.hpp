// The compiler of generator programs: generator_scope.cpp settles names and who provides what,
// generator_nodes.cpp makes the nodes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "generator_program.hpp"
#include "perf_mgmt/core/escape.hpp"

namespace perf_mgmt {

// Where the compiler is, as far as it matters to what it makes.
struct CompilePosition {
  std::string parameter;                // of the operation
  std::vector<std::string> open_names;  // the catalogue's generators around, outermost first
  std::uint64_t repeats = 1;            // how often at most it is drawn in one operation
};

// A scope while it is compiled.
struct OpenScope {
  enum class State : std::uint8_t { waiting, open, done };
  struct Item {
    const std::string* key = nullptr;
    const Reference* reference = nullptr;
    std::string where;
    std::string sequence_key;
    const Definition* definition = nullptr;  // null pointer: a name that no catalogue has
    std::vector<std::string_view> provides;
    std::vector<std::uint32_t> provided_slots;  // of an active provider, by place in provides
    State activity = State::waiting;            // of the search for active providers
    bool active = false;                        // provides: its own value is drawn, not provided
    State state = State::waiting;
    std::uint32_t slot = 0;
  };
  struct Provision {
    std::size_t item;
    std::uint32_t slot;
  };
  OpenScope* outer = nullptr;
  CompilePosition position;  // of its items, which may be compiled from deeper inside
  std::uint32_t index = 0;   // in Program::scopes
  std::vector<Item> items;
  std::map<std::string, Provision, std::less<>> provided;
  // Names of providers whose own value comes from another one: their row is not known.
  std::map<std::string, std::size_t, std::less<>> withheld;
};

class GeneratorCompiler {
 public:
  GeneratorCompiler(const GeneratorLookup& lookup, const GeneratorNames& names,
                    const GeneratorRequests& requests)
      : lookup_(lookup), names_(names), requests_(requests) {}

  using Fields = std::vector<std::pair<std::string, Reference>>;
  // where: of each field, before its name.
  std::uint32_t compile_scope(const Fields& fields, OpenScope* outer, const std::string& where,
                              const std::string& sequence_key);

  Program program() const { return program_; }
  // With the strides of sequences brought up to what this program needs.
  GeneratorRequests take_requests();

 private:
  using Item = OpenScope::Item;

  const Definition* find_definition(const std::string& name, const std::string& where);
  [[noreturn]] void throw_unknown(const std::string& name, const std::string& where,
                                  const OpenScope& scope) const;

  // One level deeper: throws where there are too many. Left by --depth_.
  void enter(const std::string& where);
  void settle_providers(OpenScope& scope);
  bool is_active(OpenScope& scope, std::size_t i);
  static bool provided_by_outer(const OpenScope& scope, std::string_view name);
  std::optional<std::uint32_t> resolve(const std::string& name, OpenScope& scope,
                                       const std::string& where);
  void compile_item(OpenScope& scope, std::size_t i);

  // item: the scope's entry that this is, or a null pointer where it stands deeper.
  std::uint32_t compile_reference(const Reference& reference, OpenScope& scope, const Item* item,
                                  const std::string& where, const std::string& sequence_key);
  std::uint32_t compile_name(const std::string& name, OpenScope& scope, const Item* item,
                             const std::string& where);
  std::uint32_t compile_definition(const Definition& definition, OpenScope& scope, const Item* item,
                                   const std::string& where, const std::string& sequence_key);

  void build(Node& node, const IntegerForm& form);
  void build(Node& node, const ChoiceForm& form);
  void build(Node& node, const TextForm& form);
  void build(Node& node, const MomentForm& form);
  void build_pattern(Node& node, const PatternForm& form, OpenScope& scope,
                     const std::string& where, const std::string& sequence_key);
  void build_array(Node& node, const ArrayForm& form, OpenScope& scope, const Item* item,
                   const std::string& where, const std::string& sequence_key);
  void build_pool(Node& node, const PoolForm& form, const Item* item);

  std::uint32_t field_slot(const Scope& scope, const std::string& field, const std::string& where);
  void check_summable(const Scope& scope, std::uint32_t slot, const std::string& field,
                      const std::string& where) const;
  // What messages call the generator at hand: its name, or the parameter's where it has none.
  const std::string& short_name() const {
    return position_.open_names.empty() ? position_.parameter : position_.open_names.back();
  }
  std::uint32_t use_sequence(const std::string& key);
  std::uint32_t new_slot();

  const GeneratorLookup& lookup_;
  const GeneratorNames& names_;
  GeneratorRequests requests_;
  Program program_;
  std::map<std::string, std::unique_ptr<Definition>, std::less<>> definitions_;
  CompilePosition position_;
  std::size_t depth_ = 0;  // of recursion, through names and providers alike
  std::size_t node_count_ = 0;
};

// Throws Error where one draw may take more bytes than an operation may have.
void check_max_bytes(std::uint64_t bytes, const std::string& where);

}  // namespace perf_mgmt
