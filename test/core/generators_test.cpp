// Draws. Expectations are by hand where bounds leave one value only, and by the binomial
// distribution (five standard deviations) where chance decides.
#include "perf_mgmt/core/generators.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "generator_fixture.hpp"

namespace perf_mgmt {
namespace {

using Kind = Value::Kind;

// 2024-03-10 12:30:00 UTC: 8835 days after 2000-01-01 (Python's datetime), and 45,000 seconds.
constexpr std::int64_t kDay = 86400000000;
constexpr std::int64_t kToday = 8835;
constexpr std::int64_t kNow = kToday * kDay + 45000000000;

TEST(Generators, ParametersKeepTheirOrder) {
  GeneratorRun run;
  const GeneratorProgram program = run.compile(R"({"zeta": 1, "alpha": 2, "mid": 3})");
  ASSERT_EQ(program.parameter_count(), 3u);
  EXPECT_EQ(program.parameter_name(0), "zeta");
  EXPECT_EQ(program.parameter_name(1), "alpha");
  EXPECT_EQ(program.parameter_name(2), "mid");
  EXPECT_EQ(run.draw(program).at(1).integer, 2);
  EXPECT_EQ(run.compile("{}").parameter_count(), 0u);
}

TEST(Generators, LiteralsKeepTheirTypes) {
  GeneratorRun run;
  const GeneratorProgram program = run.compile(
      R"({"text":"PENDING","with_space":"in progress","integer":-7,"numeric":12.50,"yes":true,
          "null":null,"word":{"type":"literal","value":"pending"},
          "huge":123456789012345678901234567890,"list":{"type":"literal","value":[1,"a b",null]},
          "object":{"type":"literal","value":{"a":"\"\n"}}})");
  const std::vector<Value> values = run.draw(program);
  EXPECT_EQ(values[0].kind, Kind::text);
  EXPECT_EQ(values[0].text, "PENDING");
  EXPECT_EQ(values[1].text, "in progress");
  EXPECT_EQ(values[2].kind, Kind::integer);
  EXPECT_EQ(values[2].integer, -7);
  EXPECT_EQ(values[3].kind, Kind::numeric);
  EXPECT_EQ(values[3].integer, 1250);
  EXPECT_EQ(values[3].scale, 2);
  EXPECT_EQ(values[4].kind, Kind::boolean);
  EXPECT_EQ(values[4].integer, 1);
  EXPECT_EQ(values[5].kind, Kind::null);
  EXPECT_EQ(values[6].text, "pending");
  EXPECT_EQ(values[7].text, "123456789012345678901234567890");
  EXPECT_EQ(values[8].kind, Kind::json);
  EXPECT_EQ(values[8].text, R"([1, "a b", null])");
  EXPECT_EQ(values[9].text, R"({"a": "\"\n"})");
}

TEST(Generators, RefusesParametersThatCannotBe) {
  GeneratorRun run;
  run.catalogue["random_tenant"] = R"({"type":"uuid"})";
  const auto message = [&](const char* text) {
    return error_of([&] { run.compile(text); }).message();
  };
  EXPECT_EQ(message("[1]"), "parameter_generators must be a JSON object, not an array");
  EXPECT_EQ(message("{"), "parameter_generators: malformed JSON");
  EXPECT_EQ(message(R"({"a":1,"a":2})"), "parameter_generators: duplicate key \"a\"");
  EXPECT_EQ(message(R"({"":1})"), "a parameter must have a name");
  EXPECT_EQ(message(R"({"a":[1]})"), "a generator cannot be an array");
  EXPECT_EQ(message(R"({"a":{"b":1}})"),
            "a generator definition needs the member \"type\", a string");
  const Error unknown = error_of([&] { run.compile(R"({"a":"random_tenat"})"); });
  EXPECT_STREQ(unknown.sqlstate(), "42704");
  EXPECT_EQ(unknown.message(), "unknown generator \"random_tenat\"");
  EXPECT_EQ(unknown.detail(), "In parameter \"a\".");
  EXPECT_EQ(unknown.hint(),
            "Perhaps you meant \"random_tenant\". To give the text itself, write {\"type\": "
            "\"literal\", \"value\": \"random_tenat\"}.");
}

