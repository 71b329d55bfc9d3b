// Documents and evidence in JSON: the renderers and the judges. The first byte chooses which; the
// output is held against its format only as far as nothing of the document may leave its quotes.
#include <string>

#include "perf_mgmt/core/advice.hpp"
#include "perf_mgmt/core/criteria.hpp"
#include "perf_mgmt/core/errors.hpp"
#include "perf_mgmt/core/explanation.hpp"
#include "perf_mgmt/core/noise_floor.hpp"
#include "perf_mgmt/core/rendering.hpp"
#include "perf_mgmt/core/variant.hpp"
#include "perf_mgmt/core/variant_comparison.hpp"
#include "perf_mgmt/core/verdict.hpp"
#include "targets.hpp"

namespace perf_mgmt::fuzz {

namespace {

constexpr std::array<std::string_view, 9> kKinds = {
    "report_html",  "report_markdown", "report_text", "report_junit",        "comparison_html",
    "history_html", "ci_junit",        "ci_markdown", "maintenance_markdown"};

void render_as(std::string_view kind, std::string_view json) {
  const std::string page = render(kind, json);
  if (kind.ends_with("_html")) require(page.find("<script>alert(1)") == std::string::npos);
}

void judge_by(std::size_t judge, std::string_view json) {
  switch (judge) {
    case 0:
      require(!judge_evidence(json).empty());
      break;
    case 1:
      require(!noise_of(json).empty());
      break;
    case 2:
      require(!judge_pairs(json).empty());
      break;
    case 3:
      require(!explain_change(json).empty());
      break;
    case 4:
      require(!advise(json).empty());
      break;
    case 5:
      criteria_from_json(criteria_to_json(read_criteria(json, "test")));
      break;
    default:
      read_variant(json, "A", 16);
  }
}

}  // namespace

void document(std::string_view input) {
  if (input.empty()) return;
  const std::size_t choice = static_cast<unsigned char>(input.front()) % (kKinds.size() + 7);
  input.remove_prefix(1);
  try {
    if (choice < kKinds.size()) {
      render_as(kKinds[choice], input);
    } else {
      judge_by(choice - kKinds.size(), input);
    }
  } catch (const Error& error) {
    require(!error.message().empty());
  }
}

}  // namespace perf_mgmt::fuzz
