// Each rule just within its threshold, where nothing is found, and just beyond it. The messages are
// literal: they are what people read.
#include "perf_mgmt/core/validity.hpp"

#include <gtest/gtest.h>

namespace perf_mgmt {
namespace {

// What is found, as "code: message", with "!" before what is fatal.
std::vector<std::string> found(const RunEvidence& evidence) {
  std::vector<std::string> texts;
  for (const Finding& finding : find_limits(evidence)) {
    texts.push_back((finding.fatal ? "!" : "") + finding.code + ": " + finding.message);
  }
  return texts;
}
using Texts = std::vector<std::string>;

TEST(Validity, NothingIsFoundWithoutEvidence) {
  EXPECT_EQ(found({}), Texts{});
}

TEST(Validity, TooFewWorkers) {
  RunEvidence evidence;
  evidence.workers = evidence.workers_requested = 4;
  evidence.max_worker_processes = 8;
  EXPECT_EQ(found(evidence), Texts{});
  evidence.workers = 3;
  EXPECT_EQ(found(evidence),
            Texts{"too_few_workers: 3 of 4 workers could be started: \"max_worker_processes\" (8) "
                  "leaves no more."});
}

TEST(Validity, ParallelQuerySlots) {
  RunEvidence evidence;
  evidence.max_worker_processes = 8;
  evidence.parallel_workers_per_gather = 2;
  evidence.worker_slots_left = 2;
  EXPECT_EQ(found(evidence), Texts{});
  evidence.worker_slots_left = 1;
  EXPECT_EQ(found(evidence), Texts{"parallel_query_slots: The run's processes leave 1 of 8 worker "
                                   "slots; one parallel query may use 2."});
  evidence.worker_slots_left = -1;
  evidence.max_worker_processes = 1;
  EXPECT_EQ(found(evidence), Texts{"parallel_query_slots: The run's processes leave 0 of 1 worker "
                                   "slot; one parallel query may use 2."});
}

TEST(Validity, HorizonHeld) {
  RunEvidence evidence;
  evidence.caller_holds_horizon = true;
  EXPECT_EQ(found(evidence), Texts{"horizon_held: The caller waited inside a transaction, which "
                                   "holds back vacuum and HOT pruning during the run."});
  evidence.caller_holds_horizon = false;
  evidence.horizon_holders = {{"process 123 (psql, idle in transaction)", 61.25}};
  EXPECT_EQ(found(evidence),
            Texts{"horizon_held: 1 other session held back vacuum and HOT pruning during the run: "
                  "process 123 (psql, idle in transaction) for 61.2 s."});
  evidence.caller_holds_horizon = true;
  evidence.horizon_holders = {{"a", 1}, {"b", 2}, {"c", 3}, {"d", 4}, {"e", 5}};
  EXPECT_EQ(
      found(evidence),
      (Texts{"horizon_held: The caller waited inside a transaction, which holds back vacuum "
             "and HOT pruning during the run.",
             "horizon_held: 5 other sessions held back vacuum and HOT pruning during the run: "
             "a for 1.0 s, b for 2.0 s, c for 3.0 s and 2 more."}));
}

TEST(Validity, OtherSessionsActive) {
  RunEvidence evidence;
  evidence.activity_samples = 200;
  evidence.samples_others_active = 10;
  EXPECT_EQ(found(evidence), Texts{});
  evidence.samples_others_active = 11;
  EXPECT_EQ(
      found(evidence),
      Texts{"other_sessions_active: Other sessions were active at 11 of 200 looks (5.50 %)."});
  evidence.activity_samples = evidence.samples_others_active = 1;
  EXPECT_EQ(found(evidence),
            Texts{"other_sessions_active: Other sessions were active at 1 of 1 look (100.00 %)."});
}

TEST(Validity, CpuSteal) {
  RunEvidence evidence;
  evidence.steal_percent = 2.0;
  EXPECT_EQ(found(evidence), Texts{});
  evidence.steal_percent = 2.01;
  EXPECT_EQ(found(evidence), Texts{"cpu_steal: The hypervisor gave 2.01 % of the CPU to others."});
}

TEST(Validity, OtherCpu) {
  RunEvidence evidence;
  evidence.others_cpu_percent = 5.0;
  EXPECT_EQ(found(evidence), Texts{});
  evidence.others_cpu_percent = 5.01;
  EXPECT_EQ(found(evidence), Texts{"other_cpu: Other processes used 5.01 % of the host's CPU."});
}

TEST(Validity, Autovacuum) {
  RunEvidence evidence;
  evidence.activity_samples = 100;
  EXPECT_EQ(found(evidence), Texts{});
  evidence.autovacuum_samples = 1;
  EXPECT_EQ(found(evidence),
            Texts{"autovacuum: Autovacuum worked in this database (seen at 1 of 100 "
                  "looks) during the run."});
  evidence.autovacuum_tables = {"a", "b", "c", "d"};
  EXPECT_EQ(found(evidence), Texts{"autovacuum: Autovacuum worked on a, b, c and 1 more (seen at 1 "
                                   "of 100 looks) during the run."});
  evidence.autovacuum_samples = 0;
  evidence.autovacuum_tables = {"rest.orders"};
  EXPECT_EQ(found(evidence), Texts{"autovacuum: Autovacuum worked on rest.orders during the run."});
}

TEST(Validity, Checkpoint) {
  RunEvidence evidence;
  evidence.checkpoints = 1;
  EXPECT_EQ(found(evidence), Texts{"checkpoint: 1 checkpoint fell into the measured window."});
  evidence.checkpoints = 2;
  EXPECT_EQ(found(evidence), Texts{"checkpoint: 2 checkpoints fell into the measured window."});
}

TEST(Validity, PlanChoiceMoving) {
  RunEvidence evidence;
  // In doubles .55 - .5 is a little more than .05.
  evidence.plan_choices = {{"steady", 0.55, 0.5}, {"also steady", 0, 0.05}};
  EXPECT_EQ(found(evidence), Texts{});
  evidence.plan_choices = {{"falls", 1, 0.125}, {"steady", 1, 1}, {"rises", 0.2, 0.251}};
  EXPECT_EQ(found(evidence),
            (Texts{"plan_choice_moving: Operation \"falls\" had custom plans for 100.0 % of its "
                   "statements in the first quarter of the window and for 12.5 % in the last.",
                   "plan_choice_moving: Operation \"rises\" had custom plans for 20.0 % of its "
                   "statements in the first quarter of the window and for 25.1 % in the last."}));
}

TEST(Validity, RateMoving) {
  RunEvidence evidence;
  for (const auto& quarters : std::vector<std::vector<double>>{
           {}, {1, 2, 3}, {90, 100, 100, 110}, {110, 90, 110, 90}, {0, 0, 0, 0}, {1, 2, 3, 4, 5}}) {
    evidence.throughput_quarters = quarters;
    EXPECT_EQ(found(evidence), Texts{}) << quarters.size();
  }
  evidence.throughput_quarters = {100, 90, 110, 89.9};
  EXPECT_EQ(found(evidence), Texts{"rate_moving: Throughput at full load still moved: 100.0 "
                                   "operations/s in the first quarter, 100.0 in the middle two, "
                                   "89.9 in the last."});
  evidence.throughput_quarters = {110.2, 100, 100, 100};
  EXPECT_EQ(found(evidence).size(), 1u);
  evidence.throughput_quarters = {100, 100, 100, 110.2};
  EXPECT_EQ(found(evidence).size(), 1u);
  evidence.throughput_quarters = {89.8, 100, 100, 100};
  EXPECT_EQ(found(evidence).size(), 1u);
  evidence.throughput_quarters = {5, 0, 0, 0};
  EXPECT_EQ(found(evidence),
            Texts{"rate_moving: Throughput at full load still moved: 5.0 operations/s in the first "
                  "quarter, 0.0 in the middle two, 0.0 in the last."});
}

TEST(Validity, UnfitServer) {
  RunEvidence evidence;
  evidence.assertions = true;
  evidence.fsync = false;
  evidence.full_page_writes = false;
  EXPECT_EQ(
      found(evidence),
      (Texts{"assertions: The server was built with assertions, which slow it down.",
             "fsync_off: \"fsync\" is off, so that no commit waits for the disk.",
             "full_page_writes_off: \"full_page_writes\" is off, so that less is written than "
             "a safe server writes."}));
}

TEST(Validity, ClockResolution) {
  RunEvidence evidence;
  evidence.clock_resolution_ns = 1'000;
  evidence.clock_cost_ns = 200;
  EXPECT_EQ(found(evidence), Texts{});
  evidence.clock_resolution_ns = 1'001;
  EXPECT_EQ(found(evidence), Texts{"clock_resolution: The clock has a resolution of 1001 ns, and "
                                   "reading it takes 200 ns."});
  evidence.clock_resolution_ns = 1;
  evidence.clock_cost_ns = 201;
  EXPECT_EQ(found(evidence), Texts{"clock_resolution: The clock has a resolution of 1 ns, and "
                                   "reading it takes 201 ns."});
}

TEST(Validity, RateNotAchieved) {
  RunEvidence evidence;
  evidence.open_model = true;
  EXPECT_EQ(found(evidence), Texts{});  // nothing was due
  evidence.due = 1000;
  evidence.begun = 950;
  EXPECT_EQ(found(evidence), Texts{});
  evidence.begun = 949;
  EXPECT_EQ(
      found(evidence),
      Texts{"!rate_not_achieved: The load was not reached: of 1,000 operations that fell due, "
            "949 were begun (94.90 %, and at least 95 % are wanted)."});
  evidence.due = 1;
  evidence.begun = 0;
  EXPECT_EQ(found(evidence),
            Texts{"!rate_not_achieved: The load was not reached: of 1 operation that fell due, 0 "
                  "were begun (0.00 %, and at least 95 % are wanted)."});
  evidence.due = 2;
  evidence.begun = 1;
  EXPECT_EQ(found(evidence),
            Texts{"!rate_not_achieved: The load was not reached: of 2 operations that fell due, 1 "
                  "was begun (50.00 %, and at least 95 % are wanted)."});
  evidence.open_model = false;
  EXPECT_EQ(found(evidence), Texts{});
}

TEST(Validity, Interrupted) {
  RunEvidence evidence;
  evidence.interrupted = 1;
  evidence.interrupted_longest_ms = 5012.34;
  EXPECT_EQ(found(evidence), Texts{"interrupted: 1 operation was cancelled before its end; it had "
                                   "taken 5012.3 ms by then and would have taken longer."});
  evidence.interrupted = 3;
  EXPECT_EQ(
      found(evidence),
      Texts{"interrupted: 3 operations were cancelled before their end; the longest had taken "
            "5012.3 ms by then and would have taken longer."});
}

TEST(Validity, ErrorRate) {
  RunEvidence evidence;
  evidence.error_rate_percent = 50;
  EXPECT_EQ(found(evidence), Texts{});  // no limit
  evidence.error_rate_limit_percent = 50;
  EXPECT_EQ(found(evidence), Texts{});
  evidence.error_rate_limit_percent = 0.1;
  evidence.error_rate_percent = 0.1001;
  EXPECT_EQ(found(evidence),
            Texts{"!error_rate: 0.1001 % of the operations failed; the scenario accepts 0.1 %."});
  evidence.error_rate_percent.reset();
  evidence.error_rate_limit_percent = 0;
  EXPECT_EQ(found(evidence), Texts{});  // nothing ran
}

TEST(Validity, DataTooSmall) {
  RunEvidence evidence;
  evidence.unmet_data_requirements = {"Table a has 1 of 5 rows.", "There is no table b."};
  EXPECT_EQ(found(evidence), (Texts{"!data_too_small: Table a has 1 of 5 rows.",
                                    "!data_too_small: There is no table b."}));
}

TEST(Validity, Aborted) {
  RunEvidence evidence;
  evidence.aborted_by = "max_p95_response_time_ms 500 in stage steady: 612.5";
  EXPECT_EQ(found(evidence),
            Texts{"!aborted: \"abort_on_fail\" stopped the run early, because a success criterion "
                  "was broken: max_p95_response_time_ms 500 in stage steady: 612.5."});
}

TEST(Validity, TheOrderIsFixed) {
  RunEvidence evidence;
  evidence.aborted_by = "max_error_rate_percent";
  evidence.unmet_data_requirements = {"Too little."};
  evidence.error_rate_percent = 2;
  evidence.error_rate_limit_percent = 1;
  evidence.interrupted = 1;
  evidence.open_model = true;
  evidence.due = 10;
  evidence.clock_cost_ns = 300;
  evidence.full_page_writes = evidence.fsync = false;
  evidence.assertions = true;
  evidence.throughput_quarters = {1, 2, 3, 4};
  evidence.plan_choices = {{"a", 0, 1}};
  evidence.checkpoints = 1;
  evidence.autovacuum_samples = 1;
  evidence.others_cpu_percent = 50;
  evidence.steal_percent = 50;
  evidence.samples_others_active = evidence.activity_samples = 1;
  evidence.caller_holds_horizon = true;
  evidence.parallel_workers_per_gather = 1;
  evidence.workers_requested = 1;
  std::string codes;
  for (const Finding& finding : find_limits(evidence)) codes += finding.code + ' ';
  EXPECT_EQ(codes,
            "too_few_workers parallel_query_slots horizon_held other_sessions_active cpu_steal "
            "other_cpu autovacuum checkpoint plan_choice_moving rate_moving assertions fsync_off "
            "full_page_writes_off clock_resolution rate_not_achieved interrupted error_rate "
            "data_too_small aborted ");
}

}  // namespace
}  // namespace perf_mgmt