TEST(Generators, ABadProgramLeavesTheRequestsAlone) {
  GeneratorRun run;
  EXPECT_THROW(run.compile(R"({"a":{"type":"pool","sql":"S"},"b":{"type":"sequence"},"c":"nope"})"),
               Error);
  EXPECT_TRUE(run.requests.pools.empty());
  EXPECT_TRUE(run.requests.sequences.empty());
}

// --- the simple types ---

TEST(Generators, NumbersStayInTheirBounds) {
  GeneratorRun run;
  const GeneratorProgram program = run.compile(
      R"({"i":{"type":"integer","min":-2,"max":2},"n":{"type":"numeric","min":0.5,"max":1,"scale":1},
          "z":{"type":"integer","min":1,"max":1000,"distribution":"zipf","theta":1.5},
          "full":{"type":"integer","min":-9223372036854775808,"max":9223372036854775807}})");
  std::map<std::int64_t, int> integers;
  std::set<std::int64_t> tenths;
  std::set<std::int64_t> wide;
  int ones = 0;
  for (std::uint64_t i = 0; i < 5000; ++i) {
    const auto values = run.draw(program, i);
    ++integers[values[0].integer];
    EXPECT_EQ(values[1].scale, 1);
    tenths.insert(values[1].integer);
    ones += values[2].integer == 1;
    wide.insert(values[3].integer);
  }
  ASSERT_EQ(integers.size(), 5u);
  for (const auto& [value, count] : integers) {
    EXPECT_GE(value, -2);
    EXPECT_LE(value, 2);
    EXPECT_NEAR(count, 1000, 142);  // sqrt(5000 * 0.2 * 0.8) = 28.3
  }
  EXPECT_EQ(tenths, (std::set<std::int64_t>{5, 6, 7, 8, 9, 10}));
  // 1 / sum of k^-1.5 over 1..1000 = 0.39238 (a sum in Python); sd 34.5.
  EXPECT_NEAR(ones, 1962, 173);
  EXPECT_EQ(wide.size(), 5000u);
}

TEST(Generators, ChoicesKeepTheirWeights) {
  GeneratorRun run;
  const GeneratorProgram program = run.compile(
      R"({"w":{"type":"choice","values":{"LOW":70,"HIGH":30,"NEVER":0}},
          "e":{"type":"choice","values":["a",2,null]}})");
  std::map<std::string, int, std::less<>> weighted;
  int texts = 0;
  int integers = 0;
  int nulls = 0;
  for (std::uint64_t i = 0; i < 10000; ++i) {
    const auto values = run.draw(program, i);
    ++weighted[std::string(values[0].text)];
    texts += values[1].kind == Kind::text;
    integers += values[1].kind == Kind::integer;
    nulls += values[1].kind == Kind::null;
  }
  EXPECT_EQ(weighted.size(), 2u);
  EXPECT_NEAR(weighted["LOW"], 7000, 229);  // sd 45.8
  EXPECT_NEAR(texts, 3333, 236);            // sd 47.1
  EXPECT_NEAR(integers, 3333, 236);
  EXPECT_NEAR(nulls, 3333, 236);
}

TEST(Generators, BooleansKeepTheirShare) {
  GeneratorRun run;
  const GeneratorProgram program = run.compile(
      R"({"b":{"type":"boolean","true_percent":10},"never":{"type":"boolean","true_percent":0},
          "always":{"type":"boolean","true_percent":100}})");
  std::int64_t yes = 0;
  for (std::uint64_t i = 0; i < 10000; ++i) {
    const auto values = run.draw(program, i);
    yes += values[0].integer;
    ASSERT_EQ(values[1].integer, 0);
    ASSERT_EQ(values[2].integer, 1);
  }
  EXPECT_NEAR(static_cast<double>(yes), 1000, 150);  // sd 30
}

