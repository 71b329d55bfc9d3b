// What differs between the supported PostgreSQL versions, each shim with its reason.
// Included by prelude.hpp only, after postgres.h.
#pragma once

#if PG_VERSION_NUM < 150000 || PG_VERSION_NUM >= 190000
#error "perf_mgmt supports PostgreSQL 15 to 18"
#endif

extern "C" {
#include "executor/instrument.h"
#include "nodes/nodes.h"
#include "postmaster/bgworker.h"
#include "storage/latch.h"
#include "storage/proc.h"
#include "utils/acl.h"
#include "utils/resowner.h"
// 18 moved ExplainState and the begin and end of its output out of commands/explain.h.
#if PG_VERSION_NUM >= 180000
#include "commands/explain_format.h"
#include "commands/explain_state.h"
#endif
#if PG_VERSION_NUM >= 160000  // a part of postgres.h before
#include "varatt.h"
#endif
}

// Declared in libpq/libpq.h, which on a server built with GSSAPI wants that library's headers too.
extern "C" bool pq_check_connection(void);

namespace perf_mgmt::pg {

// 17 renamed a process's number and made it 0-based and signed.
inline std::uint32_t my_proc_number() noexcept {
#if PG_VERSION_NUM >= 170000
  return static_cast<std::uint32_t>(MyProcNumber);
#else
  return static_cast<std::uint32_t>(MyProc->pgprocno);
#endif
}

// 17 ties a wait event set to a resource owner, and dropped the memory context.
inline WaitEventSet* create_wait_event_set(int events) {
#if PG_VERSION_NUM >= 170000
  return CreateWaitEventSet(nullptr, events);
#else
  return CreateWaitEventSet(TopMemoryContext, events);
#endif
}

// 17 split the block times into shared and local ones.
inline std::uint64_t block_read_time_us(const BufferUsage& usage) noexcept {
#if PG_VERSION_NUM >= 170000
  return INSTR_TIME_GET_MICROSEC(usage.shared_blk_read_time) +
         INSTR_TIME_GET_MICROSEC(usage.local_blk_read_time);
#else
  return INSTR_TIME_GET_MICROSEC(usage.blk_read_time);
#endif
}
inline std::uint64_t block_write_time_us(const BufferUsage& usage) noexcept {
#if PG_VERSION_NUM >= 170000
  return INSTR_TIME_GET_MICROSEC(usage.shared_blk_write_time) +
         INSTR_TIME_GET_MICROSEC(usage.local_blk_write_time);
#else
  return INSTR_TIME_GET_MICROSEC(usage.blk_write_time);
#endif
}

// Before 16 an instr_time is a timespec, and there is no macro for its nanoseconds.
inline std::uint64_t instr_time_ns(instr_time time) noexcept {
#if PG_VERSION_NUM >= 160000
  return static_cast<std::uint64_t>(INSTR_TIME_GET_NANOSEC(time));
#else
  return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000 +
         static_cast<std::uint64_t>(time.tv_nsec);
#endif
}

// Before 16 the tree walkers are declared with an empty parameter list, which means (void) in C++.
using TreeWalker = bool (*)(Node*, void*);
#if PG_VERSION_NUM >= 160000
inline TreeWalker tree_walker(TreeWalker walker) noexcept {
  return walker;
}
#else
inline auto tree_walker(TreeWalker walker) noexcept {
  return reinterpret_cast<bool (*)()>(reinterpret_cast<void (*)()>(walker));
}
#endif

// 17 moved the checkpoint counts to a view of their own.
#if PG_VERSION_NUM >= 170000
inline constexpr const char* kCheckpointView = "pg_stat_checkpointer";
inline constexpr const char* kCheckpointCounts = "num_timed, num_requested";
#else
inline constexpr const char* kCheckpointView = "pg_stat_bgwriter";
inline constexpr const char* kCheckpointCounts = "checkpoints_timed, checkpoints_req";
#endif

// 17 lets a background worker connect as a role without LOGIN.
#if PG_VERSION_NUM >= 170000
inline constexpr std::uint32_t kConnectFlags = BGWORKER_BYPASS_ROLELOGINCHECK;
inline constexpr bool kWorkersNeedLogin = false;
#else
inline constexpr std::uint32_t kConnectFlags = 0;
inline constexpr bool kWorkersNeedLogin = true;
#endif

// From 16 on a member of a role need not be allowed to act as that role. Superusers may act as all.
inline bool may_act_as(Oid member, Oid role) {
#if PG_VERSION_NUM >= 160000
  return member_can_set_role(member, role);
#else
  return is_member_of_role(member, role);
#endif
}

// 17 has transaction_timeout, which ends the process, not the transaction alone.
inline constexpr bool kHasTransactionTimeout = PG_VERSION_NUM >= 170000;

// Whether a process serves a client or a standby. PGPROC has a flag about that, too, but 18 turned
// it around and no longer counts WAL senders among the backends. The list that a process's place
// comes from tells it in all versions, and never changes.
inline bool serves_client(const PGPROC& process) noexcept {
  return process.procgloballist == &ProcGlobal->freeProcs ||
         process.procgloballist == &ProcGlobal->walsenderFreeProcs;
}

}  // namespace perf_mgmt::pg
