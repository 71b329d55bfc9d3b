// Puts the parts in order: skip link, header, contents, sections, footer, script.
#include "html_page.hpp"

#include "perf_mgmt/core/escape.hpp"

namespace perf_mgmt {

namespace {

// Long names would fill a window's title, or the first screen of a phone.
constexpr std::size_t kLongestTitle = 120;
constexpr std::size_t kLongestHeading = 160;

// An empty icon: without one a browser asks the server that the page came from for its own.
constexpr std::string_view kHead = R"(<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="perf_mgmt">
<link rel="icon" href="data:,">
)";

std::string contents(const std::vector<HtmlSection>& sections) {
  std::string items;
  for (const HtmlSection& section : sections) {
    if (section.body.empty()) continue;
    items += "<li><a href=\"#" + section.id + "\">" + html_text(section.title) + "</a></li>\n";
  }
  if (items.empty()) return {};
  return "<nav aria-label=\"Contents\">\n<ul>\n" + items + "</ul>\n</nav>\n";
}

std::string section_html(const HtmlSection& section) {
  if (section.body.empty()) return {};
  const std::string heading = section.id + "-heading";
  return "<section id=\"" + section.id + "\" aria-labelledby=\"" + heading + "\">\n<h2 id=\"" +
         heading + "\">" + html_text(section.title) + "</h2>\n" + section.body + "</section>\n";
}

}  // namespace

std::string html_page(const HtmlPage& page) {
  std::string out = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n";
  out += kHead;
  out += "<title>" + html_text(clipped(page.title, kLongestTitle)) + "</title>\n<style>\n";
  out += html_style();
  out += "</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#main\">Skip to the result</a>\n";
  out += "<header>\n<p class=\"kind\">" + html_text(page.kind) + "</p>\n<h1>" +
         html_text(clipped(page.heading, kLongestHeading)) + "</h1>\n" + page.lead + "</header>\n";
  out += contents(page.sections);
  out += "<main id=\"main\" tabindex=\"-1\">\n";
  for (const HtmlSection& section : page.sections) out += section_html(section);
  out += "</main>\n<footer>\n" + page.footer + "</footer>\n<script>\n";
  out += html_script();
  out += "</script>\n</body>\n</html>\n";
  return out;
}

}  // namespace perf_mgmt
