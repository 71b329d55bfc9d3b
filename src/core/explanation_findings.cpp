// Each kind of evidence is scored by how much of the operation's change it tells, so that they can
// be put into one order: a part of the time by its share of the change, a count by how its ratio
// compares with that of the time, at half weight, as blocks are not milliseconds.
#include "explanation_findings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>

#include "perf_mgmt/core/plan_outline.hpp"

namespace perf_mgmt {

namespace {

constexpr double kLeastPart = 0.1;     // of the operation's change
constexpr double kLeastOfTime = 0.02;  // of the operation's time
constexpr double kLeastRatio = 1.2;    // of a count
constexpr double kCountWeight = 0.5;
constexpr double kLagWeight = 0.4;  // a queue follows from what is slow, it is no cause
constexpr double kErrorWeight = 0.3;
constexpr double kLeastSamples = 10;  // of waits, in the execution that has more
constexpr double kPoint = 1;          // of errors, percentage points
constexpr double kZeroRowPoints = 5;
constexpr double kLeastRetries = 0.01;  // per operation

struct Scored {
  ChangeFinding finding;
  double score = 0;
};

class Findings {
 public:
  Findings(const OperationFigures& before, const OperationFigures& after)
      : before_(before), after_(after), time_before_(time_of(before)), time_after_(time_of(after)) {
    if (time_before_ && time_after_) change_ = *time_after_ - *time_before_;
  }

  std::vector<ChangeFinding> take() {
    add_plans();
    std::vector<ChangeFinding> findings = std::move(plans_);
    add_waits("lock_waits", {"Lock", "LWLock", "BufferPin"}, "locks");
    add_waits("io_waits", {"IO"}, "IO");
    add_times();
    add_counts();
    add_failures();
    std::ranges::stable_sort(scored_, std::greater<>(), &Scored::score);
    for (Scored& scored : scored_) findings.push_back(std::move(scored.finding));
    return findings;
  }

 private:
  using Member = std::optional<double> OperationFigures::*;

  // What of a statement was run now and not before, and what before and not now.
  void add_plans() {
    std::set<int> statements;
    for (const ObservedPlan& plan : after_.plans) statements.insert(plan.statement);
    for (const int statement : statements) {
      const ObservedPlan* now = first_missing(after_, before_, statement);
      const ObservedPlan* then = first_missing(before_, after_, statement);
      if (then == nullptr) then = first_of(before_, statement);
      if (now == nullptr || then == nullptr) continue;
      const auto parts = plan_difference(then->json, now->json);
      const std::string from = parts ? parts->first : "plan " + then->hash;
      const std::string to = parts ? parts->second : "plan " + now->hash;
      std::string of = statement == 1 && statements.size() == 1
                           ? ""
                           : fmt::format(" of statement {}", statement);
      const char* conditions = from == to ? " in its conditions" : "";
      plans_.push_back(
          {"plan", fmt::format("plan{} changed{}: {} -> {}", of, conditions, from, to), from, to});
    }
  }

  static const ObservedPlan* first_of(const OperationFigures& side, int statement) {
    const auto found = std::ranges::find(side.plans, statement, &ObservedPlan::statement);
    return found == side.plans.end() ? nullptr : &*found;
  }
  // The first plan of one execution that the other does not have.
  static const ObservedPlan* first_missing(const OperationFigures& in,
                                           const OperationFigures& missing_in, int statement) {
    for (const ObservedPlan& plan : in.plans) {
      if (plan.statement != statement) continue;
      const bool known = std::ranges::any_of(missing_in.plans, [&](const ObservedPlan& other) {
        return other.statement == statement && other.hash == plan.hash;
      });
      if (!known) return &plan;
    }
    return nullptr;
  }

  // The way the time moved: 1 up, also where that is not known.
  double direction() const { return change_ < 0 ? -1 : 1; }

