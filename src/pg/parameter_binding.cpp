// Numbers, booleans, dates, timestamps, UUIDs and texts are made directly; any other type goes
// through its input function, as a client's text parameter would.
#include "perf_mgmt/pg/parameter_binding.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "utils/date.h"
#include "utils/lsyscache.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"
}

namespace perf_mgmt::pg {

namespace {

constexpr std::array<double, 16> kPowersOfTen = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};

// A decimal number as text: integer * 10^-scale, exact.
char* decimal_to_cstring(std::int64_t integer, unsigned scale) {
  char digits[24];  // of 64 bits 20, and one more than the scale
  static_assert(Value::kMostScale < sizeof digits);
  Assert(scale <= Value::kMostScale);
  char* text = static_cast<char*>(palloc(48 + scale));
  const bool negative = integer < 0;
  std::uint64_t magnitude =
      negative ? ~static_cast<std::uint64_t>(integer) + 1 : static_cast<std::uint64_t>(integer);
  unsigned length = 0;
  do {
    digits[length++] = static_cast<char>('0' + magnitude % 10);
    magnitude /= 10;
  } while (magnitude != 0 || length <= scale);
  char* out = text;
  if (negative) *out++ = '-';
  while (length > 0) {
    if (length == scale) *out++ = '.';
    *out++ = digits[--length];
  }
  *out = '\0';
  return text;
}

Datum through_input_function(const ParameterBinding& binding, const Value& value) {
  return InputFunctionCall(binding.input_function, value_to_cstring(value), binding.io_parameter,
                           -1);
}

Datum bind_integer(const ParameterBinding& binding, const Value& value) {
  const std::int64_t number = value.integer;
  switch (binding.type) {
    case INT8OID:
      return Int64GetDatum(number);
    case INT4OID:
      if (number >= PG_INT32_MIN && number <= PG_INT32_MAX) {
        return Int32GetDatum(static_cast<int32>(number));
      }
      break;
    case INT2OID:
      if (number >= PG_INT16_MIN && number <= PG_INT16_MAX) {
        return Int16GetDatum(static_cast<int16>(number));
      }
      break;
    case FLOAT8OID:
      return Float8GetDatum(static_cast<double>(number));
    case NUMERICOID:
      return NumericGetDatum(int64_to_numeric(number));
    default:
      break;
  }
  return through_input_function(binding, value);
}

Datum bind_numeric(const ParameterBinding& binding, const Value& value) {
  if (binding.type == FLOAT8OID && value.scale < kPowersOfTen.size()) {
    return Float8GetDatum(static_cast<double>(value.integer) / kPowersOfTen[value.scale]);
  }
  if (binding.type == NUMERICOID) {
    return NumericGetDatum(int64_div_fast_to_numeric(value.integer, value.scale));
  }
  return through_input_function(binding, value);
}

Datum bind_text(const ParameterBinding& binding, const Value& value) {
  switch (binding.type) {
    case TEXTOID:
    case VARCHAROID:
    case BPCHAROID:
      return PointerGetDatum(
          cstring_to_text_with_len(value.text.data(), static_cast<int>(value.text.size())));
    default:
      break;
  }
  return through_input_function(binding, value);
}

}  // namespace

char* value_to_cstring(const Value& value) {
  switch (value.kind) {
    case Value::Kind::null:
      return nullptr;
    case Value::Kind::boolean:
      return pstrdup(value.integer != 0 ? "true" : "false");
    case Value::Kind::integer:
      return decimal_to_cstring(value.integer, 0);
    case Value::Kind::numeric:
      return decimal_to_cstring(value.integer, value.scale);
    case Value::Kind::date:
      return DatumGetCString(
          DirectFunctionCall1(date_out, DateADTGetDatum(static_cast<DateADT>(value.integer))));
    case Value::Kind::timestamp:
      return DatumGetCString(
          DirectFunctionCall1(timestamptz_out, TimestampTzGetDatum(value.integer)));
    case Value::Kind::uuid: {
      pg_uuid_t uuid;
      std::memcpy(uuid.data, value.text.data(), UUID_LEN);
      return DatumGetCString(DirectFunctionCall1(uuid_out, UUIDPGetDatum(&uuid)));
    }
    case Value::Kind::text:
    case Value::Kind::array:
    case Value::Kind::json:
      return pnstrdup(value.text.data(), value.text.size());
  }
  return nullptr;
}

ParameterBinding make_binding(Oid type, MemoryContext context) {
  ParameterBinding binding{};
  binding.type = type;
  pg_call([&] {
    getTypeInputInfo(type, &binding.input_function_oid, &binding.io_parameter);
    binding.input_function =
        static_cast<FmgrInfo*>(MemoryContextAllocZero(context, sizeof(FmgrInfo)));
    fmgr_info_cxt(binding.input_function_oid, binding.input_function, context);
  });
  return binding;
}

ParameterForm parameter_form(Oid type) {
  if (type == JSONOID || type == JSONBOID) return ParameterForm::json;
  const Oid element = pg_call([&] { return get_element_type(type); });
  return OidIsValid(element) ? ParameterForm::array : ParameterForm::scalar;
}

Datum bind_value(const ParameterBinding& binding, const Value& value, bool* is_null) {
  *is_null = value.kind == Value::Kind::null;
  switch (value.kind) {
    case Value::Kind::null:
      return Datum{0};
    case Value::Kind::boolean:
      if (binding.type == BOOLOID) return BoolGetDatum(value.integer != 0);
      break;
    case Value::Kind::integer:
      return bind_integer(binding, value);
    case Value::Kind::numeric:
      return bind_numeric(binding, value);
    case Value::Kind::date:
      if (binding.type == DATEOID) return DateADTGetDatum(static_cast<DateADT>(value.integer));
      break;
    case Value::Kind::timestamp:
      if (binding.type == TIMESTAMPTZOID) return TimestampTzGetDatum(value.integer);
      break;
    case Value::Kind::uuid:
      if (binding.type == UUIDOID) {
        auto* uuid = static_cast<pg_uuid_t*>(palloc(sizeof(pg_uuid_t)));
        std::memcpy(uuid->data, value.text.data(), UUID_LEN);
        return UUIDPGetDatum(uuid);
      }
      break;
    case Value::Kind::text:
    case Value::Kind::array:
    case Value::Kind::json:
      return bind_text(binding, value);
  }
  return through_input_function(binding, value);
}

}  // namespace perf_mgmt::pg
