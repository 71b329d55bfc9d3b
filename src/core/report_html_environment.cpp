// Under which conditions, what of them differs from the baseline's, and how it was measured.
#include "document_reader.hpp"
#include "html_parts.hpp"
#include "perf_mgmt/core/escape.hpp"
#include "perf_mgmt/core/quantity.hpp"
#include "report_html.hpp"

namespace perf_mgmt {

namespace {

using Align = HtmlTable::Align;

// Members of an object as rows; bytes as bytes.
std::string object_table(const std::string& caption, const JsonValue& object) {
  HtmlTable table(caption, {{"Name", Align::text}, {"Value", Align::text}});
  if (!object.json().is_object()) return {};
  object.each_member([&](const std::string& name, const JsonValue& value) {
    if (value.is_null() || value.json().is_structured()) return;
    const bool is_bytes = name.ends_with("_bytes") && value.json().is_number();
    table.add_row({name_html(name), is_bytes ? html_text(bytes_text(value.number()))
                                             : clipped_html(json_text(value.json()), 500)});
  });
  return table.html();
}

void add_row(HtmlTable& table, std::string_view name, const std::optional<std::string>& value) {
  if (value && !value->empty()) table.add_row({html_text(name), clipped_html(*value, 20'000)});
}

std::string run_table(const JsonValue& summary, const JsonValue& environment) {
  HtmlTable table("The run", {{"What", Align::text}, {"Value", Align::text}});
  add_row(table, "Test", text_of(summary, "test_name"));
  add_row(table, "Version of the test", text_of(summary, "test_version"));
  add_row(table, "Scenario", text_of(summary, "scenario_name"));
  add_row(table, "Industry", text_of(summary, "industry_context"));
  add_row(table, "Environment", text_of(summary, "execution_environment"));
  add_row(table, "Execution", text_of(summary, "execution_id"));
  add_row(table, "Repeats", text_of(summary, "confirms_execution_id"));
  if (const auto started = text_of(summary, "started_at"))
    add_row(table, "Started", time_text(*started));
  if (const auto ended = text_of(summary, "completed_at"))
    add_row(table, "Ended", time_text(*ended));
  add_row(table, "Load model", text_of(summary, "load_model"));
  add_row(table, "Workers", any_text_of(summary, "workers"));
  // As it came: it is more than a double holds exactly.
  add_row(table, "Seed", any_text_of(summary, "seed"));
  add_row(table, "Started by", text_of(summary, "started_by"));
  add_row(table, "Run as", text_of(summary, "run_as"));
  add_row(table, "PostgreSQL", text_of(environment, "database_version"));
  if (const auto size = environment.number_of("test_data_size")) {
    add_row(table, "Data", bytes_text(*size));
  }
  return table.html();
}

}  // namespace

std::string differences_section(const JsonValue& document, std::string_view before_name,
                                std::string_view now_name) {
  HtmlTable table("Settings that differ", {{"Setting", Align::text},
                                           {std::string(before_name), Align::text},
                                           {std::string(now_name), Align::text}});
  each_of(document, "setting_differences", [&](const JsonValue& row) {
    table.add_row({name_html(text_or_empty(row, "name")),
                   clipped_html(any_text_of(row, "baseline").value_or("not set"), 400),
                   clipped_html(any_text_of(row, "current").value_or("not set"), 400)});
  });
  std::vector<std::string> others;
  each_of(document, "differences",
          [&](const JsonValue& text) { others.push_back(clipped_html(text.text(), 400)); });
  std::string html = table.html();
  if (!others.empty()) {
    html += box_html(kWarn, "Not run under equal conditions", list_html(others), true);
  }
  return html;
}

std::string environment_section(const JsonValue& document) {
  const JsonValue report = document.get("report");
  const auto summary = report.find("execution_summary");
  const auto environment = report.find("environment");
  if (!summary || !environment) return {};
  std::string html = run_table(*summary, *environment);
  with_member(*environment, "hardware_specs",
              [&](const JsonValue& hardware) { html += object_table("Machine", hardware); });
  with_member(*environment, "postgresql_config", [&](const JsonValue& settings) {
    html +=
        details_html("Settings of the server", object_table("Settings of the server", settings));
  });
  with_member(*summary, "metadata", [&](const JsonValue& metadata) {
    if (metadata.json().empty()) return;
    html += details_html("Metadata", code_html(indented_json(metadata.json())));
  });
  with_member(*environment, "run_spec", [&](const JsonValue& spec) {
    if (spec.json().empty()) return;
    html += details_html("Run spec, as it was run", code_html(indented_json(spec.json())));
  });
  with_member(*environment, "fingerprint", [&](const JsonValue& fingerprint) {
    if (fingerprint.json().empty()) return;
    html += details_html("Fingerprint: what must be equal for a comparison",
                         code_html(indented_json(fingerprint.json())));
  });
  return html;
}

std::string method_section() {
  return R"(<p>Operations ran in server processes, each in a transaction of its own, without a client or a network in between.</p>
<ul>
<li><strong>Response time</strong> is from the moment an operation was due to the end of its commit. It is the sum of <strong>lag</strong>, waiting for a free worker, and <strong>service time</strong>, the server at work on it.</li>
<li>Times are of operations that succeeded, in the measured window; warm-up is outside of it. Failures are counted apart, so that a fast error improves nothing.</li>
<li>A percentile comes from an exact histogram (within 0.4 %) and is left out where fewer than ten values lie above it. None is an average of percentiles.</li>
<li><strong>Throughput</strong> is operations that succeeded in the window, divided by its length.</li>
<li>A <strong>verdict</strong> keeps two things apart: whether a change is larger than accepted, and whether it is more than the noise between runs. What cannot be told is never called passed.</li>
<li>Waits were sampled while the workers ran; <strong>CPU</strong> means that a worker waited for nothing.</li>
</ul>
)";
}

}  // namespace perf_mgmt
