// How the controller records the end of a run. The result is written in one transaction. Where that
// fails for want of what others may give back in a moment (disk, memory, a lock), it is tried
// again; where it stays so, the end alone is written, so that nobody takes the execution for one
// that runs.
#include "perf_mgmt/pg/controller.hpp"
#include "perf_mgmt/pg/spi.hpp"

extern "C" {
#include "postmaster/interrupt.h"
#include "utils/guc.h"
}

namespace perf_mgmt::pg {

namespace {

constexpr std::int64_t kPause = kSecond / 2;
// How long the result comes first. From then on the end alone will do.
constexpr std::int64_t kResultFirst = 5 * kSecond;
// How long to try where not even the end can be written.
constexpr std::int64_t kPatience = 60 * kSecond;

// Whether what failed may work in a moment.
bool may_pass(const std::exception& error) {
  if (dynamic_cast<const std::bad_alloc*>(&error) != nullptr) return true;
  const auto* server_error = dynamic_cast<const PgError*>(&error);
  if (server_error == nullptr) return false;
  const int category = ERRCODE_TO_CATEGORY(server_error->sqlerrcode());
  return category == ERRCODE_INSUFFICIENT_RESOURCES || category == ERRCODE_TRANSACTION_ROLLBACK ||
         server_error->sqlerrcode() == ERRCODE_LOCK_NOT_AVAILABLE;
}

// What has no memory to be said must not keep it from being tried again.
void say_that_it_failed(const std::string& execution_id, const char* problem) noexcept {
  try {
    report(WARNING, sqlstate::internal_error,
           fmt::format("could not record the result of execution {}: {}", execution_id, problem));
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): there is nobody to tell
  }
}

}  // namespace

Controller::Recorded Controller::record_end() {
  const std::int64_t begun = monotonic_ns();
  outcome_.ended_ns = begun;
  for (int tries = 1;; ++tries) {
    try {
      write_outcome();
      return Recorded::result;
    } catch (const std::exception& error) {
      reserve_.reset();
      if (tries == 1) say_that_it_failed(plan_.execution_id, error.what());
      const std::int64_t elapsed = monotonic_ns() - begun;
      const bool last = !may_pass(error) || ShutdownRequestPending || elapsed >= kPatience;
      if (last || elapsed >= kResultFirst) {
        const bool ended = write_ending_alone(error.what());
        // The caller is not to take it for a success.
        if (ended || last) fail_run(run_);
        if (ended) return Recorded::ending;
        if (last) return Recorded::nothing;
      }
    }
    wait_until(monotonic_ns() + kPause);
  }
}

void Controller::write_outcome() {
  const SharedRun::Ending ending = run_.ending();
  outcome_.status = ending.status;
  outcome_.sqlstate = ending.sqlstate;
  outcome_.message = ending.message;
  QueryCancelPending = false;
  pg_call([] { SetConfigOption("synchronous_commit", "on", PGC_USERSET, PGC_S_SESSION); });
  count_rounds();
  gather_evidence();
  in_transaction([&] { recorder_.write_outcome(clock_, outcome_, load_, history_); });
}

// What advice has to go by. The result stands without it.
void Controller::write_evidence() {
  const auto attempt = [&](const auto& write) {
    try {
      in_transaction(write);
    } catch (const std::exception& error) {
      report(WARNING, sqlstate::internal_error,
             fmt::format("could not record the evidence for advice on execution {}: {}",
                         plan_.execution_id, error.what()));
    }
  };
  attempt([&] { advice_evidence_.write_tables(); });
  attempt(
      [&] { advice_evidence_.write_sightings(blockers_.sightings(), run_.samples().sightings()); });
}

bool Controller::write_ending_alone(const char* problem) {
  std::string reason;
  try {
    reason = std::string("the result could not be recorded: ") + problem;
    in_transaction([&] { recorder_.write_failure(clock_, outcome_.ended_ns, reason); });
  } catch (const std::exception&) {
    return false;
  }
  try {
    in_transaction([&] { recorder_.log_event("TEST_FAILED", reason); });
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): the row says it too
  }
  return true;
}

}  // namespace perf_mgmt::pg
