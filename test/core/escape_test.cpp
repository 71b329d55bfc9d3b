// Expectations by hand: HTML 5 (13.1.2.3, 3.2.3), XML 1.0 (2.2), CommonMark 0.30 (2.4, 6.9),
// GitHub's autolinks, Unicode 15 (3.9, table 3-8) for what is not UTF-8. Widths after Unicode's
// EastAsianWidth.
#include "perf_mgmt/core/escape.hpp"

#include <gtest/gtest.h>

namespace perf_mgmt {
namespace {

constexpr const char* kScript = "<script>alert('x')</script>\"&";
constexpr const char* kEmoji = "\U0001F680";
constexpr const char* kSign = "\uFFFD";

TEST(HtmlText, IsNeverMarkup) {
  EXPECT_EQ(html_text(kScript), "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&quot;&amp;");
  EXPECT_EQ(html_text("<!-- x -->"), "&lt;!-- x --&gt;");
  EXPECT_EQ(html_text(""), "");
  EXPECT_EQ(html_text(std::string("Stra\u00dfe ") + kEmoji), std::string("Stra\u00dfe ") + kEmoji);
}

TEST(HtmlText, KeepsLinesAndTabsAndNoOtherControls) {
  EXPECT_EQ(html_text("a\r\nb\rc\nd\te"), "a\nb\nc\nd\te");
  EXPECT_EQ(html_text("\x1b[31mred"), std::string(kSign) + "[31mred");
  EXPECT_EQ(html_text(std::string_view("\0\x7f", 2)), std::string(kSign) + kSign);
  EXPECT_EQ(html_text("\u0085"), kSign);
  EXPECT_EQ(html_text("safe\u202Eevil"), std::string("safe") + kSign + "evil");
}

TEST(HtmlText, RepairsWhatIsNotUtf8) {
  const std::string sign = kSign;
  EXPECT_EQ(html_text("a\xff"
                      "b"),
            "a" + sign + "b");
  EXPECT_EQ(html_text("\xc0\xaf"), sign + sign);             // overlong
  EXPECT_EQ(html_text("\xed\xa0\x80"), sign + sign + sign);  // a surrogate
  EXPECT_EQ(html_text("\xe2\x82"
                      "x"),
            sign + "x");  // cut short: one for what began well
  EXPECT_EQ(html_text("\xf0\x9f\x98"), sign);
  EXPECT_EQ(html_text("\xf4\x90\x80\x80"), sign + sign + sign + sign);  // beyond U+10FFFF
  EXPECT_EQ(html_text("\xf4\x8f\xbf\xbd"), "\U0010FFFD");
}

TEST(HtmlText, LongTextStaysWhole) {
  const std::string text(10'000, '<');
  const std::string escaped = html_text(text);
  ASSERT_EQ(escaped.size(), 40'000u);
  EXPECT_EQ(escaped.substr(0, 8), "&lt;&lt;");
}

TEST(XmlText, HoldsNothingThatXmlCannot) {
  EXPECT_EQ(xml_text("<a b=\"c\" d='e'>&\x01\x1f\x08]]>\ttab\r\n"),
            "&lt;a b=&quot;c&quot; d=&apos;e&apos;&gt;&amp;???]]&gt;&#9;tab&#13;&#10;");
  EXPECT_EQ(xml_text("\uFFFE\uFFFF"), "??");
  EXPECT_EQ(xml_text(kEmoji), kEmoji);
  EXPECT_EQ(xml_text("\xff"), kSign);
}

TEST(MarkdownText, LosesItsMeaning) {
  EXPECT_EQ(markdown_text("| *a* _b_ `c` [d](e) <f> & # g\nh ![i]"),
            R"(\| \*a\* \_b\_ \`c\` \[d\](e) \<f\> \& \# g h \!\[i\])");
  EXPECT_EQ(markdown_text("a\\b ~~c~~ $d$ <!-- e -->"), R"(a\\b \~\~c\~\~ \$d\$ \<\!-- e --\>)");
  EXPECT_EQ(markdown_text("a\t\r\n b"), "a b");
  EXPECT_EQ(markdown_text("\x1b[0m"), std::string(kSign) + "\\[0m");
}

TEST(MarkdownText, LinksNothing) {
  EXPECT_EQ(markdown_text("@all me@x.org"), "@\u2060all me@\u2060x.org");
  EXPECT_EQ(markdown_text("http://x.y ftp://z"), "http:\u2060//x.y ftp:\u2060//z");
  EXPECT_EQ(markdown_text("www.x.y WWW.z"), "www\u2060.x.y WWW\u2060.z");
  EXPECT_EQ(markdown_text("#12 a#b"),
            "\\#\u2060"
            "12 a\\#b");
  EXPECT_EQ(markdown_text("12:30 www w.w"), "12:30 www w.w");
  EXPECT_EQ(markdown_text("GH-12 GH-x -1"),
            "GH-\u2060"
            "12 GH-x -1");
}

TEST(MarkdownText, IsNoPicture) {
  EXPECT_EQ(markdown_text(":x: a:+1x:b"), ":\u2060x: a:\u2060+1x:b");
  EXPECT_EQ(markdown_text("12:30:00+00:00 std::x a: b:"), "12:30:00+00:00 std::x a: b:");
}

TEST(MarkdownText, BeginsNoListAndNoRule) {
  EXPECT_EQ(markdown_text("- a - b"), "\\- a - b");
  EXPECT_EQ(markdown_text("\n+ a"), " \\+ a");
  EXPECT_EQ(markdown_text("---"), "\\---");
  EXPECT_EQ(markdown_text("=="), "\\==");
  EXPECT_EQ(markdown_text("12. a"), "12\\. a");
  EXPECT_EQ(markdown_text("1) a"), "1\\) a");
  EXPECT_EQ(markdown_text("-4.0 % and 1.5 ms. b"), "-4.0 % and 1.5 ms. b");
  EXPECT_EQ(markdown_text("1.5 ms"), "1.5 ms");
}

TEST(MarkdownBlock, ShowsLineForLine) {
  EXPECT_EQ(markdown_block("one\r\ntwo\n\n```\n# three"),
            "\n    one\n    two\n    \n    ```\n    # three\n");
  EXPECT_EQ(markdown_block("a\tb\x1b"), std::string("\n    a\tb") + kSign + "\n");
  EXPECT_EQ(markdown_block(""), "");
}

TEST(TerminalText, ActsOnNothing) {
  EXPECT_EQ(terminal_text("a\x1b[2Jb\tc\n\nd"), "a?[2Jb c d");
  EXPECT_EQ(terminal_text("\u009b"
                          "31m\u202e"),
            "?31m?");
  EXPECT_EQ(terminal_text("\x9b"), kSign);
  EXPECT_EQ(terminal_text(kEmoji), kEmoji);
}

TEST(Clipped, CountsCharacters) {
  EXPECT_EQ(clipped("abcd", 4), "abcd");
  EXPECT_EQ(clipped("abcde", 4), "abc\u2026");
  EXPECT_EQ(clipped("\u00e4\u00f6\u00fc\u00df", 3), "\u00e4\u00f6\u2026");
  EXPECT_EQ(clipped("ab", 1), "\u2026");
  EXPECT_EQ(clipped("ab", 0), "");
  EXPECT_EQ(clipped("", 3), "");
  EXPECT_EQ(clipped("\xff\xff", 2), std::string(kSign) + kSign);
}

TEST(Brief, CutsBeforeACharacter) {
  EXPECT_EQ(brief("abcd", 4), "abcd");
  EXPECT_EQ(brief("abcde", 4), "abcd...");
  EXPECT_EQ(brief("abc\u00e4", 4), "abc...");
  EXPECT_EQ(brief("abc\u00e4", 5), "abc\u00e4");
  EXPECT_EQ(brief("\u20ac\u20ac", 1), "...");
  EXPECT_EQ(brief("\xbf\xbf\xbf", 2), "...");
  EXPECT_EQ(brief(std::string(60, 'x')), std::string(60, 'x'));
  EXPECT_EQ(brief(std::string(61, 'x')), std::string(60, 'x') + "...");
}

TEST(DisplayWidth, IsThatOfATerminal) {
  EXPECT_EQ(display_width("abc"), 3u);
  EXPECT_EQ(display_width("12 \u00b5s \u2013"), 7u);
  EXPECT_EQ(display_width("\u65e5\u672c\ud55c"), 6u);
  EXPECT_EQ(display_width("e\u0301"), 1u);
  EXPECT_EQ(display_width(kEmoji), 2u);
  EXPECT_EQ(display_width("\u2713\u2705"), 3u);
  EXPECT_EQ(display_width("\U0001F468\u200D\U0001F469"), 4u);
  EXPECT_EQ(display_width("\t\x1b"), 0u);
  EXPECT_EQ(display_width(""), 0u);
}

}  // namespace
}  // namespace perf_mgmt
