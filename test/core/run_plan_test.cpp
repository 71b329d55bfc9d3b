// The run plan's way through shared memory, and what an operation's program is compiled from. The
// expectations are worked out by hand.
#include "perf_mgmt/core/run_plan.hpp"

#include <nlohmann/json.hpp>

#include "generator_fixture.hpp"

namespace perf_mgmt {
namespace {

using Json = nlohmann::ordered_json;

RunPlan full_plan() {
  RunPlan plan;
  plan.execution_id = "0b0e7b4c-0000-4000-8000-000000000001";
  plan.test_id = "0b0e7b4c-0000-4000-8000-000000000002";
  plan.test_name = "a \"quoted\" name\n\\ Zürich 🐘";
  plan.environment = "staging";
  plan.scenario_id = "0b0e7b4c-0000-4000-8000-000000000003";
  plan.scenario_name = "a scenario";
  plan.spec = merge_run_spec(
      R"({"virtual_users": 7, "workers": 3, "test_duration_seconds": 20.5, "ramp_up_seconds": 3,
          "warmup_seconds": 1, "time_scale": 0.1, "seed": 9223372036854775807, "max_errors": 5,
          "think_time_ms": {"type": "integer", "min": 1, "max": 9}, "finish": "rollback",
          "workload_mix": {"reads": 60, "writes": 40}, "settings": {"work_mem": "64MB"},
          "session_settings": {"app.tenant": "random_tenant", "app.a": {"type": "uuid"}}})",
      {}, {});
  plan.operations = {{.id = "0b0e7b4c-0000-4000-8000-000000000004",
                      .name = "order",
                      .sql_template = "UPDATE a SET b = $2 WHERE c = $1; SELECT $2",
                      .parameter_generators = R"({"z": 1, "a": "x"})",
                      .statements = {{"UPDATE a SET b = $1 WHERE c = $2", {1, 0}, "UPDATE", true},
                                     {"SELECT $1", {1}, "SELECT", false}},
                      .tables = {"public.a", "\"Odd\".\"b\""},
                      .share = 1.0 / 3,
                      .think_time = "2.5"},
                     {.id = "",
                      .name = "bare",
                      .sql_template = "SELECT 1",
                      .parameter_generators = "{}",
                      .statements = {{"SELECT 1", {}, "SELECT", false}},
                      .tables = {},
                      .share = 2.0 / 3,
                      .think_time = std::nullopt}};
  plan.generators = {{"random_tenant", R"({"type": "integer", "min": 1, "max": 5})"}, {"b", "1"}};
  plan.search_path = "\"$user\", public";
  plan.database_oid = 4294967295;
  plan.run_role_oid = 10;
  plan.controller_role_oid = 16384;
  plan.run_role = "runner";
  plan.started_by = "somebody";
  plan.caller_pid = 4321;
  plan.test_type = TestType::volume;
  plan.criteria = {{"max_p95_response_time_ms", "p95_response_time_ms", true, 12.5, "scenario"},
                   {"min_throughput_tps", "throughput_tps", false, 100, "test"}};
  plan.data_requirements = {{"public.a", "a", 1000}, {"", "gone", 5}};
  plan.horizon_held = true;
  plan.validate_only = true;
  plan.workers_requested = 8;
  plan.run_start_us = -1;
  return plan;
}

TEST(RunPlan, ComesBackFromJsonAsItWas) {
  const RunPlan plan = full_plan();
  const RunPlan back = RunPlan::from_json(plan.to_json());

  EXPECT_EQ(back.execution_id, plan.execution_id);
  EXPECT_EQ(back.test_id, plan.test_id);
  EXPECT_EQ(back.test_name, plan.test_name);
  EXPECT_EQ(back.environment, "staging");
  EXPECT_EQ(back.scenario_id, plan.scenario_id);
  EXPECT_EQ(back.scenario_name, "a scenario");
  EXPECT_EQ(back.spec, plan.spec);
  EXPECT_EQ(back.generators, plan.generators);
  EXPECT_EQ(back.search_path, "\"$user\", public");
  EXPECT_EQ(back.database_oid, 4294967295U);
  EXPECT_EQ(back.run_role_oid, 10U);
  EXPECT_EQ(back.controller_role_oid, 16384U);
  EXPECT_EQ(back.run_role, "runner");
  EXPECT_EQ(back.started_by, "somebody");
  EXPECT_EQ(back.caller_pid, 4321);
  EXPECT_EQ(back.test_type, TestType::volume);
  EXPECT_EQ(back.criteria, plan.criteria);
  ASSERT_EQ(back.data_requirements.size(), 2U);
  EXPECT_EQ(back.data_requirements[0].relation, "public.a");
  EXPECT_EQ(back.data_requirements[0].rows, 1000U);
  EXPECT_EQ(back.data_requirements[1].name, "gone");
  EXPECT_EQ(back.statement_count(), 3U);
  EXPECT_TRUE(back.horizon_held);
  EXPECT_TRUE(back.validate_only);
  EXPECT_EQ(back.workers_requested, 8);
  EXPECT_EQ(back.run_start_us, -1);

  ASSERT_EQ(back.operations.size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) {
    const PlannedOperation& was = plan.operations[i];
    const PlannedOperation& is = back.operations[i];
    EXPECT_EQ(is.id, was.id);
    EXPECT_EQ(is.name, was.name);
    EXPECT_EQ(is.sql_template, was.sql_template);
    EXPECT_EQ(is.parameter_generators, was.parameter_generators);  // the order of keys too
    EXPECT_EQ(is.tables, was.tables);
    EXPECT_EQ(is.share, was.share);  // to the last bit
    EXPECT_EQ(is.think_time, was.think_time);
    ASSERT_EQ(is.statements.size(), was.statements.size());
    for (std::size_t j = 0; j < was.statements.size(); ++j) {
      EXPECT_EQ(is.statements[j].sql, was.statements[j].sql);
      EXPECT_EQ(is.statements[j].parameters, was.statements[j].parameters);
      EXPECT_EQ(is.statements[j].type, was.statements[j].type);
      EXPECT_EQ(is.statements[j].writes, was.statements[j].writes);
    }
  }
  EXPECT_EQ(back.to_json(), plan.to_json());
}

