// The first screen of a report: verdict, validity, key figures.
//
// Colours of figures come from verdicts alone: a figure that nobody judged has none, however far it
// moved, because it may be noise.
#include <array>

#include "document_reader.hpp"
#include "html_parts.hpp"
#include "perf_mgmt/core/escape.hpp"
#include "perf_mgmt/core/quantity.hpp"
#include "report_html.hpp"
#include "report_words.hpp"
#include "verdict_view.hpp"

namespace perf_mgmt {

namespace {

// What ended a run before its time, or that it has not ended.
std::string status_box(const JsonValue& summary) {
  const std::string status = text_or_empty(summary, "status");
  if (status == "RUNNING") {
    return box_html({"info", "\u2026"}, "Running",
                    "<p>The run has not ended: there is no result yet.</p>\n");
  }
  std::string why;
  with_member(summary, "failure", [&](const JsonValue& failure) {
    why = paragraph_html(text_or_empty(failure, "message"));
    if (const auto code = text_of(failure, "sqlstate")) {
      why += "<p class=\"quiet small\">SQLSTATE " + name_html(*code) + "</p>\n";
    }
  });
  if (status == "FAILED") return box_html(kBad, "The run failed", why);
  if (status == "CANCELLED") return box_html(kWarn, "The run was cancelled", why);
  return {};
}

std::string baseline_text(const JsonValue& document) {
  std::string html;
  with_member(document, "baseline", [&](const JsonValue& baseline) {
    html = "<p class=\"quiet small\">Compared with the ";
    if (const auto type = text_of(baseline, "type")) html += name_html(*type) + " ";
    html += "baseline";
    if (const auto when = text_of(baseline, "started_at")) html += " of " + time_html(*when);
    if (const auto id = text_of(baseline, "execution_id")) {
      html += ", execution <code>" + name_html(*id) + "</code>";
    }
    html += ".</p>\n";
  });
  if (const auto problem = text_of(document, "baseline_problem")) {
    html += paragraph_html("Not compared with a baseline: " + *problem);
  }
  return html;
}

std::string verdict_box(const JsonValue& document, const std::vector<VerdictRow>& rows) {
  const VerdictRow* overall = overall_of(rows);
  const VerdictRow* strongest = strongest_of(rows);
  const VerdictWords words = words_of(overall == nullptr ? "" : overall->verdict);
  std::string heading(words.title);
  if (overall != nullptr && overall->severe) heading += ", severe";
  // A figure in the heading where it is what the verdict is about.
  const bool tells = strongest != nullptr && overall != nullptr &&
                     overall->verdict != "NO_BASELINE" && overall->verdict != "INCONCLUSIVE";
  if (tells) {
    heading += ": " + row_title(*strongest);
    if (strongest->change_percent && strongest->basis != "limit") {
      heading += " " + signed_change(*strongest->change_percent, strongest->metric);
    }
  }
  std::string body = paragraph_html(words.meaning);
  if (strongest != nullptr) body += row_figures_html(*strongest);
  if (overall != nullptr) {
    body += paragraph_html(overall->reason) + lines_html(overall->explanation);
  }
  return box_html(words.tone, heading, body + baseline_text(document));
}

// The tone and the word of a judgement that found something; nothing for one that found none.
std::string_view tile_tone(const VerdictRow* row, std::string_view& word) {
  if (row == nullptr || row->verdict == "PASS" || row->verdict == "INCONCLUSIVE" ||
      row->verdict == "NO_BASELINE") {
    return {};
  }
  const VerdictWords words = words_of(row->verdict);
  word = words.title;
  return words.tone.css;
}

std::string tile_html(std::string_view metric, const std::optional<double>& now,
                      const std::optional<double>& before, const VerdictRow* row) {
  std::string_view word;
  const std::string_view tone = tile_tone(row, word);
  std::string html = "<div class=\"tile " + std::string(tone) + "\"><dt>" +
                     html_text(metric_title(metric)) + "</dt><dd class=\"value\">" +
                     figures_html(metric_or_dash(metric, now)) + "</dd>";
  std::string note;
  if (before) {
    note = "baseline " + figures_html(metric_text(metric, *before));
    if (const auto change = shown_change(row, metric, before, now)) {
      const std::string text = figures_html(signed_change(*change, metric));
      note += ", " + (tone.empty() ? text : "<span class=\"tone\">" + text + "</span>");
    }
  }
  if (!note.empty()) html += "<dd class=\"was\">" + note + "</dd>";
  if (!word.empty()) html += "<dd class=\"was tone\">" + html_text(word) + "</dd>";
  return html + "</div>\n";
}

}  // namespace

std::string facts_html(const JsonValue& report) {
  std::vector<std::string> facts;
  with_member(report, "execution_summary", [&](const JsonValue& summary) {
    const auto add = [&](const std::string& html) {
      if (!html.empty()) facts.push_back(html);
    };
    add(name_html(text_or_empty(summary, "status")));
    if (const auto started = text_of(summary, "started_at")) add(time_html(*started));
    if (const auto seconds = run_seconds(summary)) {
      std::string text = html_text(duration_text(*seconds * 1000));
      if (const auto measured = summary.number_of("measured_ms")) {
        text += ", of which " + html_text(duration_text(*measured)) + " measured";
      }
      add(text);
    }
    add(html_text(load_text(summary)));
    if (const auto place = text_of(summary, "execution_environment")) {
      add("environment " + name_html(*place));
    }
    if (const auto type = text_of(summary, "test_type")) add(name_html(*type) + " test");
    with_member(summary, "metadata", [&](const JsonValue& metadata) {
      if (const auto commit = any_text_of(metadata, "git_commit")) {
        add("commit <code>" + clipped_html(*commit, 40) + "</code>");
      }
      if (const auto branch = any_text_of(metadata, "branch")) {
        add("branch " + clipped_html(*branch, 60));
      }
    });
  });
  if (facts.empty()) return {};
  std::string html = "<ul class=\"facts\">\n";
  for (const std::string& fact : facts) html += "<li>" + fact + "</li>\n";
  return html + "</ul>\n";
}

std::string validity_html(const JsonValue& report) {
  std::string html;
  with_member(report, "validity", [&](const JsonValue& validity) {
    const std::vector<ReportFinding> findings = findings_of(report);
    const std::optional<bool> is_valid = flag_of(validity, "is_valid");
    std::vector<std::string> items;
    for (const ReportFinding& finding : findings) {
      std::string item = clipped_html(finding.message, 600);
      if (finding.is_fatal) item.insert(0, "<strong>Makes it invalid:</strong> ");
      items.push_back(std::move(item));
    }
    std::string body = list_html(items);
    const auto wanted = validity.number_of("rounds_wanted");
    const auto quiet = validity.number_of("rounds_quiet");
    if (wanted && quiet && *wanted > 1) {
      body += "<p>" +
              html_text(whole_number(*quiet) + " quiet rounds of " + counted(*wanted, "round") +
                        " wanted.") +
              "</p>\n";
    }
    std::vector<std::string> missing;
    with_member(validity, "unavailable", [&](const JsonValue& reasons) {
      reasons.each_member([&](const std::string& metric, const JsonValue& reason) {
        missing.push_back(html_text(metric_title(metric)) + ": " +
                          clipped_html(json_text(reason.json()), 300));
      });
    });
    body += details_html("What could not be measured, and why", list_html(missing));
    if (!is_valid) {
      html = box_html(kNone, "Valid or not is not known yet", body, true);
    } else if (!*is_valid) {
      html = box_html(kBad, "Not valid: do not believe these figures", body, true);
    } else if (findings.empty()) {
      html = box_html(kGood, "Valid",
                      "<p>Nothing was found that limits the trust in these figures.</p>\n" + body,
                      true);
    } else {
      const std::string things = counted(static_cast<double>(findings.size()), "finding");
      html = box_html(kInfo, "Valid, with " + things + " to know of", body, true);
    }
  });
  return html;
}

std::string verdict_section(const JsonValue& document) {
  const JsonValue report = document.get("report");
  std::string html;
  bool is_over = true;
  with_member(report, "execution_summary", [&](const JsonValue& summary) {
    html += status_box(summary);
    is_over = text_or_empty(summary, "status") == "COMPLETED";
  });
  const std::vector<VerdictRow> rows = read_verdicts(report, "verdicts");
  // What ended before its time is not called "not judged" on top of that.
  if (is_over || !rows.empty()) html += verdict_box(document, rows);
  html += validity_html(report);
  html += details_html("How it was judged", verdict_table_html("Verdicts", rows));
  return html;
}

std::string key_figures_section(const JsonValue& document) {
  const JsonValue report = document.get("report");
  const std::vector<VerdictRow> rows = read_verdicts(report, "verdicts");
  const auto baseline = document.find("baseline");
  const auto before = baseline ? baseline->find("metrics") : std::nullopt;
  std::string tiles;
  with_member(report, "performance_metrics", [&](const JsonValue& metrics) {
    for (const KeyFigure& tile : kKeyFigures) {
      const auto now = metrics.number_of(tile.metric);
      if (!now && !tile.always) continue;
      tiles += tile_html(tile.metric, now, before ? before->number_of(tile.metric) : std::nullopt,
                         row_of(rows, tile.metric));
    }
  });
  if (tiles.empty()) return {};
  return "<dl class=\"tiles\">\n" + tiles + "</dl>\n";
}

}  // namespace perf_mgmt
