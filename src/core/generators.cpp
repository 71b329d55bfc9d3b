// The public face of generators: compile, draw, and values handed out as views.
#include "perf_mgmt/core/generators.hpp"

#include "generator_program.hpp"
#include "perf_mgmt/core/errors.hpp"

namespace perf_mgmt {

struct GeneratorProgram::Implementation {
  Program program;
};

GeneratorProgram::GeneratorProgram(std::unique_ptr<Implementation> implementation)
    : implementation_(std::move(implementation)) {}
GeneratorProgram::GeneratorProgram(GeneratorProgram&&) noexcept = default;
GeneratorProgram& GeneratorProgram::operator=(GeneratorProgram&&) noexcept = default;
GeneratorProgram::~GeneratorProgram() = default;

GeneratorProgram GeneratorProgram::compile(std::string_view parameter_generators,
                                           const GeneratorLookup& lookup,
                                           GeneratorRequests& requests,
                                           const GeneratorNames& names) {
  const JsonNode root = parse_json_tree(parameter_generators, "parameter_generators");
  auto implementation = std::make_unique<Implementation>();
  implementation->program = compile_program(root, lookup, names, requests);
  return GeneratorProgram(std::move(implementation));
}

std::size_t GeneratorProgram::parameter_count() const noexcept {
  return implementation_->program.forms.size();
}

std::string_view GeneratorProgram::parameter_name(std::size_t i) const noexcept {
  return implementation_->program.scopes[0].entries[i].name;
}

bool GeneratorProgram::uses_expressions() const noexcept {
  return implementation_->program.uses_expressions;
}

void GeneratorProgram::set_parameter_form(std::size_t i, ParameterForm form) noexcept {
  Program& program = implementation_->program;
  program.forms[i] = form;
  for (Scope::Step& step : program.scopes[0].steps) {
    if (step.slot == program.scopes[0].entries[i].slot) step.json = form != ParameterForm::array;
  }
}

void GeneratorProgram::draw(DrawContext& context, std::string& scratch,
                            std::span<Value> values) const {
  Program& program = implementation_->program;
  const std::size_t count = program.forms.size();
  if (values.size() < count || context.random == nullptr) {
    throw Error(sqlstate::internal_error, "a draw needs random numbers and room for its values");
  }
  scratch.clear();
  draw_program(program, context, scratch);

  // All texts first, then the views: the buffer may still move.
  const auto& entries = program.scopes[0].entries;
  for (std::size_t i = 0; i < count; ++i) {
    Drawn& drawn = program.slots[entries[i].slot];
    if (program.forms[i] != ParameterForm::json || drawn.kind == Value::Kind::null ||
        drawn.kind == Value::Kind::json) {
      continue;
    }
    const std::size_t start = scratch.size();
    append_rendered(scratch, drawn, Rendering::whole_json);
    drawn = {};
    drawn.kind = Value::Kind::json;
    drawn.offset = start;
    drawn.size = scratch.size() - start;
  }
  for (std::size_t i = 0; i < count; ++i) {
    const Drawn& drawn = program.slots[entries[i].slot];
    values[i] = Value{drawn.kind, drawn.scale, drawn.integer, text_of(drawn, scratch)};
  }
}

void check_generator_definition(std::string_view definition, const GeneratorLookup& lookup,
                                const GeneratorNames& names) {
  const std::string where = "the definition";
  const JsonNode node = parse_json_tree(definition, "generator definition");
  Reference reference;
  reference.definition = std::make_unique<Definition>(read_definition(node, where));
  compile_alone(std::move(reference), where, lookup, names);
}

}  // namespace perf_mgmt
