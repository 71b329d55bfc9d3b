// Pools, what generators provide to each other, and how containers are rendered. Expectations by
// hand.
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "generator_fixture.hpp"

namespace perf_mgmt {
namespace {

using Kind = Value::Kind;

std::string joined(const std::vector<Value>& values) {
  std::string all;
  for (const Value& value : values) {
    if (!all.empty()) all += ' ';
    all += value.kind == Kind::null ? "null" : std::string(value.text);
  }
  return all;
}

// --- pools ---

TEST(GeneratorPools, EqualPoolsAreLoadedOnceWithAllColumns) {
  GeneratorRun run;
  run.compile(R"({"a":{"type":"pool","sql":"S","column":"id"}})");
  run.compile(
      R"({"b":{"type":"pool","sql":"S","column":"id","provides":{"tenant":"t"},"distribution":"zipf"},
          "c":{"type":"pool","sql":"S","column":"name"},
          "d":{"type":"pool","sql":"S","column":"id","limit":5},
          "e":{"type":"pool","sql":"T"}})");
  ASSERT_EQ(run.requests.pools.size(), 3u);
  EXPECT_EQ(run.requests.pools[0].columns, (std::vector<std::string>{"id", "t", "name"}));
  EXPECT_EQ(run.requests.pools[0].limit, 10000u);
  EXPECT_EQ(run.requests.pools[0].generator, "a");
  EXPECT_EQ(run.requests.pools[1].limit, 5u);
  EXPECT_EQ(run.requests.pools[2].columns, (std::vector<std::string>{""}));  // the first
}

TEST(GeneratorPools, AreNamedByTheirGenerator) {
  GeneratorRun run;
  run.catalogue["random_tenant"] = R"({"type":"pool","sql":"S"})";
  run.catalogue["tag"] = R"({"type":"text","pattern":"{random_tenant}!"})";
  run.compile(R"({"x":"tag"})");
  EXPECT_EQ(run.requests.pools[0].generator, "random_tenant");
}

TEST(GeneratorPools, DistributionsAreHotAtTheFirstRow) {
  GeneratorRun run;
  const PoolRow rows[] = {{"0"}, {"1"}, {"2"}, {"3"}, {"4"}, {"5"}, {"6"}, {"7"}, {"8"}, {"9"}};
  PoolBuilder builder({"id"}, 10, 1);
  for (const PoolRow& row : rows) builder.add_row(row);
  run.pool_bytes.push_back(std::move(builder).finish());
  const GeneratorProgram program = run.compile(
      R"({"u":{"type":"pool","sql":"S"},"z":{"type":"pool","sql":"S","distribution":"zipf","theta":1.5},
          "e":{"type":"pool","sql":"S","distribution":"exponential","parameter":3},
          "g":{"type":"pool","sql":"S","distribution":"gaussian"}})");
  std::vector<std::map<std::string, int, std::less<>>> seen(4);
  for (std::uint64_t i = 0; i < 5000; ++i) {
    const auto values = run.draw(program, i);
    for (std::size_t p = 0; p < 4; ++p) ++seen[p][std::string(values[p].text)];
  }
  EXPECT_EQ(seen[0].size(), 10u);
  EXPECT_NEAR(seen[0]["0"], 500, 107);  // sd 21.2
  EXPECT_NEAR(seen[0]["9"], 500, 107);
  EXPECT_NEAR(seen[1]["0"], 2506, 177);          // 1 / sum of k^-1.5 over 1..10 = 0.50117; sd 35.4
  EXPECT_NEAR(seen[2]["0"], 1364, 158);          // (1 - e^-0.3) / (1 - e^-3) = 0.27276; sd 31.5
  EXPECT_GT(seen[3]["4"] + seen[3]["5"], 3000);  // within a fifth of the middle: 0.6827
}

TEST(GeneratorPools, NullsAreNull) {
  GeneratorRun run;
  run.pool_bytes.push_back(make_pool({"id", "t"}, {{std::nullopt, std::nullopt}}));
  run.catalogue["order_id"] =
      R"({"type":"pool","sql":"S","column":"id","provides":{"random_tenant":"t"}})";
  EXPECT_EQ(joined(run.draw(run.compile(R"({"b":"random_tenant","a":"order_id"})"))), "null null");
}

