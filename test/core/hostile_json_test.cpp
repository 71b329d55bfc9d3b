// JSON and histograms as nobody would write them: too deep, too long, twice the same, more than can
// be counted. All of it must end as an Error.
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "generator_fixture.hpp"
#include "perf_mgmt/core/advice.hpp"
#include "perf_mgmt/core/criteria.hpp"
#include "perf_mgmt/core/explanation.hpp"
#include "perf_mgmt/core/histogram.hpp"
#include "perf_mgmt/core/noise_floor.hpp"
#include "perf_mgmt/core/rendering.hpp"
#include "perf_mgmt/core/run_spec.hpp"
#include "perf_mgmt/core/variant.hpp"
#include "perf_mgmt/core/variant_comparison.hpp"
#include "perf_mgmt/core/verdict.hpp"

namespace perf_mgmt {
namespace {

std::string nested(std::size_t depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}

void expect_too_deep(const Error& error, std::string_view what) {
  EXPECT_STREQ(error.sqlstate(), "22032");
  EXPECT_EQ(error.message(), std::string(what) + ": JSON is nested too deeply");
  EXPECT_EQ(error.detail(), "At most 1000 levels are allowed.");
}

// A million levels would end the process by their recursion.
TEST(HostileJson, DepthIsLimitedWhereDocumentsComeIn) {
  const std::string deep = nested(1'000'000);
  expect_too_deep(error_of([&] { render("report_html", deep); }), "document");
  expect_too_deep(error_of([&] { judge_evidence(deep); }), "evidence");
  expect_too_deep(error_of([&] { noise_of(deep); }), "evidence");
  expect_too_deep(error_of([&] { judge_pairs(deep); }), "evidence");
  expect_too_deep(error_of([&] { explain_change(deep); }), "evidence");
  expect_too_deep(error_of([&] { advise(deep); }), "evidence");
  expect_too_deep(error_of([&] { check_test_configuration(deep); }), "the test configuration");
  expect_too_deep(error_of([&] { merge_run_spec(deep, "", {}); }), "the custom configuration");
  expect_too_deep(error_of([&] { read_criteria(deep, "test"); }), "success criteria of the test");
  expect_too_deep(error_of([&] { criteria_from_json(deep); }), "success criteria");
  expect_too_deep(error_of([&] { read_variant(deep, "A", 16); }), "variant \"A\"");
}

TEST(HostileJson, BracketsInStringsAreNoLevels) {
  const std::string brackets(5000, '[');
  check_test_configuration(R"({"scenario": ")" + brackets + R"("})");
  check_test_configuration(R"({"scenario": "\")" + brackets + R"(\\"})");
}

TEST(HostileJson, AThousandLevelsPass) {
  const std::string json = R"({"metadata": {"a": )" + nested(998) + "}}";
  check_test_configuration(json);
  expect_too_deep(
      error_of([&] { check_test_configuration(R"({"metadata": {"a": )" + nested(999) + "}}"); }),
      "the test configuration");
}

// Every round is held against every other: a million of them would take a terabyte.
TEST(HostileJson, EvidenceIsLimited) {
  const auto rounds = [](int count) {
    std::string list;
    for (int i = 0; i < count; ++i) {
      list += std::string(i > 0 ? "," : "") + R"({"quiet":true,"avg_ms":1,"ok":1,"failed":0})";
    }
    return R"({"segments":[[{"id":"a","rounds":[)" + list + "]}]]}";
  };
  noise_of(rounds(200));
  const Error error = error_of([&] { noise_of(rounds(201)); });
  EXPECT_STREQ(error.sqlstate(), "22023");
  EXPECT_EQ(error.message(), "evidence: \"segments[0][0].rounds\" must be a list of at most 200");
}

// What is told of megabytes is told in a few bytes.
TEST(HostileJson, MessagesDoNotRepeatLongTexts) {
  const std::string letters(1 << 20, 'k');
  const std::string shown = std::string(60, 'k') + "...";
  const std::string key = "{\"" + letters + "\": 1}";
  EXPECT_EQ(error_of([&] { check_test_configuration(key); }).message(),
            "unrecognized configuration key \"" + shown + '"');
  EXPECT_EQ(error_of([&] {
              check_test_configuration(R"({"workload_mix": {")" + letters + R"(": -1}})");
            }).message(),
            "invalid value for configuration key \"workload_mix." + shown + "\": -1");
  EXPECT_EQ(error_of([&] { read_criteria(key, "test"); }).message(),
            "unrecognized success criterion \"" + shown + '"');
  EXPECT_EQ(error_of([&] { render(letters, "{}"); }).message(),
            "unknown kind of rendering \"" + shown + '"');
}

TEST(HostileJson, NoErrorIsLongerThanItMayBe) {
  const std::string letters(1 << 20, 'k');
  const Error error("22023", letters, letters, letters);
  EXPECT_EQ(error.message(), std::string(1000, 'k') + "...");
  EXPECT_EQ(error.detail(), std::string(4000, 'k') + "...");
  EXPECT_EQ(error.hint(), std::string(4000, 'k') + "...");
}

TEST(HostileHistogram, LongTextIsNotParsed) {
  const std::string text = R"({"v":1,"count":0})";
  EXPECT_TRUE(Histogram::parse(text + std::string((1 << 20) - text.size(), ' ')).empty());
  const Error error = error_of([&] { Histogram::parse(std::string(1 << 20, ' ') + text); });
  EXPECT_STREQ(error.sqlstate(), "22P02");
  EXPECT_EQ(error.detail(), "It has more than 1048576 bytes.");
}

TEST(HostileHistogram, NoKeyStandsTwice) {
  const Error error = error_of([] { Histogram::parse(R"({"v":1,"count":5,"count":0})"); });
  EXPECT_STREQ(error.sqlstate(), "22P02");
  EXPECT_EQ(error.detail(), "The key \"count\" stands twice.");
}

TEST(HostileHistogram, CountsDoNotWrapAround) {
  const Histogram most = Histogram::parse(
      R"({"v":1,"count":18446744073709551615,"min":0,"max":0,"sum":"0","squares":"0",)"
      R"("buckets":[[0,18446744073709551615]]})");
  Histogram one;
  one.record(7);
  const Histogram before = one;
  const auto bytes = most.serialize();
  EXPECT_STREQ(error_of([&] { one.merge_serialized(bytes.data(), bytes.size()); }).sqlstate(),
               "22003");
  EXPECT_EQ(one, before);
  EXPECT_STREQ(error_of([&] { one.merge_checked(most); }).sqlstate(), "22003");
  EXPECT_EQ(one, before);
  Histogram none;
  none.merge_checked(most);
  EXPECT_EQ(none, most);
}

// Each of 10,000 values would keep the name of its place.
TEST(HostileGenerators, KeysAreLimited) {
  GeneratorRun run;
  run.compile("{\"" + std::string(255, 'k') + "\": 1}");
  const Error error = error_of([&] { run.compile("{\"" + std::string(256, 'k') + "\": 1}"); });
  EXPECT_STREQ(error.sqlstate(), "22032");
  EXPECT_EQ(error.message(), "parameter_generators: a key is too long");
}

// Each provides the name of the one before it in the operation.
std::string chain_of_providers(GeneratorRun& run, int length) {
  std::string parameters = "{";
  for (int i = length; i > 0; --i) {
    const std::string name = "g" + std::to_string(i);
    run.catalogue[name] = R"({"type": "pool", "sql": "SELECT 1", "provides": {"g)" +
                          std::to_string(i + 1) + R"(": "a"}})";
    parameters += (parameters.size() > 1 ? ", \"" : "\"") + name + "\": \"" + name + '"';
  }
  return parameters + "}";
}

