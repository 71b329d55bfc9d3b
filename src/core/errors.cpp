#include "perf_mgmt/core/errors.hpp"

#include <algorithm>

namespace perf_mgmt {

Error::Error(std::string_view sqlstate, std::string message, std::string detail, std::string hint)
    : sqlstate_{},
      message_(std::move(message)),
      detail_(std::move(detail)),
      hint_(std::move(hint)) {
  const std::string_view code = sqlstate.size() == 5 ? sqlstate : sqlstate::internal_error;
  std::copy(code.begin(), code.end(), sqlstate_);
}

}  // namespace perf_mgmt
