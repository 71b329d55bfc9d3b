// Operations with the baseline's figures beside theirs, and what explains a change.
//
// The table has what decides; everything else that was counted is behind a click for each
// operation.
#include <map>
#include <set>

#include "document_reader.hpp"
#include "html_parts.hpp"
#include "perf_mgmt/core/escape.hpp"
#include "perf_mgmt/core/quantity.hpp"
#include "report_html.hpp"
#include "report_words.hpp"

namespace perf_mgmt {

namespace {

constexpr std::size_t kMostOperations = 100;  // that are shown
using Figures = std::map<std::string, double>;
using Align = HtmlTable::Align;

struct OperationRow {
  std::string name;
  std::string query_type;
  std::string context;
  std::string tables;
  std::string plan_hash;
  std::string waits;
  Figures figures;  // every number of the row, by its name

  std::optional<double> get(const std::string& figure) const {
    const auto found = figures.find(figure);
    return found == figures.end() ? std::nullopt : std::optional(found->second);
  }
  // Per operation that was begun
  std::optional<double> each(const std::string& figure) const {
    const double begun = get("ok_count").value_or(0) + get("failed_count").value_or(0) +
                         get("interrupted_count").value_or(0);
    const auto total = get(figure);
    return total && begun > 0 ? std::optional(*total / begun) : std::nullopt;
  }
};

std::string name_of(const JsonValue& operation) {
  return text_of(operation, "operation_name").value_or(text_or_empty(operation, "query_hash"));
}

OperationRow read_operation(const JsonValue& value) {
  OperationRow row;
  row.name = name_of(value);
  row.query_type = text_or_empty(value, "query_type");
  row.context = text_or_empty(value, "execution_context");
  row.plan_hash = text_or_empty(value, "plan_hash");
  each_of(value, "table_names", [&](const JsonValue& table) {
    row.tables += (row.tables.empty() ? "" : ", ") + table.text();
  });
  row.waits = waits_text(value, 3, percent_text);
  value.each_member([&](const std::string& name, const JsonValue& member) {
    if (member.json().is_number()) row.figures[name] = member.number();
  });
  return row;
}

// An operation that is run in two ways is two.
using OperationKey = std::pair<std::string, std::string>;
OperationKey key_of(const JsonValue& value) {
  return {name_of(value), text_or_empty(value, "execution_context")};
}

// The operations of a run: the first ones, which are shown, and what is to be known of all.
struct Operations {
  std::vector<OperationRow> rows;
  std::set<OperationKey> keys;
  std::size_t count = 0;
  double busy_ms = 0;
};
Operations read_operations(const JsonValue& object) {
  Operations all;
  each_of(object, "operations", [&](const JsonValue& value) {
    if (all.rows.size() < kMostOperations) all.rows.push_back(read_operation(value));
    all.keys.insert(key_of(value));
    ++all.count;
    all.busy_ms += value.number_of("busy_time_ms").value_or(0);
  });
  return all;
}

// What another run has of them: rows beside those that are shown, names of what this run has not.
struct OtherOperations {
  std::vector<OperationRow> rows;
  std::vector<std::string> gone;  // HTML
  bool any = false;
};
OtherOperations read_others(const std::optional<JsonValue>& report, const Operations& now) {
  OtherOperations others;
  if (!report) return others;
  std::set<OperationKey> shown;
  for (const OperationRow& row : now.rows) shown.emplace(row.name, row.context);
  each_of(*report, "operations", [&](const JsonValue& value) {
    others.any = true;
    const OperationKey key = key_of(value);
    if (shown.contains(key)) others.rows.push_back(read_operation(value));
    if (!now.keys.contains(key)) others.gone.push_back(name_html(key.first));
  });
  return others;
}

// The same operation of the baseline, run in the same way; a null pointer where there is none.
const OperationRow* same_in(const std::vector<OperationRow>& rows, const OperationRow& wanted) {
  for (const OperationRow& row : rows) {
    if (row.name == wanted.name && row.context == wanted.context) return &row;
  }
  return nullptr;
}

// "16.3 ms" and below it "was 12.1 ms, +34.2 %".
std::string time_cell(const OperationRow& now, const OperationRow* before,
                      const std::string& figure) {
  const auto value = now.get(figure);
  std::string note;
  const auto old = before == nullptr ? std::nullopt : before->get(figure);
  if (old) {
    note = "was " + duration_text(*old);
    if (const auto change = change_between(figure, old, value)) {
      note += ", " + signed_change(*change, figure);
    }
  }
  return with_note_html(or_dash(value, duration_text), note);
}

std::string each_cell(const OperationRow& now, const OperationRow* before,
                      const std::string& figure, std::string (*text)(double)) {
  const auto old = before == nullptr ? std::nullopt : before->each(figure);
  return with_note_html(or_dash(now.each(figure), text), old ? "was " + text(*old) : "");
}

std::string failed_cell(const OperationRow& row) {
  const auto failed = row.get("failed_count");
  const std::string text = html_text(or_dash(failed, whole_number));
  return failed.value_or(0) > 0 ? "<span class=\"bad\"><b class=\"tone\">" + text + "</b></span>"
                                : text;
}

std::string operations_table(const Operations& now, const OtherOperations& before) {
  HtmlTable table("Operations, those first that took the most time", {{"Operation", Align::text},
                                                                      {"Share of time"},
                                                                      {"Succeeded"},
                                                                      {"Failed"},
                                                                      {"Mean response"},
                                                                      {"p95"},
                                                                      {"p99"},
                                                                      {"CPU each"},
                                                                      {"Blocks read each"},
                                                                      {"WAL each"},
                                                                      {"Seen in", Align::text}});
  for (const OperationRow& row : now.rows) {
    const OperationRow* old = same_in(before.rows, row);
    const auto mine = row.get("busy_time_ms");
    std::string name = name_html(row.name);
    std::string about = row.query_type;
    if (row.context == "in_transaction") about += ", in the caller's transaction";
    if (before.any && old == nullptr) about += ", not there before";
    name += "<span class=\"was\">" + name_html(about) + "</span>";
    const bool has_share = mine && now.busy_ms > 0;
    table.add_row({name, has_share ? html_text(percent_text(100 * *mine / now.busy_ms)) : "",
                   html_text(or_dash(row.get("ok_count"), whole_number)), failed_cell(row),
                   time_cell(row, old, "avg_response_time_ms"),
                   time_cell(row, old, "p95_response_time_ms"),
                   time_cell(row, old, "p99_response_time_ms"),
                   each_cell(row, old, "cpu_time_ms", duration_text),
                   each_cell(row, old, "shared_blks_read", column_number),
                   each_cell(row, old, "wal_bytes", bytes_text), clipped_html(row.waits, 200)});
  }
  return table.html();
}

std::string figure_text(const std::string& figure, double value) {
  if (figure.ends_with("_ms") || figure.starts_with("blk_")) return duration_text(value);
  if (figure.ends_with("_bytes") || figure.starts_with("bytes_")) return bytes_text(value);
  if (figure.ends_with("_percent")) return percent_text(value);
  return whole_number(value);
}

// "total time", not "total time ms": the value has its unit.
std::string figure_title(const std::string& figure) {
  std::string title = metric_title(figure);
  for (const std::string_view unit : {" ms", " percent", " bytes"}) {
    if (title.ends_with(unit)) title.erase(title.size() - unit.size());
  }
  return title;
}

// Everything that is known of one operation; its name in full, however long.
std::string operation_details(const OperationRow& row, const OperationRow* before) {
  std::vector<HtmlTable::Column> columns = {{"Figure", Align::text}, {"Now"}};
  if (before != nullptr) columns.push_back({"Before"});
  HtmlTable table("All figures of " + clipped(row.name, 80), columns);
  for (const auto& [figure, value] : row.figures) {
    std::vector<std::string> cells = {html_text(figure_title(figure)),
                                      html_text(figure_text(figure, value))};
    if (before != nullptr) {
      const auto old = before->get(figure);
      cells.push_back(old ? html_text(figure_text(figure, *old)) : "");
    }
    table.add_row(cells);
  }
  std::string head;
  if (clipped(row.name, 80) != row.name) head += code_html(row.name);
  if (!row.tables.empty()) head += "<p>Tables: " + clipped_html(row.tables, 1000) + "</p>\n";
  if (!row.plan_hash.empty()) head += "<p>Plan <code>" + name_html(row.plan_hash) + "</code></p>\n";
  return details_html(clipped(row.name, 80), head + table.html());
}

std::string side_text(const JsonValue& finding, std::string_view member) {
  const auto value = finding.find(member);
  if (!value) return {};
  return value->json().is_number() ? column_number(value->number()) : json_text(value->json());
}

}  // namespace

std::string operations_html(const std::optional<JsonValue>& before_report,
                            const JsonValue& report) {
  const Operations now = read_operations(report);
  OtherOperations before = read_others(before_report, now);
  std::string details;
  for (const OperationRow& row : now.rows) {
    details += operation_details(row, same_in(before.rows, row));
  }
  std::string html = operations_table(now, before);
  if (html.empty()) return {};
  if (now.count > now.rows.size()) {
    html += "<p>And " + whole_number(static_cast<double>(now.count - now.rows.size())) +
            " more, which took less time.</p>\n";
  }
  if (before.gone.size() > kMostOperations) {
    const std::size_t more = before.gone.size() - kMostOperations;
    before.gone.resize(kMostOperations);
    before.gone.push_back("and " + whole_number(static_cast<double>(more)) + " more");
  }
  if (!before.gone.empty()) {
    html += "<p>Before, but not in this run:</p>\n" + list_html(before.gone);
  }
  return html + details_html("All figures of each operation", details);
}

std::string operations_section(const JsonValue& document) {
  const JsonValue report = document.get("report");
  return operations_html(document.find("baseline"), report);
}

std::string explanation_section(const JsonValue& document) {
  std::string html;
  each_of(document, "explanation", [&](const JsonValue& change) {
    html += "<article>\n<h3>" + name_html(text_or_empty(change, "operation_name"));
    if (const auto share = change.number_of("share_percent")) {
      html += " <span class=\"quiet\">" + html_text(percent_text(*share)) + " of the change</span>";
    }
    if (const auto own = change.number_of("change_percent")) {
      html += " <span class=\"quiet\">its own mean " +
              html_text(signed_change(*own, "avg_response_time_ms")) + "</span>";
    }
    html += "</h3>\n" + paragraph_html(text_or_empty(change, "finding"));
    HtmlTable table("What moved with " + clipped(text_or_empty(change, "operation_name"), 80),
                    {{"Kind", Align::text},
                     {"Before", Align::text},
                     {"Now", Align::text},
                     {"Finding", Align::text}});
    with_member(change, "details", [&](const JsonValue& details) {
      each_of(details, "findings", [&](const JsonValue& finding) {
        table.add_row({name_html(metric_title(text_or_empty(finding, "kind"))),
                       clipped_html(side_text(finding, "before"), 400),
                       clipped_html(side_text(finding, "after"), 400),
                       clipped_html(text_or_empty(finding, "text"), 600)});
      });
    });
    html += table.html() + "</article>\n";
  });
  return html;
}

}  // namespace perf_mgmt