TEST(Generators, TextsHaveTheirLength) {
  GeneratorRun run;
  const std::string letters = run.draw_text(R"({"t":{"type":"text","length":40}})");
  EXPECT_EQ(letters.size(), 40u);
  EXPECT_EQ(letters.find_first_not_of("abcdefghijklmnopqrstuvwxyz"), std::string::npos);
  const std::string words = run.draw_text(R"({"t":{"type":"text","words":12}})");
  EXPECT_EQ(std::count(words.begin(), words.end(), ' '), 11);
  EXPECT_EQ(run.draw_text(R"({"t":{"type":"text","length":0}})"), "");
  const GeneratorProgram program =
      run.compile(R"({"t":{"type":"text","length":{"min":2,"max":4}}})");
  std::set<std::size_t> lengths;
  for (std::uint64_t i = 0; i < 200; ++i) lengths.insert(run.draw(program, i)[0].text.size());
  EXPECT_EQ(lengths, (std::set<std::size_t>{2, 3, 4}));
}

TEST(Generators, PatternsFillTheirPlaceholders) {
  GeneratorRun run;
  run.catalogue["colour"] = R"({"type":"choice","values":["red"]})";
  EXPECT_EQ(run.draw_text(R"({"t":{"type":"text","pattern":"WO-{sequence}/{sequence:5} {{x}}"}})"),
            "WO-1/00001 {x}");
  EXPECT_EQ(
      run.draw_text(R"({"t":{"type":"text","pattern":"{integer:-5--5}{integer:7-7} {colour}"}})"),
      "-57 red");
  const std::string mixed = run.draw_text(
      R"({"t":{"type":"text","pattern":"{hex:9}|{letters:3}|{digits:2}|{integer:10-99}"}})");
  ASSERT_EQ(mixed.size(), 9u + 1 + 3 + 1 + 2 + 1 + 2);
  EXPECT_EQ(mixed.substr(0, 9).find_first_not_of("0123456789abcdef"), std::string::npos);
  EXPECT_EQ(mixed.substr(10, 3).find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ"), std::string::npos);
  EXPECT_EQ(mixed.substr(14).find_first_not_of("0123456789|"), std::string::npos);
}

TEST(Generators, DatesAndTimestampsCountFromTheStartOfTheRun) {
  GeneratorRun run;
  run.context.run_start_us = kNow;
  run.catalogue["current_date"] = R"({"type":"date","from":"0","to":"0"})";
  const GeneratorProgram program = run.compile(
      R"({"today":"current_date","earlier":{"type":"date","from":"-1 week","to":"-1 week"},
          "hours":{"type":"date","from":"-13 hours","to":"-13 hours"},
          "ts":{"type":"timestamp","from":"-90 minutes","to":"-90 minutes"},
          "sum":{"type":"timestamp","from":"1 day -2 hours 3 s","to":"1 day -2 hours 3 s"}})");
  const auto values = run.draw(program);
  EXPECT_EQ(values[0].kind, Kind::date);
  EXPECT_EQ(values[0].integer, kToday);
  EXPECT_EQ(values[1].integer, kToday - 7);
  EXPECT_EQ(values[2].integer, kToday - 1);  // 23:30 of the day before
  EXPECT_EQ(values[3].kind, Kind::timestamp);
  EXPECT_EQ(values[3].integer, kNow - 5400000000);
  EXPECT_EQ(values[4].integer, kNow + kDay - 7200000000 + 3000000);

  // East of Greenwich the day began earlier; before 2000 days count down.
  run.context.utc_offset_us = 12 * 3600000000LL;
  EXPECT_EQ(run.draw(program)[0].integer, kToday + 1);
  run.context.utc_offset_us = 0;
  run.context.run_start_us = -1;
  EXPECT_EQ(run.draw(program)[0].integer, -1);
}

