// The rules that make findings of a run's evidence: one function per subject, called in the order
// of the header's list. Shares of counts are compared as whole numbers, so that a share that is
// exactly the threshold is never beyond it by rounding.
#include "perf_mgmt/core/validity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>

#include "perf_mgmt/core/quantity.hpp"

namespace perf_mgmt {

namespace {

constexpr double kRounding = 1e-9;  // differences of shares that are none

class Findings {
 public:
  void add(std::string code, std::string message) {
    list_.push_back({std::move(code), std::move(message), false});
  }
  void add_fatal(std::string code, std::string message) {
    list_.push_back({std::move(code), std::move(message), true});
  }
  std::vector<Finding> take() { return std::move(list_); }

 private:
  std::vector<Finding> list_;
};

double percent(std::uint64_t part, std::uint64_t whole) {
  return 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

// The first few of a list, the number of the others.
std::string first_of(const std::vector<std::string>& items) {
  constexpr std::size_t kMost = 3;
  std::string text;
  for (std::size_t i = 0; i < std::min(items.size(), kMost); ++i) {
    if (i > 0) text += ", ";
    text += items[i];
  }
  if (items.size() > kMost) text += fmt::format(" and {} more", items.size() - kMost);
  return text;
}

void find_short_slots(const RunEvidence& evidence, Findings& findings) {
  if (evidence.workers < evidence.workers_requested) {
    findings.add(
        "too_few_workers",
        fmt::format("{} of {} workers could be started: \"max_worker_processes\" ({}) "
                    "leaves no more.",
                    evidence.workers, evidence.workers_requested, evidence.max_worker_processes));
  }
  if (evidence.worker_slots_left < evidence.parallel_workers_per_gather) {
    findings.add(
        "parallel_query_slots",
        fmt::format("The run's processes leave {} of {}; one parallel query may use {}.",
                    std::max(evidence.worker_slots_left, 0),
                    counted(static_cast<std::uint64_t>(std::max(evidence.max_worker_processes, 0)),
                            "worker slot"),
                    evidence.parallel_workers_per_gather));
  }
}

void find_horizon(const RunEvidence& evidence, Findings& findings) {
  if (evidence.caller_holds_horizon) {
    findings.add("horizon_held",
                 "The caller waited inside a transaction, which holds back vacuum and HOT pruning "
                 "during the run.");
  }
  if (evidence.horizon_holders.empty()) return;
  std::vector<std::string> holders;
  for (const HorizonHolder& holder : evidence.horizon_holders) {
    holders.push_back(fmt::format("{} for {:.1f} s", holder.description, holder.seconds));
  }
  findings.add("horizon_held",
               fmt::format("{} held back vacuum and HOT pruning during the run: {}.",
                           counted(holders.size(), "other session"), first_of(holders)));
}

void find_others(const RunEvidence& evidence, Findings& findings) {
  if (evidence.samples_others_active * 20 > evidence.activity_samples) {
    findings.add(
        "other_sessions_active",
        fmt::format("Other sessions were active at {} of {} ({:.2f} %).",
                    evidence.samples_others_active, counted(evidence.activity_samples, "look"),
                    percent(evidence.samples_others_active, evidence.activity_samples)));
  }
  if (evidence.steal_percent.value_or(0) > 2) {
    findings.add("cpu_steal", fmt::format("The hypervisor gave {:.2f} % of the CPU to others.",
                                          *evidence.steal_percent));
  }
  if (evidence.others_cpu_percent.value_or(0) > 5) {
    findings.add("other_cpu", fmt::format("Other processes used {:.2f} % of the host's CPU.",
                                          *evidence.others_cpu_percent));
  }
}

void find_server_work(const RunEvidence& evidence, Findings& findings) {
  if (evidence.autovacuum_samples > 0 || !evidence.autovacuum_tables.empty()) {
    std::string where = evidence.autovacuum_tables.empty()
                            ? "in this database"
                            : "on " + first_of(evidence.autovacuum_tables);
    // Between two looks it can come and go.
    if (evidence.autovacuum_samples > 0) {
      where += fmt::format(" (seen at {} of {})", evidence.autovacuum_samples,
                           counted(evidence.activity_samples, "look"));
    }
    findings.add("autovacuum", fmt::format("Autovacuum worked {} during the run.", where));
  }
  if (evidence.checkpoints > 0) {
    findings.add("checkpoint",
                 counted(evidence.checkpoints, "checkpoint") + " fell into the measured window.");
  }
}

void find_movement(const RunEvidence& evidence, Findings& findings) {
  for (const PlanChoice& choice : evidence.plan_choices) {
    if (std::abs(choice.custom_share_first - choice.custom_share_last) <= 0.05 + kRounding)
      continue;
    findings.add("plan_choice_moving",
                 fmt::format("Operation \"{}\" had custom plans for {:.1f} % of its statements in "
                             "the first quarter of the window and for {:.1f} % in the last.",
                             choice.operation, 100 * choice.custom_share_first,
                             100 * choice.custom_share_last));
  }
  const std::vector<double>& quarters = evidence.throughput_quarters;
  if (quarters.size() != 4) return;
  const double middle = (quarters[1] + quarters[2]) / 2;
  const auto is_off = [&](double rate) {
    return std::abs(rate - middle) > 0.10 * middle * (1 + kRounding);
  };
  if (is_off(quarters.front()) || is_off(quarters.back())) {
    findings.add(
        "rate_moving",
        fmt::format("Throughput at full load still moved: {:.1f} operations/s in the first "
                    "quarter, {:.1f} in the middle two, {:.1f} in the last.",
                    quarters.front(), middle, quarters.back()));
  }
}

void find_unfit_server(const RunEvidence& evidence, Findings& findings) {
  if (evidence.assertions) {
    findings.add("assertions", "The server was built with assertions, which slow it down.");
  }
  if (!evidence.fsync) {
    findings.add("fsync_off", "\"fsync\" is off, so that no commit waits for the disk.");
  }
  if (!evidence.full_page_writes) {
    findings.add("full_page_writes_off",
                 "\"full_page_writes\" is off, so that less is written than a safe server writes.");
  }
  if (evidence.clock_resolution_ns > 1'000 || evidence.clock_cost_ns > 200) {
    findings.add("clock_resolution",
                 fmt::format("The clock has a resolution of {} ns, and reading it takes {} ns.",
                             evidence.clock_resolution_ns, evidence.clock_cost_ns));
  }
}

void find_missed_load(const RunEvidence& evidence, Findings& findings) {
  if (evidence.open_model && evidence.begun * 20 < evidence.due * 19) {
    findings.add_fatal(
        "rate_not_achieved",
        fmt::format("The load was not reached: of {} that fell due, {} {} begun "
                    "({:.2f} %, and at least 95 % are wanted).",
                    counted(evidence.due, "operation"), evidence.begun,
                    evidence.begun == 1 ? "was" : "were", percent(evidence.begun, evidence.due)));
  }
  if (evidence.interrupted > 0) {
    const bool one = evidence.interrupted == 1;
    findings.add("interrupted",
                 fmt::format("{} {} cancelled before {} end; {} had taken {:.1f} ms by then and "
                             "would have taken longer.",
                             counted(evidence.interrupted, "operation"), one ? "was" : "were",
                             one ? "its" : "their", one ? "it" : "the longest",
                             evidence.interrupted_longest_ms));
  }
}

void find_failure(const RunEvidence& evidence, Findings& findings) {
  if (evidence.error_rate_percent && evidence.error_rate_limit_percent &&
      *evidence.error_rate_percent > *evidence.error_rate_limit_percent) {
    findings.add_fatal(
        "error_rate",
        fmt::format("{:.6g} % of the operations failed; the scenario accepts {:.6g} %.",
                    *evidence.error_rate_percent, *evidence.error_rate_limit_percent));
  }
  for (const std::string& sentence : evidence.unmet_data_requirements) {
    findings.add_fatal("data_too_small", sentence);
  }
  if (evidence.aborted_by) {
    findings.add_fatal("aborted", fmt::format("\"abort_on_fail\" stopped the run early, because a "
                                              "success criterion was broken: {}.",
                                              *evidence.aborted_by));
  }
}

}  // namespace

std::vector<Finding> find_limits(const RunEvidence& evidence) {
  Findings findings;
  find_short_slots(evidence, findings);
  find_horizon(evidence, findings);
  find_others(evidence, findings);
  find_server_work(evidence, findings);
  find_movement(evidence, findings);
  find_unfit_server(evidence, findings);
  find_missed_load(evidence, findings);
  find_failure(evidence, findings);
  return findings.take();
}

}  // namespace perf_mgmt
