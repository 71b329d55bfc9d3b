// What was run, where, what became of the operations, what the type of the test reports.
#include <fmt/format.h>

#include <algorithm>

#include "document_reader.hpp"
#include "perf_mgmt/core/quantity.hpp"
#include "report_words.hpp"
#include "verdict_text.hpp"

namespace perf_mgmt {

namespace {

using Value = std::optional<double>;

std::string whole_of(const JsonValue& object, std::string_view member) {
  return or_dash(object.number_of(member), whole_number);
}

// Parts that are not empty, with commas.
std::string listed(std::initializer_list<std::string> parts) {
  std::string text;
  for (const std::string& part : parts) {
    if (part.empty()) continue;
    if (!text.empty()) text += ", ";
    text += part;
  }
  return text;
}

std::string time_fact(const JsonValue& summary) {
  const Value seconds = run_seconds(summary);
  const Value measured = summary.number_of("measured_ms");
  return listed({time_text(text_or_empty(summary, "started_at")),
                 seconds ? duration_text(*seconds * 1000) + " in all" : "",
                 measured ? duration_text(*measured) + " measured" : ""});
}

std::string load_fact(const JsonValue& summary) {
  const auto seed = any_text_of(summary, "seed");
  return listed({load_text(summary), seed ? "seed " + *seed : ""});
}

std::string machine_fact(const JsonValue& environment) {
  std::string text;
  with_member(environment, "hardware_specs", [&](const JsonValue& specs) {
    std::string processors = any_text_of(specs, "processor_model").value_or("");
    if (const auto number = any_text_of(specs, "processors")) {
      processors = fmt::format("{} x {}", *number, processors.empty() ? "processor" : processors);
    }
    const Value memory = specs.number_of("memory_bytes");
    std::string disk = any_text_of(specs, "data_device").value_or("");
    if (!disk.empty()) disk = "disk " + disk;
    if (const auto kind = any_text_of(specs, "data_device_kind")) {
      disk += fmt::format("{}({})", disk.empty() ? "disk " : " ", *kind);
    }
    text = listed({processors, memory ? bytes_text(*memory) + " memory" : "", disk,
                   any_text_of(specs, "virtualization").value_or("")});
  });
  return text;
}

std::string commit_fact(const JsonValue& summary) {
  std::string text;
  with_member(summary, "metadata", [&](const JsonValue& metadata) {
    const auto branch = any_text_of(metadata, "branch");
    text = listed(
        {any_text_of(metadata, "git_commit").value_or(""), branch ? "branch " + *branch : ""});
  });
  return text;
}

std::string baseline_fact(const JsonValue& document) {
  std::string text;
  with_member(document, "baseline", [&](const JsonValue& baseline) {
    const auto id = text_of(baseline, "execution_id");
    text = listed({text_or_empty(baseline, "type"),
                   time_text(text_or_empty(baseline, "started_at")), id ? "execution " + *id : ""});
  });
  return text;
}

std::string stress_line(const JsonValue& result) {
  const Value good = result.number_of("last_good_load");
  const Value broken = result.number_of("broken_load");
  if (!good && !broken) return "No step of the load was measured.";
  std::string text = good ? fmt::format("It held up to a load of {}", short_number(*good))
                          : "It held no step of the load";
  if (broken) text += fmt::format(" and broke at {}", short_number(*broken));
  std::string limits;
  each_of(result, "broken", [&](const JsonValue& limit) {
    const std::string name = text_or_empty(limit, "criterion");
    const Value actual = limit.number_of("actual");
    const Value wanted = limit.number_of("limit");
    limits += fmt::format("{}{} {}{}", limits.empty() ? ": " : "; ", criterion_title(name),
                          actual ? metric_text(name, *actual) : "not measured",
                          wanted ? ", the limit is " + metric_text(name, *wanted) : "");
  });
  return text + limits + ".";
}

std::string spike_line(const JsonValue& result) {
  const auto of = [&](std::string_view member) {
    return or_dash(result.number_of(member), duration_text);
  };
  const auto metric = text_of(result, "metric");
  if (!metric) return "There was too little to tell what the spike did.";
  const Value recovery = result.number_of("recovery_ms");
  return fmt::format(
      "The {} was {} before the spike and {} in it; {}.", criterion_title(*metric), of("before_ms"),
      of("during_ms"),
      recovery ? "it was back within " + of("limit_ms") + " after " + duration_text(*recovery)
               : "it did not come back within the time of the test");
}

void endurance_lines(const JsonValue& result, std::vector<std::string>& lines) {
  constexpr std::size_t kMostRelations = 10;
  const auto drift = [&](std::string_view name, std::string_view member) {
    const Value percent = result.number_of(member);
    if (percent)
      lines.push_back(fmt::format("{}: {} from begin to end.", name, signed_change(*percent, "")));
  };
  drift("Mean response time", "mean_response_drift_percent");
  drift("p95 response time", "p95_response_drift_percent");
  drift("Throughput", "throughput_drift_percent");
  if (const Value memory = result.number_of("worker_memory_growth_bytes")) {
    lines.push_back(fmt::format("Memory of the workers grew by {}.",
                                *memory < 0 ? "-" + bytes_text(-*memory) : bytes_text(*memory)));
  }
  std::size_t shown = 0;
  each_of(result, "relations", [&](const JsonValue& relation) {
    const Value before = relation.number_of("bytes_before");
    const Value after = relation.number_of("bytes_after");
    if (before == after || shown++ >= kMostRelations) return;
    lines.push_back(fmt::format("{} {}: {} before, {} after.", text_or_empty(relation, "kind"),
                                text_or_empty(relation, "relation"), or_dash(before, bytes_text),
                                or_dash(after, bytes_text)));
  });
}

void volume_lines(const JsonValue& result, std::vector<std::string>& lines) {
  each_of(result, "relations", [&](const JsonValue& relation) {
    lines.push_back(
        fmt::format("{}: {} of {} rows, {}.", text_or_empty(relation, "relation"),
                    whole_of(relation, "rows"), whole_of(relation, "required_rows"),
                    flag_of(relation, "satisfied").value_or(false) ? "enough" : "NOT ENOUGH"));
  });
}

}  // namespace

std::vector<Fact> facts_of(const JsonValue& document) {
  std::vector<Fact> facts;
  const auto add = [&](std::string_view name, const std::string& text) {
    if (!text.empty()) facts.push_back({std::string(name), text});
  };
  const JsonValue report = document.get("report");
  with_member(report, "execution_summary", [&](const JsonValue& summary) {
    add("execution", text_or_empty(summary, "execution_id"));
    add("environment", text_or_empty(summary, "execution_environment"));
    add("started", time_fact(summary));
    add("load", load_fact(summary));
    add("commit", commit_fact(summary));
  });
  add("baseline", baseline_fact(document));
  with_member(report, "environment", [&](const JsonValue& environment) {
    const auto version = text_of(environment, "database_version");
    add("server", version ? "PostgreSQL " + *version : "");
    add("machine", machine_fact(environment));
    const Value size = environment.number_of("test_data_size");
    add("data", size ? bytes_text(*size) : "");
  });
  return facts;
}

std::vector<std::string> count_lines(const JsonValue& report) {
  std::vector<std::string> lines;
  with_member(report, "counts", [&](const JsonValue& counts) {
    const auto of = [&](std::string_view member) { return whole_of(counts, member); };
    if (!counts.number_of("scheduled")) return;
    double sum = 0;
    bool is_known = true;
    for (const std::string_view part : {"ok", "failed", "skipped", "interrupted"}) {
      const Value number = counts.number_of(part);
      is_known = is_known && number;
      sum += number.value_or(0);
    }
    const std::string_view outcome = !is_known                               ? "not all known"
                                     : sum == *counts.number_of("scheduled") ? "holds"
                                                                             : "DOES NOT HOLD";
    lines.push_back(fmt::format(
        "{} scheduled = {} ok + {} failed + {} skipped + {} interrupted: {}", of("scheduled"),
        of("ok"), of("failed"), of("skipped"), of("interrupted"), outcome));
    if (counts.number_of("failed").value_or(0) > 0) {
      lines.push_back(
          fmt::format("failed: {} serialization, {} deadlock, {} timeout, {} constraint, {} other",
                      of("failed_serialization"), of("failed_deadlock"), of("failed_timeout"),
                      of("failed_constraint"), of("failed_other")));
    }
    lines.push_back(fmt::format("rows: {} read, {} written; writes that changed none: {}",
                                of("rows_read"), of("rows_affected"), of("zero_row_writes")));
  });
  return lines;
}

std::string machine_line(const JsonValue& report) {
  const auto figure = [](const JsonValue& object, std::string_view member, std::string_view name,
                         std::string (*text)(double)) {
    const Value value = object.number_of(member);
    return value ? fmt::format("{} {}", name, text(*value)) : std::string();
  };
  std::string measured;
  std::string stolen;
  with_member(report, "performance_metrics", [&](const JsonValue& metrics) {
    const Value disk = metrics.number_of("disk_io_mb_per_sec");
    measured = listed({figure(metrics, "cpu_usage_percent", "CPU", percent_text),
                       figure(metrics, "memory_usage_percent", "memory", percent_text),
                       disk ? "disk " + short_number(*disk) + " MB/s" : "",
                       figure(metrics, "wal_bytes", "WAL", bytes_text)});
  });
  with_member(report, "validity", [&](const JsonValue& validity) {
    stolen = listed({figure(validity, "others_cpu_percent", "others' CPU", percent_text),
                     figure(validity, "steal_percent", "stolen CPU", percent_text)});
  });
  return listed({measured, stolen});
}

std::vector<std::string> shape_lines(const JsonValue& report) {
  std::vector<std::string> lines;
  with_member(report, "shape_result", [&](const JsonValue& result) {
    const std::string type = text_or_empty(result, "type");
    if (type == "STRESS") {
      lines.push_back(stress_line(result));
    } else if (type == "SPIKE") {
      lines.push_back(spike_line(result));
    } else if (type == "ENDURANCE") {
      endurance_lines(result, lines);
    } else if (type == "VOLUME") {
      volume_lines(result, lines);
    } else {
      lines.push_back(json_text(result.json()));
    }
  });
  return lines;
}

std::vector<std::string> error_lines(const JsonValue& document) {
  std::vector<std::string> lines;
  with_member(document, "series", [&](const JsonValue& series) {
    each_of(series, "events", [&](const JsonValue& event) {
      if (text_of(event, "type") != "OPERATION_ERROR") return;
      std::string message = text_or_empty(event, "message");
      if (std::ranges::find(lines, message) == lines.end()) lines.push_back(std::move(message));
    });
  });
  return lines;
}

}  // namespace perf_mgmt
