// Every form of definition and every way to get one wrong. Expectations are by hand from
// docs/generators.md.
#include <gtest/gtest.h>

#include <string>
#include <tuple>

#include "generator_fixture.hpp"

namespace perf_mgmt {
namespace {

// --- bad definitions: sqlstate, message, hint ---

struct Refusal {
  const char* definition;
  const char* sqlstate;
  const char* message;
  const char* hint;  // a part of it; empty: not looked at
};

void PrintTo(const Refusal& refusal, std::ostream* out) {
  *out << refusal.definition;
}

class Refused : public testing::TestWithParam<Refusal> {};

TEST_P(Refused, WithAMessageThatHelps) {
  GeneratorRun run;
  run.catalogue["random_tenant"] = R"j({"type":"uuid"})j";
  const Error error = error_of(
      [&] { check_generator_definition(GetParam().definition, run.lookup(), run.names()); });
  EXPECT_STREQ(error.sqlstate(), GetParam().sqlstate);
  EXPECT_EQ(error.message(), GetParam().message);
  EXPECT_NE(error.hint().find(GetParam().hint), std::string::npos) << error.hint();
}

INSTANTIATE_TEST_SUITE_P(
    Form, Refused,
    testing::Values(
        Refusal{"{", "22032", "generator definition: malformed JSON", ""},
        Refusal{"", "22032", "generator definition: malformed JSON", ""},
        Refusal{R"j({"type":"uuid"} x)j", "22032", "generator definition: malformed JSON", ""},
        Refusal{R"j({"type":"integer","min":1e999,"max":2})j", "22032",
                "generator definition: malformed JSON", ""},
        Refusal{R"j("random_tenant")j", "22023",
                "a generator definition must be an object, not a string", ""},
        Refusal{R"j([1])j", "22023", "a generator definition must be an object, not an array", ""},
        Refusal{R"j({"a":1,"b":2,"a":3})j", "22032", "generator definition: duplicate key \"a\"",
                ""},
        Refusal{R"j({"type":"literal","value":"a\u0000b"})j", "22032",
                "generator definition: a string contains the character \\u0000", ""},
        Refusal{R"j({"min":1})j", "22023",
                "a generator definition needs the member \"type\", a string", "\"literal\""},
        Refusal{R"j({"type":1})j", "22023",
                "a generator definition needs the member \"type\", a string", ""},
        Refusal{R"j({"type":"intger","min":1,"max":2})j", "22023",
                "unknown generator type \"intger\"", "Perhaps you meant \"integer\"."},
        Refusal{R"j({"type":"zzzzzzzz"})j", "22023", "unknown generator type \"zzzzzzzz\"",
                "The types are \"integer\", "}));

INSTANTIATE_TEST_SUITE_P(
    Numbers, Refused,
    testing::Values(
        Refusal{R"j({"type":"integer","max":2})j", "22023",
                "a generator of type \"integer\" needs the member \"min\"", ""},
        Refusal{R"j({"type":"integer","min":1,"mx":2})j", "22023",
                "unknown member \"mx\" of a generator of type \"integer\"",
                "Perhaps you meant \"max\"."},
        Refusal{R"j({"type":"integer","min":1,"max":2,"colour":3})j", "22023",
                "unknown member \"colour\" of a generator of type \"integer\"",
                "Its members are \"min\", \"max\", \"distribution\", \"theta\", \"parameter\"."},
        Refusal{R"j({"type":"integer","min":3,"max":2})j", "22023",
                "invalid \"max\" of a generator of type \"integer\": 2",
                "It must be at least \"min\", 3."},
        Refusal{R"j({"type":"integer","min":1.5,"max":2})j", "22023",
                "invalid \"min\" of a generator of type \"integer\": 1.5", "It must be an integer"},
        Refusal{R"j({"type":"integer","min":"1","max":2})j", "22023",
                "invalid \"min\" of a generator of type \"integer\": \"1\"",
                "It must be an integer"},
        Refusal{R"j({"type":"integer","min":1,"max":9223372036854775808})j", "22023",
                "invalid \"max\" of a generator of type \"integer\": 9223372036854775808",
                "to 9223372036854775807."},
        Refusal{R"j({"type":"numeric","min":0.001,"max":2})j", "22023",
                "invalid \"min\" of a generator of type \"numeric\": 0.001", "\"scale\""},
        Refusal{R"j({"type":"numeric","min":0,"max":2,"scale":19})j", "22023",
                "invalid \"scale\" of a generator of type \"numeric\": 19",
                "It must be an integer from 0 to 18."},
        Refusal{R"j({"type":"numeric","min":0,"max":100000000000000000})j", "22023",
                "invalid \"max\" of a generator of type \"numeric\": 100000000000000000", ""},
        Refusal{R"j({"type":"integer","min":1,"max":2,"distribution":"zpif"})j", "22023",
                "unknown distribution \"zpif\"", "Perhaps you meant \"zipf\"."},
        Refusal{R"j({"type":"integer","min":1,"max":2,"theta":1.2})j", "22023",
                "\"theta\" belongs to the distribution \"zipf\" alone", ""},
        Refusal{R"j({"type":"integer","min":1,"max":2,"distribution":"zipf","parameter":3})j",
                "22023",
                "\"parameter\" belongs to the distributions \"gaussian\" and \"exponential\" alone",
                ""},
        Refusal{R"j({"type":"integer","min":1,"max":2,"distribution":"zipf","theta":0})j", "22023",
                "invalid \"theta\" of a generator of type \"integer\": 0",
                "It must be a number from 0.001 to 1000."},
        Refusal{R"j({"type":"integer","min":1,"max":2,"distribution":"gaussian","parameter":1.9})j",
                "22023", "invalid \"parameter\" of a generator of type \"integer\": 1.9",
                "It must be a number from 2 to 1000."}));

INSTANTIATE_TEST_SUITE_P(
    Texts, Refused,
    testing::Values(
        Refusal{R"j({"type":"choice","values":[]})j", "22023",
                "invalid \"values\" of a generator of type \"choice\": []", "non-empty array"},
        Refusal{R"j({"type":"choice","values":{"a":0}})j", "22023",
                "invalid \"values\" of a generator of type \"choice\": {\"a\": 0}",
                "at least one weight above 0"},
        Refusal{R"j({"type":"choice","values":{"a":-1}})j", "22023",
                "invalid weight of the choice \"a\"", "from 0"},
        Refusal{R"j({"type":"choice","values":{"a":"1"}})j", "22023",
                "invalid weight of the choice \"a\"", ""},
        Refusal{R"j({"type":"text"})j", "22023",
                "a generator of type \"text\" needs one of the members \"words\", \"length\" and "
                "\"pattern\"",
                ""},
        Refusal{R"j({"type":"text","words":1,"length":2})j", "22023",
                "a generator of type \"text\" needs one of the members \"words\", \"length\" and "
                "\"pattern\"",
                ""},
        Refusal{R"j({"type":"text","length":1048577})j", "22023",
                "invalid \"length\" of a generator of type \"text\": 1048577",
                "It must be an integer from 0 to 1048576."},
        Refusal{R"j({"type":"text","words":{"min":5,"max":4}})j", "22023",
                "invalid \"max\" of a generator of type \"text\": 4", "from 5"},
        Refusal{R"j({"type":"text","pattern":"WO-{sequence"})j", "22023",
                "a placeholder in a text pattern does not end", ""},
        Refusal{R"j({"type":"text","pattern":"WO-}"})j", "22023",
                "a text pattern has a \"}\" without a \"{\"", "written twice"},
        Refusal{R"j({"type":"text","pattern":"{}"})j", "22023",
                "invalid placeholder \"{}\" in a text pattern", ""},
        Refusal{R"j({"type":"text","pattern":"{sequense:3}"})j", "22023",
                "invalid placeholder \"{sequense:3}\" in a text pattern",
                "Perhaps you meant \"sequence\"."},
        Refusal{R"j({"type":"text","pattern":"{integer:9-1}"})j", "22023",
                "invalid placeholder \"{integer:9-1}\" in a text pattern", "{integer:MIN-MAX}"},
        Refusal{R"j({"type":"text","pattern":"{integer}"})j", "22023",
                "invalid placeholder \"{integer}\" in a text pattern", "{integer:MIN-MAX}"},
        Refusal{R"j({"type":"text","pattern":"{hex:0}"})j", "22023",
                "invalid placeholder \"{hex:0}\" in a text pattern", "N from 1 to 1000"},
        Refusal{R"j({"type":"text","pattern":"{random_tennant}"})j", "42704",
                "unknown generator \"random_tennant\"", "Perhaps you meant \"random_tenant\"."},
        Refusal{R"j({"type":"date","from":"-1 dya","to":"0"})j", "22023",
                "invalid \"from\": \"-1 dya\"", "such as \"-30 days\""},
        Refusal{R"j({"type":"date","from":"5","to":"0"})j", "22023", "invalid \"from\": \"5\"", ""},
        Refusal{R"j({"type":"date","from":" ","to":"0"})j", "22023", "invalid \"from\": \" \"", ""},
        Refusal{R"j({"type":"date","from":"--1 day","to":"0"})j", "22023",
                "invalid \"from\": \"--1 day\"", ""},
        Refusal{R"j({"type":"date","from":"-1001 years","to":"0"})j", "22023",
                "invalid \"from\": \"-1001 years\"", "within 1000 years"},
        Refusal{R"j({"type":"date","from":"99999999999999999999 days","to":"0"})j", "22023",
                "invalid \"from\": \"99999999999999999999 days\"", ""},
        Refusal{R"j({"type":"timestamp","from":"0","to":"-1 s"})j", "22023",
                "invalid \"to\" of a generator of type \"timestamp\": \"-1 s\"",
                "no earlier than \"from\""},
        Refusal{R"j({"type":"timestamp","from":0,"to":"-1 s"})j", "22023",
                "invalid \"from\" of a generator of type \"timestamp\": 0", "non-empty string"}));

INSTANTIATE_TEST_SUITE_P(
    Others, Refused,
    testing::Values(
        Refusal{R"j({"type":"uuid","version":4})j", "22023",
                "unknown member \"version\" of a generator of type \"uuid\"", "no other members"},
        Refusal{R"j({"type":"boolean","true_percent":101})j", "22023",
                "invalid \"true_percent\" of a generator of type \"boolean\": 101",
                "It must be a number from 0 to 100."},
        Refusal{R"j({"type":"sequence","start":"1"})j", "22023",
                "invalid \"start\" of a generator of type \"sequence\": \"1\"", ""},
        Refusal{R"j({"type":"literal"})j", "22023",
                "a generator of type \"literal\" needs the member \"value\"", ""},
        Refusal{R"j({"type":"array","of":[1]})j", "22023", "a generator cannot be an array",
                "\"literal\""},
        Refusal{R"j({"type":"array","of":1,"max_length":10001})j", "22023",
                "invalid \"max_length\" of a generator of type \"array\": 10001", ""},
        Refusal{R"j({"type":"array","of":1,"min_length":3,"max_length":2})j", "22023",
                "invalid \"max_length\" of a generator of type \"array\": 2", "from 3"},
        Refusal{R"j({"type":"array","of":1,"provides":{"total":"sum(a)"}})j", "22023",
                "an array provides sums only where its elements are objects", ""},
        Refusal{R"j({"type":"array","of":{"type":"object","fields":{"price":1}},
                    "provides":{"total":"sum(prise)"}})j",
                "22023", "\"provides\" sums the field \"prise\", which is not there",
                "Perhaps you meant \"price\"."},
        Refusal{R"j({"type":"array","of":{"type":"object","fields":{"id":{"type":"uuid"}}},
                    "provides":{"total":"sum(id)"}})j",
                "22023", "\"provides\" sums the field \"id\", which is not a number", ""},
        Refusal{R"j({"type":"array","of":1,"provides":{"total":"avg(a)"}})j", "22023",
                "invalid value of \"total\" in \"provides\" of a generator of type \"array\"",
                "sum(field * field)"},
        Refusal{R"j({"type":"array","of":1,"provides":{"total":"sum(a * b * c)"}})j", "22023",
                "invalid value of \"total\" in \"provides\" of a generator of type \"array\"", ""},
        Refusal{R"j({"type":"array","of":1,"provides":{"Total":"sum(a)"}})j", "22023",
                "invalid name \"Total\" in \"provides\"", "lower_snake_case"},
        Refusal{R"j({"type":"object","fields":[]})j", "22023",
                "invalid \"fields\" of a generator of type \"object\": []", ""},
        Refusal{R"j({"type":"object","fields":{"a":"random_tenent"}})j", "42704",
                "unknown generator \"random_tenent\"", "Perhaps you meant \"random_tenant\"."},
        Refusal{R"j({"type":"expression","sql":""})j", "22023",
                "invalid \"sql\" of a generator of type \"expression\": \"\"", ""},
        Refusal{R"j({"type":"pool"})j", "22023",
                "a generator of type \"pool\" needs the member \"sql\"", ""},
        Refusal{R"j({"type":"pool","sql":"SELECT 1","limit":1000001})j", "22023",
                "invalid \"limit\" of a generator of type \"pool\": 1000001",
                "It must be an integer from 1 to 1000000."},
        Refusal{R"j({"type":"pool","sql":"SELECT 1","provides":{"a":1}})j", "22023",
                "invalid column of \"a\" in \"provides\" of a generator of type \"pool\"", ""},
        Refusal{R"j({"type":"pool","sql":"SELECT 1","provides":["a"]})j", "22023",
                "invalid \"provides\" of a generator of type \"pool\": [\"a\"]", "an object"},
        Refusal{R"j({"type":"integer","min":1,"max":2,"provides":{"a":"b"}})j", "22023",
                "unknown member \"provides\" of a generator of type \"integer\"", ""}));

