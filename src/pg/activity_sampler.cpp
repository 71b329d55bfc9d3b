#include "perf_mgmt/pg/activity_sampler.hpp"

#include "perf_mgmt/pg/spi.hpp"

extern "C" {
#include "storage/proc.h"
#include "utils/wait_event.h"
}

namespace perf_mgmt::pg {

namespace {

constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kLookPeriod = kSecond / 2;
constexpr std::uint64_t kSamplingStream = (std::uint64_t{1} << 63) + 3;
constexpr std::size_t kMostHolders = 10;
constexpr std::uint32_t kWaitClass = 0xFF000000;
constexpr std::int64_t kBlockerPeriod = kSecond / 4;
constexpr std::size_t kMostWaiters = 8;     // that one look asks for
constexpr std::size_t kMostBlockers = 100;  // that are kept

// Sessions at work that are not the run's own; those that hold the oldest row versions that others
// may remove no more. A session that sleeps or waits for its client is not at work.
constexpr const char* kSessionsQuery = R"(
  WITH others AS (
    SELECT * FROM pg_catalog.pg_stat_activity
    WHERE pid <> ALL ($1::pg_catalog.int4[]) AND pid <> pg_catalog.pg_backend_pid())
  SELECT
    EXISTS (SELECT FROM others WHERE backend_type IN ('client backend', 'perf_mgmt worker', 'walsender')
      AND state IN ('active', 'fastpath function call')
      AND COALESCE(wait_event_type, '') NOT IN ('Activity', 'Client', 'Extension', 'Timeout')),
    EXISTS (SELECT FROM others WHERE backend_type = 'autovacuum worker'
      AND datname = pg_catalog.current_database()))";

constexpr const char* kHoldersQuery = R"(
  SELECT pid::pg_catalog.text, pg_catalog.format('process %s (%s%s, %s)', pid, COALESCE('user ' || usename, backend_type),
           COALESCE(', application ' || NULLIF(application_name, ''), ''), COALESCE(state, 'at work')),
         EXTRACT(epoch FROM pg_catalog.clock_timestamp() - xact_start)
  FROM pg_catalog.pg_stat_activity
  WHERE pid <> ALL ($1::pg_catalog.int4[]) AND pid <> pg_catalog.pg_backend_pid()
    AND (backend_xmin IS NOT NULL OR backend_xid IS NOT NULL)
    AND (datname = pg_catalog.current_database() OR backend_type = 'walsender')
    AND backend_type NOT IN ('autovacuum worker', 'parallel worker')
    AND xact_start < pg_catalog.clock_timestamp() - interval '1 second'
  UNION ALL
  SELECT 'prepared ' || gid, pg_catalog.format('prepared transaction "%s"', gid),
         EXTRACT(epoch FROM pg_catalog.clock_timestamp() - prepared)
  FROM pg_catalog.pg_prepared_xacts
  WHERE database = pg_catalog.current_database()
  ORDER BY 3 DESC LIMIT 10)";

// Who holds the locks that $1 wait for, at the end of each chain of waiters. (0 is how
// pg_blocking_pids names a prepared transaction.)
constexpr const char* kBlockersQuery = R"(
  WITH RECURSIVE chain (waiter, pid, depth) AS (
    SELECT w.pid, b.pid, 1
    FROM pg_catalog.unnest($1::pg_catalog.int4[]) w (pid), pg_catalog.unnest(pg_catalog.pg_blocking_pids(w.pid)) b (pid)
    UNION
    SELECT c.waiter, b.pid, c.depth + 1
    FROM chain c, pg_catalog.unnest(pg_catalog.pg_blocking_pids(c.pid)) b (pid) WHERE c.pid <> 0 AND c.depth < 5)
  SELECT DISTINCT c.waiter, w.wait_event_type || ':' || w.wait_event,
         CASE WHEN c.pid = 0 THEN 'a prepared transaction'
              WHEN a.backend_type = 'perf_mgmt worker' THEN 'another worker'
              ELSE COALESCE('user "' || a.usename || '"', a.backend_type)
                   || COALESCE(', application "' || NULLIF(a.application_name, '') || '"', '') END,
         a.state, pg_catalog.left(a.query, 1000)
  FROM chain c
  JOIN pg_catalog.pg_stat_activity w ON w.pid = c.waiter AND w.wait_event_type = 'Lock'
  LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = c.pid
  WHERE c.pid = 0 OR (a.pid IS NOT NULL AND a.wait_event_type IS DISTINCT FROM 'Lock'))";

}  // namespace

std::string wait_event_label(std::uint32_t code) {
  if (code == 0) return "CPU";
  const char* type = nullptr;
  const char* event = nullptr;
  try {
    pg_call([&] {
      type = pgstat_get_wait_event_type(code);
      event = pgstat_get_wait_event(code);
    });
  } catch (const PgError&) {
    // Since 17 an extension's own event may have been forgotten.
  }
  return fmt::format("{}:{}", type != nullptr ? type : "?", event != nullptr ? event : "?");
}

