#include "perf_mgmt/pg/activity_sampler.hpp"

#include "perf_mgmt/pg/spi.hpp"

extern "C" {
#include "storage/proc.h"
#include "utils/wait_event.h"
}

namespace perf_mgmt::pg {

namespace {

constexpr std::int64_t kLookPeriod = kSecond / 2;
constexpr std::uint64_t kSamplingStream = (std::uint64_t{1} << 63) + 3;
constexpr std::size_t kMostHolders = 10;
constexpr std::uint32_t kWaitClass = 0xFF000000;
constexpr std::int64_t kBlockerPeriod = kSecond / 4;
constexpr std::size_t kMostWaiters = 8;     // that one look asks for
constexpr int kLongestChain = 5;            // of those who wait for each other
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

// Who keeps each of $1 from a lock. (0 is how pg_blocking_pids names a prepared transaction.)
constexpr const char* kBlockersQuery = R"(
  SELECT w.pid, b.pid
  FROM pg_catalog.unnest($1::pg_catalog.int4[]) w (pid), pg_catalog.unnest(pg_catalog.pg_blocking_pids(w.pid)) b (pid))";

// What $1 do; $2 are the run's own workers.
constexpr const char* kProcessesQuery = R"(
  SELECT pid, wait_event_type IS NOT DISTINCT FROM 'Lock', wait_event_type || ':' || wait_event,
         CASE WHEN pid = ANY ($2::pg_catalog.int4[]) THEN 'another worker'
              WHEN backend_type = 'perf_mgmt worker' THEN 'a worker of another execution'
              ELSE COALESCE('user "' || usename || '"', backend_type)
                   || COALESCE(', application "' || NULLIF(application_name, '') || '"', '') END,
         state, pg_catalog.left(query, 1000)
  FROM pg_catalog.pg_stat_activity WHERE pid = ANY ($1::pg_catalog.int4[]))";

// The text form of int4[].
std::string array_of(const std::vector<int>& pids) {
  return fmt::format("{{{}}}", fmt::join(pids, ","));
}

std::vector<int> worker_pids(const SharedRun& run) {
  std::vector<int> pids;
  for (std::uint32_t i = 0; i < run.header().worker_count.load(); ++i) {
    pids.push_back(run.worker(i).pid.load());
  }
  return pids;
}

void add_once(std::vector<int>& pids, int pid) {
  if (std::find(pids.begin(), pids.end(), pid) == pids.end()) pids.push_back(pid);
}

// Blockers by who waits for them, in chains of limited length. To ask for them is dear, it stops
// the lock manager: each process is asked for once, however many wait for it.
using Blockers = std::map<int, std::vector<int>>;

Blockers find_blockers(std::vector<int> waiters) {
  Blockers blockers;
  for (int step = 0; step < kLongestChain && !waiters.empty(); ++step) {
    for (const int pid : waiters) blockers.try_emplace(pid);
    std::vector<int> next;
    for (const auto& row : sql_query(kBlockersQuery, {array_of(waiters)}).rows) {
      const int blocker = std::stoi(*row[1]);
      blockers[std::stoi(*row[0])].push_back(blocker);
      if (blocker != 0 && !blockers.contains(blocker)) add_once(next, blocker);
    }
    waiters = std::move(next);
  }
  return blockers;
}

// The one among them that tells the same, how often apart.
std::vector<BlockerSighting>::iterator find_same(std::vector<BlockerSighting>& sightings,
                                                 const BlockerSighting& wanted) {
  return std::find_if(sightings.begin(), sightings.end(), [&](const BlockerSighting& known) {
    return known.operation == wanted.operation && known.wait_event == wanted.wait_event &&
           known.blocker == wanted.blocker && known.state == wanted.state &&
           known.statement == wanted.statement;
  });
}

// All that a process waits for, directly or through others.
std::vector<int> chain_of(int pid, const Blockers& blockers) {
  std::vector<int> chain{pid};
  for (std::size_t i = 0; i < chain.size(); ++i) {
    const auto found = blockers.find(chain[i]);
    if (found == blockers.end()) continue;
    for (const int blocker : found->second) add_once(chain, blocker);
  }
  chain.erase(chain.begin());
  return chain;
}

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
  const std::size_t asked = std::min(waiters.size(), kMostWaiters);
  std::vector<int> pids;
  for (std::size_t i = 0; i < asked; ++i) add_once(pids, waiters[i].pid);
  const Blockers blockers = find_blockers(pids);
  for (const auto& [waiter, others] : blockers) {
    for (const int blocker : others) add_once(pids, blocker);
  }

  struct Process {
    bool waits = false;  // for a lock
    std::string wait_event, name, state, statement;
  };
  std::map<int, Process> processes;
  const SqlResult seen = sql_query(kProcessesQuery, {array_of(pids), array_of(worker_pids(run_))});
  for (const auto& row : seen.rows) {
    processes[std::stoi(*row[0])] = {row[1] == "t", row[2].value_or(""), row[3].value_or(""),
                                     row[4].value_or(""), row[5].value_or("")};
  }
  processes[0] = {false, "", "a prepared transaction", "", ""};
  for (std::size_t i = 0; i < asked; ++i) {
    const auto waiter = processes.find(waiters[i].pid);
    if (waiter == processes.end() || !waiter->second.waits) continue;  // it has the lock by now
    std::vector<BlockerSighting> of_waiter;  // several that look alike are one
    for (const int pid : chain_of(waiters[i].pid, blockers)) {
      const auto blocker = processes.find(pid);
      if (blocker == processes.end() || blocker->second.waits) continue;
      const Process& process = blocker->second;
      BlockerSighting sighting{waiters[i].operation, waiter->second.wait_event, process.name,
                               process.state,        process.statement,         1};
      if (find_same(of_waiter, sighting) == of_waiter.end()) {
        of_waiter.push_back(std::move(sighting));
      }
    }
    for (BlockerSighting& sighting : of_waiter) note(std::move(sighting));
  }
}

void BlockerWatch::note(BlockerSighting seen) {
  const auto known = find_same(sightings_, seen);
  if (known != sightings_.end()) {
    ++known->samples;
  } else if (sightings_.size() < kMostBlockers) {
    sightings_.push_back(std::move(seen));
  }
}

SessionWatch::SessionWatch(const SharedRun& run, int caller_pid, bool enabled)
    : run_(run), caller_pid_(caller_pid), enabled_(enabled), next_ns_(kNever) {}

void SessionWatch::start(std::int64_t now_ns) {
  if (enabled_) next_ns_ = now_ns;
}

void SessionWatch::look(std::int64_t now_ns) {
  next_ns_ = now_ns + kLookPeriod;
  std::vector<int> pids = worker_pids(run_);
  pids.push_back(caller_pid_);
  const std::string own = array_of(pids);
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