TEST(GeneratorDefinition, NamesThePlaceInTheDetail) {
  GeneratorRun run;
  run.catalogue["order_items"] =
      R"j({"type":"array","of":{"type":"object","fields":{"price":{"type":"numeric","min":1}}}})j";
  EXPECT_EQ(error_of([&] { run.compile(R"j({"items":"order_items"})j"); }).detail(),
            "In parameter \"items\", generator \"order_items\", member \"of\", field \"price\".");
}

// --- limits ---

std::string nested_arrays(int levels) {
  std::string text = "1";
  for (int i = 0; i < levels; ++i) text = R"j({"type":"array","max_length":1,"of":)j" + text + "}";
  return text;
}

TEST(GeneratorDefinition, IsNestedAtMost32Levels) {
  GeneratorRun run;
  check_generator_definition(nested_arrays(31), run.lookup());  // and the literal: 32
  EXPECT_EQ(
      error_of([&] { check_generator_definition(nested_arrays(32), run.lookup()); }).message(),
      "generators are nested too deeply");
  EXPECT_EQ(
      error_of([&] { check_generator_definition(nested_arrays(33), run.lookup()); }).message(),
      "generator definition: JSON is nested too deeply");
  EXPECT_EQ(error_of([&] {
              check_generator_definition(std::string(200000, '['), run.lookup());
            }).message(),
            "generator definition: JSON is nested too deeply");
}