  // Share of the change that a part of the time tells; 0 where it is not worth naming.
  double part_of_change(double before, double after) const {
    const double moved = direction() * (after - before);
    const double change = std::abs(change_);
    if (!time_before_ || change <= 0) return 0;
    if (moved < kLeastPart * change || moved < kLeastOfTime * *time_before_) return 0;
    return std::min(moved / change, 1.0);
  }

  void add(const char* kind, std::string text, double before, double after, double score) {
    scored_.push_back({{kind, std::move(text), before, after}, score});
  }

  struct Waits {
    double share = 0;  // of the samples
    double samples = 0;
    std::string event;  // the most frequent
  };
  static Waits waits_of(const OperationFigures& side,
                        std::initializer_list<std::string_view> classes) {
    double all = 0;
    double found = 0;
    double most = 0;
    Waits waits;
    for (const auto& [event, samples] : side.waits) {
      all += samples;
      const std::string_view of_class = std::string_view(event).substr(0, event.find(':'));
      if (std::ranges::find(classes, of_class) == classes.end()) continue;
      found += samples;
      if (samples > most) {
        most = samples;
        waits.event = event;
      }
    }
    waits.samples = found;
    if (all > 0) waits.share = found / all;
    return waits;
  }

  // Samples are shares of the time in the operation; in a side without samples it was too short to
  // be seen waiting.
  void add_waits(const char* kind, std::initializer_list<std::string_view> classes,
                 const char* for_what) {
    const Waits before = waits_of(before_, classes);
    const Waits after = waits_of(after_, classes);
    const Waits& more = before.samples > after.samples ? before : after;
    if (more.samples < kLeastSamples) return;
    const double score =
        part_of_change(before.share * service(before_), after.share * service(after_));
    if (score <= 0) return;
    add(kind,
        fmt::format("waits for {} (mostly {}) {} % -> {} % of its time", for_what, more.event,
                    figure_text(100 * before.share), figure_text(100 * after.share)),
        100 * before.share, 100 * after.share, score);
  }

  // Service time per operation, milliseconds.
  static double service(const OperationFigures& side) {
    if (side.busy_ms && side.begun() > 0) return *side.busy_ms / side.begun();
    return side.avg_ms.value_or(0);
  }

  void add_time(const char* kind, const char* name, std::optional<double> before,
                std::optional<double> after, double weight = 1) {
    if (!before || !after) return;
    const double score = weight * part_of_change(*before, *after);
    if (score <= 0) return;
    add(kind,
        fmt::format("{} {} -> {} ms per operation", name, figure_text(*before),
                    figure_text(*after)),
        *before, *after, score);
  }

  static std::optional<double> per_operation(const OperationFigures& side, Member member) {
    if (!(side.*member) || side.begun() == 0) return std::nullopt;
    return *(side.*member) / side.begun();
  }
  static std::optional<double> sum(std::optional<double> a, std::optional<double> b) {
    if (!a && !b) return std::nullopt;
    return a.value_or(0) + b.value_or(0);
  }

  void add_times() {
    const auto add_part = [&](const char* kind, const char* name, Member member) {
      add_time(kind, name, per_operation(before_, member), per_operation(after_, member));
    };
    add_part("commit", "commit", &OperationFigures::commit_ms);
    add_part("planning", "planning", &OperationFigures::planning_ms);
    add_part("jit", "JIT compilation", &OperationFigures::jit_ms);
    add_part("cpu", "CPU", &OperationFigures::cpu_ms);
    add_time("lag", "waits before it begins (lag)", before_.lag_ms, after_.lag_ms, kLagWeight);
  }

