// Whether a page is what a browser and a screen reader need: tags that nest and close, quoted
// attributes, unique ids, links that lead somewhere, headings in order, nothing fetched.
//
// Not a parser of HTML in general: it knows the form that our pages have, and anything else is a
// problem. The content of style and script is skipped.
#pragma once

#include <cctype>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace perf_mgmt::fixture {

struct HtmlCheck {
  std::vector<std::string> problems;
  std::set<std::string> ids;
  std::set<std::string> links;
  std::vector<int> headings;
  std::size_t figures = 0;
  std::string text;  // all text, entities resolved, tags left out

  bool has_text(std::string_view wanted) const { return text.find(wanted) != std::string::npos; }
};

class HtmlChecker {
 public:
  static HtmlCheck check(std::string_view page) {
    HtmlChecker checker(page);
    checker.run();
    return std::move(checker.result_);
  }

 private:
  static constexpr std::pair<std::string_view, char> kEntities[] = {
      {"&amp;", '&'},  {"&lt;", '<'},   {"&gt;", '>'},
      {"&quot;", '"'}, {"&#39;", '\''}, {"&#160;", ' '}};

  explicit HtmlChecker(std::string_view page) : rest_(page) {}

  void problem(const std::string& what) { result_.problems.push_back(what); }

  void run() {
    constexpr std::string_view doctype = "<!DOCTYPE html>\n";
    if (!rest_.starts_with(doctype)) return problem("no doctype");
    rest_.remove_prefix(doctype.size());
    while (!rest_.empty()) {
      const std::size_t at = rest_.find('<');
      add_text(rest_.substr(0, at));
      if (at == std::string_view::npos) break;
      rest_.remove_prefix(at);
      if (!take_tag()) return;
    }
    for (const std::string& open : open_) problem("never closed: " + open);
    for (const std::string& link : result_.links) {
      if (!result_.ids.contains(link)) problem("leads nowhere: #" + link);
    }
    int last = 0;
    for (const int level : result_.headings) {
      if (level > last + 1) problem("heading out of order: h" + std::to_string(level));
      last = level;
    }
  }

  void add_text(std::string_view raw) {
    while (!raw.empty()) {
      const std::size_t at = raw.find('&');
      const std::string_view plain = raw.substr(0, at);
      if (plain.find('>') != std::string_view::npos) problem("a bare > in a text");
      result_.text += plain;
      if (at == std::string_view::npos) return;
      raw.remove_prefix(at);
      bool known = false;
      for (const auto& [entity, character] : kEntities) {
        if (!raw.starts_with(entity)) continue;
        result_.text += character;
        raw.remove_prefix(entity.size());
        known = true;
        break;
      }
      if (!known) return problem("a bare & in a text: " + std::string(raw.substr(0, 20)));
    }
  }

  static bool is_void(const std::string& name) {
    return name == "meta" || name == "link" || name == "br";
  }

  // The tag at the front; false where the page cannot be read on.
  bool take_tag() {
    rest_.remove_prefix(1);
    const bool closes = rest_.starts_with("/");
    if (closes) rest_.remove_prefix(1);
    const std::string name = take_word();
    if (name.empty()) {
      problem("no tag: <" + std::string(rest_.substr(0, 20)));
      return false;
    }
    if (closes) return take_close(name);
    bool closed_itself = false;
    if (!take_attributes(name, closed_itself)) return false;
    note(name);
    if (is_void(name) || closed_itself) return true;
    open_.push_back(name);
    if (name == "style" || name == "script") {
      const std::size_t end = rest_.find("</" + name + ">");
      if (end == std::string_view::npos) {
        problem("never closed: " + name);
        return false;
      }
      rest_.remove_prefix(end);
    }
    return true;
  }

  bool take_close(const std::string& name) {
    if (!rest_.starts_with(">") || open_.empty() || open_.back() != name) {
      problem("closed here, but not the last one opened: " + name);
      return false;
    }
    rest_.remove_prefix(1);
    open_.pop_back();
    return true;
  }

  std::string take_word() {
    std::size_t end = 0;
    while (end < rest_.size() && (std::isalnum(static_cast<unsigned char>(rest_[end])) != 0 ||
                                  rest_[end] == '-' || rest_[end] == ':')) {
      ++end;
    }
    std::string word(rest_.substr(0, end));
    rest_.remove_prefix(end);
    return word;
  }

  bool take_attributes(const std::string& tag, bool& closed_itself) {
    while (!rest_.empty()) {
      if (rest_.starts_with("/>")) {
        closed_itself = true;
        rest_.remove_prefix(2);
        return true;
      }
      if (rest_.starts_with(">")) {
        rest_.remove_prefix(1);
        return true;
      }
      if (rest_.front() == ' ' || rest_.front() == '\n') {
        rest_.remove_prefix(1);
        continue;
      }
      const std::string name = take_word();
      const bool has_value = rest_.starts_with("=\"");
      const std::size_t end = has_value ? rest_.find('"', 2) : std::string_view::npos;
      if (name.empty() || (has_value && end == std::string_view::npos)) break;
      if (!has_value) continue;  // <details open>
      note_attribute(tag, name, std::string(rest_.substr(2, end - 2)));
      rest_.remove_prefix(end + 1);
    }
    problem("cannot be read: an attribute of " + tag + " at " + std::string(rest_.substr(0, 20)));
    return false;
  }

  void note(const std::string& name) {
    if (name == "figure") ++result_.figures;
    if (name.size() == 2 && name[0] == 'h' && name[1] >= '1' && name[1] <= '6') {
      result_.headings.push_back(name[1] - '0');
    }
    for (const char* forbidden : {"img", "iframe", "object", "embed", "base", "form"}) {
      if (name == forbidden) problem("fetches or leads away: " + name);
    }
  }

  void note_attribute(const std::string& tag, const std::string& name, const std::string& value) {
    if (value.find('<') != std::string::npos) problem("a bare < in an attribute of " + tag);
    if (name == "id" && !result_.ids.insert(value).second) problem("twice: id " + value);
    if (name == "src" || name.starts_with("on")) problem("attribute " + name + " of " + tag);
    if (name != "href") return;
    if (value.starts_with("#")) {
      result_.links.insert(value.substr(1));
    } else if (tag != "link" || value != "data:,") {
      problem("leads away: " + value);
    }
  }

  std::string_view rest_;
  std::vector<std::string> open_;
  HtmlCheck result_;
};

inline HtmlCheck check_html(std::string_view page) {
  return HtmlChecker::check(page);
}

// The problems, for a message of a test.
inline std::string problems_of(const HtmlCheck& check) {
  std::string text;
  for (const std::string& problem : check.problems) text += problem + "\n";
  return text;
}

}  // namespace perf_mgmt::fixture
