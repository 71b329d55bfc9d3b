// The module's entry: the magic block that the server checks when it loads the library.
#include "perf_mgmt/pg/prelude.hpp"

extern "C" {
PG_MODULE_MAGIC;
}
