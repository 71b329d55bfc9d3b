// JUnit XML that was written down by hand, and what must hold of any: well-formed, with the numbers
// of its cases, and nothing of a name but text.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "../../src/core/renderers.hpp"
#include "report_documents.hpp"
#include "small_report.hpp"

namespace perf_mgmt {
namespace {

using fixture::rendered;
using nlohmann::json;

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++count;
  return count;
}

// Whether tags are closed in order and attributes and text hold no character that means something.
// For what these files have: no comments, no CDATA.
bool is_well_formed(const std::string& xml) {
  std::vector<std::string> open;
  std::size_t at = xml.find("?>");
  if (at == std::string::npos) return false;
  at += 2;
  while (at < xml.size()) {
    if (xml[at] != '<') {
      if (static_cast<unsigned char>(xml[at]) < 0x20 && xml[at] != '\n') return false;
      ++at;
      continue;
    }
    const std::size_t end = xml.find('>', at);
    if (end == std::string::npos) return false;
    const std::string tag = xml.substr(at + 1, end - at - 1);
    if (tag.find('<') != std::string::npos || count_of(tag, "\"") % 2 != 0) return false;
    if (tag.starts_with('/')) {
      if (open.empty() || open.back() != tag.substr(1)) return false;
      open.pop_back();
    } else if (!tag.ends_with('/')) {
      open.push_back(tag.substr(0, tag.find(' ')));
    }
    at = end + 1;
  }
  return open.empty();
}

json ci_result(std::initializer_list<json> tests) {
  json list = json::array();
  for (const json& test : tests) list.push_back(test);
  json result;
  result["test_results"] = std::move(list);
  result["environment"] = "staging";
  return result;
}

TEST(Junit, OfAReport) {
  const std::string line =
      "p95 response time: REGRESSION - 16.0 ms against 12.0 ms of the baseline, +33.3 % (interval "
      "+20.1 % to +48.2 %), accepted +10.0 %, p = 0.0004, confirmed: over the threshold.";
  EXPECT_EQ(
      rendered(report_junit, fixture::small_report_document()),
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<testsuites name=\"performance tests\" tests=\"2\" failures=\"1\" errors=\"0\" "
      "time=\"30.000\">\n"
      "  <testsuite name=\"Orders\" tests=\"2\" failures=\"1\" errors=\"0\" skipped=\"0\" "
      "time=\"30.000\" timestamp=\"2026-03-01T12:00:00\">\n"
      "    <properties>\n"
      "      <property name=\"status\" value=\"FAILED\"/>\n"
      "      <property name=\"verdict\" value=\"REGRESSION\"/>\n"
      "      <property name=\"execution_id\" value=\"00000000-0000-0000-0000-000000000002\"/>\n"
      "      <property name=\"git_commit\" value=\"abc&lt;1&gt;\"/>\n"
      "      <property name=\"branch\" value=\"main\"/>\n"
      "      <property name=\"environment\" value=\"staging\"/>\n"
      "    </properties>\n"
      "    <testcase classname=\"Orders\" name=\"p95_response_time_ms\" time=\"0\">\n"
      "      <failure message=\"" +
          line + "\" type=\"REGRESSION\">" + line +
          "&#10;&quot;read&quot;: plan changed</failure>\n"
          "    </testcase>\n"
          "    <testcase classname=\"Orders\" name=\"throughput_tps\" time=\"0\">\n"
          "      <system-out>throughput: PASS - 750.0/s against 760.0/s of the "
          "baseline.</system-out>\n"
          "    </testcase>\n"
          "  </testsuite>\n"
          "</testsuites>\n");
}

// What a run is that has no result to judge, or whose result may not be trusted
TEST(Junit, StatusOfAReport) {
  const auto status = [](const json& document) {
    const std::string xml = rendered(report_junit, document);
    const std::string before = "name=\"status\" value=\"";
    const std::size_t at = xml.find(before) + before.size();
    return xml.substr(at, xml.find('"', at) - at);
  };
  json document = fixture::small_report_document();
  json& overall = document["report"]["verdicts"][0];
  json& row = document["report"]["verdicts"][1];
  EXPECT_EQ(status(document), "FAILED");
  overall["verdict"] = row["verdict"] = "PASS";
  EXPECT_EQ(status(document), "PASSED");
  overall["verdict"] = "IMPROVEMENT";
  EXPECT_EQ(status(document), "PASSED");
  overall["verdict"] = "NO_BASELINE";
  EXPECT_EQ(status(document), "NO_BASELINE");
  overall["verdict"] = row["verdict"] = "SUSPECT";
  row["confirmed"] = nullptr;  // nothing has cleared it
  EXPECT_EQ(status(document), "INCONCLUSIVE");
  row["confirmed"] = true;
  EXPECT_EQ(status(document), "INCONCLUSIVE");
  row["confirmed"] = false;
  EXPECT_EQ(status(document), "PASSED");
  document["report"]["validity"]["is_valid"] = false;
  EXPECT_EQ(status(document), "INCONCLUSIVE");
  document["report"]["verdicts"] = json::array();
  EXPECT_EQ(status(document), "INCONCLUSIVE");
  document["report"]["execution_summary"]["status"] = "RUNNING";
  EXPECT_EQ(status(document), "INCONCLUSIVE");
  document["report"]["execution_summary"]["status"] = "CANCELLED";
  EXPECT_EQ(status(document), "FAILED");
}

TEST(Junit, AnExecutionThatFailedIsAnError) {
  json document = fixture::small_report_document();
  document["report"]["execution_summary"]["status"] = "FAILED";
  document["report"]["execution_summary"]["failure"] = {{"sqlstate", "53200"},
                                                        {"message", "out of memory"}};
  const std::string xml = rendered(report_junit, document);
  EXPECT_NE(xml.find("    <testcase classname=\"Orders\" name=\"run\" time=\"0\">\n"
                     "      <error message=\"the execution ended as FAILED: out of memory\" "
                     "type=\"53200\">SQLSTATE 53200: the execution ended as FAILED: out of "
                     "memory</error>\n    </testcase>\n"),
            std::string::npos);
  EXPECT_EQ(count_of(xml, "<testcase "), 1U);
}

TEST(Junit, OfASuiteWithoutTests) {
  json result = ci_result({});
  result["message"] = "no test is \"enabled\"";
  EXPECT_EQ(
      rendered(ci_junit, result),
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<testsuites name=\"performance tests\" tests=\"1\" failures=\"0\" errors=\"0\" time=\"0\">\n"
      "  <testsuite name=\"perf_mgmt\" tests=\"1\" failures=\"0\" errors=\"0\" skipped=\"1\" "
      "time=\"0\">\n"
      "    <properties>\n"
      "      <property name=\"status\" value=\"NO_TESTS\"/>\n"
      "      <property name=\"environment\" value=\"staging\"/>\n"
      "    </properties>\n"
      "    <testcase classname=\"perf_mgmt\" name=\"verdict\" time=\"0\">\n"
      "      <skipped message=\"no test is &quot;enabled&quot;\"/>\n"
      "    </testcase>\n"
      "  </testsuite>\n"
      "</testsuites>\n");
}

TEST(Junit, CountsTheCasesOfAllSuites) {
  const json regression = json::parse(R"({
    "test_name": "a", "status": "FAILED", "error": null, "duration_seconds": 1.5, "report": {"verdicts": [
      {"metric": "overall", "verdict": "REGRESSION"},
      {"metric": "p95_response_time_ms", "against": "baseline", "verdict": "REGRESSION"},
      {"metric": "p99_response_time_ms", "against": "baseline", "verdict": "INCONCLUSIVE"},
      {"metric": "throughput_tps", "against": "baseline", "verdict": "PASS"}]}})");
  const json fault = json::parse(R"({
    "test_name": "b", "status": "FAILED", "duration_seconds": 2, "report": null,
    "error": {"sqlstate": "42P01", "message": "no table"}})");
  const json first_run =
      json::parse(R"({"test_name": "c", "status": "NO_BASELINE", "reason": "The first run."})");
  const std::string xml = rendered(ci_junit, ci_result({regression, fault, first_run}));
  EXPECT_NE(xml.find("tests=\"5\" failures=\"1\" errors=\"1\" time=\"3.500\">"), std::string::npos);
  EXPECT_NE(
      xml.find("<testsuite name=\"a\" tests=\"3\" failures=\"1\" errors=\"0\" skipped=\"1\" "),
      std::string::npos);
  EXPECT_NE(xml.find("<skipped message=\"The first run.\"/>"), std::string::npos);
  EXPECT_EQ(count_of(xml, "<failure "), 1U);
  EXPECT_EQ(count_of(xml, "<error "), 1U);
  EXPECT_EQ(count_of(xml, "<skipped "), 2U);
}