TEST(GeneratorPools, WithoutRowsSaySo) {
  GeneratorRun run;
  const GeneratorProgram program = run.compile(R"({"a":{"type":"pool","sql":"S"}})");
  EXPECT_EQ(error_of([&] { run.draw(program); }).message(), "the pool of a generator has no rows");
  run.pool_bytes.push_back(make_pool({""}, {}));
  const Error error = error_of([&] { run.draw(program); });
  EXPECT_STREQ(error.sqlstate(), "55000");
  EXPECT_EQ(error.detail(), "In parameter \"a\".");
}

// --- provides ---

class Provides : public testing::Test {
 protected:
  void SetUp() override {
    run.catalogue["existing_order"] =
        R"({"type":"pool","sql":"orders","column":"id",
            "provides":{"random_tenant":"tenant","random_table":"seat"}})";
    run.catalogue["random_tenant"] = R"({"type":"pool","sql":"tenants","column":"id"})";
    run.catalogue["random_table"] =
        R"({"type":"pool","sql":"seats","column":"id","provides":{"random_tenant":"tenant"}})";
    orders = make_pool({"id", "tenant", "seat"},
                       {{"o1", "t1", "s1"}, {"o2", "t2", "s2"}, {"o3", "t3", "s3"}});
    tenants = make_pool({"id"}, {{"elsewhere"}});
  }
  GeneratorRun run;
  std::vector<std::byte> orders;
  std::vector<std::byte> tenants;
};

TEST_F(Provides, TheValuesOfTheRowThatWasPicked) {
  run.pool_bytes = {orders};
  const GeneratorProgram program =
      run.compile(R"({"tenant":"random_tenant","id":"existing_order","again":"random_tenant"})");
  ASSERT_EQ(run.requests.pools.size(), 1u);  // the tenants are never asked for
  std::set<std::string> seen;
  for (std::uint64_t i = 0; i < 100; ++i) seen.insert(joined(run.draw(program, i)));
  EXPECT_EQ(seen, (std::set<std::string>{"t1 o1 t1", "t2 o2 t2", "t3 o3 t3"}));
}

TEST_F(Provides, NothingOutsideItsOperation) {
  run.pool_bytes = {tenants, orders};
  EXPECT_EQ(joined(run.draw(run.compile(R"({"tenant":"random_tenant"})"))), "elsewhere");
  const std::string text =
      joined(run.draw(run.compile(R"({"t":"random_tenant","o":"existing_order"})")));
  EXPECT_EQ(text.substr(1), text.substr(1, 1) + " o" + text.substr(1, 1));
}

TEST_F(Provides, AlsoToProviders) {
  run.pool_bytes = {orders};
  const GeneratorProgram program =
      run.compile(R"({"a":"random_table","b":"random_tenant","c":"existing_order"})");
  ASSERT_EQ(run.requests.pools.size(), 1u);
  std::set<std::string> seen;
  for (std::uint64_t i = 0; i < 100; ++i) seen.insert(joined(run.draw(program, i)));
  EXPECT_EQ(seen, (std::set<std::string>{"s1 t1 o1", "s2 t2 o2", "s3 t3 o3"}));
}

TEST_F(Provides, InsidePatternsObjectsAndArrays) {
  run.pool_bytes = {orders};
  const GeneratorProgram program = run.compile(
      R"({"p":{"type":"text","pattern":"<{random_tenant}>"},
          "o":{"type":"object","fields":{"t":"random_tenant"}},
          "l":{"type":"array","of":"random_tenant","min_length":2,"max_length":2},
          "i":"existing_order"})");
  for (std::uint64_t i = 0; i < 20; ++i) {
    const auto values = run.draw(program, i);
    const std::string n(values[3].text.substr(1));
    EXPECT_EQ(values[0].text, "<t" + n + ">");
    EXPECT_EQ(values[1].text, "{\"t\": \"t" + n + "\"}");
    EXPECT_EQ(values[2].text, "[\"t" + n + "\", \"t" + n + "\"]");
  }
}

TEST_F(Provides, TheInnerScopeFirst) {
  run.pool_bytes = {orders, make_pool({"id", "tenant"}, {{"s9", "t9"}})};
  const GeneratorProgram program = run.compile(
      R"({"o":"existing_order",
          "inner":{"type":"object","fields":{"tenant":"random_tenant",
              "seat":{"type":"pool","sql":"seats","column":"id","provides":{"random_tenant":"tenant"}}}}})");
  EXPECT_EQ(run.draw(program)[1].text, R"({"tenant": "t9", "seat": "s9"})");
}

