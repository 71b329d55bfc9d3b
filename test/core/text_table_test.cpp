// Tables and paragraphs that were laid out by hand.
#include "../../src/core/text_table.hpp"

#include <gtest/gtest.h>

#include "perf_mgmt/core/escape.hpp"

namespace perf_mgmt {
namespace {

std::size_t widest_line(const std::string& text) {
  std::size_t widest = 0;
  for (const std::string_view line : lines_of(text)) widest = std::max(widest, display_width(line));
  return widest;
}

TEST(TextTable, AlignsCutsAndLeavesEmptyColumnsOut) {
  TextTable table({{"Name", Align::left, 10}, {"ms", Align::right}, {"Nothing"}});
  table.add_row({"a long name that is cut", "12.30"});
  table.add_row({"b", "4.00"});
  EXPECT_EQ(table.terminal(),
            "  Name           ms\n"
            "  ----------  -----\n"
            "  a long na\u2026  12.30\n"
            "  b            4.00\n");
}

TEST(TextTable, CountsTheRowsThatItHasNoRoomFor) {
  TextTable table({{"Name"}}, 2);
  for (const char* name : {"a", "b", "c", "d"}) table.add_row({name});
  EXPECT_EQ(table.terminal(), "  Name\n  ----\n  a\n  b\n  and 2 more\n");
  EXPECT_EQ(table.markdown(),
            "| Name |\n| --- |\n| a |\n| b |\n\n2 more rows are left out here.\n");
}

TEST(TextTable, WideCharactersTakeTwoColumns) {
  TextTable table({{"Name"}, {"ms", Align::right}});
  table.add_row({"\u8868", "1"});
  table.add_row({"abc", "2"});
  EXPECT_EQ(table.terminal(0),
            "Name  ms\n"
            "----  --\n"
            "\u8868     1\n"
            "abc    2\n");
}

TEST(TextTable, NothingWithoutRows) {
  const TextTable table({{"Name"}});
  EXPECT_TRUE(table.empty());
  EXPECT_EQ(table.terminal(), "");
  EXPECT_EQ(table.markdown(), "");
}

TEST(TextTable, LeftColumnsGiveWayBeforeFigures) {
  TextTable table({{"A", Align::left, 60}, {"B", Align::left, 60}, {"figure", Align::right}});
  table.add_row({std::string(60, 'a'), std::string(60, 'b'), "123456789"});
  const std::string text = table.terminal(2, 60);
  EXPECT_EQ(widest_line(text), 60U);
  EXPECT_NE(text.find("  123456789\n"), std::string::npos);
  EXPECT_NE(text.find(std::string(21, 'a') + "\u2026"), std::string::npos);
}

TEST(TextTable, TerminalShowsNoControlCharacter) {
  TextTable table({{"Name"}});
  table.add_row({"a\x1b[31m\nb\tc"});
  EXPECT_EQ(table.terminal(0), "Name\n----------\na?[31m b c\n");
}

TEST(TextTable, MarkdownKeepsSignsOfFiguresAndEscapesTheRest) {
  TextTable table({{"Name"}, {"Change", Align::right}, {"Nothing"}});
  table.add_row({"a | *b*", "+12.3 %"});
  table.add_row({"c", "-4.0 %"});
  EXPECT_EQ(table.markdown(),
            "| Name | Change |\n"
            "| --- | ---: |\n"
            "| a \\| \\*b\\* | +12.3 % |\n"
            "| c | -4.0 % |\n");
}

// Titles take 17 bytes, a row 9, the note has 60 reserved.
TEST(TextTable, MarkdownStaysWithinItsBytes) {
  TextTable table({{"Name"}});
  for (int i = 0; i < 10; ++i) table.add_row({"aaaa"});
  EXPECT_EQ(table.markdown(86), "| Name |\n| --- |\n| aaaa |\n\n9 more rows are left out here.\n");
  EXPECT_EQ(table.markdown(17 + 90), table.markdown());
}

TEST(TextTable, MarkdownCellsAreClipped) {
  TextTable table({{"Name"}});
  table.add_row({std::string(10'000, 'x')});
  EXPECT_EQ(table.markdown(std::string::npos, 5), "| Name |\n| --- |\n| xxxx\u2026 |\n");
}

TEST(Fitted, EndsInAnEllipsisWithinTheWidth) {
  EXPECT_EQ(fitted("abc", 3), "abc");
  EXPECT_EQ(fitted("abcd", 3), "ab\u2026");
  EXPECT_EQ(fitted("abcd", 0), "");
  EXPECT_EQ(fitted("\u8868\u8868\u8868", 5), "\u8868\u8868\u2026");
  EXPECT_EQ(fitted("\u8868\u8868\u8868", 4), "\u8868\u2026");
}

TEST(Wrapped, BreaksAtBlanks) {
  EXPECT_EQ(wrapped("one two three", "- ", 9), "- one two\n  three\n");
  EXPECT_EQ(wrapped("one\n\ntwo"), "one two\n");
  EXPECT_EQ(wrapped(""), "\n");
}

TEST(Wrapped, KeepsAPercentSignWithItsNumber) {
  EXPECT_EQ(wrapped("up 12.3 % more", "", 8), "up\n12.3 %\nmore\n");
  EXPECT_EQ(wrapped("5 %", "", 8), "5 %\n");
}

TEST(Wrapped, BreaksInsideOfWordsThatAreTooLong) {
  EXPECT_EQ(wrapped("abcdefghij", "", 4), "abcd\nefgh\nij\n");
  EXPECT_EQ(wrapped("abcdefgh ij", "", 4), "abcd\nefgh\nij\n");
  EXPECT_EQ(wrapped("a abcdefgh", "", 4), "a\nabcd\nefgh\n");
  EXPECT_EQ(wrapped("\u8868\u8868\u8868", "", 3), "\u8868\n\u8868\n\u8868\n");
}

TEST(Wrapped, EscapesAndClips) {
  EXPECT_EQ(wrapped("a\x1b[31mb"), "a?[31mb\n");
  EXPECT_EQ(wrapped("abcdef", "", 100, 3), "ab\u2026\n");
}

TEST(Lines, WithoutEmptyOnes) {
  EXPECT_EQ(lines_of("one\r\ntwo\n\n \nthree"),
            (std::vector<std::string_view>{"one", "two", "three"}));
  EXPECT_TRUE(lines_of("").empty());
}

}  // namespace
}  // namespace perf_mgmt