// Text that a server in another encoding hands over must not end the run.
TEST(RunPlan, ReplacesBytesThatAreNoUtf8) {
  RunPlan plan = full_plan();
  plan.test_name = "caf\xE9";
  EXPECT_EQ(RunPlan::from_json(plan.to_json()).test_name, "caf\xEF\xBF\xBD");
}

// A template with other characters would be another template.
TEST(RunPlan, RefusesTemplatesThatAreNoUtf8) {
  RunPlan plan = full_plan();
  plan.operations[0].sql_template = "SELECT 'caf\xE9'";
  const Error error = error_of([&] { plan.to_json(); });
  EXPECT_STREQ(error.sqlstate(), "0A000");
  EXPECT_EQ(error.message(), "template of operation \"order\" is not in UTF-8");
}

void expect_corrupted(std::string_view text) {
  const Error error = error_of([&] { RunPlan::from_json(text); });
  EXPECT_STREQ(error.sqlstate(), "XX001") << text;
  EXPECT_EQ(error.message(), "run plan in shared memory is not readable");
}

TEST(RunPlan, RefusesWhatIsNoPlan) {
  for (const char* text : {"", "x", "null", "[]", "1", "{}", R"({"execution_id": "x"})"}) {
    expect_corrupted(text);
  }
  const std::string text = full_plan().to_json();
  expect_corrupted(std::string_view(text).substr(0, text.size() / 2));
  expect_corrupted(std::string_view(text).substr(0, text.size() - 1));
  expect_corrupted(text + "}");
}

// A member that is missing or of another type, also in the depth, and a spec that is none.
TEST(RunPlan, RefusesEachDamagedMember) {
  const Json whole = Json::parse(full_plan().to_json());
  for (const auto& member : whole.items()) {
    Json damaged = whole;
    damaged.erase(member.key());
    expect_corrupted(damaged.dump());
    damaged = whole;
    damaged[member.key()] = Json::array({Json::object()});
    expect_corrupted(damaged.dump());
  }
  for (const auto& member : whole["operations"][0].items()) {
    Json damaged = whole;
    damaged["operations"][0][member.key()] = Json::array({Json::object()});
    expect_corrupted(damaged.dump());
  }
  for (const auto& member : whole["operations"][0]["statements"][0].items()) {
    Json damaged = whole;
    damaged["operations"][0]["statements"][0].erase(member.key());
    expect_corrupted(damaged.dump());
  }
  for (const char* spec : {"", "x", "{}", R"({"virtual_users": 0})", R"({"nonsense": 1})"}) {
    Json damaged = whole;
    damaged["spec"] = spec;
    expect_corrupted(damaged.dump());
  }
}

TEST(RunPlan, LooksUpItsGeneratorsOnly) {
  const RunPlan plan = full_plan();
  const GeneratorLookup lookup = plan.generator_lookup();
  EXPECT_EQ(lookup("b"), "1");
  EXPECT_EQ(lookup("B"), std::nullopt);
}

TEST(MainStatementType, IsTheStrongestWrite) {
  const auto type_of = [](const std::vector<std::string>& types) {
    PlannedOperation operation;
    for (const std::string& type : types) operation.statements.push_back({"", {}, type, false});
    return main_statement_type(operation);
  };
  EXPECT_EQ(type_of({"SELECT", "INSERT", "UPDATE", "DELETE", "MERGE"}), "MERGE");
  EXPECT_EQ(type_of({"SELECT", "INSERT", "UPDATE", "DELETE"}), "DELETE");
  EXPECT_EQ(type_of({"INSERT", "SELECT", "UPDATE"}), "UPDATE");
  EXPECT_EQ(type_of({"SELECT", "INSERT"}), "INSERT");
  EXPECT_EQ(type_of({"CALL", "SELECT"}), "CALL");
  EXPECT_EQ(type_of({}), "");
}

