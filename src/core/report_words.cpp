// Verdict, validity, explanation and advice in words; report_facts.cpp has the rest.
#include "report_words.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "document_reader.hpp"
#include "perf_mgmt/core/quantity.hpp"
#include "text_table.hpp"
#include "verdict_text.hpp"

namespace perf_mgmt {

namespace {

std::string summary_text(const JsonValue& report, std::string_view member) {
  std::string text;
  with_member(report, "execution_summary",
              [&](const JsonValue& summary) { text = text_or_empty(summary, member); });
  return text;
}

// Findings were plain strings once; they are shown all the same.
std::string message_of(const JsonValue& finding) {
  if (!finding.json().is_object()) return json_text(finding.json());
  return text_of(finding, "message").value_or(json_text(finding.json()));
}

int rank_of_severity(const std::string& severity) {
  if (severity == "CRITICAL") return 0;
  if (severity == "HIGH") return 1;
  return severity == "MEDIUM" ? 2 : 3;
}

}  // namespace

std::string test_title(const JsonValue& report) {
  const std::string name = summary_text(report, "test_name");
  const std::string version = summary_text(report, "test_version");
  if (name.empty()) return "Performance test";
  return version.empty() ? name : name + " " + version;
}

std::string verdict_title(const JsonValue& report) {
  std::string status = summary_text(report, "status");
  if (!status.empty() && status != "COMPLETED") return status;
  const std::vector<VerdictRow> rows = read_verdicts(report, "verdicts");
  const VerdictRow* overall = overall_of(rows);
  if (overall == nullptr || overall->verdict.empty()) return "NOT JUDGED";
  return overall->verdict + (overall->severe ? " (severe)" : "");
}

std::vector<std::string> verdict_reasons(const JsonValue& report) {
  std::vector<std::string> reasons;
  const std::vector<VerdictRow> rows = read_verdicts(report, "verdicts");
  const VerdictRow* overall = overall_of(rows);
  if (overall == nullptr) return reasons;
  const VerdictRow* row = strongest_of(rows);
  if (row != nullptr) {
    const std::string sentence = verdict_sentence(*row);
    if (!sentence.empty()) reasons.push_back(row_title(*row) + ": " + sentence);
  }
  // The reason for the whole is most often that of the strongest row with its metric before it.
  const bool is_said = row != nullptr && (overall->reason == row->reason ||
                                          overall->reason == row->metric + ": " + row->reason);
  if (!overall->reason.empty() && !is_said) reasons.push_back(overall->reason);
  return reasons;
}

std::string baseline_note(const JsonValue& document) {
  const std::string problem = text_or_empty(document, "baseline_problem");
  if (problem.empty()) return {};
  const JsonValue report = document.get("report");
  const std::vector<VerdictRow> rows = read_verdicts(report, "verdicts");
  const VerdictRow* overall = overall_of(rows);
  const std::string verdict = overall == nullptr ? "" : overall->verdict;
  if (overall != nullptr && overall->reason.find(problem) != std::string::npos) return {};
  const bool is_judged = !verdict.empty() && verdict != "INCONCLUSIVE";
  return (is_judged ? "Since this verdict: " : "Not compared with a baseline: ") + problem;
}

std::string failure_text(const JsonValue& report) {
  std::string text;
  with_member(report, "execution_summary", [&](const JsonValue& summary) {
    with_member(summary, "failure", [&](const JsonValue& failure) {
      text = text_or_empty(failure, "message");
      const std::string code = text_or_empty(failure, "sqlstate");
      if (!code.empty()) text += (text.empty() ? "" : " ") + fmt::format("(SQLSTATE {})", code);
    });
  });
  return text;
}

std::string validity_title(const JsonValue& report) {
  std::optional<bool> is_valid;
  with_member(report, "validity",
              [&](const JsonValue& validity) { is_valid = flag_of(validity, "is_valid"); });
  if (!is_valid) return "not known yet";
  return *is_valid ? "valid" : "NOT VALID";
}

std::vector<ReportFinding> findings_of(const JsonValue& report) {
  std::vector<ReportFinding> findings;
  with_member(report, "validity", [&](const JsonValue& validity) {
    each_of(validity, "findings", [&](const JsonValue& finding) {
      const bool is_fatal = finding.json().is_object() && flag_of(finding, "fatal").value_or(false);
      findings.push_back({message_of(finding), is_fatal});
    });
  });
  std::stable_partition(findings.begin(), findings.end(),
                        [](const ReportFinding& finding) { return finding.is_fatal; });
  return findings;
}

std::vector<std::string> validity_findings(const JsonValue& report) {
  std::vector<std::string> messages;
  for (ReportFinding& finding : findings_of(report)) messages.push_back(std::move(finding.message));
  return messages;
}

std::vector<std::string> unavailable_metrics(const JsonValue& report) {
  std::vector<std::string> lines;
  with_member(report, "validity", [&](const JsonValue& validity) {
    with_member(validity, "unavailable", [&](const JsonValue& metrics) {
      metrics.each_member([&](const std::string& name, const JsonValue& reason) {
        lines.push_back(name + ": " + json_text(reason.json()));
      });
    });
  });
  return lines;
}

std::string load_text(const JsonValue& summary) {
  std::string text;
  if (text_of(summary, "load_model") == "open") {
    text = fmt::format("{} of {} operations/s begun",
                       or_dash(summary.number_of("achieved_rate"), short_number),
                       or_dash(summary.number_of("target_rate"), short_number));
  } else if (const auto users = summary.number_of("concurrent_users")) {
    text = counted(*users, "virtual user");
  }
  if (const auto workers = summary.number_of("workers")) {
    text += (text.empty() ? "on " : " on ") + counted(*workers, "worker");
  }
  return text;
}

std::string waits_text(const JsonValue& operation, std::size_t most, std::string (*share)(double)) {
  std::vector<std::pair<double, std::string>> waits;
  double all = 0;
  each_of(operation, "waits", [&](const JsonValue& wait) {
    waits.emplace_back(wait.number_of("samples").value_or(0), text_or_empty(wait, "event"));
    all += waits.back().first;
  });
  std::ranges::stable_sort(waits, [](const auto& a, const auto& b) { return a.first > b.first; });
  std::string text;
  for (std::size_t i = 0; i < waits.size() && i < most && all > 0; ++i) {
    text += (i > 0 ? ", " : "") + waits[i].second + " " + share(100 * waits[i].first / all);
  }
  return text;
}

std::vector<ReportLimit> limits_of(const JsonValue& report) {
  std::vector<ReportLimit> limits;
  each_of(report, "criteria", [&](const JsonValue& value) {
    ReportLimit read{text_or_empty(value, "criterion"), text_or_empty(value, "source"),
                     value.number_of("limit"), value.number_of("actual"), flag_of(value, "passed")};
    const auto same = std::ranges::find_if(limits, [&](const ReportLimit& known) {
      return known.criterion == read.criterion && known.limit && known.limit == read.limit;
    });
    if (same == limits.end()) {
      limits.push_back(std::move(read));
    } else if (!read.source.empty() && same->source != read.source) {
      same->source += (same->source.empty() ? "" : " and ") + read.source;
    }
  });
  return limits;
}

std::vector<std::string> explanation_lines(const JsonValue& document) {
  std::vector<std::string> lines;
  each_of(document, "explanation", [&](const JsonValue& change) {
    std::string finding = text_or_empty(change, "finding");
    if (!finding.empty()) lines.push_back(std::move(finding));
  });
  if (!lines.empty()) return lines;
  const JsonValue report = document.get("report");
  const std::vector<VerdictRow> rows = read_verdicts(report, "verdicts");
  const VerdictRow* overall = overall_of(rows);
  if (overall == nullptr || overall->explanation.empty()) return lines;
  for (const std::string_view line : lines_of(overall->explanation)) lines.emplace_back(line);
  return lines;
}

std::vector<std::string> difference_lines(const JsonValue& document) {
  std::vector<std::string> lines;
  each_of(document, "differences",
          [&](const JsonValue& difference) { lines.push_back(difference.text()); });
  return lines;
}

std::vector<Advice> advice_of(const JsonValue& report) {
  std::vector<Advice> list;
  each_of(report, "recommendations", [&](const JsonValue& value) {
    Advice advice;
    advice.severity = text_or_empty(value, "severity");
    advice.text = text_or_empty(value, "recommendation");
    advice.impact_percent = value.number_of("impact_percent");
    advice.sql = text_or_empty(value, "sql");
    each_of(value, "action_items",
            [&](const JsonValue& item) { advice.action_items.push_back(item.text()); });
    list.push_back(std::move(advice));
  });
  std::ranges::stable_sort(list, [](const Advice& a, const Advice& b) {
    const int rank_a = rank_of_severity(a.severity);
    const int rank_b = rank_of_severity(b.severity);
    if (rank_a != rank_b) return rank_a < rank_b;
    return a.impact_percent.value_or(0) > b.impact_percent.value_or(0);
  });
  return list;
}

}  // namespace perf_mgmt
