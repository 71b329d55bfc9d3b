// The kinds that rendering.hpp names, one function each. Whatever a document lacks, or holds null,
// is left out or said to be unknown; a member of another type than agreed is an error that names it
// (json_reader.hpp).
#pragma once

#include <string>

#include "json_reader.hpp"

namespace perf_mgmt {

// Of report_document()
std::string report_html(const JsonValue& document);
std::string report_markdown(const JsonValue& document);
std::string report_text(const JsonValue& document);
std::string report_junit(const JsonValue& document);

// Of comparison_document()
std::string comparison_html(const JsonValue& document);

// Of history_document()
std::string history_html(const JsonValue& document);

// Of what run_ci_performance_tests() returns
std::string ci_junit(const JsonValue& result);
std::string ci_markdown(const JsonValue& result);

}  // namespace perf_mgmt
