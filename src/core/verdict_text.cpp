// Figures first, then why: whoever reads only half of a line has read what counts.
#include "verdict_text.hpp"

#include <fmt/format.h>

#include "perf_mgmt/core/quantity.hpp"

namespace perf_mgmt {

namespace {

std::string values_text(const VerdictRow& row) {
  std::string text = metric_text(row.metric, *row.current);
  if (!row.baseline) return text;
  text += " against " + metric_text(row.metric, *row.baseline);
  if (!row.against.empty()) text += " of the " + row.against;
  return text;
}

// What else is known of the test: ", p = 0.0123, confirmed".
std::string test_text(const VerdictRow& row) {
  std::string text;
  if (row.adjusted_p) text += ", " + p_value_text(*row.adjusted_p);
  if (row.confirmed) text += *row.confirmed ? ", confirmed" : ", not confirmed";
  return text;
}

// A reason begins with the change, interval and threshold, which stand before it already, and a
// colon (text_of_change in verdict_trial.cpp).
std::string_view why_of(const VerdictRow& row) {
  const std::string_view reason = row.reason;
  const std::size_t colon = reason.find(": ");
  return row.change_percent && colon != std::string_view::npos ? reason.substr(colon + 2) : reason;
}

std::string closed(std::string sentence) {
  if (!sentence.ends_with('.')) sentence += '.';
  return sentence;
}

}  // namespace

std::string criterion_title(std::string_view name) {
  constexpr std::string_view kLimit = "limit on ";
  const std::string title = metric_title(name);
  return title.starts_with(kLimit) ? title.substr(kLimit.size()) : title;
}

std::string figures_text(const VerdictRow& row) {
  if (is_limit(row)) {
    std::string text = row.current ? metric_text(row.metric, *row.current) : "not measured";
    if (row.threshold) text += ", the limit is " + metric_text(row.metric, *row.threshold);
    return text;
  }
  if (!row.current) return {};
  std::string text = values_text(row);
  if (row.change_percent) text += ", " + signed_change(*row.change_percent, row.metric);
  if (row.low_percent && row.high_percent) {
    text += fmt::format(" (interval {} to {})", signed_change(*row.low_percent, row.metric),
                        signed_change(*row.high_percent, row.metric));
  }
  return text;
}

std::string verdict_sentence(const VerdictRow& row) {
  std::string text = figures_text(row);
  if (is_limit(row)) return closed(text);
  if (text.empty()) return row.reason.empty() ? text : closed(row.reason);
  if (row.threshold) text += ", accepted " + signed_change(*row.threshold, row.metric);
  text += test_text(row);
  if (!row.reason.empty()) text += ": " + std::string(why_of(row));
  return closed(text);
}

std::string verdict_line(const VerdictRow& row) {
  const std::string line =
      fmt::format("{}: {}{}", row_title(row), row.verdict, row.severe ? " (severe)" : "");
  const std::string sentence = verdict_sentence(row);
  return sentence.empty() ? line : line + " - " + sentence;
}

std::string verdict_words(std::string_view verdict, bool severe) {
  std::string words(words_of(verdict).title);
  // "Regression" within a sentence; a name that is not known here is left as it is.
  if (words.size() > 1 && words[0] >= 'A' && words[0] <= 'Z' && words[1] >= 'a') {
    words[0] = static_cast<char>(words[0] - 'A' + 'a');
  }
  return words + (severe ? " (severe)" : "");
}

}  // namespace perf_mgmt