TEST(Junit, NamesOfCasesAreUnique) {
  const json test = json::parse(R"({"test_name": "a", "status": "PASSED", "report": {"verdicts": [
    {"metric": "p95_response_time_ms", "against": "baseline", "verdict": "PASS"},
    {"metric": "p95_response_time_ms", "against": "budget", "verdict": "PASS"},
    {"metric": "p95_response_time_ms", "against": "limit", "verdict": "PASS"},
    {"metric": "p95_response_time_ms", "against": "limit", "verdict": "PASS"}]}})");
  const std::string xml = rendered(ci_junit, ci_result({test}));
  for (const char* name : {"p95_response_time_ms", "p95_response_time_ms against budget",
                           "p95_response_time_ms limit", "p95_response_time_ms limit (2)"}) {
    EXPECT_EQ(count_of(xml, std::string("name=\"") + name + "\" time"), 1U) << name;
  }
}

TEST(Junit, HostileTextStaysText) {
  for (const std::string& text :
       {fixture::hostile_text(), std::string("\x01\xff\xfe]]>\n\r"), std::string(10'000, '<')}) {
    json document = fixture::full_report_document();
    fixture::make_hostile(document, text);
    const std::string xml = rendered(report_junit, document);
    EXPECT_TRUE(is_well_formed(xml)) << xml.substr(0, 2000);
    EXPECT_EQ(xml.find("<script"), std::string::npos);
    json fault;
    fault["test_name"] = text;
    fault["status"] = "FAILED";
    for (const char* member : {"sqlstate", "message", "detail", "hint"})
      fault["error"][member] = text;
    json regression;
    regression["test_name"] = text;
    regression["status"] = "FAILED";
    regression["report"] = document["report"];
    EXPECT_TRUE(is_well_formed(rendered(ci_junit, ci_result({fault, regression}))));
  }
}

TEST(Junit, TimesThatAreNoneAreLeftOut) {
  const json test = json::parse(R"({"test_name": "a", "status": "PASSED", "started_at": "soon"})");
  const std::string xml = rendered(ci_junit, ci_result({test}));
  EXPECT_EQ(xml.find("timestamp"), std::string::npos);
  EXPECT_TRUE(is_well_formed(xml));
}

}  // namespace
}  // namespace perf_mgmt
