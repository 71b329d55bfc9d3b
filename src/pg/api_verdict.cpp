// SQL: judge_evidence, noise_of, judge_pairs, explain_change, advise: jsonb in, what the core makes
// of it, jsonb out.
#include "perf_mgmt/core/advice.hpp"
#include "perf_mgmt/core/explanation.hpp"
#include "perf_mgmt/core/noise_floor.hpp"
#include "perf_mgmt/core/variant_comparison.hpp"
#include "perf_mgmt/core/verdict.hpp"
#include "perf_mgmt/pg/encoding.hpp"

namespace perf_mgmt::pg {

namespace {

Datum through_core(FunctionCallInfo call, std::string (*judge)(std::string_view)) {
  return utf8_jsonb(judge(utf8_argument(call, 0, "p_evidence")));
}

}  // namespace

}  // namespace perf_mgmt::pg

extern "C" {

PG_FUNCTION_INFO_V1(perf_mgmt_judge_evidence);
Datum perf_mgmt_judge_evidence(PG_FUNCTION_ARGS) {
  return perf_mgmt::pg::run_cpp(
      [&] { return perf_mgmt::pg::through_core(fcinfo, perf_mgmt::judge_evidence); });
}

PG_FUNCTION_INFO_V1(perf_mgmt_noise_of);
Datum perf_mgmt_noise_of(PG_FUNCTION_ARGS) {
  return perf_mgmt::pg::run_cpp(
      [&] { return perf_mgmt::pg::through_core(fcinfo, perf_mgmt::noise_of); });
}

PG_FUNCTION_INFO_V1(perf_mgmt_judge_pairs);
Datum perf_mgmt_judge_pairs(PG_FUNCTION_ARGS) {
  return perf_mgmt::pg::run_cpp(
      [&] { return perf_mgmt::pg::through_core(fcinfo, perf_mgmt::judge_pairs); });
}

PG_FUNCTION_INFO_V1(perf_mgmt_explain_change);
Datum perf_mgmt_explain_change(PG_FUNCTION_ARGS) {
  return perf_mgmt::pg::run_cpp(
      [&] { return perf_mgmt::pg::through_core(fcinfo, perf_mgmt::explain_change); });
}

PG_FUNCTION_INFO_V1(perf_mgmt_advise);
Datum perf_mgmt_advise(PG_FUNCTION_ARGS) {
  return perf_mgmt::pg::run_cpp(
      [&] { return perf_mgmt::pg::through_core(fcinfo, perf_mgmt::advise); });
}

}  // extern "C"