TEST(Generators, LopsidedTimesAreHotAtTheirEnd) {
  GeneratorRun run;
  run.context.run_start_us = kNow;
  const GeneratorProgram program = run.compile(
      R"({"d":{"type":"date","from":"-99 days","to":"0","distribution":"exponential","parameter":5},
          "z":{"type":"date","from":"-99 days","to":"0","distribution":"zipf"}})");
  int recent = 0;
  int today = 0;
  for (std::uint64_t i = 0; i < 2000; ++i) {
    const auto values = run.draw(program, i);
    ASSERT_GE(values[0].integer, kToday - 99);
    ASSERT_LE(values[0].integer, kToday);
    recent += values[0].integer > kToday - 50;
    today += values[1].integer == kToday;
  }
  EXPECT_GT(recent, 1800);  // (1 - e^-2.5) / (1 - e^-5) = 0.924: 1848, sd 11.8
  EXPECT_GT(today, 400);    // 1 / sum of k^-1.1 over 1..100 = 0.234: 467, sd 18.9
}

TEST(Generators, UuidsAreOfVersionFour) {
  GeneratorRun run;
  const GeneratorProgram program = run.compile(R"({"u":{"type":"uuid"}})");
  std::set<std::string> seen;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    const Value value = run.draw(program, i)[0];
    ASSERT_EQ(value.kind, Kind::uuid);
    ASSERT_EQ(value.text.size(), 16u);
    EXPECT_EQ(static_cast<unsigned char>(value.text[6]) >> 4, 4);
    EXPECT_EQ(static_cast<unsigned char>(value.text[8]) >> 6, 2);
    seen.emplace(value.text);
  }
  EXPECT_EQ(seen.size(), 1000u);
}

TEST(Generators, ExpressionsAreEvaluatedForEveryDraw) {
  GeneratorRun run;
  const GeneratorProgram program = run.compile(
      R"j({"a":{"type":"expression","sql":"now()"},"b":{"type":"expression","sql":"NULL"},
           "c":{"type":"expression","sql":"now()"}})j");
  EXPECT_TRUE(program.uses_expressions());
  EXPECT_FALSE(run.compile(R"({"a":1})").uses_expressions());
  ASSERT_EQ(run.requests.expressions.size(), 2u);
  EXPECT_EQ(run.requests.expressions[0].sql, "now()");
  EXPECT_EQ(run.requests.expressions[0].generator, "a");
  run.context.evaluate = [](void*, std::uint32_t expression) -> std::optional<std::string_view> {
    if (expression == 1) return std::nullopt;
    return "42";
  };
  const auto values = run.draw(program);
  EXPECT_EQ(values[0].text, "42");
  EXPECT_EQ(values[1].kind, Kind::null);
  EXPECT_EQ(values[2].text, "42");
  run.context.evaluate = nullptr;
  EXPECT_THROW(run.draw(program), Error);
}

// --- sequences ---

TEST(Generators, SequencesAreUniqueOverTheRun) {
  GeneratorRun run;
  run.catalogue["order_number"] = R"({"type":"sequence","start":1000})";
  const GeneratorProgram first = run.compile(R"({"n":"order_number","own":{"type":"sequence"}})");
  const GeneratorProgram second = run.compile(R"({"own":{"type":"sequence"},"n":"order_number"})");
  EXPECT_EQ(run.requests.sequences.size(), 3u);  // the shared one and two of their own
  EXPECT_EQ(run.draw(first)[0].integer, 1000);
  EXPECT_EQ(run.draw(second)[1].integer, 1001);
  const auto values = run.draw(first, 1);
  EXPECT_EQ(values[0].integer, 1002);
  EXPECT_EQ(values[1].integer, 2);
}

