// SQL: render: a document as jsonb in, the page or text that the core makes of it out.
#include "perf_mgmt/core/rendering.hpp"
#include "perf_mgmt/pg/encoding.hpp"

namespace perf_mgmt::pg {

namespace {

Datum render_document(FunctionCallInfo call) {
  const std::string kind = utf8_argument(call, 0, "p_kind");
  const std::string page = render(kind, utf8_argument(call, 1, "p_document"));
  // A terminal has no character references.
  return utf8_text(
      page, kind == "report_text" ? Substitute::question_mark : Substitute::character_reference);
}

}  // namespace

}  // namespace perf_mgmt::pg

extern "C" {

PG_FUNCTION_INFO_V1(perf_mgmt_render);
Datum perf_mgmt_render(PG_FUNCTION_ARGS) {
  return perf_mgmt::pg::run_cpp([&] { return perf_mgmt::pg::render_document(fcinfo); });
}

}  // extern "C"