// The inner table is the order's, so it picks no row of its own and provides nothing.
TEST_F(Provides, ToProvidersInsideObjects) {
  run.pool_bytes = {orders};
  const GeneratorProgram program = run.compile(
      R"({"inner":{"type":"object","fields":{"tenant":"random_tenant","seat":"random_table"}},
          "order":"existing_order"})");
  ASSERT_EQ(run.requests.pools.size(), 1u);
  for (std::uint64_t i = 0; i < 20; ++i) {
    const auto values = run.draw(program, i);
    const std::string n(values[1].text.substr(1));
    EXPECT_EQ(values[0].text, "{\"tenant\": \"t" + n + "\", \"seat\": \"s" + n + "\"}");
  }
}

TEST_F(Provides, ANameOnlyOnce) {
  run.catalogue["random_customer"] =
      R"({"type":"pool","sql":"customers","column":"id","provides":{"random_tenant":"tenant"}})";
  const Error two = error_of([&] { run.compile(R"({"c":"random_customer","t":"random_table"})"); });
  EXPECT_EQ(two.message(), "two generators provide \"random_tenant\" in one operation");
  EXPECT_EQ(two.detail(), "\"c\" and \"t\" both provide it.");
  const Error same = error_of([&] { run.compile(R"({"a":"random_table","b":"random_table"})"); });
  EXPECT_EQ(same.message(), "two generators provide \"random_tenant\" in one operation");
  run.compile(R"({"a":"random_tenant","b":"random_tenant"})");  // provides nothing: two draws
}

TEST_F(Provides, RefusesARowThatIsNotKnown) {
  run.catalogue["order_of_table"] =
      R"({"type":"pool","sql":"orders","column":"id","provides":{"random_table":"seat"}})";
  const Error error = error_of(
      [&] { run.compile(R"({"o":"order_of_table","s":"random_table","t":"random_tenant"})"); });
  EXPECT_EQ(error.message(), "cannot tell which row \"random_tenant\" is to come from");
  EXPECT_EQ(
      error.hint(),
      "\"random_table\" provides it, but takes its own value from another generator: let that "
      "one provide \"random_tenant\" too.");
}

TEST_F(Provides, RefusesCircles) {
  run.catalogue["first_half"] = R"({"type":"pool","sql":"a","provides":{"second_half":"x"}})";
  run.catalogue["second_half"] = R"({"type":"pool","sql":"b","provides":{"first_half":"x"}})";
  EXPECT_EQ(error_of([&] { run.compile(R"({"a":"first_half","b":"second_half"})"); }).message(),
            "generators provide each other's values in a circle");
  run.catalogue["itself"] = R"({"type":"pool","sql":"a","provides":{"itself":"x"}})";
  EXPECT_EQ(error_of([&] { run.compile(R"({"a":"itself"})"); }).message(),
            "generator \"itself\" provides itself");
  EXPECT_EQ(error_of([&] {
              run.compile(
                  R"j({"a":{"type":"array","provides":{"total":"sum(n)"},
                      "of":{"type":"object","fields":{"n":1,"t":"total"}}}})j");
            }).message(),
            "generator cycle: \"total\" is needed to make the value that provides it");
}

TEST_F(Provides, ANameThatNoCatalogueHas) {
  run.catalogue["generated_items"] =
      R"j({"type":"array","min_length":2,"max_length":2,
            "provides":{"calculated_total":"sum(price * n)"},
            "of":{"type":"object","fields":{"price":12.95,"n":3}}})j";
  const auto values =
      run.draw(run.compile(R"({"total":"calculated_total","items":"generated_items"})"));
  EXPECT_EQ(values[0].kind, Kind::numeric);
  EXPECT_EQ(values[0].integer, 7770);  // 2 * 12.95 * 3
  EXPECT_EQ(values[0].scale, 2);
  EXPECT_EQ(values[1].text, R"([{"price": 12.95, "n": 3}, {"price": 12.95, "n": 3}])");
  const Error error = error_of([&] { run.compile(R"({"total":"calculated_total"})"); });
  EXPECT_EQ(error.message(), "unknown generator \"calculated_total\"");
}

// --- sums ---

