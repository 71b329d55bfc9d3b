// Plans: what differs first, whole plans behind a click.
//
// A statement's plan flipped where it was run with one that it had not before. Which of several
// plans are put side by side is a choice: the newest that the other run did not have.
#include <algorithm>
#include <map>

#include "document_reader.hpp"
#include "html_parts.hpp"
#include "perf_mgmt/core/escape.hpp"
#include "perf_mgmt/core/plan_outline.hpp"
#include "perf_mgmt/core/quantity.hpp"
#include "plan_text.hpp"
#include "report_html.hpp"

namespace perf_mgmt {

namespace {

// Plans of partitioned tables are long: beyond this the page shows outlines only (300 bytes each).
constexpr std::size_t kMostBytes = 300'000;
constexpr std::size_t kMostFlips = 20;
constexpr std::size_t kMostPlans = 200;

struct PlanRow {
  std::string operation;
  double statement = 1;
  std::string hash;
  std::string kind;
  bool is_parallel = false;
  const nlohmann::json* plan = nullptr;  // of the document
};

std::vector<PlanRow> read_plans(const JsonValue& list) {
  std::vector<PlanRow> plans;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const JsonValue value = list.at(i);
    PlanRow row;
    row.operation = text_or_empty(value, "operation_name");
    row.statement = value.number_of("statement_number").value_or(1);
    row.hash = text_or_empty(value, "plan_hash");
    row.kind = text_or_empty(value, "plan_kind");
    row.is_parallel = flag_of(value, "is_parallel").value_or(false);
    if (const auto plan = value.find("plan")) row.plan = &plan->json();
    plans.push_back(std::move(row));
  }
  return plans;
}

// The plans of each statement, by operation and number.
using Statement = std::pair<std::string, double>;
using PlansOfStatement = std::vector<const PlanRow*>;
std::map<Statement, PlansOfStatement> by_statement(const std::vector<PlanRow>& plans) {
  std::map<Statement, PlansOfStatement> statements;
  for (const PlanRow& row : plans) {
    statements[Statement(row.operation, row.statement)].push_back(&row);
  }
  return statements;
}

// The last of a statement's plans that is not among those of the other run; null where none is.
const PlanRow* own_of(const PlansOfStatement& plans, const PlansOfStatement& others) {
  const PlanRow* own = nullptr;
  for (const PlanRow* row : plans) {
    const bool is_shared = std::any_of(others.begin(), others.end(), [&](const PlanRow* other) {
      return other->hash == row->hash;
    });
    if (!is_shared) own = row;
  }
  return own;
}

std::string title_of(const PlanRow& row) {
  std::string title = clipped(row.operation, 100);
  if (row.statement > 1) title += ", statement " + whole_number(row.statement);
  return title;
}

std::string about(const PlanRow& row) {
  std::string text = row.kind.empty() ? "plan" : row.kind + " plan";
  if (row.is_parallel) text += ", parallel";
  return text + " " + row.hash;
}

class PlanPrinter {
 public:
  // The text form while there is room, the outline from then on.
  std::string whole(const PlanRow& row) {
    if (row.plan == nullptr) return "<p class=\"quiet\">The plan was not kept.</p>\n";
    const std::string text = plan_text(*row.plan);
    if (text.empty() || used_ + text.size() > kMostBytes) {
      return code_html(plan_outline(json_text(*row.plan)).value_or("no plan"));
    }
    used_ += text.size();
    return code_html(text);
  }

  std::string side(std::string_view name, const PlanRow& row) {
    return "<div>\n<h4>" + html_text(name) + ": " + name_html(about(row)) + "</h4>\n" + whole(row) +
           "</div>\n";
  }

 private:
  std::size_t used_ = 0;
};

std::string flip_html(PlanPrinter& printer, const PlanRow& before, const PlanRow& now,
                      std::string_view before_name, std::string_view now_name) {
  std::string html = "<article>\n<h3>" + html_text(title_of(now)) + "</h3>\n";
  if (before.plan != nullptr && now.plan != nullptr) {
    if (const auto parts = plan_difference(json_text(*before.plan), json_text(*now.plan))) {
      html += "<p>" + html_text(before_name) + ": <code>" + html_text(parts->first) +
              "</code><br>" + html_text(now_name) + ": <code>" + html_text(parts->second) +
              "</code></p>\n";
    }
  }
  return html +
         details_html("Both plans", "<div class=\"pair\">\n" + printer.side(before_name, before) +
                                        printer.side(now_name, now) + "</div>\n") +
         "</article>\n";
}

}  // namespace

std::string plans_html(const std::optional<JsonValue>& before, const JsonValue& now,
                       std::string_view before_name, std::string_view now_name) {
  const std::vector<PlanRow> plans = read_plans(now);
  const std::vector<PlanRow> others = before ? read_plans(*before) : std::vector<PlanRow>{};
  const std::map<Statement, PlansOfStatement> other_statements = by_statement(others);
  PlanPrinter printer;
  std::string flips;
  std::size_t count = 0;
  bool all_ran_before = !plans.empty();
  for (const auto& [statement, rows] : by_statement(plans)) {
    const auto before_of = other_statements.find(statement);
    if (before_of == other_statements.end()) {
      all_ran_before = false;
      continue;
    }
    const PlanRow* new_plan = own_of(rows, before_of->second);
    if (new_plan == nullptr) continue;
    const PlanRow* old_plan = own_of(before_of->second, rows);
    if (old_plan == nullptr) old_plan = before_of->second.back();
    if (++count > kMostFlips) continue;
    flips += flip_html(printer, *old_plan, *new_plan, before_name, now_name);
  }
  std::string all;
  for (std::size_t i = 0; i < std::min(plans.size(), kMostPlans); ++i) {
    all += details_html(title_of(plans[i]) + ": " + about(plans[i]), printer.whole(plans[i]));
  }
  if (plans.size() > kMostPlans) {
    all +=
        "<p>And " + whole_number(static_cast<double>(plans.size() - kMostPlans)) + " more.</p>\n";
  }
  std::string html;
  if (count > 0) {
    html += "<p>" + html_text(counted(static_cast<double>(count), "statement")) +
            " ran with a plan that was not used before.</p>\n" + flips;
    if (count > kMostFlips) {
      html += "<p>The first " + std::to_string(kMostFlips) + " of them are shown.</p>\n";
    }
  } else if (all_ran_before) {
    html += "<p>Every statement ran with plans that were used before too.</p>\n";
  }
  return html + details_html("All plans", all);
}

std::string plans_section(const JsonValue& document) {
  const JsonValue report = document.get("report");
  const auto plans = report.find("plans");
  if (!plans) return {};
  const auto baseline = document.find("baseline");
  return plans_html(baseline ? baseline->find("plans") : std::nullopt, *plans, "Baseline",
                    "This run");
}

}  // namespace perf_mgmt