TEST(HostileGenerators, ChainsOfProvidersAreLimited) {
  GeneratorRun run;
  EXPECT_STREQ(error_of([&] { run.compile(chain_of_providers(run, 30)); }).sqlstate(), "22023");
  const Error error = error_of([&] { run.compile(chain_of_providers(run, 10'000)); });
  EXPECT_STREQ(error.sqlstate(), "53400");
  EXPECT_EQ(error.message(), "generators are nested too deeply");
}

// 10^-18 * 10^-18: where the server makes a text of a number there is room for 18 places.
TEST(HostileGenerators, SumsHaveNoMorePlacesThanNumbers) {
  GeneratorRun run;
  const std::string tiny =
      R"({"type": "numeric", "min": 0.000000000000000001, "max": 0.000000000000000001, "scale": 18})";
  const GeneratorProgram program = run.compile(
      R"({"total": "tiny_total", "items": {"type": "array", "min_length": 1, "max_length": 1,
          "of": {"type": "object", "fields": {"a": )" +
      tiny + R"(, "b": )" + tiny + R"json(}}, "provides": {"tiny_total": "sum(a * b)"}}})json");
  const Value total = run.draw(program).at(0);
  EXPECT_EQ(total.kind, Value::Kind::text);
  EXPECT_EQ(total.text, "0.000000000000000000000000000000000001");
}

}  // namespace
}  // namespace perf_mgmt