TEST(GeneratorDefinition, HasAtMost256KiB) {
  GeneratorRun run;
  const std::string start = R"j({"type":"literal","value":")j";
  const auto definition = [&](std::size_t bytes) {
    return start + std::string(bytes - start.size() - 2, 'x') + "\"}";
  };
  check_generator_definition(definition(262144), run.lookup());
  const Error error =
      error_of([&] { check_generator_definition(definition(262145), run.lookup()); });
  EXPECT_EQ(error.message(), "generator definition is too large");
  EXPECT_STREQ(error.sqlstate(), "53400");
}

// Each name doubles the one before: 20 of them are a million nodes.
TEST(GeneratorDefinition, StopsAChainOfDoublings) {
  GeneratorRun run;
  run.catalogue["g0"] = R"j({"type":"boolean"})j";
  for (int i = 1; i <= 20; ++i) {
    const std::string before = "\"g" + std::to_string(i - 1) + "\"";
    run.catalogue["g" + std::to_string(i)] =
        R"j({"type":"object","fields":{"a":)j" + before + R"j(,"b":)j" + before + "}}";
  }
  EXPECT_EQ(error_of([&] { run.compile(R"j({"x":"g20"})j"); }).message(),
            "generators have too many parts");
}

TEST(GeneratorDefinition, MakesAtMost16MiBOfValues) {
  GeneratorRun run;
  const char* const large =
      R"j({"type":"array","max_length":1000,"of":{"type":"text","length":16000}})j";
  check_generator_definition(large, run.lookup());
  const Error error = error_of(
      [&] { run.compile(std::string(R"j({"a":)j") + large + R"j(,"b":)j" + large + "}"); });
  EXPECT_EQ(error.message(), "generators make too large values");
  EXPECT_EQ(error_of([&] {
              check_generator_definition(
                  R"j({"type":"array","max_length":10000,"of":{"type":"array","max_length":10000,
                      "of":{"type":"array","max_length":10000,"of":1}}})j",
                  run.lookup());
            }).message(),
            "generators make too large values");
}