TEST(GeneratorSums, AddUpWhatTheItemsSay) {
  GeneratorRun run;
  run.pool_bytes.push_back(make_pool({"id", "price"},
                                     {{"7", "4.25"}, {"8", "11.00"}, {"9", std::nullopt}},
                                     {PoolColumnKind::number, PoolColumnKind::number}));
  const GeneratorProgram program = run.compile(
      R"j({"items":{"type":"array","min_length":0,"max_length":6,
            "provides":{"total":"sum(quantity*unit_price)","pieces":"sum(quantity)"},
            "of":{"type":"object","fields":{
              "unit_price":"menu_price","quantity":{"type":"integer","min":1,"max":4},
              "id":{"type":"pool","sql":"menu","column":"id","provides":{"menu_price":"price"}}}}},
          "total":"total","pieces":"pieces"})j");
  bool empty = false;
  for (std::uint64_t i = 0; i < 200; ++i) {
    const auto values = run.draw(program, i);
    // Count by what the JSON text says: pieces like {"unit_price": 4.25, "quantity": 2, "id": 7}.
    std::int64_t cents = 0;
    std::int64_t pieces = 0;
    std::string text(values[0].text);
    for (std::size_t at = text.find("\"quantity\": "); at != std::string::npos;
         at = text.find("\"quantity\": ", at + 1)) {
      const std::int64_t quantity = text[at + 12] - '0';
      const char id = text[text.find("\"id\": ", at) + 6];
      const std::string price = text.substr(text.rfind("\"unit_price\": ", at) + 14, 4);
      EXPECT_EQ(price, id == '7' ? "4.25" : id == '8' ? "11.0" : "null");
      cents += quantity * (id == '7' ? 425 : id == '8' ? 1100 : 0);
      pieces += quantity;
    }
    std::int64_t total = values[1].integer;
    for (int scale = values[1].scale; scale < 2; ++scale) total *= 10;
    EXPECT_EQ(total, cents) << text;
    EXPECT_EQ(values[2].integer, pieces);
    empty = empty || text == "[]";
  }
  EXPECT_TRUE(empty);
}

TEST(GeneratorSums, SayWhatIsNoNumberOrTooLarge) {
  GeneratorRun run;
  run.pool_bytes.push_back(make_pool({""}, {{"free"}}));
  const char* const form =
      R"j({"items":{"type":"array","min_length":2,"provides":{"total":"sum(a * b)"},
          "of":{"type":"object","fields":{"a":%,"b":9000000000000000000}}},"total":"total"})j";
  const auto with = [&](const std::string& a) {
    std::string text = form;
    return text.replace(text.find('%'), 1, a);
  };
  EXPECT_EQ(
      error_of([&] { run.draw(run.compile(with(R"({"type":"pool","sql":"S"})"))); }).message(),
      "a sum in \"provides\" met a value that is no number");
  EXPECT_EQ(error_of([&] {
              run.draw(run.compile(with(R"({"type":"choice","values":["99999999999999999999"]})")));
            }).message(),
            "a sum in \"provides\" is out of range");
  // Beyond 64 bits a total is text: 2 to 10 times 8.1e37.
  const auto values = run.draw(run.compile(
      R"j({"items":{"type":"array","min_length":2,"max_length":2,"provides":{"total":"sum(a * a)"},
          "of":{"type":"object","fields":{"a":9000000000000000000}}},"total":"total"})j"));
  EXPECT_EQ(values[1].kind, Kind::text);
  EXPECT_EQ(values[1].text, "162000000000000000000000000000000000000");
}

// --- rendering ---

TEST(GeneratorRendering, ObjectsAreJson) {
  GeneratorRun run;
  run.context.run_start_us = 8835LL * 86400000000 + 45000123456;
  run.pool_bytes.push_back(make_pool(
      {"n", "b", "j", "t", "u", "nan", "z"},
      {{"1.50", "t", "{\"k\": [1]}", "12", "12", "NaN", std::nullopt}},
      {PoolColumnKind::number, PoolColumnKind::boolean, PoolColumnKind::json, PoolColumnKind::text,
       PoolColumnKind::unknown, PoolColumnKind::number, PoolColumnKind::number}));
  const char* const pool = R"j({"type":"pool","sql":"S","column":")j";
  std::string fields;
  for (const char* column : {"n", "b", "j", "t", "u", "nan", "z"}) {
    fields += std::string(",\"") + column + "\":" + pool + column + "\"}";
  }
  const std::string text = run.draw_text(
      R"({"o":{"type":"object","fields":{"text":"a\"b\\c\n\u0001\u00e9","quoted":"{\"a\":1}","int":-5,
          "num":0.05,"yes":true,"none":null,"date":{"type":"date","from":"0","to":"0"},
          "ts":{"type":"timestamp","from":"0","to":"0"},
          "list":{"type":"array","of":{"type":"literal","value":"x"},"min_length":2,"max_length":2},
          "raw":{"type":"literal","value":{"a":[1,"b"]}})" +
      fields + "}}}");
  EXPECT_EQ(
      text,
      "{\"text\": \"a\\\"b\\\\c\\n\\u0001\xc3\xa9\", \"quoted\": \"{\\\"a\\\":1}\", \"int\": -5, "
      "\"num\": 0.05, \"yes\": true, \"none\": null, \"date\": \"2024-03-10\", "
      "\"ts\": \"2024-03-10T12:30:00.123456+00:00\", \"list\": [\"x\", \"x\"], "
      "\"raw\": {\"a\": [1, \"b\"]}, \"n\": 1.50, \"b\": true, \"j\": {\"k\": [1]}, "
      "\"t\": \"12\", \"u\": \"12\", \"nan\": \"NaN\", \"z\": null}");
}

