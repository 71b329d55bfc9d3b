// Text of others (names, templates, error messages) as it stands in HTML, XML, Markdown and error
// messages: nothing in it means anything there.
//
// Input is UTF-8; bytes that are not become U+FFFD. Where people read the text (not in XML),
// characters that turn the direction of writing become U+FFFD or a question mark too: they would
// reorder the words around it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace perf_mgmt {

// In an element or a quoted attribute of HTML or SVG. Control characters other than tab and line
// feed become U+FFFD, ends of lines line feeds.
std::string html_text(std::string_view text);

// In an element or a quoted attribute of XML 1.0; what XML cannot hold becomes a question mark;
// tabs, line feeds and carriage returns become references, so that an attribute keeps them.
std::string xml_text(std::string_view text);

// In a line or a table cell of GitHub's Markdown: white space becomes one blank, control characters
// U+FFFD, and what has a meaning there (links, mentions, references, names of emoji, HTML,
// emphasis, tables, lists) loses it: by a backslash, or by an invisible word joiner (U+2060) where
// a backslash would not do.
std::string markdown_text(std::string_view text);

// As an indented block of Markdown, shown line for line; begins with an empty line and ends its
// last one. Empty for no text.
std::string markdown_block(std::string_view text);

// In a terminal's line: control characters (escape sequences among them) become question marks,
// white space one blank.
std::string terminal_text(std::string_view text);

// The first `characters` code points at most; where there were more, the last of them is an
// ellipsis.
std::string clipped(std::string_view text, std::size_t characters);

// As an error message quotes it: a text of more than `bytes` bytes ends there, before the character
// that would not fit, with three dots. So nobody's key of megabytes is repeated in full.
std::string brief(std::string_view text, std::size_t bytes = 60);
// The same in double quotes.
std::string in_quotes(std::string_view text);

// Columns that a text takes in a terminal: code points, wide East Asian ones and emoji as two,
// combining ones as none (Unicode's East Asian Width, roughly as wcwidth does it).
std::size_t display_width(std::string_view text);

}  // namespace perf_mgmt
