// The JSON edge of judge_evidence and noise_of; the judgements themselves are in verdict_test.cpp.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "perf_mgmt/core/errors.hpp"
#include "perf_mgmt/core/verdict.hpp"

namespace perf_mgmt {
namespace {

using Json = nlohmann::json;

Json round_json(double avg) {
  return {{"quiet", true},          {"avg_ms", avg}, {"p95_ms", 2 * avg}, {"p99_ms", nullptr},
          {"tps", 100'000.0 / avg}, {"ok", 1000},    {"failed", 0}};
}

Json execution_json(const std::string& id, double avg) {
  return {{"id", id},
          {"rounds", {round_json(avg), round_json(1.01 * avg), round_json(0.99 * avg)}}};
}

Json evidence_json(double avg) {
  Json history = Json::array();
  for (int i = 0; i < 8; ++i) {
    history.push_back(execution_json("h" + std::to_string(i), 100 + i));
  }
  return {{"current", execution_json("c", avg)},
          {"confirmation", nullptr},
          {"baseline", {{"type", "MANUAL"}, {"executions", {execution_json("h3", 103)}}}},
          {"budget", nullptr},
          {"history", history},
          {"thresholds",
           {{"response_time_percent", 20},
            {"throughput_percent", -15},
            {"error_rate_points", nullptr}}},
          {"limits",
           {{{"name", "max_p99_response_time_ms"},
             {"passed", nullptr},
             {"actual", nullptr},
             {"limit", 500}}}}};
}

Json judged(const Json& evidence) {
  return Json::parse(judge_evidence(evidence.dump()));
}

TEST(VerdictJson, HasTheMembersThatWereAgreedOn) {
  const Json result = judged(evidence_json(200));
  EXPECT_EQ(result["verdict"], "REGRESSION");
  EXPECT_EQ(result["primary_metric"], "avg_response_time_ms");
  EXPECT_EQ(result["rounds_quiet"], 3);
  EXPECT_TRUE(result["reason"].is_string());
  // Five metrics against the baseline, three against the history, one limit.
  ASSERT_EQ(result["metrics"].size(), 9U);
  const Json& avg = result["metrics"][0];
  std::vector<std::string> members;
  for (const auto& [name, value] : avg.items()) members.push_back(name);
  EXPECT_EQ(members, (std::vector<std::string>{"adjusted_p_value", "against",
                                               "baseline",         "basis",
                                               "change_percent",   "confirmed",
                                               "current",          "floor_percent",
                                               "high_percent",     "hodges_lehmann_percent",
                                               "low_percent",      "mann_whitney_p",
                                               "metric",           "p_value",
                                               "reason",           "rounds_baseline",
                                               "rounds_current",   "rounds_needed",
                                               "severe",           "threshold",
                                               "verdict"}));
  EXPECT_EQ(avg["metric"], "avg_response_time_ms");
  EXPECT_EQ(avg["against"], "baseline");
  EXPECT_EQ(avg["basis"], "tested");
  EXPECT_EQ(avg["severe"], true);
  EXPECT_TRUE(avg["confirmed"].is_null());
  EXPECT_TRUE(avg["rounds_needed"].is_null());
  EXPECT_EQ(avg["rounds_current"], 3);
  EXPECT_EQ(result["metrics"][1]["metric"], "p95_response_time_ms");
  EXPECT_EQ(result["metrics"][2]["metric"], "p99_response_time_ms");
  EXPECT_EQ(result["metrics"][2]["verdict"], "INCONCLUSIVE");
  EXPECT_TRUE(result["metrics"][2]["basis"].is_null());
  EXPECT_EQ(result["metrics"][3]["metric"], "throughput_tps");
  EXPECT_EQ(result["metrics"][4]["metric"], "error_rate_percent");
  EXPECT_EQ(result["metrics"][4]["threshold"], 5);
  EXPECT_EQ(result["metrics"][5]["against"], "history");
  EXPECT_EQ(result["metrics"][8]["against"], "limit");
  EXPECT_EQ(result["metrics"][8]["basis"], "limit");
}

TEST(VerdictJson, ReadsConfirmationAndBudget) {
  Json evidence = evidence_json(130);
  evidence["confirmation"] = execution_json("r", 131);
  evidence["budget"] = {{"executions", {execution_json("oldest", 50)}}};
  const Json result = judged(evidence);
  EXPECT_EQ(result["metrics"][0]["confirmed"], true);
  EXPECT_EQ(result["metrics"][5]["against"], "budget");
  EXPECT_EQ(result["metrics"][5]["verdict"], "REGRESSION");
}

TEST(VerdictJson, NullOrMissingPartsAreNone) {
  Json evidence = evidence_json(100);
  for (const char* member : {"confirmation", "baseline", "budget", "history", "limits"}) {
    evidence[member] = nullptr;
  }
  EXPECT_EQ(judged(evidence)["verdict"], "NO_BASELINE");
  for (const char* member : {"confirmation", "baseline", "budget", "history", "limits"}) {
    evidence.erase(member);
  }
  const Json result = judged(evidence);
  EXPECT_EQ(result["verdict"], "NO_BASELINE");
  EXPECT_TRUE(result["primary_metric"].is_null());
  EXPECT_EQ(result["metrics"].size(), 5U);
}

// As the tables allow it: no fall of the throughput is too much.
TEST(VerdictJson, AThresholdOfMinusAHundredNeverJudges) {
  Json evidence = evidence_json(100);
  evidence["thresholds"]["throughput_percent"] = -100;
  for (Json& round : evidence["current"]["rounds"]) round["tps"] = 1;
  const Json result = judged(evidence);
  for (const Json& row : result["metrics"]) {
    if (row["metric"] != "throughput_tps" || row["against"] != "baseline") continue;
    EXPECT_EQ(row["verdict"], "SHIFT");
    EXPECT_EQ(row["threshold"], -100);
  }
}

TEST(VerdictJson, ARepeatedSingleRoundMaySaySo) {
  Json evidence = evidence_json(103);
  evidence["current"]["rounds"] = {round_json(300), round_json(103)};
  evidence["current"]["rounds"][0]["quiet"] = false;
  EXPECT_EQ(judged(evidence)["verdict"], "INCONCLUSIVE");
  evidence["current"]["rounds_wanted"] = 1;
  EXPECT_EQ(judged(evidence)["verdict"], "PASS");
}

TEST(VerdictJson, CountsMayBeWrittenAsDecimals) {
  Json evidence = evidence_json(103);
  evidence["current"]["rounds"][0]["ok"] = 1000.0;
  EXPECT_EQ(judged(evidence)["verdict"], "PASS");
}

std::string refusal(const Json& evidence) {
  try {
    judge_evidence(evidence.dump());
  } catch (const Error& error) {
    EXPECT_EQ(std::string_view(error.sqlstate()), sqlstate::invalid_parameter_value);
    return error.message();
  }
  return "accepted";
}

TEST(VerdictJson, RefusesWhatIsNotAsAgreed) {
  const auto changed = [](const char* pointer, const Json& value) {
    Json evidence = evidence_json(100);
    evidence[Json::json_pointer(pointer)] = value;
    return refusal(evidence);
  };
  EXPECT_EQ(changed("/current", nullptr), "evidence: \"current\" must be an object");
  EXPECT_EQ(changed("/current/id", 7), "evidence: \"current.id\" must be a string");
  EXPECT_EQ(changed("/current/rounds", Json::object()),
            "evidence: \"current.rounds\" must be an array");
  EXPECT_EQ(changed("/current/rounds/1/avg_ms", "fast"),
            "evidence: \"current.rounds[1].avg_ms\" must be a number");
  EXPECT_EQ(changed("/current/rounds/2/tps", -1),
            "evidence: \"current.rounds[2].tps\" must be a number of at least 0");
  EXPECT_EQ(changed("/current/rounds/0/quiet", nullptr),
            "evidence: \"current.rounds[0].quiet\" must be true or false");
  EXPECT_EQ(changed("/current/rounds/0/ok", -1),
            "evidence: \"current.rounds[0].ok\" must be a whole number of at least 0");
  EXPECT_EQ(changed("/current/rounds/0/failed", 1.5),
            "evidence: \"current.rounds[0].failed\" must be a whole number of at least 0");
  EXPECT_EQ(changed("/history/7/rounds/0/ok", nullptr),
            "evidence: \"history[7].rounds[0].ok\" must be a whole number of at least 0");
  EXPECT_EQ(changed("/baseline", 1), "evidence: \"baseline\" must be an object");
  EXPECT_EQ(changed("/baseline/executions", nullptr),
            "evidence: \"baseline.executions\" must be an array");
  EXPECT_EQ(changed("/thresholds", nullptr), "evidence: \"thresholds\" must be an object");
  EXPECT_EQ(changed("/thresholds/response_time_percent", -1),
            "evidence: \"thresholds.response_time_percent\" must be a percentage of at least 0");
  EXPECT_EQ(changed("/thresholds/throughput_percent", 15),
            "evidence: \"thresholds.throughput_percent\" must be a percentage between -100 and 0");
  EXPECT_EQ(changed("/thresholds/error_rate_points", 101),
            "evidence: \"thresholds.error_rate_points\" must be a number of points from 0 to 100");
  EXPECT_EQ(changed("/limits/0/passed", "no"),
            "evidence: \"limits[0].passed\" must be true or false");

  Json evidence = evidence_json(100);
  evidence.erase("current");
  EXPECT_EQ(refusal(evidence), "evidence has no member \"current\"");
  evidence = evidence_json(100);
  evidence["thresholds"].erase("throughput_percent");
  try {
    judge_evidence(evidence.dump());
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.message(), "evidence has no member \"throughput_percent\"");
    EXPECT_EQ(error.detail(), "It belongs into thresholds.");
  }
  EXPECT_THROW(judge_evidence(R"({"current": 1e999})"), Error);
}

TEST(VerdictJson, EarlierSegmentsAreRead) {
  Json evidence = evidence_json(100);
  evidence["earlier"] = Json::array({evidence["history"], Json::array()});
  EXPECT_EQ(judged(evidence)["metrics"][0]["basis"], "tested");
  evidence["earlier"] = Json::array({1});
  EXPECT_EQ(refusal(evidence), "evidence: \"earlier[0]\" must be an array");
}

TEST(VerdictJson, NoiseFloors) {
  Json segments = Json::array({evidence_json(100)["history"]});
  const Json rows = Json::parse(noise_of(Json{{"segments", segments}}.dump()));
  ASSERT_EQ(rows.size(), 5U);
  EXPECT_EQ(rows[0]["metric"], "avg_response_time_ms");
  EXPECT_EQ(rows[0]["executions"], 8);
  // numpy.log(numpy.arange(100, 108)).std(ddof=1) and its threefold, as percent.
  EXPECT_NEAR(rows[0]["floor_percent"].get<double>(), 2.395695486902648, 1e-10);
  EXPECT_NEAR(rows[0]["smallest_threshold_percent"].get<double>(), 7.3606421418210655, 1e-10);
  EXPECT_NEAR(rows[0]["resolution_percent"].get<double>(), 0.10005001667083846, 1e-12);
  EXPECT_NEAR(rows[3]["smallest_threshold_percent"].get<double>(), -6.855996755401125, 1e-10);
  EXPECT_EQ(rows[2]["executions"], 0);  // no p99
  EXPECT_TRUE(rows[2]["floor_percent"].is_null());
  EXPECT_TRUE(rows[2]["smallest_threshold_percent"].is_null());
  EXPECT_EQ(rows[4]["floor_percent"], 0.01);  // no errors: the resolution, in points
  EXPECT_EQ(rows[4]["resolution_percent"], 0.01);
  EXPECT_THROW(noise_of(R"({"segments": null})"), Error);
  EXPECT_EQ(Json::parse(noise_of(R"({"segments": []})")).size(), 5U);
}

}  // namespace
}  // namespace perf_mgmt
