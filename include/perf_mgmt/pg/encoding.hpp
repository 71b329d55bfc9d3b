// Text between the core, which takes and gives UTF-8, and a database of any encoding.
#pragma once

#include "perf_mgmt/pg/sql_arguments.hpp"

namespace perf_mgmt::pg {

// Argument i as required_argument gives it, in UTF-8. In a database of encoding SQL_ASCII bytes
// that are no UTF-8 become question marks.
std::string utf8_argument(FunctionCallInfo call, int i, const char* name);

// A JSON text in UTF-8 as jsonb. Throws where the database's encoding lacks one of its characters.
Datum utf8_jsonb(const std::string& utf8);

// What stands for a character that the database's encoding lacks: a page of symbols and dashes must
// be readable from a LATIN1 database too.
enum class Substitute {
  question_mark,
  character_reference,  // &#8211; as HTML, XML and Markdown read it
};
// A text in UTF-8 as text.
Datum utf8_text(const std::string& utf8, Substitute substitute);

}  // namespace perf_mgmt::pg