// A plan with one operation, and draws from what compile_operation makes of it.
class CompileOperation : public testing::Test {
 protected:
  CompileOperation() {
    plan_.generators = {{"tenant", R"({"type": "integer", "min": 1, "max": 1000000})"},
                        {"next", R"({"type": "sequence", "start": 10})"}};
    operation_.name = "order";
  }

  OperationProgram compile(std::string generators,
                           std::vector<std::pair<std::string, std::string>> settings) {
    operation_.parameter_generators = std::move(generators);
    plan_.spec.session_settings = std::move(settings);
    return compile_operation(plan_, operation_, run_.requests);
  }

  RunPlan plan_;
  PlannedOperation operation_;
  GeneratorRun run_;
};

using Indexes = std::vector<std::size_t>;

TEST_F(CompileOperation, WithoutSettingsHasTheParametersAlone) {
  const OperationProgram program = compile(R"({"z": "tenant", "a": "PENDING"})", {});
  EXPECT_EQ(program.parameters, 2U);
  EXPECT_EQ(program.setting_values, Indexes());
  EXPECT_EQ(program.program.parameter_count(), 2U);
  EXPECT_EQ(program.program.parameter_name(0), "z");
}

// Row-level security: the tenant that the parameter was drawn for is the session's tenant.
TEST_F(CompileOperation, SettingsShareTheParameterOfTheSameGenerator) {
  const OperationProgram program =
      compile(R"({"id": "next", "tenant_id": "tenant"})", {{"app.tenant", "\"tenant\""}});
  EXPECT_EQ(program.parameters, 2U);
  EXPECT_EQ(program.setting_values, Indexes{1});
  EXPECT_EQ(program.program.parameter_count(), 2U);
}

TEST_F(CompileOperation, OtherSettingsAreDrawnAfterTheParameters) {
  const OperationProgram program =
      compile(" {\"id\" : \"next\"}\n ", {{"app.tenant", "\"tenant\""},
                                          {"app.again", "\"tenant\""},
                                          {"app.id", "\"next\""},
                                          {"app.fixed", R"({"type": "literal", "value": 7})"}});
  EXPECT_EQ(program.parameters, 1U);
  EXPECT_EQ(program.setting_values, (Indexes{1, 1, 0, 2}));
  ASSERT_EQ(program.program.parameter_count(), 3U);
  const std::vector<Value> values = run_.draw(program.program);
  EXPECT_EQ(values[0].integer, 10);
  EXPECT_GE(values[1].integer, 1);
  EXPECT_EQ(values[2].integer, 7);
}

// Two definitions that read the same are two generators: only a name says that they are one.
TEST_F(CompileOperation, InlineDefinitionsAreNotShared) {
  const std::string inline_uuid = R"({"type": "uuid"})";
  const OperationProgram program =
      compile("{\"id\": " + inline_uuid + "}", {{"app.id", inline_uuid}});
  EXPECT_EQ(program.setting_values, Indexes{1});
  const std::vector<Value> values = run_.draw(program.program);
  EXPECT_NE(values[0].text, values[1].text);
}

TEST_F(CompileOperation, SettingsOfAnOperationWithoutParameters) {
  const OperationProgram program = compile("{}", {{"app.tenant", "\"tenant\""}});
  EXPECT_EQ(program.parameters, 0U);
  EXPECT_EQ(program.setting_values, Indexes{0});
  EXPECT_EQ(program.program.parameter_count(), 1U);
}

// With settings as without: the text of the parameters is seen as it was written.
TEST_F(CompileOperation, RefusesDuplicateKeys) {
  const std::string twice = R"({"a": 1, "a": 2})";
  const std::string without = error_of([&] { compile(twice, {}); }).message();
  EXPECT_NE(without.find("\"a\""), std::string::npos) << without;
  EXPECT_EQ(error_of([&] { compile(twice, {{"app.tenant", "\"tenant\""}}); }).message(), without);
}

TEST_F(CompileOperation, RefusesWhatIsNoObjectOrNotKnown) {
  for (const char* text : {"", "[]", "1", "{\"a\": 1"}) {
    const Error error = error_of([&] { compile(text, {{"app.tenant", "\"tenant\""}}); });
    EXPECT_STREQ(error.sqlstate(), "22023");
    EXPECT_EQ(error.message(), "parameter_generators of operation \"order\" is not a JSON object");
  }
  const Error error = error_of([&] { compile("{}", {{"app.tenant", "\"tenants\""}}); });
  EXPECT_STREQ(error.sqlstate(), "42704");
  EXPECT_TRUE(run_.requests.sequences.empty());
}

}  // namespace
}  // namespace perf_mgmt
