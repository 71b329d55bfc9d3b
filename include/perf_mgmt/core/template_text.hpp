// The text of an SQL template, read as PostgreSQL's lexer would read it: quotes, dollar quotes,
// nested comments and casts are not places for a placeholder.
//
// A named placeholder is `:name`, name being an identifier, by psql's rule: if the name is that of
// a parameter it is replaced, wherever it stands. A colon that belongs to SQL is left alone:
// `::type`, `:=`, and, where the name is that of no parameter, an array slice (`a[:n]`, in square
// brackets) or a colon directly behind an operand (`a[1:n]`, `JSON_OBJECT('key':value)`). One case
// differs from psql's: in square brackets a colon directly behind an operand is always the slice's,
// because a placeholder cannot stand there; write `a[1: :n]` for a slice up to the parameter n.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace perf_mgmt {

// Where a $n stands in a text.
struct ParameterPlace {
  std::size_t offset;
  std::size_t length;
  int number;
};

struct TemplateText {
  std::string sql;                     // with named placeholders turned into $n
  std::vector<std::string> named;      // the names of :name placeholders, in order of first use
  int highest_number = 0;              // the largest n of a $n that stood in the template
  std::vector<ParameterPlace> places;  // of all parameters in sql, in order
};

// Replaces :name by $n, n being the place of name among `parameters` (the keys of
// parameter_generators, in order), counted from 1. Throws Error(undefined_parameter) for a name
// that is not among them (with a suggestion) and for $0 or numbers above 65535, and
// Error(syntax_error) where $n and :name are mixed or a quote or comment does not end. Reads
// strings as standard_conforming_strings = on does.
TemplateText read_template(std::string_view sql_template,
                           const std::vector<std::string>& parameters);

struct RenumberedText {
  std::string sql;              // with parameters numbered $1…$n by first use, without gaps
  std::vector<int> parameters;  // 0-based number that each of them had before
};

// One statement of a template: the server wants to know the type of every parameter up to the
// highest, also of those that only another statement uses. Throws as read_template does.
RenumberedText renumber_parameters(std::string_view statement);

}  // namespace perf_mgmt
