// The shell of a page: one file that asks for nothing, on a screen, on a phone and on paper.
//
// A page has one heading, a lead below it, and sections with headings of the second level, of which
// the list of contents is made. Styles, colours and the script are in html_style.cpp and
// html_script.cpp; a Content-Security-Policy forbids the page to fetch anything, whatever text of
// others it shows.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace perf_mgmt {

struct HtmlSection {
  std::string id;     // unique on the page, [a-z0-9-]
  std::string title;  // plain text
  std::string body;   // HTML; a section without any is left out
};

struct HtmlPage {
  std::string title;    // plain text, of the window
  std::string kind;     // plain text above the heading: "Report of a performance test"
  std::string heading;  // plain text
  std::string lead;     // HTML below the heading
  std::vector<HtmlSection> sections;
  std::string footer;  // HTML
};

// A complete HTML document in UTF-8.
std::string html_page(const HtmlPage& page);

// What every page carries.
std::string_view html_style() noexcept;
std::string_view html_script() noexcept;

}  // namespace perf_mgmt
