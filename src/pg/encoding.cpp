#include "perf_mgmt/pg/encoding.hpp"

extern "C" {
#include "catalog/namespace.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
}

namespace perf_mgmt::pg {

namespace {

// The server converts what it can, and stops at a character that it cannot; that one is replaced,
// and the rest goes on. In pieces, as the room for a result is four times its source.
std::string with_substitutes(const std::string& utf8, Substitute substitute) {
  constexpr std::size_t kPiece = 65536;
  const int encoding = GetDatabaseEncoding();
  const Oid conversion = pg_call([&] { return FindDefaultConversionProc(PG_UTF8, encoding); });
  if (!OidIsValid(conversion)) {
    throw Error(sqlstate::feature_not_supported,
                fmt::format("there is no conversion from encoding \"UTF8\" to \"{}\"",
                            pg_encoding_to_char(encoding)));
  }

  std::string result;
  std::vector<unsigned char> converted((kPiece + 2) * MAX_CONVERSION_GROWTH);
  std::size_t done = 0;
  while (done < utf8.size()) {
    std::size_t end = std::min(done + kPiece, utf8.size());
    // Not in the middle of a character
    while (end < utf8.size() && end > done + 1 && (utf8[end] & 0xc0) == 0x80) --end;
    auto* source = reinterpret_cast<unsigned char*>(const_cast<char*>(utf8.data())) + done;
    const int taken = pg_call([&] {
      return pg_do_encoding_conversion_buf(conversion, PG_UTF8, encoding, source,
                                           static_cast<int>(end - done), converted.data(),
                                           static_cast<int>(converted.size()), true);
    });
    result += reinterpret_cast<const char*>(converted.data());
    done += static_cast<std::size_t>(taken);
    if (done >= end) continue;
    const unsigned char* lacking = reinterpret_cast<const unsigned char*>(utf8.data()) + done;
    result += substitute == Substitute::question_mark
                  ? "?"
                  : fmt::format("&#{};", utf8_to_unicode(lacking));
    done += static_cast<std::size_t>(pg_utf_mblen(lacking));
  }
  return result;
}

// A database without an encoding holds any bytes. JSON around them is ASCII, so a question mark for
// each that is no UTF-8 leaves it whole.
std::string valid_utf8(std::string text) {
  for (std::size_t i = 0; i < text.size();) {
    const int length =
        pg_encoding_verifymbchar(PG_UTF8, text.data() + i, static_cast<int>(text.size() - i));
    if (length < 1) text[i] = '?';
    i += static_cast<std::size_t>(std::max(length, 1));
  }
  return text;
}

}  // namespace

std::string utf8_argument(FunctionCallInfo call, int i, const char* name) {
  const std::string text = required_argument(call, i, name);
  if (GetDatabaseEncoding() == PG_SQL_ASCII) return valid_utf8(text);
  return pg_call(
      [&] { return pg_server_to_any(text.c_str(), static_cast<int>(text.size()), PG_UTF8); });
}

Datum utf8_jsonb(const std::string& utf8) {
  return pg_call([&] {
    const char* text = pg_any_to_server(utf8.c_str(), static_cast<int>(utf8.size()), PG_UTF8);
    return DirectFunctionCall1(jsonb_in, CStringGetDatum(text));
  });
}

Datum utf8_text(const std::string& utf8, Substitute substitute) {
  const int encoding = GetDatabaseEncoding();
  const std::string text =
      encoding == PG_UTF8 || encoding == PG_SQL_ASCII ? utf8 : with_substitutes(utf8, substitute);
  return pg_call([&] {
    return PointerGetDatum(cstring_to_text_with_len(text.data(), static_cast<int>(text.size())));
  });
}

}  // namespace perf_mgmt::pg
