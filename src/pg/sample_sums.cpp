// The aggregate perf_mgmt.sum_samples(jsonb): objects of wait samples added up, name by name.
//
// A report of half an hour has tens of thousands of such objects. Taking them apart in SQL makes a
// row of every member, and takes longer than all the rest of the report. The state is an array in
// the aggregate's memory context; a run meets a few dozens of waits at most, so a name is looked
// for from the front.
#include "perf_mgmt/pg/sql_arguments.hpp"

extern "C" {
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"
}

namespace perf_mgmt::pg {

namespace {

struct Sum {
  char* name;  // not terminated
  int length;
  std::int64_t samples;
};

// Plain memory: nothing destroys what a memory context throws away.
struct SampleSums {
  Sum* sums;
  int count;
  int room;
};

// The functions below are called in a guard.

SampleSums* new_sums(MemoryContext context) {
  constexpr int kRoom = 8;
  auto* state = static_cast<SampleSums*>(MemoryContextAllocZero(context, sizeof(SampleSums)));
  state->sums = static_cast<Sum*>(MemoryContextAlloc(context, kRoom * sizeof(Sum)));
  state->room = kRoom;
  return state;
}

Sum& sum_of(SampleSums& state, MemoryContext context, const JsonbValue& name) {
  const char* text = name.val.string.val;
  const int length = name.val.string.len;
  for (int i = 0; i < state.count; ++i) {
    Sum& sum = state.sums[i];
    if (sum.length == length &&
        std::memcmp(sum.name, text, static_cast<std::size_t>(length)) == 0) {
      return sum;
    }
  }
  if (state.count == state.room) {
    state.room *= 2;
    state.sums =
        static_cast<Sum*>(repalloc(state.sums, static_cast<std::size_t>(state.room) * sizeof(Sum)));
  }
  Sum& sum = state.sums[state.count];
  sum.name = static_cast<char*>(MemoryContextAlloc(context, static_cast<std::size_t>(length) + 1));
  std::memcpy(sum.name, text, static_cast<std::size_t>(length));
  sum.length = length;
  sum.samples = 0;
  ++state.count;
  return sum;
}

// Members that are no numbers are passed over: the tables do not have any.
void add_object(SampleSums& state, MemoryContext context, Jsonb* object) {
  JsonbIterator* members = JsonbIteratorInit(&object->root);
  JsonbValue name;
  JsonbValue value;
  JsonbIteratorToken token = WJB_DONE;
  while ((token = JsonbIteratorNext(&members, &name, true)) != WJB_DONE) {
    if (token != WJB_KEY) continue;
    JsonbIteratorNext(&members, &value, true);
    if (value.type != jbvNumeric) continue;
    const std::int64_t samples =
        DatumGetInt64(DirectFunctionCall1(numeric_int8, NumericGetDatum(value.val.numeric)));
    Sum& sum = sum_of(state, context, name);
    if (__builtin_add_overflow(sum.samples, samples, &sum.samples)) {
      sum.samples = samples > 0 ? std::numeric_limits<std::int64_t>::max()
                                : std::numeric_limits<std::int64_t>::min();
    }
  }
}

Datum as_jsonb(const SampleSums& state) {
  JsonbParseState* building = nullptr;
  pushJsonbValue(&building, WJB_BEGIN_OBJECT, nullptr);
  for (int i = 0; i < state.count; ++i) {
    JsonbValue member;
    member.type = jbvString;
    member.val.string.val = state.sums[i].name;
    member.val.string.len = state.sums[i].length;
    pushJsonbValue(&building, WJB_KEY, &member);
    member.type = jbvNumeric;
    member.val.numeric = int64_to_numeric(state.sums[i].samples);
    pushJsonbValue(&building, WJB_VALUE, &member);
  }
  return JsonbPGetDatum(JsonbValueToJsonb(pushJsonbValue(&building, WJB_END_OBJECT, nullptr)));
}

SampleSums* state_argument(FunctionCallInfo call) {
  return call->args[0].isnull ? nullptr
                              : reinterpret_cast<SampleSums*>(DatumGetPointer(call->args[0].value));
}

}  // namespace

}  // namespace perf_mgmt::pg

using namespace perf_mgmt::pg;

extern "C" {

PG_FUNCTION_INFO_V1(perf_mgmt_sum_samples_transfn);
Datum perf_mgmt_sum_samples_transfn(PG_FUNCTION_ARGS) {
  return run_cpp([&] {
    MemoryContext context = aggregate_context(fcinfo);
    return pg_call([&] {
      SampleSums* state = state_argument(fcinfo);
      if (state == nullptr) state = new_sums(context);
      if (!PG_ARGISNULL(1)) add_object(*state, context, PG_GETARG_JSONB_P(1));
      return PointerGetDatum(state);
    });
  });
}

// An empty object where there was nothing to add up
PG_FUNCTION_INFO_V1(perf_mgmt_sum_samples_finalfn);
Datum perf_mgmt_sum_samples_finalfn(PG_FUNCTION_ARGS) {
  return run_cpp([&] {
    aggregate_context(fcinfo);
    return pg_call([&] {
      const SampleSums* state = state_argument(fcinfo);
      const SampleSums none = {};
      return as_jsonb(state != nullptr ? *state : none);
    });
  });
}

}  // extern "C"
