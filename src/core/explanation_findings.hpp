// What moved with an operation's time.
#pragma once

#include <vector>

#include "perf_mgmt/core/explanation.hpp"

namespace perf_mgmt {

// Milliseconds per operation: response, or service where that is not known.
std::optional<double> time_of(const OperationFigures& operation);

// The strongest first.
std::vector<ChangeFinding> findings_of(const OperationFigures& before,
                                       const OperationFigures& after);

// Three significant digits, more before the point, at most four behind it; no exponent.
std::string figure_text(double value);

}  // namespace perf_mgmt