TEST(GeneratorDefinition, RefusesCycles) {
  GeneratorRun run;
  run.catalogue["a"] = R"j({"type":"array","of":"b"})j";
  run.catalogue["b"] = R"j({"type":"text","pattern":"{a}"})j";
  const Error error = error_of([&] { run.compile(R"j({"x":"a"})j"); });
  EXPECT_EQ(error.message(), "generator \"a\" refers to itself");
  EXPECT_EQ(error.detail(), "\"a\" -> \"b\" -> \"a\".");
}

// --- the edges of what is allowed ---

TEST(GeneratorDefinition, AcceptsTheWholeIntegerRange) {
  GeneratorRun run;
  check_generator_definition(
      R"j({"type":"integer","min":-9223372036854775808,"max":9223372036854775807})j", run.lookup());
  check_generator_definition(R"j({"type":"integer","min":1e3,"max":1.50e3})j", run.lookup());
}

// Mutations of good definitions: any outcome but an Error or a program is a failure, and the
// sanitizers watch.
TEST(GeneratorDefinition, SurvivesMutatedText) {
  const std::vector<std::string> seeds = {
      R"j({"a":{"type":"integer","min":1,"max":99,"distribution":"zipf","theta":1.1},"b":"PENDING"})j",
      R"j({"a":{"type":"text","pattern":"WO-{sequence:6}-{integer:-5-5}{hex:4}{{x}}{random_tenant}"}})j",
      R"j({"a":{"type":"array","of":{"type":"object","fields":{"p":{"type":"numeric","min":1,"max":9},"q":2}},
          "provides":{"t":"sum(p * q)"}},
    "b" : "t"
})j",
      R"j({"a":{"type":"timestamp","from":"-30 days +2 h","to":"0","distribution":"exponential"}})j",
      R"j({"a":{"type":"choice","values":{"x":70,"y":30}},"b":{"type":"literal","value":[1,"\u00e9",null]}})j",
      R"j({"a":{"type":"pool","sql":"S","column":"id","provides":{"random_tenant":"b"}},"b":"random_tenant"})j"};
  constexpr std::string_view kBytes = "{}[]\",:-+*()0159aeinst_\\ \x80\xff";
  GeneratorRun run;
  run.catalogue["random_tenant"] = R"j({"type":"uuid"})j";
  run.pool_bytes.push_back(
      make_pool({"a", "b", "c", "d", "e"},
                {{"1", "2", "3", "4", "5"}}));  // a mutant may ask for more than two
  RandomStream random(3, 3, 3);
  int compiled = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string text = seeds[random.next_below(seeds.size())];
    for (std::uint64_t n = random.next_below(4); n > 0; --n) {
      const std::size_t at = random.next_below(text.size());
      const char byte = kBytes[random.next_below(kBytes.size())];
      switch (random.next_below(4)) {
        case 0:
          text[at] = byte;
          break;
        case 1:
          text.insert(at, 1, byte);
          break;
        case 2:
          text.erase(at, 1 + random.next_below(5));
          break;
        default:
          text.insert(at, text.substr(random.next_below(text.size()), random.next_below(30)));
      }
      if (text.empty()) text = "{";
    }
    run.requests = {};
    try {
      GeneratorProgram program = run.compile(text);
      ++compiled;
      for (std::size_t p = 0; p < program.parameter_count(); ++p) {
        program.set_parameter_form(p, static_cast<ParameterForm>(random.next_below(3)));
      }
      run.draw(program, static_cast<std::uint64_t>(i));
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.sqlstate()), "XX000") << text << ": " << error.message();
    }
  }
  EXPECT_GT(compiled, 1000);
}

}  // namespace
}  // namespace perf_mgmt
