// JSON in, JSON out: explain_change.
#include <array>

#include "json_reader.hpp"
#include "perf_mgmt/core/compact_json.hpp"
#include "perf_mgmt/core/explanation.hpp"

namespace perf_mgmt {

namespace {

using OrderedJson = nlohmann::ordered_json;

struct NumberMember {
  const char* name;
  std::optional<double> OperationFigures::*member;
};
constexpr std::array kNumbers = {
    NumberMember{"avg_ms", &OperationFigures::avg_ms},
    NumberMember{"p95_ms", &OperationFigures::p95_ms},
    NumberMember{"lag_ms", &OperationFigures::lag_ms},
    NumberMember{"busy_ms", &OperationFigures::busy_ms},
    NumberMember{"cpu_ms", &OperationFigures::cpu_ms},
    NumberMember{"commit_ms", &OperationFigures::commit_ms},
    NumberMember{"planning_ms", &OperationFigures::planning_ms},
    NumberMember{"jit_ms", &OperationFigures::jit_ms},
    NumberMember{"blks_hit", &OperationFigures::blks_hit},
    NumberMember{"blks_read", &OperationFigures::blks_read},
    NumberMember{"temp_blks", &OperationFigures::temp_blks},
    NumberMember{"wal_bytes", &OperationFigures::wal_bytes},
    NumberMember{"rows_read", &OperationFigures::rows_read},
    NumberMember{"rows_affected", &OperationFigures::rows_affected},
    NumberMember{"zero_row_writes", &OperationFigures::zero_row_writes},
    NumberMember{"retries", &OperationFigures::retries}};

std::vector<ObservedPlan> read_plans(const JsonValue& list) {
  constexpr std::uint64_t kMostStatements = 1'000'000;
  std::vector<ObservedPlan> plans;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const JsonValue value = list.at(i);
    const JsonValue statement = value.get("statement");
    statement.require(statement.count() >= 1 && statement.count() <= kMostStatements,
                      "the number of a statement");
    const std::optional<JsonValue> plan = value.find("plan");
    plans.push_back({static_cast<int>(statement.count()), value.get("hash").text(),
                     plan ? compact_json(plan->json()) : ""});
  }
  return plans;
}

OperationFigures read_operation(const JsonValue& value) {
  OperationFigures operation;
  operation.name = value.get("name").text();
  operation.ok = value.get("ok").count();
  operation.failed = value.get("failed").count();
  for (const NumberMember& number : kNumbers) {
    const std::optional<JsonValue> found = value.find(number.name);
    if (!found) continue;
    const double figure = found->number();
    found->require(figure >= 0, "a number of at least 0");
    operation.*number.member = figure;
  }
  if (const auto waits = value.find("waits")) {
    waits->each_member([&](const std::string& event, const JsonValue& samples) {
      samples.require(samples.number() >= 0, "a number of at least 0");
      operation.waits[event] = samples.number();
    });
  }
  if (const auto plans = value.find("plans")) operation.plans = read_plans(*plans);
  return operation;
}

ExecutionProfile read_profile(const JsonValue& value) {
  ExecutionProfile profile;
  profile.id = value.get("id").text();
  if (const auto settings = value.find("settings")) {
    settings->each_member([&](const std::string& name, const JsonValue& setting) {
      profile.settings[name] =
          setting.json().is_string() ? setting.text() : compact_json(setting.json());
    });
  }
  const JsonValue operations = value.get("operations");
  for (std::size_t i = 0; i < operations.size(); ++i) {
    profile.operations.push_back(read_operation(operations.at(i)));
  }
  return profile;
}

OrderedJson side_json(const std::variant<std::monostate, double, std::string>& side) {
  if (const auto* number = std::get_if<double>(&side)) return json_of(*number);
  if (const auto* text = std::get_if<std::string>(&side)) return *text;
  return nullptr;
}

}  // namespace

std::string explain_change(std::string_view evidence) {
  const nlohmann::json parsed = parse_json(evidence, "evidence");
  const JsonValue whole(parsed, "evidence");
  const ExecutionProfile current = read_profile(whole.get("current"));
  const ExecutionProfile baseline = read_profile(whole.get("baseline"));

  OrderedJson rows = OrderedJson::array();
  for (const OperationChange& change : explain(current, baseline)) {
    OrderedJson row;
    row["operation"] = change.operation;
    row["share_percent"] = json_of(change.share_percent);
    row["change_percent"] = json_of(change.change_percent);
    row["findings"] = OrderedJson::array();
    for (const ChangeFinding& finding : change.findings) {
      OrderedJson item;
      item["kind"] = finding.kind;
      item["text"] = finding.text;
      item["before"] = side_json(finding.before);
      item["after"] = side_json(finding.after);
      row["findings"].push_back(std::move(item));
    }
    row["text"] = change.text;
    rows.push_back(std::move(row));
  }
  return dump_json(rows);
}

}  // namespace perf_mgmt
