#include "perf_mgmt/core/errors.hpp"

#include <algorithm>

#include "perf_mgmt/core/escape.hpp"

namespace perf_mgmt {

namespace {

// What may be long is quoted with brief(). Should something be not, no message is repeated whole in
// logs and records all the same.
constexpr std::size_t kMostMessage = 1000;
constexpr std::size_t kMostSentences = 4000;

std::string bounded(std::string text, std::size_t bytes) {
  return text.size() <= bytes ? std::move(text) : brief(text, bytes);
}

}  // namespace

Error::Error(std::string_view sqlstate, std::string message, std::string detail, std::string hint)
    : sqlstate_{},
      message_(bounded(std::move(message), kMostMessage)),
      detail_(bounded(std::move(detail), kMostSentences)),
      hint_(bounded(std::move(hint), kMostSentences)) {
  const std::string_view code = sqlstate.size() == 5 ? sqlstate : sqlstate::internal_error;
  std::copy(code.begin(), code.end(), sqlstate_);
}

}  // namespace perf_mgmt
