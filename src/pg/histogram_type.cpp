// The SQL type perf_mgmt.histogram: I/O, accessors, equality, buckets() and the aggregate merge().
//
// A datum is a varlena that holds the sparse form of core/histogram.hpp; every function expands it,
// asks the core, and is done. Whatever bytes arrive are checked by Histogram::deserialize. The
// state of merge() is an expanded histogram in the aggregate's memory context: merging costs the
// buckets in use, and a group 58 KB.
#include "perf_mgmt/core/errors.hpp"
#include "perf_mgmt/core/histogram.hpp"
#include "perf_mgmt/pg/boundary.hpp"
#include "perf_mgmt/pg/prelude.hpp"

extern "C" {
#include "libpq/pqformat.h"
#include "utils/numeric.h"
#include "utils/tuplestore.h"
#if PG_VERSION_NUM >= 160000  // a part of postgres.h before
#include "varatt.h"
#endif
}

namespace perf_mgmt::pg {

namespace {

// palloc aligns to MAXIMUM_ALIGNOF, and nothing destroys what a memory context throws away.
static_assert(std::is_trivially_copyable_v<Histogram>);
static_assert(std::is_trivially_destructible_v<Histogram>);
static_assert(alignof(Histogram) <= MAXIMUM_ALIGNOF);

Histogram from_bytes(const void* bytes, std::size_t size) {
  return Histogram::deserialize(static_cast<const std::uint8_t*>(bytes), size);
}

Histogram from_datum(Datum datum) {
  const auto* stored = pg_call([&] { return PG_DETOAST_DATUM_PACKED(datum); });
  return from_bytes(VARDATA_ANY(stored), VARSIZE_ANY_EXHDR(stored));
}

// As a varlena in the current memory context: a histogram, or the same bytes as bytea.
Datum to_datum(const Histogram& histogram) {
  const std::vector<std::uint8_t> bytes = histogram.serialize();
  const std::size_t size = VARHDRSZ + bytes.size();
  auto* stored = static_cast<struct varlena*>(pg_call([&] { return palloc(size); }));
  SET_VARSIZE(stored, size);
  std::memcpy(VARDATA(stored), bytes.data(), bytes.size());
  return PointerGetDatum(stored);
}

Datum to_bigint(std::uint64_t value) {
  if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    throw Error("22003", "histogram value is out of range for type bigint");
  }
  return Int64GetDatum(static_cast<std::int64_t>(value));
}

Datum null_result(FunctionCallInfo fcinfo) {
  fcinfo->isnull = true;
  return Datum{0};
}

Datum bigint_or_null(FunctionCallInfo fcinfo, std::optional<std::uint64_t> value) {
  return value ? to_bigint(*value) : null_result(fcinfo);
}

Datum float_or_null(FunctionCallInfo fcinfo, std::optional<double> value) {
  return value ? Float8GetDatum(*value) : null_result(fcinfo);
}

// By way of text: numeric has no constructor for the upper half of 64 bits. Called in a guard.
Datum to_numeric(std::uint64_t value) {
  char text[MAXINT8LEN + 1];
  text[pg_ulltoa_n(value, text)] = '\0';
  return DirectFunctionCall3(numeric_in, CStringGetDatum(text), ObjectIdGetDatum(InvalidOid),
                             Int32GetDatum(-1));
}

// One row per bucket in use, into the tuplestore of a set-returning function.
void put_buckets(FunctionCallInfo fcinfo, const Histogram& histogram) {
  pg_call([&] {
    InitMaterializedSRF(fcinfo, 0);
    auto* result = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
    for (std::size_t i = histogram.used_begin(); i < histogram.used_end(); ++i) {
      if (histogram.bucket_count(i) == 0) continue;
      Datum values[3] = {to_numeric(Histogram::bucket_low(i)),
                         to_numeric(Histogram::bucket_high(i)),
                         Int64GetDatum(static_cast<std::int64_t>(histogram.bucket_count(i)))};
      bool nulls[3] = {false, false, false};
      tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
    }
  });
}

// merge() ----------------------------------------------------------------------------------------

MemoryContext aggregate_context(FunctionCallInfo fcinfo) {
  MemoryContext context = nullptr;
  if (pg_call([&] { return AggCheckCallContext(fcinfo, &context); }) == 0) {
    throw Error(sqlstate::feature_not_supported,
                "aggregate function called in non-aggregate context");
  }
  return context;
}

Histogram* state_argument(FunctionCallInfo fcinfo, int argument) {
  if (PG_ARGISNULL(argument)) return nullptr;
  return reinterpret_cast<Histogram*>(PG_GETARG_POINTER(argument));
}

Histogram* new_state(MemoryContext context) {
  void* memory = pg_call([&] { return MemoryContextAlloc(context, sizeof(Histogram)); });
  return new (memory) Histogram();
}

// The state in its argument, or a new empty one.
Histogram* state_or_new(FunctionCallInfo fcinfo, MemoryContext context, int argument) {
  Histogram* state = state_argument(fcinfo, argument);
  return state != nullptr ? state : new_state(context);
}

}  // namespace

}  // namespace perf_mgmt::pg