TEST(GeneratorRendering, ArraysAreLiteralsForArrayParameters) {
  GeneratorRun run;
  GeneratorProgram program = run.compile(
      R"({"a":{"type":"array","min_length":2,"max_length":2,
               "of":{"type":"literal","value":"say \"hi\", {x}\\"}},
          "b":{"type":"array","min_length":1,"max_length":1,
               "of":{"type":"array","min_length":2,"max_length":2,"of":7}},
          "c":{"type":"literal","value":["plain","NULL",null,"",1.5,true,[1,2],{"k":"v"}]},
          "d":{"type":"array","min_length":1,"max_length":1,
               "of":{"type":"object","fields":{"k":"V"}}},
          "e":{"type":"array","min_length":0,"max_length":0,"of":1},
          "f":{"type":"literal","value":"{1,2}"}})");
  EXPECT_EQ(run.draw(program)[1].kind, Kind::json);
  EXPECT_EQ(run.draw(program)[1].text, "[[7, 7]]");
  for (std::size_t i = 0; i < 6; ++i) program.set_parameter_form(i, ParameterForm::array);
  const auto values = run.draw(program);
  EXPECT_EQ(values[0].kind, Kind::array);
  EXPECT_EQ(values[0].text, R"({"say \"hi\", {x}\\","say \"hi\", {x}\\"})");
  EXPECT_EQ(values[1].text, "{{7,7}}");
  EXPECT_EQ(values[2].text, R"({plain,"NULL",NULL,"",1.5,true,{1,2},"{\"k\": \"v\"}"})");
  EXPECT_EQ(values[3].text, R"({"{\"k\": \"V\"}"})");
  EXPECT_EQ(values[4].text, "{}");
  EXPECT_EQ(values[5].kind, Kind::text);
  EXPECT_EQ(values[5].text, "{1,2}");
}

TEST(GeneratorRendering, JsonParametersGetDocuments) {
  GeneratorRun run;
  run.pool_bytes.push_back(make_pool({"doc", "name"}, {{"{\"a\": 1}", "Ann"}},
                                     {PoolColumnKind::unknown, PoolColumnKind::text}));
  GeneratorProgram program = run.compile(
      R"({"word":"PENDING","doc":"{}","int":5,"null":null,
          "pool_doc":{"type":"pool","sql":"S","column":"doc"},
          "pool_name":{"type":"pool","sql":"S","column":"name"},
          "made":{"type":"text","pattern":"12"},
          "list":{"type":"array","min_length":1,"max_length":1,"of":{"type":"boolean","true_percent":0}}})");
  for (std::size_t i = 0; i < 8; ++i) program.set_parameter_form(i, ParameterForm::json);
  const auto values = run.draw(program);
  EXPECT_EQ(values[0].kind, Kind::json);
  EXPECT_EQ(values[0].text, "\"PENDING\"");
  EXPECT_EQ(values[1].text, "{}");
  EXPECT_EQ(values[2].text, "5");
  EXPECT_EQ(values[3].kind, Kind::null);
  EXPECT_EQ(values[4].text, "{\"a\": 1}");
  EXPECT_EQ(values[5].text, "\"Ann\"");
  EXPECT_EQ(values[6].text, "\"12\"");
  EXPECT_EQ(values[7].text, "[false]");
}

TEST(GeneratorRendering, UuidsAreWrittenInArraysAndPatterns) {
  GeneratorRun run;
  run.catalogue["key"] = R"({"type":"uuid"})";
  const std::string text = run.draw_text(R"({"p":{"type":"text","pattern":"{key}"}})");
  ASSERT_EQ(text.size(), 36u);
  EXPECT_EQ(text[8], '-');
  EXPECT_EQ(text[14], '4');
  EXPECT_EQ(text[23], '-');
}

}  // namespace
}  // namespace perf_mgmt
