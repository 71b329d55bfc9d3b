// Work with the rights of another role, as the server itself runs code of a table's owner
// (maintenance commands, logical replication): as an operation that can neither change the role nor
// leave anything behind for the caller to run.
#pragma once

#include "perf_mgmt/pg/boundary.hpp"

extern "C" {
#include "miscadmin.h"
#include "utils/guc.h"
}

namespace perf_mgmt::pg {

// Calls work() as that role; whether the caller may act as it is the caller's to check. Settings
// that the role's code makes end with it: a search_path left behind would choose the operators of
// what the caller runs next. Where work() throws, the abort of the (sub)transaction takes both
// back, so an error must not be caught without one.
template <typename Work>
void act_as(Oid role, Work&& work) {
  Oid caller = InvalidOid;
  int context = 0;
  GetUserIdAndSecContext(&caller, &context);
  SetUserIdAndSecContext(role,
                         context | SECURITY_LOCAL_USERID_CHANGE | SECURITY_RESTRICTED_OPERATION);
  const int nest = NewGUCNestLevel();
  work();
  pg_call([&] { AtEOXact_GUC(false, nest); });
  SetUserIdAndSecContext(caller, context);
}

// The path of what ships, which names everything in full: operators and casts are the server's own.
inline constexpr const char* kServersPath = "pg_catalog, pg_temp";

// To the end of the setting level that is open.
inline void set_search_path(const char* path) {
  pg_call([&] {
    (void)set_config_option("search_path", path, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true,
                            0, false);
  });
}

}  // namespace perf_mgmt::pg