  // least: the smaller moves are nobody's concern, in the count's own unit.
  void add_count(const char* kind, const char* what, std::optional<double> before,
                 std::optional<double> after, double least) {
    if (!before || !after) return;
    const double from = direction() > 0 ? *before : *after;  // towards where the time rises
    const double to = direction() > 0 ? *after : *before;
    if (to - from < least || to < kLeastRatio * from) return;
    // From nothing it is any ratio: then it tells as much as a count can.
    double told = 1;
    if (from > 0 && time_before_ && time_after_ && *time_before_ > 0 && *time_after_ > 0 &&
        change_ != 0) {
      const double of_time = std::abs(std::log(*time_after_ / *time_before_));
      told = std::min(std::log(to / from) / of_time, 1.0);
    }
    add(kind,
        fmt::format("{} {} -> {} per operation", what, figure_text(*before), figure_text(*after)),
        *before, *after, kCountWeight * told);
  }

  void add_counts() {
    const auto count = [&](const OperationFigures& side, Member a, Member b) {
      return sum(per_operation(side, a), b == nullptr ? std::nullopt : per_operation(side, b));
    };
    const auto add_sum = [&](const char* kind, const char* what, Member a, Member b, double least) {
      add_count(kind, what, count(before_, a, b), count(after_, a, b), least);
    };
    using F = OperationFigures;
    add_sum("buffers", "blocks read from outside the buffer cache", &F::blks_read, nullptr, 0.1);
    add_sum("buffers", "blocks touched", &F::blks_hit, &F::blks_read, 1);
    add_sum("temp", "blocks of temporary files", &F::temp_blks, nullptr, 0.1);
    add_sum("wal", "bytes of WAL", &F::wal_bytes, nullptr, 50);
    add_sum("rows", "rows", &F::rows_read, &F::rows_affected, 1);
  }

  // Shares and rates: they are told whichever way the time moved.
  void add_failures() {
    const auto errors = [](const OperationFigures& side) -> std::optional<double> {
      if (side.begun() == 0) return std::nullopt;
      return 100 * static_cast<double>(side.failed) / side.begun();
    };
    const auto add_moved = [&](const char* kind, const char* what, const char* unit,
                               std::optional<double> before, std::optional<double> after,
                               double least) {
      if (!before || !after || std::abs(*after - *before) < least) return;
      add(kind,
          fmt::format("{} {}{} -> {}{}", what, figure_text(*before), unit, figure_text(*after),
                      unit),
          *before, *after, kErrorWeight);
    };
    add_moved("errors", "errors", " %", errors(before_), errors(after_), kPoint);
    add_moved("retries", "retries per operation", "",
              per_operation(before_, &OperationFigures::retries),
              per_operation(after_, &OperationFigures::retries), kLeastRetries);
    const auto in_percent = [](std::optional<double> share) -> std::optional<double> {
      if (!share) return std::nullopt;
      return 100 * *share;
    };
    add_moved("rows", "writes that touch no row per operation", " %",
              in_percent(per_operation(before_, &OperationFigures::zero_row_writes)),
              in_percent(per_operation(after_, &OperationFigures::zero_row_writes)),
              kZeroRowPoints);
  }

  const OperationFigures& before_;
  const OperationFigures& after_;
  std::optional<double> time_before_;
  std::optional<double> time_after_;
  double change_ = 0;  // milliseconds per operation
  std::vector<ChangeFinding> plans_;
  std::vector<Scored> scored_;
};

}  // namespace

std::optional<double> time_of(const OperationFigures& operation) {
  if (operation.avg_ms) return operation.avg_ms;
  if (operation.busy_ms && operation.begun() > 0) return *operation.busy_ms / operation.begun();
  return std::nullopt;
}

std::vector<ChangeFinding> findings_of(const OperationFigures& before,
                                       const OperationFigures& after) {
  return Findings(before, after).take();
}

std::string figure_text(double value) {
  const double size = std::abs(value);
  if (size >= 99.95 || size == 0) return fmt::format("{:.0f}", value);
  if (size >= 9.995) return fmt::format("{:.1f}", value);
  if (size >= 0.9995) return fmt::format("{:.2f}", value);
  const int digits = std::min(2 - static_cast<int>(std::floor(std::log10(size))), 4);
  return fmt::format("{:.{}f}", value, digits);
}

}  // namespace perf_mgmt
