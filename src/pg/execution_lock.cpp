#include "perf_mgmt/pg/execution_lock.hpp"

#include "perf_mgmt/pg/spi.hpp"

extern "C" {
#include "common/hashfn.h"
#include "storage/lock.h"
}

namespace perf_mgmt::pg {

namespace {

std::uint64_t lock_key(const std::string& execution_id) {
  return hash_bytes_extended(reinterpret_cast<const unsigned char*>(execution_id.data()),
                             static_cast<int>(execution_id.size()), 0);
}

LOCKTAG lock_tag(const std::string& execution_id) {
  const std::uint64_t key = lock_key(execution_id);
  LOCKTAG tag;
  SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, static_cast<uint32>(key >> 32), static_cast<uint32>(key),
                       3);
  return tag;
}

}  // namespace

void take_execution_lock(const std::string& execution_id) {
  const LOCKTAG tag = lock_tag(execution_id);
  const LockAcquireResult result =
      pg_call([&] { return LockAcquire(&tag, ExclusiveLock, true, true); });
  if (result == LOCKACQUIRE_NOT_AVAIL) {
    throw Error(sqlstate::object_in_use,
                fmt::format("execution \"{}\" is already under control", execution_id));
  }
}

void release_execution_lock(const std::string& execution_id) {
  const LOCKTAG tag = lock_tag(execution_id);
  pg_call([&] { LockRelease(&tag, ExclusiveLock, true); });
}

void lock_to_end_of_transaction(const std::string& subject) {
  const LOCKTAG tag = lock_tag(subject);
  pg_call([&] { (void)LockAcquire(&tag, ExclusiveLock, false, false); });
}

int holder_of_execution_lock(const std::string& execution_id) {
  const std::uint64_t key = lock_key(execution_id);
  const SqlText pid =
      sql_query(
          "SELECT pid FROM pg_catalog.pg_locks WHERE locktype = 'advisory' AND objsubid = 3 AND "
          "granted "
          "AND database = $1::pg_catalog.oid AND classid = $2::pg_catalog.oid "
          "AND objid = $3::pg_catalog.oid",
          {std::to_string(MyDatabaseId), std::to_string(static_cast<uint32>(key >> 32)),
           std::to_string(static_cast<uint32>(key))})
          .scalar();
  return pid ? std::stoi(*pid) : 0;
}

}  // namespace perf_mgmt::pg