using perf_mgmt::Error;
using perf_mgmt::Histogram;
using namespace perf_mgmt::pg;

extern "C" {

// Text and binary form ---------------------------------------------------------------------------

PG_FUNCTION_INFO_V1(perf_mgmt_histogram_in);
Datum perf_mgmt_histogram_in(PG_FUNCTION_ARGS) {
  return run_cpp([&] { return to_datum(Histogram::parse(PG_GETARG_CSTRING(0))); });
}

PG_FUNCTION_INFO_V1(perf_mgmt_histogram_out);
Datum perf_mgmt_histogram_out(PG_FUNCTION_ARGS) {
  return run_cpp([&] {
    const std::string text = from_datum(PG_GETARG_DATUM(0)).to_text();
    return CStringGetDatum(pg_call([&] { return pnstrdup(text.data(), text.size()); }));
  });
}

PG_FUNCTION_INFO_V1(perf_mgmt_histogram_recv);
Datum perf_mgmt_histogram_recv(PG_FUNCTION_ARGS) {
  return run_cpp([&] {
    auto* message = reinterpret_cast<StringInfo>(PG_GETARG_POINTER(0));
    const int size = message->len - message->cursor;
    const char* bytes = pg_call([&] { return pq_getmsgbytes(message, size); });
    return to_datum(from_bytes(bytes, static_cast<std::size_t>(size)));
  });
}

PG_FUNCTION_INFO_V1(perf_mgmt_histogram_send);
Datum perf_mgmt_histogram_send(PG_FUNCTION_ARGS) {
  return run_cpp([&] { return to_datum(from_datum(PG_GETARG_DATUM(0))); });
}

// Accessors --------------------------------------------------------------------------------------

PG_FUNCTION_INFO_V1(perf_mgmt_histogram_count);
Datum perf_mgmt_histogram_count(PG_FUNCTION_ARGS) {
  return run_cpp([&] { return to_bigint(from_datum(PG_GETARG_DATUM(0)).count()); });
}

PG_FUNCTION_INFO_V1(perf_mgmt_histogram_min);
Datum perf_mgmt_histogram_min(PG_FUNCTION_ARGS) {
  return run_cpp([&] { return bigint_or_null(fcinfo, from_datum(PG_GETARG_DATUM(0)).min()); });
}

PG_FUNCTION_INFO_V1(perf_mgmt_histogram_max);
Datum perf_mgmt_histogram_max(PG_FUNCTION_ARGS) {
  return run_cpp([&] { return bigint_or_null(fcinfo, from_datum(PG_GETARG_DATUM(0)).max()); });
}

PG_FUNCTION_INFO_V1(perf_mgmt_histogram_mean);
Datum perf_mgmt_histogram_mean(PG_FUNCTION_ARGS) {
  return run_cpp([&] { return float_or_null(fcinfo, from_datum(PG_GETARG_DATUM(0)).mean()); });
}

PG_FUNCTION_INFO_V1(perf_mgmt_histogram_stddev);
Datum perf_mgmt_histogram_stddev(PG_FUNCTION_ARGS) {
  return run_cpp([&] { return float_or_null(fcinfo, from_datum(PG_GETARG_DATUM(0)).stddev()); });
}

PG_FUNCTION_INFO_V1(perf_mgmt_histogram_percentile);
Datum perf_mgmt_histogram_percentile(PG_FUNCTION_ARGS) {
  return run_cpp([&] {
    const double p = PG_GETARG_FLOAT8(1);
    if (!(p >= 0 && p <= 1)) {  // NaN too
      throw Error(perf_mgmt::sqlstate::invalid_parameter_value,
                  fmt::format("percentile {} is not between 0 and 1", p), {},
                  "The 99th percentile is 0.99.");
    }
    return bigint_or_null(fcinfo, from_datum(PG_GETARG_DATUM(0)).percentile(p));
  });
}

PG_FUNCTION_INFO_V1(perf_mgmt_histogram_buckets);
Datum perf_mgmt_histogram_buckets(PG_FUNCTION_ARGS) {
  return run_cpp([&] {
    put_buckets(fcinfo, from_datum(PG_GETARG_DATUM(0)));
    return Datum{0};
  });
}

PG_FUNCTION_INFO_V1(perf_mgmt_histogram_eq);
Datum perf_mgmt_histogram_eq(PG_FUNCTION_ARGS) {
  return run_cpp([&] {
    return BoolGetDatum(from_datum(PG_GETARG_DATUM(0)) == from_datum(PG_GETARG_DATUM(1)));
  });
}

// merge() ----------------------------------------------------------------------------------------

PG_FUNCTION_INFO_V1(perf_mgmt_histogram_merge_transfn);
Datum perf_mgmt_histogram_merge_transfn(PG_FUNCTION_ARGS) {
  return run_cpp([&] {
    MemoryContext context = aggregate_context(fcinfo);
    if (PG_ARGISNULL(1)) {
      return PG_ARGISNULL(0) ? null_result(fcinfo) : PG_GETARG_DATUM(0);
    }
    Histogram* state = state_or_new(fcinfo, context, 0);
    state->merge(from_datum(PG_GETARG_DATUM(1)));
    return PointerGetDatum(state);
  });
}

// NULL when every input was.
PG_FUNCTION_INFO_V1(perf_mgmt_histogram_merge_finalfn);
Datum perf_mgmt_histogram_merge_finalfn(PG_FUNCTION_ARGS) {
  return run_cpp([&] {
    aggregate_context(fcinfo);
    const Histogram* state = state_argument(fcinfo, 0);
    return state != nullptr ? to_datum(*state) : null_result(fcinfo);
  });
}

// The second state may live in a context that is reset before the first is done: it is copied.
PG_FUNCTION_INFO_V1(perf_mgmt_histogram_merge_combinefn);
Datum perf_mgmt_histogram_merge_combinefn(PG_FUNCTION_ARGS) {
  return run_cpp([&] {
    MemoryContext context = aggregate_context(fcinfo);
    const Histogram* other = state_argument(fcinfo, 1);
    if (other == nullptr) {
      return PG_ARGISNULL(0) ? null_result(fcinfo) : PG_GETARG_DATUM(0);
    }
    Histogram* state = state_or_new(fcinfo, context, 0);
    state->merge(*other);
    return PointerGetDatum(state);
  });
}

PG_FUNCTION_INFO_V1(perf_mgmt_histogram_merge_serialfn);
Datum perf_mgmt_histogram_merge_serialfn(PG_FUNCTION_ARGS) {
  return run_cpp([&] {
    aggregate_context(fcinfo);
    return to_datum(*state_argument(fcinfo, 0));
  });
}

PG_FUNCTION_INFO_V1(perf_mgmt_histogram_merge_deserialfn);
Datum perf_mgmt_histogram_merge_deserialfn(PG_FUNCTION_ARGS) {
  return run_cpp([&] {
    aggregate_context(fcinfo);
    const Histogram histogram = from_datum(PG_GETARG_DATUM(0));
    Histogram* state = new_state(CurrentMemoryContext);
    state->merge(histogram);
    return PointerGetDatum(state);
  });
}

}  // extern "C"
