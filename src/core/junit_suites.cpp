// Cases are made first, as a suite begins with their numbers. Attributes and the order of elements
// are those that the schema knows; "skipped" is none of <testsuites>.
#include "junit_suites.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "document_reader.hpp"
#include "perf_mgmt/core/escape.hpp"
#include "verdict_text.hpp"

namespace perf_mgmt {

namespace {

enum class Outcome { passed, failure, error, skipped };

struct Case {
  std::string name;
  Outcome outcome = Outcome::passed;
  std::string message;  // one line
  std::string body;
};

struct Suite {
  const TestResult* test = nullptr;
  std::vector<Case> cases;

  std::size_t count(Outcome outcome) const {
    return static_cast<std::size_t>(std::ranges::count(cases, outcome, &Case::outcome));
  }
};

Outcome outcome_of(const VerdictRow& row) {
  if (row.verdict == "REGRESSION") return Outcome::failure;
  if (row.verdict == "NO_BASELINE" || row.verdict == "INCONCLUSIVE") return Outcome::skipped;
  return Outcome::passed;
}

Outcome outcome_of(const TestResult& test) {
  if (test.fault) return Outcome::error;
  if (test.status == "FAILED") return Outcome::failure;
  return test.status == "PASSED" ? Outcome::passed : Outcome::skipped;
}

std::string case_name(const VerdictRow& row) {
  if (row.against == "limit") {
    const bool says_so = row.metric.starts_with("max_") || row.metric.starts_with("min_");
    return row.metric + (says_so ? "" : " limit");
  }
  if (row.against.empty() || row.against == "baseline") return row.metric;
  return row.metric + " against " + row.against;
}

// Lines of those that are not empty.
std::string joined(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (const std::string_view part : parts) {
    if (part.empty()) continue;
    if (!text.empty()) text += '\n';
    text += part;
  }
  return text;
}

Case case_of_whole(const TestResult& test, Outcome outcome) {
  Case whole;
  whole.outcome = outcome;
  whole.name = test.fault ? "run" : "verdict";
  whole.message = test.reason.empty() ? test.status : test.reason;
  if (test.fault) whole.message = test.fault->message;
  whole.body = joined({test.fault ? test.fault->text() : "", test.reason, test.explanation});
  return whole;
}

Suite suite_of(const TestResult& test) {
  Suite suite{&test, {}};
  // Verdicts on an execution that failed, or could not be judged, say nothing of it.
  if (!test.fault) {
    for (const VerdictRow& row : test.verdicts) {
      if (row.metric == "overall") continue;
      Case one{case_name(row), outcome_of(row), verdict_line(row), {}};
      one.body =
          joined({one.message, one.outcome == Outcome::failure ? test.explanation : std::string()});
      suite.cases.push_back(std::move(one));
    }
  }
  const Outcome whole = outcome_of(test);
  if (suite.count(whole) == 0) {
    suite.cases.insert(suite.cases.begin(), case_of_whole(test, whole));
  }
  // Readers tell cases by their names.
  std::set<std::string> names;
  for (Case& one : suite.cases) {
    const std::string name = one.name;
    for (int number = 2; !names.insert(one.name).second; ++number) {
      one.name = fmt::format("{} ({})", name, number);
    }
  }
  return suite;
}

std::string seconds_text(double seconds) {
  return seconds > 0 ? fmt::format("{:.3f}", seconds) : "0";
}

// "2026-03-01T12:00:00": the older schemas know no time zone; nothing for what is no time.
std::string timestamp_of(const std::string& started_at) {
  constexpr std::size_t kLength = 19;
  if (!epoch_of(started_at)) return {};
  std::string text = time_text(started_at).substr(0, kLength);
  std::ranges::replace(text, ' ', 'T');
  return text;
}

std::string properties_xml(const TestResult& test, const JunitContext& context) {
  const std::array<std::pair<std::string_view, const std::string*>, 7> properties = {{
      {"status", &test.status},
      {"verdict", &test.verdict},
      {"execution_id", &test.execution_id},
      {"confirmation_execution_id", &test.confirmation_execution_id},
      {"git_commit", &context.git_commit},
      {"branch", &context.branch},
      {"environment", &context.environment},
  }};
  std::string xml = "    <properties>\n";
  for (const auto& [name, value] : properties) {
    if (value->empty()) continue;
    xml += fmt::format("      <property name=\"{}\" value=\"{}\"/>\n", name, xml_text(*value));
  }
  return xml + "    </properties>\n";
}

std::string result_xml(const Case& one, const TestResult& test) {
  switch (one.outcome) {
    case Outcome::passed:
      if (one.body.empty()) return {};
      return fmt::format("      <system-out>{}</system-out>\n", xml_text(one.body));
    case Outcome::skipped:
      return fmt::format("      <skipped message=\"{}\"/>\n", xml_text(one.message));
    case Outcome::failure:
    case Outcome::error:
      break;
  }
  return fmt::format("      <{0} message=\"{1}\" type=\"{2}\">{3}</{0}>\n",
                     one.outcome == Outcome::error ? "error" : "failure", xml_text(one.message),
                     xml_text(test.fault ? test.fault->sqlstate : "REGRESSION"),
                     xml_text(one.body));
}

std::string suite_xml(const Suite& suite, const JunitContext& context) {
  const TestResult& test = *suite.test;
  const std::string name = xml_text(test.name);
  const std::string timestamp = timestamp_of(test.started_at);
  std::string xml = fmt::format(
      "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" "
      "time=\"{}\"{}>\n",
      name, suite.cases.size(), suite.count(Outcome::failure), suite.count(Outcome::error),
      suite.count(Outcome::skipped), seconds_text(test.seconds.value_or(0)),
      timestamp.empty() ? "" : fmt::format(" timestamp=\"{}\"", timestamp));
  xml += properties_xml(test, context);
  for (const Case& one : suite.cases) {
    xml += fmt::format("    <testcase classname=\"{}\" name=\"{}\" time=\"0\"", name,
                       xml_text(one.name));
    const std::string result = result_xml(one, test);
    xml += result.empty() ? "/>\n" : ">\n" + result + "    </testcase>\n";
  }
  return xml + "  </testsuite>\n";
}

}  // namespace

std::string junit_xml(const std::vector<TestResult>& tests, const JunitContext& context) {
  std::size_t cases = 0;
  std::size_t failures = 0;
  std::size_t errors = 0;
  double seconds = 0;
  std::string suites;
  for (const TestResult& test : tests) {
    const Suite suite = suite_of(test);
    cases += suite.cases.size();
    failures += suite.count(Outcome::failure);
    errors += suite.count(Outcome::error);
    seconds += test.seconds.value_or(0);
    suites += suite_xml(suite, context);
  }
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<testsuites name=\"performance tests\" tests=\"{}\" failures=\"{}\" errors=\"{}\" "
      "time=\"{}\">\n{}</testsuites>\n",
      cases, failures, errors, seconds_text(seconds), suites);
}

}  // namespace perf_mgmt
