// The SQL type perf_mgmt.histogram: I/O, accessors, equality, buckets() and the aggregate merge().
//
// A datum is a varlena that holds the sparse form of core/histogram.hpp; every function but merge()
// expands it, asks the core, and is done. Whatever bytes arrive are checked by the core. The state
// of merge() is an expanded histogram in the aggregate's memory context, to which sparse ones are
// added as they are: merging costs the buckets in use, and a group 58 KB.
#include "perf_mgmt/core/errors.hpp"
#include "perf_mgmt/core/histogram.hpp"
#include "perf_mgmt/pg/sql_arguments.hpp"

extern "C" {
#include "libpq/pqformat.h"
#include "utils/datum.h"
#include "utils/numeric.h"
#include "utils/tuplestore.h"
}

namespace perf_mgmt::pg {

namespace {

// palloc aligns to MAXIMUM_ALIGNOF, and nothing destroys what a memory context throws away.
static_assert(std::is_trivially_copyable_v<Histogram>);
static_assert(std::is_trivially_destructible_v<Histogram>);
static_assert(alignof(Histogram) <= MAXIMUM_ALIGNOF);

struct Stored {
  const std::uint8_t* bytes;
  std::size_t size;
};

// Of a histogram, or of the same bytes as bytea.
Stored stored_bytes(Datum datum) {
  const auto* stored = pg_call([&] { return PG_DETOAST_DATUM_PACKED(datum); });
  return {reinterpret_cast<const std::uint8_t*>(VARDATA_ANY(stored)), VARSIZE_ANY_EXHDR(stored)};
}

// What make returns, on the heap: with its 58 KB it is none for the stack (see HeapRecord). It is
// constructed there: what a call returns is not moved.
template <typename Make>
std::unique_ptr<const Histogram> on_heap(const Make& make) {
  return std::unique_ptr<const Histogram>(new Histogram(make()));
}

std::unique_ptr<const Histogram> from_datum(Datum datum) {
  const Stored stored = stored_bytes(datum);
  return on_heap([&] { return Histogram::deserialize(stored.bytes, stored.size); });
}

void merge_datum(Histogram& state, Datum datum) {
  const Stored stored = stored_bytes(datum);
  state.merge_serialized(stored.bytes, stored.size);
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
    throw Error(sqlstate::numeric_value_out_of_range,
                "histogram value is out of range for type bigint");
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
                         to_bigint(histogram.bucket_count(i))};
      bool nulls[3] = {false, false, false};
      tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
    }
  });
}

// merge() ----------------------------------------------------------------------------------------

// Many groups have one histogram: it stays as it came, in its table's TOAST storage even, and is
// nothing but handed on. A second one is worth expanding it.
struct MergeState {
  const struct varlena* only;
  Histogram* sum;  // from the second one on
};

MergeState* state_argument(FunctionCallInfo fcinfo, int argument) {
  if (PG_ARGISNULL(argument)) return nullptr;
  return reinterpret_cast<MergeState*>(PG_GETARG_POINTER(argument));
}

Histogram* new_sum(MemoryContext context) {
  void* memory = pg_call([&] { return MemoryContextAlloc(context, sizeof(Histogram)); });
  return new (memory) Histogram();
}

Datum copied(Datum datum) {
  return pg_call([&] { return datumCopy(datum, false, -1); });
}

// A new state of this histogram alone, or of none.
MergeState* new_state(MemoryContext context, std::optional<Datum> only) {
  return pg_call([&] {
    const MemoryContext caller = MemoryContextSwitchTo(context);
    auto* state = static_cast<MergeState*>(palloc0(sizeof(MergeState)));
    if (only) {
      state->only = reinterpret_cast<varlena*>(DatumGetPointer(datumCopy(*only, false, -1)));
    }
    MemoryContextSwitchTo(caller);
    return state;
  });
}

// The sum of a state, where what it has so far is in.
Histogram& sum_of(MergeState& state, MemoryContext context) {
  if (state.sum == nullptr) {
    Histogram* sum = new_sum(context);
    if (state.only != nullptr) merge_datum(*sum, PointerGetDatum(state.only));
    state.sum = sum;
  }
  return *state.sum;
}

// Adds the histogram to the state, or makes a new one of it.
MergeState* added(MergeState* state, Datum histogram, MemoryContext context) {
  if (state == nullptr) return new_state(context, histogram);
  merge_datum(sum_of(*state, context), histogram);
  return state;
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
  return run_cpp(
      [&] { return to_datum(*on_heap([&] { return Histogram::parse(PG_GETARG_CSTRING(0)); })); });
}

PG_FUNCTION_INFO_V1(perf_mgmt_histogram_out);
Datum perf_mgmt_histogram_out(PG_FUNCTION_ARGS) {
  return run_cpp([&] {
    const std::string text = from_datum(PG_GETARG_DATUM(0))->to_text();
    return CStringGetDatum(pg_call([&] { return pnstrdup(text.data(), text.size()); }));
  });
}

PG_FUNCTION_INFO_V1(perf_mgmt_histogram_recv);
Datum perf_mgmt_histogram_recv(PG_FUNCTION_ARGS) {
  return run_cpp([&] {
    auto* message = reinterpret_cast<StringInfo>(PG_GETARG_POINTER(0));
    const int size = message->len - message->cursor;
    const char* bytes = pg_call([&] { return pq_getmsgbytes(message, size); });
    return to_datum(*on_heap([&] {
      return Histogram::deserialize(reinterpret_cast<const std::uint8_t*>(bytes),
                                    static_cast<std::size_t>(size));
    }));
  });
}