TEST(Generators, SlotsReplaceTheCounters) {
  GeneratorRun run;
  run.catalogue["line_number"] = R"({"type":"sequence"})";
  const GeneratorProgram single = run.compile(R"({"n":"line_number"})");
  const GeneratorProgram lines =
      run.compile(R"({"l":{"type":"array","of":"line_number","min_length":3,"max_length":3}})");
  ASSERT_EQ(run.requests.sequence_strides, (std::vector<std::uint32_t>{3}));
  run.context.sequence_strides = run.requests.sequence_strides;
  run.context.slot = 0;
  EXPECT_EQ(run.draw(lines)[0].text, "[1, 2, 3]");
  run.context.slot = 1;
  EXPECT_EQ(run.draw(lines)[0].text, "[4, 5, 6]");
  EXPECT_EQ(run.draw(lines)[0].text, "[4, 5, 6]");  // a function of the slot alone
  run.context.slot = 2;
  EXPECT_EQ(run.draw(single)[0].integer, 7);
  EXPECT_EQ(run.counters[0].load(), 0u);
}

// --- determinism ---

TEST(Generators, ADrawIsAFunctionOfSeedStreamAndIndex) {
  GeneratorRun run;
  run.pool_bytes.push_back(make_pool({"id"}, {{"1"}, {"2"}, {"3"}, {"4"}, {"5"}}));
  const GeneratorProgram program = run.compile(
      R"({"a":{"type":"integer","min":1,"max":1000000},"b":{"type":"text","words":5},
          "c":{"type":"uuid"},"d":{"type":"pool","sql":"S"},
          "e":{"type":"array","of":{"type":"boolean"},"max_length":9}})");
  const auto row = [&](std::uint64_t index, std::uint64_t seed) {
    std::string all;
    for (const Value& value : run.draw(program, index, seed)) {
      all += std::to_string(value.integer) + "|" + std::string(value.text) + "|";
    }
    return all;
  };
  const std::string first = row(5, 1);
  row(6, 1);
  run.scratch.shrink_to_fit();
  EXPECT_EQ(row(5, 1), first);
  EXPECT_NE(row(6, 1), first);
  EXPECT_NE(row(5, 2), first);
}

// A parameter's number is just what the stream gives for its bounds.
TEST(Generators, DrawsStraightFromTheStream) {
  GeneratorRun run;
  const GeneratorProgram program = run.compile(
      R"({"a":{"type":"integer","min":10,"max":19},"b":{"type":"integer","min":1,"max":100000}})");
  const auto values = run.draw(program, 3, 9);
  RandomStream random(9, 1, 3);
  EXPECT_EQ(values[0].integer, 10 + static_cast<std::int64_t>(random.next_below(10)));
  EXPECT_EQ(values[1].integer, 1 + static_cast<std::int64_t>(random.next_below(100000)));
}

// --- views ---

TEST(Generators, ViewsStayValidWhenTheBufferGrows) {
  GeneratorRun run;
  const GeneratorProgram program = run.compile(
      R"({"a":{"type":"text","pattern":"first"},"b":{"type":"text","length":100000},
          "c":{"type":"array","of":{"type":"text","length":1000},"min_length":100,"max_length":100},
          "d":{"type":"text","pattern":"last"}})");
  run.scratch = std::string();
  const auto values = run.draw(program);
  EXPECT_EQ(values[0].text, "first");
  EXPECT_EQ(values[1].text.size(), 100000u);
  EXPECT_EQ(values[2].text.size(), 2u + 100 * 1002 + 99 * 2);
  EXPECT_EQ(values[3].text, "last");
}

TEST(Generators, NeedsRoomForItsValues) {
  GeneratorRun run;
  const GeneratorProgram program = run.compile(R"({"a":1,"b":2})");
  RandomStream random(1, 1, 1);
  run.context.random = &random;
  std::vector<Value> values(1);
  EXPECT_THROW(program.draw(run.context, run.scratch, values), Error);
}

}  // namespace
}  // namespace perf_mgmt
