// SQL: change_points_of, where a series of figures moved to another level.
#include "perf_mgmt/core/change_points.hpp"
#include "perf_mgmt/pg/boundary.hpp"

extern "C" {
#include "utils/array.h"
#include "utils/tuplestore.h"
}

namespace perf_mgmt::pg {

namespace {

// The search cannot be interrupted, and takes half a second for so many.
constexpr int kMostValues = 2'000;
// Of 5,000 permutations, five are over a threshold of .001: fewer would say nothing.
constexpr double kLeastAlpha = 0.001;
constexpr double kMostAlpha = 0.5;

std::vector<double> series_argument(FunctionCallInfo call, int i) {
  if (call->args[i].isnull) {
    throw Error(sqlstate::null_value_not_allowed, "argument \"p_values\" must not be null");
  }
  ArrayType* array = pg_call([&] { return DatumGetArrayTypeP(call->args[i].value); });
  if (ARR_NDIM(array) > 1 || array_contains_nulls(array)) {
    throw Error(sqlstate::invalid_parameter_value,
                "argument \"p_values\" must be a list of numbers without nulls");
  }
  const int count = ARR_NDIM(array) == 0 ? 0 : ARR_DIMS(array)[0];
  if (count > kMostValues) {
    throw Error(sqlstate::configuration_limit_exceeded,
                fmt::format("a series of {} values is too long for change points", count),
                fmt::format("At most {} can be searched.", kMostValues));
  }
  const auto* first = reinterpret_cast<const double*>(ARR_DATA_PTR(array));
  std::vector<double> values(first, first + count);
  if (!std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); })) {
    throw Error(sqlstate::invalid_parameter_value,
                "argument \"p_values\" must contain finite numbers only");
  }
  return values;
}

double alpha_argument(FunctionCallInfo call, int i) {
  if (call->args[i].isnull) {
    throw Error(sqlstate::null_value_not_allowed, "argument \"p_alpha\" must not be null");
  }
  const double alpha = DatumGetFloat8(call->args[i].value);
  if (!(alpha >= kLeastAlpha && alpha <= kMostAlpha)) {
    throw Error(sqlstate::invalid_parameter_value,
                fmt::format("invalid value for argument \"p_alpha\": {}", alpha),
                fmt::format("It is a probability from {} to {}.", kLeastAlpha, kMostAlpha));
  }
  return alpha;
}

Datum change_points_of(FunctionCallInfo call) {
  const std::vector<double> values = series_argument(call, 0);
  const double alpha = alpha_argument(call, 1);
  const std::vector<ChangePoint> points = find_change_points(values, {.alpha = alpha});

  pg_call([&] { InitMaterializedSRF(call, 0); });
  auto* rows = reinterpret_cast<ReturnSetInfo*>(call->resultinfo);
  for (const ChangePoint& point : points) {
    Datum row[] = {Int32GetDatum(static_cast<std::int32_t>(point.index) + 1),
                   Float8GetDatum(point.before), Float8GetDatum(point.after),
                   Float8GetDatum(point.p), Float8GetDatum(point.superiority)};
    bool nulls[std::size(row)] = {};
    pg_call([&] { tuplestore_putvalues(rows->setResult, rows->setDesc, row, nulls); });
  }
  return Datum{0};
}

}  // namespace

}  // namespace perf_mgmt::pg

extern "C" {

PG_FUNCTION_INFO_V1(perf_mgmt_change_points_of);
Datum perf_mgmt_change_points_of(PG_FUNCTION_ARGS) {
  return perf_mgmt::pg::run_cpp([&] { return perf_mgmt::pg::change_points_of(fcinfo); });
}

}  // extern "C"
