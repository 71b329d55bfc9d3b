// A table of kinds. The document is parsed here once; what it must be at least is an object, the
// rest is up to the renderer.
#include "perf_mgmt/core/rendering.hpp"

#include <fmt/format.h>

#include <array>

#include "maintenance_markdown.hpp"
#include "perf_mgmt/core/errors.hpp"
#include "perf_mgmt/core/escape.hpp"
#include "renderers.hpp"

namespace perf_mgmt {

namespace {

struct Kind {
  std::string_view name;
  std::string (*render)(const JsonValue& document);
};

constexpr std::array kKinds = {
    Kind{"report_html", report_html},
    Kind{"report_markdown", report_markdown},
    Kind{"report_text", report_text},
    Kind{"report_junit", report_junit},
    Kind{"comparison_html", comparison_html},
    Kind{"history_html", history_html},
    Kind{"ci_junit", ci_junit},
    Kind{"ci_markdown", ci_markdown},
    Kind{"maintenance_markdown", maintenance_markdown},
};

std::string kind_names() {
  std::string names;
  for (const Kind& kind : kKinds) {
    if (!names.empty()) names += ", ";
    names += kind.name;
  }
  return names;
}

}  // namespace

std::string render(std::string_view kind, std::string_view document) {
  for (const Kind& known : kKinds) {
    if (known.name != kind) continue;
    const nlohmann::json parsed = parse_json(document, "document");
    const JsonValue whole(parsed, "document");
    whole.require(parsed.is_object(), "an object");
    return known.render(whole);
  }
  throw Error(sqlstate::invalid_parameter_value,
              fmt::format("unknown kind of rendering \"{}\"", brief(kind)), "",
              fmt::format("Kinds are {}.", kind_names()));
}

}  // namespace perf_mgmt
