// The verdicts of a report in words, a line each: for JUnit, Markdown and the terminal.
#pragma once

#include <string>
#include <string_view>

#include "verdict_view.hpp"

namespace perf_mgmt {

// What a criterion as "max_p95_response_time_ms" limits: "p95 response time"; of a metric its
// title.
std::string criterion_title(std::string_view name);

// "18.9 ms against 12.3 ms of the baseline, +53.7 % (interval +40.1 % to +68.8 %)"; empty where
// nothing was measured. Of a limit "20.5 ms, the limit is 20.0 ms".
std::string figures_text(const VerdictRow& row);

// The figures, what is accepted, what else is known of the test, and why it is judged so: "...
// (...), accepted +10.0 %, p = 0.0012, confirmed: over the threshold." Empty where nothing is
// known.
std::string verdict_sentence(const VerdictRow& row);

// The same behind metric and verdict: "p95 response time: REGRESSION (severe) - 18.9 ms against
// ...".
std::string verdict_line(const VerdictRow& row);

// "regression (severe)"; a verdict that is not known is itself, none is "not judged".
std::string verdict_words(std::string_view verdict, bool severe = false);

}  // namespace perf_mgmt