PG_FUNCTION_INFO_V1(perf_mgmt_histogram_send);
Datum perf_mgmt_histogram_send(PG_FUNCTION_ARGS) {
  return run_cpp([&] { return to_datum(*from_datum(PG_GETARG_DATUM(0))); });
}

// Accessors --------------------------------------------------------------------------------------

PG_FUNCTION_INFO_V1(perf_mgmt_histogram_count);
Datum perf_mgmt_histogram_count(PG_FUNCTION_ARGS) {
  return run_cpp([&] { return to_bigint(from_datum(PG_GETARG_DATUM(0))->count()); });
}

PG_FUNCTION_INFO_V1(perf_mgmt_histogram_min);
Datum perf_mgmt_histogram_min(PG_FUNCTION_ARGS) {
  return run_cpp([&] { return bigint_or_null(fcinfo, from_datum(PG_GETARG_DATUM(0))->min()); });
}

PG_FUNCTION_INFO_V1(perf_mgmt_histogram_max);
Datum perf_mgmt_histogram_max(PG_FUNCTION_ARGS) {
  return run_cpp([&] { return bigint_or_null(fcinfo, from_datum(PG_GETARG_DATUM(0))->max()); });
}

PG_FUNCTION_INFO_V1(perf_mgmt_histogram_mean);
Datum perf_mgmt_histogram_mean(PG_FUNCTION_ARGS) {
  return run_cpp([&] { return float_or_null(fcinfo, from_datum(PG_GETARG_DATUM(0))->mean()); });
}

PG_FUNCTION_INFO_V1(perf_mgmt_histogram_stddev);
Datum perf_mgmt_histogram_stddev(PG_FUNCTION_ARGS) {
  return run_cpp([&] { return float_or_null(fcinfo, from_datum(PG_GETARG_DATUM(0))->stddev()); });
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
    const Stored stored = stored_bytes(PG_GETARG_DATUM(0));
    return bigint_or_null(fcinfo, Histogram::stored_percentile(stored.bytes, stored.size, p));
  });
}

PG_FUNCTION_INFO_V1(perf_mgmt_histogram_buckets);
Datum perf_mgmt_histogram_buckets(PG_FUNCTION_ARGS) {
  return run_cpp([&] {
    put_buckets(fcinfo, *from_datum(PG_GETARG_DATUM(0)));
    return Datum{0};
  });
}

PG_FUNCTION_INFO_V1(perf_mgmt_histogram_eq);
Datum perf_mgmt_histogram_eq(PG_FUNCTION_ARGS) {
  return run_cpp([&] {
    return BoolGetDatum(*from_datum(PG_GETARG_DATUM(0)) == *from_datum(PG_GETARG_DATUM(1)));
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
    return PointerGetDatum(added(state_argument(fcinfo, 0), PG_GETARG_DATUM(1), context));
  });
}

// NULL when every input was.
PG_FUNCTION_INFO_V1(perf_mgmt_histogram_merge_finalfn);
Datum perf_mgmt_histogram_merge_finalfn(PG_FUNCTION_ARGS) {
  return run_cpp([&] {
    aggregate_context(fcinfo);
    const MergeState* state = state_argument(fcinfo, 0);
    if (state == nullptr) return null_result(fcinfo);
    return state->sum != nullptr ? to_datum(*state->sum) : copied(PointerGetDatum(state->only));
  });
}

// The second state may live in a context that is reset before the first is done: it is copied.
PG_FUNCTION_INFO_V1(perf_mgmt_histogram_merge_combinefn);
Datum perf_mgmt_histogram_merge_combinefn(PG_FUNCTION_ARGS) {
  return run_cpp([&] {
    MemoryContext context = aggregate_context(fcinfo);
    const MergeState* other = state_argument(fcinfo, 1);
    if (other == nullptr) {
      return PG_ARGISNULL(0) ? null_result(fcinfo) : PG_GETARG_DATUM(0);
    }
    MergeState* state = state_argument(fcinfo, 0);
    if (other->sum == nullptr) {
      return PointerGetDatum(added(state, PointerGetDatum(other->only), context));
    }
    if (state == nullptr) state = new_state(context, std::nullopt);
    sum_of(*state, context).merge_checked(*other->sum);
    return PointerGetDatum(state);
  });
}

PG_FUNCTION_INFO_V1(perf_mgmt_histogram_merge_serialfn);
Datum perf_mgmt_histogram_merge_serialfn(PG_FUNCTION_ARGS) {
  return run_cpp([&] {
    aggregate_context(fcinfo);
    const MergeState* state = state_argument(fcinfo, 0);
    if (state->sum != nullptr) return to_datum(*state->sum);
    const Datum only = PointerGetDatum(state->only);
    return pg_call([&] { return PointerGetDatum(PG_DETOAST_DATUM_COPY(only)); });
  });
}

PG_FUNCTION_INFO_V1(perf_mgmt_histogram_merge_deserialfn);
Datum perf_mgmt_histogram_merge_deserialfn(PG_FUNCTION_ARGS) {
  return run_cpp([&] {
    aggregate_context(fcinfo);
    return PointerGetDatum(new_state(CurrentMemoryContext, PG_GETARG_DATUM(0)));
  });
}

}  // extern "C"
