// Expectations by hand from PostgreSQL's manual, chapter "Lexical Structure", and psql's on
// variables.
#include "perf_mgmt/core/template_text.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "generator_fixture.hpp"

namespace perf_mgmt {
namespace {

const std::vector<std::string> kParameters = {"id", "status", "n"};

std::string read(std::string_view sql) {
  return read_template(sql, kParameters).sql;
}

TEST(TemplateText, NumbersNamesByTheirPlaceAmongTheParameters) {
  const TemplateText text =
      read_template("UPDATE t SET s = :status WHERE id = :id OR parent = :id", kParameters);
  EXPECT_EQ(text.sql, "UPDATE t SET s = $2 WHERE id = $1 OR parent = $1");
  EXPECT_EQ(text.named, (std::vector<std::string>{"status", "id"}));
  EXPECT_EQ(text.highest_number, 0);
}

TEST(TemplateText, FindsTheHighestNumber) {
  const TemplateText text = read_template("SELECT $2, $11, $3", kParameters);
  EXPECT_EQ(text.sql, "SELECT $2, $11, $3");
  EXPECT_EQ(text.highest_number, 11);
  EXPECT_TRUE(text.named.empty());
  EXPECT_EQ(read_template("SELECT 1", kParameters).highest_number, 0);
  EXPECT_EQ(read_template("SELECT $65535", kParameters).highest_number, 65535);
}

// Nothing in these is a placeholder.
TEST(TemplateText, LeavesAloneWhatIsNone) {
  for (const char* sql : {
           "SELECT 'a :id $7 b'",
           "SELECT 'it''s :id'",
           "SELECT '\\', n",  // a backslash is a character like any other
           "SELECT E'it\\'s :id'",
           "SELECT e'\\\\', n",
           "SELECT E'a' -- x\n ' b\\' :id'",
           "SELECT U&'\\0041 :id'",
           "SELECT B'01', X'ff', N':id'",
           "SELECT \":id\", \"a\"\":id\"",
           "SELECT $$ :id $7 $$",
           "SELECT $x$ :id $$ $y$ $x$",
           "SELECT a$7, b$id$c FROM t",
           "SELECT 1 -- :id $7\n, 2",
           "SELECT 1 /* :id /* $7 */ :id */ , 2",
           "SELECT id::int, '5'::numeric(3, 1)",
           "SELECT f(a := 1)",
           "SELECT a[1:2], a[1:n], a[n:n], a[f(x):n]",
           "SELECT a[:other], a[lo:other]",
           "SELECT JSON_OBJECT('k':v)",
           "SELECT \xc3\xa9t\xc3\xa9$7",
       }) {
    const TemplateText text = read_template(sql, kParameters);
    EXPECT_EQ(text.sql, sql);
    EXPECT_TRUE(text.named.empty()) << sql;
    EXPECT_EQ(text.highest_number, 0) << sql;
  }
}

TEST(TemplateText, FindsPlaceholdersBehindAllThat) {
  EXPECT_EQ(read("SELECT :id::int"), "SELECT $1::int");
  EXPECT_EQ(read("SELECT ':id' || :id"), "SELECT ':id' || $1");
  EXPECT_EQ(read("SELECT E'\\\\' || :id"), "SELECT E'\\\\' || $1");
  EXPECT_EQ(read("SELECT '\\' || :id"), "SELECT '\\' || $1");
  EXPECT_EQ(read("SELECT type'a' || :id"),
            "SELECT type'a' || $1");  // no E string: `type` is a word
  EXPECT_EQ(read("SELECT $$:id$$ || :id"), "SELECT $$:id$$ || $1");
  EXPECT_EQ(read("SELECT /* :n */ :id -- :n"), "SELECT /* :n */ $1 -- :n");
  EXPECT_EQ(read("SELECT f(a := :id)"), "SELECT f(a := $1)");
  EXPECT_EQ(read("SELECT E'a' '\\' || :id"), "SELECT E'a' '\\' || $1");  // one line: two strings
  EXPECT_EQ(read("SELECT a[:n]"), "SELECT a[$3]");
  EXPECT_EQ(read("SELECT a[1: :n], a[:n :2]"), "SELECT a[1: $3], a[$3 :2]");
  EXPECT_EQ(read("SELECT a[1]; SELECT :id"), "SELECT a[1]; SELECT $1");
  EXPECT_EQ(read("VALUES(:id,:status,:n)"), "VALUES($1,$2,$3)");
  EXPECT_EQ(read("SELECT 1 LIMIT:n"), "SELECT 1 LIMIT $3");
  EXPECT_EQ(read("SELECT -:n, 2*:n"), "SELECT -$3, 2*$3");
  EXPECT_EQ(read("SELECT E'a'\n, ':id', :id"), "SELECT E'a'\n, ':id', $1");
}

TEST(TemplateText, SaysWhereParametersStand) {
  const TemplateText text = read_template("SELECT ':id', :status LIMIT:n", kParameters);
  EXPECT_EQ(text.sql, "SELECT ':id', $2 LIMIT $3");
  ASSERT_EQ(text.places.size(), 2u);
  EXPECT_EQ(text.places[0].offset, 14u);
  EXPECT_EQ(text.places[0].length, 2u);
  EXPECT_EQ(text.places[0].number, 2);
  EXPECT_EQ(text.places[1].offset, 23u);
  EXPECT_EQ(text.places[1].number, 3);
}

TEST(TemplateText, RenumbersWithoutGaps) {
  const RenumberedText text = renumber_parameters(
      "UPDATE t SET a = $12 WHERE b = $3 AND c = $12 AND d = '$7' AND e = x[:y]");
  EXPECT_EQ(text.sql, "UPDATE t SET a = $1 WHERE b = $2 AND c = $1 AND d = '$7' AND e = x[:y]");
  EXPECT_EQ(text.parameters, (std::vector<int>{11, 2}));
  EXPECT_EQ(renumber_parameters("SELECT 1").sql, "SELECT 1");
}

TEST(TemplateText, RefusesUnknownNames) {
  const Error error = error_of([] { read("SELECT :statsu"); });
  EXPECT_STREQ(error.sqlstate(), "42P02");
  EXPECT_EQ(error.message(), "there is no parameter \"statsu\"");
  EXPECT_EQ(error.hint(), "Perhaps you meant \"status\".");
  EXPECT_EQ(error_of([] { read("SELECT :ids"); }).message(), "there is no parameter \"ids\"");
}

TEST(TemplateText, RefusesNumbersThatCannotBe) {
  EXPECT_EQ(error_of([] { read("SELECT $0"); }).message(), "there is no parameter $0");
  EXPECT_EQ(error_of([] { read("SELECT $65536"); }).message(), "there is no parameter $65536");
  EXPECT_STREQ(error_of([] { read("SELECT $99999999999999"); }).sqlstate(), "42P02");
}

TEST(TemplateText, RefusesAMixture) {
  const Error error = error_of([] { read("SELECT $2, :id"); });
  EXPECT_STREQ(error.sqlstate(), "42601");
  EXPECT_EQ(error.message(), "a template cannot mix numbered and named parameters");
  EXPECT_EQ(error.detail(), "It has $2 and :id.");
}

TEST(TemplateText, RefusesWhatDoesNotEnd) {
  const std::vector<std::pair<const char*, const char*>> cases = {
      {"SELECT 'abc", "unterminated quoted string in the template"},
      {"SELECT E'abc\\'", "unterminated quoted string in the template"},
      {"SELECT E'abc\\", "unterminated quoted string in the template"},
      {"SELECT \"abc", "unterminated quoted identifier in the template"},
      {"SELECT $a$ abc $b$", "unterminated dollar-quoted string in the template"},
      {"SELECT /* a /* b */", "unterminated comment in the template"},
      {"SELECT /*", "unterminated comment in the template"},
  };
  for (const auto& [sql, message] : cases) {
    const Error error = error_of([text = sql] { read(text); });
    EXPECT_STREQ(error.sqlstate(), "42601") << sql;
    EXPECT_EQ(error.message(), message) << sql;
  }
  EXPECT_EQ(error_of([] { read("SELECT 1,\n 'abc\ndef"); }).detail(), "It begins in line 2: 'abc");
}

TEST(TemplateText, SurvivesAnyBytes) {
  constexpr std::string_view kBytes = "'\"$:E-/*[];\\\n a1_x=\xff";
  RandomStream random(1, 2, 3);
  int read_whole = 0;
  for (int i = 0; i < 50000; ++i) {
    std::string text;
    for (std::uint64_t n = random.next_below(20); n > 0; --n)
      text += kBytes[random.next_below(kBytes.size())];
    try {
      read_template(text, {"a", "x"});
      ++read_whole;
    } catch (const Error&) {
    }
  }
  EXPECT_GT(read_whole, 10000);
}

}  // namespace
}  // namespace perf_mgmt
