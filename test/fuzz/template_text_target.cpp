// The scanner of templates. What stands where a parameter was found must be one, and what was found
// in its output once is found there again.
#include <string>
#include <vector>

#include "perf_mgmt/core/errors.hpp"
#include "perf_mgmt/core/template_text.hpp"
#include "targets.hpp"

namespace perf_mgmt::fuzz {

namespace {

void check_places(const TemplateText& text) {
  std::size_t end = 0;
  for (const ParameterPlace& place : text.places) {
    require(place.offset >= end && place.offset + place.length <= text.sql.size());
    require(place.number >= 1 && place.number <= 65535);
    const std::string_view written = std::string_view(text.sql).substr(place.offset, place.length);
    require(written.size() >= 2 && written.front() == '$');
    end = place.offset + place.length;
  }
}

}  // namespace

void template_text(std::string_view input) {
  const std::vector<std::string> parameters = {"a", "id", "tenant_id"};
  try {
    const TemplateText text = read_template(input, parameters);
    check_places(text);
    const TemplateText again = read_template(text.sql, {});
    require(again.sql == text.sql && again.places.size() == text.places.size());
  } catch (const Error& error) {
    require(!error.message().empty());
  }
  try {
    const RenumberedText text = renumber_parameters(input);
    const RenumberedText again = renumber_parameters(text.sql);
    require(again.sql == text.sql && again.parameters.size() == text.parameters.size());
  } catch (const Error& error) {
    require(!error.message().empty());
  }
}

}  // namespace perf_mgmt::fuzz