WaitSampler::WaitSampler(const SharedRun& run, std::uint64_t seed, int hz)
    : run_(run),
      random_(seed, kSamplingStream, 0),
      period_ns_(hz > 0 ? kSecond / hz : 0),
      next_ns_(kNever),
      samples_(run.header().operation_count) {}

void WaitSampler::start(std::int64_t now_ns) {
  schedule(now_ns);
}

void WaitSampler::schedule(std::int64_t now_ns) {
  if (period_ns_ == 0) return;
  next_ns_ = now_ns + static_cast<std::int64_t>(static_cast<double>(period_ns_) *
                                                (0.5 + random_.next_unit()));
}

void WaitSampler::sample(std::int64_t now_ns) {
  lock_waiters_.clear();
  for (std::uint32_t i = 0; i < run_.header().worker_count.load(); ++i) {
    const WorkerSlot& slot = run_.worker(i);
    if (static_cast<WorkerState>(slot.state.load()) != WorkerState::running) continue;
    const std::uint32_t process = slot.proc.load();
    const std::uint32_t operation = slot.running_operation.load(std::memory_order_acquire);
    if (process == 0 || operation == 0) continue;
    const std::uint32_t code = *static_cast<const volatile std::uint32_t*>(
        &GetPGProcByNumber(process - 1)->wait_event_info);
    // The operation may have ended between the two readings: then neither is worth much.
    if (slot.running_operation.load(std::memory_order_acquire) != operation) continue;
    ++samples_[operation - 1][code];
    if ((code & kWaitClass) == PG_WAIT_LOCK) {
      lock_waiters_.push_back({slot.pid.load(), operation - 1});
    }
  }
  schedule(now_ns);
}

std::vector<WaitSamples> WaitSampler::take() {
  std::vector<WaitSamples> taken(samples_.size());
  taken.swap(samples_);
  return taken;
}

void BlockerWatch::look(std::int64_t now_ns, const std::vector<LockWaiter>& waiters) {
  next_ns_ = now_ns + kBlockerPeriod;
  std::map<std::string, std::uint32_t> operations;  // by process id
  std::string pids;
  for (const LockWaiter& waiter : waiters) {
    if (operations.size() == kMostWaiters) break;
    const std::string pid = std::to_string(waiter.pid);
    operations[pid] = waiter.operation;
    pids += (pids.empty() ? "" : ",") + pid;
  }
  for (const auto& row : sql_query(kBlockersQuery, {"{" + pids + "}"}).rows) {
    note({operations.at(*row[0]), row[1].value_or(""), row[2].value_or(""), row[3].value_or(""),
          row[4].value_or(""), 1});
  }
}

void BlockerWatch::note(BlockerSighting seen) {
  for (BlockerSighting& known : sightings_) {
    if (known.operation != seen.operation || known.wait_event != seen.wait_event ||
        known.blocker != seen.blocker || known.state != seen.state ||
        known.statement != seen.statement) {
      continue;
    }
    ++known.samples;
    return;
  }
  if (sightings_.size() < kMostBlockers) sightings_.push_back(std::move(seen));
}

SessionWatch::SessionWatch(const SharedRun& run, int caller_pid, bool enabled)
    : run_(run), caller_pid_(caller_pid), enabled_(enabled), next_ns_(kNever) {}

void SessionWatch::start(std::int64_t now_ns) {
  if (enabled_) next_ns_ = now_ns;
}

void SessionWatch::look(std::int64_t now_ns) {
  next_ns_ = now_ns + kLookPeriod;
  std::string own = fmt::format("{{{}", caller_pid_);
  for (std::uint32_t i = 0; i < run_.header().worker_count.load(); ++i) {
    own += fmt::format(",{}", run_.worker(i).pid.load());
  }
  own += "}";
  const SqlResult seen = sql_query(kSessionsQuery, {own});
  ++looks_;
  if (seen.rows[0][0] == "t") ++others_active_;
  if (seen.rows[0][1] == "t") ++autovacuum_;
  for (const auto& row : sql_query(kHoldersQuery, {own}).rows) {
    const std::string& key = row[0].value();
    if (holders_.size() >= kMostHolders && !holders_.contains(key)) continue;
    HorizonHolder& holder = holders_[key];
    const double seconds = std::stod(row[2].value_or("0"));
    if (seconds >= holder.seconds) holder = {row[1].value(), seconds};
  }
}

void SessionWatch::report(RunEvidence& evidence) const {
  evidence.activity_samples = looks_;
  evidence.samples_others_active = others_active_;
  evidence.autovacuum_samples = autovacuum_;
  for (const auto& [key, holder] : holders_) evidence.horizon_holders.push_back(holder);
}

}  // namespace perf_mgmt::pg
